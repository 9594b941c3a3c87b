//! Sending the open request, renewing a token, cancelling.
//!
//! The demo server finds its port while the first frame is on the screen already: a send with its environment is held
//! until the address is known, and planned then.

use jiff::SignedDuration;

use crate::exec;
use crate::exec::tokens::TokenRequest;
use crate::exec::{Aim, Plan};
use crate::model::exchange::Phase;
use crate::model::token::TokenKey;
use crate::model::{Choice, EnvironmentId, Filed, NodeId};
use crate::tui::action::{Action, App};
use crate::tui::effect::{CookiesOf, Effect, LocalJob};
use crate::tui::keymap::Context;
use crate::tui::shared::{Level, RunId, Running, Shared};
use crate::tui::state::State;

use super::running::changed;

/// So long after its end a key is still meant to cancel what has ended: no hand is quicker.
const JUST: SignedDuration = SignedDuration::from_secs(1);
/// So long after it was said that the key leaves it does.
const MEANT: SignedDuration = SignedDuration::from_secs(5);

/// A send that waits for the demo server's address.
#[derive(Clone, Debug)]
pub struct Held {
    id: NodeId,
    run: RunId,
    environment: Option<EnvironmentId>,
    aim: Aim,
}

/// Sends a request as it stands in the form, saved or not.
pub fn send(state: &mut State, id: NodeId, effects: &mut Vec<Effect>) {
    start(state, id, Aim::Response, effects);
}

/// The token of the open request, else the first there is; a word where there is none.
fn token(state: &mut State) -> Option<TokenRequest> {
    let workspace = &state.shared.workspace;
    let source = match state.shared.open {
        Some(open) => exec::tokens::token_for(workspace, open, state.shared.active_environment),
        None => exec::tokens::token_sources(workspace).into_iter().next(),
    };
    if source.is_none() {
        state.shared.notify(
            Level::Warning,
            "nothing says where a token comes from: send what fetches one, then press t on the response",
        );
    }
    source
}

/// Forgets the token of the open request, and what came with it.
pub fn forget_token(state: &mut State, effects: &mut Vec<Effect>) {
    if let Some((_, key)) = own_token(state) {
        let text = format!("`{}` is forgotten", key.name);
        forget_key(state, key, effects);
        state.shared.notify(Level::Done, text);
        return;
    }
    let Some(token) = token(state) else { return };
    let shared = &mut state.shared;
    let before = shared.current.clone();
    let (workspace, environment) = (&shared.workspace, shared.active_environment);
    let key = token.key(workspace, environment);
    let known = shared.tokens.peek(&key);
    let source = shared.plan_source(token.request);
    for cookie in exec::renewal::cookies_of(known.as_deref(), &token, &source, &state.cookies) {
        let (domain, path, name) = (cookie.domain, cookie.path, cookie.name);
        effects.push(Effect::ClearCookies(CookiesOf::One { domain, path, name }));
    }
    let gone = exec::renewal::forget_values(known.as_deref(), &token, workspace, environment, &mut shared.current);
    let changed = changed(&before, &shared.current);
    if !changed.is_empty() {
        effects.push(Effect::Local(LocalJob::Current(changed)));
    }
    forget_key(state, key, effects);
    let name = &token.source.variable;
    let (level, text) = if gone {
        (Level::Done, format!("`{name}` is forgotten, and what came with it"))
    } else {
        (Level::Info, format!("there is no `{name}` to forget"))
    };
    state.shared.notify(level, text);
}

/// Forgets a token here at once, and where it is kept as soon as the disk has time.
fn forget_key(state: &mut State, key: TokenKey, effects: &mut Vec<Effect>) {
    state.shared.tokens.forget_here(|known| *known == key);
    let job = LocalJob::ForgetToken(state.shared.tokens.clone(), key);
    effects.push(Effect::Local(job));
}

/// The open request, if its auth gets its token itself, and which token that is.
fn own_token(state: &State) -> Option<(NodeId, TokenKey)> {
    let open = state.shared.open?;
    let source = state.shared.plan_source(Some(open));
    Some((open, exec::renewal::granted_key_at(&source)?))
}

/// Gets a new token for the open request: by its own auth, or by the request that fills the token of its collection.
pub fn renew_token(state: &mut State, effects: &mut Vec<Effect>) {
    if let Some((open, _)) = own_token(state) {
        start(state, open, Aim::SignIn, effects);
        return;
    }
    let Some(source) = token(state) else { return };
    match source.request {
        Some(request) => {
            let key = source.key(&state.shared.workspace, state.shared.active_environment);
            start(state, request, Aim::Token(key), effects);
        }
        None => state.shared.notify(
            Level::Error,
            format!(
                "the token request `{}` of `{}` is not there: see `[tokens.{}]` in its collection.toml",
                source.source.request, source.source.variable, source.source.variable
            ),
        ),
    }
}

