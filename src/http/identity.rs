//! Client certificates: which server is shown which, and reading them from PEM or PKCS #12 (mutual TLS, RFC 8446, section 4.4.2).

use std::path::Path;
use std::pin::Pin;

use rustls::crypto::ring::default_provider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use url::Url;

use super::key::{self, KeyError};
use super::pkcs12;
use super::verify::public_key;
use crate::model::Secret;
use crate::model::certificate::{ClientCertificate, Passphrase};
use crate::model::exchange::{SendError, SendErrorKind};
use crate::model::reason::reason;
use crate::model::variable::ValueSource;

/// A certificate with its chain, and its key.
pub(super) type Identity = (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>);

impl ClientCertificate {
    /// Whether a server is shown this certificate.
    pub(super) fn is_for(&self, url: &Url) -> bool {
        url.scheme() == "https" && (self.servers.is_empty() || self.servers.iter().any(|pattern| matches(pattern, url)))
    }

    /// Reads it, and tells what its passphrase was. One that is encrypted without saying where its passphrase is asks the
    /// user for it, who is told the `server` that is to be shown it.
    pub(super) async fn read(
        &self,
        server: &Url,
        passphrases: Option<&dyn Passphrases>,
    ) -> Result<(Identity, Option<Secret>), SendError> {
        let mut of = self.passphrase.clone();
        // How often it was wrong, and what was wrong the last time.
        let (mut times, mut wrong) = (0, None);
        loop {
            let looked_up = match &of {
                Some(of) => Some(self.look_up(of, server, times, passphrases).await),
                None => None,
            };
            let given = match (looked_up.transpose(), wrong.take()) {
                (Ok(given), _) => given,
                // Whoever is asked again and does not know it either has not mended what was wrong.
                (Err(error), Some(wrong)) if error.kind != SendErrorKind::Cancelled => return Err(wrong),
                (Err(error), _) => return Err(error),
            };
            match self.open(given.as_ref().map(Secret::reveal)) {
                Ok(identity) => return Ok((identity, given)),
                Err(Unopened::Unread(error)) => return Err(error),
                Err(Unopened::Locked(file, KeyError::NoPassphrase)) if of.is_none() && passphrases.is_some() => {
                    let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
                    let question = Passphrase::From(ValueSource::Prompt(format!("Passphrase of `{name}`")));
                    match self.look_up(&question, server, times, passphrases).await {
                        Ok(_) => of = Some(question),
                        Err(error) if error.kind == SendErrorKind::Cancelled => return Err(error),
                        // That there is none is what is wrong, not that nobody typed one.
                        Err(_) => return Err(told(file, &KeyError::NoPassphrase)),
                    }
                }
                Err(Unopened::Locked(file, error)) => {
                    let mut again = false;
                    if let (KeyError::Wrong, Some(of), Some(given), Some(known)) = (&error, &of, &given, passphrases) {
                        times += 1;
                        again = known.wrong(of, given, times);
                    }
                    let error = told(file, &error);
                    if !again {
                        return Err(error);
                    }
                    wrong = Some(error);
                }
            }
        }
    }

    /// Checks that the key is the certificate's: else the files are told by name, which TLS does not know. Nothing else of
    /// the certificate is looked at: whether it is good is the server's to say, and OpenSSL makes some of version 1.
    pub(super) fn check(&self, (chain, key): &Identity) -> Result<(), SendError> {
        let unusable = |why: &str| unusable(&self.certificate, why);
        let signing = default_provider().key_provider.load_private_key(key.clone_key());
        let signing = signing.map_err(|error| unusable(&error.to_string()))?;
        let Some(own) = chain.first().and_then(|own| public_key(own)) else {
            return Err(unusable("it is no X.509 certificate"));
        };
        if signing.public_key().is_none_or(|of_key| of_key.as_ref() == own) {
            return Ok(());
        }
        let why = match &self.key {
            Some(file) => format!("the key in `{}` is not its key", file.display()),
            None => "the key in it is not its key".to_owned(),
        };
        Err(unusable(&why)
            .hint("the file must begin with the certificate that was issued for the key; those above it follow"))
    }

