//! What URLs and servers make of a secret: it is not only escaped there, but taken apart and written anew.

use std::net::Ipv6Addr;

use percent_encoding::percent_decode_str;

use super::Redactor;
use super::views::{Spelling, View};

/// A longer secret is put for no host, not by mistake either, in bytes.
const LONGEST_IN_HOST: usize = 8 * 1024;
/// So much of a URL is secret by itself when it stands alone, in bytes: a shorter part may be anybody's.
const SHORTEST_PART: usize = 16;
/// A path of ordinary words is nobody else's from so many bytes on, and one with something odd in it from fewer.
const SHORTEST_PATH: usize = 32;
const SHORTEST_ODD: usize = 8;

/// The spellings of a secret that escaping alone does not make, and the parts of it that tell it.
///
/// Names of hosts are written in small letters, and `\` as `/`, also where what stands for a host is half a password. Of a
/// URL the path goes out without the host, and servers tell what stands in its path, query and fragment by itself.
pub(super) fn written(secret: &str) -> Vec<String> {
    let mut out = Vec::new();
    let is_sure = |text: &str| !Redactor::is_common(text);
    let (head, path) = at_path(secret);
    if is_sure(secret) {
        let turned = secret.replace('\\', "/");
        if secret.len() <= LONGEST_IN_HOST {
            // With the fragment and the query, which `head` has when there is no path.
            let host = head.find(['?', '#']).unwrap_or(head.len());
            let small = turned[..host].to_lowercase() + &turned[host..];
            out.push(small);
        }
        out.push(turned);
    }
    let bare = secret.split('#').next().unwrap_or_default();
    let query = bare.split_once('?').map(|(_, query)| query);
    if is_url(head) {
        // No fragment is ever sent.
        out.push(bare.to_owned());
        let (sent, fragment) = path.split_once('#').unwrap_or((path, ""));
        let (path, _) = sent.split_once('?').unwrap_or((sent, ""));
        if path != sent {
            out.extend([sent.to_owned(), sent.replace('\\', "/")]);
        }
        out.extend(query.map(str::to_owned));
        // Also as servers tell it that have its beginning for a route.
        let whole = path.trim_end_matches(['/', '\\']);
        let whole = [whole, whole.trim_start_matches(['/', '\\'])];
        for path in whole.into_iter().filter(|path| is_one_alone(path)) {
            out.extend([path.to_owned(), path.replace('\\', "/"), decoded(path)]);
        }
        out.extend(path.split('/').filter(|part| part.len() >= SHORTEST_PART).map(decoded));
        if is_one_alone(fragment) {
            out.push(fragment.to_owned());
        }
        out.extend(values(fragment));
        // User and password go out as a header, and a user alone is one that proves itself by its name.
        if let Some((user, _)) = head.rsplit_once('@') {
            // Without a scheme it may be an address for mail.
            let has_scheme = user.contains("//");
            let user = user.split_once("//").map_or(user, |(_, user)| user);
            let (user, password) = user.split_once(':').unwrap_or((user, ""));
            let is_alone = has_scheme && password.is_empty() || user.len() >= SHORTEST_PART && is_one_alone(user);
            out.extend(Some(user).filter(|_| is_alone).map(decoded));
            out.push(decoded(password));
        }
    }
    out.extend(values(query.unwrap_or(secret)));
    out.retain(|text| text != secret && !Redactor::is_tiny(text) && (is_sure(text) || text.starts_with('/')));
    out.sort_unstable();
    out.dedup();
    out
}

/// The values of a query that are secret by themselves.
fn values(query: &str) -> impl Iterator<Item = String> {
    let values = query.split('&').filter_map(|pair| Some(pair.split_once('=')?.1));
    let values = values.filter(|value| value.len() >= SHORTEST_PART);
    values.flat_map(|value| [value.to_owned(), decoded(value)])
}

/// Whether a path is so odd, or so long, that nobody else has the same: `/v1/users` is anybody's, `/T000/B000/xyz` is not.
fn is_one_alone(path: &str) -> bool {
    path.len() >= SHORTEST_PATH || (path.len() >= SHORTEST_ODD && path.split(['/', '\\']).any(is_odd))
}

/// Whether it is no word that names a thing, such as `users`, `user-list`, `sendMail`, `v2`, `oauth2` or a small number.
fn is_odd(segment: &str) -> bool {
    segment.split(['-', '_', '.', ' ']).any(|word| {
        let letters = word.trim_end_matches(|c: char| c.is_ascii_digit());
        let digits = word.len() - letters.len();
        let capitals = letters.chars().filter(|c| c.is_uppercase()).count();
        let is_one_case = capitals == 0 || capitals == letters.len();
        !letters.chars().all(char::is_alphabetic)
            || letters.len() >= SHORTEST_PART
            || (!is_one_case && (digits > 0 || capitals > 3))
            || digits > if letters.is_empty() { 5 } else { 2 }
    })
}

