//! What is sealed of the local state, and what is done when the key is another one.

use std::fs;
use std::path::PathBuf;

use rusqlite::params;

use super::drafts::SEALED_AS;
use super::kv::COOKIES;
use super::{State, StateError};
use crate::model::Secret;
use crate::model::problem::Problem;
use crate::store::paths::Paths;
use crate::store::seal::{Keys, Protection, Safe, SealError, is_sealed};

/// The key under which it is noted that plain values, or traces of them, may be left.
pub(super) const UNSEALED: &str = "unsealed";

/// What is sealed: table, the name a value is sealed under, the value, and which rows.
const SEALED: [(&str, &str, &str, &str); 3] = [
    ("current_values", "key", "value", "true"),
    ("kv", "'cookies'", "json", "(key = 'cookies' OR key LIKE 'cookies.%')"),
    ("drafts", "'draft'", "text", "true"),
];

impl State {
    /// Where the key is.
    pub fn safe(&self) -> &Safe {
        &self.safe
    }

    /// How many values are kept: all of them sealed.
    pub fn sealed(&self) -> Result<usize, StateError> {
        let count = "SELECT (SELECT count(value) FROM current_values) + \
                     (SELECT count(*) FROM kv WHERE key = 'cookies') + (SELECT count(*) FROM drafts)";
        let count: i64 = self.connection.query_row(count, [], |row| row.get(0))?;
        Ok(usize::try_from(count).unwrap_or_default())
    }

    /// Takes the passphrase for this session.
    pub fn unlock(&mut self, passphrase: &Secret) -> Result<(), StateError> {
        self.safe.unlock(passphrase)?;
        self.unlocked()
    }

    /// Does what was left to do until the safe is unlocked, as it is now.
    pub fn unlocked(&mut self) -> Result<(), StateError> {
        self.seal_what_is_plain()
    }

    /// Seals what an earlier version has written plain, as soon as the key is there.
    pub(super) fn seal_what_is_plain(&mut self) -> Result<(), StateError> {
        if self.get(UNSEALED)?.is_none() {
            return Ok(());
        }
        if self.sealed()? > 0 {
            if self.safe.is_locked() {
                return Ok(());
            }
            self.seal_anew(&self.safe.keys()?)?;
        }
        match self.scrub() {
            // Another postrider reads it now: at the next start, then.
            Err(StateError::Sqlite(error)) if super::is_busy(&error) => Ok(()),
            Err(error) => Err(error),
            Ok(()) => self.unset(UNSEALED),
        }
    }

    /// Where what is sealed stands that none of these keys opens: a table and a row.
    fn unopened(&self, safe: &Safe, keys: Option<&Keys>) -> Result<Vec<(&'static str, i64)>, StateError> {
        let mut out = Vec::new();
        for (table, name, column, which) in SEALED {
            let select = format!("SELECT rowid, {name}, {column} FROM {table} WHERE {column} NOT NULL AND {which}");
            let mut rows = self.connection.prepare(&select)?;
            let rows = rows.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
            for row in rows {
                let (row, name, kept): (i64, String, String) = row?;
                let opens = |keys: &Keys| safe.open(keys, &name, &kept).is_ok();
                if is_sealed(&kept) && !keys.is_some_and(opens) {
                    out.push((table, row));
                }
            }
        }
        Ok(out)
    }

    /// Overwrites what is left of values in free pages and in the log.
    fn scrub(&self) -> Result<(), StateError> {
        self.connection.execute_batch("VACUUM")?;
        self.connection
            .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
        Ok(())
    }

    /// Seals all that is kept with the newest of these keys; what none of them opens stays as it is.
    fn seal_anew(&mut self, keys: &Keys) -> Result<(), StateError> {
        let transaction = self
            .connection
            .transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
        let anew = |name: &str, kept: String| -> Option<String> {
            if keys.is_current(&kept) {
                return None;
            }
            let plain = if is_sealed(&kept) {
                self.safe.open(keys, name, &kept).ok()?
            } else {
                kept
            };
            Some(keys.seal(name, &plain))
        };
        let values = {
            let mut rows = transaction.prepare("SELECT rowid, key, value FROM current_values WHERE value NOT NULL")?;
            let rows = rows.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
            rows.collect::<rusqlite::Result<Vec<(i64, String, String)>>>()?
        };
        for (row, key, value) in values {
            if let Some(sealed) = anew(&key, value) {
                let update = "UPDATE current_values SET value = ?2 WHERE rowid = ?1";
                transaction.execute(update, params![row, sealed])?;
            }
        }
        let drafts = {
            let mut rows = transaction.prepare("SELECT key, text FROM drafts")?;
            let rows = rows.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
            rows.collect::<rusqlite::Result<Vec<(String, String)>>>()?
        };
        for (key, text) in drafts {
            if let Some(sealed) = anew(SEALED_AS, text) {
                transaction.execute("UPDATE drafts SET text = ?2 WHERE key = ?1", params![key, sealed])?;
            }
        }
        let jars = {
            let mut rows =
                transaction.prepare("SELECT key, json FROM kv WHERE key = 'cookies' OR key LIKE 'cookies.%'")?;
            let rows = rows.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
            rows.collect::<rusqlite::Result<Vec<(String, String)>>>()?
        };
        for (key, json) in jars {
            if let Some(sealed) = anew(COOKIES, json) {
                transaction.execute("UPDATE kv SET json = ?2 WHERE key = ?1", params![key, sealed])?;
            }
        }
        transaction.commit()?;
        Ok(())
    }
}

