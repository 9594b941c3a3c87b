//! What an import does not do: it looks at nothing but the files it is given.

use std::fs;
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use predicates::prelude::*;
use predicates::str::contains;
use serde_json::json;

use super::{Home, write};

/// A server that only counts who comes; its base URL.
fn counting() -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let count = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&count);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            counted.fetch_add(1, Ordering::SeqCst);
            drop(stream);
        }
    });
    (base, count)
}

#[cfg(unix)]
#[test]
fn an_import_runs_starts_reads_and_requests_nothing() {
    let home = Home::new();
    let (base, visits) = counting();
    let root = home.folder.path();
    let workspace = root.join("workspace");
    fs::create_dir_all(workspace.join("collections")).unwrap();
    fs::create_dir_all(root.join("theirs")).unwrap();
    // Whoever opens a pipe to read lets this thread open it to write.
    let pipe = root.join("pipe");
    assert!(
        std::process::Command::new("mkfifo")
            .arg(&pipe)
            .status()
            .unwrap()
            .success()
    );
    let for_thread = pipe.clone();
    let writer = std::thread::spawn(move || drop(fs::File::options().write(true).open(for_thread).unwrap()));

    let marker = root.join("started");
    let source = json!({ "command": ["touch", marker] });
    let fetch = format!("pm.sendRequest('{base}/by-script'); pm.environment.set('ran', '{{{{$guid}}}}');");
    let event =
        |listen: &str| json!({ "listen": listen, "script": { "exec": [fetch], "src": format!("{base}/src.js") } });
    let events = json!([event("prerequest"), event("test")]);
    let variables = json!([
        { "key": "made", "value": "", "source": source },
        { "key": "dynamic", "value": "{{$guid}} {{$timestamp}} {{$env HOME}}" },
    ]);
    let bodies = [
        json!({ "mode": "file", "file": { "src": pipe } }),
        json!({ "mode": "formdata", "formdata": [{ "key": "f", "type": "file", "src": [pipe] }] }),
        json!({ "mode": "graphql", "graphql": { "query": "{ a }", "variables": "{{made}}" } }),
        json!({ "mode": "raw", "raw": "{{$randomUUID}} {{made}} {{vault:key}}" }),
    ];
    let requests = bodies.iter().enumerate().map(|(n, body)| {
        let auth = json!({ "type": "oauth2", "oauth2": [
            { "key": "accessTokenUrl", "value": format!("{base}/token") },
            { "key": "grant_type", "value": "client_credentials" },
        ] });
        let request =
            json!({ "method": "POST", "url": format!("{base}/{n}?q={{{{$guid}}}}"), "body": body, "auth": auth });
        json!({ "name": format!("Request {n}"), "event": events, "request": request })
    });
    let folder =
        json!({ "name": "Inside", "event": events, "variable": variables, "item": requests.collect::<Vec<_>>() });
    let collection = json!({
        "info": { "name": "Live", "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json" },
        "event": events, "variable": variables, "item": [folder],
    });
    let environment = json!({ "name": "Stage", "values": variables });
    write(root, "theirs/live.postman_collection.json", &collection.to_string());
    write(root, "theirs/stage.postman_environment.json", &environment.to_string());
    let v3 = "postman/collections/Third/One.request.yaml";
    let text = format!(
        "$kind: http-request\nurl: {base}/v3\nmethod: POST\nbody:\n  type: file\n  content:\n    src: {}\nscripts:\n  \
         - type: beforeRequest\n    code: \"{fetch}\"\n    language: text/javascript\n",
        pipe.display()
    );
    write(root, &format!("theirs/{v3}"), &text);

    let postrider = |args: &[&str]| {
        let mut command = home.postrider();
        command.current_dir(&workspace).args(args).assert()
    };
    // Twice: the second time what is there is updated.
    for _ in 0..2 {
        let files = [
            "../theirs/live.postman_collection.json",
            "../theirs/stage.postman_environment.json",
        ];
        postrider(&[&["import", "../theirs", "--yes"], &files[..]].concat())
            .success()
            .stdout(contains("Live: 4 requests").and(contains("Third")));
    }
    assert_eq!(visits.load(Ordering::SeqCst), 0, "a request was made");
    assert!(!marker.exists(), "a program was started");
    assert!(!writer.is_finished(), "a file was read");
    let imported = workspace.join("collections/live/inside/request-3.toml");
    let imported = fs::read_to_string(imported).unwrap();
    assert!(
        imported.contains("{{$randomUUID}} {{made}} {{vault:key}}"),
        "{imported}"
    );
    assert!(imported.contains("{{$guid}}"), "{imported}");

    // All of that would have been noticed.
    postrider(&["run", "collections/live/inside/request-0", "--allow-file", "--no-renew"]).code(1);
    assert!(visits.load(Ordering::SeqCst) > 0);
    // Opened for both, a pipe waits for nobody.
    let _both = fs::File::options().read(true).write(true).open(&pipe).unwrap();
    writer.join().unwrap();
}
