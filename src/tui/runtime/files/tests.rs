//! The tree, the worker and a disk together, one step after the other: neither loses what the other holds.
#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::fs;

use super::*;
use crate::model::{Environment, NodeId};
use crate::tui::action::{Action, App};
use crate::tui::command::Command;
use crate::tui::effect::Effect;
use crate::tui::harness::Harness;

struct World {
    disk: tempfile::TempDir,
    harness: Harness,
    worker: Worker,
    inbox: Receiver<Event>,
}

impl World {
    fn new(texts: &[(&str, &str)]) -> Self {
        let disk = tempfile::tempdir().unwrap();
        for (file, text) in texts {
            put(&disk, file, text);
        }
        let files = Files::new(disk.path());
        let (queue, inbox) = channel();
        Self {
            harness: Harness::with(files.load(), 120, 40),
            worker: Worker {
                files,
                database: None,
                queue,
                complained: false,
                bin: Bin::default(),
            },
            disk,
            inbox,
        }
    }

    fn read(&self, file: &str) -> Option<String> {
        fs::read_to_string(self.disk.path().join(file)).ok()
    }

    fn node(&self, path: &str) -> Option<NodeId> {
        self.harness.state.shared.node_at(path)
    }

    fn run(&mut self, command: Command) {
        let mut effects = Vec::new();
        self.harness.state.run(vec![command], &mut effects);
        self.harness.effects.extend(effects);
        self.settle();
    }

    fn undo(&mut self) {
        self.run(Command::Act(Action::App(App::Undo)));
    }

    /// Lets the worker do everything asked of it, and the tree hear of it.
    fn settle(&mut self) {
        loop {
            for effect in std::mem::take(&mut self.harness.effects) {
                match effect {
                    Effect::Files(jobs) => self.worker.change_all(jobs),
                    Effect::Local(job) => self.worker.keep(job),
                    _ => {}
                }
            }
            let events: Vec<Event> = self.inbox.try_iter().collect();
            if events.is_empty() && self.harness.effects.is_empty() {
                return;
            }
            for event in events {
                self.harness.event(event);
            }
        }
    }

    /// Others have changed these files.
    fn changed(&mut self, files: &[&str]) {
        let paths: Vec<PathBuf> = files.iter().map(|file| self.disk.path().join(file)).collect();
        self.worker.look(&paths);
        self.settle();
    }
}

