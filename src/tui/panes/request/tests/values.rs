//! The variables of a collection: both values, secrets, and where values come from.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::json;

use crate::model::variable::{CurrentValue, Owner, ValueSource};
use crate::model::{Entity, Group, Variable, Workspace};
use crate::tui::harness::Harness;
use crate::tui::variables::Initial;

use super::{change, open};

fn sourced(key: &str, source: ValueSource) -> Variable {
    Variable {
        source: Some(source),
        ..Variable::new(key, "")
    }
}

/// The tab with a variable of each sort, and one that is in no file.
fn opened(columns: u16, rows: u16) -> Harness {
    let mut workspace = Workspace::new("/w");
    let group = Group {
        variables: vec![
            Variable::new("url", "http://initial"),
            Variable {
                secret: true,
                ..Variable::new("password", "")
            },
            sourced(
                "pin",
                ValueSource::Command(vec!["op".into(), "read".into(), "op://work/item".into()]),
            ),
            sourced("home", ValueSource::Env("PLACE".into())),
            sourced("otp", ValueSource::Prompt("One-time code".into())),
            Variable::new("n", 4),
        ],
        ..Group::named("API")
    };
    let id = workspace.load_node(None, "api", Entity::Collection(Arc::new(group)));
    let mut harness = Harness::with(workspace, columns, rows);
    let value = CurrentValue {
        value: Some("scripted".into()),
        set_by: "Ping, post-response".into(),
        set_at: Timestamp::UNIX_EPOCH,
        secret: false,
    };
    harness.state.shared.current.set(owner(), "made", value);
    harness.state.shared.open = Some(id);
    harness.press("3]");
    harness
}

fn owner() -> Owner {
    Owner::Collection("api".into())
}

fn group(harness: &Harness) -> Arc<Group> {
    match harness.state.shared.open_entity() {
        Some(Entity::Collection(group)) => group.clone(),
        other => panic!("no collection: {other:?}"),
    }
}

fn current(harness: &Harness, key: &str) -> Option<serde_json::Value> {
    harness.state.shared.current.get(&owner(), key)?.value.clone()
}

#[test]
fn both_values_and_where_they_come_from_are_shown() {
    let harness = opened(120, 40);
    let screen = harness.screen();
    for text in [
        "Initial value",
        "Current value",
        "Secret",
        "from the program",
        "from the environ",
        "asked",
        "In no file",
        "scripted",
        "no current value, so the initial one counts",
    ] {
        assert!(screen.contains(text), "{text}\n{screen}");
    }
    let mut harness = opened(80, 24);
    harness.press("jj");
    let screen = harness.screen();
    assert!(
        screen.contains("what `op read op://work/item` prints when a"),
        "{screen}"
    );
}

#[test]
fn a_current_value_is_set_on_this_machine_alone() {
    let mut harness = opened(120, 40);
    harness.press("ll<enter>here");
    assert_eq!(current(&harness, "url"), None, "only when its cell is left");
    harness.press("<enter>");
    assert_eq!(current(&harness, "url"), Some(json!("here")));
    assert_eq!(group(&harness).variables[0].value, "http://initial");
    assert!(
        !harness
            .state
            .shared
            .workspace
            .is_dirty(harness.state.shared.open.unwrap())
    );
    assert!(
        harness.screen().contains("current value, set by you"),
        "{}",
        harness.screen()
    );
    harness.press("u");
    assert_eq!(current(&harness, "url"), None);
    // What was a number stays one; and Esc keeps what was typed, as in all tables.
    harness.press("jjjjj<enter>5<esc>");
    assert_eq!(current(&harness, "n"), Some(json!(5)));
    harness.press("<enter><backspace><enter>");
    assert_eq!(current(&harness, "n"), None, "an empty one is none");
}

