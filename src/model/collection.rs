//! Collections and folders: what they hand down to the requests in them.

use super::{Auth, Origin, Settings, Variable, script::Scripts, token::TokenSource};

/// How many folders may lie in each other. What our files hold is looked into so far, and an import takes no more: on Linux,
/// where a path has 4096 bytes, names of thirty letters then still fit. macOS takes 1024 and Windows, unless it is told
/// otherwise, 260: there it is short names that do, and a path that is too long is told when it is written.
pub const MOST_FOLDERS: usize = 100;

/// The content of a collection or a folder; Postman calls both an item group.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Group {
    /// Its name in the tree.
    pub name: String,
    /// Markdown.
    pub description: String,
    /// The auth that requests below inherit; a collection that says `inherit` has none.
    pub auth: Auth,
    /// Variables of the collection. Folders carry none in Postman's own runtime; ours keeps them for round trips only.
    pub variables: Vec<Variable>,
    /// Scripts that run around every request below.
    pub scripts: Scripts,
    /// How requests below are sent, where they do not say themselves.
    pub settings: Settings,
    /// Where token variables come from.
    pub tokens: Vec<TokenSource>,
    /// Its place among its siblings.
    pub order: Option<i64>,
    /// Where it was imported from, and what is kept of it there.
    pub origin: Origin,
}

impl Group {
    /// A group with a name and nothing else.
    pub fn named(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            ..Self::default()
        }
    }
}
