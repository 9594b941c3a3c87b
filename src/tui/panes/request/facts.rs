//! What the pane knows about the open item beyond its own text: the variables it sees, the auth it inherits, what is
//! missing before it can be sent.
//!
//! Built once per change, not per drawing.

use std::borrow::Cow;
use std::sync::Arc;

use jiff::Timestamp;

use crate::auth::oauth2::is_configured;
use crate::exec::{self, tokens::TokenStatus};
use crate::model::body::PartContent;
use crate::model::token::Renew;
use crate::model::variable::display_value;
use crate::model::{Auth, Body, Entity, NodeId, Redactor, Request, Scope, Secret, Settings};
use crate::tui::shared::Shared;
use crate::tui::widgets::highlight::{VariableLookup, VariableStatus};
use crate::vars::{self, Scopes};

use super::values::Values;
use super::{fields, part};

/// What stands where something is that is not known yet, or not to be shown.
const HIDDEN: &str = "••••";

/// Something to know before sending.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The variables, without braces.
    pub names: Vec<String>,
    /// What is wrong with them: `has no value in demo`.
    pub what: String,
    /// Where they stand, if that is not the item itself: ` (auth of Pydio Cells)`.
    pub whose: String,
    /// The name of the request that fills the first of them.
    pub token_request: Option<String>,
    /// Whether no environment is active: that is most often why values are missing.
    pub no_environment: bool,
    /// The collection that defines a missing variable, where the request is saved in none.
    pub home: Option<(String, String)>,
}

/// All that is known.
#[derive(Debug, Default)]
pub struct Facts {
    /// The variables the item sees.
    pub scopes: Arc<Scopes>,
    /// Variables that are filled by a request, and that request's name.
    pub tokens: Vec<(String, Option<String>)>,
    /// How the tokens are that the item itself declares.
    pub token_states: Vec<String>,
    /// The auth that counts when the item says `inherit`.
    pub inherited: Auth,
    /// Whose auth that is.
    pub inherited_from: Option<String>,
    /// The settings of the item's parents.
    pub parent_settings: Settings,
    /// Headers that are added when sending.
    pub added_headers: Vec<(String, String)>,
    /// The URL with its variables replaced, secrets left as they are written; empty when it says nothing new.
    pub preview: String,
    /// The tokens that have ended, or are not there yet, and are renewed by the send.
    pub renewed: Vec<String>,
    /// What is wrong.
    pub problem: Option<Problem>,
    /// The variables of the collection, with both their values.
    pub variables: Values,
    /// The names the vault knows; what is under them comes at a send, with the user's consent.
    vault: Vec<String>,
    /// Variables the item mentions, with those they mention.
    mentioned: Vec<String>,
}

impl Facts {
    /// Follows the shared state; says whether anything that is drawn changed.
    pub fn refresh(&mut self, shared: &Shared, id: NodeId, entity: &Entity, edited: bool) -> bool {
        let scopes = shared.scopes(Some(id));
        let inherited = exec::inherited_auth(&shared.workspace, id);
        let mut settings = Settings::default();
        for parent in shared.workspace.lineage(id).skip(1) {
            settings = settings.or(part::settings(&parent.entity));
        }
        let tokens = tokens(shared, id);
        let token_states = super::tokens::states(shared, id);
        let vault = exec::vault::values(&shared.current).into_iter();
        let vault: Vec<String> = vault.map(|(name, _)| name).collect();
        let same = !edited
            && (Arc::ptr_eq(&scopes, &self.scopes) || scopes == self.scopes)
            && vault == self.vault
            && inherited.auth == self.inherited
            && settings == self.parent_settings
            && tokens == self.tokens;
        if !same {
            let from = inherited.from.and_then(|from| shared.workspace.node(from));
            self.inherited_from = from.map(|node| node.entity.name().to_owned());
            self.inherited = inherited.auth;
            self.vault = vault;
            self.parent_settings = settings;
            self.scopes = scopes;
            self.tokens = tokens;
            self.mentioned = self.mentions(entity);
            self.preview = self.preview(entity);
            self.added_headers = match entity {
                Entity::Request(request) => self.added(request),
                _ => Vec::new(),
            };
        }
        let variables = Values::of(shared, id, entity, &self.scopes);
        let same = same && variables == self.variables;
        self.variables = variables;
        let same = same && token_states == self.token_states;
        self.token_states = token_states;
        let renewed = self.renewed(shared, id);
        let same = same && renewed == self.renewed;
        self.renewed = renewed;
        let mut problem = self.problem(shared.now, entity);
        if let Some(problem) = &mut problem {
            problem.home = shared.home_of(id, &problem.names);
        }
        let same = same && problem == self.problem;
        self.problem = problem;
        !same
    }

