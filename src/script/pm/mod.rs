//! The natives: what the prelude calls, and the state of the running script that they work on.

mod natives;
mod request;
mod response;
mod thrown;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};

pub use natives::register;
pub use response::{describe as describe_response, describe_cookies};

use jiff::Timestamp;
use serde_json::json;

use super::console;
use super::limits::{Trip, Watch};
use super::wording::{self, Nothing, Thrown, Worded, World};
use super::{Ask, ScriptJob, ScriptReport, ScriptResponse};
use crate::model::outcome::{AssertionError, ConsoleLevel, ScriptError, TestResult};
use crate::model::variable::{Change, VariableWrite};
use crate::model::{Request, Scope};
use crate::vars::Scopes;

/// What was done to variables, as `[{ scope, change, key, value }]`; only what lasts longer than a request.
pub fn describe_writes(writes: &[VariableWrite]) -> serde_json::Value {
    let described = writes.iter().filter_map(|write| {
        let scope = match write.scope {
            Scope::Environment => "environment",
            Scope::Collection => "collection",
            Scope::Global => "global",
            Scope::Local | Scope::Data => return None,
        };
        Some(match &write.change {
            Change::Set { key, value } => json!({ "scope": scope, "change": "set", "key": key, "value": value }),
            Change::Undefine { key } => json!({ "scope": scope, "change": "set", "key": key, "value": null }),
            Change::Unset { key } => json!({ "scope": scope, "change": "unset", "key": key }),
            Change::Clear => json!({ "scope": scope, "change": "clear" }),
        })
    });
    described.collect()
}

/// The script that is running, shared between its natives, the worker and the watchdog.
#[derive(Clone, Default)]
pub struct Run(Arc<Mutex<State>>);

/// What a script waits for an answer to.
#[derive(Clone, Debug)]
pub enum Outgoing {
    /// A request of `pm.sendRequest`.
    Send(Box<Request>),
    /// A question.
    Ask(Ask),
}

/// What is known of the running script.
#[derive(Default)]
pub struct State {
    /// The script, once one has begun.
    pub job: Option<Arc<ScriptJob>>,
    /// What has come of it so far.
    pub report: ScriptReport,
    /// Responses of `pm.sendRequest`, by the number of the send.
    pub answers: HashMap<u32, ScriptResponse>,
    /// What a script wants of the outside and the worker has not taken yet.
    pub sends: Vec<(u32, Outgoing)>,
    /// Bytes handed out so far.
    spent: usize,
    /// How much was read to word errors in what the script evaluates, in bytes.
    read: usize,
    /// The engine had no memory left for the script.
    pub out_of_memory: bool,
}

impl Run {
    /// The state, to read or change; never held while JavaScript runs.
    pub fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Words an error of the running script; nothing while someone else has the state, as a native has that throws.
    pub fn try_reword(&self, thrown: Thrown, world: &dyn World) -> Option<Worded> {
        let state = match self.0.try_lock() {
            Ok(state) => state,
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            Err(TryLockError::WouldBlock) => return None,
        };
        let job = state.job.clone();
        // What is looked up on the way may ask for the state.
        drop(state);
        let source = job.as_ref().map_or("", |job| job.source.as_str());
        Some(wording::reword(thrown, source, world))
    }

    /// The texts that the variables of a name have, to word an error in one of them. `None` where one of them is secret, as
    /// pieces of it would stand in the error, or long, when enough was read for other errors, and while someone else has
    /// the state.
    pub fn texts(&self, key: &str) -> Option<Vec<String>> {
        let mut state = self.0.try_lock().ok()?;
        let scopes = state.scopes();
        if scopes.hides(key) {
            return None;
        }
        let bindings = Scope::ALL.iter().flat_map(|scope| &scopes.layer(*scope).bindings);
        let mut texts = Vec::new();
        for binding in bindings.filter(|binding| binding.enabled && binding.key == key) {
            let text = binding.value.as_str().unwrap_or_default();
            if binding.secret || text.len() > LONGEST_READ {
                return None;
            }
            texts.push(text.to_owned());
        }
        // What is not given counts, too: it was read.
        state.read += texts.iter().map(String::len).sum::<usize>();
        let is_read = state.read <= MOST_READ;
        let hides = |secret: String| texts.iter().any(|text| text.contains(&secret));
        (is_read && !scopes.secrets().any(hides)).then_some(texts)
    }

    /// Begins a script.
    pub fn start(&self, job: Arc<ScriptJob>) {
        *self.state() = State {
            job: Some(job),
            ..State::default()
        };
    }

    /// Ends the script and gives what came of it.
    pub fn take(&self) -> ScriptReport {
        let mut state = self.state();
        state.job = None;
        state.answers.clear();
        state.sends.clear();
        std::mem::take(&mut state.report)
    }
}

/// What a response costs that a script may have, in bytes.
fn size_of_answer(answer: &ScriptResponse) -> usize {
    let headers = answer.response.headers.iter();
    answer.response.body.len() + headers.map(|(name, value)| name.len() + value.len()).sum::<usize>()
}

/// What keeping anything costs beside its text, in bytes: a thousand empty lines are not nothing.
const EACH: usize = 256;

