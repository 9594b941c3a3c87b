//! Values of jq made of what Rust has.

use std::rc::Rc;

use super::value::{List, Val};

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
