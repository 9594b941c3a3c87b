//! The TLS configuration of a client: rustls on ring, our own verifier, ALPN by the HTTP version, and what is offered.

use std::sync::Arc;

use bytes::Bytes;
use rustls::client::{ResolvesClientCert, Resumption};
use rustls::crypto::SupportedKxGroup;
use rustls::crypto::ring::default_provider;
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls::{
    ClientConfig, ClientConnection, HandshakeKind, NamedGroup, ProtocolVersion, SignatureScheme, SupportedCipherSuite,
};

use super::identity::Identity;
use super::trace::{Sessions, mark_shown, shown};
use super::verify::{Trust, Verifier};
use crate::model::Settings;
use crate::model::exchange::{SendError, SendErrorKind};
use crate::model::offer::{self, SUITES, Suite, TlsVersion};
use crate::model::settings::HttpVersion;
use crate::model::tls::{Tls, Verdict};

/// What a request asks of TLS. Connections of other terms are not used for it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Terms {
    /// Check certificates.
    pub verify: bool,
    /// The HTTP version to agree on.
    pub version: HttpVersion,
    disabled: Vec<TlsVersion>,
    selection: Vec<String>,
}

impl Terms {
    /// What settings say; `insecure` is whether certificates go unchecked where they say nothing.
    pub(super) fn of(settings: &Settings, insecure: bool) -> Self {
        Self {
            verify: settings.verify_tls.unwrap_or(!insecure),
            version: settings.http_version.unwrap_or_default(),
            disabled: settings.disabled_tls.clone().unwrap_or_default(),
            selection: settings.cipher_suites.clone().unwrap_or_default(),
        }
    }

    /// What holds where no request says anything.
    pub(super) fn usual(verify: bool) -> Self {
        Self {
            verify,
            ..Self::of(&Settings::default(), false)
        }
    }

    /// Whether not everything is offered.
    fn is_limited(&self) -> bool {
        let spoken = [TlsVersion::Tls12, TlsVersion::Tls13];
        spoken.iter().any(|version| self.disabled.contains(version)) || offer::names(&self.selection).next().is_some()
    }

    /// The suites to offer. As with OpenSSL a selection that has none of a version turns that version off, and names
    /// that it does not know count for nothing.
    fn suites(&self) -> Result<Vec<&'static Suite>, SendError> {
        let none = |why: String| {
            SendError::new(
                SendErrorKind::Tls,
                format!("there is nothing to offer in the TLS handshake: {why}"),
            )
            .hint("change the TLS versions or the cipher suites in the settings of the request or its folders")
        };
        let mut chosen: Vec<&Suite> = offer::names(&self.selection).filter_map(Suite::named).collect();
        if offer::names(&self.selection).next().is_none() {
            chosen = SUITES.iter().collect();
        } else if chosen.is_empty() {
            let names: Vec<&str> = SUITES.iter().map(|suite| suite.openssl).collect();
            let asked = offer::unknown(&self.selection).join("`, `");
            return Err(none(format!(
                "of the cipher suites there are none of `{asked}`, only `{}`",
                names.join("`, `")
            )));
        }
        chosen.retain(|suite| !self.disabled.contains(&suite.version));
        if chosen.is_empty() {
            return Err(none(
                if self.disabled.contains(&TlsVersion::Tls12) && self.disabled.contains(&TlsVersion::Tls13) {
                    "`TLSv1_2` and `TLSv1_3` are both disabled, and older versions are not spoken".to_owned()
                } else {
                    let names: Vec<&str> = offer::names(&self.selection).collect();
                    format!(
                        "the cipher suites `{}` are of a version that is disabled",
                        names.join("`, `")
                    )
                },
            ));
        }
        Ok(chosen)
    }

    /// What alone is offered, in words, where it is not everything.
    pub(super) fn offered(&self) -> Option<String> {
        let suites = self.is_limited().then(|| self.suites().ok()).flatten()?;
        let has = |version| suites.iter().any(|suite| suite.version == version);
        let versions = match (has(TlsVersion::Tls12), has(TlsVersion::Tls13)) {
            (true, false) => "TLS 1.2",
            (false, true) => "TLS 1.3",
            _ => "TLS 1.2 and 1.3",
        };
        if offer::names(&self.selection).next().is_none() {
            return Some(format!("offered was {versions} alone"));
        }
        let names: Vec<&str> = suites.iter().map(|suite| suite.openssl).collect();
        Some(format!("offered was {versions} with `{}` alone", names.join("`, `")))
    }
}

