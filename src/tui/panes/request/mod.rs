//! The open request, folder or collection.

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
    /// Method.
    Method,
    /// Type.
    Type,
    /// Url.
    Url,
    /// External.
    External,
    /// Rename.
    Rename,
    /// AddRow.
    AddRow,
    /// DeleteRow.
    DeleteRow,
    /// MoveRowUp.
    MoveRowUp,
    /// MoveRowDown.
    MoveRowDown,
}

/// The words for the actions.
pub const ACTIONS: &[Spec] = specs! { Any::Request:
    "request.method" "method" "Stub help text" Action::Method,
    "request.type" "type" "Stub help text" Action::Type,
    "request.url" "url" "Stub help text" Action::Url,
    "request.external" "external" "Stub help text" Action::External,
    "request.rename" "rename" "Stub help text" Action::Rename,
    "table.add" "add" "Stub help text" Action::AddRow,
    "table.delete" "delete" "Stub help text" Action::DeleteRow,
    "table.move-up" "move-up" "Stub help text" Action::MoveRowUp,
    "table.move-down" "move-down" "Stub help text" Action::MoveRowDown,
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
    &[Context::Request]
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
    /// Puts the cursor into the URL bar, ready to type.
    pub fn edit_url(&mut self) {}
}
/// What to remember across restarts.
pub fn remember(_state: &State) -> serde_json::Value {
    serde_json::Value::Null
}
/// Takes up what was remembered.
pub fn restore(_state: &mut State, _value: &serde_json::Value) {}
/// Places worth a jump letter: inside the area, and what goes there.
pub fn jumps(_state: &State, _shared: &Shared, _area: Rect) -> Vec<(Position, Vec<crate::tui::command::Command>)> {
    Vec::new()
}
/// What can be copied: its words, and the text.
pub fn copies(_state: &State, _shared: &Shared) -> Vec<(String, String)> {
    Vec::new()
}
/// A text came back from an outside editor, under the key it was given.
pub fn edited(_state: &mut State, _key: &str, _text: &str, _cx: &mut Cx<'_>) {}
