//! Of a large workspace, the requests that must be there before the first frame: it shows them, or what is remembered does
//! not hold without them.

use std::collections::HashSet;

use serde_json::Value;

use super::startup::Remembered;
use crate::model::token::TokenSource;
use crate::model::{ItemPath, NodeId, Workspace};
use crate::store::{Loading, Place};
use crate::tui::drafts::{self, Key};
use crate::tui::state::State;

/// So many requests in unfolded folders are worth waiting for; more would not be in sight anyway.
const MOST_IN_SIGHT: usize = 200;

/// Reads the requests that have drafts, are open, fetch tokens or are in sight, and has those of unfolded folders read next.
pub fn read(state: &mut State, loading: &mut Loading, remembered: &Remembered) {
    let layout = &remembered.layout;
    let named = [&layout["open"], &layout["tree"]["cursor"]];
    let drafts = remembered.drafts.iter().map(|draft| draft.key.as_str());
    let keys = drafts.chain(named.into_iter().filter_map(Value::as_str));
    let mut wanted: HashSet<ItemPath> = keys.filter_map(request_of).collect();
    let workspace = &mut state.shared.workspace;
    wanted.extend(of_tokens(workspace));
    let unfolded = unfolded(workspace, layout);
    let mut room = MOST_IN_SIGHT;
    let in_sight: HashSet<ItemPath> = loading
        .shelves()
        .filter(|(group, count)| {
            let fits = unfolded.contains(group) && *count <= room;
            room -= if fits { *count } else { 0 };
            fits
        })
        .map(|(group, _)| group.clone())
        .collect();
    loading.read(workspace, |group, slug| {
        in_sight.contains(group) || wanted.contains(&group.join(slug))
    });
    loading.prefer(|group| unfolded.contains(group));
}

/// The request that is first in the tree, read with what stands before it.
pub fn first_request(workspace: &mut Workspace, loading: &mut Option<Loading>) -> Option<NodeId> {
    let mut todo: Vec<NodeId> = workspace.collections().iter().rev().copied().collect();
    while let Some(id) = todo.pop() {
        if workspace.request(id).is_some() {
            return Some(id);
        }
        if let (Some(loading), Some(path)) = (loading.as_mut(), workspace.path(id)) {
            loading.read(workspace, |group, _| *group == path);
        }
        let children = workspace.node(id).map_or(&[][..], |node| &node.children);
        todo.extend(children.iter().rev());
    }
    None
}

/// The request that a draft is of, or that the layout names.
fn request_of(key: &str) -> Option<ItemPath> {
    match drafts::read_key(key) {
        Key::Place(Place::Request(path)) => Some(path),
        _ => None,
    }
}

/// The requests that fetch tokens: the screen says how those stand.
fn of_tokens(workspace: &Workspace) -> Vec<ItemPath> {
    let named = |source: &TokenSource| [Some(source.request.clone()), source.refresh.clone()];
    let mut out = Vec::new();
    for id in workspace.groups_with_tokens() {
        let (Some(group), Some(collection)) = (workspace.group(id), workspace.collection_of(id)) else {
            continue;
        };
        let paths = group.tokens.iter().flat_map(named).flatten();
        out.extend(paths.map(|path| ItemPath::new(&*collection.slug).join(&path)));
    }
    for node in workspace.environments() {
        let paths = node.environment.tokens.iter().flat_map(named).flatten();
        out.extend(paths.map(ItemPath::new));
    }
    out
}

/// The groups whose rows are not folded away: the remembered ones, on the very first start the collections.
fn unfolded(workspace: &Workspace, layout: &Value) -> HashSet<ItemPath> {
    let group = |key: &Value| Some(ItemPath::new(key.as_str()?.strip_suffix('/')?));
    let collections = || workspace.collections().iter().filter_map(|id| workspace.path(*id));
    let remembered = layout["tree"]["unfolded"].as_array();
    remembered.map_or_else(
        || collections().collect(),
        |keys| keys.iter().filter_map(group).collect(),
    )
}
