//! A file was changed outside since it was read: the user sees that and chooses.

use crate::model::Filed;
use crate::model::edit::Edit;
use crate::store::Content;
use crate::store::files::Theirs;
use crate::tui::command::Command;
use crate::tui::drafts;
use crate::tui::effect::{Effect, FileJob};
use crate::tui::modals::{Choice, Confirm};
use crate::tui::shared::Level;
use crate::tui::state::State;

use super::saving;

/// Asks what to do about a file that was changed or deleted outside since it was read.
///
/// The question answers a save, so it comes some time after the key: no letter that is being typed answers it.
pub fn ask(state: &mut State, what: Filed, theirs: Theirs, queue: &mut Vec<Command>) {
    let workspace = &state.shared.workspace;
    let Some(ours) = drafts::content(workspace, what) else {
        return;
    };
    let name = workspace.name_of(what);
    let is_edited = workspace.is_unsaved(what);
    let mine = |label: &str| Choice {
        key: 'o',
        label: label.to_owned(),
        commands: vec![Command::Save { what, overwrite: true }],
    };
    let (mut text, choices) = match theirs {
        Theirs::Content(theirs) => {
            let text = vec![
                format!("`{name}` was changed on disk while you were editing it."),
                differences(&ours, &theirs),
            ];
            let take = Choice {
                key: 't',
                label: "take theirs (undo brings mine back)".into(),
                commands: vec![Command::TakeTheirs { what, theirs }],
            };
            (text, vec![take, mine("overwrite it with mine")])
        }
        Theirs::Removed => {
            let meanwhile = if is_edited { " while you were editing it" } else { "" };
            let text = vec![format!("`{name}` was deleted on disk{meanwhile}.")];
            let delete = match what {
                Filed::Node(id) => Some(Command::Delete(id)),
                Filed::Environment(id) => Some(Command::DeleteEnvironment(id)),
                Filed::Globals => None,
            };
            let take = delete.map(|delete| Choice {
                key: 't',
                label: if is_edited {
                    "delete mine too (undo brings it back)".into()
                } else {
                    "delete it here too (undo brings it back)".into()
                },
                commands: vec![delete],
            });
            (text, take.into_iter().chain([mine("write it again")]).collect())
        }
    };
    text.push(if is_edited {
        "Until you choose, yours is kept as a draft.".to_owned()
    } else {
        "Until you choose, it stays here as long as it is open.".to_owned()
    });
    let question = Confirm::new("Changed on disk", text, choices).deliberate();
    queue.push(Command::Show(Box::new(question.into())));
}

/// Takes over what somebody else has put into a file.
pub fn take_theirs(state: &mut State, what: Filed, theirs: Content, effects: &mut Vec<Effect>) {
    let workspace = &state.shared.workspace;
    let name = workspace.name_of(what).to_owned();
    let Some(place) = drafts::place(workspace, what) else {
        return;
    };
    let edit = match (what, &theirs) {
        (Filed::Node(id), Content::Item(entity)) => Edit::Replace {
            id,
            entity: entity.clone(),
        },
        (Filed::Environment(id), Content::Environment(environment)) => Edit::ReplaceEnvironment {
            id,
            environment: environment.clone(),
        },
        (Filed::Globals, Content::Environment(globals)) => Edit::ReplaceGlobals {
            globals: globals.clone(),
        },
        _ => return,
    };
    if saving::apply(state, format!("take the outside change of {name}"), None, vec![edit]) {
        state.shared.history.mark_taken(what);
        saving::mark_saved(state, what, theirs.clone());
        state.shared.contested.remove(&what);
        effects.push(Effect::Files(vec![FileJob::Adopt(place, theirs)]));
        let text = format!("`{name}` is as the file says; undo brings yours back");
        state.shared.notify(Level::Done, text);
    }
}

/// Follows the undoing of taking theirs: the outside change stands against ours again, so saving asks. Redone, it does not.
pub fn follow_undo(state: &mut State, what: Filed, redo: bool, effects: &mut Vec<Effect>) {
    let workspace = &state.shared.workspace;
    let (Some(place), Some(content)) = (drafts::place(workspace, what), drafts::content(workspace, what)) else {
        return;
    };
    let job = if redo {
        state.shared.contested.remove(&what);
        FileJob::Adopt(place, content)
    } else {
        state.shared.contested.insert(what);
        FileJob::Disown(place)
    };
    effects.push(Effect::Files(vec![job]));
}

/// In what two versions differ, in words.
fn differences(ours: &Content, theirs: &Content) -> String {
    let differing = match (ours, theirs) {
        (Content::Item(ours), Content::Item(theirs)) => ours.differing(theirs),
        (Content::Environment(ours), Content::Environment(theirs)) => {
            let keys = ours
                .variables
                .iter()
                .chain(&theirs.variables)
                .map(|variable| &variable.key);
            let mut keys: Vec<&str> = keys
                .filter(|key| ours.variable(key) != theirs.variable(key))
                .map(String::as_str)
                .collect();
            keys.sort_unstable();
            keys.dedup();
            keys
        }
        _ => Vec::new(),
    };
    if differing.is_empty() {
        return "Both versions differ.".to_owned();
    }
    format!("The versions differ in: {}.", differing.join(", "))
}
