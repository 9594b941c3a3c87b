//! Which characters the bytes of a text stand for, and turning them into UTF-8.
//!
//! In the order of the WHATWG Encoding and HTML standards: a byte order mark, what the header declares, what the text says
//! of itself in its first kilobyte (`<meta charset>`, `<?xml encoding?>`, `@charset`); else UTF-8, and windows-1252 for
//! what is no UTF-8, as browsers have it, also where it is said to be UTF-8.

use std::borrow::Cow;

use encoding_rs::{CoderResult, Decoder, Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

use super::kind::Kind;
use super::lay::Lay;
use crate::tui::charset::{is_odd, is_old_encoding};

/// How much of a text is looked through for what it says of itself, in bytes.
const SAID: usize = 1024;

/// Finds the encoding of a text by its media type and first bytes; `None` for what is UTF-8 already. `cut` says that more
/// follows.
pub fn encoding(media_type: Option<&str>, head: &[u8], cut: bool) -> Option<&'static Encoding> {
    if let Some((found, _)) = Encoding::for_bom(head) {
        return Some(found).filter(|found| *found != UTF_8);
    }
    let declared = media_type.and_then(declared);
    if let Some(found) = declared.or_else(|| said(head)) {
        // What is said may be wrong.
        let misread = found == UTF_8 && !is_utf8(head, cut) && is_old_encoding(head, cut);
        return Some(if misread { WINDOWS_1252 } else { found }).filter(|found| *found != UTF_8);
    }
    if let Some(found) = wide(head) {
        return Some(found);
    }
    let valid = is_utf8(head, cut);
    let odd = head.iter().copied().any(is_odd);
    let essence = media_type.unwrap_or_default().trim_start();
    let called = essence
        .get(..5)
        .is_some_and(|start| start.eq_ignore_ascii_case("text/"));
    let text = called || !super::kind::looks_binary(&head[..head.len().min(SAID)]);
    (!valid && !odd && text).then_some(WINDOWS_1252)
}

fn is_utf8(head: &[u8], cut: bool) -> bool {
    match std::str::from_utf8(head) {
        Ok(_) => true,
        // A character may be cut where the head ends.
        Err(error) => cut && error.error_len().is_none() && error.valid_up_to() + 4 > head.len(),
    }
}

/// Whether a text that is read in this encoding is not UTF-8 though nothing says that it is anything else: what it is read
/// in is a guess.
pub(super) fn is_guess(media_type: Option<&str>, head: &[u8], cut: bool, read: Option<&'static Encoding>) -> bool {
    let said = || media_type.and_then(declared).or_else(|| said(head));
    let unsaid = match read {
        None => true,
        Some(read) => read == WINDOWS_1252 && said().is_none_or(|said| said == UTF_8),
    };
    unsaid && !is_utf8(head, cut)
}

/// Whether a text is said to be UTF-8.
pub(super) fn is_said_utf8(media_type: Option<&str>, head: &[u8]) -> bool {
    media_type.and_then(declared).or_else(|| said(head)) == Some(UTF_8)
}

/// The charsets that one may choose: their WHATWG labels, and who writes in them.
pub const CHARSETS: [(&str, &str); 24] = [
    ("UTF-8", "all languages"),
    (
        "windows-1252",
        "Western Europe; also what is called ISO-8859-1 or ASCII",
    ),
    ("ISO-8859-15", "Western Europe with €"),
    ("windows-1250", "Central Europe"),
    ("ISO-8859-2", "Central Europe"),
    ("windows-1251", "Cyrillic"),
    ("KOI8-R", "Russian"),
    ("KOI8-U", "Ukrainian"),
    ("IBM866", "Cyrillic of DOS"),
    ("windows-1253", "Greek"),
    ("windows-1254", "Turkish; also ISO-8859-9"),
    ("windows-1255", "Hebrew"),
    ("windows-1256", "Arabic"),
    ("windows-1257", "Baltic"),
    ("windows-1258", "Vietnamese"),
    ("windows-874", "Thai"),
    ("Shift_JIS", "Japanese"),
    ("EUC-JP", "Japanese"),
    ("ISO-2022-JP", "Japanese"),
    ("gb18030", "Chinese, simplified; also GBK and GB2312"),
    ("Big5", "Chinese, traditional"),
    ("EUC-KR", "Korean"),
    ("UTF-16LE", "all languages, two bytes each"),
    ("UTF-16BE", "all languages, two bytes each, the higher first"),
];

