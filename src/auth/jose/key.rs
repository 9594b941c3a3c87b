//! Private keys as people have them: PEM with PKCS #1, PKCS #8 or SEC 1 in it, also pasted without its line breaks, and
//! JSON Web Keys (RFC 7517, 7518, 8037).

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use p256::ecdsa::signature::hazmat::PrehashSigner;
use pkcs8::der::Decode;
use pkcs8::{ObjectIdentifier, PrivateKeyInfo};
use ring::signature::Ed25519KeyPair;
use rsa::pkcs1::DecodeRsaPrivateKey;
use rsa::rand_core::OsRng;
use rsa::signature::SignatureEncoding;
use rsa::signature::hazmat::RandomizedPrehashSigner;
use rsa::{BigUint, Pkcs1v15Sign, Pss, RsaPrivateKey};
use serde_json::Value;

use super::{Algorithm, Hash, JwtError};

/// The curves and kinds of keys by their names in PKCS #8 and SEC 1.
const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const RSA_PSS: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.10");
const EC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
const ED25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");
const P256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");
const P384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.34");
const P521: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.35");

/// A private key; it has no `Debug`.
pub struct PrivateKey(Kind);

enum Kind {
    Rsa(Box<RsaPrivateKey>),
    P256(p256::ecdsa::SigningKey),
    P384(Box<p384::ecdsa::SigningKey>),
    P521(Box<p521::ecdsa::SigningKey>),
    Ed25519(Ed25519KeyPair),
}

/// Why a text is no private key that can be signed with.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// Nothing is there.
    #[error("the private key is empty")]
    Empty,
    /// It is neither PEM nor a JSON Web Key.
    #[error("the private key is neither PEM (`-----BEGIN PRIVATE KEY-----`) nor a JSON Web Key")]
    Form,
    /// It is something else in PEM.
    #[error("the private key is a `{0}`: paste the private key itself")]
    Other(String),
    /// It needs a passphrase, which nobody is there to ask for.
    #[error("the private key is encrypted: decrypt it with `openssl pkey -in key.pem`")]
    Encrypted,
    /// It is in OpenSSH's own format.
    #[error("the private key is in OpenSSH's format: convert a copy of it with `ssh-keygen -p -m PKCS8 -f copy`")]
    OpenSsh,
    /// It was cut off or changed.
    #[error("the private key is damaged: is all of it there, from `BEGIN` to `END`?")]
    Damaged,
    /// Of a kind or on a curve that cannot be signed with.
    #[error("the private key is of the kind `{0}`, which is not supported: use RSA, P-256, P-384, P-521 or Ed25519")]
    Unsupported(String),
}

impl PrivateKey {
    /// Reads a key in PEM, or a JSON Web Key.
    ///
    /// # Errors
    ///
    /// What is wrong with it, in words that hold nothing of it.
    pub fn read(text: &str) -> Result<Self, KeyError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(KeyError::Empty);
        }
        if text.starts_with('{') {
            let jwk: Value = serde_json::from_str(text).map_err(|_| KeyError::Damaged)?;
            return jwk_key(&jwk).map(Self);
        }
        let (label, der) = pem(text)?;
        Self::from_der(&label, &der)
    }

    /// Reads a key in PKCS #8 without the letters around it.
    ///
    /// # Errors
    ///
    /// As [`Self::read`].
    pub fn from_pkcs8(der: &[u8]) -> Result<Self, KeyError> {
        Self::from_der("PRIVATE KEY", der)
    }

    fn from_der(label: &str, der: &[u8]) -> Result<Self, KeyError> {
        match label {
            "PRIVATE KEY" => pkcs8_key(der),
            "RSA PRIVATE KEY" => rsa_key(der),
            "EC PRIVATE KEY" => sec1_key(der, None),
            "ENCRYPTED PRIVATE KEY" => Err(KeyError::Encrypted),
            "OPENSSH PRIVATE KEY" => Err(KeyError::OpenSsh),
            other => Err(KeyError::Other(other.to_owned())),
        }
        .map(Self)
    }

    /// Signs with RSA, PKCS #1 v1.5, as OAuth 1.0 does.
    ///
    /// # Errors
    ///
    /// When it is another kind of key, or too short for the hash.
    pub fn sign_rsa(&self, hash: Hash, data: &[u8]) -> Result<Vec<u8>, JwtError> {
        self.sign(Algorithm::Rs(hash), data)
    }

    /// What it is, for messages.
    fn describe(&self) -> &'static str {
        match self.0 {
            Kind::Rsa(_) => "an RSA key",
            Kind::P256(_) => "a key on the curve P-256",
            Kind::P384(_) => "a key on the curve P-384",
            Kind::P521(_) => "a key on the curve P-521",
            Kind::Ed25519(_) => "an Ed25519 key",
        }
    }

    /// Signs as RFC 7518 and 8037 say.
    pub(super) fn sign(&self, algorithm: Algorithm, data: &[u8]) -> Result<Vec<u8>, JwtError> {
        let wanted = match (algorithm, &self.0) {
            (Algorithm::Rs(hash), Kind::Rsa(key)) => return pkcs1(key, hash, data),
            (Algorithm::Ps(hash), Kind::Rsa(key)) => return pss(key, hash, data),
            (Algorithm::Es(Hash::Sha256), Kind::P256(key)) => {
                return fixed(
                    key.sign_prehash(&Hash::Sha256.of(data))
                        .map(|made: p256::ecdsa::Signature| made.to_vec()),
                );
            }
            (Algorithm::Es(Hash::Sha384), Kind::P384(key)) => {
                return fixed(
                    key.sign_prehash(&Hash::Sha384.of(data))
                        .map(|made: p384::ecdsa::Signature| made.to_vec()),
                );
            }
            (Algorithm::Es(Hash::Sha512), Kind::P521(key)) => {
                let made = key.sign_prehash_with_rng(&mut OsRng, &Hash::Sha512.of(data));
                return fixed(made.map(|made: p521::ecdsa::Signature| made.to_vec()));
            }
            (Algorithm::EdDsa, Kind::Ed25519(key)) => return Ok(key.sign(data).as_ref().to_vec()),
            (Algorithm::Hs(_), _) => "a shared secret",
            (Algorithm::Rs(_) | Algorithm::Ps(_), _) => "an RSA key",
            (Algorithm::Es(Hash::Sha384), _) => "a key on the curve P-384",
            (Algorithm::Es(Hash::Sha512), _) => "a key on the curve P-521",
            (Algorithm::Es(_), _) => "a key on the curve P-256",
            (Algorithm::EdDsa, _) => "an Ed25519 key",
        };
        Err(JwtError::Mismatch {
            algorithm: algorithm.called(),
            wanted,
            given: self.describe(),
        })
    }
}

