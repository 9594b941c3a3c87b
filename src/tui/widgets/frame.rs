//! The frame of a pane: border, titles, and which pane has the focus.
//!
//! The focused pane has a heavy border and a bold title, the others a thin round one and dimmed titles, so that they
//! are told apart without colours. Both take the same room: focusing moves nothing.

use ratatui::{
    buffer::Buffer,
    layout::{Position, Rect},
    style::{Color, Modifier, Style},
    symbols::border,
    text::{Line, Span},
};

use super::glyphs;

/// The styles of frames.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FrameStyles {
    /// Border of a pane without focus.
    pub border: Style,
    /// Border of the focused pane.
    pub border_focused: Style,
    /// Title of a pane without focus; the spans' own styles go over it.
    pub title: Style,
    /// Title of the focused pane.
    pub title_focused: Style,
}

impl Default for FrameStyles {
    /// One accent; a theme replaces it.
    fn default() -> Self {
        let dim = Style::new().add_modifier(Modifier::DIM);
        let accent = Style::new().fg(Color::Magenta);
        Self {
            border: dim,
            border_focused: accent,
            title: dim,
            title_focused: Style::new().add_modifier(Modifier::BOLD),
        }
    }
}

/// The frame of one pane.
#[derive(Debug, Clone, Default)]
pub struct Frame<'a> {
    /// Title at the top left.
    pub title: Line<'a>,
    /// What stands at the top right, left out when there is no room for both.
    pub right: Line<'a>,
    /// What stands at the bottom right, as a position or a count.
    pub bottom: Line<'a>,
    /// Whether the pane has the focus.
    pub focused: bool,
}

impl<'a> Frame<'a> {
    /// Starts a frame with a title and no focus.
    pub fn new(title: impl Into<Line<'a>>) -> Self {
        Self {
            title: title.into(),
            ..Self::default()
        }
    }

    /// Sets what stands at the top right.
    #[must_use]
    pub fn right(mut self, right: impl Into<Line<'a>>) -> Self {
        self.right = right.into();
        self
    }

    /// Sets what stands at the bottom right.
    #[must_use]
    pub fn bottom(mut self, bottom: impl Into<Line<'a>>) -> Self {
        self.bottom = bottom.into();
        self
    }

    /// Says whether the pane has the focus.
    #[must_use]
    pub fn focused(mut self, focused: bool) -> Self {
        self.focused = focused;
        self
    }

    /// Draws the frame and returns the room inside; see [`inner`].
    pub fn draw(&self, styles: &FrameStyles, area: Rect, buf: &mut Buffer) -> Rect {
        let area = area.intersection(buf.area);
        if area.width < 2 || area.height < 2 {
            return inner(area);
        }
        let (set, border, title) = if self.focused {
            (border::THICK, styles.border_focused, styles.title_focused)
        } else {
            (border::ROUNDED, styles.border, styles.title)
        };
        // What `Block` draws, which also goes through all that is inside.
        let (right, bottom) = (area.right() - 1, area.bottom() - 1);
        let mut put = |x: u16, y: u16, symbol: &str| {
            buf[(x, y)].set_symbol(symbol).set_style(border);
        };
        for x in area.x..right {
            put(x, area.y, set.horizontal_top);
            put(x, bottom, set.horizontal_bottom);
        }
        for y in area.y..bottom {
            put(area.x, y, set.vertical_left);
            put(right, y, set.vertical_right);
        }
        put(area.x, area.y, set.top_left);
        put(right, area.y, set.top_right);
        put(area.x, bottom, set.bottom_left);
        put(right, bottom, set.bottom_right);
        // Corner, dash, space; and the same at the other end.
        let room = usize::from(area.width.saturating_sub(6));
        let used = draw_spans(buf, Position::new(area.x + 2, area.y), &self.title, room, title);
        draw_right(buf, area, area.y, &self.right, room.saturating_sub(used + 2), title);
        draw_right(buf, area, area.bottom() - 1, &self.bottom, room, title);
        inner(area)
    }
}

/// Returns the room inside a frame: without the border, and with a column of air at both sides where there is room.
pub fn inner(area: Rect) -> Rect {
    let air = if area.width >= 8 { 2 } else { 1 };
    let (width, height) = (area.width.saturating_sub(2 * air), area.height.saturating_sub(2));
    if width == 0 || height == 0 {
        return Rect::new(area.x, area.y, 0, 0);
    }
    Rect::new(area.x + air, area.y + 1, width, height)
}

/// Draws spans with a space on each side, eliding the last that fits; returns the columns taken without the spaces.
fn draw_spans(buf: &mut Buffer, at: Position, line: &Line<'_>, room: usize, base: Style) -> usize {
    if room == 0 || line.spans.iter().all(|span| span.content.is_empty()) {
        return 0;
    }
    let base = base.patch(line.style);
    let mut x = at.x;
    let mut used = 0;
    glyphs::put(buf, Position::new(x, at.y), " ", 1, base);
    x += 1;
    for Span { content, style } in &line.spans {
        let taken = glyphs::put_text(buf, Position::new(x, at.y), content, room - used, base.patch(*style));
        used += taken;
        x += u16::try_from(taken).unwrap_or(0);
        if used >= room {
            break;
        }
    }
    glyphs::put(buf, Position::new(x, at.y), " ", 1, base);
    used
}

fn draw_right(buf: &mut Buffer, area: Rect, y: u16, line: &Line<'_>, room: usize, base: Style) {
    let width: usize = line.spans.iter().map(|span| glyphs::width(&span.content)).sum();
    if width == 0 || width > room {
        return;
    }
    let Ok(offset) = u16::try_from(width + 4) else { return };
    draw_spans(buf, Position::new(area.right() - offset, y), line, width, base);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(frame: &Frame<'_>, width: u16, height: u16) -> Vec<String> {
        let area = Rect::new(0, 0, width, height);
        let mut buf = Buffer::empty(area);
        frame.draw(&FrameStyles::default(), area, &mut buf);
        (0..height)
            .map(|y| (0..width).map(|x| buf[(x, y)].symbol()).collect())
            .collect()
    }

    #[test]
    fn focus_shows_without_colours() {
        let frame = Frame::new("3 Get token ●").right("200 OK").bottom("1/9");
        assert_eq!(
            rows(&frame, 30, 3),
            [
                "╭─ 3 Get token ● ─── 200 OK ─╮",
                "│                            │",
                "╰────────────────────── 1/9 ─╯",
            ]
        );
        assert_eq!(rows(&frame.focused(true), 30, 2)[0], "┏━ 3 Get token ● ━━━ 200 OK ━┓");
    }

    #[test]
    fn narrow_frames_drop_and_elide() {
        let frame = Frame::new("Get token").right("200 OK");
        assert_eq!(rows(&frame, 20, 2)[0], "╭─ Get token ──────╮");
        assert_eq!(rows(&frame, 12, 2)[0], "╭─ Get t… ─╮");
        assert_eq!(rows(&frame, 5, 2)[0], "╭───╮");
    }

    #[test]
    fn odd_sizes_never_panic() {
        for width in 0..12 {
            for height in 0..4 {
                rows(&Frame::new("日本語").right("日").bottom("本"), width, height);
            }
        }
        assert_eq!(inner(Rect::new(0, 0, 10, 4)), Rect::new(2, 1, 6, 2));
        assert!(inner(Rect::new(5, 5, 1, 1)).is_empty());
    }
}
