//! The rows as they are looked through: the question before leaving them, keys, whole messages, finding one.

use super::*;
use crate::model::outcome::ScriptError;
use crate::model::request::Method;
use crate::model::script::ScriptEvent;
use crate::model::{Entity, Group, Request};

#[test]
fn a_question_before_leaving_goes_when_the_run_is_over() {
    let (mut harness, run) = started((80, 24));
    harness.press("<esc>");
    let screen = harness.screen();
    assert!(
        screen.contains("[Esc] stay") && screen.contains("[c] cancel the run"),
        "{screen}"
    );
    over(&mut harness, run, CurrentValues::default());
    assert!(
        !harness.screen().contains("The run is not over"),
        "{}",
        harness.screen()
    );
    harness.press("<esc>");
    assert!(harness.state.modals.is_empty());

    let (mut harness, run) = started((80, 24));
    harness.press("<esc><ctrl-c>");
    assert!(
        harness
            .effects
            .iter()
            .any(|effect| matches!(effect, Effect::CancelRun(own) if *own == run))
    );
    assert_eq!(harness.state.modals.len(), 1);
    harness.press("<esc><ctrl-q>");
    assert!(harness.screen().contains("stop it and quit"), "{}", harness.screen());
}

#[test]
fn the_keys_of_failures_fit_into_a_narrow_screen_and_messages_are_whole() {
    let (mut harness, run) = started((80, 24));
    let message = "expected the list of all herons to deeply equal the one that was there yesterday, with its rings";
    let rows = requests(&harness).into_iter();
    let rows = rows.map(|node| row(node, 0, &[("the herons are the same as they were", message)]));
    harness.event(Event::Run(run, News::Done(rows.collect())));
    over(&mut harness, run, CurrentValues::default());
    let screen = harness.screen();
    for key in ["Spc why", "s save", "/ find", "r rerun", "R failed", "? keys"] {
        assert!(screen.contains(key), "{key}: {screen}");
    }
    assert!(screen.contains("✗ 3 of 9 tests failed"), "{screen}");
    // What there is no room for is in help.
    harness.press("?");
    assert!(harness.screen().contains("Set the run up anew"), "{}", harness.screen());
    harness.press("<esc>");
    harness.press("g<space>");
    let words: Vec<String> = harness.screen().split_whitespace().map(str::to_owned).collect();
    let text = words.join(" ").replace("│ │", "").replace("┃ ┃", "");
    let text: Vec<&str> = text.split_whitespace().filter(|word| !"│┃".contains(word)).collect();
    assert!(text.join(" ").contains(message), "{}", harness.screen());
    // Below the row that is unfolded the next one stands.
    harness.press("j<space>");
    assert_eq!(
        harness.screen().matches("with its rings").count(),
        2,
        "{}",
        harness.screen()
    );
    // There is as much room for them where what failed ran again.
    harness.press("R");
    let (again, _) = asked(&mut harness);
    let failed = row(requests(&harness)[0], 0, &wrong());
    harness.event(Event::Run(again, News::Done(vec![failed])));
    over(&mut harness, again, CurrentValues::default());
    let screen = harness.screen();
    for key in ["Esc full run", "Spc why", "s save", "r rerun", "R failed", "? keys"] {
        assert!(screen.contains(key), "{key}: {screen}");
    }
}

#[test]
fn a_row_is_found_by_what_is_typed_and_no_letter_of_it_is_a_key() {
    let (mut harness, run) = started((120, 40));
    let nodes = requests(&harness);
    let rows = nodes.iter().enumerate();
    let rows = rows.map(|(n, node)| row(*node, 0, if n == 2 { &[("rings", "none")] } else { &[] }));
    harness.event(Event::Run(run, News::Done(rows.collect())));
    over(&mut harness, run, CurrentValues::default());
    harness.effects.clear();
    harness.press("g/RINGS");
    assert!(harness.screen().contains("1 row"), "{}", harness.screen());
    harness.press("<esc><enter>");
    assert_eq!(harness.state.shared.open, Some(nodes[2]));

    harness.press("<ctrl-r>g/rrq<enter><up>");
    assert!(harness.screen().contains("not found"), "{}", harness.screen());
    assert!(!harness.effects.iter().any(|effect| matches!(effect, Effect::Run(..))));
    harness.press("<ctrl-u>200");
    assert!(harness.screen().contains("2 rows"), "{}", harness.screen());
}

#[test]
fn rows_that_come_while_one_is_looked_for_are_found_too() {
    let (mut harness, run) = started((120, 40));
    let nodes = requests(&harness);
    let came = |harness: &mut Harness, what: &str| {
        let rows = nodes.iter().map(|node| row(*node, 0, &[(what, "none")]));
        harness.event(Event::Run(run, News::Done(rows.collect())));
    };
    came(&mut harness, "Rings");
    harness.press("g/ri");
    assert!(harness.screen().contains("3 rows"), "{}", harness.screen());
    came(&mut harness, "rivers");
    harness.press("<enter>");
    assert!(harness.screen().contains("6 rows"), "{}", harness.screen());
    came(&mut harness, "ringlets");
    harness.press("n");
    assert!(harness.screen().contains("6 rows"), "{}", harness.screen());
    harness.press("gl");
    assert!(harness.screen().contains("3 rows"), "{}", harness.screen());
    harness.press("<backspace><backspace><backspace>");
    assert!(harness.screen().contains("9 rows"), "{}", harness.screen());
}