/// The curves fail for no key and no hash of theirs.
fn fixed(made: Result<Vec<u8>, p256::ecdsa::signature::Error>) -> Result<Vec<u8>, JwtError> {
    made.map_err(|_| JwtError::TooShort("ECDSA"))
}

fn pkcs1(key: &RsaPrivateKey, hash: Hash, data: &[u8]) -> Result<Vec<u8>, JwtError> {
    let padding = match hash {
        Hash::Sha1 => Pkcs1v15Sign::new::<sha1::Sha1>(),
        Hash::Sha256 => Pkcs1v15Sign::new::<sha2::Sha256>(),
        Hash::Sha384 => Pkcs1v15Sign::new::<sha2::Sha384>(),
        Hash::Sha512 => Pkcs1v15Sign::new::<sha2::Sha512>(),
    };
    // Blinded, so that its time says nothing of the key.
    key.sign_with_rng(&mut OsRng, padding, &hash.of(data))
        .map_err(|_| JwtError::TooShort(Algorithm::Rs(hash).called()))
}

fn pss(key: &RsaPrivateKey, hash: Hash, data: &[u8]) -> Result<Vec<u8>, JwtError> {
    let padding = match hash {
        Hash::Sha1 => Pss::new_blinded::<sha1::Sha1>(),
        Hash::Sha256 => Pss::new_blinded::<sha2::Sha256>(),
        Hash::Sha384 => Pss::new_blinded::<sha2::Sha384>(),
        Hash::Sha512 => Pss::new_blinded::<sha2::Sha512>(),
    };
    key.sign_with_rng(&mut OsRng, padding, &hash.of(data))
        .map_err(|_| JwtError::TooShort(Algorithm::Ps(hash).word()))
}

/// Label and bytes of the first private key of a PEM text, or of the first block there is.
///
/// Keys come through forms, environment variables and JSON files, which turn line breaks into spaces, into `\n`, or into
/// nothing; so all white space between the two marks is let be.
fn pem(text: &str) -> Result<(String, Vec<u8>), KeyError> {
    let mut first = None;
    let mut rest = text;
    while let Some((_, from)) = rest.split_once("-----BEGIN ") {
        let (label, after) = from.split_once("-----").ok_or(KeyError::Damaged)?;
        let end = format!("-----END {label}-----");
        let (inside, next) = after.split_once(&end).ok_or(KeyError::Damaged)?;
        if label.ends_with("PRIVATE KEY") {
            return block(label, inside);
        }
        // `EC PARAMETERS` stand before a key that OpenSSL made.
        first.get_or_insert_with(|| KeyError::Other(label.to_owned()));
        rest = next;
    }
    Err(first.unwrap_or(KeyError::Form))
}

