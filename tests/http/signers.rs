//! Auth types that sign without an answer, as Postman exports them, against servers that verify them: written from the
//! specifications, and sharing nothing with ours.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::collections::HashMap;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use hmac::{Hmac, Mac};
use jiff::Timestamp;
use percent_encoding::percent_decode_str;
use postrider::exec::{Asking, Consent, Permission, Pipeline, SendContext, Session, Typed, Word};
use postrider::formats::postman;
use postrider::http::{Client, ClientConfig, Jar};
use postrider::model::{Entity, Exchange, Request};
use postrider::script::BoxFuture;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, EcdsaKeyPair, KeyPair, RSA_PKCS1_2048_8192_SHA256, RsaKeyPair, UnparsedPublicKey,
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::support::{Received, Server, answer, response};

const RSA: &str = include_str!("keys/rsa-pkcs8.pem");
const EC: &str = include_str!("keys/ec256-pkcs8.pem");

/// A user who lets a collection send any file, and nothing else.
struct FilesMayBeSent;

impl Consent for FilesMayBeSent {
    fn may(&self, _: &Asking, permission: &Permission) -> BoxFuture<Word> {
        let word = match permission {
            Permission::File(_) => Word::Yes,
            _ => Word::Unasked,
        };
        Box::pin(std::future::ready(word))
    }

    fn ask(&self, _: &Asking, _: &str) -> BoxFuture<Typed> {
        Box::pin(std::future::ready(Typed::Nothing))
    }

    fn give_up(&self) {}
}

/// Sends a request as it stands in a collection of Postman's.
async fn send(url: &str, method: &str, auth: (&str, Value), body: Option<Value>) -> Exchange {
    let (kind, params) = auth;
    let params: Vec<Value> = params
        .as_object()
        .unwrap()
        .iter()
        .map(|(key, value)| json!({ "key": key, "value": value, "type": "any" }))
        .collect();
    let headers = json!([{ "key": "X-One", "value": "a  b" }]);
    let mut request =
        json!({ "method": method, "url": url, "header": headers, "auth": { "type": kind, kind: params } });
    if let Some(body) = body {
        request["body"] = body;
    }
    let collection = json!({
        "info": { "name": "C", "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json" },
        "item": [{ "name": "R", "request": request }],
    });
    let found = postman::read(collection.to_string().as_bytes()).unwrap();
    assert!(found.report.notes.is_empty(), "{:?}", found.report.notes);
    let request = found.collections[0]
        .items
        .iter()
        .find_map(|item| request_of(&item.entity))
        .unwrap();
    let client = Client::new(ClientConfig::default());
    let mut pipeline = Pipeline::new(client, Arc::new(Jar::new()));
    pipeline.consent = Some(Arc::new(FilesMayBeSent));
    let plan = Session::default().plan_of(request);
    pipeline.send(plan, &SendContext::default()).await.exchange.unwrap()
}

fn hmac(key: &[u8], text: &str) -> Vec<u8> {
    let mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.chain_update(text).finalize().into_bytes().to_vec()
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    let mut out = String::new();
    for byte in bytes {
        write!(out, "{byte:02x}").unwrap();
    }
    out
}

fn decode(text: &str) -> String {
    percent_decode_str(text).decode_utf8().unwrap().into_owned()
}

/// All but the unreserved characters of RFC 3986.
fn encode(text: &str) -> String {
    let spell = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(spell).collect()
}

/// Method, path and query of a request.
fn line(received: &Received) -> (String, String, String) {
    let line = received.line();
    let mut parts = line.split(' ');
    let method = parts.next().unwrap().to_owned();
    let target = parts.next().unwrap();
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    (method, path.to_owned(), query.to_owned())
}

fn der(pem: &str) -> Vec<u8> {
    let lines: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    STANDARD.decode(lines).unwrap()
}

fn rsa_verifies(text: &str, signature: &[u8]) -> bool {
    let pair = RsaKeyPair::from_pkcs8(&der(RSA)).unwrap();
    let public = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, pair.public_key().as_ref());
    public.verify(text.as_bytes(), signature).is_ok()
}

async fn verifying(check: impl Fn(&Received) -> bool + Send + Sync + 'static) -> Server {
    Server::start(move |received: &Received| {
        if check(received) {
            answer("200 OK", b"welcome")
        } else {
            answer("401 Unauthorized", b"no")
        }
    })
    .await
}

