//! Shapes: how the lines of a text lie in each other, where the text itself does not say it any more. Told by whoever laid
//! it out.

use std::ops::Range;

/// How a line lies among the others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Shape {
    /// How many open elements it lies in.
    pub depth: u16,
    /// Whether it closes one.
    pub closes: bool,
    /// Whether it begins as the text does, so that no indentation was put before it.
    pub came: bool,
    /// The how-manieth of its name the element is that it opens, from 1; 0 where it opens none, or that is not known.
    pub nth: u32,
}

/// No more are kept: what follows lies in nothing. They take 32 MiB.
const MOST: usize = 4 << 20;

/// The shapes of the lines of a text, in order.
#[derive(Debug, Default)]
pub(super) struct Shapes(Vec<Shape>);

impl Shapes {
    /// Adds those of the lines that were begun.
    pub fn add(&mut self, shapes: Vec<Shape>) {
        let room = MOST.saturating_sub(self.0.len());
        self.0.extend(shapes.into_iter().take(room));
    }

    /// Those of some lines, as far as they are known.
    pub fn within(&self, lines: &Range<usize>) -> Vec<Shape> {
        let known = self.0.len();
        self.0[lines.start.min(known)..lines.end.min(known)].to_vec()
    }
}
