//! NTLM against a server that verifies it, connection by connection, written from MS-NLMP and sharing nothing with ours.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::collections::HashMap;
use std::sync::Mutex;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac};
use md4::{Digest, Md4};
use md5::Md5;
use postrider::model::Auth;

use crate::digest::{pipeline, post};
use crate::support::{Received, Server, answer, response};

const NONCE: &[u8] = b"8 bytes!";

/// What the server knows of its user.
#[derive(Clone, Copy)]
struct User {
    domain: &'static str,
    name: &'static str,
    password: &'static str,
}

fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

fn hmac_md5(key: &[u8], data: &[u8]) -> Vec<u8> {
    let mac = Hmac::<Md5>::new_from_slice(key).unwrap();
    mac.chain_update(data).finalize().into_bytes().to_vec()
}

/// A challenge; with the time in it, the client must protect the handshake.
fn challenge(with_time: bool) -> Vec<u8> {
    let mut target = vec![2, 0, 8, 0];
    target.extend(utf16("CORP"));
    if with_time {
        target.extend([7, 0, 8, 0, 0, 0, 0, 0, 0, 1, 2, 3]);
    }
    target.extend([0; 4]);
    let mut out = b"NTLMSSP\0\x02\0\0\0".to_vec();
    out.extend([0; 8]);
    out.extend(0xA288_8205_u32.to_le_bytes());
    out.extend(NONCE);
    out.extend([0; 8]);
    let len = u8::try_from(target.len()).unwrap();
    out.extend([len, 0, len, 0, 56, 0, 0, 0]);
    out.extend([10, 0, 0, 0, 0, 0, 0, 15]);
    out.extend(target);
    out
}

/// Whether a third message proves the password.
fn check(user: User, negotiate: &[u8], challenge: &[u8], message: &[u8]) -> bool {
    let part = |field: usize| {
        let len = usize::from(message[field]) + 256 * usize::from(message[field + 1]);
        let at = usize::from(message[field + 4]) + 256 * usize::from(message[field + 5]);
        message[at..at + len].to_vec()
    };
    let (response, domain, name) = (part(20), part(28), part(36));
    assert_eq!((&domain, &name), (&utf16(user.domain), &utf16(user.name)));
    let hash = Md4::digest(utf16(user.password));
    let key = hmac_md5(&hash, &utf16(&format!("{}{}", user.name.to_uppercase(), user.domain)));
    let (proof, temp) = response.split_at(16);
    if proof != hmac_md5(&key, &[NONCE, temp].concat()) {
        return false;
    }
    let protects = challenge.windows(4).any(|four| four == [7, 0, 8, 0]);
    if protects {
        let session = hmac_md5(&key, proof);
        let mut blank = message.to_vec();
        blank[72..88].fill(0);
        return message[72..88] == hmac_md5(&session, &[negotiate, challenge, &blank].concat());
    }
    part(12)[..16] == hmac_md5(&key, &[NONCE, &part(12)[16..]].concat())
}

async fn server(user: User, with_time: bool, scheme: &'static str) -> Server {
    let connections: Mutex<HashMap<usize, Vec<u8>>> = Mutex::default();
    Server::start(move |received: &Received| {
        let refuse = |token: &str| answer(&format!("401 No\r\nWWW-Authenticate: {scheme}{token}"), b"sign in");
        let Some(header) = received.header("authorization") else {
            return refuse("");
        };
        let message = STANDARD.decode(header.split(' ').nth(1).unwrap()).unwrap();
        let mut connections = connections.lock().unwrap();
        if message[8] == 1 {
            assert!(received.body().is_empty());
            connections.insert(received.connection, message);
            return refuse(&format!(" {}", STANDARD.encode(challenge(with_time))));
        }
        let Some(negotiate) = connections.remove(&received.connection) else {
            return answer("500 Another connection", b"");
        };
        if check(user, &negotiate, &challenge(with_time), &message) {
            answer("200 OK", b"welcome")
        } else {
            refuse("")
        }
    })
    .await
}

