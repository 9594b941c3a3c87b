//! What was sent and how it went. No bodies, and no secrets: the caller hands in what is redacted already.

use jiff::Timestamp;
use rusqlite::params;

use super::{State, StateError};
use crate::model::{Outcome, Redactor};

/// So many rows are kept.
const MOST_ROWS: i64 = 5_000;

/// One send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistoryRow {
    /// Its number, given when it is added; larger is later.
    pub id: i64,
    /// The path of the request; `None` for one that was never saved.
    pub path: Option<String>,
    /// The name of the request.
    pub name: String,
    /// The method.
    pub method: String,
    /// The URL, secrets masked.
    pub url: String,
    /// The status; `None` when nothing came back.
    pub status: Option<u16>,
    /// How long it took, in milliseconds.
    pub duration_ms: Option<u64>,
    /// The size of the response body, in bytes.
    pub size: Option<u64>,
    /// When it was sent.
    pub at: Timestamp,
    /// A summary as JSON text: tests, errors. No secrets.
    pub outcome: String,
    /// Where the response body is kept, if it is.
    pub body: Option<String>,
}

impl HistoryRow {
    /// The row of a send of a request with this path and name; `None` when nothing was sent.
    pub fn of(path: Option<String>, name: &str, outcome: &Outcome, redactor: &Redactor) -> Option<Self> {
        let exchange = outcome.exchange.as_ref()?;
        let response = exchange.response();
        let passed = outcome.tests.iter().filter(|test| test.passed()).count();
        Some(Self {
            id: 0,
            path,
            name: redactor.redact_name(name),
            method: redactor.redact(exchange.request.method.as_str()),
            url: redactor.redact(&exchange.request.url),
            status: response.map(|response| response.status),
            duration_ms: Some(u64::try_from(exchange.timings.total.as_millis()).unwrap_or(u64::MAX)),
            size: Some(response.map_or(0, |response| response.body.len() as u64)),
            at: exchange.started,
            outcome: serde_json::json!({ "passed": passed, "tests": outcome.tests.len() }).to_string(),
            body: None,
        })
    }
}

impl State {
    /// Adds a row; returns its number. The oldest ones go when there are too many.
    pub fn add_history(&self, row: &HistoryRow) -> Result<i64, StateError> {
        let mut statement = self.connection.prepare_cached(
            "INSERT INTO history (path, name, method, url, status, duration_ms, size, at, outcome, body) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        )?;
        let number = |number: Option<u64>| number.map(|number| i64::try_from(number).unwrap_or(i64::MAX));
        statement.execute(params![
            row.path,
            row.name,
            row.method,
            row.url,
            row.status,
            number(row.duration_ms),
            number(row.size),
            row.at.to_string(),
            row.outcome,
            row.body
        ])?;
        let id = self.connection.last_insert_rowid();
        let mut trim = self.connection.prepare_cached("DELETE FROM history WHERE id <= ?1")?;
        trim.execute([id - MOST_ROWS])?;
        Ok(id)
    }

    /// Adds many rows at once.
    pub fn add_histories(&mut self, rows: &[HistoryRow]) -> Result<(), StateError> {
        let all = self.connection.unchecked_transaction()?;
        for row in rows {
            self.add_history(row)?;
        }
        all.commit()?;
        Ok(())
    }

    /// The latest rows, latest first; of one request when a path is given.
    pub fn history(&self, path: Option<&str>, most: u32) -> Result<Vec<HistoryRow>, StateError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT id, path, name, method, url, status, duration_ms, size, at, outcome, body FROM history \
             WHERE ?1 IS NULL OR path = ?1 ORDER BY id DESC LIMIT ?2",
        )?;
        let rows = statement.query_map(params![path, most], |row| {
            let at: String = row.get(8)?;
            let number = |number: Option<i64>| number.and_then(|number| u64::try_from(number).ok());
            Ok(HistoryRow {
                id: row.get(0)?,
                path: row.get(1)?,
                name: row.get(2)?,
                method: row.get(3)?,
                url: row.get(4)?,
                status: row.get(5)?,
                duration_ms: number(row.get(6)?),
                size: number(row.get(7)?),
                at: at.parse().unwrap_or(Timestamp::UNIX_EPOCH),
                outcome: row.get(9)?,
                body: row.get(10)?,
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Forgets everything that was sent.
    pub fn clear_history(&self) -> Result<(), StateError> {
        self.connection.execute("DELETE FROM history", [])?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;

    #[test]
    fn the_latest_come_first() {
        let state = State::in_memory().unwrap();
        let mut row = HistoryRow {
            id: 0,
            path: Some("a/b".into()),
            name: "B".into(),
            method: "GET".into(),
            url: "http://h/".into(),
            status: Some(200),
            duration_ms: Some(12),
            size: None,
            at: "2026-01-02T03:04:05Z".parse().unwrap(),
            outcome: "{}".into(),
            body: None,
        };
        row.id = state.add_history(&row).unwrap();
        let other = HistoryRow {
            path: None,
            ..row.clone()
        };
        state.add_history(&other).unwrap();
        assert_eq!(state.history(None, 10).unwrap().len(), 2);
        assert_eq!(state.history(None, 1).unwrap()[0].path, None);
        assert_eq!(state.history(Some("a/b"), 10).unwrap(), [row]);
        state.clear_history().unwrap();
        assert!(state.history(None, 10).unwrap().is_empty());
    }
}
