//! Servers that demand a certificate of the client (mutual TLS).

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::path::{Path, PathBuf};
use std::sync::Arc;

use postrider::http::{Client, ClientConfig};
use postrider::model::Secret;
use postrider::model::certificate::{ClientCertificate, Passphrase};
use postrider::model::exchange::SendErrorKind;
use postrider::model::variable::ValueSource;
use rcgen::KeyPair;
use tokio_rustls::rustls::client::danger::HandshakeSignatureValid;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, UnixTime};
use tokio_rustls::rustls::server::WebPkiClientVerifier;
use tokio_rustls::rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use tokio_rustls::rustls::sign::{CertifiedKey, SingleCertAndKey};
use tokio_rustls::rustls::{
    self, DigitallySignedStruct, DistinguishedName, RootCertStore, ServerConfig, SignatureScheme,
};

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
            servers: vec![if host.contains(':') {
                host.to_owned()
            } else {
                format!("https://{host}:*/*")
            }],
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
        let shown = exchange.connection.tls.as_ref().and_then(|tls| tls.client.clone());
        let shown = postrider::http::read_certificate(&shown.unwrap()).unwrap();
        assert!(shown.issuer.contains("CN="), "{shown:?}");
    }
}

#[tokio::test]
async fn without_one_or_for_another_host_the_door_stays_closed() {
    let server = server().await;
    let url = format!("https://localhost:{}/", server.address.port());
    let other = client("client-empty.p12", None, "other.test");
    let exchange = other.send(signed(get(&url)), context()).await;
    let told = error(&exchange);
    assert_eq!(told.kind, SendErrorKind::Tls, "{told:?}");
    assert_eq!(
        told.message,
        "`localhost` refused the TLS handshake: it wants a client certificate"
    );
    let hint = |told: &postrider::model::exchange::SendError| told.hint.clone().unwrap_or_default();
    assert!(
        hint(told).contains("`[[client_certificates]]` in `config.toml` with `host = \"localhost\"`"),
        "{told:?}"
    );
    // One that means the usual port is another server's.
    let usual = client("client-empty.p12", None, "localhost:443");
    let exchange = usual.send(signed(get(&url)), context()).await;
    let port = format!("but for port 443: `port = {}` there", server.address.port());
    assert!(hint(error(&exchange)).contains(&port), "{:?}", error(&exchange));
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

/// The program with these settings for its certificate; its exit code, and all it has said and written.
async fn postrider(home: &Path, settings: &str, args: &[&str], url: &str) -> (Option<i32>, String) {
    let config = home.join("config/postrider");
    std::fs::create_dir_all(&config).unwrap();
    let certificate = file("client-aes256.p12");
    let text = format!(
        "insecure = true\n[[client_certificates]]\nhost = \"https://localhost:*/*\"\ncertificate = '{}'\n{settings}\n",
        certificate.display()
    );
    std::fs::write(config.join("config.toml"), text).unwrap();
    let root = home.join("workspace/collections/api");
    std::fs::create_dir_all(&root).unwrap();
    std::fs::write(root.join("collection.toml"), "name = \"API\"\n").unwrap();
    let request = format!("name = \"Get\"\nmethod = \"GET\"\nurl = \"{url}\"\n");
    std::fs::write(root.join("get.toml"), request).unwrap();
    let mut command = tokio::process::Command::new(env!("CARGO_BIN_EXE_postrider"));
    command.current_dir(home.join("workspace")).args(args);
    for (variable, folder) in [
        ("HOME", "home"),
        ("XDG_CONFIG_HOME", "config"),
        ("XDG_DATA_HOME", "data"),
        ("XDG_STATE_HOME", "state"),
        ("XDG_CACHE_HOME", "cache"),
    ] {
        command.env(variable, home.join(folder));
    }
    command.env("ME", "h\u{fc}sh").stdin(std::process::Stdio::null());
    let output = command.output().await.unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8_lossy(&said).into_owned())
}

