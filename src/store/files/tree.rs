//! What a file says, without how it is laid out: the form in which two versions are compared.

use std::borrow::Cow;

use indexmap::IndexMap;

/// Keys in canonical order; comparing ignores the order. Nearly all keys are words of the format.
pub type Map = IndexMap<Cow<'static, str>, Tree>;

/// A value in a file.
#[derive(Clone, Debug, PartialEq)]
pub enum Tree {
    /// Text, of one line or many.
    Text(String),
    /// A whole number.
    Int(i64),
    /// Any other number.
    Float(f64),
    /// A switch.
    Bool(bool),
    /// An array whose items mean nothing by themselves.
    List(Vec<Tree>),
    /// A table.
    Table(Map),
    /// An array of tables, each a thing of its own: rows of a form, variables.
    Rows(Vec<Map>),
}

impl From<&str> for Tree {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

/// Adds a text unless it is empty.
pub fn put_text(map: &mut Map, key: &'static str, text: &str) {
    if !text.is_empty() {
        map.insert(key.into(), text.into());
    }
}

/// Adds rows unless there are none.
pub fn put_rows(map: &mut Map, key: &'static str, rows: Tree) {
    if rows != Tree::Rows(Vec::new()) {
        map.insert(key.into(), rows);
    }
}

/// Adds a place among siblings, if there is one.
pub fn put_order(map: &mut Map, order: Option<i64>) {
    if let Some(order) = order {
        map.insert("order".into(), Tree::Int(order));
    }
}
