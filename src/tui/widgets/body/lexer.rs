//! Reads one pretty line at a time out of JSON that the scanner has passed.
//!
//! The scanner has checked the grammar, so this reader looks only as far as it must: it needs no stack, just the depth
//! its checkpoint gives it. Highlighting is a by-product, since every token is known by kind.

use std::ops::Range;

use super::index::Checkpoint;
use super::scan::{JsonIndex, LONG, is_space};
use super::source::Source;
use super::window::Window;

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
    /// Of many values a line that is none.
    Bad(Range<usize>),
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
    /// Opens a window on the lines that could be printed: what follows a fault is none of their business.
    pub fn window(&self, source: &Source, len: usize) -> Window {
        Window::new(source, if self.fault.is_some() { self.tail.min(len) } else { len })
    }

    /// Goes to a known line.
    pub fn seek(&self, window: &mut Window, line: usize) -> Option<JsonCursor> {
        if line >= self.lines {
            return None;
        }
        let mut cursor = JsonCursor::from(self.marks.before_line(line)?);
        while cursor.line < line {
            cursor.step(window, self);
        }
        Some(cursor)
    }

    /// Finds the known line that holds a byte; white space belongs to the line before it.
    pub fn line_at(&self, window: &mut Window, offset: usize) -> Option<usize> {
        let place = self.marks.before_offset(offset).or_else(|| self.marks.before_line(0))?;
        let mut cursor = JsonCursor::from(place);
        while cursor.line < self.lines {
            let line = cursor.line;
            if cursor.step(window, self).next > offset {
                return Some(line);
            }
        }
        // White space behind the last line is all that can be left of a body without a fault.
        (self.complete && self.fault.is_none())
            .then(|| self.lines.checked_sub(1))
            .flatten()
    }

    /// Finds the end of the string or number that starts at a byte.
    fn token_end(&self, window: &mut Window, start: usize) -> usize {
        let seen = window.at(start, LONG + 1);
        let end = match seen.first() {
            Some(b'"') => string_len(seen),
            _ => seen
                .iter()
                .position(|byte| is_space(*byte) || matches!(byte, b',' | b'}' | b']' | b'{' | b'[' | b'"')),
        };
        if let Some(len) = end {
            return start + len;
        }
        let len = seen.len();
        self.long_end(start).unwrap_or(start + len)
    }

    /// Finds the next byte that is no white space.
    fn skip_space(&self, window: &mut Window, mut from: usize) -> usize {
        loop {
            let seen = window.at(from, LONG + 1);
            if let Some(at) = seen.iter().position(|&byte| !is_space(byte)) {
                return from + at;
            }
            let len = seen.len();
            if len <= LONG {
                return from + len;
            }
            from = self.long_end(from).unwrap_or(from + len);
        }
    }

    /// Finds the end of the line as sent that starts at a byte.
    fn bad_end(&self, window: &mut Window, start: usize) -> usize {
        let seen = window.at(start, LONG + 1);
        let end = if let Some(len) = memchr::memchr(b'\n', seen) {
            start + len
        } else {
            let len = seen.len();
            self.long_end(start).unwrap_or(start + len)
        };
        end - usize::from(end > start && window.byte(end - 1) == Some(b'\r'))
    }

    /// Finds the end of the long stretch that a byte lies in.
    fn long_end(&self, at: usize) -> Option<usize> {
        let before = self.long.partition_point(|&(start, _)| start <= at).checked_sub(1)?;
        self.long.get(before).map(|(_, end)| end).filter(|&end| end > at)
    }
}

impl JsonLine {
    /// Whether the line closes a container.
    pub fn closes(&self) -> bool {
        matches!(self.value, Value::Close(_))
    }

    /// Whether the line opens a container that has something in it.
    pub fn opens(&self) -> bool {
        matches!(self.value, Value::Open(_))
    }
}

impl JsonCursor {
    /// Reads the line and moves behind it; `index` knows the long tokens.
    pub fn step(&mut self, window: &mut Window, index: &JsonIndex) -> JsonLine {
        let start = index.skip_space(window, self.offset);
        let (mut depth, mut key, mut pos) = (self.depth, None, start);
        let bad = index.bad.has(self.line);
        if depth > 0 && window.byte(pos) == Some(b'"') {
            let end = index.token_end(window, pos);
            let colon = index.skip_space(window, end);
            if window.byte(colon) == Some(b':') {
                key = Some((pos..end, colon));
                pos = index.skip_space(window, colon + 1);
            }
        }
        let value = match window.byte(pos) {
            _ if bad => {
                pos = index.bad_end(window, start);
                Value::Bad(start..pos)
            }
            Some(b'}' | b']') => {
                depth = depth.saturating_sub(1);
                self.depth = depth;
                pos += 1;
                Value::Close(pos - 1..pos)
            }
            Some(b'{' | b'[') => {
                let inside = index.skip_space(window, pos + 1);
                if matches!(window.byte(inside), Some(b'}' | b']')) {
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
                let end = index.token_end(window, pos.min(window.end()));
                let token = pos..end;
                pos = end;
                Value::Token(token)
            }
        };
        pos = index.skip_space(window, pos);
        // Behind an outermost value, a comma is of the next line, which is no value then.
        let comma = (self.depth > 0 && window.byte(pos) == Some(b',')).then_some(pos);
        if let Some(comma) = comma {
            pos = index.skip_space(window, comma + 1);
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
