//! Reading a response: the body as it comes, decoded on the way, never more than the limit.

use bytes::Bytes;
use http::Version;
use hyper::ext::ReasonPhrase;
use url::Url;

use super::cookies;
use super::decode::{Decoder, Stop};
use super::pool::Answer;
use super::room::Room;
use super::trace::Trace;
use crate::model::exchange::{Phase, Response};

/// The version as it is written: `HTTP/1.1`, `HTTP/2`.
pub(super) fn version_name(version: Version) -> &'static str {
    match version {
        Version::HTTP_09 => "HTTP/0.9",
        Version::HTTP_10 => "HTTP/1.0",
        Version::HTTP_2 => "HTTP/2",
        Version::HTTP_3 => "HTTP/3",
        _ => "HTTP/1.1",
    }
}

/// Everything but the body.
pub(super) fn head(response: &mut Answer, url: &Url) -> Response {
    let reason = match response.extension::<ReasonPhrase>() {
        Some(own) => String::from_utf8_lossy(own.as_bytes()).into_owned(),
        None => response.status().canonical_reason().unwrap_or_default().to_owned(),
    };
    let cookies = response
        .headers()
        .get_all("set-cookie")
        .iter()
        .filter_map(|value| cookies::parse(&String::from_utf8_lossy(value.as_bytes()), url))
        .collect();
    Response {
        status: response.status().as_u16(),
        reason,
        version: version_name(response.version()).to_owned(),
        headers: response.lines(),
        body: Bytes::new(),
        encoded_len: 0,
        cookies,
        truncated: None,
    }
}

/// Reads the body into `head`.
pub(super) async fn body(
    mut response: Answer,
    mut head: Response,
    room: Room,
    trace: &Trace,
    warnings: &mut Vec<String>,
) -> Response {
    let total = response.content_length();
    let encoding = head
        .headers
        .iter()
        .filter(|(name, _)| name.eq_ignore_ascii_case("content-encoding"))
        .map(|(_, value)| String::from_utf8_lossy(value).into_owned())
        .collect::<Vec<_>>()
        .join(",");
    let decoder = Decoder::new(&encoding, room.clone()).unwrap_or_else(|coding| {
        warnings.push(format!(
            "the content encoding `{}` is not known: the body is shown as it came",
            coding.escape_debug()
        ));
        None
    });
    let mut body = Collected {
        raw: Vec::new(),
        decoder,
        stopped: None,
    };
    trace.phase(Phase::Downloading { received: 0, total });
    loop {
        match response.chunk().await {
            Some(Ok(chunk)) => {
                let fits = room.grant(body.raw.len(), chunk.len());
                head.encoded_len += fits as u64;
                body.push(&chunk[..fits]);
                trace.phase(Phase::Downloading {
                    received: head.encoded_len,
                    total,
                });
                if chunk.len() > fits {
                    body.stopped.get_or_insert(Stop::Limit);
                }
                if body.stopped == Some(Stop::Limit) {
                    break;
                }
            }
            None => break,
            Some(Err(_)) => {
                head.truncated = Some(match total {
                    Some(total) => format!("the connection broke after {} of {total} bytes", head.encoded_len),
                    None => format!("the connection broke after {} bytes", head.encoded_len),
                });
                break;
            }
        }
    }
    trace.finished();
    let (bytes, why) = body.finish(&encoding, room.limit);
    head.body = Bytes::from(bytes);
    head.truncated = head.truncated.or(why);
    head
}

/// Reads what little is left of a redirect's body, so that its connection can be used again.
pub(super) async fn drain(mut response: Answer) {
    const WORTH: usize = 64 * 1024;
    let mut read = 0;
    while let Some(Ok(chunk)) = response.chunk().await {
        read += chunk.len();
        if read > WORTH {
            break;
        }
    }
}

/// A body so far: as it came, and decoded where it is encoded.
struct Collected {
    raw: Vec<u8>,
    decoder: Option<Decoder>,
    stopped: Option<Stop>,
}

impl Collected {
    fn push(&mut self, bytes: &[u8]) {
        self.raw.extend_from_slice(bytes);
        if let (Some(decoder), None) = (&mut self.decoder, &self.stopped) {
            self.stopped = decoder.push(bytes).err();
        }
    }

    /// The body to show, and why it is not whole.
    fn finish(mut self, encoding: &str, limit: usize) -> (Vec<u8>, Option<String>) {
        if let (Some(decoder), None, false) = (&mut self.decoder, &self.stopped, self.raw.is_empty()) {
            self.stopped = decoder.end().err();
        }
        let encoding = encoding.escape_debug();
        let why = match &self.stopped {
            None => None,
            Some(Stop::Limit) => Some(format!("the size limit of {limit} bytes is reached")),
            Some(Stop::Short) => Some(format!("the `{encoding}` data end early")),
            Some(Stop::Invalid(why)) => Some(format!("the body is not valid `{encoding}` ({why}): shown as it came")),
        };
        match (self.decoder, &self.stopped) {
            (None, _) | (_, Some(Stop::Invalid(_))) => (self.raw, why),
            (Some(decoder), _) => (decoder.into_output(), why),
        }
    }
}
