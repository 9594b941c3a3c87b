//! What an auth type takes: the one table that forms, checks and documentation are made from.

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
}

impl FieldSpec {
    /// A field for any text, empty when absent.
    pub const fn text(name: &'static str, label: &'static str, help: &'static str) -> Self {
        Self {
            name,
            label,
            help,
            kind: FieldKind::Text,
            default: "",
        }
    }

    /// A field for a secret, empty when absent.
    pub const fn secret(name: &'static str, label: &'static str, help: &'static str) -> Self {
        Self {
            kind: FieldKind::Secret,
            ..Self::text(name, label, help)
        }
    }

    /// A field for one of some words; the first is what an absent parameter means.
    pub const fn choice(
        name: &'static str,
        label: &'static str,
        help: &'static str,
        words: &'static [&'static str],
    ) -> Self {
        Self {
            kind: FieldKind::Choice(words),
            default: words[0],
            ..Self::text(name, label, help)
        }
    }
}
