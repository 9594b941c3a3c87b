//! What the cli reporter writes at length and with times, as newman lays it out, and what else of `run` is as there.

use predicates::prelude::*;
use predicates::str::contains;
use serde_json::json;

use super::Home;
use super::newman::{collection, request, script, server};

#[test]
fn verbose_has_newmans_layout() {
    let home = Home::new();
    let mut one = request("one", &server(), &[script("test", "pm.test('good', () => {})")]);
    one["request"]["method"] = "POST".into();
    one["request"]["body"] = json!({ "mode": "urlencoded", "urlencoded": [{ "key": "a", "value": "b c" }] });
    let run = home.newman(&collection(&[one]), &["--verbose"]).success();
    let shown = String::from_utf8(run.get_output().stdout.clone()).unwrap();
    let lines: Vec<&str> = shown.lines().skip_while(|line| !line.starts_with("→ one")).collect();
    assert!(
        lines[1].starts_with("  POST http://") && !lines[1].contains('['),
        "{shown}"
    );
    let facts: Vec<&str> = lines[2].trim().split(" ★ ").collect();
    assert_eq!(facts[0], "200 OK", "{shown}");
    assert!(facts[1].ends_with(" time") && facts[2].ends_with("B↓ size"), "{shown}");
    assert!(facts[3].ends_with("↓ headers") && facts[3].contains("↑ "), "{shown}");
    assert_eq!(facts[4], "0 cookies", "{shown}");
    assert_eq!(lines[3..6], ["  ┌ ↑ urlencoded ★ 7B", "  │ a=b%20c", "  └"], "{shown}");
    assert!(
        lines[6].starts_with("  ┌ ↓ ") && lines[6].contains(" ★ utf8 ★ "),
        "{shown}"
    );
    let end = lines.iter().skip(6).position(|line| *line == "  └").unwrap() + 6;
    let names: Vec<&str> = lines[end + 1].split_whitespace().collect();
    assert_eq!(
        names,
        [
            "prepare",
            "dns-lookup",
            "tcp-handshake",
            "transfer-start",
            "download",
            "total"
        ],
        "{shown}"
    );
    assert_eq!(lines[end + 2].split_whitespace().count(), names.len(), "{shown}");
    // Each time stands under its name.
    let column = lines[end + 1].find("transfer-start").unwrap();
    let under = lines[end + 2].chars().nth(column).unwrap();
    assert!(under.is_ascii_digit(), "{shown}");
    assert_eq!(lines[end + 3], "");
    // What newman does not tell stands behind it.
    assert!(lines[end + 4].starts_with("  * connected to "), "{shown}");
    assert!(lines[end + 5].starts_with("  > "), "{shown}");
    assert!(
        shown.contains("  < content-type: ") || shown.contains("  < Content-Type: "),
        "{shown}"
    );
}

#[test]
fn with_timestamps_requests_tests_and_the_console_say_when() {
    let home = Home::new();
    let tests = "console.log('a log'); pm.test('good', () => {}); pm.test('bad', () => { throw new Error('no') });";
    let one = request("one", &server(), &[script("test", tests)]);
    let run = home.newman(&collection(&[one]), &["--reporter-cli-show-timestamps"]);
    let shown = String::from_utf8(run.code(1).get_output().stdout.clone()).unwrap();
    // `[11/30/2026, 9:05:07 AM]` and `[9:05:07 AM]`, as newman writes them.
    let is_time = |text: &str| {
        let parts: Vec<&str> = text.split([':', ' ']).collect();
        let [hour, minute, second, half] = parts[..] else {
            return false;
        };
        let two = |text: &str| text.len() == 2 && text.parse::<u8>().is_ok();
        hour.parse::<u8>().is_ok() && two(minute) && two(second) && ["AM", "PM"].contains(&half)
    };
    let stamped = |what: &str| {
        let line = shown.lines().find(|line| line.contains(what)).unwrap_or_default();
        let (stamp, behind) = line
            .trim_start()
            .strip_prefix('[')
            .and_then(|line| line.split_once(']'))?;
        Some((stamp.to_owned(), behind.to_owned()))
    };
    let (date, behind) = stamped("GET http://").unwrap();
    let (day, time) = date.split_once(", ").unwrap();
    assert!(
        day.split('/').filter(|part| part.parse::<u16>().is_ok()).count() == 3 && is_time(time),
        "{shown}"
    );
    assert!(behind.starts_with("  GET "), "{shown}");
    for (what, between) in [("good", "  ✓  "), ("bad", " 1. ")] {
        let (time, behind) = stamped(what).unwrap();
        assert!(is_time(&time) && behind == format!("{between}{what}"), "{shown}");
    }
    let lines: Vec<&str> = shown.lines().collect();
    let log = lines.iter().position(|line| line.contains("'a log'")).unwrap();
    let stamp = lines[log - 2].trim().trim_matches(['[', ']']);
    assert!(
        is_time(stamp) && lines[log - 1].trim() == "┌" && lines[log - 3].is_empty(),
        "{shown}"
    );
    let plain = home
        .newman(&collection(&[request("one", &server(), &[])]), &[])
        .success();
    assert!(
        !String::from_utf8_lossy(&plain.get_output().stdout).contains("M]"),
        "{plain}"
    );
}

#[test]
fn times_without_a_value_are_newmans_and_what_is_none_is_refused() {
    let home = Home::new();
    let items = collection(&[request("One", &server(), &[])]);
    for name in ["--delay-request", "--timeout", "--timeout-request", "--timeout-script"] {
        home.newman(&items, &[name]).success().stdout(contains("200 OK"));
        home.newman(&items, &[name, "abc"])
            .code(1)
            .stderr(contains(format!("invalid value 'abc' for '{name}")))
            .stdout(contains("200 OK").not());
    }
    for count in ["2e0", " 0x2", "2.0"] {
        let run = home.newman(&items, &["-n", count]).success();
        let told = String::from_utf8_lossy(&run.get_output().stdout).into_owned();
        assert_eq!(told.matches("200 OK").count(), 2, "{count}");
    }
    for count in ["abc", "0", "-1", "2.5", "inf"] {
        home.newman(&items, &["-n", count])
            .code(1)
            .stderr(contains("give it as a whole number from 1"));
    }
    home.newman(&items, &["--nope"]).code(1).stderr(contains("--nope"));
    home.newman(&items, &["-n"]).code(1);
}

#[test]
fn several_collections_give_one_report_under_the_first_name() {
    let home = Home::new();
    let file = |name: &str| {
        let mut one = collection(&[request(name, &server(), &[])]);
        one["info"]["name"] = name.into();
        home.file(&format!("{name}.json"), &one.to_string());
    };
    file("first");
    file("second");
    let reports = [
        "-r",
        "cli,json,junit",
        "--reporter-json-export",
        "r.json",
        "--reporter-junit-export",
        "r.xml",
    ];
    let mut command = home.postrider();
    command.current_dir(home.folder.path());
    command.args(["run", "first.json", "second.json"]).args(reports);
    command
        .assert()
        .success()
        .stdout(contains("→ first").and(contains("→ second")));
    let report = home.json("r.json");
    assert_eq!(report["collection"]["info"]["name"], "first");
    assert_eq!(report["run"]["stats"]["requests"]["total"], 2);
    let runs = report["run"]["executions"].as_array().unwrap().iter();
    assert_eq!(
        runs.map(|run| &run["item"]["name"]).collect::<Vec<_>>(),
        ["first", "second"]
    );
    assert_eq!(home.read("r.xml").matches("<testsuite ").count(), 2);
}
