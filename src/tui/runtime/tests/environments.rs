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
