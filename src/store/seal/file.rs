//! The file of the key, in TOML: the keys as they are, or under a passphrase.
//!
//! ```toml
//! version = 1
//! keys = ["BASE64"]            # 32 bytes each; the first seals, the others open what is older
//! # or, with a passphrase:
//! version = 1
//! locked = "pr1:…"             # the list above as JSON, sealed as `keys` with Argon2id(passphrase, salt)
//! salt = "BASE64"              # 16 bytes
//! memory_kib = 65536           # Argon2id (RFC 9106), version 1.3, 32 bytes long
//! passes = 3
//! lanes = 1
//! ```

use std::path::Path;

use argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use super::{Key, Keys, SealError, is_sealed};
use crate::model::Secret;

/// The version of the format.
const VERSION: u32 = 1;
/// What the keys are called where they are sealed themselves.
const NAME: &str = "keys";
/// The memory that a guess costs, in KiB; the second recommendation of RFC 9106, section 4, but for the lanes: we have one.
const MEMORY: u32 = 64 * 1024;
const PASSES: u32 = 3;
/// A file may not ask for more: 1 GiB.
const MOST_MEMORY: u32 = 1024 * 1024;
const MOST_PASSES: u32 = 100;

/// What the file says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct KeyFile {
    version: u32,
    #[serde(flatten)]
    form: Form,
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
enum Form {
    Locked {
        locked: String,
        salt: String,
        memory_kib: u32,
        passes: u32,
        lanes: u32,
    },
    Open {
        keys: Vec<String>,
    },
}

impl std::fmt::Debug for Form {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Locked { .. } => "Locked",
            Self::Open { .. } => "Open",
        })
    }
}

impl KeyFile {
    /// A file that holds the keys as they are.
    pub fn open(keys: &Keys) -> Self {
        Self {
            version: VERSION,
            form: Form::Open { keys: words(keys) },
        }
    }

    /// A file that holds the keys under a passphrase.
    ///
    /// # Errors
    ///
    /// When there is not the memory for Argon2id.
    pub fn locked(keys: &Keys, passphrase: &Secret) -> Result<Self, String> {
        let salt: [u8; 16] = rand::random();
        let outer = derive(passphrase, &salt, MEMORY, PASSES, 1)?;
        let list = serde_json::to_string(&words(keys)).map_err(|error| error.to_string())?;
        Ok(Self {
            version: VERSION,
            form: Form::Locked {
                locked: outer.seal(NAME, &list),
                salt: STANDARD.encode(salt),
                memory_kib: MEMORY,
                passes: PASSES,
                lanes: 1,
            },
        })
    }

    /// Reads a file's text.
    pub fn parse(text: &str) -> Result<Self, String> {
        let file: Self = toml::from_str(text).map_err(|error| error.message().to_owned())?;
        if file.version != VERSION {
            return Err(format!("version {} is of a later postrider", file.version));
        }
        Ok(file)
    }

    /// The file's text.
    pub fn text(&self) -> Result<String, String> {
        let body = toml::to_string(self).map_err(|error| error.to_string())?;
        Ok(format!(
            "# The key to what postrider keeps in the state.db files of this folder. Do not share it, and back it up apart.\n{body}"
        ))
    }

    /// Whether a passphrase is needed.
    pub fn is_locked(&self) -> bool {
        matches!(self.form, Form::Locked { .. })
    }

    /// The keys, where no passphrase is needed.
    pub fn keys(&self, path: &Path) -> Result<Keys, SealError> {
        match &self.form {
            Form::Open { keys } => of_words(keys).ok_or_else(|| damaged(path)),
            Form::Locked { .. } => Err(SealError::Locked),
        }
    }

