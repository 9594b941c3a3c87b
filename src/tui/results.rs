//! What comes back from the world outside, and what becomes of it.

use std::path::PathBuf;
use std::sync::Arc;

use crate::exec::renewal::token_in;
use crate::exec::{self, Aim, TokenStore};
use crate::model::exchange::SendErrorKind;
use crate::model::problem::Problem;
use crate::model::variable::{CurrentValue, Owner};
use crate::model::{EnvironmentId, Exchange, Filed, InOrder, NodeId, Outcome, literal};

use super::action::Action;
use super::command::Command;
use super::commands::{
    ask_about_conflict, changed, give_up, ground, import_news, mark_saved, not_moved, not_removed, release, rewritten,
    run_news,
};
use super::comparing::Compared;
use super::consents;
use super::drafts;
use super::effect::{Effect, External, LocalJob};
use super::event::{Event, Saved};
use super::giving::{self, To};
use super::keymap::Context;
use super::loading;
use super::looking::Answer;
use super::modals::{Flow, Modal};
use super::outside;
use super::panes::{Cx, request, response};
use super::runtime::settings;
use super::shared::{Level, RunId, Shared};
use super::sign_ins;
use super::state::State;
use super::unlocking;
use crate::store::state::{HistoryRow, Other, token_of};
use crate::vars::Layer;

/// So much of what scripts have set is looked through for secrets again while the screen waits, in bytes.
const MOST_SEARCHED: usize = 64 * 1024;

/// Two bodies were compared: whoever still shows that takes it.
fn compared(state: &mut State, name: u64, found: Result<Compared, String>) {
    let shown = state.modals.iter_mut().find_map(|modal| match modal {
        Modal::Diff(diff) if diff.name == name => Some(diff),
        _ => None,
    });
    if let Some(diff) = shown {
        diff.take(found);
    }
}

/// The file system was looked at: the dialog that asked goes on.
fn looked(state: &mut State, answer: &Answer, queue: &mut Vec<Command>, effects: &mut Vec<Effect>) {
    let mut cx = Cx {
        shared: &mut state.shared,
        commands: queue,
        effects,
    };
    state.modals.retain_mut(|modal| match modal {
        Modal::RunForm(form) => {
            form.looked(answer, &mut cx);
            true
        }
        Modal::Import(screen) => {
            screen.looked(answer);
            true
        }
        Modal::Prompt(prompt) => prompt.looked(answer, &mut cx) == Flow::Stay,
        _ => true,
    });
}

/// A body is text now, or why not: whom it was made for gets it.
fn given(state: &mut State, to: To, made: Result<String, String>, effects: &mut Vec<Effect>) {
    match (to, made) {
        (To::Clipboard(what), Ok(text)) => {
            let (level, told) = giving::copied(&what, &text);
            effects.push(Effect::Copy(text));
            state.shared.notify(level, told);
        }
        (To::Program(ending), Ok(text)) => effects.push(Effect::External(External {
            key: "response".to_owned(),
            text,
            ending,
            line: 1,
            read_only: true,
        })),
        (_, Err(words)) => state.shared.notify(Level::Warning, words),
    }
}

/// Some files could be read again: what was told of them before is forgotten.
fn whole(problems: &mut Vec<Problem>, files: Vec<(PathBuf, Vec<Problem>)>) {
    let is_looked_at = |problem: &Problem| files.iter().any(|(file, _)| *file == problem.file);
    // A warning without a place comes from elsewhere.
    let stays = |problem: &Problem| problem.warning && problem.at.is_none();
    problems.retain(|problem| !is_looked_at(problem) || stays(problem));
    problems.extend(files.into_iter().flat_map(|(_, told)| told));
}

fn hang_up(state: &mut State, queue: &mut Vec<Command>, effects: &mut Vec<Effect>) {
    state.settle(queue, effects);
    queue.push(Command::Quit);
}

