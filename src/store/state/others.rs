//! Noticing what another postrider does to the local state, such as a token that `postrider send` fetches.
//!
//! SQLite first writes its log and only then lets others see what was written, so who looks at every write may look too
//! early and never again. Hence who has written says so when it is to be seen: it dates the file.

use std::path::{Path, PathBuf};

use filetime::FileTime;
use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher as _};

use super::{State, StateError};
use crate::model::variable::{CurrentValue, CurrentValues, Owner};

/// Watches the file of a state until it is dropped.
#[derive(Debug)]
pub struct StateWatcher {
    _watcher: RecommendedWatcher,
}

impl StateWatcher {
    /// Begins to watch; the callback runs on the watcher's own thread, after current values have changed or what
    /// collections may was taken back, by our own hand too.
    ///
    /// # Errors
    ///
    /// When the system does not let the folder be watched; `None` for a state that has no file.
    pub fn start(state: &State, callback: impl Fn() + Send + 'static) -> notify::Result<Option<Self>> {
        let Some(file) = state.connection.path().map(Path::new).filter(|path| path.is_file()) else {
            return Ok(None);
        };
        let (Some(folder), Some(name)) = (file.parent(), file.file_name()) else {
            return Ok(None);
        };
        let name = name.to_owned();
        let mut watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
            let is_own = |path: &PathBuf| path.file_name() == Some(&name);
            let written = |event: &Event| {
                event.need_rescan() || (!matches!(event.kind, EventKind::Access(_)) && event.paths.iter().any(is_own))
            };
            if event.is_ok_and(|event| written(&event)) {
                callback();
            }
        })?;
        watcher.watch(folder, RecursiveMode::NonRecursive)?;
        Ok(Some(Self { _watcher: watcher }))
    }
}

impl State {
    /// Tells those who watch that something they follow has changed.
    ///
    /// What cannot be told is not lost: it is written, and the next look finds it.
    pub(super) fn announce(&self) {
        if let Some(file) = self.connection.path().filter(|path| !path.is_empty()) {
            // By its name: opening and closing the file here would drop SQLite's locks on it.
            let _unseen = filetime::set_file_mtime(file, FileTime::now());
        }
    }
}

/// A current value that is another one than it was.
#[derive(Clone, Debug, PartialEq)]
pub struct Other {
    /// Whose it is.
    pub owner: Owner,
    /// The variable.
    pub key: String,
    /// What was known of it.
    pub was: Option<CurrentValue>,
    /// What it is now.
    pub now: Option<CurrentValue>,
}

/// The current values in the file as this connection knows them.
#[derive(Debug, Default)]
pub struct Known {
    values: CurrentValues,
    /// SQLite's count of what others have committed; `None` before the first look.
    version: Option<i64>,
}

impl Known {
    /// Begins with values that were read.
    pub fn new(values: CurrentValues) -> Self {
        Self { values, version: None }
    }

    /// The values as they are known to be kept.
    pub fn values(&self) -> &CurrentValues {
        &self.values
    }

    /// Notes what was written.
    pub fn note(&mut self, changes: &[(Owner, String, Option<CurrentValue>)]) {
        for (owner, key, value) in changes {
            match value {
                Some(value) => self.values.set(owner.clone(), key, value.clone()),
                None => drop(self.values.reset(owner, key)),
            }
        }
    }

    /// Reads anew what this connection itself has changed in ways that are not worth following.
    pub fn refresh(&mut self, state: &State) -> Result<(), StateError> {
        self.values = state.current_values()?;
        Ok(())
    }

    /// What others have changed since; costs next to nothing when they have not.
    pub fn look(&mut self, state: &State) -> Result<Vec<Other>, StateError> {
        let version = state
            .connection
            .query_row("PRAGMA data_version", [], |row| row.get(0))?;
        if self.version == Some(version) {
            return Ok(Vec::new());
        }
        let values = state.current_values()?;
        self.version = Some(version);
        let before = std::mem::replace(&mut self.values, values);
        let other = |owner: &Owner, key: &str| Other {
            owner: owner.clone(),
            key: key.to_owned(),
            was: before.get(owner, key).cloned(),
            now: self.values.get(owner, key).cloned(),
        };
        let set = self
            .values
            .iter()
            .filter(|(owner, key, value)| before.get(owner, key) != Some(value));
        let gone = before
            .iter()
            .filter(|(owner, key, _)| self.values.get(owner, key).is_none());
        Ok(set.chain(gone).map(|(owner, key, _)| other(owner, key)).collect())
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use std::sync::mpsc::channel;
    use std::time::Duration;

    use serde_json::json;

    use super::*;

    fn value(text: &str) -> CurrentValue {
        CurrentValue {
            value: Some(json!(text)),
            set_by: "x".into(),
            set_at: jiff::Timestamp::UNIX_EPOCH,
            secret: false,
        }
    }

    #[test]
    fn only_what_others_do_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("state.db");
        let (mut ours, _) = State::open_file(&file).unwrap();
        let (sender, receiver) = channel();
        let _watcher = StateWatcher::start(&ours, move || {
            let _ended = sender.send(());
        })
        .unwrap()
        .unwrap();
        let mut known = Known::new(ours.current_values().unwrap());
        assert_eq!(known.look(&ours).unwrap(), []);
        let owner = Owner::Environment("demo".into());
        let own = [(owner.clone(), "a".to_owned(), Some(value("1")))];
        ours.set_current_values(&own).unwrap();
        known.note(&own);
        assert_eq!(known.look(&ours).unwrap(), []);
        while receiver.recv_timeout(Duration::from_millis(300)).is_ok() {}

        let (mut theirs, _) = State::open_file(&file).unwrap();
        let changes = [
            (owner.clone(), "a".to_owned(), None),
            (owner.clone(), "b".to_owned(), Some(value("2"))),
        ];
        theirs.set_current_values(&changes).unwrap();
        receiver.recv_timeout(Duration::from_mins(1)).unwrap();
        let other = |key: &str, was: Option<&str>, now: Option<&str>| Other {
            owner: owner.clone(),
            key: key.to_owned(),
            was: was.map(value),
            now: now.map(value),
        };
        let told = known.look(&ours).unwrap();
        assert_eq!(told, [other("b", None, Some("2")), other("a", Some("1"), None)]);
        assert_eq!(known.look(&ours).unwrap(), []);
    }

    #[test]
    fn what_is_taken_back_of_what_collections_may_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("state.db");
        let (mut ours, _) = State::open_file(&file).unwrap();
        ours.add_consent("api", "env A").unwrap();
        let (sender, receiver) = channel();
        let _watcher = StateWatcher::start(&ours, move || {
            let _ended = sender.send(());
        })
        .unwrap()
        .unwrap();
        let (mut theirs, _) = State::open_file(&file).unwrap();
        theirs.take_back_consents(|_, _| true).unwrap();
        receiver.recv_timeout(Duration::from_mins(1)).unwrap();
    }
}
