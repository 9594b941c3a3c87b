//! What is kept locally follows the files: tokens, and what the sources of imports had.

use std::collections::{BTreeSet, HashMap};

use jiff::Timestamp;

use super::*;
use crate::model::ItemPath;
use crate::model::variable::Owner;
use crate::store::state::Known;

/// A workspace with a token for each of these environments and places, on the screen and on the disk.
fn with_tokens(files: &[(&str, &str)], places: &[(&str, &str)], home: &std::path::Path) -> World {
    use crate::model::token::{Token, TokenKey};

    let mut world = World::new(files);
    let (state, _) = state::State::open_file(&home.join("state.db")).unwrap();
    let keeper: Arc<dyn crate::model::token::TokenKeeper> =
        Arc::new(crate::store::state::KeptTokens::beside(&state).unwrap());
    let mut all = Vec::new();
    for (environment, place) in places {
        let key = TokenKey {
            environment: (*environment).into(),
            place: (*place).into(),
            name: "t".into(),
            audience: String::new(),
        };
        let token = Token {
            value: (*place).to_owned(),
            expires_at: None,
            obtained_at: Timestamp::UNIX_EPOCH,
            skew_ms: 0,
            writes: Vec::new(),
            secrets_in: Vec::new(),
            refresh: None,
            got_with: None,
            instead_of: None,
        };
        keeper.keep(&key, &token).unwrap();
        all.push((key, token));
    }
    let current = state.current_values().unwrap();
    let shared = &mut world.harness.state.shared;
    shared.tokens = crate::exec::renewal::TokenStore::kept(Some(keeper), all);
    shared.current = current.clone();
    let known = Known::new(current);
    world.worker.database = Some(Database::new(state, known, HashMap::new(), false));
    world
}

/// The tokens that are left, each by its environment and place; the screen and the disk say the same.
fn left(world: &World) -> String {
    let kept = world.worker.database.as_ref().unwrap().state.current_values().unwrap();
    let shared = &world.harness.state.shared;
    let said = |key: &crate::model::token::TokenKey, value: &str| format!("{}:{}={value}", key.environment, key.place);
    let here = shared.tokens.all();
    let here: std::collections::BTreeSet<_> = here.iter().map(|(key, token)| said(key, &token.value)).collect();
    for among in [&kept, &shared.current] {
        let all = crate::store::state::tokens_among(among);
        let all: std::collections::BTreeSet<_> = all.iter().map(|(key, token)| said(key, &token.value)).collect();
        assert_eq!(all, here);
    }
    here.into_iter().collect::<Vec<_>>().join(" ")
}

#[test]
fn the_tokens_of_what_is_deleted_or_moved_away_go_with_it() {
    let home = tempfile::tempdir().unwrap();
    let files = [
        ("environments/demo.toml", "name = 'Demo'\n"),
        ("environments/other.toml", "name = 'Other'\n"),
        ("collections/c/collection.toml", "name = 'C'\n"),
        ("collections/d/collection.toml", "name = 'D'\n"),
        ("collections/d/f/folder.toml", "name = 'F'\n"),
    ];
    let places = [
        ("demo", ""),
        ("other", "c/folder"),
        ("other", "oauth2:c/f1"),
        ("other", "d/f"),
        ("", "cc"),
    ];
    let mut world = with_tokens(&files, &places, home.path());
    let all = "other:c/folder=c/folder other:d/f=d/f other:oauth2:c/f1=oauth2:c/f1";
    assert_eq!(left(&world), format!(":cc=cc demo:= {all}"));
    let workspace = &world.harness.state.shared.workspace;
    let demo = workspace.environment_named("demo").unwrap().id;
    world.run(Command::DeleteEnvironment(demo));
    assert_eq!(left(&world), format!(":cc=cc {all}"));
    world.undo();
    assert_eq!(left(&world), format!(":cc=cc {all}"), "a new one is got");
    // What a folder got in one collection is not another's.
    let (folder, c) = (world.node("d/f").unwrap(), world.node("c").unwrap());
    world.run(Command::Move {
        id: folder,
        parent: Some(c),
        index: 0,
    });
    assert!(world.node("c/f").is_some());
    assert_eq!(
        left(&world),
        ":cc=cc other:c/folder=c/folder other:oauth2:c/f1=oauth2:c/f1"
    );
    let id = world.node("c").unwrap();
    world.run(Command::Delete(id));
    assert_eq!(left(&world), ":cc=cc");
}

