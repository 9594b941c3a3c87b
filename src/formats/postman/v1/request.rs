//! Requests and saved responses of format 1 → format 2.

use serde_json::{Value, json};

use super::{put, script};
use crate::formats::Report;
use crate::formats::postman::notes::Path;
use crate::formats::postman::rows::text;
use crate::formats::postman::tidy::{Object, is_nothing};
use crate::model::InOrder;
use crate::model::surrogates::without_halves;

/// What only says where the request is, or what another field says better.
const STRUCTURE: [&str; 13] = [
    "collectionId",
    "collection_id",
    "collection",
    "folder",
    "time",
    "timestamp",
    "headers",
    "queryParams",
    "pathVariables",
    "data",
    "rawModeData",
    "dataMode",
    "descriptionFormat",
];

/// A request as an item of format 2.
pub fn item(mut source: Object, path: &Path, report: &mut Report) -> Object {
    let mut item = Object::new();
    for key in ["id", "name"] {
        put(&mut item, key, source.shift_remove(key));
    }
    put(&mut item, "variable", source.shift_remove("variables"));
    put(
        &mut item,
        "protocolProfileBehavior",
        source.shift_remove("protocolProfileBehavior"),
    );
    let events = source.shift_remove("events").filter(|events| !is_nothing(events));
    let scripts = [
        script("prerequest", source.shift_remove("preRequestScript")),
        script("test", source.shift_remove("tests")),
    ];
    let scripts: Vec<Value> = scripts.into_iter().flatten().collect();
    put(&mut item, "event", Some(events.unwrap_or(Value::Array(scripts))));
    let responses = match source.shift_remove("responses") {
        Some(Value::Array(mut responses)) => {
            // Those that the order does not name stand behind.
            let order = super::ids(&source, "responses_order");
            let id = |response: &Value| response["id"].as_str().map(str::to_owned).unwrap_or_default();
            responses.order_by_key(|response| {
                let own = id(response);
                order.iter().position(|id| *id == own).unwrap_or(order.len())
            });
            responses
                .into_iter()
                .filter_map(|own| response(own, path, report))
                .collect()
        }
        _ => Vec::new(),
    };
    source.shift_remove("responses_order");
    item.insert("response".into(), Value::Array(responses));
    item.insert("request".into(), Value::Object(request(source, path, report)));
    item
}

fn request(mut source: Object, path: &Path, report: &mut Report) -> Object {
    let mut out = Object::new();
    put(&mut out, "method", source.shift_remove("method"));
    put(&mut out, "description", source.shift_remove("description"));
    let rows = source.shift_remove("headerData");
    put(&mut out, "header", Some(headers(rows, source.get("headers").cloned())));
    super::auth::take(&mut source, path, report);
    put(&mut out, "auth", source.shift_remove("auth"));
    put(&mut out, "body", body(&mut source));
    put(&mut out, "url", Some(url(&mut source)));
    for key in STRUCTURE {
        source.shift_remove(key);
    }
    // What is left has no meaning in either format, or one we do not know.
    for (key, value) in source {
        if !is_nothing(&value) {
            out.entry(key).or_insert(value);
        }
    }
    out
}

/// The rows of `headerData`, and behind them what only the lines of `headers` have; a list there is all there is.
fn headers(rows: Option<Value>, lines: Option<Value>) -> Value {
    let lines = match lines {
        Some(Value::String(lines)) => header_lines(&lines),
        Some(list) if !is_nothing(&list) => return list,
        _ => Vec::new(),
    };
    let mut rows = match rows {
        Some(Value::Array(rows)) => rows,
        Some(rows) if !is_nothing(&rows) => return rows,
        _ => Vec::new(),
    };
    for row in &mut rows {
        // A row may be switched off as a line is.
        if let Value::Object(row) = row
            && let Some(key) = row
                .get("key")
                .and_then(Value::as_str)
                .and_then(|key| key.strip_prefix("//"))
        {
            let key = key.trim().to_owned();
            row.insert("key".into(), key.into());
            row.shift_remove("enabled");
            row.insert("disabled".into(), true.into());
        }
    }
    let own = rows.len();
    for line in lines {
        if rows[..own].iter().all(|row| row["key"] != line["key"]) {
            rows.push(line);
        }
    }
    Value::Array(rows)
}

