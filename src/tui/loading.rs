//! A large workspace comes in part by part, after the first frame: what can be done at once, and what waits.
//!
//! ```text
//! Event::Loaded ─▶ the tree fills ─▶ … ─▶ the last part ─▶ what waited is done, the keys behind it are pressed
//! ```
//!
//! Groups and environments are there from the start, and so is every request that has a draft, is open or in sight: looking,
//! typing and saving need nothing else. What needs to know all requests (a send, a run, a search, a change of the tree, the
//! drafts that a passphrase unlocks) waits, and so do the keys behind it, which are meant for what comes of it.

use super::action::{Action, App};
use super::command::Command;
use super::event::Event;
use super::keymap::{Chord, Context, Keymap};
use super::shared::Level;
use super::state::State;
use crate::model::problem::Problem;
use crate::store::Part;

/// What waits until the workspace is whole.
#[derive(Debug, Default)]
pub struct Waiting {
    commands: Vec<Command>,
    inputs: Vec<Event>,
}

impl Waiting {
    /// Whether anything does.
    pub fn is_on(&self) -> bool {
        !self.commands.is_empty()
    }
}

/// What becomes of an input.
pub enum Input {
    /// It is handled as ever.
    Now(Event),
    /// It waits, or has called off what did.
    Taken,
}

/// Lets an input wait behind what waits already. Esc and Ctrl+C call that off; leaving leaves at once.
pub fn meet(state: &mut State, event: Event) -> Input {
    if !state.waiting.is_on() {
        return Input::Now(event);
    }
    match leaving(&state.keymap, &event) {
        Some(App::Quit) => {
            state.waiting = Waiting::default();
            Input::Now(event)
        }
        Some(_) => {
            state.waiting = Waiting::default();
            state.shared.notice = None;
            Input::Taken
        }
        None => {
            state.waiting.inputs.push(event);
            Input::Taken
        }
    }
}

/// The action of a key that gets out of something.
fn leaving(keymap: &Keymap, event: &Event) -> Option<App> {
    let Event::Key(key) = event else { return None };
    match keymap.find(&[Context::Anywhere], Chord::from(*key)) {
        Some(Action::App(app @ (App::Quit | App::Back | App::Cancel))) => Some(app),
        _ => None,
    }
}

/// Whether a command must wait.
pub fn must_wait(state: &State, command: &Command) -> bool {
    state.shared.unread > 0 && needs_all(command)
}

/// Lets a command wait.
pub fn hold(state: &mut State, command: Command) {
    state.waiting.commands.push(command);
    let text = "the collections are still being read: what you pressed follows at once, Esc calls it off";
    state.shared.notify(Level::Info, text);
}

/// Whether a command looks at all requests, or changes the tree.
fn needs_all(command: &Command) -> bool {
    match command {
        Command::Act(action) => match action {
            Action::App(app) => matches!(
                app,
                App::Send
                    | App::SaveAs
                    | App::SaveAll
                    | App::Find
                    | App::Run
                    | App::Import
                    | App::RenewToken
                    | App::ForgetToken
                    | App::NewRequest
                    | App::Undo
                    | App::Redo
                    | App::Problems
            ),
            Action::Tree(_) => true,
            Action::Nav(_) | Action::Environments(_) | Action::Request(_) | Action::Response(_) => false,
        },
        Command::Send(_)
        | Command::NewRequest { .. }
        | Command::NewGroup { .. }
        | Command::Rename { .. }
        | Command::Duplicate(_)
        | Command::Delete(_)
        | Command::Move { .. }
        | Command::TakeTheirs { .. }
        | Command::NewEnvironment { .. }
        | Command::RenameEnvironment { .. }
        | Command::DeleteEnvironment(_)
        | Command::SaveAs { .. }
        | Command::SaveAll { .. }
        | Command::Run(_)
        | Command::Import(_)
        | Command::BindToken(..)
        | Command::MakeSecret(..)
        // What is not read yet looks as if it had lost its file to the draft that comes back.
        | Command::Unlock(_) => true,
        Command::Focus(_)
        | Command::Open(_)
        | Command::Reveal(_)
        | Command::Activate(_)
        | Command::Edit { .. }
        | Command::Save { .. }
        | Command::SaveEnvironment { .. }
        | Command::SaveGlobals(_)
        | Command::TellSaved(..)
        | Command::SetCurrent { .. }
        | Command::SetCurrentToo { .. }
        | Command::Show(_)
        | Command::Close
        | Command::Notify(..)
        | Command::Theme { .. }
        | Command::Copy(..)
        | Command::Give(_)
        | Command::ClearCookies(_)
        | Command::Request(_)
        | Command::GiveUp(_)
        | Command::TakeBack(..)
        | Command::Consent(..)
        | Command::Typed(..)
        | Command::CloseRunner
        | Command::Quit => false,
    }
}

