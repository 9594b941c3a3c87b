//! Negotiate (RFC 4559): single sign-on with a Kerberos ticket.
//!
//! The ticket for the server comes from the system's Kerberos library, asked by `exec`, as that speaks with the realm's
//! servers; here it is only put into the request. Builds without the feature `negotiate` have no such library, and say so.

use super::{AuthType, Draft, FieldSpec, Step};

/// Sends `Authorization: Negotiate …`.
pub(super) struct Negotiate;

impl AuthType for Negotiate {
    fn kind(&self) -> &'static str {
        "negotiate"
    }

    fn label(&self) -> &'static str {
        "Negotiate (Kerberos)"
    }

    fn help(&self) -> &'static str {
        "Signs in with a Kerberos ticket."
    }

    fn fields(&self) -> &'static [FieldSpec] {
        const FIELDS: &[FieldSpec] = &[FieldSpec::text(
            "service",
            "Service",
            "The server's name in Kerberos, as `HTTP@host`; empty makes it of the URL.",
        )];
        FIELDS
    }

    fn sign(&self, draft: &mut Draft) -> Step {
        let memory = draft.memory().clone();
        match memory.ticket() {
            Some(Ok(ticket)) => {
                draft.hide(ticket.reveal());
                draft.set_bound_header("Authorization", &format!("Negotiate {}", ticket.reveal()));
            }
            Some(Err(why)) => draft.warn(&format!("there is no Kerberos ticket: sent without credentials; {why}")),
            None => draft.warn("there is no Kerberos ticket: sent without credentials"),
        }
        Step::Signed
    }
}

#[cfg(test)]
mod tests {
    use crate::auth::fixtures::{header, request};
    use crate::auth::{Dialogue, Memory};
    use crate::model::{Auth, Secret};

    #[test]
    fn a_ticket_is_sent_and_hidden_and_what_is_missing_is_told() {
        let sign = |memory: &Memory| Dialogue::begin(request(Auth::new("negotiate")), memory).1;
        let signed = sign(&Memory::default().with_ticket(Ok(Secret::new("YIIC4711=="))));
        assert_eq!(header(&signed.request, "authorization"), ["Negotiate YIIC4711=="]);
        assert!(signed.request.is_bound("authorization"));
        assert!(!signed.request.redactor().redact("YIIC4711==").contains("4711"));
        let signed = sign(&Memory::default().with_ticket(Err("run `kinit`".to_owned())));
        assert!(signed.warnings[0].ends_with("run `kinit`"), "{:?}", signed.warnings);
        let signed = sign(&Memory::default());
        assert!(signed.request.headers().is_empty() && signed.warnings[0].contains("no Kerberos ticket"));
    }
}
