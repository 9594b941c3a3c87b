//! Private keys in PEM files, also those that a passphrase protects.
//!
//! ```text
//! BEGIN ENCRYPTED PRIVATE KEY    PKCS #8, RFC 5958 and 8018: the key is derived with PBKDF2 or scrypt
//! Proc-Type: 4,ENCRYPTED         what OpenSSL wrote before: RFC 1421, the key is derived with MD5
//! ```

use aes::{Aes128, Aes192, Aes256};
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use cbc::Decryptor;
use cbc::cipher::block_padding::Pkcs7;
use cbc::cipher::{BlockDecryptMut, KeyIvInit};
use des::TdesEde3;
use md5::{Digest, Md5};
use pkcs8::EncryptedPrivateKeyInfo;
use pkcs8::der::Decode;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs1KeyDer, PrivatePkcs8KeyDer, PrivateSec1KeyDer};

/// Why a key cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum KeyError {
    /// There is none.
    #[error("it holds no private key")]
    None,
    /// It is encrypted, and nothing was given to decrypt it with.
    #[error("its key is encrypted, and no passphrase is given")]
    NoPassphrase,
    /// It cannot be decrypted.
    #[error("its key cannot be decrypted: the passphrase is wrong, or the file is damaged")]
    Wrong,
    /// It is encrypted in a way nobody should use any more, or in a new one.
    #[error("its key is encrypted with `{0}`, which postrider cannot undo")]
    Cipher(String),
}

/// A block of a PEM file.
struct Block {
    label: String,
    headers: Vec<(String, String)>,
    bytes: Vec<u8>,
}

/// The first private key of a PEM file.
pub(super) fn read(pem: &[u8], passphrase: Option<&str>) -> Result<PrivateKeyDer<'static>, KeyError> {
    let text = String::from_utf8_lossy(pem);
    let block = blocks(&text)
        .into_iter()
        .find(|block| block.label.ends_with("PRIVATE KEY"));
    let encrypted = block.filter(|block| block.label.starts_with("ENCRYPTED") || block.header("DEK-Info").is_some());
    let Some(block) = encrypted else {
        return PrivateKeyDer::from_pem_slice(pem).map_err(|_| KeyError::None);
    };
    let passphrase = passphrase.ok_or(KeyError::NoPassphrase)?;
    match block.header("DEK-Info") {
        None => pkcs8(&block.bytes, passphrase),
        Some(info) => {
            let plain = traditional(info, &block.bytes, passphrase)?;
            // With the wrong passphrase the padding is right once in 256 times.
            let is_der = plain.first() == Some(&0x30);
            match block.label.as_str() {
                _ if !is_der => Err(KeyError::Wrong),
                "RSA PRIVATE KEY" => Ok(PrivatePkcs1KeyDer::from(plain).into()),
                "EC PRIVATE KEY" => Ok(PrivateSec1KeyDer::from(plain).into()),
                _ => Ok(PrivatePkcs8KeyDer::from(plain).into()),
            }
        }
    }
}

fn pkcs8(bytes: &[u8], passphrase: &str) -> Result<PrivateKeyDer<'static>, KeyError> {
    let info = EncryptedPrivateKeyInfo::from_der(bytes).map_err(|error| {
        // What it is encrypted with is read as well, and is an unknown to the reader if it is too old.
        match error.kind() {
            pkcs8::der::ErrorKind::OidUnknown { oid } => KeyError::Cipher(oid.to_string()),
            _ => KeyError::Wrong,
        }
    })?;
    let plain = info.decrypt(passphrase).map_err(|_| KeyError::Wrong)?;
    Ok(PrivatePkcs8KeyDer::from(plain.as_bytes().to_vec()).into())
}

/// Decrypts what OpenSSL encrypted; `info` is `AES-256-CBC,` and the initialisation vector in hexadecimal digits.
fn traditional(info: &str, bytes: &[u8], passphrase: &str) -> Result<Vec<u8>, KeyError> {
    let (cipher, iv) = info.split_once(',').ok_or(KeyError::Wrong)?;
    let iv = hex(iv.trim()).ok_or(KeyError::Wrong)?;
    let key = |length: usize| derived(passphrase.as_bytes(), iv.get(..8).unwrap_or_default(), length);
    match cipher.trim().to_ascii_uppercase().as_str() {
        "AES-128-CBC" => decrypted::<Aes128>(&key(16), &iv, bytes),
        "AES-192-CBC" => decrypted::<Aes192>(&key(24), &iv, bytes),
        "AES-256-CBC" => decrypted::<Aes256>(&key(32), &iv, bytes),
        "DES-EDE3-CBC" => decrypted::<TdesEde3>(&key(24), &iv, bytes),
        other => Err(KeyError::Cipher(other.to_owned())),
    }
}

