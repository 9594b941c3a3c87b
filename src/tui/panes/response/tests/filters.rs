//! The filter line, with the thread that filters played by the test.

use crate::filter::{FilterError, Limits, Session, Stop};
use crate::tui::filtering::{Job, News};

use super::*;

/// The newest filter asked for.
fn asked(harness: &Harness) -> Option<(u64, Job)> {
    harness.effects.iter().rev().find_map(|effect| match effect {
        Effect::Filter(name, job) => Some((*name, Job::clone(job))),
        _ => None,
    })
}

/// Runs the newest filter and delivers its news.
fn filter(harness: &mut Harness) {
    let (name, job) = asked(harness).unwrap();
    let mut session = Session::new(job.body.clone(), &job.media_type, Limits::default());
    if !job.text.trim().is_empty() {
        let output = session.run(&job.text, &Stop::never());
        harness.event(Event::Filtered(name, News::Output(output)));
    }
    if job.completes {
        let keys = session.complete(&job.text, &Stop::never()).unwrap_or_default();
        harness.event(Event::Filtered(name, News::Keys(keys)));
    }
}

#[test]
fn a_filter_shows_its_output_while_one_types_and_esc_goes_back() {
    let mut harness = sent(120, 40, json());
    harness.press("|");
    filter(&mut harness);
    assert!(
        harness.screen().contains("jq, or JSONPath from $ on"),
        "{}",
        harness.screen()
    );
    harness.press(".nes");
    filter(&mut harness);
    let screen = harness.screen();
    assert!(
        screen.contains("⇥ nested") && screen.contains("jq · 1 value"),
        "{screen}"
    );
    harness.press("<tab>.deep[[]");
    filter(&mut harness);
    assert!(
        harness.screen().contains("✗ a closing `]` is missing"),
        "{}",
        harness.screen()
    );
    harness.press("<backspace><backspace>]");
    filter(&mut harness);
    let screen = harness.screen();
    assert!(
        screen.contains("| .nested.deep[]") && screen.contains("jq · 3 values"),
        "{screen}"
    );
    assert!(!screen.contains("access_token") && screen.contains(" 3 3"), "{screen}");
    harness.press("<enter>/3");
    assert!(
        matches!(harness.effects.last(), Some(Effect::Search(_, job)) if job.run(|| false, |_, _| {}).unwrap().unwrap().ranges.len() == 1)
    );
    harness.press("<esc>");
    assert!(harness.screen().contains("| .nested.deep[]"), "the search goes first");
    harness.press("<esc>");
    let screen = harness.screen();
    assert!(
        screen.contains("access_token") && !screen.contains("| .nested"),
        "{screen}"
    );
    assert!(
        harness
            .effects
            .iter()
            .any(|effect| matches!(effect, Effect::StopFilter))
    );
    harness.press("|<up>");
    filter(&mut harness);
    assert!(
        harness.screen().contains("jq · 3 values"),
        "earlier filters come back: {}",
        harness.screen()
    );
}

#[test]
fn a_filter_kept_on_the_request_is_applied_to_the_next_response() {
    let mut harness = sent(120, 40, json());
    harness.press("F");
    assert!(harness.screen().contains("there is no filter to keep"));
    harness.press("|.expires_in<enter>F");
    filter(&mut harness);
    let id = harness.state.shared.open.unwrap();
    let kept = |harness: &Harness| harness.state.shared.workspace.request(id).unwrap().filter.clone();
    assert_eq!(kept(&harness), ".expires_in");
    assert!(harness.screen().contains("kept · jq · 1 value"), "{}", harness.screen());
    harness.press("<esc>");
    assert!(harness.screen().contains("access_token"));
    deliver(
        &mut harness,
        answered(response(
            200,
            "application/json",
            r#"{"expires_in":77,"access_token":"x"}"#,
        )),
    );
    filter(&mut harness);
    let screen = harness.screen();
    assert!(screen.contains("1 77") && !screen.contains("access_token"), "{screen}");
    harness.press("u");
    assert_eq!(kept(&harness), "", "it can be undone");
    harness.press("FF");
    assert_eq!(kept(&harness), "", "and taken away");
}

#[test]
fn a_failing_filter_leaves_what_was_there_and_a_stale_one_is_nobodys() {
    let mut harness = sent(80, 24, json());
    harness.press("|.expires_in");
    filter(&mut harness);
    harness.press(" | error(\"no\")");
    let stale = asked(&harness).unwrap().0 - 1;
    filter(&mut harness);
    let screen = harness.screen();
    assert!(screen.contains("✗ no") && screen.contains("1 599"), "{screen}");
    harness.event(Event::Filtered(
        stale,
        News::Output(Err(FilterError::Run("stale".to_owned()))),
    ));
    assert!(!harness.screen().contains("stale"));
    harness.press("<ctrl-u><enter>");
    let mut harness = opened(80, 24);
    harness.press("4|");
    assert!(
        harness.screen().contains("there is no body to filter"),
        "{}",
        harness.screen()
    );
}

#[test]
fn a_filter_that_finds_nothing_says_so() {
    let mut harness = sent(80, 24, json());
    harness.press("|empty");
    filter(&mut harness);
    let screen = harness.screen();
    assert!(
        screen.contains("The filter found nothing") && screen.contains("no value"),
        "{screen}"
    );
}
