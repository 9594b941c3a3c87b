//! The JSON scanner: strict, in one pass, able to stop anywhere and go on later.
//!
//! It checks the grammar of RFC 8259 and counts the lines a pretty printer would make of it, without printing:
//!
//! ```text
//! blocks → Scanner::advance (some megabytes at a time) → JsonIndex { checkpoints, outline, long tokens, lines, fault }
//! ```
//!
//! There is no limit on depth: the stack is one bit per open container. Strings are searched eight bytes at a time. UTF-8
//! is not checked here: drawing shows what is invalid. Control characters in strings are wrong but in nobody's way: the
//! first is remembered, and the scan goes on. A body of many values, one behind the other, is read as one list
//! of them when asked for (JSON Lines, NDJSON). Of those a line that is no JSON is one by itself, and the scan goes on
//! behind it; so that a value may go over lines all the same, what was read of it in vain is taken back first.

mod bad;
mod many;
mod number;
mod stack;

use super::chunked::Chunked;
use super::index::{Checkpoint, Checkpoints};
use super::outline::Outline;
use bad::Bad;
use many::Rows;
use number::Number;
use stack::Stack;

/// Strings, numbers and white space longer than this are kept in a table, so no walk has to read them again. In bytes.
pub(super) const LONG: usize = 4096;

/// No token that has to be seen whole is longer (`\u0000`). In bytes.
pub(super) const LOOKAHEAD: usize = 8;

/// What is wrong with one value behind another.
pub(super) const MORE: &str = "more text after the value";

/// What is wrong with a body that breaks off.
const EARLY: &str = "the body ends too early";

/// What is wrong with a text over lines.
const CONTROL: &str = "control character in a string";

/// The byte order mark.
const BOM: &[u8] = b"\xef\xbb\xbf";

/// Why a body that should be JSON is none, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not valid JSON at byte {offset}: {reason}")]
pub struct Fault {
    /// The first byte that cannot stand there; the length of the body if it ends too early.
    pub offset: usize,
    /// What was wrong, in a few words.
    pub reason: &'static str,
}

/// What is known of the pretty lines of a JSON body.
#[derive(Clone, Debug, Default)]
pub(super) struct JsonIndex {
    pub marks: Checkpoints,
    pub outline: Outline,
    /// Start and end of each token and each stretch of white space longer than [`LONG`], in order.
    pub long: Chunked<(usize, usize)>,
    /// Pretty lines known from first to last byte.
    pub lines: usize,
    /// Bytes scanned.
    pub scanned: usize,
    /// Whether the scan is over: at the end of the body or at the fault.
    pub complete: bool,
    pub fault: Option<Fault>,
    /// What is wrong without keeping anybody from reading on: the first of it.
    pub flaw: Option<Fault>,
    /// Of many values the pretty lines that are none, and whether the flaw is that of the first of them.
    pub bad: Bad,
    pub flaw_is_bad: bool,
    /// Where the lines end that could be printed, once there is a fault, and how deep what follows is indented.
    pub tail: usize,
    pub tail_depth: u32,
}

/// What may come next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// A value on a line of its own: the first one, or an array's next.
    Item,
    /// After `[`.
    FirstItem,
    /// After `{`.
    FirstKey,
    /// After `,` in an object.
    Key,
    Colon,
    /// The value behind a colon.
    Value,
    /// After a value inside a container.
    After,
    /// After the outermost value.
    End,
    /// Inside a string that started at this byte.
    Str {
        start: usize,
        key: bool,
    },
    /// Inside a number that started at this byte.
    Num {
        start: usize,
        part: Number,
    },
    /// Inside a line that is no JSON and started at this byte.
    Bad {
        start: usize,
    },
}

/// The scan so far.
#[derive(Clone, Debug)]
pub(super) struct Scanner {
    pub index: JsonIndex,
    state: State,
    stack: Stack,
    /// Lines begun, and where the last of them starts, and how deep.
    begun: usize,
    line_start: usize,
    line_depth: u32,
    /// Where in the body the block in hand starts: all other places in it count from there.
    base: usize,
    /// Whether many values may follow each other, and what is known of those in hand.
    many: bool,
    rows: Rows,
    /// Whether a number or a word ended right here.
    joined: bool,
    /// Whether the block ends before a token that has to be seen whole.
    starved: bool,
}