#[test]
fn the_collections_show_what_the_run_sent_until_something_newer_comes() {
    let (mut harness, run) = started((120, 40));
    let ids = requests(&harness);
    let mut cancelled = row(ids[2], 0, &wrong());
    (cancelled.row.answer, cancelled.row.size) = (Answer::None, 0);
    let error = ScriptError {
        script: "collection, pre-request".to_owned(),
        event: ScriptEvent::PreRequest,
        name: "CancelledError".to_owned(),
        message: "cancelled".to_owned(),
        at: None,
        when: jiff::Timestamp::UNIX_EPOCH,
        hint: None,
    };
    cancelled.outcome = Arc::new(Outcome {
        script_errors: vec![error],
        ..Outcome::default()
    });
    let done = vec![row(ids[0], 0, &[]), row(ids[1], 0, &wrong()), cancelled];
    harness.event(Event::Run(run, News::Done(done)));
    let current = CurrentValues::default();
    over(&mut harness, run, current);
    assert!(
        harness.screen().contains("2.48 KB") || harness.state.shared.log.as_ref().is_some_and(|log| log.size == 2480)
    );
    harness.press("<esc>");
    let tree = |harness: &Harness| -> Vec<String> {
        let screen = harness.screen();
        screen.lines().map(|line| line.chars().take(30).collect()).collect()
    };
    let shows = |tree: &[String], status: &str| tree.iter().any(|line| line.contains(status));
    assert!(shows(&tree(&harness), " 200"), "{}", harness.screen());
    assert_eq!(harness.state.shared.outcomes.of_run(&ids[1]), Some((Some(404), true)));
    assert_eq!(harness.state.shared.outcomes.of_run(&ids[2]), None, "nothing is wrong");
    harness.state.shared.outcomes.insert(ids[0], Arc::default(), None);
    assert!(!shows(&tree(&harness), " 200"), "{}", harness.screen());
}

#[test]
fn of_deep_folders_the_nearest_are_named_and_have_the_room_of_failures_that_are_none() {
    let mut harness = Harness::new(120, 40);
    let workspace = &mut harness.state.shared.workspace;
    let mut above = workspace.collections()[0];
    for level in 1..8 {
        let folder = Group::named(format!("Level {level} of eight"));
        above = workspace.load_node(Some(above), format!("l{level}"), Entity::Folder(Arc::new(folder)));
    }
    let deep = Request {
        name: "Deep".into(),
        ..Request::to(Method::default(), "http://127.0.0.1:9")
    };
    let deep = workspace.load_node(Some(above), "deep", Entity::Request(Arc::new(deep)));
    harness.press("g<ctrl-r><enter>");
    let (run, _) = asked(&mut harness);
    let news = News::Started {
        requests: 1,
        iterations: 1,
    };
    harness.event(Event::Run(run, news));
    harness.event(Event::Run(run, News::Done(vec![row(deep, 0, &[])])));
    let line = |harness: &Harness| {
        let screen = harness.screen();
        screen
            .lines()
            .find(|line| line.contains("Deep  "))
            .unwrap_or_default()
            .to_owned()
    };
    assert!(
        line(&harness).contains("Deep  … › Level 7 of eight "),
        "{}",
        line(&harness)
    );
    over(&mut harness, run, CurrentValues::default());
    let shown = "Deep  … › Level 5 of eight › Level 6 of eight › Level 7 of eight ";
    assert!(line(&harness).contains(shown), "{}", line(&harness));
}

#[test]
fn where_there_is_room_the_reason_of_a_failure_stands_behind_its_name() {
    let (mut harness, run) = started((120, 40));
    let ids = requests(&harness);
    let why = "expected response to have status code 200 but got 503";
    let rows = vec![
        row(ids[0], 0, &[("200", why)]),
        row(ids[1], 0, &[("200", "expected 1 to equal 2")]),
        row(
            ids[2],
            0,
            &[("a name that is so long that nothing stands behind it", why)],
        ),
    ];
    harness.event(Event::Run(run, News::Done(rows)));
    let screen = harness.screen();
    assert!(screen.contains("200: expected … code 200 but got 503"), "{screen}");
    assert!(screen.contains("200: expected 1 to equal 2"), "{screen}");
    assert!(screen.contains("a name that is so long that nothing"), "{screen}");
}

#[test]
fn a_message_keeps_its_lines_and_the_table_shows_the_first() {
    let (mut harness, run) = started((120, 40));
    let all = requests(&harness);
    let message = "Unexpected token 'x'\n  [1, x]\n      ^ here";
    let failed = row(all[0], 0, &[("parses", message), ("another", "no")]);
    harness.event(Event::Run(run, News::Done(vec![failed])));
    over(&mut harness, run, CurrentValues::default());
    let screen = harness.screen();
    let line = screen.lines().find(|line| line.contains("parses")).unwrap();
    assert!(line.contains("Unexpected token 'x'") && !line.contains('^'), "{line}");
    // The number of the others stands apart from what is said.
    assert!(line.contains("   +1"), "{line}");
    harness.press("g<space>");
    let screen = harness.screen();
    let lines: Vec<&str> = screen.lines().collect();
    let column = |of: &str| {
        lines
            .iter()
            .find_map(|line| line.find(of).map(|at| line[..at].chars().count()))
    };
    assert_eq!(column("^ here"), column("x]"), "{screen}");
}

#[test]
fn the_title_says_that_rows_are_hidden() {
    let (mut harness, run) = started((80, 24));
    let all = requests(&harness);
    let rows = vec![row(all[0], 0, &wrong()), row(all[1], 0, &[])];
    harness.event(Event::Run(run, News::Done(rows)));
    over(&mut harness, run, CurrentValues::default());
    assert!(!harness.screen().contains("failures only"));
    harness.press("f");
    assert!(harness.screen().contains("failures only"), "{}", harness.screen());
    harness.press("f");
    assert!(!harness.screen().contains("failures only"));
}