#[test]
fn a_secret_is_masked_and_not_typed_into_the_file() {
    let mut harness = opened(120, 40);
    harness.press("jl<enter>");
    assert!(
        harness.screen().contains("stays out of the file"),
        "{}",
        harness.screen()
    );
    harness.press("l<enter>heron<enter>");
    assert_eq!(current(&harness, "password"), Some(json!("heron")));
    assert!(!harness.screen().contains("heron"), "{}", harness.screen());
    harness.press("v");
    assert!(harness.screen().contains("heron"), "{}", harness.screen());
    // Of what comes from elsewhere only the current value can be typed.
    harness.press("jh<enter>");
    assert!(
        harness.screen().contains("comes from elsewhere"),
        "{}",
        harness.screen()
    );
    harness.press("s");
    assert!(harness.screen().contains("always a secret"), "{}", harness.screen());
    harness.press("l<enter>12<enter>");
    assert_eq!(current(&harness, "pin"), Some(json!("12")));
    assert!(group(&harness).variables[2].source.is_some());
}

#[test]
fn making_a_secret_moves_its_value_out_of_the_file() {
    let mut harness = opened(120, 40);
    harness.press("s");
    let made = group(&harness).variables[0].clone();
    assert!(made.secret && made.value == "", "{made:?}");
    assert_eq!(current(&harness, "url"), Some(json!("http://initial")));
    assert!(!harness.screen().contains("http://initial"), "{}", harness.screen());
    harness.press("u");
    assert_eq!(group(&harness).variables[0], Variable::new("url", "http://initial"));
    assert_eq!(current(&harness, "url"), None, "one step of undo");
    // So does Enter in its column.
    harness.press("lll<enter>");
    assert!(group(&harness).variables[0].secret);
}

#[test]
fn a_renamed_or_deleted_variable_takes_its_current_value_along() {
    let mut harness = opened(120, 40);
    harness.press("ll<enter>x<enter>khh<enter>2<enter>");
    assert_eq!(group(&harness).variables[0].key, "url2");
    assert_eq!(
        (current(&harness, "url"), current(&harness, "url2")),
        (None, Some(json!("x")))
    );
    harness.press("kd");
    assert_eq!(group(&harness).variables[0].key, "password");
    assert_eq!(current(&harness, "url2"), None);
    harness.press("u");
    assert_eq!(group(&harness).variables[0].key, "url2");
    assert_eq!(current(&harness, "url2"), Some(json!("x")));
    harness.press("u");
    assert_eq!(
        (current(&harness, "url"), current(&harness, "url2")),
        (Some(json!("x")), None)
    );
}

#[test]
fn a_new_variable_begins_with_its_name_and_tab_leads_past_what_is_not_typed() {
    let mut harness = opened(120, 40);
    harness.press("lllGkanew<tab>i<tab>c<tab>d<enter>");
    let group = group(&harness);
    let made = group.variables.last().unwrap();
    assert_eq!(
        (made.key.as_str(), &made.value, made.description.as_str()),
        ("new", &json!("i"), "d")
    );
    assert_eq!(current(&harness, "new"), Some(json!("c")));
}

#[test]
fn what_is_in_no_file_can_be_changed_filed_and_deleted() {
    let mut harness = opened(120, 40);
    harness.press("Gll<enter>2<enter>");
    assert_eq!(current(&harness, "made"), Some(json!("scripted2")));
    harness.press(" ");
    assert!(harness.screen().contains("it is in no file"), "{}", harness.screen());
    harness.press("d");
    assert_eq!(current(&harness, "made"), None);
    assert!(!harness.screen().contains("In no file"), "{}", harness.screen());
    harness.press("uGh<enter>f<enter>");
    let filed = group(&harness).variables.last().cloned().unwrap();
    assert_eq!((filed.key.as_str(), filed.value), ("made", json!("f")));
    assert_eq!(current(&harness, "made"), Some(json!("scripted2")));
}

