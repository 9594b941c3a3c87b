//! Digest auth against a server that verifies it, written from RFC 7616 and sharing nothing with ours.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use md5::{Digest, Md5};
use postrider::exec::{Pipeline, SendContext, Session};
use postrider::http::Jar;
use postrider::model::body::Language;
use postrider::model::request::Method;
use postrider::model::{Auth, Body, Exchange, Request};
use sha2::{Sha256, Sha512, Sha512_256};

use crate::support::{Received, Server, answer, client, response};

/// What the server is to be like.
#[derive(Clone)]
struct Kind {
    /// The challenges, of which each has `NONCE` for the nonce.
    challenges: Vec<String>,
    /// After so many uses a nonce is stale.
    uses: usize,
    user: &'static str,
    password: &'static str,
}

impl Kind {
    fn new(challenge: &str) -> Self {
        Self {
            challenges: vec![challenge.to_owned()],
            uses: usize::MAX,
            user: "jörg",
            password: "gehe:im",
        }
    }
}

/// What it has seen: counts by nonce.
type Counts = Arc<Mutex<HashMap<String, Vec<usize>>>>;

async fn server(kind: Kind) -> (Server, Counts) {
    let counts = Counts::default();
    let seen = Arc::clone(&counts);
    let number = AtomicUsize::new(0);
    let server = Server::start(move |received: &Received| {
        let stale = match check(received, &kind, &seen) {
            Ok(()) => return answer("200 OK", b"welcome"),
            Err(stale) => stale,
        };
        let nonce = format!("nonce-{}", number.fetch_add(1, Ordering::Relaxed));
        seen.lock().unwrap().insert(nonce.clone(), Vec::new());
        let mut head = "401 Unauthorized".to_owned();
        for challenge in &kind.challenges {
            let challenge = challenge.replace("NONCE", &nonce);
            let stale = if stale { ", stale=true" } else { "" };
            head = format!("{head}\r\nWWW-Authenticate: {challenge}{stale}");
        }
        answer(&head, b"who are you?")
    })
    .await;
    (server, counts)
}

fn hash(algorithm: &str, data: &[u8]) -> String {
    let bytes = match algorithm.trim_end_matches("-sess") {
        "SHA-256" => Sha256::digest(data).to_vec(),
        "SHA-512" => Sha512::digest(data).to_vec(),
        "SHA-512-256" => Sha512_256::digest(data).to_vec(),
        _ => Md5::digest(data).to_vec(),
    };
    let hex: Vec<String> = bytes.iter().map(|b| format!("{b:02x}")).collect();
    hex.concat()
}

/// Whether a request proves itself; the error says whether only its nonce is stale.
fn check(received: &Received, kind: &Kind, counts: &Counts) -> Result<(), bool> {
    let header = received.header("authorization").ok_or(false)?;
    let fields: HashMap<String, String> = header
        .strip_prefix("Digest ")
        .unwrap()
        .split(", ")
        .map(|pair| pair.split_once('=').unwrap())
        .map(|(name, value)| (name.to_owned(), value.trim_matches('"').to_owned()))
        .collect();
    let field = |name: &str| fields.get(name).cloned().unwrap_or_default();
    let line = received.line();
    let mut line = line.split(' ');
    let (method, target) = (line.next().unwrap(), line.next().unwrap());
    assert_eq!(field("uri"), target);
    assert!(kind.challenges.iter().any(|one| one.contains(&field("realm"))));

    let algorithm = field("algorithm");
    let utf8 = kind.challenges[0].contains("UTF-8");
    let bytes = |text: &str| -> Vec<u8> {
        if utf8 {
            text.as_bytes().to_vec()
        } else {
            text.chars().map(|c| u8::try_from(c).unwrap()).collect()
        }
    };
    let name = if field("userhash") == "true" {
        let known = [bytes(kind.user), b":".to_vec(), bytes(&field("realm"))].concat();
        if field("username") == hash(&algorithm, &known) {
            kind.user.to_owned()
        } else {
            String::new()
        }
    } else if let Some(name) = fields.get("username*") {
        let name = name.strip_prefix("UTF-8''").unwrap();
        percent_encoding::percent_decode_str(name)
            .decode_utf8()
            .unwrap()
            .into_owned()
    } else {
        field("username")
    };
    assert_eq!(name, kind.user);
    let mut secret = hash(
        &algorithm,
        &bytes(&format!("{name}:{}:{}", field("realm"), kind.password)),
    );
    if algorithm.ends_with("-sess") {
        secret = hash(
            &algorithm,
            format!("{secret}:{}:{}", field("nonce"), field("cnonce")).as_bytes(),
        );
    }
    let mut what = format!("{method}:{target}");
    if field("qop") == "auth-int" {
        what = format!("{what}:{}", hash(&algorithm, &received.body()));
    }
    let what = hash(&algorithm, what.as_bytes());
    let proof = if field("qop").is_empty() {
        format!("{secret}:{}:{what}", field("nonce"))
    } else {
        let (nonce, nc, cnonce, qop) = (field("nonce"), field("nc"), field("cnonce"), field("qop"));
        format!("{secret}:{nonce}:{nc}:{cnonce}:{qop}:{what}")
    };
    if field("response") != hash(&algorithm, proof.as_bytes()) {
        return Err(false);
    }
    let mut counts = counts.lock().unwrap();
    let Some(used) = counts.get_mut(&field("nonce")).filter(|used| used.len() < kind.uses) else {
        return Err(true);
    };
    used.push(usize::from_str_radix(&field("nc"), 16).unwrap_or_default());
    Ok(())
}

