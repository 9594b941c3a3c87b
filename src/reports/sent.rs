//! The request of an execution as newman's report has it: with the parts it was made of, filled in, and the headers as
//! they went out.

use serde_json::{Map, Value, json};

use super::sdk;
use crate::exec::Done;
use crate::formats::postman::{Secrets, write};
use crate::model::body::{Part, PartContent, inline};
use crate::model::exchange::{Exchange, SentRequest};
use crate::model::request::Entry;
use crate::model::wire::{ResolvedBody, ResolvedContent, ResolvedPart};
use crate::model::{Auth, Body, Entity, Origin, Request};
use crate::vars::{Parts, Scopes, replace};

/// The headers that a sender adds by itself, in lower case. One of these that the request does not have is not the user's.
const SYSTEM: [&str; 12] = [
    "accept",
    "accept-encoding",
    "authorization",
    "cache-control",
    "connection",
    "content-length",
    "content-type",
    "cookie",
    "host",
    "postman-token",
    "transfer-encoding",
    "user-agent",
];

/// The request as it was asked for, before any redirect, with the headers of the last one that went out.
pub fn request(done: &Done<'_>, exchange: &Exchange) -> Value {
    let written = &done.plan.request;
    let mut out = json!({
        "url": url(exchange.asked_url()),
        "header": headers(&exchange.request, written),
        "method": exchange.asked_method().as_str(),
    });
    if !written.description.is_empty() {
        out["description"] = sdk::description(&written.description);
    }
    // As it is written, not as it was filled in: the parameters are secrets, most of them.
    let auth: &Auth = done.plan.auth();
    let is_anywhere = !written.auth.is_inherited() || done.plan.inherited_auth.from.is_some();
    if is_anywhere && !auth.is_inherited() {
        out["auth"] = write::auth(auth);
    }
    if let Some(body) = body(done, &exchange.request) {
        out["body"] = body;
    }
    sdk::request(&mut out);
    out
}

fn headers(sent: &SentRequest, written: &Request) -> Vec<Value> {
    let of_user = |name: &str| {
        let mut rows = written.headers.iter().filter(|row| row.enabled);
        rows.find(|row| row.name.as_str().eq_ignore_ascii_case(name))
    };
    let went = sent.headers.iter().map(|(name, value)| {
        let mut out = json!({ "key": name, "value": value });
        match of_user(name) {
            Some(row) if !row.description.is_empty() => out["description"] = row.description.as_str().into(),
            None if SYSTEM.contains(&name.to_ascii_lowercase().as_str()) => out["system"] = true.into(),
            Some(_) | None => {}
        }
        out
    });
    let mut out: Vec<Value> = went.collect();
    // What was left out follows what it follows where it is written.
    let mut before: Option<&Entry> = None;
    for row in &written.headers {
        if !row.enabled {
            let is_before = |own: &Value| {
                let key = own["key"].as_str().unwrap_or_default();
                before.is_some_and(|before| before.name.as_str().eq_ignore_ascii_case(key))
            };
            let at = out.iter().rposition(is_before).map_or(0, |at| at + 1);
            let mut own = json!({ "key": row.name.as_str(), "value": row.value_str(), "disabled": true });
            if !row.description.is_empty() {
                own["description"] = row.description.as_str().into();
            }
            out.insert(at, own);
        }
        before = Some(row);
    }
    out
}

