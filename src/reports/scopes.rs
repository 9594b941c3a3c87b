//! Environments and globals as they are now, in the shape newman exports them.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::exec::{Session, scopes};
use crate::model::Scope;
use crate::vars::Layer;

/// The active environment.
pub fn environment(session: &Session) -> Value {
    let node = session.environment.and_then(|id| session.workspace.environment(id));
    let id = node.map_or("", |node| node.environment.origin.id.as_str());
    scope(session, Scope::Environment, id)
}

/// The globals.
pub fn globals(session: &Session) -> Value {
    scope(session, Scope::Global, &session.workspace.globals().origin.id)
}

fn scope(session: &Session, scope: Scope, id: &str) -> Value {
    let scopes = scopes(&session.source(None));
    let layer = scopes.layer(scope);
    let id = if id.is_empty() {
        Uuid::new_v4().to_string()
    } else {
        id.to_owned()
    };
    let mut out = json!({ "id": id });
    if !layer.name.is_empty() {
        out["name"] = layer.name.as_str().into();
    }
    out["values"] = values(layer);
    out
}

/// The variables of a scope.
pub fn values(layer: &Layer) -> Value {
    let all = layer.bindings.iter().map(|binding| {
        let kind = if binding.secret { "secret" } else { "any" };
        let mut out = json!({ "type": kind, "value": binding.value, "key": binding.key });
        if !binding.enabled {
            out["disabled"] = true.into();
        }
        out
    });
    all.collect()
}
