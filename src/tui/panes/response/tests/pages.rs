//! The tabs that are pages, and the lines above the body.

use std::collections::BTreeSet;

use super::*;
use crate::model::Scope;
use crate::model::exchange::{CookieMore, Heads};
use crate::model::variable::{Change, CurrentValue, Owner, VariableWrite};
use crate::tui::panes::response::Tab;

#[test]
fn what_nobody_sees_in_a_header_is_written_down_as_in_bodies() {
    let mut response = response(200, "text/plain", "x");
    let value = "user\u{202e}nimda".as_bytes().to_vec();
    response.headers.push(("x-name".to_owned(), value.into()));
    let mut harness = sent(120, 40, answered(response));
    harness.press("]");
    has(&harness, "user\\u{202e}nimda");
    // What is copied is what came.
    let copies = super::super::copies(&harness.state.panes.response, &harness.state.shared);
    harness.press("G");
    let there = |copies: &[(String, Copied)]| {
        let mut texts = copies.iter().map(|(_, copied)| copied.start());
        texts.any(|text| text.contains("user\u{202e}nimda"))
    };
    assert!(!there(&copies));
    let copies = super::super::copies(&harness.state.panes.response, &harness.state.shared);
    assert!(there(&copies));
}

#[test]
fn a_header_shows_whole_where_the_cursor_is() {
    let mut harness = sent(80, 24, json());
    harness.press("]");
    let count = |harness: &Harness| harness.screen().matches("long value").count();
    let before = count(&harness);
    harness.press("G");
    assert!(count(&harness) > before);
    has(&harness, "3/3");
    has(&harness, "Body Head 3 Cookies 1 Tests Console Timing Request");
    harness.press("g");
    has(&harness, "␛[2Jgone");
    harness.press("]");
    has(&harness, "session  c0ffee        127.0.0.1/  session");
}

#[test]
fn tests_and_script_errors_say_what_is_wrong() {
    let mut outcome = json();
    let test = |name: &str, skipped: bool, error: Option<&str>| TestResult {
        name: name.to_owned(),
        skipped,
        error: error.map(|message| AssertionError {
            name: "AssertionError".to_owned(),
            message: message.to_owned(),
            stack: String::new(),
            hint: None,
        }),
        script: "List services, post-response".to_owned(),
        index: 0,
        at: Timestamp::UNIX_EPOCH,
    };
    outcome.tests = vec![
        test("status is 200", false, None),
        test("has ninety", false, Some("expected 1 to equal 90")),
        test("later", true, None),
    ];
    outcome.script_errors.push(ScriptError {
        script: "Pydio Cells, pre-request".to_owned(),
        event: ScriptEvent::PreRequest,
        name: "ReferenceError".to_owned(),
        message: "`foo` is not defined".to_owned(),
        at: Some((3, 7)),
        when: Timestamp::UNIX_EPOCH,
        hint: Some("declare it first".to_owned()),
    });
    let mut harness = sent(120, 40, outcome);
    harness.press("]]]");
    for text in [
        "Tests 1/2 ✗",
        "✗ Pydio Cells, pre-request:3:7",
        "ReferenceError: `foo` is not defined",
        "→ declare it first",
        "✓ status is 200  List services, post-response",
        "✗ has ninety",
        "    AssertionError: expected 1 to equal 90",
        "– later",
        "· ✗ 1/2 script failed · 1 skipped",
    ] {
        has(&harness, text);
    }
    harness.press("[[[]]]]");
    has(&harness, "No script wrote anything");
}

/// A cookie of a hop, which the jar did not take.
fn refused_cookie() -> Cookie {
    Cookie {
        name: "dom".to_owned(),
        value: "v".repeat(60),
        domain: "other.example".to_owned(),
        path: "/".to_owned(),
        expires: None,
        secure: false,
        http_only: false,
        host_only: false,
        same_site: None,
        more: CookieMore {
            partitioned: true,
            max_age: None,
            priority: Some("High"),
            refused: Some("another domain"),
        },
    }
}

