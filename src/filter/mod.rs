//! Filters over response bodies: jq, JSONPath and XPath, each off the screen's thread.
//!
//! ```text
//! text ─ Language::of ─┐
//! Text ────▶ Session ──┴─▶ Session::run (jq on our own values │ JSONPath │ XPath) ─▶ Filtered: bytes, a count, a word
//!              └ what was parsed is kept: the next key is only a run
//! ```
//!
//! What a filter puts out is a body again. Nobody may wait for a filter for ever or lose the program to one: jq is a
//! language in which endless loops, endless lists and endless recursion are a slip of the finger away. So each of them asks
//! at every step whether to go on ([`meter`]), and is broken off at a bound with a word that says which one. XPath is
//! evaluated by a library that asks nobody: it is given stops to call at the nodes it looks at ([`xpath`]). Between two of
//! them it may go over a document as a whole, so it takes smaller ones, and hears a wish to stop within a second or two.
//!
//! The session is made and used on one thread with a large stack, [`Session::STACK`]: the values are not shared.

mod events;
mod jq;
mod jsonpath;
mod keys;
mod markup;
mod meter;
mod output;
mod places;
mod pretty;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod walked;
mod xpath;

use std::sync::Arc;
use std::time::Duration;
use std::{fmt, io};

use bytes::Bytes;

use crate::model::Payload;

pub use keys::Completion;
pub use meter::{Limits, Stop, runs};
pub use places::{Places, Step};
pub use pretty::structural;

use jq::Forgives;
use jq::value::Val;

/// The language of a filter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// jq, for JSON.
    Jq,
    /// `JSONPath` (RFC 9535), for JSON.
    JsonPath,
    /// XPath 1.0, for XML and HTML.
    XPath,
}

impl Language {
    /// The language of a text: in markup it is XPath, else what begins with `$` is `JSONPath` and the rest is jq.
    ///
    /// A jq program may begin with a variable, `$x`, but none is bound there: nothing is lost.
    pub fn of(text: &str, markup: bool) -> Self {
        match text.trim_start().chars().next() {
            _ if markup => Self::XPath,
            Some('$') => Self::JsonPath,
            _ => Self::Jq,
        }
    }

    /// What it is called.
    pub fn label(self) -> &'static str {
        match self {
            Self::Jq => "jq",
            Self::JsonPath => "JSONPath",
            Self::XPath => "XPath",
        }
    }
}

/// The media type of JSON Lines, of which lines that are no JSON are passed over.
pub const LINES: &str = "application/x-ndjson";
/// The media type of a stream of events, of which each one's data is filtered.
pub const EVENTS: &str = "text/event-stream";

/// How the output is to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// One JSON value.
    Json,
    /// Several JSON values, or none, each on a line.
    JsonLines,
    /// Markup.
    Markup,
    /// Text.
    Text,
}

/// What a filter made of a body.
#[derive(Clone, Debug, PartialEq)]
pub struct Filtered {
    /// The output.
    pub bytes: Bytes,
    /// How it is to be read.
    pub form: Form,
    /// How many values or nodes there are.
    pub count: usize,
    /// Why it is not all, if it is not.
    pub cut: Option<String>,
    /// Where in the body each of them stands, where the filter says so: as a `JSONPath` does.
    pub places: Places,
}

/// Why there is no output: one sentence, lower case.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FilterError {
    /// The text is no filter.
    #[error("{0}")]
    Text(String),
    /// The body cannot be filtered that way.
    #[error("{0}")]
    Body(String),
    /// The filter went wrong on this body.
    #[error("{0}")]
    Run(String),
    /// Nobody wants it any more.
    #[error("cancelled")]
    Cancelled,
    /// The body arrives, and nothing of it is whole yet.
    #[error("waiting for the end of the body")]
    Early,
}

/// The bytes that are filtered and looked at: those of a body, or the text that they stand for. They are only ever added to.
pub trait Text: fmt::Debug + Send + Sync {
    /// How many bytes there are, and whether that is all of them.
    fn known(&self) -> (usize, bool);

    /// The same, as soon as there are more than `than` bytes, or all, or `most` has passed. Blocks.
    fn grown(&self, than: usize, most: Duration) -> (usize, bool);

    /// Up to `len` bytes from `offset` on; fewer only where the known bytes end.
    ///
    /// # Errors
    ///
    /// What the disk says.
    fn read(&self, offset: usize, len: usize) -> io::Result<Bytes>;
}

impl Text for Payload {
    fn known(&self) -> (usize, bool) {
        self.known()
    }

    fn grown(&self, than: usize, most: Duration) -> (usize, bool) {
        self.grown(than, most)
    }

    fn read(&self, offset: usize, len: usize) -> io::Result<Bytes> {
        self.read(offset, len)
    }
}

