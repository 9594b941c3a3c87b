//! Variables: what is written in files, what is current, and what scripts change.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use indexmap::IndexMap;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::shell;

/// Where a variable lives; the order is the precedence, strongest first, as in Postman.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// Set by `pm.variables.set`; lives until the end of the run.
    Local,
    /// A row of iteration data.
    Data,
    /// The active environment.
    Environment,
    /// The collection of the request.
    Collection,
    /// Valid everywhere.
    Global,
}

impl Scope {
    /// All scopes, strongest first.
    pub const ALL: [Self; 5] = [
        Self::Local,
        Self::Data,
        Self::Environment,
        Self::Collection,
        Self::Global,
    ];

    /// The word a person reads.
    pub fn label(self) -> &'static str {
        match self {
            Self::Local => "local",
            Self::Data => "iteration data",
            Self::Environment => "environment",
            Self::Collection => "collection",
            Self::Global => "globals",
        }
    }
}

/// A variable as a file holds it: its initial value, shared with everyone who has the file.
#[derive(Clone, PartialEq)]
pub struct Variable {
    /// Its name, as it stands between the braces.
    pub key: String,
    /// The initial value; it keeps its JSON type.
    pub value: Value,
    /// A disabled variable is invisible to requests and scripts.
    pub enabled: bool,
    /// A secret's value is masked on the screen and never written to a file, a log or the history.
    pub secret: bool,
    /// Free text.
    pub description: String,
    /// Where its value comes from when a request needs it; then it has none here, and what comes is a secret.
    pub source: Option<ValueSource>,
}

/// Where a value comes from that is in no file.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ValueSource {
    /// A variable of the process's environment.
    Env(String),
    /// What a program prints: its name and its arguments, no shell.
    Command(Vec<String>),
    /// What the user types when asked so.
    Prompt(String),
}

impl ValueSource {
    /// Where it comes from, in few words: ``from the program `op` ``. The arguments, which may be long, are left out.
    pub fn origin(&self) -> String {
        match self {
            Self::Env(name) => format!("from the environment {name}"),
            Self::Command(argv) => {
                let program = argv.first().map_or("", String::as_str);
                let name = program.rsplit(['/', '\\']).next().unwrap_or(program);
                format!("from the program `{name}`")
            }
            Self::Prompt(_) => "asked".to_owned(),
        }
    }
}

impl std::fmt::Display for ValueSource {
    /// As a person reads it: `$NAME`, `op read …`, `asked: …`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Env(name) => write!(f, "${name}"),
            Self::Command(argv) => f.write_str(&shell::command(argv)),
            Self::Prompt(question) => write!(f, "asked: {question}"),
        }
    }
}

impl Variable {
    /// An enabled, open variable.
    pub fn new(key: impl Into<String>, value: impl Into<Value>) -> Self {
        Self {
            key: key.into(),
            value: value.into(),
            enabled: true,
            secret: false,
            description: String::new(),
            source: None,
        }
    }

    /// Whether a current value of its name would be this one's. One that is switched off has its value for the day it is
    /// switched on, unless the name counts elsewhere among `all`.
    pub fn has_its_name(&self, all: &[Self]) -> bool {
        self.enabled || !all.iter().any(|other| other.enabled && other.key == self.key)
    }
}

impl std::fmt::Debug for Variable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut out = f.debug_struct("Variable");
        out.field("key", &self.key)
            .field("enabled", &self.enabled)
            .field("secret", &self.secret);
        if !self.secret {
            out.field("value", &self.value);
        }
        out.finish_non_exhaustive()
    }
}

/// How a value reads inside a text: as JavaScript's `String(value)` would give it.
pub fn display_value(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => items
            .iter()
            .map(|item| {
                if item.is_null() {
                    String::new()
                } else {
                    display_value(item)
                }
            })
            .collect::<Vec<_>>()
            .join(","),
        Value::Object(_) => "[object Object]".to_owned(),
        Value::Number(number) if number.is_f64() => display_number(number.as_f64().unwrap_or_default()),
        Value::Null | Value::Bool(_) | Value::Number(_) => value.to_string(),
    }
}

/// How a number reads inside a text, likewise: `0.00001`, `100000000000000000000`, and from there on `1e+21`.
pub fn display_number(value: f64) -> String {
    match value.abs() {
        0.0 => "0".to_owned(),
        size if size.is_infinite() => format!("{value}").replace("inf", "Infinity"),
        1e-6..1e21 => format!("{value}"),
        _ => {
            let text = format!("{value:e}");
            if text.contains("e-") {
                text
            } else {
                text.replace('e', "e+")
            }
        }
    }
}

