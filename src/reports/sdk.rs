//! Collections and items as newman's reports have them: not as a file holds them, but as Postman's SDK writes what it
//! keeps in memory, with an id for everything and descriptions as objects. Whoever reads such reports relies on it.

use md5::{Digest, Md5};
use serde_json::{Map, Value, json};
use uuid::Builder;

use crate::formats::postman::{Secrets, write};
use crate::formats::{Collection, Item};
use crate::model::Entity;
use crate::model::id::ItemPath;
use crate::model::workspace::{Node, Workspace};

/// Gives the items of a collection that have no id from Postman the one they go by here, and those without a name that by which
/// everything else in a report calls them.
pub fn identify(collection: &mut Collection) {
    let mut paths: Vec<ItemPath> = Vec::with_capacity(collection.items.len());
    for item in &mut collection.items {
        let above = item.parent.and_then(|parent| paths.get(parent));
        let path = above.map_or_else(|| ItemPath::new(&item.slug), |above| above.join(&item.slug));
        let is_item = !matches!(item.entity, Entity::Collection(_));
        let origin = match &mut item.entity {
            Entity::Request(request) => &mut std::sync::Arc::make_mut(request).origin,
            Entity::Folder(group) | Entity::Collection(group) => &mut std::sync::Arc::make_mut(group).origin,
        };
        origin.rest.retain(|rest| rest.at != "/name");
        // The id of a collection is none of an item's.
        if is_item {
            origin.id = origin.id_at(path.as_str());
        }
        paths.push(path);
    }
}

/// A request, a folder or a collection as the SDK writes it, by the id it goes by here; a collection has its `info` too.
pub fn node(workspace: &Workspace, node: &Node) -> Value {
    let is_collection = matches!(node.entity, Entity::Collection(_));
    let mut out = if is_collection {
        let alone = Item {
            parent: None,
            slug: String::new(),
            entity: node.entity.clone(),
        };
        write::collection(
            &Collection {
                items: vec![alone],
                ..Collection::default()
            },
            &Secrets::None,
        )
    } else {
        write::item(&node.entity, &Secrets::None)
    };
    let origin = match &node.entity {
        Entity::Collection(group) | Entity::Folder(group) => &group.origin,
        Entity::Request(request) => &request.origin,
    };
    let id = origin.id_at(workspace.path(node.id).as_ref().map_or("", ItemPath::as_str));
    if !is_collection {
        out["id"] = id.as_str().into();
    }
    if is_collection {
        collection(&mut out);
    } else {
        item(&mut out);
    }
    out["id"] = id.into();
    out["name"] = node.entity.name().into();
    out
}

/// A collection: all in it that a file writes otherwise than the SDK.
///
/// Only what Postman has a word for is looked at. A key of the user's own may hold anything, and stays as it is.
pub fn collection(value: &mut Value) {
    if let Some(info) = member(value, "info") {
        common(info);
        let id = derived(&[info.get("name").and_then(Value::as_str).unwrap_or_default()]);
        info.entry("_postman_id").or_insert_with(|| id.into());
    }
    item(value);
    if let Some(map) = value.as_object_mut() {
        map.entry("variable").or_insert_with(|| json!([]));
    }
}

/// An item, likewise, with those in it.
pub fn item(value: &mut Value) {
    let Some(map) = value.as_object_mut() else { return };
    common(map);
    no_auth(map);
    map.entry("event").or_insert_with(|| json!([]));
    let id = map.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
    for (n, event) in objects(map, "event").enumerate() {
        common(event);
        let listen = event.get("listen").and_then(Value::as_str).unwrap_or_default();
        let own = derived(&[&id, listen, &n.to_string()]);
        if let Some(Value::Object(script)) = event.get_mut("script") {
            common(script);
            script.entry("id").or_insert_with(|| own.into());
        }
    }
    objects(map, "variable").for_each(common);
    if let Some(value) = map.get_mut("request") {
        request(value);
    }
    for (n, example) in objects(map, "response").enumerate() {
        common(example);
        objects(example, "header").for_each(common);
        if let Some(value) = example.get_mut("originalRequest") {
            request(value);
        }
        let own = derived(&[&id, "response", &n.to_string()]);
        example.entry("id").or_insert_with(|| own.into());
        example.entry("cookie").or_insert_with(|| json!([]));
    }
    if let Some(Value::Array(items)) = map.get_mut("item") {
        items.iter_mut().for_each(item);
    }
}

/// A request, likewise.
pub fn request(value: &mut Value) {
    if let Some(url) = member(value, "url") {
        common(url);
        // It is kept in its parts alone.
        url.shift_remove("raw");
        for part in ["query", "variable"] {
            url.entry(part).or_insert_with(|| json!([]));
            objects(url, part).for_each(common);
        }
        for variable in objects(url, "variable") {
            variable.entry("type").or_insert_with(|| "any".into());
        }
    }
    if let Some(body) = member(value, "body") {
        common(body);
        for rows in ["urlencoded", "formdata"] {
            objects(body, rows).for_each(common);
        }
    }
    if let Some(map) = value.as_object_mut() {
        common(map);
        no_auth(map);
        objects(map, "header").for_each(common);
        if map.get("header") == Some(&json!([])) {
            map.shift_remove("header");
        }
    }
}

