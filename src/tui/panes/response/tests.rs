//! Outcomes built by hand, delivered as the runtime would, and looked at on the screen.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::time::Duration;

use bytes::Bytes;
use crossterm::event::{KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use jiff::Timestamp;

use crate::model::exchange::{
    Connection, Cookie, Exchange, Hop, Phase, Response, SendError, SendErrorKind, SentRequest, Timings,
};
use crate::model::outcome::{AssertionError, ConsoleLevel, ConsoleLine, ScriptError, TestResult};
use crate::model::request::Method;
use crate::model::script::ScriptEvent;
use crate::model::{Outcome, Redactor, Secret};
use crate::tui::command::Command;
use crate::tui::effect::Effect;
use crate::tui::event::{Event, Found};
use crate::tui::giving::Copied;
use crate::tui::harness::Harness;
use crate::tui::modals::Modal;
use crate::tui::shared::{RunId, Saving};

mod again;
mod copies;
mod earlier;
mod elements;
mod filters;
mod keys;
mod kinds;
mod long;
mod pages;
mod searching;
mod secrets;

const JSON: &str =
    r#"{"access_token":"uxltfupiwchnkk4perdp46ldk","expires_in":599,"名前":"日本語","nested":{"deep":[1,2,3]}}"#;

/// A response of this body and status.
fn response(status: u16, media_type: &str, body: impl Into<Bytes>) -> Response {
    let body = body.into();
    Response {
        status,
        reason: if status == 200 { "OK" } else { "Unauthorized" }.to_owned(),
        version: "HTTP/1.1".to_owned(),
        headers: vec![
            ("content-type".to_owned(), Bytes::from(media_type.to_owned())),
            ("x-evil".to_owned(), Bytes::from_static(b"\x1b[2Jgone")),
            ("x-long".to_owned(), Bytes::from("long value ".repeat(30))),
        ],
        encoded_len: body.len() as u64,
        body: body.into(),
        cookies: vec![Cookie {
            name: "session".to_owned(),
            value: "c0ffee".to_owned(),
            domain: "127.0.0.1".to_owned(),
            path: "/".to_owned(),
            expires: None,
            secure: true,
            http_only: true,
            host_only: true,
            same_site: None,
            more: crate::model::exchange::CookieMore::default(),
        }],
        truncated: None,
    }
}

fn exchange(result: Result<Response, SendError>) -> Exchange {
    let ms = Duration::from_millis;
    Exchange {
        started: "2026-11-23T12:00:00Z".parse().unwrap(),
        request: SentRequest {
            method: Method::new("POST"),
            url: "http://127.0.0.1:8765/auth/dex/token?key=hunter22".to_owned(),
            version: "HTTP/1.1".to_owned(),
            headers: vec![("Authorization".to_owned(), "Bearer hunter22".to_owned())],
            body: Bytes::from_static(b"{\"password\":\"hunter22\",\"user\":\"admin\"}"),
            body_len: 38,
        },
        result,
        hops: Vec::new(),
        timings: Timings {
            dns: Some(ms(1)),
            connect: Some(ms(2)),
            tls: None,
            sent: None,
            first_byte: Some(ms(30)),
            download: Some(ms(5)),
            total: ms(38),
        },
        connection: Connection {
            remote: Some("127.0.0.1:8765".parse().unwrap()),
            ..Connection::default()
        },
        redactor: Redactor::new([Secret::new("hunter22")]),
        warnings: Vec::new(),
    }
}

/// A text of so many lines, each with its number from 0.
fn numbered(lines: usize) -> String {
    let lines: Vec<String> = (0..lines).map(|n| format!("line {n}")).collect();
    lines.join("\n")
}

fn answered(response: Response) -> Outcome {
    Outcome {
        exchange: Some(exchange(Ok(response))),
        ..Outcome::default()
    }
}

fn json() -> Outcome {
    answered(response(200, "application/json", JSON))
}

/// A harness with a request open and sent, the response pane in focus.
fn sent(columns: u16, rows: u16, outcome: Outcome) -> Harness {
    let mut harness = opened(columns, rows);
    deliver(&mut harness, outcome);
    harness.press("4");
    harness
}

fn opened(columns: u16, rows: u16) -> Harness {
    let mut harness = Harness::new(columns, rows);
    let id = harness
        .state
        .shared
        .node_at("pydio-cells/configuration/list-services")
        .unwrap();
    harness.state.shared.open = Some(id);
    harness.press("4");
    harness
}

fn deliver(harness: &mut Harness, outcome: Outcome) {
    harness.press("<ctrl-j>");
    let run = run(harness);
    harness.event(Event::Sent(run, None, Box::new(outcome)));
}

fn run(harness: &Harness) -> RunId {
    let last = harness.effects.iter().rev().find_map(|effect| match effect {
        Effect::Send { run, .. } => Some(*run),
        _ => None,
    });
    last.unwrap()
}

/// Does the searching and indexing asked for since the last time, as the runtime would.
fn work(harness: &mut Harness) {
    for effect in std::mem::take(&mut harness.effects) {
        match effect {
            Effect::Search(name, job) => {
                let matches = job.run(|| false, |_, _| {}).unwrap().unwrap();
                harness.event(Event::Found(name, Found::Matches(matches)));
            }
            Effect::Give(job) => {
                let (to, text) = job.run();
                harness.event(Event::Given(to, text));
            }
            Effect::Index(name, job) => {
                let mut snapshots = Vec::new();
                job.run(|| false, |snapshot| snapshots.push(snapshot));
                for snapshot in snapshots {
                    harness.event(Event::Indexed(name, snapshot));
                }
            }
            _ => {}
        }
    }
}

/// What can be copied, with the words for it.
fn to_copy(harness: &Harness) -> Vec<(String, String)> {
    let offers = super::copies(&harness.state.panes.response, &harness.state.shared);
    let text = |copied| match copied {
        Copied::Text(text) => text,
        Copied::Body(body, _) => body.text(usize::MAX).unwrap().unwrap(),
    };
    offers.into_iter().map(|(what, copied)| (what, text(copied))).collect()
}

fn has(harness: &Harness, text: &str) {
    let screen = harness.screen();
    assert!(screen.contains(text), "`{text}` is not on the screen:\n{screen}");
}

fn has_not(harness: &Harness, text: &str) {
    let screen = harness.screen();
    assert!(!screen.contains(text), "`{text}` is on the screen:\n{screen}");
}

#[test]
fn a_variable_that_nothing_defines_is_told_of_once() {
    let mut outcome = json();
    let warning = "the variable `tok` in `token` of the bearer auth is not defined: sent as written";
    outcome.exchange.as_mut().unwrap().warnings = vec![warning.to_owned()];
    outcome.unresolved = vec!["tok".to_owned()];
    let screen = sent(120, 40, outcome.clone()).screen();
    assert!(screen.contains("of the bearer auth"), "{screen}");
    assert!(!screen.contains("Nothing defines"), "{screen}");
    // Another one is nothing that the auth tells of.
    outcome.unresolved.push("to".to_owned());
    let screen = sent(120, 40, outcome).screen();
    assert!(screen.contains("Nothing defines {{to}};"), "{screen}");
}

#[test]
fn the_title_says_how_it_went() {
    let harness = sent(120, 40, json());
    has(&harness, "4 Response ─  200 OK  · 38 ms · 108 B");
    has(&harness, "\"access_token\": \"uxltfupiwchnkk4perdp46ldk\",");
    has(&harness, "\"名前\": \"日本語\"");
    has(&harness, "1/12");
}

#[test]
fn before_sending_the_pane_says_what_to_press() {
    let mut harness = opened(80, 24);
    has(&harness, "Not sent yet");
    has(&harness, "^J sends the request");
    harness.state.shared.open = harness.state.shared.node_at("pydio-cells/configuration");
    harness.event(Event::Tick);
    has(&harness, "Configuration is a folder");
    harness.state.shared.open = None;
    harness.event(Event::Tick);
    has(&harness, "No request is open");
}

#[test]
fn while_it_runs_the_phase_the_time_and_the_bytes_show() {
    let mut harness = opened(120, 40);
    harness.press("<ctrl-j>");
    let run = run(&harness);
    let received = Phase::Downloading {
        received: 3400,
        total: Some(10_000),
    };
    harness.now += Duration::from_millis(1250);
    harness.event(Event::Progress(run, received));
    has(&harness, "downloading · 1.2 s · 3.40 KB of 10.0 KB");
    has(&harness, "Esc cancels");
    harness.state.shared.saving.push(Saving {
        path: "body".into(),
        body: "[]".into(),
        of: harness.state.shared.open,
    });
    harness.press("4");
    has(&harness, "downloading · 1.2 s · 3.40 KB");
    has(&harness, "Esc calls off the save");
    harness.state.shared.saving.clear();
    harness.press("<esc>");
    assert!(matches!(harness.effects.last(), Some(Effect::Cancel(id)) if *id == run));
}

#[test]
fn nothing_from_the_server_reaches_the_terminal_unescaped() {
    let mut outcome = answered(response(200, "text/plain", "plain \x1b[31mred\x07\n日本語\u{202e}"));
    outcome.tests.push(TestResult {
        name: "\x1b]0;title\x07 日本".to_owned(),
        skipped: false,
        error: None,
        script: "\x1b[1mScript".to_owned(),
        index: 0,
        at: Timestamp::UNIX_EPOCH,
    });
    outcome.console.push(ConsoleLine {
        level: ConsoleLevel::Log,
        text: "\x1b[2J\nsecond".to_owned(),
        listed: None,
        at: "2026-11-23T12:00:00Z".parse().unwrap(),
        script: "S\x1b".to_owned(),
    });
    if let Some(Ok(response)) = outcome.exchange.as_mut().map(|exchange| exchange.result.as_mut()) {
        response.reason = "O\x1bK".to_owned();
    }
    for size in [(60, 16), (80, 24), (120, 40), (250, 70)] {
        let mut harness = sent(size.0, size.1, outcome.clone());
        for _ in 0..7 {
            let buf = harness.buffer();
            let hidden = |c: char| crate::tui::widgets::escape::is_hidden(c);
            assert!(
                buf.content().iter().all(|cell| !cell.symbol().contains(hidden)),
                "{}",
                harness.screen()
            );
            harness.press("]");
        }
    }
}

#[test]
fn a_big_body_is_indexed_behind_the_screen_and_keeps_its_place() {
    let body = numbered(200_000);
    let mut harness = sent(120, 40, answered(response(200, "text/plain", body)));
    let first = harness.state.shared.open;
    harness.press("G");
    work(&mut harness);
    has(&harness, "line 199999");
    harness.state.shared.open = harness.state.shared.node_at("pydio-cells/get-token");
    harness.event(Event::Tick);
    has(&harness, "Not sent yet");
    harness.state.shared.open = first;
    harness.event(Event::Tick);
    has(&harness, "line 199999");
    assert!(
        !harness.effects.iter().any(|effect| matches!(effect, Effect::Index(..))),
        "it is indexed already"
    );
}

#[test]
fn wrap_is_remembered_and_what_was_typed() {
    let mut harness = sent(120, 40, json());
    harness.press("R");
    has(&harness, "{\"access_token\":");
    has(&harness, "raw JSON");
    harness.press("|.a<enter><esc>w]]/b<enter>");
    let kept = super::remember(&harness.state.panes.response);
    assert_eq!(
        kept,
        serde_json::json!({ "wrap": true, "filters": [".a"], "searches": ["b"] })
    );
    let mut other = super::State::default();
    super::restore(&mut other, &kept);
    assert_eq!(super::remember(&other), kept);
    super::restore(&mut other, &serde_json::json!({ "tab": 7 }));
}

#[test]
fn a_tab_is_that_of_its_request_and_what_broke_off_is_seen_first() {
    let mut harness = sent(120, 40, json());
    let first = harness.state.shared.open;
    harness.press("]");
    has(&harness, "content-type");
    harness.state.shared.open = harness.state.shared.node_at("pydio-cells/get-token");
    deliver(&mut harness, json());
    has(&harness, "\"access_token\"");
    harness.state.shared.open = first;
    deliver(&mut harness, json());
    has(&harness, "content-type");
    let broken = |kind| {
        let mut cut = response(200, "text/plain", "half");
        cut.truncated = Some(Box::new(SendError::new(kind, "it broke")));
        answered(cut)
    };
    deliver(&mut harness, broken(SendErrorKind::Cancelled));
    has(&harness, "content-type");
    deliver(&mut harness, broken(SendErrorKind::Protocol));
    has(&harness, "1 half");
    deliver(&mut harness, json());
    has(&harness, "content-type");
}

#[test]
fn the_body_is_copied_as_it_came_and_as_it_is_shown() {
    let copied = |media_type: &str, body: &'static [u8]| {
        let harness = sent(120, 40, answered(response(200, media_type, body)));
        let all = to_copy(&harness);
        let bodies = all.into_iter().filter(|(what, _)| what.starts_with("the body"));
        bodies.collect::<Vec<_>>()
    };
    let offers = |offers: &[(&str, &str)]| {
        let owned = offers
            .iter()
            .map(|(what, text)| ((*what).to_owned(), (*text).to_owned()));
        owned.collect::<Vec<_>>()
    };
    assert_eq!(
        copied("application/json", b"{\"a\":\"\\u6771\"}"),
        offers(&[
            ("the body", "{\"a\":\"\\u6771\"}"),
            ("the body as shown", "{\n  \"a\": \"東\"\n}")
        ])
    );
    assert_eq!(copied("text/plain", b"caf\xe9"), offers(&[("the body", "café")]));
    let table = copied("text/csv", b"id,name\n2,\"Bob \"\"B\"\"\"\n");
    assert_eq!(
        table[0],
        ("the body".to_owned(), "id,name\n2,\"Bob \"\"B\"\"\"\n".to_owned())
    );
    assert!(table[1].1.contains("│ Bob"), "{table:?}");
    assert_eq!(table[1].1.lines().next().unwrap().replace(' ', ""), "id│name");
    let bytes = copied("application/octet-stream", b"\0\x01\xff");
    assert_eq!(bytes[0], ("the body in Base64".to_owned(), "AAH/".to_owned()));
}

