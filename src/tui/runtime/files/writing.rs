//! Writing and removing files, and what is told of it.

use std::io::ErrorKind;

use super::Worker;
use crate::model::Filed;
use crate::store::Place;
use crate::store::files::{Content, SaveError};
use crate::tui::event::{Event, Saved};

/// So many files are told of in one go: the screen looks at itself after each event, and a move may write hundreds.
pub(super) const TOLD_TOGETHER: usize = 100;

impl Worker {
    /// Tells what was written.
    pub(super) fn tell_written(&mut self) {
        let mut written = std::mem::take(&mut self.written);
        match (written.pop(), written.is_empty()) {
            (None, _) => {}
            (Some(only), true) => self.tell(Event::Saved(only)),
            (Some(last), false) => {
                written.push(last);
                self.tell(Event::AllSaved(written));
            }
        }
    }

    pub(super) fn write(&mut self, of: Filed, place: &Place, content: Content, overwrite: bool, what: String) {
        let saved = match self.files.save(place, &content, overwrite) {
            Ok(_) => Saved::Written(of, content),
            Err(SaveError::Conflict { theirs, .. }) => Saved::Conflict { of, theirs: *theirs },
            Err(error) => Saved::Failed {
                of: Some(of),
                what,
                message: in_words(&error),
            },
        };
        self.written.push(saved);
    }

    /// Removes files; they stay in the bin, and the values and tokens that were kept for them go.
    pub(super) fn remove(&mut self, place: Place, saved: bool) {
        if saved || self.files.holds(&place) {
            match self.files.remove(&place) {
                Ok(removed) => self.bin.keep(removed),
                // What somebody else has deleted already.
                Err(SaveError::Io { source, .. }) if source.kind() == ErrorKind::NotFound => {}
                Err(error) => {
                    let message = in_words(&error);
                    return self.tell(Event::Saved(Saved::NotRemoved { place, message }));
                }
            }
        }
        self.forget_kept(&place);
    }

    pub(super) fn failed(&self, what: String, error: &SaveError) {
        let message = in_words(error);
        self.tell(Event::Saved(Saved::Failed {
            of: None,
            what,
            message,
        }));
    }
}

/// An error with its causes and the next step.
pub(super) fn in_words(error: &SaveError) -> String {
    let mut message = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        message = format!("{message}: {cause}");
        source = cause.source();
    }
    match error.hint() {
        Some(hint) => format!("{message}; {hint}"),
        None => message,
    }
}