    fn open(&self, passphrase: Option<&str>) -> Result<Identity, Unopened<'_>> {
        let unusable = |why: &str| Unopened::Unread(unusable(&self.certificate, why));
        let certificate = bytes(&self.certificate).map_err(Unopened::Unread)?;
        if pkcs12::is_der(&certificate) && self.key.is_none() {
            let identity =
                pkcs12::read(&certificate, passphrase).map_err(|error| Unopened::Locked(&self.certificate, error))?;
            return if identity.0.is_empty() {
                Err(unusable("it holds no certificate"))
            } else {
                Ok(identity)
            };
        }
        let chain: Vec<_> = CertificateDer::pem_slice_iter(&certificate)
            .collect::<Result<_, _>>()
            .map_err(|error| unusable(&error.to_string()))?;
        if chain.is_empty() {
            return Err(unusable("it holds no certificate"));
        }
        let file = self.key.as_ref().unwrap_or(&self.certificate);
        let key = key::read(&bytes(file).map_err(Unopened::Unread)?, passphrase)
            .map_err(|error| Unopened::Locked(file, error))?;
        Ok((chain, key))
    }

    async fn look_up(
        &self,
        of: &Passphrase,
        server: &Url,
        times: usize,
        passphrases: Option<&dyn Passphrases>,
    ) -> Result<Secret, SendError> {
        let missing = |error: SendError| {
            error.within(SendErrorKind::Tls, |why| {
                unusable(&self.certificate, &format!("its passphrase is missing: {why}")).message
            })
        };
        let told = |why: String, hint: String| Err(missing(SendError::new(SendErrorKind::Tls, why).hint(hint)));
        match (of, passphrases) {
            (Passphrase::Given(secret), _) => Ok(secret.clone()),
            (Passphrase::From(ValueSource::Env(name)), _) => std::env::var(name).map(Secret::new).or_else(|_| {
                told(
                    format!("the variable `{}` is not set", name.escape_debug()),
                    format!("set it before you start: `export {name}=…`"),
                )
            }),
            (of, Some(known)) => {
                let host = server.host_str().unwrap_or_default();
                known.get(of, &self.certificate, host, times).await.map_err(missing)
            }
            (_, None) => told(
                "it is looked up for requests, and this is none".to_owned(),
                "`passphrase = { env = \"NAME\" }` in `config.toml` holds for all that is sent".to_owned(),
            ),
        }
    }
}

/// Whether a server is shown a client certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// It is.
    Shown,
    /// There is one for its host, but on the usual port.
    OtherPort,
    /// There is none for it.
    None,
}

impl Standing {
    /// As these certificates have it.
    pub(super) fn of(certificates: &[ClientCertificate], url: &Url) -> Self {
        let has = |url: &Url| certificates.iter().any(|own| own.is_for(url));
        let mut usual = url.clone();
        if has(url) {
            Self::Shown
        } else if usual.set_port(None).is_ok() && has(&usual) {
            Self::OtherPort
        } else {
            Self::None
        }
    }
}

/// Where passphrases are that only the user's programs, vault or fingers know.
pub trait Passphrases: Send + Sync {
    /// Looks one up, of the certificate in a file, which is shown to a host and of which it was `wrong` so often; programs run
    /// in the file's folder. An error says why there is none, without anything secret, and what to do about it; that the user
    /// gave up is one, too.
    fn get<'a>(&'a self, of: &'a Passphrase, certificate: &'a Path, host: &'a str, wrong: usize) -> Looking<'a>;

    /// Told that what was looked up does not fit, for the how manieth time: the next time it is to be looked up anew. Whether
    /// that may help at once, as somebody can be asked again.
    fn wrong(&self, of: &Passphrase, given: &Secret, times: usize) -> bool;
}

/// A passphrase that is being looked up.
pub type Looking<'a> = Pin<Box<dyn Future<Output = Result<Secret, SendError>> + Send + 'a>>;

/// Why a certificate cannot be opened.
enum Unopened<'a> {
    /// It is not there, or none.
    Unread(SendError),
    /// This file of it does not open with what was given.
    Locked(&'a Path, KeyError),
}

fn told(file: &Path, error: &KeyError) -> SendError {
    let told = unusable(file, &error.to_string());
    match error {
        KeyError::NoPassphrase => told.hint(
            "`--ssl-client-passphrase` of `run` gives it, or `passphrase = { env = \"NAME\" }` in `config.toml`; in a \
             terminal you are asked",
        ),
        KeyError::Cipher(_) => told.hint("encrypt it anew: `openssl pkey -aes256`"),
        KeyError::Wrong => told.hint("check the passphrase, and where it comes from"),
        KeyError::None => told,
    }
}

fn bytes(path: &Path) -> Result<Vec<u8>, SendError> {
    std::fs::read(path).map_err(|error| {
        let told = unusable(path, &reason(error));
        told.hint(
            "the path is that of `client_certificates` in `config.toml`, where it is relative to that file, or of \
             `--ssl-client-cert`, `--ssl-client-key` or the list of `--ssl-client-cert-list`",
        )
    })
}

fn unusable(path: &Path, why: &str) -> SendError {
    SendError::new(
        SendErrorKind::Tls,
        format!("cannot use the client certificate `{}`: {why}", path.display()),
    )
    .hint("a client certificate and its key are PEM files, or both one PKCS #12 file (`.p12`, `.pfx`)")
}

