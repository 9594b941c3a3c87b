//! What goes wrong ends in a clear word, and nothing is lost.

use crate::user::{Home, User};

/// Opens a new request with this URL.
fn new_request(user: &mut User, url: &str) {
    user.press("<ctrl-n>").sees("New request");
    user.press(url).press("<esc>");
}

#[test]
fn a_refused_connection_and_an_unknown_host_say_what_to_do() {
    let home = Home::new();
    let mut user = User::at_home(&home);
    new_request(&mut user, "http://127.0.0.1:1/");
    user.press("<ctrl-j>4").sees("refused");
    new_request(&mut user, "http://no-such-host.invalid/");
    user.press("<ctrl-j>4").sees("no-such-host.invalid").sees("→");
}

#[test]
fn a_wrong_password_is_shown_and_sets_no_token() {
    let home = Home::new();
    let file = home.root().join("environments/demo.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    let wrong = text.replace("value = \"admin\"", "value = \"wrong\"");
    assert_ne!(text, wrong);
    std::fs::write(&file, wrong).unwrap();
    let mut user = User::at_home(&home);
    user.press("<ctrl-j>")
        .sees("403")
        .sees("cannot find username or password");
    assert_ne!(
        user.value("demo", "dex_token")
            .as_deref()
            .map(|token| token.starts_with("eyJ")),
        Some(true)
    );
}

#[test]
fn a_running_send_is_cancelled_at_once() {
    let home = Home::new();
    let mut user = User::at_home(&home);
    new_request(&mut user, "{{base_url}}/demo/slow?ms=600000");
    user.press("<ctrl-j>").sees("waiting");
    user.press("<esc>").sees("cancelled");
    assert!(user.app.state.shared.running.is_empty());
}

#[test]
fn scripts_that_throw_or_never_end_are_told_with_their_place() {
    let home = Home::new();
    let mut user = User::at_home(&home);
    let script = |source: &str| {
        let file = home.root().join("collections/try-me/script.toml");
        let text = format!(
            "name = \"Thrower\"\nurl = \"{{{{base_url}}}}/demo/echo\"\n[scripts]\npost-response = '''\n{source}\n'''\n"
        );
        std::fs::write(file, text).unwrap();
    };
    script("null.x");
    user.sees("Thrower");
    user.press("/Thrower<enter>").sees("/demo/echo");
    user.press("<ctrl-j>4]]]")
        .sees("TypeError")
        .sees("Cannot read properties of null");
    script("let a = []; while (true) a.push(new Array(100000).fill(1));");
    user.sees("changed outside");
    user.press("<ctrl-j>").sees("memory");
    user.press("<ctrl-j>").sees("memory");
}

#[test]
fn a_body_that_is_no_json_and_escape_sequences_are_shown_as_they_are() {
    let home = Home::new();
    let mut user = User::at_home(&home);
    user.press("/Escape sequences<enter>").sees("/demo/escape");
    user.press("<ctrl-j>").sees("200 OK").sees("␛");
    assert!(!user.screen().contains('\u{1b}'));
}

#[test]
fn a_file_that_must_not_be_written_says_so_and_stays_a_draft() {
    let home = Home::new();
    let file = home
        .root()
        .join("collections/pydio-cells/configuration/list-services.toml");
    let before = std::fs::read(&file).unwrap();
    let mut permissions = std::fs::metadata(&file).unwrap().permissions();
    permissions.set_readonly(true);
    std::fs::set_permissions(&file, permissions).unwrap();
    let mut user = User::at_home(&home);
    user.press("jlj<enter>").sees("/a/config/ctl");
    user.press("3e<end>/kept<esc>").sees("/kept");
    user.press("<ctrl-s>").sees("cannot save");
    user.press("<esc>");
    assert!(user.screen().contains("/kept"));
    assert!(
        !user.app.state.shared.workspace.dirty().is_empty(),
        "it is still unsaved"
    );
    assert_eq!(std::fs::read(&file).unwrap(), before);
}

#[test]
fn without_the_environment_that_is_meant_nothing_is_sent() {
    let home = Home::new();
    let mut user = User::at_home(&home);
    user.press("<ctrl-j>").sees("200 OK");
    let file = home.root().join("environments/demo.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, format!("{text}\n<<<<<<< HEAD\n")).unwrap();
    let is_broken = |user: &User| !user.app.state.shared.workspace.problems.is_empty();
    user.until("the file is read again", is_broken);
    let told = "nothing is sent: environments/demo.toml:";
    // What was read before is not what is meant now.
    user.press("<ctrl-j>").sees(told);
    drop(user);
    let mut user = User::at_home(&home);
    user.press("<ctrl-j>").sees(told);
    assert!(user.app.state.shared.running.is_empty());
    user.press("<esc>2g<ctrl-r>")
        .sees("24 requests")
        .press("<enter>")
        .sees(told);
    assert!(user.app.state.shared.log.is_none());
    std::fs::write(&file, &text).unwrap();
    user.until("the file is read again", |user| !is_broken(user));
    user.press("<esc>3<ctrl-j>").sees("200 OK");
    // What cannot be read for a moment, and then is as it was.
    std::fs::write(&file, b"\xff\xfen\0").unwrap();
    user.until("the file is read again", is_broken);
    user.press("<ctrl-j>").sees("nothing is sent: environments/demo.toml");
    std::fs::write(&file, &text).unwrap();
    user.until("the file is read again", |user| !is_broken(user));
    user.press("<esc><ctrl-j>").sees("200 OK");
}

#[test]
fn below_a_broken_file_nothing_is_sent() {
    let home = Home::new();
    let file = home.root().join("collections/pydio-cells/collection.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, format!("{text}\n<<<<<<< HEAD\n")).unwrap();
    let mut user = User::at_home(&home);
    let told = "nothing is sent: collections/pydio-cells/collection.toml:";
    user.press("<ctrl-j>").sees(told);
    assert!(user.app.state.shared.running.is_empty());
    user.press("<esc>2g<ctrl-r>")
        .sees("24 requests")
        .press("<enter>")
        .sees(told);
    assert!(user.app.state.shared.log.is_none());
    std::fs::write(&file, &text).unwrap();
    let is_mended = |user: &User| user.app.state.shared.workspace.problems.is_empty();
    user.until("the file is read again", is_mended);
    user.press("<esc>3<ctrl-j>").sees("200 OK");
}
