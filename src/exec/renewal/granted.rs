//! Tokens of OAuth 2.0: got by the grant that the request's auth names, kept and renewed like all others.
//!
//! ```text
//! resolved auth ─▶ Config ─ no way to get a token ──────────────▶ as in Postman: the `accessToken` it holds
//!                    │ its own key: environment, collection, and what it is for
//!                    ▼
//!                 TokenStore::obtain ─▶ Granted ─ refresh token? ─▶ Flow::refresh ─┐ when that fails
//!                    │                      └──────── none ──────▶ Flow::obtain ◀──┘
//!                    ▼
//!                 `accessToken` ─▶ sign
//! ```

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};

use super::ask::Refused;
use super::origin::{Cause, Failure, Fetched, Fetching, Origin, Standing};
use super::reply::dated;
use super::send::{Ready, say, say_once};
use super::store::{Obtained, TokenStore, Want};
use super::thought::Thought;
use super::told::{failed, refused_and, renewal, told};
use crate::auth::misspelt;
use crate::auth::oauth2::{self, Config, OAuthError, Sends, is_configured};
use crate::exec::oauth2::{Failed, Flow, Obtained as Got};
use crate::exec::pipeline::{Pipeline, Prepared, SendContext};
use crate::exec::plan::{Plan, inherited_auth};
use crate::exec::source::{Source, scopes};
use crate::exec::tokens::{TokenStatus, status_of};
use crate::model::exchange::{Exchange, Phase, SendError, SendErrorKind};
use crate::model::outcome::ConsoleLevel;
use crate::model::token::{GRANTED, Replay, Token, TokenKey, TokenSource};
use crate::model::{Auth, Outcome, Request, ResolvedRequest, Secret, Settings};
use crate::vars::{Dynamic, resolve};

/// How long before its end a token counts as expired.
const RENEW_BEFORE: Duration = Duration::from_secs(30);
/// The status that says a token is no good (RFC 6750, section 3.1).
const UNAUTHORIZED: u16 = 401;
/// What the grant of a refresh token is called (RFC 6749, section 6).
const REFRESH: &str = "refresh token";
/// Where its parameter is put.
const TOKEN: &str = "accessToken";

/// The token in a request.
pub(super) struct InRequest {
    key: TokenKey,
    config: Config,
    value: String,
    /// The token that is given in the auth, if one is.
    given: Option<String>,
    /// It was fetched while this very send waited: there is no better one.
    best: bool,
}

/// A grant, as the store knows it.
struct Granted {
    key: TokenKey,
    config: Config,
    given: Option<String>,
    flow: Flow,
    /// How long somebody signed in.
    thought: Thought,
}

impl Origin for Granted {
    fn key(&self) -> TokenKey {
        self.key.clone()
    }

    fn renew_before(&self) -> Duration {
        RENEW_BEFORE
    }

    fn made_of(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        (self.config.fingerprint(), self.config.secrets_under("")).hash(&mut hasher);
        hasher.finish()
    }

    fn thought(&self) -> Duration {
        self.thought.time()
    }

    fn fetch(self: Arc<Self>, fetching: Fetching) -> crate::script::BoxFuture<Fetched> {
        Box::pin(async move {
            let flow = Flow {
                cancel: fetching.cancel.clone(),
                ..self.flow.clone()
            };
            let known = fetching.known.filter(|known| is_of(known, &self.config));
            let refresh = known.and_then(|known| known.refresh.clone()).map(Secret::new);
            let mut unrenewed = None;
            if let Some(token) = refresh {
                match flow.refresh(self.config.clone(), &token).await {
                    // A server that is down for a moment shall not make anybody sign in again.
                    Err(failed) if !(failed.error.is_passing() || failed.error == OAuthError::Cancelled) => {
                        unrenewed = Some(format!("the {REFRESH} was no good: {}", failure(&failed.error).message));
                    }
                    done => return self.fetched(done, REFRESH),
                }
            }
            Fetched {
                unrenewed,
                ..self.fetched(flow.obtain(self.config.clone()).await, self.config.grant.label())
            }
        })
    }
}

impl Granted {
    fn fetched(&self, got: Result<Got, Failed>, grant: &str) -> Fetched {
        let (token, exchange, hidden) = match got {
            Ok(got) => (self.token(&got), got.exchange, got.tokens.secrets().collect()),
            Err(Failed { error, exchange }) => (Err(failure(&error)), exchange, Vec::new()),
        };
        let outcome = exchange.map(|exchange| {
            let redactor = exchange.redactor.with(hidden);
            Arc::new(Outcome {
                redactor,
                exchange: Some(*exchange),
                ..Outcome::default()
            })
        });
        Fetched {
            token,
            from: grant.to_owned(),
            node: None,
            outcome,
            unrenewed: None,
        }
    }

