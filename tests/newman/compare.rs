//! A run as a list of facts, and the differences between two lists.
//!
//! What may differ without being declared, and is therefore masked or left out:
//!
//! - the value of `User-Agent` (each names itself) where the user set none, and of `Postman-Token` (random);
//! - the boundary of a multipart body, and with it the length;
//! - the signature and the date of AWS signatures, which hold the time of day;
//! - the words of a request that went without an answer (Node's against ours), not that it did;
//! - how often an execution is listed: newman lists it again for each `pm.sendRequest` in it;
//! - ids, times, sizes, stack traces.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use serde::Deserialize;
use serde_json::Value;

use crate::echo::Seen;

/// What happened, in order: a place and what stands there.
pub type Facts = Vec<(String, String)>;

/// All that a run left behind.
pub struct Run<'a> {
    pub exit: Option<i32>,
    pub port: u16,
    pub wire: &'a [Seen],
    pub report: Option<&'a Value>,
    pub environment: Option<&'a Value>,
    pub globals: Option<&'a Value>,
}

/// A difference that is meant.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deviation {
    /// A fact's place; `*` at the end stands for anything, and then the values are not looked at.
    place: String,
    /// What newman has there; absent: nothing.
    newman: Option<String>,
    /// What postrider has there; absent: nothing.
    postrider: Option<String>,
    /// Why.
    reason: String,
}

#[derive(Deserialize)]
struct Deviations {
    deviates: Vec<Deviation>,
}

/// The declared differences of a collection; none without the file.
pub fn read_deviations(path: &Path) -> Vec<Deviation> {
    let Ok(text) = std::fs::read_to_string(path) else {
        return Vec::new();
    };
    let read: Deviations = toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    for deviation in &read.deviates {
        assert!(!deviation.reason.is_empty(), "{}: a reason is missing", path.display());
    }
    read.deviates
}

/// The differences that are not declared, and the declared ones that are none (any more).
pub fn differences(theirs: &Facts, ours: &Facts, deviations: &[Deviation]) -> Vec<String> {
    let theirs_at: BTreeMap<&str, &str> = theirs.iter().map(|(place, value)| (&**place, &**value)).collect();
    let ours_at: BTreeMap<&str, &str> = ours.iter().map(|(place, value)| (&**place, &**value)).collect();
    let extra = ours.iter().filter(|(place, _)| !theirs_at.contains_key(&**place));
    let mut met = vec![false; deviations.len()];
    let mut out = Vec::new();
    for (place, _) in theirs.iter().chain(extra) {
        let (newman, postrider) = (theirs_at.get(&**place).copied(), ours_at.get(&**place).copied());
        if newman == postrider {
            continue;
        }
        let declared = deviations
            .iter()
            .position(|deviation| deviation.covers(place, newman, postrider));
        if let Some(index) = declared {
            met[index] = true;
        } else {
            out.push(format!(
                "{place}\n    newman    {}\n    postrider {}",
                newman.unwrap_or("(nothing)"),
                postrider.unwrap_or("(nothing)")
            ));
        }
    }
    for (deviation, met) in deviations.iter().zip(met) {
        if !met {
            out.push(format!(
                "declared, but not so: {} ({})",
                deviation.place, deviation.reason
            ));
        }
    }
    out
}

impl Deviation {
    fn covers(&self, place: &str, newman: Option<&str>, postrider: Option<&str>) -> bool {
        self.place.strip_suffix('*').map_or_else(
            || self.place == place && self.newman.as_deref() == newman && self.postrider.as_deref() == postrider,
            |start| place.starts_with(start),
        )
    }
}

/// The facts of a run.
pub fn facts(run: &Run) -> Facts {
    let mut out = Facts::new();
    let exit = run.exit.map_or("hung or killed".to_owned(), |code| code.to_string());
    out.push(("exit".into(), exit));
    for (index, seen) in run.wire.iter().enumerate() {
        wire(&format!("wire {:02}", index + 1), seen, &mut out);
    }
    match run.report {
        Some(report) => reported(report, &mut out),
        None => out.push(("report".into(), "none".into())),
    }
    variables("environment", run.environment, &mut out);
    variables("globals", run.globals, &mut out);
    let port = run.port.to_string();
    for (_, value) in &mut out {
        *value = value.replace(&port, "PORT");
    }
    out
}

/// One request as it stood on the wire.
fn wire(place: &str, seen: &Seen, out: &mut Facts) {
    let boundary = seen.header("content-type").and_then(boundary_of);
    let mask = |text: &str| {
        boundary
            .as_ref()
            .map_or(text.to_owned(), |own| text.replace(own.as_str(), "BOUNDARY"))
    };
    out.push((format!("{place} line"), seen.line.clone()));
    let names: Vec<&str> = seen.headers.iter().map(|(name, _)| name.as_str()).collect();
    out.push((format!("{place} headers"), names.join(", ")));
    let mut again: BTreeMap<String, usize> = BTreeMap::new();
    for (name, value) in &seen.headers {
        let lower = name.to_lowercase();
        let count = again.entry(lower.clone()).or_default();
        *count += 1;
        let nth = if *count > 1 {
            format!(" ({count})")
        } else {
            String::new()
        };
        let value = match lower.as_str() {
            "user-agent" if value.starts_with("PostmanRuntime/") || value.starts_with("postrider/") => "<agent>".into(),
            "postman-token" if value.len() == 36 => "<token>".into(),
            "x-amz-date" => "<date>".into(),
            "authorization" => without_time(value),
            "content-length" if boundary.is_some() && *value == seen.body.len().to_string() => "<length>".into(),
            _ => mask(value),
        };
        out.push((format!("{place} header {lower}{nth}"), value));
    }
    out.push((format!("{place} body"), mask(&shown(&seen.body))));
}

