//! Tokens that never go stale: which a send needs, where they come from, and that each is fetched once for all.
//!
//! ```text
//! Plan ─ Tokens: what the files say (bound) ─▶ Pipeline::resolve_fresh (send) ─▶ TokenStore::obtain (store)
//!                                                                                   │ one flight for all (flight)
//!                                                                                   ▼
//!      variables ◀─ writes ◀─ Token ◀─ the reply (reply) ◀─ Origin::fetch: a saved request (saved), or another origin
//! ```
//!
//! A token is what a variable holds: nothing here is needed for a request to be sent with it, as in Postman. The store
//! only knows better: when a value ends, that a server refused it, that a newer one is there. It knows of where tokens
//! come from only that it is an [`Origin`].

mod ask;
mod bound;
mod flight;
mod forget;
mod granted;
mod origin;
mod reply;
mod saved;
mod send;
mod setback;
mod store;
mod take;
mod thought;
mod told;
mod words;

#[cfg(test)]
mod tests;

pub use ask::{Interaction, RenewQuestion, ReplayQuestion};
pub use bound::{Bound, Tokens};
pub use flight::Landed;
pub use forget::{cookies_of, forget_orphaned, forget_token, forget_values};
pub(super) use granted::with_misspelt;
pub use granted::{granted_for, granted_key_at, is_granted};
pub use origin::{Cause, Failure, Fetched, Fetching, Origin, Standing};
pub use reply::{no_end_at, picked, token_in};
pub use store::{Obtained, TokenStore, Want};
pub use told::result;
pub use words::{complaint, cut, span};

pub(super) use send::{Ready, unsent};
