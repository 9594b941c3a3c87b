//! From a key to its frame on the way to the terminal: a frame of a 60 Hz screen lasts 16.7 ms.
//!
//! `cargo bench --bench keys`. Measured through a pseudo-terminal on the sample workspace, on one of 1,000 requests, and
//! with a body of 10 MB on the screen.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a bench that cannot be set up is broken")]
#![expect(clippy::print_stdout, reason = "a bench tells its figures")]

mod samples;
mod terminal;

use std::path::Path;
use std::time::Duration;

use terminal::{Session, median_and_p99};

const PROGRAM: &str = env!("CARGO_BIN_EXE_postrider");
const KEYS: usize = 300;
const ESCAPE: &[u8] = b"\x1b";

fn main() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let large = samples::requests(10, 10, 10);
    println!("key to frame, {KEYS} keys each                        median       99 %");
    for (name, folder) in [("samples", folder), ("1,000 requests", large.path())] {
        let home = tempfile::tempdir().unwrap();
        let mut session = Session::start(PROGRAM, &[], folder, home.path());
        session.frame();
        session.rest(Duration::from_secs(1));
        session.press(b"2");
        session.frame();
        keys(
            &mut session,
            &format!("{name}: up and down the tree"),
            &[b"j", b"j", b"j", b"k", b"k"],
        );
        type_in_url_bar(&mut session, name);
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
    let ms = |time: Duration| time.as_secs_f64() * 1_000.0;
    println!("  {what:44} {:>8.2} ms {:>8.2} ms", ms(median), ms(p99));
}
