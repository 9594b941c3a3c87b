//! Reading a server's certificate for people, leniently: what cannot be read is left out or said, never guessed.
//!
//! Whether one is to be trusted is decided elsewhere ([`super::verify`]), by another reader.

use std::fmt::Write as _;
use std::net::{Ipv4Addr, Ipv6Addr};

use jiff::Timestamp;
use sha2::{Digest as _, Sha256};
use x509_cert::attr::AttributeTypeAndValue;
use x509_cert::certificate::{CertificateInner, Raw};
use x509_cert::der::asn1::{AnyRef, BmpString, ObjectIdentifier};
use x509_cert::der::{Decode as _, Tag, Tagged as _};
use x509_cert::name::Name;
use x509_cert::spki::{AlgorithmIdentifierOwned, SubjectPublicKeyInfoOwned};
use x509_cert::time::Time;

use crate::model::tls::Certificate;

/// A larger one is not read. In bytes.
const LARGEST: usize = 256 * 1024;
/// The most names that are told.
const MOST_NAMES: usize = 100;
/// The most characters of a name.
const LONGEST: usize = 300;
/// The most parts of a subject or an issuer.
const MOST_PARTS: usize = 20;

/// Why a certificate cannot be shown.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CertificateError {
    /// It is too long to be worth it.
    #[error("it is longer than {} KiB", LARGEST / 1024)]
    TooLong,
    /// It is no X.509, or broken.
    #[error("it is no X.509 certificate: {0}")]
    Broken(String),
}

/// Reads a certificate in DER; a chain of ten takes well below a millisecond.
///
/// # Errors
///
/// What is no certificate, and one of more than 256 KiB.
pub fn read_certificate(der: &[u8]) -> Result<Certificate, CertificateError> {
    if der.len() > LARGEST {
        return Err(CertificateError::TooLong);
    }
    let broken = |error: x509_cert::der::Error| CertificateError::Broken(error.to_string());
    let certificate = CertificateInner::<Raw>::from_der(der).map_err(broken)?;
    let inner = &certificate.tbs_certificate;
    let extensions = inner.extensions.as_deref().unwrap_or_default();
    let extension = |oid: &str| {
        let found = extensions.iter().find(|own| own.extn_id.to_string() == oid);
        found.map(|own| own.extn_value.as_bytes())
    };
    let mut names = extension("2.5.29.17").map(alternative_names).unwrap_or_default();
    let more_names = names.len().saturating_sub(MOST_NAMES);
    names.truncate(MOST_NAMES);
    Ok(Certificate {
        subject: distinguished(&inner.subject),
        issuer: distinguished(&inner.issuer),
        names,
        more_names,
        not_before: timestamp(inner.validity.not_before),
        not_after: timestamp(inner.validity.not_after),
        key: key(&inner.subject_public_key_info),
        signature: signature(&certificate.signature_algorithm),
        is_authority: extension("2.5.29.19").is_some_and(|value| value.windows(3).any(|flag| flag == [1, 1, 0xff])),
        serial: hex(inner.serial_number.as_bytes()),
        fingerprint: hex(&Sha256::digest(der)),
    })
}

/// Bytes in hex, with a colon between each two; of many only the first.
fn hex(bytes: &[u8]) -> String {
    const MOST: usize = 32;
    let mut out = String::new();
    for (n, byte) in bytes.iter().take(MOST).enumerate() {
        let _infallible = write!(out, "{}{byte:02x}", if n == 0 { "" } else { ":" });
    }
    if bytes.len() > MOST {
        out.push('…');
    }
    out
}

fn timestamp(time: Time) -> Timestamp {
    let seconds = i64::try_from(time.to_unix_duration().as_secs()).unwrap_or(i64::MAX);
    Timestamp::from_second(seconds).unwrap_or(Timestamp::MAX)
}

/// A name, its most telling part first: `CN=example.org, O=Example, C=DE`.
fn distinguished(name: &Name) -> String {
    let parts = name.0.iter().rev().flat_map(|part| part.0.iter());
    let mut parts: Vec<String> = parts.take(MOST_PARTS + 1).map(part).collect();
    if parts.len() > MOST_PARTS {
        parts.pop();
        parts.push("…".to_owned());
    }
    parts.join(", ")
}

