//! The runner by its keys, with news as the runtime tells it.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;

use crate::exec::Summary;
use crate::model::variable::{CurrentValue, CurrentValues, Owner};
use crate::model::{NodeId, Outcome};
use crate::tui::effect::{Effect, LocalJob};
use crate::tui::event::Event;
use crate::tui::harness::Harness;
use crate::tui::runner::{Answer, Done, Ended, Failed, News, Order, Row};
use crate::tui::shared::RunId;

mod back;
mod form;
mod rows;

fn requests(harness: &Harness) -> Vec<NodeId> {
    let workspace = &harness.state.shared.workspace;
    workspace.requests_below(workspace.collections()[0])
}

/// The run that was asked for last.
fn asked(harness: &mut Harness) -> (RunId, Order) {
    let at = harness
        .effects
        .iter()
        .rposition(|effect| matches!(effect, Effect::Run(..)));
    match harness.effects.remove(at.unwrap()) {
        Effect::Run(run, order) => (run, *order),
        other => panic!("{other:?}"),
    }
}

/// Starts a run of the whole collection.
fn started(size: (u16, u16)) -> (Harness, RunId) {
    let mut harness = Harness::new(size.0, size.1);
    harness.press("g<ctrl-r><enter>");
    let (run, _) = asked(&mut harness);
    let news = News::Started {
        requests: 3,
        iterations: 1,
    };
    harness.event(Event::Run(run, news));
    (harness, run)
}

#[test]
fn the_key_that_sends_runs_too() {
    let mut harness = Harness::new(120, 40);
    harness.press("g<ctrl-r><ctrl-j>");
    asked(&mut harness);
}

fn row(node: NodeId, iteration: usize, failures: &[(&str, &str)]) -> Done {
    let failures = failures.iter().map(|(what, message)| Failed {
        what: (*what).to_owned(),
        message: (*message).to_owned(),
    });
    let failures: Vec<Failed> = failures.collect();
    Done {
        row: Row {
            iteration,
            node,
            sent: 1,
            answer: Answer::Status(if failures.is_empty() { 200 } else { 404 }),
            took: Duration::from_millis(38),
            size: 1240,
            passed: 3 - failures.len(),
            tests: 3,
            skipped: 1,
            failures,
            warnings: Vec::new(),
        },
        outcome: Arc::new(Outcome::default()),
        history: None,
    }
}

fn over(harness: &mut Harness, run: RunId, current: CurrentValues) {
    let summary = Summary::default();
    let ended = Box::new(Ended { summary, current });
    harness.event(Event::Run(run, News::Ended(ended)));
}

fn wrong() -> [(&'static str, &'static str); 1] {
    [("status is 200", "expected 404 to equal 200")]
}

#[test]
fn the_form_says_what_runs_and_how() {
    let mut harness = Harness::new(120, 40);
    harness.press("gj<ctrl-r>");
    let screen = harness.screen();
    // The cursor is on a request: what it is in runs.
    for part in ["Pydio Cells  3 requests", "Iterations", "Data file", "Delay", "demo"] {
        assert!(screen.contains(part), "{part}: {screen}");
    }
    let folder = tempfile::tempdir().unwrap();
    let rows = folder.path().join("my rows.csv");
    std::fs::write(&rows, "a\n1\n").unwrap();
    let dropped = format!("'{}'", rows.display());
    harness.press(&format!(
        "<down>3<down>{dropped}<down>250<down><space><down><space><enter>"
    ));
    let (_, order) = asked(&mut harness);
    let options = &order.options;
    assert_eq!((options.iterations, options.bail), (Some(3), true));
    assert_eq!(options.delay, Duration::from_millis(250));
    assert_eq!(options.requests, requests(&harness));
    assert_eq!(order.data, Some(rows));
    let log = harness.state.shared.log.as_ref().unwrap();
    assert!(!log.settings.keep && log.is_running());
}

#[test]
fn a_wrong_number_is_told_where_it_stands() {
    let mut harness = Harness::new(80, 24);
    harness.press("g<ctrl-r><down>x<enter>");
    assert!(harness.screen().contains("how often: a number"), "{}", harness.screen());
    assert!(!harness.effects.iter().any(|effect| matches!(effect, Effect::Run(..))));
    harness.press("<backspace><down><down>1s<enter>");
    assert!(
        harness.screen().contains("the pause in milliseconds"),
        "{}",
        harness.screen()
    );
}

