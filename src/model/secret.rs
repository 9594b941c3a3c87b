//! Secrets, and hiding them wherever text is shown, logged or kept.

use std::fmt;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

use super::percent;

/// What a masked secret looks like; its length says nothing of the secret's.
pub const MASK: &str = "••••••••";

/// Whether a header of that name carries credentials, whoever wrote it: its value is masked where requests are shown, and
/// does not follow a redirect to another host.
pub fn is_credential_header(name: &str) -> bool {
    [
        "authorization",
        "proxy-authorization",
        "cookie",
        "x-api-key",
        "api-key",
        "x-auth-token",
    ]
    .iter()
    .any(|known| name.eq_ignore_ascii_case(known))
}

/// A value that must not be shown by accident: it has no `Display`, and its `Debug` is a mask.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Wraps a value.
    pub fn new(value: impl Into<String>) -> Self {
        Self(value.into())
    }

    /// The value itself, for sending it or for showing it on the user's explicit wish.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(MASK)
    }
}

/// Replaces every known secret in a text by [`MASK`].
///
/// A send collects the secrets it used (secret variables, credentials, and what was derived from them, such as the Base64
/// of Basic auth); whatever is displayed, stored or logged of it goes through here.
#[derive(Clone, Default)]
pub struct Redactor {
    // Longest first, so that a secret containing another is hidden whole.
    secrets: Arc<Vec<Secret>>,
}

impl Redactor {
    /// From so many bytes on a value is hidden wherever it stands. A shorter one would tear holes into unrelated text: of
    /// three bytes it is hidden as a word, of fewer only where it is the whole text.
    pub const SHORTEST: usize = 4;

    /// From so many bytes on it is hidden even in the names of requests and folders, which come from the files.
    const SHORTEST_IN_NAMES: usize = 8;

    /// A text that was cut short shows at most so much of a secret, in bytes.
    const SHORTEST_CUT: usize = 4;

    /// Collects the secrets to hide, in every spelling they may go out in or come back in.
    pub fn new(secrets: impl IntoIterator<Item = Secret>) -> Self {
        Self::default().with(secrets)
    }

    /// The same with more secrets.
    #[must_use]
    pub fn with(&self, more: impl IntoIterator<Item = Secret>) -> Self {
        let more = more.into_iter().filter(|secret| !secret.0.is_empty());
        self.spelled(more.flat_map(|secret| match secret.0.len() {
            // In another spelling it would be a word of its own.
            ..Self::SHORTEST => vec![secret],
            _ => spellings(&secret.0).into_iter().map(Secret).collect(),
        }))
    }

    /// The same with all that another one hides.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        let known = |secret: &Secret| self.secrets.binary_search_by(|own| order(own, secret)).is_ok();
        if Arc::ptr_eq(&self.secrets, &other.secrets) || other.secrets.iter().all(known) {
            return self.clone();
        }
        self.spelled(other.secrets.iter().cloned())
    }

    fn spelled(&self, more: impl Iterator<Item = Secret>) -> Self {
        let mut secrets: Vec<Secret> = self.secrets.iter().cloned().chain(more).collect();
        secrets.sort_by(order);
        secrets.dedup();
        Self {
            secrets: Arc::new(secrets),
        }
    }

    /// The text with every secret masked, also the beginning of one that stands before an ellipsis: whoever cut the text
    /// short (a failed assertion does) had not redacted it.
    pub fn redact(&self, text: &str) -> String {
        let mut out = text.to_owned();
        for secret in self.secrets.iter().map(Secret::reveal) {
            if out.contains(secret) {
                out = match secret.len() {
                    Self::SHORTEST.. => out.replace(secret, MASK),
                    3 => mask_word(&out, secret),
                    _ if text == secret => return MASK.to_owned(),
                    _ => continue,
                };
            }
        }
        for mark in ["…", "..."] {
            if !self.secrets.is_empty() && out.contains(mark) {
                out = self.redact_cut(&out, mark);
            }
        }
        out
    }

    /// The name of a request or folder with the long secrets masked: it is the user's own text, but may be made of a URL
    /// with a key in it.
    pub fn redact_name(&self, name: &str) -> String {
        let long = |secret: &&str| secret.len() >= Self::SHORTEST_IN_NAMES;
        let secrets = self.secrets.iter().map(Secret::reveal).take_while(long);
        secrets.fold(name.to_owned(), |out, secret| out.replace(secret, MASK))
    }

    fn redact_cut(&self, text: &str, mark: &str) -> String {
        let mut parts: Vec<String> = text.split(mark).map(str::to_owned).collect();
        let last = parts.len().saturating_sub(1);
        for part in &mut parts[..last] {
            // `'abc'...` is how long texts are written to the console.
            let end = part.trim_end_matches(['\'', '"', '`']).len();
            if let Some(cut) = self.begun(&part[..end]) {
                part.replace_range(end - cut..end, MASK);
            }
        }
        parts.join(mark)
    }

    /// How many bytes at the end of a text are the beginning of a secret.
    fn begun(&self, text: &str) -> Option<usize> {
        let begins = |secret: &str| {
            let longest = secret.len().min(text.len());
            (Self::SHORTEST_CUT..=longest)
                .rev()
                .find(|length| secret.is_char_boundary(*length) && text.ends_with(&secret[..*length]))
        };
        self.secrets.iter().filter_map(|secret| begins(secret.reveal())).max()
    }

    /// Whether nothing is known to be secret.
    pub fn is_empty(&self) -> bool {
        self.secrets.is_empty()
    }
}

