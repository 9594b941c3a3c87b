//! Panes: each owns its state, its actions, how it changes and how it is drawn.
//!
//! A pane is a module with `State`, `Action`, `ACTIONS` and the functions that [`Panes`] calls. Between an event and the
//! drawing every pane is `sync`ed: it sees the shared state as it is now and the area it will be drawn in, so it can
//! follow changes and clamp its offsets. Drawing changes nothing.

pub mod environments;
pub mod request;
pub mod response;
pub mod tree;

use crossterm::event::{KeyEvent, MouseEvent};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::action::{Action, Nav};
use super::command::Command;
use super::effect::Effect;
use super::keymap::{Context, Keymap};
use super::shared::Shared;
use super::theme::Theme;

/// The four panes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Pane {
    /// Environments: which one is active, and its tokens.
    Environments,
    /// Collections as a tree.
    #[default]
    Collections,
    /// The open request, folder or collection.
    Request,
    /// What came back.
    Response,
}

impl Pane {
    /// All panes in the order of Tab.
    pub const ALL: [Self; 4] = [Self::Environments, Self::Collections, Self::Request, Self::Response];

    /// The pane `step` further on.
    #[must_use]
    pub fn step(self, step: isize) -> Self {
        let at = Self::ALL.iter().position(|pane| *pane == self).unwrap_or(0);
        Self::ALL[(at.cast_signed() + step).rem_euclid(4).cast_unsigned()]
    }
}

/// What an update may use.
pub struct Cx<'a> {
    /// The shared state: to read; changes go through commands, except those that are the pane's own by nature.
    pub shared: &'a mut Shared,
    /// What the program shall do.
    pub commands: &'a mut Vec<Command>,
    /// Work for the world outside.
    pub effects: &'a mut Vec<Effect>,
}

/// What drawing may look at.
#[derive(Clone, Copy)]
pub struct View<'a> {
    /// The shared state.
    pub shared: &'a Shared,
    /// The colours.
    pub theme: &'a Theme,
    /// The keys, for hints.
    pub keymap: &'a Keymap,
    /// Whether this pane has the focus and no modal is over it.
    pub focused: bool,
}

/// The states of all panes, and the way to the right one.
#[derive(Debug, Default)]
pub struct Panes {
    /// Environments.
    pub environments: environments::State,
    /// Collections.
    pub tree: tree::State,
    /// Request.
    pub request: request::State,
    /// Response.
    pub response: response::State,
}

impl Panes {
    /// Does an action that belongs to a pane.
    pub fn act(&mut self, pane: Pane, action: Action, cx: &mut Cx<'_>) {
        match action {
            Action::App(_) => {}
            Action::Nav(nav) => self.nav(pane, nav, cx),
            Action::Environments(action) => environments::update(&mut self.environments, action, cx),
            Action::Tree(action) => tree::update(&mut self.tree, action, cx),
            Action::Request(action) => request::update(&mut self.request, action, cx),
            Action::Response(action) => response::update(&mut self.response, action, cx),
        }
    }

    fn nav(&mut self, pane: Pane, nav: Nav, cx: &mut Cx<'_>) {
        match pane {
            Pane::Environments => environments::nav(&mut self.environments, nav, cx),
            Pane::Collections => tree::nav(&mut self.tree, nav, cx),
            Pane::Request => request::nav(&mut self.request, nav, cx),
            Pane::Response => response::nav(&mut self.response, nav, cx),
        }
    }

    /// Whether a text field of the pane has the focus, so that keys are text.
    pub fn typing(&self, pane: Pane) -> bool {
        match pane {
            Pane::Environments => false,
            Pane::Collections => tree::typing(&self.tree),
            Pane::Request => request::typing(&self.request),
            Pane::Response => response::typing(&self.response),
        }
    }

    /// Whether there is text behind the caret on its line in the text field that has the focus.
    pub fn goes_on(&self, pane: Pane) -> bool {
        let editor = match pane {
            Pane::Environments | Pane::Collections => None,
            Pane::Request => request::editor(&self.request),
            Pane::Response => response::editor(&self.response),
        };
        editor.is_some_and(|editor| !editor.is_at_line_end())
    }

