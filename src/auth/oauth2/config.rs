//! What the parameters say: read once, checked, and then no more words.

use std::borrow::Cow;

use serde_json::Value;
use sha2::{Digest, Sha256};
use url::Url;

use super::error::OAuthError;
use super::extra::{Extra, ExtraParam, extras};
use super::pkce;
use crate::model::template::tokens;
use crate::model::{Auth, Secret};

/// The word for this auth in files.
pub const KIND: &str = "oauth2";

/// How a token is got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grant {
    /// In the browser (RFC 6749, section 4.1), by default with PKCE (RFC 7636).
    Code {
        /// How the verifier is shown, if there is one.
        pkce: Option<pkce::Method>,
    },
    /// In the browser, the token in the address it comes back with (section 4.2). Old, and not as safe.
    Implicit,
    /// With user name and password (section 4.3).
    Password,
    /// With what the client has alone (section 4.4).
    ClientCredentials,
    /// With a code typed on another device (RFC 8628).
    Device,
}

impl Grant {
    /// What a person calls it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Code { pkce: Some(_) } => "authorization code with PKCE",
            Self::Code { pkce: None } => "authorization code",
            Self::Implicit => "implicit",
            Self::Password => "password",
            Self::ClientCredentials => "client credentials",
            Self::Device => "device code",
        }
    }

    /// Whether somebody must sign in.
    pub fn needs_person(self) -> bool {
        matches!(self, Self::Code { .. } | Self::Implicit | Self::Device)
    }
}

/// How the client proves who it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientAuth {
    /// In an `Authorization: Basic` header (RFC 6749, section 2.3.1).
    Basic,
    /// As fields of the body (the same section).
    Body,
    /// It names itself only.
    None,
    /// A JWT signed with the secret (`OpenID` Connect Core, section 9).
    SecretJwt,
    /// A JWT signed with a key (the same section).
    KeyJwt,
}

/// Which token goes with requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sends {
    /// The access token.
    Access,
    /// The id token.
    Id,
}

/// Where the server listens; empty for what is not known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Endpoints {
    /// Where people sign in.
    pub authorization: String,
    /// Where tokens come from.
    pub token: String,
    /// Where device codes come from.
    pub device: String,
    /// Where tokens are renewed, if not where they come from.
    pub refresh: String,
}

/// Who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OAuthClient {
    /// Its id.
    pub id: String,
    /// Its secret; may be empty.
    pub secret: Secret,
    /// How it proves who it is; `None` where the user has not said, so that the server may.
    pub authentication: Option<ClientAuth>,
    /// Its private key.
    pub key: Secret,
    /// The key's name.
    pub key_id: String,
    /// What JWTs are signed with; empty takes what fits.
    pub algorithm: String,
}

/// Everything one token depends on, read from the parameters of an auth.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// How it is got.
    pub grant: Grant,
    /// Who the server says it is, or where it says so; may be empty.
    pub issuer: String,
    /// Where the server listens.
    pub endpoints: Endpoints,
    /// Who asks.
    pub client: OAuthClient,
    /// The user, for [`Grant::Password`].
    pub username: String,
    /// The user's password.
    pub password: Secret,
    /// What the token is to be good for.
    pub scope: String,
    /// Whom it is for.
    pub audience: String,
    /// The APIs it is for.
    pub resources: Vec<String>,
    /// Where the browser comes back to; may be empty.
    pub redirect_uri: String,
    /// The port for that, if fixed.
    pub port: Option<u16>,
    /// The `state` to send; empty makes one up.
    pub state: String,
    /// The verifier of PKCE; empty makes one up.
    pub verifier: Secret,
    /// Which token goes with requests.
    pub sends: Sends,
    /// More parameters.
    pub extra: Extra,
    /// What the token is called in lists.
    pub name: String,
}