/// What is said where nobody reads the keys any more; the panic hook has said where that comes from.
fn defect(shared: &Shared) -> String {
    let mut said = shared.messages.iter().rev().map(|(_, notice)| notice);
    let defect = said.find(|notice| notice.level == Level::Error);
    let defect = defect.map_or("a defect in postrider", |notice| notice.text.as_str());
    format!("nothing reads the keys any more: {defect}; what was unsaved is kept")
}

/// The demo server has an address.
fn demo(state: &mut State, base_url: String, effects: &mut Vec<Effect>) {
    let shared = &mut state.shared;
    shared.overrides.retain(|(_, key, _)| key != "base_url");
    shared.set_aside.retain(|(_, key, _)| key != "base_url");
    let given = ("demo".to_owned(), "base_url".to_owned(), Some(base_url));
    shared.overrides.push(given);
    shared.overrides_since = shared.now;
    release(state, effects);
}

/// Takes note of whether what happens is kept.
fn take_keeping(state: &mut State, keeps: bool) {
    state.shared.forgetful = !keeps;
    if keeps {
        // What could not be written meanwhile.
        state.keeper.doubt();
    }
}

/// Takes an event that is no key, mouse or size.
pub fn take(state: &mut State, event: Event, queue: &mut Vec<Command>, effects: &mut Vec<Effect>) {
    match event {
        Event::Progress(run, phase) => {
            if let Some(running) = state.shared.running.values_mut().find(|running| running.run == run) {
                running.phase = phase;
            }
        }
        Event::Arriving(run, exchange) => arriving(state, run, *exchange),
        Event::Sent(run, environment, outcome) => sent(state, run, environment, *outcome, effects),
        Event::Saved(saved) => took(state, saved, queue, effects),
        Event::AllSaved(all) => all.into_iter().for_each(|saved| took(state, saved, queue, effects)),
        Event::Whole(files) => whole(&mut state.shared.workspace.problems, files),
        Event::Loaded(part, left) => loading::take(state, part, left),
        Event::Changed(changes) => outside::follow(state, changes, effects),
        Event::Import(id, news) => import_news(state, id, news, effects),
        Event::Indexed(document, snapshot) => response::indexed(&mut state.panes.response, document, snapshot),
        Event::Found(document, found) => {
            let mut cx = Cx {
                shared: &mut state.shared,
                commands: queue,
                effects,
            };
            response::found(&mut state.panes.response, document, found, &mut cx);
        }
        Event::Compared(name, found) => compared(state, name, found.map(|found| *found)),
        Event::Looked(answer) => looked(state, &answer, queue, effects),
        Event::Pictured(name, picture) => response::pictured(&mut state.panes.response, name, picture),
        Event::Sharpened(name, sharp) => response::sharpened(&mut state.panes.response, name, sharp),
        Event::Sees(sight) => state.shared.sight = sight,
        Event::Cell(cell) => state.shared.sight.cell = Some(cell),
        Event::Filtered(name, news) => {
            let mut cx = Cx {
                shared: &mut state.shared,
                commands: queue,
                effects,
            };
            response::filtered(&mut state.panes.response, name, news, &mut cx);
        }
        Event::Given(to, made) => given(state, to, made, effects),
        Event::Edited { key, text } => match text {
            Ok(text) => {
                let mut cx = Cx {
                    shared: &mut state.shared,
                    commands: queue,
                    effects,
                };
                request::edited(&mut state.panes.request, &key, &text, &mut cx);
            }
            Err(error) => state.shared.notify(Level::Error, error),
        },
        Event::Notice(level, text) => state.shared.notify(level, text),
        Event::SavingBody(path, text) => state.shared.saves_body(&path, text),
        Event::BodySaved(path, level, text) => {
            state.shared.saved_body(&path);
            state.shared.notify(level, text);
        }
        Event::Cookies(cookies, json, before) => {
            for modal in &mut state.modals {
                if let Modal::Cookies(list) = modal {
                    list.replace(cookies.clone(), &state.shared);
                }
            }
            state.cookies = cookies;
            state.cookies_kept.clone_from(&json);
            // Nothing is known of how they were where they could not be written.
            if !before.is_empty() && before != json {
                effects.push(Effect::Local(LocalJob::Cookies { before, after: json }));
            }
        }
        Event::Run(run, news) => run_news(state, run, news, effects),
        Event::Broken(run) => {
            state.shared.running.retain(|_, running| running.run != run);
            let text = "the send broke off by a defect in postrider; nothing of yours is lost, please report it";
            state.shared.notify(Level::Error, text);
        }
        Event::Demo(base_url) => demo(state, base_url, effects),
        Event::NoDemo(why) => give_up(state, &why),
        Event::Others(others) => take_others(state, others),
        Event::Unlocked(kept) => unlocking::take(state, kept, queue, effects),
        Event::Locked => unlocking::locked(state),
        Event::NotLocked => unlocking::not_locked(state),
        Event::Opened => unlocking::opened(state, effects),
        Event::Settings(fresh) => settings::take(state, *fresh, effects),
        Event::TakenBack(all) => effects.push(Effect::TakenBack(all)),
        Event::Consents(all) => consents::list(state, all, queue),
        Event::Consent(question) => consents::ask(state, *question, queue),
        Event::SignIn(id, news) => sign_ins::take(state, id, news, effects),
        Event::Keeps(keeps) => take_keeping(state, keeps),
        Event::Ground(light) => ground(state, light),
        Event::Hangup => hang_up(state, queue, effects),
        Event::Deaf => {
            state.defect = Some(defect(&state.shared));
            hang_up(state, queue, effects);
        }
        Event::Key(_) | Event::Mouse(_) | Event::Paste(_) | Event::Resize(..) | Event::Tick => {}
    }
}

