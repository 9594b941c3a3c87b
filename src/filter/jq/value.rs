//! The values that jq programs work on: JSON's, measured as they are made, and numbers as they were sent.
//!
//! jaq is generic over its values. Its own ones know neither how much memory they take nor how deep they are, and so
//! cannot be bounded; these do ([`super::super::meter`]).

use std::cmp::Ordering;
use std::fmt::{self, Write};
use std::rc::Rc;

use indexmap::IndexMap;

use super::super::meter::{self, Taken};

/// A value.
#[derive(Clone, Debug, Default)]
pub enum Val {
    /// Nothing.
    #[default]
    Null,
    /// True or false.
    Bool(bool),
    /// A whole number.
    Int(isize),
    /// Any other number.
    Float(f64),
    /// A number as it was sent that would be written otherwise: `1.0`, or 30 digits.
    Number(Rc<Spelled>),
    /// Text.
    Str(Rc<Text>),
    /// A list.
    Arr(Rc<List>),
    /// An object.
    Obj(Rc<Object>),
}

/// A number and how it was spelled.
#[derive(Clone, Debug)]
pub struct Spelled {
    text: Box<str>,
    /// What comes closest to it.
    pub float: f64,
    _taken: Taken,
}

/// Text, and the memory it takes.
#[derive(Clone, Debug)]
pub struct Text {
    text: Box<str>,
    _taken: Taken,
}

impl std::ops::Deref for Text {
    type Target = str;

    fn deref(&self) -> &str {
        &self.text
    }
}

/// The items of a list.
#[derive(Clone, Debug)]
pub struct List {
    items: Vec<Val>,
    depth: u32,
    taken: Taken,
}

/// The members of an object, in order.
#[derive(Clone, Debug)]
pub struct Object {
    members: IndexMap<Rc<str>, Val>,
    depth: u32,
    taken: Taken,
}

/// Bytes that a list and an object take besides what is in them, and an item besides its value; a number as it was spelled
/// takes as much as a text.
const LIST: usize = 80;
const OBJECT: usize = 128;
pub const ITEM: usize = size_of::<Val>();
/// What a member takes of the object's own list of members, and a place in its index of them.
const MEMBER: usize = 40;
const PLACE: usize = 9;

/// What is taken for so many bytes that are asked for: the system hands them out in sixteens, with a word before them.
const fn taken_for(bytes: usize) -> usize {
    if bytes == 0 {
        0
    } else {
        (bytes + 8).next_multiple_of(16)
    }
}

/// What a text of so many bytes takes: the text, and what leads to it.
const fn text_takes(len: usize) -> usize {
    48 + taken_for(len)
}

/// What an object takes that has room for so many members: there is more room than members, by up to as much again.
fn room_takes(members: usize) -> usize {
    if members == 0 {
        return 0;
    }
    let places = (members * 8 / 7).next_power_of_two().max(4);
    taken_for(members * MEMBER) + taken_for(places * PLACE + 16)
}

impl List {
    pub(super) fn new() -> Self {
        Self {
            items: Vec::new(),
            depth: 1,
            taken: Taken::new(LIST),
        }
    }

    /// The items.
    pub fn items(&self) -> &[Val] {
        &self.items
    }

    /// Adds an item.
    pub fn push(&mut self, item: Val) {
        meter::tick();
        if self.items.len() == self.items.capacity() {
            // Before it is there: what is too large must not be made.
            let more = self.items.len().max(4);
            self.taken.grow(ITEM * more);
            self.items.reserve_exact(more);
        }
        self.depth = meter::depth(self.depth.max(item.depth() + 1));
        self.items.push(item);
    }

    /// Puts another item in place of one.
    pub fn set(&mut self, at: usize, item: Val) {
        self.depth = meter::depth(self.depth.max(item.depth() + 1));
        self.items[at] = item;
    }

    /// Takes an item out for a moment.
    pub fn lend(&mut self, at: usize) -> Val {
        std::mem::take(&mut self.items[at])
    }

    /// Takes an item out for good.
    pub fn remove(&mut self, at: usize) {
        self.items.remove(at);
    }

    /// Keeps the items that pass.
    pub fn retain(&mut self, keep: impl FnMut(&Val) -> bool) {
        self.items.retain(keep);
    }
}

