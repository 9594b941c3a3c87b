//! `/auth/dex/…`: the token endpoint and what `OpenID` Connect publishes beside it.
//!
//! The order of the checks is Dex's: client, then grant type, then the grant itself.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use axum::routing::{any, get};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use serde_json::{Value, json};

use super::reply::{json_reply, ok};
use super::state::{App, millis};
use super::token::{Claims, Grant, new_id};
use super::{CLIENT, DemoError, refresh, token};

/// The routes below `/auth/dex`.
pub fn router() -> Router<Arc<App>> {
    Router::new()
        .route("/token", any(token_endpoint))
        .route("/keys", get(keys))
        .route("/.well-known/openid-configuration", get(discovery))
}

/// A refusal; `description` is left out when empty.
#[derive(Debug, PartialEq, Eq)]
struct Refusal {
    status: StatusCode,
    error: &'static str,
    description: String,
}

impl Refusal {
    fn new(status: StatusCode, error: &'static str, description: &str) -> Self {
        Self {
            status,
            error,
            description: description.to_owned(),
        }
    }

    fn reply(&self) -> Response {
        let mut body = json!({"error": self.error});
        if let (Value::Object(body), false) = (&mut body, self.description.is_empty()) {
            body.insert("error_description".to_owned(), Value::from(self.description.clone()));
        }
        json_reply(self.status, &body)
    }
}

impl From<DemoError> for Refusal {
    fn from(error: DemoError) -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "server_error", &error.to_string())
    }
}

/// The reply to a granted request; the order of the fields is the order on the wire.
#[derive(Serialize)]
struct TokenReply {
    access_token: String,
    token_type: &'static str,
    expires_in: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<String>,
    id_token: String,
}

async fn token_endpoint(State(app): State<Arc<App>>, headers: HeaderMap, body: Bytes) -> Response {
    let form = Form::read(&headers, &body);
    let granted = async {
        check_client(&headers, &form)?;
        let grant = match form.get("grant_type") {
            "password" => password_grant(&app, &form)?,
            "refresh_token" => refresh_grant(&app, &form)?,
            _ => return Err(Refusal::new(StatusCode::BAD_REQUEST, "invalid_grant", "")),
        };
        issue(&app, grant).await
    };
    match granted.await {
        Ok(reply) => ok(&reply),
        Err(refusal) => refusal.reply(),
    }
}

/// A granted request: the session, and its refresh token if it has one.
struct Granted {
    session: refresh::Session,
    refresh_token: Option<String>,
}

fn check_client(headers: &HeaderMap, form: &Form) -> Result<(), Refusal> {
    let (id, secret) =
        basic(headers).unwrap_or_else(|| (form.get("client_id").to_owned(), form.get("client_secret").to_owned()));
    if (id.as_str(), secret.as_str()) == CLIENT {
        return Ok(());
    }
    Err(Refusal::new(
        StatusCode::UNAUTHORIZED,
        "invalid_client",
        "Invalid client credentials.",
    ))
}

fn password_grant(app: &App, form: &Form) -> Result<Granted, Refusal> {
    let (login, password) = (form.get("username"), form.get("password"));
    if login.is_empty() || password.is_empty() {
        return Err(Refusal::new(
            StatusCode::BAD_REQUEST,
            "invalid_request",
            "Invalid request",
        ));
    }
    let fits = app
        .data()
        .users
        .get(login)
        .is_some_and(|user| user.password.reveal() == password);
    if !fits {
        let description = "cannot find username or password";
        return Err(Refusal::new(StatusCode::FORBIDDEN, "access_denied", description));
    }
    let session = refresh::Session {
        login: login.to_owned(),
        nonce: form.get("nonce").to_owned(),
        scopes: form.get("scope").split_whitespace().map(str::to_owned).collect(),
    };
    // Dex wants `offline_access`; the documentation of Cells says `offline`. Both are good here.
    let offline = session
        .scopes
        .iter()
        .any(|scope| scope == "offline" || scope == "offline_access");
    let refresh_token = offline.then(|| app.refresh().issue(session.clone(), app.clock.now_ms()));
    Ok(Granted { session, refresh_token })
}

