//! Files that go away outside, come back, and are renamed: what is open and what it was answered stays with it.

use std::sync::Arc;

use jiff::Timestamp;

use super::*;
use crate::exec::Aim;
use crate::model::exchange::{Connection, Exchange, Phase, SendError, SendErrorKind, SentRequest, Timings};
use crate::model::request::Method;
use crate::model::{Outcome, Redactor};
use crate::tui::panes::Pane;
use crate::tui::shared::{RunId, Running};

pub(super) const ONE: &str = "name = 'One'\nurl = 'http://one'\n";

/// A workspace with an open request `c/f/one`, which was answered, and others beside it, one of which was.
pub(super) fn world() -> World {
    let mut world = World::new(&[
        ("collections/c/collection.toml", "name = 'C'\n"),
        ("collections/c/two.toml", "name = 'Two'\nurl = 'http://two'\n"),
        ("collections/c/f/one.toml", ONE),
        ("collections/c/f/three.toml", "name = 'Three'\nurl = 'http://three'\n"),
    ]);
    let (one, three) = (world.node("c/f/one").unwrap(), world.node("c/f/three").unwrap());
    let shared = &mut world.harness.state.shared;
    shared.open = Some(one);
    for id in [one, three] {
        shared.outcomes.insert(id, Arc::new(Outcome::default()), Some(one));
    }
    world.harness.event(Event::Tick);
    world
}

pub(super) fn remove(world: &World, file: &str) {
    fs::remove_file(world.disk.path().join(file)).unwrap();
}

pub(super) fn rename(world: &World, from: &str, to: &str) {
    let (from, to) = (world.disk.path().join(from), world.disk.path().join(to));
    fs::create_dir_all(to.parent().unwrap()).unwrap();
    fs::rename(from, to).unwrap();
}

pub(super) fn is_answered(world: &World, id: NodeId) -> bool {
    world.harness.state.shared.outcomes.get(&id).is_some()
}

pub(super) fn said(world: &World) -> String {
    let messages = world.harness.state.shared.messages.iter();
    messages
        .map(|(_, notice)| notice.text.as_str())
        .collect::<Vec<_>>()
        .join("; ")
}

pub(super) fn send(world: &mut World, id: NodeId) {
    let running = Running {
        run: RunId(7),
        request: "Three".to_owned(),
        phase: Phase::Waiting,
        started: Timestamp::UNIX_EPOCH,
        aim: Aim::Response,
        arriving: None,
    };
    world.harness.state.shared.running.insert(id, running);
}

#[test]
fn an_open_request_whose_file_goes_away_for_a_moment_stays_with_its_response() {
    let mut world = world();
    let one = world.node("c/f/one").unwrap();
    remove(&world, "collections/c/f/one.toml");
    world.changed(&["collections/c/f/one.toml"]);
    assert_eq!(
        said(&world),
        "`One` was deleted outside; it stays here with its response until you leave it"
    );
    assert!(
        world.harness.screen().contains("deleted on disk"),
        "{}",
        world.harness.screen()
    );
    assert!(
        world.harness.state.shared.workspace.unsaved().is_empty(),
        "no draft of it is kept"
    );
    put(&world.disk, "collections/c/f/one.toml", ONE);
    world.changed(&["collections/c/f/one.toml"]);
    assert_eq!(world.harness.state.shared.open, Some(one));
    assert!(world.node("c/f/one") == Some(one) && is_answered(&world, one));
    assert!(said(&world).ends_with("`One` is there again"), "{}", said(&world));
    assert!(!world.harness.screen().contains("deleted on disk"));
    // It is followed as before.
    put(&world.disk, "collections/c/f/one.toml", "name = 'Uno'\n");
    world.changed(&["collections/c/f/one.toml"]);
    assert!(said(&world).ends_with("`Uno` was changed outside"), "{}", said(&world));
}

