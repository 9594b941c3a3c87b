//! A run as a list of facts, and the differences between two lists.
//!
//! What may differ without being declared, and is therefore masked or left out:
//!
//! - the value of `User-Agent` (each names itself) where the user set none, and of `Postman-Token` (random);
//! - the boundary of a multipart body, and with it the length;
//! - the signature and the date of AWS signatures, which hold the time of day;
//! - the words of a request that went without an answer (Node's against ours), not that it did;
//! - how often an execution is listed, and then its response: newman lists it again for each `pm.sendRequest` in it, with
//!   the answer to that in place of its own;
//! - ids, times, sizes, stack traces.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use serde::Deserialize;
use serde_json::Value;

use crate::echo::Seen;

/// Places and what stands there, in order.
pub type Facts = Vec<(String, String)>;

/// What happened.
#[derive(Default)]
pub struct Done {
    /// Each request on the wire; its title is the request line.
    pub wire: Vec<Group>,
    /// Each execution of a request; its title is the request's name and the iteration.
    pub executions: Vec<Group>,
    /// The rest: exit code, counts, variables.
    pub rest: Facts,
}

/// Facts that belong together. Two runs are laid side by side by the titles, so that a request too many on one side is
/// one difference and not one in all that follows.
#[derive(Default)]
pub struct Group {
    pub title: String,
    pub facts: Facts,
    /// Newman wrote the answer to a `pm.sendRequest` over the request's own.
    pub overwritten: bool,
}

