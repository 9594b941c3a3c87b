//! Reports are written when a run is over, and say nothing that became secret in it; and they say it in newman's words.

use predicates::prelude::*;
use predicates::str::contains;
use serde_json::json;

use super::Home;
use super::newman::{collection, request, script, server};

#[test]
fn what_is_secret_by_the_end_is_in_no_report() {
    let home = Home::new();
    let url = server();
    let token = "tok-123456789";
    let login = format!(
        "pm.environment.set('token', '{token}'); console.log('got {token}'); \
         pm.test('is it', () => pm.expect('{token}').to.equal(pm.response.text()))"
    );
    // The answer has it, too.
    let first = request("Login <b>", &format!("{url}/?t={token}"), &[script("test", &login)]);
    let mut next = request("Next", &url, &[]);
    next["request"]["auth"] = json!({ "type": "bearer", "bearer": [{ "key": "token", "value": "{{token}}" }] });
    let reports = ["json", "html", "junit"];
    let mut args = vec!["-r".to_owned(), reports.join(",")];
    for name in reports {
        args.extend([format!("--reporter-{name}-export"), format!("r.{name}")]);
    }
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    home.newman(&collection(&[first, next]), &args).code(1);
    for name in reports {
        let report = home.read(&format!("r.{name}"));
        assert!(!report.contains(token), "{name}: {report}");
        assert!(
            report.contains("••••••••") && !report.contains(['\u{2}', '\u{3}']),
            "{name}: {report}"
        );
    }
    let report = home.json("r.json");
    let executions = report["run"]["executions"].as_array().unwrap();
    assert_eq!(executions.len(), 2);
    for execution in executions {
        let body = execution["response"]["stream"]["data"].as_array().unwrap();
        let body: Vec<u8> = body
            .iter()
            .map(|byte| u8::try_from(byte.as_u64().unwrap()).unwrap())
            .collect();
        assert!(!String::from_utf8_lossy(&body).contains(token), "{execution}");
    }
    assert!(home.read("r.html").contains("Login &lt;b&gt;"));
}

#[test]
fn what_has_no_answer_is_told_in_nodes_words() {
    let home = Home::new();
    let items = collection(&[request("Gone", "http://127.0.0.1:1/", &[])]);
    let args = [
        "-r",
        "json,junit",
        "--reporter-json-export",
        "r.json",
        "--reporter-junit-export",
        "r.xml",
    ];
    home.newman(&items, &args).code(1);
    let words = "connect ECONNREFUSED 127.0.0.1:1";
    let report = home.json("r.json");
    assert_eq!(report["run"]["failures"][0]["error"]["message"], words);
    assert_eq!(report["run"]["executions"][0]["requestError"]["message"], words);
    let xml = home.read("r.xml");
    assert!(xml.contains(&format!("RequestError: {words}")), "{xml}");
    let times = regex::Regex::new("time=\"[0-9]+[.][0-9]{3}\"")
        .unwrap()
        .find_iter(&xml)
        .count();
    assert!(
        times == 2 && !regex::Regex::new("time=\"[0-9.]{6,}\"").unwrap().is_match(&xml),
        "{xml}"
    );
}

#[test]
fn a_dash_is_the_standard_output() {
    let home = Home::new();
    let one = collection(&[request("One", &server(), &[])]);
    let run = home.newman(&one, &["-r", "json", "--reporter-json-export", "-"]);
    let piped: serde_json::Value = serde_json::from_slice(&run.success().get_output().stdout).unwrap();
    assert!(piped["run"].is_object());
    let run = home.newman(&one, &["--silent", "--export-globals", "-"]);
    let piped: serde_json::Value = serde_json::from_slice(&run.success().get_output().stdout).unwrap();
    assert!(piped["values"].is_array());
}

#[test]
fn the_console_and_urls_stand_as_newman_shows_them() {
    let home = Home::new();
    let says = "console.log('collection pre', 'Login'); console.log('%s is %d', 'a', 5); console.log(1, '1')";
    let url = format!("{}?name=b, ob", server());
    let folder = json!({ "name": "F", "item": [request("one", &url, &[script("prerequest", says)])] });
    let shown = home.newman(&collection(&[folder]), &["-n", "2"]).success();
    let shown = String::from_utf8(shown.get_output().stdout.clone()).unwrap();
    for line in [
        "│ 'collection pre', 'Login'\n",
        "│ '%s is %d', 'a', 5\n",
        "│ 1, '1'\n",
        "?name=b, ob [",
    ] {
        assert!(shown.contains(line), "no {line} in:\n{shown}");
    }
    assert_eq!(shown.matches("❏ F").count(), 1, "{shown}");
}

#[test]
fn what_is_no_number_or_no_collection_is_said_in_plain_words() {
    let home = Home::new();
    let one = collection(&[]);
    for wrong in ["0", "-1", "x"] {
        for option in ["-n", "--parallel", "--retry"] {
            let run = home.newman(&one, &[option, wrong]);
            if (option, wrong) == ("--retry", "0") {
                run.success();
            } else {
                run.code(1)
                    .stderr(contains("give it as a whole number").and(contains("-- ").not()));
            }
        }
    }
    let mut command = home.postrider();
    command.args(["rum", "x.json"]);
    command
        .assert()
        .code(2)
        .stderr(contains("did you mean `postrider run`?"));
    home.file("echo.py", "import os, sys\n\nprint('x')\n");
    home.file("cut.json", "{\"info\":{\n");
    for (file, told) in [
        ("echo.py", "it looks like text of another kind"),
        ("cut.json", "it ends within an object (line 1, column 10)"),
    ] {
        let mut command = home.postrider();
        command.current_dir(home.folder.path()).args(["run", file]);
        command.assert().code(1).stderr(contains(told));
    }
}

