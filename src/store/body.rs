//! Saving a response's body: beside its file first, renamed when it is whole, so that a file is never half of one.
//!
//! What is broken off is kept beside it, `report.csv.….part`, and whoever asked is told where. Links, pipes and devices are
//! written as [`super::written`] says.

use std::cell::Cell;
use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use tempfile::NamedTempFile;

use super::written::{Target, Way};
use crate::model::Payload;

/// What became of a save.
#[derive(Debug)]
pub struct Saved {
    /// Bytes written.
    pub bytes: u64,
    /// Where what there is was kept, if it is not all.
    pub part: Option<PathBuf>,
}

/// Whether a save goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Goes {
    /// To the end of the body.
    On,
    /// As far as the body has come by now.
    SoFar,
    /// No further.
    Nowhere,
}

/// Why a body was not saved.
#[derive(Debug, thiserror::Error)]
#[error("cannot write `{path}`: {}{}", why(.source), kept(.part.as_deref()))]
pub struct BodyError {
    /// The file asked for.
    path: String,
    /// What the system says.
    source: io::Error,
    /// Where the beginning was kept, if it was.
    part: Option<PathBuf>,
}

fn kept(part: Option<&Path>) -> String {
    part.map_or_else(String::new, |part| {
        format!("; what was written is in `{}`", part.display())
    })
}

/// What the system says, without the name of the file beside: nobody asked for that one.
fn why(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such folder".to_owned(),
        io::ErrorKind::PermissionDenied => "you may not write there".to_owned(),
        io::ErrorKind::NotADirectory => "what should be a folder is a file".to_owned(),
        io::ErrorKind::StorageFull => "the disk is full".to_owned(),
        io::ErrorKind::ReadOnlyFilesystem => "it is on a disk that is only read".to_owned(),
        io::ErrorKind::InvalidFilename => "the name is too long, or none".to_owned(),
        _ => error.to_string(),
    }
}

/// Says why a new file could not be written there, in words, as far as that is known before it is.
pub fn hindrance(path: &Path) -> Option<String> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    // A file that is there may be written where it is, also in a folder that takes no new ones.
    let tried = (!path.exists()).then(|| tempfile::tempfile_in(folder.unwrap_or(Path::new("."))));
    let error = tried?.err()?;
    Some(match (folder, error.kind()) {
        (Some(folder), io::ErrorKind::NotFound) => format!("there is no folder `{}`", folder.display()),
        _ => why(&error),
    })
}

/// Writes all that came of a body whose end nobody waits for: the one who asks knows that it is not whole.
///
/// # Errors
///
/// Those of [`save`].
pub fn save_what_came(
    body: &Payload,
    path: &Path,
    told: impl FnMut(u64, Option<u64>) -> Goes,
) -> Result<Saved, BodyError> {
    write(body, path, || true, told)
}

/// Writes a body to a file as it comes. `told` gets the bytes so far and all of them, if that is known, a few times a second
/// while it waits or writes, and says whether it goes on. `whole` says whether the body is all that
/// was sent, as far as that was known before; the body itself knows when it ends.
///
/// # Errors
///
/// What the system says of the file, or of the body if that lies on the disk.
pub fn save(
    body: &Payload,
    path: &Path,
    whole: bool,
    told: impl FnMut(u64, Option<u64>) -> Goes,
) -> Result<Saved, BodyError> {
    write(body, path, || whole && !body.is_torn(), told)
}

/// The same of a body that is still on its way: whether it is whole, `whole` is asked at its end, and may wait to know; it
/// says `None` where another body is meant, and of what was written nothing is kept. `None` also where it would go straight
/// into what is there, which cannot be taken back: then nothing is touched. A body that is only to be `passed` on is not
/// kept besides: see [`Payload::pass`].
pub fn save_arriving(
    body: &Payload,
    path: &Path,
    passed: bool,
    whole: impl Fn() -> Option<bool>,
) -> Option<Result<Saved, BodyError>> {
    let target = Target::of(path);
    // A pipe that was opened and closed again has ended for who reads it.
    if target.is_stream {
        return None;
    }
    let Ok(Way::Beside(file)) = open(&target) else {
        return None;
    };
    let _passage = passed.then(|| body.pass());
    let meant = Cell::new(true);
    let is_whole = || {
        let whole = whole();
        meant.set(whole.is_some());
        whole == Some(true) && !body.is_torn()
    };
    let saved = beside(body, file, &target, is_whole, |_, _| Goes::On, failed(path));
    if meant.get() {
        return Some(saved);
    }
    let part = match saved {
        Ok(saved) => saved.part,
        Err(error) => error.part,
    };
    if let Some(part) = part {
        let _gone_already = std::fs::remove_file(part);
    }
    None
}

fn failed(path: &Path) -> impl Fn(io::Error, Option<PathBuf>) -> BodyError {
    move |source, part| BodyError {
        path: path.display().to_string(),
        source,
        part,
    }
}

