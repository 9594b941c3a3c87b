//! A body that is gone over answers as one that is read as a whole.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use proptest::prelude::*;

use super::*;

fn limits(least: usize) -> Limits {
    Limits {
        walked: least,
        streamed: least,
        ..Limits::default()
    }
}

/// Both answers to a text, and both completions of it; a plain path goes over the body where it may.
fn both(media_type: &str, body: &str, text: &str) -> [(Result<Filtered, FilterError>, Option<Completion>); 2] {
    [0, usize::MAX].map(|least| {
        let (body, media_type, text) = (body.to_owned(), media_type.to_owned(), text.to_owned());
        let thread = std::thread::Builder::new().stack_size(Session::STACK).spawn(move || {
            let mut session = Session::new(body.into(), &media_type, limits(least));
            let ran = session.run(&text, &Stop::never());
            let is_walked = matches!(session.parsed, Parsed::Spans(..));
            assert!(least == 0 || !is_walked, "{text}");
            let must_be = least == 0 && ran.is_ok() && [".a", ".a[0]", ".[].a", "$.a.b"].contains(&&*text);
            assert!(!must_be || is_walked, "{text}");
            (ran, session.complete(&format!("{text}."), &Stop::never()))
        });
        thread.unwrap().join().unwrap()
    })
}

#[track_caller]
fn alike(media_type: &str, body: &str, text: &str) {
    let [walked, whole] = both(media_type, body, text);
    assert_eq!(walked.0, whole.0, "{text} of {body}");
    assert_eq!(walked.1, whole.1, "{text}. of {body}");
}

const TEXTS: [&str; 27] = [
    ".a",
    ".a.b",
    ".a[0]",
    ".a[-1]",
    ".a[-2].b",
    ".[1]",
    ".[-3]",
    ".[]",
    ".[].a",
    ".a[]",
    ".a[]?",
    ".a?",
    ".[]?.a?.b",
    ".a[].b | length?",
    ".[\"b c\"]",
    ".a.\"ä\"",
    ".[] | select(. != null)",
    ".[] | halt",
    ".a | .b, .a",
    "$.a",
    "$.a.b",
    "$[1]",
    "$[-1].a",
    "$[*]",
    "$.a[*].b",
    "$[?@.a]",
    "$.a[?@.b == 1]..b",
];

#[test]
fn a_body_that_is_gone_over_is_like_one_that_is_read() {
    for body in [
        "null",
        "7",
        "{}",
        "[]",
        r#"{"a":1,"a":{"b":2,"b":[3]},"b":4}"#,
        r#"{"\u0061":{"b":"\n"},"b c":1}"#,
        r#"{"a":{"ä":1,"\u00e4":2}}"#,
        r#" {"a" : [ {"b":1} , {"b":1.0,"c":{"b":7}} ,null]} "#,
        r#"[{"a":{"b":1}},{"a":{"b":2},"a":{}}]"#,
        r#"{"a":[1,2,3]} [4,5] {"a":{"b":6}}"#,
        "\u{feff}{\"a\":[{\"b\":null}]}",
        // What is no JSON, wherever that stands.
        r#"{"a":1,}"#,
        "[1,\n2 3]",
        r#"{"a":[1,2],"b":oops}"#,
        r#"{"a":"\x"}"#,
        "{\"a\":1}\n}",
        "",
        " ",
        // What ends early.
        r#"{"a":[1,{"b":2"#,
        r#"{"a":[1,{"b":2},{"b":tr"#,
        r#"{"a":{"b":1},"a":"x"#,
        r#"[{"a":1},{"a""#,
        r#"[{"a":1},"#,
        r#"{"a":1} {"a":[2,"#,
        r#"{"a":1} "x"#,
        "[12",
        "\"abc",
    ] {
        for text in TEXTS {
            alike("application/json", body, text);
        }
    }
    for lines in [
        "{\"a\":1}\noops\n{\"a\":[2]} {\"a\":{}}\n",
        "{\n\"a\": [\n{\"b\":1}]\n}\n[1,\n3",
        "oops\n",
    ] {
        for text in TEXTS {
            alike(LINES, lines, text);
        }
    }
}

