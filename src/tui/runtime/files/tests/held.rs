//! What stays here though its file was deleted outside: it can be changed, moved, deleted and written anew as anything else.

use super::outside::{ONE, is_answered, remove, rename, said, world};
use super::*;
use crate::model::edit::Edit;
use crate::model::variable::{CurrentValue, Owner};
use crate::tui::shared::Shared;

const FOLDER: &str = "collections/c/f";

/// A workspace with an open request `c/f/one` whose folder was deleted outside.
fn held() -> (World, NodeId) {
    let mut world = world();
    let one = world.node("c/f/one").unwrap();
    fs::remove_dir_all(world.disk.path().join(FOLDER)).unwrap();
    world.changed(&[FOLDER]);
    assert_eq!(world.node("c/f/one"), Some(one));
    (world, one)
}

fn shared(world: &World) -> &Shared {
    &world.harness.state.shared
}

fn name(world: &World, id: NodeId) -> &str {
    shared(world).workspace.name_of(Filed::Node(id))
}

/// Does something, and looks at something else before the disk has answered.
fn run_and_leave(world: &mut World, command: Command) {
    let other = world.node("c").unwrap();
    let mut effects = Vec::new();
    world
        .harness
        .state
        .run(vec![command, Command::Open(other)], &mut effects);
    world.harness.event(Event::Tick);
    world.harness.effects.extend(effects);
    world.settle();
}

fn leave(world: &mut World) {
    let other = world.node("c").unwrap();
    world.run(Command::Open(other));
    world.harness.event(Event::Tick);
    world.settle();
}

fn edit(world: &mut World, id: NodeId, name: &str) {
    let entity = shared(world).workspace.node(id).unwrap().entity.renamed(name);
    world.run(Command::Edit {
        label: "edit".into(),
        merge: None,
        edits: vec![Edit::Replace { id, entity }],
    });
}

#[test]
fn undo_goes_on_where_something_that_was_changed_is_let_go_of() {
    let mut world = world();
    let (one, two) = (world.node("c/f/one").unwrap(), world.node("c/two").unwrap());
    edit(&mut world, two, "Second");
    edit(&mut world, one, "First");
    let what = Filed::Node(one);
    world.run(Command::Save { what, overwrite: false });
    remove(&world, "collections/c/f/one.toml");
    world.changed(&["collections/c/f/one.toml"]);
    leave(&mut world);
    assert!(shared(&world).workspace.node(one).is_none());
    world.undo();
    assert_eq!(name(&world, two), "Two", "{}", said(&world));
}

#[test]
fn what_is_written_again_stays_also_where_it_is_left_at_once() {
    let (mut world, one) = held();
    let what = Filed::Node(one);
    run_and_leave(&mut world, Command::Save { what, overwrite: true });
    leave(&mut world);
    assert_eq!(world.node("c/f/one"), Some(one));
    assert!(world.read("collections/c/f/one.toml").is_some());
    assert!(!shared(&world).is_lost(what) && shared(&world).workspace.unsaved().is_empty());
}

#[test]
fn what_is_put_into_a_folder_that_went_keeps_it() {
    let (mut world, one) = held();
    let (folder, two) = (world.node("c/f").unwrap(), world.node("c/two").unwrap());
    run_and_leave(
        &mut world,
        Command::Move {
            id: two,
            parent: Some(folder),
            index: 0,
        },
    );
    leave(&mut world);
    assert_eq!((world.node("c/f"), world.node("c/f/two")), (Some(folder), Some(two)));
    assert!(world.read("collections/c/f/two.toml").is_some() && world.read("collections/c/two.toml").is_none());
    assert!(shared(&world).workspace.node(one).is_none() && shared(&world).unfiled.is_empty());
    world.undo();
    assert_eq!(world.node("c/two"), Some(two), "{}", said(&world));
    assert!(world.read("collections/c/two.toml").is_some());
}

#[test]
fn what_is_deleted_here_as_well_is_brought_back_by_undo() {
    for of_folder in [false, true] {
        let (mut world, one) = held();
        let folder = world.node("c/f").unwrap();
        let id = if of_folder { folder } else { one };
        run_and_leave(&mut world, Command::Delete(id));
        leave(&mut world);
        assert!(shared(&world).workspace.node(one).is_none());
        world.undo();
        assert_eq!(world.node("c/f/one"), Some(one), "{}", said(&world));
        leave(&mut world);
        assert_eq!(world.node("c/f/one"), Some(one), "{}", said(&world));
        assert!(world.read("collections/c/f/one.toml").is_some());
        assert!(shared(&world).unfiled.is_empty() && shared(&world).workspace.unsaved().is_empty());
    }
}

