//! `postrider vault`: the secrets that scripts reach by `pm.vault`.

use std::process::ExitCode;

use jiff::Timestamp;

use crate::model::variable::{CurrentValue, Owner};

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
            };
            current.set(Owner::Vault, key, value);
            format!(
                "`{}` is kept on this machine; scripts get it with your consent",
                escape(key)
            )
        }
        VaultCommand::Unset { key } => {
            if current.reset(&Owner::Vault, key).is_none() {
                let error = CliError::usage(format!("there is no secret `{key}`"));
                return Err(error.hint("`postrider vault list` lists them"));
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