    /// The auth that counts.
    pub fn effective<'a>(&'a self, entity: &'a Entity) -> &'a Auth {
        let own = part::auth(entity);
        if own.is_inherited() { &self.inherited } else { own }
    }

    /// Whether a variable has nothing to offer: nobody defines it, or it should hold a secret and is empty.
    fn is_missing(&self, name: &str) -> bool {
        match self.scopes.get(name) {
            None => !self.comes_later(name),
            Some((_, binding)) if binding.comes_later() => false,
            Some((_, binding)) => {
                (binding.secret || self.tokens.iter().any(|(token, _)| token == name))
                    && display_value(&binding.value).is_empty()
            }
        }
    }

    /// Whether no scope holds a name because its value is made or fetched at each send.
    pub fn comes_later(&self, name: &str) -> bool {
        let of_vault = |own: &str| self.vault.iter().any(|name| name == own);
        vars::dynamic::is_name(name)
            || vars::env_name(name).is_some()
            || name.strip_prefix(exec::vault::PREFIX).is_some_and(of_vault)
    }

    /// Every variable of the item that goes into a send, and those their values mention.
    fn mentions(&self, entity: &Entity) -> Vec<String> {
        let auth = self.effective(entity);
        let mut texts: Vec<Cow<'_, str>> = auth.params.keys().map(|name| auth.text(name).into()).collect();
        if let Entity::Request(request) = entity {
            texts.push(request.full_url().into());
            for row in request.headers.iter().filter(|row| row.enabled) {
                texts.extend([row.name.as_str(), row.value_str()].map(Cow::Borrowed));
            }
            texts.extend(request.path_variables.iter().map(|row| Cow::Borrowed(row.value_str())));
            body_texts(&request.body, &mut texts);
        }
        let mut out: Vec<String> = Vec::new();
        for text in texts.iter().filter(|text| text.contains("{{")) {
            let found = vars::replace(text, &self.scopes);
            let used = found.used.into_iter().map(|(name, _)| name);
            for name in used.chain(found.unresolved) {
                if !out.contains(&name) {
                    out.push(name);
                }
            }
        }
        out
    }

    /// The tokens the item mentions that have ended or were never fetched, if the send renews them.
    fn renewed(&self, shared: &Shared, id: NodeId) -> Vec<String> {
        let is_expired = |name: &&String| {
            let is_token = self.tokens.iter().any(|(token, _)| token == *name);
            is_token
                && matches!(
                    exec::tokens::status(name, &self.scopes, shared.now),
                    TokenStatus::Expired(_) | TokenStatus::Missing
                )
        };
        let mut expired = self.mentioned.iter().filter(is_expired).peekable();
        if expired.peek().is_none() {
            return Vec::new();
        }
        let sources = exec::tokens::tokens_seen(&shared.workspace, Some(id), shared.active_environment);
        let renews = |name: &&String| {
            let source = sources.iter().find(|source| source.source.variable == **name);
            source.is_some_and(|source| {
                source.source.renew == Renew::Auto && source.request.is_some_and(|request| request != id)
            })
        };
        expired.filter(renews).cloned().collect()
    }

    fn problem(&self, now: Timestamp, entity: &Entity) -> Option<Problem> {
        let token = |name: &String| self.tokens.iter().find(|(token, _)| token == name);
        let missing: Vec<String> = self
            .mentioned
            .iter()
            .filter(|name| self.is_missing(name) && !self.renewed.contains(name))
            .cloned()
            .collect();
        if !missing.is_empty() {
            let environment = self.scopes.layer(Scope::Environment).name.as_str();
            let place = match environment {
                "" => String::new(),
                name => format!(" in {name}"),
            };
            let verb = if missing.len() == 1 { "has" } else { "have" };
            let whose = match &self.inherited_from {
                Some(from) if part::auth(entity).is_inherited() && self.is_of_auth(&missing) => {
                    format!(" (auth of {from})")
                }
                _ => String::new(),
            };
            return Some(Problem {
                what: format!("{verb} no value{place}"),
                whose,
                token_request: missing.iter().find_map(token).and_then(|(_, request)| request.clone()),
                names: missing,
                no_environment: environment.is_empty(),
                home: None,
            });
        }
        let expired = self.mentioned.iter().find_map(|name| {
            let (_, request) = token(name)?;
            match exec::tokens::status(name, &self.scopes, now) {
                TokenStatus::Expired(_) if !self.renewed.contains(name) => Some((name, request)),
                _ => None,
            }
        });
        expired.map(|(name, request)| Problem {
            names: vec![name.clone()],
            what: "has expired".to_owned(),
            whose: String::new(),
            token_request: request.clone(),
            no_environment: false,
            home: None,
        })
    }

