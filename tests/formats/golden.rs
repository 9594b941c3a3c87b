//! Golden pairs: every fixture, what it becomes, and what is exported again.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use postrider::formats::Found;
use postrider::formats::postman::{self, Secrets, write};

use crate::ours;

/// The fixtures: the name and what was read.
pub fn fixtures() -> Vec<(PathBuf, Found)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/formats/postman");
    let mut folders: Vec<PathBuf> = std::fs::read_dir(root)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .collect();
    folders.sort();
    assert!(folders.len() > 5, "the fixtures are gone");
    folders
        .into_iter()
        .map(|folder| {
            let file = folder.join("source.json");
            let found = if file.exists() {
                postman::read(&std::fs::read(&file).unwrap())
            } else {
                postman::read_folder(&folder.join("source"))
            };
            let found = found.unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
            (folder, found)
        })
        .collect()
}

/// Everything exported, one file behind the other.
pub fn exported(found: &Found, secrets: &Secrets) -> Vec<String> {
    let collections = found.collections.iter().map(|one| write::collection(one, secrets));
    let environments = found.environments.iter().map(|one| write::environment(one, secrets));
    let globals = found.globals.iter().map(|one| write::globals(one, secrets));
    collections
        .chain(environments)
        .chain(globals)
        .map(|value| write::text(&value))
        .collect()
}

#[test]
fn every_fixture_becomes_what_it_should() {
    for (folder, found) in fixtures() {
        let mut imported = String::new();
        for (place, text) in ours::files(&found) {
            writeln!(imported, "# ===== {place}\n{text}").unwrap();
        }
        let report = serde_json::to_string_pretty(&found.report).unwrap();
        writeln!(imported, "# ===== report\n{report}").unwrap();
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path(&folder);
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.bind(|| {
            insta::assert_snapshot!("imported", imported);
            insta::assert_snapshot!("exported", exported(&found, &Secrets::None).join("\n"));
        });
    }
}
