//! Where in the body the user is: the state of the viewer, without the body itself.
//!
//! Every method that moves takes the document it moves in and leaves the view within it, for the size last told. A goal
//! that is not indexed yet (the end, a line, a match) is kept and reached by [`View::refresh`] as the index grows.

use std::ops::Range;
use std::sync::Arc;

use super::document::{Document, Form};
use super::draw::Columns;
use super::folds::Folds;
use super::glyphs;
use super::line::Line;
use super::opened::Opened;
use super::rows::Rows;
use super::search::Matches;

/// Beyond this many rows a wrapped scroll counts lines instead: nobody sees the difference.
const FAR: usize = 1000;

/// What a step through the matches came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found {
    /// The match, counted from 0.
    pub index: usize,
    /// Whether the search went over the end (or the start) of the body.
    pub wrapped: bool,
}

/// A goal the index has not reached yet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Goal {
    #[default]
    Reached,
    End,
    Number(usize),
    Byte(usize),
}

/// The position and the settings of one viewer.
#[derive(Clone, Debug, Default)]
pub struct View {
    pub(super) top: usize,
    /// Rows of the top line scrolled out above, when wrapped.
    pub(super) top_row: usize,
    pub(super) left: usize,
    pub(super) cursor: usize,
    pub(super) wrap: bool,
    pub(super) matches: Option<Arc<Matches>>,
    pub(super) current: Option<usize>,
    pub(super) folds: Folds,
    pub(super) opened: Opened,
    form: Form,
    width: usize,
    height: usize,
    goal: Goal,
}

impl View {
    /// Starts at the top of a pretty body, not wrapped.
    pub fn new() -> Self {
        Self::default()
    }

    /// Returns the row the cursor is on, counted from 0; a row is a line that is not folded away.
    pub fn cursor(&self) -> usize {
        self.cursor
    }

    /// Returns the line the cursor is on, counted from 0.
    pub fn cursor_line(&self, doc: &Document) -> usize {
        self.sight(doc).line_of(self.cursor)
    }

    /// Returns the first row on the screen, counted from 0.
    pub fn top(&self) -> usize {
        self.top
    }

    /// Returns the first column on the screen, counted from 0.
    pub fn left(&self) -> usize {
        self.left
    }

    /// Returns which form of the body is shown.
    pub fn form(&self) -> Form {
        self.form
    }

    /// Says whether long lines are wrapped.
    pub fn wraps(&self) -> bool {
        self.wrap
    }

    /// Returns the match the cursor is on, counted from 0.
    pub fn current_match(&self) -> Option<usize> {
        self.current
    }

    /// Tells the size of the area the body is drawn in, in cells; nothing happens if it is the same as before.
    pub fn set_size(&mut self, doc: &Document, width: u16, height: u16) {
        let size = (width.into(), height.into());
        if size == (self.width, self.height) {
            return;
        }
        let hit = self.match_here(doc).filter(|offset| self.shows(doc, *offset));
        let first = self.first_byte(doc);
        (self.width, self.height) = size;
        if let Some((line, offset)) = first {
            self.top_row = glyphs::find(&line, offset, self.text_width(doc)).1;
        }
        self.clamp(doc);
        self.reveal_cursor(doc);
        if let Some(hit) = hit {
            self.show_byte(doc, hit);
        }
    }

    /// Takes note that the document knows more lines than before; goes on towards a goal not reached yet.
    pub fn refresh(&mut self, doc: &Document) {
        if self.folds.is_open()
            && let Some(mut nest) = doc.nest(Form::Pretty)
        {
            self.folds.settle(&mut nest);
        }
        match self.goal {
            Goal::Reached => self.clamp(doc),
            Goal::End => self.to_end(doc),
            Goal::Number(number) => self.goto_line(doc, number),
            Goal::Byte(offset) => {
                self.unfold_to(doc, offset);
                self.show_byte(doc, offset);
            }
        }
    }

