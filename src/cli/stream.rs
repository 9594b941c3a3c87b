//! `send` while it goes on: a body that is written out as it comes, and a line for who waits.
//!
//! ```text
//! send ── Arriving: the head, a body that grows ──▶ a thread writes it: bytes at once, text for a person line by line
//!      └─ Phase ──▶ a line on stderr that says what is waited for, gone with the next
//! ```
//!
//! A reader that goes away ends the send, unless scripts are to see the answer or a token is looked for in it. What only makes
//! sense as a whole, JSON that is laid out and bytes that are no text, is left to who has all of it.

use std::io;
use std::path::PathBuf;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use encoding_rs::{Decoder, UTF_8, WINDOWS_1252};
use serde::de::IgnoredAny;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::exec::{Pipeline, Plan, SendContext};
use crate::model::charset::Tally;
use crate::model::exchange::{Phase, Response};
use crate::model::{Exchange, Outcome, Payload};
use crate::script::Engine;
use crate::store::body::{BodyError, Saved, save_arriving};

use super::body;
use super::output::{Out, Output, escape_lines};

/// How a body is to be written while it comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// All of it at the end.
    Whole,
    /// Each byte as it is.
    Bytes,
    /// Text, line by line, for a person.
    Lines,
}

/// What is to be done while a request is sent.
pub struct Watch {
    /// How the body is written.
    pub kind: Kind,
    /// The file whose place it takes when all of it has come; it is written beside it until then.
    pub file: Option<PathBuf>,
    /// Says what stands before the body.
    pub head: Box<dyn Fn(&Exchange) -> String>,
    /// Whether a person is told how far it is.
    pub tells: bool,
    /// Whether the download is told of too: not where somebody else writes the body on the terminal.
    pub tells_download: bool,
    /// Whether the answer is wanted even when nobody reads it any more.
    pub to_the_end: bool,
}

/// What came of it.
pub struct Watched {
    /// The send.
    pub outcome: Outcome,
    /// What became of the body.
    pub written: io::Result<Written>,
    /// What became of it beside the file; `None` where it is still to be written.
    pub saved: Option<Result<Saved, BodyError>>,
    /// Whether it was given up because nobody reads it any more.
    pub unread: bool,
}

/// What became of a body.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// Whether it has been written, as far as it came.
    pub done: bool,
    /// What is to be said of its charset.
    pub odd: Option<&'static str>,
}

impl Written {
    /// It is left to who has all of it.
    const NOT: Self = Self { done: false, odd: None };
}

/// How long a phase lasts before it is told of.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long a download goes on before it is told of.
const DOWNLOAD_PATIENCE: Duration = Duration::from_secs(1);
/// How long a piece of text may be that is held back for the end of its line, in bytes.
const MOST_HELD: usize = 64 * 1024;