#[test]
fn another_collection_or_folder_is_chosen_from_a_list() {
    let mut harness = Harness::new(120, 40);
    harness.press("g<ctrl-r><space>conf<enter>");
    assert!(
        harness.screen().contains("Configuration  Pydio Cells · 2 requests"),
        "{}",
        harness.screen()
    );
    harness.press("<enter>");
    assert_eq!(asked(&mut harness).1.options.requests, requests(&harness)[1..]);
}

#[test]
fn what_scripts_send_counts_as_on_the_command_line() {
    let (mut harness, run) = started((120, 40));
    let mut done = row(requests(&harness)[0], 0, &[]);
    done.row.sent = 3;
    harness.event(Event::Run(run, News::Done(vec![done])));
    assert!(harness.screen().contains("1 request · 3 sent"), "{}", harness.screen());
}

#[test]
fn rows_appear_as_they_come_and_failures_say_why() {
    for size in [(120, 40), (80, 24), (60, 16)] {
        let (mut harness, run) = started(size);
        assert!(harness.screen().contains("0 of 3 requests"), "{}", harness.screen());
        let ids = requests(&harness);
        let done = vec![row(ids[0], 0, &[]), row(ids[1], 0, &wrong())];
        harness.event(Event::Run(run, News::Done(done)));
        let screen = harness.screen();
        for part in [
            "2 of 3 requests",
            "POST   Get token",
            "✗ GET    List services",
            "404",
            "2/3",
        ] {
            assert!(screen.contains(part), "{part}: {screen}");
        }
        harness.press("f<space>");
        let screen = harness.screen();
        assert!(!screen.contains("POST   Get token"), "{screen}");
        assert!(screen.contains("expected 404 to equal 200"), "{screen}");
        harness.press("f");
        assert!(harness.screen().contains("POST   Get token"), "{}", harness.screen());
        over(&mut harness, run, CurrentValues::default());
        assert!(harness.screen().contains("✗ 1 request failed"), "{}", harness.screen());
    }
}

#[test]
fn of_ten_thousand_rows_those_in_sight_are_drawn() {
    let (mut harness, run) = started((120, 40));
    let ids = requests(&harness);
    let done = |n: usize| row(ids[n % 3], n, if n % 100 == 99 { &[("no", "no")] } else { &[] });
    harness.event(Event::Run(run, News::Done((0..10_000).map(done).collect())));
    // It follows the run until the cursor is moved.
    let news = News::Done(vec![row(ids[0], 12_344, &[])]);
    harness.event(Event::Run(run, news));
    assert!(harness.state.shared.log.as_ref().unwrap().rows.len() == 10_001);
    over(&mut harness, run, CurrentValues::default());
    harness.press("g");
    harness.press("nn");
    harness.press("f<end>");
    let log = harness.state.shared.log.as_ref().unwrap();
    assert_eq!(log.failed.len(), 100);
    assert!(log.kept.get(99).is_some() && log.kept.get(98).is_none());
    assert!(harness.screen().contains("100 requests failed"), "{}", harness.screen());
}

#[test]
fn leaving_asks_only_while_it_runs() {
    let (mut harness, run) = started((120, 40));
    harness.press("<esc>");
    assert!(harness.screen().contains("The run is not over"), "{}", harness.screen());
    harness.press("b");
    assert!(harness.state.modals.is_empty());
    // The last line says how far it is, and the same key comes back to it.
    assert!(harness.screen().contains("run 0/3"), "{}", harness.screen());
    harness.press("<ctrl-r>");
    assert!(harness.screen().contains("Run ─ Pydio Cells"), "{}", harness.screen());
    harness.press("<ctrl-c>");
    let cancelled = |effect: &Effect| matches!(effect, Effect::CancelRun(own) if *own == run);
    assert!(harness.effects.iter().any(cancelled));
    over(&mut harness, run, CurrentValues::default());
    harness.press("<esc>");
    assert!(harness.state.modals.is_empty());
}

#[test]
fn what_failed_runs_again_alone() {
    let (mut harness, run) = started((120, 40));
    let ids = requests(&harness);
    let done = vec![row(ids[0], 0, &[]), row(ids[2], 0, &wrong()), row(ids[1], 1, &wrong())];
    harness.event(Event::Run(run, News::Done(done)));
    over(&mut harness, run, CurrentValues::default());
    harness.press("R");
    let (again, order) = asked(&mut harness);
    assert!(again != run);
    let only = order.options.only.unwrap();
    let only: Vec<_> = only
        .iter()
        .map(|(n, ids)| (*n, ids.iter().copied().collect::<Vec<_>>()))
        .collect();
    assert_eq!(only, [(0, vec![ids[2]]), (1, vec![ids[1]])]);
    assert!(harness.screen().contains("what failed"), "{}", harness.screen());
}

