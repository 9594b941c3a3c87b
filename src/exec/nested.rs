//! `pm.execution.runRequest`: a script runs another request of its collection, with that one's scripts.

use std::sync::Arc;

use super::pipeline::{Pipeline, SendContext};
use super::plan::{Iteration, Others};
use super::port::Sent;
use crate::script::{Answer, BoxFuture, Engine, Refused, ScriptResponse};
use crate::vars::Scopes;

/// So many requests may each run the next one: a request that runs itself must end.
const DEEPEST: u8 = 10;

/// What running another request takes.
#[derive(Clone)]
pub(super) struct Nested {
    pub pipeline: Pipeline,
    pub others: Arc<Others>,
    pub iteration: Iteration,
    pub context: SendContext,
}

impl Nested {
    /// Runs the request of this id; what its scripts say and test is added to what was sent.
    pub fn run(self, id: String, scopes: Scopes, sent: Sent) -> BoxFuture<Result<Answer, Refused>> {
        Box::pin(async move {
            let Some(mut plan) = self.others.plan(&id, scopes) else {
                let some: Vec<String> = self.others.some().iter().map(|name| format!("`{name}`")).collect();
                let text = format!(
                    "pm.execution.runRequest: the collection has no request with the id or name `{id}`, but {}",
                    some.join(", ")
                );
                return Err(text.into());
            };
            let mut pipeline = self.pipeline;
            pipeline.depth += 1;
            if pipeline.depth > DEEPEST {
                let text =
                    format!("pm.execution.runRequest: {DEEPEST} requests have each run the next one; that is the most");
                return Err(text.into());
            }
            plan.iteration = self.iteration;
            // Also where the script is that of a token's request: it says itself what it sends.
            let context = SendContext {
                unasked: false,
                ..self.context
            };
            let name = plan.request.name.clone();
            // The script's own engine waits for this.
            let mut outcome = pipeline.send_with(&Engine::new(), plan, &context).await;
            for test in &mut outcome.tests {
                test.name = format!("{name}: {}", test.name);
            }
            let writes = std::mem::take(&mut outcome.writes);
            let answer = match outcome.exchange.take() {
                None if outcome.skipped => Ok(Answer::Ran(None, writes)),
                None => Err(format!("pm.execution.runRequest: `{name}` was not sent").into()),
                Some(exchange) => {
                    let took = exchange.answered_in();
                    sent.add(&exchange);
                    exchange
                        .result
                        .map(|response| Answer::Ran(Some(Box::new(ScriptResponse { response, took })), writes))
                        .map_err(|error| error.message.into())
                }
            };
            sent.add_nested(outcome);
            answer
        })
    }
}
