//! The program with its helpers: it does nothing while nothing happens, and what it does on the disk it can take back.
#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::path::Path;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use crossterm::event::{KeyCode, KeyEvent};

use super::*;
use crate::http::Jar;
use crate::model::exchange::Phase;
use crate::model::variable::{CurrentValue, Owner};
use crate::model::{Choice, Entity};
use crate::store::state::State as Database;
use crate::tui::command::Command;
use crate::tui::effect::LocalJob;
use crate::tui::shared::{RunId, Running};

mod consents;
mod environments;
mod landing;
mod locked;
mod sends;

/// A terminal nobody asks for anything.
struct Nobody;

impl Host for Nobody {
    fn copy(&mut self, _: &str) -> io::Result<()> {
        Ok(())
    }

    fn ask(&mut self, _: &str) -> io::Result<()> {
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
    settled_as_it_is(home)
}

/// The options of a workspace in this folder.
fn options(home: &tempfile::TempDir) -> TuiOptions {
    TuiOptions {
        root: home.path().join("work"),
        foreign: false,
        beside: Beside::default(),
        into: None,
        paths: Paths::below(home.path()),
        demo: None,
        passphrase: None,
    }
}

/// The same in the workspace as it was left.
fn settled_as_it_is(home: &tempfile::TempDir) -> App {
    let options = options(home);
    let mut app = App::load(&options).unwrap();
    app.take(Event::Resize(120, 40), &mut Nobody).unwrap();
    app.start(&options, false).unwrap();
    settle(&mut app);
    app
}

/// Presses keys and waits for what becomes of them.
fn press(app: &mut App, keys: &[KeyCode]) {
    for key in keys {
        app.take(Event::Key(KeyEvent::from(*key)), &mut Nobody).unwrap();
    }
    settle(app);
}

/// Goes on until the files have done all that was asked of them, and what that brought asks for nothing more.
fn settle(app: &mut App) {
    loop {
        app.helpers.as_ref().unwrap().files.settle();
        app.state.stale = false;
        app.turn(Some(Duration::ZERO), &mut Nobody).unwrap();
        if !app.state.stale {
            return;
        }
    }
}

/// Somebody else has changed these files.
fn changed(app: &mut App, files: &[PathBuf]) {
    app.helpers.as_ref().unwrap().files.look(files.to_vec());
    settle(app);
}

/// Goes on until something is so.
fn settle_until(app: &mut App, is_so: impl Fn(&App) -> bool) {
    for _ in 0..6000 {
        if is_so(app) {
            return;
        }
        app.turn(Some(Duration::from_millis(10)), &mut Nobody).unwrap();
    }
    panic!("it never was");
}

fn command(app: &mut App, command: Command) {
    let mut effects = Vec::new();
    app.state.run(vec![command], &mut effects);
    app.helpers.as_mut().unwrap().carry_out(effects, &mut Nobody).unwrap();
    settle(app);
}

/// Many turns bring nothing, once what helpers on a busy machine tell late has come.
fn draws_nothing(app: &mut App) {
    let mut is_quiet = || {
        app.state.stale = false;
        app.turn(Some(Duration::from_millis(10)), &mut Nobody).unwrap();
        !app.state.stale
    };
    let (mut quiet, mut turns) = (0, 0);
    while quiet < 60 {
        quiet = if is_quiet() { quiet + 1 } else { 0 };
        turns += 1;
        assert!(turns < 6000, "it goes on for ever");
    }
    assert!(
        (0..60).all(|_| is_quiet()),
        "a frame was wanted though nothing happened"
    );
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
    let token = CurrentValue::new(format!("e30.{claims}.c2ln"), "you", Timestamp::now());
    let owner = Owner::Environment("local".into());
    app.state.shared.current.set(owner, "token", token);
    app.state.last_input = Timestamp::UNIX_EPOCH;
    app.take(Event::Tick, &mut Nobody).unwrap();
    assert!(!app.state.shared.awake);
    draws_nothing(&mut app);
    // Counted from the event it handled last, as this machine may have been busy since.
    let due = wake(&app.state, app.state.shared.now).unwrap();
    assert!(due > Duration::from_secs(5) && due <= Duration::from_mins(1), "{due:?}");
    app.finish();
}

#[test]
fn a_time_that_is_due_is_not_put_off_by_turns_that_bring_nothing() {
    let mut state = State::default();
    let (id, _) = state.shared.workspace.new_node(Entity::Request(Arc::default()), "one");
    let running = Running {
        run: RunId(1),
        request: String::new(),
        phase: Phase::Preparing,
        started: Timestamp::UNIX_EPOCH,
        aim: crate::exec::Aim::Response,
        arriving: None,
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
    assert!(super::looks::keys(&paths).1.is_empty(), "no file of one's own is fine");
    std::fs::create_dir_all(paths.keymap_file()).unwrap();
    let (_, problems) = super::looks::keys(&paths);
    assert_eq!(problems[0].file, paths.keymap_file());
}

#[test]
fn on_a_screen_that_is_too_small_nothing_happens_but_quitting() {
    use crate::tui::harness::Harness;
    let mut harness = Harness::new(120, 40);
    harness.event(Event::Resize(50, 9));
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

/// Every file below a folder with its bytes.
fn files(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut out = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            out.extend(files(&path));
        } else {
            out.push((path.clone(), std::fs::read(&path).unwrap()));
        }
    }
    out.sort();
    out
}

fn current(app: &mut App, owner: &Owner, value: &str) {
    let command_value = Some(value.into());
    let set = Command::SetCurrent {
        owner: owner.clone(),
        key: "token".to_owned(),
        value: command_value,
    };
    command(app, set);
}

/// What the local state on the disk says of an owner's token.
fn kept(home: &tempfile::TempDir, owner: &Owner) -> Option<serde_json::Value> {
    let (database, _) = Database::open(&Paths::below(home.path()), &home.path().join("work")).unwrap();
    let values = database.current_values().unwrap();
    values.get(owner, "token").and_then(|current| current.value.clone())
}

#[test]
fn undoing_a_deletion_brings_back_every_byte_and_the_values_with_it() {
    let home = tempfile::tempdir().unwrap();
    let mut app = settled(&home);
    let folder = home.path().join("work/collections/api");
    std::fs::create_dir(folder.join("users")).unwrap();
    std::fs::write(folder.join("users/list.toml"), "# mine\nname = \"List\"\n").unwrap();
    std::fs::write(folder.join("users/notes.md"), "none of ours").unwrap();
    changed(&mut app, &[folder.join("users")]);
    let before = files(&folder);
    assert_eq!(before.len(), 3);
    let owner = Owner::Collection("api".into());
    current(&mut app, &owner, "t");

    let id = app.state.shared.node_at("api").unwrap();
    command(&mut app, Command::Delete(id));
    assert!(!folder.exists());
    assert_eq!(
        kept(&home, &owner),
        None,
        "another collection `api` does not find its token"
    );
    press(&mut app, &[KeyCode::Char('u')]);
    assert_eq!(files(&folder), before);
    assert_eq!(kept(&home, &owner), Some("t".into()));
    assert!(app.state.shared.workspace.dirty().is_empty());
    app.finish();
}

#[test]
fn an_environment_comes_back_with_its_comments_and_values() {
    let home = tempfile::tempdir().unwrap();
    let mut app = settled(&home);
    let file = home.path().join("work/environments/local.toml");
    std::fs::write(&file, "# mine\nname = \"local\"\n").unwrap();
    changed(&mut app, std::slice::from_ref(&file));
    let owner = Owner::Environment("local".into());
    current(&mut app, &owner, "t");
    let id = app.state.shared.workspace.environment_named("local").unwrap().id;
    command(&mut app, Command::DeleteEnvironment(id));
    assert!(!file.exists() && kept(&home, &owner).is_none());
    press(&mut app, &[KeyCode::Char('u')]);
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "# mine\nname = \"local\"\n");
    assert_eq!(kept(&home, &owner), Some("t".into()));
    app.finish();
}

