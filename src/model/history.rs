//! What can be undone and redone: inverse edits with a label, newest last.
//!
//! ```text
//! apply ──▶ record(inverse) ──▶ undo ──▶ its own inverse ──▶ redo ──▶ …
//!                  ▲
//! files changed outside ──▶ follow: steps that would revert the outside change go
//! ```
//!
//! A step is carried out wholly or not at all, and one that fails stays, unless what it would change is gone: it would stand
//! before those below it for ever. Current values that belong to a change (a value
//! promoted into the file, the tokens of a deleted environment) come and go with its step.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::edit::{Edit, EditError};
use super::variable::{CurrentValue, CurrentValues, Owner};
use super::{Entity, Environment, EnvironmentId, Filed, Node, NodeId, Workspace};

/// What can be undone and redone. One step may be several edits that belong together.
#[derive(Clone, Debug, Default)]
pub struct History {
    undo: Vec<Step>,
    redo: Vec<Step>,
}

/// One step back: its edits in the order to apply them.
#[derive(Clone, Debug, Default)]
pub struct Step {
    /// What it undoes, for the status line: `delete Get token`.
    pub label: String,
    /// Typing into one field is one step: steps of the same key that follow each other merge.
    pub merge: Option<String>,
    /// The inverse edits.
    pub edits: Vec<Edit>,
    /// The changes of current values that go back with them.
    pub values: Vec<ValueChange>,
    /// The files that were written past the workspace's edits, as an import does, by the number whoever keeps them gave it.
    pub files: Option<u64>,
    /// What of it was replaced by an outside change: with ours back, saving must not run over theirs unasked.
    pub takes: Option<Filed>,
}

/// A change of one current value; `None` is none.
#[derive(Clone, Debug, PartialEq)]
pub struct ValueChange {
    /// Whose variable.
    pub owner: Owner,
    /// Its name.
    pub key: String,
    /// What it was.
    pub from: Option<CurrentValue>,
    /// What it becomes.
    pub to: Option<CurrentValue>,
}

impl ValueChange {
    /// The change that gives a variable this value now.
    pub fn new(current: &CurrentValues, owner: &Owner, key: &str, to: Option<CurrentValue>) -> Self {
        Self {
            owner: owner.clone(),
            key: key.to_owned(),
            from: current.get(owner, key).cloned(),
            to,
        }
    }

    /// The changes that give variables these values now.
    pub fn all(current: &CurrentValues, changes: &[(Owner, String, Option<CurrentValue>)]) -> Vec<Self> {
        let changes = changes.iter();
        changes
            .map(|(owner, key, to)| Self::new(current, owner, key, to.clone()))
            .collect()
    }

    /// The changes that forget all of an owner's values.
    pub fn forget_all(current: &CurrentValues, owner: &Owner) -> Vec<Self> {
        let own = current.of(owner);
        own.map(|(key, _)| Self::new(current, owner, key, None)).collect()
    }

    /// The change that takes this one back.
    #[must_use]
    pub fn inverse(&self) -> Self {
        Self {
            from: self.to.clone(),
            to: self.from.clone(),
            ..self.clone()
        }
    }

    /// Makes the change, unless the value is another one by now: what a script has set since is newer than any undoing.
    pub fn apply(&self, current: &mut CurrentValues) -> bool {
        if current.get(&self.owner, &self.key) != self.from.as_ref() {
            return false;
        }
        match &self.to {
            Some(value) => current.set(self.owner.clone(), self.key.clone(), value.clone()),
            None => {
                current.reset(&self.owner, &self.key);
            }
        }
        true
    }
}

impl History {
    /// How many steps are kept.
    const LIMIT: usize = 500;

    /// Notes the inverse of what was just done.
    pub fn record(&mut self, step: Step) {
        self.redo.clear();
        if step.merge.is_some() && self.undo.last().is_some_and(|last| last.merge == step.merge) {
            // The older inverse already leads back to where the typing began.
            return;
        }
        self.undo.push(step);
        if self.undo.len() > Self::LIMIT {
            self.undo.remove(0);
        }
    }

    /// Ends a run of merging steps: what follows is a step of its own.
    pub fn seal(&mut self) {
        if let Some(last) = self.undo.last_mut() {
            last.merge = None;
        }
    }

    /// The numbers of the files that can still be undone or redone.
    pub fn files(&self) -> impl Iterator<Item = u64> {
        self.undo.iter().chain(&self.redo).filter_map(|step| step.files)
    }

