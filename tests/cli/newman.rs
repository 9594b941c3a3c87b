//! `run` on Postman's own files, in the place of newman.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::process::Stdio;

use predicates::prelude::*;
use predicates::str::contains;
use serde_json::{Value, json};

use super::Home;

/// A server that answers everything with its request line as JSON; its base URL.
pub(super) fn server() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            std::thread::spawn(move || {
                let mut read = Vec::new();
                let mut chunk = [0; 4096];
                while let Ok(count @ 1..) = stream.read(&mut chunk) {
                    read.extend(&chunk[..count]);
                    while let Some(end) = read.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
                        let head = String::from_utf8_lossy(&read[..end]).into_owned();
                        read.drain(..end + 4);
                        let body = json!({ "line": head.lines().next() }).to_string();
                        let answer = format!(
                            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
                            body.len()
                        );
                        stream.write_all(answer.as_bytes()).unwrap();
                    }
                }
            });
        }
    });
    base
}

pub(super) fn script(listen: &str, source: &str) -> Value {
    json!({ "listen": listen, "script": { "exec": [source] } })
}

pub(super) fn request(name: &str, url: &str, scripts: &[Value]) -> Value {
    json!({ "name": name, "request": { "method": "GET", "url": url }, "event": scripts })
}

pub(super) fn collection(items: &[Value]) -> Value {
    json!({
        "info": { "name": "C", "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json" },
        "item": items,
    })
}

impl Home {
    /// Runs a collection file in a folder of its own, with these arguments.
    pub(super) fn newman(&self, collection: &Value, args: &[&str]) -> assert_cmd::assert::Assert {
        self.file("c.json", &collection.to_string());
        let mut command = self.postrider();
        command.current_dir(self.folder.path()).args(["run", "c.json"]);
        command.args(args).assert()
    }

    pub(super) fn file(&self, name: &str, text: &str) {
        fs::write(self.folder.path().join(name), text).unwrap();
    }

    pub(super) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.folder.path().join(name)).unwrap()
    }

    pub(super) fn json(&self, name: &str) -> Value {
        serde_json::from_str(&self.read(name)).unwrap()
    }
}

#[test]
fn a_collection_runs_from_its_file_and_leaves_nothing_but_what_was_asked_for() {
    let home = Home::new();
    let base = server();
    home.file(
        "e.json",
        &json!({ "name": "E", "values": [{ "key": "base", "value": base }, { "key": "gone", "value": 1 }] })
            .to_string(),
    );
    let write = "pm.collectionVariables.set('mine', 1); pm.environment.set('n', 5); pm.environment.unset('gone'); pm.globals.set('g', [1])";
    let test = "pm.test('ok', () => pm.response.to.be.ok); pm.test('no', () => pm.expect(1).to.equal(2))";
    let items = [
        request(
            "One",
            "{{base}}/one",
            &[script("prerequest", write), script("test", test)],
        ),
        request("Two", "{{base}}/two", &[script("test", "foo.bar()")]),
        request(
            "Skipped",
            "{{base}}/x",
            &[script("prerequest", "pm.execution.skipRequest()")],
        ),
    ];
    let exports = [
        "--export-environment",
        "e.out",
        "--export-globals",
        "g.out",
        "--export-collection",
        "c.out",
    ];
    let reports = ["-r", "cli,json", "--reporter-json-export", "r.json"];
    home.newman(
        &collection(&items),
        &[&["-e", "e.json", "-n", "2"][..], &exports, &reports].concat(),
    )
    .code(1)
    .stdout(
        contains("Iteration 2/2")
            .and(contains("→ One"))
            .and(contains("ReferenceError")),
    );
    assert_eq!(
        home.json("e.out")["values"],
        json!([
            { "type": "any", "value": base, "key": "base" },
            { "type": "any", "value": 5, "key": "n" },
        ])
    );
    assert_eq!(home.json("g.out")["values"][0]["value"], json!([1]));
    // The collection goes out as it was.
    assert_eq!(home.json("c.out")["variable"], Value::Null);
    assert_eq!(home.json("c.out")["item"][0]["name"], "One");
    let report = home.json("r.json");
    let run = &report["run"];
    for (name, total, failed) in [
        ("iterations", 2, 0),
        ("items", 6, 0),
        ("requests", 4, 0),
        ("assertions", 4, 2),
        ("testScripts", 4, 2),
        ("prerequestScripts", 4, 0),
    ] {
        let count = &run["stats"][name];
        assert_eq!(
            (&count["total"], &count["failed"]),
            (&json!(total), &json!(failed)),
            "{name}"
        );
    }
    let first = &run["executions"][0];
    assert_eq!(first["item"]["name"], "One");
    assert_eq!(first["response"]["code"], 200);
    assert_eq!(first["assertions"][1]["error"]["message"], "expected 1 to equal 2");
    let at: Vec<&Value> = run["failures"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["at"])
        .collect();
    assert_eq!(at, ["assertion:1 in test-script", "test-script"].repeat(2));
    assert!(!home.folder.path().join("state").exists());
}

