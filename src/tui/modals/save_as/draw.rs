//! Draws the chooser: name, tree, and the path that comes of them.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::places::Row;
use super::{Focus, LABEL, SaveAs};
use crate::tui::modals::prompt::shorten;
use crate::tui::modals::sheet::column_at;
use crate::tui::panes::View;
use crate::tui::widgets::{glyphs, hatch, scroll};

const NAME_KEYS: [(&str, &str); 4] = [
    ("↵", "save"),
    ("↑↓", "place"),
    ("Tab", "to the tree"),
    ("Esc", "cancel"),
];
const TREE_KEYS: [(&str, &str); 5] = [
    ("↵", "save"),
    ("a", "new folder"),
    ("C", "new collection"),
    ("Tab", "name"),
    ("Esc", "cancel"),
];
const NAMING_KEYS: [(&str, &str); 2] = [("↵", "make it"), ("Esc", "leave it")];

impl SaveAs {
    /// Draws it.
    pub fn draw(&self, view: View<'_>, _screen: Rect, buf: &mut Buffer) -> Option<Position> {
        let theme = view.theme;
        let keys = match (&self.naming, self.focus) {
            (Some(_), _) => &NAMING_KEYS[..],
            (None, Focus::Name) => &NAME_KEYS[..],
            (None, Focus::Tree) => &TREE_KEYS[..],
        };
        self.sheet.draw("Save as", "", keys, view, buf);
        let body = self.sheet.body;
        if body.is_empty() {
            return None;
        }
        let naming = self.naming.is_some();
        let dim = theme.popup.patch(theme.dim);
        let label = if self.focus == Focus::Name && !naming {
            theme.popup.patch(theme.strong)
        } else {
            dim
        };
        glyphs::put_text(buf, body.as_position(), LABEL, usize::from(body.width), label);
        let in_name = self.focus == Focus::Name && !naming;
        let mut cursor = self.name.draw(view, view.focused && in_name, buf);

        let list = self.list();
        let rows = self.places.rows();
        if rows.is_empty() && !naming {
            let mut styles = theme.hatching();
            styles.text = theme.popup.patch(styles.text);
            hatch::draw("No collection yet\n\n`↵` makes one to save into", &styles, list, buf);
        }
        let extra = self.naming_line();
        let lines = rows.len() + usize::from(extra.is_some());
        for (y, line) in (list.top()..list.bottom()).zip(self.offset..lines) {
            if extra == Some(line) {
                continue;
            }
            // The line of the new group pushes the rows below it down.
            let at = line - usize::from(extra.is_some_and(|extra| extra < line));
            if let Some(row) = rows.get(at) {
                self.draw_row(row, view, Rect::new(list.x, y, list.width, 1), buf);
            }
        }
        if let Some(naming) = &self.naming {
            cursor = naming.field.draw(view, view.focused, buf);
        }
        let bar = Rect {
            width: list.width.saturating_add(2),
            ..list
        };
        let bar = bar.intersection(self.sheet.area);
        scroll::draw_bar(self.offset, lines, theme.popup_border, theme.accent, bar, buf);

        let room = usize::from(body.width).saturating_sub(2);
        let below = body.bottom().saturating_sub(2).max(list.bottom());
        let put = |buf: &mut Buffer, y: u16, mark: &str, text: &str, style| {
            if y < body.bottom() {
                glyphs::put_text(buf, Position::new(body.x, y), mark, 2, style);
                glyphs::put_text(buf, Position::new(column_at(body.x, 2), y), text, room, style);
            }
        };
        if !self.path.is_empty() {
            let path = shorten(&self.path, room);
            put(buf, below, "→", &path, theme.popup.patch(theme.accent));
        }
        let (mark, style) = if self.nameless {
            ("✗", theme.popup.patch(theme.error))
        } else {
            ("", dim)
        };
        put(buf, below.saturating_add(1), mark, &self.note, style);
        cursor
    }

    fn draw_row(&self, row: &Row, view: View<'_>, place: Rect, buf: &mut Buffer) {
        let theme = view.theme;
        let here = self.places.cursor() == Some(row.id) && self.naming.is_none();
        // The place counts in both fields, so it shows as chosen in both.
        let ground = match (here, self.focus) {
            (true, Focus::Tree) => theme.popup.patch(theme.selected),
            (true, Focus::Name) => theme.popup.patch(theme.selected_unfocused).patch(theme.strong),
            (false, _) => theme.popup,
        };
        let wide = Rect::new(place.x.saturating_sub(1), place.y, place.width.saturating_add(2), 1);
        buf.set_style(wide.intersection(self.sheet.area), ground);
        let mark = match (row.branches, row.open) {
            (true, true) => "▾",
            (true, false) => "▸",
            (false, _) => " ",
        };
        let width = usize::from(place.width);
        let indent = (2 * row.depth + 2).min(width / 2);
        let at = |column: usize| Position::new(column_at(place.x, column), place.y);
        if here {
            glyphs::put_text(buf, at(0), "●", 1, ground.patch(theme.accent));
        }
        glyphs::put_text(buf, at(indent), mark, 1, ground.patch(theme.dim));
        glyphs::put_text(buf, at(indent + 2), &row.name, width.saturating_sub(indent + 2), ground);
    }
}