/// A body as text; bytes that are none as escapes.
fn shown(body: &[u8]) -> String {
    let mut out = String::new();
    for chunk in body.utf8_chunks() {
        out.push_str(chunk.valid());
        for byte in chunk.invalid() {
            let _ = write!(out, "\\x{byte:02x}");
        }
    }
    if out.len() > 4000 {
        out = format!("{} bytes, {:?}…", body.len(), out.chars().take(80).collect::<String>());
    }
    out
}

fn boundary_of(content_type: &str) -> Option<String> {
    let (_, boundary) = content_type.split_once("boundary=")?;
    Some(boundary.trim_matches('"').to_owned())
}

/// An AWS signature without what the time of day goes into.
fn without_time(value: &str) -> String {
    if !value.starts_with("AWS4-HMAC-SHA256") {
        return value.to_owned();
    }
    let parts = value.split(", ").map(|part| match part.split_once("Signature=") {
        Some((before, _)) => format!("{before}Signature=<signature>"),
        None => part
            .split('/')
            .map(|own| if own.len() == 8 { "<date>" } else { own })
            .collect::<Vec<_>>()
            .join("/"),
    });
    parts.collect::<Vec<_>>().join(", ")
}

/// What the JSON report says.
fn reported(report: &Value, out: &mut Facts) {
    let run = &report["run"];
    let mut seen = BTreeSet::new();
    let executions = list(&run["executions"]).iter();
    let once = executions.filter(|execution| seen.insert(text(&execution["cursor"]["ref"])));
    for (index, execution) in once.enumerate() {
        let place = format!("run {:02}", index + 1);
        let item = format!(
            "{} [{}]",
            text(&execution["item"]["name"]),
            execution["cursor"]["iteration"]
        );
        out.push((format!("{place} item"), item));
        if execution.get("requestError").is_some_and(|error| !error.is_null()) {
            out.push((format!("{place} request error"), "yes".into()));
        }
        let response = &execution["response"];
        if !response.is_null() {
            let line = format!("{} {}", response["code"], text(&response["status"]));
            out.push((format!("{place} response"), line));
        }
        for (kind, key) in [("prerequest", "prerequestScript"), ("test", "testScript")] {
            for (nth, script) in list(&execution[key]).iter().enumerate() {
                if let Some(error) = script.get("error").filter(|error| !error.is_null()) {
                    out.push((format!("{place} {nth} {kind} script"), said(error)));
                }
            }
        }
        for (nth, test) in list(&execution["assertions"]).iter().enumerate() {
            let name = text(&test["assertion"]);
            let value = match test.get("error").filter(|error| !error.is_null()) {
                Some(error) => format!("failed: {name}: {}", said(error)),
                None if test["skipped"] == Value::Bool(true) => format!("skipped: {name}"),
                None => format!("passed: {name}"),
            };
            out.push((format!("{place} test {nth}"), value));
        }
    }
    let failures: Vec<String> = list(&run["failures"])
        .iter()
        .map(|failure| format!("{} of {}", text(&failure["at"]), text(&failure["source"]["name"])))
        .collect();
    out.push(("failures".into(), failures.join("; ")));
    if let Some(stats) = run["stats"].as_object() {
        for (name, count) in stats {
            let value = format!("{} total, {} failed", count["total"], count["failed"]);
            out.push((format!("stats {name}"), value));
        }
    }
    if let Some(error) = run.get("error").filter(|error| !error.is_null()) {
        out.push(("run error".into(), said(error)));
    }
}

fn said(error: &Value) -> String {
    format!("{}: {}", text(&error["name"]), text(&error["message"]))
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// An exported environment or globals.
fn variables(scope: &str, exported: Option<&Value>, out: &mut Facts) {
    let Some(exported) = exported else {
        out.push((format!("{scope} export"), "none".into()));
        return;
    };
    let mut again: BTreeMap<String, usize> = BTreeMap::new();
    for variable in list(&exported["values"]) {
        let key = text(&variable["key"]);
        let count = again.entry(key.clone()).or_default();
        *count += 1;
        let nth = if *count > 1 {
            format!(" ({count})")
        } else {
            String::new()
        };
        let off = if variable["disabled"] == Value::Bool(true) {
            " off"
        } else {
            ""
        };
        out.push((
            format!("{scope} {key}{nth}"),
            format!(
                "{}{off} {}",
                text(&variable["type"]),
                variable.get("value").unwrap_or(&Value::Null)
            ),
        ));
    }
}

#[test]
fn a_difference_is_told_unless_declared_and_a_declaration_must_hold() {
    let fact = |place: &str, value: &str| (place.to_owned(), value.to_owned());
    let theirs = vec![fact("exit", "1"), fact("wire 01 line", "GET / HTTP/1.1")];
    let ours = vec![
        fact("exit", "0"),
        fact("wire 01 line", "GET / HTTP/1.1"),
        fact("run 01 item", "a"),
    ];
    assert_eq!(differences(&theirs, &ours, &[]).len(), 2);
    let declare = |place: &str, newman: Option<&str>, postrider: Option<&str>| Deviation {
        place: place.to_owned(),
        newman: newman.map(str::to_owned),
        postrider: postrider.map(str::to_owned),
        reason: "so".to_owned(),
    };
    let both = [declare("exit", Some("1"), Some("0")), declare("run *", None, None)];
    assert_eq!(differences(&theirs, &ours, &both), Vec::<String>::new());
    let other = [declare("exit", Some("1"), Some("2")), declare("run *", None, None)];
    assert_eq!(differences(&theirs, &ours, &other).len(), 2);
}
