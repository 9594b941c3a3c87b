//! Signed JSON Web Tokens (RFC 7515, 7518, 7519, 8037): what JWT bearer, ASAP and OAuth's client assertions are made of.
//!
//! ```text
//! text ──PrivateKey::read──▶ PrivateKey ─┐
//! secret ────────────────────────────────┴▶ Key ──sign_jwt(algorithm, key, header, claims)──▶ header.claims.signature
//! ```
//!
//! RSA and the curves of the NIST are signed with the `rsa`, `p256`, `p384` and `p521` crates rather than with ring, which
//! refuses RSA keys below 2048 bits, EC keys that lack their public half, and the curve P-521.

mod key;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac};
use serde_json::{Map, Value};
use sha2::{Sha256, Sha384, Sha512};

pub use key::{KeyError, PrivateKey};

/// How a token is signed (RFC 7518, section 3.1; RFC 8037).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    /// HMAC with a shared secret.
    Hs(Hash),
    /// RSA, PKCS #1 v1.5.
    Rs(Hash),
    /// RSA, PSS with a salt as long as the hash.
    Ps(Hash),
    /// ECDSA on the curve that belongs to the hash: P-256, P-384, P-521.
    Es(Hash),
    /// Ed25519.
    EdDsa,
}

/// A hash function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hash {
    /// SHA-1, which only OAuth 1.0 still takes.
    Sha1,
    /// SHA-256.
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
}

/// What a token is signed with.
#[derive(Clone, Copy)]
pub enum Key<'a> {
    /// A secret that both sides know.
    Secret(&'a [u8]),
    /// A private key.
    Private(&'a PrivateKey),
}

/// Why a token cannot be signed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JwtError {
    /// No such algorithm.
    #[error("the algorithm `{0}` is not known: choose one of {all}", all = Algorithm::WORDS.join(", "))]
    Algorithm(String),
    /// The key is of another kind.
    #[error("`{algorithm}` signs with {wanted}, but the key is {given}")]
    Mismatch {
        /// The algorithm's word.
        algorithm: &'static str,
        /// What it takes.
        wanted: &'static str,
        /// What it got.
        given: &'static str,
    },
    /// An HMAC with nothing proves nothing.
    #[error("the secret is empty")]
    EmptySecret,
    /// The key is too short for the hash.
    #[error("the RSA key is too short for `{0}`: use one of 2048 bits or more")]
    TooShort(&'static str),
}

impl Algorithm {
    /// The words of all algorithms, in the order a form offers them.
    pub const WORDS: &'static [&'static str] = &[
        "HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512",
        "EdDSA",
    ];

    /// The words of those that sign with a private key.
    pub const ASYMMETRIC: &'static [&'static str] = &[
        "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA",
    ];

    const ALL: [Self; 13] = [
        Self::Hs(Hash::Sha256),
        Self::Hs(Hash::Sha384),
        Self::Hs(Hash::Sha512),
        Self::Rs(Hash::Sha256),
        Self::Rs(Hash::Sha384),
        Self::Rs(Hash::Sha512),
        Self::Ps(Hash::Sha256),
        Self::Ps(Hash::Sha384),
        Self::Ps(Hash::Sha512),
        Self::Es(Hash::Sha256),
        Self::Es(Hash::Sha384),
        Self::Es(Hash::Sha512),
        Self::EdDsa,
    ];

    /// The algorithm of a word: `RS256`.
    ///
    /// # Errors
    ///
    /// Names the word, and those there are.
    pub fn from_word(word: &str) -> Result<Self, JwtError> {
        let at = Self::WORDS.iter().position(|known| *known == word);
        at.map(|at| Self::ALL[at])
            .ok_or_else(|| JwtError::Algorithm(word.to_owned()))
    }

    /// What it is called in messages, where no token is meant: RSA with SHA-1 only OAuth 1.0a has.
    pub(super) fn called(self) -> &'static str {
        match self {
            Self::Rs(Hash::Sha1) => "RSA-SHA1",
            other => other.word(),
        }
    }

    /// Its word, which is a token's `alg`.
    pub fn word(self) -> &'static str {
        let at = Self::ALL.iter().position(|known| *known == self);
        // RSA with SHA-1, which RFC 7518 left out, is called that elsewhere.
        at.map_or("RS1", |at| Self::WORDS[at])
    }

    /// Whether it signs with a shared secret.
    pub fn is_symmetric(self) -> bool {
        matches!(self, Self::Hs(_))
    }
}

/// Signs a token in its compact form (RFC 7515, section 7.1). The header's `alg` is always the algorithm's; what else is
/// in it stays, and nothing is added.
///
/// # Errors
///
/// When the key does not fit the algorithm. No message holds a part of the key.
pub fn sign_jwt(
    algorithm: Algorithm,
    key: Key<'_>,
    header: &Map<String, Value>,
    claims: &Map<String, Value>,
) -> Result<String, JwtError> {
    let mut header = header.clone();
    header.insert("alg".to_owned(), algorithm.word().into());
    let part = |map: &Map<String, Value>| URL_SAFE_NO_PAD.encode(Value::from(map.clone()).to_string());
    let signed = format!("{}.{}", part(&header), part(claims));
    let signature = sign(algorithm, key, signed.as_bytes())?;
    Ok(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature)))
}

/// The signature of some bytes, as RFC 7518 writes it: that of a curve as two numbers of fixed length.
fn sign(algorithm: Algorithm, key: Key<'_>, data: &[u8]) -> Result<Vec<u8>, JwtError> {
    match (algorithm, key) {
        (Algorithm::Hs(_), Key::Secret([])) => Err(JwtError::EmptySecret),
        (Algorithm::Hs(hash), Key::Secret(secret)) => Ok(hash.hmac(secret, data)),
        (_, Key::Private(key)) => key.sign(algorithm, data),
        (_, Key::Secret(_)) => Err(JwtError::Mismatch {
            algorithm: algorithm.word(),
            wanted: "a private key",
            given: "a shared secret",
        }),
    }
}

impl Hash {
    /// The hash of some bytes.
    pub fn of(self, data: &[u8]) -> Vec<u8> {
        use sha2::Digest;
        match self {
            Self::Sha1 => sha1::Sha1::digest(data).to_vec(),
            Self::Sha256 => Sha256::digest(data).to_vec(),
            Self::Sha384 => Sha384::digest(data).to_vec(),
            Self::Sha512 => Sha512::digest(data).to_vec(),
        }
    }

    /// The HMAC of some bytes (RFC 2104).
    pub fn hmac(self, key: &[u8], data: &[u8]) -> Vec<u8> {
        // A key may have any length, so none is refused.
        macro_rules! hmac {
            ($hash:ty) => {
                Hmac::<$hash>::new_from_slice(key)
                    .map(|mac| mac.chain_update(data).finalize().into_bytes().to_vec())
                    .unwrap_or_default()
            };
        }
        match self {
            Self::Sha1 => hmac!(sha1::Sha1),
            Self::Sha256 => hmac!(Sha256),
            Self::Sha384 => hmac!(Sha384),
            Self::Sha512 => hmac!(Sha512),
        }
    }
}

#[cfg(test)]
mod tests;
