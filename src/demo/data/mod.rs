//! What the demo server serves: a made-up Cells installation, generated at start.
//!
//! Everything is a function of the word lists in [`words`] and of fixed seeds, so each start gives the same users, files
//! and UUIDs, and a request saved yesterday still finds its node. Only what requests change (users, roles, jobs) differs,
//! until the server stops. The shapes are those of the Cells v1 REST API; empty fields are left out as its JSON encoder
//! leaves them out.
//!
//! ```text
//! words + rng → people (users, groups, roles) → spaces (workspaces, ACLs) → tree (nodes) ┐
//!               services (services, data sources), jobs ───────────────────────────────┴→ Data
//! ```

pub mod jobs;
pub mod people;
pub mod rng;
pub mod services;
pub mod spaces;
pub mod tree;
pub mod words;

use indexmap::IndexMap;

/// 2018-10-01T08:00:00Z, the newest modification time in the data: Cells v1 was young then. Seconds since 1970.
pub const EPOCH: u64 = 1_538_380_800;

/// The whole installation.
#[derive(Debug)]
pub struct Data {
    /// Services, running ones first.
    pub services: Vec<services::Service>,
    /// Where files are kept.
    pub sources: Vec<services::DataSource>,
    /// Users by login.
    pub users: IndexMap<String, people::User>,
    /// Groups, parents before children.
    pub groups: Vec<people::User>,
    /// Roles by UUID; users and groups own one each.
    pub roles: IndexMap<String, people::Role>,
    /// Workspaces, the personal ones included.
    pub workspaces: Vec<spaces::Workspace>,
    /// Who may do what where.
    pub acls: Vec<spaces::Acl>,
    /// Files and folders.
    pub tree: tree::Tree,
    /// Scheduled and running jobs.
    pub jobs: Vec<jobs::Job>,
}

impl Data {
    /// Generates the installation; takes some ten milliseconds.
    pub fn generate() -> Self {
        let people = people::generate();
        let workspaces = spaces::generate();
        let tree = tree::generate(&workspaces);
        let acls = spaces::acls(&workspaces, &people.roles);
        Self {
            services: services::generate(),
            sources: services::data_sources(),
            users: people.users,
            groups: people.groups,
            roles: people.roles,
            workspaces,
            acls,
            tree,
            jobs: jobs::generate(),
        }
    }
}

/// True for a flag that is off: Cells leaves it out of its replies.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
pub(super) fn is_off(flag: &bool) -> bool {
    !*flag
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;

    #[test]
    fn two_generations_are_equal() {
        let (first, second) = (Data::generate(), Data::generate());
        assert_eq!(
            serde_json::to_string(&first.users).unwrap(),
            serde_json::to_string(&second.users).unwrap()
        );
        assert_eq!(
            serde_json::to_string(first.tree.nodes()).unwrap(),
            serde_json::to_string(second.tree.nodes()).unwrap()
        );
    }

    #[test]
    fn there_is_something_to_browse() {
        let data = Data::generate();
        assert!(data.users.len() >= 300, "{} users", data.users.len());
        assert!(data.tree.nodes().len() >= 5_000, "{} nodes", data.tree.nodes().len());
        assert!(data.workspaces.len() >= 18);
        assert!((55..=70).contains(&data.services.len()));
        assert!((8..=12).contains(&data.sources.len()));
        assert!(data.acls.len() >= 40);
    }
}
