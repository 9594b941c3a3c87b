//! Drafts: edits that are not in their files yet, kept so that a crash loses nothing. They are sealed: a password may have
//! been typed into one.

use jiff::Timestamp;
use rusqlite::{OptionalExtension, params};

use super::sealing::{self, UNSEALED};
use super::{State, StateError};
use crate::model::ItemPath;
use crate::store::seal::{SealError, is_sealed};

/// An edit that is not in its file yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// What it is of: a request's path, a group's with a `/` behind it, or whatever else its owner has named it by.
    pub key: String,
    /// The request as TOML text.
    pub text: String,
    /// The [`text_hash`] of the file it was made from: another one now means that the file has changed since.
    pub base: Option<String>,
    /// When it was last kept.
    pub at: Timestamp,
}

/// A short hash of a text, the same on every machine and in every version: FNV-1a, 64 bits, in hexadecimal.
///
/// It tells versions of one's own files apart; it is no protection against anybody.
pub fn text_hash(text: &str) -> String {
    let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("{hash:016x}")
}

/// What all drafts are sealed as: the key of one changes with the name of what it is of.
pub(super) const SEALED_AS: &str = "draft";

/// What the key of a draft begins with that could not be read.
const BROKEN: &str = "broken:";

/// The key under which a draft is set aside at a time.
pub fn draft_aside(key: &str, now: Timestamp) -> String {
    format!("{BROKEN}{}:{key}", now.strftime("%Y%m%dT%H%M%S%.3f"))
}

impl State {
    /// Keeps a draft, in place of the one of that key; one whose own key is gone is set aside, as that may come back. While all
    /// is locked, only one is kept that is `harmless`: it stays as it is until it can be sealed.
    ///
    /// # Errors
    ///
    /// [`SealError::Locked`] for any other, and where a sealed one is in its place, which nobody has seen yet.
    pub fn set_draft(&self, draft: &Draft, harmless: bool) -> Result<(), StateError> {
        let text = match self.safe.keys() {
            Ok(keys) => {
                if self.is_shut(&draft.key)? {
                    self.set_draft_aside(&draft.key, &draft_aside(&draft.key, draft.at))?;
                }
                keys.seal(SEALED_AS, &draft.text)
            }
            Err(SealError::Locked) if harmless && !self.is_shut(&draft.key)? => {
                self.set(UNSEALED, "true")?;
                draft.text.clone()
            }
            Err(error) => return Err(error.into()),
        };
        let mut statement = self.connection.prepare_cached(
            "INSERT INTO drafts VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO UPDATE SET \
             text = excluded.text, base = excluded.base, at = excluded.at",
        )?;
        statement.execute(params![draft.key, text, draft.base, draft.at.to_string()])?;
        Ok(())
    }

    /// One draft, unless it cannot be opened.
    pub fn draft(&self, key: &str) -> Result<Option<Draft>, StateError> {
        let draft = self.row(key)?;
        Ok(draft.map(|draft| self.opened(draft)).transpose()?.flatten())
    }

    /// Whether there is one of that key that cannot be opened.
    fn is_shut(&self, key: &str) -> Result<bool, StateError> {
        match self.row(key)? {
            Some(draft) => Ok(self.opened(draft)?.is_none()),
            None => Ok(false),
        }
    }

