//! The list and the last line through the keyboard.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::SignedDuration;
use serde_json::json;

use std::sync::Arc;

use super::*;
use crate::model::edit::Edit;
use crate::model::token::{self as kept, GRANTED, TokenKey, TokenSource};
use crate::model::variable::{CurrentValue, Owner};
use crate::model::{Auth, Choice, Entity, Group, Request, Workspace};
use crate::store::Place;
use crate::store::state::{Other, token_row};
use crate::tui::command::Command;
use crate::tui::effect::{Effect, FileJob, LocalJob};
use crate::tui::event::Event;
use crate::tui::harness::Harness;
use crate::tui::panes::Pane;
use crate::tui::shared::{RunId, Running};

/// Gives an environment's variable a JWT that lives so many seconds.
fn token(harness: &mut Harness, environment: &str, variable: &str, lives: i64) {
    let part = |value: &serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let ends = harness.now.as_second() + lives;
    let value = format!(
        "{}.{}.c2ln",
        part(&json!({"alg": "RS256"})),
        part(&json!({"exp": ends}))
    );
    set(harness, environment, variable, &value);
}

fn set(harness: &mut Harness, environment: &str, variable: &str, value: &str) {
    let current = CurrentValue {
        value: Some(value.into()),
        set_by: "you".into(),
        set_at: harness.now,
        secret: false,
    };
    let owner = Owner::Environment(environment.into());
    harness.state.shared.current.set(owner, variable, current);
    harness.event(Event::Tick);
}

/// The lines of the pane, without the frame.
fn lines(harness: &Harness) -> Vec<String> {
    let area = harness.state.layout().area(Pane::Environments).unwrap();
    let screen = harness.screen();
    let rows = screen.lines().skip(usize::from(area.y) + 1);
    rows.take(usize::from(area.height) - 2)
        .map(|line| {
            let inside: String = line.chars().skip(2).take(usize::from(area.width) - 4).collect();
            inside.trim_end().to_owned()
        })
        .collect()
}

fn footer(harness: &Harness) -> String {
    harness.screen().lines().last().unwrap().to_owned()
}

#[test]
fn the_active_one_is_marked_and_its_token_told() {
    let mut harness = Harness::new(120, 40);
    assert_eq!(lines(&harness), ["● demo  dex_token none yet", "  cells"]);
    assert!(
        footer(&harness).ends_with("demo · no token · ^T renews"),
        "{}",
        footer(&harness)
    );
    token(&mut harness, "demo", "dex_token", 581);
    harness.press("1");
    assert_eq!(lines(&harness)[0], "● demo      dex_token 9:41");
    assert!(footer(&harness).ends_with("demo · dex_token valid 9:41"));
    harness.now += SignedDuration::from_secs(31);
    harness.event(Event::Tick);
    assert_eq!(lines(&harness)[0], "● demo     dex_token 9 min", "nobody looks");
    harness.now += SignedDuration::from_secs(600);
    harness.event(Event::Tick);
    assert_eq!(lines(&harness)[0], "● demo   dex_token expired");
    assert!(footer(&harness).ends_with("dex_token expired · ^T renews"));
}

#[test]
fn what_the_open_request_does_not_use_is_told_without_a_call_to_act() {
    let mut harness = Harness::new(120, 40);
    let open = |harness: &mut Harness, path: &str| {
        harness.state.shared.open = harness.state.shared.node_at(path);
        harness.event(Event::Resize(120, 40));
        footer(harness)
    };
    assert!(open(&mut harness, "pydio-cells/configuration/list-services").ends_with("demo · no token · ^T renews"));
    let id = harness.state.shared.open.unwrap();
    let mut request = Request::clone(harness.state.shared.workspace.request(id).unwrap());
    request.auth = Auth::new(Auth::NONE);
    let entity = Entity::Request(Arc::new(request));
    let edits = vec![Edit::Replace { id, entity }];
    let edit = Command::Edit {
        label: "test".into(),
        merge: None,
        edits,
    };
    harness.state.run(vec![edit], &mut harness.effects);
    assert!(open(&mut harness, "pydio-cells/configuration/list-services").ends_with("demo · no token"));
    // The request that brings it is to be sent.
    assert!(open(&mut harness, "pydio-cells/get-token").ends_with("demo · no token · ^T renews"));
}

