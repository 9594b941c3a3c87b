//! Changing contents, keeping drafts, saving, undoing.
//!
//! ```text
//! edit → workspace.apply → undo history → draft (local, at once)
//! save → file → mark_saved → draft dropped
//! ```
//!
//! Names, places and order are on disk at once ([`super::structure`]); everything else is a draft until it is saved.

use std::sync::Arc;

use crate::model::edit::{Edit, Step};
use crate::model::{Entity, NodeId, Workspace};
use crate::tui::command::Command;
use crate::tui::effect::{Effect, FileJob, LocalJob};
use crate::tui::modals::{Choice, Confirm, SaveAs};
use crate::tui::shared::Level;
use crate::tui::state::State;

use super::structure::{Places, restructure, settle};

/// What the draft of a node is filed under: its path, or the name of a request that is saved nowhere yet.
pub fn draft_key(workspace: &Workspace, id: NodeId) -> Option<String> {
    match workspace.path(id) {
        Some(path) => Some(path.as_str().to_owned()),
        None => workspace.node(id).map(|node| format!("scratch:{}", node.slug)),
    }
}

/// Changes contents, undoably, and keeps drafts of what is now unsaved.
pub fn edit(state: &mut State, label: String, merge: Option<String>, edits: Vec<Edit>, effects: &mut Vec<Effect>) {
    let touched: Vec<NodeId> = edits
        .iter()
        .filter_map(|edit| match edit {
            Edit::Replace { id, .. } => Some(*id),
            _ => None,
        })
        .collect();
    if apply(state, label, merge, edits) {
        for id in touched {
            keep_draft(state, id, effects);
        }
    }
}

/// Applies edits and records how to undo them; all or nothing.
pub fn apply(state: &mut State, label: String, merge: Option<String>, edits: Vec<Edit>) -> bool {
    let mut inverse = Vec::with_capacity(edits.len());
    for edit in edits {
        match state.shared.workspace.apply(edit) {
            Ok(back) => inverse.push(back),
            Err(error) => {
                for back in inverse.into_iter().rev() {
                    // The inverse of what was just done always fits.
                    let _ = state.shared.workspace.apply(back);
                }
                state.shared.notify(Level::Error, error.to_string());
                return false;
            }
        }
    }
    inverse.reverse();
    state.shared.history.record(Step {
        label,
        merge,
        edits: inverse,
    });
    true
}

/// Keeps or drops the draft of a node, by whether it has unsaved changes.
pub fn keep_draft(state: &State, id: NodeId, effects: &mut Vec<Effect>) {
    let workspace = &state.shared.workspace;
    if let (Some(key), Some(node)) = (draft_key(workspace, id), workspace.node(id)) {
        let content = workspace.is_dirty(id).then(|| node.entity.clone());
        effects.push(Effect::Local(LocalJob::Draft(key, content)));
    }
}

/// Undoes or redoes one step, and lets disk and drafts follow.
pub fn undo(state: &mut State, redo: bool, effects: &mut Vec<Effect>) {
    let before = Places::of(&state.shared.workspace);
    let globals = state.shared.workspace.globals().clone();
    let shared = &mut state.shared;
    let step = if redo {
        shared.history.redo(&mut shared.workspace)
    } else {
        shared.history.undo(&mut shared.workspace)
    };
    match step {
        None => state
            .shared
            .notify(Level::Info, if redo { "nothing to redo" } else { "nothing to undo" }),
        Some(Err(error)) => state.shared.notify(Level::Error, error.to_string()),
        Some(Ok(step)) => {
            settle(state, &before, effects);
            for edit in &step.edits {
                match edit {
                    Edit::Replace { id, .. } => keep_draft(state, *id, effects),
                    // What came back or moved is what the eye looks for.
                    Edit::Move { id, .. } => state.panes.tree.reveal(*id),
                    Edit::Insert { nodes, .. } => {
                        if let Some(top) = nodes.first() {
                            state.panes.tree.reveal(top.id);
                        }
                    }
                    _ => {}
                }
            }
            if globals != *state.shared.workspace.globals() {
                let globals = state.shared.workspace.globals().clone();
                effects.push(Effect::Files(vec![FileJob::WriteGlobals(globals)]));
            }
            if state
                .shared
                .open
                .is_some_and(|id| state.shared.workspace.node(id).is_none())
            {
                state.shared.open = None;
            }
            let word = if redo { "redid" } else { "undid" };
            state.shared.notify(Level::Done, format!("{word}: {}", step.label));
        }
    }
}

/// Saves a node; a request that is saved nowhere yet asks where.
pub fn save(state: &mut State, id: NodeId, overwrite: bool, queue: &mut Vec<Command>, effects: &mut Vec<Effect>) {
    let workspace = &state.shared.workspace;
    let Some(node) = workspace.node(id) else { return };
    match workspace.path(id) {
        None => queue.push(Command::Show(Box::new(SaveAs::new(&state.shared, id).into()))),
        Some(_) if !workspace.is_dirty(id) => {
            let text = format!("`{}` is saved already", node.entity.name());
            state.shared.notify(Level::Info, text);
        }
        Some(path) => {
            state.pending_saves += 1;
            effects.push(Effect::Files(vec![FileJob::Write {
                id,
                path,
                entity: node.entity.clone(),
                overwrite,
            }]));
        }
    }
    state.shared.history.seal();
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
        let key = draft_key(workspace, id);
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
            state.pending_saves += 1;
            if let Some(key) = key {
                effects.push(Effect::Local(LocalJob::Draft(key, None)));
            }
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
        state.pending_saves += 1;
        state.shared.open = Some(copy);
        state.panes.tree.reveal(copy);
    }
}

