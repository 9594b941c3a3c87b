//! Tokens between two starts and between two postriders: kept, sealed, among the current values, and locked by key.
//!
//! ```text
//! current_values   scope `tokens`, name ENVIRONMENT, key PLACE#NAME   the token as JSON, sealed like any value
//! token-HASH.lock  beside state.db                                    locked by the one postrider that fetches it
//! ```
//!
//! The system releases the lock of a program that is killed. The files of the locks hold nothing and stay.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::drafts::text_hash;
use super::{State, StateError};
use crate::model::token::{Hold, Token, TokenKeeper, TokenKey};
use crate::model::variable::{CurrentValue, CurrentValues, Owner};
use crate::store::seal::Safe;

/// Who set the values of tokens.
const SET_BY: &str = "tokens";

/// Tells the place from the name; no path has one.
const BETWEEN: char = '#';

/// The tokens of one workspace, on a connection of their own that is opened when it is first needed.
#[derive(Debug)]
pub struct KeptTokens {
    file: PathBuf,
    open: Mutex<Result<State, Safe>>,
}

impl KeptTokens {
    /// The tokens beside a state; `None` for one that is forgotten at the end.
    pub fn beside(state: &State) -> Option<Self> {
        let file = state.connection.path().filter(|path| !path.is_empty())?;
        Some(Self {
            file: file.into(),
            open: Mutex::new(Err(state.safe.clone())),
        })
    }

    fn with<T>(&self, work: impl FnOnce(&mut State) -> Result<T, StateError>) -> Result<T, String> {
        let mut open = self.lock();
        if let Err(safe) = &*open {
            let state = State::open_file_with(&self.file, safe.clone()).map_err(|error| told(&error))?;
            *open = Ok(state.0);
        }
        match &mut *open {
            Ok(state) => work(state).map_err(|error| told(&error)),
            Err(_) => Err("the local state is not open".to_owned()),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Result<State, Safe>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn told(error: &StateError) -> String {
    format!("{error}; {}", error.hint())
}

/// Where a token is filed among the current values.
pub fn token_place(key: &TokenKey) -> (Owner, String) {
    (
        Owner::Tokens(key.environment.clone()),
        format!("{}{BETWEEN}{}", key.place, key.name),
    )
}

/// The tokens among current values.
pub fn tokens_among(current: &CurrentValues) -> Vec<(TokenKey, Token)> {
    let all = current.iter();
    all.filter_map(|(owner, key, value)| token_of(owner, key, value))
        .collect()
}

/// A current value as the token that it is; `None` for any other.
pub fn token_of(owner: &Owner, key: &str, value: &CurrentValue) -> Option<(TokenKey, Token)> {
    let Owner::Tokens(environment) = owner else {
        return None;
    };
    let token = serde_json::from_value(value.value.clone()?).ok()?;
    Some((key_of(environment, key)?, token))
}

/// A token as the current value that keeps it, and where that is filed.
///
/// # Errors
///
/// When it is nothing that JSON can say.
pub fn token_row(key: &TokenKey, token: &Token) -> serde_json::Result<(Owner, String, CurrentValue)> {
    let (owner, name) = token_place(key);
    let value = CurrentValue {
        value: Some(serde_json::to_value(token)?),
        set_by: SET_BY.to_owned(),
        set_at: token.obtained_at,
        secret: false,
    };
    Ok((owner, name, value))
}

/// Which token a current value of [`Owner::Tokens`] is.
pub fn key_of(environment: &str, kept: &str) -> Option<TokenKey> {
    let (place, name) = kept.split_once(BETWEEN)?;
    Some(TokenKey {
        environment: environment.to_owned(),
        place: place.to_owned(),
        name: name.to_owned(),
        audience: String::new(),
    })
}

impl State {
    /// Forgets all tokens of which `is_gone`: what they were declared by, or their environment, is.
    pub fn forget_tokens(&mut self, is_gone: impl Fn(&TokenKey) -> bool) -> Result<(), StateError> {
        let gone = self.token_keys()?.into_iter().filter(is_gone).map(|key| {
            let (owner, kept) = token_place(&key);
            (owner, kept, None)
        });
        self.set_current_values(&gone.collect::<Vec<_>>())
    }

    /// Files tokens under other keys, all or none: what they belong to was renamed.
    pub fn rename_tokens(&mut self, renamed: impl Fn(&TokenKey) -> Option<TokenKey>) -> Result<(), StateError> {
        let keys = self.token_keys()?.into_iter();
        let moves: Vec<_> = keys
            .filter_map(|key| Some((token_place(&key), token_place(&renamed(&key)?))))
            .collect();
        self.refile(&moves)
    }

    fn token_keys(&self) -> Result<Vec<TokenKey>, StateError> {
        let mut rows = self
            .connection
            .prepare("SELECT name, key FROM current_values WHERE scope = 'tokens'")?;
        let rows = rows.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let rows: Vec<(String, String)> = rows.collect::<rusqlite::Result<_>>()?;
        let keys = rows.iter().filter_map(|(environment, kept)| key_of(environment, kept));
        Ok(keys.collect())
    }
}

impl TokenKeeper for KeptTokens {
    fn load(&self, key: &TokenKey) -> Result<Option<Token>, String> {
        let (owner, name) = token_place(key);
        let current = self.with(|state| state.current_values())?;
        let kept = current.get(&owner, &name);
        Ok(kept
            .and_then(|kept| token_of(&owner, &name, kept))
            .map(|(_, token)| token))
    }

    fn keep(&self, key: &TokenKey, token: &Token) -> Result<(), String> {
        self.with(|state| {
            let (owner, name, value) = token_row(key, token)?;
            state.set_current_values(&[(owner, name, Some(value))])
        })
    }

    fn forget(&self, key: &TokenKey) -> Result<(), String> {
        let (owner, name) = token_place(key);
        self.with(|state| state.set_current_values(&[(owner, name, None)]))
    }

    fn try_hold(&self, key: &TokenKey) -> Result<Option<Hold>, String> {
        let folder = self.file.parent().unwrap_or(Path::new("."));
        let hash = text_hash(&format!(
            "{}{BETWEEN}{}{BETWEEN}{}",
            key.environment, key.place, key.name
        ));
        let path = folder.join(format!("token-{}.lock", &hash[..16]));
        let wrong = |error: io::Error| format!("cannot lock `{}`: {error}", path.display());
        let file = open(&path).map_err(wrong)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Box::new(file))),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(wrong(error)),
        }
    }
}

fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.create(true).truncate(false).write(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    options.open(path)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;
    use jiff::Timestamp;

    fn key(name: &str) -> TokenKey {
        TokenKey {
            environment: "demo".into(),
            place: "api/admin".into(),
            name: name.into(),
            audience: String::new(),
        }
    }

    #[test]
    fn tokens_are_kept_sealed_and_locked_between_two() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("state.db");
        let (state, _) = State::open_file(&file).unwrap();
        let (ours, theirs) = (KeptTokens::beside(&state).unwrap(), KeptTokens::beside(&state).unwrap());
        let token = Token {
            value: "s3cret-token-text".into(),
            expires_at: Some(Timestamp::UNIX_EPOCH),
            obtained_at: Timestamp::UNIX_EPOCH,
            skew_ms: 7,
            writes: Vec::new(),
            secrets_in: Vec::new(),
            refresh: Some("r".into()),
            got_with: None,
            instead_of: None,
        };
        ours.keep(&key("a#b"), &token).unwrap();
        assert_eq!(theirs.load(&key("a#b")).unwrap().as_ref(), Some(&token));
        assert_eq!(tokens_among(&state.current_values().unwrap()), [(key("a#b"), token)]);
        for entry in std::fs::read_dir(folder.path()).unwrap() {
            let bytes = std::fs::read(entry.unwrap().path()).unwrap();
            assert!(!String::from_utf8_lossy(&bytes).contains("s3cret-token"));
        }
        theirs.forget(&key("a#b")).unwrap();
        assert!(ours.load(&key("a#b")).unwrap().is_none());

        let hold = ours.try_hold(&key("t")).unwrap().unwrap();
        assert!(theirs.try_hold(&key("t")).unwrap().is_none());
        assert!(theirs.try_hold(&key("u")).unwrap().is_some());
        drop(hold);
        assert!(theirs.try_hold(&key("t")).unwrap().is_some());
    }
}
