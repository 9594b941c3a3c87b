//! `send` writes a body as it comes: into a pipe, to a reader that has enough, and line by line on a terminal.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::process::Stdio;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use super::*;

/// A server that sends one piece of its answer, and the next when it is told to.
struct Dripping {
    url: String,
    next: Sender<()>,
    /// Whether it could send all of it.
    whole: JoinHandle<bool>,
}

impl Dripping {
    fn of(media: &str, pieces: &'static [&'static str]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/drip", listener.local_addr().unwrap());
        let head = format!("HTTP/1.1 200 OK\r\nContent-Type: {media}\r\nConnection: close\r\n\r\n");
        let (next, told): (Sender<()>, Receiver<()>) = channel();
        let whole = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = [0; 1024];
            assert!(stream.read(&mut request).unwrap() > 0);
            stream.write_all(head.as_bytes()).unwrap();
            for piece in pieces {
                if stream.write_all(piece.as_bytes()).is_err() {
                    return false;
                }
                // A program that shows nothing before the end is not waited for without end.
                if told.recv_timeout(Duration::from_mins(2)).is_err() {
                    return false;
                }
            }
            true
        });
        Self { url, next, whole }
    }
}

#[test]
fn a_pipe_has_the_first_bytes_before_the_last_are_sent() {
    let home = Home::new();
    let server = Dripping::of("application/json", &["[1,\n", "2]\n"]);
    let mut command = home.process();
    command
        .args(["send", "-i", &server.url])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    assert_eq!(lines.next().unwrap(), "HTTP/1.1 200 OK");
    let mut body = lines.skip_while(|line| !line.is_empty()).skip(1);
    for line in ["[1,", "2]"] {
        assert_eq!(body.next().unwrap(), line);
        server.next.send(()).unwrap();
    }
    assert_eq!(body.next(), None);
    assert!(
        server.whole.join().unwrap(),
        "each piece was read before the next was sent"
    );
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("[200 OK, "));
}

#[test]
fn a_reader_that_has_enough_ends_a_stream_without_end_quietly() {
    let home = Home::new();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/endless", listener.local_addr().unwrap());
    let server = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut request = [0; 1024];
        assert!(stream.read(&mut request).unwrap() > 0);
        let head = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\n";
        stream.write_all(head.as_bytes()).unwrap();
        while stream.write_all(b"tick\n").is_ok() {
            std::thread::sleep(Duration::from_millis(5));
        }
    });
    let mut command = home.process();
    command
        .args(["send", &url])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut first = [0; 15];
    child.stdout.take().unwrap().read_exact(&mut first).unwrap();
    assert_eq!(&first, b"tick\ntick\ntick\n");
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{:?}", output.status);
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    server.join().unwrap();
}

#[test]
fn scripts_see_the_whole_answer_though_nobody_reads_it() {
    let home = Home::new();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let server = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut request = [0; 1024];
        assert!(stream.read(&mut request).unwrap() > 0);
        let head = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\n";
        stream.write_all(head.as_bytes()).unwrap();
        for _ in 0..8 {
            stream.write_all(&vec![b'x'; 64 * 1024]).unwrap();
        }
    });
    let request = format!(
        "name = \"Long\"\nmethod = \"GET\"\nurl = \"http://{address}/\"\n\n[scripts]\npost-response = '''\n\
         pm.test(\"all of it\", () => pm.expect(pm.response.text().length).to.equal(8 * 65536));\n'''\n"
    );
    drop(home.with(&[("long", &request)]));
    let mut command = home.process();
    command.current_dir(home.folder.path().join("workspace"));
    command
        .args(["send", "api/long"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success() && told.contains("✓  all of it"), "{told}");
    server.join().unwrap();
}

#[test]
fn a_token_is_known_though_nobody_reads_the_answer_it_is_in() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let server = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        assert!(stream.read(&mut [0; 4096]).unwrap() > 0);
        let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n{";
        stream.write_all(head.as_bytes()).unwrap();
        // Until it is noticed that nobody reads.
        std::thread::sleep(Duration::from_secs(1));
        let _gone = stream.write_all(b"\"access_token\":\"s3cret-token-1\",\"expires_in\":600}");
    });
    let home = Home::new();
    let root = home.folder.path().join("tokens");
    let collection = "name = \"API\"\n\n[tokens.t]\nrequest = \"login\"\nvalue = \"$.access_token\"\n";
    write(&root, "collections/api/collection.toml", collection);
    let login = format!("name = \"Log in\"\nmethod = \"POST\"\nurl = \"{base}/\"\n");
    write(&root, "collections/api/login.toml", &login);
    let mut command = home.process();
    command.current_dir(&root).args(["send", "api/login"]);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    drop(child.stdout.take());
    assert!(child.wait_with_output().unwrap().status.success());
    server.join().unwrap();
    let mut list = home.process();
    let listed = list.current_dir(&root).args(["tokens", "list"]).output().unwrap();
    let listed = String::from_utf8_lossy(&listed.stdout).into_owned();
    assert!(listed.contains("valid"), "{listed}");
}

