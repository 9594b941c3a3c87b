//! Servers that behave badly: what came is shown together with what is wrong, it always ends, and a terminal obeys none of it.

mod held;
mod rows;
mod server;

use std::fs;
use std::io::Read;
use std::sync::mpsc::RecvTimeoutError;
use std::time::{Duration, Instant};

use portable_pty::{CommandBuilder, PtySize, native_pty_system};
use postrider::tui::TuiOptions;

use self::rows::Row;
use crate::user::{Home, User};

/// What is kept of a response in these tests: one MiB.
const SETTINGS: &str = "response_limit = 1\n";

/// So long a program may be silent before a test gives it up, and ends it.
const PATIENCE: Duration = Duration::from_mins(1);

/// A workspace with a request for each row, or several for each of its tries, each with a server of its own.
fn workspace(rows: Vec<Row>) -> (Home, Vec<(String, Row)>) {
    let home = Home::new();
    let folder = home.root().join("collections/bad");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("collection.toml"), "name = \"Bad\"\n").unwrap();
    let rows = rows.into_iter().enumerate().map(|(number, row)| {
        let slug = format!("row-{number:02}");
        for (slug, row) in row.tries(&slug) {
            let port = server::start(row.steps.clone());
            // A table of settings ends the request's own keys.
            let text = format!(
                "name = \"{slug}\"\nurl = \"http://127.0.0.1:{port}/{slug}\"\n{}",
                row.request
            );
            fs::write(folder.join(format!("{slug}.toml")), text).unwrap();
        }
        (slug, row)
    });
    let rows = rows.collect();
    let config = home.root().join("../home/config");
    fs::create_dir_all(&config).unwrap();
    fs::write(config.join("config.toml"), SETTINGS).unwrap();
    (home, rows)
}

