//! A line ready to be drawn or copied: pieces with a kind each, most of them only places in the body.

use std::fmt::Write as _;
use std::io;
use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthChar;

use super::lexer::{JsonLine, Value};
use super::nest::NestLine;
use super::nested::MarkupLine;
use super::plain::char_start;
use super::scan::LONG;
use super::source::Source;
use super::window::Window;
use crate::tui::unescape;
use crate::tui::widgets::escape::{MAX_CLUSTER, is_hidden, stands_alone};

/// How much of a long string is drawn, in bytes.
const SHOWN: usize = 1024;
/// How far back from a mark its letter is looked for, in bytes.
const LETTER: usize = 64;
/// Levels of indentation drawn; deeper lines stay at that column.
const MAX_LEVELS: u32 = 512;
/// Columns in place of a tab before a line.
const TAB: usize = 2;
/// Levels of indentation that are copied: lines at the depth of a thousand brackets would be a thousand times as long.
const COPIED_LEVELS: usize = 32;
/// Bytes in a row of a hex dump.
pub(super) const HEX_ROW: usize = 16;

/// What a piece is, and so which style it gets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Kind {
    /// Plain text.
    #[default]
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
    /// The name of an element, a function, a rule.
    Name,
    /// A comment.
    Comment,
    /// A heading.
    Heading,
    /// What is said loudly.
    Strong,
    /// What is stressed.
    Emphasis,
    /// Our own words about the body, never part of it.
    Note,
    /// What stands for all that is folded away.
    Fold,
    /// The place where the body is wrong.
    Error,
}

/// A stretch of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Piece {
    pub kind: Kind,
    pub content: Content,
}

/// Where the text of a piece comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Content {
    /// The body itself: where, and what.
    Body(Range<usize>, Bytes),
    /// Ours: what a pretty printer adds.
    Fixed(&'static str),
    /// Indentation.
    Spaces(usize),
    /// A part of the body too long to draw, and the key that shows more of it, where there is one.
    LeftOut(Range<usize>, Option<Arc<str>>),
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
    /// Whether it stands for a container that is folded.
    pub folded: bool,
    pub(super) pieces: Vec<Piece>,
}

impl Line {
    /// Lays out a pretty line.
    pub(super) fn json(number: usize, line: &JsonLine, window: &mut Window) -> Self {
        let mut pieces = Vec::with_capacity(5);
        let mut push = |kind, content| pieces.push(Piece { kind, content });
        if line.depth > 0 {
            push(Kind::Text, indent(line.depth));
        }
        if let Some((key, colon)) = &line.key {
            token(&mut push, Kind::Key, key.clone(), window);
            push(Kind::Punctuation, body(*colon..*colon + 1, window));
            push(Kind::Punctuation, Content::Fixed(" "));
        }
        match &line.value {
            Value::Open(bracket) | Value::Close(bracket) => {
                push(Kind::Punctuation, body(bracket.clone(), window));
            }
            Value::Empty(both) => {
                push(Kind::Punctuation, body(both.start..both.start + 1, window));
                push(Kind::Punctuation, body(both.end - 1..both.end, window));
            }
            Value::Token(range) => {
                let kind = match window.byte(range.start) {
                    Some(b'"') => Kind::String,
                    Some(b't' | b'f' | b'n') => Kind::Literal,
                    _ => Kind::Number,
                };
                token(&mut push, kind, range.clone(), window);
            }
            Value::Bad(range) => {
                // It stands as it came.
                let before = range.start.saturating_sub(MAX_LEVELS as usize);
                let blank = |byte: &&u8| matches!(byte, b' ' | b'\t');
                let blanks = window.at(before, range.start - before).iter().rev().take_while(blank);
                let columns = blanks.map(|byte| if *byte == b'\t' { TAB } else { 1 }).sum();
                if columns > 0 {
                    push(Kind::Text, Content::Spaces(columns));
                }
                if range.len() <= LONG {
                    push(Kind::Error, body(range.clone(), window));
                } else {
                    token(&mut push, Kind::Error, range.clone(), window);
                }
            }
        }
        if let Some(comma) = line.comma {
            push(Kind::Punctuation, body(comma..comma + 1, window));
        }
        Self {
            number: Some(number),
            bytes: line.start..line.next,
            folded: false,
            pieces,
        }
    }

