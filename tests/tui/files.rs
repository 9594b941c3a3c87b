//! What happens to files: saving, drafts, outside changes, undo.

use std::fs;

use crate::user::{Home, User};

/// Changes a file as editors do: a new one in place of the old one.
fn replace(home: &Home, file: &str, text: &str) {
    let beside = home.root().join("collections/pydio-cells/configuration/.new");
    fs::write(&beside, text).unwrap();
    fs::rename(&beside, home.root().join(file)).unwrap();
}

const SERVICES: &str = "collections/pydio-cells/configuration/list-services.toml";

fn on_services(home: &Home) -> User {
    let mut user = User::at_home(home);
    user.press("jlj<enter>").sees("/a/config/ctl");
    user
}

#[test]
fn saving_changes_only_what_was_changed() {
    let home = Home::new();
    let file = home.root().join(SERVICES);
    let before = format!("# mine\n{}", home.read(SERVICES));
    fs::write(&file, &before).unwrap();
    let mut user = on_services(&home);
    user.press("3e<end>/more<esc>").sees("●");
    user.press("<ctrl-s>").sees("saved");
    let after = home.read(SERVICES);
    assert_eq!(after, before.replace("/a/config/ctl\"", "/a/config/ctl/more\""));
}

#[test]
fn drafts_survive_and_undo_takes_them_back() {
    let home = Home::new();
    let mut user = on_services(&home);
    user.press("3e<end>/draft<esc>").sees("/a/config/ctl/draft");
    user.killed(&home, "/a/config/ctl/draft");
    assert!(!home.read(SERVICES).contains("draft"));

    let mut user = User::at_home(&home);
    user.sees("/a/config/ctl/draft").sees("●");
    user.press("<ctrl-q>").sees("Unsaved changes");
    user.press("<esc>").sees_no("Unsaved changes");
    user.press("<ctrl-s>").sees("saved");
    assert!(home.read(SERVICES).contains("/a/config/ctl/draft"));
}

#[test]
fn outside_changes_show_at_once_and_meet_unsaved_ones_with_a_question() {
    let home = Home::new();
    let mut user = on_services(&home);
    let text = home.read(SERVICES);
    replace(&home, SERVICES, &text.replace("/a/config/ctl", "/a/config/outside"));
    user.sees("/a/config/outside").sees("changed outside");

    user.press("3e<end>/mine<esc>").sees("/mine");
    replace(&home, SERVICES, &text.replace("/a/config/ctl", "/a/config/theirs"));
    user.sees("yours is kept");
    user.press("<ctrl-s>").sees("Changed on disk");
    // No letter answers, for it may be meant for a field.
    user.press("to").sees("Changed on disk");
    user.press("<tab><enter>")
        .sees("/a/config/theirs")
        .sees("List services ─");
    user.press("u").sees("/a/config/outside/mine");
    // Undone, theirs stands against mine again.
    user.press("<ctrl-s>").sees("Changed on disk");
    user.press("<tab><tab><enter>").sees("saved");
    assert!(home.read(SERVICES).contains("/a/config/outside/mine"));
}

#[test]
fn a_draft_does_not_run_over_a_file_that_changed_while_the_program_was_closed() {
    let home = Home::new();
    let mut user = on_services(&home);
    user.press("3e<end>/mine<esc>").sees("/mine");
    user.killed(&home, "/a/config/ctl/mine");
    let theirs = home.read(SERVICES).replace("/a/config/ctl", "/a/config/theirs");
    replace(&home, SERVICES, &theirs);
    // However often it is started and left.
    for _ in 0..2 {
        let mut user = User::at_home(&home);
        user.sees("/a/config/ctl/mine").sees("changed outside since");
        user.press("<ctrl-s>").sees("Changed on disk");
        user.press("<esc>").sees_no("Changed on disk");
        user.killed(&home, "/a/config/ctl/mine");
        assert_eq!(home.read(SERVICES), theirs);
    }
    let mut user = User::at_home(&home);
    user.press("<ctrl-s>").sees("Changed on disk");
    user.press("<tab><tab><enter>").sees("saved");
    assert!(home.read(SERVICES).contains("/a/config/ctl/mine"));
}

