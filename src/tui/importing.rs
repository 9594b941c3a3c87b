//! Importing Postman's files: what its screen asks for, and what comes back.
//!
//! ```text
//! typed ─▶ Effect::Read ─▶ News::Found ─▶ looked at ─▶ Effect::Import ─▶ News::Done ─▶ the tree follows the files
//! ```

use std::path::PathBuf;

use crate::foreign::{Imported, Planned};
use crate::model::ItemPath;
use crate::store::Place;

/// Names one reading or writing, so that nobody takes the news of an older one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ImportId(pub u64);

/// What the screen asks of the program.
#[derive(Debug)]
pub enum Ask {
    /// Opens the screen.
    Open,
    /// Reads what was typed: a file, a folder, a URL.
    Read(String),
    /// Stops reading.
    Stop,
    /// Writes what was found into the workspace.
    Import(Box<Planned>),
    /// Opens the workspace in which all of it is already.
    Enter(PathBuf),
}

/// News of reading and writing.
#[derive(Debug)]
pub enum News {
    /// This is there, and this is what importing it would do.
    Found(Box<Planned>),
    /// It cannot be read or written: why, and what to do.
    Failed(String, Option<String>),
    /// It is in the workspace's files.
    Done(Done),
    /// It is in the tree.
    Arrived,
}

/// An import that is over.
#[derive(Debug)]
pub struct Done {
    /// The workspace's folder.
    pub root: PathBuf,
    /// What it did, in a line: `3 added, 1 changed`.
    pub words: String,
    /// What was written.
    pub places: Vec<Place>,
    /// Values that are in no file.
    pub secrets: Vec<Imported>,
}

impl Done {
    /// Says of so many secrets that they keep the values they have here.
    pub fn keeps(&mut self, secrets: usize) {
        if secrets > 0 {
            self.words = format!("{}; {}", self.words, Imported::kept_words(secrets));
        }
    }

    /// The first environment, by the name of its file.
    pub fn environment(&self) -> Option<&str> {
        self.places.iter().find_map(|place| match place {
            Place::Environment(slug) => Some(slug.as_str()),
            _ => None,
        })
    }

    /// The first collection.
    pub fn collection(&self) -> Option<&ItemPath> {
        self.places.iter().find_map(|place| match place {
            Place::Group(path) => Some(path),
            _ => None,
        })
    }
}
