//! Halves of characters in JSON: escapes that JavaScript writes and reads, and that no text of ours can hold.

use std::borrow::Cow;

/// JSON text in which an escape of half a surrogate pair (RFC 8259, section 8.2) stands for U+FFFD, which is what is sent of
/// one in UTF-8. Everything keeps its place: what it puts there is as long.
pub fn without_halves(json: &str) -> Cow<'_, str> {
    let bytes = json.as_bytes();
    let mut whole: Option<Vec<u8>> = None;
    let mut at = 0;
    while let Some(next) = bytes.get(at..).and_then(|rest| memchr::memchr(b'\\', rest)) {
        at += next;
        at += match unit(bytes, at) {
            None => 2,
            Some(0xd800..=0xdbff) if matches!(unit(bytes, at + 6), Some(0xdc00..=0xdfff)) => 12,
            Some(0xd800..=0xdfff) => {
                whole.get_or_insert_with(|| bytes.to_vec())[at + 2..at + 6].copy_from_slice(b"fffd");
                6
            }
            Some(_) => 6,
        };
    }
    match whole.map(String::from_utf8) {
        Some(Ok(whole)) => Cow::Owned(whole),
        // Hexadecimal digits in the place of others leave the text one.
        Some(Err(_)) | None => Cow::Borrowed(json),
    }
}

/// The UTF-16 code unit of an escape `\uXXXX` at a place.
pub(super) fn unit(bytes: &[u8], at: usize) -> Option<u16> {
    let digits = bytes.get(at..at + 6)?.strip_prefix(b"\\u")?;
    // What reads numbers takes a sign, too.
    let digits = Some(digits).filter(|digits| digits.iter().all(u8::is_ascii_hexdigit))?;
    u16::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_a_pair_becomes_the_replacement_character_and_nothing_else_changes() {
        for (json, whole) in [
            (r#""Party \ud83c""#, r#""Party \ufffd""#),
            (
                r#""\uDC00 \uD83D\uDE00 \ud83d\ud83d\ude00""#,
                r#""\ufffd \uD83D\uDE00 \ufffd\ud83d\ude00""#,
            ),
            (r#"{"\ud83d": "é"}"#, r#"{"\ufffd": "é"}"#),
        ] {
            assert_eq!(without_halves(json), whole);
        }
        for json in [
            r#""\\ud83d""#,
            r#""\u00e9""#,
            r#""\ud83""#,
            r#""\u+83d""#,
            "\"\\",
            "é",
            "",
        ] {
            assert!(
                matches!(without_halves(json), Cow::Borrowed(same) if same == json),
                "{json}"
            );
        }
    }
}