fn status(exchange: &Exchange) -> u16 {
    response(exchange).status
}

/// RFC 5849, section 3.4.
fn oauth1(received: &Received) -> bool {
    let (method, path, query) = line(received);
    let host = received.header("host").unwrap();
    let body = String::from_utf8(received.body()).unwrap();
    let is_form = received
        .header("content-type")
        .is_some_and(|kind| kind == "application/x-www-form-urlencoded");
    let mut pairs: Vec<(String, String)> = Vec::new();
    let mut take = |text: &str| {
        for pair in text.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            pairs.push((decode(&name.replace('+', " ")), decode(&value.replace('+', " "))));
        }
    };
    take(&query);
    if is_form {
        take(&body);
    }
    if let Some(header) = received.header("authorization") {
        for pair in header.strip_prefix("OAuth ").unwrap().split(',') {
            let (name, value) = pair.trim().split_once('=').unwrap();
            pairs.push((decode(name), decode(value.trim_matches('"'))));
        }
    }
    let field = |name: &str| {
        let found = pairs.iter().find(|(own, _)| own == name);
        found.map(|(_, value)| value.clone()).unwrap_or_default()
    };
    let signature = STANDARD.decode(field("oauth_signature")).unwrap();
    let mut signed: Vec<String> = pairs
        .iter()
        .filter(|(name, _)| !["oauth_signature", "realm"].contains(&name.as_str()))
        .map(|(name, value)| format!("{}={}", encode(name), encode(value)))
        .collect();
    signed.sort();
    let base = [method, format!("http://{host}{path}"), signed.join("&")].map(|part| encode(&part));
    let base = base.join("&");
    let fresh = (field("oauth_timestamp").parse::<i64>().unwrap() - Timestamp::now().as_second()).abs() < 60;
    let right = match field("oauth_signature_method").as_str() {
        "RSA-SHA256" => rsa_verifies(&base, &signature),
        _ => hmac(b"c%26s&t%2Fs", &base) == signature,
    };
    fresh && right && field("oauth_consumer_key") == "ck" && !field("oauth_nonce").is_empty()
}

#[tokio::test]
async fn oauth_1_is_verified_in_header_form_and_query() {
    let server = verifying(oauth1).await;
    let auth = |method: &str, header: bool| {
        let params = json!({ "consumerKey": "ck", "consumerSecret": "c&s", "token": "t", "tokenSecret": "t/s",
            "signatureMethod": method, "privateKey": RSA, "addParamsToHeader": header, "version": "1.0" });
        ("oauth1", params)
    };
    let form = || {
        let rows = json!([{ "key": "status", "value": "Hello, ünser + & =" }, { "key": "a", "value": "" }]);
        json!({ "mode": "urlencoded", "urlencoded": rows })
    };
    for method in ["HMAC-SHA256", "RSA-SHA256"] {
        for header in [true, false] {
            let url = server.url("/1.1/päth;x?b=2&a=[1] x&a=%2B&flag&c=!'()*");
            let got = send(&url, "GET", auth(method, header), None).await;
            assert_eq!(status(&got), 200, "GET {method} {header}");
            let got = send(&url, "POST", auth(method, header), Some(form())).await;
            assert_eq!(status(&got), 200, "POST {method} {header}");
        }
    }
    let (kind, mut wrong) = auth("HMAC-SHA256", true);
    wrong["consumerSecret"] = "other".into();
    let got = send(&server.url("/"), "GET", (kind, wrong), None).await;
    assert_eq!((status(&got), server.seen().len()), (401, 9));
}

