//! The table: what a server does, and what must be on the screen and in the output of `send` then.

use std::io::Write;
use std::time::Duration;

use flate2::Compression;
use flate2::write::{GzEncoder, ZlibEncoder};

use super::server::Step::{self, Forever, HalfClose, Hold, Redirects, Reset, Rest, Send};

/// A row.
pub struct Row {
    pub name: &'static str,
    pub steps: Vec<Step>,
    /// TOML of the request beside its URL.
    pub request: &'static str,
    /// On the screen, in the tab Body.
    pub sees: Vec<String>,
    /// Behind these keys, on the screen.
    pub then: Option<(&'static str, Vec<&'static str>)>,
    /// It ends only when Esc is pressed.
    pub esc: bool,
    /// In what `send --include` writes.
    pub says: Vec<&'static str>,
    /// Its exit code.
    pub code: i32,
}

impl Row {
    fn with(mut self, request: &'static str) -> Self {
        self.request = request;
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

/// A row whose texts must be on the screen and in the output.
fn row(name: &'static str, steps: Vec<Step>, code: i32, says: &[&'static str]) -> Row {
    Row {
        name,
        steps,
        request: "",
        sees: says.iter().map(|text| (*text).to_owned()).collect(),
        then: None,
        esc: false,
        says: says.to_vec(),
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
pub const EVIL: &str = "E\u{1b}[31mV\u{1b}]0;pwned\u{7}I\u{1b}]52;c;cHduZWQ=\u{7}L\u{1b}]8;;http://evil\u{1b}\\\u{1b}P+q\u{1b}\\\u{9b}2J\u{202e}\u{200b}end";

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

const H2: &str = "[settings]\nhttp_version = \"http2\"\n";
const H2_SHORT: &str = "[settings]\nhttp_version = \"http2\"\ntimeout = \"1s\"\n";
const SHORT: &str = "[settings]\ntimeout = \"1s\"\n";

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
    let mut rows = lengths();
    rows.extend(breaks());
    rows.extend(codings());
    rows.extend(heads());
    rows.extend(escapes());
    rows.extend(redirects());
    rows.extend(http2());
    rows
}

/// Lengths, chunks, and bodies where there are none.
fn lengths() -> Vec<Row> {
    vec![
        row(
            "a length too long",
            vec![send(ok("Content-Length: 100\r\n", "part"))],
            1,
            &["part", "the connection ended after 4 of 100 bytes"],
        ),
        row(
            "a length too short",
            vec![send(ok("Content-Length: 3\r\n", "abcdef"))],
            0,
            &["abc", "sent more than the 3 bytes it had announced"],
        ),
        row(
            "a negative length",
            vec![send(ok("Content-Length: -1\r\n", "whole"))],
            0,
            &["whole", "`-1` is no length"],
        ),
        row(
            "a length of words",
            vec![send(ok("Content-Length: ten\r\n", "whole"))],
            0,
            &["whole", "`ten` is no length"],
        ),
        row(
            "a length beyond all numbers",
            vec![send(ok("Content-Length: 99999999999999999999999\r\n", "whole"))],
            0,
            &["whole", "99999999999999999999999", "is no length"],
        ),
        row(
            "a length of exabytes",
            vec![send(ok("Content-Length: 1000000000000000000\r\n", "part"))],
            1,
            &["part", "after 4 of 1000000000000000000 bytes"],
        ),
        row(
            "two lengths",
            vec![send(ok("Content-Length: 7\r\nContent-Length: 5\r\n", "hello..")), Hold],
            0,
            &["hello", "two lengths, 5 and 7 bytes"],
        ),
        row(
            "the same length twice",
            vec![send(ok("Content-Length: 5\r\nContent-Length: 5\r\n", "hello"))],
            0,
            &["200 OK", "hello"],
        ),
        row(
            "a length beside chunks",
            vec![send(ok(
                "Content-Length: 99\r\nTransfer-Encoding: chunked\r\n",
                "5\r\nhello\r\n0\r\n\r\n",
            ))],
            0,
            &["hello", "there must be no `Content-Length`"],
        ),
        row(
            "a chunk size of words",
            vec![send(ok("Transfer-Encoding: chunked\r\n", "4\r\npart\r\nzz\r\nx\r\n"))],
            1,
            &["part", "the chunks of the body are wrong"],
        ),
        row(
            "a negative chunk size",
            vec![send(ok("Transfer-Encoding: chunked\r\n", "4\r\npart\r\n-4\r\nx\r\n"))],
            1,
            &["part", "the chunks of the body are wrong"],
        ),
        row(
            "a chunk size beyond all numbers",
            vec![send(ok(
                "Transfer-Encoding: chunked\r\n",
                "4\r\npart\r\nfffffffffffffffffff\r\nx",
            ))],
            1,
            &["part", "the chunks of the body are wrong"],
        ),
        row(
            "a chunk without its end",
            vec![send(ok("Transfer-Encoding: chunked\r\n", "4\r\npartXX"))],
            1,
            &["part", "the chunks of the body are wrong"],
        ),
        row(
            "chunks without the last",
            vec![send(ok("Transfer-Encoding: chunked\r\n", "4\r\npart\r\n"))],
            1,
            &["part", "the connection ended after 4 bytes"],
        ),
        row(
            "trailers",
            vec![send(ok(
                "Transfer-Encoding: chunked\r\n",
                "5\r\nhello\r\n0\r\nX-Sum: 42\r\n\r\n",
            ))],
            0,
            &["hello", "came behind the body"],
        )
        .then("]", &["x-sum", "42"]),
        row(
            "a coding behind the chunks",
            vec![send(ok("Transfer-Encoding: chunked, rot13\r\n", "uryyb"))],
            0,
            &["uryyb", "`chunked, rot13` is not undone"],
        ),
        row(
            "204 with a body",
            vec![send("HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\nhello")],
            0,
            &["204 No Content", "a body where there must be none"],
        ),
        row(
            "304 with a body",
            vec![send("HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\nhello")],
            0,
            &["304 Not Modified", "a body where there must be none"],
        ),
        row(
            "HEAD with a body",
            vec![send(sized("", "hello"))],
            0,
            &["200 OK", "a body where there must be none"],
        )
        .with("method = \"HEAD\"\n"),
        row(
            "HEAD with a length and none",
            vec![send(ok("Content-Length: 5000\r\n", "")), Hold],
            0,
            &["200 OK"],
        )
        .with("method = \"HEAD\"\n"),
        row(
            "no length and no end",
            vec![send(ok("", "so far ")), Hold],
            1,
            &["so far", "timed out after 1s, while downloading"],
        )
        .with(SHORT),
    ]
}

/// Connections that break, stall and never end.
fn breaks() -> Vec<Row> {
    let tenth = Duration::from_millis(100);
    vec![
        row(
            "nothing at all",
            vec![],
            1,
            &["closed the connection without an answer"],
        ),
        row(
            "silence",
            vec![Hold],
            1,
            &["timed out after 1s, while waiting for the answer"],
        )
        .with(SHORT),
        row(
            "a reset before anything",
            vec![Reset],
            1,
            &["closed the connection without an answer"],
        ),
        row(
            "a reset in the status line",
            vec![send("HTTP/1.1 2"), Rest, Reset],
            1,
            &["closed the connection without an answer"],
        ),
        row(
            "an end in the status line",
            vec![send("HTTP/1.1 2")],
            1,
            &["hung up in the middle of its answer", "`HTTP/1.1 2`"],
        ),
        row(
            "a reset in the headers",
            vec![send("HTTP/1.1 200 Fine\r\nX-First: one\r\nX-Sec"), Rest, Reset],
            1,
            &["200 Fine", "the connection broke within the headers"],
        )
        .then("]", &["X-First", "one"]),
        row(
            "an end in the headers",
            vec![send("HTTP/1.1 200 Fine\r\nX-First: one\r\n")],
            1,
            &["200 Fine", "the connection ended within the headers"],
        )
        .then("]", &["X-First", "one"]),
        row(
            "a reset in the body",
            vec![send(ok("Content-Length: 100\r\n", "part")), Rest, Reset],
            1,
            &["part", "the connection was reset after 4 of 100 bytes"],
        ),
        row(
            "a reset in a chunk",
            vec![send(ok("Transfer-Encoding: chunked\r\n", "ff\r\npart")), Rest, Reset],
            1,
            &["part", "the connection was reset after 4 bytes"],
        ),
        row(
            "half closed in the body",
            vec![send(ok("Content-Length: 100\r\n", "part")), HalfClose],
            1,
            &["part", "the connection ended after 4 of 100 bytes"],
        ),
        row(
            "half closed after the body",
            vec![send(sized("", "whole")), HalfClose],
            0,
            &["200 OK", "whole"],
        ),
        row(
            "a drip of headers",
            vec![send("HTTP/1.1 200 OK\r\nX: "), Forever(b"y".to_vec(), tenth)],
            1,
            &["timed out after 1s, while waiting for the answer"],
        )
        .with(SHORT),
        row(
            "a drip of a body",
            vec![send(ok("", "drip:")), Forever(b"d".to_vec(), tenth)],
            1,
            &["drip:ddd", "timed out after 1s"],
        )
        .with(SHORT),
        row(
            "a drip until Esc",
            vec![
                send(ok("Content-Length: 99999\r\n", "drip\n")),
                Forever(b"drop\n".to_vec(), tenth),
            ],
            0,
            &["drop"],
        )
        .esc(),
        row(
            "a body without end",
            vec![send(ok("", "")), Forever(b"never again\n".repeat(1000), Duration::ZERO)],
            1,
            &["never again", "the size limit of 1048576 bytes is reached"],
        ),
        row(
            "chunks without end",
            vec![
                send(ok("Transfer-Encoding: chunked\r\n", "")),
                Forever(b"c\r\nnever again\n\r\n".repeat(1000), Duration::ZERO),
            ],
            1,
            &["never again", "the size limit of 1048576 bytes is reached"],
        ),
        row(
            "a 401 without end",
            vec![
                send("HTTP/1.1 401 No\r\n\r\nfor ever "),
                Forever(b"and ever ".repeat(1000), Duration::ZERO),
            ],
            1,
            &["401 No", "for ever and ever", "the size limit"],
        ),
        row(
            "events and then silence",
            vec![send(ok("Content-Type: text/event-stream\r\n", "data: one\n\n")), Hold],
            0,
            &["data: one"],
        )
        .esc(),
    ]
}

/// Encodings: bombs, nests, and lies.
fn codings() -> Vec<Row> {
    let zeros = vec![b'z'; 20_000_000];
    let (short, limit) = (
        gzip(&b"line after line\n".repeat(500)),
        "the size limit of 1048576 bytes is reached",
    );
    vec![
        row(
            "a bomb of gzip",
            vec![send(sized("Content-Encoding: gzip\r\n", gzip(&zeros)))],
            1,
            &["zzzz", limit],
        ),
        row(
            "a bomb of deflate",
            vec![send(sized("Content-Encoding: deflate\r\n", zlib(&zeros)))],
            1,
            &["zzzz", limit],
        ),
        row(
            "a bomb of br",
            vec![send(sized("Content-Encoding: br\r\n", BROTLI_BOMB))],
            1,
            &[limit],
        ),
        row(
            "a bomb of zstd",
            vec![send(sized("Content-Encoding: zstd\r\n", zstd_bomb()))],
            1,
            &["zzzz", limit],
        ),
        row(
            "a bomb in a bomb",
            vec![send(sized(
                "Content-Encoding: gzip, gzip, gzip\r\n",
                gzip(&gzip(&gzip(&zeros))),
            ))],
            1,
            &["zzzz", limit],
        ),
        row(
            "nine codings",
            vec![send(sized(
                "Content-Encoding: gzip, gzip, gzip, gzip, gzip, gzip, gzip, gzip, gzip\r\n",
                "as it came",
            ))],
            0,
            &["as it came", "more than 8 content encodings"],
        ),
        row(
            "cut gzip",
            vec![send(sized("Content-Encoding: gzip\r\n", &short[..short.len() / 2]))],
            1,
            &["the `gzip` data end early"],
        ),
        row(
            "no gzip at all",
            vec![send(sized("Content-Encoding: gzip\r\n", "plain after all"))],
            1,
            &["plain after all", "is not valid `gzip`"],
        ),
        row(
            "no br at all",
            vec![send(sized("Content-Encoding: br\r\n", "<html>plain after all</html>"))],
            1,
            &["plain after all", "is not valid `br`"],
        ),
        row(
            "an unknown coding",
            vec![send(sized("Content-Encoding: rot13\r\n", "uryyb"))],
            0,
            &["uryyb", "`rot13` is not known"],
        ),
        row(
            "gzip, then rubbish",
            vec![send(sized(
                "Content-Encoding: gzip\r\n",
                [gzip(b"the text"), b"rubbish".to_vec()].concat(),
            ))],
            1,
            &["the text"],
        ),
    ]
}

/// Status lines and headers.
fn heads() -> Vec<Row> {
    let many: String = (0..5000).map(|n| format!("X-Many-{n}: {n}\r\n")).collect();
    let large = format!("X-Large: {}\r\n", "v".repeat(1 << 20));
    let huge = format!("X-First: one\r\nX-Huge: {}\r\n", "v".repeat(5 << 20));
    let cookies: String = (0..5000).map(|n| format!("Set-Cookie: c{n}={n}\r\n")).collect();
    let early = "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n";
    vec![
        row("5000 headers", vec![send(sized(&many, "many"))], 0, &["200 OK", "many"]).then("]", &["X-Many-0"]),
        row(
            "a header of a megabyte",
            vec![send(sized(&large, "large"))],
            0,
            &["200 OK", "large"],
        )
        .then("]", &["X-Large", "vvvv"]),
        row(
            "headers of five megabytes",
            vec![send(sized(&huge, "huge"))],
            1,
            &["200 OK", "its headers are larger than 4 MiB"],
        )
        .then("]", &["X-First"]),
        row(
            "5000 cookies",
            vec![send(sized(&cookies, "sweet"))],
            0,
            &["sweet", "of the 5000 cookies are not kept"],
        ),
        row(
            "lines that are no headers",
            vec![send(sized("no colon here\r\nbad name: x\r\n", "hi"))],
            0,
            &["`no colon here` has no colon", "`bad name` is no name of a header"],
        )
        .then("]", &["no colon here", "bad name"]),
        row(
            "folded headers",
            vec![send(sized("X-Folded: one\r\n two\r\n", "hi"))],
            0,
            &["200 OK"],
        )
        .then("]", &["one two"]),
        row(
            "bytes that are no text",
            vec![send(sized("X-\u{e4}: b\r\n", b"\xff\xfe\xfd not text \xc3\x28"))],
            0,
            &["200 OK"],
        ),
        row(
            "NULs everywhere",
            vec![send(
                b"HTTP/1.1 200 N\0L\r\nX-N\0: a\0b\r\nContent-Length: 3\r\n\r\na\0b",
            )],
            0,
            &["is no name of a header"],
        )
        .then("]", &["a␀b"]),
        row(
            "status 000",
            vec![send("HTTP/1.1 000 Nothing\r\nContent-Length: 2\r\n\r\nhi")],
            0,
            &["hi", "000 is no status"],
        ),
        row(
            "status 999",
            vec![send("HTTP/1.1 999 Odd\r\nContent-Length: 2\r\n\r\nhi")],
            0,
            &["999 Odd", "hi", "999 is no status"],
        ),
        row(
            "a status of words",
            vec![send("HTTP/1.1 abc OK\r\n\r\nhi")],
            1,
            &["did not answer with HTTP", "`HTTP/1.1 abc OK`"],
        ),
        row(
            "a status of four digits",
            vec![send("HTTP/1.1 2000 OK\r\n\r\nhi")],
            1,
            &["did not answer with HTTP", "`HTTP/1.1 2000 OK`"],
        ),
        row(
            "HTTP/0.9",
            vec![send("<html>old times</html>")],
            1,
            &["did not answer with HTTP", "<html>old times</html>"],
        ),
        row(
            "HTTP/2 in the status line",
            vec![send("HTTP/2 200 OK\r\nContent-Length: 2\r\n\r\nhi")],
            0,
            &["200 OK", "hi"],
        ),
        row(
            "SSH",
            vec![send("SSH-2.0-OpenSSH_9.9\r\n"), Hold],
            1,
            &["`SSH-2.0-OpenSSH_9.9", "an SSH server"],
        ),
        row(
            "SMTP",
            vec![send("220 mail.example ESMTP\r\n"), Hold],
            1,
            &["`220 mail.example ESMTP", "a mail or FTP server"],
        ),
        row(
            "a TLS alert",
            vec![send([0x15, 3, 3, 0, 2, 2, 70])],
            1,
            &["it spoke TLS", "use `https://`"],
        ),
        row(
            "interim answers first",
            vec![send(early.repeat(50)), send(sized("", "at last"))],
            0,
            &["200 OK", "at last"],
        ),
        row(
            "interim answers without end",
            vec![Forever(early.repeat(100).into_bytes(), Duration::ZERO)],
            1,
            &["more than 1000 interim answers"],
        ),
        row(
            "101 that nobody asked for",
            vec![send("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n"), Hold],
            0,
            &["101 Switching Protocols"],
        ),
        row(
            "an unknown charset",
            vec![send(sized(
                "Content-Type: text/plain; charset=klingon\r\n",
                "plain text",
            ))],
            0,
            &["plain text"],
        ),
        row(
            "a type that lies",
            vec![send(sized(
                "Content-Type: image/png\r\n",
                "{\"a\": \"json after all\"}",
            ))],
            0,
            &["json after all"],
        ),
        row(
            "JSON that breaks off",
            vec![send(sized(
                "Content-Type: application/json\r\n",
                "{\"a\": [1, 2, {\"b\": \"c",
            ))],
            0,
            &["200 OK", "\"b\""],
        ),
    ]
}

/// What a terminal would obey, wherever a server can put it.
pub fn escapes() -> Vec<Row> {
    let shown = |name, steps, then: &'static str, sees: &[&'static str]| {
        let row = row(name, steps, 0, &["end"]);
        if then.is_empty() {
            row
        } else {
            Row {
                sees: vec!["200".into()],
                ..row
            }
            .then(then, sees)
        }
    };
    vec![
        shown(
            "escapes in the body",
            vec![send(sized("Content-Type: text/plain\r\n", EVIL))],
            "",
            &[],
        ),
        shown(
            "escapes in JSON",
            vec![send(sized("", evil("{\"EVIL\": \"EVIL\"}")))],
            "",
            &[],
        ),
        shown(
            "escapes in a header",
            vec![send(sized(&evil("X-Evil: EVIL\r\n"), "hi"))],
            "]",
            &["X-Evil", "end"],
        ),
        shown(
            "escapes in a header's name",
            vec![send(sized(&evil("EVIL: value\r\n"), "hi"))],
            "]",
            &["value"],
        ),
        shown(
            "escapes in the reason",
            vec![send(evil("HTTP/1.1 200 EVIL\r\nContent-Length: 2\r\n\r\nhi"))],
            "",
            &[],
        ),
        shown(
            "escapes in a cookie",
            vec![send(sized(
                &evil("Set-Cookie: nameEVIL=valueEVIL; Path=/EVIL\r\n"),
                "hi",
            ))],
            "]]",
            &["end"],
        ),
        shown(
            "escapes in the type",
            vec![send(sized(&evil("Content-Type: text/EVIL; charset=EVIL\r\n"), "hi"))],
            "]",
            &["Content-Type", "end"],
        ),
        shown(
            "escapes in the coding",
            vec![send(sized(&evil("Content-Encoding: EVIL\r\n"), "hi"))],
            "",
            &[],
        ),
        shown(
            "escapes in a file's name",
            vec![send(sized(
                &evil("Content-Disposition: attachment; filename=\"EVIL.txt\"\r\n"),
                "hi",
            ))],
            "s",
            &["end"],
        ),
        row(
            "escapes in a redirect",
            vec![send(evil(
                "HTTP/1.1 302 Found\r\nLocation: http://[EVIL\r\nContent-Length: 0\r\n\r\n",
            ))],
            1,
            &["leads nowhere"],
        ),
        row(
            "escapes for an answer",
            vec![send(EVIL), Hold],
            1,
            &["did not answer with HTTP"],
        ),
    ]
}

fn redirects() -> Vec<Row> {
    let to = |target: &str| {
        vec![send(format!(
            "HTTP/1.1 302 Found\r\nLocation: {target}\r\nContent-Length: 0\r\n\r\n"
        ))]
    };
    vec![
        row(
            "a redirect to itself",
            to("/"),
            1,
            &["more than 10 redirects", "probably a loop"],
        ),
        row("600 redirects", vec![Redirects(600)], 1, &["more than 10 redirects"]),
        row(
            "600 redirects that may be",
            vec![Redirects(600)],
            0,
            &["200 OK", "arrived"],
        )
        .with("[settings]\nmax_redirects = 1000\n"),
        row("a redirect to rubbish", to("http://%%%/"), 1, &["leads nowhere"]),
        row(
            "a redirect to a file",
            to("file:///etc/passwd"),
            1,
            &["leads nowhere", "`file`"],
        ),
        row("a redirect to nothing", to("http://"), 1, &["leads nowhere"]),
        row(
            "a huge redirect",
            to(&format!("gopher://{}", "x".repeat(1 << 20))),
            1,
            &["leads nowhere", "xxx…`"],
        ),
        row(
            "a redirect without a target",
            vec![send("HTTP/1.1 302 Found\r\nContent-Length: 2\r\n\r\nhi")],
            0,
            &["302 Found", "hi"],
        ),
        row(
            "a redirect that never ends",
            vec![
                send("HTTP/1.1 302 Found\r\nLocation: http://[\r\n\r\n"),
                Forever(b"x".to_vec(), Duration::from_millis(50)),
            ],
            1,
            &["leads nowhere"],
        ),
    ]
}

fn http2() -> Vec<Row> {
    let reset = frame(3, 0, 1, &[0, 0, 0, 2]);
    let goaway = frame(7, 0, 0, &[[0; 4], [0, 0, 0, 11]].concat());
    let data = frame(0, 0, 1, b"part");
    vec![
        row(
            "h2: no HTTP/2 at all",
            vec![send(sized("", "hi")), Hold],
            1,
            &["broke the rules of HTTP"],
        )
        .with(H2),
        row(
            "h2: a reset at once",
            vec![h2(std::slice::from_ref(&reset)), Hold],
            1,
            &["broke the rules of HTTP", "stream error"],
        )
        .with(H2),
        row(
            "h2: a reset in the body",
            vec![h2(&[h2_ok(), data.clone(), reset]), Hold],
            1,
            &["part", "after 4 bytes"],
        )
        .with(H2),
        row(
            "h2: GOAWAY at once",
            vec![h2(std::slice::from_ref(&goaway)), HalfClose],
            1,
            &["enhance your calm"],
        )
        .with(H2),
        row(
            "h2: GOAWAY in the body",
            vec![h2(&[h2_ok(), data.clone()]), Rest, Send(goaway), HalfClose],
            1,
            &["part", "after 4 bytes"],
        )
        .with(H2),
        row(
            "h2: an end in the body",
            vec![h2(&[h2_ok(), data.clone()]), Rest, HalfClose],
            1,
            &["part", "after 4 bytes"],
        )
        .with(H2),
        row(
            "h2: a stall in the body",
            vec![h2(&[h2_ok(), data]), Hold],
            1,
            &["part", "timed out after 1s, while downloading"],
        )
        .with(H2_SHORT),
        row(
            "h2: nothing after the settings",
            vec![h2(&[]), Hold],
            1,
            &["timed out after 1s, while waiting"],
        )
        .with(H2_SHORT),
        row(
            "h2: a frame beyond its bounds",
            vec![h2(&[vec![0xff, 0xff, 0xff, 0, 0, 0, 0, 0, 1]]), Hold],
            1,
            &["broke the rules of HTTP"],
        )
        .with(H2),
    ]
}
