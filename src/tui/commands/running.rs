//! Running collections and folders: from the form to the run, and what is done with its news.

use std::path::PathBuf;
use std::sync::Arc;

use crate::exec::{self, RunOptions, Session};
use crate::model::exchange::SendErrorKind;
use crate::model::outcome::{ScriptError, TestResult};
use crate::model::variable::{CurrentValue, CurrentValues, Owner};
use crate::model::{EnvironmentId, NodeId, Outcome};
use crate::tui::command::Command;
use crate::tui::effect::{Effect, LocalJob};
use crate::tui::modals::{Modal, Picker, Prompt, Purpose, RunForm, Runner};
use crate::tui::panes::Pane;
use crate::tui::panes::response::{self, Tab};
use crate::tui::runner::{Answer, Ask, Ended, Format, Log, News, Order, Phase, Settings};
use crate::tui::shared::{Level, RunId};
use crate::tui::state::State;
use crate::vars::Layer;

use super::{pickers, sending};

/// Does what the runner's screens ask for.
pub fn ask(state: &mut State, ask: Ask, queue: &mut Vec<Command>, effects: &mut Vec<Effect>) {
    match ask {
        Ask::Open => open(state, queue),
        Ask::Form => {
            if let Some(log) = &state.shared.log {
                let form = RunForm::new(log.settings.clone());
                replace(state, form.into());
            }
        }
        Ask::Choose(group) => {
            for modal in &mut state.modals {
                if let Modal::RunForm(form) = modal {
                    form.choose(group);
                }
            }
        }
        Ask::Start(settings) => {
            let active = state.shared.active_environment;
            start(state, settings, active, false, effects);
        }
        Ask::Again => again(state, false, effects),
        Ask::Failed => {
            if idle(state).is_some() && state.shared.log.as_ref().is_some_and(|log| log.failed.is_empty()) {
                state.shared.notify(Level::Info, "nothing failed");
            } else {
                again(state, true, effects);
            }
        }
        Ask::Back => {
            let full = state.shared.log.as_mut().and_then(|log| log.full.take());
            if let Some(full) = full {
                state.shared.log = Some(*full);
                replace(state, Runner::default().into());
            }
        }
        Ask::Table => {
            if let Some(log) = &mut state.shared.log {
                log.opened = None;
                queue.push(Command::Show(Box::new(Runner::default().into())));
            }
        }
        Ask::Cancel => {
            cancel(state, effects);
        }
        Ask::Show(row) => show(state, row, queue),
        Ask::Export(format) => export(state, format, queue),
    }
}

/// The settings of the last run, if it is over.
fn idle(state: &mut State) -> Option<Settings> {
    let log = state.shared.log.as_ref()?;
    if log.is_running() {
        state
            .shared
            .notify(Level::Info, "it is still running; Ctrl+C cancels it");
        return None;
    }
    Some(log.settings.clone())
}

/// Runs again, all or what failed, in the environment that the run was in: another one that is active by now may lead to
/// another server.
fn again(state: &mut State, failed: bool, effects: &mut Vec<Effect>) {
    let Some(settings) = idle(state) else { return };
    let shared = &mut state.shared;
    let Some(log) = &shared.log else { return };
    let (active, name) = (log.active, log.environment.clone());
    if active.is_some_and(|id| shared.workspace.environment(id).is_none()) {
        let name = name.unwrap_or_default();
        let text = format!("`{name}`, the environment of that run, is gone: `e` sets up a run in the active one");
        return shared.notify(Level::Warning, text);
    }
    start(state, settings, active, failed, effects);
    let shared = &mut state.shared;
    if active != shared.active_environment && shared.log.as_ref().is_some_and(Log::is_running) {
        let ran = name.map_or_else(|| "without an environment".to_owned(), |name| format!("in `{name}`"));
        let now = shared.environment_name().unwrap_or("no environment");
        let text = format!("runs {ran}, as before; `{now}` is active: `e` sets up a run in that");
        shared.notify(Level::Info, text);
    }
}

