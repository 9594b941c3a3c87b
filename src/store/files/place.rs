//! What a file of the workspace is for, and what it holds.

use std::fmt;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use super::parse::parse_text;
use super::tree::Map;
use super::{group, request, text};
use crate::model::problem::Problem;
use crate::model::variable::Variable;
use crate::model::{Entity, Environment, Group, ItemPath, Request};

/// A file of the workspace by its purpose.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Place {
    /// A collection (one slug) or folder (several).
    Group(ItemPath),
    /// A request.
    Request(ItemPath),
    /// An environment, by the name of its file without ending.
    Environment(String),
    /// The globals.
    Globals,
}

impl Place {
    /// The place of a collection, folder or request.
    pub fn of(path: &ItemPath, entity: &Entity) -> Self {
        if entity.is_group() {
            Self::Group(path.clone())
        } else {
            Self::Request(path.clone())
        }
    }

    /// The path among the collections, for what is there.
    pub fn item(&self) -> Option<&ItemPath> {
        match self {
            Self::Group(path) | Self::Request(path) => Some(path),
            Self::Environment(_) | Self::Globals => None,
        }
    }

    /// Whether it is this place, or a group with that place in it.
    pub fn holds(&self, other: &Self) -> bool {
        match (self, other.item()) {
            (Self::Group(above), Some(path)) if path != above => path.is_within(above),
            _ => self == other,
        }
    }

    /// Where it is after `from` has become `to`; `None` when it is not in there.
    #[must_use]
    pub fn moved(&self, from: &Self, to: &Self) -> Option<Self> {
        if self == from {
            return Some(to.clone());
        }
        if !from.holds(self) {
            return None;
        }
        let rest = self.item()?.as_str().strip_prefix(from.item()?.as_str())?;
        let path = ItemPath::new(format!("{}{rest}", to.item()?));
        Some(match self {
            Self::Group(_) => Self::Group(path),
            _ => Self::Request(path),
        })
    }

    /// The name of its file or folder, without ending.
    pub fn slug(&self) -> &str {
        match self {
            Self::Group(path) | Self::Request(path) => path.slug(),
            Self::Environment(slug) => slug,
            Self::Globals => "globals",
        }
    }

    /// Its file, relative to the workspace; `None` when the path leads out of it.
    pub fn file(&self) -> Option<PathBuf> {
        let mut file = self.folder()?;
        match self {
            Self::Group(path) if path.parent().is_none() => file.push("collection.toml"),
            Self::Group(_) => file.push("folder.toml"),
            Self::Request(_) | Self::Environment(_) | Self::Globals => {
                let name = format!("{}.toml", self.slug());
                file.push(name);
            }
        }
        Some(file)
    }

    /// A group's own folder; else the folder its file is in, relative to the workspace.
    pub fn folder(&self) -> Option<PathBuf> {
        let (mut out, parts): (PathBuf, Vec<&str>) = match self {
            Self::Group(path) => (PathBuf::from("collections"), path.parts().collect()),
            Self::Request(path) => {
                path.parent()?;
                let mut parts: Vec<&str> = path.parts().collect();
                parts.pop().filter(|slug| is_plain(slug))?;
                (PathBuf::from("collections"), parts)
            }
            Self::Environment(slug) => {
                return is_plain(slug).then(|| PathBuf::from("environments"));
            }
            Self::Globals => return Some(PathBuf::new()),
        };
        if parts.is_empty() {
            return None;
        }
        for part in parts {
            if !is_plain(part) {
                return None;
            }
            out.push(part);
        }
        Some(out)
    }

