//! Scrolling: keeping a cursor in sight, and the bar that says where one is.
//!
//! Offsets are changed in update functions with the height from the layout; drawing only reads them. All numbers are
//! rows (or columns; nothing here knows the direction).

use std::ops::Range;

use ratatui::{buffer::Buffer, layout::Rect, style::Style};

/// What the thumb of a bar is drawn with.
pub const THUMB: &str = "┃";

/// Moves `offset` as little as possible so that `cursor` is visible with `margin` rows around it.
///
/// The margin gives way at both ends and in small windows, and no empty rows are shown past the end while there is
/// content to fill them.
pub fn follow(offset: usize, cursor: usize, len: usize, height: usize, margin: usize) -> usize {
    if height == 0 {
        return offset.min(len.saturating_sub(1));
    }
    let margin = margin.min((height - 1) / 2);
    let top = cursor.saturating_sub(margin);
    let bottom = (cursor + margin + 1).min(len.max(cursor + 1));
    offset
        .min(top)
        .max(bottom.saturating_sub(height))
        .min(max_offset(len.max(cursor + 1), height))
}

/// Returns the largest offset that still fills the window.
pub fn max_offset(len: usize, height: usize) -> usize {
    len.saturating_sub(height)
}

/// Moves an offset by a signed number of rows, within what can be shown.
pub fn shift(offset: usize, rows: isize, len: usize, height: usize) -> usize {
    offset.saturating_add_signed(rows).min(max_offset(len, height))
}

/// Returns the rows of a track of `height` rows that the thumb covers, or `None` when everything is in sight.
pub fn thumb(offset: usize, len: usize, height: usize) -> Option<Range<usize>> {
    if height == 0 || len <= height {
        return None;
    }
    let size = (height.saturating_mul(height) / len).clamp(1, height);
    let last = max_offset(len, height);
    let free = height - size;
    // The ends are exact: the thumb touches an end only when the view does.
    let start = match offset.min(last) {
        0 => 0,
        at if at == last => free,
        at if free > 1 => (at.saturating_mul(free) / last).clamp(1, free - 1),
        at => at.saturating_mul(free) / last,
    };
    Some(start..start + size)
}

/// Draws a thin vertical bar into the last column of `area`; nothing when everything is in sight.
pub fn draw_bar(offset: usize, len: usize, track: Style, thumb_style: Style, area: Rect, buf: &mut Buffer) {
    let area = area.intersection(buf.area);
    if area.width == 0 {
        return;
    }
    let Some(covered) = thumb(offset, len, usize::from(area.height)) else {
        return;
    };
    let x = area.right() - 1;
    for (row, y) in (area.top()..area.bottom()).enumerate() {
        let (symbol, style) = if covered.contains(&row) {
            (THUMB, thumb_style)
        } else {
            ("│", track)
        };
        buf[(x, y)].set_symbol(symbol).set_style(style);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn follows_with_a_margin() {
        assert_eq!(follow(0, 0, 100, 10, 2), 0);
        assert_eq!(follow(0, 7, 100, 10, 2), 0);
        assert_eq!(follow(0, 8, 100, 10, 2), 1);
        assert_eq!(follow(50, 51, 100, 10, 2), 49);
        assert_eq!(follow(0, 99, 100, 10, 2), 90);
        assert_eq!(follow(95, 99, 100, 10, 2), 90, "no empty rows at the end");
        assert_eq!(follow(5, 0, 1, 10, 2), 0);
        assert_eq!(follow(3, 7, 100, 1, 2), 7);
        assert_eq!(follow(3, 7, 100, 0, 2), 3);
    }

    #[test]
    fn thumb_touches_an_end_only_at_the_end() {
        assert_eq!(thumb(0, 10, 10), None);
        assert_eq!(thumb(0, 100, 10), Some(0..1));
        assert_eq!(thumb(1, 100, 10), Some(1..2));
        assert_eq!(thumb(89, 100, 10), Some(8..9));
        assert_eq!(thumb(90, 100, 10), Some(9..10));
        assert_eq!(thumb(0, 11, 10), Some(0..9));
        assert_eq!(thumb(1, 11, 10), Some(1..10));
    }

    #[test]
    fn draws_in_any_size() {
        for (width, height) in [(0, 0), (1, 1), (3, 5)] {
            let area = Rect::new(0, 0, width, height);
            let mut buf = Buffer::empty(area);
            draw_bar(3, 20, Style::new(), Style::new(), Rect::new(0, 0, 9, 9), &mut buf);
            assert_eq!(buf.area, area);
        }
    }
}
