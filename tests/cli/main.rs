//! The command line as a user types it: against the embedded demo server, and against everything that can go wrong.
#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod again;
mod crashes;
mod endings;
mod files;
mod imports;
mod late;
mod layout;
mod leaks;
mod named;
mod netrc;
mod newman;
mod options;
mod packages;
mod reimports;
mod reports;
mod secrets;
mod spellings;
mod streams;
mod tokens;
mod unread;
mod values;
mod vault;

use std::fs;
use std::path::Path;

use assert_cmd::Command;
use predicates::prelude::*;
use predicates::str::contains;
use tempfile::TempDir;

/// Whether the text matches a regular expression.
fn is_match(pattern: &str) -> impl Predicate<str> {
    let pattern = regex::Regex::new(pattern).unwrap();
    predicate::function(move |text: &str| pattern.is_match(text))
}

/// A user's own folders, empty at first, and a workspace of a few requests.
struct Home {
    folder: TempDir,
}

impl Home {
    fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    /// The program, started in the repository, whose samples are the workspace.
    fn postrider(&self) -> Command {
        Command::from_std(self.process())
    }

    /// The same as a process that can be watched while it runs.
    fn process(&self) -> std::process::Command {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_postrider"));
        command.current_dir(env!("CARGO_MANIFEST_DIR"));
        for (variable, folder) in [
            ("HOME", "home"),
            ("XDG_CONFIG_HOME", "config"),
            ("XDG_DATA_HOME", "data"),
            ("XDG_STATE_HOME", "state"),
            ("XDG_CACHE_HOME", "cache"),
        ] {
            command.env(variable, self.folder.path().join(folder));
        }
        for variable in ["http_proxy", "https_proxy", "all_proxy", "no_proxy"] {
            command.env_remove(variable).env_remove(variable.to_uppercase());
        }
        command.env_remove("POSTRIDER_PASSPHRASE");
        // No keyring of whoever runs the tests is asked.
        command.env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere");
        command.env_remove("NO_COLOR").env_remove("CLICOLOR_FORCE");
        command
    }

    /// The same in a workspace of one collection `api` with these requests.
    fn with(&self, requests: &[(&str, &str)]) -> Command {
        let root = self.folder.path().join("workspace");
        write(&root, "collections/api/collection.toml", "name = \"API\"\n");
        write(&root, "environments/here.toml", "name = \"Here\"\n");
        for (slug, text) in requests {
            write(&root, &format!("collections/api/{slug}.toml"), text);
        }
        let mut command = self.postrider();
        command.current_dir(root);
        command
    }
}

