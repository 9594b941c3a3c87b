//! The request of an execution as newman's report has it: with the parts it was made of, filled in, and the headers as
//! they went out.

use serde_json::{Map, Value, json};
use url::form_urlencoded;

use super::sdk;
use crate::exec::Done;
use crate::formats::postman::{Secrets, write};
use crate::model::exchange::{Exchange, SentRequest};
use crate::model::{Auth, Entity, Request};
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
    if !auth.is_inherited() {
        out["auth"] = write::auth(auth);
    }
    if let Some(body) = body(written, &exchange.request, &done.plan.scopes) {
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
    let left_out = written.headers.iter().filter(|row| !row.enabled).map(|row| {
        let value = row.value.as_ref().map_or("", |value| value.as_str());
        json!({ "key": row.name.as_str(), "value": value, "disabled": true })
    });
    went.chain(left_out).collect()
}

/// The body by its mode, as a file has it, with what was sent in it; one that a script made is what was sent.
fn body(written: &Request, sent: &SentRequest, scopes: &Scopes) -> Option<Value> {
    let text = String::from_utf8_lossy(&sent.body);
    let item = write::item(&Entity::Request(std::sync::Arc::new(written.clone())), &Secrets::All);
    let Some(mut body) = item["request"].get("body").cloned() else {
        return (sent.body_len > 0).then(|| json!({ "mode": "raw", "raw": text }));
    };
    let went = sent.body_len > 0;
    match body["mode"].as_str() {
        Some("raw") if went => body["raw"] = text.into(),
        Some("urlencoded") if went => put_pairs(&mut body["urlencoded"], &text),
        Some("graphql") if went => {
            if let Ok(Value::Object(parts)) = serde_json::from_str::<Value>(&text) {
                body["graphql"] = graphql(&parts);
            }
        }
        _ => fill(&mut body, scopes),
    }
    Some(body)
}

/// The pairs that went out, in the rows they came from.
fn put_pairs(rows: &mut Value, text: &str) {
    let pairs: Vec<_> = form_urlencoded::parse(text.as_bytes()).collect();
    let rows = rows.as_array_mut().into_iter().flatten();
    let enabled: Vec<&mut Value> = rows.filter(|row| row["disabled"] != Value::Bool(true)).collect();
    if enabled.len() != pairs.len() {
        return;
    }
    for (row, (key, value)) in enabled.into_iter().zip(pairs) {
        row["key"] = key.into();
        row["value"] = value.into();
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
