//! Reads one pretty line at a time out of JSON that the scanner has passed.
//!
//! The scanner has checked the grammar, so this reader looks only as far as it must: it needs no stack, just the depth
//! its checkpoint gives it. Highlighting is a by-product, since every token is known by kind.

use std::ops::Range;

use super::index::Checkpoint;
use super::scan::{JsonIndex, LONG, is_space};

/// What stands on a pretty line behind the name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Value {
    /// The bracket that opens a container with something in it.
    Open(Range<usize>),
    /// The bracket that closes it.
    Close(Range<usize>),
    /// A container with nothing in it but white space, from bracket to bracket.
    Empty(Range<usize>),
    /// A string, number or literal.
    Token(Range<usize>),
}

/// One pretty line, as places in the body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct JsonLine {
    /// The first byte of the line.
    pub start: usize,
    /// The first byte of the next one.
    pub next: usize,
    /// How deep it is indented.
    pub depth: u32,
    /// The name with its quotes, and the place of the colon.
    pub key: Option<(Range<usize>, usize)>,
    pub value: Value,
    /// Where the comma is that ends the line.
    pub comma: Option<usize>,
}

/// A walk through the pretty lines, forwards.
#[derive(Clone, Debug)]
pub(super) struct JsonCursor {
    /// The line about to be read.
    pub line: usize,
    pub offset: usize,
    depth: u32,
}

impl From<Checkpoint> for JsonCursor {
    fn from(place: Checkpoint) -> Self {
        Self {
            line: place.line,
            offset: place.offset,
            depth: place.depth,
        }
    }
}

impl JsonIndex {
    /// Goes to a known line.
    pub fn seek(&self, bytes: &[u8], line: usize) -> Option<JsonCursor> {
        if line >= self.lines {
            return None;
        }
        let mut cursor = JsonCursor::from(self.marks.before_line(line)?);
        while cursor.line < line {
            cursor.step(bytes, self);
        }
        Some(cursor)
    }

    /// Finds the known line that holds a byte; white space belongs to the line before it.
    pub fn line_at(&self, bytes: &[u8], offset: usize) -> Option<usize> {
        let place = self.marks.before_offset(offset).or_else(|| self.marks.before_line(0))?;
        let mut cursor = JsonCursor::from(place);
        while cursor.line < self.lines {
            let line = cursor.line;
            if cursor.step(bytes, self).next > offset {
                return Some(line);
            }
        }
        // White space behind the last line is all that can be left of a body without a fault.
        (self.complete && self.fault.is_none())
            .then(|| self.lines.checked_sub(1))
            .flatten()
    }

    /// Finds the end of the string or number that starts at a byte.
    fn token_end(&self, bytes: &[u8], start: usize) -> usize {
        let window = &bytes[start..bytes.len().min(start + LONG + 1)];
        let end = match window.first() {
            Some(b'"') => string_len(window),
            _ => window
                .iter()
                .position(|byte| is_space(*byte) || matches!(byte, b',' | b'}' | b']')),
        };
        if let Some(len) = end {
            return start + len;
        }
        self.long_end(start).unwrap_or(start + window.len())
    }

    /// Finds the next byte that is no white space.
    fn skip_space(&self, bytes: &[u8], mut from: usize) -> usize {
        loop {
            let rest = bytes.get(from..).unwrap_or_default();
            let window = &rest[..rest.len().min(LONG + 1)];
            if let Some(at) = window.iter().position(|&byte| !is_space(byte)) {
                return from + at;
            }
            if window.len() == rest.len() {
                return bytes.len();
            }
            from = self.long_end(from).unwrap_or(from + window.len());
        }
    }

    /// Finds the end of the long stretch that a byte lies in.
    fn long_end(&self, at: usize) -> Option<usize> {
        let before = self.long.partition_point(|&(start, _)| start <= at).checked_sub(1)?;
        self.long.get(before).map(|&(_, end)| end).filter(|&end| end > at)
    }
}

impl JsonCursor {
    /// Reads the line and moves behind it; `index` knows the long tokens.
    pub fn step(&mut self, bytes: &[u8], index: &JsonIndex) -> JsonLine {
        // What follows a fault is none of our business: a comma there ends no line here.
        let bytes = if index.fault.is_some() {
            &bytes[..index.tail.min(bytes.len())]
        } else {
            bytes
        };
        let start = index.skip_space(bytes, self.offset);
        let (mut depth, mut key, mut pos) = (self.depth, None, start);
        if bytes.get(pos) == Some(&b'"') {
            let end = index.token_end(bytes, pos);
            let colon = index.skip_space(bytes, end);
            if bytes.get(colon) == Some(&b':') {
                key = Some((pos..end, colon));
                pos = index.skip_space(bytes, colon + 1);
            }
        }
        let value = match bytes.get(pos) {
            Some(b'}' | b']') => {
                depth = depth.saturating_sub(1);
                self.depth = depth;
                pos += 1;
                Value::Close(pos - 1..pos)
            }
            Some(b'{' | b'[') => {
                let inside = index.skip_space(bytes, pos + 1);
                if matches!(bytes.get(inside), Some(b'}' | b']')) {
                    let open = pos;
                    pos = inside + 1;
                    Value::Empty(open..pos)
                } else {
                    self.depth += 1;
                    self.line += 1;
                    self.offset = inside;
                    return JsonLine {
                        start,
                        next: inside,
                        depth,
                        key,
                        value: Value::Open(pos..pos + 1),
                        comma: None,
                    };
                }
            }
            _ => {
                let end = index.token_end(bytes, pos.min(bytes.len()));
                let token = pos..end;
                pos = end;
                Value::Token(token)
            }
        };
        pos = index.skip_space(bytes, pos);
        let comma = (bytes.get(pos) == Some(&b',')).then_some(pos);
        if let Some(comma) = comma {
            pos = index.skip_space(bytes, comma + 1);
        }
        self.line += 1;
        self.offset = pos;
        JsonLine {
            start,
            next: pos,
            depth,
            key,
            value,
            comma,
        }
    }
}

/// Measures a string from quote to quote; `None` if the second one lies outside.
fn string_len(bytes: &[u8]) -> Option<usize> {
    let mut pos = 1;
    loop {
        pos += memchr::memchr2(b'"', b'\\', bytes.get(pos..)?)?;
        if bytes[pos] == b'"' {
            return Some(pos + 1);
        }
        pos += 2;
    }
}
