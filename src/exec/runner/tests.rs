//! Runs as Postman's: order, jumps, iterations, data, bail.

use serde_json::json;

use super::*;
use crate::exec::fixture::{pipeline, request, server, session};
use crate::exec::{At, data};
use crate::model::script::NEXT;
use crate::model::{Group, Request};

/// Runs the requests and tells the names in the order they ran.
async fn names(requests: Vec<Request>, options: RunOptions) -> (Vec<String>, Summary) {
    names_in(Group::named("API"), requests, options).await
}

/// The same, in a collection.
async fn names_in(group: Group, requests: Vec<Request>, options: RunOptions) -> (Vec<String>, Summary) {
    let base = server().await;
    let (mut session, ids) = session(&base, group, requests);
    let options = RunOptions {
        requests: ids,
        ..options
    };
    let mut names = Vec::new();
    let summary = run(
        &pipeline(),
        &mut session,
        &options,
        &SendContext::default(),
        &mut |event| match event {
            RunEvent::Request(plan, _) => names.push(plan.request.name.clone()),
            RunEvent::NoSuchRequest(name) => names.push(format!("no {name}")),
            _ => {}
        },
    )
    .await;
    (names, summary)
}

fn plain(name: &str) -> Request {
    request(name, "{{base}}", "", "")
}

#[tokio::test]
async fn a_script_says_where_the_run_goes_on() {
    let jump = request("a", "{{base}}", "", "pm.execution.setNextRequest('c')");
    let (order, summary) = names(vec![jump, plain("b"), plain("c")], RunOptions::default()).await;
    assert_eq!(order, ["a", "c"]);
    assert!(summary.passed());
    assert_eq!(
        (summary.requests, summary.sent.total, summary.post_response.total),
        (2, 2, 1)
    );
}

#[tokio::test]
async fn what_fails_in_a_request_that_a_script_runs_fails_the_run_and_stops_it() {
    for script in [
        "pm.test('inside', () => { throw new Error('no') })",
        "throw new Error('inside')",
    ] {
        let outer = request("a", "{{base}}", "await pm.execution.runRequest('b')", "");
        let options = RunOptions {
            bail: true,
            ..RunOptions::default()
        };
        let inner = request("b", "{{base}}", "", script);
        let (order, summary) = names(vec![outer, inner], options).await;
        assert_eq!(order, ["a"]);
        let failed: Vec<&str> = summary.failures.iter().map(|failure| failure.what.as_str()).collect();
        assert!(
            failed.len() == 1 && (failed[0].contains("inside") || failed[0].contains("b,")),
            "{failed:?}"
        );
        assert!(summary.bailed && !summary.passed());
    }
}

#[tokio::test]
async fn file_names_are_ours_and_mean_nothing_in_postmans_collections() {
    let requests = || {
        let jump = request("a", "{{base}}", "", "pm.execution.setNextRequest('the-end')");
        vec![jump, plain("b"), plain("The end")]
    };
    let mut group = Group::named("API");
    let (order, _) = names_in(group.clone(), requests(), RunOptions::default()).await;
    assert_eq!(order, ["a", "The end"]);
    group.origin.id = "1f2e".to_owned();
    let (order, _) = names_in(group, requests(), RunOptions::default()).await;
    assert_eq!(order, ["a", "no the-end"]);
}

#[tokio::test]
async fn a_request_that_was_not_imported_has_an_id_to_go_to() {
    let again = request(
        "b",
        "{{base}}",
        "",
        "const id = pm.info.requestId;
         pm.execution.setNextRequest(pm.globals.get('seen') === id ? null : id);
         if (/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(id)) pm.globals.set('seen', id);",
    );
    let (order, _) = names(vec![plain("a"), again, plain("c")], RunOptions::default()).await;
    assert_eq!(order, ["a", "b", "b"]);
}

#[tokio::test]
async fn null_and_unknown_names_end_the_iteration_only() {
    for (script, said) in [("null", None), ("'nowhere'", Some("no nowhere"))] {
        let stop = request("a", "{{base}}", "", &format!("pm.execution.setNextRequest({script})"));
        let options = RunOptions {
            iterations: Some(2),
            ..RunOptions::default()
        };
        let (order, _) = names(vec![stop, plain("b")], options).await;
        let once: Vec<&str> = ["a"].into_iter().chain(said).collect();
        assert_eq!(order, [once.clone(), once].concat());
    }
}

