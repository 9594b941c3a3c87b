//! What the pane keeps of a request's last outcome: the body with its index, and where one was in each tab.

use std::sync::Arc;

use bytes::Bytes;

use crate::filter;
use crate::http::Keeping;
use crate::model::{Outcome, Payload, Redactor};
use crate::tui::widgets::body::{Path, Step, Supply, Syntax, xpath};

use super::filter::Filtered;
use super::page::Seat;
use super::picture::Looks;
use super::sight::{Body, Wanted};
use super::tab::Tab;

/// One outcome, as it is looked at.
#[derive(Debug)]
pub(super) struct Place {
    pub outcome: Arc<Outcome>,
    /// The name of this body's indexing; also tells one outcome's pages from another's.
    pub id: u64,
    /// The body; `None` when no response came.
    pub body: Option<Body>,
    /// What a filter made of it.
    pub filtered: Option<Filtered>,
    /// What it looks like, if it is a picture and was looked at.
    pub picture: Option<Looks>,
    seats: [Seat; Tab::ALL.len()],
}

impl Supply for Payload {
    fn memory(&self) -> Option<Bytes> {
        self.memory()
    }
}

impl Place {
    /// `wanted` says how its body is to be read.
    pub(super) fn new(outcome: Arc<Outcome>, id: u64, wanted: Wanted, keeping: &Keeping) -> Self {
        let response = outcome.exchange.as_ref().and_then(|exchange| exchange.response());
        let body = response.map(|response| Body::new(response, wanted, keeping));
        Self {
            outcome,
            id,
            body,
            filtered: None,
            picture: None,
            seats: [Seat::default(); Tab::ALL.len()],
        }
    }

    /// Whether an outcome is that of the body here, whole by now.
    pub(super) fn is_of(&self, outcome: &Outcome) -> bool {
        let body = |outcome: &Outcome| Some(outcome.exchange.as_ref()?.response()?.body.clone());
        body(&self.outcome)
            .zip(body(outcome))
            .is_some_and(|(own, other)| own.is_same(&other))
    }

    /// What hides the secrets in the body that is shown, also the pieces of them that a filter has cut out.
    pub(super) fn redactor(&self) -> &Redactor {
        let filtered = self.filtered.as_ref().and_then(Filtered::hides);
        filtered.unwrap_or(self.outcome.redactor.whole())
    }

    /// Takes the outcome as it is by now, whole or with more of it hidden; says whether its filter is to run once more, as what
    /// that cut out of a secret was looked for before that was known to be one.
    pub(super) fn renew(&mut self, outcome: Arc<Outcome>) -> bool {
        let knows_more = outcome.redactor.count() != self.outcome.redactor.count();
        self.outcome = outcome;
        self.hide_pieces();
        knows_more && self.filtered.as_mut().is_some_and(Filtered::begin_again)
    }

    /// The outcome or the output of the filter is another one: what is secret in them may be more.
    pub(super) fn hide_pieces(&mut self) {
        if let Some(filtered) = &mut self.filtered {
            filtered.hide_with(self.outcome.redactor.whole());
        }
    }

    /// The body that is shown: what the filter made of it, else all of it.
    pub(super) fn shown(&self) -> Option<&Body> {
        let filtered = self.filtered.as_ref().and_then(|filtered| filtered.body.as_ref());
        filtered.or(self.body.as_ref())
    }

    /// The same, to move in.
    pub(super) fn shown_mut(&mut self) -> Option<&mut Body> {
        let filtered = self.filtered.as_mut().and_then(|filtered| filtered.body.as_mut());
        filtered.or(self.body.as_mut())
    }

    /// Whether that is the output of a filter.
    pub(super) fn is_filtered(&self) -> bool {
        self.filtered.as_ref().is_some_and(|filtered| filtered.body.is_some())
    }

    /// What the filter made, and the ending of a file of it; `None` while all of the body is shown.
    pub(super) fn output(&self) -> Option<(Payload, &'static str)> {
        let document = &self.filtered.as_ref()?.body.as_ref()?.document;
        let ending = match document.syntax() {
            Syntax::Json => "json",
            Syntax::JsonLines => "jsonl",
            Syntax::Code(_) | Syntax::Markup { .. } => "xml",
            Syntax::Text | Syntax::Hex | Syntax::Marked => "txt",
        };
        let bytes = document.source().read(0, usize::MAX).ok()?;
        Some((bytes.into(), ending))
    }

    /// The path to what stands on a line that is shown, and whether it leads there in the body: in what a filter made it may
    /// only lead there in that.
    pub(super) fn path(&self, line: usize) -> Option<(Path, bool)> {
        let shown = self.shown()?;
        let path = shown.document.path(line)?;
        let Some(filtered) = self.filtered.as_ref().filter(|filtered| filtered.body.is_some()) else {
            return Some((path, true));
        };
        // Of several values each is on its line, and the first step is its number.
        let (number, rest) = match path.0.split_first() {
            Some((Step::Index(at), rest)) if shown.document.syntax() == Syntax::JsonLines => (*at, rest),
            None if shown.document.syntax() == Syntax::JsonLines => return None,
            _ => (0, &path.0[..]),
        };
        let Some(steps) = filtered.places.get(number) else {
            return Some((path, false));
        };
        let steps = steps.into_iter().map(|step| match step {
            filter::Step::Key(name) => Step::Key(name),
            filter::Step::Index(at) => Step::Index(at),
        });
        Some((Path(steps.chain(rest.iter().cloned()).collect()), true))
    }

    /// The same in words: of JSON as `JSONPath`, of markup as XPath.
    pub(super) fn way(&self, line: usize) -> Option<(String, bool)> {
        let element = self.shown()?.document.element_path(line);
        match element {
            Some(steps) => Some((xpath(&steps), true)),
            None => self.path(line).map(|(path, leads)| (path.to_string(), leads)),
        }
    }

    pub(super) fn seat(&self, tab: Tab) -> Seat {
        self.seats[tab as usize]
    }

    pub(super) fn seat_mut(&mut self, tab: Tab) -> &mut Seat {
        &mut self.seats[tab as usize]
    }
}