impl Default for Object {
    fn default() -> Self {
        Self {
            members: IndexMap::new(),
            depth: 1,
            taken: Taken::new(OBJECT),
        }
    }
}

impl Object {
    /// The members.
    pub fn members(&self) -> &IndexMap<Rc<str>, Val> {
        &self.members
    }

    /// Adds a member, or gives it another value.
    pub fn insert(&mut self, key: Rc<str>, value: Val) {
        meter::tick();
        self.depth = meter::depth(self.depth.max(value.depth() + 1));
        // A name that others have too takes nothing more.
        let own = if Rc::strong_count(&key) > 2 {
            0
        } else {
            text_takes(key.len())
        };
        let before = self.members.capacity();
        if self.members.insert(key, value).is_none() {
            let room = room_takes(self.members.capacity()).saturating_sub(room_takes(before));
            self.taken.grow(room + own);
        }
    }

    /// Takes a member's value out for a moment.
    pub fn lend(&mut self, key: &str) -> Option<Val> {
        self.members.get_mut(key).map(std::mem::take)
    }

    /// Takes a member out for good.
    pub fn remove(&mut self, key: &str) {
        self.members.shift_remove(key);
    }
}

/// A list in the making.
#[derive(Debug)]
pub struct Entries(List);

impl Default for Entries {
    fn default() -> Self {
        Self(List::new())
    }
}

impl Entries {
    /// Adds an item.
    pub fn push(&mut self, item: Val) {
        self.0.push(item);
    }

    /// The list.
    pub fn list(self) -> Val {
        Val::Arr(Rc::new(self.0))
    }
}

/// What a list or an object is taken apart into: it takes its memory until it is dropped.
pub struct Apart<I> {
    rest: I,
    _taken: Taken,
}

impl<I: Iterator> Iterator for Apart<I> {
    type Item = I::Item;

    fn next(&mut self) -> Option<I::Item> {
        self.rest.next()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.rest.size_hint()
    }
}

/// The items, of a list that nobody else has without copying them.
pub fn items(list: Rc<List>) -> Apart<std::vec::IntoIter<Val>> {
    let (items, taken) = match Rc::try_unwrap(list) {
        Ok(own) => (own.items, own.taken),
        Err(shared) => {
            let taken = shared.taken.clone();
            (shared.items.clone(), taken)
        }
    };
    Apart {
        rest: items.into_iter(),
        _taken: taken,
    }
}

/// The members, likewise.
pub fn members(object: Rc<Object>) -> Apart<indexmap::map::IntoIter<Rc<str>, Val>> {
    let (members, taken) = match Rc::try_unwrap(object) {
        Ok(own) => (own.members, own.taken),
        Err(shared) => {
            let taken = shared.taken.clone();
            (shared.members.clone(), taken)
        }
    };
    Apart {
        rest: members.into_iter(),
        _taken: taken,
    }
}

/// Text in the making: it takes memory as it grows, and is full at a bound.
pub struct Written {
    text: String,
    most: usize,
    taken: Taken,
}

impl Written {
    /// Nothing yet, and so many bytes at most.
    pub fn new(most: usize) -> Self {
        Self {
            text: String::new(),
            most,
            taken: Taken::NONE,
        }
    }

    /// Moves the bound.
    pub fn limit(&mut self, most: usize) {
        self.most = most;
    }

    /// How many bytes there are.
    pub fn len(&self) -> usize {
        self.text.len()
    }

    /// The text.
    pub fn done(self) -> String {
        self.text
    }
}

impl Write for Written {
    fn write_str(&mut self, more: &str) -> fmt::Result {
        let len = self.text.len() + more.len();
        if len > self.most {
            return Err(fmt::Error);
        }
        let room = self.text.capacity();
        if len > room {
            // Before it is there: what is too large must not be made.
            let room = len.max(room * 2);
            self.taken.grow(room - self.text.capacity());
            self.text.reserve_exact(room - self.text.len());
        }
        self.text.push_str(more);
        Ok(())
    }
}

impl Val {
    /// Text.
    pub fn text(text: impl Into<Box<str>>) -> Self {
        let text = text.into();
        let taken = Taken::new(text_takes(text.len()));
        Self::Str(Rc::new(Text { text, _taken: taken }))
    }

