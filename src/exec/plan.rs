//! Planning a send: an owned snapshot of all it needs, so that later edits cannot leak in.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use indexmap::IndexMap;
use serde_json::Value;

use super::renewal::Tokens;
use super::source::{Source, scopes};
use crate::model::exchange::{SendError, SendErrorKind};
use crate::model::script::{ScriptEvent, Scripts};
use crate::model::token::TokenKey;
use crate::model::variable::{CurrentValues, Owner};
use crate::model::{Auth, Entity, EnvironmentId, ItemPath, NodeId, Request, Scope, Secret, Settings, Workspace};
use crate::vars::Scopes;

/// A row of iteration data: a value for each column.
pub type DataRow = IndexMap<String, Value>;

/// Everything one send needs.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The request's node, `None` for one made up on the command line.
    pub node: Option<NodeId>,
    /// Where it is filed, if it is.
    pub path: Option<ItemPath>,
    /// The request as written.
    pub request: Arc<Request>,
    /// The collection and folders above it, outermost first, with the scripts that run around it.
    pub ancestors: Vec<Ancestor>,
    /// The auth it takes when its own says `inherit`.
    pub inherited_auth: InheritedAuth,
    /// Its settings with the gaps filled from folder and collection.
    pub settings: Settings,
    /// The variables it sees.
    pub scopes: Scopes,
    /// Which trip through the data this is.
    pub iteration: Iteration,
    /// The folder relative paths of files start from.
    pub root: PathBuf,
    /// The secrets that scripts may ask for.
    pub vault: Vec<(String, Secret)>,
    /// The names of those that cannot be read before the user gives the passphrase.
    pub locked_vault: Vec<String>,
    /// The other requests, where a script runs one of them.
    pub others: Option<Arc<Others>>,
    /// The file name of the active environment; empty without one.
    pub environment: String,
    /// What it is sent for.
    pub aim: Aim,
    /// The collection it is in.
    pub collection: Option<NodeId>,
    /// The tokens it may need, or brings.
    pub tokens: Tokens,
    /// Why it is not sent: what it needs of the workspace could not be read.
    pub unread: Option<Box<SendError>>,
}

/// What a plan is sent for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Aim {
    /// Its response.
    #[default]
    Response,
    /// A new token for its auth, which gets its own: the request itself is not sent.
    SignIn,
    /// A new value of this token, which it fetches.
    Token(TokenKey),
}

/// The requests that a script may run with `pm.execution.runRequest`: those of its own collection.
#[derive(Debug)]
pub struct Others {
    workspace: Workspace,
    environment: Option<EnvironmentId>,
    collection: NodeId,
}

impl Others {
    /// Plans the request of this id, seen by these variables; `None` when there is none. A request that was not imported
    /// has its place in the collection for an id, and every one its name, or the names on the way to it: `Users/Get me`.
    pub fn plan(&self, id: &str, scopes: Scopes) -> Option<Plan> {
        let workspace = &self.workspace;
        let mut all = workspace.requests_below(self.collection).into_iter();
        let has_id = |node: &NodeId| {
            let request = workspace.request(*node);
            request.is_some_and(|request| request_id(request, workspace.path(*node).as_ref()) == id)
        };
        let node = all.find(has_id).or_else(|| self.at(id)).or_else(|| self.named(id))?;
        let mut plan = plan(&Source {
            workspace,
            node: Some(node),
            environment: self.environment,
            current: &CurrentValues::default(),
            overrides: &[],
            local: None,
        })?;
        plan.scopes = scopes;
        Some(plan)
    }

    /// The first requests of the collection by their names, as [`Self::plan`] takes them.
    pub fn some(&self) -> Vec<String> {
        let all = self.workspace.requests_below(self.collection).into_iter();
        all.take(5).map(|node| self.names(node)).collect()
    }

    fn named(&self, wanted: &str) -> Option<NodeId> {
        let all = self.workspace.requests_below(self.collection);
        let on_the_way = all.iter().find(|node| self.names(**node) == wanted);
        let is_own = |node: &&NodeId| self.workspace.request(**node).is_some_and(|own| own.name == wanted);
        on_the_way.or_else(|| all.iter().find(is_own)).copied()
    }

    /// The names on the way from the collection to a request.
    fn names(&self, node: NodeId) -> String {
        let way = self.workspace.lineage(node).take_while(|own| own.id != self.collection);
        let mut names: Vec<&str> = way.map(|own| own.entity.name()).collect();
        names.reverse();
        names.join("/")
    }

    /// The request at a path, from the workspace or from the collection on.
    fn at(&self, path: &str) -> Option<NodeId> {
        let path = path.trim_matches('/');
        let collection = self.workspace.path(self.collection)?;
        let from_collection = || self.workspace.find(&ItemPath::new(format!("{collection}/{path}")));
        let node = self.workspace.find(&ItemPath::new(path)).or_else(from_collection)?;
        let own = self.workspace.collection_of(node)?.id == self.collection;
        (own && self.workspace.request(node).is_some()).then_some(node)
    }
}