/// Whether a URL fits a pattern: scheme, host and port, path; `*` stands for anything, without a port for the usual one.
fn matches(pattern: &str, url: &Url) -> bool {
    let (scheme, rest) = pattern.split_once("://").unwrap_or(("https", pattern));
    let (authority, path) = rest.split_once('/').map_or((rest, "*"), |(host, path)| (host, path));
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if port == "*" || port.bytes().all(|b| b.is_ascii_digit()) => (host, Some(port)),
        _ => (authority, None),
    };
    let own = url.port_or_known_default().unwrap_or(443).to_string();
    let own_host = url.host_str().unwrap_or_default();
    let bare = host
        .strip_prefix("*.")
        .is_some_and(|domain| domain.eq_ignore_ascii_case(own_host));
    (scheme == "*" || scheme.eq_ignore_ascii_case(url.scheme()) || scheme == "http+https")
        && (bare || fits(&host.to_ascii_lowercase(), own_host))
        && port.map_or(own == "443", |port| port == "*" || port == own)
        && fits(path, url.path().trim_start_matches('/'))
}

/// Whether a text fits a pattern in which `*` stands for any characters.
fn fits(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else {
        return false;
    };
    let mut parts: Vec<&str> = parts.collect();
    let Some(last) = parts.pop() else {
        return rest.is_empty();
    };
    for part in parts {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use std::sync::Mutex;

    use super::*;

    fn is_for(pattern: &str, url: &str) -> bool {
        let certificate = ClientCertificate {
            servers: vec![pattern.to_owned()],
            ..ClientCertificate::default()
        };
        certificate.is_for(&url.parse().unwrap())
    }

    #[test]
    fn patterns_choose_servers() {
        for (pattern, url) in [
            ("https://example.com/*", "https://example.com/a"),
            ("https://*.example.com/*", "https://a.b.example.com/"),
            ("https://*.example.com/*", "https://example.com/"),
            ("https://example.com:8443/*", "https://EXAMPLE.com:8443/x"),
            ("https://*:*/api/*", "https://h:1/api/v1"),
            ("example.com", "https://example.com/"),
        ] {
            assert!(is_for(pattern, url), "{pattern} {url}");
        }
        for (pattern, url) in [
            ("https://example.com/*", "https://example.org/"),
            ("https://example.com/*", "https://example.com:8443/"),
            ("https://*.example.com/*", "https://badexample.com/"),
            ("https://h/api/*", "https://h/other"),
            ("https://example.com/*", "http://example.com/"),
        ] {
            assert!(!is_for(pattern, url), "{pattern} {url}");
        }
    }

    /// Somebody who gives these, one after the other, and notes what was asked and was wrong.
    #[derive(Default)]
    struct Somebody {
        gives: Mutex<Vec<&'static str>>,
        asked: Mutex<Vec<String>>,
    }

    impl Passphrases for Somebody {
        fn get<'a>(&'a self, of: &'a Passphrase, _: &'a Path, host: &'a str, wrong: usize) -> Looking<'a> {
            assert_eq!(host, "h.test");
            self.asked.lock().unwrap().push(format!("{of:?} after {wrong}"));
            let given = match self.gives.lock().unwrap().pop() {
                Some("^C") => Err(SendError::new(SendErrorKind::Cancelled, "cancelled")),
                Some(given) => Ok(Secret::new(given)),
                None => Err(SendError::new(SendErrorKind::Request, "nobody").hint("be there")),
            };
            Box::pin(std::future::ready(given))
        }

        fn wrong(&self, of: &Passphrase, given: &Secret, times: usize) -> bool {
            self.asked.lock().unwrap().push(format!("not {}", given.reveal()));
            matches!(of, Passphrase::From(_)) && times < 3
        }
    }

    fn server() -> Url {
        Url::parse("https://h.test/x").unwrap()
    }

    async fn read(certificate: &ClientCertificate) -> Result<Identity, SendError> {
        certificate.read(&server(), None).await.map(|(identity, _)| identity)
    }

    #[tokio::test]
    async fn an_encrypted_key_says_what_to_do_and_a_missing_file_its_name() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("c.pem");
        let made = rcgen::generate_simple_self_signed(vec!["h".to_owned()]).unwrap();
        let key = include_str!("../../tests/http/keys/pkcs8-aes256.pem");
        std::fs::write(&file, made.cert.pem() + key).unwrap();
        let with = |passphrase: Option<Passphrase>| ClientCertificate {
            certificate: file.clone(),
            passphrase,
            ..ClientCertificate::default()
        };
        let given = |text: &str| with(Some(Passphrase::Given(Secret::new(text))));
        let error = read(&with(None)).await.unwrap_err();
        assert!(error.message.contains("encrypted") && error.hint.unwrap().contains("--ssl-client-passphrase"));
        let error = read(&given("wrong")).await.unwrap_err();
        assert!(
            error.message.contains("c.pem") && !error.message.contains("`wrong`"),
            "{error:?}"
        );
        let opened = given("hush").read(&server(), None).await.unwrap().0;
        let error = given("hush").check(&opened).unwrap_err();
        assert!(
            error.message.contains("c.pem") && error.message.contains("is not its key"),
            "{error:?}"
        );
        let unset = Passphrase::From(ValueSource::Env("POSTRIDER_TEST_UNSET".to_owned()));
        let error = read(&with(Some(unset))).await.unwrap_err();
        assert!(error.message.contains("`POSTRIDER_TEST_UNSET`"), "{error:?}");
        // Whoever fetches a file is nobody to ask.
        let error = read(&with(Some(Passphrase::Vault("me".into())))).await.unwrap_err();
        assert!(error.message.contains("looked up for requests"), "{error:?}");
        let certificate = with(None);
        std::fs::write(&file, made.cert.pem() + &made.signing_key.serialize_pem()).unwrap();
        assert_eq!(read(&certificate).await.unwrap().0.len(), 1);
        std::fs::remove_file(&file).unwrap();
        let error = read(&certificate).await.unwrap_err();
        let hint = error.hint.unwrap();
        assert!(error.message.contains("c.pem`: no such file"), "{}", error.message);
        assert!(hint.contains("`config.toml`") && !hint.contains("PEM"), "{hint}");
    }

    #[tokio::test]
    async fn who_is_there_is_asked_and_what_is_wrong_is_not_kept() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("c.pem");
        let made = rcgen::generate_simple_self_signed(vec!["h".to_owned()]).unwrap();
        let key = include_str!("../../tests/http/keys/pkcs8-aes256.pem");
        std::fs::write(&file, made.cert.pem() + key).unwrap();
        let of_vault = Some(Passphrase::Vault("me".to_owned()));
        let typed = Some(Passphrase::From(ValueSource::Prompt("PIN".to_owned())));
        for (passphrase, gives, ends) in [
            (of_vault.clone(), vec!["hush"], ""),
            (of_vault.clone(), vec!["guess-4711"], "the passphrase is wrong"),
            (of_vault, vec![], "its passphrase is missing: nobody"),
            // Asked for where nothing says where it is.
            (None, vec!["hush", "hush"], ""),
            (None, vec![], "no passphrase is given"),
            (None, vec!["^C"], "cancelled"),
            // Again after a slip: until it is right, three times, as long as something is typed.
            (typed.clone(), vec!["hush", "guess-2", "guess-1"], ""),
            (
                typed.clone(),
                vec!["hush", "guess-3", "guess-2", "guess-1"],
                "the passphrase is wrong",
            ),
            (typed.clone(), vec!["guess-1"], "the passphrase is wrong"),
            (typed, vec!["^C", "guess-1"], "cancelled"),
        ] {
            let certificate = ClientCertificate {
                certificate: file.clone(),
                passphrase: passphrase.clone(),
                ..ClientCertificate::default()
            };
            let somebody = Somebody {
                gives: Mutex::new(gives.clone()),
                ..Somebody::default()
            };
            let asked = || somebody.asked.lock().unwrap().join("; ");
            match certificate.read(&server(), Some(&somebody)).await {
                Ok((_, secret)) => {
                    assert!(ends.is_empty(), "{gives:?}");
                    assert_eq!(secret, Some(Secret::new("hush")));
                }
                Err(error) => {
                    assert!(!ends.is_empty() && error.message.contains(ends), "{error:?}");
                    let is_given_up = error.kind == SendErrorKind::Cancelled;
                    assert_eq!(error.message.contains("c.pem"), !is_given_up, "{error:?}");
                    assert!(is_given_up == (ends == "cancelled") && !format!("{error:?}").contains("guess"));
                }
            }
            assert_eq!(asked().contains("not guess-4711"), gives == ["guess-4711"]);
            let question = "Passphrase of `c.pem`";
            assert_eq!(asked().contains(question), passphrase.is_none(), "{}", asked());
            let slips = gives.iter().filter(|word| word.starts_with("guess")).count();
            assert_eq!(asked().matches("not guess").count(), slips, "{}", asked());
            let knows = slips == 0 || matches!(passphrase, Some(Passphrase::Vault(_))) || asked().contains("after 1");
            assert!(knows && !asked().contains("after 3"), "{}", asked());
        }
    }
}