#[test]
fn the_waterfall_shows_redirects_and_reused_connections() {
    let mut outcome = json();
    if let Some(exchange) = &mut outcome.exchange {
        exchange.connection.reused = true;
        exchange.timings.dns = None;
        exchange.timings.connect = None;
        exchange.hops.push(Hop {
            method: Method::new("GET"),
            url: "http://a.example/old".to_owned(),
            status: 302,
            location: "/new".to_owned(),
            again: None,
            dropped: vec!["Authorization".to_owned()],
            reused: false,
            timings: Timings {
                total: Duration::from_millis(4),
                ..Timings::default()
            },
            heads: Heads {
                reason: "Found".to_owned(),
                cookies: vec![refused_cookie()],
                ..Heads::new(&[], &[("X-Hop".to_owned(), "first".into())])
            },
        });
    }
    let mut harness = sent(120, 40, outcome);
    harness.press("[[");
    for text in [
        "Redirect",
        "Waiting",
        "30 ms",
        "reused: it was open already",
        " 302  GET http://a.example/old → /new without Authorization · 4.0 ms",
        "Sent          ",
        "Received      ",
        "none: sent in clear",
    ] {
        has(&harness, text);
    }
    has_not(&harness, "DNS lookup");

    // What the answer on the way said and set stands behind what the last one did.
    harness.press("]]]");
    for text in [" 302  Found GET http://a.example/old → /new", "X-Hop ", "first"] {
        has(&harness, text);
    }
    harness.press("]");
    has(
        &harness,
        "••••••••               refused: another domain  other.example/ and below",
    );
    has_not(&harness, &"v".repeat(60));
    harness.press("G");
    has(&harness, "Priority=High");
    // A session, refused or not: in clear for who asks.
    has_not(&harness, &"v".repeat(60));
    harness.press("v");
    has(&harness, &"v".repeat(60));
}

#[test]
fn without_a_response_the_pane_says_why_and_what_to_do() {
    let error = SendError {
        causes: vec!["connection refused (os error 111)".to_owned()],
        ..SendError::new(SendErrorKind::Connect, "nothing listens at `127.0.0.1:8765`").hint("start the server")
    };
    let outcome = Outcome {
        exchange: Some(exchange(Err(error))),
        unresolved: vec!["base_url".to_owned()],
        ..Outcome::default()
    };
    let mut harness = sent(80, 24, outcome);
    for text in [
        "no connection",
        "Error",
        "✗ Nothing listens at `127.0.0.1:8765`",
        "because: connection refused (os error 111)",
        "→ start the server",
        "{{base_url}}",
    ] {
        has(&harness, text);
    }
    harness.press("]");
    has(&harness, "because: connection refused");
    let cancelled = SendError::new(SendErrorKind::Cancelled, "the request was cancelled");
    deliver(
        &mut harness,
        Outcome {
            exchange: Some(exchange(Err(cancelled))),
            ..Outcome::default()
        },
    );
    has(&harness, " cancelled ");
    has_not(&harness, "may have received");
    deliver(
        &mut harness,
        Outcome {
            skipped: true,
            ..Outcome::default()
        },
    );
    // Whichever tab was open, what happened is in front.
    has(&harness, "A pre-request script skipped this request.");
}

#[test]
fn an_unauthorized_answer_names_the_token_and_the_key() {
    let mut harness = sent(120, 40, answered(response(401, "text/plain", "no")));
    has(&harness, "! dex_token is not set · ^T runs the token request");
    let owner = harness.state.shared.environment_owner().unwrap();
    // A token whose life ended in 2001.
    let token = "e30.eyJleHAiOjEwMDAwMDAwMDB9.c2ln";
    let command = Command::SetCurrent {
        owner,
        key: "dex_token".to_owned(),
        value: Some(token.into()),
    };
    harness.state.run(vec![command], &mut Vec::new());
    harness.event(Event::Tick);
    has(&harness, "! dex_token has expired · ^T runs the token request");
    deliver(&mut harness, json());
    has_not(&harness, "runs the token request");
}

fn thrown() -> Outcome {
    Outcome {
        script_errors: vec![ScriptError {
            script: "List services, post-response".to_owned(),
            event: ScriptEvent::PostResponse,
            name: "ReferenceError".to_owned(),
            message: "nope is not defined".to_owned(),
            at: Some((3, 5)),
            when: Timestamp::UNIX_EPOCH,
            hint: None,
        }],
        ..json()
    }
}

