//! The options of `run` as newman means them.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;

use predicates::prelude::*;
use predicates::str::contains;
use serde_json::json;

use super::Home;
use super::newman::{collection, request, script, server};

#[test]
fn a_name_without_a_value_is_there_and_undefined() {
    let home = Home::new();
    let script = script(
        "test",
        "for (const s of [pm.environment, pm.globals]) console.log(typeof s.get('N'), s.has('N'), JSON.stringify(s), s.get('E') === '')",
    );
    let run = home.newman(
        &collection(&[request("a", &format!("{}/{{{{N}}}}", server()), &[script])]),
        &[
            "--env-var",
            "N",
            "--env-var",
            "E=",
            "--global-var",
            "N",
            "--global-var",
            "E=",
        ],
    );
    let run = run.success().stdout(contains("'undefined', true").count(2));
    let told = String::from_utf8_lossy(&run.get_output().stdout).into_owned();
    assert!(told.contains("/ [200 OK"), "{told}");
    assert_eq!(told.matches(" true\n").count(), 2, "{told}");
}

#[test]
fn data_without_rows_is_no_data_and_the_run_says_so() {
    let home = Home::new();
    let collection = collection(&[request("a", &server(), &[])]);
    for (name, text) in [("empty.csv", ""), ("header.csv", "a,b\n"), ("empty.json", "[]")] {
        home.file(name, text);
        let run = home.newman(
            &collection,
            &["-d", name, "-r", "json", "--reporter-json-export", "o.json"],
        );
        run.success()
            .stderr(contains(format!("the data file `{name}` has no rows")));
        assert_eq!(home.json("o.json")["run"]["stats"]["iterations"]["total"], 1, "{name}");
    }
    // As for newman: an object alone is no row.
    home.file("object.json", "{\"a\": 1}");
    let run = home.newman(&collection, &["-d", "object.json"]);
    run.success()
        .stderr(contains("the data file `object.json` has no rows"));
}

#[test]
fn what_is_no_word_of_bail_is_refused_and_the_last_of_an_option_counts() {
    let home = Home::new();
    let collection = collection(&[request("a", &format!("{}/{{{{v}}}}", server()), &[])]);
    for slip in ["typo", "failures"] {
        let run = home.newman(&collection, &["--bail", slip]);
        run.code(1)
            .stderr(contains(format!("invalid value '{slip}'")).and(contains("failure, folder")));
    }
    home.file(
        "first.json",
        "{\"name\": \"E\", \"values\": [{\"key\": \"v\", \"value\": \"first\"}]}",
    );
    home.file(
        "last.json",
        "{\"name\": \"E\", \"values\": [{\"key\": \"v\", \"value\": \"last\"}]}",
    );
    let run = home.newman(
        &collection,
        &["-e", "first.json", "-e", "last.json", "--bail", "folder"],
    );
    run.success().stdout(contains("/last [200 OK"));
}

#[test]
fn a_key_of_postmans_api_is_taken_and_shown_to_nobody() {
    let home = Home::new();
    let run = home.newman(
        &collection(&[request("a", &server(), &[])]),
        &["--postman-api-key", "PMAK-s3cret"],
    );
    run.success();
    for command in ["run", "import"] {
        let help = home
            .postrider()
            .args([command, "--help"])
            .env("POSTMAN_API_KEY", "PMAK-s3cret")
            .assert();
        help.success().stdout(
            contains("--postman-api-key")
                .and(contains("POSTMAN_API_KEY"))
                .and(contains("s3cret").not()),
        );
    }
    home.file(
        "collection.json",
        &collection(&[request("a", &server(), &[])]).to_string(),
    );
    let mut import = home.postrider();
    import
        .current_dir(home.folder.path())
        .args(["import", "--postman-api-key", "PMAK-s3cret", "collection.json"]);
    import.assert().success().stdout(contains("s3cret").not());
    // Without a key nothing is asked for.
    let uid = "1-f695cab7-6878-eb55-7943-ad88e1ccfd65";
    home.postrider()
        .env_remove("POSTMAN_API_KEY")
        .args(["run", uid])
        .assert()
        .code(1)
        .stderr(contains("wants your key"));
}

#[test]
fn an_option_that_a_file_gives_by_its_opposite_may_be_given_as_well() {
    let home = Home::new();
    home.file(".newmanrc", r#"{ "insecureFileRead": false }"#);
    home.newman(
        &collection(&[request("one", &server(), &[])]),
        &["--no-insecure-file-read"],
    )
    .success();
}

#[test]
fn of_a_scope_in_a_settings_file_is_told_what_is_not_taken() {
    let home = Home::new();
    let items = collection(&[request("one", &server(), &[])]);
    for (scope, is_told) in [
        ("{}", false),
        (r#"{ "name": "e", "_postman_variable_scope": "environment" }"#, false),
        (r#"{ "name": "e", "values": [] }"#, false),
        (r#"{ "host": "h" }"#, true),
        (r#"{ "values": { "host": "h" } }"#, true),
    ] {
        home.file(".newmanrc", &format!("{{ \"environment\": {scope} }}"));
        let run = home.newman(&items, &[]).success();
        let said = String::from_utf8_lossy(&run.get_output().stderr).into_owned();
        assert_eq!(said.contains("sets no variables"), is_told, "{scope}: {said}");
    }
}

#[test]
fn behind_an_option_that_is_not_known_a_run_ends_as_newmans() {
    let home = Home::new();
    for (args, code) in [(["--nope", "run", "c.json"], 1), (["--nope", "send", "c.json"], 2)] {
        home.postrider().args(args).assert().code(code);
    }
}

#[test]
fn a_file_whose_content_stands_in_the_collection_is_sent() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let got = std::thread::spawn(move || {
        let mut stream = BufReader::new(listener.accept().unwrap().0);
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            stream.read_line(&mut head).unwrap();
        }
        let mut body = [0; 11];
        stream.read_exact(&mut body).unwrap();
        let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
        stream.get_mut().write_all(answer).unwrap();
        (head.to_lowercase(), body)
    });
    let body = json!({ "mode": "file", "file": { "content": "aGVsbG8gd29ybGQ=" } });
    let put = json!({ "name": "put", "request": { "method": "PUT", "url": url, "body": body } });
    Home::new().newman(&collection(&[put]), &[]).success();
    let (head, body) = got.join().unwrap();
    assert_eq!(&body, b"hello world");
    assert!(
        head.contains("content-length: 11") && !head.contains("content-type"),
        "{head}"
    );
}

#[test]
fn who_gave_a_time_limit_is_told_where() {
    let home = Home::new();
    // It takes the connection, and never answers.
    let server = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", server.local_addr().unwrap());
    let sent = home
        .postrider()
        .args(["send", &url, "--timeout-request", "100"])
        .assert();
    sent.failure().stderr(contains("raise `--timeout-request`, or see"));
}

#[test]
fn a_path_that_is_not_there_is_named_and_so_are_newmans_words_for_colour() {
    let home = Home::new();
    let run = home.newman(&collection(&[]), &["foo"]);
    run.code(1).stderr(contains("there is no file `foo`"));
    let run = home.newman(&collection(&[]), &["--color", "maybe"]);
    run.code(1).stderr(contains("auto, always, never, on, off"));
    for word in ["on", "off"] {
        home.newman(&collection(&[]), &["--color", word]).success();
    }
}
