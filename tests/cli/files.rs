//! `send -o FILE`: a file is replaced by a whole body, or stays as it was.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::time::Duration;

use super::*;

#[test]
fn a_body_that_breaks_off_does_not_take_the_place_of_a_file() {
    let home = Home::new();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/report.csv", listener.local_addr().unwrap());
    let server = std::thread::spawn(move || {
        for promised in [100, 5] {
            let (mut stream, _) = listener.accept().unwrap();
            let mut head = [0; 1024];
            assert!(stream.read(&mut head).unwrap() > 0);
            let answer = format!("HTTP/1.1 200 OK\r\nContent-Length: {promised}\r\nConnection: close\r\n\r\na,b,c");
            stream.write_all(answer.as_bytes()).unwrap();
        }
    });
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("report.csv");
    fs::write(&file, "before").unwrap();
    let send = || {
        let mut command = home.postrider();
        command.args(["send", &url, "-o"]).arg(&file);
        command.assert()
    };
    send()
        .code(1)
        .stdout("")
        .stderr(contains("what came is in `").and(contains(".part`")));
    assert_eq!(fs::read_to_string(&file).unwrap(), "before");
    let kept = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path());
    let part = kept
        .into_iter()
        .find(|path| path.extension().is_some_and(|ending| ending == "part"));
    assert_eq!(fs::read_to_string(part.unwrap()).unwrap(), "a,b,c");
    send().success().stdout("");
    assert_eq!(fs::read_to_string(&file).unwrap(), "a,b,c");
    server.join().unwrap();
}

#[cfg(unix)]
#[test]
fn a_file_that_stdout_leads_to_has_the_head_first_and_what_broke_off_once() {
    let home = Home::new();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/report.csv", listener.local_addr().unwrap());
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("out");
    for promised in [100, 10] {
        let mut command = home.process();
        command.args(["send", "-i", &url, "-o", "/dev/stdout"]);
        command.stdout(fs::File::create(&file).unwrap());
        let mut child = command.stderr(std::process::Stdio::null()).spawn().unwrap();
        let (mut stream, _) = listener.accept().unwrap();
        let mut head = [0; 1024];
        assert!(stream.read(&mut head).unwrap() > 0);
        let answer = format!("HTTP/1.1 200 OK\r\nContent-Length: {promised}\r\nConnection: close\r\n\r\na,b,c");
        stream.write_all(answer.as_bytes()).unwrap();
        // Long enough for what would be written while the rest comes.
        std::thread::sleep(Duration::from_millis(300));
        stream.write_all(b"d,e,f").unwrap();
        drop(stream);
        child.wait().unwrap();
        let text = fs::read_to_string(&file).unwrap();
        assert!(
            text.starts_with("HTTP/1.1 200 OK\n") && text.ends_with("\n\na,b,cd,e,f"),
            "{text}"
        );
        assert_eq!(text.matches("a,b,c").count(), 1, "{text}");
    }
}

#[test]
fn a_misspelt_key_of_a_file_is_told_once_by_who_uses_it_and_by_doctor() {
    let home = Home::new();
    let text = "name = \"Echo\"\nurl = \"{{base_url}}/demo/echo\"\n[scripts]\npost_response = \"\"\n";
    let postrider = || home.with(&[("echo", text)]);
    let told = "echo.toml:4:1: unknown key `post_response` in `scripts`, did you mean `post-response`?";
    for command in [["send", "api/echo", "--demo"], ["run", "api/echo", "--demo"]] {
        let told = contains(told).count(1);
        postrider().args(command).assert().success().stderr(told);
    }
    let hint = contains("did you mean `post-response`?");
    postrider().arg("doctor").assert().success().stdout(hint);
    let config = home.folder.path().join("config/postrider");
    write(&config, "config.toml", "timeuot = \"3s\"\n");
    write(&config, "themes/mine.toml", "name = \"Mine\"\n[styles]\nbace = {}\n");
    postrider()
        .arg("doctor")
        .assert()
        .success()
        .stdout(contains("mine.toml:3:1").and(contains("did you mean `base`?")))
        .stderr(contains("config.toml:1:1: unknown key `timeuot`, did you mean `timeout`?").count(1));
}

#[test]
fn a_token_whose_request_is_not_there_is_a_problem_of_doctor() {
    let home = Home::new();
    let mut doctor = home.with(&[("echo", "name = \"Echo\"\nurl = \"http://localhost\"\n")]);
    let root = doctor.get_current_dir().unwrap().to_path_buf();
    let own = std::fs::read_dir(root.join("collections"))
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .path();
    let file = own.join("collection.toml");
    let text = std::fs::read_to_string(&file).unwrap_or_else(|_| "name = \"C\"\n".to_owned());
    let tokens = "\n[tokens.session]\nrequest = \"nowhere\"\nrefresh = \"echo\"\n";
    std::fs::write(&file, text + tokens).unwrap();
    let told = contains("`request` of `[tokens.session]` names `nowhere`, which is no request");
    let none = contains("problems      none").not().and(contains("`refresh`").not());
    doctor.arg("doctor").assert().success().stdout(told.and(none));
}

#[test]
fn an_auth_of_an_unknown_type_is_a_warning_of_doctor() {
    let home = Home::new();
    let text = "name = \"Echo\"\nurl = \"{{base_url}}/demo/echo\"\n[auth]\ntype = \"beerer\"\n";
    let mut doctor = home.with(&[("echo", text)]);
    let told = contains("1 warning").and(contains("echo.toml  the auth type `beerer` is not known"));
    doctor.arg("doctor").assert().success().stdout(told);
}

#[test]
fn what_is_nearly_a_parameter_or_no_grant_or_there_twice_is_a_warning_of_doctor() {
    let home = Home::new();
    let auth = "type = \"oauth2\"\ngrant_type = \"foo\"\naccessTokenURL2 = \"http://h\"\n";
    let text = format!("name = \"Echo\"\nurl = \"{{{{base_url}}}}/demo/echo\"\n[auth]\n{auth}");
    let mut doctor = home.with(&[("echo", &text)]);
    let root = doctor.get_current_dir().unwrap().to_path_buf();
    let rows = "[[variables]]\nkey = \"a\"\nvalue = \"1\"\n".repeat(2);
    std::fs::write(root.join("globals.toml"), rows).unwrap();
    let told = contains("`foo` is no grant of OAuth 2.0 · choose one of `authorization_code_with_pkce`")
        .and(contains(
            "`accessTokenURL2` is no parameter of OAuth 2.0: did you mean `accessTokenUrl`?",
        ))
        .and(contains("the variable `a` is there more than once"));
    doctor.arg("doctor").assert().success().stdout(told);
}
