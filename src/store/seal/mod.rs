//! What keeps values unreadable at rest: sealed in `state.db`, with the key elsewhere.
//!
//! ```text
//! <XDG state>/postrider/secrets.key ── Safe ── Key ──▶ "pr1:KEYID:BASE64"   in state.db, one a value
//!        ▲ as it is (0600), or under a passphrase        Base64 of nonce (24) ‖ ciphertext ‖ tag (16), no padding
//! ```
//!
//! Every current value, every draft and all cookies are sealed, whether somebody has called them secret or not: a token that a script
//! has just set is called nothing yet. The cipher is XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha-03) with a nonce drawn
//! for each value; what the value is called (the variable, or `cookies`) is the associated data, so that none can be put
//! in place of another. The key file guards copies of the database and backups of it; whoever reads both reads all. A
//! passphrase ([`Safe::lock`]) guards against that as well, at the price of being asked once a session.

mod file;
mod safe;

use std::path::PathBuf;

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};
use ring::digest::{SHA256, digest};

pub use safe::{Protection, Safe};

/// How sealed values begin; no JSON text does.
const MARK: &str = "pr1:";
/// The length of a nonce, in bytes.
const NONCE: usize = 24;

/// Why a value cannot be sealed or opened.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// The key is under a passphrase that was not given yet.
    #[error("the values kept on this machine are locked with a passphrase")]
    Locked,
    /// It is not this passphrase.
    #[error("the passphrase is wrong")]
    WrongPassphrase,
    /// The key that a value was sealed with is not there.
    #[error("`{}` does not hold the key that the value was sealed with", .0.display())]
    OtherKey(PathBuf),
    /// A sealed value is not what it was.
    #[error("a sealed value is damaged")]
    Damaged,
    /// The file of the key cannot be read or written.
    #[error("cannot use the key file `{}`: {reason}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
}

impl SealError {
    /// The next step.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Locked => "set `POSTRIDER_PASSPHRASE`, or run it in a terminal, where you are asked",
            Self::WrongPassphrase => {
                "try again; only when it is lost, `postrider secrets forget` gives up what is locked"
            }
            Self::OtherKey(_) => {
                "put the key file back from where it went, or give up what it sealed: `postrider secrets forget`"
            }
            Self::Damaged => "set the value anew",
            Self::File { .. } => "put it right, or move it away: then a new key is made and the values are set anew",
        }
    }
}

/// Whether a text is a sealed one.
pub fn is_sealed(text: &str) -> bool {
    text.starts_with(MARK)
}

/// A key of 256 bits.
#[derive(Clone, PartialEq, Eq)]
pub struct Key([u8; 32]);

impl Key {
    /// A key that nobody has.
    pub fn draw() -> Self {
        Self(rand::random())
    }

    /// Names the key without telling it.
    fn id(&self) -> String {
        let hash = digest(&SHA256, &[b"postrider key id", &self.0[..]].concat());
        let [a, b, c, d, ..] = hash.as_ref() else {
            return String::new();
        };
        format!("{a:02x}{b:02x}{c:02x}{d:02x}")
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(&self.0.into())
    }

    /// Seals a text that is called so.
    pub fn seal(&self, name: &str, text: &str) -> String {
        let nonce: [u8; NONCE] = rand::random();
        let payload = Payload {
            msg: text.as_bytes(),
            aad: name.as_bytes(),
        };
        let sealed = self.cipher().encrypt(&XNonce::from(nonce), payload);
        // It fails on texts beyond 256 GiB alone, which are not to be had.
        let sealed = sealed.unwrap_or_default();
        format!(
            "{MARK}{}:{}",
            self.id(),
            STANDARD_NO_PAD.encode([&nonce[..], &sealed].concat())
        )
    }

