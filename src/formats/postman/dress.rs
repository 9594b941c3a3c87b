//! Tidy form → v2.1 as Postman writes it: URL parts, auth rows, script lines.

use serde_json::{Value, json};

use super::rows::objects;
use super::tidy::{FORM, Object};
use crate::model::InOrder;
use crate::model::Request;

/// The schema that Postman and newman know a v2.1 collection by.
const SCHEMA: &str = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json";

/// A request or folder; `children` makes it a folder.
pub fn item(mut tidy: Object, children: Option<Vec<Value>>) -> Value {
    // What only format 3 knows.
    tidy.shift_remove("_v3");
    let mut out = Object::new();
    take(&mut tidy, &mut out, "name");
    if let Some(children) = children {
        out.insert("item".into(), Value::Array(children));
    }
    take(&mut tidy, &mut out, "event");
    if let Some(Value::Object(inner)) = tidy.shift_remove("request") {
        out.insert("request".into(), request(inner));
        out.insert("response".into(), Value::Array(Vec::new()));
    }
    if let Some(Value::Array(examples)) = tidy.shift_remove("response") {
        out.insert("response".into(), examples.into_iter().map(response).collect());
    }
    out.extend(tidy);
    inherited(&mut out);
    describe(&mut out);
    Value::Object(out)
}

/// A collection with its items.
pub fn collection(mut tidy: Object, children: Vec<Value>) -> Value {
    tidy.shift_remove("_v3");
    let mut info = Object::new();
    if let Some(id) = tidy.shift_remove("id") {
        info.insert("_postman_id".into(), id);
    }
    take(&mut tidy, &mut info, "name");
    take(&mut tidy, &mut info, "description");
    take(&mut tidy, &mut info, FORM);
    describe(&mut info);
    info.insert("schema".into(), SCHEMA.into());
    if let Some(Value::Object(more)) = tidy.shift_remove("info") {
        info.extend(more);
    }
    let mut out = Object::new();
    out.insert("info".into(), Value::Object(info));
    out.insert("item".into(), Value::Array(children));
    out.extend(tidy);
    inherited(&mut out);
    Value::Object(out)
}

/// An environment or the globals, by Postman's word for the scope.
pub fn environment(mut tidy: Object, scope: &str) -> Value {
    tidy.shift_remove("_v3");
    let mut out = Object::new();
    take(&mut tidy, &mut out, "id");
    take(&mut tidy, &mut out, "name");
    let values = objects(&tidy, "values").map(|row| {
        let mut row = row.clone();
        row.entry("type").or_insert_with(|| "default".into());
        let disabled = row.shift_remove("disabled").is_some();
        row.insert("enabled".into(), (!disabled).into());
        describe(&mut row);
        Value::Object(row)
    });
    out.insert("values".into(), values.collect());
    tidy.shift_remove("values");
    out.extend(tidy);
    describe(&mut out);
    out.insert("_postman_variable_scope".into(), scope.into());
    Value::Object(out)
}

fn take(from: &mut Object, to: &mut Object, key: &str) {
    if let Some(value) = from.shift_remove(key) {
        to.insert(key.into(), value);
    }
}

/// Gives a description the form it was written in.
fn describe(map: &mut Object) {
    if let Some(Value::Object(mut form)) = map.shift_remove(FORM) {
        let content = map.shift_remove("description").unwrap_or_else(|| "".into());
        form.insert("content".into(), content);
        map.insert("description".into(), Value::Object(form));
    }
}

fn inherited(map: &mut Object) {
    auth(map);
    if let Some(Value::Array(events)) = map.get_mut("event") {
        // Those in which nothing stands were kept behind the others.
        events.order_by_key(|event| event.get("listen").is_none_or(|listen| listen != "prerequest"));
        for event in events {
            if let Some(Value::Object(script)) = event.get_mut("script") {
                script.entry("type").or_insert_with(|| "text/javascript".into());
                if let Some(Value::String(source)) = script.get("exec") {
                    let lines: Value = source.split('\n').collect();
                    script.insert("exec".into(), lines);
                }
            }
        }
    }
    if let Some(Value::Array(rows)) = map.get_mut("variable") {
        for row in rows.iter_mut().filter_map(Value::as_object_mut) {
            let kind = match row.get("value") {
                Some(Value::String(_)) => "string",
                Some(Value::Number(_)) => "number",
                Some(Value::Bool(_)) => "boolean",
                _ => "any",
            };
            row.entry("type").or_insert_with(|| kind.into());
            describe(row);
        }
    }
}

