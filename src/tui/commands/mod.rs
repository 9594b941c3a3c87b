//! Carries out commands: the one place where the shared state changes.

mod binding;
mod conflict;
mod environments;
mod importing;
mod nodes;
mod ordering;
mod pickers;
mod running;
mod saving;
mod secrets;
mod sending;
mod shell;
mod structure;
mod tokens;

use super::action::{Action, App};
use super::command::Command;
use super::drafts;
use super::effect::{Effect, LocalJob};
use super::giving::{self, MOST_COPIED};
use super::keymap::Context;
use super::shared::Level;
use super::state::State;

pub use conflict::ask as ask_about_conflict;
pub use environments::keep_active;
pub use importing::{news as import_news, record as record_import, rewritten};
pub use running::{changed, groups, news as run_news};
pub use saving::mark_saved;
pub use sending::{Held, give_up, release};
pub use shell::{changes_files, ground, remember};
pub use structure::{follow_moved, not_moved, not_removed};

/// Says why nothing is changed where Postman's file is only looked at, and what to do.
fn say_read_only(state: &mut State) {
    let contexts = [Context::Collections, Context::Normal, Context::Anywhere];
    let key = state.keymap.chord_for(Action::App(App::Import), &contexts);
    let key = key.map_or_else(|| "`import`".to_owned(), |key| key.to_string());
    let text = format!(
        "Postman's own file is only read here: {key} imports it with all that is open beside it, then it is yours to edit"
    );
    state.shared.notify(Level::Info, text);
}

/// Ends typing into what is only looked at as soon as it begins, by whatever key or click, and says why.
pub fn refuse_typing(state: &mut State, queue: &mut Vec<Command>, effects: &mut Vec<Effect>) {
    if state.shared.read_only.is_none() || !super::panes::request::types_into_file(&state.panes.request) {
        return;
    }
    let mut cx = super::panes::Cx {
        shared: &mut state.shared,
        commands: queue,
        effects,
    };
    super::panes::request::leave(&mut state.panes.request, &mut cx);
    say_read_only(state);
}

/// Carries out one command; it may ask for others.
pub fn run(state: &mut State, command: Command, queue: &mut Vec<Command>, effects: &mut Vec<Effect>) {
    if state.shared.read_only.is_some() && command.changes_files() {
        if matches!(command, Command::Edit { .. }) {
            state.panes.request.refuse();
        }
        return say_read_only(state);
    }
    match command {
        Command::Act(action) => shell::act(state, action, queue, effects),
        Command::Focus(pane) => state.focus = pane,
        Command::Open(id) => {
            state.settle(queue, effects);
            nodes::open(state, id);
        }
        Command::Send(id) => sending::send(state, id, effects),
        Command::Activate(id) => environments::activate(state, id, effects),
        Command::Edit { label, merge, edits } => saving::edit(state, label, merge, edits),
        Command::NewRequest { parent } => {
            state.settle(queue, effects);
            nodes::new_request(state, parent, effects);
        }
        Command::NewGroup { parent, name } => nodes::new_group(state, parent, &name, effects),
        Command::Rename { id, name } => nodes::rename(state, id, &name, effects),
        Command::Duplicate(id) => nodes::duplicate(state, id, effects),
        Command::Delete(id) => nodes::delete(state, id, effects),
        Command::Move { id, parent, index } => nodes::shift(state, id, parent, index, effects),
        Command::Save { what, overwrite } => saving::save(state, what, overwrite, queue, effects),
        Command::TakeTheirs { what, theirs } => conflict::take_theirs(state, what, theirs, effects),
        Command::SaveAs { id, parent, name } => {
            state.settle(queue, effects);
            saving::save_as(state, id, parent, &name, effects);
        }
        Command::SaveAll { quit } => saving::save_all(state, quit, queue, effects),
        Command::NewEnvironment { environment } => environments::create(state, environment, effects),
        Command::RenameEnvironment { id, name } => environments::rename(state, id, &name, effects),
        Command::DeleteEnvironment(id) => environments::delete(state, id, effects),
        Command::SaveEnvironment { id, environment } => environments::save(state, id, environment, effects),
        Command::SaveGlobals(globals) => environments::save_globals(state, globals, effects),
        Command::SetCurrent { owner, key, value } => {
            environments::set_current(state, &owner, &key, value, false, effects);
        }
        Command::SetCurrentToo { owner, key, value } => {
            environments::set_current(state, &owner, &key, value, true, effects);
        }
        Command::Show(modal) => state.modals.push(*modal),
        Command::Reveal(id) => state.panes.tree.reveal(id),
        Command::Close => {
            state.modals.pop();
        }
        Command::Notify(level, text) => state.shared.notify(level, text),
        Command::TellSaved(filed, level, text) => state.saves.tell(filed, level, text),
        Command::Theme { name, keep } => shell::theme(state, &name, keep, effects),
        Command::Copy(text, what) if text.len() > MOST_COPIED => {
            let text = format!(
                "{what} is too long for the clipboard of a terminal: {} bytes",
                text.len()
            );
            state.shared.notify(Level::Warning, text);
        }
        Command::Copy(text, what) => {
            let (level, told) = giving::copied(&what, &text);
            effects.push(Effect::Copy(text));
            state.shared.notify(level, told);
        }
        Command::Give(job) => effects.push(Effect::Give(job)),
        Command::ClearCookies(of) => effects.push(Effect::ClearCookies(of)),
        Command::Request(order) => {
            let mut cx = super::panes::Cx {
                shared: &mut state.shared,
                commands: queue,
                effects,
            };
            super::panes::request::order(&mut state.panes.request, order, &mut cx);
        }
        Command::Run(ask) => running::ask(state, ask, queue, effects),
        Command::Import(ask) => importing::ask(state, ask, queue, effects),
        Command::MakeSecret(draft, name) => secrets::make(state, &draft, &name, queue, effects),
        Command::BindToken(draft, variable) => binding::bind(state, *draft, &variable, queue, effects),
        Command::GiveUp(id) => effects.push(Effect::GiveUp(id)),
        Command::TakeBack(place, key) => {
            effects.push(Effect::TakeBack(place, key));
            let text = "taken back: it asks again when it wants that";
            state.shared.notify(Level::Done, text);
        }
        Command::Consent(id, given) => effects.push(Effect::Consent(id, given)),
        Command::Typed(id, secret) => effects.push(Effect::Typed(id, secret)),
        Command::Unlock(passphrase) => {
            let cookies = state.cookies_kept.clone();
            let passphrase = Some(passphrase);
            effects.push(Effect::Local(LocalJob::Unlock { passphrase, cookies }));
        }
        Command::CloseRunner => state
            .modals
            .retain(|modal| !matches!(modal, super::modals::Modal::Runner(_))),
        Command::Quit => {
            let now = state.shared.now;
            drafts::keep(state, now, effects);
            state.saves.quit = true;
            effects.push(Effect::Quit);
        }
    }
}
