//! v3's words for things → format 2.1's. Whatever has none there is kept as it is.

use serde_json::{Value, json};

use super::{DISABLED_BODY, DISABLED_SCRIPTS, KEPT};
use crate::formats::postman::rows::text;
use crate::formats::postman::tidy::{Object, is_nothing};

/// Languages of a raw body that both formats call the same.
pub const LANGUAGES: [&str; 5] = ["json", "text", "xml", "html", "javascript"];

/// A collection or folder, from its `definition.yaml`.
pub fn group(mut source: Object, name: &str) -> Object {
    let mut out = Object::new();
    head(&mut source, &mut out, name);
    rename(&mut source, &mut out, "variables", "variable");
    inherited(&mut source, &mut out);
    source.shift_remove("$kind");
    keep(source, &mut out);
    out
}

/// A request, from its `*.request.yaml`; `examples` are the files beside it.
pub fn request(mut source: Object, name: &str, examples: Vec<Object>) -> Object {
    let mut out = Object::new();
    let kind = text(&source, "$kind");
    head(&mut source, &mut out, name);
    let description = out.shift_remove("description");
    inherited(&mut source, &mut out);
    let mut inner = Object::new();
    put(&mut inner, "description", description);
    if let Some(auth) = out.shift_remove("auth") {
        inner.insert("auth".into(), auth);
    }
    wire(&mut source, &mut inner);
    match kind.as_str() {
        "" | "http-request" => {
            source.shift_remove("$kind");
        }
        "graphql-request" => {
            // The body says it, from whichever format it comes.
            source.shift_remove("$kind");
            inner.entry("method").or_insert_with(|| "POST".into());
            let query = source.shift_remove("query").unwrap_or_default();
            let mut graphql = json!({ "query": query });
            // What is not there is not sent, unlike what is null.
            for key in ["variables", "operationName"] {
                if let Some(value) = source.shift_remove(key) {
                    graphql[key] = value;
                }
            }
            let body = json!({ "mode": "graphql", "graphql": graphql });
            inner.insert("body".into(), body);
        }
        _ => {}
    }
    out.insert("request".into(), Value::Object(inner));
    if !examples.is_empty() {
        source.shift_remove("examples");
        out.insert("response".into(), examples.into_iter().map(example).collect());
    }
    keep(source, &mut out);
    out
}

/// An environment or globals file: as the JSON ones, but for its `$kind`.
pub fn environment(mut source: Object, name: &str) -> Object {
    source.shift_remove("$kind");
    let mut out = Object::new();
    out.insert(
        "name".into(),
        source.shift_remove("name").unwrap_or_else(|| name.into()),
    );
    for key in ["description", "values"] {
        rename(&mut source, &mut out, key, key);
    }
    for row in out
        .get_mut("values")
        .and_then(Value::as_array_mut)
        .into_iter()
        .flatten()
    {
        let Value::Object(row) = row else { continue };
        // What stands in Postman's vault is a secret to fill in.
        if row.shift_remove("secret") == Some(Value::Bool(true)) || row.contains_key("source") {
            row.insert("type".into(), "secret".into());
        }
    }
    keep(source, &mut out);
    out
}

fn head(source: &mut Object, out: &mut Object, name: &str) {
    rename(source, out, "id", "id");
    let own = source.shift_remove("name").filter(|name| !is_nothing(name));
    out.insert("name".into(), own.unwrap_or_else(|| name.into()));
    rename(source, out, "description", "description");
    // The reader has sorted by it; the place says the rest.
    source.shift_remove("order");
}

/// Method, URL, headers and body.
fn wire(source: &mut Object, out: &mut Object) {
    rename(source, out, "method", "method");
    let mut url = Object::new();
    put(&mut url, "raw", source.shift_remove("url"));
    put(&mut url, "query", source.shift_remove("queryParams"));
    put(&mut url, "variable", source.shift_remove("pathVariables"));
    out.insert("url".into(), Value::Object(url));
    rename(source, out, "headers", "header");
    put(out, "body", body(source, "body"));
    if !out.contains_key("body")
        && let Some(mut off) = body(source, DISABLED_BODY)
    {
        off["disabled"] = true.into();
        out.insert("body".into(), off);
    }
}

