//! What went over the wire, at length: the way there, the connection, TLS with its certificates, headers, phases.

use jiff::Timestamp;

use crate::http::read_certificate;
use crate::model::tls::Tls;
use crate::model::{Exchange, Redactor};

use super::output::{Paint, duration, escape, moment, size};

/// How it got there: each answer on the way, with what was left out behind it.
pub fn way(exchange: &Exchange, redactor: &Redactor, paint: Paint) -> Vec<String> {
    let shown = |text: &str| escape(&redactor.redact(text));
    let hops = exchange.hops.iter();
    hops.map(|hop| {
        let lost = hop
            .lost()
            .map_or_else(String::new, |lost| format!(", {}", shown(&lost)));
        let took = duration(hop.timings.total);
        let (method, url, led) = (&hop.method, shown(&hop.url), shown(&hop.led()));
        paint.dim(&format!("{method} {url} [{} {led}{lost}, {took}]", hop.status))
    })
    .collect()
}

/// The connection, and what TLS agreed on.
pub fn connection(exchange: &Exchange, now: Timestamp, paint: Paint) -> Vec<String> {
    let connection = &exchange.connection;
    let mut out = Vec::new();
    if let Some(remote) = connection.remote {
        let reused = if connection.reused { ", open already" } else { "" };
        out.push(paint.dim(&format!("* connected to {remote}{reused}")));
    }
    if let Some(tls) = &connection.tls {
        out.extend(secured(tls, now, paint));
    }
    out
}

fn secured(tls: &Tls, now: Timestamp, paint: Paint) -> Vec<String> {
    let mut line = tls.to_string();
    let session = if tls.resumed { "session resumed" } else { "" };
    for part in [tls.cipher.as_str(), tls.group, &tls.alpn, session] {
        if !part.is_empty() {
            line.push_str(", ");
            line.push_str(&escape(part));
        }
    }
    let mut out = vec![paint.dim(&format!("* {line}"))];
    for der in &tls.certificates {
        let certificate = match read_certificate(der) {
            Ok(certificate) => certificate,
            Err(error) => {
                out.push(paint.yellow(&format!("* certificate: {error}")));
                continue;
            }
        };
        let (from, to) = (certificate.not_before, certificate.not_after);
        let day = |at: Timestamp| at.strftime("%Y-%m-%d").to_string();
        let end = if now < from {
            format!("not valid before {}", moment(from, now))
        } else if now > to {
            format!("expired {}", moment(to, now))
        } else {
            format!("expires {}", moment(to, now))
        };
        let text = format!(
            "* certificate {}, by {}, {} to {}, {end}, {}, {}",
            escape(if certificate.subject.is_empty() {
                certificate.name()
            } else {
                &certificate.subject
            }),
            escape(&certificate.issuer),
            day(from),
            day(to),
            escape(&certificate.key),
            escape(&certificate.signature),
        );
        out.push(if now < from || now > to {
            paint.red(&text)
        } else {
            paint.dim(&text)
        });
        if !certificate.names.is_empty() {
            let more = match certificate.more_names {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            let names: Vec<String> = certificate.names.iter().map(|name| escape(name)).collect();
            out.push(paint.dim(&format!("*   for {}{more}", names.join(", "))));
        }
    }
    out
}

/// The request's headers.
pub fn request_headers(exchange: &Exchange, redactor: &Redactor, paint: Paint) -> Vec<String> {
    let shown = |text: &str| escape(&redactor.redact(text));
    let lines = exchange.request.headers.iter();
    lines
        .map(|(name, value)| paint.dim(&format!("> {}: {}", shown(name), shown(value))))
        .collect()
}

/// The response's headers; none without a response.
pub fn response_headers(exchange: &Exchange, redactor: &Redactor, paint: Paint) -> Vec<String> {
    let shown = |text: &str| escape(&redactor.redact(text));
    let lines = exchange.response().into_iter().flat_map(|response| &response.headers);
    lines
        .map(|(name, value)| {
            let value = String::from_utf8_lossy(value);
            paint.dim(&format!("< {}: {}", shown(name), shown(&value)))
        })
        .collect()
}

/// How long each part took.
pub fn phases(exchange: &Exchange, paint: Paint) -> String {
    let timings = &exchange.timings;
    let parts = [
        ("dns", timings.dns),
        ("connect", timings.connect),
        ("tls", timings.tls),
        ("sent", timings.sent),
        ("first byte", timings.first_byte),
        ("download", timings.download),
        ("total", Some(timings.total)),
    ];
    let parts = parts
        .iter()
        .filter_map(|(name, took)| took.map(|took| format!("{name} {}", duration(took))));
    paint.dim(&parts.collect::<Vec<_>>().join(", "))
}

/// How much of the body came and what it was decoded to, where that differs.
pub fn decoded(exchange: &Exchange, paint: Paint) -> Option<String> {
    let response = exchange.response()?;
    let (wire, len) = (response.encoded_len, response.body.len() as u64);
    (wire != len).then(|| paint.dim(&format!("* body {} on the wire, {} decoded", size(wire), size(len))))
}

/// All of it but the bodies, for `send --verbose`.
pub fn lines(exchange: &Exchange, redactor: &Redactor, paint: Paint) -> Vec<String> {
    let mut out = way(exchange, redactor, paint);
    out.extend(connection(exchange, Timestamp::now(), paint));
    out.extend(request_headers(exchange, redactor, paint));
    out.extend(response_headers(exchange, redactor, paint));
    out.extend(decoded(exchange, paint));
    out.push(phases(exchange, paint));
    out
}
