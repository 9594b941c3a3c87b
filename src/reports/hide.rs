//! Secrets out of a report that is JSON: within its texts, so that it stays JSON whatever a secret looks like.

use serde_json::{Map, Value};

use crate::model::Redactor;
use crate::model::secret::MASK;

/// Hides every secret in a value's texts. Numbers count where a variable's value stands; names of tests, requests and
/// folders and the lines of scripts come from the files and lose only what is long enough to be a secret beyond doubt ([`Redactor::redact_name`]).
pub fn secrets(value: &mut Value, redactor: &Redactor) {
    if !redactor.is_empty() {
        walk(value, redactor);
    }
}

fn walk(value: &mut Value, redactor: &Redactor) {
    match value {
        Value::String(text) => *text = redactor.redact(text),
        Value::Array(items) => items.iter_mut().for_each(|item| walk(item, redactor)),
        Value::Object(map) => object(map, redactor),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn text(value: &mut Value) -> Option<&mut String> {
    match value {
        Value::String(text) => Some(text),
        _ => None,
    }
}

/// Adds texts that have one thing between them, and another behind the last.
fn add<'a>(
    parts: &mut Vec<(&'a mut String, &'static str)>,
    texts: Vec<&'a mut String>,
    between: &'static str,
    behind: &'static str,
) {
    let last = texts.len().saturating_sub(1);
    let behind = |at| if at == last { behind } else { between };
    parts.extend(texts.into_iter().enumerate().map(|(at, text)| (text, behind(at))));
}

/// What is secret in a URL that stands there in its parts: one that holds several of them is found in none alone.
fn url(map: &mut Map<String, Value>, redactor: &Redactor) {
    let (mut protocol, mut host, mut port, mut path, mut query) = (None, Vec::new(), None, Vec::new(), Vec::new());
    for (key, value) in map {
        match (key.as_str(), value) {
            ("protocol", Value::String(text)) => protocol = Some(text),
            ("port", Value::String(text)) => port = Some(text),
            ("host", Value::Array(parts)) => host = parts.iter_mut().filter_map(text).collect(),
            ("path", Value::Array(parts)) => path = parts.iter_mut().filter_map(text).collect(),
            ("query", Value::Array(rows)) => query = rows.iter_mut().filter_map(Value::as_object_mut).collect(),
            _ => {}
        }
    }
    let mut parts = Vec::new();
    let before_path = if path.is_empty() { "" } else { "/" };
    let before_query = if query.is_empty() { "" } else { "?" };
    add(&mut parts, protocol.into_iter().collect(), "", "://");
    add(&mut parts, host, ".", if port.is_some() { ":" } else { before_path });
    add(&mut parts, port.into_iter().collect(), "", before_path);
    add(&mut parts, path, "/", before_query);
    for row in query {
        let (mut key, mut value) = (None, None);
        for (name, part) in row {
            match (name.as_str(), part) {
                ("key", Value::String(text)) => key = Some(text),
                ("value", Value::String(text)) => value = Some(text),
                _ => {}
            }
        }
        let behind = if value.is_some() { "=" } else { "&" };
        add(&mut parts, key.into_iter().collect(), "", behind);
        add(&mut parts, value.into_iter().collect(), "", "&");
    }
    redactor.redact_parts(&mut parts);
}

fn object(map: &mut Map<String, Value>, redactor: &Redactor) {
    if ["path", "query"]
        .iter()
        .any(|key| map.get(*key).is_some_and(Value::is_array))
    {
        url(map, redactor);
    }
    let of_a_test = map.contains_key("skipped") || map.contains_key("stack");
    let is_test = |key: &str| of_a_test && ["assertion", "test"].contains(&key);
    let is_item = ["item", "request", "schema"].iter().any(|key| map.contains_key(*key));
    for (key, value) in map {
        match value {
            Value::String(name) if (is_item && key == "name") || is_test(key) => *name = redactor.redact_name(name),
            // The source of a script is text of the files as well.
            Value::Array(lines) if key == "exec" => lines.iter_mut().for_each(|line| match line {
                Value::String(line) => *line = redactor.redact_name(line),
                line => walk(line, redactor),
            }),
            Value::Number(_) if key == "value" && redactor.redact(&value.to_string()) == MASK => *value = MASK.into(),
            value => walk(value, redactor),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Secret;
    use serde_json::json;

    #[test]
    fn a_secret_of_several_parts_of_a_url_is_hidden_in_each() {
        let secrets_of = |secret: &str| Redactor::new([Secret::new(secret)]);
        let mut value = json!({ "url": {
            "protocol": "http", "port": "8080", "path": ["echo", "T00One", "B00Two", "x"], "host": ["h", "example"],
            "query": [{ "key": "a", "value": "1" }, { "key": "sv", "value": "2" }, { "key": "sig", "value": "Az%2B99" }],
        }});
        secrets(&mut value, &secrets_of("T00One/B00Two"));
        secrets(&mut value, &secrets_of("sv=2&sig=Az+99"));
        let expected = json!({ "url": {
            "protocol": "http", "port": "8080", "path": ["echo", MASK, MASK, "x"], "host": ["h", "example"],
            "query": [{ "key": "a", "value": "1" }, { "key": MASK, "value": MASK }, { "key": MASK, "value": MASK }],
        }});
        assert_eq!(value, expected);
        let mut value = expected.clone();
        secrets(&mut value, &secrets_of("http://h.example:8080/echo"));
        assert_eq!(value["url"]["host"], json!([MASK, MASK]));
        assert_eq!(value["url"]["path"], json!([MASK, MASK, MASK, "x"]));
    }

    #[test]
    fn a_report_stays_json_whatever_is_secret() {
        let redactor = Redactor::new(["200", "name", "token", "long-enough"].map(Secret::new));
        let mut value = json!({
            "item": [{ "name": "get the token, long-enough", "request": { "url": "http://a/?k=token" } }],
            "assertions": [{ "assertion": "a token for long-enough", "skipped": false }],
            "response": { "code": 200, "status": "200 name" },
            "values": [{ "key": "pin", "value": 200 }],
            "event": [{ "script": { "exec": ["let token = 'long-enough';"] } }],
        });
        secrets(&mut value, &redactor);
        let expected = json!({
            "item": [{ "name": format!("get the token, {MASK}"), "request": { "url": format!("http://a/?k={MASK}") } }],
            "assertions": [{ "assertion": format!("a token for {MASK}"), "skipped": false }],
            "response": { "code": 200, "status": format!("200 {MASK}") },
            "values": [{ "key": "pin", "value": MASK }],
            "event": [{ "script": { "exec": [format!("let token = '{MASK}';")] } }],
        });
        assert_eq!(value, expected);
    }
}
