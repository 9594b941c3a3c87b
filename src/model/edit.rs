//! All changes a user can make to a workspace, each with its inverse.
//!
//! An [`Edit`] is plain data. [`Workspace::apply`] carries it out and hands back its inverse, so undo is applying
//! inverses: there is no second code path that could disagree. Saving to disk is the caller's business; what can be
//! undone is kept by [`super::history`].

use std::sync::Arc;

use super::workspace::EnvironmentNode;
use super::{Entity, Environment, EnvironmentId, Node, NodeId, Workspace};

/// A change of the workspace.
#[derive(Clone, Debug)]
pub enum Edit {
    /// Replaces the content of a node.
    Replace {
        /// The node.
        id: NodeId,
        /// Its new content; must be of the same kind.
        entity: Entity,
    },
    /// Puts a detached subtree into place.
    Insert {
        /// The nodes, the top one first.
        nodes: Vec<Node>,
        /// Where: a group, or `None` for a collection or an unsaved request.
        parent: Option<NodeId>,
        /// Before which sibling; beyond the end is the end.
        index: usize,
    },
    /// Takes a node and all below it out.
    Remove {
        /// The node.
        id: NodeId,
    },
    /// Moves a node, with a new file name if the place has that one already.
    Move {
        /// The node.
        id: NodeId,
        /// Its new parent.
        parent: Option<NodeId>,
        /// Its new place among the new siblings, counted without itself.
        index: usize,
        /// Its file name there.
        slug: String,
    },
    /// Gives a node another file name.
    Reslug {
        /// The node.
        id: NodeId,
        /// The new name, unique among its siblings.
        slug: String,
    },
    /// Replaces the content of an environment.
    ReplaceEnvironment {
        /// The environment.
        id: EnvironmentId,
        /// Its new content.
        environment: Arc<Environment>,
    },
    /// Puts an environment into place.
    InsertEnvironment {
        /// The environment.
        node: EnvironmentNode,
        /// Before which one.
        index: usize,
    },
    /// Takes an environment out.
    RemoveEnvironment {
        /// The environment.
        id: EnvironmentId,
    },
    /// Gives an environment another file name.
    ReslugEnvironment {
        /// The environment.
        id: EnvironmentId,
        /// The new name, unique among environments.
        slug: String,
    },
    /// Replaces the globals.
    ReplaceGlobals {
        /// The new globals.
        globals: Arc<Environment>,
    },
}

/// Why an edit cannot be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    /// The node or environment is gone.
    #[error("it is not there any more")]
    Gone,
    /// A folder cannot be put into itself, a collection not into a folder, nothing into a request.
    #[error("a {what} cannot be put there")]
    Misplaced {
        /// The kind of node.
        what: &'static str,
    },
    /// Another file or folder there has the name already.
    #[error("there is another `{slug}` by now; rename it first")]
    Taken {
        /// The name.
        slug: String,
    },
}

impl Workspace {
    /// Makes a new request that is not saved anywhere yet; returns its id and the edit that adds it.
    pub fn new_node(&mut self, entity: Entity, slug: impl Into<String>) -> (NodeId, Vec<Node>) {
        let id = NodeId(self.fresh_id());
        (
            id,
            vec![Node {
                id,
                parent: None,
                slug: slug.into(),
                entity,
                children: Vec::new(),
                saved: None,
            }],
        )
    }

    /// Makes a new environment, not yet in the workspace.
    pub fn new_environment(&mut self, environment: Environment, slug: impl Into<String>) -> EnvironmentNode {
        let id = EnvironmentId(self.fresh_id());
        EnvironmentNode {
            id,
            slug: slug.into(),
            environment: Arc::new(environment),
            saved: None,
        }
    }

    /// Copies a node and all below it under new identities, never saved.
    pub fn copy_nodes(&mut self, id: NodeId) -> Vec<Node> {
        let ids = self.descendants(id);
        let fresh: std::collections::HashMap<NodeId, NodeId> =
            ids.iter().map(|old| (*old, NodeId(self.fresh_id()))).collect();
        ids.iter()
            .filter_map(|old| {
                let mut node = self.nodes.get(old)?.clone();
                node.id = fresh[old];
                node.parent = node.parent.and_then(|parent| fresh.get(&parent).copied());
                node.children = node
                    .children
                    .iter()
                    .filter_map(|child| fresh.get(child).copied())
                    .collect();
                node.saved = None;
                Some(node)
            })
            .collect()
    }