/// Whose current values these are, in a form that survives a restart.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "scope", content = "name", rename_all = "lowercase")]
pub enum Owner {
    /// The workspace's globals.
    Globals,
    /// An environment, by the name of its file without ending.
    Environment(String),
    /// A collection, by the name of its folder.
    Collection(String),
    /// The workspace's vault, which is no scope: scripts ask for its secrets.
    Vault,
    /// What is known of the tokens in an environment, by the name of its file; no scope either.
    Tokens(String),
    /// What secrets that imports brought were in their sources, by where they stand there; no scope either.
    Source,
}

/// The local value that hides a file's initial one.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct CurrentValue {
    /// The value; `None` when a script unset a variable that the file defines, or when the command line gave the name
    /// alone ([`Self::GIVEN`]): then it is there without a value.
    pub value: Option<Value>,
    /// Who set it, for the popover: `Get token, post-response`, or `you`.
    pub set_by: String,
    /// When.
    pub set_at: Timestamp,
    /// Whether it was a secret when it was set, or has one in it: it stays hidden, whatever files say of its variable by
    /// now.
    #[serde(default)]
    pub secret: bool,
}

impl CurrentValue {
    /// Who set a value that was typed rather than written by a script.
    pub const YOU: &str = "you";
    /// Who set a value that was given for one command.
    pub const GIVEN: &str = "the command line";
    /// Who set the value of a secret that stood in a file.
    pub const FILE: &str = "its file";
    /// Who set the value of a secret that an import brought.
    pub const IMPORT: &str = "import";

    /// A value that is no secret.
    pub fn new(value: impl Into<Value>, set_by: &str, set_at: Timestamp) -> Self {
        Self {
            value: Some(value.into()),
            set_by: set_by.to_owned(),
            set_at,
            secret: false,
        }
    }

    /// Whether it was a secret's when it came, whatever is said of its variable by now.
    pub fn is_secrets(&self) -> bool {
        self.secret || [Self::FILE, Self::IMPORT].contains(&self.set_by.as_str())
    }

    /// Whether a value that this one set leaves a disabled variable disabled: what a person typed or a file says is the
    /// value it has on the day it is switched on. What a script sets counts from then on.
    pub fn leaves_off(set_by: &str) -> bool {
        [Self::YOU, Self::FILE, Self::IMPORT].contains(&set_by)
    }
}

impl std::fmt::Debug for CurrentValue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Any current value may be a token.
        f.debug_struct("CurrentValue")
            .field("set_by", &self.set_by)
            .field("set_at", &self.set_at)
            .finish_non_exhaustive()
    }
}

/// All current values of a workspace: local to this machine, never in a file under version control.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CurrentValues {
    values: BTreeMap<Owner, IndexMap<String, CurrentValue>>,
    /// Those that are there and cannot be read before the user gives the passphrase.
    locked: BTreeSet<(Owner, String)>,
    revision: Revision,
}

/// A state of something that changes: as long as it is the same, so is that.
#[derive(Clone, Debug, Default)]
pub struct Revision(Arc<()>);

