//! The five scopes of a send, as one owned snapshot.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::Value;

use crate::model::variable::{Change, CurrentValue, ValueSource, VariableWrite};
use crate::model::{Scope, Variable};

/// A variable with the value that counts.
#[derive(Clone, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub struct Binding {
    /// Its name.
    pub key: String,
    /// Its value, with its JSON type.
    pub value: Value,
    /// A disabled one is invisible to `get` and to templates, but scripts see it in `values`.
    pub enabled: bool,
    /// Whether its value must be hidden.
    pub secret: bool,
    /// Nobody but the value itself says so: a script set it, and there was a secret in it.
    pub noted: bool,
    /// A script left it there without a value ([`Change::Undefine`]); its value is an empty text then.
    pub undefined: bool,
    /// Who set it: `you`, a script, or empty for a value from a file.
    pub set_by: String,
    /// Where the value comes from as soon as a request needs it; until then there is none.
    pub source: Option<ValueSource>,
    /// Its value is kept on this machine and cannot be read before the user gives the passphrase: there is none.
    pub locked: bool,
}

impl std::fmt::Debug for Binding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Any value may be a token.
        f.debug_struct("Binding")
            .field("key", &self.key)
            .field("enabled", &self.enabled)
            .finish_non_exhaustive()
    }
}

impl From<&Variable> for Binding {
    fn from(variable: &Variable) -> Self {
        Self {
            key: variable.key.clone(),
            value: variable.value.clone(),
            enabled: variable.enabled,
            secret: variable.secret || variable.source.is_some(),
            noted: false,
            undefined: false,
            set_by: variable.source.as_ref().map(ToString::to_string).unwrap_or_default(),
            source: variable.source.clone(),
            locked: false,
        }
    }
}

impl Binding {
    /// Whether there is no value yet, although there is one somewhere.
    pub fn comes_later(&self) -> bool {
        self.locked || self.source.is_some()
    }
}

/// The variables of one scope, in order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Layer {
    /// What the scope belongs to: the environment's or collection's name; empty where there is none.
    pub name: String,
    /// What Postman calls it by, such as an environment's UUID; empty where it did not come from there.
    pub id: String,
    /// The variables; of duplicates the last enabled one counts.
    pub bindings: Vec<Binding>,
}

impl Layer {
    /// The variable that counts under this name.
    pub fn get(&self, key: &str) -> Option<&Binding> {
        self.bindings
            .iter()
            .rev()
            .find(|binding| binding.enabled && binding.key == key)
    }

    /// Gives a variable a value; a secret one stays secret. Beside a disabled one stands a new one, as
    /// in Postman, as secret as that.
    pub fn set(&mut self, key: &str, value: Value, set_by: &str) {
        let place = self
            .bindings
            .iter()
            .rposition(|binding| binding.enabled && binding.key == key);
        self.put(place, key, value, set_by);
    }

    /// Leaves a variable without a value.
    pub fn undefine(&mut self, key: &str, set_by: &str) {
        self.set(key, Value::String(String::new()), set_by);
        let last = |binding: &&mut Binding| binding.enabled && binding.key == key;
        if let Some(binding) = self.bindings.iter_mut().rev().find(last) {
            binding.undefined = true;
        }
    }

    /// Puts a value over the one that is there. What the user typed, a file said or an import brought leaves a disabled
    /// variable disabled; what a script set stands beside it, as with [`Self::set`].
    pub fn overlay(&mut self, key: &str, value: Value, set_by: &str) {
        if !CurrentValue::leaves_off(set_by) {
            return self.set(key, value, set_by);
        }
        let last = |enabled: bool| {
            let is = move |binding: &Binding| binding.enabled == enabled && binding.key == key;
            self.bindings.iter().rposition(is)
        };
        let place = last(true).or_else(|| last(false));
        self.put(place, key, value, set_by);
    }

    /// Gives a variable the value that its source had, as a secret; one that nobody has defined is made.
    pub fn fill(&mut self, key: &str, value: &str, source: &str) {
        self.set(key, value.into(), source);
        if let Some(binding) = self
            .bindings
            .iter_mut()
            .rfind(|binding| binding.enabled && binding.key == key)
        {
            binding.secret = true;
        }
    }

    /// Takes the value of a variable away that is hidden by one that cannot be read.
    pub fn lock(&mut self, key: &str) {
        self.set(key, "".into(), "");
        if let Some(binding) = self
            .bindings
            .iter_mut()
            .rfind(|binding| binding.enabled && binding.key == key)
        {
            binding.locked = true;
        }
    }

    fn put(&mut self, place: Option<usize>, key: &str, value: Value, set_by: &str) {
        match place {
            Some(place) => {
                self.bindings[place].value = value;
                self.bindings[place].undefined = false;
                self.bindings[place].source = None;
                self.bindings[place].locked = false;
                set_by.clone_into(&mut self.bindings[place].set_by);
            }
            None => self.bindings.push(Binding {
                key: key.to_owned(),
                value,
                enabled: true,
                secret: self.bindings.iter().any(|binding| binding.secret && binding.key == key),
                noted: false,
                undefined: false,
                set_by: set_by.to_owned(),
                source: None,
                locked: false,
            }),
        }
    }

