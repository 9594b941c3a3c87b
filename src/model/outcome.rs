//! What a send came to: the exchange and all that the scripts did. The caller applies the writes.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use super::exchange::SendError;
use super::wire::ResolvedBody;
use super::{Body, Exchange, NodeId, Redactor, Scope, Secret, script::ScriptEvent, variable::VariableWrite};

/// The result of one trip through the pipeline.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// The body as the pre-request scripts left it; `None` where nothing was made ready to be sent.
    pub asked: Option<Arc<Asked>>,
    /// What was sent and came back; `None` when a script skipped the request, or it could not be made at all.
    pub exchange: Option<Exchange>,
    /// Tests in the order they ran; legacy `tests[…]` last.
    pub tests: Vec<TestResult>,
    /// What scripts wrote to the console.
    pub console: Vec<ConsoleLine>,
    /// What scripts did to variables, in order.
    pub writes: Vec<VariableWrite>,
    /// The variables that they set to `undefined`.
    pub undefined: Vec<String>,
    /// Which of the variables they set have a secret in them; `None` where nobody has looked yet.
    pub held: Option<BTreeSet<(Scope, String)>>,
    /// Which of the variables that came along with a token have a secret in them: those of all tokens that it took.
    pub brought: BTreeSet<(Scope, String)>,
    /// What scripts did to the vault, in order; `None` removed a secret.
    pub vault: Vec<(String, Option<Secret>)>,
    /// Scripts that failed; the others ran all the same.
    pub script_errors: Vec<ScriptError>,
    /// Where the run goes on, if a script said so.
    pub next_request: Option<NextRequest>,
    /// A pre-request script called `pm.execution.skipRequest()`.
    pub skipped: bool,
    /// Variables that nothing defined when the request was resolved.
    pub unresolved: Vec<String>,
    /// Secrets that it was made of and that nobody has given a value: an empty one went out.
    pub unset: Vec<Unset>,
    /// What must not be shown of any of this: every secret of the send and of the scopes after it. Whoever keeps the
    /// writes sets it; until then it is what came from outside.
    pub redactor: Redactor,
    /// What a script gave to `pm.visualizer.set`: the template, its data and options.
    pub visualizer: Option<serde_json::Value>,
    /// The same as text for people; only where somebody may look at it.
    pub visual: Option<String>,
    /// What scripts sent by themselves, in order.
    pub script_sends: Vec<ScriptSend>,
    /// How many scripts ran before the request and after the response.
    pub scripts_run: (usize, usize),
    /// The post-response scripts had their turn, whether or not there are any.
    pub tested: bool,
    /// The tokens that were renewed for it, or in vain, in order.
    pub renewals: Vec<Renewal>,
}

/// A secret that nobody has given a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unset {
    /// The variable.
    pub name: String,
    /// How the command line gives it one; empty where it cannot.
    pub how: String,
}

impl Unset {
    /// What is told of it.
    pub fn told(&self) -> String {
        let how = if self.how.is_empty() { "" } else { "; " };
        format!(
            "the secret `{}` has no value yet: an empty one was sent{how}{}",
            self.name, self.how
        )
    }
}

/// A body after the pre-request scripts, as it was to be sent.
#[derive(Clone)]
pub struct Asked {
    /// As it is written, with variables.
    pub written: Body,
    /// With the variables filled in, also where the method lets no body out.
    pub filled: ResolvedBody,
}

impl Asked {
    /// The memory that it takes beside what a file has, in bytes.
    pub fn resident(&self) -> usize {
        match &self.filled {
            ResolvedBody::Bytes { bytes, .. } => bytes.len(),
            _ => 0,
        }
    }
}

impl fmt::Debug for Asked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Either may hold credentials.
        write!(f, "Asked({} bytes)", self.resident())
    }
}

/// A token that a send needed a new one of.
#[derive(Clone, Debug)]
pub struct Renewal {
    /// The token's name: the variable.
    pub name: String,
    /// Why, behind its name: `had expired 12 s ago`.
    pub why: String,
    /// What was wrong with the one before.
    pub before: Before,
    /// The name of the request that fetched it; empty when another postrider has.
    pub from: String,
    /// That request.
    pub node: Option<NodeId>,
    /// All that came of that request, its own response first of all. Only for the send that it was fetched for.
    pub outcome: Option<Arc<Outcome>>,
    /// Whether it was fetched for this send; others waited for it.
    pub led: bool,
    /// Whether the request, which was refused with the one before, was not sent again with it.
    pub unused: bool,
    /// How long this send waited for it.
    pub took: Duration,
    /// When.
    pub at: Timestamp,
    /// When the token ends, as far as is known, or in a sentence why there is none.
    pub result: Result<Option<Timestamp>, String>,
}

/// What was wrong with a token that another one was fetched for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Before {
    /// There was none.
    None,
    /// A server had refused it.
    Refused,
    /// It had ended, or was not wanted any more.
    Other,
}

impl Renewal {
    /// What was done, or was to be: a first token is fetched.
    pub fn done(&self) -> &'static str {
        if self.before == Before::None {
            "fetched"
        } else {
            "renewed"
        }
    }

    /// What it is called once it was refused as well: `the new one`, `it`, and whether another was before.
    pub fn refused(&self) -> (&'static str, &'static str) {
        match self.before {
            Before::None => ("it", ""),
            Before::Refused => ("the new one", ", too"),
            Before::Other => ("the new one", ""),
        }
    }
}

