//! Importing: what was found, written into a workspace's files.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::moved::Moved;
use super::secrets::Secrets;
use crate::formats::reimport::{
    Action, EnvironmentStep, GlobalsStep, Plan, Step, counterparts, note_variables, plan, plan_environments,
    plan_globals,
};
use crate::formats::{Fate, Found, Note};
use crate::model::variable::CurrentValues;
use crate::model::{Entity, Environment, InOrder, ItemPath, NodeId, Workspace, abreast};
use crate::store::Files;
use crate::store::files::{Content, Place, SaveError};

/// Everything an import is about to do.
#[derive(Debug)]
pub struct Import {
    /// A plan for every collection that was found.
    pub collections: Vec<Plan>,
    /// A step for every environment that was found.
    pub environments: Vec<EnvironmentStep>,
    /// The globals afterwards, if any were found.
    pub globals: Option<GlobalsStep>,
    /// How many secrets that are kept here take the values their sources have now.
    pub secrets: usize,
    /// In what items differ from what they become.
    differing: HashMap<ItemPath, Vec<&'static str>>,
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
    came: BTreeSet<ItemPath>,
}

impl Planned {
    /// Plans bringing what was found into the workspace of a folder, as its files are now. `came` is what earlier imports
    /// brought, as [`Planned::came`] says, `current` the values that are kept here.
    pub fn new(root: &Path, mut found: Found, came: BTreeSet<ItemPath>, current: &CurrentValues) -> Self {
        let files = Files::new(root);
        let workspace = files.load();
        found
            .collections
            .iter_mut()
            .for_each(crate::formats::Collection::without_too_deep);
        let twins = twins(&found);
        found.report.notes.extend(twins);
        let notes = |collection| super::notes::notes(collection, root);
        let more: Vec<Note> = found.collections.iter().flat_map(notes).collect();
        found.report.notes.extend(more);
        let mut todo = Import::plan(&workspace, &found, &came);
        todo.secrets = todo.secrets(&workspace).settle(current).taken;
        let left = found.collections.iter().zip(&todo.collections);
        let left = left.filter(|(found, plan)| found.lacks.is_some() && plan.steps.is_empty());
        let left: Vec<Note> = left.map(|(found, _)| stays(found.name())).collect();
        found.report.notes.extend(left);
        Self {
            found,
            todo,
            files,
            workspace,
            came,
        }
    }

    /// What came by this import as far as it was carried out, and by those before it, and is not gone: to be kept, so that
    /// the next one knows what it may remove.
    pub fn came(&self) -> &BTreeSet<ItemPath> {
        &self.came
    }

    /// Where what [`load`](super::load) puts into memory is in the workspace.
    pub fn moved(&self) -> Moved {
        Moved::of(&self.found, &self.todo)
    }

    /// The workspace's folder.
    pub fn root(&self) -> &Path {
        self.files.root()
    }

    /// Writes the files. Returns the values of secrets, which are in no file: they belong into the local state, also when
    /// the rest could not be written.
    ///
    /// # Errors
    ///
    /// When a file cannot be written, or was changed since it was planned. What came before stays written.
    pub fn carry_out(&mut self) -> (Secrets, Result<(), SaveError>) {
        let files = self.files.in_bulk();
        let mut secrets = Secrets::default();
        let done = self
            .todo
            .carry_out(&self.workspace, &files, &mut self.came, &mut secrets);
        files.settle();
        (secrets, done)
    }
}

/// That a collection which is there stays as it is.
fn stays(name: &str) -> Note {
    Note {
        path: name.to_owned(),
        field: String::new(),
        fate: Fate::Lost,
        what: "what is new in a collection that is here already".to_owned(),
        why: "a part of it cannot be read; it stays as it is until all of it can".to_owned(),
    }
}

impl Import {
    fn plan(workspace: &Workspace, found: &Found, came: &BTreeSet<ItemPath>) -> Self {
        let mut workspace = workspace.clone();
        let existing = counterparts(&workspace, &found.collections);
        let collections = found.collections.iter().zip(existing).map(|(collection, existing)| {
            // What could not be read of it would be taken for gone.
            let plan = match existing.filter(|_| collection.lacks.is_some()) {
                Some(_) => Plan::default(),
                None => plan(&workspace, existing, collection, came),
            };
            // A second collection of the same name must find the name taken.
            if let (None, Some(step)) = (existing, plan.steps.first()) {
                workspace.load_node(None, step.path.slug(), step.entity.clone());
            }
            plan
        });
        let collections: Vec<Plan> = collections.collect();
        Self {
            environments: plan_environments(&workspace, found, came),
            globals: found
                .globals
                .as_ref()
                .map(|found| plan_globals(workspace.globals(), found)),
            differing: differing(&workspace, &collections),
            collections,
            secrets: 0,
            moved: HashMap::new(),
        }
    }