/// Opens the place of a body, or what is written beside it.
fn open(target: &Target) -> io::Result<Way> {
    // Names have at most 255 bytes; what is added to this one takes a dozen.
    let name = target.path.file_name().unwrap_or_default().to_string_lossy();
    let name = &name[..name.floor_char_boundary(200)];
    target.open(&format!("{name}."), ".part", false)
}

/// Writes a body; `whole` says at its end whether it may take the place of the file.
fn write(
    body: &Payload,
    path: &Path,
    whole: impl Fn() -> bool,
    mut told: impl FnMut(u64, Option<u64>) -> Goes,
) -> Result<Saved, BodyError> {
    let failed = failed(path);
    let target = Target::of(path);
    let (mut file, is_there) = match open(&target).map_err(|error| failed(error, None))? {
        Way::Beside(file) => return beside(body, file, &target, whole, told, failed),
        Way::There(file) => {
            file.set_len(0).map_err(|error| failed(error, None))?;
            (file, true)
        }
        Way::Straight(file) => (file, false),
    };
    let part = || Some(target.path.clone());
    let copied = copy(body, &mut file, &mut told);
    let (bytes, ended) = copied.map_err(|error| failed(error, if is_there { part() } else { None }))?;
    let part = if !ended || !whole() { part() } else { None };
    Ok(Saved { bytes, part })
}

/// Writes a body beside its file, and puts it in its place.
fn beside(
    body: &Payload,
    mut file: NamedTempFile,
    target: &Target,
    whole: impl Fn() -> bool,
    mut told: impl FnMut(u64, Option<u64>) -> Goes,
    failed: impl Fn(io::Error, Option<PathBuf>) -> BodyError,
) -> Result<Saved, BodyError> {
    let copied = copy(body, file.as_file_mut(), &mut told);
    let (bytes, ended) = match copied {
        Ok(copied) => copied,
        Err(error) => {
            let some = file.as_file().metadata().is_ok_and(|metadata| metadata.len() > 0);
            let part = some.then(|| file.keep().ok()).flatten().map(|(_, part)| part);
            return Err(failed(error, part));
        }
    };
    if !ended || !whole() {
        let (_, part) = file.keep().map_err(|error| failed(error.error, None))?;
        return Ok(Saved {
            bytes,
            part: Some(part),
        });
    }
    target.put(file, false).map_err(|error| {
        let part = error.file.keep().ok().map(|(_, part)| part);
        failed(error.error, part)
    })?;
    Ok(Saved { bytes, part: None })
}

