//! Signing as a dialogue, for the types that must hear the server first: digest, NTLM, Hawk.
//!
//! ```text
//! ResolvedRequest ─ begin ─▶ Signed ──(exec sends it)──▶ Exchange ─ answered ─┬▶ Again: send this instead
//!                              ▲                                              └▶ Over: the answer stands
//!                              └────────────── at most 3 times more ◀─────────┘
//! ```
//!
//! Nothing is sent here: whoever does shows what came back. Each round starts from the request as it was resolved, so a
//! signer has no state but what the answer shows and what it keeps in the [`Memory`] for requests to come.

use std::borrow::Cow;

use url::Url;

use super::misspelt::misspelt;
use super::signed::signed;
use super::{AuthType, Draft, Memory, Signed, Step, find};
use crate::model::{Auth, Exchange, ResolvedRequest};

/// So often a request is sent again, as in Postman.
pub(super) const MOST: u8 = 3;

/// What a server said to what was sent, as a signer sees it.
pub struct Answer<'a> {
    exchange: &'a Exchange,
    /// How often the request was sent again before this.
    pub round: u8,
}

impl<'a> Answer<'a> {
    /// The status code; 0 when there is no answer.
    pub fn status(&self) -> u16 {
        self.exchange.response().map_or(0, |response| response.status)
    }

    /// The values of all headers of a name, each byte a character: what goes back must be what came.
    pub fn headers(&self, name: &'a str) -> impl Iterator<Item = String> {
        let headers = self.exchange.response().map(|response| response.headers.as_slice());
        let headers = headers.unwrap_or_default().iter();
        let same = headers.filter(move |(own, _)| own.eq_ignore_ascii_case(name));
        same.map(|(_, value)| value.iter().map(|byte| char::from(*byte)).collect())
    }

    /// A header of the request that was answered, as it went out.
    pub fn sent(&self, name: &str) -> Option<&str> {
        let mut headers = self.exchange.request.headers.iter();
        let found = headers.find(|(own, _)| own.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    /// Whether the request went over a connection that was open before.
    pub fn reused(&self) -> bool {
        self.exchange.connection.reused
    }
}

/// What a dialogue wants next.
#[derive(Debug)]
pub enum Reply {
    /// Nothing: the answer stands. With what the user should know.
    Over(Vec<String>),
    /// The request is to be sent again, like this.
    Again {
        /// The request.
        signed: Box<Signed>,
        /// Why, in a few words: `digest challenge`.
        reason: String,
    },
}

/// One request on its way, from its first signature to the answer that stands.
pub struct Dialogue {
    auth: &'static dyn AuthType,
    resolved: ResolvedRequest,
    memory: Memory,
    round: u8,
}

impl Dialogue {
    /// Puts the credentials into a request as far as that is possible before anything is known of the server. Without a
    /// dialogue that is all.
    ///
    /// A type that is not known, or that cannot be signed yet, leaves the request unsigned and says so: it may well be
    /// one that the server answers without.
    pub fn begin(resolved: ResolvedRequest, memory: &Memory) -> (Option<Self>, Signed) {
        let auth = find(&resolved.auth.kind);
        let mut draft = Draft::new(resolved, memory.clone());
        let mut talks = None;
        if !draft.request().auth.is_inherited() {
            if draft.request().auth.kind != Auth::NONE {
                draft.state_content_type();
            }
            for text in misspelt(&draft.request().auth) {
                draft.warn(&text);
            }
            // Only for the few types that need it, and before the signer changes it.
            let before = auth.is_some_and(AuthType::listens).then(|| draft.request().clone());
            match auth.map(|auth| auth.sign(&mut draft)) {
                Some(Step::Signed) => {}
                Some(Step::Send { .. }) => talks = before,
                Some(Step::Ask { question }) => {
                    draft.warn(&format!("sent unsigned, as this needs an answer: {question}"));
                }
                None => {
                    let kind = &draft.request().auth.kind;
                    let text = format!("the auth type `{kind}` is not known to this version: sent without credentials");
                    draft.warn(&text);
                }
            }
        }
        let dialogue = auth.zip(talks).map(|(auth, resolved)| Self {
            auth,
            resolved,
            memory: memory.clone(),
            round: 0,
        });
        (dialogue, signed(draft))
    }

    /// Shows the signer what came back.
    ///
    /// After redirects the server that asks may be another one: it gets no answer, unless it is the one the request was
    /// for; then the request is signed for where it came to.
    pub fn answered(&mut self, exchange: &Exchange) -> Reply {
        let over = Reply::Over(Vec::new());
        if exchange.result.is_err() {
            return over;
        }
        if exchange.hops.iter().any(|hop| hop.again.is_none()) {
            let (from, to) = (&self.resolved.url, &exchange.request.url);
            if !is_same_server(from, to) {
                return over;
            }
            self.resolved.url.clone_from(to);
            if self.resolved.method != exchange.request.method {
                self.resolved.method.clone_from(&exchange.request.method);
                self.resolved.body = crate::model::wire::ResolvedBody::None;
            }
        }
        let answer = Answer {
            exchange,
            round: self.round,
        };
        let mut draft = Draft::new(self.resolved.clone(), self.memory.clone());
        match self.auth.answer(&mut draft, &answer) {
            Step::Send { reason } if self.round < MOST => {
                self.round += 1;
                Reply::Again {
                    signed: Box::new(signed(draft)),
                    reason,
                }
            }
            _ => Reply::Over(signed(draft).warnings),
        }
    }
}

/// Whether two URLs are of one server: scheme, host and port.
fn is_same_server(one: &str, other: &str) -> bool {
    let origin = |url: &str| parse(url).map(|url| url.origin());
    origin(one).is_some_and(|own| origin(other) == Some(own))
}

/// A URL as it is sent to: one without a scheme is `http`.
pub(super) fn parse(url: &str) -> Option<Url> {
    let url = url.trim();
    let full = if url.contains("://") {
        Cow::Borrowed(url)
    } else {
        Cow::Owned(format!("http://{url}"))
    };
    Url::parse(&full).ok().filter(Url::has_host)
}
