//! A run of 1,000 requests, with a script each and without, beside a bare loop over reqwest, and beside newman where it is
//! installed.
//!
//! `cargo bench --bench run`; Linux only, as memory comes from `/proc`. `POSTRIDER_NEWMAN` names a folder in which
//! `npm install newman@6.2.2` was run. All talk to one server in this process, whose time is not counted.
//!
//! The yardstick is the loop as a person writes it: `#[tokio::main]`, whose runtime has a thread a core, one client, a new
//! request each time, its status checked and its body read to the end over a connection that stays open. The same on one
//! thread is the floor: most of what the other costs is to wake the other thread. Starting a program is counted in the
//! figures of all, over 1,000 requests or 20,000 of the loops.

#![expect(clippy::unwrap_used, reason = "a bench that cannot be set up is broken")]
#![expect(clippy::print_stdout, reason = "a bench tells its figures")]

use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::{TimeVal, TimeValLike};
use serde_json::{Value, json};
use tokio::runtime::Builder;

const PROGRAM: &str = env!("CARGO_BIN_EXE_postrider");
/// How many requests each command sends.
const REQUESTS: u32 = 1000;
/// How many times as many the bare loop sends, so that starting it counts for nothing.
const LOOPS: u32 = 20;
/// How often each is measured; the best counts.
const RUNS: usize = 5;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    for (flag, runtime) in [
        ("--loop", Builder::new_multi_thread()),
        ("--floor", Builder::new_current_thread()),
    ] {
        if let Some(at) = arguments.iter().position(|argument| argument == flag) {
            return bare_loop(runtime, &arguments[at + 1]);
        }
    }
    if !Path::new("/proc/self/stat").exists() {
        println!("needs /proc");
        return;
    }
    let base = server();
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, requests: u32, script: bool| {
        let path = folder.path().join(name);
        fs::write(&path, collection(&base, requests, script).to_string()).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let plain = write("bare.json", REQUESTS, false);
    let (long, short) = (write("1000.json", REQUESTS, true), write("10.json", 10, true));
    let iterations = (REQUESTS / 10).to_string();

    let mut commands = Vec::new();
    for (name, flag) in [("reqwest, a loop", "--loop"), ("reqwest, one thread", "--floor")] {
        let mut alone = Command::new(std::env::current_exe().unwrap());
        alone.args([flag, &base]);
        commands.push((name, alone, REQUESTS * LOOPS));
    }
    let mut programs = vec![("postrider", PROGRAM.to_owned())];
    if let Ok(place) = std::env::var("POSTRIDER_NEWMAN") {
        programs.push(("newman", format!("{place}/node_modules/.bin/newman")));
    }
    for (name, program) in &programs {
        for (what, path, count) in [
            ("1,000, no scripts", &plain, "1"),
            ("1,000, a test each", &long, "1"),
            ("100 x 10, a test each", &short, &*iterations),
        ] {
            let mut command = Command::new(program);
            command.args(["run", path, "-n", count]).env("HOME", folder.path());
            commands.push((Box::leak(format!("{name}, {what}").into_boxed_str()), command, REQUESTS));
        }
    }
    println!("{:<34} CPU per request   wall    peak memory", "");
    let mut first = None;
    for (name, command, requests) in &mut commands {
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let runs = (0..RUNS).map(|_| measure(name, command));
        let best = runs.min_by(|a, b| a.cpu.total_cmp(&b.cpu)).unwrap();
        let each = best.cpu / f64::from(*requests) * 1e6;
        let first = *first.get_or_insert(each);
        println!(
            "{name:<34} {each:>8.0} µs {:>5.1}x {:>6.2} s {:>8.1} MB",
            each / first,
            best.wall.as_secs_f64(),
            best.memory
        );
    }
}

struct Measured {
    /// Seconds.
    cpu: f64,
    wall: Duration,
    /// Megabytes.
    memory: f64,
}

fn measure(name: &str, command: &mut Command) -> Measured {
    let before = children_cpu();
    let began = Instant::now();
    let mut child = command.spawn().unwrap();
    let mut memory: f64 = 0.0;
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        memory = memory.max(peak(child.id()).unwrap_or_default());
        std::thread::sleep(Duration::from_millis(2));
    };
    assert!(status.success(), "{name} failed: {status}");
    Measured {
        cpu: children_cpu() - before,
        wall: began.elapsed(),
        memory,
    }
}

/// The CPU time of all children that ended, in seconds.
fn children_cpu() -> f64 {
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).unwrap();
    let seconds = |time: TimeVal| Duration::from_micros(time.num_microseconds().unsigned_abs()).as_secs_f64();
    seconds(usage.user_time()) + seconds(usage.system_time())
}

/// The most memory a process held so far, in megabytes.
fn peak(process: u32) -> Option<f64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    let kilobytes: f64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kilobytes / 1024.0)
}

fn collection(base: &str, requests: u32, script: bool) -> Value {
    let test = json!([{ "listen": "test", "script": { "exec": [
        "pm.test('status', () => pm.response.to.have.status(200))",
    ] } }]);
    let items: Vec<Value> = (0..requests)
        .map(|number| {
            json!({
                "name": format!("Request {number}"),
                "request": { "method": "GET", "url": format!("{base}/{number}") },
                "event": if script { test.clone() } else { json!([]) },
            })
        })
        .collect();
    let schema = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json";
    json!({ "info": { "name": "Bench", "schema": schema }, "item": items })
}

/// The same requests with nothing around them.
fn bare_loop(mut runtime: Builder, base: &str) {
    let runtime = runtime.enable_all().build().unwrap();
    runtime.block_on(async {
        let client = reqwest::Client::builder()
            .tls_backend_preconfigured(
                rustls::ClientConfig::builder_with_provider(rustls::crypto::ring::default_provider().into())
                    .with_safe_default_protocol_versions()
                    .unwrap()
                    .with_root_certificates(rustls::RootCertStore::empty())
                    .with_no_client_auth(),
            )
            .no_proxy()
            .build()
            .unwrap();
        for number in 0..REQUESTS * LOOPS {
            let response = client.get(format!("{base}/{number}")).send().await.unwrap();
            assert_eq!(response.status(), 200);
            response.bytes().await.unwrap();
        }
    });
}

/// A server that answers each request with the same JSON; its base URL.
fn server() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            std::thread::spawn(move || {
                stream.set_nodelay(true).unwrap();
                let mut chunk = [0; 8192];
                let mut end = 0;
                while let Ok(count @ 1..) = stream.read(&mut chunk[end..]) {
                    end += count;
                    if chunk[..end].ends_with(b"\r\n\r\n") {
                        end = 0;
                        let answer = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 11\r\n\r\n{\"ok\":true}";
                        if stream.write_all(answer).is_err() {
                            return;
                        }
                    }
                }
            });
        }
    });
    base
}
