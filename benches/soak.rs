//! Ten requests a second, with a test each and now and then a request of the script's own: what grows meanwhile.
//!
//! `cargo bench --bench soak` takes half a minute, `cargo bench --bench soak -- long` ten minutes; Linux only, as all
//! figures come from `/proc`. The yardstick is the program itself at a tenth of the time, when all that is made once is there.

#![expect(clippy::unwrap_used, reason = "a bench that cannot be set up is broken")]
#![expect(clippy::print_stdout, reason = "a bench tells its figures")]

use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::json;

const PROGRAM: &str = env!("CARGO_BIN_EXE_postrider");

fn main() {
    if !Path::new("/proc/self/status").exists() {
        println!("needs /proc");
        return;
    }
    let long = std::env::args().any(|argument| argument == "long");
    let time = Duration::from_secs(if long { 600 } else { 30 });
    let base = server();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("soak.json");
    fs::write(&path, collection(&base).to_string()).unwrap();
    let iterations = time.as_secs().to_string();
    let mut child = Command::new(PROGRAM)
        .args(["run", path.to_str().unwrap(), "-n", &iterations])
        .args(["--delay-request", "98", "--reporters", "progress"])
        .env("HOME", folder.path())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    println!("10 requests a second          memory   threads   files");
    let began = Instant::now();
    let (mut first, mut last) = (None, None);
    let mut shown = 0;
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        let tenth = began.elapsed().as_millis() * 10 / time.as_millis();
        if let Some(state) = State::of(child.id()) {
            if tenth > shown {
                shown = tenth;
                println!("  after {:>5.0} s           {state}", began.elapsed().as_secs_f64());
                first.get_or_insert(state);
            }
            last = Some(state);
        }
        std::thread::sleep(Duration::from_millis(20));
    };
    assert!(status.success(), "the run failed: {status}");
    let (first, last) = first.zip(last).unwrap();
    println!(
        "  from a tenth of the time to its end: memory {:.2}x, {:+} threads, {:+} files",
        last.memory / first.memory,
        last.threads - first.threads,
        last.files - first.files
    );
}

/// What a process holds.
#[derive(Clone, Copy)]
struct State {
    /// Megabytes.
    memory: f64,
    threads: i64,
    /// Files, sockets, pipes.
    files: i64,
}

impl State {
    fn of(process: u32) -> Option<Self> {
        let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
        let value = |name: &str| -> Option<f64> {
            let line = status.lines().find(|line| line.starts_with(name))?;
            line.split_whitespace().nth(1)?.parse().ok()
        };
        let files = fs::read_dir(format!("/proc/{process}/fd")).ok()?.count();
        Some(Self {
            memory: value("VmRSS:")? * 1024.0 / 1e6,
            #[expect(clippy::cast_possible_truncation, reason = "no process has so many")]
            threads: value("Threads:")? as i64,
            files: i64::try_from(files).ok()?,
        })
    }
}

impl std::fmt::Display for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:>7.1} MB {:>7} {:>9}", self.memory, self.threads, self.files)
    }
}

/// Ten requests, the last of which sends one more.
fn collection(base: &str) -> serde_json::Value {
    let items: Vec<serde_json::Value> = (0..10)
        .map(|number| {
            let more = format!("pm.sendRequest('{base}/own', (error) => pm.expect(error).to.equal(null))");
            let test = "pm.test('status', () => pm.response.to.have.status(200));\npm.environment.set('n', pm.info.iteration)";
            json!({
                "name": format!("Request {number}"),
                "request": { "method": "POST", "url": format!("{base}/{number}?n={{{{n}}}}"), "body": { "mode": "raw", "raw": "{\"n\": {{n}}}" } },
                "event": [{ "listen": "test", "script": { "exec": [test, if number == 9 { &more } else { "" }] } }],
            })
        })
        .collect();
    let schema = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json";
    json!({ "info": { "name": "Soak", "schema": schema }, "item": items })
}

/// A server that answers each request; its base URL. Now and then it closes the connection.
fn server() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            std::thread::spawn(move || serve(stream));
        }
    });
    base
}

fn serve(mut stream: TcpStream) -> Option<()> {
    let mut block = vec![0; 64 * 1024];
    for number in 1..=50 {
        // A small request comes in one piece.
        stream.read(&mut block).ok().filter(|count| *count > 0)?;
        let close = if number == 50 { "Connection: close\r\n" } else { "" };
        let answer = format!(
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nSet-Cookie: n={number}\r\n{close}Content-Length: 11\r\n\r\n{{\"ok\":true}}"
        );
        stream.write_all(answer.as_bytes()).ok()?;
    }
    Some(())
}
