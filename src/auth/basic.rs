//! Basic auth (RFC 7617): user name and password, UTF-8, in Base64.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::{AuthType, Draft, FieldSpec, Step};

/// Sends `Authorization: Basic …`.
pub(super) struct Basic;

impl AuthType for Basic {
    fn kind(&self) -> &'static str {
        "basic"
    }

    fn label(&self) -> &'static str {
        "Basic auth"
    }

    fn help(&self) -> &'static str {
        "Sends user and password in Base64."
    }

    fn fields(&self) -> &'static [FieldSpec] {
        const FIELDS: &[FieldSpec] = &[
            FieldSpec::text("username", "User name", "The user, or the client id."),
            FieldSpec::secret(
                "password",
                "Password",
                "The password, or the client secret; may be empty.",
            ),
        ];
        FIELDS
    }

    fn sign(&self, draft: &mut Draft) -> Step {
        let username = draft.param("username");
        let password = draft.secret_param("password");
        if username.is_empty() && password.is_empty() {
            // As Postman does: `Basic Og==`.
            draft.warn("basic auth has neither user name nor password: both are sent empty");
        }
        let credentials = STANDARD.encode(format!("{username}:{password}"));
        draft.hide(&credentials);
        draft.set_header("Authorization", &format!("Basic {credentials}"));
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
    fn signs_utf_8_in_base64_and_replaces_the_users_own_header() {
        let mut resolved = request(Auth::new("basic").with("username", "jörg").with("password", "gehe:im"));
        resolved.headers.push(("AUTHORIZATION".into(), "mine".into()));
        let signed = sign(resolved);
        assert_eq!(header(&signed.request, "authorization"), ["Basic asO2cmc6Z2VoZTppbQ=="]);
        assert!(signed.warnings.is_empty());
    }

    #[test]
    fn a_user_name_alone_is_signed_with_an_empty_password() {
        let signed = sign(request(Auth::new("basic").with("username", "u")));
        assert_eq!(header(&signed.request, "authorization"), ["Basic dTo="]);
    }

    #[test]
    fn a_misspelt_parameter_is_told_and_notes_of_postmans_are_not() {
        let auth = Auth::new("basic").with("usernam", "u").with("password", "p");
        let signed = sign(request(auth.with("showPassword", "false")));
        let told = "`usernam` is no parameter of Basic auth: did you mean `username`?";
        assert_eq!(signed.warnings, [told]);
    }

    #[test]
    fn nothing_at_all_is_sent_empty_with_a_warning() {
        let mut resolved = request(Auth::new("basic"));
        resolved.headers.push(("Authorization".into(), "mine".into()));
        let signed = sign(resolved);
        assert_eq!(header(&signed.request, "authorization"), ["Basic Og=="]);
        assert_eq!(signed.warnings.len(), 1);
    }

    #[test]
    fn password_and_what_is_derived_from_it_are_hidden() {
        let signed = sign(request(
            Auth::new("basic").with("username", "jörg").with("password", "gehe:im"),
        ));
        let redactor = signed.request.redactor();
        assert_eq!(redactor.redact("Basic asO2cmc6Z2VoZTppbQ=="), format!("Basic {MASK}"));
        assert_eq!(redactor.redact("gehe:im"), MASK);
        assert_eq!(redactor.redact("jörg"), "jörg");
    }
}
