//! Where a server listens, by its own word (`OpenID` Connect Discovery 1.0; RFC 8414).

use serde_json::{Map, Value};
use url::Url;

use super::answer;
use super::config::Config;
use super::error::{DISCOVERY, OAuthError};
use crate::model::Redactor;
use crate::model::exchange::Response;

/// What a server says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Discovered {
    /// Who it is.
    pub issuer: String,
    authorization: String,
    token: String,
    device: String,
    /// The ways a client may prove who it is.
    pub client_authentication: Vec<String>,
    /// Whether it says who it is when the browser comes back (RFC 9207).
    pub names_issuer: bool,
}

/// Where the document may be: for an issuer the places of `OpenID` and of RFC 8414, for the document itself that alone.
pub fn places(issuer: &str) -> Vec<String> {
    if issuer.contains("/.well-known/") {
        return vec![issuer.to_owned()];
    }
    let mut out = vec![format!(
        "{}/.well-known/openid-configuration",
        issuer.trim_end_matches('/')
    )];
    if let Ok(mut url) = Url::parse(issuer) {
        let path = url.path().trim_end_matches('/').to_owned();
        url.set_path(&format!("/.well-known/oauth-authorization-server{path}"));
        out.push(url.into());
    }
    out
}

/// Reads the document found at `place`.
///
/// # Errors
///
/// It is none, or one that must not be believed: for another issuer (section 4.3 of the standard), or with endpoints that
/// are less protected than it is itself.
pub fn read(asked: &str, place: &str, response: &Response) -> Result<Discovered, OAuthError> {
    let fields = answer::fields(DISCOVERY, response, &Redactor::default())?;
    let text = |name: &str| fields.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let issuer = text("issuer");
    if issuer.is_empty() {
        return Err(OAuthError::Strange {
            endpoint: DISCOVERY,
            what: "JSON that names no `issuer`".to_owned(),
        });
    }
    let is_document = asked.contains("/.well-known/");
    if !is_document && issuer.trim_end_matches('/') != asked.trim_end_matches('/') {
        let got = answer::shown(&issuer);
        return Err(OAuthError::Discovery(format!("it is for the issuer `{got}`")));
    }
    let secure = place.starts_with("https://");
    let endpoint = |name: &str| {
        let url = text(name);
        match Url::parse(&url) {
            _ if url.is_empty() => Ok(url),
            Ok(parsed) if parsed.scheme() == "https" || (parsed.scheme() == "http" && !secure) => Ok(url),
            Ok(parsed) if parsed.scheme() == "http" => {
                let why = format!("its `{name}` is not protected by TLS, though it is itself");
                Err(OAuthError::Discovery(why))
            }
            _ => Err(OAuthError::Discovery(format!("its `{name}` is no URL of a server"))),
        }
    };
    Ok(Discovered {
        authorization: endpoint("authorization_endpoint")?,
        token: endpoint("token_endpoint")?,
        device: endpoint("device_authorization_endpoint")?,
        client_authentication: words(&fields, "token_endpoint_auth_methods_supported"),
        names_issuer: fields.get("authorization_response_iss_parameter_supported") == Some(&Value::Bool(true)),
        issuer,
    })
}

fn words(fields: &Map<String, Value>, name: &str) -> Vec<String> {
    let list = fields.get(name).and_then(Value::as_array).into_iter().flatten();
    list.filter_map(Value::as_str).map(str::to_owned).collect()
}

impl Discovered {
    /// Fills the endpoints that the user has not given.
    pub fn fill(&self, config: &mut Config) {
        let endpoints = &mut config.endpoints;
        for (own, found) in [
            (&mut endpoints.authorization, &self.authorization),
            (&mut endpoints.token, &self.token),
            (&mut endpoints.device, &self.device),
        ] {
            if own.is_empty() {
                own.clone_from(found);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use super::*;
    use crate::model::Auth;
    use serde_json::json;

    fn of(asked: &str, document: &Value) -> Result<Discovered, OAuthError> {
        let response = Response {
            status: 200,
            reason: String::new(),
            version: String::new(),
            headers: Vec::new(),
            body: document.to_string().into(),
            encoded_len: 0,
            cookies: Vec::new(),
            truncated: None,
        };
        read(asked, asked, &response)
    }

    #[test]
    fn the_document_is_looked_for_where_both_standards_have_it() {
        let expected = [
            "https://as/t/.well-known/openid-configuration",
            "https://as/.well-known/oauth-authorization-server/t",
        ];
        assert_eq!(places("https://as/t/"), expected);
        assert_eq!(places("https://as/.well-known/x"), ["https://as/.well-known/x"]);
    }

    #[test]
    fn endpoints_fill_what_the_user_left_empty() {
        let found = of(
            "https://as/t",
            &json!({
                "issuer": "https://as/t/",
                "authorization_endpoint": "https://as/auth",
                "token_endpoint": "https://other/token",
                "token_endpoint_auth_methods_supported": ["client_secret_post"],
                "authorization_response_iss_parameter_supported": true,
            }),
        )
        .unwrap();
        assert!(found.names_issuer && found.client_authentication == ["client_secret_post"]);
        let auth = Auth::new("oauth2")
            .with("issuer", "https://as/t")
            .with("authUrl", "https://mine/auth")
            .with("clientId", "c");
        let mut config = Config::read(&auth).unwrap().unwrap();
        found.fill(&mut config);
        assert_eq!(config.endpoints.authorization, "https://mine/auth");
        assert_eq!(config.endpoints.token, "https://other/token");
        config.check_endpoints().unwrap();
    }

    #[test]
    fn a_document_for_somebody_else_or_with_less_protection_is_refused() {
        for (document, words) in [
            (json!({"issuer": "https://evil"}), "`https://evil`"),
            (
                json!({"issuer": "https://as", "token_endpoint": "http://as/token"}),
                "not protected by TLS",
            ),
            (
                json!({"issuer": "https://as", "token_endpoint": "file:///x"}),
                "no URL of a server",
            ),
            (json!({"token_endpoint": "https://as/token"}), "names no `issuer`"),
            (json!([]), "answered with"),
        ] {
            let error = of("https://as", &document).unwrap_err();
            assert!(error.to_string().contains(words), "{error}");
        }
        assert!(
            of(
                "http://as",
                &json!({"issuer": "http://as", "token_endpoint": "http://as/token"})
            )
            .is_ok()
        );
    }
}
