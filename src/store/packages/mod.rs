//! npm packages on the disk: their tarballs in the user's cache, the workspace's lock, and npm's own settings.
//!
//! ```text
//! <XDG cache>/postrider/packages/lodash@4.17.21.tgz     as they came; checked every time one is read
//! packages.lock                                         in the workspace, in git: own packages and their checksums
//! .npmrc                                                of the workspace, the user, the system: registries
//! ```
//!
//! A tarball stays as it is and is unpacked in memory: nothing of it ever becomes a path on the disk, and no program in
//! it is ever run outside of a script.

mod lock;
mod npmrc;
mod unpack;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::files::write;
use super::{Paths, SaveError};
use crate::model::package::{Lock, Package, PackageError, PackageId, Pin, Registries, Shelf, integrity};

/// The name of the lock in a workspace.
pub const LOCK_FILE: &str = "packages.lock";

/// The packages of a user, seen from a workspace. Without `Debug`: the environment holds secrets.
#[derive(Clone)]
pub struct PackageStore {
    folder: PathBuf,
    workspace: PathBuf,
    /// The environment's variables that npm looks at.
    environment: BTreeMap<String, String>,
    home: Option<PathBuf>,
    /// The user asks for packages, and not a script.
    asked: bool,
}

impl PackageStore {
    /// The packages of this user, for a workspace's folder.
    pub fn new(paths: &Paths, workspace: impl Into<PathBuf>) -> Self {
        Self {
            folder: paths.cache.join("packages"),
            workspace: workspace.into(),
            environment: std::env::vars_os()
                .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
                .collect(),
            home: etcetera::home_dir().ok(),
            asked: false,
        }
    }

    /// The same for a command of the user's: all that the workspace's `.npmrc` says is heeded then.
    #[must_use]
    pub fn asked_by_the_user(mut self) -> Self {
        self.asked = true;
        self
    }

    /// The same with another home folder and environment, for tests.
    #[must_use]
    pub fn with(mut self, home: Option<PathBuf>, environment: BTreeMap<String, String>) -> Self {
        (self.home, self.environment) = (home, environment);
        self
    }

    /// The workspace's lock file.
    pub fn lock_file(&self) -> PathBuf {
        self.workspace.join(LOCK_FILE)
    }

    /// Writes the workspace's lock; one without packages is removed.
    pub fn write_lock(&self, lock: &Lock) -> Result<(), SaveError> {
        let file = self.lock_file();
        if lock.packages.is_empty() && file.exists() {
            return fs::remove_file(&file).map_err(SaveError::io("remove", file));
        }
        write(&file, lock::write(lock).as_bytes())
    }

    /// Takes a package out of the cache; false when it was not there.
    pub fn forget(&self, id: &PackageId) -> Result<bool, SaveError> {
        let file = self.file(id);
        match fs::remove_file(&file) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(SaveError::io("remove", file)(error)),
        }
    }

    /// Where the tarballs are.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    fn file(&self, id: &PackageId) -> PathBuf {
        self.folder.join(format!("{}.tgz", id.to_string().replace('/', "+")))
    }
}

impl Shelf for PackageStore {
    fn get(&self, pin: &Pin) -> Option<Package> {
        let bytes = fs::read(self.file(&pin.id)).ok()?;
        // A damaged file is fetched again.
        (integrity(&bytes) == pin.integrity).then(|| unpack::unpack(&bytes).ok())?
    }

    fn size(&self, id: &PackageId) -> Option<u64> {
        fs::metadata(self.file(id)).ok().map(|metadata| metadata.len())
    }

    fn put(&self, pin: &Pin, tarball: &[u8]) -> Result<Package, PackageError> {
        if integrity(tarball) != pin.integrity {
            return Err(PackageError::Checksum(pin.id.clone()));
        }
        let package = unpack::unpack(tarball).map_err(|why| PackageError::Unpack {
            id: pin.id.clone(),
            why,
        })?;
        let file = self.file(&pin.id);
        write(&file, tarball).map_err(|error| match error {
            SaveError::Io { action, path, source } => PackageError::Io { action, path, source },
            other => PackageError::File {
                path: file,
                why: other.to_string(),
            },
        })?;
        Ok(package)
    }

    fn lock(&self) -> Result<Lock, PackageError> {
        lock::read(&self.lock_file())
    }

    fn registries(&self) -> Result<Registries, PackageError> {
        npmrc::registries(&self.workspace, self.home.as_deref(), &self.environment, self.asked)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use super::*;

    fn pin(tarball: &[u8]) -> Pin {
        Pin {
            id: PackageId::parse("@a/b@1.0.0").unwrap(),
            integrity: integrity(tarball),
            dependencies: BTreeMap::new(),
        }
    }

    #[test]
    fn a_checked_tarball_is_kept_and_a_damaged_one_is_as_good_as_none() {
        let folder = tempfile::tempdir().unwrap();
        let store = PackageStore::new(&Paths::below(folder.path()), folder.path());
        let tarball = unpack::tests::tarball(&[("package/index.js", "1")]);
        let pin = pin(&tarball);
        assert_eq!((store.get(&pin), store.size(&pin.id)), (None, None));
        let other = unpack::tests::tarball(&[("package/index.js", "2")]);
        assert!(matches!(store.put(&pin, &other), Err(PackageError::Checksum(_))));
        assert_eq!(store.size(&pin.id), None, "nothing wrong is kept");
        let package = store.put(&pin, &tarball).unwrap();
        assert_eq!(store.get(&pin).unwrap(), package);
        assert_eq!(store.size(&pin.id), Some(tarball.len() as u64));
        fs::write(store.file(&pin.id), &other).unwrap();
        assert_eq!(store.get(&pin), None);
        assert!(store.forget(&pin.id).unwrap() && !store.forget(&pin.id).unwrap());
    }
}
