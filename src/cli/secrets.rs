//! `postrider secrets`: what guards the values that are kept on this machine.

use std::process::ExitCode;

use crate::model::Secret;
use crate::store::seal::{Protection, Safe, SealError};
use crate::store::state::{StateError, rekey};

use super::CliError;
use super::args::SecretsCommand;
use super::open::{Opened, with_causes};
use super::output::{Output, escape};
use super::passphrase;

/// Does what was asked for.
pub fn secrets(opened: &Opened, command: SecretsCommand, output: &mut Output) -> Result<ExitCode, CliError> {
    let safe = Safe::new(opened.paths.secrets_key());
    match command {
        SecretsCommand::Status => status(opened, &safe, output)?,
        SecretsCommand::Lock => {
            opened_up(&safe)?;
            let new = new_passphrase()?;
            change(opened, &safe, Some(&new), output)?;
            output.note(&format!(
                "what is kept is locked with the passphrase; it is asked for once a session, or taken from `{}`",
                passphrase::VARIABLE
            ));
        }
        SecretsCommand::Unlock => {
            if safe.protection().map_err(|error| told(&error))? != Protection::Passphrase {
                output.note("there is no passphrase to remove");
                return Ok(ExitCode::SUCCESS);
            }
            opened_up(&safe)?;
            change(opened, &safe, None, output)?;
            output.note("the passphrase is gone; the key is in its file, which only you can read");
        }
        SecretsCommand::Rekey => {
            let given = opened_up(&safe)?;
            change(opened, &safe, given.as_ref(), output)?;
        }
        SecretsCommand::Forget => {
            let ending = format!(".forgotten-{}", jiff::Timestamp::now().strftime("%Y%m%dT%H%M%S"));
            match safe.forget(&ending).map_err(|error| told(&error))? {
                Some(aside) => output.note(&format!(
                    "all values and cookies kept so far are given up; the key is kept as `{}` in case the passphrase comes \
                     back",
                    escape(&aside.display().to_string())
                )),
                None => output.note("nothing was sealed yet"),
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn status(opened: &Opened, safe: &Safe, output: &mut Output) -> Result<(), CliError> {
    let guard = match safe.protection().map_err(|error| told(&error))? {
        Protection::None => "nothing is sealed yet; the key is made at the first use",
        Protection::File => "the key is in its file, which only you can read (0600)",
        Protection::Passphrase => "the key is locked with a passphrase",
    };
    let count = opened.state.sealed().map_err(|error| state_told(&error))?;
    let unreadable = opened.state.unreadable();
    output.line(&format!(
        "key       {}",
        escape(&opened.paths.secrets_key().display().to_string())
    ))?;
    output.line(&format!("guard     {guard}"))?;
    output.line(&format!("sealed    {count} in this workspace (XChaCha20-Poly1305)"))?;
    if unreadable > 0 {
        output.line(&format!("lost      {unreadable}, which were sealed with another key"))?;
    }
    Ok(())
}

/// Takes the passphrase if there is one, and says which.
fn opened_up(safe: &Safe) -> Result<Option<Secret>, CliError> {
    if safe.protection().map_err(|error| told(&error))? != Protection::Passphrase {
        return Ok(None);
    }
    let given = match passphrase::given() {
        Some(given) => given,
        None => ask("Passphrase")?,
    };
    safe.unlock(&given).map_err(|error| told(&error))?;
    Ok(Some(given))
}

fn ask(question: &str) -> Result<Secret, CliError> {
    let hint = format!("set `{}`", passphrase::VARIABLE);
    let typed = passphrase::ask(question).map_err(|error| error.hint(hint))?;
    typed.ok_or_else(|| CliError::failed("the passphrase is empty"))
}

/// A new passphrase: typed twice, else the one that the environment gives.
fn new_passphrase() -> Result<Secret, CliError> {
    if !passphrase::can_ask() {
        let none = || CliError::failed("there is no terminal to ask for the new passphrase on");
        let hint = format!("set `{}`", passphrase::VARIABLE);
        return passphrase::given().ok_or_else(|| none().hint(hint));
    }
    let new = ask("New passphrase")?;
    if ask("The same again")? != new {
        return Err(CliError::failed("the two are not the same").hint("nothing was changed; try again"));
    }
    Ok(new)
}

fn change(opened: &Opened, safe: &Safe, passphrase: Option<&Secret>, output: &mut Output) -> Result<(), CliError> {
    let count = rekey(&opened.paths, safe, passphrase).map_err(|error| state_told(&error))?;
    let workspaces = if count == 1 { "workspace" } else { "workspaces" };
    output.note(&format!("sealed anew with a new key: {count} {workspaces}"));
    Ok(())
}

/// An error of the key as the command line tells it.
pub fn told(error: &SealError) -> CliError {
    CliError::failed(error.to_string()).hint(error.hint())
}

fn state_told(error: &StateError) -> CliError {
    with_causes(CliError::failed(error.to_string()), error).hint(error.hint())
}
