//! Text with `{{variables}}` in it, before they are resolved.

use std::fmt;
use std::sync::Arc;

use memchr::memmem;
use serde::{Deserialize, Serialize};

use super::percent;

/// Text that may hold `{{name}}` tokens; what they mean is decided when it is sent.
///
/// The grammar is Postman's: a token is `{{`, any characters but braces, `}}`; nothing is trimmed. Copies share the text: a
/// body of megabytes is copied with its request at every key that changes something of that.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Template(Arc<String>);

impl Template {
    /// Wraps a text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(Arc::new(text.into()))
    }

    /// The text as written, tokens and all.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether nothing is written.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The names of the variables it mentions, in order, with repetitions.
    pub fn variables(&self) -> impl Iterator<Item = &str> {
        tokens(&self.0).map(|token| token.name)
    }
}

impl From<&str> for Template {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl From<String> for Template {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

impl fmt::Display for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One `{{name}}` in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token<'a> {
    /// Byte offset of the first `{`.
    pub start: usize,
    /// Byte offset behind the last `}`.
    pub end: usize,
    /// What stands between the braces, untrimmed; may be empty.
    pub name: &'a str,
}

/// The tokens of a text, as `/{{([^{}]*?)}}/g` finds them in Postman.
pub fn tokens(text: &str) -> impl Iterator<Item = Token<'_>> {
    let bytes = text.as_bytes();
    let mut at = 0;
    std::iter::from_fn(move || {
        // Bodies are looked through for them whenever a key is pressed.
        while let Some(found) = memmem::find(&bytes[at..], b"{{") {
            at += found;
            let name_start = at + 2;
            let stop = bytes[name_start..]
                .iter()
                .position(|b| matches!(b, b'{' | b'}'))
                .map(|n| name_start + n)?;
            if bytes[stop..].starts_with(b"}}") {
                let token = Token {
                    start: at,
                    end: stop + 2,
                    name: &text[name_start..stop],
                };
                at = stop + 2;
                return Some(token);
            }
            // `{{{x}}`: the token begins at the last two braces.
            at += 1;
        }
        None
    })
}

/// Percent-encodes only the characters of `set`, and none inside a token.
pub fn encode_only(text: &str, set: &[char]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut copied = 0;
    for token in tokens(text) {
        out.push_str(&percent::encode_only(&text[copied..token.start], set));
        out.push_str(&text[token.start..token.end]);
        copied = token.end;
    }
    out.push_str(&percent::encode_only(&text[copied..], set));
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Vec<&str> {
        tokens(text).map(|token| token.name).collect()
    }

    #[test]
    fn copies_share_the_text() {
        let template = Template::from("{{a}}");
        assert!(std::ptr::eq(template.as_str(), template.clone().as_str()));
    }

    #[test]
    fn tokens_are_found_as_postman_finds_them() {
        assert_eq!(names("{{a}}/{{ b }}x{{}}"), ["a", " b ", ""]);
        assert_eq!(names("{{{x}}}"), ["x"]);
        assert_eq!(names("{{k{{c}}}}"), ["c"]);
        assert_eq!(names("{a} {{b} {{"), [] as [&str; 0]);
        assert_eq!(names("ü{{ü}}"), ["ü"]);
    }

    #[test]
    fn a_token_knows_where_it_stands() {
        let token = tokens("a{{bc}}d").next();
        assert_eq!(
            token,
            Some(Token {
                start: 1,
                end: 7,
                name: "bc"
            })
        );
    }
}
