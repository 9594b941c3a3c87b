//! How commands end: exit codes, what is kept, and what is left in the history.

use std::fs;

use predicates::prelude::*;
use predicates::str::contains;

use super::{Home, scripted};

#[cfg(target_os = "linux")]
#[test]
fn nobody_reading_changes_no_exit_code() {
    let home = Home::new();
    let fails = [("fails", &*scripted("Fails", "", "null.x"))];
    for (command, target) in [("run", "collections/api"), ("send", "api/fails")] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let program = home.with(&fails);
        let status = std::process::Command::new(program.get_program())
            .args([command, target, "--demo"])
            .current_dir(program.get_current_dir().unwrap())
            .envs(program.get_envs().filter_map(|(name, value)| Some((name, value?))))
            .stdout(writer)
            .stderr(std::process::Stdio::null())
            .status();
        assert_eq!(status.unwrap().code(), Some(1), "{command}");
    }
}

#[test]
fn what_cannot_be_kept_is_a_failure() {
    let home = Home::new();
    // A file where the folder should be cannot be written into, not even by root.
    fs::write(home.folder.path().join("state"), "").unwrap();
    for command in [&["env", "use", "demo"][..], &["env", "set", "-e", "demo", "a", "b"]] {
        let done = home.postrider().args(command).assert().code(1);
        done.stderr(
            contains("error: ")
                .and(contains("hint: "))
                .and(contains("is set").not()),
        );
    }
    let token = ["send", "pydio-cells/get-token", "-e", "demo", "--demo", "-q"];
    let done = home.postrider().args(token).assert().code(1);
    done.stdout(contains("id_token"))
        .stderr(contains("error: what was set was not kept: "));
    home.postrider()
        .args(["send", "try-me/echo", "-e", "demo", "--demo"])
        .assert()
        .code(0);
}

#[test]
fn what_is_sent_is_in_the_history_without_secrets() {
    let home = Home::new();
    let token = ["--env-var", "key=s3cret-key", "--demo"];
    let wanted = [(
        "one",
        "name = \"One\"\nurl = \"{{base_url}}/demo/echo?q={{key}}\"\n[auth]\ntype = \"bearer\"\ntoken = \"{{key}}\"\n",
    )];
    home.with(&wanted)
        .args(["send", "api/one", "-e", "here"])
        .args(token)
        .assert()
        .code(0);
    home.with(&wanted)
        .args(["run", "collections/api", "-e", "here"])
        .args(token)
        .assert()
        .code(0);
    let paths = postrider::store::Paths {
        state: home.folder.path().join("state/postrider"),
        ..postrider::store::Paths::from_env().unwrap()
    };
    let root = home.folder.path().join("workspace").canonicalize().unwrap();
    let (state, _) = postrider::store::State::open(&paths, &root).unwrap();
    let rows = state.history(None, 10).unwrap();
    assert_eq!(rows.len(), 2);
    for row in rows {
        assert_eq!((row.path.as_deref(), row.status), (Some("api/one"), Some(200)));
        assert!(
            row.url.contains("/demo/echo?q=") && !row.url.contains("s3cret"),
            "{}",
            row.url
        );
    }
}

#[test]
fn without_a_terminal_the_screen_points_to_the_commands() {
    let home = Home::new();
    for arguments in [&[][..], &["demo"]] {
        let mut command = home.postrider();
        command
            .args(arguments)
            .assert()
            .code(1)
            .stderr(contains("error: there is no terminal to open the screen on").and(contains("`postrider send`")));
    }
}

#[test]
fn schemas_are_printed_and_the_exit_codes_are_stable() {
    let home = Home::new();
    home.postrider()
        .args(["schema", "request"])
        .assert()
        .code(0)
        .stdout(contains("\"properties\""));
    for (arguments, code) in [
        (&["schema"][..], 0),
        (&["schema", "nope"], 2),
        (&["env", "get", "nope", "-e", "demo"], 2),
        (&["env", "use", "nope"], 2),
        (&["send", "GET"], 2),
        (&["send", "POST", "http://127.0.0.1:1/", "-d", "@/nope"], 2),
        (&["send", "http://127.0.0.1:1/"], 1),
        (&["run", "pydio-cells", "-d", "/nope"], 2),
    ] {
        home.postrider().args(arguments).assert().code(code);
    }
}
