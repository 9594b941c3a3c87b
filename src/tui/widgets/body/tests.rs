//! The viewer as a whole: lines against `serde_json`'s printer, views on screens of all sizes, hostile bytes.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

pub(super) mod large;
mod lines;
mod markup;
mod nested;
mod screens;

use proptest::prelude::*;
use serde_json::Value;

use super::*;

use crate::tui::widgets::escape;

/// A document with its index complete.
fn whole(bytes: impl Into<Source>, syntax: Syntax) -> Document {
    let mut doc = Document::new(bytes, syntax);
    if let Some(job) = doc.index_job() {
        // Lines that are left open are read again, each by itself, where they do not go on to an end: that goes back, up to
        // the last snapshot.
        let may_go_back = syntax == Syntax::JsonLines;
        let mut taken = true;
        let done = job.run(
            || false,
            |snapshot| {
                taken = doc.apply(snapshot);
                assert!(taken || may_go_back);
            },
        );
        assert!(done && taken);
    }
    assert!(doc.index_job().is_none() && doc.is_complete(Form::Pretty) && doc.is_complete(Form::Raw));
    doc
}

fn texts(doc: &Document, form: Form) -> Vec<String> {
    let lines: Vec<_> = doc
        .lines_from(form, 0)
        .map(|line| line.text(doc.source()).unwrap())
        .collect();
    assert_eq!(lines.len(), doc.lines(form));
    lines
}

fn json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        "[a-z\"\\\\\n\t é日]{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 300, 8, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..8).prop_map(Value::from),
            prop::collection::vec(("[a-z\": ,{}]{0,6}", inner), 0..8)
                .prop_map(|pairs| Value::Object(pairs.into_iter().collect())),
        ]
    })
}

/// Every line by itself is what it is in a walk, and every byte leads back to its line.
fn assert_consistent(doc: &Document, form: Form) {
    let walk: Vec<Line> = doc.lines_from(form, 0).collect();
    assert_eq!(walk.len(), doc.lines(form));
    for (at, line) in walk.iter().enumerate() {
        assert_eq!(doc.line(form, at).as_ref(), Some(line), "line {at}");
        if let Some(number) = line.number {
            assert_eq!(doc.line_of_number(form, number), Some(at));
        }
        if !line.bytes.is_empty() {
            assert_eq!(doc.line_at(form, line.bytes.start), Some(at));
            assert_eq!(doc.line_at(form, line.bytes.end - 1), Some(at));
        }
    }
    assert_eq!(doc.line(form, walk.len()), None);
}

proptest! {
    #[test]
    fn pretty_lines_are_those_of_serde_json(value in json()) {
        let expected = serde_json::to_string_pretty(&value).unwrap();
        for body in [serde_json::to_string(&value).unwrap(), expected.clone(), format!(" \n{expected}\r\n ")] {
            let doc = whole(body, Syntax::Json);
            prop_assert_eq!(doc.fault(), None);
            prop_assert_eq!(texts(&doc, Form::Pretty).join("\n"), &*expected);
            prop_assert_eq!(doc.text_range(Form::Pretty, 0..doc.lines(Form::Pretty), usize::MAX).unwrap().unwrap(), &*expected);
            assert_consistent(&doc, Form::Pretty);
        }
    }

    #[test]
    fn the_scanner_accepts_what_serde_json_accepts(
        body in prop_oneof![
            "[\\[\\]{}\",:0-9.eE+ tfn-]{0,12}",
            "-?[0-9.eE+-]{1,8}",
            "\"[a\\\\u0-9bn\"]{0,8}\"",
            "(true|false|null|\\[|\\]|\\{|\\}|,|:|\"a\"|1| ){1,10}",
        ]
    ) {
        let doc = whole(body.clone(), Syntax::Json);
        let ours = doc.fault().is_none() && doc.lines(Form::Pretty) > 0;
        // serde_json refuses lone surrogates when it reads text, not when it skips over it.
        let theirs = serde_json::from_str::<serde::de::IgnoredAny>(&body).is_ok();
        prop_assert_eq!(ours, theirs, "{}", body);
    }

    #[test]
    fn any_bytes_are_shown_in_full(body in prop::collection::vec(any::<u8>(), 0..300), cut in 0_usize..200) {
        let mut json = br#"{"a": [1, 2, {"b": null}], "c": "text", "d": [[], {}, ["x", true]]}"#.to_vec();
        json.truncate(cut);
        json.extend(&body);
        for (bytes, syntax) in [(body.clone(), Syntax::Text), (body, Syntax::Hex), (json, Syntax::Json)] {
            let doc = whole(bytes.clone(), syntax);
            for form in [Form::Pretty, Form::Raw] {
                assert_consistent(&doc, form);
                let covered: usize = doc.lines_from(form, 0).map(|line| line.bytes.len()).sum();
                let first = doc.lines_from(form, 0).next().map_or(0, |line| line.bytes.start);
                prop_assert!(form == Form::Pretty || covered == bytes.len());
                prop_assert!(covered == 0 || covered + first == bytes.len(), "{covered} + {first} of {}", bytes.len());
            }
        }
    }

    #[test]
    fn text_lines_are_those_of_std(body in "[a-c\r\né]{0,60}") {
        // A lone carriage return before the end of the body belongs to no line end.
        let doc = whole(body.clone(), Syntax::Text);
        let expected: Vec<_> = body.lines().collect();
        prop_assert_eq!(texts(&doc, Form::Raw), expected);
    }
}

