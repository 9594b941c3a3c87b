//! The editor through the keyboard and the mouse.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod secrets;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use crossterm::event::{KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use serde_json::json;

use super::*;
use crate::model::variable::CurrentValue;
use crate::model::{Variable, Workspace};
use crate::tui::effect::{Effect, FileJob, LocalJob};
use crate::tui::event::Event;
use crate::tui::harness::Harness;
use crate::tui::modals::Modal;

/// The editor open on the demo environment.
fn open(columns: u16, rows: u16) -> Harness {
    let mut harness = Harness::new(columns, rows);
    show(&mut harness);
    harness
}

fn show(harness: &mut Harness) {
    let id = harness.state.shared.active_environment;
    let modal = Modal::from(EnvironmentEditor::new(id));
    let mut effects = Vec::new();
    harness.state.run(vec![Command::Show(Box::new(modal))], &mut effects);
    harness.event(Event::Tick);
}

fn set(harness: &mut Harness, key: &str, value: &str) {
    let current = CurrentValue {
        value: Some(value.into()),
        set_by: "Get token, post-response".into(),
        set_at: harness.now,
        secret: false,
    };
    let owner = Owner::Environment("demo".into());
    harness.state.shared.current.set(owner, key, current);
    harness.event(Event::Tick);
}

fn variable(harness: &Harness, key: &str) -> Option<Variable> {
    let node = harness.state.shared.workspace.environment_named("demo").unwrap();
    let mut variables = node.environment.variables.iter();
    variables.find(|variable| variable.key == key).cloned()
}

fn current(harness: &Harness, key: &str) -> Option<serde_json::Value> {
    let owner = Owner::Environment("demo".into());
    harness.state.shared.current.get(&owner, key)?.value.clone()
}

fn written(harness: &Harness) -> bool {
    harness.effects.iter().any(|effect| {
        matches!(effect, Effect::Files(jobs) if jobs.iter().any(|job| matches!(job, FileJob::WriteEnvironment { .. })))
    })
}

/// The line of the screen with a text.
fn line(harness: &Harness, text: &str) -> String {
    let screen = harness.screen();
    let line = screen.lines().find(|line| line.contains(text));
    line.unwrap_or_else(|| panic!("no `{text}` in\n{screen}")).to_owned()
}

fn notice(harness: &Harness) -> String {
    harness.state.shared.notice.as_ref().unwrap().text.clone()
}

#[test]
fn what_is_hidden_is_not_put_into_the_file() {
    let mut harness = open(120, 40);
    set(&mut harness, "aaa_copy", "Bearer opaque-token");
    harness
        .state
        .shared
        .current
        .hide(&Owner::Environment("demo".into()), "aaa_copy");
    harness.event(Event::Tick);
    assert!(!harness.screen().contains("opaque-token"), "{}", harness.screen());
    harness.press("Gkp");
    assert!(
        notice(&harness).contains("stays out of the file"),
        "{}",
        notice(&harness)
    );
    assert!(!written(&harness) && variable(&harness, "aaa_copy").is_none());
    assert_eq!(current(&harness, "aaa_copy"), Some("Bearer opaque-token".into()));
}

#[test]
fn it_shows_both_values_and_masks_secrets() {
    let mut harness = open(120, 40);
    set(&mut harness, "base_url", "http://localhost:1");
    set(&mut harness, "dex_token", "opaque-token");
    set(&mut harness, "made_by_script", "x");
    let base = line(&harness, "base_url ");
    assert!(
        base.contains("http://127.0.0.1:8765") && base.contains("http://localhost:1"),
        "{base}"
    );
    assert!(line(&harness, "✓ dex_token").contains("••••"));
    assert!(
        line(&harness, "✓ dex_token").contains("secret"),
        "a wide window says it in words too"
    );
    assert!(!harness.screen().contains("opaque-token"));
    assert!(
        harness.screen().contains("made_by_script"),
        "what no file has is there as well"
    );
    harness.press("v");
    assert!(harness.screen().contains("opaque-token"));
    assert!(!format!("{:?}", harness.state.modals).contains("opaque-token"));
}

