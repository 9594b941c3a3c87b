//! A run of 1,000 requests, each with a script, beside a bare loop over reqwest, and beside newman where it is installed.
//!
//! `cargo bench --bench run`; Linux only, as times and memory come from `/proc`. `POSTRIDER_NEWMAN` names a folder in which
//! `npm install newman@6.2.2` was run. All talk to one server in this process, whose time is not counted.

#![expect(clippy::unwrap_used, reason = "a bench that cannot be set up is broken")]
#![expect(clippy::print_stdout, reason = "a bench tells its figures")]

use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

const PROGRAM: &str = env!("CARGO_BIN_EXE_postrider");
/// How many requests each command sends.
const REQUESTS: u32 = 1000;
/// How many times as many the bare loop sends: the kernel's clock is too coarse for less.
const LOOPS: u32 = 20;
/// How often each is measured; the best counts.
const RUNS: usize = 3;
/// The kernel's clock of processes, in ticks a second.
const TICKS: f64 = 100.0;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if let Some(at) = arguments.iter().position(|argument| argument == "--loop") {
        return bare_loop(&arguments[at + 1]);
    }
    if !Path::new("/proc/self/stat").exists() {
        println!("needs /proc");
        return;
    }
    let base = server();
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, requests: u32| {
        let path = folder.path().join(name);
        fs::write(&path, collection(&base, requests).to_string()).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let (long, short) = (write("1000.json", REQUESTS), write("10.json", 10));
    let iterations = (REQUESTS / 10).to_string();

    let mut commands = Vec::new();
    let mut alone = Command::new(std::env::current_exe().unwrap());
    alone.args(["--loop", &base]);
    commands.push(("reqwest, a loop", alone, REQUESTS * LOOPS));
    let mut programs = vec![("postrider", PROGRAM.to_owned())];
    if let Ok(place) = std::env::var("POSTRIDER_NEWMAN") {
        programs.push(("newman", format!("{place}/node_modules/.bin/newman")));
    }
    for (name, program) in &programs {
        for (what, path, count) in [
            ("1,000 requests", &long, "1"),
            ("100 x 10 requests", &short, &*iterations),
        ] {
            let mut command = Command::new(program);
            command.args(["run", path, "-n", count]).env("HOME", folder.path());
            commands.push((Box::leak(format!("{name}, {what}").into_boxed_str()), command, REQUESTS));
        }
    }
    println!("{:<30} CPU per request   wall    peak memory", "");
    let mut first = None;
    for (name, command, requests) in &mut commands {
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let runs = (0..RUNS).map(|_| measure(name, command));
        let best = runs.min_by(|a, b| a.cpu.total_cmp(&b.cpu)).unwrap();
        let each = best.cpu / f64::from(*requests) * 1e6;
        let first = *first.get_or_insert(each);
        println!(
            "{name:<30} {each:>8.0} µs {:>5.1}x {:>6.2} s {:>8.1} MB",
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

/// The CPU time of all children that ended, in seconds (proc(5): cutime and cstime).
fn children_cpu() -> f64 {
    let stat = fs::read_to_string("/proc/self/stat").unwrap();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
    let ticks: f64 = fields[13..15].iter().map(|field| field.parse::<f64>().unwrap()).sum();
    ticks / TICKS
}

/// The most memory a process held so far, in megabytes.
fn peak(process: u32) -> Option<f64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    let kilobytes: f64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kilobytes / 1024.0)
}

fn collection(base: &str, requests: u32) -> Value {
    let items: Vec<Value> = (0..requests)
        .map(|number| {
            json!({
                "name": format!("Request {number}"),
                "request": { "method": "GET", "url": format!("{base}/{number}") },
                "event": [{ "listen": "test", "script": { "exec": [
                    "pm.test('status', () => pm.response.to.have.status(200))",
                ] } }],
            })
        })
        .collect();
    let schema = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json";
    json!({ "info": { "name": "Bench", "schema": schema }, "item": items })
}

/// The same requests with nothing around them.
fn bare_loop(base: &str) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
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