    fn is_of_auth(&self, names: &[String]) -> bool {
        let auth = &self.inherited;
        auth.params.keys().any(|key| {
            let text = auth.text(key);
            names.iter().any(|name| text.contains(&format!("{{{{{name}}}}}")))
        })
    }

    fn preview(&self, entity: &Entity) -> String {
        let Entity::Request(request) = entity else {
            return String::new();
        };
        let url = request.full_url();
        if !url.contains("{{") {
            return String::new();
        }
        // What is secret may stand there in clear as well.
        let hidden = Redactor::new(self.scopes.secrets().map(Secret::new));
        hidden.redact(&vars::replace(&url, &self.open_scopes()).text)
    }

    /// The scopes without what is secret: its tokens stay in a text.
    pub fn open_scopes(&self) -> Scopes {
        let mut scopes = (*self.scopes).clone();
        let mut hidden: Vec<String> = Vec::new();
        for scope in Scope::ALL {
            let layer = scopes.layer_mut(scope);
            hidden.extend(
                layer
                    .bindings
                    .iter()
                    .filter(|found| found.secret)
                    .map(|found| found.key.clone()),
            );
        }
        hidden.extend(self.tokens.iter().map(|(name, _)| name.clone()));
        for scope in Scope::ALL {
            scopes
                .layer_mut(scope)
                .bindings
                .retain(|found| !hidden.contains(&found.key));
        }
        scopes
    }

    /// What is added when sending, as far as it is known before.
    fn added(&self, request: &Request) -> Vec<(String, String)> {
        let mut out: Vec<(String, String)> = Vec::new();
        let settings = request.settings.or(&self.parent_settings);
        let auth = if request.auth.is_inherited() {
            &self.inherited
        } else {
            &request.auth
        };
        out.extend(authorization(auth).map(|value| ("Authorization".to_owned(), value)));
        match auth.kind.as_str() {
            "apikey" if auth.text("in") != "query" && !auth.text("key").is_empty() => {
                let value = auth.text("value");
                let value = if fields::is_reference(&value) {
                    value
                } else {
                    HIDDEN.to_owned()
                };
                out.push((auth.text("key"), value));
            }
            _ => {}
        }
        let host = vars::replace(&request.full_url(), &self.open_scopes()).text;
        let host = host.split_once("://").map_or(host.as_str(), |(_, rest)| rest);
        let host = host.split(['/', '?', '#']).next().unwrap_or_default();
        let host = host.rsplit('@').next().unwrap_or_default();
        let content = match &request.body {
            Body::Form(_) => "application/x-www-form-urlencoded",
            Body::Multipart(_) => "multipart/form-data; boundary=…",
            Body::Raw { language, .. } => language.content_type(),
            Body::GraphQl { .. } => "application/json",
            Body::None | Body::File { .. } | Body::Unknown { .. } => "",
        };
        for (name, value) in [
            ("Host", host),
            ("Content-Type", content),
            ("User-Agent", concat!("postrider/", env!("CARGO_PKG_VERSION"))),
            ("Accept", "*/*"),
            ("Accept-Encoding", crate::http::ACCEPT_ENCODING),
            ("Cache-Control", "no-cache"),
            ("Postman-Token", "a new one at each send"),
            ("Connection", "keep-alive"),
        ] {
            let lower = name.to_ascii_lowercase();
            if !value.is_empty() && !settings.disabled_headers.contains(&lower) {
                out.push((name.to_owned(), value.to_owned()));
            }
        }
        let typed = |name: &str| {
            let mut rows = request.headers.iter();
            rows.any(|row| row.enabled && row.name.as_str().eq_ignore_ascii_case(name))
        };
        out.retain(|(name, _)| name == "Authorization" || !typed(name));
        out
    }
}