    /// Notes that what was just done took over an outside change.
    pub fn mark_taken(&mut self, filed: Filed) {
        if let Some(last) = self.undo.last_mut() {
            last.takes = Some(filed);
        }
    }

    /// What a step would bring back, and the group it would come into.
    pub fn brought_back(&self) -> impl Iterator<Item = (&[Node], Option<NodeId>)> {
        let steps = self.undo.iter().chain(&self.redo);
        steps.flat_map(|step| &step.edits).filter_map(|edit| match edit {
            Edit::Insert { nodes, parent, .. } => Some((nodes.as_slice(), *parent)),
            _ => None,
        })
    }

    /// The step that undo (or redo) would take next.
    pub fn next(&self, redo: bool) -> Option<&Step> {
        if redo { self.redo.last() } else { self.undo.last() }
    }

    /// Lets values that went with what was just done (or with `undone` just undone) come back with it.
    pub fn amend(&mut self, undone: bool, values: impl IntoIterator<Item = ValueChange>) {
        let steps = if undone { &mut self.redo } else { &mut self.undo };
        if let Some(last) = steps.last_mut() {
            last.values.extend(values.into_iter().map(|change| change.inverse()));
        }
    }

    /// Undoes the last step; returns what was applied, of the values those that really changed. One that fails stays, but
    /// for one whose node is gone.
    pub fn undo(&mut self, workspace: &mut Workspace, current: &mut CurrentValues) -> Option<Result<Step, EditError>> {
        step(&mut self.undo, &mut self.redo, workspace, current)
    }

    /// Redoes the last undone step, as [`History::undo`] undoes one.
    pub fn redo(&mut self, workspace: &mut Workspace, current: &mut CurrentValues) -> Option<Result<Step, EditError>> {
        step(&mut self.redo, &mut self.undo, workspace, current)
    }

    /// Takes back the step that was last done (or undone), if it is the one whose inverse `is_it`; returns what was
    /// applied.
    pub fn take_back(
        &mut self,
        workspace: &mut Workspace,
        current: &mut CurrentValues,
        is_it: impl Fn(&Step, &Workspace) -> bool,
    ) -> Option<Step> {
        if self.undo.last().is_some_and(|last| is_it(last, workspace)) {
            return step(&mut self.undo, &mut self.redo, workspace, current)?.ok();
        }
        if self.redo.last().is_some_and(|last| is_it(last, workspace)) {
            return step(&mut self.redo, &mut self.undo, workspace, current)?.ok();
        }
        None
    }

    /// Follows changes that were made outside: `before` and `after` are the workspace without and with them.
    ///
    /// A step that would bring back an older content of what was changed, or remove it, goes: it would silently revert
    /// the outside change. Its name and its place among its siblings can still be undone; the content under them is then
    /// the one from outside.
    pub fn follow(&mut self, before: &Workspace, after: &Workspace) {
        for steps in [&mut self.undo, &mut self.redo] {
            let mut outside = Outside::between(before, after);
            let mut kept: Vec<Step> = Vec::with_capacity(steps.len());
            // The newest first: each step leads on from the content that the one above it left.
            for step in std::mem::take(steps).into_iter().rev() {
                kept.extend(outside.rebase(step));
            }
            kept.reverse();
            *steps = kept;
        }
    }
}

/// Carries out the last step of one list and puts its inverse on the other.
fn step(
    steps: &mut Vec<Step>,
    other: &mut Vec<Step>,
    workspace: &mut Workspace,
    current: &mut CurrentValues,
) -> Option<Result<Step, EditError>> {
    let mut step = steps.last()?.clone();
    let edits = match workspace.apply_all(step.edits.clone()) {
        Ok(edits) => edits,
        Err(error) => {
            if error == EditError::Gone {
                steps.pop();
            }
            return Some(Err(error));
        }
    };
    steps.pop();
    step.values.retain(|change| change.apply(current));
    other.push(Step {
        label: step.label.clone(),
        merge: None,
        edits,
        values: step.values.iter().rev().map(ValueChange::inverse).collect(),
        files: step.files,
        takes: step.takes,
    });
    Some(Ok(step))
}

/// What was done outside, seen from the state that a step leads back from.
#[derive(Default)]
struct Outside {
    /// Contents as they would be without the outside change, and with it.
    nodes: HashMap<NodeId, (Entity, Entity)>,
    environments: HashMap<EnvironmentId, (Arc<Environment>, Arc<Environment>)>,
    globals: bool,
    /// What holds something that was changed or added, or is it: not to be removed.
    touched: HashSet<NodeId>,
    gone: HashSet<NodeId>,
    gone_environments: HashSet<EnvironmentId>,
}

