//! The head of an answer, read leniently: whatever a server sends is shown, and what is wrong with it is said.
//!
//! ```text
//! bytes ─▶ Head { status, reason, lines, faults }  for people        ─▶ framing()  a head of our own, for hyper
//! ```
//!
//! hyper takes 100 headers of a few hundred kilobytes, and of one line that it does not like it takes nothing at all. A
//! person who looks for what is wrong with a server must see that very line. So hyper is told only what it needs to find
//! the end of the body, and the rest of it is ours.

use std::fmt::Write;

use bytes::Bytes;
use http::Version;

/// The largest head, in bytes; what is longer is cut off there.
pub(super) const MOST_BYTES: usize = 4 << 20;
/// The most that is quoted of what a server sent, in characters.
const MOST_QUOTED: usize = 120;

/// The head of an answer.
#[derive(Clone, Debug, Default)]
pub(super) struct Head {
    pub version: Version,
    /// As the server wrote it, 0 to 999.
    pub status: u16,
    pub reason: String,
    /// The headers in their order and spelling.
    pub lines: Vec<(String, Bytes)>,
    /// What is wrong with it, in words.
    pub faults: Vec<String>,
    /// Why it is not whole.
    pub cut: Option<String>,
}

/// Where the body ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Extent {
    /// After so many bytes.
    Length(u64),
    /// Where the last of its chunks does.
    Chunked,
    /// Where the connection does.
    Connection,
}

/// Something else than the head of an answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum NotHttp {
    /// Other words.
    #[error("it said `{0}`")]
    Said(String),
    /// Not enough of them.
    #[error("it ended after `{0}`")]
    Ended(String),
    /// A peer that speaks TLS.
    #[error("it spoke TLS")]
    Tls,
}

/// What a server sent, short and harmless, to be quoted.
pub(super) fn quoted(bytes: &[u8]) -> String {
    let mut shown = String::new();
    for c in String::from_utf8_lossy(&bytes[..bytes.len().min(4 * MOST_QUOTED)]).chars() {
        if shown.chars().count() >= MOST_QUOTED {
            shown.push('…');
            break;
        }
        // Control characters get their pictures, as those of a body do on the screen.
        let _infallible = match u32::from(c) {
            code @ ..0x20 => write!(shown, "{}", char::from_u32(0x2400 + code).unwrap_or(c)),
            0x7f => write!(shown, "␡"),
            _ => write!(shown, "{}", c.escape_debug()),
        };
    }
    shown
}

impl NotHttp {
    /// Whether these bytes cannot be the start of an answer.
    pub(super) fn is(start: &[u8]) -> bool {
        let start = without_blank_lines(start);
        let len = start.len().min(5);
        start[..len] != b"HTTP/"[..len]
    }

    pub(super) fn said(bytes: &[u8]) -> Self {
        match bytes {
            [0x14..=0x17, 3, ..] => Self::Tls,
            _ => Self::Said(quoted(bytes)),
        }
    }
}

/// Empty lines before an answer are skipped, as everybody does.
fn without_blank_lines(bytes: &[u8]) -> &[u8] {
    let first = bytes.iter().position(|byte| !b"\r\n".contains(byte));
    &bytes[first.unwrap_or(bytes.len())..]
}

/// Where the empty line ends that ends a head; a line may end without a carriage return (RFC 9112, section 2.2).
pub(super) fn end(bytes: &[u8], from: usize) -> Option<usize> {
    let blank = bytes.len() - without_blank_lines(bytes).len();
    let from = from.max(blank);
    let lines = memchr::memchr_iter(b'\n', bytes.get(from..)?).map(|at| from + at + 1);
    lines.into_iter().find_map(|at| match &bytes[at..] {
        [b'\n', ..] => Some(at + 1),
        [b'\r', b'\n', ..] => Some(at + 2),
        _ => None,
    })
}

impl Head {
    /// As many header lines are taken of an answer. No honest one comes near; they have to be shown, and kept.
    const MOST_LINES: usize = 20_000;

    /// Reads a head, whole or cut off behind any of its lines.
    ///
    /// # Errors
    ///
    /// A first line that is no status line.
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, NotHttp> {
        let mut lines = without_blank_lines(bytes).split(|byte| *byte == b'\n');
        let first = trimmed(lines.next().unwrap_or_default());
        let (version, status, reason) = status_line(first).ok_or_else(|| NotHttp::said(first))?;
        let mut head = Self {
            version,
            status,
            reason: String::from_utf8_lossy(reason).into_owned(),
            ..Self::default()
        };
        if !(100..=599).contains(&status) {
            head.faults.push(format!("{status:03} is no status that HTTP knows"));
        }
        let mut lines = lines.map(trimmed).take_while(|line| !line.is_empty()).peekable();
        while let Some(line) = lines.next() {
            if head.lines.len() == Self::MOST_LINES {
                let left_out = format!("the header lines behind the first {} are left out", Self::MOST_LINES);
                head.faults.insert(0, left_out);
                break;
            }
            head.line(line);
            // Folded, as nobody should any more (RFC 9112, section 5.2): gathered first, as there may be a million of them.
            let mut folded = Vec::new();
            while let Some(more) = lines.next_if(|line| line.starts_with(b" ") || line.starts_with(b"\t")) {
                folded.push(b' ');
                folded.extend_from_slice(more.trim_ascii());
            }
            if let Some((_, value)) = head.lines.last_mut().filter(|_| !folded.is_empty()) {
                *value = [value, &folded[..]].concat().into();
            }
        }
        Ok(head)
    }

