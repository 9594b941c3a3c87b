//! Ciphers by key and mode. The modes are those of `crypto-js`: its counter counts in the last four bytes only.

use aes::cipher::generic_array::GenericArray;
use aes::cipher::{BlockDecrypt, BlockEncrypt, BlockSizeUser, KeyInit, KeyIvInit, StreamCipher};
use aes::{Aes128, Aes192, Aes256};
use des::{Des, TdesEde3};
use rabbit::{Rabbit, RabbitKeyOnly};
use ring::aead::{AES_128_GCM, AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use rquickjs::function::Func;
use rquickjs::{Ctx, Exception, Object, Result};

use super::{Bytes, give};

/// The natives of `crypto-js` and `crypto.subtle` that encrypt.
pub fn natives<'js>(ctx: &Ctx<'js>) -> Result<Object<'js>> {
    let lib = Object::new(ctx.clone())?;
    lib.set(
        "blocks",
        Func::from(
            |ctx: Ctx<'js>, name: String, mode: String, encrypt: bool, key: Bytes, iv: Bytes, data: Bytes| {
                let Some(cipher) = block_cipher(&name, &key.0) else {
                    let text = format!("{name} keys do not have {} bytes", key.0.len());
                    return Err(Exception::throw_message(&ctx, &text));
                };
                let mut data = data.0;
                if !apply(&*cipher, &mode, encrypt, iv.0, &mut data) {
                    return Err(Exception::throw_message(
                        &ctx,
                        &format!("the mode '{mode}' is not supported"),
                    ));
                }
                give(&ctx, data)
            },
        ),
    )?;
    lib.set(
        "counted",
        Func::from(|ctx: Ctx<'js>, bits: u32, key: Bytes, iv: Bytes, data: Bytes| {
            let mut data = data.0;
            let done = block_cipher("AES", &key.0).and_then(|cipher| counted(&*cipher, bits, &iv.0, &mut data));
            done.map(|()| give(&ctx, data)).transpose()
        }),
    )?;
    lib.set(
        "rc4",
        Func::from(|ctx: Ctx<'js>, key: Bytes, drop: usize, data: Bytes| give(&ctx, rc4(&key.0, drop, data.0))),
    )?;
    lib.set(
        "rabbit",
        Func::from(|ctx: Ctx<'js>, key: Bytes, iv: Bytes, data: Bytes| {
            let made = rabbit(&key.0, &iv.0, data.0);
            give(
                &ctx,
                made.ok_or_else(|| Exception::throw_message(&ctx, "Rabbit keys have 16 bytes"))?,
            )
        }),
    )?;
    lib.set(
        "gcm",
        Func::from(
            |ctx: Ctx<'js>, encrypt: bool, key: Bytes, nonce: Bytes, more: Bytes, data: Bytes| {
                let made = gcm(encrypt, &key.0, &nonce.0, &more.0, data.0);
                made.map(|bytes| give(&ctx, bytes)).transpose()
            },
        ),
    )?;
    Ok(lib)
}

/// AES-GCM with its tag behind the text; `None` for a wrong tag and for keys and nonces of other lengths.
fn gcm(encrypt: bool, key: &[u8], nonce: &[u8], more: &[u8], mut data: Vec<u8>) -> Option<Vec<u8>> {
    let algorithm = if key.len() == 16 { &AES_128_GCM } else { &AES_256_GCM };
    let key = LessSafeKey::new(UnboundKey::new(algorithm, key).ok()?);
    let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
    if encrypt {
        key.seal_in_place_append_tag(nonce, Aad::from(more), &mut data).ok()?;
    } else {
        let length = key.open_in_place(nonce, Aad::from(more), &mut data).ok()?.len();
        data.truncate(length);
    }
    Some(data)
}

/// A cipher with its key, for blocks of one size.
trait Block {
    fn size(&self) -> usize;
    fn encrypt(&self, block: &mut [u8]);
    fn decrypt(&self, block: &mut [u8]);
}

impl<C: BlockEncrypt + BlockDecrypt + BlockSizeUser> Block for C {
    fn size(&self) -> usize {
        C::block_size()
    }

    fn encrypt(&self, block: &mut [u8]) {
        self.encrypt_block(GenericArray::from_mut_slice(block));
    }

    fn decrypt(&self, block: &mut [u8]) {
        self.decrypt_block(GenericArray::from_mut_slice(block));
    }
}