/// What comes back of a secret that was read in another way than it was sent, or written in one that only doubles a mark:
/// decoded as in URLs, without blanks at its ends, with its lines in one, as Latin-1, and as in CSV, YAML and SQL.
pub(super) fn echoed(secret: &str) -> Vec<String> {
    let mut out = vec![secret.to_owned()];
    out.extend(reread(secret));
    let text = secret.trim_matches(['\n', '\r']);
    if text.contains(['\n', '\r']) {
        let lines = text.split(['\n', '\r']).map(str::trim);
        let lines: Vec<&str> = lines.filter(|line| !line.is_empty()).collect();
        out.extend([lines.join(" "), lines.concat(), text.replace(['\n', '\r'], " ")]);
        out.push(text.split_whitespace().collect());
        // The console joins the lines of a text as a script would have to.
        let joints = ["' +'", "\" +\"", "` +`"];
        out.extend(joints.map(|joint| text.replace("\r\n", "\n").replace('\n', joint)));
    }
    let foreign: Vec<String> = out.iter().flat_map(|text| misread(text)).collect();
    out.extend(foreign);
    let doubled = |text: &String| ['"', '\''].map(|mark| text.replace(mark, &format!("{mark}{mark}")));
    let doubled: Vec<String> = out.iter().flat_map(doubled).collect();
    out.extend(doubled);
    out.retain(|text| text != secret && !Redactor::is_tiny(text));
    out.sort_unstable();
    out.dedup();
    out
}

/// A secret without blanks at its ends, and decoded as in URLs and forms; where that is another text.
pub(super) fn reread(secret: &str) -> Vec<String> {
    let mut out = vec![secret.trim().to_owned()];
    if secret.contains(['%', '+']) {
        for text in [secret, &secret.replace('+', " ")] {
            let read = percent_decode_str(text).decode_utf8_lossy();
            out.extend([read.trim().to_owned(), read.into_owned()]);
        }
    }
    out.retain(|text| text != secret);
    out.sort_unstable();
    out.dedup();
    out
}

/// The bytes of a text in Latin-1, where they are not those of UTF-8.
pub(super) fn latin_1(text: &str) -> Option<Vec<u8>> {
    let bytes = text.chars().map(|c| u8::try_from(u32::from(c)).ok());
    Some(text).filter(|text| !text.is_ascii()).and_then(|_| bytes.collect())
}

/// What is shown of a text that went out in Latin-1 and is read as UTF-8, and the other way round.
fn misread(text: &str) -> Vec<String> {
    if text.is_ascii() {
        return Vec::new();
    }
    let as_utf_8 = latin_1(text).map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    let as_latin_1 = text.bytes().map(char::from).collect();
    as_utf_8.into_iter().chain([as_latin_1]).collect()
}

/// What stands before the path, and the path with all behind it.
pub(super) fn at_path(text: &str) -> (&str, &str) {
    // A URL may lack its scheme, but not what stands behind it.
    let start = text.find("://").map_or(0, |at| at + 3);
    let start = if start == 0 && text.starts_with("//") { 2 } else { start };
    let end = text[start..].find(['/', '\\']).map_or(text.len(), |at| start + at);
    text.split_at(end)
}

/// Whether it is what stands in a URL before the path: with a scheme, or a host that is none but a host.
pub(super) fn is_url(head: &str) -> bool {
    let is_name = |host: &str| host.bytes().all(|b| b.is_ascii_alphanumeric() || b"-.".contains(&b));
    if let Some((scheme, host)) = head.split_once("://") {
        return !scheme.is_empty()
            && !host.is_empty()
            && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b));
    }
    let host = head.strip_prefix("//").unwrap_or(head);
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    let host = host.split(['?', '#']).next().unwrap_or_default();
    let (host, port) = match host.strip_prefix('[').and_then(|host| host.split_once(']')) {
        Some((address, port)) if address.parse::<Ipv6Addr>().is_ok() => ("localhost", port.trim_start_matches(':')),
        Some(_) => return false,
        None => host.split_once(':').unwrap_or((host, "")),
    };
    let has_port = !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit());
    is_name(host) && !host.is_empty() && (has_port || (port.is_empty() && (host.contains('.') || host == "localhost")))
}

fn decoded(text: &str) -> String {
    taken_back(text, Spelling::Percent)
}

