//! A run under way: its iterations one after the other, or several at once.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::stream::{self, StreamExt};
use jiff::Timestamp;

use super::{Done, Place, RunEvent, RunOptions};
use crate::exec::pipeline::{Pipeline, SendContext};
use crate::exec::plan::{Iteration, Plan, request_id};
use crate::exec::session::Session;
use crate::exec::summary::{Failure, Summary, failures};
use crate::http::Jar;
use crate::model::exchange::SendErrorKind;
use crate::model::outcome::NextRequest;
use crate::model::{Entity, Exchange, NodeId, Outcome, Workspace};
use crate::script::{CANCELLED, Engine};

/// What all iterations of a run share.
pub(super) struct Going<'a> {
    options: &'a RunOptions,
    /// What the user cancels, and also the run itself.
    context: SendContext,
    shared: Mutex<Shared<'a>>,
}

struct Shared<'a> {
    summary: Summary,
    events: &'a mut (dyn FnMut(RunEvent<'_>) + Send + 'a),
    /// No further request is begun.
    over: bool,
    /// The last iteration so far and what it left: its number, values and cookies.
    last: Option<(usize, Session, Arc<Jar>)>,
}

/// How an iteration goes on after a request.
enum Next {
    At(usize),
    Ends,
}

impl<'a> Going<'a> {
    /// A run that has not begun.
    pub(super) fn new(
        options: &'a RunOptions,
        context: &SendContext,
        events: &'a mut (dyn FnMut(RunEvent<'_>) + Send + 'a),
    ) -> Self {
        Self {
            options,
            context: SendContext {
                cancel: context.cancel.child_token(),
                progress: context.progress.clone(),
                arriving: None,
                unasked: false,
            },
            shared: Mutex::new(Shared {
                summary: Summary {
                    started: Timestamp::now(),
                    ..Summary::default()
                },
                events,
                over: false,
                last: None,
            }),
        }
    }

    fn shared(&self) -> MutexGuard<'_, Shared<'a>> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells an event.
    pub(super) fn tell(&self, event: RunEvent<'_>) {
        (self.shared().events)(event);
    }

    /// Ends what is under way, and begins nothing more.
    pub(super) fn break_off(&self) {
        self.context.cancel.cancel();
    }

    /// The figures so far.
    pub(super) fn into_summary(self) -> Summary {
        let shared = self.shared.into_inner();
        shared.unwrap_or_else(PoisonError::into_inner).summary
    }

    fn is_over(&self) -> bool {
        self.context.cancel.is_cancelled() || self.shared().over
    }

    /// All iterations.
    pub(super) async fn all(&self, pipeline: &Pipeline, session: &mut Session) {
        if self.options.parallel > 1 {
            self.side_by_side(pipeline, session).await;
            return;
        }
        let engine = Engine::new();
        for index in self.options.numbers() {
            if self.is_over() {
                return;
            }
            self.iteration(pipeline, &engine, session, index).await;
        }
    }

    /// Several iterations at once, each on its own: no other's variables, cookies and script globals.
    async fn side_by_side(&self, pipeline: &Pipeline, session: &mut Session) {
        let began: &Session = session;
        stream::iter(self.options.numbers())
            .for_each_concurrent(self.options.parallel, |index| async move {
                if self.is_over() {
                    return;
                }
                let mut own = began.clone();
                let pipeline = Pipeline {
                    cookies: Arc::new(pipeline.cookies.copy()),
                    ..pipeline.clone()
                };
                self.iteration(&pipeline, &Engine::new(), &mut own, index).await;
                let last = &mut self.shared().last;
                if last.as_ref().is_none_or(|(number, ..)| *number < index) {
                    *last = Some((index, own, pipeline.cookies));
                }
            })
            .await;
        if let Some((_, own, cookies)) = self.shared().last.take() {
            *session = own;
            pipeline.cookies.replace(&cookies);
        }
    }

    async fn iteration(&self, pipeline: &Pipeline, engine: &Engine, session: &mut Session, index: usize) {
        let iteration = Iteration {
            index,
            count: self.options.count(),
            by_hand: None,
        };
        self.shared().summary.iterations += 1;
        self.tell(RunEvent::Iteration(iteration));
        let row = self.options.data.row(index);
        let mut at = 0;
        while let Some(node) = self.options.requests.get(at).copied() {
            if !self.options.takes(index, node) {
                at += 1;
                continue;
            }
            if !self.pause().await {
                return;
            }
            let Some(mut plan) = session.plan(node) else {
                at += 1;
                continue;
            };
            if let Some(row) = &row {
                plan = plan.with_data(row);
            }
            plan.iteration = iteration;
            match self.request(pipeline, engine, session, plan, at).await {
                Next::At(next) => at = next,
                Next::Ends => return,
            }
        }
    }

    /// One request, tried as often as it may be.
    async fn request(
        &self,
        pipeline: &Pipeline,
        engine: &Engine,
        session: &mut Session,
        plan: Plan,
        at: usize,
    ) -> Next {
        let mut place = Place {
            position: at,
            length: self.options.requests.len(),
            retries: 0,
        };
        let plan = Arc::new(plan);
        let alone = self.options.parallel <= 1;
        if alone {
            self.tell(RunEvent::Request(&plan, place));
        }
        let (mut outcome, failed) = loop {
            let outcome = pipeline.send_with(engine, Arc::clone(&plan), &self.context).await;
            let failed = failures(&plan, &outcome);
            if failed.is_empty() || place.retries >= self.options.retry || self.context.cancel.is_cancelled() {
                break (outcome, failed);
            }
            // What a failed try wrote is not kept: the next one begins where this one did.
            place.retries += 1;
        };
        if self.is_broken_off(&outcome) {
            return Next::Ends;
        }
        let lost = session.keep(plan.node, &outcome);
        outcome.console.extend(lost);
        self.done(&plan, place, &outcome, &failed, session);
        if self.is_over() {
            return Next::Ends;
        }
        self.next(&outcome, session, at)
    }

    /// Whether a request was only cut short because the run ended elsewhere.
    fn is_broken_off(&self, outcome: &Outcome) -> bool {
        let answered = outcome
            .exchange
            .as_ref()
            .is_some_and(|exchange| exchange.result.is_ok());
        let mut errors = outcome.script_errors.iter();
        let is_cut = !answered || errors.any(|error| error.name == CANCELLED);
        self.context.cancel.is_cancelled() && self.shared().over && is_cut
    }

    fn done(&self, plan: &Plan, place: Place, outcome: &Outcome, failed: &[Failure], session: &Session) {
        let mut shared = self.shared();
        shared.summary.add(outcome, failed);
        // Whoever gives up what is asked ends it, too.
        let error = outcome.exchange.as_ref().and_then(Exchange::error);
        shared.summary.cancelled |= error.is_some_and(|error| error.kind == SendErrorKind::Cancelled);
        shared.summary.retried += place.retries;
        if self.options.parallel > 1 {
            (shared.events)(RunEvent::Request(plan, place));
        }
        (shared.events)(RunEvent::Outcome(Done {
            plan,
            place,
            outcome,
            failures: failed,
            session,
        }));
        let stops = if self.options.bail || self.options.fail_fast {
            outcome.failed()
        } else {
            self.options.bail_on_error && outcome.erred()
        };
        if stops && !self.context.cancel.is_cancelled() {
            shared.summary.bailed = true;
            // With `--bail folder`, alone or beside another word, newman breaks the iteration off at whatever the run stops
            // at, and counts those alone that came to their end.
            if self.options.bail_on_error {
                shared.summary.iterations -= 1;
            }
            shared.over = true;
            drop(shared);
            if self.options.fail_fast {
                self.break_off();
            }
        }
    }

    fn next(&self, outcome: &Outcome, session: &Session, at: usize) -> Next {
        match &outcome.next_request {
            Some(_) if self.options.single => Next::At(at + 1),
            Some(NextRequest::Stop) => Next::Ends,
            Some(NextRequest::To(name)) => {
                if let Some(place) = place(&session.workspace, &self.options.requests, name) {
                    return Next::At(place);
                }
                self.tell(RunEvent::NoSuchRequest(name));
                Next::Ends
            }
            None => Next::At(at + 1),
        }
    }

    /// Waits before a request; `false` when the run is over.
    async fn pause(&self) -> bool {
        let delay = self.options.delay;
        if !delay.is_zero() {
            tokio::select! {
                () = tokio::time::sleep(delay) => {}
                () = self.context.cancel.cancelled() => {}
            }
        }
        !self.is_over()
    }
}

