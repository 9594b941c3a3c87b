//! A line ready to be drawn or copied: pieces with a kind each, most of them only places in the body.

use std::fmt::Write as _;
use std::ops::Range;

use super::lexer::{JsonLine, Value};
use super::plain::char_start;
use super::scan::LONG;

/// How much of a long string is drawn, in bytes.
const SHOWN: usize = 1024;
/// Levels of indentation drawn; deeper lines stay at that column.
const MAX_LEVELS: u32 = 512;
/// Bytes in a row of a hex dump.
pub(super) const HEX_ROW: usize = 16;

/// What a piece is, and so which style it gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Plain text.
    Text,
    /// The name of a field.
    Key,
    /// A string value.
    String,
    /// A number.
    Number,
    /// `true`, `false` or `null`.
    Literal,
    /// Brackets, commas, colons.
    Punctuation,
    /// Our own words about the body, never part of it.
    Note,
    /// The place where the body is wrong.
    Error,
}

/// A stretch of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Piece {
    pub kind: Kind,
    pub source: Source,
}

/// Where the text of a piece comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Source {
    /// The body itself.
    Bytes(Range<usize>),
    /// Ours: what a pretty printer adds.
    Fixed(&'static str),
    /// Indentation.
    Spaces(usize),
    /// A part of the body too long to draw.
    LeftOut(Range<usize>),
    /// Text that stands for these bytes.
    Shown(String, Range<usize>),
}

/// One line of a body in one of its forms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Its number in the gutter, counted from 1; `None` for the rest of a long line and for notes.
    pub number: Option<usize>,
    /// The bytes of the body it stands for.
    pub bytes: Range<usize>,
    pub(super) pieces: Vec<Piece>,
}

impl Line {
    /// Lays out a pretty line.
    pub(super) fn json(number: usize, line: &JsonLine, bytes: &[u8]) -> Self {
        let mut pieces = Vec::with_capacity(5);
        let mut push = |kind, source| pieces.push(Piece { kind, source });
        if line.depth > 0 {
            push(Kind::Text, Source::Spaces(2 * line.depth.min(MAX_LEVELS) as usize));
        }
        if let Some((key, colon)) = &line.key {
            token(&mut push, Kind::Key, key.clone(), bytes);
            push(Kind::Punctuation, Source::Bytes(*colon..*colon + 1));
            push(Kind::Punctuation, Source::Fixed(" "));
        }
        match &line.value {
            Value::Open(bracket) | Value::Close(bracket) => push(Kind::Punctuation, Source::Bytes(bracket.clone())),
            Value::Empty(both) => {
                push(Kind::Punctuation, Source::Bytes(both.start..both.start + 1));
                push(Kind::Punctuation, Source::Bytes(both.end - 1..both.end));
            }
            Value::Token(range) => {
                let kind = match bytes.get(range.start) {
                    Some(b'"') => Kind::String,
                    Some(b't' | b'f' | b'n') => Kind::Literal,
                    _ => Kind::Number,
                };
                token(&mut push, kind, range.clone(), bytes);
            }
        }
        if let Some(comma) = line.comma {
            push(Kind::Punctuation, Source::Bytes(comma..comma + 1));
        }
        Self {
            number: Some(number),
            bytes: line.start..line.next,
            pieces,
        }
    }

    /// Lays out a line of text.
    pub(super) fn plain(number: Option<usize>, text: Range<usize>, next: usize) -> Self {
        let bytes = text.start..next;
        Self {
            number,
            bytes,
            pieces: vec![Piece {
                kind: Kind::Text,
                source: Source::Bytes(text),
            }],
        }
    }

    /// Lays out a line of our own that stands before a byte of the body.
    pub(super) fn note(kind: Kind, text: String, at: usize) -> Self {
        Self {
            number: None,
            bytes: at..at,
            pieces: vec![Piece {
                kind,
                source: Source::Shown(text, at..at),
            }],
        }
    }

