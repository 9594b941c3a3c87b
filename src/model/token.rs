//! Where a token variable comes from: ours, absent in Postman.

use std::time::Duration;

/// What to do when a token has expired or is about to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Renew {
    /// Run the token request without asking.
    Auto,
    /// Say so, and run it when the user presses the key.
    #[default]
    Ask,
    /// Leave it to the user.
    Never,
}

impl Renew {
    /// The word in files.
    pub fn word(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Ask => "ask",
            Self::Never => "never",
        }
    }

    /// The value of a word.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Auto, Self::Ask, Self::Never]
            .into_iter()
            .find(|renew| renew.word() == word)
    }
}

/// Binds a variable to the request that fills it: `[tokens.dex_token]` in `collection.toml`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenSource {
    /// The variable the request's script sets.
    pub variable: String,
    /// The request, as a path below the collection: `get-token`.
    pub request: String,
    /// When to run it.
    pub renew: Renew,
    /// How long before the end of its life a token counts as expired.
    pub renew_before: Duration,
}
