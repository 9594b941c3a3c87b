//! Where the key comes from: made at the first use, read when a value is to be sealed or opened and not before.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::file::KeyFile;
use super::{Key, Keys, SealError};
use crate::model::Secret;

/// What guards the key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protection {
    /// Nothing was sealed yet.
    None,
    /// The permissions of its file.
    File,
    /// A passphrase.
    Passphrase,
}

/// The keys of this machine's user, and where they are. Clones share what is known: one passphrase unlocks all of them.
#[derive(Clone, Debug)]
pub struct Safe {
    /// `None` for a state that is forgotten at the end.
    path: Option<PathBuf>,
    /// What was read, and the keys it gave.
    known: Arc<Mutex<Option<(String, Keys)>>>,
}

impl Safe {
    /// The safe of a key file, which need not be there yet.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self {
            path: Some(path.into()),
            known: Arc::default(),
        }
    }

    /// A safe whose key is forgotten at the end.
    pub fn forgetful() -> Self {
        Self {
            path: None,
            known: Arc::new(Mutex::new(Some((String::new(), Keys::one(Key::draw()))))),
        }
    }

    /// The key file.
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// What guards the key.
    pub fn protection(&self) -> Result<Protection, SealError> {
        Ok(match self.read()? {
            None => Protection::None,
            Some((_, file)) if file.is_locked() => Protection::Passphrase,
            Some(_) => Protection::File,
        })
    }

    /// Whether a passphrase is to be given before anything can be sealed or opened.
    pub fn is_locked(&self) -> bool {
        self.protection().is_ok_and(|guard| guard == Protection::Passphrase) && self.keys().is_err()
    }

    /// The keys, made if there are none. Another postrider may have changed them since the last time.
    pub fn keys(&self) -> Result<Keys, SealError> {
        let Some(path) = &self.path else {
            return Ok(self
                .known()
                .as_ref()
                .map_or_else(|| Keys::one(Key::draw()), |(_, keys)| keys.clone()));
        };
        let Some((text, file)) = self.read()? else {
            return self.make(path);
        };
        if let Some((known, keys)) = &*self.known()
            && *known == text
        {
            return Ok(keys.clone());
        }
        let keys = file.keys(path)?;
        self.know(text, &keys);
        Ok(keys)
    }

    /// Opens a sealed text that is called so.
    pub fn open(&self, keys: &Keys, name: &str, sealed: &str) -> Result<String, SealError> {
        let other = || SealError::OtherKey(self.path.clone().unwrap_or_default());
        keys.open(name, sealed).unwrap_or_else(|| Err(other()))
    }

    /// Takes the passphrase, for as long as the safe lives. It takes a tenth of a second, so that guessing takes long.
    pub fn unlock(&self, passphrase: &Secret) -> Result<(), SealError> {
        let (Some(path), Some((text, file))) = (&self.path, self.read()?) else {
            return Ok(());
        };
        let keys = file.unlock(passphrase, path)?;
        self.know(text, &keys);
        Ok(())
    }

    /// Puts these keys into the file: under a passphrase, or without one as they are.
    pub fn put(&self, keys: &Keys, passphrase: Option<&Secret>) -> Result<(), SealError> {
        let Some(path) = &self.path else { return Ok(()) };
        let file = match passphrase {
            Some(passphrase) => KeyFile::locked(keys, passphrase).map_err(|reason| self.wrong(reason))?,
            None => KeyFile::open(keys),
        };
        let text = file.text().map_err(|reason| self.wrong(reason))?;
        write(path, &text, true).map_err(|error| self.wrong(error.to_string()))?;
        self.know(text, keys);
        Ok(())
    }

    /// Forgets the keys and all that was sealed with them: the file is moved aside. Says where it is now.
    pub fn forget(&self, ending: &str) -> Result<Option<PathBuf>, SealError> {
        let Some(path) = self.path.as_ref().filter(|path| path.exists()) else {
            return Ok(None);
        };
        let mut aside = path.as_os_str().to_owned();
        aside.push(ending);
        let aside = PathBuf::from(aside);
        fs::rename(path, &aside).map_err(|error| self.wrong(error.to_string()))?;
        *self.known() = None;
        Ok(Some(aside))
    }

    fn known(&self) -> MutexGuard<'_, Option<(String, Keys)>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn know(&self, text: String, keys: &Keys) {
        *self.known() = Some((text, keys.clone()));
    }

    fn wrong(&self, reason: impl Into<String>) -> SealError {
        SealError::File {
            path: self.path.clone().unwrap_or_default(),
            reason: reason.into(),
        }
    }

    fn read(&self) -> Result<Option<(String, KeyFile)>, SealError> {
        let Some(path) = &self.path else { return Ok(None) };
        let text = match fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(self.wrong(error.to_string())),
        };
        guard(path);
        let file = KeyFile::parse(&text).map_err(|reason| self.wrong(reason))?;
        Ok(Some((text, file)))
    }

    /// Makes the first key. Another postrider may be quicker: then it is theirs.
    fn make(&self, path: &Path) -> Result<Keys, SealError> {
        let keys = Keys::one(Key::draw());
        let text = KeyFile::open(&keys).text().map_err(|reason| self.wrong(reason))?;
        match write(path, &text, false) {
            Ok(()) => {
                self.know(text, &keys);
                Ok(keys)
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => match self.read()? {
                Some((text, file)) => {
                    let keys = file.keys(path)?;
                    self.know(text, &keys);
                    Ok(keys)
                }
                None => Err(self.wrong("it comes and goes")),
            },
            Err(error) => Err(self.wrong(error.to_string())),
        }
    }
}