impl Scanner {
    /// Starts before the first byte; `many` takes any number of values, not only one.
    pub fn new(many: bool) -> Self {
        Self {
            index: JsonIndex::default(),
            state: State::Item,
            stack: Stack::default(),
            begun: 0,
            line_start: 0,
            line_depth: 0,
            base: 0,
            many,
            rows: Rows::new(),
            joined: false,
            starved: false,
        }
    }

    /// Scans the block that starts at the first byte not scanned, until it is covered or `lines` lines are known.
    ///
    /// Unless it is the `last` one, some of its last bytes may be left for the next block: a word or an escape must be
    /// seen whole. A byte order mark is passed over, as RFC 8259 allows.
    pub fn advance(&mut self, bytes: &[u8], last: bool, lines: usize) {
        let limit = bytes.len();
        self.base = self.index.scanned;
        self.starved = false;
        let mut pos = 0;
        if self.base == 0 {
            if !last && limit < BOM.len() {
                return;
            }
            pos = if bytes.starts_with(BOM) { BOM.len() } else { 0 };
        }
        let whole = |pos: usize| last || limit - pos >= LOOKAHEAD;
        loop {
            let fault = if pos < limit && self.begun <= lines && !self.index.complete && !self.starved {
                match self.step(bytes, pos, whole(pos), last) {
                    Ok(next) => {
                        pos = next;
                        continue;
                    }
                    Err(Fault { offset, reason }) => Fault {
                        offset: self.base + offset,
                        reason,
                    },
                }
            } else if last && pos >= limit && !self.index.complete {
                match self.finish(self.base + limit) {
                    Ok(()) => break,
                    Err(fault) => fault,
                }
            } else {
                break;
            };
            let ran_out = last && fault.offset >= self.base + limit;
            let Some(next) = self.pass_over(fault, ran_out) else {
                return self.fail(fault);
            };
            if next < self.base {
                // It goes on with another block.
                self.index.scanned = next;
                self.index.lines = self.lines_ended();
                return;
            }
            pos = next - self.base;
        }
        self.index.scanned = self.base + pos;
        self.index.lines = self.lines_ended();
    }

    /// Counts the lines that have come to their ends: what is behind the outermost value ends no line of it.
    fn lines_ended(&self) -> usize {
        let open = usize::from(self.state != State::End);
        self.begun.saturating_sub(open)
    }

    /// What is known while more is to come: the line that is not at its end, too, as far as it goes. It may never end.
    pub fn so_far(&self) -> JsonIndex {
        let mut index = self.index.clone();
        if !index.complete && self.begun > index.lines {
            index.lines = self.begun;
            if let State::Str { start, .. } | State::Num { start, .. } | State::Bad { start } = self.state
                && index.scanned - start > LONG
            {
                index.long.push((start, index.scanned));
            }
            if matches!(self.state, State::Bad { .. }) {
                index.bad.add(self.begun - 1);
            }
        }
        index
    }

    fn finish(&mut self, len: usize) -> Result<(), Fault> {
        if let State::Bad { start } = self.state {
            self.end_bad(start, len);
        }
        if let State::Num { start, part } = self.state
            && part.may_end()
        {
            self.end_number(start, len);
        }
        if self.state != State::End && self.begun > 0 {
            return Err(Fault {
                offset: len,
                reason: EARLY,
            });
        }
        self.state = State::End;
        self.index.complete = true;
        Ok(())
    }

    fn fail(&mut self, fault: Fault) {
        let (lines, tail) = match self.state {
            State::End => (self.begun, fault.offset),
            _ if self.begun <= 1 => (0, 0),
            _ => (self.begun - 1, self.line_start),
        };
        let depth = if tail == self.line_start && lines > 0 {
            self.line_depth
        } else {
            0
        };
        let index = &mut self.index;
        (index.lines, index.tail, index.scanned, index.complete) = (lines, tail, fault.offset, true);
        index.tail_depth = depth;
        index.fault = Some(fault);
    }

