//! The tree, the worker and a disk together, one step after the other: neither loses what the other holds.
#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod following;
mod held;
mod outside;
mod thread;

use std::fs;
use std::sync::Arc;

use super::*;
use crate::model::{Entity, Environment, NodeId, Request};
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
                said: false,
                bin: Bin::default(),
                asked: Arc::default(),
                written: Vec::new(),
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

fn request(name: &str) -> Entity {
    Entity::Request(Arc::new(Request {
        name: name.into(),
        ..Request::default()
    }))
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

#[test]
fn taking_theirs_ends_with_what_the_disk_says_however_often_it_changes() {
    use crate::model::edit::Edit;
    let (file, id_of) = ("collections/c/one.toml", "c/one");
    for (now, name, problems) in [
        (Some("name = 'Theirs'\n"), Some("Theirs"), 0),
        (Some("name = 'Newer'\n"), Some("Newer"), 0),
        (Some(BROKEN), Some("Theirs"), 1),
        (None, None, 0),
    ] {
        let mut world = World::new(&[(file, "name = 'One'\n"), ("collections/c/two.toml", "name = 'Two'\n")]);
        let id = world.node(id_of).unwrap();
        let entity = request("Mine");
        world.run(Command::Edit {
            label: "name".into(),
            merge: None,
            edits: vec![Edit::Replace { id, entity }],
        });
        put(&world.disk, file, "name = 'Theirs'\n");
        world.changed(&[file]);
        let what = Filed::Node(id);
        world.run(Command::Save { what, overwrite: false });
        assert_eq!(world.harness.state.modals.len(), 1, "it asks");
        match now {
            Some(text) => put(&world.disk, file, text),
            None => fs::remove_file(world.disk.path().join(file)).unwrap(),
        }
        let theirs = Content::Item(request("Theirs"));
        world.run(Command::TakeTheirs { what, theirs });
        let workspace = &world.harness.state.shared.workspace;
        let shown = workspace.node(id).map(|node| node.entity.name());
        assert_eq!((shown, workspace.problems.len()), (name, problems));
        assert!(workspace.unsaved().is_empty() && world.harness.state.shared.contested.is_empty());
    }
}

#[test]
fn a_lot_of_changes_is_told_in_one_line_and_stands_in_order() {
    let names = ["a", "b", "c", "d", "e"];
    let files = names.map(|name| format!("collections/c/{name}.toml"));
    let texts = files.each_ref().map(|file| (file.as_str(), "name = 'Old'\n"));
    let mut world = World::new(&texts);
    for (file, name) in files.iter().zip(names.iter().rev()) {
        put(&world.disk, file, &format!("name = '{name}'\n"));
    }
    world.changed(&files.each_ref().map(String::as_str));
    let shared = &world.harness.state.shared;
    assert!(
        shared
            .messages
            .iter()
            .any(|(_, notice)| notice.text == "5 files were changed outside")
    );
    let workspace = &shared.workspace;
    let children = &workspace.node(shared.node_at("c").unwrap()).unwrap().children;
    let shown: Vec<&str> = children
        .iter()
        .map(|id| workspace.node(*id).unwrap().entity.name())
        .collect();
    assert_eq!(shown, names);
}

#[test]
fn only_the_last_of_many_drafts_is_written_but_none_across_a_save() {
    let draft = |key: &str| Job::Local(LocalJob::Draft(key.to_owned(), Some(Content::Item(request("x")))));
    let superseded = |job: Job, waiting: Vec<Job>| is_superseded(&job, &VecDeque::from(waiting));
    let layout = || Job::Local(LocalJob::Layout(String::new()));
    assert!(superseded(draft("a"), vec![draft("b"), layout(), draft("a")]));
    assert!(!superseded(draft("a"), vec![draft("b")]));
    assert!(!superseded(draft("a"), vec![Job::Files(Vec::new()), draft("a")]));
    assert!(!superseded(layout(), vec![layout()]));
}

#[test]
fn a_file_that_stays_broken_is_told_once() {
    let file = "collections/c/one.toml";
    let mut world = World::new(&[(file, "name = 'One'\n"), ("collections/c/two.toml", "name = 'Two'\n")]);
    let told = |world: &World| {
        let messages = world.harness.state.shared.messages.iter();
        messages.filter(|(_, notice)| notice.text.contains("one.toml")).count()
    };
    put(&world.disk, file, BROKEN);
    world.changed(&[file]);
    world.changed(&[file]);
    assert_eq!(
        (told(&world), world.harness.state.shared.workspace.problems.len()),
        (1, 1)
    );
    put(&world.disk, file, "name = 1\n");
    world.changed(&[file]);
    assert_eq!(
        (told(&world), world.harness.state.shared.workspace.problems.len()),
        (2, 1)
    );
}

#[test]
fn what_a_collection_may_ends_where_another_takes_its_place() {
    let file = "collections/c/collection.toml";
    let mut world = World::new(&[(file, "name = 'C'\n"), ("collections/c/one.toml", "name = 'One'\n")]);
    for (text, ends) in [
        ("name = 'C'\ndescription = 'Another word'\n", 0),
        ("name = 'Other'\n", 1),
        ("name = 'Other'\n[postman]\nid = '1'\n", 1),
    ] {
        put(&world.disk, file, text);
        world.worker.look(&[world.disk.path().join(file)]);
        for event in world.inbox.try_iter() {
            world.harness.event(event);
        }
        let effects = world.harness.effects.iter();
        let ended = effects.filter(|effect| matches!(effect, Effect::EndConsents(place) if place == "c"));
        assert_eq!(ended.count(), ends, "{text}");
        world.settle();
    }
}

#[test]
fn who_logs_out_waits_for_no_disk_and_hears_what_is_still_kept() {
    use crate::exec::renewal::TokenStore;
    use crate::model::token::{Hold, Token, TokenKeeper, TokenKey};

    struct Stuck;
    impl TokenKeeper for Stuck {
        fn load(&self, _: &TokenKey) -> Result<Option<Token>, String> {
            Ok(None)
        }
        fn keep(&self, _: &TokenKey, _: &Token) -> Result<(), String> {
            Ok(())
        }
        fn forget(&self, _: &TokenKey) -> Result<(), String> {
            Err("the disk is full".to_owned())
        }
        fn try_hold(&self, _: &TokenKey) -> Result<Option<Hold>, String> {
            Ok(None)
        }
    }

    let text = "name = 'C'\n[tokens.t]\nrequest = 'one'\n";
    let mut world = World::new(&[
        ("collections/c/collection.toml", text),
        ("collections/c/one.toml", "name = 'One'\n"),
    ]);
    let shared = &mut world.harness.state.shared;
    shared.tokens = TokenStore::kept(Some(Arc::new(Stuck)), Vec::new());
    shared.open = shared.node_at("c/one");
    let mut effects = Vec::new();
    let act = Command::Act(Action::App(App::ForgetToken));
    world.harness.state.run(vec![act], &mut effects);
    let told = |world: &World| {
        world
            .harness
            .state
            .shared
            .notice
            .as_ref()
            .map(|notice| notice.text.clone())
    };
    assert_eq!(
        told(&world).as_deref(),
        Some("there is no `t` to forget"),
        "nothing of the disk yet"
    );
    world.harness.effects.extend(effects);
    world.settle();
    assert_eq!(told(&world).as_deref(), Some("`t` is still kept: the disk is full"));
}

#[test]
fn many_that_are_written_together_are_told_of_together() {
    let texts: Vec<(String, String)> = (0..250)
        .map(|n| (format!("collections/c/r{n:03}.toml"), format!("name = 'R{n:03}'\n")))
        .collect();
    let texts: Vec<(&str, &str)> = texts.iter().map(|(file, text)| (&**file, &**text)).collect();
    let mut world = World::new(&texts);
    let (last, parent) = (world.node("c/r249").unwrap(), world.node("c"));
    let mut effects = Vec::new();
    let place = Command::Move {
        id: last,
        parent,
        index: 248,
    };
    world.harness.state.run(vec![place], &mut effects);
    for effect in effects {
        if let Effect::Files(jobs) = effect {
            world.worker.change_all(jobs);
        }
    }
    let events: Vec<Event> = world.inbox.try_iter().collect();
    let told = |event: &Event| match event {
        Event::AllSaved(all) => all.len(),
        Event::Saved(_) => 1,
        _ => 0,
    };
    let (count, all) = (events.len(), events.iter().map(told).sum::<usize>());
    assert!(all >= 249 && count <= 4, "{all} files in {count} events");
    for event in events {
        world.harness.event(event);
    }
    assert!(world.harness.state.shared.workspace.unsaved().is_empty());
}
