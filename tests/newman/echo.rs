//! A server on 127.0.0.1 that keeps every request as it stood on the wire.
//!
//! ```text
//! /status/CODE                      that status; `?body=`, `?reason=` and `?header=N: V` on top
//! /answer?type=&body=&header=N: V   a body of any type; `header` may be repeated
//! /redirect/CODE/TO                 to /echo: `same`, on the `other` host name, `near` or with `dots` in a relative
//!                                   Location, with a `cookie`, after N hops; `loop`: to itself
//! /cookies/set?a=1&b=2; Path=/      one Set-Cookie each
//! /gzip  /deflate  /br              a JSON body, coded
//! /basic/USER/PASSWORD              401 unless so
//! /digest/ALGORITHM                 401 with a fixed challenge unless answered
//! /delay/MS  /big/BYTES  /latin1  /bytes  /invalid-json  /close
//! anything else                     the request as JSON: method, target, headers, body
//! ```

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine;
use percent_encoding::percent_decode_str;
use serde_json::json;

/// A request as it stood on the wire.
#[derive(Clone, Debug)]
pub struct Seen {
    /// The request line.
    pub line: String,
    /// The headers, in order and case.
    pub headers: Vec<(String, String)>,
    /// The bytes of the body, chunks put together.
    pub body: Vec<u8>,
}

impl Seen {
    /// The first value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(own, _)| own.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    fn method(&self) -> &str {
        self.line.split(' ').next().unwrap()
    }

    fn target(&self) -> &str {
        self.line.split(' ').nth(1).unwrap_or("/")
    }

    /// The query's parameters, decoded.
    fn query(&self) -> Vec<(String, String)> {
        let query = self.target().split_once('?').map_or("", |(_, query)| query);
        query
            .split('&')
            .filter(|part| !part.is_empty())
            .map(|part| {
                let (key, value) = part.split_once('=').unwrap_or((part, ""));
                (decoded(key), decoded(value))
            })
            .collect()
    }
}

fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

/// A running server; it ends with the test process.
pub struct Server {
    pub port: u16,
    seen: Arc<Mutex<Vec<Seen>>>,
}

/// A connection on which nothing comes for so long is closed.
const IDLE: Duration = Duration::from_secs(5);

impl Server {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let keep = Arc::clone(&seen);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let keep = Arc::clone(&keep);
                std::thread::spawn(move || serve(&stream, &keep));
            }
        });
        Self { port, seen }
    }

    /// The requests since this was called last, in the order they came.
    pub fn take(&self) -> Vec<Seen> {
        std::mem::take(&mut *self.seen.lock().unwrap())
    }
}

/// One connection: requests until the other side has enough.
fn serve(stream: &TcpStream, keep: &Mutex<Vec<Seen>>) {
    // Newman may wait for the end of a connection that it does not use any more.
    stream.set_read_timeout(Some(IDLE)).unwrap();
    let mut reader = BufReader::new(stream);
    let mut writer = stream;
    while let Some(seen) = read(&mut reader) {
        keep.lock().unwrap().push(seen.clone());
        let Some(answer) = answer(&seen) else { return };
        if writer.write_all(&answer.bytes(seen.method())).is_err() {
            return;
        }
    }
}

fn read(reader: &mut impl BufRead) -> Option<Seen> {
    let line = read_line(reader)?;
    let mut headers = Vec::new();
    loop {
        let line = read_line(reader)?;
        if line.is_empty() {
            break;
        }
        let (name, value) = line.split_once(':')?;
        headers.push((name.to_owned(), value.strip_prefix(' ').unwrap_or(value).to_owned()));
    }
    let mut seen = Seen {
        line,
        headers,
        body: Vec::new(),
    };
    if seen.header("transfer-encoding").is_some_and(|value| value == "chunked") {
        loop {
            let size = usize::from_str_radix(read_line(reader)?.trim(), 16).ok()?;
            let mut chunk = vec![0; size + 2];
            reader.read_exact(&mut chunk).ok()?;
            if size == 0 {
                break;
            }
            seen.body.extend(&chunk[..size]);
        }
    } else if let Some(length) = seen.header("content-length") {
        seen.body = vec![0; length.parse().ok()?];
        reader.read_exact(&mut seen.body).ok()?;
    }
    Some(seen)
}

