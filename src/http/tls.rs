//! The TLS configuration of a client: rustls on ring, our own verifier, ALPN by the HTTP version.

use std::sync::Arc;

use rustls::client::Resumption;
use rustls::crypto::SupportedKxGroup;
use rustls::crypto::ring::default_provider;
use rustls::{ClientConfig, ClientConnection, HandshakeKind, NamedGroup, ProtocolVersion};

use super::identity::Identity;
use super::trace::Sessions;
use super::verify::{Trust, Verifier};
use crate::model::exchange::{SendError, SendErrorKind};
use crate::model::settings::HttpVersion;
use crate::model::tls::{Tls, Verdict};

/// Builds the configuration; sessions are resumed within it, never between a checking and a trusting client.
pub(super) fn config(
    trust: Trust,
    version: HttpVersion,
    identity: Option<Identity>,
) -> Result<ClientConfig, SendError> {
    let provider = Arc::new(default_provider());
    let failed = |error: rustls::Error| SendError::new(SendErrorKind::Tls, format!("cannot set up TLS: {error}"));
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(failed)?
        .dangerous()
        .with_custom_certificate_verifier(Verifier::new(provider, trust));
    let mut config = match identity {
        Some((chain, key)) => builder.with_client_auth_cert(chain, key).map_err(failed)?,
        None => builder.with_no_client_auth(),
    };
    config.resumption = Resumption::store(Arc::new(Sessions::new()));
    config.alpn_protocols = match version {
        HttpVersion::Auto => vec![b"h2".to_vec(), b"http/1.1".to_vec()],
        HttpVersion::Http1 => vec![b"http/1.1".to_vec()],
        HttpVersion::Http2 => vec![b"h2".to_vec()],
    };
    Ok(config)
}

/// What a handshake came to.
pub(super) fn agreed(session: &ClientConnection, verified: bool) -> Tls {
    let suite = session.negotiated_cipher_suite().map(|suite| suite.suite());
    let cipher = suite.and_then(|suite| suite.as_str()).unwrap_or_default();
    let group = session.negotiated_key_exchange_group().map(SupportedKxGroup::name);
    let alpn = session.alpn_protocol().unwrap_or_default();
    let tls = Tls {
        version: match session.protocol_version() {
            Some(ProtocolVersion::TLSv1_3) => "TLS 1.3",
            Some(ProtocolVersion::TLSv1_2) => "TLS 1.2",
            _ => "",
        },
        // rustls tells the suites of 1.3 apart by a prefix that they do not have.
        cipher: cipher.replacen("TLS13_", "TLS_", 1),
        group: match group {
            Some(NamedGroup::secp256r1) => "P-256",
            Some(NamedGroup::secp384r1) => "P-384",
            Some(group) => group.as_str().unwrap_or_default(),
            None => "",
        },
        alpn: String::from_utf8_lossy(alpn).into_owned(),
        resumed: session.handshake_kind() == Some(HandshakeKind::Resumed),
        verdict: if verified { Verdict::Trusted } else { Verdict::Unchecked },
        ..Tls::default()
    };
    let chain = session.peer_certificates().unwrap_or_default();
    tls.with_chain(chain.iter().map(AsRef::as_ref))
}