#[test]
fn a_tab_shown_for_one_outcome_gives_way_with_the_next() {
    let mut harness = sent(120, 40, json());
    harness.press("]");
    has(&harness, "x-long");
    let show = |harness: &mut Harness| {
        deliver(harness, thrown());
        let open = harness.state.shared.open.unwrap();
        super::super::show_in(&mut harness.state.panes.response, open, Tab::Tests);
        harness.press("34");
    };
    let tab = |harness: &Harness| harness.state.panes.response.tab;
    show(&mut harness);
    has(&harness, "✗ List services, post-response:3:5");
    assert_eq!(tab(&harness), Tab::Tests);
    deliver(&mut harness, json());
    has(&harness, "x-long");
    // A tab that the user goes to meanwhile stays.
    show(&mut harness);
    harness.press("[[");
    deliver(&mut harness, json());
    assert_eq!(tab(&harness), Tab::Headers);
    harness.press("[");
    assert_eq!(tab(&harness), Tab::Body);
}

#[test]
fn a_tab_that_one_goes_to_while_nothing_has_come_is_the_one_that_shows() {
    let mut harness = opened(120, 40);
    harness.press("]");
    deliver(&mut harness, json());
    has(&harness, "x-long");
}

fn status_line(harness: &Harness) -> String {
    harness.screen().lines().last().unwrap().to_owned()
}

#[test]
fn a_script_that_the_user_cancelled_has_not_failed() {
    let mut outcome = thrown();
    outcome.script_errors[0].name = "CancelledError".to_owned();
    let cancelled = SendError::new(SendErrorKind::Cancelled, "cancelled while preparing the request");
    outcome.exchange = Some(exchange(Err(cancelled.hint("nothing was sent"))));
    let harness = sent(120, 40, outcome);
    has(&harness, "Nothing was sent.");
    has(&harness, "List services, post-response was cancelled at line 3");
    has_not(&harness, "script failed");
    has_not(&harness, "may have received");
}

#[test]
fn a_failed_script_is_named_in_the_title_and_the_status_line() {
    let harness = sent(120, 40, thrown());
    has(&harness, "✗ script failed");
    has_not(&harness, "0/0");
    let mut harness = opened(120, 40);
    deliver(&mut harness, thrown());
    let line = status_line(&harness);
    assert!(
        line.contains("✗ List services, post-response failed at line 3: ReferenceError: nope"),
        "{line}"
    );
}

#[test]
fn a_secret_is_masked_also_where_nothing_was_sent() {
    let mut harness = opened(120, 40);
    let secret = CurrentValue {
        value: Some("hunter2-is-it".into()),
        set_by: "a script".into(),
        set_at: harness.now,
        secret: false,
    };
    let owner = Owner::Environment("demo".into());
    harness.state.shared.current.set(owner, "dex_token", secret);
    let mut error = thrown().script_errors.remove(0);
    error.message = "no hunter2-is-it here".to_owned();
    let skipped = Outcome {
        skipped: true,
        script_errors: vec![error],
        ..Outcome::default()
    };
    harness.press("<ctrl-j>");
    let environment = harness.state.shared.active_environment;
    harness.event(Event::Sent(run(&harness), environment, Box::new(skipped)));
    has(&harness, "post-response failed at line 3");
    has_not(&harness, "hunter2");
    harness.press("4]]]");
    has_not(&harness, "hunter2");
    harness.press("v");
    has(&harness, "no hunter2-is-it here");
}

#[test]
fn why_nothing_came_is_in_front_whichever_tab_was_open() {
    let mut harness = sent(120, 40, json());
    harness.press("]]]]]");
    let error = SendError::new(SendErrorKind::Dns, "no host is called `nowhere`");
    let failed = Outcome {
        exchange: Some(exchange(Err(error))),
        ..thrown()
    };
    deliver(&mut harness, failed);
    harness.press("<esc>");
    has(&harness, "✗ No host is called `nowhere`");
    has(&harness, "List services, post-response failed at line 3");
}

#[test]
fn a_send_that_ends_while_another_request_is_open_tells_how_it_went() {
    let mut harness = opened(120, 40);
    harness.press("<ctrl-j>");
    let first = run(&harness);
    harness.press("2/Data sources<enter>");
    harness.event(Event::Sent(first, None, Box::new(json())));
    let line = status_line(&harness);
    assert!(line.contains("✓ `List services` answered 200 OK"), "{line}");
    assert!(!line.contains("token;"), "{line}");
    // The token request is one that fills a variable: without any, something is wrong.
    harness.press("<ctrl-t>");
    let second = run(&harness);
    harness.event(Event::Sent(second, None, Box::new(json())));
    let told = harness.state.shared.notice.unwrap().text;
    assert!(
        told.contains("`Get token` answered 200") && told.contains("dex_token"),
        "{told}"
    );
}