/// The encoding that a body is read in: the one that was chosen (by its WHATWG label), else what its media type and first
/// bytes say, unless it is wanted as a kind that is no text; `None` for UTF-8 and for what is no text.
pub(super) fn of(
    media_type: Option<&str>,
    (wanted, charset): (Option<Kind>, Option<&str>),
    head: &[u8],
    cut: bool,
) -> Option<&'static Encoding> {
    if let Some(chosen) = charset.and_then(|label| Encoding::for_label(label.as_bytes())) {
        return Some(chosen).filter(|chosen| *chosen != UTF_8);
    }
    let said = media_type.unwrap_or_default();
    let claimed = || Kind::claimed(said);
    let called = wanted.or_else(|| Kind::told(said, head, !cut)).or_else(claimed);
    encoding(media_type, head, cut).filter(|_| called.is_none_or(Kind::is_text))
}

/// All of a body as it is read where it is shown: a text in UTF-8, and other bytes as they are.
pub fn decoded<'b>(media_type: Option<&str>, wanted: (Option<Kind>, Option<&str>), bytes: &'b [u8]) -> Cow<'b, [u8]> {
    let head = &bytes[..bytes.len().min(Kind::GUESS)];
    match of(media_type, wanted, head, bytes.len() > head.len()) {
        Some(encoding) => Cow::Owned(encoding.decode(bytes).0.into_owned().into_bytes()),
        None => Cow::Borrowed(bytes),
    }
}

/// The charset parameters of a media type (RFC 9110, section 8.3.2).
fn labels(media_type: &str) -> impl Iterator<Item = &str> {
    media_type.split(';').skip(1).filter_map(|part| {
        let (key, value) = part.split_once('=')?;
        let named = key.trim().eq_ignore_ascii_case("charset");
        named.then(|| value.trim().trim_matches(['"', '\'']))
    })
}

/// What the charset parameter of a media type says.
fn declared(media_type: &str) -> Option<&'static Encoding> {
    labels(media_type).find_map(|label| Encoding::for_label(label.as_bytes()))
}

/// The charset that a media type names and nobody knows, or its beginning.
pub(super) fn unknown(media_type: &str) -> Option<String> {
    const MOST: usize = 40;
    let label = labels(media_type).next().filter(|label| !label.is_empty())?;
    declared(media_type)
        .is_none()
        .then(|| label.chars().take(MOST).collect())
}

/// What a text says of itself: `charset=…` of HTML, `encoding="…"` of XML, `@charset "…"` of CSS.
fn said(head: &[u8]) -> Option<&'static Encoding> {
    let head = head[..head.len().min(SAID)].to_ascii_lowercase();
    let start = head.trim_ascii_start();
    let key: &[u8] = if start.starts_with(b"<?xml") {
        b"encoding"
    } else if start.starts_with(b"@charset") || start.starts_with(b"<") {
        b"charset"
    } else {
        return None;
    };
    let at = memchr::memmem::find(start, key)? + key.len();
    let rest = start[at..].trim_ascii_start();
    let rest = rest.strip_prefix(b"=").unwrap_or(rest).trim_ascii_start();
    let rest = rest
        .strip_prefix(b"\"")
        .or_else(|| rest.strip_prefix(b"'"))
        .unwrap_or(rest);
    let end = rest.iter().position(|byte| b"\"'> ;/".contains(byte))?;
    // Text that says UTF-16 in single bytes is mistaken.
    Encoding::for_label(&rest[..end]).filter(|found| *found != UTF_16BE && *found != UTF_16LE)
}

/// UTF-16 without a mark: every other byte of what is ASCII is zero. What begins as JSON and markup do may have other letters,
/// too.
fn wide(head: &[u8]) -> Option<&'static Encoding> {
    let pairs = head[..head.len().min(64)].as_chunks::<2>().0;
    let of = |at: usize| {
        let is_plain = |pair: &&[u8; 2]| pair[at] == 0 && pair[1 - at].is_ascii() && pair[1 - at] != 0;
        let plain = pairs.iter().filter(is_plain).count();
        let begins = pairs.iter().take_while(is_plain).count();
        let known = pairs.first().is_some_and(|pair| b"{[\"<".contains(&pair[1 - at]));
        let mostly = known && begins >= 2 && 2 * plain >= pairs.len() && !pairs.contains(&[0, 0]);
        pairs.len() >= 2 && (plain == pairs.len() || mostly)
    };
    if of(0) {
        Some(UTF_16BE)
    } else {
        of(1).then_some(UTF_16LE)
    }
}