/// Puts a screen of the runner in the place of another one.
fn replace(state: &mut State, modal: Modal) {
    state
        .modals
        .retain(|modal| !matches!(modal, Modal::RunForm(_) | Modal::Runner(_)));
    state.modals.push(modal);
}

/// Shows the run of what the user is in, or the form for one.
fn open(state: &mut State, queue: &mut Vec<Command>) {
    let on = match state.focus {
        Pane::Collections => state.panes.tree.on().or(state.shared.open),
        _ => state.shared.open.or_else(|| state.panes.tree.on()),
    };
    let shared = &mut state.shared;
    let workspace = &shared.workspace;
    let lineage: Vec<NodeId> = on.map_or_else(Vec::new, |id| workspace.lineage(id).map(|node| node.id).collect());
    let of_request = on.is_some_and(|id| workspace.request(id).is_some());
    if let Some(log) = &shared.log {
        let group = log.settings.group;
        let same = on == Some(group) || (of_request && lineage.contains(&group));
        if same || log.is_running() {
            return queue.push(Command::Show(Box::new(Runner::default().into())));
        }
    }
    let group = lineage.into_iter().find(|id| workspace.group(*id).is_some());
    let Some(group) = group.or_else(|| workspace.collections().first().copied()) else {
        return shared.notify(Level::Info, "there is no collection to run yet");
    };
    queue.push(Command::Show(Box::new(RunForm::new(Settings::of(group)).into())));
}

/// The collections, folders and requests to choose from.
pub fn groups(shared: &crate::tui::shared::Shared, chosen: NodeId) -> Picker {
    let workspace = &shared.workspace;
    let all = workspace.collections().iter().flat_map(|id| workspace.descendants(*id));
    let choose = |id| vec![Command::Run(Ask::Choose(id))];
    Picker::new("Run", pickers::nodes(shared, all, Some(chosen), choose))
}

/// Starts a run in an environment.
fn start(
    state: &mut State,
    settings: Settings,
    active: Option<EnvironmentId>,
    failed: bool,
    effects: &mut Vec<Effect>,
) {
    if state.shared.log.as_ref().is_some_and(Log::is_running) {
        return state
            .shared
            .notify(Level::Warning, "another run is under way; cancel it first");
    }
    let environment = active.and_then(|id| state.shared.workspace.environment(id));
    let name = environment.map(|node| node.environment.name.clone());
    if state.held.is_some() && environment.is_some_and(|node| node.slug == "demo") {
        let text = "the demo server has not told its address yet: start the run again in a moment";
        return state.shared.notify(Level::Warning, text);
    }
    if sending::is_unread(state, settings.group) {
        return;
    }
    state.next_run += 1;
    let run = RunId(state.next_run);
    let shared = &mut state.shared;
    let before = shared.log.take();
    let (earlier, before) = if failed { (before, None) } else { (None, before) };
    // What the failed ones need may have been set in the run before, although it is not kept.
    let current = match &earlier {
        Some(Log {
            after: Some(after),
            settings,
            ..
        }) if !settings.keep => after.clone(),
        _ => shared.current.clone(),
    };
    let workspace = &shared.workspace;
    let options = RunOptions {
        requests: workspace.requests_below(settings.group),
        iterations: settings.iterations,
        delay: settings.delay,
        bail: settings.bail,
        only: earlier.as_ref().map(|log| Arc::new(log.failures())),
        ..RunOptions::default()
    };
    let order = Order {
        session: Session {
            workspace: Arc::new(workspace.clone()),
            environment: active,
            current: current.clone(),
            overrides: shared.overrides.clone(),
            local: Layer::default(),
        },
        options,
        data: Some(settings.data.trim())
            .filter(|path| !path.is_empty())
            .map(crate::tui::modals::path_of),
        collection: workspace.collection_of(settings.group).map(|node| node.id),
    };
    let mut log = Log::new(run, settings, workspace, current, shared.now);
    (log.active, log.environment) = (active, name);
    log.again = failed;
    log.full = earlier.map(|mut earlier| earlier.full.take().unwrap_or_else(|| Box::new(earlier)));
    // The form stays until the data file is read: it says what is wrong with it.
    let reads = order.data.is_some() && asks(&state.modals);
    log.reads = reads;
    log.instead_of = before.filter(|_| reads).map(Box::new);
    state.shared.log = Some(log);
    effects.push(Effect::Run(run, Box::new(order)));
    if !reads {
        replace(state, Runner::default().into());
    }
}

