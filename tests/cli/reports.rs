//! What the reports of a run say, in the order newman says it.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;

use predicates::prelude::*;
use predicates::str::contains;
use serde_json::json;

use super::Home;
use super::newman::{collection, request, script, server};

/// The first place of each text; the texts must be there.
fn places(shown: &str, texts: &[&str]) -> Vec<usize> {
    let place = |text: &&str| shown.find(text).unwrap_or_else(|| panic!("no `{text}` in:\n{shown}"));
    texts.iter().map(place).collect()
}

#[test]
fn what_happened_is_told_in_the_order_of_time() {
    let home = Home::new();
    let url = server();
    let before = format!(
        "console.log('log before'); pm.test('test before', () => {{}}); \
         pm.sendRequest('{url}/own', () => {{ throw new Error('thrown before') }})"
    );
    let after = "console.log('log after'); pm.test('test after', () => {}); pm.test('fails', () => { throw new Error('x') }); \
                 console.log('last log'); throw new Error('thrown after')";
    let scripts = [script("prerequest", &before), script("test", after)];
    let run = home.newman(&collection(&[request("one", &format!("{url}/x"), &scripts)]), &[]);
    let shown = String::from_utf8(run.code(1).get_output().stdout.clone()).unwrap();
    let told = places(
        &shown,
        &[
            "log before",
            "test before",
            "/own [200",
            "1. Error in prerequest-script",
            "/x [200",
            "log after",
            "✓  test after",
            "2. fails",
            "last log",
            "3. Error in test-script",
        ],
    );
    assert!(told.is_sorted(), "{shown}");
}

#[test]
fn a_warning_that_holds_for_every_request_is_given_once() {
    let home = Home::new();
    let url = server();
    let mut two = collection(&[request("one", &url, &[]), request("two", &url, &[])]);
    two["auth"] = json!({ "type": "bearer", "bearer": [{ "key": "token", "value": "" }] });
    let run = home.newman(&two, &["-n", "2"]).success();
    let shown = String::from_utf8(run.get_output().stdout.clone()).unwrap();
    assert_eq!(shown.matches("empty token").count(), 1, "{shown}");
    assert_eq!(shown.matches("[200 OK").count(), 4, "{shown}");
}

#[test]
fn the_json_report_has_newmans_members() {
    let home = Home::new();
    let url = server();
    let fails = script(
        "test",
        "pm.test('no', () => { throw new Error('x') }); throw new TypeError('s3cret-token-value')",
    );
    let mut one = collection(&[json!({
        "name": "F",
        "item": [request("one", &format!("{url}/x/../y?a=b&c#h"), &[fails])],
    })]);
    one["auth"] = json!({ "type": "bearer", "bearer": [{ "key": "token", "value": "s3cret-token-value" }] });
    home.newman(&one, &["-r", "json", "--reporter-json-export", "r.json"])
        .code(1);
    let report = home.json("r.json");
    let run = &report["run"];
    let sent = &run["executions"][0]["request"];
    let port = url.rsplit(':').next();
    let expected = json!({
        "protocol": "http", "port": port, "path": ["x", "..", "y"], "hash": "h", "host": ["127", "0", "0", "1"],
        "query": [{ "key": "a", "value": "b" }, { "key": "c", "value": null }], "variable": [],
    });
    assert_eq!(sent["url"], expected);
    assert_eq!(sent["auth"]["type"], "bearer");
    assert_eq!(sent["auth"]["bearer"][0]["key"], "token");
    assert!(!home.read("r.json").contains("s3cret"));
    let failures = run["failures"].as_array().unwrap();
    assert_eq!(failures.len(), 2);
    for failure in failures {
        assert_eq!(failure["parent"]["name"], "F");
        assert_eq!(failure["error"]["checksum"].as_str().map(str::len), Some(32));
    }
    for failure in failures {
        // What failed is found by its script, and what it is in is all there but what else is in that.
        assert_eq!(
            failure["cursor"]["scriptId"], failure["source"]["event"][0]["script"]["id"],
            "{failure}"
        );
        assert!(failure["parent"]["id"].is_string() && failure["parent"].get("item").is_none());
    }
    assert!(failures[0]["cursor"]["execution"].is_string() && failures[1]["cursor"].get("execution").is_none());
    assert_ne!(failures[0]["error"]["checksum"], failures[1]["error"]["checksum"]);
    assert_eq!(failures[1]["error"]["type"], "Error");
    for key in ["responseMin", "responseMax", "firstByteMin", "firstByteMax"] {
        assert!(run["timings"][key].is_u64(), "{key}: {}", run["timings"][key]);
    }
}