#[test]
fn enter_shows_the_response_and_the_key_leads_back() {
    let (mut harness, run) = started((120, 40));
    let ids = requests(&harness);
    harness.event(Event::Run(run, News::Done(vec![row(ids[1], 0, &wrong())])));
    over(&mut harness, run, CurrentValues::default());
    harness.press("<enter>");
    assert!(harness.state.modals.is_empty());
    assert_eq!(harness.state.shared.open, Some(ids[1]));
    assert!(harness.state.shared.outcomes.get(&ids[1]).is_some());
    harness.press("<ctrl-r>");
    assert!(harness.screen().contains("1 request failed"), "{}", harness.screen());
}

#[test]
fn the_table_is_as_it_was_left() {
    let (mut harness, run) = started((120, 40));
    let ids = requests(&harness);
    let done = vec![row(ids[0], 0, &[]), row(ids[2], 0, &wrong()), row(ids[1], 1, &wrong())];
    harness.event(Event::Run(run, News::Done(done)));
    over(&mut harness, run, CurrentValues::default());
    // What was skipped did not run.
    assert!(
        harness.screen().contains("✗ 2 of 9 tests failed · 3 skipped"),
        "{}",
        harness.screen()
    );
    harness.press("f<end>");
    let table = harness.screen();
    assert!(!table.contains("POST   Get token"), "{table}");
    harness.press("<enter>");
    assert_eq!(harness.state.shared.open, Some(ids[1]));
    harness.press("<ctrl-r>");
    let table = harness.screen();
    assert!(
        table.contains("Run ─") && !table.contains("POST   Get token"),
        "{table}"
    );
    harness.state.shared.open = None;
    harness.press("<enter>");
    assert_eq!(harness.state.shared.open, Some(ids[1]));
}

#[test]
fn the_full_run_is_there_when_what_failed_ran_again() {
    let (mut harness, run) = started((120, 40));
    let ids = requests(&harness);
    let done = vec![row(ids[0], 0, &[]), row(ids[2], 0, &wrong())];
    harness.event(Event::Run(run, News::Done(done)));
    over(&mut harness, run, CurrentValues::default());
    for _ in 0..2 {
        harness.press("R");
        let (again, _) = asked(&mut harness);
        harness.event(Event::Run(again, News::Done(vec![row(ids[2], 0, &wrong())])));
        over(&mut harness, again, CurrentValues::default());
        let screen = harness.screen();
        assert!(!screen.contains("POST   Get token"), "{screen}");
        assert!(screen.contains("Esc full run"), "{screen}");
    }
    harness.press("sjunit<enter>");
    assert!(
        harness.screen().contains("pydio-cells-failed-2026-11-23.xml"),
        "{}",
        harness.screen()
    );
    harness.press("<esc><esc>");
    let screen = harness.screen();
    assert!(
        screen.contains("POST   Get token") && !screen.contains("what failed"),
        "{screen}"
    );
    assert_eq!(harness.state.shared.log.as_ref().unwrap().run, run);
    harness.press("<esc>");
    assert!(harness.state.modals.is_empty());
}

#[test]
fn values_that_scripts_set_stay_only_when_asked_for() {
    for (keys, kept) in [("", true), ("<up><space>", false)] {
        let mut harness = Harness::new(120, 40);
        harness.press("g<ctrl-r>").press(keys).press("<enter>");
        let (run, order) = asked(&mut harness);
        let owner = Owner::Environment("demo".into());
        let mut current = order.session.current.clone();
        let value = CurrentValue {
            value: Some(json!("fresh")),
            set_by: "a script".into(),
            set_at: harness.now,
            secret: false,
        };
        current.set(owner.clone(), "dex_token", value);
        over(&mut harness, run, current);
        assert_eq!(harness.state.shared.current.get(&owner, "dex_token").is_some(), kept);
        let saved = |effect: &Effect| matches!(effect, Effect::Local(LocalJob::Current(_)));
        assert_eq!(harness.effects.iter().any(saved), kept);
    }
}

