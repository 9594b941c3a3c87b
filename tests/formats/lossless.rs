//! Nothing is lost on the way through our files and out again.

use std::sync::Arc;

use postrider::formats::postman::{self, Secrets, write};
use postrider::model::Entity;
use serde_json::{Value, json};

use crate::golden::{exported, fixtures};
use crate::ours;

fn meanings(files: &[String]) -> Vec<Value> {
    files
        .iter()
        .map(|text| postman::meaning(text.as_bytes()).unwrap())
        .collect()
}

#[test]
fn an_untouched_import_exports_what_was_read() {
    for (folder, found) in fixtures() {
        let source = folder.join("source.json");
        if !source.exists() {
            continue;
        }
        let source = postman::meaning(&std::fs::read(source).unwrap()).unwrap();
        let back = meanings(&exported(&found, &Secrets::All));
        let list = |key: &str| -> Vec<Value> {
            let of = |value: &Value| value.get(key).and_then(Value::as_array).cloned().unwrap_or_default();
            back.iter().flat_map(of).collect()
        };
        for key in ["collections", "environments"] {
            assert_eq!(source[key], Value::Array(list(key)), "{}", folder.display());
        }
    }
}

#[test]
fn our_files_hold_everything_but_secrets() {
    for (folder, found) in fixtures() {
        let reread = ours::reread(&found);
        assert_eq!(
            meanings(&exported(&reread, &Secrets::All)),
            meanings(&exported(&found, &Secrets::None)),
            "{}",
            folder.display()
        );
        for (before, after) in found.collections.iter().zip(&reread.collections) {
            assert_eq!(before.items.len(), after.items.len());
            for (before, after) in before.items.iter().zip(&after.items) {
                let hidden = Secrets::None;
                let text = |item| postman::write::tidy(item, &hidden);
                assert_eq!(text(&before.entity), text(&after.entity), "{}", folder.display());
            }
        }
    }
}

#[test]
fn exporting_and_importing_again_changes_nothing() {
    for (folder, found) in fixtures() {
        let once = exported(&found, &Secrets::All);
        let twice: Vec<String> = once
            .iter()
            .flat_map(|text| exported(&postman::read(text.as_bytes()).unwrap(), &Secrets::All))
            .collect();
        assert_eq!(once, twice, "{}", folder.display());
    }
}

#[test]
fn a_single_event_without_its_list_is_read() {
    let found = postman::read(
        br#"{"info": {"name": "c", "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"},
            "item": [{"name": "r", "request": "http://h/", "event": {"listen": "test", "script": {"exec": ["x()"]}}}]}"#,
    )
    .unwrap();
    let exported = write::collection(&found.collections[0], &Secrets::None);
    assert_eq!(exported["item"][0]["event"][0]["script"]["exec"][0], "x()");
}

#[test]
fn every_auth_of_postmans_is_among_the_fixtures() {
    let text = std::fs::read_to_string(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/formats/postman/auth/source.json"
    ));
    let source: Value = serde_json::from_str(&text.unwrap()).unwrap();
    let auths: Vec<&Value> = source["item"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| &item["request"]["auth"])
        .collect();
    for auth in postrider::auth::TYPES {
        // These two are ours, and `none` is Postman's `noauth`.
        let kind = match auth.kind() {
            "netrc" | "negotiate" => continue,
            "none" => "noauth",
            kind => kind,
        };
        let theirs = auths.iter().find(|auth| auth["type"] == kind);
        let theirs = theirs.unwrap_or_else(|| panic!("no `{kind}` among the fixtures"));
        assert!(
            kind == "noauth" || !theirs[kind].as_array().unwrap().is_empty(),
            "{kind}"
        );
    }
}

/// Where Postman itself has no order, ours is: what is known first, as it stood, and what was only kept behind it.
#[test]
fn what_was_only_kept_stands_behind_what_is_known() {
    let source = json!({
        "info": { "name": "C", "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json" },
        "item": [{
            "zz": 1,
            "event": [
                { "listen": "test", "disabled": true, "script": { "exec": ["off()"] } },
                { "listen": "other", "script": { "exec": ["other()"] } },
                { "listen": "test", "script": { "exec": ["on()"] } },
                { "listen": "prerequest", "script": { "exec": ["before()"] } },
            ],
            "request": { "method": "GET", "url": "http://a.test/x" },
            "aa": 2,
            "name": "one",
        }],
    });
    let found = postman::read(source.to_string().as_bytes()).unwrap();
    let exported = write::collection(&found.collections[0], &Secrets::None);
    let item = exported["item"][0].as_object().unwrap();
    let keys: Vec<&str> = item.keys().map(String::as_str).collect();
    assert_eq!(keys, ["name", "event", "request", "response", "zz", "aa"]);
    let events = item["event"].as_array().unwrap().iter();
    let events: Vec<&str> = events.filter_map(|event| event["script"]["exec"][0].as_str()).collect();
    assert_eq!(events, ["before()", "on()", "off()", "other()"]);
}