    /// Carries out edits that belong together, all or none, and returns those that undo them, in the order to apply them.
    ///
    /// The new content of a node that is gone is skipped as long as something else is done: moving one request may renumber
    /// siblings, and one of them may have been deleted outside since.
    pub fn apply_all(&mut self, edits: Vec<Edit>) -> Result<Vec<Edit>, EditError> {
        let mut inverse = Vec::with_capacity(edits.len());
        let mut skipped = false;
        for edit in edits {
            let is_content = matches!(edit, Edit::Replace { .. });
            match self.apply(edit) {
                Ok(back) => inverse.push(back),
                Err(EditError::Gone) if is_content => skipped = true,
                Err(error) => {
                    for back in inverse.into_iter().rev() {
                        // The inverse of what was just done always fits.
                        let _ = self.apply(back);
                    }
                    return Err(error);
                }
            }
        }
        if skipped && inverse.is_empty() {
            return Err(EditError::Gone);
        }
        inverse.reverse();
        Ok(inverse)
    }

    /// Carries out an edit and returns the one that undoes it.
    pub fn apply(&mut self, edit: Edit) -> Result<Edit, EditError> {
        match edit {
            Edit::Replace { id, entity } => {
                self.note_tokens(id, &entity);
                let node = self.nodes.get_mut(&id).ok_or(EditError::Gone)?;
                let old = std::mem::replace(&mut node.entity, entity);
                Ok(Edit::Replace { id, entity: old })
            }
            Edit::Insert { nodes, parent, index } => self.insert(nodes, parent, index),
            Edit::Remove { id } => self.remove(id),
            Edit::Move {
                id,
                parent,
                index,
                slug,
            } => self.shift(id, parent, index, slug),
            Edit::Reslug { id, slug } => {
                let node = self.nodes.get(&id).ok_or(EditError::Gone)?;
                self.check_name(id, !node.entity.is_group(), node.parent, &slug)?;
                let node = self.nodes.get_mut(&id).ok_or(EditError::Gone)?;
                let old = std::mem::replace(&mut node.slug, slug);
                Ok(Edit::Reslug { id, slug: old })
            }
            Edit::ReplaceEnvironment { id, environment } => {
                let node = self.environment_mut(id)?;
                let old = std::mem::replace(&mut node.environment, environment);
                Ok(Edit::ReplaceEnvironment { id, environment: old })
            }
            Edit::InsertEnvironment { node, index } => {
                let id = node.id;
                self.check_environment_name(id, &node.slug)?;
                let index = index.min(self.environments.len());
                self.environments.insert(index, node);
                Ok(Edit::RemoveEnvironment { id })
            }
            Edit::RemoveEnvironment { id } => {
                let index = self
                    .environments
                    .iter()
                    .position(|node| node.id == id)
                    .ok_or(EditError::Gone)?;
                let node = self.environments.remove(index);
                Ok(Edit::InsertEnvironment { node, index })
            }
            Edit::ReslugEnvironment { id, slug } => {
                self.check_environment_name(id, &slug)?;
                let node = self.environment_mut(id)?;
                let old = std::mem::replace(&mut node.slug, slug);
                Ok(Edit::ReslugEnvironment { id, slug: old })
            }
            Edit::ReplaceGlobals { globals } => Ok(Edit::ReplaceGlobals {
                globals: std::mem::replace(&mut self.globals, globals),
            }),
        }
    }

    fn environment_mut(&mut self, id: EnvironmentId) -> Result<&mut EnvironmentNode, EditError> {
        self.environments
            .iter_mut()
            .find(|node| node.id == id)
            .ok_or(EditError::Gone)
    }

    fn insert(&mut self, nodes: Vec<Node>, parent: Option<NodeId>, index: usize) -> Result<Edit, EditError> {
        let top = nodes.first().ok_or(EditError::Gone)?.id;
        let entity = nodes[0].entity.clone();
        self.check_place(&entity, parent)?;
        self.check_name(top, !entity.is_group(), parent, &nodes[0].slug)?;
        for node in nodes {
            self.note_tokens(node.id, &node.entity);
            self.nodes.insert(node.id, node);
        }
        self.attach(top, parent, index)?;
        Ok(Edit::Remove { id: top })
    }