fn inherited(source: &mut Object, out: &mut Object) {
    match source.shift_remove("auth") {
        // Several ways to prove oneself: the first one counts here, all of them are kept.
        Some(Value::Array(several)) => {
            put(out, "auth", several.first().cloned().map(|first| auth(first).0));
            source.insert("auth".into(), Value::Array(several));
        }
        Some(one) => {
            let (known, other) = auth(one);
            put(out, "auth", Some(known));
            leave(source, "auth", other);
        }
        None => {}
    }
    if let Some(Value::Array(scripts)) = source.shift_remove("scripts") {
        let (known, other): (Vec<Value>, Vec<Value>) = scripts.into_iter().partition(|script| moment(script).is_some());
        let events = known.into_iter().filter_map(event).collect();
        put(out, "event", Some(Value::Array(events)));
        if !other.is_empty() {
            source.insert("scripts".into(), Value::Array(other));
        }
    }
    if let Some(Value::Array(scripts)) = source.shift_remove(DISABLED_SCRIPTS) {
        let events = out.entry("event").or_insert_with(|| Value::Array(Vec::new()));
        let off = scripts.into_iter().filter_map(event).map(|mut event| {
            event["disabled"] = true.into();
            event
        });
        if let Value::Array(events) = events {
            events.extend(off);
        }
    }
    if let Some(Value::Object(mut settings)) = source.shift_remove("settings") {
        if let Some(Value::Array(names)) = settings.get("disabledSystemHeaders") {
            let names = names
                .iter()
                .filter_map(Value::as_str)
                .map(|name| (name.to_owned(), true.into()));
            let names: Object = names.collect();
            settings.insert("disabledSystemHeaders".into(), Value::Object(names));
        }
        out.insert("protocolProfileBehavior".into(), Value::Object(settings));
    }
}

/// An auth, and what of it format 2.1 has no word for.
fn auth(source: Value) -> (Value, Object) {
    let Value::Object(mut map) = source else {
        return (Value::Null, Object::new());
    };
    let kind = text(&map, "type");
    map.shift_remove("type");
    let credentials = map.shift_remove("credentials");
    let mut out = Object::new();
    out.insert("type".into(), kind.as_str().into());
    put(&mut out, &kind, credentials);
    (Value::Object(out), map)
}

/// The moment of format 2.1 that a script belongs to.
fn moment(script: &Value) -> Option<&'static str> {
    match script.get("type")?.as_str()? {
        "beforeRequest" | "http:beforeRequest" | "beforeQuery" => Some("prerequest"),
        "afterResponse" | "http:afterResponse" => Some("test"),
        _ => None,
    }
}

fn event(script: Value) -> Option<Value> {
    let listen = moment(&script)?;
    let Value::Object(mut script) = script else { return None };
    script.shift_remove("type");
    let mut inner = Object::new();
    put(&mut inner, "exec", script.shift_remove("code"));
    put(&mut inner, "type", script.shift_remove("language"));
    inner.extend(script);
    Some(json!({ "listen": listen, "script": inner }))
}

fn body(source: &mut Object, key: &str) -> Option<Value> {
    let Some(Value::Object(mut map)) = source.shift_remove(key) else {
        return None;
    };
    let kind = text(&map, "type");
    map.shift_remove("type");
    let content = map.shift_remove("content").unwrap_or_default();
    leave(source, key, map);
    Some(match kind.as_str() {
        "" | "none" => return None,
        // The language that is meant without one: nobody may have named it.
        "text" => json!({ "mode": "raw", "raw": content }),
        word if LANGUAGES.contains(&word) => {
            json!({ "mode": "raw", "raw": content, "options": { "raw": { "language": word } } })
        }
        word => json!({ "mode": word, word: content }),
    })
}

fn example(mut source: Object) -> Value {
    let mut out = Object::new();
    rename(&mut source, &mut out, "name", "name");
    if let Some(Value::Object(mut request)) = source.shift_remove("request") {
        let mut inner = Object::new();
        wire(&mut request, &mut inner);
        if let Some(own) = source.shift_remove("auth") {
            let (known, other) = auth(own);
            put(&mut inner, "auth", Some(known));
            leave(&mut source, "auth", other);
        }
        out.insert("originalRequest".into(), Value::Object(inner));
        leave(&mut source, "request", request);
    }
    if let Some(Value::Object(mut response)) = source.shift_remove("response") {
        rename(&mut response, &mut out, "statusCode", "code");
        rename(&mut response, &mut out, "statusText", "status");
        rename(&mut response, &mut out, "headers", "header");
        if let Some(Value::Object(mut body)) = response.shift_remove("body") {
            rename(&mut body, &mut out, "content", "body");
            // One must be there, and so it may say nothing.
            if text(&body, "type") == "text" && text(&out, "body").is_empty() {
                body.shift_remove("type");
            }
            rename(&mut body, &mut out, "type", "_postman_previewlanguage");
            leave(&mut response, "body", body);
        }
        leave(&mut source, "response", response);
    }
    for key in ["$kind", "order"] {
        source.shift_remove(key);
    }
    keep(source, &mut out);
    Value::Object(out)
}

fn rename(from: &mut Object, to: &mut Object, old: &str, new: &str) {
    put(to, new, from.shift_remove(old));
}

fn put(map: &mut Object, key: &str, value: Option<Value>) {
    if let Some(value) = value.filter(|value| !value.is_null()) {
        map.insert(key.into(), value);
    }
}

/// Leaves what is left of a part in its place.
fn leave(source: &mut Object, key: &str, rest: Object) {
    if !rest.is_empty() {
        source.insert(key.into(), Value::Object(rest));
    }
}

/// Keeps what is left where the writer finds it.
fn keep(source: Object, out: &mut Object) {
    if !source.is_empty() {
        out.insert(KEPT.into(), Value::Object(source));
    }
}
