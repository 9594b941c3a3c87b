//! Searching: what one types, hides and brings back, and what has come so far.

use super::*;
use crate::tui::widgets::body::search::{Matches, Progress};

#[test]
fn search_is_incremental_and_esc_goes_back() {
    let body = numbered(500);
    let mut harness = sent(120, 40, answered(response(200, "text/plain", body)));
    work(&mut harness);
    harness.press("/49");
    work(&mut harness);
    has(&harness, "1/15");
    has(&harness, "line 49");
    harness.press("<enter>n");
    has(&harness, "2/15");
    has(&harness, "line 149");
    harness.press("N");
    has(&harness, "1/15");
    harness.press("G");
    harness.press("n");
    has(&harness, "15/15");
    has(&harness, "line 499");
    harness.press("n");
    has(&harness, "went on past the end");
    harness.press("<esc>");
    has_not(&harness, "1/15");

    harness.press("g/nowhere");
    work(&mut harness);
    has(&harness, "no match");
    harness.press("<enter>");
    has_not(&harness, "next hit");
    harness.press("<esc>");
    has(&harness, "line 0");
    harness.press("/(4");
    work(&mut harness);
    has(&harness, "as text · no match");
}

#[test]
fn a_pattern_that_takes_long_to_make_is_text_on_pages() {
    for (pattern, is_text) in [
        (r"\pL".repeat(5), false),
        (r"\pL".repeat(20), true),
        ("x?".repeat(100), false),
        ("x?".repeat(300), true),
        ("[".to_owned(), true),
        ("x".repeat(10_000), true),
    ] {
        let mut harness = sent(120, 40, json());
        harness.press("]/");
        harness.event(Event::Paste(pattern.clone()));
        let screen = harness.screen();
        assert_eq!(screen.contains("as text"), is_text, "{}:\n{screen}", &pattern[..1]);
    }
}

#[test]
fn the_value_under_the_cursor_is_searched_for_in_both_directions() {
    let body = r#"["a","b","a","b","a"]"#;
    let mut harness = sent(120, 40, answered(response(200, "application/json", body)));
    harness.press("jjjjj*");
    work(&mut harness);
    has(&harness, "3/3");
    harness.press("#");
    work(&mut harness);
    has(&harness, "2/3");
    has(&harness, "$[2] · 4/7");
}

#[test]
fn a_value_is_no_part_of_a_longer_word_or_number() {
    let body = r#"["tag1","tag10","tag1",1,10,21,"a1",1,-2,"1"]"#;
    for (keys, found) in [("j*", "1/2"), ("jjjj*", "1/3"), ("jjjjjjjjj*", "1/1")] {
        let mut harness = sent(120, 40, answered(response(200, "application/json", body)));
        harness.press(keys);
        work(&mut harness);
        has(&harness, found);
    }
}

#[test]
fn a_page_is_searched_around_its_end_and_says_so() {
    let mut harness = sent(120, 40, json());
    harness.press("]/content-type<enter>");
    has_not(&harness, "went on");
    harness.press("n");
    has(&harness, "went on past the end");
}

#[test]
fn bytes_are_searched_for_where_bytes_are_shown() {
    let body = bytes::Bytes::from_static(b"\x00\x01\xde\xad\xff\xfe");
    let mut harness = sent(120, 40, answered(response(200, "application/octet-stream", body)));
    harness.press("/");
    has(&harness, "0x de ad bytes");
    harness.press("0xde ad");
    work(&mut harness);
    has(&harness, "1/1");
}

#[test]
fn stale_news_are_ignored() {
    let mut harness = sent(120, 40, json());
    harness.press("/e");
    let old = harness.effects.iter().rev().find_map(|effect| match effect {
        Effect::Search(name, _) => Some(*name),
        _ => None,
    });
    harness.press("x");
    harness.event(Event::Found(
        old.unwrap(),
        Found::Matches(Matches {
            ranges: vec![0..1; 77],
            ..Matches::default()
        }),
    ));
    has_not(&harness, "77");
    work(&mut harness);
    has(&harness, "1/1");
}

#[test]
fn who_types_a_pattern_while_the_response_arrives_goes_on_typing() {
    let mut harness = sent(120, 40, json());
    harness.press("<ctrl-j>/exp");
    let run = run(&harness);
    let again = answered(response(200, "application/json", "[\"expires\",\"expires\"]"));
    harness.event(Event::Sent(run, None, Box::new(again)));
    harness.press("ires");
    work(&mut harness);
    has(&harness, "/ expires");
    has(&harness, "1/2");
}

