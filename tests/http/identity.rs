//! Servers that demand a certificate of the client (mutual TLS).

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::path::{Path, PathBuf};
use std::sync::Arc;

use postrider::http::{Client, ClientConfig};
use postrider::model::Secret;
use postrider::model::certificate::{ClientCertificate, Passphrase};
use postrider::model::exchange::SendErrorKind;
use rcgen::KeyPair;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::WebPkiClientVerifier;
use tokio_rustls::rustls::{self, RootCertStore, ServerConfig};

use crate::support::{Server, config, context, error, get, ok, response, signed};
use crate::tls::for_hosts;

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/http/keys").join(name)
}

/// A server that lets only those in whom the authority of `client-ca.pem` has signed.
async fn server() -> Server {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut roots = RootCertStore::empty();
    roots
        .add(CertificateDer::from_pem_file(file("client-ca.pem")).unwrap())
        .unwrap();
    let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider));
    let key = KeyPair::generate().unwrap();
    let own = for_hosts(&["localhost"]).self_signed(&key).unwrap();
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_client_cert_verifier(verifier.build().unwrap())
        .with_single_cert(
            vec![own.der().clone()],
            PrivateKeyDer::try_from(key.serialize_der()).unwrap(),
        )
        .unwrap();
    Server::start_tls(Arc::new(config), ok).await
}

fn client(certificate: &str, passphrase: Option<&str>, host: &str) -> Client {
    Client::new(ClientConfig {
        insecure: true,
        certificates: vec![ClientCertificate {
            servers: vec![format!("https://{host}:*/*")],
            certificate: file(certificate),
            key: None,
            passphrase: passphrase.map(|text| Passphrase::Given(Secret::new(text))),
        }],
        ..config()
    })
}

#[tokio::test]
async fn a_certificate_of_pkcs_12_opens_the_door() {
    let server = server().await;
    let url = format!("https://localhost:{}/", server.address.port());
    for (name, passphrase) in [
        ("client-aes256.p12", Some("hüsh")),
        ("client-rc2-3des.p12", Some("hüsh")),
        ("client-empty.p12", None),
    ] {
        let exchange = client(name, passphrase, "localhost")
            .send(signed(get(&url)), context())
            .await;
        assert_eq!(response(&exchange).body, "hi", "{name}");
    }
}

#[tokio::test]
async fn without_one_or_for_another_host_the_door_stays_closed() {
    let server = server().await;
    let url = format!("https://localhost:{}/", server.address.port());
    let other = client("client-empty.p12", None, "other.test");
    let exchange = other.send(signed(get(&url)), context()).await;
    assert_eq!(error(&exchange).kind, SendErrorKind::Tls, "{:?}", error(&exchange));
    assert!(server.seen().is_empty());
}

#[tokio::test]
async fn what_cannot_be_opened_is_told_by_its_file() {
    let url = "https://localhost:1/";
    for (passphrase, words) in [
        (None, "no passphrase is given"),
        (Some("wrong-one"), "the passphrase is wrong"),
    ] {
        let client = client("client-rc2-3des.p12", passphrase, "localhost");
        let exchange = client.send(signed(get(url)), context()).await;
        let told = error(&exchange);
        assert_eq!(told.kind, SendErrorKind::Tls);
        assert!(
            told.message.contains("client-rc2-3des.p12") && told.message.contains(words),
            "{told:?}"
        );
        assert!(!format!("{told:?}").contains("wrong-one") && told.hint.is_some());
    }
}