/// The IAM User Guide, "Create a signed AWS API request", with the header or with the query.
fn aws(received: &Received, s3: bool) -> bool {
    let (method, path, query) = line(received);
    let mut pairs: Vec<(String, String)> = query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (encode(&decode(name)), encode(&decode(value))))
        .collect();
    let asked: HashMap<String, String> = match received.header("authorization") {
        Some(header) => {
            let fields = header.strip_prefix("AWS4-HMAC-SHA256 ").unwrap().split(", ");
            let fields = fields.map(|field| field.split_once('=').unwrap());
            fields
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect()
        }
        None => pairs
            .iter()
            .map(|(name, value)| (name.replace("X-Amz-", ""), decode(value)))
            .collect(),
    };
    let in_query = received.header("authorization").is_none();
    pairs.retain(|(name, _)| name != "X-Amz-Signature");
    pairs.sort();
    let query: Vec<String> = pairs.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let headers: Vec<&str> = asked["SignedHeaders"].split(';').collect();
    let lines: Vec<String> = headers
        .iter()
        .map(|name| format!("{name}:{}\n", received.header(name).unwrap().replace("  ", " ")))
        .collect();
    let actual = hex(&Sha256::digest(received.body()));
    let hash = match received.header("x-amz-content-sha256") {
        Some(hash) if hash == "UNSIGNED-PAYLOAD" && s3 => hash,
        Some(hash) if hash != actual => return false,
        _ if in_query && s3 => "UNSIGNED-PAYLOAD".to_owned(),
        _ => actual,
    };
    let path: Vec<String> = path
        .split('/')
        .map(|part| if s3 { encode(&decode(part)) } else { encode(part) })
        .collect();
    let request = [
        &method,
        &path.join("/"),
        &query.join("&"),
        &lines.concat(),
        &asked["SignedHeaders"],
        &hash,
    ]
    .map(String::as_str)
    .join("\n");
    let date = received.header("x-amz-date").unwrap_or_else(|| asked["Date"].clone());
    let scope = asked["Credential"].strip_prefix("AKID/").unwrap();
    let text = format!("AWS4-HMAC-SHA256\n{date}\n{scope}\n{}", hex(&Sha256::digest(request)));
    let key = scope
        .split('/')
        .fold(b"AWS4se/cret".to_vec(), |key, part| hmac(&key, part));
    date.starts_with(&scope[..8]) && hex(&hmac(&key, &text)) == asked["Signature"]
}

#[tokio::test]
async fn aws_signatures_are_verified_with_bodies_files_and_in_the_query() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("data.bin");
    std::fs::write(&file, b"\x00\x01 not text \xff").unwrap();
    let file = json!({ "mode": "file", "file": { "src": file } });
    let raw = json!({ "mode": "raw", "raw": "{\"a\": 1}", "options": { "raw": { "language": "json" } } });
    for service in ["s3", "execute-api"] {
        let server = verifying(move |received| aws(received, service == "s3")).await;
        for in_query in [false, true] {
            let params = json!({ "accessKey": "AKID", "secretKey": "se/cret", "region": "eu-west-1", "service": service,
                "sessionToken": "a/b+c==", "addAuthDataToQuery": in_query });
            for (method, body) in [("GET", None), ("PUT", Some(&raw)), ("POST", Some(&file))] {
                let url = server.url("/b%C3%BCcket/a b/k=v;x?max-keys=2&prefix=J/k&list&z=a+b");
                let got = send(&url, method, ("awsv4", params.clone()), body.cloned()).await;
                assert_eq!(status(&got), 200, "{service} {in_query} {method}");
                assert!(got.warnings.is_empty(), "{:?}", got.warnings);
            }
        }
        let wrong = json!({ "accessKey": "AKID", "secretKey": "other", "service": service });
        assert_eq!(
            status(&send(&server.url("/"), "GET", ("awsv4", wrong), None).await),
            401
        );
    }
}

/// Header and claims of a token whose signature is right.
fn token(text: &str) -> Option<(Value, Value)> {
    let (signed, signature) = text.rsplit_once('.')?;
    let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
    let part = |part: &str| serde_json::from_slice::<Value>(&URL_SAFE_NO_PAD.decode(part).ok()?).ok();
    let (head, claims) = signed.split_once('.')?;
    let (head, claims) = (part(head)?, part(claims)?);
    let right = match head["alg"].as_str()? {
        "HS256" => hmac(b"sh\x00red", signed) == signature,
        "RS256" => rsa_verifies(signed, &signature),
        "ES256" => {
            let random = ring::rand::SystemRandom::new();
            let curve = &ring::signature::ECDSA_P256_SHA256_FIXED_SIGNING;
            let pair = EcdsaKeyPair::from_pkcs8(curve, &der(EC), &random).unwrap();
            let public = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, pair.public_key().as_ref());
            public.verify(signed.as_bytes(), &signature).is_ok()
        }
        _ => false,
    };
    let now = Timestamp::now().as_second();
    (right && claims["exp"].as_i64()? > now).then_some((head, claims))
}

