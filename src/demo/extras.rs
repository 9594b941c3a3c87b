//! `/demo/…`: not Cells, but what one wants to try a client on.
//!
//! None of it needs a token, so it works before the first login.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Query, RawQuery};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{any, get};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures_util::stream;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::reply::ok;
use super::state::App;

/// The longest wait of `/demo/slow`.
const SLOWEST: Duration = Duration::from_mins(10);

/// The largest body of `/demo/bytes`: 1 GiB, made as it is sent.
const MOST_BYTES: u64 = 1 << 30;

/// The most rows of `/demo/json`; a row has some 160 bytes.
const MOST_ROWS: u64 = 4_000_000;

/// The routes below `/demo`.
pub fn router() -> Router<Arc<App>> {
    Router::new()
        .route("/", get(index))
        .route("/slow", any(slow))
        .route("/escape", any(escape))
        .route("/redirect", any(redirect))
        .route("/cookies", any(cookies))
        .route("/cookies/set", any(set_cookies))
        .route("/echo", any(echo))
        .route("/bytes", any(bytes))
        .route("/json", any(rows))
}

async fn index() -> Response {
    ok(&json!({
        "/demo/slow?ms=2000": "answers after so many milliseconds",
        "/demo/escape": "escape sequences in the body and in a header; a terminal must not obey them",
        "/demo/redirect?n=3": "so many redirects, then /demo/echo",
        "/demo/cookies": "the cookies that were sent",
        "/demo/cookies/set?name=value": "sets cookies",
        "/demo/echo": "method, headers and body as they arrived",
        "/demo/bytes?n=1000": "so many bytes of text",
        "/demo/json?rows=1000": "an array of so many rows, chunked",
    }))
}

#[derive(Deserialize)]
struct Slow {
    ms: Option<u64>,
}

async fn slow(Query(query): Query<Slow>) -> Response {
    let wait = Duration::from_millis(query.ms.unwrap_or(2_000)).min(SLOWEST);
    tokio::time::sleep(wait).await;
    ok(&json!({"waited_ms": wait.as_millis()}))
}

/// A body that would clear the screen, change the title and ring the bell. Header values cannot hold ESC (RFC 9110,
/// 5.5), but they can hold the 8-bit CSI, raw and as UTF-8.
async fn escape() -> Response {
    let body = "plain\n\u{1b}[31mred?\u{1b}[0m\n\u{1b}[2J\u{1b}[Hcleared?\n\u{1b}]0;title?\u{7}\n\u{9b}7mreversed?\n\
                \u{1b}]8;;http://cells.example\u{1b}\\link?\u{1b}]8;;\u{1b}\\\nback\u{8}\u{8}\u{8}\u{8}space\rreturn\n\
                \u{202e}right to left\u{202c} zero\u{200b}width\n";
    let mut response = ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], body).into_response();
    for (name, value) in [
        ("x-escape", &b"\x9b31mred?\x9b0m"[..]),
        ("x-escape-utf8", &b"\xc2\x9b31mred?\xc2\x9b0m"[..]),
    ] {
        if let Ok(value) = HeaderValue::from_bytes(value) {
            response.headers_mut().insert(HeaderName::from_static(name), value);
        }
    }
    response
}

#[derive(Deserialize)]
struct Redirect {
    n: Option<u32>,
}

async fn redirect(Query(query): Query<Redirect>) -> Response {
    let next = match query.n.unwrap_or(1) {
        0 | 1 => "/demo/echo".to_owned(),
        more => format!("/demo/redirect?n={}", more - 1),
    };
    (StatusCode::FOUND, [(header::LOCATION, next)]).into_response()
}

async fn cookies(headers: HeaderMap) -> Response {
    ok(&json!({"cookies": sent_cookies(&headers)}))
}

fn sent_cookies(headers: &HeaderMap) -> Map<String, Value> {
    let pairs = headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok());
    pairs
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .map(|(name, value)| (name.to_owned(), Value::from(value)))
        .collect()
}