#[test]
fn secrets_are_masked_until_revealed() {
    let mut harness = sent(120, 40, json());
    harness.press("[");
    has(&harness, "POST /auth/dex/token?key=••••••••");
    has(&harness, "Authorization: Bearer ••••••••");
    has(&harness, "\"password\": \"••••••••\"");
    has_not(&harness, "hunter22");
    let copied = |harness: &Harness| {
        let all = to_copy(harness);
        all.into_iter()
            .find(|(what, _)| what == "the request as sent")
            .unwrap()
            .1
    };
    assert!(!copied(&harness).contains("hunter22"));
    harness.press("v");
    has(&harness, "Bearer hunter22");
    assert!(copied(&harness).contains("Authorization: Bearer hunter22\n\n{\"password\":\"hunter22\""));
}

#[test]
fn a_body_that_is_not_whole_or_empty_or_binary_says_so() {
    let mut cut = response(200, "text/plain", "half");
    let broken = crate::model::exchange::SendError::new(
        crate::model::exchange::SendErrorKind::Protocol,
        "the connection broke after 4 bytes",
    );
    cut.truncated = Some(Box::new(broken));
    let mut harness = sent(80, 24, answered(cut));
    has(&harness, "! The body is not whole: the connection broke");
    deliver(&mut harness, answered(response(204, "", "")));
    has(&harness, "A 204 response has none");
    deliver(
        &mut harness,
        answered(response(200, "application/octet-stream", &b"\0\x01PNG\x1b"[..])),
    );
    has(&harness, "00 01 50 4e 47 1b");
}

