//! Making a value of a response a token: `[tokens.NAME]` in the file of the request's collection.

use std::sync::Arc;

use crate::exec;
use crate::exec::renewal::token_in;
use crate::exec::tokens::of_group;
use crate::model::edit::Edit;
use crate::model::history::ValueChange;
use crate::model::token::TokenSource;
use crate::model::variable::Owner;
use crate::model::{Auth, Entity, Filed, Group, NodeId, Outcome, Request, Secret};
use crate::store::state::token_row;
use crate::tui::command::{Command, TokenDraft};
use crate::tui::effect::Effect;
use crate::tui::shared::Level;
use crate::tui::state::State;

use super::saving;

/// Writes where a token comes from, and takes the one that is there already.
pub fn bind(state: &mut State, draft: TokenDraft, variable: &str, queue: &mut Vec<Command>, effects: &mut Vec<Effect>) {
    let no_auth = draft.goes_bare(&state.shared.workspace, variable).unwrap_or(false);
    let TokenDraft { node, pick, life, .. } = draft;
    let workspace = &state.shared.workspace;
    let (collection, path) = (workspace.collection_of(node), workspace.path(node));
    let (Some(collection), Some(path)) = (collection, path) else {
        let text = "save the request into a collection first: that is where it is written where the token comes from";
        return state.shared.notify(Level::Warning, text);
    };
    let (id, slug) = (collection.id, collection.slug.clone());
    let Entity::Collection(group) = &collection.entity else {
        return;
    };
    let below = path
        .as_str()
        .strip_prefix(&slug)
        .unwrap_or_default()
        .trim_start_matches('/');
    let mut group = Group::clone(group);
    let known = group.tokens.iter_mut().find(|token| token.variable == variable);
    let mut source = known
        .as_deref()
        .cloned()
        .unwrap_or_else(|| TokenSource::new(variable, ""));
    below.clone_into(&mut source.request);
    (source.pick, source.life) = (pick, life);
    match known {
        Some(known) => *known = source.clone(),
        None => group.tokens.push(source.clone()),
    }
    let entity = Entity::Collection(Arc::new(group));
    let mut edits = vec![Edit::Replace { id, entity }];
    if let Some(request) = workspace.request(node).filter(|_| no_auth) {
        let mut request = Request::clone(request);
        request.auth = Auth::new(Auth::NONE);
        let entity = Entity::Request(Arc::new(request));
        edits.push(Edit::Replace { id: node, entity });
    }
    // What else is unsaved there is not ours to save.
    let is_new = |id: &NodeId| workspace.node(*id).is_some_and(|node| node.saved.is_none());
    // What is sent elsewhere to get a token is what stands in the file of its request.
    let brings = no_auth || workspace.is_dirty(node);
    let changed = [Some(id), brings.then_some(node)].into_iter().flatten();
    // One that is in no file yet could bring none.
    let keeps = |id: &NodeId| workspace.is_dirty(*id) && !is_new(id);
    let (unsaved, saves): (Vec<NodeId>, Vec<NodeId>) = changed.partition(keeps);
    let was_new = is_new(&node);
    let unsaved: Vec<String> = unsaved
        .into_iter()
        .map(|id| format!("`{}`", workspace.name_of(Filed::Node(id))))
        .collect();
    saving::edit(state, format!("token {variable}"), None, edits);
    for node in saves {
        saving::save(state, Filed::Node(node), false, queue, effects);
    }

    let shared = &mut state.shared;
    let name = shared.workspace.name_of(Filed::Node(node));
    let outcome = shared.outcomes.get(&node);
    let token = outcome.and_then(|outcome| token_in(&source, name, outcome).ok());
    // As from the next send on: with the token also what came beside it to get another.
    let now = exec::Source {
        workspace: &shared.workspace,
        node: Some(node),
        environment: shared.active_environment,
        current: &shared.current,
        overrides: &shared.overrides,
        local: None,
    };
    let value = token.as_ref().map(|token| Secret::new(token.value.clone()));
    let hidden = |outcome: &Outcome| exec::secrets(&now, outcome).with(value.clone());
    shared.outcomes.hide(node, hidden);
    if let Some(token) = token {
        let owner = shared.environment_owner().unwrap_or(Owner::Collection(slug));
        let value = Some(token.value.clone().into());
        // Others may declare one of this name: theirs goes to other servers.
        let declared = of_group(&shared.workspace, id).into_iter();
        let mut own = declared.filter(|own| own.source.variable == variable);
        if let Some(own) = own.next() {
            let key = own.key(&shared.workspace, shared.active_environment);
            // What is known of it, its end above all, is known to the next start and to other postriders, too.
            if let Ok((place, name, kept)) = token_row(&key, &token) {
                let change = ValueChange::new(&shared.current, &place, &name, Some(kept));
                change.apply(&mut shared.current);
                saving::keep_values(std::slice::from_ref(&change), effects);
                // It goes again with what says where it comes from.
                shared.history.amend(false, [change]);
            }
            shared.tokens.note(&key, Arc::new(token));
        }
        let key = variable.to_owned();
        queue.push(Command::SetCurrentToo { owner, key, value });
    }
    let name = state.shared.workspace.name_of(Filed::Node(node));
    let bare = if no_auth { ", which goes without auth," } else { "" };
    let rest = match unsaved.join(" and ") {
        none if none.is_empty() => String::new(),
        names => format!("; save {names}, where other changes wait, so that it is fetched as here"),
    };
    let along = if was_new { ", which is saved with it," } else { "" };
    let text = format!(
        "`{{{{{variable}}}}}` is filled by `{name}`{bare}{along} and renewed by itself: use it in the auth of other requests, as in \
         `Bearer {{{{{variable}}}}}`{rest}"
    );
    let level = if rest.is_empty() { Level::Done } else { Level::Warning };
    for filed in [Filed::Node(node), Filed::Node(id)] {
        state.saves.tell(filed, level, text.clone());
    }
    queue.push(Command::Notify(level, text));
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;
    use crate::model::request::Method;
    use crate::model::token::{Life, Pick};
    use crate::store::state::token_of;
    use crate::tui::action::{Action, App};
    use crate::tui::effect::{FileJob, LocalJob};
    use crate::tui::harness::{Harness, workspace};
    use crate::tui::outcomes::tests::of as answered;

    /// Binds a value of the reply of `list-services`, with the request or its collection changed before; returns what is
    /// written, and what the user is told.
    fn bound(changed: &str, no_auth: bool) -> (Vec<String>, String) {
        let mut harness = Harness::new(120, 40);
        let at = |harness: &Harness, path: &str| harness.state.shared.node_at(path).unwrap();
        if !changed.is_empty() {
            let id = at(&harness, changed);
            let entity = match &harness.state.shared.workspace.node(id).unwrap().entity {
                Entity::Collection(group) => Entity::Collection(Arc::new(Group {
                    description: "not to be saved yet".into(),
                    ..Group::clone(group)
                })),
                Entity::Request(request) => Entity::Request(Arc::new(Request {
                    description: "not to be saved yet".into(),
                    ..Request::clone(request)
                })),
                Entity::Folder(_) => unreachable!("no folder is changed here"),
            };
            let edits = vec![Edit::Replace { id, entity }];
            saving::edit(&mut harness.state, "test".into(), None, edits);
        }
        harness.effects.clear();
        let draft = TokenDraft {
            node: at(&harness, "pydio-cells/configuration/list-services"),
            pick: Pick::Body("$.token".into()),
            life: Life::Told,
            no_auth: Some(no_auth),
        };
        let bind = Command::BindToken(Box::new(draft), "dex_token".into());
        harness.state.run(vec![bind], &mut harness.effects);
        let jobs = harness.effects.iter().filter_map(|effect| match effect {
            Effect::Files(jobs) => Some(jobs),
            _ => None,
        });
        let written = jobs.flatten().filter_map(|job| match job {
            FileJob::Write { path, .. } => Some(path.to_string()),
            _ => None,
        });
        (written.collect(), harness.state.shared.notice.unwrap().text)
    }

    #[test]
    fn the_end_of_the_token_is_kept_with_it() {
        let mut harness = Harness::new(120, 40);
        let node = harness.state.shared.node_at("pydio-cells/get-token").unwrap();
        let body = r#"{"id_token": "abcdefgh", "expires_in": 60}"#;
        let outcome = answered(body.as_bytes().into());
        harness.state.shared.outcomes.insert(node, outcome, Some(node));
        let draft = TokenDraft {
            node,
            pick: Pick::Body("$.id_token".into()),
            life: Life::Told,
            no_auth: None,
        };
        let bind = Command::BindToken(Box::new(draft), "dex_token".into());
        harness.state.run(vec![bind], &mut harness.effects);
        let rows = harness.effects.iter().filter_map(|effect| match effect {
            Effect::Local(LocalJob::Current(rows)) => Some(rows),
            _ => None,
        });
        let kept = rows
            .flatten()
            .find_map(|(owner, key, value)| token_of(owner, key, value.as_ref()?));
        let (key, token) = kept.unwrap();
        assert_eq!((&*key.name, &*token.value), ("dex_token", "abcdefgh"));
        assert!(token.expires_at.is_some());
    }

    #[test]
    fn a_token_is_filed_under_the_collection_it_is_declared_in() {
        let mut workspace = workspace();
        let alpha = Group {
            tokens: vec![TokenSource::new("tok", "login")],
            ..Group::named("Alpha")
        };
        let alpha = workspace.load_node(None, "alpha", Entity::Collection(Arc::new(alpha)));
        let zeta = workspace.load_node(None, "zeta", Entity::Collection(Arc::new(Group::named("Zeta"))));
        let login = || Entity::Request(Arc::new(Request::to(Method::new("POST"), "http://127.0.0.1/login")));
        workspace.load_node(Some(alpha), "login", login());
        let node = workspace.load_node(Some(zeta), "login", login());
        let mut harness = Harness::with(workspace, 120, 40);
        let outcome = answered(r#"{"token": "abcdefgh"}"#.as_bytes().into());
        harness.state.shared.outcomes.insert(node, outcome, Some(node));
        let draft = TokenDraft {
            node,
            pick: Pick::Body("$.token".into()),
            life: Life::Told,
            no_auth: None,
        };
        let bind = Command::BindToken(Box::new(draft), "tok".into());
        harness.state.run(vec![bind], &mut harness.effects);
        let all = harness.state.shared.tokens.all();
        let places: Vec<&str> = all.iter().map(|(key, _)| key.place.as_str()).collect();
        assert_eq!(places, ["zeta"]);
        let rows = harness.effects.iter().filter_map(|effect| match effect {
            Effect::Local(LocalJob::Current(rows)) => Some(rows),
            _ => None,
        });
        let kept = rows
            .flatten()
            .filter_map(|(owner, key, value)| token_of(owner, key, value.as_ref()?));
        let kept: Vec<String> = kept.map(|(key, _)| key.place).collect();
        assert_eq!(kept, ["zeta"]);
        // Undo takes all of it back.
        harness.effects.clear();
        harness
            .state
            .run(vec![Command::Act(Action::App(App::Undo))], &mut harness.effects);
        let shared = &harness.state.shared;
        let zeta = shared.node_at("zeta").unwrap();
        assert!(of_group(&shared.workspace, zeta).is_empty());
        assert!(shared.tokens.all().is_empty(), "{:?}", shared.tokens.all());
        let gone = harness.effects.iter().filter_map(|effect| match effect {
            Effect::Local(LocalJob::Current(rows)) => Some(rows),
            _ => None,
        });
        let gone = gone.flatten().filter(|(_, _, value)| value.is_none());
        assert!(gone.into_iter().any(|(owner, ..)| matches!(owner, Owner::Tokens(_))));
    }

    #[test]
    fn what_came_with_the_token_is_hidden_at_once() {
        let mut harness = Harness::new(120, 40);
        let shared = &mut harness.state.shared;
        let node = shared.node_at("pydio-cells/configuration/list-services").unwrap();
        let earlier = r#"{"access_token":"first-access-4711","refresh_token":"first-refresh-4711"}"#;
        let last = r#"{"access_token":"last-access-4711","refresh_token":"last-refresh-4711"}"#;
        for body in [earlier, last] {
            shared.outcomes.insert(node, answered(body.into()), None);
        }
        let draft = TokenDraft {
            node,
            pick: Pick::Body("$.access_token".into()),
            life: Life::Told,
            no_auth: None,
        };
        let bind = Command::BindToken(Box::new(draft), "dex_token".into());
        harness.state.run(vec![bind], &mut harness.effects);
        let outcomes = &harness.state.shared.outcomes;
        let mut shown = outcomes.answered(&node).map(|(_, outcome)| {
            let response = outcome.exchange.as_ref().unwrap().response().unwrap();
            let body = response.body.whole().unwrap();
            outcome.redactor.redact(std::str::from_utf8(&body).unwrap())
        });
        assert!(shown.all(|shown| !shown.contains("4711")));
        assert_eq!(outcomes.answered(&node).count(), 2);
    }

    #[test]
    fn only_what_was_clean_is_saved_along() {
        let (collection, request) = ("pydio-cells", "pydio-cells/configuration/list-services");
        let (written, told) = bound("", true);
        assert_eq!(written, [collection, request]);
        assert!(!told.contains("other changes"), "{told}");
        let (written, told) = bound(collection, true);
        assert_eq!(written, [request]);
        assert!(told.contains("save `Pydio Cells`"), "{told}");
        let (written, told) = bound(request, false);
        assert_eq!(written, [collection]);
        assert!(
            told.contains("save `List services`"),
            "what brings it elsewhere is in no file: {told}"
        );
        let (written, told) = bound(request, true);
        assert_eq!(written, [collection]);
        assert!(told.contains("save `List services`"), "{told}");
    }
}
