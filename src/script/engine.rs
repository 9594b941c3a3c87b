//! The engine: a thread for JavaScript, made when the first script comes, and the watchdog beside it.
//!
//! The interrupt handler inside the thread stops nearly everything. What it cannot stop, such as one endless call of a
//! built-in function, the watchdog sees: it gives the report without the thread, which is left to itself and ends when
//! its call does.

use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, Sender};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::{Mutex, Semaphore};
use tokio::task::JoinSet;

use super::limits::{Limits, Trip, Watch};
use super::pm::{Outgoing, Run};
use super::vm::{Message, Vm, WORLD};
use super::wording::Thrown;
use super::{Answer, ScriptJob, ScriptReport};

/// How often the watchdog looks.
const TICK: Duration = Duration::from_millis(100);
/// How long after its time a script may still come to its end by itself.
const GRACE: Duration = Duration::from_millis(1500);
/// How long a cancelled script may take to end by itself.
const CANCEL_GRACE: Duration = Duration::from_millis(300);

/// How many requests of one script are under way at once; the others wait for their turn.
const SENDS_AT_ONCE: usize = 16;

/// Runs the scripts of one run, one after the other, in one JavaScript world. Cheap until the first script.
#[derive(Default)]
pub struct Engine {
    worker: Mutex<Option<Worker>>,
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Engine").finish_non_exhaustive()
    }
}

/// The thread, seen from outside.
struct Worker {
    inbox: Sender<Message>,
    done: tokio::sync::mpsc::UnboundedReceiver<u64>,
    run: Run,
    watch: Arc<Watch>,
    number: u64,
    /// Whether what scripts check with is read, or about to be.
    checks: bool,
}

impl Drop for Worker {
    /// Ends the thread, also while a script waits in it; one that computes is stopped by its job's token.
    fn drop(&mut self) {
        // A thread that is gone needs no word.
        let _ = self.inbox.send(Message::End);
    }
}

impl Engine {
    /// An engine that has done nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// An engine whose world is being made from now on; to be called within a runtime. A failure shows at the first script.
    pub fn ahead() -> Self {
        Self {
            worker: Mutex::new(Worker::spawn().ok()),
        }
    }

    /// Starts the thread, so that its world is made while something else is waited for. Needless before [`Self::run`],
    /// which does the same; a failure shows there. With `checks` it has ready, too, what scripts check with.
    pub async fn prepare(&self, checks: bool) {
        let mut slot = self.worker.lock().await;
        if slot.is_none() {
            *slot = Worker::spawn().ok();
        }
        if let Some(worker) = slot.as_mut().filter(|worker| checks && !worker.checks) {
            worker.checks = true;
            // A thread that is gone shows when the script is to run.
            let _ = worker.inbox.send(Message::Checks);
        }
    }

    /// Runs one script to its end; scripts that come at once wait for each other. Never fails: what goes wrong is in
    /// the report. When the future is dropped, the script is stopped.
    pub async fn run(&self, mut job: ScriptJob) -> ScriptReport {
        if job.source.trim().is_empty() {
            return ScriptReport::default();
        }
        let cancelled = job.cancel.clone();
        job.cancel = cancelled.child_token();
        let _stop_when_dropped = job.cancel.clone().drop_guard();
        let mut slot = self.worker.lock().await;
        // Taken out: a future dropped half-way leaves no worker in an unknown state behind.
        let mut worker = match slot.take() {
            Some(worker) => worker,
            None => match Worker::spawn() {
                Ok(worker) => worker,
                Err(error) => return failed(job, &error.to_string()),
            },
        };
        let (report, alive) = worker.run(job).await;
        if alive {
            *slot = Some(worker);
        }
        report
    }
}

fn failed(job: ScriptJob, message: &str) -> ScriptReport {
    let run = Run::default();
    run.start(Arc::new(job));
    run.state().error(Thrown {
        name: "Error".to_owned(),
        message: format!("the script engine did not start: {message}"),
        stack: String::new(),
    });
    run.take()
}

impl Worker {
    fn spawn() -> std::io::Result<Self> {
        let (inbox, messages) = mpsc::channel();
        let (finished, done) = tokio::sync::mpsc::unbounded_channel();
        let run = Run::default();
        let watch = Arc::new(Watch::default());
        let thread = Thread {
            messages,
            run: run.clone(),
            watch: Arc::clone(&watch),
        };
        let handle = Handle::current();
        std::thread::Builder::new()
            .name("script".to_owned())
            .stack_size(Limits::MAX_STACK + 2 * 1024 * 1024)
            .spawn(move || thread.work(&handle, &finished))?;
        Ok(Self {
            inbox,
            done,
            run,
            watch,
            number: 0,
            checks: false,
        })
    }

    /// Runs a script and watches it; the report, and whether the thread is fit for another one.
    async fn run(&mut self, job: ScriptJob) -> (ScriptReport, bool) {
        self.number += 1;
        self.watch.start(job.limits, job.cancel.clone());
        let job = Arc::new(job);
        self.run.start(Arc::clone(&job));
        let cancel = job.cancel.clone();
        let message = Message::Job(self.number, job, self.inbox.clone());
        if self.inbox.send(message).is_err() {
            return (self.abandoned(None), false);
        }
        loop {
            tokio::select! {
                done = self.done.recv() => match done {
                    Some(number) if number == self.number => return (self.run.take(), true),
                    Some(_) => {}
                    None => return (self.abandoned(None), false),
                },
                () = cancel.cancelled() => {
                    // A thread that is gone shows as the end of `done`.
                    let _ = self.inbox.send(Message::Wake);
                    let limit = tokio::time::timeout(CANCEL_GRACE, self.done.recv());
                    return match limit.await {
                        Ok(Some(_)) => (self.run.take(), true),
                        Ok(None) => (self.abandoned(None), false),
                        Err(_) => (self.abandoned(Some(Trip::Cancelled)), false),
                    };
                },
                () = tokio::time::sleep(TICK) => if let Some(trip) = self.watch.overdue(GRACE) {
                    return (self.abandoned(Some(trip)), false);
                },
            }
        }
    }