/// The `Authorization` that an auth makes, as far as it is known before; those that answer the server make theirs only then.
fn authorization(auth: &Auth) -> Option<String> {
    let in_query = |name: &str, word: &str| auth.text(name) == word;
    let prefixed = || {
        let given = auth.params.contains_key("headerPrefix");
        let prefix = if given {
            auth.text("headerPrefix")
        } else {
            "Bearer".to_owned()
        };
        format!("{prefix} {HIDDEN}").trim_start().to_owned()
    };
    match auth.kind.as_str() {
        "bearer" if !auth.text("token").is_empty() => {
            let token = auth.text("token");
            let token = if fields::is_reference(&token) {
                token.as_str()
            } else {
                HIDDEN
            };
            Some(format!("Bearer {token}"))
        }
        "basic" => Some(format!("Basic {HIDDEN}")),
        "jwt" if !in_query("addTokenTo", "queryParam") => Some(prefixed()),
        "oauth2" if !in_query("addTokenTo", "queryParams") => {
            let has = !auth.text("accessToken").is_empty() || is_configured(auth);
            has.then(prefixed)
        }
        "asap" => Some(format!("Bearer {HIDDEN}")),
        "hawk" if !auth.text("authId").is_empty() => Some(format!("Hawk {HIDDEN}")),
        "edgegrid" if !auth.text("clientToken").is_empty() => Some(format!("EG1-HMAC-SHA256 {HIDDEN}")),
        "awsv4" if !auth.flag("addAuthDataToQuery") && !auth.text("accessKey").is_empty() => {
            Some(format!("AWS4-HMAC-SHA256 {HIDDEN}"))
        }
        "oauth1" if auth.flag("addParamsToHeader") && !auth.text("consumerKey").is_empty() => {
            Some(format!("OAuth {HIDDEN}"))
        }
        _ => None,
    }
}

fn tokens(shared: &Shared, id: NodeId) -> Vec<(String, Option<String>)> {
    let workspace = &shared.workspace;
    let sources = exec::tokens::tokens_seen(workspace, Some(id), shared.active_environment).into_iter();
    sources
        .map(|source| {
            let request = source.request.and_then(|id| workspace.request(id));
            (source.source.variable, request.map(|request| request.name.clone()))
        })
        .collect()
}

fn body_texts<'a>(body: &'a Body, texts: &mut Vec<Cow<'a, str>>) {
    match body {
        Body::None | Body::Unknown { .. } => {}
        Body::Form(rows) => {
            for row in rows.iter().filter(|row| row.enabled) {
                texts.extend([row.name.as_str(), row.value_str()].map(Cow::Borrowed));
            }
        }
        Body::Multipart(parts) => {
            for part in parts.iter().filter(|part| part.enabled) {
                match &part.content {
                    PartContent::Text(text) => texts.push(text.as_str().into()),
                    PartContent::Files(paths) => texts.extend(paths.iter().map(|path| Cow::Borrowed(path.as_str()))),
                }
            }
        }
        Body::Raw { text, .. } => texts.push(text.as_str().into()),
        Body::File { path } => texts.push(path.as_str().into()),
        Body::GraphQl { query, variables, .. } => texts.extend([query.as_str(), variables.as_str()].map(Cow::Borrowed)),
    }
}

/// Whether an auth parameter is secret by its type.
pub fn is_secret_param(kind: &str, name: &str) -> bool {
    crate::auth::find(kind).is_none_or(|kind| {
        let mut specs = kind.fields().iter();
        specs
            .find(|spec| spec.name == name)
            .is_none_or(|spec| spec.kind.is_secret())
    })
}

impl VariableLookup for Facts {
    fn status(&self, name: &str) -> VariableStatus {
        match self.scopes.get(name) {
            None if self.comes_later(name) => VariableStatus::Dynamic,
            _ if self.is_missing(name) => VariableStatus::Unresolved,
            _ => VariableStatus::Resolved,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_that_an_auth_makes_is_known_before_it_is_sent() {
        let token_url = || Auth::new("oauth2").with("accessTokenUrl", "http://as/token");
        for (auth, expected) in [
            (Auth::new("bearer").with("token", "{{t}}"), Some("Bearer {{t}}")),
            (Auth::new("bearer").with("token", "t0ken"), Some("Bearer ••••")),
            (token_url(), Some("Bearer ••••")),
            (token_url().with("headerPrefix", "token"), Some("token ••••")),
            (token_url().with("headerPrefix", ""), Some("••••")),
            (token_url().with("addTokenTo", "queryParams"), None),
            (Auth::new("oauth2"), None),
            (Auth::new("jwt"), Some("Bearer ••••")),
            (Auth::new("jwt").with("addTokenTo", "queryParam"), None),
            (Auth::new("hawk").with("authId", "me"), Some("Hawk ••••")),
            (Auth::new("digest").with("username", "me"), None),
        ] {
            assert_eq!(authorization(&auth).as_deref(), expected, "{auth:?}");
        }
    }
}
