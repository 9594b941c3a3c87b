//! Switching, making, renaming, editing and deleting environments; current values.

use std::sync::Arc;

use serde_json::Value;

use crate::exec;
use crate::model::edit::Edit;
use crate::model::history::{Step, ValueChange};
use crate::model::variable::{CurrentValue, Owner};
use crate::model::{Choice, Environment, EnvironmentId};
use crate::tui::effect::{Effect, LocalJob};
use crate::tui::shared::{Level, Shared};
use crate::tui::state::State;

use super::saving;
use super::structure::restructure;

/// Makes an environment active.
pub fn activate(state: &mut State, id: Option<EnvironmentId>, effects: &mut Vec<Effect>) {
    state.shared.active_environment = id;
    state.shared.gone_environment = None;
    let text = match state.shared.environment_name() {
        Some(name) => format!("environment {name}"),
        None => "no environment is active now: its variables count no longer".to_owned(),
    };
    state.shared.notify(Level::Done, text);
    effects.push(keep_active(&mut state.shared, id));
}

/// Lets the choice be open again when the one that was chosen has been deleted, as deleting is not choosing none: then the
/// only one left is active. All is as it was when the deleted one comes back and the user has chosen no other.
///
/// `was` is the name of the file of the one that was active.
pub fn follow_active(state: &mut State, was: Option<&str>, effects: &mut Vec<Effect>) {
    let shared = &mut state.shared;
    let workspace = &shared.workspace;
    let is_there = |id: EnvironmentId| workspace.environment(id).is_some();
    let chosen = match (shared.active_environment, &mut shared.gone_environment) {
        (Some(id), gone) if !is_there(id) => {
            *gone = Some((id, shared.chosen.clone()));
            // What was active for a while only, as at the demo, was not chosen.
            match &shared.chosen {
                Choice::Named(slug) if was == Some(slug) => Choice::Open,
                chosen => chosen.clone(),
            }
        }
        (_, gone) => match gone.take_if(|(id, _)| is_there(*id)) {
            Some((id, chosen)) => {
                shared.active_environment = Some(id);
                effects.push(keep_choice(shared, chosen));
                return;
            }
            None if shared.chosen == Choice::Open && shared.active_environment.is_none() => Choice::Open,
            None => return,
        },
    };
    let active = workspace.active_environment(&chosen);
    if (active, &chosen) != (shared.active_environment, &shared.chosen) {
        shared.active_environment = active;
        effects.push(keep_choice(shared, chosen));
    }
}

/// Makes an environment.
pub fn create(state: &mut State, environment: Environment, effects: &mut Vec<Effect>) {
    let slug = state.shared.workspace.free_environment_slug(&environment.name);
    let label = format!("new environment {}", environment.name);
    let node = state.shared.workspace.new_environment(environment, slug);
    let id = node.id;
    let edits = vec![Edit::InsertEnvironment {
        node,
        index: usize::MAX,
    }];
    if restructure(state, label, edits, effects) {
        state.panes.environments.reveal(id);
        if let Some(text) = activate_if_none(state, id, effects) {
            state.shared.notify(Level::Done, text);
        }
    }
}

/// Makes an environment that was just made or imported the active one if none is: what to say of it.
pub fn activate_if_none(state: &mut State, id: EnvironmentId, effects: &mut Vec<Effect>) -> Option<String> {
    if let Some(active) = state.shared.active_environment {
        // If it was so as the only one, it would not be at the next start. What the user chose stays, as with the demo's.
        if state.shared.chosen == Choice::Open {
            effects.push(keep_active(&mut state.shared, Some(active)));
        }
        return None;
    }
    activate(state, Some(id), effects);
    let name = state.shared.environment_name()?;
    Some(format!("environment `{name}` is active now, as none was"))
}

/// Has an environment, or none, be the active one at the next start and on the command line too.
pub fn keep_active(shared: &mut Shared, id: Option<EnvironmentId>) -> Effect {
    let node = id.and_then(|id| shared.workspace.environment(id));
    let choice = node.map_or(Choice::None, |node| Choice::Named(node.slug.clone()));
    keep_choice(shared, choice)
}