#[test]
fn every_iteration_is_in_the_junit_report_and_no_secret_in_any() {
    let home = Home::new();
    let base = server();
    home.file(
        "e.json",
        &json!({ "values": [{ "key": "token", "value": "s3cret-token", "type": "secret" }] }).to_string(),
    );
    let test = "pm.test('a <b> & \"c\"', () => pm.expect(pm.environment.get('token')).to.equal(']]>'))";
    let items = [request(
        "One",
        &format!("{base}/?t={{{{token}}}}"),
        &[script("test", test)],
    )];
    let reports = ["-r", "junit,html,json,progress"];
    let files = [
        "--reporter-junit-export",
        "r.xml",
        "--reporter-html-export",
        "r.html",
        "--reporter-json-export",
        "r.json",
    ];
    home.newman(
        &collection(&items),
        &[&["-e", "e.json", "-n", "3"][..], &reports, &files].concat(),
    )
    .code(1)
    .stdout("")
    .stderr(contains("3/3 | 3 failed"));
    let xml = home.read("r.xml");
    assert_eq!(xml.matches("<testsuite ").count(), 3);
    assert!(
        xml.contains("name=\"a &lt;b&gt; &amp; &quot;c&quot;\"") && xml.contains("One (iteration 3)"),
        "{xml}"
    );
    let html = home.read("r.html");
    assert_eq!(html.matches("<details class=\"request failed\"").count(), 3);
    for text in [&xml, &html, &home.read("r.json")] {
        assert!(!text.contains("s3cret"), "{text}");
    }
    assert!(!html.contains("http-equiv=\"refresh\"") && !html.contains("<script src"));
}

#[test]
fn iterations_side_by_side_know_nothing_of_each_other() {
    let home = Home::new();
    let base = server();
    home.file("d.csv", "n\n1\n2\n3\n4\n5\n");
    let test = "const seen = pm.environment.get('seen') || []; \
                pm.environment.set('seen', seen.concat(pm.iterationData.get('n'))); \
                pm.test('alone', () => pm.expect(seen).to.be.empty)";
    let items = [request("One", &base, &[script("test", test)])];
    let args = [
        "-d",
        "d.csv",
        "--parallel",
        "3",
        "--export-environment",
        "e.out",
        "-r",
        "cli",
    ];
    home.newman(&collection(&items), &args).success();
    assert_eq!(home.json("e.out")["values"][0]["value"], json!([5]));
    home.newman(&collection(&items), &args[..2]).code(1);
    // Each block says in which folder it is.
    let folder = json!({ "name": "F", "item": [request("One", &base, &[])] });
    home.newman(&collection(&[folder]), &["-n", "3", "--parallel", "2"])
        .success()
        .stdout(contains("❏ F\n↳ One").count(3));
    let shard = ["-d", "d.csv", "--shard", "2/2", "--export-environment", "e.out", "-x"];
    home.newman(&collection(&items), &shard).success();
    assert_eq!(home.json("e.out")["values"][0]["value"], json!([2, 4]));
}

#[test]
fn a_request_is_tried_again_and_only_its_last_try_counts() {
    let home = Home::new();
    let base = server();
    let test = "tries = typeof tries === 'number' ? tries + 1 : 1; pm.environment.set('set' + tries, true); \
                pm.test('third time', () => pm.expect(tries).to.equal(3))";
    let items = [request("One", &base, &[script("test", test)])];
    let args = ["--retry", "2", "--export-environment", "e.out"];
    home.newman(&collection(&items), &args)
        .success()
        .stdout(contains("tried again, 2 times").and(contains("tried again, not counted above: 2")));
    let values = home.json("e.out")["values"].clone();
    assert_eq!(values, json!([{ "type": "any", "value": true, "key": "set3" }]));
}