/// The body by its mode, as a file has it, with what was sent in it, as the scripts left both.
fn body(done: &Done<'_>, sent: &SentRequest) -> Option<Value> {
    let planned = &done.plan.request;
    let asked = done.outcome.asked.as_deref();
    let written = asked.map_or(&planned.body, |asked| &asked.written);
    let Some(mut body) = as_in_a_file(planned, written) else {
        let text = || String::from_utf8_lossy(&sent.body);
        return (sent.body_len > 0).then(|| json!({ "mode": "raw", "raw": text() }));
    };
    match (written, asked.map(|asked| &asked.filled)) {
        (_, None) => fill(&mut body, &done.plan.scopes),
        (Body::GraphQl { .. }, Some(ResolvedBody::Bytes { bytes, .. })) => {
            if let Ok(Value::Object(parts)) = serde_json::from_slice::<Value>(bytes) {
                body["graphql"] = graphql(&parts);
            }
        }
        (_, Some(ResolvedBody::Bytes { bytes, .. })) => body["raw"] = String::from_utf8_lossy(bytes).into(),
        (Body::Raw { .. }, Some(ResolvedBody::None)) => body["raw"] = "".into(),
        (_, Some(ResolvedBody::Form(pairs))) => put_pairs(enabled(&mut body["urlencoded"]), pairs),
        (Body::Multipart(rows), Some(ResolvedBody::Multipart(parts))) => {
            put_parts(enabled(&mut body["formdata"]), rows, parts);
        }
        (_, Some(ResolvedBody::File { path, .. })) => {
            if let Some(Value::Object(file)) = body.get_mut("file") {
                match inline(path) {
                    Some(content) => file.insert("content".to_owned(), content.into()),
                    None => file.insert("src".to_owned(), path.as_str().into()),
                };
            }
        }
        _ => {}
    }
    Some(body)
}

/// A body as a file has it, with what is kept there of it.
fn as_in_a_file(planned: &Request, written: &Body) -> Option<Value> {
    let kept = planned.origin.rest.iter();
    let rest = kept.filter(|rest| rest.at.starts_with("/request/body/")).cloned();
    let alone = Request {
        body: written.clone(),
        origin: Origin {
            id: String::new(),
            rest: rest.collect(),
        },
        ..Request::default()
    };
    let item = write::item(&Entity::Request(alone.into()), &Secrets::All);
    item["request"].get("body").cloned()
}

fn enabled(rows: &mut Value) -> Vec<&mut Value> {
    let rows = rows.as_array_mut().into_iter().flatten();
    rows.filter(|row| row.is_object() && row["disabled"] != Value::Bool(true))
        .collect()
}

/// The pairs that went out, in the rows they came from: those of one name stand together in what is sent, and not in the file.
fn put_pairs(rows: Vec<&mut Value>, pairs: &[(String, String)]) {
    let mut left: Vec<&(String, String)> = pairs.iter().collect();
    let mut others = Vec::new();
    for row in rows {
        match left.iter().position(|(name, _)| row["key"] == name.as_str()) {
            Some(at) => row["value"] = left.remove(at).1.as_str().into(),
            None => others.push(row),
        }
    }
    for (row, (name, value)) in others.into_iter().zip(left) {
        row["key"] = name.as_str().into();
        row["value"] = value.as_str().into();
    }
}

/// The parts that went out, in the rows they came from: a row of files has one for each.
fn put_parts(rows: Vec<&mut Value>, written: &[Part], parts: &[ResolvedPart]) {
    let mut parts = parts.iter();
    for (row, own) in rows.into_iter().zip(written.iter().filter(|row| row.enabled)) {
        let count = match &own.content {
            PartContent::Files(paths) => paths.len().max(1),
            PartContent::Text(_) => 1,
        };
        for n in 0..count {
            let Some(part) = parts.next() else { return };
            row["key"] = part.name.as_str().into();
            match (&part.content, row.get_mut("src")) {
                (ResolvedContent::Text(text), _) => row["value"] = text.as_str().into(),
                (ResolvedContent::File(path), Some(Value::Array(paths))) => {
                    if let Some(own) = paths.get_mut(n) {
                        *own = path.as_str().into();
                    }
                }
                (ResolvedContent::File(path), Some(own @ Value::String(_))) => *own = path.as_str().into(),
                (ResolvedContent::File(_), _) => {}
            }
        }
    }
}

fn graphql(parts: &Map<String, Value>) -> Value {
    let mut out = Map::new();
    for (key, value) in parts {
        let value = match value {
            Value::Object(variables) if variables.is_empty() => String::new().into(),
            Value::Object(_) => value.to_string().into(),
            value => value.clone(),
        };
        out.insert(key.clone(), value);
    }
    Value::Object(out)
}

/// Fills in the variables in every text of a value.
fn fill(value: &mut Value, scopes: &Scopes) {
    match value {
        Value::String(text) => *text = replace(text, scopes).text,
        Value::Array(items) => items.iter_mut().for_each(|item| fill(item, scopes)),
        Value::Object(map) => map.values_mut().for_each(|item| fill(item, scopes)),
        _ => {}
    }
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
