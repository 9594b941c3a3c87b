//! The requests of OAuth 2.0: where the browser is sent, and what the token and device endpoints are asked.
//!
//! All of them go to the very place the auth names: a redirect is not followed, as it would take the secret along, and
//! the cookies of the workspace stay where they are.

use jiff::Timestamp;
use url::Url;

use super::client::{self, Assertion};
use super::config::{ClientAuth, Config, Grant};
use super::error::OAuthError;
use super::extra::{ExtraParam, Place};
use crate::model::request::Method;
use crate::model::wire::ResolvedBody;
use crate::model::{Auth, Redactor, ResolvedRequest, Secret, Settings};

/// What is exchanged for a token.
#[derive(Clone, Debug)]
pub enum Exchanged<'a> {
    /// The code the browser came back with (RFC 6749, section 4.1.3).
    Code {
        /// The code.
        code: &'a Secret,
        /// Where the browser came back to, as it was told to.
        redirect_uri: &'a str,
        /// The verifier of PKCE.
        verifier: Option<&'a Secret>,
    },
    /// User name and password, from the config (section 4.3.2).
    Password,
    /// Nothing but the client itself (section 4.4.2).
    Client,
    /// A device code (RFC 8628, section 3.4).
    Device(&'a Secret),
    /// A refresh token (RFC 6749, section 6).
    Refresh(&'a Secret),
}

/// What a request needs beside the config.
#[derive(Clone, Copy, Debug)]
pub struct Around<'a> {
    /// How the request that needs the token is sent: a proxy or a test certificate holds for both.
    pub settings: &'a Settings,
    /// The ways to authenticate that the server has told of.
    pub known: &'a [String],
    /// The server's issuer, if it has told.
    pub issuer: Option<&'a str>,
    /// Now, for what is signed.
    pub now: Timestamp,
}

/// Asks for a token.
///
/// # Errors
///
/// The client's key does not sign.
pub fn token(config: &Config, exchanged: &Exchanged<'_>, around: Around<'_>) -> Result<ResolvedRequest, OAuthError> {
    let is_refresh = matches!(exchanged, Exchanged::Refresh(_));
    let url = match config.endpoints.refresh.as_str() {
        other if is_refresh && !other.is_empty() => other,
        _ => config.endpoints.token.as_str(),
    };
    let mut form = Form::new(url, around.settings, config);
    match exchanged {
        Exchanged::Code {
            code,
            redirect_uri,
            verifier,
        } => {
            form.field("grant_type", "authorization_code");
            form.secret("code", code);
            form.field("redirect_uri", redirect_uri);
            if let Some(verifier) = verifier {
                form.secret("code_verifier", verifier);
            }
        }
        Exchanged::Password => {
            form.field("grant_type", "password");
            form.field("username", &config.username);
            form.secret("password", &config.password);
        }
        Exchanged::Client => form.field("grant_type", "client_credentials"),
        Exchanged::Device(code) => {
            form.field("grant_type", "urn:ietf:params:oauth:grant-type:device_code");
            form.secret("device_code", code);
        }
        Exchanged::Refresh(token) => {
            form.field("grant_type", "refresh_token");
            form.secret("refresh_token", token);
        }
    }
    if matches!(exchanged, Exchanged::Password | Exchanged::Client) && !config.scope.is_empty() {
        form.field("scope", &config.scope);
    }
    form.meant_for(config);
    form.client(config, around)?;
    form.extra(if is_refresh {
        &config.extra.refresh
    } else {
        &config.extra.token
    });
    Ok(form.finish())
}

/// Asks for a device code (RFC 8628, section 3.1).
///
/// # Errors
///
/// The client's key does not sign.
pub fn device(config: &Config, around: Around<'_>) -> Result<ResolvedRequest, OAuthError> {
    let mut form = Form::new(&config.endpoints.device, around.settings, config);
    if !config.scope.is_empty() {
        form.field("scope", &config.scope);
    }
    form.meant_for(config);
    form.client(config, around)?;
    form.extra(&config.extra.auth);
    Ok(form.finish())
}

/// Asks for the discovery document; nothing in it is secret, so redirects are followed.
pub fn discovery(url: &str, settings: &Settings) -> ResolvedRequest {
    let settings = Settings {
        follow_redirects: Some(true),
        cookies: Some(false),
        ..settings.clone()
    };
    plain("GET", url.to_owned(), settings)
}

