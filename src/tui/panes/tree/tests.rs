//! The tree through the keyboard and the mouse.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::sync::Arc;

use crossterm::event::{KeyModifiers, MouseButton, MouseEvent, MouseEventKind};

use super::*;
use crate::model::problem::Problem;
use crate::model::{Entity, Group, Request};
use crate::tui::effect::{Effect, FileJob};
use crate::tui::event::Event;
use crate::tui::harness::{Harness, workspace};
use crate::tui::modals::Modal;

/// The lines of the pane, without the frame.
fn lines(harness: &Harness) -> Vec<String> {
    let area = harness.state.layout().area(Pane::Collections).unwrap();
    let screen = harness.screen();
    let rows = screen.lines().skip(usize::from(area.y) + 1);
    rows.take(usize::from(area.height) - 2)
        .map(|line| {
            let inside: String = line.chars().skip(1).take(usize::from(area.width) - 2).collect();
            inside.trim_end().to_owned()
        })
        .filter(|line| !line.is_empty())
        .collect()
}

/// The same without marks: a file counts as unsaved until the disk answers, and here it never does.
fn names(harness: &Harness) -> Vec<String> {
    let bare = |line: String| line.trim_end_matches('●').trim_end().to_owned();
    lines(harness).into_iter().map(bare).collect()
}

/// The name under the cursor.
fn at(harness: &Harness) -> String {
    let state = &harness.state.panes.tree;
    let node = state.on.and_then(|id| harness.state.shared.workspace.node(id)).unwrap();
    node.entity.name().to_owned()
}

fn id(harness: &Harness, path: &str) -> NodeId {
    harness.state.shared.node_at(path).unwrap()
}

fn click(harness: &mut Harness, x: u16, y: u16) {
    mouse_event(harness, MouseEventKind::Down(MouseButton::Left), x, y);
    mouse_event(harness, MouseEventKind::Up(MouseButton::Left), x, y);
}

fn mouse_event(harness: &mut Harness, kind: MouseEventKind, column: u16, row: u16) {
    harness.event(Event::Mouse(MouseEvent {
        kind,
        column,
        row,
        modifiers: KeyModifiers::NONE,
    }));
}

fn sends(harness: &Harness) -> bool {
    harness
        .effects
        .iter()
        .any(|effect| matches!(effect, Effect::Send { .. }))
}

/// A collection with many requests.
fn big(count: usize) -> Workspace {
    let mut workspace = Workspace::new("/nowhere");
    let top = workspace.load_node(
        None,
        "big",
        Entity::Collection(Arc::new(Group::named("大きなコレクション"))),
    );
    for n in 0..count {
        let request = Request {
            name: format!("日本語の長い名前のリクエスト {n}"),
            ..Request::default()
        };
        workspace.load_node(Some(top), format!("r{n}"), Entity::Request(Arc::new(request)));
    }
    workspace
}

#[test]
fn collections_are_unfolded_one_level_at_the_first_start() {
    let harness = Harness::new(120, 40);
    assert_eq!(
        lines(&harness),
        [" ▾ Pydio Cells", "   POST Get token", "   ▸ Configuration"]
    );
    assert_eq!(at(&harness), "Pydio Cells");
}

#[test]
fn folds_unfold_and_lead_up_and_down() {
    let mut harness = Harness::new(120, 40);
    harness.press("jjl");
    assert_eq!(
        lines(&harness)[3..],
        ["     GET  List services", "     GET  Data sources"]
    );
    harness.press("l");
    assert_eq!(at(&harness), "List services");
    harness.press("h");
    assert_eq!(at(&harness), "Configuration");
    harness.press("h");
    assert_eq!(lines(&harness).len(), 3);
    harness.press("h");
    assert_eq!(at(&harness), "Pydio Cells");
    harness.press("<space>");
    assert_eq!(lines(&harness), [" ▸ Pydio Cells"]);
    harness.press("<space>Gg<pgdn>");
    assert_eq!(at(&harness), "Configuration");
}

#[test]
fn enter_opens_and_enter_again_goes_there_but_nothing_is_sent() {
    let mut harness = Harness::new(120, 40);
    harness.press("j<enter>");
    let token = id(&harness, "pydio-cells/get-token");
    assert_eq!(harness.state.shared.open, Some(token));
    assert_eq!(harness.state.focus, Pane::Collections);
    assert!(lines(&harness)[1].starts_with(" ▎ POST"), "what is open is marked");
    harness.press("j");
    assert_eq!(harness.state.shared.open, Some(token), "moving opens nothing");
    harness.press("k<enter>");
    assert_eq!(harness.state.focus, Pane::Request);
    assert!(!sends(&harness));
}

