//! Where popups go and what they stand on.

use ratatui::{
    buffer::Buffer,
    layout::{Position, Rect},
    style::Style,
    text::Line,
    widgets::{Clear, Widget},
};

use super::frame::{Frame, FrameStyles};

/// Centres a rectangle of this size, or as much of it as fits.
pub fn centre(area: Rect, width: u16, height: u16) -> Rect {
    let (width, height) = (width.min(area.width), height.min(area.height));
    Rect::new(
        area.x + (area.width - width) / 2,
        area.y + (area.height - height) / 2,
        width,
        height,
    )
}

/// Places a rectangle below a cell, or above it when there is more room; always within `area`, never over the cell's row.
pub fn beside(area: Rect, at: Position, width: u16, height: u16) -> Rect {
    let y = at.y.clamp(area.y, area.bottom().saturating_sub(1).max(area.y));
    let below = area.bottom().saturating_sub(y + 1);
    let above = y - area.y;
    let width = width.min(area.width);
    let x = at.x.clamp(area.x, area.right() - width);
    if height <= below || below >= above {
        Rect::new(x, (y + 1).min(area.bottom()), width, height.min(below))
    } else {
        let height = height.min(above);
        Rect::new(x, y - height, width, height)
    }
}

/// Clears `area`, gives it the style `ground`, draws a focused frame around it and returns the room inside.
pub fn draw<'a>(title: impl Into<Line<'a>>, ground: Style, styles: &FrameStyles, area: Rect, buf: &mut Buffer) -> Rect {
    let area = area.intersection(buf.area);
    Clear.render(area, buf);
    buf.set_style(area, ground);
    Frame::new(title).focused(true).draw(styles, area, buf)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn centres_and_shrinks() {
        assert_eq!(centre(Rect::new(0, 0, 20, 10), 10, 4), Rect::new(5, 3, 10, 4));
        assert_eq!(centre(Rect::new(2, 2, 6, 3), 10, 4), Rect::new(2, 2, 6, 3));
    }

    #[test]
    fn stays_beside_the_cell_and_inside() {
        let area = Rect::new(0, 0, 20, 10);
        assert_eq!(beside(area, Position::new(3, 2), 8, 4), Rect::new(3, 3, 8, 4));
        assert_eq!(beside(area, Position::new(18, 8), 8, 4), Rect::new(12, 4, 8, 4));
        assert_eq!(beside(area, Position::new(0, 4), 8, 20), Rect::new(0, 5, 8, 5));
        for width in 0..4 {
            for height in 0..4 {
                let area = Rect::new(1, 1, width, height);
                let placed = beside(area, Position::new(9, 9), 5, 5);
                assert!(placed.right() <= area.right() && placed.bottom() <= area.bottom());
            }
        }
    }

    #[test]
    fn covers_what_is_below() {
        let area = Rect::new(0, 0, 12, 3);
        let mut buf = Buffer::filled(area, ratatui::buffer::Cell::new("x"));
        let inside = draw(
            "Title",
            Style::new(),
            &FrameStyles::default(),
            Rect::new(0, 0, 12, 3),
            &mut buf,
        );
        assert_eq!(inside, Rect::new(2, 1, 8, 1));
        assert_eq!(buf[(3, 1)].symbol(), " ");
    }
}
