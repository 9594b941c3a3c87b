//! Where a send takes its facts from, and the scopes it sees: built the same way for the TUI and the command line.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use serde_json::Value;

use super::tokens::{TokenRequest, token_sources, tokens_seen};
use super::writes::Override;
use crate::http;
use crate::model::exchange::Response;
use crate::model::literal::is_session;
use crate::model::variable::{CurrentValue, CurrentValues, Owner, display_value};
use crate::model::{EnvironmentId, Exchange, NodeId, Outcome, Redactor, Scope, Secret, Variable, Workspace};
use crate::vars::{Binding, Hidden, Layer, Scopes};

/// Borrowed facts a plan is made from; the plan itself owns copies.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// Collections, environments, globals.
    pub workspace: &'a Workspace,
    /// The request, or what stands in for it; decides the collection.
    pub node: Option<NodeId>,
    /// The active environment.
    pub environment: Option<EnvironmentId>,
    /// Local values that hide the files' initial ones.
    pub current: &'a CurrentValues,
    /// What hides values of an environment while the program runs.
    pub overrides: &'a [Override],
    /// Variables that `pm.variables.set` has set earlier in a run; a single send has none.
    pub local: Option<&'a Layer>,
}

/// The names of the variables that are secret in any scope a request sees, that a token fills, or that a script has copied one
/// of these or a secret of the vault to: their values are hidden in all of these scopes. Without a request it is unknown whose
/// collection will see them, so that all of them count.
pub fn secret_names(
    workspace: &Workspace,
    node: Option<NodeId>,
    environment: Option<EnvironmentId>,
    current: &CurrentValues,
) -> BTreeSet<String> {
    hidden(workspace, node, environment, current).names
}

/// The same, with those among them that no file and no token makes secrets.
fn hidden(
    workspace: &Workspace,
    node: Option<NodeId>,
    environment: Option<EnvironmentId>,
    current: &CurrentValues,
) -> Hidden {
    let own = node.and_then(|node| workspace.collection_of(node)).map(|node| node.id);
    let collections = own.as_ref().map_or(workspace.collections(), std::slice::from_ref);
    let named = declared_secret(workspace, node, environment, collections);
    let slugs = collections.iter().filter_map(|id| workspace.node(*id));
    let owners = slugs.map(|node| Owner::Collection(node.slug.clone()));
    let environment = environment.and_then(|id| workspace.environment(id));
    let owners = owners.chain(environment.map(|node| Owner::Environment(node.slug.clone())));
    let owners: Vec<Owner> = owners.chain([Owner::Globals]).collect();
    let values = || owners.iter().flat_map(|owner| current.of(owner));
    let secret = values().filter(|(key, value)| named.contains(*key) || value.is_secrets());
    let secret: HashSet<&str> = secret.chain(current.of(&Owner::Vault)).filter_map(text).collect();
    let is_copy = |value| text(value).is_some_and(|text| secret.contains(text));
    let copies = values().filter(|value| value.1.secret || is_copy(*value));
    let copies = copies.map(|(key, _)| key.to_owned());
    let noted: BTreeSet<String> = copies.filter(|key| !named.contains(key)).collect();
    Hidden {
        names: named.into_iter().chain(noted.iter().cloned()).collect(),
        noted,
    }
}

/// The text of a value that is long enough to be told from others.
fn text<'a>((_, value): (&str, &'a CurrentValue)) -> Option<&'a str> {
    let text = value.value.as_ref()?.as_str()?;
    (text.len() >= SHORTEST_COPY).then_some(text)
}

/// Whether files say of a variable that it is secret, or a token fills it.
pub fn is_declared_secret(workspace: &Workspace, environment: Option<EnvironmentId>, key: &str) -> bool {
    declared_secret(workspace, None, environment, workspace.collections()).contains(key)
}

/// The names of the variables that files call secret, or a token fills.
pub(super) fn declared_secret(
    workspace: &Workspace,
    node: Option<NodeId>,
    environment: Option<EnvironmentId>,
    collections: &[NodeId],
) -> BTreeSet<String> {
    let of_collections = collections
        .iter()
        .filter_map(|id| workspace.group(*id))
        .map(|group| &group.variables);
    let of_environment = environment
        .and_then(|id| workspace.environment(id))
        .map(|node| &node.environment.variables);
    let variables = of_collections
        .chain(of_environment)
        .chain([&workspace.globals().variables])
        .flatten();
    let secret = variables.filter(|variable| variable.secret || variable.source.is_some());
    let tokens = match node {
        Some(_) => tokens_seen(workspace, node, environment),
        None => token_sources(workspace),
    };
    let tokens = tokens.into_iter().map(|token| token.source.variable);
    secret.map(|variable| variable.key.clone()).chain(tokens).collect()
}

