//! Tests: a workspace as a whole: what loads, what is a problem, and moving things about.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::fs;
use std::path::Path;

use super::*;
use crate::model::{ItemPath, Workspace};

fn write(root: &Path, file: &str, text: impl AsRef<[u8]>) {
    let path = root.join(file);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

fn workspace() -> tempfile::TempDir {
    let root = tempfile::tempdir().unwrap();
    write(root.path(), "collections/api/collection.toml", "name = 'API'");
    write(
        root.path(),
        "collections/api/get.toml",
        "name = 'Get'\nurl = 'http://h'",
    );
    write(root.path(), "collections/api/users/list.toml", "name = 'List'");
    write(root.path(), "environments/demo.toml", "name = 'Demo'");
    write(root.path(), "globals.toml", "[[variables]]\nkey = 'a'\nvalue = 1");
    root
}

fn has(workspace: &Workspace, path: &str) -> bool {
    workspace.find(&ItemPath::new(path)).is_some()
}

#[test]
fn a_workspace_loads() {
    let root = workspace();
    let workspace = Files::new(root.path()).load();
    assert_eq!(workspace.problems, []);
    assert!(has(&workspace, "api/get") && has(&workspace, "api/users/list"));
    assert!(workspace.environment_named("demo").is_some());
    assert_eq!(workspace.globals().variables.len(), 1);
    assert!(workspace.dirty().is_empty());
}

#[test]
fn the_sample_workspace_has_no_problems_and_saves_unchanged() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let files = Files::new(root);
    let workspace = files.load();
    assert_eq!(workspace.problems, []);
    for top in workspace.collections() {
        for id in workspace.descendants(*top) {
            let node = workspace.node(id).unwrap();
            let place = Place::of(&workspace.path(id).unwrap(), &node.entity);
            let content = Content::Item(node.entity.clone());
            assert_eq!(
                files.save(&place, &content, false).unwrap(),
                Saved::Unchanged,
                "{place}"
            );
        }
    }
}

#[test]
fn every_broken_file_is_a_problem_and_its_siblings_load() {
    let root = workspace();
    write(root.path(), "collections/api/collection.toml", "name = ");
    write(root.path(), "collections/api/users/folder.toml", "name = 3\n");
    write(root.path(), "collections/api/bad.toml", "\n[body\n");
    write(root.path(), "collections/api/latin.toml", b"name = '\xe9'");
    write(root.path(), "collections/stray.toml", "");
    write(root.path(), "environments/bad.toml", "variables = 1");
    let workspace = Files::new(root.path()).load();
    assert_eq!(workspace.problems.len(), 6, "{:?}", workspace.problems);
    assert!(workspace.problems.iter().all(|problem| problem.hint.is_some()));
    assert!(has(&workspace, "api/get") && has(&workspace, "api/users/list") && !has(&workspace, "api/bad"));
    let collection = workspace.find(&ItemPath::new("api")).unwrap();
    assert_eq!(workspace.node(collection).unwrap().entity.name(), "api");
}

#[cfg(unix)]
#[test]
fn loops_pipes_and_odd_names_do_no_harm() {
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::symlink;
    let root = workspace();
    let api = root.path().join("collections/api");
    symlink(&api, api.join("loop")).unwrap();
    symlink(root.path().join("collections"), api.join("users/up")).unwrap();
    symlink("/nowhere", api.join("dangling.toml")).unwrap();
    fs::write(api.join(std::ffi::OsStr::from_bytes(b"\xff.toml")), "").unwrap();
    symlink("/dev/zero", api.join("zero.toml")).unwrap();
    let workspace = Files::new(root.path()).load();
    assert_eq!(workspace.problems.len(), 4, "{:?}", workspace.problems);
    assert!(has(&workspace, "api/get") && !has(&workspace, "api/zero"));
}

#[test]
fn what_is_removed_comes_back_whole() {
    let root = workspace();
    write(root.path(), "collections/api/users/notes.md", "mine");
    let files = Files::new(root.path());
    files.load();
    let place = Place::Group(ItemPath::new("api/users"));
    let removed = files.remove(&place).unwrap();
    assert!(!root.path().join("collections/api/users").exists());
    assert!(!has(&files.load(), "api/users"));
    files.restore(&removed).unwrap();
    assert!(matches!(files.restore(&removed), Err(SaveError::Exists { .. })));
    assert!(has(&files.load(), "api/users/list"));
    assert_eq!(
        fs::read_to_string(root.path().join("collections/api/users/notes.md")).unwrap(),
        "mine"
    );
}

