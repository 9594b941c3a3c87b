//! What went wrong, in words: the kind, one clear sentence, and the next step.

use std::error::Error;
use std::io;
use std::time::Duration;

use rustls::{AlertDescription, CertificateError};
use url::Url;

use super::connect::TooSlow;
use super::head::{self, NotHttp};
use super::identity::Standing;
use super::pool::Failure;
use super::target::Target;
use super::trace::Marks;
use super::verify::is_of_old_version;
use crate::model::exchange::{Phase, SendError, SendErrorKind};

/// What is known of the send that failed.
pub(super) struct Failed<'a> {
    pub url: &'a Url,
    pub proxy: Option<String>,
    pub marks: &'a Marks,
    /// What alone the request's settings let it offer in a TLS handshake.
    pub offered: Option<String>,
    /// Whether the server was shown a client certificate.
    pub certificate: Standing,
}

/// Trust, told as a next step.
const TRUST: &str = "name the CA's or the certificate's file in the settings (`ca_file`), or turn off certificate checks for this request";

/// An error that only points to its cause.
#[derive(Debug, thiserror::Error)]
#[error("no answer")]
struct NoAnswer(#[source] Box<dyn Error + Send + Sync>);

/// Says why there is no response.
pub(super) fn explain(failure: Failure, failed: &Failed<'_>) -> SendError {
    match failure {
        Failure::Connect(error) => explain_any(true, error, failed),
        Failure::Exchange(error) => explain_any(false, error.into(), failed),
    }
}

/// The same of what was fetched over reqwest. The URL may hold secrets, and is told in its own place.
pub(super) fn explain_fetch(error: reqwest::Error, failed: &Failed<'_>) -> SendError {
    explain_any(error.is_connect(), error.without_url().into(), failed)
}

fn explain_any(is_connect: bool, error: Box<dyn Error + Send + Sync>, failed: &Failed<'_>) -> SendError {
    let error = NoAnswer(error);
    match find::<rustls::Error>(&error) {
        Some(tls) => explain_tls(tls, failed),
        None if is_connect => explain_connect(&error, failed),
        None => explain_protocol(&error, failed),
    }
}

/// The time limit passed, which somebody has set there.
pub(super) fn timeout(limit: Duration, from: &str, phase: Phase) -> SendError {
    SendError::new(
        SendErrorKind::Timeout,
        format!("timed out after {limit:?}, while {}", doing(phase)),
    )
    .hint(format!("raise {from}, or see whether the server is busy"))
}

/// Nothing came and went for too long.
pub(super) fn silent(limit: Duration, phase: Phase) -> SendError {
    SendError::new(
        SendErrorKind::Timeout,
        format!("nothing was heard for {limit:?}, while {}", doing(phase)),
    )
    .hint("see what the server is doing; `silence` in `config.toml` says how long it may be silent")
}

/// Opening a connection took too long.
pub(super) fn no_connection(limit: Duration, failed: &Failed<'_>) -> SendError {
    let (address, doing) = (Target::address(failed.url), doing(failed.marks.phase));
    let through = failed
        .proxy
        .as_ref()
        .map_or_else(String::new, |proxy| format!(" through the proxy `{proxy}`"));
    SendError::new(
        SendErrorKind::Timeout,
        format!("no connection to `{address}`{through} after {limit:?}, while {doing}"),
    )
    .hint("check the host and the port; `connecting` in `config.toml` says how long opening a connection may take")
    .code("ETIMEDOUT")
}

/// Why a body broke off.
pub(super) fn broke(error: &hyper::Error) -> String {
    let deepest = || head::quoted(causes(error).pop().unwrap_or_else(|| error.to_string()).as_bytes());
    let framed = find::<h2::Error>(error);
    if let Some(why) = framed.and_then(ended_by) {
        return why;
    }
    // Also what rustls says of an end without a `close_notify`.
    let broken = find::<io::Error>(error).or_else(|| framed?.get_io());
    match broken.map(io::Error::kind) {
        Some(io::ErrorKind::ConnectionReset) => "the connection was reset".to_owned(),
        Some(io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData) => {
            format!("the chunks of the body are wrong ({})", deepest().to_lowercase())
        }
        Some(io::ErrorKind::UnexpectedEof) => "the connection ended".to_owned(),
        _ if error.is_incomplete_message() => "the connection ended".to_owned(),
        _ => format!("the connection broke ({})", deepest().to_lowercase()),
    }
}

/// The frame with which a server ended what it sent over HTTP/2 (RFC 9113, sections 6.4 and 6.8), and its reason.
fn ended_by(error: &h2::Error) -> Option<String> {
    let reason = error.reason().filter(|_| error.is_remote())?;
    let what = if error.is_go_away() {
        "ended the connection with GOAWAY"
    } else {
        "ended the stream with RST_STREAM"
    };
    Some(format!("the server {what}: {reason:?}, {}", reason.description()))
}

/// What is said of a cancelled request of which something went out.
pub const MAY_BE_THERE: &str = "the server may have received the request all the same";

/// The user stopped it; `went_out` is whether a connection had taken the request, or one before a redirect.
pub(super) fn cancelled(phase: Phase, went_out: bool) -> SendError {
    let error = SendError::new(SendErrorKind::Cancelled, format!("cancelled while {}", doing(phase)));
    let waits = matches!(
        phase,
        Phase::Waiting | Phase::Downloading { .. } | Phase::PostResponseScript
    );
    if waits || went_out {
        error.hint(MAY_BE_THERE)
    } else {
        error.hint("nothing was sent")
    }
}

/// The first error of a type, also inside of I/O errors, which hide theirs.
fn find<'a, T: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a T> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref::<T>() {
            return Some(found);
        }
        if let Some(inner) = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
            let inner: &(dyn Error + 'static) = inner;
            if let Some(found) = find::<T>(inner) {
                return Some(found);
            }
        }
        next = error.source();
    }
    None
}

