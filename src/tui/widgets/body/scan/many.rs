//! Of many values, one behind the other, those that are none: the line that one begins on is taken for what it is.

use super::{Fault, Scanner, State};

/// Of many values those that a line of the body begins with, as long as they are read.
#[derive(Clone, Debug, Default)]
pub(super) struct Row {
    /// Where it starts, once there is something in it.
    pub start: Option<usize>,
    /// Where the text of its first line ends, and its line end stands, if that is within a value.
    pub end: Option<(usize, usize)>,
    /// Whether what follows there looks as if it was laid out.
    pub laid: bool,
    /// Of each of its pretty lines the depth, twice, and one more if it closes something; up to [`TAKEN_BACK`].
    pub lines: Vec<u32>,
}

impl Row {
    /// Takes note of a pretty line.
    pub fn note_line(&mut self, offset: usize, depth: u32, closes: bool) {
        self.start.get_or_insert(offset);
        if self.lines.len() < TAKEN_BACK {
            self.lines.push(depth << 1 | u32::from(closes));
        }
    }

    /// What comes next is the first of another one.
    fn clear(&mut self) {
        (self.start, self.end, self.laid) = (None, None, false);
        self.lines.clear();
    }
}

/// What is wrong with a line that ends within a value.
const OPEN: &str = "the line ends too early";
/// Values over more lines than this are not taken back.
const TAKEN_BACK: usize = 1 << 16;
/// So many bytes are read twice in any case.
const AGAIN: usize = 1 << 20;

impl Scanner {
    /// Of many values takes the line that one which is none begins on for what it is, and what was read of it back; returns
    /// where to go on. `None` where that cannot be.
    pub(super) fn pass_over(&mut self, fault: Fault) -> Option<usize> {
        // What is laid out over lines is no value a line.
        if !self.many || self.row.laid || self.row.lines.len() >= TAKEN_BACK {
            return None;
        }
        let (start, end) = (self.row.start.unwrap_or(fault.offset), self.row.end);
        while let Some(line) = self.row.lines.pop() {
            self.begun -= 1;
            self.index.outline.take_back(self.begun, line >> 1, line & 1 == 1);
        }
        let index = &mut self.index;
        index.marks.take_back(self.begun);
        while index.long.last().is_some_and(|(from, _)| from >= start) {
            index.long.pop();
        }
        // What stands behind the end of a line that is left open may be right.
        index
            .flaw
            .get_or_insert(end.map_or(fault, |(offset, _)| Fault { offset, reason: OPEN }));
        self.stack.depth = 0;
        self.begin_line(start, false);
        self.state = State::Bad { start };
        let Some((end, next)) = end else {
            return Some(fault.offset);
        };
        self.again += fault.offset - next;
        self.end_bad(start, end);
        Some(next)
    }

    /// A line that is no JSON ends.
    pub(super) fn end_bad(&mut self, start: usize, end: usize) {
        self.index.bad.push((start, end));
        self.state = State::End;
        self.row.clear();
    }

    /// Takes note of the first line end in white space, if there is one, where many values may follow each other.
    pub(super) fn note_row(&mut self, space: &[u8], pos: usize, behind: Option<u8>) -> Result<(), Fault> {
        let Some(at) = memchr::memchr(b'\n', space).filter(|_| self.many) else {
            return Ok(());
        };
        if self.stack.depth == 0 && matches!(self.state, State::Item | State::End) {
            self.row.clear();
        } else if self.row.end.is_none() {
            let cr = usize::from(at > 0 && space[at - 1] == b'\r');
            let next = self.base + pos + at;
            self.row.end = Some((next - cr, next));
            let first = space.get(at + 1).copied().or(behind);
            self.row.laid = matches!(first, Some(b' ' | b'\t' | b'}' | b']'));
            // Who left many lines open is not believed any more.
            if self.again > self.base + AGAIN {
                return Err(Fault {
                    offset: pos + at,
                    reason: OPEN,
                });
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_lines_that_are_left_open_are_read_in_one_go() {
        // Each of them could go on to the end of all, were it not for the last one.
        let body = "[\n".repeat(4_000) + "x\n1\n";
        let mut scanner = Scanner::new(true);
        scanner.advance(body.as_bytes(), true, usize::MAX);
        assert_eq!((scanner.index.bad.len(), scanner.index.fault), (4_001, None));
        let most = AGAIN + body.len();
        assert!(scanner.again <= most, "{} bytes of {} again", scanner.again, body.len());
    }
}
