//! Bodies: `{mode, <mode>: …, options?}`.

use serde_json::Value;

use super::rows::{query, rows};
use super::{Fields, Object, as_text, drop_key, is_nothing, put_list, text};

/// The modes in the order they are looked for where `mode` is missing.
const MODES: [&str; 5] = ["raw", "urlencoded", "formdata", "file", "graphql"];

/// A body in tidy form; `None` when nothing is sent.
pub fn body(value: Value) -> Option<Value> {
    let mut map = match value {
        Value::Object(map) => map,
        Value::String(text) if !text.is_empty() => {
            let mut map = Object::new();
            map.insert("raw".into(), text.into());
            map
        }
        _ => return None,
    };
    let mode = match map.take_field("mode") {
        Some(Value::String(mode)) => Some(mode),
        _ => MODES
            .into_iter()
            .find(|mode| map.field(mode).is_some_and(|value| !is_nothing(value)))
            .map(str::to_owned),
    };
    if map.field("disabled") != Some(&Value::Bool(true)) {
        drop_key(&mut map, "disabled");
    }
    options(&mut map);
    drop_key(&mut map, "isRawBody");
    let mode = mode.filter(|mode| mode != "none").unwrap_or_default();
    let own = map.take_field(&mode);
    // What other modes hold is kept by Postman for switching back; empty ones say nothing.
    map.retain(|_, value| !is_nothing(value));
    if let Some(own) = own {
        map.insert(mode.clone(), own);
    }
    match mode.as_str() {
        "raw" => raw(&mut map),
        "urlencoded" => put_list(&mut map, "urlencoded", |value| {
            query(sent_rows(value)).into_iter().map(filled).collect()
        }),
        "formdata" => put_list(&mut map, "formdata", |value| {
            rows(sent_parts(value)).into_iter().map(part).collect()
        }),
        "file" => file(&mut map),
        "graphql" => graphql(&mut map),
        _ => {}
    }
    if mode.is_empty() && map.is_empty() {
        return None;
    }
    if !mode.is_empty() {
        map.insert("mode".into(), mode.into());
    }
    Some(Value::Object(map))
}

/// The language of a raw body.
fn options(map: &mut Object) {
    if let Some(Value::Object(options)) = map.get_mut("options") {
        if let Some(Value::Object(raw)) = options.get_mut("raw") {
            // The family is that of the language, unless it says something else.
            let language = raw.field("language").cloned();
            for key in ["language", "headerFamily"] {
                let plain = |word: &Value| is_nothing(word) || key == "headerFamily" && Some(word) == language.as_ref();
                if raw.field(key).is_some_and(plain) {
                    drop_key(raw, key);
                }
            }
        }
        options.retain(|_, value| !is_nothing(value));
    }
    if map.field("options").is_some_and(is_nothing) {
        drop_key(map, "options");
    }
}

fn raw(map: &mut Object) {
    if let Some(Value::Object(_) | Value::Array(_)) = map.field("raw") {
        let json = map.field("raw").map(Value::to_string);
        map.insert("raw".into(), json.unwrap_or_default().into());
    }
    text(map, "raw");
    if map.field("raw").is_some_and(is_nothing) {
        drop_key(map, "raw");
    }
}

/// Rows of a form as they are sent: a list of values is a field for each, and an object is none of them.
fn sent_rows(value: Value) -> Value {
    let Value::Array(rows) = value else { return value };
    let mut out = Vec::with_capacity(rows.len());
    for mut row in rows {
        match row.get_mut("value").map(Value::take) {
            Some(Value::Array(values)) => out.extend(values.into_iter().map(|value| {
                let mut row = row.clone();
                row["value"] = alone(value);
                row
            })),
            Some(value) => {
                row["value"] = alone(value);
                out.push(row);
            }
            None => out.push(row),
        }
    }
    Value::Array(out)
}

/// Rows of parts as they are sent: what JavaScript takes for nothing is nothing.
fn sent_parts(mut value: Value) -> Value {
    for row in value.as_array_mut().into_iter().flatten() {
        if let Some(value) = row.get_mut("value")
            && (*value == Value::Bool(false) || value.as_f64() == Some(0.0))
        {
            *value = "".into();
        }
    }
    value
}

/// One value of a field: Postman has no text for an object or a list in it.
fn alone(value: Value) -> Value {
    match value {
        Value::Object(_) | Value::Array(_) => "".into(),
        // As JavaScript writes it.
        Value::Number(number) if number.as_f64() == Some(0.0) => "0".into(),
        value => value,
    }
}

