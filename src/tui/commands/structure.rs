//! Changes of structure: what is made, moved, renamed or deleted is on disk at once.
//!
//! The disk follows by comparing where everything was filed before and after, so doing, undoing and redoing are one code
//! path. Contents other than name, order and the requests of tokens are left to saving: a moved request with unsaved
//! changes keeps its draft. What the disk refuses is taken back in the tree, so that both say the same.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use crate::foreign::sources_of;
use crate::model::edit::Edit;
use crate::model::history::{Step, ValueChange};
use crate::model::token::TokenKey;
use crate::model::variable::{CurrentValues, Owner};
use crate::model::{Choice, Environment, EnvironmentId, InOrder, ItemPath, NodeId, Workspace};
use crate::store::Place;
use crate::store::state::{key_of, token_place};
use crate::tui::effect::{Effect, FileJob, LocalJob};
use crate::tui::shared::{Level, Shared};
use crate::tui::state::State;

use super::saving::{apply, keep_values, write};
use super::tokens;

/// Where everything is filed at one moment.
pub struct Places {
    nodes: HashMap<NodeId, Spot>,
    environments: HashMap<EnvironmentId, (Spot, Arc<Environment>)>,
}

/// Where one thing is filed.
struct Spot {
    place: Place,
    /// Whether the disk is known to hold it.
    saved: bool,
}

impl Places {
    /// Notes where everything is filed. What is `unfiled` was deleted outside: there is no file of it to be moved or removed.
    pub fn of(workspace: &Workspace, unfiled: &[NodeId]) -> Self {
        let mut nodes = HashMap::new();
        // Of ten thousand nodes each path is made once: the screen waits for it.
        let mut todo: Vec<(&[NodeId], ItemPath)> = vec![(workspace.collections(), ItemPath::default())];
        while let Some((ids, above)) = todo.pop() {
            for node in ids.iter().filter_map(|id| workspace.node(*id)) {
                let path = above.join(&node.slug);
                if !node.children.is_empty() {
                    todo.push((&node.children, path.clone()));
                }
                let place = if node.entity.is_group() {
                    Place::Group(path)
                } else {
                    Place::Request(path)
                };
                let saved = node.saved.is_some() && !unfiled.contains(&node.id);
                nodes.insert(node.id, Spot { place, saved });
            }
        }
        let environments = workspace
            .environments()
            .iter()
            .map(|node| {
                let spot = Spot {
                    place: Place::Environment(node.slug.clone()),
                    saved: node.saved.is_some(),
                };
                (node.id, (spot, node.environment.clone()))
            })
            .collect();
        Self { nodes, environments }
    }
}

/// Changes the structure, undoably, and lets the disk follow.
pub fn restructure(
    state: &mut State,
    label: impl Into<String>,
    mut edits: Vec<Edit>,
    effects: &mut Vec<Effect>,
) -> bool {
    let before = places(&state.shared);
    let tokens = tokens::follow(&state.shared.workspace, &edits);
    edits.extend(tokens.edits);
    let done = apply(state, label.into(), None, edits);
    if done {
        settle(state, &before, false, effects);
        for variable in tokens.lost {
            let text =
                format!("no request fills `{variable}` any more: its own left the collection; undo brings it back");
            state.shared.notify(Level::Warning, text);
        }
    }
    done
}

/// What is to be done outside, in the order it must happen.
#[derive(Default)]
struct Work {
    files: Vec<FileJob>,
    local: Vec<LocalJob>,
    owners: Vec<(Owner, Owner)>,
}

/// Lets disk and local state follow a change of structure; `undone` when it was made by undoing.
///
/// What is kept locally under the name of a file follows when the file did: see [`FileJob`].
pub fn settle(state: &mut State, before: &Places, undone: bool, effects: &mut Vec<Effect>) {
    let after = places(&state.shared);
    let wanted = wanted(&state.shared, before, &after);
    let mut work = Work::default();
    let workspace = &state.shared.workspace;
    remove_what_is_gone(before, &after, &mut work);
    rename_what_moved(before, &after, &mut work);
    write_what_is_new(state, before, &after, &wanted, &mut work);
    environments(workspace, before, &after, &mut work);
    let left = left(before, &after);
    forget_values_of_gone(state, before, &after, &left, undone);
    move_sources(state, &left);
    move_tokens(state, &left);
    for (from, to) in work.owners {
        rename_owner(state, from, to);
    }
    effects.extend(work.local.into_iter().map(Effect::Local));
    effects.extend(ended(&left));
    write(state, work.files, effects);
}

