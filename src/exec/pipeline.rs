//! One way through: every send of the TUI, `send` and `run` goes through here, and there is no second one.
//!
//! ```text
//! Plan ── pre-request scripts ──▶ Prepared ── resolve ──▶ ResolvedRequest ── sign ──▶ SignedRequest
//!                                    │                                                    │ send
//!                                    ▼ skipped                                            ▼
//!                                 Outcome ◀── post-response scripts ──────────────── Exchange
//! ```
//!
//! Each stage is a type of its own, so none can be left out. The pipeline never touches the workspace: what scripts
//! wrote is in the outcome, and the caller keeps it ([`super::apply_writes`]).

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use super::consent::{Asking, Consent, Permission, allowed, given_up};
use super::leave::NetrcFile;
use super::nested::Nested;
use super::oauth2::Person;
use super::outside::{self, Outside, Wanted};
use super::packages::Packages;
use super::passphrases;
use super::plan::{Aim, Plan};
use super::port::{Port, Sent};
use super::renewal::{Interaction, Ready, TokenStore, unsent};
use super::scripts::Log;
use super::sent::{added, as_sent, asked, unset, without_body};
use super::signing::{join, sign_and_send};
use super::vault::{self, Vault};
use super::visual;
use crate::auth::Memory;
use crate::http::{self, Allowance, Arriving, Client, Jar, Progress};
use crate::model::exchange::{Cookie, Exchange, Phase, SendError, SendErrorKind};
use crate::model::outcome::Unset;
use crate::model::script::ScriptEvent;
use crate::model::token::TokenKey;
use crate::model::{Auth, Outcome, Redactor, Request, ResolvedRequest, Scope, Secret};
use crate::script::{Engine, Limits, ScriptResponse};
use crate::vars::{Dynamic, Scopes, env_name, resolve};

/// What all sends share: connections, cookies, chance and the limits of scripts. Cheap to clone.
#[derive(Clone)]
pub struct Pipeline {
    /// Connections, proxies, certificates.
    pub http: Client,
    /// The workspace's cookies.
    pub cookies: Arc<Jar>,
    /// What servers said to signers.
    pub memory: Memory,
    /// Values of `{{$guid}}` and its like.
    pub dynamic: Dynamic,
    /// What one script may use.
    pub limits: Limits,
    /// Whether what scripts write to the console is shown as newman shows it, each value laid out.
    pub lists: bool,
    /// The npm packages that scripts may require; without any, requiring one is an error.
    pub packages: Option<Arc<Packages>>,
    /// Nothing more is done for a request once something failed: newman's `--bail`.
    pub stop_on_failure: bool,
    /// The same once a script threw or the request went without an answer, whatever its tests say: newman's `--bail folder`.
    pub stop_on_error: bool,
    /// Values that come from outside, kept for the session.
    pub outside: Outside,
    /// Who is asked what a collection may; without anybody it may nothing.
    pub consent: Option<Arc<dyn Consent>>,
    /// The tokens of the workspace; without them, none is ever renewed.
    pub tokens: Option<TokenStore>,
    /// Who is asked whether to renew a token or to send a request again; without anybody neither is done that must be.
    pub interaction: Option<Arc<dyn Interaction>>,
    /// Who signs in where a token needs a person; without anybody no browser is waited for.
    pub person: Option<Arc<dyn Person>>,
    /// The tokens whose fetching this is part of, outermost first.
    pub(super) renewing: Vec<TokenKey>,
    /// The user's netrc, for requests that ask for it; without it they are sent without.
    pub netrc: Option<NetrcFile>,
    /// How many requests have each run the next one, up to this.
    pub(super) depth: u8,
    /// The vault of the request whose script runs this one.
    pub(super) vault: Option<Vault>,
}