/// All that a run left behind.
pub struct Run<'a> {
    pub exit: String,
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
pub fn differences(theirs: &Done, ours: &Done, deviations: &[Deviation]) -> Vec<String> {
    let mut found = Vec::new();
    groups("wire", &theirs.wire, &ours.wire, &mut found);
    groups("run", &theirs.executions, &ours.executions, &mut found);
    facts_differ("", &theirs.rest, &ours.rest, &mut found);
    let mut met = vec![false; deviations.len()];
    let mut out = Vec::new();
    for (place, newman, postrider) in found {
        let declared = deviations
            .iter()
            .position(|deviation| deviation.covers(&place, newman.as_deref(), postrider.as_deref()));
        if let Some(index) = declared {
            met[index] = true;
        } else {
            out.push(format!(
                "{place}\n    newman    {}\n    postrider {}",
                newman.as_deref().unwrap_or("(nothing)"),
                postrider.as_deref().unwrap_or("(nothing)")
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

/// A place and what each side has there.
type Difference = (String, Option<String>, Option<String>);

/// Compares groups side by side. A group is called by its number at newman, from 1; one that newman does not have by the
/// number of the one before it and a `+`.
fn groups(kind: &str, theirs: &[Group], ours: &[Group], out: &mut Vec<Difference>) {
    let mut number = 0;
    for (newman, postrider) in side_by_side(theirs, ours) {
        number += usize::from(newman.is_some());
        let plus = if newman.is_some() { "" } else { "+" };
        let place = format!("{kind} {number:02}{plus}");
        let title = |group: Option<&Group>| group.map(|group| group.title.clone());
        if title(newman) != title(postrider) {
            out.push((place.clone(), title(newman), title(postrider)));
        }
        if let (Some(newman), Some(postrider)) = (newman, postrider) {
            let own = |facts: &Facts| -> Facts {
                let answer = |place: &str| matches!(place, "response" | "request error");
                let kept = facts.iter().filter(|(place, _)| !newman.overwritten || !answer(place));
                kept.cloned().collect()
            };
            facts_differ(&format!("{place} "), &own(&newman.facts), &own(&postrider.facts), out);
        }
    }
}

/// Pairs groups: the longest common row of titles first, then, between those, one by one.
fn side_by_side<'a>(theirs: &'a [Group], ours: &'a [Group]) -> Vec<(Option<&'a Group>, Option<&'a Group>)> {
    let mut common = vec![vec![0_usize; ours.len() + 1]; theirs.len() + 1];
    for (i, newman) in theirs.iter().enumerate().rev() {
        for (j, postrider) in ours.iter().enumerate().rev() {
            common[i][j] = if newman.title == postrider.title {
                common[i + 1][j + 1] + 1
            } else {
                common[i + 1][j].max(common[i][j + 1])
            };
        }
    }
    let mut pairs = Vec::new();
    let (mut i, mut j) = (0, 0);
    while i < theirs.len() || j < ours.len() {
        let (newman, postrider) = (theirs.get(i), ours.get(j));
        let both = newman.is_some() && postrider.is_some();
        let same = both && theirs[i].title == ours[j].title;
        // Neither is needed for the common row: they stand in each other's place.
        let swapped = both && common[i + 1][j + 1] == common[i][j];
        if same || swapped {
            pairs.push((newman, postrider));
            (i, j) = (i + 1, j + 1);
        } else if newman.is_some() && (postrider.is_none() || common[i + 1][j] == common[i][j]) {
            pairs.push((newman, None));
            i += 1;
        } else {
            pairs.push((None, postrider));
            j += 1;
        }
    }
    pairs
}

fn facts_differ(before: &str, theirs: &Facts, ours: &Facts, out: &mut Vec<Difference>) {
    let theirs_at: BTreeMap<&str, &str> = theirs.iter().map(|(place, value)| (&**place, &**value)).collect();
    let ours_at: BTreeMap<&str, &str> = ours.iter().map(|(place, value)| (&**place, &**value)).collect();
    let extra = ours.iter().filter(|(place, _)| !theirs_at.contains_key(&**place));
    for (place, _) in theirs.iter().chain(extra) {
        let (newman, postrider) = (theirs_at.get(&**place), ours_at.get(&**place));
        if newman != postrider {
            let owned = |value: Option<&&str>| value.map(|value| (*value).to_owned());
            out.push((format!("{before}{place}"), owned(newman), owned(postrider)));
        }
    }
}

impl Deviation {
    fn covers(&self, place: &str, newman: Option<&str>, postrider: Option<&str>) -> bool {
        self.place.strip_suffix('*').map_or_else(
            || self.place == place && self.newman.as_deref() == newman && self.postrider.as_deref() == postrider,
            |start| place.starts_with(start),
        )
    }
}

/// What a run did.
pub fn done(run: &Run) -> Done {
    let mut out = Done::default();
    out.rest.push(("exit".into(), run.exit.clone()));
    out.wire.extend(run.wire.iter().map(wire));
    match run.report {
        Some(report) => reported(report, &mut out),
        None => out.rest.push(("report".into(), "none".into())),
    }
    variables("environment", run.environment, &mut out.rest);
    variables("globals", run.globals, &mut out.rest);
    let port = run.port.to_string();
    for group in out.wire.iter_mut().chain(&mut out.executions) {
        group.title = group.title.replace(&port, "PORT");
        for (_, value) in &mut group.facts {
            *value = value.replace(&port, "PORT");
        }
    }
    for (_, value) in &mut out.rest {
        *value = value.replace(&port, "PORT");
    }
    out
}

/// One request as it stood on the wire.
fn wire(seen: &Seen) -> Group {
    let boundary = seen.header("content-type").and_then(boundary_of);
    let mask = |text: &str| {
        let own = boundary.as_deref();
        own.map_or(text.to_owned(), |own| text.replace(own, "BOUNDARY"))
    };
    let mut facts = Facts::new();
    let names: Vec<&str> = seen.headers.iter().map(|(name, _)| name.as_str()).collect();
    facts.push(("headers".into(), names.join(", ")));
    let mut again = Again::default();
    for (name, value) in &seen.headers {
        let lower = name.to_lowercase();
        let value = match lower.as_str() {
            "user-agent" if value.starts_with("PostmanRuntime/") || value.starts_with("postrider/") => "<agent>".into(),
            "postman-token" if value.len() == 36 => "<token>".into(),
            "x-amz-date" => "<date>".into(),
            "authorization" => without_time(value),
            "content-length" if boundary.is_some() && *value == seen.body.len().to_string() => "<length>".into(),
            _ => mask(value),
        };
        facts.push((again.name(&format!("header {lower}")), value));
    }
    facts.push(("body".into(), mask(&shown(&seen.body))));
    Group {
        title: seen.line.clone(),
        facts,
        overwritten: false,
    }
}

/// Gives what is there several times a number from the second on.
#[derive(Default)]
struct Again(BTreeMap<String, usize>);

impl Again {
    fn name(&mut self, name: &str) -> String {
        let count = self.0.entry(name.to_owned()).or_default();
        *count += 1;
        if *count > 1 {
            format!("{name} ({count})")
        } else {
            name.to_owned()
        }
    }
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
fn reported(report: &Value, out: &mut Done) {
    let run = &report["run"];
    let mut last = None;
    for listed in list(&run["executions"]) {
        let own = text(&listed["cursor"]["ref"]);
        if last.as_ref() == Some(&own) {
            out.executions.last_mut().unwrap().overwritten = true;
        } else {
            out.executions.push(execution(listed));
        }
        last = Some(own);
    }
    let failures: Vec<String> = list(&run["failures"])
        .iter()
        .map(|failure| format!("{} of {}", text(&failure["at"]), text(&failure["source"]["name"])))
        .collect();
    out.rest.push(("failures".into(), failures.join("; ")));
    if let Some(stats) = run["stats"].as_object() {
        for (name, count) in stats {
            let value = format!("{} total, {} failed", count["total"], count["failed"]);
            out.rest.push((format!("stats {name}"), value));
        }
    }
    if let Some(error) = there(&run["error"]) {
        out.rest.push(("run error".into(), said(error)));
    }
}

/// One execution of a request.
fn execution(execution: &Value) -> Group {
    let mut facts = Facts::new();
    if there(&execution["requestError"]).is_some() {
        facts.push(("request error".into(), "yes".into()));
    }
    let response = &execution["response"];
    if there(&response["code"]).is_some() {
        let line = format!("{} {}", response["code"], text(&response["status"]));
        facts.push(("response".into(), line));
    }
    for (kind, key) in [("prerequest script", "prerequestScript"), ("test script", "testScript")] {
        let scripts = list(&execution[key]).iter();
        let errors: Vec<String> = scripts.filter_map(|script| there(&script["error"])).map(said).collect();
        if !errors.is_empty() {
            facts.push((kind.into(), errors.join("; ")));
        }
    }
    for (nth, test) in list(&execution["assertions"]).iter().enumerate() {
        let name = text(&test["assertion"]);
        let value = match there(&test["error"]) {
            Some(error) => format!("failed: {name}: {}", said(error)),
            None if test["skipped"] == Value::Bool(true) => format!("skipped: {name}"),
            None => format!("passed: {name}"),
        };
        facts.push((format!("test {nth}"), value));
    }
    let name = text(&execution["item"]["name"]);
    Group {
        title: format!("{name} [{}]", execution["cursor"]["iteration"]),
        facts,
        overwritten: false,
    }
}

fn there(value: &Value) -> Option<&Value> {
    Some(value).filter(|value| !value.is_null())
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
    let mut again = Again::default();
    for variable in list(&exported["values"]) {
        let off = if variable["disabled"] == Value::Bool(true) {
            " off"
        } else {
            ""
        };
        let value = variable.get("value").unwrap_or(&Value::Null);
        out.push((
            again.name(&format!("{scope} {}", text(&variable["key"]))),
            format!("{}{off} {value}", text(&variable["type"])),
        ));
    }
}

#[test]
fn a_difference_is_told_unless_declared_and_a_declaration_must_hold() {
    let fact = |place: &str, value: &str| (place.to_owned(), value.to_owned());
    let group = |title: &str| Group {
        title: title.to_owned(),
        ..Group::default()
    };
    let done = |wire: &[&str], exit: &str| Done {
        wire: wire.iter().copied().map(group).collect(),
        rest: vec![fact("exit", exit)],
        ..Done::default()
    };
    let theirs = done(&["a", "b", "c", "d"], "1");
    let ours = done(&["b", "x", "d", "e"], "0");
    let places: Vec<String> = differences(&theirs, &ours, &[])
        .iter()
        .map(|told| told.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect();
    let expected = [
        "wire 01 newman a postrider (nothing)",
        "wire 03 newman c postrider x",
        "wire 04+ newman (nothing) postrider e",
        "exit newman 1 postrider 0",
    ];
    assert_eq!(places, expected);
    let declare = |place: &str, newman: Option<&str>, postrider: Option<&str>| Deviation {
        place: place.to_owned(),
        newman: newman.map(str::to_owned),
        postrider: postrider.map(str::to_owned),
        reason: "so".to_owned(),
    };
    let both = [declare("exit", Some("1"), Some("0")), declare("wire *", None, None)];
    assert_eq!(differences(&theirs, &ours, &both), Vec::<String>::new());
    let other = [declare("exit", Some("1"), Some("2")), declare("wire *", None, None)];
    assert_eq!(differences(&theirs, &ours, &other).len(), 2);
}