impl Config {
    /// Reads the parameters, variables resolved; `None` where they do not say how to get a token.
    ///
    /// # Errors
    ///
    /// What is missing, makes no sense, or holds a variable that nothing defines.
    pub fn read(auth: &Auth) -> Result<Option<Self>, OAuthError> {
        if !is_configured(auth) {
            return Ok(None);
        }
        let params = Params(auth);
        let grant = grant(&params)?;
        let authentication = match params.text("client_authentication")?.as_str() {
            "" => None,
            "header" => Some(ClientAuth::Basic),
            "body" => Some(ClientAuth::Body),
            "none" => Some(ClientAuth::None),
            "client_secret_jwt" => Some(ClientAuth::SecretJwt),
            "private_key_jwt" => Some(ClientAuth::KeyJwt),
            other => {
                return Err(OAuthError::Parameter {
                    what: "way for a client to prove who it is",
                    value: other.to_owned(),
                    hint: "choose `header`, `body`, `none`, `client_secret_jwt` or `private_key_jwt`",
                });
            }
        };
        let port = match params.text("callbackPort")?.trim() {
            "" => None,
            text => Some(
                text.parse()
                    .ok()
                    .filter(|port| *port != 0)
                    .ok_or(OAuthError::Parameter {
                        what: "port",
                        value: text.to_owned(),
                        hint: "a port is a number from 1 to 65535; leave it empty for a free one",
                    })?,
            ),
        };
        let config = Self {
            grant,
            issuer: params.url("issuer")?,
            endpoints: Endpoints {
                authorization: params.url("authUrl")?,
                token: params.url("accessTokenUrl")?,
                device: params.url("deviceAuthorizationUrl")?,
                refresh: params.url("refreshTokenUrl")?,
            },
            client: OAuthClient {
                id: params.text("clientId")?,
                secret: params.secret("clientSecret")?,
                authentication,
                key: params.secret("privateKey")?,
                key_id: params.text("privateKeyId")?,
                algorithm: params.text("assertionAlgorithm")?,
            },
            username: params.text("username")?,
            password: params.secret("password")?,
            scope: params.text("scope")?.trim().to_owned(),
            audience: params.text("audience")?,
            resources: params.text("resource")?.split_whitespace().map(str::to_owned).collect(),
            redirect_uri: params.text("redirect_uri")?.trim().to_owned(),
            port,
            state: params.text("state")?,
            verifier: params.secret("code_verifier")?,
            sends: if params.text("tokenToSend")? == "id_token" {
                Sends::Id
            } else {
                Sends::Access
            },
            extra: extras(auth)?,
            name: params.text("tokenName")?,
        };
        config.check()?;
        Ok(Some(config))
    }

    /// What cannot be left out, as far as discovery does not bring it.
    fn check(&self) -> Result<(), OAuthError> {
        let missing = |what| OAuthError::Missing {
            what,
            grant: self.grant.label(),
        };
        let verifier = self.verifier.reveal();
        if !verifier.is_empty() && !pkce::is_verifier(verifier) {
            return Err(OAuthError::Parameter {
                what: "verifier",
                value: "code_verifier".to_owned(),
                hint: "it takes 43 to 128 letters, digits and `-._~`; leave it empty to have one made up",
            });
        }
        if self.client.id.is_empty() {
            return Err(missing("client ID"));
        }
        match self.grant {
            Grant::Password if self.username.is_empty() => Err(missing("user name")),
            _ if self.issuer.is_empty() => self.check_endpoints(),
            _ => Ok(()),
        }
    }

    /// Whether all endpoints are known that the grant needs.
    ///
    /// # Errors
    ///
    /// The first one that is not.
    pub fn check_endpoints(&self) -> Result<(), OAuthError> {
        let Endpoints {
            authorization,
            token,
            device,
            ..
        } = &self.endpoints;
        let what = match self.grant {
            Grant::Code { .. } | Grant::Implicit if authorization.is_empty() => "Auth URL",
            Grant::Device if device.is_empty() => "Device URL",
            Grant::Implicit => return Ok(()),
            _ if token.is_empty() => "Token URL",
            _ => return Ok(()),
        };
        Err(OAuthError::Missing {
            what,
            grant: self.grant.label(),
        })
    }

    /// How the client proves who it is: what the user has said, else what the server takes. Without a secret there is
    /// nothing to prove.
    pub fn authentication(&self, known: &[String]) -> ClientAuth {
        let takes = |word: &str| known.iter().any(|own| own == word);
        match self.client.authentication {
            Some(ClientAuth::Basic | ClientAuth::Body) | None if self.client.secret.reveal().is_empty() => {
                if self.client.authentication.is_none() && !self.client.key.reveal().is_empty() {
                    ClientAuth::KeyJwt
                } else {
                    ClientAuth::None
                }
            }
            Some(authentication) => authentication,
            None if takes("client_secret_post") && !takes("client_secret_basic") => ClientAuth::Body,
            None => ClientAuth::Basic,
        }
    }

    /// What names the token among others: two requests whose auth says the same share one. Nothing secret is in it, so
    /// that it may be written down.
    pub fn fingerprint(&self) -> String {
        let extra = |all: &[ExtraParam]| -> Vec<(String, String)> {
            let all = all.iter();
            all.map(|extra| (extra.name.clone(), extra.value.clone())).collect()
        };
        let facts = serde_json::json!([
            self.grant.label(),
            self.issuer,
            self.endpoints.authorization,
            self.endpoints.token,
            self.endpoints.device,
            self.endpoints.refresh,
            self.client.id,
            self.username,
            self.scope,
            self.audience,
            self.resources,
            self.sends == Sends::Id,
            extra(&self.extra.auth),
            extra(&self.extra.token),
            extra(&self.extra.refresh),
        ]);
        let digest = Sha256::digest(facts.to_string());
        digest
            .iter()
            .take(8)
            .fold(String::new(), |out, byte| format!("{out}{byte:02x}"))
    }