#[tokio::test]
async fn of_two_requests_with_one_name_the_last_is_meant_and_a_single_run_stays() {
    let jump = request("a", "{{base}}", "", "pm.execution.setNextRequest('b')");
    let (order, _) = names(
        vec![jump.clone(), plain("b"), plain("x"), plain("b")],
        RunOptions::default(),
    )
    .await;
    assert_eq!(order, ["a", "b"]);
    let back = request("a", "{{base}}", "", "pm.execution.setNextRequest('a')");
    let options = RunOptions {
        single: true,
        ..RunOptions::default()
    };
    assert_eq!(names(vec![back], options).await.0, ["a"]);
}

#[tokio::test]
async fn every_row_is_an_iteration_and_the_last_repeats() {
    let test = "pm.test('who ' + pm.iterationData.get('who') + ' of ' + pm.info.iteration, () => \
                pm.expect(pm.variables.get('who')).to.be.below(2))";
    let options = RunOptions {
        data: data::parse(json!([{ "who": 1 }, { "who": 2 }]).to_string()).expect("two rows"),
        iterations: Some(3),
        ..RunOptions::default()
    };
    let (order, summary) = names(vec![request("a", "{{base}}", "", test)], options).await;
    assert_eq!(order.len(), 3);
    assert_eq!((summary.tests.total, summary.tests.failed), (3, 2));
    let failed: Vec<&str> = summary.failures.iter().map(|failure| failure.what.as_str()).collect();
    assert_eq!(failed, ["who 2 of 1", "who 2 of 2"]);
}

#[tokio::test]
async fn every_request_waits_its_delay_the_first_and_those_of_later_iterations_too() {
    let delay = Duration::from_millis(150);
    let options = RunOptions {
        delay,
        iterations: Some(2),
        ..RunOptions::default()
    };
    let (order, summary) = names(vec![plain("a"), plain("b")], options).await;
    assert_eq!(order, ["a", "b", "a", "b"]);
    assert!(summary.took >= delay * 4, "{:?}", summary.took);
}

#[tokio::test]
async fn bail_stops_at_the_first_failure() {
    let failing = request("a", "{{base}}", "", "pm.test('no', () => pm.expect(1).to.equal(2))");
    let options = RunOptions {
        bail: true,
        ..RunOptions::default()
    };
    let (order, summary) = names(vec![failing, plain("b")], options).await;
    assert_eq!(order, ["a"]);
    assert!(summary.bailed && !summary.passed());
}

#[tokio::test]
async fn bail_on_errors_goes_on_behind_a_test_that_fails() {
    let options = || RunOptions {
        bail_on_error: true,
        ..RunOptions::default()
    };
    let failing = request("a", "{{base}}", "", "pm.test('no', () => pm.expect(1).to.equal(2))");
    let (order, summary) = names(vec![failing, plain("b")], options()).await;
    assert_eq!(order, ["a", "b"]);
    assert!(!summary.bailed && !summary.passed());
    let throwing = request("a", "{{base}}", "", "throw new Error('no')");
    let (order, summary) = names(vec![throwing, plain("b")], options()).await;
    assert_eq!(order, ["a"]);
    assert!(summary.bailed && !summary.passed());
}

#[tokio::test]
async fn after_an_error_nothing_more_is_done_for_a_request_where_the_run_stops_there() {
    let base = server().await;
    let fine = "pm.test('fine', () => {})";
    let broken = format!("throw new Error('no')\n{NEXT}\n{fine}");
    for (item, sent, tests, scripts) in [
        (request("a", "{{base}}", "throw new Error('no')", fine), 0, 0, 1),
        (request("a", "http://127.0.0.1:1", "", fine), 1, 0, 0),
        (request("a", "{{base}}", "", &broken), 1, 0, 1),
    ] {
        let (mut session, ids) = session(&base, Group::named("API"), vec![item, plain("b")]);
        let options = RunOptions {
            requests: ids,
            bail_on_error: true,
            ..RunOptions::default()
        };
        let mut pipeline = pipeline();
        pipeline.stop_on_error = true;
        let summary = run(&pipeline, &mut session, &options, &SendContext::default(), &mut |_| {}).await;
        assert!(summary.bailed);
        assert_eq!(
            (
                summary.sent.total,
                summary.tests.total,
                summary.pre_request.total + summary.post_response.total
            ),
            (sent, tests, scripts)
        );
        // newman counts no iteration that was broken off.
        assert_eq!((summary.iterations, summary.failures.len()), (0, 1));
    }
}

