//! Makes a picture small while its rows come: none of it is held but the row that is in the making.

use super::{FOR_BLOCKS, Picture};

/// The picture in the making.
pub(super) struct Shrink {
    source: (usize, usize),
    picture: Picture,
    /// For each pixel of the row in the making: the parts of its colour, by what they cover, and how many there are.
    sums: Vec<([u64; 4], u64)>,
    /// The rows that have come.
    rows: usize,
}

/// A part of a colour.
pub(super) fn part(mean: u64) -> u8 {
    u8::try_from(mean).unwrap_or(u8::MAX)
}

impl Shrink {
    /// A picture of so many pixels is to come, none of its sides being 0; at most so many are kept of each side.
    pub fn new((width, height): (usize, usize), most: usize) -> Self {
        let longest = width.max(height);
        let side = |side: usize| {
            if longest <= most {
                side
            } else {
                (side * most / longest).max(1)
            }
        };
        let picture = Picture {
            width: side(width),
            height: side(height),
            pixels: Vec::new(),
            small: None,
            cut: false,
        };
        Self {
            source: (width, height),
            sums: vec![Default::default(); picture.width],
            rows: 0,
            picture,
        }
    }

    /// The next row; what is missing of it is not seen.
    pub fn row(&mut self, pixels: impl Iterator<Item = [u8; 4]>) {
        let (width, height) = self.source;
        if self.rows >= height {
            return;
        }
        for (x, [red, green, blue, cover]) in pixels.take(width).enumerate() {
            let (sums, count) = &mut self.sums[x * self.picture.width / width];
            let weight = u64::from(cover);
            for (sum, part) in sums.iter_mut().zip([red, green, blue]) {
                *sum += u64::from(part) * weight;
            }
            sums[3] += weight;
            *count += 1;
        }
        let line = |row: usize| row * self.picture.height / height;
        self.rows += 1;
        if self.rows == height || line(self.rows) != line(self.rows - 1) {
            self.end_line();
        }
    }

    fn end_line(&mut self) {
        for (sums, count) in &mut self.sums {
            let [red, green, blue, covers] = std::mem::take(sums);
            let mean = |sum: u64| part(sum.checked_div(covers).unwrap_or(0));
            let cover = part(covers.checked_div(std::mem::take(count)).unwrap_or(0));
            self.picture.pixels.push([mean(red), mean(green), mean(blue), cover]);
        }
    }

    /// The picture; rows that never came are not seen.
    pub fn done(mut self) -> Picture {
        self.picture.cut = self.rows < self.source.1;
        let all = self.picture.width * self.picture.height;
        if self.picture.pixels.len() < all {
            self.end_line();
        }
        self.picture.pixels.resize(all, [0; 4]);
        let (width, height) = (self.picture.width, self.picture.height);
        if width.max(height) > FOR_BLOCKS {
            let mut small = Self::new((width, height), FOR_BLOCKS);
            for row in self.picture.pixels.chunks(width) {
                small.row(row.iter().copied());
            }
            self.picture.small = Some(Box::new(small.done()));
        }
        self.picture
    }
}
