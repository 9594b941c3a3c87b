//! A JavaScript world, and how one script goes through it.
//!
//! ```text
//! compile ─▶ begin ─▶ ┌ jobs ─▶ rejections ─▶ sends out ─▶ nothing left? ─▶ finish
//!                     └─ timer or answer ◀── wait ◀──────────┘
//! ```
//!
//! After a script that was stopped the world is not used again: code was cut off in the middle of anything.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};

use rquickjs::context::EvalOptions;
use rquickjs::convert::List;
use rquickjs::object::Property;
use rquickjs::promise::PromiseState;
use rquickjs::{
    CatchResultExt, CaughtError, Context, Ctx, Exception, Function, Module, Object, Persistent, Promise, Runtime, Value,
};

use super::limits::{Limits, Trip, Watch};
use super::pm::{self, Outgoing, Run};
use super::prelude::PRELUDE;
use super::reserved;
use super::sugar;
use super::wording::{CLOSE, FILE, OPEN, Thrown};
use super::{Answer, Refused, ScriptJob};
use crate::model::outcome::ScriptError;
use crate::model::script::ScriptEvent;

/// Memory kept back for reporting that all the rest is used, in bytes.
const RESERVE: usize = 8 * 1024 * 1024;

/// Memory that a world with nothing but the prelude in it fits into, in bytes.
pub const WORLD: usize = 1 << 20;

/// Rubbish is first looked for when this much memory is in use, in bytes; from then on the engine itself says when: at one
/// and a half times what was left.
const RUBBISH: usize = 4 * 1024 * 1024;

/// How much of the sources of compiled scripts is kept, in bytes; what is made of them is some ten times as much.
const MOST_COMPILED: usize = 256 * 1024;

/// What reaches a script while it waits.
pub enum Message {
    /// A send came back: the script's number, the send's, and what came of it.
    Answer(u64, u32, Result<Answer, Refused>),
    /// Look at the watch.
    Wake,
    /// Read what scripts check with: one is to come that does.
    Checks,
    /// A script to run, with its number and where answers to its sends go. The thread keeps no sender of its own: it
    /// would never see the channel end.
    Job(u64, Arc<ScriptJob>, Sender<Message>),
    /// Nobody needs the thread any more.
    End,
}

/// Hands a request or a question to the outside; the answer comes as a [`Message`].
pub type SendOut<'a> = &'a mut dyn FnMut(u32, Outgoing);

/// The global under which the prelude's `rejection` is found; no name a script would write.
const REJECTION: &str = "postrider:rejection";

/// A script as a function.
#[derive(Clone)]
struct Compiled {
    body: Persistent<Function<'static>>,
    /// Whether it may also run after the response, where more names are reserved.
    after: bool,
}

/// A runtime with one context and the prelude in it.
pub struct Vm {
    // Dropped in this order: values before the context, the context before the runtime.
    prelude: Option<Persistent<Object<'static>>>,
    /// The scripts that ran, by their source.
    compiled: RefCell<HashMap<String, Compiled>>,
    context: Context,
    runtime: Runtime,
    run: Run,
    watch: Arc<Watch>,
}

impl Drop for Vm {
    fn drop(&mut self) {
        self.runtime.set_host_promise_rejection_tracker(None);
        self.prelude = None;
        self.compiled.take();
    }
}

impl Vm {
    /// Makes a world. The error is the engine's, in words.
    pub fn new(run: &Run, watch: &Arc<Watch>) -> Result<Self, String> {
        let runtime = Runtime::new().map_err(|error| error.to_string())?;
        // Not while the world is made, which leaves no rubbish: looking for it took a tenth of the time.
        runtime.set_gc_threshold(RUBBISH);
        runtime.set_max_stack_size(Limits::default().stack);
        runtime.set_loader(PRELUDE, PRELUDE);
        let asked = Arc::clone(watch);
        runtime.set_interrupt_handler(Some(Box::new(move || asked.must_stop())));
        let context = Context::full(&runtime).map_err(|error| error.to_string())?;
        let prelude = context.with(|ctx| {
            let load = || {
                let prelude: Object = Module::import(&ctx, "main.js")?.finish()?;
                let setup: Function = prelude.get("setup")?;
                setup.call::<_, ()>((pm::register(&ctx, run, watch)?,))?;
                let rejection: Function = prelude.get("rejection")?;
                ctx.globals().prop(REJECTION, Property::from(rejection))?;
                Ok(Persistent::save(&ctx, prelude))
            };
            load().catch(&ctx).map_err(|error| error.to_string())
        })?;
        let asked = Arc::clone(watch);
        runtime.set_host_promise_rejection_tracker(Some(Box::new(move |ctx, promise, reason, handled| {
            // Nothing here may take for itself that the script is to stop.
            if asked.tripped().is_some() {
                return;
            }
            let report = ctx.globals().get::<_, Function>(REJECTION);
            if report
                .and_then(|report| report.call::<_, ()>((promise, reason, handled)))
                .is_err()
            {
                // Out of memory: the script's own promise is looked at in any case.
                ctx.catch();
            }
        })));
        Ok(Self {
            prelude: Some(prelude),
            compiled: RefCell::default(),
            context,
            runtime,
            run: run.clone(),
            watch: Arc::clone(watch),
        })
    }