fn digest() -> Auth {
    Auth::new("digest").with("username", "jörg").with("password", "gehe:im")
}

pub fn pipeline() -> Pipeline {
    Pipeline::new(client(), Arc::new(Jar::new()))
}

/// Sends a POST with a body, as the program does.
pub async fn post(pipeline: &Pipeline, url: &str, auth: Auth) -> Exchange {
    let mut request = Request {
        method: Method::new("POST"),
        auth,
        body: Body::Raw {
            language: Language::Text,
            text: "hello".into(),
        },
        ..Request::default()
    };
    request.set_full_url(url);
    let plan = Session::default().plan_of(request);
    pipeline.send(plan, &SendContext::default()).await.exchange.unwrap()
}

#[tokio::test]
async fn every_algorithm_and_protection_is_accepted() {
    for challenge in [
        "Digest realm=\"r\", nonce=\"NONCE\"",
        "Digest realm=\"r\", nonce=\"NONCE\", qop=\"auth\", algorithm=MD5-sess",
        "Digest realm=\"r\", nonce=\"NONCE\", algorithm=MD5-sess",
        "Digest realm=\"r\", nonce=\"NONCE\", qop=\"auth-int\", algorithm=SHA-256",
        "Digest realm=\"r\", nonce=\"NONCE\", qop=\"auth,auth-int\", algorithm=SHA-256-sess, charset=UTF-8",
        "Digest realm=\"r\", nonce=\"NONCE\", qop=\"auth\", algorithm=SHA-512-256, charset=UTF-8, userhash=true",
        "Digest realm=\"r\", nonce=\"NONCE\", qop=\"auth-int\", algorithm=SHA-512-256-sess, userhash=true",
        "Digest realm=\"r\", nonce=\"NONCE\", qop=\"auth\", algorithm=SHA-512",
    ] {
        let (server, _) = server(Kind::new(challenge)).await;
        let exchange = post(&pipeline(), &server.url("/a/b?c=d%20e&f"), digest()).await;
        assert_eq!(response(&exchange).body, "welcome", "{challenge}");
        assert_eq!(server.seen().len(), 2);
        assert_eq!(server.seen()[1].body(), b"hello");
        let [hop] = exchange.hops.as_slice() else {
            panic!("{:?}", exchange.hops)
        };
        assert_eq!((hop.status, hop.again.as_deref()), (401, Some("digest challenge")));
        assert!(exchange.warnings.is_empty(), "{:?}", exchange.warnings);
    }
}

#[tokio::test]
async fn a_nonce_serves_many_requests_each_with_its_count_until_it_is_stale() {
    let mut kind = Kind::new("Digest realm=\"r\", nonce=\"NONCE\", qop=\"auth\", algorithm=SHA-256-sess");
    kind.uses = 3;
    let (server, counts) = server(kind).await;
    let pipeline = pipeline();
    for _ in 0..5 {
        let exchange = post(&pipeline, &server.url("/"), digest()).await;
        assert_eq!(response(&exchange).status, 200);
    }
    // One asked, three were counted, one was stale and came again, one more.
    assert_eq!(server.seen().len(), 7);
    let counts = counts.lock().unwrap();
    assert_eq!(
        (counts["nonce-0"].as_slice(), counts["nonce-1"].as_slice()),
        ([1, 2, 3].as_slice(), [1, 2].as_slice())
    );
}

#[tokio::test]
async fn requests_at_once_share_a_nonce() {
    let (server, counts) = server(Kind::new("Digest realm=\"r\", nonce=\"NONCE\", qop=\"auth\"")).await;
    let pipeline = pipeline();
    post(&pipeline, &server.url("/"), digest()).await;
    let url = server.url("/");
    let many = (0..20).map(|_| post(&pipeline, &url, digest()));
    for exchange in futures_util::future::join_all(many).await {
        assert_eq!(response(&exchange).status, 200);
    }
    let mut used = counts.lock().unwrap()["nonce-0"].clone();
    used.sort_unstable();
    assert_eq!(used, (1..=21).collect::<Vec<_>>());
    assert_eq!(server.seen().len(), 22);
}