#[test]
fn it_says_that_the_demo_server_hides_an_address() {
    let mut harness = open(120, 40);
    assert!(
        !harness.screen().contains("http://127.0.0.1:4711"),
        "{}",
        harness.screen()
    );
    harness.event(Event::Demo("http://127.0.0.1:4711".into()));
    let line = line(&harness, "http://127.0.0.1:4711");
    assert!(line.contains("while the demo server runs"), "{line}");
    harness.press("j");
    assert!(
        !harness.screen().contains("http://127.0.0.1:4711"),
        "only of its own variable"
    );
}

#[test]
fn the_demo_server_s_address_makes_room_and_comes_back_with_undo() {
    let mut harness = open(120, 40);
    set(&mut harness, "base_url", "http://of-yesterday");
    harness.now += jiff::SignedDuration::from_hours(24);
    harness.event(Event::Demo("http://127.0.0.1:4711".into()));
    let address = |harness: &Harness| {
        let scopes = harness.state.shared.scopes(None);
        scopes.get("base_url").map(|(_, binding)| binding.value.clone())
    };
    assert_eq!(address(&harness), Some(json!("http://127.0.0.1:4711")));
    harness.press("ll<enter>2<enter>");
    assert_eq!(address(&harness), Some(json!("http://of-yesterday2")));
    harness.press("u");
    assert_eq!(address(&harness), Some(json!("http://127.0.0.1:4711")));
    harness.press("<ctrl-y>");
    assert_eq!(address(&harness), Some(json!("http://of-yesterday2")));
    harness.press("gr");
    assert_eq!(
        address(&harness),
        Some(json!("http://127.0.0.1:4711")),
        "nothing newer hides it"
    );
    harness.press("u");
    assert_eq!(address(&harness), Some(json!("http://of-yesterday2")));
}

#[test]
fn an_initial_value_goes_into_the_file_and_can_be_undone() {
    let mut harness = open(120, 40);
    harness.press("l<enter><ctrl-u>x<enter>");
    harness.press("<enter>");
    harness.press("<esc>");
    let value = variable(&harness, "base_url").unwrap().value;
    assert_ne!(value, json!("http://127.0.0.1:8765"));
    assert!(written(&harness));
    harness.press("u");
    assert_eq!(
        variable(&harness, "base_url").unwrap().value,
        json!("http://127.0.0.1:8765")
    );
    assert_eq!(harness.state.modals.len(), 1, "undo leaves it open");
}

#[test]
fn a_current_value_stays_here_and_an_empty_one_goes_back() {
    let mut harness = open(120, 40);
    harness.press("ll<enter>http://other<enter>");
    assert_eq!(current(&harness, "base_url"), Some(json!("http://other")));
    assert!(!written(&harness), "the file is not touched");
    assert!(
        harness
            .effects
            .iter()
            .any(|effect| matches!(effect, Effect::Local(LocalJob::Current(_))))
    );
    assert!(harness.screen().contains("current value, set by you"));
    harness.press("r");
    assert_eq!(current(&harness, "base_url"), None);
    harness.press("<enter>y<enter>");
    assert_eq!(current(&harness, "base_url"), Some(json!("y")));
    harness.press("<enter><backspace><enter>");
    assert_eq!(current(&harness, "base_url"), None);
}

#[test]
fn promoting_puts_the_current_value_into_the_file() {
    let mut harness = open(120, 40);
    set(&mut harness, "base_url", "http://new");
    harness.press("p");
    assert_eq!(variable(&harness, "base_url").unwrap().value, json!("http://new"));
    assert_eq!(current(&harness, "base_url"), None);
    set(&mut harness, "dex_token", "t");
    harness.press("jjjjjp");
    assert!(notice(&harness).contains("stays out of the file"));
    assert_eq!(variable(&harness, "dex_token").unwrap().value, json!(""));
}