#[test]
fn the_run_ends_when_it_must() {
    let home = Home::new();
    let base = server();
    let failing = request(
        "Fails",
        &base,
        &[script("test", "pm.test('no', () => pm.expect.fail())")],
    );
    let items = collection(&[failing, request("Other", &format!("{base}/other"), &[])]);
    for flag in ["--bail", "--fail-fast"] {
        home.newman(&items, &[flag])
            .code(1)
            .stdout(contains("stopped at its first failure").and(contains("Other").not()));
    }
    home.newman(&items, &["-x"]).success().stdout(contains("→ Other"));
    home.newman(&items, &["--silent"]).code(1).stdout("");
    let slow = collection(&[request(
        "Slow",
        &base,
        &[script("prerequest", "setTimeout(() => {}, 60000)")],
    )]);
    home.newman(&slow, &["--timeout", "300"])
        .code(1)
        .stdout(contains("the run was ended after 300ms"));
}

#[test]
fn what_cannot_be_loaded_is_one_sentence_and_exit_code_1() {
    let home = Home::new();
    let items = collection(&[request("One", "http://127.0.0.1:1", &[])]);
    for (args, said) in [
        (
            ["-e", "none.json"],
            "could not load the environment: cannot read `none.json`",
        ),
        (["-d", "none.csv"], "the iteration data could not be loaded"),
        (
            ["--folder", "Nowhere"],
            "there is no folder or request `Nowhere` in `C`",
        ),
    ] {
        home.newman(&items, &args).code(1).stderr(contains(said));
        // As in newman nothing is a failure then.
        home.newman(&items, &[&args[..], &["-x"]].concat())
            .code(0)
            .stderr(contains(said));
    }
    home.newman(&json!({ "values": [] }), &[])
        .code(1)
        .stderr(contains("holds no collection").and(contains("hint: ")));
    home.postrider()
        .current_dir(home.folder.path())
        .args(["run", "nothing.json"])
        .assert()
        .code(1)
        .stderr(contains(
            "the collection could not be loaded: cannot read `nothing.json`",
        ));
}

#[test]
fn settings_come_from_the_files_newman_reads() {
    let home = Home::new();
    let base = server();
    home.file(
        ".newmanrc",
        &json!({ "iterationCount": 3, "reporters": ["json"], "reporter": { "json": { "export": "rc.json" } } })
            .to_string(),
    );
    let items = collection(&[request("One", &base, &[])]);
    home.newman(&items, &[]).success().stdout("");
    assert_eq!(home.json("rc.json")["run"]["stats"]["iterations"]["total"], 3);
    home.newman(&items, &["-n", "1"]).success();
    assert_eq!(home.json("rc.json")["run"]["stats"]["iterations"]["total"], 1);
}

#[test]
fn a_settings_file_agrees_to_nothing_in_the_users_name() {
    let home = Home::new();
    let base = server();
    let sends = json!({ "name": "F", "request": { "method": "POST", "url": base,
        "body": { "mode": "file", "file": { "src": "../outside" } } } });
    fs::create_dir_all(home.folder.path().join("repository")).unwrap();
    home.file("outside", "not theirs");
    home.file("repository/c.json", &collection(&[sends]).to_string());
    let run = |settings: Value, args: &[&str]| {
        home.file("repository/.newmanrc", &settings.to_string());
        let mut command = home.postrider();
        command.current_dir(home.folder.path().join("repository"));
        command.args(["run", "c.json", "--verbose"]).args(args).assert()
    };
    for (settings, named) in [
        (json!({ "allowFile": true }), "allowFile"),
        (json!({ "run": { "allow-file": true } }), "allow-file"),
        (json!({ "workingDir": ".." }), "workingDir"),
        (json!({ "iterationData": "../outside" }), "iterationData"),
        (json!({ "environment": "../outside" }), "environment"),
        (json!({ "globals": "../outside" }), "globals"),
        (json!({ "sslClientKey": "../outside" }), "sslClientKey"),
    ] {
        run(settings, &[])
            .stdout(contains("not theirs").not())
            .stderr(contains(format!("`{named}` in `.newmanrc` is left out")));
    }
    // What one option needs stands beside it, and is used: without the file nothing is sent.
    let secure = base.replace("http://", "https://");
    home.file(
        "repository/c.json",
        &collection(&[request("One", &secure, &[])]).to_string(),
    );
    let pair = json!({ "sslClientCert": "c.pem", "sslClientKey": "k.pem" });
    let told = contains("cannot use the client certificate").and(contains("c.pem"));
    run(pair, &[]).stdout(told).stderr(contains("is left out").not());
}