#[test]
fn only_what_a_path_leads_to_takes_memory() {
    let body = format!(
        "{{\"items\":[{}null],\"last\":{{\"n\":1}}}}",
        "{\"id\":1,\"name\":\"x\"},".repeat(20_000)
    );
    let limits = Limits {
        memory: 4 << 20,
        ..limits(0)
    };
    let thread = std::thread::Builder::new().stack_size(Session::STACK).spawn(move || {
        let mut session = Session::new(body.into(), "", limits);
        let mut run = |text: &str| session.run(text, &Stop::never()).map(|found| found.bytes.len());
        for (text, len) in [
            (".last.n", 1),
            (".items[-2].name", 3),
            ("$.items[7].id", 1),
            (".items[]?.name?", 20_000 * 4 + 5),
            (".items[] | select(.id == 2)", 0),
            ("$.items[?@.id == 1].id", 40_000),
        ] {
            assert_eq!(run(text), Ok(len), "{text}");
        }
        let full = FilterError::Body("stopped: the filter needs more than 4 MiB of memory".to_owned());
        assert_eq!(run(".items | length"), Err(FilterError::Run(full.to_string())));
        assert_eq!(run("."), Err(full));
        assert!(run(".items.name").is_err_and(|error| error.to_string().starts_with("cannot index [")));
        let keys = session.complete(".items[].", &Stop::never()).unwrap();
        assert_eq!(keys.texts, ["id", "name"]);
        assert_eq!(session.complete(".", &Stop::never()).unwrap().texts, ["items", "last"]);
    });
    thread.unwrap().join().unwrap();
}

/// A body that counts how many bytes of it were read.
#[derive(Debug)]
struct Counting(Bytes, std::sync::atomic::AtomicUsize);

impl Text for Counting {
    fn known(&self) -> (usize, bool) {
        (self.0.len(), true)
    }

    fn grown(&self, _: usize, _: Duration) -> (usize, bool) {
        self.known()
    }

    fn read(&self, offset: usize, len: usize) -> io::Result<Bytes> {
        let bytes = self.0.slice(offset..offset.saturating_add(len).min(self.0.len()));
        self.1.fetch_add(bytes.len(), std::sync::atomic::Ordering::Relaxed);
        Ok(bytes)
    }
}

#[test]
fn a_body_that_is_gone_over_is_read_once() {
    let body = format!("{{\"a\":[{}1]}}", "1,".repeat(10_000));
    let body = Arc::new(Counting(body.into(), std::sync::atomic::AtomicUsize::new(0)));
    let own = Arc::clone(&body);
    let thread = std::thread::Builder::new().stack_size(Session::STACK).spawn(move || {
        let mut session = Session::of(own.clone(), "", limits(0));
        for text in [".a[0]", ".a[1]", "$.a[2]"] {
            assert_eq!(session.run(text, &Stop::never()).unwrap().count, 1);
        }
        // What is kept of it is memory, too.
        let little = Limits {
            memory: 10_000,
            ..limits(0)
        };
        let error = Session::of(own, "", little).run(".a[0]", &Stop::never()).unwrap_err();
        assert!(error.to_string().contains("memory"), "{error}");
    });
    thread.unwrap().join().unwrap();
    let read = body.1.load(std::sync::atomic::Ordering::Relaxed);
    assert!(read <= 2 * (body.0.len() + 1024), "{read}");
}

/// Runs on the stack that sessions have.
fn filter(media_type: &str, body: &str, text: &str) -> Result<Filtered, FilterError> {
    let (media_type, body, text) = (media_type.to_owned(), body.to_owned(), text.to_owned());
    let thread = std::thread::Builder::new().stack_size(Session::STACK);
    let run =
        thread.spawn(move || Session::new(body.into(), &media_type, Limits::default()).run(&text, &Stop::never()));
    run.unwrap().join().unwrap()
}