#[test]
fn a_secret_has_no_initial_value_to_type() {
    let mut harness = open(120, 40);
    harness.press("jjjjjl<enter>");
    assert!(notice(&harness).contains("stays out of the file"));
    harness.press("x");
    assert!(!written(&harness));
    // Tab goes from its name past it to its current value.
    harness.press("h<enter><tab>tok<enter>");
    assert_eq!(current(&harness, "dex_token"), Some(json!("tok")));
    assert!(!harness.screen().contains("tok "), "typed, it is masked");
}

#[test]
fn tab_leads_to_whether_it_is_a_secret_and_on_to_the_next_name() {
    let mut harness = open(120, 40);
    harness.press("akey<tab>one<tab>two<tab><enter>");
    assert!(variable(&harness, "key").unwrap().secret, "{}", harness.screen());
    assert_eq!(current(&harness, "key"), Some(json!("two")));
    harness.press("<tab>next<enter>");
    assert!(variable(&harness, "next").is_some(), "{}", harness.screen());
}

#[test]
fn a_new_variable_is_typed_name_then_value() {
    let mut harness = open(120, 40);
    harness.press("aregion<enter>eu<enter>");
    assert_eq!(variable(&harness, "region").unwrap().value, json!("eu"));
    assert!(harness.screen().contains("add a variable"));
    let before = variable(&harness, "base_url").unwrap();
    harness.press("abase_url<enter>");
    assert!(notice(&harness).contains("`base_url` is there already"));
    // What is typed on is its name still, and no command.
    harness.press("_d<enter>eu<enter>");
    assert_eq!(variable(&harness, "base_url").unwrap(), before);
    assert_eq!(variable(&harness, "base_url_d").unwrap().value, json!("eu"));
    // Who gives it up has done so, and nothing keeps one from leaving.
    harness.press("abase_url<enter><esc>");
    assert!(!harness.screen().contains("base_url_d_"), "{}", harness.screen());
    harness.press("<esc>");
    assert!(harness.state.modals.is_empty(), "{}", harness.screen());
}

#[test]
fn what_only_has_a_current_value_stands_last_and_the_cursor_follows_what_is_typed() {
    let mut harness = open(120, 40);
    set(&mut harness, "made_by_script", "x");
    harness.press("aregion<enter>eu<enter>");
    assert_eq!(variable(&harness, "region").unwrap().value, json!("eu"));
    assert_eq!(variable(&harness, "made_by_script"), None);
    assert!(harness.screen().contains("made_by_script"));
    // Put into the file, it goes above nothing else; the cursor goes along.
    set(&mut harness, "another", "y");
    harness.press("Gkp");
    assert_eq!(variable(&harness, "another").unwrap().value, json!("y"));
    harness.press("d");
    assert_eq!(variable(&harness, "another"), None);
    assert!(variable(&harness, "region").is_some());
    assert_eq!(current(&harness, "made_by_script"), Some(json!("x")));
}

#[test]
fn names_are_changed_with_their_current_value_and_never_emptied() {
    let mut harness = open(120, 40);
    set(&mut harness, "base_url", "http://x");
    harness.press("<enter>2<enter>");
    assert!(variable(&harness, "base_url2").is_some());
    assert_eq!(current(&harness, "base_url2"), Some(json!("http://x")));
    assert_eq!(current(&harness, "base_url"), None);
    harness.press("<enter>");
    for _ in 0..10 {
        harness.press("<backspace>");
    }
    harness.press("<enter>");
    assert!(variable(&harness, "base_url2").is_some());
    assert!(notice(&harness).contains("needs a name"));
    assert!(harness.screen().contains("base_url2"));
}

#[test]
fn rows_are_switched_off_and_deleted() {
    let mut harness = open(120, 40);
    harness.press("<space>");
    assert!(!variable(&harness, "base_url").unwrap().enabled);
    harness.press("<space>d");
    assert!(variable(&harness, "base_url").is_none());
    harness.press("u");
    assert!(variable(&harness, "base_url").is_some());
}