    /// Hands a key to the text field that has the focus.
    pub fn key(&mut self, pane: Pane, key: KeyEvent, cx: &mut Cx<'_>) {
        match pane {
            Pane::Environments => {}
            Pane::Collections => tree::key(&mut self.tree, key, cx),
            Pane::Request => request::key(&mut self.request, key, cx),
            Pane::Response => response::key(&mut self.response, key, cx),
        }
    }

    /// Hands pasted text to the text field that has the focus.
    pub fn paste(&mut self, pane: Pane, text: &str, cx: &mut Cx<'_>) {
        match pane {
            Pane::Environments => {}
            Pane::Collections => tree::paste(&mut self.tree, text, cx),
            Pane::Request => request::paste(&mut self.request, text, cx),
            Pane::Response => response::paste(&mut self.response, text, cx),
        }
    }

    /// Esc: leaves a field, clears a search. Returns whether there was something to leave.
    pub fn back(&mut self, pane: Pane, cx: &mut Cx<'_>) -> bool {
        match pane {
            Pane::Environments => false,
            Pane::Collections => tree::back(&mut self.tree, cx),
            Pane::Request => request::back(&mut self.request, cx),
            Pane::Response => response::back(&mut self.response, cx),
        }
    }

    /// What Esc does in the response's pane, in a word or two.
    pub fn back_word(&self, shared: &Shared, zoom: bool) -> &'static str {
        let word = response::back_word(&self.response, shared);
        // A zoom ends first.
        let word = word.filter(|word| !(zoom && *word == response::UNSEEN));
        word.unwrap_or("back")
    }

    /// Hands a mouse event inside the pane's area to it.
    pub fn mouse(&mut self, pane: Pane, event: MouseEvent, area: Rect, cx: &mut Cx<'_>) {
        match pane {
            Pane::Environments => environments::mouse(&mut self.environments, event, area, cx),
            Pane::Collections => tree::mouse(&mut self.tree, event, area, cx),
            Pane::Request => request::mouse(&mut self.request, event, area, cx),
            Pane::Response => response::mouse(&mut self.response, event, area, cx),
        }
    }

    /// The contexts a key is looked up in, narrowest first; `Normal` and `Anywhere` follow by themselves.
    pub fn contexts(&self, pane: Pane) -> &'static [Context] {
        match pane {
            Pane::Environments => &[Context::Environments],
            Pane::Collections => &[Context::Collections],
            Pane::Request => request::contexts(&self.request),
            Pane::Response => &[Context::Response],
        }
    }

    /// The actions worth a hint in the last line.
    pub fn hints(&self, pane: Pane, shared: &Shared) -> Vec<Action> {
        match pane {
            Pane::Environments => environments::hints(&self.environments, shared),
            Pane::Collections => tree::hints(&self.tree, shared),
            Pane::Request => request::hints(&self.request, shared),
            Pane::Response => response::hints(&self.response, shared),
        }
    }

    /// The keys that count while one types in a pane, and their words; none where only letters do.
    pub fn typed(&self, pane: Pane) -> &'static [(&'static str, &'static str)] {
        match pane {
            Pane::Response => response::typed(&self.response),
            Pane::Environments | Pane::Collections | Pane::Request => &[],
        }
    }

    /// Lets a pane follow the shared state and its new area.
    pub fn sync(&mut self, pane: Pane, area: Rect, keymap: &Keymap, cx: &mut Cx<'_>) {
        match pane {
            Pane::Environments => environments::sync(&mut self.environments, area, cx),
            Pane::Collections => tree::sync(&mut self.tree, area, cx),
            Pane::Request => request::sync(&mut self.request, area, cx),
            Pane::Response => response::sync(&mut self.response, area, keymap, cx),
        }
    }

    /// Draws a pane; returns where the terminal's cursor belongs, if in here.
    pub fn draw(&self, pane: Pane, view: View<'_>, area: Rect, buf: &mut Buffer) -> Option<Position> {
        match pane {
            Pane::Environments => environments::draw(&self.environments, view, area, buf),
            Pane::Collections => tree::draw(&self.tree, view, area, buf),
            Pane::Request => request::draw(&self.request, view, area, buf),
            Pane::Response => response::draw(&self.response, view, area, buf),
        }
    }
}
