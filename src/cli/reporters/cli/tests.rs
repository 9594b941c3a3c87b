//! What the reporter writes of requests, their tests and their consoles.

use super::*;
use crate::cli::output::Written;
use crate::exec::{Place, Session};
use crate::model::outcome::{AssertionError, ScriptError};
use crate::model::script::ScriptEvent;
use crate::model::{Outcome, Request, Secret};
use std::sync::Arc;

#[test]
fn what_a_script_says_in_one_go_stands_in_a_box() {
    let lines = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
    let told = [
        Said::Console(lines(&["│ a", "│ b"])),
        Said::Lines(Vec::new()),
        Said::Console(lines(&["│ c"])),
        Said::Lines(lines(&["GET /"])),
        Said::Console(lines(&["│ d"])),
    ];
    let shown = boxed(told.into_iter(), Paint::new(false));
    assert_eq!(shown, ["┌", "│ a", "│ b", "│ c", "└", "GET /", "┌", "│ d", "└"]);
}

#[test]
fn urls_stand_as_they_are_typed() {
    for (url, shown) in [
        ("http://h/x%20y?name=b,%20ob", "http://h/x y?name=b, ob"),
        ("?u=%C3%A4%e2%82%ac&v=%3C%22", "?u=ä€&v=<\""),
        ("?a=%26%25%2F%0A%00%C3&b=%", "?a=%26%25%2F%0A%00%C3&b=%"),
        ("%E2%80%AE%f0%9f%98%80%zz%2", "\u{202e}😀%zz%2"),
    ] {
        assert_eq!(as_typed(url, ""), shown);
    }
}

#[test]
fn what_is_typed_escaped_stays_so() {
    assert_eq!(as_typed("/a%20b?c=%C3%A4", "/a%20b?c=ä"), "/a%20b?c=ä");
}

#[test]
fn failures_hide_the_secrets_of_every_send_of_the_run() {
    let written = Written::default();
    let mut output = Output::to(written.clone(), std::io::sink());
    let mut report = Cli::default();
    let session = Session::default();
    let plan = session.plan_of(Request {
        name: "at s3cret-1".to_owned(),
        ..Request::default()
    });
    let test = TestResult {
        name: "test of s3cret-1".to_owned(),
        skipped: false,
        error: Some(AssertionError {
            name: "s3cret-1Error".to_owned(),
            message: "expected 's3cret…' to equal s3cret-2".to_owned(),
            stack: String::new(),
            hint: None,
        }),
        script: "s".to_owned(),
        index: 0,
        at: Timestamp::UNIX_EPOCH,
    };
    let failure = Failure {
        iteration: plan.iteration,
        node: None,
        location: plan.location().into(),
        at: At::Test(0),
        kind: "s3cret-1Error".to_owned(),
        what: test.name.clone(),
        message: "expected 's3cret…' to equal s3cret-2".to_owned(),
        stack: String::new(),
        hint: Some("s3cret-1".to_owned()),
    };
    let outcome = Outcome {
        tests: vec![test],
        ..Outcome::default()
    };
    let done = Done {
        plan: &plan,
        place: Place::ALONE,
        outcome: &outcome,
        failures: &[failure],
        session: &session,
    };
    let redactor = crate::model::Redactor::new(["s3cret-1", "s3cret-2"].map(Secret::new));
    let end = End {
        summary: &Summary::default(),
        session: &Session {
            workspace: Arc::default(),
            ..Session::default()
        },
        collection: None,
        redactor: &redactor,
    };
    report
        .event(&RunEvent::Outcome(done), &redactor, &mut output)
        .and_then(|()| report.finish(&end, &mut output))
        .unwrap_or_else(|error| panic!("{error:?}"));
    let shown = written.text();
    assert!(shown.contains("expected") && !shown.contains("s3cret"), "{shown}");
}

#[test]
fn a_name_that_is_a_url_is_shown_without_its_password() {
    let written = Written::default();
    let mut output = Output::to(written.clone(), std::io::sink());
    let plan = Session::default().plan_of(Request {
        name: "http://u:hunter2pass@127.0.0.1/x".to_owned(),
        ..Request::default()
    });
    let place = Place::ALONE;
    let redactor = Redactor::default();
    Cli::default()
        .event(&RunEvent::Request(&plan, place), &redactor, &mut output)
        .unwrap_or_else(|error| panic!("{error:?}"));
    let shown = written.text();
    assert!(shown.contains("→ http://127.0.0.1/x\n"), "{shown}");
}

#[test]
fn failures_are_numbered_in_the_order_they_are_told_in() {
    let written = Written::default();
    let mut output = Output::to(written.clone(), std::io::sink());
    let mut report = Cli::default();
    let session = Session::default();
    let plan = session.plan_of(Request::default());
    let test = |name: &str, second| TestResult {
        name: name.to_owned(),
        skipped: false,
        error: Some(AssertionError {
            name: "AssertionError".to_owned(),
            message: "no".to_owned(),
            stack: String::new(),
            hint: None,
        }),
        script: "s".to_owned(),
        index: 0,
        at: Timestamp::from_second(second).unwrap_or_default(),
    };
    let outcome = Outcome {
        tests: vec![test("awaited", 9), test("at once", 3)],
        ..Outcome::default()
    };
    let failures = crate::exec::failures(&plan, &outcome);
    let done = Done {
        plan: &plan,
        place: Place::ALONE,
        outcome: &outcome,
        failures: &failures,
        session: &session,
    };
    let told = report.event(
        &RunEvent::Outcome(done),
        &crate::model::Redactor::default(),
        &mut output,
    );
    told.unwrap_or_else(|error| panic!("{error:?}"));
    let shown = written.text();
    let place = |text: &str| shown.find(text).unwrap_or_else(|| panic!("{text} is not in {shown}"));
    assert!(place("1. at once") < place("2. awaited"), "{shown}");
    let listed: Vec<&str> = report.failures.iter().map(|failure| failure.what.as_str()).collect();
    assert_eq!(listed, ["at once", "awaited"]);
}

#[test]
fn the_same_error_in_two_scripts_of_an_event_has_two_numbers() {
    let written = Written::default();
    let mut output = Output::to(written.clone(), std::io::sink());
    let session = Session::default();
    let plan = session.plan_of(Request::default());
    let error = |second| ScriptError {
        script: "s".to_owned(),
        event: ScriptEvent::PostResponse,
        name: "Error".to_owned(),
        message: "no".to_owned(),
        at: None,
        when: Timestamp::from_second(second).unwrap_or_default(),
        hint: None,
    };
    let outcome = Outcome {
        script_errors: vec![error(1), error(2), error(3)],
        ..Outcome::default()
    };
    let failure = || Failure {
        iteration: plan.iteration,
        node: None,
        location: plan.location().into(),
        at: At::Script(ScriptEvent::PostResponse, None),
        kind: "Error".to_owned(),
        what: "s".to_owned(),
        message: "no".to_owned(),
        stack: String::new(),
        hint: None,
    };
    let done = Done {
        plan: &plan,
        place: Place::ALONE,
        outcome: &outcome,
        failures: &[failure(), failure(), failure()],
        session: &session,
    };
    Cli::default()
        .event(&RunEvent::Outcome(done), &Redactor::default(), &mut output)
        .unwrap_or_else(|error| panic!("{error:?}"));
    let shown = written.text();
    let numbers: Vec<&str> = shown.lines().filter_map(|line| line.trim().split(' ').next()).collect();
    assert_eq!(numbers, ["1.", "2.", "3."], "{shown}");
}
