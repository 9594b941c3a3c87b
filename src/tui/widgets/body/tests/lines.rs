//! JSON Lines: those that are none stand by themselves, and all go by the numbers they were sent with.

use bytes::Bytes;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::*;
use crate::filter::{LINES, Limits, Session, Stop};

/// What a line is meant to be.
fn line() -> impl Strategy<Value = String> {
    let broken = [
        "oops",
        "{\"a\": [1,",
        "{\"a\": \"cut",
        "{\"a\": 1} more",
        "{\"a\": tru}",
        "[1, {\"b\":",
        ")",
        "2026-11-30 12:00 started",
    ];
    prop_oneof![
        6 => json().prop_map(|value| value.to_string()),
        1 => prop::sample::select(broken.to_vec()).prop_map(str::to_owned),
        1 => Just(String::new()),
    ]
}

/// How the lines are shown, by a slow and simple model: what, its path, and the number of the line it begins.
fn expected(lines: &[String]) -> Vec<(String, Option<usize>, Option<usize>)> {
    let (mut out, mut values) = (Vec::new(), 0);
    for (at, line) in lines.iter().enumerate().filter(|(_, line)| !line.is_empty()) {
        let Ok(value) = serde_json::from_str::<Value>(line) else {
            out.push((line.clone(), None, Some(at + 1)));
            continue;
        };
        let pretty = serde_json::to_string_pretty(&value).unwrap();
        for (nth, text) in pretty.lines().enumerate() {
            out.push((text.to_owned(), Some(values), (nth == 0).then_some(at + 1)));
        }
        values += 1;
    }
    out
}

fn shown(doc: &Document) -> Vec<(String, Option<usize>, Option<usize>)> {
    let lines = doc.lines_from(Form::Pretty, 0).enumerate();
    lines
        .map(|(at, line)| {
            let first = doc.path(at).and_then(|path| match path.0.first() {
                Some(Step::Index(index)) => Some(*index),
                _ => None,
            });
            (line.text(doc.source()).unwrap(), first, doc.number_sent(&line))
        })
        .collect()
}

/// By itself each line is what it is in a walk, and found by its bytes and its number.
fn assert_numbered(doc: &Document) {
    for (at, line) in doc.lines_from(Form::Pretty, 0).enumerate() {
        assert_eq!(doc.line(Form::Pretty, at).as_ref(), Some(&line));
        if !line.bytes.is_empty() {
            assert_eq!(doc.line_at(Form::Pretty, line.bytes.start), Some(at));
        }
        if let Some(number) = doc.number_sent(&line) {
            assert_eq!(doc.line_of_number(Form::Pretty, number), Some(at));
            assert_eq!(doc.number_of(Form::Pretty, at), number);
        }
    }
}

/// A body that came in pieces, cut at these bytes.
fn grown(text: &str, cuts: &[usize]) -> Document {
    let growing = large::Growing::default();
    let mut doc = Document::new(growing.source(), Syntax::JsonLines);
    let mut job = doc.index_job().unwrap();
    let mut done = 0;
    for cut in cuts.iter().copied().chain([text.len()]) {
        growing.push(&text.as_bytes()[done..cut]);
        done = cut;
        job.grow();
        doc.apply(job.snapshot());
        shown(&doc);
    }
    growing.end();
    job.grow();
    assert!(doc.apply(job.snapshot()));
    doc
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_line_that_is_none_takes_no_other_with_it(
        before in prop_oneof![5 => 0..3_usize, 1 => 250..260_usize],
        lines in prop::collection::vec(line(), 0..12),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..4),
        cr in any::<bool>(),
    ) {
        let mut all = vec!["1".to_owned(); before];
        all.extend(lines);
        // A value over lines would end with the body.
        all.extend(["{\"last\":1}", "{\"last\":2}", "{\"last\":3}"].map(str::to_owned));
        let text = all.join(if cr { "\r\n" } else { "\n" });
        let expected = expected(&all);
        let doc = whole(text.clone(), Syntax::JsonLines);
        prop_assert_eq!(doc.fault(), None);
        prop_assert_eq!(doc.flaw().is_some(), expected.iter().any(|(_, value, _)| value.is_none()));
        prop_assert_eq!(&shown(&doc), &expected);
        assert_numbered(&doc);
        // It ends the same when it comes in pieces.
        let mut cuts: Vec<_> = cuts.iter().map(|cut| cut.index(text.len())).collect();
        cuts.sort_unstable();
        prop_assert_eq!(&shown(&grown(&text, &cuts)), &expected);
    }
}

