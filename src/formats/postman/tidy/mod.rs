//! One form for all the ways Postman writes the same thing.
//!
//! v2.0 and v2.1, strings and objects, `null`, absent and empty, numbers where texts belong: after tidying, two items
//! mean the same exactly when they are equal. Reading, writing and comparing all work on this form.
//!
//! ```text
//! source ──tidy──┬──read──▶ model ──write──▶ ours ──tidy──┐
//!                └───────────── rest::diff ◀──────────────┘   what our model does not hold
//! ```
//!
//! Keys that are not understood stay where they are. The tidy form differs from v2.1 in this: auth parameters are an
//! object, a script is one text, a file part's `src` is a list, and a URL is `{base, query, variable}`.

mod auth;
mod body;
mod event;
mod fields;
mod request;
mod response;
mod rows;
mod url;

pub use fields::Fields;
pub use request::request;

use serde_json::{Map, Value};

use crate::model::variable::display_value;

/// Where the type and the version of a description stand.
pub const FORM: &str = "_description";

/// A JSON object.
pub type Object = Map<String, Value>;

/// A request or folder, without what is in it.
pub fn item(mut item: Object) -> Object {
    identity(&mut item);
    text(&mut item, "name");
    description(&mut item);
    drop_key(&mut item, "_postman_isSubFolder");
    if let Some(value) = item.take_field("request")
        && !value.is_null()
    {
        item.insert("request".into(), Value::Object(request(value)));
    }
    if let Some(Value::Object(request)) = item.field("request")
        && !request.has_field("description")
        && let Some(description) = item.take_field("description")
        && let form = item.take_field(FORM)
        && let Some(Value::Object(request)) = item.get_mut("request")
    {
        request.insert("description".into(), description);
        request.extend(form.map(|form| (FORM.to_owned(), form)));
    }
    put_list(&mut item, "response", response::list);
    inherited(&mut item);
    item
}

/// A collection, without its items: what `info` holds comes up, the rest of `info` stays.
pub fn collection(mut collection: Object) -> Object {
    let mut info = match collection.take_field("info") {
        Some(Value::Object(info)) => info,
        _ => Object::new(),
    };
    for key in ["name", "description", "_postman_id", "id"] {
        if let Some(value) = info.take_field(key) {
            collection.entry(key).or_insert(value);
        }
    }
    // These tell who exported it, and from where: the next export is another one.
    for key in ["schema", "_exporter_id", "_collection_link"] {
        drop_key(&mut info, key);
    }
    if !info.is_empty() {
        collection.insert("info".into(), Value::Object(info));
    }
    identity(&mut collection);
    text(&mut collection, "name");
    description(&mut collection);
    inherited(&mut collection);
    collection
}

/// An environment or the globals.
pub fn environment(mut environment: Object) -> Object {
    identity(&mut environment);
    text(&mut environment, "name");
    description(&mut environment);
    for key in [
        "_postman_variable_scope",
        "_postman_exported_at",
        "_postman_exported_using",
        "timestamp",
        "syncedFilename",
        "synced",
    ] {
        drop_key(&mut environment, key);
    }
    put_list(&mut environment, "values", rows::variables);
    environment.retain(|key, value| key == "name" || !is_nothing(value));
    environment
}

/// What collections, folders and requests have alike.
fn inherited(map: &mut Object) {
    put_list(map, "event", event::list);
    put_list(map, "variable", rows::variables);
    if let Some(value) = map.take_field("auth").and_then(auth::auth) {
        map.insert("auth".into(), value);
    }
    if map.field("protocolProfileBehavior").is_some_and(is_nothing) {
        drop_key(map, "protocolProfileBehavior");
    }
    map.retain(|key, value| key == "name" || !is_nothing(value));
}

/// The identity under one name; of several the one that Postman itself keeps through exports.
fn identity(map: &mut Object) {
    let found = ["_postman_id", "id", "uid"]
        .into_iter()
        .find(|key| map.field(key).is_some_and(|id| id.is_string() || id.is_number()));
    let id = found.and_then(|key| map.take_field(key));
    for key in ["_postman_id", "id", "uid"] {
        drop_key(map, key);
    }
    if let Some(id) = id.map(|id| display_value(&id)).filter(|id| !id.is_empty()) {
        map.insert("id".into(), id.into());
    }
}

/// A description: text, whether written as text or as `{content, type, version}`. What says more than that it is text or
/// Markdown, which Postman shows alike, stands beside it.
fn description(map: &mut Object) {
    if let Some(Value::Object(object)) = map.get_mut("description") {
        let mut form = std::mem::take(object);
        let content = form.take_field("content").unwrap_or_default();
        form.retain(|key, value| {
            let plain = key == "type" && (value == "text/plain" || value == "text/markdown");
            !plain && !is_nothing(value)
        });
        map.insert("description".into(), content);
        if !form.is_empty() {
            map.insert(FORM.into(), Value::Object(form));
        }
    }
    text(map, "description");
    if map.field("description").is_some_and(is_nothing) {
        drop_key(map, "description");
    }
}

/// Makes a value text; `null` goes.
fn text(map: &mut Object, key: &str) {
    match map.field(key) {
        None | Some(Value::String(_)) => {}
        Some(Value::Null) => drop_key(map, key),
        Some(other) => {
            let other = as_text(other);
            map.insert(key.into(), other.into());
        }
    }
}

/// Text of anything: objects and lists as JSON.
fn as_text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Object(_) | Value::Array(_) => value.to_string(),
        other => display_value(other),
    }
}

/// Puts a list in tidy form; an empty one goes.
fn put_list(map: &mut Object, key: &str, tidy: impl FnOnce(Value) -> Vec<Value>) {
    let Some(value) = map.get_mut(key) else { return };
    let list = tidy(value.take());
    if list.is_empty() {
        drop_key(map, key);
    } else {
        map.insert(key.into(), Value::Array(list));
    }
}

fn drop_key(map: &mut Object, key: &str) {
    let _gone = map.take_field(key);
}

/// Whether a value says nothing: `null`, `""`, `[]`, `{}`.
pub fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(map) => map.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}
