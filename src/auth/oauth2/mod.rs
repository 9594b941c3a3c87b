//! OAuth 2.0, as far as it is words: what is asked of whom, and what the answers mean. No I/O; the flows are in `exec`.
//!
//! ```text
//! Auth ─▶ Config ─┬▶ request::authorization ─▶ (browser) ─▶ redirect::Expected ─▶ code ─┐
//!        ▲        ├▶ request::device ─▶ answer::device ─▶ (another device) ─▶ Pace ─────┤
//!   Discovered    └▶ request::token ◀──────────────────────────────────────────────────┘
//!                           └─▶ answer::tokens ─▶ Tokens ─▶ `accessToken` ─▶ sign
//! ```
//!
//! RFC 6749 and 6750; 7636 (PKCE); 8628 (devices); 8252 (native apps); 9207 (who answers); 8414 and `OpenID` Connect
//! Discovery; 7523 and `OpenID` Connect Core for clients that prove who they are by a JWT; 8707 (`resource`).
//!
//! The signer itself is Postman's runner: it sends the `accessToken` it is given. Where the other
//! parameters say how to get one, `exec` puts it there first.

mod answer;
mod client;
mod config;
mod discovery;
mod error;
mod extra;
mod fields;
mod loopback;
mod mark;
mod pace;
pub mod pkce;
mod redirect;
pub mod request;

use super::{AuthType, Draft, FieldSpec, Step};

pub use answer::{DeviceCode, Tokens, device as device_answer, tokens as token_answer};
pub use config::{ClientAuth, Config, Endpoints, Grant, KIND, OAuthClient, Sends, is_configured, unknown_grant};
pub use discovery::{Discovered, places as discovery_places, read as read_discovery};
pub use error::{AUTHORIZATION, DEVICE, DISCOVERY, OAuthError, TOKEN};
pub use extra::{Extra, ExtraParam, Place};
pub use loopback::Loopback;
pub use mark::{is_mark_of, mark_of};
pub use pace::Pace;
pub use redirect::{Brought, Expected};

/// Sends the token that was got.
pub(super) struct OAuth2;

impl AuthType for OAuth2 {
    fn kind(&self) -> &'static str {
        KIND
    }

    fn label(&self) -> &'static str {
        "OAuth 2.0"
    }

    fn help(&self) -> &'static str {
        "Gets a token and renews it."
    }

    fn fields(&self) -> &'static [FieldSpec] {
        fields::FIELDS
    }

    fn sign(&self, draft: &mut Draft) -> Step {
        let token = draft.secret_param("accessToken");
        if token.is_empty() {
            let has = |draft: &mut Draft, name| !draft.param(name).is_empty();
            let lacks = match (has(draft, "grant_type"), has(draft, "accessTokenUrl")) {
                (true, false) => "a token URL",
                (false, true) => "a grant",
                _ => "a grant and a token URL",
            };
            draft.warn(&format!(
                "OAuth 2.0 auth has no token: sent without one; give it {lacks}, or a token"
            ));
            return Step::Signed;
        }
        if draft.param("tokenType").eq_ignore_ascii_case("mac") {
            draft.warn("OAuth 2.0 tokens of the type mac are not sent, as in Postman");
            return Step::Signed;
        }
        match draft.param_or_default("addTokenTo", "header").as_str() {
            "queryParams" => {
                draft.remove_header("Authorization");
                draft.remove_query("access_token");
                draft.add_query("access_token", &token);
            }
            "header" => {
                let is_given = draft.request().auth.params.contains_key("headerPrefix");
                let prefix = if is_given {
                    draft.param("headerPrefix")
                } else {
                    "Bearer".to_owned()
                };
                let value = format!("{} {token}", prefix.trim());
                draft.set_header("Authorization", value.trim_start());
            }
            other => draft.warn(&format!(
                "OAuth 2.0 auth cannot add a token to `{other}`: sent without it; choose `header` or `queryParams`"
            )),
        }
        Step::Signed
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::fixtures::{header, request};
    use crate::auth::sign;
    use crate::model::Auth;
    use crate::model::secret::MASK;

    fn auth() -> Auth {
        Auth::new("oauth2").with("accessToken", "at-1")
    }

    #[test]
    fn a_token_goes_into_the_header_behind_its_prefix() {
        for (auth, expected) in [
            (auth(), "Bearer at-1"),
            (auth().with("headerPrefix", "Token "), "Token at-1"),
            (auth().with("headerPrefix", ""), "at-1"),
        ] {
            let mut resolved = request(auth);
            resolved.headers.push(("authorization".into(), "mine".into()));
            let signed = sign(resolved);
            assert_eq!(header(&signed.request, "Authorization"), [expected]);
            assert_eq!(signed.request.redactor().redact("at-1"), MASK);
        }
    }

    #[test]
    fn or_into_the_query() {
        let mut resolved = request(auth().with("addTokenTo", "queryParams").with("accessToken", "a t"));
        resolved.url = "http://a/?x=1&access_token=old".into();
        resolved.headers.push(("authorization".into(), "mine".into()));
        let signed = sign(resolved);
        assert_eq!(signed.request.url(), "http://a/?x=1&access_token=a%20t");
        assert!(signed.request.headers().is_empty());
    }

    #[test]
    fn a_grant_that_names_no_place_lacks_one_and_a_token_that_is_given_does_without() {
        for (grant, what) in [
            ("client_credentials", "no Token URL"),
            ("password_credentials", "no user name"),
            ("authorization_code", "no Auth URL"),
            ("device_code", "no Device URL"),
        ] {
            let bare = Auth::new(KIND).with("grant_type", grant);
            let known = bare.clone().with("clientId", "me");
            for (auth, what) in [(&bare, "no client ID"), (&known, what)] {
                let told = Config::read(auth).map_err(|error| error.to_string());
                assert!(told.as_ref().is_err_and(|told| told.contains(what)), "{told:?}");
            }
            assert_eq!(Config::read(&known.with("accessToken", "t")), Ok(None));
        }
        assert_eq!(Config::read(&Auth::new(KIND).with("clientId", "me")), Ok(None));
    }

    #[test]
    fn without_a_token_or_with_one_of_another_kind_the_request_is_left_alone() {
        for auth in [
            Auth::new("oauth2"),
            auth().with("tokenType", "MAC"),
            auth().with("addTokenTo", "cookie"),
        ] {
            let mut resolved = request(auth);
            resolved.headers.push(("Authorization".into(), "mine".into()));
            let signed = sign(resolved);
            assert_eq!(header(&signed.request, "authorization"), ["mine"]);
            assert_eq!(signed.warnings.len(), 1);
        }
    }
}