/// Where the browser is sent (RFC 6749, sections 4.1.1 and 4.2.1; RFC 7636, section 4.3).
///
/// # Errors
///
/// The URL is none.
pub fn authorization(
    config: &Config,
    redirect_uri: &str,
    state: &str,
    verifier: Option<&Secret>,
) -> Result<String, OAuthError> {
    let text = &config.endpoints.authorization;
    let mut url = Url::parse(text).map_err(|_| OAuthError::Parameter {
        what: "URL of a server",
        value: text.clone(),
        hint: "it begins with `https://`",
    })?;
    {
        // What stands in it already stays (section 3.1), unless it is ours to say.
        let mut query = url.query_pairs_mut();
        let kind = if config.grant == Grant::Implicit {
            "token"
        } else {
            "code"
        };
        query.append_pair("response_type", kind);
        query.append_pair("client_id", &config.client.id);
        query.append_pair("redirect_uri", redirect_uri);
        if !config.scope.is_empty() {
            query.append_pair("scope", &config.scope);
        }
        query.append_pair("state", state);
        if let (Grant::Code { pkce: Some(method) }, Some(verifier)) = (config.grant, verifier) {
            query.append_pair("code_challenge", &method.challenge(verifier.reveal()));
            query.append_pair("code_challenge_method", method.word());
        }
        if !config.audience.is_empty() {
            query.append_pair("audience", &config.audience);
        }
        for resource in &config.resources {
            query.append_pair("resource", resource);
        }
        for extra in &config.extra.auth {
            query.append_pair(&extra.name, &extra.value);
        }
    }
    Ok(url.into())
}

/// A request with a form for its body, while it is put together.
struct Form {
    url: String,
    headers: Vec<(String, String)>,
    fields: Vec<(String, String)>,
    secrets: Vec<Secret>,
    settings: Settings,
}

impl Form {
    fn new(url: &str, settings: &Settings, config: &Config) -> Self {
        Self {
            url: url.to_owned(),
            // GitHub answers with a form unless it is asked for JSON.
            headers: vec![("Accept".to_owned(), "application/json".to_owned())],
            fields: Vec::new(),
            secrets: config.secrets(),
            settings: Settings {
                follow_redirects: Some(false),
                cookies: Some(false),
                ..settings.clone()
            },
        }
    }

    fn field(&mut self, name: &str, value: &str) {
        self.fields.push((name.to_owned(), value.to_owned()));
    }

    fn secret(&mut self, name: &str, value: &Secret) {
        self.field(name, value.reveal());
        self.secrets.push(value.clone());
    }

    /// Whom the token is meant for: the audience, and the resources (RFC 8707).
    fn meant_for(&mut self, config: &Config) {
        if !config.audience.is_empty() {
            self.field("audience", &config.audience);
        }
        for resource in &config.resources {
            self.field("resource", resource);
        }
    }

    /// Says who asks, and proves it.
    fn client(&mut self, config: &Config, around: Around<'_>) -> Result<(), OAuthError> {
        let authentication = config.authentication(around.known);
        match authentication {
            ClientAuth::Basic => {
                let credentials = client::basic(&config.client);
                self.headers
                    .push(("Authorization".to_owned(), format!("Basic {}", credentials.reveal())));
                self.secrets.push(credentials);
            }
            ClientAuth::Body => {
                self.field("client_id", &config.client.id);
                self.secret("client_secret", &config.client.secret);
            }
            ClientAuth::None => self.field("client_id", &config.client.id),
            ClientAuth::SecretJwt | ClientAuth::KeyJwt => {
                let assertion = client::assertion(
                    &config.client,
                    &Assertion {
                        by_key: authentication == ClientAuth::KeyJwt,
                        // The token endpoint is what every server takes for itself; some want the issuer instead.
                        audience: around.issuer.unwrap_or(&config.endpoints.token),
                        now: around.now,
                    },
                )?;
                self.field("client_id", &config.client.id);
                self.field("client_assertion_type", client::ASSERTION_TYPE);
                self.secret("client_assertion", &assertion);
            }
        }
        Ok(())
    }

