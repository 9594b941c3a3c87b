//! Text into bytes and back: the encodings of `Buffer`, and those of the web's `TextDecoder`.

use std::cell::RefCell;

use base64::Engine as _;
use base64::engine::general_purpose;
use encoding_rs::{Decoder, DecoderResult, Encoding};
use rquickjs::function::{Func, MutFn};
use rquickjs::{Ctx, Exception, Function, Object, Result};

use super::{Bytes, give};
use crate::model::body::inline_bytes;

/// The natives of `Buffer`, `TextEncoder` and `TextDecoder`.
pub fn natives<'js>(ctx: &Ctx<'js>) -> Result<Object<'js>> {
    let lib = Object::new(ctx.clone())?;
    lib.set(
        "encode",
        Func::from(|ctx: Ctx<'js>, text: String, encoding: String| give(&ctx, encode(&text, &encoding))),
    )?;
    lib.set(
        "decode",
        Func::from(|bytes: Bytes, encoding: String| decode(&bytes.0, &encoding)),
    )?;
    lib.set(
        "label",
        Func::from(|label: String| {
            Encoding::for_label_no_replacement(label.as_bytes()).map(|found| found.name().to_ascii_lowercase())
        }),
    )?;
    lib.set("decoder", Func::from(decoder))?;
    Ok(lib)
}

/// Reads what `Buffer.from` is given. Like Node, base64 takes both alphabets and skips what belongs to none, and hex
/// ends at the first pair that is none.
fn encode(text: &str, encoding: &str) -> Vec<u8> {
    match encoding {
        "hex" => hex_bytes(text),
        "base64" | "base64url" => base64_bytes(text),
        // The low half of each UTF-16 unit.
        "latin1" | "ascii" => text.encode_utf16().map(|unit| unit.to_le_bytes()[0]).collect(),
        "utf16le" => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        _ => text.as_bytes().to_vec(),
    }
}

fn decode(bytes: &[u8], encoding: &str) -> String {
    match encoding {
        "hex" => hex_text(bytes),
        "base64" => general_purpose::STANDARD.encode(bytes),
        "base64url" => general_purpose::URL_SAFE_NO_PAD.encode(bytes),
        "latin1" => bytes.iter().copied().map(char::from).collect(),
        "ascii" => bytes.iter().map(|byte| char::from(byte & 0x7f)).collect(),
        "utf16le" => {
            let units: Vec<u16> = bytes
                .chunks_exact(2)
                .map(|pair| u16::from_le_bytes([pair[0], pair[1]]))
                .collect();
            String::from_utf16_lossy(&units)
        }
        _ => String::from_utf8_lossy(bytes).into_owned(),
    }
}

fn hex_bytes(text: &str) -> Vec<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    text.as_bytes()
        .chunks_exact(2)
        .map_while(|pair| Some(digit(pair[0])? << 4 | digit(pair[1])?))
        .collect()
}

fn hex_text(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes
        .iter()
        .flat_map(|byte| [DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]])
        .map(char::from)
        .collect()
}

fn base64_bytes(text: &str) -> Vec<u8> {
    inline_bytes(text).into()
}

/// A function that decodes piece after piece: `(bytes, last) => text`, `undefined` for bytes that are none of the
/// encoding where that is fatal. After the last piece it starts anew.
#[expect(clippy::needless_pass_by_value, reason = "natives take what JavaScript hands over")]
fn decoder(ctx: Ctx<'_>, label: String, fatal: bool, keep_bom: bool) -> Result<Function<'_>> {
    let Some(encoding) = Encoding::for_label_no_replacement(label.as_bytes()) else {
        return Err(Exception::throw_range(&ctx, "unknown encoding"));
    };
    let fresh = move || {
        if keep_bom {
            encoding.new_decoder_without_bom_handling()
        } else {
            encoding.new_decoder_with_bom_removal()
        }
    };
    let state = RefCell::new(fresh());
    let step = MutFn::new(move |bytes: Bytes, last: bool| {
        let mut decoder = state.borrow_mut();
        let text = decode_piece(&mut decoder, &bytes.0, fatal, last);
        if last || text.is_none() {
            *decoder = fresh();
        }
        text
    });
    Function::new(ctx, step)
}

fn decode_piece(decoder: &mut Decoder, bytes: &[u8], fatal: bool, last: bool) -> Option<String> {
    let mut text = String::new();
    if fatal {
        text.reserve(decoder.max_utf8_buffer_length_without_replacement(bytes.len())?);
        let (result, _) = decoder.decode_to_string_without_replacement(bytes, &mut text, last);
        return (result == DecoderResult::InputEmpty).then_some(text);
    }
    text.reserve(decoder.max_utf8_buffer_length(bytes.len())?);
    let (_, _, _) = decoder.decode_to_string(bytes, &mut text, last);
    Some(text)
}
