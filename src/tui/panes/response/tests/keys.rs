//! The keys that lead through a laid out body.

use super::*;
use crate::tui::shared::Level;

/// Lines 1 to 13.
const NESTED: &str = r#"{"a":[1,2,{"b":"x"}],"c":"needle","d":{"e":"needle"}}"#;

fn nested() -> Harness {
    let mut harness = sent(120, 40, answered(response(200, "application/json", NESTED)));
    work(&mut harness);
    harness
}

/// Presses keys from the first line on, and expects the cursor on the value of this path.
fn leads(keys: &str, path: &str) {
    let mut harness = nested();
    harness.press("g");
    harness.press(keys);
    let screen = harness.screen();
    assert!(
        screen.contains(&format!("{path} ")),
        "`{keys}` does not lead to `{path}`:\n{screen}"
    );
}

#[test]
fn brackets_siblings_and_parents_are_a_key_away() {
    leads("j}", "$.c");
    leads("j}}", "$.d");
    leads("j}}{", "$.c");
    leads("jjjjjhhh", "$.a");
    leads("j%}", "$.c");
    leads("jjjj%k", "$.a[2].b");
    leads("jhl}", "$.c");
}

#[test]
fn h_and_enter_fold_and_l_unfolds() {
    let mut harness = nested();
    harness.press("gjh");
    has_not(&harness, "\"b\": \"x\"");
    harness.press("l");
    has(&harness, "\"b\": \"x\"");
    harness.press("<enter>");
    has_not(&harness, "\"b\": \"x\"");
}

#[test]
fn a_line_is_gone_to_by_its_number() {
    let mut harness = nested();
    harness.press(":11");
    has(&harness, "go to line 11 of the response's body");
    harness.press("<enter>");
    has(&harness, "$.d.e ");
    // What speaks of lines stands below it, also where it names that number.
    harness.press("g:300");
    let screen = harness.screen();
    let place = |text: &str| screen.find(text).unwrap_or_else(|| panic!("no {text}: {screen}"));
    assert!(place("go to line 300 of the response's body") < place("Find a text, or a line"));
    harness.press("<enter>");
    assert!(harness.state.modals.is_empty());
    for typed in ["0", "+5", "-1"] {
        harness.press(&format!(":{typed}"));
        has_not(&harness, "go to line");
        harness.press("<esc>");
    }
}

#[test]
fn a_value_is_searched_for_where_it_stands() {
    let mut harness = nested();
    harness.press("gj}*");
    work(&mut harness);
    has(&harness, "1/2");
    harness.press("n");
    has(&harness, "$.d.e ");
}

#[test]
fn space_and_b_turn_pages() {
    let rows: Vec<String> = (0..500).map(|n| format!("row {n}\n")).collect();
    let mut harness = sent(120, 40, answered(response(200, "text/plain", rows.concat())));
    work(&mut harness);
    harness.press("<space>");
    has_not(&harness, "row 0 ");
    harness.press("b");
    has(&harness, "row 0 ");
}

#[test]
fn each_redirect_that_fails_names_the_setting_it_is_about() {
    let failed = |message: &str, code: &'static str| {
        let error = SendError::new(SendErrorKind::Redirect, message).code(code);
        sent(
            120,
            40,
            Outcome {
                exchange: Some(exchange(Err(error))),
                ..Outcome::default()
            },
        )
    };
    let harness = failed("it goes round and round", SendError::TOO_FAR);
    has(&harness, "The setting `Most redirects` decides this");
    let mut harness = failed("more than nothing is at `file:///x`", "");
    has(&harness, "The setting `Follow redirects` decides this");
    harness.press("<enter>");
    has(&harness, "Go where a 3xx answer points to");
}

#[test]
fn what_a_run_has_sent_is_not_called_unsent() {
    let mut harness = opened(120, 40);
    has(&harness, "Not sent yet");
    let open = harness.state.shared.open.unwrap();
    harness.state.shared.outcomes.note_run(open, Some(200), false);
    has(&harness, "Sent in the last run");
    has(&harness, "^R shows what came there");
}

#[test]
fn esc_calls_off_the_save_of_what_is_open_then_cancels_then_ends_a_zoom() {
    let mut harness = opened(120, 40);
    harness.press("<ctrl-j>4fv");
    let (open, run) = (harness.state.shared.open, run(&harness));
    let saving = |path: &str, of| Saving {
        path: path.into(),
        body: "[]".into(),
        of,
    };
    harness.state.shared.saving = vec![saving("other", None), saving("own", open)];
    let esc = |harness: &mut Harness| -> Vec<String> {
        harness.effects.clear();
        harness.press("<esc>");
        let told = harness.effects.iter().filter_map(|effect| match effect {
            Effect::StopSaving(paths) => Some(format!("{paths:?}")),
            Effect::Cancel(_) => Some("cancels".to_owned()),
            _ => None,
        });
        told.collect()
    };
    let shown = |harness: &Harness| (harness.state.shared.revealed, harness.state.zoom);
    has(&harness, "^C cancels");
    assert_eq!((esc(&mut harness), shown(&harness)), (vec![], (false, true)));
    has(&harness, "Esc calls off the save");
    assert_eq!(esc(&mut harness), ["[\"own\"]"]);
    harness.event(Event::BodySaved("own".into(), Level::Info, "not saved".to_owned()));
    has(&harness, "Esc cancels");
    assert_eq!(
        (esc(&mut harness), shown(&harness).1),
        (vec!["cancels".to_owned()], true)
    );
    let outcome = answered(response(200, "application/json", "[]"));
    harness.event(Event::Sent(run, None, Box::new(outcome)));
    assert_eq!((esc(&mut harness), shown(&harness).1), (vec![], false));
    assert_eq!(esc(&mut harness), ["[\"other\"]"], "where it does nothing else");
    // That it is called off is said only of what is open.
    for (path, is_named) in [("own", true), ("other", false)] {
        harness.state.shared.saving = vec![saving("other", None), saving("own", open)];
        harness.event(Event::SavingBody(path.into(), "saving: 1 B".to_owned()));
        let notice = harness.state.shared.notice.as_ref().map(|notice| notice.text.as_str());
        assert_eq!(notice == Some("saving: 1 B; Esc calls it off"), is_named, "{notice:?}");
    }
}

#[test]
fn esc_cancels_from_every_pane_what_loads() {
    for pane in ["1", "2", "3", "4"] {
        let mut harness = opened(120, 40);
        harness.press("<ctrl-j>");
        let run = run(&harness);
        harness.press(pane).press("<esc>");
        let cancels = |effect: &Effect| matches!(effect, Effect::Cancel(id) if *id == run);
        assert!(harness.effects.iter().any(cancels), "{pane}");
    }
    // What is nearer comes first.
    let mut harness = opened(120, 40);
    harness.press("<ctrl-j>2x<esc>");
    assert!(!harness.effects.iter().any(|effect| matches!(effect, Effect::Cancel(_))));
    harness.press("<esc>");
    assert!(harness.effects.iter().any(|effect| matches!(effect, Effect::Cancel(_))));
}
