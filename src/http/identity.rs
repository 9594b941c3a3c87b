//! Client certificates: which server is shown which, and reading them (mutual TLS, RFC 8446, section 4.4.2).

use std::fmt;
use std::path::{Path, PathBuf};

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use url::Url;

use super::key::{self, KeyError};
use crate::model::Secret;
use crate::model::exchange::{SendError, SendErrorKind};

/// A certificate of the client's, and the servers it is for.
#[derive(Clone, Default)]
pub struct ClientCertificate {
    /// Patterns as Postman has them: `https://*.example.com:8443/*`; empty is every server.
    pub servers: Vec<String>,
    /// The PEM file with the certificate, and those above it.
    pub certificate: PathBuf,
    /// The PEM file with its key; absent, the certificate's file holds it.
    pub key: Option<PathBuf>,
    /// What the key is encrypted with.
    pub passphrase: Option<Secret>,
}

impl fmt::Debug for ClientCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientCertificate")
            .field("certificate", &self.certificate)
            .finish_non_exhaustive()
    }
}

/// A certificate with its chain, and its key.
pub(super) type Identity = (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>);

impl ClientCertificate {
    /// Whether a server is shown this certificate.
    pub(super) fn is_for(&self, url: &Url) -> bool {
        url.scheme() == "https" && (self.servers.is_empty() || self.servers.iter().any(|pattern| matches(pattern, url)))
    }

    /// Reads it.
    pub(super) fn read(&self) -> Result<Identity, SendError> {
        let chain: Vec<_> = CertificateDer::pem_slice_iter(&bytes(&self.certificate)?)
            .collect::<Result<_, _>>()
            .map_err(|error| unusable(&self.certificate, &error.to_string()))?;
        if chain.is_empty() {
            return Err(unusable(&self.certificate, "it holds no certificate"));
        }
        let file = self.key.as_ref().unwrap_or(&self.certificate);
        let pem = bytes(file)?;
        let passphrase = self.passphrase.as_ref().map(Secret::reveal);
        let key = key::read(&pem, passphrase).map_err(|error| {
            let told = unusable(file, &error.to_string());
            match error {
                KeyError::NoPassphrase => told.hint("`--ssl-client-passphrase` gives it"),
                KeyError::Cipher(_) => told.hint("encrypt it anew: `openssl pkey -aes256`"),
                KeyError::None | KeyError::Wrong => told,
            }
        })?;
        Ok((chain, key))
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
    .hint("a client certificate and its key are PEM files")
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
            passphrase: passphrase.map(Secret::new),
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
        let certificate = certificate(None);
        std::fs::write(&file, made.cert.pem() + &made.signing_key.serialize_pem()).unwrap();
        assert_eq!(certificate.read().unwrap().0.len(), 1);
        std::fs::remove_file(&file).unwrap();
        assert!(certificate.read().unwrap_err().message.contains("c.pem"));
    }
}
