//! `pm.vault` and `{{vault:NAME}}`: secrets of the user's that a collection gets only with the user's consent.
//!
//! ```text
//! pm.vault.get ───▶ Port ─┬▶ Consent: the user's word for this collection ─▶ Vault: the values of this send
//! {{vault:NAME}} ─────────┘                                                   └▶ Outcome::vault ─▶ CurrentValues
//! ```
//!
//! Unlike variables they are in no file and no scope: without consent nothing of a collection sees them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use serde_json::Value;

use crate::model::exchange::SendError;
use crate::model::variable::{CurrentValue, CurrentValues, Owner, display_value};
use crate::model::{Outcome, Secret};
use crate::script::{Answer, BoxFuture, Refused, VaultAction};
use crate::vars::Binding;

/// The vault as the scripts of one send see it.
#[derive(Clone, Debug, Default)]
pub(super) struct Vault(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    values: BTreeMap<String, Secret>,
    writes: Vec<(String, Option<Secret>)>,
}

impl Vault {
    /// A vault with these values.
    pub fn new(values: &[(String, Secret)]) -> Self {
        Self(Arc::new(Mutex::new(State {
            values: values.iter().cloned().collect(),
            writes: Vec::new(),
        })))
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Its values as variables `vault:NAME`, if the user agrees that this request has them.
    pub async fn bindings(&self, allowed: BoxFuture<Result<(), SendError>>) -> Result<Vec<Binding>, SendError> {
        allowed.await?;
        let state = self.lock();
        let binding = |(key, value): (&String, &Secret)| Binding {
            key: format!("{PREFIX}{key}"),
            value: value.reveal().into(),
            enabled: true,
            secret: true,
            noted: false,
            undefined: false,
            set_by: String::new(),
            source: None,
            locked: false,
        };
        Ok(state.values.iter().map(binding).collect())
    }

    /// Whether there is a secret of this name.
    pub fn has(&self, name: &str) -> bool {
        self.lock().values.contains_key(name)
    }

    /// What was written, in order.
    pub fn take_writes(&self) -> Vec<(String, Option<Secret>)> {
        std::mem::take(&mut self.lock().writes)
    }

    /// Does what a script wants of it, once the user has agreed.
    pub fn act(
        &self,
        key: String,
        action: VaultAction,
        allowed: BoxFuture<Result<(), SendError>>,
    ) -> BoxFuture<Result<Answer, Refused>> {
        let vault = self.clone();
        Box::pin(async move {
            allowed
                .await
                .map_err(|refusal| Refused::from(format!("pm.vault: {}", said(&refusal))))?;
            let mut state = vault.lock();
            Ok(Answer::Value(match action {
                VaultAction::Get => state
                    .values
                    .get(&key)
                    .map_or(Value::Null, |value| value.reveal().into()),
                VaultAction::Set { value } => {
                    let value = Secret::new(value);
                    state.values.insert(key.clone(), value.clone());
                    state.writes.push((key, Some(value)));
                    Value::Null
                }
                VaultAction::Unset => {
                    state.values.remove(&key);
                    state.writes.push((key, None));
                    Value::Null
                }
            }))
        })
    }
}

/// How the vault's names begin in a request: `{{vault:NAME}}`.
pub const PREFIX: &str = "vault:";

/// What is said of a name that the vault does not know.
pub(super) fn unknown(name: &str) -> String {
    format!("the vault has no `{name}`: `postrider vault set {name} -` keeps one")
}

/// Why the user's secrets are not given.
fn said(refusal: &SendError) -> String {
    let hint = refusal.hint.as_ref().map(|hint| format!("; {hint}"));
    format!("{}{}", refusal.message, hint.unwrap_or_default())
}

/// The values of the vault.
pub fn values(current: &CurrentValues) -> Vec<(String, Secret)> {
    let values = current.of(&Owner::Vault);
    values
        .filter_map(|(key, value)| Some((key.to_owned(), Secret::new(display_value(value.value.as_ref()?)))))
        .collect()
}

/// Keeps what the scripts of a send did to the vault.
pub fn keep_vault(outcome: &Outcome, current: &mut CurrentValues, now: Timestamp) {
    for (key, value) in &outcome.vault {
        match value {
            Some(value) => {
                let value = CurrentValue {
                    value: Some(value.reveal().into()),
                    set_by: "a script".to_owned(),
                    set_at: now,
                    secret: false,
                };
                current.set(Owner::Vault, key, value);
            }
            None => drop(current.reset(&Owner::Vault, key)),
        }
    }
}
