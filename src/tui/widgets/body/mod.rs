//! The viewer of response bodies: windowed, so 100 MB open and scroll like 1 KB.
//!
//! Bytes stay as they came. A sparse index over them says where every 128th line starts; a screen is the nearest
//! checkpoint plus a short walk, and only what is on the screen is ever formatted or coloured:
//!
//! ```text
//! Bytes → Document::new ── first lines at once ──────────────┐
//!           └ index_job → IndexJob::run → Snapshot → apply ──┤→ View::draw → Buffer
//! pattern → search::Job::run → Matches → View::set_matches ──┘
//! ```
//!
//! The caller owns the threads: both jobs block, ask whether they are cancelled, and tell how far they are. The view is
//! plain state, changed by its methods and only read by drawing. Everything drawn passes [`super::escape`].
//!
//! Folding and filters will build on the same index: a table of containers beside the checkpoints, filled by
//! the scanner where they open and close.

mod document;
mod draw;
mod glyphs;
mod hide;
mod index;
mod job;
mod lexer;
mod line;
mod plain;
mod scan;
pub mod search;
mod styles;
mod view;

#[cfg(test)]
mod tests;

pub use document::{Document, Form, LinesFrom, Syntax};
pub use hide::Hide;
pub use job::{IndexJob, Snapshot};
pub use line::{Kind, Line};
pub use scan::Fault;
pub use styles::BodyStyles;
pub use view::{Found, View};
