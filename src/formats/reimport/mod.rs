//! Importing again: what is new, changed, moved or gone against what the workspace has, before anything is written.
//!
//! An item is the same when it has the same identity (Postman's id, kept in the file), else when it has the same kind
//! and name in the same folder, the first with the first. What only we hold stays: where tokens and values come from, what is
//! secret, timeouts, proxies, filters, the file's name.

mod environment;
mod own;

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use super::found::{Collection, Slugs};
use super::postman;
use crate::model::{Entity, Group, ItemPath, NodeId, Origin, Request, Rest, Secret, Variable, Workspace};

use self::own::{Own, variable_at, written};

pub use self::environment::{EnvironmentStep, GlobalsStep, plan_environments, plan_globals};
pub use self::own::{Hidden, environment_at, note_variables, secret_variable_at};

/// What importing would do to one item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// It is new.
    Add,
    /// Its content differs.
    Change,
    /// It is as it was, but for the id that Postman knows it by: it had none, and gets it, so that it is found when its name
    /// changes.
    Note,
    /// It is in another folder, and may differ too.
    Move,
    /// It is not in the file any more.
    Remove,
    /// It is as it was.
    Keep,
}

/// What importing would do to one item, with all that is needed to do it.
#[derive(Clone, Debug)]
pub struct Step {
    /// What.
    pub action: Action,
    /// The item in the workspace; `None` for a new one.
    pub node: Option<NodeId>,
    /// Where it is filed afterwards; for a removed one, where it is.
    pub path: ItemPath,
    /// Its content afterwards; for a removed one, what it is.
    pub entity: Entity,
}

/// What importing a collection would do: every folder before what is in it, removals last, the innermost first.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// One step per item, kept ones too.
    pub steps: Vec<Step>,
    /// What stays though the file does not have it: the user has made it here.
    pub own: Vec<ItemPath>,
    /// The variables that the file has, by the place of what they belong to.
    pub variables: Vec<(ItemPath, Vec<ItemPath>)>,
    /// The secrets that the file has written out and that variables stand for here.
    pub hidden: Vec<Hidden>,
    /// All texts in which secrets may stand written out in the file, by where.
    pub written: Vec<(String, Secret)>,
}

impl Plan {
    /// How many items an action is for.
    pub fn count(&self, action: Action) -> usize {
        self.steps.iter().filter(|step| step.action == action).count()
    }

    /// Whether importing would change nothing.
    pub fn is_idle(&self) -> bool {
        self.steps
            .iter()
            .all(|step| matches!(step.action, Action::Keep | Action::Note))
    }
}

/// Whether a found collection is another version of one of the workspace.
type IsVersion = fn(&Entity, &Entity) -> bool;

/// Whether two have the same of something, and have it at all.
fn same(ours: &Entity, theirs: &Entity, by: fn(&Entity) -> &str) -> bool {
    !by(ours).is_empty() && by(ours) == by(theirs)
}

/// The collections of the workspace that the found ones are other versions of: by identity and name, else by identity,
/// else by name.
///
/// Each is the counterpart of one alone: a copied export has the identity of its original, and must not take its place
/// when both are imported together.
pub fn counterparts(workspace: &Workspace, found: &[Collection]) -> Vec<Option<NodeId>> {
    let mut out = vec![None; found.len()];
    let mut taken: HashSet<NodeId> = HashSet::new();
    let versions: [IsVersion; 3] = [
        |ours, theirs| same(ours, theirs, identity) && ours.name() == theirs.name(),
        |ours, theirs| same(ours, theirs, identity),
        // Two collections with identities of their own are two, whatever they are called.
        |ours, theirs| same(ours, theirs, Entity::name) && (identity(ours).is_empty() || identity(theirs).is_empty()),
    ];
    for is_version in versions {
        for (counterpart, collection) in out.iter_mut().zip(found) {
            let Some(ours) = collection.items.first().filter(|_| counterpart.is_none()) else {
                continue;
            };
            let mut free = workspace.collections().iter().filter(|id| !taken.contains(id));
            *counterpart = free
                .find(|id| {
                    let node = workspace.node(**id);
                    node.is_some_and(|node| is_version(&ours.entity, &node.entity))
                })
                .copied();
            taken.extend(*counterpart);
        }
    }
    out
}

