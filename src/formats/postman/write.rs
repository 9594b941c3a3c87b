//! Our model → v2.1 collections, environments and globals that Postman and newman accept.

use std::collections::BTreeSet;

use serde_json::Value;

use super::tidy::Object;
use super::{dress, item, rest};
use crate::formats::found::Collection;
use crate::model::{Entity, Environment};

/// Which secret values an export may hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Secrets {
    /// None: the variables are there, their values are empty.
    #[default]
    None,
    /// Those of the variables with these names.
    Named(BTreeSet<String>),
    /// All of them.
    All,
}

impl Secrets {
    /// Whether the value of a secret variable may be written.
    pub fn include(&self, key: &str) -> bool {
        match self {
            Self::None => false,
            Self::Named(names) => names.contains(key),
            Self::All => true,
        }
    }
}

/// A v2.1 collection.
pub fn collection(collection: &Collection, secrets: &Secrets) -> Value {
    // Children come behind their folder, so from the back every folder finds its own complete.
    let mut children: Vec<Vec<Value>> = vec![Vec::new(); collection.items.len()];
    for (n, found) in collection.items.iter().enumerate().rev() {
        let tidy = tidy(&found.entity, secrets);
        let mut own = std::mem::take(&mut children[n]);
        own.reverse();
        let done = match &found.entity {
            Entity::Collection(_) => return dress::collection(tidy, own),
            Entity::Folder(_) => dress::item(tidy, Some(own)),
            Entity::Request(_) => dress::item(tidy, None),
        };
        if let Some(above) = found.parent.and_then(|parent| children.get_mut(parent)) {
            above.push(done);
        }
    }
    dress::collection(Object::new(), Vec::new())
}

/// A request, or a folder without what is in it.
pub fn item(entity: &Entity, secrets: &Secrets) -> Value {
    let children = entity.is_group().then(Vec::new);
    dress::item(tidy(entity, secrets), children)
}

/// An item in tidy form, with all that was kept of it.
pub fn tidy(entity: &Entity, secrets: &Secrets) -> Object {
    let (mut tidy, origin) = match entity {
        Entity::Collection(group) | Entity::Folder(group) => (item::write_group(group, secrets), &group.origin),
        Entity::Request(request) => (item::write_request(request), &request.origin),
    };
    // What was kept stands in the tidy form, where it was found.
    tidy = match entity {
        Entity::Collection(_) => super::tidy::collection(tidy),
        _ => super::tidy::item(tidy),
    };
    rest::apply(&mut tidy, &origin.rest);
    tidy
}

/// Auth as it stands in a request.
pub fn auth(auth: &crate::model::Auth) -> Value {
    let mut map = Object::new();
    super::auth::write(&mut map, auth);
    dress::auth(&mut map);
    map.shift_remove("auth").unwrap_or_default()
}

/// An environment file.
pub fn environment(environment: &Environment, secrets: &Secrets) -> Value {
    dress::environment(tidy_environment(environment, secrets), "environment")
}

/// A globals file.
pub fn globals(globals: &Environment, secrets: &Secrets) -> Value {
    dress::environment(tidy_environment(globals, secrets), "globals")
}

pub(super) fn tidy_environment(environment: &Environment, secrets: &Secrets) -> Object {
    let mut tidy = super::tidy::environment(item::write_environment(environment, secrets));
    rest::apply(&mut tidy, &environment.origin.rest);
    tidy
}

/// The text of a file: indented with tabs, as Postman's own exports are.
pub fn text(value: &Value) -> String {
    let mut out = Vec::new();
    let formatter = serde_json::ser::PrettyFormatter::with_indent(b"\t");
    let mut serializer = serde_json::Serializer::with_formatter(&mut out, formatter);
    // Neither a vector nor a JSON value can fail.
    let written = serde::Serialize::serialize(value, &mut serializer);
    debug_assert!(written.is_ok());
    out.push(b'\n');
    String::from_utf8(out).unwrap_or_default()
}
