//! Sending the open request, renewing a token, cancelling.

use crate::exec;
use crate::model::NodeId;
use crate::model::exchange::Phase;
use crate::tui::effect::Effect;
use crate::tui::shared::{Level, RunId, Running};
use crate::tui::state::State;

/// Sends a request as it stands in the form, saved or not.
pub fn send(state: &mut State, id: NodeId, effects: &mut Vec<Effect>) {
    start(state, id, None, effects);
}

/// Runs the request that fills the token of the open request's collection.
pub fn renew_token(state: &mut State, effects: &mut Vec<Effect>) {
    let workspace = &state.shared.workspace;
    let source = state
        .shared
        .open
        .and_then(|open| exec::tokens::token_for(workspace, open))
        .or_else(|| exec::tokens::token_sources(workspace).into_iter().next());
    let Some(source) = source else {
        state.shared.notify(
            Level::Warning,
            "no collection says where its token comes from: add a `[tokens.NAME]` table to its collection.toml",
        );
        return;
    };
    match source.request {
        Some(request) => start(state, request, state.shared.open, effects),
        None => state.shared.notify(
            Level::Error,
            format!(
                "the token request `{}` of `{}` is not there: see `[tokens.{}]` in its collection.toml",
                source.source.request, source.source.variable, source.source.variable
            ),
        ),
    }
}

fn start(state: &mut State, id: NodeId, token_for: Option<NodeId>, effects: &mut Vec<Effect>) {
    if let Some(running) = state.shared.running.get(&id) {
        let text = format!("already on its way ({}); Esc cancels it", running.phase.label());
        state.shared.notify(Level::Info, text);
        return;
    }
    let Some(plan) = exec::plan(&state.shared.plan_source(Some(id))) else {
        state.shared.notify(Level::Info, "open a request to send it");
        return;
    };
    if plan.request.url.as_str().trim().is_empty() {
        state
            .shared
            .notify(Level::Warning, "there is no URL yet: type one into the URL bar");
        return;
    }
    state.next_run += 1;
    let run = RunId(state.next_run);
    let started = state.shared.now;
    let environment = state.shared.active_environment;
    state.shared.running.insert(
        id,
        Running {
            run,
            phase: Phase::Preparing,
            started,
            token_for,
        },
    );
    effects.push(Effect::Send {
        run,
        node: id,
        environment,
        plan: Box::new(plan),
    });
}

/// Cancels the open request's send, or any other, else the run; returns whether there was one.
pub fn cancel(state: &mut State, effects: &mut Vec<Effect>) -> bool {
    let running = &state.shared.running;
    let chosen = state
        .shared
        .open
        .and_then(|open| running.get(&open))
        .or_else(|| running.values().next());
    match chosen {
        Some(running) => {
            effects.push(Effect::Cancel(running.run));
            true
        }
        None => super::running::cancel(state, effects),
    }
}
