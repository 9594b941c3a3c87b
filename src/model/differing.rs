//! In what two versions of an item differ, in words: for questions that have to be answered without looking at both.

use super::{Entity, Group, Request};

impl Entity {
    /// The parts in which another version differs; none where that is something else altogether, or nothing that has a name
    /// on the screen.
    pub fn differing(&self, other: &Self) -> Vec<&'static str> {
        let parts = match (self, other) {
            (Self::Request(ours), Self::Request(theirs)) => requests(ours, theirs),
            (Self::Collection(ours), Self::Collection(theirs)) | (Self::Folder(ours), Self::Folder(theirs)) => {
                groups(ours, theirs)
            }
            _ => Vec::new(),
        };
        let differing = parts.into_iter().filter(|(_, differs)| *differs);
        differing.map(|(name, _)| name).collect()
    }
}

fn requests(ours: &Request, theirs: &Request) -> Vec<(&'static str, bool)> {
    vec![
        ("name", ours.name != theirs.name),
        ("description", ours.description != theirs.description),
        ("method", ours.method != theirs.method),
        ("URL", ours.url != theirs.url),
        (
            "params",
            ours.params != theirs.params || ours.path_variables != theirs.path_variables,
        ),
        ("headers", ours.headers != theirs.headers),
        ("auth", ours.auth != theirs.auth),
        ("body", ours.body != theirs.body),
        ("scripts", ours.scripts != theirs.scripts),
        ("settings", ours.settings != theirs.settings),
        ("examples", ours.examples != theirs.examples),
        ("filter", ours.filter != theirs.filter),
        ("position", ours.order != theirs.order),
    ]
}

fn groups(ours: &Group, theirs: &Group) -> Vec<(&'static str, bool)> {
    vec![
        ("name", ours.name != theirs.name),
        ("description", ours.description != theirs.description),
        ("auth", ours.auth != theirs.auth),
        ("variables", ours.variables != theirs.variables),
        ("scripts", ours.scripts != theirs.scripts),
        ("settings", ours.settings != theirs.settings),
        ("tokens", ours.tokens != theirs.tokens),
        ("position", ours.order != theirs.order),
    ]
}
