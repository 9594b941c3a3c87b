//! `postrider env`: environments and the current values of their variables.

use std::io::Read;
use std::process::ExitCode;
use std::sync::Arc;

use jiff::Timestamp;

use crate::exec::secret_names;
use crate::model::secret::MASK;
use crate::model::variable::{CurrentValue, Owner, display_value};
use crate::model::{Environment, Scope, Variable};
use crate::store::Files;
use crate::store::files::{Content, Place};
use crate::vars::Layer;

use super::CliError;
use super::args::EnvCommand;
use super::open::{Opened, with_causes};
use super::output::{Output, escape};

/// Does what was asked for.
pub fn env(mut opened: Opened, command: &EnvCommand, output: &mut Output) -> Result<ExitCode, CliError> {
    if let EnvCommand::Get { .. } | EnvCommand::Set { .. } = command {
        opened.unlock(output)?;
    }
    match command {
        EnvCommand::List | EnvCommand::Get { .. } => opened.tell_unkept(output),
        EnvCommand::Use { .. } | EnvCommand::Set { .. } => opened.lasting()?,
    }
    match command {
        EnvCommand::List => {
            // One whose file cannot be read is not in the list.
            let environments = opened.location.root.join("environments");
            opened.tell_problems(|file| file.starts_with(&environments), output);
            list(&opened, output)?;
        }
        EnvCommand::Use { name } => choose(&mut opened, name, output)?,
        EnvCommand::Get {
            key,
            environment,
            reveal,
        } => {
            active(&mut opened, environment.as_deref())?;
            match key {
                Some(key) => get(&opened, key, *reveal, output)?,
                None => all(&opened, *reveal, output)?,
            }
        }
        EnvCommand::Set {
            key,
            value,
            environment,
            secret,
        } => {
            active(&mut opened, environment.as_deref())?;
            set(&mut opened, key, value, *secret, output)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn list(opened: &Opened, output: &mut Output) -> Result<(), CliError> {
    let environments = opened.session.workspace.environments();
    if environments.is_empty() {
        output.note("there are no environments yet; a TOML file in `environments/` makes one");
    }
    let width = environments
        .iter()
        .map(|node| node.slug.chars().count())
        .max()
        .unwrap_or(0);
    let paint = output.paint;
    for node in environments {
        let is_active = opened.session.environment == Some(node.id);
        let mark = if is_active { paint.green("●") } else { " ".to_owned() };
        let slug = format!("{:width$}", escape(&node.slug));
        let slug = if is_active { paint.bold(&slug) } else { slug };
        let name = escape(&node.environment.name);
        output.line(format!("{mark} {slug}  {}", paint.dim(&name)).trim_end())?;
    }
    Ok(())
}

fn choose(opened: &mut Opened, name: &str, output: &mut Output) -> Result<(), CliError> {
    let is_none = name == "none" && opened.session.workspace.environment_named(name).is_none();
    let slug = if is_none {
        None
    } else {
        opened.choose(name)?;
        slug(opened)
    };
    opened
        .state
        .set_active_environment(slug.as_deref())
        .map_err(|error| with_causes(CliError::failed(error.to_string()), &error).hint(error.hint()))?;
    output.note(&match slug {
        Some(slug) => format!("`{}` is the active environment", escape(&slug)),
        None => "no environment is active".to_owned(),
    });
    Ok(())
}

/// The chosen environment, else the active one; it is an error when there is neither.
fn active(opened: &mut Opened, name: Option<&str>) -> Result<(), CliError> {
    if let Some(name) = name {
        return opened.choose(name);
    }
    if opened.session.environment.is_none() {
        return Err(
            CliError::usage("no environment is active").hint("choose one with `-e ENV`, or `postrider env use ENV`")
        );
    }
    Ok(())
}

fn slug(opened: &Opened) -> Option<String> {
    let node = opened.session.workspace.environment(opened.session.environment?)?;
    Some(node.slug.clone())
}

fn layer(opened: &Opened) -> Layer {
    let scopes = crate::exec::scopes(&opened.session.source(None));
    scopes.layer(Scope::Environment).clone()
}

fn get(opened: &Opened, key: &str, reveal: bool, output: &mut Output) -> Result<(), CliError> {
    let layer = layer(opened);
    let Some(binding) = layer.get(key) else {
        return Err(
            CliError::usage(format!("there is no variable `{key}` in `{}`", layer.name))
                .hint("`postrider env get` lists them"),
        );
    };
    if binding.secret && !reveal {
        return Err(
            CliError::failed(format!("the value of `{key}` is secret")).hint("`--reveal` prints it all the same")
        );
    }
    let value = display_value(&binding.value);
    output.line(&if output.is_terminal { escape(&value) } else { value })?;
    Ok(())
}

fn all(opened: &Opened, reveal: bool, output: &mut Output) -> Result<(), CliError> {
    let layer = layer(opened);
    let enabled = || layer.bindings.iter().filter(|binding| binding.enabled);
    let width = enabled().map(|binding| binding.key.chars().count()).max().unwrap_or(0);
    let paint = output.paint;
    for binding in enabled() {
        let value = if binding.secret && !reveal {
            MASK.to_owned()
        } else {
            escape(&display_value(&binding.value))
        };
        let by = if binding.set_by.is_empty() {
            String::new()
        } else {
            paint.dim(&format!("  (set by {})", escape(&binding.set_by)))
        };
        let key = paint.cyan(&format!("{:width$}", escape(&binding.key)));
        output.line(format!("{key}  {value}{by}").trim_end())?;
    }
    Ok(())
}

/// A value as typed; `-` reads it from the standard input, without the end of its line. Nothing there is an error: whatever
/// was to write the value has failed.
pub fn typed(value: &str) -> Result<String, CliError> {
    if value != "-" {
        return Ok(value.to_owned());
    }
    let mut text = String::new();
    std::io::stdin()
        .read_to_string(&mut text)
        .map_err(|error| CliError::failed("cannot read the value").because(error))?;
    text.truncate(text.trim_end_matches(['\r', '\n']).len());
    if text.is_empty() {
        return Err(CliError::usage("there is no value on the standard input")
            .hint("an empty value is given as an argument: `''`"));
    }
    Ok(text)
}

fn set(opened: &mut Opened, key: &str, value: &str, secret: bool, output: &mut Output) -> Result<(), CliError> {
    let text = typed(value)?;
    let slug = slug(opened).ok_or_else(|| CliError::failed("the environment is gone"))?;
    let before = opened.session.current.clone();
    let value = CurrentValue {
        value: Some(text.into()),
        set_by: CurrentValue::YOU.to_owned(),
        set_at: Timestamp::now(),
    };
    opened.session.current.set(Owner::Environment(slug.clone()), key, value);
    opened
        .state
        .save_current_values(&before, &opened.session.current)
        .map_err(|error| with_causes(CliError::failed(error.to_string()), &error).hint(error.hint()))?;
    // Only now: it empties the value in the file.
    let declared = secret && declare_secret(opened, &slug, key)?;
    let names = secret_names(&opened.session.workspace, None, opened.session.environment);
    let what = if declared || names.contains(key) {
        ", a secret,"
    } else {
        ""
    };
    let file = if declared {
        "its file says that it is one, and no value"
    } else {
        "its file is unchanged"
    };
    output.note(&format!(
        "`{}`{what} of `{}` is set on this machine; {file}",
        escape(key),
        escape(&slug)
    ));
    Ok(())
}

/// Makes a variable a secret without a value in its environment's file; false when it is one there already.
fn declare_secret(opened: &Opened, slug: &str, key: &str) -> Result<bool, CliError> {
    let files = Files::new(&opened.location.root);
    let workspace = files.load();
    let gone = || CliError::failed("the environment is gone");
    let found = workspace
        .environments()
        .iter()
        .find(|node| node.slug == slug)
        .ok_or_else(gone)?;
    let mut environment = Environment::clone(&found.environment);
    let (mut found, mut changed) = (false, false);
    // All rows of that name, enabled or not: any of them may hold the value.
    for variable in environment.variables.iter_mut().filter(|variable| variable.key == key) {
        found = true;
        if variable.source.is_none() && !(variable.secret && variable.value == "") {
            variable.secret = true;
            variable.value = "".into();
            changed = true;
        }
    }
    if !found {
        environment.variables.push(Variable {
            secret: true,
            ..Variable::new(key, "")
        });
    } else if !changed {
        return Ok(false);
    }
    let content = Content::Environment(Arc::new(environment));
    files.save(&Place::Environment(slug.to_owned()), &content, false)?;
    Ok(true)
}
