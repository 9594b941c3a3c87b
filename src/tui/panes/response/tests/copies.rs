//! What is copied and taken of a body, and what of it stays masked.

use super::*;
use crate::model::variable::Owner;
use crate::tui::giving;

#[test]
fn a_large_copy_is_looked_through_for_secrets_when_it_is_chosen() {
    let body = format!(r#"{{"echo":"hunter22","more":"{}"}}"#, "x".repeat(100_000));
    let mut harness = sent(120, 40, answered(response(200, "application/json", body.clone())));
    work(&mut harness);
    harness.press("y");
    has(&harness, "the body, perhaps with secrets in clear");
    has_not(&harness, "unter22");
    harness.press("the body<enter>");
    work(&mut harness);
    assert!(matches!(harness.effects.last(), Some(Effect::Copy(text)) if *text == body));
    has(&harness, "copied the body, with its secrets in clear");
}

#[test]
fn a_secret_under_the_cursor_is_not_set_at_once_where_it_is_masked() {
    let value = |keys: &str| {
        let body = r#"{"echo":"hunter22","open":1}"#;
        let mut harness = sent(120, 40, answered(response(200, "application/json", body)));
        work(&mut harness);
        harness.press(keys);
        harness.press("<ctrl-u>name<enter>Globals<enter>");
        let current = harness.state.shared.current.get(&Owner::Globals, "name");
        current.and_then(|current| current.value.clone())
    };
    assert_eq!(value("jx"), None);
    assert_eq!(value("x"), None, "it is in there");
    assert_eq!(value("jjx"), Some(1.into()));
    assert_eq!(value("vjx"), Some("hunter22".into()));
}

#[test]
fn a_value_with_half_a_character_is_taken() {
    let body = r#"{"echo":{"n":"Party \ud83c"},"n":"Party \ud83c"}"#;
    for (keys, taken) in [("jx", "{\"n\":\"Party \u{fffd}\"}"), ("Gkx", "Party \u{fffd}")] {
        let mut harness = sent(120, 40, answered(response(200, "application/json", body)));
        work(&mut harness);
        harness.press(keys);
        harness.press("<ctrl-u>name<enter>Globals<enter>");
        let current = harness.state.shared.current.get(&Owner::Globals, "name");
        let value = current.and_then(|current| current.value.clone());
        assert_eq!(value, Some(taken.into()), "{}", harness.screen());
    }
}

#[test]
fn an_element_is_copied_as_it_is_written() {
    let xml = "<r>\n<a b=\"x>y\">z</a>\n<p>one\n two</p>\n</r>";
    let mut harness = sent(120, 40, answered(response(200, "application/xml", xml)));
    work(&mut harness);
    harness.press("j");
    let copies = to_copy(&harness);
    assert!(copies.contains(&("its text".into(), "z".into())), "{copies:?}");
    harness.press("j");
    let copies = to_copy(&harness);
    let element = ("the element with all that is in it".into(), "<p>one\n two</p>".into());
    assert!(copies.contains(&element), "{copies:?}");
}

#[test]
fn a_row_of_a_table_is_copied_as_it_came_and_cell_by_cell() {
    let table = "id,name\n1,a\n2,\"B \"\"c\"\", d\"\n3,e\n";
    let mut harness = sent(120, 40, answered(response(200, "text/csv", table)));
    harness.press("j");
    let under: Vec<_> = to_copy(&harness).into_iter().take(4).collect();
    assert_eq!(
        under[0],
        ("the row as it came".to_owned(), "2,\"B \"\"c\"\", d\"".to_owned())
    );
    assert_eq!(under[1], ("the cell `id`".to_owned(), "2".to_owned()));
    assert_eq!(under[2], ("the cell `name`".to_owned(), "B \"c\", d".to_owned()));
    assert_eq!(under[3].0, "the body");
}

#[test]
fn a_row_far_down_a_large_table_is_copied_whole_and_none_where_there_is_no_table_any_more() {
    let cell = "x".repeat(1000);
    let rows: Vec<String> = (0..9000).map(|n| format!("{n},{cell}\n")).collect();
    let table = format!("id,name\n{}last,\"a,b\",,\n", rows.concat());
    assert!(table.len() > giving::MOST_COPIED);
    let mut harness = sent(120, 40, answered(response(200, "text/csv", table)));
    work(&mut harness);
    harness.press("G");
    let under: Vec<_> = to_copy(&harness).into_iter().take(4).collect();
    let (row, cells) = (
        ("the row as it came", "last,\"a,b\",,"),
        [("the cell `id`", "last"), ("the cell `name`", "a,b")],
    );
    for ((what, text), (own, seen)) in under.iter().zip([row].into_iter().chain(cells)) {
        assert!(what.starts_with(own) && text == seen, "{under:?}");
    }
    assert!(!under[3].0.starts_with("the cell"), "what is empty is not offered");
    harness.press("y");
    has(&harness, "the cell `name`, perhaps with secrets in clear     a,b");

    // Rows as wide as the first one would be many times as long as they came.
    let wide = vec!["y".repeat(48); 250].join(",");
    let empty = format!("{}\n", ",".repeat(249)).repeat(4000);
    let mut harness = sent(120, 40, answered(response(200, "text/csv", format!("{wide}\n{empty}"))));
    work(&mut harness);
    let offers = |harness: &Harness| {
        let mut all = to_copy(harness).into_iter();
        all.any(|(what, _)| what.starts_with("the row"))
    };
    harness.press("g");
    assert!(offers(&harness));
    harness.press("G");
    assert!(!offers(&harness));
}

#[test]
fn what_is_too_big_for_a_clipboard_says_so_and_what_is_large_that_it_may_be() {
    let body = format!(
        "{{\"a\":\"{}\",\"b\":\"{}\"}}",
        "x".repeat(giving::MOST_COPIED),
        "y".repeat(200_000)
    );
    let mut harness = sent(120, 40, answered(response(200, "application/json", body)));
    work(&mut harness);
    harness.press("jy");
    has(&harness, "the value is too big to copy, 8.39 MB  filter it by its path");
    has(&harness, "the body is too big to copy, 8.59 MB");
    harness.press("<esc>jy<enter>");
    work(&mut harness);
    has(
        &harness,
        "copied the value under the cursor, 200 KB: a terminal may not take so much",
    );
    has_not(&harness, "✓ copied");
}

#[test]
fn the_paths_have_names_of_their_own_and_curl_is_there() {
    let mut harness = sent(120, 40, answered(response(200, "application/json", JSON)));
    work(&mut harness);
    harness.press("jy");
    for text in [
        "the path to it",
        "path in the workspace",
        "curl command, as the request is now",
        "the request as sent",
    ] {
        has(&harness, text);
    }
}