    /// The keys, with the passphrase.
    pub fn unlock(&self, passphrase: &Secret, path: &Path) -> Result<Keys, SealError> {
        let Form::Locked {
            locked,
            salt,
            memory_kib,
            passes,
            lanes,
        } = &self.form
        else {
            return self.keys(path);
        };
        let salt = STANDARD.decode(salt).map_err(|_| damaged(path))?;
        if !is_sealed(locked) || *memory_kib > MOST_MEMORY || *passes > MOST_PASSES {
            return Err(damaged(path));
        }
        let outer = derive(passphrase, &salt, *memory_kib, *passes, *lanes).map_err(|reason| SealError::File {
            path: path.to_owned(),
            reason,
        })?;
        // Another key means another passphrase.
        let opened = Keys::one(outer).open(NAME, locked).ok_or(SealError::WrongPassphrase)?;
        let list: Vec<String> = serde_json::from_str(&opened?).map_err(|_| damaged(path))?;
        of_words(&list).ok_or_else(|| damaged(path))
    }
}

fn damaged(path: &Path) -> SealError {
    SealError::File {
        path: path.to_owned(),
        reason: "it is damaged".to_owned(),
    }
}

fn words(keys: &Keys) -> Vec<String> {
    keys.0.iter().map(|key| STANDARD.encode(key.0)).collect()
}

fn of_words(words: &[String]) -> Option<Keys> {
    let key = |word: &String| Some(Key(STANDARD.decode(word).ok()?.try_into().ok()?));
    let keys: Option<Vec<Key>> = words.iter().map(key).collect();
    keys.filter(|keys| !keys.is_empty()).map(Keys)
}

/// Argon2id, version 1.3.
fn derive(passphrase: &Secret, salt: &[u8], memory: u32, passes: u32, lanes: u32) -> Result<Key, String> {
    let params = Params::new(memory, passes, lanes, Some(32)).map_err(|error| error.to_string())?;
    let mut key = [0; 32];
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(passphrase.reveal().as_bytes(), salt, &mut key)
        .map_err(|error| error.to_string())?;
    Ok(Key(key))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;

    #[test]
    fn both_forms_are_what_they_were_after_a_round_trip() {
        let keys = Keys::one(Key::draw()).renewed();
        let path = Path::new("secrets.key");
        let open = KeyFile::parse(&KeyFile::open(&keys).text().unwrap()).unwrap();
        assert_eq!(open.keys(path).unwrap(), keys);
        let right = Secret::new("pass phräse");
        let locked = KeyFile::parse(&KeyFile::locked(&keys, &right).unwrap().text().unwrap()).unwrap();
        assert!(matches!(locked.keys(path), Err(SealError::Locked)));
        assert_eq!(locked.unlock(&right, path).unwrap(), keys);
        let wrong = locked.unlock(&Secret::new("pass phrase"), path);
        assert!(matches!(wrong, Err(SealError::WrongPassphrase)), "{wrong:?}");
    }

    #[test]
    fn files_that_make_no_sense_are_told_apart() {
        for wrong in ["", "version = 1", "version = 2\nkeys = []", "version = 1\nkeys = 3"] {
            assert!(KeyFile::parse(wrong).is_err(), "{wrong}");
        }
        for wrong in ["version = 1\nkeys = []", "version = 1\nkeys = [\"YQ==\"]"] {
            assert!(KeyFile::parse(wrong).unwrap().keys(Path::new("k")).is_err(), "{wrong}");
        }
        let greedy = "version = 1\nlocked = \"pr1:00000000:AA\"\nsalt = \"AAAAAAAAAAAAAAAAAAAAAA==\"\n\
                      memory_kib = 4000000000\npasses = 3\nlanes = 1";
        let greedy = KeyFile::parse(greedy)
            .unwrap()
            .unlock(&Secret::new("x"), Path::new("k"));
        assert!(matches!(greedy, Err(SealError::File { .. })), "{greedy:?}");
    }

    #[test]
    fn the_derivation_is_argon2id() {
        // The reference implementation's test vector: t=2, m=64 MiB, p=1, password/somesalt.
        let key = derive(&Secret::new("password"), b"somesalt", 65_536, 2, 1).unwrap();
        assert_eq!(key.0[..4], [0x09, 0x31, 0x61, 0x15]);
    }
}
