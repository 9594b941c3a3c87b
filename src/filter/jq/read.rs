//! JSON into values: one, or many one behind the other, as the viewer takes them too.

mod rows;
mod skip;
mod texts;
pub(in super::super) mod walk;

use std::collections::HashSet;
use std::ops::Range;
use std::rc::Rc;

use super::super::FilterError;
use super::super::events;
use super::super::meter::{self, Limits, MOST_DEPTH, Stop, Taken};
use super::value::{Entries, ITEM, Object, Val};
use rows::Row;
use walk::Spans;

/// What is told of a body whose end is missing.
const EARLY: &str = "the body ends early: what is whole of it was filtered";
/// What is wrong with a text that is cut.
const OPEN_TEXT: &str = "a text has no closing quote";
/// What is wrong with a line that is nested deeper than any value may be.
const DEEP: &str = "it is nested too deep";
/// Shorter texts are read before anybody would see how far.
const TOLD: usize = 1 << 20;
/// A value of up to so many bytes that does not end yet is looked at whenever more of it has come.
const SOON: usize = 64 * 1024;

/// Reads all values of a body.
///
/// # Errors
///
/// Where the body is no JSON, and when the values take more memory than they may.
pub fn read(bytes: &[u8], limits: Limits, stop: &Stop) -> Result<Vec<Val>, FilterError> {
    let mut read = Values::default();
    read.more(bytes, true, limits, stop)?;
    Ok(read.read)
}

/// The values of a body that may still arrive, as far as they are whole.
#[derive(Default)]
pub struct Values {
    pub read: Vec<Val>,
    /// Where the next one begins, in bytes of the body.
    pub at: usize,
    /// Whether there are no more.
    pub whole: bool,
    /// It is not worth a look before there are so many bytes: what does not end yet is read from its start again.
    pub next: usize,
    /// The line that the next one is in, from 0.
    line: usize,
    /// Whether a line that is no JSON is passed over, as one of many, and what a body that ends early has is taken.
    forgives: Option<Forgives>,
    /// How deep the last broken line stood, as long as what follows may belong to it.
    broken: Option<usize>,
    /// How many events there were.
    events: usize,
    /// What was passed over, or is missing.
    pub flaw: Option<String>,
    /// Where the values are, if they are only gone over: nothing is read then.
    pub spans: Option<Spans>,
    keys: HashSet<Rc<str>>,
    taken: Taken,
}

/// What of a body may be wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Forgives {
    /// Its end may be missing.
    End,
    /// That, and values that are lines may be no JSON.
    Lines,
}

impl Values {
    /// Takes a body that may be wrong in places.
    pub fn forgiving(what: Forgives) -> Self {
        Self {
            forgives: Some(what),
            ..Self::default()
        }
    }

    /// Forgets what was read.
    fn reset(&mut self) {
        *self = Self {
            forgives: self.forgives,
            spans: self.spans.as_ref().map(|_| Spans::default()),
            ..Self::default()
        };
    }

    /// Whether there is nothing yet.
    fn is_empty(&self) -> bool {
        self.spans.as_ref().map_or(self.read.is_empty(), Spans::is_empty)
    }

    /// The first flaw is what is told.
    fn note(&mut self, flaw: impl FnOnce() -> String) {
        self.flaw.get_or_insert_with(flaw);
    }

    /// Takes values: where they are, or themselves.
    fn take_row(&mut self, place: Range<usize>, row: &mut Vec<Val>) {
        if let Some(spans) = &mut self.spans {
            self.taken.grow(spans.add(place, row.len()));
            row.clear();
        } else {
            self.taken.grow(ITEM * row.len());
            self.read.append(row);
        }
    }

