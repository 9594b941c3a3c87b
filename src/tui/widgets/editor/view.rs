//! The window on the text: which part of it is on the screen, and what lies under the mouse.

use std::borrow::Cow;

use super::{Editor, Mode, document::Selection, motion};
use crate::tui::widgets::{
    glyphs::{self, Glyphs},
    scroll,
};

/// Lines kept in sight above and below the caret.
const MARGIN_LINES: usize = 2;
/// Columns kept in sight beside the caret; at least one, which the `…` mark needs.
const MARGIN_COLUMNS: usize = 3;
/// Narrower than this, line numbers are left out.
const NARROWEST_WITH_GUTTER: usize = 16;

/// Size and offsets of the window.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct View {
    /// Columns, including the line numbers.
    pub width: u16,
    /// Lines.
    pub height: u16,
    /// First visible line.
    pub top: usize,
    /// First visible screen column of the text.
    pub left: usize,
}

impl Editor {
    /// Tells the size that [`Editor::draw`] will get, including line numbers; keeps the caret in sight.
    pub fn resize(&mut self, width: u16, height: u16) {
        if (self.view.width, self.view.height) != (width, height) {
            self.view.width = width;
            self.view.height = height;
            self.reveal_caret();
        }
    }

    /// Scrolls by lines without moving the caret, as the mouse wheel does; negative is up.
    pub fn scroll(&mut self, lines: isize) {
        let height = usize::from(self.view.height);
        self.view.top = scroll::shift(self.view.top, lines, self.line_count(), height);
        self.look();
    }

    /// Returns the first visible line and the number of lines, for a scroll bar.
    pub fn viewport(&self) -> (usize, usize) {
        (self.view.top, self.line_count())
    }

    /// Moves the caret to a cell of the editor's area (0, 0 is its top left) and drops the selection.
    pub fn click(&mut self, x: u16, y: u16) {
        let at = self.hit(x, y);
        self.place(Selection::at(at));
    }

    /// Selects from where the selection started to a cell of the editor's area.
    pub fn drag(&mut self, x: u16, y: u16) {
        let caret = self.hit(x, y);
        self.place(Selection {
            caret,
            ..self.selection
        });
    }

    /// Selects the word at the caret, as a double click does.
    pub fn select_word(&mut self) {
        let word = motion::word_around(self.document.rope(), self.selection.caret);
        self.place(Selection {
            anchor: word.start,
            caret: word.end,
        });
    }

    /// Moves the caret to a line and a column in characters, both from 0 and clamped.
    pub fn go_to(&mut self, line: usize, column: usize) {
        let line = line.min(self.line_count() - 1);
        let at = (self.document.line_start(line) + column).min(self.document.line_end(line));
        self.go(at, false);
    }

    /// Drops the selection when the focus goes elsewhere; a single line shows its start again.
    pub fn blur(&mut self) {
        self.document.seal();
        self.selection = Selection::at(self.selection.caret);
        if self.mode == Mode::SingleLine {
            self.view.left = 0;
        }
    }

    /// Leaves the caret before what is selected, so that what is typed next replaces nothing.
    pub fn begin(&mut self) {
        self.document.seal();
        self.selection = Selection::at(self.selection.range().start);
        self.reveal_caret();
    }

    /// Brings the caret back into sight, as when the focus returns.
    pub fn reveal_caret(&mut self) {
        self.reveal(MARGIN_LINES);
    }

    fn reveal(&mut self, margin: usize) {
        let caret = self.selection.caret;
        let line = self.document.line_of(caret);
        let height = usize::from(self.view.height);
        self.view.top = scroll::follow(self.view.top, line, self.line_count(), height, margin);
        let text = self.line_text(line);
        // Measured only up to the edge: what lies beyond does not matter.
        let width = usize::from(self.view.width).saturating_sub(self.gutter(self.view.width));
        let column = self.column_of(caret);
        let far = column + width + 1;
        let len = self.glyphs_of(&text).skip_to(far).column().max(column) + 1;
        self.view.left = scroll::follow(self.view.left, column, len, width, MARGIN_COLUMNS);
        self.look();
    }

    fn place(&mut self, selection: Selection) {
        self.document.seal();
        self.selection = selection;
        self.goal = None;
        self.reveal(0);
    }

    fn look(&mut self) {
        self.states.look_at(self.view.top, &self.document, self.syntax);
    }

    /// Returns the position under a cell of the area.
    fn hit(&self, x: u16, y: u16) -> usize {
        let line = (self.view.top + usize::from(y)).min(self.line_count() - 1);
        let column = self.view.left + usize::from(x).saturating_sub(self.gutter(self.view.width));
        self.at_column(line, column)
    }

    /// Returns the position of the text under a cell of the area, `None` on line numbers and below the text.
    pub(super) fn position_at(&self, x: u16, y: u16) -> Option<usize> {
        let on_text = usize::from(x) >= self.gutter(self.view.width);
        let in_text = self.view.top + usize::from(y) < self.line_count();
        (on_text && in_text).then(|| self.hit(x, y))
    }

    /// Returns the lines that a page is.
    pub(super) fn page(&self) -> usize {
        usize::from(self.view.height).saturating_sub(1).max(1)
    }

    /// Returns the columns that line numbers take in an area this wide, with the space behind them.
    pub(super) fn gutter(&self, width: u16) -> usize {
        if self.mode == Mode::SingleLine || usize::from(width) < NARROWEST_WITH_GUTTER {
            return 0;
        }
        let digits = self.line_count().ilog10() as usize + 1;
        digits.max(3) + 1
    }

    pub(super) fn line_text(&self, line: usize) -> Cow<'_, str> {
        self.document.line(line).into()
    }

    pub(super) fn glyphs_of<'a>(&self, line: &'a str) -> Glyphs<'a> {
        if self.masked {
            glyphs::masked_glyphs(line)
        } else {
            glyphs::glyphs(line)
        }
    }

    /// Returns the screen column of a position, counted from the start of its line.
    pub(super) fn column_of(&self, at: usize) -> usize {
        let line = self.document.line_of(at);
        let before = self.document.line(line);
        let before = before.slice(..(at - self.document.line_start(line)).min(before.len_chars()));
        let before: Cow<'_, str> = before.into();
        self.glyphs_of(&before).skip_to(usize::MAX).column()
    }

    /// Returns the position nearest to a screen column of a line.
    pub(super) fn at_column(&self, line: usize, column: usize) -> usize {
        let text = self.line_text(line);
        let found = self.glyphs_of(&text).skip_to(column).next();
        let byte = found.map_or(text.len(), |glyph| {
            // The right half of a wide character means the place behind it.
            if (column - glyph.column) * 2 >= glyph.width {
                glyph.byte + glyph.text.len()
            } else {
                glyph.byte
            }
        });
        self.document.line_start(line) + text[..byte].chars().count()
    }
}
