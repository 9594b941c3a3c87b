//! `--verbose`: what went out and came back in newman's layout, and below it what newman does not tell: the way there, the
//! connection, the headers.

use std::fmt::Write;

use jiff::Timestamp;
use unicode_width::UnicodeWidthChar;

use crate::cli::output::{Paint, escape, escape_lines, size};
use crate::cli::wire;
use crate::model::exchange::{Response, SentRequest};
use crate::model::{Body, Exchange, Redactor};

/// How much of a body is shown, in bytes, as newman does.
const CLIP: usize = 2048;

/// How a request is told of.
#[derive(Clone, Copy)]
pub struct Way<'a> {
    /// What is shown in the place of secrets.
    pub redactor: &'a Redactor,
    /// How it is drawn.
    pub paint: Paint,
    /// How wide the lines of a body may be; where no terminal is they stay whole.
    pub columns: Option<usize>,
}

/// The lines under a request's own; `body` is what it was written with.
pub fn lines(exchange: &Exchange, body: &Body, way: Way<'_>) -> Vec<String> {
    let Way { redactor, paint, .. } = way;
    let request = &exchange.request;
    let sent = || [mode(body).to_owned(), size(request.body_len)];
    let mut out = Vec::new();
    match exchange.response() {
        Some(response) => {
            out.push(status(exchange, response, way));
            out.extend(boxed("↑", &sent(), &request.body, request.body_len, way));
            let kind = kind(response, way);
            let len = response.body.len() as u64;
            let of_the_body: Vec<String> = kind.iter().cloned().chain([size(len)]).collect();
            match response.body.read(0, (8 * CLIP).saturating_add(redactor.reach())) {
                Ok(bytes) if bytes.is_empty() => {
                    out.push(format!("{} {}", paint.sign("↓"), starred(&kind, paint)));
                    out.push(String::new());
                }
                Ok(bytes) => out.extend(boxed("↓", &of_the_body, &bytes, len, way)),
                Err(error) => out.push(format!("{} the body cannot be read: {error}", paint.red("!"))),
            }
            out.extend(phases(exchange, paint));
            out.push(String::new());
        }
        None => out.extend(boxed("↑", &sent(), &request.body, request.body_len, way)),
    }
    // What was sent again for its auth has a line of its own already.
    let hops = exchange.hops.iter().filter(|hop| hop.again.is_none());
    out.extend(wire::way(hops, redactor, paint));
    out.extend(wire::connection(exchange, Timestamp::now(), paint));
    out.extend(wire::request_headers(exchange, redactor, paint));
    out.extend(wire::response_headers(exchange, redactor, paint));
    out.extend(wire::decoded(exchange, paint));
    if exchange.response().is_none() {
        out.push(wire::phases(exchange, paint));
    }
    out
}

/// Facts with newman's star between them.
fn starred(facts: &[String], paint: Paint) -> String {
    facts.join(&format!(" {} ", paint.dim(&paint.sign("★"))))
}

/// `200 OK ★ 91ms time ★ 231B↑ 113B↓ size ★ 7↑ 2↓ headers ★ 0 cookies`
fn status(exchange: &Exchange, response: &Response, way: Way<'_>) -> String {
    let paint = way.paint;
    let reason = escape(&way.redactor.redact(&response.reason));
    let status = format!("{} {reason}", response.status);
    let request = &exchange.request;
    let both = |up: &dyn std::fmt::Display, down: &dyn std::fmt::Display, what: &str| {
        let [up_sign, down_sign] = ["↑", "↓"].map(|sign| paint.dim(&paint.sign(sign)));
        format!("{up}{up_sign} {down}{down_sign} {}", paint.dim(what))
    };
    let facts = [
        paint.status(response.status, status.trim_end()),
        format!("{} {}", paint.took(exchange.answered_in()), paint.dim("time")),
        both(&size(weight(request)), &size(response.size()), "size"),
        both(&request.headers.len(), &response.headers.len(), "headers"),
        format!("{} {}", response.cookies.len(), paint.dim("cookies")),
    ];
    starred(&facts, paint)
}

/// How many bytes a request has, its first line and its headers included, written as in HTTP/1.1.
fn weight(request: &SentRequest) -> u64 {
    let target = request.url.split_once("://").map_or(0, |(_, behind)| {
        let path = behind.find(['/', '?']).unwrap_or(behind.len());
        behind.len() - path
    });
    let first = request.method.as_str().len() + target.max(1) + " ".len() + " HTTP/1.1\r\n".len();
    let headers = request.headers.iter();
    let headers: usize = headers
        .map(|(name, value)| name.len() + value.len() + ": \r\n".len())
        .sum();
    (first + headers + "\r\n".len()) as u64 + request.body_len
}

