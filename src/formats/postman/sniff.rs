//! What a file is: its encoding, then its kind.

use std::borrow::Cow;

use serde_json::Value;

use super::json::place;
use crate::formats::FormatError;
use crate::model::charset::unicode;

/// The text of a file: UTF-8 or UTF-16, with or without a byte order mark.
pub fn text(bytes: &[u8]) -> Result<Cow<'_, str>, FormatError> {
    let (encoding, mark) = unicode(bytes);
    let bytes = &bytes[mark..];
    let text = if encoding == encoding_rs::UTF_8 {
        Cow::Borrowed(std::str::from_utf8(bytes).map_err(|error| {
            let good = String::from_utf8_lossy(&bytes[..error.valid_up_to()]);
            let (line, column) = place(&good, good.len());
            FormatError::Encoding { line, column }
        })?)
    } else {
        let (text, damaged) = encoding.decode_without_bom_handling(bytes);
        if damaged {
            let (line, column) = place(&text, text.find('\u{fffd}').unwrap_or_default());
            return Err(FormatError::Encoding { line, column });
        }
        text
    };
    if text.trim().is_empty() {
        return Err(FormatError::Empty);
    }
    Ok(text)
}

/// Why a text that is no JSON is none, where it is something else altogether.
pub fn other(text: &str, error: FormatError) -> FormatError {
    let text = text.trim_start();
    if text.starts_with(['{', '[']) {
        return error;
    }
    if text.starts_with('<') {
        FormatError::Other {
            looks: "a web page or XML",
        }
    } else if ["openapi:", "swagger:"].iter().any(|start| text.starts_with(start)) {
        FormatError::Other {
            looks: "an OpenAPI description",
        }
    } else if text.starts_with("curl ") {
        FormatError::Other {
            looks: "a curl command",
        }
    } else if is_table(text) {
        FormatError::Table
    } else if matches!(error, FormatError::Json { line: 1, column: 1, .. }) {
        FormatError::Other {
            looks: "text of another kind",
        }
    } else {
        error
    }
}

/// Whether a text is rows of as many cells each.
fn is_table(text: &str) -> bool {
    let mut rows = text.lines().filter(|line| !line.trim().is_empty());
    let first = rows.next().unwrap_or_default();
    let cells = |line: &str, separator: char| line.matches(separator).count();
    let even = |separator: &char| {
        cells(first, *separator) > 0
            && rows
                .clone()
                .take(5)
                .all(|row| cells(row, *separator) == cells(first, *separator))
    };
    rows.clone().next().is_some() && !first.contains(['{', '[', '(', '=']) && [',', ';', '\t'].iter().any(even)
}

/// What a JSON document of Postman's is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A collection of format 1: a flat list of requests and the order they stand in.
    V1,
    /// A collection of format 2.0 or 2.1: items in items.
    V2,
    /// An environment.
    Environment,
    /// The globals.
    Globals,
    /// Everything of an account: collections, environments, globals.
    Dump,
    /// A list of any of these.
    List,
    /// A list of bare variables: how a data dump holds the globals.
    Variables,
}

/// The kind of a document, with the wrapper of an API answer (`{"collection": …}`) already taken off.
pub fn kind(value: &Value) -> Result<Kind, FormatError> {
    let unknown = |looks| Err(FormatError::Unknown { looks });
    let map = match value {
        Value::Object(map) => map,
        Value::Array(items) => {
            return match items.first() {
                Some(Value::Object(first)) if first.contains_key("key") => Ok(Kind::Variables),
                Some(Value::Object(_)) => Ok(Kind::List),
                _ => unknown("a list of something else"),
            };
        }
        _ => return unknown("a single value"),
    };
    let list = |key: &str| map.get(key).is_some_and(Value::is_array);
    let schema = map
        .get("info")
        .and_then(|info| info.get("schema"))
        .and_then(Value::as_str);
    if list("collections") || list("environments") {
        return Ok(Kind::Dump);
    }
    if list("requests") && !list("item") {
        return Ok(Kind::V1);
    }
    // Both hosts Postman ever named: schema.getpostman.com and schema.postman.com.
    let named = schema.is_some_and(|schema| schema.contains("postman.com/") && schema.contains("/collection/"));
    if list("item") || named {
        return Ok(Kind::V2);
    }
    let scope = map.get("_postman_variable_scope").and_then(Value::as_str);
    match (scope, list("values")) {
        (Some("globals"), _) => return Ok(Kind::Globals),
        (Some(_), _) | (None, true) => return Ok(Kind::Environment),
        (None, false) => {}
    }
    if map.contains_key("openapi") || map.contains_key("swagger") {
        return unknown("an OpenAPI description");
    }
    if map.contains_key("log") {
        return unknown("a HAR archive");
    }
    if map.contains_key("_type") || map.contains_key("__export_format") {
        return unknown("an Insomnia export");
    }
    // A collection with nothing in it yet.
    if map.get("info").is_some_and(|info| info.get("name").is_some()) {
        return Ok(Kind::V2);
    }
    unknown("another kind of JSON")
}

/// Takes the wrapper of an API answer off: `{"collection": {…}}`, `{"environment": {…}}`, also several times.
pub fn unwrap(mut value: Value) -> Value {
    loop {
        let Value::Object(map) = &mut value else { return value };
        if map.contains_key("item") || map.contains_key("info") || map.contains_key("values") {
            return value;
        }
        let inner = ["collection", "environment", "data", "model"]
            .into_iter()
            .find(|key| map.get(*key).is_some_and(Value::is_object))
            .and_then(|key| map.shift_remove(key));
        match inner {
            Some(inner) => value = inner,
            None => return value,
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use super::*;

    #[test]
    fn every_encoding_of_a_file_is_read() {
        let little: Vec<u8> = "{\"ä\":1}".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = "{\"ä\":1}".encode_utf16().flat_map(u16::to_be_bytes).collect();
        let marked = |mark: &[u8], rest: &[u8]| [mark, rest].concat();
        for bytes in [
            "{\"ä\":1}".as_bytes().to_vec(),
            marked(b"\xef\xbb\xbf", "{\"ä\":1}".as_bytes()),
            marked(b"\xff\xfe", &little),
            marked(b"\xfe\xff", &big),
            little,
            big,
        ] {
            assert_eq!(text(&bytes).unwrap(), "{\"ä\":1}");
        }
        assert!(matches!(text(b" \n"), Err(FormatError::Empty)));
        assert!(matches!(
            text(b"{\n\"\xe9\"}"),
            Err(FormatError::Encoding { line: 2, column: 2 })
        ));
    }

    #[test]
    fn other_formats_are_named() {
        for (json, looks) in [
            (r#"{"openapi": "3.1.0"}"#, "OpenAPI"),
            (r#"{"log": {}}"#, "HAR"),
            (r#"{"_type": "export"}"#, "Insomnia"),
            ("3", "single value"),
            ("[1]", "list"),
        ] {
            let error = kind(&serde_json::from_str(json).unwrap()).unwrap_err();
            assert!(error.to_string().contains(looks), "{error}");
        }
    }
}