    /// One draft as it is kept.
    fn row(&self, key: &str) -> Result<Option<Draft>, StateError> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT key, text, base, at FROM drafts WHERE key = ?1")?;
        Ok(statement.query_row([key], draft).optional()?)
    }

    /// The keys of the drafts that are sealed.
    pub fn locked_drafts(&self) -> Result<Vec<String>, StateError> {
        let mut statement = self.connection.prepare_cached("SELECT key, text FROM drafts")?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let rows = rows.collect::<rusqlite::Result<Vec<(String, String)>>>()?;
        let sealed = rows.into_iter().filter(|(_, text)| is_sealed(text));
        Ok(sealed.map(|(key, _)| key).collect())
    }

    /// The draft as it was typed; `None` while it is locked, and when its key is gone.
    fn opened(&self, draft: Draft) -> Result<Option<Draft>, StateError> {
        if !is_sealed(&draft.text) {
            return Ok(Some(draft));
        }
        let keys = match self.safe.keys() {
            Err(SealError::Locked) => return Ok(None),
            keys => keys?,
        };
        let text = sealing::open(&self.safe, &keys, SEALED_AS, draft.text)?;
        Ok(text.map(|text| Draft { text, ..draft }))
    }

    /// All drafts that were not set aside and can be opened, oldest first.
    pub fn drafts(&self) -> Result<Vec<Draft>, StateError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT key, text, base, at FROM drafts WHERE substr(key, 1, length(?1)) <> ?1 ORDER BY rowid",
        )?;
        let drafts = statement.query_map([BROKEN], draft)?;
        let drafts = drafts.collect::<rusqlite::Result<Vec<_>>>()?.into_iter();
        drafts.filter_map(|draft| self.opened(draft).transpose()).collect()
    }

    /// Forgets a draft, once it is saved or given up. One that cannot be opened stays, as nobody has seen it, unless it is
    /// of the time when the caller's `own` was made.
    pub fn remove_draft(&self, key: &str, own: Option<Timestamp>) -> Result<(), StateError> {
        let Some(draft) = self.row(key)? else { return Ok(()) };
        if own != Some(draft.at) && self.opened(draft)?.is_none() {
            return Ok(());
        }
        self.connection.execute("DELETE FROM drafts WHERE key = ?1", [key])?;
        Ok(())
    }

    /// Files a draft that cannot be read under the key of [`draft_aside`], so that no other takes its place.
    pub fn set_draft_aside(&self, key: &str, aside: &str) -> Result<(), StateError> {
        let rename = "UPDATE drafts SET key = ?2 WHERE key = ?1";
        self.connection.execute(rename, [key, aside])?;
        Ok(())
    }

    /// Files draft and history of a request under its new path.
    pub fn rename_request(&mut self, from: &ItemPath, to: &ItemPath) -> Result<(), StateError> {
        self.rename(from, to, "{column} = ?1")
    }

    /// Files drafts and history of a group, and of all in it, under its new path. A request of the same path is another.
    pub fn rename_group(&mut self, from: &ItemPath, to: &ItemPath) -> Result<(), StateError> {
        self.rename(from, to, "substr({column}, 1, length(?1) + 1) = ?1 || '/'")
    }

    fn rename(&mut self, from: &ItemPath, to: &ItemPath, which: &str) -> Result<(), StateError> {
        self.keep_shut(from, to, which)?;
        let transaction = self.connection.transaction()?;
        for (table, column) in [("drafts", "key"), ("history", "path")] {
            let sql = format!(
                "UPDATE OR REPLACE {table} SET {column} = ?2 || substr({column}, length(?1) + 1) WHERE {}",
                which.replace("{column}", column)
            );
            transaction.execute(&sql, params![from.as_str(), to.as_str()])?;
        }
        transaction.commit()?;
        Ok(())
    }

    /// Sets the drafts aside that a renaming would put others in place of, and that cannot be opened: nobody has seen them.
    fn keep_shut(&self, from: &ItemPath, to: &ItemPath, which: &str) -> Result<(), StateError> {
        let sql = format!(
            "SELECT ?2 || substr(key, length(?1) + 1) FROM drafts WHERE {}",
            which.replace("{column}", "key")
        );
        let mut statement = self.connection.prepare(&sql)?;
        let keys = statement.query_map(params![from.as_str(), to.as_str()], |row| row.get(0))?;
        for key in keys.collect::<rusqlite::Result<Vec<String>>>()? {
            if self.is_shut(&key)? {
                self.set_draft_aside(&key, &draft_aside(&key, Timestamp::now()))?;
            }
        }
        Ok(())
    }
}

