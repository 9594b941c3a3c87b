//! Changing contents, saving, undoing.
//!
//! ```text
//! edit → workspace.apply → undo history         (a draft is kept: see drafts)
//! save → file → mark_saved                      (the draft is dropped)
//! ```
//!
//! Names, places and order are on disk at once ([`super::structure`]); everything else is a draft until it is saved.

use crate::model::edit::Edit;
use crate::model::history::{Step, ValueChange};
use crate::model::{Filed, NodeId};
use crate::store::Content;
use crate::store::files::Theirs;
use crate::tui::command::Command;
use crate::tui::drafts;
use crate::tui::effect::{Effect, FileJob, LocalJob};
use crate::tui::modals::{Choice, Confirm, SaveAs};
use crate::tui::outside;
use crate::tui::panes::Pane;
use crate::tui::panes::response::words::size;
use crate::tui::results::follow_token;
use crate::tui::shared::{Level, Saving, Shared};
use crate::tui::state::State;

use super::{conflict, environments, importing};

use super::structure::{places, restructure, settle};

/// Changes contents, undoably.
pub fn edit(state: &mut State, label: String, merge: Option<String>, edits: Vec<Edit>) {
    apply(state, label, merge, edits);
}

/// Applies edits and records how to undo them; all or nothing.
pub fn apply(state: &mut State, label: String, merge: Option<String>, edits: Vec<Edit>) -> bool {
    let inverse = match state.shared.workspace.apply_all(edits) {
        Ok(inverse) => inverse,
        Err(error) => {
            state.shared.notify(Level::Error, error.to_string());
            return false;
        }
    };
    state.shared.history.record(Step {
        label,
        merge,
        edits: inverse,
        ..Step::default()
    });
    true
}

/// Keeps changes of current values.
pub fn keep_values(changes: &[ValueChange], effects: &mut Vec<Effect>) {
    let changes = changes.iter();
    let changes: Vec<_> = changes
        .map(|change| (change.owner.clone(), change.key.clone(), change.to.clone()))
        .collect();
    if !changes.is_empty() {
        effects.push(Effect::Local(LocalJob::Current(changes)));
    }
}

/// Gives files to be written, and notes what is on its way.
pub fn write(state: &mut State, jobs: Vec<FileJob>, effects: &mut Vec<Effect>) {
    if !jobs.is_empty() {
        state.saves.sent(&jobs, state.inputs);
        for (filed, _) in jobs.iter().filter_map(FileJob::written) {
            outside::rewriting(&mut state.shared, filed);
        }
        effects.push(Effect::Files(jobs));
    }
}

/// Notes that the disk holds a content.
pub fn mark_saved(state: &mut State, filed: Filed, content: Content) {
    let workspace = &mut state.shared.workspace;
    match (filed, content) {
        (Filed::Node(id), Content::Item(entity)) => workspace.mark_saved(id, entity),
        (Filed::Environment(id), Content::Environment(content)) => workspace.mark_environment_saved(id, content),
        (Filed::Globals, Content::Environment(content)) => workspace.mark_globals_saved(content),
        _ => {}
    }
}

/// Whoever looks at one item undoes a change of another only by pressing the key once more: that cannot be seen.
fn is_elsewhere(state: &mut State, redo: bool) -> bool {
    let open = state.shared.open.filter(|_| state.focus == Pane::Request);
    let Some((open, step)) = open.zip(state.shared.history.next(redo)) else {
        return false;
    };
    let changed = |edit: &Edit| match edit {
        Edit::Replace { id, .. } if *id != open => Some(*id),
        _ => None,
    };
    let Some(id) = step.edits.first().and_then(changed) else {
        return false;
    };
    if step.edits.iter().any(|edit| changed(edit) != Some(id)) {
        return false;
    }
    let inputs = state.inputs;
    let told = state.undone_elsewhere.replace((id, inputs));
    if told.is_some_and(|(other, at)| other == id && inputs <= at + 1) {
        return false;
    }
    let what = if redo { "redo" } else { "undo" };
    let name = state.shared.workspace.name_of(Filed::Node(id));
    let text = format!(
        "the next {what} is not in this request; once more: {what} `{}` in `{name}`",
        step.label
    );
    state.shared.notify(Level::Info, text);
    true
}

