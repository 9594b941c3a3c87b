//! Text → JSON, with a stated bound on nesting and a place for every mistake.

use std::ops::Range;

use serde::Deserialize;
use serde_json::{Value, json};

use crate::formats::FormatError;
use crate::model::surrogates::without_halves;
use crate::model::{Excerpt, abreast};

/// More brackets in brackets are refused: about 490 folders in each other. Walking, comparing and dropping the tree
/// of so many levels fits any thread's stack.
pub const MOST_LEVELS: usize = 1_000;
/// More values are refused: each takes some hundred bytes, whatever it is, and a collection of 100 MB has half as many.
const MOST_VALUES: usize = 10_000_000;
/// Up to so many levels the parser may use the caller's own stack, and `serde_json`'s own bound of 128 is not reached.
const FEW_LEVELS: usize = 100;
/// From so many bytes on the items of a collection are parsed side by side.
const LARGE: usize = 1 << 20;
/// Enough for [`MOST_LEVELS`] in a build without optimisation.
const STACK_BYTES: usize = 32 << 20;

/// Parses JSON text of at most [`MOST_LEVELS`] levels. Half a character, which a text that was cut off ends with, becomes
/// U+FFFD.
pub fn parse(text: &str) -> Result<Value, FormatError> {
    let deepest = deepest(text)?;
    let text = &*without_halves(text);
    if deepest <= FEW_LEVELS {
        if text.len() >= LARGE
            && let Some(value) = side_by_side(text)
        {
            return Ok(value);
        }
        // As `whole` does, but compiled for speed: with the library, not for size as all of this is.
        return text.parse().map_err(|error| mistake(text, &error));
    }
    // The parser calls itself for every level; a thread of its own has the stack for that.
    std::thread::scope(|scope| {
        let parser = std::thread::Builder::new()
            .stack_size(STACK_BYTES)
            .spawn_scoped(scope, || whole(text));
        let parser = parser.map_err(|source| FormatError::Io {
            path: "thread".into(),
            source,
        })?;
        parser.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

fn whole(text: &str) -> Result<Value, FormatError> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    deserializer.disable_recursion_limit();
    Value::deserialize(&mut deserializer)
        .and_then(|value| deserializer.end().map(|()| value))
        .map_err(|error| mistake(text, &error))
}

/// What is wrong with a text, and where.
fn mistake(text: &str, error: &serde_json::Error) -> FormatError {
    let message = error.to_string();
    let end = format!(" at line {} column {}", error.line(), error.column());
    let message = message.strip_suffix(&end).unwrap_or(&message);
    let message = message.replace("EOF while parsing", "it ends within");
    // What ends too early does so behind its last letter, whatever empty lines follow.
    let (line, column) = if error.is_eof() {
        let text = text.trim_end();
        place(text, text.len())
    } else {
        (error.line(), error.column())
    };
    FormatError::Json {
        message,
        line,
        column,
        excerpt: Excerpt::of(text, line, column),
        is_cut_off: error.is_eof(),
    }
}

/// A collection, its items parsed on all cores; `None` for everything else, and where something is wrong with it.
fn side_by_side(text: &str) -> Option<Value> {
    let items = items(text)?;
    let (start, end) = (items.first()?.start, items.last()?.end);
    let parsed = abreast::map(items, |item| text[item].parse::<Value>());
    let parsed = parsed.into_iter().collect::<Result<Vec<Value>, _>>().ok()?;
    let (before, behind) = (&text[..start], &text[end..]);
    // A key that is written otherwise may say the same, and counts if it comes later: so this stands nowhere else.
    let mut marks = (1..=9).map(|n| n * 111_111_111_111_u64);
    let mark = marks.find(|mark| ![before, behind].iter().any(|text| text.contains(&mark.to_string())))?;
    let around = format!("{before}{mark}{behind}");
    let mut around: Value = around.parse().ok()?;
    let list = around.get_mut("item")?;
    if *list != json!([mark]) {
        return None;
    }
    *list = Value::Array(parsed);
    Some(around)
}

/// Where the entries of the list `item` of the text's object are, none of them empty; `None` unless there is one such list.
/// Whether it is JSON is for the parser to see.
fn items(text: &str) -> Option<Vec<Range<usize>>> {
    let bytes = text.as_bytes();
    let (mut depth, mut at, mut key, mut begin) = (0_usize, 0, 0..0, None);
    let mut found = Vec::new();
    let entry = |from: usize, to: usize| {
        let entry = &text[from..to];
        (!entry.trim_ascii().is_empty()).then_some(from..to)
    };
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => {
                let end = string_end(bytes, at + 1);
                key = at + 1..end;
                at = end;
            }
            b'[' if depth == 1 && text.get(key.clone()) == Some("item") => {
                if !found.is_empty() || text[key.end + 1..at].trim_ascii() != ":" {
                    return None;
                }
                depth += 1;
                begin = Some(at + 1);
            }
            b',' if depth == 2
                && let Some(from) = begin =>
            {
                found.push(entry(from, at)?);
                begin = Some(at + 1);
            }
            b']' if depth == 2
                && let Some(from) = begin.take() =>
            {
                found.push(entry(from, at)?);
                depth -= 1;
            }
            b'[' | b'{' => depth += 1,
            b']' | b'}' => depth = depth.checked_sub(1)?,
            _ => {}
        }
        at += 1;
    }
    Some(found)
}