#[test]
fn tokens_follow_what_is_renamed_and_come_back_with_it() {
    let home = tempfile::tempdir().unwrap();
    let files = [
        ("environments/demo.toml", "name = 'Demo'\n"),
        ("collections/c/collection.toml", "name = 'C'\n"),
        ("collections/c/f/folder.toml", "name = 'F'\n"),
        ("collections/cc/collection.toml", "name = 'CC'\n"),
    ];
    let places = [("demo", "c/f"), ("demo", "oauth2:c/f1"), ("", "cc")];
    let mut world = with_tokens(&files, &places, home.path());
    let before = left(&world);
    let rename = |world: &mut World, path: &str, name: &str| {
        let (id, name) = (world.node(path).unwrap(), name.to_owned());
        world.run(Command::Rename { id, name });
    };
    rename(&mut world, "c", "Kept");
    let renamed = ":cc=cc demo:kept/f=c/f demo:oauth2:kept/f1=oauth2:c/f1";
    assert_eq!(left(&world), renamed);
    // Another collection where this one was finds none of them.
    rename(&mut world, "cc", "C");
    assert_eq!(left(&world), renamed.replace(":cc=", ":c="));
    rename(&mut world, "kept/f", "G");
    assert_eq!(
        left(&world),
        renamed.replace(":cc=", ":c=").replace("kept/f=", "kept/g=")
    );
    for _ in 0..3 {
        world.undo();
    }
    assert_eq!(left(&world), before);
    let workspace = &world.harness.state.shared.workspace;
    let (id, name) = (workspace.environment_named("demo").unwrap().id, "Live".to_owned());
    world.run(Command::RenameEnvironment { id, name });
    assert_eq!(left(&world), before.replace("demo:", "live:"));
}