    /// Reads one token, or as much of it as lies before the limit; returns where to go on.
    ///
    /// `sees` says that there are enough bytes behind `pos` for any token that has to be seen whole, or no more come.
    fn step(&mut self, bytes: &[u8], pos: usize, sees: bool, last: bool) -> Result<usize, Fault> {
        let (byte, limit) = (bytes[pos], bytes.len());
        match self.state {
            State::Str { start, key } => return self.string(bytes, pos, last, start, key),
            State::Num { start, part } => return self.number(bytes, pos, limit, start, part),
            State::Bad { start } => {
                let Some(len) = memchr::memchr(b'\n', &bytes[pos..]) else {
                    return Ok(limit);
                };
                self.end_bad(start, self.base + pos + len);
                return Ok(pos + len);
            }
            _ => {}
        }
        if !sees && matches!(byte, b't' | b'f' | b'n') {
            self.starved = true;
            return Ok(pos);
        }
        if is_space(byte) {
            let run = bytes[pos..limit]
                .iter()
                .position(|&byte| !is_space(byte))
                .unwrap_or(limit - pos);
            if self.many {
                self.note_space(&bytes[pos..pos + run], pos)?;
            }
            self.note_long(self.base + pos, self.base + pos + run);
            self.joined = false;
            return Ok(pos + run);
        }
        if self.many && self.begin_text(self.base + pos, byte) {
            return Ok(pos);
        }
        match (self.state, byte) {
            (State::Value, _) => self.value(bytes, pos),
            (State::FirstItem, b']') | (State::FirstKey, b'}') => {
                self.stack.pop();
                self.end_value();
                Ok(pos + 1)
            }
            (State::Item | State::FirstItem, _) => {
                self.begin_line(self.base + pos, false);
                self.value(bytes, pos)
            }
            (State::FirstKey | State::Key, _) => {
                self.begin_line(self.base + pos, false);
                if byte != b'"' {
                    return Err(Fault {
                        offset: pos,
                        reason: "expected a name in double quotes",
                    });
                }
                self.state = State::Str {
                    start: self.base + pos,
                    key: true,
                };
                Ok(pos + 1)
            }
            (State::Colon, b':') => {
                self.state = State::Value;
                Ok(pos + 1)
            }
            (State::Colon, _) => Err(Fault {
                offset: pos,
                reason: "expected `:` after the name",
            }),
            (State::After, b',') => {
                if self.many {
                    self.rows.note_comma(self.stack.depth);
                }
                self.state = if self.stack.in_object() {
                    State::Key
                } else {
                    State::Item
                };
                Ok(pos + 1)
            }
            (State::After, b'}' | b']') if (byte == b'}') == self.stack.in_object() => {
                self.begin_line(self.base + pos, true);
                self.stack.pop();
                self.end_value();
                Ok(pos + 1)
            }
            (State::After, _) => {
                let reason = if self.stack.in_object() {
                    "expected `,` or `}`"
                } else {
                    "expected `,` or `]`"
                };
                Err(Fault { offset: pos, reason })
            }
            // `2026-11-30` is not three numbers.
            _ if self.many && !(self.joined && (byte == b'-' || byte.is_ascii_alphanumeric())) => {
                self.begin_line(self.base + pos, false);
                self.state = State::Item;
                self.value(bytes, pos)
            }
            _ => Err(Fault {
                offset: pos,
                reason: MORE,
            }),
        }
    }

    fn begin_line(&mut self, offset: usize, closes: bool) {
        let depth = self.stack.depth - u32::from(closes);
        if self.many {
            self.rows.note_line(offset, depth, closes);
        }
        self.index.outline.add(self.begun, depth, closes);
        let place = Checkpoint {
            line: self.begun,
            offset,
            depth: self.stack.depth,
            continued: 0,
            rest: false,
        };
        self.index.marks.offer(place);
        self.joined = false;
        self.begun += 1;
        (self.line_start, self.line_depth) = (offset, depth);
    }

    fn value(&mut self, bytes: &[u8], pos: usize) -> Result<usize, Fault> {
        let start = self.base + pos;
        let number = |part| State::Num { start, part };
        self.state = match bytes[pos] {
            b'{' => {
                self.stack.push(true);
                State::FirstKey
            }
            b'[' => {
                self.stack.push(false);
                State::FirstItem
            }
            b'"' => State::Str { start, key: false },
            b'-' => number(Number::Minus),
            b'0' => number(Number::Zero),
            b'1'..=b'9' => number(Number::Int),
            _ => {
                let rest = &bytes[pos..];
                let mut words = [&b"true"[..], b"false", b"null"].into_iter();
                let Some(word) = words.clone().find(|word| rest.starts_with(word)) else {
                    let cut = self.many && words.any(|word| word.starts_with(rest));
                    return Err(Fault {
                        offset: if cut { bytes.len() } else { pos },
                        reason: if cut { EARLY } else { "expected a value" },
                    });
                };
                self.end_value();
                self.joined = true;
                return Ok(pos + word.len());
            }
        };
        Ok(pos + 1)
    }

    fn end_value(&mut self) {
        if self.stack.depth > 0 {
            self.state = State::After;
            return;
        }
        self.state = State::End;
        self.rows.end_value();
    }

