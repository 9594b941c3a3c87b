//! What is typed, undone and saved while drafts are locked: nothing of it reaches the disk in clear, nor takes away what nobody
//! has seen.

use super::*;
use crate::http::Jar;
use crate::model::{Filed, Secret};
use crate::store::seal::Safe;
use crate::store::state::{Draft, rekey, text_hash};
use crate::tui::action::{Action, App as Act};

const PASSPHRASE: &str = "sesame";

fn database(home: &tempfile::TempDir) -> Database {
    Database::open(&Paths::below(home.path()), &home.path().join("work"))
        .unwrap()
        .0
}

/// Locks all, as it is done elsewhere; the local state, as it is unlocked there.
fn lock_elsewhere(home: &tempfile::TempDir) -> Database {
    let (paths, passphrase) = (Paths::below(home.path()), Secret::new(PASSPHRASE));
    let safe = Safe::new(paths.secrets_key());
    safe.unlock(&passphrase).unwrap();
    rekey(&paths, &safe, Some(&passphrase)).unwrap();
    let mut elsewhere = database(home);
    elsewhere.unlock(&passphrase).unwrap();
    elsewhere
}

/// The program, locked; a draft of the request is from before, and of another version of its file.
fn locked(home: &tempfile::TempDir, with_draft: bool) -> App {
    settled(home).finish();
    let draft = Draft {
        key: "api/one".into(),
        text: "name = 'One'\nurl = 'http://typed'\n".into(),
        base: Some(text_hash("older")),
        at: Timestamp::now(),
    };
    if with_draft {
        database(home).set_draft(&draft, false).unwrap();
    }
    lock_elsewhere(home);
    let app = settled(home);
    assert!(app.state.shared.locked);
    app
}

fn unlock(app: &mut App) {
    command(app, Command::Unlock(Secret::new(PASSPHRASE)));
    settle_until(app, |app| !app.state.shared.locked);
    settle(app);
}

fn save(app: &mut App) {
    let what = Filed::Node(app.state.shared.node_at("api/one").unwrap());
    command(app, Command::Save { what, overwrite: false });
}

fn file(home: &tempfile::TempDir) -> String {
    std::fs::read_to_string(home.path().join("work/collections/api/one.toml")).unwrap()
}

#[test]
fn what_is_typed_while_locked_is_not_kept_until_it_can_be_sealed() {
    let home = tempfile::tempdir().unwrap();
    let mut app = locked(&home, false);
    let notice = &app.state.shared.notice.as_ref().unwrap().text;
    assert!(notice.contains("drafts are not read, nor kept"), "{notice}");
    edit(&mut app);
    // Who leaves now is told that it is lost.
    settle_until(&mut app, |app| app.state.shared.forgetful);
    assert_eq!(database(&home).drafts().unwrap(), []);
    unlock(&mut app);
    settle_until(&mut app, |app| !app.state.shared.forgetful);
    app.finish();
    let mut database = database(&home);
    assert_eq!(database.locked_drafts().unwrap(), ["api/one"], "it is sealed");
    database.unlock(&Secret::new(PASSPHRASE)).unwrap();
    assert!(database.draft("api/one").unwrap().unwrap().text.contains("Mine"));
}

#[test]
fn a_locked_draft_outlives_what_is_typed_and_undone() {
    let home = tempfile::tempdir().unwrap();
    let mut app = locked(&home, true);
    edit(&mut app);
    settle_until(&mut app, |app| app.state.shared.forgetful);
    app.state.keeper.pending = true;
    command(&mut app, Command::Act(Action::App(Act::Undo)));
    assert!(app.state.shared.workspace.unsaved().is_empty());
    app.finish();
    let mut database = database(&home);
    database.unlock(&Secret::new(PASSPHRASE)).unwrap();
    let kept = database.draft("api/one").unwrap().unwrap();
    assert!(kept.text.contains("http://typed"), "{}", kept.text);
}

#[test]
fn saving_asks_only_where_the_screen_has_taken_a_draft_of_an_older_file() {
    let home = tempfile::tempdir().unwrap();
    let mut app = locked(&home, true);
    unlock(&mut app);
    save(&mut app);
    settle_until(&mut app, |app| !app.state.modals.is_empty());
    assert!(!file(&home).contains("typed"), "{}", file(&home));
    app.finish();

    let home = tempfile::tempdir().unwrap();
    let mut app = locked(&home, true);
    edit(&mut app);
    unlock(&mut app);
    assert!(app.state.shared.contested.is_empty());
    save(&mut app);
    settle_until(&mut app, |_| file(&home).contains("Mine"));
    assert!(app.state.modals.is_empty());
    app.finish();
    let mut database = database(&home);
    database.unlock(&Secret::new(PASSPHRASE)).unwrap();
    let aside = database.locked_drafts().unwrap();
    let [aside] = &aside[..] else { panic!("{aside:?}") };
    assert!(database.draft(aside).unwrap().unwrap().text.contains("http://typed"));
}

