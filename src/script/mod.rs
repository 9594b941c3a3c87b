//! Postman scripts on QuickJS: `pm.*`, `expect`, the console and the globals of Postman's first years.
//!
//! ```text
//! exec ──ScriptJob──▶ Engine ──channel──▶ worker thread: Vm (runtime, context, prelude)
//!                       │                    │  natives (pm/) ──▶ Run: tests, console, writes …
//!                       │ ◀─ SendPort ─ send ┘
//!      ◀─ScriptReport── ┘
//! ```
//!
//! One [`Engine`] is one run: its thread and its JavaScript world are made by the first script and shared by all that
//! follow, as in Postman, where an undeclared assignment in one script is seen by the next. A script that runs into a
//! limit or is cancelled takes the world with it; the next one gets a new world.
//!
//! Most of `pm` is written in JavaScript (`js/`, compiled to bytecode at build time); Rust holds the data, and gives a
//! script only what it asks for: a large body stays where it is for a script that looks at the status code.

mod ask;
mod console;
mod engine;
mod libs;
mod limits;
mod packages;
mod pm;
mod prelude;
mod reserved;
mod sugar;
mod vm;
mod wording;

#[cfg(test)]
mod tests;

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

pub use ask::{Answer, Ask, JarAction, VaultAction};
pub use engine::Engine;
pub use limits::{CANCELLED, Limits};
pub use packages::{Opened, built_in};
pub use pm::describe_cookies;

use crate::model::Request;
use crate::model::exchange::{Cookie, Response};
use crate::model::outcome::{ConsoleLine, NextRequest, ScriptError, TestResult};
use crate::model::script::ScriptEvent;
use crate::model::variable::VariableWrite;
use crate::vars::Scopes;

/// One script to run, with everything it may look at.
#[derive(Clone)]
pub struct ScriptJob {
    /// The JavaScript.
    pub source: String,
    /// How many lines stand above it where it is written down: places in its errors are told from there.
    pub above: u32,
    /// What people call it, for messages and as the origin of its writes: `Get token, post-response`.
    pub name: String,
    /// The moment it runs at.
    pub event: ScriptEvent,
    /// All variables as they are now.
    pub scopes: Scopes,
    /// The request: before sending as it is written down, afterwards as it was sent.
    pub request: Request,
    /// The names of those of its headers that are not the user's: `system` is true of them.
    pub added: Vec<String>,
    /// The response; `None` before sending and when there was none.
    pub response: Option<ScriptResponse>,
    /// The cookies that belong to the request's URL.
    pub cookies: Vec<Cookie>,
    /// Where in the run this is.
    pub info: Info,
    /// Whether its console is shown as newman shows it, each value laid out.
    pub lists: bool,
    /// What the script may use.
    pub limits: Limits,
    /// Stops the script at once.
    pub cancel: CancellationToken,
    /// Sends the requests of `pm.sendRequest`; without one they fail.
    pub send: Option<Arc<dyn SendPort>>,
}

impl ScriptJob {
    /// A script without variables, response or port; the rest is set by field.
    pub fn new(source: impl Into<String>, name: impl Into<String>, event: ScriptEvent) -> Self {
        Self {
            source: source.into(),
            above: 0,
            name: name.into(),
            event,
            scopes: Scopes::default(),
            request: Request::default(),
            added: Vec::new(),
            response: None,
            cookies: Vec::new(),
            info: Info::default(),
            lists: false,
            limits: Limits::default(),
            cancel: CancellationToken::new(),
            send: None,
        }
    }
}

/// A response with the time it took: what `pm.response` and the answers of `pm.sendRequest` are made of.
#[derive(Clone, Debug)]
pub struct ScriptResponse {
    /// The response; its body is shared, never copied.
    pub response: Response,
    /// From the start of the send to its end.
    pub took: Duration,
}

/// What `pm.info` and `pm.execution.location` say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Info {
    /// The iteration, from 0.
    pub iteration: u32,
    /// How many iterations there are; 0 is taken for 1.
    pub iteration_count: u32,
    /// The request's id.
    pub request_id: String,
    /// The names from the collection to the request, whosever script runs.
    pub location: Vec<String>,
    /// The name among them of the item whose script runs.
    pub current: String,
}

/// What came of a script. Everything here is data from a script: escape it before it reaches a terminal.
#[derive(Clone, Debug, Default)]
pub struct ScriptReport {
    /// Tests in the order they finished; legacy `tests[…]` last.
    pub tests: Vec<TestResult>,
    /// What it wrote to the console.
    pub console: Vec<ConsoleLine>,
    /// What it did to variables, in order; also what it had done before it failed.
    pub writes: Vec<VariableWrite>,
    /// The variables that it set to `undefined`, most often for want of what it looked for; `null` is meant.
    pub undefined: Vec<String>,
    /// The request with its changes; `None` when it is unchanged.
    pub request: Option<Request>,
    /// Where the run goes on, if it said so.
    pub next_request: Option<NextRequest>,
    /// It called `pm.execution.skipRequest()`.
    pub skip_request: bool,
    /// What `pm.visualizer.set` was given.
    pub visualizer: Option<serde_json::Value>,
    /// What it threw outside of tests, and why it was stopped.
    pub errors: Vec<ScriptError>,
}

/// Why a script does not get what it asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// One sentence for the script.
    pub message: String,
    /// What Node tells of such a failure: `code`, `errno`, `syscall`, `address`, `port`; empty where it tells nothing.
    pub details: serde_json::Map<String, serde_json::Value>,
}

impl<T: Into<String>> From<T> for Refused {
    fn from(message: T) -> Self {
        Self {
            message: message.into(),
            details: serde_json::Map::new(),
        }
    }
}

/// A future that owns what it needs.
pub type BoxFuture<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// The outside of a script: sends the requests of `pm.sendRequest`, and answers its questions; the pipeline has one.
pub trait SendPort: Send + Sync {
    /// Sends a request whose text is literal: `{{x}}` in it is not resolved in Postman either, and nothing is
    /// inherited.
    fn send(&self, request: Request) -> BoxFuture<Result<ScriptResponse, Refused>>;

    /// Answers a question; refused unless a port knows better.
    fn ask(&self, question: Ask) -> BoxFuture<Result<Answer, Refused>> {
        Box::pin(std::future::ready(Err(question.refusal().into())))
    }
}