#[test]
fn numbers_stay_numbers() {
    assert_eq!(crate::tui::variables::typed("5", Some(&json!(4))), json!(5));
    assert_eq!(crate::tui::variables::typed("5", Some(&json!("4"))), json!("5"));
    assert_eq!(crate::tui::variables::typed("five", Some(&json!(4))), json!("five"));
    assert_eq!(
        crate::tui::variables::typed("{\"a\":1}", Some(&json!({}))),
        json!({"a": 1})
    );
}

#[test]
fn a_jwt_is_shown_decoded() {
    let part = |value: &serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
    for (columns, rows) in [(120, 40), (80, 24)] {
        let mut harness = open(columns, rows);
        let now = harness.now.as_second();
        let claims = json!({"iss": "http://dex", "sub": "\u{1b}[31madmin", "iat": now - 19, "exp": now + 581});
        let token = format!("{}.{}.c2ln", part(&json!({"alg": "RS256", "kid": "k1"})), part(&claims));
        set(&mut harness, "dex_token", &token);
        harness.press("jjjjj");
        let screen = harness.screen();
        assert!(
            line(&harness, "JWT · RS256 · k1").contains("expires in 9:41"),
            "{screen}"
        );
        assert!(screen.contains("2026-11-23 12:09:41 UTC"), "{screen}");
        assert!(screen.contains("http://dex"), "{screen}");
        assert!(!screen.contains('\u{1b}'));
        assert!(!screen.contains(&token[..20]));
    }
}

#[test]
fn globals_are_edited_the_same_way() {
    let mut harness = Harness::new(80, 24);
    let modal = Modal::from(EnvironmentEditor::new(None));
    let mut effects = Vec::new();
    harness.state.run(vec![Command::Show(Box::new(modal))], &mut effects);
    harness.event(Event::Tick);
    assert!(harness.screen().contains("Globals"));
    harness.press("aregion<enter>eu<enter>");
    assert_eq!(harness.state.shared.workspace.globals().variables[0].value, json!("eu"));
    harness.press("<esc>");
    assert!(harness.state.modals.is_empty());
}

#[test]
fn a_save_key_keeps_what_is_typed() {
    let mut harness = open(80, 24);
    harness.press("ll<enter>abc<ctrl-s>");
    assert_eq!(current(&harness, "base_url"), Some(json!("abc")));
    assert_eq!(harness.state.modals.len(), 1);
}

#[test]
fn clicks_edit_and_close() {
    let mut harness = open(120, 40);
    let table = draw::places(Rect::new(0, 0, 120, 40)).table;
    let mut click = |x: u16, y: u16| {
        harness.event(Event::Mouse(MouseEvent {
            kind: MouseEventKind::Down(MouseButton::Left),
            column: x,
            row: y,
            modifiers: KeyModifiers::NONE,
        }));
        harness.state.modals.len()
    };
    assert_eq!(click(table.x, table.y + 1), 1);
    assert_eq!(click(0, 0), 0);
    assert!(!variable(&harness, "base_url").unwrap().enabled);
}

#[test]
fn deleted_meanwhile_it_says_so_and_closes() {
    let mut harness = open(80, 24);
    harness.state.shared.workspace.drop_environment("demo");
    harness.event(Event::Tick);
    assert!(harness.screen().contains("deleted meanwhile"));
    harness.press("j");
    assert!(harness.state.modals.is_empty());
}

#[test]
fn draws_at_every_size() {
    for (columns, rows) in [(60, 16), (80, 24), (250, 70)] {
        let mut workspace = Workspace::new("/nowhere");
        let mut environment = Environment {
            name: "demo".into(),
            ..Environment::default()
        };
        for n in 0..40 {
            environment
                .variables
                .push(Variable::new(format!("変数{n}"), "長い値".repeat(30)));
        }
        workspace.load_environment("demo", environment);
        let mut harness = Harness::with(workspace, columns, rows);
        show(&mut harness);
        harness.press("Gk");
        let screen = harness.screen();
        assert!(screen.contains("変数39") && screen.contains('…'), "{screen}");
    }
}

