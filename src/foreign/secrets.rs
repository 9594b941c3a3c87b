//! Secrets that an import brings: which of them take the place of those kept on this machine.
//!
//! What every secret was in its source is remembered, sealed like all that is kept here. So importing again knows who has
//! changed one since: there, and the new one is taken; here, and ours stays; both, and the user is told.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde_json::Value;

use crate::formats::reimport::{EnvironmentStep, GlobalsStep, Hidden, Plan, environment_at, secret_variable_at};
use crate::model::variable::{CurrentValue, CurrentValues, Owner};
use crate::model::{Entity, Secret, Variable, Workspace};
use crate::store::Place;

/// So many are named one by one; more are counted.
const MOST_NAMED: usize = 3;

/// The value of a secret variable that was imported.
#[derive(Clone)]
pub struct Imported {
    /// Whose it is.
    owner: Owner,
    /// Its name.
    key: String,
    /// Its value.
    value: Value,
    /// Whether what it belongs to came with this import, so that a value under its name is a leftover.
    is_new: bool,
}

impl std::fmt::Debug for Imported {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Its value is a secret.
        f.debug_struct("Imported")
            .field("owner", &self.owner)
            .field("key", &self.key)
            .finish_non_exhaustive()
    }
}

impl Imported {
    /// Whether a value is one that an import has brought.
    pub fn brought(value: &CurrentValue) -> bool {
        value.set_by == CurrentValue::IMPORT
    }
}

/// What the names of all those begin with that sources have for what is filed at a place; `None` where nothing moves.
pub fn sources_of(place: &Place) -> Option<String> {
    match place {
        Place::Request(path) => Some(format!("{path}#")),
        Place::Group(path) => Some(format!("{path}/")),
        Place::Environment(slug) => Some(format!("{}/", environment_at(slug))),
        Place::Globals => None,
    }
}

/// All secrets of an import.
#[derive(Clone, Debug, Default)]
pub struct Secrets {
    values: Vec<Imported>,
    hidden: Vec<Hidden>,
    /// What stands written out in the sources, by where.
    written: BTreeMap<String, Secret>,
    /// The collections they are of.
    collections: Vec<String>,
}

/// What is to be kept, and what is to be said of it.
#[derive(Clone, Debug, Default)]
pub struct Settled {
    /// The values to be set, or forgotten.
    pub changes: Vec<(Owner, String, Option<CurrentValue>)>,
    /// How many secrets that are kept here take the value of their source.
    pub taken: usize,
    kept: usize,
    locked: usize,
    contested: BTreeSet<String>,
}

impl Secrets {
    /// Adds those of a collection.
    pub(super) fn add_collection(&mut self, plan: &Plan) {
        self.hidden.extend(plan.hidden.iter().cloned());
        self.written.extend(plan.written.iter().cloned());
        if let Some(first) = plan.steps.first()
            && let Entity::Collection(group) = &first.entity
        {
            let owner = Owner::Collection(first.path.slug().to_owned());
            let is_new = first.action == crate::formats::reimport::Action::Add;
            self.add(&owner, &group.variables, |_| is_new);
            self.collections.push(first.path.to_string());
        }
    }

    /// Adds those of an environment.
    pub(super) fn add_environment(&mut self, step: &EnvironmentStep) {
        let owner = Owner::Environment(step.slug.clone());
        let is_new = step.action == crate::formats::reimport::Action::Add;
        self.add(&owner, &step.environment.variables, |_| is_new);
    }

    /// Adds those of the globals.
    pub(super) fn add_globals(&mut self, step: &GlobalsStep, workspace: &Workspace) {
        let ours = &workspace.globals().variables;
        let is_new = |key: &str| !ours.iter().any(|own| own.key == key);
        self.add(&Owner::Globals, &step.environment.variables, is_new);
    }