/// What importing a collection would do; `existing` is the collection to bring up to date, or none to add a new one.
///
/// What the file does not have is removed when it came from a file before: it has an identity of Postman's, or is among
/// those that `came`. Everything else the user has made, and it stays, with the folders it lies in.
pub fn plan(workspace: &Workspace, existing: Option<NodeId>, found: &Collection, came: &BTreeSet<ItemPath>) -> Plan {
    let mut plan = Plan::default();
    let Some(first) = found.items.first() else { return plan };
    let matched = Matches::new(workspace, existing, found);
    let top = match existing.and_then(|id| workspace.node(id)) {
        Some(node) => node.slug.clone(),
        None => workspace.free_slug(None, first.entity.name()),
    };
    let slugs = matched.slugs(workspace, found, top);
    let mut paths: Vec<ItemPath> = Vec::with_capacity(found.items.len());
    let secret = own::secret_names(workspace, existing);
    for (n, item) in found.items.iter().enumerate() {
        let path = match item.parent.and_then(|parent| paths.get(parent)) {
            Some(parent) => parent.join(&slugs[n]),
            None => ItemPath::new(slugs[n].as_str()),
        };
        let node = matched.of[n];
        let old = node.and_then(|id| workspace.node(id));
        if let Entity::Collection(group) | Entity::Folder(group) = &item.entity {
            let keys = group.variables.iter();
            let keys = keys.map(|variable| variable_at(&path, &variable.key)).collect();
            plan.variables.push((path.clone(), keys));
        }
        let texts = written(&item.entity, &path).into_iter();
        let texts = texts.filter(|(_, text)| !text.is_empty() && !text.contains("{{"));
        plan.written
            .extend(texts.map(|(place, text)| (place, Secret::new(text))));
        let (action, entity) = match old {
            None => (Action::Add, item.entity.clone()),
            Some(old) => {
                let own = Own {
                    place: workspace.path(old.id).unwrap_or_else(|| path.clone()),
                    came,
                    secret: &secret,
                };
                let mut merged = merge(&item.entity, &old.entity, found.is_v3, &own);
                if matched.order_stays[n] {
                    merged = merged.ordered(old.entity.order());
                }
                let hidden = own.hidden((&item.entity, &merged), &path, (workspace, existing));
                plan.hidden.extend(hidden);
                let moved = old.parent != item.parent.and_then(|parent| matched.of[parent]);
                let action = if moved {
                    Action::Move
                } else if same_in_files(&merged, &old.entity) {
                    Action::Keep
                } else if identity(&old.entity).is_empty() && same_in_files(&without_identity(&merged), &old.entity) {
                    Action::Note
                } else {
                    Action::Change
                };
                // That of a collection has the values of its secrets, which are in no file.
                let entity = if action == Action::Keep && !matches!(merged, Entity::Collection(_)) {
                    old.entity.clone()
                } else {
                    merged
                };
                (action, entity)
            }
        };
        plan.steps.push(Step {
            action,
            node,
            path: path.clone(),
            entity,
        });
        paths.push(path);
    }
    let mut kept: HashSet<NodeId> = matched.of.iter().flatten().copied().collect();
    let below = existing.map(|id| workspace.descendants(id)).unwrap_or_default();
    for id in &below {
        let (Some(node), Some(path)) = (workspace.node(*id), workspace.path(*id)) else {
            continue;
        };
        let from_file = !identity(&node.entity).is_empty() || came.contains(&path);
        if !kept.contains(id) && !from_file {
            plan.own.push(path);
            kept.extend(workspace.lineage(*id).map(|node| node.id));
        }
    }
    for id in below.into_iter().rev().filter(|id| !kept.contains(id)) {
        if let (Some(node), Some(path)) = (workspace.node(id), workspace.path(id)) {
            plan.steps.push(Step {
                action: Action::Remove,
                node: Some(id),
                path,
                entity: node.entity.clone(),
            });
        }
    }
    plan
}

/// Which found item is which node.
struct Matches {
    /// By the number of the found item.
    of: Vec<Option<NodeId>>,
    /// Whether the siblings of an item stand in the order they already have, so that no place changes.
    order_stays: Vec<bool>,
}