#[test]
fn what_sources_had_follows_what_is_renamed_and_goes_with_what_is_deleted() {
    use crate::model::variable::CurrentValue;

    let home = tempfile::tempdir().unwrap();
    let files = [
        ("environments/demo.toml", "name = 'Demo'\n"),
        ("collections/c/collection.toml", "name = 'C'\n"),
        ("collections/c/f/folder.toml", "name = 'F'\n"),
        ("collections/c/f.toml", "name = 'F'\n"),
        ("collections/c/f/one.toml", "name = 'One'\n"),
    ];
    let mut world = with_tokens(&files, &[], home.path());
    let places = [
        "c/#auth.token",
        "c/f#auth.token",
        "c/f/#auth.token",
        "c/f/one#header.0.authorization",
        "c/{{pin}}",
        "environment:demo/{{pin}}",
        "globals:/{{pin}}",
    ];
    let changes = places.map(|place| {
        let value = CurrentValue {
            value: Some(place.into()),
            set_by: CurrentValue::IMPORT.to_owned(),
            set_at: Timestamp::UNIX_EPOCH,
            secret: false,
        };
        (Owner::Source, place.to_owned(), Some(value))
    });
    let shared = &mut world.harness.state.shared;
    shared.current.take(&changes);
    world.worker.keep(LocalJob::Current(changes.to_vec()));
    // The screen and the disk say the same.
    let kept = |world: &World| {
        let disk = world.worker.database.as_ref().unwrap().state.current_values().unwrap();
        let [disk, here] = [&disk, &world.harness.state.shared.current].map(|values| {
            let places = values.of(&Owner::Source).map(|(place, _)| place.to_owned());
            places.collect::<std::collections::BTreeSet<_>>()
        });
        assert_eq!(disk, here);
        disk.into_iter().collect::<Vec<_>>()
    };
    assert_eq!(kept(&world), places);
    let folder = world
        .harness
        .state
        .shared
        .workspace
        .find_kind(&ItemPath::new("c/f"), true);
    let id = folder.unwrap();
    let rename = |world: &mut World, id: NodeId, name: &str| {
        let name = name.to_owned();
        world.run(Command::Rename { id, name });
    };
    rename(&mut world, id, "G");
    let renamed = places.map(|place| place.replace("c/f/", "c/g/"));
    assert_eq!(kept(&world), renamed, "the request of its path is another one");
    let id = world.node("c").unwrap();
    rename(&mut world, id, "B");
    assert_eq!(kept(&world), renamed.map(|place| place.replace("c/", "b/")));
    world.undo();
    world.undo();
    let one = world.node("c/f/one").unwrap();
    let parent = Some(world.node("c").unwrap());
    world.run(Command::Move {
        id: one,
        parent,
        index: 0,
    });
    assert!(kept(&world).contains(&"c/one#header.0.authorization".to_owned()));
    world.undo();
    assert_eq!(kept(&world), places);

    world.run(Command::Delete(one));
    assert_eq!(kept(&world).len(), places.len() - 1);
    let demo = world
        .harness
        .state
        .shared
        .workspace
        .environment_named("demo")
        .unwrap()
        .id;
    world.run(Command::DeleteEnvironment(demo));
    let id = world.node("c").unwrap();
    world.run(Command::Delete(id));
    assert_eq!(kept(&world), ["globals:/{{pin}}"]);
    for _ in 0..3 {
        world.undo();
    }
    assert_eq!(kept(&world), places, "undone, all is as it was");
}

#[test]
fn tokens_that_cannot_be_filed_anew_are_forgotten_only_where_they_are_locked() {
    let files = [
        ("collections/c/collection.toml", "name = 'C'\n"),
        ("collections/c/f/folder.toml", "name = 'F'\n"),
    ];
    let count = |home: &std::path::Path| -> i64 {
        let connection = rusqlite::Connection::open(home.join("state.db")).unwrap();
        let all = "SELECT count(*) FROM current_values WHERE scope = 'tokens'";
        connection.query_row(all, [], |row| row.get(0)).unwrap()
    };
    let rename = |world: &mut World| -> Vec<Event> {
        let [from, to] = ["c/f", "c/g"].map(|path| Place::Group(ItemPath::new(path)));
        world.worker.renamed(&from, &to);
        world.inbox.try_iter().collect()
    };
    let says = |event: &Event, what: &str| matches!(event, Event::Notice(Level::Error, text) if text.contains(what));

    let home = tempfile::tempdir().unwrap();
    let mut world = with_tokens(&files, &[("demo", "c/f")], home.path());
    let broken = "CREATE TRIGGER no_room BEFORE INSERT ON current_values BEGIN SELECT RAISE(ABORT, 'no room'); END";
    let connection = rusqlite::Connection::open(home.path().join("state.db")).unwrap();
    connection.execute_batch(broken).unwrap();
    let told = rename(&mut world);
    assert!(told.iter().any(|event| says(event, "not being kept")), "{told:?}");
    assert_eq!(count(home.path()), 1);

    let home = tempfile::tempdir().unwrap();
    let mut world = with_tokens(&files, &[("demo", "c/f")], home.path());
    let safe = crate::store::seal::Safe::new(home.path().join("secrets.key"));
    safe.put(&safe.keys().unwrap(), Some(&crate::model::Secret::new("sesame")))
        .unwrap();
    let (state, _) = state::State::open_file(&home.path().join("state.db")).unwrap();
    let known = Known::new(state.locked_values().unwrap());
    world.worker.database = Some(Database::new(state, known, HashMap::new(), true));
    assert_eq!(count(home.path()), 1);
    let told = rename(&mut world);
    assert!(!told.iter().any(|event| says(event, "")), "{told:?}");
    assert_eq!(count(home.path()), 0);
}