fn block_cipher(name: &str, key: &[u8]) -> Option<Box<dyn Block>> {
    Some(match (name, key.len()) {
        ("AES", 16) => Box::new(Aes128::new_from_slice(key).ok()?),
        ("AES", 24) => Box::new(Aes192::new_from_slice(key).ok()?),
        ("AES", 32) => Box::new(Aes256::new_from_slice(key).ok()?),
        ("DES", 8) => Box::new(Des::new_from_slice(key).ok()?),
        ("TripleDES", 24) => Box::new(TdesEde3::new_from_slice(key).ok()?),
        _ => return None,
    })
}

fn mix(block: &mut [u8], with: &[u8]) {
    block.iter_mut().zip(with).for_each(|(byte, other)| *byte ^= other);
}

/// Encrypts or decrypts with the last so many bits of a block as the counter, as `crypto.subtle` does. The others stay as they
/// are when it overflows.
fn counted(cipher: &dyn Block, bits: u32, iv: &[u8], data: &mut [u8]) -> Option<()> {
    let start = u128::from_be_bytes(iv.try_into().ok()?);
    let mask = u128::MAX >> (128 - bits.clamp(1, 128));
    for (block, n) in data.chunks_mut(16).zip(0_u128..) {
        let mut key_stream = ((start & !mask) | (start.wrapping_add(n) & mask)).to_be_bytes();
        cipher.encrypt(&mut key_stream);
        mix(block, &key_stream);
    }
    Some(())
}

/// Encrypts or decrypts whole blocks in place; what is behind the last whole block of a block mode stays as it is.
fn apply(cipher: &dyn Block, mode: &str, encrypt: bool, mut last: Vec<u8>, data: &mut [u8]) -> bool {
    let size = cipher.size();
    last.resize(size, 0);
    for block in data.chunks_mut(size) {
        let whole = block.len() == size;
        match (mode, encrypt) {
            ("ECB", true) if whole => cipher.encrypt(block),
            ("ECB", false) if whole => cipher.decrypt(block),
            ("CBC", true) if whole => {
                mix(block, &last);
                cipher.encrypt(block);
                last.copy_from_slice(block);
            }
            ("CBC", false) if whole => {
                let given = block.to_vec();
                cipher.decrypt(block);
                mix(block, &last);
                last = given;
            }
            ("ECB" | "CBC", _) => {}
            ("CFB", _) => {
                let given = block.to_vec();
                cipher.encrypt(&mut last);
                mix(block, &last);
                let text = if encrypt { &*block } else { &given };
                last[..text.len()].copy_from_slice(text);
            }
            ("OFB", _) => {
                cipher.encrypt(&mut last);
                mix(block, &last);
            }
            ("CTR", _) => {
                let mut key_stream = last.clone();
                cipher.encrypt(&mut key_stream);
                mix(block, &key_stream);
                for byte in last[size - 4..].iter_mut().rev() {
                    *byte = byte.wrapping_add(1);
                    if *byte != 0 {
                        break;
                    }
                }
            }
            _ => return false,
        }
    }
    true
}

/// RC4 with a key of any length, its first `drop` bytes thrown away. The crates have keys of fixed length only.
fn rc4(key: &[u8], drop: usize, mut data: Vec<u8>) -> Vec<u8> {
    let mut state: Vec<u8> = (0..=255).collect();
    let mut j = 0_usize;
    for i in 0..256 {
        let of_key = if key.is_empty() { 0 } else { key[i % key.len()] };
        j = (j + usize::from(state[i]) + usize::from(of_key)) % 256;
        state.swap(i, j);
    }
    let (mut i, mut j) = (0_usize, 0_usize);
    let mut next = || {
        i = (i + 1) % 256;
        j = (j + usize::from(state[i])) % 256;
        state.swap(i, j);
        state[(usize::from(state[i]) + usize::from(state[j])) % 256]
    };
    for _ in 0..drop.min(1 << 24) {
        next();
    }
    for byte in &mut data {
        *byte ^= next();
    }
    data
}

fn rabbit(key: &[u8], iv: &[u8], mut data: Vec<u8>) -> Option<Vec<u8>> {
    if iv.is_empty() {
        RabbitKeyOnly::new_from_slice(key).ok()?.apply_keystream(&mut data);
    } else {
        Rabbit::new_from_slices(key, iv).ok()?.apply_keystream(&mut data);
    }
    Some(data)
}