/// Cancels the run; returns whether there was one. One that has not read its data file yet leaves nothing behind: the run
/// before is back.
pub fn cancel(state: &mut State, effects: &mut Vec<Effect>) -> bool {
    let Some(log) = state.shared.log.as_mut().filter(|log| log.is_running()) else {
        return false;
    };
    effects.push(Effect::CancelRun(log.run));
    if log.reads {
        state.shared.log = log.instead_of.take().map(|before| *before);
    }
    true
}

/// Leaves the table for the response pane, with what came of a row's request.
fn show(state: &mut State, row: usize, queue: &mut Vec<Command>) {
    let shared = &mut state.shared;
    let Some(log) = &mut shared.log else { return };
    let Some(node) = log.rows.get(row).map(|row| row.node) else {
        return;
    };
    if shared.workspace.node(node).is_none() {
        return shared.notify(Level::Info, "the request is gone");
    }
    let failed = log.rows[row].failed();
    let Some(outcome) = log.kept.get(row).cloned() else {
        let text = "its response was not kept: of a long run only failures and the latest are";
        return shared.notify(Level::Info, text);
    };
    // What failed is looked at where it says why, whichever tab was looked at last.
    if failed {
        let of_scripts = outcome.tests.iter().any(TestResult::failed) || !outcome.script_errors.is_empty();
        let came = outcome.exchange.as_ref().is_some_and(|sent| sent.response().is_some());
        let tab = if of_scripts && came { Tab::Tests } else { Tab::Body };
        response::show_in(&mut state.panes.response, node, tab);
    }
    log.opened = Some(node);
    for modal in &state.modals {
        if let Modal::Runner(runner) = modal {
            log.seen = runner.seen();
        }
    }
    shared.outcomes.insert(node, outcome, Some(node));
    state.modals.retain(|modal| !matches!(modal, Modal::Runner(_)));
    queue.push(Command::Open(node));
    queue.push(Command::Reveal(node));
    queue.push(Command::Focus(Pane::Response));
}

/// Asks where a report shall go.
fn export(state: &State, format: Format, queue: &mut Vec<Command>) {
    let Some(log) = &state.shared.log else { return };
    let group = state.shared.workspace.node(log.settings.group);
    let name = group.map_or("run", |node| node.slug.as_str());
    let what = if log.again { "-failed" } else { "" };
    let file = format!("{name}{what}-{}.{}", log.started.strftime("%Y-%m-%d"), format.ending());
    let base = std::env::current_dir().unwrap_or_else(|_| PathBuf::from("."));
    let purpose = Purpose::Report(base, log.run, format);
    queue.push(Command::Show(Box::new(
        Prompt::new("Save the report", file, purpose).into(),
    )));
}

