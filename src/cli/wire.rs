//! What went over the wire, at length: the way there, the connection, TLS with its certificates, headers, phases.

use bytes::Bytes;
use jiff::Timestamp;

use crate::http::read_certificate;
use crate::model::exchange::{Hop, SendErrorKind};
use crate::model::request::Method;
use crate::model::tls::Tls;
use crate::model::{Exchange, Redactor};

use super::describe;
use super::output::{Paint, escape, moment, size};

/// How it got there: each answer on the way, with what was left out behind it.
pub fn way<'a>(hops: impl Iterator<Item = &'a Hop>, redactor: &Redactor, paint: Paint) -> Vec<String> {
    hops.map(|hop| {
        let took = paint.took(hop.timings.total);
        let method = describe::method(&hop.method, redactor);
        let (url, led) = (escape(&redactor.redact(&hop.url)), led(hop, redactor, paint));
        paint.dim(&format!("{method} {url} [{} {led}, {took}]", hop.status))
    })
    .collect()
}

/// What an answer on the way led to, with what was left out behind it.
pub fn led(hop: &Hop, redactor: &Redactor, paint: Paint) -> String {
    let shown = |text: &str| escape(&redactor.redact(text));
    let led = hop.led();
    let led = match led.split_once("→ ") {
        Some(("", to)) => format!("{} {}", paint.arrow(), shown(to)),
        _ => shown(&led),
    };
    let lost = hop.lost().map(|lost| format!(", {}", shown(&lost)));
    led + &lost.unwrap_or_default()
}

/// The connection, and what TLS agreed on.
pub fn connection(exchange: &Exchange, now: Timestamp, paint: Paint) -> Vec<String> {
    let connection = &exchange.connection;
    let mut out = Vec::new();
    if let Some(remote) = connection.remote {
        let reused = if connection.reused { ", open already" } else { "" };
        if connection.resent {
            let text = "* the connection that was open ended without an answer: sent again over another";
            out.push(paint.yellow(text));
        }
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
    if let Some(certificate) = tls.client.as_ref().and_then(|own| read_certificate(own).ok()) {
        let text = format!(
            "* certificate shown to it, which it asked for: {}",
            escape(certificate.name())
        );
        out.push(paint.dim(&text));
    }
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
            paint.words(&escape(if certificate.subject.is_empty() {
                certificate.name()
            } else {
                &certificate.subject
            })),
            paint.words(&escape(&certificate.issuer)),
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
    sent(&exchange.request.headers, redactor, paint)
}

/// The response's headers; none without a response.
pub fn response_headers(exchange: &Exchange, redactor: &Redactor, paint: Paint) -> Vec<String> {
    let response = exchange.response();
    response.map_or_else(Vec::new, |response| received(&response.headers, redactor, paint))
}

fn sent(headers: &[(String, String)], redactor: &Redactor, paint: Paint) -> Vec<String> {
    let shown = |text: &str| escape(&redactor.redact(text));
    let lines = headers.iter();
    lines
        .map(|(name, value)| paint.dim(&format!("> {}: {}", shown(name), shown(value))))
        .collect()
}

fn received(headers: &[(String, Bytes)], redactor: &Redactor, paint: Paint) -> Vec<String> {
    let shown = |text: &str| escape(&redactor.redact(text));
    let lines = headers.iter();
    lines
        .map(|(name, value)| {
            let value = String::from_utf8_lossy(value);
            paint.dim(&format!("< {}: {}", shown(name), shown(&value)))
        })
        .collect()
}

/// `> GET /path HTTP/1.1`: what stands before the headers of a request.
fn request_line(method: &Method, url: &str, version: &str, redactor: &Redactor, paint: Paint) -> String {
    let method = describe::method(method, redactor);
    let target = escape(&redactor.redact_end(url, target(url)));
    paint.cyan(format!("> {method} {target} {version}").trim_end())
}

/// `< HTTP/1.1 302 Found`.
fn status_line(version: &str, status: u16, reason: &str, redactor: &Redactor, paint: Paint) -> String {
    let reason = escape(&redactor.redact(reason));
    paint.status(status, format!("< {version} {status} {reason}").trim_end())
}

/// The path and query of a URL; all of one that has none.
fn target(url: &str) -> &str {
    let authority = url.find("://").map_or(0, |at| at + 3);
    match url[authority..].find(['/', '?']) {
        Some(path) if url[authority + path..].starts_with('/') => &url[authority + path..],
        _ => url,
    }
}

/// The answers on the way with their heads, each with where it led.
fn hops(exchange: &Exchange, redactor: &Redactor, paint: Paint) -> Vec<String> {
    let led = way(exchange.hops.iter(), redactor, paint);
    let mut out = Vec::new();
    for (hop, led) in exchange.hops.iter().zip(led) {
        let heads = &hop.heads;
        out.push(request_line(&hop.method, &hop.url, &heads.version, redactor, paint));
        out.extend(sent(&heads.sent, redactor, paint));
        out.push(status_line(&heads.version, hop.status, &heads.reason, redactor, paint));
        out.extend(received(&heads.received, redactor, paint));
        if heads.cut {
            out.push(paint.dim("* more headers than are kept of an answer on the way"));
        }
        out.push(format!("{} {led}", paint.dim("*")));
    }
    out
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
        .filter_map(|(name, took)| took.map(|took| format!("{name} {}", paint.took(took))));
    paint.dim(&parts.collect::<Vec<_>>().join(", "))
}

/// How much of the body came and what it was decoded to, where that differs.
pub fn decoded(exchange: &Exchange, paint: Paint) -> Option<String> {
    let response = exchange.response()?;
    let (wire, len) = (response.encoded_len, response.body.len() as u64);
    (wire != len).then(|| paint.dim(&format!("* body {} on the wire, {} decoded", size(wire), size(len))))
}

/// All of it but the bodies, for `send --verbose`, as curl tells it.
pub fn lines(exchange: &Exchange, redactor: &Redactor, paint: Paint) -> Vec<String> {
    let request = &exchange.request;
    let mut out = hops(exchange, redactor, paint);
    out.extend(connection(exchange, Timestamp::now(), paint));
    // What ended at a redirect has been told with it.
    if exchange
        .error()
        .is_none_or(|error| error.kind != SendErrorKind::Redirect)
    {
        out.push(request_line(
            &request.method,
            &request.url,
            &request.version,
            redactor,
            paint,
        ));
        out.extend(request_headers(exchange, redactor, paint));
    }
    if let Some(response) = exchange.response() {
        let (version, reason) = (&response.version, &response.reason);
        out.push(status_line(version, response.status, reason, redactor, paint));
    }
    out.extend(response_headers(exchange, redactor, paint));
    out.extend(decoded(exchange, paint));
    out.push(phases(exchange, paint));
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Secret;
    use crate::model::secret::MASK;

    #[test]
    fn a_request_line_has_what_stands_behind_the_server() {
        assert_eq!(target("http://a.test:1/b?c=d"), "/b?c=d");
        assert_eq!(target("http://a.test"), "http://a.test");
        assert_eq!(target("/b"), "/b");
    }

    #[test]
    fn a_request_line_has_nothing_of_a_secret_that_begins_in_the_host() {
        let redactor = Redactor::new([Secret::new("Zq9/secret-and-more")]);
        let line = request_line(
            &Method::new("GET"),
            "http://zq9/secret-and-more/x",
            "HTTP/1.1",
            &redactor,
            Paint::new(false),
        );
        assert_eq!(line, format!("> GET {MASK}/x HTTP/1.1"));
    }
}
