//! What kind of thing a body is: as its media type says, unless its first bytes say otherwise.
//!
//! Servers send JSON as `text/html`, XML as `text/plain` and much without any type. So the type is a claim: where bytes
//! contradict it (a NUL in a text, the signature of an image) they win, and where it is vague they decide.

use super::scan::{Fault, MORE, Scanner};
use super::syntax::Syntax;
use crate::tui::widgets::highlight;

/// Whether a media type is that of a sequence of JSON texts (RFC 7464).
pub(super) fn is_sequence(media_type: &str) -> bool {
    let essence = media_type.split(';').next().unwrap_or_default().trim();
    let suffix = essence.rsplit_once(['/', '+']).map_or("", |(_, suffix)| suffix);
    suffix.eq_ignore_ascii_case("json-seq")
}

/// A kind of body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// One JSON value.
    Json,
    /// JSON values one behind the other, a line each as a rule (JSON Lines, NDJSON).
    JsonLines,
    /// XML.
    Xml,
    /// HTML.
    Html,
    /// Style sheets.
    Css,
    /// JavaScript.
    JavaScript,
    /// YAML.
    Yaml,
    /// Markdown.
    Markdown,
    /// Comma-separated values, or separated by semicolons or bars (RFC 4180).
    Csv,
    /// Values separated by tabs.
    Tsv,
    /// An event stream (WHATWG HTML, "Server-sent events").
    Events,
    /// Any other text.
    Text,
    /// `MessagePack`.
    MessagePack,
    /// CBOR (RFC 8949).
    Cbor,
    /// Protocol Buffers, without a schema.
    Protobuf,
    /// A picture.
    Image,
    /// Anything else.
    Binary,
}

impl Kind {
    /// How many of the first bytes a guess looks at.
    pub const GUESS: usize = 64 * 1024;

    /// All kinds, those one meets most first.
    pub const ALL: [Self; 17] = [
        Self::Json,
        Self::JsonLines,
        Self::Xml,
        Self::Html,
        Self::Css,
        Self::JavaScript,
        Self::Yaml,
        Self::Markdown,
        Self::Csv,
        Self::Tsv,
        Self::Events,
        Self::Text,
        Self::MessagePack,
        Self::Cbor,
        Self::Protobuf,
        Self::Image,
        Self::Binary,
    ];