/// Throws away unsaved changes of a node; undo brings them back.
pub fn revert(state: &mut State, id: NodeId, effects: &mut Vec<Effect>) {
    let Some(node) = state.shared.workspace.node(id) else {
        return;
    };
    let Some(saved) = node.saved.clone() else { return };
    let label = format!("revert {}", saved.name());
    edit(state, label, None, vec![Edit::Replace { id, entity: saved }], effects);
}

/// Saves everything that has a place; requests without one stay as drafts.
pub fn save_all(state: &mut State, quit: bool, queue: &mut Vec<Command>, effects: &mut Vec<Effect>) {
    let ids: Vec<NodeId> = state
        .shared
        .workspace
        .dirty()
        .into_iter()
        .filter(|id| state.shared.workspace.path(*id).is_some())
        .collect();
    state.quit_when_saved = quit;
    if ids.is_empty() && quit {
        queue.push(Command::Quit);
        return;
    }
    for id in ids {
        save(state, id, false, queue, effects);
    }
}

/// Asks before quitting when something is unsaved.
pub fn ask_to_quit(state: &mut State, queue: &mut Vec<Command>) {
    let workspace = &state.shared.workspace;
    let dirty = workspace.dirty();
    if dirty.is_empty() {
        queue.push(Command::Quit);
        return;
    }
    let mut text: Vec<String> = dirty
        .iter()
        .take(8)
        .filter_map(|id| workspace.node(*id))
        .map(|node| {
            let place = state.shared.breadcrumbs(node.id);
            let place = if place.is_empty() {
                "not saved anywhere".to_owned()
            } else {
                place
            };
            format!("● {}  {place}", node.entity.name())
        })
        .collect();
    if dirty.len() > 8 {
        text.push(format!("… and {} more", dirty.len() - 8));
    }
    text.push(String::new());
    text.push("Drafts are kept either way and are there when you come back.".to_owned());
    let choices = vec![
        Choice {
            key: 's',
            label: "save all and quit".into(),
            commands: vec![Command::SaveAll { quit: true }],
        },
        Choice {
            key: 'q',
            label: "quit, keep the drafts".into(),
            commands: vec![Command::Quit],
        },
    ];
    queue.push(Command::Show(Box::new(
        Confirm::new("Unsaved changes", text, choices).into(),
    )));
}

/// Asks what to do about a file that was changed outside since it was read.
pub fn ask_about_conflict(state: &mut State, id: NodeId, theirs: Result<Entity, String>, queue: &mut Vec<Command>) {
    let Some(node) = state.shared.workspace.node(id) else {
        return;
    };
    let name = node.entity.name().to_owned();
    let ours = node.entity.clone();
    let mut choices = vec![Choice {
        key: 'o',
        label: "overwrite it with mine".into(),
        commands: vec![Command::Save { id, overwrite: true }],
    }];
    let mut text = vec![format!("`{name}` was changed outside while you were editing it.")];
    match theirs {
        Ok(theirs) => {
            text.extend(differences(&ours, &theirs));
            let take = Edit::Replace { id, entity: theirs };
            choices.push(Choice {
                key: 't',
                label: "take theirs (undo brings mine back)".into(),
                commands: vec![Command::Edit {
                    label: format!("take the outside change of {name}"),
                    merge: None,
                    edits: vec![take],
                }],
            });
        }
        Err(problem) => {
            text.push(problem);
            choices.clear();
            text.push("A file that cannot be read is never overwritten: mend it, then save again.".to_owned());
        }
    }
    text.push("Until then yours is kept as a draft.".to_owned());
    queue.push(Command::Show(Box::new(
        Confirm::new("Changed outside", text, choices).into(),
    )));
}

/// Which parts of two versions differ, in words.
fn differences(ours: &Entity, theirs: &Entity) -> Vec<String> {
    let (Entity::Request(ours), Entity::Request(theirs)) = (ours, theirs) else {
        return vec!["Both versions differ.".to_owned()];
    };
    let (ours, theirs): (&Arc<_>, &Arc<_>) = (ours, theirs);
    let parts = [
        ("name", ours.name != theirs.name),
        ("description", ours.description != theirs.description),
        ("method", ours.method != theirs.method),
        ("URL", ours.url != theirs.url),
        (
            "params",
            ours.params != theirs.params || ours.path_variables != theirs.path_variables,
        ),
        ("headers", ours.headers != theirs.headers),
        ("auth", ours.auth != theirs.auth),
        ("body", ours.body != theirs.body),
        ("scripts", ours.scripts != theirs.scripts),
        ("settings", ours.settings != theirs.settings),
    ];
    let differing: Vec<&str> = parts
        .iter()
        .filter(|(_, differs)| *differs)
        .map(|(name, _)| *name)
        .collect();
    vec![format!("The versions differ in: {}.", differing.join(", "))]
}
