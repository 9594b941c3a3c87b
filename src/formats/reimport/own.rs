//! What was made here and stays when its file comes again: variables the file never had, secrets, and a variable that stands
//! where the file has a secret written out.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::model::request::Entry;
use crate::model::{Auth, ItemPath, NodeId, Variable, Workspace, literal};

/// What tells what is ours.
pub struct Own<'a> {
    /// Where what the variables belong to was until now.
    pub place: ItemPath,
    /// What earlier imports brought, variables too.
    pub came: &'a BTreeSet<ItemPath>,
    /// The names of the variables that are secret here.
    pub secret: &'a BTreeSet<String>,
}

/// A variable among what came: under the place of what it belongs to, in the braces that no file has in its name.
pub fn variable_at(place: &ItemPath, key: &str) -> ItemPath {
    place.join(&format!("{{{{{key}}}}}"))
}

/// The place of an environment among what came, where no collection is: a folder's name has no colon.
pub fn environment_at(slug: &str) -> ItemPath {
    ItemPath::new(format!("environment:{slug}"))
}

/// Notes which variables came to a place, those that came before being gone from it or ours.
pub fn note_variables(came: &mut BTreeSet<ItemPath>, place: &ItemPath, variables: &[ItemPath]) {
    let start = format!("{place}/{{{{");
    came.retain(|path| !path.as_str().starts_with(&start));
    came.extend(variables.iter().cloned());
}

/// The names of the variables that are secret for the requests of a collection, or may be.
pub fn secret_names(workspace: &Workspace, collection: Option<NodeId>) -> BTreeSet<String> {
    let group = collection.and_then(|id| workspace.group(id));
    let environments = workspace.environments().iter();
    let variables = environments
        .flat_map(|node| &node.environment.variables)
        .chain(group.into_iter().flat_map(|group| &group.variables))
        .chain(&workspace.globals().variables);
    let secret = variables.filter(|variable| variable.secret);
    secret.map(|variable| variable.key.clone()).collect()
}

impl Own<'_> {
    /// Puts the variables that only we have among those of the file, each behind the one it stood behind. A secret stays even
    /// where it came from the file: without it nothing would say that the value kept on this machine must not be shown.
    pub fn add_variables(&self, new: &mut Vec<Variable>, old: &[Variable]) {
        let theirs: BTreeSet<String> = new.iter().map(|variable| variable.key.clone()).collect();
        for (n, variable) in old.iter().enumerate() {
            let is_ours = !self.came.contains(&variable_at(&self.place, &variable.key));
            let stays = is_ours || variable.secret || variable.source.is_some();
            if theirs.contains(&variable.key) || !stays {
                continue;
            }
            let before = n.checked_sub(1).map(|before| &old[before].key);
            let place = before.and_then(|before| new.iter().rposition(|other| other.key == *before));
            let place = place.map_or(if n == 0 { 0 } else { new.len() }, |place| place + 1);
            new.insert(place, variable.clone());
        }
    }

    /// Leaves the secret variables of an auth where the file has their values written out: they would be in a file again.
    pub fn keep_hidden(&self, new: &mut Auth, old: &Auth) {
        if new.kind != old.kind {
            return;
        }
        for (name, value) in &mut new.params {
            if let (Value::String(new), Some(Value::String(old))) = (&mut *value, old.params.get(name))
                && literal::is_secret_param(name)
                && self.hides(old, new)
            {
                new.clone_from(old);
            }
        }
    }

    /// The same of headers that carry credentials.
    pub fn keep_hidden_headers(&self, new: &mut [Entry], old: &[Entry]) {
        for row in new {
            if literal::of_header(row.name.as_str(), row.value_str()).is_empty() {
                continue;
            }
            let mut same = old.iter().filter(|own| own.name == row.name);
            if let Some(own) = same.find(|own| self.hides(own.value_str(), row.value_str())) {
                row.value.clone_from(&own.value);
            }
        }
    }

    /// Whether a text of ours has a secret variable where that of the file has something written out.
    fn hides(&self, ours: &str, theirs: &str) -> bool {
        let Some((before, rest)) = ours.split_once("{{") else {
            return false;
        };
        let Some((name, after)) = rest.split_once("}}") else {
            return false;
        };
        let written = theirs.strip_prefix(before).and_then(|rest| rest.strip_suffix(after));
        self.secret.contains(name) && written.is_some_and(|written| !written.is_empty() && !written.contains("{{"))
    }
}