impl Outside {
    fn between(before: &Workspace, after: &Workspace) -> Self {
        let mut out = Self {
            globals: before.globals != after.globals,
            ..Self::default()
        };
        for (id, node) in &before.nodes {
            match after.nodes.get(id) {
                None => {
                    out.gone.insert(*id);
                }
                Some(now) if now.entity != node.entity => {
                    out.nodes.insert(*id, (node.entity.clone(), now.entity.clone()));
                }
                Some(_) => {}
            }
        }
        let added = after.nodes.keys().filter(|id| !before.nodes.contains_key(id));
        for id in added.chain(out.nodes.keys()) {
            out.touched.extend(after.lineage(*id).map(|node| node.id));
        }
        for node in &before.environments {
            match after.environment(node.id) {
                None => {
                    out.gone_environments.insert(node.id);
                }
                Some(now) if now.environment != node.environment => {
                    let contents = (node.environment.clone(), now.environment.clone());
                    out.environments.insert(node.id, contents);
                }
                Some(_) => {}
            }
        }
        out
    }

    /// The step as it still fits, if it does.
    fn rebase(&mut self, mut step: Step) -> Option<Step> {
        let had_edits = !step.edits.is_empty();
        if !step.edits.iter().all(|edit| self.fits(edit)) {
            for edit in &step.edits {
                // What this step would have brought back never comes back.
                match edit {
                    Edit::Insert { nodes, .. } => self.gone.extend(nodes.iter().map(|node| node.id)),
                    Edit::InsertEnvironment { node, .. } => {
                        self.gone_environments.insert(node.id);
                    }
                    _ => {}
                }
            }
            return None;
        }
        step.edits.retain_mut(|edit| self.rebase_content(edit));
        (!had_edits || !step.edits.is_empty()).then_some(step)
    }

    /// Whether a change of structure can still be made without harm.
    fn fits(&self, edit: &Edit) -> bool {
        let gone = |id: &NodeId| self.gone.contains(id);
        match edit {
            Edit::Insert { parent, .. } => !parent.as_ref().is_some_and(gone),
            Edit::Remove { id } => !gone(id) && !self.touched.contains(id),
            Edit::Move { id, parent, .. } => !gone(id) && !parent.as_ref().is_some_and(gone),
            Edit::Reslug { id, .. } => !gone(id),
            Edit::RemoveEnvironment { id } => {
                !self.gone_environments.contains(id) && !self.environments.contains_key(id)
            }
            Edit::ReslugEnvironment { id, .. } => !self.gone_environments.contains(id),
            Edit::Replace { .. }
            | Edit::ReplaceEnvironment { .. }
            | Edit::InsertEnvironment { .. }
            | Edit::ReplaceGlobals { .. } => true,
        }
    }

    /// Keeps of an older content what the outside change leaves of it; `false` when that is nothing.
    fn rebase_content(&mut self, edit: &mut Edit) -> bool {
        match edit {
            Edit::Replace { id, .. } if self.gone.contains(id) => false,
            Edit::Replace { id, entity } => {
                let Some((was, now)) = self.nodes.get_mut(id) else {
                    return true;
                };
                let only_filed = was.filed_as(entity) == *entity;
                if only_filed {
                    if was.name() != entity.name() {
                        *now = now.renamed(entity.name());
                    }
                    if was.order() != entity.order() {
                        *now = now.ordered(entity.order());
                    }
                    now.rebind(was, entity);
                }
                *was = std::mem::replace(entity, now.clone());
                only_filed
            }
            Edit::ReplaceEnvironment { id, .. } if self.gone_environments.contains(id) => false,
            Edit::ReplaceEnvironment { id, environment } => {
                let Some((was, now)) = self.environments.get_mut(id) else {
                    return true;
                };
                let only_name = Environment {
                    name: environment.name.clone(),
                    ..(**was).clone()
                } == **environment;
                if only_name && was.name != environment.name {
                    Arc::make_mut(now).name.clone_from(&environment.name);
                }
                *was = std::mem::replace(environment, now.clone());
                only_name
            }
            Edit::ReplaceGlobals { .. } => !self.globals,
            _ => true,
        }
    }
}

#[cfg(test)]
mod tests;