/// A collection or folder above a request.
#[derive(Clone, Debug)]
pub struct Ancestor {
    /// Which it is: several may have one name.
    pub id: NodeId,
    /// Its display name.
    pub name: String,
    /// Its scripts.
    pub scripts: Scripts,
}

/// The auth a request inherits, and from where.
#[derive(Clone, Debug, PartialEq)]
pub struct InheritedAuth {
    /// The auth; `none` when no parent has one.
    pub auth: Auth,
    /// The collection or folder it is written in.
    pub from: Option<NodeId>,
}

/// Which iteration of a run a send belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Iteration {
    /// Counted from 0.
    pub index: usize,
    /// How many there are.
    pub count: usize,
    /// When somebody has sent it by hand; `None` where a run sends it.
    pub by_hand: Option<Instant>,
}

impl Default for Iteration {
    fn default() -> Self {
        Self {
            index: 0,
            count: 1,
            by_hand: Some(Instant::now()),
        }
    }
}

/// The id of a request, by where it is filed or, where it is not, by its name: see [`Origin::id_at`].
///
/// [`Origin::id_at`]: crate::model::Origin::id_at
pub(super) fn request_id(request: &Request, path: Option<&ItemPath>) -> String {
    request.origin.id_at(path.map_or(&request.name, ItemPath::as_str))
}

impl Plan {
    /// Whether any of its scripts, or of what is above it, is for this moment.
    pub fn has_scripts(&self, event: ScriptEvent) -> bool {
        super::scripts::any(self, event)
    }

    /// What `pm.info.requestId` says: see [`request_id`].
    pub fn id(&self) -> String {
        request_id(&self.request, self.path.as_ref())
    }

    /// The auth it is sent with: its own, or the one it inherits.
    pub fn auth(&self) -> &Auth {
        if self.request.auth.is_inherited() {
            &self.inherited_auth.auth
        } else {
            &self.request.auth
        }
    }

    /// The name of the collection and folders, then the request's: what `pm.execution.location` holds.
    pub fn location(&self) -> Vec<String> {
        let names = self.ancestors.iter().map(|ancestor| ancestor.name.clone());
        names.chain([self.request.name.clone()]).collect()
    }

    /// The same plan with a row of iteration data.
    #[must_use]
    pub fn with_data(mut self, row: &DataRow) -> Self {
        for (key, value) in row {
            self.scopes.set(Scope::Data, key, value.clone(), "iteration data");
        }
        self
    }
}

/// Plans the request at `source.node`; `None` when that is no request.
pub fn plan(source: &Source<'_>) -> Option<Plan> {
    let node = source.node?;
    let request = source.workspace.request(node)?.clone();
    Some(plan_of(request, source))
}

/// Plans a request that need not be in the workspace; `source.node` says where it would stand, if anywhere.
pub fn plan_of(request: Arc<Request>, source: &Source<'_>) -> Plan {
    Plan {
        scopes: scopes(source),
        tokens: Tokens::of(source, source.node),
        ..bare(request, source)
    }
}

/// Plans the request at `source.node` without the variables it sees and the tokens it needs.
pub(super) fn without_scopes(source: &Source<'_>) -> Option<Plan> {
    Some(bare(source.workspace.request(source.node?)?.clone(), source))
}

fn bare(request: Arc<Request>, source: &Source<'_>) -> Plan {
    let workspace = source.workspace;
    let mut settings = request.settings.clone();
    let mut ancestors = Vec::new();
    for parent in source
        .node
        .map(|node| workspace.ancestors(node))
        .unwrap_or_default()
        .iter()
        .rev()
    {
        if let Entity::Collection(group) | Entity::Folder(group) = &parent.entity {
            settings = settings.or(&group.settings);
            ancestors.push(Ancestor {
                id: parent.id,
                name: group.name.clone(),
                scripts: group.scripts.clone(),
            });
        }
    }
    ancestors.reverse();
    let of_ancestors = ancestors.iter().map(|ancestor| &ancestor.scripts);
    let runs_others = of_ancestors.chain([&request.scripts]).any(|scripts| {
        let texts = [&scripts.pre_request, &scripts.post_response];
        texts.iter().any(|text| text.contains("runRequest"))
    });
    let collection = source.node.and_then(|node| workspace.collection_of(node));
    // Copying the workspace is for those alone who need it.
    let others = collection.filter(|_| runs_others).map(|collection| {
        Arc::new(Others {
            workspace: workspace.clone(),
            environment: source.environment,
            collection: collection.id,
        })
    });
    Plan {
        others,
        collection: collection.map(|node| node.id),
        tokens: Tokens::default(),
        aim: Aim::default(),
        environment: source
            .environment
            .and_then(|id| workspace.environment(id))
            .map(|node| node.slug.clone())
            .unwrap_or_default(),
        vault: super::vault::values(source.current),
        locked_vault: source.current.locked(&Owner::Vault).map(str::to_owned).collect(),
        unread: source.node.and_then(|node| unread(workspace, node)).map(Box::new),
        node: source.node,
        path: source.node.and_then(|node| workspace.path(node)),
        inherited_auth: source.node.map_or_else(none, |node| inherited_auth(workspace, node)),
        request,
        ancestors,
        settings,
        scopes: Scopes::default(),
        iteration: Iteration::default(),
        root: workspace.root.clone(),
    }
}

