//! A response body for a person at a terminal: JSON indented, everything escaped.

use std::io;

use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};

use crate::model::charset::is_old_encoding;
use crate::model::exchange::Response;
use crate::model::unescape;

use super::output::{Paint, escape_lines};

/// Above so many bytes JSON is printed as it came.
const PRETTY_LIMIT: usize = 16 * 1024 * 1024;
/// The same for what would come of it.
const LAID_OUT_LIMIT: usize = 64 * 1024 * 1024;
/// Deeper lines are not indented further: a body of brackets would be as long as their number has in its square.
const LEVELS: usize = 32;

/// What is said of text that is no UTF-8 though nothing says so.
pub(super) const OLD: &str = "the body is no UTF-8: read as windows-1252";
/// What is said of text that is UTF-8, but not all of it.
pub(super) const DAMAGED: &str = "the body is not all UTF-8: what is broken in it is shown as �";

/// The body as text, without a line break at its end, and what to say of its charset; `None` for bytes that are no text.
///
/// # Errors
///
/// What the disk says, for a body that lies there.
pub fn for_terminal(response: &Response, paint: Paint) -> io::Result<Option<(String, Option<&'static str>)>> {
    let bytes = response.body.whole()?;
    Ok(text(response, &bytes).map(|(text, odd)| (laid_out(&text, paint), odd)))
}

fn laid_out(text: &str, paint: Paint) -> String {
    let json = text.len() <= PRETTY_LIMIT && serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok();
    if let Some(pretty) = json.then(|| pretty(text, paint, LAID_OUT_LIMIT)).flatten() {
        return pretty;
    }
    escape_lines(text.trim_end_matches(['\r', '\n']))
}

/// How the text that begins so is read: by its byte order mark, else in the charset that is declared, else in UTF-8.
pub(super) fn encoding(response: &Response, head: &[u8]) -> &'static Encoding {
    let marked = Encoding::for_bom(head).map(|(marked, _)| marked);
    let declared = || Encoding::for_label(response.charset()?.as_bytes());
    marked.or_else(declared).unwrap_or(UTF_8)
}

fn text(response: &Response, bytes: &[u8]) -> Option<(String, Option<&'static str>)> {
    let encoding = encoding(response, bytes);
    let (text, damaged) = encoding.decode_with_bom_removal(bytes);
    if !damaged {
        return (!text.contains('\0')).then(|| (text.into_owned(), None));
    }
    if encoding != UTF_8 || !is_called_text(&response.media_type()) {
        return None;
    }
    if is_old_encoding(bytes, response.truncated.is_some()) {
        let text = WINDOWS_1252.decode_without_bom_handling(bytes).0.into_owned();
        return Some((text, Some(OLD)));
    }
    (!bytes.contains(&0)).then(|| (text.into_owned(), Some(DAMAGED)))
}

/// Whether a media type is that of a text.
fn is_called_text(media_type: &str) -> bool {
    media_type.starts_with("text/")
        || ["json", "xml", "javascript", "x-www-form-urlencoded"]
            .iter()
            .any(|ending| media_type.ends_with(ending))
}

/// Valid JSON, indented by two; numbers stay spelled as they came, and strings but for characters that were escaped. `None`
/// if it is longer than so many bytes.
fn pretty(text: &str, paint: Paint, most: usize) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut depth = 0;
    let mut rest = text.trim_start();
    while let Some(c) = rest.chars().next() {
        if out.len() > most {
            return None;
        }
        let length = match c {
            '{' | '[' => {
                let inside = rest[1..].trim_start();
                out.push(c);
                if inside.starts_with(['}', ']']) {
                    out.push_str(&inside[..1]);
                    rest = inside[1..].trim_start();
                    continue;
                }
                depth += 1;
                line(&mut out, depth);
                1
            }
            '}' | ']' => {
                depth -= 1;
                line(&mut out, depth);
                out.push(c);
                1
            }
            ',' => {
                out.push(c);
                line(&mut out, depth);
                1
            }
            ':' => {
                out.push_str(": ");
                1
            }
            '"' => {
                let end = string_end(rest);
                let is_key = rest[end..].trim_start().starts_with(':');
                let shown = escape_lines(&spelled_out(&rest[..end]));
                out.push_str(&if is_key { paint.cyan(&shown) } else { shown });
                end
            }
            _ => {
                let end = rest.find([',', '}', ']']).unwrap_or(rest.len());
                out.push_str(&paint.yellow(rest[..end].trim_end()));
                end
            }
        };
        rest = rest[length..].trim_start();
    }
    Some(out)
}

fn line(out: &mut String, depth: usize) {
    out.push('\n');
    out.extend(std::iter::repeat_n("  ", depth.min(LEVELS)));
}

