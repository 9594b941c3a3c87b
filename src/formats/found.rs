//! What a foreign file holds, in our model.

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::path::PathBuf;

use super::report::Report;
use crate::model::collection::MOST_FOLDERS;
use crate::model::id::slug;
use crate::model::workspace::Entity;
use crate::model::{Environment, ItemPath};

/// What one foreign file or folder holds.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// Collections, in the order of the file.
    pub collections: Vec<Collection>,
    /// Environments, in the order of the file. Secret variables have their values: they belong into the local state,
    /// for the store never writes them.
    pub environments: Vec<Environment>,
    /// The globals, if there are any.
    pub globals: Option<Environment>,
    /// Where among the collections those are that lie beside a `postman/`: they may be exports of what is in it.
    pub beside: Range<usize>,
    /// What could not be carried over as it was.
    pub report: Report,
}

impl Found {
    /// The collections without those beside a `postman/` that have the id or the name of one before them.
    pub fn originals(&self) -> impl Iterator<Item = &Collection> {
        let all = self.collections.iter().enumerate();
        all.filter(|(at, own)| {
            let mut before = self.collections[..*at].iter();
            let same =
                |other: &Collection| other.name() == own.name() || (!own.id().is_empty() && other.id() == own.id());
            !self.beside.contains(at) || !before.any(same)
        })
        .map(|(_, own)| own)
    }

    /// Adds what another file holds.
    pub fn extend(&mut self, other: Self) {
        if !other.beside.is_empty() {
            let own = self.collections.len();
            self.beside = own + other.beside.start..own + other.beside.end;
        }
        self.collections.extend(other.collections);
        self.environments.extend(other.environments);
        match (&mut self.globals, other.globals) {
            (Some(globals), Some(more)) => globals.variables.extend(more.variables),
            (globals, more) => *globals = globals.take().or(more),
        }
        self.report.notes.extend(other.report.notes);
    }

    /// Whether nothing was found.
    pub fn is_empty(&self) -> bool {
        self.collections.is_empty() && self.environments.is_empty() && self.globals.is_none()
    }
}

/// A collection with all in it: the collection itself first, every folder before what is in it, siblings in order.
///
/// A flat list, so that ten thousand nested folders need no recursion.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Collection {
    /// The items; the first one is the collection.
    pub items: Vec<Item>,
    /// The folder it was read from, where it was a file or folder: paths of files in it may have been meant from there.
    pub folder: Option<PathBuf>,
    /// Whether it comes from Postman's format 3, which has no word for what only format 2.1 knows; nor has 2.1 for what
    /// only format 3 does.
    pub is_v3: bool,
    /// Why a part of it, which has a file of its own, could not be read: then it is not what it was to be.
    pub lacks: Option<String>,
}

/// A collection, folder or request with its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// The index of the folder it is in; `None` for the collection itself.
    pub parent: Option<usize>,
    /// The name of its file or folder, without ending: unlike its siblings' on every file system.
    pub slug: String,
    /// Its content.
    pub entity: Entity,
}

impl Collection {
    /// The name of the collection.
    pub fn name(&self) -> &str {
        self.items.first().map_or("", |item| item.entity.name())
    }

    /// The id it has in Postman; empty without one.
    fn id(&self) -> &str {
        match self.items.first().map(|item| &item.entity) {
            Some(Entity::Collection(group)) => &group.origin.id,
            _ => "",
        }
    }

    /// How many requests are in it.
    pub fn requests(&self) -> usize {
        self.items.iter().filter(|item| !item.entity.is_group()).count()
    }

    /// The path of every item, as the store files them when the collection's folder is called `slug`.
    pub fn paths(&self, slug: &str) -> Vec<ItemPath> {
        let mut out: Vec<ItemPath> = Vec::with_capacity(self.items.len());
        for item in &self.items {
            let path = match item.parent.and_then(|parent| out.get(parent)) {
                Some(parent) => parent.join(&item.slug),
                None => ItemPath::new(slug),
            };
            out.push(path);
        }
        out
    }

    /// Leaves out the folders that lie deeper than our files are looked into, with what is in them.
    pub fn without_too_deep(&mut self) {
        let depths = self.depths();
        if depths.iter().all(|depth| *depth <= MOST_FOLDERS) {
            return;
        }
        // The new place of each item that stays.
        let mut places: Vec<Option<usize>> = Vec::with_capacity(self.items.len());
        let mut stays = 0;
        for (item, depth) in self.items.iter().zip(depths) {
            let is_above = item
                .parent
                .is_none_or(|parent| places.get(parent).copied().flatten().is_some());
            let place = (is_above && !(item.entity.is_group() && depth > MOST_FOLDERS)).then_some(stays);
            stays += usize::from(place.is_some());
            places.push(place);
        }
        let mut at = places.iter();
        self.items.retain(|_| at.next().is_some_and(Option::is_some));
        for item in &mut self.items {
            item.parent = item.parent.and_then(|parent| places.get(parent).copied().flatten());
        }
    }

    /// How deep each item lies: the collection 0, what is right in it 1.
    pub fn depths(&self) -> Vec<usize> {
        let mut out: Vec<usize> = Vec::with_capacity(self.items.len());
        for item in &self.items {
            out.push(
                item.parent
                    .and_then(|parent| out.get(parent))
                    .map_or(0, |depth| depth + 1),
            );
        }
        out
    }
}

/// Gives file names to the items of a collection, unique among siblings, in constant time each.
#[derive(Debug, Default)]
pub(super) struct Slugs {
    taken: HashSet<(usize, String)>,
    next: HashMap<(usize, String), usize>,
}

impl Slugs {
    /// Notes that a file name is in use.
    pub fn take(&mut self, parent: usize, slug: &str) {
        self.taken.insert((parent, slug.to_lowercase()));
    }

    /// A file name for an item of this name in the folder with this index.
    pub fn give(&mut self, parent: usize, name: &str) -> String {
        let base = slug(name);
        if self.taken.insert((parent, base.clone())) {
            return base;
        }
        let next = self.next.entry((parent, base.clone())).or_insert(2);
        loop {
            let numbered = format!("{base}-{next}");
            *next += 1;
            if self.taken.insert((parent, numbered.clone())) {
                return numbered;
            }
        }
    }
}
