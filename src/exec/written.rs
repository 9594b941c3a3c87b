//! Telling which of the values that scripts have set are secrets, or have one in them.
//!
//! ```text
//! the send's own thread: look_through, however large they are ──▶ Outcome::held ──▶ whoever keeps them: hide_written
//! ```

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::source::{came, declared_secret};
use super::writes::Target;
use crate::model::variable::{Change, CurrentValues, VariableWrite};
use crate::model::{Outcome, Redactor, Scope, Secret};
use crate::vars::Scopes;

/// Notes of the values that scripts have just set which of them are secrets, or have one in them: they stay so when the
/// secret itself is known no more. At most so many bytes of them are looked through again, with all that is known by now; of
/// what is left the send says it, or else it is taken for one.
pub fn hide_written(
    outcome: &Outcome,
    target: Target<'_>,
    current: &mut CurrentValues,
    redactor: &Redactor,
    most: usize,
) {
    if outcome.writes.is_empty() {
        return;
    }
    let declared = declared_secret(
        target.workspace,
        None,
        target.environment,
        target.workspace.collections(),
    );
    let mut left = most;
    for (scope, key) in set(&outcome.writes).into_keys() {
        let Some(owner) = target.owner_of(scope) else {
            continue;
        };
        let Some(value) = current.get(&owner, key).and_then(|value| value.value.as_ref()) else {
            continue;
        };
        let told = |held: &BTreeSet<(Scope, String)>| held.contains(&(scope, key.to_owned()));
        let holds = declared.contains(key)
            || told(&outcome.brought)
            || match &outcome.held {
                Some(held) if told(held) => true,
                held if !fits(value, &mut left) => held.is_none(),
                _ => is_in(value, redactor),
            };
        if holds {
            current.hide(&owner, key);
        }
    }
}

/// Notes in an outcome which of the values that its scripts have set have a secret in them, as far as the send knows: those
/// of the variables it saw, of the vault, in its answer and of its cookies; and looks for parts of these in what was cut. It
/// takes as long as they are large.
pub fn look_through(outcome: &mut Outcome, mut scopes: Scopes, vault: Vec<(String, Secret)>) {
    for write in &outcome.writes {
        scopes.apply(write);
    }
    scopes.note(outcome.brought.iter().map(|(_, key)| key));
    let of_send = outcome.exchange.as_ref().map(|exchange| &exchange.redactor);
    let came = outcome.exchange.iter().flat_map(|exchange| came(exchange, true));
    let hidden = scopes.secrets().chain(came).map(Secret::new);
    let own = outcome.vault.iter().filter_map(|(_, secret)| secret.clone());
    let hidden = hidden.chain(vault.into_iter().map(|(_, secret)| secret)).chain(own);
    let redactor = of_send.map_or_else(|| outcome.redactor.clone(), |own| own.and(&outcome.redactor));
    let redactor = redactor.with(hidden);
    outcome.redactor = outcome.redactor.with_parts(super::torn::pieces(outcome, &redactor));
    let redactor = redactor.and(&outcome.redactor);
    let held = set(&outcome.writes).into_iter();
    let held = held.filter(|(_, value)| is_in(value, &redactor));
    let held = held.map(|((scope, key), _)| (scope, key.to_owned())).collect();
    outcome.held = Some(held);
}

/// Which of the values that a request wrote which brought a token have a secret in them: what came with its reply is no more
/// than here.
pub(super) fn secrets_in(outcome: &Outcome, writes: &[VariableWrite], token: &str) -> Vec<(Scope, String)> {
    let set = set(writes);
    if set.is_empty() {
        return Vec::new();
    }
    let of_send = outcome.exchange.as_ref().map(|exchange| &exchange.redactor);
    let came = outcome.exchange.iter().flat_map(|exchange| came(exchange, true));
    let came = came.chain([token.to_owned()]).map(Secret::new);
    let redactor = of_send.map_or_else(|| outcome.redactor.clone(), |own| own.and(&outcome.redactor));
    let redactor = redactor.with(came);
    let secret = set.into_iter().filter(|(_, value)| is_in(value, &redactor));
    secret.map(|((scope, key), _)| (scope, key.to_owned())).collect()
}

/// The variables that were set, each with the last value it got.
fn set(writes: &[VariableWrite]) -> BTreeMap<(Scope, &str), &Value> {
    let set = writes.iter().filter_map(|write| match &write.change {
        Change::Set { key, value } => Some(((write.scope, key.as_str()), value)),
        _ => None,
    });
    set.collect()
}

/// Whether there is a secret in a value's text.
fn is_in(value: &Value, redactor: &Redactor) -> bool {
    match value {
        Value::String(text) => redactor.is_in(text),
        Value::Null | Value::Bool(_) => false,
        other => redactor.is_in(&other.to_string()),
    }
}