    /// The report of a script whose thread hangs, or died without a word.
    fn abandoned(&self, trip: Option<Trip>) -> ScriptReport {
        let mut state = self.run.state();
        match trip {
            Some(trip) => state.stopped(trip),
            None => state.error(Thrown {
                name: "Error".to_owned(),
                message: "the script engine broke down".to_owned(),
                stack: String::new(),
            }),
        }
        drop(state);
        self.run.take()
    }
}

/// The inside of the thread.
struct Thread {
    messages: Receiver<Message>,
    run: Run,
    watch: Arc<Watch>,
}

/// Has the thread's heap grow once. glibc's grows by a page each time, for a world three hundred times, and every time the
/// other threads wait. It keeps what is given back up to twice the largest block of a mapping of its own so far; so that
/// is given back first. Elsewhere these are two blocks taken and given back.
fn reserve() {
    for size in [2 * WORLD, WORLD] {
        drop(std::hint::black_box(Vec::<u8>::with_capacity(size)));
    }
}

impl Thread {
    fn work(self, handle: &Handle, finished: &tokio::sync::mpsc::UnboundedSender<u64>) {
        // For natives that wait for something of the outside.
        let _inside = handle.enter();
        reserve();
        // Made at once: whoever called for the engine early has it ready when the first script comes.
        let mut vm = Some(Vm::new(&self.run, &self.watch));
        while let Ok(message) = self.messages.recv() {
            let (number, job, answers) = match message {
                Message::Job(number, job, answers) => (number, job, answers),
                Message::End => return,
                Message::Checks => {
                    if let Some(Ok(world)) = &vm {
                        world.read_checks();
                    }
                    continue;
                }
                // They come too late for the script they were meant for.
                Message::Answer(..) | Message::Wake => continue,
            };
            let made = vm.take().unwrap_or_else(|| Vm::new(&self.run, &self.watch));
            if let Err(message) = &made {
                self.run.state().error(Thrown {
                    name: "Error".to_owned(),
                    message: format!("the script engine did not start: {message}"),
                    stack: String::new(),
                });
            }
            if let Ok(world) = made {
                // Making the world is not the script's time.
                self.watch.busy(true);
                let mut sends = JoinSet::new();
                let turns = Arc::new(Semaphore::new(SENDS_AT_ONCE));
                let fit = world.execute(number, &job, &self.messages, &mut |id, outgoing| {
                    let port = job.send.clone();
                    let (answers, turns) = (answers.clone(), Arc::clone(&turns));
                    sends.spawn_on(
                        async move {
                            // Never closed, so a turn always comes.
                            let _turn = turns.acquire().await;
                            let result = match (outgoing, port) {
                                (Outgoing::Send(request), Some(port)) => {
                                    let sent = port.send(*request).await;
                                    sent.map(|response| Answer::Response(Box::new(response)))
                                }
                                (Outgoing::Ask(question), Some(port)) => port.ask(question).await,
                                (Outgoing::Send(_), None) => Err("requests cannot be sent here".into()),
                                (Outgoing::Ask(question), None) => Err(question.refusal().into()),
                            };
                            // The script may be over; then nobody waits for this.
                            let _ = answers.send(Message::Answer(number, id, result));
                        },
                        handle,
                    );
                });
                if fit {
                    vm = Some(Ok(world));
                }
            }
            // Before the word goes out: what was made on another thread is freed there, and neither waits for the other.
            drop((job, answers));
            if finished.send(number).is_err() {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use super::*;
    use crate::model::script::ScriptEvent;
    use std::sync::Weak;

    /// Runs scripts in an engine and drops it, the last one in the middle; true when thread and world are gone.
    async fn ends_with_its_engine(sources: &[&str]) -> bool {
        let engine = Engine::new();
        engine.prepare(true).await;
        let watch: Weak<Watch> = Arc::downgrade(&engine.worker.lock().await.as_ref().unwrap().watch);
        for source in sources {
            let job = ScriptJob::new(*source, "s", ScriptEvent::PostResponse);
            // One that ends by itself does so long before.
            let _ = tokio::time::timeout(Duration::from_millis(500), engine.run(job)).await;
        }
        drop(engine);
        // The thread and the world's interrupt handler hold the watch. It is generous to a busy machine.
        for _ in 0..600 {
            if watch.strong_count() == 0 {
                return true;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        false
    }

    #[tokio::test]
    async fn the_thread_ends_with_its_engine() {
        for sources in [
            &[][..],
            &["console.log(1)"],
            &["console.log(1)", "while (true);"],
            &["setInterval(() => {}, 60000);"],
            &["pm.sendRequest('http://x', () => {}); await new Promise(() => setTimeout(() => {}, 1e9));"],
        ] {
            assert!(ends_with_its_engine(sources).await, "{sources:?}");
        }
    }

    #[tokio::test]
    async fn what_scripts_check_with_may_be_read_ahead() {
        let engine = Engine::new();
        for checks in [false, true, true] {
            engine.prepare(checks).await;
        }
        assert!(engine.worker.lock().await.as_ref().unwrap().checks);
        let source = "pm.test('t', () => pm.expect(1).to.equal(2));";
        let report = engine.run(ScriptJob::new(source, "s", ScriptEvent::PostResponse)).await;
        let error = report.tests[0].error.as_ref().unwrap();
        assert_eq!(error.message, "expected 1 to equal 2");
    }
}
