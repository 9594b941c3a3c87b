//! Where the cells of a table are, for drawing and for the mouse alike.

use super::{Table, TableAction, TableChange};
use crate::tui::widgets::scroll;

/// Columns a check mark takes, with the space behind it.
const CHECK: u16 = 2;
/// Columns between two cells.
const GAP: u16 = 2;
/// A column narrower than this is left out and scrolled to.
const NARROWEST: u16 = 8;
/// From this height on there is a line with the names of the columns.
const LOWEST_WITH_HEADER: u16 = 3;

/// Where a column is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    /// Which column.
    pub column: usize,
    /// Screen columns from the left edge of the table.
    pub x: u16,
    /// Its width.
    pub width: u16,
}

/// What lies under the mouse.
enum Hit {
    Check(usize),
    Cell(usize, usize),
}

impl Table {
    /// Shares a width between the columns by their weights; texts do not matter, so that nothing jumps.
    pub(super) fn places(&self, width: u16) -> Vec<Place> {
        let count = u16::try_from(self.columns.len()).unwrap_or(u16::MAX);
        let start = if self.checks { CHECK.min(width) } else { 0 };
        let room = width - start;
        let shown = count.min((room + GAP) / (NARROWEST + GAP)).max(1).min(count);
        let first = scroll::follow(0, self.column, self.columns.len(), usize::from(shown), 0);
        let columns = self.columns.get(first..first + usize::from(shown)).unwrap_or_default();
        let total: u32 = columns.iter().map(|column| u32::from(column.weight.max(1))).sum();
        let free = u32::from(room.saturating_sub(GAP * shown.saturating_sub(1)));
        let mut places: Vec<Place> = Vec::with_capacity(columns.len());
        let (mut weight, mut used, mut x) = (0, 0, start);
        for (index, column) in columns.iter().enumerate() {
            // Rounded on the running sum, so that the last column ends at the edge.
            weight += u32::from(column.weight.max(1));
            let end = free * weight / total.max(1);
            let width = u16::try_from(end - used).unwrap_or(0);
            used = end;
            places.push(Place {
                column: first + index,
                x,
                width,
            });
            x = x.saturating_add(width).saturating_add(GAP);
        }
        places
    }

    /// Returns how many lines the names of the columns take.
    pub(super) fn header_height(height: u16) -> u16 {
        u16::from(height >= LOWEST_WITH_HEADER)
    }

    /// Returns how many rows are visible.
    pub(super) fn body_height(&self) -> usize {
        usize::from(self.height - Self::header_height(self.height))
    }

    /// Handles a click at a cell of the table's area (0, 0 is its top left).
    ///
    /// A check mark toggles its row, a cell gets the cursor, and the cell that has it is edited.
    pub fn click(&mut self, x: u16, y: u16) -> TableChange {
        match self.hit(x, y) {
            None => TableChange::Ignored,
            Some(Hit::Check(row)) if self.editing.is_none() => self.toggle(row),
            Some(Hit::Cell(row, column)) if (row, column) == (self.row, self.column) => {
                let places = self.places(self.width);
                let place = places.iter().find(|place| place.column == column);
                if let (Some(editing), Some(place)) = (&mut self.editing, place) {
                    editing.editor.click(x.saturating_sub(place.x), 0);
                    return TableChange::Moved;
                }
                self.apply(TableAction::Edit)
            }
            Some(Hit::Check(row) | Hit::Cell(row, _)) => {
                let column = match self.hit(x, y) {
                    Some(Hit::Cell(_, column)) => column,
                    _ => self.column,
                };
                self.go_to(row, column)
            }
        }
    }

    fn hit(&self, x: u16, y: u16) -> Option<Hit> {
        let line = y.checked_sub(Self::header_height(self.height))?;
        let row = self.top + usize::from(line);
        if x >= self.width
            || y >= self.height
            || row > self.last_row()
            || (self.rows.is_empty() && self.ghost.is_none())
        {
            return None;
        }
        if self.checks && x < CHECK && row < self.rows.len() {
            return Some(Hit::Check(row));
        }
        let places = self.places(self.width);
        let place = places.iter().rev().find(|place| place.x <= x).or(places.first())?;
        Some(Hit::Cell(row, place.column))
    }
}