    /// Its name for people.
    pub fn name(self) -> &'static str {
        match self {
            Self::Json => "JSON",
            Self::JsonLines => "JSON Lines",
            Self::Xml => "XML",
            Self::Html => "HTML",
            Self::Css => "CSS",
            Self::JavaScript => "JavaScript",
            Self::Yaml => "YAML",
            Self::Markdown => "Markdown",
            Self::Csv => "CSV",
            Self::Tsv => "TSV",
            Self::Events => "events",
            Self::Text => "text",
            Self::MessagePack => "MessagePack",
            Self::Cbor => "CBOR",
            Self::Protobuf => "Protobuf",
            Self::Image => "image",
            Self::Binary => "binary",
        }
    }

    /// What comes of reading a body so, in a few words.
    pub fn what(self) -> &'static str {
        match self {
            Self::Json => "laid out, folds, has paths",
            Self::JsonLines => "the same, value by value",
            Self::Xml | Self::Html => "an element a line",
            Self::Css | Self::JavaScript => "in colours, broken into lines where it has none",
            Self::Yaml => "in colours",
            Self::Markdown => "as it is meant to be read",
            Self::Csv => "a table; commas, semicolons or bars",
            Self::Tsv => "a table",
            Self::Events => "server-sent events as they arrive",
            Self::Text => "as it came",
            Self::MessagePack | Self::Cbor => "decoded to JSON",
            Self::Protobuf => "fields by number, without a schema",
            Self::Image => "drawn, with format and size",
            Self::Binary => "bytes in hex",
        }
    }

    /// The ending of a file of this kind.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::JsonLines => "jsonl",
            Self::Xml => "xml",
            Self::Html => "html",
            Self::Css => "css",
            Self::JavaScript => "js",
            Self::Yaml => "yaml",
            Self::Markdown => "md",
            Self::Csv => "csv",
            Self::Tsv => "tsv",
            Self::Events | Self::Text => "txt",
            Self::MessagePack => "msgpack",
            Self::Cbor => "cbor",
            Self::Protobuf => "pb",
            Self::Image | Self::Binary => "bin",
        }
    }

    /// The ending of the file of a picture that begins so; `None` for what is no picture that is known.
    pub fn picture(bytes: &[u8]) -> Option<&'static str> {
        super::lay::image::ending(bytes)
    }

    /// Whether it is made of characters.
    pub fn is_text(self) -> bool {
        !matches!(
            self,
            Self::MessagePack | Self::Cbor | Self::Protobuf | Self::Image | Self::Binary
        )
    }

    /// How a body of this kind is read as it came.
    pub fn syntax(self) -> Syntax {
        match self {
            Self::Json => Syntax::Json,
            Self::JsonLines => Syntax::JsonLines,
            Self::Xml => Syntax::Code(highlight::Syntax::Xml),
            Self::Html => Syntax::Code(highlight::Syntax::Html),
            Self::Css => Syntax::Code(highlight::Syntax::Css),
            Self::JavaScript => Syntax::Code(highlight::Syntax::JavaScript),
            Self::Yaml => Syntax::Code(highlight::Syntax::Yaml),
            Self::Markdown => Syntax::Code(highlight::Syntax::Markdown),
            Self::Csv | Self::Tsv | Self::Events | Self::Text => Syntax::Text,
            Self::MessagePack | Self::Cbor | Self::Protobuf | Self::Image | Self::Binary => Syntax::Hex,
        }
    }

    /// The kind a media type claims; `None` for one that is missing, unknown or says too little.
    pub fn claimed(media_type: &str) -> Option<Self> {
        let essence = media_type.split(';').next().unwrap_or_default().trim();
        let essence = essence.to_ascii_lowercase();
        let (_, subtype) = essence.split_once('/')?;
        // Each message of these has a frame around it, which is none of what they say they are made of.
        if subtype == "grpc" || subtype.starts_with("grpc+") || subtype.starts_with("grpc-web") {
            return None;
        }
        let suffix = subtype.rsplit_once('+').map_or(subtype, |(_, suffix)| suffix);
        Some(match subtype.trim_start_matches("x-") {
            "ndjson" | "jsonl" | "jsonlines" | "json-lines" | "json-seq" => Self::JsonLines,
            "html" | "xhtml+xml" => Self::Html,
            "css" => Self::Css,
            "javascript" | "ecmascript" => Self::JavaScript,
            "markdown" => Self::Markdown,
            "csv" | "comma-separated-values" => Self::Csv,
            "tab-separated-values" | "tsv" => Self::Tsv,
            "event-stream" => Self::Events,
            "msgpack" | "messagepack" | "vnd.msgpack" => Self::MessagePack,
            "protobuf" | "protobuffer" | "google.protobuf" | "vnd.google.protobuf" => Self::Protobuf,
            _ => match suffix.trim_start_matches("x-") {
                "json" => Self::Json,
                "xml" => Self::Xml,
                "yaml" | "yml" => Self::Yaml,
                "cbor" | "cbor-seq" => Self::Cbor,
                "msgpack" => Self::MessagePack,
                "protobuf" | "proto" => Self::Protobuf,
                _ if essence.starts_with("image/") => Self::Image,
                _ => return None,
            },
        })
    }

    /// What the first bytes are beyond doubt though some of them are no text: a PDF, and where the media type says too little or
    /// JSON, one map or list of `MessagePack` as far as they go.
    pub(super) fn told(media_type: &str, bytes: &[u8], whole: bool) -> Option<Self> {
        if bytes.starts_with(b"%PDF-") && !is_written(bytes) {
            return Some(Self::Binary);
        }
        let is_vague = match Self::claimed(media_type) {
            None => !starts(media_type.as_bytes(), "text/"),
            claimed => claimed == Some(Self::Json),
        };
        let bytes = &bytes[..bytes.len().min(Self::GUESS)];
        // What is cut is taken for one that goes on.
        let fits = || super::lay::is_packed(bytes).unwrap_or(!whole && bytes.len() == Self::GUESS);
        (is_vague && !is_written(bytes) && fits()).then_some(Self::MessagePack)
    }

    /// Guesses from the media type, if the server sent one, and from the first bytes ([`Kind::GUESS`]), which may be `whole`.
    ///
    /// Text in UTF-16 has to be decoded before: its NULs make it look like none.
    pub fn guess(media_type: Option<&str>, bytes: &[u8], whole: bool) -> Self {
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let head = &bytes[..bytes.len().min(1024)];
        let media_type = media_type.unwrap_or_default();
        let claimed = Self::claimed(media_type);
        let looks_binary = |head: &[u8]| looks_binary(head) && !is_said_text(media_type, head);
        if super::lay::image::is_one(head) {
            return Self::Image;
        }
        if let Some(kind) = Self::told(media_type, bytes, whole) {
            return kind;
        }
        match claimed {
            // What is one of these at sight, and plainly no other.
            Some(Self::Xml | Self::Image | Self::Css | Self::Markdown | Self::Csv | Self::Tsv | Self::Events)
                if !looks_binary(head)
                    && let Some(kind) = at_sight(bytes, claimed) =>
            {
                return kind;
            }
            // A picture drawn in words.
            Some(Self::Xml | Self::Image) if !bytes.is_empty() && !looks_binary(head) => {
                return if head.trim_ascii_start().starts_with(b"<") {
                    Self::Xml
                } else {
                    Self::Text
                };
            }
            Some(Self::Image) => return if bytes.is_empty() { Self::Image } else { Self::Binary },
            Some(kind) if !kind.is_text() => {
                // What is called binary and is an error in words after all.
                let first = head.trim_ascii_start().first();
                return match first {
                    Some(b'{' | b'[' | b'<') if !looks_binary(head) && head.len() > 1 => sniffed(bytes, false),
                    _ if is_written(bytes) && !reads_as(kind, media_type, bytes, whole) => Self::Text,
                    _ => kind,
                };
            }
            _ => {}
        }
        if head.contains(&0) {
            return Self::Binary;
        }
        match claimed {
            // Neither is the other, whatever the server calls it.
            Some(Self::Json | Self::JsonLines) if head.trim_ascii_start().starts_with(b"<") => {
                sniffed(bytes, looks_binary(head))
            }
            Some(Self::Json | Self::JsonLines) if are_events(head) => Self::Events,
            Some(Self::Json) if is_lines(bytes) => Self::JsonLines,
            // Many a server says HTML of whatever it sends.
            Some(Self::Html | Self::JavaScript) if is_json(bytes) => {
                if is_lines(bytes) {
                    Self::JsonLines
                } else {
                    Self::Json
                }
            }
            Some(kind) if head.is_empty() || !looks_binary(head) || kind == Self::Json => kind,
            Some(_) => Self::Binary,
            None => sniffed(bytes, looks_binary(head)),
        }
    }
}

