//! Following changes that were made to the files outside.

use std::sync::Arc;

use super::{Entity, Environment, ItemPath, Workspace};

impl Workspace {
    /// Takes a node's new content from disk, or adds a node that is new there.
    ///
    /// Returns whether the new content shows: `Some(false)` when unsaved changes hide it. `None` when nothing changed or
    /// the parent is unknown.
    pub fn follow_node(&mut self, path: &ItemPath, entity: Entity) -> Option<bool> {
        let Some(id) = self.find(path) else {
            let parent = match path.parent() {
                Some(parent) => Some(self.find(&parent)?),
                None => None,
            };
            self.load_node(parent, path.slug(), entity);
            self.sort();
            return Some(true);
        };
        let dirty = self.is_dirty(id);
        let node = self.nodes.get_mut(&id)?;
        if node.saved.as_ref() == Some(&entity) {
            return None;
        }
        node.saved = Some(entity.clone());
        if dirty && node.entity != entity {
            return Some(false);
        }
        node.entity = entity;
        self.sort();
        Some(true)
    }

    /// Takes out a node whose file is gone; one with unsaved changes stays, as never saved. Returns its name if it went.
    pub fn drop_node(&mut self, path: &ItemPath) -> Option<String> {
        let id = self.find(path)?;
        let below = self.descendants(id);
        if below.iter().any(|id| self.is_dirty(*id)) {
            for id in below {
                if let Some(node) = self.nodes.get_mut(&id) {
                    node.saved = None;
                }
            }
            return None;
        }
        let name = self.nodes.get(&id)?.entity.name().to_owned();
        self.apply(super::edit::Edit::Remove { id }).ok()?;
        Some(name)
    }

    /// Takes an environment's new content from disk, or adds one that is new there.
    pub fn follow_environment(&mut self, slug: &str, environment: Environment) {
        match self.environments.iter_mut().find(|node| node.slug == slug) {
            Some(node) => {
                let environment = Arc::new(environment);
                node.environment = environment.clone();
                node.saved = Some(environment);
            }
            None => {
                self.load_environment(slug, environment);
            }
        }
        self.sort();
    }

    /// Takes out an environment whose file is gone.
    pub fn drop_environment(&mut self, slug: &str) {
        self.environments.retain(|node| node.slug != slug);
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;
    use crate::model::edit::Edit;
    use crate::model::{Group, Request};

    fn request(name: &str) -> Entity {
        Entity::Request(Arc::new(Request {
            name: name.into(),
            ..Request::default()
        }))
    }

    #[test]
    fn what_is_not_being_edited_follows_and_what_is_stays() {
        let mut workspace = Workspace::new("/w");
        let collection = workspace.load_node(None, "c", Entity::Collection(Arc::new(Group::named("C"))));
        let id = workspace.load_node(Some(collection), "r", request("R"));
        let path = ItemPath::new("c/r");
        assert_eq!(workspace.follow_node(&path, request("R")), None);
        assert_eq!(workspace.follow_node(&path, request("R2")), Some(true));
        assert_eq!(workspace.request(id).unwrap().name, "R2");

        workspace
            .apply(Edit::Replace {
                id,
                entity: request("mine"),
            })
            .unwrap();
        assert_eq!(workspace.follow_node(&path, request("theirs")), Some(false));
        assert_eq!(workspace.request(id).unwrap().name, "mine");
        assert!(workspace.is_dirty(id));
        assert_eq!(workspace.drop_node(&path), None, "unsaved changes outlive their file");
        assert!(workspace.node(id).is_some());

        assert_eq!(
            workspace.follow_node(&ItemPath::new("c/new"), request("New")),
            Some(true)
        );
        assert_eq!(workspace.drop_node(&ItemPath::new("c/new")), Some("New".to_owned()));
    }
}
