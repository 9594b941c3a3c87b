//! Logging out: a token and what came with it, forgotten wherever they are.

use super::store::TokenStore;
use crate::exec::tokens::{Declared, TokenRequest};
use crate::model::token::{Token, TokenKey};
use crate::model::variable::{Change, CurrentValues, Owner};
use crate::model::{EnvironmentId, Scope, Workspace};

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