    /// Scrolls by rows of the screen, down if positive; the cursor moves only to stay on the screen.
    pub fn scroll(&mut self, doc: &Document, rows: isize) {
        self.goal = Goal::Reached;
        let steps = rows.unsigned_abs();
        if !self.wrap || steps > FAR {
            self.top = self.top.saturating_add_signed(rows);
            self.top_row = 0;
        } else if rows > 0 {
            self.step_down(doc, steps);
        } else {
            self.step_up(doc, steps);
        }
        self.clamp(doc);
        let seen = self.visible(doc);
        self.cursor = self
            .cursor
            .clamp(seen.start, seen.end.saturating_sub(1).max(seen.start));
    }

    /// Moves the cursor by lines, down if positive; the screen follows.
    pub fn move_cursor(&mut self, doc: &Document, lines: isize) {
        self.goal = Goal::Reached;
        self.cursor = self.cursor.saturating_add_signed(lines);
        self.clamp(doc);
        self.reveal_cursor(doc);
    }

    /// Puts the cursor on the line at a row of the screen, counted from 0; below the last line nothing happens.
    pub fn click(&mut self, doc: &Document, row: usize) {
        let mut left = if self.wrap { row + self.top_row } else { row };
        for line in self.visible(doc) {
            let rows = if self.wrap { self.height_of(doc, line) } else { 1 };
            if left < rows {
                (self.cursor, self.goal) = (line, Goal::Reached);
                return;
            }
            left -= rows;
        }
    }

    /// Moves by screens, down if positive, one row short so that the eye finds its place.
    pub fn page(&mut self, doc: &Document, pages: isize) {
        let rows = isize::try_from(self.height.saturating_sub(1).max(1)).unwrap_or(isize::MAX);
        self.leap(doc, rows.saturating_mul(pages));
    }

    /// Moves by half screens, down if positive.
    pub fn half_page(&mut self, doc: &Document, halves: isize) {
        let rows = isize::try_from((self.height / 2).max(1)).unwrap_or(isize::MAX);
        self.leap(doc, rows.saturating_mul(halves));
    }

    /// Goes to the first line.
    pub fn to_start(&mut self, doc: &Document) {
        (self.top, self.top_row, self.left, self.cursor) = (0, 0, 0, 0);
        self.goal = Goal::Reached;
        self.clamp(doc);
    }

    /// Goes to the last line, and on as the index grows, or a filter's output.
    pub fn to_end(&mut self, doc: &Document) {
        self.cursor = usize::MAX;
        self.clamp(doc);
        self.reveal_cursor(doc);
        (self.top, self.top_row) = self.back_from(doc, self.cursor);
        self.goal = Goal::End;
    }

    /// Goes to a line by its number in the gutter, counted from 1; to the last one if there are not that many.
    pub fn goto_line(&mut self, doc: &Document, number: usize) {
        let line = doc.line_of_number(self.form, number.max(1));
        if let Some(line) = line {
            self.unfold_line(doc, line);
        }
        match line {
            Some(line) => self.show_line(doc, self.sight(doc).row_of(line)),
            None => self.to_end(doc),
        }
        let open = number > doc.last_number(self.form) && !doc.is_numbered(self.form);
        self.goal = if open { Goal::Number(number) } else { Goal::Reached };
    }

    /// Scrolls sideways by columns, to the right if positive; not beyond what is on the screen, and not when wrapped.
    pub fn scroll_columns(&mut self, doc: &Document, columns: isize) {
        let seen = self.visible(doc);
        let walk = self.sight(doc).walk(seen.start).take(seen.len());
        let widest = walk.map(|line| glyphs::columns(&line)).max().unwrap_or(0);
        let most = widest.saturating_sub(self.text_width(doc)).max(self.left.min(widest));
        self.left = if self.wrap {
            0
        } else {
            self.left.saturating_add_signed(columns).min(most)
        };
    }

    /// Goes back to the first column.
    pub fn to_first_column(&mut self) {
        self.left = 0;
    }