async fn set_cookies(RawQuery(query): RawQuery) -> Response {
    let query = query.unwrap_or_else(|| "flavour=ginger".to_owned());
    let mut set = Map::new();
    let mut lines = Vec::new();
    for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
        // What cannot stand in a cookie (RFC 6265, 4.1.1) is sent percent-encoded.
        let encode =
            |text: &str| percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string();
        let line = format!("{}={}; Path=/; HttpOnly; SameSite=Lax", encode(&name), encode(&value));
        lines.extend(HeaderValue::from_str(&line));
        set.insert(name.into_owned(), Value::from(value));
    }
    let mut response = ok(&json!({"set": set}));
    for line in lines {
        response.headers_mut().append(header::SET_COOKIE, line);
    }
    response
}

async fn echo(method: Method, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    let lossy = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let headers: Vec<Value> = headers
        .iter()
        .map(|(name, value)| json!({"name": name.as_str(), "value": lossy(value)}))
        .collect();
    let query: Vec<Value> = url::form_urlencoded::parse(uri.query().unwrap_or("").as_bytes())
        .map(|(name, value)| json!({"name": name, "value": value}))
        .collect();
    let body = match std::str::from_utf8(&body) {
        Ok(text) => json!({"length": body.len(), "text": text, "json": serde_json::from_str::<Value>(text).ok()}),
        Err(_) => json!({"length": body.len(), "base64": STANDARD.encode(&body)}),
    };
    let url = format!("/demo{}", uri.path_and_query().map_or("/", |path| path.as_str()));
    ok(&json!({"method": method.as_str(), "url": url, "query": query, "headers": headers, "body": body}))
}

#[derive(Deserialize)]
struct Amount {
    n: Option<u64>,
}

/// Text in lines of 64 bytes, made as it is sent; the length is announced.
async fn bytes(Query(query): Query<Amount>) -> Response {
    let total = query.n.unwrap_or(1_000).min(MOST_BYTES);
    let block = Bytes::from("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.\n".repeat(1_024));
    let parts = stream::iter(blocks(total, block.len() as u64).map(move |(_, length)| {
        let length = usize::try_from(length).unwrap_or(0).min(block.len());
        Ok::<_, Infallible>(block.slice(..length))
    }));
    let headers = [
        (header::CONTENT_TYPE, "text/plain; charset=utf-8".to_owned()),
        (header::CONTENT_LENGTH, total.to_string()),
    ];
    (headers, Body::from_stream(parts)).into_response()
}

#[derive(Deserialize)]
struct Rows {
    rows: Option<u64>,
}

/// A JSON array, made as it is sent; without a length, so chunked.
async fn rows(Query(query): Query<Rows>) -> Response {
    let total = query.rows.unwrap_or(1_000).min(MOST_ROWS);
    let parts = blocks(total, 512).map(|(first, count)| {
        let mut part = String::new();
        for row in first..first + count {
            part.push_str(if row == 0 { "" } else { ",\n" });
            part.push_str(&row_text(row));
        }
        part
    });
    let whole = std::iter::once("[".to_owned())
        .chain(parts)
        .chain(std::iter::once("]\n".to_owned()));
    let body = Body::from_stream(stream::iter(whole.map(|part| Ok::<_, Infallible>(Bytes::from(part)))));
    ([(header::CONTENT_TYPE, "application/json")], body).into_response()
}

fn row_text(row: u64) -> String {
    let size = row.wrapping_mul(2_654_435_761) % 100_000_000;
    json!({
        "id": row,
        "name": format!("row {row}"),
        "even": row.is_multiple_of(2),
        "size": size,
        "ratio": 0.25,
        "tags": ["amber", "teal"],
        "owner": {"login": "amber-heron", "group": "/research/field"},
        "note": null,
    })
    .to_string()
}

/// Cuts `total` into blocks: where each starts and how long it is.
fn blocks(total: u64, size: u64) -> impl Iterator<Item = (u64, u64)> + Send {
    (0..total.div_ceil(size)).map(move |index| (index * size, size.min(total - index * size)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_cover_everything_once() {
        assert_eq!(blocks(10, 4).collect::<Vec<_>>(), [(0, 4), (4, 4), (8, 2)]);
        assert_eq!(blocks(8, 4).map(|(_, length)| length).sum::<u64>(), 8);
        assert_eq!(blocks(0, 4).count(), 0);
    }
}
