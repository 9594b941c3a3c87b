//! What is known of the latest run: its rows, sums, and how it ended.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::Timestamp;

use super::{Ended, Kept, Row, Settings};
use crate::exec::Summary;
use crate::model::variable::CurrentValues;
use crate::model::{EnvironmentId, NodeId, Workspace};
use crate::tui::shared::RunId;

/// How far a run is.
#[derive(Debug)]
pub enum Phase {
    /// The data file is being read.
    Starting,
    /// Requests are on their way.
    Running,
    /// It is over.
    Ended(Box<Summary>),
    /// It did not begin, or broke off.
    Failed(String),
}

/// What the table says of a request besides its result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// The method.
    pub method: String,
    /// The name.
    pub name: String,
    /// The folders between what was run and the request: `Users › Admin`.
    pub folder: String,
}

/// Where the user was in a run's table when it was left.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// The cursor, as a place among the rows in sight; `None` where the table was never looked at when it was over.
    pub cursor: Option<usize>,
    /// Only the rows in which something failed.
    pub only_failed: bool,
    /// The rows whose failures and warnings were listed below them when one was opened.
    pub unfolded: BTreeSet<usize>,
}

/// A run.
#[derive(Debug)]
pub struct Log {
    /// Its name.
    pub run: RunId,
    /// What was asked for.
    pub settings: Settings,
    /// What was run: `Pydio Cells › Users`.
    pub title: String,
    /// The environment: it runs in that again, whichever is active by then.
    pub active: Option<EnvironmentId>,
    /// The environment's name.
    pub environment: Option<String>,
    /// Whether it runs what failed before, and nothing else.
    pub again: bool,
    /// The run whose failures it runs again, to go back to.
    pub full: Option<Box<Log>>,
    /// Whether the form waits for it to read its data file.
    pub reads: bool,
    /// The run before, until this one has read its data file: without that it does not take its place.
    pub instead_of: Option<Box<Log>>,
    /// Where the user was in its table.
    pub seen: Seen,
    /// The request whose outcome was opened from the table, until another is or the table is back. Mended and sent again it
    /// is the same request.
    pub opened: Option<NodeId>,
    /// When it was asked for.
    pub started: Timestamp,
    /// How far it is.
    pub phase: Phase,
    /// How many requests there will be, if no script jumps.
    pub planned: usize,
    /// How many iterations.
    pub iterations: usize,
    /// The requests that are over, in order.
    pub rows: Vec<Row>,
    /// The numbers of the rows in which something failed.
    pub failed: Vec<usize>,
    /// Whether a row has warnings.
    pub warned: bool,
    /// How many requests went out, as newman counts them: those of scripts too.
    pub sent: usize,
    /// The lengths of all responses, as the rows have them.
    pub size: u64,
    /// Tests that passed, and all that ran: the skipped ones are told apart.
    pub tests: (usize, usize),
    /// Tests that were skipped.
    pub skipped: usize,
    /// Outcomes that can be looked at.
    pub kept: Kept,
    /// All values before the run.
    pub before: CurrentValues,
    /// All values after it.
    pub after: Option<CurrentValues>,
    named: HashMap<NodeId, Named>,
}

impl Log {
    /// A run that was just asked for.
    pub fn new(run: RunId, settings: Settings, workspace: &Workspace, before: CurrentValues, now: Timestamp) -> Self {
        let group = settings.group;
        let mut named = HashMap::new();
        for id in workspace.requests_below(group) {
            let Some(request) = workspace.request(id) else { continue };
            let above = workspace.ancestors(id);
            let between = above.iter().skip_while(|node| node.id != group).skip(1);
            let folder: Vec<&str> = between.map(|node| node.entity.name()).collect();
            named.insert(
                id,
                Named {
                    method: request.method.to_string(),
                    name: request.name.clone(),
                    folder: folder.join(" › "),
                },
            );
        }
        let path: Vec<&str> = workspace.lineage(group).map(|node| node.entity.name()).collect();
        Self {
            run,
            settings,
            title: path.into_iter().rev().collect::<Vec<_>>().join(" › "),
            active: None,
            environment: None,
            again: false,
            full: None,
            reads: false,
            instead_of: None,
            seen: Seen::default(),
            opened: None,
            started: now,
            phase: Phase::Starting,
            planned: 0,
            iterations: 1,
            rows: Vec::new(),
            failed: Vec::new(),
            warned: false,
            sent: 0,
            size: 0,
            tests: (0, 0),
            skipped: 0,
            kept: Kept::default(),
            before,
            after: None,
            named,
        }
    }

    /// What is said of a request; one that is gone from the workspace has its name still.
    pub fn named(&self, node: NodeId) -> Option<&Named> {
        self.named.get(&node)
    }

    /// All that it says something of.
    pub fn all_named(&self) -> impl Iterator<Item = (NodeId, &Named)> {
        self.named.iter().map(|(node, named)| (*node, named))
    }

    /// Adds a row; returns its number.
    pub fn add(&mut self, row: Row) -> usize {
        let at = self.rows.len();
        if row.failed() {
            self.failed.push(at);
        }
        self.warned |= !row.warnings.is_empty();
        self.sent += row.sent;
        self.size = self.size.saturating_add(row.size);
        self.tests.0 += row.passed;
        self.tests.1 += row.tests;
        self.skipped += row.skipped;
        self.rows.push(row);
        at
    }

    /// Notes that it is over.
    pub fn end(&mut self, ended: Ended) {
        self.phase = Phase::Ended(Box::new(ended.summary));
        self.after = Some(ended.current);
    }

    /// Whether it is under way.
    pub fn is_running(&self) -> bool {
        matches!(self.phase, Phase::Starting | Phase::Running)
    }

    /// Which requests of which iterations failed.
    pub fn failures(&self) -> BTreeMap<usize, BTreeSet<NodeId>> {
        let mut out: BTreeMap<usize, BTreeSet<NodeId>> = BTreeMap::new();
        for row in self.failed.iter().filter_map(|at| self.rows.get(*at)) {
            out.entry(row.iteration).or_default().insert(row.node);
        }
        out
    }
}

impl Row {
    /// Whether anything failed in it.
    pub fn failed(&self) -> bool {
        !self.failures.is_empty()
    }
}