    /// Lays out a row of a hex dump: offset, sixteen bytes, the same as text.
    pub(super) fn hex(row: usize, bytes: &[u8]) -> Self {
        let start = row * HEX_ROW;
        let end = bytes.len().min(start + HEX_ROW);
        let mut pieces = Vec::with_capacity(2 * HEX_ROW + 4);
        let mut push = |kind, source| pieces.push(Piece { kind, source });
        push(Kind::Note, Source::Shown(format!("{start:08x}  "), start..start));
        for at in start..start + HEX_ROW {
            let mut text = String::with_capacity(4);
            let _infallible = match bytes.get(at) {
                Some(byte) => write!(text, "{byte:02x} "),
                None => write!(text, "   "),
            };
            if at % HEX_ROW == HEX_ROW / 2 - 1 {
                text.push(' ');
            }
            let range = if at < end { at..at + 1 } else { end..end };
            push(Kind::Number, Source::Shown(text, range));
        }
        push(Kind::Punctuation, Source::Fixed(" "));
        for (at, &byte) in bytes.iter().enumerate().take(end).skip(start) {
            let seen = (0x20..0x7f).contains(&byte);
            let (kind, c) = if seen {
                (Kind::String, char::from(byte))
            } else {
                (Kind::Note, '·')
            };
            push(kind, Source::Shown(c.to_string(), at..at + 1));
        }
        Self {
            number: None,
            bytes: start..end,
            pieces,
        }
    }

    /// Returns where the value of the line stands in the body, quotes included; `None` on lines without one, and on
    /// brackets.
    pub fn value(&self) -> Option<Range<usize>> {
        let is_value = |piece: &&Piece| matches!(piece.kind, Kind::String | Kind::Number | Kind::Literal);
        let mut ranges = self
            .pieces
            .iter()
            .filter(is_value)
            .filter_map(|piece| match &piece.source {
                Source::Bytes(range) => Some(range.clone()),
                _ => None,
            });
        let first = ranges.next()?;
        Some(first.start..ranges.next_back().map_or(first.end, |last| last.end))
    }

    /// Returns the whole text of the line, long strings included; bytes that are no UTF-8 become `U+FFFD`.
    pub fn text(&self, bytes: &[u8]) -> String {
        let mut out = String::new();
        // Pieces that follow each other in the body are joined first: a cut may go through invalid bytes.
        let mut open: Option<Range<usize>> = None;
        let flush = |open: &mut Option<Range<usize>>, out: &mut String| {
            if let Some(range) = open.take() {
                out.push_str(&String::from_utf8_lossy(bytes.get(range).unwrap_or_default()));
            }
        };
        for piece in &self.pieces {
            match &piece.source {
                Source::Bytes(range) | Source::LeftOut(range) => match &mut open {
                    Some(before) if before.end == range.start => before.end = range.end,
                    _ => {
                        flush(&mut open, &mut out);
                        open = Some(range.clone());
                    }
                },
                other => {
                    flush(&mut open, &mut out);
                    match other {
                        Source::Fixed(text) => out.push_str(text),
                        Source::Spaces(count) => out.extend(std::iter::repeat_n(' ', *count)),
                        Source::Shown(text, _) => out.push_str(text),
                        Source::Bytes(_) | Source::LeftOut(_) => {}
                    }
                }
            }
        }
        flush(&mut open, &mut out);
        out
    }
}

/// Adds a token, the middle of a long one left out.
fn token(push: &mut impl FnMut(Kind, Source), kind: Kind, range: Range<usize>, bytes: &[u8]) {
    if range.len() <= LONG {
        return push(kind, Source::Bytes(range));
    }
    let shown = range.start + char_start(bytes.get(range.start..).unwrap_or_default(), SHOWN);
    let quote = usize::from(kind != Kind::Number);
    push(kind, Source::Bytes(range.start..shown));
    push(Kind::Note, Source::LeftOut(shown..range.end - quote));
    push(kind, Source::Bytes(range.end - quote..range.end));
}

/// Writes a size for people: `17 B`, `4.2 KB`, `97.1 MB`.
pub(super) fn size(bytes: usize) -> String {
    let tenths = |unit: usize| (bytes / unit, bytes % unit * 10 / unit);
    match bytes {
        0..=999 => format!("{bytes} B"),
        1_000..=999_999 => {
            let (whole, part) = tenths(1_000);
            format!("{whole}.{part} KB")
        }
        _ => {
            let (whole, part) = tenths(1_000_000);
            format!("{whole}.{part} MB")
        }
    }
}