#[test]
fn who_is_locked_out_midway_takes_what_others_set_since_and_sends_back_only_their_own() {
    let home = tempfile::tempdir().unwrap();
    let mut app = settled(&home);
    let value = |value: &str, second| CurrentValue {
        value: Some(value.into()),
        set_by: "a script".to_owned(),
        set_at: Timestamp::from_second(second).unwrap(),
        secret: false,
    };
    let keep = |app: &mut App, key: &str, value: CurrentValue| {
        let changes = vec![(Owner::Globals, key.to_owned(), Some(value))];
        app.state.shared.current.take(&changes);
        let files = &app.helpers.as_ref().unwrap().files;
        files.keep(LocalJob::Current(changes));
        settle(app);
    };
    for key in ["changed", "unset", "own", "both", "same", "forgotten", "anew"] {
        keep(&mut app, key, value("old", 1));
    }
    edit(&mut app);
    settle_until(&mut app, |_| !database(&home).drafts().unwrap().is_empty());
    let mut elsewhere = lock_elsewhere(&home);
    let theirs = [
        ("changed", Some(value("theirs", 5))),
        ("unset", None),
        ("both", Some(value("theirs", 5))),
        ("anew", Some(value("theirs", 5))),
    ];
    let theirs = theirs.map(|(key, value)| (Owner::Globals, key.to_owned(), value));
    elsewhere.set_current_values(&theirs).unwrap();
    keep(&mut app, "both", value("mine", 3));
    // A script that sets and unsets.
    let changes = [("own", Some(value("mine", 3))), ("forgotten", None), ("anew", None)];
    let changes = changes.map(|(key, value)| (Owner::Globals, key.to_owned(), value));
    app.state.shared.current.take(&changes);
    let files = &app.helpers.as_ref().unwrap().files;
    files.keep(LocalJob::Current(changes.to_vec()));
    settle_until(&mut app, |app| app.state.shared.locked);
    unlock(&mut app);
    let here = app.state.shared.current.clone();
    app.finish();
    for values in [here, elsewhere.current_values().unwrap()] {
        let values = values.of(&Owner::Globals);
        let mut values: Vec<String> = values
            .map(|(key, value)| format!("{key}={}", value.value.as_ref().unwrap()))
            .collect();
        values.sort();
        assert_eq!(
            values,
            [
                "anew=\"theirs\"",
                "both=\"theirs\"",
                "changed=\"theirs\"",
                "own=\"mine\"",
                "same=\"old\""
            ]
        );
    }
    assert_eq!(elsewhere.locked_drafts().unwrap(), ["api/one"], "none is set aside");
}

#[test]
fn who_is_locked_out_hears_of_it_and_the_key_to_unlock_goes_by_the_safe() {
    let home = tempfile::tempdir().unwrap();
    let mut app = settled(&home);
    let said = |app: &App| app.state.shared.notice.as_ref().map(|notice| notice.text.clone());
    press(&mut app, &[KeyCode::Char('L')]);
    assert!(app.state.modals.is_empty());
    assert!(said(&app).unwrap().contains("nothing is locked"));
    // Only the key's file is written, which nobody watches.
    let safe = Safe::new(Paths::below(home.path()).secrets_key());
    safe.put(&safe.keys().unwrap(), Some(&Secret::new(PASSPHRASE))).unwrap();
    let mut keys: Vec<KeyCode> = format!("L{PASSPHRASE}").chars().map(KeyCode::Char).collect();
    keys.push(KeyCode::Enter);
    press(&mut app, &keys);
    assert!(app.state.modals.is_empty(), "nothing of it was taken for anything else");
    assert!(said(&app).unwrap().contains("unlocked: "), "{:?}", said(&app));
    // Nothing is written here meanwhile.
    lock_elsewhere(&home);
    settle_until(&mut app, |app| app.state.shared.locked);
    assert!(said(&app).unwrap().contains("by another postrider"), "{:?}", said(&app));
    unlock(&mut app);
    lock_elsewhere(&home);
    settle_until(&mut app, |app| app.state.shared.locked);
    app.finish();
}

