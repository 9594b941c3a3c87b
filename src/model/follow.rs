//! Following changes that were made to the files outside.
//!
//! They come by the hundred when a branch is switched: whoever follows a lot sorts the workspace once, behind the last.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::edit::Edit;
use super::{Entity, Environment, Filed, ItemPath, NodeId, Workspace};

/// What became of a change on disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Followed {
    /// The disk says what was known.
    Nothing,
    /// There is no place for it: what it is in is not there. It must not count as known.
    Nowhere,
    /// It shows.
    Shown,
    /// Unsaved changes hide it and are kept: saving must ask.
    Hidden(Filed),
    /// It is gone here too; its name was this.
    Gone(String),
    /// It is gone on disk, but it or something in it has unsaved changes: it stays, as never saved.
    Kept(Filed),
    /// It is gone on disk, but these are held, as the disk had them: what is in use, behind the groups it is in.
    Held(Vec<NodeId>),
}

impl Workspace {
    /// Takes a node's new content from disk, or adds a node that is new there; [`sort`](Self::sort) is the caller's.
    pub fn follow_node(&mut self, path: &ItemPath, entity: Entity) -> Followed {
        self.follow_node_as(path, entity, None)
    }

    /// The same where one that is added had an identity before: what is known of it is its own again.
    pub fn follow_node_as(&mut self, path: &ItemPath, entity: Entity, was: Option<NodeId>) -> Followed {
        let Some(id) = self.find_kind(path, entity.is_group()) else {
            let parent = match path.parent().map(|parent| self.find_kind(&parent, true)) {
                Some(None) => return Followed::Nowhere,
                Some(found) => found,
                None => None,
            };
            match was.filter(|id| self.node(*id).is_none()) {
                Some(id) => self.load_as(id, parent, path.slug(), entity),
                None => self.load_node(parent, path.slug(), entity),
            };
            return Followed::Shown;
        };
        let dirty = self.is_dirty(id);
        self.note_tokens(id, &entity);
        let Some(node) = self.nodes.get_mut(&id) else {
            return Followed::Nothing;
        };
        if node.saved.as_ref() == Some(&entity) {
            return Followed::Nothing;
        }
        node.saved = Some(entity.clone());
        if dirty && node.entity != entity {
            return Followed::Hidden(Filed::Node(id));
        }
        node.entity = entity;
        Followed::Shown
    }

    /// Takes out a node whose file is gone, unless there are unsaved changes in it.
    pub fn drop_node(&mut self, path: &ItemPath, is_group: bool) -> Followed {
        let Some(id) = self.find_kind(path, is_group) else {
            return Followed::Nothing;
        };
        let below = self.descendants(id);
        if below.iter().any(|id| self.is_dirty(*id)) {
            for id in below {
                if let Some(node) = self.nodes.get_mut(&id) {
                    node.saved = None;
                }
            }
            return Followed::Kept(Filed::Node(id));
        }
        let name = self.name_of(Filed::Node(id)).to_owned();
        match self.apply(Edit::Remove { id }) {
            Ok(_) => Followed::Gone(name),
            Err(_) => Followed::Nothing,
        }
    }

    /// The same, but those that are `held` stay, with the groups they are in.
    pub fn drop_node_but(&mut self, path: &ItemPath, is_group: bool, held: &[NodeId]) -> Followed {
        let below = self
            .find_kind(path, is_group)
            .map_or_else(Vec::new, |id| self.descendants(id));
        let is_held = held.iter().any(|id| below.contains(id));
        if !is_held || below.iter().any(|id| self.is_dirty(*id)) {
            return self.drop_node(path, is_group);
        }
        let lineages = held.iter().flat_map(|id| self.lineage(*id).map(|node| node.id));
        let stay: BTreeSet<NodeId> = lineages.filter(|id| below.contains(id)).collect();
        for id in below.iter().filter(|id| !stay.contains(id)) {
            // It is gone with what it was in.
            let _ = self.apply(Edit::Remove { id: *id });
        }
        Followed::Held(below.into_iter().filter(|id| stay.contains(id)).collect())
    }

