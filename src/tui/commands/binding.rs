//! Making a value of a response a token: `[tokens.NAME]` in the file of the request's collection.

use std::sync::Arc;

use crate::exec::renewal::token_in;
use crate::exec::tokens::token_sources;
use crate::model::edit::Edit;
use crate::model::token::TokenSource;
use crate::model::variable::Owner;
use crate::model::{Auth, Entity, Filed, Group, Request, Secret};
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
    saving::edit(state, format!("token {variable}"), None, edits);
    saving::save(state, Filed::Node(id), false, queue, effects);
    if no_auth {
        saving::save(state, Filed::Node(node), false, queue, effects);
    }

    let shared = &mut state.shared;
    let name = shared.workspace.name_of(Filed::Node(node));
    let outcome = shared.outcomes.get(&node);
    let token = outcome.and_then(|outcome| token_in(&source, name, outcome).ok());
    if let Some(token) = token {
        shared.outcomes.hide(node, &Secret::new(token.value.clone()));
        let owner = shared.environment_owner().unwrap_or(Owner::Collection(slug));
        let value = Some(token.value.clone().into());
        let sources = token_sources(&shared.workspace).into_iter();
        let mut own = sources.filter(|own| own.source.variable == variable);
        if let Some(own) = own.next() {
            let key = own.key(&shared.workspace, shared.active_environment);
            shared.tokens.note(&key, Arc::new(token));
        }
        let key = variable.to_owned();
        queue.push(Command::SetCurrentToo { owner, key, value });
    }
    let name = state.shared.workspace.name_of(Filed::Node(node));
    let bare = if no_auth { ", which goes without auth," } else { "" };
    let text = format!(
        "`{{{{{variable}}}}}` is filled by `{name}`{bare} and renewed by itself: use it in the auth of other requests, as in \
         `Bearer {{{{{variable}}}}}`"
    );
    for filed in [Filed::Node(node), Filed::Node(id)] {
        state.saves.tell(filed, Level::Done, text.clone());
    }
    queue.push(Command::Notify(Level::Done, text));
}
