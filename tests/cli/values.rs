//! Current values of collections, and what `env`, `vault` and `tokens` say to what they cannot do.

use std::fs;

use predicates::prelude::*;
use predicates::str::contains;

use super::{Home, is_match, write};

/// A workspace whose collection has a variable of each sort.
fn home() -> Home {
    let home = Home::new();
    let request = "name = \"Ping\"\nmethod = \"GET\"\nurl = \"{{base_url}}/ping\"\n";
    let _ = home.with(&[("ping", request), ("users/list", request)]);
    let root = home.folder.path().join("workspace");
    let collection = "name = \"API\"\n\n[[variables]]\nkey = \"base_url\"\nvalue = \"http://127.0.0.1:1\"\n\n\
                      [[variables]]\nkey = \"password\"\nsecret = true\n\n\
                      [[variables]]\nkey = \"off\"\nvalue = \"x\"\nenabled = false\n\n\
                      [[variables]]\nkey = \"pin\"\nsource = { command = [\"/usr/bin/op\", \"read\", \"op://a/b\"] }\n\n\
                      [[variables]]\nkey = \"home\"\nsource = { env = \"PLACE\" }\n\n\
                      [[variables]]\nkey = \"otp\"\nsource = { prompt = \"One-time code\" }\n";
    write(&root, "collections/api/collection.toml", collection);
    write(&root, "collections/api/users/folder.toml", "name = \"Users\"\n");
    home
}

#[test]
fn the_current_values_of_a_collection_are_set_read_and_forgotten() {
    let home = home();
    let root = home.folder.path().join("workspace");
    let file = root.join("collections/api/collection.toml");
    let before = fs::read_to_string(&file).unwrap();
    let env = |args: &[&str]| {
        let mut command = home.postrider();
        command.current_dir(&root).arg("env").args(args).assert()
    };
    let of = |verb: &str, rest: &[&str]| env(&[&[verb, "--collection", "api"], rest].concat());
    of("get", &["base_url"]).success().stdout("http://127.0.0.1:1\n");
    of("set", &["base_url", "http://127.0.0.1:2"])
        .success()
        .stderr(contains(
            "`base_url` of `api` is set on this machine; its file is unchanged",
        ));
    of("get", &["base_url"]).success().stdout("http://127.0.0.1:2\n");
    for path in ["API", "collections/api", "collections/api/collection.toml"] {
        env(&["get", "base_url", "--collection", path])
            .success()
            .stdout("http://127.0.0.1:2\n");
    }
    of("list", &[]).success().stdout(contains("password  (not set)"));
    for more in [&["password"][..], &["password", "--reveal"]] {
        of("get", more)
            .code(1)
            .stdout("")
            .stderr(contains("`password` has no value yet").and(contains("env set --collection api password -")));
    }
    of("set", &["password", "heron-4711"])
        .success()
        .stderr(contains("`password`, a secret, of `api`"));
    of("get", &["password"])
        .code(1)
        .stdout("")
        .stderr(contains("is secret").and(contains("--reveal")));
    of("get", &["password", "--reveal"]).success().stdout("heron-4711\n");
    of("set", &["pin", "-12"]).success();
    of("get", &["pin", "--reveal"]).success().stdout("-12\n");
    of("unset", &["pin"]).success();
    for verb in ["get", "list"] {
        of(verb, &[]).success().stdout(
            contains("from the program `op`")
                .and(contains("from the environment PLACE"))
                .and(contains("(asked)"))
                .and(contains("http://127.0.0.1:2  (set by you)"))
                .and(contains("heron").not())
                .and(contains("-12").not()),
        );
        of(verb, &["--reveal"]).success().stdout(contains("heron-4711"));
    }
    // A send takes it.
    let mut send = home.postrider();
    let send = send.current_dir(&root).args(["send", "api/ping", "--verbose"]).assert();
    send.code(1).stderr(contains("127.0.0.1:2"));
    of("unset", &["base_url"]).success();
    of("get", &["base_url"]).success().stdout("http://127.0.0.1:1\n");
    assert_eq!(fs::read_to_string(&file).unwrap(), before);

    of("set", &["base_url", "heron-url", "--secret"])
        .success()
        .stderr(contains("its file says that it is one, and no value"));
    let after = fs::read_to_string(&file).unwrap();
    assert!(!after.contains("heron") && !after.contains("127.0.0.1"), "{after}");
    of("get", &["base_url"]).code(1);
    write(&root, "theirs.json", "{\"name\": \"Theirs\", \"values\": []}");
    env(&["set", "base_url", "x", "-e", "theirs.json"])
        .code(2)
        .stderr(contains("`postrider import theirs.json` makes one of it"));
    // Nothing of this is an environment's.
    env(&["get", "-e", "here"])
        .success()
        .stdout("")
        .stderr(contains("has no variables yet"));
}