impl Revision {
    /// Whether nothing changed in between.
    pub fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl PartialEq for Revision {
    /// Says nothing of what it is the state of: that is equal or not by itself.
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl CurrentValues {
    /// The state of the values.
    pub fn revision(&self) -> &Revision {
        &self.revision
    }

    /// The current value of one variable, if it has one.
    pub fn get(&self, owner: &Owner, key: &str) -> Option<&CurrentValue> {
        self.values.get(owner)?.get(key)
    }

    /// All current values of one owner, in the order they were first set.
    pub fn of(&self, owner: &Owner) -> impl Iterator<Item = (&str, &CurrentValue)> {
        self.values
            .get(owner)
            .into_iter()
            .flatten()
            .map(|(key, value)| (key.as_str(), value))
    }

    /// Every owner and key with its value, for saving.
    pub fn iter(&self) -> impl Iterator<Item = (&Owner, &str, &CurrentValue)> {
        self.values
            .iter()
            .flat_map(|(owner, map)| map.iter().map(move |(key, value)| (owner, key.as_str(), value)))
    }

    /// Notes that a variable has a current value that cannot be read yet.
    pub fn lock(&mut self, owner: Owner, key: impl Into<String>) {
        self.revision = Revision::default();
        self.locked.insert((owner, key.into()));
    }

    /// Forgets what could not be read: it can be now.
    pub fn unlock(&mut self) {
        self.revision = Revision::default();
        self.locked.clear();
    }

    /// An owner's variables whose current value cannot be read, and that were not set since.
    pub fn locked<'a>(&'a self, owner: &'a Owner) -> impl Iterator<Item = &'a str> {
        let own = self.locked.iter().filter(move |(own, _)| own == owner);
        own.map(|(_, key)| key.as_str())
            .filter(move |key| self.get(owner, key).is_none())
    }

    /// Sets current values, or forgets them.
    pub fn take(&mut self, changes: &[(Owner, String, Option<CurrentValue>)]) {
        for (owner, key, value) in changes {
            match value {
                Some(value) => self.set(owner.clone(), key, value.clone()),
                None => drop(self.reset(owner, key)),
            }
        }
    }

    /// Sets a current value.
    pub fn set(&mut self, owner: Owner, key: impl Into<String>, value: CurrentValue) {
        self.revision = Revision::default();
        self.values.entry(owner).or_default().insert(key.into(), value);
    }

    /// Notes that a current value is a secret.
    pub fn hide(&mut self, owner: &Owner, key: &str) {
        let value = self.values.get_mut(owner).and_then(|map| map.get_mut(key));
        if let Some(value) = value.filter(|value| !value.secret) {
            self.revision = Revision::default();
            value.secret = true;
        }
    }

    /// Forgets a current value, so that the initial one shows again.
    pub fn reset(&mut self, owner: &Owner, key: &str) -> Option<CurrentValue> {
        self.revision = Revision::default();
        self.values.get_mut(owner)?.shift_remove(key)
    }

    /// Forgets all of an owner's current values.
    pub fn reset_all(&mut self, owner: &Owner) {
        self.revision = Revision::default();
        self.values.remove(owner);
    }

    /// Files an owner's values under another one, after a rename.
    pub fn rename(&mut self, from: &Owner, to: Owner) {
        self.revision = Revision::default();
        if let Some(map) = self.values.remove(from) {
            self.values.insert(to, map);
        }
    }
}

/// What a script did to a variable.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Change {
    /// Gave it a value; the JavaScript type is kept.
    Set {
        /// The variable.
        key: String,
        /// Its new value.
        value: Value,
    },
    /// Left it there without a value: what `pm.variables.set(key, undefined)` does. It reads as an empty text.
    Undefine {
        /// The variable.
        key: String,
    },
    /// Removed it.
    Unset {
        /// The variable.
        key: String,
    },
    /// Removed all of the scope.
    Clear,
}

impl std::fmt::Debug for Change {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Set { key, .. } => write!(f, "Set({key})"),
            Self::Undefine { key } => write!(f, "Undefine({key})"),
            Self::Unset { key } => write!(f, "Unset({key})"),
            Self::Clear => f.write_str("Clear"),
        }
    }
}

/// One change of a variable by a script, in the order it happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct VariableWrite {
    /// The scope written to; never [`Scope::Data`] in the files, but scripts may change it for the iteration.
    pub scope: Scope,
    /// What happened.
    pub change: Change,
    /// The script that did it: `Get token, post-response`.
    pub set_by: String,
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn values_read_as_javascript_prints_them() {
        assert_eq!(display_value(&json!("a")), "a");
        for (number, shown) in [
            (1.5, "1.5"),
            (0.000_01, "0.00001"),
            (-1.5e-7, "-1.5e-7"),
            (12_345_678_901_234_567_000.0, "12345678901234567000"),
            (1e21, "1e+21"),
        ] {
            assert_eq!(display_value(&json!(number)), shown);
        }
        assert_eq!(display_value(&json!(null)), "null");
        assert_eq!(display_value(&json!([1, [2, null], "x"])), "1,2,,x");
        assert_eq!(display_value(&json!({"a": 1})), "[object Object]");
    }

    #[test]
    fn debug_output_shows_no_value() {
        let value = CurrentValue {
            value: Some(json!("token-text")),
            set_by: "you".into(),
            set_at: Timestamp::UNIX_EPOCH,
            secret: false,
        };
        let change = Change::Set {
            key: "k".into(),
            value: json!("token-text"),
        };
        assert!(!format!("{value:?} {change:?}").contains("token-text"));
    }
}
