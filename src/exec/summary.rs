//! The figures of a run and everything that failed in it; of what went well only sums are kept.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use super::plan::{Iteration, Plan};
use crate::model::outcome::{ScriptError, TestResult};
use crate::model::script::ScriptEvent;
use crate::model::{InOrder, NodeId, Outcome};

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

/// How durations are spread, without keeping them (Welford's method). In milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Spread {
    /// How many.
    pub count: usize,
    /// The mean.
    pub mean: f64,
    /// The shortest.
    pub min: f64,
    /// The longest.
    pub max: f64,
    squares: f64,
}

impl Spread {
    /// Adds one.
    pub fn add(&mut self, duration: Duration) {
        let value = duration.as_secs_f64() * 1000.0;
        self.count += 1;
        #[expect(clippy::cast_precision_loss, reason = "nobody counts to 2^52")]
        let count = self.count as f64;
        let before = value - self.mean;
        self.mean += before / count;
        self.squares += before * (value - self.mean);
        self.min = if self.count == 1 { value } else { self.min.min(value) };
        self.max = self.max.max(value);
    }

    /// The standard deviation.
    pub fn deviation(&self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "nobody counts to 2^52")]
        let count = self.count.max(1) as f64;
        (self.squares / count).sqrt()
    }
}

/// What a run came to.
#[derive(Clone, Debug, Default)]
pub struct Summary {
    /// When it began.
    pub started: Timestamp,
    /// Iterations begun.
    pub iterations: usize,
    /// Requests begun, the skipped ones included.
    pub requests: usize,
    /// Requests sent, those of scripts and those sent again for their auth included; one without a response failed.
    pub sent: Count,
    /// Requests that a script skipped.
    pub skipped: usize,
    /// Requests whose post-response scripts had their turn.
    pub tested: usize,
    /// How often requests were sent again after a failure; nothing else counts these.
    pub retried: usize,
    /// Scripts before requests.
    pub pre_request: Count,
    /// Scripts after responses.
    pub post_response: Count,
    /// Tests, the skipped ones included.
    pub tests: Count,
    /// Everything that failed, in order, without the stacks.
    pub failures: Vec<Failure>,
    /// How long the whole run took.
    pub took: Duration,
    /// Bytes of response bodies, decoded.
    pub received: u64,
    /// How long the responses took.
    pub times: Spread,
    /// How long looking up names took.
    pub dns: Spread,
    /// How long the first bytes took.
    pub first_byte: Spread,
    /// The run was stopped by its first failure.
    pub bailed: bool,
    /// The run was cancelled.
    pub cancelled: bool,
    /// The run took longer than it might.
    pub timed_out: Option<Duration>,
}

/// Where something failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum At {
    /// There was no response.
    Request,
    /// A script that runs at this moment, with line and column where known.
    Script(ScriptEvent, Option<(u32, u32)>),
    /// A test, by its number within its script from 0.
    Test(usize),
}

impl At {
    /// Newman's words: `assertion:0 in test-script`.
    pub fn words(self) -> String {
        match self {
            Self::Request => "request".to_owned(),
            Self::Script(event, _) => format!("{}-script", event.postman_name()),
            Self::Test(index) => format!("assertion:{index} in test-script"),
        }
    }

    /// The same with the place in the script: `test-script:1:5`.
    pub fn place(self) -> String {
        match self {
            Self::Script(_, Some((line, column))) => format!("{}:{line}:{column}", self.words()),
            _ => self.words(),
        }
    }
}

/// One thing that failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The iteration.
    pub iteration: Iteration,
    /// The request it failed in.
    pub node: Option<NodeId>,
    /// The names from the collection to the request; all failures of one send share them.
    pub location: Arc<[String]>,
    /// Where in it.
    pub at: At,
    /// `AssertionError`, `TypeError`, or `request` when there was no response.
    pub kind: String,
    /// The test's or script's name; for a request sent by a script its URL, else empty.
    pub what: String,
    /// Why; may be text from a script.
    pub message: String,
    /// The JavaScript stack of a test, if there is one.
    pub stack: String,
    /// The next step, where there is one.
    pub hint: Option<String>,
}