    fn string(&mut self, bytes: &[u8], mut pos: usize, last: bool, start: usize, key: bool) -> Result<usize, Fault> {
        let limit = bytes.len();
        loop {
            pos = find_special(bytes, pos, limit);
            if pos >= limit {
                return Ok(pos);
            }
            match bytes[pos] {
                b'"' => {
                    pos += 1;
                    self.note_long(start, self.base + pos);
                    if key {
                        self.state = State::Colon;
                    } else {
                        self.end_value();
                    }
                    return Ok(pos);
                }
                b'\\' if !last && limit - pos < LOOKAHEAD => {
                    self.starved = true;
                    return Ok(pos);
                }
                b'\\' => pos += escape_len(bytes, pos)?,
                b'\r' if self.many && !last && pos + 1 == limit => {
                    self.starved = true;
                    return Ok(pos);
                }
                // The line's end is where a quote is missing, as a rule.
                b'\r' if self.many && bytes.get(pos + 1) != Some(&b'\n') => {
                    self.note_control(pos);
                    pos += 1;
                }
                b'\n' | b'\r' => {
                    return Err(Fault {
                        offset: pos,
                        reason: CONTROL,
                    });
                }
                _ => {
                    self.note_control(pos);
                    pos += 1;
                }
            }
        }
    }

    /// What is wrong with a text but in nobody's way.
    fn note_control(&mut self, pos: usize) {
        self.index.flaw.get_or_insert(Fault {
            offset: self.base + pos,
            reason: CONTROL,
        });
    }

    fn number(
        &mut self,
        bytes: &[u8],
        mut pos: usize,
        limit: usize,
        start: usize,
        part: Number,
    ) -> Result<usize, Fault> {
        let mut part = part;
        while pos < limit {
            let Some(next) = part.next(bytes[pos]) else {
                if !part.may_end() {
                    return Err(Fault {
                        offset: pos,
                        reason: "expected a digit",
                    });
                }
                self.end_number(start, self.base + pos);
                return Ok(pos);
            };
            part = next;
            pos += 1;
        }
        self.state = State::Num { start, part };
        Ok(pos)
    }

    fn end_number(&mut self, start: usize, end: usize) {
        self.note_long(start, end);
        self.end_value();
        self.joined = true;
    }

    fn note_long(&mut self, start: usize, end: usize) {
        if end - start > LONG {
            self.index.long.push((start, end));
        }
    }
}

/// Says whether a byte is white space to JSON.
pub(super) fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\n' | b'\r' | b'\t')
}

/// Measures the escape that starts at a backslash.
fn escape_len(bytes: &[u8], pos: usize) -> Result<usize, Fault> {
    match bytes.get(pos + 1) {
        Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => Ok(2),
        Some(b'u') => {
            let bad = (pos + 2..pos + 6).find(|&at| !bytes.get(at).is_some_and(u8::is_ascii_hexdigit));
            bad.map_or(Ok(6), |at| {
                Err(Fault {
                    offset: at.min(bytes.len()),
                    reason: "expected four hex digits",
                })
            })
        }
        Some(_) => Err(Fault {
            offset: pos + 1,
            reason: "unknown escape in a string",
        }),
        None => Err(Fault {
            offset: bytes.len(),
            reason: EARLY,
        }),
    }
}

/// Finds the next quote, backslash or control character before `limit`, eight bytes at a time.
fn find_special(bytes: &[u8], mut pos: usize, limit: usize) -> usize {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x8080_8080_8080_8080;
    // Nothing to find between a jump over an escape and a limit in the middle of it.
    let Some(window) = bytes.get(pos..limit) else {
        return pos.max(limit);
    };
    let (chunks, rest) = window.as_chunks::<8>();
    for chunk in chunks {
        let word = u64::from_le_bytes(*chunk);
        let quote = word ^ (ONES * u64::from(b'"'));
        let slash = word ^ (ONES * u64::from(b'\\'));
        // The classic tests for a zero byte and for a byte below 0x20: exact for the lowest hit.
        let hits = ((quote.wrapping_sub(ONES) & !quote)
            | (slash.wrapping_sub(ONES) & !slash)
            | (word.wrapping_sub(ONES * 0x20) & !word))
            & HIGH;
        if hits != 0 {
            return pos + hits.trailing_zeros() as usize / 8;
        }
        pos += 8;
    }
    let special = |byte: &u8| matches!(byte, b'"' | b'\\' | 0..=0x1f);
    rest.iter().position(special).map_or(limit, |at| pos + at)
}
