//! The server on its socket, its restart, and the extras.

use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::{Demo, config};
use crate::demo::{Config, DemoError, KeyOrigin, Running, start};

async fn talk(server: &Running, request: &str) -> String {
    let mut stream = TcpStream::connect(server.addr).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut reply = Vec::new();
    stream.read_to_end(&mut reply).await.unwrap();
    String::from_utf8(reply).unwrap()
}

async fn token(server: &Running) -> String {
    let body = "grant_type=password&username=admin&password=admin&scope=email+profile+pydio+offline&nonce=nonce";
    let reply = talk(
        server,
        &format!(
            "POST /auth/dex/token HTTP/1.1\r\nHost: demo\r\nConnection: close\r\nCache-Control: no-cache\r\n\
             Authorization: Basic Y2VsbHMtZnJvbnQ6Y2VsbHMtZnJvbnQ=\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        ),
    )
    .await;
    assert!(reply.starts_with("HTTP/1.1 200 OK\r\n"), "{reply}");
    let (_, body) = reply.split_once("\r\n\r\n").unwrap();
    let body: serde_json::Value = serde_json::from_str(body).unwrap();
    body["id_token"].as_str().unwrap().to_owned()
}

async fn services(server: &Running, token: &str) -> String {
    let request = format!(
        "GET /a/config/ctl HTTP/1.1\r\nHost: demo\r\nConnection: close\r\nAuthorization: Bearer {token}\r\n\r\n"
    );
    talk(server, &request).await
}

#[tokio::test]
async fn a_token_is_good_after_a_restart_and_nobody_answers_in_between() {
    let server = start(config(Duration::from_mins(10))).await.unwrap();
    assert!(server.addr.ip().is_loopback());
    assert_eq!(server.base_url(), format!("http://{}", server.addr));
    assert_eq!(server.key_origin().await.unwrap(), KeyOrigin::Loaded);
    let token = token(&server).await;
    assert!(services(&server, &token).await.contains(r#""Name":"nats""#));
    let addr = server.addr;
    drop(server);
    // Stopping takes a moment; no connection is taken once the listener is gone.
    for _ in 0..1_000 {
        if TcpStream::connect(addr).await.is_err() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert!(TcpStream::connect(addr).await.is_err());

    let server = start(config(Duration::from_mins(10))).await.unwrap();
    assert!(services(&server, &token).await.starts_with("HTTP/1.1 200 OK\r\n"));
}

#[tokio::test]
async fn it_listens_before_it_has_a_key() {
    let folder = tempfile::tempdir().unwrap();
    let config = Config {
        key_file: Some(folder.path().join("key.pem")),
        ..Config::default()
    };
    let server = start(config).await.unwrap();
    // Needs no key, so needs no waiting.
    assert!(services(&server, "").await.ends_with("Unauthorized.\n"));
    let token = token(&server).await;
    assert!(services(&server, &token).await.starts_with("HTTP/1.1 200 OK\r\n"));
    assert_eq!(server.key_origin().await.unwrap(), KeyOrigin::Generated);
}

#[tokio::test]
async fn a_taken_port_is_an_error_with_a_hint() {
    let first = start(config(Duration::from_mins(10))).await.unwrap();
    let error = start(Config {
        port: first.addr.port(),
        ..Config::default()
    })
    .await
    .unwrap_err();
    assert!(matches!(error, DemoError::Bind { .. }));
    assert_eq!(error.to_string(), format!("cannot listen on `{}`", first.addr));
    assert!(error.hint().contains("another port"));
}

#[tokio::test]
async fn extras_do_what_their_list_says() {
    let demo = Demo::new();
    assert_eq!(demo.get("/demo").await.json().as_object().unwrap().len(), 8);
    assert_eq!(demo.get("/demo/slow?ms=1").await.json(), json!({"waited_ms": 1}));
    let redirect = demo.get("/demo/redirect?n=2").await;
    assert_eq!(
        (redirect.status, redirect.header("location")),
        (StatusCode::FOUND, Some("/demo/redirect?n=1"))
    );
    assert_eq!(demo.get("/demo/redirect").await.header("location"), Some("/demo/echo"));
    let cookie = demo.get("/demo/cookies/set?flavour=dark+rye").await;
    assert_eq!(
        cookie.header("set-cookie"),
        Some("flavour=dark%20rye; Path=/; HttpOnly; SameSite=Lax")
    );
    let escape = demo.get("/demo/escape").await;
    assert!(escape.text().contains("\u{1b}[2J"));
    assert!(escape.headers["x-escape"].as_bytes().contains(&0x9b));
    assert_eq!(demo.get("/demo/bytes?n=100000").await.body.len(), 100_000);
    let rows = demo.get("/demo/json?rows=1200").await;
    assert_eq!(rows.json().as_array().unwrap().len(), 1_200);
    assert_eq!(demo.get("/demo/json?rows=0").await.json(), json!([]));
    assert!(demo.get("/").await.text().contains("demo server"));
}

#[tokio::test]
async fn echo_gives_back_what_came() {
    let demo = Demo::new();
    let request = Request::builder()
        .method("PURGE")
        .uri("/demo/echo?a=1&a=2")
        .header("x-test", "yes")
        .header("cookie", "flavour=ginger; size=2")
        .body(Body::from(r#"{"n":1}"#))
        .unwrap();
    let body = demo.send(request).await.json();
    assert_eq!(
        (&body["method"], &body["url"]),
        (&json!("PURGE"), &json!("/demo/echo?a=1&a=2"))
    );
    assert_eq!(body["query"][1], json!({"name": "a", "value": "2"}));
    assert_eq!(body["headers"][0], json!({"name": "x-test", "value": "yes"}));
    assert_eq!(
        body["body"],
        json!({"length": 7, "text": "{\"n\":1}", "json": {"n": 1}})
    );
    let request = Request::post("/demo/echo").body(Body::from(vec![0xff, 0x00])).unwrap();
    assert_eq!(
        demo.send(request).await.json()["body"],
        json!({"length": 2, "base64": "/wA="})
    );
    let request = Request::get("/demo/cookies")
        .header("cookie", "flavour=ginger; size=2")
        .body(Body::empty())
        .unwrap();
    assert_eq!(
        demo.send(request).await.json(),
        json!({"cookies": {"flavour": "ginger", "size": "2"}})
    );
}