/// Whether what is to be sent, something above it or the environment that is meant cannot be read, which is told: without its
/// collection's auth and tests a request is another one, and without its environment it goes elsewhere.
pub fn is_unread(state: &mut State, id: NodeId) -> bool {
    let shared = &state.shared;
    let workspace = &shared.workspace;
    let environment = || {
        let active = shared.active_environment.and_then(|id| workspace.environment(id));
        match active {
            // As it was read before.
            Some(active) => workspace.unread_environment(&Choice::Named(active.slug.clone())),
            None => workspace.unread_environment(&shared.meant()),
        }
    };
    let Some(problem) = workspace.unread_of(id).or_else(environment) else {
        return false;
    };
    let text = format!("nothing is sent: {}", problem.below(&workspace.root));
    state.shared.notify(Level::Error, text);
    true
}

fn start(state: &mut State, id: NodeId, aim: Aim, effects: &mut Vec<Effect>) {
    if let Some(running) = state.shared.running.get(&id) {
        let text = format!("already on its way ({}); Esc cancels it", running.phase.words());
        state.shared.notify(Level::Info, text);
        return;
    }
    let environment = state.shared.active_environment;
    let Some(mut plan) = exec::plan(&state.shared.plan_source(Some(id))) else {
        state.shared.notify(Level::Info, "open a request to send it");
        return;
    };
    if plan.request.url.as_str().trim().is_empty() {
        state
            .shared
            .notify(Level::Warning, "there is no URL yet: type one into the URL bar");
        return;
    }
    if is_unread(state, id) {
        return;
    }
    plan.aim.clone_from(&aim);
    state.next_run += 1;
    let run = RunId(state.next_run);
    let started = state.shared.now;
    let request = state.shared.workspace.name_of(Filed::Node(id)).to_owned();
    state.shared.running.insert(
        id,
        Running {
            run,
            request,
            phase: Phase::Preparing,
            started,
            aim: aim.clone(),
            arriving: None,
        },
    );
    let needs_demo = state.shared.environment_slug() == Some("demo");
    match &mut state.held {
        Some(held) if needs_demo => held.push(Held {
            id,
            run,
            environment,
            aim,
        }),
        _ => effects.push(Effect::Send {
            run,
            node: id,
            environment,
            plan: Box::new(plan),
        }),
    }
}

/// Sends what waited for the demo server's address, now that it is known.
pub fn release(state: &mut State, effects: &mut Vec<Effect>) {
    for Held {
        id,
        run,
        environment,
        aim,
    } in state.held.take().unwrap_or_default()
    {
        let source = exec::Source {
            environment,
            ..state.shared.plan_source(Some(id))
        };
        match exec::plan(&source).map(|plan| Plan { aim, ..plan }) {
            Some(plan) => effects.push(Effect::Send {
                run,
                node: id,
                environment,
                plan: Box::new(plan),
            }),
            // It was deleted meanwhile.
            None => drop(state.shared.running.remove(&id)),
        }
    }
}

/// Gives up what waited for the demo server's address: there will be none.
pub fn give_up(state: &mut State, why: &str) {
    let held = state.held.take().unwrap_or_default();
    let mut names = Vec::new();
    for Held { id, .. } in held {
        state.shared.running.remove(&id);
        names.extend(
            state
                .shared
                .workspace
                .node(id)
                .map(|node| format!("`{}`", node.entity.name())),
        );
    }
    let text = match &names[..] {
        [] => why.to_owned(),
        names => format!("not sent: {}; {why}", names.join(", ")),
    };
    state.shared.notify(Level::Error, text);
}

/// Whether nothing shows a request's send any more: it was deleted meanwhile, and can be opened no more.
pub fn is_orphan(shared: &Shared, id: NodeId) -> bool {
    shared.workspace.node(id).is_none()
}

/// Cancels the open request's send, or one whose request is gone, or any other, else the run; returns whether there was one.
pub fn cancel(state: &mut State, effects: &mut Vec<Effect>) -> bool {
    let running = &state.shared.running;
    let chosen = state
        .shared
        .open
        .and_then(|open| running.get(&open))
        .or_else(|| {
            let mut orphans = running.iter().filter(|(id, _)| is_orphan(&state.shared, **id));
            orphans.next().map(|(_, running)| running)
        })
        .or_else(|| running.values().next());
    let Some(run) = chosen.map(|running| running.run) else {
        return super::running::cancel(state, effects);
    };
    if state.held.iter().flatten().any(|held| held.run == run) {
        // It has not left yet, so nobody answers.
        state
            .held
            .iter_mut()
            .for_each(|held| held.retain(|held| held.run != run));
        state.shared.running.retain(|_, running| running.run != run);
        state.shared.notify(Level::Info, "cancelled before it was sent");
    } else {
        effects.push(Effect::Cancel(run));
    }
    true
}

/// Whether something ended by itself just before it was to be cancelled: then that is said, and the next time is meant.
pub fn just_ended(state: &mut State) -> bool {
    let now = state.shared.now;
    let ended = state.ended.take();
    let Some((_, what)) = ended.filter(|(at, _)| now.duration_since(*at) <= JUST) else {
        return false;
    };
    let key = key_to_cancel(state);
    state.leaving = Some(now);
    state
        .shared
        .notify(Level::Info, format!("{what} has ended; {key} again quits"));
    true
}