/// Sends, writes the body as it comes, and tells a person what is waited for.
pub async fn send(
    pipeline: &Pipeline,
    engine: &Engine,
    plan: Plan,
    context: &mut SendContext,
    watch: Watch,
    output: &mut Output,
) -> Watched {
    let stands = Arc::new(Mutex::new((Phase::Preparing, Instant::now())));
    let seen = Arc::clone(&stands);
    context.progress = Arc::new(move |phase| {
        let mut stands = seen.lock().unwrap_or_else(PoisonError::into_inner);
        let same = std::mem::discriminant(&stands.0) == std::mem::discriminant(&phase);
        *stands = (phase, if same { stands.1 } else { Instant::now() });
    });
    let (arrived, mut arrivals) = mpsc::unbounded_channel();
    if watch.kind != Kind::Whole || watch.file.is_some() {
        context.arriving = Some(Arc::new(move |exchange| {
            // Nobody waits for it any more when the send is over.
            let _ = arrived.send(exchange);
        }));
    }
    let mut sending = pin!(pipeline.send_drawn(engine, plan, context));
    let mut tick = tokio::time::interval(Duration::from_millis(200));
    // Nobody else looks into it, unless scripts do, or it brings a token.
    let passed = !watch.to_the_end;
    let mut writing: Option<JoinHandle<io::Result<Written>>> = None;
    let mut written = None;
    let mut saving = None;
    let shows = Arc::new(AtomicBool::new(false));
    let mut unread = false;
    let outcome = loop {
        tokio::select! {
            biased;
            Some(exchange) = arrivals.recv() => {
                // A refusal may be followed by another answer.
                let status = exchange.response().map(|response| response.status);
                let is_wanted = status.is_some_and(|status| status < 400);
                if let Some(file) = watch.file.clone().filter(|_| is_wanted && saving.is_none()) {
                    saving = exchange.response().map(|response| Saving::new(response.body.clone(), file, passed));
                } else if watch.kind != Kind::Whole && writing.is_none() && is_wanted {
                    output.settle();
                    let head = (watch.head)(&exchange);
                    let (out, kind, shows) = (output.out(), watch.kind, Arc::clone(&shows));
                    writing = Some(tokio::task::spawn_blocking(move || {
                        let response = exchange.response();
                        let passed = passed && kind == Kind::Bytes;
                        let _passage = response.filter(|_| passed).map(|response| response.body.pass());
                        let written = |response| write(head, response, kind, &shows, &out);
                        exchange.response().map_or(Ok(Written::NOT), written)
                    }));
                }
            }
            done = joined(&mut writing), if written.is_none() => {
                let gone = done.as_ref().is_err_and(|error| error.kind() == io::ErrorKind::BrokenPipe);
                if gone && !watch.to_the_end {
                    unread = true;
                    context.cancel.cancel();
                }
                written = Some(done);
            }
            outcome = &mut sending => break outcome,
            _ = tick.tick() => {
                let (phase, since) = *stands.lock().unwrap_or_else(PoisonError::into_inner);
                let quiet = !watch.tells || (watch.kind == Kind::Lines && shows.load(Ordering::Relaxed));
                match waits(phase, since.elapsed(), watch.tells_download) {
                    Some(line) if !quiet => output.live(&line),
                    _ => output.settle(),
                }
            }
        }
    };
    output.settle();
    let written = match written {
        Some(written) => written,
        None if writing.is_some() => joined(&mut writing).await,
        None => Ok(Written::NOT),
    };
    let saved = match saving {
        Some(Saving { body, task, is_whole }) => {
            let response = outcome.exchange.as_ref().and_then(Exchange::response);
            // Another answer may have followed the one that was written.
            let meant = response.filter(|response| response.body.is_same(&body));
            let whole = meant.map(|response| response.truncated.is_none());
            let _it_failed_before = is_whole.send(whole);
            task.await.ok().flatten()
        }
        None => None,
    };
    Watched {
        outcome,
        written,
        saved,
        unread,
    }
}

/// A body that is written beside its file while it comes.
struct Saving {
    body: Payload,
    task: JoinHandle<Option<Result<Saved, BodyError>>>,
    /// The end of the send has to say whether it is whole; `None` where it is not the one that is meant.
    is_whole: std::sync::mpsc::Sender<Option<bool>>,
}

impl Saving {
    fn new(body: Payload, file: PathBuf, passed: bool) -> Self {
        let (is_whole, told) = std::sync::mpsc::channel();
        let own = body.clone();
        let task =
            tokio::task::spawn_blocking(move || save_arriving(&own, &file, passed, || told.recv().unwrap_or_default()));
        Self { body, task, is_whole }
    }
}

/// The end of the writing; there is none while nothing is written.
async fn joined(writing: &mut Option<JoinHandle<io::Result<Written>>>) -> io::Result<Written> {
    match writing {
        Some(writing) => writing.await.unwrap_or_else(|error| Err(io::Error::other(error))),
        None => std::future::pending().await,
    }
}

/// What a person who waits is told: `TLS handshake, 5 s`, `received 12.3 of 100.0 MB, 12 %`.
fn waits(phase: Phase, since: Duration, tells_download: bool) -> Option<String> {
    match phase {
        Phase::Downloading { received, total } => {
            (tells_download && since >= DOWNLOAD_PATIENCE).then(|| progress(received, total))
        }
        Phase::Dns | Phase::Connecting | Phase::Tls | Phase::Waiting => {
            let what = if phase == Phase::Waiting {
                "waiting for the answer"
            } else {
                phase.label()
            };
            (since >= PATIENCE).then(|| format!("{what}, {} s", since.as_secs()))
        }
        // Scripts and tokens may ask or tell something themselves.
        _ => None,
    }
}

fn progress(received: u64, total: Option<u64>) -> String {
    let megabytes = |bytes: u64| format!("{}.{}", bytes / 1_000_000, bytes / 100_000 % 10);
    match total.filter(|total| *total > 0) {
        Some(total) => format!(
            "received {} of {} MB, {} %",
            megabytes(received),
            megabytes(total),
            received.saturating_mul(100) / total
        ),
        None => format!("received {} MB", megabytes(received)),
    }
}