/// The scopes a request sees: initial values, hidden by current ones, hidden by overrides.
pub fn scopes(source: &Source<'_>) -> Scopes {
    let mut scopes = Scopes::default();
    *scopes.layer_mut(Scope::Local) = source.local.cloned().unwrap_or_default();
    *scopes.layer_mut(Scope::Global) = layer(
        "",
        &source.workspace.globals().variables,
        source.current,
        &Owner::Globals,
    );
    if let Some(collection) = source.node.and_then(|id| source.workspace.collection_of(id)) {
        *scopes.layer_mut(Scope::Collection) = collection_layer(source, collection.id);
    }
    let environment = source.environment.and_then(|id| source.workspace.environment(id));
    if let Some(node) = environment {
        let owner = Owner::Environment(node.slug.clone());
        *scopes.layer_mut(Scope::Environment) = layer(
            &node.environment.name,
            &node.environment.variables,
            source.current,
            &owner,
        );
        scopes
            .layer_mut(Scope::Environment)
            .id
            .clone_from(&node.environment.origin.id);
    }
    let slug = environment.map_or("", |node| node.slug.as_str());
    for (own, key, value) in source.overrides {
        if own.is_empty() || own == slug {
            let layer = scopes.layer_mut(Scope::Environment);
            match value {
                Some(value) => layer.set(key, value.clone().into(), CurrentValue::GIVEN),
                None => layer.undefine(key, CurrentValue::GIVEN),
            }
        }
    }
    let hidden = hidden(source.workspace, source.node, source.environment, source.current);
    if !hidden.names.is_empty() {
        scopes.hide(Arc::new(hidden));
    }
    scopes
}

/// A shorter value is no copy of a secret, in bytes: it may be the same by chance.
const SHORTEST_COPY: usize = 8;

/// Everything that is secret in a send and in the scopes after it, also what a script has just set: values of secret
/// variables and tokens, of a request that brings a token all tokens in its reply, and the parts of all these in what was
/// cut, unless they were [looked for](super::look_through) already.
pub fn secrets(source: &Source<'_>, outcome: &Outcome) -> Redactor {
    let of_send = outcome.exchange.as_ref().map(|exchange| exchange.redactor.clone());
    let scopes = scopes(source);
    let declared = token_sources(source.workspace);
    let is_own = |token: &TokenRequest| {
        source.node.is_some() && (token.request == source.node || token.refresh(source.workspace) == source.node)
    };
    let brings = declared.iter().any(is_own);
    let came = outcome.exchange.iter().flat_map(|exchange| came(exchange, brings));
    let tokens = declared.iter().filter_map(|token| scopes.get(&token.source.variable));
    let tokens = tokens
        .map(|(_, binding)| display_value(&binding.value))
        .filter(|token| !token.is_empty());
    let vault = super::vault::values(source.current)
        .into_iter()
        .map(|(_, secret)| secret);
    let hidden = scopes.secrets().chain(tokens).chain(came).map(Secret::new).chain(vault);
    let hidden: Vec<Secret> = hidden.collect();
    let all = of_send.unwrap_or_default().and(&outcome.redactor).with(hidden);
    if outcome.held.is_some() {
        return all;
    }
    all.with_parts(super::torn::pieces(outcome, &all))
}

/// All that is secret in a workspace and its vault, whatever is sent: for what belongs to no request.
pub fn every_secret(workspace: &Workspace, current: &CurrentValues) -> Redactor {
    let environments = workspace.environments().iter().map(|node| Some(node.id));
    let environments = environments.chain([None]);
    let named: BTreeSet<String> = environments
        .flat_map(|environment| secret_names(workspace, None, environment, current))
        .collect();
    let now = current.iter();
    let now = now.filter(|(_, key, value)| value.secret || value.is_secrets() || named.contains(*key));
    let now = now.filter_map(|(_, _, value)| value.value.as_ref());
    let groups = workspace.collections().iter().filter_map(|id| workspace.group(*id));
    let groups = groups.map(|group| &group.variables);
    let environments = workspace.environments().iter().map(|node| &node.environment.variables);
    let files = groups
        .chain(environments)
        .chain([&workspace.globals().variables])
        .flatten();
    let files = files.filter(|variable| variable.secret || named.contains(&variable.key));
    let values = now.chain(files.map(|variable| &variable.value));
    let vault = super::vault::values(current).into_iter().map(|(_, secret)| secret);
    Redactor::new(values.map(|value| Secret::new(display_value(value))).chain(vault))
}

