//! How the lines of a body lie in each other: what holds a line, where a container ends, the path to a line.
//!
//! Answered from the [outline](super::outline) and short walks through the body: no answer takes more than some hundred
//! lines of reading, wherever the line is and however large what it lies in.

use super::lexer::{JsonCursor, JsonLine};
use super::outline::{LEVELS, ROW};
use super::path::{Path, Step};
use super::scan::JsonIndex;
use super::source::Source;
use super::window::Window;

/// A container with something in it, by its lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Container {
    /// The line that opens it.
    pub start: usize,
    /// The line that closes it; the last known one as long as it is open.
    pub end: usize,
    /// Whether it is open still: its end has not come yet, or never will.
    pub open: bool,
    pub depth: u32,
}

/// The lines of a body, as they lie in each other.
#[derive(Debug)]
pub(super) struct Nest<'a> {
    pub index: &'a JsonIndex,
    pub window: Window,
    /// Whether the body may be many values, one behind the other.
    many: bool,
}

/// Whether a line is seen when all below a level is folded.
fn seen(level: u32, line: &JsonLine) -> bool {
    line.depth < level || line.depth == level && !line.closes()
}

/// Whether the lines of that depth are counted.
pub(super) fn counted(depth: u32) -> bool {
    (depth as usize) < LEVELS
}

impl<'a> Nest<'a> {
    pub fn new(index: &'a JsonIndex, source: &Source, len: usize, many: bool) -> Self {
        let window = index.window(source, len);
        Self { index, window, many }
    }

    /// Reads a known line.
    pub fn line(&mut self, line: usize) -> Option<JsonLine> {
        let mut cursor = self.index.seek(&mut self.window, line)?;
        Some(cursor.step(&mut self.window, self.index))
    }

    /// Counts the lines before a known one that are seen at a level.
    pub fn rank(&mut self, level: u32, line: usize) -> usize {
        let row = self.index.outline.row_before(line);
        let mut count = self.index.outline.seen_before(level, row);
        let Some(mut cursor) = self.index.seek(&mut self.window, row * ROW) else {
            return count;
        };
        while cursor.line < line.min(self.index.lines) {
            count += usize::from(seen(level, &cursor.step(&mut self.window, self.index)));
        }
        count
    }

    /// Finds the known line with so many seen before it that is seen itself.
    pub fn select(&mut self, level: u32, count: usize) -> Option<usize> {
        let row = self.index.outline.row_of(level, count);
        let mut before = self.index.outline.seen_before(level, row);
        let mut cursor = self.index.seek(&mut self.window, row * ROW)?;
        while cursor.line < self.index.lines {
            let line = cursor.line;
            if seen(level, &cursor.step(&mut self.window, self.index)) {
                if before == count {
                    return Some(line);
                }
                before += 1;
            }
        }
        None
    }

    /// Finds the line that opens what a line of this depth lies in; `None` for the outermost value.
    pub fn parent(&mut self, line: usize, depth: u32) -> Option<usize> {
        let level = depth.checked_sub(1).filter(|level| counted(*level))?;
        let before = self.rank(level, line).checked_sub(1)?;
        self.select(level, before)
    }

    /// Finds the container that a line opens or closes.
    pub fn container(&mut self, line: usize) -> Option<Container> {
        let own = self.line(line)?;
        if !counted(own.depth) {
            return None;
        }
        let start = if own.closes() {
            let before = self.rank(own.depth, line).checked_sub(1)?;
            self.select(own.depth, before)?
        } else {
            line
        };
        if !own.closes() && !own.opens() {
            return None;
        }
        let mut cursor = self.index.seek(&mut self.window, start)?;
        cursor.step(&mut self.window, self.index);
        Some(self.pass(&mut cursor, own.depth).0)
    }

    /// Finds the container that the line before the cursor opens, its members, and the line behind it.
    ///
    /// A small one is walked through, a large one looked up.
    pub fn pass(&mut self, cursor: &mut JsonCursor, depth: u32) -> (Container, usize) {
        let start = cursor.line - 1;
        let mut container = Container {
            start,
            end: start,
            open: false,
            depth,
        };
        let mut members = 0;
        while cursor.line < self.index.lines && cursor.line <= start + ROW {
            let line = cursor.step(&mut self.window, self.index);
            if line.depth <= depth {
                container.end = cursor.line - 1;
                return (container, members);
            }
            members += usize::from(line.depth == depth + 1 && !line.closes());
        }
        let before = self.rank(depth, start);
        let last = self.index.lines.saturating_sub(1);
        // Nothing comes behind the outermost value. Otherwise the end is still to come, or was lost to a fault.
        (container.end, container.open) = if let Some(next) = self.select(depth, before + 1) {
            (next - 1, false)
        } else {
            let closed = self.line(last).is_some_and(|line| line.closes() && line.depth == depth);
            (last, !closed)
        };
        let members = self.members(&container);
        if let Some(behind) = self.index.seek(&mut self.window, container.end) {
            *cursor = behind;
            cursor.step(&mut self.window, self.index);
        }
        (container, members)
    }

    /// Counts the members of a container.
    pub fn members(&mut self, container: &Container) -> usize {
        let level = container.depth + 1;
        if !counted(level) {
            return 0;
        }
        let end = container.end + usize::from(container.open);
        self.rank(level, end)
            .saturating_sub(self.rank(level, container.start + 1))
    }

    /// Finds the path to what stands on a line; `None` where that is nested too deep.
    pub fn path(&mut self, line: usize) -> Option<Path> {
        let mut at = line;
        let mut own = self.line(at)?;
        if own.closes() {
            at = self.container(at)?.start;
            own = self.line(at)?;
        }
        let mut steps = Vec::new();
        while own.depth > 0 {
            let parent = self.parent(at, own.depth)?;
            steps.push(match own.key {
                Some((key, _)) => Step::key(&self.window.slice(&key)),
                None if counted(own.depth) => Step::Index(self.rank(own.depth, at) - self.rank(own.depth, parent + 1)),
                None => return None,
            });
            at = parent;
            own = self.line(at)?;
        }
        if self.many {
            steps.push(Step::Index(self.rank(0, at)));
        }
        steps.reverse();
        Some(Path(steps))
    }
}
