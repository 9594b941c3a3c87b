//! Tokens within a send: renewed before it where they are due, and after it where they were refused.
//!
//! ```text
//! resolve ─▶ which tokens are in it? ─ all good ──────────────▶ sign, send ─▶ not refused
//!                │ missing, expired, about to end                   │ refused, the first time
//!                ▼                                                  ▼
//!             TokenStore::obtain ─▶ resolve again          TokenStore::obtain ─▶ resolve and send again, once
//! ```

use std::sync::Arc;
use std::time::Instant;

use jiff::{SignedDuration, Timestamp};

use super::ask::{Refused, RenewQuestion};
use super::bound::Bound;
use super::granted::InRequest;
use super::origin::{Cause, Standing};
use super::reply;
use super::saved::{SavedRequest, kept};
use super::store::{Obtained, TokenStore, Want};
use super::take::{scope, take, take_known, take_others};
use super::thought::Thought;
use super::told::{failed, refused_and, renewal, told};
use crate::exec::pipeline::{Pipeline, Prepared, SendContext};
use crate::exec::plan::Plan;
use crate::exec::tokens::{TokenStatus, mentions, status_of};
use crate::exec::written::secrets_in;
use crate::model::exchange::{Connection, Exchange, Phase, SendError, SendErrorKind, SentRequest, Timings};
use crate::model::outcome::{ConsoleLevel, ConsoleLine};
use crate::model::token::{Pick, Renew, TokenKey};
use crate::model::variable::display_value;
use crate::model::{Outcome, ResolvedRequest, Scope};

/// Who writes the console lines about tokens.
pub(super) const WRITER: &str = "tokens";

/// A request that is resolved, and the tokens in it.
pub(in crate::exec) struct Ready {
    /// The request.
    pub resolved: ResolvedRequest,
    used: Vec<Used>,
    /// Why it cannot be sent: a token that it needs could not be had.
    pub failed: Option<SendError>,
    /// The token that its auth gets itself.
    pub(super) granted: Option<InRequest>,
}

impl Ready {
    /// Takes a request that was resolved anew, with the token that its auth has got.
    pub(in crate::exec) fn take(&mut self, again: ResolvedRequest) {
        self.resolved = again;
        if let Some(granted) = &self.granted {
            granted.put(&mut self.resolved);
        }
    }
}

/// A token in a request.
pub(super) struct Used {
    pub(super) at: usize,
    pub(super) key: TokenKey,
    /// Its value; `None` when it has none worth the name.
    pub(super) value: Option<String>,
    /// There is no better one: it was fetched after a refusal of this very send, or somebody was asked for it.
    best: bool,
}

/// What came of wanting a better token.
enum Better {
    /// It is in the variables.
    Took,
    /// The request goes out with what there is.
    AsIs,
    /// It cannot be sent.
    Failed(SendError),
}

impl Pipeline {
    /// Resolves a request; the tokens in it that are due are renewed first.
    pub(in crate::exec) async fn resolve_fresh(&self, prepared: &mut Prepared, context: &SendContext) -> Ready {
        let mut ready = Ready {
            resolved: self.resolve(prepared, context).await,
            used: Vec::new(),
            failed: None,
            granted: None,
        };
        // What is not sent needs no token.
        let may_need = !prepared.plan.tokens.is_empty() && prepared.blocked.is_none();
        let Some(store) = self.tokens.clone().filter(|_| may_need) else {
            return ready;
        };
        ready.used = self.used(prepared, &ready.resolved);
        if !ready.used.is_empty() {
            let unlocked = self.unlock_certificate(&prepared.plan, &ready.resolved, context);
            ready.failed = unlocked.await.err();
        }
        if ready.failed.is_some() {
            return ready;
        }
        let mut took = false;
        for token in &mut ready.used {
            let before = bound(prepared, token.at).map(|bound| bound.source.renew_before);
            if token.value.is_none() {
                took |= take_known(&store, prepared, token);
            }
            let held = token.value.as_deref();
            let standing = store.judge(&token.key, held, before.unwrap_or_default(), Timestamp::now());
            let Standing::Due(cause) = standing else { continue };
            let cause = if cause == Cause::Missing && is_locked(prepared, token.at) {
                Cause::Locked
            } else {
                cause
            };
            match Box::pin(self.better(&store, prepared, token, cause, context)).await {
                Better::Took => took = true,
                Better::AsIs => {}
                Better::Failed(error) => {
                    ready.failed = Some(error);
                    break;
                }
            }
        }
        if took {
            ready.resolved = self.resolve(prepared, context).await;
        }
        ready
    }

