//! Importing and exporting again: what was made here stays, and nothing that is gone comes back.

use std::fs;

use predicates::prelude::*;
use predicates::str::contains;
use serde_json::{Value, json};

use super::Home;
use super::newman::{collection, request, script, server};

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

#[test]
fn importing_again_asks_before_globals_change_and_keeps_secrets_set_since() {
    let home = Home::new();
    let root = home.folder.path().join("workspace");
    fs::create_dir_all(root.join("collections")).unwrap();
    let run = |args: &[&str]| {
        let mut command = home.postrider();
        command.current_dir(&root).args(args).assert()
    };
    let globals = |host: &str| {
        let values = json!([{ "key": "host", "value": host }, { "key": "g", "value": "g-first", "type": "secret" }]);
        let file = json!({ "name": "Globals", "values": values, "_postman_variable_scope": "globals" });
        home.file("g.json", &file.to_string());
    };
    let stage = |secret: &str| {
        let values = json!([{ "key": "s", "value": secret, "type": "secret" }, { "key": "v", "value": "1" }]);
        home.file("e.json", &json!({ "name": "Stage", "values": values }).to_string());
    };
    let exported = |what: &str, key: &str| {
        let done = run(&["export", "postman", what, "--with-secrets", key]).success();
        String::from_utf8_lossy(&done.get_output().stdout).into_owned()
    };
    globals("one");
    stage("s-first");
    let report = run(&["import", "../g.json", "../e.json", "--json"]).success();
    let report: Value = serde_json::from_slice(&report.get_output().stdout).unwrap();
    assert_eq!(
        (&report["added"], &report["globals"]),
        (&json!(2), &json!(true)),
        "{report}"
    );

    run(&["env", "set", "s", "s-second", "-e", "stage"]).success();
    let again = run(&["import", "../g.json", "../e.json"]).success();
    again
        .stdout(contains("2 unchanged"))
        .stderr(contains("1 secret keeps the value it has here"));
    let now = exported("stage", "s");
    assert!(now.contains("s-second") && !now.contains("s-first"), "{now}");

    globals("two");
    run(&["import", "../g.json"])
        .code(2)
        .stderr(contains("1 changed").and(contains("--yes")));
    assert!(exported("globals", "g").contains("\"one\""));
    let report = run(&["import", "../g.json", "--yes", "--json"]).success();
    let report: Value = serde_json::from_slice(&report.get_output().stdout).unwrap();
    assert_eq!(
        (&report["changed"], &report["added"]),
        (&json!(1), &json!(0)),
        "{report}"
    );
    let now = exported("globals", "g");
    assert!(now.contains("\"two\"") && now.contains("g-first"), "{now}");

    // What is new brings its own values, whatever was left under its name.
    fs::remove_file(root.join("environments/stage.toml")).unwrap();
    stage("s-third");
    run(&["import", "../e.json"]).success().stdout(contains("1 added"));
    assert!(exported("stage", "s").contains("s-third"));
}

#[test]
fn a_variable_made_secret_here_stays_so_when_its_file_comes_again() {
    let home = Home::new();
    let root = home.folder.path().join("w");
    fs::create_dir_all(root.join("collections")).unwrap();
    let file = |value: &str| {
        let row = json!({ "key": "tok", "value": value, "enabled": true });
        let stage = json!({ "id": "e", "name": "stage", "values": [row], "_postman_variable_scope": "environment" });
        fs::write(root.join("stage.json"), stage.to_string()).unwrap();
        let globals = json!({ "id": "g", "name": "G", "values": [row], "_postman_variable_scope": "globals" });
        fs::write(root.join("globals.json"), globals.to_string()).unwrap();
    };
    let run = |args: &[&str]| home.postrider().current_dir(&root).args(args).assert();
    let import = ["import", "stage.json", "globals.json", "--yes"];
    file("placeholder");
    run(&import).success();
    let set = ["env", "set", "-e", "stage", "--secret", "tok", "my-real-heron-4711"];
    run(&set).success();
    let globals = fs::read_to_string(root.join("globals.toml")).unwrap();
    assert!(globals.contains("value = \"placeholder\""), "{globals}");
    let globals = globals.replace("value = \"placeholder\"", "secret = true");
    fs::write(root.join("globals.toml"), globals).unwrap();
    file("another-placeholder");
    run(&import).success();
    for toml in ["environments/stage.toml", "globals.toml"] {
        let text = fs::read_to_string(root.join(toml)).unwrap();
        assert!(
            text.contains("secret = true") && !text.contains("placeholder"),
            "{text}"
        );
    }
    run(&["env", "get", "-e", "stage", "tok"])
        .code(1)
        .stderr(contains("is secret"));
    run(&["env", "get", "-e", "stage", "tok", "--reveal"])
        .success()
        .stdout("my-real-heron-4711\n");
}

