//! The program's own actions: focus, pickers, themes, quitting, remembering where everything stands.

use serde_json::json;

use crate::model::Filed;
use crate::tui::action::{Action, App};
use crate::tui::command::Command;
use crate::tui::drafts;
use crate::tui::effect::{Effect, LocalJob};
use crate::tui::importing;
use crate::tui::keymap::Context;
use crate::tui::modals::{Cookies, EnvironmentEditor, Help, Jump, Modal, SaveAs};
use crate::tui::panes::{Pane, environments, request, response, tree};
use crate::tui::runner::Ask;
use crate::tui::shared::{Level, REVEALED, Saving};
use crate::tui::state::State;
use crate::tui::theme::{DEFAULT, Depth, LIGHT, Theme};
use crate::tui::unlocking;

use super::{pickers, saving, say_read_only, sending};

/// Does an action.
pub fn act(state: &mut State, action: Action, queue: &mut Vec<Command>, effects: &mut Vec<Effect>) {
    if state.shared.read_only.is_some() && changes_files(action) {
        return say_read_only(state);
    }
    match action {
        Action::App(app) => act_app(state, app, queue, effects),
        other => state.act_in_pane(other, queue, effects),
    }
}

/// Whether an action has no other end than a change of a file; what is refused is refused before anything is asked.
pub fn changes_files(action: Action) -> bool {
    match action {
        Action::App(app) => matches!(
            app,
            App::Save | App::SaveAs | App::SaveAll | App::Revert | App::NewRequest
        ),
        Action::Environments(action) => action != environments::Action::Edit,
        Action::Tree(_) => true,
        Action::Request(action) => action != request::Action::Url,
        Action::Nav(_) | Action::Response(_) => false,
    }
}

fn act_app(state: &mut State, app: App, queue: &mut Vec<Command>, effects: &mut Vec<Effect>) {
    let show = |queue: &mut Vec<Command>, modal: Modal| queue.push(Command::Show(Box::new(modal)));
    match app {
        // What is typed counts before anything is done with it.
        App::Quit | App::Save | App::SaveAll | App::Run if state.settle(queue, effects) => {
            queue.push(Command::Act(Action::App(app)));
        }
        App::Send => match state.shared.open_request() {
            Some(id) => sending::send(state, id, effects),
            None => state.shared.notify(Level::Info, "open a request to send it"),
        },
        App::Save => match state.shared.open {
            Some(id) => {
                state.panes.request.saved();
                saving::save(state, Filed::Node(id), false, queue, effects);
            }
            None => state.shared.notify(Level::Info, "nothing is open that could be saved"),
        },
        App::SaveAs => match state.shared.open_request() {
            Some(id) => show(queue, SaveAs::new(&state.shared, id).into()),
            None => state
                .shared
                .notify(Level::Info, "open a request to save it somewhere else"),
        },
        App::SaveAll => saving::save_all(state, false, queue, effects),
        App::Revert => saving::revert(state),
        App::SwitchEnvironment => show(queue, pickers::environments(state).into()),
        App::Palette => show(queue, pickers::palette(state).into()),
        App::Find => show(queue, pickers::finder(state).into()),
        App::Theme => show(queue, pickers::themes(state).into()),
        App::Copy => show(queue, pickers::copies(state).into()),
        App::Jump => show(queue, Jump::new(pickers::jumps(state)).into()),
        App::Problems => show(queue, pickers::problems(state).into()),
        App::Messages => show(queue, pickers::messages(state).into()),
        App::Globals => show(queue, EnvironmentEditor::new(None).into()),
        App::Cookies => {
            show(queue, Cookies::new(state.cookies.clone(), &state.shared).into());
            effects.push(Effect::LookAtCookies);
        }
        App::Help => {
            let mut contexts = state.panes.contexts(state.focus).to_vec();
            contexts.extend([Context::Normal, Context::Anywhere]);
            let read_only = state.shared.read_only.is_some();
            let own = state.modals.last();
            let own = own.and_then(|modal| modal.own_keys(&state.keymap, read_only));
            let help = own.map_or_else(|| Help::new(&state.keymap, &contexts), Help::of);
            show(queue, help.into());
        }
        App::Run => queue.push(Command::Run(Ask::Open)),
        App::AskAgain => {
            effects.push(Effect::AskAgain);
            let text = "what you typed is forgotten: it is asked for when a request needs it";
            state.shared.notify(Level::Done, text);
        }
        App::Consents => effects.push(Effect::ListConsents),
        App::Unlock => unlocking::ask(queue, effects),
        App::Import => queue.push(Command::Import(importing::Ask::Open)),
        App::RenewToken => sending::renew_token(state, effects),
        App::ForgetToken => sending::forget_token(state, effects),
        App::NewRequest => queue.push(Command::NewRequest { parent: None }),
        App::Cancel => {
            if !sending::cancel(state, effects) && !sending::just_ended(state) && !sending::holds_responses(state) {
                queue.push(Command::Act(Action::App(App::Quit)));
            }
        }
        App::Quit => saving::ask_to_quit(state, queue),
        App::Back => back(state, queue, effects),
        App::FocusEnvironments => state.focus = Pane::Environments,
        App::FocusCollections => state.focus = Pane::Collections,
        App::FocusRequest => state.focus = Pane::Request,
        App::FocusResponse => state.focus = Pane::Response,
        App::NextPane => state.focus = state.focus.step(1),
        App::PreviousPane => state.focus = state.focus.step(-1),
        App::Zoom => state.zoom = !state.zoom,
        App::Undo => saving::undo(state, false, effects),
        App::Redo => saving::undo(state, true, effects),
        App::Reveal => {
            state.shared.revealed = !state.shared.revealed;
            let word = if state.shared.revealed {
                REVEALED
            } else {
                "secrets are hidden"
            };
            state.shared.notify(Level::Info, word);
        }
    }
}

