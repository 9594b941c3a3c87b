//! Drawing a form.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;

use super::{Field, Form, GAP, Kind};
use crate::tui::theme::Theme;
use crate::tui::widgets::editor::{Editor, EditorStyles, Mode};
use crate::tui::widgets::highlight::{Syntax, VariableLookup};
use crate::tui::widgets::{glyphs, scroll};

const DOTS: &str = "••••••••";

impl Form {
    /// Draws it; returns where the terminal's cursor goes while a field is edited.
    pub fn draw(
        &self,
        theme: &Theme,
        lookup: &dyn VariableLookup,
        area: Rect,
        buf: &mut Buffer,
        focused: bool,
    ) -> Option<Position> {
        let column = self.value_column(area.width);
        let mut caret = None;
        let rows = Rect {
            height: self.rows_height().min(area.height),
            ..area
        };
        let mut line = 0;
        for (index, field) in self.fields.iter().enumerate() {
            let (first, height) = (line, self.height(index));
            line += height;
            // A text that begins above the window shows its later lines.
            let skipped = self.top.saturating_sub(first);
            let y = rows.y + u16::try_from(first.saturating_sub(self.top)).unwrap_or(u16::MAX);
            if skipped >= height || y >= rows.bottom() {
                continue;
            }
            let lines = u16::try_from(height - skipped).unwrap_or(1).min(rows.bottom() - y);
            let place = Rect::new(area.x, y, area.width, lines);
            let current = focused && index == self.at;
            let base = if current {
                buf.set_style(place, theme.selected_unfocused);
                theme.base.patch(theme.selected_unfocused)
            } else {
                theme.base
            };
            if skipped == 0 {
                let label = base.patch(match field.kind {
                    Kind::Fold => theme.accent,
                    _ if self.locked => theme.dim,
                    _ => theme.syntax_key,
                });
                glyphs::put_text(buf, place.as_position(), &field.label, usize::from(column - GAP), label);
            }
            let room = Rect::new(area.x + column, y, area.width.saturating_sub(column), lines);
            if let Some(editor) = self.editing.as_ref().filter(|_| index == self.at) {
                let mut styles = theme.editor();
                styles.text = theme.base.patch(theme.field);
                caret = editor.draw(&styles, Some(lookup), room, buf, focused);
                continue;
            }
            let mut styles = theme.editor();
            styles.text = if current { base.patch(theme.selected) } else { base };
            buf.set_style(room, styles.text);
            self.value(field, theme, &styles, lookup, room, skipped, buf);
        }
        self.help(
            theme,
            Rect {
                y: rows.bottom(),
                height: area.bottom() - rows.bottom(),
                ..area
            },
            buf,
            focused,
        );
        // In the column of air, where the bars of tables are.
        let bar = Rect {
            width: rows.width + 1,
            ..rows
        };
        scroll::draw_bar(self.top, self.lines(), theme.hatch, theme.scroll, bar, buf);
        caret
    }

    /// The value of a field that nobody types into.
    #[expect(clippy::too_many_arguments, reason = "all that drawing one value takes")]
    fn value(
        &self,
        field: &Field,
        theme: &Theme,
        styles: &EditorStyles,
        lookup: &dyn VariableLookup,
        room: Rect,
        skipped: usize,
        buf: &mut Buffer,
    ) {
        let mut put = |text: &str, style: Style| {
            glyphs::put_text(buf, room.as_position(), text, usize::from(room.width), style);
        };
        let dim = styles.text.patch(theme.dim);
        let counts = if field.value.is_empty() {
            &field.fallback
        } else {
            &field.value
        };
        match &field.kind {
            Kind::Switch if counts == "true" => put("● on", styles.text),
            Kind::Switch if counts == "false" => put("○ off", dim),
            _ if field.value.is_empty() => put(counts, dim),
            kind if self.is_masked(field, &field.value) => match field.value.lines().count() {
                lines if lines > 1 && kind.has_lines() => put(&format!("{DOTS}  {lines} lines"), styles.text),
                _ => put(DOTS, styles.text),
            },
            Kind::Lines(syntax) => draw_lines(&field.value, *syntax, skipped, styles, lookup, room, buf),
            Kind::SecretLines => draw_lines(&field.value, Syntax::Plain, skipped, styles, lookup, room, buf),
            _ => draw_text(&field.value, styles, lookup, room, buf),
        }
    }

    /// What the field of the cursor is for, or what is wrong with it, below the fields.
    fn help(&self, theme: &Theme, room: Rect, buf: &mut Buffer, focused: bool) {
        let style = match self.error {
            Some(_) => theme.error,
            None if focused => theme.dim,
            None => return,
        };
        let text = self.told();
        let width = usize::from(room.width);
        let mut lines = wrapped(text, width);
        let shown = usize::from(room.height).max(1);
        if lines.len() > shown {
            // Less than it takes: the last line says that there is more.
            let rest = lines.split_off(shown - 1).join(" ");
            lines.push(glyphs::elide(&rest, width));
        }
        // The line above them is air, where there is one to spare.
        let from = room
            .height
            .saturating_sub(u16::try_from(lines.len().max(self.help_lines())).unwrap_or(1));
        for (line, y) in lines.iter().zip(room.y + from..room.bottom()) {
            glyphs::put_text(buf, Position::new(room.x, y), line, usize::from(room.width), style);
        }
    }
}

/// A text in lines of a width, broken between words.
pub(super) fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut out = vec![String::new()];
    for word in text.split(' ') {
        let line = out.last_mut().map_or(0, |line| glyphs::width(line));
        if line > 0 && line + 1 + glyphs::width(word) > width {
            out.push(String::new());
        }
        if let Some(line) = out.last_mut() {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    out
}

/// Draws one line with its variables coloured.
pub fn draw_text(text: &str, styles: &EditorStyles, lookup: &dyn VariableLookup, room: Rect, buf: &mut Buffer) {
    let mut editor = Editor::single_line(text);
    editor.resize(room.width, room.height);
    // A line that is not being typed into shows its start.
    editor.blur();
    editor.draw(styles, Some(lookup), room, buf, false);
}

/// Draws the first lines of a text, each as it would stand in an editor, but without their numbers.
fn draw_lines(
    text: &str,
    syntax: Syntax,
    skipped: usize,
    styles: &EditorStyles,
    lookup: &dyn VariableLookup,
    room: Rect,
    buf: &mut Buffer,
) {
    let count = text.lines().count();
    let last = usize::from(room.height) + skipped;
    for ((n, line), y) in text.lines().enumerate().skip(skipped).zip(room.y..room.bottom()) {
        let row = Rect { y, height: 1, ..room };
        let mut editor = Editor::new(line, Mode::SingleLine, syntax);
        editor.resize(row.width, 1);
        editor.blur();
        editor.draw(styles, Some(lookup), row, buf, false);
        if n + 1 == last && count > last {
            let rest = format!(" … {count} lines");
            let at = row
                .right()
                .saturating_sub(u16::try_from(glyphs::width(&rest)).unwrap_or(0))
                .max(row.x);
            glyphs::put_text(
                buf,
                Position::new(at, y),
                &rest,
                usize::from(row.right() - at),
                styles.gutter,
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::wrapped;

    #[test]
    fn help_is_broken_between_words() {
        assert_eq!(wrapped("one two three", 8), ["one two", "three"]);
        assert_eq!(wrapped("one", 8), ["one"]);
        assert_eq!(wrapped("incomprehensible words", 8), ["incomprehensible", "words"]);
    }
}