    /// Reads what scripts check with before one does. What goes wrong here does so again there, and is told.
    pub fn read_checks(&self) {
        self.context.with(|ctx| {
            let prelude = self.prelude.clone().ok_or(rquickjs::Error::Unknown);
            let read = prelude
                .and_then(|prelude| prelude.restore(&ctx)?.get::<_, Function>("readChecks"))
                .and_then(|read| read.call::<_, ()>(()));
            if read.is_err() {
                ctx.catch();
            }
        });
    }

    /// Runs the script that `run` and `watch` were started with; whether the world is fit for another one.
    pub fn execute(&self, number: u64, job: &ScriptJob, inbox: &Receiver<Message>, send: SendOut<'_>) -> bool {
        let Limits { memory, stack, .. } = job.limits;
        self.runtime.set_max_stack_size(stack.min(Limits::MAX_STACK));
        self.runtime.set_memory_limit(memory);
        let (main, outcome) = self.context.with(|ctx| {
            let mut script = Script {
                vm: self,
                ctx: &ctx,
                main: None,
            };
            let outcome = script.begin(job).and_then(|()| script.advance(number, inbox, send));
            (script.main.map(|main| Persistent::save(&ctx, main)), outcome)
        });
        // Reporting needs memory too. The limit can only be changed while no JavaScript is entered.
        if memory > 0 {
            self.runtime.set_memory_limit(memory.saturating_add(RESERVE));
        }
        let is_pending = self.context.with(|ctx| {
            let main = main.and_then(|main| main.restore(&ctx).ok());
            let is_pending = main.as_ref().is_some_and(|main| main.state() == PromiseState::Pending);
            let script = Script {
                vm: self,
                ctx: &ctx,
                main,
            };
            script.end(outcome);
            is_pending
        });
        self.runtime.set_memory_limit(0);
        if self.ran_out_of_memory(memory, is_pending) {
            self.watch.trip(Trip::Memory(memory));
        }
        match self.watch.tripped() {
            None => true,
            Some(trip) => {
                self.run.state().stopped(trip);
                false
            }
        }
    }
}

impl Vm {
    /// Whether the script failed for want of memory. Where there was not even enough for an error, the engine throws
    /// `null`, and where there was none to tell a promise of it, the script waits for ever (`is_pending`).
    fn ran_out_of_memory(&self, limit: usize, is_pending: bool) -> bool {
        let mut state = self.run.state();
        if state.out_of_memory {
            return true;
        }
        let is_null = |error: &ScriptError| error.name == "Error" && error.message == "null";
        let has_null = state.report.errors.iter().any(is_null);
        if limit == 0 || !(has_null || is_pending) {
            return false;
        }
        // What it held may be free again by now; but `null` can only come from a script that throws.
        let source = state.job.as_ref().map_or("", |job| job.source.as_str());
        let throws = source.contains("throw") || source.contains("reject");
        let used = || usize::try_from(self.runtime.memory_usage().malloc_size).unwrap_or(0);
        let ran_out = (has_null && !throws) || used() >= if has_null { limit / 4 } else { limit / 2 };
        if ran_out {
            state.report.errors.retain(|error| !is_null(error));
        }
        ran_out
    }
}

/// Whether a script has the globals of Postman's first years: all but those with its mark.
fn is_legacy(job: &ScriptJob) -> bool {
    let marks = ["\"use sandbox2\";", "'use sandbox2';"];
    !marks.iter().any(|mark| job.source.starts_with(mark))
}

/// One script in its world.
struct Script<'a, 'js> {
    vm: &'a Vm,
    ctx: &'a Ctx<'js>,
    main: Option<Promise<'js>>,
}