/// Takes a part of the workspace; so many requests are left.
pub fn take(state: &mut State, part: Part, left: usize) {
    part.put(&mut state.shared.workspace);
    state.shared.unread = left;
    put_outcomes(state);
    if left == 0 && !state.waiting.is_on() {
        warn(state);
    }
}

/// Gives the responses that came along to their requests, once these are read.
pub fn put_outcomes(state: &mut State) {
    for (path, outcome) in std::mem::take(&mut state.landed) {
        match state.shared.workspace.find(&path) {
            Some(node) => state.shared.outcomes.insert(node, outcome, state.shared.open),
            None if state.shared.unread > 0 => state.landed.push((path, outcome)),
            // Nothing is left of its request but the name.
            None => {}
        }
    }
}

/// What waited, once the workspace is whole: the commands, and the keys and clicks behind them.
pub fn release(state: &mut State) -> Option<(Vec<Command>, Vec<Event>)> {
    if state.shared.unread > 0 || !state.waiting.is_on() {
        return None;
    }
    let Waiting { commands, inputs } = std::mem::take(&mut state.waiting);
    state.shared.notice = None;
    warn(state);
    Some((commands, inputs))
}

/// Says what is wrong with the files, behind what else is to be said.
pub fn warn(state: &mut State) {
    let problems = &state.shared.workspace.problems;
    let counted = |problems: &[Problem]| {
        let count = Problem::count(problems).unwrap_or_default();
        let what = if problems.len() == 1 { "it" } else { "them" };
        format!("{count}: `problems` in the palette lists {what}")
    };
    let text = match (&problems[..], &state.shared.notice) {
        ([], _) => return,
        ([problem], None) => problem.to_string(),
        (problems, None) => counted(problems),
        (problems, Some(notice)) => format!("{}; {}", notice.text, counted(problems)),
    };
    let level = match &state.shared.notice {
        Some(notice) if notice.level == Level::Error => Level::Error,
        _ => Level::Warning,
    };
    state.shared.notify(level, text);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_with_files_is_told_besides_what_else_is() {
        let mut state = State::default();
        let said = |state: &State| {
            state
                .shared
                .notice
                .as_ref()
                .map(|notice| notice.text.clone())
                .unwrap_or_default()
        };
        let problem = |warning| Problem {
            file: "collections/a/x.toml".into(),
            at: Some((1, 2)),
            message: "no".to_owned(),
            hint: None,
            warning,
        };
        warn(&mut state);
        assert_eq!(said(&state), "");
        state.shared.workspace.problems.push(problem(false));
        warn(&mut state);
        assert_eq!(said(&state), "collections/a/x.toml:1:2: no");
        state.shared.notify(Level::Info, "the draft of `x` was changed outside");
        warn(&mut state);
        let both = "the draft of `x` was changed outside; 1 file could not be read: `problems` in the palette lists it";
        assert_eq!(said(&state), both);
        state.shared.notice = None;
        state.shared.workspace.problems.push(problem(true));
        warn(&mut state);
        assert_eq!(
            said(&state),
            "1 file could not be read, 1 warning: `problems` in the palette lists them"
        );
    }
}
