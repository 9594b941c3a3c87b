//! The token endpoint, and what the API thinks of tokens.

use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};
use serde_json::{Value, json};

use super::{Demo, Reply, password_form};

const CLIENT: &str = "cells-front:cells-front";

fn keys(value: &Value) -> Vec<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

fn decoded(token: &str, part: usize) -> Value {
    let part = token.split('.').nth(part).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

fn assert_refused(reply: &Reply, status: u16, body: &str) {
    assert_eq!((reply.status.as_u16(), reply.text()), (status, body));
    assert_eq!(reply.header("content-type"), Some("application/json"));
    assert_eq!(reply.header("content-length"), Some(body.len().to_string().as_str()));
    assert_eq!(reply.header("www-authenticate"), None);
}

#[tokio::test]
async fn the_seed_s_request_gets_five_fields_in_order() {
    let demo = Demo::new();
    let reply = demo.login("admin", "admin").await;
    assert_eq!(reply.status, StatusCode::OK);
    assert_eq!(reply.header("content-type"), Some("application/json"));
    assert_eq!(
        reply.header("content-length"),
        Some(reply.body.len().to_string().as_str())
    );
    let body = reply.json();
    assert_eq!(
        keys(&body),
        ["access_token", "token_type", "expires_in", "refresh_token", "id_token"]
    );
    assert_eq!(body["token_type"], "bearer");
    assert_eq!(body["expires_in"], 599);
    assert_eq!(body["access_token"].as_str().unwrap().len(), 25);
}

#[tokio::test]
async fn claims_are_those_of_cells_in_its_order() {
    let demo = Demo::new();
    let token = demo.admin().await;
    let header = decoded(&token, 0);
    assert_eq!(header["alg"], "RS256");
    assert!(!header["kid"].as_str().unwrap().is_empty());
    let claims = decoded(&token, 1);
    let expected =
        "iss sub aud exp iat nonce at_hash email email_verified name authsource displayname roles grouppath profile";
    assert_eq!(keys(&claims), expected.split(' ').collect::<Vec<_>>());
    assert_eq!(claims["iss"], "http://127.0.0.1:8765/auth/dex");
    assert_eq!(claims["aud"], "cells-front");
    assert_eq!(claims["exp"].as_u64().unwrap() - claims["iat"].as_u64().unwrap(), 600);
    assert_eq!(
        (&claims["name"], &claims["authsource"]),
        (&json!("admin"), &json!("pydioapi"))
    );
    assert_eq!(
        (&claims["grouppath"], &claims["profile"]),
        (&json!("/"), &json!("admin"))
    );
    assert!(claims["roles"].as_str().unwrap().starts_with("ROOT_GROUP,ADMINS,"));
}

#[tokio::test]
async fn scopes_decide_about_claims_and_refresh_token() {
    let demo = Demo::new();
    let mut form = password_form("admin", "admin");
    form[3].1 = "openid";
    let body = demo.token(CLIENT, &form).await.json();
    assert_eq!(keys(&body), ["access_token", "token_type", "expires_in", "id_token"]);
    let claims = decoded(body["id_token"].as_str().unwrap(), 1);
    assert!(claims.get("email").is_none() && claims.get("name").is_none());
    form[3].1 = "offline_access";
    assert!(demo.token(CLIENT, &form).await.json()["refresh_token"].is_string());
}

#[tokio::test]
async fn wrong_credentials_are_refused_as_dex_does() {
    let demo = Demo::new();
    let form = password_form("admin", "admin");
    let client = r#"{"error":"invalid_client","error_description":"Invalid client credentials."}"#;
    assert_refused(&demo.token("cells-front:wrong", &form).await, 401, client);
    assert_refused(&demo.token("nobody:cells-front", &form).await, 401, client);
    let denied = r#"{"error":"access_denied","error_description":"cannot find username or password"}"#;
    assert_refused(&demo.login("admin", "wrong").await, 403, denied);
    assert_refused(&demo.login("nobody", "admin").await, 403, denied);
    assert_refused(&demo.login("amber-badger", "amber-badger").await, 403, denied);
    let invalid = r#"{"error":"invalid_request","error_description":"Invalid request"}"#;
    assert_refused(&demo.login("", "admin").await, 400, invalid);
    assert_refused(&demo.login("admin", "").await, 400, invalid);
    let grant = r#"{"error":"invalid_grant"}"#;
    assert_refused(&demo.token(CLIENT, &[("grant_type", "magic")]).await, 400, grant);
    assert_refused(&demo.token(CLIENT, &[]).await, 400, grant);
}

#[tokio::test]
async fn client_credentials_may_be_percent_encoded_or_in_the_form() {
    let demo = Demo::new();
    let form = password_form("admin", "admin");
    assert_eq!(
        demo.token("cells%2Dfront:cells%2dfront", &form).await.status,
        StatusCode::OK
    );
    let body = "grant_type=password&username=admin&password=admin&client_id=cells-front&client_secret=cells-front";
    let request = Request::post("/auth/dex/token")
        .header("content-type", "application/x-www-form-urlencoded; charset=utf-8")
        .body(Body::from(body))
        .unwrap();
    assert_eq!(demo.send(request).await.status, StatusCode::OK);
    // The same fields as JSON are no form: without credentials, the client is unknown.
    let request = Request::post("/auth/dex/token")
        .header("content-type", "application/json")
        .body(Body::from(body))
        .unwrap();
    assert_eq!(demo.send(request).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn refresh_tokens_rotate_and_want_their_nonce() {
    let demo = Demo::new();
    let first = demo.login("admin", "admin").await.json();
    let refresh = async |token: &Value, nonce: &str| {
        let token = token["refresh_token"].as_str().unwrap();
        demo.token(
            CLIENT,
            &[
                ("grant_type", "refresh_token"),
                ("refresh_token", token),
                ("nonce", nonce),
            ],
        )
        .await
    };
    let other = r#"{"error":"invalid_request","error_description":"Refresh token is invalid or has already been claimed by another session."}"#;
    assert_refused(&refresh(&first, "other").await, 400, other);
    let second = refresh(&first, "nonce").await;
    assert_eq!(second.status, StatusCode::OK);
    let second = second.json();
    assert_ne!(first["refresh_token"], second["refresh_token"]);
    let used = r#"{"error":"invalid_request","error_description":"Refresh token is invalid or has already been claimed by another client."}"#;
    assert_refused(&refresh(&first, "nonce").await, 400, used);
    let token = second["id_token"].as_str().unwrap();
    assert_eq!(demo.api("GET", "/a/config/ctl", token, "").await.status, StatusCode::OK);
    demo.app.clock.advance(Duration::from_mins(31));
    assert_refused(&refresh(&second, "nonce").await, 400, used);
}

#[tokio::test]
async fn without_a_good_token_the_api_says_unauthorized_in_plain_text() {
    let demo = Demo::new();
    let token = demo.admin().await;
    let [header, payload, signature] = token.split('.').collect::<Vec<_>>()[..] else {
        panic!("no JWT")
    };
    let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let mut claims = decoded(&token, 1);
    claims["profile"] = json!("root");
    let tampered = format!("{header}.{}.{signature}", encode(&claims));
    let mut unsigned_header = decoded(&token, 0);
    unsigned_header["alg"] = json!("none");
    let unsigned = format!("{}.{payload}.", encode(&unsigned_header));
    let relabelled = format!("{}.{payload}.{signature}", encode(&unsigned_header));
    // Signed by the right key, but for someone else.
    let key = demo.app.key.get().await.unwrap();
    let mut foreign: crate::demo::token::Claims = serde_json::from_value(decoded(&token, 1)).unwrap();
    foreign.aud = "another-client".to_owned();
    let foreign = crate::demo::token::sign(&foreign, &key).unwrap();

    for bad in [
        "",
        "nonsense",
        "a.b.c",
        &tampered,
        &unsigned,
        &relabelled,
        &foreign,
        "{{dex_token}}",
    ] {
        let reply = demo.api("GET", "/a/config/ctl", bad, "").await;
        assert_eq!((reply.status.as_u16(), reply.text()), (401, "Unauthorized.\n"), "{bad}");
        assert_eq!(reply.header("content-length"), Some("14"));
        assert_eq!(reply.header("www-authenticate"), None);
        assert!(reply.header("content-type").unwrap().starts_with("text/plain"));
    }
    assert_eq!(demo.get("/a/config/ctl").await.text(), "Unauthorized.\n");
    assert_eq!(demo.get("/a/no/such/service").await.text(), "Unauthorized.\n");
    assert_eq!(
        demo.api("GET", "/a/config/ctl", &token, "").await.status,
        StatusCode::OK
    );
}

#[tokio::test]
async fn a_token_ends_with_its_life() {
    let demo = Demo::new();
    let token = demo.admin().await;
    demo.app.clock.advance(Duration::from_secs(590));
    assert_eq!(
        demo.api("GET", "/a/config/ctl", &token, "").await.status,
        StatusCode::OK
    );
    demo.app.clock.advance(Duration::from_secs(10));
    let reply = demo.api("GET", "/a/config/ctl", &token, "").await;
    assert_eq!((reply.status.as_u16(), reply.text()), (401, "Unauthorized.\n"));
}

#[tokio::test]
async fn the_published_key_verifies_the_token() {
    let demo = Demo::new();
    let token = demo.admin().await;
    let discovery = demo.get("/auth/dex/.well-known/openid-configuration").await.json();
    assert_eq!(discovery["jwks_uri"], "http://127.0.0.1:8765/auth/dex/keys");
    let jwks = demo.get("/auth/dex/keys").await.json();
    let key = &jwks["keys"][0];
    assert_eq!(key["kid"], decoded(&token, 0)["kid"]);
    let number = |name: &str| URL_SAFE_NO_PAD.decode(key[name].as_str().unwrap()).unwrap();
    let public = RsaPublicKeyComponents {
        n: number("n"),
        e: number("e"),
    };
    let (message, signature) = token.rsplit_once('.').unwrap();
    let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
    assert!(
        public
            .verify(&RSA_PKCS1_2048_8192_SHA256, message.as_bytes(), &signature)
            .is_ok()
    );
}
