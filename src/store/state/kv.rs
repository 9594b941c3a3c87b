//! Single values by key, as JSON text: layout, active environment, opened folders, cookies.

use rusqlite::{OptionalExtension, params};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{State, StateError};

/// The key of the cookie jar.
const COOKIES: &str = "cookies";
/// The key of the active environment.
const ENVIRONMENT: &str = "environment";
/// The key of panes, tree and cursor.
const LAYOUT: &str = "layout";

impl State {
    /// A value as JSON text.
    pub fn get(&self, key: &str) -> Result<Option<String>, StateError> {
        let mut statement = self.connection.prepare_cached("SELECT json FROM kv WHERE key = ?1")?;
        Ok(statement.query_row([key], |row| row.get(0)).optional()?)
    }

    /// Keeps a value as JSON text.
    pub fn set(&self, key: &str, json: &str) -> Result<(), StateError> {
        let mut statement = self
            .connection
            .prepare_cached("INSERT INTO kv VALUES (?1, ?2) ON CONFLICT DO UPDATE SET json = excluded.json")?;
        statement.execute(params![key, json])?;
        Ok(())
    }

    /// Forgets a value.
    pub fn unset(&self, key: &str) -> Result<(), StateError> {
        self.connection.execute("DELETE FROM kv WHERE key = ?1", [key])?;
        Ok(())
    }

    /// A value of a type; one that is of another version's type counts as none.
    pub fn read<T: DeserializeOwned>(&self, key: &str) -> Result<Option<T>, StateError> {
        Ok(self.get(key)?.and_then(|json| serde_json::from_str(&json).ok()))
    }

    /// Keeps a value of a type.
    pub fn write<T: Serialize>(&self, key: &str, value: &T) -> Result<(), StateError> {
        self.set(key, &serde_json::to_string(value)?)
    }

    /// The cookie jar, as its owner wrote it.
    pub fn cookies(&self) -> Result<Option<String>, StateError> {
        self.get(COOKIES)
    }

    /// Keeps the cookie jar.
    pub fn set_cookies(&self, json: &str) -> Result<(), StateError> {
        self.set(COOKIES, json)
    }

    /// The layout, as the TUI wrote it.
    pub fn layout(&self) -> Result<Option<String>, StateError> {
        self.get(LAYOUT)
    }

    /// Keeps the layout.
    pub fn set_layout(&self, json: &str) -> Result<(), StateError> {
        self.set(LAYOUT, json)
    }

    /// The active environment, by the name of its file.
    pub fn active_environment(&self) -> Result<Option<String>, StateError> {
        self.read(ENVIRONMENT)
    }

    /// Keeps the active environment; `None` is none.
    pub fn set_active_environment(&self, slug: Option<&str>) -> Result<(), StateError> {
        match slug {
            Some(slug) => self.write(ENVIRONMENT, &slug),
            None => self.unset(ENVIRONMENT),
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;

    #[test]
    fn values_come_back_and_go() {
        let state = State::in_memory().unwrap();
        state.set_active_environment(Some("demo")).unwrap();
        assert_eq!(state.active_environment().unwrap().as_deref(), Some("demo"));
        state.set_active_environment(None).unwrap();
        assert_eq!(state.active_environment().unwrap(), None);
        state.set("x", "not json").unwrap();
        assert_eq!(state.read::<u32>("x").unwrap(), None);
    }
}
