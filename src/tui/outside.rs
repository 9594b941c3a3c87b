//! What others change in the files shows at once, unless something unsaved stands against it.

mod renames;

use std::collections::{BTreeMap, BTreeSet, HashSet};

use crate::model::edit::Edit;
use crate::model::{Choice, Entity, Environment, Filed, Followed, Group, ItemPath, NodeId, Workspace};
use crate::store::watch::{Change, What};
use crate::store::{Content, Place};

use super::commands::{follow_moved, keep_active};
use super::drafts;
use super::effect::{Effect, FileJob};
use super::secrets;
use super::shared::{Former, Level, Shared};
use super::state::State;

/// So many files are named one by one; more are counted.
const MOST_NAMED: usize = 3;
/// Of so many that were deleted outside the place is remembered, so that they are the same when they come back.
const MOST_FORMER: usize = 1000;

/// Takes over what was changed outside, all of it in one go: switching a branch changes files by the hundred.
pub fn follow(state: &mut State, changes: Vec<Change>, effects: &mut Vec<Effect>) {
    let before = state.shared.workspace.clone();
    let groups = appeared(&before, &state.shared.unfiled, &changes);
    effects.extend(ended(&before, &changes));
    let is_gone = |change: &Change| matches!(change.what, What::Removed);
    let mut told = Told {
        renames: renames::renames(&before, &state.shared.unfiled, &changes),
        import: state.import.is_some(),
        ..Told::default()
    };
    if !told.renames.is_empty() {
        let here = changes.iter().filter(|change| !is_gone(change));
        told.came = here.map(|change| change.place.clone()).collect();
    }
    let mut jobs = Vec::new();
    // What was renamed is where it is now before it is looked for where it was.
    let (gone, here): (Vec<Change>, Vec<Change>) = changes.into_iter().partition(is_gone);
    for change in here.into_iter().chain(gone) {
        if take(state, &change, &mut told) {
            jobs.push(FileJob::Accept(Box::new(change)));
        }
    }
    if !told.moved.is_empty() {
        follow_moved(state, &before, &told.moved);
        jobs.extend(kept_moves(&told.moved, &jobs));
    }
    // What was in them had no place before, and was not told of since.
    jobs.extend(groups.into_iter().map(FileJob::Look));
    if state.import.is_some() {
        // What an import writes is told as a whole.
        told.shown.clear();
        told.gone.clear();
        told.renamed.clear();
    }
    let shared = &mut state.shared;
    shared.workspace.sort();
    let workspace = &shared.workspace;
    shared.open = shared.open.filter(|id| workspace.node(*id).is_some());
    shared.active_environment = shared
        .active_environment
        .filter(|id| workspace.environment(*id).is_some());
    // An import says itself what is active then.
    if shared.active_environment.is_none() && state.import.is_none() {
        told.others.splice(0..0, activate(shared, &before, effects));
    }
    told.notify(shared);
    let workspace = &shared.workspace;
    // Undo must not revert what others did.
    shared.history.follow(&before, workspace);
    let now = shared.now;
    effects.extend(secrets::take_in(shared, now));
    if !jobs.is_empty() {
        effects.push(Effect::Files(jobs));
    }
}

/// What is kept locally follows the groups that were renamed: their files are where they are now, and those that were are known
/// to be gone.
fn kept_moves(moved: &[(Place, Place)], jobs: &[FileJob]) -> Vec<FileJob> {
    let is_known_gone = |from: &Place| {
        let mut jobs = jobs.iter();
        jobs.any(|job| matches!(job, FileJob::Accept(change) if change.place == *from && change.what == What::Removed))
    };
    let groups = moved.iter().filter(|(from, _)| matches!(from, Place::Group(_)));
    let groups = groups.filter(|(from, _)| is_known_gone(from));
    groups
        .map(|(from, to)| FileJob::Rename {
            from: from.clone(),
            to: to.clone(),
            saved: false,
        })
        .collect()
}

