//! Secrets that stand in a file as they are, where a `{{variable}}` could: in a sensitive field of an auth, in a header that
//! carries credentials, in a URL.
//!
//! Whoever has the file has them. They are hidden wherever the file's content is shown, and their owner is told of them.

mod kept;

use serde_json::Value;

use super::secret::is_credential_header;
use super::{Auth, Entity, Example, Request, Secret};

/// Auth parameters that are secret, in lower case without `_` and `-`.
const SECRET_PARAMS: [&str; 17] = [
    "password",
    "token",
    "value",
    "accesstoken",
    "refreshtoken",
    "idtoken",
    "clienttoken",
    "secret",
    "clientsecret",
    "consumersecret",
    "tokensecret",
    "privatekey",
    "secretkey",
    "sessiontoken",
    "authkey",
    "codeverifier",
    "passphrase",
];

/// Schemes that are written in other headers than `Authorization`, too.
const SCHEMES: [&str; 3] = ["bearer", "basic", "token"];

/// Whether an auth parameter of this name holds a secret.
pub fn is_secret_param(name: &str) -> bool {
    let plain: String = name.to_ascii_lowercase().replace(['_', '-'], "");
    SECRET_PARAMS.contains(&plain.as_str())
}

/// From so many bytes on a cookie counts as one that stands for its owner.
const SHORTEST_SESSION: usize = 16;

/// Whether a cookie that came from a server may stand for its owner. A short one is a setting, such as a language: hiding it
/// would tear holes into unrelated text.
pub fn is_session(cookie: &str) -> bool {
    cookie.len() >= SHORTEST_SESSION
}

/// A secret and where in its file it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Literal {
    /// As a person reads it: ``auth `clientSecret` ``, ``header `Authorization` ``, `URL`.
    pub place: String,
    /// The secret.
    pub value: Secret,
    spot: Spot,
}

/// What kind of place it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Spot {
    Header,
    Cookie,
    Other,
}

impl Literal {
    fn new(place: String, value: &str) -> Self {
        Self {
            place,
            value: Secret::new(value),
            spot: Spot::Other,
        }
    }

    /// One in a header, or in a part of it such as a cookie.
    fn in_header(name: &str, part: &str, value: &str) -> Self {
        let is_cookie = ["cookie", "set-cookie"]
            .iter()
            .any(|own| own.eq_ignore_ascii_case(name));
        let part = if part.is_empty() {
            String::new()
        } else {
            format!(" `{part}`")
        };
        Self {
            spot: if is_cookie { Spot::Cookie } else { Spot::Header },
            ..Self::new(format!("header `{name}`{part}"), value)
        }
    }

    fn of_example(mut self, name: &str) -> Self {
        self.place = format!("example `{name}` {}", self.place);
        self
    }

    /// Whether a part of it comes from a variable.
    pub fn is_mixed(&self) -> bool {
        self.value.reveal().contains("{{")
    }
}

/// Those of an auth.
pub fn of_auth(auth: &Auth) -> Vec<Literal> {
    let mut out = Vec::new();
    for (name, value) in &auth.params {
        match value {
            Value::String(text) if is_secret_param(name) && is_written(text) => {
                out.push(Literal::new(format!("auth `{name}`"), text));
            }
            // Further parameters of OAuth 2.0: a list of names with their values.
            Value::Array(rows) => out.extend(rows.iter().filter_map(|row| {
                let key = row.get("key").and_then(Value::as_str)?;
                let text = row.get("value").and_then(Value::as_str)?;
                let counts = is_secret_param(key) && is_written(text);
                counts.then(|| Literal::new(format!("auth `{name}` `{key}`"), text))
            })),
            _ => {}
        }
    }
    out
}