/// What the bytes look like, when nobody says what they are.
fn sniffed(bytes: &[u8], binary: bool) -> Kind {
    let head = &bytes[..bytes.len().min(1024)];
    let start = head.trim_ascii_start();
    if binary {
        return Kind::Binary;
    }
    match start.first() {
        // A log may begin with one, too.
        Some(b'{' | b'[') if begins_json(bytes) => {
            return if is_lines(bytes) { Kind::JsonLines } else { Kind::Json };
        }
        Some(b'<') if is_page(head) || starts(head, "<head") || starts(head, "<body") => return Kind::Html,
        Some(b'<')
            if start
                .get(1)
                .is_some_and(|next| next.is_ascii_alphabetic() || b"?!_:".contains(next)) =>
        {
            return Kind::Xml;
        }
        Some(b'"') if is_json(bytes) && !head.contains(&b',') => return Kind::Json,
        _ => {}
    }
    if are_events(head) {
        return Kind::Events;
    }
    if starts(head, "%yaml") || start.starts_with(b"---\n") || start.starts_with(b"---\r\n") {
        return Kind::Yaml;
    }
    match super::lay::table::separator(bytes) {
        Some(b'\t') => Kind::Tsv,
        Some(_) => Kind::Csv,
        None => Kind::Text,
    }
}

/// Whether a text begins so, whatever the case.
fn starts(text: &[u8], with: &str) -> bool {
    let start = text.trim_ascii_start().get(..with.len());
    start.is_some_and(|own| own.eq_ignore_ascii_case(with.as_bytes()))
}

/// Whether a page of HTML begins here.
fn is_page(head: &[u8]) -> bool {
    starts(head, "<!doctype html") || starts(head, "<html")
}

/// Whether an event stream begins here.
fn are_events(head: &[u8]) -> bool {
    let tells = || memchr::memmem::find(head, b"\ndata:").is_some();
    starts(head, "event:") || starts(head, "data:") || starts(head, "id:") && tells()
}

/// What a text is by how it begins, where that is beyond doubt, though it is `claimed` to be something else that is no JSON.
fn at_sight(bytes: &[u8], claimed: Option<Kind>) -> Option<Kind> {
    let head = &bytes[..bytes.len().min(1024)];
    // Pages that are XML as well are the claim's.
    let is_both = || claimed == Some(Kind::Xml) && memchr::memmem::find(head, b"xmlns=").is_some();
    match head.trim_ascii_start() {
        [b'<', ..] => (is_page(head) && !is_both()).then_some(Kind::Html),
        [b'{' | b'[', _, ..] if is_lines(bytes) => Some(Kind::JsonLines),
        [b'{' | b'[', _, ..] => {
            let fault = |ended| {
                let mut scanner = Scanner::new(false);
                scanner.advance(&bytes[..bytes.len().min(Kind::GUESS)], ended, usize::MAX);
                scanner.index.fault
            };
            // It may break off, unless that is all there is; words may not follow.
            let breaks_off = |fault: Fault| fault.reason != MORE && bytes.len() >= 16;
            let is_alone = || fault(bytes.len() < Kind::GUESS).is_none_or(breaks_off);
            (fault(false).is_none() && is_alone()).then_some(Kind::Json)
        }
        _ => None,
    }
}

