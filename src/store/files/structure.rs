//! Removing, bringing back, moving and renaming files and folders.

use std::collections::HashSet;
use std::fs::{self, Permissions};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::atomic;
use super::error::SaveError;
use super::known::Files;
use super::place::Place;
use crate::model::ItemPath;

/// More than this is not kept in memory for undo, in megabytes.
const MOST_MEGABYTES: u64 = 64;

/// What a removal took away, whole, so that it can be brought back.
#[derive(Clone, Debug)]
pub struct Removed {
    place: Place,
    entries: Vec<Entry>,
    /// What of it was known to us.
    known: Vec<(Place, Arc<[u8]>)>,
    groups: Vec<ItemPath>,
}

#[derive(Clone, Debug)]
struct Entry {
    path: PathBuf,
    kind: Kind,
}

#[derive(Clone, Debug)]
enum Kind {
    Folder,
    Link(PathBuf),
    File(Vec<u8>, Permissions),
}

impl Removed {
    /// What was removed.
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// How much of it is kept in memory, in bytes.
    pub fn size(&self) -> usize {
        let entries = self.entries.iter();
        let sizes = entries.map(|entry| match &entry.kind {
            Kind::File(bytes, _) => bytes.len(),
            Kind::Folder | Kind::Link(_) => 0,
        });
        sizes.sum()
    }
}

impl Entry {
    fn remove(&self) -> std::io::Result<()> {
        match &self.kind {
            Kind::Folder => fs::remove_dir(&self.path),
            Kind::Link(_) | Kind::File(..) => fs::remove_file(&self.path),
        }
    }

    fn create(&self) -> Result<(), SaveError> {
        match &self.kind {
            Kind::Folder => fs::create_dir(&self.path).map_err(SaveError::io("create", &self.path)),
            Kind::Link(target) => link(target, &self.path).map_err(SaveError::io("create", &self.path)),
            Kind::File(bytes, permissions) => {
                atomic::create(&self.path, bytes)?;
                fs::set_permissions(&self.path, permissions.clone()).map_err(SaveError::io("write", &self.path))
            }
        }
    }
}

/// Creates all entries or, when one of them cannot be, none.
fn put_back(entries: &[Entry]) -> Result<(), SaveError> {
    for (at, entry) in entries.iter().enumerate() {
        if let Err(error) = entry.create() {
            for made in entries[..at].iter().rev() {
                // What cannot be removed again is in the way of nothing but the next attempt, which says so.
                let _ = made.remove();
            }
            return Err(error);
        }
    }
    Ok(())
}

impl Files {
    /// Removes a file, or a collection or folder with all that is in it.
    pub fn remove(&self, place: &Place) -> Result<Removed, SaveError> {
        let path = self.own_path(place)?;
        let mut entries = Vec::new();
        collect(&path, &mut entries, &mut 0)?;
        let folder = self.relative(&path);
        let (places, groups) = self.known_at_or_below(&HashSet::from([folder.as_path()]));
        let known = places
            .into_iter()
            .filter_map(|place| self.known_bytes(&place).map(|bytes| (place, bytes)))
            .collect();
        for (at, entry) in entries.iter().enumerate().rev() {
            if let Err(error) = entry.remove() {
                // Half of it would be worse than all: what is gone already comes back.
                put_back(&entries[at + 1..])?;
                return Err(SaveError::io("remove", &entry.path)(error));
            }
        }
        self.forget(place);
        if let Some(parent) = path.parent() {
            atomic::sync_folder(parent);
        }
        Ok(Removed {
            place: place.clone(),
            entries,
            known,
            groups,
        })
    }

