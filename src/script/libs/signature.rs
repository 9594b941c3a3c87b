//! Signatures with a key pair: RSA (PKCS #1 v1.5 and PSS, RFC 8017), ECDSA as the web has it and Ed25519 (RFC 8032), by
//! ring.

use pkcs8::der::Decode;
use pkcs8::spki::SubjectPublicKeyInfoRef;
use ring::rand::SystemRandom;
use ring::signature::{
    self, EcdsaKeyPair, EcdsaSigningAlgorithm, Ed25519KeyPair, KeyPair, RsaEncoding, RsaKeyPair, UnparsedPublicKey,
    VerificationAlgorithm,
};
use rquickjs::function::Func;
use rquickjs::{Ctx, Object, Result};

use super::{Bytes, give};

/// The algorithm that has one hash of its own.
const ED25519: &str = "Ed25519";

/// The natives of `crypto.subtle` that sign. `algorithm` is a name, a slash and a hash: `ECDSA/SHA256`. What is not there,
/// and a key that does not fit, is `undefined`.
pub fn natives<'js>(ctx: &Ctx<'js>) -> Result<Object<'js>> {
    let lib = Object::new(ctx.clone())?;
    lib.set(
        "sign",
        Func::from(|ctx: Ctx<'js>, algorithm: String, key: Bytes, data: Bytes| {
            sign(&algorithm, &key.0, &data.0)
                .map(|made| give(&ctx, made))
                .transpose()
        }),
    )?;
    lib.set(
        "verify",
        Func::from(|algorithm: String, key: Bytes, data: Bytes, made: Bytes| {
            verify(&algorithm, &key.0, &data.0, &made.0)
        }),
    )?;
    lib.set(
        "publicKey",
        Func::from(|ctx: Ctx<'js>, algorithm: String, key: Bytes| {
            public_key(&algorithm, &key.0).map(|made| give(&ctx, made)).transpose()
        }),
    )?;
    Ok(lib)
}

/// How RSA signs.
fn encoding(algorithm: &str) -> Option<&'static dyn RsaEncoding> {
    Some(match algorithm {
        "RSASSA-PKCS1-v1_5/SHA256" => &signature::RSA_PKCS1_SHA256,
        "RSASSA-PKCS1-v1_5/SHA384" => &signature::RSA_PKCS1_SHA384,
        "RSASSA-PKCS1-v1_5/SHA512" => &signature::RSA_PKCS1_SHA512,
        "RSA-PSS/SHA256" => &signature::RSA_PSS_SHA256,
        "RSA-PSS/SHA384" => &signature::RSA_PSS_SHA384,
        "RSA-PSS/SHA512" => &signature::RSA_PSS_SHA512,
        _ => return None,
    })
}

/// The curve that belongs to a hash; ring signs with no other pair of them.
fn curve(algorithm: &str) -> Option<&'static EcdsaSigningAlgorithm> {
    Some(match algorithm {
        "ECDSA/SHA256" => &signature::ECDSA_P256_SHA256_FIXED_SIGNING,
        "ECDSA/SHA384" => &signature::ECDSA_P384_SHA384_FIXED_SIGNING,
        _ => return None,
    })
}

fn verification(algorithm: &str) -> Option<&'static dyn VerificationAlgorithm> {
    Some(match algorithm {
        "RSASSA-PKCS1-v1_5/SHA1" => &signature::RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY,
        "RSASSA-PKCS1-v1_5/SHA256" => &signature::RSA_PKCS1_2048_8192_SHA256,
        "RSASSA-PKCS1-v1_5/SHA384" => &signature::RSA_PKCS1_2048_8192_SHA384,
        "RSASSA-PKCS1-v1_5/SHA512" => &signature::RSA_PKCS1_2048_8192_SHA512,
        "RSA-PSS/SHA256" => &signature::RSA_PSS_2048_8192_SHA256,
        "RSA-PSS/SHA384" => &signature::RSA_PSS_2048_8192_SHA384,
        "RSA-PSS/SHA512" => &signature::RSA_PSS_2048_8192_SHA512,
        ED25519 => &signature::ED25519,
        "ECDSA/SHA256" => &signature::ECDSA_P256_SHA256_FIXED,
        "ECDSA/SHA384" => &signature::ECDSA_P384_SHA384_FIXED,
        _ => return None,
    })
}

/// Signs with a private key in PKCS #8.
fn sign(algorithm: &str, key: &[u8], data: &[u8]) -> Option<Vec<u8>> {
    let random = SystemRandom::new();
    if let Some(curve) = curve(algorithm) {
        let pair = EcdsaKeyPair::from_pkcs8(curve, key, &random).ok()?;
        return Some(pair.sign(&random, data).ok()?.as_ref().to_vec());
    }
    if algorithm == ED25519 {
        // Others write keys without their public half.
        let pair = Ed25519KeyPair::from_pkcs8_maybe_unchecked(key).ok()?;
        return Some(pair.sign(data).as_ref().to_vec());
    }
    let pair = RsaKeyPair::from_pkcs8(key).ok()?;
    let mut made = vec![0; pair.public().modulus_len()];
    pair.sign(encoding(algorithm)?, &random, data, &mut made).ok()?;
    Some(made)
}

/// Whether a signature is right for a public key in SPKI (RFC 5280).
fn verify(algorithm: &str, key: &[u8], data: &[u8], made: &[u8]) -> Option<bool> {
    let info = SubjectPublicKeyInfoRef::from_der(key).ok()?;
    let key = UnparsedPublicKey::new(verification(algorithm)?, info.subject_public_key.as_bytes()?);
    Some(key.verify(data, made).is_ok())
}

/// The public half of a private key: a point of the curve, or RSA's `RSAPublicKey`.
fn public_key(algorithm: &str, key: &[u8]) -> Option<Vec<u8>> {
    if let Some(curve) = curve(algorithm) {
        let pair = EcdsaKeyPair::from_pkcs8(curve, key, &SystemRandom::new()).ok()?;
        return Some(pair.public_key().as_ref().to_vec());
    }
    if algorithm == ED25519 {
        let pair = Ed25519KeyPair::from_pkcs8_maybe_unchecked(key).ok()?;
        return Some(pair.public_key().as_ref().to_vec());
    }
    let pair = RsaKeyPair::from_pkcs8(key).ok()?;
    Some(pair.public_key().as_ref().to_vec())
}
