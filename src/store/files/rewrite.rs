//! What many files said before and after something wrote them all, so that it can be undone and redone as a whole.
//!
//! ```text
//! stock ─▶ (an import writes) ─▶ stock ─▶ Rewritten ─▶ rewrite(back) ─▶ rewrite(on) ─▶ …
//! ```
//!
//! File by file, and byte by byte: comments come back, too. A file that somebody has changed since stays as it is.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use super::atomic;
use super::error::SaveError;
use super::known::{Disk, Files, read};
use super::place::Place;
use crate::model::ItemPath;

/// More than this is not kept in memory, in bytes.
const MOST: usize = 64 << 20;

/// The files at and below some places as they are at a moment.
#[derive(Debug, Default)]
pub struct Stock {
    files: BTreeMap<PathBuf, Vec<u8>>,
    folders: BTreeSet<PathBuf>,
    size: usize,
}

/// What was rewritten.
#[derive(Debug, Default)]
pub struct Rewritten {
    files: Vec<Rewrite>,
    /// Folders that came or went, and whether they were there before.
    folders: Vec<(PathBuf, bool)>,
    /// What is noted as imported since.
    noted: BTreeSet<ItemPath>,
    /// What no longer is.
    gone: BTreeSet<ItemPath>,
}

/// A file before and after; `None` where it was not there.
#[derive(Debug)]
struct Rewrite {
    path: PathBuf,
    before: Option<Vec<u8>>,
    after: Option<Vec<u8>>,
}

impl Stock {
    /// What is another now than it was.
    pub fn until(mut self, after: Self) -> Rewritten {
        let mut files = Vec::new();
        for (path, after) in after.files {
            let before = self.files.remove(&path);
            if before.as_ref() != Some(&after) {
                let after = Some(after);
                files.push(Rewrite { path, before, after });
            }
        }
        files.extend(self.files.into_iter().map(|(path, before)| Rewrite {
            path,
            before: Some(before),
            after: None,
        }));
        let changed = self.folders.symmetric_difference(&after.folders);
        let folders = changed.map(|folder| (folder.clone(), self.folders.contains(folder)));
        Rewritten {
            files,
            folders: folders.collect(),
            noted: BTreeSet::new(),
            gone: BTreeSet::new(),
        }
    }

    /// Adds what is there; `None` where it is too much or cannot be read.
    fn add(&mut self, path: &Path) -> Option<()> {
        let Ok(metadata) = fs::symlink_metadata(path) else {
            return Some(());
        };
        if metadata.is_dir() {
            self.folders.insert(path.to_owned());
            for child in fs::read_dir(path).ok()? {
                self.add(&child.ok()?.path())?;
            }
        } else if path.extension().is_some_and(|ending| ending == "toml")
            && let Disk::Bytes(bytes) = read(path).ok()?
        {
            self.size += bytes.len();
            self.files.insert(path.to_owned(), bytes);
        }
        (self.size <= MOST).then_some(())
    }
}

impl Rewritten {
    /// The same with what was noted as imported before and after.
    #[must_use]
    pub fn noting(self, before: &BTreeSet<ItemPath>, after: &BTreeSet<ItemPath>) -> Self {
        Self {
            noted: after - before,
            gone: before - after,
            ..self
        }
    }

    /// What is to be noted as imported once the files are as before, or (not `back`) as after, but for those that stay as
    /// somebody has made them; of others' imports it stays as it is `now`.
    pub fn noted(&self, now: &BTreeSet<ItemPath>, back: bool, stay: &[PathBuf]) -> BTreeSet<ItemPath> {
        let (come, go) = if back {
            (&self.gone, &self.noted)
        } else {
            (&self.noted, &self.gone)
        };
        let mut noted = now - go;
        // What is the user's own would be removed by the next import.
        let own = stay.iter().filter_map(|file| Place::from_file(file)?.item().cloned());
        let own: BTreeSet<ItemPath> = own.collect();
        noted.extend(come.iter().filter(|item| !own.contains(item)).cloned());
        noted
    }

    /// Whether nothing is another.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty() && self.folders.is_empty()
    }

    /// The files and folders it is about.
    pub fn paths(&self) -> Vec<PathBuf> {
        let files = self.files.iter().map(|file| file.path.clone());
        files
            .chain(self.folders.iter().map(|(folder, _)| folder.clone()))
            .collect()
    }
}

