//! The form where files are concerned: asked for beside the screen, dropped on any line.

use super::*;
use crate::tui::looking;

#[test]
fn no_key_waits_for_a_file_system_that_does_not_answer() {
    let mut harness = Harness::new(120, 40);
    harness.answers = false;
    let looks = |harness: &Harness| {
        let looks = harness.effects.iter();
        looks.filter(|effect| matches!(effect, Effect::Look(_))).count()
    };
    harness.press("g<ctrl-r><down><down>/dead/ro<tab>");
    assert_eq!(looks(&harness), 1);
    // Tab again leads on, and what comes late changes nothing that was typed since.
    harness.press("<tab><up>w");
    let answer = |typed: &str, text: &str| {
        let (typed, text) = (typed.to_owned(), text.to_owned());
        Event::Looked(looking::Answer::Completed {
            typed,
            text,
            names: vec!["rows.csv".to_owned()],
            // There are more than anybody looked at: that is no name.
            more: Some("… and more".to_owned()),
        })
    };
    harness.event(answer("/dead/ro", "/dead/rows.csv"));
    assert!(harness.screen().contains("/dead/row "), "{}", harness.screen());
    harness.press("<tab>");
    harness.event(answer("/dead/row", "/dead/rows.csv"));
    assert!(harness.screen().contains("/dead/rows.csv"), "{}", harness.screen());
    // What cannot be completed leads on to the next line, as Tab does elsewhere.
    harness.press("<tab>");
    harness.event(answer("/dead/rows.csv", "/dead/rows.csv"));
    harness.press("7<enter>");
    let (_, order) = asked(&mut harness);
    assert_eq!(order.options.delay, Duration::from_millis(7));
}

#[test]
fn a_file_that_is_dropped_goes_where_files_go_whichever_line_one_is_on() {
    for keys in ["", "<down>", "<down><down>", "<down><down><down>"] {
        let mut harness = Harness::new(80, 24);
        harness.press(&format!("g<ctrl-r>{keys}"));
        harness.event(Event::Paste("/tmp/rows.csv".into()));
        harness.press("<enter>");
        let (_, order) = asked(&mut harness);
        assert_eq!(order.data.as_deref(), Some(std::path::Path::new("/tmp/rows.csv")));
    }
    // A number is a number.
    let mut harness = Harness::new(80, 24);
    harness.press("g<ctrl-r><down>");
    harness.event(Event::Paste("12 ".into()));
    harness.press("<enter>");
    let (_, order) = asked(&mut harness);
    assert_eq!((order.options.iterations, order.data), (Some(12), None));
}
