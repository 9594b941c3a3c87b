//! The body and what is known of its lines.
//!
//! A body has two forms: *pretty*, which for JSON is what a pretty printer would write and for binary data a hex dump,
//! and *raw*, the bytes as they were sent. For text both are the same. Neither is ever built as a whole.

mod numbers;

use std::io;
use std::ops::Range;

use super::job::{Index, IndexJob, Snapshot};
use super::lexer::{JsonCursor, Value};
use super::line::{HEX_ROW, Kind, Line};
use super::nest::{Element, Nest, NestLine};
use super::path::Path;
use super::plain::{Lines, PlainCursor};
use super::scan::Fault;
use super::source::Source;
use super::syntax::Syntax;
use super::window::Window;

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
    /// How many lines of what follows the last good one stand above the note about the fault.
    note: usize,
    /// The format of which its JSON was made, if it came as another.
    decoded_from: Option<&'static str>,
}

/// Below a line of up to so many bytes the note about a fault in it is in sight of that: else it stands above.
const NEAR: usize = 400;

impl Document {
    /// Takes a body and indexes the first lines of it: well below a millisecond, whatever the size.
    pub fn new(body: impl Into<Source>, syntax: Syntax) -> Self {
        let snapshot = IndexJob::new(body.into(), syntax).prefix();
        let mut document = Self {
            syntax,
            snapshot,
            note: 0,
            decoded_from: None,
        };
        document.note = document.note_place();
        document
    }

    /// Says that it is JSON only as it is shown here, and of which format that was made.
    #[must_use]
    pub fn decoded_from(self, format: Option<&'static str>) -> Self {
        Self {
            decoded_from: format,
            ..self
        }
    }

    /// Finds the place of the note: right at the fault, as far as the lines up to there are known.
    fn note_place(&self) -> usize {
        let Some((tail, fault)) = self.index().tail.as_ref().zip(self.fault()) else {
            return 0;
        };
        let mut window = self.window(Form::Pretty);
        window.set_end(self.snapshot.len);
        let Some(line) = tail.line_at(&mut window, fault.offset) else {
            return tail.count;
        };
        let text = tail.seek(&mut window, line).and_then(|mut at| at.step(&mut window));
        // Of a line that is wrong from its start nothing is good: it stands below the note.
        let inside = text.filter(|line| line.text.len() <= NEAR).is_some_and(|line| {
            let start = line.text.start;
            let before = self.source().read(start, fault.offset.saturating_sub(start));
            before.is_ok_and(|before| !before.trim_ascii().is_empty())
        });
        line + usize::from(inside)
    }

    /// Returns the rest of the indexing as work for a blocking thread; `None` if all is known already.
    pub fn index_job(&self) -> Option<IndexJob> {
        if self.snapshot.is_complete() {
            return None;
        }
        // The job reads the prefix again, so that no snapshot of it knows less than this document.
        let mut job = IndexJob::new(self.snapshot.source.clone(), self.syntax);
        job.prefix();
        Some(job)
    }

    /// Takes over what the job has found; false, and nothing done, if the snapshot is older or of another body.
    ///
    /// Lines known before keep their numbers, but for those of a value of JSON Lines that turns out to be none: they are read
    /// again, and snapshots from before the work has come that far once more are older than this one. Call [`super::View::refresh`] afterwards.
    pub fn apply(&mut self, snapshot: Snapshot) -> bool {
        let same = self.snapshot.source.is_same(&snapshot.source);
        let fresh = same && snapshot.progress().0 >= self.snapshot.progress().0;
        if fresh {
            self.snapshot = snapshot;
            self.note = self.note_place();
        }
        fresh
    }

    /// Returns the body as sent; it may be longer by now than what is known of its lines.
    pub fn source(&self) -> &Source {
        &self.snapshot.source
    }

    /// Whether there are no bytes, or none yet.
    pub fn is_empty(&self) -> bool {
        self.snapshot.len == 0
    }

    /// Whether all bytes had arrived when the lines were last looked at.
    pub fn is_whole(&self) -> bool {
        self.snapshot.whole
    }

