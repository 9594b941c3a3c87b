//! Authentication as it is written down: a type and its parameters. What they do is the `auth` layer's business.

use std::fmt;

use indexmap::IndexMap;
use serde_json::Value;

use super::template::Template;

/// The auth of a collection, folder or request.
///
/// The type is a word, not an enum: one that this version does not know is kept and written back unchanged.
#[derive(Clone, PartialEq)]
pub struct Auth {
    /// `inherit`, `none`, `basic`, `bearer`, `apikey` …
    pub kind: String,
    /// Parameters by name, in the order of the file; texts may hold `{{variables}}`.
    pub params: IndexMap<String, Value>,
}

impl Auth {
    /// The word for taking the parent's auth.
    pub const INHERIT: &str = "inherit";
    /// The word for sending none, which also stops inheritance.
    pub const NONE: &str = "none";

    /// Auth of a type without parameters yet.
    pub fn new(kind: impl Into<String>) -> Self {
        Self {
            kind: kind.into(),
            params: IndexMap::new(),
        }
    }

    /// The same with one more parameter.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.params.insert(name.to_owned(), value.into());
        self
    }

    /// Whether the nearest parent with an auth of its own decides.
    pub fn is_inherited(&self) -> bool {
        self.kind == Self::INHERIT
    }

    /// Whether nothing is sent.
    pub fn is_none(&self) -> bool {
        self.kind == Self::NONE
    }

    /// A parameter as text: absent ones are empty, numbers and booleans are spelled out.
    pub fn text(&self, name: &str) -> String {
        match self.params.get(name) {
            None | Some(Value::Null) => String::new(),
            Some(value) => super::variable::display_value(value),
        }
    }

    /// A parameter as a template.
    pub fn template(&self, name: &str) -> Template {
        Template::new(self.text(name))
    }

    /// A parameter as a switch: `true`, or the text `true`.
    pub fn flag(&self, name: &str) -> bool {
        match self.params.get(name) {
            Some(Value::Bool(on)) => *on,
            Some(Value::String(text)) => text == "true",
            _ => false,
        }
    }
}

impl fmt::Debug for Auth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Parameters may be passwords and tokens.
        write!(f, "Auth({})", self.kind)
    }
}

impl Default for Auth {
    fn default() -> Self {
        Self::new(Self::INHERIT)
    }
}
