//! Hiding parts of a body where it is drawn: only what is on the screen is looked at, with as much around it as a part that
//! reaches into the screen may have.

use std::ops::Range;

use super::document::{Document, Form};
use super::line::Source;

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
    /// The parts of the body that are to be hidden and may be seen in these many lines from a line on, in order.
    pub(super) fn parts(&self, doc: &Document, form: Form, top: usize, lines: usize) -> Vec<Range<usize>> {
        let mut out: Vec<Range<usize>> = Vec::new();
        for window in self.windows(doc, form, top, lines) {
            let Some(bytes) = doc.bytes().get(window.clone()) else {
                continue;
            };
            let found = (self.find)(bytes);
            out.extend(
                found
                    .iter()
                    .map(|part| window.start + part.start..window.start + part.end),
            );
        }
        out
    }

    /// The stretches of the body that those lines show, each with what is around it; in order, without overlaps.
    fn windows(&self, doc: &Document, form: Form, top: usize, lines: usize) -> Vec<Range<usize>> {
        let mut out: Vec<Range<usize>> = Vec::new();
        for line in doc.lines_from(form, top).take(lines) {
            for piece in &line.pieces {
                let (Source::Bytes(range) | Source::Shown(_, range)) = &piece.source else {
                    continue;
                };
                let start = range.start.saturating_sub(self.reach);
                let end = range.end.saturating_add(self.reach).min(doc.bytes().len());
                match out.last_mut() {
                    Some(last) if start <= last.end => last.end = last.end.max(end),
                    _ => out.push(start..end),
                }
            }
        }
        out
    }
}