/// How one send is watched and stopped.
#[derive(Clone)]
pub struct SendContext {
    /// Stops the send at once.
    pub cancel: CancellationToken,
    /// Told of every step; called from within the send, so it must be quick.
    pub progress: Progress,
    /// Told when the response may be looked at before its end.
    pub arriving: Option<Arriving>,
    /// Whether it fetches a token, which nobody has asked for: no redirect takes what it sends to another server.
    pub unasked: bool,
}

impl Default for SendContext {
    fn default() -> Self {
        Self {
            cancel: CancellationToken::new(),
            progress: Arc::new(|_| {}),
            arriving: None,
            unasked: false,
        }
    }
}

/// A request after its pre-request scripts: what is to be resolved, and with which variables.
pub(super) struct Prepared {
    pub plan: Arc<Plan>,
    pub request: Request,
    /// The headers that the sender has added to the request's own; none before it is sent.
    added: Vec<String>,
    pub scopes: Scopes,
    vault: Vault,
    /// Whether pre-request scripts are still to run, which may send it elsewhere.
    changes: bool,
    /// Why it cannot be sent: a value from outside or a file that the user does not give.
    pub blocked: Option<SendError>,
    pub log: Log,
}

impl Prepared {
    /// The auth it is sent with.
    pub fn auth(&self) -> &Auth {
        if self.request.auth.is_inherited() {
            &self.plan.inherited_auth.auth
        } else {
            &self.request.auth
        }
    }
}

impl Pipeline {
    /// A pipeline over a client, with real chance and the usual limits.
    pub fn new(http: Client, cookies: Arc<Jar>) -> Self {
        Self {
            http,
            cookies,
            memory: Memory::default(),
            dynamic: Dynamic::new(),
            limits: Limits::default(),
            lists: false,
            packages: None,
            stop_on_failure: false,
            stop_on_error: false,
            outside: Outside::default(),
            consent: None,
            tokens: None,
            interaction: None,
            person: None,
            renewing: Vec::new(),
            netrc: None,
            depth: 0,
            vault: None,
        }
    }

    /// Sends one request. It never fails: whatever goes wrong is in the outcome.
    pub async fn send(&self, plan: Plan, context: &SendContext) -> Outcome {
        self.send_drawn(&Engine::new(), plan, context).await
    }

    /// The same, with an engine that was started ahead.
    pub async fn send_drawn(&self, engine: &Engine, plan: Plan, context: &SendContext) -> Outcome {
        let mut outcome = self.send_with(engine, plan, context).await;
        if let Some(given) = outcome.visualizer.take() {
            outcome.visual = visual::drawn(given, self.limits.busy, &context.cancel).await;
        }
        outcome
    }

    /// The same within a run: scripts that share an engine share their JavaScript world, as in Postman.
    pub async fn send_with(&self, engine: &Engine, plan: impl Into<Arc<Plan>>, context: &SendContext) -> Outcome {
        let plan = plan.into();
        (context.progress)(Phase::Preparing);
        match plan.aim.clone() {
            Aim::Response => {}
            Aim::SignIn => return Box::pin(self.sign_in(plan, context)).await.unwrap_or_default(),
            Aim::Token(key) => return Box::pin(self.renew(plan, &key, context)).await,
        }
        // Boxed: these two are most of what a send holds in memory while it waits.
        let mut prepared = Box::pin(self.prepare(engine, plan, context)).await;
        if prepared.log.outcome.exchange.is_some() || prepared.log.outcome.skipped || self.stops(&prepared.log.outcome)
        {
            return prepared.log.outcome;
        }
        let mut ready = Box::pin(self.resolve_fresh(&mut prepared, context)).await;
        if let Some(error) = prepared.blocked.take() {
            ready.failed = Some(error);
        }
        Box::pin(self.grant(&mut prepared, &mut ready, context)).await;
        Box::pin(self.exchange(engine, prepared, ready, context)).await
    }

    /// Whether nothing more is done for a request of which so much came.
    fn stops(&self, outcome: &Outcome) -> bool {
        (self.stop_on_failure && outcome.failed()) || (self.stop_on_error && outcome.erred())
    }