    /// Wraps long lines, or stops wrapping them.
    pub fn set_wrap(&mut self, doc: &Document, wrap: bool) {
        let hit = self.match_here(doc);
        self.wrap = wrap;
        (self.left, self.top_row) = (0, 0);
        self.clamp(doc);
        self.reveal_cursor(doc);
        if let Some(hit) = hit {
            self.show_byte(doc, hit);
        }
    }

    /// Shows another form of the body, at the same place in it.
    pub fn set_form(&mut self, doc: &Document, form: Form) {
        if form == self.form {
            return;
        }
        let hit = self.match_here(doc);
        // Indentation belongs to the line before in the pretty form: the place is the first byte seen.
        let offset = self.sight(doc).get(self.cursor).map(|line| {
            // More white space than that is not worth looking through; without any text it is the line's start.
            let text = doc.source().read(line.bytes.start, line.bytes.len().min(4096));
            let text = text.unwrap_or_default();
            line.bytes.start + text.iter().position(|byte| !byte.is_ascii_whitespace()).unwrap_or(0)
        });
        let above = self.cursor.saturating_sub(self.top);
        self.form = form;
        (self.left, self.top_row) = (0, 0);
        self.cursor = 0;
        if let Some(offset) = offset {
            self.show_byte(doc, offset);
        }
        self.top = self.cursor.saturating_sub(above);
        self.clamp(doc);
        self.reveal_cursor(doc);
        if let Some(hit) = hit {
            self.show_byte(doc, hit);
        }
    }

    /// Takes the matches to highlight, or none; the position stays, and the current match if it is among them.
    pub fn set_matches(&mut self, matches: Option<Arc<Matches>>) {
        let current = self
            .current
            .and_then(|at| self.matches.as_ref()?.ranges.get(at).cloned());
        self.current = current.and_then(|current| {
            let ranges = &matches.as_ref()?.ranges;
            ranges.binary_search_by_key(&current.start, |range| range.start).ok()
        });
        self.matches = matches;
    }

    /// Goes to the next match behind the cursor, around the end if need be; `None` if there is no match at all.
    pub fn next_match(&mut self, doc: &Document) -> Option<Found> {
        let matches = self.matches.clone()?;
        let after = match self.on_match(doc) {
            Some(current) => current + 1,
            None => matches
                .ranges
                .partition_point(|range| range.start < self.cursor_bytes(doc).start),
        };
        let found = Found {
            index: if after < matches.ranges.len() { after } else { 0 },
            wrapped: after >= matches.ranges.len(),
        };
        self.show_match(doc, &matches, found)
    }

    /// Goes to the match before the cursor, around the start if need be; `None` if there is no match at all.
    pub fn prev_match(&mut self, doc: &Document) -> Option<Found> {
        let matches = self.matches.clone()?;
        let behind = match self.on_match(doc) {
            Some(current) => current,
            None => matches
                .ranges
                .partition_point(|range| range.start < self.cursor_bytes(doc).start),
        };
        let index = behind.checked_sub(1);
        let last = matches.ranges.len().saturating_sub(1);
        self.show_match(
            doc,
            &matches,
            Found {
                index: index.unwrap_or(last),
                wrapped: index.is_none(),
            },
        )
    }

    /// What is seen of the document.
    pub(super) fn sight<'a>(&'a self, doc: &'a Document) -> Rows<'a> {
        Rows::new(doc, self.form, &self.folds, &self.opened)
    }

    fn show_match(&mut self, doc: &Document, matches: &Matches, found: Found) -> Option<Found> {
        let range = matches.ranges.get(found.index)?;
        self.current = Some(found.index);
        self.unfold_to(doc, range.start);
        self.show_byte(doc, range.start);
        Some(found)
    }

    /// Returns the current match if the cursor is still on its line.
    fn on_match(&self, doc: &Document) -> Option<usize> {
        let range = self.matches.as_ref()?.ranges.get(self.current?)?;
        let here = self.goal == Goal::Byte(range.start) || self.sight(doc).row_at(range.start) == Some(self.cursor);
        self.current.filter(|_| here)
    }