    /// Reads the values in what follows the ones that were read; `last` if nothing follows that.
    ///
    /// # Errors
    ///
    /// Those of [`read`]; the last value of a body that arrives may be no JSON until its rest has come.
    pub fn more(&mut self, bytes: &[u8], last: bool, limits: Limits, stop: &Stop) -> Result<(), FilterError> {
        let mut sure = 0;
        let mut row = Vec::new();
        let lines = |to: usize| memchr::memchr_iter(b'\n', &bytes[..to.min(bytes.len())]).count();
        let read = meter::within(limits, stop, || {
            let mut reader = Reader {
                keys: std::mem::take(&mut self.keys),
                lines: self.forgives == Some(Forgives::Lines),
                broken: self.broken,
                ..Reader::new(bytes)
            };
            if self.at == 0 && bytes.starts_with(b"\xef\xbb\xbf") {
                reader.at = 3;
            }
            let ended = loop {
                if reader.lines && !reader.early {
                    reader.seek_row(last);
                } else {
                    reader.space();
                }
                sure = reader.at;
                if sure >= bytes.len() {
                    break Ok(());
                }
                if reader.lines && !reader.early {
                    match reader.row(last, &mut row) {
                        Row::Whole => self.take_row(sure..reader.at, &mut row),
                        Row::Broken(from, Mistake(what, at)) => {
                            row.clear();
                            let before = self.line + 1;
                            self.note(|| match (before + lines(from), before + lines(at)) {
                                (line, end) if line == end => {
                                    format!("line {line} is no JSON, and passed over: {what}")
                                }
                                (line, end) => {
                                    format!(
                                        "what begins in line {line} is no JSON, and passed over: {what} in line {end}"
                                    )
                                }
                            });
                        }
                        Row::Open => break Ok(()),
                        Row::Early => {
                            row.clear();
                            (reader.at, reader.early) = (sure, true);
                            self.note(|| EARLY.to_owned());
                        }
                    }
                    continue;
                }
                let read = match self.spans {
                    Some(_) => reader.skip().map(|()| Val::Null),
                    None => reader.value(),
                };
                match read {
                    // A number may go on where the next bytes begin.
                    Ok(_) if !last && reader.at == bytes.len() && !matches!(bytes.last(), Some(b'}' | b']' | b'"')) => {
                        break Ok(());
                    }
                    Ok(value) => self.take_row(sure..reader.at, &mut vec![value]),
                    Err(_) if !last => break Ok(()),
                    Err(_) if self.forgives.is_some() && reader.ran_out && !reader.early => {
                        (reader.at, reader.early) = (sure, true);
                        self.note(|| EARLY.to_owned());
                    }
                    // Nothing of the last one is whole.
                    Err(_) if reader.early && !self.is_empty() => break Ok(()),
                    Err(mistake) => break Err(mistake),
                }
            };
            if ended.is_ok() && sure >= bytes.len() {
                reader.all_read();
            }
            self.keys = reader.keys;
            self.broken = reader.broken;
            if let Some(spans) = &mut self.spans {
                (spans.early, spans.lines) = (reader.early, reader.lines);
            }
            ended
        });
        match read {
            Ok(Ok(())) if last && self.is_empty() => {
                if let Some(flaw) = self.flaw.take() {
                    return Err(FilterError::Body(format!("the body is no JSON: {flaw}")));
                }
                return Err(FilterError::Body("the body is empty".to_owned()));
            }
            Ok(Ok(())) => {}
            Ok(Err(Mistake(what, at))) => {
                let line = self.line + lines(at) + 1;
                let words = format!("the body is no JSON: {what} in line {line}");
                self.reset();
                return Err(FilterError::Body(words));
            }
            Err(why) => {
                self.reset();
                return Err(why.error(limits));
            }
        }
        self.line += lines(sure);
        self.took(sure, bytes.len() - sure, last);
        Ok(())
    }

    /// Reads the data of the events in what follows those that were read. Data that is no JSON is passed over, and told but
    /// for the word that many streams end with.
    ///
    /// # Errors
    ///
    /// When no event of a whole stream has JSON, and when the values take more memory than they may.
    pub fn events(&mut self, bytes: &[u8], last: bool, limits: Limits, stop: &Stop) -> Result<(), FilterError> {
        let read = meter::within(limits, stop, || {
            events::each(bytes, last, |data| {
                let mut reader = Reader {
                    keys: std::mem::take(&mut self.keys),
                    ..Reader::new(data)
                };
                reader.space();
                let value = reader.value();
                reader.space();
                let whole = reader.at == data.len();
                self.keys = reader.keys;
                self.events += 1;
                let number = self.events;
                match value {
                    Ok(value) if whole => {
                        self.taken.grow(ITEM);
                        self.read.push(value);
                    }
                    _ if matches!(data.trim_ascii(), b"" | b"[DONE]") => {}
                    value => {
                        let what = value.err().map_or("more follows the value", |Mistake(what, _)| what);
                        self.note(|| format!("event {number} is no JSON, and passed over: {what}"));
                    }
                }
            })
        });
        let sure = match read {
            Ok(sure) => sure,
            Err(why) => {
                self.reset();
                return Err(why.error(limits));
            }
        };
        if last && self.read.is_empty() {
            return Err(FilterError::Body("no event's data is JSON".to_owned()));
        }
        self.took(sure, bytes.len() - sure, last);
        Ok(())
    }

