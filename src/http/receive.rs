//! Reading a response: the body as it comes, decoded on the way, kept in memory or in a file, never more than the limit.

use std::time::Duration;

use http::Version;
use hyper::ext::ReasonPhrase;
use url::Url;

use super::cookies;
use super::decode::{Decoder, Stop};
use super::kept::{Keeper, Keeping};
use super::pool::Answer;
use super::room::Room;
use super::trace::Trace;
use crate::model::Payload;
use crate::model::exchange::{Phase, Response};

/// A body that is this long is shown while the rest of it comes. In bytes.
const SHOWN_FROM: usize = 64 * 1024;
/// So is one that has not come to its end by then.
const SHOWN_AFTER: Duration = Duration::from_millis(150);

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
        body: Payload::default(),
        encoded_len: 0,
        cookies,
        truncated: None,
    }
}

/// What reading a body needs besides the response.
pub(super) struct Reading<'a> {
    pub room: Room,
    pub keeping: Keeping,
    pub trace: &'a Trace,
    pub warnings: &'a mut Vec<String>,
    /// Told once, if the body is long in coming: the response so far, whose body still grows.
    pub arriving: Option<Box<dyn FnOnce(Response) + Send + 'a>>,
}

/// Reads the body into `head`.
pub(super) async fn body(mut response: Answer, mut head: Response, reading: Reading<'_>) -> Response {
    let Reading {
        room,
        keeping,
        trace,
        warnings,
        mut arriving,
    } = reading;
    let total = response.content_length();
    let encoding = head
        .headers
        .iter()
        .filter(|(name, _)| name.eq_ignore_ascii_case("content-encoding"))
        .map(|(_, value)| String::from_utf8_lossy(value).into_owned())
        .collect::<Vec<_>>()
        .join(",");
    let decoder = Decoder::new(&encoding, room.clone(), keeping.clone()).unwrap_or_else(|coding| {
        warnings.push(format!(
            "the content encoding `{}` is not known: the body is shown as it came",
            coding.escape_debug()
        ));
        None
    });
    let mut body = Collected {
        raw: Keeper::new(keeping),
        decoder,
        stopped: None,
    };
    head.body = body.payload();
    let patience = tokio::time::Instant::now() + SHOWN_AFTER;
    trace.phase(Phase::Downloading { received: 0, total });
    loop {
        let chunk = if arriving.is_some() {
            tokio::time::timeout_at(patience, response.chunk()).await
        } else {
            Ok(response.chunk().await)
        };
        let late = chunk.is_err() || head.body.len() >= SHOWN_FROM || tokio::time::Instant::now() > patience;
        if late && let Some(arriving) = arriving.take() {
            arriving(head.clone());
        }
        let Ok(chunk) = chunk else { continue };
        match chunk {
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
                if matches!(body.stopped, Some(Stop::Limit | Stop::NoPlace(_))) {
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
    let (payload, why) = body.finish(&encoding, room.limit);
    head.body = payload;
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
    raw: Keeper,
    decoder: Option<Decoder>,
    stopped: Option<Stop>,
}

impl Collected {
    /// The body to show while it comes.
    fn payload(&self) -> Payload {
        match &self.decoder {
            Some(decoder) => decoder.payload(),
            None => self.raw.payload(),
        }
    }

    fn push(&mut self, bytes: &[u8]) {
        if let Err(error) = self.raw.push(bytes) {
            self.stopped.get_or_insert(Stop::NoPlace(error.to_string()));
            return;
        }
        if let (Some(decoder), None) = (&mut self.decoder, &self.stopped) {
            self.stopped = decoder.push(bytes).err();
        }
    }

    /// The body to show, and why it is not whole.
    fn finish(mut self, encoding: &str, limit: usize) -> (Payload, Option<String>) {
        if let (Some(decoder), None, false) = (&mut self.decoder, &self.stopped, self.raw.len() == 0) {
            self.stopped = decoder.end().err();
        }
        let encoding = encoding.escape_debug();
        let why = match &self.stopped {
            None => None,
            Some(Stop::Limit) => Some(format!("the size limit of {limit} bytes is reached")),
            Some(Stop::NoPlace(why)) => Some(format!("there is no place for more of it: {why}")),
            Some(Stop::Short) => Some(format!("the `{encoding}` data end early")),
            Some(Stop::Invalid(why)) => Some(format!("the body is not valid `{encoding}` ({why}): shown as it came")),
        };
        let payload = match &self.stopped {
            Some(Stop::Invalid(_)) => self.raw.payload(),
            _ => self.payload(),
        };
        (payload, why)
    }
}