#[cfg(unix)]
#[tokio::test]
async fn the_program_finds_the_passphrase_where_the_settings_say_and_says_it_nowhere() {
    let server = server().await;
    let url = format!("https://localhost:{}/", server.address.port());
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path();
    let keep = ["vault", "set", "me", "h\u{fc}sh"];
    assert_eq!(postrider(home, "", &keep, &url).await.0, Some(0));
    let report = [
        "run",
        "collections/api",
        "--verbose",
        "-r",
        "cli,json",
        "--reporter-json-export",
        "r.json",
    ];
    for settings in [
        "passphrase = { env = \"ME\" }",
        "passphrase = { command = [\"printf\", \"h%ssh\", \"\u{fc}\"] }",
        "passphrase = { vault = \"me\" }",
    ] {
        let (code, said) = postrider(home, settings, &["send", "api/get", "-i"], &url).await;
        assert!(code == Some(0) && said.contains("\n\nhi"), "{settings}: {said}");
        let (_, said) = postrider(home, settings, &["send", "api/get", "-v"], &url).await;
        assert!(
            said.contains("* certificate shown to it, which it asked for: "),
            "{said}"
        );
        let (code, report) = postrider(home, settings, &report, &url).await;
        assert_eq!(code, Some(0), "{settings}: {report}");
        assert!(!(said + &report).contains("h\u{fc}sh"), "{settings}");
    }
    for (settings, words) in [
        // Nobody is there to be asked, and nobody waits for one.
        ("", "no passphrase is given"),
        ("passphrase = { prompt = \"PIN\" }", "it was to be typed, and was not"),
        ("passphrase = { vault = \"you\" }", "the vault has no `you`"),
        (
            "passphrase = { env = \"NOT_SET_BY_ANYBODY\" }",
            "`NOT_SET_BY_ANYBODY` is not set",
        ),
        ("passphrase = { command = [\"false\"] }", "`false` failed"),
        (
            "passphrase = { command = [\"echo\", \"guess-4711\"] }",
            "the passphrase is wrong",
        ),
    ] {
        let (code, said) = postrider(home, settings, &["send", "api/get"], &url).await;
        assert_eq!(code, Some(1), "{settings}: {said}");
        assert!(
            said.contains("client-aes256.p12") && said.contains(words),
            "{settings}: {said}"
        );
        assert!(!said.contains("guess-4711"), "{said}");
    }
    let mut todo = vec![home.join("state"), home.join("workspace")];
    while let Some(folder) = todo.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                todo.push(path);
            } else {
                let bytes = std::fs::read(&path).unwrap();
                assert!(
                    !String::from_utf8_lossy(&bytes).contains("h\u{fc}sh"),
                    "{}",
                    path.display()
                );
            }
        }
    }
}

#[tokio::test]
async fn a_passphrase_is_masked_where_a_server_says_it() {
    let server = server().await;
    let url = format!("https://localhost:{}/", server.address.port());
    let client = client("client-aes256.p12", Some("h\u{fc}sh"), "localhost");
    // Also over a connection that was open already.
    for _ in 0..2 {
        let exchange = client.send(signed(get(&url)), context()).await;
        response(&exchange);
        assert!(!exchange.redactor.redact("it is h\u{fc}sh").contains("h\u{fc}sh"));
    }
    let unasked = Passphrase::From(ValueSource::Prompt("PIN".into()));
    let client = Client::new(ClientConfig {
        certificates: vec![ClientCertificate {
            certificate: file("client-aes256.p12"),
            passphrase: Some(unasked),
            ..ClientCertificate::default()
        }],
        ..config()
    });
    let exchange = client.send(signed(get(&url)), context()).await;
    assert!(error(&exchange).message.contains("its passphrase is missing"));
}

/// Lets everybody in who has the key of the certificate that is shown: OpenSSL's servers take those of version 1, webpki's
/// do not.
#[derive(Debug)]
struct Anybody;

impl ClientCertVerifier for Anybody {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: UnixTime,
    ) -> Result<ClientCertVerified, rustls::Error> {
        Ok(ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        let provider = rustls::crypto::ring::default_provider();
        provider.signature_verification_algorithms.supported_schemes()
    }
}

#[tokio::test]
async fn certificates_of_version_1_are_shown_and_taken_where_nothing_is_checked() {
    let chain = vec![CertificateDer::from_pem_file(file("x509-v1.pem")).unwrap()];
    let own = chain[0].to_vec();
    for version in [&rustls::version::TLS12, &rustls::version::TLS13] {
        for steals in [false, true] {
            let provider = Arc::new(rustls::crypto::ring::default_provider());
            let key = file(if steals { "ec256-pkcs8.pem" } else { "x509-v1.pem" });
            let key = PrivateKeyDer::from_pem_file(key).unwrap();
            let key = provider.key_provider.load_private_key(key).unwrap();
            let shown = SingleCertAndKey::from(CertifiedKey::new(chain.clone(), key));
            let config = ServerConfig::builder_with_provider(provider)
                .with_protocol_versions(&[version])
                .unwrap()
                .with_client_cert_verifier(Arc::new(Anybody))
                .with_cert_resolver(Arc::new(shown));
            let server = Server::start_tls(Arc::new(config), ok).await;
            let url = format!("https://localhost:{}/", server.address.port());
            let unchecked = client("x509-v1.pem", None, "localhost");
            let exchange = unchecked.send(signed(get(&url)), context()).await;
            if steals {
                // It is no matter whose certificate it is, but it is one that has the key of what it shows.
                let told = error(&exchange);
                assert_eq!(told.kind, SendErrorKind::Tls, "{told:?}");
                continue;
            }
            assert_eq!(response(&exchange).body, "hi");
            let came = exchange.connection.tls.as_ref().and_then(|tls| tls.client.clone());
            assert_eq!(came.unwrap(), own);
            let checked = Client::new(config_that_checks());
            let exchange = checked.send(signed(get(&url)), context()).await;
            let told = error(&exchange);
            assert!(told.message.contains("version 1"), "{told:?}");
        }
    }
}

/// With the certificate trusted by name, so that its version alone is in the way.
fn config_that_checks() -> ClientConfig {
    ClientConfig {
        ca_file: Some(file("x509-v1.pem")),
        ..config()
    }
}