#[test]
fn the_body_is_saved_under_a_good_name_and_opened_outside() {
    let mut harness = sent(120, 40, json());
    harness.press("e");
    work(&mut harness);
    let Some(Effect::External(external)) = harness.effects.last() else {
        panic!("no effect")
    };
    assert!(external.read_only && external.ending == "json" && external.text.starts_with("{\n  \"access_token\""));
    harness.press("s");
    let Some(Modal::Prompt(prompt)) = harness.state.modals.last() else {
        panic!("no prompt")
    };
    assert!(format!("{prompt:?}").contains("token.json"));
}

#[test]
fn what_is_under_the_cursor_is_offered_first() {
    let mut harness = sent(120, 40, json());
    harness.press("j");
    let copies = to_copy(&harness);
    assert_eq!(
        copies[0],
        ("the value under the cursor".into(), "uxltfupiwchnkk4perdp46ldk".into())
    );
    assert_eq!(copies[1], ("the path to it".into(), "$.access_token".into()));
    assert_eq!(copies[2], ("its name".into(), "access_token".into()));
    assert_eq!(copies[3].1, "\"access_token\": \"uxltfupiwchnkk4perdp46ldk\",");
    assert_eq!(copies[4], ("the body".into(), JSON.into()));
    assert!(copies[5].0 == "the body as shown" && copies[5].1.starts_with("{\n  \"access_token\""));
    // A container is copied with all that is in it, as it was sent; what stands on a folded line is that, too.
    harness.press("jjj");
    for _ in 0..2 {
        let copies = to_copy(&harness);
        assert_eq!(
            copies[0],
            ("the value with all that is in it".into(), r#"{"deep":[1,2,3]}"#.into())
        );
        harness.press("o");
    }
    harness.press("]");
    let copies = to_copy(&harness);
    assert_eq!(copies[0], ("value of content-type".into(), "application/json".into()));
}

#[test]
fn a_body_that_would_be_very_long_laid_out_is_copied_as_it_came() {
    let deep = 600;
    let body = format!("{}{}1{}", "[".repeat(deep), "1,".repeat(200_000), "]".repeat(deep));
    let mut harness = sent(120, 40, answered(response(200, "application/json", body.clone())));
    work(&mut harness);
    let offers = super::copies(&harness.state.panes.response, &harness.state.shared);
    let shown = offers.into_iter().find(|(what, _)| what == "the body as shown");
    let Some((_, Copied::Body(shown, _))) = shown else {
        panic!("it is not offered")
    };
    // Not indented to the depth of its brackets, which would be two hundred megabytes.
    assert!(shown.text(16 << 20).unwrap().is_some());
    harness.press("yas shown<enter>");
    work(&mut harness);
    has(&harness, "more than 8 MiB, too much for the clipboard");
    harness.press("ythe body<enter>");
    work(&mut harness);
    assert!(matches!(harness.effects.last(), Some(Effect::Copy(text)) if *text == body));
    has(&harness, "copied the body");
}

#[test]
fn the_mouse_chooses_tabs_and_lines_and_scrolls() {
    let mut harness = sent(120, 40, json());
    let screen = harness.screen();
    let (y, line) = screen
        .lines()
        .enumerate()
        .find(|(_, line)| line.contains("Headers 3"))
        .unwrap();
    let x = line.split("Headers").next().unwrap().chars().count();
    let at = |column: usize, row: usize, kind| {
        Event::Mouse(MouseEvent {
            kind,
            column: u16::try_from(column).unwrap(),
            row: u16::try_from(row).unwrap(),
            modifiers: KeyModifiers::NONE,
        })
    };
    let down = MouseEventKind::Down(MouseButton::Left);
    harness.event(at(40, y + 4, down));
    has(&harness, "3/12");
    harness.event(at(x + 1, y, down));
    has(&harness, "content-type");
    harness.event(at(40, y + 3, down));
    has(&harness, "2/3");
    harness.event(at(40, y + 3, MouseEventKind::ScrollDown));
    let jumps = super::jumps(
        &harness.state.panes.response,
        &harness.state.shared,
        harness.state.layout().area(crate::tui::panes::Pane::Response).unwrap(),
    );
    assert_eq!(jumps.len(), 7);
    assert_eq!(usize::from(jumps[1].0.x), x);
}

#[test]
fn pages_are_searched_at_once() {
    let mut harness = sent(120, 40, json());
    harness.press("]/x-");
    has(&harness, "1/2");
    has(&harness, "2/3");
    harness.press("<enter>n");
    has(&harness, "2/2");
    harness.press("<esc>");
    has_not(&harness, "2/2");
}

#[test]
fn every_size_draws_every_tab() {
    for columns in [60, 61, 79, 80, 100, 250] {
        for rows in [16, 17, 24, 70] {
            let mut harness = sent(columns, rows, json());
            for _ in 0..7 {
                harness.press("/a<esc>jG");
                harness.buffer();
                harness.press("]");
            }
        }
    }
}

#[test]
fn a_secret_that_the_server_says_for_a_reason_is_masked() {
    let mut odd = response(200, "application/json", JSON);
    odd.reason = "Hello hunter22".to_owned();
    let harness = sent(120, 40, answered(odd));
    let screen = harness.screen();
    assert!(screen.contains("200 Hello") && !screen.contains("hunter22"), "{screen}");
}