#[test]
fn what_is_being_typed_counts_before_leaving_and_before_something_else_is_opened() {
    use crate::tui::command::Command;
    use crate::tui::event::Event;
    type Leave = fn(&mut Harness);
    fn press(harness: &mut Harness, keys: &str) {
        harness.press(keys);
    }
    let ways: [(&str, Leave); 6] = [
        ("quit", |harness| press(harness, "<ctrl-q>")),
        ("cancel", |harness| press(harness, "<ctrl-c>")),
        ("hangup", |harness| harness.event(Event::Hangup)),
        ("too small", |harness| {
            harness.event(Event::Resize(20, 5));
            press(harness, "<ctrl-q>");
        }),
        ("new request", |harness| press(harness, "<ctrl-n>")),
        ("open", |harness| {
            let request = Entity::Request(Arc::new(crate::model::Request::default()));
            let open = harness.state.shared.open;
            let id = harness.state.shared.workspace.load_node(open, "ping", request);
            harness.state.run(vec![Command::Open(id)], &mut harness.effects);
            harness.event(Event::Tick);
            assert_eq!(harness.state.shared.open, Some(id));
        }),
    ];
    for (way, leave) in ways {
        let mut harness = opened(120, 40);
        harness.press("ll<enter>here");
        leave(&mut harness);
        assert_eq!(current(&harness, "url"), Some(json!("here")), "{way}");
        // So does a name that takes its current value along.
        let mut harness = opened(120, 40);
        harness.press("ll<enter>x<enter>khh<enter>2");
        leave(&mut harness);
        assert_eq!(current(&harness, "url2"), Some(json!("x")), "{way}");
        // And what is in no file.
        let mut harness = opened(120, 40);
        harness.press("Gll<enter>2");
        leave(&mut harness);
        assert_eq!(current(&harness, "made"), Some(json!("scripted2")), "{way}");
    }
}

#[test]
fn saving_takes_along_the_name_that_is_being_typed() {
    let mut harness = opened(120, 40);
    harness.press("ll<enter>x<enter>khh<enter>2<ctrl-s>");
    let written = harness.effects.iter().find_map(|effect| match effect {
        crate::tui::effect::Effect::Files(jobs) => Some(format!("{jobs:?}")),
        _ => None,
    });
    assert!(written.is_some_and(|jobs| jobs.contains("\"url2\"")));
}

#[test]
fn an_initial_value_keeps_the_type_it_had_before_it_was_typed_over() {
    let value = |harness: &Harness, at: usize| group(harness).variables[at].value.clone();
    let mut harness = opened(120, 40);
    harness.press("Gkkl<enter><backspace>x");
    assert_eq!(value(&harness, 5), "x");
    harness.press("<backspace>5");
    assert_eq!(value(&harness, 5), 5);
    harness.press("<ctrl-u>true<enter>");
    assert_eq!(value(&harness, 5), true);
    harness.press("<enter><ctrl-u>fals");
    assert_eq!(value(&harness, 5), "fals");
    harness.press("e<esc>");
    assert_eq!(value(&harness, 5), false);
    harness.press("<enter><ctrl-u>[1, 2]<tab>");
    assert_eq!(value(&harness, 5), json!([1, 2]));
    // A text stays one.
    harness.press("<esc>ggh<enter><ctrl-u>7<enter>");
    assert_eq!(value(&harness, 0), "7");
    harness.press("<enter><ctrl-u>true<down>");
    assert_eq!(value(&harness, 0), "true");
}

#[test]
fn a_hidden_value_is_neither_copied_nor_cut() {
    use crate::tui::effect::Effect;
    let mut harness = opened(120, 40);
    harness.press("jll<enter>heron<enter><enter><ctrl-a><ctrl-a><ctrl-x>");
    let copied = |harness: &Harness| harness.effects.iter().any(|effect| matches!(effect, Effect::Copy(_)));
    assert!(!copied(&harness));
    let offers = super::super::copies(&harness.state.panes.request, &harness.state.shared);
    assert!(!format!("{offers:?}").contains("heron"), "{offers:?}");
    harness.press("<enter>");
    assert_eq!(current(&harness, "password"), Some(json!("heron")), "nor lost");
    harness.press("v<enter><ctrl-a><ctrl-a><ctrl-x>");
    assert!(copied(&harness), "what is shown can be");
}

