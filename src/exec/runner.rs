//! Runs many requests in order, once or for every row of data, through the one pipeline.
//!
//! ```text
//! for each iteration ─ for each request ─ plan ─ pipeline ─ keep writes ─ RunEvent
//!   │                      ▲                        │  │ failed: again, while `retry` allows
//!   │                      └──── setNextRequest ◀───┘◀─┘
//!   └─ with `parallel` so many iterations at once, each with variables, cookies and scripts of its own
//! ```
//!
//! The order and what `setNextRequest` means are those of newman 6.2, measured. Everything a reporter needs is in the events;
//! nothing is kept of a request once its event was told.

mod going;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use self::going::Going;
use super::data::Data;
use super::pipeline::{Pipeline, SendContext};
use super::plan::{Iteration, Plan};
use super::session::Session;
use super::summary::{Failure, Summary};
use crate::model::{NodeId, Outcome};

/// What to run, and how.
#[derive(Clone, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of `run`")]
pub struct RunOptions {
    /// The requests in order.
    pub requests: Vec<NodeId>,
    /// How often; absent is once, or once for every row of data. Beyond the rows, the last one repeats.
    pub iterations: Option<usize>,
    /// Rows of iteration data; may be empty.
    pub data: Data,
    /// The pause before each request, the first included, as in newman.
    pub delay: Duration,
    /// Stop at the first failure: what runs beside it comes to its end.
    pub bail: bool,
    /// Stop at the first error, of a request or script: a test that fails is none.
    pub bail_on_error: bool,
    /// Stop at the first failure, and break off what runs beside it.
    pub fail_fast: bool,
    /// The run is one request on its own, which `setNextRequest` cannot leave.
    pub single: bool,
    /// How many iterations run at once; 0 and 1 are one after the other.
    pub parallel: usize,
    /// How often a request that failed is tried again.
    pub retry: usize,
    /// How long the whole run may take; zero is as long as it likes.
    pub timeout: Duration,
    /// Only the iterations of this part: the first number of the part, from 0, and how many parts there are.
    pub shard: Option<(usize, usize)>,
    /// Only these requests of these iterations, numbered from 0: what failed in an earlier run.
    pub only: Option<Arc<BTreeMap<usize, BTreeSet<NodeId>>>>,
}

impl RunOptions {
    /// How many iterations there are, those of other parts included.
    pub fn count(&self) -> usize {
        self.iterations.unwrap_or(self.data.len().max(1))
    }

    /// The iterations of this part; none where there is nothing to run, as in newman.
    fn numbers(&self) -> impl Iterator<Item = usize> + use<> {
        let (first, step) = self.shard.unwrap_or((0, 1));
        let only = self.only.clone();
        let end = if self.requests.is_empty() { 0 } else { self.count() };
        let all = (first..end).step_by(step.max(1));
        all.filter(move |index| only.as_ref().is_none_or(|only| only.contains_key(index)))
    }

    /// Whether a request has its turn in an iteration.
    fn takes(&self, index: usize, node: NodeId) -> bool {
        let only = self.only.as_ref();
        only.is_none_or(|only| only.get(&index).is_some_and(|nodes| nodes.contains(&node)))
    }
}

/// Where in an iteration a request stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Its number in the list of requests, from 0.
    pub position: usize,
    /// How long that list is.
    pub length: usize,
    /// How often it was tried before.
    pub retries: usize,
}

#[cfg(test)]
impl Place {
    /// That of the only request of a run, tried once.
    pub const ALONE: Self = Self {
        position: 0,
        length: 1,
        retries: 0,
    };
}

/// A request that is over.
#[derive(Clone, Copy, Debug)]
pub struct Done<'a> {
    /// What was planned.
    pub plan: &'a Plan,
    /// Where it stands.
    pub place: Place,
    /// What came of it.
    pub outcome: &'a Outcome,
    /// What failed in it.
    pub failures: &'a [Failure],
    /// All values after it.
    pub session: &'a Session,
}

/// What happens during a run. With several iterations at once, those of one are in order.
#[derive(Debug)]
pub enum RunEvent<'a> {
    /// The run begins: so many requests in each of so many iterations, if no script jumps.
    Start {
        /// In one iteration.
        requests: usize,
        /// In this part.
        iterations: usize,
    },
    /// An iteration begins.
    Iteration(Iteration),
    /// A request begins.
    Request(&'a Plan, Place),
    /// A request is over. What its scripts wrote is already in the session.
    Outcome(Done<'a>),
    /// `setNextRequest` named a request that the run does not have, so the iteration ended.
    NoSuchRequest(&'a str),
}

/// Who is told what happens.
pub type Listener<'a> = dyn FnMut(RunEvent<'_>) + Send + 'a;

/// Runs the requests; the session holds the current values afterwards, the summary the figures and failures.
///
/// With several iterations at once the session and the cookies are afterwards those of the last iteration.
pub async fn run(
    pipeline: &Pipeline,
    session: &mut Session,
    options: &RunOptions,
    context: &SendContext,
    events: &mut Listener<'_>,
) -> Summary {
    let began = Instant::now();
    let run = Going::new(options, context, events);
    run.tell(RunEvent::Start {
        requests: options.requests.len(),
        iterations: options.numbers().count(),
    });
    let timed_out = {
        let work = run.all(pipeline, session);
        tokio::pin!(work);
        tokio::select! {
            biased;
            () = &mut work => false,
            () = sleep_unless_zero(options.timeout) => {
                run.break_off();
                work.await;
                true
            }
        }
    };
    let mut summary = run.into_summary();
    summary.cancelled = context.cancel.is_cancelled() || (summary.cancelled && !timed_out);
    summary.timed_out = timed_out.then_some(options.timeout);
    summary.took = began.elapsed();
    summary
}

async fn sleep_unless_zero(limit: Duration) {
    if limit.is_zero() {
        std::future::pending::<()>().await;
    }
    tokio::time::sleep(limit).await;
}

#[cfg(test)]
mod tests;
