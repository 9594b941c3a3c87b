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
//! form are found ([`Syntax`], its `Layout`). If they tell their [`outline`] how deep each is, they fold and have paths: JSON
//! says so itself, of markup whoever laid it out ([`shape`]).
//! What a filter puts out is a [`Source`], and so a body for this viewer; so is what comes of laying a body out anew:
//!
//! ```text
//! Source → Kind::guess, charset → Rendition ┬ plain: Document of the body, decoded to UTF-8
//!                                           └ laid:  Document of what a Lay makes of it (XML indented, CSV as a table …)
//! ```
//!
//! A new kind is a [`Kind`], and where it is worth it a way to lay it out in [`lay`] and a lexer in
//! [`highlight`](super::highlight).

mod again;
mod charset;
mod chunked;
mod document;
mod draw;
mod fold;
mod folds;
mod gate;
mod glyphs;
mod hide;
mod index;
mod job;
mod kind;
mod laid;
mod lay;
mod leaf;
mod lexer;
mod line;
mod marks;
mod nest;
mod nested;
mod opened;
mod outline;
mod path;
mod pattern;
mod plain;
mod rendition;
mod rows;
mod scan;
pub mod search;
mod shape;
mod source;
mod styles;
mod syntax;
mod tint;
mod view;
mod walk;
mod window;

#[cfg(test)]
mod tests;

pub use again::Told;
pub use charset::{CHARSETS, decoded};
pub use document::{Document, Form, LinesFrom};
pub use hide::Hide;
pub use job::{IndexJob, Snapshot};
pub use kind::Kind;
pub use laid::Store;
pub use lay::table::{TableRow, above, table_row};
pub use leaf::{Leaf, leaf};
pub use line::Line;
pub use path::{Path, Step, xpath};
pub use rendition::{MakeStore, Rendition, markup};
pub use scan::Fault;
pub use source::{Source, Supply};
pub use styles::BodyStyles;
pub use syntax::Syntax;
pub use view::{Found, View};