/// Lets what is kept of places follow what others have moved, as it follows what is moved here.
pub fn follow_moved(state: &mut State, before: &Workspace, moved: &[(Place, Place)]) {
    let (before, after) = (Places::of(before, &[]), places(&state.shared));
    let mut left = left(&before, &after);
    // What is gone may come back, as a file may that was only away.
    left.retain(|(_, now)| now.is_some());
    move_sources(state, &left);
    move_tokens(state, &left);
    for (from, to) in moved.iter().filter_map(|(from, to)| owner(from).zip(owner(to))) {
        rename_owner(state, from, to);
    }
}

/// Where everything is filed now.
pub fn places(shared: &Shared) -> Places {
    Places::of(&shared.workspace, &shared.unfiled)
}

fn rename_owner(state: &mut State, from: Owner, to: Owner) {
    state.shared.current.rename(&from, to.clone());
    if let (Owner::Environment(from), Owner::Environment(to)) = (from, to) {
        let shared = &mut state.shared;
        let overrides = shared.overrides.iter_mut().chain(&mut shared.set_aside);
        for (slug, ..) in overrides.filter(|(slug, ..)| *slug == from) {
            slug.clone_from(&to);
        }
        if shared.chosen == Choice::Named(from) {
            shared.chosen = Choice::Named(to);
        }
    }
}

/// Whose current values are kept under the name of a place.
fn owner(place: &Place) -> Option<Owner> {
    match place {
        Place::Environment(slug) => Some(Owner::Environment(slug.clone())),
        Place::Group(path) if path.parent().is_none() => Some(Owner::Collection(path.to_string())),
        _ => None,
    }
}

/// Puts back in the tree what could not be moved on the disk.
pub fn not_moved(state: &mut State, from: &Place, to: &Place, effects: &mut Vec<Effect>) {
    let before = places(&state.shared);
    let workspace = &mut state.shared.workspace;
    if let Some(edit) = back(workspace, from, to)
        && workspace.apply(edit).is_ok()
    {
        workspace.sort();
        let after = places(&state.shared);
        let left = left(&before, &after);
        move_sources(state, &left);
        move_tokens(state, &left);
        if let (Some(from), Some(to)) = (owner(from), owner(to)) {
            rename_owner(state, to, from);
        }
    }
    let look = vec![FileJob::Look(from.clone()), FileJob::Look(to.clone())];
    effects.push(Effect::Files(look));
}

fn back(workspace: &Workspace, from: &Place, to: &Place) -> Option<Edit> {
    if let (Place::Environment(from), Place::Environment(to)) = (from, to) {
        let node = workspace.environments().iter().find(|node| node.slug == *to)?;
        return Some(Edit::ReslugEnvironment {
            id: node.id,
            slug: from.clone(),
        });
    }
    let parent = match from.item()?.parent() {
        Some(above) => Some(workspace.find_kind(&above, true)?),
        None => None,
    };
    Some(Edit::Move {
        id: workspace.find_kind(to.item()?, matches!(to, Place::Group(_)))?,
        parent,
        index: usize::MAX,
        slug: from.slug().to_owned(),
    })
}

/// Brings back into the tree what could not be removed on the disk: as it was, or else as the disk says.
pub fn not_removed(state: &mut State, place: &Place, effects: &mut Vec<Effect>) {
    let shared = &mut state.shared;
    let removes = |step: &Step, workspace: &Workspace| {
        step.edits.iter().any(|edit| match edit {
            Edit::Insert { nodes, parent, .. } => nodes.first().is_some_and(|top| {
                let above = parent.and_then(|parent| workspace.path(parent)).unwrap_or_default();
                Place::of(&above.join(&top.slug), &top.entity) == *place
            }),
            Edit::InsertEnvironment { node, .. } => *place == Place::Environment(node.slug.clone()),
            _ => false,
        })
    };
    let step = shared
        .history
        .take_back(&mut shared.workspace, &mut shared.current, removes);
    if let Some(step) = step {
        keep_values(&step.values, effects);
        effects.push(Effect::Files(vec![FileJob::Look(place.clone())]));
    } else {
        effects.push(Effect::Files(vec![FileJob::Reread(place.clone())]));
    }
}

