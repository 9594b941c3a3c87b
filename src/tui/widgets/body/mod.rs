//! The viewer of response bodies: windowed, so 100 MB open and scroll like 1 KB.
//!
//! Bytes stay as they came. A sparse index over them says where every 128th line starts; a screen is the nearest
//! checkpoint plus a short walk, and only what is on the screen is ever formatted or coloured:
//!
//! ```text
//! Source → Document::new ── first lines at once ────────────┐
//!           └ index_job → IndexJob::run → Snapshot → apply ──┤→ View::draw → Buffer
//! pattern → search::Job::run → Matches → View::set_matches ──┘
//! ```
//!
//! The caller owns the threads: both jobs block, ask whether they are cancelled, and tell how far they are. The view is
//! plain state, changed by its methods and only read by drawing. Everything drawn passes [`super::escape`].
//!
//! A body may lie in a file and may still arrive: it is read through a [window](window), block by block, never as a whole.
//!
//! # Other kinds of bodies
//!
//! All that moves, folds, searches and draws asks for lines: [`Document`] is the one place that knows how the lines of a
//! form are found ([`Syntax`], its `Layout`). A new kind is an index of its lines, built in steps by [`IndexJob`], and a
//! way to read a [`Line`] from a checkpoint on. If it tells its [`outline`] how deep each line is, it folds and has paths.
//! What a filter puts out is a [`Source`], and so a body for this viewer.

mod chunked;
mod document;
mod draw;
mod fold;
mod folds;
mod glyphs;
mod hide;
mod index;
mod job;
mod lexer;
mod line;
mod nest;
mod outline;
mod path;
mod plain;
mod rows;
mod scan;
pub mod search;
mod source;
mod styles;
mod syntax;
mod view;
mod window;

#[cfg(test)]
mod tests;

pub use document::{Document, Form, LinesFrom};
pub use hide::Hide;
pub use job::{IndexJob, Snapshot};
pub use line::{Kind, Line};
pub use path::{Path, Step};
pub use scan::Fault;
pub use source::{Source, Supply};
pub use styles::BodyStyles;
pub use syntax::Syntax;
pub use view::{Found, View};
