//! What an import makes of Postman's files, and what it does not do: it looks at nothing but the files it is given.

use std::fs;
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use predicates::prelude::*;
use predicates::str::contains;
use serde_json::{Value, json};

use super::newman::{collection, request, script, server};
use super::{Home, write};

/// A server that only counts who comes; its base URL.
fn counting() -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let count = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&count);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            counted.fetch_add(1, Ordering::SeqCst);
            drop(stream);
        }
    });
    (base, count)
}

#[test]
fn importing_nothing_imports_nothing() {
    let home = Home::new();
    fs::write(
        home.folder.path().join("x.postman_collection.json"),
        r#"{"info": {"name": "X"}, "item": []}"#,
    )
    .unwrap();
    home.postrider()
        .args(["import", ""])
        .assert()
        .code(2)
        .stderr(contains("is empty"));
    assert!(!home.folder.path().join("collections").exists());
}

// Elsewhere paths may not be as long.
#[cfg(unix)]
#[test]
fn folders_lie_a_hundred_deep_and_no_deeper() {
    let base = server();
    let request = |name: &str| request(name, &format!("{base}/{name}"), &[]);
    for folders in [100, 101] {
        let home = Home::new();
        let root = home.folder.path().join("w");
        fs::create_dir_all(root.join("collections")).unwrap();
        let run = |args: &[&str]| home.postrider().current_dir(&root).args(args).assert();
        let mut item = request("deepest");
        for depth in (1..=folders).rev() {
            let mut items = vec![item];
            items.extend((depth > 98).then(|| request(&format!("in-{depth}"))));
            item = json!({ "name": "f", "item": items });
        }
        home.file("c.json", &collection(&[item]).to_string());
        let told = run(&["import", "../c.json"]);
        let told = told.get_output();
        let told = String::from_utf8_lossy(&[&told.stdout[..], &told.stderr[..]].concat()).into_owned();
        // What lies deeper is told, and all else runs.
        let is_too_deep = folders > 100;
        let kept = if is_too_deep { 2 } else { 3 };
        assert!(told.contains(&format!("{kept} requests in collections/c")), "{told}");
        assert_eq!(told.contains("nested too deeply"), is_too_deep, "{told}");
        let ran = run(&["run", "collections/c"]).success();
        let ran = String::from_utf8_lossy(&ran.get_output().stdout).into_owned();
        assert!(ran.contains("/in-99 [200") && ran.contains("/in-100 [200"), "{ran}");
        assert_eq!(ran.contains("/deepest [200"), !is_too_deep, "{ran}");
        assert!(!ran.contains("/in-101"), "{ran}");
    }
}