    fn remove(&mut self, id: NodeId) -> Result<Edit, EditError> {
        let parent = self.nodes.get(&id).ok_or(EditError::Gone)?.parent;
        let index = self.detach(id)?;
        let nodes = self
            .descendants(id)
            .into_iter()
            .filter_map(|id| self.nodes.remove(&id))
            .collect();
        Ok(Edit::Insert { nodes, parent, index })
    }

    fn shift(&mut self, id: NodeId, parent: Option<NodeId>, index: usize, slug: String) -> Result<Edit, EditError> {
        let node = self.nodes.get(&id).ok_or(EditError::Gone)?;
        let (old_parent, entity) = (node.parent, node.entity.clone());
        self.check_place(&entity, parent)?;
        if parent.is_some_and(|parent| self.lineage(parent).any(|above| above.id == id)) {
            return Err(EditError::Misplaced { what: entity.kind() });
        }
        self.check_name(id, !entity.is_group(), parent, &slug)?;
        let old_index = self.detach(id)?;
        self.attach(id, parent, index)?;
        let node = self.nodes.get_mut(&id).ok_or(EditError::Gone)?;
        let old_slug = std::mem::replace(&mut node.slug, slug);
        Ok(Edit::Move {
            id,
            parent: old_parent,
            index: old_index,
            slug: old_slug,
        })
    }

    fn check_place(&self, entity: &Entity, parent: Option<NodeId>) -> Result<(), EditError> {
        let misplaced = EditError::Misplaced { what: entity.kind() };
        match parent {
            Some(parent) => {
                let above = self.nodes.get(&parent).ok_or(EditError::Gone)?;
                let fits = above.entity.is_group() && !matches!(entity, Entity::Collection(_));
                if fits { Ok(()) } else { Err(misplaced) }
            }
            None if matches!(entity, Entity::Folder(_)) => Err(misplaced),
            None => Ok(()),
        }
    }

    /// Two files of one name would overwrite each other; requests that are saved nowhere have no file.
    fn check_name(&self, id: NodeId, is_request: bool, parent: Option<NodeId>, slug: &str) -> Result<(), EditError> {
        let siblings: &[NodeId] = match parent {
            Some(parent) => &self.nodes.get(&parent).ok_or(EditError::Gone)?.children,
            None if is_request => &[],
            None => &self.collections,
        };
        // A request and a folder of one name are two files.
        let is_taken = |node: &Node| node.id != id && node.slug == slug && node.entity.is_group() != is_request;
        if siblings.iter().filter_map(|id| self.nodes.get(id)).any(is_taken) {
            return Err(EditError::Taken { slug: slug.to_owned() });
        }
        Ok(())
    }

    fn check_environment_name(&self, id: EnvironmentId, slug: &str) -> Result<(), EditError> {
        if self.environments.iter().any(|node| node.id != id && node.slug == slug) {
            return Err(EditError::Taken { slug: slug.to_owned() });
        }
        Ok(())
    }

    fn siblings_mut(&mut self, is_request: bool, parent: Option<NodeId>) -> Result<&mut Vec<NodeId>, EditError> {
        match parent {
            Some(parent) => Ok(&mut self.nodes.get_mut(&parent).ok_or(EditError::Gone)?.children),
            None if is_request => Ok(&mut self.scratch),
            None => Ok(&mut self.collections),
        }
    }

    fn detach(&mut self, id: NodeId) -> Result<usize, EditError> {
        let node = self.nodes.get(&id).ok_or(EditError::Gone)?;
        let (parent, is_request) = (node.parent, !node.entity.is_group());
        let siblings = self.siblings_mut(is_request, parent)?;
        let index = siblings
            .iter()
            .position(|sibling| *sibling == id)
            .ok_or(EditError::Gone)?;
        siblings.remove(index);
        Ok(index)
    }

