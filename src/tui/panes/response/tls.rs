//! The tab TLS: what the handshake agreed on, and the certificates of the server, each with its dates.
//!
//! The certificates are read when the tab is looked at; a chain takes well below a millisecond.

use jiff::{SignedDuration, Timestamp};

use crate::http::read_certificate;
use crate::model::tls::{Certificate, Tls, Verdict};

use super::headers::padded;
use super::page::{Ink, Page, Row};
use super::show::Show;
use super::words;

/// Columns of the labels.
const LABEL: usize = 12;
/// When a certificate's end is near.
const SOON: SignedDuration = SignedDuration::from_hours(30 * 24);

pub(super) fn tls(tls: Option<&Tls>, show: &Show<'_>, now: Timestamp) -> Page {
    let Some(tls) = tls else { return Page::default() };
    let mut rows = Vec::new();
    if !tls.version.is_empty() {
        rows.push(fact("Version", Ink::Text, tls.version));
        rows.push(fact("Cipher suite", Ink::Text, &tls.cipher));
        if !tls.group.is_empty() {
            rows.push(fact("Key exchange", Ink::Text, tls.group));
        }
        let alpn = if tls.alpn.is_empty() { "none chosen" } else { &tls.alpn };
        rows.push(fact("ALPN", Ink::Text, alpn));
        let session = if tls.resumed {
            "resumed from an earlier connection"
        } else {
            "new"
        };
        rows.push(fact("Session", Ink::Text, session));
    }
    let (ink, verdict) = match tls.verdict {
        Verdict::Trusted => (Ink::Ok, "✓ checked, and good"),
        Verdict::Unchecked => (Ink::Warn, "! not checked: whoever answers is believed"),
        Verdict::Refused => (Ink::Error, "✗ refused: the request was not sent"),
    };
    rows.push(fact("Certificate", ink, verdict));
    if let Some(certificate) = tls.client.as_ref().and_then(|own| read_certificate(own).ok()) {
        let text = format!("{}, which it asked for", show.text(certificate.name()));
        rows.push(fact("Ours", Ink::Text, &text));
    }
    for (n, der) in tls.certificates.iter().enumerate() {
        rows.push(Row::default());
        match read_certificate(der) {
            Ok(certificate) => rows.extend(one(n, &certificate, show, now)),
            Err(error) => rows.push(
                Row::new(Ink::Error, format!("cannot be read: {error}"))
                    .lead(Ink::Strong, padded(&format!("{}.", n + 1), LABEL)),
            ),
        }
    }
    if tls.more > 0 {
        rows.push(Row::new(Ink::Note, format!("… and {} more certificates", tls.more)));
    }
    Page::new(rows)
}

fn fact(name: &str, ink: Ink, value: &str) -> Row {
    Row::new(ink, value)
        .lead(Ink::Dim, padded(name, LABEL))
        .copied(name.to_lowercase(), value)
}

