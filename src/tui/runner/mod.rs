//! The runner: what a run was asked to do, and what is known of it so far.
//!
//! ```text
//! form ─▶ Settings ─▶ Effect::Run(Order) ─▶ exec::run on tokio ─▶ News (rows in batches) ─▶ Log ─▶ table
//! ```
//!
//! There is one [`Log`], that of the latest run. It lives apart from the table that shows it, so a run goes on while the
//! user works elsewhere. Of what went well only figures are kept; see [`Kept`] for the responses.

mod kept;
mod log;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::exec::{RunOptions, Session, Summary};
use crate::model::variable::CurrentValues;
use crate::model::{NodeId, Outcome};
use crate::store::state::HistoryRow;

pub use kept::Kept;
pub use log::{Log, Named, Phase, Seen};

/// What the runner's screens ask of the program.
#[derive(Clone, Debug, PartialEq)]
pub enum Ask {
    /// Shows the run of what the user is in, or the form for one.
    Open,
    /// Shows the form again, with the settings of the last run.
    Form,
    /// Puts a collection or folder into the form.
    Choose(NodeId),
    /// Begins a run.
    Start(Settings),
    /// Begins the last run again.
    Again,
    /// Runs again what failed.
    Failed,
    /// Goes back from the run of what failed to the full one.
    Back,
    /// Shows the table again as it was left for the response of a row.
    Table,
    /// Cancels the run.
    Cancel,
    /// Shows what a row's request came to in the response pane.
    Show(usize),
    /// Asks for the file of a report.
    Export(Format),
}

/// What to run, and how.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// The collection or folder.
    pub group: NodeId,
    /// How often; `None` is once, or once for every row of data.
    pub iterations: Option<usize>,
    /// The file with iteration data, as typed; may be empty.
    pub data: String,
    /// The pause between requests.
    pub delay: Duration,
    /// Whether to stop at the first failure.
    pub bail: bool,
    /// Whether what scripts set stays after the run.
    pub keep: bool,
}

impl Settings {
    /// The usual ones.
    pub fn of(group: NodeId) -> Self {
        Self {
            group,
            iterations: None,
            data: String::new(),
            delay: Duration::ZERO,
            bail: false,
            keep: true,
        }
    }
}

/// All that a run needs: an owned snapshot, so that later edits cannot leak in.
#[derive(Debug)]
pub struct Order {
    /// The workspace and all values.
    pub session: Session,
    /// What to run; the data is read from the file.
    pub options: RunOptions,
    /// The file with iteration data.
    pub data: Option<PathBuf>,
    /// The collection, for reports.
    pub collection: Option<NodeId>,
}

/// News of a run.
#[derive(Debug)]
pub enum News {
    /// It begins: so many requests in so many iterations.
    Started {
        /// All requests of all iterations.
        requests: usize,
        /// Iterations.
        iterations: usize,
    },
    /// Requests are over.
    Done(Vec<Done>),
    /// It is over.
    Ended(Box<Ended>),
    /// It did not begin, or broke off.
    Failed(String),
}

/// A request that is over.
#[derive(Debug)]
pub struct Done {
    /// What the table shows of it.
    pub row: Row,
    /// All that came of it.
    pub outcome: Arc<Outcome>,
    /// What the history shows of it.
    pub history: Option<HistoryRow>,
}

/// A run that is over.
#[derive(Debug)]
pub struct Ended {
    /// Its figures; the failures are in the rows.
    pub summary: Summary,
    /// All values after it.
    pub current: CurrentValues,
}

/// A request that is over, as the table shows it; redacted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Which iteration, from 0.
    pub iteration: usize,
    /// The request.
    pub node: NodeId,
    /// How many requests went out for it: those of its scripts too.
    pub sent: usize,
    /// What came back.
    pub answer: Answer,
    /// How long it took.
    pub took: Duration,
    /// The length of the response, head and body, in bytes.
    pub size: u64,
    /// How many tests passed.
    pub passed: usize,
    /// How many tests there were, without the skipped ones.
    pub tests: usize,
    /// How many tests were skipped.
    pub skipped: usize,
    /// What failed.
    pub failures: Vec<Failed>,
    /// What was said of the sending besides: a file of the body that is not there.
    pub warnings: Vec<String>,
}

/// What came back for a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// A response with this status.
    Status(u16),
    /// No response.
    None,
    /// A script skipped it.
    Skipped,
}

/// One thing that failed; redacted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failed {
    /// The test, or what else failed.
    pub what: String,
    /// Why.
    pub message: String,
}

/// A report's form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// One page that needs nothing else.
    Html,
    /// What CI servers read.
    Junit,
    /// Newman's summary.
    Json,
}

impl Format {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Html, Self::Junit, Self::Json];

    /// What it is.
    pub fn label(self) -> &'static str {
        match self {
            Self::Html => "HTML, one page to look at",
            Self::Junit => "JUnit XML, for CI servers",
            Self::Json => "JSON, as newman writes it",
        }
    }

    /// The file's ending.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Html => "html",
            Self::Junit => "xml",
            Self::Json => "json",
        }
    }
}
