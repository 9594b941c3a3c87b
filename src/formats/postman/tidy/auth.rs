//! Auth: `{type, <type>: {parameter: value}}`; `None` where the parent's is taken.

use serde_json::Value;

use super::{Fields, Object, as_text, is_nothing};

/// Auth in tidy form.
pub fn auth(value: Value) -> Option<Value> {
    let Value::Object(mut map) = value else { return None };
    let kind = match map.field("type") {
        Some(Value::String(kind)) => kind.clone(),
        Some(Value::Null) | None => map.keys().find(|key| *key != "type")?.clone(),
        Some(other) => as_text(other),
    };
    if kind == "inherit" || kind.is_empty() {
        return None;
    }
    map.insert("type".into(), kind.as_str().into());
    if kind != "type"
        && let Some(params) = map.take_field(&kind)
        && let Some(params) = object(params)
    {
        map.insert(kind.clone(), Value::Object(params));
    }
    // Postman keeps the parameters of the types tried before; empty ones say nothing.
    map.retain(|key, value| *key == kind || !is_nothing(value));
    Some(Value::Object(map))
}

/// The parameters, from v2.1's rows or v2.0's object; of duplicates the last one counts.
fn object(value: Value) -> Option<Object> {
    let mut out = Object::new();
    match value {
        Value::Object(map) => out = map,
        Value::Array(rows) => {
            for row in rows {
                if let Value::Object(mut row) = row
                    && let Some(key) = row.field("key").map(as_text)
                {
                    out.insert(key, row.take_field("value").unwrap_or_default());
                }
            }
        }
        _ => {}
    }
    out.retain(|_, value| !value.is_null());
    (!out.is_empty()).then_some(out)
}
