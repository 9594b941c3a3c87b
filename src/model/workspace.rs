//! The workspace: collections as a tree of nodes, environments, globals.
//!
//! Nodes live in one map and name each other by id, so moving, deleting and undoing are changes of lists, and a snapshot
//! for a send is a walk upwards that clones a few `Arc`s. All changes go through [`super::edit`].

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::filed::same_entity;
use super::id::unique_slug;
use super::problem::Problem;
use super::{Choice, Environment, EnvironmentId, Group, ItemPath, NodeId, Request};

/// What a node is, with its content.
#[derive(Clone, Debug, PartialEq)]
pub enum Entity {
    /// A collection: a folder right below `collections/`.
    Collection(Arc<Group>),
    /// A folder in a collection.
    Folder(Arc<Group>),
    /// A request.
    Request(Arc<Request>),
}

impl Entity {
    /// Whether the other is the very same copy, which is cheaper to know than whether they are equal.
    pub fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Collection(own), Self::Collection(other)) | (Self::Folder(own), Self::Folder(other)) => {
                Arc::ptr_eq(own, other)
            }
            (Self::Request(own), Self::Request(other)) => Arc::ptr_eq(own, other),
            _ => false,
        }
    }

    /// The display name.
    pub fn name(&self) -> &str {
        match self {
            Self::Collection(group) | Self::Folder(group) => &group.name,
            Self::Request(request) => &request.name,
        }
    }

    /// Its place among its siblings.
    pub fn order(&self) -> Option<i64> {
        match self {
            Self::Collection(group) | Self::Folder(group) => group.order,
            Self::Request(request) => request.order,
        }
    }

    /// The same content under another name.
    #[must_use]
    pub fn renamed(&self, name: &str) -> Self {
        let mut out = self.clone();
        match &mut out {
            Self::Collection(group) | Self::Folder(group) => name.clone_into(&mut Arc::make_mut(group).name),
            Self::Request(request) => name.clone_into(&mut Arc::make_mut(request).name),
        }
        out
    }

    /// The same content at another place among its siblings.
    #[must_use]
    pub fn ordered(&self, order: Option<i64>) -> Self {
        let mut out = self.clone();
        match &mut out {
            Self::Collection(group) | Self::Folder(group) => Arc::make_mut(group).order = order,
            Self::Request(request) => Arc::make_mut(request).order = order,
        }
        out
    }

    /// The same content with what says how things are filed taken from `other`: name, order, the requests of tokens.
    #[must_use]
    pub fn filed_as(&self, other: &Self) -> Self {
        let mut out = self.renamed(other.name()).ordered(other.order());
        out.rebind(self, other);
        out
    }

    /// Takes over which requests fill the tokens, where that is another in `to` than in `from`.
    pub(super) fn rebind(&mut self, from: &Self, to: &Self) {
        if let (Self::Collection(group), Self::Collection(from), Self::Collection(to)) = (self, from, to)
            && from.tokens != to.tokens
        {
            Arc::make_mut(group).tokens.clone_from(&to.tokens);
        }
    }

    /// The word a person reads.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Collection(_) => "collection",
            Self::Folder(_) => "folder",
            Self::Request(_) => "request",
        }
    }

    /// Whether it can have children.
    pub fn is_group(&self) -> bool {
        !matches!(self, Self::Request(_))
    }
}

/// A collection, folder or request with its place in the tree.
#[derive(Clone, Debug)]
pub struct Node {
    /// Its identity.
    pub id: NodeId,
    /// The folder or collection it is in; `None` for a collection and for a request not saved anywhere yet.
    pub parent: Option<NodeId>,
    /// The name of its file or folder, without ending.
    pub slug: String,
    /// Its content.
    pub entity: Entity,
    /// Its children in order; empty for a request.
    pub children: Vec<NodeId>,
    /// Its content on disk; `None` when it was never saved. Differs from `entity` while there are unsaved changes.
    pub saved: Option<Entity>,
}

/// An environment with its identity and its content on disk.
#[derive(Clone, Debug)]
pub struct EnvironmentNode {
    /// Its identity.
    pub id: EnvironmentId,
    /// The name of its file, without ending.
    pub slug: String,
    /// Its content.
    pub environment: Arc<Environment>,
    /// Its content on disk.
    pub saved: Option<Arc<Environment>>,
}