    fn add(&mut self, owner: &Owner, variables: &[Variable], is_new: impl Fn(&str) -> bool) {
        let counts = |variable: &&Variable| variable.secret && variable.has_its_name(variables);
        for variable in variables.iter().filter(counts) {
            if variable.value.as_str() == Some("") || variable.value.is_null() {
                continue;
            }
            self.values.push(Imported {
                owner: owner.clone(),
                key: variable.key.clone(),
                value: variable.value.clone(),
                is_new: is_new(&variable.key),
            });
        }
    }

    /// Whether there is none that may have another value here.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty() && self.hidden.is_empty()
    }

    /// Decides of each what becomes of it, seen from the values that are kept here.
    pub fn settle(self, current: &CurrentValues) -> Settled {
        let mut out = Settled::default();
        let before = |place: &str| current.get(&Owner::Source, place)?.value.as_ref();
        let mut sources: BTreeMap<String, Value> = BTreeMap::new();
        for imported in &self.values {
            let place = secret_variable_at(&imported.owner, &imported.key);
            if out.variable(imported, before(&place), current) {
                sources.insert(place, imported.value.clone());
            }
        }
        let mut written = self.written;
        for hidden in &self.hidden {
            if !out.hidden(hidden, before(&hidden.was).and_then(Value::as_str), current) {
                written.remove(&hidden.place);
            }
        }
        // What stands nowhere any more is forgotten; what could not be compared stays as it was.
        let is_gone = |place: &str| {
            let of = |top: &String| {
                place
                    .strip_prefix(top.as_str())
                    .is_some_and(|rest| rest.starts_with(['/', '#']))
            };
            place.contains('#')
                && self.collections.iter().any(of)
                && !written.contains_key(place)
                && !self.hidden.iter().any(|hidden| hidden.place == place)
        };
        let gone = current.of(&Owner::Source).filter(|(place, _)| is_gone(place));
        out.changes
            .extend(gone.map(|(place, _)| (Owner::Source, place.to_owned(), None)));
        sources.extend(written.into_iter().map(|(place, text)| (place, text.reveal().into())));
        for (place, value) in sources {
            if before(&place) != Some(&value) {
                out.set(Owner::Source, place, value);
            }
        }
        out
    }
}

impl Settled {
    fn set(&mut self, owner: Owner, key: String, value: Value) {
        let value = CurrentValue {
            value: Some(value),
            set_by: CurrentValue::IMPORT.to_owned(),
            set_at: Timestamp::now(),
            secret: false,
        };
        self.changes.push((owner, key, Some(value)));
    }

    /// A secret variable that the source has a value for; `before` is the one it had. Whether it was looked at.
    fn variable(&mut self, imported: &Imported, before: Option<&Value>, current: &CurrentValues) -> bool {
        let Imported { owner, key, value, .. } = imported;
        if !imported.is_new && current.locked(owner).any(|locked| locked == key) {
            self.locked += 1;
            return false;
        }
        match current.get(owner, key).filter(|_| !imported.is_new) {
            Some(own) if own.value.as_ref() == Some(value) => {}
            Some(own) => {
                let untouched = Imported::brought(own) || (before.is_some() && own.value.as_ref() == before);
                if untouched && before != Some(value) {
                    self.taken += 1;
                    self.set(owner.clone(), key.clone(), value.clone());
                } else if before.is_none_or(|before| before == value) {
                    self.kept += 1;
                } else {
                    self.contested.insert(key.clone());
                }
            }
            None => self.set(owner.clone(), key.clone(), value.clone()),
        }
        true
    }