    fn took(&mut self, sure: usize, open: usize, last: bool) {
        self.at += sure;
        self.next = self.at + open + if open > SOON { open / 2 } else { 0 };
        self.whole = last;
    }
}

/// Reads the values of a text.
pub(super) fn all(text: &str) -> Result<Vec<Val>, String> {
    let mut reader = Reader::new(text.as_bytes());
    let mut values = Vec::new();
    reader.space();
    while reader.at < text.len() {
        values.push(reader.value().map_err(|Mistake(what, _)| what.to_owned())?);
        reader.space();
    }
    Ok(values)
}

/// What is wrong, and where.
struct Mistake(&'static str, usize);

/// The lists and objects that were open where the last value failed.
#[derive(Default)]
struct Open {
    /// Where they begin, innermost first.
    begun: Vec<usize>,
    /// Whether it failed at the end of the text.
    ran_out: bool,
}

struct Reader<'b> {
    bytes: &'b [u8],
    at: usize,
    /// Whether what was wrong is that the text ended.
    ran_out: bool,
    /// Whether a list or an object may end with the text: it has what is whole.
    early: bool,
    /// Whether values are lines, so that no text goes over them.
    lines: bool,
    open: Open,
    /// How deep the line of a broken value stood, as long as what follows may belong to it.
    broken: Option<usize>,
    /// A list of a million objects has their names once.
    keys: HashSet<Rc<str>>,
    /// How many lists and objects are open.
    depth: u32,
    /// How many bytes there are in all, and where it is told next how far it is.
    all: usize,
    tells: usize,
}

impl<'b> Reader<'b> {
    fn new(bytes: &'b [u8]) -> Self {
        Self {
            bytes,
            at: 0,
            ran_out: false,
            early: false,
            lines: false,
            open: Open::default(),
            broken: None,
            keys: HashSet::new(),
            depth: 0,
            all: bytes.len(),
            tells: if bytes.len() < TOLD { usize::MAX } else { 0 },
        }
    }

    /// A value begins here: that is a step, and perhaps the next percent.
    fn step(&mut self) {
        meter::tick();
        if self.at >= self.tells {
            meter::progress(self.at, self.all);
            self.tells = self.at + self.all / 100 + 1;
        }
    }

    /// Nothing is left to read: what takes time from now on is something else.
    fn all_read(&self) {
        if self.tells != usize::MAX {
            meter::progress(self.all, self.all);
        }
    }

    /// Reads a list or an object one level further down: too deep ones are given up before they fill the stack, whether they
    /// end or not.
    fn down(&mut self, read: fn(&mut Self) -> Result<Val, Mistake>) -> Result<Val, Mistake> {
        let from = self.at;
        if self.depth == MOST_DEPTH && self.lines {
            return self.fail(DEEP);
        }
        self.depth = meter::depth(self.depth + 1);
        let value = read(self);
        self.depth -= 1;
        value.inspect_err(|_| self.open.begun.push(from))
    }

    /// Whether what is read may be taken as far as it is whole.
    fn may_end(&self) -> bool {
        self.early && self.ran_out
    }