    /// Puts the next line of a container that is folded behind this one.
    pub(super) fn join(&mut self, next: Self) {
        let comma = |piece: &Piece| matches!(&piece.content, Content::Body(_, bytes) if &bytes[..] == b",");
        if self
            .pieces
            .last()
            .is_some_and(|last| last.kind == Kind::Punctuation && comma(last))
        {
            let content = Content::Fixed(" ");
            self.pieces.push(Piece {
                kind: Kind::Punctuation,
                content,
            });
        }
        let is_indent = |piece: &Piece| matches!(piece.content, Content::Spaces(_));
        self.pieces
            .extend(next.pieces.into_iter().filter(|piece| !is_indent(piece)));
        self.bytes.end = next.bytes.end;
    }

    /// Lays out a line among those that lie in each other; markup knows its own number.
    pub(super) fn nested(number: usize, line: &NestLine, window: &mut Window) -> Self {
        match line {
            NestLine::Json(line) => Self::json(number, line, window),
            NestLine::Markup(MarkupLine { number, text, .. }) => {
                Self::plain(*number, text.text.clone(), text.next, window)
            }
        }
    }

    /// Lays out a container that is folded: what opens it, how many members it has (of markup how many lines are hidden),
    /// what closes it if that is there yet.
    pub(super) fn folded(
        number: usize,
        open: &NestLine,
        close: Option<&NestLine>,
        (members, hidden): (usize, usize),
        window: &mut Window,
    ) -> Self {
        let mut line = Self::nested(number, open, window);
        let start = |line: &NestLine| match line {
            NestLine::Json(line) => line.start,
            NestLine::Markup(line) => line.text.text.start,
        };
        let (count, one, many, next) = match open {
            NestLine::Json(open) => {
                let object = matches!(&open.value, Value::Open(at) if window.byte(at.start) == Some(b'{'));
                let (one, many) = if object {
                    ("member", "members")
                } else {
                    ("item", "items")
                };
                (members, one, many, open.next)
            }
            NestLine::Markup(open) => (hidden, "line", "lines", open.text.next),
        };
        let end = close.map_or(next.max(window.end()), start);
        let what = if count == 1 { one } else { many };
        line.pieces.push(Piece {
            kind: Kind::Fold,
            content: Content::Shown(format!(" … {} {what} ", grouped(count)), next..end),
        });
        line.bytes.end = end;
        if let Some(close) = close {
            let mut close = Self::nested(number, close, window);
            // Its indentation is of no use here.
            close
                .pieces
                .retain(|piece| !matches!(piece.content, Content::Spaces(_)));
            if let [
                Piece {
                    content: Content::Body(range, bytes),
                    ..
                },
            ] = &mut close.pieces[..]
            {
                let indent = bytes.len() - bytes.trim_ascii_start().len();
                range.start += indent;
                *bytes = bytes.slice(indent..);
            }
            line.pieces.append(&mut close.pieces);
            line.bytes.end = close.bytes.end;
        }
        line.folded = true;
        line
    }

    /// Lays out a line of text.
    pub(super) fn plain(number: Option<usize>, text: Range<usize>, next: usize, window: &mut Window) -> Self {
        let bytes = text.start..next;
        Self {
            number,
            bytes,
            folded: false,
            pieces: vec![Piece {
                kind: Kind::Text,
                content: body(text, window),
            }],
        }
    }

    /// The same line indented as what stands so deep.
    pub(super) fn indented(mut self, depth: u32) -> Self {
        if depth > 0 {
            let (kind, content) = (Kind::Text, indent(depth));
            self.pieces.insert(0, Piece { kind, content });
        }
        self
    }

