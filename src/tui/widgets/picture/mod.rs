//! Pictures: in half blocks, two pixels a cell, the upper one its foreground and the lower one its ground; and sharp, in
//! the terminal's own way, where it has one.
//!
//! ```text
//! bytes ─ decode, off the screen's thread ─▶ Picture ─┬─ draw ─▶ half blocks, as large as the area
//!                                                     └─ Sharp::new, off it as well ─▶ bytes for the terminal
//! ```
//!
//! Every terminal shows half blocks, over every connection. What is far from the eye is kept small: for these a picture of
//! any size takes a megabyte at most while it is looked at, and drawing it is one walk over that. For pixels it is 17.

mod decode;
mod sharp;
mod shrink;
mod sixel;
#[cfg(test)]
mod tests;

use std::ops::Range;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::{Color, Style};

pub use decode::decode;
pub use sharp::{FORGET, Sharp, Sight, Way};

/// What the terminal has for a colour of red, green and blue; nothing if it shows none.
pub type Paint = dyn Fn([u8; 3]) -> Option<Color>;

/// The most pixels that a picture keeps to a side for half blocks: more than the cells of a screen.
pub const FOR_BLOCKS: usize = 512;
/// The same for a terminal that shows pixels.
pub const FOR_PIXELS: usize = 2048;
/// What a cell holds whose place a sharp picture is to take: blank, and nothing else draws it.
pub const MARK: &str = "\u{a0}";
/// From this much of 255 on something covers what is behind it.
const COVERS: u8 = 128;

/// A picture as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    width: usize,
    height: usize,
    /// Red, green, blue and how much they cover, row by row.
    pixels: Vec<[u8; 4]>,
    /// The same for half blocks, where this is more than they show.
    small: Option<Box<Picture>>,
    /// Whether its end is missing.
    cut: bool,
}

impl Picture {
    /// Whether its end is missing: what it would show there is not seen, or grey.
    pub fn is_cut(&self) -> bool {
        self.cut
    }

    /// Draws it into the upper left of an area, as large as it fits there but no larger than it is.
    pub fn draw(&self, paint: &Paint, area: Rect, buf: &mut Buffer) {
        if let Some(small) = &self.small {
            return small.draw(paint, area, buf);
        }
        let area = area.intersection(buf.area);
        let (columns, rows) = self.cells(area);
        let size = (usize::from(columns), 2 * usize::from(rows));
        for row in 0..rows {
            for column in 0..columns {
                let pixel = |half: usize| {
                    let at = (usize::from(column), 2 * usize::from(row) + half);
                    let [red, green, blue, cover] = self.pixel(at, size);
                    // Else what is behind it is seen.
                    (cover >= COVERS).then_some([red, green, blue])
                };
                let at = Position::new(area.x + column, area.y + row);
                put(buf, at, paint, pixel(0), pixel(1));
            }
        }
    }

    /// The columns and rows that it takes in an area.
    fn cells(&self, area: Rect) -> (u16, u16) {
        let (across, down) = (usize::from(area.width), 2 * usize::from(area.height));
        if area.is_empty() || self.pixels.is_empty() {
            return (0, 0);
        }
        // As wide as the area if it is not too high then; a cell is twice as high as it is wide.
        let (width, height) = if self.width <= across && self.height <= down {
            (self.width, self.height)
        } else if across * self.height <= down * self.width {
            (across, self.height * across / self.width)
        } else {
            (self.width * down / self.height, down)
        };
        let cells = |count: usize, most: u16| u16::try_from(count).unwrap_or(most).clamp(1, most);
        (cells(width, area.width), cells(height.div_ceil(2), area.height))
    }

    /// A pixel of the picture as it is in another size: the mean of those that it stands for.
    fn pixel(&self, (x, y): (usize, usize), (width, height): (usize, usize)) -> [u8; 4] {
        let part = |at: usize, of: usize, all: usize| -> Range<usize> {
            let start = at * all / of;
            start..((at + 1) * all / of).max(start + 1).min(all)
        };
        let across = part(x, width, self.width);
        let (mut sums, mut count) = ([0_u64; 4], 0_u64);
        for row in part(y, height, self.height) {
            for [red, green, blue, cover] in &self.pixels[row * self.width..][across.clone()] {
                let cover = u64::from(*cover);
                for (sum, part) in sums.iter_mut().zip([red, green, blue]) {
                    *sum += u64::from(*part) * cover;
                }
                sums[3] += cover;
                count += 1;
            }
        }
        let [red, green, blue, covers] = sums;
        let mean = |sum: u64, of: u64| shrink::part(sum.checked_div(of).unwrap_or(0));
        [
            mean(red, covers),
            mean(green, covers),
            mean(blue, covers),
            mean(covers, count),
        ]
    }
}

/// Paints a cell.
fn put(buf: &mut Buffer, at: Position, paint: &Paint, upper: Option<[u8; 3]>, lower: Option<[u8; 3]>) {
    let cell = &mut buf[at];
    let (over, under) = (upper.map(paint), lower.map(paint));
    if over.or(under) == Some(None) {
        // Without colours brightness is left.
        let shades = [" ", "░", "▒", "▓", "█"];
        let bright = |pixel: [u8; 3]| {
            let [red, green, blue] = pixel.map(usize::from);
            (2 * red + 5 * green + blue) / 8
        };
        let both = upper.map_or(0, bright) + lower.map_or(0, bright);
        cell.set_symbol(shades[(both * shades.len() / 511).min(shades.len() - 1)]);
        return;
    }
    match (over.flatten(), under.flatten()) {
        (Some(upper), Some(lower)) => cell.set_symbol("▀").set_style(Style::new().fg(upper).bg(lower)),
        (Some(upper), None) => cell.set_symbol("▀").set_style(Style::new().fg(upper)),
        (None, Some(lower)) => cell.set_symbol("▄").set_style(Style::new().fg(lower)),
        (None, None) => cell,
    };
}
