//! Drawing a table.

use ratatui::{
    buffer::Buffer,
    layout::{Position, Rect},
    style::{Color, Modifier, Style},
};

use super::{Cell, Row, Table};
use crate::tui::widgets::{
    editor::EditorStyles,
    glyphs::{self, ELLIPSIS},
    highlight::{VariableLookup, variables},
};

/// What a secret looks like; always the same length, which says nothing of its own.
const SECRET: &str = "••••••••";
/// What stands where there is none.
const UNSET: &str = "not set";

/// The styles of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TableStyles {
    /// Names of columns.
    pub header: Style,
    /// Cells; the background too.
    pub text: Style,
    /// Cells of the first column, which name things.
    pub name: Style,
    /// Cells of disabled and locked rows.
    pub disabled: Style,
    /// The check mark.
    pub check: Style,
    /// The row of the cursor, while focused.
    pub row: Style,
    /// The cell of the cursor, while focused.
    pub cell: Style,
    /// The line that adds a row.
    pub ghost: Style,
    /// The cell being edited, and variables in all cells.
    pub editor: EditorStyles,
}

impl Default for TableStyles {
    /// One accent; a theme replaces it.
    fn default() -> Self {
        let dim = Style::new().add_modifier(Modifier::DIM);
        Self {
            header: dim,
            text: Style::new(),
            name: Style::new().fg(Color::Magenta),
            disabled: dim.fg(Color::Reset),
            check: Style::new().fg(Color::Green),
            row: Style::new(),
            cell: Style::new().add_modifier(Modifier::REVERSED),
            ghost: dim,
            editor: EditorStyles::default(),
        }
    }
}

impl Table {
    /// Draws into `area`, of the size last given to [`Table::resize`]; returns where the terminal's cursor goes while
    /// a cell is edited.
    pub fn draw(
        &self,
        styles: &TableStyles,
        lookup: Option<&dyn VariableLookup>,
        area: Rect,
        buf: &mut Buffer,
        focused: bool,
    ) -> Option<Position> {
        let area = area.intersection(buf.area);
        if area.is_empty() {
            return None;
        }
        buf.set_style(area, styles.text);
        let places = self.places(area.width);
        let header = Self::header_height(area.height);
        if header > 0 {
            for place in &places {
                let Some(column) = self.columns.get(place.column) else {
                    continue;
                };
                let (at, room) = (Position::new(area.x + place.x, area.y), usize::from(place.width));
                glyphs::put_text(buf, at, &column.name, room, styles.text.patch(styles.header));
            }
        }
        let mut caret = None;
        let end = self.rows.len() + usize::from(self.ghost.is_some());
        for (index, y) in (self.top..end).zip(area.y + header..area.bottom()) {
            let current = focused && index == self.row;
            let base = if current {
                styles.text.patch(styles.row)
            } else {
                styles.text
            };
            let line = Rect::new(area.x, y, area.width, 1);
            buf.set_style(line, base);
            let row = self.rows.get(index);
            if let Some(row) = row.filter(|_| self.checks) {
                let (mark, style) = match row {
                    Row { locked: true, .. } => ("·", styles.disabled),
                    Row { enabled: true, .. } => ("✓", styles.check),
                    _ => ("✗", styles.disabled),
                };
                glyphs::put_text(
                    buf,
                    line.as_position(),
                    mark,
                    usize::from(line.width),
                    base.patch(style),
                );
            }
            for place in &places {
                let room = Rect::new(area.x + place.x, y, place.width, 1).intersection(line);
                let cursor = current && place.column == self.column;
                if let Some(editing) = self
                    .editing
                    .as_ref()
                    .filter(|_| index == self.row && place.column == self.column)
                {
                    caret = editing.editor.draw(&styles.editor, lookup, room, buf, focused);
                    continue;
                }
                let base = if cursor { base.patch(styles.cell) } else { base };
                if cursor {
                    buf.set_style(room, base);
                }
                match row {
                    Some(row) => self.draw_cell(row, place.column, styles, base, lookup, room, buf),
                    None if place.column == 0 && self.editing.as_ref().is_none_or(|_| index != self.row) => {
                        let label = format!("+ {}", self.ghost.as_deref().unwrap_or_default());
                        let style = base.patch(styles.ghost);
                        // Without texts beside it, the label may run on.
                        let width = usize::from(line.right().saturating_sub(room.x));
                        glyphs::put_text(buf, room.as_position(), &label, width, style);
                    }
                    None => {}
                }
            }
        }
        caret
    }

    #[expect(clippy::too_many_arguments, reason = "all of them differ from cell to cell")]
    fn draw_cell(
        &self,
        row: &Row,
        column: usize,
        styles: &TableStyles,
        base: Style,
        lookup: Option<&dyn VariableLookup>,
        room: Rect,
        buf: &mut Buffer,
    ) {
        let Some(Cell { text, masked }) = row.cells.get(column) else {
            return;
        };
        let quiet = !row.enabled || row.locked;
        let style = match column {
            _ if quiet => base.patch(styles.disabled),
            0 => base.patch(styles.name),
            _ => base,
        };
        if *masked && !self.revealed {
            let (shown, style) = if text.is_empty() {
                (UNSET, base.patch(styles.ghost))
            } else {
                (SECRET, style)
            };
            glyphs::put_text(buf, room.as_position(), shown, usize::from(room.width), style);
            return;
        }
        let spans: Vec<_> = lookup
            .filter(|_| !quiet)
            .map(|lookup| {
                let style = |name: &str| styles.editor.variables.get(lookup.status(name));
                variables::spans(text)
                    .map(|span| (style(variables::name(text, &span)), span))
                    .collect()
            })
            .unwrap_or_default();
        draw_line(text, style, &spans, styles.editor.mark, room, buf);
    }
}

/// Draws one line with styled spans, elided at the end.
fn draw_line(
    text: &str,
    base: Style,
    spans: &[(Style, std::ops::Range<usize>)],
    mark: Style,
    room: Rect,
    buf: &mut Buffer,
) {
    let width = usize::from(room.width);
    let mut spans = spans.iter().peekable();
    // The last column of the room is only for text if the text ends there.
    let mut pending = None;
    for glyph in glyphs::glyphs(text) {
        let end = glyph.column + glyph.width;
        let at =
            |column: usize| Position::new(room.x.saturating_add(u16::try_from(column).unwrap_or(u16::MAX)), room.y);
        if end > width {
            if let Some(column) = pending.or((width > 0).then_some(glyph.column.min(width.saturating_sub(1)))) {
                glyphs::put(buf, at(column), ELLIPSIS, 1, base);
                glyphs::put(buf, at(column + 1), " ", width - column - 1, base);
            }
            return;
        }
        while spans.next_if(|(_, span)| span.end <= glyph.byte).is_some() {}
        let mut style = base;
        if let Some((variable, _)) = spans.peek().filter(|(_, span)| span.start <= glyph.byte) {
            style = style.patch(*variable);
        }
        if glyph.is_escaped() {
            style = style.patch(mark);
        }
        if end == width {
            pending = Some(glyph.column);
        }
        glyphs::put(buf, at(glyph.column), &glyph.symbol(), glyph.width, style);
    }
}