    /// A plan before its pre-request scripts.
    pub(super) fn unprepared(&self, plan: Arc<Plan>) -> Prepared {
        Prepared {
            request: Request::clone(&plan.request),
            added: Vec::new(),
            scopes: plan.scopes.clone(),
            vault: self.vault.clone().unwrap_or_else(|| Vault::new(&plan.vault)),
            plan,
            changes: false,
            blocked: None,
            log: Log::default(),
        }
    }

    /// Runs the pre-request scripts.
    pub(super) async fn prepare(&self, engine: &Engine, plan: Arc<Plan>, context: &SendContext) -> Prepared {
        let mut prepared = self.unprepared(plan);
        if let Some(error) = &prepared.plan.unread {
            let resolved = self.resolve_with(&prepared, &prepared.scopes);
            prepared.log.outcome.exchange = Some(unsent(&resolved, SendError::clone(error)));
            return prepared;
        }
        prepared.changes = super::scripts::any(&prepared.plan, ScriptEvent::PreRequest);
        let mentioned = outside::mentioned(&prepared.scopes, &super::scripts::sources(&prepared.plan));
        if let Err(error) = self.fetch(&mut prepared, mentioned, context).await {
            let resolved = self.resolve_with(&prepared, &prepared.scopes);
            prepared.log.outcome.exchange = Some(unsent(&resolved, error));
            return prepared;
        }
        self.run_scripts(engine, &mut prepared, ScriptEvent::PreRequest, None, context)
            .await;
        prepared.changes = false;
        prepared
    }

    /// Resolves the variables, with what the scripts made of them; those that come from outside and the vault's only once
    /// the user has agreed. What stands in the way of sending it at all is noted.
    pub(super) async fn resolve(&self, prepared: &mut Prepared, context: &SendContext) -> ResolvedRequest {
        let resolved = loop {
            let resolved = self.resolve_with(prepared, &prepared.scopes);
            let wanted = outside::wanted(&prepared.scopes, resolved.unresolved.iter());
            if wanted.is_empty() || prepared.blocked.is_some() {
                break resolved;
            }
            // What comes may name others in turn.
            if let Err(error) = self.fetch(prepared, wanted, context).await {
                prepared.blocked = Some(error);
            }
        };
        if let Some(error) = self.locked(prepared, &resolved) {
            prepared.blocked.get_or_insert(error);
        }
        let resolved = self.with_vault(prepared, resolved, context).await;
        for file in self.http.files_outside(&resolved.body) {
            let asking = Self::asking(&prepared.plan).to(&resolved.url, &resolved.redactor);
            if let Err(error) = allowed(self.consent.as_ref(), &asking, &Permission::File(file)).await {
                prepared.blocked.get_or_insert(error);
            }
        }
        resolved
    }

    /// Why a request is not sent that needs what the passphrase guards: without it, it would go out with a hole in it. A
    /// token is fetched anew where it may be.
    fn locked(&self, prepared: &Prepared, resolved: &ResolvedRequest) -> Option<SendError> {
        let plan = &prepared.plan;
        let is_renewed = |name: &str| self.tokens.is_some() && plan.tokens.renews(name);
        let is_locked = |name: &&String| {
            if let Some(name) = name.strip_prefix(vault::PREFIX) {
                return plan.locked_vault.iter().any(|own| own == name);
            }
            let found = prepared.scopes.get(name);
            found.is_some_and(|(_, binding)| binding.locked) && !is_renewed(name)
        };
        let name = resolved.unresolved.iter().find(is_locked)?;
        let message = format!("the value of `{{{{{name}}}}}` is locked with a passphrase, so that nothing was sent");
        let error = SendError::new(SendErrorKind::Request, message);
        Some(error.hint(passphrases::UNLOCK))
    }

