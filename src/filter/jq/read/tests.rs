//! What is no JSON, and what ends early.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::filter::{FilterError, LINES, Limits, Session, Stop};

fn run(media_type: &str, body: &str, text: &str) -> (String, Option<String>) {
    let mut session = Session::new(body.to_owned().into(), media_type, Limits::default());
    match session.run(text, &Stop::never()) {
        Ok(found) => (String::from_utf8_lossy(&found.bytes).into_owned(), found.cut),
        Err(error) => (format!("✗ {error}"), None),
    }
}

#[test]
fn of_many_lines_one_that_is_no_json_is_passed_over() {
    let lines = "{\"n\":1}\noops {\"n\":2}\n{\"n\":3}\n{\"n\":\n";
    let (found, flaw) = run(LINES, lines, ".n");
    let told = "line 2 is no JSON, and passed over: a value should stand here";
    assert_eq!((found.as_str(), flaw.as_deref()), ("1\n3\n", Some(told)));
    let (found, flaw) = run(LINES, lines, "$.n");
    assert_eq!(flaw.as_deref(), Some(told), "{found}");
    // What goes over lines is broken where it is broken, with all that is in it.
    let laid = "{\"n\":1}\n{\n  \"n\": oops,\n  \"m\": [\n    1,\n    2\n  ]\n}\n{\"n\":3}\n";
    let told = "what begins in line 2 is no JSON, and passed over: a value should stand here in line 3";
    assert_eq!(
        run(LINES, laid, "."),
        ("{\"n\":1}\n{\"n\":3}\n".to_owned(), Some(told.to_owned()))
    );
    let nothing = "✗ the body is no JSON: line 1 is no JSON, and passed over: a value should stand here";
    assert_eq!(run(LINES, "oops\n", ".n"), (nothing.to_owned(), None));
}

#[test]
fn a_line_that_is_no_json_takes_none_with_it_and_leaves_no_values() {
    for (lines, expected, told) in [
        ("2026-11-30 ok\n{\"n\":1}\n", "1", "line 1"),
        ("{\"n\":1}\n{\"m\":\"tex\n{\"n\":3}\n", "1\n3", "line 2"),
        (
            "{\"n\":1}\n{\"m\":\"tex\n{\"n\":\"3\"}\n{\"n\":4}",
            "1\n\"3\"\n4",
            "line 2",
        ),
        ("{\"n\":1}\n{\"m\":[1,\n{\"n\":3}\n{\"n\":4}\n", "1\n3\n4", "line 2"),
        ("{\"n\":1}\n{\"n\":2} oops\n12:30 up\n{\"n\":3}\n", "1\n3", "line 2"),
        ("{\n  \"n\": 1\n} oops\n{\"n\":3}\n", "3", "line 3"),
    ] {
        let (found, flaw) = run(LINES, lines, ".n");
        let flaw = flaw.unwrap_or_default();
        assert_eq!(found.trim_end(), expected, "{lines}");
        assert!(flaw.starts_with(&format!("{told} is no JSON")), "{lines}: {flaw}");
    }
    // What is laid out goes over lines, and several values may share one.
    let laid = "{\n  \"n\": 1\n} {\"n\":2}{\n\"n\": 3 }\n[\n\n]\n{\"n\":4}";
    assert_eq!(run(LINES, laid, ".n?"), ("1\n2\n3\n4\n".to_owned(), None));
    // Nothing is told of what did not come.
    let early = run(LINES, "{\"n\":1}\n{\n  \"n\": 2,\n  \"m\": [", ".n");
    assert_eq!((early.0.as_str(), early.1.as_deref()), ("1\n2\n", Some(super::EARLY)));
}

