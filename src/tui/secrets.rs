//! Secrets whose value somebody wrote into a file by hand.
//!
//! No save leaves the value of a secret in a file. Such a value becomes the current one as soon as it is read, which stays
//! on this machine: so the save that takes it out of the file loses nothing.

use jiff::Timestamp;
use serde_json::Value;

use super::effect::{Effect, LocalJob};
use super::shared::Shared;
use crate::model::variable::{CurrentValue, Owner, Variable};

/// Makes the values of secrets that stand in files the current ones, where there are none.
pub fn take_in(shared: &mut Shared, now: Timestamp) -> Option<Effect> {
    let workspace = &shared.workspace;
    let collections = workspace.collections().iter().filter_map(|id| workspace.node(*id));
    let of_collections = collections.filter_map(|node| {
        let group = workspace.group(node.id)?;
        Some((Owner::Collection(node.slug.clone()), &group.variables))
    });
    let environments = workspace.environments().iter();
    let of_environments = environments.map(|node| {
        let owner = Owner::Environment(node.slug.clone());
        (owner, &node.environment.variables)
    });
    let of_globals = std::iter::once((Owner::Globals, &workspace.globals().variables));
    let changes: Vec<(Owner, String, Option<CurrentValue>)> = of_collections
        .chain(of_environments)
        .chain(of_globals)
        .flat_map(|(owner, variables)| {
            let written = variables.iter().filter(move |variable| is_written(variable, variables));
            written.map(move |variable| (owner.clone(), variable))
        })
        .filter(|(owner, variable)| shared.current.get(owner, &variable.key).is_none())
        // One that is locked is the newer.
        .filter(|(owner, variable)| !shared.current.locked(owner).any(|key| key == variable.key))
        .map(|(owner, variable)| {
            let value = CurrentValue {
                value: Some(variable.value.clone()),
                set_by: CurrentValue::FILE.to_owned(),
                set_at: now,
                secret: false,
            };
            (owner, variable.key.clone(), Some(value))
        })
        .collect();
    for (owner, key, value) in &changes {
        if let Some(value) = value {
            shared.current.set(owner.clone(), key.clone(), value.clone());
        }
    }
    (!changes.is_empty()).then(|| Effect::Local(LocalJob::Current(changes)))
}

/// Whether this is a secret that has a value in its file.
fn is_written(variable: &Variable, all: &[Variable]) -> bool {
    variable.secret && !matches!(&variable.value, Value::Null) && variable.value != "" && variable.has_its_name(all)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Environment;

    #[test]
    fn a_secret_in_a_file_becomes_the_current_value_once() {
        let mut shared = Shared::default();
        let secret = Variable {
            secret: true,
            ..Variable::new("password", "hunter2")
        };
        let empty = Variable {
            secret: true,
            ..Variable::new("pin", "")
        };
        let off = |key: &str, value: &str| Variable {
            secret: true,
            enabled: false,
            ..Variable::new(key, value)
        };
        let variables = vec![
            secret,
            empty,
            Variable::new("open", "seen"),
            off("spare", "swan"),
            off("password", "old"),
            off("open", "hidden"),
        ];
        let environment = Environment {
            variables,
            ..Environment::default()
        };
        shared.workspace.load_environment("local", environment);
        let owner = Owner::Environment("local".into());

        let effect = take_in(&mut shared, Timestamp::UNIX_EPOCH);
        let current = |key: &str| {
            shared
                .current
                .get(&owner, key)
                .and_then(|current| current.value.clone())
        };
        assert_eq!(current("password"), Some(Value::from("hunter2")));
        assert_eq!(
            current("spare"),
            Some(Value::from("swan")),
            "the next save takes it out of the file"
        );
        assert_eq!(current("open"), None, "the name counts elsewhere");
        assert!(
            matches!(&effect, Some(Effect::Local(LocalJob::Current(changes))) if changes.len() == 2),
            "{effect:?}"
        );
        let again = take_in(&mut shared, Timestamp::UNIX_EPOCH);
        assert!(again.is_none(), "the current value stands: {again:?}");
    }
}