fn block(label: &str, inside: &str) -> Result<(String, Vec<u8>), KeyError> {
    if inside.contains("Proc-Type:") {
        return Err(KeyError::Encrypted);
    }
    let inside = inside.replace("\\n", "").replace("\\r", "");
    let data: String = inside.split_whitespace().collect();
    let der = STANDARD.decode(data).map_err(|_| KeyError::Damaged)?;
    Ok((label.to_owned(), der))
}

fn pkcs8_key(der: &[u8]) -> Result<Kind, KeyError> {
    let info = PrivateKeyInfo::from_der(der).map_err(|_| KeyError::Damaged)?;
    match info.algorithm.oid {
        RSA | RSA_PSS => rsa_key(info.private_key),
        EC => sec1_key(info.private_key, info.algorithm.parameters_oid().ok()),
        ED25519 => {
            let seed =
                <pkcs8::der::asn1::OctetStringRef<'_>>::from_der(info.private_key).map_err(|_| KeyError::Damaged)?;
            ed25519(seed.as_bytes())
        }
        other => Err(KeyError::Unsupported(other.to_string())),
    }
}

fn rsa_key(der: &[u8]) -> Result<Kind, KeyError> {
    let key = RsaPrivateKey::from_pkcs1_der(der).map_err(|_| KeyError::Damaged)?;
    Ok(Kind::Rsa(Box::new(key)))
}

/// A key on a curve; which one says the key itself, or what is around it.
fn sec1_key(der: &[u8], curve: Option<ObjectIdentifier>) -> Result<Kind, KeyError> {
    let key = sec1::EcPrivateKey::from_der(der).map_err(|_| KeyError::Damaged)?;
    let named = key.parameters.and_then(sec1::EcParameters::named_curve);
    curve_key(curve.or(named), key.private_key)
}

fn curve_key(curve: Option<ObjectIdentifier>, number: &[u8]) -> Result<Kind, KeyError> {
    let damaged = |_| KeyError::Damaged;
    Ok(match curve {
        Some(P256) => Kind::P256(p256::ecdsa::SigningKey::from_slice(&padded(number, 32)).map_err(damaged)?),
        Some(P384) => {
            let key = p384::ecdsa::SigningKey::from_slice(&padded(number, 48)).map_err(damaged)?;
            Kind::P384(Box::new(key))
        }
        Some(P521) => {
            let key = p521::ecdsa::SigningKey::from_slice(&padded(number, 66)).map_err(damaged)?;
            Kind::P521(Box::new(key))
        }
        Some(other) => return Err(KeyError::Unsupported(other.to_string())),
        None => return Err(KeyError::Unsupported("a curve without a name".to_owned())),
    })
}

/// A number with the leading zeros that some programs leave out.
fn padded(number: &[u8], length: usize) -> Vec<u8> {
    let mut out = vec![0; length.saturating_sub(number.len())];
    out.extend_from_slice(number);
    out
}

fn ed25519(seed: &[u8]) -> Result<Kind, KeyError> {
    let pair = Ed25519KeyPair::from_seed_unchecked(seed).map_err(|_| KeyError::Damaged)?;
    Ok(Kind::Ed25519(pair))
}

/// A JSON Web Key.
fn jwk_key(jwk: &Value) -> Result<Kind, KeyError> {
    let text = |name: &str| jwk.get(name).and_then(Value::as_str).unwrap_or_default();
    let bytes = |name: &str| {
        let given = text(name).trim_end_matches('=');
        let bytes = URL_SAFE_NO_PAD.decode(given).map_err(|_| KeyError::Damaged)?;
        if bytes.is_empty() {
            Err(KeyError::Damaged)
        } else {
            Ok(bytes)
        }
    };
    if text("d").is_empty() && ["RSA", "EC", "OKP"].contains(&text("kty")) {
        return Err(KeyError::Other("public JSON Web Key".to_owned()));
    }
    match (text("kty"), text("crv")) {
        ("RSA", _) => {
            let number = |name: &str| bytes(name).map(|bytes| BigUint::from_bytes_be(&bytes));
            // Without its primes a key can be had back from the other three numbers.
            let primes = match (number("p"), number("q")) {
                (Ok(p), Ok(q)) => vec![p, q],
                _ => Vec::new(),
            };
            let key = RsaPrivateKey::from_components(number("n")?, number("e")?, number("d")?, primes);
            Ok(Kind::Rsa(Box::new(key.map_err(|_| KeyError::Damaged)?)))
        }
        ("EC", "P-256") => curve_key(Some(P256), &bytes("d")?),
        ("EC", "P-384") => curve_key(Some(P384), &bytes("d")?),
        ("EC", "P-521") => curve_key(Some(P521), &bytes("d")?),
        ("OKP", "Ed25519") => ed25519(&bytes("d")?),
        ("EC" | "OKP", curve) => Err(KeyError::Unsupported(curve.escape_debug().to_string())),
        (kind, _) => Err(KeyError::Unsupported(kind.escape_debug().to_string())),
    }
}