    /// The token that goes with requests, and what is known of its life.
    fn token(&self, got: &Got) -> Result<Token, Failure> {
        let tokens = &got.tokens;
        let value = match (self.config.sends, &tokens.id) {
            (Sends::Access, _) => &tokens.access,
            (Sends::Id, Some(id)) => id,
            (Sends::Id, None) => {
                return Err(Failure::new("the token endpoint sent no id token")
                    .hint("let the scope begin with `openid`, or send the access token"));
            }
        };
        let value = value.reveal();
        let answered = got
            .exchange
            .as_ref()
            .and_then(|exchange| Some((exchange, exchange.response()?)));
        let mut token = match answered {
            Some((exchange, response)) => {
                dated(&TokenSource::new(TOKEN, ""), value, exchange, response).map_err(|failure| Failure {
                    message: format!("the token endpoint answered, {}", failure.message),
                    ..failure
                })?
            }
            None => Token {
                value: value.to_owned(),
                expires_at: crate::exec::tokens::life(value).map(|life| life.expires_at),
                obtained_at: got.at,
                skew_ms: 0,
                writes: Vec::new(),
                secrets_in: Vec::new(),
                refresh: None,
                got_with: None,
                instead_of: None,
            },
        };
        if let (None, Some(lasts), Sends::Access) = (token.expires_at, tokens.lasts, self.config.sends) {
            token.expires_at = got.at.checked_add(lasts).ok();
        }
        token.got_with = Some(self.config.mark());
        token.instead_of = self.given.as_deref().map(oauth2::mark_of);
        token.refresh = tokens.refresh.as_ref().map(|token| token.reveal().to_owned());
        Ok(token)
    }
}

/// The token that is given in the auth; one in a variable that nothing defines is none.
fn given_in(resolved: &ResolvedRequest) -> Option<String> {
    let is_given = |given: &String| {
        let status = status_of(Some(&given.as_str().into()), Timestamp::UNIX_EPOCH);
        !given.contains("{{") && status != TokenStatus::Missing
    };
    Some(resolved.auth.text(TOKEN)).filter(is_given)
}

/// Whether a token was got with the secrets that the auth holds now. Of older ones it is not known.
fn is_of(token: &Token, config: &Config) -> bool {
    token.got_with.as_ref().is_none_or(|mark| config.has_mark(mark))
}

/// Why there is no token, for the store.
fn failure(error: &OAuthError) -> Failure {
    Failure {
        message: error.to_string(),
        hint: error.hint(),
        transient: error.may_be_repeated(),
        declined: *error == OAuthError::Cancelled,
        empty: false,
    }
}

