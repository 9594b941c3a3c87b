//! The pieces that markup is made of: where each of them ends.

/// What the bytes begin with.
pub(super) enum Piece {
    Text,
    Open,
    Close,
    /// Comments, declarations, instructions, CDATA; the latter is text.
    Other,
    Cdata,
}

/// Finds the piece that bytes begin with: its length, `None` if its end is not there.
pub(super) fn piece(bytes: &[u8]) -> (Piece, Option<usize>) {
    let through = |end: &[u8]| memchr::memmem::find(bytes, end).map(|at| at + end.len());
    if bytes[0] != b'<' {
        return (Piece::Text, memchr::memchr(b'<', bytes));
    }
    match bytes.get(1) {
        // Too short to tell one from the other.
        Some(b'!') if bytes.len() < 9 && memchr::memchr(b'>', bytes).is_none() => (Piece::Other, None),
        Some(b'!') if bytes.starts_with(b"<!--") => (Piece::Other, through(b"-->")),
        Some(b'!') if bytes.starts_with(b"<![CDATA[") => (Piece::Cdata, through(b"]]>")),
        Some(b'!') => (Piece::Other, doctype(bytes)),
        Some(b'?') => (Piece::Other, through(b">")),
        Some(b'/') => (Piece::Close, through(b">")),
        Some(next) if next.is_ascii_alphabetic() || b"_:".contains(next) || !next.is_ascii() => {
            (Piece::Open, tag(bytes))
        }
        None => (Piece::Text, None),
        // A lone `<` is text.
        Some(_) => (Piece::Text, memchr::memchr(b'<', &bytes[1..]).map(|at| at + 1)),
    }
}

/// The length of a tag: a `>` within quotes does not end it.
fn tag(bytes: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        at += bytes[at..].iter().position(|byte| b">\"'".contains(byte))?;
        if bytes[at] == b'>' {
            return Some(at + 1);
        }
        // A quote that stands for itself, as in bad HTML, must not swallow the rest of the body.
        let value = bytes[..at].trim_ascii_end().last() == Some(&b'=');
        at += if value {
            memchr::memchr(bytes[at], &bytes[at + 1..])? + 2
        } else {
            1
        };
    }
}

/// The length of a declaration, with what is within its brackets.
fn doctype(bytes: &[u8]) -> Option<usize> {
    let first = bytes.iter().position(|byte| b">[".contains(byte))?;
    if bytes[first] == b'>' {
        return Some(first + 1);
    }
    let close = first + memchr::memchr(b']', &bytes[first..])?;
    Some(close + memchr::memchr(b'>', &bytes[close..])? + 1)
}
