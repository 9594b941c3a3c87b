//! Environments: which one is active, and the life of its tokens.

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
    /// Edit.
    Edit,
    /// New.
    New,
    /// Rename.
    Rename,
    /// Duplicate.
    Duplicate,
    /// Delete.
    Delete,
}

/// The words for the actions.
pub const ACTIONS: &[Spec] = specs! { Any::Environments:
    "environment.edit" "edit" "Stub help text" Action::Edit,
    "environment.new" "new" "Stub help text" Action::New,
    "environment.rename" "rename" "Stub help text" Action::Rename,
    "environment.duplicate" "duplicate" "Stub help text" Action::Duplicate,
    "environment.delete" "delete" "Stub help text" Action::Delete,
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
    &[Context::Environments]
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

/// The right end of the last line: what runs, or the active environment and its token's life.
pub fn status(shared: &Shared, theme: &crate::tui::theme::Theme) -> ratatui::text::Line<'static> {
    let _ = theme;
    ratatui::text::Line::from(shared.environment_name().unwrap_or("no environment").to_owned())
}

/// How long until the life of a token on the screen reads differently; `None` while none is shown.
pub fn next_change(_shared: &Shared) -> Option<jiff::SignedDuration> {
    None
}