    /// What the token is called: its own name, else the client at the server.
    pub fn label(&self) -> String {
        if !self.name.is_empty() {
            return self.name.clone();
        }
        let urls = [&self.issuer, &self.endpoints.token, &self.endpoints.authorization];
        let host = urls
            .into_iter()
            .find_map(|url| Url::parse(url).ok()?.host_str().map(str::to_owned));
        host.map_or_else(
            || self.client.id.clone(),
            |host| format!("{} at {host}", self.client.id),
        )
    }

    /// All that is secret in it.
    pub fn secrets(&self) -> Vec<Secret> {
        let extra = [&self.extra.auth, &self.extra.token, &self.extra.refresh];
        let hidden = extra.into_iter().flatten().filter(|extra| is_secret_name(&extra.name));
        [&self.client.secret, &self.client.key, &self.password, &self.verifier]
            .into_iter()
            .cloned()
            .chain(hidden.map(|extra| Secret::new(&extra.value)))
            .filter(|secret| !secret.reveal().is_empty())
            .collect()
    }
}

fn is_secret_name(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["secret", "password", "token", "key", "assertion"]
        .iter()
        .any(|word| name.contains(word))
}

/// Whether an auth is of this type and says how to get a token: it names a place to get one from, or a grant and no token
/// that would do instead. Quick, for every send.
pub fn is_configured(auth: &Auth) -> bool {
    let has = |name: &str| matches!(auth.params.get(name), Some(Value::String(text)) if !text.trim().is_empty());
    let places = ["accessTokenUrl", "issuer", "authUrl", "deviceAuthorizationUrl"];
    auth.kind == KIND && (places.into_iter().any(has) || (has("grant_type") && !has("accessToken")))
}

fn grant(params: &Params<'_>) -> Result<Grant, OAuthError> {
    let method = match params.text("challengeAlgorithm")?.as_str() {
        "plain" => pkce::Method::Plain,
        "" | "S256" | "SHA-256" => pkce::Method::S256,
        other => {
            return Err(OAuthError::Parameter {
                what: "challenge algorithm",
                value: other.to_owned(),
                hint: "choose `S256` or `plain`",
            });
        }
    };
    Ok(match params.text("grant_type")?.as_str() {
        // Postman's own word for nothing is the code without PKCE; with it, no server is worse off.
        "" | "authorization_code_with_pkce" => Grant::Code { pkce: Some(method) },
        "authorization_code" => Grant::Code { pkce: None },
        "implicit" => Grant::Implicit,
        "password_credentials" | "password" => Grant::Password,
        "client_credentials" => Grant::ClientCredentials,
        "device_code" | "urn:ietf:params:oauth:grant-type:device_code" => Grant::Device,
        other => {
            return Err(OAuthError::Parameter {
                what: "grant of OAuth 2.0",
                value: other.to_owned(),
                hint: "choose one of `authorization_code_with_pkce`, `authorization_code`, `client_credentials`, \
                       `password_credentials`, `device_code` and `implicit` as `grant_type`",
            });
        }
    })
}

/// What is wrong with the grant of an auth as it is written, if it is none.
pub fn unknown_grant(auth: &Auth) -> Option<OAuthError> {
    let is_grant =
        |error: &OAuthError| matches!(error, OAuthError::Parameter { what, .. } if what.starts_with("grant"));
    let own = auth.kind == KIND;
    own.then(|| grant(&Params(auth)).err())?.filter(is_grant)
}

/// The parameters, each checked for variables that are left in it.
pub(super) struct Params<'a>(pub &'a Auth);

impl Params<'_> {
    pub fn text(&self, name: &str) -> Result<String, OAuthError> {
        let value = self.0.text(name);
        defined(name, &value)?;
        Ok(value)
    }

    fn secret(&self, name: &str) -> Result<Secret, OAuthError> {
        self.text(name).map(Secret::new)
    }

    fn url(&self, name: &str) -> Result<String, OAuthError> {
        let text = self.text(name)?;
        let text = text.trim();
        if text.is_empty() {
            return Ok(String::new());
        }
        let spelled = if text.contains("://") {
            Cow::Borrowed(text)
        } else {
            Cow::Owned(format!("http://{text}"))
        };
        let url = Url::parse(&spelled)
            .ok()
            .filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
        match url {
            Some(_) => Ok(spelled.into_owned()),
            None => Err(OAuthError::Parameter {
                what: "URL of a server",
                value: text.to_owned(),
                hint: "it begins with `https://`",
            }),
        }
    }
}

