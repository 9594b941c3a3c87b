//! Certificates and keys in PKCS #12 files (`.p12`, `.pfx`; RFC 7292), as Windows, Java, macOS and OpenSSL write them.
//!
//! ```text
//! PFX ─▶ AuthenticatedSafe ─▶ data, or encrypted data ─▶ bags ─┬▶ certificates, the key's own first
//!                                                              └▶ key, most often encrypted once more
//! ```
//!
//! Encrypted with PBES2 (RFC 8018), or with what the format brought along: triple DES and RC2 under keys that SHA-1
//! makes. The checksum over all of it is not looked at: what a wrong passphrase decrypts is no certificate.

use cbc::Decryptor;
use cbc::cipher::block_padding::Pkcs7;
use cbc::cipher::{BlockDecryptMut, InnerIvInit, KeyIvInit};
use des::TdesEde3;
use pkcs8::der::Decode;
use pkcs8::pkcs5::EncryptionScheme;
use rc2::Rc2;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use sha1::{Digest, Sha1};

use super::identity::Identity;
use super::key::KeyError;
use crate::model::InOrder;

const SEQUENCE: u8 = 0x30;
const INTEGER: u8 = 0x02;
const OCTETS: u8 = 0x04;
const OID: u8 = 0x06;
/// `[0]` around something.
const EXPLICIT: u8 = 0xa0;
/// `[0]` in the place of an octet string's own tag.
const IMPLICIT: u8 = 0x80;

/// `pkcs-7`, of which the last byte tells data (1) from encrypted data (6).
const PKCS_7: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07];
/// The bags of `pkcs-12`: a key (1), an encrypted key (2), a certificate (3).
const BAGS: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x0c, 0x0a, 0x01];
/// Its own ciphers: triple DES (3), RC2 with 128 (5) and 40 bits (6).
const CIPHERS: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x0c, 0x01];
/// The attribute of a certificate and a key that belong together.
const LOCAL_KEY_ID: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x15];

/// What is in a file.
#[derive(Default)]
struct Found {
    /// Certificates, and whether each says that it belongs to a key.
    certificates: Vec<(bool, Vec<u8>)>,
    key: Option<Vec<u8>>,
}

/// Whether bytes are not PEM, which begins with a letter or a dash, but DER.
pub(super) fn is_der(bytes: &[u8]) -> bool {
    bytes.first() == Some(&SEQUENCE)
}

/// Reads a file.
pub(super) fn read(bytes: &[u8], passphrase: Option<&str>) -> Result<Identity, KeyError> {
    let found = open(bytes, passphrase.unwrap_or_default()).map_err(|error| match error {
        // Without one there may be an empty one.
        KeyError::Wrong if passphrase.is_none() => KeyError::NoPassphrase,
        error => error,
    })?;
    let key = found.key.ok_or(KeyError::None)?;
    let mut certificates = found.certificates;
    certificates.order_by_key(|(own, _)| !own);
    let chain = certificates
        .into_iter()
        .map(|(_, der)| CertificateDer::from(der))
        .collect();
    Ok((chain, PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key))))
}

fn open(bytes: &[u8], passphrase: &str) -> Result<Found, KeyError> {
    let mut found = Found::default();
    let safe = authenticated_safe(bytes).ok_or(KeyError::None)?;
    let mut rest = safe;
    while let Some((info, after)) = tagged(rest, SEQUENCE) {
        rest = after;
        let (kind, content) = tagged(info, OID).ok_or(KeyError::None)?;
        let (content, _) = tagged(content, EXPLICIT).ok_or(KeyError::None)?;
        let contents = match kind.strip_prefix(PKCS_7) {
            Some([1]) => tagged(content, OCTETS).ok_or(KeyError::None)?.0.to_vec(),
            Some([6]) => {
                let (algorithm, data) = encrypted(content).ok_or(KeyError::None)?;
                decrypt(algorithm, data, passphrase)?
            }
            // For somebody's public key: not for a passphrase.
            _ => continue,
        };
        bags(&contents, passphrase, &mut found)?;
    }
    Ok(found)
}

/// The list of what the file holds.
fn authenticated_safe(bytes: &[u8]) -> Option<&[u8]> {
    let (pfx, _) = tagged(bytes, SEQUENCE)?;
    let (_, rest) = tagged(pfx, INTEGER)?;
    let (info, _) = tagged(rest, SEQUENCE)?;
    let (_, content) = tagged(info, OID)?;
    let (content, _) = tagged(content, EXPLICIT)?;
    let (octets, _) = tagged(content, OCTETS)?;
    Some(tagged(octets, SEQUENCE)?.0)
}