fn taken_back(text: &str, spelling: Spelling) -> String {
    View::new(text.as_bytes(), spelling).map_or_else(
        || text.to_owned(),
        |view| String::from_utf8_lossy(&view.bytes).into_owned(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_back_differs_only_where_there_is_a_cause() {
        for plain in ["plain-token_4711", "eyJhbGciOiJSUzI1NiJ9.e30.c2ln"] {
            assert_eq!(echoed(plain), [""; 0], "{plain}");
        }
        assert_eq!(echoed("p%41ss%2Fx"), ["pAss/x"]);
        assert_eq!(echoed("one+two%2B"), ["one two+", "one+two+"]);
        assert_eq!(echoed(" spaced-out\n"), ["spaced-out"]);
        assert_eq!(echoed("it's \"so\""), ["it''s \"so\"", "it's \"\"so\"\""]);
        assert_eq!(echoed("p\u{e4}ss"), ["p\u{c3}\u{a4}ss", "p\u{fffd}ss"]);
        assert_eq!(echoed("\u{20ac}uro"), ["\u{e2}\u{82}\u{ac}uro"]);
        assert_eq!(latin_1("p\u{e4}ss"), Some(b"p\xe4ss".to_vec()));
        assert_eq!((latin_1("pass"), latin_1("\u{20ac}uro")), (None, None));
    }

    #[test]
    fn of_a_url_what_goes_out_without_its_host_is_secret_too() {
        let hook = "http://127.0.0.1:42001/services/T0AAAA/B0BBBB/XyzSlackTok99";
        assert_eq!(
            written(hook),
            [
                "/services/T0AAAA/B0BBBB/XyzSlackTok99",
                "services/T0AAAA/B0BBBB/XyzSlackTok99"
            ]
        );
        assert_eq!(
            written("joe.example:8443/in?sig=Azure%2BSig99abcdef#top"),
            [
                "/in?sig=Azure%2BSig99abcdef",
                "Azure%2BSig99abcdef",
                "Azure+Sig99abcdef",
                "joe.example:8443/in?sig=Azure%2BSig99abcdef",
                "sig=Azure%2BSig99abcdef"
            ]
        );
        assert_eq!(written("https://api.example.com/"), [""; 0]);
        assert_eq!(written("https://me:pass-word-4711@h.example/"), ["pass-word-4711"]);
    }

    #[test]
    fn a_path_is_secret_without_its_query_where_it_is_nobody_elses() {
        for host in [
            "https://hooks.example",
            "hooks.example",
            "//hooks.example",
            "localhost:8080",
            "[::1]:8080",
            "http://[::1]",
            "https://joe:pass-word-4711@hooks.example",
            "joe:pass-word-4711@hooks.example:8443",
            "git+https://hooks.example",
        ] {
            for behind in ["", "?token=abc", "#top", "?a=b#top", "/?a=b"] {
                let url = format!("{host}/T000/B000/xyz{behind}");
                let known = written(&url);
                for told in ["/T000/B000/xyz", "T000/B000/xyz"] {
                    assert!(known.iter().any(|known| known == told), "{url}: {known:?}");
                }
                let has_password = host.contains('@');
                assert_eq!(known.contains(&"pass-word-4711".to_owned()), has_password, "{url}");
            }
        }
        for path in [
            "",
            "/",
            "/api",
            "/v1/users",
            "/api/v2/user-list",
            "/oauth2/token",
            "/graphql",
            "/users/4711",
            "/api/sendMessage",
            "/webhooks/incoming.json",
            "/API/V1/Users",
        ] {
            for behind in ["", "?token=abc", "#top"] {
                let url = format!("https://hooks.example{path}{behind}");
                let redactor = Redactor::new([super::super::Secret::new(&*url)]);
                let text = format!("GET {path} HTTP/1.1, {path}/7");
                assert_eq!(redactor.redact(&text), text, "{url}");
            }
        }
    }

    #[test]
    fn of_a_url_user_query_and_fragment_are_secret_by_themselves() {
        let has = |url: &str, told: &str| written(url).iter().any(|known| known == told);
        assert!(has("https://0a1b2c3d4e5f@sentry.example/42", "0a1b2c3d4e5f"));
        assert!(has(
            "https://ghp_0a1b2c3d4e5f6:x-oauth-basic@git.example/",
            "ghp_0a1b2c3d4e5f6"
        ));
        assert!(!has("https://joe:pass-word-4711@h.example/", "joe"));
        assert!(has("https://h.example?token=abcdef", "token=abcdef"));
        assert!(has("https://h.example/#access_token=abc", "access_token=abc"));
        assert!(has("https://h.example/a#t=0a1b2c3d4e5f6071", "0a1b2c3d4e5f6071"));
        assert!(!has("https://h.example/a#introduction", "introduction"));
    }

    #[test]
    fn what_may_stand_for_a_host_is_known_in_small_letters() {
        assert_eq!(written("Qwe9Secret/Rty+Tail8=="), ["qwe9secret/Rty+Tail8=="]);
        assert_eq!(written("Zq9!sec\"r$et\\z"), ["Zq9!sec\"r$et/z", "zq9!sec\"r$et/z"]);
        assert_eq!(
            written("HTTP://LOCALHOST:1/XyzSecretTok9"),
            ["/XyzSecretTok9", "XyzSecretTok9", "http://localhost:1/XyzSecretTok9"]
        );
        for ordinary in ["Password", "pw", "plain-token-4711", "admin"] {
            assert_eq!(written(ordinary), [""; 0], "{ordinary}");
        }
    }
}
