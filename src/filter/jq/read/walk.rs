//! A body that is gone over for what a path leads to: only that is made into values.
//!
//! ```text
//! bytes ─ Values::more, all of them skipped ─▶ Spans ─ Walk::all, step by step ─▶ what stands there, one by one
//!            └ whether it is JSON is told first, as of a body that is read
//! ```
//!
//! What a path leads to is the same as in the values that would be made of the body: of two members of one name the last one
//! counts, where the first one stood. A step that does not fit is taken in the value that is there, for the words of it.

use std::ops::Range;
use std::rc::Rc;

use indexmap::IndexMap;
use jaq_core::{Error, ValT};

use super::super::super::meter::{self, Taken};
use super::super::super::places::{Down, Way};
use super::super::value::Val;
use super::Reader;

/// Of a value that a step does not fit, as much is read as stands in the words of that.
const MOST_SAID: usize = 128 << 10;
/// What a member takes while those of an object are put in order, besides its name.
const MEMBER: usize = 64;

/// Where the values of a body are.
#[derive(Clone, Debug, Default)]
pub struct Spans {
    /// Stretches of values, one behind the other.
    stretches: Vec<Range<usize>>,
    /// How many values there are.
    count: usize,
    /// Whether the last one ends with the body, and has what is whole of it.
    pub early: bool,
    /// Whether no text goes over lines.
    pub lines: bool,
}

impl Spans {
    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.stretches.is_empty()
    }

    /// Adds a stretch of so many values; returns what it takes.
    pub fn add(&mut self, span: Range<usize>, count: usize) -> usize {
        self.stretches.push(span);
        self.count += count;
        size_of::<Range<usize>>()
    }
}

/// A step of a path.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    pub to: To,
    /// Whether nothing is said where it does not fit.
    pub forgives: bool,
}

/// Where a step leads.
#[derive(Clone, Debug, PartialEq)]
pub enum To {
    Key(Rc<str>),
    /// From the end on, if it is negative.
    Index(isize),
    Each,
}

/// What a path leads to.
pub enum Found<'r, 'b> {
    /// It begins here.
    Here(Here<'r, 'b>),
    /// It stands nowhere, as nothing does where a key is missing.
    Value(Val),
}

impl Found<'_, '_> {
    /// The value.
    pub fn value(self) -> Val {
        match self {
            Self::Here(here) => here.value(),
            Self::Value(value) => value,
        }
    }
}

/// The beginning of a value.
pub struct Here<'r, 'b>(&'r mut Reader<'b>);

impl Here<'_, '_> {
    /// Reads it.
    pub fn value(self) -> Val {
        // It was gone over before.
        self.0.value().unwrap_or_default()
    }

    /// Hands on the names of its members, as far as they are wanted.
    pub fn names(self, mut take: impl FnMut(&str) -> bool) {
        let reader = self.0;
        let from = reader.at;
        if reader.peek() == Some(b'{') {
            let mut at = from;
            while let Some((name, _)) = reader.pass_member(&mut at)
                && take(&reader.spelled(name))
            {}
        }
        reader.at = from;
        let _ = reader.skip();
    }
}

/// Takes what was found, and the way to it; says whether more of it is wanted.
type Take<'t, 'b, E> = &'t mut dyn FnMut(Found<'_, 'b>, &Way<'_>) -> Result<bool, E>;

/// The way of a path through a body.
pub struct Walk<'p> {
    pub steps: &'p [Step],
    /// Whether a step that does not fit is a mistake and what is missing is nothing, as in jq; else there is no such value.
    pub strict: bool,
}

