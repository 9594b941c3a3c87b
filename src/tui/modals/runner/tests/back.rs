//! From a response back to the table it was opened from.

use super::*;
use crate::model::edit::Edit;

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

#[test]
fn a_run_is_run_again_in_its_own_environment_whichever_is_active() {
    let (mut harness, run) = started((120, 40));
    let environment = |name: &str, harness: &Harness| {
        let node = harness.state.shared.workspace.environment_named(name);
        node.map(|node| node.id)
    };
    let (demo, cells) = (environment("demo", &harness), environment("cells", &harness));
    let ids = requests(&harness);
    harness.event(Event::Run(run, News::Done(vec![row(ids[0], 0, &wrong())])));
    over(&mut harness, run, CurrentValues::default());
    // The key for it works over the table, too.
    harness.press("<ctrl-e>cells<enter>");
    assert_eq!(harness.state.shared.active_environment, cells);
    for key in ["r", "R"] {
        harness.press(key);
        let (run, order) = asked(&mut harness);
        assert_eq!(order.session.environment, demo, "{key}");
        let screen = harness.screen();
        assert!(
            screen.contains("runs in `demo`, as before; `cells` is active"),
            "{screen}"
        );
        harness.event(Event::Run(run, News::Done(vec![row(ids[0], 0, &wrong())])));
        over(&mut harness, run, CurrentValues::default());
    }
    // Set up anew it runs in the active one, as the form says.
    harness.press("qe<ctrl-r>e");
    let screen = harness.screen();
    let title = screen.lines().find(|line| line.contains("━ Run ━"));
    assert!(title.is_some_and(|title| title.contains(" cells ")), "{screen}");
    harness.press("<enter>");
    let (run, order) = asked(&mut harness);
    assert_eq!(order.session.environment, cells);
    harness.event(Event::Run(run, News::Done(vec![row(ids[0], 0, &[])])));
    over(&mut harness, run, CurrentValues::default());
    // Where it is gone nothing is sent anywhere else.
    let shared = &mut harness.state.shared;
    shared
        .workspace
        .apply(Edit::RemoveEnvironment { id: cells.unwrap() })
        .unwrap();
    harness.press("r");
    assert!(
        harness
            .screen()
            .contains("`cells`, the environment of that run, is gone")
    );
    assert!(!harness.effects.iter().any(|effect| matches!(effect, Effect::Run(..))));
}