const USER: User = User {
    domain: "CORP",
    name: "jörg",
    password: "Gehe:im€",
};

fn ntlm() -> Auth {
    Auth::new("ntlm")
        .with("username", "jörg")
        .with("domain", "CORP")
        .with("password", "Gehe:im€")
        .with("workstation", "BOX")
}

#[tokio::test]
async fn the_handshake_goes_over_one_connection_and_the_body_goes_with_its_end() {
    for (with_time, scheme) in [(false, "NTLM"), (true, "NTLM"), (true, "Negotiate")] {
        let server = server(USER, with_time, scheme).await;
        let pipeline = pipeline();
        for round in 1..=2 {
            let exchange = post(&pipeline, &server.url("/a"), ntlm()).await;
            assert_eq!(response(&exchange).body, "welcome", "{scheme} {with_time}");
            assert_eq!(exchange.hops.len(), 2);
            let seen = server.seen();
            assert_eq!(seen.len(), round * 3);
            let [plain, first, last] = &seen[seen.len() - 3..] else {
                panic!("three requests")
            };
            assert_eq!(first.connection, last.connection);
            assert_ne!(plain.connection, last.connection);
            assert_eq!((first.body().len(), last.body()), (0, b"hello".to_vec()));
        }
        let shared: Vec<_> = server.seen().iter().map(|one| one.connection).collect();
        assert_eq!(shared, [0, 1, 1, 0, 2, 2]);
    }
}

#[tokio::test]
async fn a_user_with_its_domain_in_front_and_no_password() {
    let user = User { password: "", ..USER };
    let server = server(user, true, "NTLM").await;
    let auth = Auth::new("ntlm").with("username", "CORP\\jörg");
    let exchange = post(&pipeline(), &server.url("/"), auth).await;
    assert_eq!(response(&exchange).status, 200);
}

#[tokio::test]
async fn a_wrong_password_is_refused_once_and_shown() {
    let server = server(USER, true, "NTLM").await;
    let exchange = post(&pipeline(), &server.url("/"), ntlm().with("password", "wrong-one")).await;
    assert_eq!((response(&exchange).status, server.seen().len()), (401, 3));
    assert!(
        exchange.warnings[0].contains("does not take"),
        "{:?}",
        exchange.warnings
    );
    assert_eq!(response(&exchange).body, "sign in");
}

#[tokio::test]
async fn what_is_no_ntlm_or_a_broken_one_is_shown_with_the_reason() {
    let server = Server::start(|_: &Received| answer("401 No\r\nWWW-Authenticate: Basic realm=\"x\"", b"")).await;
    let exchange = post(&pipeline(), &server.url("/"), ntlm()).await;
    assert_eq!((response(&exchange).status, server.seen().len()), (401, 1));
    assert!(
        exchange.warnings[0].contains("does not offer NTLM"),
        "{:?}",
        exchange.warnings
    );

    let server = Server::start(|_: &Received| answer("401 No\r\nWWW-Authenticate: NTLM TlRMTVNTUAAC", b"")).await;
    let exchange = post(&pipeline(), &server.url("/"), ntlm()).await;
    assert_eq!((response(&exchange).status, server.seen().len()), (401, 2));
    assert!(
        exchange.warnings[0].contains("cannot be read"),
        "{:?}",
        exchange.warnings
    );
}

#[tokio::test]
async fn a_server_that_hangs_up_in_between_is_told() {
    let server = Server::start(|_: &Received| {
        let token = STANDARD.encode(challenge(true));
        answer(
            &format!("401 No\r\nConnection: close\r\nWWW-Authenticate: NTLM {token}"),
            b"",
        )
    })
    .await;
    let exchange = post(&pipeline(), &server.url("/"), ntlm()).await;
    assert_eq!((response(&exchange).status, server.seen().len()), (401, 3));
    assert!(
        exchange.warnings[0].contains("closed the connection"),
        "{:?}",
        exchange.warnings
    );
}
