//! Outcomes built by hand, delivered as the runtime would, and looked at on the screen.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use crossterm::event::{KeyModifiers, MouseButton, MouseEvent, MouseEventKind};

use crate::model::exchange::{
    Connection, Cookie, Exchange, Hop, Phase, Response, SendError, SendErrorKind, SentRequest, Timings,
};
use crate::model::outcome::{AssertionError, ConsoleLevel, ConsoleLine, ScriptError, TestResult};
use crate::model::request::Method;
use crate::model::script::ScriptEvent;
use crate::model::{Outcome, Redactor, Secret};
use crate::tui::effect::Effect;
use crate::tui::event::{Event, Found};
use crate::tui::harness::Harness;
use crate::tui::modals::Modal;
use crate::tui::shared::RunId;

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
        body,
        cookies: vec![Cookie {
            name: "session".to_owned(),
            value: "c0ffee".to_owned(),
            domain: "127.0.0.1".to_owned(),
            path: "/".to_owned(),
            expires: None,
            secure: true,
            http_only: true,
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
                let matches = job.run(|| false, |_| {}).unwrap();
                harness.event(Event::Found(name, Found::Matches(matches)));
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

fn has(harness: &Harness, text: &str) {
    let screen = harness.screen();
    assert!(screen.contains(text), "`{text}` is not on the screen:\n{screen}");
}

fn has_not(harness: &Harness, text: &str) {
    let screen = harness.screen();
    assert!(!screen.contains(text), "`{text}` is on the screen:\n{screen}");
}

#[test]
fn pictures() {
    for (keys, size) in [
        ("", (120, 40)),
        ("]", (120, 40)),
        ("]]]", (80, 24)),
        ("]]]]]", (120, 40)),
        ("]]]]]]", (60, 16)),
    ] {
        let mut harness = sent(size.0, size.1, json());
        harness.press(keys);
        eprintln!("{}", harness.screen());
    }
}

#[test]
fn the_title_says_how_it_went() {
    let harness = sent(120, 40, json());
    has(&harness, "4 Response ─  200 OK  · 38 ms · 110 B");
    has(&harness, "\"access_token\": \"uxltfupiwchnkk4perdp46ldk\",");
    has(&harness, "1/12");
}
