//! What the table shows: a file's variables, then those that only have a current value.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::model::Environment;
use crate::model::variable::{CurrentValue, CurrentValues, Owner, Variable};
use crate::tui::widgets::table::{Cell, Row};

/// The columns of the table.
pub const KEY: usize = 0;
/// The value in the file.
pub const INITIAL: usize = 1;
/// The local value that hides it.
pub const CURRENT: usize = 2;
/// Whether it is a secret; only in wide windows.
pub const SECRET: usize = 3;

/// What stands where a secret has no initial value.
const NONE: &str = "—";

/// A variable with both its values.
#[derive(Clone, PartialEq)]
pub struct Line {
    /// What the file has; `None` for a variable that only has a current value.
    pub variable: Option<Variable>,
    /// Its name.
    pub key: String,
    /// Its current value; of duplicates only the one that counts has it.
    pub current: Option<CurrentValue>,
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

    /// Its row of the table.
    pub fn row(&self) -> Row {
        let secret = self.secret();
        let masked = self.masked();
        let cell = |text: String| {
            if masked { Cell::secret(&text) } else { Cell::new(&text) }
        };
        let source = self.variable.as_ref().and_then(|variable| variable.source.as_ref());
        let initial = match &self.variable {
            Some(variable) => text_of(&variable.value),
            None => String::new(),
        };
        let initial = if let Some(source) = source {
            Cell::new(&source.to_string())
        } else if secret && initial.is_empty() {
            Cell::new(NONE)
        } else {
            cell(initial)
        };
        let current = self.current.as_ref().and_then(|current| current.value.as_ref());
        let mark = match (secret, masked) {
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

/// All lines, in the order of the file; the values of these names are hidden.
pub fn lines(
    environment: &Environment,
    current: &CurrentValues,
    owner: &Owner,
    hidden: &BTreeSet<String>,
) -> Vec<Line> {
    let variables = &environment.variables;
    let counts = |at: usize| {
        let same = |variable: &&Variable| variable.enabled && variable.key == variables[at].key;
        let later = variables.iter().skip(at + 1).find(same);
        let earlier = variables.iter().take(at).find(same);
        later.is_none() && (variables[at].enabled || earlier.is_none())
    };
    let mut out: Vec<Line> = variables
        .iter()
        .enumerate()
        .map(|(at, variable)| Line {
            variable: Some(variable.clone()),
            key: variable.key.clone(),
            current: current.get(owner, &variable.key).filter(|_| counts(at)).cloned(),
            hidden: hidden.contains(&variable.key),
        })
        .collect();
    for (key, value) in current.of(owner) {
        if value.value.is_some() && !variables.iter().any(|variable| variable.key == key) {
            out.push(Line {
                variable: None,
                key: key.to_owned(),
                current: Some(value.clone()),
                hidden: hidden.contains(key),
            });
        }
    }
    out
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
