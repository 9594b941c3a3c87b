//! Holds the code to the map in `src/lib.rs`: who may import whom, how long a file may be, what must not be written.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Which layers each layer may import.
const ALLOWED: [(&str, &[&str]); 14] = [
    ("model", &[]),
    ("auth", &["model"]),
    ("vars", &["model"]),
    ("store", &["model"]),
    ("formats", &["model"]),
    ("demo", &["model"]),
    ("filter", &["model"]),
    ("http", &["auth", "model"]),
    ("script", &["vars", "model"]),
    ("exec", &["http", "script", "auth", "vars", "model"]),
    ("reports", &["exec", "formats", "vars", "model"]),
    ("foreign", &["formats", "store", "http", "auth", "vars", "model"]),
    (
        "cli",
        &[
            "foreign", "reports", "exec", "store", "formats", "filter", "script", "http", "auth", "vars", "demo",
            "model",
        ],
    ),
    (
        "tui",
        &[
            "foreign", "reports", "exec", "store", "formats", "filter", "script", "http", "auth", "vars", "demo",
            "model",
        ],
    ),
];

const MOST_LINES: usize = 600;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

/// All Rust files below a folder, with their paths from the repository's root.
fn rust_files(folder: &str) -> Vec<(PathBuf, String)> {
    let mut out = Vec::new();
    let mut todo = vec![root().join(folder)];
    while let Some(dir) = todo.pop() {
        for entry in fs::read_dir(&dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                todo.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                out.push((path.strip_prefix(root()).unwrap().to_owned(), text));
            }
        }
    }
    out.sort();
    assert!(!out.is_empty(), "no Rust files below {folder}");
    out
}

/// The layer of a file below `src`; `None` for `lib.rs` and `main.rs`.
fn layer(path: &Path) -> Option<&str> {
    let mut parts = path.iter().skip(1).filter_map(|part| part.to_str());
    let first = parts.next()?;
    parts.next().map(|_| first)
}

/// The layers a file names outside comments: as `crate::layer`, by the crate's own name, or by as many `super::` as lead
/// out of the file's own layer.
fn imports(path: &Path, text: &str) -> BTreeSet<String> {
    let code: String = text
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .collect::<Vec<_>>()
        .join("\n");
    let mut found = named(&code, "crate::");
    found.extend(named(&code, "postrider::"));
    // `src/a/b.rs` is two modules deep, `src/a/mod.rs` one; a module of tests inside of it is one deeper.
    let is_mod = path.file_stem().is_some_and(|stem| stem == "mod");
    let depth = path.components().count() - 1 - usize::from(is_mod);
    for depth in [depth, depth + 1] {
        found.extend(named(&code, &"super::".repeat(depth)));
    }
    found
}

/// The words behind a prefix, also in groups: `use crate::{model::X, http}`.
fn named(code: &str, prefix: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (at, _) in code.match_indices(prefix) {
        let before = code[..at].chars().next_back();
        if before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == ':') {
            continue;
        }
        let rest = &code[at + prefix.len()..];
        if let Some(group) = rest.strip_prefix('{') {
            let mut depth = 1;
            let mut word = String::new();
            let mut taking = true;
            for c in group.chars() {
                if taking && (c.is_alphanumeric() || c == '_') {
                    word.push(c);
                } else if !word.is_empty() {
                    found.insert(std::mem::take(&mut word));
                    taking = false;
                }
                match c {
                    '{' => depth += 1,
                    '}' => depth -= 1,
                    ',' if depth == 1 => taking = true,
                    _ => {}
                }
                if depth == 0 {
                    break;
                }
            }
        } else {
            found.insert(rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect());
        }
    }
    found
}