#[test]
fn folders_run_in_the_order_of_the_collection() {
    let home = Home::new();
    let base = server();
    let folder = |name: &str| json!({ "name": name, "item": [request(name, &format!("{base}/{name}"), &[])] });
    let collection = collection(&["Login", "Users", "Errors"].map(folder));
    let done = home.newman(
        &collection,
        &[
            "--folder",
            "Errors",
            "--folder",
            "Login",
            "-r",
            "json",
            "--reporter-json-export",
            "o.json",
        ],
    );
    done.success();
    let executions = home.json("o.json")["run"]["executions"].clone();
    let names: Vec<&str> = executions
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["item"]["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["Login", "Errors"]);
}

#[test]
fn ordinary_words_that_are_secret_leave_names_as_they_are() {
    let home = Home::new();
    let base = server();
    let test = script(
        "test",
        "pm.test('the admin may list keys', () => { throw new Error('not for admin-list') })",
    );
    let mut one = request("admin", &format!("{base}/admin-list?for=admin"), &[test]);
    one["request"]["auth"] = json!({ "type": "basic", "basic": [
        { "key": "username", "value": "u" }, { "key": "password", "value": "admin" },
    ] });
    let args = [
        "-n",
        "2",
        "-r",
        "cli,json,junit",
        "--reporter-json-export",
        "o.json",
        "--reporter-junit-export",
        "o.xml",
    ];
    let done = home.newman(&collection(&[one]), &args).code(1);
    let told = String::from_utf8_lossy(&done.get_output().stdout).into_owned();
    assert_eq!(told.matches("the admin may list keys").count(), 4, "{told}");
    assert!(
        told.contains("/admin-list?for=••••••••") && told.contains("not for admin-list"),
        "{told}"
    );
    let junit = home.read("o.xml");
    assert_eq!(
        junit.matches("<testcase name=\"the admin may list keys\"").count(),
        2,
        "{junit}"
    );
    let report = home.json("o.json");
    for execution in report["run"]["executions"].as_array().unwrap() {
        assert_eq!(execution["assertions"][0]["assertion"], "the admin may list keys");
        assert_eq!(execution["item"]["name"], "admin");
    }
    assert_eq!(report["run"]["failures"][0]["error"]["test"], "the admin may list keys");
}

#[test]
fn redirects_are_followed_unless_the_options_say_otherwise() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut line = String::new();
            BufReader::new(&stream).read_line(&mut line).unwrap();
            let answer = if line.contains("/from") {
                "HTTP/1.1 302 Found\r\nLocation: /to\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
            } else {
                "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
            };
            stream.write_all(answer.as_bytes()).unwrap();
        }
    });
    let home = Home::new();
    let moved = collection(&[request("moved", &format!("{base}/from"), &[])]);
    let reports = ["-r", "cli,json", "--reporter-json-export", "r.json"];
    let asked = format!("GET {base}/from [200 OK");
    home.newman(&moved, &reports).success().stdout(contains(asked));
    assert_eq!(
        home.json("r.json")["run"]["executions"][0]["request"]["url"]["path"],
        json!(["from"])
    );
    home.newman(&moved, &["--ignore-redirects"])
        .success()
        .stdout(contains("[302 Found").and(contains("[200 OK").not()));
}