/// The name of a suite in IANA's registry: rustls tells those of 1.3 apart by a prefix that they do not have.
fn iana(suite: &SupportedCipherSuite) -> String {
    suite.suite().as_str().unwrap_or_default().replacen("TLS13_", "TLS_", 1)
}

/// Builds the configuration; sessions are resumed within it, never between a checking and a trusting client.
pub(super) fn config(trust: Trust, terms: &Terms, identity: Option<Identity>) -> Result<ClientConfig, SendError> {
    let mut provider = default_provider();
    if terms.is_limited() {
        let offered = terms.suites()?;
        let own = |suite: &&Suite| {
            provider
                .cipher_suites
                .iter()
                .find(|own| iana(own) == suite.iana)
                .copied()
        };
        provider.cipher_suites = offered.iter().filter_map(own).collect();
    }
    let provider = Arc::new(provider);
    let failed = |error: rustls::Error| SendError::new(SendErrorKind::Tls, format!("cannot set up TLS: {error}"));
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(failed)?
        .dangerous()
        .with_custom_certificate_verifier(Verifier::new(Arc::clone(&provider), trust));
    let mut config = match identity {
        // `with_client_auth_cert` would read the certificate, and refuses those of version 1.
        Some((chain, key)) => {
            let key = provider.key_provider.load_private_key(key).map_err(failed)?;
            let shown = SingleCertAndKey::from(CertifiedKey::new(chain, key));
            builder.with_client_cert_resolver(Arc::new(shown))
        }
        None => builder.with_no_client_auth(),
    };
    config.client_auth_cert_resolver = Arc::new(Noting(config.client_auth_cert_resolver));
    config.resumption = Resumption::store(Arc::new(Sessions::new()));
    config.alpn_protocols = match terms.version {
        HttpVersion::Auto => vec![b"h2".to_vec(), b"http/1.1".to_vec()],
        HttpVersion::Http1 => vec![b"http/1.1".to_vec()],
        HttpVersion::Http2 => vec![b"h2".to_vec()],
    };
    Ok(config)
}

/// Notes which certificate a server asks for and is shown: nothing else tells it.
#[derive(Debug)]
struct Noting(Arc<dyn ResolvesClientCert>);

impl ResolvesClientCert for Noting {
    fn resolve(&self, authorities: &[&[u8]], schemes: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        let shown = self.0.resolve(authorities, schemes)?;
        if let Some(own) = shown.cert.first() {
            mark_shown(Bytes::copy_from_slice(own));
        }
        Some(shown)
    }

    fn has_certs(&self) -> bool {
        self.0.has_certs()
    }
}

/// What a handshake came to.
pub(super) fn agreed(session: &ClientConnection, verified: bool) -> Tls {
    let group = session.negotiated_key_exchange_group().map(SupportedKxGroup::name);
    let alpn = session.alpn_protocol().unwrap_or_default();
    let tls = Tls {
        version: match session.protocol_version() {
            Some(ProtocolVersion::TLSv1_3) => "TLS 1.3",
            Some(ProtocolVersion::TLSv1_2) => "TLS 1.2",
            _ => "",
        },
        cipher: session
            .negotiated_cipher_suite()
            .map(|suite| iana(&suite))
            .unwrap_or_default(),
        group: match group {
            Some(NamedGroup::secp256r1) => "P-256",
            Some(NamedGroup::secp384r1) => "P-384",
            Some(group) => group.as_str().unwrap_or_default(),
            None => "",
        },
        alpn: String::from_utf8_lossy(alpn).into_owned(),
        resumed: session.handshake_kind() == Some(HandshakeKind::Resumed),
        verdict: if verified { Verdict::Trusted } else { Verdict::Unchecked },
        client: shown(),
        ..Tls::default()
    };
    let chain = session.peer_certificates().unwrap_or_default();
    tls.with_chain(chain.iter().map(AsRef::as_ref))
}
