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

/// Gives the items of a collection that have no id from Postman the one they go by here: where they are filed.
pub fn identify(collection: &mut Collection) {
    let mut paths: Vec<ItemPath> = Vec::with_capacity(collection.items.len());
    for item in &mut collection.items {
        let above = item.parent.and_then(|parent| paths.get(parent));
        let path = above.map_or_else(|| ItemPath::new(&item.slug), |above| above.join(&item.slug));
        let origin = match &mut item.entity {
            Entity::Request(request) => &mut std::sync::Arc::make_mut(request).origin,
            Entity::Folder(group) => &mut std::sync::Arc::make_mut(group).origin,
            // Its id is none of an item's.
            Entity::Collection(_) => {
                paths.push(path);
                continue;
            }
        };
        if origin.id.is_empty() {
            origin.id = path.to_string();
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
        write::collection(&Collection { items: vec![alone] }, &Secrets::None)
    } else {
        write::item(&node.entity, &Secrets::None)
    };
    let own = match &node.entity {
        Entity::Collection(group) | Entity::Folder(group) => &group.origin.id,
        Entity::Request(request) => &request.origin.id,
    };
    let path = || workspace.path(node.id).map(|path| path.to_string()).unwrap_or_default();
    let id = if own.is_empty() { path() } else { own.clone() };
    if !is_collection {
        out["id"] = id.as_str().into();
    }
    shape(&mut out);
    out["id"] = id.into();
    out["name"] = node.entity.name().into();
    out
}

/// A collection, an item, an environment: all in it that a file writes otherwise than the SDK.
pub fn shape(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(shape),
        Value::Object(map) => {
            map.iter_mut()
                // What people wrote is none of Postman's shapes.
                .filter(|(key, _)| !["value", "body", "graphql"].contains(&key.as_str()))
                .for_each(|(_, value)| shape(value));
            if let Some(body) = map.get_mut("body").filter(|body| body.is_object()) {
                shape(body);
            }
            object(map);
        }
        _ => {}
    }
}

fn object(map: &mut Map<String, Value>) {
    if let Some(Value::String(text)) = map.get("description") {
        map["description"] = description(text);
    }
    let own: Vec<String> = map.keys().filter(|key| is_set_apart(key)).cloned().collect();
    for key in own {
        let value = map.shift_remove(&key).unwrap_or_default();
        let apart = map.entry("_").or_insert_with(|| json!({}));
        apart[&key[1..]] = value;
    }
    if let Some(Value::Object(url)) = map.get_mut("url") {
        for part in ["query", "variable"] {
            url.entry(part).or_insert_with(|| json!([]));
        }
    }
    if let Some(Value::Object(auth)) = map.get_mut("auth")
        && auth.get("type") == Some(&"noauth".into())
    {
        auth.entry("noauth").or_insert_with(|| json!([]));
    }
    if let Some(Value::Object(info)) = map.get_mut("info") {
        let id = derived(&[info["name"].as_str().unwrap_or_default()]);
        info.entry("_postman_id").or_insert_with(|| id.into());
    }
    let id = map.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
    for (n, event) in rows(map, "event").enumerate() {
        let listen = event["listen"].as_str().unwrap_or_default().to_owned();
        if let Some(script) = event["script"].as_object_mut() {
            let own = || derived(&[&id, &listen, &n.to_string()]).into();
            script.entry("id").or_insert_with(own);
        }
    }
    for (n, example) in rows(map, "response").enumerate() {
        if let Some(example) = example.as_object_mut() {
            let own = || derived(&[&id, "response", &n.to_string()]).into();
            example.entry("id").or_insert_with(own);
            example.entry("cookie").or_insert_with(|| json!([]));
        }
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

fn rows<'a>(map: &'a mut Map<String, Value>, key: &str) -> impl Iterator<Item = &'a mut Value> {
    map.get_mut(key).and_then(Value::as_array_mut).into_iter().flatten()
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
        let mut item = json!({
            "id": "i",
            "event": [{ "listen": "test", "script": { "exec": ["1"] } }],
            "request": {
                "auth": { "type": "noauth" },
                "description": "d",
                "body": { "mode": "urlencoded", "urlencoded": [{ "key": "a", "value": "b", "description": "row" }] },
                "url": { "raw": "http://a", "host": ["a"] },
            },
            "response": [{ "_postman_previewlanguage": "json", "body": "{\"description\":\"x\"}" }],
        });
        shape(&mut item);
        let again = item.clone();
        shape(&mut item);
        assert_eq!(item, again, "it stays what it is");
        let request = &item["request"];
        assert_eq!(request["description"], json!({ "content": "d", "type": "text/plain" }));
        assert_eq!(request["body"]["urlencoded"][0]["description"]["content"], "row");
        assert_eq!(request["auth"]["noauth"], json!([]));
        assert_eq!(request["url"]["variable"], json!([]));
        assert_eq!(item["event"][0]["script"]["id"].as_str().map(str::len), Some(36));
        let example = &item["response"][0];
        assert_eq!(example["_"], json!({ "postman_previewlanguage": "json" }));
        assert!(example["id"].is_string() && example["cookie"] == json!([]));
        assert_eq!(example["body"], "{\"description\":\"x\"}");
    }
}
