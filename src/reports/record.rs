//! A request that is over, in the shapes of Postman's collections: what newman's JSON report lists.

use std::fmt::Write as _;

use md5::{Digest, Md5};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::exec::{Done, Failure};
use crate::formats::postman::write;
use crate::model::exchange::{Response, SentRequest};
use crate::model::outcome::{AssertionError, TestResult};
use crate::model::script::ScriptEvent;
use crate::model::{Auth, Entity};
use crate::vars::Parts;

/// One entry of `run.executions`, without its item, which the caller has.
pub fn execution(done: &Done<'_>, reference: &str) -> Option<Map<String, Value>> {
    let exchange = done.outcome.exchange.as_ref()?;
    let mut out = Map::new();
    out.insert("cursor".to_owned(), cursor(done, reference));
    out.insert("item".to_owned(), Value::Null);
    out.insert("request".to_owned(), request(&exchange.request, done.plan.auth()));
    match &exchange.result {
        Ok(answer) => {
            let took = exchange.timings.total.as_millis();
            out.insert("response".to_owned(), response(answer, took));
        }
        Err(error) => {
            let mut told = crate::exec::node::described(error, &exchange.request.url);
            told.insert("name".to_owned(), "Error".into());
            told.insert("message".to_owned(), error.message.as_str().into());
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
            .map(|error| json!({ "error": script_error(&error.name, &error.message) }))
            .collect();
        if !errors.is_empty() {
            out.insert(key.to_owned(), errors.into());
        }
    }
    Some(out)
}

/// Where in the run a request stands.
pub fn cursor(done: &Done<'_>, reference: &str) -> Value {
    json!({
        "position": done.place.position,
        "iteration": done.plan.iteration.index,
        "length": done.place.length,
        "cycles": done.plan.iteration.count,
        "ref": reference,
    })
}

/// One entry of `run.failures`, without its item, which the caller has.
pub fn failure(failure: &Failure, cursor: &Value, parent: Option<Value>) -> Value {
    let error = match failure.at {
        crate::exec::At::Test(index) => json!({
            "name": failure.kind,
            "index": index,
            "test": failure.what,
            "message": failure.message,
            "stack": format!("{}: {}\n{}", failure.kind, failure.message, failure.stack).trim_end(),
        }),
        crate::exec::At::Request => json!({ "name": "Error", "message": failure.message }),
        crate::exec::At::Script(..) => script_error(&failure.kind, &failure.message),
    };
    let parent = parent.unwrap_or(Value::Null);
    json!({ "error": error, "at": failure.at.words(), "source": null, "parent": parent, "cursor": cursor })
}

/// What a script threw.
fn script_error(name: &str, message: &str) -> Value {
    json!({ "type": "Error", "name": name, "message": message })
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

/// The folder or collection a request is in, without what else is in it: a file need not hold it for each failure.
pub fn parent(done: &Done<'_>) -> Option<Value> {
    let workspace = &done.session.workspace;
    let above = workspace.node(done.plan.node?)?.parent?;
    let node = workspace.node(above)?;
    let own = match &node.entity {
        Entity::Collection(group) | Entity::Folder(group) => group.origin.id.clone(),
        Entity::Request(request) => request.origin.id.clone(),
    };
    let path = || workspace.path(above).map(|path| path.to_string()).unwrap_or_default();
    let id = if own.is_empty() { path() } else { own };
    Some(json!({ "id": id, "name": node.entity.name() }))
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
    let mut index = 0;
    let mut script = "";
    for test in tests {
        if test.script != script {
            script = &test.script;
            index = 0;
        }
        let mut entry = json!({ "assertion": test.name, "skipped": test.skipped });
        if let Some(error) = &test.error {
            entry["error"] = json!({
                "name": error.name,
                "index": index,
                "test": test.name,
                "message": error.message,
                "stack": stack(error),
            });
        }
        out.push(entry);
        index += 1;
    }
    Value::Array(out)
}

fn request(sent: &SentRequest, auth: &Auth) -> Value {
    let headers = sent.headers.iter();
    let headers: Vec<Value> = headers
        .map(|(name, value)| json!({ "key": name, "value": value }))
        .collect();
    let mut out = json!({ "url": url(&sent.url), "header": headers, "method": sent.method.as_str() });
    // As it is written, not as it was filled in: the parameters are secrets, most of them.
    if !auth.is_inherited() {
        out["auth"] = write::auth(auth);
    }
    if sent.body_len > 0 {
        out["body"] = json!({ "mode": "raw", "raw": String::from_utf8_lossy(&sent.body) });
    }
    out
}

/// A URL in parts, as Postman's SDK writes it: the text that was sent, cut and not read as a browser reads it.
pub fn url(text: &str) -> Value {
    let parts = Parts::of(text);
    let mut out = Map::new();
    out.insert("protocol".to_owned(), parts.scheme.into());
    if let Some(userinfo) = parts.userinfo {
        let (user, password) = userinfo.split_once(':').unwrap_or((userinfo, ""));
        out.insert("auth".to_owned(), json!({ "user": user, "password": password }));
    }
    if let Some(port) = parts.port.strip_prefix(':') {
        out.insert("port".to_owned(), port.into());
    }
    let path: Vec<&str> = parts.path.strip_prefix('/').unwrap_or(parts.path).split('/').collect();
    out.insert("path".to_owned(), path.into());
    if let Some(hash) = parts.fragment {
        out.insert("hash".to_owned(), hash.into());
    }
    let host: Vec<&str> = parts.host.split('.').collect();
    out.insert("host".to_owned(), host.into());
    let query = parts
        .query
        .unwrap_or_default()
        .split('&')
        .filter(|pair| !pair.is_empty());
    let query: Vec<Value> = query
        .map(|pair| match pair.split_once('=') {
            Some((key, value)) => json!({ "key": key, "value": value }),
            None => json!({ "key": pair, "value": null }),
        })
        .collect();
    out.insert("query".to_owned(), query.into());
    out.insert("variable".to_owned(), Value::Array(Vec::new()));
    Value::Object(out)
}

fn response(response: &Response, took: u128) -> Value {
    let headers = response.headers.iter();
    let headers: Vec<Value> = headers
        .map(|(name, value)| json!({ "key": name, "value": String::from_utf8_lossy(value) }))
        .collect();
    let cookies = response.cookies.iter().map(|cookie| {
        json!({
            "name": cookie.name,
            "value": cookie.value,
            "domain": cookie.domain,
            "path": cookie.path,
            "secure": cookie.secure,
            "httpOnly": cookie.http_only,
        })
    });
    json!({
        "id": Uuid::new_v4().to_string(),
        "status": response.reason,
        "code": response.status,
        "header": headers,
        "stream": null,
        "cookie": cookies.collect::<Vec<_>>(),
        "responseTime": u64::try_from(took).unwrap_or(u64::MAX),
        "responseSize": response.body.len(),
    })
}