/// A body, parsed when it is first needed and kept for the next text.
pub struct Session {
    body: Arc<dyn Text>,
    of: Of,
    limits: Limits,
    parsed: Parsed,
    /// Whether it does without what has not come yet.
    hasty: bool,
}

/// What is filtered of a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Of {
    /// The values of JSON.
    Values,
    /// The same, each a line as a rule.
    Lines,
    /// The data of the events of a stream.
    Events,
    /// XML or HTML.
    Markup { html: bool },
}

enum Parsed {
    Not,
    Values(Box<jq::Values>),
    /// Only gone over: where the values are.
    Spans(Box<jq::Values>, Box<Walked>),
    Markup(Box<markup::Tree>),
}

/// A body that was gone over. It is read once: from a disk it would be for each key that is typed.
struct Walked {
    bytes: Bytes,
    spans: jq::Spans,
    _taken: meter::Taken,
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A body may hold tokens.
        write!(f, "Session({:?})", self.body)
    }
}

impl Session {
    /// The stack that the thread of a session needs, in bytes: it is only taken as far as it is used.
    pub const STACK: usize = 64 << 20;
    /// Longer texts are no filters, in bytes: parsers of languages go as deep as there are brackets.
    pub const MOST_TEXT: usize = 4000;

    /// Takes a body as it came; `media_type` and the first bytes say whether it is markup.
    pub fn new(body: Payload, media_type: &str, limits: Limits) -> Self {
        Self::of(Arc::new(body), media_type, limits)
    }

    /// The same with any text.
    pub fn of(body: Arc<dyn Text>, media_type: &str, limits: Limits) -> Self {
        let head = body.read(0, 1024).unwrap_or_default();
        let of = if is_markup(media_type, &head) {
            let html = markup::is_html(media_type, &head);
            Of::Markup { html }
        } else if media_type == EVENTS {
            Of::Events
        } else if media_type == LINES {
            Of::Lines
        } else {
            Of::Values
        };
        Self {
            of,
            body,
            limits,
            parsed: Parsed::Not,
            hasty: false,
        }
    }

    /// Whether nothing is kept for the next text: nothing was read, or it was given up.
    pub fn is_idle(&self) -> bool {
        match &self.parsed {
            Parsed::Not => true,
            Parsed::Values(read) | Parsed::Spans(read, _) => !read.whole && read.read.is_empty(),
            Parsed::Markup(_) => false,
        }
    }

    /// Whether more of the body is to come.
    pub fn arrives(&self) -> bool {
        !self.body.known().1
    }

    /// Waits for more of it, but not longer than that. Blocks.
    pub fn gather(&self, most: Duration) {
        self.body.grown(self.body.known().0, most);
    }

    /// Whether to make do with the values that are whole so far while the body arrives, instead of waiting for its end.
    pub fn hurry(&mut self, hasty: bool) {
        self.hasty = hasty;
    }

    /// Filters the body. Blocks; asks `stop` all the time.
    ///
    /// # Errors
    ///
    /// What is wrong with the text, the body or both; [`FilterError::Cancelled`] if `stop` said yes, and
    /// [`FilterError::Early`] in a hurry.
    pub fn run(&mut self, text: &str, stop: &Stop) -> Result<Filtered, FilterError> {
        if text.len() > Self::MOST_TEXT {
            let words = format!("a filter has {} characters at most", Self::MOST_TEXT);
            return Err(FilterError::Text(words));
        }
        let text = text.trim();
        let limits = self.limits;
        let ran = match Language::of(text, matches!(self.of, Of::Markup { .. })) {
            Language::Jq => {
                // What is wrong with the text is said before a large body is read.
                let program = jq::Program::new(text).map_err(|error| self.other(text).unwrap_or(error))?;
                let plain = jq::plain(text).filter(|plain| !plain.steps.is_empty());
                if let Some(plain) = plain
                    && self.walks(plain.is_many(), stop)?
                {
                    let rest = plain.rest.map(jq::Program::new).transpose()?;
                    let (bytes, spans) = self.spans(plain.is_many(), stop)?;
                    jq::Program::walk(rest.as_ref(), &plain.steps, (&bytes, spans), limits, stop)
                } else {
                    let more = self.hasty;
                    let values = self.values(stop)?;
                    program.run(values, more, limits, stop)
                }
            }
            Language::JsonPath => {
                let path = jsonpath::parse(text)?;
                let plain = jsonpath::plain(&path, text);
                if let Some(plain) = plain
                    && self.walks(plain.is_many(), stop)?
                {
                    let (bytes, spans) = self.spans(plain.is_many(), stop)?;
                    jsonpath::walk(&plain, (&bytes, spans), limits, stop)
                } else {
                    let values = self.values(stop)?;
                    jsonpath::run(&path, values, limits, stop)
                }
            }
            Language::XPath => {
                let path = xpath::parse(text).map_err(|error| self.other(text).unwrap_or(error))?;
                let tree = self.tree(stop)?;
                xpath::run(&path, tree, limits, stop)
            }
        };
        let flaw = match &self.parsed {
            Parsed::Values(read) | Parsed::Spans(read, _) => read.flaw.clone(),
            _ => None,
        };
        ran.map(|found| Filtered {
            cut: found.cut.or(flaw),
            ..found
        })
    }

