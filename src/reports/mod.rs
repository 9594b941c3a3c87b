//! Reports of runs as files: each is fed the run's events, keeps no more of them than it must, and is written at the end.
//!
//! ```text
//! RunEvent ─▶ json, junit, html ─▶ spool (a temporary file) ─▶ write: head, spool, end ─▶ a file, a pipe
//!           (redacted)
//! ```
//!
//! `postrider run` and the TUI's runner both write them.

mod class_name;
mod hide;
mod html;
mod json;
mod junit;
mod record;
pub mod scopes;
mod sdk;
mod sent;
mod spool;
mod stats;
pub mod words;

use std::io;

use crate::exec::{RunEvent, Session, Summary};
use crate::model::{NodeId, Redactor};

pub use html::Html;
pub use json::Json;
pub use junit::Junit;

/// One report of a run.
pub trait Report {
    /// Something happened. Nothing of it may be written before the redactor has been over it.
    ///
    /// # Errors
    ///
    /// When the temporary file cannot be written.
    fn event(&mut self, event: &RunEvent<'_>, redactor: &Redactor) -> io::Result<()>;

    /// Writes the report out; the run is over. It may be written again, to another place.
    ///
    /// # Errors
    ///
    /// When that cannot be written to, or the temporary file not read.
    fn write(&mut self, end: &End<'_>, out: &mut dyn io::Write) -> io::Result<()>;
}

/// What is known when a run is over.
pub struct End<'a> {
    /// Figures and failures.
    pub summary: &'a Summary,
    /// All values after it.
    pub session: &'a Session,
    /// The first collection that was run.
    pub collection: Option<NodeId>,
    /// Hides every secret of the run.
    pub redactor: &'a Redactor,
}