#[test]
fn many_lines_that_are_left_open_take_nothing_from_those_behind_them() {
    // Each of them could go on to the end of all, were it not for the last one.
    let lines = 60_000;
    let doc = whole("[\n".repeat(lines) + "x\n1\n", Syntax::JsonLines);
    assert_eq!((doc.lines(Form::Pretty), doc.fault()), (lines + 2, None));
    assert_eq!(doc.path(lines + 1), Some(Path(vec![Step::Index(0)])));
    assert!(
        doc.flaw_words().unwrap().ends_with(", and 60000 other lines"),
        "{:?}",
        doc.flaw_words()
    );
}

#[test]
fn what_is_laid_out_over_lines_is_one_value() {
    let doc = whole(
        "{\n  \"a\": [\n    1\n  ]\n}\n{\"a\":2}\n{\"a\":3}{\"a\":4}",
        Syntax::JsonLines,
    );
    assert_eq!((doc.lines(Form::Pretty), doc.fault(), doc.flaw()), (14, None, None));
    let numbers: Vec<_> = doc
        .lines_from(Form::Pretty, 0)
        .map(|line| doc.number_sent(&line))
        .collect();
    let begin = [1, 2, 3, 4, 5, 6].map(Some);
    assert_eq!(
        [&numbers[..6], &numbers[8..9]].concat(),
        [&begin[..], &[Some(7)]].concat()
    );
    assert_eq!([&numbers[6..8], &numbers[9..]].concat(), [None; 7]);
    // One that is broken stands as it was laid out, and takes nothing below with it.
    let doc = whole("1\n{\n\n  \"a\": x\n\t\"b\"\n}\n2\n", Syntax::JsonLines);
    assert_eq!(texts(&doc, Form::Pretty), ["1", "{", "  \"a\": x", "  \"b\"", "}", "2"]);
    assert_eq!(doc.path(5), Some(Path(vec![Step::Index(1)])));
    assert_eq!(
        (doc.fault(), doc.flaw_words().as_deref()),
        (None, Some("2:2: the line ends too early, and 3 other lines"))
    );
}

#[test]
fn the_flaw_of_a_line_that_stands_is_told_beside_those_that_do_not() {
    let words = |body: &str| {
        whole(body.to_owned(), Syntax::JsonLines)
            .flaw_words()
            .unwrap_or_default()
    };
    let control = "control character in a string";
    assert_eq!(words("\"\u{1}\"\n1\n"), format!("1:2: {control}"));
    assert_eq!(
        words("\"\u{1}\"\noops\n1\n"),
        format!("1:2: {control}, and another line")
    );
    assert_eq!(words("oops\n\"\u{1}\"\n1\n"), "1:1: expected a value");
    // Of a line that does not stand it is told why.
    assert_eq!(
        words("\"\u{1}\" oops\nno\n1\n"),
        "1:5: expected a value, and another line"
    );
    assert_eq!(words("\"cut\r\n1\n"), format!("1:5: {control}"));
    assert_eq!(words("\"c\rut\"\r\n1\n"), format!("1:3: {control}"));
}

#[test]
fn long_lines_that_are_none_end_where_they_end() {
    let long = "x".repeat(9000);
    for end in ["\n", "\r\n"] {
        let doc = whole(
            format!("1{end}{long}{end}[{long}{end}, 2{end}3{end}{long}"),
            Syntax::JsonLines,
        );
        let open = format!("[{long}");
        assert_eq!(texts(&doc, Form::Pretty), ["1", &long, &open, ", 2", "3", &long]);
    }
}

#[test]
fn a_number_leads_to_the_line_that_was_sent_with_it() {
    let body = "\n{\"n\":2,\"of\":[1,2]}\n\n\noops\n  {\"n\":6}\n{\"n\":7}\n";
    let doc = whole(body, Syntax::JsonLines);
    let mut view = View::new();
    view.set_size(&doc, 60, 20);
    for level in [None, Some(0)] {
        view.fold_to_level(&doc, level);
        let here = [1, 2, 3, 4, 5, 6, 7, 8, 99].map(|number| {
            view.goto_line(&doc, number);
            doc.number_of(Form::Pretty, view.cursor_line(&doc))
        });
        assert_eq!(here, [2, 2, 5, 5, 5, 6, 7, 7, 7]);
        assert_eq!(view.fold_level(), level, "nothing was opened for it");
    }
    let mut buf = Buffer::empty(Rect::new(0, 0, 40, 5));
    view.draw(&doc, &BodyStyles::default(), buf.area, &mut buf);
    let rows: Vec<String> = (0..4)
        .map(|y| {
            (0..30)
                .map(|x| buf[(x, y)].symbol())
                .collect::<String>()
                .trim_end()
                .to_owned()
        })
        .collect();
    assert_eq!(
        rows,
        [
            "  2▸{\"n\": 2, \"of\": [1, 2]}",
            "  5 oops",
            "  6▸{\"n\": 6}",
            "  7▸{\"n\": 7}"
        ]
    );
}

