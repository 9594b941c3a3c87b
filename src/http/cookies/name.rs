//! Cookies without a name: a server may set them, and they are sent as their value alone.

use std::borrow::Cow;

use cookie_store::RawCookie;

/// The name under which a jar holds a cookie that has none (RFC 6265bis, section 5.6, step 4): no server's cookie has
/// such a one, and programs that do not know it leave it out.
pub(super) const NAMELESS: &str = "\u{1}";

/// A `Set-Cookie` with a name for what has none: `value`, `=value`. What begins with a sign of equality may have its name
/// behind that, as tough-cookie reads it.
pub(super) fn named(set_cookie: &str) -> Cow<'_, str> {
    let trimmed = set_cookie.trim_start();
    let line = trimmed.strip_prefix('=').unwrap_or(trimmed);
    let pair = line.split(';').next().unwrap_or_default().trim();
    if pair.is_empty() || pair.find('=').is_some_and(|at| at > 0) {
        line.into()
    } else {
        format!("{NAMELESS}={line}").into()
    }
}

/// The name of a cookie that a jar holds; empty where it has none.
pub(super) fn name<'a>(raw: &'a RawCookie<'_>) -> &'a str {
    Some(raw.name()).filter(|name| *name != NAMELESS).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use url::Url;

    use super::super::{Jar, parse};

    #[test]
    fn a_cookie_without_a_name_is_its_value_alone() {
        let at: Url = "http://a.test/".parse().unwrap();
        for (line, sent) in [
            ("no value", "no value"),
            ("=v", "v"),
            (" = v; Path=/", "v"),
            ("=a=b", "a=b"),
            ("x=", "x="),
        ] {
            let jar = Jar::new();
            assert!(jar.set(&at, line), "{line}");
            assert_eq!(jar.header(&at).as_deref(), Some(sent), "{line}");
            // It is kept like any other.
            let again = Jar::from_json(&jar.to_json().unwrap()).unwrap();
            assert_eq!(again.header(&at).as_deref(), Some(sent), "{line}");
            let read = parse(line, &at).unwrap();
            assert_eq!((&jar.list()[0].name, &jar.list()[0].value), (&read.name, &read.value));
            assert!(again.remove("a.test", "/", &read.name) && again.is_empty(), "{line}");
        }
        let jar = Jar::new();
        assert!(jar.set(&at, "one") && jar.set(&at, "two") && jar.set(&at, "n=1"));
        assert_eq!(jar.header(&at).as_deref(), Some("two; n=1"));
        assert_eq!((jar.list()[0].name.as_str(), jar.kept().len()), ("", 2));
        assert!(jar.set(&at, "gone; Max-Age=0"));
        assert_eq!(jar.header(&at).as_deref(), Some("n=1"));
        // Nothing at all is no cookie, nor is a name of somebody's that looks like the jar's own.
        assert!(!jar.set(&at, "; Path=/") && !jar.set(&at, "\u{1}=v"));
    }
}
