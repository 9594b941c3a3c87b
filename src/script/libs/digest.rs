//! Hashes, and what is made of them: HMAC and keys from passwords.

use std::sync::Arc;

use hmac::digest::core_api::BlockSizeUser;
use hmac::digest::{Digest, FixedOutputReset};
use hmac::{Mac, SimpleHmac};
use md5::Md5;
use ripemd::Ripemd160;
use rquickjs::function::Func;
use rquickjs::{Ctx, Exception, Object, Result};
use sha1::Sha1;
use sha2::{Sha224, Sha256, Sha384, Sha512};
use sha3::{Keccak224, Keccak256, Keccak384, Keccak512};

use super::super::limits::Watch;
use super::{Bytes, give};

/// Calls a generic function with the hash of a name; `None` for an unknown one.
macro_rules! with_hash {
    ($name:expr, $call:ident($($given:expr),*)) => {
        match $name {
            "MD5" => Some($call::<Md5>($($given),*)),
            "SHA1" => Some($call::<Sha1>($($given),*)),
            "SHA224" => Some($call::<Sha224>($($given),*)),
            "SHA256" => Some($call::<Sha256>($($given),*)),
            "SHA384" => Some($call::<Sha384>($($given),*)),
            "SHA512" => Some($call::<Sha512>($($given),*)),
            // What `crypto-js` calls SHA-3 is Keccak as it was before it became SHA-3.
            "Keccak224" => Some($call::<Keccak224>($($given),*)),
            "Keccak256" => Some($call::<Keccak256>($($given),*)),
            "Keccak384" => Some($call::<Keccak384>($($given),*)),
            "Keccak512" => Some($call::<Keccak512>($($given),*)),
            "RIPEMD160" => Some($call::<Ripemd160>($($given),*)),
            _ => None,
        }
    };
}

/// What all of the hashes are.
trait Hash: Digest + BlockSizeUser + FixedOutputReset + Clone {}
impl<D: Digest + BlockSizeUser + FixedOutputReset + Clone> Hash for D {}

/// The natives of `crypto-js` and `crypto.subtle` that need no key or any bytes as key.
pub fn natives<'js>(ctx: &Ctx<'js>, watch: &Arc<Watch>) -> Result<Object<'js>> {
    let lib = Object::new(ctx.clone())?;
    lib.set(
        "hash",
        Func::from(|ctx: Ctx<'js>, name: String, data: Bytes| {
            let made = with_hash!(name.as_str(), hash(&data.0));
            give(&ctx, known(&ctx, made, &name)?)
        }),
    )?;
    lib.set(
        "hmac",
        Func::from(|ctx: Ctx<'js>, name: String, key: Bytes, data: Bytes| {
            let made = with_hash!(name.as_str(), hmac(&key.0, &data.0));
            give(&ctx, known(&ctx, made, &name)?)
        }),
    )?;
    let its_watch = Arc::clone(watch);
    lib.set(
        "pbkdf2",
        Func::from(
            move |ctx: Ctx<'js>, name: String, password: Bytes, salt: Bytes, rounds: u32, length: usize| {
                let made = with_hash!(name.as_str(), pbkdf2(&password.0, &salt.0, rounds, length, &its_watch));
                give(&ctx, known(&ctx, made, &name)?)
            },
        ),
    )?;
    let its_watch = Arc::clone(watch);
    lib.set(
        "evp",
        Func::from(
            move |ctx: Ctx<'js>, name: String, password: Bytes, salt: Bytes, rounds: u32, length: usize| {
                let made = with_hash!(name.as_str(), evp(&password.0, &salt.0, rounds, length, &its_watch));
                give(&ctx, known(&ctx, made, &name)?)
            },
        ),
    )?;
    lib.set(
        "random",
        Func::from(|ctx: Ctx<'js>, length: usize| {
            let mut bytes = vec![0; length.min(MOST)];
            rand::fill(&mut bytes[..]);
            give(&ctx, bytes)
        }),
    )?;
    Ok(lib)
}

/// As many bytes as one call makes.
const MOST: usize = 16 * 1024 * 1024;

fn known(ctx: &Ctx<'_>, made: Option<Vec<u8>>, name: &str) -> Result<Vec<u8>> {
    made.ok_or_else(|| Exception::throw_message(ctx, &format!("the hash '{name}' is not supported")))
}

fn hash<D: Hash>(data: &[u8]) -> Vec<u8> {
    D::digest(data).to_vec()
}

fn hmac<D: Hash>(key: &[u8], data: &[u8]) -> Vec<u8> {
    keyed::<D>(key).map_or_else(Vec::new, |mac| mac.chain_update(data).finalize().into_bytes().to_vec())
}

/// An HMAC under way. Every length of key will do, so it is never `None`.
fn keyed<D: Hash>(key: &[u8]) -> Option<SimpleHmac<D>> {
    <SimpleHmac<D> as Mac>::new_from_slice(key).ok()
}

/// RFC 8018, section 5.2. Blocks and rounds look at the watch: a script may ask for any number of them.
fn pbkdf2<D: Hash>(password: &[u8], salt: &[u8], rounds: u32, length: usize, watch: &Watch) -> Vec<u8> {
    let mut out = Vec::new();
    let Some(mac) = keyed::<D>(password) else { return out };
    let length = length.min(MOST);
    let mut block = 1_u32;
    while out.len() < length {
        if watch.must_stop() {
            return out;
        }
        let first = mac.clone().chain_update(salt).chain_update(block.to_be_bytes());
        let mut last = first.finalize().into_bytes().to_vec();
        let mut sum = last.clone();
        for round in 1..rounds {
            if round % 1024 == 0 && watch.must_stop() {
                return sum;
            }
            last = mac.clone().chain_update(&last).finalize().into_bytes().to_vec();
            sum.iter_mut().zip(&last).for_each(|(sum, byte)| *sum ^= byte);
        }
        out.extend(sum);
        block = block.wrapping_add(1);
    }
    out.truncate(length);
    out
}

/// OpenSSL's `EVP_BytesToKey`.
fn evp<D: Hash>(password: &[u8], salt: &[u8], rounds: u32, length: usize, watch: &Watch) -> Vec<u8> {
    let mut out = Vec::new();
    let mut last = Vec::new();
    let length = length.min(MOST);
    while out.len() < length && !watch.must_stop() {
        last = D::new()
            .chain_update(&last)
            .chain_update(password)
            .chain_update(salt)
            .finalize()
            .to_vec();
        for round in 1..rounds {
            if round % 1024 == 0 && watch.must_stop() {
                return out;
            }
            last = D::digest(&last).to_vec();
        }
        out.extend_from_slice(&last);
    }
    out.truncate(length);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::script::limits::Trip;

    #[test]
    fn a_script_that_was_stopped_makes_no_more_of_a_key() {
        let watch = Watch::default();
        assert_eq!(pbkdf2::<Sha1>(b"p", b"s", 1, 100, &watch).len(), 100);
        assert_eq!(evp::<Sha1>(b"p", b"s", 1, 100, &watch).len(), 100);
        watch.trip(Trip::Cancelled);
        assert_eq!(pbkdf2::<Sha1>(b"p", b"s", 1, 100, &watch).len(), 0);
        assert_eq!(evp::<Sha1>(b"p", b"s", 1, 100, &watch).len(), 0);
    }
}
