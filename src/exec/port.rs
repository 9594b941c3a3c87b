//! What scripts reach outside: their own requests and the cookie jar, the same as everything else uses.

use std::future::ready;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use serde_json::{Map, Value};
use url::Url;

use super::consent::{Asking, Consent, Deed, Permission, allowed};
use super::nested::Nested;
use super::node;
use super::packages::Packages;
use super::signing::sign_and_send;
use super::vault::Vault;
use crate::auth::Memory;
use crate::http::{Client, Jar, SendContext};
use crate::model::body::PartContent;
use crate::model::exchange::{Exchange, Response, SendError, SendErrorKind};
use crate::model::outcome::ScriptSend;
use crate::model::percent::encode_only;
use crate::model::{Auth, Body, Outcome, Request, Scope, Settings};
use crate::script::{
    Answer, Ask, BoxFuture, JarAction, Refused, ScriptResponse, SendPort, VaultAction, describe_cookies,
};
use crate::vars::{Layer, Scopes, resolve_literal};

/// What Postman's app encodes in the URL of a script's request beside what it does elsewhere: nothing fills in a
/// `{{variable}}` there, so its braces are text.
const OF_SCRIPTS: [char; 7] = ['{', '}', '|', '^', '`', '\'', '\\'];

/// Sends the requests of one script.
pub(super) struct Port {
    pub http: Client,
    /// What servers said to signers.
    pub memory: Memory,
    /// How the request that the script belongs to is sent; a proxy or a test certificate holds for both.
    pub settings: Settings,
    pub context: SendContext,
    /// The packages that scripts may require.
    pub packages: Option<Arc<Packages>>,
    /// The user's secrets.
    pub vault: Vault,
    /// Who is asked whether the script may have them.
    pub consent: Option<Arc<dyn Consent>>,
    /// For that question.
    pub asking: Asking,
    /// Runs other requests.
    pub nested: Option<Nested>,
    /// What was sent so far.
    pub sent: Sent,
}

/// The requests of a script, in the order they ended.
#[derive(Clone, Default)]
pub(super) struct Sent(Arc<Mutex<(Vec<ScriptSend>, Vec<Outcome>)>>);

impl Sent {
    fn lock(&self) -> MutexGuard<'_, (Vec<ScriptSend>, Vec<Outcome>)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a request that is over; what its own scripts have done since stands behind it.
    pub fn add(&self, exchange: &Exchange) {
        let response = exchange.response();
        let now = Timestamp::now();
        let answered = exchange.started.checked_add(exchange.answered_in()).unwrap_or(now);
        self.lock().0.push(ScriptSend {
            method: exchange.request.method.to_string(),
            url: exchange.request.url.clone(),
            received: response.map_or(0, Response::body_size),
            size: response.map_or(0, Response::size),
            result: match &exchange.result {
                Ok(response) => Ok((response.status, response.reason.clone())),
                Err(error) => Err(Box::new(error.clone())),
            },
            took: exchange.answered_in(),
            at: answered.min(now),
        });
    }

    /// Adds what came of a request that a script ran.
    pub fn add_nested(&self, outcome: Outcome) {
        self.lock().1.push(outcome);
    }

    /// What came since the last time.
    pub fn take(&self) -> Vec<ScriptSend> {
        std::mem::take(&mut self.lock().0)
    }

    /// What came of other requests since the last time.
    pub fn take_nested(&self) -> Vec<Outcome> {
        std::mem::take(&mut self.lock().1)
    }
}

