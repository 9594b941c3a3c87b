//! What we last read from or wrote to the disk, file by file: so that others' changes are told from our own.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::atomic;
use super::earlier::Earlier;
use super::error::SaveError;
use super::parse::parse;
use super::place::{Content, Place};
use crate::model::ItemPath;
use crate::model::problem::Problem;
use crate::store::state::text_hash;

/// Larger files are none of ours.
const MOST_BYTES: u64 = 32 << 20;

/// The files of one workspace. Cheap to clone; all clones share what is known.
#[derive(Clone, Debug)]
pub struct Files {
    root: Arc<Path>,
    known: Arc<Mutex<Known>>,
    /// New files that are not safe from a loss of power yet; absent where each is made so at once.
    unsettled: Option<Arc<Mutex<Vec<PathBuf>>>>,
}

#[derive(Debug, Default)]
pub(super) struct Known {
    /// The bytes of every file.
    pub files: BTreeMap<Place, Arc<[u8]>>,
    /// Every folder, with or without a file of its own.
    pub groups: BTreeSet<ItemPath>,
    /// What we have written over.
    pub earlier: Earlier,
}

impl Known {
    fn file(&mut self, place: &Place, bytes: Arc<[u8]>) {
        self.files.insert(place.clone(), bytes);
        let mut group = match place {
            Place::Group(path) => Some(path.clone()),
            Place::Request(path) => path.parent(),
            Place::Environment(_) | Place::Globals => None,
        };
        while let Some(path) = group {
            group = path.parent();
            self.groups.insert(path);
        }
    }
}

