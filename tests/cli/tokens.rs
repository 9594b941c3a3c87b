//! Tokens on the command line: renewed by themselves, one renewal for two processes, listed, renewed and forgotten.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use predicates::prelude::*;
use predicates::str::contains;

use super::{Home, write};

/// A desk that is slow to hand out tokens and takes any; returns its address and the count of those it has handed out.
fn desk() -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let asked = Arc::new(AtomicUsize::new(0));
    let count = asked.clone();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let count = count.clone();
            std::thread::spawn(move || answer(stream, &count));
        }
    });
    (base, asked)
}

fn answer(mut stream: TcpStream, asked: &AtomicUsize) {
    let mut read = Vec::new();
    let mut piece = [0; 1024];
    while !read.windows(4).any(|end| end == b"\r\n\r\n") {
        match stream.read(&mut piece) {
            Ok(0) | Err(_) => return,
            Ok(n) => read.extend_from_slice(&piece[..n]),
        }
    }
    let head = String::from_utf8_lossy(&read).into_owned();
    let body = if head.contains(" /token ") {
        let number = asked.fetch_add(1, Ordering::SeqCst) + 1;
        std::thread::sleep(Duration::from_millis(400));
        format!("{{\"access_token\":\"s3cret-token-{number}\",\"expires_in\":600}}")
    } else {
        let token = head
            .lines()
            .find_map(|line| line.strip_prefix("Authorization: Bearer "));
        format!(
            "number {}",
            token.and_then(|token| token.rsplit('-').next()).unwrap_or("none")
        )
    };
    let length = body.len();
    let token = head
        .lines()
        .find_map(|line| line.strip_prefix("Authorization: Bearer "));
    let reason = token.filter(|_| head.contains(" /reason ")).unwrap_or("OK");
    let is_first = || head.contains(" /once ") && token.is_some_and(|token| token.ends_with("-1"));
    let status = if head.contains(" /refused ") || is_first() {
        401
    } else {
        200
    };
    let _closed = write!(
        stream,
        "HTTP/1.1 {status} {reason}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    );
}

#[test]
fn a_new_token_that_is_refused_too_is_told_and_one_that_cannot_be_had_is_told_once() {
    let (base, asked) = desk();
    let send = |from: &str, to: &str| {
        let home = Home::new();
        let mut command = postrider(&home, &base);
        let folder = home.folder.path().join("tokens/collections/api");
        for file in ["get.toml", "login.toml"] {
            let text = std::fs::read_to_string(folder.join(file)).unwrap();
            write(
                &folder,
                file,
                &text.replace(&format!("{base}{from}"), &format!("{base}{to}")),
            );
        }
        let sent = command.args(["send", "api/get"]).output().unwrap();
        String::from_utf8_lossy(&sent.stderr).into_owned()
    };
    let told = send("/x", "/refused");
    let hint = "hint: the new one, `t`, was refused, too: see who `api/login` signs in as";
    assert!(told.contains(hint) && !told.contains("fetches a new"), "{told}");
    assert_eq!(asked.load(Ordering::SeqCst), 2);
    let told = send("/token", "/none");
    assert_eq!(told.matches("could not be fetched").count(), 1, "{told}");
}

#[test]
fn a_secret_without_a_value_is_told_where_it_goes_out_and_where_a_token_is_refused_for_it() {
    let (base, _) = desk();
    let home = Home::new();
    let mut command = postrider(&home, &base);
    let root = home.folder.path().join("tokens");
    let secret = "name = \"Here\"\n[[variables]]\nkey = \"pw\"\nsecret = true\n";
    write(&root, "environments/here.toml", secret);
    let auth = "[auth]\ntype = \"basic\"\nusername = \"joe\"\npassword = \"{{pw}}\"\n";
    let request = |to: &str| format!("name = \"R\"\nmethod = \"POST\"\nurl = \"{base}{to}\"\n{auth}");
    write(&root, "collections/api/leak.toml", &request("/x"));
    write(&root, "collections/api/login.toml", &request("/refused"));
    let mut told = |request: &str| {
        let sent = command.args(["send", request, "-e", "here"]).output().unwrap();
        command = home.process();
        command.current_dir(&root);
        String::from_utf8_lossy(&sent.stderr).into_owned()
    };
    let how = "`postrider env set -e here pw -` asks for it";
    let leak = told("api/leak");
    let warning = format!("warning: the secret `pw` has no value yet: an empty one was sent; {how}");
    assert!(leak.contains(&warning), "{leak}");
    let get = told("api/get");
    assert!(get.contains("; the secret `pw` has no value yet"), "{get}");
    assert!(get.contains(&format!("hint: {how}")), "{get}");
    // One that was set to nothing is meant so.
    let mut set = home.process();
    set.current_dir(&root);
    assert!(
        set.args(["env", "set", "-e", "here", "pw", ""])
            .status()
            .unwrap()
            .success()
    );
    let leak = told("api/leak");
    assert!(!leak.contains("no value yet"), "{leak}");
}

#[test]
fn a_renewal_tells_that_nothing_stands_where_its_end_should() {
    let (base, _) = desk();
    let home = Home::new();
    let mut command = postrider(&home, &base);
    let file = home.folder.path().join("tokens/collections/api/collection.toml");
    let text = std::fs::read_to_string(&file).unwrap() + "expires = \"$.nope\"\n";
    std::fs::write(&file, text).unwrap();
    let done = command.args(["tokens", "renew", "t", "-e", "here"]).output().unwrap();
    let told = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{told}");
    let odd = "`expires = \"$.nope\"` of `t`: the reply of `Log in` has nothing there";
    assert_eq!(told.matches(odd).count(), 1, "{told}");
}

#[test]
fn a_renewal_tells_why_what_was_to_renew_it_did_not() {
    let (base, _) = desk();
    let home = Home::new();
    drop(postrider(&home, &base));
    let root = home.folder.path().join("tokens");
    let file = root.join("collections/api/collection.toml");
    let text = std::fs::read_to_string(&file).unwrap() + "refresh = \"again\"\n";
    std::fs::write(&file, text).unwrap();
    let again = format!("name = \"Again\"\nmethod = \"POST\"\nurl = \"{base}/refused\"\n[auth]\ntype = \"none\"\n");
    write(&root, "collections/api/again.toml", &again);
    let renew = || {
        let mut command = home.process();
        let command = command.current_dir(&root).args(["tokens", "renew", "t", "-e", "here"]);
        String::from_utf8_lossy(&command.output().unwrap().stderr).into_owned()
    };
    let told = renew();
    assert!(told.contains("`t` is fresh") && !told.contains("renewed:"), "{told}");
    let told = renew();
    let anew = "`t` was got anew instead of renewed: `Again` answered 401";
    assert!(
        told.contains("`t` is fresh") && told.matches(anew).count() == 1,
        "{told}"
    );
    write(&root, "collections/api/login.toml", &again.replace("Again", "Log in"));
    let told = renew();
    let neither = "what is to renew `t` did not: `Again` answered 401";
    assert_eq!(told.matches(neither).count(), 1, "{told}");
    assert_eq!(told.matches("could not be renewed").count(), 1, "{told}");
}

/// The program in a workspace whose collection says where its token comes from.
fn postrider(home: &Home, base: &str) -> std::process::Command {
    let root = home.folder.path().join("tokens");
    let collection = "name = \"API\"\n[auth]\ntype = \"bearer\"\ntoken = \"{{t}}\"\n\n[tokens.t]\nrequest = \"login\"\n\
                      value = \"$.access_token\"\n";
    write(&root, "collections/api/collection.toml", collection);
    let login = format!("name = \"Log in\"\nmethod = \"POST\"\nurl = \"{base}/token\"\n[auth]\ntype = \"none\"\n");
    write(&root, "collections/api/login.toml", &login);
    write(
        &root,
        "collections/api/get.toml",
        &format!("name = \"Get\"\nmethod = \"GET\"\nurl = \"{base}/x\"\n"),
    );
    write(&root, "environments/here.toml", "name = \"Here\"\n");
    let mut command = home.process();
    command.current_dir(root);
    command
}

#[test]
fn two_processes_fetch_one_token() {
    let home = Home::new();
    let (base, asked) = desk();
    let running: Vec<_> = (0..2)
        .map(|_| {
            let mut command = postrider(&home, &base);
            command.args(["send", "api/get", "-e", "here"]);
            command
                .stdout(std::process::Stdio::piped())
                .stderr(std::process::Stdio::piped());
            command.spawn().unwrap()
        })
        .collect();
    for child in running {
        let done = child.wait_with_output().unwrap();
        let told = String::from_utf8_lossy(&done.stderr);
        assert_eq!(String::from_utf8_lossy(&done.stdout), "number 1", "{told}");
        assert!(!told.contains("s3cret"), "{told}");
    }
    assert_eq!(asked.load(Ordering::SeqCst), 1);
}

#[test]
fn the_token_of_an_auth_is_signed_in_for_listed_and_forgotten() {
    let home = Home::new();
    let (base, asked) = desk();
    let run = |args: &[&str]| {
        let mut command = postrider(&home, &base);
        let own = format!(
            "name = \"Own\"\nmethod = \"GET\"\nurl = \"{base}/x\"\n[auth]\ntype = \"oauth2\"\n\
             grant_type = \"client_credentials\"\naccessTokenUrl = \"{base}/token\"\nclientId = \"me\"\n\
             clientSecret = \"hush\"\n"
        );
        write(&home.folder.path().join("tokens"), "collections/api/own.toml", &own);
        command.args(args).args(["-e", "here"]);
        assert_cmd::Command::from_std(command).assert()
    };
    run(&["tokens", "login", "api/own"])
        .success()
        .stderr(contains(
            "`me at 127.0.0.1` is fresh from `client credentials`, good for 10 min",
        ))
        .stderr(contains("s3cret").not());
    let listed = run(&["tokens", "list"]).success();
    listed.stdout(contains("me at 127.0.0.1  here  valid 10 min").and(contains("by the auth of api/own")));
    run(&["send", "api/own"]).success().stdout("number 1");
    run(&["tokens", "renew", "me at 127.0.0.1"])
        .success()
        .stderr(contains("`me at 127.0.0.1` is fresh"));
    run(&["send", "api/own"]).success().stdout("number 2");
    // A variable's name means the request that fills it.
    run(&["tokens", "login", "t"])
        .success()
        .stderr(contains("`t` is fresh from `Log in`"));
    run(&["tokens", "forget", "me at 127.0.0.1"]).success();
    run(&["tokens", "list"]).success().stdout(contains("me at").not());
    run(&["send", "api/own"]).success().stdout("number 4");
    assert_eq!(asked.load(Ordering::SeqCst), 4);
    run(&["tokens", "login", "api/get"])
        .code(2)
        .stderr(contains("the auth of `Get` does not get a token itself"));
}

/// A request whose auth gets its token itself, at this server.
fn own(base: &str, more: &str) -> String {
    format!(
        "name = \"Own\"\nmethod = \"GET\"\nurl = \"{base}/x\"\n[auth]\ntype = \"oauth2\"\naccessTokenUrl = \"{base}/token\"\n\
         clientId = \"me\"\n{more}"
    )
}

#[test]
fn two_tokens_of_one_client_have_names_of_their_own_and_need_no_environment_to_be_found() {
    let home = Home::new();
    let (base, _) = desk();
    let run = |args: &[&str]| {
        let command = postrider(&home, &base);
        let root = home.folder.path().join("tokens");
        let machine = "grant_type = \"client_credentials\"\nclientSecret = \"hush\"\n";
        write(&root, "collections/api/own.toml", &own(&base, machine));
        let scope = format!("{machine}scope = \"wide\"\n");
        write(&root, "collections/api/wide.toml", &own(&base, &scope));
        assert_cmd::Command::from_std(command).args(args).assert()
    };
    run(&["send", "api/own", "-e", "here"]).success();
    run(&["send", "api/wide", "-e", "here"]).success();
    run(&["tokens", "list", "-e", "here"]).success().stdout(
        contains("me at 127.0.0.1 (api/own)   here  valid 10 min")
            .and(contains("me at 127.0.0.1 (api/wide)  here  valid 10 min")),
    );
    run(&["tokens", "forget", "me at 127.0.0.1"])
        .code(2)
        .stderr(contains("there are 2 tokens"));
    run(&["tokens", "forget", "me at 127.0.0.1", "-e", "here"])
        .code(2)
        .stderr(contains("`me at 127.0.0.1 (api/own)`, `me at 127.0.0.1 (api/wide)`"));
    // What the list calls it, or the request, with an environment or without.
    run(&["tokens", "forget", "me at 127.0.0.1 (api/own)"]).success();
    run(&["tokens", "list"])
        .success()
        .stdout(contains("me at 127.0.0.1  here").and(contains("api/own").not()));
    run(&["tokens", "login", "me at 127.0.0.1"]).success();
    run(&["tokens", "forget", "api/wide"]).success();
    run(&["tokens", "list"]).success().stdout(contains("me at").not());
    // Any of the requests that have it names it, by its file as well.
    let root = home.folder.path().join("tokens");
    let machine = "grant_type = \"client_credentials\"\nclientSecret = \"hush\"\n";
    for name in ["api/z-more", "collections/api/z-more.toml"] {
        run(&["send", "api/own", "-e", "here"]).success();
        write(&root, "collections/api/z-more.toml", &own(&base, machine));
        run(&["tokens", "forget", name, "-e", "here"])
            .success()
            .stderr(contains("`me at 127.0.0.1` is forgotten"));
        run(&["tokens", "list", "-e", "here"])
            .success()
            .stdout(contains("me at").not());
    }
}

#[test]
fn another_client_secret_wants_another_token() {
    let home = Home::new();
    let (base, asked) = desk();
    let run = |secret: &str| {
        let command = postrider(&home, &base);
        let more = format!("grant_type = \"client_credentials\"\nclientSecret = \"{secret}\"\n");
        let root = home.folder.path().join("tokens");
        write(&root, "collections/api/own.toml", &own(&base, &more));
        let sent = assert_cmd::Command::from_std(command)
            .args(["send", "api/own"])
            .assert();
        sent.success()
    };
    run("first").stdout("number 1");
    run("first").stdout("number 1");
    run("second")
        .stdout("number 2")
        .stderr(contains("another password or client secret"));
    run("second").stdout("number 2");
    assert_eq!(asked.load(Ordering::SeqCst), 2);
}

#[test]
fn without_a_terminal_a_login_waits_for_nobody_unless_it_is_told_to() {
    let home = Home::new();
    let (base, asked) = desk();
    let mut command = postrider(&home, &base);
    let more = format!("authUrl = \"{base}/authorize\"\n");
    write(
        &home.folder.path().join("tokens"),
        "collections/api/own.toml",
        &own(&base, &more),
    );
    command.args(["tokens", "login", "api/own"]);
    assert_cmd::Command::from_std(command)
        .assert()
        .code(1)
        .stderr(contains("nobody can be asked here").and(contains("`--wait`")));
    assert_eq!(asked.load(Ordering::SeqCst), 0);
}

#[test]
fn where_nothing_could_come_back_no_login_is_waited_for() {
    let home = Home::new();
    let (base, asked) = desk();
    let mut command = postrider(&home, &base);
    let more = format!("authUrl = \"{base}/authorize\"\nredirect_uri = \"https://elsewhere.example/back\"\n");
    write(
        &home.folder.path().join("tokens"),
        "collections/api/own.toml",
        &own(&base, &more),
    );
    command.args(["tokens", "login", "api/own", "--wait"]);
    assert_cmd::Command::from_std(command)
        .assert()
        .code(1)
        .stderr(contains("nothing can come back here").and(contains("hint: run it in a terminal")));
    assert_eq!(asked.load(Ordering::SeqCst), 0);
}

#[test]
fn a_grant_that_names_no_place_is_told_before_anything_is_sent() {
    let home = Home::new();
    let (base, asked) = desk();
    for (args, code) in [
        (&["send", "api/own"][..], 1),
        (&["tokens", "login", "api/own"], 1),
        (&["run", "collections/api/own.toml"], 1),
    ] {
        let mut command = postrider(&home, &base);
        let request = format!(
            "name = \"Own\"\nurl = \"{base}/x\"\n[auth]\ntype = \"oauth2\"\ngrant_type = \"client_credentials\"\n\
             clientId = \"me\"\n"
        );
        write(&home.folder.path().join("tokens"), "collections/api/own.toml", &request);
        command.args(args);
        let run = assert_cmd::Command::from_std(command).assert().code(code);
        let output = run.get_output();
        let told = String::from_utf8([&*output.stdout, &*output.stderr].concat()).unwrap();
        assert!(told.contains("the OAuth 2.0 auth has no Token URL"), "{args:?} {told}");
    }
    assert_eq!(asked.load(Ordering::SeqCst), 0);
}

#[test]
fn what_was_sent_again_for_its_token_is_listed_once() {
    let home = Home::new();
    let (base, _) = desk();
    for (args, times) in [
        (&["send", "api/get"][..], 0),
        (&["run", "collections/api/once.toml", "--verbose"], 1),
    ] {
        let mut command = postrider(&home, &base);
        let once = format!("name = \"Once\"\nurl = \"{base}/once\"\n");
        write(&home.folder.path().join("tokens"), "collections/api/once.toml", &once);
        command.args(args);
        let run = assert_cmd::Command::from_std(command).assert().success();
        let told = String::from_utf8(run.get_output().stdout.clone()).unwrap();
        let refused = told.lines().filter(|line| line.contains("/once [401"));
        let refused: Vec<&str> = refused.collect();
        assert_eq!(refused.len(), times, "{told}");
        assert!(refused.iter().all(|line| line.contains("sent again")), "{told}");
    }
}

#[test]
fn a_token_of_the_collection_is_known_in_every_environment() {
    let home = Home::new();
    let (base, asked) = desk();
    let run = |args: &[&str]| {
        let command = postrider(&home, &base);
        let root = home.folder.path().join("tokens");
        let collection = "name = \"API\"\n[auth]\ntype = \"bearer\"\ntoken = \"{{t}}\"\n\n[[variables]]\nkey = \"t\"\n\n\
                          [tokens.t]\nrequest = \"login\"\nvalue = \"$.access_token\"\n";
        write(&root, "collections/api/collection.toml", collection);
        assert_cmd::Command::from_std(command).args(args).assert()
    };
    run(&["send", "api/get"]).success().stdout("number 1");
    run(&["tokens", "list", "-e", "here"])
        .success()
        .stdout(contains("t  here  valid 10 min"));
    run(&["send", "api/get", "-e", "here"]).success().stdout("number 1");
    assert_eq!(asked.load(Ordering::SeqCst), 1);
}

#[test]
fn tokens_are_listed_renewed_and_forgotten() {
    let home = Home::new();
    let (base, asked) = desk();
    let run = |args: &[&str]| {
        let mut command = assert_cmd::Command::from_std(postrider(&home, &base));
        command.args(args).args(["-e", "here"]).assert()
    };
    run(&["tokens", "list"])
        .success()
        .stdout(contains("no token yet").and(contains("api/login")));
    run(&["tokens", "renew", "t"])
        .success()
        .stderr(contains("`t` is fresh from `Log in`, good for 10 min").and(contains("s3cret").not()));
    let listed = run(&["tokens", "list"]).success();
    listed.stdout(contains("valid 10 min").and(contains("s3cret").not()));
    let json = run(&["tokens", "list", "--json"]).success();
    let json: serde_json::Value = serde_json::from_slice(&json.get_output().stdout).unwrap();
    assert_eq!((&json[0]["state"], &json[0]["name"]), (&"valid".into(), &"t".into()));
    run(&["send", "api/get"]).success().stdout("number 1");
    run(&["tokens", "renew", "t"]).success();
    run(&["send", "api/get"]).success().stdout("number 2");
    run(&["tokens", "forget", "t"])
        .success()
        .stderr(contains("`t` is forgotten"));
    run(&["tokens", "list"]).success().stdout(contains("no token yet"));
    run(&["send", "api/get", "--no-renew"]).success().stdout("number {{t}}");
    run(&["send", "api/get"]).success().stdout("number 3");
    assert_eq!(asked.load(Ordering::SeqCst), 3);
    run(&["tokens", "renew", "nothing"])
        .code(2)
        .stderr(contains("there is no token `nothing`").and(contains("`t`")));
}

#[test]
fn the_tokens_of_all_environments_are_listed_unless_one_is_named() {
    let home = Home::new();
    let (base, asked) = desk();
    let run = |args: &[&str]| {
        let command = postrider(&home, &base);
        let root = home.folder.path().join("tokens");
        write(&root, "environments/elsewhere.toml", "name = \"Elsewhere\"\n");
        assert_cmd::Command::from_std(command).args(args).assert()
    };
    // Nobody has chosen an environment: what a send in one of them has fetched is there all the same.
    run(&["send", "api/get", "-e", "here"]).success().stdout("number 1");
    let listed = run(&["tokens", "list"]).success();
    listed.stdout(
        contains("t  elsewhere       no token yet")
            .and(contains("t  here            valid 10 min"))
            .and(contains("t  no environment  no token yet")),
    );
    run(&["env", "use", "elsewhere"]).success();
    run(&["tokens", "list"])
        .success()
        .stdout(contains("t  here       valid 10 min").and(contains("no environment").not()));
    run(&["tokens", "list", "-e", "elsewhere"])
        .success()
        .stdout(contains("t  elsewhere  no token yet").and(contains("valid").not()));
    let json = run(&["tokens", "list", "--json"]).success();
    let json: serde_json::Value = serde_json::from_slice(&json.get_output().stdout).unwrap();
    let states: Vec<_> = json
        .as_array()
        .unwrap()
        .iter()
        .map(|row| (&row["environment"], &row["state"]))
        .collect();
    assert_eq!(
        states,
        [
            (&"elsewhere".into(), &"missing".into()),
            (&"here".into(), &"valid".into())
        ]
    );
    assert_eq!(asked.load(Ordering::SeqCst), 1);
}

#[test]
fn tokens_whose_environment_or_declaration_is_gone_are_listed_and_forgotten() {
    let home = Home::new();
    let (base, _) = desk();
    let root = home.folder.path().join("tokens");
    let run = |args: &[&str], then: &dyn Fn()| {
        let mut command = postrider(&home, &base);
        write(&root, "environments/elsewhere.toml", "name = \"Elsewhere\"\n");
        then();
        command.args(args);
        assert_cmd::Command::from_std(command).assert()
    };
    let as_it_is = || {};
    run(&["send", "api/get", "-e", "here"], &as_it_is).success();
    run(&["send", "api/get", "-e", "elsewhere"], &as_it_is).success();
    let gone = || std::fs::remove_file(root.join("environments/here.toml")).unwrap();
    let undeclared = || write(&root, "collections/api/collection.toml", "name = \"API\"\n");

    run(&["tokens", "list"], &gone)
        .success()
        .stdout(contains("t  here       valid 10 min").and(contains("its environment is gone")));
    run(&["tokens", "list", "-e", "here"], &gone)
        .success()
        .stdout(contains("t  here  valid 10 min").and(contains("elsewhere").not()));
    run(&["tokens", "list", "-e", "elsewhere"], &undeclared)
        .success()
        .stdout(contains("t  elsewhere  valid 10 min").and(contains("nothing here declares it")));
    run(&["tokens", "forget", "nothing", "-e", "here"], &gone)
        .code(2)
        .stderr(contains("there is no token `nothing`"));
    run(&["tokens", "forget", "t", "-e", "here"], &gone)
        .success()
        .stderr(contains("`t` is forgotten"));
    run(&["tokens", "list", "-e", "here"], &gone)
        .code(2)
        .stderr(contains("there is no environment `here`"));
    // What fetching it has set went with it, and the other environment's is there still.
    run(&["env", "get", "t", "-e", "here"], &as_it_is).stdout("");
    run(&["tokens", "forget", "--all", "-e", "elsewhere"], &undeclared)
        .success()
        .stderr(contains("`t` is forgotten"));
    run(&["tokens", "list"], &undeclared).success().stdout("");
}

#[test]
fn a_reason_phrase_that_says_the_token_is_masked() {
    let home = Home::new();
    let (base, _) = desk();
    let root = home.folder.path().join("tokens");
    let mut command = postrider(&home, &base);
    let reason = format!("name = \"Reason\"\nmethod = \"GET\"\nurl = \"{base}/reason\"\n");
    write(&root, "collections/api/reason.toml", &reason);
    command.args(["send", "api/reason", "-i", "-e", "here"]);
    assert_cmd::Command::from_std(command)
        .assert()
        .success()
        .stdout(contains("HTTP/1.1 200 ••••").and(contains("s3cret").not()))
        .stderr(contains("[200 ••••").and(contains("s3cret").not()));
}