#[test]
fn what_is_undefined_stays_so_in_the_variables_of_the_run() {
    let home = Home::new();
    let url = server();
    let sets = script(
        "test",
        "pm.variables.set('u', undefined); pm.globals.set('g', undefined); pm.globals.set('n', NaN)",
    );
    let looks = "console.log(typeof pm.variables.get('u'), pm.variables.has('u'), pm.globals.get('g'), pm.globals.get('n'), \
                 '<' + pm.variables.replaceIn('{{u}}') + '>')";
    let (one, two) = (
        request("one", &url, &[sets]),
        request("two", &format!("{url}/<{{{{u}}}}>"), &[script("test", looks)]),
    );
    let run = home.newman(
        &collection(&[one, two]),
        &["-r", "cli,json", "--reporter-json-export", "r.json"],
    );
    let shown = String::from_utf8(run.success().get_output().stdout.clone()).unwrap();
    assert!(shown.contains("'undefined', true, null, null, '<>'"), "{shown}");
    assert!(
        shown.contains("`g` was set to nothing") && shown.contains("was undefined"),
        "{shown}"
    );
    // What is set to `null`, which NaN becomes there, may be meant so.
    assert!(!shown.contains("`n` was set to nothing"), "{shown}");
    let sent = home.json("r.json")["run"]["executions"][1]["request"]["url"]["path"].clone();
    assert_eq!(sent, json!(["%3C%3E"]));
}

#[test]
fn a_reporter_of_another_package_is_named_once() {
    let home = Home::new();
    let run = home.newman(&collection(&[request("one", &server(), &[])]), &["-r", "htmlextra"]);
    let told = String::from_utf8(run.success().get_output().stderr.clone()).unwrap();
    assert_eq!(told.matches("postrider's own HTML report").count(), 1, "{told}");
}

#[test]
fn what_cannot_be_run_says_what_it_is() {
    let home = Home::new();
    let one = collection(&[request("one", &server(), &[])]);
    home.newman(&one, &[]).success();
    home.file("rows.csv", "name,age\nx,1\n");
    fs::create_dir_all(home.folder.path().join("collections/birds")).unwrap();
    home.file("collections/birds/collection.toml", "name = \"Birds\"\n");
    for (typed, code, told) in [
        (
            "rows.csv",
            1,
            "it looks like a table (CSV)\nhint: iteration data goes beside a collection",
        ),
        (".", 2, "`.` is a folder, and no collection"),
        ("collections", 2, "hint: give a collection, such as `birds`"),
        ("/dev/null", 1, "the file is empty"),
    ] {
        let mut command = home.postrider();
        let run = command.current_dir(home.folder.path()).args(["run", typed]).assert();
        run.code(code).stderr(contains(told));
    }
}

#[test]
fn a_package_that_is_not_there_says_how_to_add_it() {
    let home = Home::new();
    for (source, told) in [
        ("require('dayjs/plugin/utc')", "`postrider packages add dayjs` adds it"),
        ("require('@a/b')", "`postrider packages add @a/b` adds it"),
    ] {
        let one = collection(&[request("one", &server(), &[script("test", source)])]);
        home.newman(&one, &[]).code(1).stdout(contains(told));
    }
    let one = collection(&[request("one", &server(), &[script("test", "require('http')")])]);
    home.newman(&one, &[]).code(1).stdout(contains("packages add").not());
}

/// A server that answers everything with a length that only comes when it is not asked by `HEAD`.
fn announcing() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut line = String::new();
            BufReader::new(&stream).read_line(&mut line).unwrap();
            let body = if line.starts_with("HEAD") { "" } else { "0123456789" };
            let head = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\nConnection: close\r\n\r\n";
            stream.write_all(format!("{head}{body}").as_bytes()).unwrap();
        }
    });
    base
}

