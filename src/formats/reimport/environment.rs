//! Importing environments and globals again.

use std::collections::{BTreeSet, HashSet};

use super::own::{Own, environment_at, variable_at};
use super::{Action, hide, merge_origin, merge_variable, merge_variables};
use crate::formats::Found;
use crate::model::{Environment, ItemPath, Workspace};

/// What importing would do to an environment.
#[derive(Clone, Debug)]
pub struct EnvironmentStep {
    /// What: add, change or keep. An environment that is not in the file is none of its business.
    pub action: Action,
    /// The name of its file afterwards, without ending.
    pub slug: String,
    /// Its content afterwards; secrets have their values, which belong into the local state.
    pub environment: Environment,
    /// Where it is among what came.
    pub place: ItemPath,
    /// The variables that the file has.
    pub variables: Vec<ItemPath>,
}

/// What importing the found environments would do; `came` is what earlier imports brought.
pub fn plan_environments(workspace: &Workspace, found: &Found, came: &BTreeSet<ItemPath>) -> Vec<EnvironmentStep> {
    // A second one of the same name must find the name taken.
    let mut filled = workspace.clone();
    let mut matched: HashSet<String> = HashSet::new();
    let mut out = Vec::new();
    for environment in &found.environments {
        let id = &environment.origin.id;
        let all = || {
            workspace
                .environments()
                .iter()
                .filter(|node| !matched.contains(&node.slug))
        };
        let old = all()
            .find(|node| !id.is_empty() && node.environment.origin.id == *id)
            .or_else(|| {
                all().find(|node| {
                    node.environment.name == environment.name
                        && (id.is_empty() || node.environment.origin.id.is_empty())
                })
            });
        let variables = |place: &ItemPath| {
            let keys = environment.variables.iter();
            keys.map(|variable| variable_at(place, &variable.key)).collect()
        };
        let step = if let Some(old) = old {
            let place = environment_at(&old.slug);
            let variables = variables(&place);
            let mut environment = environment.clone();
            environment.order = old.environment.order;
            environment.tokens.clone_from(&old.environment.tokens);
            merge_variables(&mut environment.variables, &old.environment.variables);
            let own = Own {
                place: place.clone(),
                came,
                secret: &BTreeSet::new(),
            };
            own.add_variables(&mut environment.variables, &old.environment.variables);
            // Only a file of format 2 has an id.
            let is_v3 = environment.origin.id.is_empty();
            environment.origin = merge_origin(&environment.origin, &old.environment.origin, is_v3);
            let mut open = environment.clone();
            hide(&mut open.variables);
            let mut was = Environment::clone(&old.environment);
            hide(&mut was.variables);
            let action = if open == was { Action::Keep } else { Action::Change };
            EnvironmentStep {
                action,
                slug: old.slug.clone(),
                environment,
                place,
                variables,
            }
        } else {
            let slug = filled.free_environment_slug(&environment.name);
            filled.load_environment(slug.as_str(), environment.clone());
            let place = environment_at(&slug);
            EnvironmentStep {
                action: Action::Add,
                slug,
                environment: environment.clone(),
                variables: variables(&place),
                place,
            }
        };
        matched.insert(step.slug.clone());
        out.push(step);
    }
    out
}

/// What importing would do to the globals.
#[derive(Clone, Debug)]
pub struct GlobalsStep {
    /// What: change where a variable becomes a different one, add where there are only more of them, else keep.
    pub action: Action,
    /// The globals afterwards: those found over ours.
    pub environment: Environment,
}

/// What importing the found globals would do; what only we have stays.
pub fn plan_globals(ours: &Environment, found: &Environment) -> GlobalsStep {
    let mut environment = ours.clone();
    if environment.name.is_empty() {
        environment.name.clone_from(&found.name);
    }
    for variable in &found.variables {
        match environment.variables.iter_mut().find(|own| own.key == variable.key) {
            Some(own) => {
                let mut theirs = variable.clone();
                merge_variable(&mut theirs, own);
                *own = theirs;
            }
            None => environment.variables.push(variable.clone()),
        }
    }
    if environment.origin.is_empty() {
        environment.origin = found.origin.clone();
    }
    let mut now = environment.variables.clone();
    hide(&mut now);
    let mut was = ours.variables.clone();
    hide(&mut was);
    let action = if !now.starts_with(&was) {
        Action::Change
    } else if now.len() > was.len() {
        Action::Add
    } else {
        Action::Keep
    };
    GlobalsStep { action, environment }
}