    fn space(&mut self) {
        while self.peek().is_some_and(is_space) {
            self.at += 1;
        }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn fail<T>(&mut self, what: &'static str) -> Result<T, Mistake> {
        self.ran_out |= self.at >= self.bytes.len();
        Err(Mistake(what, self.at))
    }

    fn value(&mut self) -> Result<Val, Mistake> {
        self.step();
        match self.peek() {
            Some(b'{') => self.down(Self::object),
            Some(b'[') => self.down(Self::list),
            Some(b'"') => Ok(Val::text(self.text()?)),
            Some(b't') => self.word("true", Val::Bool(true)),
            Some(b'f') => self.word("false", Val::Bool(false)),
            Some(b'n') => self.word("null", Val::Null),
            Some(b'-' | b'0'..=b'9') => self.number().map(Val::number),
            Some(_) => self.fail("a value should stand here"),
            None => self.fail("it ends early"),
        }
    }

    fn word<T>(&mut self, word: &str, value: T) -> Result<T, Mistake> {
        if !self.bytes[self.at..].starts_with(word.as_bytes()) {
            self.ran_out |= word.as_bytes().starts_with(&self.bytes[self.at..]);
            return self.fail("a value should stand here");
        }
        self.at += word.len();
        Ok(value)
    }

    /// A number as it is spelled.
    fn number(&mut self) -> Result<&'b str, Mistake> {
        let start = self.at;
        let digits = |own: &mut Self| {
            let from = own.at;
            while own.peek().is_some_and(|byte| byte.is_ascii_digit()) {
                own.at += 1;
            }
            own.at > from
        };
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        let first = self.at;
        let zero = self.peek() == Some(b'0');
        let some = digits(self);
        if !some || zero && self.at > first + 1 {
            // More digits behind a zero are wrong, whatever comes behind them.
            self.at = self.at.min(first + 1);
            return self.fail("a number is not written like that");
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            if !digits(self) {
                return self.fail("digits should stand behind the point");
            }
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            if !digits(self) {
                return self.fail("digits should stand in the exponent");
            }
        }
        // The rest of a number that ends with the text may be missing.
        if self.early && self.at == self.bytes.len() {
            return self.fail("it ends early");
        }
        Ok(std::str::from_utf8(&self.bytes[start..self.at]).unwrap_or_default())
    }

    fn list(&mut self) -> Result<Val, Mistake> {
        self.at += 1;
        let mut list = Entries::default();
        self.space();
        if self.peek() == Some(b']') {
            self.at += 1;
            return Ok(list.list());
        }
        loop {
            self.space();
            match self.value() {
                Ok(value) => list.push(value),
                Err(_) if self.may_end() => {
                    self.at = self.bytes.len();
                    return Ok(list.list());
                }
                Err(mistake) => return Err(mistake),
            }
            self.space();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b']') => {
                    self.at += 1;
                    return Ok(list.list());
                }
                Some(_) => return self.fail("a comma or `]` should stand here"),
                None if self.early => return Ok(list.list()),
                None => return self.fail("it ends early"),
            }
        }
    }

    fn object(&mut self) -> Result<Val, Mistake> {
        self.at += 1;
        let mut object = Object::default();
        self.space();
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(Val::Obj(Rc::new(object)));
        }
        loop {
            match self.member() {
                Ok((name, value)) => object.insert(self.key(name), value),
                Err(_) if self.may_end() => {
                    self.at = self.bytes.len();
                    return Ok(Val::Obj(Rc::new(object)));
                }
                Err(mistake) => return Err(mistake),
            }
            self.space();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b'}') => {
                    self.at += 1;
                    return Ok(Val::Obj(Rc::new(object)));
                }
                Some(_) => return self.fail("a comma or `}` should stand here"),
                None if self.early => return Ok(Val::Obj(Rc::new(object))),
                None => return self.fail("it ends early"),
            }
        }
    }

    /// A name, a colon and a value.
    fn member(&mut self) -> Result<(String, Val), Mistake> {
        self.space();
        if self.peek() != Some(b'"') {
            return self.fail("a name in quotes should stand here");
        }
        let name = self.text()?;
        self.space();
        if self.peek() != Some(b':') {
            return self.fail("a colon should stand here");
        }
        self.at += 1;
        self.space();
        Ok((name, self.value()?))
    }

    fn key(&mut self, name: String) -> Rc<str> {
        if let Some(known) = self.keys.get(&*name) {
            return Rc::clone(known);
        }
        let key: Rc<str> = name.into();
        // A body that is a map of a million ids has no names worth keeping.
        if self.keys.len() < 10_000 {
            self.keys.insert(Rc::clone(&key));
        }
        key
    }
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

#[cfg(test)]
mod tests;
