//! Saved responses, the examples of a request.

use serde_json::Value;

use super::request::request;
use super::rows::rows;
use super::{Fields, Object, drop_key, is_nothing, put_list, text};

/// Responses in tidy form.
pub fn list(value: Value) -> Vec<Value> {
    let Value::Array(items) = value else { return Vec::new() };
    items
        .into_iter()
        .filter_map(|item| match item {
            Value::Object(map) => Some(Value::Object(response(map))),
            _ => None,
        })
        .collect()
}

fn response(mut map: Object) -> Object {
    drop_key(&mut map, "uid");
    for key in ["name", "status", "body", "_postman_previewlanguage"] {
        text(&mut map, key);
    }
    let code = match map.take_field("code") {
        Some(Value::String(text)) => text.trim().parse::<u16>().ok().map(Value::from),
        Some(Value::Null) | None => None,
        Some(other) => Some(other),
    };
    if let Some(code) = code {
        map.insert("code".into(), code);
    }
    put_list(&mut map, "header", rows);
    if let Some(original) = map.take_field("originalRequest")
        && !original.is_null()
    {
        map.insert("originalRequest".into(), Value::Object(request(original)));
    }
    map.retain(|_, value| !is_nothing(value));
    map
}