/// A body's kind in Postman's words.
fn mode(body: &Body) -> &str {
    match body {
        Body::Form(_) => "urlencoded",
        Body::Multipart(_) => "formdata",
        Body::Raw { .. } => "raw",
        other => other.kind(),
    }
}

/// What a body is, by its `Content-Type`: `application/json`, `text`, `json`, `utf8`.
fn kind(response: &Response, way: Way<'_>) -> [String; 4] {
    let mut headers = response.headers.iter();
    let found = headers.find(|(name, _)| name.eq_ignore_ascii_case("content-type"));
    let text = found.map_or_else(String::new, |(_, value)| String::from_utf8_lossy(value).into_owned());
    // As it came: in small letters or in parts nobody would know it again.
    let text = way.redactor.redact(&text);
    let text = if text.trim().is_empty() { "text/plain" } else { &text };
    let lower = text.to_ascii_lowercase();
    let (mime, rest) = lower.split_once(';').unwrap_or((&lower, ""));
    let mime: String = mime.split_whitespace().collect();
    let charset = rest
        .split(';')
        .filter_map(|part| part.split_once('='))
        .find(|(name, _)| name.trim() == "charset")
        .map_or("utf8", |(_, value)| value.trim().trim_matches(['"', '\'']));
    let charset = if charset == "utf-8" { "utf8" } else { charset };
    let (base, format) = base_and_format(&mime);
    [&mime, base, format, charset].map(escape)
}

/// What Postman calls a type: `text` and `json`, `image` and `image`, `unknown` and `raw`.
fn base_and_format(mime: &str) -> (&'static str, &'static str) {
    const TEXTS: [&str; 8] = ["jsonp", "json", "xml", "html", "yaml", "vml", "webml", "script"];
    const SEEN: [&str; 4] = ["audio", "video", "image", "text"];
    const VAGUE: [&str; 3] = ["application", "message", "multipart"];
    // Of several words the one that comes first in the type counts.
    let first = |words: &[&'static str], text: &str| {
        let found = words.iter().filter_map(|word| Some((text.find(word)?, *word)));
        found.min_by_key(|(at, _)| *at).map(|(_, word)| word)
    };
    match mime {
        "application/pdf" => return ("embed", "pdf"),
        "application/x-www-form-urlencoded" => return ("text", "plain"),
        _ if mime.ends_with("xhtml+xml") => return ("text", "xml"),
        _ => {}
    }
    let (base, behind) = mime.split_once('/').unwrap_or((mime, ""));
    let format = first(&TEXTS, mime);
    match (first(&SEEN, base), format) {
        (Some("text"), format) => ("text", format.unwrap_or("plain")),
        (Some(seen), _) => (seen, seen),
        (None, Some(format)) => ("text", format),
        (None, None) => match (first(&SEEN, behind), first(&VAGUE, base)) {
            (Some(seen), _) => (seen, seen),
            (None, Some(vague)) => (vague, "raw"),
            (None, None) => ("unknown", "raw"),
        },
    }
}

/// How long each phase took, under newman's names; what a connection that was open already did not need is `(cache)`. All
/// that was before is `prepare`; newman's `wait` and `process` are in it and in the download.
fn phases(exchange: &Exchange, paint: Paint) -> [String; 2] {
    let timings = &exchange.timings;
    let before: std::time::Duration = exchange.hops.iter().map(|hop| hop.timings.total).sum();
    let total = timings.total.saturating_sub(before);
    let answer = [timings.sent, timings.first_byte].into_iter().flatten().sum();
    let known = [timings.dns, timings.connect, timings.tls, timings.download];
    let known = known.into_iter().flatten().sum::<std::time::Duration>() + answer;
    let secure = exchange.connection.tls.is_some();
    let columns = [
        ("prepare", Some(total.saturating_sub(known)), true),
        ("dns-lookup", timings.dns, true),
        ("tcp-handshake", timings.connect, true),
        ("ssl-handshake", timings.tls, secure),
        ("transfer-start", Some(answer), true),
        ("download", timings.download, true),
        ("total", Some(total), true),
    ];
    let (mut names, mut times) = (String::new(), String::new());
    for (name, took, _) in columns.into_iter().filter(|(_, _, is)| *is) {
        let took = took.filter(|took| !took.is_zero());
        let took = took.map_or_else(|| "(cache)".to_owned(), |took| paint.took(took));
        let width = name.len().max(took.chars().count());
        let _ = write!(names, "{name:<width$}   ");
        let _ = write!(times, "{took:<width$}   ");
    }
    [names.trim_end().to_owned(), paint.dim(times.trim_end())]
}