impl SendPort for Port {
    fn send(&self, request: Request) -> BoxFuture<Result<ScriptResponse, Refused>> {
        let (http, memory) = (self.http.clone(), self.memory.clone());
        let (context, sent) = (self.context.clone(), self.sent.clone());
        let settings = Settings {
            // A script may send a body with any method in Postman.
            always_send_body: Some(true),
            ..request.settings.or(&self.settings)
        };
        let uses_jar = settings.cookies.unwrap_or(true);
        Box::pin(async move {
            let request = without_files(request);
            let none = Auth::new(Auth::NONE);
            let auth = if request.auth.is_inherited() {
                &none
            } else {
                &request.auth
            };
            if ["netrc", "negotiate"].contains(&auth.kind.as_str()) {
                let text = format!(
                    "pm.sendRequest: `{}` auth is for saved requests alone; `pm.execution.runRequest` runs one",
                    auth.kind
                );
                return Err(text.into());
            }
            let mut resolved = resolve_literal(&request, auth, &settings);
            if settings.encode_url != Some(false) {
                resolved.url = encode_only(&resolved.url, &OF_SCRIPTS);
            }
            let allowance = context.allowance.clone();
            let jar = Arc::clone(&context.cookies);
            let mut exchange = sign_and_send(&http, &memory, resolved, context).await;
            if allowance.is_some_and(|allowance| allowance.is_used_up()) && exchange.response().is_some() {
                let message = "the answers are larger than what one script may hold";
                exchange.result = Err(SendError::new(SendErrorKind::Request, message));
            }
            let took = exchange.answered_in();
            // Half an answer is none to a script, as in Node.
            if let Ok(response) = &mut exchange.result
                && let Some(why) = response.truncated.take()
            {
                exchange.result = Err(*why);
            }
            sent.add(&exchange);
            match exchange.result {
                Ok(mut response) => {
                    // A script hears of all cookies of the URL, also of those that the answer did not set.
                    if uses_jar && let Ok(url) = Url::parse(&exchange.request.url) {
                        response.cookies = jar.matching(&url);
                    }
                    Ok(ScriptResponse { response, took })
                }
                Err(error) => {
                    let details = node::described(&error, &exchange.request.url);
                    Err(Refused {
                        message: node::message(&error, &details),
                        details,
                    })
                }
            }
        })
    }

    fn ask(&self, question: Ask) -> BoxFuture<Result<Answer, Refused>> {
        if let (
            Ask::Package {
                name,
                version,
                dependency,
            },
            Some(packages),
        ) = (&question, &self.packages)
        {
            let (packages, name, version, dependency) =
                (Arc::clone(packages), name.clone(), version.clone(), *dependency);
            return Box::pin(async move {
                let opened = packages.open(&name, version.as_deref(), dependency).await?;
                Ok(opened.map_or(Answer::Value(Value::Null), |opened| Answer::Package(Box::new(opened))))
            });
        }
        if let (Ask::Run { id, variables, scopes }, Some(nested)) = (&question, &self.nested) {
            let scopes = with_local(scopes, variables);
            return nested.clone().run(id.clone(), scopes, self.sent.clone());
        }
        if let Ask::Vault { key, action } = question {
            let asking = Asking {
                secrets: vec![key.clone()],
                deed: match action {
                    VaultAction::Get => Deed::Use,
                    VaultAction::Set { .. } => Deed::Change,
                    VaultAction::Unset => Deed::Remove,
                },
                ..self.asking.clone()
            };
            let consent = self.consent.clone();
            let allowed = Box::pin(async move { allowed(consent.as_ref(), &asking, &Permission::Vault).await });
            return self.vault.act(key, action, allowed);
        }
        Box::pin(ready(match &question {
            Ask::Jar { url, action } => ask_jar(&self.context.cookies, url, action)
                .map(Answer::Value)
                .map_err(Refused::from),
            Ask::Vault { .. } | Ask::Run { .. } | Ask::Package { .. } => Err(question.refusal().into()),
        }))
    }
}

/// The variables that a request sees which a script runs: the script's own, but for its local ones, whose place those take
/// that it gives.
fn with_local(scopes: &Scopes, given: &Map<String, Value>) -> Scopes {
    let mut scopes = scopes.clone();
    *scopes.layer_mut(Scope::Local) = Layer::default();
    for (key, value) in given {
        scopes.set(Scope::Local, key, value.clone(), "pm.execution.runRequest");
    }
    scopes
}

