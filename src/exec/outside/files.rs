//! The words of a command that are files of the workspace: the word for a program holds while these are what they were.

use std::collections::HashMap;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use sha2::{Digest as _, Sha256};

/// A file that was written so lately could be written again without its time telling.
const LATELY: Duration = Duration::from_secs(2);

/// The hashes of files, until these are others. Clones share them.
#[derive(Clone, Default)]
pub(super) struct Hashes(Arc<Mutex<HashMap<PathBuf, Known>>>);

struct Known {
    size: u64,
    changed: SystemTime,
    hash: String,
}

impl Hashes {
    /// The words of a command that come to files by way of a folder, each with the hash of what is in it, or with where it
    /// is when that is elsewhere: a link of the workspace may lead to another program tomorrow.
    pub fn files_among(&self, argv: &[String], folder: &Path) -> Vec<(String, String)> {
        let Ok(folder) = folder.canonicalize() else {
            return Vec::new();
        };
        let known = |word: &String| {
            let named = folder.join(word);
            let path = named.canonicalize().ok()?;
            let what = if !path.starts_with(&folder) {
                goes_through(&named, &folder).then(|| {
                    let bytes = path.as_os_str().as_encoded_bytes();
                    format!("\"{}\"", bytes.escape_ascii())
                })?
            } else if path.is_file() {
                self.hash(path)
            } else {
                return None;
            };
            Some((word.clone(), what))
        };
        argv.iter().filter_map(known).collect()
    }

    /// The hash of a file, which is read only when it is another one by its size or time.
    fn hash(&self, path: PathBuf) -> String {
        let before = times(&path);
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let (Some(known), Some((size, changed))) = (all.get(&path), before)
            && (known.size, known.changed) == (size, changed)
        {
            return known.hash.clone();
        }
        // What cannot be read is another program once it can.
        let hash = read(&path).unwrap_or_else(|_| Sha256::new());
        let hash = format!("{:x}", hash.finalize());
        let settled = |changed: &SystemTime| changed.elapsed().is_ok_and(|since| since > LATELY);
        if let Some((size, changed)) = before.filter(|(_, changed)| settled(changed)) {
            let hash = hash.clone();
            all.insert(path, Known { size, changed, hash });
        }
        hash
    }
}

/// Whether a step on the way to a file is something in a folder: what stands there says where the way leads.
fn goes_through(named: &Path, folder: &Path) -> bool {
    let mut steps = named.ancestors().filter(|step| step.file_name().is_some());
    steps.any(|step| {
        let above = step.parent().and_then(|above| above.canonicalize().ok());
        above.is_some_and(|above| above.starts_with(folder))
    })
}

fn times(path: &Path) -> Option<(u64, SystemTime)> {
    let metadata = path.metadata().ok()?;
    Some((metadata.len(), metadata.modified().ok()?))
}

fn read(path: &Path) -> io::Result<Sha256> {
    let mut hash = Sha256::new();
    io::copy(&mut File::open(path)?, &mut hash)?;
    Ok(hash)
}