    /// The tokens in a request, but for the one that it brings itself.
    fn used(&self, prepared: &Prepared, resolved: &ResolvedRequest) -> Vec<Used> {
        let mut out = Vec::new();
        for (at, bound) in prepared.plan.tokens.seen() {
            let variable = &bound.source.variable;
            let scope = resolved
                .used
                .iter()
                .find(|(name, _)| name == variable)
                .map(|(_, scope)| *scope);
            let is_used = match scope {
                // Given for this very send: nobody knows better.
                Some(Scope::Local | Scope::Data) => false,
                Some(_) => true,
                None => resolved.unresolved.contains(variable),
            };
            if !is_used || bound.source.renew == Renew::Never {
                continue;
            }
            let key = bound.key(&prepared.scopes);
            // A request that renews a token may well send the old one.
            if self.renewing.last() == Some(&key) {
                continue;
            }
            let value = prepared.scopes.get(variable).map(|(_, binding)| &binding.value);
            let is_missing = status_of(value, Timestamp::UNIX_EPOCH) == TokenStatus::Missing;
            let value = value.filter(|_| !is_missing).map(display_value);
            // What the variable holds may be another row's.
            let known = self.tokens.as_ref().and_then(|store| store.peek(&key));
            let is_own = |value: &String| known.as_ref().is_some_and(|known| known.value == *value);
            let value = value.filter(|value| key.audience.is_empty() || is_own(value));
            out.push(Used {
                at,
                key,
                value,
                best: false,
            });
        }
        out
    }

    /// Gets a better token and puts it into the variables.
    async fn better(
        &self,
        store: &TokenStore,
        prepared: &mut Prepared,
        token: &mut Used,
        cause: Cause,
        context: &SendContext,
    ) -> Better {
        let Some(bound) = bound(prepared, token.at).cloned() else {
            return Better::AsIs;
        };
        let began = Instant::now();
        let want = Want {
            held: token.value.clone(),
            cause,
            within: self.renewing.last().cloned(),
            by_hand: prepared.plan.iteration.by_hand,
        };
        let thought = Thought::default();
        let origin = Arc::new(SavedRequest {
            pipeline: thought.of(self.within(&token.key)),
            tokens: prepared.plan.tokens.clone(),
            at: token.at,
            key: token.key.clone(),
            scopes: prepared.scopes.clone(),
            by_hand: prepared.plan.iteration.by_hand,
            collection: prepared.plan.collection,
            held: token.value.clone(),
            thought,
        });
        let from = prepared.plan.tokens.request(token.at, &prepared.scopes, None);
        let from = from.map_or_else(|| bound.source.request.clone(), |plan| plan.request.name.clone());
        let asks = bound.source.renew == Renew::Ask && cause != Cause::Asked;
        let asks = asks && store.known(&want, &token.key, bound.source.renew_before).is_none();
        if asks && let Some(instead) = self.unless_asked(prepared, &token.key, cause, from, context).await {
            return instead;
        }
        (context.progress)(Phase::RenewingToken);
        let obtained = store.obtain(origin, want, &context.cancel).await;
        let took = began.elapsed();
        let name = bound.source.variable.clone();
        match obtained {
            Obtained::Known(known) => {
                take(prepared, token, &bound, &known);
                Better::Took
            }
            Obtained::Fetched(landed, led) => {
                let renewal = renewal(&name, &landed, led, took);
                let log = &mut prepared.log.outcome;
                if led {
                    let line = told(&renewal, &landed);
                    log.console.extend(line);
                }
                log.renewals.push(renewal);
                let own = prepared.plan.tokens.request(token.at, &prepared.scopes, None);
                if let Some(text) = own.filter(|_| led).and_then(|own| sends_itself(&own, &name, true)) {
                    say(prepared, ConsoleLevel::Warn, text);
                }
                let fetched = landed.outcome.as_ref().filter(|_| led);
                if let Some(text) = fetched.and_then(|own| reply::endless(&bound.source, &landed.from, own)) {
                    say(prepared, ConsoleLevel::Warn, text);
                }
                if let Ok(fetched) = &landed.token {
                    take(prepared, token, &bound, fetched);
                    token.best = matches!(cause, Cause::Refused(_)) || asks;
                    return Better::Took;
                }
                take_others(prepared, &bound, landed.outcome.as_deref());
                if cause.is_early() {
                    Better::AsIs
                } else {
                    Better::Failed(failed(&name, &landed, None))
                }
            }
            Obtained::Paused(..) if cause.is_early() => Better::AsIs,
            Obtained::Paused(landed, left) => {
                prepared.log.outcome.renewals.push(renewal(&name, &landed, false, took));
                let left = SignedDuration::try_from(left).unwrap_or(SignedDuration::ZERO);
                Better::Failed(failed(&name, &landed, Some(left)))
            }
            Obtained::Cancelled => Better::Failed(SendError::new(
                SendErrorKind::Cancelled,
                format!("cancelled while `{name}` was being renewed"),
            )),
            Obtained::Circle(names) => Better::Failed(
                SendError::new(
                    SendErrorKind::Token,
                    format!("these tokens need each other: `{}`", names.join("` → `")),
                )
                .hint("let the request of one of them do without the other"),
            ),
        }
    }

