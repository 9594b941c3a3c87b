//! Escapes of JSON strings that only stand for a character: to be read as that wherever JSON is shown.

use super::surrogates::unit;

/// The character that bytes which begin with `\uXXXX`, or a pair of them, stand for, and how many bytes that takes.
///
/// `None` for what begins otherwise, for half a pair (RFC 8259, section 7), for quotes and backslashes, and for what `stays`:
/// characters that a terminal would obey or nobody would see have to stay escaped.
pub fn unescape(bytes: &[u8], stays: impl Fn(char) -> bool) -> Option<(char, usize)> {
    let first = unit(bytes, 0)?;
    let (c, len) = match char::from_u32(first.into()) {
        Some(c) => (c, 6),
        None => (char::decode_utf16([first, unit(bytes, 6)?]).next()?.ok()?, 12),
    };
    (!matches!(c, '"' | '\\') && !stays(c)).then_some((c, len))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_more_than_a_character_stays() {
        let read = |text: &str| unescape(text.as_bytes(), char::is_control);
        assert_eq!(read(r"\u6771\u4eac"), Some(('東', 6)));
        assert_eq!(read(r"\uD83D\ude00!"), Some(('😀', 12)));
        for stays in [
            r"\ud83d",
            r"\ude00\ud83d",
            r"\u001b",
            r"\u0022",
            r"\u005c",
            r"\u+123",
            r"\u12",
            r"\n",
            "x",
            "",
        ] {
            assert_eq!(read(stays), None, "{stays}");
        }
    }
}