#[test]
fn where_the_request_pane_is_not_on_the_screen_opening_goes_there_at_once() {
    let mut harness = Harness::new(60, 16);
    harness.press("j<enter>");
    assert_eq!(harness.state.focus, Pane::Request);
}

#[test]
fn enter_on_a_folder_opens_and_unfolds_it() {
    let mut harness = Harness::new(120, 40);
    harness.press("G<enter>");
    assert_eq!(
        harness.state.shared.open,
        Some(id(&harness, "pydio-cells/configuration"))
    );
    assert_eq!(lines(&harness).len(), 5);
}

#[test]
fn what_opens_elsewhere_is_shown_here() {
    let mut harness = Harness::new(120, 40);
    let hidden = id(&harness, "pydio-cells/configuration/datasources");
    let mut effects = Vec::new();
    harness.state.run(vec![Command::Open(hidden)], &mut effects);
    harness.event(Event::Tick);
    assert_eq!(at(&harness), "Data sources");
    assert_eq!(lines(&harness).len(), 5);
}

#[test]
fn names_are_asked_for_and_deleting_says_what_goes() {
    for (keys, title) in [
        ("A", "New folder"),
        ("C", "New collection"),
        ("r", "Rename"),
        ("D", "Delete"),
    ] {
        let mut harness = Harness::new(120, 40);
        harness.press("G").press(keys);
        let shown = harness.screen();
        assert!(shown.contains(title), "{keys}: {shown}");
    }
    let mut harness = Harness::new(120, 40);
    harness.press("GD");
    let text = harness.screen();
    assert!(text.contains("with the 2 requests in it"), "{text}");
    assert!(text.contains("collections/pydio-cells/configuration"), "{text}");
    assert!(
        harness.state.shared.node_at("pydio-cells/configuration").is_some(),
        "it asks first"
    );
    harness.press("d");
    assert!(harness.state.shared.node_at("pydio-cells/configuration").is_none());
    assert_eq!(at(&harness), "Get token", "the cursor is on what is nearest");
}

#[test]
fn a_new_request_goes_into_the_group_of_the_cursor() {
    let mut harness = Harness::new(120, 40);
    harness.press("jjljja");
    let new = harness.state.shared.open.unwrap();
    let path = harness.state.shared.workspace.path(new).unwrap();
    assert_eq!(path.as_str(), "pydio-cells/configuration/new-request");
    assert_eq!(at(&harness), "New request");
    assert!(lines(&harness).iter().any(|line| line.contains("GET  New request")));
}

#[test]
fn drafts_stand_on_top_under_a_heading_the_cursor_skips() {
    let mut harness = Harness::new(120, 40);
    harness.press("<ctrl-n><esc><esc>2");
    harness.state.focus = Pane::Collections;
    let shown = lines(&harness);
    assert_eq!(shown[0], " Drafts");
    assert!(
        shown[1].contains("GET  New request") && shown[1].ends_with('●'),
        "{shown:?}"
    );
    harness.press("gkk");
    assert_eq!(at(&harness), "New request");
    harness.press("<ctrl-n><esc><esc>2");
    let shown = lines(&harness);
    assert!(
        shown.iter().any(|line| line.contains("GET  New request 2")),
        "{shown:?}"
    );
    harness.press("gkkk");
    assert_eq!(at(&harness), "New request");
    harness.press("J");
    assert!(harness.state.shared.notice.is_some(), "a draft is not moved about");
    harness.press("D");
    assert_eq!(harness.state.modals.len(), 1);
}

#[test]
fn cut_and_paste_moves_and_esc_calls_it_off() {
    let mut harness = Harness::new(120, 40);
    harness.press("jx");
    assert!(harness.state.shared.cut.is_some());
    harness.press("<esc>");
    assert!(harness.state.shared.cut.is_none());
    harness.press("xjp");
    assert!(
        harness
            .state
            .shared
            .node_at("pydio-cells/configuration/get-token")
            .is_some()
    );
    assert_eq!(at(&harness), "Get token");
    assert_eq!(names(&harness)[4], "     POST Get token");
    let renamed = |effect: &Effect| matches!(effect, Effect::Files(jobs) if jobs.iter().any(|job| matches!(job, FileJob::Rename { .. })));
    assert!(harness.effects.iter().any(renamed));
    // Behind a request, in its group.
    harness.press("xkkp");
    assert_eq!(
        names(&harness)[2..],
        [
            "     GET  List services",
            "     POST Get token",
            "     GET  Data sources"
        ]
    );
}