    /// The variables that nothing defines, those among them that are defined by themselves alone. One that is locked or that
    /// the user did not give is none of them: it is there, and what stood in the way has been told.
    fn undefined(prepared: &Prepared, resolved: &ResolvedRequest) -> Vec<String> {
        let plan = &prepared.plan;
        let is_told = |name: &str| {
            let found = prepared.scopes.get(name);
            found.is_some_and(|(_, binding)| binding.locked || binding.source.is_some())
        };
        let is_defined = |name: &str| match name.strip_prefix(vault::PREFIX) {
            Some(own) => {
                plan.vault.iter().any(|(name, _)| name == own) || plan.locked_vault.iter().any(|name| name == own)
            }
            None => env_name(name).is_some() || is_told(name),
        };
        let names = resolved.unresolved.iter();
        names.filter(|name| !is_defined(name)).cloned().collect()
    }

    /// A token that can be fetched anew is to scripts as one that there is none of, while it is locked.
    fn forget_locked_tokens(&self, plan: &Plan, scopes: &mut Scopes) {
        if self.tokens.is_none() || plan.tokens.is_empty() {
            return;
        }
        let is_filled = |name: &str| plan.tokens.filled().any(|bound| bound.source.variable == name);
        for scope in Scope::ALL {
            let bindings = scopes.layer_mut(scope).bindings.iter_mut();
            for binding in bindings.filter(|binding| binding.locked) {
                if plan.tokens.renews(&binding.key) || is_filled(&binding.key) {
                    (binding.locked, binding.undefined) = (false, true);
                }
            }
        }
    }

    pub(super) fn resolve_with(&self, prepared: &Prepared, scopes: &Scopes) -> ResolvedRequest {
        let Prepared { plan, request, .. } = prepared;
        resolve(request, prepared.auth(), &plan.settings, scopes, &self.dynamic)
    }

    /// Fetches values from outside and puts them into the scopes.
    async fn fetch(
        &self,
        prepared: &mut Prepared,
        wanted: Vec<Wanted>,
        context: &SendContext,
    ) -> Result<(), SendError> {
        for wanted in wanted {
            let known = Redactor::new(prepared.scopes.secrets().map(Secret::new));
            let plan = &prepared.plan;
            let asking = if prepared.changes {
                Self::asking(plan)
            } else {
                Self::asking_at(prepared, &known)
            };
            let declared = wanted.declared(&asking.place, &plan.environment);
            let consent = self.consent.as_ref();
            let get = self.outside.get(
                &wanted,
                declared,
                consent,
                &asking,
                &plan.root,
                &known,
                &context.progress,
            );
            let get = Box::pin(get);
            let value = tokio::select! {
                biased;
                () = context.cancel.cancelled() => return Err(given_up()),
                value = get => value?,
            };
            wanted.fill(&mut prepared.scopes, &value);
            let outcome = &mut prepared.log.outcome;
            outcome.redactor = outcome.redactor.with([value]);
        }
        Ok(())
    }

    /// The cookies that would go with the request as it is now, for scripts.
    fn cookies_for(&self, prepared: &Prepared) -> Vec<Cookie> {
        // With no cookies, which is usual in a run, there is no need to know where to.
        if self.cookies.is_empty() {
            return Vec::new();
        }
        let Prepared {
            plan, request, scopes, ..
        } = prepared;
        let none = Auth::new(Auth::NONE);
        super::scripts::cookies(
            &self.cookies,
            &resolve(request, &none, &plan.settings, scopes, &self.dynamic).url,
        )
    }

    fn http_context(&self, plan: &Plan, context: &SendContext) -> http::SendContext {
        http::SendContext {
            cancel: context.cancel.clone(),
            progress: context.progress.clone(),
            arriving: context.arriving.clone(),
            cookies: self.cookies.clone(),
            passphrases: self.passphrases(plan),
            allowance: None,
            unasked: context.unasked,
        }
    }

