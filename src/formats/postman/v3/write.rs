//! Our model → the files of a v3 folder.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::{DISABLED_BODY, DISABLED_SCRIPTS, KEPT, emit, shape};
use crate::formats::Collection;
use crate::formats::postman::Secrets;
use crate::formats::postman::rows::{objects, text};
use crate::formats::postman::tidy::{Object, is_nothing};
use crate::formats::postman::write::{tidy, tidy_environment};
use crate::model::{Entity, Environment};

/// What is read in part, and the rest of it kept.
const PARTS: [&str; 5] = ["auth", "body", DISABLED_BODY, "request", "response"];

/// The distance between siblings.
const STEP: usize = 1000;

/// The files of a collection, relative to `postman/collections`.
pub fn collection(collection: &Collection, secrets: &Secrets) -> Vec<(PathBuf, String)> {
    let mut out = Vec::new();
    let mut folders: Vec<PathBuf> = Vec::with_capacity(collection.items.len());
    let mut taken: HashSet<(PathBuf, String)> = HashSet::new();
    let mut places = vec![0_usize; collection.items.len()];
    for item in &collection.items {
        let above = item
            .parent
            .and_then(|parent| folders.get(parent))
            .cloned()
            .unwrap_or_default();
        let order = item.parent.map(|parent| {
            places[parent] += STEP;
            places[parent]
        });
        let name = file_name(item.entity.name(), |name| {
            taken.insert((above.clone(), name.to_lowercase()))
        });
        let tidy = tidy(&item.entity, secrets);
        match &item.entity {
            Entity::Request(_) => {
                request(&mut out, &above, &name, order, tidy);
                folders.push(PathBuf::new());
            }
            Entity::Collection(_) | Entity::Folder(_) => {
                let folder = above.join(&name);
                let file = folder.join(".resources").join("definition.yaml");
                out.push((file, emit::file(&group(tidy, &name, order))));
                folders.push(folder);
            }
        }
    }
    out
}

/// The file of an environment, relative to `postman/environments`.
pub fn environment(environment: &Environment, secrets: &Secrets) -> (PathBuf, String) {
    variables(environment, secrets, "environment")
}

/// The file of the globals, relative to `postman/globals`.
pub fn globals(globals: &Environment, secrets: &Secrets) -> (PathBuf, String) {
    variables(globals, secrets, "globals")
}

fn variables(environment: &Environment, secrets: &Secrets, kind: &str) -> (PathBuf, String) {
    let mut tidy = tidy_environment(environment, secrets);
    let mut out = Object::new();
    out.insert("name".into(), text(&tidy, "name").into());
    let rows = objects(&tidy, "values").map(|row| {
        let mut row = row.clone();
        // Values are always text here.
        if let Some(value) = row.get("value").filter(|value| !value.is_string()) {
            let value = value.to_string();
            row.insert("value".into(), value.into());
        }
        let disabled = row.shift_remove("disabled").is_some();
        row.insert("enabled".into(), (!disabled).into());
        row.entry("type").or_insert_with(|| "default".into());
        Value::Object(row)
    });
    let rows = rows.collect();
    out.insert("values".into(), rows);
    kept(&mut tidy, &mut out);
    let name = file_name(&environment.name, |_| true);
    (PathBuf::from(format!("{name}.{kind}.yaml")), emit::file(&out))
}

/// A name without what no file system takes, unlike all others; `free` says whether one is.
fn file_name(name: &str, mut free: impl FnMut(&str) -> bool) -> String {
    let safe = |c: char| {
        if c.is_control() || "/\\:*?\"<>|".contains(c) {
            '-'
        } else {
            c
        }
    };
    let mut base: String = name.chars().map(safe).collect();
    while base.len() > 120 {
        base.pop();
    }
    let base = base.trim_matches([' ', '.']).to_owned();
    let base = if base.is_empty() { "untitled".to_owned() } else { base };
    let numbered = (2..).map(|n: usize| format!("{base} {n}"));
    let mut all = std::iter::once(base.clone()).chain(numbered);
    all.find(|name| free(name)).unwrap_or(base)
}