#[test]
fn what_is_typed_into_a_cell_is_not_lost_by_leaving_the_program() {
    for leave in [
        Event::Key(KeyEvent::new(KeyCode::Char('q'), KeyModifiers::CONTROL)),
        Event::Hangup,
    ] {
        let mut harness = open(120, 40);
        harness.press("<right><enter><ctrl-u>http://mine");
        harness.event(leave);
        assert_eq!(variable(&harness, "base_url").unwrap().value, "http://mine");
        assert!(written(&harness));
        assert!(harness.effects.iter().any(|effect| matches!(effect, Effect::Quit)));
    }
}

#[test]
fn undo_covers_current_values_in_one_step_with_the_file() {
    let mut harness = open(120, 40);
    set(&mut harness, "base_url", "http://new");
    harness.press("p");
    assert_eq!(current(&harness, "base_url"), None);
    harness.press("u");
    assert_eq!(current(&harness, "base_url"), Some(json!("http://new")));
    assert_eq!(
        variable(&harness, "base_url").unwrap().value,
        json!("http://127.0.0.1:8765")
    );
    harness.press("<enter>2<enter>");
    assert_eq!(current(&harness, "base_url2"), Some(json!("http://new")));
    harness.press("u");
    assert_eq!(current(&harness, "base_url"), Some(json!("http://new")));
    assert_eq!(current(&harness, "base_url2"), None);
    assert!(variable(&harness, "base_url").is_some());
    harness.press("d");
    assert_eq!(current(&harness, "base_url"), None);
    harness.press("u");
    assert_eq!(current(&harness, "base_url"), Some(json!("http://new")));
    harness.press("gr");
    assert_eq!(current(&harness, "base_url"), None);
    harness.press("u");
    assert_eq!(current(&harness, "base_url"), Some(json!("http://new")));
}

#[test]
fn undo_in_the_editor_stays_with_its_environment() {
    let mut harness = Harness::new(120, 40);
    harness.press("1anew<enter>g");
    show(&mut harness);
    harness.press("d");
    assert!(variable(&harness, "base_url").is_none());
    harness.press("u");
    assert!(variable(&harness, "base_url").is_some());
    harness.press("u<ctrl-z>");
    assert!(harness.state.shared.workspace.environment_named("new").is_some());
    assert!(notice(&harness).contains("new environment new"), "{}", notice(&harness));
    harness.press("<ctrl-y>");
    assert!(variable(&harness, "base_url").is_none());
    harness.press("u<esc>u");
    assert!(harness.state.shared.workspace.environment_named("new").is_none());
}

#[test]
fn what_is_typed_outlives_escape_and_the_wish_to_quit_and_that_is_asked_once() {
    let mut harness = open(120, 40);
    harness.press("ll<enter>abc<esc>");
    assert_eq!(current(&harness, "base_url"), Some(json!("abc")));
    assert_eq!(harness.state.modals.len(), 1, "Escape leaves the cell, not the window");
    harness.press("<enter>d<ctrl-q>");
    assert_eq!(current(&harness, "base_url"), Some(json!("abcd")));

    let mut harness = Harness::new(120, 40);
    let open = harness.state.shared.node_at("pydio-cells/get-token").unwrap();
    let entity = harness
        .state
        .shared
        .workspace
        .node(open)
        .unwrap()
        .entity
        .renamed("Other");
    let edits = vec![crate::model::edit::Edit::Replace { id: open, entity }];
    let (label, merge) = ("x".to_owned(), None);
    let mut effects = Vec::new();
    harness
        .state
        .run(vec![Command::Edit { label, merge, edits }], &mut effects);
    show(&mut harness);
    harness.press("<ctrl-q><ctrl-q><ctrl-q>");
    assert_eq!(harness.state.modals.len(), 2);
    // Enter changes no file: the draft is kept.
    harness.press("<enter>");
    assert!(harness.effects.iter().any(|effect| matches!(effect, Effect::Quit)));
    assert!(!harness.effects.iter().any(|effect| matches!(effect, Effect::Files(_))));
}