/// The longest text that is read to word an error in it, and how much of such is read in all, in bytes: a script may catch
/// errors without end.
const LONGEST_READ: usize = 256 * 1024;
const MOST_READ: usize = 8 * 1024 * 1024;

/// Names that are modules of Node's own, and no packages.
const OF_NODE: [&str; 12] = [
    "child_process",
    "cluster",
    "crypto",
    "dns",
    "http",
    "https",
    "net",
    "process",
    "readline",
    "tls",
    "vm",
    "zlib",
];

/// What to do about an error: where a script requires what is not there, how to add it.
fn next_step(message: &str) -> Option<String> {
    let name = message.strip_prefix("Cannot find module '")?.strip_suffix('\'')?;
    let is_package = |c: char| c.is_ascii_alphanumeric() || "-_.@/".contains(c);
    let own = name.trim_start_matches("node:");
    if name.starts_with(['.', '/']) || !name.chars().all(is_package) || OF_NODE.contains(&own) {
        return None;
    }
    // A path within a package is no part of its name.
    let parts = if name.starts_with('@') { 2 } else { 1 };
    let package: Vec<&str> = name.split('/').take(parts).collect();
    Some(format!(
        "`postrider packages add {}` adds it to the workspace",
        package.join("/")
    ))
}

/// Whether this is what the engine throws when its memory limit is reached.
fn is_out_of_memory(thrown: &Thrown) -> bool {
    thrown.name == "InternalError" && thrown.message == "out of memory"
}

impl State {
    fn script_name(&self) -> String {
        self.job.as_ref().map(|job| job.name.clone()).unwrap_or_default()
    }

    /// Counts something of so many bytes that a script hands out or has kept for it; beyond its memory limit it is
    /// stopped.
    pub fn spend(&mut self, bytes: usize, watch: &Watch) -> bool {
        self.spent = self.spent.saturating_add(bytes).saturating_add(EACH);
        let limit = self.job.as_ref().map_or(0, |job| job.limits.memory);
        let fits = self.spent <= limit;
        if !fits {
            watch.trip(Trip::Memory(limit));
        }
        fits
    }

    /// Keeps the response to a script's own request, if it still may have one.
    pub fn answered(&mut self, id: u32, response: &ScriptResponse, watch: &Watch) -> bool {
        let fits = self.spend(size_of_answer(response), watch);
        if fits {
            self.answers.insert(id, response.clone());
        }
        fits
    }

    /// Lets go of a response that the script cannot reach any more, and of what it counted against the script.
    pub fn forget(&mut self, id: u32) {
        if let Some(gone) = self.answers.remove(&id) {
            self.spent = self.spent.saturating_sub(size_of_answer(&gone) + EACH);
        }
    }

    /// Takes the result of one test.
    pub fn test(&mut self, index: usize, name: String, skipped: bool, thrown: Option<Thrown>) {
        let script = self.script_name();
        self.out_of_memory |= thrown.as_ref().is_some_and(is_out_of_memory);
        let error = thrown.map(|thrown| {
            let job = self.job.as_ref();
            let (source, above) = job.map_or(("", 0), |job| (job.source.as_str(), job.above));
            let worded = wording::reword(thrown, source, &Nothing).below(above);
            AssertionError {
                hint: next_step(&worded.message),
                name: worded.name,
                message: worded.message,
                stack: worded.stack,
            }
        });
        self.report.tests.push(TestResult {
            name,
            skipped,
            error,
            script,
            index,
            at: Timestamp::now(),
        });
    }

    /// Takes an error outside of tests.
    pub fn error(&mut self, thrown: Thrown) {
        if is_out_of_memory(&thrown) {
            // Reported once, as the reason the script was stopped.
            self.out_of_memory = true;
            return;
        }
        let Some(job) = &self.job else { return };
        let worded = wording::reword(thrown, &job.source, &Nothing).below(job.above);
        let hint = next_step(&worded.message);
        self.report.errors.push(ScriptError {
            script: job.name.clone(),
            event: job.event,
            name: worded.name,
            message: worded.message,
            at: worded.at,
            when: Timestamp::now(),
            hint,
        });
    }

    /// Takes the reason why the script was stopped.
    pub fn stopped(&mut self, trip: Trip) {
        let Some(job) = &self.job else { return };
        let (name, message, hint) = trip.words();
        self.report.errors.push(ScriptError {
            script: job.name.clone(),
            event: job.event,
            name: name.to_owned(),
            message,
            at: None,
            when: Timestamp::now(),
            hint,
        });
    }

    /// Takes a line of the console.
    pub fn log(&mut self, level: ConsoleLevel, text: String, listed: Option<String>) {
        let script = self.script_name();
        console::push(&mut self.report.console, level, text, listed, &script);
    }

    /// The variables with what the script has done to them by now.
    fn scopes(&self) -> Scopes {
        let mut scopes = self.job.as_ref().map(|job| job.scopes.clone()).unwrap_or_default();
        for write in &self.report.writes {
            scopes.apply(write);
        }
        scopes
    }

    fn write(&mut self, scope: Scope, change: Change) {
        let set_by = self.script_name();
        self.report.writes.push(VariableWrite { scope, change, set_by });
    }
}
