//! Making a value of a response a token: `[tokens.NAME]` in the file of the request's collection.

use std::sync::Arc;

use crate::exec::renewal::token_in;
use crate::exec::tokens::token_sources;
use crate::model::edit::Edit;
use crate::model::token::TokenSource;
use crate::model::variable::Owner;
use crate::model::{Entity, Filed, Group};
use crate::tui::command::{Command, TokenDraft};
use crate::tui::effect::Effect;
use crate::tui::shared::Level;
use crate::tui::state::State;

use super::saving;

/// Writes where a token comes from, and takes the one that is there already.
pub fn bind(state: &mut State, draft: TokenDraft, variable: &str, queue: &mut Vec<Command>, effects: &mut Vec<Effect>) {
    let TokenDraft { node, pick, life } = draft;
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
    saving::edit(
        state,
        format!("token {variable}"),
        None,
        vec![Edit::Replace { id, entity }],
    );
    saving::save(state, Filed::Node(id), false, queue, effects);

    let shared = &mut state.shared;
    let name = shared.workspace.name_of(Filed::Node(node));
    let outcome = shared.outcomes.get(&node);
    let token = outcome.and_then(|outcome| token_in(&source, name, outcome).ok());
    if let Some(token) = token {
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
    let text = format!("`{variable}` comes from `{name}` now and is renewed by itself: `[tokens.{variable}]`");
    queue.push(Command::Notify(Level::Done, text));
}
