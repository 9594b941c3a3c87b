//! A report on its way into a file: what is known early waits in a temporary file, as the head needs figures of the end.

use std::fs::{self, File};
use std::io::{self, BufWriter, Seek, SeekFrom, Write};
use std::path::Path;

/// The body of a report, growing.
pub struct Spool {
    body: BufWriter<File>,
}

impl Spool {
    /// An empty body.
    pub fn new() -> io::Result<Self> {
        let body = BufWriter::new(tempfile::tempfile()?);
        Ok(Self { body })
    }

    /// Adds to the body.
    pub fn add(&mut self, text: &str) -> io::Result<()> {
        self.body.write_all(text.as_bytes())
    }

    /// Writes the file: head, body, end; as often as asked. An older file stays until the new one is whole.
    pub fn write(&mut self, path: &Path, head: &str, end: &str) -> io::Result<()> {
        Self::write_bodies(path, &mut [(head, self)], end)
    }

    /// Writes a file of several bodies, each behind a text of its own, then the end.
    pub fn write_bodies(path: &Path, bodies: &mut [(&str, &mut Self)], end: &str) -> io::Result<()> {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let folder = folder.unwrap_or(Path::new("."));
        fs::create_dir_all(folder)?;
        let mut out = BufWriter::new(tempfile::NamedTempFile::new_in(folder)?);
        for (head, spool) in bodies {
            spool.body.flush()?;
            spool.body.seek(SeekFrom::Start(0))?;
            out.write_all(head.as_bytes())?;
            io::copy(spool.body.get_mut(), &mut out)?;
        }
        out.write_all(end.as_bytes())?;
        let file = out.into_inner().map_err(io::IntoInnerError::into_error)?;
        readable(file.as_file())?;
        file.persist(path)?;
        Ok(())
    }
}

/// A report is made to be picked up by others; secrets are not in it.
fn readable(file: &File) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        file.set_permissions(fs::Permissions::from_mode(0o644))?;
    }
    #[cfg(not(unix))]
    let _ = file;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_its_head_its_body_and_its_end_in_a_folder_made_for_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a/b/report.txt");
        let mut spool = Spool::new().expect("a temporary file");
        for part in ["1", "2"] {
            spool.add(part).expect("added");
        }
        assert!(!path.exists());
        for end in [">", "]"] {
            spool.write(&path, "<", end).expect("written");
            assert_eq!(fs::read_to_string(&path).expect("text"), format!("<12{end}"));
        }
        let mut other = Spool::new().expect("a temporary file");
        for (n, text) in ["<12|3>", "<12|33>"].iter().enumerate() {
            other.add("3").expect("added");
            Spool::write_bodies(&path, &mut [("<", &mut spool), ("|", &mut other)], ">").expect("written");
            assert_eq!(fs::read_to_string(&path).expect("text"), *text, "{n}");
        }
    }
}
