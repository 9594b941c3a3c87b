//! Auth, in tidy form and in our model. Types and parameters have Postman's own names in our files too.

use serde_json::Value;

use super::rows::{put, text};
use super::tidy::{Fields, Object};
use crate::model::Auth;

/// Postman's word for sending none.
const NOAUTH: &str = "noauth";

/// Reads auth; absent, it is inherited.
pub fn read(map: &Object) -> Auth {
    let Some(Value::Object(auth)) = map.field("auth") else {
        return Auth::default();
    };
    let kind = text(auth, "type");
    if kind == NOAUTH {
        return Auth::new(Auth::NONE);
    }
    // `none` and `inherit` are words of ours; as types of Postman's they could not be told from them.
    if kind == Auth::NONE || kind == Auth::INHERIT {
        return Auth::default();
    }
    let mut out = Auth::new(kind.clone());
    if let Some(Value::Object(params)) = auth.field(&kind) {
        for (name, value) in params {
            if name != "type" && fits(value) {
                out.params.insert(name.clone(), value.clone());
            }
        }
    }
    out
}

/// Writes auth unless it is inherited.
pub fn write(map: &mut Object, auth: &Auth) {
    if auth.is_inherited() {
        return;
    }
    let kind = if auth.is_none() { NOAUTH } else { auth.kind.as_str() };
    let mut out = Object::new();
    out.insert("type".into(), kind.into());
    let params = auth.params.iter().map(|(name, value)| (name.clone(), value.clone()));
    put(&mut out, kind, Value::Object(params.collect()));
    map.insert("auth".into(), Value::Object(out));
}

/// Whether our files can hold a parameter as it is: they have no null, and whole numbers of 63 bits.
fn fits(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Number(number) => number.is_i64() || number.is_f64(),
        Value::Array(items) => items.iter().all(fits),
        Value::Object(map) => map.values().all(fits),
        Value::Bool(_) | Value::String(_) => true,
    }
}
