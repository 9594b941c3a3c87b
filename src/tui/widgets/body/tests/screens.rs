//! What is seen: drawing into buffers, moving, searching.

use std::sync::Arc;

use proptest::prelude::*;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};

use super::super::line::Content;
use super::*;

/// Draws into a buffer of the size last told and returns its rows.
fn screen(view: &View, doc: &Document, width: u16, height: u16) -> Vec<String> {
    let area = Rect::new(0, 0, width, height);
    let mut buf = Buffer::empty(area);
    view.draw(doc, &BodyStyles::default(), area, &mut buf);
    let row = |y| (0..width).map(|x| buf[(x, y)].symbol().to_owned()).collect::<String>();
    (0..height).map(row).map(|row| row.trim_end().to_owned()).collect()
}

fn view(doc: &Document, width: u16, height: u16) -> View {
    let mut view = View::new();
    view.set_size(doc, width, height);
    view
}

fn find(doc: &Document, pattern: &str) -> Arc<search::Matches> {
    let job = search::Job::new(doc.source().clone(), pattern, search::Options::default()).unwrap();
    Arc::new(job.run(|| false, |_, _| {}).unwrap().unwrap())
}

#[test]
fn escaped_characters_are_read_and_found_where_they_stand() {
    let body = r#"{"\u6771":"\u4eac \ud83d\ude00 K\u00f6ln","b":"\u001b[31m \u202e \u0022 \\u4eac \ud83d"}"#;
    let doc = Document::new(body, Syntax::Json);
    let line = |at| doc.line_text(Form::Pretty, at).unwrap().unwrap();
    assert_eq!(line(1), "  \"東\": \"京 😀 Köln\",");
    assert_eq!(line(2), r#"  "b": "\u001b[31m \u202e \u0022 \\u4eac \ud83d""#);
    assert_eq!(doc.line_text(Form::Raw, 0).unwrap().unwrap(), body);
    let mut view = View::new();
    view.set_size(&doc, 60, 5);
    let options = search::Options {
        json: true,
        ..search::Options::default()
    };
    let job = search::Job::new(doc.source().clone(), "öln", options).unwrap();
    let found = job.run(|| false, |_, _| {}).unwrap().unwrap();
    assert_eq!(found.ranges.len(), 1);
    view.set_matches(Some(std::sync::Arc::new(found)));
    view.next_match(&doc).unwrap();
    assert_eq!(view.cursor_line(&doc), 1);
}

#[test]
fn marks_that_are_escaped_are_drawn_on_their_letters() {
    // As they are where nothing is escaped: what is drawn wide takes a cell behind it.
    for text in [
        "ท\u{e35}\u{e48}นี่",
        "ש\u{5b8}ל\u{5d5}",
        "Cafe\u{301}s",
        "हिन्दी में",
        "\u{1f1e9}\u{1f1ea}!",
    ] {
        let escaped = |c: char| {
            let mut units = [0; 2];
            let units = c.encode_utf16(&mut units).iter();
            let units: Vec<String> = units.map(|unit| format!("\\u{unit:04x}")).collect();
            units.concat()
        };
        let all: String = text.chars().map(escaped).collect();
        // As Python does it.
        let python = |c: char| if c.is_ascii() { c.to_string() } else { escaped(c) };
        let some: String = text.chars().map(python).collect();
        let seen = |text: &str| {
            let doc = whole(format!("{{\"a\":\"{text}\"}}"), Syntax::Json);
            screen(&view(&doc, 60, 3), &doc, 60, 3)[1].clone()
        };
        assert_eq!(seen(&all), seen(text), "{all}");
        assert_eq!(seen(&some), seen(text), "{some}");
    }
    // Without a letter there is nothing to draw them on, and what nobody would see stays as JSON spells it.
    let doc = whole(
        r#"{"\u0301a":"x\n\u0301\u0302 \u200d\u0301 e\u0301\u0302"}"#,
        Syntax::Json,
    );
    assert_eq!(
        screen(&view(&doc, 60, 3), &doc, 60, 3)[1],
        "  2   \"\\u0301a\": \"x\\n\\u0301\\u0302 \\u200d\\u0301 e\u{301}\u{302}\""
    );
}

#[test]
fn json_is_drawn_with_numbers() {
    let doc = whole(r#"{"name":"日本","list":[1,{}],"ok":true}"#, Syntax::Json);
    let expected = [
        "  1 {",
        "  2   \"name\": \"日 本 \",",
        "  3   \"list\": [",
        "  4     1,",
        "  5     {}",
        "  6   ],",
        "  7   \"ok\": true",
        "  8 }",
    ];
    assert_eq!(screen(&view(&doc, 30, 8), &doc, 30, 8), expected);
}

#[test]
fn what_the_server_sends_never_reaches_the_terminal_raw() {
    let body = "a\u{1b}[2Jb\u{202e}c\td\u{7f}\r\n\u{9b}x".as_bytes().to_vec();
    let doc = whole([&body[..], b"\xff\xfe"].concat(), Syntax::Text);
    let seen = screen(&view(&doc, 23, 2), &doc, 23, 2);
    assert_eq!(seen, ["a␛[2Jb\\u{202e}c d␡", "\\u{9b}x\u{fffd}\u{fffd}"]);
}

#[test]
fn long_lines_are_clipped_scrolled_and_wrapped() {
    let doc = whole("abcdefghijklmnopqrstuvwxyz\nshort", Syntax::Text);
    let mut view = view(&doc, 10, 4);
    assert_eq!(screen(&view, &doc, 10, 4)[..2], ["abcdefgh›", "short"]);
    view.scroll_columns(&doc, 5);
    assert_eq!(screen(&view, &doc, 10, 4)[..2], ["fghijklm›", ""]);
    view.scroll_columns(&doc, 500);
    assert_eq!(screen(&view, &doc, 10, 4)[0], "rstuvwxyz");
    view.set_wrap(&doc, true);
    assert_eq!(
        screen(&view, &doc, 10, 4),
        ["abcdefghi", "jklmnopqr", "stuvwxyz", "short"]
    );
    view.set_size(&doc, 10, 2);
    view.scroll(&doc, 1);
    assert_eq!(screen(&view, &doc, 10, 2)[0].chars().next(), Some('j'));
    view.scroll(&doc, 100);
    assert_eq!(
        screen(&view, &doc, 10, 2),
        ["stuvwxyz", "short"],
        "the last row stays at the bottom"
    );
    view.scroll(&doc, -100);
    assert_eq!((view.top(), view.cursor()), (0, 0));
}

#[test]
fn wrapped_rows_are_scrolled_one_by_one() {
    let body: Vec<_> = (0..20).map(|at| format!("{at:02}{}", "x".repeat(at * 3))).collect();
    let doc = whole(body.join("\n"), Syntax::Text);
    let mut view = view(&doc, 10, 200);
    view.set_wrap(&doc, true);
    let all = screen(&view, &doc, 10, 200);
    view.set_size(&doc, 10, 5);
    let (mut down, mut at) = (Vec::new(), 0);
    for step in [1, 1, 7, 3, 20, 1, 1, 11] {
        view.scroll(&doc, step);
        at += usize::try_from(step).unwrap();
        // Without the scroll bar.
        let seen: Vec<_> = screen(&view, &doc, 10, 5)
            .iter()
            .map(|row| row.trim_end_matches([' ', '│', '┃']).to_owned())
            .collect();
        assert_eq!(seen, all[at..at + 5]);
        down.push((step, view.top()));
    }
    for (step, top) in down.into_iter().rev() {
        assert_eq!(view.top(), top);
        view.scroll(&doc, -step);
    }
    assert_eq!(view.top(), 0);
}

#[test]
fn the_cursor_pulls_the_screen_and_the_screen_the_cursor() {
    let doc = whole(objects(1000), Syntax::Json);
    let mut view = view(&doc, 40, 10);
    view.move_cursor(&doc, 12);
    assert_eq!((view.top(), view.cursor()), (3, 12));
    view.scroll(&doc, 20);
    assert_eq!((view.top(), view.cursor()), (23, 23));
    view.page(&doc, 1);
    assert_eq!((view.top(), view.cursor()), (32, 32));
    view.to_end(&doc);
    assert_eq!((view.top(), view.cursor()), (4992, 5001));
    view.page(&doc, 1);
    assert_eq!(view.cursor(), 5001);
    view.goto_line(&doc, 100);
    assert_eq!(view.cursor(), 99);
    view.to_start(&doc);
    view.page(&doc, -1);
    assert_eq!((view.top(), view.cursor()), (0, 0));
}

#[test]
fn raw_and_pretty_show_the_same_place() {
    let body = serde_json::to_string_pretty(&serde_json::from_str::<Value>(&objects(1000)).unwrap()).unwrap();
    let doc = whole(format!("\n\n{body}"), Syntax::Json);
    let mut view = view(&doc, 40, 10);
    view.goto_line(&doc, 1234);
    view.set_form(&doc, Form::Raw);
    assert_eq!(view.cursor(), 1235);
    view.set_form(&doc, Form::Pretty);
    assert_eq!(view.cursor(), 1233);
}

#[test]
fn matches_are_walked_through_and_shown() {
    let doc = whole(objects(1000), Syntax::Json);
    let mut view = view(&doc, 40, 10);
    assert_eq!(view.next_match(&doc), None);
    view.set_matches(Some(find(&doc, "item 7\\d\\d\"")));
    assert_eq!(
        view.next_match(&doc),
        Some(Found {
            index: 0,
            wrapped: false
        })
    );
    assert!(
        doc.line_text(Form::Pretty, view.cursor())
            .unwrap()
            .unwrap()
            .contains("item 700")
    );
    let area = Rect::new(0, 0, 40, 10);
    let mut buf = Buffer::empty(area);
    view.draw(&doc, &BodyStyles::default(), area, &mut buf);
    let y = u16::try_from(view.cursor() - view.top()).unwrap();
    let marked: String = (0..40)
        .filter(|&x| buf[(x, y)].bg == ratatui::style::Color::LightRed)
        .map(|x| buf[(x, y)].symbol())
        .collect();
    assert_eq!(marked, "item 700\"");
    assert_eq!(
        view.prev_match(&doc),
        Some(Found {
            index: 99,
            wrapped: true
        })
    );
    assert_eq!(
        view.next_match(&doc),
        Some(Found {
            index: 0,
            wrapped: true
        })
    );
    assert_eq!(
        view.next_match(&doc),
        Some(Found {
            index: 1,
            wrapped: false
        })
    );
    // From wherever the cursor has gone.
    view.to_end(&doc);
    assert_eq!(
        view.prev_match(&doc),
        Some(Found {
            index: 99,
            wrapped: false
        })
    );
    view.set_matches(Some(Arc::default()));
    assert_eq!(view.next_match(&doc), None);
}

#[test]
fn matches_are_marked_on_the_scroll_bar() {
    let doc = whole(objects(1000), Syntax::Json);
    let mut view = view(&doc, 40, 10);
    let bar = |view: &View| -> String {
        screen(view, &doc, 40, 10)
            .iter()
            .filter_map(|row| row.chars().nth(39))
            .collect()
    };
    assert_eq!(bar(&view), "┃│││││││││");
    view.set_matches(Some(find(&doc, "item (1|55|999)\"")));
    assert_eq!(bar(&view), "┃││││││││•", "the thumb is seen where the first two are");
    view.next_match(&doc).unwrap();
    assert_eq!(bar(&view), "•││││││││•", "but the match one is at goes before");
    view.fold_to_level(&doc, Some(1));
    view.prev_match(&doc).unwrap();
    assert_eq!(bar(&view).chars().last(), Some('•'));
}

#[test]
fn a_match_far_to_the_right_is_brought_into_sight() {
    let doc = whole(format!("{}needle{}", "x".repeat(3010), "y".repeat(9000)), Syntax::Text);
    for wrap in [false, true] {
        let mut view = view(&doc, 30, 5);
        view.set_wrap(&doc, wrap);
        view.set_matches(Some(find(&doc, "needle")));
        view.next_match(&doc).unwrap();
        assert!(screen(&view, &doc, 30, 5).concat().contains("xneedley"), "wrap: {wrap}");
    }
}

#[test]
fn a_match_in_a_wrapped_line_stays_in_sight_whatever_the_size() {
    let body = format!("{}needle{}", "x".repeat(3010), "y".repeat(9000));
    let doc = whole(format!("{}{body}", "z".repeat(4096 * 2)), Syntax::Text);
    let mut view = view(&doc, 30, 9);
    view.set_wrap(&doc, true);
    view.set_matches(Some(find(&doc, "needle")));
    view.next_match(&doc).unwrap();
    for (width, height) in [(30, 9), (30, 8), (30, 3), (22, 9), (60, 20)] {
        view.set_size(&doc, width, height);
        let seen = screen(&view, &doc, width, height);
        assert!(
            seen.concat().replace(' ', "").contains("needle"),
            "{width}x{height}: {seen:?}"
        );
    }
    view.set_wrap(&doc, false);
    assert!(screen(&view, &doc, 60, 20).concat().contains("xneedley"));
    // Scrolled away from, it is not gone back to.
    view.set_wrap(&doc, true);
    view.scroll(&doc, 40);
    let first = screen(&view, &doc, 60, 20)[0].clone();
    view.set_size(&doc, 60, 19);
    assert_eq!(screen(&view, &doc, 60, 19)[0], first, "and the first row stays");
    // Above the first row of the same line it is gone back to.
    view.next_match(&doc).unwrap();
    assert!(screen(&view, &doc, 60, 19).concat().contains("needle"));
}

#[test]
fn a_match_in_what_is_left_out_of_a_string_is_shown_and_the_rest_on_demand() {
    let long = format!("{}needle{}", "é".repeat(5000), "ü".repeat(5000));
    let doc = whole(format!("{{\"a\":\"{long}\",\"b\":1}}"), Syntax::Json);
    let seen = |view: &View| {
        let line = view.sight(&doc).get(1).unwrap();
        let mut text = String::new();
        glyphs::walk(&line, |glyph| {
            text.push_str(glyph.symbol);
            std::ops::ControlFlow::Continue(())
        });
        text
    };
    for wrap in [false, true] {
        let mut view = view(&doc, 40, 6);
        assert!(seen(&view).contains("KB left out …"), "{}", seen(&view));
        view.name_key("Enter");
        view.set_wrap(&doc, wrap);
        assert!(
            seen(&view).contains("KB left out, Enter shows more …"),
            "{}",
            seen(&view)
        );
        view.set_matches(Some(find(&doc, "needle")));
        view.next_match(&doc).unwrap();
        assert!(screen(&view, &doc, 40, 6).concat().contains("needle"), "wrap: {wrap}");
        let around = seen(&view);
        assert!(around.matches("Enter shows").count() == 2 && around.contains("éneedleü"));
        assert!(!around.contains('\u{fffd}'), "cut at characters");
        assert!(view.open(&doc));
        assert!(seen(&view).contains(&long) && !seen(&view).contains("Enter"));
        assert!(
            screen(&view, &doc, 40, 6).concat().contains("needle"),
            "it stays in sight"
        );
        assert!(view.open(&doc));
        assert_eq!(seen(&view).matches("Enter shows").count(), 1);
        assert!(!seen(&view).contains("needle"));
        assert!(view.toggle_fold(&doc));
        assert_eq!(
            view.sight(&doc).count(),
            1,
            "what it lies in is folded like that of others"
        );
    }
}

#[test]
fn all_of_a_long_string_is_reached_and_never_much_of_it_shown() {
    let long: Vec<String> = (0..60_000).map(|n| format!("{n:07}é")).collect();
    let long = long.concat();
    let doc = whole(format!("[\n\"{long}\",\n1]"), Syntax::Json);
    for wrap in [false, true] {
        let mut view = view(&doc, 40, 6);
        view.name_key("Enter");
        view.set_wrap(&doc, wrap);
        view.move_cursor(&doc, 1);
        let shown = |view: &View| {
            let line = view.sight(&doc).get(1).unwrap();
            let pieces = line.pieces.iter().map(|piece| match &piece.content {
                Content::Body(_, bytes) => String::from_utf8(bytes.to_vec()).unwrap(),
                Content::LeftOut(_, key) => format!("{}", u8::from(key.is_some())),
                _ => String::new(),
            });
            pieces.collect::<Vec<_>>()
        };
        let first = shown(&view);
        let mut all = first[1].trim_matches('"').to_owned();
        let mut marks = String::new();
        for _ in 0..3 {
            assert!(view.open(&doc));
            assert!(glyphs::columns(&view.sight(&doc).get(1).unwrap()) < 300_000);
            let pieces = shown(&view);
            marks.extend(pieces.iter().filter(|piece| ["0", "1"].contains(&&***piece)).cloned());
            let window = pieces.iter().skip(2).max_by_key(|piece| piece.len()).unwrap();
            let start: String = window.chars().take(20).collect();
            let on_screen = screen(&view, &doc, 40, 6).concat();
            assert!(all.len() < 2000 || on_screen.contains(&start[..8]), "{on_screen}");
            all.push_str(window);
        }
        assert_eq!(all, long);
        assert_eq!(marks, "1010");
        assert!(view.open(&doc));
        assert_eq!(shown(&view), first, "left out again");
        assert!(
            screen(&view, &doc, 40, 6).concat().contains("0000000"),
            "from its start"
        );
    }
}

#[test]
fn the_end_and_matches_are_reached_as_the_index_grows() {
    let mut doc = Document::new(objects(200_000), Syntax::Json);
    let mut at_end = view(&doc, 40, 10);
    let mut at_match = at_end.clone();
    let mut at_line = at_end.clone();
    at_end.to_end(&doc);
    at_match.set_matches(Some(find(&doc, "item 150000\"")));
    at_match.next_match(&doc).unwrap();
    at_line.goto_line(&doc, 900_000);
    assert!(doc.index_job().unwrap().run(
        || false,
        |snapshot| {
            assert!(doc.apply(snapshot));
            for view in [&mut at_end, &mut at_match, &mut at_line] {
                view.refresh(&doc);
            }
        }
    ));
    assert_eq!(at_end.cursor(), 1_000_001);
    assert!(
        doc.line_text(Form::Pretty, at_match.cursor())
            .unwrap()
            .unwrap()
            .contains("item 150000")
    );
    assert_eq!(at_line.cursor(), 899_999);
    assert_eq!(at_line.current_match(), None);
}

#[test]
fn empty_and_unfinished_bodies_say_so() {
    let doc = whole("", Syntax::Json);
    assert_eq!(screen(&view(&doc, 20, 2), &doc, 20, 2)[0], "empty body");
    let doc = Document::new(format!("[\"{}\"]", "x".repeat(1_000_000)), Syntax::Json);
    assert!(screen(&view(&doc, 40, 4), &doc, 40, 4).concat().contains("indexing"));
}

/// One step a user may take.
fn act(view: &mut View, doc: &Document, action: u8, amount: i16) {
    let by = isize::from(amount);
    match action % 18 {
        0 => view.scroll(doc, by),
        1 => view.move_cursor(doc, by),
        2 => view.page(doc, by % 5),
        3 => view.half_page(doc, by % 5),
        4 => view.to_start(doc),
        5 => view.to_end(doc),
        6 => view.goto_line(doc, by.unsigned_abs()),
        7 => view.scroll_columns(doc, by),
        8 => view.set_wrap(doc, amount > 0),
        9 => view.set_form(doc, if amount > 0 { Form::Raw } else { Form::Pretty }),
        10 => drop(view.next_match(doc)),
        11 => drop(view.prev_match(doc)),
        12 => view.refresh(doc),
        13 if amount > 0 => drop(view.open(doc)),
        13 => drop(view.toggle_fold(doc)),
        14 => drop(view.toggle_fold_inside(doc)),
        15 => view.fold_to_level(doc, amount.try_into().ok()),
        16 => view.move_cursor(doc, by % 4),
        _ => view.set_size(doc, amount.unsigned_abs() % 50, amount.unsigned_abs() % 7),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_body_no_size_and_no_key_breaks_the_view(
        text in prop_oneof![
            prop::collection::vec(any::<u8>(), 0..400),
            json().prop_map(|value| value.to_string().into_bytes()),
            "[a\n\t日\u{301}\u{200b}]{0,80}".prop_map(String::into_bytes),
        ],
        size in (0_u16..50, 0_u16..12),
        actions in prop::collection::vec((any::<u8>(), -300_i16..300), 0..20),
    ) {
        for syntax in [Syntax::Json, Syntax::Text, Syntax::Hex] {
            let doc = whole(text.clone(), syntax);
            let mut view = view(&doc, size.0, size.1);
            view.set_matches(Some(find(&doc, "[a-f0-9]+")));
            for &(action, amount) in &actions {
                act(&mut view, &doc, action, amount);
                let rows = view.sight(&doc).count();
                prop_assert!(view.cursor() < rows.max(1) && view.top() <= view.cursor().max(rows));
                prop_assert!(view.cursor_line(&doc) < doc.lines(view.form()).max(1));
                for (width, height) in [size, (0, 0), (1, 1), (3, 2), (2, 9)] {
                    for row in screen(&view, &doc, width, height) {
                        prop_assert!(!row.chars().any(escape::is_hidden));
                    }
                }
            }
        }
    }
}

#[test]
fn without_colours_the_line_of_the_cursor_is_turned_around() {
    let doc = whole(&b"[1,2]"[..], Syntax::Json);
    let mut view = View::new();
    let area = Rect::new(0, 0, 30, 5);
    view.set_size(&doc, area.width, area.height);
    view.move_cursor(&doc, 1);
    let mut buf = Buffer::empty(area);
    view.draw(&doc, &BodyStyles::default(), area, &mut buf);
    let turned = |y: u16| {
        (4..29)
            .filter(|x| buf[(*x, y)].modifier.contains(Modifier::REVERSED))
            .count()
    };
    assert_eq!([turned(0), turned(1), turned(2)], [0, 25, 0]);
    let styles = BodyStyles {
        current_line: Style::new().bg(Color::Blue),
        ..BodyStyles::default()
    };
    view.draw(&doc, &styles, area, &mut buf);
    assert_eq!(buf[(6, 1)].bg, Color::Blue);
}
