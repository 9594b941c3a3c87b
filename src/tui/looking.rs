//! Looking at the file system, which may lie on a server that does not answer: what a dialog asks, and what comes back.
//!
//! ```text
//! key ─▶ Effect::Look(Question) ─▶ a thread of its own ─▶ Event::Looked(Answer) ─▶ the dialog, if it still shows that
//! ```

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::modals::{complete, path_of};
use crate::model::reason::reason;
use crate::store::body::hindrance;

/// So many names are shown: a folder may have thousands, and they are laid out again at every event.
const MOST_NAMES: usize = 500;

/// What is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Question {
    /// What a path that is being typed goes on with.
    Complete(String),
    /// Whether there is a file of iteration data at a path as it was typed.
    Data(String),
    /// What a file that is to be written would meet.
    Target(PathBuf),
}

/// What was seen, with what was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// How a path goes on.
    Completed {
        /// What was typed.
        typed: String,
        /// The same as far as it is certain.
        text: String,
        /// The names it may go on with.
        names: Vec<String>,
        /// Behind many, in words: how many more, or that nobody counted them.
        more: Option<String>,
    },
    /// What is wrong with a file of iteration data.
    Data {
        /// What was typed.
        typed: String,
        /// Why it is of no use; `None` if it may be.
        wrong: Option<String>,
    },
    /// What a file that is to be written would meet.
    Target(PathBuf, Target),
}

/// What is at the place of a file that is to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// Nothing.
    Free,
    /// A file.
    File,
    /// A folder.
    Folder,
    /// Something that prevents it, in words.
    Hindered(String),
}

impl Question {
    /// Looks. Blocks for as long as the file system takes.
    pub fn answer(self) -> Answer {
        match self {
            Self::Complete(typed) => {
                let (text, mut names, uncounted) = complete(&typed);
                let more = names.len().saturating_sub(MOST_NAMES);
                names.truncate(MOST_NAMES);
                let more = match more {
                    _ if uncounted => Some("… and more".to_owned()),
                    0 => None,
                    more => Some(format!("… {more} more")),
                };
                Answer::Completed {
                    typed,
                    text,
                    names,
                    more,
                }
            }
            Self::Data(typed) => Answer::Data {
                wrong: unreadable(&path_of(&typed)),
                typed,
            },
            Self::Target(path) => {
                let found = match (path.is_dir(), hindrance(&path)) {
                    (true, _) => Target::Folder,
                    (_, Some(why)) => Target::Hindered(why),
                    // A terminal's own device would be written over the screen, and a pipe may take it never.
                    _ if path.exists() && !path.is_file() => Target::Hindered("it is no regular file".to_owned()),
                    _ if path.exists() => Target::File,
                    _ => Target::Free,
                };
                Answer::Target(path, found)
            }
        }
    }
}

/// Why a file of iteration data cannot be read, as far as can be seen from outside: broken rows turn up in reading it.
pub fn unreadable(path: &Path) -> Option<String> {
    match std::fs::metadata(path) {
        Ok(found) if found.is_dir() => Some("it is a folder, not a CSV or JSON file".to_owned()),
        // Of a pipe or a device nobody knows when it ends, and opening one may wait for ever.
        Ok(found) if !found.is_file() => Some("it is no regular file".to_owned()),
        Ok(_) => None,
        Err(error) if error.kind() == ErrorKind::NotFound => Some("there is no such file".to_owned()),
        Err(error) => Some(format!("cannot read it: {}", reason(error))),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;

    #[test]
    fn of_a_folder_with_thousands_of_files_some_are_named() {
        let folder = tempfile::tempdir().unwrap();
        for n in 0..=MOST_NAMES {
            std::fs::write(folder.path().join(format!("a{n}")), "").unwrap();
        }
        let completed = |typed: &str| {
            let typed = folder.path().join(typed).display().to_string();
            let Answer::Completed { names, more, .. } = Question::Complete(typed).answer() else {
                panic!("it is completed");
            };
            (names.len(), more.unwrap_or_default())
        };
        let last = || {
            let (names, more) = completed("a");
            assert_eq!(names, MOST_NAMES);
            more
        };
        assert_eq!(last(), "… 1 more");
        for n in MOST_NAMES..=10_000 {
            std::fs::write(folder.path().join(format!("a{n}")), "").unwrap();
        }
        assert_eq!(last(), "… and more");
    }

    #[test]
    fn what_a_file_would_meet_is_told_apart() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        std::fs::write(at("there"), "").unwrap();
        let found = |path: PathBuf| match Question::Target(path).answer() {
            Answer::Target(_, found) => found,
            other => panic!("{other:?}"),
        };
        assert_eq!(found(at("free")), Target::Free);
        assert_eq!(found(at("there")), Target::File);
        assert_eq!(found(folder.path().to_owned()), Target::Folder);
        assert!(matches!(found(at("no/such")), Target::Hindered(why) if why.contains("there is no folder")));
        let device = PathBuf::from("/dev/null");
        if device.exists() {
            assert_eq!(found(device), Target::Hindered("it is no regular file".to_owned()));
        }
        let wrong = |name: &str| match Question::Data(at(name).display().to_string()).answer() {
            Answer::Data { wrong, .. } => wrong,
            other => panic!("{other:?}"),
        };
        assert_eq!(wrong("there"), None);
        assert_eq!(wrong("nothing").as_deref(), Some("there is no such file"));
        assert!(wrong("").is_some_and(|why| why.contains("folder")));
    }
}