    /// Where the passphrases of client certificates are, if there are any certificates.
    pub(super) fn passphrases(&self, plan: &Plan) -> Option<Arc<dyn http::Passphrases>> {
        if self.http.config().certificates.is_empty() {
            return None;
        }
        Some(Arc::new(passphrases::OfSend {
            outside: self.outside.clone(),
            consent: self.consent.clone(),
            asking: Self::asking(plan),
            vault: plan.vault.clone(),
            locked: plan.locked_vault.clone(),
        }))
    }

    /// Sends, and runs the post-response scripts on what came back, or on nothing.
    async fn exchange(
        &self,
        engine: &Engine,
        mut prepared: Prepared,
        mut ready: Ready,
        context: &SendContext,
    ) -> Outcome {
        let mut undefined = Self::undefined(&prepared, &ready.resolved);
        // That there is no token has been told.
        undefined.retain(|name| ready.failed.is_none() || !prepared.plan.tokens.renews(name));
        prepared.log.outcome.unresolved = undefined;
        if super::scripts::any(&prepared.plan, ScriptEvent::PostResponse) {
            // The script's world is made while the server thinks.
            let checks = super::scripts::check(&prepared.plan, ScriptEvent::PostResponse);
            engine.prepare(checks).await;
        }
        let mut exchange = match ready.failed.take() {
            None => self.sign_and_send(&prepared.plan, &ready.resolved, context).await,
            Some(error) => unsent(
                &ready.resolved,
                super::renewal::with_misspelt(&ready.resolved.auth, error),
            ),
        };
        // Once; and once more where the first new token was one that somebody else had fetched a while ago.
        for _ in 0..2 {
            let again = match self.renew_refused(&mut prepared, &mut ready, &exchange, context).await {
                Some(again) => Some(again),
                None => self.grant_refused(&mut prepared, &mut ready, &exchange, context).await,
            };
            let Some(again) = again else { break };
            ready.take(again);
            let next = self.sign_and_send(&prepared.plan, &ready.resolved, context).await;
            exchange = join(exchange, next, "the token was renewed".to_owned());
        }
        exchange
            .warnings
            .extend(without_body(&prepared.request, &ready.resolved));
        if exchange.went_out() {
            let unset = unset(&prepared, &ready.resolved);
            exchange.warnings.extend(unset.iter().map(Unset::told));
            prepared.log.outcome.unset = unset;
        }
        self.note_answer(&prepared, &ready, &exchange);
        let asked = Arc::new(asked(&prepared, &ready.resolved, &self.dynamic));
        prepared.log.outcome.asked = Some(Arc::clone(&asked));
        let stops = (self.stop_on_failure || self.stop_on_error) && exchange.error().is_some();
        if !context.cancel.is_cancelled() && !stops {
            prepared.log.outcome.tested = true;
            prepared.added = added(&ready.resolved, &exchange.request);
            prepared.request = as_sent(&prepared.request, &ready.resolved, &exchange.request, &asked.filled);
            let response = exchange.response().map(|response| ScriptResponse {
                response: response.clone(),
                took: exchange.answered_in(),
            });
            self.run_scripts(engine, &mut prepared, ScriptEvent::PostResponse, response, context)
                .await;
        }
        prepared.log.outcome.exchange = Some(exchange);
        self.learn_tokens(&mut prepared).await;
        prepared.log.outcome
    }

    async fn sign_and_send(&self, plan: &Plan, resolved: &ResolvedRequest, context: &SendContext) -> Exchange {
        let (memory, warning) = match self.memory_for(plan, resolved).await {
            Ok(given) => given,
            Err(refusal) => return unsent(resolved, refusal),
        };
        let http = self.http_context(plan, context);
        let mut exchange = sign_and_send(&self.http, &memory, resolved.clone(), http).await;
        exchange.warnings.extend(warning);
        exchange
    }