/// Writes a body that grows. Blocks until its end.
fn write(mut head: String, response: &Response, kind: Kind, shows: &AtomicBool, out: &Out) -> io::Result<Written> {
    let mut written = Written { done: true, odd: None };
    let mut blocks = response.body.follow();
    if kind == Kind::Bytes {
        shows.store(true, Ordering::Relaxed);
        out.bytes(head.as_bytes())?;
        loop {
            let block = blocks.block()?;
            if block.is_empty() {
                return Ok(written);
            }
            out.bytes(&block)?;
        }
    }
    let shape = Shape::of(&response.media_type());
    // One for all of it: a character may lie on both sides of a cut.
    let mut decoder: Option<Decoder> = None;
    let (mut going, mut is_open, mut tally) = (false, true, Tally::default());
    let mut pending = Vec::new();
    loop {
        let block = blocks.block()?;
        let ended = block.is_empty();
        pending.extend_from_slice(&block);
        if !ended && is_half_a_mark(&pending) && decoder.is_none() {
            continue;
        }
        let decoder = match &mut decoder {
            Some(decoder) => decoder,
            none => {
                let encoding = body::encoding(response, &pending);
                // The ends of lines are looked for as they are in ASCII.
                if !encoding.is_ascii_compatible() {
                    return Ok(Written::NOT);
                }
                none.insert(encoding.new_decoder_with_bom_removal())
            }
        };
        if !going {
            match shape.begins(&pending) {
                Begins::Now if !pending.is_empty() => going = true,
                Begins::Now | Begins::Perhaps if !ended => continue,
                _ => return Ok(Written::NOT),
            }
            shows.store(true, Ordering::Relaxed);
            out.bytes(std::mem::take(&mut head).as_bytes())?;
        }
        let whole = if ended { pending.len() } else { lines_of(&pending) };
        if whole > 0 || ended {
            let lines = &pending[..whole];
            // By all that has come: one line may look like anything.
            tally.add(lines, !ended);
            let is_old = written.odd == Some(body::OLD);
            if !is_old && decoder.encoding() == UTF_8 && tally.is_old() {
                *decoder = WINDOWS_1252.new_decoder_without_bom_handling();
                written.odd = Some(body::OLD);
            } else if is_old && !tally.is_old() {
                *decoder = UTF_8.new_decoder_without_bom_handling();
                written.odd = Some(body::DAMAGED);
            }
            let (text, damaged) = decoded(decoder, lines, ended);
            if damaged && decoder.encoding() == UTF_8 {
                written.odd = Some(body::DAMAGED);
            }
            let text = escape_lines(&text);
            out.bytes(text.as_bytes())?;
            is_open = if text.is_empty() {
                is_open
            } else {
                !text.ends_with('\n')
            };
            if ended && is_open {
                out.bytes(b"\n")?;
            }
            pending.drain(..whole);
        }
        if ended {
            return Ok(written);
        }
    }
}

/// The text of the next bytes of a body, and whether something in them is broken.
fn decoded(decoder: &mut Decoder, bytes: &[u8], ended: bool) -> (String, bool) {
    let mut text = String::with_capacity(decoder.max_utf8_buffer_length(bytes.len()).unwrap_or_default());
    // There is room for all of it.
    let (_, _, damaged) = decoder.decode_to_string(bytes, &mut text, ended);
    (text, damaged)
}

/// How many bytes there are of whole lines, or all when the line is too long.
fn lines_of(pending: &[u8]) -> usize {
    match memchr::memrchr(b'\n', pending) {
        Some(at) => at + 1,
        None if pending.len() > MOST_HELD => pending.len(),
        None => 0,
    }
}

/// Whether a byte order mark may have begun and has not ended yet.
fn is_half_a_mark(head: &[u8]) -> bool {
    let marks = [&b"\xef\xbb\xbf"[..], b"\xff\xfe", b"\xfe\xff"];
    marks
        .iter()
        .any(|mark| head.len() < mark.len() && mark.starts_with(head))
}

/// What may be shown before its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    /// One record after another.
    Records,
    /// Text, unless it turns out to be JSON.
    Text,
    /// JSON, unless it turns out to be one value a line.
    Json,
    /// Bytes, pictures.
    Other,
}

