//! What in a response may be a token: the list behind "use a value of this response as a token".

use serde_json::Value;

use crate::exec::renewal::span;
use crate::exec::tokens;
use crate::model::exchange::Response;
use crate::model::token::{Life, Pick};
use crate::model::{Auth, Entity, InOrder, NodeId, Template, Workspace};
use crate::tui::command::{Command, TokenDraft};
use crate::tui::modals::{Item, TokenForm};
use crate::tui::shared::Shared;
use crate::tui::widgets::body::Step;

/// A larger body is no token's.
const LARGEST: usize = 256 * 1024;
/// No token is shorter or longer, in characters.
const LENGTHS: std::ops::RangeInclusive<usize> = 8..=16_384;
/// How deep in a body tokens stand at most.
const DEEPEST: usize = 8;
/// How many values are offered.
const MOST: usize = 100;

/// A value that may be a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Candidate {
    pub pick: Pick,
    /// Where its end stands.
    pub life: Life,
    /// Its own name, which the variable may take.
    pub name: String,
    /// What it looks like, without giving it away.
    pub looks: String,
    /// How likely it is meant.
    score: u8,
}

/// The values of a response, the likeliest first.
pub(super) fn candidates(response: &Response, shared: &Shared) -> Vec<Candidate> {
    let mut out = Vec::new();
    let body = Some(&response.body).filter(|body| body.len() <= LARGEST);
    if let Some(body) = body.and_then(|body| body.json::<Value>().ok()) {
        walk(&body, "$", DEEPEST, shared, &mut out);
    } else if let Some(text) = body.and_then(|body| body.read(0, LARGEST).ok()) {
        // A token may come by itself.
        let text = std::str::from_utf8(&text).map_or("", str::trim);
        if is_like(text) && !text.starts_with('<') {
            out.push(candidate(Pick::Whole, "token", text, Life::Told, shared));
        }
    }
    // What asks for a token is none.
    let asks = |name: &str| name.to_ascii_lowercase().ends_with("-authenticate");
    for (name, value) in response.headers.iter().filter(|(name, _)| !asks(name)) {
        let value = String::from_utf8_lossy(value);
        let likely = score(name, &value);
        if likely > 0 && LENGTHS.contains(&value.chars().count()) {
            out.push(candidate(Pick::Header(name.clone()), name, &value, Life::Told, shared));
        }
    }
    for cookie in &response.cookies {
        if LENGTHS.contains(&cookie.value.chars().count()) {
            let pick = Pick::Cookie(cookie.name.clone());
            out.push(candidate(pick, &cookie.name, &cookie.value, Life::Told, shared));
        }
    }
    out.order_by_key(|candidate| std::cmp::Reverse(candidate.score));
    out.truncate(MOST);
    out
}

/// The rows to choose from; choosing one asks for the variable.
///
/// The value that the cursor is on comes first.
pub(super) fn items(node: NodeId, response: &Response, on: Option<&str>, shared: &Shared) -> Vec<Item> {
    let mut found = candidates(response, shared);
    let is_on = |candidate: &Candidate| matches!(&candidate.pick, Pick::Body(path) if Some(path.as_str()) == on);
    found.order_by_key(|candidate| !is_on(candidate));
    found
        .into_iter()
        .map(|candidate| {
            let (label, right) = match &candidate.pick {
                Pick::Header(name) => (name.clone(), "header"),
                Pick::Cookie(name) => (name.clone(), "cookie"),
                Pick::Body(path) => (path.clone(), "body"),
                Pick::Whole => ("the whole body".to_owned(), "body"),
                Pick::Script => (String::new(), ""),
            };
            let variable = variable(&shared.workspace, node).unwrap_or(candidate.name);
            let draft = TokenDraft {
                node,
                pick: candidate.pick,
                life: candidate.life,
                no_auth: None,
            };
            let title = format!("{label} is the token of the variable");
            let form = TokenForm::of_reply(title, &variable, draft, &shared.workspace);
            Item {
                label,
                detail: candidate.looks,
                right: right.to_owned(),
                commands: vec![Command::Show(Box::new(form.into()))],
                ..Item::default()
            }
        })
        .collect()
}

fn walk(value: &Value, path: &str, depth: usize, shared: &Shared, out: &mut Vec<Candidate>) {
    match value {
        Value::Object(map) if depth > 0 => {
            let life = ends(map, path);
            for (key, value) in map.iter().filter(|(key, _)| !says_end(key)) {
                let path = format!("{path}{}", Step::Key(key.clone()));
                match value {
                    Value::String(text) if is_like(text) => {
                        let life = if tokens::life(text).is_some() {
                            Life::Told
                        } else {
                            life.clone()
                        };
                        out.push(candidate(Pick::Body(path), key, text, life, shared));
                    }
                    value => walk(value, &path, depth - 1, shared, out),
                }
            }
        }
        Value::Array(items) if depth > 0 => {
            for (at, item) in items.iter().take(3).enumerate() {
                walk(item, &format!("{path}[{at}]"), depth - 1, shared, out);
            }
        }
        _ => {}
    }
}

/// Whether a text looks like a token.
fn is_like(text: &str) -> bool {
    LENGTHS.contains(&text.chars().count()) && !text.contains(char::is_whitespace)
}