/// Undoes or redoes one step, and lets disk and drafts follow.
pub fn undo(state: &mut State, redo: bool, effects: &mut Vec<Effect>) {
    if is_elsewhere(state, redo) {
        return;
    }
    let before = places(&state.shared);
    let globals = state.shared.workspace.globals().clone();
    let active = state.shared.environment_slug().map(str::to_owned);
    let shared = &mut state.shared;
    if state.rewrites.words.is_some() {
        return shared.notify(Level::Info, "the files are still being written");
    }
    let step = if redo {
        shared.history.redo(&mut shared.workspace, &mut shared.current)
    } else {
        shared.history.undo(&mut shared.workspace, &mut shared.current)
    };
    match step {
        None => state
            .shared
            .notify(Level::Info, if redo { "nothing to redo" } else { "nothing to undo" }),
        Some(Err(error)) => {
            let what = if redo { "redo" } else { "undo" };
            state.shared.notify(Level::Error, format!("cannot {what} it: {error}"));
        }
        Some(Ok(step)) => {
            keep_values(&step.values, effects);
            for ValueChange { owner, key, from, to } in &step.values {
                follow_token(&state.shared.tokens, owner, key, from.as_ref(), to.as_ref());
            }
            state.shared.settle_overrides();
            if step.files.is_some() {
                return importing::rewrite(state, &step, redo, effects);
            }
            if let Some(filed) = step.takes {
                conflict::follow_undo(state, filed, redo, effects);
            }
            settle(state, &before, !redo, effects);
            environments::follow_active(state, active.as_deref(), effects);
            for edit in &step.edits {
                match edit {
                    // What came back or moved is what the eye looks for.
                    Edit::Move { id, .. } => state.panes.tree.reveal(*id),
                    Edit::InsertEnvironment { node, .. } => state.panes.environments.reveal(node.id),
                    Edit::Insert { nodes, .. } => {
                        if let Some(top) = nodes.first() {
                            state.panes.tree.reveal(top.id);
                        }
                        let is_back = |id: &NodeId| nodes.iter().any(|node| node.id == *id);
                        let closed = state.closed.iter().copied().find(is_back);
                        state.closed.retain(|id| !is_back(id));
                        state.shared.open = state.shared.open.or(closed);
                    }
                    _ => {}
                }
            }
            if globals != *state.shared.workspace.globals() {
                write_globals(state, false, effects);
            }
            if state
                .shared
                .open
                .is_some_and(|id| state.shared.workspace.node(id).is_none())
            {
                // Back it comes both ways: a deletion that was done again, and a new one that was undone.
                state.close();
            }
            let word = if redo { "redid" } else { "undid" };
            state.shared.notify(Level::Done, format!("{word}: {}", step.label));
        }
    }
}

/// Saves something; a request that is saved nowhere yet asks where.
pub fn save(state: &mut State, what: Filed, overwrite: bool, queue: &mut Vec<Command>, effects: &mut Vec<Effect>) {
    state.shared.history.seal();
    let workspace = &state.shared.workspace;
    let is_lost = state.shared.is_lost(what);
    if !overwrite && !is_lost && !workspace.is_unsaved(what) && drafts::place(workspace, what).is_some() {
        let text = format!("`{}` is saved already", workspace.name_of(what));
        state.shared.notify(Level::Info, text);
        return;
    }
    if !overwrite && is_lost {
        state.saves.quit = false;
        return conflict::ask(state, what, Theirs::Removed, queue);
    }
    let job = match what {
        Filed::Node(id) => {
            let Some(node) = workspace.node(id) else { return };
            let Some(path) = workspace.path(id) else {
                queue.push(Command::Show(Box::new(SaveAs::new(&state.shared, id).into())));
                return;
            };
            FileJob::Write {
                id,
                path,
                entity: node.entity.clone(),
                overwrite,
            }
        }
        Filed::Environment(id) => {
            let Some(node) = workspace.environment(id) else { return };
            FileJob::WriteEnvironment {
                id,
                slug: node.slug.clone(),
                environment: node.environment.clone(),
                overwrite,
            }
        }
        Filed::Globals => FileJob::WriteGlobals {
            globals: workspace.globals().clone(),
            overwrite,
        },
    };
    state.saves.ask(what);
    write(state, vec![job], effects);
}

