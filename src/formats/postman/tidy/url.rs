//! URLs: `{base, query, variable}`, from text or from parts.

use serde_json::Value;

use super::rows::{query, rows, typed};
use super::{Fields, Object, as_text, drop_key, is_nothing};
use crate::model::Request;
use crate::model::request::path_variable_names;

/// The parts a URL may be written in.
const PARTS: [&str; 7] = ["raw", "protocol", "auth", "host", "port", "path", "hash"];

/// A URL in tidy form; what is not understood stays in it.
pub fn url(value: Value) -> Object {
    let mut map = match value {
        Value::Object(map) => map,
        other => {
            let mut map = Object::new();
            map.insert("raw".into(), as_text(&other).into());
            map
        }
    };
    let parts = PARTS[1..]
        .iter()
        .any(|part| map.field(part).is_some_and(|part| !is_nothing(part)));
    let mut request = Request::default();
    let written = match (map.field("base"), parts) {
        // It is in tidy form already.
        (Some(Value::String(base)), _) => base.clone(),
        (_, true) => assemble(&map),
        (_, false) => map.field("raw").map(as_text).unwrap_or_default(),
    };
    request.set_full_url(&written);
    for part in PARTS {
        drop_key(&mut map, part);
    }
    map.insert("base".into(), request.url.as_str().into());
    // A query within the text counts, unless there are rows that say the same.
    let mut params = match map.get_mut("query") {
        None | Some(Value::Null) => Vec::new(),
        Some(rows) => query(rows.take()),
    };
    if parts || params.is_empty() {
        let query: String = assemble_query(&request.params);
        if !query.is_empty() {
            params.splice(0..0, typed(&query));
        }
    }
    // A query in which nothing stands is sent as one where the URL is a text; its parts would not say so.
    let before = |text: &str| text.split('#').next().unwrap_or_default().to_owned();
    if !parts && params.is_empty() && before(&written) == before(request.url.as_str()) + "?" {
        params.extend(typed("&").into_iter().take(1));
    }
    put(&mut map, "query", params);
    let variables = map
        .get_mut("variable")
        .map(|rows_| rows(rows_.take()))
        .unwrap_or_default();
    let variables = variables.into_iter().filter(|row| {
        // A row that holds nothing is made anew from the URL, where it is in there.
        let key = row["key"].as_str().unwrap_or_default();
        let is_made = key.is_empty() || path_variable_names(request.url.as_str()).any(|own| own == key);
        row.as_object()
            .is_some_and(|row| !is_made || row.keys().any(|key| key != "key"))
    });
    let variables = variables.collect();
    put(&mut map, "variable", variables);
    map
}

fn put(map: &mut Object, key: &str, rows: Vec<Value>) {
    drop_key(map, key);
    if !rows.is_empty() {
        map.insert(key.into(), Value::Array(rows));
    }
}

/// `a=1&b` of rows, enabled or not.
fn assemble_query(rows: &[crate::model::request::Entry]) -> String {
    let pairs = rows.iter().map(|row| match &row.value {
        Some(value) => format!("{}={value}", row.name),
        None => row.name.to_string(),
    });
    pairs.collect::<Vec<_>>().join("&")
}

/// The text of a URL's parts, without its query.
fn assemble(map: &Object) -> String {
    let text = |key: &str| map.field(key).map(as_text).unwrap_or_default();
    let mut out = String::new();
    let protocol = text("protocol");
    let protocol = protocol.trim_end_matches('/').trim_end_matches(':');
    if !protocol.is_empty() {
        out.push_str(protocol);
        out.push_str("://");
    }
    if let Some(Value::Object(auth)) = map.field("auth") {
        let part = |key: &str| auth.field(key).map(as_text);
        if let Some(user) = part("user") {
            out.push_str(&user);
            if let Some(password) = part("password") {
                out.push(':');
                out.push_str(&password);
            }
            out.push('@');
        }
    }
    out.push_str(&joined(map.field("host"), "."));
    let port = text("port");
    if !port.is_empty() {
        out.push(':');
        out.push_str(&port);
    }
    let path = joined(map.field("path"), "/");
    let is_list = map
        .field("path")
        .is_some_and(|path| path.is_array() && !is_nothing(path));
    if is_list || !path.is_empty() {
        if is_list || !path.starts_with('/') {
            out.push('/');
        }
        out.push_str(&path);
    }
    let hash = text("hash");
    if !hash.is_empty() {
        out.push('#');
        out.push_str(&hash);
    }
    out
}

/// A list of texts or `{value}` objects with a separator between, or a text as it is.
fn joined(value: Option<&Value>, separator: &str) -> String {
    match value {
        Some(Value::Array(items)) => {
            let texts = items.iter().map(|item| match item {
                Value::Object(map) => map.field("value").map(as_text).unwrap_or_default(),
                other => as_text(other),
            });
            texts.collect::<Vec<_>>().join(separator)
        }
        Some(other) => as_text(other),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::url;

    #[test]
    fn a_variable_that_is_not_in_the_path_stays_without_a_value_too() {
        let rows = json!([{ "key": "id", "value": null }, { "key": "old", "value": null }]);
        let found = url(json!({ "raw": "http://h/:id", "variable": rows }));
        assert_eq!(found["variable"], json!([{ "key": "old" }]));
        // What only begins so is another one, and a port is none.
        let rows = json!([{ "key": "id", "value": null }, { "key": "80" }]);
        let found = url(json!({ "raw": "http://h:80/:identity", "variable": rows }));
        assert_eq!(found["variable"], json!([{ "key": "id" }, { "key": "80" }]));
    }

    #[test]
    fn a_query_that_begins_with_its_own_sign_stays_so() {
        for (text, query) in [
            ("http://h/x??", json!([{ "key": "?", "value": null }])),
            ("http://h/x???#there", json!([{ "key": "??", "value": null }])),
            (
                "http://h/x??a=1&b",
                json!([{ "key": "?a", "value": "1" }, { "key": "b", "value": null }]),
            ),
        ] {
            let found = url(text.into());
            assert_eq!(found["query"], query, "{text}");
            assert_eq!(url(json!(found.clone())), found);
            let item = json!({ "name": "R", "request": { "url": text, "method": "GET" } });
            let request = crate::formats::postman::item::read_request(&super::super::item(
                item.as_object().cloned().unwrap_or_default(),
            ));
            assert_eq!(request.full_url(), text);
            assert!(request.origin.rest.is_empty(), "{:?}", request.origin.rest);
        }
        assert_eq!(
            url(json!({ "raw": "http://h/x", "query": "?a=1" }))["query"],
            json!([{ "key": "a", "value": "1" }])
        );
    }

    #[test]
    fn a_query_in_which_nothing_stands_is_one() {
        for text in ["http://h/q?", "http://h/q?#there"] {
            let found = url(text.into());
            assert_eq!(found["query"], json!([{ "key": "", "value": null }]), "{text}");
            // Read again it is the same.
            assert_eq!(url(json!(found.clone())), found);
        }
        let parts = json!({ "raw": "http://h/q?", "protocol": "http", "host": ["h"], "path": ["q"], "query": [] });
        for none in [parts, "http://h/{{q?".into(), "http://h/q#?".into()] {
            assert_eq!(url(none.clone()).get("query"), None, "{none}");
        }
    }
}