#[tokio::test]
async fn with_both_words_of_bail_no_iteration_counts_that_was_broken_off() {
    let failing = || request("a", "{{base}}", "", "pm.test('no', () => pm.expect(1).to.equal(2))");
    let throwing = || request("a", "{{base}}", "", "throw new Error('no')");
    for ((bail, fail_fast, bail_on_error), iterations) in [
        ((true, false, true), 0),
        ((true, false, false), 1),
        ((false, true, true), 0),
        ((false, true, false), 1),
    ] {
        for item in [failing(), throwing()] {
            let options = RunOptions {
                bail,
                bail_on_error,
                fail_fast,
                ..RunOptions::default()
            };
            let (order, summary) = names(vec![item, plain("b")], options).await;
            assert_eq!(order, ["a"]);
            assert!(summary.bailed);
            assert_eq!(summary.iterations, iterations, "{bail} {fail_fast} {bail_on_error}");
        }
    }
}

#[tokio::test]
async fn each_script_of_a_text_runs_by_itself() {
    let scripts = [
        "var own = 1; function f() {}; const c = 1; pm.environment.set('first', 'set'); return;",
        "if (true {",
        "\nthrow new Error('third')",
        "const c = 2; pm.test('seen ' + typeof own + ' ' + typeof f + ' ' + pm.environment.get('first'), () => {})",
    ];
    let text = scripts.join(&format!("\n{NEXT}\n"));
    let (_, summary) = names(vec![request("a", "{{base}}", &text, &text)], RunOptions::default()).await;
    for scripts in [summary.pre_request, summary.post_response] {
        assert_eq!((scripts.total, scripts.failed), (4, 2));
    }
    assert_eq!((summary.tests.total, summary.tests.failed), (2, 0));
    let places = summary.failures.iter().map(|failure| failure.at);
    let lines: Vec<Option<u32>> = places
        .map(|at| match at {
            At::Script(_, at) => at.map(|(line, _)| line),
            _ => None,
        })
        .collect();
    assert_eq!(lines, [Some(3), Some(6), Some(3), Some(6)]);
}

#[tokio::test]
async fn what_one_request_sets_the_next_one_sees() {
    let set = request(
        "a",
        "{{base}}",
        "",
        "pm.environment.set('who', 'a'); pm.variables.set('l', 1); x = 5;",
    );
    let see = request(
        "b",
        "{{base}}",
        "",
        "pm.test('seen', () => pm.expect([pm.environment.get('who'), pm.variables.get('l'), x]).to.eql(['a', 1, 5]))",
    );
    let (_, summary) = names(vec![set, see], RunOptions::default()).await;
    assert_eq!(summary.failures, []);
    assert_eq!(summary.tests.total, 1);
}

#[tokio::test]
async fn only_what_failed_before_runs_with_its_own_row() {
    let test =
        "pm.test('row ' + pm.iterationData.get('who') + ' of ' + pm.info.iteration, () => pm.expect(1).to.equal(2))";
    let base = server().await;
    let requests = vec![plain("a"), request("b", "{{base}}", "", test)];
    let (mut session, ids) = session(&base, Group::named("API"), requests);
    let rows = json!([{ "who": "x" }, { "who": "y" }, { "who": "z" }]);
    let options = RunOptions {
        only: Some(Arc::new(BTreeMap::from([(1, BTreeSet::from([ids[1]]))]))),
        requests: ids,
        data: data::parse(rows.to_string()).expect("three rows"),
        ..RunOptions::default()
    };
    let context = SendContext::default();
    let summary = run(&pipeline(), &mut session, &options, &context, &mut |_| {}).await;
    assert_eq!((summary.iterations, summary.requests), (1, 1));
    assert_eq!(summary.failures[0].what, "row y of 1");
}
