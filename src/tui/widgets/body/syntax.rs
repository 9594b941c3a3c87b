//! How a body is read: as its media type says, unless its bytes say otherwise.

use super::scan::{MORE, Scanner};

/// The media types of JSON Lines.
const LINES: [&str; 6] = [
    "application/x-ndjson",
    "application/ndjson",
    "application/jsonl",
    "application/x-jsonlines",
    "application/jsonlines",
    "application/json-lines",
];

/// How a body is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Syntax {
    /// JSON: pretty lines, colours, faults marked.
    Json,
    /// JSON values one behind the other, a line each as a rule (JSON Lines, NDJSON).
    JsonLines,
    /// Any text, markup included: lines as sent.
    Text,
    /// Anything else: sixteen bytes a row.
    Hex,
}

impl Syntax {
    /// How many of the first bytes a guess looks at.
    pub const GUESS: usize = 64 * 1024;

    /// Guesses from the media type, if the server sent one, and from the first bytes ([`Syntax::GUESS`]).
    ///
    /// Bytes decide against the header where they must: NUL bytes are never text, and what starts like JSON under a
    /// vague type is read as JSON.
    pub fn guess(media_type: Option<&str>, bytes: &[u8]) -> Self {
        let head = &bytes[..bytes.len().min(1024)];
        let json = || if is_lines(bytes) { Self::JsonLines } else { Self::Json };
        let essence = media_type
            .unwrap_or_default()
            .split(';')
            .next()
            .unwrap_or_default()
            .trim()
            .to_ascii_lowercase();
        if head.contains(&0) {
            return Self::Hex;
        }
        if LINES.contains(&&*essence) {
            return Self::JsonLines;
        }
        if essence.ends_with("/json") || essence.ends_with("+json") {
            return json();
        }
        let vague = matches!(
            &*essence,
            "" | "text/plain" | "application/octet-stream" | "text/javascript"
        );
        let first = head.iter().find(|byte| !byte.is_ascii_whitespace());
        if vague && matches!(first, Some(b'{' | b'[')) {
            return json();
        }
        let broken = head.utf8_chunks().map(|chunk| chunk.invalid().len()).sum::<usize>();
        let control = head
            .iter()
            .filter(|byte| byte.is_ascii_control() && !byte.is_ascii_whitespace())
            .count();
        // A few odd bytes are text in an old encoding; many are not text at all.
        if (broken + control) * 8 > head.len() {
            Self::Hex
        } else {
            Self::Text
        }
    }
}

/// Whether the bytes begin with one JSON value on a line, and then there is another.
fn is_lines(bytes: &[u8]) -> bool {
    let head = &bytes[..bytes.len().min(Syntax::GUESS)];
    let mut scanner = Scanner::new(false);
    scanner.advance(head, head.len() == bytes.len(), usize::MAX);
    let Some(fault) = scanner.index.fault.filter(|fault| fault.reason == MORE) else {
        return false;
    };
    let (first, rest) = head.split_at(fault.offset.min(head.len()));
    let gap = first.len() - first.trim_ascii_end().len();
    first[first.len() - gap..].contains(&b'\n') && matches!(rest.first(), Some(b'{' | b'['))
}
