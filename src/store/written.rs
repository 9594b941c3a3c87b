//! Files that the user asks for: reports, exports, bodies. What stands at the path says how it is written.
//!
//! ```text
//! nothing, a file ─▶ beside it first, renamed when it is whole: a file is never half of one, and keeps its permissions
//! a symbolic link ─▶ what it leads to, also where that is not there yet
//! a pipe, a device, a stream of this process (`/dev/stdout`) ─▶ straight to it
//! one's own file in a folder of others ─▶ where it is, emptied once nothing but the writing is left to go wrong
//! ```

use std::fs::{self, File, Metadata};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

/// Links that lead on further lead nowhere.
const MOST_LINKS: usize = 40;
/// Opened anew, a file that a stream of the process leads to would be written from its beginning.
const STREAMS: [&str; 5] = [
    "/dev/stdout",
    "/dev/stderr",
    "/dev/fd",
    "/proc/self/fd",
    "/proc/thread-self/fd",
];

/// Writes a file as a whole; missing folders are made. A `private` one is for its owner alone, whatever was there.
///
/// # Errors
///
/// What the system says, or `content`.
pub fn write(path: &Path, private: bool, content: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let target = Target::of(path);
    if let (None, Some(folder)) = (&target.before, target.path.parent()) {
        fs::create_dir_all(folder)?;
    }
    match target.open(".postrider-", ".tmp", private)? {
        Way::Straight(file) => filled(file, content).map(drop),
        Way::There(file) => over(file, private, content),
        Way::Beside(file) => {
            let file = filled(file, content)?;
            target.put(file, private).map_err(|error| error.error)
        }
    }
}

/// Writes over what is in a file.
fn over(file: File, private: bool, content: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    if private {
        owners_alone(&file)?;
    }
    file.set_len(0)?;
    filled(file, content).map(drop)
}

fn filled<W: Write>(file: W, content: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<W> {
    let mut out = BufWriter::new(file);
    content(&mut out)?;
    out.into_inner().map_err(io::IntoInnerError::into_error)
}

fn owners_alone(file: &File) -> io::Result<()> {
    #[cfg(unix)]
    file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
    #[cfg(not(unix))]
    let _ = file;
    Ok(())
}

/// Where a file goes in the end.
pub(super) struct Target {
    /// Links followed.
    pub path: PathBuf,
    /// What is there.
    pub before: Option<Metadata>,
    /// Whether it is no file, or may lead to a file that others hold open, as `/dev/stdout` and the like do.
    pub is_stream: bool,
}

/// How it is written.
pub(super) enum Way {
    /// To what is no file.
    Straight(File),
    /// Over the old one, which is still what it was.
    There(File),
    /// To take its place.
    Beside(NamedTempFile),
}

impl Target {
    /// Looks what there is.
    pub fn of(path: &Path) -> Self {
        let before = fs::metadata(path).ok();
        let is_stream = STREAMS.iter().any(|stream| path.starts_with(stream))
            || before.as_ref().is_some_and(|before| !before.is_file());
        Self {
            // A pipe has no other name than that of its link.
            path: if is_stream { path.to_owned() } else { followed(path) },
            before,
            is_stream,
        }
    }

    /// Opens it; what is written beside gets a name between these.
    pub fn open(&self, prefix: &str, suffix: &str, private: bool) -> io::Result<Way> {
        if let Some(stream) = stream(&self.path) {
            return stream.map(Way::Straight);
        }
        if self.is_stream {
            return File::options().append(true).open(&self.path).map(Way::Straight);
        }
        if self
            .before
            .as_ref()
            .is_some_and(|before| before.permissions().readonly())
        {
            return Err(io::Error::new(io::ErrorKind::PermissionDenied, "it is write-protected"));
        }
        let folder = self.path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let mut builder = tempfile::Builder::new();
        builder.prefix(prefix).suffix(suffix);
        // A new file gets what the umask leaves of this.
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(if private {
            0o600
        } else {
            0o666
        }));
        match builder.tempfile_in(folder.unwrap_or(Path::new("."))) {
            Ok(file) => Ok(Way::Beside(file)),
            Err(error) if self.before.is_some() && error.kind() == io::ErrorKind::PermissionDenied => {
                self.there().map(Way::There).map_err(|_| error)
            }
            Err(error) => Err(error),
        }
    }

    /// Opens it where it is; what is in it stays.
    fn there(&self) -> io::Result<File> {
        File::options().write(true).open(&self.path)
    }

    /// Puts what was written beside into its place. Whoever has kept a file from others wants it so.
    pub fn put(&self, file: NamedTempFile, private: bool) -> Result<(), tempfile::PersistError> {
        if let Some(before) = self.before.as_ref().filter(|_| !private)
            && let Err(error) = file.as_file().set_permissions(before.permissions())
        {
            return Err(tempfile::PersistError { error, file });
        }
        file.persist(&self.path).map(drop)
    }
}

