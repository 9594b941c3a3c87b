//! What an import could not carry over as it was, request by request.

use std::collections::{HashMap, HashSet};

use serde::Serialize;

use super::FormatError;

/// What is said behind the name of what could not be read at all.
const UNREAD: &str = "that cannot be read";

/// So many of the same are said once.
const MANY: usize = 4;

/// So many of them are named.
const FIRST: usize = 3;

/// What became of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
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

/// An item by its names; what has none is all of it.
pub fn place(path: &str) -> &str {
    if path.is_empty() { "the file" } else { path }
}

/// How many notes there are, and of which items, the first of them by their names.
fn names(notes: &[&Note]) -> String {
    let mut paths: Vec<&str> = Vec::new();
    let mut seen = HashSet::new();
    paths.extend(
        notes
            .iter()
            .map(|note| place(&note.path))
            .filter(|path| seen.insert(*path)),
    );
    let more = match paths.len().saturating_sub(FIRST) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    paths.truncate(FIRST);
    format!("{} times: {}{more}", notes.len(), paths.join(", "))
}

impl Report {
    /// Whether all was carried over as it was, be it in the open.
    pub fn is_clean(&self) -> bool {
        self.notes.iter().all(|note| note.fate == Fate::Open)
    }

    /// All but the secrets in clear by item, each item once, in the order of their first notes. What is the same of many stands
    /// once, under the names of the first of them.
    pub fn by_item(&self) -> Vec<(String, Vec<&Note>)> {
        let notes = || self.notes.iter().filter(|note| note.fate != Fate::Open);
        let words = |note: &'_ Note| (note.fate, note.what.clone(), note.why.clone());
        let mut alike: HashMap<_, Vec<&Note>> = HashMap::new();
        for note in notes() {
            alike.entry(words(note)).or_default().push(note);
        }
        let mut places = HashMap::new();
        let mut out: Vec<(String, Vec<&Note>)> = Vec::new();
        for note in notes() {
            let of = match alike.get_mut(&words(note)) {
                // It is said already.
                Some(all) if all.is_empty() => continue,
                Some(all) if all.len() >= MANY => names(&std::mem::take(all)),
                _ => place(&note.path).to_owned(),
            };
            let place = *places.entry(of.clone()).or_insert(out.len());
            if place == out.len() {
                out.push((of, Vec::new()));
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_the_same_of_many_is_said_once() {
        let mut report = Report::default();
        for n in 1..=5 {
            report.add(
                &format!("C / R{n}"),
                "headers",
                Fate::Kept,
                "`headers`",
                "it is not known here",
            );
        }
        report.add("C / R1", "x", Fate::Lost, "`x`", "it is gone");
        for n in 1..=4 {
            report.add("", &format!("{n}"), Fate::Lost, "an entry", "it is none");
        }
        let by_item = report.by_item();
        let said: Vec<_> = by_item
            .iter()
            .map(|(of, notes)| (of.as_str(), notes.iter().map(|note| note.what.as_str()).collect()))
            .collect();
        let one = |of, what| (of, vec![what]);
        assert_eq!(
            said,
            [
                one("5 times: C / R1, C / R2, C / R3 and 2 more", "`headers`"),
                one("C / R1", "`x`"),
                one("4 times: the file", "an entry")
            ]
        );
        assert_eq!(report.count(Fate::Kept), 5);
    }
}
