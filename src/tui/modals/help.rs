//! The keys, by context, built from the actions.

use crossterm::event::{KeyCode, KeyEvent, MouseEvent};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::Flow;
use crate::tui::panes::{Cx, View};

use crate::tui::keymap::{Context, Keymap};

/// The help screen.
#[derive(Debug)]
pub struct Help {
    keymap: Keymap,
    contexts: Vec<Context>,
}

impl Help {
    /// Shows the keys of these contexts first, then all others.
    pub fn new(keymap: Keymap, contexts: Vec<Context>) -> Self {
        Self { keymap, contexts }
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
