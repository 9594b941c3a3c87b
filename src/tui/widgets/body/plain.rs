//! Lines of text as they came: found by line feed, long ones cut into pieces.
//!
//! A body of 10 MB without a line end is normal (compact JSON). No line handed out is longer than [`PIECE`] bytes: the
//! rest follows as continued lines under the same number. That bounds the work of drawing, wrapping and scrolling
//! sideways, whatever the server sent.

use std::ops::Range;

use super::index::{Checkpoint, Checkpoints};
use super::window::Window;

/// The longest piece of a line, in bytes.
pub(super) const PIECE: usize = 4096;

/// One line, or one piece of a long line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PlainLine {
    /// The text without its line end.
    pub text: Range<usize>,
    /// Where the next line starts.
    pub next: usize,
    /// Whether the next line is the rest of this one.
    pub goes_on: bool,
}

/// The line index of a text, or of what follows a fault in a JSON body.
#[derive(Clone, Debug)]
pub(super) struct Lines {
    marks: Checkpoints,
    /// Where the first line starts.
    start: usize,
    /// All lines before this byte are known.
    pos: usize,
    /// Lines known.
    pub count: usize,
    /// How many of them continue the line before.
    pieces: usize,
    /// Whether the line at `pos` continues the one before.
    goes_on: bool,
}

impl Lines {
    /// Starts an index at a byte; nothing is read yet.
    pub fn new(start: usize) -> Self {
        Self {
            marks: Checkpoints::default(),
            start,
            pos: start,
            count: 0,
            pieces: 0,
            goes_on: false,
        }
    }

    /// Indexes the block that starts at the first byte not covered; a line whose end is not there is left for the next one,
    /// unless this is the `last`.
    pub fn advance(&mut self, bytes: &[u8], last: bool) {
        self.advance_telling(bytes, last, |_, _| {});
    }

    /// The same, and tells of each line its number from 0 without pieces, and whether it is one.
    pub fn advance_telling(&mut self, bytes: &[u8], last: bool, mut tell: impl FnMut(usize, bool)) {
        let base = self.pos;
        while let Some(line) = read_line(&bytes[self.pos - base..], self.pos, last) {
            self.pieces += usize::from(self.goes_on);
            let place = Checkpoint {
                line: self.count,
                offset: self.pos,
                depth: 0,
                continued: self.pieces,
                rest: self.goes_on,
            };
            self.marks.offer(place);
            tell(self.count - self.pieces, self.goes_on);
            self.count += 1;
            self.pos = line.next;
            self.goes_on = line.goes_on;
        }
    }

    /// Says how far the index reaches, in bytes.
    pub fn scanned(&self) -> usize {
        self.pos
    }

    /// Returns where the first line starts.
    pub fn start(&self) -> usize {
        self.start
    }

    /// Returns how many lines of the known ones are lines in a person's eyes.
    pub fn numbers(&self) -> usize {
        self.count - self.pieces
    }

    /// Goes to a known line.
    pub fn seek(&self, window: &mut Window, line: usize) -> Option<PlainCursor> {
        if line >= self.count {
            return None;
        }
        let mut cursor = PlainCursor::from(self.marks.before_line(line)?);
        while cursor.line < line {
            cursor.step(window)?;
        }
        Some(cursor)
    }

    /// The number of a known line, from 1: a long one is one, whatever its pieces.
    pub fn number_of(&self, window: &mut Window, line: usize) -> Option<usize> {
        let cursor = self.seek(window, line)?;
        Some(cursor.line - cursor.continued + 1)
    }

    /// The number of the known line whose text, but for white space, begins with a byte.
    pub fn begins(&self, window: &mut Window, offset: usize) -> Option<usize> {
        let mut cursor = PlainCursor::from(self.marks.before_offset(offset)?);
        loop {
            let (from, is_rest) = (cursor.offset, cursor.is_rest);
            let number = cursor.line - cursor.continued + 1;
            if cursor.line >= self.count {
                return None;
            }
            if cursor.step(window)?.next > offset {
                let begins = !is_rest && window.slice(&(from..offset)).trim_ascii().is_empty();
                return begins.then_some(number);
            }
        }
    }

    /// Finds the known line that holds a byte.
    pub fn line_at(&self, window: &mut Window, offset: usize) -> Option<usize> {
        if offset >= self.pos {
            return None;
        }
        let mut cursor = PlainCursor::from(self.marks.before_offset(offset)?);
        while cursor.line < self.count {
            let line = cursor.line;
            if cursor.step(window)?.next > offset {
                return Some(line);
            }
        }
        None
    }

    /// Finds the first piece of the line with this number, counted from 1.
    pub fn line_of_number(&self, window: &mut Window, number: usize) -> Option<usize> {
        if number == 0 || number > self.numbers() {
            return None;
        }
        // A checkpoint may stand in the middle of the line, so the last one before the line is asked for.
        let place = self
            .marks
            .before_number(number - 1)
            .or_else(|| self.marks.before_line(0))?;
        let mut cursor = PlainCursor::from(place);
        while cursor.line < self.count {
            if cursor.line - cursor.continued + 1 == number && !cursor.is_rest {
                return Some(cursor.line);
            }
            cursor.step(window)?;
        }
        None
    }
}

/// A walk through the lines, forwards.
#[derive(Clone, Debug)]
pub(super) struct PlainCursor {
    /// The line about to be read.
    pub line: usize,
    pub offset: usize,
    pub continued: usize,
    /// Whether that line continues the one before.
    pub is_rest: bool,
}

impl From<Checkpoint> for PlainCursor {
    fn from(place: Checkpoint) -> Self {
        Self {
            line: place.line,
            offset: place.offset,
            continued: place.continued,
            is_rest: place.rest,
        }
    }
}

impl PlainCursor {
    /// Reads the line and moves behind it; `None` where the body ends.
    pub fn step(&mut self, window: &mut Window) -> Option<PlainLine> {
        let end = window.end();
        let rest = window.at(self.offset, PIECE + 1);
        let last = self.offset + rest.len() >= end;
        let line = read_line(rest, self.offset, last)?;
        self.line += 1;
        self.offset = line.next;
        self.is_rest = line.goes_on;
        self.continued += usize::from(line.goes_on);
        Some(line)
    }
}

/// Reads the line that `rest` begins with, at `start` in the body; `None` if its end is not there and `rest` is not the
/// `last` of it, or empty.
fn read_line(rest: &[u8], start: usize, last: bool) -> Option<PlainLine> {
    if rest.is_empty() {
        return None;
    }
    let window = &rest[..rest.len().min(PIECE + 1)];
    if let Some(len) = memchr::memchr(b'\n', window) {
        let text = window[..len].strip_suffix(b"\r").unwrap_or(&window[..len]);
        return Some(PlainLine {
            text: start..start + text.len(),
            next: start + len + 1,
            goes_on: false,
        });
    }
    if rest.len() <= PIECE {
        let end = start + rest.len();
        return last.then_some(PlainLine {
            text: start..end,
            next: end,
            goes_on: false,
        });
    }
    let end = start + char_start(rest, PIECE);
    Some(PlainLine {
        text: start..end,
        next: end,
        goes_on: true,
    })
}

/// Moves a cut back to where a UTF-8 character starts; bytes that are no UTF-8 stay where they are.
pub(super) fn char_start(bytes: &[u8], cut: usize) -> usize {
    let is_rest = |at: usize| bytes.get(at).is_some_and(|byte| byte & 0xc0 == 0x80);
    (cut.saturating_sub(3)..=cut)
        .rev()
        .find(|&at| at > 0 && !is_rest(at))
        .unwrap_or(cut)
}
