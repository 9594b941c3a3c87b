//! Whatever is done, what is unsaved has a draft and nothing else has.
#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::collections::BTreeSet;
use std::sync::Arc;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::*;
use crate::model::edit::Edit;
use crate::model::{Entity, Environment, EnvironmentId, Request};
use crate::store::files::Theirs;
use crate::tui::command::Command;
use crate::tui::event::{Event, Saved};
use crate::tui::harness::Harness;

/// Carries out commands as if a key had asked for them.
fn run(harness: &mut Harness, command: Command) {
    let mut effects = Vec::new();
    harness.state.run(vec![command], &mut effects);
    harness.effects.extend(effects);
    harness.event(Event::Resize(120, 40));
}

/// The drafts as the local state has them after all that was asked of it.
fn stored(harness: &Harness) -> BTreeSet<String> {
    let mut out = BTreeSet::new();
    for effect in &harness.effects {
        match effect {
            Effect::Local(LocalJob::Draft(key, Some(_))) => out.insert(key.clone()),
            Effect::Local(LocalJob::Draft(key, None)) => out.remove(key),
            _ => continue,
        };
    }
    out
}

fn jobs(harness: &Harness) -> impl Iterator<Item = &FileJob> {
    let jobs = harness.effects.iter().filter_map(|effect| match effect {
        Effect::Files(jobs) => Some(jobs),
        _ => None,
    });
    jobs.flatten()
}

/// Lets the disk do what it was asked since the last call.
fn disk(harness: &mut Harness, from: &mut usize) {
    let written: Vec<Saved> = jobs(harness)
        .skip(*from)
        .filter_map(|job| match job {
            FileJob::Write { id, entity, .. } => Some(Saved::Written(Filed::Node(*id), Content::Item(entity.clone()))),
            _ => None,
        })
        .collect();
    *from = jobs(harness).count();
    for saved in written {
        harness.event(Event::Saved(saved));
    }
}

fn with_url(harness: &Harness, id: NodeId, url: &str) -> Command {
    let mut request = Request::clone(harness.state.shared.workspace.request(id).unwrap());
    request.set_full_url(url);
    Command::Edit {
        label: "type".into(),
        merge: None,
        edits: vec![Edit::Replace {
            id,
            entity: Entity::Request(Arc::new(request)),
        }],
    }
}

fn services(harness: &Harness) -> NodeId {
    harness
        .state
        .shared
        .node_at("pydio-cells/configuration/list-services")
        .unwrap()
}

#[test]
fn no_way_of_doing_and_undoing_leaves_or_loses_a_draft() {
    let mut harness = Harness::new(120, 40);
    let mut done = 0;
    let group = harness.state.shared.workspace.collections()[0];
    let undo = || Command::Act(crate::tui::action::Action::App(crate::tui::action::App::Undo));
    let redo = || Command::Act(crate::tui::action::Action::App(crate::tui::action::App::Redo));
    let check = |harness: &Harness, count: usize, what: &str| {
        let workspace = &harness.state.shared.workspace;
        let unsaved = workspace
            .unsaved()
            .into_iter()
            .filter_map(|filed| key(workspace, filed));
        assert_eq!(stored(harness), unsaved.collect(), "{what}");
        assert_eq!(stored(harness).len(), count, "{what}");
    };
    run(&mut harness, Command::NewRequest { parent: None });
    check(&harness, 1, "a new request");
    run(&mut harness, undo());
    check(&harness, 0, "undone");
    run(&mut harness, redo());
    check(&harness, 1, "redone");
    let id = harness.state.shared.workspace.scratch()[0];
    let typed = with_url(&harness, id, "http://x");
    run(&mut harness, typed);
    run(&mut harness, Command::Delete(id));
    check(&harness, 0, "deleted");
    run(&mut harness, undo());
    check(&harness, 1, "brought back");
    let name = "Mine".to_owned();
    run(
        &mut harness,
        Command::SaveAs {
            id,
            parent: group,
            name,
        },
    );
    check(&harness, 1, "not saved before the disk says so");
    disk(&mut harness, &mut done);
    check(&harness, 0, "saved");
    run(&mut harness, undo());
    check(&harness, 1, "the saving undone");
    run(&mut harness, redo());
    disk(&mut harness, &mut done);
    check(&harness, 0, "and redone");
    let typed = with_url(&harness, id, "http://y");
    run(&mut harness, typed);
    let name = "Other".to_owned();
    run(&mut harness, Command::Rename { id, name });
    disk(&mut harness, &mut done);
    check(&harness, 1, "renamed while unsaved");
    run(&mut harness, Command::Delete(group));
    check(&harness, 0, "deleted with the collection");
    run(&mut harness, undo());
    disk(&mut harness, &mut done);
    check(&harness, 1, "and brought back");
}

