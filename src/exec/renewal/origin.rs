//! Where a token comes from: the one thing that the store knows of saved requests, OAuth 2.0 and what may come.

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio_util::sync::CancellationToken;

use super::words::span;
use crate::model::token::{Token, TokenKey};
use crate::model::{NodeId, Outcome};
use crate::script::BoxFuture;

/// Something that can obtain a token.
///
/// The store calls [`Origin::fetch`] for one at a time of all that want the same token, in a task of its own: whoever
/// waits may go away, and the fetching goes on for the others. What it returns is kept and handed to all of them.
pub trait Origin: Send + Sync {
    /// Which token it is. Two origins of the same key are the same token.
    fn key(&self) -> TokenKey;

    /// How long before its end the token counts as expired.
    fn renew_before(&self) -> Duration;

    /// A fingerprint of what it obtains the token with: request, variables, secrets. While it is the same, a failure holds.
    fn made_of(&self) -> u64;

    /// Obtains a token. It never fails without a reason, and it never waits for the store's answer on its own key.
    fn fetch(self: Arc<Self>, fetching: Fetching) -> BoxFuture<Fetched>;

    /// How long somebody was asked for something while it did: they may take their time.
    fn thought(&self) -> Duration {
        Duration::ZERO
    }
}

/// What an origin is told.
#[derive(Clone, Debug)]
pub struct Fetching {
    /// Why.
    pub cause: Cause,
    /// The token as it was last known, good or not: what renews it may be in it.
    pub known: Option<Arc<Token>>,
    /// Cancelled when nobody waits any more.
    pub cancel: CancellationToken,
}

/// Why a token is obtained.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// There is none.
    Missing,
    /// There is one that cannot be read before the user gives the passphrase.
    Locked,
    /// It ended so long ago.
    Expired(SignedDuration),
    /// It ends so soon.
    Ending(SignedDuration),
    /// A server refused it with this status.
    Refused(u16),
    /// A server refused it earlier.
    RefusedEarlier,
    /// It was got with a password or client secret that is another one by now.
    Changed,
    /// The user wants a new one.
    Asked,
}

impl Cause {
    /// In words, behind the token's name: `had expired 12 s ago`.
    pub fn words(self) -> String {
        match self {
            Self::Missing => "had no value".to_owned(),
            // What unlocks it is a key on the screen, and another thing on the command line.
            Self::Locked => "is locked with a passphrase".to_owned(),
            Self::Expired(ago) => format!("had expired {} ago", span(ago)),
            Self::Ending(left) if left.as_secs() <= 0 => "had less than a second left".to_owned(),
            Self::Ending(left) => format!("had {} left", span(left)),
            Self::Refused(status) => format!("was refused with {status}"),
            Self::RefusedEarlier => "was refused before".to_owned(),
            Self::Changed => "was got with another password or client secret".to_owned(),
            Self::Asked => "was to be renewed".to_owned(),
        }
    }

    /// Whether there is no token at hand that would be renewed.
    pub fn is_first(self) -> bool {
        matches!(self, Self::Missing | Self::Locked)
    }

    /// Whether the token at hand may still be good.
    pub fn is_early(self) -> bool {
        matches!(self, Self::Ending(_))
    }
}

/// What came of fetching.
#[derive(Clone, Debug)]
pub struct Fetched {
    /// The token, or why there is none.
    pub token: Result<Token, Failure>,
    /// Where it came from, for the person who reads: the request's name.
    pub from: String,
    /// The saved request, if it was one.
    pub node: Option<NodeId>,
    /// All that came of that request, its own reply first of all.
    pub outcome: Option<Arc<Outcome>>,
    /// Why what was to renew the last one did not, in a sentence, whatever came of getting a new one. Nothing where somebody
    /// has called it off.
    pub unrenewed: Option<String>,
}

/// Why there is no token.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Failure {
    /// One sentence, lower case, without secrets.
    pub message: String,
    /// The next step.
    pub hint: Option<String>,
    /// Whether it is tried once more, as it may be otherwise in a moment: the server was busy, or the request has never come to
    /// it. Never what it may have acted upon without an answer.
    pub transient: bool,
    /// Whether all was well by its status, and no token in it. That may be a wrong password in other words, and is tried once
    /// more only where a token is known that was fetched before.
    pub empty: bool,
    /// Whether a person has called it off: nothing is wrong.
    pub declined: bool,
}

impl Failure {
    /// A failure that trying again does not mend.
    pub fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            ..Self::default()
        }
    }

    /// The same with a next step.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

/// How good a token is at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It is good until then; `None` when nobody says.
    Good(Option<Timestamp>),
    /// A new one is due.
    Due(Cause),
}