fn write(root: &Path, path: &str, text: &str) {
    let path = root.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

/// A request to nowhere with these scripts.
fn scripted(name: &str, pre_request: &str, post_response: &str) -> String {
    format!(
        "name = \"{name}\"\nmethod = \"GET\"\nurl = \"{{{{base_url}}}}/demo/echo\"\n\n[scripts]\npre-request = '''\n\
         {pre_request}\n'''\npost-response = '''\n{post_response}\n'''\n"
    )
}

#[test]
fn the_token_story() {
    let home = Home::new();
    let token = home
        .postrider()
        .args(["send", "collections/pydio-cells/get-token", "-e", "demo", "--demo"])
        .assert()
        .success()
        .stdout(contains("\"id_token\":\"ey"))
        .stderr(contains("POST http://127.0.0.1:").and(contains("[200 OK, ")))
        .stderr(contains("✓  Update environment").and(contains("eyJ").not()))
        .stderr(contains("\u{1b}").not());
    let reply: serde_json::Value = serde_json::from_slice(&token.get_output().stdout).unwrap();
    let token = reply["id_token"].as_str().unwrap();

    // It is kept on this machine, shown only on demand, and no file has changed.
    home.postrider()
        .args(["env", "get", "dex_token", "-e", "demo"])
        .assert()
        .code(1)
        .stderr(contains("is secret").and(contains("--reveal")));
    home.postrider()
        .args(["env", "get", "dex_token", "-e", "demo", "--reveal"])
        .assert()
        .success()
        .stdout(format!("{token}\n"));
    home.postrider()
        .args(["env", "get", "-e", "demo"])
        .assert()
        .success()
        .stdout(contains("dex_token").and(contains("set by Get token, post-response")))
        .stdout(contains(token).not());

    // And the next command uses it.
    home.postrider()
        .args([
            "send",
            "pydio-cells/configuration/list-services",
            "-e",
            "demo",
            "--demo",
            "-i",
        ])
        .assert()
        .success()
        .stdout(is_match("^HTTP/1.1 200 OK\n"))
        .stdout(contains("\"Services\""))
        .stderr(contains(token).not());
}

#[test]
fn a_token_that_is_missing_is_fetched_by_itself() {
    let home = Home::new();
    let send = |tell: bool| {
        let sent = home
            .postrider()
            .args([
                "send",
                "pydio-cells/configuration/list-services",
                "-e",
                "demo",
                "--demo",
            ])
            .assert()
            .success()
            .stdout(contains("\"Services\""));
        sent.stderr(contains("`dex_token` had no value: fetched by `Get token` in").count(usize::from(tell)));
    };
    send(true);
    send(false);
}

#[test]
fn without_a_token_the_server_refuses_and_the_reason_is_told() {
    let home = Home::new();
    home.postrider()
        .args([
            "send",
            "Pydio Cells/Configuration/List services",
            "-e",
            "demo",
            "--demo",
            "--no-renew",
        ])
        .assert()
        .stdout(contains("Unauthorized."))
        .stderr(contains("401 Unauthorized").and(contains("empty token")))
        .stderr(contains(
            "hint: `postrider send pydio-cells/get-token` fetches `dex_token`",
        ));
    home.postrider()
        .args([
            "send",
            "pydio-cells/configuration/list-services",
            "-e",
            "demo",
            "--demo",
            "--no-renew",
            "--fail",
            "-q",
        ])
        .assert()
        .code(1);
}

#[test]
fn the_whole_sample_collection_runs() {
    let home = Home::new();
    home.postrider()
        .args(["run", "collections/pydio-cells", "-e", "demo", "--demo"])
        .assert()
        .success()
        .stdout(
            contains("→ Get token")
                .and(contains("❏ Configuration"))
                .and(contains("↳ List services")),
        )
        .stdout(contains("✓  Update environment").and(contains("test-scripts")))
        .stdout(is_match("assertions │ +[0-9]+ │ +0 │"))
        .stdout(contains("eyJ").not());
}

#[test]
fn wrong_credentials_are_told() {
    let home = Home::new();
    let send = |variable: &str| {
        let mut command = home.postrider();
        command.args([
            "send",
            "pydio-cells/get-token",
            "-e",
            "demo",
            "--demo",
            "--env-var",
            variable,
        ]);
        command.assert()
    };
    send("password=wrong-one")
        .stdout(contains("cannot find username or password"))
        .stderr(
            contains("[403 Forbidden")
                .and(contains("`dex_token` was set to nothing"))
                .and(contains("hint:")),
        );
    send("client_secret=wrong-one")
        .stdout(contains("invalid_client"))
        .stderr(contains("[401 Unauthorized").and(contains("wrong-one").not()));
}

#[test]
fn a_send_that_reaches_nobody_says_why_and_what_next() {
    let home = Home::new();
    for (url, why) in [
        ("http://127.0.0.1:1/", "refused"),
        ("http://no-such-host.invalid/", "no-such-host.invalid"),
        ("{{nowhere}}/x", "nowhere"),
        ("ftp://127.0.0.1/", "ftp"),
    ] {
        home.postrider()
            .args(["send", "GET", url])
            .assert()
            .code(1)
            .stdout("")
            .stderr(contains("error: ").and(contains(why)).and(contains("hint: ")));
    }
}

#[test]
fn a_slow_answer_runs_into_the_limit() {
    let home = Home::new();
    home.postrider()
        .args([
            "send",
            "{{base_url}}/demo/slow?ms=30000",
            "--demo",
            "--timeout-request",
            "300",
        ])
        .assert()
        .code(1)
        .stderr(contains("error: ").and(contains("hint: ")));
}

#[test]
fn what_is_typed_is_sent() {
    let home = Home::new();
    let send = |extra: &[&str]| {
        let mut command = home.postrider();
        command.args([
            "send",
            "POST",
            "{{base_url}}/demo/echo?q={{x}}",
            "--demo",
            "--env-var",
            "x=a b",
        ]);
        let done = command.args(extra).assert().success();
        serde_json::from_slice::<serde_json::Value>(&done.get_output().stdout).unwrap()
    };
    let reply = send(&["-H", "X-One: {{x}}", "-d", "{\"a\": 1} // no json"]);
    let text = reply.to_string();
    assert!(text.contains("a b") && text.contains("no json"), "{text}");
    let reply = send(&["-d", "{\"n\": 1.50}"]);
    assert_eq!(reply["body"]["json"]["n"].to_string(), "1.5");

    let file = home.folder.path().join("reply.json");
    home.postrider()
        .args(["send", "try-me/echo", "--demo", "-o"])
        .arg(&file)
        .assert()
        .success()
        .stdout("");
    assert!(fs::read_to_string(file).unwrap().to_lowercase().contains("x-greeting"));
}

#[test]
fn escape_sequences_of_a_server_never_reach_stderr() {
    let home = Home::new();
    home.postrider()
        .args(["send", "try-me/escape-sequences", "--demo"])
        .assert()
        .success()
        .stderr(contains("\u{1b}").not());
    home.postrider()
        .args(["run", "try-me/escape-sequences", "--demo"])
        .assert()
        .success()
        .stdout(contains("\u{1b}").not());
}

#[test]
fn scripts_that_throw_loop_or_eat_memory_end_in_a_message() {
    let home = Home::new();
    let requests = [
        (
            "throws",
            scripted("Throws", "null.x", "pm.test('ran all the same', () => {})"),
        ),
        ("loops", scripted("Loops", "for (;;) {}", "")),
        (
            "eats",
            scripted(
                "Eats",
                "const a = []; for (;;) a.push('x'.repeat(1000000) + a.length)",
                "",
            ),
        ),
        (
            "fails",
            scripted("Fails", "", "pm.test('two', () => pm.expect(1).to.equal(2))"),
        ),
    ];
    let requests: Vec<(&str, &str)> = requests.iter().map(|(slug, text)| (*slug, text.as_str())).collect();
    let send = |item: &str| {
        let mut command = home.with(&requests);
        command.args(["send", item, "--demo", "--timeout-script", "2s"]);
        command.assert().code(1)
    };
    send("api/throws")
        .stderr(contains("error: TypeError in Throws, pre-request: "))
        .stderr(contains("[200 OK").and(contains("✓  ran all the same")));
    send("api/loops").stderr(contains("TimeoutError in Loops, pre-request").and(contains("hint: ")));
    send("api/eats").stderr(contains("in Eats, pre-request"));
    send("api/fails").stderr(contains("✗  two").and(contains("expected 1 to equal 2")));

    home.with(&requests)
        .args(["run", "api", "--demo", "--timeout-script", "2s"])
        .assert()
        .code(1)
        .stdout(is_match(r"\d\. TimeoutError in prerequest-script"))
        .stdout(contains("AssertionError  two").and(contains("inside \"Fails\"")));
    home.with(&requests)
        .args(["run", "api/fails", "--demo", "-x"])
        .assert()
        .success();
}

#[test]
fn runs_take_data_iterations_folders_and_bail() {
    let home = Home::new();
    let test =
        "pm.test('n is ' + pm.iterationData.get('n'), () => pm.expect(pm.iterationData.get('n')).to.be.below(2))";
    let (one, two) = (scripted("One", "", test), scripted("Two", "", ""));
    let requests = [("one", one.as_str()), ("two", two.as_str())];
    let run = |extra: &[&str]| {
        let mut command = home.with(&requests);
        write(&home.folder.path().join("workspace"), "rows.csv", "n\n1\n2\n3\n");
        command.args(["run", "api", "--demo"]);
        command.args(extra).assert()
    };
    run(&["-d", "rows.csv", "--folder", "One"])
        .code(1)
        .stdout(
            contains("Iteration 3/3")
                .and(contains("✓  n is 1"))
                .and(contains("2. n is 3")),
        )
        .stdout(contains("→ Two").not());
    run(&["-d", "rows.csv", "--bail"])
        .code(1)
        .stdout(contains("Iteration 2/3").and(contains("Iteration 3/3").not()))
        .stdout(contains("stopped at its first failure"));
    run(&["-n", "2", "--folder", "Two"])
        .success()
        .stdout(contains("Iteration 2/2"));
    run(&["--folder", "Three"])
        .code(1)
        .stderr(contains("no folder or request `Three` in `API`"));
    run(&["-d", "nothing.csv"]).code(2).stderr(contains("`nothing.csv`"));
    // As newman where it cannot read the command line.
    run(&["-n", "0"]).code(1);
    run(&["--nope"]).code(1).stderr(contains("--nope"));
    run(&["--help"]).success();
    home.postrider().arg("run").assert().code(1);
}

#[test]
fn environments_are_listed_chosen_read_and_set() {
    let home = Home::new();
    let env = |args: &[&str]| home.postrider().arg("env").args(args).assert();
    env(&["list"])
        .success()
        .stdout(contains("demo").and(contains("●").not()));
    env(&["get", "base_url"])
        .code(2)
        .stderr(contains("no environment is active").and(contains("hint: ")));
    env(&["use", "dmo"]).code(2).stderr(contains("did you mean `demo`?"));
    env(&["use", "demo"]).success();
    env(&["list"]).success().stdout(contains("● demo"));
    env(&["get", "base_url"]).success().stdout("http://127.0.0.1:8765\n");
    env(&["set", "base_url", "http://127.0.0.1:1"])
        .success()
        .stderr(contains("its file is unchanged"));
    env(&["get", "base_url"]).success().stdout("http://127.0.0.1:1\n");
    env(&["get", "nothing"]).code(2).stderr(contains("`nothing`"));
    env(&["use", "none"]).success();
    env(&["list"]).success().stdout(contains("●").not());
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("environments/demo.toml");
    assert!(fs::read_to_string(file).unwrap().contains("http://127.0.0.1:8765"));
}

#[test]
fn a_slip_in_a_path_gets_a_suggestion_and_code_2() {
    let home = Home::new();
    for (command, typed) in [
        ("send", "collections/pydio-cells/get-tokn"),
        ("send", "get-token"),
        ("run", "pydio-cells/get-tokem.toml"),
    ] {
        home.postrider()
            .args([command, typed])
            .assert()
            .code(2)
            .stdout("")
            .stderr(contains(format!("`{typed}`")).and(contains("did you mean `pydio-cells/get-token`?")));
    }
    home.postrider()
        .args(["send", "pydio-cells"])
        .assert()
        .code(2)
        .stderr(contains("postrider run pydio-cells"));
    home.postrider()
        .args(["send", "GET"])
        .assert()
        .code(2)
        .stderr(contains("`GET` needs a URL"));
    home.postrider()
        .args(["-w", "/nowhere/at/all", "env", "list"])
        .assert()
        .code(2)
        .stderr(contains("`/nowhere/at/all` is no folder"));
    home.postrider().args(["send"]).assert().code(2);
    home.postrider()
        .arg("snd")
        .assert()
        .code(2)
        .stderr(contains("`snd` is neither a command, nor a folder").and(contains("did you mean `postrider send`?")));
    home.postrider()
        .args([".", "-e", "staging.json"])
        .assert()
        .code(2)
        .stderr(contains("`-e` and `-g` go with a file of Postman's").and(contains("postrider env use")));
    home.postrider()
        .args(["-e", "staging.json", "env", "list"])
        .assert()
        .code(2)
        .stderr(contains("behind the command"));
}

#[test]
fn a_broken_file_is_told_with_its_place_and_the_rest_works() {
    let home = Home::new();
    let good = scripted("Good", "", "");
    home.with(&[("good", good.as_str()), ("broken", "name = \"Broken\"\nmethod = GET\n")])
        .args(["send", "api/good", "--demo"])
        .assert()
        .success()
        .stderr(is_match("warning: .*broken.toml:2:10: ").and(contains("hint:").not()));
    // Who asks for it hears what is wrong with it, who needs no file hears nothing.
    home.with(&[])
        .args(["send", "collections/api/broken", "--demo"])
        .assert()
        .code(1)
        .stderr(is_match("error: .*broken.toml:2:10: ").and(contains("did you mean").not()));
    home.with(&[]).args(["env", "list"]).assert().stderr("");
    home.with(&[])
        .args(["send", "GET", "http://127.0.0.1:1/"])
        .assert()
        .stderr(contains("broken").not());
    home.with(&[])
        .arg("doctor")
        .assert()
        .success()
        .stdout(contains("collections/api/broken.toml:2:10"));
}

#[test]
fn writes_without_an_environment_are_told_and_dropped() {
    let home = Home::new();
    let sets = scripted("Sets", "pm.environment.set('a', 'the-value')", "");
    let with = || home.with(&[("sets", sets.as_str())]);
    with().args(["env", "use", "none"]).assert().success();
    with()
        .args(["send", "api/sets", "--demo"])
        .assert()
        .success()
        .stderr(contains("`a` was not set: no environment is active").and(contains("the-value").not()));
}

#[test]
fn doctor_and_completions_say_what_they_should() {
    let home = Home::new();
    home.postrider().arg("doctor").assert().success().stdout(
        contains("pydio-cells")
            .and(contains("state.db"))
            .and(contains("stdout is a terminal")),
    );
    write(
        home.folder.path(),
        "config/postrider/keymap.toml",
        "normal = [ { on = 'x', run = 'fly' } ]\n",
    );
    home.postrider()
        .arg("doctor")
        .assert()
        .success()
        .stdout(is_match("keymap.toml:1:30 +`fly` is not an action"));
    for shell in ["bash", "zsh", "fish"] {
        home.postrider()
            .args(["completions", shell])
            .assert()
            .success()
            .stdout(contains("postrider"));
    }
}

#[test]
fn colour_comes_only_when_asked_for() {
    let home = Home::new();
    let list = |args: &[&str]| home.postrider().args(args).args(["env", "list"]).assert().success();
    list(&[]).stdout(contains("\u{1b}").not());
    list(&["--color", "always"]).stdout(contains("\u{1b}["));
    home.postrider()
        .args(["env", "list"])
        .env("CLICOLOR_FORCE", "1")
        .env("NO_COLOR", "1")
        .assert()
        .stdout(contains("\u{1b}").not());
}
