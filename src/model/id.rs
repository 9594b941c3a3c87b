//! Identities: numbers while the program runs, paths across restarts.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Names a collection, folder or request while the program runs; never reused, never stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId(pub(super) u64);

/// Names an environment while the program runs; never reused, never stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EnvironmentId(pub(super) u64);

/// Where an item lives below `collections/`, without file ending: `pydio-cells/configuration/list-services`.
///
/// It is what local state (drafts, history, layout) is filed under, so it survives a restart; a move or rename changes it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ItemPath(String);

impl ItemPath {
    /// Takes a path with `/` between its slugs.
    pub fn new(path: impl Into<String>) -> Self {
        Self(path.into())
    }

    /// The path as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The path of a child with this slug.
    #[must_use]
    pub fn join(&self, slug: &str) -> Self {
        if self.0.is_empty() {
            Self(slug.to_owned())
        } else {
            Self(format!("{}/{slug}", self.0))
        }
    }

    /// The path of the parent, `None` for a collection.
    pub fn parent(&self) -> Option<Self> {
        self.0.rsplit_once('/').map(|(parent, _)| Self(parent.to_owned()))
    }

    /// The last part: the file's or folder's own name.
    pub fn slug(&self) -> &str {
        self.0.rsplit_once('/').map_or(self.0.as_str(), |(_, slug)| slug)
    }

    /// The slugs from the collection down.
    pub fn parts(&self) -> impl Iterator<Item = &str> {
        self.0.split('/').filter(|part| !part.is_empty())
    }

    /// Whether what moves from here to `to` stays in its collection, or is one that stays one.
    pub fn is_of_one_with(&self, to: &Self) -> bool {
        match (self.parent(), to.parent()) {
            (None, None) => true,
            (Some(_), Some(_)) => self.parts().next() == to.parts().next(),
            _ => false,
        }
    }

    /// Whether this is `other` or lies below it.
    pub fn is_within(&self, other: &Self) -> bool {
        self.0 == other.0 || (self.0.starts_with(&other.0) && self.0.as_bytes().get(other.0.len()) == Some(&b'/'))
    }
}

impl fmt::Display for ItemPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Turns a display name into a file name that is safe on every file system: `Get token` becomes `get-token`.
///
/// Letters and digits of any script stay; everything else becomes a single `-`. A name that is reserved on Windows, or
/// that our own files use (`collection`, `folder`), gets a `-request` behind it; an empty one becomes `untitled`.
pub fn slug(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for c in name.chars().flat_map(char::to_lowercase) {
        if c.is_alphanumeric() {
            out.push(c);
        } else if !out.is_empty() && !out.ends_with('-') {
            out.push('-');
        }
    }
    // File systems allow 255 bytes; an ending and a number may follow.
    while out.len() > 120 {
        out.pop();
    }
    let out = out.trim_matches('-');
    match out {
        "" => "untitled".to_owned(),
        "collection" | "folder" => format!("{out}-request"),
        _ if is_device(out) => format!("{out}-request"),
        _ => out.to_owned(),
    }
}

/// Whether Windows means a device by the name of a file, without its ending.
pub fn is_device(stem: &str) -> bool {
    let stem = stem.to_lowercase();
    let numbered = ["com", "lpt"].iter().find_map(|port| stem.strip_prefix(port));
    let mut number = numbered.unwrap_or_default().chars();
    // It takes the small raised digits of Latin-1 for digits.
    let is_number = matches!(
        (number.next(), number.next()),
        (Some('0'..='9' | '¹' | '²' | '³'), None)
    );
    is_number || ["con", "prn", "aux", "nul", "conin$", "conout$"].contains(&stem.as_str())
}

/// A slug for `name` that none of `taken` equals, with `-2`, `-3` … behind it where needed.
pub fn unique_slug<'a>(name: &str, taken: impl Iterator<Item = &'a str>) -> String {
    let taken: Vec<String> = taken.map(str::to_lowercase).collect();
    let base = slug(name);
    // One more number than there are names: one of them is free.
    let numbered = (2..=taken.len() + 2).map(|n| format!("{base}-{n}"));
    std::iter::once(base.clone())
        .chain(numbered)
        .find(|candidate| !taken.contains(candidate))
        .unwrap_or(base)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs_are_readable_and_safe() {
        assert_eq!(slug("Get token"), "get-token");
        assert_eq!(slug("  Users / by (id) "), "users-by-id");
        assert_eq!(slug("Größe 日本"), "größe-日本");
        assert_eq!(slug("../../etc"), "etc");
        assert_eq!(slug("???"), "untitled");
        assert_eq!(slug("CON"), "con-request");
        assert_eq!(slug("com1"), "com1-request");
        assert_eq!(slug("LPT³"), "lpt³-request");
        assert_eq!(slug("com12"), "com12");
        assert!(slug(&"é".repeat(500)).len() <= 120);
    }

    #[test]
    fn unique_slugs_count_up() {
        let taken = ["a", "a-2"];
        assert_eq!(unique_slug("A", taken.iter().copied()), "a-3");
        assert_eq!(unique_slug("B", taken.iter().copied()), "b");
    }

    #[test]
    fn a_path_is_within_itself_and_its_parents_only() {
        let path = ItemPath::new("pydio/users/list");
        assert!(path.is_within(&ItemPath::new("pydio/users")));
        assert!(path.is_within(&path));
        assert!(!path.is_within(&ItemPath::new("pydio/use")));
        assert_eq!(path.parent(), Some(ItemPath::new("pydio/users")));
        assert_eq!(path.slug(), "list");
    }
}