    /// Completes a text that ends in the beginning of a key: the keys there are at that place, and how many bytes of the
    /// text each of them replaces.
    pub fn complete(&mut self, text: &str, stop: &Stop) -> Option<Completion> {
        if text.len() > Self::MOST_TEXT {
            return None;
        }
        if matches!(self.of, Of::Markup { .. }) {
            let part = keys::xml_part(text)?;
            return Some(keys::of_markup(self.tree(stop).ok()?.names(), part));
        }
        let quoted = keys::quoted_part(text);
        let (before, part) = match &quoted {
            Some(quoted) => (quoted.program.clone(), String::new()),
            None => keys::json_part(text)?,
        };
        let limits = self.limits;
        let program = jq::Program::new(&before).ok()?;
        let names = match jq::plain(&before) {
            Some(plain) if self.walks(plain.is_many(), stop).ok()? => {
                let rest = plain.rest.map(jq::Program::new).transpose().ok()?;
                let (bytes, spans) = self.spans(plain.is_many(), stop).ok()?;
                jq::Program::keys_walked(rest.as_ref(), &plain.steps, (&bytes, spans), limits, stop)?
            }
            _ => program.keys(self.values(stop).ok()?, limits, stop)?,
        };
        if let Some(quoted) = &quoted {
            return Some(keys::of_quoted(names.iter().map(String::as_str), quoted));
        }
        Some(keys::of_names(names.iter().map(String::as_str), &part, text))
    }

    /// What is said of a text that is no filter for this body but looks like one for another, as one that is kept on a
    /// request meets the page of an error.
    fn other(&self, text: &str) -> Option<FilterError> {
        if !matches!(self.of, Of::Markup { .. }) {
            // No jq program begins so.
            return text.starts_with('/').then(|| {
                let words = "this looks like an XPath, which is for XML and HTML; this body is filtered as JSON: \
                             `.` begins a jq filter, `$` a JSONPath";
                FilterError::Text(words.to_owned())
            });
        }
        let path = text.starts_with('$');
        let jq = text.starts_with(['.', '[', '{']) || ["|.", "| .", "[]", "(."].iter().any(|part| text.contains(part));
        let language = if path { Language::JsonPath } else { Language::Jq };
        let markup = if self.of == (Of::Markup { html: true }) {
            "HTML"
        } else {
            "XML"
        };
        (path || jq).then(|| {
            let words = format!("this looks like a {} filter, the body is {markup}", language.label());
            FilterError::Text(words)
        })
    }

    /// Whether the body is large enough to be gone over, where a path leads to one value or to many; what is read already is
    /// there. Waits for its end.
    fn walks(&self, many: bool, stop: &Stop) -> Result<bool, FilterError> {
        let is_read = matches!(&self.parsed, Parsed::Values(read) if read.whole);
        if is_read || !matches!(self.of, Of::Values | Of::Lines) {
            return Ok(false);
        }
        let (len, whole) = self.wait(self.limits.body, stop)?;
        let none = !matches!(&self.parsed, Parsed::Values(read) if !read.read.is_empty());
        if !whole && self.of == Of::Values && none && len > self.limits.streamed {
            // One value of that size is not read again and again while it comes.
            return Err(FilterError::Early);
        }
        let least = if many { self.limits.streamed } else { self.limits.walked };
        Ok(whole && len >= least)
    }

    /// The bytes of the body, and where its values are in it.
    fn spans(&mut self, many: bool, stop: &Stop) -> Result<(Bytes, &jq::Spans), FilterError> {
        if !matches!(self.parsed, Parsed::Spans(..)) {
            self.parsed = Parsed::Not;
            let (len, _) = self.body.known();
            let bytes = self.body.read(0, len).map_err(|error| unreadable(&error))?;
            let taken = meter::Taken::new(bytes.len());
            let mut read = jq::Values::forgiving(self.forgives());
            read.spans = Some(jq::Spans::default());
            // What follows then takes longer, and tells how far it is.
            let quiet = stop.clone().quiet();
            read.more(&bytes, true, self.limits, if many { &quiet } else { stop })?;
            let walked = Walked {
                bytes,
                spans: read.spans.take().unwrap_or_default(),
                _taken: taken,
            };
            self.parsed = Parsed::Spans(Box::new(read), Box::new(walked));
        }
        match &self.parsed {
            Parsed::Spans(_, walked) => Ok((walked.bytes.clone(), &walked.spans)),
            _ => Err(FilterError::Cancelled),
        }
    }