/// Writes the globals.
pub fn write_globals(state: &mut State, overwrite: bool, effects: &mut Vec<Effect>) {
    let globals = state.shared.workspace.globals().clone();
    write(state, vec![FileJob::WriteGlobals { globals, overwrite }], effects);
}

/// Saves a request under a name in a group: moves one that was saved nowhere, copies any other.
pub fn save_as(state: &mut State, id: NodeId, parent: NodeId, name: &str, effects: &mut Vec<Effect>) {
    state.shared.last_group = Some(parent);
    let workspace = &mut state.shared.workspace;
    let Some(node) = workspace.node(id) else { return };
    let entity = node.entity.renamed(name).ordered(None);
    let slug = workspace.free_slug(Some(parent), name);
    let label = format!("save as {name}");
    let end = usize::MAX;
    if workspace.path(id).is_none() {
        let edits = vec![
            Edit::Replace { id, entity },
            Edit::Move {
                id,
                parent: Some(parent),
                index: end,
                slug,
            },
        ];
        if restructure(state, label, edits, effects) {
            state.saves.ask(Filed::Node(id));
            state.shared.open = Some(id);
            state.panes.tree.reveal(id);
        }
        return;
    }
    let mut nodes = workspace.copy_nodes(id);
    let Some(top) = nodes.first_mut() else { return };
    top.entity = entity;
    top.slug = slug;
    let copy = top.id;
    if restructure(
        state,
        label,
        vec![Edit::Insert {
            nodes,
            parent: Some(parent),
            index: end,
        }],
        effects,
    ) {
        state.saves.ask(Filed::Node(copy));
        state.shared.open = Some(copy);
        state.panes.tree.reveal(copy);
    }
}

/// Throws away unsaved changes of what is open; undo brings them back.
pub fn revert(state: &mut State) {
    let shared = &mut state.shared;
    let open = shared.open.and_then(|id| shared.workspace.node(id));
    let Some((id, saved)) = open.and_then(|node| Some((node.id, node.saved.clone()?))) else {
        return shared.notify(Level::Info, "it is saved nowhere yet");
    };
    if !shared.workspace.is_dirty(id) {
        return shared.notify(Level::Info, "it is as it is saved");
    }
    let label = format!("revert {}", saved.name());
    edit(state, label, None, vec![Edit::Replace { id, entity: saved }]);
    state
        .shared
        .notify(Level::Done, "back to what is saved; undo brings your changes back");
}

/// Saves everything that has a place; requests without one stay as drafts.
pub fn save_all(state: &mut State, quit: bool, queue: &mut Vec<Command>, effects: &mut Vec<Effect>) {
    let workspace = &state.shared.workspace;
    let mut unsaved = workspace.unsaved();
    unsaved.retain(|filed| drafts::place(workspace, *filed).is_some());
    if unsaved.is_empty() && quit {
        queue.push(Command::Quit);
        return;
    }
    state.saves.quit = quit;
    for filed in unsaved {
        save(state, filed, false, queue, effects);
    }
}

