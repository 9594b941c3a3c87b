//! How text of an exchange may be shown: with its secrets masked, until the user asks to see them.

use crate::model::Redactor;
use crate::tui::giving::named;
use crate::tui::widgets::escape::printable;

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

    /// The same for one line of the screen, with what nobody sees written down as in bodies.
    pub(super) fn line(&self, text: &str) -> String {
        printable(&self.text(text)).into_owned()
    }

    /// The end of a text, also without what begins before it unless secrets are revealed.
    pub(super) fn end(&self, text: &str, end: &str) -> String {
        match self.redactor {
            Some(redactor) if !self.revealed => redactor.redact_end(text, end),
            _ => end.to_owned(),
        }
    }

    /// The beginning of a text that `goes_on` where it ends, secrets masked unless they are revealed, and how many of its
    /// bytes that stands for: at its end there may be half a secret, which nobody can find.
    pub(super) fn beginning(&self, text: &str, goes_on: bool) -> (String, usize) {
        match self.redactor {
            Some(redactor) if goes_on && !self.revealed => {
                let shown = redactor.redact_start(text, usize::MAX, true);
                (shown, text.len().saturating_sub(redactor.reach()))
            }
            _ => (self.text(text), text.len()),
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
    pub(super) fn as_it_came(&self, what: &str, text: &[u8]) -> String {
        named(what, text, self.hidden())
    }

    /// What is masked, if anything.
    pub(super) fn hidden(&self) -> Option<&Redactor> {
        self.redactor.filter(|_| !self.revealed)
    }

    /// The lines of a text, masked, without their ends.
    pub(super) fn lines(&self, text: &str) -> Vec<String> {
        self.text(text).lines().map(str::to_owned).collect()
    }
}