    /// Its secrets.
    fn secrets(&self, workspace: &Workspace) -> Secrets {
        let mut out = Secrets::default();
        self.collections.iter().for_each(|plan| out.add_collection(plan));
        self.environments.iter().for_each(|step| out.add_environment(step));
        self.globals.iter().for_each(|step| out.add_globals(step, workspace));
        out
    }

    /// How many items an action is for.
    pub fn count(&self, action: Action) -> usize {
        let environments = self.environments.iter().filter(|step| step.action == action).count();
        let collections = self.collections.iter().map(|plan| plan.count(action));
        let globals = self.globals.iter().filter(|step| step.action == action).count();
        environments + collections.sum::<usize>() + globals
    }

    /// Whether there is anything to be done.
    pub fn does_something(&self) -> bool {
        self.changes() || self.count(Action::Add) > 0
    }

    /// Whether something that is there already would become different.
    pub fn changes(&self) -> bool {
        let actions = [Action::Change, Action::Move, Action::Remove];
        self.secrets > 0 || actions.into_iter().any(|action| self.count(action) > 0)
    }

    /// What it does, in a line: `3 added, 1 changed`; or that there is nothing in it.
    pub fn words(&self) -> String {
        let words = [
            (Action::Add, "added"),
            (Action::Change, "changed"),
            (Action::Move, "moved"),
            (Action::Remove, "removed"),
            (Action::Keep, "unchanged"),
        ];
        let count = |action| match action {
            Action::Keep => self.count(Action::Keep) + self.count(Action::Note),
            action => self.count(action),
        };
        let words: Vec<String> = words
            .into_iter()
            .map(|(action, word)| (count(action), word))
            .filter(|(count, _)| *count > 0)
            .map(|(count, word)| format!("{count} {word}"))
            .chain(match self.secrets {
                0 => None,
                1 => Some("1 secret changed".to_owned()),
                secrets => Some(format!("{secrets} secrets changed")),
            })
            .collect();
        if words.is_empty() {
            return "there is nothing in it".to_owned();
        }
        words.join(", ")
    }