    fn line(&mut self, line: &[u8]) {
        let Some(colon) = memchr::memchr(b':', line) else {
            self.fault(format!("the header line `{}` has no colon", quoted(line)));
            self.lines
                .push((String::from_utf8_lossy(line).into_owned(), Bytes::new()));
            return;
        };
        let name = &line[..colon];
        if name.is_empty() || !name.iter().copied().all(is_token) {
            self.fault(format!("`{}` is no name of a header", quoted(name)));
        }
        let name = String::from_utf8_lossy(name.trim_ascii()).into_owned();
        self.lines
            .push((name, Bytes::copy_from_slice(line[colon + 1..].trim_ascii())));
    }

    /// Notes what is wrong; of many things of a kind the first ones are enough.
    fn fault(&mut self, fault: String) {
        if self.faults.len() < 5 {
            self.faults.push(fault);
        }
    }

    /// The values of a header.
    pub(super) fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a [u8]> {
        let own = self.lines.iter().filter(move |(own, _)| own.eq_ignore_ascii_case(name));
        own.map(|(_, value)| &value[..])
    }

    /// Whether it only announces another answer: 100 Continue and its like.
    pub(super) fn is_interim(&self) -> bool {
        (100..200).contains(&self.status) && self.status != 101
    }

    /// Where the body ends, for an answer that may have one; what is wrong about that is noted.
    pub(super) fn extent(&mut self, no_body: bool) -> Extent {
        if no_body || self.cut.is_some() || matches!(self.status, 101 | 204 | 304) {
            return Extent::Length(0);
        }
        let codings = self.words("transfer-encoding");
        let lengths = self.words("content-length");
        if let Some(last) = codings.last() {
            if codings != ["chunked"] {
                let codings = quoted(codings.join(", ").as_bytes());
                self.fault(format!("the transfer encoding `{codings}` is not undone"));
            }
            if !lengths.is_empty() {
                self.fault("with a `Transfer-Encoding` there must be no `Content-Length`: it is not heeded".to_owned());
            }
            return if last == "chunked" {
                Extent::Chunked
            } else {
                Extent::Connection
            };
        }
        let mut least = None::<u64>;
        for length in &lengths {
            let Some(length) = number(length) else {
                let length = quoted(length.as_bytes());
                self.fault(format!(
                    "the `Content-Length` of `{length}` is no length: the body ends with the connection"
                ));
                return Extent::Connection;
            };
            if let Some(other) = least.filter(|other| *other != length) {
                let (less, more) = (length.min(other), length.max(other));
                self.fault(format!(
                    "the answer announces two lengths, {less} and {more} bytes: the first {less} are taken"
                ));
            }
            least = Some(least.map_or(length, |least| least.min(length)));
        }
        least.map_or(Extent::Connection, Extent::Length)
    }

    /// The words of a header that is a list, in lower case.
    fn words(&self, name: &str) -> Vec<String> {
        let text: Vec<String> = self
            .values(name)
            .map(|value| String::from_utf8_lossy(value).to_ascii_lowercase())
            .collect();
        let words = text.iter().flat_map(|value| value.split(',')).map(str::trim);
        words.filter(|word| !word.is_empty()).map(str::to_owned).collect()
    }

    /// The head that hyper gets in the place of this one.
    pub(super) fn framing(&self, extent: Extent) -> Vec<u8> {
        let minor = u8::from(self.version != Version::HTTP_10);
        // An interim answer in the place of the last one would have hyper wait for another.
        let status = if (200..=999).contains(&self.status) || self.status == 101 {
            self.status
        } else {
            200
        };
        let mut out = format!("HTTP/1.{minor} {status} \r\n");
        let _infallible = match extent {
            Extent::Length(length) => write!(out, "content-length: {length}\r\n"),
            Extent::Chunked => write!(out, "transfer-encoding: chunked\r\n"),
            Extent::Connection => Ok(()),
        };
        let connection = self.words("connection");
        let ends = extent == Extent::Connection || self.cut.is_some() || connection.iter().any(|word| word == "close");
        for word in ["keep-alive", "upgrade"] {
            if !ends && connection.iter().any(|own| own == word) {
                let _infallible = write!(out, "connection: {word}\r\n");
            }
        }
        out.push_str(if ends { "connection: close\r\n\r\n" } else { "\r\n" });
        out.into_bytes()
    }
}

fn trimmed(line: &[u8]) -> &[u8] {
    line.strip_suffix(b"\r").unwrap_or(line)
}

/// What the name of a header may consist of (RFC 9110, section 5.6.2).
fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