/// Whether no variable is left in a text.
pub(super) fn defined(parameter: &str, value: &str) -> Result<(), OAuthError> {
    match tokens(value).next() {
        None => Ok(()),
        Some(token) => Err(OAuthError::Undefined {
            variable: token.name.to_owned(),
            parameter: parameter.to_owned(),
        }),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use super::*;

    fn auth() -> Auth {
        Auth::new(KIND)
            .with("grant_type", "client_credentials")
            .with("accessTokenUrl", "https://as.example/token")
            .with("clientId", "cli")
            .with("clientSecret", "s3cret")
    }

    #[test]
    fn a_pasted_token_alone_is_no_way_to_get_one() {
        let pasted = Auth::new(KIND)
            .with("accessToken", "at")
            .with("grant_type", "client_credentials");
        assert_eq!(Config::read(&pasted), Ok(None));
        assert_eq!(
            Config::read(&Auth::new("bearer").with("accessTokenUrl", "https://a")),
            Ok(None)
        );
    }

    #[test]
    fn what_is_missing_or_wrong_is_told_by_its_name() {
        for (auth, words) in [
            (auth().with("clientId", ""), "no client ID"),
            (auth().with("grant_type", "password_credentials"), "no user name"),
            (auth().with("grant_type", "authorization_code"), "no Auth URL"),
            (auth().with("grant_type", "device_code"), "no Device URL"),
            (auth().with("grant_type", "magic"), "`magic` is no grant"),
            (auth().with("client_authentication", "tls"), "`tls`"),
            (auth().with("accessTokenUrl", "ftp://x"), "`ftp://x`"),
            (
                auth().with("accessTokenUrl", "{{token_url}}"),
                "`token_url` in `accessTokenUrl`",
            ),
            (auth().with("callbackPort", "70000"), "`70000` is no port"),
            (auth().with("code_verifier", "short"), "is no verifier"),
            (auth().with("challengeAlgorithm", "MD5"), "`MD5`"),
        ] {
            let error = Config::read(&auth).unwrap_err();
            assert!(error.to_string().contains(words), "{error}");
            assert!(error.hint().is_some(), "{error}");
        }
    }

    #[test]
    fn without_a_secret_there_is_nothing_to_prove() {
        let of = |auth: &Auth, known: &[&str]| {
            let known: Vec<String> = known.iter().map(|word| (*word).to_owned()).collect();
            Config::read(auth).unwrap().unwrap().authentication(&known)
        };
        assert_eq!(of(&auth(), &[]), ClientAuth::Basic);
        assert_eq!(of(&auth(), &["client_secret_post"]), ClientAuth::Body);
        assert_eq!(
            of(&auth().with("client_authentication", "header"), &["client_secret_post"]),
            ClientAuth::Basic
        );
        assert_eq!(of(&auth().with("clientSecret", ""), &[]), ClientAuth::None);
        assert_eq!(
            of(
                &auth().with("clientSecret", "").with("client_authentication", "header"),
                &[]
            ),
            ClientAuth::None
        );
        assert_eq!(
            of(&auth().with("clientSecret", "").with("privateKey", "PEM"), &[]),
            ClientAuth::KeyJwt
        );
    }

    #[test]
    fn tokens_are_told_apart_by_what_they_are_for_and_not_by_secrets() {
        let print = |auth: &Auth| Config::read(auth).unwrap().unwrap().fingerprint();
        assert_eq!(
            print(&auth()),
            print(&auth().with("clientSecret", "other").with("tokenName", "x"))
        );
        for (name, value) in [
            ("scope", "a"),
            ("clientId", "other"),
            ("audience", "b"),
            ("resource", "https://c"),
            ("refreshTokenUrl", "https://elsewhere.example/token"),
            ("refreshRequestParams", "tenant=x"),
        ] {
            assert_ne!(print(&auth()), print(&auth().with(name, value)), "{name}");
        }
        assert_eq!(print(&auth()).len(), 16);
    }

    #[test]
    fn a_token_has_a_name_and_its_secrets_are_known() {
        let config = Config::read(&auth()).unwrap().unwrap();
        assert_eq!(config.label(), "cli at as.example");
        assert_eq!(config.secrets(), [Secret::new("s3cret")]);
        let named = Config::read(
            &auth()
                .with("tokenName", "Mine")
                .with("tokenRequestParams", "api_key=k3y&x=y"),
        );
        let named = named.unwrap().unwrap();
        assert_eq!(named.label(), "Mine");
        assert_eq!(named.secrets(), [Secret::new("s3cret"), Secret::new("k3y")]);
    }
}
