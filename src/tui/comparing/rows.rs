//! Where the parts of a comparison stand, row by row: found beside the screen's thread, as there may be millions of them,
//! and looked up by halves.

use std::ops::Range;

use super::Part;

/// Lines that stay in sight before and behind a change.
pub const AROUND: usize = 3;

/// The rows of all parts.
#[derive(Debug, Default)]
pub struct Rows {
    /// The row at which each part begins while nothing is unfolded, and the one behind the last: one above the other, and
    /// side by side.
    begins: [Vec<usize>; 2],
    /// The equal parts that are unfolded, and how many rows each has more for it: as many as somebody pressed a key for.
    open: Vec<(usize, usize)>,
}

/// How many lines of an equal part stay in sight before and behind its fold; `None` if it is too short for one.
fn fold(n: usize, part: &Part, parts: usize) -> Option<(usize, usize)> {
    let before = if n == 0 { 0 } else { AROUND };
    let after = if n + 1 == parts { 0 } else { AROUND };
    (part.same && part.left.len() > before + after + 1).then_some((before, after))
}

impl Rows {
    /// The rows of these parts, all of them folded.
    pub fn new(parts: &[Part]) -> Self {
        let begins = [false, true].map(|wide| {
            let mut row = 0;
            let mut begins = Vec::with_capacity(parts.len() + 1);
            for (n, part) in parts.iter().enumerate() {
                begins.push(row);
                row += match fold(n, part, parts.len()) {
                    Some((before, after)) => before + 1 + after,
                    None if part.same || wide => part.left.len().max(part.right.len()),
                    None => part.left.len() + part.right.len(),
                };
            }
            begins.push(row);
            begins
        });
        Self {
            begins,
            open: Vec::new(),
        }
    }

    /// The row at which a part begins.
    pub fn begin(&self, n: usize, wide: bool) -> usize {
        let folded = self.begins[usize::from(wide)].get(n).copied().unwrap_or(0);
        let open = self.open.iter().filter(|(part, _)| *part < n);
        folded + open.map(|(_, more)| more).sum::<usize>()
    }

    fn parts(&self) -> usize {
        self.begins[0].len().saturating_sub(1)
    }

    /// How many there are.
    pub fn len(&self, wide: bool) -> usize {
        self.begin(self.parts(), wide)
    }

    /// The part that is at a row, and which of its rows that is.
    pub fn at(&self, row: usize, wide: bool) -> Option<(usize, usize)> {
        let n = first(0..self.parts(), |n| self.begin(n, wide) > row).checked_sub(1)?;
        Some((n, row - self.begin(n, wide)))
    }

    /// The first of some parts, each the so manyth of all, that begins behind a row.
    pub fn behind(&self, row: usize, wide: bool, count: usize, nth: impl Fn(usize) -> usize) -> usize {
        first(0..count, |at| self.begin(nth(at), wide) > row)
    }

    /// How many lines of an equal part stay in sight before and behind its fold; `None` if it has none, or none any more.
    pub fn folded(&self, n: usize, part: &Part) -> Option<(usize, usize)> {
        let open = self.open.iter().any(|(open, _)| *open == n);
        fold(n, part, self.parts()).filter(|_| !open)
    }

    /// Unfolds a part.
    pub fn unfold(&mut self, n: usize, part: &Part) {
        if let Some((before, after)) = self.folded(n, part) {
            self.open.push((n, part.left.len() - before - 1 - after));
        }
    }
}

/// The first number for which something is so, where it is so for all behind it too.
fn first(range: Range<usize>, is_so: impl Fn(usize) -> bool) -> usize {
    let Range { mut start, mut end } = range;
    while start < end {
        let middle = start + (end - start) / 2;
        if is_so(middle) {
            end = middle;
        } else {
            start = middle + 1;
        }
    }
    start
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_found_as_if_each_was_counted() {
        let part = |same, left: Range<usize>, right: Range<usize>| Part { same, left, right };
        let parts = [
            part(true, 0..20, 0..20),
            part(false, 20..23, 20..21),
            part(true, 23..43, 21..41),
            part(false, 43..43, 41..46),
            part(true, 43..45, 46..48),
        ];
        let mut rows = Rows::new(&parts);
        for open in [None, Some(0), Some(2), Some(2)] {
            if let Some(open) = open {
                rows.unfold(open, &parts[open]);
            }
            for wide in [false, true] {
                let mut row = 0;
                for (n, part) in parts.iter().enumerate() {
                    let (left, right) = (part.left.len(), part.right.len());
                    let count = match rows.folded(n, part) {
                        Some((before, after)) => before + after + 1,
                        None if part.same || wide => left.max(right),
                        None => left + right,
                    };
                    assert_eq!(rows.begin(n, wide), row);
                    for at in 0..count {
                        assert_eq!(rows.at(row, wide), Some((n, at)), "{open:?} {wide} {row}");
                        row += 1;
                    }
                }
                assert_eq!(rows.len(wide), row);
                let behind = rows.behind(rows.begin(1, wide), wide, 2, |at| 1 + 2 * at);
                assert_eq!(behind, 1, "the change behind the first one");
            }
        }
        assert_eq!(rows.len(true), 20 + 3 + 20 + 5 + 2);
    }
}
