//! Tokens against a desk that hands them out, and the store against origins that do as they are told.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod along;
mod asked;
mod desk;
mod minute;
mod sends;
mod stored;
mod tries;
