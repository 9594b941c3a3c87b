//! Workspaces, and the access control list that says who may use them.

use indexmap::IndexMap;
use serde::Serialize;

use super::people::Role;
use super::rng::{Rng, uuid_of};
use super::words::WORKSPACES;

/// A root of the tree that users see under a name of its own.
#[derive(Debug, Clone, Serialize)]
pub struct Workspace {
    /// Identity, used in ACLs.
    #[serde(rename = "UUID")]
    pub uuid: String,
    /// Name shown to people.
    #[serde(rename = "Label")]
    pub label: String,
    /// What it is for.
    #[serde(rename = "Description", skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// Name in paths.
    #[serde(rename = "Slug")]
    pub slug: String,
    /// `ADMIN` for a workspace made by an administrator, `ROOM` for a cell made by a user, `LINK` for a public link.
    #[serde(rename = "Scope")]
    pub scope: &'static str,
    /// Last change, seconds since 1970.
    #[serde(rename = "LastUpdated")]
    pub last_updated: u64,
    /// JSON in a text, as Cells keeps it.
    #[serde(rename = "Attributes")]
    pub attributes: String,
    /// The nodes it opens.
    #[serde(rename = "RootUUIDs")]
    pub roots: Vec<String>,
}

/// One right: an action that a role has on a node or a workspace.
#[derive(Debug, Clone, Serialize)]
pub struct Acl {
    /// Row number, as text.
    #[serde(rename = "ID")]
    pub id: String,
    /// What may be done.
    #[serde(rename = "Action")]
    pub action: Action,
    /// Who may do it.
    #[serde(rename = "RoleID", skip_serializing_if = "String::is_empty")]
    pub role: String,
    /// In which workspace.
    #[serde(rename = "WorkspaceID", skip_serializing_if = "String::is_empty")]
    pub workspace: String,
    /// On which node.
    #[serde(rename = "NodeID", skip_serializing_if = "String::is_empty")]
    pub node: String,
}

/// The verb of a right.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Action {
    /// `read`, `write`, `deny`, `policy`, `workspace-path`, …
    pub name: &'static str,
    /// `1` for a plain yes.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub value: String,
}

/// Generates the workspaces: the two of every installation, then the named ones, then some cells.
pub fn generate() -> Vec<Workspace> {
    let mut rng = Rng::named("workspaces");
    let standard = [
        ("common-files", "Common Files", "Common Files for all users"),
        ("personal-files", "Personal Files", ""),
    ];
    let rooms = [
        ("release-week", "Release week", "Everything for the release"),
        ("open-day", "Open day", ""),
    ];
    let named = standard.iter().chain(WORKSPACES).map(|entry| (entry, "ADMIN"));
    let all = named.chain(rooms.iter().map(|entry| (entry, "ROOM")));
    all.map(|(&(slug, label, description), scope)| Workspace {
        uuid: uuid_of(&format!("workspace {slug}")),
        label: label.to_owned(),
        description: description.to_owned(),
        slug: slug.to_owned(),
        scope,
        last_updated: super::EPOCH - rng.range(0, 20_000_000),
        attributes: r#"{"DEFAULT_RIGHTS":"","SYNC_ENABLED":"true"}"#.to_owned(),
        roots: vec![root_of(slug)],
    })
    .collect()
}

/// The UUID of the node at the top of a workspace.
pub fn root_of(slug: &str) -> String {
    uuid_of(&format!("root {slug}"))
}

/// Generates the rights: every workspace has a path, one or two roles that read it, and some that write.
pub fn acls(workspaces: &[Workspace], roles: &IndexMap<String, Role>) -> Vec<Acl> {
    let mut rng = Rng::named("acls");
    let shared: Vec<&str> = roles
        .values()
        .filter(|role| !role.of_user)
        .map(|role| role.uuid.as_str())
        .collect();
    let mut list = Vec::new();
    for workspace in workspaces {
        let Some(node) = workspace.roots.first() else { continue };
        let mut add = |name, value: String, role: &str| {
            list.push(Acl {
                id: (list.len() + 1).to_string(),
                action: Action { name, value },
                role: role.to_owned(),
                workspace: workspace.uuid.clone(),
                node: node.clone(),
            });
        };
        add("workspace-path", format!("uuid:{node}"), "");
        let mut readers = vec![if workspace.slug == "common-files" {
            "ROOT_GROUP"
        } else {
            "ADMINS"
        }];
        readers.extend((0..2).filter_map(|_| rng.pick(&shared).copied()));
        readers.dedup();
        for role in readers {
            add("read", "1".to_owned(), role);
            if rng.chance(60) {
                add("write", "1".to_owned(), role);
            }
        }
    }
    list
}
