//! Rows with a key: headers, parameters, form fields, variables.

use serde_json::{Number, Value};

use super::{Fields, Object, as_text, description, drop_key, is_nothing, text};
use crate::model::request::parse_query;

/// Types of rows and variables that say nothing: the value is text, or whatever it is.
const PLAIN_TYPES: [&str; 5] = ["text", "default", "string", "any", ""];

/// Form fields or path variables: rows, `Name: value` lines, or an object.
pub fn rows(value: Value) -> Vec<Value> {
    let mut rows = written(value);
    for row in rows.iter_mut().filter_map(Value::as_object_mut) {
        if row.get("value").is_some_and(Value::is_null) {
            drop_key(row, "value");
        }
    }
    rows
}

/// Headers, written as these. A value that is `null` stays so: it is sent.
pub fn headers(value: Value) -> Vec<Value> {
    written(value)
}

fn written(value: Value) -> Vec<Value> {
    list(value, |line| {
        // What is disabled is commented out.
        let (line, is_off) = line
            .trim_start()
            .strip_prefix("//")
            .map_or((line, false), |line| (line, true));
        // Postman takes a line without a colon for none; here it stays in sight.
        let is_whole = line.contains(':');
        let (key, value) = line.split_once(':').unwrap_or((line, ""));
        (!key.trim().is_empty()).then(|| {
            let mut row = pair(key.trim(), value.trim());
            if is_off || !is_whole {
                row.insert("disabled".into(), true.into());
            }
            row
        })
    })
    .into_iter()
    .map(|mut row| {
        if row
            .field("value")
            .is_some_and(|value| is_nothing(value) && !value.is_null())
        {
            drop_key(&mut row, "value");
        }
        Value::Object(row)
    })
    .collect()
}

/// Query parameters or an urlencoded body: rows, `a=1&b`, or an object. A value that is `null` stays so.
pub fn query(value: Value) -> Vec<Value> {
    if let Value::String(text) = &value {
        return typed(text.strip_prefix('?').unwrap_or(text));
    }
    let rows = list(value, |_| None);
    rows.into_iter()
        .map(|mut row| {
            if !row.has_field("value") {
                row.insert("value".into(), Value::Null);
            }
            Value::Object(row)
        })
        .collect()
}

/// The rows of a query as typed.
pub fn typed(text: &str) -> Vec<Value> {
    let rows = parse_query(text).into_iter();
    rows.map(|row| {
        let mut out = Object::new();
        out.insert("key".into(), row.name.as_str().into());
        out.insert(
            "value".into(),
            row.value.map_or(Value::Null, |value| value.as_str().into()),
        );
        Value::Object(out)
    })
    .collect()
}

fn pair(key: &str, value: &str) -> Object {
    let mut out = Object::new();
    out.insert("key".into(), key.into());
    out.insert("value".into(), value.into());
    out
}

/// Rows from a list, an object, or lines of text read by `line`.
fn list(value: Value, line: impl Fn(&str) -> Option<Object>) -> Vec<Object> {
    match value {
        Value::String(lines) => lines.lines().filter_map(line).collect(),
        Value::Object(map) => map
            .into_iter()
            .map(|(key, value)| pair(&key, &as_text(&value)))
            .collect(),
        Value::Array(items) => items
            .into_iter()
            .filter_map(|item| match item {
                Value::Object(map) => Some(row(map)),
                Value::String(text) => line(&text),
                _ => None,
            })
            .collect(),
        _ => Vec::new(),
    }
}

fn row(mut row: Object) -> Object {
    if is_tidy(&row) {
        return row;
    }
    if !row.has_field("key")
        && let Some(name) = row.take_field("id").or_else(|| row.take_field("name"))
    {
        row.insert("key".into(), name);
    }
    text(&mut row, "key");
    if !row.has_field("key") {
        row.insert("key".into(), "".into());
    }
    if row.field("value").is_some_and(|value| !value.is_null()) {
        text(&mut row, "value");
    }
    description(&mut row);
    switch(&mut row);
    plain_type(&mut row);
    if row.field("name") == row.field("key") {
        drop_key(&mut row, "name");
    }
    drop_key(&mut row, "equals");
    row
}

