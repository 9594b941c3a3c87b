//! The sample workspace, built into the program: written out where the user has no workspace yet.

/// A file of the sample workspace: its path below the workspace, and its text.
pub type Sample = (&'static str, &'static str);

/// Every file of the repository's `collections/` and `environments/`.
pub const SAMPLES: &[Sample] = &[];

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;
    use std::collections::BTreeSet;
    use std::path::Path;

    fn files(folder: &Path, root: &Path, out: &mut BTreeSet<String>) {
        let Ok(entries) = std::fs::read_dir(folder) else { return };
        for entry in entries {
            let path = entry.unwrap().path();
            if path.is_dir() {
                files(&path, root, out);
            } else if path.extension().is_some_and(|ending| ending == "toml") {
                out.insert(path.strip_prefix(root).unwrap().to_str().unwrap().replace('\\', "/"));
            }
        }
    }

    #[test]
    fn every_file_of_the_samples_is_built_in() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut there = BTreeSet::new();
        for folder in ["collections", "environments"] {
            files(&root.join(folder), root, &mut there);
        }
        let built_in: BTreeSet<String> = SAMPLES.iter().map(|(path, _)| (*path).to_owned()).collect();
        assert_eq!(there, built_in);
    }
}