/// Remembers where those were that are not here any more; beyond the most, their responses go.
fn remember(shared: &mut Shared, were: Vec<(Place, Former)>) {
    let mut over = Vec::new();
    for (place, was) in were {
        let has_more = matches!(place, Place::Group(_)) || shared.outcomes.get(&was.id).is_some();
        if has_more && shared.workspace.node(was.id).is_none() {
            let id = was.id;
            let other = shared.former.insert(place, was);
            over.extend(other.filter(|other| other.id != id));
        }
    }
    let most = shared.former.len().saturating_sub(MOST_FORMER);
    over.extend(shared.former.drain(..most).map(|(_, gone)| gone));
    for gone in over.iter().filter(|gone| shared.workspace.node(gone.id).is_none()) {
        shared.outcomes.forget(gone.id);
    }
}

/// Who was at a place, if what came there now is that one: what another was answered is not its own.
fn former(shared: &mut Shared, place: &Place, now: &Entity) -> Option<NodeId> {
    let was = shared.former.get(place)?;
    let is_it = |was: &Entity| place.item().is_some_and(|path| renames::is_back(path, was, now));
    (now.is_group() || was.saved.as_ref().is_some_and(is_it)).then_some(())?;
    Some(shared.former.swap_remove(place)?.id)
}

/// A node and all below it, each with its place.
fn places(workspace: &Workspace, id: NodeId) -> Vec<(Place, Former)> {
    let all = workspace.descendants(id).into_iter();
    let place = |id| {
        let saved = workspace.node(id)?.saved.clone();
        Some((drafts::place(workspace, Filed::Node(id))?, Former { id, saved }))
    };
    all.filter_map(place).collect()
}

/// Takes out what was deleted outside and is neither open nor on its way any more, and nothing here needs. What was changed
/// since stays, as what is unsaved does.
pub fn let_go(state: &mut State) {
    if state.shared.unfiled.is_empty() {
        return;
    }
    let held = std::mem::take(&mut state.shared.unfiled);
    let stay = staying(state, &held);
    let (stay, mut leave): (Vec<NodeId>, Vec<NodeId>) = held.into_iter().partition(|id| stay.contains(id));
    let shared = &mut state.shared;
    shared.unfiled = stay;
    leave.retain(|id| shared.workspace.node(*id).is_some());
    if leave.is_empty() {
        return;
    }
    let before = shared.workspace.clone();
    // Groups are named before what is in them, and are empty when they go.
    for id in leave.into_iter().rev() {
        let workspace = &mut shared.workspace;
        let Some((path, node)) = workspace.path(id).zip(workspace.node(id)) else {
            continue;
        };
        let is_group = node.entity.is_group();
        let were = places(workspace, id);
        if let Followed::Kept(_) = workspace.drop_node(&path, is_group) {
            shared.contested.extend(were.iter().map(|(_, was)| Filed::Node(was.id)));
        }
        remember(shared, were);
    }
    // What was done to them cannot be undone any more, and must not stand before what can.
    shared.history.follow(&before, &shared.workspace);
}

/// Those of what was deleted outside that are still needed: what is open, on its way or being written, what undo may bring back
/// after it was deleted here, and the groups with anything in them.
fn staying(state: &State, held: &[NodeId]) -> BTreeSet<NodeId> {
    let shared = &state.shared;
    let mut stay = BTreeSet::new();
    // From the end, as what is in a group is named behind it, and says whether it stays.
    for id in held.iter().rev() {
        let Some(node) = shared.workspace.node(*id) else {
            let mut brought = shared.history.brought_back();
            if let Some((_, parent)) = brought.find(|(nodes, _)| nodes.iter().any(|node| node.id == *id)) {
                stay.insert(*id);
                stay.extend(parent);
            }
            continue;
        };
        let is_used = shared.open == Some(*id) || shared.running.contains_key(id);
        let is_written = || state.saves.latest(Filed::Node(*id)).is_some();
        let is_above = || node.children.iter().any(|id| stay.contains(id) || !held.contains(id));
        if is_used || is_written() || is_above() {
            stay.insert(*id);
        }
    }
    stay
}

/// What was deleted outside is being written again: it is not let go of any more, and should that fail it is unsaved.
pub fn rewriting(shared: &mut Shared, filed: Filed) {
    if let Filed::Node(id) = filed
        && shared.unfiled.contains(&id)
    {
        shared.unfiled.retain(|own| *own != id);
        shared.workspace.mark_unsaved(id);
        shared.contested.insert(filed);
    }
}

