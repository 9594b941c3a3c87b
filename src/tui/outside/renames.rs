//! What went from one place and came to another in the same look is one thing that was renamed, and no other: what is open of
//! it, and what it was answered, goes along.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};

use crate::model::id::slug;
use crate::model::{Entity, ItemPath, NodeId, Workspace};
use crate::store::watch::{Change, What};
use crate::store::{Content, Place};

/// So many new requests with one URL are looked at for each that is gone: of more nobody could tell them apart.
const MOST_ALIKE: usize = 50;
/// So many are looked at in all: the screen waits for it.
const MOST_LOOKS: usize = 50_000;

/// What came in a look.
#[derive(Default)]
struct Came<'c> {
    requests: BTreeMap<&'c ItemPath, &'c Entity>,
    groups: BTreeSet<&'c ItemPath>,
    /// The requests by the name of their file and their URL.
    named: HashMap<(&'c str, &'c str), Vec<&'c ItemPath>>,
}

/// What was renamed, by the place where it is now.
///
/// What was `unfiled` before may have come only now.
pub fn renames(workspace: &Workspace, unfiled: &[NodeId], changes: &[Change]) -> BTreeMap<Place, NodeId> {
    let mut out = BTreeMap::new();
    let mut came = Came::default();
    let mut gone: Vec<(NodeId, &ItemPath, bool)> = Vec::new();
    for change in changes {
        match (&change.what, &change.place) {
            (What::Added(Content::Item(entity)), Place::Request(path)) => drop(came.requests.insert(path, entity)),
            (What::Added(_), Place::Group(path)) => drop(came.groups.insert(path)),
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
    requests.retain(|(_, path)| !came.requests.contains_key(path));
    if came.requests.is_empty() || gone.is_empty() && requests.is_empty() {
        return out;
    }
    for (path, entity) in &came.requests {
        let named = came.named.entry((path.slug(), url(entity))).or_default();
        named.push(path);
    }
    let mut looks = MOST_LOOKS;
    // The groups that are one that went, with all that is in them.
    let mut taken: BTreeSet<ItemPath> = BTreeSet::new();
    for (id, path, is_group) in gone {
        if !is_group {
            requests.push((id, path.clone()));
            continue;
        }
        let own = workspace.requests_below(id).into_iter();
        let own: Vec<(NodeId, ItemPath)> = own.filter_map(|id| Some((id, workspace.path(id)?))).collect();
        match moved_to(workspace, &own, path, &came, &taken, &mut looks) {
            Some(to) => {
                out.insert(Place::Group(to.clone()), id);
                taken.insert(to);
            }
            None => requests.extend(own),
        }
    }
    let mut alike: HashMap<&str, VecDeque<&ItemPath>> = HashMap::new();
    let mut known: HashMap<&str, &ItemPath> = HashMap::new();
    for (path, entity) in came.requests.iter().filter(|(path, _)| !is_in(path, &taken)) {
        let Entity::Request(request) = entity else { continue };
        alike.entry(request.url.as_str()).or_default().push_back(path);
        if !request.origin.id.is_empty() {
            known.insert(&request.origin.id, path);
        }
    }
    let mut found: BTreeSet<&ItemPath> = BTreeSet::new();
    for (id, path) in &requests {
        let saved = workspace.node(*id).and_then(|node| node.saved.as_ref());
        let Some(own @ Entity::Request(request)) = saved else {
            continue;
        };
        let free = |to: &&ItemPath| !found.contains(*to);
        let same = alike.get_mut(request.url.as_str()).and_then(|candidates| {
            let all = candidates.iter().take(MOST_ALIKE.min(looks));
            let at = all
                .clone()
                .position(|to| free(to) && is_same((path, own), (to, came.requests[*to])));
            looks -= at.map_or(all.len(), |at| at + 1);
            // It stands before none of the others any more.
            candidates.remove(at?)
        });
        let by_id = known.get(request.origin.id.as_str()).copied();
        if let Some(to) = same.or(by_id.filter(free)) {
            found.insert(to);
            out.insert(Place::Request(to.clone()), *id);
        }
    }
    out
}

fn url(entity: &Entity) -> &str {
    match entity {
        Entity::Request(request) => request.url.as_str(),
        _ => "",
    }
}

/// Whether a path is one of some groups, or in one.
fn is_in(path: &ItemPath, groups: &BTreeSet<ItemPath>) -> bool {
    !groups.is_empty() && std::iter::successors(Some(path.clone()), ItemPath::parent).any(|path| groups.contains(&path))
}

/// Where a group with these requests has come to: where most of them are, as they were.
fn moved_to(
    workspace: &Workspace,
    own: &[(NodeId, ItemPath)],
    from: &ItemPath,
    came: &Came<'_>,
    taken: &BTreeSet<ItemPath>,
    looks: &mut usize,
) -> Option<ItemPath> {
    let mut there: BTreeMap<&str, usize> = BTreeMap::new();
    for (id, path) in own {
        let saved = workspace.node(*id).and_then(|node| node.saved.as_ref());
        let Some((saved, inside)) = saved.zip(path.as_str().strip_prefix(from.as_str())) else {
            continue;
        };
        let named = came.named.get(&(path.slug(), url(saved)));
        let named = named.map_or(&[][..], |all| all.as_slice()).iter();
        for at in named.take(MOST_ALIKE.min(*looks)) {
            *looks -= 1;
            // What came with all of it stands as deep in it as it did.
            if let Some(to) = at.as_str().strip_suffix(inside)
                && came.requests[*at] == saved
            {
                *there.entry(to).or_default() += 1;
            }
        }
    }
    let fits = |(to, there): (&str, usize)| {
        let to = ItemPath::new(to);
        // A collection stays one, and so does a folder.
        let is_free =
            from.parent().is_none() == to.parent().is_none() && came.groups.contains(&to) && !is_in(&to, taken);
        (is_free && there * 2 >= own.len()).then_some((there, to))
    };
    let mut best: Option<(usize, ItemPath)> = None;
    for found in there.into_iter().filter_map(fits) {
        if best.as_ref().is_none_or(|best| best.0 < found.0) {
            best = Some(found);
        }
    }
    best.map(|(_, to)| to)
}

/// Whether two requests say the same, each at its path; one whose file is called as it is may be called otherwise with it.
fn is_same((from, was): (&ItemPath, &Entity), (to, now): (&ItemPath, &Entity)) -> bool {
    let is_own = |path: &ItemPath, entity: &Entity| slug(entity.name()) == path.slug();
    was == now || is_own(from, was) && is_own(to, now) && was.filed_as(now) == *now && !is_bare(now)
}

/// Whether what came to the place of one that went is that one, as it was or changed since.
pub fn is_back(path: &ItemPath, was: &Entity, now: &Entity) -> bool {
    let is_known = match (was, now) {
        (Entity::Request(was), Entity::Request(now)) => {
            let (own, other) = (&was.origin.id, &now.origin.id);
            let is_called = was.name == now.name && was.method == now.method && was.url == now.url;
            !own.is_empty() && own == other
                || own.is_empty() && other.is_empty() && is_called && !was.url.as_str().is_empty()
        }
        _ => false,
    };
    is_known || is_same((path, was), (path, now))
}

/// Whether it says nothing by which it could be known.
fn is_bare(entity: &Entity) -> bool {
    matches!(entity, Entity::Request(request) if request.url.as_str().is_empty())
}
