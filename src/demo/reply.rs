//! Replies in the form Cells gives them: JSON with a length, errors with a title and a detail.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::{Value, json};

/// Any value as JSON; the body's length is known, so `Content-Length` is sent.
pub fn json_reply(status: StatusCode, value: &impl Serialize) -> Response {
    match serde_json::to_vec(value) {
        Ok(body) => (status, [(header::CONTENT_TYPE, "application/json")], body).into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}

/// A value with status 200.
pub fn ok(value: &impl Serialize) -> Response {
    json_reply(StatusCode::OK, value)
}

/// A list with status 200. Cells leaves out what is zero or empty: a search without results answers `{}`.
pub fn sparse(mut value: Value) -> Response {
    if let Value::Object(fields) = &mut value {
        fields.retain(|_, field| *field != json!(0) && *field != json!([]));
    }
    ok(&value)
}

/// The reply to a request without a token that is good: plain text, and no `WWW-Authenticate`.
pub fn unauthorized() -> Response {
    (
        StatusCode::UNAUTHORIZED,
        [(header::CONTENT_TYPE, "text/plain; charset=utf-8")],
        "Unauthorized.\n",
    )
        .into_response()
}

/// An error of a handler of the REST API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ApiError {
    /// 403: the caller's profile does not suffice.
    Forbidden(String),
    /// 404: there is no such thing.
    NotFound(String),
    /// 500: Cells answers so to a body it cannot read, too.
    Internal(String),
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let (status, title, detail) = match self {
            Self::Forbidden(detail) => (StatusCode::FORBIDDEN, "Forbidden", detail),
            Self::NotFound(detail) => (StatusCode::NOT_FOUND, "Not Found", detail),
            Self::Internal(detail) => (StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error", detail),
        };
        json_reply(status, &json!({"Title": title, "Detail": detail}))
    }
}

/// What a handler returns.
pub type ApiResult = Result<Response, ApiError>;
