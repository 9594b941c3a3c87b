//! Values as they are met in drawing: parts of the data, and what is made on the way.

use std::rc::Rc;

use serde_json::Value;

/// A value; cheap to copy.
#[derive(Clone, Debug)]
pub(super) enum Met<'a> {
    Undefined,
    Data(&'a Value),
    /// Made on the way: never a list or an object.
    Made(Rc<Value>),
    /// An object with more fields than it has in the data: what a part is given.
    With(Rc<(Met<'a>, Vec<(&'a str, Met<'a>)>)>),
}

/// The place that a key names in a list or a text.
fn index(key: &str) -> Option<usize> {
    let is_plain = key == "0" || !key.starts_with(['0', '+']);
    key.parse().ok().filter(|_| is_plain)
}

impl Met<'_> {
    pub fn made(value: impl Into<Value>) -> Self {
        Self::Made(Rc::new(value.into()))
    }

    /// The value as JSON has it; of an object with more fields there is none.
    pub fn json(&self) -> Option<&Value> {
        match self {
            Self::Undefined | Self::With(_) => None,
            Self::Data(value) => Some(value),
            Self::Made(value) => Some(value),
        }
    }

    pub fn is_nullish(&self) -> bool {
        !matches!(self, Self::With(_)) && self.json().is_none_or(Value::is_null)
    }

    /// As JavaScript asks for truth.
    pub fn is_true(&self) -> bool {
        match self.json() {
            None => matches!(self, Self::With(_)),
            Some(Value::Null) => false,
            Some(Value::Bool(is)) => *is,
            Some(Value::Number(number)) => number.as_f64() != Some(0.0),
            Some(Value::String(text)) => !text.is_empty(),
            Some(Value::Array(_) | Value::Object(_)) => true,
        }
    }

    /// Nothing in it, as Handlebars has it: a zero is something, a list without items is not.
    pub fn is_empty(&self) -> bool {
        match self.json() {
            Some(Value::Array(items)) => items.is_empty(),
            Some(Value::Number(_)) => false,
            _ => !self.is_true(),
        }
    }

    /// Whether this is the very same, so that it is no step down in the data.
    pub fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::With(one), Self::With(other)) => Rc::ptr_eq(one, other),
            (Self::Data(one), Self::Data(other)) if one.is_object() || one.is_array() => std::ptr::eq(*one, *other),
            _ => match (self.json(), other.json()) {
                (Some(one), Some(other)) => !one.is_object() && !one.is_array() && one == other,
                (None, None) => matches!((self, other), (Self::Undefined, Self::Undefined)),
                _ => false,
            },
        }
    }

    /// A member.
    pub fn get(&self, key: &str) -> Self {
        match self {
            Self::With(with) => {
                let (base, more) = &**with;
                let own = more.iter().rev().find(|(name, _)| *name == key);
                own.map_or_else(|| base.get(key), |(_, value)| value.clone())
            }
            Self::Data(Value::Object(fields)) => fields.get(key).map_or(Self::Undefined, Self::Data),
            Self::Data(Value::Array(items)) if key == "length" => Self::made(items.len()),
            Self::Data(Value::Array(items)) => {
                let item = index(key).and_then(|at| items.get(at));
                item.map_or(Self::Undefined, Self::Data)
            }
            _ => match (self.json(), key) {
                (Some(Value::String(text)), "length") => Self::made(text.encode_utf16().count()),
                (Some(Value::String(text)), key) => {
                    // A unit of UTF-16, as JavaScript counts them: half of a character reads as `�`.
                    let at = index(key).filter(|at| *at < text.len());
                    let unit = at.and_then(|at| text.encode_utf16().nth(at));
                    unit.map_or(Self::Undefined, |unit| Self::made(String::from_utf16_lossy(&[unit])))
                }
                _ => Self::Undefined,
            },
        }
    }

    /// The names of its members, and what they are.
    pub fn members(&self) -> Vec<(String, Self)> {
        match self {
            Self::Data(Value::Object(fields)) => fields
                .iter()
                .map(|(key, value)| (key.clone(), Self::Data(value)))
                .collect(),
            Self::With(with) => {
                let (base, more) = &**with;
                let mut all = base.members();
                for (name, value) in more {
                    match all.iter_mut().find(|(known, _)| known == name) {
                        Some(known) => known.1 = value.clone(),
                        None => all.push(((*name).to_owned(), value.clone())),
                    }
                }
                all
            }
            _ => Vec::new(),
        }
    }
}
