//! What happens to files: saving, drafts, outside changes, undo.

use std::fs;

use crate::user::{Home, User};

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
    user.killed();
    assert!(!home.read(SERVICES).contains("draft"));

    let mut user = User::at_home(&home);
    user.sees("/a/config/ctl/draft").sees("●");
    user.press("<ctrl-q>").sees("Unsaved changes");
    user.press("<esc>").sees_no("Unsaved changes");
    user.press("<ctrl-s>").sees("saved");
    assert!(home.read(SERVICES).contains("/a/config/ctl/draft"));
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
    user.press("<ctrl-a>Renamed<enter>").sees("Renamed");
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
