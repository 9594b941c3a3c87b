//! Keys: which chord means which action, and where.
//!
//! The defaults are `default.toml` beside this file; the user's `keymap.toml` in the config folder overrides single chords
//! in the same format (`run = "none"` frees one). A chord is looked up in the contexts of the focused pane, from the
//! narrowest to `normal`, then in `anywhere`; while a text field has the focus only in `anywhere`.

mod chord;

use std::collections::HashMap;

use serde::Deserialize;

pub use chord::Chord;

use super::action::{self, Action};

const DEFAULT: &str = include_str!("default.toml");

/// Where a chord counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Context {
    /// Everywhere, also while typing.
    Anywhere,
    /// Everywhere but in text fields.
    Normal,
    /// The environments pane.
    Environments,
    /// The collections pane.
    Collections,
    /// The request pane.
    Request,
    /// A table in the request pane.
    Table,
    /// The response pane.
    Response,
}

impl Context {
    /// All contexts in the order help shows them.
    pub const ALL: [Self; 7] = [
        Self::Anywhere,
        Self::Normal,
        Self::Environments,
        Self::Collections,
        Self::Request,
        Self::Table,
        Self::Response,
    ];

    /// The heading in help.
    pub fn label(self) -> &'static str {
        match self {
            Self::Anywhere => "Anywhere, also while typing",
            Self::Normal => "Outside text fields",
            Self::Environments => "Environments",
            Self::Collections => "Collections",
            Self::Request => "Request",
            Self::Table => "Tables in the request",
            Self::Response => "Response",
        }
    }
}

/// One chord bound to one action in one context.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Binding {
    /// Where.
    pub context: Context,
    /// The key.
    pub chord: Chord,
    /// What it does.
    pub action: Action,
}

/// What is wrong with a keymap file.
#[derive(Debug, thiserror::Error)]
pub enum KeymapError {
    /// It is no TOML, or not of the right shape.
    #[error("{0}")]
    Syntax(#[from] toml::de::Error),
    /// A key that cannot be read.
    #[error("`{0}` is not a key: write e.g. `ctrl-j`, `alt-enter`, `G`, `f1`, `space`")]
    Chord(String),
    /// An action that does not exist.
    #[error("`{0}` is not an action")]
    Action(String),
}

#[derive(Deserialize)]
struct Entry {
    on: OneOrMany,
    run: String,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

/// All bindings.
#[derive(Clone, Debug, Default)]
pub struct Keymap {
    bindings: Vec<Binding>,
    index: HashMap<(Context, Chord), Action>,
}

impl Keymap {
    /// The shipped keys.
    pub fn shipped() -> Self {
        let mut keymap = Self::default();
        // A test holds the shipped file to be right.
        let _ = keymap.merge(DEFAULT);
        keymap
    }

    /// Adds a file's bindings over those that are there; on an error nothing is changed.
    pub fn merge(&mut self, text: &str) -> Result<(), KeymapError> {
        let file: HashMap<Context, Vec<Entry>> = toml::from_str(text)?;
        let mut changes = Vec::new();
        for (context, entries) in file {
            for entry in entries {
                let action = match entry.run.as_str() {
                    "none" => None,
                    id => Some(
                        action::by_id(id)
                            .ok_or_else(|| KeymapError::Action(id.to_owned()))?
                            .action,
                    ),
                };
                let chords = match entry.on {
                    OneOrMany::One(chord) => vec![chord],
                    OneOrMany::Many(chords) => chords,
                };
                for text in chords {
                    let chord = text.parse().map_err(|()| KeymapError::Chord(text))?;
                    changes.push((context, chord, action));
                }
            }
        }
        for (context, chord, action) in changes {
            if self.index.remove(&(context, chord)).is_some() {
                self.bindings
                    .retain(|binding| binding.context != context || binding.chord != chord);
            }
            if let Some(action) = action {
                self.bindings.push(Binding { context, chord, action });
                self.index.insert((context, chord), action);
            }
        }
        self.bindings.sort_by_key(|binding| binding.context);
        Ok(())
    }

    /// The action of a chord in the first of these contexts that has one.
    pub fn find(&self, contexts: &[Context], chord: Chord) -> Option<Action> {
        contexts
            .iter()
            .find_map(|context| self.index.get(&(*context, chord)).copied())
    }

    /// All bindings, by context.
    pub fn bindings(&self) -> &[Binding] {
        &self.bindings
    }

    /// The first chord for an action in any of these contexts, for a key hint.
    pub fn chord_for(&self, action: Action, contexts: &[Context]) -> Option<Chord> {
        contexts.iter().find_map(|context| {
            self.bindings
                .iter()
                .find(|binding| binding.context == *context && binding.action == action)
                .map(|binding| binding.chord)
        })
    }

    /// Every chord for an action, as text: `^J, M-↵`.
    pub fn chords_text(&self, action: Action) -> String {
        let mut chords: Vec<String> = self
            .bindings
            .iter()
            .filter(|binding| binding.action == action)
            .map(|binding| binding.chord.to_string())
            .collect();
        chords.dedup();
        chords.join(", ")
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;
    use crate::tui::action::App;

    #[test]
    fn the_shipped_keymap_is_right_and_binds_no_chord_twice() {
        let file: HashMap<Context, Vec<Entry>> = toml::from_str(DEFAULT).unwrap();
        for (context, entries) in file {
            let mut seen = Vec::new();
            for entry in entries {
                assert!(action::by_id(&entry.run).is_some(), "unknown action {}", entry.run);
                let chords = match entry.on {
                    OneOrMany::One(one) => vec![one],
                    OneOrMany::Many(many) => many,
                };
                for text in chords {
                    let chord: Chord = text.parse().unwrap_or_else(|()| panic!("bad chord {text}"));
                    assert!(!seen.contains(&chord), "{context:?} binds {text} twice");
                    seen.push(chord);
                }
            }
        }
        assert!(Keymap::default().merge(DEFAULT).is_ok());
    }

    #[test]
    fn nothing_that_types_a_character_counts_while_typing() {
        for binding in Keymap::shipped().bindings() {
            assert!(
                binding.context != Context::Anywhere || !binding.chord.types_text(),
                "{}",
                binding.chord
            );
        }
    }

    #[test]
    fn a_user_file_overrides_single_chords() {
        let mut keymap = Keymap::shipped();
        keymap
            .merge("anywhere = [ { on = 'f5', run = 'send' }, { on = 'ctrl-j', run = 'none' } ]")
            .unwrap();
        let find = |keymap: &Keymap, text: &str| keymap.find(&[Context::Anywhere], text.parse().unwrap());
        assert_eq!(find(&keymap, "f5"), Some(Action::App(App::Send)));
        assert_eq!(find(&keymap, "ctrl-j"), None);
        assert_eq!(find(&keymap, "alt-enter"), Some(Action::App(App::Send)));
        assert!(matches!(
            keymap.merge("normal = [ { on = 'x', run = 'fly' } ]"),
            Err(KeymapError::Action(_))
        ));
        assert!(matches!(
            keymap.merge("normal = [ { on = 'hyper-x', run = 'send' } ]"),
            Err(KeymapError::Chord(_))
        ));
    }
}
