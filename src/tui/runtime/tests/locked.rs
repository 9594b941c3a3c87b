//! What is typed, undone and saved while drafts are locked: nothing of it reaches the disk in clear, nor takes away what nobody
//! has seen.

use super::*;
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
    let paths = Paths::below(home.path());
    rekey(&paths, &Safe::new(paths.secrets_key()), Some(&Secret::new(PASSPHRASE))).unwrap();
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
    };
    let keep = |app: &mut App, key: &str, value: CurrentValue| {
        let changes = vec![(Owner::Globals, key.to_owned(), Some(value))];
        app.state.shared.current.take(&changes);
        let files = &app.helpers.as_ref().unwrap().files;
        files.keep(LocalJob::Current(changes));
        settle(app);
    };
    for key in ["changed", "unset", "own", "both", "same"] {
        keep(&mut app, key, value("old", 1));
    }
    edit(&mut app);
    settle_until(&mut app, |_| !database(&home).drafts().unwrap().is_empty());
    let paths = Paths::below(home.path());
    rekey(&paths, &Safe::new(paths.secrets_key()), Some(&Secret::new(PASSPHRASE))).unwrap();
    let mut elsewhere = database(&home);
    elsewhere.unlock(&Secret::new(PASSPHRASE)).unwrap();
    let theirs = [
        ("changed", Some(value("theirs", 5))),
        ("unset", None),
        ("both", Some(value("theirs", 5))),
    ];
    let theirs = theirs.map(|(key, value)| (Owner::Globals, key.to_owned(), value));
    elsewhere.set_current_values(&theirs).unwrap();
    keep(&mut app, "own", value("mine", 3));
    keep(&mut app, "both", value("mine", 3));
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
            ["both=\"theirs\"", "changed=\"theirs\"", "own=\"mine\"", "same=\"old\""]
        );
    }
    assert_eq!(elsewhere.locked_drafts().unwrap(), ["api/one"], "none is set aside");
}