/// Whether a row is nothing but a key and a value, as nearly all are: there is nothing to be done to it.
fn is_tidy(row: &Object) -> bool {
    let plain = |(name, value): (&String, &Value)| match name.as_str() {
        "key" => value.is_string(),
        "value" => value.is_string() || value.is_null(),
        _ => false,
    };
    row.has_field("key") && row.iter().all(plain)
}

/// `disabled: true` stays, `enabled: false` means the same, anything else is an enabled row.
pub fn switch(map: &mut Object) {
    let truth = |value: Option<Value>| match value {
        Some(Value::Bool(on)) => Some(on),
        Some(Value::String(text)) => Some(text == "true"),
        _ => None,
    };
    let disabled = truth(map.take_field("disabled"));
    let enabled = truth(map.take_field("enabled"));
    if disabled == Some(true) || (disabled.is_none() && enabled == Some(false)) {
        map.insert("disabled".into(), true.into());
    }
}

fn plain_type(map: &mut Object) {
    let plain = match map.field("type") {
        Some(Value::String(word)) => PLAIN_TYPES.contains(&word.as_str()),
        Some(Value::Null) => true,
        _ => false,
    };
    if plain {
        drop_key(map, "type");
    }
}

/// Variables: the value keeps its type, and has the one that `type` names.
pub fn variables(value: Value) -> Vec<Value> {
    let items = match value {
        Value::Array(items) => items,
        Value::Object(map) => map
            .into_iter()
            .map(|(key, value)| {
                let mut out = Object::new();
                out.insert("key".into(), key.into());
                out.insert("value".into(), value);
                Value::Object(out)
            })
            .collect(),
        _ => return Vec::new(),
    };
    items
        .into_iter()
        .filter_map(|item| match item {
            Value::Object(map) => Some(Value::Object(variable(map))),
            _ => None,
        })
        .collect()
}

fn variable(mut map: Object) -> Object {
    if !map.has_field("key")
        && let Some(name) = map.take_field("id").or_else(|| map.take_field("name"))
    {
        map.insert("key".into(), name);
    }
    text(&mut map, "key");
    for key in ["id", "uuid", "name", "system"] {
        let own = map.field(key);
        if own.is_some_and(is_nothing) || key == "name" && own == map.field("key") {
            drop_key(&mut map, key);
        }
    }
    map.entry("key").or_insert_with(|| "".into());
    map.entry("value").or_insert_with(|| "".into());
    description(&mut map);
    switch(&mut map);
    cast(&mut map);
    plain_type(&mut map);
    map
}

/// Gives a value written as text the type it is declared to have; where that cannot be, the type stays.
fn cast(map: &mut Object) {
    let Some(Value::String(word)) = map.field("type") else {
        return;
    };
    let word = word.clone();
    let fits = match (word.as_str(), map.field("value")) {
        ("number", Some(Value::Number(_)))
        | ("boolean", Some(Value::Bool(_)))
        | ("array" | "object" | "json", Some(Value::Array(_) | Value::Object(_))) => true,
        ("number", Some(Value::String(text))) => {
            let number = serde_json::from_str::<Number>(text.trim()).ok();
            number.is_some_and(|number| map.insert("value".into(), Value::Number(number)).is_some())
        }
        ("boolean", Some(Value::String(text))) if matches!(text.as_str(), "true" | "false") => {
            let on = text == "true";
            map.insert("value".into(), on.into()).is_some()
        }
        ("array" | "object", Some(Value::String(text))) => {
            let value = serde_json::from_str::<Value>(text).ok();
            let value = value.filter(|value| {
                if word == "array" {
                    value.is_array()
                } else {
                    value.is_object()
                }
            });
            value.is_some_and(|value| map.insert("value".into(), value).is_some())
        }
        _ => false,
    };
    if fits {
        drop_key(map, "type");
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_line_without_a_colon_is_not_sent() {
        assert_eq!(
            rows("A: 1\nB: 2:3\n\nC\n// D: 4".into()),
            [
                json!({ "key": "A", "value": "1" }),
                json!({ "key": "B", "value": "2:3" }),
                json!({ "key": "C", "disabled": true }),
                json!({ "key": "D", "value": "4", "disabled": true }),
            ]
        );
    }
}
