//! A large body up and down, next to curl doing the same: how many bytes a second, and how much memory.
//!
//! `cargo bench --bench transfer`; Linux only, as memory comes from `/proc`; needs `curl`. Both talk to one server in this
//! process, in turn, so that a machine that slows down slows both. What comes down goes into a file, by its name and as
//! `> file` does.

#![expect(clippy::unwrap_used, reason = "a bench that cannot be set up is broken")]
#![expect(clippy::print_stdout, reason = "a bench tells its figures")]

use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const PROGRAM: &str = env!("CARGO_BIN_EXE_postrider");
const MB: usize = 1_000_000;
/// How large the body is: much larger than what is kept in memory.
const SIZE: usize = 1000 * MB;
const RUNS: usize = 7;

fn main() {
    if !Path::new("/proc/self/status").exists() {
        println!("needs /proc");
        return;
    }
    let base = server();
    let place = tempfile::tempdir().unwrap();
    let folder = place.path().join("collections/bench");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("collection.toml"), "name = \"Bench\"\n").unwrap();
    let body = place.path().join("body.bin");
    fs::write(&body, vec![b'x'; SIZE]).unwrap();
    let (body, out) = (body.to_str().unwrap(), place.path().join("out.bin"));
    let saved = format!(
        "name = \"Up\"\nmethod = \"PUT\"\nurl = \"{base}/up\"\n\n[body]\ntype = \"file\"\npath = \"body.bin\"\n"
    );
    fs::write(folder.join("up.toml"), saved).unwrap();

    println!(
        "{} MB, the median of {RUNS} runs, in turn       throughput   ratio   peak memory",
        SIZE / MB
    );
    let down = format!("{base}/down");
    let up = format!("{base}/up");
    let out = out.to_str().unwrap();
    for (what, curl, ours) in [
        (
            "download",
            vec!["-s", "-o", out, &down],
            vec!["send", "GET", &down, "-o", out],
        ),
        ("download > file", vec!["-s", &down], vec!["send", "GET", &down]),
        (
            "upload",
            vec!["-s", "-H", "Expect:", "-T", body, &up],
            vec!["send", "bench/up"],
        ),
    ] {
        let mut found = [(Vec::new(), 0.0_f64), (Vec::new(), 0.0)];
        for run in 0..=RUNS {
            for ((program, arguments), (times, memory)) in
                [("curl", &curl), (PROGRAM, &ours)].into_iter().zip(&mut found)
            {
                let mut command = Command::new(program);
                let to = if what.ends_with("> file") {
                    Stdio::from(fs::File::create(out).unwrap())
                } else {
                    Stdio::null()
                };
                command.stdout(to);
                command.args(arguments).current_dir(place.path());
                for name in ["STATE", "DATA", "CONFIG", "CACHE"] {
                    command.env(format!("XDG_{name}_HOME"), place.path().join(name));
                }
                let (took, peak) = measure(program, &mut command);
                // The first run only warms up.
                if run > 0 {
                    times.push(took);
                    *memory = memory.max(peak);
                }
            }
        }
        let mut base = None;
        for (name, (times, memory)) in ["curl", "postrider"].iter().zip(&mut found) {
            times.sort_unstable();
            let speed = megabytes(SIZE) / times[times.len() / 2].as_secs_f64();
            let base = *base.get_or_insert(speed);
            println!(
                "  {:36} {speed:>9.0} MB/s {:>6.2}x {memory:>9.1} MB",
                format!("{what}, {name}"),
                speed / base
            );
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "a size of some megabytes")]
fn megabytes(bytes: usize) -> f64 {
    bytes as f64 / 1e6
}

/// How long a program runs, and its peak memory in megabytes.
fn measure(name: &str, command: &mut Command) -> (Duration, f64) {
    command.stdin(Stdio::null()).stderr(Stdio::null());
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
    (began.elapsed(), memory)
}

fn peak(process: u32) -> Option<f64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    let kilobytes: f64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kilobytes * 1024.0 / 1e6)
}

/// A server that sends and takes bodies of [`SIZE`]; its base URL.
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

/// One exchange; a client that leaves early is one that failed, which is seen there.
fn serve(mut stream: TcpStream) -> Option<()> {
    let mut head = Vec::new();
    let mut block = vec![0; 256 * 1024];
    let end = loop {
        let count = stream.read(&mut block).ok().filter(|count| *count > 0)?;
        head.extend_from_slice(&block[..count]);
        if let Some(end) = head.windows(4).position(|window| window == b"\r\n\r\n") {
            break end + 4;
        }
    };
    if head.starts_with(b"GET") {
        let answer =
            format!("HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nContent-Length: {SIZE}\r\n\r\n");
        stream.write_all(answer.as_bytes()).ok()?;
        let mut left = SIZE;
        while left > 0 {
            let count = left.min(block.len());
            stream.write_all(&block[..count]).ok()?;
            left -= count;
        }
        return Some(());
    }
    let mut left = SIZE.saturating_sub(head.len() - end);
    while left > 0 {
        left = left.saturating_sub(stream.read(&mut block).ok().filter(|count| *count > 0)?);
    }
    let answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok";
    stream.write_all(answer.as_bytes()).ok()
}
