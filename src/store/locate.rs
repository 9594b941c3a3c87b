//! Which workspace to open: the one asked for, the nearest one upwards, else the user's own.

use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

use super::paths::Paths;
use super::samples::{SAMPLES, Sample};

/// A workspace folder and how it was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    /// The folder.
    pub root: PathBuf,
    /// How it was found.
    pub origin: Origin,
}

/// How a workspace was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The user named it.
    Explicit,
    /// It is the current folder or lies above it.
    Upwards,
    /// It is the user's own.
    Own {
        /// It was not there: made just now with the samples in it, or to be made by what is imported.
        created: bool,
    },
}

/// Why no workspace can be opened.
#[derive(Debug, thiserror::Error)]
pub enum LocateError {
    /// The folder the user named is not there.
    #[error("`{}` is no folder", .0.display())]
    NoFolder(PathBuf),
    /// The user's own workspace cannot be made.
    #[error("cannot create `{}`", path.display())]
    Create {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
}

impl LocateError {
    /// The next step.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::NoFolder(_) => "create the folder first, or leave `--workspace` out",
            Self::Create { .. } => "name another folder with `--workspace`",
        }
    }
}

/// Finds the workspace: `explicit` if given, else the nearest from `start` upwards, else the user's own, which is made
/// with the sample in it on the first run.
pub fn locate(start: &Path, explicit: Option<&Path>, paths: &Paths) -> Result<Location, LocateError> {
    let location = locate_for_import(start, explicit, paths)?;
    if location.origin == (Origin::Own { created: true }) {
        write_samples(&location.root, SAMPLES)?;
    }
    Ok(location)
}

/// Finds the workspace as [`locate`] does, but leaves the user's own alone where it is not there yet: what is imported makes
/// it, and has it to itself.
pub fn locate_for_import(start: &Path, explicit: Option<&Path>, paths: &Paths) -> Result<Location, LocateError> {
    let location = |root: &Path, origin| Location {
        root: root.to_owned(),
        origin,
    };
    if let Some(root) = explicit {
        if !root.is_dir() {
            return Err(LocateError::NoFolder(root.to_owned()));
        }
        return Ok(location(root, Origin::Explicit));
    }
    if let Some(root) = nearest(start) {
        return Ok(location(root, Origin::Upwards));
    }
    let root = paths.own_workspace();
    // Globals may be all that was imported.
    let created = !is_bare_workspace(&root) && !root.join("globals.toml").is_file();
    Ok(location(&root, Origin::Own { created }))
}

/// The nearest workspace from a folder upwards.
///
/// A folder above that merely has a `collections/` in it (a home folder, say) is no workspace: one of its folders must
/// hold a `collection.toml`, or `environments/` a TOML file. Nor is one that all users share (`/tmp`), where
/// another could lay requests in our way. For `start` itself the bare folder is enough.
pub fn nearest(start: &Path) -> Option<&Path> {
    start
        .ancestors()
        .find(|folder| (*folder == start && is_bare_workspace(folder)) || (is_workspace(folder) && !is_shared(folder)))
}

/// Finds the workspace with the samples for the demo: the one around `start` if it holds them (this repository does),
/// else a private copy among the user's data, made where files of it are missing.
pub fn samples(start: &Path, paths: &Paths) -> Result<PathBuf, LocateError> {
    let sample = |folder: &&Path| folder.join("collections/pydio-cells/collection.toml").is_file();
    if let Some(root) = start
        .ancestors()
        .find(|folder| sample(folder) && (*folder == start || !is_shared(folder)))
    {
        return Ok(root.to_owned());
    }
    let root = paths.data.join("demo");
    write_samples(&root, SAMPLES)?;
    Ok(root)
}

/// Writes the sample workspace, leaving files that are there as they are.
pub fn write_samples(root: &Path, samples: &[Sample]) -> Result<(), LocateError> {
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |source| LocateError::Create { path, source }
    };
    for folder in ["collections", "environments"] {
        let folder = root.join(folder);
        fs::create_dir_all(&folder).map_err(failed(&folder))?;
    }
    for (path, text) in samples {
        let path = root.join(path);
        if path.exists() {
            continue;
        }
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(failed(folder))?;
        }
        fs::write(&path, text).map_err(failed(&path))?;
    }
    Ok(())
}

fn is_bare_workspace(folder: &Path) -> bool {
    (folder.join("collections").is_dir() || folder.join("environments").is_dir()) && !holds_v3(folder)
}

/// Whether a folder is a collection of Postman's format 3.
pub fn is_v3(folder: &Path) -> bool {
    let names = fs::read_dir(folder).into_iter().flatten().flatten();
    folder.join(".resources").is_dir()
        || names
            .filter_map(|entry| entry.file_name().into_string().ok())
            .any(|name| name.ends_with(".request.yaml") || name.ends_with(".request.yml"))
}

