//! Making, renaming, copying, moving and deleting requests, folders and collections.

use std::sync::Arc;

use crate::model::edit::Edit;
use crate::model::{Entity, Group, NodeId, Request};
use crate::tui::effect::Effect;
use crate::tui::panes::Pane;
use crate::tui::shared::Level;
use crate::tui::state::State;

use super::structure::restructure;

/// What a request is called before anybody has named it.
const NEW: &str = "New request";

/// Shows a node in the request pane; the focus stays, unless that pane is not on the screen.
pub fn open(state: &mut State, id: NodeId) {
    if let Some(node) = state.shared.workspace.node(id) {
        let group = if node.entity.is_group() { Some(id) } else { node.parent };
        state.shared.last_group = group.or(state.shared.last_group);
        state.shared.open = Some(id);
        if let Some(log) = &mut state.shared.log {
            log.opened.take_if(|node| *node != id);
        }
        state.shared.outcomes.looked_at(id);
        state.shared.hide_again();
        state.shared.history.seal();
        if state.layout().area(Pane::Request).is_none() {
            state.focus = Pane::Request;
        }
    }
}

/// Makes a request and opens it: in a group on disk at once, else as a draft that is saved nowhere yet.
pub fn new_request(state: &mut State, parent: Option<NodeId>, effects: &mut Vec<Effect>) {
    let name = &free_name(state, parent);
    let entity = Entity::Request(Arc::new(Request {
        name: name.clone(),
        ..Request::default()
    }));
    let workspace = &mut state.shared.workspace;
    let slug = match parent {
        Some(parent) => workspace.free_slug(Some(parent), name),
        None => uuid::Uuid::new_v4().to_string(),
    };
    let (id, nodes) = workspace.new_node(entity, slug);
    let edits = vec![Edit::Insert {
        nodes,
        parent,
        index: usize::MAX,
    }];
    if !restructure(state, "new request", edits, effects) {
        return;
    }
    state.shared.open = Some(id);
    state.focus = Pane::Request;
    state.panes.request.begin();
}

/// A name that none beside it has: two of the same could not be told apart before they are sent.
fn free_name(state: &State, parent: Option<NodeId>) -> String {
    let workspace = &state.shared.workspace;
    let beside = parent.and_then(|parent| workspace.node(parent));
    let beside = beside.map_or(workspace.scratch(), |parent| &parent.children);
    let taken = |name: &str| {
        let mut nodes = beside.iter().filter_map(|id| workspace.node(*id));
        nodes.any(|node| node.entity.name() == name)
    };
    let numbered = (2..).map(|n| format!("{NEW} {n}"));
    let mut names = std::iter::once(NEW.to_owned()).chain(numbered);
    names.find(|name| !taken(name)).unwrap_or_else(|| NEW.to_owned())
}

/// Makes a folder, or with no parent a collection.
pub fn new_group(state: &mut State, parent: Option<NodeId>, name: &str, effects: &mut Vec<Effect>) {
    let group = Arc::new(Group::named(name));
    let entity = if parent.is_some() {
        Entity::Folder(group)
    } else {
        Entity::Collection(group)
    };
    let kind = entity.kind();
    let slug = state.shared.workspace.free_slug(parent, name);
    let (id, nodes) = state.shared.workspace.new_node(entity, slug);
    let edits = vec![Edit::Insert {
        nodes,
        parent,
        index: usize::MAX,
    }];
    if restructure(state, format!("new {kind} {name}"), edits, effects) {
        state.panes.tree.reveal(id);
    }
}

/// Renames a node and, where it has one, its file.
pub fn rename(state: &mut State, id: NodeId, name: &str, effects: &mut Vec<Effect>) {
    let workspace = &state.shared.workspace;
    let Some(node) = workspace.node(id) else { return };
    if node.entity.name() == name {
        return;
    }
    let label = format!("rename {}", node.entity.name());
    let mut edits = vec![Edit::Replace {
        id,
        entity: node.entity.renamed(name),
    }];
    if workspace.path(id).is_some() && crate::model::id::slug(name) != node.slug {
        edits.push(Edit::Reslug {
            id,
            slug: workspace.free_slug(node.parent, name),
        });
    }
    restructure(state, label, edits, effects);
}

