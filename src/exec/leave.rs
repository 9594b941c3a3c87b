//! What a request may use of the user's own with the user's leave: the netrc, a Kerberos ticket.
//!
//! What scripts are shown of a request holds its credentials, so a collection from elsewhere could pass them on: leave is
//! given for one command, or asked for with the rest of the user's secrets, collection by collection.

use std::path::PathBuf;

use super::consent::{Permission, allowed};
use super::kerberos;
use super::pipeline::Pipeline;
use super::plan::Plan;
use crate::auth::{Memory, Netrc};
use crate::model::ResolvedRequest;

/// The user's netrc, and whose leave its use takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NetrcFile {
    /// Where it is.
    pub path: PathBuf,
    /// Whether the user is asked for each collection.
    pub asks: bool,
}

impl Pipeline {
    /// What the signer of a request may know, with what it asks for if it may; and what the user should know.
    pub(super) async fn memory_for(&self, plan: &Plan, resolved: &ResolvedRequest) -> (Memory, Option<String>) {
        match (resolved.auth.kind.as_str(), &self.netrc) {
            ("netrc", Some(file)) if !file.asks || self.has_leave(plan).await => self.with_netrc(file).await,
            ("negotiate", _) if !kerberos::IS_BUILT_IN || self.has_leave(plan).await => {
                (self.memory.with_ticket(kerberos::ticket(resolved).await), None)
            }
            _ => (self.memory.clone(), None),
        }
    }

    async fn has_leave(&self, plan: &Plan) -> bool {
        let asking = Self::asking(plan);
        allowed(self.consent.as_ref(), &asking, &Permission::Vault)
            .await
            .is_ok()
    }

    async fn with_netrc(&self, file: &NetrcFile) -> (Memory, Option<String>) {
        match tokio::fs::read_to_string(&file.path).await {
            Ok(text) => (self.memory.with_netrc(Netrc::parse(&text)), None),
            Err(error) => {
                let why = error.to_string().to_lowercase();
                let warning = format!("cannot read `{}`: {why}", file.path.display());
                (self.memory.with_netrc(Netrc::default()), Some(warning))
            }
        }
    }
}
