//! Walking the folders of a workspace: what is there, before any file is read.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::known::unreadable;
use super::place::Place;
use crate::model::ItemPath;
use crate::model::collection::MOST_FOLDERS;
use crate::model::problem::Problem;

/// The ending of our files; lower case, as the names we write are.
const ENDING: &str = ".toml";

/// What walking found.
#[derive(Default)]
pub(super) struct Walk {
    /// Groups, before those in them, environments and the globals: with the file of those that have one.
    pub places: Vec<(Place, Option<PathBuf>)>,
    /// The requests, group by group.
    pub shelves: Vec<Shelf>,
    /// What is wrong.
    pub problems: Vec<Problem>,
    /// Real paths of linked folders, against loops.
    seen: HashSet<PathBuf>,
}

/// The requests right in a group.
#[derive(Debug)]
pub(super) struct Shelf {
    /// The group.
    pub group: ItemPath,
    /// Its folder.
    pub folder: PathBuf,
    /// The names of the requests' files, without ending.
    pub slugs: Vec<String>,
}

impl Shelf {
    /// The place and the file of each request.
    pub fn files(&self) -> impl Iterator<Item = (Place, PathBuf)> {
        self.slugs.iter().map(|slug| {
            let file = self.folder.join(format!("{slug}{ENDING}"));
            (Place::Request(self.group.join(slug)), file)
        })
    }
}

/// What the name of one of our files says without its ending.
fn stem(name: &str) -> Option<&str> {
    name.strip_suffix(ENDING).filter(|stem| !stem.is_empty())
}

impl Walk {
    /// Walks through a workspace.
    pub fn through(root: &Path) -> Self {
        let mut walk = Self::default();
        walk.collections(root);
        walk.shelves.retain(|shelf| !shelf.slugs.is_empty());
        walk.environments(root);
        let globals = root.join("globals.toml");
        if globals.is_file() {
            walk.places.push((Place::Globals, Some(globals)));
        }
        walk
    }

    fn collections(&mut self, root: &Path) {
        let folder = root.join("collections");
        for (name, is_folder) in self.list(&folder) {
            if is_folder {
                let child = folder.join(&name);
                self.group(&ItemPath::new(name), child, 1);
            } else if stem(&name).is_some() {
                self.problem(
                    folder.join(name),
                    "a request outside of any collection",
                    "move it into a folder of `collections/`",
                );
            }
        }
    }

    fn group(&mut self, path: &ItemPath, folder: PathBuf, depth: usize) {
        // The collection is none of them.
        if depth > MOST_FOLDERS + 1 {
            self.problem(folder, "folders are nested too deeply", "move it further up");
            return;
        }
        let own = if depth == 1 { "collection.toml" } else { "folder.toml" };
        let at = self.places.len();
        self.places.push((Place::Group(path.clone()), None));
        let to = self.shelves.len();
        self.shelves.push(Shelf {
            group: path.clone(),
            folder: folder.clone(),
            slugs: Vec::new(),
        });
        for (name, is_folder) in self.list(&folder) {
            if is_folder {
                self.group(&path.join(&name), folder.join(name), depth + 1);
            } else if name == own {
                self.places[at].1 = Some(folder.join(name));
            } else if let Some(slug) = stem(&name) {
                self.shelves[to].slugs.push(slug.to_owned());
            }
        }
    }

    fn environments(&mut self, root: &Path) {
        let folder = root.join("environments");
        for (name, is_folder) in self.list(&folder) {
            if let Some(slug) = stem(&name).filter(|_| !is_folder) {
                self.places
                    .push((Place::Environment(slug.to_owned()), Some(folder.join(&name))));
            }
        }
    }

    /// Names and whether they are folders, sorted by name; hidden ones, pipes and devices are left out.
    fn list(&mut self, folder: &Path) -> Vec<(String, bool)> {
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
            let Ok(name) = entry.file_name().into_string() else {
                self.problem(entry.path(), "the file's name is not UTF-8", "rename it");
                continue;
            };
            let Ok(mut kind) = entry.file_type() else { continue };
            if name.starts_with('.') {
                continue;
            }
            if kind.is_symlink() {
                let path = entry.path();
                match fs::metadata(&path) {
                    Ok(metadata) => kind = metadata.file_type(),
                    Err(error) => {
                        if stem(&name).is_some() {
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
                out.push((name, kind.is_dir()));
            }
        }
        out.sort_unstable();
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
            warning: false,
        });
    }
}
