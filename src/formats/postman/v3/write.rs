//! Our model → the files of a v3 folder.

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;

use serde_json::{Value, json};

use super::{DISABLED_BODY, DISABLED_SCRIPTS, KEPT, emit, lost, shape};
use crate::formats::postman::notes::Path;
use crate::formats::postman::rows::{objects, text};
use crate::formats::postman::tidy::{Object, is_nothing};
use crate::formats::postman::write::{tidy, tidy_environment};
use crate::formats::postman::{Secrets, dress};
use crate::formats::{Collection, Report};
use crate::model::id::is_device;
use crate::model::script::ScriptEvent;
use crate::model::{Entity, Environment};

/// What is read in part, and the rest of it kept.
const PARTS: [&str; 5] = ["auth", "body", DISABLED_BODY, "request", "response"];

/// The distance between siblings.
const STEP: usize = 1000;

/// The languages of an example's body.
const RESPONSES: [&str; 6] = ["text", "json", "xml", "html", "javascript", "yaml"];

/// A folder that is written.
#[derive(Default)]
struct Folder {
    file: PathBuf,
    path: Path,
    names: Names,
    /// How many are in it.
    count: usize,
}

/// The files of a collection, relative to `postman/collections`; what the format has no place for is reported.
pub fn collection(collection: &Collection, secrets: &Secrets, report: &mut Report) -> Vec<(PathBuf, String)> {
    let mut out = Vec::new();
    let mut folders: Vec<Folder> = Vec::with_capacity(collection.items.len());
    for item in &collection.items {
        let mut top = Folder::default();
        let within = item.parent.and_then(|parent| folders.get_mut(parent));
        let above = within.unwrap_or(&mut top);
        above.count += 1;
        let order = item.parent.map(|_| above.count * STEP);
        let name = above.names.give(item.entity.name());
        let path = above.path.below(item.entity.name());
        let above = above.file.clone();
        let mut tidy = tidy(&item.entity, secrets);
        if text(&tidy, "name").is_empty() {
            // Here the name of a file is one, whatever was none before.
            tidy.insert("name".into(), item.entity.name().into());
        }
        let written = match &item.entity {
            Entity::Request(_) => request(tidy.clone(), &name, order),
            Entity::Collection(_) | Entity::Folder(_) => Written {
                map: group(tidy.clone(), &name, order),
                ..Written::default()
            },
        };
        lost::tell(report, &path, &item.entity, &tidy, &written);
        if item.entity.is_group() {
            let folder = above.join(&name);
            let file = folder.join(".resources").join("definition.yaml");
            out.push((file, emit::file(&written.map)));
            folders.push(Folder {
                file: folder,
                path,
                ..Folder::default()
            });
            continue;
        }
        let resources = above.join(resources(&name));
        for (name, example) in written.examples {
            out.push((resources.join(format!("{name}.example.yaml")), emit::file(&example)));
        }
        out.push((above.join(format!("{name}.request.yaml")), emit::file(&written.map)));
        folders.push(Folder::default());
    }
    out
}

/// An item as it is written.
#[derive(Clone, Default)]
pub struct Written {
    /// What is in its own file.
    pub map: Object,
    /// The files of its examples, by their names.
    pub examples: Vec<(String, Object)>,
}

/// The file of an environment, relative to `postman/environments`; `before` are the names of those that have theirs.
pub fn environment<'a>(
    environment: &Environment,
    before: impl IntoIterator<Item = &'a str>,
    secrets: &Secrets,
) -> (PathBuf, String) {
    let mut names = Names::default();
    for other in before {
        names.give(other);
    }
    variables(environment, secrets, &names.give(&environment.name), "environment")
}

/// The file of the globals, relative to `postman/globals`.
pub fn globals(globals: &Environment, secrets: &Secrets) -> (PathBuf, String) {
    variables(globals, secrets, &Names::default().give(&globals.name), "globals")
}

fn variables(environment: &Environment, secrets: &Secrets, file: &str, kind: &str) -> (PathBuf, String) {
    let mut tidy = tidy_environment(environment, secrets);
    let mut out = Object::new();
    out.insert("name".into(), text(&tidy, "name").into());
    let rows = objects(&tidy, "values").map(|row| {
        let mut row = row.clone();
        // Values are always text here; of a list or an object the type says what it was.
        if let Some(value) = row.get("value").filter(|value| !value.is_string()) {
            let kind = match value {
                Value::Array(_) => Some("array"),
                Value::Object(_) => Some("object"),
                _ => None,
            };
            let text = value.to_string();
            row.insert("value".into(), text.into());
            if let Some(kind) = kind {
                row.entry("type").or_insert_with(|| kind.into());
            }
        }
        let disabled = row.shift_remove("disabled").is_some();
        row.insert("enabled".into(), (!disabled).into());
        row.entry("type").or_insert_with(|| "default".into());
        Value::Object(row)
    });
    let rows = rows.collect();
    out.insert("values".into(), rows);
    kept(&mut tidy, &mut out);
    (PathBuf::from(format!("{file}.{kind}.yaml")), emit::file(&out))
}