/// A line without its end; every byte is one character, as HTTP/1.1 has it. `None` at the end of the connection.
fn read_line(reader: &mut impl BufRead) -> Option<String> {
    let mut line = Vec::new();
    reader.read_until(b'\n', &mut line).ok().filter(|&count| count > 0)?;
    let line: String = line.into_iter().map(char::from).collect();
    Some(line.trim_end_matches(['\r', '\n']).to_owned())
}

/// What goes back.
struct Answer {
    code: u16,
    reason: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Answer {
    fn new(code: u16, kind: &str, body: impl Into<Vec<u8>>) -> Self {
        Self {
            code,
            reason: reason(code).to_owned(),
            headers: vec![("Content-Type".into(), kind.into())],
            body: body.into(),
        }
    }

    fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    fn bytes(&self, method: &str) -> Vec<u8> {
        let mut out = Vec::new();
        write!(out, "HTTP/1.1 {} {}\r\n", self.code, self.reason).unwrap();
        for (name, value) in &self.headers {
            write!(out, "{name}: {value}\r\n").unwrap();
        }
        let bodiless = matches!(self.code, 204 | 304);
        if !bodiless {
            write!(out, "Content-Length: {}\r\n", self.body.len()).unwrap();
        }
        out.extend(b"\r\n");
        if !bodiless && method != "HEAD" {
            out.extend(&self.body);
        }
        out
    }
}

fn reason(code: u16) -> &'static str {
    http::StatusCode::from_u16(code)
        .ok()
        .and_then(|code| code.canonical_reason())
        .unwrap_or("Unknown")
}

/// The answer to a request; `None` closes the connection.
fn answer(seen: &Seen) -> Option<Answer> {
    let path = seen.target().split('?').next().unwrap().to_owned();
    let parts: Vec<String> = path.trim_matches('/').split('/').map(decoded).collect();
    let part = |index: usize| parts.get(index).map_or("", String::as_str);
    let number = |index: usize| part(index).parse::<u64>().unwrap_or_default();
    let coded = r#"{"coded":"grün","n":1}"#.as_bytes();
    Some(match part(0) {
        "status" => status(seen, u16::try_from(number(1)).unwrap()),
        "answer" => made(seen),
        "redirect" => redirect(seen, u16::try_from(number(1)).unwrap(), part(2)),
        "cookies" if part(1) == "set" => {
            let mut out = Answer::new(200, "text/plain", "set");
            for (name, value) in seen.query() {
                out = out.with("Set-Cookie", format!("{name}={value}"));
            }
            out
        }
        "gzip" => {
            let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
            gzip.write_all(coded).unwrap();
            Answer::new(200, "application/json", gzip.finish().unwrap()).with("Content-Encoding", "gzip")
        }
        "deflate" => {
            let mut gzip = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
            gzip.write_all(coded).unwrap();
            Answer::new(200, "application/json", gzip.finish().unwrap()).with("Content-Encoding", "deflate")
        }
        "br" => Answer::new(200, "application/json", brotli(coded)).with("Content-Encoding", "br"),
        "basic" => {
            let word = base64::engine::general_purpose::STANDARD.encode(format!("{}:{}", part(1), part(2)));
            if seen.header("authorization") == Some(&format!("Basic {word}")) {
                echo(seen)
            } else {
                Answer::new(401, "text/plain", "who?").with("WWW-Authenticate", "Basic realm=\"echo\"")
            }
        }
        "digest" => digest(seen, part(1)),
        "delay" => {
            std::thread::sleep(Duration::from_millis(number(1)));
            echo(seen)
        }
        "big" => Answer::new(200, "text/plain", vec![b'x'; usize::try_from(number(1)).unwrap()]),
        "latin1" => Answer::new(200, "text/plain; charset=iso-8859-1", b"gr\xfcn"),
        "bytes" => Answer::new(200, "application/octet-stream", (0..=255).collect::<Vec<u8>>()),
        "invalid-json" => Answer::new(200, "application/json", "{\"a\": 1,\n  oops}"),
        "close" => return None,
        _ => echo(seen),
    })
}

