//! What the report of an import says of auth: secrets that stand in the open, and types that are not known here.

use std::sync::Arc;

use crate::auth;
use crate::formats::{Collection, Fate, Note};
use crate::model::{Auth, Entity, template};

/// The notes on the auth of every item of a collection, in the order of the file.
pub fn notes(collection: &Collection) -> Vec<Note> {
    let mut out = Vec::new();
    // Names from the collection down, as the other notes have them.
    let mut paths: Vec<Arc<str>> = Vec::with_capacity(collection.items.len());
    for item in &collection.items {
        let above = item.parent.and_then(|parent| paths.get(parent));
        let path: Arc<str> = match above {
            Some(above) => format!("{above} / {}", item.entity.name()).into(),
            None => item.entity.name().into(),
        };
        out.extend(note(&path, &item.entity));
        paths.push(path);
    }
    out
}

fn note(path: &str, entity: &Entity) -> Option<Note> {
    let (auth, field) = match entity {
        Entity::Collection(group) | Entity::Folder(group) => (&group.auth, "auth"),
        Entity::Request(request) => (&request.auth, "request.auth"),
    };
    if auth.is_inherited() || auth.is_none() {
        return None;
    }
    let note = |fate: Fate, what: String, why: &str| Note {
        path: path.to_owned(),
        field: field.to_owned(),
        fate,
        what,
        why: why.to_owned(),
    };
    let Some(kind) = auth::find(&auth.kind) else {
        let what = format!("auth of type `{}`", auth.kind);
        return Some(note(
            Fate::Kept,
            what,
            "this type is not known here, and nothing is sent for it",
        ));
    };
    let open = kind
        .fields()
        .iter()
        .filter(|field| field.kind.is_secret() && is_literal(auth, field.name));
    let open: Vec<&str> = open.map(|field| field.label).collect();
    if open.is_empty() {
        return None;
    }
    let what = format!("a secret as it is ({})", open.join(", "));
    let why = "others who have the files can read it; put it into a variable marked `secret`, and `{{name}}` here";
    Some(note(Fate::Open, what, why))
}

/// Whether a parameter is a text of its own and not that of a variable.
fn is_literal(auth: &Auth, name: &str) -> bool {
    let value = auth
        .params
        .get(name)
        .and_then(serde_json::Value::as_str)
        .unwrap_or_default();
    !value.trim().is_empty() && template::tokens(value).next().is_none()
}
