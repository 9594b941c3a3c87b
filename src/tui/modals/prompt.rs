//! One line to type.

use crossterm::event::{KeyCode, KeyEvent, MouseEvent};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::Flow;
use crate::tui::panes::{Cx, View};

use crate::model::{Environment, EnvironmentId, NodeId};
use bytes::Bytes;
use std::path::PathBuf;

/// What the typed line is for.
#[derive(Debug)]
pub enum Purpose {
    /// The name of a new folder, or with no parent a new collection.
    NewGroup(Option<NodeId>),
    /// A new name.
    Rename(NodeId),
    /// The name of a new environment with this content.
    NewEnvironment(Environment),
    /// A new name.
    RenameEnvironment(EnvironmentId),
    /// The file to save a body to, below this folder.
    SaveBody(PathBuf, Bytes),
}

/// The prompt.
#[derive(Debug)]
pub struct Prompt {
    title: String,
    initial: String,
    purpose: Purpose,
}

impl Prompt {
    /// Asks for a line, with a text to start from.
    pub fn new(title: impl Into<String>, initial: impl Into<String>, purpose: Purpose) -> Self {
        Self {
            title: title.into(),
            initial: initial.into(),
            purpose,
        }
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
