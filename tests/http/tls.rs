//! TLS: whom to trust, and the words for whom not.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::io::Write;
use std::sync::Arc;

use postrider::http::{Client, ClientConfig, read_certificate};
use postrider::model::exchange::{Exchange, SendErrorKind};
use postrider::model::offer::TlsVersion;
use postrider::model::settings::HttpVersion;
use postrider::model::tls::Verdict;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use tokio_rustls::rustls::{self, ServerConfig, pki_types::PrivateKeyDer};

use crate::support::{Server, config, context, error, get, ok, response, signed, with_settings};

/// An authority of our own, and its PEM file.
pub struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
    file: tempfile::NamedTempFile,
}

impl Authority {
    pub fn new() -> Self {
        Self::named("postrider's test CA")
    }

    fn named(name: &str) -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, name);
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(issuer.pem().as_bytes()).unwrap();
        Self { issuer, file }
    }

    /// A server's configuration with a certificate of this authority.
    pub fn server(&self, params: &CertificateParams, alpn: &[&str]) -> Arc<ServerConfig> {
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        server_config(&certificate, &key, alpn)
    }

    /// A client that trusts this authority.
    pub fn client(&self) -> Client {
        Client::new(self.config())
    }

    /// Its settings.
    pub fn config(&self) -> ClientConfig {
        ClientConfig {
            ca_file: Some(self.file.path().to_owned()),
            ..config()
        }
    }
}

pub fn for_hosts(hosts: &[&str]) -> CertificateParams {
    let mut params = CertificateParams::new(hosts.iter().map(|h| (*h).to_owned()).collect::<Vec<_>>()).unwrap();
    params.distinguished_name.push(DnType::CommonName, "a server");
    params
}

fn server_config(certificate: &rcgen::Certificate, key: &KeyPair, alpn: &[&str]) -> Arc<ServerConfig> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)
        .unwrap();
    config.alpn_protocols = alpn.iter().map(|name| name.as_bytes().to_vec()).collect();
    Arc::new(config)
}

fn refused(exchange: &Exchange, words: &str) {
    let told = error(exchange);
    assert_eq!(told.kind, SendErrorKind::Tls, "{told:?}");
    assert!(told.message.contains(words), "{told:?}");
    assert!(told.hint.is_some());
}

async fn fetch(client: &Client, server: &Server, host: &str) -> Exchange {
    let url = format!("https://{host}:{}/x", server.address.port());
    client.send(signed(get(&url)), context()).await
}

#[tokio::test]
async fn a_ca_file_is_trusted_and_the_phases_are_told() {
    let authority = Authority::new();
    let server = Server::start_tls(authority.server(&for_hosts(&["localhost"]), &[]), ok).await;
    let client = authority.client();
    let exchange = fetch(&client, &server, "localhost").await;
    assert_eq!(response(&exchange).body, "hi");
    let tls = exchange.connection.tls.clone().unwrap();
    assert_eq!(
        (tls.version, tls.verdict, tls.resumed),
        ("TLS 1.3", Verdict::Trusted, false)
    );
    assert!(tls.cipher.starts_with("TLS_") && !tls.group.is_empty(), "{tls:?}");
    let shown = read_certificate(&tls.certificates[0]).unwrap();
    assert_eq!(shown.names, ["localhost"]);
    assert!(shown.issuer.contains("postrider's test CA"), "{shown:?}");
    let timings = exchange.timings;
    assert!(
        timings.dns.is_some() && timings.connect.is_some() && timings.tls.is_some(),
        "{timings:?}"
    );

    let exchange = fetch(&client, &server, "localhost").await;
    assert_eq!((exchange.connection.reused, exchange.timings.tls), (true, None));
    assert_eq!(exchange.connection.tls.as_ref().unwrap().version, "TLS 1.3");
    assert_eq!(server.seen()[1].connection, 0);
}

