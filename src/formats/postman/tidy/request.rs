//! Requests: everything below `request`.

use serde_json::Value;

use super::rows::headers;
use super::{Fields, Object, as_text, auth, body, description, drop_key, is_nothing, put_list, url};
use crate::model::request::Method;

/// A request in tidy form; a text is a URL.
pub fn request(value: Value) -> Object {
    let mut map = match value {
        Value::Object(map) => map,
        other => {
            let mut map = Object::new();
            map.insert("url".into(), as_text(&other).into());
            map
        }
    };
    let word = map.take_field("method").as_ref().map(as_text).unwrap_or_default();
    let method = match word.trim() {
        "" => Method::default(),
        word => Method::new(word),
    };
    map.insert("method".into(), method.as_str().into());
    description(&mut map);
    let address = url::url(map.take_field("url").unwrap_or_default());
    map.insert("url".into(), Value::Object(address));
    put_list(&mut map, "header", headers);
    if let Some(value) = map.take_field("auth").and_then(auth::auth) {
        map.insert("auth".into(), value);
    }
    if let Some(value) = map.take_field("body").and_then(body::body) {
        map.insert("body".into(), value);
    }
    for key in ["certificate", "proxy"] {
        if map.field(key).is_some_and(is_nothing) {
            drop_key(&mut map, key);
        }
    }
    map
}
