//! Where to save a request, and under which name.

use crossterm::event::{KeyCode, KeyEvent, MouseEvent};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::Flow;
use crate::tui::panes::{Cx, View};

use crate::model::NodeId;
use crate::tui::shared::Shared;

/// The chooser.
#[derive(Debug)]
pub struct SaveAs {
    id: NodeId,
}

impl SaveAs {
    /// Starts with the request’s own name and the place the user was last in.
    pub fn new(_shared: &Shared, id: NodeId) -> Self {
        Self { id }
    }
    /// Takes a key.
    pub fn key(&mut self, key: KeyEvent, _cx: &mut Cx<'_>) -> Flow {
        if key.code == KeyCode::Esc {
            Flow::Close
        } else {
            Flow::Stay
        }
    }
    /// Takes pasted text.
    pub fn paste(&mut self, _text: &str, _cx: &mut Cx<'_>) {}
    /// Takes a mouse event.
    pub fn mouse(&mut self, _event: MouseEvent, _cx: &mut Cx<'_>) -> Flow {
        Flow::Stay
    }
    /// Follows the shared state and the screen.
    pub fn sync(&mut self, _screen: Rect, _cx: &mut Cx<'_>) {}
    /// Draws it.
    pub fn draw(&self, _view: View<'_>, _screen: Rect, _buf: &mut Buffer) -> Option<Position> {
        None
    }
}