/// Those of a request, folder or collection: also in what is switched off, in the examples saved with it and in what is kept
/// of a foreign file, as the file has it all the same.
pub fn of_entity(entity: &Entity) -> Vec<Literal> {
    let (mut out, origin) = match entity {
        Entity::Collection(group) | Entity::Folder(group) => {
            let mut out = of_auth(&group.auth);
            out.extend(of_proxy(group.settings.proxy.as_deref()));
            (out, &group.origin)
        }
        Entity::Request(request) => {
            let mut out = of_request(request);
            out.extend(request.examples.iter().flat_map(of_example));
            (out, &request.origin)
        }
    };
    out.extend(origin.rest.iter().flat_map(kept::of_rest));
    out
}

fn of_request(request: &Request) -> Vec<Literal> {
    let mut out = of_auth(&request.auth);
    for row in &request.headers {
        let written = of_header(row.name.as_str(), row.value_str()).into_iter();
        let written = written.filter(|(_, value)| is_written(value));
        out.extend(written.map(|(part, value)| Literal::in_header(row.name.as_str(), part, value)));
    }
    out.extend(password(&request.full_url()).map(|password| Literal::new("URL".to_owned(), password)));
    out.extend(of_proxy(request.settings.proxy.as_deref()));
    out
}

fn of_proxy(proxy: Option<&str>) -> Option<Literal> {
    let password = proxy.and_then(password)?;
    Some(Literal::new("setting `proxy`".to_owned(), password))
}

/// Those of a saved response and the request it answered; what it gave is a secret too.
fn of_example(example: &Example) -> Vec<Literal> {
    let mut out = example.request.as_deref().map(of_request).unwrap_or_default();
    for row in &example.headers {
        let (name, value) = (row.name.as_str(), row.value_str());
        let written = if name.eq_ignore_ascii_case("set-cookie") {
            // Behind the cookie stands what is to be done with it.
            of_header("cookie", value.split(';').next().unwrap_or_default())
        } else {
            of_header(name, value)
        };
        let written = written.into_iter().filter(|(_, value)| is_written(value));
        out.extend(written.map(|(part, value)| Literal::in_header(name, part, value)));
    }
    // These are from a server: they are judged as those that come and go in a send.
    let found = out
        .into_iter()
        .filter(|literal| literal.spot != Spot::Cookie || is_session(literal.value.reveal()));
    found.map(|literal| literal.of_example(&example.name)).collect()
}

/// Those of an entity that its owner should hear of, each place once. With a variable in them it is one where half a secret
/// stands in a field of an auth or in a URL; in a header the words around a variable are most often none.
pub fn in_clear(entity: &Entity) -> Vec<Literal> {
    let mut out = of_entity(entity);
    out.retain(|literal| !literal.is_mixed() || (literal.spot == Spot::Other && is_half(literal.value.reveal())));
    out.dedup_by(|one, before| one.place == before.place);
    out
}

/// What is secret in a header, if it is one that carries credentials: the value of every cookie, behind its name; of any
/// other all but its scheme.
///
/// Where variables stand in it, each word is one for itself: what is written must be hidden whatever becomes of them.
pub fn of_header<'a>(name: &str, value: &'a str) -> Vec<(&'a str, &'a str)> {
    if !is_credential_header(name) {
        return Vec::new();
    }
    if name.eq_ignore_ascii_case("cookie") {
        let cookies = value
            .split(';')
            .map(|cookie| cookie.split_once('=').unwrap_or(("", cookie)));
        return cookies
            .map(|(name, value)| (name.trim(), value.trim().trim_matches('"')))
            .collect();
    }
    let value = value.trim();
    let first = words(value).next().unwrap_or_default();
    let rest = value[first.len()..].trim_start();
    // Only `Authorization` begins with one by rule (RFC 9110, section 11.4).
    let is_scheme = name.to_ascii_lowercase().ends_with("authorization")
        || SCHEMES.iter().any(|scheme| first.eq_ignore_ascii_case(scheme));
    let secret = if is_scheme && !rest.is_empty() { rest } else { value };
    if secret.contains("{{") {
        words(secret).map(|word| ("", word.trim_end_matches(','))).collect()
    } else {
        vec![("", secret)]
    }
}