    /// Removes every enabled variable of that name.
    pub fn unset(&mut self, key: &str) {
        self.bindings.retain(|binding| !binding.enabled || binding.key != key);
    }
}

/// The names of variables whose values are secret in whatever scope they are.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Hidden {
    /// All of them.
    pub names: BTreeSet<String>,
    /// Those of them that are so for a value alone ([`Binding::noted`]).
    pub noted: BTreeSet<String>,
}

/// All variables a send can see. An owned snapshot: nothing that happens elsewhere changes it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scopes {
    layers: [Layer; 5],
    hidden: Arc<Hidden>,
}

impl Scopes {
    /// The variables of one scope.
    pub fn layer(&self, scope: Scope) -> &Layer {
        &self.layers[scope as usize]
    }

    /// The variables of one scope, to change them.
    pub fn layer_mut(&mut self, scope: Scope) -> &mut Layer {
        &mut self.layers[scope as usize]
    }

    /// The variable that counts under this name, and the scope it comes from.
    pub fn get(&self, key: &str) -> Option<(Scope, &Binding)> {
        Scope::ALL
            .into_iter()
            .find_map(|scope| self.layer(scope).get(key).map(|binding| (scope, binding)))
    }

    /// Gives a variable of a scope a value; a secret one stays secret, also where another scope says that it is one.
    pub fn set(&mut self, scope: Scope, key: &str, value: Value, set_by: &str) {
        self.layer_mut(scope).set(key, value, set_by);
        if self.hides(key) {
            self.hide(Arc::clone(&self.hidden));
        }
    }

    /// Makes the values of these variables secrets, in whatever scope they are or are set later.
    pub fn hide(&mut self, hidden: Arc<Hidden>) {
        let bindings = self.layers.iter_mut().flat_map(|layer| &mut layer.bindings);
        for binding in bindings.filter(|binding| hidden.names.contains(&binding.key)) {
            binding.secret = true;
            binding.noted = hidden.noted.contains(&binding.key);
        }
        self.hidden = hidden;
    }

    /// Makes these variables secrets, too, for what they are set to alone ([`Binding::noted`]).
    pub fn note<'a>(&mut self, keys: impl Iterator<Item = &'a String>) {
        let new: Vec<&String> = keys.filter(|key| !self.hides(key)).collect();
        if new.is_empty() {
            return;
        }
        let mut hidden = Hidden::clone(&self.hidden);
        hidden.names.extend(new.iter().copied().cloned());
        hidden.noted.extend(new.into_iter().cloned());
        self.hide(Arc::new(hidden));
    }

    /// Whether the values of a variable are secret in whatever scope it is.
    pub fn hides(&self, key: &str) -> bool {
        self.hidden.names.contains(key)
    }

    /// Puts another layer in the place of a scope's; what is secret in it is so in all scopes.
    pub fn replace(&mut self, scope: Scope, layer: Layer) {
        let mut hidden = Hidden::clone(&self.hidden);
        for own in layer.bindings.iter().filter(|binding| binding.secret) {
            let is_new = hidden.names.insert(own.key.clone());
            if !own.noted {
                hidden.noted.remove(&own.key);
            } else if is_new {
                hidden.noted.insert(own.key.clone());
            }
        }
        *self.layer_mut(scope) = layer;
        self.hide(Arc::new(hidden));
    }

    /// Does what a script did.
    pub fn apply(&mut self, write: &VariableWrite) {
        match &write.change {
            Change::Set { key, value } => self.set(write.scope, key, value.clone(), &write.set_by),
            Change::Undefine { key } => self.layer_mut(write.scope).undefine(key, &write.set_by),
            Change::Unset { key } => self.layer_mut(write.scope).unset(key),
            Change::Clear => self.layer_mut(write.scope).bindings.clear(),
        }
    }

    /// Every value that is marked secret in any scope, spelled as it would be sent; also of what is switched off, which is
    /// shown where variables are listed.
    pub fn secrets(&self) -> impl Iterator<Item = String> + '_ {
        self.layers
            .iter()
            .flat_map(|layer| &layer.bindings)
            .filter(|binding| binding.secret && !is_too_large(binding))
            .map(|binding| crate::model::variable::display_value(&binding.value))
            .filter(|value| !value.is_empty())
    }
}

/// A larger value that a script has set and that nobody has declared a secret is none itself, though it has one in it; in
/// bytes.
const LARGEST_NOTED: usize = 16 * 1024;

/// One that is larger still is a file, in bytes.
const LARGEST_WORD: usize = 64 * 1024;

