//! What importing again says before it does it.

use std::fs;

use predicates::str::contains;
use serde_json::{Value, json};

use super::newman::collection;
use super::{Home, write};

#[test]
fn what_changes_of_a_request_that_moves_is_said_before_it_does() {
    let home = Home::new();
    let root = home.folder.path().join("w");
    fs::create_dir_all(root.join("collections")).unwrap();
    let run = |args: &[&str]| home.postrider().current_dir(&root).args(args).assert();
    let list = json!({ "id": "list", "name": "List", "request": { "method": "GET", "url": "http://x.test/2" } });
    let with = |items: Value| {
        let mut collection = collection(&[]);
        collection["info"]["_postman_id"] = "birds".into();
        collection["item"] = items;
        home.file("c.json", &collection.to_string());
    };
    with(json!([list, { "id": "f", "name": "F", "item": [] }]));
    run(&["import", "../c.json"]).success();
    with(json!([{ "id": "f", "name": "F", "item": [list] }]));
    run(&["import", "../c.json"])
        .code(2)
        .stderr(contains("moved to  collections/c/f/list\n"));
    write(&root, "collections/c/list.toml", &{
        let text = fs::read_to_string(root.join("collections/c/list.toml")).unwrap();
        text.replace("x.test/2", "x.test/mine")
    });
    run(&["import", "../c.json"])
        .code(2)
        .stderr(contains("moved to  collections/c/f/list, changed: URL\n"));
}