/// A string with characters in place of the escapes that only stand for them.
fn spelled_out(string: &str) -> String {
    let (mut out, mut rest) = (String::with_capacity(string.len()), string);
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        let stays = |c: char| !escape_lines(c.encode_utf8(&mut [0; 4])).starts_with(c);
        if let Some((c, len)) = unescape(&rest.as_bytes()[at..], stays) {
            out.push(c);
            rest = &rest[at + len..];
        } else {
            // What follows the backslash may be one itself, or any character.
            let len = rest[at..].chars().take(2).map(char::len_utf8).sum::<usize>();
            out.push_str(&rest[at..at + len]);
            rest = &rest[at + len..];
        }
    }
    out.push_str(rest);
    out
}

/// Behind the closing quote of the string that the text begins with.
fn string_end(text: &str) -> usize {
    let bytes = text.as_bytes();
    let mut at = 1;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 2,
            b'"' => return at + 1,
            _ => at += 1,
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;

    fn shown(content_type: &str, body: &'static [u8]) -> Option<String> {
        let response = Response::fixture(content_type, body);
        for_terminal(&response, Paint::new(false))
            .unwrap()
            .map(|(text, _)| text)
    }

    #[test]
    fn json_is_indented_and_nothing_in_it_changes() {
        let body = b"{\"n\":12345678901234567890.10,\"a\":[1,{\"b\":[]},true],\"s\":\"x, {\\\"y\\\": 1}\",\"e\":{ }}";
        let wanted = "{\n  \"n\": 12345678901234567890.10,\n  \"a\": [\n    1,\n    {\n      \"b\": []\n    },\n    \
                      true\n  ],\n  \"s\": \"x, {\\\"y\\\": 1}\",\n  \"e\": {}\n}";
        assert_eq!(shown("application/json", body).as_deref(), Some(wanted));
    }

    #[test]
    fn text_that_is_said_to_be_utf8_and_is_not_is_read_all_the_same() {
        let latin = b"Gr\xfc\xdfe aus M\xfcnchen";
        assert_eq!(
            shown("text/plain; charset=utf-8", latin).as_deref(),
            Some("Grüße aus München")
        );
        assert_eq!(
            shown("text/plain; charset=utf-8", b"Gr\xc3\xbc\xc3\x9fe \xe9").as_deref(),
            Some("Grüße \u{fffd}")
        );
        assert_eq!(shown("application/octet-stream", latin), None);
        assert_eq!(shown("text/plain", b"\x7fELF\xff\x00"), None);
    }

    #[test]
    fn brackets_in_brackets_are_not_indented_without_end() {
        let (open, close) = ("[".repeat(100), "]".repeat(100));
        let text = format!("{open}{}1{close}", "1,".repeat(10_000));
        let shown = pretty(&text, Paint::new(false), usize::MAX).unwrap();
        assert!(
            shown.len() < 70 * 10_000 && shown.lines().count() == 10_201,
            "{}",
            shown.lines().count()
        );
        assert_eq!(pretty(&text, Paint::new(false), 1000), None);
    }

    #[test]
    fn characters_are_read_and_what_is_dangerous_stays_escaped() {
        let body = br#"{"\u6771":"\u4eac \ud83d\ude00 \\u4eac \" \u0022 \u001b \u202e \n \ud83d"}"#;
        let wanted = "{\n  \"東\": \"京 😀 \\\\u4eac \\\" \\u0022 \\u001b \\u202e \\n \\ud83d\"\n}";
        assert_eq!(shown("application/json", body).as_deref(), Some(wanted));
    }

    #[test]
    fn escape_sequences_are_shown_and_bytes_are_not() {
        assert_eq!(
            shown("text/plain", b"a\x1b[2J\r\nb\n").as_deref(),
            Some("a\\u{1b}[2J\nb")
        );
        assert_eq!(shown("text/plain; charset=iso-8859-1", b"\xe4").as_deref(), Some("ä"));
        assert_eq!(
            shown("text/plain; charset=iso-8859-1", b"\xc3\xa4").as_deref(),
            Some("Ã¤")
        );
        assert_eq!(
            shown("text/plain; charset=iso-8859-1", b"\xef\xbb\xbf\xc3\xa4").as_deref(),
            Some("ä")
        );
        assert_eq!(shown("text/plain", b"\xff\xfea\x00\xe4\x00").as_deref(), Some("aä"));
        assert_eq!(
            shown("application/json", b"\xef\xbb\xbf[1]").as_deref(),
            Some("[\n  1\n]")
        );
        assert_eq!(shown("image/png", b"\x89PNG\x00"), None);
        assert_eq!(shown("image/png", b"PNG\x00"), None);
    }
}
