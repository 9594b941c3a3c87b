//! The program does nothing while nothing happens.
#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::*;
use crate::model::Entity;
use crate::model::exchange::Phase;
use crate::model::variable::{CurrentValue, Owner};
use crate::tui::shared::{RunId, Running};

/// A terminal nobody asks for anything.
struct Nobody;

impl Host for Nobody {
    fn copy(&mut self, _: &str) -> io::Result<()> {
        Ok(())
    }

    fn suspended<T>(&mut self, during: impl FnOnce() -> T) -> io::Result<T> {
        Ok(during())
    }
}

/// The program as it stands a while after its start, all helpers running.
fn settled(home: &tempfile::TempDir) -> App {
    let root = home.path().join("work");
    for folder in ["collections/api", "environments"] {
        std::fs::create_dir_all(root.join(folder)).unwrap();
    }
    std::fs::write(root.join("collections/api/one.toml"), "name = \"One\"\n").unwrap();
    std::fs::write(root.join("environments/local.toml"), "name = \"local\"\n").unwrap();
    let options = TuiOptions {
        root,
        paths: Paths::below(home.path()),
        demo: None,
    };
    let mut app = App::load(&options).unwrap();
    app.take(Event::Resize(120, 40), &mut Nobody).unwrap();
    app.start(&options, false).unwrap();
    let mut quiet = 0;
    while quiet < 20 {
        app.state.stale = false;
        app.turn(Some(Duration::from_millis(10)), &mut Nobody).unwrap();
        quiet = if app.state.stale { 0 } else { quiet + 1 };
    }
    app
}

fn draws_nothing(app: &mut App) {
    app.state.stale = false;
    for _ in 0..30 {
        app.turn(Some(Duration::from_millis(10)), &mut Nobody).unwrap();
        assert!(!app.state.stale, "a frame was wanted though nothing happened");
    }
}

#[test]
fn nothing_is_drawn_while_nothing_happens() {
    let home = tempfile::tempdir().unwrap();
    let mut app = settled(&home);
    draws_nothing(&mut app);
    assert_eq!(
        wake(&app.state, Timestamp::now()),
        None,
        "it sleeps until something happens"
    );
    app.finish();
}

#[test]
fn a_token_nobody_looks_at_wakes_it_once_a_minute() {
    let home = tempfile::tempdir().unwrap();
    let mut app = settled(&home);
    // Half-way between two minutes: the text changes in half a minute.
    let ends = Timestamp::now().as_second() + 2 * 3600 + 30;
    let claims = URL_SAFE_NO_PAD.encode(format!("{{\"exp\":{ends}}}"));
    let token = CurrentValue {
        value: Some(format!("e30.{claims}.c2ln").into()),
        set_by: "you".into(),
        set_at: Timestamp::now(),
    };
    let owner = Owner::Environment("local".into());
    app.state.shared.current.set(owner, "token", token);
    app.state.last_input = Timestamp::UNIX_EPOCH;
    app.take(Event::Tick, &mut Nobody).unwrap();
    assert!(!app.state.shared.awake);
    draws_nothing(&mut app);
    let due = wake(&app.state, Timestamp::now()).unwrap();
    assert!(due > Duration::from_secs(5) && due <= Duration::from_mins(1), "{due:?}");
    app.finish();
}

#[test]
fn a_time_that_is_due_is_not_put_off_by_turns_that_bring_nothing() {
    let mut state = State::default();
    let (id, _) = state.shared.workspace.new_node(Entity::Request(Arc::default()), "one");
    let running = Running {
        run: RunId(1),
        phase: Phase::Preparing,
        started: Timestamp::UNIX_EPOCH,
        token_for: None,
    };
    state.shared.running.insert(id, running);
    let now = Timestamp::now();
    state.shared.now = now;
    assert_eq!(wake(&state, now), Some(Duration::from_millis(100)));
    let later = now + SignedDuration::from_millis(70);
    assert_eq!(wake(&state, later), Some(Duration::from_millis(30)));
}

#[test]
fn a_keymap_that_cannot_be_read_is_a_problem() {
    let folder = tempfile::tempdir().unwrap();
    let paths = Paths::below(folder.path());
    assert!(super::looks::keys(&paths).1.is_none(), "no file of one's own is fine");
    std::fs::create_dir_all(paths.keymap_file()).unwrap();
    let (_, problem) = super::looks::keys(&paths);
    assert_eq!(problem.unwrap().file, paths.keymap_file());
}

#[test]
fn on_a_screen_that_is_too_small_nothing_happens_but_quitting() {
    use crate::tui::harness::Harness;
    let mut harness = Harness::new(120, 40);
    harness.event(Event::Resize(50, 10));
    harness.press("jDd<ctrl-n>x<ctrl-j>");
    assert!(harness.state.modals.is_empty());
    assert!(harness.state.shared.workspace.scratch().is_empty());
    assert!(
        !harness
            .effects
            .iter()
            .any(|effect| matches!(effect, Effect::Send { .. } | Effect::Files(_)))
    );
    assert!(harness.screen().contains("^Q quits"));
    harness.press("<ctrl-q>");
    assert!(harness.effects.iter().any(|effect| matches!(effect, Effect::Quit)));
}
