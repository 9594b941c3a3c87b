//! `postrider import`: Postman's collections, environments and globals into the workspace's files.
//!
//! ```text
//! FILE, folder, URL, - ─▶ Found + Report ─▶ plan: add, change, move, remove ─▶ asked ─▶ files, local values ─▶ report
//! ```

use std::collections::HashMap;
use std::io::{BufRead, IsTerminal, stdin};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::json;

use crate::formats::reimport::{Action, EnvironmentStep, Plan, Step, counterpart, plan, plan_environments};
use crate::formats::{Fate, Found, Report};
use crate::http::Client;
use crate::model::variable::{CurrentValue, Owner};
use crate::model::{Entity, Environment, ItemPath, NodeId, Variable, Workspace};
use crate::store::Files;
use crate::store::files::{Content, Place, SaveError};

use super::args::ImportArgs;
use super::open::{Opened, with_causes};
use super::output::{Output, escape};
use super::{CliError, foreign};

/// Imports what was asked for; with `--strict`, exit code 1 when something could not be carried over as it was.
pub async fn import(
    mut opened: Opened,
    args: &ImportArgs,
    cwd: &Path,
    output: &mut Output,
) -> Result<ExitCode, CliError> {
    let client = Client::new(opened.client());
    let mut found = Found::default();
    for source in &args.sources {
        found.extend(foreign::read(&client, cwd, source).await?);
    }
    let files = Files::new(&opened.location.root);
    let workspace = files.load();
    let mut todo = Todo::new(&workspace, &found);
    if todo.changes() && !args.yes {
        ask(&todo, args.json, output)?;
    }
    todo.carry_out(&workspace, &files, &mut opened)?;
    let kept = opened.save(output);
    tell(&todo, &found, args, output)?;
    let lossy = args.strict && !found.report.is_clean();
    Ok(if kept && !lossy {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Everything an import is about to do.
struct Todo {
    collections: Vec<Plan>,
    environments: Vec<EnvironmentStep>,
    globals: Option<Environment>,
    /// Where nodes are that were moved already.
    moved: HashMap<NodeId, ItemPath>,
}

impl Todo {
    fn new(workspace: &Workspace, found: &Found) -> Self {
        let mut workspace = workspace.clone();
        let collections = found.collections.iter().map(|collection| {
            let existing = counterpart(&workspace, collection);
            let plan = plan(&workspace, existing, collection);
            // A second collection of the same name must find the name taken.
            if let (None, Some(step)) = (existing, plan.steps.first()) {
                workspace.load_node(None, step.path.slug(), step.entity.clone());
            }
            plan
        });
        let collections = collections.collect();
        Self {
            collections,
            environments: plan_environments(&workspace, found),
            globals: found.globals.as_ref().map(|found| merged(workspace.globals(), found)),
            moved: HashMap::new(),
        }
    }

    fn count(&self, action: Action) -> usize {
        let environments = self.environments.iter().filter(|step| step.action == action).count();
        let collections = self.collections.iter().map(|plan| plan.count(action));
        environments + collections.sum::<usize>()
    }

    /// Whether something that is there already would become different.
    fn changes(&self) -> bool {
        [Action::Change, Action::Move, Action::Remove]
            .into_iter()
            .any(|action| self.count(action) > 0)
    }

    fn words(&self) -> String {
        let words = [
            (Action::Add, "added"),
            (Action::Change, "changed"),
            (Action::Move, "moved"),
            (Action::Remove, "removed"),
            (Action::Keep, "unchanged"),
        ];
        let words: Vec<String> = words
            .into_iter()
            .map(|(action, word)| (self.count(action), word))
            .filter(|(count, _)| *count > 0)
            .map(|(count, word)| format!("{count} {word}"))
            .collect();
        words.join(", ")
    }

    fn carry_out(&mut self, workspace: &Workspace, files: &Files, opened: &mut Opened) -> Result<(), CliError> {
        for plan in std::mem::take(&mut self.collections) {
            for step in &plan.steps {
                self.step(step, workspace, files).map_err(|error| unsaved(&error))?;
            }
            if let Some(first) = plan.steps.first().filter(|step| step.action != Action::Remove)
                && let Entity::Collection(group) = &first.entity
            {
                let owner = Owner::Collection(first.path.slug().to_owned());
                keep_secrets(&owner, &group.variables, opened);
            }
            self.collections.push(plan);
        }
        for step in &self.environments {
            let place = Place::Environment(step.slug.clone());
            save(files, &place, &environment(&step.environment)).map_err(|error| unsaved(&error))?;
            let owner = Owner::Environment(step.slug.clone());
            keep_secrets(&owner, &step.environment.variables, opened);
        }
        if let Some(globals) = &self.globals {
            save(files, &Place::Globals, &environment(globals)).map_err(|error| unsaved(&error))?;
            keep_secrets(&Owner::Globals, &globals.variables, opened);
        }
        Ok(())
    }

    fn step(&mut self, step: &Step, workspace: &Workspace, files: &Files) -> Result<(), SaveError> {
        let place = Place::of(&step.path, &step.entity);
        match step.action {
            Action::Keep => Ok(()),
            Action::Add | Action::Change => save(files, &place, &Content::Item(step.entity.clone())),
            Action::Move => {
                if let Some(node) = step.node {
                    let from = Place::of(&self.path(workspace, node), &step.entity);
                    files.rename(&from, &place)?;
                    self.moved.insert(node, step.path.clone());
                }
                save(files, &place, &Content::Item(step.entity.clone()))
            }
            Action::Remove => match step.node {
                Some(node) => {
                    let place = Place::of(&self.path(workspace, node), &step.entity);
                    files.remove(&place).map(drop)
                }
                None => Ok(()),
            },
        }
    }

    /// Where a node is by now.
    fn path(&self, workspace: &Workspace, node: NodeId) -> ItemPath {
        let mut below = Vec::new();
        for own in workspace.lineage(node) {
            if let Some(path) = self.moved.get(&own.id) {
                return below
                    .iter()
                    .rev()
                    .fold(path.clone(), |path, slug: &&str| path.join(slug));
            }
            below.push(own.slug.as_str());
        }
        below.reverse();
        ItemPath::new(below.join("/"))
    }
}

/// The globals with those found over them.
fn merged(ours: &Environment, found: &Environment) -> Environment {
    let mut out = ours.clone();
    for variable in &found.variables {
        match out.variables.iter_mut().find(|own| own.key == variable.key) {
            Some(own) => *own = variable.clone(),
            None => out.variables.push(variable.clone()),
        }
    }
    if out.origin.is_empty() {
        out.origin = found.origin.clone();
    }
    out
}

fn environment(environment: &Environment) -> Content {
    Content::Environment(Arc::new(environment.clone()))
}

fn save(files: &Files, place: &Place, content: &Content) -> Result<(), SaveError> {
    files.save(place, content, false).map(drop)
}

fn unsaved(error: &SaveError) -> CliError {
    let told = with_causes(CliError::failed(error.to_string()), error);
    match error.hint() {
        Some(hint) => told.hint(hint),
        None => told,
    }
}

/// Secrets are in no file: their values go into the local state.
fn keep_secrets(owner: &Owner, variables: &[Variable], opened: &mut Opened) {
    for variable in variables.iter().filter(|variable| variable.secret) {
        if variable.value.as_str() == Some("") || variable.value.is_null() {
            continue;
        }
        let value = CurrentValue {
            value: Some(variable.value.clone()),
            set_by: "import".to_owned(),
            set_at: Timestamp::now(),
        };
        opened.session.current.set(owner.clone(), &variable.key, value);
    }
}

/// Asks whether what is there may be changed.
fn ask(todo: &Todo, json: bool, output: &mut Output) -> Result<(), CliError> {
    let words = todo.words();
    if json || !stdin().is_terminal() {
        return Err(CliError::usage(format!(
            "it was imported before, and importing it again changes files: {words}"
        ))
        .hint("`--yes` does it"));
    }
    output.note(&format!("It was imported before. Importing it again: {words}."));
    output.note("Go on? [y/N]");
    let mut answer = String::new();
    let read = stdin().lock().read_line(&mut answer);
    if read.is_ok() && ["y", "yes"].contains(&answer.trim().to_lowercase().as_str()) {
        Ok(())
    } else {
        Err(CliError::failed("nothing was imported"))
    }
}

/// Says what was done, and what could not be carried over as it was.
fn tell(todo: &Todo, found: &Found, args: &ImportArgs, output: &mut Output) -> Result<(), CliError> {
    let places: Vec<String> = todo
        .collections
        .iter()
        .filter_map(|plan| plan.steps.first())
        .map(|step| format!("collections/{}", step.path))
        .collect();
    let environments = todo
        .environments
        .iter()
        .map(|step| format!("environments/{}.toml", step.slug));
    let environments: Vec<String> = environments.collect();
    if args.json {
        let value = json!({
            "collections": places,
            "environments": environments,
            "globals": todo.globals.is_some(),
            "added": todo.count(Action::Add),
            "changed": todo.count(Action::Change),
            "moved": todo.count(Action::Move),
            "removed": todo.count(Action::Remove),
            "unchanged": todo.count(Action::Keep),
            "notes": found.report.notes,
        });
        return Ok(output.line(&serde_json::to_string_pretty(&value).unwrap_or_default())?);
    }
    let paint = output.paint;
    for (place, collection) in places.iter().zip(&found.collections) {
        let name = escape(collection.name());
        let requests = collection.requests();
        output.line(&format!("{} {name}: {requests} requests in {place}", paint.green("✓")))?;
    }
    for place in &environments {
        output.line(&format!("{} {place}", paint.green("✓")))?;
    }
    if todo.globals.is_some() {
        output.line(&format!("{} globals.toml", paint.green("✓")))?;
    }
    output.line(&todo.words())?;
    for line in notes(&found.report) {
        output.line(&line)?;
    }
    Ok(())
}

/// The report, item by item.
fn notes(report: &Report) -> Vec<String> {
    let mut out = Vec::new();
    let mut path: Option<&str> = None;
    for note in &report.notes {
        if path != Some(&note.path) {
            path = Some(&note.path);
            let place = if note.path.is_empty() { "the file" } else { &note.path };
            out.push(format!("\n{}", escape(place)));
        }
        let fate = match note.fate {
            Fate::Guessed => "guessed",
            Fate::Kept => "kept",
            Fate::Lost => "lost",
        };
        out.push(format!("  {fate:<8} {}: {}", escape(&note.what), escape(&note.why)));
    }
    if !out.is_empty() {
        let count = |fate| report.count(fate);
        out.push(format!(
            "\n{} guessed, {} kept without effect, {} lost",
            count(Fate::Guessed),
            count(Fate::Kept),
            count(Fate::Lost)
        ));
    }
    out
}