fn keep_choice(shared: &mut Shared, choice: Choice) -> Effect {
    shared.chosen.clone_from(&choice);
    shared.awaited = None;
    Effect::Local(LocalJob::ActiveEnvironment(choice))
}

/// Renames an environment and its file.
pub fn rename(state: &mut State, id: EnvironmentId, name: &str, effects: &mut Vec<Effect>) {
    let Some(node) = state.shared.workspace.environment(id) else {
        return;
    };
    if node.environment.name == name {
        return;
    }
    let label = format!("rename {}", node.environment.name);
    let environment = Arc::new(Environment {
        name: name.to_owned(),
        ..(*node.environment).clone()
    });
    let mut edits = vec![Edit::ReplaceEnvironment { id, environment }];
    if crate::model::id::slug(name) != node.slug {
        edits.push(Edit::ReslugEnvironment {
            id,
            slug: state.shared.workspace.free_environment_slug(name),
        });
    }
    restructure(state, label, edits, effects);
}

/// Deletes an environment and its file.
pub fn delete(state: &mut State, id: EnvironmentId, effects: &mut Vec<Effect>) {
    let Some(node) = state.shared.workspace.environment(id) else {
        return;
    };
    let name = node.environment.name.clone();
    let was = state.shared.environment_slug().map(str::to_owned);
    if restructure(
        state,
        format!("delete {name}"),
        vec![Edit::RemoveEnvironment { id }],
        effects,
    ) {
        let before = state.shared.active_environment;
        follow_active(state, was.as_deref(), effects);
        let shared = &mut state.shared;
        let now = shared
            .environment_name()
            .filter(|_| shared.active_environment != before);
        let only = now.map_or_else(String::new, |only| {
            format!("; `{only}` is active now, as it is the only one")
        });
        let text = format!("deleted environment `{name}`{only}; undo brings it back");
        shared.notify(Level::Done, text);
    }
}

/// Saves an environment's new content.
pub fn save(state: &mut State, id: EnvironmentId, environment: Environment, effects: &mut Vec<Effect>) {
    let label = format!("edit environment {}", environment.name);
    let edits = vec![Edit::ReplaceEnvironment {
        id,
        environment: Arc::new(environment),
    }];
    restructure(state, label, edits, effects);
}

/// Saves the globals' new content.
pub fn save_globals(state: &mut State, globals: Environment, effects: &mut Vec<Effect>) {
    let globals = Arc::new(globals);
    let edits = vec![Edit::ReplaceGlobals { globals }];
    if restructure(state, "edit globals", edits, effects) {
        saving::write_globals(state, false, effects);
    }
}

/// Sets a variable's current value, or goes back to the initial one; `joined` to the step of undo made just before.
///
/// A value given from outside while the program runs makes room for it, as it does for a script's.
pub fn set_current(
    state: &mut State,
    owner: &Owner,
    key: &str,
    value: Option<Value>,
    joined: bool,
    effects: &mut Vec<Effect>,
) {
    let shared = &mut state.shared;
    let environment = match owner {
        Owner::Environment(slug) => shared.workspace.environment_named(slug).map(|node| node.id),
        _ => shared.active_environment,
    };
    let secret = exec::is_declared_secret(&shared.workspace, environment, key);
    let current = value.map(|value| CurrentValue {
        value: Some(value),
        set_by: CurrentValue::YOU.to_owned(),
        set_at: shared.now,
        secret,
    });
    let change = ValueChange::new(&shared.current, owner, key, current);
    if change.from == change.to {
        return;
    }
    change.apply(&mut shared.current);
    shared.settle_overrides();
    saving::keep_values(std::slice::from_ref(&change), effects);
    if joined {
        shared.history.amend(false, [change]);
    } else {
        shared.history.record(Step {
            label: format!("set {key}"),
            values: vec![change.inverse()],
            ..Step::default()
        });
    }
}
