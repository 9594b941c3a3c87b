//! Cookies in the form newman keeps them in: tough-cookie's JSON.

use std::path::Path;

use jiff::Timestamp;
use serde_json::{Value, json};
use url::Url;

use crate::http::{Jar, Kept, Seen};
use crate::model::InOrder;
use crate::model::surrogates::without_halves;

use super::{CliError, bounded};

/// An end that is no further from what was said than so many seconds is the one that was said: it is kept in whole seconds.
const SAME_END: u64 = 2;

/// Puts the cookies of a file into the jar; expired ones are left out.
pub fn read(file: &Path, jar: &Jar) -> Result<(), CliError> {
    let failed = || CliError::failed(format!("cannot use the cookie jar `{}`", file.display()));
    let text = bounded::read(file).map_err(|error| failed().because(error))?;
    let text = text.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&text);
    let text = String::from_utf8_lossy(text);
    let value: Value = serde_json::from_str(&without_halves(&text)).map_err(|error| failed().because(error))?;
    let cookies = value["cookies"].as_array().ok_or_else(|| {
        failed()
            .because("it has no list `cookies`")
            .hint("newman's `--export-cookie-jar` writes one")
    })?;
    // They are sent in the order they came, as newman sends them; one that does not say when comes now.
    let came = |cookie: &&Value| {
        let time = cookie["creation"].as_str();
        let time = time.and_then(|time| time.parse::<Timestamp>().ok());
        (time.is_none(), time)
    };
    let mut cookies: Vec<&Value> = cookies.iter().collect();
    cookies.order_by_key(came);
    for cookie in cookies {
        put(cookie, jar);
    }
    Ok(())
}

/// One cookie, as the server would have set it.
fn put(cookie: &Value, jar: &Jar) -> Option<()> {
    let text = |field: &str| cookie[field].as_str();
    let is = |field: &str| cookie[field].as_bool().unwrap_or(false);
    let time = |field: &str| text(field).and_then(|time| time.parse::<Timestamp>().ok());
    let now = Timestamp::now();
    let domain = text("domain")?.trim_start_matches('.');
    let path = text("path").filter(|path| path.starts_with('/')).unwrap_or("/");
    // A request to below its path gives it that by itself.
    let url: Url = format!("https://{domain}{}/", path.trim_end_matches('/'))
        .parse()
        .ok()?;
    let mut line = format!("{}={}", text("key")?, text("value").unwrap_or_default());
    if !is("pathIsDefault") {
        line = format!("{line}; Path={path}");
    }
    if !is("hostOnly") {
        line = format!("{line}; Domain={domain}");
    }
    let mut seen = Seen::at(time("creation"), time("lastAccessed"));
    let expires = time("expires");
    if let Some(expires) = expires {
        line = format!("{line}; Expires={}", expires.strftime("%a, %d %b %Y %H:%M:%S GMT"));
    }
    // One that is infinite is written as a word. What is to end never ends with the session here.
    match &cookie["maxAge"] {
        Value::Number(age) => {
            seen.max_age = age.as_i64();
            let came = seen.created.unwrap_or(now);
            let lived = now.duration_since(came).as_secs();
            if let Some(age) = seen.max_age {
                line = format!("{line}; Max-Age={}", age.saturating_sub(lived).max(0));
            }
        }
        Value::String(word) if word.starts_with('-') => line.push_str("; Max-Age=0"),
        _ => {}
    }
    for (field, word) in [("secure", "Secure"), ("httpOnly", "HttpOnly")] {
        if is(field) {
            line = format!("{line}; {word}");
        }
    }
    if let Some(site) = text("sameSite") {
        line = format!("{line}; SameSite={site}");
    }
    let extensions = cookie["extensions"].as_array().into_iter().flatten();
    seen.extensions = extensions.filter_map(Value::as_str).map(str::to_owned).collect();
    jar.set_seen(&url, &line, seen);
    Some(())
}

