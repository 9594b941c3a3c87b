//! Secrets, and hiding them wherever text is shown, logged or kept.

mod pieces;
mod search;
#[cfg(test)]
mod tests;
mod views;
mod written;

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

use pieces::Blocks;
use search::Search;

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
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
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

/// Replaces every known secret in a text by [`MASK`], however it is spelled there: escaped as in URLs, forms, JSON and HTML,
/// in Base64 wherever it begins in it, and broken over lines.
///
/// A send collects the secrets it used (secret variables, credentials, and what was derived from them); whatever is
/// displayed, stored or logged of it goes through here.
#[derive(Clone, Default)]
pub struct Redactor {
    known: Arc<Known>,
}

#[derive(Default)]
struct Known {
    /// In order, each once.
    secrets: Vec<Secret>,
    /// Those of them that are only parts of others, as they stand where a text was cut; in order, too.
    parts: Vec<Secret>,
    /// Without these, made when it is first asked for.
    whole: OnceLock<Redactor>,
    /// Made when something is first looked for: many sends are never shown.
    search: OnceLock<Search>,
    /// Made for the first text that may have cut what it quotes.
    blocks: OnceLock<Blocks>,
}

impl Redactor {
    /// A value of fewer characters would tear holes into unrelated text: it is hidden only where it is the whole text.
    const SHORTEST: usize = 4;
    /// One of fewer characters may be an ordinary word: it is hidden as a word, and not in names.
    const SHORTEST_SURE: usize = 8;
    /// The same for one that is made of letters alone.
    const SHORTEST_SURE_LETTERS: usize = 12;

    /// A text that was cut short shows at most so much of a secret, in bytes.
    const SHORTEST_CUT: usize = 4;

    /// Collects the secrets to hide.
    pub fn new(secrets: impl IntoIterator<Item = Secret>) -> Self {
        Self::default().with(secrets)
    }

    /// The same with more secrets.
    #[must_use]
    pub fn with(&self, more: impl IntoIterator<Item = Secret>) -> Self {
        let mut more: Vec<Secret> = more.into_iter().filter(|secret| !secret.0.is_empty()).collect();
        more.sort_unstable();
        let mut parts = self.known.parts.clone();
        parts.retain(|part| more.binary_search(part).is_err());
        self.made(more, parts)
    }

    /// The same with parts of secrets, as they stand where a text was cut: they are hidden but for what is [whole](Self::whole).
    #[must_use]
    pub fn with_parts(&self, more: impl IntoIterator<Item = Secret>) -> Self {
        let is_new = |secret: &Secret| !secret.0.is_empty() && self.known.secrets.binary_search(secret).is_err();
        let more: Vec<Secret> = more.into_iter().filter(is_new).collect();
        let mut parts = [&self.known.parts[..], &more].concat();
        parts.sort_unstable();
        parts.dedup();
        self.made(more, parts)
    }

    fn made(&self, mut more: Vec<Secret>, parts: Vec<Secret>) -> Self {
        more.retain(|secret| self.known.secrets.binary_search(secret).is_err());
        if more.is_empty() && parts.len() == self.known.parts.len() {
            return self.clone();
        }
        let mut secrets = [&self.known.secrets[..], &more].concat();
        secrets.sort_unstable();
        secrets.dedup();
        let known = Known {
            secrets,
            parts,
            ..Known::default()
        };
        Self { known: Arc::new(known) }
    }

    /// What hides all of it in a text that nobody has cut, such as a body: no part of a secret that stands in an error.
    pub fn whole(&self) -> &Self {
        if self.known.parts.is_empty() {
            return self;
        }
        self.known.whole.get_or_init(|| Self::new(self.secrets(false)))
    }

