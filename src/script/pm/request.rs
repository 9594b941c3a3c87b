//! Requests to and from JavaScript: described for `pm.request`, and changed by the parts that come back.

use serde_json::{Map, Value, json};

use crate::model::body::{Language, Part, PartContent, as_path, inline};
use crate::model::request::{Entry, Method};
use crate::model::variable::display_value;
use crate::model::{Auth, Body, Request, Template};

/// A request as the prelude's `Request` takes it; `added` are the names of the headers that are not the user's.
pub fn describe(request: &Request, added: &[String], id: &str) -> Value {
    let mut headers = entries(&request.headers);
    for row in headers.as_array_mut().into_iter().flatten() {
        let is_added = |name: &Value| added.iter().any(|own| name.as_str() == Some(own));
        if row["value"].is_null() {
            row["value"] = "".into();
        }
        if is_added(&row["key"]) && row.get("disabled").is_none() {
            row["system"] = true.into();
        }
    }
    json!({
        "id": id,
        "name": request.name,
        "description": request.description,
        "method": request.method.as_str(),
        "url": {
            "raw": request.url.as_str(),
            "params": entries(&request.params),
            "variables": entries(&request.path_variables),
        },
        "header": headers,
        "auth": describe_auth(&request.auth),
        "body": describe_body(&request.body),
    })
}

fn row(key: &str, value: Option<&str>, enabled: bool, description: &str) -> Map<String, Value> {
    let mut row = Map::new();
    row.insert("key".into(), key.into());
    row.insert("value".into(), value.into());
    if !enabled {
        row.insert("disabled".into(), true.into());
    }
    if !description.is_empty() {
        row.insert("description".into(), description.into());
    }
    row
}

fn entries(entries: &[Entry]) -> Value {
    entries
        .iter()
        .map(|entry| {
            let value = entry.value.as_ref().map(Template::as_str);
            Value::Object(row(entry.name.as_str(), value, entry.enabled, &entry.description))
        })
        .collect()
}

fn describe_auth(auth: &Auth) -> Option<Value> {
    match auth.kind.as_str() {
        Auth::INHERIT => None,
        Auth::NONE => Some(json!({"type": "noauth"})),
        kind => {
            let params: Vec<_> = auth
                .params
                .iter()
                .map(|(key, value)| json!({"key": key, "value": value}))
                .collect();
            Some(json!({"type": kind, kind: params}))
        }
    }
}

fn describe_body(body: &Body) -> Value {
    match body {
        Body::None | Body::Unknown { .. } => Value::Null,
        Body::Form(fields) => json!({"mode": "urlencoded", "urlencoded": entries(fields)}),
        Body::Multipart(parts) => json!({
            "mode": "formdata",
            "formdata": parts.iter().map(describe_part).collect::<Vec<_>>(),
        }),
        Body::Raw { language, text } => json!({
            "mode": "raw",
            "raw": text.as_str(),
            "options": {"raw": {"language": language.word()}},
        }),
        Body::File { path } => match inline(path.as_str()) {
            Some(content) => json!({"mode": "file", "file": {"content": content}}),
            None => json!({"mode": "file", "file": {"src": path.as_str()}}),
        },
        Body::GraphQl {
            query,
            variables,
            operation_name,
        } => json!({
            "mode": "graphql",
            "graphql": match operation_name {
                None => json!({"query": query.as_str(), "variables": variables.as_str()}),
                Some(name) => {
                    json!({"query": query.as_str(), "operationName": name, "variables": variables.as_str()})
                }
            },
        }),
    }
}

fn describe_part(part: &Part) -> Value {
    let text = match &part.content {
        PartContent::Text(text) => Some(text.as_str()),
        PartContent::Files(_) => None,
    };
    let mut out = row(part.name.as_str(), text, part.enabled, &part.description);
    match &part.content {
        PartContent::Text(_) => out.insert("type".into(), "text".into()),
        PartContent::Files(paths) => {
            out.remove("value");
            out.insert("src".into(), paths.iter().map(Template::as_str).collect());
            out.insert("type".into(), "file".into())
        }
    };
    if !part.content_type.is_empty() {
        out.insert("contentType".into(), part.content_type.as_str().into());
    }
    if !part.file_name.is_empty() {
        out.insert("fileName".into(), part.file_name.as_str().into());
    }
    Value::Object(out)
}