/// The parameters as v2.1's rows.
pub fn auth(map: &mut Object) {
    let Some(Value::Object(auth)) = map.get_mut("auth") else {
        return;
    };
    let kind = auth.get("type").and_then(Value::as_str).unwrap_or_default().to_owned();
    if let Some(Value::Object(params)) = auth.get(&kind) {
        let rows = params.iter().map(|(key, value)| {
            let word = match value {
                Value::String(_) => "string",
                Value::Bool(_) => "boolean",
                Value::Number(_) => "number",
                _ => "any",
            };
            json!({ "key": key, "value": value, "type": word })
        });
        let rows = rows.collect();
        auth.insert(kind, rows);
    }
}

fn request(mut tidy: Object) -> Value {
    let mut out = Object::new();
    auth(&mut tidy);
    take(&mut tidy, &mut out, "auth");
    take(&mut tidy, &mut out, "method");
    let header = tidy.shift_remove("header").unwrap_or_else(|| Value::Array(Vec::new()));
    out.insert("header".into(), valued(header));
    if let Some(Value::Object(inner)) = tidy.shift_remove("body") {
        out.insert("body".into(), body(inner));
    }
    if let Some(Value::Object(inner)) = tidy.shift_remove("url") {
        out.insert("url".into(), url(inner));
    }
    out.extend(tidy);
    describe(&mut out);
    Value::Object(out)
}

fn response(tidy: Value) -> Value {
    let Value::Object(mut map) = tidy else { return tidy };
    map.shift_remove("_v3");
    if let Some(Value::Object(original)) = map.shift_remove("originalRequest") {
        map.insert("originalRequest".into(), request(original));
    }
    let header = map.shift_remove("header").unwrap_or_else(|| Value::Array(Vec::new()));
    map.insert("header".into(), valued(header));
    map.entry("cookie").or_insert_with(|| Value::Array(Vec::new()));
    Value::Object(map)
}

/// Rows that all have a value.
fn valued(mut rows: Value) -> Value {
    for row in rows.as_array_mut().into_iter().flatten() {
        if let Value::Object(row) = row {
            row.entry("value").or_insert_with(|| "".into());
            describe(row);
        }
    }
    rows
}

fn body(mut map: Object) -> Value {
    let mut out = Object::new();
    take(&mut map, &mut out, "mode");
    // One without a text has an empty one.
    if out.get("mode").is_some_and(|mode| mode == "raw") {
        let raw = map.shift_remove("raw").unwrap_or_else(|| "".into());
        out.insert("raw".into(), raw);
    }
    for (key, value) in map {
        let value = match key.as_str() {
            "urlencoded" => valued(value),
            "formdata" => parts(value),
            _ => value,
        };
        out.insert(key, value);
    }
    Value::Object(out)
}

/// Parts: `src` is one path, or a list of several or none.
fn parts(mut rows: Value) -> Value {
    for row in rows.as_array_mut().into_iter().flatten() {
        let Value::Object(row) = row else { continue };
        row.entry("type").or_insert_with(|| "text".into());
        describe(row);
        match row.get_mut("src") {
            Some(Value::Array(paths)) if paths.len() == 1 => {
                let path = paths.remove(0);
                row.insert("src".into(), path);
            }
            Some(_) => {}
            None => {
                row.entry("value").or_insert_with(|| "".into());
            }
        }
    }
    rows
}

