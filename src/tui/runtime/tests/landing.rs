//! What goes along from Postman's file into the workspace it was imported into.

use super::*;
use crate::model::{ItemPath, Outcome};
use crate::tui::importing::Landing;

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

#[test]
fn a_value_of_an_earlier_session_does_not_take_the_place_of_a_newer_one() {
    let home = tempfile::tempdir().unwrap();
    settled(&home).finish();
    let options = options(&home);
    let owner = || Owner::Environment("local".into());
    let value = |text: &str, set_by: &str, second: i64| CurrentValue {
        value: Some(text.into()),
        set_by: set_by.into(),
        set_at: Timestamp::from_second(second).unwrap(),
        secret: false,
    };
    let (mut database, _) = Database::open(&options.paths, &options.root).unwrap();
    let here = [("newer", "you", 9), ("older", "you", 1), ("secret", "import", 9)];
    let here = here.map(|(key, by, at)| (owner(), key.to_owned(), Some(value("here", by, at))));
    database.set_current_values(&here).unwrap();
    drop(database);
    let landing = Landing {
        root: options.root.clone(),
        values: ["newer", "older", "secret", "none"]
            .map(|key| (owner(), key.to_owned(), value("landed", "a script", 5)))
            .to_vec(),
        ..Landing::default()
    };
    let mut app = App::load_after(&options, Some(&landing)).unwrap();
    let shown = |key: &str| app.state.shared.current.get(&owner(), key).unwrap().value.clone();
    assert_eq!(shown("newer"), Some("here".into()));
    // What an import brought is what the session has set its value over.
    for key in ["older", "secret", "none"] {
        assert_eq!(shown(key), Some("landed".into()), "{key}");
    }
    let kept = app.waiting.iter().find_map(|effect| match effect {
        Effect::Local(LocalJob::Current(values)) => Some(values.iter().map(|(_, key, _)| key.as_str()).collect()),
        _ => None,
    });
    let kept: Vec<&str> = kept.unwrap();
    assert_eq!(kept, ["older", "secret", "none"]);
    // Before they are written, nobody has reset them.
    let database = app.start.as_mut().and_then(|start| start.database.as_mut()).unwrap();
    assert_eq!(database.known.look(&database.state).unwrap(), []);
}

#[test]
fn the_response_of_a_request_that_is_read_later_waits_for_it() {
    let home = tempfile::tempdir().unwrap();
    settled(&home).finish();
    let options = options(&home);
    let folder = options.root.join("collections/many");
    std::fs::create_dir_all(&folder).unwrap();
    for n in 0..300 {
        std::fs::write(folder.join(format!("r{n}.toml")), format!("name = \"{n}\"\n")).unwrap();
    }
    let outcome = |path: &str| (ItemPath::new(path), Arc::new(Outcome::default()));
    let landing = Landing {
        root: options.root.clone(),
        outcomes: vec![outcome("many/r299"), outcome("many/gone")],
        ..Landing::default()
    };
    let mut app = App::load_after(&options, Some(&landing)).unwrap();
    assert!(app.state.shared.unread > 0 && app.state.shared.node_at("many/r299").is_none());
    app.start(&options, false).unwrap();
    settle_until(&mut app, |app| app.state.shared.unread == 0);
    let node = app.state.shared.node_at("many/r299").unwrap();
    assert!(app.state.shared.outcomes.get(&node).is_some());
    assert!(app.state.landed.is_empty(), "what has no request any more is let go");
    app.finish();
}