#[tokio::test]
async fn a_wrong_password_is_refused_once_and_shown() {
    let (server, _) = server(Kind::new("Digest realm=\"r\", nonce=\"NONCE\", qop=\"auth\"")).await;
    let pipeline = pipeline();
    for seen in [2, 4] {
        let exchange = post(&pipeline, &server.url("/"), digest().with("password", "wrong-one")).await;
        assert_eq!((response(&exchange).status, server.seen().len()), (401, seen));
        assert_eq!(response(&exchange).body, "who are you?");
        assert!(
            exchange.warnings[0].contains("does not take"),
            "{:?}",
            exchange.warnings
        );
    }
}

#[tokio::test]
async fn of_several_challenges_the_strongest_is_answered() {
    let mut kind = Kind::new("Digest realm=\"r\", nonce=\"NONCE\", qop=\"auth\", algorithm=MD5");
    kind.challenges.insert(0, "Basic realm=\"r\"".to_owned());
    kind.challenges
        .push("Digest realm=\"r\", nonce=\"NONCE\", qop=\"auth\", algorithm=SHA-256".to_owned());
    let (server, _) = server(kind).await;
    let exchange = post(&pipeline(), &server.url("/"), digest()).await;
    assert_eq!(response(&exchange).status, 200);
    assert!(
        server.seen()[1]
            .header("authorization")
            .unwrap()
            .contains("algorithm=SHA-256")
    );
}

#[tokio::test]
async fn what_cannot_be_answered_is_shown_with_the_reason() {
    for (challenge, words) in [
        ("Basic realm=\"r\"", "does not offer digest"),
        (
            "Digest realm=\"r\", nonce=\"n\", algorithm=SHA-1024",
            "by `SHA-1024`, which is not known",
        ),
        ("Digest realm=\"r\", nonce=\"n\", qop=\"auth-conf\"", "no digest `qop`"),
    ] {
        let (server, _) = server(Kind::new(challenge)).await;
        let exchange = post(&pipeline(), &server.url("/"), digest()).await;
        assert_eq!((response(&exchange).status, server.seen().len()), (401, 1));
        assert!(exchange.warnings[0].contains(words), "{:?}", exchange.warnings);
    }
    let (server, _) = server(Kind::new("Digest realm=\"r\", nonce=\"NONCE\"")).await;
    let auth = digest().with("disableRetryRequest", true);
    assert_eq!(response(&post(&pipeline(), &server.url("/"), auth).await).status, 401);
    assert_eq!(server.seen().len(), 1);
}

#[tokio::test]
async fn a_server_that_calls_every_nonce_stale_ends_after_three_times() {
    let mut kind = Kind::new("Digest realm=\"r\", nonce=\"NONCE\", qop=\"auth\"");
    kind.uses = 0;
    let (server, _) = server(kind).await;
    let exchange = post(&pipeline(), &server.url("/"), digest()).await;
    assert_eq!((response(&exchange).status, server.seen().len()), (401, 4));
    assert_eq!(exchange.hops.len(), 3);
    assert!(
        exchange.warnings[0].contains("calls each nonce stale"),
        "{:?}",
        exchange.warnings
    );
}

#[tokio::test]
async fn a_redirect_is_signed_anew_on_the_same_server_and_not_at_all_on_another() {
    let (other, _) = server(Kind::new("Digest realm=\"r\", nonce=\"NONCE\", qop=\"auth\"")).await;
    let elsewhere = format!("http://localhost:{}/there", other.address.port());
    let kind = Kind::new("Digest realm=\"r\", nonce=\"NONCE\", qop=\"auth\"");
    let counts = Counts::default();
    let seen = Arc::clone(&counts);
    counts.lock().unwrap().insert("n".to_owned(), Vec::new());
    let server = Server::start(move |received: &Received| {
        let line = received.line();
        if line.contains("/away") {
            return answer(&format!("307 Go\r\nLocation: {elsewhere}"), b"");
        }
        if line.contains("/old") {
            return answer("302 Go\r\nLocation: /new?x", b"");
        }
        match check(received, &kind, &seen) {
            Ok(()) => answer("200 OK", b"welcome"),
            Err(_) => answer(
                "401 Unauthorized\r\nWWW-Authenticate: Digest realm=\"r\", nonce=\"n\", qop=\"auth\"",
                b"",
            ),
        }
    })
    .await;
    let pipeline = pipeline();
    let exchange = post(&pipeline, &server.url("/old"), digest()).await;
    assert_eq!(response(&exchange).body, "welcome");
    assert_eq!(exchange.request.url, server.url("/new?x"));
    let again: Vec<_> = exchange.hops.iter().map(|hop| hop.again.is_some()).collect();
    assert_eq!(again, [false, true]);
    // Now the first request is signed; its proof is for the old URL, and must not go on to the new one.
    let exchange = post(&pipeline, &server.url("/old"), digest()).await;
    assert_eq!(response(&exchange).body, "welcome");
    let exchange = post(&pipeline, &server.url("/away"), digest()).await;
    assert_eq!(response(&exchange).status, 401);
    assert_eq!(other.seen().len(), 1);
    assert_eq!(other.only().header("authorization"), None);
}