#[test]
fn sizes_are_those_of_what_came() {
    let home = Home::new();
    let base = announcing();
    let sends = format!(
        "pm.sendRequest('{base}/s', (error, reply) => console.log(JSON.stringify(reply.size())));
         console.log(JSON.stringify(pm.response.size()))"
    );
    let mut head = request("head", &format!("{base}/h"), &[script("test", &sends)]);
    head["request"]["method"] = "HEAD".into();
    let run = home.newman(
        &collection(&[head]),
        &["-r", "cli,json", "--reporter-json-export", "r.json"],
    );
    let shown = String::from_utf8(run.success().get_output().stdout.clone()).unwrap();
    let head = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\nConnection: close\r\n\r\n".len();
    assert!(shown.contains(&format!("/h [200 OK, {head}B")), "{shown}");
    assert!(shown.contains(&format!("/s [200 OK, {}B", head + 10)), "{shown}");
    for body in [0, 10] {
        let size = json!({ "body": body, "header": head, "total": head + body });
        assert!(shown.contains(&size.to_string()), "{shown}");
    }
    assert_eq!(home.json("r.json")["run"]["transfers"]["responseTotal"], 10);
}

#[test]
fn the_json_report_has_the_shape_of_the_sdk() {
    let home = Home::new();
    let url = server();
    let mut form = request(
        "form",
        &url,
        &[script("test", "pm.test('no', () => { throw new Error('x') })")],
    );
    form["request"]["method"] = "POST".into();
    form["request"]["description"] = "what it is for".into();
    form["request"]["header"] = json!([{ "key": "X-Own", "value": "1", "description": "mine" }]);
    let rows = json!([{ "key": "a", "value": "{{v}} &", "description": "row" }, { "key": "b", "value": "", "disabled": true }]);
    form["request"]["body"] = json!({ "mode": "urlencoded", "urlencoded": rows });
    let args = [
        "--env-var",
        "v=1",
        "--env-var",
        "broken",
        "-n",
        "2",
        "-r",
        "json",
        "--reporter-json-export",
        "r.json",
    ];
    home.newman(&collection(&[form]), &args).code(1);
    let report = home.json("r.json");
    let text = |text: &str| json!({ "content": text, "type": "text/plain" });
    let item = &report["collection"]["item"][0];
    assert_eq!(item["request"]["description"], text("what it is for"));
    assert!(report["run"]["executions"][0]["request"].get("auth").is_none());
    assert!(item["event"][0]["script"]["id"].is_string());
    let executions = report["run"]["executions"].as_array().unwrap();
    let [first, last] = [&executions[0], &executions[1]].map(|execution| &execution["cursor"]);
    assert_eq!(
        (&first["bof"], &first["eof"], &first["cr"]),
        (&true.into(), &false.into(), &false.into())
    );
    assert_eq!(
        (last.get("bof"), last.get("eof"), &last["cr"]),
        (None, None, &true.into())
    );
    assert!(first["httpRequestId"].is_string() && first["httpRequestId"] != last["httpRequestId"]);
    assert_eq!(executions[0]["item"]["id"], item["id"]);
    let sent = &executions[0]["request"];
    assert_eq!(sent["description"], text("what it is for"));
    let rows = json!([
        { "key": "a", "value": "1 &", "description": text("row") },
        { "key": "b", "value": "", "disabled": true },
    ]);
    assert_eq!(sent["body"], json!({ "mode": "urlencoded", "urlencoded": rows }));
    let header = |name: &str| {
        let headers = sent["header"].as_array().unwrap();
        headers
            .iter()
            .find(|header| header["key"] == name)
            .cloned()
            .unwrap_or_default()
    };
    assert_eq!(
        header("X-Own"),
        json!({ "key": "X-Own", "value": "1", "description": text("mine") })
    );
    assert_eq!(header("Content-Type")["system"], true);
    let failure = &report["run"]["failures"][0];
    // What tells the script and its turn is there besides.
    let mut place = failure["cursor"].clone();
    for own in ["scriptId", "execution"] {
        assert!(
            place
                .as_object_mut()
                .unwrap()
                .remove(own)
                .is_some_and(|id| id.is_string()),
            "{own}"
        );
    }
    assert_eq!(place, executions[0]["cursor"]);
    assert_eq!(failure["error"]["stacktrace"][0]["lineNumber"], 1);
    assert!(failure["error"]["timestamp"].is_i64() && failure["error"]["id"].is_string());
}