#[test]
fn esc_goes_back_one_step_and_cancels_last() {
    let mut harness = sent(120, 40, json());
    let last = |harness: &Harness| harness.screen().lines().last().unwrap_or_default().to_owned();
    let cancelled = |harness: &Harness| harness.effects.iter().any(|effect| matches!(effect, Effect::Cancel(_)));
    harness.press("|.nested<enter>/expires<enter><ctrl-j>");
    for (says, right) in [("Esc hide hits", "^C cancels"), ("Esc whole body", "^C cancels")] {
        assert!(last(&harness).contains(says), "{}", harness.screen());
        has(&harness, right);
        harness.press("<esc>");
        assert!(!cancelled(&harness));
    }
    assert!(last(&harness).contains("Esc cancel"), "{}", harness.screen());
    has(&harness, "Esc cancels");
    harness.press("2");
    has(&harness, "^C cancels");
    harness.press("4/<esc>");
    assert!(!cancelled(&harness));
    harness.press("2<esc>");
    assert!(cancelled(&harness), "from wherever one is");
}

#[test]
fn hidden_hits_and_earlier_patterns_come_back() {
    let mut harness = sent(120, 40, json());
    harness.press("n");
    has(&harness, "nothing is searched for yet");
    harness.press("/nested<enter>");
    work(&mut harness);
    harness.press("<esc>g");
    has_not(&harness, "/ nested");
    deliver(&mut harness, json());
    work(&mut harness);
    has_not(&harness, "/ nested");
    harness.press("n");
    work(&mut harness);
    has(&harness, "/ nested");
    has(&harness, "1/1");
    has(&harness, "$.nested · 5/12");
    harness.press("/expires<enter><esc>/<up><up>");
    work(&mut harness);
    has(&harness, "/ nested");
    harness.press("<down>");
    has(&harness, "/ expires");
}

#[test]
fn hits_in_what_arrived_are_gone_through_while_more_arrives() {
    let mut harness = sent(
        120,
        40,
        answered(response(200, "text/plain", "tick a\ntock b\ntick c\n")),
    );
    harness.press("/tick");
    let name = harness.effects.iter().rev().find_map(|effect| match effect {
        Effect::Search(name, _) => Some(*name),
        _ => None,
    });
    let name = name.unwrap();
    let so_far = |harness: &mut Harness, found: &[(usize, usize)]| {
        let ranges: Vec<_> = found.iter().map(|(start, end)| *start..*end).collect();
        let progress = Progress {
            searched: 21,
            total: 21,
            found: ranges.len(),
            arriving: true,
        };
        harness.event(Event::Found(name, Found::Progress(progress)));
        let first = Matches {
            ranges,
            ..Matches::default()
        };
        harness.event(Event::Found(name, Found::First(first)));
    };
    so_far(&mut harness, &[(0, 4)]);
    has(&harness, "1/1 so far");
    so_far(&mut harness, &[(0, 4), (14, 18)]);
    has(&harness, "1/2 so far");
    harness.press("<enter>n");
    has(&harness, "2/2 so far");
    has(&harness, "━ 3/3");
    harness.press("/x");
    let nothing = Progress {
        searched: 21,
        total: 21,
        found: 0,
        arriving: true,
    };
    let name = harness.effects.iter().rev().find_map(|effect| match effect {
        Effect::Search(name, _) => Some(*name),
        _ => None,
    });
    harness.event(Event::Found(name.unwrap(), Found::Progress(nothing)));
    has(&harness, "none yet");
}

#[test]
fn who_moves_on_is_not_taken_back_when_a_search_ends() {
    for (key, there) in [("g", "1/7"), ("", "$[0] · 2/7"), ("G", "7/7")] {
        let body = r#"["a","b","a","b","a"]"#;
        let mut harness = sent(120, 40, answered(response(200, "application/json", body)));
        harness.press("jjj#");
        let name = harness.effects.iter().rev().find_map(|effect| match effect {
            Effect::Search(name, _) => Some(*name),
            _ => None,
        });
        let matches = || Matches {
            ranges: vec![2..3, 10..11],
            ..Matches::default()
        };
        harness.event(Event::Found(name.unwrap(), Found::First(matches())));
        harness.press(key);
        harness.event(Event::Found(name.unwrap(), Found::Matches(matches())));
        has(&harness, there);
    }
}

#[test]
fn a_kept_pattern_searches_the_next_response_too() {
    let mut harness = sent(120, 40, json());
    harness.press("/expires<enter>");
    work(&mut harness);
    has(&harness, "1/1");
    deliver(
        &mut harness,
        answered(response(200, "application/json", "[\"expires\",\"expires\"]")),
    );
    work(&mut harness);
    has(&harness, " 2 ");
    harness.press("n");
    has(&harness, "1/2");
}