#[test]
fn cookies_are_as_the_options_say() {
    let home = Home::new();
    let base = server();
    let host = base.trim_start_matches("http://").split(':').next().unwrap().to_owned();
    let cookie = json!({ "key": "k", "value": "v", "domain": host, "path": "/", "hostOnly": true });
    home.file("jar.json", &json!({ "cookies": [cookie] }).to_string());
    let test = script(
        "test",
        "pm.test('cookie', () => pm.expect(pm.cookies.get('k')).to.equal('v'))",
    );
    let items = collection(&[request("One", &base, &[test])]);
    home.newman(&items, &["--cookie-jar", "jar.json", "--export-cookie-jar", "out.json"])
        .success();
    assert_eq!(home.json("out.json")["cookies"][0]["value"], "v");
    home.newman(&items, &["--cookie-jar", "none.json"])
        .code(1)
        .stderr(contains("cannot use the cookie jar"));
    home.newman(&items, &["--ssl-client-cert-list", "jar.json"])
        .code(1)
        .stderr(contains("it is no JSON array"));
    let outside = home.folder.path().with_extension("outside");
    fs::write(&outside, "out").unwrap();
    let file = json!({ "mode": "file", "file": { "src": outside.display().to_string() } });
    let sends = json!({ "name": "F", "request": { "method": "POST", "url": base, "body": file } });
    home.newman(
        &collection(&[sends]),
        &["--no-insecure-file-read", "--working-dir", "."],
    )
    .success()
    .stdout(contains("is outside the working directory"));
    fs::remove_file(&outside).unwrap();
}

#[cfg(unix)]
#[test]
fn an_interrupted_run_ends_with_its_reports_and_exit_code_130() {
    let home = Home::new();
    let slow = script("prerequest", "setTimeout(() => {}, 60000)");
    let items = collection(&[request("Slow", "http://127.0.0.1:1", &[slow])]);
    home.file("c.json", &items.to_string());
    let mut child = home
        .process()
        .current_dir(home.folder.path())
        .args([
            "run",
            "c.json",
            "-r",
            "cli,junit,json",
            "--reporter-junit-export",
            "r.xml",
        ])
        .args(["--reporter-json-export", "r.json"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    assert!(lines.by_ref().any(|line| line.unwrap().contains("Slow")));
    let kill = std::process::Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status()
        .unwrap();
    assert!(kill.success());
    let rest: Vec<String> = lines.map(Result::unwrap).collect();
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert!(
        rest.iter().any(|line| line.contains("the run was cancelled")),
        "{rest:#?}"
    );
    assert!(home.read("r.xml").ends_with("</testsuites>\n"));
    let run = &home.json("r.json")["run"];
    assert_eq!(run["error"]["message"], "the run was cancelled");
    assert_eq!(run["failures"][0]["at"], "prerequest-script", "{run:#}");
    assert_eq!(run["failures"][0]["source"]["name"], "Slow");
}

#[test]
fn a_data_file_beyond_all_measure_is_refused_before_it_is_read() {
    let home = Home::new();
    let file = fs::File::create(home.folder.path().join("big.csv")).unwrap();
    file.set_len(1 << 30).unwrap();
    let items = collection(&[request("One", "http://127.0.0.1:1", &[])]);
    home.newman(&items, &["-d", "big.csv"])
        .code(1)
        .stderr(contains("`big.csv` is longer than 256MB").and(contains("hint: ")));
}

#[test]
fn files_of_the_working_folder_are_sent_and_others_after_a_word_of_the_user() {
    let home = Home::new();
    let base = server();
    for folder in ["files", "outside"] {
        fs::create_dir_all(home.folder.path().join(folder)).unwrap();
    }
    home.file("files/inside.txt", "inside");
    home.file("outside/other.txt", "other");
    let part = |src: &str| json!({ "mode": "formdata", "formdata": [{ "key": "f", "type": "file", "src": src }] });
    let whole = |src: &str| json!({ "mode": "file", "file": { "src": src } });
    let outside = home.folder.path().join("outside/other.txt");
    let outside = outside.to_str().unwrap();
    for (body, flags, error) in [
        (part("inside.txt"), &[][..], None),
        (whole("./inside.txt"), &[], None),
        (part("../outside/other.txt"), &[], Some("../outside/other.txt")),
        (whole(outside), &[], Some(outside)),
        (part("../outside/other.txt"), &["--allow-file"], None),
        (whole(outside), &["--allow-file"], None),
    ] {
        let request = json!({ "method": "POST", "url": base, "body": body });
        let items = [json!({ "name": "Upload", "request": request })];
        let args = [&["--working-dir", "files"], flags].concat();
        let done = home.newman(&collection(&items), &args);
        match error {
            None => drop(done.code(0)),
            Some(path) => drop(
                done.code(1).stdout(
                    contains("`C` may send the file")
                        .and(contains(path))
                        .and(contains("`--allow-file`")),
                ),
            ),
        }
    }
}