/// A list of this many objects, five lines each.
fn objects(count: usize) -> String {
    let items: Vec<_> = (0..count)
        .map(|at| format!(r#"{{"id":{at},"name":"item {at}","tags":[]}}"#))
        .collect();
    format!("[{}]", items.join(","))
}

#[test]
fn lines_are_found_far_behind_the_prefix() {
    let body = objects(20_000);
    let value: Value = serde_json::from_str(&body).unwrap();
    let expected = serde_json::to_string_pretty(&value).unwrap();
    let expected: Vec<_> = expected.lines().collect();
    let doc = whole(body.clone(), Syntax::Json);
    assert_eq!(doc.lines(Form::Pretty), expected.len());
    for at in (0..expected.len()).step_by(977) {
        assert_eq!(doc.line_text(Form::Pretty, at).unwrap().unwrap(), expected[at]);
        let line = doc.line(Form::Pretty, at).unwrap();
        assert_eq!(doc.line_at(Form::Pretty, line.bytes.start), Some(at));
    }
    let offset = body.find("\"item 15000\"").unwrap();
    let line = doc.line_at(Form::Pretty, offset).unwrap();
    assert_eq!(
        doc.line_text(Form::Pretty, line).unwrap().unwrap(),
        "    \"name\": \"item 15000\","
    );
}

#[test]
fn the_prefix_is_little_and_grows_by_snapshots() {
    let mut doc = Document::new(objects(400_000), Syntax::Json);
    let first = doc.lines(Form::Pretty);
    assert!(
        (500..600).contains(&first) && !doc.is_complete(Form::Pretty),
        "{first} lines"
    );
    let line = doc.line(Form::Pretty, 400);
    let (mut known, mut snapshots) = (first, 0);
    assert!(doc.index_job().unwrap().run(
        || false,
        |snapshot| {
            assert!(doc.apply(snapshot));
            assert!(doc.lines(Form::Pretty) >= known && doc.lines(Form::Raw) > 0);
            (known, snapshots) = (doc.lines(Form::Pretty), snapshots + 1);
        }
    ));
    assert!(snapshots > 4);
    assert_eq!(known, 400_000 * 5 + 2);
    assert_eq!(doc.line(Form::Pretty, 400), line);
}

#[test]
fn a_job_can_be_cancelled_and_old_news_is_refused() {
    let mut doc = Document::new(objects(10_000), Syntax::Json);
    let mut heard = Vec::new();
    assert!(!doc.index_job().unwrap().run(|| true, |snapshot| heard.push(snapshot)));
    assert!(heard.is_empty());
    assert!(doc.index_job().unwrap().run(|| false, |snapshot| heard.push(snapshot)));
    assert!(doc.apply(heard.last().unwrap().clone()));
    assert!(!doc.apply(heard[0].clone()), "older");
    let mut other = Document::new(objects(10_000), Syntax::Json);
    assert!(!other.apply(heard[0].clone()), "another body");
}

#[test]
fn a_fault_leaves_the_rest_as_text() {
    let body = "{\"a\": 1,\n \"b\": tru,\n \"c\": 3}";
    let doc = whole(body, Syntax::Json);
    let fault = doc.fault().unwrap();
    assert_eq!((fault.offset, fault.reason), (15, "expected a value"));
    let expected = [
        "{",
        "  \"a\": 1,",
        "  \"b\": tru,",
        "✗ not valid JSON at 2:7: expected a value",
        " \"c\": 3}",
    ];
    assert_eq!(texts(&doc, Form::Pretty), expected);
    assert_eq!(
        doc.text_range(Form::Pretty, 0..5, usize::MAX).unwrap().unwrap(),
        "{\n  \"a\": 1,\n  \"b\": tru,\n \"c\": 3}"
    );
    let numbers: Vec<_> = doc.lines_from(Form::Pretty, 0).map(|line| line.number).collect();
    assert_eq!(numbers, [Some(1), Some(2), Some(3), None, Some(4)]);
    assert_eq!(doc.last_number(Form::Pretty), 4);
    let places = [1, 10, 20, 27].map(|offset| doc.line_at(Form::Pretty, offset));
    assert_eq!(places, [Some(1), Some(2), Some(4), Some(4)]);
    assert_eq!([3, 4].map(|n| doc.line_of_number(Form::Pretty, n)), [Some(2), Some(4)]);
    for line in 0..5 {
        let from: Vec<_> = doc.lines_from(Form::Pretty, line).map(|line| line.number).collect();
        assert_eq!(from, numbers[line..], "also from the middle on");
    }
}

#[test]
fn the_note_stands_where_the_fault_is() {
    let note = |body: &str| {
        let lines = texts(&whole(body.to_owned(), Syntax::Json), Form::Pretty);
        let at = lines.iter().position(|line| line.starts_with('✗')).unwrap();
        (at, lines.len())
    };
    assert_eq!(
        note("{\"a\": 1,\n\"b\":\n\n\"cut off"),
        (5, 6),
        "an end that comes too early is at the end"
    );
    assert_eq!(note("{\"a\":\n\n\ntru,\n\"b\": 1}"), (4, 7));
    let long = format!("[1,\n{{\"a\":tru,\"b\":\"{}\"}}\n]", "x".repeat(9000));
    assert_eq!(note(&long), (3, 8), "above a line that is longer than a screen is high");
}

#[test]
fn html_in_place_of_json_is_shown_as_it_is() {
    let doc = whole("<html>\n<body>502</body>", Syntax::Json);
    let lines = texts(&doc, Form::Pretty);
    assert_eq!(lines[1..], ["<html>", "<body>502</body>"]);
}

#[test]
fn lines_after_the_value_are_kept() {
    let doc = whole("{\"a\":1}\n{\"b\":2}\n", Syntax::Json);
    let lines = texts(&doc, Form::Pretty);
    assert_eq!(lines[..3], ["{", "  \"a\": 1", "}"]);
    assert_eq!(lines[4..], ["{\"b\":2}"]);
}

#[test]
fn empty_bodies_have_no_lines() {
    for syntax in [Syntax::Json, Syntax::Text, Syntax::Hex] {
        let doc = whole("", syntax);
        assert_eq!(
            (doc.lines(Form::Pretty), doc.lines(Form::Raw), doc.fault()),
            (0, 0, None)
        );
    }
    assert_eq!(whole(" \n ", Syntax::Json).lines(Form::Pretty), 0);
}

#[test]
fn long_strings_are_drawn_in_part_and_copied_whole() {
    let long = "日本".repeat(1_000_000);
    let doc = whole(format!("{{\"a\":\"{long}\",\"b\":\"{long}\",\"c\":1}}"), Syntax::Json);
    assert_eq!(doc.lines(Form::Pretty), 5);
    assert_eq!(
        doc.line_text(Form::Pretty, 2).unwrap().unwrap(),
        format!("  \"b\": \"{long}\",")
    );
    let line = doc.line(Form::Pretty, 2).unwrap();
    assert!(glyphs::columns(&line) < 2000);
    let value = line.value().unwrap();
    assert!(doc.source().read(value.start, value.len()).unwrap() == format!("\"{long}\""));
    assert_eq!(doc.line_text(Form::Pretty, 3).unwrap().unwrap(), "  \"c\": 1");
}

#[test]
fn a_line_of_megabytes_comes_in_pieces_under_one_number() {
    let body = format!("first\n{}\nlast", "é".repeat(3_000_000));
    let doc = whole(body.clone(), Syntax::Text);
    let lines = doc.lines(Form::Raw);
    assert_eq!(doc.last_number(Form::Raw), 3);
    assert_eq!(doc.line_of_number(Form::Raw, 3), Some(lines - 1));
    assert_eq!(doc.line_of_number(Form::Raw, 2), Some(1));
    assert_eq!(doc.line_of_number(Form::Raw, 4), None);
    assert!(
        doc.lines_from(Form::Raw, 0)
            .all(|line| line.bytes.len() <= 4097 && !line.text(doc.source()).unwrap().contains('\u{fffd}'))
    );
    assert_eq!(doc.text_range(Form::Raw, 0..lines, usize::MAX).unwrap().unwrap(), body);
    let line = doc.line_at(Form::Raw, 5_000_001).unwrap();
    assert!(doc.line(Form::Raw, line).unwrap().bytes.contains(&5_000_001));
}

#[test]
fn megabytes_of_white_space_are_passed_over() {
    let space = " \n".repeat(3_000_000);
    let doc = whole(format!("{space}[{space}1{space},{space}2{space}]{space}"), Syntax::Json);
    assert_eq!(texts(&doc, Form::Pretty), ["[", "  1,", "  2", "]"]);
    assert_eq!(doc.line_at(Form::Pretty, 9_000_000), Some(0));
    assert_eq!(doc.line_at(Form::Pretty, doc.source().len() - 1), Some(3));
    assert_eq!(
        doc.line(Form::Pretty, 1).unwrap().value().map(|value| value.len()),
        Some(1)
    );
}

#[test]
fn depth_has_no_limit() {
    let depth = 100_000;
    let doc = whole(format!("{}{}", "[".repeat(depth), "]".repeat(depth)), Syntax::Json);
    assert_eq!((doc.lines(Form::Pretty), doc.fault()), (2 * depth - 1, None));
    let doc = whole("[".repeat(depth), Syntax::Json);
    assert_eq!(doc.fault().map(|fault| fault.offset), Some(depth));
}

#[test]
fn binary_is_a_dump() {
    let doc = whole(&b"\x00\x01Hi\xff"[..], Syntax::Hex);
    let text = doc.line_text(Form::Pretty, 0).unwrap().unwrap();
    assert!(
        text.starts_with("00000000  00 01 48 69 ff ") && text.ends_with(" ··Hi·"),
        "{text}"
    );
}