#[test]
fn a_report_is_saved_under_a_name_of_its_form() {
    let (mut harness, run) = started((120, 40));
    let ids = requests(&harness);
    harness.event(Event::Run(run, News::Done(vec![row(ids[1], 0, &[])])));
    over(&mut harness, run, CurrentValues::default());
    harness.press("sjunit<enter>");
    assert!(
        harness.screen().contains("pydio-cells-2026-11-23.xml"),
        "{}",
        harness.screen()
    );
    harness.press("<ctrl-u>/nowhere/r.xml<enter>");
    assert!(
        harness.screen().contains("not saved: there is no folder"),
        "{}",
        harness.screen()
    );
    let folder = tempfile::tempdir().unwrap();
    harness.press(&format!("<ctrl-u>{}/r.xml<enter>", folder.path().display()));
    let saved = harness.effects.iter().any(
        |effect| matches!(effect, Effect::SaveReport { run: own, path, .. } if *own == run && path.ends_with("r.xml")),
    );
    assert!(saved);
}

#[test]
fn what_went_wrong_before_the_first_request_is_told() {
    let mut harness = Harness::new(80, 24);
    harness.press("g<ctrl-r><enter>");
    let (run, _) = asked(&mut harness);
    harness.event(Event::Run(
        run,
        News::Failed("cannot use the data file `x`: no such file".into()),
    ));
    assert!(
        harness.screen().contains("cannot use the data file `x`"),
        "{}",
        harness.screen()
    );
    harness.press("e");
    assert!(harness.screen().contains("Iterations"), "{}", harness.screen());
}

#[test]
fn a_wrong_data_file_is_told_on_its_line_and_the_form_stays() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path().to_str().unwrap();
    std::fs::write(folder.path().join("rows.json"), "[{]").unwrap();
    for (columns, rows) in [(120, 40), (80, 24)] {
        let mut harness = Harness::new(columns, rows);
        let told = |harness: &Harness, text: &str| {
            let screen = harness.screen();
            assert!(
                screen.contains(text) && screen.contains("Data file"),
                "{text}: {screen}"
            );
        };
        // One that is not there, by leaving its line; what runs reads it and says so too.
        harness.press(&format!("g<ctrl-r><down><down>{at}/nothing<down>"));
        told(&harness, "✗ there is no such file");
        harness.press("<up>");
        // Tab completes, and what is typed anew is not wrong yet.
        harness.press("<ctrl-u>");
        harness.press(&format!("{at}/ro<tab>"));
        assert!(!harness.screen().contains('✗'), "{}", harness.screen());
        harness.press("<enter>");
        let (run, order) = asked(&mut harness);
        assert_eq!(order.data, Some(folder.path().join("rows.json")));
        harness.event(Event::Run(
            run,
            News::Failed("cannot use the data file `rows.json`: key must be a string".into()),
        ));
        told(&harness, "✗ key must be a string");
        assert!(
            harness.state.shared.log.is_none(),
            "no empty run takes the place of the last one"
        );
        // Mended, the run begins, and its table takes the place of the form.
        harness.press("<enter>");
        let (run, _) = asked(&mut harness);
        harness.event(Event::Run(
            run,
            News::Started {
                requests: 3,
                iterations: 1,
            },
        ));
        assert!(!harness.screen().contains("Data file"), "{}", harness.screen());
    }
}

/// A run that is over, and a second one that waits for its data file with the form open.
fn waiting() -> (Harness, RunId, RunId) {
    let folder = tempfile::tempdir().unwrap();
    let rows = folder.path().join("rows.csv");
    std::fs::write(&rows, "a\n1\n").unwrap();
    let (mut harness, first) = started((120, 40));
    over(&mut harness, first, CurrentValues::default());
    harness.press(&format!("e<down><down>{}<enter>", rows.display()));
    let (second, _) = asked(&mut harness);
    assert!(harness.screen().contains("Data file"), "{}", harness.screen());
    assert_eq!(harness.state.shared.log.as_ref().unwrap().run, second);
    (harness, first, second)
}

#[test]
fn leaving_the_form_calls_off_the_run_that_waits_and_the_one_before_is_back() {
    let (mut harness, first, second) = waiting();
    harness.press("<esc>");
    let cancelled = |effect: &Effect| matches!(effect, Effect::CancelRun(own) if *own == second);
    assert!(harness.effects.iter().any(cancelled) && harness.state.modals.is_empty());
    let shown = |harness: &Harness| harness.state.shared.log.as_ref().map(|log| log.run);
    assert_eq!(shown(&harness), Some(first));
    // What is told of it after all changes nothing.
    harness.event(Event::Run(second, News::Failed("it was cancelled".into())));
    assert_eq!(shown(&harness), Some(first));
}

