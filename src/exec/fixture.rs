//! A server that says what it was sent, and a session to send with, for the tests of this layer.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::IntoResponse;
use serde_json::json;

use super::{Pipeline, Session};
use crate::http::{Client, ClientConfig, Jar, ProxySource};
use crate::model::body::Language;
use crate::model::script::Scripts;
use crate::model::{Body, Entity, Environment, Group, NodeId, Request, Variable, Workspace};

/// Starts an echo server and returns its base URL; it lives as long as the test's runtime.
pub async fn server() -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    let router = Router::new().fallback(echo);
    tokio::spawn(async move { axum::serve(listener, router).await });
    format!("http://{address}")
}

async fn echo(method: Method, uri: Uri, headers: HeaderMap, body: Bytes) -> impl IntoResponse {
    let headers: serde_json::Map<String, serde_json::Value> = headers
        .iter()
        .map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into()))
        .collect();
    let reply = json!({
        "method": method.as_str(),
        "url": uri.to_string(),
        "headers": headers,
        "body": String::from_utf8_lossy(&body),
    });
    let status = if uri.path() == "/missing" {
        StatusCode::NOT_FOUND
    } else {
        StatusCode::OK
    };
    (status, [("content-type", "application/json")], reply.to_string())
}

/// A pipeline without proxies or cookies of others.
pub fn pipeline() -> Pipeline {
    let config = ClientConfig {
        proxy_source: ProxySource::Fixed {
            http: String::new(),
            https: String::new(),
            no_proxy: String::new(),
        },
        ..ClientConfig::default()
    };
    Pipeline::new(Client::new(config), Arc::new(Jar::new()))
}

/// A request with scripts.
pub fn request(name: &str, url: &str, pre_request: &str, post_response: &str) -> Request {
    Request {
        name: name.into(),
        body: Body::Raw {
            language: Language::Text,
            text: "hello {{who}}".into(),
        },
        scripts: Scripts {
            pre_request: pre_request.into(),
            post_response: post_response.into(),
            ..Scripts::default()
        },
        ..Request::to(crate::model::request::Method::default(), url)
    }
}

/// A session on one collection of requests, with an environment whose `base` is the server.
pub fn session(base: &str, group: Group, requests: Vec<Request>) -> (Session, Vec<NodeId>) {
    let mut workspace = Workspace::new(".");
    let collection = workspace.load_node(None, "api", Entity::Collection(Arc::new(group)));
    let ids = requests
        .into_iter()
        .map(|request| {
            let slug = crate::model::id::slug(&request.name);
            workspace.load_node(Some(collection), slug, Entity::Request(Arc::new(request)))
        })
        .collect();
    let environment = workspace.load_environment(
        "test",
        Environment {
            name: "Test".into(),
            variables: vec![Variable::new("base", base), Variable::new("who", "file")],
            ..Environment::default()
        },
    );
    let session = Session {
        workspace: Arc::new(workspace),
        environment: Some(environment),
        ..Session::default()
    };
    (session, ids)
}