/// Where an object says when its token ends; what the reply says at its top is found without saying.
fn ends(map: &serde_json::Map<String, Value>, path: &str) -> Life {
    let key = map
        .iter()
        .find(|(key, value)| says_end(key) && !value.is_null())
        .map(|(key, _)| key);
    match key {
        Some(key) if path == "$" && key == "expires_in" => Life::Told,
        Some(key) => Life::Reply(format!("{path}{}", Step::Key(key.clone()))),
        None => Life::Told,
    }
}

/// Whether a key is one under which replies say when a token ends.
fn says_end(key: &str) -> bool {
    let plain: String = key.chars().filter(char::is_ascii_alphanumeric).collect();
    let plain = plain.to_ascii_lowercase();
    let begins = ["expire", "expiry", "expiration", "validuntil", "validto", "notafter"];
    begins.iter().any(|begin| plain.starts_with(begin)) || matches!(&*plain, "exp" | "ttl" | "lifetime")
}

fn candidate(pick: Pick, name: &str, value: &str, life: Life, shared: &Shared) -> Candidate {
    let count = value.chars().count();
    let looks = match tokens::life(value) {
        Some(own) if !own.is_expired(shared.now) => format!("JWT, good for {}", span(own.remaining(shared.now))),
        Some(_) => "JWT, expired".to_owned(),
        None => format!("{count} characters"),
    };
    Candidate {
        pick,
        life,
        name: name.to_owned(),
        looks,
        score: score(name, value),
    }
}

fn score(name: &str, value: &str) -> u8 {
    let name = name.to_ascii_lowercase();
    let named = match &*name {
        name if name.contains("refresh") => 1,
        name if name.contains("token") || name.contains("jwt") => 3,
        name if name.contains("auth") || name.contains("session") || name == "sid" => 2,
        _ => 0,
    };
    named + if tokens::life(value).is_some() { 4 } else { 0 }
}

/// The one variable that a request's collection sends as its credentials.
fn variable(workspace: &Workspace, node: NodeId) -> Option<String> {
    let collection = workspace.collection_of(node)?;
    let Entity::Collection(group) = &collection.entity else {
        return None;
    };
    let auth: &Auth = &group.auth;
    let texts: Vec<Template> = auth.params.keys().map(|name| auth.template(name)).collect();
    let mut names = texts.iter().flat_map(Template::variables);
    let first = names.next()?.to_owned();
    names.next().is_none().then_some(first)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;
    use crate::tui::harness::Harness;
    use serde_json_path::JsonPath;

    /// A reply of this body and these headers, to a request of the samples.
    fn reply(body: &str, headers: &[(&str, &str)]) -> Response {
        let own = |(name, value): &(&str, &str)| ((*name).to_owned(), value.as_bytes().to_vec().into());
        Response {
            status: 200,
            reason: "OK".to_owned(),
            version: "HTTP/1.1".to_owned(),
            headers: headers.iter().map(own).collect(),
            encoded_len: 0,
            body: body.to_owned().into(),
            cookies: Vec::new(),
            truncated: None,
        }
    }

    #[test]
    fn a_text_by_itself_is_one_and_what_asks_for_one_is_none() {
        let picks = |body: &str, headers: &[(&str, &str)]| -> Vec<Pick> {
            let found = candidates(&reply(body, headers), &Shared::default()).into_iter();
            found.map(|candidate| candidate.pick).collect()
        };
        assert_eq!(picks("eyJhbGciOi.J9.abc\n", &[]), [Pick::Whole]);
        for none in ["Hello world of words", "short", "<a>12345678</a>"] {
            assert_eq!(picks(none, &[]), [], "{none}");
        }
        assert_eq!(picks("{}", &[("WWW-Authenticate", "Bearer realm=\"x\"")]), []);
        assert_eq!(
            picks("{}", &[("X-Auth-Token", "12345678")]),
            [Pick::Header("X-Auth-Token".into())]
        );
    }

    #[test]
    fn the_value_that_the_cursor_is_on_comes_first() {
        let harness = Harness::new(120, 40);
        let shared = &harness.state.shared;
        let node = shared.node_at("pydio-cells/get-token").unwrap();
        let reply = reply("{\"access_token\": \"12345678\", \"data\": {\"x\": \"abcdefgh\"}}", &[]);
        let first = |on| items(node, &reply, on, shared).remove(0).label;
        assert_eq!(first(None), "$.access_token");
        assert_eq!(first(Some("$.data.x")), "$.data.x");
        assert_eq!(first(Some("$.data")), "$.access_token");
    }

    #[test]
    fn every_path_that_is_offered_leads_to_its_value() {
        let body = serde_json::json!({
            "odd 'key\\\n\u{1b}": {"to-ken": "value-one"},
            "list": [{"access_token": "value-two", "expires_at": "2030-01-01T00:00:00Z"}],
            "short": "x", "words": "some words here", "number": 1,
        });
        let mut found = Vec::new();
        walk(&body, "$", DEEPEST, &Shared::default(), &mut found);
        let values: Vec<&str> = found
            .iter()
            .filter_map(|candidate| match &candidate.pick {
                Pick::Body(path) => JsonPath::parse(path).unwrap().query(&body).first()?.as_str(),
                _ => None,
            })
            .collect();
        assert_eq!(values, ["value-one", "value-two"]);
        assert!(
            found
                .iter()
                .all(|candidate| !format!("{:?}", candidate.pick).contains("\\u{1b}"))
        );
        assert_eq!(found[1].life, Life::Reply("$.list[0].expires_at".into()));
    }
}
