//! A body read as a kind: its characters found, its lines as they came, and laid out where that is more.

use std::sync::Arc;

use super::charset::{self, Decode};
use super::document::Document;
use super::kind::{self, Kind};
use super::laid::{Laid, MARGIN, MOST_TIMES, STEP, Store};
use super::lay;
use super::source::Source;
use super::syntax::Syntax;

/// Makes a place for text that is laid out, and says how to read it.
pub type MakeStore<'a> = &'a dyn Fn() -> (Box<dyn Store>, Source);

/// Lays XML or HTML out as a whole, as it is shown; `None` for another kind of text, where that would be many times as long
/// or longer than `most` bytes, and as soon as `stop` says yes.
pub fn markup(
    media_type: Option<&str>,
    wanted: Option<Kind>,
    text: &str,
    (most, stop): (usize, &dyn Fn() -> bool),
) -> Option<String> {
    let text = text.as_bytes();
    let head = &text[..text.len().min(Kind::GUESS)];
    let kind = wanted.unwrap_or_else(|| Kind::guess(media_type, head, head.len() == text.len()));
    let (mut lay, _) = lay::of(kind, head, false).filter(|_| matches!(kind, Kind::Xml | Kind::Html))?;
    let (mut out, mut at, mut len) = (Vec::new(), 0, STEP);
    loop {
        let end = text.len().min(at + len);
        let last = end == text.len();
        let took = lay.lay(&text[at..end], last, &mut out);
        // How the lines lie in each other is of no interest here.
        lay.take_shapes();
        at += took;
        len = if took == 0 { 2 * len } else { STEP };
        if out.len() > most.min(MARGIN + MOST_TIMES * at) || stop() {
            return None;
        }
        if last && (took == 0 || at >= text.len()) {
            // It is cut at nothing but ASCII.
            return String::from_utf8(out).ok();
        }
    }
}

/// A body as a kind.
#[derive(Debug)]
pub struct Rendition {
    /// The kind.
    pub kind: Kind,
    /// The encoding of its text, unless that is UTF-8.
    pub encoding: Option<&'static str>,
    /// Whether it is no UTF-8, and nothing says what else.
    pub guessed: bool,
    /// Whether it is said to be UTF-8.
    pub said_utf8: bool,
    /// The charset that it is said to be in, if nobody knows that.
    pub unknown: Option<String>,
    /// Whether the kind is to be asked for again once all has come: text may stand where bytes of a format are said to.
    pub early: bool,
    /// The body as it came.
    pub plain: Document,
    /// The body laid out anew; `None` where it is best read as it came.
    pub laid: Option<Document>,
    work: Option<Arc<Laid>>,
}

impl Rendition {
    /// Reads a body: as the kind and in the charset (by its WHATWG label) that are wanted, else as its media type and first
    /// bytes say. Takes a few milliseconds at most.
    pub fn new(
        source: &Source,
        media_type: Option<&str>,
        (wanted, charset): (Option<Kind>, Option<&str>),
        store: MakeStore<'_>,
    ) -> Self {
        // A body that cannot be read says so when it is shown.
        let head = |source: &Source| source.read(0, Kind::GUESS).unwrap_or_default();
        let first = head(source);
        let (len, whole) = source.known();
        let (live, cut) = (!whole, !whole || len > first.len());
        let encoding = charset::of(media_type, (wanted, charset), &first, cut);
        let guessed = charset.is_none() && charset::is_guess(media_type, &first, cut, encoding);
        let said_utf8 = charset::is_said_utf8(media_type, &first);
        let decoded = encoding.map(|encoding| {
            let (store, kept) = store();
            Source::new(Laid::new(source.clone(), Box::new(Decode::new(encoding)), store, kept))
        });
        // Each value of these has a mark before it (RFC 7464), which is none of JSON.
        let decoded = decoded.or_else(|| {
            (wanted.is_none_or(Kind::is_text) && kind::is_sequence(media_type?)).then(|| {
                let (store, kept) = store();
                Source::new(Laid::new(source.clone(), Box::new(lay::Records), store, kept))
            })
        });
        let text = decoded.as_ref().unwrap_or(source);
        let first = if decoded.is_some() { head(text) } else { first };
        let kind = wanted.unwrap_or_else(|| Kind::guess(media_type, &first, !cut));
        let (text, encoding) = if kind.is_text() {
            (text, encoding.map(encoding_rs::Encoding::name))
        } else {
            (source, None)
        };
        let laid = lay::of(kind, &first, live).map(|(lay, syntax)| {
            let (store, kept) = store();
            let laid = Laid::new(text.clone(), lay, store, kept);
            let document = Document::new(Source::new(Arc::clone(&laid)), syntax);
            // It is written as JSON, which is none of what came.
            let is_decoded = !kind.is_text() && syntax == Syntax::Json;
            let document = document.decoded_from(is_decoded.then(|| kind.name()));
            (document, laid)
        });
        let (laid, work) = laid.unzip();
        Self {
            kind,
            encoding,
            guessed: guessed && kind.is_text(),
            said_utf8,
            unknown: media_type
                .filter(|_| charset.is_none() && kind.is_text())
                .and_then(charset::unknown),
            early: !whole && wanted.is_none() && matches!(kind, Kind::MessagePack | Kind::Cbor | Kind::Protobuf),
            plain: Document::new(text.clone(), kind.syntax()),
            laid,
            work,
        }
    }

    /// From which byte on what is laid out is not, if that was given up.
    pub fn gave_up(&self) -> Option<usize> {
        self.work.as_ref()?.gave_up()
    }

    /// What is wrong with what is laid out, with its line.
    pub fn flaw(&self) -> Option<&str> {
        self.work.as_ref()?.flaw()
    }

    /// The line that is to stay above the laid out ones, if there is one.
    pub fn header(&self) -> Option<&str> {
        self.work.as_ref()?.header()
    }
}