    /// Returns why the body cannot be read back to its end, if so.
    pub fn unreadable(&self) -> Option<&str> {
        self.snapshot.unreadable.as_deref()
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

    /// Returns what is wrong with the JSON without keeping it from being laid out: the first of it.
    pub fn flaw(&self) -> Option<Fault> {
        self.index().pretty.as_ref().and_then(|pretty| pretty.flaw)
    }

    /// Says where and what that is: `1:8: control character in a string`.
    pub fn flaw_words(&self) -> Option<String> {
        let pretty = self.index().pretty.as_ref()?;
        let flaw = pretty.flaw?;
        let more = match pretty.bad.len().saturating_sub(usize::from(pretty.flaw_is_bad)) {
            0 => String::new(),
            1 => ", and another line".to_owned(),
            more => format!(", and {more} other lines"),
        };
        Some(match self.place_of(flaw.offset) {
            Some((line, column)) => format!("{line}:{column}: {}{more}", flaw.reason),
            None => format!("byte {}: {}{more}", flaw.offset, flaw.reason),
        })
    }

    /// Returns the number of lines known so far.
    pub fn lines(&self, form: Form) -> usize {
        match self.layout(form) {
            Layout::Json => self.json_lines() + self.index().tail.as_ref().map_or(0, |tail| tail.count + 1),
            Layout::Plain => self.index().raw.count,
            Layout::Hex => self.snapshot.len.div_ceil(HEX_ROW),
        }
    }

    /// Says whether [`Document::lines`] is the final number.
    pub fn is_complete(&self, form: Form) -> bool {
        match self.layout(form) {
            Layout::Json => self.snapshot.pretty_complete(),
            Layout::Plain => self.snapshot.raw_complete(),
            Layout::Hex => self.snapshot.whole,
        }
    }

    /// Returns a line, counted from 0.
    pub fn line(&self, form: Form, line: usize) -> Option<Line> {
        self.lines_from(form, line).next()
    }

    /// Walks the lines from one on; far cheaper than asking for one after the other.
    pub fn lines_from(&self, form: Form, line: usize) -> LinesFrom<'_> {
        let index = self.index();
        let mut window = self.window(form);
        let at = match self.layout(form) {
            Layout::Hex => At::Hex(line),
            Layout::Plain => index.raw.seek(&mut window, line).map_or(At::End, At::Raw),
            Layout::Json => match line.checked_sub(self.json_lines()) {
                None => index
                    .pretty
                    .as_ref()
                    .and_then(|pretty| pretty.seek(&mut window, line))
                    .map_or(At::End, At::Json),
                Some(rest) => self.tail_from(&mut window, rest),
            },
        };
        LinesFrom { doc: self, window, at }
    }

    /// Goes to a line behind the good ones, the note among them.
    fn tail_from(&self, window: &mut Window, rest: usize) -> At {
        window.set_end(self.snapshot.len);
        if rest == self.note {
            return At::Fault;
        }
        let noted = rest > self.note;
        let tail = self.index().tail.as_ref();
        tail.and_then(|tail| tail.seek(window, rest - usize::from(noted)))
            .map_or(At::End, |cursor| At::Tail(cursor, noted))
    }

    /// The line that a line behind the good ones is, counted from the first of all.
    fn tail_line(&self, line: usize) -> usize {
        self.json_lines() + line + usize::from(line >= self.note)
    }

    /// Returns the text of a line as it would be copied: whole, and not escaped.
    ///
    /// # Errors
    ///
    /// What the disk says, for a body that lies there.
    pub fn line_text(&self, form: Form, line: usize) -> io::Result<Option<String>> {
        self.line(form, line).map(|line| line.text(self.source())).transpose()
    }

    /// Returns the text of several lines, joined by line feeds; raw text comes as sent, without the last line end. `None` if
    /// it is longer than `most` bytes.
    ///
    /// # Errors
    ///
    /// What the disk says, for a body that lies there.
    pub fn text_range(&self, form: Form, lines: Range<usize>, most: usize) -> io::Result<Option<String>> {
        let count = lines.len();
        let walk = self.lines_from(form, lines.start).take(count);
        if self.layout(form) == Layout::Plain {
            let mut walk = walk.map(|line| line.bytes);
            let Some(first) = walk.next() else {
                return Ok(Some(String::new()));
            };
            let end = walk.last().map_or(first.end, |last| last.end);
            if end - first.start > most {
                return Ok(None);
            }
            let text = self.source().read(first.start, end - first.start)?;
            let text = text
                .strip_suffix(b"\n")
                .map_or(&text[..], |text| text.strip_suffix(b"\r").unwrap_or(text));
            return Ok(Some(String::from_utf8_lossy(text).into_owned()));
        }
        // Our note about a fault is no part of the text.
        let ours = |line: &Line| self.layout(form) == Layout::Json && line.number.is_none() && line.bytes.is_empty();
        let mut out = String::new();
        for (n, line) in walk.filter(|line| !ours(line)).enumerate() {
            if n > 0 {
                out.push('\n');
            }
            if line.bytes.len() > most {
                return Ok(None);
            }
            out.push_str(&line.text(self.source())?);
            if out.len() > most {
                return Ok(None);
            }
        }
        Ok(Some(out))
    }

