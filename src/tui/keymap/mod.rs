//! Keys: which chord means which action, and where.
//!
//! The defaults are `default.toml` beside this file; the user's `keymap.toml` in the config folder overrides single chords
//! in the same format (`run = "none"` frees one). A chord is looked up in the contexts of the focused pane, from the
//! narrowest to `normal`, then in `anywhere`; while a text field has the focus only in `anywhere`.

mod chord;

use serde::Deserialize;

pub use chord::Chord;

use super::action::{self, Action};
use super::shipped;
use crate::model::InOrder;
use crate::store::files::one_line;

const DEFAULT: &str = include_str!("default.toml");

/// Where a chord counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
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

    /// The context that is called so in a file.
    fn named(word: &str) -> Option<Self> {
        Some(match word {
            "anywhere" => Self::Anywhere,
            "normal" => Self::Normal,
            "environments" => Self::Environments,
            "collections" => Self::Collections,
            "request" => Self::Request,
            "table" => Self::Table,
            "response" => Self::Response,
            _ => return None,
        })
    }

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
    #[error("{}", one_line(.0.message()))]
    Syntax(#[from] toml::de::Error),
    /// A key that cannot be read.
    #[error("`{0}` is not a key: write e.g. `ctrl-j`, `alt-enter`, `G`, `f1`, `space`")]
    Chord(String),
    /// An action that does not exist.
    #[error("`{0}` is not an action")]
    Action(String),
    /// A part of the program that does not exist.
    #[error(
        "`{0}` is no place for keys: they go into `anywhere`, `normal`, `environments`, `collections`, `request`, `table` and `response`"
    )]
    Context(String),
    /// Something else than a list of tables.
    #[error("in `{0}`: write `[ {{ on = \"ctrl-j\", run = \"send\" }} ]`")]
    Entry(String),
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
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Keymap {
    bindings: Vec<Binding>,
}

impl Keymap {
    /// The shipped keys.
    pub fn shipped() -> Self {
        let mut keymap = Self::default();
        let mut context = None;
        let mut chords: Vec<&str> = Vec::new();
        for line in DEFAULT.lines() {
            if let Some(place) = line.strip_suffix(" = [") {
                context = Context::named(place);
            }
            let Some(context) = context.filter(|_| line.starts_with("  {")) else {
                continue;
            };
            for (key, value) in shipped::strings(line) {
                match key {
                    "on" => chords.push(value),
                    "run" => {
                        let Some(action) = action::by_id(value).map(|spec| spec.action) else {
                            break;
                        };
                        let chords = chords.iter().filter_map(|text| text.parse().ok());
                        let bindings = chords.map(|chord| Binding { context, chord, action });
                        keymap.bindings.extend(bindings);
                        break;
                    }
                    _ => {}
                }
            }
            chords.clear();
        }
        keymap.bindings.order_by_key(|binding| binding.context);
        keymap
    }

    /// Adds a file's bindings over those that are there, and returns what is wrong with the others.
    ///
    /// A slip in one line costs that line alone; only a file that is no TOML changes nothing.
    pub fn merge(&mut self, text: &str) -> Vec<KeymapError> {
        let file: toml::Table = match toml::from_str(text) {
            Ok(file) => file,
            Err(error) => return vec![error.into()],
        };
        let mut wrong = Vec::new();
        for (place, entries) in file {
            let Some(context) = Context::named(&place) else {
                wrong.push(KeymapError::Context(place));
                continue;
            };
            let toml::Value::Array(entries) = entries else {
                wrong.push(KeymapError::Entry(place));
                continue;
            };
            for entry in entries {
                match entry.try_into() {
                    Ok(entry) => self.bind(context, entry, &mut wrong),
                    Err(_) => wrong.push(KeymapError::Entry(place.clone())),
                }
            }
        }
        self.bindings.order_by_key(|binding| binding.context);
        wrong
    }

    /// Takes one entry of a file over.
    fn bind(&mut self, context: Context, entry: Entry, wrong: &mut Vec<KeymapError>) {
        let action = match entry.run.as_str() {
            "none" => None,
            id => match action::by_id(id) {
                Some(spec) => Some(spec.action),
                None => return wrong.push(KeymapError::Action(entry.run)),
            },
        };
        let chords = match entry.on {
            OneOrMany::One(chord) => vec![chord],
            OneOrMany::Many(chords) => chords,
        };
        for text in chords {
            let Ok(chord) = text.parse() else {
                wrong.push(KeymapError::Chord(text));
                continue;
            };
            self.put(context, chord, action);
        }
    }

    /// Binds a chord anew, or frees it.
    fn put(&mut self, context: Context, chord: Chord, action: Option<Action>) {
        self.bindings
            .retain(|binding| binding.context != context || binding.chord != chord);
        if let Some(action) = action {
            self.bindings.push(Binding { context, chord, action });
        }
    }

    /// The action of a chord in the first of these contexts that has one.
    pub fn find(&self, contexts: &[Context], chord: Chord) -> Option<Action> {
        let bound = |context: &Context| {
            let mut bindings = self.bindings.iter();
            bindings.find(|binding| binding.context == *context && binding.chord == chord)
        };
        contexts.iter().find_map(bound).map(|binding| binding.action)
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
    use std::collections::HashMap;

    use super::*;
    use crate::tui::action::App;

    #[test]
    fn the_shipped_keymap_is_right_and_binds_no_chord_twice() {
        let file: HashMap<String, Vec<Entry>> = toml::from_str(DEFAULT).unwrap();
        for (context, entries) in file {
            let mut seen = Vec::new();
            assert!(Context::named(&context).is_some(), "{context}");
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
        let mut read = Keymap::default();
        assert!(read.merge(DEFAULT).is_empty());
        let shipped = Keymap::shipped();
        assert_eq!(shipped.bindings, read.bindings, "also as what is shipped is read");
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
        let wrong = keymap.merge("anywhere = [ { on = 'f5', run = 'send' }, { on = 'ctrl-j', run = 'none' } ]");
        assert!(wrong.is_empty(), "{wrong:?}");
        let find = |keymap: &Keymap, text: &str| keymap.find(&[Context::Anywhere], text.parse().unwrap());
        assert_eq!(find(&keymap, "f5"), Some(Action::App(App::Send)));
        assert_eq!(find(&keymap, "ctrl-j"), None);
        assert_eq!(find(&keymap, "alt-enter"), Some(Action::App(App::Send)));
    }

    #[test]
    fn a_slip_costs_its_own_line_alone_and_is_named() {
        let mut keymap = Keymap::shipped();
        let wrong = keymap.merge(
            "normal = [ { on = 'x', run = 'fly' }, { on = ['hyper-x', 'f6'], run = 'send' }, { run = 'send' } ]\n\
             nowhere = []\ntable = 3\nrequest = [ { on = 'f7', run = 'send' } ]",
        );
        let words: Vec<String> = wrong.iter().map(ToString::to_string).collect();
        let words = words.join("; ");
        for part in [
            "`fly` is not an action",
            "`hyper-x` is not a key",
            "in `normal`",
            "`nowhere` is no place",
            "in `table`",
        ] {
            assert!(words.contains(part), "{part}: {words}");
        }
        assert_eq!(wrong.len(), 5, "{words}");
        for (context, key) in [(Context::Normal, "f6"), (Context::Request, "f7")] {
            assert_eq!(
                keymap.find(&[context], key.parse().unwrap()),
                Some(Action::App(App::Send))
            );
        }
        assert!(matches!(
            keymap.merge("normal = [").as_slice(),
            [KeymapError::Syntax(_)]
        ));
    }
}