#[test]
fn a_secret_that_was_changed_in_postman_replaces_the_one_kept_here() {
    let home = Home::new();
    let root = home.folder.path().join("w");
    fs::create_dir_all(root.join("collections")).unwrap();
    let file = |password: &str, pin: &str| {
        let basic = json!([{ "key": "username", "value": "u" }, { "key": "password", "value": password }]);
        let mut one = request("one", "http://127.0.0.1:1/", &[]);
        one["request"]["auth"] = json!({ "type": "basic", "basic": basic });
        let mut all = collection(&[one]);
        all["info"]["_postman_id"] = "c".into();
        all["variable"] =
            json!([{ "key": "pin", "value": pin, "type": "secret" }, { "key": "pw", "value": "", "type": "secret" }]);
        fs::write(root.join("c.json"), all.to_string()).unwrap();
    };
    let run = |args: &[&str]| home.postrider().current_dir(&root).args(args).assert();
    let value = |key: &str, value: &str| {
        run(&["env", "get", "--collection", "c", key, "--reveal"])
            .success()
            .stdout(format!("{value}\n"));
    };
    file("heron-1", "crane-1");
    run(&["import", "c.json"]).success();
    // The password becomes a variable here.
    let one = root.join("collections/c/one.toml");
    let text = fs::read_to_string(&one).unwrap().replace("\"heron-1\"", "\"{{pw}}\"");
    fs::write(&one, text).unwrap();
    run(&["env", "set", "--collection", "c", "pw", "heron-1"]).success();
    run(&["import", "c.json"]).success().stdout(contains("2 unchanged"));
    file("heron-2", "crane-2");
    run(&["import", "c.json"]).code(2).stderr(contains("2 secrets changed"));
    value("pw", "heron-1");
    run(&["import", "c.json", "--yes"])
        .success()
        .stdout(contains("2 unchanged, 2 secrets changed"));
    value("pw", "heron-2");
    value("pin", "crane-2");
    // Nothing of it is in a file.
    for toml in ["collections/c/one.toml", "collections/c/collection.toml"] {
        let text = fs::read_to_string(root.join(toml)).unwrap();
        assert!(!text.contains("heron") && !text.contains("crane"), "{text}");
    }
    run(&["env", "set", "--collection", "c", "pw", "mine"]).success();
    file("heron-3", "crane-2");
    run(&["import", "c.json"]).success().stderr(contains(
        "`pw` was changed both in the file and here: the value here stays",
    ));
    value("pw", "mine");
}

