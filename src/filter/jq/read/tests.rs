//! What is no JSON, and what ends early.

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
    // What goes over lines is broken where it is broken.
    let laid = "{\"n\":1}\n{\n  \"n\": oops,\n  \"m\": 1\n}\n";
    let error = "✗ the body is no JSON: a value should stand here in line 3";
    assert_eq!(run(LINES, laid, ".n"), (error.to_owned(), None));
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
fn many_lines_that_are_no_json_are_read_once() {
    for line in ["2026-11-30 12:30 the server is up\n", "oops\n", "[[],\n{\n"] {
        let lines = format!("{{\"n\":1}}\n{}", line.repeat(200_000));
        let begun = std::time::Instant::now();
        let (found, flaw) = run(LINES, &lines, ".n");
        assert!(begun.elapsed().as_secs() < 20, "{line}");
        assert_eq!(found, "1", "{line}");
        assert!(flaw.is_some_and(|flaw| flaw.starts_with("line 2 ")), "{line}");
    }
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
    // What goes over lines is waited for, and what is wrong in it told at the end.
    let laid = b"{\n \"n\": [\n3]\n}\n{\n \"m\": oops\n}\n";
    values.more(&laid[..14], false, Limits::default(), &Stop::never())?;
    assert_eq!(values.read.len(), 2);
    values.more(laid, false, Limits::default(), &Stop::never())?;
    assert_eq!(values.read.len(), 3);
    assert!(
        values
            .more(&laid[15..], true, Limits::default(), &Stop::never())
            .is_err()
    );
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
