//! From a key to its frame on the way to the terminal: a frame of a 60 Hz screen lasts 16.7 ms.
//!
//! `cargo bench --bench keys`. Measured through a pseudo-terminal on the sample workspace, on those of 1,000 and 10,000
//! requests, from their first frame on, and with a body of 10 MB on the screen. Of the largest also what finding costs, what
//! the program holds in memory, and how long a change from outside takes to the screen.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a bench that cannot be set up is broken")]
#![expect(clippy::print_stdout, reason = "a bench tells its figures")]

mod samples;
mod terminal;

use std::path::Path;
use std::time::{Duration, Instant};

use terminal::{Session, median_and_p99};

const PROGRAM: &str = env!("CARGO_BIN_EXE_postrider");
const KEYS: usize = 300;
const ESCAPE: &[u8] = b"\x1b";

fn main() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let large = samples::requests(10, 10, 10);
    let huge = samples::requests(10, 50, 20);
    println!("key to frame, {KEYS} keys each                        median       99 %");
    for (name, folder) in [
        ("samples", folder),
        ("1,000 requests", large.path()),
        ("10,000 requests", huge.path()),
    ] {
        let home = tempfile::tempdir().unwrap();
        let mut session = Session::start(PROGRAM, &[], folder, home.path());
        session.frame();
        // Of the largest, what these are pressed in is still being read.
        let moves: &[&[u8]] = &[b"j", b"j", b"j", b"k", b"k"];
        session.press(b"2");
        session.frame();
        keys(&mut session, &format!("{name}: in the tree, at once"), moves);
        session.rest(Duration::from_secs(1));
        keys(&mut session, &format!("{name}: up and down the tree"), moves);
        type_in_url_bar(&mut session, name);
        if folder == huge.path() {
            find(&mut session, name);
            outside(&mut session, folder);
            println!("  {name}: {} in memory", memory(&session));
        }
        session.quit();
    }
    let home = tempfile::tempdir().unwrap();
    let mut session = Session::start(PROGRAM, &["demo"], folder, home.path());
    session.sees("http://127.0.0.1");
    session.press(b"\x0e"); // Ctrl+N
    session.sees("New request");
    session.press(b"{{base_url}}/demo/json?rows=60000");
    session.rest(Duration::from_millis(500));
    session.press(ESCAPE);
    session.rest(Duration::from_millis(500));
    session.press(b"\n"); // Ctrl+J sends
    session.sees(" 200 ");
    session.rest(Duration::from_secs(3));
    session.press(b"4");
    session.rest(Duration::from_secs(1));
    assert!(session.text().contains(" MB"), "the body is shown:\n{}", session.text());
    keys(&mut session, "10 MB shown: scrolling", &[b"j"]);
    keys(&mut session, "10 MB shown: by pages", &[b"\x1b[6~"]);
    keys(&mut session, "10 MB shown: from end to end", &[b"G", b"g"]);
    session.press(b"2");
    keys(&mut session, "10 MB shown: up and down the tree", &[b"j", b"j", b"k"]);
    type_in_url_bar(&mut session, "10 MB shown");
    // Ctrl+Q would ask about the request that was saved nowhere.
    session.child.kill().unwrap();
}

/// Finds as one types: each letter narrows what is found, each Backspace widens it.
fn find(session: &mut Session, name: &str) {
    session.press(b"2");
    session.frame();
    session.press(b"/");
    let opens = session.frame();
    session.rest(Duration::from_millis(300));
    println!("  {name}: the finder opens in {:.2} ms", ms(opens));
    let typed: &[&[u8]] = &[b"r", b"e", b"q", b"7", b"\x7f", b"\x7f", b"\x7f", b"\x7f"];
    keys(session, &format!("{name}: finding, by the letter"), typed);
    session.press(ESCAPE);
    session.rest(Duration::from_millis(300));
}

/// From a write to a file to its frame.
fn outside(session: &mut Session, folder: &Path) {
    let file = folder.join("collections/c0/f0/r0.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    let mut times = Vec::new();
    for n in 0..20 {
        let beside = file.with_extension("new");
        std::fs::write(&beside, text.replace("Request 0", &format!("Outside {n}!"))).unwrap();
        let since = Instant::now();
        std::fs::rename(&beside, &file).unwrap();
        session.sees(&format!("Outside {n}!"));
        times.push(since.elapsed());
        session.rest(Duration::from_millis(300));
    }
    let (median, p99) = median_and_p99(&mut times);
    println!(
        "  a change from outside on the screen          {:>8.2} ms {:>8.2} ms",
        ms(median),
        ms(p99)
    );
}

/// What the program holds, as Linux tells it.
fn memory(session: &Session) -> String {
    let status = session
        .child
        .process_id()
        .and_then(|process| std::fs::read_to_string(format!("/proc/{process}/status")).ok());
    let told = status.as_deref().and_then(|status| {
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
        line.trim().strip_suffix(" kB")?.parse::<u64>().ok()
    });
    told.map_or_else(
        || "nobody knows how much".to_owned(),
        |kib| format!("{} MiB", kib / 1024),
    )
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}

fn type_in_url_bar(session: &mut Session, name: &str) {
    session.press(b"3");
    session.rest(Duration::from_millis(300));
    session.press(b"e");
    session.rest(Duration::from_millis(300));
    keys(
        session,
        &format!("{name}: typing in the URL bar"),
        &[b"a", b"b", b"\x7f", b"\x7f"],
    );
    session.press(ESCAPE);
    session.rest(Duration::from_millis(300));
}

fn keys(session: &mut Session, what: &str, keys: &[&[u8]]) {
    let mut times: Vec<Duration> = Vec::with_capacity(KEYS);
    for key in keys.iter().cycle().take(KEYS) {
        session.press(key);
        times.push(session.frame());
        // What else the key sets off is not this key's: drafts, indexes.
        session.rest(Duration::from_millis(5));
    }
    let (median, p99) = median_and_p99(&mut times);
    println!("  {what:44} {:>8.2} ms {:>8.2} ms", ms(median), ms(p99));
}
