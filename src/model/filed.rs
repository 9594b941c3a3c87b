//! What has a file of its own, and whether the disk has what it says.

use std::sync::Arc;

use super::{Entity, Environment, EnvironmentId, NodeId, Workspace};

/// Names something that has a file of its own while the program runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Filed {
    /// A collection, folder or request.
    Node(NodeId),
    /// An environment.
    Environment(EnvironmentId),
    /// The globals.
    Globals,
}

impl Workspace {
    /// Whether it has changes that are not on disk.
    pub fn is_unsaved(&self, filed: Filed) -> bool {
        match filed {
            Filed::Node(id) => self.is_dirty(id),
            Filed::Environment(id) => self
                .environment(id)
                .is_some_and(|node| !same_environment(node.saved.as_ref(), &node.environment)),
            Filed::Globals => !same_environment(Some(&self.globals_saved), &self.globals),
        }
    }

    /// Everything with changes that are not on disk: nodes, then environments, then the globals.
    pub fn unsaved(&self) -> Vec<Filed> {
        let nodes = self.dirty().into_iter().map(Filed::Node);
        let environments = self.environments.iter().map(|node| Filed::Environment(node.id));
        let rest = environments.chain([Filed::Globals]);
        nodes.chain(rest.filter(|filed| self.is_unsaved(*filed))).collect()
    }

    /// What a person calls it; empty when it is gone.
    pub fn name_of(&self, filed: Filed) -> &str {
        match filed {
            Filed::Node(id) => self.node(id).map_or("", |node| node.entity.name()),
            Filed::Environment(id) => self.environment(id).map_or("", |node| &node.environment.name),
            Filed::Globals => "globals",
        }
    }

    /// Notes that the disk now holds this content of the globals.
    pub fn mark_globals_saved(&mut self, content: Arc<Environment>) {
        self.globals_saved = content;
    }
}

/// Whether two contents are the same; quick when they are one and the same.
pub(super) fn same_entity(a: &Entity, b: &Entity) -> bool {
    match (a, b) {
        (Entity::Collection(a), Entity::Collection(b)) | (Entity::Folder(a), Entity::Folder(b)) => {
            Arc::ptr_eq(a, b) || a == b
        }
        (Entity::Request(a), Entity::Request(b)) => Arc::ptr_eq(a, b) || a == b,
        _ => false,
    }
}

fn same_environment(saved: Option<&Arc<Environment>>, content: &Arc<Environment>) -> bool {
    saved.is_some_and(|saved| Arc::ptr_eq(saved, content) || saved == content)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;
    use crate::model::edit::Edit;

    #[test]
    fn environments_and_globals_are_unsaved_until_the_disk_has_them() {
        let mut workspace = Workspace::new("/w");
        let id = workspace.load_environment("demo", Environment::default());
        assert!(workspace.unsaved().is_empty());
        let changed = Arc::new(Environment {
            description: "new".into(),
            ..Environment::default()
        });
        let environment = changed.clone();
        workspace.apply(Edit::ReplaceEnvironment { id, environment }).unwrap();
        let globals = changed.clone();
        workspace.apply(Edit::ReplaceGlobals { globals }).unwrap();
        assert_eq!(workspace.unsaved(), [Filed::Environment(id), Filed::Globals]);
        workspace.mark_environment_saved(id, changed.clone());
        workspace.mark_globals_saved(changed);
        assert!(workspace.unsaved().is_empty());
    }
}