/// The jar's cookies, each with the fields that tough-cookie writes, in its order.
pub fn exported(jar: &Jar) -> Value {
    let cookies = jar.kept().into_iter().map(|kept| {
        let Kept {
            cookie,
            expires,
            path_is_default,
            seen,
        } = kept;
        let time = |at: Timestamp| Value::from(format!("{at:.3}"));
        // When it ends by what was said of its age is known alone where others kept it.
        let expires = expires.or(cookie.expires.filter(|_| seen.max_age.is_none()));
        // It is counted from the creation, which stays the first one's where a cookie is set again.
        let lasts = |(from, end): (Timestamp, Timestamp)| end.duration_since(from).as_secs();
        let lasts = seen.created.zip(cookie.expires).map(lasts);
        let max_age = seen.max_age.map(|age| match lasts {
            Some(lasts) if lasts.abs_diff(age) > SAME_END => lasts,
            _ => age,
        });
        let fields = [
            ("key", Some(cookie.name.into())),
            ("value", Some(cookie.value.into())),
            ("expires", expires.map(time)),
            ("maxAge", max_age.map(Value::from)),
            ("domain", Some(cookie.domain.into())),
            ("path", Some(cookie.path.into())),
            ("secure", cookie.secure.then_some(true.into())),
            ("httpOnly", cookie.http_only.then_some(true.into())),
            (
                "extensions",
                (!seen.extensions.is_empty()).then(|| seen.extensions.into()),
            ),
            ("hostOnly", Some(cookie.host_only.into())),
            ("pathIsDefault", path_is_default.then_some(true.into())),
            ("creation", seen.created.map(time)),
            ("lastAccessed", seen.accessed.map(time)),
            (
                "sameSite",
                cookie.same_site.map(|site| site.to_ascii_lowercase().into()),
            ),
        ];
        let fields = fields.into_iter();
        Value::Object(
            fields
                .filter_map(|(field, value)| Some((field.to_owned(), value?)))
                .collect(),
        )
    });
    json!({
        "version": "tough-cookie@4.1.3",
        "storeType": "MemoryCookieStore",
        "rejectPublicSuffixes": false,
        "enableLooseMode": true,
        "allowSpecialUseDomain": true,
        "prefixSecurity": "silent",
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

    #[test]
    fn cookies_of_a_file_are_sent_in_the_order_they_came() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("jar.json");
        let of = |key: &str, host_only: bool, creation: Option<&str>| json!({ "key": key, "value": "1", "domain": "a.test", "path": "/", "hostOnly": host_only, "creation": creation });
        let cookies = [
            of("now", true, None),
            of("late", true, Some("2026-01-01T10:00:02Z")),
            of("early", false, Some("2026-01-01T10:00:01.5Z")),
        ];
        std::fs::write(&file, json!({ "cookies": cookies }).to_string()).expect("written");
        let jar = Jar::new();
        read(&file, &jar).unwrap_or_else(|error| panic!("{error:?}"));
        let url: Url = "https://a.test/".parse().expect("a URL");
        assert_eq!(jar.header(&url).expect("cookies"), "early=1; late=1; now=1");
    }

    #[test]
    fn a_jar_of_newmans_comes_out_as_it_went_in() {
        let theirs = json!([
            { "key": "sess", "value": "1", "domain": "a.test", "path": "/", "hostOnly": true, "pathIsDefault": true,
              "creation": "2026-01-01T10:00:00.470Z", "lastAccessed": "2026-01-01T10:00:01.580Z" },
            { "key": "aged", "value": "2", "maxAge": 3_600_000_000_u64, "domain": "a.test", "path": "/c", "hostOnly": true,
              "creation": "2026-01-01T10:00:00.471Z", "lastAccessed": "2026-01-01T10:00:01.580Z" },
            { "key": "exp", "value": "3", "expires": "2099-01-01T00:00:00.000Z", "domain": "a.test", "path": "/c/d",
              "secure": true, "httpOnly": true, "extensions": ["Foo=bar", "Priority=High"], "hostOnly": false,
              "pathIsDefault": true, "creation": "2026-01-01T10:00:00.472Z", "lastAccessed": "2026-01-01T10:00:01.580Z",
              "sameSite": "lax" },
        ]);
        let over = json!({ "key": "old", "value": "4", "maxAge": 5, "domain": "a.test", "path": "/", "hostOnly": true,
              "creation": "2026-01-01T10:00:00.473Z", "lastAccessed": "2026-01-01T10:00:01.580Z" });
        let jar = Jar::new();
        for cookie in theirs.as_array().expect("a list").iter().chain([&over]) {
            assert_eq!(put(cookie, &jar), Some(()));
        }
        assert_eq!(exported(&jar)["cookies"], theirs);
        assert_eq!(exported(&jar.copy())["cookies"], theirs);
    }

    #[test]
    fn what_a_server_sets_is_kept_with_what_it_said() {
        let jar = Jar::new();
        let url: Url = "https://a.test/x/y".parse().expect("a URL");
        for line in [
            "z=1",
            "aged=2; Max-Age=100; Path=/",
            "both=3; Expires=Thu, 01 Jan 2099 00:00:00 GMT; Max-Age=7; Priority=High",
        ] {
            assert!(jar.set(&url, line));
        }
        let cookies = exported(&jar)["cookies"].clone();
        let of = |n: usize, field: &str| cookies[n][field].clone();
        assert_eq!([of(0, "key"), of(1, "key"), of(2, "key")], ["z", "aged", "both"]);
        assert_eq!(
            [of(0, "pathIsDefault"), of(1, "pathIsDefault")],
            [true.into(), Value::Null]
        );
        assert_eq!(
            [of(1, "maxAge"), of(1, "expires"), of(2, "maxAge")],
            [100.into(), Value::Null, 7.into()]
        );
        assert_eq!(of(2, "expires"), "2099-01-01T00:00:00.000Z");
        assert_eq!(of(2, "extensions"), json!(["Priority=High"]));
        // Setting it again is no new creation.
        assert!(jar.set(&url, "z=2") && jar.header(&url).is_some());
        let again = exported(&jar)["cookies"].clone();
        assert_eq!(
            (&again[0]["value"], &again[0]["creation"]),
            (&"2".into(), &of(0, "creation"))
        );
        assert!(again[0]["lastAccessed"].is_string());
        // Its end does not, either: it is counted from that creation.
        let old = Seen::at("2026-01-01T10:00:00Z".parse().ok(), None);
        assert!(jar.set_seen(&url, "long=1; Path=/", old) && jar.set(&url, "long=2; Max-Age=1000; Path=/"));
        let long = |jar: &Jar| {
            let mut all = jar.list().into_iter();
            all.find(|cookie| cookie.name == "long")
                .and_then(|cookie| cookie.expires)
        };
        let end = long(&jar).expect("it ends");
        let theirs = Jar::new();
        for cookie in exported(&jar)["cookies"].as_array().expect("a list") {
            put(cookie, &theirs);
        }
        let again = long(&theirs).expect("it ends there too, and is not gone");
        assert!(again.duration_since(end).as_secs().abs() <= 2, "{again} {end}");
        jar.remove("a.test", "/", "long");
        jar.set(&url, "z=; Max-Age=0");
        assert_eq!(exported(&jar)["cookies"].as_array().map(Vec::len), Some(2));
    }
}
