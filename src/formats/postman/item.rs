//! Collections, folders, requests and examples: tidy form ↔ our model.

use serde_json::Value;

use super::rows::{objects, put, put_text, read_variables, text, write_variables};
use super::tidy::{self, Fields, Object};
use super::{Secrets, auth, body, rest, rows, script, settings};
use crate::model::request::Method;
use crate::model::{Environment, Example, Group, Origin, Request, Template};

/// Reads a collection or folder in tidy form, and keeps what our model does not hold.
pub fn read_group(source: &Object) -> Group {
    let mut group = Group {
        name: text(source, "name"),
        description: text(source, "description"),
        auth: auth::read(source),
        variables: read_variables(source, "variable"),
        scripts: script::read(source),
        settings: settings::read(source),
        ..Group::default()
    };
    group.origin.id = text(source, "id");
    group.origin.rest = rest::diff(&tidy::item(write_group(&group, &Secrets::All)), source);
    group
}

/// A collection or folder in tidy form.
pub fn write_group(group: &Group, secrets: &Secrets) -> Object {
    let mut map = head(&group.origin, &group.name);
    put_text(&mut map, "description", &group.description);
    auth::write(&mut map, &group.auth);
    script::write(&mut map, &group.scripts);
    put(&mut map, "variable", write_variables(&group.variables, secrets));
    settings::write(&mut map, &group.settings);
    map
}

/// Reads a request item in tidy form, and keeps what our model does not hold.
pub fn read_request(source: &Object) -> Request {
    let mut request = match source.field("request") {
        Some(Value::Object(inner)) => request_of(inner),
        _ => Request::default(),
    };
    request.name = text(source, "name");
    request.scripts = script::read(source);
    request.settings = settings::read(source);
    request.examples = objects(source, "response").map(example).collect();
    request.origin.id = text(source, "id");
    request.origin.rest = rest::diff(&tidy::item(write_request(&request)), source);
    request
}

/// What stands below `request`.
fn request_of(inner: &Object) -> Request {
    let nothing = Object::new();
    let url = inner.field("url").and_then(Value::as_object).unwrap_or(&nothing);
    let mut request = Request {
        description: text(inner, "description"),
        method: Method::new(&text(inner, "method")),
        url: Template::new(text(url, "base")),
        params: rows::read(url, "query", true),
        path_variables: rows::read(url, "variable", false),
        headers: rows::read(inner, "header", false),
        auth: auth::read(inner),
        body: body::read(inner),
        ..Request::default()
    };
    request.add_path_variables();
    request
}

/// A request item in tidy form.
pub fn write_request(request: &Request) -> Object {
    let mut map = head(&request.origin, &request.name);
    map.insert("request".into(), Value::Object(object_of(request)));
    put(
        &mut map,
        "response",
        request.examples.iter().map(example_object).collect(),
    );
    script::write(&mut map, &request.scripts);
    settings::write(&mut map, &request.settings);
    map
}

fn head(origin: &Origin, name: &str) -> Object {
    let mut map = Object::new();
    put_text(&mut map, "id", &origin.id);
    map.insert("name".into(), name.into());
    map
}

fn object_of(request: &Request) -> Object {
    let mut map = Object::new();
    map.insert("method".into(), request.method.as_str().into());
    put_text(&mut map, "description", &request.description);
    put(&mut map, "header", rows::write(&request.headers));
    auth::write(&mut map, &request.auth);
    body::write(&mut map, &request.body);
    let mut url = Object::new();
    url.insert("base".into(), request.url.as_str().into());
    put(&mut url, "query", rows::write(&request.params));
    put(&mut url, "variable", rows::write(&request.path_variables));
    map.insert("url".into(), Value::Object(url));
    map
}

fn example(source: &Object) -> Example {
    Example {
        name: text(source, "name"),
        code: source
            .get("code")
            .and_then(Value::as_u64)
            .and_then(|code| u16::try_from(code).ok()),
        status: text(source, "status"),
        headers: rows::read(source, "header", false),
        language: text(source, "_postman_previewlanguage"),
        body: text(source, "body"),
        request: match source.field("originalRequest") {
            Some(Value::Object(request)) => Some(Box::new(request_of(request))),
            _ => None,
        },
    }
}

fn example_object(example: &Example) -> Value {
    let mut map = Object::new();
    put_text(&mut map, "name", &example.name);
    if let Some(request) = &example.request {
        map.insert("originalRequest".into(), Value::Object(object_of(request)));
    }
    put_text(&mut map, "status", &example.status);
    if let Some(code) = example.code {
        map.insert("code".into(), code.into());
    }
    put_text(&mut map, "_postman_previewlanguage", &example.language);
    put(&mut map, "header", rows::write(&example.headers));
    put_text(&mut map, "body", &example.body);
    Value::Object(map)
}

/// Reads an environment or globals in tidy form, and keeps what our model does not hold.
pub fn read_environment(source: &Object) -> Environment {
    let mut environment = Environment {
        name: text(source, "name"),
        description: text(source, "description"),
        variables: read_variables(source, "values"),
        ..Environment::default()
    };
    environment.origin.id = text(source, "id");
    let ours = tidy::environment(write_environment(&environment, &Secrets::All));
    environment.origin.rest = rest::diff(&ours, source);
    environment
}

/// An environment or globals in tidy form.
pub fn write_environment(environment: &Environment, secrets: &Secrets) -> Object {
    let mut map = head(&environment.origin, &environment.name);
    put_text(&mut map, "description", &environment.description);
    put(&mut map, "values", write_variables(&environment.variables, secrets));
    map
}
