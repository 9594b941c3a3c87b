//! How long a collection of 10 MB takes to import, and to export again, next to what reading its JSON alone takes.
//!
//! `cargo bench --bench import`. In turn, so that a machine that slows down slows all of them. The last is the program
//! itself: it reads the file and writes one for each of the requests.

#![expect(clippy::unwrap_used, reason = "a bench that cannot be set up is broken")]
#![expect(clippy::print_stdout, reason = "a bench tells its figures")]

use std::fmt::Write as _;
use std::hint::black_box;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use postrider::formats::postman::{self, Secrets, write};

const PROGRAM: &str = env!("CARGO_BIN_EXE_postrider");
const RUNS: usize = 5;

fn main() {
    let source = source();
    let found = postman::read(&source).unwrap();
    let collection = &found.collections[0];
    // In memory where there is room for it: thousands of files made durable measure the disk, and whoever else writes to it.
    let memory = Path::new("/dev/shm");
    let place = if memory.is_dir() {
        memory.to_owned()
    } else {
        std::env::temp_dir()
    };
    let home = tempfile::tempdir_in(place).unwrap();
    let file = home.path().join("large.postman_collection.json");
    std::fs::write(&file, &source).unwrap();
    println!(
        "a collection of 10 MB with {} requests, {RUNS} runs each, in turn    median   fastest     ratio",
        collection.requests()
    );
    let tasks: [(&str, &dyn Fn()); 4] = [
        ("its JSON read by serde_json", &|| {
            black_box(serde_json::from_slice::<serde_json::Value>(&source).unwrap());
        }),
        ("read as Postman's", &|| {
            black_box(postman::read(&source).unwrap());
        }),
        ("written as Postman's", &|| {
            black_box(write::text(&write::collection(collection, &Secrets::None)));
        }),
        ("postrider import, files written", &|| import(home.path(), &file)),
    ];
    let mut times = vec![Vec::new(); tasks.len()];
    for _ in 0..RUNS {
        for ((_, task), times) in tasks.iter().zip(&mut times) {
            let began = Instant::now();
            task();
            times.push(began.elapsed());
        }
    }
    let mut base = None;
    for ((name, _), times) in tasks.iter().zip(&mut times) {
        times.sort_unstable();
        let median = times[times.len() / 2];
        let base = *base.get_or_insert(median);
        let ms = |time: Duration| format!("{:.1} ms", time.as_secs_f64() * 1_000.0);
        let ratio = median.as_secs_f64() / base.as_secs_f64();
        println!("  {name:66} {:>9} {:>9} {ratio:>8.2}x", ms(median), ms(times[0]));
    }
}

/// Into a workspace of its own each time.
fn import(home: &Path, file: &Path) {
    let workspace = tempfile::tempdir_in(home).unwrap();
    std::fs::create_dir(workspace.path().join("collections")).unwrap();
    let mut command = Command::new(PROGRAM);
    for name in ["STATE", "DATA", "CONFIG", "CACHE"] {
        command.env(format!("XDG_{name}_HOME"), home.join(name.to_lowercase()));
    }
    let command = command.arg("import").arg(file).current_dir(workspace.path());
    let status = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    assert!(status.unwrap().success(), "the import failed");
}

/// A collection of 10 MB: folders of requests with headers, bodies, scripts and saved responses.
fn source() -> Vec<u8> {
    let mut out = String::from(
        r#"{"info":{"name":"Large","schema":"https://schema.getpostman.com/json/collection/v2.1.0/collection.json"},"item":["#,
    );
    let mut folder = 0;
    while out.len() < 10_000_000 {
        if folder > 0 {
            out.push(',');
        }
        folder += 1;
        let item = |n: usize| {
            format!(
                r#"{{"name":"Request {n}","id":"r-{folder}-{n}","event":[{{"listen":"test","script":{{"type":"text/javascript","exec":["pm.test('ok', () => {{","    pm.response.to.be.ok;","}});"]}}}}],"request":{{"auth":{{"type":"bearer","bearer":[{{"key":"token","value":"{{{{token}}}}","type":"string"}}]}},"method":"POST","header":[{{"key":"Content-Type","value":"application/json"}},{{"key":"X-Trace","value":"{{{{$guid}}}}"}}],"body":{{"mode":"raw","raw":"{{\n  \"a\": 1,\n  \"b\": \"text\"\n}}","options":{{"raw":{{"language":"json"}}}}}},"url":{{"raw":"{{{{base}}}}/users/:id?page={n}","host":["{{{{base}}}}"],"path":["users",":id"],"query":[{{"key":"page","value":"{n}"}}],"variable":[{{"key":"id","value":"{n}"}}]}}}},"response":[{{"name":"Good","status":"OK","code":200,"header":[{{"key":"Content-Type","value":"application/json"}}],"body":"{}"}}]}}"#,
                "x".repeat(400)
            )
        };
        let items: Vec<String> = (0..50).map(item).collect();
        let written = write!(out, r#"{{"name":"Folder {folder}","item":[{}]}}"#, items.join(","));
        assert!(written.is_ok());
    }
    out.push_str("]}");
    out.into_bytes()
}