/// Esc hides secrets and leaves a field; where there is nothing to leave it goes one step: it calls off the saving of the open
/// request's body, else cancels its send, from wherever one is, else ends a zoom, else cancels the send of a request that was deleted
/// meanwhile, else calls off the saving of others' bodies. What hid secrets does none of that.
fn back(state: &mut State, queue: &mut Vec<Command>, effects: &mut Vec<Effect>) {
    let hides = state.shared.revealed;
    state.shared.hide_again();
    let mut cx = crate::tui::panes::Cx {
        shared: &mut state.shared,
        commands: queue,
        effects,
    };
    if state.panes.back(state.focus, &mut cx) {
        state.shared.history.seal();
        return;
    }
    if hides {
        return;
    }
    // Before the send: without what arrives there is nothing to save.
    if state.shared.saves_open() {
        let open = state.shared.open;
        return stop_saving(state, |saving| saving.of == open, effects);
    }
    let shared = &state.shared;
    if shared.open.is_some_and(|open| shared.running.contains_key(&open)) && sending::cancel(state, effects) {
        return;
    }
    if std::mem::take(&mut state.zoom) {
        return;
    }
    let shared = &state.shared;
    let has_orphans = shared.running.keys().any(|id| sending::is_orphan(shared, *id));
    if has_orphans && sending::cancel(state, effects) {
        return;
    }
    stop_saving(state, |_| true, effects);
}

fn stop_saving(state: &State, which: impl Fn(&Saving) -> bool, effects: &mut Vec<Effect>) {
    let all = state.shared.saving.iter().filter(|saving| which(saving));
    let paths: Vec<_> = all.map(|saving| saving.path.clone()).collect();
    if !paths.is_empty() {
        effects.push(Effect::StopSaving(paths));
    }
}

/// Uses a theme.
pub fn theme(state: &mut State, name: &str, keep: bool, effects: &mut Vec<Effect>) {
    let Some((_, text)) = state.themes.iter().find(|(file, _)| file == name) else {
        return;
    };
    match Theme::parse(text) {
        Ok(theme) => {
            state.theme = theme.fit(state.depth.unwrap_or(Depth::True));
            if keep {
                state.auto_theme = false;
                name.clone_into(&mut state.theme_name);
                effects.push(Effect::KeepTheme(name.to_owned()));
            }
        }
        Err(error) => state.shared.notify(Level::Error, format!("theme `{name}`: {error}")),
    }
}

/// Takes the theme for the terminal's ground, unless the user has chosen one.
pub fn ground(state: &mut State, light: bool) {
    state.light = Some(light);
    let name = if light { LIGHT } else { DEFAULT };
    if !state.auto_theme || state.theme_name == name {
        return;
    }
    let text = state.themes.iter().find(|(file, _)| file == name);
    if let Some(Ok(theme)) = text.map(|(_, text)| Theme::parse(text)) {
        state.theme = theme.fit(state.depth.unwrap_or(Depth::True));
        name.clone_into(&mut state.theme_name);
        state.stale = true;
    }
}

/// Remembers where everything stands when that changed.
pub fn remember(state: &mut State, effects: &mut Vec<Effect>) {
    let open = state
        .shared
        .open
        .and_then(|id| drafts::node_key(&state.shared.workspace, id));
    let layout = json!({
        "open": open,
        "focus": Pane::ALL.iter().position(|pane| *pane == state.focus),
        "dividers": [state.dividers.columns, state.dividers.rows, state.dividers.left],
        "tree": tree::remember(&state.panes.tree, &state.shared),
        "request": request::remember(&state.panes.request),
        "response": response::remember(&state.panes.response),
    })
    .to_string();
    if layout != state.keeper.layout {
        state.keeper.layout.clone_from(&layout);
        effects.push(Effect::Local(LocalJob::Layout(layout)));
    }
}
