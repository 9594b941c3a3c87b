//! The program in a real pseudo-terminal: what no test of its parts can see.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::io::{Read, Write};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use postrider::store::{Paths, State};

/// The program on a terminal of its own.
struct Session {
    child: Box<dyn Child + Send + Sync>,
    input: Box<dyn Write + Send>,
    screen: Arc<Mutex<vt100::Parser>>,
    bytes: Arc<Mutex<Vec<u8>>>,
    master: Box<dyn MasterPty + Send>,
}

impl Session {
    fn start(home: &Path, arguments: &[&str]) -> Self {
        Self::start_in(home, arguments, "xterm-256color")
    }

    /// On a terminal of this kind.
    fn start_in(home: &Path, arguments: &[&str], term: &str) -> Self {
        Self::start_sized(home, arguments, term, (120, 40))
    }

    /// On one that says it is of this size; what it shows has room on 120 by 40.
    fn start_sized(home: &Path, arguments: &[&str], term: &str, (cols, rows): (u16, u16)) -> Self {
        let size = PtySize {
            rows,
            cols,
            pixel_width: 0,
            pixel_height: 0,
        };
        let pair = native_pty_system().openpty(size).unwrap();
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_postrider"));
        command.args(arguments);
        command.cwd(home);
        for (name, folder) in [
            ("STATE", "state"),
            ("DATA", "data"),
            ("CONFIG", "config"),
            ("CACHE", "cache"),
        ]
        .map(|(n, f)| (n, home.join(f)))
        {
            command.env(format!("XDG_{name}_HOME"), folder);
        }
        command.env("TERM", term);
        let looks = ["NO_COLOR", "COLORFGBG", "COLORTERM", "PAGER", "VISUAL", "EDITOR"];
        let terminals = [
            "TERM_PROGRAM",
            "LC_TERMINAL",
            "KITTY_WINDOW_ID",
            "KONSOLE_VERSION",
            "TMUX",
            "STY",
        ];
        for name in looks.into_iter().chain(terminals) {
            command.env_remove(name);
        }
        let child = pair.slave.spawn_command(command).unwrap();
        let mut reader = pair.master.try_clone_reader().unwrap();
        let screen = Arc::new(Mutex::new(vt100::Parser::new(40, 120, 0)));
        let bytes = Arc::new(Mutex::new(Vec::new()));
        let (shown, kept) = (screen.clone(), bytes.clone());
        std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(n @ 1..) = reader.read(&mut buffer) {
                shown.lock().unwrap().process(&buffer[..n]);
                kept.lock().unwrap().extend_from_slice(&buffer[..n]);
            }
        });
        Self {
            child,
            input: pair.master.take_writer().unwrap(),
            screen,
            bytes,
            master: pair.master,
        }
    }

    fn text(&self) -> String {
        self.screen.lock().unwrap().screen().contents()
    }

    /// Waits until the screen shows a text; fails after two minutes, so that a broken program does not hang the test.
    fn sees(&self, text: &str) {
        let began = Instant::now();
        while !self.text().contains(text) {
            assert!(
                began.elapsed() < Duration::from_mins(2),
                "`{text}` never came:\n{}",
                self.text()
            );
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Waits until the program ends; returns whether it ended well. Fails after two minutes, as [`Self::sees`] does.
    fn ends(&mut self) -> bool {
        let began = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.success();
            }
            assert!(
                began.elapsed() < Duration::from_mins(2),
                "it never ended:\n{}",
                self.text()
            );
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Waits until a text is gone.
    fn loses(&self, text: &str) {
        let began = Instant::now();
        while self.text().contains(text) {
            assert!(
                began.elapsed() < Duration::from_mins(2),
                "`{text}` never went:\n{}",
                self.text()
            );
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn press(&mut self, keys: &str) {
        self.input.write_all(keys.as_bytes()).unwrap();
        self.input.flush().unwrap();
    }

    fn resize(&self, cols: u16, rows: u16) {
        self.screen.lock().unwrap().screen_mut().set_size(rows, cols);
        self.says(cols, rows);
    }

    /// The terminal says that it is of this size.
    fn says(&self, cols: u16, rows: u16) {
        let size = PtySize {
            rows,
            cols,
            pixel_width: 0,
            pixel_height: 0,
        };
        self.master.resize(size).unwrap();
    }

    /// Waits until some bytes were written to the terminal; returns when they were not there yet.
    fn tells(&self, bytes: &[u8]) -> Instant {
        let began = Instant::now();
        let mut before = began;
        loop {
            let looked = Instant::now();
            if holds(&self.raw(), bytes) {
                return before;
            }
            before = looked;
            assert!(
                began.elapsed() < Duration::from_mins(2),
                "{:?} never came:\n{}",
                String::from_utf8_lossy(bytes),
                self.text()
            );
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// The screen once nothing more comes: a frame may be written in pieces, and not all that there is to draw with the first.
    fn steady(&self) -> String {
        let (began, mut looks, mut text) = (Instant::now(), 0, self.text());
        while looks < 20 {
            assert!(began.elapsed() < Duration::from_mins(2), "it is never steady:\n{text}");
            std::thread::sleep(Duration::from_millis(20));
            let next = self.text();
            looks = if next == text { looks + 1 } else { 0 };
            text = next;
        }
        text
    }

    fn raw(&self) -> Vec<u8> {
        self.bytes.lock().unwrap().clone()
    }
}

impl Drop for Session {
    /// Leaves no program behind, however the test ends.
    fn drop(&mut self) {
        if !matches!(self.child.try_wait(), Ok(Some(_))) {
            // One that has just ended by itself cannot be killed.
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}

/// Whether an answer is in time that was given now to what was asked at some time: later the program takes it for keys, which
/// happens where the machine is busy with something else. Then it is tried again.
fn is_in_time(asked: Instant) -> bool {
    asked.elapsed() < Duration::from_secs(4)
}

const SEND: &str = "\n"; // Ctrl+J
const QUIT: &str = "\x11"; // Ctrl+Q
const PALETTE: &str = "\x10"; // Ctrl+P

fn holds(bytes: &[u8], text: &[u8]) -> bool {
    bytes.windows(text.len()).any(|window| window == text)
}

#[test]
fn the_token_request_runs_in_a_terminal_and_the_terminal_is_given_back() {
    let home = tempfile::tempdir().unwrap();
    let mut session = Session::start(home.path(), &["demo"]);
    session.sees("Get token");
    // At once: the demo server may still be starting.
    session.press(SEND);
    session.sees("200 OK");
    session.sees("dex_token valid");
    session.press(QUIT);
    assert!(session.ends());
    let began = Instant::now();
    while !holds(&session.raw(), b"\x1b[?1049l") {
        assert!(
            began.elapsed() < Duration::from_mins(1),
            "the alternate screen was not left"
        );
        std::thread::sleep(Duration::from_millis(20));
    }
    let raw = session.raw();
    assert!(holds(&raw, b"\x1b[?1049h"), "the alternate screen was entered");
    assert!(holds(&raw, b"\x1b[?25h"), "the cursor is shown again");
    assert!(holds(&raw, b"\x1b[?2004l"), "bracketed paste is off again");
}

#[test]
fn a_terminal_that_does_not_know_its_size_is_drawn_on_and_listened_to() {
    let home = tempfile::tempdir().unwrap();
    let mut session = Session::start_sized(home.path(), &["demo"], "xterm-256color", (0, 0));
    session.sees("Get token");
    let widest = |session: &Session| session.text().lines().map(|line| line.chars().count()).max();
    assert_eq!(widest(&session), Some(80), "{}", session.text());
    session.press(PALETTE);
    session.sees("type to filter");
    session.press("\x1b");
    session.loses("type to filter");
    // Nor does one that forgets it.
    session.says(120, 40);
    session.sees("Get token");
    let began = Instant::now();
    while widest(&session) != Some(120) {
        assert!(began.elapsed() < Duration::from_mins(2), "{}", session.text());
        std::thread::sleep(Duration::from_millis(20));
    }
    session.says(0, 0);
    session.press(PALETTE);
    session.sees("type to filter");
    session.press(QUIT);
    assert!(session.ends());
}

#[test]
fn what_was_typed_survives_a_kill() {
    let home = tempfile::tempdir().unwrap();
    let mut session = Session::start(home.path(), &["demo"]);
    session.sees("http://127.0.0.1");
    session.press("\x0e"); // Ctrl+N
    session.sees("New request");
    session.press("http://survivor.example/path");
    session.sees("http://survivor.example/path");
    // The draft is written beside the screen: the database must have it before the kill.
    let paths = Paths {
        state: home.path().join("state/postrider"),
        ..Paths::below(home.path())
    };
    let root = home.path().join("data/postrider/demo");
    let database = || {
        let drafts = State::open(&paths, &root).and_then(|(state, _)| state.drafts());
        drafts.is_ok_and(|drafts| drafts.iter().any(|draft| draft.text.contains("survivor.example/path")))
    };
    let began = Instant::now();
    while !database() {
        assert!(
            began.elapsed() < Duration::from_mins(1),
            "the draft never reached the disk"
        );
        std::thread::sleep(Duration::from_millis(20));
    }
    session.child.kill().unwrap();
    session.ends();

    let again = Session::start(home.path(), &["demo"]);
    again.sees("http://survivor.example/path");
}

#[test]
fn asked_to_end_by_the_system_it_keeps_what_was_typed_and_gives_the_terminal_back() {
    let home = tempfile::tempdir().unwrap();
    let mut session = Session::start(home.path(), &["demo"]);
    session.sees("http://127.0.0.1");
    session.press("\x0e"); // Ctrl+N
    session.sees("New request");
    session.press("http://survivor.example/path");
    session.sees("http://survivor.example/path");
    let process = session.child.process_id().unwrap().to_string();
    let told = std::process::Command::new("kill").args(["-TERM", &process]).status();
    assert!(told.unwrap().success());
    assert!(session.ends(), "it ended by itself");
    let began = Instant::now();
    while !holds(&session.raw(), b"\x1b[?1049l") {
        assert!(
            began.elapsed() < Duration::from_mins(1),
            "the alternate screen was not left"
        );
        std::thread::sleep(Duration::from_millis(20));
    }

    let again = Session::start(home.path(), &["demo"]);
    again.sees("http://survivor.example/path");
}

#[test]
fn another_program_may_be_interrupted_and_the_window_shrink_meanwhile() {
    use std::os::unix::fs::PermissionsExt;

    let home = tempfile::tempdir().unwrap();
    let (editor, done) = (home.path().join("editor"), home.path().join("done"));
    let script = format!(
        "#!/bin/sh\ntrap 'echo it was interrupted' INT\necho it has the terminal\nwhile [ ! -e '{}' ]; do sleep 0.1; done\n",
        done.display()
    );
    std::fs::write(&editor, script).unwrap();
    std::fs::set_permissions(&editor, std::fs::Permissions::from_mode(0o755)).unwrap();
    let config = home.path().join("config/postrider");
    std::fs::create_dir_all(&config).unwrap();
    let setting = format!("editor = '{}'\n", editor.display());
    std::fs::write(config.join("config.toml"), setting).unwrap();

    let mut session = Session::start(home.path(), &["demo"]);
    session.sees("Get token");
    session.press(SEND);
    session.sees("200 OK");
    session.press("4e");
    session.sees("it has the terminal");
    session.press("\x03"); // Ctrl+C, a signal while the terminal is not ours
    session.sees("it was interrupted");
    session.resize(90, 24);
    std::fs::write(&done, "").unwrap();
    session.sees("200 OK");
    session.press(QUIT);
    assert!(session.ends());
}

#[test]
fn the_mouse_is_left_to_the_terminal_when_the_user_wants_it_so() {
    let home = tempfile::tempdir().unwrap();
    let config = home.path().join("config/postrider");
    std::fs::create_dir_all(&config).unwrap();
    for (text, taken) in [("mouse = false\n", false), ("", true)] {
        std::fs::write(config.join("config.toml"), text).unwrap();
        let session = Session::start(home.path(), &["demo"]);
        session.sees("Get token");
        assert_eq!(holds(&session.raw(), b"\x1b[?1000h"), taken, "{text}");
    }
}

#[test]
fn bytes_of_a_server_never_reach_the_terminal_as_they_are() {
    let home = tempfile::tempdir().unwrap();
    let mut session = Session::start(home.path(), &["demo"]);
    session.sees("http://127.0.0.1");
    session.press("/");
    session.press("Escape sequences");
    session.press("\r");
    session.sees("/demo/escape");
    session.press(SEND);
    session.sees("200 OK");
    session.sees("␛");
    let raw = session.raw();
    // The title the body tries to set, the link it tries to make, the screen it tries to clear.
    assert!(!holds(&raw, b"\x1b]0;title"), "a title was set by a server");
    assert!(!holds(&raw, b"\x1b]8;;http"), "a link was made by a server");
    assert!(
        !holds(&raw, b"\x1b[2J\x1b[Hcleared"),
        "the screen was cleared by a server"
    );
}

/// The upper half red, the lower one blue, 16 pixels to a side.
const PICTURE: &[u8] = include_bytes!("../src/tui/widgets/picture/half.jpg");

/// A server of a picture, and a workspace with a request for it.
fn pictures(home: &Path) {
    let server = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let folder = home.join("collections/pictures");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("collection.toml"), "name = \"Pictures\"\n").unwrap();
    let url = format!("http://{}/half.jpg", server.local_addr().unwrap());
    let request = format!("name = \"Half\"\nmethod = \"GET\"\nurl = \"{url}\"\n");
    std::fs::write(folder.join("half.toml"), request).unwrap();
    std::thread::spawn(move || {
        for mut stream in server.incoming().flatten() {
            let (mut head, mut block) = (Vec::new(), [0; 1024]);
            while !holds(&head, b"\r\n\r\n") {
                match stream.read(&mut block) {
                    Ok(count @ 1..) => head.extend_from_slice(&block[..count]),
                    _ => break,
                }
            }
            let start = format!(
                "HTTP/1.1 200 OK\r\ncontent-type: image/jpeg\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
                PICTURE.len()
            );
            // Who asked may be gone.
            let _ = stream.write_all(&[start.as_bytes(), PICTURE].concat());
        }
    });
}

#[test]
fn a_picture_is_shown_as_the_terminal_can() {
    let home = tempfile::tempdir().unwrap();
    pictures(home.path());
    let sent = |term: &str| {
        let mut session = Session::start_in(home.path(), &[], term);
        session.sees("/half.jpg");
        session.press(SEND);
        session
    };
    let (question, kitty, sixel) = (&b"\x1b[c"[..], &b"\x1b_Ga=t,f=100"[..], &b"\x1bP0;1;0q"[..]);
    let answered = |answer: &str| {
        for _ in 0..20 {
            let mut session = sent("xterm-256color");
            let asked = session.tells(question);
            session.press(answer);
            if is_in_time(asked) {
                return session;
            }
        }
        panic!("this machine is too slow to answer")
    };
    // Its environment says that it is one that shows graphics; nobody asks it.
    let mut session = sent("xterm-kitty");
    session.sees("JPEG picture");
    session.tells(kitty);
    assert!(!holds(&session.raw(), question) && !holds(&session.raw(), b"\x1b_Ga=d"));
    session.press(QUIT);
    assert!(session.ends());
    session.tells(b"\x1b_Ga=d,d=I,");
    // It says so itself; what was typed meanwhile are keys.
    let mut session = answered("\x1b[6;20;10t?\x1b[?1;0;256S\x1b[?62;4c");
    session.sees("type to filter");
    assert!(!holds(&session.raw(), sixel), "it would lie over that");
    session.press("\x1b");
    session.tells(sixel);
    session.loses("▀▀");
    // It says nothing, or that it is another one.
    for answer in ["", "\x1b[?62;22c"] {
        let mut session = answered(answer);
        session.sees(&"▀".repeat(16));
        session.press("?");
        session.sees("type to filter");
        let raw = session.raw();
        assert!(!holds(&raw, sixel) && !holds(&raw, kitty));
    }
    let session = sent("dumb");
    session.sees("JPEG picture");
    assert!(!holds(&session.raw(), question));
}

#[test]
fn importing_again_asks_before_anything_is_changed() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("birds.json");
    let write = |request: &str| {
        let text = format!(
            r#"{{ "info": {{ "name": "Birds", "_postman_id": "b",
                  "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json" }},
                "item": [{{ "id": "r", "name": "{request}", "request": "http://127.0.0.1/" }}] }}"#
        );
        std::fs::write(&file, text).unwrap();
    };
    std::fs::create_dir(home.path().join("collections")).unwrap();
    let saved = || std::fs::read_to_string(home.path().join("collections/birds/herons.toml")).unwrap();
    let import = || Session::start(home.path(), &["import", "birds.json"]);
    write("Herons");
    assert!(import().ends());
    write("Grey herons");
    for (answer, taken) in [("n\r", false), ("\r", false), ("y\r", true)] {
        let mut session = import();
        session.sees("Go on? [y/N]");
        session.press(answer);
        assert_eq!(session.ends(), taken, "{answer:?}");
        assert_eq!(saved().contains("Grey herons"), taken, "{answer:?}");
    }
}

#[test]
fn a_light_terminal_is_found_and_its_answer_is_no_keys() {
    let home = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(home.path().join("own/collections")).unwrap();
    let ground = |session: &Session| session.screen.lock().unwrap().screen().cell(2, 60).unwrap().bgcolor();
    let mut tries = 0;
    let (mut session, text, dark) = loop {
        tries += 1;
        assert!(tries < 20, "this machine is too slow to answer");
        let mut session = Session::start(home.path(), &["own"]);
        session.sees("Collections");
        session.tells(b"\x1b]11;?\x07");
        let (text, dark) = (session.steady(), ground(&session));
        // In two pieces, as over a slow line.
        let begun = Instant::now();
        session.press("\x1b]11;rgb:ff");
        std::thread::sleep(Duration::from_millis(30));
        session.press("ff/ffff/f0f0\x1b\\");
        if is_in_time(begun) {
            break (session, text, dark);
        }
    };
    let began = Instant::now();
    while ground(&session) == dark || session.text() != text {
        assert!(
            began.elapsed() < Duration::from_mins(2),
            "it stayed dark, or something of the answer was taken for a key:\n{}",
            session.text()
        );
        std::thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(session.steady(), text, "nothing of it was taken for a key");
    // Keys are keys all the same.
    session.press("?");
    session.sees("go from pane to pane");
    // Together they would be one key.
    session.press("\x1b");
    session.loses("go from pane to pane");
    session.press(QUIT);
    assert!(session.ends());
}

#[test]
fn a_passphrase_that_is_typed_ahead_is_not_shown_and_not_lost() {
    let home = tempfile::tempdir().unwrap();
    let set = |home: &Path, old: Option<&str>, new: &str| {
        let mut session = Session::start(home, &["secrets", "lock"]);
        session.sees("assphrase:");
        if let Some(old) = old {
            let lines = |session: &Session| memchr::memchr_iter(b'\n', &session.raw()).count();
            let (before, began) = (lines(&session), Instant::now());
            session.press(&format!("{old}\r"));
            // Its line ends before the key is derived of it, which takes a while: nobody asks for anything then.
            while lines(&session) == before {
                assert!(began.elapsed() < Duration::from_mins(2), "{}", session.text());
                std::thread::sleep(Duration::from_millis(1));
            }
        }
        session.press(&format!("{new}\r{new}\r"));
        session.sees("what is kept is locked with the passphrase");
        assert!(session.ends());
        let shown = session.raw();
        assert!(!holds(&shown, b"sesame"), "{}", session.text());
    };
    set(home.path(), None, "open sesame");
    set(home.path(), Some("open sesame"), "another sesame");
}