    /// Brings back what was removed, unless something else is there by now.
    pub fn restore(&self, removed: &Removed) -> Result<(), SaveError> {
        let path = self.own_path(&removed.place)?;
        if fs::symlink_metadata(&path).is_ok() {
            return Err(SaveError::Exists { path });
        }
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(SaveError::io("create", parent))?;
        }
        put_back(&removed.entries)?;
        for (place, bytes) in &removed.known {
            self.note(place, bytes.clone());
        }
        for group in &removed.groups {
            self.note_group(group);
        }
        Ok(())
    }

    /// Moves or renames a file, or a collection or folder with all that is in it; the case of letters may be all that
    /// changes.
    pub fn rename(&self, from: &Place, to: &Place) -> Result<(), SaveError> {
        if from == to {
            return Ok(());
        }
        if std::mem::discriminant(from) != std::mem::discriminant(to) {
            return Err(SaveError::BadPath { path: to.to_string() });
        }
        let (old, new) = (self.own_path(from)?, self.own_path(to)?);
        if new.starts_with(&old) && new != old {
            return Err(SaveError::BadPath { path: to.to_string() });
        }
        if let Some(parent) = new.parent() {
            fs::create_dir_all(parent).map_err(SaveError::io("create", parent))?;
        }
        if fs::symlink_metadata(&new).is_ok() {
            // On file systems that ignore case, `a` is already there as `A`.
            if !same_file(&old, &new) {
                return Err(SaveError::Exists { path: new });
            }
            let between = new.with_file_name(format!(".postrider-{}.tmp", uuid::Uuid::new_v4().simple()));
            fs::rename(&old, &between).map_err(SaveError::io("rename", &old))?;
            if let Err(error) = fs::rename(&between, &new) {
                let _lost = fs::rename(&between, &old);
                return Err(SaveError::io("rename", &old)(error));
            }
        } else {
            fs::rename(&old, &new).map_err(SaveError::io("rename", &old))?;
        }
        for folder in [old.parent(), new.parent()].into_iter().flatten() {
            atomic::sync_folder(folder);
        }
        self.refile(from, to, &old);
        Ok(())
    }

    /// Files what is known under the new place.
    fn refile(&self, from: &Place, to: &Place, old: &Path) {
        let (places, groups) = self.known_at_or_below(&HashSet::from([self.relative(old).as_path()]));
        let moved: Vec<_> = places
            .iter()
            .filter_map(|place| Some((place, place.moved(from, to)?, self.known_bytes(place)?)))
            .collect();
        let mut earlier = std::mem::take(&mut self.known().earlier);
        self.forget(from);
        for (old, place, bytes) in moved {
            self.note(&place, bytes);
            earlier.rename(old, &place);
        }
        self.known().earlier = earlier;
        for group in groups {
            if let Some(Place::Group(path)) = Place::Group(group).moved(from, to) {
                self.note_group(&path);
            }
        }
    }

    /// A group's folder, anything else's file.
    pub fn own_path(&self, place: &Place) -> Result<PathBuf, SaveError> {
        let path = match place {
            Place::Group(_) => place.folder(),
            _ => place.file(),
        };
        path.map(|path| self.root().join(path))
            .ok_or_else(|| SaveError::BadPath {
                path: place.to_string(),
            })
    }

    fn relative(&self, path: &Path) -> PathBuf {
        path.strip_prefix(self.root()).unwrap_or(path).to_owned()
    }
}

/// Takes stock, folders before what is in them; links are not followed.
fn collect(path: &Path, out: &mut Vec<Entry>, size: &mut u64) -> Result<(), SaveError> {
    let metadata = fs::symlink_metadata(path).map_err(SaveError::io("remove", path))?;
    let entry = |kind| Entry {
        path: path.to_owned(),
        kind,
    };
    if metadata.is_dir() {
        out.push(entry(Kind::Folder));
        for child in fs::read_dir(path).map_err(SaveError::io("read", path))? {
            let child = child.map_err(SaveError::io("read", path))?;
            collect(&child.path(), out, size)?;
        }
    } else if metadata.is_symlink() {
        let target = fs::read_link(path).map_err(SaveError::io("read", path))?;
        out.push(entry(Kind::Link(target)));
    } else if !metadata.is_file() {
        return Err(SaveError::NoFile { path: path.to_owned() });
    } else {
        *size += metadata.len();
        if *size > MOST_MEGABYTES << 20 {
            return Err(SaveError::TooLarge {
                path: path.to_owned(),
                limit: MOST_MEGABYTES,
            });
        }
        let bytes = fs::read(path).map_err(SaveError::io("read", path))?;
        out.push(entry(Kind::File(bytes, metadata.permissions())));
    }
    Ok(())
}

fn same_file(a: &Path, b: &Path) -> bool {
    matches!((fs::canonicalize(a), fs::canonicalize(b)), (Ok(a), Ok(b)) if a == b)
}

#[cfg(unix)]
fn link(target: &Path, path: &Path) -> std::io::Result<()> {
    std::os::unix::fs::symlink(target, path)
}

#[cfg(not(unix))]
fn link(target: &Path, path: &Path) -> std::io::Result<()> {
    fs::copy(target, path).map(|_| ())
}