    /// Fetches a token anew, however good the one there is; `plan` is of the request that fetches it. The outcome is that
    /// request's own where this very call has sent it; whoever joined another's flight has only the renewal.
    pub async fn renew(&self, plan: impl Into<Arc<Plan>>, key: &TokenKey, context: &SendContext) -> Outcome {
        let mut prepared = self.unprepared(plan.into());
        let mut failed = None;
        if let (Some(store), Some(at)) = (self.tokens.clone(), prepared.plan.tokens.number_of(key)) {
            let value = prepared.scopes.get(&key.name).map(|(_, binding)| &binding.value);
            let is_missing = status_of(value, Timestamp::UNIX_EPOCH) == TokenStatus::Missing;
            let mut token = Used {
                at,
                key: key.clone(),
                value: value.filter(|_| !is_missing).map(display_value),
                best: false,
            };
            let better = self.better(&store, &mut prepared, &mut token, Cause::Asked, context);
            if let Better::Failed(error) = better.await {
                failed = Some(unsent(&self.resolve_with(&prepared, &prepared.scopes), error));
            }
        }
        let mut outcome = prepared.log.outcome;
        let Some(own) = outcome.renewals.last().and_then(|renewal| renewal.outcome.clone()) else {
            outcome.exchange = failed;
            return outcome;
        };
        let mut shown = Outcome::clone(&own);
        shown.writes = outcome.writes;
        shown.renewals.append(&mut outcome.renewals);
        // What is odd of its reply that request has told itself.
        let is_told = |line: &ConsoleLine| own.console.iter().any(|told| told.text == line.text);
        shown
            .console
            .extend(outcome.console.into_iter().filter(|line| !is_told(line)));
        shown
    }

    /// Asks whether a token may be renewed; where it may not, what is done instead.
    async fn unless_asked(
        &self,
        prepared: &mut Prepared,
        key: &TokenKey,
        cause: Cause,
        from: String,
        context: &SendContext,
    ) -> Option<Better> {
        let (name, why) = (&key.name, cause.words());
        let Some(interaction) = &self.interaction else {
            let text = format!(
                "`{name}` {why}, and there is nobody to ask whether to renew it (`renew = \"ask\"`): the request goes out as it \
                 is"
            );
            say(prepared, ConsoleLevel::Warn, text);
            return Some(Better::AsIs);
        };
        (context.progress)(Phase::Asking);
        let answer = interaction.renew(RenewQuestion {
            key: key.clone(),
            why,
            locked: cause == Cause::Locked,
            from,
        });
        let may = tokio::select! {
            answer = answer => answer,
            () = context.cancel.cancelled() => false,
        };
        // Until something else is waited for; of a yes that is the token.
        (context.progress)(Phase::Preparing);
        match may {
            // Who gives the question up answers it as well.
            _ if context.cancel.is_cancelled() => {
                let text = format!("cancelled at the question whether `{name}` is to be renewed");
                Some(Better::Failed(SendError::new(SendErrorKind::Cancelled, text)))
            }
            true => None,
            false => Some(Better::AsIs),
        }
    }