/// Without its collection's auth and tests a request is another one, whoever sends it.
fn unread(workspace: &Workspace, node: NodeId) -> Option<SendError> {
    let problem = workspace.unread_of(node)?.below(&workspace.root);
    let error = SendError::new(SendErrorKind::Request, format!("nothing is sent: {problem}"));
    Some(match problem.hint {
        Some(hint) => error.hint(hint),
        None => error,
    })
}

fn none() -> InheritedAuth {
    InheritedAuth {
        auth: Auth::new(Auth::NONE),
        from: None,
    }
}

/// The auth a node takes from its parents: that of the nearest one which does not itself inherit.
pub fn inherited_auth(workspace: &Workspace, node: NodeId) -> InheritedAuth {
    workspace
        .lineage(node)
        .skip(1)
        .find_map(|parent| match &parent.entity {
            Entity::Collection(group) | Entity::Folder(group) if !group.auth.is_inherited() => Some(InheritedAuth {
                auth: group.auth.clone(),
                from: Some(parent.id),
            }),
            _ => None,
        })
        .unwrap_or_else(none)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::variable::CurrentValues;
    use crate::model::{Group, Variable};
    use serde_json::json;

    fn workspace() -> (Workspace, NodeId, NodeId, NodeId) {
        let mut workspace = Workspace::new("/w");
        let collection = workspace.load_node(
            None,
            "api",
            Entity::Collection(Arc::new(Group {
                name: "API".into(),
                auth: Auth::new("bearer").with("token", "{{t}}"),
                variables: vec![Variable::new("x", "collection")],
                scripts: Scripts {
                    pre_request: "outer".into(),
                    ..Scripts::default()
                },
                settings: Settings {
                    max_redirects: Some(3),
                    verify_tls: Some(true),
                    ..Settings::default()
                },
                ..Group::default()
            })),
        );
        let folder = workspace.load_node(
            Some(collection),
            "users",
            Entity::Folder(Arc::new(Group {
                name: "Users".into(),
                settings: Settings {
                    verify_tls: Some(false),
                    ..Settings::default()
                },
                ..Group::default()
            })),
        );
        let request = workspace.load_node(
            Some(folder),
            "list",
            Entity::Request(Arc::new(Request {
                name: "List".into(),
                ..Request::default()
            })),
        );
        (workspace, collection, folder, request)
    }

    fn planned(workspace: &Workspace, node: NodeId) -> Option<Plan> {
        plan(&Source {
            workspace,
            node: Some(node),
            environment: None,
            current: &CurrentValues::default(),
            overrides: &[],
            local: None,
        })
    }

    #[test]
    fn a_plan_owns_scripts_auth_settings_and_variables_of_the_parents() {
        let (workspace, collection, folder, request) = workspace();
        let plan = planned(&workspace, request).expect("a request");
        assert_eq!(plan.location(), ["API", "Users", "List"]);
        assert_eq!(plan.ancestors[0].scripts.pre_request, "outer");
        assert_eq!(plan.inherited_auth.from, Some(collection));
        assert_eq!(
            (plan.settings.verify_tls, plan.settings.max_redirects),
            (Some(false), Some(3))
        );
        assert_eq!(plan.path, Some(ItemPath::new("api/users/list")));
        let row = DataRow::from([("x".to_owned(), json!(7))]);
        let found = plan.with_data(&row).scopes.get("x").map(|(scope, _)| scope);
        assert_eq!(found, Some(Scope::Data));
        assert!(planned(&workspace, folder).is_none());
    }

    #[test]
    fn a_request_without_parents_has_no_auth_to_inherit() {
        let (workspace, ..) = workspace();
        let plan = plan_of(
            Arc::new(Request::default()),
            &Source {
                workspace: &workspace,
                node: None,
                environment: None,
                current: &CurrentValues::default(),
                overrides: &[],
                local: None,
            },
        );
        assert!(plan.inherited_auth.auth.is_none());
        assert!(plan.ancestors.is_empty());
    }
}