/// Takes over what becomes of a kept token where it was not this program's sends that changed it: others did, or undo.
pub(super) fn follow_token(
    tokens: &TokenStore,
    owner: &Owner,
    key: &str,
    was: Option<&CurrentValue>,
    now: Option<&CurrentValue>,
) {
    if let Some((key, token)) = now.and_then(|now| token_of(owner, key, now)) {
        tokens.note(&key, Arc::new(token));
    } else if let Some((gone, token)) = was.and_then(|was| token_of(owner, key, was)) {
        // It is forgotten: what is used since is not to come back. A newer one stays.
        let is_same = tokens.peek(&gone).is_some_and(|ours| ours.value == token.value);
        tokens.forget_here(|known| is_same && *known == gone);
    }
}

/// Takes over values that another postrider set, unless they were set anew here since.
pub(super) fn take_others(state: &mut State, others: Vec<Other>) {
    let shared = &mut state.shared;
    for Other { owner, key, was, now } in others {
        let ours = shared.current.get(&owner, &key);
        let is_newer = || {
            now.as_ref()
                .zip(ours)
                .is_some_and(|(now, ours)| now.set_at > ours.set_at)
        };
        if ours != was.as_ref() && !is_newer() {
            continue;
        }
        follow_token(&shared.tokens, &owner, &key, was.as_ref(), now.as_ref());
        match now {
            Some(now) => shared.current.set(owner, key, now),
            None => drop(shared.current.reset(&owner, &key)),
        }
    }
    shared.settle_overrides();
}

/// Takes what there is of a response, so that it can be looked at while the rest comes.
fn arriving(state: &mut State, run: RunId, exchange: Exchange) {
    let node = state.shared.running.iter().find(|(_, running)| running.run == run);
    let Some(node) = node.map(|(node, _)| *node) else {
        return;
    };
    let mut outcome = Outcome {
        exchange: Some(exchange),
        ..Outcome::default()
    };
    outcome.redactor = exec::secrets(&state.shared.plan_source(Some(node)), &outcome);
    if let Some(running) = state.shared.running.get_mut(&node) {
        running.arriving = Some(Arc::new(outcome));
    }
}