impl Pipeline {
    /// Puts a token into a request whose auth says how to get one, if need be a new one.
    pub(in crate::exec) async fn grant(&self, prepared: &mut Prepared, ready: &mut Ready, context: &SendContext) {
        if ready.failed.is_some() || !is_configured(&ready.resolved.auth) {
            return;
        }
        let Some(store) = self.tokens.clone() else { return };
        let given = given_in(&ready.resolved);
        let config = match Config::read(&ready.resolved.auth) {
            Ok(Some(config)) => config,
            Ok(None) => return,
            Err(error) if given.is_some() => {
                say(
                    prepared,
                    ConsoleLevel::Warn,
                    format!("the token given in the auth is sent, as {error}"),
                );
                return;
            }
            Err(error) => {
                ready.failed = Some(unsendable(error.to_string(), error.hint()));
                return;
            }
        };
        let unlocked = self.unlock_certificate(&prepared.plan, &ready.resolved, context);
        if let Err(error) = unlocked.await {
            ready.failed = Some(error);
            return;
        }
        let unattended = config.grant.needs_person() && self.person.is_none();
        let key = key(prepared, &config);
        let known = store.peek(&key);
        let held = known.as_ref().map(|token| token.value.clone());
        let is_ours = known.as_ref().is_none_or(|token| is_of(token, &config));
        let cause = match store.judge(&key, held.as_deref(), RENEW_BEFORE, Timestamp::now()) {
            _ if !is_ours => Some(Cause::Changed),
            Standing::Good(_) => None,
            Standing::Due(cause) => Some(cause),
        };
        let refreshes = is_ours && known.as_ref().is_some_and(|token| token.refresh.is_some());
        let in_auth = given.clone();
        // What was got here goes before what it was got instead of; another one, or one without it, goes out as it does in
        // Postman's runner, which heeds none of the keys that say how to get another.
        let is_replaced = |given: &String| {
            let mark = known.as_ref().and_then(|token| token.instead_of.as_deref());
            mark.is_some_and(|mark| oauth2::is_mark_of(mark, given))
        };
        let given = given.filter(|given| !is_replaced(given) || (cause.is_some() && !refreshes));
        let is_good = |given: &String| {
            let standing = store.judge(&key, Some(given), Duration::ZERO, Timestamp::now());
            matches!(standing, Standing::Good(_))
        };
        let good = given.clone().filter(is_good);
        if given.is_some() && good.is_none() && cause.is_some() && !refreshes && unattended {
            let text = "the token given in the auth is sent, as nobody can be asked to sign in for another";
            say(prepared, ConsoleLevel::Info, text.to_owned());
            return;
        }
        let cause = cause.filter(|_| good.is_none());
        let mut token = InRequest {
            key,
            config,
            value: good.or(held).unwrap_or_default(),
            given: in_auth,
            best: false,
        };
        if let Some(cause) = cause
            && let Err(error) = Box::pin(self.regrant(&store, prepared, &mut token, cause, context)).await
        {
            ready.failed = Some(error);
            return;
        }
        token.put(&mut ready.resolved);
        ready.granted = Some(token);
    }

    /// Gets a better token.
    async fn regrant(
        &self,
        store: &TokenStore,
        prepared: &mut Prepared,
        token: &mut InRequest,
        cause: Cause,
        context: &SendContext,
    ) -> Result<(), SendError> {
        let began = Instant::now();
        let name = token.config.label();
        let held = Some(token.value.clone()).filter(|value| !value.is_empty());
        let want = Want {
            held,
            cause,
            within: self.renewing.last().cloned(),
            by_hand: prepared.plan.iteration.by_hand,
        };
        let thought = Thought::default();
        let origin = Arc::new(Granted {
            key: token.key.clone(),
            config: token.config.clone(),
            given: token.given.clone(),
            flow: self.flow(&prepared.plan, &thought, context),
            thought,
        });
        (context.progress)(Phase::RenewingToken);
        match store.obtain(origin, want, &context.cancel).await {
            Obtained::Known(known) => {
                known.value.clone_into(&mut token.value);
                Ok(())
            }
            Obtained::Fetched(landed, led) => {
                let renewal = renewal(&name, &landed, led, began.elapsed());
                let log = &mut prepared.log.outcome;
                if led {
                    log.console.extend(told(&renewal, &landed));
                }
                log.renewals.push(renewal);
                match &landed.token {
                    Ok(fetched) => {
                        fetched.value.clone_into(&mut token.value);
                        token.best = matches!(cause, Cause::Refused(_)) || token.config.grant.needs_person();
                        Ok(())
                    }
                    // What is left of its life will do.
                    Err(_) if cause.is_early() => Ok(()),
                    Err(_) => Err(naming(prepared, failed(&name, &landed, None))),
                }
            }
            Obtained::Paused(..) if cause.is_early() => Ok(()),
            Obtained::Paused(landed, left) => {
                let renewal = renewal(&name, &landed, false, began.elapsed());
                prepared.log.outcome.renewals.push(renewal);
                let left = SignedDuration::try_from(left).unwrap_or(SignedDuration::ZERO);
                Err(naming(prepared, failed(&name, &landed, Some(left))))
            }
            Obtained::Cancelled => Err(SendError::new(
                SendErrorKind::Cancelled,
                format!("cancelled while `{name}` was being fetched"),
            )),
            Obtained::Circle(names) => Err(SendError::new(
                SendErrorKind::Token,
                format!("these tokens need each other: `{}`", names.join("` → `")),
            )),
        }
    }

    /// What gets a token, with everybody counted who is asked for something meanwhile: to sign in, or for the passphrase of
    /// the certificate that the token's server is shown.
    fn flow(&self, plan: &Plan, thought: &Thought, context: &SendContext) -> Flow {
        let counted = thought.of(self.clone());
        Flow {
            passphrases: counted.passphrases(plan),
            person: counted.person,
            ..Flow::new(self.http.clone(), plan.settings.clone(), context.cancel.clone())
        }
    }

