//! Hiding parts of a body where it is drawn: only what is on the screen is looked at, with as much around it as a part that
//! reaches into the screen may have.

use std::ops::Range;

use super::line::{Content, Kind};
use super::rows::Rows;

/// What stands for each character that is hidden; the layout stays what it is.
pub(super) const DOT: &str = "•";

/// Finds what is to be hidden.
#[derive(Clone, Copy)]
pub struct Hide<'a> {
    /// The parts of some bytes that are, in order.
    pub find: &'a dyn Fn(&[u8]) -> Vec<Range<usize>>,
    /// How long such a part may be, in bytes.
    pub reach: usize,
}

impl Hide<'_> {
    /// The parts of the body that are to be hidden and may be seen in these many rows from a row on, in order.
    pub(super) fn parts(&self, rows: &Rows<'_>, top: usize, count: usize) -> Vec<Range<usize>> {
        let mut out: Vec<Range<usize>> = Vec::new();
        let source = rows.doc.source();
        for window in self.windows(rows, top, count) {
            // What cannot be read is not shown either.
            let Ok(bytes) = source.read(window.start, window.len()) else {
                continue;
            };
            let found = (self.find)(&bytes);
            out.extend(
                found
                    .iter()
                    .map(|part| window.start + part.start..window.start + part.end),
            );
        }
        out
    }

    /// The stretches of the body that those rows show, each with what is around it; in order, without overlaps.
    fn windows(&self, rows: &Rows<'_>, top: usize, count: usize) -> Vec<Range<usize>> {
        let mut out: Vec<Range<usize>> = Vec::new();
        for line in rows.walk(top).take(count) {
            // Of what is folded away, only the count is shown.
            for piece in line.pieces.iter().filter(|piece| piece.kind != Kind::Fold) {
                let (Content::Body(range, _) | Content::Shown(_, range)) = &piece.content else {
                    continue;
                };
                let start = range.start.saturating_sub(self.reach);
                let end = range.end.saturating_add(self.reach).min(rows.doc.source().len());
                match out.last_mut() {
                    Some(last) if start <= last.end => last.end = last.end.max(end),
                    _ => out.push(start..end),
                }
            }
        }
        out
    }
}
