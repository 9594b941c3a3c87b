//! Elements: their names as far as they matter, which of them HTML treats how, and what is known of one that is open.

use std::collections::HashMap;
use std::fmt;

/// Names of an element's own that are counted, and how long they may be, in bytes: a body may have any number of them.
const MOST_NAMES: usize = 100;
const LONGEST_NAME: usize = 100;
/// Letters of a name that are compared.
pub(super) const NAME: usize = 16;

pub(super) const INLINE: [&[u8]; 37] = [
    b"a",
    b"abbr",
    b"b",
    b"bdi",
    b"bdo",
    b"br",
    b"button",
    b"cite",
    b"code",
    b"data",
    b"del",
    b"dfn",
    b"em",
    b"font",
    b"i",
    b"img",
    b"input",
    b"ins",
    b"kbd",
    b"label",
    b"mark",
    b"q",
    b"s",
    b"samp",
    b"select",
    b"small",
    b"span",
    b"strike",
    b"strong",
    b"sub",
    b"sup",
    b"textarea",
    b"time",
    b"tt",
    b"u",
    b"var",
    b"wbr",
];
pub(super) const VOID: [&[u8]; 14] = [
    b"area", b"base", b"br", b"col", b"embed", b"frame", b"hr", b"img", b"input", b"link", b"meta", b"param",
    b"source", b"wbr",
];
/// What is in them is no markup, or white space matters.
pub(super) const RAW: [&[u8]; 5] = [b"script", b"style", b"textarea", b"pre", b"title"];

/// A tag's name in lower case, cut off where it is longer than any that matters.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Name {
    pub bytes: [u8; NAME],
    pub len: u8,
}

impl Name {
    /// Reads the name these bytes begin with.
    pub fn read(bytes: &[u8], html: bool) -> Self {
        let mut name = Self::default();
        let end = |byte: &u8| byte.is_ascii_whitespace() || b"/>".contains(byte);
        for byte in bytes.iter().take_while(|byte| !end(byte)).take(NAME) {
            name.bytes[usize::from(name.len)] = if html { byte.to_ascii_lowercase() } else { *byte };
            name.len += 1;
        }
        name
    }

    pub fn is_one_of(&self, names: &[&[u8]]) -> bool {
        names.contains(&&self.bytes[..usize::from(self.len)])
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = &self.bytes[..usize::from(self.len)];
        f.write_str(&String::from_utf8_lossy(name))?;
        f.write_str(if name.len() == NAME { "…" } else { "" })
    }
}

/// An element that is open.
#[derive(Default)]
pub(super) struct Element {
    pub name: Name,
    pub inside: Inside,
    /// Whether something in it stands on a line of its own.
    pub broken: bool,
    /// Whether all in it is shown as it came.
    pub verbatim: bool,
}

/// What was met in an element so far, or outside of all.
#[derive(Default)]
pub(super) struct Inside {
    /// How many elements of each name.
    names: HashMap<Box<[u8]>, u32>,
    /// Elements of the text flow of HTML that are open: what begins in one is not in this element itself.
    pub flowing: usize,
}

impl Inside {
    /// Counts one more element: the how-manieth of its name it is; 0 if that is not known.
    pub fn count(&mut self, tag: &[u8], html: bool) -> u32 {
        let rest = &tag[1..];
        let end = |byte: &u8| byte.is_ascii_whitespace() || b"/>".contains(byte);
        let name = &rest[..rest.iter().position(end).unwrap_or(rest.len())];
        let room = self.names.len() < MOST_NAMES;
        if name.len() > LONGEST_NAME || self.flowing > 0 || !room && !self.names.contains_key(name) {
            return 0;
        }
        let lower = html && name.iter().any(u8::is_ascii_uppercase);
        let lower = lower.then(|| name.to_ascii_lowercase());
        let name = lower.as_deref().unwrap_or(name);
        if let Some(count) = self.names.get_mut(name) {
            *count = count.saturating_add(1);
            return *count;
        }
        self.names.insert(name.into(), 1);
        1
    }
}