#[test]
fn the_only_environment_is_active_unless_another_or_none_was_chosen() {
    let home = home();
    let root = home.folder.path().join("workspace");
    let active = |expected: Option<&str>| {
        let run = |args: &[&str]| home.postrider().current_dir(&root).args(args).assert();
        let list = run(&["env", "list"]).success();
        let listed = String::from_utf8(list.get_output().stdout.clone()).unwrap();
        let marked = listed.lines().find_map(|line| line.strip_prefix("● "));
        assert_eq!(marked.and_then(|line| line.split(' ').next()), expected);
        let said = format!("active +{}", expected.unwrap_or("none"));
        run(&["doctor"]).success().stdout(is_match(&said));
        match expected {
            Some(_) => run(&["env", "set", "a", "1"]).success(),
            None => run(&["env", "set", "a", "1"]).code(2),
        };
    };
    active(Some("here"));
    write(&root, "environments/there.toml", "name = \"There\"\n");
    active(None);
    let choose = |name: &str| {
        let mut command = home.postrider();
        command.current_dir(&root).args(["env", "use", name]).assert().success();
    };
    choose("there");
    active(Some("there"));
    // What was meant for one that is gone goes to no other, and what cannot be read may be what was meant.
    fs::remove_file(root.join("environments/there.toml")).unwrap();
    active(None);
    choose("here");
    active(Some("here"));
    choose("none");
    active(None);
}

#[test]
fn a_choice_that_cannot_be_read_leaves_no_environment_active() {
    let home = home();
    let root = home.folder.path().join("workspace");
    let list = |active: bool| {
        let list = home.postrider().current_dir(&root).args(["env", "list"]).assert();
        let told = contains("no environment is active, as which one was chosen cannot be read");
        list.success()
            .stdout(predicate::function(move |text: &str| text.contains('●') == active))
            .stderr(predicate::function(move |text: &str| told.eval(text) != active));
    };
    list(true);
    let mut states = fs::read_dir(home.folder.path().join("state/postrider")).unwrap();
    let state = states.find_map(|entry| Some(entry.unwrap().path().join("state.db")).filter(|file| file.exists()));
    let state = rusqlite::Connection::open(state.unwrap()).unwrap();
    // Of a later postrider.
    state.pragma_update(None, "user_version", 99).unwrap();
    list(false);
}

#[test]
fn a_file_that_cannot_be_read_leaves_no_only_environment() {
    let home = home();
    let root = home.folder.path().join("workspace");
    write(&root, "environments/there.toml", "name = There\n");
    home.postrider()
        .current_dir(&root)
        .args(["env", "set", "a", "1"])
        .assert()
        .code(2)
        .stderr(contains("no environment is active"));
}

