//! Environments: named sets of variables, one of which is active.

use super::{Origin, Variable, token::TokenSource};

/// An environment as its file holds it; also the shape of a workspace's globals.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Environment {
    /// Its name.
    pub name: String,
    /// Markdown.
    pub description: String,
    /// Its variables with their initial values, in the order of the file.
    pub variables: Vec<Variable>,
    /// Where token variables come from, whatever the collection.
    pub tokens: Vec<TokenSource>,
    /// Its place among the environments.
    pub order: Option<i64>,
    /// Where it was imported from, and what is kept of it there.
    pub origin: Origin,
}

/// Which environment the user wants to be active; [`super::Workspace::active_environment`] says which one then is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Choice {
    /// Nothing was ever chosen.
    #[default]
    Open,
    /// None at all.
    None,
    /// The one of this file, without ending.
    Named(String),
}

impl Environment {
    /// The enabled variable of that name; of duplicates the last one counts, as in Postman.
    pub fn variable(&self, key: &str) -> Option<&Variable> {
        self.variables
            .iter()
            .rev()
            .find(|variable| variable.enabled && variable.key == key)
    }
}
