//! Secrets, and hiding them wherever text is shown, logged or kept.

use std::fmt;
use std::sync::Arc;

/// What a masked secret looks like; its length says nothing of the secret's.
pub const MASK: &str = "••••••••";

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
    /// Shorter values are not hidden: they would tear holes into unrelated text.
    pub const SHORTEST: usize = 3;

    /// Collects the secrets to hide.
    pub fn new(secrets: impl IntoIterator<Item = Secret>) -> Self {
        let mut secrets: Vec<Secret> = secrets
            .into_iter()
            .filter(|secret| secret.reveal().len() >= Self::SHORTEST)
            .collect();
        secrets.sort_by(|a, b| b.0.len().cmp(&a.0.len()).then_with(|| a.0.cmp(&b.0)));
        secrets.dedup();
        Self {
            secrets: Arc::new(secrets),
        }
    }

    /// The same with more secrets.
    #[must_use]
    pub fn with(&self, more: impl IntoIterator<Item = Secret>) -> Self {
        Self::new(self.secrets.iter().cloned().chain(more))
    }

    /// The text with every secret masked.
    pub fn redact(&self, text: &str) -> String {
        let mut out = text.to_owned();
        for secret in self.secrets.iter() {
            if out.contains(secret.reveal()) {
                out = out.replace(secret.reveal(), MASK);
            }
        }
        out
    }

    /// Whether nothing is known to be secret.
    pub fn is_empty(&self) -> bool {
        self.secrets.is_empty()
    }
}

impl fmt::Debug for Redactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Redactor({} secrets)", self.secrets.len())
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
        let redactor = Redactor::new([Secret::new("abc"), Secret::new("abcdef")]);
        assert_eq!(redactor.redact("x abcdef y abc"), format!("x {MASK} y {MASK}"));
    }

    #[test]
    fn empty_and_tiny_values_hide_nothing() {
        assert_eq!(
            Redactor::new([Secret::new(""), Secret::new("a")]).redact("banana"),
            "banana"
        );
    }
}
