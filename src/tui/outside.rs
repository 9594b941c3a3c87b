//! What others change in the files shows at once, unless something unsaved stands against it.

use crate::model::{Choice, Entity, Environment, Filed, Followed, Workspace};
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

/// Takes over what was changed outside, all of it in one go: switching a branch changes files by the hundred.
pub fn follow(state: &mut State, changes: Vec<Change>, effects: &mut Vec<Effect>) {
    let before = state.shared.workspace.clone();
    let groups = appeared(&before, &changes);
    effects.extend(ended(&before, &changes));
    let mut told = Told::default();
    let mut jobs = Vec::new();
    for change in changes {
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
    others: Vec<(Level, String)>,
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
        for (level, text) in self.others {
            shared.notify(level, text);
        }
    }
}

/// Groups that were not there before, without those in another such group.
fn appeared(before: &Workspace, changes: &[Change]) -> Vec<Place> {
    let mut out: Vec<Place> = Vec::new();
    for change in changes {
        if let (Place::Group(path), What::Added(_) | What::Changed(_)) = (&change.place, &change.what)
            && before.find_kind(path, true).is_none()
            && !out.iter().any(|above| above.holds(&change.place))
        {
            out.push(change.place.clone());
        }
    }
    out
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
    let followed = match (&change.what, &change.place) {
        (What::Broken(problem), _) => {
            workspace.problems.push(problem.clone());
            told.others.push((Level::Error, problem.to_string()));
            return false;
        }
        (What::Added(content) | What::Changed(content), place) => match (content, place) {
            (Content::Item(entity), Place::Group(path) | Place::Request(path)) => {
                workspace.follow_node(path, entity.clone())
            }
            (Content::Environment(content), Place::Environment(slug)) => {
                workspace.follow_environment(slug, (**content).clone())
            }
            (Content::Environment(content), Place::Globals) => workspace.follow_globals((**content).clone()),
            _ => return false,
        },
        (What::Removed, Place::Environment(slug)) => workspace.drop_environment(slug),
        (What::Removed, Place::Globals) => workspace.follow_globals(Environment::default()),
        (What::Removed, Place::Group(path)) => workspace.drop_node(path, true),
        (What::Removed, Place::Request(path)) => workspace.drop_node(path, false),
    };
    let named = match (&change.what, &change.place) {
        (What::Added(Content::Item(entity)) | What::Changed(Content::Item(entity)), _) => entity.name().to_owned(),
        (_, place) => place.slug().to_owned(),
    };
    match followed {
        Followed::Nowhere => return false,
        // What is contested stays so, however often its file is written.
        Followed::Nothing => return !is_contested(shared, &change.place),
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
            let by = by(state.import.is_some());
            let text = format!("`{named}` was changed {by}; yours is kept, and saving will ask");
            told.others.push((Level::Warning, text));
            return false;
        }
        Followed::Gone(name) => told.gone.push(name),
        Followed::Kept(filed) => {
            let name = shared.workspace.name_of(filed);
            let by = by(state.import.is_some());
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
