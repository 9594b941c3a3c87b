//! Filling a workspace with what was read from the disk: all at once, or the groups first and the requests part by part.
//!
//! What the user changes is an [`super::edit::Edit`], and what others change while the program runs is followed
//! ([`super::follow`]).

use std::collections::HashMap;
use std::sync::Arc;

use super::workspace::EnvironmentNode;
use super::{Entity, Environment, EnvironmentId, ItemPath, Node, NodeId, Workspace};

/// Requests that were read, with the group they are in.
pub type Shelf = (ItemPath, Vec<(String, Entity)>);

impl Workspace {
    /// Adds a node as read from disk, behind its siblings.
    pub fn load_node(&mut self, parent: Option<NodeId>, slug: impl Into<String>, entity: Entity) -> NodeId {
        let id = NodeId(self.fresh_id());
        self.load_as(id, parent, slug, entity)
    }

    /// The same under an identity that was its own before, and that nothing else has.
    pub(super) fn load_as(
        &mut self,
        id: NodeId,
        parent: Option<NodeId>,
        slug: impl Into<String>,
        entity: Entity,
    ) -> NodeId {
        self.note_tokens(id, &entity);
        let saved = Some(entity.clone());
        self.nodes.insert(
            id,
            Node {
                id,
                parent,
                slug: slug.into(),
                entity,
                children: Vec::new(),
                saved,
            },
        );
        match parent.and_then(|parent| self.nodes.get_mut(&parent)) {
            Some(parent) => parent.children.push(id),
            None => self.collections.push(id),
        }
        id
    }

    /// Adds an environment as read from disk.
    pub fn load_environment(&mut self, slug: impl Into<String>, environment: Environment) -> EnvironmentId {
        let id = EnvironmentId(self.fresh_id());
        let environment = Arc::new(environment);
        let saved = Some(environment.clone());
        self.environments.push(EnvironmentNode {
            id,
            slug: slug.into(),
            environment,
            saved,
        });
        id
    }

    /// Sets the globals as read from disk.
    pub fn load_globals(&mut self, globals: Environment) {
        self.globals = Arc::new(globals);
        self.globals_saved = self.globals.clone();
    }

    /// Adds requests that were read after their groups, and puts them into order among those that are there. Without its
    /// group a request has no place, and is left out.
    pub fn load_requests(&mut self, shelves: Vec<Shelf>) {
        for (group, requests) in shelves {
            let Some(parent) = self.find_kind(&group, true) else {
                continue;
            };
            for (slug, request) in requests {
                self.load_node(Some(parent), slug, request);
            }
            self.sort_children(parent);
        }
    }

    /// Puts all siblings into their order: by `order`, then name; those without an order last.
    pub fn sort(&mut self) {
        let ids: Vec<NodeId> = self.nodes.keys().copied().collect();
        for id in ids {
            self.sort_children(id);
        }
        let mut collections = std::mem::take(&mut self.collections);
        collections.sort_by_cached_key(|id| rank(&self.nodes, *id));
        self.collections = collections;
        self.environments.sort_by_cached_key(|node| {
            (
                node.environment.order.unwrap_or(i64::MAX),
                node.environment.name.to_lowercase(),
                node.slug.clone(),
            )
        });
    }

    fn sort_children(&mut self, id: NodeId) {
        let Some(mut children) = self.nodes.get_mut(&id).map(|node| std::mem::take(&mut node.children)) else {
            return;
        };
        children.sort_by_cached_key(|child| rank(&self.nodes, *child));
        if let Some(node) = self.nodes.get_mut(&id) {
            node.children = children;
        }
    }
}

/// What siblings are put into order by.
fn rank(nodes: &HashMap<NodeId, Node>, id: NodeId) -> Option<(i64, String, String)> {
    nodes.get(&id).map(|node| {
        (
            node.entity.order().unwrap_or(i64::MAX),
            node.entity.name().to_lowercase(),
            node.slug.clone(),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Group, Request};

    fn request(name: &str, order: Option<i64>) -> Entity {
        Entity::Request(Arc::new(Request {
            name: name.into(),
            order,
            ..Request::default()
        }))
    }

    fn slugs(workspace: &Workspace, below: NodeId) -> Vec<&str> {
        let requests = workspace.requests_below(below);
        requests.iter().map(|id| workspace.nodes[id].slug.as_str()).collect()
    }

    #[test]
    fn siblings_are_sorted_by_order_then_name() {
        let mut workspace = Workspace::new("/w");
        let collection = workspace.load_node(None, "api", Entity::Collection(Arc::new(Group::named("API"))));
        for (name, order) in [("b", None), ("z", Some(5)), ("a", None), ("y", Some(10))] {
            workspace.load_node(Some(collection), name, request(name, order));
        }
        workspace.sort();
        assert_eq!(slugs(&workspace, collection), ["z", "y", "a", "b"]);
    }

    #[test]
    fn requests_that_come_part_by_part_stand_as_if_they_had_come_at_once() {
        let mut workspace = Workspace::new("/w");
        let collection = workspace.load_node(None, "api", Entity::Collection(Arc::new(Group::named("API"))));
        let folder = workspace.load_node(Some(collection), "f", Entity::Folder(Arc::new(Group::named("F"))));
        let shelf = |group: &str, names: &[(&str, i64)]| {
            let requests = names
                .iter()
                .map(|(name, order)| ((*name).into(), request(name, Some(*order))));
            (ItemPath::new(group), requests.collect())
        };
        workspace.load_requests(vec![shelf("api", &[("d", 4), ("b", 2)])]);
        workspace.load_requests(vec![
            shelf("api/f", &[("z", 2), ("y", 1)]),
            shelf("api", &[("c", 3), ("a", 1)]),
            shelf("api/gone", &[("lost", 1)]),
        ]);
        assert_eq!(slugs(&workspace, collection), ["a", "b", "c", "d", "y", "z"]);
        assert_eq!(slugs(&workspace, folder), ["y", "z"]);
        assert!(workspace.dirty().is_empty());
    }
}