fn draft(row: &rusqlite::Row<'_>) -> rusqlite::Result<Draft> {
    let at: String = row.get(3)?;
    Ok(Draft {
        key: row.get(0)?,
        text: row.get(1)?,
        base: row.get(2)?,
        at: at.parse().unwrap_or(Timestamp::UNIX_EPOCH),
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;

    #[test]
    fn drafts_follow_their_items() {
        let mut state = State::in_memory().unwrap();
        for key in ["a/b", "a/b/", "a/b/c", "a/bc", "scratch:1"] {
            let draft = Draft {
                key: key.into(),
                text: "name = 'x'".into(),
                base: Some(text_hash("old")),
                at: Timestamp::UNIX_EPOCH,
            };
            state.set_draft(&draft, false).unwrap();
            state.set_draft(&draft, false).unwrap();
            assert_eq!(state.draft(key).unwrap(), Some(draft));
        }
        state.remove_draft("scratch:1", None).unwrap();
        let keys =
            |state: &State| -> Vec<String> { state.drafts().unwrap().into_iter().map(|draft| draft.key).collect() };
        let (from, to) = (ItemPath::new("a/b"), ItemPath::new("z/ü"));
        state.rename_group(&from, &to).unwrap();
        assert_eq!(
            keys(&state),
            ["a/b", "z/ü/", "z/ü/c", "a/bc"],
            "not the request beside it"
        );
        state.rename_request(&from, &to).unwrap();
        assert_eq!(keys(&state), ["z/ü", "z/ü/", "z/ü/c", "a/bc"]);
    }

    #[test]
    fn a_draft_that_was_set_aside_is_there_and_in_nobodys_way() {
        let state = State::in_memory().unwrap();
        let draft = |key: &str, text: &str| Draft {
            key: key.into(),
            text: text.into(),
            base: None,
            at: Timestamp::UNIX_EPOCH,
        };
        state.set_draft(&draft("a/b", "typed"), false).unwrap();
        let aside = draft_aside("a/b", Timestamp::UNIX_EPOCH);
        state.set_draft_aside("a/b", &aside).unwrap();
        assert!(state.drafts().unwrap().is_empty());
        state.set_draft(&draft("a/b", "new"), false).unwrap();
        assert_eq!(state.draft(&aside).unwrap().unwrap().text, "typed");
    }

    #[test]
    fn drafts_are_sealed_and_those_of_an_earlier_version_become_so() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("state.db");
        let draft = |key: &str, text: &str| Draft {
            key: key.into(),
            text: text.into(),
            base: None,
            at: Timestamp::UNIX_EPOCH,
        };
        let (state, _) = State::open_file(&file).unwrap();
        state.set_draft(&draft("a", "heron-4711"), false).unwrap();
        // As version 2 left it.
        state
            .connection
            .execute_batch(
                "INSERT INTO drafts VALUES ('b', 'heron-0815', NULL, '1970-01-01T00:00:00Z'); \
                 ALTER TABLE current_values DROP COLUMN secret; PRAGMA user_version = 2;",
            )
            .unwrap();
        drop(state);
        let (state, _) = State::open_file(&file).unwrap();
        assert_eq!(
            state.drafts().unwrap(),
            [draft("a", "heron-4711"), draft("b", "heron-0815")]
        );
        drop(state);
        for name in ["state.db", "state.db-wal"] {
            let bytes = std::fs::read(folder.path().join(name)).unwrap_or_default();
            assert!(memchr::memmem::find(&bytes, b"heron").is_none(), "{name}");
        }

        // Locked: what is sealed is neither shown nor written over, and what may hold a secret is not kept.
        let safe = crate::store::seal::Safe::new(folder.path().join("secrets.key"));
        let passphrase = crate::model::Secret::new("open sesame");
        safe.put(&safe.keys().unwrap(), Some(&passphrase)).unwrap();
        let (mut state, _) = State::open_file(&file).unwrap();
        assert_eq!(state.drafts().unwrap(), []);
        for (key, harmless) in [("a", true), ("c", false)] {
            let kept = state.set_draft(&draft(key, "typed"), harmless);
            assert!(matches!(kept, Err(StateError::Seal(SealError::Locked))), "{key}");
        }
        for key in ["c", "d"] {
            state.set_draft(&draft(key, "typed"), true).unwrap();
        }
        assert_eq!(state.drafts().unwrap(), [draft("c", "typed"), draft("d", "typed")]);
        // Who gives up what was typed gives up what was seen, and nothing else.
        for key in ["a", "d"] {
            state.remove_draft(key, None).unwrap();
        }
        // Nor does what is renamed take the place of one.
        let (from, to) = (ItemPath::new("c"), ItemPath::new("b"));
        state.rename_request(&from, &to).unwrap();
        assert_eq!(state.draft("b").unwrap(), Some(draft("b", "typed")));
        let aside = state.locked_drafts().unwrap();
        assert!(
            aside.len() == 2 && aside.iter().any(|key| key.starts_with(BROKEN) && key.ends_with(":b")),
            "{aside:?}"
        );
        state.rename_request(&to, &from).unwrap();
        let aside = aside.into_iter().find(|key| key.starts_with(BROKEN)).unwrap();
        state.set_draft_aside(&aside, "b").unwrap();

        state.unlock(&passphrase).unwrap();
        assert_eq!(state.drafts().unwrap().len(), 3);
        assert_eq!(state.locked_drafts().unwrap(), ["a", "b", "c"]);
        state.remove_draft("a", None).unwrap();
        assert_eq!(state.locked_drafts().unwrap(), ["b", "c"]);
    }

    #[test]
    fn a_draft_whose_key_is_gone_is_there_when_that_comes_back() {
        let folder = tempfile::tempdir().unwrap();
        let [file, key, away] = ["state.db", "secrets.key", "elsewhere"].map(|name| folder.path().join(name));
        let draft = |key: &str, text: &str| Draft {
            key: key.into(),
            text: text.into(),
            base: None,
            at: Timestamp::UNIX_EPOCH,
        };
        let (state, _) = State::open_file(&file).unwrap();
        for key in ["a", "b"] {
            state.set_draft(&draft(key, "old"), false).unwrap();
        }
        drop(state);
        std::fs::rename(&key, &away).unwrap();
        let (state, _) = State::open_file(&file).unwrap();
        assert_eq!(state.drafts().unwrap(), []);
        for text in ["new", "newer"] {
            state.set_draft(&draft("a", text), false).unwrap();
        }
        assert_eq!(state.drafts().unwrap(), [draft("a", "newer")]);
        for key in ["a", "b"] {
            state.remove_draft(key, None).unwrap();
        }
        drop(state);
        std::fs::rename(&away, &key).unwrap();
        let (state, _) = State::open_file(&file).unwrap();
        assert_eq!(state.drafts().unwrap(), [draft("b", "old")]);
        let aside = draft_aside("a", Timestamp::UNIX_EPOCH);
        assert_eq!(state.draft(&aside).unwrap().unwrap().text, "old");
    }

    #[test]
    fn the_hash_is_the_published_one() {
        assert_eq!(text_hash("a"), "af63dc4c8601ec8c");
    }
}