#[test]
fn what_a_request_uses_is_looked_for_only_where_it_or_what_it_is_in_changed() {
    let mut harness = Harness::new(120, 40);
    harness.state.shared.open = harness.state.shared.node_at("pydio-cells/configuration/list-services");
    harness.event(Event::Tick);
    let aside = |harness: &Harness| harness.state.panes.environments.aside.holds;
    assert!(!aside(&harness));
    harness.state.panes.environments.aside.holds = true;
    harness.event(Event::Tick);
    assert!(aside(&harness), "as it was left");
    let id = harness.state.shared.workspace.collections()[0];
    let entity = harness.state.shared.workspace.node(id).unwrap().entity.renamed("Cells");
    let edit = Command::Edit {
        label: "test".into(),
        merge: None,
        edits: vec![Edit::Replace { id, entity }],
    };
    harness.state.run(vec![edit], &mut harness.effects);
    harness.event(Event::Tick);
    assert!(!aside(&harness), "looked for again");
}

#[test]
fn any_jwt_is_told_of_where_it_is() {
    let mut harness = Harness::new(120, 40);
    token(&mut harness, "cells", "id_token", 59);
    harness.press("1");
    assert_eq!(lines(&harness)[1], "  cells      id_token 0:59");
    set(&mut harness, "demo", "dex_token", "opaque");
    assert_eq!(lines(&harness)[0], "● demo       dex_token set");
}