/// Takes news of a run.
pub fn news(state: &mut State, run: RunId, news: News, effects: &mut Vec<Effect>) {
    let shared = &mut state.shared;
    let Some(log) = shared.log.as_mut().filter(|log| log.run == run) else {
        return;
    };
    match news {
        News::Started { requests, iterations } => {
            log.phase = Phase::Running;
            log.planned = requests;
            log.iterations = iterations;
            log.reads = false;
            log.instead_of = None;
            if asks(&state.modals) {
                replace(state, Runner::default().into());
            }
        }
        News::Done(all) => {
            let mut history = Vec::new();
            for done in all {
                let failed = done.row.failed();
                match done.row.answer {
                    Answer::Status(status) => shared.outcomes.note_run(done.row.node, Some(status), failed),
                    Answer::None if !is_cancelled(&done.outcome) => {
                        shared.outcomes.note_run(done.row.node, None, failed);
                    }
                    Answer::None | Answer::Skipped => {}
                }
                let at = log.add(done.row);
                log.kept.add(at, failed, done.outcome);
                history.extend(done.history);
            }
            effects.push(Effect::Local(LocalJob::Histories(history)));
        }
        News::Ended(ended) => {
            state.modals.retain(|modal| !modal.asks_to_leave_a_run());
            over(state, *ended, effects);
        }
        News::Failed(text) if log.reads => {
            shared.log = log.instead_of.take().map(|before| *before);
            let form = state.modals.iter_mut().find_map(|modal| match modal {
                Modal::RunForm(form) => Some(form),
                _ => None,
            });
            match form {
                Some(form) => form.refuse_data(&text),
                None => shared.notify(Level::Error, format!("the run failed: {text}")),
            }
        }
        News::Failed(text) => {
            state.modals.retain(|modal| !modal.asks_to_leave_a_run());
            log.phase = Phase::Failed(text.clone());
            let is_shown = state.modals.iter().any(|modal| matches!(modal, Modal::Runner(_)));
            if !is_shown {
                state.shared.notify(Level::Error, format!("the run failed: {text}"));
            }
        }
    }
}

/// Whether nothing came because the user wanted it so.
fn is_cancelled(outcome: &Outcome) -> bool {
    let error = outcome.exchange.as_ref().and_then(|exchange| exchange.error());
    error.is_some_and(|error| error.kind == SendErrorKind::Cancelled)
        || outcome.script_errors.iter().any(ScriptError::is_cancelled)
}

/// Whether the form is open.
fn asks(modals: &[Modal]) -> bool {
    modals.iter().any(|modal| matches!(modal, Modal::RunForm(_)))
}

/// A run is over: what its scripts set is kept, if that was asked for.
fn over(state: &mut State, ended: Ended, effects: &mut Vec<Effect>) {
    let shared = &mut state.shared;
    let Some(log) = &mut shared.log else { return };
    if log.settings.keep {
        let changes = changed(&log.before, &ended.current);
        for (owner, key, value) in &changes {
            match value {
                Some(value) => shared.current.set(owner.clone(), key, value.clone()),
                None => drop(shared.current.reset(owner, key)),
            }
            // A value that a script sets is newer than one given from outside.
            if let Owner::Environment(slug) = owner {
                for given in [&mut shared.overrides, &mut shared.set_aside] {
                    exec::drop_given(given, slug, |own| own == key);
                }
            }
        }
        if !changes.is_empty() {
            effects.push(Effect::Local(LocalJob::Current(changes)));
        }
    }
    if !ended.summary.cancelled {
        state.ended = Some((shared.now, format!("the run of `{}`", log.title)));
    }
    log.end(ended);
    let is_shown = state.modals.iter().any(|modal| matches!(modal, Modal::Runner(_)));
    if is_shown {
        return;
    }
    let (title, count) = (&log.title, log.failed.len());
    let (level, text) = match (&log.phase, count) {
        (Phase::Ended(summary), _) if summary.cancelled => (Level::Info, format!("the run of `{title}` was cancelled")),
        (_, 0) => (
            Level::Done,
            match log.rows.len() {
                1 => format!("`{title}` ran: 1 request, which did not fail"),
                count => format!("`{title}` ran: {count} requests, nothing failed"),
            },
        ),
        (_, 1) => (Level::Warning, format!("`{title}` ran: a request failed")),
        (_, n) => (Level::Warning, format!("`{title}` ran: {n} requests failed")),
    };
    state.shared.notify(level, text);
}

/// The current values that differ, with their new ones; `None` for those that are gone.
pub fn changed(before: &CurrentValues, after: &CurrentValues) -> Vec<(Owner, String, Option<CurrentValue>)> {
    let mut out = Vec::new();
    for (owner, key, value) in after.iter() {
        if before.get(owner, key) != Some(value) {
            out.push((owner.clone(), key.to_owned(), Some(value.clone())));
        }
    }
    for (owner, key, _) in before.iter() {
        if after.get(owner, key).is_none() {
            out.push((owner.clone(), key.to_owned(), None));
        }
    }
    out
}