/// Takes the permissions of others from a file that was copied with wider ones.
fn guard(path: &Path) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        if fs::metadata(path).is_ok_and(|metadata| metadata.permissions().mode() & 0o077 != 0) {
            // A file of somebody else's stays as it is.
            let _ = fs::set_permissions(path, fs::Permissions::from_mode(0o600));
        }
    }
    #[cfg(not(unix))]
    let _ = path;
}

/// Writes the file whole or not at all, readable by its owner alone (as [`tempfile`] makes files).
fn write(path: &Path, text: &str, replace: bool) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let mut file = tempfile::Builder::new().prefix(".secrets-").tempfile_in(folder)?;
    io::Write::write_all(&mut file, text.as_bytes())?;
    file.as_file().sync_all()?;
    let persisted = if replace {
        file.persist(path)
    } else {
        file.persist_noclobber(path)
    };
    persisted.map(drop).map_err(|error| error.error)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;

    #[test]
    fn a_key_is_made_once_and_by_nobody_else_to_be_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/secrets.key");
        let safe = Safe::new(&path);
        assert_eq!(safe.protection().unwrap(), Protection::None);
        let sealed = safe.keys().unwrap().seal("a", "1");
        let again = Safe::new(&path);
        assert_eq!(again.open(&again.keys().unwrap(), "a", &sealed).unwrap(), "1");
        assert_eq!(again.protection().unwrap(), Protection::File);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = || fs::metadata(&path).unwrap().permissions().mode() & 0o777;
            assert_eq!(mode(), 0o600);
            fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
            Safe::new(&path).keys().unwrap();
            assert_eq!(mode(), 0o600);
        }
    }

    #[test]
    fn a_passphrase_is_asked_for_and_what_another_changes_is_noticed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secrets.key");
        let (ours, theirs) = (Safe::new(&path), Safe::new(&path));
        let sealed = ours.keys().unwrap().seal("a", "1");
        let passphrase = Secret::new("open sesame");
        let keys = theirs.keys().unwrap();
        theirs.put(&keys.renewed(), Some(&passphrase)).unwrap();
        assert!(ours.is_locked() && !theirs.is_locked());
        assert!(!fs::read_to_string(&path).unwrap().contains("keys ="));
        ours.unlock(&passphrase).unwrap();
        assert_eq!(ours.keys().unwrap(), theirs.keys().unwrap());
        assert_eq!(ours.open(&ours.keys().unwrap(), "a", &sealed).unwrap(), "1");
    }

    #[test]
    fn a_key_that_is_gone_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secrets.key");
        let safe = Safe::new(&path);
        let sealed = safe.keys().unwrap().seal("a", "1");
        assert!(safe.forget(".old").unwrap().is_some());
        let other = safe.open(&safe.keys().unwrap(), "a", &sealed);
        assert!(matches!(other, Err(SealError::OtherKey(_))), "{other:?}");
        fs::write(&path, "nonsense").unwrap();
        assert!(matches!(safe.keys(), Err(SealError::File { .. })));
    }
}
