//! What all popups share: their place on the screen, ground, frame, and the line with their keys.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui::widgets::{Clear, Widget};

use crate::tui::panes::View;
use crate::tui::theme::Theme;
use crate::tui::widgets::frame::{self, Frame};
use crate::tui::widgets::{glyphs, popup};

/// Rows a popup needs besides its body: two of the frame, one of air, one of keys.
const AROUND: u16 = 4;

/// Columns at the side of a popup that are too few to show anything of the panes.
const FRINGE: u16 = 4;

/// The places of one popup; never larger than the screen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sheet {
    /// The popup with its frame.
    pub area: Rect,
    /// The room for what it shows.
    pub body: Rect,
    /// The line with its keys.
    keys: Rect,
}

impl Sheet {
    /// A popup in the middle, for a body of this size or as much of it as fits.
    pub fn centred(screen: Rect, width: u16, height: u16) -> Self {
        let screen = above_footer(screen);
        let asked = height;
        let (width, height) = fit(screen, width, height);
        Self::of(popup::centre(screen, width, height), asked)
    }

    /// A popup near the top, as a palette: it stays there when its list gets shorter.
    pub fn high(screen: Rect, width: u16, height: u16) -> Self {
        let screen = above_footer(screen);
        let asked = height;
        let (width, height) = fit(screen, width, height);
        let mut area = popup::centre(screen, width, height);
        area.y = screen.y + (screen.height - height).min(screen.height / 8);
        Self::of(area, asked)
    }

    /// The same as [`centred`](Self::centred) with no air above and below where the body needs the room.
    pub fn tall(screen: Rect, width: u16, height: u16) -> Self {
        let screen = above_footer(screen);
        let asked = height;
        let (width, _) = fit(screen, width, height);
        let height = height.saturating_add(AROUND).min(screen.height);
        Self::of(popup::centre(screen, width, height), asked)
    }

    fn of(area: Rect, asked: u16) -> Self {
        let inner = frame::inner(area);
        // The line of air goes first where there is little room, then the keys.
        let around = match inner.height {
            0..3 => 0,
            room if room < 10 && room < asked.saturating_add(2) => 1,
            _ => 2,
        };
        let body = Rect {
            height: inner.height - around,
            ..inner
        };
        let keys = Rect {
            y: inner.bottom().saturating_sub(1),
            height: around.min(1),
            ..inner
        };
        Self { area, body, keys }
    }

    /// Whether a place on the screen belongs to the popup.
    pub fn contains(&self, at: Position) -> bool {
        self.area.contains(at)
    }

    /// Draws ground, frame, titles and the keys, the most useful first: what does not fit is left out.
    pub fn draw(&self, title: &str, right: &str, keys: &[(&str, &str)], view: View<'_>, buf: &mut Buffer) {
        let theme = view.theme;
        let area = self.area.intersection(buf.area);
        blank_behind(area, theme, buf);
        Clear.render(area, buf);
        buf.set_style(area, theme.popup);
        Frame::new(title.to_owned())
            .right(right.to_owned())
            .focused(true)
            .draw(&theme.popup_frame(), area, buf);
        if self.keys.is_empty() {
            return;
        }
        let mut x = 0;
        let room = usize::from(self.keys.width);
        for (key, words) in keys {
            let size = glyphs::width(key) + 1 + glyphs::width(words);
            if x + size > room {
                break;
            }
            let place = |column: usize| Position::new(column_at(self.keys.x, column), self.keys.y);
            let taken = glyphs::put_text(buf, place(x), key, room - x, theme.popup.patch(theme.key_hint));
            let after = x + taken + 1;
            glyphs::put_text(buf, place(after), words, room - after, theme.popup.patch(theme.dim));
            x += size + 2;
        }
    }
}

/// Draws lines of text from the top of an area, as many as there is room for.
pub fn put_lines<'a>(lines: impl Iterator<Item = &'a str>, area: Rect, style: Style, buf: &mut Buffer) {
    for (line, y) in lines.zip(area.y..area.bottom()) {
        glyphs::put_text(buf, Position::new(area.x, y), line, usize::from(area.width), style);
    }
}

/// Blanks the panes behind a popup that is nearly as wide as the screen: no more than stripes of their frames would be left
/// of them. The last line is the footer's.
pub fn blank_behind(popup: Rect, theme: &Theme, buf: &mut Buffer) {
    let screen = above_footer(buf.area);
    let sides = [popup.x - screen.x, screen.right().saturating_sub(popup.right())];
    if sides.into_iter().all(|columns| columns <= FRINGE) {
        Clear.render(screen, buf);
        buf.set_style(screen, theme.base);
    }
}

/// The column `offset` right of `x`.
pub fn column_at(x: u16, offset: usize) -> u16 {
    x.saturating_add(u16::try_from(offset).unwrap_or(u16::MAX))
}

/// The screen without its last line, so that the environment and its token stay in sight.
fn above_footer(screen: Rect) -> Rect {
    Rect {
        height: screen.height.saturating_sub(u16::from(screen.height > 4)),
        ..screen
    }
}

fn fit(screen: Rect, width: u16, height: u16) -> (u16, u16) {
    let air = |size: u16, least: u16| if size > least { size - 4 } else { size };
    (
        width.saturating_add(4).min(air(screen.width, 40)),
        height.saturating_add(AROUND).min(air(screen.height, 20)),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn popups_stay_on_the_screen_and_their_parts_inside_them() {
        for width in 0..70 {
            for height in 0..30 {
                let screen = Rect::new(0, 0, width, height);
                for sheet in [Sheet::centred(screen, 50, 12), Sheet::high(screen, 50, 12)] {
                    assert_eq!(sheet.area.intersection(screen), sheet.area);
                    assert_eq!(sheet.body.intersection(sheet.area), sheet.body);
                    assert!(sheet.keys.is_empty() || sheet.keys.y >= sheet.body.bottom());
                }
            }
        }
    }

    #[test]
    fn with_room_the_body_is_as_large_as_asked() {
        let sheet = Sheet::high(Rect::new(0, 0, 120, 40), 50, 12);
        assert_eq!((sheet.body.width, sheet.body.height), (50, 12));
        let small = Sheet::centred(Rect::new(0, 0, 120, 40), 50, 3);
        assert_eq!(small.body.height, 3);
    }
}