/// Whether a text is one secret and no document with one in it: it was declared a secret, perhaps, in a row that is gone.
fn is_one_word(text: &str) -> bool {
    let is_document = text.starts_with(['{', '[', '<', '"']) || text.contains(char::is_whitespace);
    text.len() <= LARGEST_WORD && !is_document
}

/// Whether a value is hidden but nothing to look for in other texts.
fn is_too_large(binding: &Binding) -> bool {
    let by_script = !binding.set_by.is_empty() && !CurrentValue::leaves_off(&binding.set_by);
    let is_noted = binding.noted && by_script && binding.set_by != CurrentValue::GIVEN;
    match &binding.value {
        Value::String(text) => is_noted && text.len() > LARGEST_NOTED && !is_one_word(text),
        // Its text is `[object Object]`.
        Value::Object(_) => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_strongest_scope_wins() {
        let mut scopes = Scopes::default();
        for scope in Scope::ALL.into_iter().rev() {
            scopes.layer_mut(scope).set("x", json!(scope.label()), "");
            assert_eq!(scopes.get("x").map(|(found, _)| found), Some(scope));
        }
    }

    #[test]
    fn what_is_secret_in_one_scope_is_so_in_all() {
        let mut scopes = Scopes::default();
        scopes.layer_mut(Scope::Environment).set("pw", json!("hunter2"), "you");
        assert_eq!(scopes.secrets().count(), 0);
        scopes.hide(Arc::new(Hidden {
            names: ["pw".to_owned(), "tok".to_owned()].into(),
            noted: BTreeSet::new(),
        }));
        scopes.set(Scope::Local, "tok", json!("t-1"), "script");
        scopes.set(Scope::Local, "open", json!("seen"), "script");
        let write = VariableWrite {
            scope: Scope::Global,
            change: Change::Set {
                key: "pw".into(),
                value: json!("hunter3"),
            },
            set_by: "script".into(),
        };
        scopes.apply(&write);
        let found: Vec<String> = scopes.secrets().collect();
        assert_eq!(found, ["t-1", "hunter2", "hunter3"]);
    }

    #[test]
    fn what_a_script_set_is_too_large_only_where_nobody_has_declared_it() {
        let large = "x ".repeat(LARGEST_NOTED);
        let mut scopes = Scopes::default();
        scopes.hide(Arc::new(Hidden {
            names: ["declared".to_owned(), "noted".to_owned()].into(),
            noted: ["noted".to_owned()].into(),
        }));
        for key in ["declared", "noted"] {
            scopes.set(Scope::Global, key, json!(large), "script");
        }
        assert!(scopes.secrets().eq([large.clone()]));
        // Another collection that declares the other one, and has noted the first.
        let mut layer = Layer::default();
        for key in ["declared", "noted"] {
            layer.set(key, json!(""), "");
        }
        for binding in &mut layer.bindings {
            (binding.secret, binding.noted) = (true, binding.key == "declared");
        }
        scopes.replace(Scope::Collection, layer);
        assert!(scopes.secrets().eq([large.clone(), large.clone()]));
        scopes.layer_mut(Scope::Collection).fill("outer", &large, "op://a/b/c");
        assert_eq!(scopes.secrets().count(), 3);
    }

    #[test]
    fn a_large_value_of_one_word_is_a_secret_also_where_no_row_says_so_any_more() {
        let noted = |value: String| {
            let mut scopes = Scopes::default();
            scopes.hide(Arc::new(Hidden {
                names: ["noted".to_owned()].into(),
                noted: ["noted".to_owned()].into(),
            }));
            scopes.set(Scope::Global, "noted", json!(value), "script");
            scopes.secrets().count()
        };
        let word = "x".repeat(LARGEST_NOTED + 1);
        for (value, hidden) in [
            (word.clone(), 1),
            (format!("Bearer {word}"), 0),
            (format!("{{\"t\":\"{word}\"}}"), 0),
            (format!("<t>{word}</t>"), 0),
        ] {
            assert_eq!(noted(value.clone()), hidden, "{}", &value[..8]);
        }
    }

    #[test]
    fn the_last_enabled_duplicate_counts_and_a_disabled_one_stays() {
        let mut layer = Layer::default();
        for (value, enabled) in [(1, true), (2, true), (3, false)] {
            layer.bindings.push(Binding {
                key: "x".into(),
                value: json!(value),
                enabled,
                secret: false,
                noted: false,
                undefined: false,
                set_by: String::new(),
                source: None,
                locked: false,
            });
        }
        assert_eq!(layer.get("x").map(|binding| binding.value.clone()), Some(json!(2)));
        layer.unset("x");
        assert_eq!(layer.get("x"), None);
        assert_eq!(layer.bindings.len(), 1);
        layer.bindings[0].secret = true;
        layer.set("x", json!(4), "script");
        assert_eq!(layer.get("x").map(|binding| binding.secret), Some(true));
        assert_eq!(layer.bindings.len(), 2);
    }
}