/// Copies a node beside itself.
pub fn duplicate(state: &mut State, id: NodeId, effects: &mut Vec<Effect>) {
    let workspace = &mut state.shared.workspace;
    let Some(node) = workspace.node(id) else { return };
    let (parent, name) = (node.parent, format!("{} copy", node.entity.name()));
    let siblings = match parent {
        Some(parent) => workspace
            .node(parent)
            .map(|node| node.children.clone())
            .unwrap_or_default(),
        None if node.entity.is_group() => workspace.collections().to_vec(),
        None => workspace.scratch().to_vec(),
    };
    let index = siblings
        .iter()
        .position(|sibling| *sibling == id)
        .map_or(usize::MAX, |at| at + 1);
    let is_scratch = parent.is_none() && !node.entity.is_group();
    let slug = if is_scratch {
        uuid::Uuid::new_v4().to_string()
    } else {
        workspace.free_slug(parent, &name)
    };
    let mut nodes = workspace.copy_nodes(id);
    let Some(top) = nodes.first_mut() else { return };
    top.entity = top.entity.renamed(&name);
    top.slug = slug;
    let copy = top.id;
    let mut edits = vec![Edit::Insert { nodes, parent, index }];
    edits.extend(reorder(state, &siblings, Some((copy, index))));
    if restructure(state, format!("duplicate as {name}"), edits, effects) {
        state.panes.tree.reveal(copy);
    }
}

/// Deletes a node with all below it.
pub fn delete(state: &mut State, id: NodeId, effects: &mut Vec<Effect>) {
    let Some(node) = state.shared.workspace.node(id) else {
        return;
    };
    let name = node.entity.name().to_owned();
    if restructure(state, format!("delete {name}"), vec![Edit::Remove { id }], effects) {
        if state
            .shared
            .open
            .is_some_and(|open| state.shared.workspace.node(open).is_none())
        {
            state.shared.open = None;
        }
        state
            .shared
            .notify(Level::Done, format!("deleted `{name}`; undo brings it back"));
    }
}

/// Moves a node to a place among new siblings, which get new order numbers.
pub fn shift(state: &mut State, id: NodeId, parent: Option<NodeId>, index: usize, effects: &mut Vec<Effect>) {
    let workspace = &state.shared.workspace;
    let Some(node) = workspace.node(id) else { return };
    let siblings: Vec<NodeId> = match parent {
        Some(parent) => workspace
            .node(parent)
            .map(|node| node.children.clone())
            .unwrap_or_default(),
        None => workspace.collections().to_vec(),
    };
    let slug = if node.parent == parent {
        node.slug.clone()
    } else {
        workspace.free_slug(parent, node.entity.name())
    };
    let label = format!("move {}", node.entity.name());
    let mut edits = vec![Edit::Move {
        id,
        parent,
        index,
        slug,
    }];
    edits.extend(reorder(state, &siblings, Some((id, index))));
    if restructure(state, label, edits, effects) {
        state.panes.tree.reveal(id);
    }
    state.shared.cut = None;
}

/// The edits that give siblings rising order numbers, with one node put in at a place.
fn reorder(state: &State, siblings: &[NodeId], put: Option<(NodeId, usize)>) -> Vec<Edit> {
    let mut order: Vec<NodeId> = siblings.to_vec();
    if let Some((id, index)) = put {
        order.retain(|sibling| *sibling != id);
        order.insert(index.min(order.len()), id);
    }
    let mut edits = Vec::new();
    for (n, id) in order.into_iter().enumerate() {
        let wanted = i64::try_from(n + 1).ok().map(|n| n * 10);
        if let Some(node) = state.shared.workspace.node(id)
            && node.entity.order() != wanted
        {
            edits.push(Edit::Replace {
                id,
                entity: node.entity.ordered(wanted),
            });
        }
    }
    edits
}