fn echo(seen: &Seen) -> Answer {
    let body = json!({
        "method": seen.method(),
        "target": seen.target(),
        "names": seen.headers.iter().map(|(name, _)| name).collect::<Vec<_>>(),
        "headers": seen.headers.iter().map(|(name, value)| (name.to_lowercase(), value.clone()))
            .collect::<std::collections::BTreeMap<_, _>>(),
        "body": String::from_utf8_lossy(&seen.body),
    });
    Answer::new(200, "application/json; charset=utf-8", body.to_string()).with("X-Echo", "Yes")
}

fn status(seen: &Seen, code: u16) -> Answer {
    let query = seen.query();
    let asked = |name: &str| {
        query
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.clone())
    };
    let body = asked("body").unwrap_or_else(|| format!("status {code}"));
    let mut out = Answer::new(code, "text/plain; charset=utf-8", body);
    if let Some(reason) = asked("reason") {
        out.reason = reason;
    }
    match asked("header").as_deref().and_then(|header| header.split_once(": ")) {
        Some((name, value)) => out.with(name, value),
        None => out,
    }
}

fn made(seen: &Seen) -> Answer {
    let mut out = Answer::new(200, "text/plain", "");
    for (key, value) in seen.query() {
        match key.as_str() {
            "type" => out.headers[0].1 = value,
            "body" => out.body = value.into_bytes(),
            "header" => {
                let (name, value) = value.split_once(": ").unwrap();
                out = out.with(name, value);
            }
            _ => {}
        }
    }
    out
}

fn redirect(seen: &Seen, code: u16, to: &str) -> Answer {
    let host = seen.header("host").unwrap_or_default();
    let swapped = match host.strip_prefix("localhost") {
        Some(port) => format!("127.0.0.1{port}"),
        None => host.replace("127.0.0.1", "localhost"),
    };
    let location = match to {
        "other" => format!("http://{swapped}/echo?from={code}"),
        "loop" => seen.target().to_owned(),
        "near" => "1".to_owned(),
        "dots" => "../../echo".to_owned(),
        _ => match to.parse::<u32>() {
            Ok(count) if count > 1 => format!("/redirect/{code}/{}", count - 1),
            _ => format!("/echo?from={code}"),
        },
    };
    let out = Answer::new(code, "text/plain", "elsewhere").with("Location", location);
    if to == "cookie" {
        return out.with("Set-Cookie", "hop=1; Path=/");
    }
    out
}

/// A challenge that is always the same, so that a fixed client nonce makes a fixed answer.
fn digest(seen: &Seen, algorithm: &str) -> Answer {
    if seen
        .header("authorization")
        .is_some_and(|value| value.starts_with("Digest "))
    {
        return echo(seen);
    }
    let challenge = match algorithm {
        "plain" => "Digest realm=\"echo\", nonce=\"dcd98b7102dd2f0e\"".to_owned(),
        _ => format!(
            "Digest realm=\"echo\", qop=\"auth\", algorithm={algorithm}, nonce=\"dcd98b7102dd2f0e\", opaque=\"5ccc069c\""
        ),
    };
    Answer::new(401, "text/plain", "who?").with("WWW-Authenticate", challenge)
}

/// A Brotli stream of one block that is not compressed (RFC 7932, section 9.2), for bodies up to 65,536 bytes.
fn brotli(body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len() - 1).unwrap();
    let head = (length << 4) | (1 << 20);
    let mut out = head.to_le_bytes()[..3].to_vec();
    out.extend(body);
    out.push(0b11);
    out
}