    /// The purpose of a file, given relative to the workspace; `None` for files that are none of ours.
    pub fn from_file(file: &Path) -> Option<Self> {
        let parts: Vec<&str> = file
            .components()
            .map(|part| match part {
                Component::Normal(part) => part.to_str().filter(|part| !part.starts_with('.')),
                _ => None,
            })
            .collect::<Option<_>>()?;
        let (last, folders) = parts.split_last()?;
        let stem = last.strip_suffix(".toml").filter(|stem| !stem.is_empty())?;
        match folders {
            [] if stem == "globals" => Some(Self::Globals),
            ["environments"] => Some(Self::Environment(stem.to_owned())),
            ["collections", collection] if stem == "collection" => Some(Self::Group(ItemPath::new(*collection))),
            ["collections", _, _, ..] if stem == "folder" => Some(Self::Group(ItemPath::new(folders[1..].join("/")))),
            ["collections", _, ..] => Some(Self::Request(ItemPath::new(folders[1..].join("/")).join(stem))),
            _ => None,
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Group(path) | Self::Request(path) => write!(f, "{path}"),
            Self::Environment(slug) => write!(f, "environment {slug}"),
            Self::Globals => f.write_str("globals"),
        }
    }
}

/// Whether this is a mere name: nothing that leads elsewhere.
fn is_plain(part: &str) -> bool {
    let mut components = Path::new(part).components();
    matches!(components.next(), Some(Component::Normal(name)) if name == part)
        && components.next().is_none()
        && !part.contains(['/', '\\', '\0'])
}

/// What a file holds.
#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    /// A collection, folder or request.
    Item(Entity),
    /// An environment, or the globals.
    Environment(Arc<Environment>),
}

impl Content {
    /// What the file says, for comparing and writing.
    pub(super) fn tree(&self) -> Map {
        match self {
            Self::Item(Entity::Collection(content) | Entity::Folder(content)) => group::tree(content),
            Self::Item(Entity::Request(content)) => request::tree(content),
            Self::Environment(content) => group::environment_tree(content),
        }
    }

    /// Its TOML text, laid out as a new file is: for drafts and the clipboard. No secret variable's value is in it.
    pub fn to_toml(&self) -> String {
        text::text(&self.tree())
    }

    /// What a TOML text holds that is meant for a place; a problem names the place's file.
    pub fn from_toml(place: &Place, text: &str) -> Result<Self, Problem> {
        parse_text(place, &place.file().unwrap_or_default(), text)
    }

    /// The request, if it is one.
    pub fn request(&self) -> Option<&Arc<Request>> {
        match self {
            Self::Item(Entity::Request(request)) => Some(request),
            _ => None,
        }
    }

    /// The variables in it.
    pub(super) fn variables(&self) -> &[Variable] {
        match self {
            Self::Item(Entity::Collection(content) | Entity::Folder(content)) => &content.variables,
            Self::Item(Entity::Request(_)) => &[],
            Self::Environment(content) => &content.variables,
        }
    }

    /// Whether it is a folder of which there is nothing to say but its name, so that it needs no file.
    pub(super) fn is_plain_folder(&self, slug: &str) -> bool {
        matches!(self, Self::Item(Entity::Folder(group)) if **group == Group::named(slug))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_and_files_lead_to_each_other() {
        for (place, file) in [
            (Place::Group(ItemPath::new("api")), "collections/api/collection.toml"),
            (
                Place::Group(ItemPath::new("api/users")),
                "collections/api/users/folder.toml",
            ),
            (
                Place::Request(ItemPath::new("api/users/list")),
                "collections/api/users/list.toml",
            ),
            (Place::Environment("demo".into()), "environments/demo.toml"),
            (Place::Globals, "globals.toml"),
        ] {
            assert_eq!(place.file(), Some(PathBuf::from(file)));
            assert_eq!(Place::from_file(Path::new(file)), Some(place));
        }
    }

    #[test]
    fn nothing_leads_out_of_the_workspace() {
        for path in ["..", "api/../../x", "", "a/.", "a\\b/c"] {
            assert_eq!(Place::Request(ItemPath::new(path)).file(), None, "{path}");
        }
        assert_eq!(Place::Environment("../x".into()).file(), None);
        assert_eq!(Place::Group(ItemPath::new("..")).file(), None);
        for file in [
            "x.toml",
            "collections/x.toml",
            "collections/.git/a.toml",
            "environments/a/b.toml",
            "../globals.toml",
        ] {
            assert_eq!(Place::from_file(Path::new(file)), None, "{file}");
        }
    }
}