/// Something was written: what was deleted outside has its file again, but what it is in has none, unless it needs none.
pub fn written(shared: &mut Shared, filed: Filed) {
    let Filed::Node(id) = filed else { return };
    let lineage = shared.workspace.lineage(id).map(|node| node.id);
    let lineage: Vec<NodeId> = lineage.filter(|id| shared.unfiled.contains(id)).collect();
    for above in lineage.iter().filter(|above| **above != id) {
        if !is_plain(&shared.workspace, *above) {
            shared.workspace.mark_unsaved(*above);
            shared.contested.insert(Filed::Node(*above));
        }
    }
    shared.unfiled.retain(|id| !lineage.contains(id));
}

/// Whether a group says nothing but its name, which its folder does as well.
fn is_plain(workspace: &Workspace, id: NodeId) -> bool {
    let slug = workspace.node(id).map(|node| node.slug.as_str());
    let group = workspace.group(id).zip(slug);
    group.is_some_and(|(group, slug)| **group == Group::named(slug)) && !workspace.is_dirty(id)
}

/// What collections may ends with them: one that is gone, or has come to a place, may nothing. Nor does one that is called
/// otherwise now, by its name or by the id it was imported with: whoever agreed was asked about another.
fn ended(before: &Workspace, changes: &[Change]) -> Vec<Effect> {
    let is_another = |was: &Entity, now: &Entity| match (was, now) {
        (Entity::Collection(was), Entity::Collection(now)) => {
            (&was.name, &was.origin.id) != (&now.name, &now.origin.id)
        }
        _ => false,
    };
    let ended = changes.iter().filter_map(|change| {
        let Place::Group(path) = &change.place else { return None };
        let was = before.find_kind(path, true).and_then(|id| before.node(id));
        let ends = match &change.what {
            What::Removed => true,
            What::Added(_) if was.is_none() => true,
            What::Added(Content::Item(now)) | What::Changed(Content::Item(now)) => {
                was.is_some_and(|was| is_another(&was.entity, now))
            }
            _ => false,
        };
        (ends && path.parts().count() == 1).then(|| Effect::EndConsents(path.to_string()))
    });
    ended.collect()
}

/// Makes an environment that came the active one where the user wants it to be: the one that was chosen, and the first that
/// comes at all where nobody has chosen. What to say of it.
fn activate(shared: &mut Shared, before: &Workspace, effects: &mut Vec<Effect>) -> Option<(Level, String)> {
    let meant = shared.meant();
    let is_open = meant == Choice::Open;
    let id = shared.workspace.active_environment(&meant)?;
    if before.environment(id).is_some() || (is_open && !before.environments().is_empty()) {
        return None;
    }
    shared.active_environment = Some(id);
    shared.awaited = None;
    let name = shared.environment_name()?;
    let text = if is_open {
        format!("environment `{name}` is active now, as it is the only one")
    } else {
        format!("environment `{name}` is there again, and active")
    };
    if is_open {
        effects.push(keep_active(shared, Some(id)));
    }
    Some((Level::Info, text))
}

/// What is to be said of a lot of changes.
#[derive(Default)]
struct Told {
    shown: Vec<(String, &'static str)>,
    gone: Vec<String>,
    renamed: Vec<(String, ItemPath)>,
    others: Vec<(Level, String)>,
    /// What was renamed and is still to be followed, by where it is now.
    renames: BTreeMap<Place, NodeId>,
    /// What was renamed, where it was and is.
    moved: Vec<(Place, Place)>,
    /// What is on the disk of what was looked at, where anything was renamed.
    came: HashSet<Place>,
    /// Whether it was an import that changed it.
    import: bool,
}

impl Told {
    /// Who changed or deleted it.
    fn by(&self) -> &'static str {
        if self.import { "by the import" } else { "outside" }
    }

    /// What asks something of the user comes last, as the last one is what is seen.
    fn notify(self, shared: &mut Shared) {
        if self.shown.len() > MOST_NAMED {
            let text = format!("{} files were changed outside", self.shown.len());
            shared.notify(Level::Info, text);
        } else {
            for (name, word) in self.shown {
                shared.notify(Level::Info, format!("`{name}` was {word} outside"));
            }
        }
        if self.gone.len() > MOST_NAMED {
            let text = format!("{} files were deleted outside", self.gone.len());
            shared.notify(Level::Warning, text);
        } else {
            for name in self.gone {
                shared.notify(Level::Warning, format!("`{name}` was deleted outside"));
            }
        }
        if self.renamed.len() > MOST_NAMED {
            let text = format!("{} files were renamed outside", self.renamed.len());
            shared.notify(Level::Info, text);
        } else {
            for (name, to) in self.renamed {
                shared.notify(Level::Info, format!("`{name}` was renamed outside to `{to}`"));
            }
        }
        for (level, text) in self.others {
            shared.notify(level, text);
        }
    }
}