/// Stdout or stderr. Opened anew, a file they lead to would be written over what is in it.
fn stream(path: &Path) -> Option<io::Result<File>> {
    #[cfg(unix)]
    {
        use std::os::fd::AsFd;
        let stream = match path.to_str()? {
            "/dev/stdout" | "/dev/fd/1" | "/proc/self/fd/1" => io::stdout().as_fd().try_clone_to_owned(),
            "/dev/stderr" | "/dev/fd/2" | "/proc/self/fd/2" => io::stderr().as_fd().try_clone_to_owned(),
            _ => return None,
        };
        Some(stream.map(File::from))
    }
    #[cfg(not(unix))]
    {
        let _ = path;
        None
    }
}

/// What a path leads to, also where nothing is there yet.
fn followed(path: &Path) -> PathBuf {
    if let Ok(real) = fs::canonicalize(path) {
        return real;
    }
    let mut path = path.to_owned();
    for _ in 0..MOST_LINKS {
        let Ok(to) = fs::read_link(&path) else { break };
        path = path.parent().unwrap_or(Path::new("")).join(to);
    }
    path
}

#[cfg(all(test, unix))]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    fn put(path: &Path, text: &str, private: bool) -> io::Result<()> {
        write(path, private, |out| out.write_all(text.as_bytes()))
    }

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn a_new_file_has_what_the_umask_leaves_and_an_old_one_keeps_its_permissions() {
        let folder = tempfile::tempdir().unwrap();
        let (new, other) = (folder.path().join("a/b/new"), folder.path().join("other"));
        put(&new, "one", false).unwrap();
        fs::write(&other, "").unwrap();
        assert_eq!(mode(&new), mode(&other));
        fs::set_permissions(&new, PermissionsExt::from_mode(0o640)).unwrap();
        put(&new, "two", false).unwrap();
        assert_eq!((fs::read_to_string(&new).unwrap().as_str(), mode(&new)), ("two", 0o640));
        put(&new, "three", true).unwrap();
        assert_eq!(mode(&new), 0o600);
        fs::set_permissions(&new, PermissionsExt::from_mode(0o444)).unwrap();
        assert!(
            put(&new, "four", false)
                .unwrap_err()
                .to_string()
                .contains("write-protected")
        );
        assert_eq!(fs::read_dir(new.parent().unwrap()).unwrap().count(), 1);
    }

    #[test]
    fn links_are_written_through_also_to_what_is_not_there_yet() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        symlink("real", at("link")).unwrap();
        symlink("link", at("far")).unwrap();
        for text in ["one", "two"] {
            put(&at("far"), text, false).unwrap();
            assert_eq!(fs::read_to_string(at("real")).unwrap(), text);
        }
        assert!(["link", "far"].iter().all(|name| at(name).is_symlink()));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 3);
    }

    #[test]
    fn a_pipe_is_written_to_and_stays_one() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        assert!(
            std::process::Command::new("mkfifo")
                .arg(&pipe)
                .status()
                .unwrap()
                .success()
        );
        let reads = pipe.clone();
        let reader = std::thread::spawn(move || fs::read_to_string(reads).unwrap());
        put(&pipe, "through", true).unwrap();
        assert_eq!(reader.join().unwrap(), "through");
        assert!(!fs::metadata(&pipe).unwrap().is_file());
    }

    #[test]
    fn what_is_opened_where_it_is_stays_whole_until_it_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a");
        fs::write(&file, "one of before").unwrap();
        fs::set_permissions(&file, PermissionsExt::from_mode(0o644)).unwrap();
        // As where nothing may be made beside it, which root may anywhere.
        let opened = Target::of(&file).there().unwrap();
        assert_eq!(fs::read_to_string(&file).unwrap(), "one of before");
        over(opened, true, |out| out.write_all(b"two")).unwrap();
        assert_eq!(
            (fs::read_to_string(&file).unwrap().as_str(), mode(&file)),
            ("two", 0o600)
        );
        fs::set_permissions(folder.path(), PermissionsExt::from_mode(0o555)).unwrap();
        let may_make = tempfile::tempfile_in(folder.path()).is_ok();
        let way = Target::of(&file).open("", "", true);
        assert_eq!(matches!(way, Ok(Way::There(_))), !may_make);
        fs::set_permissions(folder.path(), PermissionsExt::from_mode(0o755)).unwrap();
    }

    #[test]
    fn what_cannot_be_made_leaves_the_old_file() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a");
        put(&file, "one", false).unwrap();
        let failed = write(&file, false, |out| {
            out.write_all(b"half")?;
            Err(io::Error::other("no"))
        });
        assert!(failed.is_err() && fs::read_to_string(&file).unwrap() == "one");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