fn put(disk: &tempfile::TempDir, file: &str, text: &str) {
    let path = disk.path().join(file);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

const BROKEN: &str = "name = \"theirs\nurl = ";

#[test]
fn what_never_was_ours_is_neither_removed_nor_moved() {
    let mut world = World::new(&[("collections/c/one.toml", "name = 'One'\n")]);
    // Nobody has told us of them yet.
    put(&world.disk, "collections/c/new-request.toml", BROKEN);
    put(&world.disk, "environments/new.toml", BROKEN);
    let parent = world.node("c");
    world.run(Command::NewRequest { parent });
    let id = world.node("c/new-request").unwrap();
    world.undo();
    assert!(world.harness.state.shared.workspace.node(id).is_none());
    world.run(Command::Act(Action::App(App::Redo)));
    let name = "Mine".to_owned();
    world.run(Command::Rename { id, name });
    world.run(Command::Delete(id));
    assert_eq!(world.read("collections/c/new-request.toml").as_deref(), Some(BROKEN));

    let environment = Environment {
        name: "new".into(),
        ..Environment::default()
    };
    world.run(Command::NewEnvironment { environment });
    let id = world.harness.state.shared.workspace.environments()[0].id;
    world.run(Command::DeleteEnvironment(id));
    assert!(world.harness.state.shared.workspace.environments().is_empty());
    assert_eq!(world.read("environments/new.toml").as_deref(), Some(BROKEN));
}

#[test]
fn new_ones_are_not_named_like_files_that_cannot_be_read() {
    let mut world = World::new(&[
        ("collections/c/new-request.toml", BROKEN),
        ("environments/new.toml", BROKEN),
    ]);
    let parent = world.node("c");
    world.run(Command::NewRequest { parent });
    assert!(world.read("collections/c/new-request-2.toml").is_some());
    let workspace = &world.harness.state.shared.workspace;
    assert_eq!(workspace.free_environment_slug("new"), "new-2");
    // And what is made can be undone before the disk has answered.
    let mut effects = Vec::new();
    let undo = Command::Act(Action::App(App::Undo));
    let commands = vec![Command::NewRequest { parent }, undo];
    world.harness.state.run(commands, &mut effects);
    world.harness.effects.extend(effects);
    world.settle();
    assert_eq!(world.read("collections/c/new-request-3.toml"), None);
}

#[test]
fn what_had_no_place_shows_when_it_has_one() {
    let mut world = World::new(&[("collections/a/one.toml", "name = 'One'\n")]);
    put(&world.disk, "collections/c/collection.toml", BROKEN);
    put(&world.disk, "collections/c/new-request.toml", "name = 'Theirs'\n");
    world.changed(&["collections/c"]);
    assert_eq!(world.node("c"), None);
    put(&world.disk, "collections/c/collection.toml", "name = 'C'\n");
    world.changed(&["collections/c/collection.toml"]);
    assert!(world.node("c/new-request").is_some());
    let parent = world.node("c");
    world.run(Command::NewRequest { parent });
    let theirs = world.read("collections/c/new-request.toml");
    assert_eq!(theirs.as_deref(), Some("name = 'Theirs'\n"));
}

#[test]
fn what_could_not_be_renamed_keeps_its_file() {
    let mut world = World::new(&[
        ("environments/here.toml", "name = \"here\"\n"),
        ("collections/c/one.toml", "name = \"One\"\n"),
    ]);
    put(&world.disk, "environments/there.toml", "name = \"theirs\"\n");
    put(&world.disk, "collections/c/two.toml", "name = \"Theirs\"\n");
    let id = world.harness.state.shared.workspace.environments()[0].id;
    let name = "there".to_owned();
    world.run(Command::RenameEnvironment { id, name });
    let workspace = &world.harness.state.shared.workspace;
    assert_eq!(workspace.environment(id).unwrap().slug, "here");
    assert_eq!(workspace.environments().len(), 2, "theirs shows too");
    assert!(world.read("environments/here.toml").unwrap().contains("there"));
    world.run(Command::DeleteEnvironment(id));
    assert_eq!(world.read("environments/here.toml"), None);
    let theirs = world.read("environments/there.toml");
    assert_eq!(theirs.as_deref(), Some("name = \"theirs\"\n"));

    let id = world.node("c/one").unwrap();
    let name = "Two".to_owned();
    world.run(Command::Rename { id, name });
    assert_eq!(world.node("c/one"), Some(id));
    assert!(world.node("c/two").is_some());
    let theirs = world.read("collections/c/two.toml");
    assert_eq!(theirs.as_deref(), Some("name = \"Theirs\"\n"));
    assert!(world.harness.state.shared.workspace.unsaved().is_empty());
    world.undo();
    assert_eq!(
        world.read("collections/c/one.toml").as_deref(),
        Some("name = \"One\"\n")
    );
}

#[test]
fn what_could_not_be_removed_comes_back_into_the_tree() {
    let mut world = World::new(&[
        ("collections/c/f/one.toml", "name = 'One'\n"),
        ("collections/c/two.toml", "name = 'Two'\n"),
    ]);
    let large = fs::File::create(world.disk.path().join("collections/c/f/video.bin")).unwrap();
    large.set_len(65 << 20).unwrap();
    let (folder, id) = (world.node("c/f").unwrap(), world.node("c/f/one").unwrap());
    world.run(Command::Delete(folder));
    assert_eq!(world.node("c/f/one"), Some(id), "with all its edits");
    assert!(world.read("collections/c/f/one.toml").is_some());
    let notice = world.harness.state.shared.notice.as_ref().unwrap();
    assert!(
        notice.text.contains("65 MB") || notice.text.contains("64 MB"),
        "{}",
        notice.text
    );

    // Something else was done before the answer came: the disk says what is there.
    let mut effects = Vec::new();
    let name = "Second".to_owned();
    let two = world.node("c/two").unwrap();
    let commands = vec![Command::Delete(folder), Command::Rename { id: two, name }];
    world.harness.state.run(commands, &mut effects);
    world.harness.effects.extend(effects);
    world.settle();
    assert!(world.node("c/f/one").is_some());
    assert!(world.node("c/second").is_some());
}

#[test]
fn a_request_and_a_folder_of_one_name_are_two() {
    let mut world = World::new(&[
        ("collections/c/users.toml", "name = 'All users'\n"),
        ("collections/c/users/list.toml", "name = 'List'\n"),
    ]);
    let list = world.node("c/users/list").unwrap();
    let request = world.node("c/users").unwrap();
    put(&world.disk, "collections/c/users.toml", "name = 'Everybody'\n");
    world.changed(&["collections/c/users.toml"]);
    let workspace = &world.harness.state.shared.workspace;
    assert_eq!(workspace.request(request).unwrap().name, "Everybody");
    let folder = workspace.node(list).unwrap().parent.unwrap();
    assert!(workspace.group(folder).is_some());

    world.run(Command::Delete(request));
    assert_eq!(world.read("collections/c/users.toml"), None);
    assert!(world.read("collections/c/users/list.toml").is_some());
    world.undo();
    assert!(
        world.read("collections/c/users.toml").is_some(),
        "and back beside the folder"
    );

    fs::remove_file(world.disk.path().join("collections/c/users.toml")).unwrap();
    world.changed(&["collections/c/users.toml"]);
    let workspace = &world.harness.state.shared.workspace;
    assert!(workspace.node(request).is_none());
    assert!(workspace.node(list).is_some());
}