#[test]
fn a_secret_whose_row_was_taken_out_of_its_file_is_said_to_be_left_over() {
    let home = home();
    let root = home.folder.path().join("workspace");
    let values =
        "[{\"key\": \"pin\", \"value\": \"heron-4711\", \"type\": \"secret\"}, {\"key\": \"plain\", \"value\": \"1\"}]";
    write(
        &root,
        "sea.json",
        &format!("{{\"name\": \"Sea\", \"values\": {values}}}"),
    );
    let run = |args: &[&str]| home.postrider().current_dir(&root).args(args).assert();
    run(&["import", "sea.json"]).success();
    let list = || run(&["env", "list", "-e", "sea"]).success();
    list().stdout(contains("pin    ••••").and(contains("in no file").not()));
    let file = root.join("environments/sea.toml");
    let text = fs::read_to_string(&file).unwrap();
    let (before, _) = text.split_once("[[variables]]\nkey = \"pin\"").unwrap();
    fs::write(
        &file,
        format!("{before}[[variables]]\nkey = \"plain\"\nvalue = \"1\"\n"),
    )
    .unwrap();
    list().stdout(contains("pin    ••••").and(contains("in no file any more")));
    run(&["env", "unset", "pin", "-e", "sea"]).success();
    list().stdout(contains("pin").not());
}

#[test]
fn what_cannot_be_done_says_what_can() {
    let home = home();
    let root = home.folder.path().join("workspace");
    // The only one would be active otherwise.
    home.postrider()
        .current_dir(&root)
        .args(["env", "use", "none"])
        .assert()
        .success();
    for (arguments, code, error, hint) in [
        ("env get a", 2, "no environment is active", "--collection PATH"),
        ("env set a b", 2, "no environment is active", "-e ENV"),
        ("env set a --collection api", 2, "no value for `a`", "env set a VALUE"),
        (
            "env set a=heron --collection api",
            2,
            "no value for `a`",
            "two words: `postrider env set a VALUE`",
        ),
        (
            "env set a - --collection api",
            2,
            "no value on the standard input",
            "`''`",
        ),
        ("env set {} x --collection api", 2, "the name is empty", "NAME VALUE"),
        (
            "env get base_ulr --collection api",
            2,
            "no variable `base_ulr`",
            "did you mean `base_url`?",
        ),
        (
            "env get nothing --collection api",
            2,
            "no variable `nothing`",
            "env get --collection api` lists them",
        ),
        (
            "env get nothing -e here",
            2,
            "no variable `nothing`",
            "env get -e here` lists them",
        ),
        (
            "env get off --collection api",
            2,
            "`off` of `api` is disabled",
            "enabled = false",
        ),
        (
            "env get pin --collection api --reveal",
            1,
            "from the program `op`",
            "takes its place",
        ),
        (
            "env get otp --collection api",
            1,
            "asked when a request needs it",
            "takes its place",
        ),
        ("env unset base_url --collection api", 2, "no current value", "its file"),
        ("env get a --collection ap", 2, "`ap`", "did you mean `api`?"),
        (
            "env get a --collection api/users",
            2,
            "`api/users` is a folder",
            "--collection api`",
        ),
        (
            "env get a --collection api/ping",
            2,
            "`api/ping` is a request",
            "--collection api`",
        ),
        ("env get a -e here --collection api", 2, "cannot be used with", "--help"),
        ("env list --reveal", 2, "--collection", "--help"),
        ("env use her", 2, "no environment `her`", "did you mean `here`?"),
        ("vault set", 2, "<KEY>", "--help"),
        ("vault set me", 2, "no value for `me`", "vault set me VALUE"),
        ("vault set me=heron", 2, "no value for `me`", "vault set me VALUE"),
        ("vault set db={heron}", 2, "no value for `db`", "vault set db VALUE"),
        ("vault set {} x", 2, "the name is empty", "vault set NAME VALUE"),
        ("vault set me -", 2, "no value on the standard input", "`''`"),
        ("vault unset me", 2, "no secret `me`", "vault list"),
        ("tokens renew me", 2, "no token `me`", "collection.toml"),
        ("tokens forget me", 2, "no token `me`", "collection.toml"),
        ("tokens login api", 2, "`api` is no single request", "tokens list"),
        ("tokens login api/ping", 2, "does not get a token", "oauth2"),
        ("tokens list -e her", 2, "no environment `her`", "did you mean `here`?"),
    ] {
        let arguments = arguments.split(' ').map(|word| if word == "{}" { "" } else { word });
        let mut command = home.postrider();
        command.current_dir(&root).args(arguments).write_stdin("");
        command
            .assert()
            .code(code)
            .stdout("")
            .stderr(contains(error).and(contains(hint)).and(contains("heron").not()));
    }
}

