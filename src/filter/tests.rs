//! Filters as they are typed, right, wrong and endless.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod bounds;

use super::*;

const BODY: &str = r#"{"items": [{"name": "a", "n": 1.0, "tags": ["x", "y"]}, {"name": "b", "n": 20, "ok": true},
    {"name": "c", "n": 12345678901234567890123, "ok": false}], "odd key": null, "next": "a/b c"}"#;
const XML: &str = r#"<?xml version="1.0"?><s:Envelope xmlns:s="http://s/" xmlns="http://d/"><s:Body><item id="1">A &amp; B</item>
<item id="2"><sub/>C</item></s:Body></s:Envelope>"#;

/// Runs on the stack that sessions have.
fn with(limits: Limits, media_type: &'static str, body: &str, text: &str) -> Result<Filtered, FilterError> {
    let (body, text) = (body.to_owned(), text.to_owned());
    let thread = std::thread::Builder::new().stack_size(Session::STACK);
    let run = thread.spawn(move || Session::new(body.into(), media_type, limits).run(&text, &Stop::never()));
    run.unwrap().join().unwrap()
}

fn filter(media_type: &'static str, body: &str, text: &str) -> Result<Filtered, FilterError> {
    with(Limits::default(), media_type, body, text)
}

fn out(text: &str) -> String {
    match filter("application/json", BODY, text) {
        Ok(filtered) => String::from_utf8(filtered.bytes.to_vec())
            .unwrap()
            .trim_end()
            .to_owned(),
        Err(error) => format!("✗ {}", error.words(str::to_owned)),
    }
}

