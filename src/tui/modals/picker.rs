//! A list to filter and choose from.

use crossterm::event::{KeyCode, KeyEvent, MouseEvent};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::Flow;
use crate::tui::panes::{Cx, View};

use crate::tui::command::Command;

/// One row.
#[derive(Debug, Default)]
pub struct Item {
    /// What it is called; filtered by this and the detail.
    pub label: String,
    /// A dimmed word behind it: where it lives, what it does.
    pub detail: String,
    /// A key or a mark at the right.
    pub right: String,
    /// Marked as the one in use.
    pub current: bool,
    /// What choosing it does.
    pub commands: Vec<Command>,
    /// A theme to try on while the cursor is here.
    pub preview_theme: Option<String>,
    /// An HTTP method shown as a coloured badge before the label.
    pub method: Option<String>,
}

/// The list.
#[derive(Debug)]
pub struct Picker {
    title: String,
    items: Vec<Item>,
    on_cancel: Vec<Command>,
    free_text: Option<fn(String) -> Vec<Command>>,
}

impl Picker {
    /// Offers these, the current one under the cursor.
    pub fn new(title: impl Into<String>, items: Vec<Item>) -> Self {
        Self {
            title: title.into(),
            items,
            on_cancel: Vec::new(),
            free_text: None,
        }
    }
    /// What Esc does besides closing.
    #[must_use]
    pub fn on_cancel(mut self, commands: Vec<Command>) -> Self {
        self.on_cancel = commands;
        self
    }
    /// Lets Enter take the typed text itself when nothing matches.
    #[must_use]
    pub fn free_text(mut self, make: fn(String) -> Vec<Command>) -> Self {
        self.free_text = Some(make);
        self
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
