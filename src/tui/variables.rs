//! Variables with both their values, as tables show them: a file's, then those that only have a current value.
//!
//! The editor of environments and the tab of a collection share this, so that both tell the same of a variable.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde_json::Value;

use crate::model::variable::{CurrentValue, CurrentValues, Owner, ValueSource, Variable};
use crate::tui::widgets::escape;
use crate::tui::widgets::table::{Cell, Row};

/// The columns of the table.
pub const KEY: usize = 0;
/// The value in the file.
pub const INITIAL: usize = 1;
/// The local value that hides it.
pub const CURRENT: usize = 2;
/// Whether it is a secret; the editor of environments has it in wide windows alone.
pub const SECRET: usize = 3;

/// Why what has a source cannot be made no secret.
pub const SOURCED: &str = "what comes from elsewhere is always a secret";
/// What is told where a variable is to be made a secret while it is typed, and has no name yet.
pub const UNNAMED: &str = "its name comes first, then its value can be hidden";
/// The same where it is one already.
pub const HIDDEN: &str = "it is a secret already; `s` makes it none, once the cell is left";
/// The same where it has got another name.
pub const RENAMED: &str = "it has its new name; `s` makes it a secret";
/// What is told of a current value that is locked.
const LOCKED: &str =
    "its current value is locked with the passphrase of this machine's values: until that is given it does not count";
/// What stands where a secret has no initial value.
const NONE: &str = "—";

/// The initial values of variables that were made secrets here, which are in no file from then on. While the program runs, a
/// variable that is made none again has its own back.
#[derive(Default)]
pub struct Initials(BTreeMap<(Owner, String), Initial>);

/// One of them.
#[derive(Clone, PartialEq)]
pub struct Initial {
    /// It.
    pub value: Value,
    /// Whether it became the current one, as there was none.
    pub moved: bool,
}

impl Initials {
    /// Keeps one.
    pub fn keep(&mut self, owner: &Owner, key: &str, initial: Initial) {
        self.0.insert((owner.clone(), key.to_owned()), initial);
    }

    /// The one that comes back to a variable of which the file has none. It stays kept: undoing makes the variable a secret
    /// again.
    pub fn get(&self, owner: &Owner, variable: &Variable) -> Option<Initial> {
        let kept = self.0.get(&(owner.clone(), variable.key.clone()));
        kept.filter(|_| variable.value == "").cloned()
    }

    /// Lets one go along where its variable gets another name. It stays under the old one as well, for whoever undoes that; what
    /// was kept under the new one is of another variable.
    fn rename(&mut self, owner: &Owner, from: &str, to: &str) {
        match self.0.get(&(owner.clone(), from.to_owned())).cloned() {
            Some(initial) => self.keep(owner, to, initial),
            None => self.forget(owner, to),
        }
    }

    /// The same for a variable among others of its list, `other` of which says whether one has a name: what is kept under that is
    /// not this one's.
    pub fn renamed(&mut self, owner: &Owner, from: &str, to: &str, other: impl Fn(&str) -> bool) {
        if from == to || other(to) {
            return;
        }
        if other(from) {
            self.forget(owner, to);
        } else {
            self.rename(owner, from, to);
        }
    }

    /// Forgets one: its variable became a secret without an initial value. One that is deleted keeps it, as undoing brings that back.
    pub fn forget(&mut self, owner: &Owner, key: &str) {
        self.0.remove(&(owner.clone(), key.to_owned()));
    }

    /// Forgets all of an owner that is gone.
    pub fn forget_all(&mut self, owner: &Owner) {
        self.0.retain(|(own, _), _| own != owner);
    }
}

impl Initial {
    /// Whether it is all that there was, so that a current value like it goes again.
    pub fn is_all(&self, current: Option<&CurrentValue>) -> bool {
        self.moved && current.is_some_and(|current| current.value.as_ref() == Some(&self.value))
    }
}

impl std::fmt::Debug for Initials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // They are secrets.
        write!(f, "Initials({})", self.0.len())
    }
}