    /// Opens what [`Key::seal`] made under that name.
    fn open(&self, name: &str, base64: &str) -> Result<String, SealError> {
        let bytes = STANDARD_NO_PAD.decode(base64).map_err(|_| SealError::Damaged)?;
        let (nonce, sealed) = bytes.split_at_checked(NONCE).ok_or(SealError::Damaged)?;
        let payload = Payload {
            msg: sealed,
            aad: name.as_bytes(),
        };
        let opened = self.cipher().decrypt(XNonce::from_slice(nonce), payload);
        let opened = opened.map_err(|_| SealError::Damaged)?;
        String::from_utf8(opened).map_err(|_| SealError::Damaged)
    }
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Key({})", self.id())
    }
}

/// The keys there are: new values are sealed with the first, the others open what is older.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keys(Vec<Key>);

impl Keys {
    fn one(key: Key) -> Self {
        Self(vec![key])
    }

    /// The same with a new key before them.
    #[must_use]
    pub fn renewed(&self) -> Self {
        Self([Key::draw()].into_iter().chain(self.0.iter().cloned()).collect())
    }

    /// Only the newest.
    #[must_use]
    pub fn newest(&self) -> Self {
        Self(self.0.iter().take(1).cloned().collect())
    }

    /// Seals a text that is called so.
    pub fn seal(&self, name: &str, text: &str) -> String {
        self.0[0].seal(name, text)
    }

    /// Opens a sealed text; `None` when it is of none of these keys.
    fn open(&self, name: &str, sealed: &str) -> Option<Result<String, SealError>> {
        let (id, base64) = sealed.strip_prefix(MARK)?.split_once(':')?;
        let key = self.0.iter().find(|key| key.id() == id)?;
        Some(key.open(name, base64))
    }

    /// Whether a text is sealed with the newest key.
    pub fn is_current(&self, sealed: &str) -> bool {
        let id = sealed.strip_prefix(MARK).and_then(|rest| rest.split_once(':'));
        id.is_some_and(|(id, _)| id == self.0[0].id())
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;

    #[test]
    fn what_was_sealed_opens_under_its_name_alone() {
        let keys = Keys::one(Key::draw());
        let sealed = keys.seal("token", "\"s3cret\"");
        assert!(is_sealed(&sealed) && !sealed.contains("s3cret"));
        assert_ne!(sealed, keys.seal("token", "\"s3cret\""), "a nonce of its own");
        assert_eq!(keys.open("token", &sealed).unwrap().unwrap(), "\"s3cret\"");
        assert!(matches!(keys.open("other", &sealed), Some(Err(SealError::Damaged))));
        let cut = &sealed[..sealed.len() - 2];
        assert!(matches!(keys.open("token", cut), Some(Err(SealError::Damaged))));
        assert!(Keys::one(Key::draw()).open("token", &sealed).is_none());
    }

    #[test]
    fn a_renewed_key_still_opens_what_is_older() {
        let old = Keys::one(Key::draw());
        let sealed = old.seal("a", "1");
        let both = old.renewed();
        assert_eq!(both.open("a", &sealed).unwrap().unwrap(), "1");
        assert!(!both.is_current(&sealed) && both.is_current(&both.seal("a", "1")));
        assert!(both.newest().open("a", &sealed).is_none());
    }

    #[test]
    fn the_cipher_is_the_one_of_the_draft() {
        // draft-irtf-cfrg-xchacha-03, appendix A.3.1.
        let hex = |text: &str| -> Vec<u8> {
            let digits: Vec<char> = text.chars().collect();
            digits
                .chunks(2)
                .map(|pair| u8::from_str_radix(&String::from_iter(pair), 16).unwrap())
                .collect()
        };
        let key: Vec<u8> = (0x80..=0x9f).collect();
        let nonce: Vec<u8> = (0x40..=0x57).collect();
        let text = "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen \
                    would be it.";
        let cipher = Key(key.try_into().unwrap()).cipher();
        let payload = Payload {
            msg: text.as_bytes(),
            aad: &hex("50515253c0c1c2c3c4c5c6c7"),
        };
        let sealed = cipher.encrypt(XNonce::from_slice(&nonce), payload).unwrap();
        assert_eq!(sealed[..16], hex("bd6d179d3e83d43b9576579493c0e939"));
        assert_eq!(sealed[sealed.len() - 16..], hex("c0875924c1c7987947deafd8780acf49"));
    }
}
