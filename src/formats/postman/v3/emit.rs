//! JSON values → YAML as Postman writes it: two blanks a level, single quotes where they are needed, `|-` for lines.

use std::fmt::Write as _;

use serde_json::Value;

use crate::formats::postman::tidy::Object;

/// The text of a file.
pub fn file(map: &Object) -> String {
    let mut out = String::new();
    object(&mut out, map, 0);
    out
}

fn object(out: &mut String, map: &Object, depth: usize) {
    for (n, (key, value)) in map.iter().enumerate() {
        // The first key of a list's item stands behind its dash.
        if n > 0 || !out.ends_with("- ") {
            indent(out, depth);
        }
        out.push_str(&scalar(key));
        out.push(':');
        below(out, value, depth);
    }
}

/// What stands behind a key.
fn below(out: &mut String, value: &Value, depth: usize) {
    match value {
        Value::Object(map) if !map.is_empty() => {
            out.push('\n');
            object(out, map, depth + 1);
        }
        Value::Array(items) if !items.is_empty() => {
            out.push('\n');
            for item in items {
                indent(out, depth + 1);
                out.push_str("- ");
                match item {
                    Value::Object(map) if !map.is_empty() => object(out, map, depth + 2),
                    // A list in a list stands in one line, which is JSON.
                    Value::Array(_) => writeln_to(out, &item.to_string()),
                    other => text_or_plain(out, other, depth + 1),
                }
            }
        }
        other => {
            out.push(' ');
            text_or_plain(out, other, depth);
        }
    }
}

fn text_or_plain(out: &mut String, value: &Value, depth: usize) {
    match value {
        Value::String(text) if is_block(text) => {
            let (mark, body) = match text.strip_suffix('\n') {
                Some(body) => ("|", body),
                None => ("|-", text.as_str()),
            };
            writeln_to(out, mark);
            for line in body.split('\n') {
                if !line.is_empty() {
                    indent(out, depth + 1);
                    out.push_str(line);
                }
                out.push('\n');
            }
        }
        Value::String(text) => writeln_to(out, &scalar(text)),
        other => writeln_to(out, &other.to_string()),
    }
}

fn writeln_to(out: &mut String, text: &str) {
    // Writing to a text cannot fail.
    let written = writeln!(out, "{text}");
    debug_assert!(written.is_ok());
}

fn indent(out: &mut String, depth: usize) {
    for _ in 0..depth {
        out.push_str("  ");
    }
}

/// Whether a text can stand as a block: several lines, the first without a blank in front, nothing but one line break
/// at the end, nothing that YAML would change.
fn is_block(text: &str) -> bool {
    let body = text.strip_suffix('\n').unwrap_or(text);
    body.contains('\n')
        && !body.starts_with([' ', '\t', '\n'])
        && !body.ends_with('\n')
        && body.lines().all(|line| line.is_empty() || !line.trim().is_empty())
        && body.chars().all(|c| c == '\n' || c == '\t' || is_plain_char(c))
}

/// Whether YAML takes a character as it is: printable, and no line break of another kind.
fn is_plain_char(c: char) -> bool {
    !c.is_control()
        && !matches!(
            c,
            '\u{85}' | '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}'
        )
}

/// A text within one line: bare where it cannot be taken for anything else, else in quotes.
fn scalar(text: &str) -> String {
    if !text.chars().all(is_plain_char) {
        // JSON's quoting is YAML's, but for what YAML has no place for.
        return Value::from(text)
            .to_string()
            .chars()
            .map(|c| {
                if is_plain_char(c) {
                    c.to_string()
                } else {
                    format!("\\u{:04x}", u32::from(c))
                }
            })
            .collect();
    }
    let bare = text
        .chars()
        .next()
        .is_some_and(|c| c.is_alphabetic() || c == '/' || c == '$')
        && !text.ends_with(' ')
        && !text.contains([
            ':', '#', '{', '}', '[', ']', ',', '&', '*', '!', '|', '>', '\'', '"', '%', '@', '`', '\\',
        ])
        && !matches!(
            text.to_ascii_lowercase().as_str(),
            "true" | "false" | "null" | "yes" | "no" | "on" | "off" | "y" | "n"
        );
    if bare {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', "''"))
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use std::path::Path;

    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::formats::postman::v3::yaml;

    #[test]
    fn texts_are_quoted_only_where_they_must_be() {
        let value = json!({
            "name": "Get all", "url": "{{base}}/x", "order": 1000, "on": "yes", "empty": "", "none": null,
            "code": "a();\n\nb();", "rows": [{ "key": "a", "value": "it's" }, { "key": "b", "value": "1" }], "list": [[1]], "nothing": []
        });
        let Value::Object(map) = &value else { panic!() };
        let text = file(map);
        insta::assert_snapshot!(text);
        assert_eq!(yaml::parse(Path::new("x"), &text).unwrap(), value);
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, cases: 512, ..ProptestConfig::default() })]

        #[test]
        fn every_text_comes_back(
            texts in proptest::collection::vec("[ -~\n\t\r\u{7}\u{85}\u{feff}äß日'\":#]{0,20}", 1..4),
            key in "[ -~]{1,8}",
        ) {
            let value = json!({ key: { "a": texts, "b": [{ "c": texts[0], "d": 1 }] }, "z": texts[0] });
            let Value::Object(map) = &value else { panic!() };
            let text = file(map);
            let read = yaml::parse(Path::new("x"), &text);
            prop_assert_eq!(read.map_err(|error| TestCaseError::fail(format!("{error}\n{text}")))?, value, "{}", text);
        }
    }
}