/// Turns a text into UTF-8 as it comes.
pub(super) struct Decode(Decoder);

impl Decode {
    pub fn new(encoding: &'static Encoding) -> Self {
        Self(encoding.new_decoder())
    }
}

impl Lay for Decode {
    fn lay(&mut self, bytes: &[u8], last: bool, out: &mut Vec<u8>) -> usize {
        let mut read = 0;
        let mut block = vec![0; 16 * 1024];
        loop {
            let (result, took, written, _) = self.0.decode_to_utf8(&bytes[read..], &mut block, last);
            read += took;
            out.extend_from_slice(&block[..written]);
            if result == CoderResult::InputEmpty {
                return bytes.len();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_encoding_is_found_where_it_is_said() {
        let name =
            |media_type: &str, head: &[u8]| encoding(Some(media_type), head, head.len() == 5).map(Encoding::name);
        assert_eq!(name("text/html; charset=Shift_JIS", b"x"), Some("Shift_JIS"));
        assert_eq!(
            name("text/html; charset=\"utf-8\"", b"\xe9"),
            Some("windows-1252"),
            "what is declared is wrong"
        );
        assert_eq!(name("text/plain; charset=utf-8", "caf\u{e9}".as_bytes()), None);
        assert_eq!(name("text/html", b"<meta charset=iso-8859-2>"), Some("ISO-8859-2"));
        assert_eq!(
            name("text/html", b"<meta http-equiv=x content='text/html; charset=euc-kr'>"),
            Some("EUC-KR")
        );
        assert_eq!(
            name("text/xml", b"<?xml version='1.0' encoding='KOI8-R'?>"),
            Some("KOI8-R")
        );
        assert_eq!(name("text/css", b"@charset \"gbk\";"), Some("GBK"));
        assert_eq!(name("text/plain", b"\xff\xfea\0"), Some("UTF-16LE"));
        assert_eq!(
            name("text/plain; charset=latin1", b"\xef\xbb\xbfa"),
            None,
            "the mark decides"
        );
        assert_eq!(name("application/json", b"{\0\"\0a\0\"\0"), Some("UTF-16LE"));
        assert_eq!(name("application/json", b"\0{\0\"\0a"), Some("UTF-16BE"));
        let wide = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
        let json = wide("{\"größe\":\"日本語\",\"b\":1}");
        assert_eq!(name("application/json", &json), Some("UTF-16LE"), "with other letters");
        assert_eq!(
            name("application/json", b"{\0\0\0\x01\0\0\0"),
            None,
            "numbers of four bytes"
        );
        assert_eq!(
            name("text/plain", b"caf\xe9 au lait, s'il vous pla\xeet"),
            Some("windows-1252")
        );
        assert_eq!(name("text/plain", b"caf\xe9"), Some("windows-1252"), "short as it is");
        assert_eq!(name("application/octet-stream", b"caf\xe9"), None);
        assert_eq!(name("text/plain", b"caf\xe9\0"), None, "no text at all");
        for (label, _) in CHARSETS {
            let found = Encoding::for_label(label.as_bytes());
            assert_eq!(found.map(Encoding::name), Some(label));
        }
        assert_eq!(name("text/plain", "日本".as_bytes()), None);
        assert_eq!(name("text/plain", &"日本".as_bytes()[..5]), None, "cut in a character");
        assert_eq!(name("text/plain; charset=klingon", b"a"), None);
    }

    #[test]
    fn characters_may_be_cut_between_two_blocks() {
        let mut decode = Decode::new(encoding_rs::SHIFT_JIS);
        let mut out = Vec::new();
        for (at, byte) in [0x93, 0xfa, 0x96, 0x7b, b'!'].iter().enumerate() {
            decode.lay(&[*byte], at == 4, &mut out);
        }
        assert_eq!(String::from_utf8_lossy(&out), "日本!");
    }
}