#[test]
fn a_value_that_is_left_open_takes_no_line_below_with_it() {
    for (lines, expected, told) in [
        (
            "{\"n\":1}\n{\"trace\":[\n  at foo.js:3\n{\"n\":3}\n{\"n\":4}\n",
            "1\n3\n4",
            "what begins in line 2",
        ),
        ("{\"n\":1}\n{\"m\":[1,\n{\"n\":3}\n", "1\n3", "line 2"),
        ("{\"n\":1}\n{\"m\":[\n  1,\n  2\n\n{\"n\":3}", "1\n3", "line 2"),
        (
            "  {\"n\":1}\n  {\"m\":[\n    1,\n  {\"n\":3}\n  {\"n\":4}\n",
            "1\n3\n4",
            "line 2",
        ),
        ("{\"m\":[1,\n{\n  \"n\": 3\n}\n{\"n\":4}\n", "3\n4", "line 1"),
        ("{\n  \"n\": oops\n}\n  {\"n\":3}\n", "3", "what begins in line 1"),
        ("{\"a\":tru\n  {\"n\":3}\n", "3", "line 1"),
        ("[\n  [\n  oops\n[\noops\n{\"n\":3}\n", "3", "what begins in line 1"),
    ] {
        let (found, flaw) = run(LINES, lines, ".n");
        assert_eq!(found.trim_end(), expected, "{lines}");
        let flaw = flaw.unwrap_or_default();
        assert!(flaw.starts_with(&format!("{told} is no JSON")), "{lines}: {flaw}");
    }
    let numbers = run(LINES, "{\"n\":1}\n{\"m\":[1,\n\"a\n2\n3\n4\n5\n", ".").0;
    assert_eq!(numbers, "{\"n\":1}\n2\n3\n4\n5\n");
    let many = format!("{}{{\n  \"n\": 7\n}}\n", "[[],\n{\n".repeat(100));
    assert_eq!(run(LINES, &many, ".n").0, "7");
}

#[test]
fn a_line_that_ends_within_an_escape_takes_no_line_below_with_it() {
    for body in ["\"a\\\n 1\n2\n", "\"\\u0\n 1\n2\n", "\u{c}\n 1\n2\n"] {
        assert_eq!(run(LINES, body, ".").0, "1\n2\n", "{body:?}");
    }
    // Nor does a number with a zero before it, where the body ends.
    assert_eq!(run(LINES, "1\n[\n01", ".").0, "1");
    // A value within one that was beaten by a line below may end early all the same.
    let (found, flaw) = run(LINES, "[\n\"x\"\n,\n[\n{\"a\":", ".");
    assert_eq!((found.as_str(), flaw.is_some()), ("\"x\"\n[{}]\n", true));
}

#[test]
fn of_lines_that_end_early_what_is_whole_is_filtered() {
    for (lines, expected) in [
        ("{\"n\":1}\n{\"n\":2} {\"n\":3,\"m\":[", "1\n2\n3"),
        ("{\"n\":1}\n{\"n\":2,\"m\":\"te", "1\n2"),
        ("{\"n\":1}\n{\"n\":2} \"te", "1\n2"),
        ("{\"n\":1}\n{\n\"n\": 2,\n\"m\": 3\n", "1\n2"),
        ("{\"n\":1}\n[\n{\"n\":2},\n{\"n\":3}", "1\n2\n3"),
    ] {
        let (found, flaw) = run(LINES, lines, "(.[]? | objects), . | .n? // empty");
        assert_eq!(
            (found.trim_end(), flaw.as_deref()),
            (expected, Some(super::EARLY)),
            "{lines}"
        );
    }
}