    /// Takes an environment's new content from disk, or adds one that is new there; [`sort`](Self::sort) is the caller's.
    pub fn follow_environment(&mut self, slug: &str, environment: Environment) -> Followed {
        let Some(id) = self
            .environments
            .iter()
            .find(|node| node.slug == slug)
            .map(|node| node.id)
        else {
            self.load_environment(slug, environment);
            return Followed::Shown;
        };
        let unsaved = self.is_unsaved(Filed::Environment(id));
        let Some(node) = self.environments.iter_mut().find(|node| node.id == id) else {
            return Followed::Nothing;
        };
        if node.saved.as_deref() == Some(&environment) {
            return Followed::Nothing;
        }
        let environment = Arc::new(environment);
        node.saved = Some(environment.clone());
        if unsaved && node.environment != environment {
            return Followed::Hidden(Filed::Environment(id));
        }
        node.environment = environment;
        Followed::Shown
    }

    /// Takes out an environment whose file is gone, unless it has unsaved changes.
    pub fn drop_environment(&mut self, slug: &str) -> Followed {
        let Some(at) = self.environments.iter().position(|node| node.slug == slug) else {
            return Followed::Nothing;
        };
        let filed = Filed::Environment(self.environments[at].id);
        if self.is_unsaved(filed) {
            self.environments[at].saved = None;
            return Followed::Kept(filed);
        }
        let node = self.environments.remove(at);
        Followed::Gone(node.environment.name.clone())
    }

    /// Takes the globals' new content from disk; a file that is gone says nothing.
    pub fn follow_globals(&mut self, globals: Environment) -> Followed {
        let unsaved = self.is_unsaved(Filed::Globals);
        if *self.globals_saved == globals {
            return Followed::Nothing;
        }
        self.globals_saved = Arc::new(globals);
        if unsaved && self.globals != self.globals_saved {
            return Followed::Hidden(Filed::Globals);
        }
        self.globals = self.globals_saved.clone();
        Followed::Shown
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
        assert_eq!(workspace.follow_node(&path, request("R")), Followed::Nothing);
        assert_eq!(workspace.follow_node(&path, request("R2")), Followed::Shown);
        assert_eq!(workspace.request(id).unwrap().name, "R2");

        workspace
            .apply(Edit::Replace {
                id,
                entity: request("mine"),
            })
            .unwrap();
        assert_eq!(
            workspace.follow_node(&path, request("theirs")),
            Followed::Hidden(Filed::Node(id))
        );
        assert_eq!(workspace.request(id).unwrap().name, "mine");
        assert!(workspace.is_dirty(id));
        assert_eq!(
            workspace.drop_node(&path, false),
            Followed::Kept(Filed::Node(id)),
            "unsaved changes outlive their file"
        );
        assert!(workspace.node(id).is_some());

        assert_eq!(
            workspace.follow_node(&ItemPath::new("c/new"), request("New")),
            Followed::Shown
        );
        assert_eq!(
            workspace.drop_node(&ItemPath::new("c/new"), false),
            Followed::Gone("New".to_owned())
        );
    }

    fn environment(description: &str) -> Environment {
        Environment {
            name: "demo".into(),
            description: description.into(),
            ..Environment::default()
        }
    }

    #[test]
    fn unsaved_environments_and_globals_are_not_run_over() {
        let mut workspace = Workspace::new("/w");
        let id = workspace.load_environment("demo", environment(""));
        assert_eq!(
            workspace.follow_environment("demo", environment("theirs")),
            Followed::Shown
        );
        assert_eq!(workspace.follow_globals(environment("theirs")), Followed::Shown);
        let mine = Arc::new(environment("mine"));
        workspace
            .apply(Edit::ReplaceEnvironment {
                id,
                environment: mine.clone(),
            })
            .unwrap();
        workspace.apply(Edit::ReplaceGlobals { globals: mine.clone() }).unwrap();
        let hidden = workspace.follow_environment("demo", environment("newer"));
        assert_eq!(hidden, Followed::Hidden(Filed::Environment(id)));
        assert_eq!(
            workspace.follow_globals(environment("newer")),
            Followed::Hidden(Filed::Globals)
        );
        assert_eq!(workspace.environment(id).unwrap().environment, mine);
        assert_eq!(*workspace.globals(), mine);
        assert_eq!(
            workspace.drop_environment("demo"),
            Followed::Kept(Filed::Environment(id))
        );
        assert!(workspace.is_unsaved(Filed::Environment(id)));
    }
}