#[tokio::test]
async fn what_is_not_trusted_is_told_apart() {
    let (authority, stranger) = (Authority::new(), Authority::named("a stranger"));
    let client = authority.client();

    let server = Server::start_tls(stranger.server(&for_hosts(&["localhost"]), &[]), ok).await;
    let exchange = fetch(&client, &server, "localhost").await;
    refused(&exchange, "unknown issuer");
    // As Node names them: scripts look at it.
    assert_eq!(error(&exchange).code, "UNABLE_TO_VERIFY_LEAF_SIGNATURE");
    let tls = exchange.connection.tls.as_ref().unwrap();
    assert_eq!(tls.verdict, Verdict::Refused);
    let shown = read_certificate(&tls.certificates[0]).unwrap();
    assert!(
        shown.issuer.contains("a stranger"),
        "what was refused can be looked at: {shown:?}"
    );
    let hint = error(&exchange).hint.clone().unwrap();
    assert!(
        hint.contains("CA") && hint.contains("turn off certificate checks"),
        "{hint}"
    );

    let key = KeyPair::generate().unwrap();
    let own = for_hosts(&["localhost"]).self_signed(&key).unwrap();
    let server = Server::start_tls(server_config(&own, &key, &[]), ok).await;
    let exchange = fetch(&client, &server, "localhost").await;
    refused(&exchange, "self-signed");
    assert_eq!(error(&exchange).code, "DEPTH_ZERO_SELF_SIGNED_CERT");
    assert!(error(&exchange).hint.as_ref().unwrap().contains("certificate's file"));

    let mut old = for_hosts(&["localhost"]);
    old.not_after = rcgen::date_time_ymd(2020, 1, 1);
    let server = Server::start_tls(authority.server(&old, &[]), ok).await;
    let exchange = fetch(&client, &server, "localhost").await;
    refused(&exchange, "has expired");
    assert_eq!(error(&exchange).code, "CERT_HAS_EXPIRED");

    let server = Server::start_tls(authority.server(&for_hosts(&["other.test"]), &[]), ok).await;
    let exchange = fetch(&client, &server, "localhost").await;
    refused(&exchange, "another host than `localhost`");
    assert_eq!(error(&exchange).code, "ERR_TLS_CERT_ALTNAME_INVALID");
}

#[tokio::test]
async fn a_servers_own_certificate_is_trusted_once_it_is_named() {
    let of = |ca: bool, hosts: &[&str]| {
        let key = KeyPair::generate().unwrap();
        let mut params = for_hosts(hosts);
        if ca {
            // As `openssl req -x509` makes them.
            params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        }
        let own = params.self_signed(&key).unwrap();
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(own.pem().as_bytes()).unwrap();
        let client = Client::new(ClientConfig {
            ca_file: Some(file.path().to_owned()),
            ..config()
        });
        (server_config(&own, &key, &[]), client, file)
    };
    for ca in [true, false] {
        let (config, client, _file) = of(ca, &["localhost"]);
        let server = Server::start_tls(config.clone(), ok).await;
        assert_eq!(response(&fetch(&client, &server, "localhost").await).body, "hi", "{ca}");
        // Another one of the same name is another one.
        let (_, stranger, _file) = of(ca, &["localhost"]);
        assert_eq!(
            error(&fetch(&stranger, &server, "localhost").await).kind,
            SendErrorKind::Tls
        );

        let (config, client, _file) = of(ca, &["other.test"]);
        let server = Server::start_tls(config, ok).await;
        refused(
            &fetch(&client, &server, "localhost").await,
            "another host than `localhost`",
        );
    }
}

#[tokio::test]
async fn certificate_checks_can_be_turned_off_and_on() {
    let stranger = Authority::new();
    let server = Server::start_tls(stranger.server(&for_hosts(&["other.test"]), &[]), ok).await;
    let url = format!("https://{}/", server.address);
    let careful = Authority::new().client();
    let off = with_settings(get(&url), |settings| settings.verify_tls = Some(false));
    let exchange = careful.send(signed(off), context()).await;
    assert_eq!(response(&exchange).body, "hi");
    assert!(exchange.connection.tls.as_ref().unwrap().verdict == Verdict::Unchecked);
    assert_eq!(
        error(&careful.send(signed(get(&url)), context()).await).kind,
        SendErrorKind::Tls
    );

    let careless = Client::new(ClientConfig {
        insecure: true,
        ..config()
    });
    assert!(careless.send(signed(get(&url)), context()).await.result.is_ok());
    let on = with_settings(get(&url), |settings| settings.verify_tls = Some(true));
    assert_eq!(
        error(&careless.send(signed(on), context()).await).kind,
        SendErrorKind::Tls
    );
}

