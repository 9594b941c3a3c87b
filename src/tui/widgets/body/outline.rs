//! The outline of a body: for each level of nesting, how many lines would be seen if all below it were folded.
//!
//! ```text
//! line  depth                         seen at level 1
//!  0    0      {                      {
//!  1    1        "a": [                 "a": [ … ],
//!  2    2          1
//!  3    1  close  ],
//!  4    1        "b": 2                 "b": 2
//!  5    0  close }                    }
//! ```
//!
//! The counts are kept every [`ROW`] lines, a column a level. With them, and a walk of [`ROW`] lines at most, one knows
//! how many lines before any other are seen at a level (*rank*) and which line is the n-th one seen (*select*). That is
//! all that folding needs, at any size and without a table of containers: where a container ends, what it lies in, how
//! many members it has, the how-manieth of them a line is.

use super::chunked::Chunked;

/// Lines between two counts.
pub(super) const ROW: usize = 256;
/// Levels counted. What is nested deeper is shown, but neither folds nor has a path.
pub(super) const LEVELS: usize = 64;

/// The counts so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Outline {
    columns: Vec<Column>,
    /// Rows begun.
    rows: usize,
}

#[derive(Clone, Debug, Default)]
struct Column {
    /// The first row that is counted: before it no line was so deep, so all were seen.
    first: usize,
    counts: Chunked<usize>,
    /// Lines of this depth that close nothing, and that close a container.
    lines: usize,
    closes: usize,
}

impl Outline {
    /// Takes note of the next line: how deep it is indented, and whether it closes a container.
    pub fn add(&mut self, line: usize, depth: u32, closes: bool) {
        if line.is_multiple_of(ROW) {
            let mut above = 0;
            for column in &mut self.columns {
                column.counts.push(above + column.lines);
                above += column.lines + column.closes;
            }
            self.rows += 1;
        }
        let depth = depth as usize;
        while self.columns.len() <= depth.min(LEVELS - 1) {
            self.columns.push(Column {
                first: self.rows,
                ..Column::default()
            });
        }
        if let Some(column) = self.columns.get_mut(depth) {
            if closes {
                column.closes += 1;
            } else {
                column.lines += 1;
            }
        }
    }

    /// Forgets the last line, which was this one.
    pub fn take_back(&mut self, line: usize, depth: u32, closes: bool) {
        if let Some(column) = self.columns.get_mut(depth as usize) {
            if closes {
                column.closes -= 1;
            } else {
                column.lines -= 1;
            }
        }
        if line.is_multiple_of(ROW) {
            self.rows -= 1;
            for column in &mut self.columns {
                if column.first <= self.rows {
                    column.counts.pop();
                }
                column.first = column.first.min(self.rows);
            }
        }
        while self.columns.pop_if(|last| last.lines + last.closes == 0).is_some() {}
    }

    /// Counts the lines before a row's first one that are seen at a level below [`LEVELS`].
    pub fn seen_before(&self, level: u32, row: usize) -> usize {
        let column = self.columns.get(level as usize);
        column
            .and_then(|column| column.counts.get(row.checked_sub(column.first)?))
            .unwrap_or(row * ROW)
    }

    /// Counts the levels there are.
    pub fn depth(&self) -> u32 {
        u32::try_from(self.columns.len()).unwrap_or(u32::MAX)
    }

    /// The last row counted up to at or before a line.
    pub fn row_before(&self, line: usize) -> usize {
        (line / ROW).min(self.rows.saturating_sub(1))
    }

    /// Finds the last row with at most `count` lines seen before it.
    pub fn row_of(&self, level: u32, count: usize) -> usize {
        let (mut low, mut high) = (0, self.rows);
        while low < high {
            let middle = low.midpoint(high);
            if self.seen_before(level, middle) <= count {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low.saturating_sub(1)
    }
}