impl Matches {
    fn new(workspace: &Workspace, existing: Option<NodeId>, found: &Collection) -> Self {
        let mut of: Vec<Option<NodeId>> = vec![None; found.items.len()];
        let nodes = existing.map(|id| workspace.descendants(id)).unwrap_or_default();
        let mut by_id: HashMap<&str, Vec<NodeId>> = HashMap::new();
        for id in &nodes {
            if let Some(node) = workspace.node(*id).filter(|node| !identity(&node.entity).is_empty()) {
                by_id.entry(identity(&node.entity)).or_default().push(*id);
            }
        }
        let mut taken: HashSet<NodeId> = existing.into_iter().collect();
        // Some files give several items one identity: then those of the same name belong together first.
        for named in [true, false] {
            for (n, item) in found.items.iter().enumerate().skip(1) {
                let Some(same) = by_id.get(identity(&item.entity)).filter(|_| of[n].is_none()) else {
                    continue;
                };
                let fits = |id: &&NodeId| {
                    workspace.node(**id).is_some_and(|node| {
                        node.entity.is_group() == item.entity.is_group()
                            && (!named || node.entity.name() == item.entity.name())
                    })
                };
                let node = same.iter().filter(|id| !taken.contains(id)).find(fits).copied();
                of[n] = node.filter(|id| taken.insert(*id));
            }
        }
        if let Some(first) = of.first_mut() {
            *first = existing;
        }
        // By name, folder by folder; a folder comes before what is in it.
        let mut by_name: HashMap<(NodeId, bool, &str), Vec<NodeId>> = HashMap::new();
        for id in nodes.iter().rev().filter(|id| !taken.contains(id)) {
            if let Some((node, parent)) = workspace.node(*id).and_then(|node| Some((node, node.parent?))) {
                let key = (parent, node.entity.is_group(), node.entity.name());
                by_name.entry(key).or_default().push(*id);
            }
        }
        for (n, item) in found.items.iter().enumerate().skip(1) {
            let Some(parent) = item.parent.and_then(|parent| of[parent]).filter(|_| of[n].is_none()) else {
                continue;
            };
            let key = (parent, item.entity.is_group(), item.entity.name());
            let Some(same) = by_name.get_mut(&key) else { continue };
            let strangers = |id: &NodeId| {
                let theirs = workspace.node(*id).map_or("", |node| identity(&node.entity));
                !theirs.is_empty() && !identity(&item.entity).is_empty()
            };
            if same.last().is_some_and(|id| !strangers(id)) {
                of[n] = same.pop();
            }
        }
        let order_stays = order_stays(workspace, found, &of);
        Self { of, order_stays }
    }

    /// File names: those the items have, and free ones for the new. Free is none that an item has until it is moved away or
    /// removed, which comes later: the new one would be overwritten, or removed in its place.
    fn slugs(&self, workspace: &Workspace, found: &Collection, top: String) -> Vec<String> {
        let mut out = vec![String::new(); found.items.len()];
        let mut slugs = Slugs::default();
        let stays = |n: usize| {
            let node = self.of[n].and_then(|id| workspace.node(id))?;
            let parent = found.items[n].parent.and_then(|parent| self.of[parent]);
            (node.parent == parent).then(|| node.slug.clone())
        };
        for (n, item) in found.items.iter().enumerate().skip(1) {
            if let (Some(slug), Some(parent)) = (stays(n), item.parent) {
                slugs.take(parent, &slug);
                out[n] = slug;
            }
        }
        for (n, node) in self.of.iter().enumerate() {
            let children = node
                .and_then(|id| workspace.node(id))
                .map(|node| node.children.as_slice());
            for child in children.unwrap_or_default().iter().filter_map(|id| workspace.node(*id)) {
                slugs.take(n, &child.slug);
            }
        }
        for (n, item) in found.items.iter().enumerate().skip(1) {
            if let (true, Some(parent)) = (out[n].is_empty(), item.parent) {
                out[n] = slugs.give(parent, item.entity.name());
            }
        }
        if let Some(first) = out.first_mut() {
            *first = top;
        }
        out
    }
}

/// For every item whether the matched ones among its siblings follow each other as before, with no new one between.
fn order_stays(workspace: &Workspace, found: &Collection, of: &[Option<NodeId>]) -> Vec<bool> {
    let mut last: HashMap<usize, i64> = HashMap::new();
    let mut broken: HashSet<usize> = HashSet::new();
    for (n, item) in found.items.iter().enumerate().skip(1) {
        let Some(parent) = item.parent else { continue };
        let order = of[n].and_then(|id| workspace.node(id)?.entity.order());
        // A new one behind all others has a place; anywhere else the siblings are placed anew.
        let order = order.or_else(|| item.entity.order().filter(|_| of[n].is_none()));
        match order {
            Some(order) if last.get(&parent).is_none_or(|before| *before < order) => {
                last.insert(parent, order);
            }
            _ => {
                broken.insert(parent);
            }
        }
    }
    found
        .items
        .iter()
        .map(|item| item.parent.is_none_or(|parent| !broken.contains(&parent)))
        .collect()
}

fn identity(entity: &Entity) -> &str {
    match entity {
        Entity::Collection(group) | Entity::Folder(group) => &group.origin.id,
        Entity::Request(request) => &request.origin.id,
    }
}

