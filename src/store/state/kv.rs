//! Single values by key, as JSON text: layout, active environment, opened folders; and cookies, which are sealed.

use std::collections::{BTreeSet, HashSet};
use std::path::Path;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{State, StateError, sealing};
use crate::model::{Choice, ItemPath};

/// The key of the cookie jar.
pub(super) const COOKIES: &str = "cookies";
/// How the keys of cookie jars begin that could not be read.
const COOKIES_ASIDE: &str = "cookies.broken-";
/// The key of the active environment.
const ENVIRONMENT: &str = "environment";
/// What stands for a choice of nothing.
const NONE: &str = "null";
/// The key of what the user has allowed.
const CONSENTS: &str = "consents";
/// The key of what imports brought.
const IMPORTED: &str = "imported";
/// The key of panes, tree and cursor.
const LAYOUT: &str = "layout";

fn get(connection: &Connection, key: &str) -> Result<Option<String>, StateError> {
    let mut statement = connection.prepare_cached("SELECT json FROM kv WHERE key = ?1")?;
    Ok(statement.query_row([key], |row| row.get(0)).optional()?)
}

fn set(connection: &Connection, key: &str, json: &str) -> Result<(), StateError> {
    let mut statement =
        connection.prepare_cached("INSERT INTO kv VALUES (?1, ?2) ON CONFLICT DO UPDATE SET json = excluded.json")?;
    statement.execute(params![key, json])?;
    Ok(())
}

fn move_aside(connection: &Connection) -> Result<String, StateError> {
    let aside = format!("{COOKIES_ASIDE}{}", Timestamp::now().strftime("%Y%m%dT%H%M%S%.3f"));
    connection.execute(
        "UPDATE OR REPLACE kv SET key = ?2 WHERE key = ?1",
        params![COOKIES, aside],
    )?;
    Ok(aside)
}

impl State {
    /// A value as JSON text.
    pub fn get(&self, key: &str) -> Result<Option<String>, StateError> {
        get(&self.connection, key)
    }

    /// Keeps a value as JSON text.
    pub fn set(&self, key: &str, json: &str) -> Result<(), StateError> {
        set(&self.connection, key, json)
    }

    /// The items that imports have brought into this workspace, by where they were filed.
    pub fn imported(&self) -> Result<BTreeSet<ItemPath>, StateError> {
        let paths: Option<Vec<String>> = self.get(IMPORTED)?.and_then(|json| serde_json::from_str(&json).ok());
        Ok(paths.unwrap_or_default().into_iter().map(ItemPath::new).collect())
    }

    /// Keeps which items imports have brought.
    pub fn set_imported(&self, items: &BTreeSet<ItemPath>) -> Result<(), StateError> {
        self.write(IMPORTED, items)
    }

    /// Forgets a value.
    pub fn unset(&self, key: &str) -> Result<(), StateError> {
        self.connection.execute("DELETE FROM kv WHERE key = ?1", [key])?;
        Ok(())
    }

    /// A value of a type; one that is of another version's type counts as none.
    pub fn read<T: DeserializeOwned>(&self, key: &str) -> Result<Option<T>, StateError> {
        let json = self.get(key)?.filter(|json| json != NONE);
        Ok(json.and_then(|json| serde_json::from_str(&json).ok()))
    }

    /// Keeps a value of a type.
    pub fn write<T: Serialize>(&self, key: &str, value: &T) -> Result<(), StateError> {
        self.set(key, &serde_json::to_string(value)?)
    }

    /// The cookie jar, as its owner wrote it.
    pub fn cookies(&self) -> Result<Option<String>, StateError> {
        let Some(kept) = self.get(COOKIES)? else {
            return Ok(None);
        };
        let keys = self.safe.keys()?;
        // What cannot be opened is no jar; who reads it sets it aside.
        Ok(Some(
            sealing::open(&self.safe, &keys, COOKIES, kept)?.unwrap_or_default(),
        ))
    }

    /// Keeps the cookie jar: `change` makes of what is kept what shall be kept, and nobody else writes meanwhile. Where
    /// nothing is kept yet, it is `fresh`.
    ///
    /// An error of `change` means that what is there cannot be read: it is set aside under the key that is returned, and
    /// `fresh` is kept.
    pub fn change_cookies<E>(
        &mut self,
        fresh: &str,
        change: impl FnOnce(&str) -> Result<String, E>,
    ) -> Result<Option<String>, StateError> {
        let keys = self.safe.keys()?;
        let transaction = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        let kept = get(&transaction, COOKIES)?;
        let opened = kept
            .map(|kept| sealing::open(&self.safe, &keys, COOKIES, kept))
            .transpose()?;
        let keep = |json: &str| set(&transaction, COOKIES, &keys.seal(COOKIES, json));
        let aside = match opened.map(|kept| kept.map(|kept| change(&kept))) {
            None => {
                keep(fresh)?;
                None
            }
            Some(Some(Ok(changed))) => {
                keep(&changed)?;
                None
            }
            Some(None | Some(Err(_))) => {
                let aside = move_aside(&transaction)?;
                keep(fresh)?;
                Some(aside)
            }
        };
        transaction.commit()?;
        Ok(aside)
    }