/// What is written otherwise wherever it stands: a description, and what is set apart.
fn common(map: &mut Map<String, Value>) {
    if let Some(told) = map.get_mut("description")
        && let Value::String(text) = &*told
    {
        *told = description(text);
    }
    let own: Vec<String> = map.keys().filter(|key| is_set_apart(key)).cloned().collect();
    for key in own {
        let Some(apart) = map.entry("_").or_insert_with(|| json!({})).as_object_mut() else {
            return;
        };
        let mut apart = std::mem::take(apart);
        apart.insert(key[1..].to_owned(), map.shift_remove(&key).unwrap_or_default());
        map.insert("_".to_owned(), Value::Object(apart));
    }
}

fn no_auth(map: &mut Map<String, Value>) {
    if let Some(Value::Object(auth)) = map.get_mut("auth")
        && auth.get("type") == Some(&"noauth".into())
    {
        auth.entry("noauth").or_insert_with(|| json!([]));
    }
}

/// A description as the SDK writes it.
pub fn description(text: &str) -> Value {
    json!({ "content": text, "type": "text/plain" })
}

/// Whether the SDK keeps a member apart from what it knows, under `_`.
fn is_set_apart(key: &str) -> bool {
    key.starts_with("_postman_") && key != "_postman_id"
}

/// A member that is an object.
fn member<'a>(value: &'a mut Value, key: &str) -> Option<&'a mut Map<String, Value>> {
    value.get_mut(key)?.as_object_mut()
}

/// The objects of a list.
fn objects<'a>(map: &'a mut Map<String, Value>, key: &str) -> impl Iterator<Item = &'a mut Map<String, Value>> {
    let rows = map.get_mut(key).and_then(Value::as_array_mut).into_iter().flatten();
    rows.filter_map(Value::as_object_mut)
}

/// An id for something that came without one: the same in every report, as nothing is known by it outside of one.
pub fn derived(parts: &[&str]) -> String {
    let sum = Md5::digest(parts.join("\n"));
    Builder::from_md5_bytes(sum.into()).into_uuid().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_file_writes_becomes_what_the_sdk_writes() {
        let mut own = json!({
            "id": "i",
            "event": [{ "listen": "test", "script": { "exec": ["1"] } }],
            "request": {
                "auth": { "type": "noauth" },
                "description": "d",
                "body": { "mode": "urlencoded", "urlencoded": [{ "key": "a", "value": "b", "description": "row" }] },
                "url": { "raw": "http://a/:b", "host": ["a"], "path": [":b"], "variable": [{ "key": "b", "value": "1" }] },
                "header": [],
            },
            "response": [{ "_postman_previewlanguage": "json", "body": "{\"description\":\"x\"}" }],
        });
        item(&mut own);
        let again = own.clone();
        item(&mut own);
        assert_eq!(own, again, "it stays what it is");
        let request = &own["request"];
        assert_eq!(request["description"], json!({ "content": "d", "type": "text/plain" }));
        assert_eq!(request["body"]["urlencoded"][0]["description"]["content"], "row");
        assert_eq!(request["auth"]["noauth"], json!([]));
        assert_eq!(request["url"]["query"], json!([]));
        assert_eq!(request["url"]["variable"][0]["type"], "any");
        assert!(request["url"].get("raw").is_none() && request.get("header").is_none());
        assert_eq!(own["event"][0]["script"]["id"].as_str().map(str::len), Some(36));
        let example = &own["response"][0];
        assert_eq!(example["_"], json!({ "postman_previewlanguage": "json" }));
        assert!(example["id"].is_string() && example["cookie"] == json!([]));
        assert_eq!(example["body"], "{\"description\":\"x\"}");
    }
    #[test]
    fn keys_of_the_users_own_stay_as_they_are() {
        let meta = json!({ "event": ["click"], "info": {}, "url": {}, "_postman_b": 2, "auth": { "type": "noauth" } });
        let mut own = json!({
            "info": { "owner": "me", "description": "d" }, "event": [], "_": "x", "_postman_a": 1, "x-meta": meta,
            "request": { "url": "http://a", "x-meta": meta },
        });
        let before = own.clone();
        item(&mut own);
        assert_eq!(own, before);
        collection(&mut own);
        assert_eq!(own["info"]["_postman_id"].as_str().map(str::len), Some(36));
        assert_eq!(own["x-meta"], meta);
    }

    #[test]
    fn what_has_another_shape_is_passed_over() {
        for mut value in [
            json!({ "event": ["click", { "listen": 1, "script": "text" }], "request": "http://a", "response": "none", "variable": [] }),
            json!({ "info": "text", "item": [1, "x", { "event": {} }], "request": [], "event": [], "variable": [1] }),
            json!({
                "request": { "url": [], "body": 1, "header": "a: b", "auth": [] }, "response": [null],
                "event": 1, "variable": {},
            }),
        ] {
            let before = value.clone();
            collection(&mut value);
            assert_eq!(value, before);
        }
    }
}
