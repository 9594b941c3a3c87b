//! Current values of variables: what scripts and the user set, hiding what the files say. All of them are sealed.

use rusqlite::params;
use serde_json::Value;

use super::{State, StateError, sealing};
use crate::model::Choice;
use crate::model::variable::{CurrentValue, CurrentValues, Owner};

/// Where a value is filed: whose it is, and its name.
type Filed = (Owner, String);

fn columns(owner: &Owner) -> (&'static str, &str) {
    match owner {
        Owner::Globals => ("globals", ""),
        Owner::Environment(slug) => ("environment", slug),
        Owner::Collection(slug) => ("collection", slug),
        Owner::Vault => ("vault", ""),
        Owner::Tokens(environment) => ("tokens", environment),
        Owner::Source => ("source", ""),
    }
}

fn owner(scope: &str, name: String) -> Option<Owner> {
    match scope {
        "globals" => Some(Owner::Globals),
        "environment" => Some(Owner::Environment(name)),
        "collection" => Some(Owner::Collection(name)),
        "vault" => Some(Owner::Vault),
        "tokens" => Some(Owner::Tokens(name)),
        "source" => Some(Owner::Source),
        _ => None,
    }
}

impl State {
    /// All current values, in the order they were first set. One that cannot be read is left out, and counted
    /// ([`State::unreadable`]) if its key is gone.
    ///
    /// # Errors
    ///
    /// [`SealError::Locked`](crate::store::seal::SealError) when there are values and the passphrase was not given yet.
    pub fn current_values(&self) -> Result<CurrentValues, StateError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT scope, name, key, value, set_by, set_at, secret FROM current_values ORDER BY rowid",
        )?;
        let mut rows = statement.query([])?;
        let mut out = CurrentValues::default();
        let mut keys = None;
        self.unreadable.set(0);
        while let Some(row) = rows.next()? {
            let (scope, name, key): (String, String, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
            let mut value: Option<String> = row.get(3)?;
            if let Some(kept) = value.take() {
                let keys = match &mut keys {
                    Some(keys) => keys,
                    // Read only where there is something to open.
                    none => none.insert(self.safe.keys()?),
                };
                value = sealing::open(&self.safe, keys, &key, kept)?;
                if value.is_none() {
                    self.unreadable.set(self.unreadable.get() + 1);
                    continue;
                }
            }
            let (set_by, set_at, secret): (String, String, bool) = (row.get(4)?, row.get(5)?, row.get(6)?);
            let value = value.map(|json| serde_json::from_str::<Value>(&json)).transpose();
            if let (Some(owner), Ok(value), Ok(set_at)) = (owner(&scope, name), value, set_at.parse()) {
                let value = CurrentValue {
                    value,
                    set_by,
                    set_at,
                    secret,
                };
                out.set(owner, key, value);
            }
        }
        Ok(out)
    }

    /// Which values there are, without opening any: for as long as they are locked.
    pub fn locked_values(&self) -> Result<CurrentValues, StateError> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT scope, name, key FROM current_values WHERE value NOT NULL")?;
        let mut rows = statement.query([])?;
        let mut out = CurrentValues::default();
        while let Some(row) = rows.next()? {
            let (scope, name): (String, String) = (row.get(0)?, row.get(1)?);
            if let Some(owner) = owner(&scope, name) {
                out.lock(owner, row.get::<_, String>(2)?);
            }
        }
        Ok(out)
    }

    /// How many values could not be opened when they were last read: they were sealed with a key that is gone.
    pub fn unreadable(&self) -> usize {
        self.unreadable.get()
    }

    /// Sets current values, all or nothing; `None` forgets one.
    pub fn set_current_values(&mut self, changes: &[(Owner, String, Option<CurrentValue>)]) -> Result<(), StateError> {
        let is_set = |value: &Option<CurrentValue>| value.as_ref().is_some_and(|value| value.value.is_some());
        let is_any_set = changes.iter().any(|(_, _, value)| is_set(value));
        let keys = is_any_set.then(|| self.safe.keys()).transpose()?;
        let transaction = self.connection.transaction()?;
        {
            let mut put = transaction.prepare_cached(
                "INSERT INTO current_values VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO UPDATE SET \
                 value = excluded.value, set_by = excluded.set_by, set_at = excluded.set_at, \
                 secret = excluded.secret",
            )?;
            let mut forget =
                transaction.prepare_cached("DELETE FROM current_values WHERE scope = ?1 AND name = ?2 AND key = ?3")?;
            for (owner, key, value) in changes {
                let (scope, name) = columns(owner);
                match value {
                    Some(value) => {
                        let json = value.value.as_ref().map(Value::to_string);
                        let json = json.zip(keys.as_ref()).map(|(json, keys)| keys.seal(key, &json));
                        let set_at = value.set_at.to_string();
                        put.execute(params![scope, name, key, json, value.set_by, set_at, value.secret])?
                    }
                    None => forget.execute(params![scope, name, key])?,
                };
            }
        }
        transaction.commit()?;
        if !changes.is_empty() {
            self.announce();
        }
        Ok(())
    }

    /// Writes the difference between two sets of current values, all or nothing.
    ///
    /// Only the difference: what another instance has set meanwhile stays.
    pub fn save_current_values(&mut self, before: &CurrentValues, after: &CurrentValues) -> Result<(), StateError> {
        let set = after
            .iter()
            .filter(|(owner, key, value)| before.get(owner, key) != Some(value))
            .map(|(owner, key, value)| (owner.clone(), key.to_owned(), Some(value.clone())));
        let gone = before
            .iter()
            .filter(|(owner, key, _)| after.get(owner, key).is_none())
            .map(|(owner, key, _)| (owner.clone(), key.to_owned(), None));
        self.set_current_values(&set.chain(gone).collect::<Vec<_>>())
    }

    /// Forgets all of an owner's values.
    pub fn forget_owner(&self, owner: &Owner) -> Result<(), StateError> {
        let (scope, name) = columns(owner);
        self.connection.execute(
            "DELETE FROM current_values WHERE scope = ?1 AND name = ?2",
            params![scope, name],
        )?;
        self.announce();
        Ok(())
    }

    /// Forgets those of an owner's values whose names begin like this.
    pub fn forget_values(&self, owner: &Owner, start: &str) -> Result<(), StateError> {
        let (scope, name) = columns(owner);
        let gone = self.connection.execute(
            "DELETE FROM current_values WHERE scope = ?1 AND name = ?2 AND substr(key, 1, length(?3)) = ?3",
            params![scope, name, start],
        )?;
        if gone > 0 {
            self.announce();
        }
        Ok(())
    }

    /// Lets those of an owner's values whose names begin in one way begin in another, all or none.
    pub fn rename_values(&mut self, owner: &Owner, from: &str, to: &str) -> Result<(), StateError> {
        let moves = {
            let (scope, name) = columns(owner);
            let mut rows = self.connection.prepare(
                "SELECT key FROM current_values WHERE scope = ?1 AND name = ?2 AND substr(key, 1, length(?3)) = ?3",
            )?;
            let keys = rows.query_map(params![scope, name, from], |row| row.get(0))?;
            let keys = keys.collect::<rusqlite::Result<Vec<String>>>()?.into_iter();
            let moved = |key: &str| format!("{to}{}", key.strip_prefix(from).unwrap_or(key));
            keys.map(|key| ((owner.clone(), key.clone()), (owner.clone(), moved(&key))))
                .collect::<Vec<_>>()
        };
        self.refile(&moves)
    }

    /// Files values elsewhere, all or none. One is sealed with the name it is filed under, so each is opened and sealed again.
    pub(super) fn refile(&mut self, moves: &[(Filed, Filed)]) -> Result<(), StateError> {
        if moves.is_empty() {
            return Ok(());
        }
        let current = self.current_values()?;
        let gone = moves.iter().map(|((owner, key), _)| (owner.clone(), key.clone(), None));
        let come = moves.iter().filter_map(|((owner, key), (to, to_key))| {
            let value = current.get(owner, key)?;
            Some((to.clone(), to_key.clone(), Some(value.clone())))
        });
        self.set_current_values(&gone.chain(come).collect::<Vec<_>>())
    }

    /// Follows an environment to its file's new name: its values, and that it is the active one.
    pub fn rename_environment(&self, from: &str, to: &str) -> Result<(), StateError> {
        let owner = |slug: &str| Owner::Environment(slug.to_owned());
        self.rename_owner(&owner(from), &owner(to))?;
        self.rename_owner(&Owner::Tokens(from.to_owned()), &Owner::Tokens(to.to_owned()))?;
        if self.environment_choice()? == Choice::Named(from.to_owned()) {
            self.choose_environment(&Choice::Named(to.to_owned()))?;
        }
        Ok(())
    }

    /// Files an owner's values under another one, after a rename.
    pub fn rename_owner(&self, from: &Owner, to: &Owner) -> Result<(), StateError> {
        let ((scope, name), (to_scope, to_name)) = (columns(from), columns(to));
        self.connection.execute(
            "UPDATE OR REPLACE current_values SET scope = ?3, name = ?4 WHERE scope = ?1 AND name = ?2",
            params![scope, name, to_scope, to_name],
        )?;
        self.announce();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;
    use jiff::Timestamp;
    use serde_json::json;

    fn value(value: Option<Value>) -> CurrentValue {
        CurrentValue {
            value,
            set_by: "you".into(),
            set_at: Timestamp::UNIX_EPOCH,
            secret: false,
        }
    }

    #[test]
    fn values_come_back_with_type_and_order() {
        let mut state = State::in_memory().unwrap();
        let demo = Owner::Environment("demo".into());
        let mut after = CurrentValues::default();
        after.set(demo.clone(), "z", value(Some(json!({"a": [1, null]}))));
        after.set(demo.clone(), "a", value(None));
        after.set(Owner::Globals, "g", value(Some(Value::Null)));
        after.set(Owner::Collection("c".into()), "k", value(Some(json!(1.5))));
        state.save_current_values(&CurrentValues::default(), &after).unwrap();
        assert_eq!(state.current_values().unwrap(), after);

        let before = after.clone();
        after.reset(&demo, "z");
        after.set(demo.clone(), "a", value(Some(json!("new"))));
        state.save_current_values(&before, &after).unwrap();
        assert_eq!(state.current_values().unwrap().get(&demo, "a"), after.get(&demo, "a"));
        assert_eq!(state.current_values().unwrap().get(&demo, "z"), None);

        let to = Owner::Environment("new".into());
        state.rename_owner(&demo, &to).unwrap();
        assert_eq!(state.current_values().unwrap().get(&to, "a"), after.get(&demo, "a"));
        assert_eq!(state.current_values().unwrap().of(&demo).count(), 0);
    }

    #[test]
    fn what_another_instance_set_stays() {
        let mut state = State::in_memory().unwrap();
        let mut theirs = CurrentValues::default();
        theirs.set(Owner::Globals, "theirs", value(Some(json!(1))));
        state.save_current_values(&CurrentValues::default(), &theirs).unwrap();
        let mut ours = CurrentValues::default();
        ours.set(Owner::Globals, "ours", value(Some(json!(2))));
        state.save_current_values(&CurrentValues::default(), &ours).unwrap();
        assert_eq!(state.current_values().unwrap().of(&Owner::Globals).count(), 2);
    }
}
