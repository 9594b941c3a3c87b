//! A URL's path and query as they go out: what is sent, what a signature is made over, and what is shown are one text.
//!
//! A parser for browsers takes `.` and `..` out of a path and spells more of a query in `%xx`; Postman sends both as they
//! are written, and so a server checks a signature over what was written.

use url::Url;

/// Path and query of a URL as they are sent: as written where they can stand so in a request line, else as browsers have
/// them. `url` is what was read of `text`, which may have no scheme.
pub fn resource(text: &str, url: &Url) -> String {
    let text = text.trim();
    let rest = text.split_once("://").map_or(text, |(_, rest)| rest);
    written(&rest[authority(rest).len()..]).unwrap_or_else(|| path_and_query(url))
}

/// Everything of a URL between the slashes and the path; `rest` is what stands behind its scheme.
pub fn authority(rest: &str) -> &str {
    rest.split(['/', '?', '#', '\\']).next().unwrap_or_default()
}

/// Path and query as browsers have them.
pub fn path_and_query(url: &Url) -> String {
    let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
    format!("{}{query}", url.path())
}

/// The path of a resource, and its query if it has one.
pub fn split(resource: &str) -> (&str, Option<&str>) {
    match resource.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (resource, None),
    }
}

/// What stands behind the authority, if it can stand so in a request line; Postman's encoding leaves more as it is than a
/// browser's, and `.` and `..` too.
fn written(behind: &str) -> Option<String> {
    let behind = behind.split('#').next().unwrap_or_default();
    let fits = !behind.starts_with('\\') && behind.bytes().all(|byte| byte.is_ascii_graphic());
    let slash = if behind.starts_with('/') { "" } else { "/" };
    fits.then(|| format!("{slash}{behind}"))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use super::*;

    #[test]
    fn a_path_and_a_query_go_out_as_they_are_written() {
        for (text, expected) in [
            ("http://h/x/../b/./c?a=|b#f", "/x/../b/./c?a=|b"),
            ("http://h", "/"),
            ("http://h?a={b}", "/?a={b}"),
            ("http://h/a b?c=\u{fc}", "/a%20b?c=%C3%BC"),
            ("http://h\\a\\..\\b", "/b"),
        ] {
            assert_eq!(resource(text, &Url::parse(text).unwrap()), expected, "{text}");
        }
        let url = Url::parse("http://h/x/../b").unwrap();
        assert_eq!(resource(" h/x/../b ", &url), "/x/../b");
    }
}
