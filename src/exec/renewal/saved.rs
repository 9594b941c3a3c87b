//! A token of a saved request: sent through the pipeline like any other, with its scripts.

use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;

use super::bound::{Bound, Tokens, is_made_by_script};
use super::origin::{Failure, Fetched, Fetching, Origin};
use super::reply;
use super::thought::Thought;
use crate::exec::pipeline::{Pipeline, SendContext};
use crate::exec::plan::Plan;
use crate::exec::tokens::{TokenStatus, mentions, status_of};
use crate::exec::written::secrets_in;
use crate::model::token::TokenKey;
use crate::model::variable::VariableWrite;
use crate::model::{Auth, NodeId, Outcome, Scope};
use crate::script::{BoxFuture, Engine};
use crate::vars::Scopes;

/// A saved request that brings a token.
pub(super) struct SavedRequest {
    /// Sends it; knows that it is within the fetching of this token.
    pub pipeline: Pipeline,
    /// All tokens that can be reached.
    pub tokens: Tokens,
    /// Which of them.
    pub at: usize,
    /// Its key for these variables.
    pub key: TokenKey,
    /// The variables that it is sent with.
    pub scopes: Scopes,
    /// When somebody has sent by hand what needs it; `None` in a run.
    pub by_hand: Option<Instant>,
    /// The collection of whoever needs it.
    pub collection: Option<NodeId>,
    /// The token that is at hand.
    pub held: Option<String>,
    /// How long somebody was asked.
    pub thought: Thought,
}

impl Origin for SavedRequest {
    fn key(&self) -> TokenKey {
        self.key.clone()
    }

    fn renew_before(&self) -> Duration {
        self.bound().map_or(Duration::ZERO, |bound| bound.source.renew_before)
    }

    fn made_of(&self) -> u64 {
        self.bound().map_or(0, |bound| bound.made_of(&self.scopes))
    }

    fn fetch(self: Arc<Self>, fetching: Fetching) -> BoxFuture<Fetched> {
        Box::pin(async move { self.run(fetching).await })
    }

    fn thought(&self) -> Duration {
        self.thought.time()
    }
}

impl SavedRequest {
    fn bound(&self) -> Option<&Bound> {
        self.tokens.get(self.at)
    }

    async fn run(&self, fetching: Fetching) -> Fetched {
        let mut scopes = self.scopes.clone();
        // What renews a token may be a variable that fetching the last one has set.
        let known = fetching.known.filter(|known| self.held.as_ref() != Some(&known.value));
        let has_one = self.held.is_some() || known.is_some();
        for write in known.iter().flat_map(|known| &known.writes) {
            scopes.apply(write);
        }
        // What came along with it is as secret here.
        scopes.note(known.iter().flat_map(|known| &known.secrets_in).map(|(_, key)| key));
        let context = SendContext {
            cancel: fetching.cancel,
            unasked: true,
            ..SendContext::default()
        };
        let refresh = self.tokens.refresh(self.at, &scopes, self.collection);
        let refresh = refresh.filter(|_| !fetching.cause.is_first() && has_one);
        let mut unrenewed = None;
        if let Some(plan) = refresh {
            let fetched = self.send(plan, &context).await;
            match &fetched.token {
                Ok(_) => return fetched,
                // What it has spoilt does not matter to the full one.
                Err(failure) => unrenewed = (!failure.declined).then(|| failure.message.clone()),
            }
        }
        let mut fetched = match self.tokens.request(self.at, &scopes, self.collection) {
            Some(mut plan) => match self.do_without_itself(&mut plan) {
                Ok(()) => self.send(plan, &context).await,
                Err(failure) => Fetched {
                    token: Err(failure),
                    from: plan.request.name.clone(),
                    node: plan.node,
                    outcome: None,
                    unrenewed: None,
                },
            },
            None => Fetched {
                token: Err(self.not_there()),
                from: String::new(),
                node: None,
                outcome: None,
                unrenewed: None,
            },
        };
        fetched.unrenewed = unrenewed;
        fetched
    }

    /// A request that is to bring a token goes without that token where it only inherits it, and cannot go at all where it
    /// says itself that it needs one while there is none.
    fn do_without_itself(&self, plan: &mut Plan) -> Result<(), Failure> {
        let Some(variable) = self.bound().map(|bound| &bound.source.variable) else {
            return Ok(());
        };
        if mentions(plan.auth(), variable) && plan.request.auth.is_inherited() {
            plan.inherited_auth.auth = Auth::new(Auth::NONE);
        }
        let value = plan.scopes.get(variable).map(|(_, binding)| &binding.value);
        let is_missing = status_of(value, Timestamp::UNIX_EPOCH) == TokenStatus::Missing;
        // A script may put it there.
        if !is_missing || is_made_by_script(plan) || !mentions(plan.auth(), variable) {
            return Ok(());
        }
        let name = &plan.request.name;
        let hint = format!("give `{name}` the auth that it signs in with, or `none`");
        let text = format!("`{name}` is to bring `{variable}` and its auth sends it itself, and there is none");
        Err(Failure::new(text).hint(hint))
    }

    fn not_there(&self) -> Failure {
        let Some(bound) = self.bound() else {
            return Failure::new("nothing says where it comes from");
        };
        Failure::new(format!("there is no request `{}`", bound.source.request)).hint(format!(
            "see `[tokens.{}]` of `{}`: `request` names it by its path",
            bound.source.variable, bound.declared_by
        ))
    }

    async fn send(&self, mut plan: Plan, context: &SendContext) -> Fetched {
        // What it needs in turn waits after failures as what needs it does.
        plan.iteration.by_hand = self.by_hand;
        let (from, node) = (plan.request.name.clone(), plan.node);
        let mut outcome = self.pipeline.send_with(&Engine::new(), plan, context).await;
        let token = match self.bound() {
            Some(bound) => reply::token_in(&bound.source, &from, &outcome).map(|token| (token, bound)),
            None => Err(self.not_there()),
        };
        let token = token.map(|(mut token, bound)| {
            let own = bound.is_of(self.collection);
            token.writes = kept(&outcome, own);
            token.secrets_in = secrets_in(&outcome, &token.writes, &token.value);
            hide(&mut outcome, &token.value);
            token
        });
        Fetched {
            token,
            from,
            node,
            outcome: Some(Arc::new(outcome)),
            unrenewed: None,
        }
    }
}

/// What a token request wrote that others need: not what ends with it, nor another collection's.
pub(super) fn kept(outcome: &Outcome, own_collection: bool) -> Vec<VariableWrite> {
    let lasts = |write: &&VariableWrite| match write.scope {
        Scope::Local | Scope::Data => false,
        Scope::Collection => own_collection,
        Scope::Environment | Scope::Global => true,
    };
    outcome.writes.iter().filter(lasts).cloned().collect()
}

/// Hides the token in what is shown of the request that brought it.
fn hide(outcome: &mut Outcome, value: &str) {
    let secret = crate::model::Secret::new(value);
    outcome.redactor = outcome.redactor.with([secret.clone()]);
    if let Some(exchange) = &mut outcome.exchange {
        exchange.redactor = exchange.redactor.with([secret]);
        outcome.redactor = outcome.redactor.and(&exchange.redactor);
    }
}
