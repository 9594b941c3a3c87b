//! The RSA key that signs id tokens, and how it survives a restart.
//!
//! ```text
//! start → listening socket ─────────────────────────────→ requests that need the key wait here
//!       └→ obtain() on a thread of its own: load, or generate and save → published once
//! ```
//!
//! The `rsa` crate only makes the key; `ring` signs and verifies, in constant time (the `rsa` crate does not:
//! RUSTSEC-2023-0071). Generating takes from a tenth of a second to some seconds, hence the waiting.

use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::SystemRandom;
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RsaKeyPair, UnparsedPublicKey};
use rsa::RsaPrivateKey;
use rsa::pkcs8::{DecodePrivateKey as _, EncodePrivateKey as _, LineEnding};
use rsa::rand_core::OsRng;
use rsa::traits::PublicKeyParts as _;
use serde_json::{Value, json};
use tokio::sync::watch;

use super::DemoError;

/// Length of a new key.
const BITS: usize = 2048;

/// Where the key of a running server came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyOrigin {
    /// Read from the key file: tokens of an earlier run are still good.
    Loaded,
    /// New, and written to the key file if there is one.
    Generated,
    /// New, but the key file could not be written for this reason: tokens will not outlive this run.
    NotSaved(String),
}

/// A key that signs and verifies RS256.
#[derive(Debug)]
pub struct SigningKey {
    pair: RsaKeyPair,
    kid: String,
    modulus: Vec<u8>,
    exponent: Vec<u8>,
}

impl SigningKey {
    /// Takes over a key of the `rsa` crate.
    fn new(private: &RsaPrivateKey) -> Result<Self, DemoError> {
        let der = private.to_pkcs8_der().map_err(|error| DemoError::key(&error))?;
        let pair = RsaKeyPair::from_pkcs8(der.as_bytes()).map_err(|error| DemoError::key(&error))?;
        let modulus = private.n().to_bytes_be();
        let digest = ring::digest::digest(&ring::digest::SHA256, &modulus);
        // Any name will do; this one follows from the key, so it survives a restart with it.
        let kid = URL_SAFE_NO_PAD.encode(digest.as_ref());
        Ok(Self {
            pair,
            kid,
            modulus,
            exponent: private.e().to_bytes_be(),
        })
    }

    /// Makes a new key; takes long, so never on a thread that serves.
    pub fn generate() -> Result<(Self, RsaPrivateKey), DemoError> {
        let private = RsaPrivateKey::new(&mut OsRng, BITS).map_err(|error| DemoError::key(&error))?;
        Ok((Self::new(&private)?, private))
    }

    /// The key's name in token headers and in the JWKS.
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// Signs a message: RSASSA-PKCS1-v1_5 with SHA-256 (RFC 7518, 3.3).
    pub fn sign(&self, message: &[u8]) -> Result<Vec<u8>, DemoError> {
        let mut signature = vec![0; self.pair.public().modulus_len()];
        self.pair
            .sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature)
            .map_err(|error| DemoError::key(&error))?;
        Ok(signature)
    }

    /// True when the signature is ours and fits the message.
    pub fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        let public = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, self.pair.public().as_ref());
        public.verify(message, signature).is_ok()
    }

    /// The public half as a JSON Web Key Set (RFC 7517, 5).
    pub fn jwks(&self) -> Value {
        json!({"keys": [{
            "use": "sig",
            "kty": "RSA",
            "kid": self.kid,
            "alg": "RS256",
            "n": URL_SAFE_NO_PAD.encode(&self.modulus),
            "e": URL_SAFE_NO_PAD.encode(&self.exponent),
        }]})
    }
}

/// Loads the key of a file, or generates one and writes it there.
///
/// A file that holds no usable key is replaced: it is ours, and a demo that refuses to start over it helps nobody.
pub fn obtain(file: Option<&Path>) -> Result<(SigningKey, KeyOrigin), DemoError> {
    let Some(file) = file else {
        return Ok((SigningKey::generate()?.0, KeyOrigin::Generated));
    };
    if let Some(key) = load(file) {
        return Ok((key, KeyOrigin::Loaded));
    }
    let existed = file.exists();
    let (key, private) = SigningKey::generate()?;
    match save(file, &private, existed) {
        Ok(()) => Ok((key, KeyOrigin::Generated)),
        // Another demo server was faster: share its key, so that tokens of both stay good.
        Err(error) => match load(file) {
            Some(theirs) => Ok((theirs, KeyOrigin::Loaded)),
            None => Ok((key, KeyOrigin::NotSaved(error.to_string()))),
        },
    }
}