#[test]
fn what_is_kept_for_an_environment_is_renamed_with_its_file_or_not_at_all() {
    let home = tempfile::tempdir().unwrap();
    let mut app = settled(&home);
    let (old, new) = (Owner::Environment("local".into()), Owner::Environment("here".into()));
    current(&mut app, &old, "t");
    let id = app.state.shared.workspace.environment_named("local").unwrap().id;
    command(&mut app, Command::Activate(Some(id)));
    app.state
        .shared
        .overrides
        .push(("local".into(), "base_url".into(), Some("http://demo".into())));
    let rename = |name: &str| Command::RenameEnvironment {
        id,
        name: name.to_owned(),
    };
    command(&mut app, rename("here"));
    assert!(home.path().join("work/environments/here.toml").exists());
    assert_eq!((kept(&home, &old), kept(&home, &new)), (None, Some("t".into())));
    assert_eq!(app.state.shared.overrides[0].0, "here");
    let active = || {
        let (database, _) = Database::open(&Paths::below(home.path()), &home.path().join("work")).unwrap();
        database.environment_choice().unwrap()
    };
    assert_eq!(active(), Choice::Named("here".into()));

    // Somebody has taken the name in the meantime, and we have not noticed.
    std::fs::create_dir(home.path().join("work/environments/there.toml")).unwrap();
    command(&mut app, rename("there"));
    assert_eq!(kept(&home, &new), Some("t".into()));
    assert_eq!(active(), Choice::Named("here".into()));
    app.finish();
}

