//! Environments: which one is active, and the life of their tokens.
//!
//! Enter makes the one under the cursor active, and edits the one that is; Space makes it active or none.

mod draw;
mod life;
mod status;

use crossterm::event::{KeyEvent, MouseButton, MouseEvent, MouseEventKind};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::{Cx, View};
use crate::model::{Environment, EnvironmentId};
use crate::tui::action::{Action as Any, App, Nav, Spec, specs};
use crate::tui::command::Command;
use crate::tui::keymap::Context;
use crate::tui::modals::{Choice, Confirm, EnvironmentEditor, Modal, Prompt, Purpose};
use crate::tui::shared::{Level, Shared};
use crate::tui::widgets::{frame, scroll};

pub use life::{text as life_text, words as told};
pub use status::{spinner, status};

use life::{Aside, Candidates, Token};

/// What the pane remembers.
#[derive(Debug, Default)]
pub struct State {
    rows: Vec<Row>,
    /// Whether the open request has no use for the active token.
    aside: Aside,
    cursor: usize,
    /// What the cursor is on: it stays there when the list changes.
    on: Option<EnvironmentId>,
    top: usize,
    height: usize,
}

/// A line of the list.
#[derive(Debug)]
struct Row {
    id: EnvironmentId,
    name: String,
    candidates: Candidates,
    tokens: Vec<Token>,
}

/// What can be done here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// Opens the editor of the environment under the cursor.
    Edit,
    /// Makes an environment.
    New,
    /// Renames the environment under the cursor.
    Rename,
    /// Copies the environment under the cursor.
    Duplicate,
    /// Deletes the environment under the cursor, after asking.
    Delete,
}

/// The words for the actions.
pub const ACTIONS: &[Spec] = specs! { Any::Environments:
    "environment.edit" "edit" "Edit the variables of the environment under the cursor" Action::Edit,
    "environment.new" "new" "Make an environment" Action::New,
    "environment.rename" "rename" "Rename the environment under the cursor" Action::Rename,
    "environment.duplicate" "duplicate" "Copy the environment under the cursor" Action::Duplicate,
    "environment.delete" "delete" "Delete the environment under the cursor; asks first" Action::Delete,
};

/// Does an action.
pub fn update(state: &mut State, action: Action, cx: &mut Cx<'_>) {
    let node = state.on.and_then(|id| cx.shared.workspace.environment(id));
    let command = match (action, node) {
        (Action::New, _) => show(Prompt::new(
            "New environment",
            "",
            Purpose::NewEnvironment(Environment::default()),
        )),
        (_, None) => Command::Notify(Level::Info, "there is no environment yet".into()),
        (Action::Edit, Some(node)) => show(EnvironmentEditor::new(Some(node.id))),
        (Action::Rename, Some(node)) => show(Prompt::new(
            "Rename the environment",
            node.environment.name.clone(),
            Purpose::RenameEnvironment(node.id),
        )),
        (Action::Duplicate, Some(node)) => {
            let copy = Environment {
                order: None,
                ..(*node.environment).clone()
            };
            let name = format!("{} copy", node.environment.name);
            show(Prompt::new("Name of the copy", name, Purpose::NewEnvironment(copy)))
        }
        (Action::Delete, Some(node)) => {
            let variables = match node.environment.variables.len() {
                1 => "its variable".to_owned(),
                n => format!("its {n} variables"),
            };
            let text = vec![
                format!("The environment `{}` goes, with {variables}.", node.environment.name),
                format!("Its file goes too: `environments/{}.toml`.", node.slug),
                "Undo brings it back.".to_owned(),
            ];
            let choice = Choice {
                key: 'd',
                label: "delete the environment".into(),
                commands: vec![Command::DeleteEnvironment(node.id)],
            };
            let title = format!("Delete {}?", node.environment.name);
            show(Confirm::new(title, text, vec![choice]))
        }
    };
    cx.commands.push(command);
}

fn show(modal: impl Into<Modal>) -> Command {
    Command::Show(Box::new(modal.into()))
}

/// Moves about.
pub fn nav(state: &mut State, nav: Nav, cx: &mut Cx<'_>) {
    let page = state.height.saturating_sub(1).max(1);
    let half = (state.height / 2).max(1);
    match nav {
        Nav::Up => state.go(state.cursor.saturating_sub(1)),
        Nav::Down => state.go(state.cursor + 1),
        Nav::PageUp => state.go(state.cursor.saturating_sub(page)),
        Nav::PageDown => state.go(state.cursor + page),
        Nav::HalfUp => state.go(state.cursor.saturating_sub(half)),
        Nav::HalfDown => state.go(state.cursor + half),
        Nav::Top => state.go(0),
        Nav::Bottom => state.go(usize::MAX),
        Nav::Open => open(state, cx),
        Nav::Toggle => {
            let active = cx.shared.active_environment;
            if let Some(id) = state.on {
                cx.commands.push(Command::Activate((active != Some(id)).then_some(id)));
            }
        }
        Nav::Search => cx.commands.push(Command::Act(Any::App(App::SwitchEnvironment))),
        _ => {}
    }
}