/// What is secret of all that came and went with an exchange: cookies that are a session, and the tokens in its reply where it
/// may bring some.
pub(super) fn came(exchange: &Exchange, may_bring: bool) -> Vec<String> {
    let mut out = sessions(exchange);
    if may_bring {
        out.extend(exchange.response().map(tokens_in).unwrap_or_default());
    }
    out
}

/// The tokens in the reply of a request that brings one, by the names that RFC 6749 has for them, however they
/// are written: `access_token`, `RefreshToken`.
fn tokens_in(response: &Response) -> Vec<String> {
    let mut out = Vec::new();
    if response.body.len() <= super::tokens::LARGEST_REPLY
        && let Ok(body) = response.body.json()
    {
        collect_tokens(&body, false, &mut out);
    }
    out
}

fn collect_tokens(value: &Value, is_token: bool, out: &mut Vec<String>) {
    match value {
        Value::String(text) if is_token => out.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| collect_tokens(item, is_token, out)),
        Value::Object(map) => {
            for (name, value) in map {
                let letters = name.chars().filter(char::is_ascii_alphanumeric);
                let name: String = letters.map(|c| c.to_ascii_lowercase()).collect();
                collect_tokens(value, ["accesstoken", "refreshtoken", "idtoken"].contains(&&*name), out);
            }
        }
        _ => {}
    }
}

/// The variables of a collection as its requests see them.
pub(super) fn collection_layer(source: &Source<'_>, collection: NodeId) -> Layer {
    let workspace = source.workspace;
    match (workspace.node(collection), workspace.group(collection)) {
        (Some(node), Some(group)) => {
            let owner = Owner::Collection(node.slug.clone());
            layer(&group.name, &group.variables, source.current, &owner)
        }
        _ => Layer::default(),
    }
}

/// The cookies that came and went which may stand for their owner, on the way through redirects too.
fn sessions(exchange: &Exchange) -> Vec<String> {
    let heads = exchange.hops.iter().map(|hop| &hop.heads);
    let came = exchange.response().into_iter().flat_map(|response| &response.cookies);
    let came = came.chain(heads.clone().flat_map(|heads| &heads.cookies));
    // Bytes that are no text have other signs where all of a `Set-Cookie` is shown.
    let came = came.flat_map(|cookie| {
        let shown = http::shown_cookie(&cookie.value);
        [(shown != cookie.value).then_some(shown), Some(cookie.value.clone())]
    });
    let came = came.flatten();
    let headers = exchange.request.headers.iter();
    let headers = headers.chain(heads.flat_map(|heads| &heads.sent));
    let went = headers.filter(|(name, _)| name.eq_ignore_ascii_case("cookie"));
    let went = went.flat_map(|(_, pairs)| pairs.split("; "));
    // One without a name is all value.
    let went = went.map(|pair| pair.split_once('=').map_or(pair, |(_, value)| value).to_owned());
    came.chain(went).filter(|value| is_session(value)).collect()
}