    /// A secret that the source has written out and a variable stands for here; `before` is the text it had there. Whether it
    /// was looked at.
    fn hidden(&mut self, hidden: &Hidden, before: Option<&str>, current: &CurrentValues) -> bool {
        let key = &hidden.variable;
        if hidden
            .owners
            .iter()
            .any(|owner| current.locked(owner).any(|locked| locked == key))
        {
            self.locked += 1;
            return false;
        }
        let (Some(now), true) = (hidden.value(hidden.text.reveal()), before != Some(hidden.text.reveal())) else {
            return true;
        };
        let before = before.and_then(|text| hidden.value(text));
        // What an earlier one of this import has set counts, but not where only the name is the same.
        let set = self.changes.iter().map(|(owner, own, _)| (owner, own));
        let set = set.filter(|(owner, own)| *own == key && hidden.owners.contains(owner));
        let set: Vec<&Owner> = set.map(|(owner, _)| owner).collect();
        let owners = hidden.owners.iter().filter(|owner| !set.contains(owner));
        let values = owners.filter_map(|owner| Some((owner, current.get(owner, key)?.value.as_ref()?.as_str()?)));
        let values: Vec<(&Owner, &str)> = values.collect();
        let done = !set.is_empty() || values.iter().any(|(_, value)| *value == now);
        let stale = values.iter().filter(|(_, value)| before == Some(*value));
        let stale: Vec<Owner> = stale.map(|(owner, _)| (*owner).clone()).collect();
        if done || values.is_empty() {
        } else if !stale.is_empty() {
            self.taken += 1;
            for owner in stale {
                self.set(owner, key.clone(), now.into());
            }
        } else if before.is_none() {
            self.kept += 1;
        } else {
            self.contested.insert(key.clone());
        }
        true
    }

