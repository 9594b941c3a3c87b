//! JSON Lines: those that are none stand by themselves, and all go by the numbers they were sent with.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::*;

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
        // By itself each is what it is in a walk, and found by its bytes and its number.
        for (at, line) in doc.lines_from(Form::Pretty, 0).enumerate() {
            prop_assert_eq!(doc.line(Form::Pretty, at), Some(line.clone()));
            prop_assert_eq!(doc.line_at(Form::Pretty, line.bytes.start), Some(at));
            if let Some(number) = doc.number_sent(&line) {
                prop_assert_eq!(doc.line_of_number(Form::Pretty, number), Some(at));
                prop_assert_eq!(doc.number_of(Form::Pretty, at), number);
            }
        }
        // It ends the same when it comes in pieces.
        let mut cuts: Vec<_> = cuts.iter().map(|cut| cut.index(text.len())).collect();
        cuts.sort_unstable();
        let growing = large::Growing::default();
        let mut doc = Document::new(growing.source(), Syntax::JsonLines);
        let mut job = doc.index_job().unwrap();
        let mut done = 0;
        for cut in cuts.into_iter().chain([text.len()]) {
            growing.push(&text.as_bytes()[done..cut]);
            done = cut;
            job.grow();
            doc.apply(job.snapshot());
            shown(&doc);
        }
        growing.end();
        job.grow();
        prop_assert!(doc.apply(job.snapshot()));
        prop_assert_eq!(&shown(&doc), &expected);
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
    // Where it is broken the rest is text, as it is laid out.
    let doc = whole("1\n{\n  \"a\": x\n}\n", Syntax::JsonLines);
    assert_eq!(texts(&doc, Form::Pretty)[..3], ["1", "{", "  \"a\": x"]);
    assert!(doc.fault().is_some());
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