    /// The pipeline that fetches a token.
    fn within(&self, key: &TokenKey) -> Self {
        let mut pipeline = self.clone();
        (pipeline.stop_on_failure, pipeline.stop_on_error) = (false, false);
        pipeline.renewing.push(key.clone());
        pipeline
    }

    /// After an answer that refuses a token: the request to send again, with a new one. `None` when it is not to be.
    pub(in crate::exec) async fn renew_refused(
        &self,
        prepared: &mut Prepared,
        ready: &mut Ready,
        exchange: &Exchange,
        context: &SendContext,
    ) -> Option<ResolvedRequest> {
        let status = exchange.response()?.status;
        let store = self.tokens.clone()?;
        let request_id = request_id(prepared, ready);
        // Where a new one was refused, too, just now or a moment ago, the server minds something else.
        let is_refused = |token: &Used| {
            let is_refusal = bound(prepared, token.at).is_some_and(|bound| bound.source.is_refusal(status));
            let may_help = !token.best && !store.is_fruitless(&token.key, &request_id);
            token.value.is_some() && is_refusal && may_help
        };
        // The one that its auth sends is the likeliest.
        let mut refused: Vec<&mut Used> = ready.used.iter_mut().filter(|token| is_refused(token)).collect();
        let likeliest = refused
            .iter()
            .position(|token| mentions(prepared.plan.auth(), &token.key.name));
        let token = match likeliest {
            Some(at) => refused.swap_remove(at),
            None => refused.into_iter().next()?,
        };
        let method = ready.resolved.method.clone();
        let cause = Cause::Refused(status);
        match Box::pin(self.better(&store, prepared, token, cause, context)).await {
            Better::Took => {}
            Better::AsIs => return None,
            Better::Failed(error) => {
                let text = refused_and(&token.key.name, status, &error.message);
                say_once(prepared, text);
                return None;
            }
        }
        let source = bound(prepared, token.at).map(|bound| bound.source.clone())?;
        let refused = Refused {
            key: &token.key,
            name: &source.variable,
            method: &method,
            status,
            replay: source.replay,
            advice: &format!(
                "`replay = \"always\"` in `[tokens.{}]` says that it has not",
                source.variable
            ),
        };
        if !self.replays(refused, prepared, context).await {
            return None;
        }
        Some(self.resolve(prepared, context).await)
    }

    /// Notes for each token in a request whether this answer refuses it: a request that is refused with a new one is not
    /// helped by another.
    pub(in crate::exec) fn note_answer(&self, prepared: &Prepared, ready: &Ready, exchange: &Exchange) {
        let (Some(store), Some(response)) = (&self.tokens, exchange.response()) else {
            return;
        };
        self.note_grant(ready, &request_id(prepared, ready), response.status);
        for token in &ready.used {
            let refusal = bound(prepared, token.at).is_some_and(|bound| bound.source.is_refusal(response.status));
            if token.best || !refusal {
                let refused = token.value.as_deref().filter(|_| refusal);
                store.note_answer(&token.key, &request_id(prepared, ready), refused);
            }
        }
    }

