//! Bearer tokens (RFC 6750).

use super::{AuthType, Draft, FieldSpec, Step};

/// Sends `Authorization: Bearer …`.
pub(super) struct Bearer;

impl AuthType for Bearer {
    fn kind(&self) -> &'static str {
        "bearer"
    }

    fn label(&self) -> &'static str {
        "Bearer token"
    }

    fn help(&self) -> &'static str {
        "Sends a token (RFC 6750)."
    }

    fn fields(&self) -> &'static [FieldSpec] {
        const FIELDS: &[FieldSpec] = &[FieldSpec::secret(
            "token",
            "Token",
            "The token, most often a variable that another request's script sets.",
        )];
        FIELDS
    }

    fn sign(&self, draft: &mut Draft) -> Step {
        let token = draft.secret_param("token");
        if token.is_empty() {
            draft.warn("bearer auth has an empty token: sent without one; run the request that fetches it");
            return Step::Signed;
        }
        draft.set_header("Authorization", &format!("Bearer {token}"));
        Step::Signed
    }
}

#[cfg(test)]
mod tests {
    use crate::auth::fixtures::{header, request};
    use crate::auth::sign;
    use crate::model::Auth;
    use crate::model::secret::MASK;

    #[test]
    fn signs_replaces_and_hides() {
        let mut resolved = request(Auth::new("bearer").with("token", "tok-1"));
        resolved.headers.insert(0, ("authorization".into(), "mine".into()));
        resolved.headers.push(("X".into(), "y".into()));
        let signed = sign(resolved);
        assert_eq!(header(&signed.request, "Authorization"), ["Bearer tok-1"]);
        assert_eq!(signed.request.headers()[0].0, "X");
        assert_eq!(
            signed.request.redactor().redact("Bearer tok-1"),
            format!("Bearer {MASK}")
        );
        assert!(signed.request.is_credential("AUTHORIZATION"));
    }

    #[test]
    fn an_empty_token_leaves_the_users_own_header_and_warns() {
        let mut resolved = request(Auth::new("bearer").with("token", ""));
        resolved.headers.push(("Authorization".into(), "mine".into()));
        let signed = sign(resolved);
        assert_eq!(header(&signed.request, "authorization"), ["mine"]);
        assert!(signed.warnings[0].contains("empty token"), "{:?}", signed.warnings);
    }

    #[test]
    fn an_undefined_variable_is_sent_as_written_and_named_in_a_warning() {
        let signed = sign(request(Auth::new("bearer").with("token", "{{dex_token}}")));
        assert_eq!(header(&signed.request, "authorization"), ["Bearer {{dex_token}}"]);
        assert_eq!(signed.warnings.len(), 1);
        assert!(signed.warnings[0].contains("`dex_token`"), "{:?}", signed.warnings);
        assert_eq!(signed.request.redactor().redact("{{dex_token}}"), "{{dex_token}}");
    }
}
