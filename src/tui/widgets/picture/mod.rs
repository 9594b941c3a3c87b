//! Pictures in half blocks: two pixels a cell, the upper one its foreground and the lower one its ground.
//!
//! ```text
//! bytes ─ decode, off the screen's thread ─▶ Picture, at most 512 pixels wide and high ─ draw ─▶ as large as the area
//! ```
//!
//! Every terminal shows these, over every connection. What is far from the eye is kept small: a picture of any size takes
//! a megabyte at most while it is looked at, and drawing it is one walk over that.

mod decode;
mod shrink;
#[cfg(test)]
mod tests;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::{Color, Style};

pub use decode::decode;

/// What the terminal has for a colour of red, green and blue; nothing if it shows none.
pub type Paint = dyn Fn([u8; 3]) -> Option<Color>;

/// The most pixels that a picture keeps to a side: more than the cells of a screen.
const MOST_SIDE: usize = 512;
/// From this much of 255 on something covers what is behind it.
const COVERS: u64 = 128;

/// A picture as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    width: usize,
    height: usize,
    /// Red, green, blue and how much they cover, row by row.
    pixels: Vec<[u8; 4]>,
}

impl Picture {
    /// Draws it into the upper left of an area, as large as it fits there but no larger than it is.
    pub fn draw(&self, paint: &Paint, area: Rect, buf: &mut Buffer) {
        let area = area.intersection(buf.area);
        let (columns, rows) = self.cells(area);
        for row in 0..rows {
            for column in 0..columns {
                let pixel = |half: usize| {
                    let (x, y) = (usize::from(column), 2 * usize::from(row) + half);
                    let (across, down) = (usize::from(columns), 2 * usize::from(rows));
                    self.mean(x * self.width / across, (x + 1) * self.width / across, y, down)
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

    /// The mean of some columns in the so manyth of so many stripes; `None` where what is behind it is seen.
    fn mean(&self, left: usize, right: usize, stripe: usize, stripes: usize) -> Option<[u8; 3]> {
        let (top, bottom) = (stripe * self.height / stripes, (stripe + 1) * self.height / stripes);
        let (mut sums, mut count) = ([0_u64; 4], 0_u64);
        for y in top..bottom.max(top + 1).min(self.height) {
            let row = &self.pixels[y * self.width..(y + 1) * self.width];
            for [red, green, blue, cover] in &row[left..right.max(left + 1).min(self.width)] {
                let cover = u64::from(*cover);
                for (sum, part) in sums.iter_mut().zip([red, green, blue]) {
                    *sum += u64::from(*part) * cover;
                }
                sums[3] += cover;
                count += 1;
            }
        }
        let [red, green, blue, covers] = sums;
        (count > 0 && covers >= COVERS * count).then(|| [red, green, blue].map(|sum| shrink::part(sum / covers)))
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