#[test]
fn the_json_report_has_the_body_that_was_sent() {
    let home = Home::new();
    let url = server();
    let post = |name: &str, body: serde_json::Value, source: &str| {
        let mut own = request(name, &url, &[script("prerequest", source)]);
        own["request"]["method"] = "POST".into();
        own["request"]["body"] = body;
        own
    };
    let turned = post(
        "turned",
        json!({ "mode": "urlencoded", "urlencoded": [{ "key": "a", "value": "1" }] }),
        r#"pm.request.body.update({ mode: 'raw', raw: '{"x":1}' })"#,
    );
    let pairs = json!([{ "key": "a", "value": "{{ts}}" }, { "key": "b", "value": "2" }, { "key": "a", "value": "3" }]);
    let pairs = post(
        "pairs",
        json!({ "mode": "urlencoded", "urlencoded": pairs }),
        "pm.variables.set('ts', 'T1')",
    );
    let long = "0123456789".repeat(10_000);
    let long = post(
        "long",
        json!({ "mode": "raw", "raw": format!("{{{{ts}}}}{long}") }),
        "pm.variables.set('ts', 'T1')",
    );
    let mut get = post(
        "get",
        json!({ "mode": "raw", "raw": "{{ts}}" }),
        "pm.variables.set('ts', 'T1')",
    );
    get["request"]["method"] = "GET".into();
    get["request"]["header"] = json!([
        { "key": "X-Off", "value": "0", "disabled": true, "description": "off" },
        { "key": "X-Own", "value": "1" },
        { "key": "X-Out", "value": "2", "disabled": true },
    ]);
    let parts = json!([
        { "key": "a", "value": "{{ts}}", "type": "text", "description": "row" },
        { "key": "b", "value": "{{$guid}}", "type": "text" },
        { "key": "c", "value": "{{ts}}", "type": "text", "disabled": true },
    ]);
    let parts = post(
        "parts",
        json!({ "mode": "formdata", "formdata": parts }),
        "pm.variables.set('ts', 'T1'); pm.request.body.formdata.add({ key: 'd', value: '4' })",
    );
    let args = ["-r", "json", "--reporter-json-export", "r.json"];
    home.newman(&collection(&[turned, pairs, long, get, parts]), &args);
    let report = home.json("r.json");
    let sent = |n: usize| &report["run"]["executions"][n]["request"];
    assert_eq!(sent(0)["body"]["mode"], "raw");
    assert_eq!(sent(0)["body"]["raw"], "{\"x\":1}");
    let rows = json!([{ "key": "a", "value": "T1" }, { "key": "b", "value": "2" }, { "key": "a", "value": "3" }]);
    assert_eq!(sent(1)["body"]["urlencoded"], rows);
    assert_eq!(sent(2)["body"]["raw"].as_str().map(str::len), Some(100_002));
    assert_eq!(sent(3)["body"]["raw"], "T1");
    let headers = sent(3)["header"].as_array().unwrap();
    let names: Vec<&str> = headers.iter().filter_map(|header| header["key"].as_str()).collect();
    let own = names.iter().position(|name| *name == "X-Own").unwrap();
    assert_eq!(names[own + 1], "X-Out");
    assert_eq!(names[0], "X-Off");
    assert_eq!(
        headers[0]["description"],
        json!({ "content": "off", "type": "text/plain" })
    );
    let rows = sent(4)["body"]["formdata"].as_array().unwrap();
    let told = json!({ "content": "row", "type": "text/plain" });
    assert_eq!((&rows[0]["value"], &rows[0]["description"]), (&"T1".into(), &told));
    assert_eq!(rows[1]["value"].as_str().map(str::len), Some(36));
    assert_eq!(
        (&rows[2]["value"], &rows[2]["disabled"]),
        (&"{{ts}}".into(), &true.into())
    );
    assert_eq!((&rows[3]["key"], &rows[3]["value"]), (&"d".into(), &"4".into()));
}

