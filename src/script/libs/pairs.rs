//! Key pairs that do not sign: secrets agreed on by two (ECDH on the curves of the NIST), RSA that encrypts (OAEP, RFC 8017),
//! and new keys of both.

use p256::NistP256;
use p256::elliptic_curve::point::AffineCoordinates;
use p256::elliptic_curve::sec1::{FromEncodedPoint, ModulusSize, ToEncodedPoint};
use p256::elliptic_curve::{AffinePoint, CurveArithmetic, FieldBytesSize, ProjectivePoint, PublicKey, SecretKey};
use p384::NistP384;
use p521::NistP521;
use pkcs8::der::Decode;
use pkcs8::spki::SubjectPublicKeyInfoRef;
use pkcs8::{ObjectIdentifier, PrivateKeyInfo};
use rquickjs::function::Func;
use rquickjs::{Ctx, Object, Result};
use rsa::pkcs1::{DecodeRsaPrivateKey, DecodeRsaPublicKey, EncodeRsaPrivateKey};
use rsa::rand_core::OsRng;
use rsa::{Oaep, RsaPrivateKey, RsaPublicKey};
use sha1::Sha1;
use sha2::{Sha256, Sha384, Sha512};

use super::{Bytes, give};

/// The natives of `crypto.subtle` that agree, encrypt with pairs, and make them. What is not there, and a key that does not
/// fit, is `undefined`.
pub fn natives<'js>(ctx: &Ctx<'js>) -> Result<Object<'js>> {
    let lib = Object::new(ctx.clone())?;
    lib.set(
        "number",
        Func::from(|ctx: Ctx<'js>, curve: String, key: Bytes| {
            number(&curve, &key.0).map(|made| give(&ctx, made)).transpose()
        }),
    )?;
    lib.set(
        "point",
        Func::from(|ctx: Ctx<'js>, curve: String, number: Bytes| {
            point(&curve, &number.0).map(|made| give(&ctx, made)).transpose()
        }),
    )?;
    lib.set(
        "whole",
        Func::from(|ctx: Ctx<'js>, curve: String, point: Bytes| {
            whole(&curve, &point.0).map(|made| give(&ctx, made)).transpose()
        }),
    )?;
    lib.set(
        "isRsa",
        Func::from(|is_private: bool, key: Bytes| is_rsa(is_private, &key.0).is_some()),
    )?;
    lib.set(
        "agree",
        Func::from(|ctx: Ctx<'js>, curve: String, number: Bytes, with: Bytes| {
            agree(&curve, &number.0, &with.0)
                .map(|made| give(&ctx, made))
                .transpose()
        }),
    )?;
    lib.set(
        "generate",
        Func::from(|ctx: Ctx<'js>, curve: String| generate(&curve).map(|made| give(&ctx, made)).transpose()),
    )?;
    lib.set(
        "generateRsa",
        Func::from(|ctx: Ctx<'js>, bits: usize| generate_rsa(bits).map(|made| give(&ctx, made)).transpose()),
    )?;
    lib.set(
        "oaep",
        Func::from(
            |ctx: Ctx<'js>, encrypt: bool, hash: String, key: Bytes, label: Bytes, data: Bytes| {
                oaep(encrypt, &hash, &key.0, label.0, &data.0)
                    .map(|made| give(&ctx, made))
                    .transpose()
            },
        ),
    )?;
    Ok(lib)
}

/// One call for the curve of a name.
macro_rules! on_curve {
    ($name:expr, $work:ident($($given:expr),*)) => {
        match $name {
            "P-256" => $work::<NistP256>($($given),*),
            "P-384" => $work::<NistP384>($($given),*),
            "P-521" => $work::<NistP521>($($given),*),
            _ => None,
        }
    };
}

/// The number that a private key in PKCS #8 is, as long as its curve wants it; some programs leave out zeros.
fn number(curve: &str, key: &[u8]) -> Option<Vec<u8>> {
    let info = PrivateKeyInfo::from_der(key).ok()?;
    let (length, oid) = match curve {
        "P-256" => (32, "1.2.840.10045.3.1.7"),
        "P-384" => (48, "1.3.132.0.34"),
        "P-521" => (66, "1.3.132.0.35"),
        _ => return None,
    };
    let own = info.algorithm.parameters_oid().ok()?;
    if own != ObjectIdentifier::new(oid).ok()? {
        return None;
    }
    let key = sec1::EcPrivateKey::from_der(info.private_key).ok()?;
    let mut out = vec![0; usize::saturating_sub(length, key.private_key.len())];
    out.extend_from_slice(key.private_key);
    point(curve, &out).map(|_| out)
}