/// A variable with both its values.
#[derive(Clone, PartialEq)]
pub struct Line {
    /// What the file has; `None` for a variable that only has a current value.
    pub variable: Option<Variable>,
    /// Its name.
    pub key: String,
    /// Its current value; of duplicates only the one that counts has it.
    pub current: Option<CurrentValue>,
    /// Whether it has a current value that is locked: nobody knows what counts.
    pub locked: bool,
    /// Whether it is a secret elsewhere: in another scope, or as a token that a request brings.
    pub hidden: bool,
}

impl std::fmt::Debug for Line {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Any value may be a token.
        f.debug_struct("Line").field("key", &self.key).finish_non_exhaustive()
    }
}

impl Line {
    /// Whether it is a secret.
    pub fn secret(&self) -> bool {
        let variable = self.variable.as_ref();
        variable.is_some_and(|variable| variable.secret || variable.source.is_some())
    }

    /// Whether its value is shown on demand alone.
    pub fn masked(&self) -> bool {
        self.hidden || self.secret()
    }

    /// Whether requests see it.
    pub fn enabled(&self) -> bool {
        self.variable.as_ref().is_none_or(|variable| variable.enabled)
    }

    /// The value that counts.
    pub fn value(&self) -> Option<&Value> {
        match &self.current {
            Some(current) => current.value.as_ref(),
            None => self.variable.as_ref().map(|variable| &variable.value),
        }
    }

    /// Where its value comes from, if that is no value in the file.
    pub fn source(&self) -> Option<&ValueSource> {
        self.variable.as_ref()?.source.as_ref()
    }

    /// Why the cell of a column is not typed into.
    pub fn refusal(&self, column: usize) -> Option<&'static str> {
        match column {
            INITIAL if self.source().is_some() => {
                Some("its value comes from elsewhere, as its file says: a current value takes that one's place")
            }
            INITIAL if self.secret() => {
                Some("a secret's value stays out of the file: set its current value, or make it no secret first")
            }
            SECRET => Some("`s` makes it a secret or not"),
            _ => None,
        }
    }

    /// Where the value that counts comes from, in a sentence.
    pub fn origin(&self) -> String {
        if let Some(current) = &self.current {
            let by = match current.set_by.as_str() {
                "" => "a script",
                by => by,
            };
            let what = match (&current.value, &self.variable) {
                (None, _) => "unset",
                (Some(_), None) => "in no file; set",
                (Some(_), Some(_)) => "current value, set",
            };
            return format!("{what} by {} on {}", escape::printable(by), words(current.set_at));
        }
        if self.locked {
            return LOCKED.to_owned();
        }
        match self.source() {
            Some(ValueSource::Env(name)) => {
                format!(
                    "from the environment {} when a request needs it",
                    escape::printable(name)
                )
            }
            Some(program @ ValueSource::Command(_)) => {
                let program = program.to_string();
                format!("what `{}` prints when a request needs it", escape::printable(&program))
            }
            Some(ValueSource::Prompt(question)) => {
                format!("asked when a request needs it: {}", escape::printable(question))
            }
            None if self.secret() => {
                "a secret without a value: set its current one, it stays out of the file".to_owned()
            }
            None => "no current value, so the initial one counts".to_owned(),
        }
    }

    /// Its row of the table.
    pub fn row(&self) -> Row {
        let secret = self.secret();
        let masked = self.masked();
        let cell = |text: String| {
            if masked { Cell::secret(&text) } else { Cell::new(&text) }
        };
        let source = self.source();
        let initial = match &self.variable {
            Some(variable) => text_of(&variable.value),
            None => String::new(),
        };
        let initial = if let Some(source) = source {
            Cell::new(&source.origin())
        } else if secret && initial.is_empty() {
            Cell::new(NONE)
        } else {
            cell(initial)
        };
        let current = self.current.as_ref().and_then(|current| current.value.as_ref());
        let mark = match (secret, masked) {
            _ if self.locked => "locked",
            (true, _) => "secret",
            (false, true) => "hidden",
            (false, false) => "",
        };
        Row::new([
            Cell::new(&self.key),
            initial,
            cell(current.map(text_of).unwrap_or_default()),
            Cell::new(mark),
        ])
        .enabled(self.enabled())
    }
}