#[cfg(unix)]
#[test]
fn an_import_runs_starts_reads_and_requests_nothing() {
    let home = Home::new();
    let (base, visits) = counting();
    let root = home.folder.path();
    let workspace = root.join("workspace");
    fs::create_dir_all(workspace.join("collections")).unwrap();
    fs::create_dir_all(root.join("theirs")).unwrap();
    // Whoever opens a pipe to read lets this thread open it to write.
    let pipe = root.join("pipe");
    assert!(
        std::process::Command::new("mkfifo")
            .arg(&pipe)
            .status()
            .unwrap()
            .success()
    );
    let for_thread = pipe.clone();
    let writer = std::thread::spawn(move || drop(fs::File::options().write(true).open(for_thread).unwrap()));

    let marker = root.join("started");
    let source = json!({ "command": ["touch", marker] });
    let fetch = format!("pm.sendRequest('{base}/by-script'); pm.environment.set('ran', '{{{{$guid}}}}');");
    let event =
        |listen: &str| json!({ "listen": listen, "script": { "exec": [fetch], "src": format!("{base}/src.js") } });
    let events = json!([event("prerequest"), event("test")]);
    let variables = json!([
        { "key": "made", "value": "", "source": source },
        { "key": "dynamic", "value": "{{$guid}} {{$timestamp}} {{$env HOME}}" },
    ]);
    let bodies = [
        json!({ "mode": "file", "file": { "src": pipe } }),
        json!({ "mode": "formdata", "formdata": [{ "key": "f", "type": "file", "src": [pipe] }] }),
        json!({ "mode": "graphql", "graphql": { "query": "{ a }", "variables": "{{made}}" } }),
        json!({ "mode": "raw", "raw": "{{$randomUUID}} {{made}} {{vault:key}}" }),
    ];
    let requests = bodies.iter().enumerate().map(|(n, body)| {
        let auth = json!({ "type": "oauth2", "oauth2": [
            { "key": "accessTokenUrl", "value": format!("{base}/token") },
            { "key": "grant_type", "value": "client_credentials" },
        ] });
        let request =
            json!({ "method": "POST", "url": format!("{base}/{n}?q={{{{$guid}}}}"), "body": body, "auth": auth });
        json!({ "name": format!("Request {n}"), "event": events, "request": request })
    });
    let folder =
        json!({ "name": "Inside", "event": events, "variable": variables, "item": requests.collect::<Vec<_>>() });
    let collection = json!({
        "info": { "name": "Live", "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json" },
        "event": events, "variable": variables, "item": [folder],
    });
    let environment = json!({ "name": "Stage", "values": variables });
    write(root, "theirs/live.postman_collection.json", &collection.to_string());
    write(root, "theirs/stage.postman_environment.json", &environment.to_string());
    let v3 = "postman/collections/Third/One.request.yaml";
    let text = format!(
        "$kind: http-request\nurl: {base}/v3\nmethod: POST\nbody:\n  type: file\n  content:\n    src: {}\nscripts:\n  \
         - type: beforeRequest\n    code: \"{fetch}\"\n    language: text/javascript\n",
        pipe.display()
    );
    write(root, &format!("theirs/{v3}"), &text);

    let postrider = |args: &[&str]| {
        let mut command = home.postrider();
        command.current_dir(&workspace).args(args).assert()
    };
    // Twice: the second time what is there is updated.
    for _ in 0..2 {
        let files = [
            "../theirs/live.postman_collection.json",
            "../theirs/stage.postman_environment.json",
        ];
        postrider(&[&["import", "../theirs", "--yes"], &files[..]].concat())
            .success()
            .stdout(contains("Live: 4 requests").and(contains("Third")));
    }
    assert_eq!(visits.load(Ordering::SeqCst), 0, "a request was made");
    assert!(!marker.exists(), "a program was started");
    assert!(!writer.is_finished(), "a file was read");
    let imported = workspace.join("collections/live/inside/request-3.toml");
    let imported = fs::read_to_string(imported).unwrap();
    assert!(
        imported.contains("{{$randomUUID}} {{made}} {{vault:key}}"),
        "{imported}"
    );
    assert!(imported.contains("{{$guid}}"), "{imported}");

    // All of that would have been noticed.
    postrider(&["run", "collections/live/inside/request-0", "--allow-file", "--no-renew"]).code(1);
    assert!(visits.load(Ordering::SeqCst) > 0);
    // Opened for both, a pipe waits for nobody.
    let _both = fs::File::options().read(true).write(true).open(&pipe).unwrap();
    writer.join().unwrap();
}

#[test]
fn two_exports_with_one_id_are_both_kept() {
    let home = Home::new();
    let root = home.folder.path().join("workspace");
    fs::create_dir_all(root.join("collections")).unwrap();
    fs::create_dir_all(home.folder.path().join("many")).unwrap();
    for (file, name, request_name) in [
        ("a", "Shop", "Login"),
        ("b", "Shop copy", "Pay"),
        ("c", "Shop", "Refund"),
    ] {
        let mut collection = collection(&[request(request_name, "http://localhost/", &[])]);
        collection["info"]["name"] = name.into();
        collection["info"]["_postman_id"] = "one-and-the-same".into();
        home.file(&format!("many/{file}.postman_collection.json"), &collection.to_string());
    }
    let import = |args: &[&str]| {
        let mut command = home.postrider();
        let files = ["a", "b", "c"].map(|file| format!("../many/{file}.postman_collection.json"));
        command.current_dir(&root).arg("import").args(files).args(args).assert()
    };
    // Without `--yes`: nothing was there before.
    import(&[])
        .success()
        .stdout(contains("Shop copy: 1 request in collections/shop-copy").and(contains("has the same one")));
    for file in ["shop/login", "shop-copy/pay", "shop-2/refund"] {
        assert!(root.join(format!("collections/{file}.toml")).exists(), "{file}");
    }
    import(&[]).success().stdout(contains("6 unchanged"));
}

