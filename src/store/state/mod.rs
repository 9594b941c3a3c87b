//! Local state: what belongs to this machine and user, never to git. One SQLite file for each workspace.
//!
//! Current values (tokens among them), cookies, history, drafts, layout. The file is readable by its owner only, in WAL
//! mode so that several instances share it, and every statement is short; still everything blocks, so the caller keeps
//! the [`State`] on a thread of its own. Values and cookies are sealed ([`super::seal`]). A file that cannot be read is set aside, not deleted, and a fresh one begun.

mod current;
mod drafts;
mod history;
mod kv;
mod open;
mod others;
mod sealing;
mod tokens;

use std::cell::Cell;
use std::io;
use std::path::PathBuf;

use rusqlite::Connection;

use super::seal::{Safe, SealError};

pub use drafts::{Draft, draft_aside, text_hash};
pub use history::HistoryRow;
pub use open::{folder_for, unread_choice};
pub use others::{Known, Other, StateWatcher};
pub use sealing::{Rekeyed, give_up, lost, rekey};
pub use tokens::{KeptTokens, key_of, token_of, token_place, token_row, tokens_among};

/// The local state of one workspace.
#[derive(Debug)]
pub struct State {
    connection: Connection,
    /// What seals the values.
    safe: Safe,
    /// How many values could not be opened when they were last read.
    unreadable: Cell<usize>,
}

/// Why the state cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// The folder or file cannot be made or moved.
    #[error("cannot use `{}`", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// A later version of the program made it.
    #[error("`{}` was made by a later version of postrider", .0.display())]
    Newer(PathBuf),
    /// SQLite failed.
    #[error("the local state failed")]
    Sqlite(#[from] rusqlite::Error),
    /// What is sealed cannot be opened, or nothing sealed.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// A value is not what it should be.
    #[error("a value in the local state is damaged")]
    Damaged(#[from] serde_json::Error),
}

impl StateError {
    /// The next step.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Io { .. } => "check the permissions of the state folder (`XDG_STATE_HOME`)",
            Self::Seal(error) => error.hint(),
            Self::Newer(_) => "update postrider; until then nothing local is kept",
            Self::Sqlite(error) if is_busy(error) => "another postrider holds the local state; try again",
            Self::Sqlite(error) if error.sqlite_error_code() == Some(rusqlite::ErrorCode::DiskFull) => {
                "the disk is full; make room"
            }
            Self::Sqlite(_) | Self::Damaged(_) => "start again; a damaged file is then set aside",
        }
    }
}

fn is_busy(error: &rusqlite::Error) -> bool {
    use rusqlite::ErrorCode::{DatabaseBusy, DatabaseLocked};
    matches!(error.sqlite_error_code(), Some(DatabaseBusy | DatabaseLocked))
}
