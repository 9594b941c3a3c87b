//! What only the user can say: whether to renew a token, and whether to send a request again.

use crate::model::token::TokenKey;
use crate::script::BoxFuture;

/// A token is no good, and its source says to ask.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RenewQuestion {
    /// Which token.
    pub key: TokenKey,
    /// Why, behind its name: `had expired 12 s ago`.
    pub why: String,
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
