//! What went from one place and came to another in the same look is one thing that was renamed, and no other: what is open of
//! it, and what it was answered, goes along.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::model::id::slug;
use crate::model::{Entity, ItemPath, NodeId, Workspace};
use crate::store::watch::{Change, What};
use crate::store::{Content, Place};

/// So many new requests with one URL are looked at for each that is gone: of more nobody could tell them apart.
const MOST_ALIKE: usize = 50;

/// What was renamed, by the place where it is now.
///
/// What was `unfiled` before may have come only now.
pub fn renames(workspace: &Workspace, unfiled: &[NodeId], changes: &[Change]) -> BTreeMap<Place, NodeId> {
    let mut out = BTreeMap::new();
    let mut came: BTreeMap<&ItemPath, &Entity> = BTreeMap::new();
    let mut groups: Vec<&ItemPath> = Vec::new();
    let mut gone: Vec<(NodeId, &ItemPath, bool)> = Vec::new();
    for change in changes {
        match (&change.what, &change.place) {
            (What::Added(Content::Item(entity)), Place::Request(path)) => drop(came.insert(path, entity)),
            (What::Added(_), Place::Group(path)) => groups.push(path),
            (What::Removed, Place::Request(path) | Place::Group(path)) => {
                let is_group = matches!(change.place, Place::Group(_));
                gone.extend(workspace.find_kind(path, is_group).map(|id| (id, path, is_group)));
            }
            _ => {}
        }
    }
    let waits = unfiled.iter().filter(|id| workspace.request(**id).is_some());
    let mut requests: Vec<(NodeId, ItemPath)> = waits.filter_map(|id| Some((*id, workspace.path(*id)?))).collect();
    // What is there again where it was is no other.
    requests.retain(|(_, path)| !came.contains_key(path));
    if came.is_empty() || gone.is_empty() && requests.is_empty() {
        return out;
    }
    for (id, path, is_group) in gone {
        if !is_group {
            requests.push((id, path.clone()));
            continue;
        }
        let own = workspace.requests_below(id).into_iter();
        let own: Vec<(NodeId, ItemPath)> = own.filter_map(|id| Some((id, workspace.path(id)?))).collect();
        match groups.iter().position(|to| is_moved(workspace, &own, path, to, &came)) {
            Some(at) => {
                let to = groups.remove(at);
                came.retain(|path, _| !path.is_within(to));
                groups.retain(|path| !path.is_within(to));
                out.insert(Place::Group(to.clone()), id);
            }
            None => requests.extend(own),
        }
    }
    let mut alike: HashMap<&str, Vec<&ItemPath>> = HashMap::new();
    let mut known: HashMap<&str, &ItemPath> = HashMap::new();
    for (path, entity) in &came {
        let Entity::Request(request) = entity else { continue };
        alike.entry(request.url.as_str()).or_default().push(path);
        if !request.origin.id.is_empty() {
            known.insert(&request.origin.id, path);
        }
    }
    let mut taken: BTreeSet<&ItemPath> = BTreeSet::new();
    for (id, path) in &requests {
        let saved = workspace.node(*id).and_then(|node| node.saved.as_ref());
        let Some(own @ Entity::Request(request)) = saved else {
            continue;
        };
        let candidates = alike.get(request.url.as_str()).map_or(&[][..], Vec::as_slice);
        let free = |to: &&&ItemPath| !taken.contains(**to);
        let same = candidates.iter().take(MOST_ALIKE).filter(free);
        let same = same.copied().find(|to| is_same((path, own), (to, came[*to])));
        let by_id = known.get(request.origin.id.as_str()).copied();
        if let Some(to) = same.or(by_id.filter(|to| !taken.contains(to))) {
            taken.insert(to);
            out.insert(Place::Request(to.clone()), *id);
        }
    }
    out
}

/// Whether a group with these requests is the one that came: most of them are in it, as they were.
fn is_moved(
    workspace: &Workspace,
    own: &[(NodeId, ItemPath)],
    from: &ItemPath,
    to: &ItemPath,
    came: &BTreeMap<&ItemPath, &Entity>,
) -> bool {
    // A collection stays one, and so does a folder.
    if from.parent().is_none() != to.parent().is_none() {
        return false;
    }
    let is_there = |(id, path): &&(NodeId, ItemPath)| {
        let inside = path.as_str().strip_prefix(from.as_str());
        let there = inside.and_then(|inside| came.get(&ItemPath::new(format!("{to}{inside}"))));
        let saved = workspace.node(*id).and_then(|node| node.saved.as_ref());
        there.zip(saved).is_some_and(|(there, saved)| **there == *saved)
    };
    let there = own.iter().filter(is_there).count();
    there > 0 && there * 2 >= own.len()
}

/// Whether two requests say the same, each at its path; one whose file is called as it is may be called otherwise with it.
fn is_same((from, was): (&ItemPath, &Entity), (to, now): (&ItemPath, &Entity)) -> bool {
    let is_own = |path: &ItemPath, entity: &Entity| slug(entity.name()) == path.slug();
    was == now || is_own(from, was) && is_own(to, now) && was.filed_as(now) == *now && !is_bare(now)
}

/// Whether it says nothing by which it could be known.
fn is_bare(entity: &Entity) -> bool {
    matches!(entity, Entity::Request(request) if request.url.as_str().is_empty())
}