fn key_to_cancel(state: &State) -> String {
    let key = state.keymap.chord_for(Action::App(App::Cancel), &[Context::Anywhere]);
    key.map(|key| key.to_string()).unwrap_or_default()
}

/// Whether to leave would throw away responses, which only this session has, and nobody was told so just before: then that is
/// said, and the next time is meant.
pub fn holds_responses(state: &mut State) -> bool {
    let now = state.shared.now;
    let told = state.leaving.take();
    let holds = state.shared.outcomes.iter().any(|(_, outcome)| {
        let exchange = outcome.exchange.as_ref();
        exchange.is_some_and(|exchange| exchange.response().is_some())
    });
    if !holds || told.is_some_and(|at| now.duration_since(at) <= MEANT) {
        return false;
    }
    // What is unsaved is asked about in any case.
    if state.shared.workspace.unsaved().is_empty() {
        let key = key_to_cancel(state);
        state.leaving = Some(now);
        let text = format!("the responses go when you leave; {key} again quits");
        state.shared.notify(Level::Info, text);
        return true;
    }
    false
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;
    use crate::tui::event::Event;
    use crate::tui::harness::Harness;

    /// The first moment of the demo: its server has not told its address yet.
    fn waiting() -> Harness {
        let mut harness = Harness::new(120, 40);
        harness.state.held = Some(Vec::new());
        harness.press("j<enter><ctrl-j>");
        assert_eq!(harness.state.shared.running.len(), 1, "it shows as under way");
        assert!(sent(&harness).is_empty(), "it knows no address yet");
        harness
    }

    /// The address each send would go to.
    fn sent(harness: &Harness) -> Vec<String> {
        let plans = harness.effects.iter().filter_map(|effect| match effect {
            Effect::Send { plan, .. } => Some(&plan.scopes),
            _ => None,
        });
        let address = plans.map(|scopes| scopes.get("base_url").unwrap().1.value.to_string());
        address.collect()
    }

    #[test]
    fn a_send_waits_for_the_demo_server_and_goes_to_its_own_address() {
        let mut harness = waiting();
        harness.press("<ctrl-t>");
        harness.event(Event::Demo("http://127.0.0.1:4711".into()));
        assert_eq!(sent(&harness), ["\"http://127.0.0.1:4711\""]);
        harness.press("<ctrl-t>");
        assert_eq!(harness.state.shared.running.len(), 1, "it is on its way still");
        harness.effects.clear();
        harness.press("jlj<enter><ctrl-j>");
        assert_eq!(sent(&harness).len(), 1, "nothing waits any more");
    }

    #[test]
    fn what_waits_for_the_demo_server_can_be_cancelled() {
        let mut harness = waiting();
        harness.press("<ctrl-c>");
        harness.event(Event::Demo("http://127.0.0.1:4711".into()));
        assert!(sent(&harness).is_empty());
        assert!(harness.state.shared.running.is_empty());
        assert!(harness.state.modals.is_empty(), "it was no wish to leave");
    }

    #[test]
    fn a_key_that_came_too_late_to_cancel_is_no_wish_to_leave() {
        let quits = |harness: &Harness| harness.effects.iter().any(|effect| matches!(effect, Effect::Quit));
        for (seconds, keys, expected) in [
            (0, "<ctrl-c>", false),
            (0, "<ctrl-c><ctrl-c>", true),
            (2, "<ctrl-c>", true),
        ] {
            let mut harness = Harness::new(120, 40);
            harness.press("j<enter><ctrl-j>");
            let run = RunId(harness.state.next_run);
            harness.event(Event::Sent(run, None, Box::default()));
            harness.now += SignedDuration::from_secs(seconds);
            harness.press(keys);
            assert_eq!(quits(&harness), expected, "{seconds} s, {keys}");
            let told = harness.state.shared.notice.map(|notice| notice.text);
            let told = told.is_some_and(|told| told == "`Get token` has ended; ^C again quits");
            assert!(told != expected, "{seconds} s, {keys}");
        }
    }

    #[test]
    fn what_waits_for_a_demo_server_that_does_not_start_is_not_sent() {
        let mut harness = waiting();
        harness.event(Event::NoDemo("the demo server did not start: no port".into()));
        assert!(sent(&harness).is_empty());
        assert!(harness.state.shared.running.is_empty());
        let notice = harness.state.shared.notice.unwrap();
        assert_eq!(
            notice.text,
            "not sent: `Get token`; the demo server did not start: no port"
        );
    }

    #[test]
    fn other_environments_need_no_demo_server() {
        let mut harness = Harness::new(120, 40);
        harness.state.held = Some(Vec::new());
        let cells = harness.state.shared.workspace.environment_named("cells").unwrap().id;
        harness.state.shared.active_environment = Some(cells);
        harness.press("j<enter><ctrl-j>");
        assert_eq!(sent(&harness), ["\"https://your-cells.example\""]);
    }
}
