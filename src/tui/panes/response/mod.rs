//! What came back.

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
    /// Wrap.
    Wrap,
    /// Raw.
    Raw,
    /// Save.
    Save,
    /// External.
    External,
}

/// The words for the actions.
pub const ACTIONS: &[Spec] = specs! { Any::Response:
    "response.wrap" "wrap" "Stub help text" Action::Wrap,
    "response.raw" "raw" "Stub help text" Action::Raw,
    "response.save" "save" "Stub help text" Action::Save,
    "response.external" "external" "Stub help text" Action::External,
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
    &[Context::Response]
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
/// A body's index grew.
pub fn indexed(_state: &mut State, _document: u64, _snapshot: crate::tui::widgets::body::Snapshot) {}
/// A search has news.
pub fn found(_state: &mut State, _document: u64, _found: crate::tui::event::Found, _cx: &mut Cx<'_>) {}