impl Walk<'_> {
    /// Hands on all that the path leads to, value by value.
    ///
    /// # Errors
    ///
    /// What a step says that does not fit, and what is said of what was found.
    pub fn all<'b, E: From<Error<Val>>>(&self, bytes: &'b [u8], spans: &Spans, take: Take<'_, 'b, E>) -> Result<(), E> {
        let mut reader = Reader {
            early: spans.early,
            ran_out: spans.early,
            lines: spans.lines,
            ..Reader::new(bytes)
        };
        if !self.steps.iter().any(|step| step.to == To::Each) {
            // What is told is how far the body was gone over.
            reader.tells = usize::MAX;
        }
        // Then nothing else is in a stretch.
        let alone = spans.stretches.len() == spans.count;
        let mut number = 0;
        for span in &spans.stretches {
            reader.at = span.start;
            loop {
                reader.space();
                if reader.at >= span.end {
                    break;
                }
                let listed = Way::ROOT.down(Down::Index(number));
                let way = if spans.count > 1 { listed } else { Way::ROOT };
                if !self.go(&mut reader, 0, &way, take)? {
                    return Ok(());
                }
                number += 1;
                if alone {
                    break;
                }
            }
        }
        reader.all_read();
        Ok(())
    }

    /// Takes the steps from one on, from the value that begins here; goes to the end of that if there is more behind it.
    fn go<'b, E: From<Error<Val>>>(
        &self,
        reader: &mut Reader<'b>,
        step: usize,
        way: &Way<'_>,
        take: Take<'_, 'b, E>,
    ) -> Result<bool, E> {
        meter::tick();
        let Some(Step { to, .. }) = self.steps.get(step) else {
            return take(Found::Here(Here(reader)), way);
        };
        match (to, reader.peek()) {
            (To::Key(key), Some(b'{')) => {
                let (mut at, mut found) = (reader.at, None);
                while let Some((name, value)) = reader.pass_member(&mut at) {
                    if reader.is(name, key) {
                        found = Some(value);
                    }
                }
                let end = reader.at;
                let more = match found {
                    Some(value) => {
                        reader.at = value;
                        self.go(reader, step + 1, &way.down(Down::Key(key)), take)?
                    }
                    None => self.missing(step, take)?,
                };
                reader.at = end;
                Ok(more)
            }
            (To::Index(index), Some(b'[')) => {
                let (found, end) = reader.nth(*index);
                let more = match found {
                    Some((number, item)) => {
                        reader.at = item;
                        self.go(reader, step + 1, &way.down(Down::Index(number)), take)?
                    }
                    None => self.missing(step, take)?,
                };
                reader.at = end;
                Ok(more)
            }
            (To::Each, Some(b'[')) => self.items(reader, step, way, take),
            (To::Each, Some(b'{')) => self.members(reader, step, way, take),
            _ if !self.strict => {
                let _ = reader.skip();
                Ok(true)
            }
            _ => {
                let value = reader.beginning();
                self.on(value, step, take)
            }
        }
    }

    fn items<'b, E: From<Error<Val>>>(
        &self,
        reader: &mut Reader<'b>,
        step: usize,
        way: &Way<'_>,
        take: Take<'_, 'b, E>,
    ) -> Result<bool, E> {
        let mut number = 0;
        let mut more = reader.first();
        while more {
            if reader.early {
                // The last one may not be whole.
                let from = reader.at;
                if reader.skip().is_err() {
                    reader.at = reader.bytes.len();
                    break;
                }
                reader.at = from;
            }
            if !self.go(reader, step + 1, &way.down(Down::Index(number)), take)? {
                return Ok(false);
            }
            number += 1;
            more = reader.next();
        }
        Ok(true)
    }

    /// All members, each name once: with its last value, and where it stood first.
    fn members<'b, E: From<Error<Val>>>(
        &self,
        reader: &mut Reader<'b>,
        step: usize,
        way: &Way<'_>,
        take: Take<'_, 'b, E>,
    ) -> Result<bool, E> {
        let mut taken = Taken::NONE;
        let mut members = IndexMap::new();
        let mut at = reader.at;
        while let Some((name, value)) = reader.pass_member(&mut at) {
            taken.grow(MEMBER + name.len());
            members.insert(reader.spelled(name), value);
        }
        let end = reader.at;
        for (name, value) in members {
            reader.at = value;
            if !self.go(reader, step + 1, &way.down(Down::Key(&name)), take)? {
                return Ok(false);
            }
        }
        reader.at = end;
        Ok(true)
    }

    fn missing<E: From<Error<Val>>>(&self, step: usize, take: Take<'_, '_, E>) -> Result<bool, E> {
        if self.strict {
            self.on(Val::Null, step + 1, take)
        } else {
            Ok(true)
        }
    }

    /// The same in a value that is there.
    fn on<E: From<Error<Val>>>(&self, value: Val, step: usize, take: Take<'_, '_, E>) -> Result<bool, E> {
        let Some(Step { to, forgives }) = self.steps.get(step) else {
            return take(Found::Value(value), &Way::ROOT);
        };
        let inner: Box<dyn Iterator<Item = _>> = match to {
            To::Key(key) => Box::new(std::iter::once(value.index(&Val::text(&**key)))),
            To::Index(index) => Box::new(std::iter::once(value.index(&Val::Int(*index)))),
            To::Each => value.values(),
        };
        for value in inner {
            match value {
                Ok(value) => {
                    if !self.on(value, step + 1, take)? {
                        return Ok(false);
                    }
                }
                Err(_) if *forgives => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(true)
    }
}

impl Reader<'_> {
    /// Goes into a list or an object, to what is first in it; says whether there is anything.
    fn first(&mut self) -> bool {
        self.at += 1;
        self.space();
        match self.peek() {
            Some(b']' | b'}') => {
                self.at += 1;
                false
            }
            Some(_) => true,
            None => false,
        }
    }

    /// Goes from what is in a list or an object to what is next, or behind its end; says whether there is more.
    fn next(&mut self) -> bool {
        self.space();
        let comma = self.peek() == Some(b',');
        if self.peek().is_some() {
            self.at += 1;
        }
        if comma {
            self.space();
        }
        comma
    }

    /// Goes over the next member of an object, or, if `at` is where the object begins, over the first one: returns where its
    /// name and its value are. Behind the last one it is at the end of the object.
    fn pass_member(&mut self, at: &mut usize) -> Option<(Range<usize>, usize)> {
        let more = if self.at == *at { self.first() } else { self.next() };
        // From now on this is never where it is.
        *at = usize::MAX;
        if !more {
            return None;
        }
        let name = self.name();
        let value = self.at;
        let member = name.and_then(|name| self.skip().map(|()| (name, value)));
        if member.is_err() {
            // It is not whole, where the body ends early.
            self.at = self.bytes.len();
        }
        member.ok()
    }

    /// The item of a list at an index, its number and where it begins; and where the list ends.
    fn nth(&mut self, index: isize) -> (Option<(usize, usize)>, usize) {
        let from = self.at;
        let mut count = 0;
        let mut found = None;
        let wanted = usize::try_from(index);
        let mut more = self.first();
        while more {
            let item = self.at;
            if self.skip().is_err() {
                self.at = self.bytes.len();
                break;
            }
            if wanted == Ok(count) {
                found = Some((count, item));
            }
            count += 1;
            more = self.next();
        }
        let end = self.at;
        if index < 0
            && let Some(number) = count.checked_sub(index.unsigned_abs())
        {
            self.at = from;
            let number_at = isize::try_from(number).unwrap_or(isize::MAX);
            found = self.nth(number_at).0;
        }
        (found, end)
    }

    /// A name as it is meant.
    fn spelled(&self, name: Range<usize>) -> String {
        let quoted = &self.bytes[name.start - 1..=name.end];
        Reader::new(quoted).text().unwrap_or_default()
    }

    /// Whether a name is this one.
    fn is(&self, name: Range<usize>, key: &str) -> bool {
        let bytes = &self.bytes[name.clone()];
        if bytes.is_ascii() && !bytes.contains(&b'\\') {
            return bytes == key.as_bytes();
        }
        self.spelled(name) == key
    }

    /// Goes over a value and reads it, or the beginning of a long one.
    fn beginning(&mut self) -> Val {
        let from = self.at;
        let _ = self.skip();
        let end = self.at.min(from + MOST_SAID);
        let mut reader = Reader::new(&self.bytes[from..end]);
        reader.early = self.early || end < self.at;
        if let Ok(value) = reader.value() {
            return value;
        }
        // Nothing of a text is whole before its end.
        self.at = from;
        self.value().unwrap_or_default()
    }
}
