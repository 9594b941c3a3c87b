//! Of many values, one behind the other, those that are none: the line that one begins on is taken for what it is.
//!
//! What is none is what filters pass over, too. A value that leaves a list or an object open at the end of its line is read
//! on with the lines below. Where that is no JSON, or does not end although the first line no deeper is JSON by itself, what
//! was read of it is taken back: its line is none, nor is what stands deeper below, and from there on is read again.

use super::{Fault, Scanner, State};

/// Of many values what is known of the line in hand, and of the row of them that it belongs to: those that a line of the body
/// begins with, as long as they are read.
#[derive(Clone, Debug)]
pub(super) struct Rows {
    /// How far what stands on the line is indented, and whether nothing but that was read of it.
    indent: usize,
    fresh: bool,
    /// Where white space ended last that ends with a carriage return.
    cr: usize,
    /// How deep the last value stood that is none, as long as what follows may belong to it.
    broken: Option<usize>,
    /// What begins before this byte is none either.
    until: usize,
    /// Bytes read again because of values that go over lines and are none after all; beyond a measure none goes over lines.
    again: usize,
    /// Where the row starts, once there is something in it.
    start: Option<usize>,
    /// Of each of its pretty lines the depth, twice, and one more if it closes something; up to [`TAKEN_BACK`].
    lines: Vec<u32>,
    /// Whether one of its values that have come to their ends went over lines.
    over: bool,
    /// How deep the line stands that the last value begins on.
    above: usize,
    /// Where the text of that line ends, and its line end stands, if that is within the value.
    end: Option<(usize, usize)>,
    /// Whether there is something on the lines below.
    more: bool,
    rival: Rival,
}

/// The first line that stands no deeper than the one that the value begins on which it is in: is it JSON by itself?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rival {
    /// There was none yet.
    None,
    /// It is being read, and was begun like this, so deep in the value.
    Reading(State, u32),
    Known(bool),
}

/// What is wrong with a line that ends within a value.
const OPEN: &str = "the line ends too early";
/// Values over more lines than this are not taken back.
const TAKEN_BACK: usize = 1 << 16;
/// So many bytes are read twice in any case.
const AGAIN: usize = 1 << 20;

impl Rows {
    pub fn new() -> Self {
        Self {
            indent: 0,
            fresh: true,
            cr: 0,
            broken: None,
            until: 0,
            again: 0,
            start: None,
            lines: Vec::new(),
            over: false,
            above: 0,
            end: None,
            more: false,
            rival: Rival::None,
        }
    }

    /// Takes note of a pretty line.
    pub fn note_line(&mut self, offset: usize, depth: u32, closes: bool) {
        self.start.get_or_insert(offset);
        if depth == 0 && !closes {
            self.above = self.indent;
        }
        if self.lines.len() < TAKEN_BACK {
            self.lines.push(depth << 1 | u32::from(closes));
        }
    }

    /// Takes note of a comma at some depth: a line that has one between its values is not JSON by itself.
    pub fn note_comma(&mut self, depth: u32) {
        if matches!(self.rival, Rival::Reading(_, of) if depth <= of) {
            self.rival = Rival::Known(false);
        }
    }

    /// A value of the row ends.
    pub fn end_value(&mut self) {
        self.over |= self.end.is_some();
        (self.end, self.more, self.rival) = (None, false, Rival::None);
    }

    /// What comes next is the first of another row.
    fn clear(&mut self) {
        self.end_value();
        (self.start, self.over) = (None, false);
        self.lines.clear();
    }

    /// A line ends, or the body: was it JSON by itself, as one value of a list, or one name?
    fn settle(&mut self, state: State, depth: u32) {
        if let Rival::Reading(begun, of) = self.rival {
            let whole = match begun {
                State::Item | State::FirstItem | State::Value => state == State::After,
                State::FirstKey | State::Key => state == State::Colon,
                _ => false,
            };
            self.rival = Rival::Known(whole && depth == of);
        }
    }

    /// Whether the line that begins with this byte is of what is none: it stands deeper than that, or closes it.
    fn belongs(&mut self, byte: u8) -> bool {
        let Some(above) = self.broken else {
            return false;
        };
        if self.indent <= above {
            self.broken = None;
        }
        self.indent > above || matches!(byte, b'}' | b']')
    }
}