    /// Sets a cookie jar that cannot be read aside; returns the key it is kept under now.
    pub fn set_cookies_aside(&mut self) -> Result<String, StateError> {
        let transaction = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        let aside = move_aside(&transaction)?;
        transaction.commit()?;
        Ok(aside)
    }

    /// What the user has allowed, each by the place of a collection and the key of the permission.
    pub fn consents(&self) -> Result<HashSet<(String, String)>, StateError> {
        Ok(self.read(CONSENTS)?.unwrap_or_default())
    }

    /// Remembers that the user has allowed something.
    pub fn add_consent(&mut self, place: &str, key: &str) -> Result<(), StateError> {
        self.change_consents(|all| {
            all.insert((place.to_owned(), key.to_owned()));
        })
    }

    /// Takes back of what the user has allowed what this chooses, by place and key; tells how many that were.
    pub fn take_back_consents(&mut self, which: impl Fn(&str, &str) -> bool) -> Result<usize, StateError> {
        let mut count = 0;
        self.change_consents(|all| {
            let before = all.len();
            all.retain(|(place, key)| !which(place, key));
            count = before - all.len();
        })?;
        if count > 0 {
            self.announce();
        }
        Ok(count)
    }

    /// Takes back what is allowed to collections that have no folder among these any more: others may come to their places.
    pub fn end_consents_of_gone(&mut self, collections: &Path) -> Result<(), StateError> {
        let is_gone = |place: &str| !place.is_empty() && !collections.join(place).is_dir();
        // Mostly there is nothing to write.
        if self.consents()?.iter().any(|(place, _)| is_gone(place)) {
            self.take_back_consents(|place, _| is_gone(place))?;
        }
        Ok(())
    }

    fn change_consents(&mut self, change: impl FnOnce(&mut HashSet<(String, String)>)) -> Result<(), StateError> {
        let transaction = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        let kept = get(&transaction, CONSENTS)?;
        let mut all: HashSet<(String, String)> = kept
            .and_then(|json| serde_json::from_str(&json).ok())
            .unwrap_or_default();
        change(&mut all);
        set(&transaction, CONSENTS, &serde_json::to_string(&all)?)?;
        transaction.commit()?;
        Ok(())
    }

    /// The layout, as the TUI wrote it.
    pub fn layout(&self) -> Result<Option<String>, StateError> {
        self.get(LAYOUT)
    }

    /// Keeps the layout.
    pub fn set_layout(&self, json: &str) -> Result<(), StateError> {
        self.set(LAYOUT, json)
    }

    /// Which environment was chosen to be active.
    pub fn environment_choice(&self) -> Result<Choice, StateError> {
        match self.get(ENVIRONMENT)?.as_deref() {
            None => Ok(Choice::Open),
            Some(NONE) => Ok(Choice::None),
            Some(_) => Ok(self.read(ENVIRONMENT)?.map_or(Choice::Open, Choice::Named)),
        }
    }

    /// Keeps which environment is chosen.
    pub fn choose_environment(&self, choice: &Choice) -> Result<(), StateError> {
        match choice {
            Choice::Open => self.unset(ENVIRONMENT),
            Choice::None => self.set(ENVIRONMENT, NONE),
            Choice::Named(slug) => self.write(ENVIRONMENT, slug),
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;

    #[test]
    fn what_collections_may_ends_where_they_are_gone() {
        let mut state = State::in_memory().unwrap();
        let collections = tempfile::tempdir().unwrap();
        std::fs::create_dir(collections.path().join("api")).unwrap();
        // A request that is saved nowhere is in none.
        for place in ["api", "gone", ""] {
            state.add_consent(place, "env A").unwrap();
        }
        state.end_consents_of_gone(collections.path()).unwrap();
        let left = ["api", ""].map(|place| (place.to_owned(), "env A".to_owned()));
        assert_eq!(state.consents().unwrap(), HashSet::from(left));
    }

    #[test]
    fn values_come_back_and_go() {
        let state = State::in_memory().unwrap();
        assert_eq!(state.environment_choice().unwrap(), Choice::Open);
        for choice in [Choice::Named("demo".to_owned()), Choice::None, Choice::Open] {
            state.choose_environment(&choice).unwrap();
            assert_eq!(state.environment_choice().unwrap(), choice);
        }
        state.set("x", "not json").unwrap();
        assert_eq!(state.read::<u32>("x").unwrap(), None);
    }

    #[test]
    fn cookies_are_changed_where_they_are_and_set_aside_when_they_cannot_be_read() {
        let mut state = State::in_memory().unwrap();
        let never = |_: &str| -> Result<String, ()> { panic!("there is nothing yet") };
        assert_eq!(state.change_cookies("[1]", never).unwrap(), None);
        let more = |kept: &str| Ok::<_, ()>(kept.replace(']', ",2]"));
        assert_eq!(state.change_cookies("[]", more).unwrap(), None);
        assert_eq!(state.cookies().unwrap().as_deref(), Some("[1,2]"));
        let aside = state.change_cookies("[3]", |_| Err(())).unwrap().unwrap();
        assert!(state.get(&aside).unwrap().is_some());
        assert_eq!(state.cookies().unwrap().as_deref(), Some("[3]"));
        let aside = state.set_cookies_aside().unwrap();
        assert!(state.get(&aside).unwrap().is_some());
        assert_eq!(state.cookies().unwrap(), None);
    }
}