    fn attach(&mut self, id: NodeId, parent: Option<NodeId>, index: usize) -> Result<(), EditError> {
        let is_request = !self.nodes.get(&id).ok_or(EditError::Gone)?.entity.is_group();
        let siblings = self.siblings_mut(is_request, parent)?;
        siblings.insert(index.min(siblings.len()), id);
        self.nodes.get_mut(&id).ok_or(EditError::Gone)?.parent = parent;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;
    use crate::model::{Group, Request};

    fn workspace() -> (Workspace, NodeId, NodeId, NodeId) {
        let mut workspace = Workspace::new("/w");
        let collection = workspace.load_node(None, "c", Entity::Collection(Arc::new(Group::named("C"))));
        let folder = workspace.load_node(Some(collection), "f", Entity::Folder(Arc::new(Group::named("F"))));
        let request = workspace.load_node(Some(folder), "r", Entity::Request(Arc::new(Request::default())));
        (workspace, collection, folder, request)
    }

    #[test]
    fn every_edit_has_an_inverse() {
        let (mut workspace, collection, folder, request) = workspace();
        let before = format!("{:?}", workspace.descendants(collection));
        for edit in [
            Edit::Remove { id: folder },
            Edit::Move {
                id: request,
                parent: Some(collection),
                index: 0,
                slug: "r2".into(),
            },
            Edit::Reslug {
                id: folder,
                slug: "g".into(),
            },
        ] {
            let inverse = workspace.apply(edit).unwrap();
            workspace.apply(inverse).unwrap();
            assert_eq!(format!("{:?}", workspace.descendants(collection)), before);
            assert_eq!(workspace.path(request).unwrap().as_str(), "c/f/r");
        }
    }

    #[test]
    fn a_folder_does_not_go_into_itself_and_nothing_into_a_request() {
        let (mut workspace, collection, folder, request) = workspace();
        let into_itself = Edit::Move {
            id: folder,
            parent: Some(folder),
            index: 0,
            slug: "f".into(),
        };
        assert!(workspace.apply(into_itself).is_err());
        let into_request = Edit::Move {
            id: folder,
            parent: Some(request),
            index: 0,
            slug: "f".into(),
        };
        assert!(workspace.apply(into_request).is_err());
        let up = Edit::Move {
            id: collection,
            parent: Some(folder),
            index: 0,
            slug: "c".into(),
        };
        assert!(workspace.apply(up).is_err());
        assert_eq!(workspace.path(request).unwrap().as_str(), "c/f/r");
    }

    #[test]
    fn a_new_request_lives_outside_until_it_is_moved_in() {
        let (mut workspace, collection, ..) = workspace();
        let (id, nodes) = workspace.new_node(Entity::Request(Arc::new(Request::default())), "new");
        workspace
            .apply(Edit::Insert {
                nodes,
                parent: None,
                index: 0,
            })
            .unwrap();
        assert_eq!(workspace.scratch(), [id]);
        assert_eq!(workspace.path(id), None);
        workspace
            .apply(Edit::Move {
                id,
                parent: Some(collection),
                index: 0,
                slug: "new".into(),
            })
            .unwrap();
        assert_eq!(workspace.path(id).unwrap().as_str(), "c/new");
        assert!(workspace.scratch().is_empty());
    }

    #[test]
    fn groups_that_say_where_tokens_come_from_are_found_whatever_is_done_to_them() {
        let (mut workspace, api, ..) = workspace();
        let plain = workspace.node(api).unwrap().entity.clone();
        assert!(workspace.groups_with_tokens().is_empty());
        let with = Group {
            tokens: vec![crate::model::token::TokenSource::new("t", "login")],
            ..Group::named("Inner")
        };
        let entity = Entity::Collection(Arc::new(with.clone()));
        let undo = workspace.apply(Edit::Replace { id: api, entity }).unwrap();
        assert_eq!(workspace.groups_with_tokens(), [api]);
        let redo = workspace.apply(undo).unwrap();
        assert!(workspace.groups_with_tokens().is_empty());
        workspace.apply(redo).unwrap();

        let (folder, nodes) = workspace.new_node(Entity::Folder(Arc::new(with.clone())), "inner");
        let insert = Edit::Insert {
            nodes,
            parent: Some(api),
            index: 0,
        };
        workspace.apply(insert).unwrap();
        assert_eq!(workspace.groups_with_tokens(), [api, folder], "collections first");
        let back = workspace.apply(Edit::Remove { id: folder }).unwrap();
        assert_eq!(workspace.groups_with_tokens(), [api]);
        workspace.apply(back).unwrap();
        assert_eq!(workspace.groups_with_tokens(), [api, folder]);

        let path = workspace.path(api).unwrap();
        workspace.apply(Edit::Remove { id: folder }).unwrap();
        workspace.follow_node(&path, Entity::Collection(Arc::new(with.clone())));
        workspace.follow_node(&path, plain);
        assert!(workspace.groups_with_tokens().is_empty(), "saved, and changed outside");
        workspace.follow_node(&path, Entity::Collection(Arc::new(with)));
        assert_eq!(workspace.groups_with_tokens(), [api]);
    }
}
