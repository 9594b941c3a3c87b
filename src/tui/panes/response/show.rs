//! How text of an exchange may be shown: with its secrets masked, until the user asks to see them.

use crate::model::Redactor;

/// How a copy is named that has secrets in it; nothing of it may show.
pub const IN_CLEAR: &str = "with its secrets in clear";

/// The way text goes to the screen and to the clipboard.
#[derive(Clone, Copy, Debug)]
pub(super) struct Show<'a> {
    pub redactor: Option<&'a Redactor>,
    pub revealed: bool,
}

impl Show<'_> {
    /// The text, secrets masked unless they are revealed.
    pub(super) fn text(&self, text: &str) -> String {
        match self.redactor {
            Some(redactor) if !self.revealed => redactor.redact(text),
            _ => text.to_owned(),
        }
    }

    /// The name of a test, without what is a secret beyond doubt unless it is revealed.
    pub(super) fn name(&self, name: &str) -> String {
        match self.redactor {
            Some(redactor) if !self.revealed => redactor.redact_name(name),
            _ => name.to_owned(),
        }
    }

    /// Names a text that is given away as it came, and warns of the secrets in it that are masked on the screen.
    pub(super) fn as_it_came(&self, what: &str, text: Option<&str>) -> String {
        match (self.redactor, text) {
            (Some(redactor), Some(text)) if !self.revealed && !redactor.find(text.as_bytes()).is_empty() => {
                format!("{what}, {IN_CLEAR}")
            }
            _ => what.to_owned(),
        }
    }

    /// The lines of a text, masked, without their ends.
    pub(super) fn lines(&self, text: &str) -> Vec<String> {
        self.text(text).lines().map(str::to_owned).collect()
    }
}
