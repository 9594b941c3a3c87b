//! JSON values in TOML: variables and auth parameters keep their types.

use serde_json::Value;

use super::tree::{Map, Tree};

/// How `toml` hands over a date when asked for JSON.
const DATE: &str = "$__toml_private_datetime";

/// A value as read: TOML's dates become text.
pub fn from_toml(value: Value) -> Value {
    match value {
        Value::Object(map) if map.len() == 1 && map.contains_key(DATE) => map.get(DATE).cloned().unwrap_or_default(),
        Value::Object(map) => map.into_iter().map(|(key, value)| (key, from_toml(value))).collect(),
        Value::Array(items) => items.into_iter().map(from_toml).collect(),
        other => other,
    }
}

/// Whether TOML can say it as it is: it knows no null, and whole numbers only up to 63 bits.
pub fn fits_toml(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Number(number) => number.is_i64() || number.is_f64(),
        Value::Array(items) => items.iter().all(fits_toml),
        Value::Object(map) => !map.contains_key(DATE) && map.values().all(fits_toml),
        Value::Bool(_) | Value::String(_) => true,
    }
}

/// The value for a file. What TOML cannot say comes near: null is empty text, a huge number is a float.
pub fn tree(value: &Value) -> Tree {
    match value {
        Value::Null => Tree::Text(String::new()),
        Value::Bool(on) => Tree::Bool(*on),
        Value::Number(number) => match number.as_i64() {
            Some(whole) => Tree::Int(whole),
            None => Tree::Float(number.as_f64().unwrap_or_default()),
        },
        Value::String(text) => Tree::Text(text.clone()),
        Value::Array(items) => Tree::List(items.iter().map(tree).collect()),
        Value::Object(map) => Tree::Table(
            map.iter()
                .filter(|(_, value)| !value.is_null())
                .map(|(key, value)| (key.clone().into(), tree(value)))
                .collect::<Map>(),
        ),
    }
}