/// What is under way and would be broken off by leaving, in words.
fn under_way(shared: &Shared) -> Vec<String> {
    let name = |id: &NodeId| shared.workspace.name_of(Filed::Node(*id));
    let mut out: Vec<String> = shared
        .running
        .keys()
        .map(|id| format!("`{}` is being sent: what its scripts set would be lost", name(id)))
        .collect();
    out.sort();
    // One that has come is written to its end.
    let arriving = shared.saving.iter().filter(|saving| !saving.body.is_whole());
    out.extend(arriving.map(|Saving { path, body, .. }| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let came = size(body.known().0 as u64);
        format!("`{name}` is being saved: {came} of it came, and nothing of it would be kept")
    }));
    if let Some(log) = shared.log.as_ref().filter(|log| log.is_running()) {
        out.push(format!("`{}` is being run: it would stop where it is", log.title));
    }
    out
}

/// Asks before quitting when something is unsaved or under way.
pub fn ask_to_quit(state: &mut State, queue: &mut Vec<Command>) {
    let workspace = &state.shared.workspace;
    // What is just being written is no reason to ask: should that fail, its draft is kept.
    let on_its_way = |filed: &Filed| {
        let latest = state.saves.latest(*filed);
        latest.is_some() && latest == drafts::content(workspace, *filed).as_ref()
    };
    let unsaved: Vec<Filed> = workspace
        .unsaved()
        .into_iter()
        .filter(|filed| !on_its_way(filed))
        .collect();
    let under_way = under_way(&state.shared);
    if unsaved.is_empty() && under_way.is_empty() {
        queue.push(Command::Quit);
        return;
    }
    if unsaved.is_empty() {
        let quit = Choice {
            key: 'q',
            label: "stop it and quit".into(),
            commands: vec![Command::Quit],
        };
        let question = Confirm::new("Still under way", under_way, vec![quit]);
        queue.push(Command::Show(Box::new(question.into())));
        return;
    }
    let place = |filed: Filed| match filed {
        Filed::Node(id) if workspace.path(id).is_none() => "not saved anywhere".to_owned(),
        Filed::Node(id) => state.shared.breadcrumbs(id),
        Filed::Environment(_) => "environment".to_owned(),
        Filed::Globals => String::new(),
    };
    let mut text: Vec<String> = unsaved
        .iter()
        .take(8)
        .map(|filed| format!("● {}  {}", workspace.name_of(*filed), place(*filed)))
        .collect();
    if unsaved.len() > 8 {
        text.push(format!("… and {} more", unsaved.len() - 8));
    }
    text.push(String::new());
    text.extend(under_way);
    let forgetful = state.shared.forgetful;
    text.push(if forgetful {
        "Drafts cannot be kept now: what is not saved is lost.".to_owned()
    } else {
        "Drafts are kept either way and are there when you come back.".to_owned()
    });
    let homeless = unsaved
        .iter()
        .filter(|filed| drafts::place(workspace, **filed).is_none());
    let homeless = homeless.count();
    let label = match (unsaved.len() - homeless, homeless) {
        (0, _) => None,
        (_, 0) => Some("save all and quit".to_owned()),
        (some, more) if forgetful => Some(format!("save {some} and quit, lose {more}")),
        (some, 1) => Some(format!("save {some} and quit, keep 1 as a draft")),
        (some, more) => Some(format!("save {some} and quit, keep {more} as drafts")),
    };
    let save = label.map(|label| Choice {
        key: 's',
        label,
        commands: vec![Command::SaveAll { quit: true }],
    });
    let quit = Choice {
        key: 'q',
        label: if forgetful {
            "quit without saving"
        } else {
            "quit, keep the drafts"
        }
        .into(),
        commands: vec![Command::Quit],
    };
    // Enter gives the first answer: the one that loses nothing, and where that is the same the one that changes no file.
    let choices = if forgetful {
        save.into_iter().chain([quit]).collect()
    } else {
        std::iter::once(quit).chain(save).collect()
    };
    queue.push(Command::Show(Box::new(
        Confirm::new("Unsaved changes", text, choices).into(),
    )));
}
