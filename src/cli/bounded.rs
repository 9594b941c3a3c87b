//! Reading small files whole: what is much longer than any of its kind is another file, and would fill the memory.

use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::path::Path;

/// The most that is read of one, in bytes.
const MOST: u64 = 32_000_000;

/// A file of settings or cookies.
///
/// # Errors
///
/// When it cannot be read, or is longer than 32 MB.
pub fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(MOST + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MOST {
        return Err(io::Error::new(
            ErrorKind::FileTooLarge,
            format!("longer than {}MB", MOST / 1_000_000),
        ));
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;

    #[test]
    fn what_is_longer_is_no_file_of_settings() {
        let file = tempfile::NamedTempFile::new().unwrap();
        file.as_file().set_len(MOST).unwrap();
        assert_eq!(read(file.path()).unwrap().len() as u64, MOST);
        file.as_file().set_len(MOST + 1).unwrap();
        assert_eq!(read(file.path()).unwrap_err().kind(), ErrorKind::FileTooLarge);
    }
}
