//! Replacing a file so that a crash leaves the old or the new one, never half of one.

use std::collections::BTreeSet;
use std::fs::{self, Permissions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::error::SaveError;

/// Writes a file: temporary file beside it, fsync, rename, fsync of the folder.
///
/// Permissions stay, a symbolic link is written through, missing folders are made, and a write-protected file is refused.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), SaveError> {
    replace(path, bytes, || true).map(drop)
}

/// Writes a file, as [`write`] does, unless it says something else than `before` by then: looked at right before the
/// rename. Says whether it was written.
pub fn change(path: &Path, bytes: &[u8], before: &[u8]) -> Result<bool, SaveError> {
    replace(path, bytes, || fs::read(path).is_ok_and(|now| now == before))
}

fn replace(path: &Path, bytes: &[u8], still: impl FnOnce() -> bool) -> Result<bool, SaveError> {
    let target = target(path)?;
    let folder = target.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(SaveError::io("create", folder))?;
    let permissions = match fs::metadata(&target) {
        Ok(metadata) if metadata.permissions().readonly() => {
            return Err(SaveError::ReadOnly { path: target });
        }
        Ok(metadata) => Some(metadata.permissions()),
        Err(_) => None,
    };
    let file = filled(folder, bytes, permissions).map_err(SaveError::io("write", &target))?;
    if !still() {
        return Ok(false);
    }
    let persisted = file.persist(&target).map(drop);
    persisted.map_err(|error| SaveError::io("write", &target)(error.error))?;
    sync_folder(folder);
    Ok(true)
}

/// Writes a file that is not there yet, as [`write`] does otherwise. [`SaveError::Exists`] when it is there by now.
pub fn create(path: &Path, bytes: &[u8]) -> Result<(), SaveError> {
    create_in_memory(path, bytes)?;
    sync(&[path.to_owned()]);
    Ok(())
}

/// As [`create`], but a loss of power may take the file until it went through [`sync`].
pub fn create_in_memory(path: &Path, bytes: &[u8]) -> Result<(), SaveError> {
    let folder = path.parent().unwrap_or(Path::new("."));
    // Whatever is there: a link that leads nowhere is told as one.
    let exists = || match target(path) {
        Ok(path) => SaveError::Exists { path },
        Err(error) => error,
    };
    let file = match written(folder, bytes) {
        // Of many files only the first one of a folder finds it missing.
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            fs::create_dir_all(folder).map_err(SaveError::io("create", folder))?;
            written(folder, bytes)
        }
        other => other,
    };
    let file = file.map_err(SaveError::io("write", path))?;
    match file.persist_noclobber(path) {
        Ok(_) => {}
        Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => return Err(exists()),
        // Not every file system can rename without replacing.
        Err(_) if fs::symlink_metadata(path).is_ok() => return Err(exists()),
        Err(error) => {
            let persisted = error.file.persist(path).map(drop);
            persisted.map_err(|error| SaveError::io("write", path)(error.error))?;
        }
    }
    Ok(())
}

/// Makes new files and their folders durable: very many by all that their file system holds; else the files side by side, as
/// a disk takes many at once in the time of one, then every folder once, as its cost grows with what is in it.
pub fn sync(files: &[PathBuf]) {
    // As texts, as paths are compared part by part.
    let folders = files.iter().filter_map(|file| Some(file.parent()?.as_os_str()));
    let folders: BTreeSet<&Path> = folders.collect::<BTreeSet<_>>().into_iter().map(Path::new).collect();
    if files.len() >= MANY && sync_systems(&folders) {
        return;
    }
    let share = files.len().div_ceil(AT_ONCE).max(1);
    std::thread::scope(|scope| {
        for files in files.chunks(share).skip(1) {
            scope.spawn(|| files.iter().for_each(|file| sync_one(file)));
        }
        files.iter().take(share).for_each(|file| sync_one(file));
    });
    folders.into_iter().for_each(sync_one);
}

/// How many files are made durable at once.
const AT_ONCE: usize = 16;
/// From so many files on, what others have left to be written costs less than asking for each of ours.
const MANY: usize = 256;

/// Makes durable whatever is on the file systems of some folders; `false` where that cannot be.
#[cfg(target_os = "linux")]
fn sync_systems(folders: &BTreeSet<&Path>) -> bool {
    use std::os::unix::fs::MetadataExt;
    let mut done = BTreeSet::new();
    folders.iter().all(|folder| {
        let folder = fs::File::open(folder).and_then(|folder| Ok((folder.metadata()?.dev(), folder)));
        folder.is_ok_and(|(system, folder)| !done.insert(system) || rustix::fs::syncfs(&folder).is_ok())
    })
}

#[cfg(not(target_os = "linux"))]
fn sync_systems(_: &BTreeSet<&Path>) -> bool {
    false
}

/// What a link points to in the end; a plain or missing path itself.
fn target(path: &Path) -> Result<PathBuf, SaveError> {
    match fs::symlink_metadata(path) {
        Ok(metadata) if metadata.is_symlink() => fs::canonicalize(path).map_err(SaveError::io("follow the link", path)),
        _ => Ok(path.to_owned()),
    }
}

/// A temporary file beside its target with everything in it, safe on the disk.
fn filled(folder: &Path, bytes: &[u8], permissions: Option<Permissions>) -> io::Result<tempfile::NamedTempFile> {
    let file = written(folder, bytes)?;
    if let Some(permissions) = permissions {
        file.as_file().set_permissions(permissions)?;
    }
    file.as_file().sync_all()?;
    Ok(file)
}

/// A temporary file beside its target with everything in it.
fn written(folder: &Path, bytes: &[u8]) -> io::Result<tempfile::NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".postrider-").suffix(".tmp");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // A new file gets what the umask leaves of this.
        builder.permissions(Permissions::from_mode(0o666));
    }
    let mut file = builder.tempfile_in(folder)?;
    file.write_all(bytes)?;
    Ok(file)
}

/// Makes a rename durable. Not every file system can; the file itself is safe by then.
pub fn sync_folder(folder: &Path) {
    sync_one(folder);
}

fn sync_one(path: &Path) {
    if let Ok(file) = fs::File::open(path) {
        let _unsupported = file.sync_all();
    }
}

#[cfg(all(test, unix))]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;
    use std::os::unix::fs::{PermissionsExt, symlink};

    #[test]
    fn permissions_and_links_stay() {
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("a.toml"), folder.path().join("link.toml"));
        write(&file, b"one").unwrap();
        fs::set_permissions(&file, Permissions::from_mode(0o640)).unwrap();
        symlink(&file, &link).unwrap();
        write(&link, b"two").unwrap();
        assert_eq!(fs::read(&file).unwrap(), b"two");
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o640);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
    }

    #[test]
    fn what_came_in_between_is_never_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.toml");
        create(&file, b"one").unwrap();
        assert!(matches!(create(&file, b"two"), Err(SaveError::Exists { .. })));
        assert!(!change(&file, b"two", b"another").unwrap());
        assert_eq!(fs::read(&file).unwrap(), b"one");
        assert!(change(&file, b"two", b"one").unwrap());
        assert_eq!(fs::read(&file).unwrap(), b"two");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_write_protected_file_is_refused_and_kept() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.toml");
        write(&file, b"one").unwrap();
        fs::set_permissions(&file, Permissions::from_mode(0o444)).unwrap();
        let error = write(&file, b"two").unwrap_err();
        assert!(matches!(error, SaveError::ReadOnly { .. }) && error.hint().is_some());
        assert_eq!(fs::read(&file).unwrap(), b"one");
    }
}