#[test]
fn a_name_whose_current_value_would_be_lost_is_refused() {
    let mut harness = opened(120, 40);
    harness.press("ll<enter>x<enter>hh<enter><ctrl-u>made<enter>");
    assert!(
        harness.screen().contains("`made` has a current value of its own"),
        "{}",
        harness.screen()
    );
    assert_eq!(group(&harness).variables[0].key, "url");
    assert_eq!(current(&harness, "made"), Some(json!("scripted")));
    assert_eq!(current(&harness, "url"), Some(json!("x")));
    harness.press("G<enter><ctrl-u>url<enter>");
    assert_eq!(current(&harness, "made"), Some(json!("scripted")));
    assert_eq!(current(&harness, "url"), Some(json!("x")));
}

#[test]
fn what_is_too_long_for_a_terminal_is_not_copied() {
    use crate::tui::command::Command;
    use crate::tui::giving::MOST_COPIED;
    let mut harness = opened(120, 40);
    let copy = |length: usize| Command::Copy("x".repeat(length), "body".into());
    harness.state.run(vec![copy(MOST_COPIED + 1)], &mut harness.effects);
    let copied = |harness: &Harness| {
        let mut effects = harness.effects.iter();
        effects.any(|effect| matches!(effect, crate::tui::effect::Effect::Copy(_)))
    };
    assert!(!copied(&harness));
    assert!(harness.state.shared.notice.as_ref().unwrap().text.contains("too long"));
    harness.state.run(vec![copy(MOST_COPIED)], &mut harness.effects);
    assert!(copied(&harness));
}

#[test]
fn what_is_typed_can_be_made_a_secret_before_its_value_is_typed() {
    let mut harness = opened(80, 24);
    harness.press("a<alt-s>");
    assert!(
        harness.screen().contains("its name comes first"),
        "{}",
        harness.screen()
    );
    harness.press("key");
    assert!(harness.screen().contains("M-s"), "{}", harness.screen());
    harness.press("<alt-s>hunter2");
    let screen = harness.screen();
    assert!(!screen.contains("hunter2") && screen.contains("•••••••"), "{screen}");
    harness.press("<alt-v>");
    assert!(harness.screen().contains("hunter2"), "{}", harness.screen());
    harness.press("<alt-v><enter>");
    let made = group(&harness).variables.last().cloned().unwrap();
    assert!(made.secret && made.value == "" && made.key == "key", "{made:?}");
    let kept = harness.state.shared.current.get(&owner(), "key").unwrap();
    assert_eq!(kept.value, Some(json!("hunter2")));
}

#[test]
fn an_initial_value_that_is_typed_becomes_a_hidden_current_one() {
    let mut harness = opened(80, 24);
    harness.press("l<enter>x<alt-s>y<enter>");
    let made = group(&harness).variables[0].clone();
    assert!(made.secret && made.value == "", "{made:?}");
    let kept = harness.state.shared.current.get(&owner(), "url").unwrap();
    assert_eq!(kept.value, Some(json!("http://initialxy")));
}

#[test]
fn undo_in_one_request_reaches_another_only_with_a_word() {
    let mut harness = open(120, 40, "List services");
    let first = harness.state.shared.open;
    change(&mut harness, |request| request.name = "Other".into());
    let other = open(120, 40, "Get token").state.shared.open;
    harness.state.shared.open = other;
    harness.press("3");
    let name = |harness: &Harness| {
        let node = harness.state.shared.workspace.node(first.unwrap()).unwrap();
        node.entity.name().to_owned()
    };
    harness.press("u");
    let told = harness.state.shared.notice.as_ref().unwrap().text.clone();
    assert!(told.contains("once more: undo `change` in `Other`"), "{told}");
    assert_eq!(name(&harness), "Other");
    // Something else between them makes it another wish.
    harness.press("ju");
    assert_eq!(name(&harness), "Other");
    harness.press("u");
    assert_eq!(name(&harness), "List services");
    assert_eq!(harness.state.shared.open, other);
}