#[test]
fn layers_import_only_what_the_map_allows() {
    let allowed: BTreeMap<&str, &[&str]> = ALLOWED.into_iter().collect();
    let mut wrong = Vec::new();
    for (path, text) in rust_files("src") {
        let Some(own) = layer(&path) else { continue };
        let may = allowed.get(own).unwrap_or_else(|| panic!("{own} is not on the map"));
        for other in imports(&path, &text) {
            if other != own && allowed.contains_key(other.as_str()) && !may.contains(&other.as_str()) {
                wrong.push(format!("{} imports {other}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn main_knows_the_two_faces_alone() {
    let path = Path::new("src/main.rs");
    let text = fs::read_to_string(root().join(path)).unwrap();
    let found: Vec<_> = imports(path, &text).into_iter().collect();
    assert_eq!(found, ["cli", "tui"]);
}

#[test]
fn the_map_itself_has_no_cycle() {
    let allowed: BTreeMap<&str, &[&str]> = ALLOWED.into_iter().collect();
    for (layer, _) in ALLOWED {
        let mut todo = allowed[layer].to_vec();
        let mut seen = BTreeSet::new();
        while let Some(next) = todo.pop() {
            assert_ne!(next, layer, "{layer} imports itself in a circle");
            if seen.insert(next) {
                todo.extend(allowed[next]);
            }
        }
    }
}

#[test]
fn widgets_know_no_model() {
    for (path, text) in rust_files("src/tui/widgets") {
        // The bytes of a body are the same to filters and to the viewer: no model, a trait.
        let mut own = text.replace("crate::filter::Text;", "");
        // That both take the same for a value only a test can say that knows both.
        if path.ends_with("widgets/body/tests/lines.rs") {
            own = own.replace("crate::filter::", "");
        }
        let others: Vec<_> = imports(&path, &own).into_iter().filter(|name| name != "tui").collect();
        assert!(others.is_empty(), "{} imports {others:?}", path.display());
        for part in ["tui::shared", "tui::command", "tui::state", "tui::panes", "tui::theme"] {
            assert!(!text.contains(part), "{} imports {part}", path.display());
        }
    }
}

#[test]
fn no_file_is_too_long_and_none_is_called_util() {
    let mut wrong = Vec::new();
    for folder in ["src", "tests", "benches"] {
        for (path, text) in rust_files(folder) {
            let lines = text.lines().count();
            if lines > MOST_LINES {
                wrong.push(format!("{}: {lines} lines", path.display()));
            }
            let stem = path.file_stem().unwrap().to_str().unwrap();
            if ["util", "utils", "common", "helpers", "misc"].contains(&stem) {
                wrong.push(format!("{}: named for nothing", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_module_says_what_it_is() {
    for (path, text) in rust_files("src") {
        assert!(text.trim_start().starts_with("//!"), "{} has no `//!`", path.display());
    }
}

#[test]
fn documents_that_are_cited_are_there() {
    let cited = regex::Regex::new(r"\b[A-Z]+\.md\b").unwrap();
    for (path, text) in rust_files("src").iter().chain(&rust_files("tests")) {
        for name in cited.find_iter(text) {
            assert!(
                root().join(name.as_str()).is_file(),
                "{}: {}",
                path.display(),
                name.as_str()
            );
        }
    }
}

#[test]
fn lints_are_expected_with_a_reason_never_allowed() {
    let allow = concat!("#[", "allow(");
    for folder in ["src", "tests", "benches"] {
        for (path, text) in rust_files(folder) {
            assert!(
                !text.contains(allow) && !text.contains(concat!("#![", "allow(")),
                "{}",
                path.display()
            );
        }
    }
}

#[test]
fn imports_are_found_however_they_are_written() {
    let text =
        "use crate::model::Auth;\nuse crate::{vars, http::{self, Jar}, exec};\n// use crate::tui;\ncrate::store::x();";
    let found: Vec<_> = imports(Path::new("src/a.rs"), text).into_iter().collect();
    assert_eq!(found, ["exec", "http", "model", "store", "vars"]);
    let text = "use postrider::tui::X;\nuse super::super::cli::Y;";
    let found: Vec<_> = imports(Path::new("src/a/b.rs"), text).into_iter().collect();
    assert_eq!(found, ["cli", "tui"]);
    let found: Vec<_> = imports(Path::new("src/a/mod.rs"), text).into_iter().collect();
    assert_eq!(found, ["cli", "super", "tui"]);
}
