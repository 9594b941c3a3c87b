//! `postrider env`: environments, and the current values of their variables and of those of collections.

use std::collections::BTreeSet;
use std::io::{IsTerminal, Read};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::Value;

use crate::exec::{is_declared_secret, secret_names};
use crate::foreign::Imported;
use crate::model::secret::MASK;
use crate::model::spelling;
use crate::model::variable::{CurrentValue, Owner, display_value};
use crate::model::{Choice, Entity, Environment, ItemPath, NodeId, Scope, Variable};
use crate::store::Files;
use crate::store::files::{Content, Place};
use crate::vars::{Binding, Layer};

use super::args::{EnvCommand, Whose};
use super::open::{Opened, with_causes};
use super::output::{Output, escape};
use super::{CliError, find, passphrase};

/// Does what was asked for.
pub fn env(mut opened: Opened, command: &EnvCommand, cwd: &Path, output: &mut Output) -> Result<ExitCode, CliError> {
    let needs_no_values = matches!(
        command,
        EnvCommand::List {
            environment: None,
            collection: None,
            ..
        } | EnvCommand::Use { .. }
    );
    if !needs_no_values {
        opened.unlock(output)?;
    }
    match command {
        EnvCommand::List { .. } | EnvCommand::Get { .. } => opened.tell_unkept(output),
        EnvCommand::Use { .. } | EnvCommand::Set { .. } | EnvCommand::Unset { .. } => opened.lasting()?,
    }
    match command {
        EnvCommand::List {
            environment,
            collection,
            reveal,
        } if !needs_no_values => {
            let whose = Whose {
                environment: environment.clone(),
                collection: collection.clone(),
            };
            all(&subject(&mut opened, &whose, cwd)?, *reveal, output)?;
        }
        EnvCommand::List { .. } => {
            // One whose file cannot be read is not in the list.
            let environments = opened.location.root.join("environments");
            opened.tell_problems(|file| file.starts_with(&environments), output);
            list(&opened, output)?;
        }
        EnvCommand::Use { name } => choose(&mut opened, name, output)?,
        EnvCommand::Get { key, whose, reveal } => {
            let subject = subject(&mut opened, whose, cwd)?;
            match key {
                Some(key) => get(&subject, key, *reveal, output)?,
                None => all(&subject, *reveal, output)?,
            }
        }
        EnvCommand::Set {
            key,
            value,
            whose,
            secret,
        } => {
            let subject = subject(&mut opened, whose, cwd)?;
            let text = typed(key, value.as_deref(), "env set")?;
            set(&mut opened, &subject, key, text, *secret, output)?;
        }
        EnvCommand::Unset { key, whose } => {
            let subject = subject(&mut opened, whose, cwd)?;
            unset(&mut opened, &subject, key, output)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Whose variables are asked for.
struct Subject {
    /// Whose current values they are.
    owner: Owner,
    /// The collection; `None` for an environment.
    node: Option<NodeId>,
    /// Where the initial values are.
    place: Place,
    /// The variables, as a request sees them.
    layer: Layer,
    /// Those that an import or a file brought and that stand in no file any more.
    orphans: BTreeSet<String>,
    /// What a message calls it.
    name: String,
    /// The option that means it.
    option: String,
}

/// The collection that is asked for, else the environment, else the active one; it is an error when there is none.
fn subject(opened: &mut Opened, whose: &Whose, cwd: &Path) -> Result<Subject, CliError> {
    if let Some(path) = &whose.collection {
        return of_collection(opened, path, cwd);
    }
    if let Some(name) = &whose.environment {
        opened.choose(name)?;
    }
    let Some(slug) = slug(opened) else {
        return Err(CliError::usage("no environment is active")
            .hint("choose one with `-e ENV` or `postrider env use ENV`, or a collection with `--collection PATH`"));
    };
    let scopes = crate::exec::scopes(&opened.session.source(None));
    let owner = Owner::Environment(slug.clone());
    let declared = opened.session.workspace.environment_named(&slug);
    let declared = declared.map(|node| node.environment.variables.as_slice());
    Ok(Subject {
        layer: masked(opened, &owner, scopes.layer(Scope::Environment)),
        orphans: orphans(opened, &owner, declared.unwrap_or_default()),
        owner,
        node: None,
        place: Place::Environment(slug.clone()),
        option: format!("-e {slug}"),
        name: slug,
    })
}

fn of_collection(opened: &Opened, path: &str, cwd: &Path) -> Result<Subject, CliError> {
    let workspace = &opened.session.workspace;
    let id = find::item(workspace, cwd, path)?;
    let collection = workspace.collection_of(id).map_or(id, |node| node.id);
    let own: Option<ItemPath> = workspace.path(collection);
    let (Some(own), Some(node)) = (own, workspace.node(id)) else {
        return Err(CliError::failed(format!("`{path}` is gone")));
    };
    if id != collection {
        let error = CliError::usage(format!(
            "`{path}` is a {}: it has no variables of its own",
            node.entity.kind()
        ));
        return Err(error.hint(format!("those of its collection are `--collection {own}`")));
    }
    let scopes = crate::exec::scopes(&opened.session.source(Some(id)));
    let owner = Owner::Collection(node.slug.clone());
    Ok(Subject {
        layer: masked(opened, &owner, scopes.layer(Scope::Collection)),
        orphans: orphans(
            opened,
            &owner,
            workspace.group(id).map_or(&[], |group| &group.variables),
        ),
        owner,
        node: Some(id),
        place: Place::Group(own.clone()),
        option: format!("--collection {own}"),
        name: own.to_string(),
    })
}

/// The variables; what an import brought is secret, also where no file says so any more.
fn masked(opened: &Opened, owner: &Owner, layer: &Layer) -> Layer {
    let mut layer = layer.clone();
    for binding in &mut layer.bindings {
        let current = opened.session.current.get(owner, &binding.key);
        binding.secret |= current.is_some_and(Imported::brought);
    }
    layer
}

/// The secrets whose rows are gone from the file: only their values are left.
fn orphans(opened: &Opened, owner: &Owner, declared: &[Variable]) -> BTreeSet<String> {
    let values = opened.session.current.of(owner);
    let orphans = values.filter(|(key, value)| {
        let brought = value.is_secrets() && CurrentValue::leaves_off(&value.set_by);
        brought && value.value.is_some() && !declared.iter().any(|variable| variable.key == *key)
    });
    orphans.map(|(key, _)| key.to_owned()).collect()
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
        .choose_environment(&slug.clone().map_or(Choice::None, Choice::Named))
        .map_err(|error| with_causes(CliError::failed(error.to_string()), &error).hint(error.hint()))?;
    output.note(&match slug {
        Some(slug) => format!("`{}` is the active environment", escape(&slug)),
        None => "no environment is active".to_owned(),
    });
    Ok(())
}

fn slug(opened: &Opened) -> Option<String> {
    let node = opened.session.workspace.environment(opened.session.environment?)?;
    Some(node.slug.clone())
}

fn get(subject: &Subject, key: &str, reveal: bool, output: &mut Output) -> Result<(), CliError> {
    let Some(binding) = subject.layer.get(key) else {
        return Err(missing(subject, key));
    };
    if let Some(source) = &binding.source {
        let error = CliError::failed(format!(
            "`{key}` has no value yet: it comes {} when a request needs it",
            source.origin()
        ));
        return Err(error.hint(format!(
            "`postrider env set {} {key} VALUE` takes its place",
            subject.option
        )));
    }
    if is_unset(binding) {
        let error = CliError::failed(format!("the secret `{key}` has no value yet"));
        return Err(error.hint(format!("`postrider env set {} {key} -` asks for it", subject.option)));
    }
    if binding.secret && !reveal {
        return Err(
            CliError::failed(format!("the value of `{key}` is secret")).hint("`--reveal` prints it all the same")
        );
    }
    let value = shown(&binding.value);
    output.line(&if output.is_terminal { escape(&value) } else { value })?;
    Ok(())
}

/// A value as a person reads it, what is no text nor number as JSON.
fn shown(value: &Value) -> String {
    match value {
        Value::Array(_) | Value::Object(_) => value.to_string(),
        plain => display_value(plain),
    }
}

/// Whether it is a secret that nobody has given a value: an empty one that was set is one.
fn is_unset(binding: &Binding) -> bool {
    binding.secret && !binding.locked && binding.set_by.is_empty() && display_value(&binding.value).is_empty()
}

/// There is no such variable, or none that counts.
fn missing(subject: &Subject, key: &str) -> CliError {
    let Subject { name, option, .. } = subject;
    let bindings = &subject.layer.bindings;
    if bindings.iter().any(|binding| binding.key == key) {
        let error = CliError::usage(format!("the variable `{key}` of `{name}` is disabled"));
        return error.hint("take `enabled = false` out of its file, or press Space on it in the TUI");
    }
    let error = CliError::usage(format!("there is no variable `{key}` in `{name}`"));
    let near = bindings.iter().filter(|binding| binding.enabled);
    let near = near
        .map(|binding| (spelling::distance(&binding.key, key), &binding.key))
        .min()
        .filter(|(distance, _)| *distance <= 2);
    error.hint(match near {
        Some((_, near)) => format!("did you mean `{near}`?"),
        None => format!("`postrider env get {option}` lists them"),
    })
}

fn all(subject: &Subject, reveal: bool, output: &mut Output) -> Result<(), CliError> {
    let enabled = || subject.layer.bindings.iter().filter(|binding| binding.enabled);
    let width = enabled().map(|binding| binding.key.chars().count()).max().unwrap_or(0);
    let paint = output.paint;
    if width == 0 {
        output.note(&format!("`{}` has no variables yet", escape(&subject.name)));
    }
    for binding in enabled() {
        let value = match &binding.source {
            Some(source) => paint.dim(&format!("({})", escape(&source.origin()))),
            None if is_unset(binding) => paint.dim("(not set)"),
            None if binding.secret && !reveal => MASK.to_owned(),
            None => escape(&shown(&binding.value)),
        };
        let by = if subject.orphans.contains(&binding.key) {
            paint.dim("  (in no file any more: `env unset` forgets it)")
        } else if binding.set_by.is_empty() || binding.source.is_some() {
            String::new()
        } else {
            paint.dim(&format!("  (set by {})", escape(&binding.set_by)))
        };
        let key = paint.cyan(&format!("{:width$}", escape(&binding.key)));
        output.line(format!("{key}  {value}{by}").trim_end())?;
    }
    Ok(())
}

/// The value that is given to a name; `-` reads it from the standard input, without the end of its line, or asks for it
/// where somebody types there. Nothing there is an error: whatever was to write the value has failed.
pub fn typed(key: &str, value: Option<&str>, command: &str) -> Result<String, CliError> {
    if key.trim().is_empty() {
        return Err(CliError::usage("the name is empty").hint(format!("`postrider {command} NAME VALUE`")));
    }
    // Behind a `=` stands a value, which may be a secret.
    let name = value.map_or_else(|| key.split('=').next().unwrap_or(key), |_| key);
    if name.contains(['{', '}']) {
        return Err(CliError::usage(format!("`{name}` is no name: a name has no braces")));
    }
    let value = match (value, key.split_once('=')) {
        (Some(value), _) => value,
        (None, Some((name, _))) => {
            // The value may be a secret: it is not said again.
            let error = CliError::usage(format!("there is no value for `{name}`"));
            return Err(error.hint(format!(
                "name and value are two words: `postrider {command} {name} VALUE`"
            )));
        }
        (None, None) => {
            let error = CliError::usage(format!("there is no value for `{key}`"));
            return Err(error.hint(format!(
                "`postrider {command} {key} VALUE`; `-` for VALUE reads it from the standard input"
            )));
        }
    };
    if value != "-" {
        return Ok(value.to_owned());
    }
    let none = || {
        CliError::usage("there is no value on the standard input").hint("an empty value is given as an argument: `''`")
    };
    if std::io::stdin().is_terminal() && passphrase::can_ask() {
        let typed = passphrase::ask(&format!("Value of {}, not shown", escape(key)))?;
        return typed.map(|secret| secret.reveal().to_owned()).ok_or_else(none);
    }
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text).map_err(|error| {
        let told = CliError::failed("cannot read the value").because(error);
        told.hint("it is a text in UTF-8")
    })?;
    text.truncate(text.trim_end_matches(['\r', '\n']).len());
    if text.is_empty() {
        return Err(none());
    }
    Ok(text)
}

/// Sets a current value, and whether it is a secret, or forgets it, and keeps that.
fn keep(opened: &mut Opened, owner: &Owner, key: &str, value: Option<(String, bool)>) -> Result<(), CliError> {
    let before = opened.session.current.clone();
    match value {
        Some((text, secret)) => {
            let value = CurrentValue {
                value: Some(text.into()),
                set_by: CurrentValue::YOU.to_owned(),
                set_at: Timestamp::now(),
                secret,
            };
            opened.session.current.set(owner.clone(), key, value);
        }
        None => drop(opened.session.current.reset(owner, key)),
    }
    opened
        .state
        .save_current_values(&before, &opened.session.current)
        .map_err(|error| with_causes(CliError::failed(error.to_string()), &error).hint(error.hint()))
}

fn set(
    opened: &mut Opened,
    subject: &Subject,
    key: &str,
    text: String,
    secret: bool,
    output: &mut Output,
) -> Result<(), CliError> {
    let session = &opened.session;
    let is_declared = is_declared_secret(&session.workspace, session.environment, key);
    keep(opened, &subject.owner, key, Some((text, secret || is_declared)))?;
    // Only now: it empties the value in the file.
    let declared = secret && declare_secret(opened, subject, key)?;
    let session = &opened.session;
    let names = secret_names(&session.workspace, subject.node, session.environment, &session.current);
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
        escape(&subject.name)
    ));
    Ok(())
}

