//! Questions and prompts.

use super::*;
use crate::model::Environment;
use crate::tui::shared::Level;

fn choice(key: char, label: &str, command: Command) -> Choice {
    Choice {
        key,
        label: label.into(),
        commands: vec![command],
    }
}

#[test]
fn enter_on_a_delete_cancels_and_its_key_or_y_deletes() {
    let mut harness = Harness::new(80, 24);
    let id = harness.state.shared.workspace.collections()[0];
    let ask = |harness: &mut Harness| {
        let text = vec!["`Pydio\u{1b} Cells` and all that is in it will be deleted.".to_owned()];
        let choices = vec![choice('d', "delete", Command::Delete(id))];
        show(harness, Confirm::new("Delete", text, choices));
    };
    ask(&mut harness);
    let screen = harness.screen();
    assert!(
        screen.contains("[d] delete") && screen.contains("[Esc] cancel"),
        "{screen}"
    );
    assert!(!screen.contains('\u{1b}'));
    harness.press("<enter>");
    assert!(harness.state.shared.workspace.node(id).is_some());
    for keys in ["n", "<esc>", "x<esc>"] {
        ask(&mut harness);
        harness.press(keys);
        assert!(harness.state.modals.is_empty());
        assert!(harness.state.shared.workspace.node(id).is_some());
    }
    ask(&mut harness);
    harness.press("y");
    assert!(harness.state.shared.workspace.node(id).is_none());
    assert!(harness.state.modals.is_empty());
}

#[test]
fn the_first_of_several_answers_has_the_focus_and_tab_moves_it() {
    let mut harness = Harness::new(60, 16);
    let ask = |harness: &mut Harness| {
        let choices = vec![
            choice('s', "save all and quit", Command::Notify(Level::Info, "saved".into())),
            choice(
                'q',
                "quit, keep the drafts",
                Command::Notify(Level::Info, "quit".into()),
            ),
        ];
        let text = vec!["A long sentence that has to be broken into lines, because the screen is narrow.".into()];
        show(harness, Confirm::new("Unsaved changes", text, choices));
    };
    for (keys, said) in [
        ("<enter>", "saved"),
        ("<tab><enter>", "quit"),
        ("q", "quit"),
        ("Q", "quit"),
    ] {
        ask(&mut harness);
        harness.press(keys);
        assert_eq!(harness.state.shared.notice.as_ref().unwrap().text, said);
    }
    ask(&mut harness);
    let screen = harness.screen();
    for part in ["[s] save all and quit", "[q] quit, keep", "[Esc] cancel", "is narrow."] {
        line(&screen, part);
    }
}

#[test]
fn a_prompt_shows_the_file_and_wants_a_name() {
    let mut harness = Harness::new(80, 24);
    let id = harness.state.shared.workspace.collections()[0];
    show(&mut harness, Prompt::new("New folder", "", Purpose::NewGroup(Some(id))));
    harness.press("<enter>");
    assert!(harness.screen().contains("✗ type a name first"), "{}", harness.screen());
    harness.press("Configuration");
    assert!(harness.screen().contains("collections/pydio-cells/configuration-2/"));
    harness.press(" 日本");
    assert!(
        harness.screen().contains("collections/pydio-cells/configuration-日本/"),
        "{}",
        harness.screen()
    );
    harness.press("<enter>");
    assert!(harness.state.modals.is_empty());
    assert!(harness.effects.iter().any(|effect| matches!(effect, Effect::Files(jobs)
        if matches!(&jobs[0], FileJob::Write { path, .. } if path.as_str() == "pydio-cells/configuration-日本"))));
}

