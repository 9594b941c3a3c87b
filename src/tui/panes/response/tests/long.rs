//! What is long: headers longer than the screen, numbers longer than those of JavaScript, bodies that are long in coming.

use super::*;
use crate::script::{Engine, ScriptJob, ScriptResponse};

/// What a script's line sets the variable `id` to.
fn set_by(line: &str, body: &'static str) -> serde_json::Value {
    let mut job = ScriptJob::new(line, "Get token, post-response", ScriptEvent::PostResponse);
    job.response = Some(ScriptResponse {
        response: response(200, "application/json", body),
        took: Duration::ZERO,
    });
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let report = runtime.unwrap().block_on(async { Engine::new().run(job).await });
    let Some(crate::model::variable::Change::Set { value, .. }) = report.writes.first().map(|write| &write.change)
    else {
        panic!("{report:?}")
    };
    value.clone()
}

#[test]
fn a_number_with_more_digits_than_javascript_has_stays_what_it_is() {
    let body = r#"{"a":"\"12345678901234567890","c":12345678901234567890,"d":[-9007199254740993,0.12345678901234567]}"#;
    for (row, name, expected) in [("jj", "c", "12345678901234567890"), ("jjjj", "d", "-9007199254740993")] {
        let mut harness = sent(160, 40, answered(response(200, "application/json", body)));
        harness.press(&format!("{row}x<ctrl-u>id<enter><enter>"));
        let shared = &harness.state.shared;
        let owner = shared.environment_owner().unwrap();
        let now = shared.current.get(&owner, "id").and_then(|own| own.value.clone());
        assert_eq!(now, Some(expected.into()), "{name}");
        let request = shared.workspace.request(shared.open.unwrap()).unwrap();
        assert_eq!(set_by(&request.scripts.post_response, body), expected, "{name}");
    }
    // So does one of many lines, blank ones among them.
    let lines = "{\"n\":1}\n\n{\"n\":{\"m\":[7]}}\n{\"n\":12345678901234567890}\n";
    for (keys, expected) in [
        ("j", "{\"n\":{\"m\":[7]}}"),
        ("jllj", "{\"m\":[7]}"),
        ("jjllj", "12345678901234567890"),
    ] {
        let mut harness = sent(160, 40, answered(response(200, "application/x-ndjson", lines)));
        harness.press(&format!("{keys}x<ctrl-u>id<enter><enter>"));
        let shared = &harness.state.shared;
        let request = shared.workspace.request(shared.open.unwrap()).unwrap();
        let set = set_by(&request.scripts.post_response, lines);
        assert_eq!(set, expected, "{keys}: {}", request.scripts.post_response);
    }
    let laid = "{\n\"n\":1}\n{\"n\":2}\n";
    let mut harness = sent(160, 40, answered(response(200, "application/x-ndjson", laid)));
    harness.press("x");
    has(&harness, "a script cannot find this");
    // What stands behind one that goes over lines is found all the same.
    let mut harness = sent(160, 40, answered(response(200, "application/x-ndjson", laid)));
    harness.press("jx<ctrl-u>id<enter><enter>");
    let shared = &harness.state.shared;
    let request = shared.workspace.request(shared.open.unwrap()).unwrap();
    assert_eq!(set_by(&request.scripts.post_response, laid), "{\"n\":2}");
    // What JavaScript has goes the short way.
    let short = r#"{"c":9007199254740991}"#;
    let mut harness = sent(160, 40, answered(response(200, "application/json", short)));
    harness.press("jx");
    has(&harness, "pm.response.json().c);");
}

#[test]
fn a_header_that_is_longer_than_the_screen_is_read_to_its_end() {
    for keys in ["<pgdn>", "<ctrl-d>", "j", "G"] {
        let mut long = response(200, "application/json", JSON);
        let words: Vec<String> = (0..3000).map(|n| format!("w{n}")).collect();
        long.headers = vec![
            ("x-long".to_owned(), Bytes::from(words.join(" "))),
            ("x-last".to_owned(), Bytes::from_static(b"the last one")),
        ];
        let mut harness = sent(80, 24, answered(long));
        harness.press("]");
        has(&harness, "w0 w1");
        let mut presses = 0;
        while keys != "G" && !harness.screen().contains("w2999") {
            harness.press(keys);
            presses += 1;
            assert!(presses < 1000, "{keys}\n{}", harness.screen());
        }
        harness.press(keys);
        has(&harness, "the last one");
        if keys == "G" {
            harness.press("k");
            has(&harness, "w0 w1");
        }
    }
}