#[test]
fn what_another_postrider_takes_back_ends_here_and_nothing_else() {
    let home = tempfile::tempdir().unwrap();
    let mut world = with_tokens(&[], &[], home.path());
    for key in ["env A", "env B"] {
        world.worker.keep(LocalJob::Consent("api".into(), key.into()));
    }
    world.worker.others();
    assert!(world.inbox.try_iter().next().is_none());
    let (mut other, _) = state::State::open_file(&home.path().join("state.db")).unwrap();
    other.take_back_consents(|_, key| key == "env A").unwrap();
    world.worker.others();
    let told: Vec<Event> = world.inbox.try_iter().collect();
    let [Event::TakenBack(all)] = &told[..] else {
        panic!("{told:?}")
    };
    assert_eq!(all[..], [("api".to_owned(), "env A".to_owned())]);
    world.harness.event(Event::TakenBack(all.clone()));
    // It is written already, and by now it may be allowed anew.
    other.add_consent("api", "env A").unwrap();
    let heard = |effect: &Effect| matches!(effect, Effect::TakenBack(told) if told == all);
    assert!(world.harness.effects.iter().any(heard));
    let writes = |effect: &Effect| matches!(effect, Effect::TakeBack(..) | Effect::EndConsents(_));
    assert!(!world.harness.effects.iter().any(writes));
    world.worker.others();
    world.worker.keep(LocalJob::TakeBack("api".into(), "env B".into()));
    world.worker.others();
    assert!(
        world.inbox.try_iter().next().is_none(),
        "nobody is told of their own doing"
    );
    let left = [("api".to_owned(), "env A".to_owned())];
    assert_eq!(other.consents().unwrap(), left.into());
}

#[test]
fn a_file_that_stays_as_the_user_made_it_is_not_noted_as_imported() {
    let home = tempfile::tempdir().unwrap();
    let (list, tell) = ("collections/birds/list.toml", "collections/birds/tell.toml");
    let mut world = with_tokens(
        &[(list, "name = 'List'\n"), (tell, "name = 'Tell'\n")],
        &[],
        home.path(),
    );
    let items = |names: &[&str]| names.iter().map(|name| ItemPath::new(*name)).collect::<BTreeSet<_>>();
    let (both, one) = (
        items(&["birds", "birds/list", "birds/tell"]),
        items(&["birds", "birds/list"]),
    );
    let places = [Place::Group(ItemPath::new("birds"))];
    // An import that leaves one out, and one that brings it; each time the user has one of the same name.
    for (before, after, back) in [(&both, &one, true), (&one, &both, false)] {
        let texts = |is_there: bool| {
            let _ = fs::remove_file(world.disk.path().join(tell));
            if is_there {
                put(&world.disk, tell, "name = 'Tell'\n");
            }
            world.worker.files.stock(&places).unwrap()
        };
        let stock = texts(before.len() == 3);
        let rewritten = stock.until(texts(after.len() == 3)).noting(before, after);
        put(&world.disk, tell, "name = 'My own'\n");
        world
            .worker
            .database
            .as_ref()
            .unwrap()
            .state
            .set_imported(&one)
            .unwrap();
        let job = FileJob::Rewrite {
            what: Arc::new(rewritten),
            back,
        };
        world.worker.change_all(vec![job]);
        let told: Vec<Event> = world.inbox.try_iter().collect();
        let stays = |event: &Event| matches!(event, Event::Saved(Saved::Rewritten(Ok(1))));
        assert!(told.iter().any(stays), "{told:?}");
        assert_eq!(world.worker.database.as_ref().unwrap().state.imported().unwrap(), one);
        assert_eq!(world.read(tell).as_deref(), Some("name = 'My own'\n"));
    }
}
