//! Reading a response: the body as it comes, decoded on the way, kept in memory or in a file, never more than the limit.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http::Version;

use super::decode::{Decoder, Stop};
use super::error;
use super::kept::{Keeper, Keeping};
use super::pool::Answer;
use super::room::Room;
use super::trace::Trace;
use crate::model::Payload;
use crate::model::exchange::{Phase, Response, SendError, SendErrorKind};

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

/// Everything but the body and the cookies; what is wrong with it goes to the warnings.
pub(super) fn head(answer: &mut Answer, warnings: &mut Vec<String>) -> Response {
    let head = std::mem::take(&mut answer.head);
    warnings.extend(head.faults);
    Response {
        status: head.status,
        reason: head.reason,
        version: version_name(head.version).to_owned(),
        headers: head.lines,
        body: Payload::default(),
        encoded_len: 0,
        cookies: Vec::new(),
        truncated: head.cut.map(|why| Box::new(broken(why))),
    }
}

/// The server or the way to it broke off.
fn broken(why: String) -> SendError {
    SendError::new(SendErrorKind::Protocol, why).hint(BROKEN)
}

const BROKEN: &str = "send again; if it happens each time, the server's log may say why";

/// What reading a body needs besides the response.
pub(super) struct Reading<'a> {
    pub room: Room,
    pub keeping: Keeping,
    pub trace: &'a Trace,
    pub warnings: &'a mut Vec<String>,
    /// Told once, if the body is long in coming: the response so far, whose body still grows.
    pub arriving: Option<Box<dyn FnOnce(Response) + Send + 'a>>,
}

/// Reads the body into `head`, which at any moment holds what came so far.
pub(super) async fn body(mut response: Answer, head: &mut Response, reading: Reading<'_>) {
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
    let halt = Halt::default();
    let decoder = Decoder::new(&encoding, room.clone(), keeping.clone(), Arc::clone(&halt.0)).unwrap_or_else(|why| {
        warnings.push(format!("{why}: the body is shown as it came"));
        None
    });
    let mut body = Collected {
        raw: Keeper::new(keeping),
        decoder,
        stopped: None,
        halt,
    };
    body.set_torn(true);
    if body.decoder.is_none() {
        body.raw.let_pass();
    }
    head.body = body.payload();
    // Of an event stream the first event is shown when it comes, with the time of that.
    let streams = head
        .header("content-type")
        .is_some_and(|kind| kind.starts_with("text/event-stream"));
    let wait = if streams { Duration::ZERO } else { SHOWN_AFTER };
    let patience = tokio::time::Instant::now() + wait;
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
            Some(Ok(mut chunk)) => {
                let fits = room.grant(body.raw.len(), chunk.len());
                let too_long = chunk.len() > fits;
                chunk.truncate(fits);
                head.encoded_len += fits as u64;
                body.push(chunk).await;
                // Who reads slowly makes no server silent.
                trace.apart(body.raw.room()).await;
                trace.phase(Phase::Downloading {
                    received: head.encoded_len,
                    total,
                });
                if too_long {
                    body.stopped.get_or_insert(Stop::Limit);
                }
                if matches!(body.stopped, Some(Stop::Limit | Stop::NoPlace(_))) {
                    break;
                }
            }
            None => break,
            Some(Err(error)) => {
                let why = error::broke(&error);
                let all = total.map(|total| format!(" of {total}")).unwrap_or_default();
                let told = format!("{why} after {}{all} bytes", head.encoded_len);
                head.truncated.get_or_insert_with(|| Box::new(broken(told)));
                break;
            }
        }
    }
    trace.finished();
    if response.overflowed {
        warnings.push(beyond(total));
    }
    if !response.trailers.is_empty() {
        let count = response.trailers.len();
        warnings.push(if count == 1 {
            "the last header came behind the body, as a trailer".to_owned()
        } else {
            format!("the last {count} headers came behind the body, as trailers")
        });
        head.headers.append(&mut response.trailers);
    }
    let came_whole = head.truncated.is_none();
    let (payload, why) = body.finish(&encoding, room.limit, came_whole).await;
    head.body = payload;
    head.truncated = head.truncated.take().or(why.map(Box::new));
}

/// What is said of a body that goes on behind its announced end.
fn beyond(announced: Option<u64>) -> String {
    match announced {
        Some(length @ 1..) => format!(
            "the server sent more than the {length} byte{} it had announced: what came beyond is not shown",
            if length == 1 { "" } else { "s" }
        ),
        _ => "the server sent a body where there must be none: it is not shown".to_owned(),
    }
}

/// A limit as it is set, in MiB, where it is whole ones.
fn limit_words(limit: usize) -> String {
    match (limit >> 20, limit & ((1 << 20) - 1)) {
        (mib @ 1.., 0) => format!("{mib} MiB"),
        _ => format!("{limit} bytes"),
    }
}