#[test]
fn a_token_is_fresh_when_it_came_whatever_else_was_written() {
    use crate::model::variable::{Change, VariableWrite};
    let told = |key: &str| {
        let mut harness = opened(120, 40);
        harness.press("<ctrl-t>");
        let mut outcome = json();
        outcome.writes.push(VariableWrite {
            scope: crate::model::Scope::Environment,
            change: Change::Set {
                key: key.to_owned(),
                value: "abc-token".into(),
            },
            set_by: String::new(),
        });
        let run = run(&harness);
        harness.event(Event::Sent(run, None, Box::new(outcome)));
        harness.state.shared.notice.unwrap().text
    };
    assert_eq!(told("dex_token"), "`Get token` ran; the token is fresh");
    assert!(told("visits").contains("dex_token"), "{}", told("visits"));
}

#[test]
fn messages_are_wrapped_and_can_be_read_again() {
    let mut harness = opened(80, 24);
    let long = "word ".repeat(30);
    harness.event(Event::Notice(crate::tui::shared::Level::Error, format!("{long}last")));
    assert!(harness.screen().contains("last"), "{}", harness.screen());
    let endless = "word ".repeat(200);
    harness.event(Event::Notice(crate::tui::shared::Level::Error, endless));
    assert!(
        status_line(&harness).contains("… · ^P messages"),
        "{}",
        status_line(&harness)
    );
    harness.press("<ctrl-p>messages<enter>");
    let screen = harness.screen();
    assert!(screen.contains("Messages") && screen.contains("✗ word"), "{screen}");
}

#[test]
fn local_variables_end_with_their_send_and_others_stay() {
    let mut harness = opened(120, 40);
    let set = |scope| VariableWrite {
        scope,
        change: Change::Set {
            key: "x".into(),
            value: "by a script".into(),
        },
        set_by: "a script".into(),
    };
    let seen = |harness: &Harness| {
        let scopes = harness.state.shared.scopes(harness.state.shared.open);
        scopes.get("x").map(|(scope, _)| scope)
    };
    for (scope, after) in [(Scope::Local, None), (Scope::Global, Some(Scope::Global))] {
        harness.press("<ctrl-j>");
        let outcome = Outcome {
            writes: vec![set(scope)],
            ..json()
        };
        harness.event(Event::Sent(run(&harness), None, Box::new(outcome)));
        assert_eq!(seen(&harness), after);
    }
}

#[test]
fn leaving_while_something_is_sent_asks() {
    let mut harness = opened(120, 40);
    harness.press("<ctrl-j><ctrl-q>");
    has(&harness, "Still under way");
    has(&harness, "is being sent");
    assert!(!harness.effects.iter().any(|effect| matches!(effect, Effect::Quit)));
    harness.press("<esc>");
    harness.event(Event::Sent(run(&harness), None, Box::new(json())));
    harness.press("<ctrl-q>");
    assert!(harness.effects.iter().any(|effect| matches!(effect, Effect::Quit)));
}

#[test]
fn a_console_entry_of_any_size_is_shown_as_far_as_there_is_room_and_copied_whole() {
    let entry = |text: String| ConsoleLine {
        level: ConsoleLevel::Log,
        text,
        listed: None,
        at: jiff::Timestamp::UNIX_EPOCH,
        script: "a script".into(),
    };
    let lines = (0..20_000).map(|n| format!("line {n}")).collect::<Vec<_>>().join("\n");
    for (text, told) in [
        (lines, "15000 more lines"),
        ("é".repeat(2_000_000), "the rest of this line"),
    ] {
        let outcome = Outcome {
            console: vec![entry(text.clone()), entry("the last".into())],
            ..json()
        };
        let mut harness = sent(120, 40, outcome);
        harness.press("]]]]");
        let page = &harness.state.panes.response.page;
        let whole = page.rows.iter().filter_map(|row| row.copy.as_ref());
        assert!(whole.clone().all(|(_, copied)| **copied == *text));
        assert_eq!(
            whole
                .clone()
                .map(|(_, copied)| copied.as_ptr())
                .collect::<BTreeSet<_>>()
                .len(),
            1
        );
        let shown: usize = page.rows.iter().map(|row| row.plain().len()).sum();
        assert!(
            shown < 600_000 && page.rows.len() < 5100,
            "{shown} bytes, {} rows",
            page.rows.len()
        );
        harness.press("G");
        has(&harness, "… and 1 more");
        has(&harness, told);
    }
}