#[test]
fn typing_over_the_old_name_renames() {
    let mut harness = Harness::new(60, 16);
    let id = harness.state.shared.workspace.collections()[0];
    show(&mut harness, Prompt::new("Rename", "Pydio Cells", Purpose::Rename(id)));
    assert!(harness.screen().contains("collections/pydio-cells/"));
    harness.press("Cells<enter>");
    assert_eq!(harness.state.shared.workspace.node(id).unwrap().entity.name(), "Cells");
    show(
        &mut harness,
        Prompt::new("New environment", "", Purpose::NewEnvironment(Environment::default())),
    );
    harness.press("Demo");
    assert!(harness.screen().contains("environments/demo-2.toml (`demo` is taken)"));
    harness.press("<enter>");
    assert!(harness.state.shared.workspace.environment_named("Demo").is_some());
}

#[test]
fn a_body_is_saved_where_asked_and_never_over_a_file_without_a_word() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("sub")).unwrap();
    std::fs::write(folder.path().join("old.json"), "{}").unwrap();
    let mut harness = Harness::new(120, 40);
    let purpose = Purpose::SaveBody(folder.path().to_owned(), crate::model::Payload::from("[]"));
    show(&mut harness, Prompt::new("Save body", "body.json", purpose));
    assert!(harness.screen().contains("2 B → "), "{}", harness.screen());
    harness.press("sub<enter>");
    assert!(harness.screen().contains("is a folder"), "{}", harness.screen());
    harness.press("<ctrl-u>no/old.json<enter>");
    assert!(
        harness.screen().contains("not saved: there is no folder"),
        "{}",
        harness.screen()
    );
    harness.press("<ctrl-u>old.json<enter>");
    assert!(harness.screen().contains("is there already"), "{}", harness.screen());
    harness.press("<enter>");
    assert!(harness.state.modals.is_empty());
    assert!(
        harness
            .effects
            .iter()
            .any(|effect| matches!(effect, Effect::SaveBody { path, .. }
        if *path == folder.path().join("old.json")))
    );
    // Esc calls it off as long as it is being written, where it does nothing else.
    let stops = |harness: &Harness| {
        let stops = |effect: &&Effect| matches!(effect, Effect::StopSaving(_));
        harness.effects.iter().filter(stops).count()
    };
    harness.press("f<esc>");
    assert_eq!((stops(&harness), harness.state.zoom), (0, false));
    harness.press("v<esc>");
    assert_eq!((stops(&harness), harness.state.shared.revealed), (0, false));
    harness.press("<esc>");
    assert_eq!(stops(&harness), 1);
    let path = folder.path().join("old.json");
    harness.event(Event::BodySaved(path, Level::Done, "saved".to_owned()));
    harness.press("<esc>");
    assert_eq!(stops(&harness), 1);
}

#[test]
fn a_body_that_still_comes_is_saved_once_it_is_there_and_that_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let mut keeper = crate::http::Keeper::new(crate::http::Keeping::default());
    keeper.push(&[b'x'; 5200]).unwrap();
    let purpose = Purpose::SaveBody(folder.path().to_owned(), keeper.payload());
    let mut harness = Harness::new(120, 40);
    show(&mut harness, Prompt::new("Save body", "body.txt", purpose));
    let screen = harness.screen();
    assert!(screen.contains("all of it, as it comes, 5.20 KB so far → "), "{screen}");
    harness.press("<enter>");
    let notice = harness.state.shared.notice.as_ref().map(|notice| notice.text.clone());
    assert!(notice.is_some_and(|text| text.contains("body.txt`: it is there once all has come; Esc calls it off")));
    assert!(
        harness
            .effects
            .iter()
            .any(|effect| matches!(effect, Effect::SaveBody { .. }))
    );
    // Leaving would lose it, and asks; one that has come is written to its end.
    harness.press("<ctrl-q>");
    let screen = harness.screen();
    assert!(
        screen.contains("`body.txt` is being saved: 5.20 KB of it came"),
        "{screen}"
    );
    harness.press("<esc>");
    harness.press("<ctrl-p>download");
    assert!(line(&harness.screen(), "download that still runs").contains("response.save"));
    harness.press("<esc>");
    drop(keeper);
    harness.press("<ctrl-q>");
    assert!(harness.effects.iter().any(|effect| matches!(effect, Effect::Quit)));
}