#[test]
fn cookies_that_cannot_be_read_are_set_aside_and_those_of_others_stay() {
    let home = tempfile::tempdir().unwrap();
    let open = || {
        Database::open(&Paths::below(home.path()), &home.path().join("work"))
            .unwrap()
            .0
    };
    settled(&home).finish();
    open().set("cookies", "{broken").unwrap();
    let mut app = settled(&home);
    let notice = app.state.shared.notice.as_ref().unwrap().text.clone();
    let aside = notice.split('`').nth(1).unwrap().to_owned();
    assert_eq!(open().get(&aside).unwrap().as_deref(), Some("{broken"), "{notice}");

    let site = "http://a.test/".parse().unwrap();
    let theirs = Jar::new();
    theirs.set(&site, "theirs=1");
    open().set("cookies", &theirs.to_json().unwrap()).unwrap();
    let ours = Jar::new();
    ours.set(&site, "ours=1");
    let (own, before) = (ours.to_json().unwrap(), app.state.cookies_kept.clone());
    app.take(Event::Cookies(ours.list(), own, before), &mut Nobody).unwrap();
    app.finish();
    let kept = Jar::from_json(&open().cookies().unwrap().unwrap()).unwrap();
    assert_eq!(kept.list().len(), 2);
}

#[test]
fn what_is_locked_is_unlocked_while_the_program_runs() {
    let home = tempfile::tempdir().unwrap();
    settled(&home).finish();
    let paths = Paths::below(home.path());
    let open = || Database::open(&paths, &home.path().join("work")).unwrap().0;
    let value = |text: &str| crate::model::variable::CurrentValue {
        value: Some(text.into()),
        set_by: "you".into(),
        set_at: Timestamp::now(),
        secret: false,
    };
    let owner = Owner::Environment("local".into());
    let changes = [(owner.clone(), "kept".to_owned(), Some(value("before")))];
    let mut database = open();
    database.set_current_values(&changes).unwrap();
    let theirs = Jar::new();
    theirs.set(&"http://a.test/".parse().unwrap(), "theirs=1");
    let json = theirs.to_json().unwrap();
    database.change_cookies(&json, |_| Err(())).unwrap();
    let draft = crate::store::state::Draft {
        key: "api/one".into(),
        text: "method = 'GET'\nurl = 'http://typed'\n".into(),
        base: None,
        at: Timestamp::now(),
    };
    database.set_draft(&draft, false).unwrap();
    let passphrase = crate::model::Secret::new("sesame");
    let safe = crate::store::seal::Safe::new(paths.secrets_key());
    crate::store::state::rekey(&paths, &safe, Some(&passphrase)).unwrap();

    let mut app = settled(&home);
    assert!(app.state.shared.locked);
    let notice = app.state.shared.notice.as_ref().unwrap().text.clone();
    assert!(notice.contains("tokens") && notice.contains("`L`"), "{notice}");
    assert_eq!(app.state.shared.current.get(&owner, "kept"), None);
    let set = Command::SetCurrent {
        owner: owner.clone(),
        key: "meanwhile".into(),
        value: Some("new".into()),
    };
    command(&mut app, set);
    let typed = |text: &str| {
        let mut keys = vec![KeyCode::Char('L')];
        keys.extend(text.chars().map(KeyCode::Char));
        keys.push(KeyCode::Enter);
        keys
    };
    press(&mut app, &typed("hunter2"));
    settle_until(&mut app, |app| !app.state.modals.is_empty());
    assert!(app.state.shared.locked);
    press(&mut app, &typed("sesame")[1..]);
    settle_until(&mut app, |app| {
        !app.state.shared.locked && !app.state.cookies.is_empty()
    });
    assert_eq!(app.state.shared.current.get(&owner, "kept"), changes[0].2.as_ref());
    let one = app.state.shared.node_at("api/one").unwrap();
    let url = |app: &App| app.state.shared.workspace.request(one).unwrap().full_url();
    assert_eq!(url(&app), "http://typed");
    app.finish();
    let mut database = open();
    database.unlock(&passphrase).unwrap();
    let kept = database.current_values().unwrap();
    assert!(kept.get(&owner, "kept").is_some() && kept.get(&owner, "meanwhile").is_some());
    assert!(database.cookies().unwrap().unwrap().contains("theirs"));
}

