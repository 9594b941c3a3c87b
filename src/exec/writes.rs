//! Carrying out what scripts did to variables. The pipeline only reports it; the caller decides to keep it.

use jiff::Timestamp;

use crate::model::outcome::{ConsoleLevel, ConsoleLine};
use crate::model::variable::{Change, CurrentValue, CurrentValues, Owner, VariableWrite};
use crate::model::{EnvironmentId, NodeId, Scope, Variable, Workspace};
use crate::vars::Layer;

/// Where writes go.
#[derive(Clone, Copy, Debug)]
pub struct Target<'a> {
    /// Tells which variables the files define.
    pub workspace: &'a Workspace,
    /// The environment that was active when the send was planned.
    pub environment: Option<EnvironmentId>,
    /// The request that was sent; its collection takes the collection's writes.
    pub node: Option<NodeId>,
}

impl Target<'_> {
    /// Whose values a scope's writes change.
    pub fn owner_of(&self, scope: Scope) -> Option<Owner> {
        self.owner(scope).map(|(owner, _)| owner)
    }

    /// Whose values a scope's writes change, and what the file says of them; `None` when there is nobody.
    fn owner(&self, scope: Scope) -> Option<(Owner, &[Variable])> {
        match scope {
            Scope::Environment => {
                let node = self.workspace.environment(self.environment?)?;
                Some((Owner::Environment(node.slug.clone()), &node.environment.variables))
            }
            Scope::Collection => {
                let node = self.workspace.collection_of(self.node?)?;
                let group = self.workspace.group(node.id)?;
                Some((Owner::Collection(node.slug.clone()), &group.variables))
            }
            Scope::Global => Some((Owner::Globals, &self.workspace.globals().variables)),
            Scope::Local | Scope::Data => None,
        }
    }
}

/// What hides a value of an environment while the program runs: `(environment's file name, key, value)`. An empty file name
/// means whichever is active (`--env-var`); without a value the variable is there and has none.
pub type Override = (String, String, Option<String>);

/// Drops the overrides whose variables scripts wrote: what a script does is newer than what was given from outside.
pub fn drop_overrides(writes: &[VariableWrite], target: Target<'_>, overrides: &mut Vec<Override>) {
    let environment = target.environment.and_then(|id| target.workspace.environment(id));
    let slug = environment.map_or("", |node| node.slug.as_str());
    for write in writes.iter().filter(|write| write.scope == Scope::Environment) {
        let written = |key: &str| match &write.change {
            Change::Set { key: own, .. } | Change::Undefine { key: own } | Change::Unset { key: own } => own == key,
            Change::Clear => true,
        };
        drop_given(overrides, slug, written);
    }
}

/// Drops those of an environment, by its file's name, whose variables were written.
pub fn drop_given(overrides: &mut Vec<Override>, slug: &str, written: impl Fn(&str) -> bool) {
    overrides.retain(|(own, key, _)| !(own.is_empty() || own == slug) || !written(key));
}

/// Applies the writes in order, to the current values and to the local scope.
///
/// Writes to an environment while none is active have nowhere to go: they are dropped, and the lines that say so are
/// returned for the console. Iteration data lasts only for its send and is not kept.
pub fn apply_writes(
    writes: &[VariableWrite],
    target: Target<'_>,
    current: &mut CurrentValues,
    local: &mut Layer,
    now: Timestamp,
) -> Vec<ConsoleLine> {
    let mut lost: Vec<ConsoleLine> = Vec::new();
    for write in writes {
        match write.scope {
            Scope::Data => {}
            Scope::Local => match &write.change {
                Change::Set { key, value } => local.set(key, value.clone(), &write.set_by),
                Change::Undefine { key } => local.undefine(key, &write.set_by),
                Change::Unset { key } => local.unset(key),
                Change::Clear => local.bindings.clear(),
            },
            scope => match target.owner(scope) {
                Some((owner, file)) => {
                    keep(write, &owner, file, current, now);
                }
                None => lost.push(warning(write, now)),
            },
        }
    }
    lost
}

fn keep(write: &VariableWrite, owner: &Owner, file: &[Variable], current: &mut CurrentValues, now: Timestamp) {
    let value = |value| CurrentValue {
        value,
        set_by: write.set_by.clone(),
        set_at: now,
        secret: false,
    };
    match &write.change {
        Change::Set { key, value: new } => current.set(owner.clone(), key, value(Some(new.clone()))),
        Change::Undefine { key } => current.set(owner.clone(), key, value(Some(serde_json::Value::Null))),
        Change::Unset { key } => {
            current.reset(owner, key);
            if file.iter().any(|variable| variable.key == *key) {
                current.set(owner.clone(), key, value(None));
            }
        }
        Change::Clear => {
            current.reset_all(owner);
            for variable in file {
                current.set(owner.clone(), &variable.key, value(None));
            }
        }
    }
}

fn warning(write: &VariableWrite, now: Timestamp) -> ConsoleLine {
    let what = match &write.change {
        Change::Set { key, .. } | Change::Undefine { key } => format!("`{key}` was not set"),
        Change::Unset { key } => format!("`{key}` was not unset"),
        Change::Clear => "nothing was cleared".to_owned(),
    };
    let why = match write.scope {
        Scope::Environment => "no environment is active; choose one to keep what scripts set",
        _ => "the request is in no collection; save it into one to keep what scripts set",
    };
    line(format!("{what}: {why}"), write, now)
}