/// Makes a new key for all workspaces and seals everything with it, under a passphrase or without one. The old key opens
/// nothing any more; a copy of a `state.db` that was made before stays what it was.
///
/// The old key must be there: a locked safe is unlocked before. Both are in the file until all is sealed anew, so nothing
/// is lost when it ends midway, and another postrider goes on.
///
/// # Errors
///
/// When a state cannot be written: then the file still holds both keys, and it can be done again.
pub fn rekey(paths: &Paths, safe: &Safe, passphrase: Option<&Secret>) -> Result<Rekeyed, StateError> {
    let both = safe.keys()?.renewed();
    safe.put(&both, passphrase)?;
    let mut out = Rekeyed::default();
    for file in states(paths)? {
        let (mut state, problem) = State::open_file_with(&file, Safe::new(paths.secrets_key()))?;
        out.set_aside.extend(problem);
        if let Some(passphrase) = passphrase {
            state.unlock(passphrase)?;
        }
        state.seal_anew(&both)?;
        state.scrub()?;
        out.workspaces += 1;
    }
    // What is saved of a damaged file is sealed with the old key.
    if out.set_aside.is_empty() {
        safe.put(&both.newest(), passphrase)?;
    }
    Ok(out)
}

/// How much is kept, in all workspaces, that cannot be opened: all that is sealed, unless the safe `opens`, else what was
/// sealed with a key that is gone.
pub fn lost(paths: &Paths, safe: &Safe, opens: bool) -> Result<usize, StateError> {
    let keys = if opens { key_there(safe)? } else { None };
    let mut count = 0;
    each_state(paths, |state| {
        count += state.unopened(safe, keys.as_ref())?.len();
        Ok(())
    })?;
    Ok(count)
}

/// Removes what no key of the safe opens, from all workspaces; returns how much it was.
pub fn give_up(paths: &Paths, safe: &Safe) -> Result<usize, StateError> {
    let keys = key_there(safe)?;
    let mut count = 0;
    each_state(paths, |state| {
        for (table, row) in state.unopened(safe, keys.as_ref())? {
            let delete = format!("DELETE FROM {table} WHERE rowid = ?1");
            count += state.connection.execute(&delete, [row])?;
        }
        state.announce();
        Ok(())
    })?;
    Ok(count)
}

/// The keys, without making any.
fn key_there(safe: &Safe) -> Result<Option<Keys>, SealError> {
    match safe.protection()? {
        Protection::None => Ok(None),
        Protection::File | Protection::Passphrase => safe.keys().map(Some),
    }
}

fn each_state(paths: &Paths, mut work: impl FnMut(&State) -> Result<(), StateError>) -> Result<(), StateError> {
    if !paths.state.exists() {
        return Ok(());
    }
    for file in states(paths)? {
        let (state, _) = State::open_file_with(&file, Safe::new(paths.secrets_key()))?;
        work(&state)?;
    }
    Ok(())
}

/// What came of a new key.
#[derive(Debug, Default)]
pub struct Rekeyed {
    /// How many workspaces are sealed with it.
    pub workspaces: usize,
    /// The states that could not be read and were set aside. While there are any, the old key is kept beside the new one.
    pub set_aside: Vec<Problem>,
}

/// The `state.db` of every workspace.
fn states(paths: &Paths) -> Result<Vec<PathBuf>, StateError> {
    let folder = fs::read_dir(&paths.state).map_err(|source| StateError::Io {
        path: paths.state.clone(),
        source,
    })?;
    let files = folder.filter_map(|entry| Some(entry.ok()?.path().join("state.db")));
    Ok(files.filter(|file| file.is_file()).collect())
}

