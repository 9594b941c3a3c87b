//! From a response back to the table it was opened from.

use super::*;

#[test]
fn esc_leads_back_from_a_response_to_the_row_it_was_opened_from() {
    let (mut harness, run) = started((120, 40));
    let ids = requests(&harness);
    let done = vec![row(ids[0], 0, &[]), row(ids[2], 0, &wrong()), row(ids[1], 0, &wrong())];
    harness.event(Event::Run(run, News::Done(done)));
    // Also while it goes on: the row that comes next does not draw the cursor away.
    harness.press("k<space><enter>");
    let screen = harness.screen();
    assert!(!screen.contains("Run ─") && screen.contains("Esc the run"), "{screen}");
    harness.event(Event::Run(run, News::Done(vec![row(ids[1], 1, &[])])));
    harness.press("<esc>");
    let screen = harness.screen();
    assert!(screen.contains("Run ─") && screen.contains("expected 404"), "{screen}");
    assert!(under_cursor(&harness).contains("Data sources"), "{screen}");
    over(&mut harness, run, CurrentValues::default());
    // Closed, it stays closed.
    harness.press("<esc><esc>");
    assert!(harness.state.modals.is_empty());
    // What is opened elsewhere does not lead there.
    harness.press("<ctrl-r>g<enter>");
    assert_eq!(harness.state.shared.open, Some(ids[0]));
    harness.event(Event::Resize(120, 40));
    harness.press("2j<enter>4<esc>");
    assert!(harness.state.modals.is_empty());
}

#[test]
fn esc_leads_back_to_the_run_when_what_failed_was_mended() {
    let (mut harness, run) = started((120, 40));
    let ids = requests(&harness);
    let done = vec![row(ids[0], 0, &[]), row(ids[2], 0, &wrong()), row(ids[1], 0, &[])];
    harness.event(Event::Run(run, News::Done(done)));
    over(&mut harness, run, CurrentValues::default());
    assert!(
        under_cursor(&harness).contains("✗"),
        "over, it is at what failed: {}",
        harness.screen()
    );
    // Edited and saved, which says nothing of what came.
    harness.press("<enter>3e/more<enter><ctrl-s>4");
    // Sent again.
    let open = harness.state.shared.open.unwrap();
    assert_eq!(open, ids[2]);
    harness.state.shared.running.clear();
    harness.state.shared.outcomes.insert(open, Arc::default(), Some(open));
    harness.event(Event::Resize(120, 40));
    let screen = harness.screen();
    assert!(!screen.contains("Run ─") && screen.contains("Esc the run"), "{screen}");
    harness.press("<esc>");
    let screen = harness.screen();
    assert!(screen.contains("Run ─"), "{screen}");
    assert!(under_cursor(&harness).contains("✗"), "{screen}");
    assert!(screen.contains("3/3 –1"), "the skipped test is told apart: {screen}");
}