impl<'js> Script<'_, 'js> {
    fn function(&self, name: &str) -> rquickjs::Result<Function<'js>> {
        let prelude = self.vm.prelude.clone().ok_or(rquickjs::Error::Unknown)?;
        prelude.restore(self.ctx)?.get(name)
    }

    fn begin(&mut self, job: &ScriptJob) -> rquickjs::Result<()> {
        let body = self.compile(job)?;
        let info = Object::new(self.ctx.clone())?;
        info.set("eventName", job.event.postman_name())?;
        info.set("iteration", job.info.iteration)?;
        info.set("iterationCount", job.info.iteration_count.max(1))?;
        info.set("requestName", job.request.name.as_str())?;
        info.set("requestId", job.info.request_id.as_str())?;
        info.set("location", job.info.location.as_slice())?;
        info.set("current", job.info.current.as_str())?;
        info.set("legacy", is_legacy(job))?;
        info.set("lists", job.lists)?;
        self.main = Some(self.function("begin")?.call((info, body))?);
        Ok(())
    }

    /// The script as a function; one that was compiled before is taken again, as every iteration runs the same ones.
    fn compile(&self, job: &ScriptJob) -> rquickjs::Result<Function<'js>> {
        let script = job.source.as_str();
        let after = job.event == ScriptEvent::PostResponse;
        let known = self.vm.compiled.borrow().get(script).cloned();
        if let Some(known) = known.filter(|known| known.after || !after) {
            return known.body.restore(self.ctx);
        }
        let wrapped = |behind: &str| -> rquickjs::Result<Function<'js>> {
            let mut options = EvalOptions::default();
            options.strict = false;
            options.filename = Some(FILE.to_owned());
            self.ctx
                .eval_with_options(format!("{OPEN}{script}{behind}{CLOSE}"), options)
        };
        let body = wrapped("")?;
        for name in reserved::suspects(script, is_legacy(job), after) {
            if wrapped(&format!("\n;var {name};")).is_err() {
                self.ctx.catch();
                let message = format!("Identifier '{name}' has already been declared");
                return Err(Exception::throw_syntax(self.ctx, &message));
            }
        }
        let named = sugar::named(script);
        if !named.is_empty() {
            self.function("standIn")?.call::<_, ()>((named,))?;
        }
        let mut compiled = self.vm.compiled.borrow_mut();
        let held: usize = compiled.keys().map(String::len).sum();
        if held + script.len() > MOST_COMPILED {
            compiled.clear();
        }
        if script.len() <= MOST_COMPILED {
            let body = Persistent::save(self.ctx, body.clone());
            compiled.insert(script.to_owned(), Compiled { body, after });
        }
        Ok(body)
    }

    /// Everything after the synchronous part, until nothing is left to wait for.
    fn advance(&self, number: u64, inbox: &Receiver<Message>, send: SendOut<'_>) -> rquickjs::Result<()> {
        let waiting = self.function("waiting")?;
        let fire = self.function("fire")?;
        let settle = self.function("settleRejections")?;
        loop {
            while !self.vm.watch.must_stop() && self.ctx.execute_pending_job() {}
            if self.vm.watch.tripped().is_some() {
                return Ok(());
            }
            settle.call::<_, ()>(())?;
            let (requests, skipped) = {
                let mut state = self.vm.run.state();
                (std::mem::take(&mut state.sends), state.report.skip_request)
            };
            for (id, request) in requests {
                send(id, request);
            }
            let List((timer, answers)) = waiting.call::<_, List<(Option<f64>, bool)>>(())?;
            if skipped || (timer.is_none() && !answers) {
                return Ok(());
            }
            match timer {
                Some(pause) if pause <= 0.0 => {
                    fire.call::<_, bool>(())?;
                }
                pause => self.wait(number, pause, inbox)?,
            }
        }
    }

    /// Waits for an answer, a wake-up, or `pause` milliseconds.
    fn wait(&self, number: u64, pause: Option<f64>, inbox: &Receiver<Message>) -> rquickjs::Result<()> {
        let ends = self.vm.watch.ends();
        let left = ends.map_or(Duration::MAX, |ends| ends.saturating_duration_since(Instant::now()));
        let pause = pause.and_then(|ms| Duration::try_from_secs_f64(ms.max(0.0) / 1000.0).ok());
        self.vm.watch.busy(false);
        let message = inbox.recv_timeout(left.min(pause.unwrap_or(Duration::MAX)));
        self.vm.watch.busy(true);
        match message {
            Ok(Message::Answer(of, id, result)) if of == number => self.answer(id, result),
            // An answer to an earlier script's send comes too late; a job cannot come while one runs.
            Ok(Message::Wake | Message::Checks | Message::Answer(..) | Message::Job(..))
            | Err(RecvTimeoutError::Timeout) => Ok(()),
            Ok(Message::End) | Err(RecvTimeoutError::Disconnected) => {
                self.vm.watch.trip(Trip::Cancelled);
                Ok(())
            }
        }
    }

    fn answer(&self, id: u32, result: Result<Answer, Refused>) -> rquickjs::Result<()> {
        let answer = self.function("answer")?;
        match result {
            Ok(Answer::Response(response)) => {
                if !self.vm.run.state().answered(id, &response, &self.vm.watch) {
                    return Ok(());
                }
                answer.call((id, "", pm::describe_response(self.ctx, &response)?))
            }
            Ok(Answer::Value(value)) => {
                let text = value.to_string();
                if !self.vm.run.state().spend(text.len(), &self.vm.watch) {
                    return Ok(());
                }
                answer.call((id, "", self.ctx.json_parse(text)?))
            }
            Ok(Answer::Ran(response, writes)) => {
                let ran = rquickjs::Object::new(self.ctx.clone())?;
                let text = pm::describe_writes(&writes).to_string();
                if !self.vm.run.state().spend(text.len(), &self.vm.watch) {
                    return Ok(());
                }
                ran.set("writes", self.ctx.json_parse(text)?)?;
                let described = match response {
                    Some(response) => {
                        if !self.vm.run.state().answered(id, &response, &self.vm.watch) {
                            return Ok(());
                        }
                        Some(pm::describe_response(self.ctx, &response)?)
                    }
                    None => None,
                };
                ran.set("response", described)?;
                answer.call((id, "", ran))
            }
            // Packages are waited for where they are required, never here.
            Ok(Answer::Package(_)) => Ok(()),
            Err(Refused { message, details }) => {
                let details = serde_json::Value::Object(details).to_string();
                answer.call((id, message, (), self.ctx.json_parse(details)?))
            }
        }
    }

    /// Late reports: what the script's promise was rejected with, tests that never finished, the changed request.
    fn end(&self, outcome: rquickjs::Result<()>) {
        if self.vm.watch.tripped().is_some() {
            self.ctx.catch();
            return;
        }
        if let Err(error) = outcome {
            self.caught(error);
        }
        let rejected = self
            .main
            .as_ref()
            .is_some_and(|main| main.state() == PromiseState::Rejected);
        let reported = || {
            let state = self.vm.run.state();
            !state.report.errors.is_empty() || state.report.skip_request
        };
        if rejected
            && !reported()
            && let Some(Err(error)) = self.main.as_ref().and_then(Promise::result::<Value>)
        {
            self.caught(error);
        }
        if self.main.is_none() {
            // It never began: the prelude still has the script before it.
            return;
        }
        let finished = self.function("finish").and_then(|finish| finish.call::<_, ()>(()));
        if let Err(error) = finished {
            self.caught(error);
        }
    }

    /// Reports what JavaScript threw at Rust.
    fn caught(&self, error: rquickjs::Error) {
        let thrown = match CaughtError::from_error(self.ctx, error) {
            CaughtError::Exception(exception) => Thrown {
                name: exception.as_object().get("name").unwrap_or_else(|_| "Error".to_owned()),
                message: exception.message().unwrap_or_default(),
                stack: exception.stack().unwrap_or_default(),
            },
            CaughtError::Value(value) => Thrown {
                name: "Error".to_owned(),
                message: match value.as_string() {
                    Some(text) => text.to_string().unwrap_or_default(),
                    None if value.is_null() => "null".to_owned(),
                    None => format!("a value of type {}", value.type_name()),
                },
                stack: String::new(),
            },
            CaughtError::Error(error) => Thrown {
                name: "Error".to_owned(),
                message: error.to_string(),
                stack: String::new(),
            },
        };
        if self.vm.watch.tripped().is_none() {
            self.vm.run.state().error(thrown);
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;

    #[test]
    fn a_new_world_fits_into_what_is_taken_for_it_and_has_no_rubbish() {
        let vm = Vm::new(&Run::default(), &Arc::default()).unwrap();
        let used = || usize::try_from(vm.runtime.memory_usage().malloc_size).unwrap();
        let new = used();
        assert!((WORLD / 2..WORLD).contains(&new), "{new} bytes");
        vm.runtime.run_gc();
        let left = used();
        assert!(new - left < new / 50, "{new} bytes, of which {left} were in use");
    }
}