#[test]
fn a_reply_tells_the_life_of_the_token_it_brought_whoever_declares_one_of_that_name() {
    let mut workspace = crate::tui::harness::workspace();
    let first = Group {
        tokens: vec![TokenSource::new("dex_token", "login")],
        ..Group::named("Alpha")
    };
    let first = workspace.load_node(None, "alpha", Entity::Collection(Arc::new(first)));
    workspace.load_node(Some(first), "login", Entity::Request(Arc::default()));
    let mut harness = Harness::with(workspace, 120, 40);
    let shared = &mut harness.state.shared;
    let node = shared.node_at("pydio-cells/get-token").unwrap();
    let reply = crate::tui::outcomes::tests::of(r#"{"id_token":"opaque","expires_in":600}"#.as_bytes().into());
    shared.outcomes.insert(node, reply, Some(node));
    shared.open = Some(node);
    set(&mut harness, "demo", "dex_token", "opaque");
    let told = lines(&harness).join("\n");
    assert!(told.contains("dex_token 10 min"), "{told}");
    assert!(footer(&harness).contains("valid 10 min"), "{}", footer(&harness));
}

#[test]
fn the_next_change_is_a_second_or_a_minute_away() {
    let mut harness = Harness::new(120, 40);
    assert_eq!(
        next_change(&harness.state.panes.environments, &harness.state.shared),
        None
    );
    token(&mut harness, "demo", "dex_token", 581);
    harness.press("1");
    assert_eq!(
        next_change(&harness.state.panes.environments, &harness.state.shared),
        Some(SignedDuration::from_secs(1))
    );
    harness.now += SignedDuration::from_secs(30);
    harness.event(Event::Tick);
    assert_eq!(
        next_change(&harness.state.panes.environments, &harness.state.shared),
        Some(SignedDuration::from_secs(551 - 539))
    );
}

#[test]
fn enter_activates_then_edits_and_space_switches_off() {
    let mut harness = Harness::new(120, 40);
    harness.press("1j<enter>");
    assert_eq!(harness.state.shared.environment_name(), Some("cells"));
    harness.press("<space>");
    assert_eq!(harness.state.shared.environment_name(), None);
    harness.press("<space><enter>");
    assert!(matches!(harness.state.modals.last(), Some(Modal::Environment(_))));
}

#[test]
fn the_keys_ask_before_they_do() {
    for (keys, words) in [
        ("a", "New environment"),
        ("r", "Rename"),
        ("c", "demo copy"),
        ("D", "its 6 variables"),
    ] {
        let mut harness = Harness::new(120, 40);
        harness.press("1").press(keys);
        let shown = harness.screen();
        assert!(shown.contains(words), "{keys}: {shown}");
    }
}

#[test]
fn a_copy_and_a_deletion_are_done_once_answered() {
    let mut harness = Harness::new(120, 40);
    harness.press("1c<enter>");
    let names = |harness: &Harness| -> Vec<String> {
        let all = harness.state.shared.workspace.environments().iter();
        all.map(|node| node.environment.name.clone()).collect()
    };
    assert_eq!(names(&harness), ["demo", "cells", "demo copy"]);
    harness.press("gDd");
    assert_eq!(names(&harness), ["cells", "demo copy"]);
    assert_eq!(harness.state.shared.environment_name(), None);
    harness.effects.clear();
    harness.press("u");
    assert_eq!(names(&harness), ["demo", "cells", "demo copy"]);
    let jobs = harness.effects.iter().find_map(|effect| match effect {
        Effect::Files(jobs) => Some(jobs.as_slice()),
        _ => None,
    });
    // The file comes back as it was; should that fail, it is written anew.
    assert!(
        matches!(
            jobs,
            Some([FileJob::Restore(Place::Environment(restored)), FileJob::WriteEnvironment { slug, .. }, ..])
                if restored == "demo" && slug == "demo"
        ),
        "{jobs:?}"
    );
}

#[test]
fn the_cursor_is_on_what_is_new_or_back_and_the_active_one_comes_back_active() {
    let mut harness = Harness::new(120, 40);
    let on = |harness: &Harness| {
        let id = harness.state.panes.environments.on.unwrap();
        let node = harness.state.shared.workspace.environment(id).unwrap();
        node.environment.name.clone()
    };
    harness.press("1anew<enter>");
    assert_eq!(on(&harness), "new");
    harness.press("c<enter>");
    assert_eq!(on(&harness), "new copy");
    harness.press("gDd");
    assert_eq!(harness.state.shared.environment_name(), None);
    harness.press("Gu");
    assert_eq!(on(&harness), "demo");
    assert_eq!(harness.state.shared.environment_name(), Some("demo"));
    let kept = harness.effects.iter().rev().find_map(|effect| match effect {
        Effect::Local(LocalJob::ActiveEnvironment(choice)) => Some(choice),
        _ => None,
    });
    assert_eq!(kept, Some(&Choice::Named("demo".into())));
    harness.press("<ctrl-y>");
    assert_eq!(harness.state.shared.environment_name(), None, "gone again with redo");
    harness.press("<space>");
    let chosen = harness.state.shared.environment_name().map(str::to_owned);
    assert!(chosen.is_some());
    harness.press("u");
    let now = harness.state.shared.environment_name().map(str::to_owned);
    assert_eq!(now, chosen, "another one was chosen meanwhile");
}

#[test]
fn the_first_that_is_made_while_none_is_active_becomes_it() {
    let mut harness = Harness::with(Workspace::new("/nowhere"), 120, 40);
    harness.press("1aStaging<enter>");
    let active = |harness: &Harness| harness.state.shared.environment_name().map(str::to_owned);
    assert_eq!(active(&harness).as_deref(), Some("Staging"));
    assert!(
        footer(&harness).contains("environment `Staging` is active now"),
        "{}",
        footer(&harness)
    );
    let kept = |effect: &Effect| matches!(effect, Effect::Local(LocalJob::ActiveEnvironment(Choice::Named(slug))) if slug == "staging");
    assert!(harness.effects.iter().any(kept));
    harness.press("1aOther<enter>");
    assert_eq!(
        active(&harness).as_deref(),
        Some("Staging"),
        "another one changes nothing"
    );
}

#[test]
fn to_delete_an_environment_is_not_to_choose_none() {
    let mut harness = Harness::new(120, 40);
    let on = |harness: &Harness| harness.state.shared.environment_name().map(str::to_owned);
    let chosen = |harness: &Harness| {
        let kept = harness.effects.iter().rev().find_map(|effect| match effect {
            Effect::Local(LocalJob::ActiveEnvironment(choice)) => Some(choice.clone()),
            _ => None,
        });
        assert_eq!(kept.as_ref(), Some(&harness.state.shared.chosen));
        kept.unwrap()
    };
    // Chosen, and deleted: the only one left is active.
    harness.press("1g<space><space>Dd");
    assert_eq!(
        (on(&harness).as_deref(), chosen(&harness)),
        (Some("cells"), Choice::Open)
    );
    let said = footer(&harness);
    assert!(said.contains("`cells` is active now, as it is the only one"), "{said}");
    harness.press("u");
    let demo = Choice::Named("demo".into());
    assert_eq!((on(&harness).as_deref(), chosen(&harness)), (Some("demo"), demo));
    // None was chosen, and stays so.
    harness.press("g<space>Dd");
    assert_eq!((on(&harness), chosen(&harness)), (None, Choice::None));
    harness.press("u");
    // Nobody has chosen.
    harness.state.shared.chosen = Choice::Open;
    harness.press("gDd");
    assert_eq!(
        (on(&harness).as_deref(), chosen(&harness)),
        (Some("cells"), Choice::Open)
    );
    // The last one leaves none.
    harness.press("Dd");
    assert_eq!((on(&harness), chosen(&harness)), (None, Choice::Open));
    // To undo something else chooses nothing.
    harness.press("uu2a");
    harness.press("New<enter>");
    harness.state.shared.active_environment = None;
    harness.effects.clear();
    harness.press("u");
    let said = footer(&harness);
    assert!(said.contains("undid"), "{said}");
    let kept = |effect: &Effect| matches!(effect, Effect::Local(LocalJob::ActiveEnvironment(_)));
    assert!(!harness.effects.iter().any(kept));
}

#[test]
fn to_delete_what_is_active_for_a_while_forgets_not_what_was_chosen() {
    let mut harness = Harness::new(120, 40);
    let away = Choice::Named("away".into());
    harness.state.shared.chosen = away.clone();
    harness.press("1gDd");
    assert_eq!(harness.state.shared.chosen, away);
    assert_eq!(harness.state.shared.environment_name(), None);
}

#[test]
fn what_is_active_for_a_while_takes_not_the_place_of_what_was_chosen() {
    let mut harness = Harness::new(120, 40);
    let kept = |harness: &Harness| {
        let mut effects = harness.effects.iter();
        effects.any(|effect| matches!(effect, Effect::Local(LocalJob::ActiveEnvironment(_))))
    };
    harness.state.shared.chosen = Choice::Named("cells".into());
    harness.press("1anew<enter>");
    assert!(!kept(&harness), "the demo's is active");
    harness.state.shared.chosen = Choice::Open;
    harness.press("1anewer<enter>");
    assert!(kept(&harness));
}

#[test]
fn an_empty_list_teaches() {
    let harness = Harness::with(Workspace::new("/nowhere"), 120, 40);
    let screen = harness.screen();
    assert!(screen.contains("a adds an environment"), "{screen}");
    assert!(footer(&harness).ends_with("no environment"));
}

#[test]
fn what_runs_goes_before_the_token() {
    let mut harness = Harness::new(120, 40);
    let token = harness.state.shared.node_at("pydio-cells/get-token").unwrap();
    let running = Running {
        run: RunId(1),
        request: String::new(),
        phase: crate::model::exchange::Phase::Waiting,
        started: harness.now,
        aim: crate::exec::Aim::Response,
        arriving: None,
    };
    harness.state.shared.running.insert(token, running);
    harness.now += SignedDuration::from_millis(1200);
    harness.event(Event::Tick);
    assert!(
        footer(&harness).ends_with("⠹ Get token waiting 1.2 s"),
        "{}",
        footer(&harness)
    );
    harness.state.shared.open = Some(token);
    assert!(footer(&harness).ends_with("⠹ waiting 1.2 s"), "{}", footer(&harness));
}

#[test]
fn draws_at_every_size() {
    for (columns, rows) in [(60, 16), (80, 24), (250, 70)] {
        let mut workspace = Workspace::new("/nowhere");
        for n in 0..30 {
            let environment = Environment {
                name: format!("環境の長い名前 {n} 長い長い長い長い長い長い長い長い長い長い長い長い"),
                ..Environment::default()
            };
            workspace.load_environment(format!("e{n}"), environment);
        }
        let mut harness = Harness::with(workspace, columns, rows);
        token(&mut harness, "e29", "a_very_long_variable_name_for_a_token", 581);
        harness.press("1G");
        let screen = harness.screen();
        assert!(screen.contains("環境") && screen.contains("9:41"), "{screen}");
    }
}

#[test]
fn tokens_of_one_name_are_told_apart() {
    let mut harness = Harness::new(120, 40);
    let learn = |harness: &mut Harness, place: &str| {
        let key = TokenKey {
            environment: "demo".to_owned(),
            place: format!("{GRANTED}{place}"),
            name: "Mine".to_owned(),
            audience: String::new(),
        };
        let token = kept::Token {
            value: place.to_owned(),
            expires_at: Some(harness.now + SignedDuration::from_mins(9)),
            obtained_at: harness.now,
            skew_ms: 0,
            writes: Vec::new(),
            secrets_in: Vec::new(),
            refresh: None,
            got_with: None,
            instead_of: None,
        };
        harness.state.shared.tokens.note(&key, Arc::new(token));
    };
    let listed = |harness: &Harness| -> Vec<String> {
        let shared = &harness.state.shared;
        let node = shared.workspace.environment_named("demo").unwrap();
        let candidates = life::Candidates::of(shared, node, &[], None);
        let tokens = life::of_environment(shared, node, &candidates);
        let names = tokens.into_iter().map(|token| token.name);
        names.filter(|name| name.starts_with("Mine")).collect()
    };
    learn(&mut harness, "billing/1a2b3c4d");
    assert_eq!(listed(&harness), ["Mine"]);
    learn(&mut harness, "shop/5e6f7a8b");
    assert_eq!(listed(&harness), ["Mine (billing)", "Mine (shop)"]);
    learn(&mut harness, "shop/9c0d1e2f");
    assert_eq!(
        listed(&harness),
        ["Mine (billing)", "Mine (shop 5e6f)", "Mine (shop 9c0d)"]
    );
}

#[test]
fn what_another_postrider_forgets_is_forgotten_here_unless_there_is_a_newer_one() {
    let mut harness = Harness::new(120, 40);
    let key = TokenKey {
        environment: "demo".to_owned(),
        place: format!("{GRANTED}pydio-cells/x"),
        name: "example".to_owned(),
        audience: String::new(),
    };
    let granted = |value: &str, now| kept::Token {
        value: value.to_owned(),
        expires_at: Some(now + SignedDuration::from_mins(9)),
        obtained_at: now,
        skew_ms: 0,
        writes: Vec::new(),
        secrets_in: Vec::new(),
        refresh: Some("refresh".to_owned()),
        got_with: None,
        instead_of: None,
    };
    let old = granted("old", harness.now);
    let (owner, name, row) = token_row(&key, &old).unwrap();
    let gone = || {
        Event::Others(vec![Other {
            owner: owner.clone(),
            key: name.clone(),
            was: Some(row.clone()),
            now: None,
        }])
    };
    let learn = |harness: &mut Harness, token: &kept::Token| {
        harness.state.shared.current.set(owner.clone(), &name, row.clone());
        harness.state.shared.tokens.note(&key, Arc::new(token.clone()));
        harness.event(Event::Tick);
    };

    let known = |harness: &Harness| harness.state.shared.tokens.peek(&key).map(|token| token.value.clone());
    learn(&mut harness, &old);
    harness.event(gone());
    assert_eq!(known(&harness), None, "nothing sends or shows it any more");

    let newer = granted("newer", harness.now);
    learn(&mut harness, &newer);
    harness.event(gone());
    assert_eq!(known(&harness).as_deref(), Some("newer"));
}

#[test]
fn a_token_that_was_never_fetched_is_there_by_name_also_where_no_variable_stands_for_it() {
    let mut harness = Harness::new(120, 40);
    harness.press("1j<enter>");
    assert_eq!(
        lines(&harness),
        ["  demo  dex_token none yet", "● cells     dex_token none"]
    );
    assert!(
        footer(&harness).ends_with("cells · no token · ^T renews"),
        "{}",
        footer(&harness)
    );
    token(&mut harness, "cells", "dex_token", 581);
    harness.press("k");
    assert_eq!(lines(&harness)[1], "● cells     dex_token 9:41");
    // What an environment declares itself is its own, whichever is active.
    let own = Environment {
        name: "own".into(),
        tokens: vec![TokenSource::new("tok", "pydio-cells/get-token")],
        ..Environment::default()
    };
    let mut workspace = crate::tui::harness::workspace();
    workspace.load_environment("own", own);
    // And of a long name what it is is left.
    let mut long = Group::clone(workspace.group(workspace.collections()[0]).unwrap());
    long.tokens[0].variable = "a_token_of_a_very_long_name".to_owned();
    let id = workspace.collections()[0];
    let entity = Entity::Collection(Arc::new(long));
    workspace.apply(Edit::Replace { id, entity }).unwrap();
    let harness = Harness::with(workspace, 120, 40);
    let told = lines(&harness);
    assert!(told[0].ends_with("… none") && told[0].contains("a_token_"), "{told:?}");
    assert_eq!(told[2], "  own         tok none yet");
}
