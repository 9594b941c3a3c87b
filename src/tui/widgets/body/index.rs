//! The sparse index: a handful of known places from which any line is reached by a short walk.
//!
//! A checkpoint is set every [`EVERY_LINES`] lines, or sooner when the lines are long. So the walk from a checkpoint to a
//! line is bounded in lines and in bytes, while the index of 100 MB stays around a megabyte.

use super::chunked::Chunked;

/// Lines between two checkpoints, at most.
pub(super) const EVERY_LINES: usize = 128;
/// Bytes after which the next line gets a checkpoint whatever its number.
const EVERY_BYTES: usize = 64 * 1024;

/// A place where a line starts, with all that is needed to read on from there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Checkpoint {
    /// The line, counted from 0.
    pub line: usize,
    /// Its first byte in the body.
    pub offset: usize,
    /// Containers open before the line (pretty JSON only).
    pub depth: u32,
    /// Lines up to and with this one that only continue a long line (plain text only).
    pub continued: usize,
    /// Whether this line itself continues the one before.
    pub rest: bool,
}

/// The checkpoints of one form of a body, in order.
#[derive(Clone, Debug, Default)]
pub(super) struct Checkpoints(Chunked<Checkpoint>);

impl Checkpoints {
    /// Keeps the place if it is far enough from the last one kept.
    pub fn offer(&mut self, place: Checkpoint) {
        let far = self.0.last().is_none_or(|last| {
            place.line >= last.line + EVERY_LINES || place.offset >= last.offset.saturating_add(EVERY_BYTES)
        });
        if far {
            self.0.push(place);
        }
    }

    /// Forgets those from a line on.
    pub fn take_back(&mut self, line: usize) {
        while self.0.last().is_some_and(|last| last.line >= line) {
            self.0.pop();
        }
    }

    /// Finds the last checkpoint at or before a line.
    pub fn before_line(&self, line: usize) -> Option<Checkpoint> {
        self.before(|place| place.line <= line)
    }

    /// Finds the last checkpoint at or before a byte.
    pub fn before_offset(&self, offset: usize) -> Option<Checkpoint> {
        self.before(|place| place.offset <= offset)
    }

    /// Finds the last checkpoint with fewer than `number` lines before it, as a person counts: continued lines count once.
    pub fn before_number(&self, number: usize) -> Option<Checkpoint> {
        self.before(|place| place.line - place.continued < number)
    }

    fn before(&self, holds: impl Fn(&Checkpoint) -> bool) -> Option<Checkpoint> {
        let count = self.0.partition_point(holds);
        self.0.get(count.checked_sub(1)?)
    }
}