fn item(place: &Place) -> ItemPath {
    place.item().cloned().unwrap_or_default()
}

/// Lets the current values of what is gone go too, so that another one of the same name does not find its tokens; undoing
/// brings them back.
fn forget_values_of_gone(state: &mut State, before: &Places, after: &Places, left: &[Left<'_>], undone: bool) {
    let environments = before.environments.iter();
    let environments = environments
        .filter(|(id, _)| !after.environments.contains_key(id))
        .filter_map(|(_, (spot, _))| owner(&spot.place));
    let collections = before.nodes.iter();
    let collections = collections
        .filter(|(id, _)| !after.nodes.contains_key(id))
        .filter_map(|(_, spot)| owner(&spot.place));
    let shared = &mut state.shared;
    for owner in environments.chain(collections) {
        shared.initials.forget_all(&owner);
        let values = ValueChange::forget_all(&shared.current, &owner);
        for change in &values {
            change.apply(&mut shared.current);
        }
        shared.history.amend(undone, values);
    }
    let sources = sources_of_left(&shared.current, left).into_iter();
    let sources = sources.filter(|(_, to)| to.is_none());
    let sources = sources.map(|(key, _)| ValueChange::new(&shared.current, &Owner::Source, &key, None));
    let sources: Vec<ValueChange> = sources.collect();
    for change in &sources {
        change.apply(&mut shared.current);
    }
    shared.history.amend(undone, sources);
}

/// What has left its place, and where it is now; `None` of what is gone.
type Left<'p> = (&'p Place, Option<&'p Place>);

/// All that has left its place. It looks at everything there is: once for each change is enough.
fn left<'p>(before: &'p Places, after: &'p Places) -> Vec<Left<'p>> {
    let environments = before.environments.iter();
    let environments = environments.map(|(id, (spot, _))| (spot, after.environments.get(id).map(|(spot, _)| spot)));
    let nodes = before.nodes.iter().map(|(id, spot)| (spot, after.nodes.get(id)));
    environments
        .chain(nodes)
        .map(|(was, now)| (&was.place, now.map(|now| &now.place)))
        .filter(|(was, now)| *now != Some(*was))
        .collect()
}

/// What collections may ends where they were: another one may come to that place, and what is undone is asked for anew.
fn ended(left: &[Left<'_>]) -> Vec<Effect> {
    let ended = left.iter().filter_map(|(was, _)| match was {
        Place::Group(path) if path.parent().is_none() => Some(Effect::EndConsents(path.to_string())),
        _ => None,
    });
    ended.collect()
}

/// What the sources of imports had for what has left its place: the name it is kept under, and its new one.
fn sources_of_left(current: &CurrentValues, left: &[Left<'_>]) -> Vec<(String, Option<String>)> {
    if current.of(&Owner::Source).next().is_none() {
        return Vec::new();
    }
    let starts = left.iter();
    let starts: HashMap<String, Option<String>> = starts
        .filter_map(|(was, now)| Some((sources_of(was)?, now.and_then(sources_of))))
        .collect();
    let kept = current.of(&Owner::Source).filter_map(|(key, _)| {
        // An item's own new place comes before that of what it is in.
        let mut ends = key.rmatch_indices(['#', '/']).map(|(at, _)| key.split_at(at + 1));
        let (now, rest) = ends.find_map(|(start, rest)| Some((starts.get(start)?, rest)))?;
        Some((key.to_owned(), now.as_ref().map(|now| format!("{now}{rest}"))))
    });
    kept.collect()
}

/// Lets what the sources of imports had follow what has moved: importing again asks for it there.
fn move_sources(state: &mut State, left: &[Left<'_>]) {
    let current = &mut state.shared.current;
    let moved = sources_of_left(current, left).into_iter();
    let moved = moved.filter_map(|(key, to)| Some((current.get(&Owner::Source, &key)?.clone(), key, to?)));
    let moved: Vec<_> = moved.collect();
    for (_, key, _) in &moved {
        current.reset(&Owner::Source, key);
    }
    for (value, _, to) in moved {
        current.set(Owner::Source, to, value);
    }
}

/// Lets the tokens follow what was renamed, and go of what is gone or is in another collection now; whoever comes to be
/// there gets their own. Undoing does not bring back those that went: a new one is got.
fn move_tokens(state: &mut State, left: &[Left<'_>]) {
    if left.is_empty() {
        return;
    }
    let mut left = left.to_vec();
    // A folder's own new place comes before that of what it is in.
    left.order_by_key(|(was, _)| std::cmp::Reverse(was.item().map_or(0, |path| path.parts().count())));
    let is_below = |key: &TokenKey, place: &Place| matches!(place, Place::Group(path) if key.is_below(path));
    // Where a group would be if it had gone along with its collection.
    let followed = |path: &ItemPath| {
        let collection = |(was, now): &(&Place, Option<&Place>)| match (was, now) {
            (Place::Group(was), Some(Place::Group(now))) if was.parent().is_none() && path.is_within(was) => {
                Some(ItemPath::new(format!("{now}{}", &path.as_str()[was.as_str().len()..])))
            }
            _ => None,
        };
        left.iter().find_map(collection).unwrap_or_else(|| path.clone())
    };
    let renamed = |key: &TokenKey| -> Option<TokenKey> {
        let mut out = key.clone();
        for (was, now) in &left {
            match (was, now) {
                (Place::Environment(slug), Some(Place::Environment(now))) if *slug == key.environment => {
                    out.environment.clone_from(now);
                }
                _ => {}
            }
        }
        let moved = left.iter().find(|(was, _)| is_below(key, was));
        if let Some((Place::Group(from), Some(Place::Group(to)))) = moved {
            out.place = key.moved(from, to)?.place;
        }
        (out != *key).then_some(out)
    };
    let is_gone = |key: &TokenKey| {
        let environment = |(was, now): &(&Place, Option<&Place>)| {
            now.is_none() && matches!(was, Place::Environment(slug) if *slug == key.environment)
        };
        let place = left.iter().find(|(was, _)| is_below(key, was));
        let place = place.is_some_and(|(was, now)| match (was, now) {
            (Place::Group(from), Some(Place::Group(to))) => !followed(from).is_of_one_with(to),
            _ => true,
        });
        place || left.iter().any(environment)
    };
    let shared = &mut state.shared;
    shared.tokens.forget_here(is_gone);
    shared.tokens.rename_here(renamed);
    let kept = shared.current.iter().filter_map(|(owner, kept, value)| match owner {
        Owner::Tokens(environment) => Some((key_of(environment, kept)?, value.clone())),
        _ => None,
    });
    let touched = kept.filter_map(|(key, value)| {
        let to = if is_gone(&key) { None } else { Some(renamed(&key)?) };
        Some((key, to.map(|to| (to, value))))
    });
    let touched: Vec<_> = touched.collect();
    for (key, _) in &touched {
        let (owner, kept) = token_place(key);
        shared.current.reset(&owner, &kept);
    }
    for (to, value) in touched.into_iter().filter_map(|(_, moved)| moved) {
        let (owner, kept) = token_place(&to);
        shared.current.set(owner, &kept, value);
    }
}

fn remove_what_is_gone(before: &Places, after: &Places, work: &mut Work) {
    let mut gone: Vec<&Spot> = before
        .nodes
        .iter()
        .filter(|(id, _)| !after.nodes.contains_key(id))
        .map(|(_, spot)| spot)
        .collect();
    gone.order_by_key(|spot| item(&spot.place));
    let mut removed: Vec<&Place> = Vec::new();
    for Spot { place, saved } in gone {
        if !removed.iter().any(|above| above.holds(place)) {
            work.files.push(FileJob::Remove {
                place: place.clone(),
                saved: *saved,
            });
            removed.push(place);
        }
    }
}

fn rename_what_moved(before: &Places, after: &Places, work: &mut Work) {
    let mut moved: Vec<(ItemPath, ItemPath, NodeId)> = after
        .nodes
        .iter()
        .filter_map(|(id, to)| {
            let (from, to) = (&before.nodes.get(id)?.place, &to.place);
            (from != to).then(|| (item(from), item(to), *id))
        })
        .collect();
    // Parents first: what lies below a renamed folder goes along with it.
    moved.sort();
    let mut renamed: Vec<(ItemPath, ItemPath)> = Vec::new();
    for (from, to, id) in moved {
        let went_along = renamed.iter().any(|(above_from, above_to)| {
            from.is_within(above_from)
                && from.as_str().strip_prefix(above_from.as_str()) == to.as_str().strip_prefix(above_to.as_str())
        });
        if let (false, Some(old), Some(new)) = (went_along, before.nodes.get(&id), after.nodes.get(&id)) {
            work.files.push(FileJob::Rename {
                from: old.place.clone(),
                to: new.place.clone(),
                saved: old.saved,
            });
            if matches!(old.place, Place::Group(_)) {
                renamed.push((from.clone(), to.clone()));
            }
        }
        if from.parent().is_none() && to.parent().is_none() {
            work.owners
                .push((Owner::Collection(from.to_string()), Owner::Collection(to.to_string())));
        }
    }
}

/// What was deleted outside and is wanted all the same: it was moved or renamed here, or something came into it.
fn wanted(shared: &Shared, before: &Places, after: &Places) -> BTreeSet<NodeId> {
    if shared.unfiled.is_empty() {
        return BTreeSet::new();
    }
    let is_elsewhere = |id: &NodeId, spot: &Spot| before.nodes.get(id).is_none_or(|was| was.place != spot.place);
    let came = after.nodes.iter().filter(|(id, spot)| is_elsewhere(id, spot));
    let lineages = came.flat_map(|(id, _)| shared.workspace.lineage(*id).map(|node| node.id));
    lineages.filter(|id| shared.unfiled.contains(id)).collect()
}

fn write_what_is_new(state: &State, before: &Places, after: &Places, wanted: &BTreeSet<NodeId>, work: &mut Work) {
    // Of ten thousand nodes hardly any is another than it was.
    let is_as_saved = |id: &NodeId| {
        let Some(node) = state.shared.workspace.node(*id) else {
            return false;
        };
        let saved = state.saves.latest_entity(*id).or(node.saved.as_ref());
        before.nodes.contains_key(id) && saved.is_some_and(|saved| saved.is_same(&node.entity))
    };
    let others = after
        .nodes
        .iter()
        .filter(|(id, _)| wanted.contains(id) || !is_as_saved(id));
    let mut writes: Vec<(ItemPath, NodeId)> = others.map(|(id, spot)| (item(&spot.place), *id)).collect();
    writes.sort();
    let mut restored: Vec<&Place> = Vec::new();
    for (path, id) in writes {
        let (Some(node), Some(Spot { place, .. })) = (state.shared.workspace.node(id), after.nodes.get(&id)) else {
            continue;
        };
        // What is just being saved is newer than what the disk was last known to hold.
        let saved = state.saves.latest_entity(id).or(node.saved.as_ref());
        let is_new = !before.nodes.contains_key(&id);
        if is_new && saved.is_some() && !restored.iter().any(|above| above.holds(place)) {
            work.files.push(FileJob::Restore(place.clone()));
            restored.push(place);
        }
        let entity = match saved {
            _ if is_new => saved.unwrap_or(&node.entity).clone(),
            Some(saved) => match saved.filed_as(&node.entity) {
                filed if filed != *saved || wanted.contains(&id) => filed,
                _ => continue,
            },
            None => continue,
        };
        work.files.push(FileJob::Write {
            id,
            path,
            entity,
            overwrite: false,
        });
    }
}

fn environments(workspace: &Workspace, before: &Places, after: &Places, work: &mut Work) {
    for (id, (spot, _)) in &before.environments {
        if !after.environments.contains_key(id) {
            work.files.push(FileJob::Remove {
                place: spot.place.clone(),
                saved: spot.saved,
            });
        }
    }
    for node in workspace.environments() {
        let slug = node.slug.clone();
        let place = Place::Environment(slug.clone());
        let old = before.environments.get(&node.id);
        match old {
            None if node.saved.is_some() => work.files.push(FileJob::Restore(place)),
            Some((old, _)) if old.place != place => {
                work.owners.extend(owner(&old.place).zip(owner(&place)));
                work.files.push(FileJob::Rename {
                    from: old.place.clone(),
                    to: place,
                    saved: old.saved,
                });
            }
            _ => {}
        }
        if old.is_none_or(|(_, content)| *content != node.environment) {
            let environment = node.environment.clone();
            work.files.push(FileJob::WriteEnvironment {
                id: node.id,
                slug,
                environment,
                overwrite: false,
            });
        }
    }
}