#[tokio::test]
async fn tokens_are_verified_in_header_and_query() {
    let server = verifying(|received| {
        let header = received.header("authorization");
        let header = header.as_deref().and_then(|value| value.strip_prefix("Bearer "));
        let (_, _, query) = line(received);
        let query = query.rsplit_once("jwt=").map(|(_, value)| value.to_owned());
        let text = header.map(str::to_owned).or(query).unwrap_or_default();
        token(&text).is_some_and(|(head, claims)| head["kid"] == "k1" && claims["sub"] == "ü")
    })
    .await;
    let later = Timestamp::now().as_second() + 60;
    for (algorithm, key) in [("HS256", ""), ("RS256", RSA), ("ES256", EC)] {
        for place in ["header", "queryParam"] {
            let params = json!({ "algorithm": algorithm, "secret": STANDARD.encode(b"sh\x00red"),
                "isSecretBase64Encoded": true, "privateKey": key, "header": "{\"kid\": \"k1\"}",
                "payload": format!("{{\"sub\": \"ü\", \"exp\": {later}}}"), "addTokenTo": place, "queryParamKey": "jwt" });
            let got = send(&server.url("/?x=1"), "GET", ("jwt", params), None).await;
            assert_eq!(status(&got), 200, "{algorithm} {place}");
        }
    }
    let got = send(&server.url("/"), "GET", ("jwt", json!({ "secret": "other" })), None).await;
    assert_eq!(status(&got), 401);
}

#[tokio::test]
async fn asap_tokens_are_verified() {
    let server = verifying(|received| {
        let header = received.header("authorization").unwrap_or_default();
        let read = header.strip_prefix("Bearer ").and_then(token);
        read.is_some_and(|(head, claims)| {
            head["kid"] == "me/k1"
                && claims["iss"] == "me"
                && claims["sub"] == "me"
                && claims["aud"] == json!(["you", "they"])
                && claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap() == 60
                && claims["jti"].as_str().is_some_and(|id| !id.is_empty())
        })
    })
    .await;
    // Postman takes the line breaks out of keys that are pasted.
    let params = json!({ "alg": "RS256", "iss": "me", "kid": "me/k1", "exp": "60", "privateKey": RSA.replace('\n', ""),
        "claims": "{\"aud\": [\"you\", \"they\"]}" });
    let got = send(&server.url("/"), "POST", ("asap", params), None).await;
    assert_eq!(status(&got), 200);
}

/// Akamai's "Authenticate with `EdgeGrid`".
fn edgegrid(received: &Received) -> bool {
    let header = received.header("authorization").unwrap_or_default();
    let Some((begun, signature)) = header.split_once("signature=") else {
        return false;
    };
    let time = begun.split("timestamp=").nth(1).unwrap().split(';').next().unwrap();
    let key = STANDARD.encode(hmac(b"secret", time));
    let (method, path, query) = line(received);
    let target = if query.is_empty() {
        path
    } else {
        format!("{path}?{query}")
    };
    let body = received.body();
    let hash = match method.as_str() {
        "POST" if !body.is_empty() => STANDARD.encode(Sha256::digest(&body[..body.len().min(8)])),
        _ => String::new(),
    };
    let text = [
        &method,
        "http",
        &received.header("host").unwrap(),
        &target,
        // White space counts as one blank.
        &format!("x-one:{}", received.header("x-one").unwrap().replace("  ", " ")),
        &hash,
        begun,
    ];
    begun.starts_with("EG1-HMAC-SHA256 client_token=ct;access_token=at;")
        && STANDARD.encode(hmac(key.as_bytes(), &text.join("\t"))) == signature
}

#[tokio::test]
async fn edgegrid_is_verified_with_its_headers_and_the_begin_of_the_body() {
    let server = verifying(edgegrid).await;
    let params = json!({ "accessToken": "at", "clientToken": "ct", "clientSecret": "secret", "maxBodySize": 8,
        "headersToSign": "X-One" });
    let raw = json!({ "mode": "raw", "raw": "more than eight bytes" });
    for (method, body) in [("GET", None), ("POST", Some(raw)), ("PUT", None)] {
        let got = send(&server.url("/a/b?c=d%20e"), method, ("edgegrid", params.clone()), body).await;
        assert_eq!(status(&got), 200, "{method}");
    }
    let wrong = json!({ "accessToken": "at", "clientToken": "ct", "clientSecret": "other" });
    let got = send(&server.url("/"), "GET", ("edgegrid", wrong), None).await;
    assert_eq!(status(&got), 401);
}

fn request_of(entity: &Entity) -> Option<Request> {
    match entity {
        Entity::Request(request) => Some(Request::clone(request)),
        _ => None,
    }
}