    /// After a request that brings tokens: puts those into their variables that no script puts there, and notes all.
    pub(in crate::exec) async fn learn_tokens(&self, prepared: &mut Prepared) {
        let filled: Vec<Bound> = prepared.plan.tokens.filled().cloned().collect();
        for bound in filled {
            let (source, name) = (&bound.source, prepared.plan.request.name.clone());
            let key = bound.key(&prepared.scopes);
            if let Some(text) = sends_itself(&prepared.plan, &source.variable, false) {
                say(prepared, ConsoleLevel::Warn, text);
            }
            let answered = prepared.log.outcome.exchange.as_ref().and_then(Exchange::response);
            let well = answered.is_some_and(|response| response.status < 400);
            match reply::token_in(source, &name, &prepared.log.outcome) {
                Ok(mut token) => {
                    if let Some(text) = reply::endless(source, &name, &prepared.log.outcome) {
                        say(prepared, ConsoleLevel::Warn, text);
                    }
                    let own = bound.is_of(prepared.plan.collection);
                    if source.pick != Pick::Script {
                        let scope = scope(&key, prepared.plan.collection.is_some() && own);
                        let write = reply::write(&source.variable, &token.value, scope, &name);
                        prepared.scopes.apply(&write);
                        prepared.log.outcome.writes.push(write);
                    }
                    token.writes = kept(&prepared.log.outcome, own);
                    token.secrets_in = secrets_in(&prepared.log.outcome, &token.writes, &token.value);
                    if let Some(store) = self.tokens.as_ref().filter(|_| !self.renewing.contains(&key))
                        && let Err(error) = store.learn(&key, token).await
                    {
                        let text = format!("`{}` is not kept: {error}", source.variable);
                        say(prepared, ConsoleLevel::Warn, text);
                    }
                }
                Err(failure) if well && source.pick != Pick::Script => {
                    let text = format!("`{}` was not set: {}", source.variable, failure.message);
                    say(prepared, ConsoleLevel::Warn, text);
                }
                // The response and the script's errors say it.
                Err(_) => {}
            }
        }
    }
}

/// An exchange that never was: the request as it would have gone out, and why it did not.
pub(in crate::exec) fn unsent(resolved: &ResolvedRequest, error: SendError) -> Exchange {
    Exchange {
        started: Timestamp::now(),
        request: SentRequest {
            method: resolved.method.clone(),
            url: resolved.url.clone(),
            version: String::new(),
            headers: resolved.headers.clone(),
            body: bytes::Bytes::new(),
            body_len: 0,
        },
        result: Err(error),
        hops: Vec::new(),
        timings: Timings::default(),
        connection: Connection::default(),
        redactor: resolved.redactor.clone(),
        warnings: Vec::new(),
    }
}

/// What tells a request from others that need the same token.
pub(super) fn request_id(prepared: &Prepared, ready: &Ready) -> String {
    format!("{} {}", ready.resolved.method, prepared.plan.id())
}

/// What is wrong with a request that is to bring a token and sends it as well; `None` when it does not. A renewal leaves out
/// what it only inherits.
fn sends_itself(plan: &Plan, variable: &str, renews: bool) -> Option<String> {
    let name = &plan.request.name;
    let (whence, what) = match (plan.request.auth.is_inherited(), renews) {
        (true, true) => (", which it inherits,", "a renewal leaves that out"),
        (true, false) => (", which it inherits,", "nothing, or the old one"),
        (false, _) => ("", "nothing, or the old one"),
    };
    mentions(plan.auth(), variable).then(|| {
        format!(
            "`{name}` is to bring `{variable}`, and its auth{whence} sends `{{{{{variable}}}}}`: {what}; give `{name}` the auth \
             `none`"
        )
    })
}

pub(super) fn bound(prepared: &Prepared, at: usize) -> Option<&Bound> {
    prepared.plan.tokens.get(at)
}

/// Whether what the variable of a token holds cannot be read before the user gives the passphrase.
fn is_locked(prepared: &Prepared, at: usize) -> bool {
    let found = bound(prepared, at).and_then(|bound| prepared.scopes.get(&bound.source.variable));
    found.is_some_and(|(_, binding)| binding.locked)
}

/// Warns of what whoever has fetched the token may have told in the same words.
pub(super) fn say_once(prepared: &mut Prepared, text: String) {
    if prepared.log.outcome.console.iter().all(|line| line.text != text) {
        say(prepared, ConsoleLevel::Warn, text);
    }
}

pub(super) fn say(prepared: &mut Prepared, level: ConsoleLevel, text: String) {
    prepared.log.outcome.console.push(ConsoleLine {
        level,
        text,
        listed: None,
        at: Timestamp::now(),
        script: WRITER.to_owned(),
    });
}