/// How many tests passed of those that ran; the skipped ones are told apart from them, wherever people read it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tally {
    /// Passed.
    pub passed: usize,
    /// Passed or failed.
    pub ran: usize,
    /// Did not run.
    pub skipped: usize,
}

impl Outcome {
    /// Whether anything failed: the request, a script, a test. What a script sent by itself is the script's business.
    pub fn failed(&self) -> bool {
        self.erred() || self.tests.iter().any(TestResult::failed)
    }

    /// Whether the request or a script failed.
    pub fn erred(&self) -> bool {
        self.exchange
            .as_ref()
            .is_some_and(|exchange| exchange.error().is_some())
            || !self.script_errors.is_empty()
    }

    /// How many requests went out for it, as newman counts them: those of its scripts and those sent again for their auth
    /// included.
    pub fn sent(&self) -> usize {
        let own = self.exchange.as_ref().map_or(0, |exchange| {
            1 + exchange.hops.iter().filter(|hop| hop.again.is_some()).count()
        });
        own + self.script_sends.len()
    }

    /// How its tests went.
    pub fn tally(&self) -> Tally {
        let skipped = self.tests.iter().filter(|test| test.skipped).count();
        Tally {
            passed: self.tests.iter().filter(|test| test.passed()).count(),
            ran: self.tests.len() - skipped,
            skipped,
        }
    }

    /// Whether its exchange is the one that was to bring its token: the request itself was not sent.
    pub fn is_of_its_token(&self) -> bool {
        let own = self.renewals.last().and_then(|renewal| renewal.outcome.as_ref());
        let own = own.and_then(|own| own.exchange.as_ref());
        own.zip(self.exchange.as_ref())
            .is_some_and(|(own, shown)| own.started == shown.started && own.request.url == shown.request.url)
    }
}

/// A request that a script sent with `pm.sendRequest`.
#[derive(Clone, Debug)]
pub struct ScriptSend {
    /// The method.
    pub method: String,
    /// The URL as sent.
    pub url: String,
    /// Status and reason phrase, or why there is no response.
    pub result: Result<(u16, String), Box<SendError>>,
    /// The length of the body in bytes, as [`Response::body_size`](super::exchange::Response::body_size) counts.
    pub received: u64,
    /// The length of all of the response in bytes, its head counted.
    pub size: u64,
    /// How long it took.
    pub took: Duration,
    /// When it was over.
    pub at: Timestamp,
}

/// One `pm.test`, or one entry of the legacy `tests` object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TestResult {
    /// Its name; text from a script, so it may hold anything.
    pub name: String,
    /// Whether it was skipped.
    pub skipped: bool,
    /// Why it failed, if it did.
    pub error: Option<AssertionError>,
    /// The script it stands in: `Get token, post-response`.
    pub script: String,
    /// Which of its script's it is, from 0 in the order they began: one that waits is over later.
    pub index: usize,
    /// When it was over.
    pub at: Timestamp,
}

impl TestResult {
    /// Whether it failed.
    pub fn failed(&self) -> bool {
        self.error.is_some()
    }

    /// Whether it ran and held.
    pub fn passed(&self) -> bool {
        !self.skipped && self.error.is_none()
    }
}

/// Why a test failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AssertionError {
    /// `AssertionError`, `TypeError`, `JSONError` …
    pub name: String,
    /// Its message.
    pub message: String,
    /// The JavaScript stack, if any.
    pub stack: String,
    /// What to do next, where something is known to help.
    pub hint: Option<String>,
}

/// One line of a script's console.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsoleLine {
    /// Which method wrote it.
    pub level: ConsoleLevel,
    /// The text, possibly of several lines.
    pub text: String,
    /// What it was made of, each value by itself, as newman lists them; `None` where that is the text.
    pub listed: Option<String>,
    /// When.
    pub at: Timestamp,
    /// The script that wrote it.
    pub script: String,
}

/// A method of `console`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ConsoleLevel {
    /// `console.debug`
    Debug,
    /// `console.log`
    Log,
    /// `console.info`
    Info,
    /// `console.warn`, and our own warnings
    Warn,
    /// `console.error`
    Error,
}

/// A script that threw, or was stopped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScriptError {
    /// Which script: `Get token, post-response`.
    pub script: String,
    /// The moment it ran at.
    pub event: ScriptEvent,
    /// `TypeError`, `SyntaxError`, `TimeoutError` …
    pub name: String,
    /// Its message.
    pub message: String,
    /// Line and column in the script, from 1, where known.
    pub at: Option<(u32, u32)>,
    /// When it happened.
    pub when: Timestamp,
    /// The next step, where there is one.
    pub hint: Option<String>,
}

impl ScriptError {
    /// Whether it is only that the user cancelled: nothing is wrong with the script.
    pub fn is_cancelled(&self) -> bool {
        self.name == "CancelledError"
    }
}

/// Where a run goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NextRequest {
    /// The request of this id or name.
    To(String),
    /// Nowhere: the iteration ends.
    Stop,
}
