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
    Number(Rc<(Box<str>, f64)>),
    /// Text.
    Str(Rc<Text>),
    /// A list.
    Arr(Rc<List>),
    /// An object.
    Obj(Rc<Object>),
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

/// Bytes that a list, an object and a text take besides what is in them, and an item and a member besides their values.
const LIST: usize = 64;
const OBJECT: usize = 128;
const TEXT: usize = 56;
const ITEM: usize = size_of::<Val>();
const MEMBER: usize = 56;

impl List {
    fn new() -> Self {
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
        self.taken.grow(ITEM);
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

impl Object {
    fn new() -> Self {
        Self {
            members: IndexMap::new(),
            depth: 1,
            taken: Taken::new(OBJECT),
        }
    }

    /// The members.
    pub fn members(&self) -> &IndexMap<Rc<str>, Val> {
        &self.members
    }

    /// Adds a member, or gives it another value.
    pub fn insert(&mut self, key: Rc<str>, value: Val) {
        meter::tick();
        self.depth = meter::depth(self.depth.max(value.depth() + 1));
        let bytes = key.len();
        if self.members.insert(key, value).is_none() {
            self.taken.grow(MEMBER + bytes);
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

/// The items, of a list that nobody else has without copying them.
pub fn items(list: Rc<List>) -> Vec<Val> {
    match Rc::try_unwrap(list) {
        Ok(mut list) => std::mem::take(&mut list.items),
        Err(shared) => shared.items.clone(),
    }
}

/// The members, likewise.
pub fn members(object: Rc<Object>) -> IndexMap<Rc<str>, Val> {
    match Rc::try_unwrap(object) {
        Ok(mut object) => std::mem::take(&mut object.members),
        Err(shared) => shared.members.clone(),
    }
}

impl Val {
    /// Text.
    pub fn text(text: impl Into<Box<str>>) -> Self {
        let text = text.into();
        let taken = Taken::new(TEXT + text.len());
        Self::Str(Rc::new(Text { text, _taken: taken }))
    }

    /// An object.
    pub fn object(members: impl IntoIterator<Item = (Rc<str>, Self)>) -> Self {
        let mut object = Object::new();
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
            Self::Number(Rc::new((spelled.into(), float)))
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
            Self::Number(number) => Some(number.1),
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
    pub fn write(&self, out: &mut String) {
        match self {
            Self::Null => out.push_str("null"),
            Self::Bool(flag) => out.push_str(if *flag { "true" } else { "false" }),
            Self::Int(whole) => out.push_str(&whole.to_string()),
            Self::Float(float) => out.push_str(&written(*float)),
            Self::Number(number) => out.push_str(&number.0),
            Self::Str(text) => quote(text, out),
            Self::Arr(list) => {
                out.push('[');
                for (n, item) in list.items.iter().enumerate() {
                    if n > 0 {
                        out.push(',');
                    }
                    item.write(out);
                }
                out.push(']');
            }
            Self::Obj(object) => {
                out.push('{');
                for (n, (key, value)) in object.members.iter().enumerate() {
                    if n > 0 {
                        out.push(',');
                    }
                    quote(key, out);
                    out.push(':');
                    value.write(out);
                }
                out.push('}');
            }
        }
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

fn quote(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c < ' ' || c == '\u{7f}' => {
                // Writing to a string does not fail.
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

impl fmt::Display for Val {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = String::new();
        self.write(&mut out);
        f.write_str(&out)
    }
}

impl Ord for Val {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
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
        meter::tick();
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

impl FromIterator<Self> for Val {
    fn from_iter<T: IntoIterator<Item = Self>>(items: T) -> Self {
        let mut list = List::new();
        for item in items {
            list.push(item);
        }
        Self::Arr(Rc::new(list))
    }
}

impl From<bool> for Val {
    fn from(flag: bool) -> Self {
        Self::Bool(flag)
    }
}

impl From<isize> for Val {
    fn from(whole: isize) -> Self {
        Self::Int(whole)
    }
}

impl From<usize> for Val {
    fn from(whole: usize) -> Self {
        Self::Int(isize::try_from(whole).unwrap_or(isize::MAX))
    }
}

impl From<f64> for Val {
    fn from(float: f64) -> Self {
        Self::Float(float)
    }
}

impl From<String> for Val {
    fn from(text: String) -> Self {
        Self::text(text)
    }
}
