//! The TLS configuration of a client: rustls on ring, our own verifier, ALPN by the HTTP version.

use std::sync::Arc;

use rustls::ClientConfig;
use rustls::client::Resumption;
use rustls::crypto::ring::default_provider;

use super::identity::Identity;
use super::trace::Sessions;
use super::verify::{Trust, Verifier};
use crate::model::exchange::{SendError, SendErrorKind};
use crate::model::settings::HttpVersion;

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
