//! The body and what is known of its lines.
//!
//! A body has two forms: *pretty*, which for JSON is what a pretty printer would write and for binary data a hex dump,
//! and *raw*, the bytes as they were sent. For text both are the same. Neither is ever built as a whole.

use std::ops::Range;

use bytes::Bytes;

use super::job::{Index, IndexJob, Snapshot};
use super::lexer::JsonCursor;
use super::line::{HEX_ROW, Kind, Line};
use super::plain::{Lines, PlainCursor};
use super::scan::Fault;

/// How a body is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Syntax {
    /// JSON: pretty lines, colours, faults marked.
    Json,
    /// Any text, markup included: lines as sent.
    Text,
    /// Anything else: sixteen bytes a row.
    Hex,
}

impl Syntax {
    /// Guesses from the media type, if the server sent one, and from the first bytes.
    ///
    /// Bytes decide against the header where they must: NUL bytes are never text, and what starts like JSON under a
    /// vague type is read as JSON.
    pub fn guess(media_type: Option<&str>, bytes: &[u8]) -> Self {
        let head = &bytes[..bytes.len().min(1024)];
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
        if essence.ends_with("/json") || essence.ends_with("+json") {
            return Self::Json;
        }
        let vague = matches!(
            &*essence,
            "" | "text/plain" | "application/octet-stream" | "text/javascript"
        );
        let first = head.iter().find(|byte| !byte.is_ascii_whitespace());
        if vague && matches!(first, Some(b'{' | b'[')) {
            return Self::Json;
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

/// Which form of the body is meant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Form {
    /// Laid out for reading.
    #[default]
    Pretty,
    /// As sent.
    Raw,
}

/// A body with the index of its lines, as far as it is known.
#[derive(Clone, Debug)]
pub struct Document {
    syntax: Syntax,
    snapshot: Snapshot,
}

impl Document {
    /// Takes a body and indexes the first lines of it: well below a millisecond, whatever the size.
    pub fn new(bytes: Bytes, syntax: Syntax) -> Self {
        let snapshot = IndexJob::new(bytes, syntax).prefix();
        Self { syntax, snapshot }
    }

    /// Returns the rest of the indexing as work for a blocking thread; `None` if all is known already.
    pub fn index_job(&self) -> Option<IndexJob> {
        if self.snapshot.is_complete() {
            return None;
        }
        // The job reads the prefix again, so that no snapshot of it knows less than this document.
        let mut job = IndexJob::new(self.snapshot.bytes.clone(), self.syntax);
        job.prefix();
        Some(job)
    }

    /// Takes over what the job has found; false, and nothing done, if the snapshot is older or of another body.
    ///
    /// Lines known before keep their numbers. Call [`super::View::refresh`] afterwards.
    pub fn apply(&mut self, snapshot: Snapshot) -> bool {
        let (old, new) = (&self.snapshot.bytes, &snapshot.bytes);
        let same = old.as_ptr() == new.as_ptr() && old.len() == new.len();
        let fresh = same && snapshot.progress().0 >= self.snapshot.progress().0;
        if fresh {
            self.snapshot = snapshot;
        }
        fresh
    }

    /// Returns the body as sent.
    pub fn bytes(&self) -> &Bytes {
        &self.snapshot.bytes
    }

    /// Returns how the body is read.
    pub fn syntax(&self) -> Syntax {
        self.syntax
    }

    /// Says how much of the indexing is done and how much there is, in bytes.
    pub fn progress(&self) -> (usize, usize) {
        self.snapshot.progress()
    }

    /// Returns what is wrong with the JSON, as far as it has been read.
    pub fn fault(&self) -> Option<Fault> {
        self.index().pretty.as_ref().and_then(|pretty| pretty.fault)
    }

    /// Returns the number of lines known so far.
    pub fn lines(&self, form: Form) -> usize {
        match self.layout(form) {
            Layout::Json => self.json_lines() + self.index().tail.as_ref().map_or(0, |tail| tail.count + 1),
            Layout::Plain => self.index().raw.count,
            Layout::Hex => self.bytes().len().div_ceil(HEX_ROW),
        }
    }

    /// Says whether [`Document::lines`] is the final number.
    pub fn is_complete(&self, form: Form) -> bool {
        let len = self.bytes().len();
        match self.layout(form) {
            Layout::Json => self.index().pretty_complete(len),
            Layout::Plain => self.index().raw.scanned() >= len,
            Layout::Hex => true,
        }
    }

    /// Returns the highest line number of the gutter.
    pub fn last_number(&self, form: Form) -> usize {
        match self.layout(form) {
            Layout::Json => self.json_lines() + self.index().tail.as_ref().map_or(0, Lines::numbers),
            Layout::Plain => self.index().raw.numbers(),
            Layout::Hex => 0,
        }
    }

    /// Returns a line, counted from 0.
    pub fn line(&self, form: Form, line: usize) -> Option<Line> {
        self.lines_from(form, line).next()
    }

    /// Walks the lines from one on; far cheaper than asking for one after the other.
    pub fn lines_from(&self, form: Form, line: usize) -> LinesFrom<'_> {
        let (index, bytes) = (self.index(), &self.bytes()[..]);
        let at = match self.layout(form) {
            Layout::Hex => At::Hex(line),
            Layout::Plain => index.raw.seek(bytes, line).map_or(At::End, At::Raw),
            Layout::Json => match line.checked_sub(self.json_lines()) {
                None => index
                    .pretty
                    .as_ref()
                    .and_then(|p| p.seek(bytes, line))
                    .map_or(At::End, At::Json),
                Some(0) => At::Fault,
                Some(rest) => {
                    let tail = index.tail.as_ref();
                    tail.and_then(|tail| tail.seek(bytes, rest - 1))
                        .map_or(At::End, At::Tail)
                }
            },
        };
        LinesFrom { doc: self, at }
    }

    /// Returns the text of a line as it would be copied: whole, and not escaped.
    pub fn line_text(&self, form: Form, line: usize) -> Option<String> {
        self.line(form, line).map(|line| line.text(self.bytes()))
    }

    /// Returns the text of several lines, joined by line feeds; raw text comes as sent, without the last line end.
    pub fn text_range(&self, form: Form, lines: Range<usize>) -> String {
        let count = lines.len();
        let walk = self.lines_from(form, lines.start).take(count);
        if self.layout(form) == Layout::Plain {
            let mut walk = walk.map(|line| line.bytes);
            let Some(first) = walk.next() else { return String::new() };
            let end = walk.last().map_or(first.end, |last| last.end);
            let text = &self.bytes()[first.start..end];
            let text = text
                .strip_suffix(b"\n")
                .map_or(text, |text| text.strip_suffix(b"\r").unwrap_or(text));
            return String::from_utf8_lossy(text).into_owned();
        }
        // Our note about a fault is no part of the text.
        let ours = |line: &Line| self.syntax == Syntax::Json && line.number.is_none() && line.bytes.is_empty();
        let texts: Vec<_> = walk
            .filter(|line| !ours(line))
            .map(|line| line.text(self.bytes()))
            .collect();
        texts.join("\n")
    }

    /// Finds the known line that holds a byte of the body; `None` if the index has not come that far.
    pub fn line_at(&self, form: Form, offset: usize) -> Option<usize> {
        let (index, bytes) = (self.index(), &self.bytes()[..]);
        match self.layout(form) {
            Layout::Hex => (offset < bytes.len()).then_some(offset / HEX_ROW),
            Layout::Plain => index.raw.line_at(bytes, offset),
            Layout::Json => match &index.tail {
                Some(tail) if offset >= tail.start() => {
                    tail.line_at(bytes, offset).map(|line| self.json_lines() + 1 + line)
                }
                _ => index.pretty.as_ref().and_then(|pretty| pretty.line_at(bytes, offset)),
            },
        }
    }

    /// Finds the known line with this number in the gutter, counted from 1.
    pub fn line_of_number(&self, form: Form, number: usize) -> Option<usize> {
        let (index, bytes) = (self.index(), &self.bytes()[..]);
        match self.layout(form) {
            Layout::Hex => number.checked_sub(1).filter(|&line| line < self.lines(form)),
            Layout::Plain => index.raw.line_of_number(bytes, number),
            Layout::Json => match number.checked_sub(self.json_lines() + 1) {
                None => number.checked_sub(1),
                Some(rest) => {
                    let line = index
                        .tail
                        .as_ref()
                        .and_then(|tail| tail.line_of_number(bytes, rest + 1));
                    line.map(|line| self.json_lines() + 1 + line)
                }
            },
        }
    }

    fn index(&self) -> &Index {
        &self.snapshot.index
    }

    fn json_lines(&self) -> usize {
        self.index().pretty.as_ref().map_or(0, |pretty| pretty.lines)
    }

    fn layout(&self, form: Form) -> Layout {
        match (self.syntax, form) {
            (Syntax::Json, Form::Pretty) => Layout::Json,
            (Syntax::Hex, Form::Pretty) => Layout::Hex,
            _ => Layout::Plain,
        }
    }
}

/// How the lines of a form are found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Layout {
    Json,
    Plain,
    Hex,
}

