//! A request that is over, in the shapes of Postman's collections: what newman's JSON report lists.

use std::fmt::Write as _;

use md5::{Digest, Md5};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{sdk, sent};
use crate::exec::{At, Done, Failure};
use crate::model::exchange::{Response, SendError};
use crate::model::outcome::{AssertionError, TestResult};
use crate::model::script::ScriptEvent;
use crate::model::workspace::Node;

/// One entry of `run.executions`, without its item, which the caller has.
pub fn execution(done: &Done<'_>, cursor: &Value) -> Option<Map<String, Value>> {
    let exchange = done.outcome.exchange.as_ref()?;
    let mut out = Map::new();
    out.insert("cursor".to_owned(), cursor.clone());
    out.insert("item".to_owned(), Value::Null);
    out.insert("request".to_owned(), sent::request(done, exchange));
    match &exchange.result {
        Ok(answer) => {
            let took = exchange.answered_in().as_millis();
            out.insert("response".to_owned(), response(answer, took));
        }
        Err(error) => {
            let mut told = crate::exec::node::described(error, &exchange.request.url);
            told.insert("name".to_owned(), crate::exec::node::class(error).into());
            let message = crate::exec::node::message(error, &told);
            told.insert("message".to_owned(), message.into());
            out.insert("requestError".to_owned(), Value::Object(told));
        }
    }
    out.insert("id".to_owned(), done.plan.id().into());
    if !done.outcome.tests.is_empty() {
        out.insert("assertions".to_owned(), assertions(&done.outcome.tests));
    }
    for (event, key) in [
        (ScriptEvent::PreRequest, "prerequestScript"),
        (ScriptEvent::PostResponse, "testScript"),
    ] {
        let errors = done.outcome.script_errors.iter().filter(|error| error.event == event);
        let errors: Vec<Value> = errors
            .map(|error| json!({ "error": script_error(&error.name, &error.message, error.when.as_millisecond()) }))
            .collect();
        if !errors.is_empty() {
            out.insert(key.to_owned(), errors.into());
        }
    }
    Some(out)
}

/// Where in the run a request stands. Newman says `bof`, `eof` and `cr` of the run's first request alone; of the others only
/// `cr`, where an iteration begins.
pub fn cursor(done: &Done<'_>) -> Value {
    let (position, iteration) = (done.place.position, done.plan.iteration);
    let reference = Uuid::new_v4().to_string();
    let mut out = if position == 0 && iteration.index == 0 {
        json!({
            "position": position,
            "iteration": iteration.index,
            "length": done.place.length,
            "cycles": iteration.count,
            "empty": done.place.length == 0,
            "eof": false,
            "bof": true,
            "cr": false,
            "ref": reference,
        })
    } else {
        json!({
            "ref": reference,
            "length": done.place.length,
            "cycles": iteration.count,
            "position": position,
            "iteration": iteration.index,
        })
    };
    if position == 0 && iteration.index > 0 {
        out["cr"] = true.into();
    }
    if done.outcome.exchange.is_some() {
        out["httpRequestId"] = Uuid::new_v4().to_string().into();
    }
    out
}

/// What a failure says; of a request that had no answer in Node's words.
pub fn message(failure: &Failure, done: &Done<'_>) -> String {
    unanswered(failure, done).map_or_else(
        || failure.message.clone(),
        |(url, error)| crate::exec::node::message(error, &crate::exec::node::described(error, url)),
    )
}

/// Where a request went that had no answer, the item's own or one that its script sent, and why.
fn unanswered<'a>(failure: &Failure, done: &'a Done<'_>) -> Option<(&'a str, &'a SendError)> {
    if failure.at != At::Request {
        return None;
    }
    if failure.what.is_empty() {
        let exchange = done.outcome.exchange.as_ref()?;
        return Some((&exchange.request.url, exchange.error()?));
    }
    let sends = done.outcome.script_sends.iter().filter(|send| send.url == failure.what);
    let mut errors = sends.filter_map(|send| Some((send.url.as_str(), send.result.as_ref().err()?.as_ref())));
    errors.find(|(_, error)| error.message == failure.message)
}

