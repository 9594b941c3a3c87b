//! The check before every `/a/…` request: a Bearer token that is ours, whole, for our client, and not expired.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use super::reply::{ApiError, unauthorized};
use super::state::App;
use super::token;

/// Who sent a request, taken from its token.
#[derive(Debug, Clone)]
pub struct Caller {
    /// Login; empty for a token without scope `profile`.
    pub login: String,
    /// `admin`, `standard` or `shared`.
    pub profile: String,
}

impl Caller {
    /// Refuses everyone but administrators.
    pub fn must_be_admin(&self) -> Result<(), ApiError> {
        if self.profile == "admin" {
            return Ok(());
        }
        Err(ApiError::Forbidden(format!(
            "profile {} is not allowed to do this",
            self.profile
        )))
    }
}

/// Lets a request pass with its [`Caller`], or answers 401.
pub async fn check(State(app): State<Arc<App>>, mut request: Request, next: Next) -> Response {
    let Some(bearer) = bearer(request.headers()) else {
        return unauthorized();
    };
    let key = match app.key.get().await {
        Ok(key) => key,
        Err(error) => return ApiError::Internal(error.to_string()).into_response(),
    };
    let Some(claims) = token::verify(bearer, &key, app.clock.now_ms()) else {
        return unauthorized();
    };
    let caller = Caller {
        login: claims.name.unwrap_or_default(),
        profile: claims.profile,
    };
    request.extensions_mut().insert(caller);
    next.run(request).await
}

/// The token of an `Authorization: Bearer` header; the scheme's case does not matter (RFC 9110, 11.1).
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}