#[test]
fn exported_scopes_keep_what_they_say_of_their_variables() {
    let home = Home::new();
    let values =
        json!([{ "key": "a", "value": "1", "description": "told" }, { "key": "b", "value": "2", "disabled": true }]);
    home.file(
        "g.json",
        &json!({ "name": "Mine", "values": values, "_postman_variable_scope": "globals" }).to_string(),
    );
    let args = ["-g", "g.json", "--export-globals", "out.json"];
    home.newman(&collection(&[request("one", &server(), &[])]), &args)
        .success();
    let out = home.json("out.json");
    let told = json!({ "content": "told", "type": "text/plain" });
    assert_eq!(out["name"], "Mine");
    let values = json!([
        { "type": "any", "value": "1", "key": "a", "description": told },
        { "type": "any", "value": "2", "key": "b", "disabled": true },
    ]);
    assert_eq!(out["values"], values);
    let time = out["_postman_exported_at"].as_str().unwrap();
    assert!(
        time.len() == "2026-03-01T12:00:00.000Z".len() && time.ends_with('Z'),
        "{time}"
    );
}

#[test]
fn no_method_of_a_file_reaches_the_terminal_as_it_is() {
    let home = Home::new();
    let mut one = request("one", &server(), &[]);
    one["request"]["method"] = "G\u{1b}]0;pwn\u{7}\u{1b}[31mET".into();
    for args in [&[][..], &["--verbose"]] {
        let run = home.newman(&collection(std::slice::from_ref(&one)), args);
        let output = run.get_output();
        let shown = [&*output.stdout, &*output.stderr].concat();
        assert!(!shown.contains(&0x1b) && !shown.contains(&7), "{run}");
        assert!(String::from_utf8_lossy(&shown).contains("G\\u{1b}]0;PWN"), "{run}");
    }
}

#[test]
fn no_heading_of_a_run_shows_a_secret() {
    let home = Home::new();
    let secret = "s3cret-heron-4711";
    let mut two = collection(&[json!({
        "name": format!("folder {secret}"),
        "item": [request(&format!("get {secret}"), &server(), &[])],
    })]);
    two["info"]["name"] = format!("all of {secret}").into();
    two["variable"] = json!([{ "key": "tok", "value": secret, "type": "secret" }]);
    let run = home.newman(&two, &[]).success();
    let shown = String::from_utf8(run.get_output().stdout.clone()).unwrap();
    assert!(shown.contains("→ get") || shown.contains("↳ get"), "{shown}");
    assert!(!shown.contains("heron"), "{shown}");
}

#[test]
fn the_json_report_hides_what_stands_in_examples_and_in_what_is_kept() {
    let home = Home::new();
    let mut one = request("one", &server(), &[]);
    one["response"] = json!([{
        "name": "200",
        "originalRequest": {
            "method": "GET",
            "url": "http://a.test/?k=s3cret-of-an-example",
            "header": [{ "key": "Authorization", "value": "Bearer s3cret-of-an-example" }],
        },
        "header": [{ "key": "Set-Cookie", "value": "sid=s3cret-of-a-cookie; Path=/" }],
    }]);
    one["request"]["certificate"] = json!({ "name": "kept", "passphrase": "s3cret-of-a-certificate" });
    home.newman(&collection(&[one]), &["-r", "json", "--reporter-json-export", "r.json"])
        .success();
    let report = home.read("r.json");
    assert!(report.contains("originalRequest") && report.contains("passphrase"));
    assert!(!report.contains("s3cret"), "{report}");
}