fn part(part: &AttributeTypeAndValue) -> String {
    let oid = part.oid.to_string();
    // RFC 4519, and what else authorities write.
    let key = match oid.as_str() {
        "2.5.4.3" => "CN",
        "2.5.4.5" => "serialNumber",
        "2.5.4.6" => "C",
        "2.5.4.7" => "L",
        "2.5.4.8" => "ST",
        "2.5.4.9" => "street",
        "2.5.4.10" => "O",
        "2.5.4.11" => "OU",
        "2.5.4.15" => "businessCategory",
        "2.5.4.97" => "organizationIdentifier",
        "0.9.2342.19200300.100.1.25" => "DC",
        "1.2.840.113549.1.9.1" => "emailAddress",
        other => other,
    };
    let bytes = part.value.value();
    let text = match part.value.tag() {
        // UTF-16 without pairs.
        Tag::BmpString => BmpString::from_ucs2(bytes).map_or_else(|_| hex(bytes), |text| text.to_string()),
        // As good as always Latin-1, whatever the standard says.
        Tag::TeletexString => bytes.iter().map(|byte| char::from(*byte)).collect(),
        Tag::Utf8String | Tag::PrintableString | Tag::Ia5String | Tag::VisibleString | Tag::NumericString => {
            String::from_utf8_lossy(bytes).into_owned()
        }
        _ => hex(bytes),
    };
    format!("{key}={}", cut(&text))
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// The names of the extension for them (RFC 5280, section 4.2.1.6); each read for itself.
fn alternative_names(value: &[u8]) -> Vec<String> {
    let names = Vec::<AnyRef<'_>>::from_der(value).unwrap_or_default();
    names.into_iter().filter_map(alternative_name).collect()
}

fn alternative_name(name: AnyRef<'_>) -> Option<String> {
    let Tag::ContextSpecific { number, .. } = name.tag() else {
        return None;
    };
    let bytes = name.value();
    Some(match number.value() {
        1 | 2 | 6 => cut(&String::from_utf8_lossy(bytes)),
        7 => {
            let four = <[u8; 4]>::try_from(bytes).map(|four| Ipv4Addr::from(four).to_string());
            let sixteen = <[u8; 16]>::try_from(bytes).map(|sixteen| Ipv6Addr::from(sixteen).to_string());
            four.or(sixteen).unwrap_or_else(|_| hex(bytes))
        }
        _ => return None,
    })
}

/// The kind of a key and how strong it is.
fn key(key: &SubjectPublicKeyInfoOwned) -> String {
    let oid = key.algorithm.oid.to_string();
    match oid.as_str() {
        "1.2.840.113549.1.1.1" | "1.2.840.113549.1.1.10" => match modulus(key) {
            Some(bits) => format!("RSA {bits}"),
            None => "RSA".to_owned(),
        },
        "1.2.840.10045.2.1" => {
            let curve = key.algorithm.parameters.as_ref();
            let curve = curve.and_then(|curve| curve.decode_as::<ObjectIdentifier>().ok());
            let curve = curve.map_or_else(String::new, |curve| curve.to_string());
            match curve.as_str() {
                "1.2.840.10045.3.1.7" => "EC P-256".to_owned(),
                "1.3.132.0.34" => "EC P-384".to_owned(),
                "1.3.132.0.35" => "EC P-521".to_owned(),
                "1.3.132.0.10" => "EC secp256k1".to_owned(),
                "" => "EC".to_owned(),
                other => format!("EC {other}"),
            }
        }
        "1.2.840.10040.4.1" => "DSA".to_owned(),
        "1.3.101.112" => "Ed25519".to_owned(),
        "1.3.101.113" => "Ed448".to_owned(),
        "2.16.840.1.101.3.4.3.17" => "ML-DSA-44".to_owned(),
        "2.16.840.1.101.3.4.3.18" => "ML-DSA-65".to_owned(),
        "2.16.840.1.101.3.4.3.19" => "ML-DSA-87".to_owned(),
        other => other.to_owned(),
    }
}

/// How long the modulus of an RSA key is, in bits.
fn modulus(key: &SubjectPublicKeyInfoOwned) -> Option<usize> {
    let parts = Vec::<AnyRef<'_>>::from_der(key.subject_public_key.as_bytes()?).ok()?;
    let number = parts.first().filter(|part| part.tag() == Tag::Integer)?.value();
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    let first = number.get(zeros)?;
    Some((number.len() - zeros) * 8 - first.leading_zeros() as usize)
}

/// How a certificate was signed.
fn signature(algorithm: &AlgorithmIdentifierOwned) -> String {
    let oid = algorithm.oid.to_string();
    let words = match oid.as_str() {
        "1.2.840.113549.1.1.4" => "MD5 with RSA",
        "1.2.840.113549.1.1.5" => "SHA-1 with RSA",
        "1.2.840.113549.1.1.10" => "RSA-PSS",
        "1.2.840.113549.1.1.11" => "SHA-256 with RSA",
        "1.2.840.113549.1.1.12" => "SHA-384 with RSA",
        "1.2.840.113549.1.1.13" => "SHA-512 with RSA",
        "1.2.840.10045.4.1" => "SHA-1 with ECDSA",
        "1.2.840.10045.4.3.2" => "SHA-256 with ECDSA",
        "1.2.840.10045.4.3.3" => "SHA-384 with ECDSA",
        "1.2.840.10045.4.3.4" => "SHA-512 with ECDSA",
        "1.3.101.112" => "Ed25519",
        "1.3.101.113" => "Ed448",
        "2.16.840.1.101.3.4.3.17" => "ML-DSA-44",
        "2.16.840.1.101.3.4.3.18" => "ML-DSA-65",
        "2.16.840.1.101.3.4.3.19" => "ML-DSA-87",
        other => other,
    };
    words.to_owned()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use rcgen::{CertificateParams, DnType, KeyPair, SanType};

    use super::*;

    fn params(host: &str) -> CertificateParams {
        let mut params = CertificateParams::new(vec![host.to_owned()]).unwrap();
        params.not_before = rcgen::date_time_ymd(2026, 1, 1);
        params.not_after = rcgen::date_time_ymd(2026, 4, 1);
        params
    }

    fn read(params: &CertificateParams) -> Certificate {
        let made = params.self_signed(&KeyPair::generate().unwrap()).unwrap();
        read_certificate(made.der()).unwrap()
    }

    #[test]
    fn a_certificate_is_told_in_words() {
        let mut params = params("example.org");
        params.subject_alt_names.push(SanType::IpAddress([127, 0, 0, 1].into()));
        params
            .subject_alt_names
            .push(SanType::IpAddress("::1".parse::<std::net::IpAddr>().unwrap()));
        params.distinguished_name = rcgen::DistinguishedName::new();
        params.distinguished_name.push(DnType::CountryName, "DE");
        params.distinguished_name.push(DnType::OrganizationName, "Grüße");
        params.distinguished_name.push(DnType::CommonName, "example.org");
        params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        params.serial_number = Some(vec![1, 0xab].into());
        let certificate = read(&params);
        assert_eq!(certificate.subject, "CN=example.org, O=Grüße, C=DE");
        assert_eq!(certificate.issuer, certificate.subject);
        assert_eq!(certificate.name(), "example.org");
        assert_eq!(certificate.names, ["example.org", "127.0.0.1", "::1"]);
        assert_eq!(certificate.not_before.to_string(), "2026-01-01T00:00:00Z");
        assert_eq!(certificate.not_after.to_string(), "2026-04-01T00:00:00Z");
        assert_eq!(
            (&*certificate.key, &*certificate.signature),
            ("EC P-256", "SHA-256 with ECDSA")
        );
        assert_eq!(certificate.serial, "01:ab");
        assert_eq!(certificate.fingerprint.len(), 95);
        assert!(certificate.is_authority && !read(&super::tests::params("a")).is_authority);
    }

    #[test]
    fn keys_are_told_apart() {
        for (algorithm, key) in [
            (&rcgen::PKCS_ECDSA_P384_SHA384, "EC P-384"),
            (&rcgen::PKCS_ED25519, "Ed25519"),
        ] {
            let pair = KeyPair::generate_for(algorithm).unwrap();
            let made = params("a").self_signed(&pair).unwrap();
            assert_eq!(read_certificate(made.der()).unwrap().key, key);
        }
        let modulus = [&[0x30, 0x82, 1, 8, 2, 0x82, 1, 1, 0, 0x80][..], &[1; 255], &[2, 1, 3]].concat();
        let rsa = SubjectPublicKeyInfoOwned {
            algorithm: AlgorithmIdentifierOwned {
                oid: ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1"),
                parameters: None,
            },
            subject_public_key: x509_cert::der::asn1::BitString::from_bytes(&modulus).unwrap(),
        };
        assert_eq!(key(&rsa), "RSA 2048");
    }

    #[test]
    fn hostile_names_are_bounded_and_many_counted() {
        let mut params = params("a\u{1b}[2Jb");
        let hosts = (0..5000).map(|n| SanType::DnsName(format!("h{n}.test").try_into().unwrap()));
        params.subject_alt_names.extend(hosts);
        params
            .distinguished_name
            .push(DnType::OrganizationName, "\u{1b}]0;x\u{7}".repeat(10_000));
        let certificate = read(&params);
        assert_eq!((certificate.names.len(), certificate.more_names), (MOST_NAMES, 4901));
        assert!(certificate.subject.chars().count() < 2 * LONGEST);
    }

    #[test]
    fn what_is_broken_is_said_and_no_trap() {
        let made = params("a").self_signed(&KeyPair::generate().unwrap()).unwrap();
        let whole = made.der();
        for end in 0..whole.len() {
            assert!(read_certificate(&whole[..end]).is_err());
        }
        for at in 0..whole.len() {
            let mut bent = whole.to_vec();
            bent[at] ^= 0xff;
            // Whatever comes of it, it comes.
            let _either = read_certificate(&bent);
        }
        let nested = [0x30, 0x80].repeat(50_000);
        assert!(matches!(read_certificate(&nested), Err(CertificateError::Broken(_))));
        assert_eq!(read_certificate(&vec![0; LARGEST + 1]), Err(CertificateError::TooLong));
    }
}
