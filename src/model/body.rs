//! Request bodies as they are written down.

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use bytes::Bytes;

use super::request::Entry;
use super::template::Template;

/// What is sent behind the headers.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Body {
    /// Nothing.
    #[default]
    None,
    /// `application/x-www-form-urlencoded`.
    Form(Vec<Entry>),
    /// `multipart/form-data` (RFC 7578).
    Multipart(Vec<Part>),
    /// Text as written.
    Raw {
        /// Decides the Content-Type when no header does, and the colours.
        language: Language,
        /// The text.
        text: Template,
    },
    /// A file's bytes, streamed.
    File {
        /// Path, relative to the workspace; or the content itself, see [`inline`].
        path: Template,
    },
    /// A GraphQL operation, sent as JSON.
    GraphQl {
        /// The document.
        query: Template,
        /// JSON text of the variables; may be empty.
        variables: Template,
        /// Which operation of the document; one that is empty is sent, too, and `None` is not.
        operation_name: Option<String>,
    },
    /// A type this version does not know: kept in the file, not sent.
    Unknown {
        /// The type's word.
        kind: String,
    },
}

impl Body {
    /// The word for the type, in files and in the Body tab.
    pub fn kind(&self) -> &str {
        match self {
            Self::None => "none",
            Self::Form(_) => "form",
            Self::Multipart(_) => "multipart",
            Self::Raw { language, .. } => language.word(),
            Self::File { .. } => "file",
            Self::GraphQl { .. } => "graphql",
            Self::Unknown { kind } => kind,
        }
    }

    /// Whether nothing would be sent of it.
    pub fn is_empty(&self) -> bool {
        match self {
            Self::None | Self::Unknown { .. } => true,
            Self::Form(rows) => !rows.iter().any(|row| row.enabled),
            Self::Multipart(parts) => !parts.iter().any(|part| part.enabled),
            Self::Raw { text, .. } => text.as_str().is_empty(),
            Self::File { path } => path.as_str().is_empty(),
            Self::GraphQl { query, variables, .. } => query.as_str().is_empty() && variables.as_str().is_empty(),
        }
    }

    /// All types this version can send, in the order a form offers them.
    pub const KINDS: [&str; 10] = [
        "none",
        "form",
        "multipart",
        "json",
        "xml",
        "text",
        "html",
        "javascript",
        "file",
        "graphql",
    ];

    /// An empty body of a type; `None` for a word that is no type.
    pub fn empty(kind: &str) -> Option<Self> {
        Some(match kind {
            "none" => Self::None,
            "form" => Self::Form(Vec::new()),
            "multipart" => Self::Multipart(Vec::new()),
            "file" => Self::File {
                path: Template::default(),
            },
            "graphql" => Self::GraphQl {
                query: Template::default(),
                variables: Template::default(),
                operation_name: None,
            },
            other => Self::Raw {
                language: Language::from_word(other)?,
                text: Template::default(),
            },
        })
    }
}

/// What stands before the content of a file that is written down itself, in Base64, where a path would stand.
const INLINE: &str = "data:;base64,";

/// The Base64 of a file that stands in the place of its path, as collections of Postman's may have it.
pub fn inline(path: &str) -> Option<&str> {
    path.strip_prefix(INLINE)
}

/// What stands in the place of a path for a file of such content.
pub fn as_path(base64: &str) -> String {
    format!("{INLINE}{base64}")
}

/// The bytes of such content; what is no Base64 in it counts for nothing, as in Node.
pub fn inline_bytes(base64: &str) -> Bytes {
    let mut letters: Vec<u8> = base64
        .bytes()
        .take_while(|byte| *byte != b'=')
        .filter_map(|byte| match byte {
            b'-' => Some(b'+'),
            b'_' => Some(b'/'),
            b'+' | b'/' => Some(byte),
            _ => byte.is_ascii_alphanumeric().then_some(byte),
        })
        .collect();
    // A letter alone is no byte.
    if letters.len() % 4 == 1 {
        letters.pop();
    }
    let engine = GeneralPurpose::new(
        &STANDARD,
        GeneralPurposeConfig::new()
            .with_decode_padding_mode(DecodePaddingMode::RequireNone)
            .with_decode_allow_trailing_bits(true),
    );
    engine.decode(letters).unwrap_or_default().into()
}

/// The language of a raw body.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    /// `application/json`; `//` and `/* */` comments are stripped before sending.
    Json,
    /// `application/xml`.
    Xml,
    /// `text/plain`.
    #[default]
    Text,
    /// `text/html`.
    Html,
    /// `application/javascript`.
    JavaScript,
}

impl Language {
    /// All languages.
    pub const ALL: [Self; 5] = [Self::Json, Self::Xml, Self::Text, Self::Html, Self::JavaScript];

    /// The word in files and forms.
    pub fn word(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Xml => "xml",
            Self::Text => "text",
            Self::Html => "html",
            Self::JavaScript => "javascript",
        }
    }

    /// The language of a word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|language| language.word() == word)
    }

    /// The Content-Type sent when no header says another, as in Postman.
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Xml => "application/xml",
            Self::Text => "text/plain",
            Self::Html => "text/html",
            Self::JavaScript => "application/javascript",
        }
    }
}

/// One part of a multipart body.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// The form field's name.
    pub name: Template,
    /// What the part holds.
    pub content: PartContent,
    /// Its own Content-Type; empty leaves it to the content.
    pub content_type: String,
    /// The file name told to the server; empty takes the file's own.
    pub file_name: String,
    /// A disabled part is not sent.
    pub enabled: bool,
    /// Free text.
    pub description: String,
}

/// What a multipart part holds.
#[derive(Clone, Debug, PartialEq)]
pub enum PartContent {
    /// A text.
    Text(Template),
    /// One or several files, a part each; paths relative to the workspace.
    Files(Vec<Template>),
}
