//! What is seen of a document in one form: its lines, less those that are folded away.
//!
//! A row is a line on the screen when nothing is wrapped. All that moves about counts in rows; only here they become
//! lines and lines become rows.

use super::document::{Document, Form, LinesFrom};
use super::folds::Folds;
use super::line::Line;
use super::nest::{Nest, NestCursor, NestLine};
use super::opened::Opened;

/// A record of JSON Lines that is folded shows all of it up to so many bytes.
const RECORD: usize = 512;

/// The rows of a document.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rows<'a> {
    pub doc: &'a Document,
    pub form: Form,
    folds: Option<&'a Folds>,
    opened: &'a Opened,
}

impl<'a> Rows<'a> {
    pub fn new(doc: &'a Document, form: Form, folds: &'a Folds, opened: &'a Opened) -> Self {
        let folds = Some(folds).filter(|folds| !folds.is_empty() && doc.nested_lines(form) > 0);
        Self {
            doc,
            form,
            folds,
            opened,
        }
    }

    fn folded(&self) -> Option<(&'a Folds, Nest<'a>)> {
        self.folds.zip(self.doc.nest(self.form))
    }

    /// Counts the rows known so far.
    pub fn count(&self) -> usize {
        let lines = self.doc.lines(self.form);
        match self.folded() {
            Some((folds, mut nest)) => folds.rows(&mut nest) + lines - self.doc.nested_lines(self.form),
            None => lines,
        }
    }

    /// Finds the line of a row.
    pub fn line_of(&self, row: usize) -> usize {
        let Some((folds, mut nest)) = self.folded() else {
            return row;
        };
        let rows = folds.rows(&mut nest);
        match row.checked_sub(rows) {
            Some(behind) => self.doc.nested_lines(self.form) + behind,
            None => folds.line_of(row, &mut nest).unwrap_or(row),
        }
    }

    /// Finds the row of a line; for one that is folded away, the row of what it is folded into.
    pub fn row_of(&self, line: usize) -> usize {
        let Some((folds, mut nest)) = self.folded() else {
            return line;
        };
        match line.checked_sub(self.doc.nested_lines(self.form)) {
            Some(behind) => folds.rows(&mut nest) + behind,
            None => folds.row_of(line, &mut nest),
        }
    }

    /// Finds the row that shows a byte of the body.
    pub fn row_at(&self, offset: usize) -> Option<usize> {
        Some(self.row_of(self.doc.line_at(self.form, offset)?))
    }

    /// Returns a row.
    pub fn get(&self, row: usize) -> Option<Line> {
        self.walk(row).next()
    }

    /// Walks the rows from one on.
    pub fn walk(&self, row: usize) -> impl Iterator<Item = Line> + use<'a> {
        let (doc, opened) = (self.doc, self.opened);
        self.lines_from(row).map(move |mut line| {
            opened.fill(&mut line, doc);
            line
        })
    }

    fn lines_from(&self, row: usize) -> RowsFrom<'a> {
        let Some((folds, mut nest)) = self.folded() else {
            return RowsFrom::Lines(self.doc.lines_from(self.form, row));
        };
        let line = self.line_of(row);
        match nest.seek(line) {
            Some(cursor) => RowsFrom::Folded(Box::new(Folded {
                rows: *self,
                folds,
                nest,
                cursor,
            })),
            None => RowsFrom::Lines(self.doc.lines_from(self.form, line)),
        }
    }
}

/// The iterator behind [`Rows::walk`].
#[derive(Debug)]
enum RowsFrom<'a> {
    Lines(LinesFrom<'a>),
    Folded(Box<Folded<'a>>),
}

/// A walk that passes over what is folded away.
#[derive(Debug)]
struct Folded<'a> {
    rows: Rows<'a>,
    folds: &'a Folds,
    nest: Nest<'a>,
    cursor: NestCursor,
}

impl Iterator for RowsFrom<'_> {
    type Item = Line;

    fn next(&mut self) -> Option<Line> {
        let folded = match self {
            Self::Lines(lines) => return lines.next(),
            Self::Folded(folded) => folded,
        };
        if let Some(line) = folded.next() {
            return Some(line);
        }
        // What follows a fault is never folded.
        let Rows { doc, form, .. } = folded.rows;
        *self = Self::Lines(doc.lines_from(form, doc.nested_lines(form)));
        self.next()
    }
}

/// A whole record on one row, if it is short enough for that.
fn short(from: usize, to: usize, open: &NestLine, close: &NestLine, nest: &mut Nest<'_>) -> Option<Line> {
    let (NestLine::Json(open), NestLine::Json(close)) = (open, close) else {
        return None;
    };
    if close.next - open.start > RECORD {
        return None;
    }
    let mut walk = nest.seek(from)?;
    let mut all = Line::json(from + 1, open, &mut nest.window);
    for line in from..=to {
        let NestLine::Json(member) = nest.step(&mut walk)? else {
            return None;
        };
        if line > from {
            all.join(Line::json(line + 1, &member, &mut nest.window));
        }
    }
    all.folded = true;
    Some(all)
}

impl Folded<'_> {
    fn next(&mut self) -> Option<Line> {
        let Self {
            folds, nest, cursor, ..
        } = self;
        let at = cursor.line();
        let line = nest.step(cursor)?;
        if !line.opens() || !folds.is_folded(at, line.depth()) {
            return Some(Line::nested(at + 1, &line, &mut nest.window));
        }
        let (container, members) = nest.pass(cursor, line.depth());
        let close = nest.line(container.end).filter(|_| !container.open);
        // Markup may leave it to the next line to end something.
        let close = close.filter(super::nest::NestLine::closes);
        if let Some(close) = &close
            && nest.is_record(line.depth())
            && let Some(short) = short(at, container.end, &line, close, nest)
        {
            return Some(short);
        }
        let hidden = container.end - container.start - usize::from(close.is_some());
        let count = (members, hidden);
        Some(Line::folded(at + 1, &line, close.as_ref(), count, &mut nest.window))
    }
}
