//! Draws the list: the field, then the visible rows in aligned columns.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;

use super::rank::Hits;
use super::{Item, Picker};
use crate::tui::modals::sheet::column_at;
use crate::tui::panes::View;
use crate::tui::widgets::{glyphs, scroll};

/// Fewer columns than this are not worth a detail.
const LEAST_DETAIL: usize = 6;

impl Picker {
    /// Draws it.
    pub fn draw(&self, view: View<'_>, _screen: Rect, buf: &mut Buffer) -> Option<Position> {
        let found = self.ranking.order().len();
        let count = if found == self.items.len() {
            format!("{found}")
        } else {
            format!("{found} of {}", self.items.len())
        };
        let keys = [("↵", "choose"), ("↑↓", "move"), ("Esc", "close")];
        self.sheet.draw(&self.title, &count, &keys, view, buf);
        let cursor = self.filter.draw(view, view.focused, buf);
        let list = self.list();
        let rows = self.rows();
        let height = usize::from(list.height);
        let hits = Hits::default();
        for (y, row) in (list.top()..list.bottom()).zip(self.offset..rows) {
            let place = Rect::new(list.x, y, list.width, 1);
            let here = row == self.cursor;
            let ground = if here {
                view.theme.popup.patch(view.theme.selected)
            } else {
                view.theme.popup
            };
            // The cursor's ground reaches into the air beside the rows.
            let wide = Rect::new(place.x.saturating_sub(1), y, place.width.saturating_add(2), 1);
            buf.set_style(wide.intersection(self.sheet.area), ground);
            match self.item(row) {
                Some(item) => {
                    let from = self.offset.saturating_sub(self.before());
                    let hits = self.hits.get(row - self.before() - from).unwrap_or(&hits);
                    self.draw_item(item, hits, ground, view, place, buf);
                }
                None => self.draw_own_text(ground, view, place, buf),
            }
        }
        if rows == 0 && height > 0 {
            let text = if self.items.is_empty() {
                "nothing here".to_owned()
            } else {
                format!("nothing matches `{}`", self.ranking.text().trim())
            };
            let style = view.theme.popup.patch(view.theme.dim);
            let at = Position::new(column_at(list.x, 2), list.y);
            glyphs::put_text(buf, at, &text, usize::from(list.width).saturating_sub(2), style);
        }
        let bar = Rect {
            width: list
                .width
                .saturating_add(2)
                .min(self.sheet.area.right().saturating_sub(list.x)),
            ..list
        };
        let (track, thumb) = (view.theme.popup_border, view.theme.accent);
        scroll::draw_bar(self.offset, rows, track, thumb, bar, buf);
        cursor
    }

    fn draw_own_text(&self, ground: Style, view: View<'_>, place: Rect, buf: &mut Buffer) {
        let text = self.own_label().unwrap_or_default();
        let room = usize::from(place.width).saturating_sub(2);
        let at = Position::new(column_at(place.x, 2), place.y);
        glyphs::put_text(buf, at, &text, room, ground.patch(view.theme.accent));
    }

    fn draw_item(&self, item: &Item, hits: &Hits, ground: Style, view: View<'_>, place: Rect, buf: &mut Buffer) {
        let theme = view.theme;
        let at = |column: usize| Position::new(column_at(place.x, column), place.y);
        let hit = ground.patch(theme.accent);
        let mut room = usize::from(place.width);
        if item.current {
            glyphs::put_text(buf, at(0), "●", room, hit);
        }
        if self.columns.right > 0 {
            let width = glyphs::width(&item.right).min(room / 2);
            if width > 0 {
                let style = ground.patch(theme.key_hint);
                glyphs::put_text(buf, at(room - width), &item.right, width, style);
                room = room.saturating_sub(width + 2);
            }
        }
        let mut x = 2;
        if let Some(method) = &item.method {
            let width = self.columns.method.min(room.saturating_sub(x));
            glyphs::put_text(buf, at(x), method, width, ground.patch(theme.method(method)));
        }
        if self.columns.method > 0 {
            x += self.columns.method + 1;
        }
        let label = Lettering {
            hits: &hits.label,
            style: ground,
            hit,
        };
        let left = room.saturating_sub(x);
        let end = x + label.put(buf, at(x), &item.label, left);
        // Details line up whatever stands at the right; long labels push theirs.
        let columns = self.columns;
        let right = if columns.right > 0 { columns.right + 2 } else { 0 };
        let common = usize::from(place.width).saturating_sub(x + right);
        let share = (common / 2).max(common.saturating_sub(columns.detail + 2));
        let aligned = x + columns.label.min(share) + 2;
        let x = aligned.max(end + 2);
        let left = room.saturating_sub(x);
        if left >= LEAST_DETAIL.min(glyphs::width(&item.detail)) {
            let detail = Lettering {
                hits: &hits.detail,
                style: ground.patch(theme.dim),
                hit,
            };
            detail.put(buf, at(x), &item.detail, left);
        }
    }
}

/// Text with some of its letters accented.
struct Lettering<'a> {
    /// Which graphemes, rising.
    hits: &'a [usize],
    style: Style,
    hit: Style,
}

impl Lettering<'_> {
    /// Writes it elided to `columns`; returns the columns it took.
    fn put(&self, buf: &mut Buffer, at: Position, text: &str, columns: usize) -> usize {
        let used = glyphs::put_text(buf, at, text, columns, self.style);
        let shown = if glyphs::width(text) > columns {
            used.saturating_sub(1)
        } else {
            used
        };
        for (index, glyph) in glyphs::glyphs(text).enumerate() {
            if glyph.column + glyph.width > shown {
                break;
            }
            if self.hits.binary_search(&index).is_ok() {
                let place = Rect {
                    x: column_at(at.x, glyph.column),
                    y: at.y,
                    width: u16::try_from(glyph.width).unwrap_or(1),
                    height: 1,
                };
                buf.set_style(place.intersection(buf.area), self.hit);
            }
        }
        used
    }
}
