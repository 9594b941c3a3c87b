//! Why a file could not be written, moved or removed, and what to do about it.

use std::io;
use std::path::PathBuf;

use super::place::Content;
use crate::model::problem::Problem;

/// What somebody else has made of a file.
#[derive(Clone, Debug, PartialEq)]
pub enum Theirs {
    /// Another content.
    Content(Content),
    /// Nothing: it is gone.
    Removed,
}

/// Why a change did not reach the disk.
#[derive(Debug, thiserror::Error)]
pub enum SaveError {
    /// The file is not what we last read or wrote.
    #[error("`{}` was changed by someone else", path.display())]
    Conflict {
        /// The file.
        path: PathBuf,
        /// What was to be saved.
        ours: Box<Content>,
        /// What is there.
        theirs: Box<Theirs>,
    },
    /// The file does not parse, so there is no telling what would be lost.
    #[error("`{}` does not parse and is not overwritten: {}", .0.file.display(), .0.message)]
    Broken(Box<Problem>),
    /// The file is write-protected.
    #[error("`{}` is write-protected", path.display())]
    ReadOnly {
        /// The file.
        path: PathBuf,
    },
    /// There is something at the new place already.
    #[error("`{}` exists already", path.display())]
    Exists {
        /// The file or folder.
        path: PathBuf,
    },
    /// The path is no place for a file of a workspace.
    #[error("`{path}` is no place in the workspace")]
    BadPath {
        /// The path as given.
        path: String,
    },
    /// A folder is too large to be kept for undo.
    #[error("`{}` holds more than {limit} MB", path.display())]
    TooLarge {
        /// The folder.
        path: PathBuf,
        /// The limit, in megabytes.
        limit: u64,
    },
    /// There is something in a folder that cannot be kept for undo: a pipe, a socket, a device.
    #[error("`{}` is no file and no folder, and could not be put back", path.display())]
    NoFile {
        /// The pipe, socket or device.
        path: PathBuf,
    },
    /// The system refused.
    #[error("cannot {action} `{}`", path.display())]
    Io {
        /// What was tried: `write`, `read`, `remove` …
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
}

impl SaveError {
    pub(in crate::store) fn io(action: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { action, path, source }
    }

    /// The next step, where there is one.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Conflict { .. } => Some("compare both, then keep yours or take theirs"),
            Self::Broken(_) => Some("correct the file in a text editor, then save again"),
            Self::ReadOnly { .. } => Some("make it writable (`chmod u+w`), then save again"),
            Self::Exists { .. } => Some("choose another name"),
            Self::BadPath { .. } => Some("use a name without slashes and not `..`"),
            Self::TooLarge { .. } | Self::NoFile { .. } => Some("remove it with a file manager"),
            Self::Io { source, .. } => match source.kind() {
                io::ErrorKind::PermissionDenied => {
                    Some("the folder is not yours to write in; change its permissions or open another workspace")
                }
                io::ErrorKind::StorageFull => Some("the disk is full; make room, then save again; nothing is lost"),
                io::ErrorKind::QuotaExceeded => {
                    Some("your disk quota is used up; make room, then save again; nothing is lost")
                }
                io::ErrorKind::ReadOnlyFilesystem => Some("the disk is mounted read-only; open another workspace"),
                io::ErrorKind::NotFound => Some("it is gone; someone else may have moved it"),
                _ => None,
            },
        }
    }
}
