//! Events: what happened. All of them arrive on one queue.

use std::path::PathBuf;
use std::sync::Arc;

use crossterm::event::{KeyEvent, MouseEvent};

use crate::model::exchange::Phase;
use crate::model::problem::Problem;
use crate::model::{Entity, Environment, EnvironmentId, ItemPath, NodeId, Outcome};

use super::shared::{Level, RunId};
use super::widgets::body;

/// Something that happened.
#[derive(Debug)]
pub enum Event {
    /// A key was pressed.
    Key(KeyEvent),
    /// The mouse did something.
    Mouse(MouseEvent),
    /// Text was pasted.
    Paste(String),
    /// The terminal has a new size: columns, rows.
    Resize(u16, u16),
    /// Time passed that something on the screen was waiting for.
    Tick,
    /// A send is at another phase.
    Progress(RunId, Phase),
    /// A send ended; the environment is the one it was planned with.
    Sent(RunId, Option<EnvironmentId>, Box<Outcome>),
    /// A file was written.
    Saved(Saved),
    /// Files changed outside.
    Changed(Vec<Outside>),
    /// A body's index grew.
    Indexed(u64, body::Snapshot),
    /// A search found something, or ended.
    Found(u64, Found),
    /// An outside editor came back with a text; the key is that of the effect.
    Edited {
        /// The effect's key.
        key: String,
        /// The text, or why there is none.
        text: Result<String, String>,
    },
    /// Something in the background has a word for the user.
    Notice(Level, String),
    /// The cookies of the workspace, after a send or a change.
    Cookies(Vec<crate::model::exchange::Cookie>),
}

/// How writing a file ended.
#[derive(Debug)]
pub enum Saved {
    /// A node's file holds this content now.
    Node(NodeId, Entity),
    /// An environment's file holds this content now.
    Environment(EnvironmentId, Arc<Environment>),
    /// A node's file was changed outside since it was read; nothing was written.
    Conflict {
        /// The node.
        id: NodeId,
        /// What is on disk now.
        theirs: Result<Entity, Problem>,
    },
    /// It failed; nothing was lost.
    Failed {
        /// What was to be done: `save Get token`.
        what: String,
        /// Why not, and what to do.
        message: String,
    },
}

/// A change made outside.
#[derive(Debug)]
pub struct Outside {
    /// The file.
    pub file: PathBuf,
    /// What it is.
    pub what: OutsideKind,
}

/// What changed outside.
#[derive(Debug)]
pub enum OutsideKind {
    /// A node was added or changed.
    Node(ItemPath, Entity),
    /// A node is gone.
    NodeGone(ItemPath),
    /// An environment was added or changed.
    Environment(String, Environment),
    /// An environment is gone.
    EnvironmentGone(String),
    /// The globals changed.
    Globals(Environment),
    /// The file cannot be read any more; what was there stays.
    Broken(Problem),
    /// The file can be read again.
    Mended,
}

/// News of a search.
#[derive(Debug)]
pub enum Found {
    /// It goes on.
    Progress(body::search::Progress),
    /// It ended.
    Matches(body::search::Matches),
}