/// The words of a text; a variable is none of several.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let (mut inside, mut before) = (false, ' ');
    let ends = move |c: char| {
        match (before, c) {
            ('{', '{') => inside = true,
            ('}', '}') => inside = false,
            _ => {}
        }
        before = c;
        !inside && c.is_whitespace()
    };
    text.split(ends).filter(|word| !word.is_empty())
}

/// Whether there is more to a text than variables.
fn is_written(text: &str) -> bool {
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once("{{") {
        if before.contains(char::is_alphanumeric) {
            return true;
        }
        match behind.split_once("}}") {
            Some((_, behind)) => rest = behind,
            None => return true,
        }
    }
    rest.contains(|c: char| !c.is_whitespace() && (rest.len() == text.len() || c.is_alphanumeric()))
}

/// Whether something is written beside a variable that is more than the word of a scheme: `Bearer {{token}}` has nothing
/// secret in it.
fn is_half(text: &str) -> bool {
    let text = text.trim_start();
    let (first, rest) = text.split_once(char::is_whitespace).unwrap_or(("", text));
    let rest = if first.chars().all(char::is_alphabetic) {
        rest
    } else {
        text
    };
    is_written(rest)
}

/// The password in a URL as it is written; a user alone is a key.
fn password(url: &str) -> Option<&str> {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next()?;
    let (user_info, _) = authority.rsplit_once('@')?;
    let password = user_info.split_once(':').map_or(user_info, |(_, password)| password);
    is_written(password).then_some(password)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::json;

    use super::*;
    use crate::model::request::Entry;
    use crate::model::{Group, Origin, Rest, Settings};

    #[test]
    fn what_a_file_has_in_clear_is_found_wherever_it_stands() {
        let rows = json!([{ "key": "client_secret", "value": "of-a-row" }, { "key": "scope", "value": "open" }]);
        let auth = Auth::new("oauth2")
            .with("clientSecret", "s3cret")
            .with("password", "{{pw}}")
            .with("accessToken", "half-{{tok}}")
            .with("clientId", "id")
            .with("tokenRequestParams", rows);
        let off = Entry {
            enabled: false,
            ..Entry::new("Authorization", "Bearer of-a-header")
        };
        let request = Request {
            auth,
            headers: vec![
                off,
                Entry::new("X-Api-Key", "{{key}}"),
                Entry::new("Accept", "text/html"),
            ],
            url: "https://me:of-a-url@host/a@b?c".into(),
            ..Request::default()
        };
        let found = of_entity(&Entity::Request(Arc::new(request)));
        let found: Vec<_> = found
            .iter()
            .map(|literal| (literal.place.as_str(), literal.value.reveal(), literal.is_mixed()))
            .collect();
        let told = in_clear(&Entity::Request(Arc::new(Request {
            auth: Auth::new("bearer")
                .with("token", "half-{{tok}}")
                .with("password", "Bearer {{tok}}"),
            headers: vec![Entry::new("Authorization", "Token half-{{tok}}")],
            url: "https://me:half{{p}}@host".into(),
            ..Request::default()
        })));
        let told: Vec<&str> = told.iter().map(|literal| literal.place.as_str()).collect();
        assert_eq!(told, ["auth `token`", "URL"]);
        let expected = [
            ("auth `clientSecret`", "s3cret", false),
            ("auth `accessToken`", "half-{{tok}}", true),
            ("auth `tokenRequestParams` `client_secret`", "of-a-row", false),
            ("header `Authorization`", "of-a-header", false),
            ("URL", "of-a-url", false),
        ];
        assert_eq!(found, expected);
        let group = Group {
            auth: Auth::new("basic").with("password", "!?"),
            settings: Settings {
                proxy: Some("http://of-a-proxy@proxy:3128".into()),
                ..Settings::default()
            },
            ..Group::default()
        };
        let found = of_entity(&Entity::Folder(Arc::new(group)));
        let found: Vec<_> = found.iter().map(|literal| literal.value.reveal()).collect();
        assert_eq!(found, ["!?", "of-a-proxy"]);
    }

    #[test]
    fn examples_and_what_is_kept_are_looked_through() {
        let asked = Request {
            auth: Auth::new("bearer").with("token", "of-an-auth"),
            headers: vec![
                Entry::new("X-Api-Key", "of-a-header"),
                Entry::new("Cookie", "theme=dark; sid=of-another-cookie"),
            ],
            ..Request::default()
        };
        let example = Example {
            name: "200".to_owned(),
            headers: vec![
                Entry::new("Set-Cookie", "sid=of-a-long-cookie; Path=/; HttpOnly"),
                Entry::new("Set-Cookie", "theme=dark; Path=/"),
                Entry::new("ETag", "open"),
            ],
            request: Some(Box::new(asked)),
            ..Example::default()
        };
        let rest = Rest {
            at: "/request/certificate".to_owned(),
            of: Vec::new(),
            instead_of: None,
            value: json!({ "passphrase": "of-a-certificate" }),
        };
        let request = Request {
            examples: vec![example],
            origin: Origin {
                rest: vec![rest],
                ..Origin::default()
            },
            ..Request::default()
        };
        let found = in_clear(&Entity::Request(Arc::new(request)));
        let found: Vec<_> = found
            .iter()
            .map(|literal| (literal.place.as_str(), literal.value.reveal()))
            .collect();
        let expected = [
            ("example `200` auth `token`", "of-an-auth"),
            ("example `200` header `X-Api-Key`", "of-a-header"),
            ("example `200` header `Cookie` `sid`", "of-another-cookie"),
            ("example `200` header `Set-Cookie` `sid`", "of-a-long-cookie"),
            ("kept `request/certificate`", "of-a-certificate"),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn a_header_of_several_words_is_secret_in_all_of_them() {
        let digest = "Digest username=\"me\", response=\"0f\"";
        let cases = [
            ("Cookie", "sid=S3; lang=\"en\"", vec![("sid", "S3"), ("lang", "en")]),
            (
                "cookie",
                "sid=a=b;x={{y}}; z",
                vec![("sid", "a=b"), ("x", "{{y}}"), ("", "z")],
            ),
            ("Authorization", digest, vec![("", "username=\"me\", response=\"0f\"")]),
            (
                "Authorization",
                "Digest u={{u}}, r=0f",
                vec![("", "u={{u}}"), ("", "r=0f")],
            ),
            ("Authorization", " Bearer  tok ", vec![("", "tok")]),
            ("Authorization", "Bearer {{ my tok }}", vec![("", "{{ my tok }}")]),
            ("Proxy-Authorization", "tok", vec![("", "tok")]),
            ("X-Auth-Token", "bearer tok", vec![("", "tok")]),
            ("X-Api-Key", "one two", vec![("", "one two")]),
            ("X-Api-Key", "", vec![("", "")]),
            ("Accept", "one two", vec![]),
        ];
        for (name, value, expected) in cases {
            assert_eq!(of_header(name, value), expected, "{name}: {value}");
        }
        let headers = vec![
            Entry::new("Cookie", "sid=S3CRET; x={{y}}; half={{y}}z"),
            Entry::new("Authorization", "Digest u={{u}}, r=0f, s=1f"),
        ];
        let request = Request {
            headers,
            ..Request::default()
        };
        let told = in_clear(&Entity::Request(Arc::new(request)));
        let told: Vec<&str> = told.iter().map(|literal| literal.place.as_str()).collect();
        assert_eq!(told, ["header `Cookie` `sid`", "header `Authorization`"]);
    }

    #[test]
    fn variables_alone_are_nothing_written() {
        for text in ["", " ", "{{a}}", "{{a}}:{{b}}", " {{a}} "] {
            assert!(!is_written(text), "{text}");
        }
        for text in ["x", "ü", "!!", "{{a}}x", "x{{a}}", "{{a"] {
            assert!(is_written(text), "{text}");
        }
    }
}