/// One entry of `run.failures`, without its item, which the caller has.
pub fn failure(failure: &Failure, done: &Done<'_>, cursor: &Value, parent: Option<Value>) -> Value {
    let mut cursor = cursor.clone();
    put_script(&mut cursor, failure, done);
    let when = jiff::Timestamp::now().as_millisecond();
    let error = match failure.at {
        At::Test(index) => {
            let stack = format!("{}: {}\n{}", failure.kind, failure.message, failure.stack);
            json!({
                "name": failure.kind,
                "index": index,
                "test": failure.what,
                "message": failure.message,
                "stack": stack.trim_end(),
                "id": Uuid::new_v4().to_string(),
                "timestamp": when,
                "stacktrace": frames(&failure.stack),
            })
        }
        At::Request => {
            let error = unanswered(failure, done);
            let mut told = error.map_or_else(Map::new, |(url, error)| crate::exec::node::described(error, url));
            let class = error.map_or("Error", |(_, error)| crate::exec::node::class(error));
            told.insert("name".to_owned(), class.into());
            let message = message(failure, done);
            told.insert("stack".to_owned(), format!("{class}: {message}").into());
            told.insert("message".to_owned(), message.into());
            told.insert("id".to_owned(), Uuid::new_v4().to_string().into());
            told.insert("timestamp".to_owned(), when.into());
            told.insert("stacktrace".to_owned(), json!([]));
            Value::Object(told)
        }
        At::Script(..) => script_error(&failure.kind, &failure.message, when),
    };
    let parent = parent.unwrap_or(Value::Null);
    json!({ "error": error, "at": failure.at.words(), "source": null, "parent": parent, "cursor": cursor })
}

/// The script that failed, in newman's words: its id as it stands in the events of the item, its folders or its collection,
/// and for a test the turn of it. Two failures of one turn have the same.
fn put_script(cursor: &mut Value, failure: &Failure, done: &Done<'_>) {
    let (script, event) = match failure.at {
        At::Request => return,
        At::Script(event, _) => (Some(&failure.what), event),
        At::Test(_) => {
            let mut tests = done.outcome.tests.iter();
            let test = tests.find(|test| test.failed() && test.name == failure.what);
            (test.map(|test| &test.script), ScriptEvent::PostResponse)
        }
    };
    let (Some(script), Some(node)) = (script, done.plan.node) else {
        return;
    };
    let workspace = &done.session.workspace;
    for event in [event, ScriptEvent::PreRequest] {
        let name = |node: &Node| format!("{}, {}", node.entity.name(), event.label());
        let Some(node) = workspace.lineage(node).find(|node| name(node) == *script) else {
            continue;
        };
        let whole = sdk::node(workspace, node);
        let mut events = whole["event"].as_array().into_iter().flatten();
        if let Some(own) = events.find(|own| own["listen"] == event.postman_name()) {
            cursor["scriptId"] = own["script"]["id"].clone();
        }
        if matches!(failure.at, At::Test(_)) {
            let turn = cursor["ref"].as_str().unwrap_or_default();
            cursor["execution"] = sdk::derived(&[turn, script]).into();
        }
        return;
    }
}

/// What a script threw.
fn script_error(name: &str, message: &str, when: i64) -> Value {
    json!({
        "type": "Error",
        "name": name,
        "message": message,
        "id": Uuid::new_v4().to_string(),
        "timestamp": when,
        "stacktrace": [],
    })
}