/// A send ended: its writes are applied and kept, its outcome is shown, a row goes into the history.
fn sent(
    state: &mut State,
    run: RunId,
    environment: Option<EnvironmentId>,
    mut outcome: Outcome,
    effects: &mut Vec<Effect>,
) {
    let shared = &mut state.shared;
    let Some(node) = shared
        .running
        .iter()
        .find(|(_, running)| running.run == run)
        .map(|(node, _)| *node)
    else {
        return;
    };
    let (aim, name) = shared
        .running
        .remove(&node)
        .map(|running| (running.aim, running.request))
        .unwrap_or_default();
    let renews = matches!(aim, Aim::Token(_));

    let before = shared.current.clone();
    let target = exec::Target {
        workspace: &shared.workspace,
        environment,
        node: Some(node),
    };
    for overrides in [&mut shared.overrides, &mut shared.set_aside] {
        exec::drop_overrides(&outcome.writes, target, overrides);
    }
    // They end with the send, as with a run of one request.
    let mut local = Layer::default();
    let lost = exec::apply_writes(&outcome.writes, target, &mut shared.current, &mut local, shared.now);
    outcome.console.extend(lost);
    exec::keep_vault(&outcome, &mut shared.current, shared.now);
    let source = exec::Source {
        environment,
        ..shared.plan_source(Some(node))
    };
    outcome.redactor = exec::secrets(&source, &outcome);
    exec::hide_written(&outcome, target, &mut shared.current, &outcome.redactor, MOST_SEARCHED);
    let changed = changed(&before, &shared.current);
    if !changed.is_empty() {
        effects.push(Effect::Local(LocalJob::Current(changed)));
    }
    // An answer to a sign-in is none of the request's own.
    let row = (aim != Aim::SignIn).then(|| history_row(state, node, &outcome));
    if let Some(row) = row.flatten() {
        effects.push(Effect::Local(LocalJob::History(Box::new(row))));
    }
    announce(state, node, name, renews, &outcome);
    if let Some(ended) = state.shared.workspace.node(node).filter(|_| !is_cancelled(&outcome)) {
        state.ended = Some((state.shared.now, format!("`{}`", ended.entity.name())));
    }
    let open = state.shared.open;
    renewed(state, &outcome, &aim);
    // Whoever joined another's fetching has nothing of it to show; and where signing in went well, what the request itself
    // was answered last stays.
    let signed_in = aim == Aim::SignIn && outcome.renewals.last().is_some_and(|renewal| renewal.result.is_ok());
    if !(signed_in || renews && outcome.exchange.is_none()) {
        state.shared.outcomes.insert(node, Arc::new(outcome), open);
    }
}

/// The requests that fetched tokens for a send show what came of them, and where the send went well a word says so.
fn renewed(state: &mut State, outcome: &Outcome, aim: &Aim) {
    let open = state.shared.open;
    for renewal in &outcome.renewals {
        if let (Some(node), Some(own)) = (renewal.node, &renewal.outcome) {
            let hidden = exec::secrets(&state.shared.plan_source(Some(node)), own);
            let own = Outcome {
                redactor: hidden.and(&outcome.redactor),
                ..Outcome::clone(own)
            };
            state.shared.outcomes.insert(node, Arc::new(own), open);
        }
        if !matches!(aim, Aim::Token(_)) && renewal.led && renewal.result.is_ok() && !outcome.failed() {
            let (name, why, done) = (&renewal.name, &renewal.why, renewal.done());
            let text = match renewal.from.as_str() {
                from if *aim == Aim::SignIn => format!("`{name}` is fresh, by the grant `{from}`"),
                "" => format!("`{name}` {why}: another postrider {done} it"),
                from => format!("`{name}` {why}: `{from}` {done} it"),
            };
            let answered = outcome.exchange.as_ref().and_then(|exchange| exchange.response());
            let (level, text) = match answered.map(|response| response.status) {
                _ if renewal.unused => (Level::Warning, format!("{text}; the request was not sent again")),
                Some(status @ 401) => {
                    let (what, too) = renewal.refused();
                    (
                        Level::Warning,
                        format!("{text}, and {what} was refused with {status}{too}"),
                    )
                }
                _ => (Level::Done, text),
            };
            state.shared.notify(level, text);
        }
    }
}