fn number(text: &str) -> Option<u64> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    // What no machine can hold is no length either, and not what hyper counts with.
    text.parse().ok().filter(|number| digits && *number < u64::MAX / 4)
}

/// Version, status and reason of `HTTP/1.1 200 OK`.
fn status_line(line: &[u8]) -> Option<(Version, u16, &[u8])> {
    let rest = line.strip_prefix(b"HTTP/")?;
    let space = memchr::memchr(b' ', rest)?;
    let (version, rest) = (&rest[..space], rest[space..].trim_ascii_start());
    let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (status, reason) = rest.split_at(digits);
    if !(version.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.') && digits == 3) {
        return None;
    }
    if !reason.is_empty() && !reason.starts_with(b" ") {
        return None;
    }
    let version = match version {
        b"1.0" => Version::HTTP_10,
        b"0.9" => Version::HTTP_09,
        _ => Version::HTTP_11,
    };
    let status = std::str::from_utf8(status).ok()?.parse().ok()?;
    Some((version, status, reason.trim_ascii()))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use super::*;

    fn head(lines: &str) -> Head {
        Head::parse(format!("HTTP/1.1 200 OK\r\n{lines}\r\n").as_bytes()).unwrap()
    }

    #[test]
    fn a_million_lines_are_read_at_once_and_not_all_kept() {
        let folded = head(&format!("A: b\r\n{}B: c\r\n", " x\n".repeat(500_000)));
        assert_eq!(folded.lines.len(), 2);
        assert_eq!(folded.lines[0].1.len(), 1 + 2 * 500_000);
        let many = head(&"a: b\r\n".repeat(500_000));
        assert_eq!(many.lines.len(), Head::MOST_LINES);
        assert_eq!(many.faults, ["the header lines behind the first 20000 are left out"]);
    }

    #[test]
    fn the_body_ends_where_it_is_safest() {
        for (lines, extent, faults) in [
            ("", Extent::Connection, 0),
            ("Content-Length: 5\r\n", Extent::Length(5), 0),
            ("Content-Length: 5\r\nContent-Length: 5\r\n", Extent::Length(5), 0),
            ("Content-Length: 5, 7\r\n", Extent::Length(5), 1),
            ("Content-Length: 7\r\ncontent-length: 5\r\n", Extent::Length(5), 1),
            ("Content-Length: -1\r\n", Extent::Connection, 1),
            ("Content-Length: +1\r\n", Extent::Connection, 1),
            ("Content-Length: 99999999999999999999\r\n", Extent::Connection, 1),
            ("Content-Length: 18446744073709551615\r\n", Extent::Connection, 1),
            ("Transfer-Encoding: Chunked\r\n", Extent::Chunked, 0),
            (
                "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
                Extent::Chunked,
                1,
            ),
            ("Transfer-Encoding: gzip, chunked\r\n", Extent::Chunked, 1),
            ("Transfer-Encoding: chunked, gzip\r\n", Extent::Connection, 1),
        ] {
            let mut head = head(lines);
            assert_eq!((head.extent(false), head.faults.len()), (extent, faults), "{lines}");
            assert_eq!(head.extent(true), Extent::Length(0), "{lines}");
        }
    }

    #[test]
    fn lines_that_are_wrong_are_there_and_named() {
        let head = head("A: 1\r\n folded\r\nno colon\r\nB\u{1b}[2J: x\r\n: y\r\n");
        let lines: Vec<(&str, &[u8])> = head
            .lines
            .iter()
            .map(|(name, value)| (name.as_str(), &value[..]))
            .collect();
        assert_eq!(
            lines,
            [
                ("A", &b"1 folded"[..]),
                ("no colon", b""),
                ("B\u{1b}[2J", b"x"),
                ("", b"y")
            ]
        );
        assert_eq!(
            head.faults,
            [
                "the header line `no colon` has no colon",
                "`B␛[2J` is no name of a header",
                "`` is no name of a header"
            ]
        );
    }

    #[test]
    fn a_status_line_is_told_from_other_words() {
        let status = |line: &str| status_line(line.as_bytes()).map(|(version, status, _)| (version, status));
        assert_eq!(status("HTTP/1.1 200 OK"), Some((Version::HTTP_11, 200)));
        assert_eq!(status("HTTP/1.0 999"), Some((Version::HTTP_10, 999)));
        assert_eq!(status("HTTP/2 000 Odd"), Some((Version::HTTP_11, 0)));
        for line in [
            "HTTP/1.1 20 OK",
            "HTTP/1.1 2000",
            "HTTP/x 200",
            "HTTP/1.1",
            "ICY 200 OK",
            "HTTP/1.1 200OK",
        ] {
            assert_eq!(status(line), None, "{line}");
        }
        assert!(NotHttp::is(b"SSH-2.0") && !NotHttp::is(b"\r\nHT") && !NotHttp::is(b""));
        assert_eq!(NotHttp::said(&[0x15, 3, 3, 0, 2]), NotHttp::Tls);
        assert_eq!(quoted(b"\x1b]0;x\x07"), "␛]0;x␇");
    }
}