#[test]
fn a_v3_export_tells_what_it_loses_and_keeps_environments_of_one_name_apart() {
    let home = Home::new();
    let root = home.folder.path().join("w");
    fs::create_dir_all(root.join("collections")).unwrap();
    let run = |args: &[&str]| home.postrider().current_dir(&root).args(args).assert();
    let mut one = request("one", "http://127.0.0.1:1/", &[]);
    one["response"] = json!([{ "name": "Good", "code": 200, "responseTime": 3 }]);
    fs::write(root.join("c.json"), collection(&[one]).to_string()).unwrap();
    for id in ["a", "b"] {
        let stage = json!({ "id": id, "name": "Stage", "values": [{ "key": "k", "value": id }] });
        fs::write(root.join(format!("{id}.json")), stage.to_string()).unwrap();
        run(&["import", &format!("{id}.json")]).success();
    }
    run(&["import", "c.json"]).success();
    let export = |what: &str, more: &[&str]| {
        let args = [&["export", "postman", what, "-o", "out"], more].concat();
        run(&args).success()
    };
    export("c", &["--v3"]).stderr(contains("lost     the response time of the example `Good`"));
    let told = export("c", &["--v3", "--json"]).get_output().stdout.clone();
    let told: Value = serde_json::from_slice(&told).unwrap();
    assert_eq!(told["notes"][0]["fate"], "lost", "{told}");
    assert_eq!(told["files"].as_array().unwrap().len(), 3, "{told}");
    for (more, hint) in [
        (&["--json"][..], "`-o FILE`"),
        (&["--json", "-o", "-"], "`-o FILE`"),
        (&["--v3", "-o", "-"], "`-o FOLDER`"),
    ] {
        let done = run(&[&["export", "postman", "c"], more].concat());
        done.code(2).stdout("").stderr(contains(hint));
    }
    for (slug, file, value) in [("stage", "Stage", "a"), ("stage-2", "Stage 2", "b")] {
        export(slug, &["--v3"]);
        let file = root.join(format!("out/postman/environments/{file}.environment.yaml"));
        let text = fs::read_to_string(file).unwrap();
        assert!(text.contains(&format!("value: {value}")), "{text}");
    }
}

#[test]
fn an_import_that_stops_half_way_goes_on_where_it_stopped() {
    let home = Home::new();
    let root = home.folder.path().join("w");
    fs::create_dir_all(root.join("collections")).unwrap();
    let run = |args: &[&str]| home.postrider().current_dir(&root).args(args).assert();
    let source = |port: u8, count: usize| {
        let all = (0..count).map(|n| request(&format!("r{n}"), &format!("http://127.0.0.1:{port}/"), &[]));
        fs::write(root.join("c.json"), collection(&all.collect::<Vec<_>>()).to_string()).unwrap();
    };
    let files = |port: u8| {
        let names = fs::read_dir(root.join("collections/c")).unwrap();
        let texts = names.filter_map(|name| fs::read_to_string(name.unwrap().path()).ok());
        texts.filter(|text| text.contains(&format!(":{port}/"))).count()
    };
    source(1, 60);
    run(&["import", "c.json", "--yes"]).success();
    assert_eq!(files(1), 60);
    // Something lies where one of the files is to be.
    let obstacle = root.join("collections/c/r31.toml");
    fs::remove_file(&obstacle).unwrap();
    fs::create_dir(&obstacle).unwrap();
    source(2, 60);
    run(&["import", "c.json", "--yes"])
        .code(1)
        .stderr(contains("r31.toml").and(contains("no plain file")));
    assert!(files(2) > 0);
    fs::remove_dir(&obstacle).unwrap();
    run(&["import", "c.json", "--yes"]).success();
    assert_eq!((files(1), files(2)), (0, 60));
    // What came is known to be the file's: it goes with it.
    source(2, 1);
    run(&["import", "c.json", "--yes"]).success();
    assert_eq!(files(2), 1);
}