fn refresh_grant(app: &App, form: &Form) -> Result<Granted, Refusal> {
    let rotated = app
        .refresh()
        .rotate(form.get("refresh_token"), form.get("nonce"), app.clock.now_ms());
    match rotated {
        Ok((session, token)) => Ok(Granted {
            session,
            refresh_token: Some(token),
        }),
        Err(refused) => {
            let by = match refused {
                refresh::Refused::Unknown => "client",
                refresh::Refused::OtherNonce => "session",
            };
            let description = format!("Refresh token is invalid or has already been claimed by another {by}.");
            Err(Refusal::new(StatusCode::BAD_REQUEST, "invalid_request", &description))
        }
    }
}

async fn issue(app: &App, granted: Granted) -> Result<TokenReply, Refusal> {
    let key = app.key.get().await?;
    let now_ms = app.clock.now_ms();
    let ttl_ms = millis(app.token_ttl);
    let access_token = new_id();
    let user = app.data().users.get(&granted.session.login).cloned();
    let Some(user) = user else {
        // Deleted since the first token was issued.
        let description = "cannot find username or password";
        return Err(Refusal::new(StatusCode::FORBIDDEN, "access_denied", description));
    };
    let claims = Claims::new(
        &user,
        Grant {
            base_url: &app.base_url,
            scopes: &granted.session.scopes,
            nonce: &granted.session.nonce,
            access_token: &access_token,
            issued: now_ms / 1_000,
            expires: now_ms.saturating_add(ttl_ms) / 1_000,
        },
    );
    Ok(TokenReply {
        access_token,
        token_type: "bearer",
        // Dex computes it a moment later and rounds down: 599 for ten minutes.
        expires_in: ttl_ms.saturating_sub(1) / 1_000,
        refresh_token: granted.refresh_token,
        id_token: token::sign(&claims, &key)?,
    })
}

async fn keys(State(app): State<Arc<App>>) -> Response {
    match app.key.get().await {
        Ok(key) => ok(&key.jwks()),
        Err(error) => Refusal::from(error).reply(),
    }
}

async fn discovery(State(app): State<Arc<App>>) -> Response {
    let issuer = format!("{}/auth/dex", app.base_url);
    ok(&json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/auth"),
        "token_endpoint": format!("{issuer}/token"),
        "jwks_uri": format!("{issuer}/keys"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "scopes_supported": ["openid", "email", "groups", "profile", "offline_access", "pydio"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic"],
        "claims_supported": ["aud", "email", "email_verified", "exp", "iat", "iss", "name", "sub"],
    }))
}

/// The fields of an urlencoded body; a body of another type has none, as in Go's `PostFormValue`.
struct Form(Vec<(String, String)>);

impl Form {
    fn read(headers: &HeaderMap, body: &[u8]) -> Self {
        let kind = headers
            .get(header::CONTENT_TYPE)
            .and_then(|kind| kind.to_str().ok())
            .unwrap_or("");
        let kind = kind.split(';').next().unwrap_or("").trim();
        if !kind.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
            return Self(Vec::new());
        }
        Self(url::form_urlencoded::parse(body).into_owned().collect())
    }

    /// The first value of a field, or an empty text.
    fn get(&self, name: &str) -> &str {
        self.0
            .iter()
            .find(|(key, _)| key == name)
            .map_or("", |(_, value)| value.as_str())
    }
}

/// User name and password of Basic auth, percent-decoded as RFC 6749, 2.3.1 asks of token endpoints.
fn basic(headers: &HeaderMap) -> Option<(String, String)> {
    let (scheme, credentials) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = String::from_utf8(STANDARD.decode(credentials.trim()).ok()?).ok()?;
    let (id, secret) = decoded.split_once(':')?;
    let plain = |text: &str| {
        let text = text.replace('+', " ");
        percent_encoding::percent_decode_str(&text)
            .decode_utf8()
            .map(std::borrow::Cow::into_owned)
            .ok()
    };
    Some((plain(id)?, plain(secret)?))
}