fn is_cancelled(outcome: &Outcome) -> bool {
    let error = outcome.exchange.as_ref().and_then(|exchange| exchange.error());
    error.is_some_and(|error| error.kind == SendErrorKind::Cancelled)
}

/// Says how a send ended where the response pane does not already say it.
///
/// `was` is what the request was called when it was sent, and is now where it was deleted since.
fn announce(state: &mut State, node: NodeId, was: String, renews: bool, outcome: &Outcome) {
    let name = state.shared.workspace.node(node);
    let name = name.map_or(was, |node| node.entity.name().to_owned());
    if let Some(error) = outcome.exchange.as_ref().and_then(|exchange| exchange.error()) {
        let text = if error.kind == SendErrorKind::Cancelled {
            format!("`{name}` was cancelled")
        } else {
            format!("`{name}`: {}", error.message)
        };
        let level = if error.kind == SendErrorKind::Cancelled {
            Level::Info
        } else {
            Level::Error
        };
        state.shared.notify(level, outcome.redactor.redact(&text));
        return;
    }
    if let Some(error) = outcome.script_errors.iter().find(|error| !error.is_cancelled()) {
        let (at, script) = (response::at_line(error), &error.script);
        let text = format!("{script} failed{at}: {}: {}", error.name, error.message);
        state.shared.notify(Level::Error, outcome.redactor.redact(&text));
        return;
    }
    if let (true, Some(renewal)) = (renews, outcome.renewals.last()) {
        let (level, text) = match &renewal.result {
            Ok(_) => (Level::Done, format!("`{name}` ran; the token is fresh")),
            Err(why) => (
                Level::Warning,
                format!(
                    "`{}` could not be renewed: {why}; open `{name}` to see why",
                    renewal.name
                ),
            ),
        };
        state.shared.notify(level, outcome.redactor.redact(&text));
        return;
    }
    let Some(response) = outcome.exchange.as_ref().and_then(|exchange| exchange.response()) else {
        return;
    };
    let status = response.status;
    if state.shared.open == Some(node) {
        return;
    }
    let well = status < 400 && !outcome.failed();
    let sources = exec::tokens::token_sources(&state.shared.workspace).into_iter();
    let own = sources.filter(|source| source.request == Some(node));
    let brought: Result<Vec<_>, _> = own.map(|own| token_in(&own.source, &name, outcome)).collect();
    match brought {
        Err(why) => {
            let text = format!("{}; open `{name}` to see why", why.message);
            state.shared.notify(Level::Warning, outcome.redactor.redact(&text));
        }
        Ok(tokens) if well && !tokens.is_empty() => {
            let text = format!("`{name}` ran; the token is fresh");
            state.shared.notify(Level::Done, text);
        }
        Ok(_) => {
            let failed = outcome.tests.iter().filter(|test| test.failed()).count();
            let tests = match failed {
                0 => String::new(),
                1 => ", a test failed".to_owned(),
                n => format!(", {n} tests failed"),
            };
            let level = if well { Level::Done } else { Level::Warning };
            let text = format!(
                "`{name}` answered {}{tests}",
                format!("{status:03} {}", outcome.redactor.redact(&response.reason)).trim_end()
            );
            state.shared.notify(level, text);
        }
    }
}

fn history_row(state: &State, node: NodeId, outcome: &Outcome) -> Option<HistoryRow> {
    let workspace = &state.shared.workspace;
    let path = workspace.path(node).map(|path| path.to_string());
    HistoryRow::of(path, workspace.node(node)?.entity.name(), outcome, &outcome.redactor)
}

