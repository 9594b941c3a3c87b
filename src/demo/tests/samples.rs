//! The sample collections against the demo server: every request must be answered with 200, in the order of a run.
//!
//! This knows just enough of the file format to send the samples; scripts are not run, but for what the run needs of them.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use axum::body::Body;
use axum::http::Request;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::Demo;

type Variables = HashMap<String, String>;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

fn read(path: &Path) -> Value {
    let text = std::fs::read_to_string(path).unwrap();
    toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or("")
}

fn rows<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value[key].as_array().map_or(&[], Vec::as_slice)
}

/// Requests in the order of a run: by `order`, folders and requests mixed.
fn requests(folder: &Path) -> Vec<PathBuf> {
    let mut entries: Vec<(i64, PathBuf)> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| !path.ends_with("collection.toml") && !path.ends_with("folder.toml"))
        .map(|path| {
            let file = if path.is_dir() {
                path.join("folder.toml")
            } else {
                path.clone()
            };
            (read(&file)["order"].as_i64().unwrap(), path)
        })
        .collect();
    entries.sort();
    let below = |path: PathBuf| if path.is_dir() { requests(&path) } else { vec![path] };
    entries.into_iter().flat_map(|(_, path)| below(path)).collect()
}

fn add(variables: &mut Variables, file: &Value) {
    for row in rows(file, "variables") {
        variables.insert(text(row, "key").to_owned(), text(row, "value").to_owned());
    }
}

fn resolve(template: &str, variables: &Variables) -> String {
    let mut resolved = template.to_owned();
    for (key, value) in variables {
        resolved = resolved.replace(&format!("{{{{{key}}}}}"), value);
    }
    assert!(!resolved.contains("{{"), "unresolved: {resolved}");
    resolved
}

fn pairs(rows: &[Value], variables: &Variables) -> String {
    let pairs = rows
        .iter()
        .map(|row| (text(row, "name"), resolve(text(row, "value"), variables)));
    url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .finish()
}

fn build(request: &Value, collection: &Value, variables: &Variables) -> Request<Body> {
    let url = resolve(text(request, "url"), variables);
    let path = url.strip_prefix(&variables["base_url"]).unwrap();
    let query = pairs(rows(request, "params"), variables);
    let mut builder = Request::builder()
        .method(text(request, "method"))
        .uri(format!("{path}?{query}"));
    for header in rows(request, "headers") {
        builder = builder.header(text(header, "name"), resolve(text(header, "value"), variables));
    }
    let auth = if request["auth"].is_null() {
        &collection["auth"]
    } else {
        &request["auth"]
    };
    let value = |key| resolve(text(auth, key), variables);
    builder = match text(auth, "type") {
        "bearer" => builder.header("authorization", format!("Bearer {}", value("token"))),
        "basic" => {
            let credentials = STANDARD.encode(format!("{}:{}", value("username"), value("password")));
            builder.header("authorization", format!("Basic {credentials}"))
        }
        _ => builder,
    };
    let body = &request["body"];
    let (kind, content) = match text(body, "type") {
        "json" => ("application/json", resolve(text(body, "text"), variables)),
        "form" => (
            "application/x-www-form-urlencoded",
            pairs(rows(body, "fields"), variables),
        ),
        _ => return builder.body(Body::empty()).unwrap(),
    };
    builder.header("content-type", kind).body(Body::from(content)).unwrap()
}

async fn run(name: &str) -> usize {
    let demo = Demo::new();
    let folder = root().join("collections").join(name);
    let collection = read(&folder.join("collection.toml"));
    let mut variables: Variables = ["$guid", "$isoTimestamp"]
        .map(|key| (key.to_owned(), key.to_owned()))
        .into();
    add(&mut variables, &collection);
    add(&mut variables, &read(&root().join("environments/demo.toml")));
    let files = requests(&folder);
    for file in &files {
        let mut request = read(file);
        // Three seconds of waiting prove nothing.
        if file.ends_with("slow-reply.toml") {
            request["params"][0]["value"] = Value::from("1");
        }
        let reply = demo.send(build(&request, &collection, &variables)).await;
        let expected = if file.ends_with("redirects.toml") { 302 } else { 200 };
        let start: String = String::from_utf8_lossy(&reply.body).chars().take(300).collect();
        assert_eq!(reply.status.as_u16(), expected, "{}: {start}", file.display());
        // What the scripts of the two requests do.
        if file.ends_with("get-token.toml") {
            variables.insert("dex_token".to_owned(), text(&reply.json(), "id_token").to_owned());
        }
        if file.ends_with("search-workspaces.toml") {
            let root = reply.json()["Workspaces"][0]["RootUUIDs"][0]
                .as_str()
                .unwrap()
                .to_owned();
            variables.insert("workspace_root".to_owned(), root);
        }
        let described = text(&request, "description").trim();
        assert!(!described.is_empty(), "{} has no description", file.display());
    }
    files.len()
}

#[tokio::test]
async fn the_cells_collection_runs_on_the_demo_server() {
    assert!(run("pydio-cells").await >= 20);
}

#[tokio::test]
async fn the_try_me_collection_runs_on_the_demo_server() {
    assert!(run("try-me").await >= 8);
}

#[test]
fn get_token_holds_the_seed_s_script() {
    let request = read(&root().join("collections/pydio-cells/get-token.toml"));
    let script = text(&request["scripts"], "post-response");
    let seed = "pm.test(\"Update environment\", function () {\n    var jsonData = pm.response.json();\n    \
                pm.environment.set(\"dex_token\", jsonData.id_token);\n});\n";
    assert_eq!(script, seed);
}

#[test]
fn both_environments_define_the_same_variables_and_no_secret_has_a_value() {
    let [demo, cells] = ["demo", "cells"].map(|name| read(&root().join(format!("environments/{name}.toml"))));
    let keys = |file: &Value| {
        rows(file, "variables")
            .iter()
            .map(|row| text(row, "key").to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(keys(&demo), keys(&cells));
    for row in rows(&demo, "variables").iter().chain(rows(&cells, "variables")) {
        assert!(row["secret"] != true || row["value"].is_null(), "{row}");
    }
}