#[test]
fn a_certificate_that_is_not_trusted_leads_to_the_setting() {
    for (columns, rows) in [(120, 40), (80, 24)] {
        let error = SendError::new(SendErrorKind::Tls, "the certificate of `localhost` is self-signed")
            .code("DEPTH_ZERO_SELF_SIGNED_CERT");
        let failed = Outcome {
            exchange: Some(exchange(Err(error))),
            ..Outcome::default()
        };
        let mut harness = sent(columns, rows, failed);
        let screen = harness.screen();
        assert!(screen.contains("`Check certificates`"), "{screen}");
        harness.press("<enter>");
        let screen = harness.screen();
        assert!(
            screen.contains("Check certificates") && screen.contains("on, by default"),
            "{screen}"
        );
        harness.press("<enter>");
        let id = harness.state.shared.open.unwrap();
        let verifies = |harness: &Harness| harness.state.shared.workspace.request(id).unwrap().settings.verify_tls;
        assert_eq!(verifies(&harness), Some(false), "one press turns it off");
        // Other failures have nothing to do with it.
        deliver(&mut harness, thrown());
        assert!(!harness.screen().contains("`Check certificates`"));
    }
}

#[test]
fn the_palette_finds_settings_by_the_words_for_them() {
    for (words, label) in [
        ("ssl verify", "Check certificates"),
        ("redirect", "Follow redirects"),
        ("timeout", "Time limit"),
        ("proxy", "Proxy"),
    ] {
        let mut harness = sent(120, 40, json());
        harness.press("<ctrl-p>");
        harness.press(words);
        let screen = harness.screen();
        assert!(
            screen.contains(&format!("Go to the setting: {label}")),
            "{words}: {screen}"
        );
    }
    let mut harness = sent(120, 40, json());
    harness.press("<ctrl-p>");
    harness.press("time limit<enter>");
    harness.press("<enter>30s<enter>");
    let id = harness.state.shared.open.unwrap();
    let settings = &harness.state.shared.workspace.request(id).unwrap().settings;
    assert_eq!(settings.timeout, Some(Duration::from_secs(30)), "{}", harness.screen());
}

#[test]
fn json_is_laid_out_past_a_control_character_and_says_so() {
    for (columns, rows) in [(120, 40), (80, 24)] {
        let body = "{\"a\":\"x\u{1}y\",\"b\":[1,2]}";
        let harness = sent(columns, rows, answered(response(200, "application/json", body)));
        let screen = harness.screen();
        assert!(screen.contains("! not valid JSON at 1:8: control"), "{screen}");
        assert!(screen.contains("\"b\": [") && !screen.contains("✗"), "{screen}");
        // Where the quote is missing, as a rule.
        let body = "{\"a\":\"x\ny\",\"b\":[1,2]}";
        let harness = sent(columns, rows, answered(response(200, "application/json", body)));
        assert!(
            harness.screen().contains("✗ not valid JSON at 1:8"),
            "{}",
            harness.screen()
        );
    }
}

#[test]
fn a_long_line_is_one_line_and_a_request_that_stayed_here_says_so() {
    let harness = sent(120, 40, answered(response(200, "text/plain", "a".repeat(50_000))));
    assert!(harness.screen().contains(" 1/1 ━"), "{}", harness.screen());
    let mut error = exchange(Err(SendError::new(
        SendErrorKind::Tls,
        "the certificate is self-signed",
    )));
    error.connection.taken = false;
    let failed = Outcome {
        exchange: Some(error),
        ..Outcome::default()
    };
    let mut harness = sent(120, 40, failed);
    harness.press("[");
    let screen = harness.screen();
    assert!(screen.contains("Nothing of this was sent"), "{screen}");
}