/// Reads what little is left of a redirect's body, so that its connection can be used again.
pub(super) async fn drain(mut response: Answer) {
    const WORTH: usize = 64 * 1024;
    const PATIENCE: Duration = Duration::from_millis(200);
    let reading = async {
        let mut read = 0;
        while let Some(Ok(chunk)) = response.chunk().await {
            read += chunk.len();
            if read > WORTH {
                break;
            }
        }
    };
    // Another connection is opened sooner than a slow one is free.
    let _in_time = tokio::time::timeout(PATIENCE, reading).await;
}

/// Stops the decoding that somebody else works at when nobody waits for it any more.
#[derive(Default)]
struct Halt(Arc<AtomicBool>);

impl Drop for Halt {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// A body so far: as it came, and decoded where it is encoded.
struct Collected {
    raw: Keeper,
    decoder: Option<Decoder>,
    stopped: Option<Stop>,
    halt: Halt,
}

impl Collected {
    /// The body to show while it comes.
    fn payload(&self) -> Payload {
        match &self.decoder {
            Some(decoder) => decoder.payload(),
            None => self.raw.payload(),
        }
    }

    /// Says whether the body would be torn if it ended now, as it does when nobody waits for it any more.
    fn set_torn(&mut self, torn: bool) {
        self.raw.set_torn(torn);
        if let Some(decoder) = &mut self.decoder {
            decoder.set_torn(torn);
        }
    }

    async fn push(&mut self, bytes: Bytes) {
        if let Err(error) = self.raw.push(&bytes) {
            self.stopped.get_or_insert(Stop::NoPlace(error.to_string()));
            return;
        }
        if self.stopped.is_none() {
            self.decode(move |decoder| decoder.push(&bytes)).await;
        }
    }

    /// Lets the decoder work on a thread of its own: a few bytes may become gigabytes, and nothing else would move.
    async fn decode(&mut self, work: impl FnOnce(&mut Decoder) -> Result<(), Stop> + Send + 'static) {
        let Some(mut decoder) = self.decoder.take() else { return };
        let worked = tokio::task::spawn_blocking(move || {
            let done = work(&mut decoder);
            (decoder, done)
        });
        match worked.await {
            Ok((decoder, done)) => {
                self.decoder = Some(decoder);
                self.stopped = done.err();
            }
            Err(_) => self.stopped = Some(Stop::Invalid("the decoder gave up".to_owned())),
        }
    }

    /// What was decoded before something in it was wrong; `None` where it was never what the header says.
    fn damaged(&mut self) -> Option<Payload> {
        const MAGIC: [&[u8]; 2] = [b"\x1f\x8b", b"\x28\xb5\x2f\xfd"];
        let decoded = self.decoder.as_ref()?.payload();
        // It gives out what it still holds when it goes.
        self.decoder = None;
        let head = self.raw.payload().read(0, 4).ok()?;
        // Some bytes come of anything where an encoding has no mark of its own.
        let least = if MAGIC.iter().any(|magic| head.starts_with(magic)) {
            1
        } else {
            1024
        };
        (decoded.len() >= least).then_some(decoded)
    }

    /// The body to show, and why it is not whole.
    async fn finish(mut self, encoding: &str, limit: usize, came_whole: bool) -> (Payload, Option<SendError>) {
        if self.stopped.is_none() && self.raw.len() > 0 {
            self.decode(Decoder::end).await;
        }
        self.set_torn(!came_whole || self.stopped.is_some());
        let decoded = match &self.stopped {
            Some(Stop::Invalid(_)) => self.damaged(),
            _ => None,
        };
        let encoding = super::head::quoted(encoding.as_bytes());
        let protocol = |why: String, hint: &str| Some(SendError::new(SendErrorKind::Protocol, why).hint(hint));
        let why = match &self.stopped {
            None => None,
            Some(Stop::Limit) => Some(
                SendError::new(
                    SendErrorKind::TooLarge,
                    format!("the size limit of {} (`response_limit`) is reached", limit_words(limit)),
                )
                .hint("`response_limit` in `config.toml` says how many MiB of a response are taken"),
            ),
            Some(Stop::NoPlace(why)) => Some(
                SendError::new(
                    SendErrorKind::TooLarge,
                    format!("there is no place for more of it: {why}"),
                )
                .hint("`spill_folder` in `config.toml` names another folder for large responses"),
            ),
            Some(Stop::Short) => protocol(format!("the `{encoding}` data end early"), BROKEN),
            Some(Stop::Invalid(why)) if decoded.is_some() => protocol(
                format!("the `{encoding}` data are damaged ({why}): what could be decoded is shown, and may be wrong"),
                BROKEN,
            ),
            Some(Stop::Invalid(why)) => protocol(
                format!("the body is not valid `{encoding}` ({why}): shown as it came"),
                "the server's `Content-Encoding` is wrong, or what it sent",
            ),
        };
        let payload = match &self.stopped {
            Some(Stop::Invalid(_)) => decoded.unwrap_or_else(|| self.raw.payload()),
            _ => self.payload(),
        };
        self.halt.0.store(true, Ordering::Relaxed);
        (payload, why)
    }
}