/// Whether a folder is the `postman/` of somebody's project, whose `collections/` are of format 3 and none of them ours.
pub fn holds_v3(folder: &Path) -> bool {
    let mut inner = fs::read_dir(folder.join("collections")).into_iter().flatten().flatten();
    !is_workspace(folder) && inner.any(|entry| is_v3(&entry.path()))
}

/// Whether all users of the machine put their files there: everybody may write, and only to what is their own.
#[cfg(unix)]
fn is_shared(folder: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    fs::metadata(folder).is_ok_and(|metadata| metadata.mode() & 0o1002 == 0o1002)
}

#[cfg(not(unix))]
fn is_shared(_: &Path) -> bool {
    false
}

/// Whether a folder holds a collection or an environment of ours.
pub fn is_workspace(folder: &Path) -> bool {
    let any = |folder: PathBuf, fits: fn(&Path) -> bool| {
        fs::read_dir(folder).is_ok_and(|entries| entries.flatten().any(|entry| fits(&entry.path())))
    };
    any(folder.join("collections"), |path| {
        path.join("collection.toml").is_file()
    }) || any(folder.join("environments"), |path| {
        path.extension().is_some_and(|ending| ending == "toml")
    })
}

/// The path without `.` and `..`; the file need not exist, so links are not followed.
pub fn plain(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                out.pop();
            }
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;

    fn find(start: &Path, home: &Path) -> Location {
        locate(start, None, &Paths::below(home.join("xdg"))).unwrap()
    }

    #[test]
    fn the_nearest_real_workspace_upwards_is_taken() {
        let home = tempfile::tempdir().unwrap();
        let deep = home.path().join("project/src/deep");
        fs::create_dir_all(&deep).unwrap();
        // A collection of stamps, not of requests.
        fs::create_dir_all(home.path().join("collections/stamps")).unwrap();
        assert_eq!(find(&deep, home.path()).origin, Origin::Own { created: true });
        assert_eq!(find(&deep, home.path()).origin, Origin::Own { created: false });
        assert_eq!(find(home.path(), home.path()).origin, Origin::Upwards);

        let project = home.path().join("project");
        fs::create_dir_all(project.join("collections/api")).unwrap();
        fs::write(project.join("collections/api/collection.toml"), "").unwrap();
        assert_eq!(find(&deep, home.path()).root, project);
    }

    #[test]
    fn what_is_imported_makes_the_users_own_workspace_and_has_it_to_itself() {
        let home = tempfile::tempdir().unwrap();
        let paths = Paths::below(home.path().join("xdg"));
        let found = locate_for_import(home.path(), None, &paths).unwrap();
        assert_eq!(found.origin, Origin::Own { created: true });
        assert!(!found.root.exists());
        fs::create_dir_all(&found.root).unwrap();
        fs::write(found.root.join("globals.toml"), "").unwrap();
        assert_eq!(find(home.path(), home.path()).origin, Origin::Own { created: false });
        assert!(!found.root.join("collections").exists());
    }

    #[cfg(unix)]
    #[test]
    fn a_folder_all_users_share_is_no_workspace_of_what_lies_below() {
        use std::os::unix::fs::PermissionsExt as _;
        let home = tempfile::tempdir().unwrap();
        let below = home.path().join("shared/mine");
        let shared = home.path().join("shared");
        fs::create_dir_all(&below).unwrap();
        fs::create_dir_all(shared.join("collections/pydio-cells")).unwrap();
        fs::write(shared.join("collections/pydio-cells/collection.toml"), "").unwrap();
        let paths = Paths::below(home.path().join("xdg"));
        assert_eq!(find(&below, home.path()).root, shared);
        assert_eq!(samples(&below, &paths).unwrap(), shared);

        fs::set_permissions(&shared, fs::Permissions::from_mode(0o1777)).unwrap();
        assert_eq!(find(&below, home.path()).origin, Origin::Own { created: true });
        assert_eq!(samples(&below, &paths).unwrap(), paths.data.join("demo"));
        assert_eq!(find(&shared, home.path()).root, shared);
    }

    #[test]
    fn a_named_folder_must_be_there() {
        let home = tempfile::tempdir().unwrap();
        let paths = Paths::below(home.path());
        let missing = home.path().join("missing");
        assert!(locate(home.path(), Some(&missing), &paths).is_err());
        let found = locate(Path::new("/"), Some(home.path()), &paths).unwrap();
        assert_eq!((found.root.as_path(), found.origin), (home.path(), Origin::Explicit));
    }

    #[test]
    fn samples_never_replace_a_file() {
        let home = tempfile::tempdir().unwrap();
        let samples = [
            ("collections/a/collection.toml", "name = 'A'"),
            ("environments/e.toml", ""),
        ];
        fs::create_dir_all(home.path().join("collections/a")).unwrap();
        fs::write(home.path().join(samples[0].0), "mine").unwrap();
        write_samples(home.path(), &samples).unwrap();
        assert_eq!(fs::read_to_string(home.path().join(samples[0].0)).unwrap(), "mine");
        assert!(is_workspace(home.path()));
    }
}