/// Whether a terminal would obey a character, or hide it.
fn is_obeyed(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// Every cell of the screen is drawn as it is.
fn is_harmless(user: &User, row: &Row) {
    let screen = user.screen();
    let obeyed = screen.chars().find(|c| *c != '\n' && is_obeyed(*c));
    assert_eq!(obeyed, None, "{}:\n{screen}", row.name);
}

/// Opens every row, sends it, and looks at the screen.
fn look(rows: Vec<Row>) {
    let (home, rows) = workspace(rows);
    let options = TuiOptions {
        demo: None,
        ..home.options(Duration::from_mins(10))
    };
    let mut user = User::open(&options, (140, 40));
    user.sees("Bad");
    for (slug, row) in &rows {
        let tries = row.tries(slug);
        for (number, (slug, row)) in tries.iter().enumerate() {
            user.press("2/").press(slug).press("<enter>").sees(&format!("/{slug}"));
            user.press("<ctrl-j>4");
            if number + 1 < tries.len() && !comes_so_far(&mut user, row) {
                continue;
            }
            look_at(&mut user, row);
            break;
        }
    }
}

/// Whether what the row has is there when its time is over; that it is over is told in any case.
fn comes_so_far(user: &mut User, row: &Row) -> bool {
    user.until(&format!("the end ({})", row.name), |user| {
        is_harmless(user, row);
        user.app.state.shared.running.is_empty()
    });
    let over = row.sees.iter().find(|text| text.starts_with("timed out after "));
    user.sees(over.unwrap().split(',').next().unwrap());
    row.sees.iter().all(|text| user.screen().contains(text))
}

/// Looks at the screen while a row is sent, and after it.
fn look_at(user: &mut User, row: &Row) {
    for text in &row.sees {
        user.until(&format!("{text} ({})", row.name), |user| {
            is_harmless(user, row);
            user.screen().contains(text)
        });
    }
    if row.esc {
        user.press("<esc>")
            .sees("The body is not whole: cancelled while downloading");
        assert!(user.screen().contains(&row.sees[0]), "{}:\n{}", row.name, user.screen());
    }
    user.until(&format!("the end ({})", row.name), |user| {
        user.app.state.shared.running.is_empty()
    });
    if let Some((keys, texts)) = &row.then {
        user.press(keys);
        for text in texts {
            user.until(&format!("{text} ({})", row.name), |user| {
                is_harmless(user, row);
                user.screen().contains(text)
            });
        }
        let back = keys.replace(']', "[").replace('s', "<esc>");
        user.press(&back);
    }
    is_harmless(user, row);
}

/// Sends every row from the command line.
fn tell(rows: Vec<Row>) {
    let (home, rows) = workspace(rows);
    for (slug, row) in rows.iter().filter(|(_, row)| !row.esc) {
        let tries = row.tries(slug);
        for (number, (slug, row)) in tries.iter().enumerate() {
            let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_postrider"));
            for name in proxies() {
                command.env_remove(name);
            }
            command
                .args(["send", "--include", &format!("bad/{slug}")])
                .envs(environment(&home))
                .current_dir(home.root());
            let done = ended(&mut command, row.name);
            let (out, err) = (
                String::from_utf8_lossy(&done.stdout),
                String::from_utf8_lossy(&done.stderr),
            );
            let all = format!("{}\n{err}", &out[..out.floor_char_boundary(4000)]);
            assert_eq!(done.status.code(), Some(row.code), "{}:\n{all}", row.name);
            let obeyed = err.chars().find(|c| *c != '\n' && is_obeyed(*c));
            assert_eq!(obeyed, None, "{}:\n{err}", row.name);
            let missing = row
                .says
                .iter()
                .find(|text| !out.contains(*text) && !err.contains(*text));
            let Some(text) = missing else { break };
            let has_more_time = number + 1 < tries.len() && all.contains("timed out after ");
            assert!(has_more_time, "{}: no `{text}` in\n{all}", row.name);
        }
    }
}

/// A program that ends with whoever looks at it, also where that fails.
struct Running<C: Ends>(C);

trait Ends {
    fn end(&mut self);
}

impl Ends for std::process::Child {
    fn end(&mut self) {
        let _ended_already = self.kill();
        let _status = self.wait();
    }
}

impl Ends for Box<dyn portable_pty::Child + Send + Sync> {
    fn end(&mut self) {
        let _ended_already = self.kill();
        let _status = self.wait();
    }
}

impl<C: Ends> Drop for Running<C> {
    fn drop(&mut self) {
        self.0.end();
    }
}

/// What a program writes until it ends, for which it has its time.
fn ended(command: &mut std::process::Command, row: &str) -> std::process::Output {
    let piped = std::process::Stdio::piped;
    let mut child = Running(
        command
            .stdin(std::process::Stdio::null())
            .stdout(piped())
            .stderr(piped())
            .spawn()
            .unwrap(),
    );
    let (out, err) = (
        read(child.0.stdout.take().unwrap()),
        read(child.0.stderr.take().unwrap()),
    );
    let began = Instant::now();
    let status = loop {
        if let Some(status) = child.0.try_wait().unwrap() {
            break status;
        }
        assert!(began.elapsed() < PATIENCE, "{row}: `send` never ended");
        std::thread::sleep(Duration::from_millis(5));
    };
    let (stdout, stderr) = (out.join().unwrap(), err.join().unwrap());
    std::process::Output { status, stdout, stderr }
}

/// All that comes, read on a thread of its own.
fn read(mut from: impl Read + Send + 'static) -> std::thread::JoinHandle<Vec<u8>> {
    std::thread::spawn(move || {
        let mut out = Vec::new();
        from.read_to_end(&mut out).unwrap();
        out
    })
}

fn environment(home: &Home) -> Vec<(String, std::path::PathBuf)> {
    let below = home.root().join("../home");
    let parts = [
        ("CONFIG", "cli"),
        ("DATA", "data"),
        ("STATE", "state"),
        ("CACHE", "cache"),
    ];
    let config = below.join("cli/postrider");
    fs::create_dir_all(&config).unwrap();
    fs::write(config.join("config.toml"), SETTINGS).unwrap();
    parts
        .map(|(name, folder)| (format!("XDG_{name}_HOME"), below.join(folder)))
        .to_vec()
}

/// The variables that would send the requests elsewhere.
fn proxies() -> impl Iterator<Item = String> {
    let names = ["http_proxy", "https_proxy", "all_proxy", "no_proxy"];
    names
        .into_iter()
        .flat_map(|name| [name.to_owned(), name.to_uppercase()])
}

/// The rows whose number leaves this rest: several tests share them.
fn share(rest: usize) -> Vec<Row> {
    let all = rows::all().into_iter().enumerate();
    all.filter(|(number, _)| number % 3 == rest)
        .map(|(_, row)| row)
        .collect()
}

#[test]
fn there_are_enough_of_them() {
    assert!(rows::all().len() >= 60, "{}", rows::all().len());
}

#[test]
fn the_screen_shows_what_came_and_what_is_wrong_1() {
    look(share(0));
}

#[test]
fn the_screen_shows_what_came_and_what_is_wrong_2() {
    look(share(1));
}

#[test]
fn the_screen_shows_what_came_and_what_is_wrong_3() {
    look(share(2));
}

#[test]
fn the_command_line_says_what_came_and_what_is_wrong_1() {
    tell(share(0));
}

#[test]
fn the_command_line_says_what_came_and_what_is_wrong_2() {
    tell(share(1));
}

#[test]
fn the_command_line_says_what_came_and_what_is_wrong_3() {
    tell(share(2));
}

/// What the program writes to a terminal of its own, until it has written a text behind each of the keys; behind Esc, until
/// the text is gone.
fn on_a_terminal(home: &Home, arguments: &[&str], keys: &[(&str, &str)]) -> Vec<u8> {
    let size = PtySize {
        rows: 40,
        cols: 140,
        pixel_width: 0,
        pixel_height: 0,
    };
    let pair = native_pty_system().openpty(size).unwrap();
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_postrider"));
    command.args(arguments);
    command.cwd(home.root());
    for (name, folder) in environment(home) {
        command.env(name, folder);
    }
    for name in proxies() {
        command.env_remove(name);
    }
    command.env("TERM", "xterm-256color");
    let _child = Running(pair.slave.spawn_command(command).unwrap());
    drop(pair.slave);
    let mut reader = pair.master.try_clone_reader().unwrap();
    let mut input = pair.master.take_writer().unwrap();
    let (sender, pieces) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let mut buffer = [0; 4096];
        while let Ok(n @ 1..) = reader.read(&mut buffer) {
            let _nobody_left = sender.send(buffer[..n].to_vec());
        }
    });
    let (mut raw, mut screen) = (Vec::new(), vt100::Parser::new(40, 140, 0));
    for (keys, text) in keys {
        std::io::Write::write_all(&mut input, keys.as_bytes()).unwrap();
        // What follows at once would make another key of Esc: it has been read when what it closes is gone.
        let is_there = *keys != "\u{1b}";
        let began = Instant::now();
        while screen.screen().contents().contains(text) != is_there {
            assert!(
                began.elapsed() < PATIENCE,
                "`{text}` never came or went behind {keys:?}:\n{}",
                screen.screen().contents()
            );
            if let Ok(piece) = pieces.recv_timeout(Duration::from_millis(50)) {
                screen.process(&piece);
                raw.extend(piece);
            }
        }
    }
    if keys.is_empty() {
        // The end of the program ends the terminal, and with it the pieces.
        loop {
            match pieces.recv_timeout(PATIENCE) {
                Ok(piece) => raw.extend(piece),
                Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) => {
                    panic!("{arguments:?} never ended:\n{}", String::from_utf8_lossy(&raw))
                }
            }
        }
    }
    raw
}