    /// The secrets, or the parts of some.
    fn secrets(&self, parts: bool) -> impl Iterator<Item = Secret> + '_ {
        let is_part = |secret: &Secret| self.known.parts.binary_search(secret).is_ok();
        let all = self.known.secrets.iter();
        all.filter(move |secret| is_part(secret) == parts).cloned()
    }

    /// The same with all that another one hides.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        if Arc::ptr_eq(&self.known, &other.known) {
            return self.clone();
        }
        self.with(other.secrets(false)).with_parts(other.secrets(true))
    }

    fn search(&self) -> &Search {
        self.known.search.get_or_init(|| Search::new(&self.known.secrets))
    }

    /// The text with every secret masked, also the beginning of one that stands before an ellipsis: whoever cut the text
    /// short (a failed assertion does) had not redacted it.
    pub fn redact(&self, text: &str) -> String {
        if self.is_empty() || text.is_empty() {
            return text.to_owned();
        }
        if Self::is_tiny(text) && self.known.secrets.iter().any(|secret| secret.0 == text) {
            return MASK.to_owned();
        }
        let mut out = masked(text, &self.find(text.as_bytes()));
        for mark in ["…", "..."] {
            if out.contains(mark) {
                out = self.redact_cut(&out, mark);
            }
        }
        out
    }

    /// The beginning of a text, at most so many bytes of it, with every secret masked that begins there. Unless the text
    /// `goes_on` where it ends, it is whole; else its last [`reach`](Self::reach) bytes are only looked at, as half a secret
    /// may stand there.
    pub fn redact_start(&self, text: &str, most: usize, goes_on: bool) -> String {
        let sure = if goes_on {
            text.len().saturating_sub(self.reach())
        } else {
            text.len()
        };
        let keep = text.floor_char_boundary(sure.min(most));
        if keep == text.len() {
            return self.redact(text);
        }
        let mut ranges = self.find(text.as_bytes());
        ranges.retain(|range| range.start < keep);
        let end = ranges.last().map_or(keep, |range| range.end.max(keep));
        self.redact(&masked(&text[..text.ceil_char_boundary(end)], &ranges))
    }

    /// Where in some bytes there are secrets: in order, without overlaps.
    pub fn find(&self, text: &[u8]) -> Vec<Range<usize>> {
        if self.is_empty() {
            return Vec::new();
        }
        self.search().find(text, true)
    }

    /// How much may stand before and behind a place, in bytes, and belong to a secret that reaches to it.
    pub fn reach(&self) -> usize {
        if self.is_empty() {
            return 0;
        }
        // Escaped, a byte takes six at most in what is common.
        self.search().longest().saturating_mul(6)
    }

    /// The name of a test, request or folder with those secrets masked that are no ordinary word: it is the user's own
    /// text, but may be made of a URL with a key, or a user and a password, in it.
    pub fn redact_name(&self, name: &str) -> String {
        let name = name_without_credentials(name);
        if self.is_empty() {
            return name.into_owned();
        }
        masked(&name, &self.search().find(name.as_bytes(), false))
    }

    /// Texts that stand one behind another with something between them, such as the segments of a path, with what is secret
    /// in the whole masked in each: `(text, what stands behind it)`.
    pub fn redact_parts(&self, parts: &mut [(&mut String, &str)]) {
        if self.is_empty() {
            return;
        }
        let whole: String = parts
            .iter()
            .flat_map(|(part, behind)| [part.as_str(), behind])
            .collect();
        let found = self.find(whole.as_bytes());
        let mut start = 0;
        for (part, behind) in parts {
            let end = start + part.len();
            let within = |at: usize| at.clamp(start, end) - start;
            let ranges = found.iter().map(|range| within(range.start)..within(range.end));
            let ranges: Vec<_> = ranges.filter(|range| !range.is_empty()).collect();
            if !ranges.is_empty() {
                **part = masked(part, &ranges);
            }
            start = end + behind.len();
        }
    }

    /// The end of a text with every secret masked, also one that begins before it.
    pub fn redact_end(&self, text: &str, end: &str) -> String {
        let (mut before, mut end) = (text.strip_suffix(end).unwrap_or_default().to_owned(), end.to_owned());
        self.redact_parts(&mut [(&mut before, ""), (&mut end, "")]);
        self.redact(&end)
    }

    /// Whether there is a secret in a text beyond doubt: no word that may be there by chance.
    pub fn is_in(&self, text: &str) -> bool {
        !self.is_empty() && !self.search().find(text.as_bytes(), false).is_empty()
    }

    /// The parts of secrets in texts that may have cut what they quote, where the whole is not: to be hidden as well,
    /// [`with`](Self::with) what is known. It is looked for 16 bytes in a row, fewer where a text ends; the host of a URL is
    /// none. Of very many a hundred are told.
    pub fn pieces<'a>(&self, texts: impl IntoIterator<Item = &'a str>) -> Vec<Secret> {
        let mut found = Vec::new();
        if self.is_empty() {
            return found;
        }
        for text in texts.into_iter().filter(|text| text.len() >= Self::SHORTEST_SURE) {
            let search = self.search();
            let blocks = self
                .known
                .blocks
                .get_or_init(|| Blocks::new(search, &self.known.secrets));
            let mut start = 0;
            for whole in self.find(text.as_bytes()) {
                blocks.find(search, &text.as_bytes()[start..whole.start.max(start)], &mut found);
                start = whole.end;
            }
            blocks.find(search, &text.as_bytes()[start..], &mut found);
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    /// The text with every secret masked, and every piece of one.
    pub fn redact_pieces(&self, text: &str) -> String {
        self.with(self.pieces([text])).redact(text)
    }

    fn redact_cut(&self, text: &str, mark: &str) -> String {
        let mut parts: Vec<String> = text.split(mark).map(str::to_owned).collect();
        let last = parts.len().saturating_sub(1);
        for part in &mut parts[..last] {
            // `'abc'...` is how long texts are written to the console.
            let end = part.trim_end_matches(['\'', '"', '`']).len();
            if let Some(cut) = self.search().begun(&part[..end], Self::SHORTEST_CUT) {
                part.replace_range(end - cut..end, MASK);
            }
        }
        parts.join(mark)
    }

    fn is_tiny(secret: &str) -> bool {
        secret.chars().count() < Self::SHORTEST
    }

    /// Whether a value may as well be a word that has nothing to do with it.
    fn is_common(secret: &str) -> bool {
        let length = secret.chars().count();
        length < Self::SHORTEST_SURE
            || (length < Self::SHORTEST_SURE_LETTERS && secret.chars().all(char::is_alphabetic))
    }

    /// How much is known to be secret.
    pub fn count(&self) -> usize {
        self.known.secrets.len()
    }

    /// Whether nothing is known to be secret.
    pub fn is_empty(&self) -> bool {
        self.known.secrets.is_empty()
    }
}

/// The text with these ranges masked.
fn masked(text: &str, ranges: &[Range<usize>]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut copied = 0;
    for range in ranges {
        // An escape of half a character is no text; then there is a little more to mask.
        let start = text.floor_char_boundary(range.start).max(copied);
        let end = text.ceil_char_boundary(range.end);
        out.push_str(&text[copied..start]);
        if end > copied {
            out.push_str(MASK);
            copied = end;
        }
    }
    out.push_str(&text[copied..]);
    out
}

impl fmt::Debug for Redactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Redactor({} secrets)", self.known.secrets.len())
    }
}

