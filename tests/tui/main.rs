//! The TUI by its keys: the whole program on a test screen, with its files, scripts and demo server.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod bad;
mod consents;
mod files;
mod imports;
mod leaks;
mod loading;
mod looks;
mod runs;
#[path = "../cli/spellings.rs"]
mod spellings;
mod story;
mod tokens;
mod troubles;
mod user;
mod visual;