impl Summary {
    /// Whether nothing failed.
    pub fn passed(&self) -> bool {
        self.failures.is_empty() && !self.cancelled && self.timed_out.is_none()
    }

    pub(super) fn add(&mut self, outcome: &Outcome, failures: &[Failure]) {
        self.requests += 1;
        // Who tells of a stack does so at once.
        let kept = failures.iter().map(|failure| Failure {
            stack: String::new(),
            ..failure.clone()
        });
        self.failures.extend(kept);
        let failed = |event: ScriptEvent, total: usize| {
            let errors = outcome.script_errors.iter().filter(|error| error.event == event);
            errors.count().min(total)
        };
        let (before, after) = outcome.scripts_run;
        self.pre_request.add(before, failed(ScriptEvent::PreRequest, before));
        self.post_response.add(after, failed(ScriptEvent::PostResponse, after));
        self.skipped += usize::from(outcome.skipped);
        self.tested += usize::from(outcome.tested);
        let broken = outcome.tests.iter().filter(|test| test.failed()).count();
        self.tests.add(outcome.tests.len(), broken);
        let exchange = outcome.exchange.as_ref();
        let unanswered = outcome.script_sends.iter().filter(|send| send.result.is_err()).count()
            + usize::from(exchange.is_some_and(|exchange| exchange.error().is_some()));
        self.sent.add(outcome.sent(), unanswered);
        for send in &outcome.script_sends {
            if send.result.is_ok() {
                self.received += send.received;
                self.times.add(send.took);
            }
        }
        if let Some(exchange) = exchange {
            let again = exchange.hops.iter().filter(|hop| hop.again.is_some());
            self.received += again.map(|hop| hop.heads.size.1).sum::<u64>();
            exchange.refused_in().into_iter().for_each(|took| self.times.add(took));
            if let Some(response) = exchange.response() {
                self.received += response.body_size();
                self.times.add(exchange.answered_in());
                exchange.timings.dns.iter().for_each(|took| self.dns.add(*took));
                let first = exchange.timings.first_byte.iter();
                first.for_each(|took| self.first_byte.add(*took));
            }
        }
    }
}