/// Everything a workspace folder holds.
#[derive(Clone, Debug, Default)]
pub struct Workspace {
    /// The folder.
    pub root: PathBuf,
    /// Files that could not be read, and other things wrong.
    pub problems: Vec<Problem>,
    pub(super) nodes: HashMap<NodeId, Node>,
    pub(super) collections: Vec<NodeId>,
    pub(super) scratch: Vec<NodeId>,
    pub(super) environments: Vec<EnvironmentNode>,
    pub(super) globals: Arc<Environment>,
    /// The globals on disk; empty ones have no file.
    pub(super) globals_saved: Arc<Environment>,
    pub(super) next_id: u64,
    /// The groups that say, or have said, where tokens come from: every plan asks, and most workspaces have none.
    pub(super) bearers: BTreeSet<NodeId>,
}

impl Workspace {
    /// An empty workspace at a folder.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self {
            root: root.into(),
            ..Self::default()
        }
    }

    pub(super) fn fresh_id(&mut self) -> u64 {
        self.next_id += 1;
        self.next_id
    }

    /// A node.
    pub fn node(&self, id: NodeId) -> Option<&Node> {
        self.nodes.get(&id)
    }

    /// A node that is a request.
    pub fn request(&self, id: NodeId) -> Option<&Arc<Request>> {
        match &self.nodes.get(&id)?.entity {
            Entity::Request(request) => Some(request),
            _ => None,
        }
    }

    /// A node that is a collection or folder.
    pub fn group(&self, id: NodeId) -> Option<&Arc<Group>> {
        match &self.nodes.get(&id)?.entity {
            Entity::Collection(group) | Entity::Folder(group) => Some(group),
            Entity::Request(_) => None,
        }
    }

    /// The collections in order.
    pub fn collections(&self) -> &[NodeId] {
        &self.collections
    }

    /// The groups that say where tokens come from: collections in order, then folders, oldest first.
    pub fn groups_with_tokens(&self) -> Vec<NodeId> {
        let has = |id: &&NodeId| self.group(**id).is_some_and(|group| !group.tokens.is_empty());
        let bearers: Vec<NodeId> = self.bearers.iter().filter(has).copied().collect();
        if bearers.is_empty() {
            return bearers;
        }
        let collections = self.collections.iter().filter(|id| bearers.contains(id));
        let folders = bearers.iter().filter(|id| !self.collections.contains(id));
        collections.chain(folders).copied().collect()
    }

    /// Remembers a group that says where tokens come from, whenever its content is put into the tree.
    pub(super) fn note_tokens(&mut self, id: NodeId, entity: &Entity) {
        if let Entity::Collection(group) | Entity::Folder(group) = entity
            && !group.tokens.is_empty()
        {
            self.bearers.insert(id);
        }
    }

    /// Requests that are not saved anywhere yet, oldest first.
    pub fn scratch(&self) -> &[NodeId] {
        &self.scratch
    }

    /// Environments in order.
    pub fn environments(&self) -> &[EnvironmentNode] {
        &self.environments
    }

    /// An environment.
    pub fn environment(&self, id: EnvironmentId) -> Option<&EnvironmentNode> {
        self.environments.iter().find(|node| node.id == id)
    }

    /// The environment whose file (without ending) or name this is; the file's name counts first.
    pub fn environment_named(&self, name: &str) -> Option<&EnvironmentNode> {
        self.environments
            .iter()
            .find(|node| node.slug == name)
            .or_else(|| self.environments.iter().find(|node| node.environment.name == name))
    }

    /// The active environment: the chosen one, and the only one there is where nobody has chosen.
    ///
    /// One that was chosen and is gone has no other in its place, nor has one whose file cannot be read: what was meant for
    /// it would go elsewhere.
    pub fn active_environment(&self, choice: &Choice) -> Option<EnvironmentId> {
        let environments = self.root.join("environments");
        let unread = |problem: &Problem| !problem.warning && problem.file.starts_with(&environments);
        match (choice, self.environments.as_slice()) {
            (Choice::Named(slug), _) => self.environment_named(slug).map(|node| node.id),
            (Choice::Open, [only]) if !self.problems.iter().any(unread) => Some(only.id),
            (Choice::Open | Choice::None, _) => None,
        }
    }

    /// The globals.
    pub fn globals(&self) -> &Arc<Environment> {
        &self.globals
    }

    /// The node and its parents, nearest first.
    pub fn lineage(&self, id: NodeId) -> impl Iterator<Item = &Node> {
        std::iter::successors(self.nodes.get(&id), |node| {
            node.parent.and_then(|parent| self.nodes.get(&parent))
        })
    }

    /// The parents of a node, outermost (the collection) first, without the node itself.
    pub fn ancestors(&self, id: NodeId) -> Vec<&Node> {
        let mut out: Vec<&Node> = self.lineage(id).skip(1).collect();
        out.reverse();
        out
    }

    /// The collection a node is in, or the node itself if it is one.
    pub fn collection_of(&self, id: NodeId) -> Option<&Node> {
        self.lineage(id)
            .last()
            .filter(|node| matches!(node.entity, Entity::Collection(_)))
    }

    /// Where a node is filed; `None` for a request that is not saved anywhere yet.
    pub fn path(&self, id: NodeId) -> Option<ItemPath> {
        self.collection_of(id)?;
        let mut slugs: Vec<&str> = self.lineage(id).map(|node| node.slug.as_str()).collect();
        slugs.reverse();
        Some(ItemPath::new(slugs.join("/")))
    }

    /// The node filed at a path; of a request and a folder of the same name, the request.
    pub fn find(&self, path: &ItemPath) -> Option<NodeId> {
        self.find_kind(path, false).or_else(|| self.find_kind(path, true))
    }

    /// The group or the request filed at a path: `users.toml` may stand beside a folder `users`.
    pub fn find_kind(&self, path: &ItemPath, is_group: bool) -> Option<NodeId> {
        let mut level: &[NodeId] = &self.collections;
        let mut found = None;
        let mut parts = path.parts().peekable();
        while let Some(part) = parts.next() {
            let is_group = is_group || parts.peek().is_some();
            let node = level
                .iter()
                .filter_map(|id| self.nodes.get(id))
                .find(|node| node.slug == part && node.entity.is_group() == is_group)?;
            found = Some(node.id);
            level = &node.children;
        }
        found
    }

    /// All nodes below and including `id`, depth first, in order.
    pub fn descendants(&self, id: NodeId) -> Vec<NodeId> {
        let mut out = Vec::new();
        let mut todo = vec![id];
        while let Some(next) = todo.pop() {
            out.push(next);
            if let Some(node) = self.nodes.get(&next) {
                todo.extend(node.children.iter().rev());
            }
        }
        out
    }

    /// All requests below `id` (or `id` itself), depth first, in order.
    pub fn requests_below(&self, id: NodeId) -> Vec<NodeId> {
        self.descendants(id)
            .into_iter()
            .filter(|id| self.request(*id).is_some())
            .collect()
    }

    /// Whether a node has changes that are not on disk.
    pub fn is_dirty(&self, id: NodeId) -> bool {
        self.nodes.get(&id).is_some_and(|node| {
            !node
                .saved
                .as_ref()
                .is_some_and(|saved| same_entity(saved, &node.entity))
        })
    }

    /// All nodes with changes that are not on disk.
    pub fn dirty(&self) -> Vec<NodeId> {
        let mut out: Vec<NodeId> = self.nodes.keys().copied().filter(|id| self.is_dirty(*id)).collect();
        out.sort_unstable();
        out
    }

    /// Notes that the disk now holds this content of a node.
    pub fn mark_saved(&mut self, id: NodeId, content: Entity) {
        if let Some(node) = self.nodes.get_mut(&id) {
            node.saved = Some(content);
        }
    }

    /// Notes that the disk does not hold a node any more.
    pub fn mark_unsaved(&mut self, id: NodeId) {
        if let Some(node) = self.nodes.get_mut(&id) {
            node.saved = None;
        }
    }

    /// Notes that the disk now holds this content of an environment.
    pub fn mark_environment_saved(&mut self, id: EnvironmentId, content: Arc<Environment>) {
        if let Some(node) = self.environments.iter_mut().find(|node| node.id == id) {
            node.saved = Some(content);
        }
    }

    /// A slug for a new child, unlike those of its siblings without regard to case, and unlike the names of files that
    /// could not be read.
    pub fn free_slug(&self, parent: Option<NodeId>, name: &str) -> String {
        let mut folder = PathBuf::from("collections");
        folder.extend(
            parent
                .and_then(|parent| self.path(parent))
                .iter()
                .flat_map(ItemPath::parts),
        );
        let siblings = match parent {
            Some(parent) => self.nodes.get(&parent).map_or(&[][..], |node| &node.children),
            None => &self.collections,
        };
        unique_slug(
            name,
            siblings
                .iter()
                .filter_map(|id| self.nodes.get(id))
                .map(|node| node.slug.as_str())
                .chain(self.unread(&folder)),
        )
    }

    /// The names, without ending, of what is in a folder and has something wrong with it or in it.
    fn unread(&self, folder: &Path) -> impl Iterator<Item = &str> {
        let folder = self.root.join(folder);
        let unread = self.problems.iter().filter(|problem| !problem.warning);
        unread.filter_map(move |problem| {
            let name = problem.file.strip_prefix(&folder).ok()?.iter().next()?.to_str()?;
            Some(name.strip_suffix(".toml").unwrap_or(name))
        })
    }

    /// What could not be read of what a node needs to be sent as it is meant: it and what is in it, the groups above it, and
    /// the globals. A request without its collection's auth and tests is another one.
    pub fn unread_of(&self, node: NodeId) -> Option<&Problem> {
        let path = self.path(node)?;
        let path = Path::new(path.as_str());
        let collections = self.root.join("collections");
        let mut unread = self.problems.iter().filter(|problem| !problem.warning);
        unread.find(|problem| {
            let Ok(inside) = problem.file.strip_prefix(&collections) else {
                return problem.file == self.root.join("globals.toml");
            };
            let of_group = inside.ends_with("collection.toml") || inside.ends_with("folder.toml");
            let above = inside.parent().filter(|group| of_group && path.starts_with(group));
            above.is_some() || inside.starts_with(path) || inside.with_extension("") == path
        })
    }

    /// What could not be read of the environment that is meant by a choice: what is meant for it would go elsewhere.
    pub fn unread_environment(&self, choice: &Choice) -> Option<&Problem> {
        let folder = self.root.join("environments");
        let mut unread = self.problems.iter().filter(|problem| !problem.warning);
        match choice {
            Choice::Named(slug) => unread.find(|problem| problem.file == folder.join(format!("{slug}.toml"))),
            Choice::Open if self.environments.is_empty() => unread.find(|problem| problem.file.starts_with(&folder)),
            Choice::Open | Choice::None => None,
        }
    }

    /// A slug for a new environment.
    pub fn free_environment_slug(&self, name: &str) -> String {
        let taken = self.environments.iter().map(|node| node.slug.as_str());
        unique_slug(name, taken.chain(self.unread(Path::new("environments"))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_lead_to_nodes_and_back() {
        let mut workspace = Workspace::new("/w");
        let collection = workspace.load_node(None, "api", Entity::Collection(Arc::new(Group::named("API"))));
        let folder = workspace.load_node(
            Some(collection),
            "users",
            Entity::Folder(Arc::new(Group::named("Users"))),
        );
        let request = workspace.load_node(Some(folder), "list", Entity::Request(Arc::new(Request::default())));
        let path = workspace.path(request);
        assert_eq!(path, Some(ItemPath::new("api/users/list")));
        assert_eq!(path.and_then(|path| workspace.find(&path)), Some(request));
        assert_eq!(workspace.requests_below(collection), [request]);
        assert_eq!(workspace.find(&ItemPath::new("api/nothing")), None);
    }

    #[test]
    fn what_a_send_needs_is_what_is_in_and_above_it() {
        let mut workspace = Workspace::new("/w");
        let group = |name: &str| Arc::new(Group::named(name));
        let api = workspace.load_node(None, "api", Entity::Collection(group("API")));
        let users = workspace.load_node(Some(api), "users", Entity::Folder(group("Users")));
        let list = workspace.load_node(Some(users), "list", Entity::Request(Arc::default()));
        let other = workspace.load_node(None, "api-2", Entity::Collection(group("Other")));
        for (file, warning, needed) in [
            ("collections/api/collection.toml", false, vec![api, users, list]),
            ("collections/api/users/folder.toml", false, vec![api, users, list]),
            ("collections/api/users/list.toml", false, vec![api, users, list]),
            ("collections/api/users/get.toml", false, vec![api, users]),
            ("collections/api-2/get.toml", false, vec![other]),
            ("globals.toml", false, vec![api, users, list, other]),
            ("environments/demo.toml", false, vec![]),
            ("collections/api/collection.toml", true, vec![]),
        ] {
            workspace.problems = vec![Problem {
                file: Path::new("/w").join(file),
                at: None,
                message: "m".to_owned(),
                hint: None,
                warning,
            }];
            let mut found = vec![api, users, list, other];
            found.retain(|node| workspace.unread_of(*node).is_some());
            assert_eq!(found, needed, "{file}");
        }
    }
}