#[cfg(unix)]
mod on_a_terminal {
    use super::*;
    use portable_pty::{CommandBuilder, PtySize, native_pty_system};

    /// All that the program writes on a terminal, line by line; each line that starts with `seen` lets the next piece come.
    fn lines(server: &Dripping, seen: &str) -> Vec<String> {
        let home = Home::new();
        let pair = native_pty_system().openpty(PtySize::default()).unwrap();
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_postrider"));
        command.args(["send", &server.url]);
        for (variable, value) in home.process().get_envs() {
            match value {
                Some(value) => command.env(variable, value),
                None => command.env_remove(variable),
            }
        }
        command.env("NO_COLOR", "1");
        command.cwd(home.folder.path());
        let mut child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let reader = BufReader::new(pair.master.try_clone_reader().unwrap());
        let mut out = Vec::new();
        // The terminal says that nobody is at its other end as an error.
        for line in reader.lines().map_while(Result::ok) {
            let line = line.trim_end().to_owned();
            if line.starts_with(seen) {
                // A server that has given up waits for nothing.
                let _ = server.next.send(());
            }
            out.push(line);
        }
        child.wait().unwrap();
        out
    }

    #[test]
    fn events_come_line_by_line_with_nothing_of_the_server_unescaped() {
        let server = Dripping::of(
            "text/event-stream",
            &["data: 1\n\n", "data: \u{1b}[2J2\n\n", "data: 3\n\n"],
        );
        let lines = lines(&server, "data: ");
        let body: Vec<&String> = lines.iter().filter(|line| line.starts_with("data")).collect();
        assert_eq!(body, ["data: 1", "data: \\u{1b}[2J2", "data: 3"]);
        assert!(server.whole.join().unwrap(), "{lines:?}");
    }

    #[test]
    fn one_json_value_a_line_is_a_stream_and_one_value_is_laid_out() {
        let server = Dripping::of("application/x-ndjson", &["{\"i\":1}\n", "{\"i\":2}\n"]);
        let shown = lines(&server, "{\"i\"");
        assert!(server.whole.join().unwrap(), "{shown:?}");

        let server = Dripping::of("application/json", &["{\"i\":", "1}\n"]);
        for _ in 0..2 {
            server.next.send(()).unwrap();
        }
        let shown = lines(&server, "never");
        assert!(shown.iter().any(|line| line == "  \"i\": 1"), "{shown:?}");
    }
}

/// Without a terminal its size is asked of nobody: who looks for it starts `tput`, whatever the `PATH` says that is.
#[cfg(target_os = "linux")]
#[test]
fn nothing_is_started_to_learn_how_wide_a_terminal_is_that_is_not_there() {
    use std::os::unix::fs::PermissionsExt as _;

    let home = Home::new();
    home.with(&[(
        "one",
        &scripted("One", "", "pm.test('t', () => pm.expect(1).to.equal(2))"),
    )]);
    let folder = home.folder.path();
    let started = folder.join("started");
    write(
        folder,
        "bin/tput",
        &format!("#!/bin/sh\necho 80\n>'{}'\n", started.display()),
    );
    fs::set_permissions(folder.join("bin/tput"), fs::Permissions::from_mode(0o755)).unwrap();
    let path = format!("{}:{}", folder.join("bin").display(), std::env::var("PATH").unwrap());
    for args in [&["run", "api", "--demo"][..], &["doctor"]] {
        // In a session of its own it has no terminal at all.
        let mut command = std::process::Command::new("setsid");
        command.arg("--wait").arg(env!("CARGO_BIN_EXE_postrider")).args(args);
        let own = home.process();
        for (name, value) in own.get_envs() {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        command.env("PATH", &path).current_dir(folder.join("workspace"));
        let output = command.stdin(Stdio::null()).output().unwrap();
        assert!(!output.stdout.is_empty(), "{args:?}");
        assert!(!started.exists(), "{args:?}");
    }
}