#[test]
fn jq_does_what_jq_does() {
    for (text, expected) in [
        (".items[0].name", r#""a""#),
        (".items[].n", "1.0\n20\n12345678901234567890123"),
        (".items | length", "3"),
        (".items | map(.name) | join(\"-\")", r#""a-b-c""#),
        (".items[] | select(.ok) | {name, n}", r#"{"name":"b","n":20}"#),
        (".items | map(.n + 1) | .[0:2]", "[2,21]"),
        (".items | sort_by(-.n) | .[0].name", r#""c""#),
        (".items | group_by(.ok) | map(length)", "[1,1,1]"),
        ("[.items[].tags[]?]", r#"["x","y"]"#),
        (".next | test(\"B c$\"; \"i\")", "true"),
        (".next | [match(\"[ab]\"; \"g\").offset]", "[0,2]"),
        (".next | sub(\"(?<x>a)\"; \"<\\(.x)>\")", r#""<a>/b c""#),
        (".next | gsub(\"[ /]\"; \"\")", r#""abc""#),
        (".next | [splits(\"[ /]\")]", r#"["a","b","c"]"#),
        (
            ".next | @uri, @base64, (@base64 | @base64d)",
            "\"a%2Fb%20c\"\n\"YS9iIGM=\"\n\"a/b c\"",
        ),
        (
            "[.items[].name] | @csv, @tsv, @json",
            "\"\\\"a\\\",\\\"b\\\",\\\"c\\\"\"\n\"a\\tb\\tc\"\n\"[\\\"a\\\",\\\"b\\\",\\\"c\\\"]\"",
        ),
        ("keys", r#"["items","next","odd key"]"#),
        (".[\"odd key\"]", "null"),
        (".items |= length", r#"{"items":3,"odd key":null,"next":"a/b c"}"#),
        (".items[1] |= del(.ok) | .items[1]", r#"{"name":"b","n":20}"#),
        ("[paths | length] | add", "44"),
        ("to_entries[2]", r#"{"key":"next","value":"a/b c"}"#),
        ("[{\"k\": \"a\", \"v\": 1}] | from_entries", r#"{"a":1}"#),
        (
            "with_entries(.value |= type)",
            r#"{"items":"array","odd key":"null","next":"string"}"#,
        ),
        (".missing // \"default\"", r#""default""#),
        ("try error(\"no\") catch .", r#""no""#),
        ("reduce range(5) as $n (0; . + $n)", "10"),
        ("[limit(3; repeat(1))]", "[1,1,1]"),
        ("10 / 4, 10 / 5, 7 % 3, -(1)", "2.5\n2\n1\n-1"),
        (
            "\"2026-11-23T12:00:00Z\" | fromdate | todate",
            r#""2026-11-23T12:00:00Z""#,
        ),
        ("[1, [2, [3]]] | flatten", "[1,2,3]"),
        ("\"3.0\" | tonumber", "3.0"),
        ("nan | isnan", "true"),
        ("[3, nan, 1] | sort | tojson", r#""[null,1,3]""#),
        ("2 | sqrt | floor", "1"),
        ("pow(2; 10)", "1024"),
        ("[.[] | scalars]", r#"[null,"a/b c"]"#),
        ("{\"a\": {\"b\": 1}} * {\"a\": {\"c\": 2}}", r#"{"a":{"b":1,"c":2}}"#),
        (
            "\"ab\" * 2, ([1, 2, 1] - [1]), (\"a,b\" / \",\")",
            "\"abab\"\n[2]\n[\"a\",\"b\"]",
        ),
        ("[1,2,3] | IN(2), index(2), contains([3])", "false\n1\ntrue"),
        ("{} | .a.b[1] = 5", r#"{"a":{"b":[null,5]}}"#),
        ("[[1,2],[3]] | transpose", "[[1,3],[2,null]]"),
        ("\"€x\" | length, utf8bytelength, .[1:]", "2\n4\n\"x\""),
        ("halt", ""),
    ] {
        assert_eq!(out(text), expected, "{text}");
    }
    let two = filter("application/json", BODY, ".items[] | .n").unwrap();
    assert_eq!((two.count, two.form, two.cut), (3, Form::JsonLines, None));
    let one = filter("application/json", BODY, ".items").unwrap();
    assert_eq!((one.count, one.form), (1, Form::Json));
    let lines = filter("application/x-ndjson", "{\"a\":1}\n{\"a\":2}\n", ".a").unwrap();
    assert_eq!((&*lines.bytes, lines.count), (&b"1\n2\n"[..], 2));
    for (text, expected) in [
        ("[., inputs]", "[1,2,3,4,5]"),
        ("[., input]", "✗ there are no more values"),
        (". + (input? // 0)", "3\n7\n5"),
        ("first(inputs)", "2\n4"),
        ("[limit(2; inputs)], .", "[2,3]\n1\n[5]\n4"),
    ] {
        let found = match filter("application/x-ndjson", "1 2 3 4 5", text) {
            Ok(found) => String::from_utf8_lossy(&found.bytes).trim_end().to_owned(),
            Err(error) => format!("✗ {}", error.words(str::to_owned)),
        };
        assert_eq!(found, expected, "{text}");
    }
}

#[test]
fn what_is_wrong_is_said_in_words() {
    for (text, words) in [
        (".items[", "✗ a closing `]` is missing"),
        (".items | map(", "✗ a closing `)` is missing"),
        (".a |", "✗ a value or a filter is missing at the end"),
        ("1 2", "✗ nothing should follow behind `1`"),
        ("nosuch", "✗ there is no function `nosuch`"),
        ("map(.a; .b)", "✗ there is no function `map` with 2 arguments"),
        ("$x", "✗ this is no JSONPath"),
        ("env", "✗ there is no function `env`"),
        ("input", "✗ there are no more values"),
        ("include \"x\"; .", "✗ modules cannot be loaded here"),
        (".next.a", "✗ cannot index \"a/b c\" with \"a\""),
        (".items + 1", "✗ cannot calculate ["),
        (".next | test(\"(\")", "✗ `(` is no regular expression"),
        ("\"a", "✗ a closing quote is missing"),
    ] {
        let said = out(text);
        assert!(said.starts_with(words), "{text}: {said}");
        assert!(said.chars().count() < 200, "{said}");
    }
    let error = filter("application/json", "{\"a\": \n 1,}", ".").unwrap_err();
    assert_eq!(
        error.to_string(),
        "the body is no JSON: a name in quotes should stand here in line 2"
    );
    let error = filter("application/json", " ", ".").unwrap_err();
    assert_eq!(error.to_string(), "the body is empty");
    let long = "(".repeat(Session::MOST_TEXT + 1);
    assert!(out(&long).contains("4000 characters at most"));
    assert!(out(&"(".repeat(Session::MOST_TEXT)).contains("is missing"));
}

#[test]
fn nothing_runs_for_ever_or_takes_all_memory() {
    let limits = Limits {
        memory: 8 << 20,
        output: 1000,
        count: 50,
        ..Limits::default()
    };
    let said = |text: &str| match with(limits, "application/json", "[]", text) {
        Ok(filtered) => format!("{} {}", filtered.count, filtered.cut.unwrap_or_default()),
        Err(error) => error.to_string(),
    };
    let memory = "stopped: the filter needs more than 8 MiB of memory";
    assert_eq!(said("[range(1e12)]"), memory);
    assert_eq!(said("\"x\" * 1e15"), memory);
    assert_eq!(said("[[range(1000)] | combinations(5)]"), memory);
    assert_eq!(said("reduce range(1e9) as $n (\"\"; . + \"x\" * 1000)"), memory);
    assert_eq!(said(".[1e12] = 1"), memory);
    assert_eq!(said("1, 2, [range(1e12)]"), format!("2 {memory}"));
    let stack = "stopped: the filter calls itself without end";
    assert_eq!(said("def f: 1 + f; f"), stack);
    assert_eq!(said("def f: (f | 1); f"), stack);
    assert_eq!(said("def f: [f]; f"), stack);
    assert_eq!(
        said("reduce range(1e6) as $n (null; [.])"),
        "stopped: a value is nested more than 10000 levels deep"
    );
    assert_eq!(said("range(1e12)"), "50 only the first 50 values: there are more");
    assert_eq!(
        said("repeat(\"x\" * 400)"),
        "2 only the first 1000 bytes: there is more"
    );
}

#[test]
fn what_is_taken_is_counted_with_the_room_that_lists_and_objects_have_to_grow() {
    let limits = Limits {
        memory: 1 << 20,
        ..Limits::default()
    };
    let objects = |count| format!("[{}1]", "{\"a\":1,\"b\":2,\"c\":3,\"d\":4},".repeat(count));
    let run = |count| with(limits, "application/json", &objects(count), "length").map(|found| found.count);
    assert_eq!(run(1500), Ok(1));
    // Each takes more than 500 bytes.
    assert!(run(2500).is_err());
}

/// A program that makes a value of 2^36 leaves in 36 steps: they are shared.
fn shared() -> String {
    format!("1{}", "|[.,.]".repeat(36))
}

#[test]
fn what_shares_its_parts_is_written_and_compared_within_the_bounds() {
    let limits = Limits {
        memory: 8 << 20,
        output: 1000,
        body: 1 << 20,
        ..Limits::default()
    };
    let said = |text: &str| match with(limits, "application/json", "[]", text) {
        Ok(filtered) => format!("{} {}", filtered.count, filtered.cut.unwrap_or_default()),
        Err(error) => error.to_string(),
    };
    let shared = shared();
    let memory = "stopped: the filter needs more than 8 MiB of memory";
    assert_eq!(said(&shared), "stopped: the value has more than 1 MiB");
    assert_eq!(
        said(&format!("1, ({shared})")),
        "1 only the first 1000 bytes: there is more"
    );
    assert_eq!(said(&format!("{shared} | tojson | length")), memory);
    assert_eq!(said(&format!("{shared} | \"\\(.)\" | length")), memory);
    assert_eq!(said(&format!("{shared} | . == . | not")), "1 ");
    assert!(said(&format!("{shared} | .a")).starts_with("cannot index [[[["));
    assert!(said(&format!("{shared} | try .a catch length")).starts_with("1 "));
    let whole = with(limits, "", &format!("[{}1]", "1,".repeat(1000)), ".").unwrap();
    assert_eq!(whole.bytes.len(), 2003, "one value may be longer than many");
    // As many numbers as they are spelled.
    let spelled = format!("[{}1]", "1.00,".repeat(200_000));
    assert_eq!(with(limits, "", &spelled, "length").unwrap_err().to_string(), memory);
}

#[test]
fn comparing_and_writing_what_is_shared_is_given_up_at_once() {
    let (own, other) = (shared(), shared().replacen('1', "(1)", 1));
    for text in [
        format!("({own}) as $a | ({other}) as $b | $a == $b"),
        format!("{own} | tojson"),
        "$..*..*..*..*..*..nothing".to_owned(),
        format!("${}.nothing", "[*,*]".repeat(60)),
    ] {
        let stopped = std::thread::Builder::new().stack_size(Session::STACK).spawn(move || {
            let asked = std::sync::atomic::AtomicUsize::new(0);
            let stop = Stop::when(move || asked.fetch_add(1, std::sync::atomic::Ordering::Relaxed) > 100);
            let deep = format!("{}1{}", "[".repeat(100), "]".repeat(100));
            Session::new(deep.into(), "", Limits::default()).run(&text, &stop)
        });
        assert_eq!(stopped.unwrap().join().unwrap(), Err(FilterError::Cancelled));
    }
}

#[test]
fn a_path_has_only_as_many_places_as_there_is_room_for() {
    let limits = Limits {
        memory: 8 << 20,
        count: 1000,
        ..Limits::default()
    };
    let deep = format!("{}1{}", "[".repeat(100), "]".repeat(100));
    let said = |text: &str| match with(limits, "", &deep, text) {
        Ok(filtered) => format!("{} {}", filtered.count, filtered.cut.unwrap_or_default()),
        Err(error) => error.to_string(),
    };
    assert_eq!(said("$..*..*..*..*"), "1000 only the first 1000 values: there are more");
    assert_eq!(said("$..*"), "100 ");
    assert_eq!(said("$[?@..*..*..*]"), "1 ");
    assert_eq!(said("$..[?count(@..*) == count($[0]..*)]"), "1 ");
    assert_eq!(said(&format!("$[?@{}]", "[*,*]".repeat(60))), "1 ");
    let parens = format!("$[?{}", "(".repeat(Session::MOST_TEXT - 3));
    assert_eq!(said(&parens), "a closing `)` is missing at the end");
}

#[test]
fn numbers_are_ordered_and_read_as_they_are() {
    for (text, expected) in [
        (
            "9007199254740993 > 9007199254740992.0, 9007199254740992 == 9007199254740992.0",
            "true\ntrue",
        ),
        (
            "[9007199254740993, 9007199254740992.5, 9007199254740992, 1e300, -1e300, nan, 1.5, 1, 2] | sort",
            "[null,-1e300,1,1.5,2,9007199254740992.5,9007199254740992,9007199254740993,1e300]",
        ),
        (
            "-1.5 < -1, -2 < -1.5, 9223372036854775807 < 9223372036854775808",
            "true\ntrue\ntrue",
        ),
    ] {
        assert_eq!(out(text), expected, "{text}");
    }
    for broken in ["01", "-01", "00", "[1,02]", r#""\u+041""#, r#""\u 041""#] {
        let error = filter("application/json", broken, ".").unwrap_err();
        assert!(
            error.to_string().starts_with("the body is no JSON"),
            "{broken}: {error}"
        );
    }
    for fine in ["0", "-0", "0.5", "10", "0e1", "-0.0"] {
        assert_eq!(filter("application/json", fine, ".").unwrap().bytes, fine);
    }
}

#[test]
fn who_does_not_want_it_any_more_is_obeyed_at_once() {
    for text in [
        "last(range(1e15))",
        "def f: f; f",
        "[repeat(empty)]",
        "until(false; .)",
        "[range(1e9) | select(false)]",
    ] {
        let stopped = std::thread::Builder::new().stack_size(Session::STACK).spawn(move || {
            let asked = std::sync::atomic::AtomicUsize::new(0);
            let stop = Stop::when(move || asked.fetch_add(1, std::sync::atomic::Ordering::Relaxed) > 100);
            Session::new("[1]".into(), "", Limits::default()).run(text, &stop)
        });
        assert_eq!(stopped.unwrap().join().unwrap(), Err(FilterError::Cancelled), "{text}");
    }
}

#[test]
fn every_filter_is_given_up_whatever_it_looks_for() {
    let json = format!("[{}]", vec!["{\"a\":[1,{\"a\":2}]}"; 2000].join(","));
    let xml = format!("<r>{}</r>", "<a>x<b/></a>".repeat(2000));
    for (media_type, body, text) in [
        ("application/json", &json, "$..a[?@.a]"),
        ("application/json", &json, "$[*] ..a"),
        ("application/json", &json, "$[?@.a[0] == $[-1].a[0]]..a"),
        ("application/json", &json, "$[?count($..a) > 1 && @.a]"),
        ("application/xml", &xml, "//a/b"),
        ("application/xml", &xml, "/r/a[b]/b"),
        ("application/xml", &xml, "count(//a[not(following::a = ../b)])"),
        ("application/xml", &xml, "//a | //b"),
        ("application/xml", &xml, "(//b)[1]"),
        ("application/xml", &xml, "//b/following::nothing | /r"),
        ("application/xml", &xml, "string(//a[preceding-sibling::x or 1])"),
        ("application/xml", &xml, "sum(//a/@x) + string-length(concat(//a, //b))"),
        ("application/xml", &xml, "//a = //b or //a"),
    ] {
        let (body, text) = (body.clone(), text.to_owned());
        let thread = std::thread::Builder::new().stack_size(Session::STACK).spawn(move || {
            let mut session = Session::new(body.into(), media_type, Limits::default());
            // What the reading of the body asks is over then: it is read.
            session
                .run("/r", &Stop::never())
                .or_else(|_| session.run(".", &Stop::never()))
                .unwrap();
            let asked = std::sync::atomic::AtomicUsize::new(0);
            let stop = Stop::when(move || asked.fetch_add(1, std::sync::atomic::Ordering::Relaxed) > 10);
            (session.run(&text, &stop), text)
        });
        let (ran, text) = thread.unwrap().join().unwrap();
        assert_eq!(ran, Err(FilterError::Cancelled), "{text}");
    }
}

#[test]
fn texts_of_nodes_are_compared_as_far_as_there_is_memory() {
    let limits = Limits {
        memory: 1 << 20,
        ..Limits::default()
    };
    let deep = format!("{}{}{}", "<a>".repeat(100), "x".repeat(10_000), "</a>".repeat(100));
    for text in ["//a = //b", "sum(//a)"] {
        let error = with(limits, "application/xml", &deep, text).unwrap_err();
        assert_eq!(
            error.to_string(),
            "stopped: the filter needs more than 1 MiB of memory",
            "{text}"
        );
    }
    assert_eq!(
        with(limits, "application/xml", &deep, "count(//a)").unwrap().bytes,
        "100"
    );
    let flat = format!("<a>{}</a>", "<a>x</a>".repeat(100));
    assert_eq!(
        with(limits, "application/xml", &flat, "//a = 'x'").unwrap().bytes,
        "true"
    );
    let joined = format!("concat({})", vec!["/"; 33].join(","));
    let error = with(limits, "application/xml", &flat, &joined).unwrap_err();
    assert_eq!(error.to_string(), "an XPath may join 32 texts at most");
}

#[test]
fn a_session_reads_its_body_once_and_filters_it_often() {
    let thread = std::thread::Builder::new().stack_size(Session::STACK).spawn(|| {
        let mut session = Session::new(BODY.into(), "application/json", Limits::default());
        let stop = Stop::never();
        for text in [".items[0].name", "$.items[0].name", ".items[0].name"] {
            assert_eq!(session.run(text, &stop).unwrap().bytes, "\"a\"");
        }
        let offered = session.complete(".items[] | select(.n", &stop).unwrap();
        assert_eq!(offered.texts, ["name"]);
        assert_eq!(
            session.complete("$.items[*].", &stop).unwrap().texts,
            ["name", "n", "tags", "ok"]
        );
        assert_eq!(
            session.complete(".", &stop).unwrap().texts,
            ["items", "\"odd key\"", "next"]
        );
        assert!(session.complete("def f: f; f | .", &Stop::when(|| true)).is_none());
        let long = format!("{}.", "(".repeat(20_000));
        assert!(session.complete(&long, &stop).is_none());
        let most = format!("{}.", "(".repeat(Session::MOST_TEXT - 1));
        assert_eq!(session.complete(&most, &stop).unwrap().texts.len(), 3);
    });
    thread.unwrap().join().unwrap();
}

#[test]
fn jsonpath_tells_values_as_they_were_sent() {
    for (text, expected) in [
        ("$.items[*].n", "1.0\n20\n12345678901234567890123"),
        ("$..name", "\"a\"\n\"b\"\n\"c\""),
        ("$.items[?@.n > 10].name", "\"b\"\n\"c\""),
        ("$['odd key']", "null"),
        ("$.items[-1:].ok", "false"),
        (
            "$..[\"name\", 'n'] ",
            "\"a\"\n1.0\n\"b\"\n20\n\"c\"\n12345678901234567890123",
        ),
        ("$['items'] [0]['name','n']", "\"a\"\n1.0"),
        ("$..[?@.name == $.items[0].name].n", "1.0"),
        (
            "$.items[?@['name'] != ']..$[,']['n']",
            "1.0\n20\n12345678901234567890123",
        ),
        ("$.items[1]", "{\"name\":\"b\",\"n\":20,\"ok\":true}"),
        (
            "$.items[*].*",
            "\"a\"\n1.0\n[\"x\",\"y\"]\n\"b\"\n20\ntrue\n\"c\"\n12345678901234567890123\nfalse",
        ),
        ("$.nothing", ""),
        ("$.items[", "✗ a closing `]` is missing at the end"),
    ] {
        let said = out(text);
        assert_eq!(said, expected, "{text}");
    }
    let deep = format!("{}1{}", "[".repeat(3000), "]".repeat(3000));
    assert_eq!(filter("application/json", &deep, "$..[?@ == 1]").unwrap().count, 1);
    let limits = Limits {
        body: 100,
        ..Limits::default()
    };
    let error = with(limits, "", &format!("[{}1]", "1,".repeat(100)), "$[0]").unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("bodies above 100 bytes are not filtered;"),
        "{error}"
    );
}

#[test]
fn xpath_reads_names_as_they_are_written() {
    let out = |text: &str| match filter("application/xml", XML, text) {
        Ok(filtered) => String::from_utf8(filtered.bytes.to_vec()).unwrap(),
        Err(error) => format!("✗ {error}"),
    };
    assert_eq!(out("//item[@id='1']"), "<item id=\"1\">A &amp; B</item>");
    assert_eq!(out("//s:Body/item/@id"), "1\n2");
    assert_eq!(out("//item[2]/text()"), "C");
    assert_eq!(out("count(//item)"), "2");
    assert_eq!(out("//sub/.."), "<item id=\"2\"><sub/>C</item>");
    assert_eq!(out("//sub/ancestor::*[1]/@id"), "2");
    assert_eq!(out("//item[1]/following-sibling::item/@id"), "2");
    assert_eq!(out("//item[last()]/preceding::item[1]/text()"), "A & B");
    assert_eq!(out("(//item/@id | //item/text())[position() < 3]"), "1\nA & B");
    assert_eq!(out("concat(//item[1]/@id, '-', //item[2]/@id, '-', //none)"), "1-2-");
    assert_eq!(out("count(//item) * 3 - sum(//item/@id) div 3"), "5");
    assert_eq!(out("//item = 'C' and not(//item = 'D')"), "true");
    assert_eq!(
        out("count(/) + count(//node()[self::sub]) + count(//item/descendant::sub)"),
        "3"
    );
    assert_eq!(out("//nothing"), "");
    assert!(out("//item[").starts_with("✗ this is no XPath"), "{}", out("//item["));
    assert!(out("//x:item").starts_with('✗'));
    let error = filter("application/xml", "<a>\n<b></a>", "//b").unwrap_err();
    assert!(
        error.to_string().contains("the body is no XML") && error.to_string().ends_with("in line 2"),
        "{error}"
    );
    let deep = format!("{}{}", "<a>".repeat(5000), "</a>".repeat(5000));
    let error = filter("application/xml", &deep, "//a").unwrap_err();
    assert_eq!(error.to_string(), "the body is nested more than 2000 levels deep");
}

#[test]
fn entities_and_attributes_take_no_more_than_they_are() {
    let many = format!("<a>{}<br/>y&amp;</a>", "x&amp;".repeat(200_000));
    for media_type in ["application/xml", "text/html"] {
        let length = |path: &str| filter(media_type, &many, path).unwrap().bytes;
        assert_eq!(length("string-length(//a/text()[1])"), "400000", "{media_type}");
        assert_eq!(length("string(//a/text()[2])"), "y&");
    }
    let ands = format!("<p>{}</p>", "&".repeat(1_000_000));
    assert_eq!(
        filter("text/html", &ands, "string-length(//p)").unwrap().bytes,
        "1000000"
    );
    let attributes: Vec<String> = (0..1001).map(|n| format!(" a{n}=''")).collect();
    let wide = format!("<a{}/>", attributes.concat());
    let error = filter("application/xml", &wide, "//a").unwrap_err();
    assert!(error.to_string().contains("more than 1000 attributes"), "{error}");
    assert_eq!(filter("text/html", &wide, "count(//a/@*)").unwrap().bytes, "1000");
    let error = filter("application/xml", "<a b='1' b='2'/>", "//a").unwrap_err();
    assert!(error.to_string().contains("has `b` twice"), "{error}");
    let comment = filter("application/xml", "<a>x<!-- -->y</a>", "//a/text()").unwrap();
    assert_eq!((&*comment.bytes, comment.count), (&b"xy"[..], 1));
    let open = filter("text/html", "<p>x<b>y", "string(//p)").unwrap();
    assert_eq!(open.bytes, "xy");
}

#[test]
fn reading_a_document_heeds_who_does_not_want_it() {
    let many = "<br/>".repeat(100_000);
    for (media_type, body) in [
        ("text/html", format!("<p>{many}</p>")),
        ("application/xml", format!("<p>{many}</p>")),
        ("text/html", format!("<p {}>", "a=b ".repeat(100_000))),
    ] {
        let asked = std::sync::atomic::AtomicUsize::new(0);
        let stop = Stop::when(move || asked.fetch_add(1, std::sync::atomic::Ordering::Relaxed) > 10);
        let mut session = Session::new(body.into(), media_type, Limits::default());
        assert_eq!(session.run("//a", &stop), Err(FilterError::Cancelled), "{media_type}");
    }
}

#[test]
fn what_an_error_says_of_a_value_is_hidden_before_it_is_cut() {
    let secret = "s3cret".repeat(50);
    let body = format!("{{\"t\":\"{secret}\"}}");
    let error = filter("application/json", &body, ".t.x").unwrap_err();
    assert_eq!(
        error.words(|text| text.replace(&secret, "•")),
        "cannot index \"•\" with \"x\""
    );
    assert!(error.words(str::to_owned).chars().count() <= 160);
    let long = format!("[\"{}\"]", "s3cret".repeat(20_000));
    let error = filter("application/json", &long, ".x").unwrap_err();
    assert_eq!(error.words(str::to_owned), "cannot index [\"… with \"x\"");
}

#[test]
fn html_is_read_as_it_is_written() {
    let page = "<!DOCTYPE html><html><head><title>A & B</title><script>if (a<b) {}</script><meta charset=utf-8></head>\
        <body class=main><ul><li>one<li><a HREF='/x?a=1&amp;b=2'>two</a></ul><p>x<br>y &nbsp;&copy; &unknown; 1 < 2</p></div></body></html>";
    let out = |text: &str| String::from_utf8(filter("text/html", page, text).unwrap().bytes.to_vec()).unwrap();
    assert_eq!(out("//title/text()"), "A & B");
    assert_eq!(out("//li[2]/a/@href"), "/x?a=1&b=2");
    assert_eq!(out("count(//li)"), "2");
    assert_eq!(out("string(//p)"), "xy \u{a0}© &unknown; 1 < 2");
    assert_eq!(out("string(//body/@class)"), "main");
    assert_eq!(out("string(//script)"), "if (a<b) {}");
    for broken in [
        "<", "<a", "<a b", "<a b='", "</", "<!--", "<a b=c", "<script>", "x", "<é>",
    ] {
        // Whatever it is, it is no crash.
        let _ = filter("text/html", broken, "//a");
    }
}

#[test]
fn another_order_of_members_is_no_difference() {
    let laid_out =
        |left: &str, right: &str| structural(left.as_bytes(), right.as_bytes(), Limits::default(), &Stop::never());
    let (left, right) = laid_out(
        r#"{"a":1,"b":{"x":[1.0,{}],"y":2}}"#,
        r#"{"b":{"z":3,"y":2,"x":[1.0,{}]},"a":1}"#,
    )
    .unwrap();
    assert_eq!(
        left,
        "{\n  \"a\": 1,\n  \"b\": {\n    \"x\": [\n      1.0,\n      {}\n    ],\n    \"y\": 2\n  }\n}\n"
    );
    assert_eq!(right, left.replace("\"y\": 2", "\"y\": 2,\n    \"z\": 3"));
    assert_eq!(laid_out("{}", "<a/>"), None);
    assert_eq!(
        laid_out("1 2", "1 3 4"),
        Some(("1\n2\n".to_owned(), "1\n3\n4\n".to_owned()))
    );
}
