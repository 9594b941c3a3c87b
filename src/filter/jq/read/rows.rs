//! Values that are lines, as in a log: one that is broken takes no other with it.
//!
//! A line is read by itself first. One that leaves a list or an object open is read together with those below it, as what is
//! laid out goes over lines. Where that is no JSON, or does not end although the next line no deeper is JSON by itself, it is
//! broken: what stands deeper below it is its own and goes with it, and from there on lines are read by themselves again.

use super::super::value::Val;
use super::{Mistake, Reader, is_space};

/// What became of a line.
pub(super) enum Row {
    /// It is values, the last of which may have gone on in the lines below.
    Whole,
    /// It is no JSON from there on; what is whole before that is not taken either, as `12` of `12:30 up` is no value.
    Broken(usize, Mistake),
    /// It goes on where more of the body is to come.
    Open,
    /// It goes on where the body ends.
    Early,
}

impl Reader<'_> {
    /// Goes to the next line that says something and does not belong to a broken value above.
    pub(super) fn seek_row(&mut self, last: bool) {
        while self.at < self.bytes.len() {
            let rest = &self.bytes[self.at..];
            let len = match memchr::memchr(b'\n', rest) {
                Some(len) => len + 1,
                None if last => rest.len(),
                None => return,
            };
            let line = &rest[..len];
            if !is_blank(line) && !self.belongs(line) {
                return;
            }
            self.at += len;
        }
    }

    /// Whether a line is of a broken value that was laid out: it stands deeper than that, or closes it.
    fn belongs(&mut self, line: &[u8]) -> bool {
        let Some(above) = self.broken else {
            return false;
        };
        let indent = indent(line);
        let closes = closes(line, indent);
        if indent <= above {
            self.broken = None;
        }
        closes || indent > above
    }

    /// Reads the values of a line; of what failed it is at the end of the line.
    pub(super) fn row(&mut self, last: bool, row: &mut Vec<Val>) -> Row {
        let whole = self.bytes;
        let ended = loop {
            let end = match memchr::memchr(b'\n', &whole[self.at..]) {
                Some(len) => self.at + len + 1,
                None if last => whole.len(),
                None => break Row::Open,
            };
            self.bytes = &whole[..end];
            let known = self.open.begun.len();
            let line = self.line(row);
            self.open.begun.truncate(known);
            let Err((from, Mistake(what, _))) = line else {
                break Row::Whole;
            };
            self.at = end;
            let broken = Row::Broken(from, Mistake(what, from));
            if !self.ran_out {
                break broken;
            }
            if !whole.ends_with(b"\n") && end == whole.len() {
                break Row::Early;
            }
            if is_blank(&whole[end..]) {
                break if last { broken } else { Row::Open };
            }
            let begin = memchr::memrchr(b'\n', &whole[..from]).map_or(0, |at| at + 1);
            let above = indent(&whole[begin..]);
            self.bytes = whole;
            if self.fails(from) {
                if self.open.ran_out && !self.is_beaten(end, above) {
                    break Row::Early;
                }
                self.broken = Some(above);
                break broken;
            }
            let known = self.open.begun.len();
            (self.at, self.ran_out) = (from, false);
            let Err(Mistake(why, at)) = self.value().map(|value| row.push(value)) else {
                continue;
            };
            if self.ran_out && !last {
                break Row::Open;
            }
            self.open.begun.drain(..known);
            let ran_out = self.ran_out;
            self.open.ran_out = ran_out;
            if ran_out && !self.is_beaten(end, above) {
                break Row::Early;
            }
            self.at = end;
            if ran_out || at >= end {
                self.broken = Some(above);
            }
            let of = memchr::memrchr(b'\n', &whole[..at]).map_or(0, |at| at + 1);
            let depth = indent(&whole[of..]);
            let is_own = !ran_out && (depth > above || closes(&whole[of..], depth));
            break if is_own {
                Row::Broken(from, Mistake(why, at))
            } else {
                broken
            };
        };
        self.bytes = whole;
        ended
    }

    /// Whether the value that begins there was open where one around it was no JSON any more: it is none either. Without
    /// that, brackets that are never closed would be read again and again.
    fn fails(&mut self, from: usize) -> bool {
        while self.open.begun.last().is_some_and(|open| *open < from) {
            self.open.begun.pop();
        }
        self.open.begun.last() == Some(&from)
    }

    /// Whether the first line below that stands no deeper is JSON by itself.
    fn is_beaten(&mut self, below: usize, above: usize) -> bool {
        let lines = self.bytes[below..].split_inclusive(|byte| *byte == b'\n');
        let mut lines = lines.filter(|line| !is_blank(line) && indent(line) <= above);
        lines.next().is_some_and(|line| {
            let mut reader = Reader::new(line);
            reader.lines = true;
            reader.line(&mut Vec::new()).is_ok()
        })
    }

    /// Reads values to the end of the text; where one is none, says where that begins.
    fn line(&mut self, row: &mut Vec<Val>) -> Result<(), (usize, Mistake)> {
        self.ran_out = false;
        self.space();
        while let Some(next) = self.peek() {
            let from = self.at;
            // `2026-11-30` is not three numbers.
            let before = from.checked_sub(1).map(|before| self.bytes[before]);
            if (next == b'-' || next.is_ascii_alphanumeric()) && before.is_some_and(|byte| byte.is_ascii_alphanumeric())
            {
                return Err((from, Mistake("white space should stand here", from)));
            }
            row.push(self.value().map_err(|mistake| (from, mistake))?);
            self.space();
        }
        Ok(())
    }
}

fn is_blank(line: &[u8]) -> bool {
    line.iter().copied().all(is_space)
}

fn indent(line: &[u8]) -> usize {
    let space = line.iter().take_while(|byte| is_space(**byte));
    space.filter(|byte| **byte != b'\n').count()
}

fn closes(line: &[u8], indent: usize) -> bool {
    matches!(line.get(indent), Some(b'}' | b']'))
}
