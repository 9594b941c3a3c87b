//! What only the user can say: whether to renew a token, and whether to send a request again.

use super::send::say;
use crate::exec::pipeline::{Pipeline, Prepared, SendContext};
use crate::model::exchange::Phase;
use crate::model::outcome::ConsoleLevel;
use crate::model::request::Method;
use crate::model::token::{Replay, TokenKey};
use crate::script::BoxFuture;

/// A token is no good, and its source says to ask.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RenewQuestion {
    /// Which token.
    pub key: TokenKey,
    /// Why, behind its name: `had expired 12 s ago`.
    pub why: String,
    /// Whether that is because it cannot be read before the user gives the passphrase.
    pub locked: bool,
    /// The name of the request that would fetch it.
    pub from: String,
}

/// A request was refused for its token, which is renewed by now; sending it again might do its work twice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReplayQuestion {
    /// Which token.
    pub key: TokenKey,
    /// The name of the request.
    pub request: String,
    /// Its method.
    pub method: String,
    /// The status it was refused with.
    pub status: u16,
}

/// Who is asked. Without anybody, nothing is renewed that has to be asked for, and nothing is sent again.
pub trait Interaction: Send + Sync {
    /// Whether to renew the token; waits for the user's word.
    fn renew(&self, question: RenewQuestion) -> BoxFuture<bool>;

    /// Whether to send the request again; waits for the user's word.
    fn replay(&self, question: ReplayQuestion) -> BoxFuture<bool>;
}

/// A request that was refused for its token, which is renewed by now.
pub(super) struct Refused<'a> {
    /// Which token.
    pub key: &'a TokenKey,
    /// What the user calls it.
    pub name: &'a str,
    /// The request's method.
    pub method: &'a Method,
    /// The status it was refused with.
    pub status: u16,
    /// What is sent again without asking.
    pub replay: Replay,
    /// What to do where it is not.
    pub advice: &'a str,
}

impl Pipeline {
    /// Whether a request is sent again with its new token: by its rule, else by the user's word. The console is told.
    pub(super) async fn replays(&self, refused: Refused<'_>, prepared: &mut Prepared, context: &SendContext) -> bool {
        let Refused {
            key,
            name,
            method,
            status,
            replay,
            advice,
        } = refused;
        let again = match (replay.allows(method), &self.interaction) {
            (Some(again), _) => again,
            (None, None) => false,
            (None, Some(interaction)) => {
                (context.progress)(Phase::Asking);
                let answer = interaction.replay(ReplayQuestion {
                    key: key.clone(),
                    request: prepared.plan.request.name.clone(),
                    method: method.to_string(),
                    status,
                });
                let again = tokio::select! {
                    answer = answer => answer,
                    () = context.cancel.cancelled() => false,
                };
                (context.progress)(Phase::Preparing);
                again
            }
        };
        let (level, text) = if again {
            let text = format!("sent again: `{name}` was refused with {status}, and a new one was there");
            (ConsoleLevel::Info, text)
        } else {
            // What is told of it shall not say that the new one was tried.
            let last = prepared.log.outcome.renewals.last_mut();
            if let Some(renewal) = last.filter(|renewal| renewal.name == name) {
                renewal.unused = true;
            }
            let text = format!(
                "`{name}` is renewed, but this {method} was not sent again: the server may have acted on it already; {advice}"
            );
            (ConsoleLevel::Warn, text)
        };
        say(prepared, level, text);
        again
    }
}
