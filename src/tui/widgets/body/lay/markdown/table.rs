//! Tables in Markdown, as GitHub has them.

use super::inline::{Inline, inline};
use crate::tui::widgets::body::line::Kind;
use crate::tui::widgets::glyphs;

/// The most columns of a table.
const MOST: usize = 64;
/// The widest a column is made for its cells.
const WIDEST: usize = 60;

/// Where the cells of a column stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Left,
    Centre,
    Right,
}

/// The columns that a line below a table's head says there are; `None` for any other line.
pub(super) fn columns(line: &str) -> Option<Vec<Side>> {
    if !line.contains('-') || !line.chars().all(|c| matches!(c, '|' | '-' | ':' | ' ' | '\t')) {
        return None;
    }
    let cells = split(line);
    let sides = cells.into_iter().take(MOST).map(|cell| {
        let dashes = cell.trim_matches(':');
        if dashes.is_empty() || !dashes.chars().all(|c| c == '-') {
            return None;
        }
        Some(match (cell.starts_with(':'), cell.ends_with(':')) {
            (true, true) => Side::Centre,
            (false, true) => Side::Right,
            _ => Side::Left,
        })
    });
    sides.collect()
}

/// The cells of a row, without what separates them.
fn split(line: &str) -> Vec<&str> {
    let line = line.trim();
    let line = line.strip_prefix('|').unwrap_or(line);
    let mut cells = Vec::new();
    let (mut start, mut escaped) = (0, false);
    for (at, byte) in line.bytes().enumerate() {
        if byte == b'|' && !escaped {
            cells.push(line[start..at].trim());
            start = at + 1;
        }
        escaped = byte == b'\\' && !escaped;
    }
    let rest = line[start..].trim();
    if !rest.is_empty() || cells.is_empty() {
        cells.push(rest);
    }
    cells
}

/// The cells of a table, read, and how wide its columns are.
pub(super) struct Rows {
    pub cells: Vec<Vec<Inline>>,
    pub widths: Vec<usize>,
    sides: Vec<Side>,
}

impl Rows {
    /// Reads the rows, the head first; none has more cells than there are columns.
    pub(super) fn read(rows: &[&str], sides: &[Side]) -> Self {
        let mut widths = vec![1; sides.len()];
        let mut out = Vec::with_capacity(rows.len());
        for (n, row) in rows.iter().enumerate() {
            let plain = if n == 0 { Kind::Strong } else { Kind::Text };
            let mut cells: Vec<Inline> = split(row)
                .into_iter()
                .take(sides.len())
                .map(|cell| inline(&cell.replace("\\|", "|"), plain))
                .collect();
            // What a row does not have is not padded: many short ones under a wide head would be a thousand times as long.
            while cells.last().is_some_and(|cell| cell.text.is_empty()) {
                cells.pop();
            }
            for (width, cell) in widths.iter_mut().zip(&cells) {
                *width = (*width).max(glyphs::width(&cell.text)).min(WIDEST);
            }
            out.push(cells);
        }
        Self {
            cells: out,
            widths,
            sides: sides.to_vec(),
        }
    }

    /// The columns before and behind a cell.
    pub(super) fn padding(&self, column: usize, cell: &Inline) -> (usize, usize) {
        let width = self.widths.get(column).copied().unwrap_or(0);
        let free = width.saturating_sub(glyphs::width(&cell.text));
        match self.sides.get(column) {
            Some(Side::Right) => (free, 0),
            Some(Side::Centre) => (free / 2, free - free / 2),
            _ => (0, free),
        }
    }
}
