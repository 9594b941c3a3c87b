//! Drawing: visible lines only, `&self` only.

use ratatui::{
    buffer::Buffer,
    layout::{Position, Rect},
    style::{Color, Modifier, Style},
};

use super::{Editor, Mode};
use crate::tui::widgets::{
    glyphs::{self, ELLIPSIS, MASK},
    highlight::{self, HighlightStyles, LineState, Token, VariableLookup, VariableStyles, variables},
};

/// The styles of an editor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EditorStyles {
    /// Text, and the background.
    pub text: Style,
    /// What is shown while there is no text.
    pub placeholder: Style,
    /// Line numbers.
    pub gutter: Style,
    /// The number of the caret's line.
    pub gutter_current: Style,
    /// The caret's line, while focused.
    pub current_line: Style,
    /// Selected text.
    pub selection: Style,
    /// Marks that are no text: `…` at the edges, pictures of control characters.
    pub mark: Style,
    /// Tokens.
    pub highlight: HighlightStyles,
    /// `{{variables}}`.
    pub variables: VariableStyles,
}

impl Default for EditorStyles {
    /// The terminal's own colours; a theme replaces them.
    fn default() -> Self {
        let dim = Style::new().add_modifier(Modifier::DIM);
        Self {
            text: Style::new(),
            placeholder: dim.add_modifier(Modifier::ITALIC),
            gutter: dim,
            gutter_current: Style::new().add_modifier(Modifier::BOLD),
            current_line: Style::new(),
            selection: Style::new().add_modifier(Modifier::REVERSED),
            mark: Style::new().fg(Color::Magenta).add_modifier(Modifier::DIM),
            highlight: HighlightStyles::default(),
            variables: VariableStyles::default(),
        }
    }
}

/// One visible line and what is known about it.
struct Row<'a> {
    text: &'a str,
    /// Position of its first character.
    start: usize,
    tokens: &'a [Token],
    base: Style,
}

impl Editor {
    /// Draws into `area`, of the size last given to [`Editor::resize`], and returns where the terminal's cursor goes.
    ///
    /// With a `lookup`, `{{variables}}` are coloured by what it says; without, they are text (as in scripts).
    pub fn draw(
        &self,
        styles: &EditorStyles,
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
        let gutter = u16::try_from(self.gutter(area.width)).unwrap_or(0).min(area.width);
        let caret_line = self.document.line_of(self.selection.caret);
        let mut state = self.states.at_top();
        let mut tokens = Vec::new();
        for (line, y) in (self.view.top..self.line_count()).zip(area.top()..area.bottom()) {
            let current = line == caret_line && focused && self.mode == Mode::MultiLine;
            let base = if current {
                styles.text.patch(styles.current_line)
            } else {
                styles.text
            };
            let row = Rect::new(area.x, y, area.width, 1);
            buf.set_style(row, base);
            if gutter > 0 {
                let style = if current {
                    base.patch(styles.gutter_current)
                } else {
                    base.patch(styles.gutter)
                };
                let number = format!("{:>width$}", line + 1, width = usize::from(gutter) - 1);
                glyphs::put_text(buf, Position::new(area.x, y), &number, usize::from(gutter), style);
            }
            let text = self.line_text(line);
            state = self.lex(&text, state, &mut tokens);
            let row = Row {
                text: &text,
                start: self.document.line_start(line),
                tokens: &tokens,
                base,
            };
            let place = Rect::new(area.x + gutter, y, area.width - gutter, 1);
            self.draw_row(&row, styles, lookup, place, buf);
        }
        if self.is_empty() && !self.placeholder.is_empty() {
            let style = styles.text.patch(styles.placeholder);
            let at = Position::new(area.x + gutter, area.y);
            glyphs::put_text(buf, at, &self.placeholder, usize::from(area.width - gutter), style);
        }
        focused.then(|| self.caret_cell(area, gutter)).flatten()
    }

    fn lex(&self, text: &str, state: LineState, tokens: &mut Vec<Token>) -> LineState {
        if self.masked {
            tokens.clear();
            return LineState::Normal;
        }
        highlight::lex(self.syntax, text, state, tokens)
    }

    fn draw_row(
        &self,
        row: &Row<'_>,
        styles: &EditorStyles,
        lookup: Option<&dyn VariableLookup>,
        area: Rect,
        buf: &mut Buffer,
    ) {
        let (left, width) = (self.view.left, usize::from(area.width));
        let right = left + width;
        let selected = self.selection.range();
        let cell = |column: usize| {
            let offset = u16::try_from(column.saturating_sub(left)).unwrap_or(u16::MAX);
            Position::new(area.x.saturating_add(offset), area.y)
        };
        let mut spans = lookup.filter(|_| !self.masked).map(|lookup| {
            variables::spans(row.text)
                .map(move |span| {
                    let style = styles.variables.get(lookup.status(variables::name(row.text, &span)));
                    (span, style)
                })
                .peekable()
        });
        let mut tokens = row.tokens.iter().peekable();
        let seen = self.glyphs_of(row.text).skip_to(left);
        let mut offset = row.start + row.text[..seen.byte()].chars().count();
        let mut end = seen.column();
        let mut cut = false;
        for glyph in seen {
            let here = offset;
            offset += if glyph.text.len() == 1 {
                1
            } else {
                glyph.text.chars().count()
            };
            end = glyph.column + glyph.width;
            if glyph.column >= right {
                cut = true;
                break;
            }
            let mut style = row.base;
            while tokens.next_if(|token| token.range.end <= glyph.byte).is_some() {}
            if let Some(token) = tokens.peek().filter(|token| token.range.start <= glyph.byte) {
                style = style.patch(styles.highlight.get(token.kind));
            }
            if let Some(spans) = &mut spans {
                while spans.next_if(|(span, _)| span.end <= glyph.byte).is_some() {}
                if let Some((_, variable)) = spans.peek().filter(|(span, _)| span.start <= glyph.byte) {
                    style = style.patch(*variable);
                }
            }
            if !self.masked && glyph.is_escaped() {
                style = style.patch(styles.mark);
            }
            if selected.contains(&here) {
                style = style.patch(styles.selection);
            }
            let shown = end.min(right) - glyph.column.max(left);
            let whole = shown == glyph.width;
            match glyph.symbol() {
                _ if self.masked => glyphs::put(buf, cell(glyph.column), MASK, 1, style),
                _ if !whole => glyphs::put(buf, cell(glyph.column.max(left)), " ", shown, style),
                symbol => glyphs::put(buf, cell(glyph.column), &symbol, shown, style),
            }
        }
        // A selected line break is one selected cell.
        if !cut && selected.contains(&offset) && end >= left && end < right {
            glyphs::put(buf, cell(end), " ", 1, row.base.patch(styles.selection));
        }
        if width > 3 {
            let mark = row.base.patch(styles.mark);
            if left > 0 && end > 0 {
                glyphs::put(buf, cell(left), ELLIPSIS, 1, mark);
            }
            if cut || end > right {
                glyphs::put(buf, cell(right - 1), ELLIPSIS, 1, mark);
            }
        }
    }

    /// Returns the cell of the caret, if it is in sight.
    fn caret_cell(&self, area: Rect, gutter: u16) -> Option<Position> {
        let caret = self.selection.caret;
        let y = self.document.line_of(caret).checked_sub(self.view.top)?;
        let x = self.column_of(caret).checked_sub(self.view.left)?;
        let (x, y) = (u16::try_from(x).ok()?, u16::try_from(y).ok()?);
        (x < area.width - gutter && y < area.height).then(|| Position::new(area.x + gutter + x, area.y + y))
    }
}