/// Whether bytes are text beyond doubt: UTF-8 without controls that nobody writes.
fn is_written(bytes: &[u8]) -> bool {
    let is_control = |c: char| c.is_control() && !c.is_whitespace() && c != '\u{1b}';
    let mut chunks = bytes.utf8_chunks().peekable();
    while let Some(chunk) = chunks.next() {
        // The last character may be cut.
        let cut = chunks.peek().is_none() && chunk.invalid().len() < 4 && bytes.len() >= Kind::GUESS;
        if !chunk.invalid().is_empty() && !cut || chunk.valid().chars().any(is_control) {
            return false;
        }
    }
    !bytes.is_empty()
}

/// Whether text may be what it is called all the same: a format whose letters are values. As long as more may come, so may
/// what ends it.
fn reads_as(kind: Kind, media_type: &str, bytes: &[u8], whole: bool) -> bool {
    // There any number of values follow each other.
    media_type.contains("seq") || super::lay::fits(kind, bytes).unwrap_or(!whole)
}

/// Whether bytes are hardly meant to be read.
pub(super) fn looks_binary(head: &[u8]) -> bool {
    let broken = head.utf8_chunks().map(|chunk| chunk.invalid().len()).sum::<usize>();
    let is_control = |byte: &&u8| byte.is_ascii_control() && !byte.is_ascii_whitespace() && **byte != 0x1b;
    let control = head.iter().filter(is_control).count();
    // What programs write to terminals: bells, backspaces, deletes.
    let written = head.iter().filter(|byte| matches!(byte, 0x07 | 0x08 | 0x7f)).count();
    // A few odd bytes are text in an old encoding; many are not text at all.
    head.contains(&0)
        || (control - written) * 16 + written * 4 > head.len()
        || (broken + control) * 8 > head.len() && broken > 0
}

/// Whether the bytes are the text that their media type says they are, whatever controls are among it: it names a charset.
fn is_said_text(media_type: &str, head: &[u8]) -> bool {
    let media_type = media_type.to_ascii_lowercase();
    let names = media_type
        .split(';')
        .skip(1)
        .any(|part| part.trim_start().starts_with("charset="));
    // The last character may be cut.
    let is_utf8 = || std::str::from_utf8(head).map_or_else(|error| error.error_len().is_none(), |_| true);
    names && !media_type.starts_with("application/octet-stream") && !head.contains(&0) && is_utf8()
}

/// Whether the bytes are JSON as far as they go: an object, an array or a string.
fn is_json(bytes: &[u8]) -> bool {
    let head = &bytes[..bytes.len().min(Kind::GUESS)];
    let first = head.trim_ascii_start().first();
    matches!(first, Some(b'{' | b'[' | b'"')) && {
        let mut scanner = Scanner::new(false);
        scanner.advance(head, head.len() == bytes.len() && bytes.len() < Kind::GUESS, usize::MAX);
        scanner.index.fault.is_none_or(|fault| fault.reason == MORE)
    }
}

/// The same of bytes that may have broken off.
fn begins_json(bytes: &[u8]) -> bool {
    let mut scanner = Scanner::new(false);
    scanner.advance(&bytes[..bytes.len().min(Kind::GUESS)], false, usize::MAX);
    scanner.index.fault.is_none_or(|fault| fault.reason == MORE)
}

/// Whether the bytes begin with one JSON value on a line, and then there is another.
fn is_lines(bytes: &[u8]) -> bool {
    let head = &bytes[..bytes.len().min(Kind::GUESS)];
    let mut scanner = Scanner::new(false);
    scanner.advance(head, head.len() == bytes.len(), usize::MAX);
    let Some(fault) = scanner.index.fault.filter(|fault| fault.reason == MORE) else {
        return false;
    };
    let (first, rest) = head.split_at(fault.offset.min(head.len()));
    let gap = first.len() - first.trim_ascii_end().len();
    first[first.len() - gap..].contains(&b'\n') && matches!(rest.first(), Some(b'{' | b'['))
}

#[cfg(test)]
mod tests;