#[test]
fn undoing_that_theirs_was_taken_makes_saving_ask_again() {
    let home = tempfile::tempdir().unwrap();
    let mut app = settled(&home);
    let file = home.path().join("work/collections/api/one.toml");
    let id = app.state.shared.node_at("api/one").unwrap();
    let entity = |url: &str| {
        let mut request = crate::model::Request {
            name: "One".into(),
            ..crate::model::Request::default()
        };
        request.set_full_url(url);
        Entity::Request(Arc::new(request))
    };
    let edit = Command::Edit {
        label: "URL".into(),
        merge: None,
        edits: vec![crate::model::edit::Edit::Replace {
            id,
            entity: entity("http://mine"),
        }],
    };
    command(&mut app, edit);
    let theirs = "name = \"One\"\nurl = \"http://theirs\"\n";
    std::fs::write(&file, theirs).unwrap();
    let what = crate::model::Filed::Node(id);
    let save = || Command::Save { what, overwrite: false };
    command(&mut app, save());
    assert_eq!(app.state.modals.len(), 1);
    command(&mut app, Command::Close);
    let theirs_taken = crate::store::Content::Item(entity("http://theirs"));
    let take = Command::TakeTheirs {
        what,
        theirs: theirs_taken,
    };
    command(&mut app, take);
    assert!(app.state.shared.workspace.dirty().is_empty() && app.state.modals.is_empty());

    press(&mut app, &[KeyCode::Char('u')]);
    assert_eq!(app.state.shared.workspace.dirty(), [id], "ours is back");
    command(&mut app, save());
    assert_eq!(app.state.modals.len(), 1, "it asks");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), theirs);
    command(&mut app, Command::Close);

    let redo = crate::tui::action::Action::App(crate::tui::action::App::Redo);
    command(&mut app, Command::Act(redo));
    let more = crate::model::edit::Edit::Replace {
        id,
        entity: entity("http://more"),
    };
    let edit = Command::Edit {
        label: "URL".into(),
        merge: None,
        edits: vec![more],
    };
    command(&mut app, edit);
    command(&mut app, save());
    assert!(app.state.modals.is_empty(), "what is built on theirs is saved");
    assert!(std::fs::read_to_string(&file).unwrap().contains("http://more"));
    app.finish();
}