    /// What becomes different where something is there already, by name: `changed  api/users/list`. What may be the user's own work comes
    /// first, and whole: changed, moved, removed; of very many that are only new the first ones. Then what stays though the file does
    /// not have it.
    pub fn differences(&self) -> Vec<String> {
        const MOST_NEW: usize = 30;
        let is_update = self.changes();
        let word = |action| match action {
            Action::Change => Some("changed"),
            Action::Move => Some("moved to"),
            Action::Remove => Some("removed"),
            // All of what comes for the first time is new.
            Action::Add if is_update => Some("added"),
            Action::Add | Action::Note | Action::Keep => None,
        };
        let items = self.collections.iter().flat_map(|plan| &plan.steps);
        let items = items.map(|step| {
            let place = format!("collections/{}", step.path);
            match self.differing.get(&step.path) {
                Some(parts) if step.action == Action::Move => {
                    (step.action, format!("{place}, changed: {}", parts.join(", ")))
                }
                Some(parts) => (step.action, format!("{place}: {}", parts.join(", "))),
                None => (step.action, place),
            }
        });
        let environments = self.environments.iter();
        let environments = environments.map(|step| (step.action, format!("environments/{}.toml", step.slug)));
        let globals = self.globals.iter().map(|step| (step.action, "globals.toml".to_owned()));
        let all = items.chain(environments).chain(globals);
        let (new, mut lines): (Vec<_>, Vec<_>) = all
            .filter_map(|(action, place)| Some((action, format!("{:<8}  {place}", word(action)?))))
            .partition(|(action, _)| *action == Action::Add);
        lines.order_by_key(|(action, _)| match action {
            Action::Change => 0,
            Action::Move => 1,
            _ => 2,
        });
        let mut lines: Vec<String> = lines.into_iter().map(|(_, line)| line).collect();
        let more = new.len().saturating_sub(MOST_NEW);
        lines.extend(new.into_iter().take(MOST_NEW).map(|(_, line)| line));
        if more > 0 {
            lines.push(format!("added     {more} more"));
        }
        let own = self.collections.iter().flat_map(|plan| &plan.own);
        lines.extend(own.map(|path| format!("{:<8}  collections/{path}, which is yours", "stays")));
        lines
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

    fn carry_out(
        &mut self,
        workspace: &Workspace,
        files: &Files,
        came: &mut BTreeSet<ItemPath>,
        secrets: &mut Secrets,
    ) -> Result<(), SaveError> {
        let plans = std::mem::take(&mut self.collections);
        let done = plans
            .iter()
            .try_for_each(|plan| self.collection(plan, workspace, files, came, secrets));
        self.collections = plans;
        done?;
        for step in &self.environments {
            let place = Place::Environment(step.slug.clone());
            save(files, &place, &environment(&step.environment))?;
            note_variables(came, &step.place, &step.variables);
            secrets.add_environment(step);
        }
        if let Some(globals) = &self.globals {
            save(files, &Place::Globals, &environment(&globals.environment))?;
            secrets.add_globals(globals, workspace);
        }
        Ok(())
    }

    /// Folders, what moves and what goes in its order; between, what is only written, which nothing needs to wait for.
    fn collection(
        &mut self,
        plan: &Plan,
        workspace: &Workspace,
        files: &Files,
        came: &mut BTreeSet<ItemPath>,
        secrets: &mut Secrets,
    ) -> Result<(), SaveError> {
        let is_removal = |step: &&Step| step.action == Action::Remove;
        let (removals, steps): (Vec<&Step>, Vec<&Step>) = plan.steps.iter().partition(is_removal);
        let is_written = |step: &&Step| step.action != Action::Move && !step.entity.is_group();
        let (written, steps): (Vec<&Step>, Vec<&Step>) = steps.into_iter().partition(is_written);
        for (n, step) in steps.into_iter().enumerate() {
            self.step(step, workspace, files)?;
            came.insert(step.path.clone());
            // Its file says from now on that they are secret, and their values are nowhere else if a later step fails.
            if n == 0 {
                secrets.add_collection(plan);
            }
        }
        let failed = AtomicBool::new(false);
        let results = abreast::map(written, |step| {
            if failed.load(Ordering::Relaxed) {
                return None;
            }
            let done = write(step, files);
            failed.fetch_or(done.is_err(), Ordering::Relaxed);
            Some(done.map(|()| step.path.clone()))
        });
        let mut first = Ok(());
        let done = results.into_iter().flatten().filter_map(|result| match result {
            Ok(path) => Some(path),
            Err(error) => {
                if first.is_ok() {
                    first = Err(error);
                }
                None
            }
        });
        // All at once: a set that is made of a list sorts it, where thousands of insertions would each look for their place.
        came.append(&mut done.collect());
        first?;
        for step in removals {
            self.step(step, workspace, files)?;
            came.remove(&step.path);
        }
        for (place, variables) in &plan.variables {
            note_variables(came, place, variables);
        }
        Ok(())
    }

    fn step(&mut self, step: &Step, workspace: &Workspace, files: &Files) -> Result<(), SaveError> {
        let place = Place::of(&step.path, &step.entity);
        match step.action {
            Action::Keep | Action::Add | Action::Change | Action::Note => write(step, files),
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

/// In what the items that change differ from what they become, where that can be said.
fn differing(workspace: &Workspace, plans: &[Plan]) -> HashMap<ItemPath, Vec<&'static str>> {
    let steps = plans.iter().flat_map(|plan| &plan.steps);
    let changed = steps.filter(|step| matches!(step.action, Action::Change | Action::Move));
    let differing = changed.filter_map(|step| {
        let old = workspace.node(step.node?)?;
        Some((step.path.clone(), old.entity.differing(&step.entity)))
    });
    differing.filter(|(_, parts)| !parts.is_empty()).collect()
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

fn environment(environment: &Environment) -> Content {
    Content::Environment(Arc::new(environment.clone()))
}

/// Writes what stays at its place, or is new there.
fn write(step: &Step, files: &Files) -> Result<(), SaveError> {
    if step.action == Action::Keep {
        return Ok(());
    }
    let place = Place::of(&step.path, &step.entity);
    save(files, &place, &Content::Item(step.entity.clone()))
}

fn save(files: &Files, place: &Place, content: &Content) -> Result<(), SaveError> {
    files.save(place, content, false).map(drop)
}