#[test]
fn typing_is_kept_at_once_and_then_after_a_pause() {
    let mut harness = Harness::new(120, 40);
    let state = &mut harness.state;
    let now = harness.now + SignedDuration::from_secs(1);
    let key = |c| Event::Key(KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE));
    state.handle(key('j'), now);
    assert_eq!(due(state, now), Some(SignedDuration::ZERO));
    state.keep(now);
    assert_eq!(due(state, now), None, "nothing happened since");
    let later = now + PAUSE / 4;
    state.handle(key('j'), later);
    assert_eq!(due(state, later), Some(PAUSE / 4 * 3));
    assert_eq!(due(state, later + PAUSE), Some(SignedDuration::ZERO));
    let set_back = due(state, now - SignedDuration::from_hours(1));
    assert_eq!(set_back, Some(SignedDuration::ZERO), "the clock was set back");
    // Leaving waits for no pause.
    let mut effects = Vec::new();
    let id = services(&harness);
    let typed = with_url(&harness, id, "http://x");
    harness.state.run(vec![typed, Command::Quit], &mut effects);
    let kept = effects
        .iter()
        .position(|effect| matches!(effect, Effect::Local(LocalJob::Draft(_, Some(_)))));
    let left = effects.iter().position(|effect| matches!(effect, Effect::Quit));
    assert!(kept.unwrap() < left.unwrap());
}

#[test]
fn a_change_of_structure_does_not_write_what_a_save_has_just_replaced() {
    let mut harness = Harness::new(120, 40);
    let id = services(&harness);
    let typed = with_url(&harness, id, "http://new");
    run(&mut harness, typed);
    let what = Filed::Node(id);
    let overwrite = false;
    run(&mut harness, Command::Save { what, overwrite });
    // The disk has not answered yet.
    let name = "Renamed".to_owned();
    run(&mut harness, Command::Rename { id, name });
    let urls = jobs(&harness).filter_map(|job| match job {
        FileJob::Write {
            entity: Entity::Request(request),
            ..
        } => Some(request.full_url()),
        _ => None,
    });
    assert_eq!(urls.collect::<Vec<_>>(), ["http://new", "http://new"]);
}

#[test]
fn it_leaves_only_when_everything_asked_for_is_saved() {
    let mut harness = Harness::new(120, 40);
    let id = services(&harness);
    let typed = with_url(&harness, id, "http://new");
    let name = "Renamed".to_owned();
    run(&mut harness, Command::Rename { id, name });
    let rename = jobs(&harness).count();
    run(&mut harness, typed);
    run(&mut harness, Command::SaveAll { quit: true });
    let left = |harness: &Harness| harness.effects.iter().any(|effect| matches!(effect, Effect::Quit));
    let answer = |harness: &Harness, at: usize| match jobs(harness).nth(at).unwrap() {
        FileJob::Write { id, entity, .. } => {
            Event::Saved(Saved::Written(Filed::Node(*id), Content::Item(entity.clone())))
        }
        other => panic!("{other:?}"),
    };
    let first = answer(&harness, rename - 1);
    harness.event(first);
    assert!(!left(&harness), "that was the renaming");
    let second = answer(&harness, rename);
    harness.event(second);
    assert!(left(&harness));
}

fn changed(harness: &mut Harness) -> EnvironmentId {
    let node = harness.state.shared.workspace.environment_named("demo").unwrap();
    let id = node.id;
    let environment = Environment {
        description: "mine".into(),
        ..Environment::clone(&node.environment)
    };
    run(harness, Command::SaveEnvironment { id, environment });
    id
}

