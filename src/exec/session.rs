//! A session: a workspace with the values that change while requests are sent, owned, so that it can be sent to a task.
//!
//! `send` uses it once, `run` many times. Planning borrows from it, keeping what scripts wrote changes it.

use std::sync::Arc;

use jiff::Timestamp;

use super::plan::{Plan, plan, plan_of};
use super::source::{Source, secrets};
use super::vault::keep_vault;
use super::writes::{Override, Target, apply_writes, drop_overrides};
use super::written::hide_written;
use crate::model::outcome::ConsoleLine;
use crate::model::variable::CurrentValues;
use crate::model::{EnvironmentId, NodeId, Outcome, Request, Workspace};
use crate::vars::Layer;

/// What a sequence of sends works on.
#[derive(Clone, Debug, Default)]
pub struct Session {
    /// Collections, environments, globals; never changed by a send.
    pub workspace: Arc<Workspace>,
    /// The active environment.
    pub environment: Option<EnvironmentId>,
    /// Current values; scripts change them.
    pub current: CurrentValues,
    /// Values from outside that hide an environment's.
    pub overrides: Vec<Override>,
    /// What `pm.variables.set` set.
    pub local: Layer,
}

impl Session {
    /// The facts a plan is made from.
    pub fn source(&self, node: Option<NodeId>) -> Source<'_> {
        Source {
            workspace: &self.workspace,
            node,
            environment: self.environment,
            current: &self.current,
            overrides: &self.overrides,
            local: Some(&self.local),
        }
    }

    /// Plans a request of the workspace; `None` when the node is none.
    pub fn plan(&self, node: NodeId) -> Option<Plan> {
        plan(&self.source(Some(node)))
    }

    /// Plans a request that is in no workspace.
    pub fn plan_of(&self, request: Request) -> Plan {
        plan_of(Arc::new(request), &self.source(None))
    }

    /// Keeps what the scripts of a send wrote; returns what could not be kept, for the console.
    pub fn keep(&mut self, node: Option<NodeId>, outcome: &Outcome) -> Vec<ConsoleLine> {
        let target = Target {
            workspace: &self.workspace,
            environment: self.environment,
            node,
        };
        drop_overrides(&outcome.writes, target, &mut self.overrides);
        keep_vault(outcome, &mut self.current, Timestamp::now());
        let lost = apply_writes(
            &outcome.writes,
            target,
            &mut self.current,
            &mut self.local,
            Timestamp::now(),
        );
        if !outcome.writes.is_empty() {
            let redactor = secrets(&self.source(node), outcome);
            hide_written(outcome, target, &mut self.current, &redactor, usize::MAX);
        }
        lost
    }
}