#[test]
fn what_is_nested_too_deep_is_told_as_that_whether_it_ends_or_not() {
    let deep = "stopped: a value is nested more than 10000 levels deep";
    for levels in [20_000, 1_000_000] {
        for text in [".t", "$[0][0]", "."] {
            for body in [
                "[".repeat(levels),
                "{\"a\":".repeat(levels),
                "[".repeat(levels) + &"]".repeat(levels),
            ] {
                let error = filter("", &body, text).unwrap_err();
                assert_eq!(error.to_string(), deep, "{levels} {text}");
            }
        }
    }
    let fits = "[".repeat(10_000) + &"]".repeat(10_000);
    assert_eq!(filter("", &fits, "$[0][0][0]").unwrap().count, 1);
    let lines = format!("{{\"n\":1}}\n{}\n{{\"n\":2}}\n", "[".repeat(20_000));
    assert_eq!(filter(LINES, &lines, ".n").unwrap().bytes, "1\n2\n");
    alike(LINES, &lines, ".n");
}

#[test]
fn how_far_a_large_body_is_read_is_told() {
    let body = format!("[{}1]", "[1,2],".repeat(400_000));
    for text in [".[3]", ".[] | empty", "length"] {
        let told = Arc::new(std::sync::Mutex::new(Vec::new()));
        let (body, tells) = (body.clone(), Arc::clone(&told));
        let thread = std::thread::Builder::new().stack_size(Session::STACK).spawn(move || {
            let stop = Stop::never().telling(move |percent| tells.lock().unwrap().push(percent));
            Session::new(body.into(), "", limits(0))
                .run(text, &stop)
                .map(|found| found.count)
        });
        thread.unwrap().join().unwrap().unwrap();
        let told = told.lock().unwrap();
        assert!(
            told.len() > 50 && told.is_sorted() && told.last() == Some(&100),
            "{text}: {told:?}"
        );
    }
}

/// JSON with few names, so that paths lead somewhere.
fn json() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("null".to_owned()),
        Just("true".to_owned()),
        Just("1.0".to_owned()),
        Just("-3".to_owned()),
        Just("\"b\\u00e4\\\"]\"".to_owned()),
    ];
    let name = prop_oneof![Just("a"), Just("b"), Just("\\u0062"), Just("b c")];
    leaf.prop_recursive(4, 40, 5, move |inner| {
        let member = (name.clone(), inner.clone()).prop_map(|(name, value)| format!("\"{name}\": {value}"));
        prop_oneof![
            prop::collection::vec(inner, 0..5).prop_map(|items| format!("[{}]", items.join(" ,"))),
            prop::collection::vec(member, 0..5).prop_map(|members| format!("{{{}}}", members.join(","))),
        ]
    })
}

fn path() -> impl Strategy<Value = String> {
    let step = prop_oneof![
        Just("[\"a\"]"),
        Just("[\"b\"]"),
        Just("[\"b c\"]"),
        Just("[0]"),
        Just("[-1]"),
        Just("[-2]"),
        Just("[2]"),
        Just("[]"),
    ];
    let step = (step, any::<bool>()).prop_map(|(step, forgives)| format!("{step}{}", if forgives { "?" } else { "" }));
    (prop::collection::vec(step, 1..4), any::<bool>(), any::<bool>()).prop_map(|(steps, path, pipe)| {
        let steps = steps.concat();
        match (path, pipe) {
            (true, _) => format!("${}", steps.replace('?', "").replace("[]", "[*]")),
            (false, true) => format!(".{steps} | .a?, type"),
            (false, false) => format!(".{steps}"),
        }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_path_through_any_body_leads_to_the_same(
        bodies in prop::collection::vec(json(), 1..4),
        path in path(),
        lines in any::<bool>(),
        cut in 0..40_usize,
    ) {
        let mut body = bodies.join("\n");
        // Some end early.
        body.truncate(body.len() - cut.saturating_sub(20).min(body.len()));
        alike(if lines { LINES } else { "application/json" }, &body, &path);
    }
}
