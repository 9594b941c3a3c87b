//! Making, renaming, copying, moving and deleting requests, folders and collections.

use std::sync::Arc;

use crate::model::edit::Edit;
use crate::model::{Entity, Group, NodeId, Request, Workspace};
use crate::tui::effect::Effect;
use crate::tui::panes::Pane;
use crate::tui::shared::Level;
use crate::tui::state::State;

use super::ordering::{self, Sibling};
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
    let mut put = Put {
        index,
        edits: Vec::new(),
    };
    if !is_scratch {
        let placed = (copy, top.entity.clone(), top.slug.clone());
        put = reorder(&state.shared.workspace, &siblings, &placed, index, true);
        // It is not in the workspace yet: what it is to be is what it comes as.
        for edit in &mut put.edits {
            if let Edit::Replace { id, entity } = edit
                && *id == copy
            {
                top.entity = entity.clone();
            }
        }
        put.edits
            .retain(|edit| !matches!(edit, Edit::Replace { id, .. } if *id == copy));
    }
    let mut edits = vec![Edit::Insert {
        nodes,
        parent,
        index: put.index,
    }];
    edits.extend(put.edits);
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
            state.close();
        }
        state
            .shared
            .notify(Level::Done, format!("deleted `{name}`; undo brings it back"));
    }
}

/// Moves a node to a place among new siblings.
pub fn shift(state: &mut State, id: NodeId, parent: Option<NodeId>, index: usize, effects: &mut Vec<Effect>) {
    let workspace = &state.shared.workspace;
    let Some(node) = workspace.node(id) else { return };
    let siblings: &[NodeId] = match parent {
        Some(parent) => workspace.node(parent).map_or(&[], |node| &node.children),
        None => workspace.collections(),
    };
    let stays = node.parent == parent;
    let slug = if stays {
        node.slug.clone()
    } else {
        workspace.free_slug(parent, node.entity.name())
    };
    let label = format!("move {}", node.entity.name());
    // What is pasted elsewhere may stand by its name, as what is new there does.
    let by_name = !stays && state.shared.cut == Some(id);
    let put = reorder(
        workspace,
        siblings,
        &(id, node.entity.clone(), slug.clone()),
        index,
        by_name,
    );
    let mut edits = vec![Edit::Move {
        id,
        parent,
        index: put.index,
        slug,
    }];
    edits.extend(put.edits);
    if restructure(state, label, edits, effects) {
        state.panes.tree.reveal(id);
    }
    state.shared.cut = None;
}

/// Where one is put among its siblings, and what that changes.
struct Put {
    index: usize,
    edits: Vec<Edit>,
}

/// The place of one (with its content and file name) among its siblings, and the orders that say it. Where those before
/// it have none, and it may stand by its name, it does: nothing else is to be written for it.
fn reorder(
    workspace: &Workspace,
    siblings: &[NodeId],
    (one, entity, slug): &(NodeId, Entity, String),
    index: usize,
    by_name: bool,
) -> Put {
    let sibling = |entity: &Entity, slug: &str| Sibling {
        order: entity.order(),
        name: entity.name().to_lowercase(),
        slug: slug.to_owned(),
    };
    let others = siblings.iter().filter(|id| *id != one);
    let mut nodes: Vec<(NodeId, &Entity)> = Vec::new();
    let mut row: Vec<Sibling> = Vec::new();
    for node in others.filter_map(|id| workspace.node(*id)) {
        nodes.push((node.id, &node.entity));
        row.push(sibling(&node.entity, &node.slug));
    }
    let mut index = index.min(row.len());
    let mut own = sibling(entity, slug);
    row.insert(index, own.clone());
    let is_loose = index > 0 && row[index - 1].order.is_none();
    if by_name && is_loose && ordering::alone(&row, index).is_none() {
        row.remove(index);
        own.order = None;
        index = ordering::own_place(&row, &own);
        row.insert(index, own);
    }
    nodes.insert(index, (*one, entity));
    let mut changed = ordering::orders(&row, index);
    if row[index].order != entity.order() && changed.iter().all(|(at, _)| *at != index) {
        changed.push((index, row[index].order));
    }
    let edits = changed.into_iter().map(|(at, order)| Edit::Replace {
        id: nodes[at].0,
        entity: nodes[at].1.ordered(order),
    });
    Put {
        index,
        edits: edits.collect(),
    }
}