#[test]
fn the_environment_of_the_demo_is_active_for_the_command_line_too() {
    let home = tempfile::tempdir().unwrap();
    let root = home.path().join("work");
    std::fs::create_dir_all(root.join("environments")).unwrap();
    for name in ["demo", "mine"] {
        std::fs::write(
            root.join(format!("environments/{name}.toml")),
            format!("name = \"{name}\"\n"),
        )
        .unwrap();
    }
    let options = TuiOptions {
        root: root.clone(),
        foreign: false,
        beside: Beside::default(),
        into: None,
        paths: Paths::below(home.path()),
        demo: Some(demo::Config::default()),
        passphrase: None,
    };
    let kept = |app: &App| {
        let mut effects = app.waiting.iter();
        effects.any(|effect| matches!(effect, Effect::Local(LocalJob::ActiveEnvironment(Choice::Named(slug))) if slug == "demo"))
    };
    assert!(kept(&App::load(&options).unwrap()));
    let (database, _) = Database::open(&options.paths, &root).unwrap();
    for chosen in ["mine", "away"] {
        database.choose_environment(&Choice::Named(chosen.into())).unwrap();
        let app = App::load(&options).unwrap();
        assert_eq!(app.state.shared.environment_name(), Some("demo"));
        assert!(!kept(&app), "what the user chose outlives the demo");
    }
}

/// Renames and describes the request, unsaved.
fn edit(app: &mut App) {
    let id = app.state.shared.node_at("api/one").unwrap();
    let edit = crate::model::edit::Edit::Replace {
        id,
        entity: Entity::Request(Arc::new(crate::model::Request {
            name: "Mine".into(),
            description: "typed".into(),
            ..crate::model::Request::default()
        })),
    };
    let typed = Command::Edit {
        label: "name".into(),
        merge: None,
        edits: vec![edit],
    };
    app.state.keeper.pending = true;
    command(app, typed);
}

#[test]
fn leaving_writes_drafts_that_another_postrider_has_dropped() {
    let home = tempfile::tempdir().unwrap();
    let mut app = settled(&home);
    edit(&mut app);
    let (other, _) = Database::open(&Paths::below(home.path()), &home.path().join("work")).unwrap();
    settle_until(&mut app, |_| other.draft("api/one").unwrap().is_some());
    other.remove_draft("api/one", None).unwrap();
    app.finish();
    assert!(other.draft("api/one").unwrap().unwrap().text.contains("Mine"));
}

#[test]
fn without_local_state_the_question_before_quitting_promises_no_drafts() {
    let home = tempfile::tempdir().unwrap();
    let state = Paths::below(home.path()).state;
    std::fs::create_dir_all(state.parent().unwrap()).unwrap();
    std::fs::write(&state, "no folder").unwrap();
    let mut app = settled(&home);
    assert!(app.state.shared.forgetful);
    edit(&mut app);
    let quit = crate::tui::action::Action::App(crate::tui::action::App::Quit);
    app.state.run(vec![Command::Act(quit)], &mut Vec::new());
    let shown = format!("{:?}", app.state.modals);
    assert!(
        shown.contains("is lost") && shown.contains("quit without saving"),
        "{shown}"
    );
    assert!(!shown.contains("Drafts are kept"), "{shown}");
    app.finish();
}