#[test]
fn an_environment_that_cannot_be_saved_is_kept_and_asked_about() {
    let home = Home::new();
    let file = "environments/cells.toml";
    let mut user = User::at_home(&home);
    // Broken outside, so that it cannot be saved.
    let before = home.read(file);
    fs::write(home.root().join(file), "name = [").unwrap();
    user.sees("cells.toml:");
    user.press("1j<enter>");
    user.press("1je").sees("Initial value");
    user.press("<right><enter><ctrl-u>https://mine.example<enter>")
        .sees("cannot save environment");
    user.press("<esc><ctrl-q>").sees("Unsaved changes").sees("● cells");
    user.press("<esc>");
    user.killed(&home, "https://mine.example");
    // Mended outside, in another way.
    fs::write(home.root().join(file), before.replace("https://", "https://theirs.")).unwrap();
    let mut user = User::at_home(&home);
    user.sees("changed outside since");
    user.press("1je").sees("mine.example");
    user.press("<ctrl-s>").sees("Changed on disk");
    user.press("<tab><tab><enter>").sees("saved");
    assert!(home.read(file).contains("https://mine.example"));
}

#[test]
fn folders_and_requests_are_made_renamed_deleted_and_brought_back() {
    let home = Home::new();
    let mut user = User::at_home(&home);
    user.press("gA").sees("older");
    user.press("My things<enter>").sees("My things");
    user.until("the folder", |_| {
        home.root().join("collections/pydio-cells/my-things").is_dir()
    });
    user.press("a").sees("New request");
    user.press("http://127.0.0.1/x<esc><ctrl-s>").sees("saved");
    user.press("2r").sees("Rename");
    user.press("<ctrl-u>Renamed<enter>").sees("Renamed");
    let file = home.root().join("collections/pydio-cells/my-things/renamed.toml");
    user.until("the renamed file", |_| file.is_file());
    user.press("D").sees("elete");
    user.press("y").sees("deleted");
    user.until("the file to go", |_| !file.exists());
    user.press("u").until("the file to come back", |_| file.is_file());
    user.sees("Renamed");
}

#[test]
fn a_broken_file_is_told_and_the_rest_works() {
    let home = Home::new();
    let broken = home.root().join("collections/pydio-cells/configuration/broken.toml");
    fs::write(&broken, "name = \"Broken\"\nmethod = [\n").unwrap();
    let mut user = User::at_home(&home);
    user.sees("broken.toml:");
    user.press("<ctrl-j>").sees("200 OK");
    // Mended outside, it is there.
    fs::write(&broken, "name = \"Mended\"\nurl = \"http://127.0.0.1/\"\n").unwrap();
    user.press("jl").sees("Mended");
    // One that is put back as it was is no problem any more either.
    user.sees_no("could not be read");
    let text = home.read(SERVICES);
    fs::write(home.root().join(SERVICES), "name = [").unwrap();
    user.sees("1 file could not be read");
    fs::write(home.root().join(SERVICES), text).unwrap();
    user.sees_no("could not be read");
}

#[test]
fn a_misspelt_key_is_told_where_it_is_until_it_is_mended() {
    let home = Home::new();
    let text = home.read(SERVICES);
    let misspelt = text.replace("post-response", "post_response");
    assert_ne!(misspelt, text);
    let mut user = User::at_home(&home);
    user.sees_no("! 1 warning");
    fs::write(home.root().join(SERVICES), &misspelt).unwrap();
    user.sees("! 1 warning");
    user.press("<ctrl-p>problems<enter>")
        .sees("did you mean `post-response`?")
        .press("<esc>");
    fs::write(home.root().join(SERVICES), &text).unwrap();
    user.sees_no("! 1 warning");
}

#[test]
fn an_unreadable_state_is_set_aside_with_a_word() {
    let home = Home::new();
    let mut user = User::at_home(&home);
    user.press("<ctrl-j>").sees("dex_token valid");
    user.quit();
    let options = home.options(std::time::Duration::from_mins(1));
    let folder = postrider::store::state::folder_for(&options.paths, &home.root());
    for entry in fs::read_dir(&folder).unwrap() {
        fs::write(entry.unwrap().path(), "this is no database, whatever it was before").unwrap();
    }
    let mut user = User::at_home(&home);
    user.sees("the local state could not be read");
    user.press("<ctrl-j>").sees("200 OK");
}