/// What is told of a save: also that a secret stands in the file, which is likely to go into a repository.
fn told_of(state: &State, filed: Filed) -> (Level, String) {
    let workspace = &state.shared.workspace;
    let name = workspace.name_of(filed);
    let node = match filed {
        Filed::Node(id) => workspace.node(id),
        _ => None,
    };
    let written = node.map_or_else(Vec::new, |node| literal::in_clear(&node.entity));
    let places: Vec<&str> = written.iter().map(|literal| literal.place.as_str()).collect();
    if places.is_empty() {
        return (Level::Done, format!("saved `{name}`"));
    }
    let places_told = places.join(", ");
    if !places.iter().any(|place| place.starts_with("auth")) {
        let text = format!(
            "saved `{name}`: {places_told} stands in its file in clear; put `{{{{name}}}}` of a secret variable there"
        );
        return (Level::Warning, text);
    }
    let key = state
        .keymap
        .chord_for(Action::Request(request::Action::Secret), &[Context::Request]);
    let key = key.map_or_else(
        || "`secret` in the commands".to_owned(),
        |key| format!("`{key}` on its field"),
    );
    let text = format!(
        "saved `{name}`: {places_told} stands in its file in clear; {key} in the Auth tab makes it a secret variable"
    );
    (Level::Warning, text)
}

/// Several words as one, the worst first and under its sign: of more than one notice only the last would be seen.
fn joined(mut words: Vec<(Level, String)>) -> (Level, String) {
    words.order_by_key(|(level, _)| std::cmp::Reverse(*level));
    let worst = words.first().map_or(Level::Done, |(level, _)| *level);
    let texts: indexmap::IndexSet<String> = words.into_iter().map(|(_, text)| text).collect();
    let texts: Vec<String> = texts.into_iter().collect();
    (worst, texts.join("; "))
}

/// A file was written, or not.
fn took(state: &mut State, saved: Saved, queue: &mut Vec<Command>, effects: &mut Vec<Effect>) {
    match saved {
        Saved::Written(filed, content) => {
            mark_saved(state, filed, content);
            outside::written(&mut state.shared, filed);
            state.shared.contested.remove(&filed);
            if let Some(key) = drafts::key(&state.shared.workspace, filed) {
                state.keeper.rebase(&key);
            }
            if let Some(mut words) = state.saves.landed(filed) {
                if words.is_empty() {
                    words.push(told_of(state, filed));
                }
                let (level, text) = joined(words);
                state.shared.notify(level, text);
                if state.saves.quit && !state.saves.are_awaited() {
                    queue.push(Command::Quit);
                }
            }
        }
        Saved::Conflict { of, theirs } => {
            let typed_on = state.saves.inputs(of).is_some_and(|then| then != state.inputs);
            state.saves.failed(of);
            state.shared.contested.insert(of);
            if typed_on {
                let name = state.shared.workspace.name_of(of);
                let text = format!("`{name}` was changed outside and is not saved: save it again to choose");
                state.shared.notify(Level::Warning, text);
            } else {
                ask_about_conflict(state, of, theirs, queue);
            }
        }
        Saved::Failed { of, what, message } => {
            if let Some(of) = of {
                state.saves.failed(of);
            }
            state.saves.quit = false;
            state.shared.notify(Level::Error, format!("cannot {what}: {message}"));
        }
        Saved::Rewritten(done) => rewritten(state, done),
        Saved::NotRemoved { place, message } => {
            not_removed(state, &place, effects);
            let text = format!("cannot delete `{place}`: {message}");
            state.shared.notify(Level::Error, text);
        }
        Saved::NotMoved { from, to, message } => {
            not_moved(state, &from, &to, effects);
            let text = format!("cannot move `{from}` to `{to}`: {message}");
            state.shared.notify(Level::Error, text);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_words_are_one_the_worst_first_and_none_twice() {
        let word = |level, text: &str| (level, text.to_owned());
        let all = vec![
            word(Level::Done, "saved `a`"),
            word(Level::Warning, "a secret is in it"),
            word(Level::Done, "saved `b`"),
            word(Level::Done, "saved `a`"),
        ];
        assert_eq!(
            joined(all),
            word(Level::Warning, "a secret is in it; saved `a`; saved `b`")
        );
    }
}