    /// An object.
    pub fn object(members: impl IntoIterator<Item = (Rc<str>, Self)>) -> Self {
        let mut object = Object::default();
        for (key, value) in members {
            object.insert(key, value);
        }
        Self::Obj(Rc::new(object))
    }

    /// A number as it is spelled in JSON.
    pub fn number(spelled: &str) -> Self {
        if let Ok(whole) = spelled.parse::<isize>()
            && spelled != "-0"
        {
            return Self::Int(whole);
        }
        let float = spelled.parse::<f64>().unwrap_or(f64::NAN);
        if written(float) == spelled {
            Self::Float(float)
        } else {
            Self::Number(Rc::new(Spelled {
                text: spelled.into(),
                float,
                _taken: Taken::new(text_takes(spelled.len()) + 16),
            }))
        }
    }

    /// How deep it is nested: 0 for what is no list or object.
    pub fn depth(&self) -> u32 {
        match self {
            Self::Arr(list) => list.depth,
            Self::Obj(object) => object.depth,
            _ => 0,
        }
    }

    /// The number, if it is one.
    pub fn float(&self) -> Option<f64> {
        match self {
            #[expect(clippy::cast_precision_loss, reason = "that is what becomes of large numbers in jq")]
            Self::Int(whole) => Some(*whole as f64),
            Self::Float(float) => Some(*float),
            Self::Number(number) => Some(number.float),
            _ => None,
        }
    }

    /// The whole number, if it is one.
    pub fn whole(&self) -> Option<isize> {
        match self {
            Self::Int(whole) => Some(*whole),
            // 2^53: what is larger is whole by accident.
            Self::Float(_) | Self::Number(_) => self
                .float()
                .filter(|float| float.fract() == 0.0 && float.abs() < 9e15)
                .map(truncated),
            _ => None,
        }
    }

    /// What kind of value it is, in the order in which jq sorts them.
    fn rank(&self) -> u8 {
        match self {
            Self::Null => 0,
            Self::Bool(false) => 1,
            Self::Bool(true) => 2,
            Self::Int(_) | Self::Float(_) | Self::Number(_) => 3,
            Self::Str(_) => 4,
            Self::Arr(_) => 5,
            Self::Obj(_) => 6,
        }
    }

    /// Writes it as JSON on one line.
    ///
    /// # Errors
    ///
    /// When there is no more room there.
    pub fn write(&self, out: &mut impl Write) -> fmt::Result {
        meter::tick();
        match self {
            Self::Null => out.write_str("null"),
            Self::Bool(flag) => out.write_str(if *flag { "true" } else { "false" }),
            Self::Int(whole) => write!(out, "{whole}"),
            Self::Float(float) => out.write_str(&written(*float)),
            Self::Number(number) => out.write_str(&number.text),
            Self::Str(text) => quote(text, out),
            Self::Arr(list) => {
                out.write_char('[')?;
                for (n, item) in list.items.iter().enumerate() {
                    if n > 0 {
                        out.write_char(',')?;
                    }
                    item.write(out)?;
                }
                out.write_char(']')
            }
            Self::Obj(object) => {
                out.write_char('{')?;
                for (n, (key, value)) in object.members.iter().enumerate() {
                    if n > 0 {
                        out.write_char(',')?;
                    }
                    quote(key, out)?;
                    out.write_char(':')?;
                    value.write(out)?;
                }
                out.write_char('}')
            }
        }
    }

    /// The same as a text of its own, of any length that there is memory for.
    pub fn written(&self) -> String {
        let mut out = Written::new(usize::MAX);
        // Only a bound makes it fail.
        let _ = self.write(&mut out);
        out.done()
    }
}

/// The whole part of a number.
#[expect(
    clippy::cast_possible_truncation,
    reason = "the ends of the range will do for what is beyond them"
)]
pub fn truncated(float: f64) -> isize {
    float as isize
}

/// A number as jq writes it: what JSON has no words for becomes what comes closest.
fn written(float: f64) -> String {
    if float.is_nan() {
        return "null".to_owned();
    }
    if float.is_infinite() {
        return format!("{:?}", f64::MAX.copysign(float));
    }
    if float.fract() == 0.0 && float.abs() < 1e17 {
        return format!("{float:.0}");
    }
    format!("{float:?}")
}

