//! URLs as Postman builds and encodes them: not as browsers do.
//!
//! The URL is one text first, with its variables replaced, and is taken apart only then, so a variable may hold scheme,
//! host and path together. Existing `%xx` stay, `..` stays, and so does much punctuation.

use crate::model::request::{NAME_ENDS, VALUE_ENDS, path_variable_name};
use crate::model::template::{encode_only, tokens};
use crate::model::{Request, percent};

/// A request's URL with its enabled parameters, as a template.
pub(super) fn template(request: &Request) -> String {
    let text = request.url.as_str();
    let (base, fragment) = match find_outside_tokens(text, '#') {
        Some(at) => text.split_at(at),
        None => (text, ""),
    };
    let mut out = base.to_owned();
    let mut separator = if find_outside_tokens(base, '?').is_some() {
        '&'
    } else {
        '?'
    };
    for param in request.params.iter().filter(|param| param.enabled) {
        out.push(separator);
        separator = '&';
        out.push_str(&encode_only(param.name.as_str(), &NAME_ENDS));
        if let Some(value) = &param.value {
            out.push('=');
            out.push_str(&encode_only(value.as_str(), &VALUE_ENDS));
        }
    }
    out.push_str(fragment);
    out
}

fn find_outside_tokens(text: &str, wanted: char) -> Option<usize> {
    let tokens: Vec<_> = tokens(text).collect();
    text.char_indices()
        .find(|(at, c)| *c == wanted && !tokens.iter().any(|token| token.start <= *at && *at < token.end))
        .map(|(at, _)| at)
}

/// The URL to send: taken apart, path variables filled in, percent-encoded unless `encode` is off, put together again.
///
/// `variable` gives the value of a `:name` segment; an empty or absent one leaves the segment.
pub(super) fn build(text: &str, variable: impl Fn(&str) -> Option<String>, encode: bool) -> String {
    let parts = Parts::of(text.trim_start());
    let enc = |text: &str, set: &str| {
        if encode {
            percent::encode(text, set)
        } else {
            text.to_owned()
        }
    };
    let mut out = parts.scheme.to_ascii_lowercase();
    out.push_str("://");
    if let Some(userinfo) = parts.userinfo {
        let (user, password) = match userinfo.split_once(':') {
            Some((user, password)) => (user, Some(password)),
            None => (userinfo, None),
        };
        out.push_str(&enc(user, percent::USERINFO));
        if let Some(password) = password {
            out.push(':');
            out.push_str(&enc(password, percent::USERINFO));
        }
        out.push('@');
    }
    out.push_str(&host(parts.host));
    out.push_str(parts.port);
    let path = parts.path.replace('\\', "/");
    if path.is_empty() {
        out.push('/');
    }
    for (n, segment) in path.split('/').enumerate() {
        if n > 0 {
            out.push('/');
        }
        let name = path_variable_name(segment);
        let value = name.and_then(&variable).filter(|value| !value.is_empty());
        match name.zip(value) {
            Some((name, value)) => {
                fill(&mut out, &value, enc);
                out.push_str(&enc(&segment[1 + name.len()..], percent::PATH));
            }
            None => out.push_str(&enc(segment, percent::PATH)),
        }
    }
    if let Some(query) = parts.query {
        out.push('?');
        out.push_str(&enc(query, percent::QUERY));
    }
    if let Some(fragment) = parts.fragment {
        out.push('#');
        out.push_str(&enc(fragment, percent::FRAGMENT));
    }
    out
}

/// Puts the value of a path variable in. A `?` or `#` in it begins query or fragment, as in Postman, where the URL is one
/// text again by then.
fn fill(out: &mut String, value: &str, encode: impl Fn(&str, &str) -> String) {
    let (before, fragment) = value.split_once('#').unwrap_or((value, ""));
    let parts: Vec<String> = before.split('?').map(|part| encode(part, percent::PATH)).collect();
    out.push_str(&parts.join("?"));
    if before.len() < value.len() {
        out.push('#');
        out.push_str(&encode(fragment, percent::FRAGMENT));
    }
}

/// A URL's parts, cut as Postman's parser cuts them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parts<'a> {
    /// `http` where the text has none.
    pub scheme: &'a str,
    /// `user` or `user:password`.
    pub userinfo: Option<&'a str>,
    /// The host alone.
    pub host: &'a str,
    /// With its colon; empty without one.
    pub port: &'a str,
    /// With its leading slash; empty without one.
    pub path: &'a str,
    /// Without its `?`.
    pub query: Option<&'a str>,
    /// Without its `#`.
    pub fragment: Option<&'a str>,
}