/// Makes the environment under the cursor active; the one that is active is edited.
fn open(state: &mut State, cx: &mut Cx<'_>) {
    let Some(id) = state.on else { return };
    if cx.shared.active_environment == Some(id) {
        update(state, Action::Edit, cx);
    } else {
        cx.commands.push(Command::Activate(Some(id)));
    }
}

/// Takes a mouse event inside the area: a click selects, another one activates.
pub fn mouse(state: &mut State, event: MouseEvent, area: Rect, cx: &mut Cx<'_>) {
    let list = frame::inner(area);
    match event.kind {
        MouseEventKind::ScrollUp => state.top = scroll::shift(state.top, -1, state.rows.len(), state.height),
        MouseEventKind::ScrollDown => state.top = scroll::shift(state.top, 1, state.rows.len(), state.height),
        MouseEventKind::Down(MouseButton::Left) if event.row >= list.y && event.row < list.bottom() => {
            let at = state.top + usize::from(event.row - list.y);
            if at >= state.rows.len() {
                return;
            }
            // The mark of the active one is a button of its own.
            let on_mark = event.column < list.x + 2;
            let again = state.cursor == at;
            state.go(at);
            if (again || on_mark) && cx.shared.active_environment != state.on {
                cx.commands.push(Command::Activate(state.on));
            }
        }
        _ => {}
    }
}

/// The actions worth a hint.
pub fn hints(state: &State, shared: &Shared) -> Vec<Any> {
    if state.rows.is_empty() {
        return vec![Any::Environments(Action::New), Any::App(App::Globals)];
    }
    let mut hints = vec![Any::Environments(Action::Edit), Any::Environments(Action::New)];
    if shared.active_environment != state.on {
        hints.insert(0, Any::Nav(Nav::Open));
    }
    hints
}

/// When the text of any token on the screen changes next; `None` when none does.
pub fn next_change(state: &State, shared: &Shared) -> Option<jiff::SignedDuration> {
    // The rows are as new as the last event, so nothing is decoded a second time.
    life::next_change(state.rows.iter().flat_map(|row| &row.tokens), shared)
}

/// Follows the shared state and the area.
pub fn sync(state: &mut State, area: Rect, cx: &mut Cx<'_>) {
    let shared = &*cx.shared;
    let bound = life::bound(shared);
    let environments = shared.workspace.environments().iter();
    let rows = environments.map(|node| {
        let before = state.rows.iter().find(|row| row.id == node.id);
        let candidates = Candidates::of(shared, node, &bound, before.map(|row| &row.candidates));
        Row {
            id: node.id,
            name: node.environment.name.clone(),
            tokens: life::of_environment(shared, node, &candidates),
            candidates,
        }
    });
    state.rows = rows.collect();
    state.aside = Aside::of(shared, &state.aside);
    let height = usize::from(frame::inner(area).height);
    let resized = std::mem::replace(&mut state.height, height) != height;
    let wanted = state.on.or(shared.active_environment);
    match state.rows.iter().position(|row| Some(row.id) == wanted) {
        Some(at) if at == state.cursor && !resized && state.on.is_some() => {
            state.top = state.top.min(scroll::max_offset(state.rows.len(), height));
        }
        at => state.go(at.unwrap_or(state.cursor)),
    }
}

/// Draws the pane.
pub fn draw(state: &State, view: View<'_>, area: Rect, buf: &mut Buffer) -> Option<Position> {
    draw::draw(state, view, area, buf);
    None
}

impl State {
    /// Puts the cursor on an environment.
    pub fn reveal(&mut self, id: EnvironmentId) {
        self.on = Some(id);
    }

    fn go(&mut self, at: usize) {
        self.cursor = at.min(self.rows.len().saturating_sub(1));
        self.on = self.rows.get(self.cursor).map(|row| row.id);
        self.top = scroll::follow(self.top, self.cursor, self.rows.len(), self.height, 1);
    }
}

/// Whether a text field has the focus: never, names are typed into a prompt.
pub fn typing(_state: &State) -> bool {
    false
}

/// Takes a key while typing; there is no text field here.
pub fn key(_state: &mut State, _key: KeyEvent, _cx: &mut Cx<'_>) {}

/// Takes pasted text while typing; there is no text field here.
pub fn paste(_state: &mut State, _text: &str, _cx: &mut Cx<'_>) {}

/// Leaves what can be left: nothing.
pub fn back(_state: &mut State, _cx: &mut Cx<'_>) -> bool {
    false
}

/// The contexts keys are looked up in.
pub fn contexts(_state: &State) -> &'static [Context] {
    &[Context::Environments]
}

#[cfg(test)]
mod tests;