fn head(tidy: &mut Object, kind: &str, file: &str, order: Option<usize>) -> Object {
    let mut out = Object::new();
    out.insert("$kind".into(), kind.into());
    let name = text(tidy, "name");
    if name != file {
        out.insert("name".into(), name.into());
    }
    put(&mut out, "description", tidy.shift_remove("description"));
    if let Some(order) = order {
        out.insert("order".into(), order.into());
    }
    out
}

fn group(mut tidy: Object, file: &str, order: Option<usize>) -> Object {
    let mut out = head(&mut tidy, "collection", file, order);
    put(&mut out, "variables", tidy.shift_remove("variable"));
    inherited(&mut tidy, &mut out, "http:");
    kept(&mut tidy, &mut out);
    out
}

fn request(out: &mut Vec<(PathBuf, String)>, above: &Path, file: &str, order: Option<usize>, mut tidy: Object) {
    let mut inner = match tidy.shift_remove("request") {
        Some(Value::Object(inner)) => inner,
        _ => Object::new(),
    };
    put(&mut tidy, "description", inner.shift_remove("description"));
    put(&mut tidy, "auth", inner.shift_remove("auth"));
    let sent = inner.get("body").filter(|body| !is_off(body));
    let graphql = sent.and_then(|body| body.get("graphql")).cloned();
    let kind = if graphql.is_some() {
        "graphql-request"
    } else {
        "http-request"
    };
    let mut map = head(&mut tidy, kind, file, order);
    if let Some(graphql) = graphql {
        inner.shift_remove("body");
        // Such a request is a POST unless it says so.
        if text(&inner, "method") == "POST" {
            inner.shift_remove("method");
        }
        wire(&mut inner, &mut map);
        for key in ["query", "variables", "operationName"] {
            put(&mut map, key, graphql.get(key).cloned());
        }
    } else {
        wire(&mut inner, &mut map);
    }
    inherited(&mut tidy, &mut map, "");
    kept(&mut tidy, &mut map);
    let resources = format!(".resources/{file}.resources/examples");
    let mut taken = HashSet::new();
    for (n, example) in objects(&tidy, "response").enumerate() {
        let name = file_name(&text(example, "name"), |name| taken.insert(name.to_lowercase()));
        let path = above.join(&resources).join(format!("{name}.example.yaml"));
        out.push((path, emit::file(&self::example(example.clone(), (n + 1) * STEP))));
    }
    if !taken.is_empty() {
        map.insert("examples".into(), format!("./{resources}").into());
    }
    out.push((above.join(format!("{file}.request.yaml")), emit::file(&map)));
}

fn wire(inner: &mut Object, out: &mut Object) {
    if let Some(Value::Object(mut url)) = inner.shift_remove("url") {
        put(out, "url", url.shift_remove("base"));
        put(out, "method", inner.shift_remove("method"));
        put(out, "queryParams", url.shift_remove("query"));
        put(out, "pathVariables", url.shift_remove("variable"));
    }
    put(out, "headers", inner.shift_remove("header"));
    if let Some(tidy) = inner.shift_remove("body") {
        let key = if is_off(&tidy) { DISABLED_BODY } else { "body" };
        put(out, key, body(tidy));
    }
}