    /// Finds the known line that holds a byte of the body; `None` if the index has not come that far.
    pub fn line_at(&self, form: Form, offset: usize) -> Option<usize> {
        let index = self.index();
        let mut window = self.window(form);
        match self.layout(form) {
            Layout::Hex => (offset < self.snapshot.len).then_some(offset / HEX_ROW),
            Layout::Plain => index.raw.line_at(&mut window, offset),
            Layout::Json => match &index.tail {
                Some(tail) if offset >= tail.start() => {
                    window.set_end(self.snapshot.len);
                    tail.line_at(&mut window, offset).map(|line| self.tail_line(line))
                }
                _ => index
                    .pretty
                    .as_ref()
                    .and_then(|pretty| pretty.line_at(&mut window, offset)),
            },
        }
    }

    /// The line and the column of a byte as it came, both from 1; `None` while that is not known, and far into a long line.
    fn place_of(&self, offset: usize) -> Option<(usize, usize)> {
        let at = if offset < self.snapshot.len {
            self.line_at(Form::Raw, offset)?
        } else {
            self.lines(Form::Raw).checked_sub(1)?
        };
        let line = self.line(Form::Raw, at)?;
        let before = self
            .source()
            .read(line.bytes.start, offset.checked_sub(line.bytes.start)?)
            .ok()?;
        Some((line.number?, String::from_utf8_lossy(&before).chars().count() + 1))
    }

    /// Returns the path to what stands on a pretty line of JSON; `None` for other lines, and below 64 levels.
    pub fn path(&self, line: usize) -> Option<Path> {
        self.nest(Form::Pretty)?.path(line)
    }

    /// Returns where in the body the value stands that a line holds, opens or closes: all of a container, too.
    ///
    /// `None` on lines without a value, for a container that has not come to its end, and below 64 levels.
    pub fn value_at(&self, form: Form, line: usize) -> Option<Range<usize>> {
        let mut nest = self.nest(form)?;
        let mut value = |line| match nest.line(line)? {
            NestLine::Json(line) => Some(line.value),
            NestLine::Markup(_) => None,
        };
        if let Value::Token(range) | Value::Empty(range) = value(line)? {
            return Some(range);
        }
        let container = self.nest(form)?.container(line).filter(|container| !container.open)?;
        let (Value::Open(open), Value::Close(close)) = (value(container.start)?, value(container.end)?) else {
            return None;
        };
        Some(open.start..close.end)
    }

    /// Returns the way to the element of markup that stands on a line or that the line lies in: its name and those around it,
    /// each with the how-manieth of that name it is. `None` where that is not known.
    pub fn element_path(&self, line: usize) -> Option<Vec<(String, u32)>> {
        Some(self.element(line)?.steps)
    }

    /// Returns the lines of that element; `None` also while its end has not come.
    pub fn element_lines(&self, line: usize) -> Option<Range<usize>> {
        let start = self.element(line)?.line;
        match self.nest(Form::Pretty)?.container(start) {
            None => Some(start..start + 1),
            Some(container) if container.open && !self.is_complete(Form::Pretty) => None,
            Some(container) => Some(container.start..container.end + 1),
        }
    }

    /// Returns the text of an element on these lines, without the indentation that its first line has. Lines that begin as
    /// the text does, not where they were laid out, keep what they begin with. `None` if it is longer than `most` bytes.
    ///
    /// # Errors
    ///
    /// What the disk says, for a body that lies there.
    pub fn element_text(&self, lines: Range<usize>, most: usize) -> io::Result<Option<String>> {
        let number = self.line(Form::Pretty, lines.start).and_then(|line| line.number);
        let text = self.text_range(Form::Pretty, lines, most)?;
        Ok(text.map(|text| {
            let indent = text.len() - text.trim_start_matches(' ').len();
            let start = number.map_or(0, |number| number - 1);
            let shapes = self.source().shapes(&(start..start + text.matches('\n').count() + 1));
            let lines = text.split('\n').enumerate().map(|(at, line)| {
                let is_laid = shapes.get(at).is_some_and(|shape| !shape.came);
                let spaces = line.len() - line.trim_start_matches(' ').len();
                if is_laid { &line[spaces.min(indent)..] } else { line }
            });
            lines.collect::<Vec<_>>().join("\n")
        }))
    }

    fn element(&self, line: usize) -> Option<Element> {
        self.nest(Form::Pretty)?.element(line)
    }

    /// Counts the levels of nesting, as far as they are known, up to 64: a body that is one list of numbers has two.
    pub fn depth(&self) -> u32 {
        let Index { pretty, nested, .. } = self.index();
        let outline = pretty.as_ref().map(|pretty| &pretty.outline);
        let outline = outline.or(nested.as_ref().map(|nested| &nested.outline));
        outline.map_or(0, super::outline::Outline::depth)
    }

    /// Whether the lines of a form lie in each other, so that they can be folded.
    pub fn nests(&self, form: Form) -> bool {
        self.nested_lines(form) > 0
    }

