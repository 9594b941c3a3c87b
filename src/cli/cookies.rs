//! Cookies in the form newman keeps them in: tough-cookie's JSON.

use std::path::Path;

use jiff::Timestamp;
use serde_json::{Value, json};
use url::Url;

use crate::http::Jar;

use super::{CliError, bounded};

/// Puts the cookies of a file into the jar; expired ones are left out.
pub fn read(file: &Path, jar: &Jar) -> Result<(), CliError> {
    let failed = || CliError::failed(format!("cannot use the cookie jar `{}`", file.display()));
    let text = bounded::read(file).map_err(|error| failed().because(error))?;
    let text = text.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&text);
    let value: Value = serde_json::from_slice(text).map_err(|error| failed().because(error))?;
    let cookies = value["cookies"].as_array().ok_or_else(|| {
        failed()
            .because("it has no list `cookies`")
            .hint("newman's `--export-cookie-jar` writes one")
    })?;
    for cookie in cookies {
        put(cookie, jar);
    }
    Ok(())
}

/// One cookie, as the server would have set it.
fn put(cookie: &Value, jar: &Jar) -> Option<()> {
    let text = |field: &str| cookie[field].as_str();
    let domain = text("domain")?.trim_start_matches('.');
    let is_secure = cookie["secure"].as_bool().unwrap_or(false);
    let url: Url = format!("https://{domain}/").parse().ok()?;
    let path = text("path").unwrap_or("/");
    let mut line = format!("{}={}; Path={path}", text("key")?, text("value").unwrap_or_default());
    if !cookie["hostOnly"].as_bool().unwrap_or(false) {
        line = format!("{line}; Domain={domain}");
    }
    if let Some(expires) = text("expires").and_then(|time| time.parse::<Timestamp>().ok()) {
        let left = expires.duration_since(Timestamp::now()).as_secs();
        line = format!("{line}; Max-Age={left}");
    }
    if is_secure {
        line.push_str("; Secure");
    }
    if cookie["httpOnly"].as_bool().unwrap_or(false) {
        line.push_str("; HttpOnly");
    }
    if let Some(site) = text("sameSite") {
        line = format!("{line}; SameSite={site}");
    }
    jar.set(&url, &line);
    Some(())
}

/// The jar's cookies.
pub fn exported(jar: &Jar) -> Value {
    let cookies = jar.list().into_iter().map(|cookie| {
        let mut out = json!({
            "key": cookie.name,
            "value": cookie.value,
            "domain": cookie.domain,
            "path": cookie.path,
            "hostOnly": cookie.host_only,
        });
        if let Some(expires) = cookie.expires {
            out["expires"] = format!("{expires:.3}").into();
        }
        for (field, is) in [("secure", cookie.secure), ("httpOnly", cookie.http_only)] {
            if is {
                out[field] = true.into();
            }
        }
        if let Some(site) = cookie.same_site {
            out["sameSite"] = site.to_ascii_lowercase().into();
        }
        out
    });
    json!({
        "version": "tough-cookie@4.1.3",
        "storeType": "MemoryCookieStore",
        "rejectPublicSuffixes": false,
        "enableLooseMode": true,
        "cookies": cookies.collect::<Vec<_>>(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cookies_survive_newmans_form() {
        let jar = Jar::new();
        let url: Url = "https://a.test/x".parse().expect("a URL");
        for line in [
            "own=1; Path=/x; HttpOnly; SameSite=Strict",
            "wide=2; Path=/; Domain=a.test; Secure; Max-Age=1000",
        ] {
            assert!(jar.set(&url, line));
        }
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("jar.json");
        std::fs::write(&file, exported(&jar).to_string()).expect("written");
        let again = Jar::new();
        read(&file, &again).unwrap_or_else(|error| panic!("{error:?}"));
        let header = |jar: &Jar, url: &str| jar.header(&url.parse().expect("a URL"));
        for url in [
            "https://a.test/x",
            "https://a.test/",
            "https://b.a.test/",
            "http://a.test/x",
        ] {
            assert_eq!(header(&again, url), header(&jar, url), "{url}");
        }
        let ends = |jar: &Jar| {
            jar.list()
                .iter()
                .map(|cookie| (cookie.expires.is_some(), cookie.same_site))
                .collect::<Vec<_>>()
        };
        assert!(ends(&jar).contains(&(false, Some("Strict"))));
        assert!(exported(&jar).to_string().contains(r#""sameSite":"strict""#));
        assert_eq!(ends(&again), ends(&jar));
        std::fs::write(&file, "[]").expect("written");
        assert!(read(&file, &again).is_err());
    }
}