    /// What is to be said of those that are not taken; the others are part of what the import does.
    pub fn words(&self) -> Vec<String> {
        let mut out = Vec::new();
        match self.kept {
            0 => {}
            1 => out.push("1 secret keeps the value it has here".to_owned()),
            kept => out.push(format!("{kept} secrets keep the values they have here")),
        }
        if !self.contested.is_empty() {
            let names = self.contested.iter().take(MOST_NAMED);
            let mut names = names.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
            if self.contested.len() > MOST_NAMED {
                names = format!("{names} and {} more", self.contested.len() - MOST_NAMED);
            }
            let one = self.contested.len() == 1;
            let (was, the) = if one {
                ("was", "the value")
            } else {
                ("were", "the values")
            };
            out.push(format!(
                "{names} {was} changed both in the file and here: {the} here stay{}",
                if one { "s" } else { "" }
            ));
        }
        match self.locked {
            0 => {}
            locked => out.push(format!(
                "{locked} of the secrets could not be compared with what is kept here, which is locked: unlock it, and import again"
            )),
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(key: &str, value: &str, enabled: bool) -> Variable {
        Variable {
            secret: true,
            enabled,
            ..Variable::new(key, value)
        }
    }

    fn globals(value: &str) -> Secrets {
        let mut secrets = Secrets::default();
        secrets.add(&Owner::Globals, &[secret("pin", value, true)], |_| false);
        secrets
    }

    fn hidden(text: &str) -> Secrets {
        let hidden = Hidden {
            place: "api/one#auth.token".to_owned(),
            was: "api/one#auth.token".to_owned(),
            variable: "pin".to_owned(),
            before: "v1 ".to_owned(),
            after: String::new(),
            text: Secret::new(format!("v1 {text}")),
            owners: vec![Owner::Globals],
        };
        Secrets {
            written: [(hidden.place.clone(), hidden.text.clone())].into(),
            hidden: vec![hidden],
            collections: vec!["api".to_owned()],
            ..Secrets::default()
        }
    }

    fn take(current: &mut CurrentValues, settled: &Settled) {
        current.take(&settled.changes);
    }

    fn by_hand(current: &mut CurrentValues, value: &str) {
        let value = CurrentValue {
            value: Some(value.into()),
            set_by: CurrentValue::YOU.to_owned(),
            set_at: Timestamp::now(),
            secret: false,
        };
        current.set(Owner::Globals, "pin", value);
    }

    fn pin(current: &CurrentValues) -> Option<Value> {
        current.get(&Owner::Globals, "pin")?.value.clone()
    }

    #[test]
    fn a_secret_that_is_switched_off_gives_no_value_to_the_one_of_its_name() {
        let variables = [
            secret("password", "hunter2", true),
            secret("password", "old", false),
            secret("spare", "swan", false),
        ];
        let mut secrets = Secrets::default();
        secrets.add(&Owner::Globals, &variables, |_| true);
        let found = secrets.values.iter();
        let found = found.map(|imported| (imported.key.as_str(), imported.value.clone()));
        assert!(found.eq([("password", "hunter2".into()), ("spare", "swan".into())]));
    }

    #[test]
    fn a_secret_follows_whoever_has_changed_it_since() {
        // As a variable of the file, and as one that stands here for what the file has written out.
        for secrets in [globals, hidden] {
            let mut current = CurrentValues::default();
            let import = |current: &mut CurrentValues, value: &str| {
                let settled = secrets(value).settle(current);
                take(current, &settled);
                (settled.taken, settled.words().join("; "))
            };
            import(&mut current, "one");
            by_hand(&mut current, "one");
            let nothing = (0, String::new());
            assert_eq!(import(&mut current, "one"), nothing);
            // There, not here.
            assert_eq!(import(&mut current, "two"), (1, String::new()));
            assert_eq!(pin(&current), Some("two".into()));
            // Here, not there.
            by_hand(&mut current, "mine");
            import(&mut current, "two");
            assert_eq!(pin(&current), Some("mine".into()));
            // Both.
            let (_, told) = import(&mut current, "three");
            assert!(
                told.starts_with("`pin` was changed both in the file and here"),
                "{told}"
            );
            assert_eq!(pin(&current), Some("mine".into()));
            // And both to the same.
            by_hand(&mut current, "four");
            assert_eq!(import(&mut current, "four"), nothing);
        }
    }

    #[test]
    fn a_secret_of_the_same_name_elsewhere_does_not_count() {
        let mut current = CurrentValues::default();
        let settled = hidden("one").settle(&current);
        take(&mut current, &settled);
        by_hand(&mut current, "one");
        let mut secrets = hidden("two");
        let elsewhere = Owner::Environment("dev".to_owned());
        secrets.add(&elsewhere, &[secret("pin", "its own", true)], |_| true);
        let settled = secrets.settle(&current);
        take(&mut current, &settled);
        assert_eq!(pin(&current), Some("two".into()));
    }

    #[test]
    fn a_secret_is_known_again_where_the_import_moves_it_from() {
        let mut current = CurrentValues::default();
        let settled = hidden("one").settle(&current);
        take(&mut current, &settled);
        by_hand(&mut current, "one");
        let mut secrets = hidden("two");
        secrets.hidden[0].place = "api/folder/one#auth.token".to_owned();
        secrets.written = [(secrets.hidden[0].place.clone(), secrets.hidden[0].text.clone())].into();
        let settled = secrets.settle(&current);
        take(&mut current, &settled);
        assert_eq!(pin(&current), Some("two".into()));
        let places = current.of(&Owner::Source).map(|(place, _)| place);
        assert!(places.eq(["api/folder/one#auth.token"]));
    }

    #[test]
    fn what_is_locked_is_neither_compared_nor_taken_for_seen() {
        for secrets in [globals, hidden] {
            let mut current = CurrentValues::default();
            current.lock(Owner::Globals, "pin");
            let settled = secrets("two").settle(&current);
            assert!(settled.changes.is_empty(), "{settled:?}");
            assert!(settled.words().join(" ").contains("locked"), "{settled:?}");
        }
    }

    #[test]
    fn what_stands_nowhere_any_more_is_forgotten() {
        let mut current = CurrentValues::default();
        let settled = hidden("one").settle(&current);
        take(&mut current, &settled);
        assert_eq!(current.of(&Owner::Source).count(), 1);
        let settled = Secrets {
            collections: vec!["api".to_owned()],
            ..Secrets::default()
        }
        .settle(&current);
        take(&mut current, &settled);
        assert_eq!(current.of(&Owner::Source).count(), 0);
    }
}
