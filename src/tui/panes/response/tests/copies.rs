//! What is copied and taken of a body, and what of it stays masked.

use super::*;
use crate::model::variable::Owner;

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
    assert_eq!(under[1], ("the cell".to_owned(), "2".to_owned()));
    assert_eq!(under[2], ("the cell".to_owned(), "B \"c\", d".to_owned()));
    assert_eq!(under[3].0, "the body");
}