/// Whether what is there can be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Begins {
    Now,
    /// More has to come to tell.
    Perhaps,
    Never,
}

impl Shape {
    fn of(media: &str) -> Self {
        let (top, sub) = media.split_once('/').unwrap_or_default();
        match (top, sub) {
            (_, "event-stream" | "x-ndjson" | "ndjson" | "jsonl" | "x-jsonlines" | "jsonlines" | "x-jsonl") => {
                Self::Records
            }
            (_, "json") => Self::Json,
            (_, sub) if sub.ends_with("+json") => Self::Json,
            ("text", _) | (_, "xml" | "javascript" | "yaml" | "x-yaml" | "csv") => Self::Text,
            (_, sub) if sub.ends_with("+xml") || sub.ends_with("+yaml") => Self::Text,
            _ => Self::Other,
        }
    }

    /// Looks at what is there again whenever more has come, and therefore not for long.
    fn begins(self, pending: &[u8]) -> Begins {
        match self.seen(pending) {
            Begins::Perhaps if pending.len() > MOST_HELD => Begins::Never,
            begins => begins,
        }
    }

    fn seen(self, pending: &[u8]) -> Begins {
        let text = pending
            .strip_prefix(b"\xef\xbb\xbf")
            .unwrap_or(pending)
            .trim_ascii_start();
        let is_json = matches!(text.first(), Some(b'{' | b'['));
        match self {
            Self::Records => Begins::Now,
            Self::Other => Begins::Never,
            Self::Text | Self::Json if text.is_empty() => Begins::Perhaps,
            Self::Text if !is_json => Begins::Now,
            Self::Json if !is_json => Begins::Never,
            Self::Text | Self::Json => {
                let Some(end) = memchr::memchr(b'\n', text) else {
                    return Begins::Perhaps;
                };
                let first = serde_json::from_slice::<IgnoredAny>(&text[..end]);
                if let Err(error) = first {
                    // What is no JSON in its first line is not JSON that goes on: a log, say.
                    if self == Self::Text && !error.is_eof() {
                        Begins::Now
                    } else {
                        Begins::Never
                    }
                } else if text[end..].trim_ascii().is_empty() {
                    // Perhaps this one value is all of it.
                    Begins::Perhaps
                } else {
                    Begins::Now
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_is_told_in_megabytes() {
        assert_eq!(
            progress(12_340_000, Some(100_000_000)),
            "received 12.3 of 100.0 MB, 12 %"
        );
        assert_eq!(progress(50_000, None), "received 0.0 MB");
    }

    #[test]
    fn who_waits_long_is_told_for_what() {
        let told = |phase, seconds| waits(phase, Duration::from_secs(seconds), true);
        assert_eq!(told(Phase::Tls, 1), None);
        assert_eq!(told(Phase::Tls, 5).as_deref(), Some("TLS handshake, 5 s"));
        assert_eq!(told(Phase::Waiting, 3).as_deref(), Some("waiting for the answer, 3 s"));
        assert_eq!(told(Phase::PreRequestScript, 9), None);
        let download = Phase::Downloading {
            received: 1_000_000,
            total: None,
        };
        assert_eq!(told(download, 2).as_deref(), Some("received 1.0 MB"));
        assert_eq!(waits(download, Duration::from_secs(2), false), None);
    }

    #[test]
    fn what_is_a_whole_waits_and_what_are_lines_does_not() {
        let begins = |media: &str, text: &str| Shape::of(media).begins(text.as_bytes());
        assert_eq!(begins("text/event-stream", "data: 1"), Begins::Now);
        assert_eq!(begins("application/x-ndjson", "{\"a\":"), Begins::Now);
        assert_eq!(begins("text/plain", "tick"), Begins::Now);
        assert_eq!(begins("text/plain", " {\n"), Begins::Never);
        assert_eq!(begins("text/plain", "[INFO] started\n"), Begins::Now);
        assert_eq!(begins("application/json", "{\"a\":1}\n"), Begins::Perhaps);
        assert_eq!(begins("application/json", "{\"a\":1}\n{"), Begins::Now);
        assert_eq!(begins("application/vnd.x+json", "{\n  \"a\""), Begins::Never);
        assert_eq!(begins("image/svg+xml", "<svg"), Begins::Now);
        assert_eq!(begins("image/png", "\u{89}PNG"), Begins::Never);
        assert_eq!(begins("", "x"), Begins::Never);
    }

    #[test]
    fn who_cannot_tell_what_it_is_does_not_wait_for_ever() {
        let blanks = |count: usize, media: &str| Shape::of(media).begins(&vec![b' '; count]);
        let lines = [&b"{\"a\":1}\n"[..], &vec![b'\n'; MOST_HELD]].concat();
        for media in ["text/plain", "application/json"] {
            assert_eq!(blanks(MOST_HELD, media), Begins::Perhaps);
            assert_eq!(blanks(MOST_HELD + 1, media), Begins::Never);
            assert_eq!(Shape::of(media).begins(&lines), Begins::Never);
        }
    }

    #[test]
    fn the_mark_tells_the_encoding_before_the_server_does() {
        let shown_with = |media: &str, body: &'static [u8]| {
            let response = Response::fixture(media, body);
            let written = crate::cli::output::Written::default();
            let out = Output::to(written.clone(), io::sink()).out();
            let kind = Kind::Lines;
            let done = write(String::new(), &response, kind, &AtomicBool::new(false), &out);
            let odd = done.ok().filter(|done| done.done)?.odd;
            Some((written.text(), odd))
        };
        let shown = |media: &str, body: &'static [u8]| shown_with(media, body).map(|(text, _)| text);
        let latin = "text/plain; charset=iso-8859-1";
        assert_eq!(shown(latin, b"\xe4\n").as_deref(), Some("\u{e4}\n"));
        assert_eq!(shown(latin, b"\xef\xbb\xbf\xc3\xa4\n").as_deref(), Some("\u{e4}\n"));
        assert_eq!(shown("text/plain", b"\xef").as_deref(), Some("\u{ef}\n"));
        let declared = "text/plain; charset=utf-8";
        for (body, text, odd) in [
            (&b"ab\nGr\xfc\xdfe\n"[..], "ab\nGr\u{fc}\u{df}e\n", Some(body::OLD)),
            (
                b"Gr\xc3\xbc\xc3\x9fe\n\xe9",
                "Gr\u{fc}\u{df}e\n\u{fffd}\n",
                Some(body::DAMAGED),
            ),
            (b"Gr\xc3\xbc\xc3\x9fe\n", "Gr\u{fc}\u{df}e\n", None),
        ] {
            assert_eq!(shown_with(declared, body), Some((text.to_owned(), odd)));
        }
        let event = shown_with("text/event-stream", b"data: a\xffb\n\n");
        assert_eq!(event, Some(("data: a\u{ff}b\n\n".to_owned(), Some(body::OLD))));
        // Its lines do not end as those of ASCII: it is left to who has all of it.
        for whole in [&b"\xff\xfea\x00\n\x00"[..], b"\xfe\xff\x00a\x00\n", b"\xff\xfe"] {
            assert_eq!(shown("text/plain", whole), None);
        }
        for (head, half) in [("\u{feff}", false), ("a", false), ("", true)] {
            assert_eq!(is_half_a_mark(head.as_bytes()), half);
        }
        for half in [&b"\xef"[..], b"\xef\xbb", b"\xff", b"\xfe"] {
            assert!(is_half_a_mark(half));
        }
    }

    #[test]
    fn a_line_that_never_ends_is_cut_and_no_character_is() {
        assert_eq!(lines_of(b"a\nb\nc"), 4);
        assert_eq!(lines_of(b"abc"), 0);
        for (label, text) in [
            ("utf-8", "\u{feff}x\u{e4}\u{1f600}"),
            ("shift_jis", "x\u{8868}\u{793a}"),
            ("gb18030", "\u{4e2d}x\u{1f600}"),
        ] {
            let encoding = encoding_rs::Encoding::for_label(label.as_bytes()).unwrap_or(encoding_rs::UTF_8);
            let (bytes, ..) = encoding.encode(text);
            for at in 0..=bytes.len() {
                let mut decoder = encoding.new_decoder_with_bom_removal();
                let parts = [(&bytes[..at], false), (&bytes[at..], true)];
                let shown: String = parts.map(|(part, ended)| decoded(&mut decoder, part, ended).0).concat();
                assert_eq!(shown, text.trim_start_matches('\u{feff}'), "{label} at {at}");
            }
        }
        assert_eq!(lines_of(&vec![b'x'; MOST_HELD + 1]), MOST_HELD + 1);
    }
}
