//! What an auth type takes: the one table that forms, checks and documentation are made from.
//!
//! ```text
//! FieldSpec::secret_lines("privateKey", "Private key", "In PEM …")   what it is called, what it is for
//!     .when("algorithm", &["RS256", "ES256"])                         shown for these values of another field only
//!     .with_default("…")                                              what an absent parameter means
//!     .starting_with("…")                                             what is written when the type is chosen anew
//!     .advanced()                                                     behind the fold
//! ```

use crate::model::Auth;

/// One parameter of an auth type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FieldSpec {
    /// Its key in files, as Postman spells it: `username`.
    pub name: &'static str,
    /// What a person reads: `User name`.
    pub label: &'static str,
    /// What it is for, in one sentence.
    pub help: &'static str,
    /// What may be entered.
    pub kind: FieldKind,
    /// What an absent parameter means; empty for nothing.
    pub default: &'static str,
    /// What a newly chosen type starts with, where that is not the default; empty for the default.
    pub initial: &'static str,
    /// The name of another field, and the values of it for which this one means something.
    pub shown: Option<(&'static str, &'static [&'static str])>,
    /// Whether few people need it.
    pub advanced: bool,
}

/// What may be entered into a field. Each also takes a `{{variable}}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldKind {
    /// Any text.
    Text,
    /// A text that is masked on the screen.
    Secret,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// `true` or `false`.
    Flag,
    /// A number.
    Number,
    /// JSON, on as many lines as it takes.
    Json,
    /// A text of many lines that is masked on the screen: a key.
    SecretLines,
}

impl FieldKind {
    /// Whether it is masked on the screen.
    pub fn is_secret(self) -> bool {
        matches!(self, Self::Secret | Self::SecretLines)
    }

    /// Whether it has many lines.
    pub fn has_lines(self) -> bool {
        matches!(self, Self::Json | Self::SecretLines)
    }
}

impl FieldSpec {
    const fn new(name: &'static str, label: &'static str, help: &'static str, kind: FieldKind) -> Self {
        Self {
            name,
            label,
            help,
            kind,
            default: "",
            initial: "",
            shown: None,
            advanced: false,
        }
    }

    /// What Postman calls "disable retrying the request", of those that answer a challenge.
    pub const NO_RETRY: Self = Self::flag(
        "disableRetryRequest",
        "No retry",
        "Never sends again after the server's challenge.",
    );

    /// A field for any text, empty when absent.
    pub const fn text(name: &'static str, label: &'static str, help: &'static str) -> Self {
        Self::new(name, label, help, FieldKind::Text)
    }

    /// A field for a secret, empty when absent.
    pub const fn secret(name: &'static str, label: &'static str, help: &'static str) -> Self {
        Self::new(name, label, help, FieldKind::Secret)
    }

    /// A field for a key, empty when absent.
    pub const fn secret_lines(name: &'static str, label: &'static str, help: &'static str) -> Self {
        Self::new(name, label, help, FieldKind::SecretLines)
    }

    /// A field for JSON, empty when absent.
    pub const fn json(name: &'static str, label: &'static str, help: &'static str) -> Self {
        Self::new(name, label, help, FieldKind::Json)
    }

    /// A field for a number, empty when absent.
    pub const fn number(name: &'static str, label: &'static str, help: &'static str) -> Self {
        Self::new(name, label, help, FieldKind::Number)
    }

    /// A switch, off when absent.
    pub const fn flag(name: &'static str, label: &'static str, help: &'static str) -> Self {
        Self::new(name, label, help, FieldKind::Flag).with_default("false")
    }

    /// A field for one of some words; the first is what an absent parameter means.
    pub const fn choice(
        name: &'static str,
        label: &'static str,
        help: &'static str,
        words: &'static [&'static str],
    ) -> Self {
        Self::new(name, label, help, FieldKind::Choice(words)).with_default(words[0])
    }

    /// Whether the field means something with the values that the others have; with a variable in the one it depends on
    /// nobody knows, so that it does.
    pub fn means_something(&self, all: &[Self], auth: &Auth) -> bool {
        let Some((name, values)) = self.shown else { return true };
        let value = match auth.text(name) {
            value if value.is_empty() => {
                let other = all.iter().find(|spec| spec.name == name);
                other.map_or("", |spec| spec.default).to_owned()
            }
            value => value,
        };
        values.contains(&value.as_str()) || value.contains("{{")
    }

    /// The same with something that an absent parameter means.
    #[must_use]
    pub const fn with_default(mut self, default: &'static str) -> Self {
        self.default = default;
        self
    }

    /// The same, but a newly chosen type has this written down.
    #[must_use]
    pub const fn starting_with(mut self, initial: &'static str) -> Self {
        self.initial = initial;
        self
    }

    /// The same, shown only while another field has one of these values.
    #[must_use]
    pub const fn when(mut self, field: &'static str, values: &'static [&'static str]) -> Self {
        self.shown = Some((field, values));
        self
    }

    /// The same behind the fold.
    #[must_use]
    pub const fn advanced(mut self) -> Self {
        self.advanced = true;
        self
    }
}