/// The iterator behind [`Document::lines_from`].
#[derive(Clone, Debug)]
pub struct LinesFrom<'a> {
    doc: &'a Document,
    at: At,
}

#[derive(Clone, Debug)]
enum At {
    Json(JsonCursor),
    Fault,
    Tail(PlainCursor),
    Raw(PlainCursor),
    Hex(usize),
    End,
}

impl Iterator for LinesFrom<'_> {
    type Item = Line;

    fn next(&mut self) -> Option<Line> {
        let bytes = &self.doc.bytes()[..];
        let index = self.doc.index();
        match &mut self.at {
            At::Json(cursor) => {
                let pretty = index.pretty.as_ref()?;
                if cursor.line < pretty.lines {
                    let number = cursor.line + 1;
                    return Some(Line::json(number, &cursor.step(bytes, pretty), bytes));
                }
                self.at = At::Fault;
                self.next()
            }
            At::Fault => {
                let (fault, tail) = (self.doc.fault(), index.tail.as_ref()?);
                self.at = tail.seek(bytes, 0).map_or(At::End, At::Tail);
                let text = fault.map_or_else(String::new, |fault| format!("✗ {fault}"));
                Some(Line::note(Kind::Error, text, tail.start()))
            }
            At::Tail(cursor) => plain(cursor, index.tail.as_ref()?, bytes, self.doc.json_lines()),
            At::Raw(cursor) => plain(cursor, &index.raw, bytes, 0),
            At::Hex(row) => {
                let line = (*row * HEX_ROW < bytes.len()).then(|| Line::hex(*row, bytes));
                *row += 1;
                line
            }
            At::End => None,
        }
    }
}

/// Reads the next known line of plain text; `before` lines come before the first one.
fn plain(cursor: &mut PlainCursor, lines: &Lines, bytes: &[u8], before: usize) -> Option<Line> {
    if cursor.line >= lines.count {
        return None;
    }
    let number = (!cursor.is_rest).then_some(before + cursor.line - cursor.continued + 1);
    let line = cursor.step(bytes);
    Some(Line::plain(number, line.text, line.next))
}