#[test]
fn a_run_that_fails_behind_a_form_that_is_gone_leaves_the_one_before_and_says_so() {
    let (mut harness, first, second) = waiting();
    harness.state.modals.clear();
    harness.event(Event::Run(second, News::Failed("no rows".into())));
    assert_eq!(harness.state.shared.log.as_ref().map(|log| log.run), Some(first));
    assert!(
        harness.screen().contains("the run failed: no rows"),
        "{}",
        harness.screen()
    );
}

#[test]
fn one_request_can_be_run_too() {
    let mut harness = Harness::new(120, 40);
    harness.press("g<ctrl-r><space>data sources<enter>");
    assert!(
        harness
            .screen()
            .contains("Data sources  Pydio Cells › Configuration · 1 request"),
        "{}",
        harness.screen()
    );
    harness.press("<enter>");
    let (_, order) = asked(&mut harness);
    assert_eq!(order.options.requests.len(), 1);
}

#[test]
fn the_failures_go_around() {
    let (mut harness, run) = started((120, 40));
    let all = requests(&harness);
    let rows = vec![row(all[0], 0, &wrong()), row(all[1], 0, &[]), row(all[2], 0, &wrong())];
    harness.event(Event::Run(run, News::Done(rows)));
    over(&mut harness, run, CurrentValues::default());
    harness.press("gn");
    assert!(!harness.screen().contains("again"), "{}", harness.screen());
    harness.press("n");
    assert!(
        harness.screen().contains("the first failure again"),
        "{}",
        harness.screen()
    );
    harness.press("N");
    assert!(
        harness.screen().contains("the last failure again"),
        "{}",
        harness.screen()
    );
}

#[test]
fn what_was_said_of_a_sending_stands_in_its_row() {
    let (mut harness, run) = started((120, 40));
    let all = requests(&harness);
    let mut warned = row(all[0], 0, &[]);
    warned.row.warnings = vec![
        "the body is not sent: cannot read `a.bin`".to_owned(),
        "another".to_owned(),
    ];
    harness.event(Event::Run(run, News::Done(vec![warned, row(all[1], 0, &[])])));
    over(&mut harness, run, CurrentValues::default());
    let screen = harness.screen();
    assert!(
        screen.contains("First warning") && screen.contains("all passed"),
        "{screen}"
    );
    assert!(
        screen.contains("the body is not sent") && screen.contains("+1"),
        "{screen}"
    );
    let before = screen.lines().count();
    harness.press("g<space>");
    let screen = harness.screen();
    assert!(
        screen.contains("cannot read `a.bin`") && screen.contains("another"),
        "{screen}"
    );
    assert_eq!(screen.lines().count(), before);
}

/// The row of the table under the cursor, by its colours.
fn under_cursor(harness: &Harness) -> String {
    let buf = harness.buffer();
    let ground = harness.state.theme.selected.bg;
    let is_selected = |y: u16| buf[(20, y)].style().bg == ground;
    let y = (0..buf.area.height).find(|y| is_selected(*y)).unwrap();
    (0..buf.area.width).map(|x| buf[(x, y)].symbol()).collect()
}

#[test]
fn a_run_does_not_go_to_a_demo_server_that_has_no_address_yet() {
    let mut harness = Harness::new(120, 40);
    harness.state.held = Some(Vec::new());
    harness.press("g<ctrl-r><enter>");
    let runs = |harness: &Harness| harness.effects.iter().any(|effect| matches!(effect, Effect::Run(..)));
    assert!(!runs(&harness));
    let told = harness.state.shared.notice.as_ref().map(|notice| notice.text.clone());
    assert!(told.is_some_and(|told| told.contains("demo server has not told its address")));
    harness.event(Event::Demo("http://127.0.0.1:4711".into()));
    harness.press("<enter>");
    assert!(runs(&harness), "{}", harness.screen());
}

#[test]
fn what_a_run_sets_does_not_make_room_for_a_given_value_again() {
    let (mut harness, run) = started((120, 40));
    let given = |slug: &str| (slug.to_owned(), "base_url".to_owned(), Some("http://given".to_owned()));
    harness.state.shared.overrides = vec![given("cells")];
    harness.state.shared.set_aside = vec![given("demo")];
    let mut current = CurrentValues::default();
    let value = CurrentValue {
        value: Some(json!("http://scripted")),
        set_by: "a script".into(),
        set_at: harness.now,
        secret: false,
    };
    current.set(Owner::Environment("demo".into()), "base_url", value);
    over(&mut harness, run, current);
    assert_eq!(harness.state.shared.overrides, [given("cells")]);
    assert!(harness.state.shared.set_aside.is_empty());
}