impl Files {
    /// The files below a workspace folder; nothing is read yet.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self {
            root: root.into().into(),
            known: Arc::default(),
            unsettled: None,
        }
    }

    /// The same files, for writing many new ones: they are safe from a loss of power only after [`Files::settle`], which
    /// takes a fraction of the time that one by one takes.
    #[must_use]
    pub fn in_bulk(&self) -> Self {
        Self {
            unsettled: Some(Arc::default()),
            ..self.clone()
        }
    }

    /// Makes the new files durable that were written since [`Files::in_bulk`].
    pub fn settle(&self) {
        if let Some(unsettled) = &self.unsettled {
            let files = std::mem::take(&mut *unsettled.lock().unwrap_or_else(PoisonError::into_inner));
            atomic::sync(&files);
        }
    }

    /// Writes a file that is not there yet.
    pub(super) fn create_file(&self, path: &Path, bytes: &[u8]) -> Result<(), SaveError> {
        let Some(unsettled) = &self.unsettled else {
            return atomic::create(path, bytes);
        };
        atomic::create_in_memory(path, bytes)?;
        let mut unsettled = unsettled.lock().unwrap_or_else(PoisonError::into_inner);
        unsettled.push(path.to_owned());
        Ok(())
    }

    /// Whether many new files are being written.
    pub(super) fn is_in_bulk(&self) -> bool {
        self.unsettled.is_some()
    }

    /// The workspace folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The path of a place's file; `None` when it would lead out of the workspace.
    pub fn path(&self, place: &Place) -> Option<PathBuf> {
        Some(self.root.join(place.file()?))
    }

    /// Whether a file holds exactly what we last read or wrote there: our own save, not somebody else's.
    pub fn is_known(&self, path: &Path, bytes: &[u8]) -> bool {
        let place = path.strip_prefix(&*self.root).ok().and_then(Place::from_file);
        place.is_some_and(|place| self.known_bytes(&place).is_some_and(|known| *known == *bytes))
    }

    /// The [`text_hash`] of what we last read from or wrote to a place; `None` where we know of no file.
    pub fn known_hash(&self, place: &Place) -> Option<String> {
        let bytes = self.known_bytes(place)?;
        Some(text_hash(&String::from_utf8_lossy(&bytes)))
    }

    /// Whether what is at a place was read or written by us: not a file that we could never make sense of.
    pub fn holds(&self, place: &Place) -> bool {
        if let Place::Group(path) = place {
            return self.knows_group(path);
        }
        let (path, bytes) = (self.path(place), self.known_bytes(place));
        path.zip(bytes)
            .is_some_and(|(path, bytes)| parse(place, &path, &bytes).is_ok())
    }

    /// Counts a file as never read: a save then meets it as somebody else's, which is a conflict.
    pub fn disown(&self, place: &Place) {
        self.known().files.remove(place);
    }

    /// Notes that the user took over what somebody else has put into a file. `false` when the file says something else
    /// again by now, or is gone: what was taken over counts as known, so that looking at the place tells what changed.
    pub fn adopt(&self, place: &Place, content: &Content) -> bool {
        let Some(path) = self.path(place) else { return true };
        if let Ok(Disk::Bytes(bytes)) = read(&path)
            && parse(place, &path, &bytes).is_ok_and(|theirs| theirs == *content)
        {
            self.note(place, bytes);
            return true;
        }
        self.note(place, content.to_toml().into_bytes());
        false
    }

    pub(super) fn known(&self) -> MutexGuard<'_, Known> {
        // The maps are never left half-changed, so a panic elsewhere does not spoil them.
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(in crate::store) fn known_bytes(&self, place: &Place) -> Option<Arc<[u8]>> {
        self.known().files.get(place).cloned()
    }

    /// Notes what was read from a file, or found in it. Versions from before somebody else's change are no longer those to
    /// go back to.
    pub(in crate::store) fn note(&self, place: &Place, bytes: impl Into<Arc<[u8]>>) {
        let bytes = bytes.into();
        let mut known = self.known();
        if known.files.get(place).is_some_and(|before| *before != bytes) {
            known.earlier.forget(|own| own == place);
        }
        known.file(place, bytes);
    }

    /// Notes what we wrote into a file, and over what.
    pub(super) fn note_written(&self, place: &Place, bytes: Vec<u8>, before: Vec<u8>) {
        let mut known = self.known();
        known.earlier.keep(place, before.into());
        known.file(place, bytes.into());
    }

    pub(in crate::store) fn note_group(&self, path: &ItemPath) {
        self.known().groups.insert(path.clone());
    }

    pub(in crate::store) fn note_plain_group(&self, place: &Place) {
        self.known().files.remove(place);
        if let Place::Group(path) = place {
            self.note_group(path);
        }
    }

    /// Forgets a place, and for a group everything below it.
    pub fn forget(&self, place: &Place) {
        let mut known = self.known();
        known.files.remove(place);
        known.earlier.forget(|own| {
            let below = |above: &ItemPath| own.item().is_some_and(|path| path.is_within(above));
            own == place || matches!(place, Place::Group(above) if below(above))
        });
        if let Place::Group(above) = place {
            known.files.retain(|inside, _| !place.holds(inside));
            known.groups.retain(|path| !path.is_within(above));
        }
    }

    /// All that is known at or below some paths, relative to the workspace.
    pub(in crate::store) fn known_at_or_below(&self, paths: &HashSet<&Path>) -> (Vec<Place>, Vec<ItemPath>) {
        let known = self.known();
        let below = |path: Option<PathBuf>| path.is_some_and(|path| path.ancestors().any(|path| paths.contains(path)));
        let places = known.files.keys().filter(|place| below(place.file()));
        let groups = known.groups.iter();
        let groups = groups.filter(|path| below(Place::Group((*path).clone()).folder()));
        (places.cloned().collect(), groups.cloned().collect())
    }

    pub(in crate::store) fn knows_group(&self, path: &ItemPath) -> bool {
        self.known().groups.contains(path)
    }
}

/// What is on the disk at a path.
#[derive(Debug)]
pub(in crate::store) enum Disk {
    /// A file with these bytes.
    Bytes(Vec<u8>),
    /// Nothing.
    Missing,
}

/// Reads a plain file. Pipes and devices, which could block, and huge files are refused.
pub(in crate::store) fn read(path: &Path) -> io::Result<Disk> {
    match std::fs::metadata(path) {
        Ok(metadata) if !metadata.is_file() => {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "no plain file"));
        }
        Ok(_) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Disk::Missing),
        Err(error) => return Err(error),
    }
    read_plain(path)
}

/// Reads what is known to be a plain file.
pub(super) fn read_plain(path: &Path) -> io::Result<Disk> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Disk::Missing),
        Err(error) => return Err(error),
    };
    let mut bytes = Vec::with_capacity(2048);
    file.take(MOST_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MOST_BYTES {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, "larger than 32 MB"));
    }
    Ok(Disk::Bytes(bytes))
}

/// The problem of a file that cannot be read.
pub(super) fn unreadable(path: &Path, error: &io::Error) -> Problem {
    Problem {
        file: path.to_owned(),
        at: None,
        message: format!("cannot read it: {error}"),
        hint: Some("check its permissions, or move it out of the workspace".to_owned()),
        warning: false,
    }
}