/// Writes a text in quotes.
pub fn quote(text: &str, out: &mut impl Write) -> fmt::Result {
    out.write_char('"')?;
    let mut rest = text;
    while let Some(at) = rest.find(|c: char| c < ' ' || matches!(c, '"' | '\\' | '\u{7f}')) {
        out.write_str(&rest[..at])?;
        // All of those are one byte long.
        match rest.as_bytes()[at] {
            b'"' => out.write_str("\\\""),
            b'\\' => out.write_str("\\\\"),
            b'\n' => out.write_str("\\n"),
            b'\r' => out.write_str("\\r"),
            b'\t' => out.write_str("\\t"),
            byte => write!(out, "\\u{byte:04x}"),
        }?;
        rest = &rest[at + 1..];
    }
    out.write_str(rest)?;
    out.write_char('"')
}

/// Bytes of a value that stand in the words of an error: whoever hides secrets in them must find the whole of one.
const MOST_SAID: usize = 64 * 1024;

impl fmt::Display for Val {
    /// As JSON, the beginning of it if it is long: that is for the words of errors.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = Written::new(MOST_SAID);
        let whole = self.write(&mut out).is_ok();
        f.write_str(&out.done())?;
        if whole { Ok(()) } else { f.write_char('…') }
    }
}

/// A whole number and another one, as they are: a whole number beyond 2^53 is no float.
fn whole_to_float(whole: isize, float: f64) -> Ordering {
    // 2^63, and what is no number comes first.
    const END: f64 = 9_223_372_036_854_775_808.0;
    if float >= END {
        Ordering::Less
    } else if float.is_nan() || float < -END {
        Ordering::Greater
    } else {
        let rest = 0.0_f64.partial_cmp(&float.fract()).unwrap_or(Ordering::Equal);
        whole.cmp(&truncated(float)).then(rest)
    }
}

impl Ord for Val {
    fn cmp(&self, other: &Self) -> Ordering {
        meter::tick();
        match (self, other) {
            (Self::Arr(a), Self::Arr(b)) if Rc::ptr_eq(a, b) => Ordering::Equal,
            (Self::Obj(a), Self::Obj(b)) if Rc::ptr_eq(a, b) => Ordering::Equal,
            (Self::Int(a), Self::Int(b)) => a.cmp(b),
            (Self::Str(a), Self::Str(b)) => a.as_bytes().cmp(b.as_bytes()),
            (Self::Arr(a), Self::Arr(b)) => a.items.cmp(&b.items),
            (Self::Obj(a), Self::Obj(b)) => {
                let sorted = |object: &Object| {
                    let mut members: Vec<_> = object
                        .members
                        .iter()
                        .map(|(key, value)| (Rc::clone(key), value.clone()))
                        .collect();
                    members.sort_by(|a, b| a.0.cmp(&b.0));
                    members
                };
                let (a, b) = (sorted(a), sorted(b));
                let keys = a.iter().map(|(key, _)| key).cmp(b.iter().map(|(key, _)| key));
                keys.then_with(|| a.iter().map(|(_, value)| value).cmp(b.iter().map(|(_, value)| value)))
            }
            (Self::Int(whole), other) if let Some(float) = other.float() => whole_to_float(*whole, float),
            (own, Self::Int(whole)) if let Some(float) = own.float() => whole_to_float(*whole, float).reverse(),
            _ => match (self.float(), other.float()) {
                // What is no number comes before all of them.
                (Some(a), Some(b)) => a.partial_cmp(&b).unwrap_or_else(|| b.is_nan().cmp(&a.is_nan())),
                _ => self.rank().cmp(&other.rank()),
            },
        }
    }
}

#[expect(
    clippy::non_canonical_partial_ord_impl,
    reason = "`<` of jq is not the order it sorts in"
)]
impl PartialOrd for Val {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            // jq tells what is no number by its being less than itself.
            (Self::Float(a), Self::Float(b)) if a.is_nan() && b.is_nan() => Some(Ordering::Less),
            _ => Some(self.cmp(other)),
        }
    }
}

impl PartialEq for Val {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Val {}