fn decrypted<C>(key: &[u8], iv: &[u8], bytes: &[u8]) -> Result<Vec<u8>, KeyError>
where
    C: cbc::cipher::BlockDecryptMut + cbc::cipher::BlockCipher + cbc::cipher::KeyInit,
    Decryptor<C>: KeyIvInit + BlockDecryptMut,
{
    let decryptor = Decryptor::<C>::new_from_slices(key, iv).map_err(|_| KeyError::Wrong)?;
    decryptor
        .decrypt_padded_vec_mut::<Pkcs7>(bytes)
        .map_err(|_| KeyError::Wrong)
}

/// The bytes of hexadecimal digits.
fn hex(digits: &str) -> Option<Vec<u8>> {
    let pairs = digits.as_bytes().chunks(2);
    pairs
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
        .collect()
}

/// OpenSSL's `EVP_BytesToKey` with MD5 and one round.
fn derived(passphrase: &[u8], salt: &[u8], length: usize) -> Vec<u8> {
    let mut out: Vec<u8> = Vec::new();
    let mut last: Vec<u8> = Vec::new();
    while out.len() < length {
        last = Md5::new()
            .chain_update(&last)
            .chain_update(passphrase)
            .chain_update(salt)
            .finalize()
            .to_vec();
        out.extend_from_slice(&last);
    }
    out.truncate(length);
    out
}

impl Block {
    fn header(&self, name: &str) -> Option<&str> {
        let header = self.headers.iter().find(|(own, _)| own.eq_ignore_ascii_case(name));
        header.map(|(_, value)| value.as_str())
    }
}

/// The blocks of a PEM file (RFC 7468) with the headers of RFC 1421; those that cannot be read are left out.
fn blocks(text: &str) -> Vec<Block> {
    let mut out = Vec::new();
    let mut lines = text.lines().map(str::trim);
    while let Some(line) = lines.next() {
        let label = line
            .strip_prefix("-----BEGIN ")
            .and_then(|rest| rest.strip_suffix("-----"));
        let Some(label) = label else { continue };
        let end = format!("-----END {label}-----");
        let inside: Vec<&str> = lines.by_ref().take_while(|line| *line != end).collect();
        let headers = inside.iter().filter_map(|line| line.split_once(':'));
        let headers = headers
            .map(|(name, value)| (name.to_owned(), value.trim().to_owned()))
            .collect();
        let data: String = inside.iter().filter(|line| !line.contains(':')).copied().collect();
        if let Ok(bytes) = BASE64.decode(data) {
            out.push(Block {
                label: label.to_owned(),
                headers,
                bytes,
            });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use super::*;

    /// One key, encrypted by OpenSSL with `hush` in six ways.
    const KEYS: [(&str, &str); 6] = [
        ("pkcs8-aes256", include_str!("../../tests/http/keys/pkcs8-aes256.pem")),
        ("pkcs8-scrypt", include_str!("../../tests/http/keys/pkcs8-scrypt.pem")),
        ("pkcs8-des3", include_str!("../../tests/http/keys/pkcs8-des3.pem")),
        ("pem-aes128", include_str!("../../tests/http/keys/pem-aes128.pem")),
        ("pem-aes256", include_str!("../../tests/http/keys/pem-aes256.pem")),
        ("pem-des3", include_str!("../../tests/http/keys/pem-des3.pem")),
    ];

    #[test]
    fn keys_that_openssl_encrypted_are_read() {
        for (name, pem) in KEYS {
            let key = read(pem.as_bytes(), Some("hush")).unwrap_or_else(|error| panic!("{name}: {error}"));
            rustls::crypto::ring::sign::any_ecdsa_type(&key).unwrap_or_else(|error| panic!("{name}: {error}"));
            assert_eq!(
                read(pem.as_bytes(), Some("other")).unwrap_err(),
                KeyError::Wrong,
                "{name}"
            );
            assert_eq!(
                read(pem.as_bytes(), None).unwrap_err(),
                KeyError::NoPassphrase,
                "{name}"
            );
        }
    }

    #[test]
    fn what_is_no_key_says_so() {
        assert_eq!(read(b"", None).unwrap_err(), KeyError::None);
        let old = KEYS[3].1.replace("AES-128-CBC", "RC2-CBC");
        assert_eq!(
            read(old.as_bytes(), Some("hush")).unwrap_err(),
            KeyError::Cipher("RC2-CBC".to_owned())
        );
        let cut = KEYS[0].1.replace("MIHsMFcG", "MIHsMFcA");
        assert_eq!(read(cut.as_bytes(), Some("hush")).unwrap_err(), KeyError::Wrong);
    }
}
