//! Checking server certificates: by the system's trust and an extra CA file, or, on the user's word, not at all.

use std::fmt;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::verify_server_name;
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, SubjectPublicKeyInfoDer, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, DigitallySignedStruct, Error, SignatureScheme};

use super::trace::{mark_refused, mark_self_signed, mark_tls_version};
use crate::model::exchange::{SendError, SendErrorKind};
use crate::model::tls::{Tls, Verdict};

/// The certificates of a PEM file, such as a company's own CA.
pub(super) fn read_ca_file(path: &Path) -> Result<Vec<CertificateDer<'static>>, SendError> {
    let failed = |why: String| {
        SendError::new(
            SendErrorKind::Tls,
            format!("cannot use the CA file `{}`: {why}", path.display()),
        )
        .hint("the setting for the CA file must name a PEM file with certificates")
    };
    let pem = std::fs::read(path).map_err(|error| failed(error.to_string()))?;
    let certificates: Vec<_> = CertificateDer::pem_slice_iter(&pem)
        .collect::<Result<_, _>>()
        .map_err(|error| failed(error.to_string()))?;
    if certificates.is_empty() {
        return Err(failed("it holds no certificate".to_owned()));
    }
    Ok(certificates)
}

/// How far to trust a server.
pub(super) enum Trust {
    /// The system's certificates and these.
    System(Vec<CertificateDer<'static>>),
    /// Whatever the server shows.
    Anything,
}

/// Checks certificates; the system's are read when the first one is to be checked, as that takes a while.
pub(super) struct Verifier {
    provider: Arc<CryptoProvider>,
    trust: Trust,
    system: OnceLock<Result<Arc<dyn ServerCertVerifier>, Error>>,
}

impl Verifier {
    pub(super) fn new(provider: Arc<CryptoProvider>, trust: Trust) -> Arc<Self> {
        Arc::new(Self {
            provider,
            trust,
            system: OnceLock::new(),
        })
    }