/// Changes the parts of a request that came back; absent parts stay.
pub fn apply(request: &mut Request, parts: &Value) {
    if let Some(method) = parts.get("method") {
        request.method = Method::new(&text(method));
    }
    if let Some(url) = parts.get("url") {
        request.url = Template::new(url.get("base").map(text).unwrap_or_default());
        request.params = read_entries(url.get("params"));
        request.path_variables = read_entries(url.get("variables"));
        request.sync_path_variables();
    }
    if let Some(headers) = parts.get("headers") {
        request.headers = read_entries(Some(headers));
    }
    if let Some(auth) = parts.get("auth") {
        let mut changed = Auth::new(auth.get("type").map_or_else(|| Auth::NONE.to_owned(), text));
        if let Some(params) = auth.get("params").and_then(Value::as_object) {
            changed.params = params.iter().map(|(key, value)| (key.clone(), value.clone())).collect();
        }
        request.auth = changed;
    }
    if let Some(body) = parts.get("body") {
        request.body = read_body(body);
    }
}

/// The first file the changed request would send that the written one does not name. A script that could choose files
/// could send any file of this machine anywhere.
pub fn foreign_file<'a>(written: &Request, changed: &'a Request) -> Option<&'a str> {
    let own = files(&written.body);
    files(&changed.body).into_iter().find(|path| !own.contains(path))
}

/// The paths of a body's files, as written.
fn files(body: &Body) -> Vec<&str> {
    match body {
        // Content that is written down is no file of this machine.
        Body::File { path } if inline(path.as_str()).is_none() => vec![path.as_str()],
        Body::Multipart(parts) => parts
            .iter()
            .filter_map(|part| match &part.content {
                PartContent::Files(paths) => Some(paths),
                PartContent::Text(_) => None,
            })
            .flatten()
            .map(Template::as_str)
            .collect(),
        _ => Vec::new(),
    }
}

/// Any value as text, nothing as empty.
fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        other => display_value(other),
    }
}

fn field(row: &Value, name: &str) -> String {
    row.get(name).map(text).unwrap_or_default()
}

/// The text of a description, which Postman's objects have with its type.
fn described(row: &Value) -> String {
    match row.get("description") {
        Some(told @ Value::Object(_)) => field(told, "content"),
        _ => field(row, "description"),
    }
}

fn is_enabled(row: &Value) -> bool {
    row.get("disabled") != Some(&Value::Bool(true))
}

fn rows(value: Option<&Value>) -> &[Value] {
    value.and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn read_entries(value: Option<&Value>) -> Vec<Entry> {
    rows(value)
        .iter()
        .map(|row| Entry {
            name: field(row, "key").into(),
            value: row
                .get("value")
                .filter(|value| !value.is_null())
                .map(|value| text(value).into()),
            enabled: is_enabled(row),
            description: described(row),
        })
        .collect()
}

fn read_body(body: &Value) -> Body {
    let inner = |name: &str| body.get(name).unwrap_or(&Value::Null);
    match field(body, "mode").as_str() {
        "raw" => Body::Raw {
            language: Language::from_word(&field(body.pointer("/options/raw").unwrap_or(&Value::Null), "language"))
                .unwrap_or_default(),
            text: match inner("raw") {
                // An object given as raw body goes out as JSON.
                value @ (Value::Object(_) | Value::Array(_)) => value.to_string().into(),
                value => text(value).into(),
            },
        },
        "urlencoded" => Body::Form(read_entries(body.get("urlencoded"))),
        "formdata" => Body::Multipart(rows(body.get("formdata")).iter().map(read_part).collect()),
        "file" => Body::File {
            path: match (field(inner("file"), "src"), field(inner("file"), "content")) {
                (src, content) if src.is_empty() && !content.is_empty() => as_path(&content),
                (src, _) => src,
            }
            .into(),
        },
        "graphql" => Body::GraphQl {
            query: field(inner("graphql"), "query").into(),
            variables: match inner("graphql").get("variables") {
                Some(value @ (Value::Object(_) | Value::Array(_))) => value.to_string().into(),
                Some(value) => text(value).into(),
                None => Template::default(),
            },
            operation_name: match inner("graphql").get("operationName") {
                None | Some(Value::Null) => None,
                Some(name) => Some(text(name)),
            },
        },
        _ => Body::None,
    }
}

fn read_part(row: &Value) -> Part {
    let content = if field(row, "type") == "file" {
        PartContent::Files(match row.get("src") {
            Some(Value::Array(paths)) => paths.iter().map(|path| text(path).into()).collect(),
            Some(path) => vec![text(path).into()],
            None => Vec::new(),
        })
    } else {
        PartContent::Text(field(row, "value").into())
    };
    Part {
        name: field(row, "key").into(),
        content,
        content_type: field(row, "contentType"),
        file_name: field(row, "fileName"),
        enabled: is_enabled(row),
        description: described(row),
    }
}
