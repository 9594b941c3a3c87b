//! Completing `{{variables}}` while typing: which names are offered, and choosing one.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::model::InOrder;
use crate::model::Scope;
use crate::model::variable::display_value;
use crate::vars::dynamic;

use super::facts::Facts;

/// At most so many names are offered.
const MOST: usize = 50;

/// A name to choose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The name, without braces.
    pub name: String,
    /// Its value, empty when secret, and its scope.
    pub value: String,
    /// Where it comes from.
    pub scope: String,
}

/// The list.
#[derive(Debug)]
pub struct Completion {
    /// The names, best first.
    pub items: Vec<Candidate>,
    /// The one that would be taken.
    pub at: usize,
    /// What was typed of the name.
    pub prefix: String,
}

/// What a key did.
#[derive(Debug, PartialEq, Eq)]
pub enum Pressed {
    /// The list took it.
    Taken,
    /// This name was chosen.
    Chosen(String),
    /// It is not for the list.
    Ignored,
}

impl Completion {
    /// The names for what was typed; `None` when there are none, or the only one is typed already.
    pub fn new(prefix: &str, facts: &Facts) -> Option<Self> {
        let wanted = prefix.to_lowercase();
        let mut items: Vec<(bool, Candidate)> = Vec::new();
        for scope in Scope::ALL {
            let layer = facts.scopes.layer(scope);
            for found in layer
                .bindings
                .iter()
                .filter(|found| found.enabled && !found.key.is_empty())
            {
                let key = found.key.to_lowercase();
                if key.contains(&wanted) && !items.iter().any(|(_, item)| item.name == found.key) {
                    let name = &layer.name;
                    let scope = if name.is_empty() {
                        scope.label().to_owned()
                    } else {
                        name.clone()
                    };
                    let value = if found.secret || facts.tokens.iter().any(|(token, _)| *token == found.key) {
                        "••••".to_owned()
                    } else {
                        display_value(&found.value)
                    };
                    let candidate = Candidate {
                        name: found.key.clone(),
                        value,
                        scope,
                    };
                    items.push((!key.starts_with(&wanted), candidate));
                }
            }
        }
        for name in dynamic::names().filter(|name| name.to_lowercase().contains(&wanted)) {
            let candidate = Candidate {
                name: name.to_owned(),
                value: String::new(),
                scope: "new at each send".to_owned(),
            };
            items.push((!name.to_lowercase().starts_with(&wanted), candidate));
        }
        items.order_by_key(|(later, _)| *later);
        let items: Vec<Candidate> = items.into_iter().map(|(_, item)| item).take(MOST).collect();
        (!items.is_empty()).then(|| Self {
            items,
            at: 0,
            prefix: prefix.to_owned(),
        })
    }

    /// Takes a key.
    pub fn key(&mut self, key: KeyEvent) -> Pressed {
        if key.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT) {
            return Pressed::Ignored;
        }
        match key.code {
            KeyCode::Up => self.at = self.at.checked_sub(1).unwrap_or(self.items.len() - 1),
            KeyCode::Down => self.at = (self.at + 1) % self.items.len(),
            KeyCode::Tab | KeyCode::Enter => {
                return match self.items.get(self.at) {
                    Some(item) => Pressed::Chosen(item.name.clone()),
                    None => Pressed::Ignored,
                };
            }
            _ => return Pressed::Ignored,
        }
        Pressed::Taken
    }
}