#[test]
fn where_another_postrider_takes_the_passphrase_away_all_is_there_again() {
    let home = tempfile::tempdir().unwrap();
    let mut app = settled(&home);
    let mut elsewhere = lock_elsewhere(&home);
    settle_until(&mut app, |app| app.state.shared.locked);
    press(&mut app, &[KeyCode::Char('L')]);
    assert!(!app.state.modals.is_empty());
    let value = CurrentValue {
        value: Some("theirs".into()),
        set_by: "a script".to_owned(),
        set_at: Timestamp::now(),
        secret: false,
    };
    elsewhere
        .set_current_values(&[(Owner::Globals, "x".to_owned(), Some(value))])
        .unwrap();
    let paths = Paths::below(home.path());
    let safe = Safe::new(paths.secrets_key());
    safe.unlock(&Secret::new(PASSPHRASE)).unwrap();
    rekey(&paths, &safe, None).unwrap();
    settle_until(&mut app, |app| !app.state.shared.locked);
    assert!(app.state.modals.is_empty(), "nobody wants a passphrase any more");
    assert!(app.state.shared.current.get(&Owner::Globals, "x").is_some());
    app.finish();
}

#[test]
fn of_the_cookies_only_what_was_done_to_them_while_locked_out_is_kept_over_what_others_did() {
    let home = tempfile::tempdir().unwrap();
    settled(&home).finish();
    let url = url::Url::parse("http://localhost/").unwrap();
    let jar = |cookies: &[&str]| {
        let jar = Jar::new();
        assert!(cookies.iter().all(|cookie| jar.set(&url, cookie)));
        jar.to_json().unwrap()
    };
    let before = jar(&["sid=1", "gone=1", "own=1", "dropped=1"]);
    database(&home).change_cookies(&before, |_| Err(())).unwrap();
    let mut app = settled_as_it_is(&home);
    let mut elsewhere = lock_elsewhere(&home);
    let theirs = jar(&["sid=2", "own=1", "dropped=1"]);
    elsewhere
        .change_cookies(&theirs, |_| Ok::<_, ()>(theirs.clone()))
        .unwrap();
    settle_until(&mut app, |app| app.state.shared.locked);
    // Twice, as each send tells what became of them.
    for ours in [
        &["sid=1", "gone=1", "own=2", "dropped=1"][..],
        &["sid=1", "gone=1", "own=2", "new=1"],
    ] {
        let cookies = &app.helpers.as_ref().unwrap().sends.cookies;
        cookies.jar().replace(&Jar::from_json(&jar(ours)).unwrap());
        cookies.tell();
        settle(&mut app);
    }
    unlock(&mut app);
    let here = app.state.cookies.clone();
    app.finish();
    let kept = elsewhere.cookies().unwrap().unwrap();
    for kept in [here, Jar::from_json(&kept).unwrap().list()] {
        let kept: Vec<String> = kept
            .iter()
            .map(|cookie| format!("{}={}", cookie.name, cookie.value))
            .collect();
        assert_eq!(kept, ["new=1", "own=2", "sid=2"]);
    }
}

#[test]
fn a_draft_that_is_saved_or_given_up_while_locked_out_does_not_come_back() {
    for done in ["saved", "renamed and saved", "undone"] {
        let home = tempfile::tempdir().unwrap();
        let mut app = settled(&home);
        let id = app.state.shared.node_at("api/one").unwrap();
        edit(&mut app);
        settle_until(&mut app, |_| !database(&home).locked_drafts().unwrap().is_empty());
        lock_elsewhere(&home);
        settle_until(&mut app, |app| app.state.shared.locked);
        if done == "renamed and saved" {
            let name = "Two".to_owned();
            app.state.keeper.pending = true;
            command(&mut app, Command::Rename { id, name });
            settle_until(&mut app, |app| !app.state.keeper.pending);
            settle_until(&mut app, |_| database(&home).locked_drafts().unwrap() == ["api/two"]);
        }
        if done == "undone" {
            app.state.keeper.pending = true;
            command(&mut app, Command::Act(Action::App(Act::Undo)));
        } else {
            let what = Filed::Node(id);
            command(&mut app, Command::Save { what, overwrite: false });
        }
        settle_until(&mut app, |app| app.state.shared.workspace.unsaved().is_empty());
        settle_until(&mut app, |_| database(&home).locked_drafts().unwrap().is_empty());
        app.finish();
    }
}