fn unset(opened: &mut Opened, subject: &Subject, key: &str, output: &mut Output) -> Result<(), CliError> {
    let name = escape(&subject.name);
    if opened.session.current.get(&subject.owner, key).is_none() {
        if subject.layer.get(key).is_none() {
            return Err(missing(subject, key));
        }
        let error = CliError::usage(format!("`{key}` of `{name}` has no current value to forget"));
        return Err(error.hint("it has the one of its file; `d` in the TUI deletes it there"));
    }
    keep(opened, &subject.owner, key, None)?;
    output.note(&format!(
        "the value of `{}` in `{name}` on this machine is gone; its file is unchanged",
        escape(key)
    ));
    Ok(())
}

/// Makes a variable a secret without a value in its file; false when it is one there already.
fn declare_secret(opened: &Opened, subject: &Subject, key: &str) -> Result<bool, CliError> {
    let files = Files::new(&opened.location.root);
    let workspace = files.load();
    let gone = || CliError::failed(format!("`{}` is gone", subject.name));
    let content = match &subject.place {
        Place::Environment(slug) => {
            let mut nodes = workspace.environments().iter();
            let found = nodes.find(|node| node.slug == *slug).ok_or_else(gone)?;
            let mut environment = Environment::clone(&found.environment);
            hide(&mut environment.variables, key).then(|| Content::Environment(Arc::new(environment)))
        }
        place => {
            let id = place.item().and_then(|path| workspace.find(path)).ok_or_else(gone)?;
            let mut group = workspace.group(id).ok_or_else(gone)?.clone();
            hide(&mut Arc::make_mut(&mut group).variables, key).then(|| Content::Item(Entity::Collection(group)))
        }
    };
    let Some(content) = content else { return Ok(false) };
    files.save(&subject.place, &content, false)?;
    Ok(true)
}

/// Makes a secret of all rows of a name, enabled or not: any of them may hold the value. Whether that changed anything.
fn hide(variables: &mut Vec<Variable>, key: &str) -> bool {
    let (mut found, mut changed) = (false, false);
    for variable in variables.iter_mut().filter(|variable| variable.key == key) {
        found = true;
        if variable.source.is_none() && !(variable.secret && variable.value == "") {
            variable.secret = true;
            variable.value = "".into();
            changed = true;
        }
    }
    if !found {
        variables.push(Variable {
            secret: true,
            ..Variable::new(key, "")
        });
    }
    changed || !found
}