    fn load(&self, extra: &[CertificateDer<'static>]) -> Result<Arc<dyn ServerCertVerifier>, Error> {
        rustls_platform_verifier::Verifier::new_with_extra_roots(extra.iter().cloned(), Arc::clone(&self.provider))
            .map(|verifier| Arc::new(verifier) as Arc<dyn ServerCertVerifier>)
    }

    /// Checks the signature of a handshake with no more of a certificate than its key: one of version 1, as `openssl x509
    /// -req` makes them, is none that webpki reads, and where certificates are not checked it must not matter. That the
    /// server has the key is checked all the same.
    fn by_key_alone(
        &self,
        error: Error,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        if !matches!(self.trust, Trust::Anything) || !is_of_old_version(&error) {
            return Err(error);
        }
        let key = SubjectPublicKeyInfoDer::from(public_key(certificate).unwrap_or_default());
        let Ok(key) = webpki::RawPublicKeyEntity::try_from(&key) else {
            return Err(error);
        };
        let known = self.provider.signature_verification_algorithms.mapping.iter();
        let mut fitting = known
            .filter(|(scheme, _)| *scheme == signature.scheme)
            .flat_map(|(_, algorithms)| *algorithms);
        if fitting.any(|algorithm| key.verify_signature(*algorithm, message, signature.signature()).is_ok()) {
            Ok(HandshakeSignatureValid::assertion())
        } else {
            Err(Error::InvalidCertificate(CertificateError::BadSignature))
        }
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Verifier")
    }
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let Trust::System(extra) = &self.trust else {
            return Ok(ServerCertVerified::assertion());
        };
        let verifier = self
            .system
            .get_or_init(|| self.load(extra))
            .as_ref()
            .map_err(Clone::clone)?;
        let verdict = verifier.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now);
        let verdict = match verdict {
            Err(error) if is_of_authority(&error) && extra.iter().any(|own| **own == **end_entity) => {
                ParsedCertificate::try_from(end_entity)
                    .and_then(|own| verify_server_name(&own, server_name))
                    .map(|()| ServerCertVerified::assertion())
            }
            verdict => verdict,
        };
        if verdict.is_err() {
            if is_self_issued(end_entity) {
                mark_self_signed();
            }
            let shown: Vec<&[u8]> = std::iter::once(end_entity)
                .chain(intermediates)
                .map(AsRef::as_ref)
                .collect();
            let tls = Tls {
                verdict: Verdict::Refused,
                ..Tls::default()
            };
            mark_refused(tls.with_chain(shown.into_iter()));
        }
        verdict
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        mark_tls_version("TLS 1.2");
        let verdict = verify_tls12_signature(message, certificate, signature, algorithms);
        verdict.or_else(|error| self.by_key_alone(error, message, certificate, signature))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        mark_tls_version("TLS 1.3");
        let verdict = verify_tls13_signature(message, certificate, signature, algorithms);
        verdict.or_else(|error| self.by_key_alone(error, message, certificate, signature))
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

/// Whether nothing is wrong with a certificate so far but that it is an authority's, as `openssl req -x509` makes them for
/// servers too. It is told after the times were checked, so a server's certificate that the user names is trusted, as curl
/// does, once its name fits. Where the system checks certificates itself (macOS, Windows), it decides.
fn is_of_authority(error: &Error) -> bool {
    let Error::InvalidCertificate(CertificateError::Other(other)) = error else {
        return false;
    };
    other.0.downcast_ref() == Some(&webpki::Error::CaUsedAsEndEntity)
}

/// Whether a certificate is of a version before 3 (RFC 5280, section 4.1.2.1), which webpki does not read.
pub(super) fn is_of_old_version(error: &Error) -> bool {
    let Error::InvalidCertificate(CertificateError::Other(other)) = error else {
        return false;
    };
    other.0.downcast_ref() == Some(&webpki::Error::UnsupportedCertVersion)
}

/// Whether issuer and subject of a certificate are the same (RFC 5280, section 4.1); `false` for what is none.
fn is_self_issued(certificate: &[u8]) -> bool {
    parts(certificate).is_some_and(|parts| parts.issuer == parts.subject)
}

/// The key of a certificate of any version, as its `SubjectPublicKeyInfo`; `None` for what is no certificate.
pub(super) fn public_key(certificate: &[u8]) -> Option<&[u8]> {
    parts(certificate).map(|parts| parts.key)
}

/// What of a certificate is looked at here.
struct Parts<'a> {
    issuer: &'a [u8],
    subject: &'a [u8],
    key: &'a [u8],
}

fn parts(certificate: &[u8]) -> Option<Parts<'_>> {
    let (_, certificate, _) = der(certificate)?;
    let (_, mut rest, _) = der(certificate)?;
    let (tag, _, after) = der(rest)?;
    // The version is optional; the serial number is not.
    if tag == 0xa0 {
        rest = after;
    }
    let (_, _, rest) = der(rest)?;
    let (_, _, rest) = der(rest)?;
    let (_, issuer, rest) = der(rest)?;
    let (_, _, rest) = der(rest)?;
    let (_, subject, keyed) = der(rest)?;
    let (_, _, after) = der(keyed)?;
    let key = keyed.get(..keyed.len() - after.len())?;
    Some(Parts { issuer, subject, key })
}

/// The tag and content of the first DER element, and what follows it.
fn der(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&tag, rest) = bytes.split_first()?;
    let (&first, mut rest) = rest.split_first()?;
    let mut len = usize::from(first);
    if first >= 0x80 {
        let count = usize::from(first & 0x7f);
        if count > 4 {
            return None;
        }
        len = rest
            .get(..count)?
            .iter()
            .fold(0, |len, byte| (len << 8) | usize::from(*byte));
        rest = &rest[count..];
    }
    Some((tag, rest.get(..len)?, &rest[len..]))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use super::*;

    #[test]
    fn a_certificate_that_names_itself_as_issuer_is_told_apart() {
        let key = rcgen::KeyPair::generate().unwrap();
        let mut params = rcgen::CertificateParams::new(vec!["ca".to_owned()]).unwrap();
        params.distinguished_name.push(rcgen::DnType::CommonName, "the CA");
        let ca = params.self_signed(&key).unwrap();
        assert!(is_self_issued(ca.der()));

        let issuer = rcgen::Issuer::new(params, key);
        let key = rcgen::KeyPair::generate().unwrap();
        let leaf = rcgen::CertificateParams::new(vec!["leaf".to_owned()]).unwrap();
        assert!(!is_self_issued(leaf.signed_by(&key, &issuer).unwrap().der()));
        assert!(!is_self_issued(b"no certificate"));
    }

    #[test]
    fn a_ca_file_without_certificates_is_named() {
        let error = read_ca_file(Path::new("/nonexistent/ca.pem")).unwrap_err();
        assert_eq!(error.kind, SendErrorKind::Tls);
        assert!(error.message.contains("/nonexistent/ca.pem"));
        let file = tempfile::NamedTempFile::new().unwrap();
        assert!(
            read_ca_file(file.path())
                .unwrap_err()
                .message
                .contains("no certificate")
        );
    }
}
