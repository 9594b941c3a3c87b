//! A whole workspace at once: walk the folders, read and parse the files on two threads, build the tree.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::known::{Disk, Files, read_plain, unreadable};
use super::parse::parse;
use super::place::{Content, Place};
use crate::model::problem::Problem;
use crate::model::variable::Variable;
use crate::model::{Entity, Environment, Group, ItemPath, NodeId, Workspace};

/// Folders nested deeper are not looked into.
const DEEPEST: usize = 32;
/// Below so many files a second thread is not worth starting.
const FEW_FILES: usize = 64;

/// Whether a name is that of one of our files; the ending is lower case, as the names we write are.
fn is_toml(name: &str) -> bool {
    name.strip_suffix(".toml").is_some_and(|stem| !stem.is_empty())
}

/// What walking found, in the order to build the tree: groups before what is in them.
#[derive(Default)]
struct Found {
    /// The places, with the file of those that have one.
    places: Vec<(Place, Option<PathBuf>)>,
    problems: Vec<Problem>,
    /// Real paths of linked folders, against loops.
    seen: HashSet<PathBuf>,
}

type Parsed = Option<(Vec<u8>, Result<Content, Problem>)>;

impl Files {
    /// Reads the workspace. Whatever is wrong with a file becomes a problem of the workspace; the rest is there.
    pub fn load(&self) -> Workspace {
        let mut found = Found::default();
        found.collections(self.root());
        found.environments(self.root());
        let globals = self.root().join("globals.toml");
        if globals.is_file() {
            found.places.push((Place::Globals, Some(globals)));
        }
        let parsed = parse_all(&found.places);

        let mut workspace = Workspace::new(self.root());
        let mut groups: HashMap<ItemPath, NodeId> = HashMap::new();
        for ((place, file), parsed) in found.places.iter().zip(parsed) {
            let content = match parsed {
                Some((bytes, result)) => {
                    self.note(place, bytes);
                    result.map_err(|problem| found.problems.push(problem)).ok()
                }
                None if file.is_some() => {
                    found.problems.push(unreadable_now(file.as_deref()));
                    None
                }
                None => None,
            };
            if let (Some(content), Some(file)) = (&content, file) {
                found.problems.extend(written_secrets(file, content));
            }
            self.build(&mut workspace, &mut groups, place, content);
        }
        workspace.sort();
        workspace.problems = found.problems;
        workspace
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
            (Place::Request(path), Some(Content::Item(entity))) => {
                if let Some(parent) = parent_of(groups, path) {
                    workspace.load_node(Some(parent), path.slug(), entity);
                }
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

/// The walk is depth first, so a parent is among the last ones.
fn parent_of(groups: &HashMap<ItemPath, NodeId>, path: &ItemPath) -> Option<NodeId> {
    groups.get(&path.parent()?).copied()
}

/// Warns of values of secrets in a file that others see.
fn written_secrets(file: &Path, content: &Content) -> impl Iterator<Item = Problem> {
    let written = |variable: &&Variable| variable.secret && variable.value != "";
    content.variables().iter().filter(written).map(|variable| Problem {
        file: file.to_owned(),
        at: None,
        message: format!(
            "the value of the secret `{}` is in the file, which others may see",
            variable.key
        ),
        hint: Some(
            "take it out and set it as the current value: `postrider env set`, or `e` on the environment".into(),
        ),
    })
}

fn unreadable_now(file: Option<&Path>) -> Problem {
    let file = file.unwrap_or(Path::new(""));
    let error = super::known::read(file).err();
    unreadable(
        file,
        &error.unwrap_or_else(|| std::io::Error::other("it changed while it was read")),
    )
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
    let file = file.as_deref()?;
    match read_plain(file) {
        Ok(Disk::Bytes(bytes)) => {
            let content = parse(place, file, &bytes);
            Some((bytes, content))
        }
        Ok(Disk::Missing) | Err(_) => None,
    }
}

impl Found {
    fn collections(&mut self, root: &Path) {
        let folder = root.join("collections");
        for (name, path, is_folder) in self.list(&folder) {
            if is_folder {
                self.group(&ItemPath::new(name), &path, 1);
            } else if is_toml(&name) {
                self.problem(
                    path,
                    "a request outside of any collection",
                    "move it into a folder of `collections/`",
                );
            }
        }
    }

    fn group(&mut self, path: &ItemPath, folder: &Path, depth: usize) {
        if depth > DEEPEST {
            self.problem(folder.to_owned(), "folders are nested too deeply", "move it further up");
            return;
        }
        let own = if depth == 1 { "collection.toml" } else { "folder.toml" };
        let at = self.places.len();
        self.places.push((Place::Group(path.clone()), None));
        for (name, child, is_folder) in self.list(folder) {
            if is_folder {
                self.group(&path.join(&name), &child, depth + 1);
            } else if name == own {
                self.places[at].1 = Some(child);
            } else if let Some(stem) = name.strip_suffix(".toml").filter(|stem| !stem.is_empty()) {
                self.places.push((Place::Request(path.join(stem)), Some(child)));
            }
        }
    }

    fn environments(&mut self, root: &Path) {
        for (name, path, is_folder) in self.list(&root.join("environments")) {
            if let Some(stem) = name.strip_suffix(".toml").filter(|stem| !stem.is_empty() && !is_folder) {
                self.places.push((Place::Environment(stem.to_owned()), Some(path)));
            }
        }
    }

    /// Names, paths and whether they are folders, sorted by name; hidden ones, pipes and devices are left out.
    fn list(&mut self, folder: &Path) -> Vec<(String, PathBuf, bool)> {
        let entries = match fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(error) => {
                if error.kind() != std::io::ErrorKind::NotFound {
                    self.problems.push(unreadable(folder, &error));
                }
                return Vec::new();
            }
        };
        let mut out = Vec::new();
        for entry in entries.flatten() {
            let path = entry.path();
            let Ok(name) = entry.file_name().into_string() else {
                self.problem(path, "the file's name is not UTF-8", "rename it");
                continue;
            };
            let Ok(mut kind) = entry.file_type() else { continue };
            if name.starts_with('.') {
                continue;
            }
            if kind.is_symlink() {
                match fs::metadata(&path) {
                    Ok(metadata) => kind = metadata.file_type(),
                    Err(error) => {
                        if is_toml(&name) {
                            self.problems.push(unreadable(&path, &error));
                        }
                        continue;
                    }
                }
                if kind.is_dir() && !self.enter(&path) {
                    self.problem(path, "a link to a folder that is here already", "remove the link");
                    continue;
                }
            }
            if kind.is_dir() || kind.is_file() {
                out.push((name, path, kind.is_dir()));
            }
        }
        out.sort_by(|a, b| a.0.cmp(&b.0));
        out
    }

    /// Whether a linked folder is new and does not lead back up.
    fn enter(&mut self, link: &Path) -> bool {
        let Ok(real) = fs::canonicalize(link) else { return false };
        let above = link.parent().and_then(|parent| fs::canonicalize(parent).ok());
        !above.is_some_and(|above| above.starts_with(&real)) && self.seen.insert(real)
    }

    fn problem(&mut self, file: PathBuf, message: &str, hint: &str) {
        self.problems.push(Problem {
            file,
            at: None,
            message: message.to_owned(),
            hint: Some(hint.to_owned()),
        });
    }
}
