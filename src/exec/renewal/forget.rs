//! Logging out: a token and what came with it, forgotten wherever they are.

use url::Url;

use super::store::TokenStore;
use crate::exec::plan::plan;
use crate::exec::source::Source;
use crate::exec::tokens::{Declared, TokenRequest};
use crate::model::exchange::Cookie;
use crate::model::token::{Pick, Token, TokenKey};
use crate::model::variable::{Change, CurrentValues, Owner};
use crate::model::{EnvironmentId, Scope, Workspace};
use crate::vars::resolve_url;

/// Forgets a token: in the store, where that keeps it, and the current values of its variable and of all that fetching it
/// has set (a refresh token is as good as a token). Returns whether there was anything.
///
/// # Errors
///
/// A sentence, when it stays where it is kept.
pub fn forget_token(
    store: &TokenStore,
    token: &TokenRequest,
    workspace: &Workspace,
    environment: Option<EnvironmentId>,
    current: &mut CurrentValues,
) -> Result<bool, String> {
    let known = store.peek(&token.key(workspace, environment));
    store.forget(&token.key(workspace, environment))?;
    Ok(forget_values(known.as_deref(), token, workspace, environment, current))
}

/// Forgets a token that nothing declares any more, or whose environment is gone, and what fetching it has set there.
/// Returns whether there was anything.
///
/// # Errors
///
/// A sentence, when it stays where it is kept.
pub fn forget_orphaned(store: &TokenStore, key: &TokenKey, current: &mut CurrentValues) -> Result<bool, String> {
    let known = store.peek(key);
    store.forget(key)?;
    let owner = Owner::Environment(key.environment.clone());
    for write in known.iter().flat_map(|known| &known.writes) {
        if let (Scope::Environment, Change::Set { key, .. }) = (write.scope, &write.change) {
            current.reset(&owner, key);
        }
    }
    Ok(known.is_some())
}

/// The cookies among these that a token stands in, which would sign in as well: those of its name that hold it, or that belong
/// to the server of its request; `source` says what that sees.
pub fn cookies_of(known: Option<&Token>, token: &TokenRequest, source: &Source<'_>, jar: &[Cookie]) -> Vec<Cookie> {
    let Pick::Cookie(name) = &token.source.pick else {
        return Vec::new();
    };
    let node = token.request;
    let url = plan(&Source { node, ..*source }).and_then(|plan| {
        // The URL alone: a body may be large, and the screen waits.
        Url::parse(&resolve_url(&plan.request, &plan.settings, &plan.scopes)).ok()
    });
    let host = url.as_ref().and_then(Url::host_str).unwrap_or_default();
    let is_of_host = |cookie: &Cookie| {
        let above = host
            .strip_suffix(&cookie.domain)
            .is_some_and(|below| below.ends_with('.'));
        host == cookie.domain || (above && !cookie.host_only)
    };
    let is_held = |cookie: &Cookie| known.is_some_and(|known| known.value == cookie.value);
    let own = jar.iter().filter(|cookie| cookie.name == *name);
    own.filter(|cookie| is_held(cookie) || is_of_host(cookie))
        .cloned()
        .collect()
}

/// Forgets the current values alone, those of the variable and of all that fetching the token has set; `known` is the
/// token. Returns whether there was anything.
pub fn forget_values(
    known: Option<&Token>,
    token: &TokenRequest,
    workspace: &Workspace,
    environment: Option<EnvironmentId>,
    current: &mut CurrentValues,
) -> bool {
    let key = token.key(workspace, environment);
    let collection = match token.declared {
        Declared::Group(id) => Some(id),
        Declared::Environment(_) => token.request,
    };
    let collection = collection
        .and_then(|id| workspace.collection_of(id))
        .map(|node| node.slug.clone());
    let owner = |scope: Scope| match scope {
        Scope::Environment if key.environment.is_empty() => None,
        Scope::Environment => Some(Owner::Environment(key.environment.clone())),
        Scope::Collection => collection.clone().map(Owner::Collection),
        Scope::Global => Some(Owner::Globals),
        Scope::Local | Scope::Data => None,
    };
    let mut values: Vec<(Scope, String)> = [Scope::Environment, Scope::Collection, Scope::Global]
        .map(|scope| (scope, token.source.variable.clone()))
        .to_vec();
    for write in known.into_iter().flat_map(|known| &known.writes) {
        if let Change::Set { key, .. } = &write.change {
            values.push((write.scope, key.clone()));
        }
    }
    let mut gone = known.is_some();
    for (scope, name) in values {
        if let Some(owner) = owner(scope) {
            gone |= current.reset(&owner, &name).is_some();
        }
    }
    gone
}
