//! Nothing is sent of what cannot be read: without its collection's auth and tests a request is another one.

use std::fs;

use predicates::prelude::*;
use predicates::str::contains;

use super::newman::server;
use super::{Home, is_match, write};

const CONFLICT: &str = "<<<<<<< HEAD\n";

/// A workspace with a folder in its collection, and a second collection beside it.
fn home() -> Home {
    let home = Home::new();
    let base = server();
    let one = format!("name = \"One\"\nmethod = \"GET\"\nurl = \"{base}\"\n");
    home.with(&[("one", &one), ("f/folder", "name = \"F\"\n"), ("f/two", &one)]);
    let root = home.folder.path().join("workspace");
    let failing =
        "name = \"API\"\n\n[scripts]\npost-response = '''\npm.test('never', () => pm.expect(1).to.equal(2));\n'''\n";
    write(&root, "collections/api/collection.toml", failing);
    write(&root, "collections/other/collection.toml", "name = \"Other\"\n");
    write(&root, "collections/other/one.toml", &one);
    home
}

fn run(home: &Home, args: &[&str]) -> assert_cmd::assert::Assert {
    let mut command = home.postrider();
    command.current_dir(home.folder.path().join("workspace"));
    command.args(args).assert()
}

#[test]
fn a_run_below_a_broken_file_sends_nothing() {
    let home = home();
    run(&home, &["run", "api"]).code(1).stdout(contains("never"));
    let root = home.folder.path().join("workspace");
    for (file, broken, fine) in [
        (
            "collections/api/collection.toml",
            &["api", "api/f", "api/one"][..],
            &["other"][..],
        ),
        (
            "collections/api/f/folder.toml",
            &["api", "api/f", "api/f/two"],
            &["other"],
        ),
        ("collections/api/f/two.toml", &["api", "api/f", "api/f/two"], &["other"]),
        ("globals.toml", &["api", "other"], &[]),
    ] {
        let path = root.join(file);
        let before = fs::read_to_string(&path).unwrap_or_default();
        fs::write(&path, format!("{before}{CONFLICT}")).unwrap();
        let told = format!("error: .*{file}:[0-9]+:[0-9]+: ");
        for item in broken {
            run(&home, &["run", item])
                .code(1)
                .stdout("")
                .stderr(is_match(&told).and(contains("warning:").not()));
        }
        for item in fine {
            run(&home, &["run", item]).success().stderr(contains("warning: "));
        }
        if before.is_empty() {
            fs::remove_file(&path).unwrap();
        } else {
            fs::write(&path, before).unwrap();
        }
    }
    // Only what is asked for counts.
    fs::write(
        root.join("collections/api/f/two.toml"),
        "name = \"Two\nmethod = \"GET\"\n",
    )
    .unwrap();
    run(&home, &["run", "api", "--folder", "One"])
        .code(1)
        .stdout(contains("never"));
    run(&home, &["run", "api", "--folder", "F"]).code(1).stdout("");
}

#[test]
fn a_request_below_a_broken_file_is_not_sent() {
    let home = home();
    let root = home.folder.path().join("workspace");
    fs::write(root.join("collections/api/f/folder.toml"), CONFLICT).unwrap();
    let told = is_match("error: .*folder.toml:1:[0-9]: ");
    run(&home, &["send", "-f", "api/f/two"]).code(1).stdout("").stderr(told);
    run(&home, &["send", "-f", "other/one"]).success();
}

#[test]
fn what_others_send_is_not_sent_below_a_broken_file_either() {
    let server = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    server.set_nonblocking(true).unwrap();
    let home = home();
    let root = home.folder.path().join("workspace");
    let base = format!("http://{}", server.local_addr().unwrap());
    let collection = "name = \"Other\"\n[auth]\ntype = \"bearer\"\ntoken = \"{{t}}\"\n\n\
                      [tokens.t]\nrequest = \"auth/login\"\nvalue = \"$.t\"\n";
    write(&root, "collections/other/collection.toml", collection);
    let login = format!("name = \"Login\"\nurl = \"{base}\"\n");
    write(&root, "collections/other/one.toml", &login);
    write(&root, "collections/other/auth/login.toml", &login);
    let granted = format!(
        "name = \"Granted\"\nurl = \"{base}\"\n[auth]\ntype = \"oauth2\"\n\
         grant_type = \"client_credentials\"\naccessTokenUrl = \"{base}\"\nclientId = \"c\"\n"
    );
    write(&root, "collections/other/auth/granted.toml", &granted);
    let runs = "name = \"Runs\"\nurl = \"http://127.0.0.1:1/\"\n[auth]\ntype = \"none\"\n[scripts]\n\
                pre-request = '''\nawait pm.execution.runRequest('other/auth/login');\n'''\n";
    write(&root, "collections/other/runs.toml", runs);
    write(&root, "collections/other/auth/folder.toml", CONFLICT);
    for args in [
        &["tokens", "renew", "t"][..],
        &["tokens", "login", "t"],
        &["tokens", "login", "other/auth/granted"],
        &["send", "other/one"],
        &["run", "other/one"],
        &["send", "other/runs"],
    ] {
        let done = run(&home, args).code(1);
        let output = done.get_output();
        let told = format!(
            "{}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
        assert!(
            told.contains("nothing is sent: collections/other/auth/folder.toml:"),
            "{args:?}: {told}"
        );
        assert!(server.accept().is_err(), "{args:?}: {told}");
    }
}

#[test]
fn nothing_is_sent_without_the_environment_that_is_meant() {
    let home = home();
    let root = home.folder.path().join("workspace");
    run(&home, &["env", "use", "here"]).success();
    fs::write(root.join("environments/here.toml"), CONFLICT).unwrap();
    for args in [
        &["run", "other"][..],
        &["send", "other/one"],
        &["run", "other", "-e", "here"],
        &["send", "other/one", "-e", "here"],
        &["tokens", "renew", "t"],
        &["tokens", "login", "other/one"],
    ] {
        let told = is_match("error: .*here.toml:1:[0-9]: ");
        run(&home, args).code(1).stdout("").stderr(told);
    }
}

#[test]
fn a_folder_of_which_a_part_cannot_be_read_neither_runs_nor_takes_anything_away() {
    let home = Home::new();
    let folder = home.folder.path().join("v3/postman/collections/C");
    fs::create_dir_all(&folder).unwrap();
    fs::create_dir(home.folder.path().join("collections")).unwrap();
    let good = "url: http://127.0.0.1:1/\nmethod: GET\n";
    for name in ["one", "two"] {
        fs::write(folder.join(format!("{name}.request.yaml")), good).unwrap();
    }
    let postrider = |args: &[&str]| {
        let mut command = home.postrider();
        command.current_dir(home.folder.path()).args(args).assert()
    };
    postrider(&["import", "v3", "--yes"]).code(0);
    let two = home.folder.path().join("collections/c/two.toml");
    assert!(two.is_file());
    fs::write(folder.join("two.request.yaml"), "url: 'x").unwrap();
    postrider(&["import", "v3", "--yes"]).code(1).stdout(
        contains("C/two.request.yaml")
            .and(contains("a request that cannot be read"))
            .and(contains("it stays as it is")),
    );
    assert!(two.is_file());
    postrider(&["run", "v3"])
        .failure()
        .stderr(contains("two.request.yaml").and(contains("could not be loaded")));
    fs::remove_file(folder.join("two.request.yaml")).unwrap();
    postrider(&["import", "v3", "--yes"]).code(0);
    assert!(!two.exists());
}