/// The chain of reasons, outermost first, each once.
fn causes(error: &(dyn Error + 'static)) -> Vec<String> {
    let mut causes: Vec<String> = Vec::new();
    let mut next = error.source();
    while let Some(error) = next {
        let text = error.to_string();
        if causes.last() != Some(&text) {
            causes.push(text);
        }
        next = error.source();
    }
    causes
}

fn doing(phase: Phase) -> &'static str {
    match phase {
        Phase::Preparing | Phase::Program(_) | Phase::PreRequestScript | Phase::RenewingToken | Phase::Asking => {
            "preparing the request"
        }
        Phase::Dns => "looking up the host",
        Phase::Connecting => "connecting",
        Phase::Tls => "in the TLS handshake",
        Phase::Waiting => "waiting for the answer",
        Phase::Downloading { .. } | Phase::PostResponseScript => "downloading",
    }
}

fn explain_connect(error: &(dyn Error + 'static), failed: &Failed<'_>) -> SendError {
    if let Some(TooSlow(limit)) = find::<TooSlow>(error) {
        return no_connection(*limit, failed);
    }
    if let Some((host, why)) = &failed.marks.dns_error {
        // `failed to lookup address information: Name or service not known`: the first half says what we say.
        let why = why.rsplit(": ").next().unwrap_or(why);
        let mut told = SendError::new(
            SendErrorKind::Dns,
            format!("the host `{host}` is unknown: {}", why.to_lowercase()),
        )
        .hint("check the spelling of the host, the variable it comes from, and the network");
        if failed.proxy.is_some() && failed.url.host_str() != Some(host) {
            told.kind = SendErrorKind::Proxy;
            told.hint = Some(PROXY_HINT.to_owned());
        }
        return told;
    }
    let address = Target::address(failed.url);
    let text = causes(error).join(": ");
    let io = find::<io::Error>(error).map(io::Error::kind);
    if let Some(proxy) = &failed.proxy {
        let why = if text.contains("authorization required") {
            "it wants a user and a password".to_owned()
        } else if text.contains("unsuccessful") {
            format!("it refused the way to `{address}`")
        } else {
            causes(error).pop().unwrap_or_default().to_lowercase()
        };
        return SendError::new(SendErrorKind::Proxy, format!("the proxy `{proxy}` failed: {why}")).hint(PROXY_HINT);
    }
    if failed.url.scheme() == "https" && failed.marks.phase == Phase::Tls {
        return SendError::new(
            SendErrorKind::Tls,
            format!("`{address}` hung up during the TLS handshake"),
        )
        .hint("does the server speak TLS on this port? if not, use `http://`");
    }
    let (what, hint, code) = match io {
        Some(io::ErrorKind::ConnectionRefused) => (
            "refused the connection",
            "is the server running, and the port right?",
            "ECONNREFUSED",
        ),
        Some(io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable | io::ErrorKind::NetworkDown) => (
            "cannot be reached",
            "check the network, and whether a VPN or a proxy is needed",
            "EHOSTUNREACH",
        ),
        Some(io::ErrorKind::TimedOut) => (
            "does not answer",
            "check the address, and whether a firewall is in between",
            "ETIMEDOUT",
        ),
        Some(io::ErrorKind::ConnectionReset) => (
            "closed the connection",
            "is it the right port, and the right protocol?",
            "ECONNRESET",
        ),
        _ => {
            return told_with_cause(
                SendErrorKind::Connect,
                format!("`{address}` cannot be connected to"),
                "check the host and the port",
                error,
            );
        }
    };
    SendError::new(SendErrorKind::Connect, format!("`{address}` {what}"))
        .hint(hint)
        .code(code)
}

/// What to do about a proxy.
const PROXY_HINT: &str = "check the proxy in the settings or the environment; `direct` sends without one";

fn explain_protocol(error: &(dyn Error + 'static), failed: &Failed<'_>) -> SendError {
    let address = Target::address(failed.url);
    let told = |message: String, hint: &str| SendError::new(SendErrorKind::Protocol, message).hint(hint);
    if let Some(other) = find::<NotHttp>(error) {
        let what = match other {
            NotHttp::Ended(_) => "hung up in the middle of its answer",
            NotHttp::Said(_) | NotHttp::Tls => "did not answer with HTTP",
        };
        return told(format!("`{address}` {what}: {other}"), speaks(other));
    }
    let framed = find::<h2::Error>(error);
    if let Some(why) = framed.and_then(ended_by) {
        return told(
            format!("`{address}` gave no answer: {why}"),
            "send again; if it happens each time, the server's log may say why",
        );
    }
    if let Some(hyper) = find::<hyper::Error>(error) {
        if hyper.is_parse() || hyper.is_parse_too_large() {
            return told(
                format!("`{address}` did not answer with HTTP: {hyper}"),
                "is it the right port? if the server speaks TLS, use `https://`",
            )
            .code("HPE_INVALID_CONSTANT");
        }
        if hyper.is_user() {
            return SendError::new(SendErrorKind::Request, "the body could not be sent")
                .hint("did a file of the body change, or vanish, while it was sent?");
        }
        if hyper.is_incomplete_message() || hyper.is_closed() || hyper.is_canceled() {
            return hung_up(&address);
        }
    }
    let broken = find::<io::Error>(error).or_else(|| framed?.get_io());
    if matches!(
        broken.map(io::Error::kind),
        Some(io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe | io::ErrorKind::UnexpectedEof)
    ) {
        return hung_up(&address);
    }
    told_with_cause(
        SendErrorKind::Protocol,
        format!("`{address}` broke the rules of HTTP"),
        "try another HTTP version in the request's settings",
        error,
    )
}

/// What to do about a peer that says something else.
fn speaks(other: &NotHttp) -> &'static str {
    let said = match other {
        NotHttp::Tls => return "the server speaks TLS: use `https://`",
        NotHttp::Ended(_) => return "send again; if it happens each time, the server's log may say why",
        NotHttp::Said(said) => said,
    };
    for (start, hint) in [
        ("SSH-", "this is the port of an SSH server"),
        ("220", "this is the port of a mail or FTP server"),
        ("+OK", "this is the port of a POP3 server"),
        ("* OK", "this is the port of an IMAP server"),
        ("-ERR", "this looks like the port of a Redis server"),
        ("HTTP/", "the first line of its answer is wrong; its log may say more"),
        ("\\0\\0", "it may speak HTTP/2: set the HTTP version of the request"),
    ] {
        if said.starts_with(start) {
            return hint;
        }
    }
    "is it the right port? if the server speaks TLS, use `https://`"
}

/// An error that we know no better words for: with the innermost reason, which alone is not about our own layers.
fn told_with_cause(kind: SendErrorKind, message: String, hint: &str, error: &(dyn Error + 'static)) -> SendError {
    let mut told = SendError::new(kind, message).hint(hint);
    told.causes.extend(causes(error).pop());
    told
}

fn hung_up(address: &str) -> SendError {
    SendError::new(
        SendErrorKind::Protocol,
        format!("`{address}` closed the connection without an answer"),
    )
    .hint("send again; if it happens each time, the server's log may say why")
}

/// Why a handshake failed, in short.
fn reason_of(error: &rustls::Error) -> String {
    match error {
        rustls::Error::AlertReceived(alert) => format!("it was refused ({})", words_of(*alert)),
        other => other.to_string(),
    }
}

/// The server has refused the handshake.
fn refused(alert: AlertDescription, failed: &Failed<'_>) -> SendError {
    use AlertDescription as Alert;
    let host = failed.url.host_str().unwrap_or_default();
    let message = format!("`{host}` refused the TLS handshake: {}", words_of(alert));
    let of_certificate = matches!(
        alert,
        Alert::CertificateRequired
            | Alert::NoCertificate
            | Alert::BadCertificate
            | Alert::UnsupportedCertificate
            | Alert::CertificateRevoked
            | Alert::CertificateExpired
            | Alert::CertificateUnknown
            | Alert::UnknownCA
            | Alert::AccessDenied
    );
    let port = failed.url.port().unwrap_or(443);
    let hint = match (of_certificate, failed.certificate) {
        // A server that refuses so may want one as well: before TLS 1.3 it has no other word for it.
        (true, _) | (false, Standing::OtherPort) if failed.certificate == Standing::OtherPort => format!(
            "`client_certificates` in `config.toml` has one for `{host}`, but for port 443: `port = {port}` there makes it \
             this server's"
        ),
        (true, Standing::Shown) => {
            "look at the client certificate in `config.toml`: who issued it, how long it is good, and for whom"
                .to_owned()
        }
        (true, _) => format!(
            "`[[client_certificates]]` in `config.toml` with `host = \"{host}\"` says which to show{}",
            if port == 443 {
                String::new()
            } else {
                format!(", with `port = {port}`")
            }
        ),
        (false, _) if alert == Alert::UnrecognisedName => "check the host: the server answers for others".to_owned(),
        (false, _)
            if matches!(
                alert,
                Alert::HandshakeFailure | Alert::ProtocolVersion | Alert::InsufficientSecurity
            ) =>
        {
            "it may want an older TLS than 1.2, which is not spoken here, or a client certificate".to_owned()
        }
        (false, _) => "the server's log may say more".to_owned(),
    };
    SendError::new(SendErrorKind::Tls, message).hint(hint).code("EPROTO")
}

/// What a server says with an alert (RFC 8446, section 6.2).
fn words_of(alert: AlertDescription) -> String {
    use AlertDescription as Alert;
    let words = match alert {
        Alert::CertificateRequired | Alert::NoCertificate => "it wants a client certificate",
        Alert::BadCertificate => "it takes the client certificate for broken",
        Alert::UnsupportedCertificate => "it does not take client certificates of this kind",
        Alert::CertificateRevoked => "the client certificate was revoked",
        Alert::CertificateExpired => "the client certificate has expired",
        Alert::CertificateUnknown => "it does not take the client certificate",
        Alert::UnknownCA => "it does not know who issued the client certificate",
        Alert::AccessDenied => "the client certificate may not come in",
        Alert::DecryptError => "a signature in it could not be verified",
        Alert::HandshakeFailure => "nothing that was offered suits it",
        Alert::ProtocolVersion => "it speaks none of the TLS versions that were offered",
        Alert::InsufficientSecurity => "the cipher suites that were offered are too weak for it",
        Alert::UnrecognisedName => "it knows no host of this name",
        Alert::InternalError => "it had an error of its own",
        Alert::UserCanceled => "it was called off there",
        other => return format!("alert {}", u8::from(other)),
    };
    words.to_owned()
}

fn explain_tls(error: &rustls::Error, failed: &Failed<'_>) -> SendError {
    let host = failed.url.host_str().unwrap_or_default();
    let told = |message: String, hint: &str| SendError::new(SendErrorKind::Tls, message).hint(hint);
    match error {
        rustls::Error::InvalidCertificate(why) => match why {
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => told(
                format!("the certificate of `{host}` has expired"),
                "the server needs a new one; or turn off certificate checks for this request",
            )
            .code("CERT_HAS_EXPIRED"),
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => told(
                format!("the certificate of `{host}` is not valid yet"),
                "is this machine's clock right?",
            )
            .code("CERT_NOT_YET_VALID"),
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => told(
                format!("the certificate is for another host than `{host}`"),
                "use the name the certificate is for, or turn off certificate checks for this request",
            )
            .code("ERR_TLS_CERT_ALTNAME_INVALID"),
            _ if is_of_old_version(error) => told(
                format!("the certificate of `{host}` is of X.509 version 1, which names no hosts"),
                "the server needs one of version 3; or turn off certificate checks for this request",
            ),
            _ if failed.marks.self_signed => {
                told(format!("the certificate of `{host}` is self-signed"), TRUST).code("DEPTH_ZERO_SELF_SIGNED_CERT")
            }
            CertificateError::UnknownIssuer => told(
                format!("the certificate of `{host}` comes from an unknown issuer"),
                TRUST,
            )
            .code("UNABLE_TO_VERIFY_LEAF_SIGNATURE"),
            CertificateError::BadSignature => told(
                format!("the certificate of `{host}` was not signed by the issuer it names"),
                TRUST,
            ),
            CertificateError::Revoked => told(
                format!("the certificate of `{host}` was revoked"),
                "ask whoever runs the server",
            ),
            other => told(format!("the certificate of `{host}` is not valid: {other}"), TRUST),
        },
        rustls::Error::InvalidMessage(_) => told(
            format!("`{}` does not speak TLS", Target::address(failed.url)),
            "if the server has no TLS on this port, use `http://`",
        )
        .code("EPROTO"),
        rustls::Error::AlertReceived(AlertDescription::NoApplicationProtocol)
        | rustls::Error::NoApplicationProtocol => told(
            format!("`{host}` does not speak the HTTP version asked for"),
            "set the HTTP version of the request to auto",
        ),
        rustls::Error::AlertReceived(_) | rustls::Error::PeerIncompatible(_) if failed.offered.is_some() => {
            let offered = failed.offered.as_deref().unwrap_or_default();
            told(
                format!(
                    "the TLS handshake with `{host}` failed: {}, {offered}",
                    reason_of(error)
                ),
                "change the TLS versions or the cipher suites in the request's settings, if the server needs others",
            )
            .code("EPROTO")
        }
        rustls::Error::AlertReceived(alert) => refused(*alert, failed),
        other => told(format!("the TLS handshake with `{host}` failed: {other}"), TRUST),
    }
}