/// The names of files in a folder, in lower case, and the next number of each that is there several times.
#[derive(Default)]
struct Names {
    taken: HashSet<String>,
    next: HashMap<String, usize>,
}

impl Names {
    /// The name of a file that is unlike all others.
    fn give(&mut self, name: &str) -> String {
        let base = file_name(name);
        if self.taken.insert(base.to_lowercase()) {
            return base;
        }
        let next = self.next.entry(base.to_lowercase()).or_insert(2);
        loop {
            let numbered = format!("{base} {next}");
            *next += 1;
            if self.taken.insert(numbered.to_lowercase()) {
                return numbered;
            }
        }
    }
}

/// A name without what no file system takes.
fn file_name(name: &str) -> String {
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
    if base.is_empty() {
        return "untitled".to_owned();
    }
    // Windows takes all before the first full stop for the name of a device.
    let stem = base.split('.').next().unwrap_or_default().trim_end();
    if is_device(stem) {
        return format!("{stem}-{}", &base[stem.len()..]);
    }
    base
}

fn head(tidy: &mut Object, kind: &str, file: &str, order: Option<usize>) -> Object {
    let mut out = Object::new();
    out.insert("$kind".into(), kind.into());
    put(&mut out, "id", tidy.shift_remove("id"));
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

fn request(mut tidy: Object, file: &str, order: Option<usize>) -> Written {
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
    let mut names = Names::default();
    let examples = (1..).zip(objects(&tidy, "response")).map(|(n, example)| {
        let name = names.give(&text(example, "name"));
        (name, self::example(example.clone(), n * STEP))
    });
    let examples: Vec<_> = examples.collect();
    if !examples.is_empty() {
        map.insert("examples".into(), format!("./{}", resources(file)).into());
    }
    Written { map, examples }
}

/// Where the examples of a request are, beside it.
fn resources(file: &str) -> String {
    format!(".resources/{file}.resources/examples")
}

fn wire(inner: &mut Object, out: &mut Object) {
    if let Some(Value::Object(mut url)) = inner.shift_remove("url") {
        // The parameters that are sent stand in the URL as well: of GraphQL's Postman reads no others.
        put(out, "url", Some(dress::address(&url).into()));
        put(out, "method", inner.shift_remove("method"));
        put(out, "queryParams", url.shift_remove("query").map(rows));
        put(out, "pathVariables", url.shift_remove("variable"));
    }
    put(out, "headers", inner.shift_remove("header"));
    if let Some(tidy) = inner.shift_remove("body") {
        let key = if is_off(&tidy) { DISABLED_BODY } else { "body" };
        put(out, key, body(tidy));
    }
}

/// Rows as the format has them: a name alone has no value, not even `null`.
fn rows(mut rows: Value) -> Value {
    for row in rows.as_array_mut().into_iter().flatten() {
        if let Value::Object(row) = row
            && row.get("value").is_some_and(Value::is_null)
        {
            row.shift_remove("value");
        }
    }
    rows
}

fn auth(from: &mut Object, out: &mut Object) {
    if let Some(Value::Object(mut auth)) = from.shift_remove("auth") {
        let kind = text(&auth, "type");
        let mut map = Object::new();
        map.insert("type".into(), kind.as_str().into());
        put(&mut map, "credentials", auth.shift_remove(&kind));
        out.insert("auth".into(), Value::Object(map));
    }
}

fn inherited(tidy: &mut Object, out: &mut Object, prefix: &str) {
    auth(tidy, out);
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
            .filter_map(|event| {
                // One of another moment is not to be run at one of these.
                let kind = match ScriptEvent::from_postman_name(&text(event, "listen"))? {
                    ScriptEvent::PreRequest => "beforeRequest",
                    ScriptEvent::PostResponse => "afterResponse",
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
                Some(Value::Object(script))
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
        (mode.clone(), map.shift_remove(&mode).map(rows))
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
        auth(&mut inner, &mut out);
    }
    let mut response = Object::new();
    put(&mut response, "statusCode", tidy.shift_remove("code"));
    put(&mut response, "statusText", tidy.shift_remove("status"));
    put(&mut response, "headers", tidy.shift_remove("header"));
    // One without a body is none to Postman, nor is one in a language it does not know.
    let content = text(&tidy, "body");
    let kind = text(&tidy, "_postman_previewlanguage").to_lowercase();
    let kind = if RESPONSES.contains(&kind.as_str()) {
        &kind
    } else {
        "text"
    };
    response.insert("body".into(), json!({ "type": kind, "content": content }));
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

#[cfg(test)]
mod tests {
    use super::file_name;

    #[test]
    fn no_file_has_the_name_of_a_device() {
        for (name, file) in [
            ("CON", "CON-"),
            ("nul.x", "nul-.x"),
            ("com1", "com1-"),
            ("com²", "com²-"),
            ("CONIN$", "CONIN$-"),
            ("com10", "com10"),
            ("Console", "Console"),
            (" . ", "untitled"),
        ] {
            assert_eq!(file_name(name), file);
        }
    }
}
