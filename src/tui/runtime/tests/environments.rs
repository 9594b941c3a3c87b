//! Which environment is active after a start, and when others come.

use super::*;
use crate::model::Environment;

#[test]
fn no_environment_is_a_choice_that_lasts() {
    let home = tempfile::tempdir().unwrap();
    let mut app = settled(&home);
    assert_eq!(app.state.shared.environment_name(), Some("local"), "it is the only one");
    command(&mut app, Command::Activate(None));
    app.finish();
    let mut app = settled(&home);
    assert_eq!(app.state.shared.environment_name(), None);
    app.finish();
}

#[test]
fn what_was_active_as_the_only_one_stays_so_with_another_beside_it() {
    let home = tempfile::tempdir().unwrap();
    let mut app = settled(&home);
    let environment = Environment {
        name: "Another".to_owned(),
        ..Environment::default()
    };
    command(&mut app, Command::NewEnvironment { environment });
    app.finish();
    let mut app = settled(&home);
    assert_eq!(app.state.shared.workspace.environments().len(), 2);
    assert_eq!(app.state.shared.environment_name(), Some("local"));
    app.finish();
}

#[test]
fn the_first_environment_that_comes_from_outside_is_active() {
    let home = tempfile::tempdir().unwrap();
    settled(&home).finish();
    let file = home.path().join("work/environments/local.toml");
    std::fs::remove_file(&file).unwrap();
    let mut app = settled_as_it_is(&home);
    assert_eq!(app.state.shared.environment_name(), None);
    std::fs::write(&file, "name = \"local\"\n").unwrap();
    settle_until(&mut app, |app| app.state.shared.environment_name().is_some());
    app.finish();
}

/// Waits until what was written outside is in the tree.
fn comes(app: &mut App, name: &str, there: bool) {
    settle_until(app, |app| {
        app.state.shared.workspace.environment_named(name).is_some() == there
    });
}

#[test]
fn what_comes_from_outside_is_active_only_where_the_user_wants_it() {
    let home = tempfile::tempdir().unwrap();
    let mut app = settled(&home);
    let file = |name: &str| home.path().join(format!("work/environments/{name}.toml"));
    let write = |name: &str| std::fs::write(file(name), format!("name = \"{name}\"\n")).unwrap();
    command(&mut app, Command::Activate(None));
    std::fs::remove_file(file("local")).unwrap();
    comes(&mut app, "local", false);
    write("local");
    comes(&mut app, "local", true);
    assert_eq!(app.state.shared.environment_name(), None, "none is a choice");

    let id = app.state.shared.workspace.environment_named("local").unwrap().id;
    command(&mut app, Command::Activate(Some(id)));
    std::fs::remove_file(file("local")).unwrap();
    comes(&mut app, "local", false);
    write("prod");
    comes(&mut app, "prod", true);
    assert_eq!(app.state.shared.environment_name(), None, "another one was chosen");
    write("local");
    comes(&mut app, "local", true);
    assert_eq!(app.state.shared.environment_name(), Some("local"));
    let mut messages = app.state.shared.messages.iter();
    assert!(messages.any(|(_, notice)| notice.text.contains("`local` is there again, and active")));
    app.finish();
}

#[test]
fn what_another_postrider_sets_shows_unless_it_was_set_here_since() {
    let home = tempfile::tempdir().unwrap();
    let mut app = settled(&home);
    let owner = || Owner::Environment("local".into());
    let value = |text: &str, second: i64| CurrentValue {
        value: Some(serde_json::json!(text)),
        set_by: "you".into(),
        set_at: Timestamp::from_second(second).unwrap(),
        secret: false,
    };
    let (mut other, _) = Database::open(&Paths::below(home.path()), &home.path().join("work")).unwrap();
    let set = |other: &mut Database, key: &str, value: Option<CurrentValue>| {
        other.set_current_values(&[(owner(), key.to_owned(), value)]).unwrap();
    };
    let shown = |app: &App, key: &str| app.state.shared.current.get(&owner(), key).cloned();
    set(&mut other, "token", Some(value("theirs", 1)));
    settle_until(&mut app, |app| shown(app, "token") == Some(value("theirs", 1)));
    // Set here and not written yet, it is kept against what is older.
    app.state.shared.current.set(owner(), "token", value("ours", 5));
    set(&mut other, "token", Some(value("older", 4)));
    set(&mut other, "also", Some(value("theirs", 4)));
    settle_until(&mut app, |app| shown(app, "also").is_some());
    assert_eq!(shown(&app, "token"), Some(value("ours", 5)));
    set(&mut other, "token", Some(value("newer", 6)));
    settle_until(&mut app, |app| shown(app, "token") == Some(value("newer", 6)));
    set(&mut other, "token", None);
    settle_until(&mut app, |app| shown(app, "token").is_none());
    app.finish();
}
