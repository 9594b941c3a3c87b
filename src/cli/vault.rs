//! `postrider vault`: the secrets that scripts reach by `pm.vault`.

use std::process::ExitCode;

use jiff::Timestamp;

use crate::model::spelling;
use crate::model::variable::{CurrentValue, CurrentValues, Owner};

use super::CliError;
use super::args::VaultCommand;
use super::env::typed;
use super::open::{Opened, with_causes};
use super::output::{Output, escape};

/// Does what was asked for.
pub fn vault(mut opened: Opened, command: &VaultCommand, output: &mut Output) -> Result<ExitCode, CliError> {
    opened.unlock(output)?;
    let before = opened.session.current.clone();
    let current = &mut opened.session.current;
    let said = match command {
        VaultCommand::List => {
            let names: Vec<&str> = current.of(&Owner::Vault).map(|(key, _)| key).collect();
            for name in &names {
                output.line(&escape(name))?;
            }
            if names.is_empty() {
                output.note("there are no secrets yet; `postrider vault set NAME -` keeps one");
            }
            opened.tell_unkept(output);
            return Ok(ExitCode::SUCCESS);
        }
        VaultCommand::Set { key, value } => {
            let value = CurrentValue {
                value: Some(typed(key, value.as_deref(), "vault set")?.into()),
                set_by: CurrentValue::YOU.to_owned(),
                set_at: Timestamp::now(),
                secret: false,
            };
            current.set(Owner::Vault, key, value);
            format!(
                "`{}` is kept on this machine; scripts get it with your consent",
                escape(key)
            )
        }
        VaultCommand::Get { key } => {
            if current.get(&Owner::Vault, key).is_none() {
                return Err(unknown(current, key));
            }
            let error = CliError::usage(format!("the vault shows nobody the value of `{key}`"));
            return Err(error.hint(format!(
                "a script gets it with `pm.vault.get(\"{key}\")`, a request with `{{{{vault:{key}}}}}`"
            )));
        }
        VaultCommand::Unset { key } => {
            if current.reset(&Owner::Vault, key).is_none() {
                return Err(unknown(current, key));
            }
            format!("`{}` is gone", escape(key))
        }
    };
    opened.lasting()?;
    opened
        .state
        .save_current_values(&before, &opened.session.current)
        .map_err(|error| with_causes(CliError::failed(error.to_string()), &error).hint(error.hint()))?;
    output.note(&said);
    Ok(ExitCode::SUCCESS)
}

/// There is no secret of that name; what it may have been meant to be.
fn unknown(current: &CurrentValues, key: &str) -> CliError {
    let error = CliError::usage(format!("there is no secret `{key}`"));
    let names = current.of(&Owner::Vault).map(|(name, _)| name);
    let near = names
        .map(|name| (spelling::distance(name, key), name))
        .min()
        .filter(|(distance, _)| *distance <= 2);
    match near {
        Some((_, name)) => error.hint(format!("did you mean `{name}`?")),
        None => error.hint("`postrider vault list` lists them"),
    }
}
