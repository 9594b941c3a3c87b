//! The demo server seen from outside: requests in, replies out, through the router itself and once through a socket.
#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod api;
mod oauth;
mod samples;
mod server;

use std::path::PathBuf;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http_body_util::BodyExt as _;
use serde_json::Value;
use tower::ServiceExt as _;

use super::Config;
use super::state::App;

/// One key for all tests: generating it is the only slow part.
static KEY: LazyLock<(tempfile::TempDir, PathBuf)> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("key.pem");
    super::key::obtain(Some(&file)).unwrap();
    (folder, file)
});

/// A configuration with the tests' key.
fn config(token_ttl: Duration) -> Config {
    Config {
        port: 0,
        token_ttl,
        key_file: Some(KEY.1.clone()),
    }
}

/// A server without a socket.
struct Demo {
    app: Arc<App>,
    router: Router,
}

/// What came back.
struct Reply {
    status: StatusCode,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Reply {
    fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }
}

impl Demo {
    fn new() -> Self {
        let app = Arc::new(App::new(
            "http://127.0.0.1:8765".to_owned(),
            &config(Duration::from_mins(10)),
        ));
        Self {
            router: super::router(Arc::clone(&app)),
            app,
        }
    }

    async fn send(&self, request: Request<Body>) -> Reply {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes().to_vec();
        Reply {
            status: parts.status,
            headers: parts.headers,
            body,
        }
    }

    /// A token request with Basic credentials and a form.
    async fn token(&self, client: &str, form: &[(&str, &str)]) -> Reply {
        let body: String = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(form)
            .finish();
        let request = Request::post("/auth/dex/token")
            .header("authorization", format!("Basic {}", STANDARD.encode(client)))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Body::from(body))
            .unwrap();
        self.send(request).await
    }

    /// The seed's token request for a login.
    async fn login(&self, login: &str, password: &str) -> Reply {
        self.token("cells-front:cells-front", &password_form(login, password))
            .await
    }

    /// The administrator's id token.
    async fn admin(&self) -> String {
        self.login("admin", "admin").await.json()["id_token"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    /// A request to the API with a Bearer token.
    async fn api(&self, method: &str, path: &str, bearer: &str, body: &str) -> Reply {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("authorization", format!("Bearer {bearer}"))
            .header("content-type", "application/json")
            .body(Body::from(body.to_owned()))
            .unwrap();
        self.send(request).await
    }

    async fn get(&self, path: &str) -> Reply {
        self.send(Request::get(path).body(Body::empty()).unwrap()).await
    }
}

fn password_form<'a>(login: &'a str, password: &'a str) -> [(&'static str, &'a str); 5] {
    [
        ("grant_type", "password"),
        ("username", login),
        ("password", password),
        ("scope", "email profile pydio offline"),
        ("nonce", "nonce"),
    ]
}