#[test]
fn an_environment_that_could_not_be_saved_is_kept_and_asked_about() {
    let mut harness = Harness::new(120, 40);
    let id = changed(&mut harness);
    assert_eq!(stored(&harness), ["/environments/demo".to_owned()].into());
    harness.event(Event::Saved(Saved::Failed {
        of: Some(Filed::Environment(id)),
        what: "save environment `demo`".into(),
        message: "the disk is full".into(),
    }));
    let before = jobs(&harness).count();
    run(&mut harness, Command::NewRequest { parent: None });
    assert_eq!(jobs(&harness).count(), before, "nothing else tries to write it");
    assert!(harness.screen().contains("● demo ●"), "{}", harness.screen());
    harness.press("<esc><ctrl-q>");
    let screen = harness.screen();
    assert!(
        screen.contains("Unsaved changes") && screen.contains("● demo"),
        "{screen}"
    );
    // The new request has no file to be saved in.
    assert!(screen.contains("save 1 and quit, keep 1 as a draft"), "{screen}");
    harness.press("s");
    assert!(matches!(jobs(&harness).last(), Some(FileJob::WriteEnvironment { .. })));
}

#[test]
fn a_conflict_of_an_environment_is_asked_about_and_theirs_can_be_taken() {
    let mut harness = Harness::new(120, 40);
    let id = changed(&mut harness);
    let theirs = Arc::new(Environment {
        name: "demo".into(),
        description: "theirs".into(),
        ..Environment::default()
    });
    let of = Filed::Environment(id);
    let content = Content::Environment(theirs.clone());
    let conflict = || Saved::Conflict {
        of,
        theirs: Theirs::Content(content.clone()),
    };
    harness.event(Event::Saved(conflict()));
    assert!(harness.screen().contains("Changed on disk"));
    harness.press("tTyo<enter>");
    assert!(harness.state.modals.is_empty(), "Enter answers nothing");
    assert!(harness.state.shared.workspace.is_unsaved(of), "and no letter does");
    harness.event(Event::Saved(conflict()));
    harness.press("<tab><enter>");
    let workspace = &harness.state.shared.workspace;
    assert_eq!(workspace.environment(id).unwrap().environment, theirs);
    assert!(!workspace.is_unsaved(of));
    assert!(matches!(jobs(&harness).last(), Some(FileJob::Adopt(_, taken)) if *taken == content));
    harness.press("u");
    let workspace = &harness.state.shared.workspace;
    assert_eq!(workspace.environment(id).unwrap().environment.description, "mine");
}

#[test]
fn what_is_typed_behind_the_answer_that_ends_the_program_is_no_key() {
    let mut harness = Harness::new(120, 40);
    let id = services(&harness);
    harness.state.shared.open = Some(id);
    harness.press("3e<end>/x<esc><ctrl-q>s");
    assert!(harness.state.saves.quit && harness.state.modals.is_empty());
    harness.effects.clear();
    harness.press("2De<ctrl-g>");
    harness.event(Event::Paste("pasted".into()));
    assert!(harness.effects.is_empty() && harness.state.modals.is_empty());
    // What cannot be saved keeps it open, and keys count again.
    harness.event(Event::Saved(Saved::Failed {
        of: Some(Filed::Node(id)),
        what: "save it".into(),
        message: "the disk is full".into(),
    }));
    harness.press("<ctrl-p>");
    assert_eq!(harness.state.modals.len(), 1);
    harness.press("<esc><ctrl-q>q?");
    assert!(harness.effects.iter().any(|effect| matches!(effect, Effect::Quit)));
    assert!(harness.state.modals.is_empty());
}

#[test]
fn a_conflict_does_not_open_over_what_is_being_typed() {
    let mut harness = Harness::new(120, 40);
    let id = services(&harness);
    harness.state.shared.open = Some(id);
    harness.press("3e<end>/x<ctrl-s>");
    harness.press("o");
    harness.event(Event::Saved(Saved::Conflict {
        of: Filed::Node(id),
        theirs: Theirs::Removed,
    }));
    assert!(harness.state.modals.is_empty());
    assert!(
        harness.screen().contains("save it again to choose"),
        "{}",
        harness.screen()
    );
    harness.press("k<esc>");
    let request = harness.state.shared.workspace.request(id).unwrap();
    assert!(request.full_url().ends_with("/xok"), "no letter went astray");
    assert!(
        harness.screen().contains("changed on disk"),
        "the title says so for good"
    );
    // Asked again, with nothing typed since, it opens; and what was deleted can be written again.
    harness.press("<ctrl-s>");
    harness.event(Event::Saved(Saved::Conflict {
        of: Filed::Node(id),
        theirs: Theirs::Removed,
    }));
    harness.press("<tab><tab><enter>");
    assert!(matches!(
        jobs(&harness).last(),
        Some(FileJob::Write { overwrite: true, .. })
    ));
}