#[test]
fn enter_on_a_long_text_says_where_more_of_it_is() {
    let body = format!("{{\"a\":\"{}\"}}", "x".repeat(100_000));
    let mut harness = sent(120, 40, answered(response(200, "application/json", body)));
    work(&mut harness);
    harness.press("<enter>");
    has_not(&harness, "more of the long text");
    harness.press("<enter>j<enter>");
    has(&harness, "more of the long text is there: wrap the lines");
}

#[test]
fn while_a_body_arrives_its_status_shows_and_no_time_that_is_none() {
    let mut harness = opened(120, 40);
    harness.press("<ctrl-j>");
    let run = run(&harness);
    let mut came = exchange(Ok(response(500, "application/json", "[1,")));
    came.timings = Timings::default();
    harness.event(Event::Arriving(run, Box::new(came)));
    let received = Phase::Downloading {
        received: 3,
        total: None,
    };
    harness.event(Event::Progress(run, received));
    has(&harness, " 500  · ");
    has(&harness, "downloading");
    harness.press("4[[");
    has(&harness, "Total           is known when all of the body has come");
}

#[test]
fn what_few_bytes_become_is_told_while_they_come() {
    let mut harness = opened(120, 40);
    harness.press("<ctrl-j>");
    let run = run(&harness);
    for (decoded, told) in [(900_000, false), (5_000_000, true)] {
        let came = exchange(Ok(response(200, "text/plain", vec![b'0'; decoded])));
        harness.event(Event::Arriving(run, Box::new(came)));
        let received = Phase::Downloading {
            received: 3400,
            total: None,
        };
        harness.event(Event::Progress(run, received));
        has(&harness, " · 3.40 KB");
        let screen = harness.screen();
        assert_eq!(screen.contains("3.40 KB, decoded 5.00 MB"), told, "{screen}");
    }
}

#[test]
fn redirects_stand_in_their_order_and_cookies_in_their_columns() {
    let mut outcome = json();
    let hop = |name: &str| Hop {
        method: Method::new("GET"),
        url: format!("http://a.example/{name}"),
        status: 302,
        location: "/next".to_owned(),
        again: None,
        dropped: Vec::new(),
        reused: false,
        timings: Timings::default(),
        heads: crate::model::exchange::Heads::new(
            &[],
            &[("Set-Cookie".to_owned(), Bytes::from(format!("=; no={name}")))],
        ),
    };
    if let Some(exchange) = &mut outcome.exchange {
        exchange.hops = vec![hop("one"), hop("two")];
    }
    let mut harness = sent(160, 40, outcome);
    for tab in ["]", "]"] {
        harness.press(tab);
        let screen = harness.screen();
        let at = |text: &str| screen.find(text).unwrap_or_else(|| panic!("{text}: {screen}"));
        assert!(at("a.example/one") < at("a.example/two"), "{screen}");
    }
    has(&harness, "refused: neither a name nor a value  =; no=one");
    harness.press("f");
    // The cursor's row fits, so that it stays in its columns.
    has(
        &harness,
        "session  c0ffee                    127.0.0.1/  session  Secure",
    );
}

#[test]
fn ctrl_c_asks_for_another_one_before_responses_go() {
    let quits = |harness: &Harness| harness.effects.iter().any(|effect| matches!(effect, Effect::Quit));
    for (keys, wait, expected) in [("<ctrl-c>", 0, false), ("<ctrl-c>", 60, false), ("<ctrl-q>", 0, true)] {
        let mut harness = sent(120, 40, json());
        harness.now += Duration::from_mins(1);
        harness.press(keys);
        assert_eq!(quits(&harness), expected, "{keys}");
        if expected {
            continue;
        }
        has(&harness, "the responses go when you leave; ^C again quits");
        harness.now += Duration::from_secs(wait);
        harness.press("<ctrl-c>");
        assert_eq!(quits(&harness), wait == 0, "after {wait} s");
    }
}
