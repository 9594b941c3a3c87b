//! Client certificates: which server is shown which, and reading them from PEM or PKCS #12 (mutual TLS, RFC 8446, section 4.4.2).

use std::path::Path;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use url::Url;

use super::key::{self, KeyError};
use super::pkcs12;
use crate::model::certificate::{ClientCertificate, Passphrase};
use crate::model::exchange::{SendError, SendErrorKind};

/// A certificate with its chain, and its key.
pub(super) type Identity = (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>);

impl ClientCertificate {
    /// Whether a server is shown this certificate.
    pub(super) fn is_for(&self, url: &Url) -> bool {
        url.scheme() == "https" && (self.servers.is_empty() || self.servers.iter().any(|pattern| matches(pattern, url)))
    }

    /// Reads it.
    pub(super) fn read(&self) -> Result<Identity, SendError> {
        let certificate = bytes(&self.certificate)?;
        let passphrase = self.passphrase()?;
        let passphrase = passphrase.as_deref();
        let told = |file: &Path, error: KeyError| {
            let told = unusable(file, &error.to_string());
            match error {
                KeyError::NoPassphrase => told.hint(
                    "`--ssl-client-passphrase` of `run` gives it, or `passphrase = { env = \"NAME\" }` in `config.toml`",
                ),
                KeyError::Cipher(_) => told.hint("encrypt it anew: `openssl pkey -aes256`"),
                KeyError::None | KeyError::Wrong => told,
            }
        };
        if pkcs12::is_der(&certificate) && self.key.is_none() {
            let identity = pkcs12::read(&certificate, passphrase).map_err(|error| told(&self.certificate, error))?;
            return if identity.0.is_empty() {
                Err(unusable(&self.certificate, "it holds no certificate"))
            } else {
                Ok(identity)
            };
        }
        let chain: Vec<_> = CertificateDer::pem_slice_iter(&certificate)
            .collect::<Result<_, _>>()
            .map_err(|error| unusable(&self.certificate, &error.to_string()))?;
        if chain.is_empty() {
            return Err(unusable(&self.certificate, "it holds no certificate"));
        }
        let file = self.key.as_ref().unwrap_or(&self.certificate);
        let key = key::read(&bytes(file)?, passphrase).map_err(|error| told(file, error))?;
        Ok((chain, key))
    }

    fn passphrase(&self) -> Result<Option<String>, SendError> {
        match &self.passphrase {
            None => Ok(None),
            Some(Passphrase::Given(secret)) => Ok(Some(secret.reveal().to_owned())),
            Some(Passphrase::Env(name)) => std::env::var(name).map(Some).map_err(|_| {
                let why = format!("the variable `{}` with its passphrase is not set", name.escape_debug());
                unusable(&self.certificate, &why).hint(format!("set it before you start: `export {name}=…`"))
            }),
        }
    }
}

fn bytes(path: &Path) -> Result<Vec<u8>, SendError> {
    std::fs::read(path).map_err(|error| unusable(path, &error.to_string().to_lowercase()))
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

    use super::*;
    use crate::model::Secret;

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

    #[test]
    fn an_encrypted_key_says_what_to_do_and_a_missing_file_its_name() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("c.pem");
        let made = rcgen::generate_simple_self_signed(vec!["h".to_owned()]).unwrap();
        let key = include_str!("../../tests/http/keys/pkcs8-aes256.pem");
        std::fs::write(&file, made.cert.pem() + key).unwrap();
        let certificate = |passphrase: Option<&str>| ClientCertificate {
            certificate: file.clone(),
            passphrase: passphrase.map(|text| Passphrase::Given(Secret::new(text))),
            ..ClientCertificate::default()
        };
        let error = certificate(None).read().unwrap_err();
        assert!(error.message.contains("encrypted") && error.hint.unwrap().contains("--ssl-client-passphrase"));
        let error = certificate(Some("wrong")).read().unwrap_err();
        assert!(
            error.message.contains("c.pem") && !error.message.contains("`wrong`"),
            "{error:?}"
        );
        assert!(certificate(Some("hush")).read().is_ok());
        let unset = ClientCertificate {
            passphrase: Some(Passphrase::Env("POSTRIDER_TEST_UNSET".to_owned())),
            ..certificate(None)
        };
        let error = unset.read().unwrap_err();
        assert!(error.message.contains("`POSTRIDER_TEST_UNSET`"), "{error:?}");
        let certificate = certificate(None);
        std::fs::write(&file, made.cert.pem() + &made.signing_key.serialize_pem()).unwrap();
        assert_eq!(certificate.read().unwrap().0.len(), 1);
        std::fs::remove_file(&file).unwrap();
        assert!(certificate.read().unwrap_err().message.contains("c.pem"));
    }
}
