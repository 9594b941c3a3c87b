//! A question with a few answers, each a key.

use crossterm::event::{KeyCode, KeyEvent, MouseEvent};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::Flow;
use crate::tui::panes::{Cx, View};

use crate::tui::command::Command;

/// One answer.
#[derive(Debug)]
pub struct Choice {
    /// The key that gives it.
    pub key: char,
    /// Its words.
    pub label: String,
    /// What follows from it.
    pub commands: Vec<Command>,
}

/// A question.
#[derive(Debug)]
pub struct Confirm {
    title: String,
    text: Vec<String>,
    choices: Vec<Choice>,
}

impl Confirm {
    /// Asks; Esc answers nothing. The first choice is the one Enter gives.
    pub fn new(title: impl Into<String>, text: Vec<String>, choices: Vec<Choice>) -> Self {
        Self {
            title: title.into(),
            text,
            choices,
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