/// Headers written as lines; one behind `//` is disabled.
fn header_lines(lines: &str) -> Vec<Value> {
    let rows = lines.lines().filter_map(|line| {
        let off = line.trim_start().strip_prefix("//");
        let (key, value) = off.unwrap_or(line).split_once(':')?;
        Some(json!({ "key": key.trim(), "value": value.trim(), "disabled": off.is_some() }))
    });
    rows.collect()
}

fn url(source: &mut Object) -> Value {
    let raw = source.shift_remove("url").unwrap_or_default();
    let mut url = Object::new();
    url.insert("raw".into(), raw);
    let params = source.shift_remove("queryParams").filter(|rows| !is_nothing(rows));
    put(&mut url, "query", params);
    let rows = source.shift_remove("pathVariableData").filter(|rows| !is_nothing(rows));
    put(
        &mut url,
        "variable",
        rows.or_else(|| source.get("pathVariables").cloned()),
    );
    Value::Object(url)
}

fn body(source: &mut Object) -> Option<Value> {
    let mode = source.shift_remove("dataMode");
    let data = source.shift_remove("data").filter(|data| !is_nothing(data));
    let raw = source.shift_remove("rawModeData").filter(|raw| !is_nothing(raw));
    let graphql = source
        .shift_remove("graphqlModeData")
        .filter(|graphql| !is_nothing(graphql));
    let options = source
        .shift_remove("dataOptions")
        .filter(|options| !is_nothing(options));
    let disabled = source.shift_remove("dataDisabled");
    let mode = mode.as_ref().and_then(Value::as_str);
    let (mode, content) = match mode {
        Some("params") => ("formdata", data.map(parts)),
        Some("urlencoded") => ("urlencoded", data),
        Some("binary") => ("file", raw.map(|path| json!({ "src": path }))),
        Some("graphql") => ("graphql", graphql),
        Some("raw") => ("raw", raw.or(data).map(one_text)),
        _ => ("raw", raw.or_else(|| data.filter(Value::is_string)).map(one_text)),
    };
    let content = content?;
    let mut body = Object::new();
    body.insert("mode".into(), mode.into());
    body.insert(mode.into(), content);
    put(&mut body, "options", options);
    put(&mut body, "disabled", disabled);
    Some(Value::Object(body))
}

/// The parts of a form; a file's path stood in `value` in the older ones.
fn parts(mut data: Value) -> Value {
    for part in data.as_array_mut().into_iter().flatten() {
        let Value::Object(part) = part else { continue };
        let is_file = part.get("type").is_some_and(|kind| kind == "file");
        if is_file && part.get("src").is_none_or(is_nothing) {
            let path = part.shift_remove("value");
            put(part, "src", path.filter(|path| !is_nothing(path)));
        }
    }
    data
}

/// Some versions wrote a raw body as a list of one text.
fn one_text(raw: Value) -> Value {
    match raw {
        Value::Array(mut items) if items.len() == 1 && items[0].is_string() => items.remove(0),
        other => other,
    }
}

fn response(source: Value, path: &Path, report: &mut Report) -> Option<Value> {
    let Value::Object(mut source) = source else { return None };
    let mut out = Object::new();
    put(&mut out, "name", source.shift_remove("name"));
    let code = match source.shift_remove("responseCode") {
        Some(Value::Object(code)) => code,
        _ => Object::new(),
    };
    put(&mut out, "code", code.get("code").cloned());
    let status = text(&code, "name");
    let status = if status.is_empty() {
        source.shift_remove("status")
    } else {
        Some(status.into())
    };
    put(&mut out, "status", status.filter(Value::is_string));
    put(&mut out, "header", source.shift_remove("headers"));
    put(&mut out, "body", source.shift_remove("text"));
    put(&mut out, "_postman_previewlanguage", source.shift_remove("language"));
    let original = match source.shift_remove("request") {
        Some(Value::String(json)) => serde_json::from_str(&without_halves(&json)).ok(),
        other => other,
    };
    if let Some(Value::Object(original)) = original {
        out.insert("originalRequest".into(), Value::Object(request(original, path, report)));
    }
    Some(Value::Object(out))
}