fn inherited(tidy: &mut Object, out: &mut Object, prefix: &str) {
    if let Some(Value::Object(mut auth)) = tidy.shift_remove("auth") {
        let kind = text(&auth, "type");
        let mut map = Object::new();
        map.insert("type".into(), kind.as_str().into());
        put(&mut map, "credentials", auth.shift_remove(&kind));
        out.insert("auth".into(), Value::Object(map));
    }
    if let Some(Value::Object(mut settings)) = tidy.shift_remove("protocolProfileBehavior") {
        if let Some(Value::Object(names)) = settings.get("disabledSystemHeaders") {
            let names: Value = names.keys().map(String::as_str).collect();
            settings.insert("disabledSystemHeaders".into(), names);
        }
        out.insert("settings".into(), Value::Object(settings));
    }
    for (key, off) in [("scripts", false), (DISABLED_SCRIPTS, true)] {
        let scripts = objects(tidy, "event")
            .filter(|event| event.contains_key("disabled") == off)
            .map(|event| {
                let kind = if text(event, "listen") == "prerequest" {
                    "beforeRequest"
                } else {
                    "afterResponse"
                };
                let mut source = match event.get("script") {
                    Some(Value::Object(source)) => source.clone(),
                    _ => Object::new(),
                };
                let code = source.shift_remove("exec");
                let language = source.shift_remove("type").unwrap_or_else(|| "text/javascript".into());
                let mut script = Object::new();
                script.insert("type".into(), format!("{prefix}{kind}").into());
                put(&mut script, "code", code);
                script.insert("language".into(), language);
                // The packages it requires, for one.
                script.extend(source);
                Value::Object(script)
            });
        let scripts: Value = scripts.collect();
        put(out, key, Some(scripts));
    }
}

/// Whether a body is one that Postman does not send.
fn is_off(body: &Value) -> bool {
    body.get("disabled") == Some(&Value::Bool(true))
}

fn body(tidy: Value) -> Option<Value> {
    let Value::Object(mut map) = tidy else { return None };
    let mode = text(&map, "mode");
    let (kind, content) = if mode == "raw" {
        let language = map
            .get("options")
            .and_then(|options| options.pointer("/raw/language")?.as_str());
        let language = language
            .filter(|word| shape::LANGUAGES.contains(word))
            .unwrap_or("text");
        (language.to_owned(), map.get("raw").cloned())
    } else {
        (mode.clone(), map.shift_remove(&mode))
    };
    let mut out = Object::new();
    out.insert("type".into(), kind.into());
    put(&mut out, "content", content);
    Some(Value::Object(out))
}

fn example(mut tidy: Object, order: usize) -> Object {
    let mut out = Object::new();
    out.insert("$kind".into(), "http-example".into());
    put(&mut out, "name", tidy.shift_remove("name"));
    out.insert("order".into(), order.into());
    if let Some(Value::Object(mut inner)) = tidy.shift_remove("originalRequest") {
        let mut request = Object::new();
        wire(&mut inner, &mut request);
        out.insert("request".into(), Value::Object(request));
    }
    let mut response = Object::new();
    put(&mut response, "statusCode", tidy.shift_remove("code"));
    put(&mut response, "statusText", tidy.shift_remove("status"));
    put(&mut response, "headers", tidy.shift_remove("header"));
    if let Some(content) = tidy.shift_remove("body") {
        let kind = text(&tidy, "_postman_previewlanguage");
        let kind = if kind.is_empty() { "text".to_owned() } else { kind };
        response.insert("body".into(), json!({ "type": kind, "content": content }));
    }
    out.insert("response".into(), Value::Object(response));
    kept(&mut tidy, &mut out);
    out
}

/// What only v3 knows.
fn kept(tidy: &mut Object, out: &mut Object) {
    let Some(Value::Object(kept)) = tidy.shift_remove(KEPT) else {
        return;
    };
    for (key, value) in kept {
        match (key.as_str(), out.get_mut(&key), value) {
            ("scripts", Some(Value::Array(own)), Value::Array(more)) => own.extend(more),
            ("$kind", _, value) | ("auth", _, value @ Value::Array(_)) => {
                out.insert(key, value);
            }
            (_, _, value) => add(out, key, value),
        }
    }
}

/// Adds what is not there; what was left of a part that is gone goes with it.
fn add(out: &mut Object, key: String, value: Value) {
    match (out.get_mut(&key), value) {
        (Some(Value::Object(own)), Value::Object(more)) => {
            for (key, value) in more {
                add(own, key, value);
            }
        }
        (None, Value::Object(_)) if PARTS.contains(&key.as_str()) => {}
        (None, value) => {
            out.insert(key, value);
        }
        _ => {}
    }
}

fn put(map: &mut Object, key: &str, value: Option<Value>) {
    if let Some(value) = value.filter(|value| !is_nothing(value)) {
        map.insert(key.into(), value);
    }
}