    fn extra(&mut self, params: &[ExtraParam]) {
        for ExtraParam { name, value, place } in params {
            match place {
                Place::Body => {
                    // The user's word comes before ours.
                    self.fields.retain(|(own, _)| own != name);
                    self.field(name, value);
                }
                Place::Header => {
                    self.headers.retain(|(own, _)| !own.eq_ignore_ascii_case(name));
                    self.headers.push((name.clone(), value.clone()));
                }
                Place::Url => {
                    if let Ok(mut url) = Url::parse(&self.url) {
                        url.query_pairs_mut().append_pair(name, value);
                        self.url = url.into();
                    }
                }
            }
        }
    }

    fn finish(self) -> ResolvedRequest {
        ResolvedRequest {
            headers: self.headers,
            body: ResolvedBody::Form(self.fields),
            redactor: Redactor::new(self.secrets),
            ..plain("POST", self.url, self.settings)
        }
    }
}

fn plain(method: &str, url: String, mut settings: Settings) -> ResolvedRequest {
    // Those are the request's own, which this one is not: it needs its `Content-Type`.
    settings.disabled_headers.clear();
    ResolvedRequest {
        method: Method::new(method),
        url,
        headers: vec![("Accept".to_owned(), "application/json".to_owned())],
        body: ResolvedBody::None,
        auth: Auth::new(Auth::NONE),
        settings,
        redactor: Redactor::default(),
        unresolved: Vec::new(),
        used: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use super::super::config::KIND;
    use super::*;
    use crate::model::secret::MASK;
    use serde_json::json;

    fn config(more: &[(&str, &str)]) -> Config {
        let auth = Auth::new(KIND)
            .with("authUrl", "https://as/auth?tenant=a b")
            .with("accessTokenUrl", "https://as/token")
            .with("deviceAuthorizationUrl", "https://as/device")
            .with("clientId", "my id")
            .with("clientSecret", "p:ss w&rd")
            .with("scope", "openid a")
            .with("audience", "aud")
            .with("resource", "https://api/1 https://api/2")
            .with("username", "jörg")
            .with("password", "gehe:im");
        let auth = more.iter().fold(auth, |auth, (name, value)| auth.with(name, *value));
        Config::read(&auth).unwrap().unwrap()
    }

    fn around(settings: &Settings) -> Around<'_> {
        Around {
            settings,
            known: &[],
            issuer: None,
            now: Timestamp::UNIX_EPOCH,
        }
    }

    fn fields(request: &ResolvedRequest) -> Vec<(&str, &str)> {
        let ResolvedBody::Form(fields) = &request.body else {
            panic!("no form");
        };
        fields
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect()
    }

    #[test]
    fn basic_authentication_encodes_both_halves_and_hides_all() {
        let settings = Settings::default();
        let config = config(&[("grant_type", "password_credentials")]);
        let request = token(&config, &Exchanged::Password, around(&settings)).unwrap();
        let (_, header) = request
            .headers
            .iter()
            .find(|(name, _)| name == "Authorization")
            .unwrap();
        // `my+id:p%3Ass+w%26rd`
        assert_eq!(header, "Basic bXkraWQ6cCUzQXNzK3clMjZyZA==");
        let expected = [
            ("grant_type", "password"),
            ("username", "jörg"),
            ("password", "gehe:im"),
            ("scope", "openid a"),
            ("audience", "aud"),
            ("resource", "https://api/1"),
            ("resource", "https://api/2"),
        ];
        assert_eq!(fields(&request), expected);
        assert_eq!(request.redactor.redact(header), format!("Basic {MASK}"));
        assert_eq!(request.redactor.redact("gehe:im"), MASK);
        assert_eq!(
            (request.settings.follow_redirects, request.settings.cookies),
            (Some(false), Some(false))
        );
    }

    #[test]
    fn headers_that_the_request_is_sent_without_are_sent_here() {
        let mut settings = Settings::default();
        settings.disabled_headers.insert("content-type".to_owned());
        let config = config(&[("grant_type", "client_credentials")]);
        let around = || around(&settings);
        let sent = [
            token(&config, &Exchanged::Client, around()).unwrap(),
            device(&config, around()).unwrap(),
            discovery("https://as/", &settings),
        ];
        for request in sent {
            assert!(request.settings.disabled_headers.is_empty(), "{}", request.url);
        }
    }

    #[test]
    fn body_and_public_clients_name_themselves_in_the_body() {
        let settings = Settings::default();
        let body = config(&[("client_authentication", "body"), ("grant_type", "client_credentials")]);
        let request = token(&body, &Exchanged::Client, around(&settings)).unwrap();
        assert!(fields(&request).contains(&("client_secret", "p:ss w&rd")));
        let public = config(&[("client_authentication", "none")]);
        let request = token(&public, &Exchanged::Refresh(&Secret::new("rt-1")), around(&settings)).unwrap();
        let fields = fields(&request);
        assert!(fields.contains(&("client_id", "my id")) && fields.contains(&("refresh_token", "rt-1")));
        assert!(
            fields
                .iter()
                .all(|(name, _)| !["client_secret", "scope"].contains(name)),
            "{fields:?}"
        );
        assert!(request.headers.iter().all(|(name, _)| name != "Authorization"));
        assert_eq!(request.redactor.redact("rt-1"), MASK);
    }

    #[test]
    fn a_code_goes_with_its_redirect_uri_and_verifier() {
        let settings = Settings::default();
        let (code, verifier) = (Secret::new("c-1"), Secret::new("v-1"));
        let exchanged = Exchanged::Code {
            code: &code,
            redirect_uri: "http://127.0.0.1:1/cb",
            verifier: Some(&verifier),
        };
        let request = token(&config(&[]), &exchanged, around(&settings)).unwrap();
        let expected = [
            ("grant_type", "authorization_code"),
            ("code", "c-1"),
            ("redirect_uri", "http://127.0.0.1:1/cb"),
            ("code_verifier", "v-1"),
        ];
        assert_eq!(fields(&request)[..4], expected);
        let refresh = config(&[("refreshTokenUrl", "https://as/renew")]);
        let request = token(&refresh, &Exchanged::Refresh(&code), around(&settings)).unwrap();
        assert_eq!(request.url, "https://as/renew");
    }

    #[test]
    fn the_browser_is_sent_with_everything_and_keeps_the_urls_own_query() {
        let verifier = Secret::new("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
        let config = config(&[("authRequestParams", "prompt=consent")]);
        let url = authorization(&config, "http://127.0.0.1:1/cb", "st&te", Some(&verifier)).unwrap();
        let url = Url::parse(&url).unwrap();
        let query: Vec<(String, String)> = url.query_pairs().into_owned().collect();
        let expected = [
            ("tenant", "a b"),
            ("response_type", "code"),
            ("client_id", "my id"),
            ("redirect_uri", "http://127.0.0.1:1/cb"),
            ("scope", "openid a"),
            ("state", "st&te"),
            ("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"),
            ("code_challenge_method", "S256"),
            ("audience", "aud"),
            ("resource", "https://api/1"),
            ("resource", "https://api/2"),
            ("prompt", "consent"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(query, expected);
    }

    #[test]
    fn more_parameters_go_where_they_are_meant_to() {
        let auth = Auth::new(KIND)
            .with("grant_type", "client_credentials")
            .with("accessTokenUrl", "https://as/token?x=1")
            .with("clientId", "c")
            .with(
                "tokenRequestParams",
                json!([
                    {"key": "grant_type", "value": "custom"},
                    {"key": "u", "value": "a b", "send_as": "request_url"},
                    {"key": "ACCEPT", "value": "text/plain", "send_as": "request_header"},
                ]),
            );
        let settings = Settings::default();
        let config = Config::read(&auth).unwrap().unwrap();
        let request = token(&config, &Exchanged::Client, around(&settings)).unwrap();
        assert_eq!(request.url, "https://as/token?x=1&u=a+b");
        assert_eq!(request.headers, [("ACCEPT".to_owned(), "text/plain".to_owned())]);
        assert_eq!(fields(&request), [("client_id", "c"), ("grant_type", "custom")]);
    }

    #[test]
    fn a_device_is_told_what_for() {
        let settings = Settings::default();
        let config = config(&[("grant_type", "device_code")]);
        let request = device(&config, around(&settings)).unwrap();
        assert_eq!(
            (request.url.as_str(), fields(&request)[0]),
            ("https://as/device", ("scope", "openid a"))
        );
        let request = token(&config, &Exchanged::Device(&Secret::new("dc-1")), around(&settings)).unwrap();
        assert!(fields(&request).contains(&("grant_type", "urn:ietf:params:oauth:grant-type:device_code")));
    }
}
