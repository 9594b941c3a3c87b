//! Bodies, in tidy form and in our model.

use serde_json::Value;

use super::rows::{self, enabled, objects, put, put_rest, put_text, text};
use super::tidy::{Fields, Object};
use crate::model::body::{Language, Part, PartContent, as_path, inline};
use crate::model::{Body, Template};

/// Reads a body. A disabled one is not sent, so it is none.
pub fn read(map: &Object) -> Body {
    let Some(Value::Object(body)) = map.field("body") else {
        return Body::None;
    };
    if body.has_field("disabled") {
        return Body::None;
    }
    let inner = |key: &str, field: &str| {
        let inner = body.field(key).and_then(Value::as_object);
        inner.map(|inner| text(inner, field)).unwrap_or_default()
    };
    match text(body, "mode").as_str() {
        "" => Body::None,
        "raw" => Body::Raw {
            language: body
                .get("options")
                .and_then(|options| options.pointer("/raw/language")?.as_str())
                .and_then(Language::from_word)
                .unwrap_or_default(),
            text: Template::new(text(body, "raw")),
        },
        "urlencoded" => Body::Form(rows::read(body, "urlencoded", false)),
        "formdata" => Body::Multipart(objects(body, "formdata").map(part).collect()),
        "file" => Body::File {
            path: Template::new(match (inner("file", "src"), inner("file", "content")) {
                (src, content) if src.is_empty() && !content.is_empty() => as_path(&content),
                (src, _) => src,
            }),
        },
        "graphql" => Body::GraphQl {
            query: Template::new(inner("graphql", "query")),
            variables: Template::new(inner("graphql", "variables")),
            operation_name: body
                .get("graphql")
                .and_then(|graphql| graphql.get("operationName")?.as_str())
                .map(str::to_owned),
        },
        // A word that means something else in our files would be taken for it.
        word if Body::KINDS.contains(&word) => Body::None,
        word => Body::Unknown { kind: word.to_owned() },
    }
}

fn part(row: &Object) -> Part {
    let is_file = row.field("type").is_some_and(|kind| kind == "file");
    let paths = row.field("src").and_then(Value::as_array).filter(|_| is_file);
    Part {
        name: Template::new(text(row, "key")),
        content: match paths {
            Some(paths) => PartContent::Files(paths.iter().filter_map(Value::as_str).map(Template::from).collect()),
            None => PartContent::Text(Template::new(text(row, "value"))),
        },
        content_type: text(row, "contentType"),
        file_name: text(row, "fileName"),
        enabled: enabled(row),
        description: text(row, "description"),
    }
}

/// Writes a body unless there is none.
pub fn write(map: &mut Object, body: &Body) {
    let mut out = Object::new();
    match body {
        Body::None => return,
        Body::Raw { language, text } => {
            out.insert("mode".into(), "raw".into());
            out.insert("raw".into(), text.as_str().into());
            if *language != Language::Text {
                let language = serde_json::json!({ "raw": { "language": language.word() } });
                out.insert("options".into(), language);
            }
        }
        Body::Form(fields) => {
            out.insert("mode".into(), "urlencoded".into());
            out.insert("urlencoded".into(), rows::write(fields));
        }
        Body::Multipart(parts) => {
            out.insert("mode".into(), "formdata".into());
            out.insert("formdata".into(), parts.iter().map(part_object).collect());
        }
        Body::File { path } => {
            out.insert("mode".into(), "file".into());
            let field = match inline(path.as_str()) {
                Some(content) => ("content", content),
                None => ("src", path.as_str()),
            };
            put_object(&mut out, "file", &[field]);
        }
        Body::GraphQl {
            query,
            variables,
            operation_name,
        } => {
            out.insert("mode".into(), "graphql".into());
            let mut map = Object::new();
            put_text(&mut map, "query", query.as_str());
            put_text(&mut map, "variables", variables.as_str());
            if let Some(name) = operation_name {
                map.insert("operationName".into(), name.as_str().into());
            }
            put(&mut out, "graphql", Value::Object(map));
        }
        Body::Unknown { kind } => {
            out.insert("mode".into(), kind.as_str().into());
        }
    }
    map.insert("body".into(), Value::Object(out));
}

fn put_object(out: &mut Object, key: &str, fields: &[(&str, &str)]) {
    let mut map = Object::new();
    for (key, value) in fields {
        put_text(&mut map, key, value);
    }
    put(out, key, Value::Object(map));
}

fn part_object(part: &Part) -> Value {
    let mut map = Object::new();
    map.insert("key".into(), part.name.as_str().into());
    match &part.content {
        PartContent::Text(text) => {
            map.insert("value".into(), text.as_str().into());
        }
        PartContent::Files(paths) => {
            map.insert("type".into(), "file".into());
            map.insert("src".into(), paths.iter().map(Template::as_str).collect());
        }
    }
    put_text(&mut map, "contentType", &part.content_type);
    put_text(&mut map, "fileName", &part.file_name);
    put_rest(&mut map, part.enabled, &part.description);
    Value::Object(map)
}