#[test]
fn what_has_no_name_is_exported_without_one_until_it_is_given_one() {
    let source = json!({
        "info": { "name": "", "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json" },
        "item": [
            { "name": "", "request": "http://a.test/x" },
            { "request": "http://a.test/y" },
            { "name": "", "item": [{ "name": "", "request": "" }] },
        ],
    });
    let found = postman::read(source.to_string().as_bytes()).unwrap();
    let names = |found: &postrider::formats::Found| {
        let out = write::collection(&ours::reread(found).collections[0], &Secrets::All);
        let at = |place: &str| out.pointer(place).and_then(Value::as_str).map(str::to_owned);
        let places = [
            "/info/name",
            "/item/0/name",
            "/item/1/name",
            "/item/2/name",
            "/item/2/item/0/name",
        ];
        places.map(|place| at(place).unwrap_or_else(|| "none".to_owned()))
    };
    assert_eq!(names(&found), ["", "", "", "", ""]);
    let mut renamed = found;
    let Entity::Request(request) = &mut renamed.collections[0].items[1].entity else {
        panic!("a request");
    };
    assert_eq!(request.name, "http://a.test/x");
    Arc::make_mut(request).name = "X".to_owned();
    assert_eq!(names(&renamed), ["", "X", "", "", ""]);
}

/// A collection of what is easily taken for nothing, or for something else than it is.
fn corners() -> Value {
    let raw = |name: &str, body: Value| json!({ "name": name, "request": { "method": "POST", "url": "http://a.test/x", "body": body } });
    json!({
        "info": { "name": "C", "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json" },
        "variable": [
            { "key": "list", "type": "array", "value": "[1, {\"a\": 2}]" },
            { "key": "map", "type": "object", "value": "{\"a\": [1]}" },
            { "key": "no list", "type": "array", "value": "{}" },
        ],
        "item": [
            raw("empty", json!({ "mode": "raw", "raw": "" })),
            raw("empty JSON", json!({ "mode": "raw", "raw": "", "options": { "raw": { "language": "json" } } })),
            raw("text", json!({ "mode": "raw", "raw": "x" })),
            raw("parts", json!({ "mode": "formdata", "formdata": [
                { "key": "a", "value": "b", "type": "text", "uuid": "u-1" }, { "key": "f", "src": [], "type": "file", "uuid": "u-2" },
            ] })),
            { "name": "F", "_postman_isSubFolder": true, "item": [
                { "name": "path",
                  "event": [{ "listen": "test", "script": { "exec": ["go()"], "packages": {}, "requests": { "r": "1-2" } } }],
                  "request": { "method": "GET", "url": { "raw": "http://a.test/:id/:b", "variable": [{ "key": "id" }, { "key": "b", "value": "2" }] } } },
            ] },
        ],
    })
}

#[test]
fn what_looks_like_nothing_is_kept_for_what_it_is() {
    let source = corners();
    let found = postman::read(source.to_string().as_bytes()).unwrap();
    let told: Vec<&str> = found.report.notes.iter().map(|note| note.what.as_str()).collect();
    assert_eq!(
        told,
        [
            "the type of a variable",
            "the requests that a post-response script names"
        ]
    );
    let read = ours::reread(&found);
    let written = write::collection(&read.collections[0], &Secrets::All);
    assert_eq!(
        postman::meaning(written.to_string().as_bytes()).unwrap(),
        postman::meaning(source.to_string().as_bytes()).unwrap()
    );
    let at = |place: &str| written.pointer(place).cloned().unwrap_or_default();
    assert_eq!(at("/variable/0/value"), json!([1, { "a": 2 }]));
    assert_eq!(at("/variable/1/value"), json!({ "a": [1] }));
    assert_eq!(at("/variable/2"), source["variable"][2]);
    assert_eq!(at("/item/0/request/body"), json!({ "mode": "raw", "raw": "" }));
    assert_eq!(at("/item/1/request/body/raw"), "");
    assert_eq!(at("/item/3/request/body/formdata/0/uuid"), "u-1");
    assert_eq!(at("/item/4/item/0/event/0/script/requests"), json!({ "r": "1-2" }));
    let Entity::Request(path) = &read.collections[0].items[6].entity else {
        panic!("a request");
    };
    let names: Vec<&str> = path.path_variables.iter().map(|row| row.name.as_str()).collect();
    assert_eq!(names, ["id", "b"]);
}

#[test]
fn a_script_of_format_1_keeps_the_requests_that_it_names() {
    let source = json!({
        "id": "c", "name": "One", "order": ["r"], "requests": [{ "id": "r", "name": "r", "url": "http://a.test/", "method": "GET",
            "events": [{ "listen": "test", "script": { "type": "text/javascript", "exec": ["go()"], "requests": { "r": "1-2" } } }] }],
    });
    let found = postman::read(source.to_string().as_bytes()).unwrap();
    let written = write::collection(&ours::reread(&found).collections[0], &Secrets::All);
    assert_eq!(
        written["item"][0]["event"][0]["script"]["requests"],
        json!({ "r": "1-2" })
    );
    assert_eq!(
        found.report.notes[0].what,
        "the requests that a post-response script names"
    );
}
