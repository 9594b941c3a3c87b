//! Telling the encoding of a text: Unicode by its mark, else an old encoding from damaged UTF-8.

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

/// The encoding of a file that is to be Unicode, and the length of its byte order mark: UTF-8, or UTF-16 with a mark or with
/// the zero byte that its first letter has.
pub fn unicode(bytes: &[u8]) -> (&'static Encoding, usize) {
    match (Encoding::for_bom(bytes), bytes) {
        (Some(found), _) => found,
        (None, [0, first, ..]) if *first != 0 => (UTF_16BE, 0),
        (None, [first, 0, ..]) if *first != 0 => (UTF_16LE, 0),
        _ => (UTF_8, 0),
    }
}

/// Whether text that is no valid UTF-8 is rather in an old encoding, as [`Tally::is_old`] has it.
///
/// `cut` says that more follows or followed: then a character that only lacks its end is not broken.
pub fn is_old_encoding(bytes: &[u8], cut: bool) -> bool {
    let mut tally = Tally::default();
    tally.add(bytes, cut);
    tally.is_old()
}

/// What speaks for UTF-8 in a text that comes bit by bit, and what against it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tally {
    whole: usize,
    broken: usize,
    is_odd: bool,
}

impl Tally {
    /// Counts more of the text; with `cut` even more follows. A character that only lacks its end is not broken there, and
    /// not where others are whole either, as who cuts a text does not always say so.
    pub fn add(&mut self, bytes: &[u8], cut: bool) {
        let mut read = 0;
        for chunk in bytes.utf8_chunks() {
            self.whole += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
            read += chunk.valid().len() + chunk.invalid().len();
            let lacks_its_end = || std::str::from_utf8(chunk.invalid()).is_err_and(|error| error.error_len().is_none());
            let is_last = read == bytes.len();
            if !(is_last && (cut || self.whole > 0) && lacks_its_end()) {
                self.broken += chunk.invalid().len();
            }
        }
        self.is_odd |= bytes.iter().copied().any(is_odd);
    }

    /// Whether it is rather in an old encoding, of which windows-1252 is the likeliest, than UTF-8 with some broken
    /// characters: what is broken is more than what is UTF-8 beyond ASCII, and there are none of the control characters that
    /// no text has.
    pub fn is_old(&self) -> bool {
        self.broken > self.whole && !self.is_odd
    }
}

/// Whether a byte is a control character that no text has.
pub fn is_odd(byte: u8) -> bool {
    byte.is_ascii_control() && !byte.is_ascii_whitespace() && byte != 0x1b
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_character_that_is_cut_is_no_old_encoding() {
        assert!(is_old_encoding(b"Gr\xfc\xdfe", false) && is_old_encoding(b"Gr\xfc\xdfe", true));
        assert!(is_old_encoding(b"caf\xe9", false), "short as it is");
        assert!(!is_old_encoding(b"caf\xe9", true) && !is_old_encoding(b"caf\xe9\0", false));
        // What may be UTF-8 by chance is outweighed by what is not.
        let mut tally = Tally::default();
        for line in [&b"\xe9t\xe9\n"[..], b"ACTIVIT\xc9\xa0: 5\n", b"\xe9t\xe9\n"] {
            tally.add(line, true);
            assert!(tally.is_old());
        }
        tally.add("日本語日本".as_bytes(), true);
        assert!(!tally.is_old());
        let text = "日本".as_bytes();
        for (end, cut) in [(2, true), (4, false), (5, false), (5, true)] {
            assert!(!is_old_encoding(&text[..end], cut), "{end}");
        }
        assert!(
            is_old_encoding(b"\xe6\x97, \xe9t\xe9", true),
            "what lacks its end elsewhere is broken"
        );
    }
}