#[cfg(unix)]
#[test]
fn what_cannot_be_put_back_is_not_removed_and_called_what_it_is() {
    let root = workspace();
    let folder = root.path().join("collections/api/users");
    let _socket = std::os::unix::net::UnixListener::bind(folder.join("s")).unwrap();
    let removed = Files::new(root.path()).remove(&Place::Group(ItemPath::new("api/users")));
    let error = removed.unwrap_err();
    assert!(matches!(error, SaveError::NoFile { .. }), "{error}");
    assert!(folder.join("list.toml").exists() && error.hint().is_some());
}

#[test]
fn folders_and_files_are_renamed_and_known_under_the_new_name() {
    let root = workspace();
    let files = Files::new(root.path());
    let workspace = files.load();
    let group = |path: &str| Place::Group(ItemPath::new(path));
    let request = |path: &str| Place::Request(ItemPath::new(path));
    files.rename(&group("api/users"), &group("api/people")).unwrap();
    files
        .rename(&request("api/people/list"), &request("api/people/LIST"))
        .unwrap();
    files.rename(&request("api/get"), &request("api/people/get")).unwrap();
    let id = workspace.find(&ItemPath::new("api/users/list")).unwrap();
    let entity = workspace.node(id).unwrap().entity.renamed("New");
    // Were it not known under its new name, this would be a conflict.
    files
        .save(&request("api/people/LIST"), &Content::Item(entity), false)
        .unwrap();
    assert!(has(&files.load(), "api/people/get"));
    assert!(matches!(
        files.rename(&request("api/people/LIST"), &request("api/people/get")),
        Err(SaveError::Exists { .. })
    ));
    assert!(matches!(
        files.rename(&group("api"), &group("api/people/api")),
        Err(SaveError::BadPath { .. })
    ));
}

#[test]
fn a_key_that_nobody_knows_is_told_and_costs_nothing_else() {
    let root = workspace();
    let text = "name = 'Get'\nurl = 'http://h'\n\n[scripts]\npost_response = 'pm.test()' # mine\n";
    write(root.path(), "collections/api/get.toml", text);
    write(root.path(), "collections/api/users/folder.toml", "nmae = 'U'");
    write(
        root.path(),
        "environments/demo.toml",
        "name = 'Demo'\n[[variables]]\nkey = 'a'\nvaule = 1",
    );
    write(root.path(), "packages.lock", "wanted = []\npackages = []");
    let files = Files::new(root.path());
    let workspace = files.load();
    let mut told: Vec<String> = workspace.problems.iter().map(ToString::to_string).collect();
    told.sort();
    let told: Vec<&str> = told
        .iter()
        .map(|told| &told[root.path().to_str().unwrap().len() + 1..])
        .collect();
    assert_eq!(
        told,
        [
            "collections/api/get.toml:5:1: unknown key `post_response` in `scripts`, did you mean `post-response`?",
            "collections/api/users/folder.toml:1:1: unknown key `nmae`, did you mean `name`?",
            "environments/demo.toml:4:1: unknown key `vaule` in `variables`, did you mean `value`?",
            "packages.lock:2:1: unknown key `packages`, did you mean `package`?",
        ]
    );
    let place = Place::Request(ItemPath::new("api/get"));
    let id = workspace.find(&ItemPath::new("api/get")).unwrap();
    let mut request = crate::model::Request::clone(workspace.request(id).unwrap());
    request.method = crate::model::request::Method::new("POST");
    let entity = crate::model::Entity::Request(std::sync::Arc::new(request));
    files.save(&place, &Content::Item(entity), false).unwrap();
    let saved = fs::read_to_string(root.path().join("collections/api/get.toml")).unwrap();
    assert!(
        saved.contains("POST") && saved.contains("post_response = 'pm.test()' # mine"),
        "{saved}"
    );
}
