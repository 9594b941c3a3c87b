//! The user's netrc: read for requests that ask for it, and only with the user's leave.
//!
//! What scripts are shown of a request holds its credentials, so a collection from elsewhere could pass them on: leave is
//! given for one command, or asked for with the rest of the user's secrets, collection by collection.

use std::path::PathBuf;

use super::pipeline::Pipeline;
use super::plan::Plan;
use crate::auth::{Memory, Netrc};
use crate::model::ResolvedRequest;

/// The file, and whose leave its use takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NetrcFile {
    /// Where it is.
    pub path: PathBuf,
    /// Whether the user is asked for each collection.
    pub asks: bool,
}

impl Pipeline {
    /// What the signer of a request may know, with the netrc if it asks for that and may; and what the user should know.
    pub(super) async fn memory_for(&self, plan: &Plan, resolved: &ResolvedRequest) -> (Memory, Option<String>) {
        let asked = resolved.auth.kind == "netrc";
        let Some(file) = self.netrc.as_ref().filter(|_| asked) else {
            return (self.memory.clone(), None);
        };
        if file.asks {
            let given = match &self.consent {
                Some(consent) => consent.vault(&Self::asking(plan)).await,
                None => false,
            };
            if !given {
                return (self.memory.clone(), None);
            }
        }
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
