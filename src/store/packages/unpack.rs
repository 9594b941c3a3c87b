//! A package's tarball in memory: gzip around tar, as npm makes them.

use std::collections::BTreeMap;
use std::io::{self, Read};

use flate2::read::MultiGzDecoder;

use crate::model::package::Package;

/// The most a package may unpack to, in bytes; the largest ones in use have some tens of megabytes.
const MOST: u64 = 128 * 1024 * 1024;
/// The most files it may have.
const MOST_FILES: usize = 50_000;
/// The endings of files that can be required.
const CODE: [&str; 4] = ["js", "cjs", "mjs", "json"];

/// Unpacks a tarball. Links, devices and whatever points outside are left out.
pub fn unpack(tarball: &[u8]) -> Result<Package, String> {
    unpack_within(tarball, MOST)
}

fn unpack_within(tarball: &[u8], most: u64) -> Result<Package, String> {
    let limited = Limited {
        inner: MultiGzDecoder::new(tarball),
        most,
        left: most,
    };
    let mut archive = tar::Archive::new(limited);
    let mut package = Package::default();
    let mut files = BTreeMap::new();
    let entries = archive.entries().map_err(|error| error.to_string())?;
    for (number, entry) in entries.enumerate() {
        let mut entry = entry.map_err(|error| error.to_string())?;
        if number >= MOST_FILES {
            return Err(format!("it has more than {MOST_FILES} files"));
        }
        if !entry.header().entry_type().is_file() {
            continue;
        }
        package.unpacked += entry.size();
        let path = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        let Some(path) = inside(&path).filter(|path| is_code(path)) else {
            continue;
        };
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).map_err(|error| error.to_string())?;
        files.insert(path, bytes);
    }
    if !files.contains_key("package.json") {
        return Err("it has no `package.json`".to_owned());
    }
    package.files = files;
    Ok(package)
}

/// The path below the archive's one folder, whatever its name is; `None` for one that leads out of it.
fn inside(path: &str) -> Option<String> {
    let parts: Vec<&str> = path
        .split('/')
        .filter(|part| !part.is_empty() && *part != ".")
        .collect();
    let (_folder, parts) = parts.split_first()?;
    let leads_out = path.starts_with('/') || path.contains('\\') || parts.contains(&"..");
    (!leads_out && !parts.is_empty()).then(|| parts.join("/"))
}

fn is_code(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.rsplit_once('.').is_some_and(|(_, ending)| CODE.contains(&ending))
}

/// A reader that fails where [`io::Take`] would end quietly.
struct Limited<R> {
    inner: R,
    most: u64,
    left: u64,
}

impl<R: Read> Read for Limited<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        let too_large = || io::Error::other(format!("it unpacks to more than {} MB", self.most / 1024 / 1024));
        self.left = self.left.checked_sub(read as u64).ok_or_else(too_large)?;
        Ok(read)
    }
}

#[cfg(test)]
pub mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use super::*;
    use flate2::Compression;
    use flate2::write::GzEncoder;

    /// A tarball of these files, with a `package.json` if none is among them.
    pub fn tarball(files: &[(&str, &str)]) -> Vec<u8> {
        let mut tar = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
        let own = [("package/package.json", "{}")];
        let missing = !files.iter().any(|(path, _)| path.ends_with("package.json"));
        for (path, text) in files.iter().chain(own.iter().filter(|_| missing)) {
            let mut header = tar::Header::new_gnu();
            // Set by hand: the crate refuses to write the paths we are afraid of.
            header.as_mut_bytes()[..path.len()].copy_from_slice(path.as_bytes());
            header.set_size(text.len() as u64);
            header.set_mode(0o644);
            header.set_cksum();
            tar.append(&header, text.as_bytes()).unwrap();
        }
        tar.into_inner().unwrap().finish().unwrap()
    }

    #[test]
    fn files_of_code_are_unpacked_below_any_folder() {
        let package = unpack(&tarball(&[("anything/lib/a.js", "1"), ("anything/readme.md", "four")])).unwrap();
        let names: Vec<&String> = package.files.keys().collect();
        assert_eq!(names, ["lib/a.js", "package.json"]);
        assert_eq!(package.unpacked, 7);
    }

    #[test]
    fn nothing_leads_out_of_a_package() {
        let hostile = [
            ("package/../../x.js", "1"),
            ("/etc/x.js", "1"),
            ("package/..\\x.js", "1"),
            ("x.js", "1"),
        ];
        let package = unpack(&tarball(&hostile)).unwrap();
        assert_eq!(package.files.len(), 1, "{:?}", package.files.keys());
    }

    #[test]
    fn links_are_left_out() {
        let mut tar = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
        let mut header = tar::Header::new_gnu();
        header.set_entry_type(tar::EntryType::Symlink);
        header.set_size(0);
        tar.append_link(&mut header, "package/x.js", "/etc/passwd").unwrap();
        let mut header = tar::Header::new_gnu();
        header.set_size(2);
        tar.append_data(&mut header, "package/package.json", &b"{}"[..])
            .unwrap();
        let package = unpack(&tar.into_inner().unwrap().finish().unwrap()).unwrap();
        assert_eq!(package.files.len(), 1);
    }

    #[test]
    fn a_bomb_is_refused_and_so_is_what_is_no_package() {
        let bomb = "0".repeat(3 * 1024 * 1024);
        let error = unpack_within(&tarball(&[("package/bomb.js", &bomb)]), 2 * 1024 * 1024).unwrap_err();
        assert!(error.contains("2 MB"), "{error}");
        assert!(unpack(b"no gzip").is_err());
        assert!(
            unpack(&tarball(&[("package.json", "{}")]))
                .unwrap_err()
                .contains("package.json")
        );
    }
}
