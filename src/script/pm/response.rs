//! Responses and cookies as the prelude wants them, and bodies as text.

use std::io;

use bytes::Bytes;
use rquickjs::{Ctx, Object};
use serde_json::{Value, json};

use super::super::ScriptResponse;
use super::State;
use crate::model::exchange::{Cookie, Response};

impl State {
    /// A response by number: 0 is the request's own, others are answers to sends.
    pub fn response(&self, id: u32) -> Option<&ScriptResponse> {
        if id == 0 {
            self.job.as_ref()?.response.as_ref()
        } else {
            self.answers.get(&id)
        }
    }
}

/// What every script may want of a response; its lists and its body are asked for by its number.
pub fn describe<'js>(ctx: &Ctx<'js>, answer: &ScriptResponse) -> rquickjs::Result<Object<'js>> {
    let ScriptResponse { response, took } = answer;
    // As on the wire: the status line, `name: value` and a line end each, and one more at the end.
    let reason = if response.reason.is_empty() {
        reason(response.status)
    } else {
        &response.reason
    };
    let status_line = format!("{} {} {reason}\r\n", response.version, response.status).len();
    let header_bytes = status_line
        + 2
        + response
            .headers
            .iter()
            .map(|(key, value)| key.len() + value.len() + 4)
            .sum::<usize>();
    let described = Object::new(ctx.clone())?;
    described.set("code", response.status)?;
    described.set("status", response.reason.as_str())?;
    // Nothing takes no time: a script may divide by it.
    described.set(
        "responseTime",
        u64::try_from(took.as_millis()).unwrap_or(u64::MAX).max(1),
    )?;
    described.set("headerSize", header_bytes)?;
    described.set("bodySize", response.body.len())?;
    Ok(described)
}

/// One of a response's lists, `headers` or `cookies`, as a list of objects.
pub fn rows(response: &Response, name: &str) -> Value {
    if name == "cookies" {
        return describe_cookies(&response.cookies);
    }
    let headers = response.headers.iter();
    headers
        .map(|(key, value)| json!({"key": key, "value": String::from_utf8_lossy(value)}))
        .collect()
}

/// The usual words for a status code; empty for one that nobody has named.
pub fn reason(code: u16) -> &'static str {
    let status = http::StatusCode::from_u16(code).ok();
    status.and_then(|status| status.canonical_reason()).unwrap_or("")
}

/// Cookies as a list of objects.
pub fn describe_cookies(cookies: &[Cookie]) -> Value {
    cookies
        .iter()
        .map(|cookie| {
            let mut described = json!({
                "name": cookie.name,
                "expires": cookie.expires.map(|at| at.to_string()),
                "maxAge": cookie.more.max_age.unwrap_or(0),
                "domain": cookie.domain,
                "path": cookie.path,
                "secure": cookie.secure,
                "httpOnly": cookie.http_only,
                "hostOnly": cookie.host_only,
                "value": cookie.value,
            });
            if let Some(fields) = described.as_object_mut().filter(|_| cookie.name.is_empty()) {
                fields.remove("name");
            }
            described
        })
        .collect()
}

/// The encoding that the response names, when it is not UTF-8.
fn charset(response: &Response) -> Option<&'static encoding_rs::Encoding> {
    encoding_rs::Encoding::for_label(response.charset()?.as_bytes()).filter(|encoding| *encoding != encoding_rs::UTF_8)
}

/// A larger body is not even read: with what a script makes of it, it does not fit into the memory that one may have. In
/// bytes (256 MB).
const LARGEST: usize = 256 * 1024 * 1024;

fn whole(response: &Response) -> io::Result<Bytes> {
    if response.body.len() > LARGEST {
        let words = format!("it is larger than the {} MB that a script can read", LARGEST >> 20);
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, words));
    }
    response.body.whole()
}

/// The body as text, without a byte order mark; what its charset does not know is replaced.
///
/// # Errors
///
/// What the disk says, for a body that lies there; when it is larger than all that a script may have.
pub fn text(response: &Response) -> io::Result<String> {
    let bytes = whole(response)?;
    let text = match charset(response) {
        // The mark is what tells the order where the name does not.
        Some(encoding) if encoding == encoding_rs::UTF_16LE && bytes.starts_with(b"\xfe\xff") => {
            encoding_rs::UTF_16BE.decode_without_bom_handling(&bytes).0
        }
        Some(encoding) => encoding.decode_without_bom_handling(&bytes).0,
        None => String::from_utf8_lossy(&bytes),
    };
    Ok(text
        .strip_prefix('\u{feff}')
        .map_or_else(|| text.to_string(), str::to_owned))
}

/// The bytes to read as JSON, without a byte order mark; `None` when they are not UTF-8.
///
/// # Errors
///
/// As those of [`text`].
pub fn json_bytes(response: &Response) -> io::Result<Option<Vec<u8>>> {
    if charset(response).is_some() {
        return Ok(None);
    }
    let bytes = whole(response)?;
    let body = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
    // QuickJS wants a text without NUL bytes; such a body is no JSON anyway.
    Ok((std::str::from_utf8(body).is_ok() && !body.contains(&0)).then(|| body.to_vec()))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;

    fn response(content_type: &str, body: &'static [u8]) -> Response {
        Response::fixture(content_type, body)
    }

    #[test]
    fn text_follows_the_charset() {
        let text = |content_type, body| text(&response(content_type, body)).unwrap();
        assert_eq!(text("text/plain; charset=iso-8859-1", b"\xe4"), "ä");
        assert_eq!(text("text/plain", "ä".as_bytes()), "ä");
        assert_eq!(text("text/plain", b"a\xff"), "a\u{fffd}");
    }

    #[test]
    fn text_begins_behind_the_byte_order_mark() {
        let text = |content_type, body| text(&response(content_type, body)).unwrap();
        assert_eq!(text("application/json", b"\xef\xbb\xbf{}"), "{}");
        assert_eq!(text("text/plain", b"\xef\xbb\xbf\xef\xbb\xbfa"), "\u{feff}a");
        for body in [&b"\xff\xfea\0"[..], b"\xfe\xff\0a", b"a\0"] {
            assert_eq!(text("text/plain; charset=utf-16", body), "a");
        }
        assert_eq!(text("text/plain; charset=utf-16be", b"\xfe\xff\0a"), "a");
    }

    #[test]
    fn what_fits_into_no_script_is_not_read() {
        let mut large = response("application/json", b"");
        // Zeros that nobody reads take no memory.
        large.body = vec![0; LARGEST + 1].into();
        for failed in [text(&large).map(drop), json_bytes(&large).map(drop)] {
            assert_eq!(failed.unwrap_err().kind(), io::ErrorKind::FileTooLarge);
        }
    }

    #[test]
    fn a_byte_order_mark_is_no_json() {
        assert_eq!(
            json_bytes(&response("application/json", b"\xef\xbb\xbf{}"))
                .unwrap()
                .as_deref(),
            Some(&b"{}"[..])
        );
        assert_eq!(json_bytes(&response("application/json", b"\xff")).unwrap(), None);
    }
}
