//! Environments and globals as they are now, in the shape newman exports them.

use serde_json::{Value, json};
use uuid::Uuid;

use super::sdk;
use crate::exec::{Session, scopes};
use crate::model::{Environment, Scope};
use crate::vars::Layer;

/// The active environment.
pub fn environment(session: &Session) -> Value {
    let node = session.environment.and_then(|id| session.workspace.environment(id));
    scope(session, Scope::Environment, node.map(|node| &*node.environment))
}

/// The globals.
pub fn globals(session: &Session) -> Value {
    scope(session, Scope::Global, Some(session.workspace.globals()))
}

fn scope(session: &Session, scope: Scope, file: Option<&Environment>) -> Value {
    let scopes = scopes(&session.source(None));
    let layer = scopes.layer(scope);
    let id = file.map_or("", |file| file.origin.id.as_str());
    let id = if id.is_empty() {
        Uuid::new_v4().to_string()
    } else {
        id.to_owned()
    };
    let mut out = json!({ "id": id });
    let name = file.map_or("", |file| file.name.as_str());
    let name = if name.is_empty() { &layer.name } else { name };
    if !name.is_empty() {
        out["name"] = name.into();
    }
    let described = |row: &mut Value| {
        let variable = file.and_then(|file| file.variables.iter().find(|own| row["key"] == own.key.as_str()));
        // What is a secret to us may be a plain variable in the file.
        row["type"] = if variable.is_some_and(|own| own.secret) {
            "secret"
        } else {
            "any"
        }
        .into();
        if let Some(told) = variable.filter(|own| !own.description.is_empty()) {
            row["description"] = sdk::description(&told.description);
        }
    };
    out["values"] = values(layer);
    out["values"].as_array_mut().into_iter().flatten().for_each(described);
    out
}

/// The variables of a scope.
fn values(layer: &Layer) -> Value {
    let all = layer.bindings.iter().map(|binding| {
        let mut out = json!({ "type": "any", "value": binding.value, "key": binding.key });
        if !binding.enabled {
            out["disabled"] = true.into();
        }
        out
    });
    all.collect()
}
