//! What was made here and stays when its file comes again: variables the file never had, secrets, and a variable that stands
//! where the file has a secret written out.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::model::request::Entry;
use crate::model::variable::Owner;
use crate::model::{Auth, Entity, ItemPath, NodeId, Secret, Variable, Workspace, literal};

/// A secret that the file has written out and for which a variable stands here.
#[derive(Clone, Debug)]
pub struct Hidden {
    /// Where it stands, among what [`written`] gives.
    pub place: String,
    /// Where it stood until now.
    pub was: String,
    /// The variable.
    pub variable: String,
    /// What stands before the variable.
    pub before: String,
    /// What stands behind it.
    pub after: String,
    /// What the file has in the place of all that.
    pub text: Secret,
    /// Whose variables of that name are secret here.
    pub owners: Vec<Owner>,
}

impl Hidden {
    /// The part of a text that the variable stands for.
    pub fn value<'t>(&self, text: &'t str) -> Option<&'t str> {
        let inner = text.strip_prefix(&self.before)?.strip_suffix(&self.after)?;
        (!inner.is_empty() && !inner.contains("{{")).then_some(inner)
    }
}

/// The texts of an item in which secrets may stand written out, by where: parameters of its auth, and headers, each with its
/// number among those of its name. A group's stand below it: a request beside it may have its path.
pub fn written<'e>(entity: &'e Entity, path: &ItemPath) -> Vec<(String, &'e str)> {
    let (below, auth, headers) = match entity {
        Entity::Collection(group) | Entity::Folder(group) => ("/", &group.auth, [].as_slice()),
        Entity::Request(request) => ("", &request.auth, request.headers.as_slice()),
    };
    let params = auth.params.iter().filter(|(name, _)| literal::is_secret_param(name));
    let params = params.filter_map(|(name, value)| Some((format!("{path}{below}#auth.{name}"), value.as_str()?)));
    let headers = headers.iter().enumerate().filter_map(|(n, row)| {
        let (name, value) = (row.name.as_str(), row.value_str());
        let place = || format!("{path}#header.{}.{name}", namesakes(headers, n));
        (!literal::of_header(name, value).is_empty()).then(|| (place(), value))
    });
    params.chain(headers).collect()
}

/// How many headers before one have its name.
fn namesakes(headers: &[Entry], n: usize) -> usize {
    headers[..n].iter().filter(|row| row.name == headers[n].name).count()
}

/// The place of a secret variable among what the sources have.
pub fn secret_variable_at(owner: &Owner, key: &str) -> String {
    let place = match owner {
        Owner::Environment(slug) => environment_at(slug),
        Owner::Collection(slug) => ItemPath::new(slug.as_str()),
        Owner::Globals | Owner::Vault | Owner::Tokens(_) | Owner::Source => ItemPath::new("globals:"),
    };
    variable_at(&place, key).to_string()
}

/// Whose variables of a name are secret, among those that requests of a collection see or may see.
fn owners(workspace: &Workspace, collection: Option<NodeId>, key: &str) -> Vec<Owner> {
    let is_secret = |variables: &[Variable]| variables.iter().any(|own| own.secret && own.key == key);
    let environments = workspace.environments().iter();
    let environments = environments.filter(|node| is_secret(&node.environment.variables));
    let environments = environments.map(|node| Owner::Environment(node.slug.clone()));
    let group = collection.and_then(|id| Some((workspace.node(id)?, workspace.group(id)?)));
    let group = group.filter(|(_, group)| is_secret(&group.variables));
    let group = group.map(|(node, _)| Owner::Collection(node.slug.clone()));
    let globals = is_secret(&workspace.globals().variables).then_some(Owner::Globals);
    environments.chain(group).chain(globals).collect()
}

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

    /// The same of headers that carry credentials; of several of a name the one of the same number comes first.
    pub fn keep_hidden_headers(&self, new: &mut [Entry], old: &[Entry]) {
        for n in 0..new.len() {
            let number = namesakes(new, n);
            let row = &mut new[n];
            if literal::of_header(row.name.as_str(), row.value_str()).is_empty() {
                continue;
            }
            let same = old.iter().filter(|own| own.name == row.name);
            let mut same = same.clone().skip(number).take(1).chain(same);
            if let Some(own) = same.find(|own| self.hides(own.value_str(), row.value_str())) {
                row.value.clone_from(&own.value);
            }
        }
    }

    /// The secrets of a found item that are hidden in what becomes of it.
    pub fn hidden(
        &self,
        (found, merged): (&Entity, &Entity),
        path: &ItemPath,
        (workspace, collection): (&Workspace, Option<NodeId>),
    ) -> Vec<Hidden> {
        let ours = written(merged, path);
        let pairs = written(found, path).into_iter().filter_map(|(place, text)| {
            let (_, own) = ours.iter().find(|(own, _)| *own == place)?;
            let (before, variable, after) = self.variable_for(own, text)?;
            Some(Hidden {
                owners: owners(workspace, collection, variable),
                was: format!("{}{}", self.place, &place[path.as_str().len()..]),
                place,
                variable: variable.to_owned(),
                before: before.to_owned(),
                after: after.to_owned(),
                text: Secret::new(text),
            })
        });
        pairs.collect()
    }

    /// Whether a text of ours has a secret variable where that of the file has something written out.
    fn hides(&self, ours: &str, theirs: &str) -> bool {
        self.variable_for(ours, theirs).is_some()
    }

    /// That variable, and what stands before and behind it.
    fn variable_for<'o>(&self, ours: &'o str, theirs: &str) -> Option<(&'o str, &'o str, &'o str)> {
        let (before, rest) = ours.split_once("{{")?;
        let (name, after) = rest.split_once("}}")?;
        let written = theirs.strip_prefix(before)?.strip_suffix(after)?;
        let hides = self.secret.contains(name) && !written.is_empty() && !written.contains("{{");
        hides.then_some((before, name, after))
    }
}
