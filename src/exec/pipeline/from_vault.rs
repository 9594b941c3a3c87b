//! What a request says of the vault: filled in once the user agrees.

use super::{Asking, Permission, Pipeline, Prepared, SendContext, allowed, vault};
use crate::model::{ResolvedRequest, Scope};

impl Pipeline {
    /// Resolves what is of the vault, once the user has agreed; without that it is not sent.
    pub(super) async fn with_vault(
        &self,
        prepared: &mut Prepared,
        resolved: ResolvedRequest,
        context: &SendContext,
    ) -> ResolvedRequest {
        let wanted = |resolved: &ResolvedRequest| -> Vec<String> {
            let names = resolved.unresolved.iter();
            names
                .filter_map(|name| Some(name.strip_prefix(vault::PREFIX)?.to_owned()))
                .collect()
        };
        let names = wanted(&resolved);
        if names.is_empty() {
            return resolved;
        }
        let secrets: Vec<String> = names.iter().filter(|name| prepared.vault.has(name)).cloned().collect();
        if secrets.is_empty() {
            tell_unknown(prepared, names);
            return resolved;
        }
        let asking = Asking {
            secrets,
            ..Self::asking_at(prepared, &resolved.redactor)
        };
        let consent = self.consent.clone();
        let allowed = Box::pin(async move { allowed(consent.as_ref(), &asking, &Permission::Vault).await });
        let given = tokio::select! {
            biased;
            () = context.cancel.cancelled() => return resolved,
            given = prepared.vault.bindings(allowed) => given,
        };
        let bindings = match given {
            Ok(bindings) => bindings,
            Err(refusal) => {
                prepared.blocked.get_or_insert(refusal);
                return resolved;
            }
        };
        // For this alone: scripts do not see them among the variables.
        let mut scopes = prepared.scopes.clone();
        scopes.layer_mut(Scope::Global).bindings.extend(bindings);
        let resolved = self.resolve_with(prepared, &scopes);
        tell_unknown(prepared, wanted(&resolved));
        resolved
    }
}

/// Says which of these names the vault does not know: they are sent as they are written.
fn tell_unknown(prepared: &mut Prepared, names: Vec<String>) {
    for name in names {
        prepared.log.warn(&prepared.request.name, vault::unknown(&name));
    }
}