/// The public point of a private number.
fn point(curve: &str, number: &[u8]) -> Option<Vec<u8>> {
    fn of<C>(number: &[u8]) -> Option<Vec<u8>>
    where
        C: CurveArithmetic,
        FieldBytesSize<C>: ModulusSize,
        AffinePoint<C>: FromEncodedPoint<C> + ToEncodedPoint<C>,
    {
        let key = SecretKey::<C>::from_slice(number).ok()?;
        Some(key.public_key().to_encoded_point(false).as_bytes().to_vec())
    }
    on_curve!(curve, of(number))
}

/// A public point with both of its coordinates; of one that is written short they are computed. One that is not on the curve
/// is none.
fn whole(curve: &str, point: &[u8]) -> Option<Vec<u8>> {
    fn of<C>(point: &[u8]) -> Option<Vec<u8>>
    where
        C: CurveArithmetic,
        FieldBytesSize<C>: ModulusSize,
        AffinePoint<C>: FromEncodedPoint<C> + ToEncodedPoint<C>,
    {
        let key = PublicKey::<C>::from_sec1_bytes(point).ok()?;
        Some(key.to_encoded_point(false).as_bytes().to_vec())
    }
    on_curve!(curve, of(point))
}

/// Something where a key in PKCS #8 or SPKI is one of RSA, of whatever length.
fn is_rsa(is_private: bool, key: &[u8]) -> Option<()> {
    let own = if is_private {
        let info = PrivateKeyInfo::from_der(key).ok()?;
        rsa::pkcs1::RsaPrivateKey::from_der(info.private_key).ok()?;
        info.algorithm.oid
    } else {
        let info = SubjectPublicKeyInfoRef::from_der(key).ok()?;
        rsa::pkcs1::RsaPublicKey::from_der(info.subject_public_key.as_bytes()?).ok()?;
        info.algorithm.oid
    };
    (own == rsa::pkcs1::ALGORITHM_OID).then_some(())
}

/// What a private number and another's public point agree on.
fn agree(curve: &str, number: &[u8], with: &[u8]) -> Option<Vec<u8>> {
    fn of<C>(number: &[u8], with: &[u8]) -> Option<Vec<u8>>
    where
        C: CurveArithmetic,
        FieldBytesSize<C>: ModulusSize,
        AffinePoint<C>: FromEncodedPoint<C> + ToEncodedPoint<C>,
    {
        let key = SecretKey::<C>::from_slice(number).ok()?;
        // A point that is not on the curve is none.
        let with = PublicKey::<C>::from_sec1_bytes(with).ok()?;
        let point = ProjectivePoint::<C>::from(*with.as_affine()) * *key.to_nonzero_scalar();
        let point: AffinePoint<C> = point.into();
        Some(point.x().to_vec())
    }
    on_curve!(curve, of(number, with))
}

/// A new private number.
fn generate(curve: &str) -> Option<Vec<u8>> {
    fn of<C: CurveArithmetic>() -> Vec<u8> {
        SecretKey::<C>::random(&mut OsRng).to_bytes().to_vec()
    }
    Some(match curve {
        "P-256" => of::<NistP256>(),
        "P-384" => of::<NistP384>(),
        "P-521" => of::<NistP521>(),
        _ => return None,
    })
}

/// A new private key of RSA with the exponent 65537, as an `RSAPrivateKey`. It takes some tenths of a second, and more of
/// it the longer it is: 4096 bits would take a script all the time that it has.
fn generate_rsa(bits: usize) -> Option<Vec<u8>> {
    let key = RsaPrivateKey::new(&mut OsRng, bits).ok()?;
    Some(key.to_pkcs1_der().ok()?.as_bytes().to_vec())
}

/// Encrypts with a public key in SPKI, or decrypts with a private one in PKCS #8. The label must be text.
fn oaep(encrypt: bool, hash: &str, key: &[u8], label: Vec<u8>, data: &[u8]) -> Option<Vec<u8>> {
    let label = String::from_utf8(label).ok()?;
    let mut padding = match hash {
        "SHA1" => Oaep::new::<Sha1>(),
        "SHA256" => Oaep::new::<Sha256>(),
        "SHA384" => Oaep::new::<Sha384>(),
        "SHA512" => Oaep::new::<Sha512>(),
        _ => return None,
    };
    padding.label = Some(label);
    if encrypt {
        let info = SubjectPublicKeyInfoRef::from_der(key).ok()?;
        let key = RsaPublicKey::from_pkcs1_der(info.subject_public_key.as_bytes()?).ok()?;
        return key.encrypt(&mut OsRng, padding, data).ok();
    }
    let info = PrivateKeyInfo::from_der(key).ok()?;
    let key = RsaPrivateKey::from_pkcs1_der(info.private_key).ok()?;
    // Blinded, so that its time says nothing of the key.
    key.decrypt_blinded(&mut OsRng, padding, data).ok()
}