#[test]
fn an_export_tells_what_only_our_files_know() {
    let home = Home::new();
    let root = home.folder.path().join("w");
    fs::create_dir_all(root.join("collections/c/f")).unwrap();
    let write = |file: &str, text: &str| fs::write(root.join("collections/c").join(file), text).unwrap();
    let tokens = "name = \"C\"\n[tokens.key]\nrequest = \"f/one\"\n";
    write("collection.toml", tokens);
    write("f/folder.toml", "name = \"F\"\n[auth]\ntype = \"netrc\"\n");
    write(
        "f/one.toml",
        "name = \"One\"\nurl = \"http://h/\"\nfilter = \".a\"\n[settings]\ntimeout = \"3s\"\nproxy = \"http://u:s3cret@p\"\n",
    );
    let told = || {
        contains("C\n  lost     where the token `key` comes from: only our files know it")
            .and(contains("C / F\n  kept     auth of type `netrc`"))
            .and(contains("C / F / One\n  lost     the timeout of 3s"))
            .and(contains("a proxy of its own").and(contains("the filter `.a`")))
            .and(contains("s3cret").not())
    };
    let run = |args: &[&str]| home.postrider().current_dir(&root).args(args).assert();
    run(&["export", "postman", "c"]).success().stderr(told());
    run(&["export", "postman", "c", "--v3", "-o", "out"])
        .success()
        .stderr(told());
    write("collection.toml", "name = \"C\"\n");
    fs::remove_dir_all(root.join("collections/c/f")).unwrap();
    run(&["export", "postman", "c"]).success().stderr("");
}

#[test]
fn what_changes_is_named_before_what_is_new() {
    let home = Home::new();
    let root = home.folder.path();
    let item = |n: usize, url: &str| json!({ "name": format!("r{n}"), "request": { "method": "GET", "url": url } });
    let file = |items: Vec<Value>| {
        let value = json!({ "info": { "name": "C", "_postman_id": "1" }, "item": items });
        fs::write(root.join("c.json"), value.to_string()).unwrap();
    };
    fs::create_dir_all(root.join("collections")).unwrap();
    let import = || {
        let mut command = home.postrider();
        command
            .args(["--workspace", root.to_str().unwrap(), "import"])
            .arg(root.join("c.json"));
        command
    };
    file(vec![item(98, "http://a.test/"), item(99, "http://a.test/")]);
    import().assert().success();
    file((0..50).chain([99]).map(|n| item(n, "http://b.test/")).collect());
    let told = import().assert().code(2).get_output().stderr.clone();
    let told = String::from_utf8(told).unwrap();
    let lines: Vec<&str> = told.lines().map(str::trim_start).collect();
    assert_eq!(lines[0], "changed   collections/c/r99: URL, position", "{told}");
    assert_eq!(lines[1], "removed   collections/c/r98", "{told}");
    assert!(lines.contains(&"added     20 more"), "{told}");
}

#[test]
fn scripts_without_a_word_count_the_same_from_a_file_and_after_its_import() {
    let home = Home::new();
    let several = [
        json!({ "listen": "test", "script": { "src": "a.js" } }),
        script("test", ""),
        script("prerequest", ""),
        script("test", "1"),
        script("test", "2"),
    ];
    let item = request("one", &server(), &several);
    let count = |report: &str| {
        let stats = home.json(report)["run"]["stats"].clone();
        ["prerequestScripts", "testScripts"].map(|of| stats[of]["total"].clone())
    };
    let reported = ["-r", "json", "--reporter-json-export", "a.json"];
    home.newman(&collection(&[item]), &reported).success();
    assert_eq!(count("a.json"), [json!(1), json!(4)]);
    fs::create_dir_all(home.folder.path().join("w/collections")).unwrap();
    let run = |args: &[&str]| {
        home.postrider()
            .current_dir(home.folder.path().join("w"))
            .args(args)
            .assert()
            .success()
    };
    run(&["import", "../c.json"]);
    run(&[
        "run",
        "collections/c",
        "-r",
        "json",
        "--reporter-json-export",
        "../b.json",
    ]);
    assert_eq!(count("b.json"), count("a.json"));
    // From elsewhere the workspace is found by the path, as `run` finds it.
    let exported = home
        .postrider()
        .current_dir(home.folder.path())
        .args(["export", "postman", "w/collections/c", "-o", "out.json"])
        .assert();
    exported.success();
    assert_eq!(home.json("out.json")["item"][0]["event"].as_array().unwrap().len(), 5);
    assert!(!home.folder.path().join("w/out.json").exists());
}
