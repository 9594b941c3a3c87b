//! v3 folders: what is written is read back as the same.

use std::path::Path;

use postrider::formats::postman::{self, Secrets, v3};
use postrider::formats::{Collection, Fate, Found, Report};

use crate::golden::{exported, fixtures};

/// Writes a folder as `export --v3` does.
fn write(found: &Found, root: &Path) {
    let mut files = Vec::new();
    for collection in &found.collections {
        let written = v3::collection(collection, &Secrets::All, &mut Report::default()).into_iter();
        files.extend(written.map(|(path, text)| (Path::new("collections").join(path), text)));
    }
    for environment in &found.environments {
        let (path, text) = v3::environment(environment, [], &Secrets::All);
        files.push((Path::new("environments").join(path), text));
    }
    if let Some(globals) = &found.globals {
        let (path, text) = v3::globals(globals, &Secrets::All);
        files.push((Path::new("globals").join(path), text));
    }
    for (path, text) in files {
        let path = root.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
}

#[test]
fn a_folder_written_is_read_back_as_the_same() {
    let fixtures = fixtures();
    let (_, found) = fixtures.iter().find(|(folder, _)| folder.ends_with("v3")).unwrap();
    let root = tempfile::tempdir().unwrap();
    write(found, root.path());
    let again = postman::read_folder(root.path()).unwrap();
    assert_eq!(exported(&again, &Secrets::All), exported(found, &Secrets::All));
    assert_eq!(again.report, found.report);
}

#[test]
fn what_is_switched_off_stays_so_and_graphql_keeps_its_method() {
    let graphql = |method: &str| {
        serde_json::json!({ "name": method, "request": { "method": method, "url": "http://h", "body": {
            "mode": "graphql", "graphql": { "query": "query A { a }", "variables": "{}", "operationName": "A" }
        } } })
    };
    let script = |listen: &str, off: bool| serde_json::json!({ "listen": listen, "disabled": off, "script": { "exec": [format!("{listen} {off}")] } });
    let off = |mode: &str, content: serde_json::Value| {
        serde_json::json!({ "name": format!("Off {mode}"),
            "event": [script("test", true), script("prerequest", false), script("test", false)],
            "request": { "method": "POST", "url": "http://h", "body": {
                "mode": mode, mode: content, "disabled": true
            } } })
    };
    let collection = serde_json::json!({
        "info": { "name": "C", "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json" },
        "event": [script("prerequest", true)],
        "item": [
            graphql("POST"), graphql("GET"), graphql("PUT"),
            off("raw", "unsent".into()),
            off("graphql", serde_json::json!({ "query": "{ unsent }" })),
        ],
    });
    let found = postman::read(collection.to_string().as_bytes()).unwrap();
    let root = tempfile::tempdir().unwrap();
    write(&found, root.path());
    let again = postman::read_folder(root.path()).unwrap();
    let [ours, theirs] = [&again, &found].map(|found| postman::write::collection(&found.collections[0], &Secrets::All));
    for (ours, theirs) in ours["item"]
        .as_array()
        .unwrap()
        .iter()
        .zip(theirs["item"].as_array().unwrap())
    {
        let shown = |item: &serde_json::Value| {
            let request = &item["request"];
            [
                &request["method"],
                &request["body"]["graphql"],
                &request["body"]["disabled"],
            ]
            .map(Clone::clone)
        };
        assert_eq!(shown(ours), shown(theirs));
    }
    for (again, before) in again.collections[0].items[1..4]
        .iter()
        .zip(&found.collections[0].items[1..4])
    {
        let tidy = |item: &postrider::formats::Item| postman::write::tidy(&item.entity, &Secrets::All);
        assert_eq!(tidy(again), tidy(before));
    }
    assert_eq!(ours["item"][3]["request"]["body"]["raw"], "unsent");
    for events in [&ours["item"][3]["event"], &ours["event"]] {
        for event in events.as_array().unwrap() {
            let says_off = event["script"]["exec"][0].as_str().unwrap().ends_with("true");
            assert_eq!(event["disabled"] == true, says_off, "{event}");
        }
    }
    assert_eq!(ours["item"][3]["event"].as_array().unwrap().len(), 3);
    assert_eq!(ours["event"].as_array().unwrap().len(), 1);
}

#[test]
fn graphql_without_variables_has_none_behind_it() {
    let with = |graphql: serde_json::Value| {
        let body = serde_json::json!({ "mode": "graphql", "graphql": graphql });
        let item = serde_json::json!({ "name": "R", "request": { "method": "POST", "url": "http://h", "body": body } });
        let schema = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json";
        let collection = serde_json::json!({ "info": { "name": "C", "schema": schema }, "item": [item] });
        let root = tempfile::tempdir().unwrap();
        write(&postman::read(collection.to_string().as_bytes()).unwrap(), root.path());
        let again = postman::read_folder(root.path()).unwrap();
        let again = postman::write::collection(&again.collections[0], &Secrets::All);
        again["item"][0]["request"]["body"]["graphql"].clone()
    };
    for variables in [None, Some("")] {
        let mut graphql = serde_json::json!({ "query": "{a}" });
        if let Some(variables) = variables {
            graphql["variables"] = variables.into();
        }
        // A text of white space is as good as none, and null is sent.
        let variables = &with(graphql)["variables"];
        assert!(variables.is_null() || variables == "", "{variables}");
    }
    assert_eq!(
        with(serde_json::json!({ "query": "{a}", "variables": "{}" }))["variables"],
        "{}"
    );
}

#[test]
fn a_part_that_stands_in_another_file_is_told() {
    let root = tempfile::tempdir().unwrap();
    let request = "url: http://h/\nscripts:\n  - type: afterResponse\n    code:\n      $ref: ./gone.js\n";
    std::fs::write(root.path().join("A.request.yaml"), request).unwrap();
    let found = postman::read_folder(root.path()).unwrap();
    let note = &found.report.notes[0];
    assert_eq!(
        (
            note.path.as_str(),
            note.field.as_str(),
            note.what.as_str(),
            note.why.as_str()
        ),
        (
            "A.request.yaml",
            "scripts.code",
            "a part in the file `./gone.js`",
            "the file is not there"
        )
    );
}

#[test]
fn every_fixture_can_be_written_as_a_folder() {
    for (folder, found) in fixtures() {
        let root = tempfile::tempdir().unwrap();
        // Two collections of one name would share a folder.
        for collection in &found.collections {
            let one = Found {
                collections: vec![collection.clone()],
                ..Found::default()
            };
            let root = tempfile::tempdir().unwrap();
            write(&one, root.path());
            let again = postman::read_folder(root.path()).unwrap();
            let names = |found: &Found| -> Vec<String> {
                found.collections[0]
                    .items
                    .iter()
                    .map(|item| item.entity.name().to_owned())
                    .collect()
            };
            assert_eq!(names(&again), names(&one), "{}", folder.display());
        }
        write(&found, root.path());
    }
}

#[test]
fn mistakes_in_a_folder_have_a_place() {
    let root = tempfile::tempdir().unwrap();
    std::fs::write(root.path().join("a.request.yaml"), "url: 'x\nmethod: [").unwrap();
    let error = postman::read_folder(root.path()).unwrap_err().to_string();
    assert!(error.contains("a.request.yaml") && error.contains("line"), "{error}");
    let lines = (1..40).map(|n| format!("a{n}: &a{n} [*a{0}, *a{0}, *a{0}]\n", n - 1));
    let bomb = format!("a0: &a0 [x, x]\n{}", lines.collect::<String>());
    std::fs::write(root.path().join("a.request.yaml"), bomb).unwrap();
    assert!(postman::read_folder(root.path()).is_err());
    let deep = "[".repeat(100_000);
    std::fs::write(root.path().join("a.request.yaml"), format!("a: {deep}")).unwrap();
    assert!(postman::read_folder(root.path()).is_err());
    let empty = tempfile::tempdir().unwrap();
    assert!(postman::read_folder(empty.path()).is_err());
}

#[test]
fn a_file_that_is_no_request_or_too_long_is_told() {
    let root = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| std::fs::write(root.path().join(name), text).unwrap();
    file("a.request.yaml", "$kind: http-request\nurl: http://h/a\nmethod: GET\n");
    file("b.request.yaml", "- $kind: http-request\n- url: http://h/b\n");
    let found = postman::read_folder(root.path()).unwrap();
    assert_eq!(found.collections[0].requests(), 1);
    let lacks = found.collections[0].lacks.as_deref();
    assert!(
        lacks.is_some_and(|why| why.contains("holds no keys with values")),
        "{lacks:?}"
    );
    let note = &found.report.notes[0];
    assert!(note.path.ends_with("b.request.yaml"), "{}", note.path);
    assert_eq!(note.fate, postrider::formats::Fate::Lost);

    // It takes no room on the disk, and none in memory.
    let long = |name: &str| {
        let file = std::fs::File::create(root.path().join(name)).unwrap();
        file.set_len(postrider::formats::MOST_BYTES + 1).unwrap();
    };
    std::fs::remove_file(root.path().join("b.request.yaml")).unwrap();
    long("c.request.yaml");
    let found = postman::read_folder(root.path()).unwrap();
    let lacks = found.collections[0].lacks.as_deref();
    assert!(lacks.is_some_and(|why| why.contains("longer than 536MB")), "{lacks:?}");
    for name in ["a", "c"] {
        std::fs::remove_file(root.path().join(format!("{name}.request.yaml"))).unwrap();
    }
    long("x.json");
    file("e.environment.yaml", "name: E\nvalues: []\n");
    let found = postman::read_folder(root.path()).unwrap();
    assert!(
        found.report.notes[0].why.contains("longer than 536MB"),
        "{:?}",
        found.report
    );
}

#[test]
fn what_cannot_be_read_costs_itself_alone_wherever_it_lies() {
    let good = r#"{"info": {"name": "Good"}, "item": []}"#;
    let (request, broken) = ("url: http://h/\nmethod: GET\n", "name: 'x\na: [");
    for (files, collections, unread) in [
        (
            vec![("good.postman_collection.json", good), ("bad.environment.yaml", broken)],
            vec![("Good", 0, false)],
            vec!["bad.environment.yaml: a file that cannot be read"],
        ),
        (
            vec![
                ("postman/collections/C1/one.request.yaml", request),
                ("postman/collections/C1/F/two.request.yaml", broken),
                ("postman/collections/C2/.resources/definition.yaml", broken),
                (
                    "postman/collections/C2/.resources/one.resources/examples/e.example.yaml",
                    broken,
                ),
                ("postman/collections/C2/one.request.yaml", request),
                ("postman/collections/C3/one.request.yaml", broken),
                ("postman/environments/bad.environment.yaml", broken),
            ],
            vec![("C1", 1, true), ("C2", 1, true)],
            vec![
                "C1/F/two.request.yaml: a request that cannot be read",
                "C2/.resources/definition.yaml: a definition that cannot be read",
                "C2/.resources/one.resources/examples/e.example.yaml: an example that cannot be read",
                "C3/one.request.yaml: a request that cannot be read",
                "C3: a collection that cannot be read",
                "bad.environment.yaml: a file that cannot be read",
            ],
        ),
        (
            vec![
                ("sorted/C/one.request.yaml", request),
                ("sorted/C/two.request.yaml", broken),
            ],
            vec![("C", 1, true)],
            vec!["C/two.request.yaml: a request that cannot be read"],
        ),
    ] {
        let root = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = root.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        let found = postman::read_folder(root.path()).unwrap();
        let all = found.collections.iter();
        let all = all.map(|own| (own.name(), own.requests(), own.lacks.is_some()));
        assert_eq!(all.collect::<Vec<_>>(), collections);
        let told = found.report.notes.iter();
        let told: Vec<String> = told.map(|note| format!("{}: {}", note.path, note.what)).collect();
        assert_eq!(told, unread);
        assert_eq!(found.report.unread(), unread.len());
        assert!(
            found.report.notes.iter().all(|note| note.why.contains("line")),
            "{:?}",
            found.report
        );
    }
}

#[test]
fn files_beside_a_postman_folder_are_read_too() {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("postman/collections/Inner");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(
        folder.join("one.request.yaml"),
        "$kind: http-request\nurl: http://a.test/\nmethod: GET\n",
    )
    .unwrap();
    let outer = r#"{"info": {"name": "Outer"}, "item": []}"#;
    std::fs::write(root.path().join("outer.postman_collection.json"), outer).unwrap();
    // What has nothing to do with Postman is none of its business; what should be Postman's and is broken is told.
    std::fs::write(root.path().join("package.json"), r#"{"name": "x"}"#).unwrap();
    std::fs::write(root.path().join("broken.postman_collection.json"), "{").unwrap();
    // Newman among the packages makes no collection of it; keys of Postman's do, whatever the shape.
    let packages = r#"{"devDependencies": {"newman": "6", "postman-request": "2"}}"#;
    std::fs::write(root.path().join("package-lock.json"), packages).unwrap();
    let strange = r#"{"meta": {"_postman_id": "x", "schema": "https://schema.getpostman.com/json/collection/v9/"}}"#;
    std::fs::write(root.path().join("strange.json"), strange).unwrap();
    // Nobody can say what this was to be.
    let cut = r#"{"info": {"name": "Cut"}, "item": []"#;
    std::fs::write(root.path().join("my-api.collection.json"), cut).unwrap();
    let found = postman::read_folder(root.path()).unwrap();
    let names: Vec<&str> = found.collections.iter().map(Collection::name).collect();
    assert_eq!(names, ["Inner", "Outer"]);
    assert_eq!(found.report.unread(), 3);
    let told: Vec<&str> = found.report.notes.iter().map(|note| note.path.as_str()).collect();
    let unread = [
        "broken.postman_collection.json",
        "my-api.collection.json",
        "strange.json",
    ];
    assert_eq!(told, unread);
}

#[test]
fn what_is_sorted_into_folders_is_found_there() {
    let root = tempfile::tempdir().unwrap();
    let file = |path: &str, text: &str| {
        let path = root.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    let empty = |name: &str| format!(r#"{{"info": {{"name": "{name}"}}, "item": []}}"#);
    file("x.postman_environment.json", r#"{"name": "Env", "values": []}"#);
    file("a/b/deep.postman_collection.json", &empty("Deep"));
    // The data export of today: files are named by their ids.
    file("dump/archive.json", r#"{"collection": {"0f": true}}"#);
    file("dump/collection/0f.json", &empty("Dumped"));
    file("dump/environment/1e.json", r#"{"name": "Other", "values": []}"#);
    file(
        "c/V3/one.request.yaml",
        "$kind: http-request\nurl: http://a.test/\nmethod: GET\n",
    );
    // What else a project has: nobody needs to hear of it.
    file("node_modules/newman/x.postman_collection.json", &empty("Theirs"));
    file("src/data.json", "{ not json");
    file(".git/x.postman_collection.json", "{");
    file("a/broken.postman_collection.json", "{");
    file("data/globals/fr.json", "{ not json");
    // One that is broken costs itself alone.
    file("d/y.environment.yaml", "name: [\n");
    file("e/V3/one.request.yaml", "method: [\n");
    let found = postman::read_folder(root.path()).unwrap();
    let names: Vec<&str> = found.collections.iter().map(Collection::name).collect();
    assert_eq!(names, ["Deep", "V3", "Dumped"]);
    let names: Vec<&str> = found.environments.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["Env", "Other"]);
    let told: Vec<&str> = found.report.notes.iter().map(|note| note.path.as_str()).collect();
    assert_eq!(
        told,
        [
            "a/broken.postman_collection.json",
            "d/y.environment.yaml",
            "V3/one.request.yaml",
            "e/V3/"
        ]
    );
}

#[test]
fn what_format_2_has_no_word_for_comes_back() {
    let root = tempfile::tempdir().unwrap();
    let at = root.path().join("postman/collections/C");
    let examples = at.join(".resources/One.resources/examples");
    std::fs::create_dir_all(&examples).unwrap();
    let request = "$kind: http-request\nurl: http://h\nmethod: POST\n\
        auth:\n  type: bearer\n  credentials:\n    token: t\n  of-auth: 1\n\
        body:\n  type: json\n  content: '{}'\n  of-body: 2\n\
        scripts:\n  - type: beforeRequest\n    code: let a\n    language: text/javascript\n    packages:\n      of-script: 3\n\
        examples: ./.resources/One.resources/examples\n";
    std::fs::write(at.join("One.request.yaml"), request).unwrap();
    let example = "$kind: http-example\nname: Good\nrequest:\n  url: http://h\n  method: POST\n  of-request: 4\n  body:\n    type: json\n    content: '{}'\n    of-its-body: 5\n\
        response:\n  statusCode: 200\n  of-response: 6\n  body:\n    type: json\n    content: '{}'\n    of-the-body: 7\nof-example: 8\n";
    std::fs::write(examples.join("Good.example.yaml"), example).unwrap();
    let found = postman::read_folder(root.path()).unwrap();
    let files = v3::collection(&found.collections[0], &Secrets::All, &mut Report::default());
    let text = |name: &str| {
        let file = files.iter().find(|(path, _)| path.ends_with(name));
        file.map(|(_, text)| text.clone()).unwrap_or_default()
    };
    let (one, good) = (text("One.request.yaml"), text("Good.example.yaml"));
    for word in ["of-auth: 1", "of-body: 2", "of-script: 3"] {
        assert!(one.contains(word), "{word}: {one}");
    }
    for word in [
        "of-request: 4",
        "of-its-body: 5",
        "of-response: 6",
        "of-the-body: 7",
        "of-example: 8",
    ] {
        assert!(good.contains(word), "{word}: {good}");
    }
    let exported = postman::write::collection(&found.collections[0], &Secrets::All).to_string();
    assert!(!exported.contains("_v3") && !exported.contains("of-body"), "{exported}");
}

#[test]
fn a_name_alone_has_no_value() {
    let source = serde_json::json!({
        "info": { "name": "C", "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json" },
        "item": [{ "name": "R", "request": { "method": "POST", "url": "http://h/?a&b=",
            "body": { "mode": "urlencoded", "urlencoded": [{ "key": "c", "value": null }] } } }],
    });
    let found = postman::read(source.to_string().as_bytes()).unwrap();
    let files = v3::collection(&found.collections[0], &Secrets::All, &mut Report::default());
    let (_, text) = files.iter().find(|(path, _)| path.ends_with("R.request.yaml")).unwrap();
    assert!(
        text.contains("key: a\n") && text.contains("key: c\n") && !text.contains("null"),
        "{text}"
    );
}

/// What Postman's format has no place for, and what only an import here reads.
#[test]
fn what_the_format_has_no_place_for_is_told() {
    let script = |listen: &str, off: bool| serde_json::json!({ "listen": listen, "disabled": off, "script": { "exec": [listen] } });
    let source = serde_json::json!({
        "info": { "_postman_id": "c", "name": "C", "version": "1.2.3",
            "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json" },
        "certificate": { "name": "mine" },
        "protocolProfileBehavior": { "strictSSL": false },
        "item": [
            { "name": "F", "item": [{ "id": "r", "name": "R",
                "event": [script("test", true), script("other", false)],
                "protocolProfileBehavior": { "maxRedirects": 1, "disableCookies": true },
                "request": { "method": "GET", "url": "http://h/?a=1&b=2#x", "proxy": { "host": "p" },
                    "header": [{ "key": "A", "value": "1", "warning": "w" }] },
                "response": [
                    { "name": "Good", "code": 200, "body": "", "responseTime": 3, "_postman_previewlanguage": "auto",
                      "cookie": [{ "name": "a" }], "timings": { "dns": 1 },
                      "originalRequest": { "method": "GET", "url": "http://h/", "auth": { "type": "basic", "basic":
                        [{ "key": "username", "value": "u" }] } } },
                ],
            }] },
        ],
    });
    let found = postman::read(source.to_string().as_bytes()).unwrap();
    let mut report = Report::default();
    let files = v3::collection(&found.collections[0], &Secrets::All, &mut report);
    let told: Vec<String> = report
        .notes
        .iter()
        .map(|note| format!("{} | {} | {} | {}", note.path, note.field, note.fate.word(), note.what))
        .collect();
    assert_eq!(
        told,
        [
            "C | certificate | lost | a client certificate",
            "C | info | lost | the collection's `version`",
            "C | settings.strictSSL | kept | the setting `strictSSL`",
            "C / F / R | event.- | lost | a script of another moment",
            "C / F / R | response.0.responseTime | lost | the response time of the example `Good`",
            "C / F / R | response.0.cookie | lost | the cookies of the example `Good`",
            "C / F / R | response.0.timings | lost | `timings` of the example `Good`",
            "C / F / R | request.proxy | lost | a proxy",
            "C / F / R | disabledScripts | kept | a disabled script",
            "C / F / R | settings.disableCookies | kept | the setting `disableCookies`",
        ]
    );
    assert_eq!(report.count(Fate::Lost), 7);
    let text = |end: &str| files.iter().find(|(path, _)| path.ends_with(end)).unwrap().1.clone();
    let request = text("C/F/R.request.yaml");
    assert!(
        request.contains("id: r\n") && request.contains("url: 'http://h/?a=1&b=2#x'"),
        "{request}"
    );
    assert!(!request.contains("afterResponse\n    code: other"), "{request}");
    let example = text("Good.example.yaml");
    assert!(example.contains("auth:\n  type: basic"), "{example}");
    assert!(
        example.ends_with("body:\n    type: text\n    content: ''\n"),
        "{example}"
    );
}

#[test]
fn environments_of_one_name_have_files_of_their_own() {
    let environment = postrider::model::Environment {
        name: "Stage: 1".into(),
        ..postrider::model::Environment::default()
    };
    let file = |before: &[&str]| v3::environment(&environment, before.iter().copied(), &Secrets::None).0;
    assert_eq!(file(&[]), Path::new("Stage- 1.environment.yaml"));
    assert_eq!(file(&["stage/ 1", "Other"]), Path::new("Stage- 1 2.environment.yaml"));
}

#[test]
fn a_raw_body_without_a_language_and_an_empty_one_come_back_as_they_went() {
    let request = |name: &str, body: serde_json::Value| serde_json::json!({ "name": name, "request": { "method": "POST", "url": "http://h", "body": body } });
    let collection = serde_json::json!({
        "info": { "name": "C", "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json" },
        "item": [
            request("none", serde_json::json!({ "mode": "raw", "raw": "x" })),
            request("empty", serde_json::json!({ "mode": "raw", "raw": "" })),
            request("empty XML", serde_json::json!({ "mode": "raw", "raw": "", "options": { "raw": { "language": "xml" } } })),
        ],
    });
    let mut found = postman::read(collection.to_string().as_bytes()).unwrap();
    let values = serde_json::json!({ "name": "E", "values": [{ "key": "list", "value": "[1]", "type": "array" }] });
    found.extend(postman::read(values.to_string().as_bytes()).unwrap());
    let root = tempfile::tempdir().unwrap();
    write(&found, root.path());
    let again = postman::read_folder(root.path()).unwrap();
    assert_eq!(exported(&again, &Secrets::All), exported(&found, &Secrets::All));
    // The language that is meant without one is no loss.
    let named = collection
        .to_string()
        .replace(r#""raw":"x""#, r#""raw":"x","options":{"raw":{"language":"text"}}"#);
    let named = postman::read(named.as_bytes()).unwrap();
    let mut report = Report::default();
    v3::collection(&named.collections[0], &Secrets::All, &mut report);
    assert!(report.notes.is_empty(), "{report:?}");
}