/// The lines of a stack, `at name (script.js:1:32)` or `at script.js:1:32`, in parts.
fn frames(stack: &str) -> Vec<Value> {
    let frame = |line: &str| {
        let told = line.trim().strip_prefix("at ")?;
        let (function, place) = match told.split_once(" (") {
            Some((function, place)) => (Some(function), place.trim_end_matches(')')),
            None => (None, told),
        };
        let (rest, column) = place.rsplit_once(':')?;
        let (file, line) = rest.rsplit_once(':')?;
        Some(json!({
            "fileName": file,
            "lineNumber": line.parse::<u64>().ok()?,
            "functionName": function,
            "typeName": null,
            "methodName": null,
            "columnNumber": column.parse::<u64>().ok()?,
            "native": false,
        }))
    };
    stack.lines().filter_map(frame).collect()
}

/// Gives each error of an execution or a failure the sum by which the same one is known again. Its secrets must be
/// hidden by then. It is not newman's own sum, in which the place of its files is.
pub fn add_checksums(entry: &mut Value) {
    let scripts = ["prerequestScript", "testScript"];
    let of_scripts = |entry: &Value| scripts.map(|key| entry[key].as_array().map_or(0, Vec::len));
    for (key, count) in scripts.into_iter().zip(of_scripts(entry)) {
        (0..count).for_each(|n| add_checksum(&mut entry[key][n]["error"]));
    }
    if entry["error"].is_object() {
        add_checksum(&mut entry["error"]);
    }
}

fn add_checksum(error: &mut Value) {
    let parts = ["name", "test", "message", "stack"].map(|key| error[key].as_str().unwrap_or_default());
    let mut sum = String::with_capacity(32);
    for byte in Md5::digest(parts.join("\n")) {
        // A string takes whatever is written.
        let _ = write!(sum, "{byte:02x}");
    }
    error["checksum"] = sum.into();
}

/// The folder or collection a request is in: all of it but what else is in it, which would be in the file once for each
/// failure.
pub fn parent(done: &Done<'_>) -> Option<Value> {
    let workspace = &done.session.workspace;
    let above = workspace.node(done.plan.node?)?.parent?;
    let mut out = sdk::node(workspace, workspace.node(above)?);
    out.as_object_mut()?.shift_remove("item");
    Some(out)
}

/// A failed test's stack; without one its first line alone.
pub fn stack(error: &AssertionError) -> String {
    let head = format!("{}: {}", error.name, error.message);
    if error.stack.is_empty() {
        head
    } else {
        format!("{head}\n{}", error.stack)
    }
}

fn assertions(tests: &[TestResult]) -> Value {
    let mut out = Vec::with_capacity(tests.len());
    for test in tests {
        let mut entry = json!({ "assertion": test.name, "skipped": test.skipped });
        if let Some(error) = &test.error {
            entry["error"] = json!({
                "name": error.name,
                "index": test.index,
                "test": test.name,
                "message": error.message,
                "stack": stack(error),
            });
        }
        out.push(entry);
    }
    Value::Array(out)
}

fn response(response: &Response, took: u128) -> Value {
    let headers = response.headers.iter();
    let headers: Vec<Value> = headers
        .map(|(name, value)| json!({ "key": name, "value": String::from_utf8_lossy(value) }))
        .collect();
    json!({
        "id": Uuid::new_v4().to_string(),
        "status": response.reason,
        "code": response.status,
        "header": headers,
        "stream": null,
        // Newman has none there, whatever the server sets.
        "cookie": [],
        "responseTime": u64::try_from(took).unwrap_or(u64::MAX).max(1),
        "responseSize": response.body.len(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stack_is_cut_into_its_frames() {
        let found = frames("Error: x\n    at script.js:1:32\n    at f (script.js:2:3)\n    at nowhere");
        let short: Vec<_> = found
            .iter()
            .map(|f| (&f["fileName"], &f["lineNumber"], &f["columnNumber"]))
            .collect();
        let file: Value = "script.js".into();
        assert_eq!(short, [(&file, &1.into(), &32.into()), (&file, &2.into(), &3.into())]);
        assert_eq!(found[1]["functionName"], "f");
    }
}