    /// Where the current match stands, if the cursor is on its line.
    pub(super) fn match_here(&self, doc: &Document) -> Option<usize> {
        let at = self.on_match(doc)?;
        Some(self.matches.as_ref()?.ranges.get(at)?.start).filter(|_| matches!(self.goal, Goal::Reached | Goal::End))
    }

    /// The line that is cut off above, and its first byte that is seen; `None` where none is.
    fn first_byte(&self, doc: &Document) -> Option<(Line, usize)> {
        let line = self.sight(doc).get(self.top).filter(|_| self.top_row > 0)?;
        let offset = glyphs::starts(&line, self.top_row, self.text_width(doc))?;
        Some((line, offset))
    }

    /// Whether a byte on the cursor's line is on the screen.
    fn shows(&self, doc: &Document, offset: usize) -> bool {
        let text = self.text_width(doc);
        let Some(line) = self.sight(doc).get(self.cursor).filter(|_| self.cursor >= self.top) else {
            return false;
        };
        let (column, row) = glyphs::find(&line, offset, text);
        if !self.wrap {
            return self.cursor < self.top + self.height && (self.left..self.left + text).contains(&column);
        }
        let row = (self.rows_above(doc) + row).checked_sub(self.top_row);
        row.is_some_and(|row| row < self.height)
    }

    fn cursor_bytes(&self, doc: &Document) -> Range<usize> {
        self.sight(doc).get(self.cursor).map_or(0..0, |line| line.bytes)
    }

    /// Brings a byte of the body onto the screen, its column and row too.
    pub(super) fn show_byte(&mut self, doc: &Document, offset: usize) {
        let Some(line) = self.sight(doc).row_at(offset) else {
            self.to_end(doc);
            self.goal = if doc.is_complete(self.form) {
                Goal::Reached
            } else {
                Goal::Byte(offset)
            };
            return;
        };
        self.open_at(doc, line, offset);
        self.show_line(doc, line);
        self.bring(doc, offset);
    }

    /// Brings a byte of the cursor's line onto the screen.
    pub(super) fn bring(&mut self, doc: &Document, offset: usize) {
        if self.shows(doc, offset) {
            return;
        }
        let text = self.text_width(doc);
        let Some(line) = self.sight(doc).get(self.cursor) else {
            return;
        };
        let (column, row) = glyphs::find(&line, offset, text);
        if self.wrap {
            (self.top, self.top_row) = (self.cursor, row.saturating_sub(self.height / 3));
            self.clamp(doc);
        } else {
            self.left = if column < text {
                0
            } else {
                column.saturating_sub(text / 3)
            };
        }
    }

    /// Puts the cursor on a line, a third down the screen if it was not on it.
    fn show_line(&mut self, doc: &Document, line: usize) {
        self.goal = Goal::Reached;
        self.cursor = line;
        if !self.visible(doc).contains(&line) {
            (self.top, self.top_row) = (line.saturating_sub(self.height / 3), 0);
        }
        self.clamp(doc);
        self.reveal_cursor(doc);
    }

    /// Puts the cursor on a line after folding, at the height of the screen where it was.
    pub(super) fn keep_at(&mut self, doc: &Document, line: usize) {
        self.goal = Goal::Reached;
        let above = self.cursor.saturating_sub(self.top);
        self.cursor = self.sight(doc).row_of(line);
        if self.cursor < self.top || !self.visible(doc).contains(&self.cursor) {
            (self.top, self.top_row) = (self.cursor.saturating_sub(above), 0);
        }
        self.clamp(doc);
        self.reveal_cursor(doc);
    }

    /// Puts the cursor on a line, with so many rows above it on the screen.
    pub(super) fn put_at(&mut self, doc: &Document, line: usize, above: usize) {
        self.goal = Goal::Reached;
        self.cursor = self.sight(doc).row_of(line);
        (self.top, self.top_row) = (self.cursor.saturating_sub(above), 0);
        self.clamp(doc);
        if self.height > 0 {
            self.reveal_cursor(doc);
        }
    }