impl Files {
    /// Takes stock of the files at and below some places; `None` where they are more than can be kept, or cannot be read.
    pub fn stock(&self, places: &[Place]) -> Option<Stock> {
        let mut stock = Stock::default();
        for place in places {
            stock.add(&self.own_path(place).ok()?)?;
        }
        Some(stock)
    }

    /// Writes the files as they were before, or (not `back`) as they were after. Returns those that stay as they are, as
    /// somebody has changed them meanwhile, as they are named in the workspace.
    ///
    /// # Errors
    ///
    /// When a file cannot be read, written or removed; doing it again goes on from there.
    pub fn rewrite(&self, rewritten: &Rewritten, back: bool) -> Result<Vec<PathBuf>, SaveError> {
        let mut stay = Vec::new();
        let named = |path: &Path| path.strip_prefix(self.root()).unwrap_or(path).to_owned();
        let mut made = Vec::new();
        for Rewrite { path, before, after } in &rewritten.files {
            let (now, wanted) = if back { (after, before) } else { (before, after) };
            let disk = match read(path).map_err(SaveError::io("read", path))? {
                Disk::Bytes(bytes) => Some(bytes),
                Disk::Missing => None,
            };
            match (now, wanted) {
                _ if disk == *wanted => {}
                _ if disk != *now => stay.push(named(path)),
                (Some(now), Some(wanted)) => {
                    if !atomic::change(path, wanted, now)? {
                        stay.push(named(path));
                    }
                }
                (None, Some(wanted)) => {
                    atomic::create_in_memory(path, wanted)?;
                    made.push(path.clone());
                }
                (_, None) => fs::remove_file(path).map_err(SaveError::io("remove", path))?,
            }
        }
        atomic::sync(&made);
        let (come, go): (Vec<_>, Vec<_>) = rewritten.folders.iter().partition(|(_, before)| *before == back);
        for (folder, _) in come {
            fs::create_dir_all(folder).map_err(SaveError::io("create", folder))?;
        }
        for (folder, _) in go.into_iter().rev() {
            // What somebody has put there stays, and its folder with it.
            let _ = fs::remove_dir(folder);
        }
        Ok(stay)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;

    #[test]
    fn all_is_as_it_was_but_what_somebody_has_changed_since() {
        let disk = tempfile::tempdir().unwrap();
        let files = Files::new(disk.path());
        let places = [Place::Group(ItemPath::new("c")), Place::Globals];
        let folder = disk.path().join("collections/c");
        let path = |name: &str| folder.join(name);
        fs::create_dir_all(path("gone")).unwrap();
        for (name, text) in [
            ("a.toml", "a # mine"),
            ("gone/b.toml", "b"),
            ("d.toml", "d"),
            ("note.txt", "n"),
        ] {
            fs::write(path(name), text).unwrap();
        }
        let stock = files.stock(&places).unwrap();
        fs::write(path("a.toml"), "other").unwrap();
        fs::remove_dir_all(path("gone")).unwrap();
        fs::create_dir_all(path("new/inner")).unwrap();
        fs::write(path("new/inner/e.toml"), "e").unwrap();
        fs::write(path("d.toml"), "other").unwrap();
        fs::write(disk.path().join("globals.toml"), "g").unwrap();
        let rewritten = stock.until(files.stock(&places).unwrap());
        let said = |name: &str| fs::read_to_string(path(name)).ok();
        // Changed since.
        fs::write(path("d.toml"), "mine").unwrap();
        let stays = [PathBuf::from("collections/c/d.toml")];
        assert_eq!(files.rewrite(&rewritten, true).unwrap(), stays);
        assert_eq!(said("a.toml").as_deref(), Some("a # mine"));
        assert_eq!(said("gone/b.toml").as_deref(), Some("b"));
        assert_eq!(said("d.toml").as_deref(), Some("mine"));
        assert!(!path("new").exists() && !disk.path().join("globals.toml").exists());
        assert_eq!(files.rewrite(&rewritten, false).unwrap(), stays);
        assert_eq!(said("a.toml").as_deref(), Some("other"));
        assert_eq!(said("new/inner/e.toml").as_deref(), Some("e"));
        assert!(!path("gone").exists() && path("note.txt").exists());
    }
}