#[test]
fn a_variable_of_a_collection_that_is_made_no_secret_again_has_both_its_values() {
    let mut harness = opened(120, 40);
    let before = group(&harness).variables[0].clone();
    let current = |harness: &Harness| {
        let kept = harness.state.shared.current.get(&owner(), &before.key);
        kept.and_then(|kept| kept.value.clone())
    };
    let value = before.value.clone();
    let is_hidden = |harness: &Harness| {
        let now = group(harness).variables[0].clone();
        now.secret && now.value == "" && current(harness).as_ref() == Some(&value)
    };
    // The draft alone has the initial value: until it is saved, the current one is the only one that is kept.
    let is_open = |harness: &Harness| {
        let kept = harness.state.shared.current.get(&owner(), &before.key);
        let is_seen = kept.is_some_and(|kept| !kept.secret && kept.value.as_ref() == Some(&value));
        group(harness).variables[0] == before && is_seen
    };
    for _ in 0..2 {
        harness.press("s");
        assert!(is_hidden(&harness), "{:?}", group(&harness).variables[0]);
        harness.press("s");
        assert!(is_open(&harness), "{:?}", group(&harness).variables[0]);
    }
    harness.press("u");
    assert!(is_hidden(&harness), "{:?}", group(&harness).variables[0]);
    harness.press("s");
    assert!(is_open(&harness), "{:?}", group(&harness).variables[0]);
    // A deletion that is undone takes nothing of that away, nor does another name.
    harness.press("sd");
    assert_ne!(group(&harness).variables[0].key, before.key);
    harness.press("u");
    assert!(is_hidden(&harness), "{:?}", group(&harness).variables[0]);
    harness.press("s");
    assert!(is_open(&harness), "{:?}", group(&harness).variables[0]);
    harness.press("s<enter>2<enter>k");
    assert_eq!(group(&harness).variables[0].key, "url2");
    harness.press("s");
    assert_eq!(group(&harness).variables[0], Variable::new("url2", value.clone()));
}

#[test]
fn an_initial_value_goes_along_with_a_name_as_it_is_typed_and_not_to_another_variable() {
    let mut harness = opened(120, 40);
    let kept = |harness: &Harness, key: &str| {
        let initials = &harness.state.shared.initials;
        initials.get(&owner(), &Variable::new(key, "")).map(|kept| kept.value)
    };
    // With a current value of its own, which is taken away again, so that the name is changed with each key.
    harness.press("ll<enter>mine<enter>khhsll<enter><ctrl-u><enter>khh");
    assert!(group(&harness).variables[0].secret);
    assert_eq!(current(&harness, "url"), None);
    assert_eq!(kept(&harness, "url"), Some(json!("http://initial")));
    let other = Initial {
        value: json!("other"),
        moved: false,
    };
    harness.state.shared.initials.keep(&owner(), "password", other);
    harness.press("<enter><ctrl-u>passwords<enter>k");
    assert_eq!(group(&harness).variables[0].key, "passwords");
    assert_eq!(kept(&harness, "password"), Some(json!("other")), "it was only passed");
    assert_eq!(kept(&harness, "passwords"), kept(&harness, "url"), "its own goes along");
    for on_the_way in ["", "p", "passwor"] {
        assert_eq!(kept(&harness, on_the_way), None, "`{on_the_way}`");
    }
    assert_eq!(kept(&harness, "url"), Some(json!("http://initial")));
    harness.press("<enter><ctrl-u>url<enter>k<enter>2<enter>k");
    assert_eq!(group(&harness).variables[0].key, "url2");
    assert_eq!(kept(&harness, "url2"), kept(&harness, "url"));
}