/// Texts whose lines begin, end or break values, in any way.
fn torn() -> impl Strategy<Value = String> {
    let parts = [
        "{\"n\":1}",
        "[1,2]",
        "1",
        "true",
        "\"text\"",
        "{",
        "[",
        "}",
        "]",
        "\"n\": 1",
        "\"n\": oops",
        "\"n\"",
        "\"m\": [",
        "\"m\":",
        ": 2",
        ",",
        "1,",
        "oops",
        "{\"a\": [1,",
        "{\"a\": \"cut",
        "\"a\\",
        "\"\\u0",
        "\"\\u00e9\"",
        "\"c\u{1}\"",
        "\"c\rd\"",
        "tru",
        "01",
        "-",
        "1.",
        "{\"a\":1}\"x\"",
        "[1]5",
        "5\"x\"",
        "1-2",
        "2026-11-30",
        "} {",
        "] [",
        "}, {",
        "{} oops",
        "} oops",
        "\u{c}",
        "",
    ];
    let line = (0..4_usize, prop::sample::select(parts.to_vec()), 0..2_usize)
        .prop_map(|(indent, part, end)| " ".repeat(indent / 2 * 2 + indent / 3) + part + &" ".repeat(end));
    (prop::collection::vec((line, any::<bool>()), 1..14), 0..4_u8).prop_map(|(lines, last)| {
        let mut text: String = lines
            .iter()
            .map(|(line, cr)| line.clone() + if *cr { "\r\n" } else { "\n" })
            .collect();
        match last {
            0 => {}
            1 => text.truncate(text.trim_end().len()),
            _ => text += "{\"last\":1}\n{\"last\":2}\n{\"last\":3}\n",
        }
        text
    })
}

/// The values that a filter finds, in its order.
fn filtered(text: &str) -> Vec<Value> {
    let mut session = Session::new(text.to_owned().into(), LINES, Limits::default());
    let found = session.run("[.]", &Stop::never());
    let found = found.map_or_else(|_| Bytes::new(), |found| found.bytes);
    let found = serde_json::Deserializer::from_slice(&found).into_iter::<[Value; 1]>();
    found.map(|value| value.unwrap()[0].clone()).collect()
}

/// The values that are shown, each with the first step of its path; of one that is not whole or no JSON to `serde_json` no more
/// is known.
fn values(doc: &Document) -> Vec<(Option<usize>, Option<Value>)> {
    let mut out = Vec::new();
    for at in 0..doc.nested_lines(Form::Pretty) {
        let mut nest = doc.nest(Form::Pretty).unwrap();
        let line = nest.line(at).unwrap();
        let Some(path) = doc.path(at).filter(|_| line.depth() == 0 && !line.closes()) else {
            continue;
        };
        let first = match path.0[..] {
            [Step::Index(first)] => Some(first),
            _ => None,
        };
        let value = doc
            .value_at(Form::Pretty, at)
            .map(|range| doc.source().read(range.start, range.len()));
        out.push((
            first,
            value.and_then(|bytes| serde_json::from_slice(&bytes.unwrap()).ok()),
        ));
    }
    out
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn what_is_a_value_is_one_to_filters_too(
        text in torn(),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..6),
    ) {
        let doc = whole(text.clone(), Syntax::JsonLines);
        assert_numbered(&doc);
        let (found, filtered) = (values(&doc), filtered(&text));
        // Of what breaks off with the body, filters may take what nothing can be shown of yet.
        let early = usize::from(doc.fault().is_some());
        prop_assert!((found.len()..=found.len() + early).contains(&filtered.len()), "{:?} {:?}", found, filtered);
        for (at, (index, value)) in found.iter().enumerate() {
            prop_assert_eq!(*index, Some(at));
            prop_assert!(value.is_none() || value.as_ref() == filtered.get(at), "{:?} {:?}", found, filtered);
        }
        let mut cuts: Vec<_> = cuts.iter().map(|cut| cut.index(text.len().max(1))).collect();
        cuts.sort_unstable();
        let grown = grown(&text, &cuts);
        prop_assert_eq!(shown(&grown), shown(&doc));
        prop_assert_eq!((grown.fault(), grown.flaw_words()), (doc.fault(), doc.flaw_words()));
    }
}