/// The deepest level of the text; an error at the first bracket beyond the bound, and where there are too many values.
fn deepest(text: &str) -> Result<usize, FormatError> {
    let bytes = text.as_bytes();
    let (mut depth, mut most, mut at, mut values) = (0_usize, 0, 0, 1);
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => at = string_end(bytes, at + 1),
            b',' => values += 1,
            b'[' | b'{' => {
                depth += 1;
                values += 1;
                if depth > MOST_LEVELS {
                    let (line, column) = place(text, at);
                    return Err(FormatError::TooDeep {
                        most: MOST_LEVELS,
                        line,
                        column,
                    });
                }
                most = most.max(depth);
            }
            b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        at += 1;
    }
    if values > MOST_VALUES {
        return Err(FormatError::TooMany { most: MOST_VALUES });
    }
    Ok(most)
}

/// The place of the quote that ends a string begun before `at`.
fn string_end(bytes: &[u8], mut at: usize) -> usize {
    while let Some(next) = bytes.get(at..).and_then(|rest| memchr::memchr2(b'"', b'\\', rest)) {
        at += next;
        if bytes[at] == b'"' {
            return at;
        }
        at += 2;
    }
    bytes.len()
}

/// Line and column (in bytes) of an offset, both counted from 1.
pub fn place(text: &str, at: usize) -> (usize, usize) {
    let before = &text.as_bytes()[..at.min(text.len())];
    let line = memchr::memchr_iter(b'\n', before).count() + 1;
    let column = at - memchr::memrchr(b'\n', before).map_or(0, |start| start + 1) + 1;
    (line, column)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use proptest::prelude::*;

    use super::*;

    fn nested(levels: usize) -> String {
        format!("{}{}", "[".repeat(levels), "]".repeat(levels))
    }

    #[test]
    fn nesting_is_bounded_and_the_bound_is_reached() {
        assert!(parse(&nested(MOST_LEVELS)).is_ok());
        let error = parse(&format!("\n{}", nested(100_000))).unwrap_err();
        assert!(
            matches!(error, FormatError::TooDeep { line: 2, column, .. } if column == MOST_LEVELS + 1),
            "{error}"
        );
        assert!(parse(r#"{"a": "[[[[\"[[\\"}"#).is_ok());
    }

    #[test]
    fn what_is_parsed_side_by_side_is_what_it_says() {
        let many: Vec<Value> = (0..100).map(|n| json!({ "name": n, "item": [n, "]"] })).collect();
        let text = json!({ "info": { "item": [1] }, "item": many, "auth": null }).to_string();
        assert_eq!(side_by_side(&text).unwrap(), text.parse::<Value>().unwrap());
        // Of two lists the last one counts, which is for the parser to know.
        for text in [
            r#"{"item": [1, 2], "it\u0065m": []}"#,
            r#"{"item": [1, 2], "it\u0065m": [0]}"#,
            r#"{"item": [1, 2], "it\u0065m": [111111111111]}"#,
            r#"{"item": [1, 2], "item": [3]}"#,
            r#"{"item": [1, 2], "item": null}"#,
            r#"{"item": []}"#,
            r#"["item", [1]]"#,
        ] {
            assert!(side_by_side(text).is_none(), "{text}");
        }
    }

    proptest! {
        /// Whole and broken: at any place something is gone, or too much.
        #[test]
        fn side_by_side_never_makes_of_a_text_what_it_does_not_say(
            parts in prop::collection::vec(
                prop::sample::select(vec![
                    r#""item""#, r#""item":["#, "[", "]", "{", "}", ",", ":", "1", r#""a""#, " ", r#""a,]""#, "null",
                    r#""it\u0065m":["#, "0", "111111111111",
                ]),
                0..12,
            ),
        ) {
            for text in [format!("{{{}}}", parts.concat()), format!(r#"{{"item":[{}]}}"#, parts.concat()), parts.concat()] {
                if let Some(value) = side_by_side(&text) {
                    prop_assert_eq!(text.parse::<Value>().ok(), Some(value), "{}", text);
                }
            }
        }
    }

    #[test]
    fn more_values_than_fit_into_memory_are_refused() {
        let text = format!("[{}0]", "[],".repeat(MOST_VALUES / 2));
        assert!(matches!(parse(&text), Err(FormatError::TooMany { .. })));
        assert!(parse(&format!("[{}0]", "\",[\",".repeat(1_000))).is_ok());
    }

    #[test]
    fn half_a_character_is_no_mistake() {
        let value = parse(r#"{"\ud800": ["x\udc00", "\ud83d\ude00"]}"#).unwrap();
        assert_eq!(value, serde_json::json!({"\u{fffd}": ["x\u{fffd}", "😀"]}));
    }

    #[test]
    fn mistakes_have_a_place() {
        let error = parse("{\n  \"a\": nope}").unwrap_err();
        assert_eq!(error.to_string(), "not JSON: expected ident (line 2, column 9)");
        for text in ["", "{", "[1,", "\"abc", "{} {}", "\"\\", "]"] {
            assert!(matches!(parse(text), Err(FormatError::Json { .. })), "{text}");
        }
    }
}