/// All lines, in the order of the file; `hidden` says whose values are hidden for another reason than their own.
pub fn lines(
    variables: &[Variable],
    current: &CurrentValues,
    owner: &Owner,
    hidden: impl Fn(&str) -> bool,
) -> Vec<Line> {
    let counts = |at: usize| {
        let same = |variable: &&Variable| variable.enabled && variable.key == variables[at].key;
        let later = variables.iter().skip(at + 1).find(same);
        let earlier = variables.iter().take(at).find(same);
        later.is_none() && (variables[at].enabled || earlier.is_none())
    };
    let locked: BTreeSet<&str> = current.locked(owner).collect();
    let mut out: Vec<Line> = variables
        .iter()
        .enumerate()
        .map(|(at, variable)| Line {
            variable: Some(variable.clone()),
            key: variable.key.clone(),
            current: current.get(owner, &variable.key).filter(|_| counts(at)).cloned(),
            locked: counts(at) && locked.contains(variable.key.as_str()),
            hidden: hidden(&variable.key) || current.get(owner, &variable.key).is_some_and(|value| value.secret),
        })
        .collect();
    for (key, value) in current.of(owner) {
        if value.value.is_some() && !variables.iter().any(|variable| variable.key == key) {
            out.push(Line {
                variable: None,
                key: key.to_owned(),
                current: Some(value.clone()),
                locked: false,
                hidden: hidden(key) || value.is_secrets(),
            });
        }
    }
    out
}

/// Whether a variable cannot get this name with its current value, as another one's would be lost: values are filed by
/// name.
pub fn is_taken(lines: &[Line], line: &Line, key: &str) -> bool {
    key != line.key && lines.iter().any(|other| other.current.is_some() && other.key == key)
}

/// What to say then.
pub fn taken(key: &str) -> String {
    format!(
        "`{key}` has a current value of its own, which this one's would take the place of: choose another name, or delete it first"
    )
}

/// A moment, as it is told.
pub fn words(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M:%S UTC").to_string()
}

/// A value as it is typed: a text as it is, anything else as JSON.
pub fn text_of(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// The value of a typed text; where a number or an object was, JSON stays JSON.
pub fn typed(text: &str, before: Option<&Value>) -> Value {
    match before {
        None | Some(Value::String(_)) => Value::String(text.to_owned()),
        Some(_) => match serde_json::from_str(text) {
            Ok(value) => value,
            Err(_) => Value::String(text.to_owned()),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_current_value_that_is_locked_is_marked_until_another_is_set() {
        let owner = Owner::Globals;
        let variables = [Variable::new("key", "of the file"), Variable::new("other", "x")];
        let mut current = CurrentValues::default();
        current.lock(owner.clone(), "key");
        current.lock(Owner::Vault, "other");
        let told = |current: &CurrentValues| {
            let lines = lines(&variables, current, &owner, |_| false);
            let marks = lines.iter().map(|line| line.row().text(SECRET).to_owned());
            (marks.collect::<Vec<_>>(), lines[0].origin())
        };
        let (marks, origin) = told(&current);
        assert_eq!(marks, ["locked", ""]);
        assert!(origin.contains("locked"), "{origin}");
        current.set(
            owner.clone(),
            "key",
            CurrentValue {
                value: Some("new".into()),
                set_by: "you".to_owned(),
                set_at: Timestamp::UNIX_EPOCH,
                secret: false,
            },
        );
        let (marks, origin) = told(&current);
        assert_eq!(marks, ["", ""]);
        assert!(origin.starts_with("current value, set by you"), "{origin}");
    }
}
