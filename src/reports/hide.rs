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

fn object(map: &mut Map<String, Value>, redactor: &Redactor) {
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
