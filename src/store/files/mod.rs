//! The files of a workspace: reading them into the model and writing them back so that nobody sees a needless change.
//!
//! ```text
//! text ──parse (dto)──▶ model ──tree──▶ Tree(old) ┐
//!                       model ──tree──▶ Tree(new) ┴─merge──▶ the text with only the difference changed ──atomic──▶ disk
//! ```
//!
//! Saving compares two trees, what the text says now and what it shall say, and touches only what differs: comments,
//! order, layout and keys of later versions stay as they are.

mod atomic;
mod body;
mod dto;
mod duration;
mod earlier;
mod error;
mod example;
mod group;
mod known;
mod layout;
mod load;
#[cfg(test)]
mod loading;
mod merge;
mod origin;
mod parse;
mod place;
mod request;
mod rewrite;
#[cfg(test)]
mod roundtrip;
mod rows;
mod save;
#[cfg(test)]
mod saving;
pub mod schema;
mod settings;
mod structure;
mod text;
mod tokens;
mod tree;
mod value;
mod walk;

pub use error::{SaveError, Theirs};
pub use known::Files;
pub use load::{Loading, Part};
pub use parse::{line_column, one_line, request_from_toml, request_to_toml};
pub use place::{Content, Place};
pub use rewrite::{Rewritten, Stock};
pub use save::Saved;
pub use structure::Removed;

pub(super) use atomic::write;
pub(super) use duration::DurationText;
pub(super) use known::{Disk, read};
pub(super) use load::plain_group;
pub(super) use parse::{parse, parse_told};