/// Everything that failed in one send, in the order it happened.
pub fn failures(plan: &Plan, outcome: &Outcome) -> Vec<Failure> {
    let location: Arc<[String]> = plan.location().into();
    let failure = |at: At, kind: &str, what: &str, message: &str, hint: Option<&String>| Failure {
        iteration: plan.iteration,
        node: plan.node,
        location: Arc::clone(&location),
        at,
        kind: kind.to_owned(),
        what: what.to_owned(),
        message: message.to_owned(),
        stack: String::new(),
        hint: hint.cloned(),
    };
    let mut out: Vec<(Timestamp, Failure)> = Vec::new();
    let failed = |test: &TestResult| {
        let error = test.error.as_ref().filter(|_| test.failed())?;
        let failure = Failure {
            stack: error.stack.clone(),
            ..failure(
                At::Test(test.index),
                &error.name,
                &test.name,
                &error.message,
                error.hint.as_ref(),
            )
        };
        Some((test.at, failure))
    };
    let threw = |error: &ScriptError| {
        let (at, hint) = (At::Script(error.event, error.at), error.hint.as_ref());
        let failure = failure(at, &error.name, &error.script, &error.message, hint);
        (error.when, failure)
    };
    let mut owned: Vec<String> = Vec::new();
    for send in &outcome.script_sends {
        if let Err(why) = &send.result {
            out.push((send.at, failure(At::Request, "request", &send.url, &why.message, None)));
        }
    }
    for event in [ScriptEvent::PreRequest, ScriptEvent::PostResponse] {
        if event == ScriptEvent::PostResponse
            && let Some(exchange) = &outcome.exchange
            && let Some(error) = exchange.error()
        {
            let failure = failure(At::Request, "request", "", &error.message, error.hint.as_ref());
            out.push((exchange.started, failure));
        }
        for script in super::scripts::names(plan, event) {
            let tests = outcome.tests.iter().filter(|test| test.script == script);
            out.extend(tests.filter_map(failed));
            let errors = outcome.script_errors.iter();
            let own = errors.filter(|error| error.script == script && error.event == event);
            out.extend(own.map(threw));
            owned.push(script);
        }
    }
    // Scripts of other requests, which a script ran with `pm.execution.runRequest`.
    let strange = |script: &String| !owned.contains(script);
    let tests = outcome.tests.iter().filter(|test| strange(&test.script));
    out.extend(tests.filter_map(failed));
    let errors = outcome.script_errors.iter();
    out.extend(errors.filter(|error| strange(&error.script)).map(threw));
    // What two scripts do in turn was gathered script by script.
    out.order_by_key(|(at, _)| *at);
    out.into_iter().map(|(_, failure)| failure).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::exchange::{SendError, SendErrorKind};
    use crate::model::outcome::{AssertionError, ScriptSend};

    #[test]
    fn the_spread_of_durations_is_known_without_keeping_them() {
        let mut spread = Spread::default();
        for millis in [2, 4, 4, 4, 5, 5, 7, 9] {
            spread.add(Duration::from_millis(millis));
        }
        let near = |a: f64, b: f64| (a - b).abs() < 1e-9;
        assert!(near(spread.mean, 5.0) && near(spread.deviation(), 2.0));
        assert!(near(spread.min, 2.0) && near(spread.max, 9.0));
        assert!(near(Spread::default().deviation(), 0.0));
    }

    #[test]
    fn places_are_told_in_newmans_words() {
        assert_eq!(At::Test(2).words(), "assertion:2 in test-script");
        let script = At::Script(ScriptEvent::PreRequest, Some((3, 7)));
        assert_eq!(script.words(), "prerequest-script");
        assert_eq!(script.place(), "prerequest-script:3:7");
    }

    #[test]
    fn failures_stand_in_the_order_of_time() {
        let plan = crate::exec::Session::default().plan_of(crate::model::Request::default());
        let at = |second| Timestamp::from_second(second).expect("a time");
        let test = |name: &str, index, second| TestResult {
            name: name.to_owned(),
            skipped: false,
            error: Some(AssertionError {
                name: "AssertionError".to_owned(),
                message: String::new(),
                stack: String::new(),
                hint: None,
            }),
            script: "other, post-response".to_owned(),
            index,
            at: at(second),
        };
        let send = |url: &str, second| ScriptSend {
            method: "GET".to_owned(),
            url: url.to_owned(),
            result: Err(Box::new(SendError::new(SendErrorKind::Connect, "refused"))),
            received: 0,
            size: 0,
            took: Duration::ZERO,
            at: at(second),
        };
        let error = ScriptError {
            script: "broken".to_owned(),
            event: ScriptEvent::PreRequest,
            name: "TypeError".to_owned(),
            message: String::new(),
            at: None,
            when: at(2),
            hint: None,
        };
        let outcome = Outcome {
            script_sends: vec![send("late send", 4), send("early send", 1)],
            tests: vec![test("early", 1, 3), test("with it", 2, 3), test("late", 0, 5)],
            script_errors: vec![error],
            ..Outcome::default()
        };
        let failures = failures(&plan, &outcome);
        let told: Vec<(&str, At)> = failures.iter().map(|one| (one.what.as_str(), one.at)).collect();
        let expected = [
            ("early send", At::Request),
            ("broken", At::Script(ScriptEvent::PreRequest, None)),
            ("early", At::Test(1)),
            ("with it", At::Test(2)),
            ("late send", At::Request),
            ("late", At::Test(0)),
        ];
        assert_eq!(told, expected);
    }
}