/// Copies block by block; returns the bytes written, and whether the body came to its end.
fn copy(body: &Payload, file: &mut File, told: &mut impl FnMut(u64, Option<u64>) -> Goes) -> io::Result<(u64, bool)> {
    let mut written = 0;
    loop {
        let (known, whole) = body.grown(written, Duration::from_millis(200));
        if known > written {
            let block = body.read(written, 1 << 20)?;
            file.write_all(&block)?;
            written += block.len();
        } else if whole {
            return Ok((written as u64, true));
        }
        let goes = told(written as u64, whole.then_some(known as u64));
        // What has arrived is written in any case.
        let all = goes == Goes::SoFar && !whole && body.known().0 <= written;
        if all || goes == Goes::Nowhere {
            return Ok((written as u64, false));
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use std::fs;

    use super::*;

    #[test]
    fn a_body_on_its_way_is_written_beside_and_nothing_is_left_of_one_that_is_not_meant() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.txt");
        let body = Payload::from("all");
        assert!(save_arriving(&body, &file, false, || None).is_none());
        assert!(names(folder.path()).is_empty());
        let whole = || {
            // It is there, and not yet in its place.
            assert!(names(folder.path()).iter().any(|name| name.contains(".part")));
            Some(true)
        };
        let saved = save_arriving(&body, &file, false, whole).unwrap().unwrap();
        assert_eq!((saved.bytes, saved.part), (3, None));
        assert_eq!(names(folder.path()), ["a.txt"]);
        assert!(save_arriving(&Payload::from("other"), &file, false, || None).is_none());
        assert_eq!(fs::read_to_string(&file).unwrap(), "all");
        assert!(save_arriving(&body, folder.path(), false, || Some(true)).is_none());
        assert_eq!(names(folder.path()), ["a.txt"]);
        // What broke off stays beside it.
        let half = save_arriving(&Payload::from("half"), &file, false, || Some(false));
        let part = half.unwrap().unwrap().part.unwrap();
        assert_eq!(fs::read_to_string(part).unwrap(), "half");
        assert_eq!(fs::read_to_string(&file).unwrap(), "all");
    }

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<_> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn a_whole_body_takes_the_place_of_the_file_and_nothing_is_left_over() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.bin");
        fs::write(&path, "before").unwrap();
        let body: Vec<u8> = (0..3_000_000_u32).map(|at| at.to_le_bytes()[0]).collect();
        let mut told = Vec::new();
        let saved = save(&body.clone().into(), &path, true, |bytes, all| {
            told.push((bytes, all));
            Goes::On
        });
        assert_eq!(saved.unwrap().bytes, 3_000_000);
        assert!(fs::read(&path).unwrap() == body);
        assert_eq!(names(folder.path()), ["a.bin"]);
        assert!(told.contains(&(1 << 20, Some(3_000_000))), "{told:?}");
    }

    #[test]
    fn what_is_not_whole_is_kept_beside_the_file_which_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.txt");
        fs::write(&path, "before").unwrap();
        let saved = save(&"half of it".into(), &path, false, |_, _| Goes::On).unwrap();
        let part = saved.part.unwrap();
        assert_eq!(fs::read_to_string(&part).unwrap(), "half of it");
        assert!(part.file_name().unwrap().to_string_lossy().starts_with("a.txt."));
        assert_eq!(fs::read_to_string(&path).unwrap(), "before");
    }

    #[test]
    fn a_save_that_goes_nowhere_ends_in_the_middle_of_what_is_there() {
        let folder = tempfile::tempdir().unwrap();
        let body = Payload::from(vec![b'x'; 5 << 20]);
        let saved = save(&body, &folder.path().join("a"), true, |_, _| Goes::Nowhere).unwrap();
        assert!(saved.part.is_some() && saved.bytes < 5 << 20);
        let saved = save(&body, &folder.path().join("b"), true, |_, _| Goes::SoFar).unwrap();
        assert_eq!((saved.bytes, saved.part), (5 << 20, None));
    }

    #[test]
    fn the_longest_name_is_no_hindrance() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ß".repeat(127));
        assert_eq!(save(&"x".into(), &path, true, |_, _| Goes::On).unwrap().bytes, 1);
        assert_eq!(fs::read_to_string(&path).unwrap(), "x");
    }

    #[cfg(unix)]
    #[test]
    fn ones_own_file_in_a_folder_of_others_is_written_where_it_is() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("mine");
        fs::write(&path, "longer than it will be").unwrap();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o555)).unwrap();
        let saved = save(&"new".into(), &path, true, |_, _| Goes::On).unwrap();
        assert!(saved.part.is_none());
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn nothing_that_cannot_be_taken_back_is_written_while_a_body_comes() {
        use std::os::unix::fs::{PermissionsExt as _, symlink};
        let folder = tempfile::tempdir().unwrap();
        let (mine, link) = (folder.path().join("mine"), folder.path().join("link"));
        fs::write(&mine, "before").unwrap();
        symlink(&mine, &link).unwrap();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o555)).unwrap();
        // Whoever may write anywhere writes beside it.
        let is_root = tempfile::tempfile_in(folder.path()).is_ok();
        for path in [&mine, &link] {
            for whole in [None, Some(true)] {
                let saved = save_arriving(&Payload::from("new"), path, false, || whole);
                let is_done = whole.is_some() && is_root;
                assert_eq!(saved.map(|saved| saved.unwrap().bytes), is_done.then_some(3));
                let text = if is_done { "new" } else { "before" };
                assert_eq!(fs::read_to_string(&mine).unwrap(), text);
                fs::write(&mine, "before").unwrap();
            }
        }
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
        for stream in ["/dev/null", "/dev/stderr", "/dev/fd/2"] {
            let saved = save_arriving(&Payload::from(""), Path::new(stream), false, || Some(true));
            assert!(saved.is_none(), "{stream}");
        }
    }

    #[test]
    fn what_cannot_be_written_is_named() {
        let error = save(&"x".into(), Path::new("/nowhere/at/all"), true, |_, _| Goes::On).unwrap_err();
        assert_eq!(
            error.to_string(),
            "cannot write `/nowhere/at/all`: there is no such folder"
        );
    }

    #[test]
    fn what_hinders_is_said_before() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(hindrance(&folder.path().join("a")), None);
        assert_eq!(names(folder.path()), [""; 0]);
        let no = hindrance(&folder.path().join("no/a.zip")).unwrap();
        assert!(no.starts_with("there is no folder `") && no.ends_with("no`"), "{no}");
        fs::write(folder.path().join("file"), "").unwrap();
        let file = hindrance(&folder.path().join("file/a.zip")).unwrap();
        assert_eq!(file, "what should be a folder is a file");
    }

    #[test]
    fn what_came_takes_the_place_of_the_file_for_who_knows_that() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.txt");
        let saved = save_what_came(&"half of it".into(), &path, |_, _| Goes::On).unwrap();
        assert!(saved.part.is_none());
        assert_eq!(names(folder.path()), ["a.txt"]);
    }

    #[cfg(unix)]
    #[test]
    fn links_and_devices_are_written_through() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let folder = tempfile::tempdir().unwrap();
        let (real, link) = (folder.path().join("real"), folder.path().join("link"));
        fs::write(&real, "before").unwrap();
        fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).unwrap();
        symlink(&real, &link).unwrap();
        save(&"after".into(), &link, true, |_, _| Goes::On).unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read_to_string(&real).unwrap(), "after");
        assert_eq!(fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o640);
        assert_eq!(
            save(&"x".into(), Path::new("/dev/null"), true, |_, _| Goes::On)
                .unwrap()
                .bytes,
            1
        );
    }
}