#[test]
fn many_lines_that_are_no_json_are_read_once() {
    // Each value that is begun is a step, and who may stop it is asked every 256 of them.
    let steps = |body: &str| {
        let asked = Arc::new(AtomicUsize::new(0));
        let counts = Arc::clone(&asked);
        let stop = Stop::when(move || {
            counts.fetch_add(1, Ordering::Relaxed);
            false
        });
        let mut values = super::Values::forgiving(super::Forgives::Lines);
        let read = values.more(body.as_bytes(), true, Limits::default(), &stop);
        assert!(read.is_ok(), "{read:?}");
        256 * asked.load(Ordering::Relaxed)
    };
    let deep = format!("{}oops\n", "[\n".repeat(400));
    for part in [
        "2026-11-30 12:30 the server is up\n",
        "oops\n",
        "[[],\n{\n",
        "{\"m\":[1,\n  2,\n  3,\n  oops\n",
        &deep,
    ] {
        let body = format!("{{\"n\":1}}\n{}", part.repeat(200_000 / part.len()));
        let steps = steps(&body);
        assert!(
            (1..2 * body.len()).contains(&steps),
            "{part}: {steps} of {}",
            body.len()
        );
    }
    let (found, flaw) = run(LINES, &format!("{{\"n\":1}}\n{}", "oops\n".repeat(200_000)), ".n");
    assert_eq!(found, "1");
    assert!(flaw.is_some_and(|flaw| flaw.starts_with("line 2 ")));
}

#[test]
fn lines_that_arrive_are_passed_over_when_they_have_ended() -> Result<(), FilterError> {
    let mut values = super::Values::forgiving(super::Forgives::Lines);
    let body = b"{\"n\":1}\noops\n{\"n\":2}\noo";
    values.more(&body[..11], false, Limits::default(), &Stop::never())?;
    assert_eq!((values.read.len(), values.at, values.flaw.as_deref()), (1, 8, None));
    values.more(&body[values.at..], false, Limits::default(), &Stop::never())?;
    let told = "line 2 is no JSON, and passed over: a value should stand here";
    assert_eq!((values.read.len(), values.flaw.as_deref()), (2, Some(told)));
    // What goes over lines is waited for.
    let laid = b"{\n \"n\": [\n3]\n}\n{\n \"m\": oops\n}\n";
    values.more(&laid[..14], false, Limits::default(), &Stop::never())?;
    assert_eq!(values.read.len(), 2);
    values.more(laid, false, Limits::default(), &Stop::never())?;
    assert_eq!(values.read.len(), 3);
    // One that is broken is passed over as soon as it is, and so is the rest of it when it comes.
    let mut values = super::Values::forgiving(super::Forgives::Lines);
    let body = b"{\"n\":1}\n{\"trace\":[\n  at foo\n  3\n]}\n{\"n\":2}\n";
    for (end, read) in [(19, 1), (28, 1), (30, 1), (32, 1), (35, 1), (43, 2)] {
        values.more(&body[values.at..end], false, Limits::default(), &Stop::never())?;
        assert_eq!(values.read.len(), read, "{end}");
    }
    let told = "what begins in line 2 is no JSON, and passed over: a value should stand here in line 3";
    assert_eq!(values.flaw.as_deref(), Some(told));
    Ok(())
}

#[test]
fn of_a_body_that_ends_early_what_is_whole_is_filtered() {
    let told = Some("the body ends early: what is whole of it was filtered".to_owned());
    for (body, expected) in [
        (
            r#"{"a":[{"b":1,"c":[2,3]},{"b":4,"c":[5,6"#,
            r#"[{"b":1,"c":[2,3]},{"b":4,"c":[5]}]"#,
        ),
        (r#"{"a":[1,2],"d":"x"#, "[1,2]"),
        (r#"{"a":[1,2],"d":tru"#, "[1,2]"),
        (r#"{"a":[1,2],"d""#, "[1,2]"),
        (r#"{"a":[1,{"b":"\u00"#, "[1,{}]"),
        (r#"{"a":[1,"#, "[1]"),
    ] {
        assert_eq!(
            run("application/json", body, ".a|tojson|fromjson"),
            (expected.to_owned(), told.clone()),
            "{body}"
        );
    }
    let wrong = run("application/json", "[1,oops", ".").0;
    assert_eq!(wrong, "✗ the body is no JSON: a value should stand here in line 1");
    let short = run("application/json", "\"abc", ".").0;
    assert_eq!(short, "✗ the body is no JSON: a text has no closing quote in line 1");
    let strict = super::read(b"[1,2", Limits::default(), &Stop::never());
    assert!(strict.is_err(), "what is compared is compared as it is");
}