#[test]
fn a_folder_is_not_pasted_into_itself() {
    let mut harness = Harness::new(120, 40);
    harness.press("Gxlllp");
    assert_eq!(
        harness.state.shared.notice.as_ref().unwrap().text,
        "it cannot go into itself"
    );
    assert_eq!(names(&harness).len(), 5);
}

#[test]
fn moving_goes_past_siblings_into_unfolded_folders_and_out_again() {
    let mut harness = Harness::new(120, 40);
    harness.press("jJ");
    assert_eq!(
        names(&harness)[1..],
        ["   ▸ Configuration", "   POST Get token"],
        "past a folded one"
    );
    harness.press("kl").press("jjjK");
    assert_eq!(names(&harness)[4], "     POST Get token", "into an unfolded one");
    assert_eq!(at(&harness), "Get token");
    harness.press("KKK");
    assert_eq!(names(&harness)[1], "   POST Get token", "out at its top");
    harness.press("K");
    assert!(
        harness.state.shared.notice.is_some(),
        "a collection is not left by accident"
    );
    harness.press("JJJJ");
    assert_eq!(names(&harness)[4], "   POST Get token");
}

#[test]
fn what_stands_unsaved_or_failed_is_marked() {
    let mut harness = Harness::new(120, 40);
    let token = id(&harness, "pydio-cells/configuration/datasources");
    let entity = harness
        .state
        .shared
        .workspace
        .node(token)
        .unwrap()
        .entity
        .renamed("Sources");
    let edit = crate::model::edit::Edit::Replace { id: token, entity };
    harness.state.shared.workspace.apply(edit).unwrap();
    harness.event(Event::Tick);
    assert!(
        lines(&harness)[2].ends_with('●'),
        "a folded group says it for what is in it"
    );
    harness.press("jjl");
    assert!(!lines(&harness)[2].ends_with('●'));
    assert!(lines(&harness)[4].ends_with('●'));
}

#[test]
fn files_with_problems_are_told_of_and_a_click_lists_them() {
    let mut workspace = workspace();
    workspace.problems.push(Problem {
        file: "/nowhere/collections/x.toml".into(),
        at: None,
        message: "no".into(),
        hint: None,
        warning: false,
    });
    let mut harness = Harness::with(workspace, 120, 40);
    let area = harness.state.layout().area(Pane::Collections).unwrap();
    assert!(
        lines(&harness).last().unwrap().starts_with(" ! 1 file"),
        "{:?}",
        lines(&harness)
    );
    click(&mut harness, area.x + 4, area.bottom() - 2);
    assert!(matches!(harness.state.modals.last(), Some(Modal::Text(_))));
}

#[test]
fn warnings_are_not_told_as_files_that_could_not_be_read() {
    let problem = |warning| Problem {
        file: "/nowhere/environments/x.toml".into(),
        at: None,
        message: "no".into(),
        hint: None,
        warning,
    };
    let last = |problems: Vec<Problem>| {
        let mut workspace = workspace();
        workspace.problems = problems;
        lines(&Harness::with(workspace, 120, 40)).pop().unwrap()
    };
    assert_eq!(last(vec![problem(true)]), " ! 1 warning · ^P problems");
    assert_eq!(last(vec![problem(true), problem(true)]), " ! 2 warnings · ^P problems");
    assert_eq!(last(vec![problem(false), problem(true)]), " ! 2 problems");
}

#[test]
fn a_long_name_gives_way_to_the_status() {
    for (columns, rows) in [(120, 40), (80, 24)] {
        let mut harness = Harness::new(columns, rows);
        harness.press("jjl");
        let node = id(&harness, "pydio-cells/configuration/list-services");
        let before = lines(&harness)[3].clone();
        assert!(before.starts_with("     GET  List"), "{before}");
        let outcome = crate::tui::outcomes::tests::of(bytes::Bytes::new());
        harness.state.shared.outcomes.insert(node, outcome, None);
        let area = harness.state.layout().area(Pane::Collections).unwrap();
        let after = &lines(&harness)[3];
        assert!(after.contains("…") && after.ends_with("200"), "{after}");
        assert_eq!(after.chars().count(), usize::from(area.width) - 2 - 3, "{after}");
    }
}

#[test]
fn an_empty_tree_teaches() {
    let harness = Harness::with(Workspace::new("/nowhere"), 120, 40);
    let screen = harness.screen();
    assert!(
        screen.contains("C makes a collection")
            && screen.contains("I imports Postman's")
            && screen.contains("^N starts a request"),
        "{screen}"
    );
}