    /// Lays out a line of our own that stands before a byte of the body.
    pub(super) fn note(kind: Kind, text: String, at: usize) -> Self {
        Self {
            number: None,
            bytes: at..at,
            folded: false,
            pieces: vec![Piece {
                kind,
                content: Content::Shown(text, at..at),
            }],
        }
    }

    /// Lays out a row of a hex dump: offset, sixteen bytes, the same as text.
    pub(super) fn hex(row: usize, window: &mut Window) -> Self {
        let start = row * HEX_ROW;
        let bytes = window.at(start, HEX_ROW);
        let end = start + bytes.len();
        let mut pieces = Vec::with_capacity(2 * HEX_ROW + 4);
        let mut push = |kind, content| pieces.push(Piece { kind, content });
        push(Kind::Note, Content::Shown(format!("{start:08x}  "), start..start));
        for at in start..start + HEX_ROW {
            let mut text = String::with_capacity(4);
            let _infallible = match bytes.get(at - start) {
                Some(byte) => write!(text, "{byte:02x} "),
                None => write!(text, "   "),
            };
            if at % HEX_ROW == HEX_ROW / 2 - 1 {
                text.push(' ');
            }
            let range = if at < end { at..at + 1 } else { end..end };
            push(Kind::Number, Content::Shown(text, range));
        }
        push(Kind::Punctuation, Content::Fixed(" "));
        for (at, &byte) in (start..).zip(bytes) {
            let seen = (0x20..0x7f).contains(&byte);
            let (kind, c) = if seen {
                (Kind::String, char::from(byte))
            } else {
                (Kind::Note, '·')
            };
            push(kind, Content::Shown(c.to_string(), at..at + 1));
        }
        Self {
            number: None,
            bytes: start..end,
            folded: false,
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
            .filter_map(|piece| match &piece.content {
                Content::Body(range, _) => Some(range.clone()),
                _ => None,
            });
        let first = ranges.next()?;
        Some(first.start..ranges.next_back().map_or(first.end, |last| last.end))
    }

    /// Returns the whole text of the line, long strings included; bytes that are no UTF-8 become `U+FFFD`, and it is not
    /// indented further than 32 levels.
    ///
    /// # Errors
    ///
    /// What the disk says, for a long string of a body that lies there.
    pub fn text(&self, source: &Source) -> io::Result<String> {
        let mut out = String::new();
        // Pieces that follow each other in the body are joined first: a cut may go through invalid bytes.
        let mut open: Option<(Range<usize>, Vec<u8>)> = None;
        let flush = |open: &mut Option<(Range<usize>, Vec<u8>)>, out: &mut String| {
            if let Some((_, bytes)) = open.take() {
                out.push_str(&String::from_utf8_lossy(&bytes));
            }
        };
        for piece in &self.pieces {
            let (range, bytes) = match &piece.content {
                Content::Body(range, bytes) => (range, bytes.clone()),
                Content::LeftOut(range, _) => (range, source.read(range.start, range.len())?),
                other => {
                    flush(&mut open, &mut out);
                    match other {
                        Content::Fixed(text) => out.push_str(text),
                        Content::Spaces(count) => {
                            out.extend(std::iter::repeat_n(' ', (*count).min(2 * COPIED_LEVELS)));
                        }
                        Content::Shown(text, _) => out.push_str(text),
                        Content::Body(..) | Content::LeftOut(..) => {}
                    }
                    continue;
                }
            };
            match &mut open {
                Some((before, text)) if before.end == range.start => {
                    before.end = range.end;
                    text.extend_from_slice(&bytes);
                }
                _ => {
                    flush(&mut open, &mut out);
                    open = Some((range.clone(), bytes.to_vec()));
                }
            }
        }
        flush(&mut open, &mut out);
        Ok(out)
    }
}

/// What is before a line so deep.
fn indent(depth: u32) -> Content {
    Content::Spaces(2 * depth.min(MAX_LEVELS) as usize)
}

/// A stretch of the body.
fn body(range: Range<usize>, window: &mut Window) -> Content {
    let bytes = window.slice(&range);
    Content::Body(range, bytes)
}

/// Adds a token, the middle of a long one left out.
fn token(push: &mut impl FnMut(Kind, Content), kind: Kind, range: Range<usize>, window: &mut Window) {
    if range.len() <= LONG {
        return text(push, kind, range, window);
    }
    let shown = range.start + char_start(window.at(range.start, SHOWN + 1), SHOWN);
    let quote = usize::from(kind != Kind::Number);
    text(push, kind, range.start..shown, window);
    push(Kind::Note, Content::LeftOut(shown..range.end - quote, None));
    push(kind, body(range.end - quote..range.end, window));
}

/// Adds a piece of a token, characters in place of the escapes that stand for them.
///
/// A mark is drawn on its letter, whichever of the two is escaped: by itself it is nothing that can be drawn, and stays.
pub(super) fn text(push: &mut impl FnMut(Kind, Content), kind: Kind, range: Range<usize>, window: &mut Window) {
    let bytes = window.slice(&range);
    if bytes.is_empty() {
        return push(kind, Content::Body(range, bytes));
    }
    // What stands from `plain` on, a letter that is held included, may take a mark; a quote or an escape may not.
    let (mut from, mut at, mut plain) = (0, 0, usize::from(bytes.first() == Some(&b'"')));
    let mut held: Option<(String, Range<usize>)> = None;
    let mut push = |from: usize, to: usize, held: Option<(String, Range<usize>)>| {
        if from < to {
            push(
                kind,
                Content::Body(range.start + from..range.start + to, bytes.slice(from..to)),
            );
        }
        if let Some((shown, at)) = held {
            push(
                kind,
                Content::Shown(shown, range.start + at.start..range.start + at.end),
            );
        }
    };
    while let Some(escape) = memchr::memchr(b'\\', bytes.get(at..).unwrap_or_default()).map(|found| at + found) {
        let Some((c, len)) = unescape(&bytes[escape..], is_hidden) else {
            // What follows the backslash may be one itself.
            at = escape + 2;
            plain = escape + if bytes.get(escape + 1) == Some(&b'u') { 6 } else { 2 };
            continue;
        };
        at = escape + len;
        if !stands_alone(c) {
            let tail = bytes.get(plain.max(from)..escape).unwrap_or_default();
            if tail.is_empty()
                && let Some((shown, place)) = &mut held
                && place.end == escape
                && joins(shown, c)
            {
                shown.push(c);
                place.end = at;
                (from, plain) = (at, at);
                continue;
            }
            if let Some(letter) = last_letter(tail).filter(|letter| joins(letter, c)) {
                let start = escape - letter.len();
                push(0, 0, held.take());
                push(from, start, None);
                held = Some((format!("{letter}{c}"), start..at));
                (from, plain) = (at, at);
                continue;
            }
            if c.width() == Some(0) {
                plain = at;
                continue;
            }
        }
        push(0, 0, held.take());
        push(from, escape, None);
        held = Some((c.to_string(), escape..at));
        (from, plain) = (at, at);
    }
    push(0, 0, held);
    push(from, bytes.len(), None);
}

/// The last letter of a piece of text, with the marks on it.
fn last_letter(bytes: &[u8]) -> Option<&str> {
    let tail = &bytes[bytes.len().saturating_sub(LETTER)..];
    let text = tail.utf8_chunks().last().filter(|chunk| chunk.invalid().is_empty())?;
    text.valid().graphemes(true).next_back()
}

/// Says whether a character is drawn in the cell of the letter before it.
fn joins(letter: &str, c: char) -> bool {
    !letter.contains(is_hidden)
        && letter.chars().count() < MAX_CLUSTER
        && format!("{letter}{c}").graphemes(true).count() == 1
}

/// Writes a count for people, in groups of three: `195 312`.
fn grouped(count: usize) -> String {
    let digits = count.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(' ');
        }
        out.push(digit);
    }
    out
}