/// Does what a script wants of the jar.
fn ask_jar(jar: &Jar, url: &str, action: &JarAction) -> Result<Value, String> {
    let mut url = Url::parse(url).map_err(|_| format!("`{url}` is no URL that could have cookies"))?;
    match action {
        JarAction::Get { name } => {
            let found = jar.matching(&url).into_iter().find(|cookie| cookie.name == *name);
            Ok(found.map_or(Value::Null, |cookie| describe_cookies(&[cookie])[0].take()))
        }
        JarAction::GetAll { http, secure } => {
            if let Some(secure) = secure {
                // Between these two schemes a URL can always change.
                let _ = url.set_scheme(if *secure { "https" } else { "http" });
            }
            let mut found = jar.matching(&url);
            found.retain(|cookie| *http || !cookie.http_only);
            for cookie in &mut found {
                // Postman's jar has the one or the other.
                cookie.expires.take_if(|_| cookie.more.max_age.is_some());
            }
            Ok(describe_cookies(&found))
        }
        JarAction::Set { line } => {
            let host = url.host_str().unwrap_or_default();
            let refused =
                || format!("the jar does not take the cookie for `{host}`: its name, domain or path do not fit");
            jar.set(&url, line).then_some(Value::Null).ok_or_else(refused)
        }
        JarAction::Unset { name } => {
            for cookie in jar.matching(&url).iter().filter(|cookie| cookie.name == *name) {
                jar.remove(&cookie.domain, &cookie.path, &cookie.name);
            }
            Ok(Value::Null)
        }
        JarAction::Clear => {
            for cookie in jar.matching(&url) {
                jar.remove(&cookie.domain, &cookie.path, &cookie.name);
            }
            Ok(Value::Null)
        }
    }
}

/// Scripts may not read files: such bodies and parts are left out, as Postman does.
fn without_files(mut request: Request) -> Request {
    match &mut request.body {
        Body::File { .. } => request.body = Body::None,
        Body::Multipart(parts) => parts.retain(|part| !matches!(part.content, PartContent::Files(_))),
        _ => {}
    }
    request
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use super::*;

    fn names(value: &Value) -> Vec<&str> {
        value
            .as_array()
            .unwrap()
            .iter()
            .filter_map(|row| row["name"].as_str())
            .collect()
    }

    #[test]
    fn the_jar_is_read_and_changed_by_url() {
        let jar = Jar::new();
        let ask = |url: &str, action: JarAction| ask_jar(&jar, url, &action);
        let set = |line: &str| ask("https://a.test/x", JarAction::Set { line: line.into() });
        let all = |http, secure| ask("http://a.test/x", JarAction::GetAll { http, secure }).unwrap();
        set("open=1; Path=/").unwrap();
        set("hidden=2; Path=/; HttpOnly").unwrap();
        set("safe=3; Path=/; Secure").unwrap();
        assert_eq!(names(&all(true, None)), ["open", "hidden"]);
        assert_eq!(names(&all(true, Some(true))), ["open", "hidden", "safe"]);
        assert_eq!(names(&all(false, None)), ["open"]);
        set("aged=4; Path=/; Max-Age=60").unwrap();
        let aged = &all(true, None)[2];
        assert_eq!((&aged["maxAge"], &aged["expires"]), (&Value::from(60), &Value::Null));
        let get = |name: &str| ask("http://a.test/", JarAction::Get { name: name.into() }).unwrap();
        assert_eq!((get("open")["value"].as_str(), get("none")), (Some("1"), Value::Null));
        ask("http://a.test/", JarAction::Unset { name: "open".into() }).unwrap();
        assert_eq!(names(&all(true, None)), ["hidden", "aged"]);
        ask("http://a.test/", JarAction::Clear).unwrap();
        assert_eq!(names(&all(true, None)), [""; 0]);
    }

    #[test]
    fn a_cookie_for_somebody_else_is_refused() {
        let foreign = JarAction::Set {
            line: "a=1; Domain=other.test".into(),
        };
        let error = ask_jar(&Jar::new(), "http://a.test", &foreign).unwrap_err();
        assert!(error.contains("`a.test`"), "{error}");
        assert!(ask_jar(&Jar::new(), "no url", &JarAction::Clear).is_err());
    }
}