#[test]
fn keys_say_what_they_are_for() {
    let mut workspace = Workspace::new("/w");
    let id = workspace.load_environment("a b", Environment::default());
    for (filed, read) in [
        (Filed::Environment(id), Key::Place(Place::Environment("a b".into()))),
        (Filed::Globals, Key::Place(Place::Globals)),
    ] {
        assert_eq!(read_key(&key(&workspace, filed).unwrap()), read);
    }
    assert_eq!(read_key("scratch:x"), Key::Scratch("x".into()));
    let path = ItemPath::new("a/b");
    assert_eq!(read_key("a/b"), Key::Place(Place::Request(path.clone())));
    assert_eq!(read_key("a/b/"), Key::Place(Place::Group(path)));
}

#[test]
fn a_file_that_changes_twice_under_unsaved_edits_is_not_taken_for_known() {
    let disk = tempfile::tempdir().unwrap();
    let folder = disk.path().join("collections/c");
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("r.toml");
    std::fs::write(&file, "url = 'http://disk'\n").unwrap();
    let files = crate::store::Files::new(disk.path());
    let mut harness = Harness::with(files.load(), 120, 40);
    let id = harness.state.shared.node_at("c/r").unwrap();
    let typed = with_url(&harness, id, "http://mine");
    run(&mut harness, typed);
    for text in ["url = 'http://theirs'\n", "url = 'http://theirs' # again\n"] {
        std::fs::write(&file, text).unwrap();
        let changes = crate::store::watch::reload(std::slice::from_ref(&file), &files);
        assert_eq!(changes.len(), 1);
        harness.event(Event::Changed(changes));
    }
    assert!(harness.state.shared.contested.contains(&Filed::Node(id)));
    assert!(!jobs(&harness).any(|job| matches!(job, FileJob::Accept(_))));
}

#[test]
fn where_everything_stands_is_kept_no_later_than_what_was_typed_there() {
    let mut harness = Harness::new(120, 40);
    harness.press("jlj<enter>");
    harness.effects.clear();
    // Both in one go, as after a pause: another pane has the focus, and a draft is new.
    let key = |c: char, modifiers| Event::Key(KeyEvent::new(KeyCode::Char(c), modifiers));
    harness.state.handle(key('n', KeyModifiers::CONTROL), harness.now);
    harness.state.handle(Event::Paste("http://typed".into()), harness.now);
    let kept = harness.state.keep(harness.now);
    let at = |wanted: fn(&LocalJob) -> bool| {
        let is = |effect: &Effect| matches!(effect, Effect::Local(job) if wanted(job));
        kept.iter().position(is).unwrap()
    };
    let layout = at(|job| matches!(job, LocalJob::Layout(_)));
    let draft = at(|job| matches!(job, LocalJob::Draft(key, Some(_)) if key.starts_with("scratch:")));
    assert!(layout < draft);
}

#[test]
fn what_is_open_goes_back_to_what_is_saved_and_undo_takes_that_back() {
    let mut harness = Harness::new(120, 40);
    let id = services(&harness);
    harness.state.shared.open = Some(id);
    let act = |harness: &mut Harness, app| {
        let mut effects = Vec::new();
        let act = Command::Act(crate::tui::action::Action::App(app));
        harness.state.run(vec![act], &mut effects);
    };
    let typed = with_url(&harness, id, "http://typed");
    harness.state.run(vec![typed], &mut Vec::new());
    act(&mut harness, crate::tui::action::App::Revert);
    assert!(harness.state.shared.workspace.dirty().is_empty());
    act(&mut harness, crate::tui::action::App::Undo);
    assert_eq!(
        harness.state.shared.workspace.request(id).unwrap().full_url(),
        "http://typed"
    );
}
