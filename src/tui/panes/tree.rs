//! Collections as a tree.

use crossterm::event::{KeyEvent, MouseEvent};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::{Cx, View};
use crate::tui::action::{Action as Any, Nav, Spec, specs};
use crate::tui::keymap::Context;
use crate::tui::shared::Shared;

/// What the pane remembers.
#[derive(Debug, Default)]
pub struct State {}

/// What can be done here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// NewRequest.
    NewRequest,
    /// NewFolder.
    NewFolder,
    /// NewCollection.
    NewCollection,
    /// Rename.
    Rename,
    /// Delete.
    Delete,
    /// Duplicate.
    Duplicate,
    /// Cut.
    Cut,
    /// Paste.
    Paste,
    /// MoveUp.
    MoveUp,
    /// MoveDown.
    MoveDown,
}

/// The words for the actions.
pub const ACTIONS: &[Spec] = specs! { Any::Tree:
    "tree.new-request" "new-request" "Stub help text" Action::NewRequest,
    "tree.new-folder" "new-folder" "Stub help text" Action::NewFolder,
    "tree.new-collection" "new-collection" "Stub help text" Action::NewCollection,
    "tree.rename" "rename" "Stub help text" Action::Rename,
    "tree.delete" "delete" "Stub help text" Action::Delete,
    "tree.duplicate" "duplicate" "Stub help text" Action::Duplicate,
    "tree.cut" "cut" "Stub help text" Action::Cut,
    "tree.paste" "paste" "Stub help text" Action::Paste,
    "tree.move-up" "move-up" "Stub help text" Action::MoveUp,
    "tree.move-down" "move-down" "Stub help text" Action::MoveDown,
};

/// Does an action.
pub fn update(_state: &mut State, _action: Action, _cx: &mut Cx<'_>) {}
/// Moves about.
pub fn nav(_state: &mut State, _nav: Nav, _cx: &mut Cx<'_>) {}
/// Whether a text field has the focus.
pub fn typing(_state: &State) -> bool {
    false
}
/// Takes a key while typing.
pub fn key(_state: &mut State, _key: KeyEvent, _cx: &mut Cx<'_>) {}
/// Takes pasted text while typing.
pub fn paste(_state: &mut State, _text: &str, _cx: &mut Cx<'_>) {}
/// Leaves what can be left.
pub fn back(_state: &mut State, _cx: &mut Cx<'_>) -> bool {
    false
}
/// Takes a mouse event inside the area.
pub fn mouse(_state: &mut State, _event: MouseEvent, _area: Rect, _cx: &mut Cx<'_>) {}
/// The contexts keys are looked up in.
pub fn contexts(_state: &State) -> &'static [Context] {
    &[Context::Collections]
}
/// The actions worth a hint.
pub fn hints(_state: &State, _shared: &Shared) -> Vec<Any> {
    Vec::new()
}
/// Follows the shared state and the area.
pub fn sync(_state: &mut State, _area: Rect, _cx: &mut Cx<'_>) {}
/// Draws the pane.
pub fn draw(_state: &State, _view: View<'_>, _area: Rect, _buf: &mut Buffer) -> Option<Position> {
    None
}

impl State {
    /// Unfolds what hides a node and puts the cursor on it.
    pub fn reveal(&mut self, _id: crate::model::NodeId) {}
}
/// What to remember across restarts.
pub fn remember(_state: &State, _shared: &Shared) -> serde_json::Value {
    serde_json::Value::Null
}
/// Takes up what was remembered.
pub fn restore(_state: &mut State, _value: &serde_json::Value, _shared: &Shared) {}
/// Places worth a jump letter: inside the area, and what goes there.
pub fn jumps(_state: &State, _shared: &Shared, _area: Rect) -> Vec<(Position, Vec<crate::tui::command::Command>)> {
    Vec::new()
}
