//! From a key to its frame on the way to the terminal: a frame of a 60 Hz screen lasts 16.7 ms.
//!
//! `cargo bench --bench keys`. Measured through a pseudo-terminal on the sample workspace, on those of 1,000 and 10,000
//! requests, from their first frame on, and with a body of 10 MB on the screen. Of the largest also what finding costs by a
//! word, by two and by a path, what the program holds in memory, and how long a change from outside takes to the screen.
//! And what a send takes longer for being sent from the screen: from the key to the server, and from its answer to the
//! frame, beside a bare socket doing the same.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a bench that cannot be set up is broken")]
#![expect(clippy::print_stdout, reason = "a bench tells its figures")]

mod samples;
mod terminal;

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};

use terminal::{Session, median_and_p99};

const PROGRAM: &str = env!("CARGO_BIN_EXE_postrider");
const KEYS: usize = 300;
const SENDS: usize = 100;
/// So long nothing happens between two sends, with a screen and without: who has slept wakes up slower.
const PAUSE: Duration = Duration::from_millis(50);
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
    sends(folder);
}

/// When a request was there as a whole, and when its answer was on its way.
type Stamps = (Instant, Instant);

/// Answers `answer 0.`, `answer 1.` … on one connection after the other.
fn serve(listener: &TcpListener, stamps: &Sender<Stamps>) {
    let mut count = 0;
    while let Ok((mut stream, _)) = listener.accept() {
        stream.set_nodelay(true).unwrap();
        let mut head = Vec::new();
        let mut bytes = [0; 4096];
        while let Ok(n @ 1..) = stream.read(&mut bytes) {
            head.extend_from_slice(&bytes[..n]);
            if !head.ends_with(b"\r\n\r\n") {
                continue;
            }
            let received = Instant::now();
            head.clear();
            let body = format!("answer {count}.");
            let answer = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len());
            count += 1;
            stream.write_all(answer.as_bytes()).unwrap();
            if stamps.send((received, Instant::now())).is_err() {
                return;
            }
        }
    }
}

/// What a send costs on its way to the server and back, from a socket and from the screen.
fn sends(folder: &Path) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (tell, stamps) = channel();
    std::thread::spawn(move || serve(&listener, &tell));
    println!("one send on an open connection, {SENDS} of them    median       99 %");
    let bare = bare(address, &stamps);
    let home = tempfile::tempdir().unwrap();
    let mut session = Session::start(PROGRAM, &[], folder, home.path());
    session.frame();
    session.rest(Duration::from_secs(1));
    session.press(b"\x0e"); // Ctrl+N
    session.sees("New request");
    session.press(format!("http://{address}/").as_bytes());
    session.rest(Duration::from_millis(500));
    session.press(ESCAPE);
    session.rest(Duration::from_millis(500));
    let (mut there, mut back) = (Vec::new(), Vec::new());
    for n in SENDS..=2 * SENDS {
        let since = Instant::now();
        session.press(b"\n"); // Ctrl+J sends
        let text = format!("answer {n}.");
        let mut shown = session.frame();
        while !session.text().contains(&text) {
            shown = session.frame();
        }
        let (received, answered) = stamps.recv().unwrap();
        session.rest(PAUSE);
        // The first one connects.
        if n > SENDS {
            there.push(received.duration_since(since));
            back.push((since + shown).duration_since(answered));
        }
    }
    session.child.kill().unwrap();
    let mut both: Vec<Duration> = there.iter().zip(&back).map(|(there, back)| *there + *back).collect();
    let whole = tell_of("from the screen, both ways", &mut both);
    tell_of("of it from the key to the server", &mut there);
    tell_of("of it from the answer to the frame", &mut back);
    println!("  the screen adds {:.2} ms", ms(whole.saturating_sub(bare)));
}

/// A socket that does nothing but send and take the answer.
fn bare(address: SocketAddr, stamps: &Receiver<Stamps>) -> Duration {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_nodelay(true).unwrap();
    let mut times = Vec::new();
    let mut bytes = [0; 4096];
    for _ in 0..SENDS {
        let since = Instant::now();
        stream.write_all(b"GET / HTTP/1.1\r\nHost: bench\r\n\r\n").unwrap();
        let taken = stream.read(&mut bytes).unwrap();
        times.push(since.elapsed());
        assert!(bytes[..taken].ends_with(b"."), "the answer came in one piece");
        stamps.recv().unwrap();
        std::thread::sleep(PAUSE);
    }
    tell_of("from a socket, both ways", &mut times)
}

fn tell_of(what: &str, times: &mut [Duration]) -> Duration {
    let (median, p99) = median_and_p99(times);
    println!("  {what:44} {:>8.2} ms {:>8.2} ms", ms(median), ms(p99));
    median
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
    let back: &[u8] = b"\x7f";
    for (what, begun, typed) in [
        ("a second word", "req 7 ", [b"f", b"o", b"l", back, back, back]),
        ("a path", "folder 3/", [b"r", b"e", b"q", back, back, back]),
    ] {
        session.press(begun.as_bytes());
        session.rest(Duration::from_millis(500));
        keys(session, &format!("{name}: finding, {what}"), &typed);
        session.press(&back.repeat(begun.len()));
        session.rest(Duration::from_millis(500));
    }
    // As fast as nobody types: what is pasted, or came while the program was busy.
    session.press(b"req 7 folder 3 c");
    let shows = session.frame();
    while !session.text().contains(" of ") {
        session.frame();
    }
    let found = session.since.elapsed();
    println!(
        "  {name}: 16 letters at once show after {:.2} ms, are found after {:.2} ms",
        ms(shows),
        ms(found)
    );
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
