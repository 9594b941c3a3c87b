//! Hawk against a server that verifies it, written from the protocol's description and sharing nothing with ours.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::collections::HashMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac};
use jiff::Timestamp;
use postrider::model::Auth;
use sha2::{Digest, Sha256};

use crate::digest::{pipeline, post};
use crate::support::{Received, Server, answer, response};

const KEY: &str = "a shared key, 0123456789";

fn mac(text: &str) -> String {
    let mac = Hmac::<Sha256>::new_from_slice(KEY.as_bytes()).unwrap();
    STANDARD.encode(mac.chain_update(text).finalize().into_bytes())
}

/// Whether a request proves itself to a server whose clock is so many seconds ahead.
fn check(received: &Received, ahead: i64) -> Result<(), String> {
    let now = Timestamp::now().as_second() + ahead;
    let header = received.header("authorization").ok_or("Hawk")?;
    let fields: HashMap<&str, &str> = header
        .strip_prefix("Hawk ")
        .unwrap()
        .split(", ")
        .map(|pair| pair.split_once('=').unwrap())
        .map(|(name, value)| (name, value.trim_matches('"')))
        .collect();
    let field = |name: &str| fields.get(name).copied().unwrap_or_default();
    let line = received.line();
    let line: Vec<&str> = line.split(' ').collect();
    let host = received.header("host").unwrap();
    let (host, port) = host.split_once(':').unwrap();
    if !field("hash").is_empty() {
        let body = String::from_utf8(received.body()).unwrap();
        let hash = Sha256::digest(format!("hawk.1.payload\ntext/plain\n{body}\n"));
        if field("hash") != STANDARD.encode(hash) {
            return Err("Hawk error=\"Bad payload hash\"".into());
        }
    }
    let mut text = format!(
        "hawk.1.header\n{}\n{}\n{}\n{}\n{host}\n{port}\n{}\n{}\n",
        field("ts"),
        field("nonce"),
        line[0],
        line[1],
        field("hash"),
        field("ext")
    );
    if !field("app").is_empty() {
        text = format!("{text}{}\n{}\n", field("app"), field("dlg"));
    }
    if field("mac") != mac(&text) {
        return Err("Hawk error=\"Bad mac\"".into());
    }
    if (field("ts").parse::<i64>().unwrap() - now).abs() > 60 {
        let proof = mac(&format!("hawk.1.ts\n{now}\n"));
        return Err(format!("Hawk ts=\"{now}\", tsm=\"{proof}\", error=\"Stale timestamp\""));
    }
    Ok(())
}

async fn server(ahead: i64) -> Server {
    Server::start(move |received: &Received| match check(received, ahead) {
        Ok(()) => answer("200 OK", b"welcome"),
        Err(challenge) => answer(&format!("401 Unauthorized\r\nWWW-Authenticate: {challenge}"), b"no"),
    })
    .await
}

fn hawk() -> Auth {
    Auth::new("hawk").with("authId", "me").with("authKey", KEY)
}

#[tokio::test]
async fn the_signature_is_taken_at_once_with_body_and_all() {
    let server = server(0).await;
    for auth in [
        hawk(),
        hawk().with("includePayloadHash", true),
        hawk()
            .with("extraData", "some ext")
            .with("app", "a")
            .with("delegation", "d"),
    ] {
        let exchange = post(&pipeline(), &server.url("/a?b=c%20d&e"), auth).await;
        assert_eq!(response(&exchange).status, 200);
        assert!(exchange.hops.is_empty());
    }
}

#[tokio::test]
async fn a_server_whose_clock_is_a_day_off_is_followed_and_remembered() {
    for ahead in [-86_400, 86_400] {
        let server = server(ahead).await;
        let pipeline = pipeline();
        let exchange = post(&pipeline, &server.url("/"), hawk()).await;
        assert_eq!(response(&exchange).status, 200);
        assert_eq!(exchange.hops[0].again.as_deref(), Some("the server's clock"));
        let exchange = post(&pipeline, &server.url("/"), hawk()).await;
        assert_eq!((response(&exchange).status, server.seen().len()), (200, 3));
    }
}

#[tokio::test]
async fn a_wrong_key_is_refused_once_with_the_servers_reason() {
    let server = server(0).await;
    let exchange = post(&pipeline(), &server.url("/"), hawk().with("authKey", "wrong-key")).await;
    assert_eq!((response(&exchange).status, server.seen().len()), (401, 1));
    assert!(exchange.warnings[0].ends_with("Bad mac"), "{:?}", exchange.warnings);
}

#[tokio::test]
async fn a_time_that_is_not_proved_is_not_followed() {
    let server = Server::start(|_: &Received| {
        answer(
            "401 Unauthorized\r\nWWW-Authenticate: Hawk ts=\"1\", tsm=\"AAAA\", error=\"Stale\"",
            b"",
        )
    })
    .await;
    let exchange = post(&pipeline(), &server.url("/"), hawk()).await;
    assert_eq!((response(&exchange).status, server.seen().len()), (401, 1));
    assert!(exchange.warnings[0].contains("not proved"), "{:?}", exchange.warnings);
}

#[tokio::test]
async fn a_redirect_is_signed_anew() {
    let server = Server::start(|received: &Received| {
        if received.line().contains("/old") {
            return answer("307 Go\r\nLocation: /new?x", b"");
        }
        match check(received, 0) {
            Ok(()) => answer("200 OK", b"welcome"),
            Err(challenge) => answer(&format!("401 Unauthorized\r\nWWW-Authenticate: {challenge}"), b"no"),
        }
    })
    .await;
    let exchange = post(
        &pipeline(),
        &server.url("/old"),
        hawk().with("includePayloadHash", true),
    )
    .await;
    assert_eq!(response(&exchange).body, "welcome");
    assert_eq!((exchange.hops.len(), server.seen().len()), (2, 3));
}
