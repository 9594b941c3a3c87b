//! Reading a workspace: walk the folders, read and parse the files on two threads, build the tree.
//!
//! ```text
//! walk ─▶ begin: groups, environments, globals ─▶ Workspace ◀─ put ─ Part ◀─ next_part ─┐
//!                                                     ▲                                 Loading: the requests
//!                                                     └───── read: those wanted now ────┘
//! ```
//!
//! [`Files::load`] does all of it. Who has somebody waiting begins, reads what is to be seen first, and has the rest read on
//! a thread: thousands of requests take as long as they take, but nobody waits for them.

use std::collections::{HashMap, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::known::{Disk, Files, read_plain, unreadable};
use super::parse::{parse, parse_told};
use super::place::{Content, Place};
use super::walk::{Shelf, Walk};
use crate::model::problem::Problem;
use crate::model::variable::Variable;
use crate::model::{Entity, Environment, Group, ItemPath, NodeId, Workspace, load};
use crate::store::keys;
use crate::store::packages::LOCK_FILE;

/// Below so many files a second thread is not worth starting.
const FEW_FILES: usize = 32;
/// Requests in a part: some 5 ms of work.
const PART: usize = 500;

enum Parsed {
    /// The file's bytes, and what they say, with what is to be told of it.
    File(Vec<u8>, Result<(Content, Vec<Problem>), Problem>),
    /// It cannot be read.
    Unreadable(Problem),
    /// It has none, or somebody took it away just now.
    Nothing,
}

/// The requests of a workspace that were not read yet.
#[derive(Debug)]
pub struct Loading {
    files: Files,
    shelves: VecDeque<Shelf>,
}

/// Some requests that were read.
#[derive(Debug, Default)]
pub struct Part {
    requests: Vec<load::Shelf>,
    problems: Vec<Problem>,
}

impl Part {
    /// Puts them into their workspace.
    pub fn put(self, workspace: &mut Workspace) {
        workspace.load_requests(self.requests);
        workspace.problems.extend(self.problems);
    }
}

impl Loading {
    /// How many requests are left.
    pub fn left(&self) -> usize {
        self.shelves.iter().map(|shelf| shelf.slugs.len()).sum()
    }

    /// The groups that have some left, each with how many.
    pub fn shelves(&self) -> impl Iterator<Item = (&ItemPath, usize)> {
        self.shelves.iter().map(|shelf| (&shelf.group, shelf.slugs.len()))
    }

    /// Reads those that are wanted, told by their group and file name, into their workspace.
    pub fn read(&mut self, workspace: &mut Workspace, wanted: impl Fn(&ItemPath, &str) -> bool) {
        let mut chosen = Vec::new();
        for shelf in &mut self.shelves {
            let is_wanted = |slug: &String| wanted(&shelf.group, slug);
            let (now, later) = std::mem::take(&mut shelf.slugs).into_iter().partition(is_wanted);
            shelf.slugs = later;
            if !now.is_empty() {
                chosen.push(Shelf {
                    group: shelf.group.clone(),
                    folder: shelf.folder.clone(),
                    slugs: now,
                });
            }
        }
        self.shelves.retain(|shelf| !shelf.slugs.is_empty());
        if !chosen.is_empty() {
            self.part(&chosen).put(workspace);
        }
    }

    /// Has those of some groups read before the others.
    pub fn prefer(&mut self, group: impl Fn(&ItemPath) -> bool) {
        let shelves = std::mem::take(&mut self.shelves).into_iter();
        let (first, then): (Vec<Shelf>, Vec<Shelf>) = shelves.partition(|shelf| group(&shelf.group));
        self.shelves = first.into_iter().chain(then).collect();
    }

    /// Reads the next ones; `None` when there are no more.
    pub fn next_part(&mut self) -> Option<Part> {
        let mut chosen = Vec::new();
        let mut room = PART;
        while room > 0
            && let Some(mut shelf) = self.shelves.pop_front()
        {
            if shelf.slugs.len() > room {
                let rest = Shelf {
                    group: shelf.group.clone(),
                    folder: shelf.folder.clone(),
                    slugs: shelf.slugs.split_off(room),
                };
                self.shelves.push_front(rest);
            }
            room -= shelf.slugs.len();
            chosen.push(shelf);
        }
        (!chosen.is_empty()).then(|| self.part(&chosen))
    }

    fn part(&self, chosen: &[Shelf]) -> Part {
        let all: Vec<(Place, Option<PathBuf>)> = chosen
            .iter()
            .flat_map(Shelf::files)
            .map(|(place, file)| (place, Some(file)))
            .collect();
        let mut part = Part::default();
        let mut parsed = all.iter().zip(parse_all(&all));
        for shelf in chosen {
            let mut requests = Vec::with_capacity(shelf.slugs.len());
            for (slug, ((place, _), parsed)) in shelf.slugs.iter().zip(&mut parsed) {
                if let Some(Content::Item(request)) = self.files.take(place, parsed, &mut part.problems) {
                    requests.push((slug.clone(), request));
                }
            }
            part.requests.push((shelf.group.clone(), requests));
        }
        part
    }
}

impl Files {
    /// Reads the workspace. Whatever is wrong with a file becomes a problem of the workspace; the rest is there.
    pub fn load(&self) -> Workspace {
        let (mut workspace, mut loading) = self.begin();
        loading.read(&mut workspace, |_, _| true);
        workspace
    }

    /// Reads all but the requests.
    pub fn begin(&self) -> (Workspace, Loading) {
        let walk = Walk::through(self.root());
        let mut problems = walk.problems;
        let parsed = parse_all(&walk.places);
        let mut workspace = Workspace::new(self.root());
        let mut groups: HashMap<ItemPath, NodeId> = HashMap::new();
        for ((place, file), parsed) in walk.places.iter().zip(parsed) {
            let content = self.take(place, parsed, &mut problems);
            if let (Some(content), Some(file)) = (&content, file) {
                problems.extend(written_secrets(file, content));
            }
            self.build(&mut workspace, &mut groups, place, content);
        }
        problems.extend(lock_problems(self.root()));
        workspace.sort();
        workspace.problems = problems;
        let loading = Loading {
            files: self.clone(),
            shelves: walk.shelves.into(),
        };
        (workspace, loading)
    }

    /// Reads one file: what a place holds now.
    pub fn load_file(&self, place: &Place) -> Result<Content, Problem> {
        let path = self.path(place).unwrap_or_else(|| PathBuf::from(place.to_string()));
        let gone = || std::io::Error::from(std::io::ErrorKind::NotFound);
        match super::known::read(&path) {
            Ok(Disk::Bytes(bytes)) => {
                let content = parse(place, &path, &bytes);
                self.note(place, bytes);
                content
            }
            Ok(Disk::Missing) => Err(unreadable(&path, &gone())),
            Err(error) => Err(unreadable(&path, &error)),
        }
    }

    /// Notes what was read from a file, and sorts what it says from what is wrong with it.
    fn take(&self, place: &Place, parsed: Parsed, problems: &mut Vec<Problem>) -> Option<Content> {
        match parsed {
            Parsed::File(bytes, result) => {
                self.note(place, bytes);
                let (content, told) = result.map_err(|problem| problems.push(problem)).ok()?;
                problems.extend(told);
                Some(content)
            }
            Parsed::Unreadable(problem) => {
                problems.push(problem);
                None
            }
            Parsed::Nothing => None,
        }
    }

    fn build(
        &self,
        workspace: &mut Workspace,
        groups: &mut HashMap<ItemPath, NodeId>,
        place: &Place,
        content: Option<Content>,
    ) {
        match (place, content) {
            (Place::Group(path), content) => {
                let entity = match content {
                    Some(Content::Item(entity)) => entity,
                    _ => plain_group(path),
                };
                self.note_group(path);
                let parent = parent_of(groups, path);
                let id = workspace.load_node(parent, path.slug(), entity);
                groups.insert(path.clone(), id);
            }
            (Place::Environment(slug), Some(Content::Environment(environment))) => {
                workspace.load_environment(slug, unshared(environment));
            }
            (Place::Globals, Some(Content::Environment(globals))) => workspace.load_globals(unshared(globals)),
            _ => {}
        }
    }
}

/// A group of which the file says nothing.
pub(in crate::store) fn plain_group(path: &ItemPath) -> Entity {
    let group = Arc::new(Group::named(path.slug()));
    match path.parent() {
        None => Entity::Collection(group),
        Some(_) => Entity::Folder(group),
    }
}

fn unshared(environment: Arc<Environment>) -> Environment {
    Arc::unwrap_or_clone(environment)
}

fn parent_of(groups: &HashMap<ItemPath, NodeId>, path: &ItemPath) -> Option<NodeId> {
    groups.get(&path.parent()?).copied()
}

/// Warns of values of secrets in a file that others see.
fn written_secrets(file: &Path, content: &Content) -> impl Iterator<Item = Problem> {
    let written = |variable: &&Variable| variable.secret && variable.value != "";
    content.variables().iter().filter(written).map(|variable| Problem {
        file: file.to_owned(),
        at: None,
        message: format!("the secret `{}` has its value in the file", variable.key),
        hint: Some(
            "others may see it there: take it out and set it as the current value, with `postrider env set` or `e` on \
             the environment"
                .into(),
        ),
        warning: true,
    })
}

/// What is to be told of the packages' lock. That it cannot be read is said by who needs it.
fn lock_problems(root: &Path) -> Vec<Problem> {
    let file = root.join(LOCK_FILE);
    let text = std::fs::read_to_string(&file);
    text.map_or_else(|_| Vec::new(), |text| keys::unknown(&file, &text, &keys::LOCK))
}

fn parse_all(places: &[(Place, Option<PathBuf>)]) -> Vec<Parsed> {
    if places.len() < FEW_FILES {
        return places.iter().map(parse_one).collect();
    }
    let (front, back) = places.split_at(places.len() / 2);
    std::thread::scope(|scope| {
        let second = scope.spawn(|| back.iter().map(parse_one).collect::<Vec<_>>());
        let mut out: Vec<Parsed> = front.iter().map(parse_one).collect();
        match second.join() {
            Ok(rest) => out.extend(rest),
            Err(panic) => std::panic::resume_unwind(panic),
        }
        out
    })
}

fn parse_one((place, file): &(Place, Option<PathBuf>)) -> Parsed {
    let Some(file) = file else { return Parsed::Nothing };
    match read_plain(file) {
        Ok(Disk::Bytes(bytes)) => {
            let content = parse_told(place, file, &bytes);
            Parsed::File(bytes, content)
        }
        Ok(Disk::Missing) => Parsed::Nothing,
        Err(error) => Parsed::Unreadable(unreadable(file, &error)),
    }
}
