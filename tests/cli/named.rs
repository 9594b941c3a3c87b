//! What is named on the command line: one of several of a name, a file that is none, the standard input, two workspaces, two
//! collections.

use std::fs;

use predicates::prelude::*;
use predicates::str::contains;
use serde_json::json;

use super::Home;
use super::newman::{collection, request, script, server};

#[test]
fn of_several_items_of_a_name_that_of_newman_runs_and_all_are_named() {
    let base = server();
    let home = Home::new();
    let item = |name: &str| request(name, &format!("{base}/{name}"), &[]);
    let deep = json!({ "name": "F", "item": [request("x", &format!("{base}/deep"), &[])] });
    let all = collection(&[deep, item("x"), item("y")]);
    home.newman(&all, &["--folder", "x"])
        .success()
        .stderr(contains(
            "`x` names several: `C / x` runs, as in newman, and not `C / F / x`",
        ))
        .stdout(contains("/x [200").and(contains("/deep").not()));
    // With several of them newman looks from above.
    home.newman(&all, &["--folder", "x", "--folder", "y"])
        .success()
        .stderr(contains("`C / F / x` runs"))
        .stdout(
            contains("/deep [200")
                .and(contains("/y [200"))
                .and(contains("/x [200").not()),
        );
    // Two of one place, too.
    home.newman(&collection(&[item("x"), item("x"), item("y")]), &["--folder", "x"])
        .success()
        .stderr(contains("`C / x` runs, as in newman, and not another `C / x`"));
    // What lies inside runs too.
    let inside = collection(&[json!({ "name": "x", "item": [item("x")] })]);
    home.newman(&inside, &["--folder", "x"])
        .success()
        .stderr(contains("names several").not())
        .stdout(contains("/x [200"));
}

#[test]
fn json_of_any_kind_is_an_environment_and_the_standard_input_a_collection() {
    let base = server();
    let home = Home::new();
    let all = collection(&[request("x", &format!("{base}/x"), &[])]);
    home.file("other.json", r#"{"id": "x"}"#);
    home.newman(&all, &["-e", "other.json", "-g", "other.json"])
        .success()
        .stderr(contains("`other.json` is no environment of Postman's").count(2));
    for (text, looks) in [
        ("<html>Sign in</html>", "a web page"),
        ("openapi: 3.1.0\n", "an OpenAPI description"),
        ("curl http://birds.test\n", "a curl command"),
    ] {
        home.file("other.txt", text);
        for option in ["-e", "-g"] {
            home.newman(&all, &[option, "other.txt"])
                .code(1)
                .stderr(contains("could not load the").and(contains(looks)));
        }
    }
    let run = |text: &str| {
        let mut command = home.postrider();
        command.args(["run", "-"]).write_stdin(text.to_owned()).assert()
    };
    run(&all.to_string()).success().stdout(contains("/x [200"));
    run("{")
        .code(1)
        .stderr(contains("cannot use `standard input`: not JSON"));
}

#[test]
fn the_last_list_of_reporters_counts() {
    let base = server();
    let home = Home::new();
    let all = collection(&[request("x", &format!("{base}/x"), &[])]);
    home.newman(
        &all,
        &["-r", "cli,junit", "-r", "json", "--reporter-json-export", "o.json"],
    )
    .success()
    .stdout("");
    assert!(home.folder.path().join("o.json").is_file());
}

#[test]
fn a_file_is_opened_whatever_workspace_is_named_and_of_two_workspaces_none() {
    let home = Home::new();
    let root = home.folder.path().join("w");
    fs::create_dir_all(root.join("collections")).unwrap();
    fs::write(root.join("c.json"), collection(&[]).to_string()).unwrap();
    let opens = |args: &[&str]| home.postrider().current_dir(&root).args(args).assert();
    // There is no terminal here, which only matters once it is known what to show.
    let terminal = contains("there is no terminal");
    opens(&["-w", ".", "c.json", "-e", "e.json"]).stderr(terminal.clone());
    opens(&["c.json", "-g", "g.json", "-w", "."]).stderr(terminal);
    opens(&["-w", "nowhere", "c.json"])
        .code(2)
        .stderr(contains("`nowhere` is no folder"));
    opens(&["-w", ".", "collections"])
        .code(2)
        .stderr(contains("two workspaces are named: `collections` and `.`"));
    opens(&["c.json", "-w", ".", "env", "list"])
        .code(2)
        .stderr(contains("two workspaces are named"));
}

#[test]
fn what_is_imported_first_of_all_has_the_workspace_to_itself() {
    let home = Home::new();
    let root = home.folder.path().join("elsewhere");
    fs::create_dir_all(&root).unwrap();
    fs::write(root.join("c.json"), collection(&[]).to_string()).unwrap();
    let import = |file: &str| home.postrider().current_dir(&root).args(["import", file]).assert();
    let own = home.folder.path().join("data/postrider/workspace");
    import("none.json").failure();
    assert!(!own.exists());
    import("c.json").success();
    let there = fs::read_dir(own.join("collections")).unwrap();
    assert_eq!(there.count(), 1);
}

#[test]
fn of_several_collections_the_reports_keep_apart_what_is_in_each() {
    let home = Home::new();
    let url = server();
    let tests = [script("test", "pm.test('is', () => {})")];
    for name in ["One", "Two"] {
        let mut file = collection(&[request("ask", &url, &tests)]);
        file["info"]["name"] = name.into();
        home.file(&format!("{name}.json"), &file.to_string());
    }
    home.postrider()
        .current_dir(home.folder.path())
        .args(["run", "One.json", "Two.json", "-r", "json,junit"])
        .args(["--reporter-json-export", "r.json", "--reporter-junit-export", "r.xml"])
        .assert()
        .success();
    let report = home.json("r.json");
    // The second stands in the first as its folder, so that each execution has its item.
    let items = &report["collection"]["item"];
    assert_eq!(report["collection"]["info"]["name"], "One");
    assert_eq!(
        (&items[0]["name"], &items[1]["name"], &items[1]["item"][0]["name"]),
        (&json!("ask"), &json!("Two"), &json!("ask"))
    );
    let executions = &report["run"]["executions"];
    assert_eq!(executions[0]["item"]["id"], items[0]["id"]);
    assert_eq!(executions[1]["item"]["id"], items[1]["item"][0]["id"]);
    let xml = home.read("r.xml");
    assert!(xml.contains("<testsuites name=\"One\""), "{xml}");
    for name in ["ask", "Two / ask"] {
        assert!(xml.contains(&format!("<testsuite name=\"{name}\"")), "{xml}");
    }
}