#[test]
fn what_was_cut_short_because_the_run_ended_is_no_failure() {
    let home = Home::new();
    let says =
        "if (pm.info.iteration === 1) pm.test('f', () => { throw new Error('x'); }); else setTimeout(() => {}, 60000);";
    let one = collection(&[request("one", &server(), &[script("test", says)])]);
    let run = home
        .newman(&one, &["-n", "3", "--parallel", "3", "--fail-fast"])
        .code(1);
    run.stdout(contains("stopped at its first failure").and(contains("CancelledError").not()));
}

#[test]
fn an_unanswered_request_of_a_script_is_told_where_it_was_sent() {
    let home = Home::new();
    let base = server();
    let says = "pm.sendRequest('BASE/ok', () => pm.sendRequest('http://127.0.0.1:1/', (error) => console.log(error.code, error.message, Object.keys(error).length, error)));"
        .replace("BASE", &base);
    let legacy = "tests['first'] = false; null.x";
    let one = request("one", &base, &[script("prerequest", &says), script("test", legacy)]);
    let run = home.newman(&collection(&[one]), &[]).code(1);
    for told in [
        "[errored] by its script\n  1. error: `127.0.0.1:1` refused the connection\n",
        "'ECONNREFUSED', 'connect ECONNREFUSED 127.0.0.1:1', 5, {\n  │   errno: -111,\n  │   code: 'ECONNREFUSED',\n  │   syscall",
        "  2. first\n  3. TypeError in test-script\n",
    ] {
        let shown = String::from_utf8_lossy(&run.get_output().stdout).into_owned();
        assert!(shown.contains(told), "no {told} in:\n{shown}");
    }
    // Nothing runs where nothing is.
    let none = home
        .newman(&collection(&[]), &["-r", "json", "--reporter-json-export", "-"])
        .success();
    let none: serde_json::Value = serde_json::from_slice(&none.get_output().stdout).unwrap();
    assert_eq!(none["run"]["stats"]["iterations"]["total"], 0);
}

#[test]
fn the_train_of_faces_is_newmans_and_what_there_is_not_is_left_out_with_all_its_options() {
    let home = Home::new();
    let items = [
        request("one", &server(), &[]),
        request("two", &server(), &[script("test", "throw new Error('x')")]),
    ];
    let args = [
        "-r",
        "emojitrain,nope",
        "--reporter-nope-dark",
        "--reporter-nope-title",
        "a b",
    ];
    let run = home.newman(&collection(&items), &args).code(1);
    let told = run.get_output();
    assert_eq!(String::from_utf8_lossy(&told.stdout), "😀 😢  😭\n");
    let told = String::from_utf8_lossy(&told.stderr).into_owned();
    assert!(
        told.contains("there is no reporter `nope`\nhint: there are cli, json"),
        "{told}"
    );
}

#[test]
fn what_has_no_name_is_called_the_same_everywhere_in_the_json_report() {
    let home = Home::new();
    let (mut one, mut two) = (request("", &server(), &[]), request("two", &server(), &[]));
    one["request"]["auth"] = json!({ "type": "noauth" });
    two.as_object_mut().unwrap().remove("name");
    let folder = json!({ "name": "", "item": [two] });
    let args = ["-r", "json", "--reporter-json-export", "r.json"];
    home.newman(&collection(&[one, folder]), &args).success();
    let report = home.json("r.json");
    let items = &report["collection"]["item"];
    let executions = &report["run"]["executions"];
    for (listed, ran) in [(&items[0], &executions[0]), (&items[1]["item"][0], &executions[1])] {
        assert!(
            listed["name"].as_str().is_some_and(|name| name.starts_with("http")),
            "{listed}"
        );
        assert_eq!(listed["name"], ran["item"]["name"]);
    }
    assert_eq!(items[1]["name"], "Untitled folder");
    assert_eq!(
        executions[0]["request"]["auth"],
        json!({ "type": "noauth", "noauth": [] })
    );
    assert!(executions[1]["request"].get("auth").is_none());
}

#[test]
fn a_request_of_a_script_without_an_answer_has_nodes_words_in_the_report() {
    let home = Home::new();
    let sends = script("test", "pm.sendRequest('http://127.0.0.1:1/x', () => {})");
    let run = home.newman(
        &collection(&[request("one", &server(), &[sends])]),
        &["-r", "json", "--reporter-json-export", "r.json"],
    );
    run.code(1);
    let error = &home.json("r.json")["run"]["failures"][0]["error"];
    assert_eq!(error["message"], "connect ECONNREFUSED 127.0.0.1:1");
    assert_eq!((&error["code"], &error["port"]), (&json!("ECONNREFUSED"), &json!(1)));
}

#[test]
fn what_a_request_tests_that_a_script_runs_stands_below_it() {
    let home = Home::new();
    let url = server();
    let items = [
        request(
            "outer",
            &url,
            &[script("test", "await pm.execution.runRequest('inner')")],
        ),
        request(
            "inner",
            &format!("{url}/inner"),
            &[script("test", "pm.test('within', () => {})")],
        ),
    ];
    let run = home.newman(&collection(&items), &["--folder", "outer"]);
    let shown = String::from_utf8(run.success().get_output().stdout.clone()).unwrap();
    let place = |of: &str| shown.find(of).unwrap_or_else(|| panic!("{of}: {shown}"));
    assert!(place("/inner [200") < place("within"), "{shown}");
}
