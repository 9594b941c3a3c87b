//! A request on its way out: variables resolved, not yet signed.

use std::fmt;

use bytes::Bytes;
use indexmap::IndexMap;

use super::{Auth, Redactor, Scope, Settings, percent, request::Method};

/// A request with every variable resolved: what auth signs. Only `vars` makes one.
#[derive(Clone)]
pub struct ResolvedRequest {
    /// The method.
    pub method: Method,
    /// The whole URL, percent-encoded as Postman does it.
    pub url: String,
    /// The user's enabled headers, in order. Not all are sent: [`sent_lines`].
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: ResolvedBody,
    /// The effective auth: its own or the nearest parent's, parameters resolved; `none` when there is none.
    pub auth: Auth,
    /// The effective settings.
    pub settings: Settings,
    /// What must be hidden wherever this request is shown.
    pub redactor: Redactor,
    /// Variables that no scope defines, in the order met; their tokens are still in the text.
    pub unresolved: Vec<String>,
    /// Variables that were used and where each came from, in the order met, also those within others' values.
    pub used: Vec<(String, Scope)>,
}

impl fmt::Debug for ResolvedRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Headers, body and auth hold what was secret in the variables.
        f.debug_struct("ResolvedRequest")
            .field("method", &self.method)
            .field("url", &self.redactor.redact(&self.url))
            .finish_non_exhaustive()
    }
}

/// A body with every variable resolved; it has no `Debug`, since it may hold credentials.
#[derive(Clone, Default)]
pub enum ResolvedBody {
    /// Nothing.
    #[default]
    None,
    /// Names and values, not yet encoded, because some auth types sign them.
    Form(Vec<(String, String)>),
    /// Parts, in order.
    Multipart(Vec<ResolvedPart>),
    /// Text or JSON, ready.
    Bytes {
        /// The Content-Type to send when no header says one.
        content_type: &'static str,
        /// The bytes.
        bytes: Bytes,
        /// Whether they are the user's own JSON: its type is stated before anything of the auth, as Postman does. Any other text,
        /// and what is made of an operation of GraphQL, gets its type with the headers that are ours.
        typed: bool,
    },
    /// A file, streamed; the Content-Type follows its ending.
    File {
        /// Path, absolute or relative to the workspace.
        path: String,
        /// What is in it, once it was read because the auth signs it.
        bytes: Option<Bytes>,
    },
}

impl ResolvedBody {
    /// The bytes that go out; `None` where they are read or made up only then: a file that nobody read yet, parts with their
    /// boundary.
    pub fn bytes(&self) -> Option<Bytes> {
        match self {
            Self::None => Some(Bytes::new()),
            Self::Form(fields) => Some(Bytes::from(encode_form(fields))),
            Self::Bytes { bytes, .. } => Some(bytes.clone()),
            Self::File { bytes, .. } => bytes.clone(),
            Self::Multipart(_) => None,
        }
    }
}

impl ResolvedRequest {
    /// Whether its body goes out with its method, as in Postman.
    pub fn sends_body(&self) -> bool {
        self.method.has_body() || self.settings.always_send_body.unwrap_or(false)
    }

    /// Puts the Content-Type that JSON asks for behind the headers of the user, unless there is one or it is switched off:
    /// before the auth, whose headers come behind it and may cover it.
    pub fn state_content_type(&mut self) {
        const NAME: &str = "Content-Type";
        let ResolvedBody::Bytes {
            content_type,
            bytes,
            typed: true,
        } = &self.body
        else {
            return;
        };
        let own = self
            .headers
            .iter()
            .any(|(name, _)| name.trim().eq_ignore_ascii_case(NAME));
        let off = self.settings.disabled_headers.contains("content-type");
        if !own && !off && !bytes.is_empty() && self.sends_body() {
            self.headers.push((NAME.to_owned(), (*content_type).to_owned()));
        }
    }
}

