//! The system's keyring, where the passphrase of what is kept may lie: Keychain, Credential Manager, Secret Service.
//!
//! There is one in builds with the feature `keyring` alone; in others, and where no service answers, every step is an error
//! that says so. Nothing is ever put anywhere else instead.

use std::path::Path;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use super::seal::Safe;
use crate::model::Secret;

/// What our entries are called.
#[cfg(feature = "keyring")]
const SERVICE: &str = "postrider";

/// Why the keyring does not do what is wanted.
#[derive(Debug, thiserror::Error)]
pub enum KeyringError {
    /// This program was built without it.
    #[error("this postrider is built without the system's keyring")]
    NotBuilt,
    /// No service answers.
    #[error("the system has no keyring that answers: {0}")]
    NoService(String),
    /// The service does not do it: it is locked, or the user has refused.
    #[error("the system's keyring does not do it: {0}")]
    Refused(String),
}

impl KeyringError {
    /// The next step.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::NotBuilt => "build it with `cargo build --release --features keyring`, or lock without `--keyring`",
            Self::NoService(_) => {
                "on Linux start a Secret Service (gnome-keyring, KWallet, KeePassXC) in the session, or lock without \
                 `--keyring`"
            }
            Self::Refused(_) => "unlock the keyring and try again",
        }
    }
}

/// The keyring has not answered for so long: it has opened a window of its own and waits for somebody there.
const PATIENCE: Duration = Duration::from_millis(1500);

/// Does something with a keyring; `tell` is called once while it waits, for its own passphrase as a rule.
pub fn patiently<T: Send>(work: impl FnOnce() -> T + Send, tell: impl FnOnce()) -> T {
    within(PATIENCE, work, tell)
}

fn within<T: Send>(patience: Duration, work: impl FnOnce() -> T + Send, tell: impl FnOnce()) -> T {
    thread::scope(|scope| {
        let (done, waits) = mpsc::channel();
        let working = scope.spawn(move || {
            let out = work();
            // Nobody listens any more once it was told.
            let _told = done.send(());
            out
        });
        if waits.recv_timeout(patience) == Err(RecvTimeoutError::Timeout) {
            tell();
        }
        working.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

/// A place for one passphrase.
pub trait Keyring: Sync {
    /// The passphrase, if one is there.
    fn get(&self) -> Result<Option<Secret>, KeyringError>;
    /// Puts a passphrase there, in place of any other.
    fn put(&self, passphrase: &Secret) -> Result<(), KeyringError>;
    /// Takes the passphrase out; there may be none.
    fn remove(&self) -> Result<(), KeyringError>;
}

/// The system's keyring, with the entry for the passphrase of a key file.
#[derive(Debug)]
pub struct SystemKeyring {
    #[cfg(feature = "keyring")]
    entry: String,
}

impl SystemKeyring {
    /// The entry for the passphrase of a safe.
    pub fn of(safe: &Safe) -> Self {
        Self::named(safe.path().unwrap_or(Path::new("")))
    }

    #[cfg(feature = "keyring")]
    fn named(path: &Path) -> Self {
        let entry = path.display().to_string();
        Self { entry }
    }

    #[cfg(not(feature = "keyring"))]
    fn named(_path: &Path) -> Self {
        Self {}
    }
}

#[cfg(feature = "keyring")]
mod system {
    use keyring::v1::{Entry, Error};

    use super::{Keyring, KeyringError, SERVICE, Secret, SystemKeyring};

    impl SystemKeyring {
        fn entry(&self) -> Result<Entry, KeyringError> {
            if let Err(error) = Entry::store_status() {
                return Err(KeyringError::NoService(words(error)));
            }
            Entry::new(SERVICE, &self.entry).map_err(|error| told(&error))
        }
    }

    impl Keyring for SystemKeyring {
        fn get(&self) -> Result<Option<Secret>, KeyringError> {
            match self.entry()?.get_password() {
                Ok(text) => Ok(Some(Secret::new(text)).filter(|secret| !secret.reveal().is_empty())),
                Err(Error::NoEntry) => Ok(None),
                Err(error) => Err(told(&error)),
            }
        }

        fn put(&self, passphrase: &Secret) -> Result<(), KeyringError> {
            let put = self.entry()?.set_password(passphrase.reveal());
            put.map_err(|error| told(&error))
        }

        fn remove(&self) -> Result<(), KeyringError> {
            match self.entry()?.delete_credential() {
                Ok(()) | Err(Error::NoEntry) => Ok(()),
                Err(error) => Err(told(&error)),
            }
        }
    }

    fn told(error: &Error) -> KeyringError {
        match error {
            Error::PlatformFailure(_) | Error::NoDefaultStore => KeyringError::NoService(words(error)),
            error => KeyringError::Refused(words(error)),
        }
    }

    /// The innermost reason: those above it say that there is one. An error that holds bytes of a secret is not quoted.
    fn words(error: &Error) -> String {
        if matches!(error, Error::BadEncoding(_) | Error::BadDataFormat(..)) {
            return "what is there is no text".to_owned();
        }
        let first: &dyn std::error::Error = error;
        let last = std::iter::successors(Some(first), |error| error.source()).last();
        let words = last.unwrap_or(first).to_string();
        // Whose error it is was said.
        match words.trim_start_matches("SS error: ").trim_end_matches('.') {
            "result not returned from SS API" => {
                "it has no keyring to put things in yet, and its question for one was not answered".to_owned()
            }
            words => words.to_owned(),
        }
    }
}

#[cfg(not(feature = "keyring"))]
impl Keyring for SystemKeyring {
    fn get(&self) -> Result<Option<Secret>, KeyringError> {
        Err(KeyringError::NotBuilt)
    }

    fn put(&self, _passphrase: &Secret) -> Result<(), KeyringError> {
        Err(KeyringError::NotBuilt)
    }

    fn remove(&self) -> Result<(), KeyringError> {
        Err(KeyringError::NotBuilt)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::*;

    #[test]
    fn what_answers_at_once_is_not_told_of_and_what_waits_is() {
        let at_once = within(Duration::from_hours(1), || 7, || unreachable!("it does not wait"));
        assert_eq!(at_once, 7);
        let (open, opened) = mpsc::channel();
        let told = AtomicBool::new(false);
        let waited = within(
            Duration::ZERO,
            move || opened.recv(),
            || {
                told.store(true, Ordering::SeqCst);
                // Somebody types into its window.
                assert_eq!(open.send(()), Ok(()));
            },
        );
        assert_eq!(waited, Ok(()));
        assert!(told.into_inner());
    }
}