impl<'a> Parts<'a> {
    /// The parts of a text; every text has some.
    pub fn of(text: &'a str) -> Self {
        let cut = |text: &'a str, at: char| match text.split_once(at) {
            Some((before, after)) => (before, Some(after)),
            None => (text, None),
        };
        let (rest, fragment) = cut(text, '#');
        let (rest, query) = cut(rest, '?');
        let (scheme, rest) = match rest.split_once("://") {
            Some((scheme, rest)) if !scheme.is_empty() && !scheme.contains(['/', '\\']) => (scheme, rest),
            _ => ("http", rest.strip_prefix("//").unwrap_or(rest)),
        };
        let (authority, path) = rest.split_at(rest.find(['/', '\\']).unwrap_or(rest.len()));
        let (userinfo, host) = match authority.rsplit_once('@') {
            Some((userinfo, host)) => (Some(userinfo), host),
            None => (None, authority),
        };
        let port_at = host
            .rfind(':')
            .filter(|at| !host[*at..].contains(']') && host[at + 1..].bytes().all(|b| b.is_ascii_digit()));
        let (host, port) = host.split_at(port_at.unwrap_or(host.len()));
        Self {
            scheme,
            userinfo,
            host,
            port: if port == ":" { "" } else { port },
            path,
            query,
            fragment,
        }
    }
}

/// The host in lower case, and in Punycode where it is not ASCII; one with an open variable stays as it is.
fn host(host: &str) -> String {
    if host.contains("{{") {
        return host.to_owned();
    }
    if host.is_ascii() {
        return host.to_ascii_lowercase();
    }
    ::url::Host::parse(host).map_or_else(|_| host.to_owned(), |host| host.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::request::Entry;

    fn built(text: &str) -> String {
        build(text, |_| None, true)
    }

    #[test]
    fn the_verified_samples_hold() {
        for (from, to) in [
            (
                "http://a.com/p a/{{x}}?q=a b&c=d+e&f=%20&g={h}&i=\"<>#frag it",
                "http://a.com/p%20a/%7B%7Bx%7D%7D?q=a%20b&c=d+e&f=%20&g={h}&i=%22%3C%3E#frag%20it",
            ),
            (
                "http://a.com/päth/ü?x=é&y=[1]&z=a|b^c`d",
                "http://a.com/p%C3%A4th/%C3%BC?x=%C3%A9&y=[1]&z=a|b^c`d",
            ),
            (
                "HTTP://User:P@ss@EXAMPLE.com:8080/a/../b/./c//d?x",
                "http://User:P%40ss@example.com:8080/a/../b/./c//d?x",
            ),
            ("a.com?a=&b&c=1;2", "http://a.com/?a=&b&c=1;2"),
            ("http://a.com/?q=1&q=2&&=x", "http://a.com/?q=1&q=2&&=x"),
            ("a.com?k='()*!~", "http://a.com/?k=%27()*!~"),
            ("http://a.com/%zz%41", "http://a.com/%zz%41"),
            ("http://a.com\\b\\c", "http://a.com/b/c"),
            ("http://[::1]:80/x", "http://[::1]:80/x"),
            ("http://[::1]/x", "http://[::1]/x"),
            ("http://bücher.example/", "http://xn--bcher-kva.example/"),
            ("a.com?x={{missing}}", "http://a.com/?x={{missing}}"),
            ("  a.com/x?u=http://b/", "http://a.com/x?u=http://b/"),
        ] {
            assert_eq!(built(from), to, "{from}");
        }
    }

    #[test]
    fn path_variables_fill_segments_up_to_a_full_stop() {
        let fill = |name: &str| (name == "id").then(|| "a b/c".to_owned());
        assert_eq!(build("h/:id/:no/x:id", fill, true), "http://h/a%20b/c/:no/x:id");
        let fill = |_: &str| Some("a b?c d#e".to_owned());
        assert_eq!(build("h/:id", fill, true), "http://h/a%20b?c%20d#e");
        assert_eq!(build("h/:id", |_| Some(String::new()), true), "http://h/:id");
        let fill = |name: &str| (name == "id").then(|| "7".to_owned());
        assert_eq!(build("h/:id.tar.gz/:id", fill, true), "http://h/7.tar.gz/7");
    }

    #[test]
    fn encoding_can_be_off() {
        assert_eq!(build("h/a b?c d", |_| None, false), "http://h/a b?c d");
    }

    #[test]
    fn parameters_join_the_url_and_cannot_break_out_of_their_place() {
        let request = Request {
            url: "{{u}}/p?z#f".into(),
            params: vec![
                Entry::new("a=b", "1&2#{{x&y}}"),
                Entry {
                    enabled: false,
                    ..Entry::new("off", "1")
                },
                Entry {
                    value: None,
                    ..Entry::new("flag", "")
                },
            ],
            ..Request::default()
        };
        assert_eq!(template(&request), "{{u}}/p?z&a%3Db=1%262%23{{x&y}}&flag#f");
    }
}
