//! What a request may use of the user's own with the user's leave: the netrc, a Kerberos ticket.
//!
//! What scripts are shown of a request holds its credentials, so a collection from elsewhere could pass them on: leave is
//! given for one command, or asked for with the rest of the user's secrets, collection by collection.

use std::path::PathBuf;

use super::consent::{Asking, Permission, allowed, given_up};
use super::kerberos;
use super::pipeline::{Pipeline, Prepared, SendContext};
use super::plan::Plan;
use crate::auth::oauth2::is_configured;
use crate::auth::{Memory, Netrc};
use crate::model::exchange::SendError;
use crate::model::reason::reason;
use crate::model::{Redactor, ResolvedRequest};
use crate::vars::resolve_url;

/// The user's netrc, and whose leave its use takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NetrcFile {
    /// Where it is.
    pub path: PathBuf,
    /// Whether it takes the user's word for each collection.
    pub asks: bool,
}

impl Pipeline {
    /// Who it is that asks for the user's secrets.
    pub(super) fn asking(plan: &Plan) -> Asking {
        let collection = plan.ancestors.first().map_or(&plan.request.name, |first| &first.name);
        let place = plan.path.as_ref().and_then(|path| path.parts().next());
        Asking {
            place: place.unwrap_or_default().to_owned(),
            collection: collection.clone(),
            request: plan.request.name.clone(),
            ..Asking::default()
        }
        .through(&plan.settings)
    }

    /// The same, with the host that the request goes to by its variables of now. What is typed for an auth that gets a token
    /// goes to another one.
    pub(super) fn asking_at(prepared: &Prepared, secrets: &Redactor) -> Asking {
        let Prepared {
            plan, request, scopes, ..
        } = prepared;
        let asking = Self::asking(plan);
        if is_configured(prepared.auth()) {
            return asking;
        }
        asking.to(&resolve_url(request, &plan.settings, scopes), secrets)
    }

    /// Opens the client's certificate for where a request goes. Its passphrase may have to be typed, and a token that was looked
    /// at before may end meanwhile.
    ///
    /// # Errors
    ///
    /// Why the request cannot be sent there.
    pub(super) async fn unlock_certificate(
        &self,
        plan: &Plan,
        resolved: &ResolvedRequest,
        context: &SendContext,
    ) -> Result<(), SendError> {
        let Some(passphrases) = self.passphrases(plan) else {
            return Ok(());
        };
        let unlocked = self.http.unlock_for(&resolved.url, &resolved.settings, &*passphrases);
        tokio::select! {
            biased;
            () = context.cancel.cancelled() => Err(given_up()),
            unlocked = Box::pin(unlocked) => unlocked,
        }
    }

    /// What the signer of a request may know, with what it asks for if it may; and what the user should know.
    ///
    /// # Errors
    ///
    /// When it has no leave: then nothing is sent, whether the user says no or nobody can be asked.
    pub(super) async fn memory_for(
        &self,
        plan: &Plan,
        resolved: &ResolvedRequest,
    ) -> Result<(Memory, Option<String>), SendError> {
        Ok(match (resolved.auth.kind.as_str(), &self.netrc) {
            ("netrc", Some(file)) => {
                // Of what is not there nobody is asked; why it is not is told.
                if file.asks && there(file).await {
                    self.leave(plan, resolved, &Permission::Netrc).await?;
                }
                self.with_netrc(file).await
            }
            ("negotiate", _) => {
                if kerberos::IS_BUILT_IN {
                    self.leave(plan, resolved, &Permission::Ticket).await?;
                }
                (self.memory.with_ticket(kerberos::ticket(resolved).await), None)
            }
            _ => (self.memory.clone(), None),
        })
    }

    async fn leave(&self, plan: &Plan, resolved: &ResolvedRequest, permission: &Permission) -> Result<(), SendError> {
        let asking = Self::asking(plan).to(&resolved.url, &resolved.redactor);
        allowed(self.consent.as_ref(), &asking, permission).await
    }

    async fn with_netrc(&self, file: &NetrcFile) -> (Memory, Option<String>) {
        match tokio::fs::read_to_string(&file.path).await {
            Ok(text) => (self.memory.with_netrc(Netrc::parse(&text)), None),
            Err(error) => {
                let warning = format!("cannot read `{}`: {}", file.path.display(), reason(error));
                // It has nothing for any host: that need not be said, too.
                (
                    self.memory.with_netrc(Netrc::unread()),
                    Some(format!("{warning}: sent without credentials")),
                )
            }
        }
    }
}

/// Whether the file is there, seen at each use.
async fn there(file: &NetrcFile) -> bool {
    tokio::fs::try_exists(&file.path).await.unwrap_or(true)
}