#[cfg(unix)]
#[test]
fn whoever_gives_up_a_question_ends_the_command() {
    use std::io::{Read, Write};

    use portable_pty::{CommandBuilder, PtySize, native_pty_system};

    let server = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    server.set_nonblocking(true).unwrap();
    let base = format!("http://{}", server.local_addr().unwrap());
    let home = Home::new();
    let request = |name: &str, path: &str| format!("name = \"{name}\"\nurl = \"{base}/{path}\"\n");
    home.with(&[
        ("who", &request("Who", "{{t}}")),
        ("login", &request("Login", "{{code}}")),
    ]);
    let root = home.folder.path().join("workspace");
    let collection = "name = \"API\"\n[[variables]]\nkey = \"code\"\nsource = { prompt = \"Code\" }\n\
                      [tokens.t]\nrequest = \"login\"\nvalue = \"$.t\"\n";
    write(&root, "collections/api/collection.toml", collection);
    // The value of a request, and of the one that fetches its token.
    for (arguments, keys, code) in [
        (&["send", "collections/api/login"][..], "\x03", 130),
        (&["send", "collections/api/who"], "\x03", 130),
        (&["run", "collections/api", "-n", "3"], "12\x03", 130),
        (&["run", "collections/api", "-n", "3", "--parallel", "3"], "\x03", 130),
        (&["tokens", "renew", "t"], "\x03", 130),
        // With Esc nothing is typed, and the rest goes on.
        (&["send", "collections/api/login"], "\x1b", 1),
    ] {
        let pair = native_pty_system().openpty(PtySize::default()).unwrap();
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_postrider"));
        command.args(arguments);
        for (variable, value) in home.process().get_envs() {
            match value {
                Some(value) => command.env(variable, value),
                None => command.env_remove(variable),
            }
        }
        command.cwd(&root);
        let mut child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        // One that hangs ends the test, too.
        let mut killer = child.clone_killer();
        let (ended, end) = std::sync::mpsc::channel::<()>();
        let guard = std::thread::spawn(move || {
            let limit = std::time::Duration::from_mins(2);
            if end.recv_timeout(limit) == Err(std::sync::mpsc::RecvTimeoutError::Timeout) {
                // It may have ended just now.
                let _ = killer.kill();
            }
        });
        let mut reader = pair.master.try_clone_reader().unwrap();
        let mut typist = pair.master.take_writer().unwrap();
        let (mut seen, mut typed, mut some) = (Vec::new(), false, [0; 1024]);
        // The terminal says that nobody is at its other end as an error.
        while let Ok(length @ 1..) = reader.read(&mut some) {
            seen.extend_from_slice(&some[..length]);
            if !typed && String::from_utf8_lossy(&seen).contains("Code (for") {
                typist.write_all(keys.as_bytes()).unwrap();
                typed = true;
            }
        }
        let seen = String::from_utf8_lossy(&seen);
        let code_of_it = child.wait().unwrap().exit_code();
        drop(ended);
        guard.join().unwrap();
        assert_eq!(
            (code_of_it, seen.matches("Code (for").count()),
            (code, 1),
            "{arguments:?}: {seen}"
        );
        assert!(server.accept().is_err(), "{arguments:?}: {seen}");
    }
}

#[test]
fn an_object_is_shown_as_json() {
    let home = Home::new();
    let _ = home.with(&[]);
    let root = home.folder.path().join("workspace");
    let collection = "name = \"API\"\n\n[[variables]]\nkey = \"o\"\nvalue = { a = [1, \"x\"] }\n";
    write(&root, "collections/api/collection.toml", collection);
    let env = |args: &[&str]| {
        home.postrider()
            .current_dir(&root)
            .arg("env")
            .args(args)
            .assert()
            .success()
    };
    env(&["list", "--collection", "api"]).stdout(contains(r#"{"a":[1,"x"]}"#));
    env(&["get", "o", "--collection", "api"]).stdout("{\"a\":[1,\"x\"]}\n");
}