impl Scanner {
    /// Of many values takes the line that one which is none begins on for what it is, and what was read of it back; returns
    /// where to go on. `None` where that cannot be, and for one that only ends too early, with the body.
    pub(super) fn pass_over(&mut self, fault: Fault, ran_out: bool) -> Option<usize> {
        if !self.many || self.rows.lines.len() >= TAKEN_BACK || ran_out && !self.is_left_open() {
            return None;
        }
        let rows = &mut self.rows;
        let (start, end) = (rows.start.unwrap_or(fault.offset), rows.end);
        let index = &mut self.index;
        while let Some(line) = rows.lines.pop() {
            self.begun -= 1;
            index.outline.take_back(self.begun, line >> 1, line & 1 == 1);
        }
        index.marks.take_back(self.begun);
        while index.long.last().is_some_and(|(from, _)| from >= start) {
            index.long.pop();
        }
        if index.flaw.is_none_or(|flaw| flaw.offset >= start) {
            // What stands behind the end of a line that is left open may be right.
            let flaw = end.map_or(fault, |(offset, _)| Fault { offset, reason: OPEN });
            (index.flaw, index.flaw_is_bad) = (Some(flaw), true);
        }
        let next = end.map_or(fault.offset, |(_, next)| next);
        if end.is_some() {
            rows.broken = Some(rows.above);
            rows.again += fault.offset - next;
        }
        let over = rows.over;
        self.stack.depth = 0;
        self.begin_line(start, false);
        self.state = State::Bad { start };
        if over {
            // All lines of the row are none, up to the one that the last value begins on.
            self.rows.until = next + 1;
            return Some(start);
        }
        if end.is_some() {
            self.end_bad(start, next);
        }
        Some(next)
    }

    /// Whether the value at the end of the body is one that was left open by mistake: nothing follows its line, or what does
    /// is more likely by itself.
    fn is_left_open(&mut self) -> bool {
        self.rows.settle(self.state, self.stack.depth);
        self.rows.end.is_some() && (!self.rows.more || self.rows.rival == Rival::Known(true))
    }

    /// A line that is no JSON ends.
    pub(super) fn end_bad(&mut self, start: usize, end: usize) {
        self.index.bad.add(self.begun - 1);
        self.note_long(start, end);
        self.state = State::End;
        self.rows.clear();
    }

    /// Takes note of the first byte of a line where many values may follow each other; whether the line is none.
    pub(super) fn begin_text(&mut self, offset: usize, byte: u8) -> bool {
        if !std::mem::take(&mut self.rows.fresh) {
            return false;
        }
        let rows = &mut self.rows;
        if self.stack.depth > 0 {
            rows.more = true;
            if rows.rival == Rival::None && rows.indent <= rows.above {
                rows.rival = Rival::Reading(self.state, self.stack.depth);
            }
            return false;
        }
        let bad = offset < rows.until || rows.belongs(byte);
        if bad {
            self.begin_line(offset, false);
            self.state = State::Bad { start: offset };
        }
        bad
    }

    /// Takes note of the line ends in white space, where many values may follow each other.
    pub(super) fn note_space(&mut self, space: &[u8], pos: usize) -> Result<(), Fault> {
        let rows = &mut self.rows;
        let offset = self.base + pos;
        let cr = rows.cr == offset;
        if space.ends_with(b"\r") {
            rows.cr = offset + space.len();
        }
        let Some(last) = memchr::memrchr(b'\n', space) else {
            rows.indent += if rows.fresh { space.len() } else { 0 };
            return Ok(());
        };
        rows.fresh = true;
        rows.indent = space.len() - last - 1;
        if self.stack.depth == 0 {
            rows.clear();
            return Ok(());
        }
        rows.settle(self.state, self.stack.depth);
        if rows.end.is_none() {
            let at = memchr::memchr(b'\n', space).unwrap_or(last);
            let cr = at.checked_sub(1).map_or(cr, |before| space[before] == b'\r');
            rows.end = Some((offset + at - usize::from(cr), offset + at));
            // Who left many lines open is not believed any more.
            if rows.again > self.base + AGAIN {
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
        assert!(
            scanner.rows.again <= most,
            "{} bytes of {} again",
            scanner.rows.again,
            body.len()
        );
    }
}
