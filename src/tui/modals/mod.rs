//! Modals: what opens over the panes and takes all keys until it closes.
//!
//! A modal owns plain state. Keys change it; what it decides leaves as commands. The topmost one has the keys.

pub mod ask;
pub mod confirm;
pub mod cookies;
mod diff;
pub mod environment;
mod field;
pub mod help;
mod import;
pub mod jump;
mod keys;
mod path;
pub mod picker;
pub mod prompt;
pub mod runner;
pub mod save_as;
mod sheet;
mod sign_in;
pub mod text;
mod token;
pub mod wrap;

use crossterm::event::{KeyEvent, MouseEvent};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::keymap::Keymap;
use super::panes::{Cx, View};

pub use ask::Ask;
pub use confirm::{Choice, Confirm};
pub use cookies::Cookies;
pub use diff::Diff;
pub use environment::EnvironmentEditor;
pub use help::Help;
pub use import::Import;
pub use jump::Jump;
pub use path::{complete, path_of};
pub use picker::{Item, Picker};
pub use prompt::{Prompt, Purpose};
pub use runner::{RunForm, Runner};
pub use save_as::SaveAs;
pub use sign_in::SignIn;
pub use text::Text;
pub use token::{TokenForm, life_text};

/// Whether a modal stays open after an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    /// It stays.
    Stay,
    /// It closes.
    Close,
}

macro_rules! modals {
    ($($(#[$doc:meta])* $name:ident($type:ty),)*) => {
        /// Something open over the panes.
        #[derive(Debug)]
        pub enum Modal {
            $($(#[$doc])* $name($type),)*
        }

        impl Modal {
            /// Takes a key.
            pub fn key(&mut self, key: KeyEvent, cx: &mut Cx<'_>) -> Flow {
                match self { $(Self::$name(modal) => modal.key(key, cx),)* }
            }

            /// Takes pasted text.
            pub fn paste(&mut self, text: &str, cx: &mut Cx<'_>) {
                match self { $(Self::$name(modal) => modal.paste(text, cx),)* }
            }

            /// Takes a mouse event anywhere on the screen.
            pub fn mouse(&mut self, event: MouseEvent, cx: &mut Cx<'_>) -> Flow {
                match self { $(Self::$name(modal) => modal.mouse(event, cx),)* }
            }

            /// Follows the shared state and the screen's size.
            pub fn sync(&mut self, screen: Rect, cx: &mut Cx<'_>) {
                match self { $(Self::$name(modal) => modal.sync(screen, cx),)* }
            }

            /// Draws it over the screen; returns where the terminal's cursor belongs, if in here.
            pub fn draw(&self, view: View<'_>, screen: Rect, buf: &mut Buffer) -> Option<Position> {
                match self { $(Self::$name(modal) => modal.draw(view, screen, buf),)* }
            }
        }

        $(impl From<$type> for Modal {
            fn from(modal: $type) -> Self {
                Self::$name(modal)
            }
        })*
    };
}

modals! {
    /// A list to filter and choose from: palette, environments, themes, methods, types, finding.
    Picker(Picker),
    /// One line to type.
    Prompt(Prompt),
    /// A token: its variable, its request, its life.
    Token(TokenForm),
    /// A secret to type.
    Ask(Ask),
    /// A question with a few answers.
    Confirm(Confirm),
    /// Where to save a request, and under which name.
    SaveAs(SaveAs),
    /// The keys.
    Help(Help),
    /// Letters on the fields of the screen.
    Jump(Jump),
    /// Text to read: problems, details.
    Text(Text),
    /// An environment's variables, or the globals.
    Environment(EnvironmentEditor),
    /// The cookies of the workspace.
    Cookies(Cookies),
    /// Two responses, and what differs.
    Diff(Diff),
    /// What to run, and how.
    RunForm(RunForm),
    /// The run as it goes.
    Runner(Runner),
    /// Postman's files: what they hold, and taking it over.
    Import(Import),
    /// Somebody must sign in for a token.
    SignIn(SignIn),
}

impl Modal {
    /// Whether what is behind it stands back: not where that is what one looks at.
    pub fn covers(&self) -> bool {
        match self {
            Self::Jump(_) => false,
            Self::Picker(picker) => !picker.previews(),
            _ => true,
        }
    }

    /// Whether the key that switches the environment does so over it: where a run is set up and looked at.
    pub fn switches_environment(&self) -> bool {
        match self {
            Self::RunForm(form) => !form.goes_on(),
            Self::Runner(runner) => !runner.is_typing(),
            _ => false,
        }
    }

    /// What it is called in help, and its keys; `None` where there is no help.
    pub fn own_keys(&self, keymap: &Keymap, read_only: bool) -> Option<keys::Keys> {
        keys::of(self, keymap, read_only)
    }

    /// Whether help is to be had over it: not over itself, nor where the next key chooses a field.
    pub fn has_help(&self) -> bool {
        !matches!(self, Self::Help(_) | Self::Jump(_))
    }

    /// Whether a letter is a key of its own over it, and none that is typed.
    pub fn takes_letters(&self) -> bool {
        match self {
            Self::Environment(editor) => !editor.is_typing(),
            Self::Cookies(_) | Self::Diff(_) | Self::Text(_) => true,
            Self::Runner(runner) => !runner.is_typing(),
            _ => false,
        }
    }

    /// Whether it is the question before a run is left alone, which its end answers.
    pub fn asks_to_leave_a_run(&self) -> bool {
        matches!(self, Self::Confirm(confirm) if confirm.asks_to_leave_a_run())
    }

    /// Whether it is the question before quitting, which is asked once.
    pub fn asks_to_quit(&self) -> bool {
        matches!(self, Self::Confirm(confirm) if confirm.asks_to_quit())
    }
}

#[cfg(test)]
mod tests;
