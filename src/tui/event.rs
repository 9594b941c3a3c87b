//! Events: what happened. All of them arrive on one queue.

use std::path::PathBuf;

use crossterm::event::{KeyEvent, MouseEvent};

use crate::model::exchange::Cookie;
use crate::model::exchange::Phase;
use crate::model::problem::Problem;
use crate::model::variable::CurrentValues;
use crate::model::{EnvironmentId, Exchange, Filed, Outcome};
use crate::store::files::Theirs;
use crate::store::state::{Draft, Other};
use crate::store::watch::Change;
use crate::store::{Content, Part, Place};

use super::comparing;
use super::consents;
use super::filtering;
use super::giving;
use super::importing::{self, ImportId};
use super::looking;
use super::runner::News;
use super::runtime::settings::Fresh;
use super::shared::{Level, RunId};
use super::sign_ins;
use super::widgets::body;
use super::widgets::picture::{Picture, Sharp, Sight};

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
    /// The response to a send is long in coming: the exchange so far, whose body still grows.
    Arriving(RunId, Box<Exchange>),
    /// A send ended; the environment is the one it was planned with.
    Sent(RunId, Option<EnvironmentId>, Box<Outcome>),
    /// A file was written.
    Saved(Saved),
    /// Several were, one after the other.
    AllSaved(Vec<Saved>),
    /// What another postrider set in the local state.
    Others(Vec<Other>),
    /// Whether local state can be kept: said when that changes.
    Keeps(bool),
    /// What is kept is unlocked, or why it is not.
    Unlocked(Result<Box<Kept>, String>),
    /// Requests of the workspace were read, and how many are left.
    Loaded(Part, usize),
    /// Files changed outside.
    Changed(Vec<Change>),
    /// Files that were looked at and are not broken, or not any more, each with what is to be told of it.
    Whole(Vec<(PathBuf, Vec<Problem>)>),
    /// A body's index grew.
    Indexed(u64, body::Snapshot),
    /// A search found something, or ended.
    Found(u64, Found),
    /// Two bodies were compared, or why not.
    Compared(u64, Result<Box<comparing::Compared>, String>),
    /// A picture was decoded, or why not.
    Pictured(u64, Result<Picture, String>),
    /// A picture was made as the terminal shows it.
    Sharpened(u64, Sharp),
    /// The terminal has said how it shows pictures.
    Sees(Sight),
    /// The pixels of a cell, across and down, as far as the terminal tells.
    Cell((u16, u16)),
    /// The file system was looked at.
    Looked(looking::Answer),
    /// A filter has news.
    Filtered(u64, filtering::News),
    /// A body is being written to a file, in words: how far that is.
    SavingBody(PathBuf, String),
    /// Writing a body to a file has ended, with these words.
    BodySaved(PathBuf, Level, String),
    /// A body is text now, or why not; and for whom.
    Given(giving::To, Result<String, String>),
    /// An outside editor came back with a text; the key is that of the effect.
    Edited {
        /// The effect's key.
        key: String,
        /// The text, or why there is none.
        text: Result<String, String>,
    },
    /// What is kept is locked with a passphrase, by another postrider if it was not before.
    Locked,
    /// What is kept is locked for this one no more: another postrider has taken the passphrase away.
    Opened,
    /// Nothing that is kept is locked, though somebody meant to unlock it.
    NotLocked,
    /// The user's settings have changed.
    Settings(Box<Fresh>),
    /// Something in the background has a word for the user.
    Notice(Level, String),
    /// The cookies of the workspace, after a send or a change: as a list, as they are stored, and as that was before, but for
    /// what is others' doing.
    Cookies(Vec<Cookie>, String, String),
    /// News of a run.
    Run(RunId, News),
    /// A script wants something that only the user can allow.
    Consent(Box<consents::Question>),
    /// What collections may: each by its place and the key of the permission.
    Consents(Vec<(String, String)>),
    /// Another postrider has taken back what collections might, by place and key.
    TakenBack(Vec<(String, String)>),
    /// News of somebody's signing in for a token.
    SignIn(sign_ins::SignInId, sign_ins::News),
    /// News of an import.
    Import(ImportId, importing::News),
    /// A send broke off by a defect of our own.
    Broken(RunId),
    /// The demo server listens at this base URL.
    Demo(String),
    /// The demo server did not start, for this reason.
    NoDemo(String),
    /// The terminal's ground is light, or dark.
    Ground(bool),
    /// The terminal is gone.
    Hangup,
    /// Nobody reads the keys any more, by a defect of our own.
    Deaf,
}

/// What was locked.
#[derive(Debug, Default)]
pub struct Kept {
    /// Values, tokens among them.
    pub current: CurrentValues,
    /// Those of them that were read or written here before it was locked, as they were then.
    pub known: CurrentValues,
    /// Cookies, as the jar writes them.
    pub cookies: Option<String>,
    /// The cookies here as they were when they were last kept.
    pub known_cookies: String,
    /// Drafts, each with the hash of its file as it is now.
    pub drafts: Vec<(Draft, Option<String>)>,
}

/// How writing a file ended.
#[derive(Debug)]
pub enum Saved {
    /// The file holds this content now.
    Written(Filed, Content),
    /// The file was changed outside since it was read; nothing was written.
    Conflict {
        /// What the file is of.
        of: Filed,
        /// What is on disk now.
        theirs: Theirs,
    },
    /// It failed; nothing was lost.
    Failed {
        /// Whose content was to be written, if that is what it was.
        of: Option<Filed>,
        /// What was to be done: `save Get token`.
        what: String,
        /// Why not, and what to do.
        message: String,
    },
    /// What an import wrote was undone or redone: how many files stay, as somebody has changed them since; or why it broke off,
    /// and what to do.
    Rewritten(Result<usize, String>),
    /// A file or folder could not be removed; it is there still.
    NotRemoved {
        /// What.
        place: Place,
        /// Why not, and what to do.
        message: String,
    },
    /// A file or folder could not be moved or renamed; it is where it was.
    NotMoved {
        /// Where it is.
        from: Place,
        /// Where it should be.
        to: Place,
        /// Why not, and what to do.
        message: String,
    },
}

/// News of a search.
#[derive(Debug)]
pub enum Found {
    /// It goes on.
    Progress(body::search::Progress),
    /// It goes on, and these are the first matches, or those in what has come of a body that arrives.
    First(body::search::Matches),
    /// It ended.
    Matches(body::search::Matches),
}