fn load(file: &Path) -> Option<SigningKey> {
    let pem = std::fs::read_to_string(file).ok()?;
    SigningKey::new(&RsaPrivateKey::from_pkcs8_pem(&pem).ok()?).ok()
}

/// Writes the key beside the file and renames it; a temporary file has mode 0600 from its first byte.
fn save(file: &Path, private: &RsaPrivateKey, replace: bool) -> std::io::Result<()> {
    let pem = private.to_pkcs8_pem(LineEnding::LF).map_err(std::io::Error::other)?;
    let folder = file
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)?;
    let mut temporary = tempfile::NamedTempFile::new_in(folder)?;
    temporary.write_all(pem.as_bytes())?;
    temporary.as_file().sync_all()?;
    if replace {
        temporary.persist(file)
    } else {
        temporary.persist_noclobber(file)
    }
    .map(drop)
    .map_err(|error| error.error)
}

/// What is known of the key so far.
#[derive(Debug, Clone)]
enum Slot {
    Pending,
    Ready(Arc<SigningKey>, KeyOrigin),
    Failed(String),
}

/// A key that may still be in the making; clones wait for the same one.
#[derive(Debug, Clone)]
pub struct PendingKey(watch::Receiver<Slot>);

impl PendingKey {
    /// Starts loading or generating on a thread of its own and returns at once.
    pub fn spawn(file: Option<std::path::PathBuf>) -> Self {
        let (sender, receiver) = watch::channel(Slot::Pending);
        // Not `spawn_blocking`: a runtime waits for those when it ends, and quitting must not wait for a key. If the
        // thread cannot start, the sender is dropped and those who wait are told.
        let _detached = std::thread::Builder::new().name("demo key".to_owned()).spawn(move || {
            let slot = match obtain(file.as_deref()) {
                Ok((key, origin)) => Slot::Ready(Arc::new(key), origin),
                Err(error) => Slot::Failed(error.to_string()),
            };
            sender.send_replace(slot);
        });
        Self(receiver)
    }

    /// Waits for the key.
    pub async fn get(&self) -> Result<Arc<SigningKey>, DemoError> {
        self.wait().await.map(|(key, _)| key)
    }

    /// Waits for the key and says where it came from.
    pub async fn origin(&self) -> Result<KeyOrigin, DemoError> {
        self.wait().await.map(|(_, origin)| origin)
    }

    async fn wait(&self) -> Result<(Arc<SigningKey>, KeyOrigin), DemoError> {
        let mut receiver = self.0.clone();
        let slot = receiver
            .wait_for(|slot| !matches!(slot, Slot::Pending))
            .await
            .map_or_else(
                |_| Slot::Failed("the key was never made".to_owned()),
                |slot| slot.clone(),
            );
        match slot {
            Slot::Ready(key, origin) => Ok((key, origin)),
            Slot::Failed(reason) => Err(DemoError::Key { reason }),
            Slot::Pending => Err(DemoError::Key {
                reason: "the key is still being made".to_owned(),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;

    #[test]
    fn a_key_is_kept_and_a_broken_file_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("state/demo-key.pem");
        let (first, origin) = obtain(Some(&file)).unwrap();
        assert_eq!(origin, KeyOrigin::Generated);
        let (second, origin) = obtain(Some(&file)).unwrap();
        assert_eq!(origin, KeyOrigin::Loaded);
        assert_eq!(first.kid(), second.kid());
        let signature = first.sign(b"message").unwrap();
        assert!(second.verifies(b"message", &signature));
        assert!(!second.verifies(b"massage", &signature));

        std::fs::write(&file, "-----BEGIN PRIVATE KEY-----\nbroken").unwrap();
        let (third, origin) = obtain(Some(&file)).unwrap();
        assert_eq!(origin, KeyOrigin::Generated);
        assert_ne!(third.kid(), first.kid());
        assert!(!third.verifies(b"message", &signature));
        assert_eq!(obtain(Some(&file)).unwrap().1, KeyOrigin::Loaded);
    }

    #[cfg(unix)]
    #[test]
    fn the_key_file_is_for_its_owner_only() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("key.pem");
        obtain(Some(&file)).unwrap();
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn a_file_that_cannot_be_written_is_no_reason_to_stop() {
        let folder = tempfile::tempdir().unwrap();
        let blocker = folder.path().join("file");
        std::fs::write(&blocker, "").unwrap();
        let (_, origin) = obtain(Some(&blocker.join("key.pem"))).unwrap();
        assert!(matches!(origin, KeyOrigin::NotSaved(_)));
    }
}