/// A URL in parts, as `postman-collection` takes it apart; put together again it is the same.
fn url(mut map: Object) -> Value {
    let base = match map.shift_remove("base") {
        Some(Value::String(base)) => base,
        _ => String::new(),
    };
    let (before, hash) = match find(&base, '#') {
        // One that says nothing is no part of the URL.
        Some(at) => (&base[..at], Some(&base[at + 1..]).filter(|hash| !hash.is_empty())),
        None => (base.as_str(), None),
    };
    let mut out = Object::new();
    out.insert("raw".into(), raw(before, hash, &map).into());
    let mut rest = before;
    // A protocol is read without a colon or slash at its end, so such a one would come back shorter.
    let protocol = find_text(rest, "://").filter(|at| *at > 0 && !rest[..*at].ends_with([':', '/']));
    if let Some(at) = protocol {
        out.insert("protocol".into(), rest[..at].into());
        rest = &rest[at + 3..];
    }
    let (authority, path) = match find(rest, '/') {
        Some(at) => (&rest[..at], Some(&rest[at + 1..])),
        None => (rest, None),
    };
    let mut host = authority;
    if let Some(at) = rfind(host, '@') {
        let (user, password) = match find(&host[..at], ':') {
            Some(colon) => (&host[..colon], Some(&host[colon + 1..at])),
            None => (&host[..at], None),
        };
        let mut auth = Object::new();
        auth.insert("user".into(), user.into());
        if let Some(password) = password {
            auth.insert("password".into(), password.into());
        }
        out.insert("auth".into(), Value::Object(auth));
        host = &host[at + 1..];
    }
    let port = rfind(host, ':').filter(|at| {
        let port = &host[at + 1..];
        !port.is_empty() && (port.bytes().all(|b| b.is_ascii_digit()) || port.starts_with("{{"))
    });
    if let Some(at) = port {
        out.insert("port".into(), host[at + 1..].into());
        host = &host[..at];
    }
    if !host.is_empty() {
        out.insert("host".into(), split(host, '.').into_iter().collect());
    }
    if let Some(path) = path {
        out.insert("path".into(), split(path, '/').into_iter().collect());
    }
    if let Some(hash) = hash {
        out.insert("hash".into(), hash.into());
    }
    if let Some(query) = map.shift_remove("query") {
        out.insert("query".into(), valued(query));
    }
    if let Some(variables) = map.shift_remove("variable") {
        out.insert("variable".into(), valued(variables));
    }
    out.extend(map);
    Value::Object(out)
}

/// The URL as text, with its enabled parameters; without them where the text would be read as another URL.
pub fn address(url: &Object) -> String {
    let base = url.get("base").and_then(Value::as_str).unwrap_or_default();
    let (before, hash) = match find(base, '#') {
        Some(at) => (&base[..at], Some(&base[at + 1..])),
        None => (base, None),
    };
    let whole = raw(before, hash, url);
    let mut read = Request::default();
    read.set_full_url(&whole);
    if read.url.as_str() == base {
        whole
    } else {
        base.to_owned()
    }
}

/// The parts of a URL put together.
fn raw(base: &str, hash: Option<&str>, map: &Object) -> String {
    let query: Vec<String> = objects(map, "query")
        .filter(|row| !row.contains_key("disabled"))
        .map(|row| {
            let key = row.get("key").and_then(Value::as_str).unwrap_or_default();
            match row.get("value").and_then(Value::as_str) {
                Some(value) => format!("{key}={value}"),
                None => key.to_owned(),
            }
        })
        .collect();
    let mut out = base.to_owned();
    if !query.is_empty() {
        out.push('?');
        out.push_str(&query.join("&"));
    }
    if let Some(hash) = hash {
        out.push('#');
        out.push_str(hash);
    }
    out
}

/// The byte offsets of a character outside of `{{variables}}`.
fn places(text: &str, wanted: char) -> impl DoubleEndedIterator<Item = usize> {
    let tokens: Vec<_> = crate::model::template::tokens(text)
        .map(|token| token.start..token.end)
        .collect();
    text.match_indices(wanted)
        .map(|(at, _)| at)
        .filter(move |at| !tokens.iter().any(|token| token.contains(at)))
}

fn find(text: &str, wanted: char) -> Option<usize> {
    places(text, wanted).next()
}

fn rfind(text: &str, wanted: char) -> Option<usize> {
    places(text, wanted).next_back()
}

fn find_text(text: &str, wanted: &str) -> Option<usize> {
    places(text, ':').find(|at| text[*at..].starts_with(wanted))
}

fn split(text: &str, at: char) -> Vec<&str> {
    let mut out = Vec::new();
    let mut start = 0;
    for place in places(text, at) {
        out.push(&text[start..place]);
        start = place + at.len_utf8();
    }
    out.push(&text[start..]);
    out
}
