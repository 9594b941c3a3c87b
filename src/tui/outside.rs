//! What others change in the files shows at once, unless something unsaved stands against it.

mod renames;

use std::collections::BTreeMap;

use crate::model::edit::Edit;
use crate::model::{Choice, Entity, Environment, Filed, Followed, ItemPath, NodeId, Workspace};
use crate::store::watch::{Change, What};
use crate::store::{Content, Place};

use super::commands::keep_active;
use super::drafts;
use super::effect::{Effect, FileJob};
use super::secrets;
use super::shared::{Level, Shared};
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
    let mut told = Told {
        renames: renames::renames(&before, &state.shared.unfiled, &changes),
        ..Told::default()
    };
    let mut jobs = Vec::new();
    // What was renamed is where it is now before it is looked for where it was.
    let is_gone = |change: &Change| matches!(change.what, What::Removed);
    let (gone, here): (Vec<Change>, Vec<Change>) = changes.into_iter().partition(is_gone);
    for change in here.into_iter().chain(gone) {
        if take(state, &change, &mut told) {
            jobs.push(FileJob::Accept(Box::new(change)));
        }
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

/// Remembers where those were that are not here any more; beyond the most, their responses go.
fn remember(shared: &mut Shared, were: Vec<(Place, NodeId)>) {
    for (place, id) in were {
        let has_more = matches!(place, Place::Group(_)) || shared.outcomes.get(&id).is_some();
        if has_more && shared.workspace.node(id).is_none() {
            shared.former.push_back((place, id));
        }
    }
    while shared.former.len() > MOST_FORMER {
        if let Some((_, id)) = shared.former.pop_front() {
            shared.outcomes.forget(id);
        }
    }
}

/// A node and all below it, each with its place.
fn places(workspace: &Workspace, id: NodeId) -> Vec<(Place, NodeId)> {
    let all = workspace.descendants(id).into_iter();
    let place = |id| Some((drafts::place(workspace, Filed::Node(id))?, id));
    all.filter_map(place).collect()
}

/// Takes out what was deleted outside and is neither open nor on its way any more. What was changed since stays, as what is
/// unsaved does.
pub fn let_go(shared: &mut Shared) {
    let mut stay: Vec<NodeId> = Vec::new();
    // What is in a group comes before it.
    for id in std::mem::take(&mut shared.unfiled).into_iter().rev() {
        let workspace = &mut shared.workspace;
        let Some((path, node)) = workspace.path(id).zip(workspace.node(id)) else {
            continue;
        };
        let is_above = stay.iter().any(|id| node.children.contains(id));
        if shared.open == Some(id) || shared.running.contains_key(&id) || is_above {
            stay.push(id);
            continue;
        }
        let is_group = node.entity.is_group();
        let were = places(workspace, id);
        if let Followed::Kept(_) = workspace.drop_node(&path, is_group) {
            shared.contested.extend(were.iter().map(|(_, id)| Filed::Node(*id)));
        }
        remember(shared, were);
    }
    stay.reverse();
    shared.unfiled = stay;
}

/// Something was written: what was deleted outside has its file again, but what it is in has none.
pub fn written(shared: &mut Shared, filed: Filed) {
    let Filed::Node(id) = filed else { return };
    if !shared.unfiled.contains(&id) {
        return;
    }
    let lineage: Vec<NodeId> = shared.workspace.lineage(id).map(|node| node.id).collect();
    for above in lineage.iter().skip(1).filter(|above| shared.unfiled.contains(above)) {
        shared.workspace.mark_unsaved(*above);
        shared.contested.insert(Filed::Node(*above));
    }
    shared.unfiled.retain(|id| !lineage.contains(id));
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
}

impl Told {
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
fn rename(workspace: &mut Workspace, place: &Place, told: &mut Told) -> bool {
    let Some((id, path)) = told.renames.remove(place).zip(place.item()) else {
        return false;
    };
    let above = path.parent();
    let parent = above.as_ref().and_then(|above| workspace.find_kind(above, true));
    let name = workspace.name_of(Filed::Node(id)).to_owned();
    let edit = Edit::Move {
        id,
        parent,
        index: usize::MAX,
        slug: path.slug().to_owned(),
    };
    let is_moved = above.is_some() == parent.is_some() && workspace.apply(edit).is_ok();
    if is_moved {
        told.renamed.push((name, path.clone()));
    }
    is_moved
}

/// Takes out what is gone from the disk; what is open of it, or on its way, stays until it is left.
fn drop_gone(shared: &mut Shared, path: &ItemPath, is_group: bool, by: &str, told: &mut Told) -> Followed {
    let Some(top) = shared.workspace.find_kind(path, is_group) else {
        return Followed::Nothing;
    };
    let name = shared.workspace.name_of(Filed::Node(top)).to_owned();
    let were = places(&shared.workspace, top);
    let open = shared.open_request();
    let held: Vec<NodeId> = open.into_iter().chain(shared.running.keys().copied()).collect();
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
        let text = format!("`{name}` was deleted {by}; {who} stays here {until}");
        told.others.push((Level::Warning, text));
        shared.unfiled.extend(ids);
    }
    followed
}

/// Takes over one change: what has no unsaved changes follows at once, what has is asked about when saved. Whether the
/// disk now counts as known.
fn take(state: &mut State, change: &Change, told: &mut Told) -> bool {
    let by = by(state.import.is_some());
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
    let is_renamed = matches!(change.what, What::Added(_)) && rename(workspace, &change.place, told);
    let mut back = None;
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
                let was = shared.former.iter().rposition(|(own, _)| own == place);
                let was = was.filter(|_| known.is_none()).and_then(|at| shared.former.remove(at));
                workspace.follow_node_as(path, entity.clone(), was.map(|(_, id)| id))
            }
            (Content::Environment(content), Place::Environment(slug)) => {
                workspace.follow_environment(slug, (**content).clone())
            }
            (Content::Environment(content), Place::Globals) => workspace.follow_globals((**content).clone()),
            _ => return false,
        },
        (What::Removed, Place::Environment(slug)) => workspace.drop_environment(slug),
        (What::Removed, Place::Globals) => workspace.follow_globals(Environment::default()),
        (What::Removed, Place::Group(path)) => drop_gone(shared, path, true, by, told),
        (What::Removed, Place::Request(path)) => drop_gone(shared, path, false, by, told),
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
            let text = format!("`{named}` was changed {by}; yours is kept, and saving will ask");
            told.others.push((Level::Warning, text));
            return false;
        }
        Followed::Gone(name) => told.gone.push(name),
        Followed::Held(_) => {}
        Followed::Kept(filed) => {
            let name = shared.workspace.name_of(filed);
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
    }
    true
}

/// Who changed or deleted it.
fn by(import: bool) -> &'static str {
    if import { "by the import" } else { "outside" }
}

fn is_contested(shared: &Shared, place: &Place) -> bool {
    let mut contested = shared.contested.iter();
    contested.any(|filed| drafts::place(&shared.workspace, *filed).as_ref() == Some(place))
}