#[test]
fn the_mouse_selects_opens_and_folds() {
    let mut harness = Harness::new(120, 40);
    let list = frame::inner(harness.state.layout().area(Pane::Collections).unwrap());
    click(&mut harness, list.x + 10, list.y + 1);
    assert_eq!(at(&harness), "Get token");
    assert_eq!(harness.state.shared.open, None);
    click(&mut harness, list.x + 10, list.y + 1);
    assert_eq!(harness.state.shared.open, Some(id(&harness, "pydio-cells/get-token")));
    click(&mut harness, list.x + 2, list.y + 2);
    assert_eq!(lines(&harness).len(), 5);
    click(&mut harness, list.x, list.y);
    assert_eq!(lines(&harness).len(), 1);
    assert!(!sends(&harness));
}

#[test]
fn the_wheel_scrolls_and_the_cursor_comes_back_when_it_moves() {
    let mut harness = Harness::with(big(200), 80, 24);
    let area = harness.state.layout().area(Pane::Collections).unwrap();
    for _ in 0..5 {
        mouse_event(&mut harness, MouseEventKind::ScrollDown, area.x + 5, area.y + 5);
    }
    assert_eq!(harness.state.panes.tree.top, 15);
    harness.event(Event::Tick);
    assert_eq!(harness.state.panes.tree.top, 15);
    harness.press("j");
    assert_eq!(harness.state.panes.tree.top, 0);
    harness.press("G");
    assert!(harness.screen().contains('┃'));
}

#[test]
fn what_is_unfolded_and_where_the_cursor_was_survive_a_restart() {
    let mut harness = Harness::new(120, 40);
    harness.press("jjlj");
    let value = remember(&harness.state.panes.tree, &harness.state.shared);
    let mut again = Harness::new(120, 40);
    let mut state = State::default();
    restore(&mut state, &value, &again.state.shared);
    again.state.panes.tree = state;
    again.event(Event::Tick);
    assert_eq!(lines(&again), lines(&harness));
    assert_eq!(at(&again), "List services");
    assert_eq!(remember(&again.state.panes.tree, &again.state.shared), value);
}

#[test]
fn the_cursor_stays_with_its_node_and_goes_up_when_it_is_folded_away() {
    let mut harness = Harness::new(120, 40);
    harness.press("jjlj");
    let gone = id(&harness, "pydio-cells/configuration");
    let open = Some(id(&harness, "pydio-cells/configuration/list-services"));
    harness.state.shared.open = open;
    let mut effects = Vec::new();
    harness.state.run(vec![Command::Delete(gone)], &mut effects);
    harness.event(Event::Tick);
    assert_eq!((lines(&harness).len(), harness.state.shared.open), (2, None));
    harness.press("u");
    assert_eq!(lines(&harness).len(), 5, "undo brings it back as it stood");
    assert_eq!(harness.state.shared.open, open, "and opens again what was open");
    harness.press("<ctrl-y>");
    assert_eq!((lines(&harness).len(), harness.state.shared.open), (2, None));
    harness.press("u");
    assert_eq!(harness.state.shared.open, open, "also where the deletion was done anew");
}

#[test]
fn draws_at_every_size() {
    for (columns, rows) in [(60, 16), (80, 24), (250, 70), (61, 17)] {
        let mut harness = Harness::with(big(50), columns, rows);
        harness.press("G");
        let screen = harness.screen();
        assert!(screen.contains("日本語"), "{screen}");
    }
}

#[test]
fn what_undo_brings_back_is_under_the_cursor() {
    let mut harness = Harness::new(120, 40);
    harness.press("jlj");
    assert_eq!(at(&harness), "Configuration");
    harness.press("ljDd");
    assert_eq!(at(&harness), "Data sources");
    harness.press("gu");
    assert_eq!(at(&harness), "List services");
}

#[test]
fn a_request_saved_into_a_folded_folder_is_revealed() {
    let mut harness = Harness::new(120, 40);
    let node = id(&harness, "pydio-cells/configuration");
    let command = Command::NewRequest { parent: None };
    let mut effects = Vec::new();
    harness.state.run(vec![command], &mut effects);
    let draft = harness.state.shared.open.unwrap();
    let command = Command::SaveAs {
        id: draft,
        parent: node,
        name: "Mine".to_owned(),
    };
    harness.state.run(vec![command], &mut effects);
    harness.state.sync(&mut effects);
    assert_eq!(at(&harness), "Mine");
    assert!(names(&harness).iter().any(|line| line.contains("Mine")));
}