fn line(text: String, write: &VariableWrite, now: Timestamp) -> ConsoleLine {
    ConsoleLine {
        level: ConsoleLevel::Warn,
        text,
        listed: None,
        at: now,
        script: write.set_by.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Environment;
    use serde_json::{Value, json};

    fn write(scope: Scope, change: Change) -> VariableWrite {
        VariableWrite {
            scope,
            change,
            set_by: "Get token, post-response".into(),
        }
    }

    fn set(scope: Scope, key: &str, value: Value) -> VariableWrite {
        write(scope, Change::Set { key: key.into(), value })
    }

    #[test]
    fn every_scope_has_its_place() {
        let mut workspace = Workspace::new("/w");
        let environment = workspace.load_environment(
            "demo",
            Environment {
                variables: vec![Variable::new("in_file", "initial")],
                ..Environment::default()
            },
        );
        let target = Target {
            workspace: &workspace,
            environment: Some(environment),
            node: None,
        };
        let (mut current, mut local) = (CurrentValues::default(), Layer::default());
        let unset = |key: &str| Change::Unset { key: key.into() };
        let writes = [
            set(Scope::Environment, "token", json!("abc")),
            set(Scope::Environment, "gone", json!(1)),
            write(Scope::Environment, unset("gone")),
            write(Scope::Environment, unset("in_file")),
            set(Scope::Global, "g", json!(true)),
            set(Scope::Local, "l", json!([1])),
            set(Scope::Data, "d", json!(1)),
            set(Scope::Collection, "c", json!(1)),
        ];
        let lost = apply_writes(&writes, target, &mut current, &mut local, Timestamp::UNIX_EPOCH);
        let demo = Owner::Environment("demo".into());
        let value = |key: &str| current.get(&demo, key).map(|value| value.value.clone());
        assert_eq!(value("token"), Some(Some(json!("abc"))));
        assert_eq!(value("gone"), None);
        assert_eq!(value("in_file"), Some(None));
        assert_eq!(
            current.get(&Owner::Globals, "g").and_then(|v| v.value.clone()),
            Some(json!(true))
        );
        assert_eq!(local.get("l").map(|binding| binding.value.clone()), Some(json!([1])));
        assert_eq!(lost.len(), 1);
        assert!(lost[0].text.contains("`c`") && lost[0].text.contains("in no collection"));
    }

    #[test]
    fn what_scripts_write_takes_the_place_of_what_was_given() {
        let mut workspace = Workspace::new("/w");
        let environment = workspace.load_environment("demo", Environment::default());
        let target = Target {
            workspace: &workspace,
            environment: Some(environment),
            node: None,
        };
        let left = |writes: &[VariableWrite]| {
            let given = [("demo", "url"), ("", "url"), ("cells", "url"), ("demo", "more")];
            let mut given = given.map(|(own, key)| (own.to_owned(), key.to_owned(), None)).to_vec();
            drop_overrides(writes, target, &mut given);
            given
                .into_iter()
                .map(|(own, key, _)| format!("{own}.{key}"))
                .collect::<Vec<_>>()
        };
        let unset = Change::Unset { key: "url".into() };
        for write in [
            set(Scope::Environment, "url", json!(1)),
            write(Scope::Environment, unset),
        ] {
            assert_eq!(left(&[write]), ["cells.url", "demo.more"]);
        }
        assert_eq!(left(&[write(Scope::Environment, Change::Clear)]), ["cells.url"]);
        assert_eq!(left(&[set(Scope::Global, "url", json!(1))]).len(), 4);
    }

    #[test]
    fn without_an_environment_its_writes_are_dropped_with_a_word() {
        let workspace = Workspace::new("/w");
        let target = Target {
            workspace: &workspace,
            environment: None,
            node: None,
        };
        let (mut current, mut local) = (CurrentValues::default(), Layer::default());
        let writes = [set(Scope::Environment, "token", json!("abc"))];
        let lost = apply_writes(&writes, target, &mut current, &mut local, Timestamp::UNIX_EPOCH);
        assert_eq!(current.iter().count(), 0);
        assert!(lost[0].text.contains("no environment is active"));
        assert!(!lost[0].text.contains("abc"));
    }

    #[test]
    fn clearing_hides_what_the_file_defines() {
        let mut workspace = Workspace::new("/w");
        workspace.load_globals(Environment {
            variables: vec![Variable::new("a", "1")],
            ..Environment::default()
        });
        let target = Target {
            workspace: &workspace,
            environment: None,
            node: None,
        };
        let (mut current, mut local) = (CurrentValues::default(), Layer::default());
        let writes = [set(Scope::Global, "b", json!(1)), write(Scope::Global, Change::Clear)];
        apply_writes(&writes, target, &mut current, &mut local, Timestamp::UNIX_EPOCH);
        let left: Vec<_> = current
            .iter()
            .map(|(_, key, value)| (key, value.value.clone()))
            .collect();
        assert_eq!(left, [("a", None)]);
    }
}
