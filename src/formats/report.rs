//! What an import could not carry over as it was, request by request.

use std::collections::HashMap;

use serde::Serialize;

use super::FormatError;

/// What is said behind the name of what could not be read at all.
const UNREAD: &str = "that cannot be read";

/// What became of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Fate {
    /// It is carried over as it is, and is a secret in a file that others may see.
    Open,
    /// It was missing or unclear, and we chose.
    Guessed,
    /// It is kept and exported again, but has no effect here.
    Kept,
    /// It is gone.
    Lost,
}

impl Fate {
    /// What became of it, in a word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Guessed => "guessed",
            Self::Kept => "kept",
            Self::Lost => "lost",
        }
    }
}

/// One thing to know about an imported item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Note {
    /// The item, by its names: `Cells / Users / List users`.
    pub path: String,
    /// Which part of it: `certificate`, `body.mode`.
    pub field: String,
    /// What became of it.
    pub fate: Fate,
    /// What it is: `a disabled script`.
    pub what: String,
    /// Why, and what it means.
    pub why: String,
}

/// Everything an import could not carry over as it was. Serialises to JSON as it stands.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// In the order of the file.
    pub notes: Vec<Note>,
}

impl Report {
    /// Whether all was carried over as it was, be it in the open.
    pub fn is_clean(&self) -> bool {
        self.notes.iter().all(|note| note.fate == Fate::Open)
    }

    /// All but the secrets in clear by item, each item once, in the order of their first notes.
    pub fn by_item(&self) -> Vec<(&str, Vec<&Note>)> {
        let mut places = HashMap::new();
        let mut out: Vec<(&str, Vec<&Note>)> = Vec::new();
        for note in self.notes.iter().filter(|note| note.fate != Fate::Open) {
            let place = *places.entry(note.path.as_str()).or_insert(out.len());
            if place == out.len() {
                out.push((note.path.as_str(), Vec::new()));
            }
            out[place].1.push(note);
        }
        out
    }

    /// How many files, or what is made of several, were there and could not be read at all.
    pub fn unread(&self) -> usize {
        self.notes.iter().filter(|note| note.what.ends_with(UNREAD)).count()
    }

    /// Tells of `what`, `a file`, that could not be read.
    pub(super) fn add_unread(&mut self, path: &str, what: &str, why: &FormatError) {
        self.add(path, "", Fate::Lost, format!("{what} {UNREAD}"), why.to_string());
    }

    /// How many things had a fate.
    pub fn count(&self, fate: Fate) -> usize {
        self.notes.iter().filter(|note| note.fate == fate).count()
    }

    pub(super) fn add(&mut self, path: &str, field: &str, fate: Fate, what: impl Into<String>, why: impl Into<String>) {
        self.notes.push(Note {
            path: path.to_owned(),
            field: field.to_owned(),
            fate,
            what: what.into(),
            why: why.into(),
        });
    }
}