/// The algorithm of encrypted data, whole, and the data.
fn encrypted(content: &[u8]) -> Option<(&[u8], &[u8])> {
    let (data, _) = tagged(content, SEQUENCE)?;
    let (_, rest) = tagged(data, INTEGER)?;
    let (info, _) = tagged(rest, SEQUENCE)?;
    let (_, rest) = tagged(info, OID)?;
    let (algorithm, rest) = whole(rest)?;
    Some((algorithm, tagged(rest, IMPLICIT)?.0))
}

fn bags(contents: &[u8], passphrase: &str, found: &mut Found) -> Result<(), KeyError> {
    let (mut rest, _) = tagged(contents, SEQUENCE).ok_or(KeyError::Wrong)?;
    while let Some((bag, after)) = tagged(rest, SEQUENCE) {
        rest = after;
        let (kind, content) = tagged(bag, OID).ok_or(KeyError::Wrong)?;
        let (value, attributes) = tagged(content, EXPLICIT).ok_or(KeyError::Wrong)?;
        match kind.strip_prefix(BAGS) {
            Some([1]) => found.key = found.key.take().or_else(|| Some(value.to_vec())),
            Some([2]) => {
                let (info, _) = tagged(value, SEQUENCE).ok_or(KeyError::Wrong)?;
                let (algorithm, data) = whole(info).ok_or(KeyError::Wrong)?;
                let (data, _) = tagged(data, OCTETS).ok_or(KeyError::Wrong)?;
                let key = decrypt(algorithm, data, passphrase)?;
                found.key = found.key.take().or(Some(key));
            }
            Some([3]) => {
                let certificate = certificate(value).ok_or(KeyError::Wrong)?;
                let own = attributes.windows(LOCAL_KEY_ID.len()).any(|part| part == LOCAL_KEY_ID);
                found.certificates.push((own, certificate.to_vec()));
            }
            _ => {}
        }
    }
    Ok(())
}

fn certificate(value: &[u8]) -> Option<&[u8]> {
    let (bag, _) = tagged(value, SEQUENCE)?;
    let (_, content) = tagged(bag, OID)?;
    let (content, _) = tagged(content, EXPLICIT)?;
    Some(tagged(content, OCTETS)?.0)
}

fn decrypt(algorithm: &[u8], data: &[u8], passphrase: &str) -> Result<Vec<u8>, KeyError> {
    let (inner, _) = tagged(algorithm, SEQUENCE).ok_or(KeyError::Wrong)?;
    let (oid, parameters) = tagged(inner, OID).ok_or(KeyError::Wrong)?;
    let plain = if let Some([own]) = oid.strip_prefix(CIPHERS) {
        own_cipher(*own, parameters, data, passphrase)?
    } else {
        let unknown = |error: pkcs8::der::Error| match error.kind() {
            pkcs8::der::ErrorKind::OidUnknown { oid } => KeyError::Cipher(oid.to_string()),
            _ => KeyError::Cipher("an unknown algorithm".to_owned()),
        };
        let scheme = EncryptionScheme::from_der(algorithm).map_err(unknown)?;
        scheme.decrypt(passphrase, data).map_err(|_| KeyError::Wrong)?
    };
    // With the wrong passphrase the padding is right once in 256 times.
    if plain.first() == Some(&SEQUENCE) {
        Ok(plain)
    } else {
        Err(KeyError::Wrong)
    }
}

/// The format's own ciphers (RFC 7292, appendix C).
fn own_cipher(number: u8, parameters: &[u8], data: &[u8], passphrase: &str) -> Result<Vec<u8>, KeyError> {
    let read = || {
        let (pair, _) = tagged(parameters, SEQUENCE)?;
        let (salt, rest) = tagged(pair, OCTETS)?;
        let (rounds, _) = tagged(rest, INTEGER)?;
        let rounds = rounds
            .iter()
            .try_fold(0u32, |sum, byte| Some(sum.checked_mul(256)? + u32::from(*byte)))?;
        Some((salt, rounds))
    };
    let (salt, rounds) = read().ok_or(KeyError::Wrong)?;
    let key = |length| derived(passphrase, salt, rounds, 1, length);
    let iv = derived(passphrase, salt, rounds, 2, 8);
    let rc2 = |key: &[u8]| Decryptor::inner_iv_slice_init(Rc2::new_with_eff_key_len(key, key.len() * 8), &iv);
    match number {
        3 => Decryptor::<TdesEde3>::new_from_slices(&key(24), &iv)
            .ok()
            .and_then(|cipher| cipher.decrypt_padded_vec_mut::<Pkcs7>(data).ok()),
        5 | 6 => rc2(&key(if number == 5 { 16 } else { 5 }))
            .ok()
            .and_then(|cipher| cipher.decrypt_padded_vec_mut::<Pkcs7>(data).ok()),
        _ => return Err(KeyError::Cipher(format!("1.2.840.113549.1.12.1.{number}"))),
    }
    .ok_or(KeyError::Wrong)
}

