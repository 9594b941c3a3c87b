//! Tokens put into the variables of a send, with all that came along with them.

use std::time::Duration;

use super::bound::Bound;
use super::origin::Cause;
use super::reply;
use super::saved::kept;
use super::send::{Used, WRITER, bound};
use super::store::{TokenStore, Want};
use crate::exec::pipeline::Prepared;
use crate::exec::written::secrets_in;
use crate::model::token::{Token, TokenKey};
use crate::model::variable::{Change, VariableWrite, display_value};
use crate::model::{Outcome, Scope};

/// Where a token goes that no script puts anywhere.
pub(super) fn scope(key: &TokenKey, in_collection: bool) -> Scope {
    match (key.environment.is_empty(), in_collection) {
        (false, _) => Scope::Environment,
        (true, true) => Scope::Collection,
        (true, false) => Scope::Global,
    }
}

/// Puts the token into the variables that the store has for one that they lack, as those of an iteration that began
/// before it was fetched; says whether there is one. It may be about to end: then it is renewed as any other is.
pub(super) fn take_known(store: &TokenStore, prepared: &mut Prepared, used: &mut Used) -> bool {
    let want = Want {
        held: None,
        cause: Cause::Missing,
        within: None,
        by_hand: None,
    };
    let known = store.known(&want, &used.key, Duration::ZERO);
    let (Some(known), Some(bound)) = (known, bound(prepared, used.at).cloned()) else {
        return false;
    };
    take(prepared, used, &bound, &known);
    true
}

/// Takes what a request wrote that has not brought the token it was sent for, but for what it made of that: its other tokens are
/// known as the new ones by now.
pub(super) fn take_others(prepared: &mut Prepared, bound: &Bound, outcome: Option<&Outcome>) {
    let own = bound.is_of(prepared.plan.collection);
    let variable = &bound.source.variable;
    let home = prepared.scopes.get(variable).map(|(scope, _)| scope);
    let is_own = |write: &VariableWrite| match &write.change {
        Change::Set { key, .. } | Change::Undefine { key } | Change::Unset { key } => key == variable,
        // It had emptied a scope to fill it anew, which it has not: the token that was there stays.
        Change::Clear => home.is_none_or(|home| home == write.scope),
    };
    let Some(outcome) = outcome else { return };
    let mut writes = kept(outcome, own);
    writes.retain(|write| !is_own(write));
    for write in &writes {
        prepared.scopes.apply(write);
    }
    hide(prepared, &secrets_in(outcome, &writes, ""));
    prepared.log.outcome.writes.extend(writes);
}

/// Keeps the variables secret that came along with a token and have a secret in them.
fn hide(prepared: &mut Prepared, secrets_in: &[(Scope, String)]) {
    prepared.scopes.note(secrets_in.iter().map(|(_, key)| key));
    prepared.log.outcome.brought.extend(secrets_in.iter().cloned());
}

/// Puts a token into the variables, with all that fetching it has written.
pub(super) fn take(prepared: &mut Prepared, used: &mut Used, bound: &Bound, token: &Token) {
    let variable = &bound.source.variable;
    let mut writes = token.writes.clone();
    for write in &writes {
        prepared.scopes.apply(write);
    }
    hide(prepared, &token.secrets_in);
    let now = |prepared: &Prepared| {
        prepared
            .scopes
            .get(variable)
            .map(|(_, binding)| display_value(&binding.value))
    };
    if now(prepared).as_ref() != Some(&token.value) {
        let own = bound.is_of(prepared.plan.collection);
        let scope = scope(&used.key, prepared.plan.collection.is_some() && own);
        let write = reply::write(variable, &token.value, scope, WRITER);
        prepared.scopes.apply(&write);
        writes.push(write);
    }
    prepared.log.outcome.writes.extend(writes);
    used.value = Some(token.value.clone());
}