#[test]
fn what_is_renamed_or_moved_is_written_where_it_is_then() {
    let (mut world, one) = held();
    let uno = "Uno".to_owned();
    run_and_leave(&mut world, Command::Rename { id: one, name: uno });
    leave(&mut world);
    assert!(!said(&world).contains("cannot"), "{}", said(&world));
    assert_eq!(world.node("c/f/uno"), Some(one));
    assert!(world.read("collections/c/f/uno.toml").unwrap().contains("Uno"));

    let (mut world, one) = held();
    let parent = world.node("c");
    run_and_leave(
        &mut world,
        Command::Move {
            id: one,
            parent,
            index: 0,
        },
    );
    leave(&mut world);
    assert!(!said(&world).contains("cannot"), "{}", said(&world));
    assert_eq!((world.node("c/one"), world.node("c/f")), (Some(one), None));
    assert!(world.read("collections/c/one.toml").is_some());

    // A folder takes along what is held in it.
    let (mut world, one) = held();
    let (id, name) = (world.node("c/f").unwrap(), "G".to_owned());
    run_and_leave(&mut world, Command::Rename { id, name });
    leave(&mut world);
    assert!(!said(&world).contains("cannot"), "{}", said(&world));
    assert_eq!(world.node("c/g/one"), Some(one));
    assert!(world.read("collections/c/g/one.toml").is_some());
}

#[test]
fn what_an_import_takes_away_is_not_held() {
    let mut world = world();
    let one = world.node("c/f/one").unwrap();
    world.harness.state.import = Some(None);
    remove(&world, "collections/c/f/one.toml");
    world.changed(&["collections/c/f/one.toml"]);
    assert!(shared(&world).workspace.node(one).is_none() && shared(&world).open.is_none());
}

#[test]
fn what_does_not_come_along_with_a_renamed_folder_is_gone() {
    let mut world = world();
    let (one, three) = (world.node("c/f/one").unwrap(), world.node("c/f/three").unwrap());
    rename(&world, FOLDER, "collections/c/h");
    remove(&world, "collections/c/h/three.toml");
    world.changed(&[FOLDER, "collections/c/h"]);
    assert_eq!((world.node("c/h/one"), world.node("c/h/three")), (Some(one), None));
    assert!(shared(&world).workspace.node(three).is_none());
    assert!(said(&world).contains("`Three` was deleted outside"), "{}", said(&world));
}

#[test]
fn another_request_in_the_place_of_one_that_went_has_none_of_its_responses() {
    let mut world = world();
    let three = world.node("c/f/three").unwrap();
    let file = "collections/c/f/three.toml";
    remove(&world, file);
    world.changed(&[file]);
    put(&world.disk, file, "name = 'Other'\nurl = 'http://other'\n");
    world.changed(&[file]);
    let other = world.node("c/f/three").unwrap();
    assert!(other != three && !is_answered(&world, other));
    // The one that was there is itself again when it comes back.
    remove(&world, file);
    world.changed(&[file]);
    put(&world.disk, file, "name = 'Three'\nurl = 'http://three'\n");
    world.changed(&[file]);
    assert!(world.node("c/f/three") == Some(three) && is_answered(&world, three));
}

#[test]
fn a_collection_that_is_renamed_outside_takes_its_values_along() {
    let mut world = world();
    let owner = |slug: &str| Owner::Collection(slug.to_owned());
    let value = CurrentValue::new("swan", CurrentValue::IMPORT, world.harness.now);
    world.harness.state.shared.current.set(owner("c"), "bird", value);
    rename(&world, "collections/c", "collections/d");
    world.changed(&["collections"]);
    let current = &shared(&world).current;
    assert!(current.get(&owner("d"), "bird").is_some() && current.get(&owner("c"), "bird").is_none());
    assert!(!said(&world).contains("cannot"), "{}", said(&world));
    assert!(world.node("d/f/one").is_some() && world.node("c").is_none());
}

#[test]
fn of_many_that_say_the_same_each_is_one_that_was_renamed() {
    let files: Vec<String> = (0..60).map(|n| format!("collections/c/a{n:02}.toml")).collect();
    let texts: Vec<(&str, &str)> = files.iter().map(|file| (file.as_str(), ONE)).collect();
    let mut world = World::new(&texts);
    let parent = world.node("c").unwrap();
    let ids = |world: &World| -> std::collections::BTreeSet<NodeId> {
        let children = &shared(world).workspace.node(parent).unwrap().children;
        children.iter().copied().collect()
    };
    let before = ids(&world);
    for file in &files {
        rename(&world, file, &file.replace("/a", "/b"));
    }
    world.changed(&["collections/c"]);
    assert_eq!(ids(&world), before);
    assert!(world.node("c/b59").is_some() && world.node("c/a59").is_none());
}