/// Opens what was kept under a name; `None` when its key is gone or it is damaged. What is plain was written by an earlier
/// version.
pub(super) fn open(safe: &Safe, keys: &Keys, name: &str, kept: String) -> Result<Option<String>, SealError> {
    if !is_sealed(&kept) {
        return Ok(Some(kept));
    }
    match safe.open(keys, name, &kept) {
        Ok(text) => Ok(Some(text)),
        Err(SealError::OtherKey(_) | SealError::Damaged) => Ok(None),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;
    use crate::model::variable::{CurrentValue, CurrentValues, Owner};
    use jiff::Timestamp;

    fn values(text: &str) -> CurrentValues {
        let mut out = CurrentValues::default();
        let value = CurrentValue {
            value: Some(text.into()),
            set_by: "you".into(),
            set_at: Timestamp::UNIX_EPOCH,
            secret: false,
        };
        out.set(Owner::Globals, "token", value);
        out
    }

    /// Everything in a folder, read as one.
    fn bytes(folder: &std::path::Path) -> Vec<u8> {
        let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        files
            .filter(|path| path.is_file())
            .flat_map(|path| fs::read(path).unwrap())
            .collect()
    }

    fn holds(folder: &std::path::Path, text: &str) -> bool {
        bytes(folder)
            .windows(text.len())
            .any(|window| window == text.as_bytes())
    }

    #[test]
    fn nothing_is_plain_in_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("state.db");
        let (mut state, _) = State::open_file(&file).unwrap();
        let after = values("hunter2-token");
        state.save_current_values(&CurrentValues::default(), &after).unwrap();
        state.change_cookies("[\"hunter2-cookie\"]", |_| Err(())).unwrap();
        assert!(!holds(folder.path(), "hunter2"));
        assert_eq!(state.current_values().unwrap(), after);
        assert_eq!(state.cookies().unwrap().as_deref(), Some("[\"hunter2-cookie\"]"));
        assert_eq!(state.sealed().unwrap(), 2);
        drop(state);
        fs::rename(folder.path().join("secrets.key"), folder.path().join("elsewhere")).unwrap();
        let (state, _) = State::open_file(&file).unwrap();
        assert_eq!(state.current_values().unwrap(), CurrentValues::default());
        assert_eq!(state.unreadable(), 1, "and somebody is told");
    }

    #[test]
    fn what_an_earlier_version_wrote_is_sealed_and_leaves_no_trace() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("state.db");
        let (state, _) = State::open_file(&file).unwrap();
        // As version 1 left it.
        state
            .connection
            .execute_batch(
                "ALTER TABLE current_values DROP COLUMN secret;
                 INSERT INTO current_values VALUES ('globals', '', 'token', '\"hunter2-token\"', 'you', '1970-01-01T00:00:00Z');
                 INSERT INTO kv VALUES ('cookies', '[\"hunter2-cookie\"]');
                 PRAGMA user_version = 1;",
            )
            .unwrap();
        drop(state);
        assert!(holds(folder.path(), "hunter2"), "else this test shows nothing");
        let (state, _) = State::open_file(&file).unwrap();
        assert!(!holds(folder.path(), "hunter2"));
        assert_eq!(state.current_values().unwrap(), values("hunter2-token"));
        assert_eq!(state.cookies().unwrap().as_deref(), Some("[\"hunter2-cookie\"]"));
    }

    #[test]
    fn a_new_key_seals_all_workspaces_and_the_old_one_opens_none() {
        let folder = tempfile::tempdir().unwrap();
        let paths = Paths::below(folder.path());
        let after = values("hunter2-token");
        for root in ["/w/a", "/w/b"] {
            let (mut state, _) = State::open(&paths, std::path::Path::new(root)).unwrap();
            state.save_current_values(&CurrentValues::default(), &after).unwrap();
        }
        let old = fs::read(paths.secrets_key()).unwrap();
        let passphrase = Secret::new("open sesame");
        let safe = Safe::new(paths.secrets_key());
        let done = rekey(&paths, &safe, Some(&passphrase)).unwrap();
        assert_eq!((done.workspaces, done.set_aside.len()), (2, 0));
        let (mut state, _) = State::open(&paths, std::path::Path::new("/w/b")).unwrap();
        let locked = state.current_values();
        assert!(matches!(locked, Err(StateError::Seal(SealError::Locked))), "{locked:?}");
        let locked = state.save_current_values(&CurrentValues::default(), &values("more"));
        assert!(matches!(locked, Err(StateError::Seal(SealError::Locked))), "{locked:?}");
        state.unlock(&passphrase).unwrap();
        assert_eq!(state.current_values().unwrap(), after);

        fs::write(paths.secrets_key(), old).unwrap();
        assert_eq!(state.current_values().unwrap(), CurrentValues::default());
    }

    #[test]
    fn while_a_damaged_state_is_set_aside_the_old_key_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let paths = Paths::below(folder.path());
        for root in ["/w/a", "/w/b"] {
            State::open(&paths, std::path::Path::new(root)).unwrap();
        }
        let safe = Safe::new(paths.secrets_key());
        let sealed = safe.keys().unwrap().seal("pin", "heron");
        let damaged = states(&paths).unwrap().remove(0);
        for ending in ["-wal", "-shm"] {
            // They may be there.
            let _ = fs::remove_file(format!("{}{ending}", damaged.display()));
        }
        fs::write(&damaged, "no database at all".repeat(400)).unwrap();
        let done = rekey(&paths, &safe, None).unwrap();
        assert_eq!((done.workspaces, done.set_aside.len()), (2, 1));
        let keys = safe.keys().unwrap();
        assert!(!keys.is_current(&sealed), "there is a new one");
        assert_eq!(safe.open(&keys, "pin", &sealed).unwrap(), "heron");
        let done = rekey(&paths, &safe, None).unwrap();
        assert_eq!(done.set_aside.len(), 0);
        assert!(safe.open(&safe.keys().unwrap(), "pin", &sealed).is_err());
    }
}