    /// After an answer that refuses the token: the request to send again, with a new one.
    pub(in crate::exec) async fn grant_refused(
        &self,
        prepared: &mut Prepared,
        ready: &mut Ready,
        exchange: &Exchange,
        context: &SendContext,
    ) -> Option<ResolvedRequest> {
        let store = self.tokens.clone()?;
        let request = super::send::request_id(prepared, ready);
        let token = ready.granted.as_mut()?;
        let refused = exchange.response()?.status == UNAUTHORIZED;
        if !refused || token.best || store.is_fruitless(&token.key, &request) {
            return None;
        }
        let regrant = self.regrant(&store, prepared, token, Cause::Refused(UNAUTHORIZED), context);
        if let Err(error) = Box::pin(regrant).await {
            let text = refused_and(&token.config.label(), UNAUTHORIZED, &error.message);
            say_once(prepared, text);
            return None;
        }
        let mut again = ready.resolved.clone();
        token.put(&mut again);
        let refused = Refused {
            key: &token.key,
            name: &token.config.label(),
            method: &again.method,
            status: UNAUTHORIZED,
            replay: Replay::default(),
            advice: "send it again if it has not",
        };
        if !self.replays(refused, prepared, context).await {
            return None;
        }
        Some(again)
    }

    /// Notes whether this answer refuses the token: a request that is refused with a new one is not helped by another.
    pub(super) fn note_grant(&self, ready: &Ready, request: &str, status: u16) {
        let (Some(store), Some(token)) = (&self.tokens, &ready.granted) else {
            return;
        };
        let refused = status == UNAUTHORIZED;
        if token.best || !refused {
            store.note_answer(&token.key, request, Some(&*token.value).filter(|_| refused));
        }
    }

    /// Gets a new token for a request, and sends nothing else: the user wants one now. `None` when its auth says no way to
    /// get one.
    pub async fn sign_in(&self, plan: impl Into<Arc<Plan>>, context: &SendContext) -> Option<Outcome> {
        let mut prepared = Box::pin(self.prepare(&crate::script::Engine::new(), plan.into(), context)).await;
        if prepared.log.outcome.exchange.is_some() {
            return Some(prepared.log.outcome);
        }
        let resolved = self.resolve(&mut prepared, context).await;
        let store = self.tokens.clone().filter(|_| is_configured(&resolved.auth))?;
        let failed = match Config::read(&resolved.auth) {
            _ if prepared.blocked.is_some() => prepared.blocked.take().map_or(Ok(()), Err),
            Ok(None) => return None,
            Err(error) => Err(unsendable(error.to_string(), error.hint())),
            Ok(Some(config)) => {
                let key = key(&prepared, &config);
                let mut token = InRequest {
                    value: store.peek(&key).map(|token| token.value.clone()).unwrap_or_default(),
                    key,
                    config,
                    given: given_in(&resolved),
                    best: false,
                };
                self.regrant(&store, &mut prepared, &mut token, Cause::Asked, context)
                    .await
            }
        };
        let mut outcome = prepared.log.outcome;
        let fetched = outcome.renewals.last().and_then(|renewal| renewal.outcome.clone());
        let answer = fetched.and_then(|fetched| fetched.exchange.clone());
        // What the user sees of it is the token endpoint's answer.
        outcome.exchange = match failed {
            Ok(()) => answer,
            Err(error) => {
                let unsent = || super::send::unsent(&resolved, with_misspelt(&resolved.auth, error));
                Some(answer.unwrap_or_else(unsent))
            }
        };
        Some(outcome)
    }
}

/// Which token the auth of a request of the workspace gets, if it says how; without planning it, as the screen asks at
/// every event.
pub fn granted_key_at(source: &Source<'_>) -> Option<TokenKey> {
    let node = source.node?;
    let own = &source.workspace.request(node)?.auth;
    let inherited = own.is_inherited().then(|| inherited_auth(source.workspace, node).auth);
    let auth = inherited.as_ref().unwrap_or(own);
    if !is_configured(auth) {
        return None;
    }
    let environment = source.environment.and_then(|id| source.workspace.environment(id));
    let environment = environment.map_or("", |node| node.slug.as_str());
    let collection = source.workspace.collection_of(node);
    let collection = collection.map_or("", |node| node.slug.as_str());
    let (own, settings) = (Request::default(), Settings::default());
    let resolved = resolve(&own, auth, &settings, &scopes(source), &Dynamic::new());
    let config = Config::read(&resolved.auth).ok().flatten()?;
    Some(key_in(environment, collection, &config))
}