/// Where the request of this id (Postman's, or its path) or name stands; of several with one name, the last. Our paths and
/// file names count in our own collections only: in Postman's the same word is a name that there is not.
fn place(workspace: &Workspace, requests: &[NodeId], wanted: &str) -> Option<usize> {
    let request = |id: &NodeId| workspace.request(*id);
    let ours = |id: &NodeId| match workspace.collection_of(*id).map(|top| &top.entity) {
        Some(Entity::Collection(group)) => group.origin.is_empty(),
        _ => true,
    };
    let by_id = |id: &NodeId| {
        let path = workspace.path(*id);
        request(id).is_some_and(|request| request_id(request, path.as_ref()) == wanted)
    };
    let by_path = |id: &NodeId| ours(id) && workspace.path(*id).is_some_and(|path| path.as_str() == wanted);
    let by_name = |id: &NodeId| request(id).is_some_and(|request| request.name == wanted);
    let by_file = |id: &NodeId| ours(id) && workspace.node(*id).is_some_and(|node| node.slug == wanted);
    let found = |is: &dyn Fn(&NodeId) -> bool| requests.iter().rposition(is);
    found(&by_id)
        .or_else(|| found(&by_path))
        .or_else(|| found(&by_name))
        .or_else(|| found(&by_file))
}
