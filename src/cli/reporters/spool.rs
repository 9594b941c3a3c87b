//! A report on its way into a file: what is known early waits in a temporary file, as the head needs figures of the end.

use std::fs::{self, File};
use std::io::{self, BufWriter, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use crate::cli::CliError;

/// The body of a report, growing.
pub struct Spool {
    path: PathBuf,
    body: BufWriter<File>,
}

impl Spool {
    /// An empty body of the report that goes into this file.
    pub fn new(path: PathBuf) -> Result<Self, CliError> {
        let file = tempfile::tempfile().map_err(|error| cannot_write(&path, error))?;
        Ok(Self {
            path,
            body: BufWriter::new(file),
        })
    }

    /// Adds to the body.
    pub fn add(&mut self, text: &str) -> Result<(), CliError> {
        let written = self.body.write_all(text.as_bytes());
        written.map_err(|error| cannot_write(&self.path, error))
    }

    /// Writes the file: head, body, end. An older report stays until the new one is whole.
    pub fn finish(&mut self, head: &str, end: &str) -> Result<(), CliError> {
        self.write(head, end).map_err(|error| cannot_write(&self.path, error))
    }

    fn write(&mut self, head: &str, end: &str) -> io::Result<()> {
        let folder = self.path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let folder = folder.unwrap_or(Path::new("."));
        fs::create_dir_all(folder)?;
        self.body.flush()?;
        self.body.seek(SeekFrom::Start(0))?;
        let mut out = BufWriter::new(tempfile::NamedTempFile::new_in(folder)?);
        out.write_all(head.as_bytes())?;
        io::copy(self.body.get_mut(), &mut out)?;
        out.write_all(end.as_bytes())?;
        let file = out.into_inner().map_err(io::IntoInnerError::into_error)?;
        readable(file.as_file())?;
        file.persist(&self.path)?;
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

fn cannot_write(path: &Path, error: io::Error) -> CliError {
    CliError::failed(format!("cannot write the report `{}`", path.display()))
        .because(error)
        .hint("`--reporter-NAME-export FILE` chooses where it goes")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_its_head_its_body_and_its_end_in_a_folder_made_for_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a/b/report.txt");
        let mut spool = Spool::new(path.clone()).unwrap_or_else(|error| panic!("{error:?}"));
        for part in ["1", "2"] {
            spool.add(part).unwrap_or_else(|error| panic!("{error:?}"));
        }
        assert!(!path.exists());
        spool.finish("<", ">").unwrap_or_else(|error| panic!("{error:?}"));
        assert_eq!(fs::read_to_string(path).expect("text"), "<12>");
    }
}