/// A name as it may be shown: one may be made of a URL, whose user and password are no part of it.
fn name_without_credentials(name: &str) -> Cow<'_, str> {
    if !name.contains("://") {
        return Cow::Borrowed(name);
    }
    let words = name.split(' ').map(|word| {
        if word.contains("://") {
            without_credentials(word)
        } else {
            word.to_owned()
        }
    });
    Cow::Owned(words.collect::<Vec<_>>().join(" "))
}

/// A URL as it may be shown: without user and password, which stand before the last `@` of its authority (RFC 3986, section
/// 3.2). One in its path or query belongs there.
pub fn without_credentials(url: &str) -> String {
    // Also one that is spelled wrong: what is told of it must not tell the password.
    let is_scheme = |scheme: &str| !scheme.contains(['/', '\\', '?', '#', '@', ':']);
    let start = match url.split_once("://") {
        Some((scheme, _)) if is_scheme(scheme) => scheme.len() + 3,
        _ => 0,
    };
    let rest = &url[start..];
    let end = rest.find(['/', '\\', '?', '#']).unwrap_or(rest.len());
    // What is no port is half a password: somebody wrote it without escaping it.
    let is_port = |port: &str| port.bytes().all(|b| b.is_ascii_digit()) || port.ends_with(']');
    let is_host = rest[..end].rsplit_once(':').is_none_or(|(_, port)| is_port(port));
    let at = match rest[..end].rfind('@') {
        None if !is_host => rest.rfind('@'),
        at => at,
    };
    at.map_or_else(|| url.to_owned(), |at| format!("{}{}", &url[..start], &rest[at + 1..]))
}