/// Takes the size of a value's text, about, from what is left; whether it was enough.
fn fits(value: &Value, left: &mut usize) -> bool {
    let own = match value {
        Value::String(text) => text.len(),
        _ => 8,
    };
    let Some(rest) = left.checked_sub(own) else {
        return false;
    };
    *left = rest;
    match value {
        Value::Array(items) => items.iter().all(|item| fits(item, left)),
        Value::Object(map) => map.iter().all(|(key, item)| {
            *left = left.saturating_sub(key.len());
            fits(item, left)
        }),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exec::{Source, scopes, secret_names};
    use crate::model::{Environment, Variable, Workspace};
    use crate::vars::Layer;
    use jiff::Timestamp;
    use serde_json::json;

    fn write(key: &str, value: Value) -> VariableWrite {
        VariableWrite {
            scope: Scope::Global,
            change: Change::Set { key: key.into(), value },
            set_by: "a script".into(),
        }
    }

    /// The values after some writes, by a send that knew a secret.
    fn kept(workspace: &Workspace, outcome: &Outcome, most: usize) -> CurrentValues {
        let mut current = CurrentValues::default();
        let target = Target {
            workspace,
            environment: None,
            node: None,
        };
        let now = Timestamp::UNIX_EPOCH;
        crate::exec::apply_writes(&outcome.writes, target, &mut current, &mut Layer::default(), now);
        hide_written(outcome, target, &mut current, &outcome.redactor, most);
        current
    }

    fn seen(workspace: &Workspace, current: &CurrentValues) -> Vec<String> {
        let source = Source {
            workspace,
            environment: None,
            node: None,
            current,
            overrides: &[],
            local: None,
        };
        scopes(&source).secrets().collect()
    }

    fn declaring(key: &str) -> Workspace {
        let mut workspace = Workspace::new("/w");
        workspace.load_globals(Environment {
            variables: vec![Variable {
                secret: true,
                ..Variable::new(key, "")
            }],
            ..Environment::default()
        });
        workspace
    }

    #[test]
    fn what_a_script_made_of_a_secret_stays_one_when_the_secret_is_gone() {
        let writes = vec![
            write("bearer", json!("Bearer heron-4711")),
            write("basic", json!("aGVyb24tNDcxMQ==")),
            write("object", json!({ "a": "heron-4711" })),
            write("open", json!("heron-4712")),
            write("declared", json!("4711")),
        ];
        let outcome = Outcome {
            writes,
            redactor: Redactor::new([Secret::new("heron-4711")]),
            ..Outcome::default()
        };
        let current = kept(&declaring("declared"), &outcome, usize::MAX);
        // The files say no more of any of them.
        let workspace = Workspace::new("/w");
        let names = secret_names(&workspace, None, None, &current);
        assert!(names.iter().eq(["basic", "bearer", "declared", "object"]), "{names:?}");
        let hidden = seen(&workspace, &current);
        assert_eq!(hidden, ["Bearer heron-4711", "aGVyb24tNDcxMQ==", "4711"]);
    }

    #[test]
    fn a_large_value_is_looked_for_where_its_variable_is_a_secret_and_not_where_one_is_in_it() {
        let large = "x".repeat(20_000);
        let outcome = Outcome {
            writes: vec![
                write("declared", json!(large)),
                write("noted", json!(format!("{large} heron-4711"))),
            ],
            redactor: Redactor::new([Secret::new("heron-4711")]),
            ..Outcome::default()
        };
        let workspace = declaring("declared");
        let current = kept(&workspace, &outcome, usize::MAX);
        let names = secret_names(&workspace, None, None, &current);
        assert!(names.iter().eq(["declared", "noted"]), "{names:?}");
        assert_eq!(seen(&workspace, &current), [large]);
    }

    #[test]
    fn a_session_that_came_as_a_cookie_is_found_in_what_is_too_much_to_look_through_again() {
        use crate::model::exchange::{SendError, SendErrorKind};
        use crate::model::{Auth, Request, Settings};
        let nothing = crate::vars::resolve(
            &Request::default(),
            &Auth::new(Auth::NONE),
            &Settings::default(),
            &Scopes::default(),
            &crate::vars::Dynamic::new(),
        );
        let error = SendError::new(SendErrorKind::Cancelled, "cancelled");
        let mut exchange = crate::exec::renewal::unsent(&nothing, error);
        let sent = ("cookie".to_owned(), "sid=heron-4711-heron-4711".to_owned());
        exchange.request.headers.push(sent);
        let mut outcome = Outcome {
            writes: vec![
                write("noted", json!("my sid is heron-4711-heron-4711")),
                write("open", json!("my sid is another-4711-heron")),
            ],
            exchange: Some(exchange),
            ..Outcome::default()
        };
        look_through(&mut outcome, Scopes::default(), Vec::new());
        let current = kept(&Workspace::new("/w"), &outcome, 0);
        let secret = current.iter().filter(|(.., value)| value.secret);
        let keys: Vec<&str> = secret.map(|(_, key, _)| key).collect();
        assert_eq!(keys, ["noted"]);
    }

    #[test]
    fn what_is_too_much_to_look_through_again_is_as_the_send_has_found_it() {
        let long = "x".repeat(600);
        let mut outcome = Outcome {
            writes: vec![
                // Of many values of one variable the last one counts.
                write("a", json!("heron-4711")),
                write("a", json!("short")),
                write("held", json!([long, "heron-4711"])),
                write("open", json!(long)),
                write("z_late", json!("swan-4711")),
            ],
            redactor: Redactor::new([Secret::new("swan-4711")]),
            ..Outcome::default()
        };
        let names = |outcome: &Outcome, most| {
            let current = kept(&Workspace::new("/w"), outcome, most);
            let secret = current.iter().filter(|(.., value)| value.secret);
            secret.map(|(_, key, _)| key.to_owned()).collect::<Vec<_>>()
        };
        // Nobody has looked.
        assert_eq!(names(&outcome, 100), ["held", "open", "z_late"]);
        look_through(
            &mut outcome,
            Scopes::default(),
            vec![("key".into(), Secret::new("heron-4711"))],
        );
        outcome.redactor = Redactor::new([Secret::new("heron-4711"), Secret::new("swan-4711")]);
        assert_eq!(names(&outcome, 0), ["held", "z_late"]);
        assert_eq!(names(&outcome, 100), ["held", "z_late"]);
        assert_eq!(names(&outcome, usize::MAX), ["held", "z_late"]);
        // A send that knew less than is known by now.
        outcome.held = Some(BTreeSet::new());
        assert_eq!(names(&outcome, 0), [""; 0]);
        assert_eq!(names(&outcome, 100), ["z_late"]);
    }
}
