//! Importing Postman's files: what its screen asks for, and what comes back.
//!
//! ```text
//! typed ─▶ Effect::Read ─▶ News::Found ─▶ looked at ─▶ Effect::Import ─▶ News::Done ─▶ the tree follows the files
//! ```

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use crate::foreign::{Moved, Planned, Secrets, Settled};
use crate::model::history::ValueChange;
use crate::model::variable::{CurrentValue, Owner};
use crate::model::{ItemPath, Outcome};
use crate::store::Place;
use crate::store::files::Rewritten;

use super::drafts;
use super::panes::Pane;
use super::shared::Shared;

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
    Enter(Box<Planned>),
}

/// News of reading and writing.
#[derive(Debug)]
pub enum News {
    /// This is there, and this is what importing it would do; and whether it goes into the user's own workspace, as there is
    /// none nearer.
    Found(Box<Planned>, bool),
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
    pub secrets: Box<Secrets>,
    /// Where what was only looked at is now.
    pub moved: Moved,
    /// The files before and after; `None` where they are too many to be kept.
    pub rewritten: Option<Arc<Rewritten>>,
    /// The values that were changed.
    pub values: Vec<ValueChange>,
}

/// What imports wrote, to be undone and redone.
#[derive(Debug, Default)]
pub struct Rewrites {
    /// By number.
    pub kept: BTreeMap<u64, Arc<Rewritten>>,
    /// What is said of the one that is being undone or redone.
    pub words: Option<String>,
}

impl Done {
    /// What was planned, once it is done; or there is nothing to be done.
    pub fn of(planned: &Planned, secrets: Secrets) -> Self {
        Self {
            root: planned.root().to_owned(),
            words: planned.todo.words(),
            places: planned.todo.places(),
            secrets: Box::new(secrets),
            moved: planned.moved(),
            rewritten: None,
            values: Vec::new(),
        }
    }

    /// Says what became of the secrets.
    pub fn tell(&mut self, settled: &Settled) {
        for words in settled.words() {
            self.words = format!("{}; {words}", self.words);
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

/// What goes along from Postman's file, which is only looked at, into the workspace it was imported into: everything stands
/// there as it did here.
#[derive(Clone, Debug, Default)]
pub struct Landing {
    /// The workspace's folder.
    pub root: PathBuf,
    /// What was done, in a line.
    pub words: String,
    /// What was open, as drafts call it.
    pub open: Option<String>,
    /// The file of the active environment; none is active where none was.
    pub environment: Option<String>,
    /// The pane with the focus.
    pub focus: Pane,
    /// The values that were set meanwhile.
    pub values: Vec<(Owner, String, CurrentValue)>,
    /// The responses.
    pub outcomes: Vec<(ItemPath, Arc<Outcome>)>,
    /// What was written, to be taken back.
    pub written: Written,
}

/// What an import wrote, to be taken back as one step.
#[derive(Clone, Debug, Default)]
pub struct Written {
    /// What the step is called.
    pub label: String,
    /// The files before and after; `None` where they are too many to be kept.
    pub files: Option<Arc<Rewritten>>,
    /// The values that were changed.
    pub values: Vec<ValueChange>,
}

impl Landing {
    /// Everything that has a place in the workspace.
    pub fn of(done: Done, shared: &Shared, focus: Pane) -> Self {
        let moved = &done.moved;
        let workspace = &shared.workspace;
        let place = |id| moved.item(&workspace.path(id)?).cloned();
        let open = shared.open.and_then(|id| Some((place(id)?, workspace.node(id)?)));
        let active = shared.active_environment.and_then(|id| workspace.environment(id));
        let values = shared.current.iter();
        let outcomes = shared.outcomes.iter();
        Self {
            open: open.map(|(path, node)| drafts::key_of(&path, node.entity.is_group())),
            environment: active.and_then(|node| moved.environment(&node.slug)).map(str::to_owned),
            focus,
            values: values
                .filter_map(|(owner, key, value)| Some((moved.owner(owner)?, key.to_owned(), value.clone())))
                .collect(),
            outcomes: outcomes
                .filter_map(|(id, outcome)| Some((place(id)?, outcome.clone())))
                .collect(),
            root: done.root,
            words: format!("imported: {}", done.words),
            written: Written {
                label: format!("import ({})", done.words),
                files: done.rewritten,
                values: done.values,
            },
        }
    }
}