/// A form field without a value is sent with an empty one.
fn filled(mut row: Value) -> Value {
    if let Value::Object(map) = &mut row
        && map.field("value").is_some_and(is_nothing)
    {
        drop_key(map, "value");
    }
    row
}

/// A part: text, or `{type: file, src: [paths]}`.
fn part(row: Value) -> Value {
    let Value::Object(mut map) = row else { return row };
    let src = map.take_field("src").unwrap_or_default();
    if map.field("type").is_some_and(|kind| kind == "file") {
        let paths = match src {
            Value::Array(paths) => paths.iter().map(|path| as_text(path).into()).collect(),
            Value::Null => Vec::new(),
            other => vec![as_text(&other).into()],
        };
        map.insert("src".into(), Value::Array(paths));
    } else if !is_nothing(&src) {
        // Without the type the file is not sent, whatever it is.
        map.insert("src".into(), src);
    }
    for key in ["contentType", "fileName"] {
        text(&mut map, key);
        if map.field(key).is_some_and(is_nothing) {
            drop_key(&mut map, key);
        }
    }
    Value::Object(map)
}

fn file(map: &mut Object) {
    if let Some(Value::String(path)) = map.field("file") {
        let mut file = Object::new();
        file.insert("src".into(), path.as_str().into());
        map.insert("file".into(), Value::Object(file));
    }
    if let Some(Value::Object(file)) = map.get_mut("file") {
        text(file, "src");
        file.retain(|_, value| !is_nothing(value));
    }
    if map.field("file").is_some_and(is_nothing) {
        drop_key(map, "file");
    }
}

fn graphql(map: &mut Object) {
    if let Some(Value::String(query)) = map.field("graphql") {
        let mut graphql = Object::new();
        graphql.insert("query".into(), query.as_str().into());
        map.insert("graphql".into(), Value::Object(graphql));
    }
    if let Some(Value::Object(graphql)) = map.get_mut("graphql") {
        if graphql.field("variables").is_some_and(Value::is_null) {
            // It is sent.
            graphql.insert("variables".into(), "null".into());
        }
        for key in ["query", "variables", "operationName"] {
            text(graphql, key);
        }
        // A name that is empty is sent, too.
        graphql.retain(|key, value| key == "operationName" || !is_nothing(value));
    }
    if map.field("graphql").is_some_and(is_nothing) {
        drop_key(map, "graphql");
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{body, part};

    #[test]
    fn values_that_are_no_texts_are_what_postman_sends_of_them() {
        let values = json!([
            { "key": "o", "value": { "a": 1 } },
            { "key": "l", "value": [1, "two", { "z": 3 }, [4], null, true] },
            { "key": "none", "value": [] },
            { "key": "n", "value": -0.0 },
            { "key": "b", "value": false },
            { "key": "f", "value": 1.5 },
        ]);
        let rows = |mode: &str| {
            let read = body(json!({ "mode": mode, mode: values.clone() })).unwrap_or_default();
            let rows = read[mode].as_array().cloned().unwrap_or_default();
            let text = |row: &Value| {
                let part = |key: &str| row[key].as_str().unwrap_or_default().to_owned();
                format!("{}={}", part("key"), part("value"))
            };
            rows.iter().map(text).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(rows("urlencoded"), "o= l=1 l=two l= l= l= l=true n=0 b=false f=1.5");
        assert_eq!(
            rows("formdata"),
            r#"o={"a":1} l=[1,"two",{"z":3},[4],null,true] none=[] n= b= f=1.5"#
        );
    }

    #[test]
    fn an_operation_name_is_kept_where_it_is_given() {
        let graphql = |graphql: Value| {
            let read = body(json!({ "mode": "graphql", "graphql": graphql })).unwrap_or_default();
            read["graphql"].clone()
        };
        let empty = json!({ "query": "{a}", "operationName": "" });
        assert_eq!(graphql(empty.clone()), empty);
        assert_eq!(
            graphql(json!({ "query": "{a}", "operationName": null, "variables": null })),
            json!({ "query": "{a}", "variables": "null" })
        );
    }

    #[test]
    fn a_part_is_a_file_where_its_type_says_so_alone() {
        let text = part(json!({ "key": "t", "type": "text", "src": "up.txt", "value": "v" }));
        assert_eq!(text["src"], "up.txt");
        let file = part(json!({ "key": "t", "type": "file", "src": "up.txt" }));
        assert_eq!(file["src"], json!(["up.txt"]));
        assert_eq!(part(json!({ "key": "t", "src": "up.txt" }))["src"], "up.txt");
    }
}