    /// How the lines lie in each other, where they do.
    pub(super) fn nest(&self, form: Form) -> Option<Nest<'_>> {
        let Index {
            pretty, nested, raw, ..
        } = self.index();
        let (source, len) = (self.source(), self.snapshot.len);
        match (self.layout(form), self.syntax) {
            (Layout::Json, syntax) => {
                let many = syntax == Syntax::JsonLines;
                Some(Nest::json(pretty.as_ref()?, source, len, many))
            }
            (Layout::Plain, Syntax::Markup { html }) if form == Form::Pretty => {
                Some(Nest::markup(nested.as_ref()?, raw, source, len, html))
            }
            _ => None,
        }
    }

    /// The known lines that lie in each other: all but those behind a fault.
    pub(super) fn nested_lines(&self, form: Form) -> usize {
        match (self.layout(form), &self.index().nested) {
            (Layout::Json, _) => self.json_lines(),
            (_, Some(nested)) if form == Form::Pretty => nested.lines,
            _ => 0,
        }
    }

    fn window(&self, form: Form) -> Window {
        let len = self.snapshot.len;
        match &self.index().pretty {
            Some(pretty) if self.layout(form) == Layout::Json => pretty.window(self.source(), len),
            _ => Window::new(self.source(), len),
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
            (Syntax::Json | Syntax::JsonLines, Form::Pretty) => Layout::Json,
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
    window: Window,
    at: At,
}

#[derive(Clone, Debug)]
enum At {
    Json(JsonCursor),
    Fault,
    /// With whether the note stands above.
    Tail(PlainCursor, bool),
    Raw(PlainCursor),
    Hex(usize),
    End,
}

impl LinesFrom<'_> {
    fn step(&mut self) -> Option<Line> {
        let (doc, window) = (self.doc, &mut self.window);
        let index = doc.index();
        match &mut self.at {
            At::Json(cursor) => {
                let pretty = index.pretty.as_ref()?;
                if cursor.line < pretty.lines {
                    let number = cursor.line + 1;
                    let line = cursor.step(window, pretty);
                    return Some(Line::json(number, &line, window));
                }
                index.tail.as_ref()?;
                self.at = doc.tail_from(window, 0);
                self.step()
            }
            At::Tail(cursor, false) if cursor.line >= doc.note => {
                self.at = At::Fault;
                self.step()
            }
            At::Fault => {
                window.set_end(doc.snapshot.len);
                let (fault, tail) = (doc.fault(), index.tail.as_ref()?);
                let next = tail.seek(window, doc.note);
                let start = next.as_ref().map_or(tail.scanned(), |next| next.offset);
                self.at = next.map_or(At::End, |next| At::Tail(next, true));
                let text = fault.map_or_else(String::new, |fault| match doc.place_of(fault.offset) {
                    _ if let Some(format) = doc.decoded_from => format!("✗ only so far it is {format}"),
                    Some((line, column)) => format!("✗ not valid JSON at {line}:{column}: {}", fault.reason),
                    None => format!("✗ {fault}"),
                });
                Some(Line::note(Kind::Error, text, start))
            }
            At::Tail(cursor, _) => {
                let first = cursor.line == 0;
                let line = plain(cursor, index.tail.as_ref()?, window, doc.json_lines())?;
                let depth = index.pretty.as_ref().map_or(0, |pretty| pretty.tail_depth);
                Some(if first { line.indented(depth) } else { line })
            }
            At::Raw(cursor) => plain(cursor, &index.raw, window, 0),
            At::Hex(row) => {
                let line = (*row * HEX_ROW < doc.snapshot.len).then(|| Line::hex(*row, window));
                *row += 1;
                line
            }
            At::End => None,
        }
    }
}

impl Iterator for LinesFrom<'_> {
    type Item = Line;

    fn next(&mut self) -> Option<Line> {
        if matches!(self.at, At::End) {
            return None;
        }
        let line = self.step();
        let Some(why) = self.window.failed() else {
            return line;
        };
        self.at = At::End;
        Some(unreadable(why))
    }
}

/// The line in place of what cannot be read back.
pub(super) fn unreadable(why: &str) -> Line {
    Line::note(Kind::Error, format!("✗ the body cannot be read back: {why}"), 0)
}

/// Reads the next known line of plain text; `before` lines come before the first one.
fn plain(cursor: &mut PlainCursor, lines: &Lines, window: &mut Window, before: usize) -> Option<Line> {
    if cursor.line >= lines.count {
        return None;
    }
    let number = (!cursor.is_rest).then_some(before + cursor.line - cursor.continued + 1);
    let line = cursor.step(window)?;
    Some(Line::plain(number, line.text, line.next, window))
}
