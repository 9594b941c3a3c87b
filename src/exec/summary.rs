//! The figures of a run and everything that failed in it.

use std::time::Duration;

use super::plan::Plan;
use crate::model::Outcome;
use crate::model::outcome::TestResult;
use crate::model::script::ScriptEvent;

/// How many there were, and how many of them failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// All.
    pub total: usize,
    /// Those that failed.
    pub failed: usize,
}

impl Count {
    fn add(&mut self, total: usize, failed: usize) {
        self.total += total;
        self.failed += failed;
    }
}

/// What a run came to.
#[derive(Clone, Debug, Default)]
pub struct Summary {
    /// Iterations begun.
    pub iterations: usize,
    /// Requests begun, the skipped ones included.
    pub requests: usize,
    /// Requests sent; one without a response failed.
    pub sent: Count,
    /// Requests that a script skipped.
    pub skipped: usize,
    /// Scripts before requests.
    pub pre_request: Count,
    /// Scripts after responses.
    pub post_response: Count,
    /// Tests.
    pub tests: Count,
    /// Everything that failed, in order.
    pub failures: Vec<Failure>,
    /// How long the whole run took.
    pub took: Duration,
    /// Bytes of response bodies, decoded.
    pub received: u64,
    /// How long the responses took.
    pub times: Vec<Duration>,
    /// The run was stopped by its first failure.
    pub bailed: bool,
    /// The run was cancelled.
    pub cancelled: bool,
}

/// One thing that failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The iteration, from 0.
    pub iteration: usize,
    /// The names from the collection to the request.
    pub location: Vec<String>,
    /// `AssertionError`, `TypeError`, or `request` when there was no response.
    pub kind: String,
    /// The test's or script's name; empty for a request.
    pub what: String,
    /// Why; may be text from a script.
    pub message: String,
    /// The next step, where there is one.
    pub hint: Option<String>,
}

impl Summary {
    /// Whether nothing failed.
    pub fn passed(&self) -> bool {
        self.failures.is_empty() && !self.cancelled
    }

    /// The mean response time, `None` without responses.
    pub fn mean(&self) -> Option<Duration> {
        let count = u32::try_from(self.times.len()).ok().filter(|count| *count > 0)?;
        Some(self.times.iter().sum::<Duration>() / count)
    }

    pub(super) fn add(&mut self, plan: &Plan, outcome: &Outcome) {
        self.requests += 1;
        self.failures.extend(failures(plan, outcome));
        let scripts = |event| {
            let failed = outcome
                .script_errors
                .iter()
                .filter(|error| error.event == event)
                .count();
            let total = super::scripts::jobs(plan, event).len();
            (total, failed.min(total))
        };
        let (total, failed) = scripts(ScriptEvent::PreRequest);
        self.pre_request.add(total, failed);
        if outcome.skipped {
            self.skipped += 1;
            return;
        }
        let (total, failed) = scripts(ScriptEvent::PostResponse);
        self.post_response.add(total, failed);
        let ran = outcome.tests.iter().filter(|test| !test.skipped).count();
        self.tests
            .add(ran, outcome.tests.iter().filter(|test| test.failed()).count());
        if let Some(exchange) = &outcome.exchange {
            self.sent.add(1, usize::from(exchange.result.is_err()));
            if let Some(response) = exchange.response() {
                self.received += response.body.len() as u64;
                self.times.push(exchange.timings.total);
            }
        }
    }
}

/// Everything that failed in one send: the request first, then scripts, then tests.
pub fn failures(plan: &Plan, outcome: &Outcome) -> Vec<Failure> {
    let failure = |kind: &str, what: &str, message: &str, hint: Option<&String>| Failure {
        iteration: plan.iteration.index,
        location: plan.location(),
        kind: kind.to_owned(),
        what: what.to_owned(),
        message: message.to_owned(),
        hint: hint.cloned(),
    };
    let mut out = Vec::new();
    if let Some(Err(error)) = outcome.exchange.as_ref().map(|exchange| &exchange.result) {
        out.push(failure("request", "", &error.message, error.hint.as_ref()));
    }
    for error in &outcome.script_errors {
        out.push(failure(&error.name, &error.script, &error.message, error.hint.as_ref()));
    }
    for test in outcome.tests.iter().filter(|test| TestResult::failed(test)) {
        if let Some(error) = &test.error {
            out.push(failure(&error.name, &test.name, &error.message, None));
        }
    }
    out
}