#[test]
fn what_is_in_a_folder_stands_further_in_than_that_however_deep() {
    let mut harness = Harness::new(80, 24);
    let workspace = &mut harness.state.shared.workspace;
    let mut above = workspace.collections()[0];
    for level in 1..8 {
        let folder = Group::named(format!("F{level}"));
        above = workspace.load_node(Some(above), format!("f{level}"), Entity::Folder(Arc::new(folder)));
    }
    harness.press("gG");
    for _ in 0..8 {
        harness.press("lj");
    }
    let screen = harness.screen();
    let at = |name: &str| {
        screen
            .lines()
            .find_map(|line| line.find(name))
            .unwrap_or_else(|| panic!("{name}: {screen}"))
    };
    for level in 1..7 {
        assert!(at(&format!("F{level}")) < at(&format!("F{}", level + 1)), "{screen}");
    }
}

#[test]
fn a_file_that_cannot_be_read_stands_in_the_tree_and_opens_in_an_editor() {
    let mut harness = Harness::new(120, 40);
    let problem = |file: &str, warning: bool| Problem {
        file: format!("/nowhere/{file}").into(),
        at: Some((3, 7)),
        message: "key with no value".to_owned(),
        hint: None,
        warning,
    };
    harness.state.shared.workspace.problems = vec![
        problem("collections/pydio-cells/configuration/torn.toml", false),
        problem("collections/pydio-cells/configuration/torn.toml", false),
        problem("collections/pydio-cells/get-token.toml", true),
        problem("collections/gone/collection.toml", false),
        problem("environments/demo.toml", false),
    ];
    let torn = |harness: &Harness| names(harness).iter().filter(|name| name.contains("torn")).count();
    harness.event(Event::Tick);
    assert_eq!(torn(&harness), 0, "it is folded away with what it is in");
    harness.press("2gjjl");
    assert_eq!(at(&harness), "Configuration");
    let seen = names(&harness);
    let found = |part: &str| seen.iter().position(|name| name.contains(part)).unwrap();
    assert_eq!(torn(&harness), 1, "{seen:?}");
    assert_eq!(found("✗ torn"), found("Data sources") + 1, "{seen:?}");
    assert_eq!(seen.iter().filter(|name| name.contains('✗')).count(), 2, "{seen:?}");
    assert!(seen[found("✗ gone/collection.toml")].starts_with(" ✗"), "{seen:?}");
    harness.press("jjj");
    assert_eq!(harness.state.panes.tree.on, None);
    assert!(harness.screen().contains("open in $EDITOR"), "{}", harness.screen());
    // One that was read before it broke is there once.
    let file = problem("collections/pydio-cells/configuration/datasources.toml", false);
    harness.state.shared.workspace.problems.push(file);
    harness.event(Event::Tick);
    let seen = names(&harness);
    assert_eq!(seen.iter().filter(|name| name.contains('✗')).count(), 3, "{seen:?}");
    assert!(seen[found("Data sources")].contains("GET  ✗ Data sources"), "{seen:?}");
    assert!(!seen.iter().any(|name| name.contains("datasources")), "{seen:?}");
    // It stays there, whatever comes before it.
    harness.state.shared.workspace.problems.remove(3);
    harness
        .state
        .shared
        .workspace
        .problems
        .insert(0, problem("collections/pydio-cells/a.toml", false));
    harness.event(Event::Tick);
    harness.effects.clear();
    harness.press("D");
    assert!(harness.screen().contains("Enter says why"), "{}", harness.screen());
    harness.press("<enter>");
    let edited = harness.effects.iter().find_map(|effect| match effect {
        Effect::EditFile { path, line } => Some((path.display().to_string(), *line)),
        _ => None,
    });
    let file = "/nowhere/collections/pydio-cells/configuration/torn.toml";
    assert_eq!(edited, Some((file.to_owned(), 3)));
    let told = harness.state.shared.notice.as_ref().unwrap().text.clone();
    assert!(
        told.contains("configuration/torn.toml:3:7: key with no value"),
        "{told}"
    );
    harness.press("h");
    assert_eq!(at(&harness), "Configuration");
    // Once it can be read it is gone.
    harness.press("G");
    harness.state.shared.workspace.problems.clear();
    harness.event(Event::Tick);
    assert_eq!(torn(&harness), 0);
    assert!(harness.state.panes.tree.on.is_some());
}