#[tokio::test]
async fn a_ca_file_that_is_gone_is_named() {
    let client = Client::new(ClientConfig {
        ca_file: Some("/nonexistent/ca.pem".into()),
        ..config()
    });
    let server = Server::start_tls(Authority::new().server(&for_hosts(&["localhost"]), &[]), ok).await;
    refused(&fetch(&client, &server, "localhost").await, "/nonexistent/ca.pem");
}

#[tokio::test]
async fn a_server_without_http_2_says_so_when_it_is_demanded() {
    let authority = Authority::new();
    let server = Server::start_tls(authority.server(&for_hosts(&["127.0.0.1"]), &["http/1.1"]), ok).await;
    let url = format!("https://{}/", server.address);
    let demanded = with_settings(get(&url), |settings| settings.http_version = Some(HttpVersion::Http2));
    let exchange = authority.client().send(signed(demanded), context()).await;
    refused(&exchange, "HTTP version");
    assert!(error(&exchange).hint.as_ref().unwrap().contains("auto"));
}

#[tokio::test]
async fn only_what_the_settings_leave_is_offered() {
    let authority = Authority::new();
    let server = Server::start_tls(authority.server(&for_hosts(&["localhost"]), &[]), ok).await;
    let url = format!("https://localhost:{}/", server.address.port());
    let client = authority.client();
    let send = async |disabled: &[TlsVersion], suites: &[&str]| {
        let request = with_settings(get(&url), |settings| {
            settings.disabled_tls = Some(disabled.to_vec());
            settings.cipher_suites = Some(suites.iter().map(|name| (*name).to_owned()).collect());
        });
        client.send(signed(request), context()).await
    };
    let agreed = |exchange: &Exchange| {
        let tls = exchange.connection.tls.clone().unwrap();
        assert_eq!(response(exchange).body, "hi");
        (tls.version, tls.cipher.clone(), exchange.connection.reused)
    };
    let (version, _, reused) = agreed(&send(&[], &[]).await);
    assert_eq!((version, reused), ("TLS 1.3", false));
    // The connection of the first is not used, as it speaks what this one must not; that of the same settings is.
    let (version, _, reused) = agreed(&send(&[TlsVersion::Tls13], &[]).await);
    assert_eq!((version, reused), ("TLS 1.2", false));
    assert!(agreed(&send(&[TlsVersion::Tls13], &[]).await).2);
    assert_eq!(
        agreed(&send(&[TlsVersion::Tls12, TlsVersion::Tls11], &[]).await).0,
        "TLS 1.3"
    );

    // As OpenSSL has it: a selection without a suite of 1.3 is one without 1.3, and what it does not know is passed over.
    let (version, cipher, _) = agreed(&send(&[], &["AES128-SHA:ECDHE-ECDSA-CHACHA20-POLY1305", "HIGH"]).await);
    assert_eq!(
        (version, cipher.as_str()),
        ("TLS 1.2", "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256")
    );
    let (version, cipher, _) = agreed(&send(&[], &["TLS_CHACHA20_POLY1305_SHA256"]).await);
    assert_eq!((version, cipher.as_str()), ("TLS 1.3", "TLS_CHACHA20_POLY1305_SHA256"));

    refused(
        &send(&[TlsVersion::Tls12, TlsVersion::Tls13], &[]).await,
        "`TLSv1_2` and `TLSv1_3` are both disabled",
    );
    refused(
        &send(&[], &["AES128-SHA"]).await,
        "none of `AES128-SHA`, only `TLS_AES_256_GCM_SHA384`",
    );
    refused(
        &send(&[TlsVersion::Tls12], &["ECDHE-ECDSA-AES128-GCM-SHA256"]).await,
        "`ECDHE-ECDSA-AES128-GCM-SHA256` are of a version that is disabled",
    );
    // The server's key is no RSA key.
    refused(
        &send(&[], &["ECDHE-RSA-AES128-GCM-SHA256"]).await,
        "(nothing that was offered suits it), offered was TLS 1.2 with `ECDHE-RSA-AES128-GCM-SHA256` alone",
    );
}