#[test]
fn a_hidden_secret_is_not_copied() {
    let mut harness = open(120, 40);
    set(&mut harness, "dex_token", "opaque-token");
    let copied = |harness: &Harness| {
        let mut effects = harness.effects.iter();
        effects.any(|effect| matches!(effect, Effect::Copy(text) if text == "opaque-token"))
    };
    harness.press("jjjjjy");
    assert!(!copied(&harness) && notice(&harness).contains("`v` reveals"));
    harness.press("vy");
    assert!(copied(&harness));
}

#[test]
fn a_rename_does_not_take_another_ones_current_value() {
    let mut harness = open(120, 40);
    set(&mut harness, "base_url", "here");
    set(&mut harness, "client_id", "mine");
    harness.press("<enter><ctrl-u>client_id<enter>");
    assert!(variable(&harness, "base_url").is_some(), "{}", harness.screen());
    assert_eq!(current(&harness, "base_url"), Some(json!("here")));
    assert_eq!(current(&harness, "client_id"), Some(json!("mine")));
    let told = harness.state.shared.notice.unwrap().text;
    assert!(told.contains("has a current value of its own"), "{told}");
}

#[test]
fn in_a_file_that_is_only_looked_at_only_current_values_are_typed_into() {
    let mut harness = open(120, 40);
    harness.state.shared.read_only = Some("staging.json".to_owned());
    harness.event(Event::Tick);
    assert!(!harness.screen().contains("↵ edit"), "{}", harness.screen());
    harness.press("<enter>");
    assert!(!harness.screen().contains("↵ keep"), "{}", harness.screen());
    assert!(harness.screen().contains("I imports it"), "{}", harness.screen());
    harness.press("ll");
    assert!(harness.screen().contains("↵ edit"), "{}", harness.screen());
    harness.press("<enter>");
    assert!(harness.screen().contains("↵ keep"), "{}", harness.screen());
}

#[test]
fn what_is_typed_can_be_made_a_secret_before_its_value_is_typed_at_any_width() {
    for columns in [45, 80, 120] {
        let mut harness = open(columns, 24);
        harness.press("apin<alt-s>hunter2");
        let screen = harness.screen();
        assert!(!screen.contains("hunter2") && screen.contains("•••••••"), "{screen}");
        harness.press("<alt-v>");
        assert!(harness.screen().contains("hunter2"), "{}", harness.screen());
        harness.press("<alt-v>");
        assert!(!harness.screen().contains("hunter2"));
        harness.press("<enter>");
        let made = variable(&harness, "pin").unwrap();
        assert!(made.secret && made.value == json!(""), "{made:?}");
        assert_eq!(current(&harness, "pin"), Some(json!("hunter2")));
    }
}

#[test]
fn a_value_that_is_half_typed_goes_where_secrets_are() {
    let mut harness = open(80, 24);
    // The initial value: it never gets into the file.
    harness.press("apin<enter>hun");
    harness.effects.clear();
    harness.press("<alt-s>");
    assert!(!harness.screen().contains("hun"), "{}", harness.screen());
    harness.press("ter2<enter>");
    let made = variable(&harness, "pin").unwrap();
    assert!(made.secret && made.value == json!(""), "{made:?}");
    assert_eq!(current(&harness, "pin"), Some(json!("hunter2")));
    // What is one already stays one, and a name that changes goes first.
    harness.press("<enter><alt-s>");
    assert!(notice(&harness).contains("already"), "{}", notice(&harness));
    harness.press("<esc>ghh<enter>2<alt-s>");
    assert!(notice(&harness).contains("new name"), "{}", notice(&harness));
}
