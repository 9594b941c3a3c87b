//! Runs many requests in order, once or for every row of data, through the one pipeline.
//!
//! ```text
//! for each iteration ─ for each request ─ plan ─ pipeline ─ keep writes ─ RunEvent
//!                          ▲                                    │
//!                          └──────── setNextRequest ◀───────────┘
//! ```
//!
//! The order and what `setNextRequest` means are POSTMAN.md's, section 5. Everything a reporter needs is in the events.

use std::time::{Duration, Instant};

use super::pipeline::{Pipeline, SendContext};
use super::plan::{DataRow, Iteration, Plan};
use super::session::Session;
use super::summary::Summary;
use crate::model::outcome::NextRequest;
use crate::model::{NodeId, Outcome, Workspace};
use crate::script::Engine;

/// What to run, and how.
#[derive(Clone, Debug, Default)]
pub struct RunOptions {
    /// The requests in order.
    pub requests: Vec<NodeId>,
    /// How often; absent is once, or once for every row of data. Beyond the rows, the last one repeats.
    pub iterations: Option<usize>,
    /// Rows of iteration data; may be empty.
    pub data: Vec<DataRow>,
    /// The pause before each request but the first.
    pub delay: Duration,
    /// Stop after the first request with a failure.
    pub bail: bool,
    /// The run is one request on its own, which `setNextRequest` cannot leave.
    pub single: bool,
}

/// What happens during a run, in order.
#[derive(Debug)]
pub enum RunEvent<'a> {
    /// An iteration begins.
    Iteration(Iteration),
    /// A request begins.
    Request(&'a Plan),
    /// A request is over. What its scripts wrote is already in the session.
    Outcome(&'a Plan, &'a Outcome, &'a Session),
    /// `setNextRequest` named a request that the run does not have, so the iteration ended.
    NoSuchRequest(&'a str),
}

/// Runs the requests; the session holds the current values afterwards, the summary the figures and failures.
pub async fn run(
    pipeline: &Pipeline,
    session: &mut Session,
    options: &RunOptions,
    context: &SendContext,
    events: &mut (dyn FnMut(RunEvent<'_>) + Send),
) -> Summary {
    let began = Instant::now();
    let mut summary = Summary::default();
    let engine = Engine::new();
    let count = options.iterations.unwrap_or(options.data.len().max(1));
    'run: for index in 0..count {
        let iteration = Iteration { index, count };
        summary.iterations += 1;
        events(RunEvent::Iteration(iteration));
        let mut at = 0;
        while let Some(node) = options.requests.get(at).copied() {
            at += 1;
            if summary.requests > 0 && !pause(options.delay, context).await {
                break 'run;
            }
            let Some(mut plan) = session.plan(node) else {
                continue;
            };
            if let Some(row) = options.data.get(index).or(options.data.last()) {
                plan = plan.with_data(row);
            }
            plan.iteration = iteration;
            events(RunEvent::Request(&plan));
            let mut outcome = pipeline.send_with(&engine, plan.clone(), context).await;
            let lost = session.keep(Some(node), &outcome);
            outcome.console.extend(lost);
            summary.add(&plan, &outcome);
            events(RunEvent::Outcome(&plan, &outcome, session));
            if context.cancel.is_cancelled() {
                break 'run;
            }
            if options.bail && outcome.failed() {
                summary.bailed = true;
                break 'run;
            }
            match outcome.next_request {
                Some(NextRequest::Stop) if !options.single => break,
                Some(NextRequest::To(name)) if !options.single => {
                    let Some(place) = place(&session.workspace, &options.requests, &name) else {
                        events(RunEvent::NoSuchRequest(&name));
                        break;
                    };
                    at = place;
                }
                _ => {}
            }
        }
    }
    summary.cancelled = context.cancel.is_cancelled();
    summary.took = began.elapsed();
    summary
}

/// Waits; `false` when the run was cancelled meanwhile.
async fn pause(delay: Duration, context: &SendContext) -> bool {
    if delay.is_zero() {
        return !context.cancel.is_cancelled();
    }
    tokio::select! {
        () = tokio::time::sleep(delay) => true,
        () = context.cancel.cancelled() => false,
    }
}

/// Where the request of this id (its path) or name stands; of several with one name, the last.
fn place(workspace: &Workspace, requests: &[NodeId], wanted: &str) -> Option<usize> {
    let by_path = |id: &NodeId| workspace.path(*id).is_some_and(|path| path.as_str() == wanted);
    let by_name = |id: &NodeId| workspace.request(*id).is_some_and(|request| request.name == wanted);
    let by_file = |id: &NodeId| workspace.node(*id).is_some_and(|node| node.slug == wanted);
    requests
        .iter()
        .rposition(by_path)
        .or_else(|| requests.iter().rposition(by_name))
        .or_else(|| requests.iter().rposition(by_file))
}

#[cfg(test)]
mod tests;