/// A body in a box that is open at the right, under what it is.
fn boxed(arrow: &str, facts: &[String], bytes: &[u8], len: u64, way: Way<'_>) -> Vec<String> {
    let Way {
        redactor,
        paint,
        columns,
    } = way;
    if bytes.is_empty() {
        return Vec::new();
    }
    // Redacted before it is cut, or the beginning of a secret would stay.
    let window = bytes.len().min((8 * CLIP).saturating_add(redactor.reach()));
    let text = String::from_utf8_lossy(&bytes[..window]);
    let text = redactor.redact_start(&text, 8 * CLIP, (window as u64) < len);
    let cut = text.floor_char_boundary(CLIP);
    let mut out = vec![format!(
        "{} {} {}",
        paint.dim(&paint.sign("┌")),
        paint.sign(arrow),
        starred(facts, paint)
    )];
    let side = paint.dim(&paint.sign("│"));
    let width = columns.filter(|columns| *columns > 20).map(|columns| columns - 6);
    for line in escape_lines(&text[..cut]).lines() {
        out.extend(
            wrapped(line, width)
                .into_iter()
                .map(|part| format!("{side} {}", paint.dim(part))),
        );
    }
    if cut < text.len() || (window as u64) < len {
        out.push(format!("{side} (showing {}/{})", size(cut as u64), size(len)));
    }
    out.push(paint.dim(&paint.sign("└")));
    out
}

/// A line in parts that are no wider than a terminal, so that the side of the box goes down all of it.
fn wrapped(line: &str, width: Option<usize>) -> Vec<&str> {
    let Some(width) = width else { return vec![line] };
    let (mut out, mut begin, mut wide) = (Vec::new(), 0, 0);
    for (at, c) in line.char_indices() {
        // A tab goes on to the next of its stops, eight at most.
        let own = if c == '\t' { 8 } else { c.width().unwrap_or(0) };
        if wide + own > width && at > begin {
            out.push(&line[begin..at]);
            (begin, wide) = (at, 0);
        }
        wide += own;
    }
    out.push(&line[begin..]);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Secret;

    #[test]
    fn no_half_of_a_secret_stands_where_a_body_is_cut() {
        let secret = "s3cret-".repeat(8);
        let redactor = Redactor::new([Secret::new(secret.as_str())]);
        let way = Way {
            redactor: &redactor,
            paint: Paint::new(false),
            columns: None,
        };
        for before in ["", "x"] {
            let body = format!("{before}{}", secret.repeat(1000));
            let body = &body.as_bytes()[..40_000];
            let lines = boxed("↓", &[], body, body.len() as u64 + 9, way).join("\n");
            assert!(!lines.contains("s3c") && lines.contains("(showing "), "{lines}");
        }
    }

    #[test]
    fn types_have_postmans_words() {
        for (mime, words) in [
            ("application/json", ("text", "json")),
            ("application/vnd.api+json", ("text", "json")),
            ("application/javascript", ("text", "script")),
            ("text/html", ("text", "html")),
            ("text/css", ("text", "plain")),
            ("application/xhtml+xml", ("text", "xml")),
            ("image/svg+xml", ("image", "image")),
            ("application/octet-stream", ("application", "raw")),
            ("application/pdf", ("embed", "pdf")),
            ("application/x-www-form-urlencoded", ("text", "plain")),
            ("multipart/form-data", ("multipart", "raw")),
            ("font/woff2", ("unknown", "raw")),
        ] {
            assert_eq!(base_and_format(mime), words, "{mime}");
        }
    }

    #[test]
    fn a_type_is_told_with_its_charset_and_without_a_secret() {
        let redactor = Redactor::new([Secret::new("s3cret-heron-4711")]);
        let way = Way {
            redactor: &redactor,
            paint: Paint::new(false),
            columns: None,
        };
        let kind = |value: &str| kind(&Response::fixture(value, Vec::new()), way).join(" ");
        assert_eq!(
            kind("Application/JSON; Charset=\"UTF-8\""),
            "application/json text json utf8"
        );
        assert_eq!(kind("text/html; a=b; charset=GBK"), "text/html text html gbk");
        assert_eq!(kind(""), "text/plain text plain utf8");
        assert!(!kind("a/s3cret-heron-4711").contains("heron"));
        assert!(!kind("a/\u{1b}[31m").contains('\u{1b}'));
    }

    #[test]
    fn on_a_terminal_the_side_of_a_box_goes_down_all_of_it() {
        assert_eq!(wrapped("abcde", Some(2)), ["ab", "cd", "e"]);
        assert_eq!(wrapped("日本語", Some(5)), ["日本", "語"]);
        assert_eq!(wrapped("", Some(5)), [""]);
        assert_eq!(wrapped("abcde", None), ["abcde"]);
    }
}