/// A key (1) or initialisation vector (2) from a passphrase (RFC 7292, appendix B.2).
fn derived(passphrase: &str, salt: &[u8], rounds: u32, purpose: u8, length: usize) -> Vec<u8> {
    const BLOCK: usize = 64;
    let mut password: Vec<u8> = passphrase.encode_utf16().flat_map(u16::to_be_bytes).collect();
    password.extend([0, 0]);
    let filled = |text: &[u8]| -> Vec<u8> {
        let whole = text.len().div_ceil(BLOCK) * BLOCK;
        text.iter().copied().cycle().take(whole).collect()
    };
    let mut input = [filled(salt), filled(&password)].concat();
    let mut out = Vec::new();
    while out.len() < length {
        let mut hash = Sha1::new()
            .chain_update([purpose; BLOCK])
            .chain_update(&input)
            .finalize();
        for _ in 1..rounds {
            hash = Sha1::digest(hash);
        }
        out.extend(hash);
        // Each block of the input becomes itself, and the hash, and one.
        let added: Vec<u8> = hash.iter().copied().cycle().take(BLOCK).collect();
        for block in input.chunks_mut(BLOCK) {
            let mut carry = 1u16;
            for (own, other) in block.iter_mut().zip(&added).rev() {
                let sum = u16::from(*own) + u16::from(*other) + carry;
                *own = sum.to_be_bytes()[1];
                carry = sum >> 8;
            }
        }
    }
    out.truncate(length);
    out
}

/// The first element if it has this tag: its content, and what follows it.
fn tagged(bytes: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    if bytes.first() != Some(&tag) {
        return None;
    }
    let (element, rest) = whole(bytes)?;
    let length = *element.get(1)?;
    let head = if length < 0x80 {
        2
    } else {
        2 + usize::from(length & 0x7f)
    };
    Some((element.get(head..)?, rest))
}

/// The first element with its tag and length, and what follows it.
fn whole(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let length = *bytes.get(1)?;
    let (head, length) = if length < 0x80 {
        (2, usize::from(length))
    } else {
        let count = usize::from(length & 0x7f);
        // Of none it is open, which nobody writes here; of more than four it is no file.
        if !(1..=4).contains(&count) {
            return None;
        }
        let digits = bytes.get(2..2 + count)?;
        (
            2 + count,
            digits.iter().fold(0, |sum, byte| sum * 256 + usize::from(*byte)),
        )
    };
    bytes.split_at_checked(head.checked_add(length)?)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use super::*;

    const MODERN: &[u8] = include_bytes!("../../tests/http/keys/client-aes256.p12");
    const LEGACY: &[u8] = include_bytes!("../../tests/http/keys/client-rc2-3des.p12");
    const EMPTY: &[u8] = include_bytes!("../../tests/http/keys/client-empty.p12");

    #[test]
    fn what_openssl_writes_today_and_wrote_before_is_read() {
        let (modern, key) = read(MODERN, Some("hüsh")).unwrap();
        let (legacy, old) = read(LEGACY, Some("hüsh")).unwrap();
        let (empty, none) = read(EMPTY, None).unwrap();
        assert_eq!((modern.len(), &modern, &modern), (2, &legacy, &empty));
        assert_eq!(
            (key.secret_der(), key.secret_der()),
            (old.secret_der(), none.secret_der())
        );
        // The key's own certificate comes first: rustls looks whether they fit.
        let signing = rustls::crypto::ring::sign::any_supported_type(&key).unwrap();
        assert!(rustls::sign::CertifiedKey::new(modern, signing).keys_match().is_ok());
    }

    #[test]
    fn a_wrong_passphrase_and_none_are_told_apart() {
        for file in [MODERN, LEGACY] {
            assert_eq!(read(file, Some("wrong")).unwrap_err(), KeyError::Wrong);
            assert_eq!(read(file, None).unwrap_err(), KeyError::NoPassphrase);
        }
        assert_eq!(read(EMPTY, Some("wrong")).unwrap_err(), KeyError::Wrong);
    }

    #[test]
    fn broken_files_are_refused() {
        for at in 0..MODERN.len() {
            assert!(read(&MODERN[..at], Some("hüsh")).is_err(), "{at}");
        }
        for at in 0..60 {
            let mut bytes = LEGACY.to_vec();
            bytes[at] ^= 0xff;
            // Some bytes do not matter; none may bring it down.
            let _ = read(&bytes, Some("hüsh"));
        }
        assert_eq!(read(&[SEQUENCE, 0], None).unwrap_err(), KeyError::None);
    }
}