/// No byte that a server sent does anything.
fn nothing_is_obeyed(raw: &[u8], row: &str) {
    for bytes in [
        &b"\x1b[31mV"[..],
        b"\x1b]0;pwned",
        b"\x1b]52;c;cHduZWQ",
        b"\x1b]8;;http",
        b"\x1bP+q",
        "\u{9b}".as_bytes(),
        "\u{202e}".as_bytes(),
        "\u{200b}".as_bytes(),
        b"\0",
    ] {
        let at = raw.windows(bytes.len()).position(|window| window == bytes);
        let seen =
            at.map(|at| String::from_utf8_lossy(&raw[at.saturating_sub(80)..raw.len().min(at + 20)]).into_owned());
        assert_eq!(seen, None, "{row}: {bytes:?}");
    }
}

#[test]
fn no_byte_of_a_server_reaches_a_terminal_as_it_is() {
    let (home, rows) = workspace(rows::answers::escapes());
    let mut keys = vec![(String::new(), "Bad".to_owned())];
    for (slug, row) in &rows {
        let raw = on_a_terminal(&home, &["send", "--include", &format!("bad/{slug}")], &[]);
        nothing_is_obeyed(&raw, row.name);
        assert!(
            row.says.iter().all(|text| String::from_utf8_lossy(&raw).contains(text)),
            "{}",
            row.name
        );
        keys.push((format!("2/{slug}\r"), format!("/{slug}")));
        keys.push(("\n4".to_owned(), row.sees[0].clone()));
        if let Some((then, texts)) = &row.then {
            keys.push(((*then).to_owned(), texts[0].to_owned()));
            keys.push(if *then == "s" {
                ("\x1b".to_owned(), texts[0].to_owned())
            } else {
                (then.replace(']', "["), "Bad".to_owned())
            });
        }
    }
    let keys: Vec<(&str, &str)> = keys.iter().map(|(keys, text)| (keys.as_str(), text.as_str())).collect();
    nothing_is_obeyed(&on_a_terminal(&home, &[], &keys), "all of them in the program");
}
