//! Servers that misbehave: redirects, errors with status 200, other types, silence, clocks that are off.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use postrider::auth::oauth2::OAuthError;
use postrider::model::Auth;

use super::server::{Manners, SECRET, Server};
use super::support::{Browser, auth, config, flow, obtain};

/// A server that answers everything with the same, and what it was sent.
async fn parrot(
    status: u16,
    kind: &'static str,
    location: String,
    body: &'static str,
) -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let heard: Arc<Mutex<Vec<String>>> = Arc::default();
    let ears = heard.clone();
    let answer = move |headers: HeaderMap, sent: Bytes| async move {
        ears.lock()
            .unwrap()
            .push(format!("{headers:?} {}", String::from_utf8_lossy(&sent)));
        let headers = [(header::CONTENT_TYPE, kind.to_owned()), (header::LOCATION, location)];
        let answer: Response = (StatusCode::from_u16(status).unwrap(), headers, body).into_response();
        answer
    };
    let router = Router::new().fallback(any(answer));
    tokio::spawn(async move { axum::serve(listener, router).await });
    (base, heard)
}

fn at(base: &str) -> Auth {
    Auth::new("oauth2")
        .with("grant_type", "client_credentials")
        .with("accessTokenUrl", format!("{base}/token"))
        .with("clientId", "c")
        .with("clientSecret", SECRET)
}

#[tokio::test]
async fn an_endpoint_that_redirects_elsewhere_gets_no_secret_there() {
    let (thief, stolen) = parrot(200, "application/json", String::new(), r#"{"access_token":"fake"}"#).await;
    for status in [301, 302, 303, 307, 308] {
        let (base, _) = parrot(status, "text/html", format!("{thief}/token"), "").await;
        for words in ["header", "body", "client_secret_jwt"] {
            let failed = flow(None)
                .obtain(config(&at(&base).with("client_authentication", words)))
                .await
                .unwrap_err();
            let told = failed.to_string();
            assert!(told.contains(&format!("redirects to `{thief}/token`")), "{told}");
        }
    }
    assert_eq!(*stolen.lock().unwrap(), [""; 0]);
}

#[tokio::test]
async fn answers_of_every_kind_are_understood_or_told() {
    for (status, kind, body, words) in [
        (
            200,
            "application/x-www-form-urlencoded",
            "access_token=gho&token_type=bearer",
            "",
        ),
        (200, "text/html", r#"{"access_token":"at"}"#, ""),
        (
            200,
            "application/json",
            r#"{"error":"bad_verification_code"}"#,
            "`bad_verification_code`, though with status 200",
        ),
        (
            200,
            "text/html",
            "<html>log in</html>",
            "answered with a web page (status 200)",
        ),
        (
            404,
            "text/plain",
            "nothing here",
            "answered with `text/plain` (status 404)",
        ),
        (
            503,
            "application/json",
            r#"{"error":"temporarily_unavailable"}"#,
            "`temporarily_unavailable` (status 503)",
        ),
        (200, "application/json", "{}", "neither a token nor an error"),
        (400, "application/json", "{\"error\":\"\\u001b[2Jp:s+s w%rd&é\"}", "•"),
    ] {
        let (base, _) = parrot(status, kind, String::new(), body).await;
        match flow(None).obtain(config(&at(&base))).await {
            Ok(_) => assert_eq!(words, "", "{body}"),
            Err(failed) => {
                let told = failed.to_string();
                assert!(!words.is_empty() && told.contains(words), "{body}: {told}");
                assert!(!told.contains('\u{1b}') && !told.contains(SECRET), "{told}");
            }
        }
    }
}

#[tokio::test]
async fn silence_and_closed_doors_are_told_with_the_endpoint() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let failed = flow(None)
        .obtain(config(&at(&format!("http://{closed}"))))
        .await
        .unwrap_err();
    assert!(
        failed.to_string().starts_with("the token endpoint cannot be asked: "),
        "{failed}"
    );
    assert!(failed.error.is_passing() && failed.error.hint().is_some());

    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let auth = at(&format!("http://{}", silent.local_addr().unwrap()));
    let flow = flow(None);
    let cancel = flow.cancel.clone();
    let hears = tokio::spawn(async move {
        let connected = silent.accept().await.unwrap();
        cancel.cancel();
        connected
    });
    let failed = flow.obtain(config(&auth)).await.unwrap_err();
    assert_eq!(failed.error, OAuthError::Cancelled);
    drop(hears.await.unwrap());
}

#[tokio::test]
async fn a_clock_that_is_off_is_refused_by_the_server_and_told() {
    let server = Server::start(Manners::default()).await;
    server.shift(86_400.0);
    for client in ["jwt", "key"] {
        let failed = flow(None)
            .obtain(config(&auth(&server, "client_credentials", client)))
            .await
            .unwrap_err();
        assert!(
            matches!(&failed.error, OAuthError::Refused { code, .. } if code == "invalid_client"),
            "{failed}"
        );
    }
    // What is not signed with a time does not care.
    assert!(
        flow(None)
            .obtain(config(&auth(&server, "client_credentials", "body")))
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn wrong_keys_are_told_before_anything_is_sent() {
    let server = Server::start(Manners::default()).await;
    for key in [
        "",
        "no key",
        "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----",
    ] {
        let auth = auth(&server, "client_credentials", "key").with("privateKey", key);
        let failed = flow(None).obtain(config(&auth)).await.unwrap_err();
        assert!(matches!(failed.error, OAuthError::Assertion(_)), "{failed}");
    }
    assert_eq!(server.asked(), [""; 0]);
}

#[tokio::test]
async fn a_code_that_was_used_is_refused_in_words() {
    let server = Server::start(Manners::default()).await;
    let browser = Browser::new();
    let auth = auth(&server, "authorization_code_with_pkce", "public");
    obtain(&auth, &browser).await.unwrap();
    // A verifier of one's own that does not fit what the server was shown cannot happen; a used code can.
    let other = auth.with(
        "accessTokenUrl",
        format!("{}/token", Server::start(Manners::default()).await.base()),
    );
    let failed = obtain(&other, &Browser::new()).await.unwrap_err();
    assert_eq!(
        failed.to_string(),
        "the token endpoint answered `invalid_grant`: no such code"
    );
    assert!(failed.error.hint().unwrap().contains("sign in again"));
}