/// Groups that were not there before, on the disk at least, without those in another such group.
fn appeared(before: &Workspace, unfiled: &[NodeId], changes: &[Change]) -> Vec<Place> {
    let mut out: Vec<Place> = Vec::new();
    for change in changes {
        if let (Place::Group(path), What::Added(_) | What::Changed(_)) = (&change.place, &change.what)
            && before.find_kind(path, true).is_none_or(|id| unfiled.contains(&id))
            && !out.iter().any(|above| above.holds(&change.place))
        {
            out.push(change.place.clone());
        }
    }
    out
}

/// Moves what was renamed to where it is now, if anything was renamed to a place; whether it could be.
fn rename(shared: &mut Shared, place: &Place, told: &mut Told) -> bool {
    let Some((id, path)) = told.renames.remove(place).zip(place.item()) else {
        return false;
    };
    let workspace = &mut shared.workspace;
    let above = path.parent();
    let parent = above.as_ref().and_then(|above| workspace.find_kind(above, true));
    let name = workspace.name_of(Filed::Node(id)).to_owned();
    let from = drafts::place(workspace, Filed::Node(id));
    let edit = Edit::Move {
        id,
        parent,
        index: usize::MAX,
        slug: path.slug().to_owned(),
    };
    let is_moved = above.is_some() == parent.is_some() && workspace.apply(edit).is_ok();
    if is_moved {
        told.renamed.push((name, path.clone()));
        told.moved.extend(from.map(|from| (from, place.clone())));
        drop_missing(shared, id, told);
    }
    is_moved
}

/// Takes out of what was renamed what has not come along.
fn drop_missing(shared: &mut Shared, id: NodeId, told: &mut Told) {
    let mut missing: Vec<Place> = Vec::new();
    for (place, was) in places(&shared.workspace, id).into_iter().skip(1) {
        // What had no file before is missing in none.
        let had_file = was.saved.is_some() && !shared.unfiled.contains(&was.id);
        let goes_along = missing.last().is_some_and(|above| above.holds(&place));
        if had_file && !goes_along && !told.came.contains(&place) {
            missing.push(place);
        }
    }
    for place in missing {
        let followed = drop_gone(shared, &place, told);
        tell_gone(shared, followed, told);
    }
}

/// Takes out what is gone from the disk; what is open of it, or on its way, stays until it is left.
fn drop_gone(shared: &mut Shared, place: &Place, told: &mut Told) -> Followed {
    let is_group = matches!(place, Place::Group(_));
    let Some((path, top)) = place
        .item()
        .and_then(|path| Some((path, shared.workspace.find_kind(path, is_group)?)))
    else {
        return Followed::Nothing;
    };
    let name = shared.workspace.name_of(Filed::Node(top)).to_owned();
    let were = places(&shared.workspace, top);
    let open = shared.open_request();
    let mut held: Vec<NodeId> = open.into_iter().chain(shared.running.keys().copied()).collect();
    if told.import {
        // It is the user who undoes an import, or takes over what is gone in Postman's file.
        held.clear();
    }
    let followed = shared.workspace.drop_node_but(path, is_group, &held);
    remember(shared, were);
    if let Followed::Held(ids) = &followed {
        let is_request = |id: &&NodeId| shared.workspace.request(**id).is_some();
        let shown = open.filter(|open| ids.contains(open));
        let one = shown.or_else(|| ids.iter().find(is_request).copied());
        let who = match one {
            Some(id) if id != top => format!("`{}`", shared.workspace.name_of(Filed::Node(id))),
            _ => "it".to_owned(),
        };
        let until = match shown {
            Some(id) if shared.outcomes.get(&id).is_some() => "with its response until you leave it",
            Some(_) => "until you leave it",
            None => "until its send has ended",
        };
        let text = format!("`{name}` was deleted {}; {who} stays here {until}", told.by());
        told.others.push((Level::Warning, text));
        shared.unfiled.retain(|id| !ids.contains(id));
        shared.unfiled.extend(ids);
    }
    followed
}