/// The rows of one certificate of the chain.
fn one(n: usize, certificate: &Certificate, show: &Show<'_>, now: Timestamp) -> Vec<Row> {
    let role = match n {
        0 => "the server's own",
        _ if certificate.subject == certificate.issuer => "a root",
        _ if certificate.is_authority => "an authority",
        _ => "of the chain",
    };
    let name = show.text(certificate.name());
    let mut rows = vec![
        Row::new(Ink::Strong, name.clone())
            .then(Ink::Dim, format!("  {role}"))
            .lead(Ink::Dim, padded(&format!("{}.", n + 1), LABEL))
            .copied("the name", name),
    ];
    let mut text = |name: &str, value: &str| {
        if !value.is_empty() {
            rows.push(fact(name, Ink::Text, &show.text(value)));
        }
    };
    text("Subject", &certificate.subject);
    let own = certificate.subject == certificate.issuer;
    text("Issuer", if own { "itself" } else { &certificate.issuer });
    let more = match certificate.more_names {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    text("Names", &format!("{}{more}", certificate.names.join(", ")));
    rows.push(validity(certificate, now));
    let mut text = |name: &str, value: &str| rows.push(fact(name, Ink::Text, value));
    text("Key", &certificate.key);
    text("Signed by", &certificate.signature);
    text("Serial", &certificate.serial);
    text("SHA-256", &certificate.fingerprint);
    rows
}

/// `2026-01-01 to 2026-04-01 · expires in 12 days`.
fn validity(certificate: &Certificate, now: Timestamp) -> Row {
    let (from, to) = (certificate.not_before, certificate.not_after);
    let day = |at: Timestamp| at.strftime("%Y-%m-%d").to_string();
    let (ink, word) = if now < from {
        (Ink::Error, format!("not valid before {}", words::moment(from, now)))
    } else if now > to {
        (Ink::Error, format!("expired {}", words::moment(to, now)))
    } else if to.duration_since(now) < SOON {
        (Ink::Warn, format!("expires {}", words::moment(to, now)))
    } else {
        (Ink::Ok, format!("expires {}", words::moment(to, now)))
    };
    let dates = format!("{} to {}", day(from), day(to));
    Row::new(Ink::Text, dates.clone())
        .then(Ink::Dim, " · ")
        .then(ink, word)
        .lead(Ink::Dim, padded("Valid", LABEL))
        .copied("the dates", dates)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use super::*;

    fn shown(tls_: &Tls, now: &str) -> String {
        let show = Show {
            redactor: None,
            revealed: false,
        };
        let page = tls(Some(tls_), &show, now.parse().unwrap());
        let lead = |row: &Row| row.lead.iter().map(|piece| piece.text.clone()).collect::<String>();
        let lines: Vec<String> = page.rows.iter().map(|row| lead(row) + &row.plain()).collect();
        lines.join("\n")
    }

    fn with(der: &[&[u8]]) -> Tls {
        Tls {
            version: "TLS 1.3",
            cipher: "TLS_AES_128_GCM_SHA256".to_owned(),
            group: "X25519",
            alpn: "h2".to_owned(),
            ..Tls::default()
        }
        .with_chain(der.iter().copied())
    }

    fn made(subject: &str) -> Vec<u8> {
        let mut params = rcgen::CertificateParams::new(vec!["example.test".to_owned()]).unwrap();
        params.distinguished_name.push(rcgen::DnType::CommonName, subject);
        params.not_before = rcgen::date_time_ymd(2026, 1, 1);
        params.not_after = rcgen::date_time_ymd(2026, 4, 1);
        let key = rcgen::KeyPair::generate().unwrap();
        params.self_signed(&key).unwrap().der().to_vec()
    }

    #[test]
    fn a_certificates_end_is_told_from_today() {
        let der = made("the server");
        let tls = with(&[&der]);
        let text = shown(&tls, "2026-03-20T00:00:00Z");
        for part in [
            "Cipher suite  TLS_AES_128_GCM_SHA256",
            "Key exchange  X25519",
            "ALPN          h2",
            "✓ checked, and good",
            "the server  the server's own",
            "Subject       CN=the server",
            "Issuer        itself",
            "Names         example.test",
            "2026-01-01 to 2026-04-01 · expires in 12 days",
            "Key           EC P-256",
        ] {
            assert!(text.contains(part), "{part} in\n{text}");
        }
        assert!(!text.contains("Ours"), "{text}");
        let asked = Tls {
            client: Some(made("the client").into()),
            ..tls.clone()
        };
        let text = shown(&asked, "2026-03-20T00:00:00Z");
        assert!(text.contains("Ours          the client, which it asked for"), "{text}");
        assert!(shown(&tls, "2026-04-03T00:00:00Z").contains("· expired 2 days ago"));
        assert!(shown(&tls, "2025-12-31T23:59:00Z").contains("not valid before in 60 seconds"));
    }

    #[test]
    fn a_hostile_chain_is_told_as_far_as_it_goes() {
        let der = made("\u{1b}[2Jevil");
        let chain: Vec<&[u8]> = std::iter::repeat_n(&der[..], 30).chain([&b"junk"[..]]).collect();
        let refused = Tls {
            verdict: Verdict::Refused,
            version: "",
            ..with(&chain)
        };
        let text = shown(&refused, "2026-03-20T00:00:00Z");
        assert!(
            text.contains("✗ refused") && text.contains("… and 21 more certificates"),
            "{text}"
        );
        assert!(!text.contains("Cipher suite"), "{text}");
        let text = shown(&with(&[b"junk"]), "2026-03-20T00:00:00Z");
        assert!(
            text.contains("1.            cannot be read: it is no X.509 certificate"),
            "{text}"
        );
    }
}