/// The same as if Postman knew it by nothing.
fn without_identity(entity: &Entity) -> Entity {
    let bare = |group: &Group| {
        let mut group = group.clone();
        group.origin.id.clear();
        Arc::new(group)
    };
    match entity {
        Entity::Collection(group) => Entity::Collection(bare(group)),
        Entity::Folder(group) => Entity::Folder(bare(group)),
        Entity::Request(request) => {
            let mut request = Request::clone(request);
            request.origin.id.clear();
            Entity::Request(Arc::new(request))
        }
    }
}

/// The found content with what only we hold of the old one.
fn merge(found: &Entity, old: &Entity, is_v3: bool, own: &Own<'_>) -> Entity {
    match (found, old) {
        (Entity::Collection(new), Entity::Collection(old)) => {
            Entity::Collection(Arc::new(merge_group(new, old, is_v3, own)))
        }
        (Entity::Folder(new), Entity::Folder(old)) => Entity::Folder(Arc::new(merge_group(new, old, is_v3, own))),
        (Entity::Request(new), Entity::Request(old)) => {
            let mut merged = Request::clone(new);
            merged.settings.timeout = old.settings.timeout;
            merged.settings.proxy.clone_from(&old.settings.proxy);
            merged.filter.clone_from(&old.filter);
            own.keep_hidden(&mut merged.auth, &old.auth);
            own.keep_hidden_headers(&mut merged.headers, &old.headers);
            merged.origin = merge_origin(&new.origin, &old.origin, is_v3);
            Entity::Request(Arc::new(merged))
        }
        _ => found.clone(),
    }
}

fn merge_group(new: &Group, old: &Group, is_v3: bool, own: &Own<'_>) -> Group {
    let mut merged = new.clone();
    merge_variables(&mut merged.variables, &old.variables);
    own.add_variables(&mut merged.variables, &old.variables);
    own.keep_hidden(&mut merged.auth, &old.auth);
    merged.tokens.clone_from(&old.tokens);
    merged.settings.timeout = old.settings.timeout;
    merged.settings.proxy.clone_from(&old.settings.proxy);
    if merged.order.is_none() {
        merged.order = old.order;
    }
    merged.origin = merge_origin(&new.origin, &old.origin, is_v3);
    merged
}

/// What only we hold of variables, those of one name each with its own.
fn merge_variables(new: &mut [Variable], old: &[Variable]) {
    let mut seen: HashMap<String, usize> = HashMap::new();
    for variable in new {
        let nth = seen.entry(variable.key.clone()).or_default();
        let mut same = old.iter().filter(|own| own.key == variable.key);
        if let Some(own) = same.clone().nth(*nth).or(same.next_back()) {
            merge_variable(variable, own);
        }
        *nth += 1;
    }
}

/// What only we hold of a variable: where its value comes from, and that it is secret. The value the file has beside it is then
/// none: as an initial value of a secret it would pass for the user's own.
fn merge_variable(new: &mut Variable, old: &Variable) {
    let is_ours = old.secret && !new.secret;
    if is_ours || old.source.is_some() {
        new.secret |= old.secret;
        new.value.clone_from(&old.value);
        new.source.clone_from(&old.source);
    }
}

/// What is kept of both: each format says what another has no word for. One that comes from format 2.1 has nothing of what
/// only format 3 knows, and one from format 3 no id.
fn merge_origin(new: &Origin, old: &Origin, is_v3: bool) -> Origin {
    let mut merged = new.clone();
    if merged.id.is_empty() {
        merged.id.clone_from(&old.id);
    }
    let only_v3 = |rest: &Rest| rest.at.split('/').any(|part| part == postman::ONLY_V3);
    // What its own format has a word for and it does not say is gone.
    let is_others = |rest: &&Rest| only_v3(rest) != is_v3 && !new.rest.iter().any(|own| own.at == rest.at);
    merged.rest.extend(old.rest.iter().filter(is_others).cloned());
    // In the order they were in, where they are all that was there.
    let was = |rest: &Rest| old.rest.contains(rest);
    if merged.rest.len() == old.rest.len() && merged.rest.iter().all(was) {
        merged.rest.clone_from(&old.rest);
    }
    merged
}

/// Whether two contents are the same to a file, which holds no secret's value.
fn same_in_files(a: &Entity, b: &Entity) -> bool {
    match (a, b) {
        (Entity::Collection(a), Entity::Collection(b)) | (Entity::Folder(a), Entity::Folder(b)) => {
            let open = |group: &Group| {
                let mut group = group.clone();
                hide(&mut group.variables);
                group
            };
            open(a) == open(b)
        }
        _ => a == b,
    }
}

fn hide(variables: &mut [crate::model::Variable]) {
    for variable in variables.iter_mut().filter(|variable| variable.secret) {
        variable.value = "".into();
    }
}

#[cfg(test)]
mod tests;