/// Says that something is gone, or why it stays.
fn tell_gone(shared: &mut Shared, followed: Followed, told: &mut Told) {
    match followed {
        Followed::Gone(name) => told.gone.push(name),
        Followed::Kept(filed) => {
            let name = shared.workspace.name_of(filed);
            let by = told.by();
            let text = format!("`{name}` was deleted {by}; what is unsaved is kept, and saving will ask");
            told.others.push((Level::Warning, text));
            match filed {
                Filed::Node(id) => {
                    let below = shared.workspace.descendants(id).into_iter();
                    shared.contested.extend(below.map(Filed::Node));
                }
                _ => drop(shared.contested.insert(filed)),
            }
        }
        _ => {}
    }
}

/// Takes over one change: what has no unsaved changes follows at once, what has is asked about when saved. Whether the
/// disk now counts as known.
fn take(state: &mut State, change: &Change, told: &mut Told) -> bool {
    let shared = &mut state.shared;
    let workspace = &mut shared.workspace;
    if let What::Broken(problem) = &change.what
        && workspace.problems.contains(problem)
    {
        // Told already; a later word must not be run over by it.
        return false;
    }
    let file = change.place.file().map(|file| workspace.root.join(file));
    workspace
        .problems
        .retain(|problem| file.as_ref() != Some(&problem.file));
    let is_renamed = matches!(change.what, What::Added(_)) && rename(shared, &change.place, told);
    let mut back = None;
    let workspace = &mut shared.workspace;
    let followed = match (&change.what, &change.place) {
        (What::Broken(problem), _) => {
            workspace.problems.push(problem.clone());
            told.others.push((Level::Error, problem.to_string()));
            return false;
        }
        (What::Added(content) | What::Changed(content), place) => match (content, place) {
            (Content::Item(entity), Place::Group(path) | Place::Request(path)) => {
                let known = workspace.find_kind(path, entity.is_group());
                back = known.filter(|id| shared.unfiled.contains(id));
                let was = if known.is_none() {
                    former(shared, place, entity)
                } else {
                    None
                };
                shared.workspace.follow_node_as(path, entity.clone(), was)
            }
            (Content::Environment(content), Place::Environment(slug)) => {
                workspace.follow_environment(slug, (**content).clone())
            }
            (Content::Environment(content), Place::Globals) => workspace.follow_globals((**content).clone()),
            _ => return false,
        },
        (What::Removed, Place::Environment(slug)) => workspace.drop_environment(slug),
        (What::Removed, Place::Globals) => workspace.follow_globals(Environment::default()),
        (What::Removed, place) => drop_gone(shared, place, told),
    };
    if let Some(id) = back {
        shared.unfiled.retain(|own| *own != id);
        if matches!(followed, Followed::Nothing | Followed::Shown) {
            if shared.workspace.request(id).is_some() && !is_renamed {
                let name = shared.workspace.name_of(Filed::Node(id));
                told.others.push((Level::Info, format!("`{name}` is there again")));
            }
            return true;
        }
    }
    let named = match (&change.what, &change.place) {
        (What::Added(Content::Item(entity)) | What::Changed(Content::Item(entity)), _) => entity.name().to_owned(),
        (_, place) => place.slug().to_owned(),
    };
    match followed {
        Followed::Nowhere => return false,
        // What is contested stays so, however often its file is written.
        Followed::Nothing => return !is_contested(shared, &change.place),
        Followed::Shown if is_renamed => {}
        Followed::Shown => {
            let word = match change.what {
                What::Added(_) => "added",
                _ => "changed",
            };
            told.shown.push((named, word));
        }
        Followed::Hidden(filed) => {
            shared.contested.insert(filed);
            if let Some(key) = drafts::key(&shared.workspace, filed) {
                // Another postrider that saved it has dropped the draft.
                state.keeper.rebase(&key);
            }
            let by = told.by();
            let text = format!("`{named}` was changed {by}; yours is kept, and saving will ask");
            told.others.push((Level::Warning, text));
            return false;
        }
        Followed::Held(_) => {}
        followed => tell_gone(shared, followed, told),
    }
    true
}

fn is_contested(shared: &Shared, place: &Place) -> bool {
    let mut contested = shared.contested.iter();
    contested.any(|filed| drafts::place(&shared.workspace, *filed).as_ref() == Some(place))
}