#[test]
fn what_is_gone_is_let_go_of_when_it_is_left_and_has_its_response_again_when_it_comes_back() {
    let mut world = world();
    let (one, three) = (world.node("c/f/one").unwrap(), world.node("c/f/three").unwrap());
    let folder = world.disk.path().join("collections/c/f");
    fs::remove_dir_all(&folder).unwrap();
    world.changed(&["collections/c/f"]);
    assert_eq!(
        said(&world),
        "`f` was deleted outside; `One` stays here with its response until you leave it"
    );
    assert_eq!((world.node("c/f/one"), world.node("c/f/three")), (Some(one), None));
    let two = world.node("c/two").unwrap();
    world.run(Command::Open(two));
    world.harness.event(Event::Tick);
    assert_eq!((world.node("c/f/one"), world.node("c/f")), (None, None));
    assert!(world.harness.state.shared.unfiled.is_empty());
    for (file, text) in [
        ("one", ONE),
        ("three", "name = 'Three'\nurl = 'http://three'\ndescription = 'new'\n"),
    ] {
        put(&world.disk, &format!("collections/c/f/{file}.toml"), text);
    }
    world.changed(&["collections/c/f"]);
    for (path, id) in [("c/f/one", one), ("c/f/three", three)] {
        assert!(world.node(path) == Some(id) && is_answered(&world, id), "{path}");
    }
    assert_eq!(world.harness.state.shared.open, Some(two));
}

#[test]
fn what_was_changed_since_its_file_went_away_is_kept_as_unsaved() {
    let mut world = world();
    let one = world.node("c/f/one").unwrap();
    remove(&world, "collections/c/f/one.toml");
    world.changed(&["collections/c/f/one.toml"]);
    let edits = vec![crate::model::edit::Edit::Replace {
        id: one,
        entity: request("Mine"),
    }];
    world.run(Command::Edit {
        label: "edit".into(),
        merge: None,
        edits,
    });
    let two = world.node("c/two").unwrap();
    world.run(Command::Open(two));
    world.harness.event(Event::Tick);
    assert_eq!(world.node("c/f/one"), Some(one));
    let filed = crate::model::Filed::Node(one);
    assert!(world.harness.state.shared.is_lost(filed));
    assert_eq!(world.harness.state.shared.workspace.unsaved(), [filed]);
}

#[test]
fn one_that_is_gone_is_written_again_when_it_is_saved_so() {
    let mut world = world();
    let one = world.node("c/f/one").unwrap();
    fs::remove_dir_all(world.disk.path().join("collections/c/f")).unwrap();
    world.changed(&["collections/c/f"]);
    let what = crate::model::Filed::Node(one);
    world.run(Command::Save { what, overwrite: false });
    world.harness.event(Event::Tick);
    let screen = world.harness.screen();
    assert!(screen.contains("was deleted on disk."), "{screen}");
    assert!(!screen.contains("editing"), "nothing was: {screen}");
    world.harness.press("<esc>");
    world.run(Command::Save { what, overwrite: true });
    assert_eq!(
        world.read("collections/c/f/one.toml").as_deref(),
        Some("name = \"One\"\nmethod = \"GET\"\nurl = \"http://one\"\n")
    );
    let shared = &world.harness.state.shared;
    assert!(shared.unfiled.is_empty() && !shared.is_lost(what));
    assert!(shared.workspace.unsaved().is_empty(), "its folder needs no file");
}

#[test]
fn a_file_that_is_renamed_takes_what_is_open_along() {
    for (from, to, path, words) in [
        (
            "c/f/one.toml",
            "c/f/uno.toml",
            "c/f/uno",
            "`One` was renamed outside to `c/f/uno`",
        ),
        (
            "c/f/one.toml",
            "c/g/one.toml",
            "c/g/one",
            "`One` was renamed outside to `c/g/one`",
        ),
        ("c/f", "c/h", "c/h/one", "`f` was renamed outside to `c/h`"),
        ("c", "d", "d/f/one", "`C` was renamed outside to `d`"),
    ] {
        let mut world = world();
        let one = world.node("c/f/one").unwrap();
        let (from, to) = (format!("collections/{from}"), format!("collections/{to}"));
        rename(&world, &from, &to);
        world.changed(&[from.as_str(), to.as_str(), "collections/c"]);
        let shared = &world.harness.state.shared;
        assert_eq!((world.node(path), shared.open), (Some(one), Some(one)), "{path}");
        assert!(is_answered(&world, one) && shared.unfiled.is_empty(), "{path}");
        assert!(said(&world).contains(words), "{}", said(&world));
        assert!(!said(&world).contains("deleted"), "{}", said(&world));
        assert!(shared.workspace.unsaved().is_empty(), "{path}");
        // The disk is as it is known.
        world.changed(&["collections"]);
        assert_eq!(world.node(path), Some(one));
    }
}

