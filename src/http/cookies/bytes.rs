//! A `Set-Cookie` as text, and back into the bytes in which it came.
//!
//! Most are ASCII, and the others UTF-8. Bytes that are no text have characters here that no text has, as a jar is kept as text:
//! what comes must go back as it was, or its server would not know it again.

/// What stands for the byte 0x80 where it is part of no text; those of the others follow. Nobody writes in these: they are
/// for private use. Where one comes nevertheless, its bytes are taken for such that are no text.
const FIRST: u32 = 0xF_FF80;

/// The text of a `Set-Cookie`.
pub(in crate::http) fn text(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len());
    let stray = |byte: &u8| char::from_u32(FIRST + u32::from(*byte) - 0x80).unwrap_or(char::REPLACEMENT_CHARACTER);
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            if byte(c).is_some() {
                out.extend(c.encode_utf8(&mut [0; 4]).as_bytes().iter().map(stray));
            } else {
                out.push(c);
            }
        }
        out.extend(chunk.invalid().iter().map(stray));
    }
    out
}

/// The bytes of such a text.
pub(in crate::http) fn bytes(text: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for c in text.chars() {
        match byte(c) {
            Some(byte) => out.push(byte),
            None => out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
    out
}

/// Such a text, or a part of it, as it is shown where a whole `Set-Cookie` is.
pub fn shown(text: &str) -> String {
    String::from_utf8_lossy(&bytes(text)).into_owned()
}

/// The byte that a character stands for.
fn byte(c: char) -> Option<u8> {
    let at = u32::from(c).checked_sub(FIRST)?;
    u8::try_from(at).ok().filter(|at| *at < 0x80).map(|at| at + 0x80)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_goes_back_in_its_bytes() {
        let own: String = char::from_u32(FIRST).into_iter().collect();
        for came in [
            "a=1".as_bytes(),
            "ok=漢".as_bytes(),
            b"l=\xfc\xe9",
            b"x=\xff\x80z\xc3",
            own.as_bytes(),
        ] {
            assert_eq!(bytes(&text(came)), came);
        }
        assert_eq!(text("ok=漢".as_bytes()), "ok=漢");
    }
}
