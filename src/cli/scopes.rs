//! Environments and globals as they are now, in the shape newman exports them.

use std::path::Path;

use serde_json::{Value, json};
use uuid::Uuid;

use crate::exec::{Session, scopes};
use crate::model::Scope;
use crate::vars::Layer;

use super::CliError;

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

/// Writes a scope as newman exports it.
///
/// Only its owner may read the file: it holds the secrets, or the next run could not use it.
pub fn export(path: &Path, mut value: Value, kind: &str) -> Result<(), CliError> {
    if value.get("name").is_none() {
        value["name"] = kind.into();
    }
    value["_postman_variable_scope"] = kind.into();
    value["_postman_exported_at"] = jiff::Timestamp::now().to_string().into();
    value["_postman_exported_using"] = concat!("postrider/", env!("CARGO_PKG_VERSION")).into();
    write(path, &value)
}

/// Writes a JSON file that only its owner may read.
pub fn write(path: &Path, value: &Value) -> Result<(), CliError> {
    let text = serde_json::to_string_pretty(value).unwrap_or_default();
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    let written = std::fs::create_dir_all(folder)
        .and_then(|()| tempfile::NamedTempFile::new_in(folder))
        .and_then(|file| std::fs::write(file.path(), text).map(|()| file))
        .and_then(|file| file.persist(path).map_err(|error| error.error));
    written.map(|_| ()).map_err(|error| {
        CliError::failed(format!("cannot write `{}`", path.display()))
            .because(error)
            .hint("the run is over; only writing what it left failed")
    })
}
