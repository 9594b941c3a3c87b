//! Every flow of OAuth 2.0, end to end, against a server that checks all it is told, and against servers that misbehave.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod browser;
mod device;
mod leaks;
mod machines;
mod pipeline;
mod provider;
mod server;
#[path = "../cli/spellings.rs"]
mod spellings;
mod support;
mod trouble;