    fn forgives(&self) -> Forgives {
        match self.of {
            Of::Lines => Forgives::Lines,
            _ => Forgives::End,
        }
    }

    fn values(&mut self, stop: &Stop) -> Result<&[Val], FilterError> {
        let (len, whole) = match &self.parsed {
            Parsed::Values(read) if read.whole => (0, true),
            _ => self.wait(self.limits.body, stop)?,
        };
        if !matches!(self.parsed, Parsed::Values(_)) {
            self.parsed = Parsed::Values(Box::new(jq::Values::forgiving(self.forgives())));
        }
        let Parsed::Values(read) = &mut self.parsed else {
            return Err(FilterError::Cancelled);
        };
        if !read.whole && (whole || len > read.next) {
            let bytes = self.body.read(read.at, len - read.at);
            let bytes = bytes.map_err(|error| unreadable(&error))?;
            let _taken = meter::Taken::new(bytes.len());
            if self.of == Of::Events {
                read.events(&bytes, whole, self.limits, stop)?;
            } else {
                read.more(&bytes, whole, self.limits, stop)?;
            }
        }
        if read.read.is_empty() {
            return Err(FilterError::Early);
        }
        Ok(&read.read)
    }

    fn tree(&mut self, stop: &Stop) -> Result<&markup::Tree, FilterError> {
        if !matches!(self.parsed, Parsed::Markup(_)) {
            self.parsed = Parsed::Not;
            if !self.wait(self.limits.markup_body, stop)?.1 {
                return Err(FilterError::Early);
            }
            let bytes = self.body.read(0, usize::MAX).map_err(|error| unreadable(&error))?;
            let text = String::from_utf8_lossy(&bytes);
            self.parsed = Parsed::Markup(Box::new(markup::read(
                &text,
                self.of == Of::Markup { html: true },
                stop,
            )?));
        }
        match &self.parsed {
            Parsed::Markup(tree) => Ok(tree),
            _ => Err(FilterError::Cancelled),
        }
    }

    /// How many bytes there are once the last one has come, or by now in a hurry; and whether that is all.
    fn wait(&self, most: usize, stop: &Stop) -> Result<(usize, bool), FilterError> {
        let mut known = self.body.known();
        loop {
            if stop.asked() {
                return Err(FilterError::Cancelled);
            }
            if known.0 > most {
                let words = format!(
                    "bodies above {} are not filtered; the search looks through all of them, and they can be saved",
                    meter::size(most)
                );
                return Err(FilterError::Body(words));
            }
            if known.1 || self.hasty {
                return Ok(known);
            }
            known = self.body.grown(known.0, Duration::from_millis(50));
        }
    }
}

fn unreadable(error: &std::io::Error) -> FilterError {
    FilterError::Body(format!("the body cannot be read back: {error}"))
}

impl FilterError {
    /// What a person reads of it: values stand in the words of an error, so first `hide` takes away what is secret, and
    /// then as much is left as tells which they are.
    pub fn words(&self, hide: impl Fn(&str) -> String) -> String {
        const MOST: usize = 160;
        const END: usize = 39;
        let words = cause_first(hide(&self.to_string()));
        if words.chars().count() <= MOST {
            return words;
        }
        let start: String = words.chars().take(MOST - END - 1).collect();
        let end: Vec<char> = words.chars().rev().take(END).collect();
        let end: String = end.into_iter().rev().collect();
        // What stands before the end of a value that was cut may be half a secret.
        let end = end.rsplit('…').next().unwrap_or_default();
        format!("{start}…{end}")
    }
}

/// Cuts a long value short that cannot be indexed, so that what with is seen: `cannot index array with "users": [{"i":0…`.
fn cause_first(words: String) -> String {
    const MOST: usize = 20;
    let found = words
        .strip_prefix("cannot index ")
        .and_then(|rest| rest.rsplit_once(" with "));
    let Some((value, key)) = found.filter(|(value, _)| value.chars().count() > MOST) else {
        return words;
    };
    let kind = match value.as_bytes().first() {
        Some(b'[') => "array",
        Some(b'{') => "object",
        Some(b'"') => "string",
        _ => "value",
    };
    let start: String = value.chars().take(MOST).collect();
    format!("cannot index {kind} with {key}: {start}…")
}

/// Whether a body is XML or HTML: as the server says, or as it looks if the server is vague.
pub fn is_markup(media_type: &str, head: &[u8]) -> bool {
    let essence = media_type
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    if essence.ends_with("/xml") || essence.ends_with("+xml") || essence == "text/html" {
        return true;
    }
    let vague = matches!(&*essence, "" | "text/plain" | "application/octet-stream");
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    vague && head.trim_ascii_start().starts_with(b"<")
}