    /// Scrolls by rows and keeps the cursor at its place on the screen; at the ends the cursor goes on.
    fn leap(&mut self, doc: &Document, rows: isize) {
        let before = (self.top, self.top_row);
        let above = self.cursor.saturating_sub(self.top);
        self.scroll(doc, rows);
        if before == (self.top, self.top_row) {
            return self.move_cursor(doc, rows);
        }
        self.cursor = self.top + above;
        let seen = self.visible(doc);
        self.cursor = self.cursor.min(seen.end.saturating_sub(1)).max(seen.start);
        self.clamp(doc);
    }

    fn step_down(&mut self, doc: &Document, mut steps: usize) {
        let lines = self.sight(doc).count();
        while self.top < lines {
            let rest = self.height_of(doc, self.top).saturating_sub(self.top_row);
            if steps < rest {
                self.top_row += steps;
                return;
            }
            steps -= rest;
            (self.top, self.top_row) = (self.top + 1, 0);
        }
    }

    fn step_up(&mut self, doc: &Document, mut steps: usize) {
        while steps > self.top_row {
            let Some(before) = self.top.checked_sub(1) else {
                self.top_row = 0;
                return;
            };
            steps -= self.top_row + 1;
            self.top = before;
            self.top_row = self.height_of(doc, before).saturating_sub(1);
        }
        self.top_row -= steps;
    }

    /// Brings the position back into the document: the last row of the body is never above the last row of the screen.
    pub(super) fn clamp(&mut self, doc: &Document) {
        let last = self.sight(doc).count().saturating_sub(1);
        self.cursor = self.cursor.min(last);
        let end = self.back_from(doc, last);
        (self.top, self.top_row) = (self.top, self.top_row).min(end);
        if self.top_row > 0 {
            self.top_row = self.top_row.min(self.height_of(doc, self.top).saturating_sub(1));
        }
    }

    /// Scrolls as little as needed to have the cursor's line on the screen.
    pub(super) fn reveal_cursor(&mut self, doc: &Document) {
        let seen = self.visible(doc);
        if self.cursor < self.top || self.cursor == self.top && seen.is_empty() {
            (self.top, self.top_row) = (self.cursor, 0);
        } else if self.cursor >= seen.end {
            (self.top, self.top_row) = self.back_from(doc, self.cursor).min((self.cursor, 0));
        }
    }

    /// Finds the position from which the last row of `line` is the last row of the screen.
    fn back_from(&self, doc: &Document, line: usize) -> (usize, usize) {
        let mut need = self.height.max(1);
        if !self.wrap {
            return ((line + 1).saturating_sub(need), 0);
        }
        let mut at = line;
        loop {
            let rows = self.height_of(doc, at);
            if rows >= need {
                return (at, rows - need);
            }
            need -= rows;
            match at.checked_sub(1) {
                Some(before) => at = before,
                None => return (0, 0),
            }
        }
    }

    /// Returns the lines on the screen, the ones cut off included.
    fn visible(&self, doc: &Document) -> Range<usize> {
        let count = self.sight(doc).count();
        let end = if self.wrap {
            let mut rows = 0_usize;
            let fits = self.sight(doc).walk(self.top).take_while(|line| {
                let before = rows.saturating_sub(self.top_row);
                let fits = before < self.height;
                rows += glyphs::rows(line, self.text_width(doc));
                fits
            });
            self.top + fits.count()
        } else {
            self.top.saturating_add(self.height)
        };
        self.top..end.min(count).max(self.top)
    }

    /// Counts the rows from the start of the top line to the start of the cursor's line.
    fn rows_above(&self, doc: &Document) -> usize {
        let lines = self.cursor.saturating_sub(self.top);
        let width = self.text_width(doc);
        self.sight(doc)
            .walk(self.top)
            .take(lines)
            .map(|line| glyphs::rows(&line, width))
            .sum()
    }

    fn height_of(&self, doc: &Document, row: usize) -> usize {
        let width = self.text_width(doc);
        self.sight(doc).get(row).map_or(1, |line| glyphs::rows(&line, width))
    }

    pub(super) fn text_width(&self, doc: &Document) -> usize {
        Columns::new(doc, self.form, self.width).text
    }
}
