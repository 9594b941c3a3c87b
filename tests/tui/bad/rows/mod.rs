//! The table: what a server does, and what must be on the screen and in the output of `send` then.

pub mod answers;
mod bodies;

use std::io::Write;
use std::time::Duration;

use flate2::Compression;
use flate2::write::{GzEncoder, ZlibEncoder};

use super::server::Step::{self, Send};

/// A row.
#[derive(Clone)]
pub struct Row {
    pub name: &'static str,
    pub steps: Vec<Step>,
    /// TOML of the request beside its URL.
    pub request: String,
    /// On the screen, in the tab Body.
    pub sees: Vec<String>,
    /// Behind these keys, on the screen.
    pub then: Option<(&'static str, Vec<&'static str>)>,
    /// It ends only when Esc is pressed.
    pub esc: bool,
    /// In what `send --include` writes.
    pub says: Vec<String>,
    /// Its exit code.
    pub code: i32,
}

impl Row {
    /// The row as often as it may be tried, each with the name of its request. One that has a limit of time has longer ones,
    /// too: a busy machine may not come so far in the first.
    pub fn tries(&self, slug: &str) -> Vec<(String, Self)> {
        if !self.request.contains(LIMIT) {
            return vec![(slug.to_owned(), self.clone())];
        }
        let within = |limit: &str| {
            let set = |text: &String| text.replace(LIMIT, limit);
            let row = Self {
                request: set(&self.request),
                sees: self.sees.iter().map(set).collect(),
                says: self.says.iter().map(set).collect(),
                ..self.clone()
            };
            (format!("{slug}-{limit}"), row)
        };
        ["1s", "6s", "30s"].map(within).to_vec()
    }

    fn with(mut self, request: &'static str) -> Self {
        request.clone_into(&mut self.request);
        self
    }

    fn then(mut self, keys: &'static str, sees: &[&'static str]) -> Self {
        self.then = Some((keys, sees.to_vec()));
        self
    }

    /// Only Esc ends it, with what came still in sight; `send` is not asked.
    fn esc(mut self) -> Self {
        self.esc = true;
        self
    }
}

/// Replies that have no measure: bodies that never end, or grow out of little, and very many headers.
pub fn without_measure() -> Vec<Row> {
    let limit = "the size limit of 24 MiB (`response_limit`) is reached";
    let many: String = (0..5000).fold(String::new(), |lines, n| {
        lines + &format!("X-Many-{n}: {}\r\n", "v".repeat(500))
    });
    let zeros = vec![b'0'; 30 << 20];
    vec![
        row(
            "a body without end",
            vec![
                send(ok("", "")),
                Step::Forever(b"never again\n".repeat(1000), Duration::ZERO),
            ],
            1,
            &[limit],
        ),
        row(
            "a bomb of gzip",
            vec![send(sized("Content-Encoding: gzip\r\n", gzip(&zeros)))],
            1,
            &[limit],
        ),
        row("5000 headers", vec![send(sized(&many, "many"))], 0, &["200 OK"]),
    ]
}

/// A row whose texts must be on the screen and in the output.
fn row(name: &'static str, steps: Vec<Step>, code: i32, says: &[&'static str]) -> Row {
    Row {
        name,
        steps,
        request: String::new(),
        sees: says.iter().map(|text| (*text).to_owned()).collect(),
        then: None,
        esc: false,
        says: says.iter().map(|text| (*text).to_owned()).collect(),
        code,
    }
}

fn send(bytes: impl AsRef<[u8]>) -> Step {
    Send(bytes.as_ref().to_vec())
}

fn ok(lines: &str, body: impl AsRef<[u8]>) -> Vec<u8> {
    let head = format!("HTTP/1.1 200 OK\r\n{lines}\r\n");
    [head.as_bytes(), body.as_ref()].concat()
}

fn sized(lines: &str, body: impl AsRef<[u8]>) -> Vec<u8> {
    let len = body.as_ref().len();
    ok(&format!("{lines}Content-Length: {len}\r\n"), body)
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zlib(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// Ten million zeros, as the reference encoder of brotli writes them.
const BROTLI_BOMB: &[u8] = &[
    0xcb, 0xff, 0xff, 0x3f, 0xf8, 0x27, 0x00, 0xe2, 0xb1, 0x40, 0x20, 0xf7, 0xfe, 0x2f, 0xff, 0x2c, 0x31, 0xf0, 0x4f,
    0x00, 0xc4, 0x61, 0x11, 0x80, 0x8e, 0x23, 0x06,
];

/// A frame of zstd with blocks of one repeated byte: 16 MiB in 512 bytes.
fn zstd_bomb() -> Vec<u8> {
    let mut bytes = vec![0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x58];
    for block in 0..128_u32 {
        let header = ((128 * 1024) << 3) | (1 << 1) | u32::from(block == 127);
        bytes.extend_from_slice(&header.to_le_bytes()[..3]);
        bytes.push(b'z');
    }
    bytes
}

/// What a terminal would obey or hide: CSI, OSC 0, 52 and 8, DCS, C1, an override and a space of no width.
pub const EVIL: &str = "E\u{1b}[31mV\u{1b}]0;pwned\u{7}I\u{1b}]52;c;cHduZWQ=\u{7}L\u{1b}]8;;http://evil\u{1b}\\\u{1b}P+q\u{1b}\\\u{9b}2J\u{202e}\u{200b}fin5";

/// How that ends: a word that stands nowhere else on the screen.
pub const FIN: &str = "fin5";

fn evil(lines: &str) -> String {
    lines.replace("EVIL", EVIL)
}

/// A frame of HTTP/2.
fn frame(kind: u8, flags: u8, stream: u8, payload: &[u8]) -> Vec<u8> {
    let len = u32::try_from(payload.len()).unwrap().to_be_bytes();
    let mut out = vec![len[1], len[2], len[3], kind, flags, 0, 0, 0, stream];
    out.extend_from_slice(payload);
    out
}

/// Stands for a limit of time.
const LIMIT: &str = "LIMIT";
const H2: &str = "[settings]\nhttp_version = \"http2\"\n";
const H2_SHORT: &str = "[settings]\nhttp_version = \"http2\"\ntimeout = \"LIMIT\"\n";
const SHORT: &str = "[settings]\ntimeout = \"LIMIT\"\n";

/// SETTINGS, then these frames.
fn h2(frames: &[Vec<u8>]) -> Step {
    let mut out = frame(4, 0, 0, b"");
    out.extend(frame(4, 1, 0, b""));
    out.extend(frames.concat());
    Send(out)
}

/// `:status 200`, the stream stays open.
fn h2_ok() -> Vec<u8> {
    frame(1, 4, 1, &[0x88])
}

/// All rows.
pub fn all() -> Vec<Row> {
    let mut rows = bodies::lengths();
    rows.extend(bodies::breaks());
    rows.extend(bodies::codings());
    rows.extend(answers::heads());
    rows.extend(answers::escapes());
    rows.extend(answers::redirects());
    rows.extend(answers::http2());
    rows
}