#[test]
fn without_unicode_there_are_letters_alone() {
    let home = Home::new();
    let tests = "console.log('a log'); pm.test('5 µs → 3', () => {}); pm.test('good', () => {}); pm.test('bad', () => { throw new Error('no') });";
    let mut one = request("one", &server(), &[script("test", tests)]);
    one["request"]["method"] = "POST".into();
    one["request"]["body"] = json!({ "mode": "raw", "raw": "5 µs → 3" });
    let folder = json!({ "name": "F", "item": [one] });
    let led = request("led", "{{base_url}}/demo/redirect?n=1", &[]);
    let run = home.newman(
        &collection(&[folder, led]),
        &["--disable-unicode", "--verbose", "--demo"],
    );
    let shown = String::from_utf8(run.code(1).get_output().stdout.clone()).unwrap();
    assert!(
        ["Folder F", "Sub-folder one", "Root led", "| 'a log'", "Pass  good"]
            .iter()
            .all(|own| shown.contains(own)),
        "{shown}"
    );
    assert!(
        shown.contains("- ^ raw * 11B") && shown.contains("- v application/json * "),
        "{shown}"
    );
    // What is the user's is as it was.
    assert!(
        shown.contains("Pass  5 µs → 3") && shown.contains("| 5 µs → 3"),
        "{shown}"
    );
    assert!(shown.contains(" - /demo/echo"), "{shown}");
    let other = shown.replace("5 µs → 3", "").chars().find(|c| !c.is_ascii());
    assert_eq!(other, None, "{shown}");
}

#[cfg(unix)]
#[test]
fn reports_go_through_links_and_into_streams() {
    let home = Home::new();
    let at = |name: &str| home.folder.path().join(name);
    std::os::unix::fs::symlink("real.json", at("link.json")).unwrap();
    std::os::unix::fs::symlink("vars.json", at("link-vars.json")).unwrap();
    let one = collection(&[request("one", &server(), &[])]);
    home.newman(
        &one,
        &[
            "-r",
            "json",
            "--reporter-json-export",
            "link.json",
            "--export-globals",
            "link-vars.json",
        ],
    )
    .success();
    assert!(at("link.json").is_symlink() && at("link-vars.json").is_symlink());
    assert!(home.json("real.json")["run"].is_object() && home.json("vars.json")["values"].is_array());
    let run = home.newman(&one, &["-r", "json", "--reporter-json-export", "/dev/stdout"]);
    let piped: serde_json::Value = serde_json::from_slice(&run.success().get_output().stdout).unwrap();
    assert!(piped["run"].is_object());
    // A file that a shell has opened for stdout has what went there before, too.
    let file = fs::File::create(at("out.txt")).unwrap();
    let mut command = home.process();
    command.current_dir(home.folder.path()).stdout(file);
    let status = command
        .args([
            "run",
            "c.json",
            "-r",
            "cli,json",
            "--reporter-json-export",
            "/dev/stdout",
        ])
        .status();
    assert!(status.unwrap().success());
    let text = home.read("out.txt");
    assert!(
        text.contains("postrider") && text.contains("\"run\":{") && text.contains("assertions"),
        "{text}"
    );
}

#[test]
fn the_cli_report_has_newmans_lines_in_newmans_places() {
    let home = Home::new();
    let url = server();
    let jumps = script(
        "test",
        "pm.test.skip('later', () => {}); pm.execution.setNextRequest('last')",
    );
    let folder = json!({ "name": "F", "item": [request("inner", &url, &[])] });
    let mut items = vec![folder, request("jumps", &url, &[jumps]), request("never", &url, &[])];
    items.push(request(
        "last",
        "http://127.0.0.1:1/",
        &[script("prerequest", "nothing.x")],
    ));
    let run = home.newman(&collection(&items), &["-n", "2"]);
    let shown = String::from_utf8(run.code(1).get_output().stdout.clone()).unwrap();
    let told = places(
        &shown,
        &[
            "\nC\n\nIteration 1/2\n\n❏ F\n↳ inner\n",
            "\n→ jumps\n",
            "  -  [skipped] later\n",
            "\nAttempting to set next request to last\n\n→ last\n",
            "  1. ReferenceError in prerequest-script\n",
            "http://127.0.0.1:1/ [errored]\n  2. error: ",
            "\n     hint: ",
            "\nIteration 2/2\n\n❏ F\n↳ inner\n",
            " test-scripts │",
            " prerequest-scripts │",
            " assertions │",
            "│ average response time: ",
            "\n 1.  ReferenceError  nothing is not defined\n     iteration: 1    at prerequest-script:1:1\n",
            "                     inside \"last\"\n",
        ],
    );
    assert!(told.is_sorted(), "{shown}");
    assert_eq!(shown.matches("\nC\n").count(), 1, "{shown}");
}