    /// Runs the scripts of one moment: collection, folders, request.
    async fn run_scripts(
        &self,
        engine: &Engine,
        prepared: &mut Prepared,
        event: ScriptEvent,
        response: Option<ScriptResponse>,
        context: &SendContext,
    ) {
        prepared.log.count_blank(&prepared.plan, event);
        let jobs = super::scripts::jobs(&prepared.plan, event);
        if jobs.is_empty() {
            return;
        }
        (context.progress)(match event {
            ScriptEvent::PreRequest => Phase::PreRequestScript,
            ScriptEvent::PostResponse => Phase::PostResponseScript,
        });
        let sent = Sent::default();
        let mut cookies = None;
        let asking = Self::asking(&prepared.plan);
        for mut job in jobs {
            let port = Port {
                http: self.http.clone(),
                memory: self.memory.clone(),
                settings: prepared.plan.settings.clone(),
                context: http::SendContext {
                    progress: Arc::new(|_| {}),
                    arriving: None,
                    allowance: Some(Arc::new(Allowance::new(self.limits.memory))),
                    // A script says itself what it sends.
                    unasked: false,
                    ..self.http_context(&prepared.plan, context)
                },
                packages: self.packages.clone(),
                sent: sent.clone(),
                vault: prepared.vault.clone(),
                consent: self.consent.clone(),
                asking: Asking {
                    script: job.name.clone(),
                    ..asking.clone()
                },
                nested: prepared.plan.others.clone().map(|others| Nested {
                    pipeline: Self {
                        vault: Some(prepared.vault.clone()),
                        ..self.clone()
                    },
                    others,
                    iteration: prepared.plan.iteration,
                    context: SendContext {
                        // Its answer is not the one that is looked at.
                        arriving: None,
                        ..context.clone()
                    },
                }),
            };
            job.scopes.clone_from(&prepared.scopes);
            self.forget_locked_tokens(&prepared.plan, &mut job.scopes);
            job.request.clone_from(&prepared.request);
            job.added.clone_from(&prepared.added);
            job.response.clone_from(&response);
            job.limits = self.limits;
            job.lists = self.lists;
            job.cancel = context.cancel.clone();
            job.send = Some(Arc::new(port));
            job.cookies = cookies.get_or_insert_with(|| self.cookies_for(prepared)).clone();
            let name = job.name.clone();
            let mut report = engine.run(job).await;
            // It may have changed the URL, and with `pm.sendRequest` the jar.
            cookies = None;
            for write in &report.writes {
                prepared.scopes.apply(write);
            }
            if let Some(changed) = report.request.take()
                && event == ScriptEvent::PreRequest
            {
                prepared.request = changed;
            }
            if self.stop_on_failure {
                super::scripts::fail_with_its_tests(&mut report, &name, event);
            }
            prepared.log.take(report, event);
            prepared.log.outcome.vault.extend(prepared.vault.take_writes());
            prepared.log.outcome.script_sends.extend(sent.take());
            for nested in sent.take_nested() {
                prepared.log.take_nested(nested);
            }
            if event == ScriptEvent::PreRequest {
                prepared.blocked = prepared
                    .blocked
                    .take()
                    .or_else(|| locked_in_script(&prepared.log.outcome));
            }
            let outcome = &prepared.log.outcome;
            if outcome.skipped || context.cancel.is_cancelled() || self.stops(outcome) {
                break;
            }
        }
    }
}

/// What a script's error is called that read a value which is locked; `script/js/scope.js` says so.
const LOCKED: &str = "LockedValue";

/// Why a request is not sent whose script needs what the passphrase guards.
fn locked_in_script(outcome: &Outcome) -> Option<SendError> {
    let error = outcome.script_errors.iter().find(|error| error.name == LOCKED)?;
    let told = error.message.split(';').next().unwrap_or_default();
    let message = format!("{told}, and `{}` needs it, so that nothing was sent", error.script);
    Some(SendError::new(SendErrorKind::Request, message).hint(passphrases::UNLOCK))
}

#[cfg(test)]
mod from_outside;
mod from_vault;
#[cfg(test)]
mod tests;