/// Whether a token is one that an auth gets.
pub fn is_granted(key: &TokenKey) -> bool {
    key.place.starts_with(GRANTED)
}

/// The collection whose auth gets a token.
pub fn granted_for(key: &TokenKey) -> &str {
    let place = key.place.strip_prefix(GRANTED).unwrap_or_default();
    place.rsplit_once('/').map_or("", |(collection, _)| collection)
}

impl InRequest {
    /// Puts it where the signer finds it.
    pub(super) fn put(&self, resolved: &mut ResolvedRequest) {
        resolved.auth.params.insert(TOKEN.to_owned(), self.value.clone().into());
        resolved.redactor = resolved.redactor.with([Secret::new(&self.value)]);
    }
}

/// The same with the request in the hint that says how to sign in for one.
fn naming(prepared: &Prepared, mut error: SendError) -> SendError {
    if let (Some(path), Some(hint)) = (&prepared.plan.path, &mut error.hint) {
        *hint = hint.replace("tokens login REQUEST", &format!("tokens login {path}"));
    }
    error
}

/// Which token it is: that of an environment and a collection, for what the auth says.
fn key(prepared: &Prepared, config: &Config) -> TokenKey {
    let path = prepared.plan.path.as_ref().map_or("", |path| path.as_str());
    let collection = path.split_once('/').map_or(path, |(collection, _)| collection);
    key_in(&prepared.plan.environment, collection, config)
}

/// Another collection that says the same is another one's, and may say where else the refresh token is to go.
fn key_in(environment: &str, collection: &str, config: &Config) -> TokenKey {
    TokenKey {
        environment: environment.to_owned(),
        place: format!("{GRANTED}{collection}/{}", config.fingerprint()),
        name: config.label(),
        audience: String::new(),
    }
}

/// The same with what may explain that there is no token: parameters that are nearly another one.
pub(in crate::exec) fn with_misspelt(auth: &Auth, mut error: SendError) -> SendError {
    let told = misspelt(auth);
    if error.kind == SendErrorKind::Token && !told.is_empty() {
        error.hint = Some(told.into_iter().chain(error.hint).collect::<Vec<_>>().join("; "));
    }
    error
}

fn unsendable(message: String, hint: Option<String>) -> SendError {
    let error = SendError::new(SendErrorKind::Token, message);
    match hint {
        Some(hint) => error.hint(hint),
        None => error,
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::exec::fixture::{self, session};
    use crate::exec::{Asking, Consent, Permission, Typed, Word};
    use crate::http::{Client, ClientConfig};
    use crate::model::certificate::{ClientCertificate, Passphrase};
    use crate::model::variable::ValueSource;
    use crate::script::BoxFuture;

    const PAUSE: Duration = Duration::from_millis(20);

    /// Types slowly.
    struct Slow;

    impl Consent for Slow {
        fn give_up(&self) {}

        fn may(&self, _: &Asking, _: &Permission) -> BoxFuture<Word> {
            Box::pin(std::future::ready(Word::No))
        }

        fn ask(&self, _: &Asking, _: &str) -> BoxFuture<Typed> {
            Box::pin(async {
                tokio::time::sleep(PAUSE).await;
                Typed::Text(Secret::new("open sesame"))
            })
        }
    }

    #[tokio::test]
    async fn who_types_the_passphrase_of_a_certificate_is_thinking() {
        let config = ClientConfig {
            certificates: vec![ClientCertificate::default()],
            ..ClientConfig::default()
        };
        let mut pipeline = fixture::pipeline();
        pipeline.http = Client::new(config);
        pipeline.consent = Some(Arc::new(Slow));
        let (session, ids) = session(
            "http://h.test",
            crate::model::Group::default(),
            vec![fixture::request("List", "/", "", "")],
        );
        let plan = session.plan(ids[0]).expect("a request");
        let thought = Thought::default();
        let flow = pipeline.flow(&plan, &thought, &SendContext::default());
        let known = flow.passphrases.expect("there are certificates");
        let typed = Passphrase::From(ValueSource::Prompt("PIN".into()));
        let typed = known.get(&typed, Path::new("me.p12"), "h.test", 0).await;
        assert!(typed.is_ok_and(|typed| typed.reveal() == "open sesame"));
        assert!(thought.time() >= PAUSE, "{:?}", thought.time());
    }
}
