//! Importing and exporting again: what was made here stays, and nothing that is gone comes back.

use std::fs;

use predicates::prelude::*;
use predicates::str::contains;
use serde_json::json;

use super::Home;
use super::newman::{collection, request};

#[test]
fn what_was_made_here_stays_when_its_file_comes_again() {
    let home = Home::new();
    let root = home.folder.path().join("w");
    fs::create_dir_all(root.join("collections")).unwrap();
    let run = |args: &[&str]| home.postrider().current_dir(&root).args(args).assert();
    let stage = |keys: &[&str]| {
        let rows: Vec<_> = keys.iter().map(|key| json!({ "key": key, "value": "1" })).collect();
        let stage = json!({ "id": "e", "name": "stage", "values": rows });
        fs::write(root.join("stage.json"), stage.to_string()).unwrap();
    };
    fs::write(
        root.join("c.json"),
        collection(&[request("one", "http://127.0.0.1:1/", &[])]).to_string(),
    )
    .unwrap();
    stage(&["a", "b"]);
    let import = ["import", "c.json", "stage.json", "--yes"];
    run(&import).success();
    let files = ["collections/c/collection.toml", "environments/stage.toml"].map(|file| root.join(file));
    for file in &files {
        let own = "\n[[variables]]\nkey = \"heron\"\nsecret = true\n\n[[variables]]\nkey = \"mine\"\nvalue = \"m\"\n";
        fs::write(file, fs::read_to_string(file).unwrap() + own).unwrap();
    }
    for of in [["-e", "stage"], ["--collection", "c"]] {
        run(&[&["env", "set"], &of[..], &["heron", "heron-4711-secret"]].concat()).success();
    }
    stage(&["a"]);
    run(&import).success();
    for file in &files {
        let text = fs::read_to_string(file).unwrap();
        assert!(text.contains("\"heron\"") && text.contains("\"mine\""), "{text}");
        assert!(!text.contains("\"b\""), "it came, and is gone: {text}");
    }
    for of in [["-e", "stage"], ["--collection", "c"]] {
        let listed = run(&[&["env", "list"], &of[..]].concat()).success();
        listed.stdout(contains("mine").and(contains("heron-4711").not()));
    }
}

#[test]
fn an_export_into_the_same_folder_takes_out_what_is_gone_and_nothing_of_others() {
    let home = Home::new();
    let root = home.folder.path().join("w");
    fs::create_dir_all(root.join("collections")).unwrap();
    let run = |args: &[&str]| home.postrider().current_dir(&root).args(args).assert();
    let both = ["one", "two"].map(|name| request(name, "http://127.0.0.1:1/", &[]));
    fs::write(root.join("c.json"), collection(&both).to_string()).unwrap();
    run(&["import", "c.json"]).success();
    let export = ["export", "postman", "c", "--v3", "-o", "out"];
    run(&export).success();
    let folders = fs::read_dir(root.join("out/postman/collections")).unwrap();
    let folder = folders.map(|entry| entry.unwrap().path()).next().unwrap();
    for file in ["theirs.request.yaml", "README.md"] {
        fs::write(folder.join(file), "x").unwrap();
    }
    fs::remove_file(root.join("collections/c/two.toml")).unwrap();
    run(&export)
        .success()
        .stderr(contains("two.request.yaml").and(contains("`theirs.request.yaml`")));
    for (file, is_there) in [
        ("one.request.yaml", true),
        ("two.request.yaml", false),
        ("theirs.request.yaml", true),
        ("README.md", true),
    ] {
        assert_eq!(folder.join(file).exists(), is_there, "{file}");
    }
}

#[test]
fn a_request_that_cannot_be_read_is_not_gone() {
    let home = Home::new();
    let root = home.folder.path().join("w");
    fs::create_dir_all(root.join("collections")).unwrap();
    let run = |args: &[&str]| home.postrider().current_dir(&root).args(args).assert();
    let all = ["one", "two", "three"].map(|name| request(name, "http://127.0.0.1:1/", &[]));
    fs::write(root.join("c.json"), collection(&all).to_string()).unwrap();
    run(&["import", "c.json"]).success();
    let export = ["export", "postman", "c", "--v3", "-o", "out"];
    run(&export).success();
    let folders = fs::read_dir(root.join("out/postman/collections")).unwrap();
    let folder = folders.map(|entry| entry.unwrap().path()).next().unwrap();
    let are_there = || {
        let files = ["one", "two", "three"].map(|name| format!("{name}.request.yaml"));
        files.map(|file| folder.join(file).exists())
    };
    let two = root.join("collections/c/two.toml");
    let text = fs::read_to_string(&two).unwrap();
    fs::write(&two, "name = ").unwrap();
    fs::remove_file(root.join("collections/c/three.toml")).unwrap();
    run(&export)
        .code(1)
        .stderr(contains("two.toml").and(contains("removed").not()));
    assert_eq!(are_there(), [true, true, true]);
    run(&["export", "postman", "c"]).code(1).stderr(contains("two.toml"));
    // Whole again, it is known what is gone.
    fs::write(&two, text).unwrap();
    run(&export)
        .success()
        .stderr(contains("removed").and(contains("three")));
    assert_eq!(are_there(), [true, true, false]);
}

#[test]
fn two_collections_of_one_name_are_not_exported_into_one_folder() {
    let home = Home::new();
    let root = home.folder.path().join("w");
    for (slug, name) in [("api", "one"), ("api-2", "two")] {
        let folder = root.join("collections").join(slug);
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("collection.toml"), "name = \"API\"\n").unwrap();
        let request = format!("name = \"{name}\"\nurl = \"http://127.0.0.1:1/\"\n");
        fs::write(folder.join(format!("{name}.toml")), request).unwrap();
    }
    let run = |args: &[&str]| home.postrider().current_dir(&root).args(args).assert();
    let export = |slug: &str, to: &str| run(&["export", "postman", slug, "--v3", "-o", to]);
    let is_there = |to: &str, name: &str| {
        let folder = root.join(to).join("postman/collections/API");
        folder.join(format!("{name}.request.yaml")).exists()
    };
    export("collections/api", "out").success();
    export("collections/api-2", "out")
        .code(1)
        .stderr(contains("collections/api").and(contains("`-o` names another folder")));
    assert!(is_there("out", "one") && !is_there("out", "two"));
    export("collections/api-2", "other").success();
    assert!(is_there("other", "two"));
    // A folder that is gone is nobody's, nor is that of a collection that is gone; but what is in it stays.
    fs::remove_dir_all(root.join("other")).unwrap();
    export("collections/api", "other").success();
    fs::remove_dir_all(root.join("collections/api")).unwrap();
    export("collections/api-2", "out")
        .success()
        .stderr(contains("removed").not().and(contains("one.request.yaml")));
    assert!(is_there("out", "one") && is_there("out", "two"));
}

#[test]
fn files_of_postmans_want_a_file_behind_e() {
    let home = Home::new();
    let root = home.folder.path();
    fs::write(root.join("c.json"), collection(&[]).to_string()).unwrap();
    let run = home
        .postrider()
        .current_dir(root)
        .args(["run", "c.json", "-e", "dev"])
        .assert();
    run.failure().stderr(contains("environment file `dev`"));
}
