//! What scripts see and what comes of them, one small script at a time.
#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod basics;
mod chai;
mod errors;
mod exchange;
mod expect;
mod jar;
mod libs;
mod limits;
mod locale;
mod members;
mod objects;
mod packages;
mod places;
mod sdk;
mod variables;
mod words;

use std::time::Duration;

use bytes::Bytes;

use super::*;

/// A job for a post-response script with a small JSON answer.
fn job(source: &str) -> ScriptJob {
    let mut job = ScriptJob::new(source, "Get token, post-response", ScriptEvent::PostResponse);
    job.request.name = "Get token".into();
    job.response = Some(answer(200, "OK", r#"{"id_token":"abc","roles":["a","b"]}"#));
    job
}

/// A JSON response.
fn answer(status: u16, reason: &str, body: &str) -> ScriptResponse {
    ScriptResponse {
        response: Response {
            status,
            reason: reason.into(),
            version: "HTTP/1.1".into(),
            headers: vec![
                ("Content-Type".into(), Bytes::from_static(b"application/json")),
                ("X-Two".into(), Bytes::from_static(b"1")),
                ("x-two".into(), Bytes::from_static(b"2")),
            ],
            body: body.to_owned().into(),
            encoded_len: 0,
            cookies: Vec::new(),
            truncated: None,
        },
        took: Duration::from_millis(123),
    }
}

/// Runs jobs in one engine, in order.
fn run_all(jobs: Vec<ScriptJob>) -> Vec<ScriptReport> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let engine = Engine::new();
        let mut reports = Vec::new();
        for job in jobs {
            reports.push(engine.run(job).await);
        }
        reports
    })
}

fn run_job(job: ScriptJob) -> ScriptReport {
    run_all(vec![job]).remove(0)
}

/// Runs a post-response script.
fn run(source: &str) -> ScriptReport {
    run_job(job(source))
}

/// Runs a pre-request script.
fn run_before(source: &str) -> ScriptReport {
    let mut job = job(source);
    job.event = ScriptEvent::PreRequest;
    job.response = None;
    run_job(job)
}

/// The console's texts; fails when the script did.
fn console(source: &str) -> Vec<String> {
    texts(run(source))
}

fn texts(report: ScriptReport) -> Vec<String> {
    assert_eq!(report.errors, [], "{:?}", report.console);
    report.console.into_iter().map(|line| line.text).collect()
}

/// `name: ok`, `name: skipped` or `name: message` for each test.
fn tests_of(report: &ScriptReport) -> Vec<String> {
    let word = |test: &TestResult| match &test.error {
        Some(error) => error.message.clone(),
        None if test.skipped => "skipped".into(),
        None => "ok".into(),
    };
    report
        .tests
        .iter()
        .map(|test| format!("{}: {}", test.name, word(test)))
        .collect()
}

/// The only error's message.
fn error(source: &str) -> String {
    let report = run(source);
    assert_eq!(report.errors.len(), 1, "{report:?}");
    report.errors[0].message.clone()
}