#[test]
fn another_request_in_the_same_look_is_no_renaming_unless_it_has_the_same_id() {
    let mut world = World::new(&[
        ("collections/c/a.toml", "name = 'A'\nurl = 'http://a'\n"),
        (
            "collections/c/b.toml",
            "name = 'B'\nurl = 'http://b'\npostman = { id = '7' }\n",
        ),
    ]);
    let (a, b) = (world.node("c/a").unwrap(), world.node("c/b").unwrap());
    for file in ["a", "b"] {
        remove(&world, &format!("collections/c/{file}.toml"));
    }
    put(
        &world.disk,
        "collections/c/x.toml",
        "name = 'A'\nurl = 'http://other'\n",
    );
    put(
        &world.disk,
        "collections/c/y.toml",
        "name = 'Y'\nurl = 'http://y'\npostman = { id = '7' }\n",
    );
    world.changed(&["collections/c"]);
    assert!(world.node("c/x").is_some_and(|id| id != a) && world.harness.state.shared.workspace.node(a).is_none());
    assert_eq!(world.node("c/y"), Some(b), "{}", said(&world));
}

#[test]
fn a_send_whose_request_is_gone_keeps_its_name_and_is_cancelled_by_esc() {
    let cancels = |world: &mut World| {
        world.harness.press("<esc>");
        let mut effects = world.harness.effects.iter();
        effects.any(|effect| matches!(effect, Effect::Cancel(RunId(7))))
    };
    // Deleted outside while another one is open: it is there until the send has ended.
    let mut world = world();
    let three = world.node("c/f/three").unwrap();
    send(&mut world, three);
    assert!(!cancels(&mut world), "another one's send is left alone");
    remove(&world, "collections/c/f/three.toml");
    world.changed(&["collections/c/f/three.toml"]);
    assert_eq!(
        said(&world),
        "`Three` was deleted outside; it stays here until its send has ended"
    );
    assert!(!cancels(&mut world), "it can be opened and cancelled there");
    // Deleted here; a zoom ends first.
    world.run(Command::Delete(three));
    assert!(world.harness.state.shared.workspace.node(three).is_none());
    assert!(world.harness.screen().contains("Three"), "{}", world.harness.screen());
    world.harness.state.focus = Pane::Response;
    world.harness.state.zoom = true;
    world.harness.event(Event::Tick);
    assert!(!world.harness.screen().contains("cancel the deleted"));
    assert!(!cancels(&mut world) && !world.harness.state.zoom);
    let screen = world.harness.screen();
    assert!(screen.contains("cancel the deleted"), "{screen}");
    assert!(cancels(&mut world));
    let exchange = Exchange {
        started: Timestamp::UNIX_EPOCH,
        request: SentRequest {
            method: Method::new("GET"),
            url: String::new(),
            version: String::new(),
            headers: Vec::new(),
            body: bytes::Bytes::new(),
            body_len: 0,
        },
        result: Err(SendError::new(SendErrorKind::Cancelled, "cancelled")),
        hops: Vec::new(),
        timings: Timings::default(),
        connection: Connection::default(),
        redactor: Redactor::default(),
        warnings: Vec::new(),
    };
    let outcome = Outcome {
        exchange: Some(exchange),
        ..Outcome::default()
    };
    world.harness.event(Event::Sent(RunId(7), None, Box::new(outcome)));
    assert!(said(&world).ends_with("`Three` was cancelled"), "{}", said(&world));
}
