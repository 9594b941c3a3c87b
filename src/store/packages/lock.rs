//! `packages.lock` of a workspace: read and written whole.

use std::fs;
use std::io;
use std::path::Path;

use crate::model::InOrder;
use crate::model::package::{Lock, PackageError};

const HEAD: &str = "\
# Written by `postrider packages`: what scripts of this workspace may require besides Postman's own packages.
# Keep it in git; the checksums say exactly which files are meant.
";

/// Reads a lock; a missing file is an empty one.
pub fn read(file: &Path) -> Result<Lock, PackageError> {
    let text = match fs::read_to_string(file) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Lock::default()),
        Err(source) => {
            return Err(PackageError::Io {
                action: "read",
                path: file.to_owned(),
                source,
            });
        }
    };
    Lock::parse(&text).map_err(|why| PackageError::File {
        path: file.to_owned(),
        why,
    })
}

/// A lock as text. The same packages give the same text, so that git shows what was really changed.
pub fn write(lock: &Lock) -> String {
    use std::fmt::Write as _;
    let mut packages: Vec<_> = lock.packages.iter().collect();
    packages.order_by(|a, b| a.id.cmp(&b.id));
    let mut out = HEAD.to_owned();
    out.push_str("\nwanted = [\n");
    for id in &lock.wanted {
        // Ids are letters that need no escapes. Writing to a text cannot fail.
        let _ = writeln!(out, "  \"{id}\",");
    }
    out.push_str("]\n");
    for pin in packages {
        let _ = write!(
            out,
            "\n[[package]]\nid = \"{}\"\nintegrity = \"{}\"\n",
            pin.id, pin.integrity
        );
        if !pin.dependencies.is_empty() {
            out.push_str("[package.dependencies]\n");
            for (name, id) in &pin.dependencies {
                let _ = writeln!(out, "\"{name}\" = \"{id}\"");
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use super::*;
    use crate::model::package::{PackageId, Pin};

    #[test]
    fn a_lock_survives_its_file() {
        let id = |text: &str| PackageId::parse(text).unwrap();
        let pin = |text: &str| Pin {
            id: id(text),
            integrity: "sha512-AA/+==".into(),
            dependencies: std::collections::BTreeMap::new(),
        };
        let mut lock = Lock {
            wanted: vec![id("@a/b.c@1.0.0")],
            packages: vec![pin("@a/b.c@1.0.0"), pin("d.e@2.0.0-rc.1")],
        };
        lock.packages[0].dependencies.insert("d.e".into(), id("d.e@2.0.0-rc.1"));
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("packages.lock");
        assert_eq!(read(&file).unwrap(), Lock::default());
        fs::write(&file, write(&lock)).unwrap();
        assert_eq!(read(&file).unwrap(), lock);
        fs::write(&file, "wanted = 5").unwrap();
        assert!(read(&file).unwrap_err().to_string().contains("packages.lock"));
    }
}