#[test]
fn what_is_imported_runs_is_updated_after_asking_and_exported() {
    let home = Home::new();
    let base = server();
    let root = home.folder.path().join("workspace");
    fs::create_dir_all(root.join("collections")).unwrap();
    let run = |args: &[&str]| {
        let mut command = home.postrider();
        command.current_dir(&root).args(args).assert()
    };
    let test = script(
        "test",
        "pm.test('key', () => pm.expect(pm.environment.get('key')).to.equal('s3cret-key'))",
    );
    let folder = json!({ "name": "Users", "item": [request("List", &format!("{base}/users"), &[test])] });
    home.file("c.json", &collection(std::slice::from_ref(&folder)).to_string());
    home.file(
        "e.json",
        &json!({ "name": "Stage", "values": [{ "key": "key", "value": "s3cret-key", "type": "secret" }] }).to_string(),
    );
    run(&["import", "../c.json", "../e.json"])
        .success()
        .stdout(contains("C: 1 request in collections/c").and(contains("environments/stage.toml")));
    assert!(
        !fs::read_to_string(root.join("environments/stage.toml"))
            .unwrap()
            .contains("s3cret")
    );
    run(&["run", "collections/c", "-e", "stage"])
        .success()
        .stdout(contains("✓  key"));

    run(&["import", "../c.json", "../e.json"])
        .success()
        .stdout(contains("4 unchanged"));
    let moved = json!({ "name": "Others", "item": [folder["item"][0].clone()] });
    home.file("c.json", &collection(&[moved]).to_string());
    super::write(&root, "collections/c/mine.toml", "name = \"Mine\"\nurl = \"x\"\n");
    run(&["import", "../c.json"])
        .code(2)
        .stderr(contains("imported before").and(contains("--yes")))
        .stderr(contains("removed   collections/c/users/list").and(contains("stays     collections/c/mine")));
    let report = run(&["import", "../c.json", "--yes", "--json"]).success();
    let report: Value = serde_json::from_slice(&report.get_output().stdout).unwrap();
    assert!(
        report["removed"].as_u64().unwrap() > 0 && report["notes"].is_array(),
        "{report}"
    );
    fs::remove_file(root.join("collections/c/mine.toml")).unwrap();
    assert!(root.join("collections/c/others/list.toml").exists() && !root.join("collections/c/users").exists());

    let exported = run(&["export", "postman", "collections/c"]).success();
    let exported: Value = serde_json::from_slice(&exported.get_output().stdout).unwrap();
    assert_eq!(exported["item"][0]["item"][0]["name"], "List");
    run(&["export", "postman", "stage"])
        .success()
        .stdout(contains("s3cret").not())
        .stderr(contains("left empty").and(contains("key")));
    run(&["export", "postman", "stage", "--with-secrets", "nope"])
        .code(2)
        .stderr(contains("no variable `nope`"));
    // A workspace is nothing of Postman's.
    run(&["import", ".", "--yes"])
        .failure()
        .stderr(contains("a folder without any"));
    run(&["export", "postman", "stage", "--with-secrets", "key"])
        .success()
        .stdout(contains("s3cret-key"));
    run(&["export", "postman", "stage", "--with-secrets", "key", "-o", "with.json"]).success();
    #[cfg(unix)]
    {
        use std::os::unix::fs::{PermissionsExt as _, symlink};
        // What stands there is written to, and stays what it is.
        fs::write(root.join("own.json"), "").unwrap();
        fs::set_permissions(root.join("own.json"), fs::Permissions::from_mode(0o600)).unwrap();
        symlink("own.json", root.join("link.json")).unwrap();
        run(&["export", "postman", "stage", "-o", "link.json"]).success();
        assert!(root.join("link.json").is_symlink());
        assert!(fs::read_to_string(root.join("own.json")).unwrap().contains("Stage"));
        let mode = fs::metadata(root.join("own.json")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        run(&["export", "postman", "stage", "-o", "/dev/stdout"])
            .success()
            .stdout(contains("Stage"));
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(root.join("with.json")).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{mode:o}");
    }
    run(&["export", "postman", "collections/c", "--v3", "-o", "v3"]).success();
    run(&["run", "v3", "-e", "stage"]).code(1);
    run(&["run", "v3/postman/collections/C", "-e", "../e.json"])
        .success()
        .stdout(contains("✓  key"));
    run(&["export", "postman", "nothing"]).code(2);
}

#[test]
fn a_file_of_a_folder_that_cannot_be_read_fails_the_import_of_the_others() {
    let home = Home::new();
    let exports = home.folder.path().join("exports");
    fs::create_dir_all(&exports).unwrap();
    let good = json!({
        "info": { "name": "Good", "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json" },
        "item": [{ "name": "One", "request": { "method": "GET", "url": "http://127.0.0.1/" } }],
    });
    fs::write(exports.join("good.json"), good.to_string()).unwrap();
    let import = || {
        let mut command = home.postrider();
        command
            .current_dir(home.folder.path())
            .args(["import", "exports", "--yes"]);
        command.assert()
    };
    // There is no workspace around: it says where the files are.
    import()
        .code(0)
        .stderr(contains("The files are below `/").and(contains("make the folder `collections` here")));
    fs::create_dir(home.folder.path().join("collections")).unwrap();
    import().code(0).stderr("");
    assert!(home.folder.path().join("collections/good/one.toml").is_file());
    fs::write(exports.join("broken.json"), "{ \"info\": ").unwrap();
    import()
        .code(1)
        .stdout(contains("broken.json").and(contains("a file that cannot be read")));
}

#[test]
fn an_import_says_which_secrets_stand_open_and_which_auth_is_not_known() {
    let home = Home::new();
    let folder = home.folder.path();
    let auth = |kind: &str, key: &str, value: &str| json!({ "type": kind, kind: [{ "key": key, "value": value }] });
    let item = |name: &str, auth: Value| json!({ "name": name, "request": { "method": "GET", "url": "http://a.test/", "auth": auth } });
    let items = [
        item("literal", auth("basic", "password", "s3cret-literal")),
        item("variable", auth("basic", "password", "{{password}}")),
        item("odd", auth("weird", "a", "b")),
    ];
    let text = |items: &[Value]| collection(items).to_string();
    fs::write(folder.join("open.json"), text(&items[..2])).unwrap();
    fs::write(folder.join("odd.json"), text(&items[2..])).unwrap();
    let globals =
        json!({ "name": "My Globals", "values": [{ "key": "a", "value": "1" }], "_postman_variable_scope": "globals" });
    fs::write(folder.join("g.json"), globals.to_string()).unwrap();
    let workspace = folder.join("w");
    fs::create_dir_all(workspace.join("collections")).unwrap();
    let import = |args: &[&str]| {
        let mut command = home.postrider();
        command.current_dir(&workspace).arg("import").args(args).assert()
    };
    // Nothing is lost of it, so that `--strict` has nothing against it.
    let run = import(&["../open.json", "--strict"]).success();
    let told = String::from_utf8(run.get_output().stdout.clone()).unwrap();
    assert!(
        told.contains("\nIn clear: others who have the files can read it; ")
            && told.contains("\n  C / literal: a secret as it is (auth `password`)\n"),
        "{told}"
    );
    assert!(
        told.contains("1 secret in clear") && !told.contains("C / variable"),
        "{told}"
    );
    assert!(!told.contains("s3cret"), "{told}");
    import(&["../odd.json", "--strict", "--yes"])
        .code(1)
        .stdout(contains("kept     auth of type `weird`"));
    import(&["../g.json"]).success().stdout(contains("1 added"));
    let globals = fs::read_to_string(workspace.join("globals.toml")).unwrap();
    assert!(globals.contains("name = \"My Globals\""), "{globals}");
}

#[test]
fn what_is_exported_beside_a_postman_folder_runs_once() {
    let home = Home::new();
    let root = home.folder.path().join("theirs");
    let one = "$kind: http-request\nurl: http://127.0.0.1:1/\nmethod: GET\n";
    super::write(&root, "postman/collections/C/One.request.yaml", one);
    let exported = |name: &str, request: &str| {
        let item = json!({ "name": request, "request": { "method": "GET", "url": "http://127.0.0.1:1/" } });
        json!({ "info": { "name": name }, "item": [item] }).to_string()
    };
    super::write(&root, "c.postman_collection.json", &exported("C", "One"));
    super::write(&root, "other.postman_collection.json", &exported("Other", "Two"));
    let ran = home.postrider().current_dir(&root).args(["run", "."]).assert().code(1);
    let ran = String::from_utf8_lossy(&ran.get_output().stdout).into_owned();
    assert_eq!(
        (ran.matches("→ One").count(), ran.matches("→ Two").count()),
        (1, 1),
        "{ran}"
    );
    // Which of the two is the newer one is for the user to say.
    let workspace = home.folder.path().join("w");
    fs::create_dir_all(workspace.join("collections")).unwrap();
    let mut import = home.postrider();
    import.current_dir(&workspace).args(["import", "../theirs"]);
    let told = import.assert().success();
    let told = String::from_utf8_lossy(&told.get_output().stdout).into_owned();
    assert_eq!(told.matches("C: 1 request ").count(), 2, "{told}");
}

#[test]
fn an_import_says_which_files_of_requests_are_not_there() {
    let home = Home::new();
    let folder = home.folder.path();
    let workspace = folder.join("w");
    fs::create_dir_all(workspace.join("collections")).unwrap();
    fs::write(workspace.join("there.bin"), "x").unwrap();
    let item = |name: &str, body: Value| json!({ "name": name, "request": { "method": "POST", "url": "http://a.test/", "body": body } });
    let file = |src: &str| json!({ "mode": "file", "file": { "src": src } });
    let parts = json!([{ "key": "a", "type": "file", "src": ["there.bin", "gone/part.txt", "gone/more.txt"] }]);
    let items = [
        item("binary", file("/gone/body.bin")),
        item("there", file("there.bin")),
        item("variable", file("{{where}}/x")),
        item("beside", file("beside.bin")),
        item("form", json!({ "mode": "formdata", "formdata": parts })),
    ];
    fs::write(folder.join("c.json"), collection(&items).to_string()).unwrap();
    fs::write(folder.join("beside.bin"), "x").unwrap();
    let mut import = home.postrider();
    import.current_dir(&workspace).args(["import", "../c.json"]);
    let told = import.assert().success();
    let told = String::from_utf8_lossy(&told.get_output().stdout).into_owned();
    let seen_from = fs::canonicalize(&workspace).unwrap();
    for (name, what) in [
        ("binary", "the file `/gone/body.bin`: it is not there"),
        ("form", "the files `gone/part.txt`, `gone/more.txt`: they are not there"),
    ] {
        let line = format!("C / {name}\n  kept     {what}, seen from `{}`", seen_from.display());
        assert!(told.contains(&line), "{told}");
    }
    assert!(told.contains("0 guessed, 3 kept without effect"), "{told}");
    let copy = "it lies beside the collection: copy `beside.bin` there from `";
    assert_eq!(told.matches(copy).count(), 1, "{told}");
}

#[test]
fn only_json_that_ends_early_is_said_to_be_cut_off() {
    let home = Home::new();
    let text = collection(&[request("a", "http://a.test/", &[])]).to_string();
    for (text, is_cut_off) in [
        (&text[..text.len() - 3], true),
        (&text.replacen(',', " ", 1)[..], false),
    ] {
        home.file("c.json", text);
        let mut import = home.postrider();
        let told = import
            .current_dir(home.folder.path())
            .args(["import", "c.json"])
            .assert();
        let told = String::from_utf8_lossy(&told.failure().get_output().stderr).into_owned();
        assert_eq!(told.contains("may be cut off"), is_cut_off, "{told}");
    }
}

#[test]
fn what_is_nothing_of_postmans_beside_its_folder_is_passed_over() {
    let home = Home::new();
    let root = home.folder.path().join("theirs");
    let one = "$kind: http-request\nurl: http://127.0.0.1:1/\nmethod: GET\n";
    super::write(&root, "postman/collections/C/One.request.yaml", one);
    super::write(&root, "tsconfig.json", "{ // of a project\n \"compilerOptions\": {} }");
    super::write(&root, "package.json", "{ \"name\": \"x\" }");
    let workspace = home.folder.path().join("w");
    fs::create_dir_all(workspace.join("collections")).unwrap();
    let import = |what: &str| {
        let mut import = home.postrider();
        import.current_dir(&workspace).args(["import", what, "--yes"]).assert()
    };
    import("../theirs").code(0).stdout(contains("json").not());
    // What is named, or says whose it is, is told of.
    import("../theirs/tsconfig.json").code(1).stderr(contains("not JSON"));
    super::write(&root, "x.postman_collection.json", "{ \"info\": ");
    import("../theirs")
        .code(1)
        .stdout(contains("x.postman_collection.json"));
}

#[test]
fn json_that_goes_wrong_is_shown_where_it_does() {
    let home = Home::new();
    let folder = home.folder.path();
    fs::write(folder.join("bad.json"), "{\n  \"password\": \"s3cret\" nope\n}").unwrap();
    fs::write(folder.join("good.json"), collection(&[]).to_string()).unwrap();
    for args in [
        &["run", "bad.json"][..],
        &["run", "good.json", "-e", "bad.json"],
        &["run", "good.json", "-d", "bad.json"],
        &["import", "bad.json"],
    ] {
        let ran = home.postrider().current_dir(folder).args(args).assert().failure();
        let told = String::from_utf8_lossy(&ran.get_output().stderr).into_owned();
        let mask = "\u{2022}".repeat(8);
        let lines = format!("2 |   \"password\": \"{mask}\" {mask}\n  | {}^\n", " ".repeat(25));
        assert!(told.contains("line 2") && told.contains(&lines), "{args:?}: {told}");
        assert!(!told.contains("s3cret"), "{told}");
    }
}

#[test]
fn an_export_says_the_plain_path() {
    let home = Home::new();
    let mut export = home.with(&[("one", "name = \"One\"\nurl = \"http://a.test/\"\n")]);
    let folder = export.get_current_dir().unwrap().to_owned();
    fs::create_dir_all(folder.join("x")).unwrap();
    export.args(["export", "postman", "api", "-o", "./x/../y.json"]);
    let told = export.assert().success();
    let told = String::from_utf8_lossy(&told.get_output().stderr).into_owned();
    assert!(told.contains("/y.json") && !told.contains(".."), "{told}");
}

#[test]
fn a_uid_of_postmans_api_wants_a_key() {
    let home = Home::new();
    let mut command = home.postrider();
    let uid = "12-f695cab7-6878-eb55-7943-ad88e1ccfd65";
    command.env_remove("POSTMAN_API_KEY").args(["import", uid]);
    command.assert().code(2).stderr(contains("--postman-api-key"));
    let page = format!("https://www.postman.com/team/workspace/w/collection/{uid}");
    for (args, code) in [(["run", uid], 1), (["import", &page], 2)] {
        let mut command = home.postrider();
        command.env_remove("POSTMAN_API_KEY").args(args);
        let told = contains("in Postman's cloud, whose API wants your key").and(contains("POSTMAN_API_KEY"));
        command.assert().code(code).stderr(told);
    }
}

#[test]
fn of_an_empty_dump_it_is_said_that_nothing_is_in_it() {
    let home = Home::new();
    let root = home.folder.path();
    fs::create_dir_all(root.join("collections")).unwrap();
    fs::write(
        root.join("dump.json"),
        r#"{"version": 1, "collections": [], "environments": [], "globals": []}"#,
    )
    .unwrap();
    let mut import = home.postrider();
    import.current_dir(root).args(["import", "dump.json"]);
    import.assert().success().stdout("there is nothing in it\n");
}

#[test]
fn what_was_imported_before_it_broke_off_keeps_its_secrets_and_is_known_to_have_come() {
    let home = Home::new();
    let root = home.folder.path().join("w");
    fs::create_dir_all(root.join("collections")).unwrap();
    // No environment can be written.
    fs::write(root.join("environments"), "").unwrap();
    let mut all = collection(&[request("one", "http://127.0.0.1:1/", &[])]);
    all["variable"] = json!([{ "key": "tok", "value": "heron-4711-secret", "type": "secret" }]);
    fs::write(root.join("c.json"), all.to_string()).unwrap();
    let stage = json!({ "name": "stage", "values": [], "_postman_variable_scope": "environment" });
    fs::write(root.join("stage.json"), stage.to_string()).unwrap();
    let run = |args: &[&str]| home.postrider().current_dir(&root).args(args).assert();
    run(&["import", "c.json", "stage.json"])
        .failure()
        .stderr(contains("environments"));
    run(&["env", "get", "--collection", "c", "tok", "--reveal"])
        .success()
        .stdout("heron-4711-secret\n");
    let one = root.join("collections/c/one.toml");
    assert!(one.exists());
    fs::write(root.join("c.json"), collection(&[]).to_string()).unwrap();
    run(&["import", "c.json", "--yes"]).success();
    assert!(!one.exists(), "it came with the import before");
}