/// The headers that go out, as newman sends them: all of one name in one spelling, together at the place of the first. Of a
/// name in several spellings those of the spelling that came up last, in place of the others.
pub fn sent_lines(rows: &[(String, String)]) -> impl Iterator<Item = &(String, String)> {
    let mut names: IndexMap<String, Vec<Vec<&(String, String)>>> = IndexMap::new();
    for row in rows {
        let spellings = names.entry(row.0.trim().to_ascii_lowercase()).or_default();
        let same =
            |other: &&mut Vec<&(String, String)>| other.first().is_some_and(|(name, _)| name.trim() == row.0.trim());
        match spellings.iter_mut().find(same) {
            Some(spelled) => spelled.push(row),
            None => spellings.push(vec![row]),
        }
    }
    let last = names.into_values().filter_map(|mut spellings| spellings.pop());
    last.flatten()
}

/// All values of a header's name as the one line in which they go out; `None` where each has its own. Cookies share theirs, as
/// in newman; of what a server would refuse twice the last goes out.
pub fn one_line(name: &str, values: &[&str]) -> Option<String> {
    match name.trim().to_ascii_lowercase().as_str() {
        "cookie" => Some(values.join("; ")),
        "host" | "content-length" | "transfer-encoding" => values.last().map(|last| (*last).to_owned()),
        _ => None,
    }
}

/// A form's fields as one text, in their order.
fn encode_form(fields: &[(String, String)]) -> String {
    let pairs = fields
        .iter()
        .map(|(name, value)| format!("{}={}", percent::form(name), percent::form(value)));
    pairs.collect::<Vec<_>>().join("&")
}

/// One part of a multipart body.
#[derive(Clone)]
pub struct ResolvedPart {
    /// The form field's name.
    pub name: String,
    /// Text, or the path of a file.
    pub content: ResolvedContent,
    /// Its Content-Type, where the user wrote one.
    pub content_type: Option<String>,
    /// The file name told to the server, where the user wrote one.
    pub file_name: Option<String>,
}

/// What a resolved part holds.
#[derive(Clone)]
pub enum ResolvedContent {
    /// A text.
    Text(String),
    /// The path of a file, absolute or relative to the workspace.
    File(String),
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(fields: &[(&str, &str)]) -> String {
        let fields: Vec<_> = fields.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
        encode_form(&fields)
    }

    #[test]
    fn cookies_share_a_line_and_of_what_can_be_there_once_the_last_goes_out() {
        let of = |name: &str| one_line(name, &["a", "b"]);
        assert_eq!(of(" COOKIE").as_deref(), Some("a; b"));
        for name in ["Host", "content-length", "Transfer-Encoding"] {
            assert_eq!(of(name).as_deref(), Some("b"), "{name}");
        }
        assert_eq!(of("x"), None);
    }

    #[test]
    fn all_headers_of_the_spelling_that_came_up_last_go_out() {
        let sent = |rows: &str| {
            let rows: Vec<_> = rows.split(' ').map(|row| row.split_once(':').expect("a row")).collect();
            let rows: Vec<_> = rows.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
            let sent = sent_lines(&rows).map(|(name, value)| format!("{name}:{value}"));
            sent.collect::<Vec<_>>().join(" ")
        };
        for (written, out) in [
            ("x:1 b:m x:2", "x:1 x:2 b:m"),
            ("x:1 b:m X:2", "X:2 b:m"),
            ("x:1 x:2 b:m X:3", "X:3 b:m"),
            ("X:3 b:m x:1 x:2", "x:1 x:2 b:m"),
            ("x:1 X:2 b:m x:3", "X:2 b:m"),
            ("x:1 X:2 b:m x:3 X:4", "X:2 X:4 b:m"),
            ("x:3 x:3", "x:3 x:3"),
        ] {
            assert_eq!(sent(written), out, "{written}");
        }
    }

    #[test]
    fn a_form_is_encoded_as_postman_encodes_it() {
        assert_eq!(
            form(&[("k", "v v"), ("uni", "é&=+'!*()~"), ("e", "")]),
            "k=v%20v&uni=%C3%A9%26%3D%2B%27%21%2A%28%29~&e="
        );
    }
}
