//! A collection of the workspace, whole, as the formats write it.

use std::collections::HashMap;

use super::{Collection, Item};
use crate::model::{NodeId, Workspace};

/// The collection that `node` is or lies in, with all in it: every folder before what is in it.
pub fn whole(workspace: &Workspace, node: NodeId) -> Collection {
    let Some(top) = workspace.collection_of(node) else {
        return Collection::default();
    };
    let mut places: HashMap<NodeId, usize> = HashMap::new();
    let mut items = Vec::new();
    for node in workspace
        .descendants(top.id)
        .into_iter()
        .filter_map(|id| workspace.node(id))
    {
        places.insert(node.id, items.len());
        items.push(Item {
            parent: node.parent.and_then(|parent| places.get(&parent)).copied(),
            slug: node.slug.clone(),
            entity: node.entity.clone(),
        });
    }
    Collection {
        items,
        ..Collection::default()
    }
}
