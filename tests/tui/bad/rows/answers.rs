//! Status lines, headers, redirects, and the frames of HTTP/2.

#![expect(clippy::too_many_lines, reason = "a table has as many lines as rows")]

use std::time::Duration;

use super::{EVIL, FIN, H2, H2_SHORT, Row, evil, frame, h2, h2_ok, row, send, sized};
use crate::bad::server::Step::{Forever, HalfClose, Hold, Redirects, Rest, Send};

/// Status lines and headers.
pub fn heads() -> Vec<Row> {
    let many: String = (0..5000).fold(String::new(), |lines, n| lines + &format!("X-Many-{n}: {n}\r\n"));
    let large = format!("X-Large: {}\r\n", "v".repeat(1 << 20));
    let huge = format!("X-First: one\r\nX-Huge: {}\r\n", "v".repeat(5 << 20));
    let cookies: String = (0..5000).fold(String::new(), |lines, n| lines + &format!("Set-Cookie: c{n}={n}\r\n"));
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
        let row = row(name, steps, 0, &[FIN]);
        if then.is_empty() {
            row
        } else {
            Row {
                // A tree of answers is full of `200`, and the answer before may still be shown; what there is to save must
                // be there when the key is pressed.
                sees: vec![if then == "s" { "to be saved" } else { "200" }.into()],
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
            &["X-Evil", FIN],
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
            // The title has no room for all of it.
            "]",
            &["Content-Length"],
        ),
        shown(
            "escapes in a cookie",
            vec![send(sized(
                &evil("Set-Cookie: nameEVIL=valueEVIL; Path=/EVIL\r\n"),
                "hi",
            ))],
            // No cookie is made of it.
            "]",
            &["Set-Cookie", FIN],
        ),
        shown(
            "escapes in the type",
            vec![send(sized(&evil("Content-Type: text/EVIL; charset=EVIL\r\n"), "hi"))],
            "]",
            &["Content-Type", FIN],
        ),
        shown(
            "escapes in the coding",
            vec![send(sized(&evil("Content-Encoding: EVIL\r\n"), "hi"))],
            // The note is cut before the end of it.
            "]",
            &["Content-Encoding", FIN],
        ),
        shown(
            "escapes in a file's name",
            vec![send(sized(
                &evil("Content-Disposition: attachment; filename=\"EVIL.txt\"\r\n"),
                "to be saved",
            ))],
            "s",
            &[FIN],
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

pub fn redirects() -> Vec<Row> {
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

pub fn http2() -> Vec<Row> {
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
            &["gave no answer: the server ended the stream with RST_STREAM: INTERNAL_ERROR"],
        )
        .with(H2),
        row(
            "h2: a reset in the body",
            vec![h2(&[h2_ok(), data.clone(), reset]), Hold],
            1,
            &[
                "part",
                "ended the stream with RST_STREAM: INTERNAL_ERROR",
                "after 4 bytes",
            ],
        )
        .with(H2),
        row(
            "h2: GOAWAY at once",
            vec![h2(std::slice::from_ref(&goaway)), HalfClose],
            1,
            &["ended the connection with GOAWAY: ENHANCE_YOUR_CALM, detected excessive load"],
        )
        .with(H2),
        row(
            "h2: GOAWAY in the body",
            vec![h2(&[h2_ok(), data.clone()]), Rest, Send(goaway), HalfClose],
            1,
            &[
                "part",
                "ended the connection with GOAWAY: ENHANCE_YOUR_CALM",
                "after 4 bytes",
            ],
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
            &["part", "timed out after LIMIT, while downloading"],
        )
        .with(H2_SHORT),
        row(
            "h2: nothing after the settings",
            vec![h2(&[]), Hold],
            1,
            &["timed out after LIMIT, while waiting"],
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