/// One scope: the variables of a file with their current values over them.
fn layer(name: &str, variables: &[Variable], current: &CurrentValues, owner: &Owner) -> Layer {
    let mut layer = Layer {
        name: name.to_owned(),
        id: String::new(),
        bindings: variables.iter().map(Binding::from).collect(),
    };
    for (key, now) in current.of(owner) {
        match &now.value {
            Some(value) => layer.overlay(key, value.clone(), &now.set_by),
            None if now.set_by == CurrentValue::GIVEN => layer.undefine(key, &now.set_by),
            None => layer.unset(key),
        }
        // Its row may be gone from the file, and with it the word that it is a secret.
        let bindings = layer.bindings.iter_mut();
        if now.secret || now.is_secrets() && !variables.iter().any(|variable| variable.key == key) {
            let declares = |row: &Variable| row.key == key && (row.secret || row.source.is_some());
            let is_noted = !variables.iter().any(declares);
            for binding in bindings.filter(|binding| binding.key == key) {
                (binding.secret, binding.noted) = (true, is_noted);
            }
        }
    }
    for key in current.locked(owner) {
        layer.lock(key);
    }
    layer
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Environment;
    use jiff::Timestamp;
    use serde_json::json;

    #[test]
    fn a_secret_that_is_switched_off_stays_so_whoever_took_its_value_out_of_a_file() {
        let off = Variable {
            enabled: false,
            secret: true,
            ..Variable::new("spare", "")
        };
        let mut workspace = Workspace::new("/w");
        workspace.load_globals(Environment {
            variables: vec![off],
            ..Environment::default()
        });
        let sees = |set_by: &str| {
            let mut current = CurrentValues::default();
            let value = CurrentValue {
                value: Some(json!("swan")),
                set_by: set_by.into(),
                set_at: Timestamp::UNIX_EPOCH,
                secret: false,
            };
            current.set(Owner::Globals, "spare", value);
            let scopes = scopes(&Source {
                workspace: &workspace,
                environment: None,
                node: None,
                current: &current,
                overrides: &[],
                local: None,
            });
            (scopes.get("spare").is_some(), scopes.secrets().collect::<Vec<_>>())
        };
        for set_by in [CurrentValue::YOU, CurrentValue::FILE, CurrentValue::IMPORT] {
            assert_eq!(sees(set_by), (false, vec!["swan".to_owned()]), "{set_by}");
        }
        assert!(sees("Login, post-response").0, "what a script sets counts");
    }

    #[test]
    fn every_secret_is_known_whichever_environment_says_that_it_is_one() {
        let mut workspace = Workspace::new("/w");
        workspace.load_environment(
            "local",
            Environment {
                variables: vec![Variable {
                    secret: true,
                    ..Variable::new("key", "")
                }],
                ..Environment::default()
            },
        );
        let mut current = CurrentValues::default();
        let value = CurrentValue {
            value: Some(json!("heron-4711-and-more")),
            set_by: CurrentValue::YOU.into(),
            set_at: Timestamp::UNIX_EPOCH,
            secret: false,
        };
        current.set(Owner::Environment("local".into()), "key", value.clone());
        current.set(
            Owner::Environment("local".into()),
            "open",
            CurrentValue {
                value: Some(json!("swan-0815-and-more")),
                ..value
            },
        );
        let known = every_secret(&workspace, &current);
        assert!(known.is_in("heron-4711-and-more") && !known.is_in("swan-0815-and-more"));
    }

    #[test]
    fn a_current_value_keeps_what_the_file_says_of_its_variable() {
        let mut current = CurrentValues::default();
        let now = CurrentValue {
            value: Some(json!("now")),
            set_by: "you".into(),
            set_at: Timestamp::UNIX_EPOCH,
            secret: false,
        };
        let by_script = CurrentValue {
            set_by: "Login, post-response".into(),
            ..now.clone()
        };
        current.set(Owner::Globals, "off", now.clone());
        current.set(Owner::Globals, "over", by_script);
        current.set(Owner::Globals, "new", now);
        let off = |key: &str| Variable {
            enabled: false,
            secret: true,
            ..Variable::new(key, "file")
        };
        let layer = layer("", &[off("off"), off("over")], &current, &Owner::Globals);
        let flags: Vec<_> = layer
            .bindings
            .iter()
            .map(|binding| (binding.key.as_str(), binding.enabled, binding.secret, &binding.value))
            .collect();
        let (now, file) = (&json!("now"), &json!("file"));
        let expected = [
            ("off", false, true, now),
            ("over", false, true, file),
            // Beside the disabled one, and as secret.
            ("over", true, true, now),
            ("new", true, false, now),
        ];
        assert_eq!(flags, expected);
    }

    #[test]
    fn what_a_script_copies_a_secret_to_is_secret() {
        let mut workspace = Workspace::new("/w");
        workspace.load_globals(Environment {
            variables: vec![Variable {
                secret: true,
                ..Variable::new("password", "")
            }],
            ..Environment::default()
        });
        let mut current = CurrentValues::default();
        let mut set = |owner: Owner, key: &str, value: &str| {
            let value = CurrentValue {
                value: Some(json!(value)),
                set_by: "a script".into(),
                set_at: Timestamp::UNIX_EPOCH,
                secret: false,
            };
            current.set(owner, key, value);
        };
        set(Owner::Globals, "password", "heron-4711");
        set(Owner::Globals, "copy", "heron-4711");
        set(Owner::Vault, "key", "swan-4711");
        set(Owner::Globals, "of_vault", "swan-4711");
        set(Owner::Globals, "other", "heron-4712");
        let names = secret_names(&workspace, None, None, &current);
        assert!(names.iter().eq(["copy", "of_vault", "password"]), "{names:?}");
    }

    #[test]
    fn tokens_in_a_reply_are_found_by_their_names() {
        let body = json!({
            "access_token": "a-1", "token_type": "bearer", "expires_in": 599, "id_token": "i-1",
            "data": [{"refreshToken": "r-1", "Token": {"AccessToken": "a-2", "ExpiresAt": "2"}}],
        });
        let mut found = Vec::new();
        collect_tokens(&body, false, &mut found);
        found.sort_unstable();
        assert_eq!(found, ["a-1", "a-2", "i-1", "r-1"]);
    }

    #[test]
    fn sessions_that_begin_and_go_on_behind_a_redirect_are_secret() {
        use crate::model::exchange::{CookieMore, Heads, Hop, SendError, SendErrorKind, Timings};
        use crate::model::{Auth, Request, Settings};
        let nothing = crate::vars::resolve(
            &Request::default(),
            &Auth::new(Auth::NONE),
            &Settings::default(),
            &Scopes::default(),
            &crate::vars::Dynamic::new(),
        );
        let mut exchange =
            super::super::renewal::unsent(&nothing, SendError::new(SendErrorKind::Cancelled, "cancelled"));
        let begun = crate::model::exchange::Cookie {
            name: "sid".to_owned(),
            value: "begun-at-the-redirect".to_owned(),
            domain: "h".to_owned(),
            path: "/".to_owned(),
            expires: None,
            secure: false,
            http_only: false,
            host_only: true,
            same_site: None,
            more: CookieMore::default(),
        };
        // As the jar has what came as `no-text-in-here-\xfc-anywhere`.
        let no_text = crate::model::exchange::Cookie {
            value: "no-text-in-here-\u{ffffc}-anywhere".to_owned(),
            ..begun.clone()
        };
        let heads = Heads {
            sent: vec![(
                "cookie".to_owned(),
                "lang=en; old=sent-to-the-redirect; sent-without-a-name".to_owned(),
            )],
            cookies: vec![begun, no_text],
            ..Heads::default()
        };
        exchange.hops.push(Hop {
            method: nothing.method.clone(),
            url: "http://h/start".to_owned(),
            status: 302,
            location: "/".to_owned(),
            again: None,
            dropped: Vec::new(),
            reused: false,
            timings: Timings::default(),
            heads,
        });
        let outcome = Outcome {
            exchange: Some(exchange),
            ..Outcome::default()
        };
        let workspace = Workspace::new("/w");
        let source = Source {
            workspace: &workspace,
            node: None,
            environment: None,
            current: &CurrentValues::default(),
            overrides: &[],
            local: None,
        };
        let came = String::from_utf8_lossy(b"no-text-in-here-\xfc-anywhere");
        let shown = format!("begun-at-the-redirect, {came}, sent-to-the-redirect, sent-without-a-name, en");
        let shown = secrets(&source, &outcome).redact(&shown);
        assert_eq!(shown, "••••••••, ••••••••, ••••••••, ••••••••, en");
    }

    #[test]
    fn current_values_hide_initial_ones_and_overrides_hide_both() {
        let mut workspace = Workspace::new("/w");
        let variables = vec![Variable::new("url", "file"), Variable::new("gone", "file")];
        let environment = workspace.load_environment(
            "demo",
            Environment {
                name: "Demo".into(),
                variables,
                ..Environment::default()
            },
        );
        let mut current = CurrentValues::default();
        let owner = Owner::Environment("demo".into());
        let now = |value| CurrentValue {
            value,
            set_by: "you".into(),
            set_at: Timestamp::UNIX_EPOCH,
            secret: false,
        };
        current.set(owner.clone(), "url", now(Some(json!("current"))));
        current.set(owner, "gone", now(None));
        let value = |overrides: &[Override], key: &str| {
            let source = Source {
                workspace: &workspace,
                node: None,
                environment: Some(environment),
                current: &current,
                overrides,
                local: None,
            };
            scopes(&source).get(key).map(|(_, binding)| binding.value.clone())
        };
        assert_eq!(value(&[], "url"), Some(json!("current")));
        assert_eq!(value(&[], "gone"), None);
        assert_eq!(
            value(&[("demo".into(), "url".into(), Some("over".into()))], "url"),
            Some(json!("over"))
        );
        assert_eq!(value(&[(String::new(), "url".into(), None)], "url"), Some(json!("")));
        assert_eq!(
            value(&[("cells".into(), "url".into(), Some("over".into()))], "url"),
            Some(json!("current"))
        );
    }
}
