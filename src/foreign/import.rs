//! Importing: what was found, written into a workspace's files.

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;

use crate::formats::reimport::{Action, EnvironmentStep, Plan, Step, counterparts, plan, plan_environments};
use crate::formats::{Fate, Found, Note};
use crate::model::variable::{CurrentValue, Owner};
use crate::model::{Entity, Environment, ItemPath, NodeId, Variable, Workspace};
use crate::store::Files;
use crate::store::files::{Content, Place, SaveError};

/// The value of a secret that was imported: whose, its name, its value.
pub type Imported = (Owner, String, CurrentValue);

/// Everything an import is about to do.
#[derive(Debug)]
pub struct Import {
    /// A plan for every collection that was found.
    pub collections: Vec<Plan>,
    /// A step for every environment that was found.
    pub environments: Vec<EnvironmentStep>,
    /// The globals afterwards, if any were found.
    pub globals: Option<Environment>,
    /// Where nodes are that were moved already.
    moved: HashMap<NodeId, ItemPath>,
}

/// What was found, with a workspace it is to go into and what that does to it: to be looked at, then carried out.
#[derive(Debug)]
pub struct Planned {
    /// What was found, and what of it cannot be carried over.
    pub found: Found,
    /// What is to be done.
    pub todo: Import,
    files: Files,
    workspace: Workspace,
}

impl Planned {
    /// Plans bringing what was found into the workspace of a folder, as its files are now.
    pub fn new(root: &Path, mut found: Found) -> Self {
        let files = Files::new(root);
        let workspace = files.load();
        let twins = twins(&found);
        found.report.notes.extend(twins);
        Self {
            todo: Import::plan(&workspace, &found),
            found,
            files,
            workspace,
        }
    }

    /// The workspace's folder.
    pub fn root(&self) -> &Path {
        self.files.root()
    }

    /// Writes the files. Returns the values of secrets, which are in no file: they belong into the local state.
    ///
    /// # Errors
    ///
    /// When a file cannot be written, or was changed since it was planned. What came before stays written.
    pub fn carry_out(&mut self) -> Result<Vec<Imported>, SaveError> {
        let files = self.files.in_bulk();
        let done = self.todo.carry_out(&self.workspace, &files);
        files.settle();
        done
    }
}

impl Import {
    fn plan(workspace: &Workspace, found: &Found) -> Self {
        let mut workspace = workspace.clone();
        let existing = counterparts(&workspace, &found.collections);
        let collections = found.collections.iter().zip(existing).map(|(collection, existing)| {
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

    /// How many items an action is for.
    pub fn count(&self, action: Action) -> usize {
        let environments = self.environments.iter().filter(|step| step.action == action).count();
        let collections = self.collections.iter().map(|plan| plan.count(action));
        environments + collections.sum::<usize>()
    }

    /// Whether there is anything to be done.
    pub fn does_something(&self) -> bool {
        self.globals.is_some() || self.changes() || self.count(Action::Add) > 0
    }

    /// Whether something that is there already would become different.
    pub fn changes(&self) -> bool {
        [Action::Change, Action::Move, Action::Remove]
            .into_iter()
            .any(|action| self.count(action) > 0)
    }

    /// What it does, in a line: `3 added, 1 changed`.
    pub fn words(&self) -> String {
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

    /// Where everything is filed: collections, environments, globals.
    pub fn places(&self) -> Vec<Place> {
        let collections = self.collections().map(|path| Place::Group(path.clone()));
        let environments = self.environments.iter();
        let environments = environments.map(|step| Place::Environment(step.slug.clone()));
        let globals = self.globals.iter().map(|_| Place::Globals);
        collections.chain(environments).chain(globals).collect()
    }

    /// Where the collections are filed.
    pub fn collections(&self) -> impl Iterator<Item = &ItemPath> {
        self.collections
            .iter()
            .filter_map(|plan| plan.steps.first())
            .map(|step| &step.path)
    }

    fn carry_out(&mut self, workspace: &Workspace, files: &Files) -> Result<Vec<Imported>, SaveError> {
        let mut secrets = Vec::new();
        for plan in std::mem::take(&mut self.collections) {
            for step in &plan.steps {
                self.step(step, workspace, files)?;
            }
            if let Some(first) = plan.steps.first().filter(|step| step.action != Action::Remove)
                && let Entity::Collection(group) = &first.entity
            {
                let owner = Owner::Collection(first.path.slug().to_owned());
                keep_secrets(&owner, &group.variables, &mut secrets);
            }
            self.collections.push(plan);
        }
        for step in &self.environments {
            let place = Place::Environment(step.slug.clone());
            save(files, &place, &environment(&step.environment))?;
            let owner = Owner::Environment(step.slug.clone());
            keep_secrets(&owner, &step.environment.variables, &mut secrets);
        }
        if let Some(globals) = &self.globals {
            save(files, &Place::Globals, &environment(globals))?;
            keep_secrets(&Owner::Globals, &globals.variables, &mut secrets);
        }
        Ok(secrets)
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

/// What is to be said of collections with the identity of one before them: both are kept, each in a place of its own.
fn twins(found: &Found) -> Vec<Note> {
    let mut names: HashMap<&str, &str> = HashMap::new();
    let mut seen: HashSet<&str> = HashSet::new();
    let mut notes = Vec::new();
    for collection in &found.collections {
        let Some(Entity::Collection(group)) = collection.items.first().map(|item| &item.entity) else {
            continue;
        };
        let id = group.origin.id.as_str();
        if id.is_empty() || seen.insert(id) {
            names.insert(id, collection.name());
            continue;
        }
        notes.push(Note {
            path: collection.name().to_owned(),
            field: "info._postman_id".to_owned(),
            fate: Fate::Guessed,
            what: "an id that another collection has".to_owned(),
            why: format!(
                "`{}`, imported together with it, has the same one; each gets a place of its own",
                names.get(id).copied().unwrap_or_default()
            ),
        });
    }
    notes
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

/// Secrets are in no file: their values go into the local state.
fn keep_secrets(owner: &Owner, variables: &[Variable], out: &mut Vec<Imported>) {
    for variable in variables.iter().filter(|variable| variable.secret) {
        if variable.value.as_str() == Some("") || variable.value.is_null() {
            continue;
        }
        let value = CurrentValue {
            value: Some(variable.value.clone()),
            set_by: "import".to_owned(),
            set_at: Timestamp::now(),
        };
        out.push((owner.clone(), variable.key.clone(), value));
    }
}