/// Masks a text where neither letter nor digit stands beside it.
fn mask_word(text: &str, word: &str) -> String {
    let mut out = String::new();
    let mut copied = 0;
    for (at, _) in text.match_indices(word) {
        let end = at + word.len();
        let (before, after) = (text[..at].chars().next_back(), text[end..].chars().next());
        if ![before, after].into_iter().flatten().any(char::is_alphanumeric) {
            out.push_str(&text[copied..at]);
            out.push_str(MASK);
            copied = end;
        }
    }
    out.push_str(&text[copied..]);
    out
}

/// Longest first.
fn order(a: &Secret, b: &Secret) -> std::cmp::Ordering {
    b.0.len().cmp(&a.0.len()).then_with(|| a.0.cmp(&b.0))
}

/// A secret as it stands, in a URL, in a form, in a JSON string, and in Base64.
fn spellings(secret: &str) -> Vec<String> {
    let quoted = serde_json::Value::from(secret).to_string();
    let quoted = quoted.trim_matches('"').to_owned();
    let mut out = vec![
        secret.to_owned(),
        percent::form(secret),
        percent::form(secret).replace("%20", "+"),
        percent::encode(secret, percent::QUERY),
        percent::encode(secret, percent::QUERY_VALUE),
        percent::encode(secret, percent::PATH),
        quoted.replace('/', "\\/"),
        quoted,
    ];
    // Without padding, so that it is found with and without.
    out.push(STANDARD.encode(secret).trim_end_matches('=').to_owned());
    out.push(URL_SAFE_NO_PAD.encode(secret));
    out.sort_unstable();
    out.dedup();
    out
}

impl fmt::Debug for Redactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Redactor({} secrets)", self.secrets.len())
    }
}

/// A URL as it may be shown: without user and password.
pub fn without_credentials(url: &str) -> String {
    match (url.find("://"), url.rfind('@')) {
        (Some(scheme), Some(at)) if at > scheme => format!("{}{}", &url[..scheme + 3], &url[at + 1..]),
        (None, Some(at)) => url[at + 1..].to_owned(),
        _ => url.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_never_in_debug_output() {
        assert!(!format!("{:?}", Secret::new("hunter2")).contains("hunter2"));
        assert!(!format!("{:?}", Redactor::new([Secret::new("hunter2")])).contains("hunter2"));
    }

    #[test]
    fn the_longest_secret_is_hidden_whole() {
        let redactor = Redactor::new([Secret::new("abcd"), Secret::new("abcdef")]);
        assert_eq!(redactor.redact("x abcdef y abcd"), format!("x {MASK} y {MASK}"));
    }

    #[test]
    fn tiny_values_are_hidden_where_they_stand_alone_and_in_no_other_word() {
        let redactor = Redactor::new(["", "a", "tok"].map(Secret::new));
        assert_eq!(redactor.redact("banana, a token"), "banana, a token");
        assert_eq!(redactor.redact("a"), MASK);
        let shown = redactor.redact("Bearer tok, ?k=tok&tokens=2_tok");
        assert_eq!(shown, format!("Bearer {MASK}, ?k={MASK}&tokens=2_{MASK}"));
    }

    #[test]
    fn names_lose_only_long_secrets() {
        let redactor = Redactor::new(["folder", "0123456789abcdef"].map(Secret::new));
        let name = redactor.redact_name("the folder of GET /?key=0123456789abcdef");
        assert_eq!(name, format!("the folder of GET /?key={MASK}"));
    }

    #[test]
    fn every_spelling_is_hidden() {
        let redactor = Redactor::new([Secret::new("pä ss/\"w&rd?>")]);
        for spelled in [
            "pä ss/\"w&rd?>",
            "p%C3%A4%20ss%2F%22w%26rd%3F%3E",
            "p%C3%A4+ss%2F%22w%26rd%3F%3E",
            "p%C3%A4%20ss/%22w&rd?%3E",
            "pä ss/\\\"w&rd?>",
            "pä ss\\/\\\"w&rd?>",
            &STANDARD.encode("pä ss/\"w&rd?>"),
            &URL_SAFE_NO_PAD.encode("pä ss/\"w&rd?>"),
        ] {
            let shown = redactor.redact(&format!("<{spelled}>"));
            assert_eq!(shown.trim_end_matches(['=', '>']), format!("<{MASK}"), "{spelled}");
        }
    }

    #[test]
    fn a_secret_that_was_cut_short_is_hidden_too() {
        let redactor = Redactor::new([Secret::new("eyJhbGciOiJSUzI1NiJ9.payload")]);
        for (text, shown) in [
            (
                "expected 'eyJhbGciOiJSUz…' to equal",
                format!("expected '{MASK}…' to equal"),
            ),
            (
                "'eyJhbGci'... 9 more characters",
                format!("'{MASK}'... 9 more characters"),
            ),
            (
                "eyJ… is too short, and so is this…",
                "eyJ… is too short, and so is this…".to_owned(),
            ),
            (
                "an eyJhbGciOiJSUz without an end",
                "an eyJhbGciOiJSUz without an end".to_owned(),
            ),
        ] {
            assert_eq!(redactor.redact(text), shown);
        }
    }

    #[test]
    fn redactors_add_up() {
        let both = Redactor::new([Secret::new("first")]).and(&Redactor::new([Secret::new("second")]));
        assert_eq!(both.redact("first second"), format!("{MASK} {MASK}"));
    }

    #[test]
    fn headers_that_carry_credentials_are_known() {
        assert!(is_credential_header("X-API-Key") && is_credential_header("COOKIE"));
        assert!(!is_credential_header("Accept"));
    }
}
