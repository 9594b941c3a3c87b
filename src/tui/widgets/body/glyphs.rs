//! From a line to characters with a column each: escaped, measured, tabs expanded.

use std::ops::{ControlFlow, Range};

use super::line::{Content, Kind, Line};
use crate::tui::widgets::escape;
use crate::tui::widgets::size::size;

/// Columns between two tab stops.
const TAB: usize = 4;
/// The width of a character that reaches to the next tab stop.
const TO_TAB_STOP: usize = 0;

/// One character to draw.
#[derive(Clone, Debug)]
pub(super) struct Glyph<'a> {
    /// What to draw; a tab is one space with a width of up to [`TAB`].
    pub symbol: &'a str,
    /// The column it starts at, counted from the start of the line.
    pub column: usize,
    pub width: usize,
    pub kind: Kind,
    /// The bytes of the body it stands for; empty for what is ours.
    pub bytes: Range<usize>,
}

/// Shows the characters of a line one by one until `see` has seen enough.
pub(super) fn walk(line: &Line, mut see: impl FnMut(&Glyph<'_>) -> ControlFlow<()>) {
    let mut column = 0;
    let mut emit = |symbol: &str, width: usize, kind: Kind, bytes: Range<usize>| {
        let width = if width == TO_TAB_STOP {
            TAB - column % TAB
        } else {
            width
        };
        let flow = see(&Glyph {
            symbol,
            column,
            width,
            kind,
            bytes,
        });
        column += width;
        flow
    };
    for piece in &line.pieces {
        let flow = match &piece.content {
            Content::Body(range, bytes) => body(bytes, range.start, piece.kind, &mut emit),
            Content::Fixed(text) => ours(text, piece.kind, &(0..0), &mut emit),
            Content::Shown(text, range) => ours(text, piece.kind, range, &mut emit),
            Content::LeftOut(range, key) => {
                let key = key
                    .as_ref()
                    .map(|key| format!(", {key} shows more"))
                    .unwrap_or_default();
                let text = format!("… {} left out{key} …", size(range.len() as u64));
                ours(&text, piece.kind, range, &mut emit)
            }
            Content::Spaces(count) => (0..*count).try_for_each(|_| emit(" ", 1, piece.kind, 0..0)),
        };
        if flow.is_break() {
            return;
        }
    }
}

/// Shows a stretch of the body that starts at a byte of it.
fn body(
    bytes: &[u8],
    start: usize,
    kind: Kind,
    emit: &mut impl FnMut(&str, usize, Kind, Range<usize>) -> ControlFlow<()>,
) -> ControlFlow<()> {
    let mut at = start;
    for chunk in bytes.utf8_chunks() {
        for cell in escape::cells(chunk.valid()) {
            let range = at + cell.offset..at + cell.offset + cell.len;
            match bytes.get(range.start - start) {
                Some(b'\t') => emit(" ", TO_TAB_STOP, kind, range)?,
                _ if cell.escaped => emit(&cell.symbol, cell.width, Kind::Note, range)?,
                _ => emit(&cell.symbol, cell.width, kind, range)?,
            }
        }
        at += chunk.valid().len();
        let invalid = chunk.invalid().len();
        if invalid > 0 {
            emit("\u{fffd}", 1, Kind::Note, at..at + invalid)?;
            at += invalid;
        }
    }
    ControlFlow::Continue(())
}

/// Shows text that is ours and stands for these bytes as a whole.
fn ours(
    text: &str,
    kind: Kind,
    range: &Range<usize>,
    emit: &mut impl FnMut(&str, usize, Kind, Range<usize>) -> ControlFlow<()>,
) -> ControlFlow<()> {
    for cell in escape::cells(text) {
        emit(&cell.symbol, cell.width, kind, range.clone())?;
    }
    ControlFlow::Continue(())
}

/// Lays characters into rows of a width, for wrapped lines.
#[derive(Clone, Copy, Debug)]
pub(super) struct Flow {
    width: usize,
    /// The row the last character went to.
    pub row: usize,
    x: usize,
}

impl Flow {
    /// Starts at the left of the first row.
    pub fn new(width: usize) -> Self {
        Self {
            width: width.max(1),
            row: 0,
            x: 0,
        }
    }

    /// Finds the column of the row for the next character; a new row if it does not fit.
    pub fn place(&mut self, width: usize) -> usize {
        if self.x > 0 && self.x + width > self.width {
            self.row += 1;
            self.x = 0;
        }
        let x = self.x;
        self.x += width;
        x
    }
}

/// Counts the rows a line takes when wrapped.
pub(super) fn rows(line: &Line, width: usize) -> usize {
    let mut flow = Flow::new(width);
    walk(line, |glyph| {
        flow.place(glyph.width);
        ControlFlow::Continue(())
    });
    flow.row + 1
}

/// Measures a line in columns.
pub(super) fn columns(line: &Line) -> usize {
    let mut end = 0;
    walk(line, |glyph| {
        end = glyph.column + glyph.width;
        ControlFlow::Continue(())
    });
    end
}

/// Finds the first byte that is drawn in a row, when wrapped at `width`.
pub(super) fn starts(line: &Line, row: usize, width: usize) -> Option<usize> {
    let mut flow = Flow::new(width);
    let mut found = None;
    walk(line, |glyph| {
        flow.place(glyph.width);
        if flow.row >= row && !glyph.bytes.is_empty() {
            found = Some(glyph.bytes.start);
            return ControlFlow::Break(());
        }
        ControlFlow::Continue(())
    });
    found
}

/// Finds where a byte of the body is drawn: the column, and the row when wrapped at `width`.
pub(super) fn find(line: &Line, offset: usize, width: usize) -> (usize, usize) {
    let mut flow = Flow::new(width);
    let mut found = (0, 0);
    walk(line, |glyph| {
        flow.place(glyph.width);
        found = (glyph.column, flow.row);
        if glyph.bytes.end > offset {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    });
    found
}
