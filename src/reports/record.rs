//! A request that is over, in the shapes of Postman's collections: what newman's JSON report lists.

use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::exec::{Done, Failure};
use crate::model::exchange::{Response, SentRequest};
use crate::model::outcome::{AssertionError, TestResult};
use crate::model::script::ScriptEvent;

/// One entry of `run.executions`, without its item, which the caller has.
pub fn execution(done: &Done<'_>, reference: &str) -> Option<Map<String, Value>> {
    let exchange = done.outcome.exchange.as_ref()?;
    let mut out = Map::new();
    out.insert("cursor".to_owned(), cursor(done, reference));
    out.insert("item".to_owned(), Value::Null);
    out.insert("request".to_owned(), request(&exchange.request));
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
            .map(|error| json!({ "error": { "type": "Error", "name": error.name, "message": error.message } }))
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

/// One entry of `run.failures`, without the items it names.
pub fn failure(failure: &Failure, cursor: &Value) -> Value {
    let error = match failure.at {
        crate::exec::At::Test(index) => json!({
            "name": failure.kind,
            "index": index,
            "test": failure.what,
            "message": failure.message,
            "stack": format!("{}: {}\n{}", failure.kind, failure.message, failure.stack).trim_end(),
        }),
        crate::exec::At::Request => json!({ "name": "Error", "message": failure.message }),
        crate::exec::At::Script(..) => json!({ "name": failure.kind, "message": failure.message }),
    };
    json!({ "error": error, "at": failure.at.words(), "source": null, "parent": null, "cursor": cursor })
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

fn request(sent: &SentRequest) -> Value {
    let headers = sent.headers.iter();
    let headers: Vec<Value> = headers
        .map(|(name, value)| json!({ "key": name, "value": value }))
        .collect();
    let mut out = json!({ "url": url(&sent.url), "header": headers, "method": sent.method.as_str() });
    if sent.body_len > 0 {
        out["body"] = json!({ "mode": "raw", "raw": String::from_utf8_lossy(&sent.body) });
    }
    out
}

/// A URL in parts, as Postman's SDK writes it.
pub fn url(text: &str) -> Value {
    let Ok(url) = ::url::Url::parse(text) else {
        return json!({ "raw": text });
    };
    let host: Vec<&str> = url.host_str().unwrap_or_default().split('.').collect();
    let path: Vec<&str> = url.path().trim_start_matches('/').split('/').collect();
    let query = url
        .query()
        .unwrap_or_default()
        .split('&')
        .filter(|pair| !pair.is_empty());
    let query: Vec<Value> = query
        .map(|pair| match pair.split_once('=') {
            Some((key, value)) => json!({ "key": key, "value": value }),
            None => json!({ "key": pair, "value": null }),
        })
        .collect();
    let mut out = json!({ "protocol": url.scheme(), "path": path, "host": host, "query": query, "variable": [] });
    if let Some(port) = url.port() {
        out["port"] = port.to_string().into();
    }
    if let Some(hash) = url.fragment() {
        out["hash"] = hash.into();
    }
    out
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
