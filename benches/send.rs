//! One `postrider send`, from start to end, next to curl doing the same: the token request of the samples.
//!
//! `cargo bench --bench send`; needs `curl`. Both talk to one demo server, in turn. postrider reads the workspace and the
//! local state, runs the request's script and keeps the token; curl only sends.

#![expect(clippy::unwrap_used, reason = "a bench that cannot be set up is broken")]
#![expect(clippy::print_stdout, reason = "a bench tells its figures")]

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const PROGRAM: &str = env!("CARGO_BIN_EXE_postrider");
const RUNS: usize = 60;

fn main() {
    let home = tempfile::tempdir().unwrap();
    let mut server = postrider(home.path())
        .args(["demo", "--serve"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut base = String::new();
    BufReader::new(server.stdout.take().unwrap())
        .read_line(&mut base)
        .unwrap();
    let base = base.trim().rsplit(' ').next().unwrap();

    let mut ours = postrider(home.path());
    let override_ = format!("base_url={base}");
    ours.args([
        "send",
        "collections/pydio-cells/get-token",
        "-e",
        "demo",
        "--env-var",
        &override_,
    ]);
    let mut plain = postrider(home.path());
    plain.args(["send", "GET", &format!("{base}/demo/echo")]);
    let mut curl = Command::new("curl");
    curl.args([
        "-sS",
        "--fail",
        "-u",
        "cells-front:cells-front",
        "-H",
        "Cache-Control: no-cache",
    ]);
    for field in FIELDS {
        curl.args(["--data-urlencode", field]);
    }
    curl.arg(format!("{base}/auth/dex/token"));

    let mut commands = [
        ("curl", curl),
        ("postrider send, token", ours),
        ("postrider send, GET URL", plain),
    ];
    let mut times = vec![Vec::new(); commands.len()];
    for run in 0..=RUNS {
        for ((name, command), times) in commands.iter_mut().zip(&mut times) {
            command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
            let began = Instant::now();
            let status = command.status().unwrap();
            let took = began.elapsed();
            assert!(status.success(), "{name} failed: {status}");
            // The first run only warms up.
            if run > 0 {
                times.push(took);
            }
        }
    }
    server.kill().unwrap();
    server.wait().unwrap();

    println!("one send, {RUNS} runs each, in turn      median   fastest    ratio");
    let mut base = None;
    for ((name, _), times) in commands.iter().zip(&mut times) {
        times.sort_unstable();
        let median = times[times.len() / 2];
        let base = *base.get_or_insert(median);
        let ms = |time: Duration| format!("{:.2} ms", time.as_secs_f64() * 1_000.0);
        let ratio = median.as_secs_f64() / base.as_secs_f64();
        println!("  {name:32} {:>9} {:>9} {ratio:>7.2}x", ms(median), ms(times[0]));
    }
}

fn postrider(home: &Path) -> Command {
    let mut command = Command::new(PROGRAM);
    command.current_dir(env!("CARGO_MANIFEST_DIR"));
    for name in ["STATE", "DATA", "CONFIG", "CACHE"] {
        command.env(format!("XDG_{name}_HOME"), home.join(name.to_lowercase()));
    }
    command
}

const FIELDS: [&str; 5] = [
    "grant_type=password",
    "username=admin",
    "password=admin",
    "scope=email profile pydio offline",
    "nonce=nonce",
];
