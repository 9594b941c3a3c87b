//! Bodies: their lengths, their ends, their encodings.

#![expect(clippy::too_many_lines, reason = "a table has as many lines as rows")]

use std::time::Duration;

use super::{BROTLI_BOMB, Row, SHORT, gzip, ok, row, send, sized, zlib, zstd_bomb};
use crate::bad::server::Step::{Forever, HalfClose, Hold, Reset, Rest};

/// Lengths, chunks, and bodies where there are none.
pub fn lengths() -> Vec<Row> {
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
            &[
                "abc",
                "sent more than the 3 bytes it had announced: what came beyond is not shown",
            ],
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
            &["so far", "timed out after LIMIT, while downloading"],
        )
        .with(SHORT),
    ]
}

/// Connections that break, stall and never end.
pub fn breaks() -> Vec<Row> {
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
            &["timed out after LIMIT, while waiting for the answer"],
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
            &["timed out after LIMIT, while waiting for the answer"],
        )
        .with(SHORT),
        row(
            "a drip of a body",
            vec![send(ok("", "drip:")), Forever(b"d".to_vec(), tenth)],
            1,
            &["drip:ddd", "timed out after LIMIT"],
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
            &["never again", "the size limit of 1 MiB (`response_limit`) is reached"],
        ),
        row(
            "chunks without end",
            vec![
                send(ok("Transfer-Encoding: chunked\r\n", "")),
                Forever(b"c\r\nnever again\n\r\n".repeat(1000), Duration::ZERO),
            ],
            1,
            &["never again", "the size limit of 1 MiB (`response_limit`) is reached"],
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
            &["message", "one"],
        )
        .esc(),
    ]
}

/// Encodings: bombs, nests, and lies.
pub fn codings() -> Vec<Row> {
    let zeros = vec![b'z'; 20_000_000];
    let (short, limit) = (
        gzip(&b"line after line\n".repeat(500)),
        "the size limit of 1 MiB (`response_limit`) is reached",
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
            0,
            &["the text"],
        ),
    ]
}
