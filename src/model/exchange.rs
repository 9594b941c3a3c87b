//! An exchange: a request as sent, what came back, and how long each part took.

pub use super::phase::{Phase, Program};
use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use jiff::Timestamp;

use super::{Payload, Redactor, request::Method, tls::Tls};

/// Everything known about one send. The last hop's request and response; earlier redirects are in `hops`.
#[derive(Clone, Debug)]
pub struct Exchange {
    /// When it was started.
    pub started: Timestamp,
    /// The request as sent.
    pub request: SentRequest,
    /// The response, or why there is none.
    pub result: Result<Response, SendError>,
    /// Redirects followed and challenges answered, oldest first.
    pub hops: Vec<Hop>,
    /// How long each part took, of the last hop; `total` covers all.
    pub timings: Timings,
    /// The connection it went over.
    pub connection: Connection,
    /// What must be hidden wherever this is shown.
    pub redactor: Redactor,
    /// Things the user should know that did not stop the send: an unreadable file part, an auth without a token …
    pub warnings: Vec<String>,
}

impl Exchange {
    /// The response, if there is one.
    pub fn response(&self) -> Option<&Response> {
        self.result.as_ref().ok()
    }

    /// Whether anything of the request left this machine, or may have: an answer came, if only to an earlier leg, or a
    /// connection had taken it when it failed.
    pub fn went_out(&self) -> bool {
        use SendErrorKind::{Protocol, Redirect, TooLarge};
        match &self.result {
            Ok(_) => true,
            Err(_) if !self.hops.is_empty() => true,
            Err(error) => self.connection.taken || matches!(error.kind, Protocol | Redirect | TooLarge),
        }
    }

    /// Whether no connection could be made, so that no server can have acted upon it.
    pub fn never_arrived(&self) -> bool {
        let unmade = |error: &SendError| error.kind == SendErrorKind::Connect;
        self.error().is_some_and(unmade) && !self.went_out()
    }

    /// The URL that was asked for, before any redirect led away from it.
    pub fn asked_url(&self) -> &str {
        self.hops.first().map_or(&self.request.url, |hop| &hop.url)
    }

    /// The method with which it was asked for, before any redirect changed it.
    pub fn asked_method(&self) -> &Method {
        self.hops.first().map_or(&self.request.method, |hop| &hop.method)
    }

    /// How long the last answer took, its redirects included, without the rounds before it that were sent again for their auth:
    /// what Postman and newman tell of a response.
    pub fn answered_in(&self) -> Duration {
        self.timings.total.saturating_sub(self.refused_in().iter().sum())
    }

    /// How long each round took that was sent again for its auth, its redirects included.
    pub fn refused_in(&self) -> Vec<Duration> {
        let rounds = self.hops.split_inclusive(|hop| hop.again.is_some());
        let refused = rounds.filter(|round| round.last().is_some_and(|hop| hop.again.is_some()));
        refused
            .map(|round| round.iter().map(|hop| hop.timings.total).sum())
            .collect()
    }

    /// Why there is no response, or not all of it; what came of it is there beside the error.
    pub fn error(&self) -> Option<&SendError> {
        match &self.result {
            Ok(response) => response.truncated.as_deref(),
            Err(error) => Some(error),
        }
    }
}

/// A request exactly as it went out.
#[derive(Clone)]
pub struct SentRequest {
    /// The method.
    pub method: Method,
    /// The URL.
    pub url: String,
    /// `HTTP/1.1`, `HTTP/2`.
    pub version: String,
    /// All headers in the order and spelling of the wire, those added by postrider included.
    pub headers: Vec<(String, String)>,
    /// The body's first bytes, at most [`SentRequest::BODY_SHOWN`].
    pub body: Bytes,
    /// The body's whole length in bytes.
    pub body_len: u64,
}

impl SentRequest {
    /// How many bytes of a request body are kept for showing (64 KiB).
    pub const BODY_SHOWN: usize = 64 * 1024;
}

impl fmt::Debug for SentRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // URL, headers and body may hold credentials.
        write!(
            f,
            "SentRequest({} with {} headers, {} bytes)",
            self.method,
            self.headers.len(),
            self.body_len
        )
    }
}

/// A response: as it came, decoded.
#[derive(Clone)]
pub struct Response {
    /// The status code.
    pub status: u16,
    /// The reason phrase: the server's own with HTTP/1.1, the standard one otherwise.
    pub reason: String,
    /// `HTTP/1.1`, `HTTP/2`.
    pub version: String,
    /// Headers in the order they came; values may hold any bytes.
    pub headers: Vec<(String, Bytes)>,
    /// The body, after `Content-Encoding` was undone.
    pub body: Payload,
    /// The body's length on the wire, in bytes.
    pub encoded_len: u64,
    /// The cookies it set, in order.
    pub cookies: Vec<Cookie>,
    /// Why it is not whole, if it is not: a broken connection, a bad encoding, a limit, the user.
    pub truncated: Option<Box<SendError>>,
}

impl Response {
    /// A whole answer of a type, for tests.
    #[cfg(test)]
    pub fn fixture(content_type: &str, body: impl Into<Payload>) -> Self {
        Self {
            status: 200,
            reason: "OK".to_owned(),
            version: "HTTP/1.1".to_owned(),
            headers: vec![("Content-Type".to_owned(), content_type.to_owned().into())],
            body: body.into(),
            encoded_len: 0,
            cookies: Vec::new(),
            truncated: None,
        }
    }

    /// The last header of that name, without regard to case; bytes that are no UTF-8 are replaced.
    pub fn header(&self, name: &str) -> Option<String> {
        self.headers
            .iter()
            .rev()
            .find(|(own, _)| own.eq_ignore_ascii_case(name))
            .map(|(_, value)| String::from_utf8_lossy(value).into_owned())
    }

    /// How many bytes of a body newman says there are: those that were announced where they were packed, though of a `HEAD`
    /// they never come; the unpacked ones otherwise.
    pub fn body_size(&self) -> u64 {
        let is_packed = self.header("content-encoding").is_some_and(|encoding| {
            let encoding = encoding.to_ascii_lowercase();
            encoding.contains("gzip") || encoding.contains("deflate")
        });
        let announced = self.header("content-length").filter(|_| is_packed);
        let announced = announced.and_then(|length| length.trim().parse().ok());
        announced.unwrap_or(self.body.len() as u64)
    }

    /// How many bytes newman says a response has: status line, headers and [body](Self::body_size).
    pub fn size(&self) -> u64 {
        let body = self.body_size();
        let line = "HTTP/1.1 200 \r\n\r\n".len() + self.reason.len();
        let headers = self
            .headers
            .iter()
            .map(|(key, value)| key.len() + value.len() + ": \r\n".len());
        body.saturating_add((line + headers.sum::<usize>()) as u64)
    }

    /// The media type without parameters, in lower case; empty when there is none.
    pub fn media_type(&self) -> String {
        self.header("content-type")
            .and_then(|v| v.split(';').next().map(|t| t.trim().to_lowercase()))
            .unwrap_or_default()
    }

    /// The label of the `charset` parameter of the Content-Type (RFC 9110, section 8.3.2), as the server spelled it.
    pub fn charset(&self) -> Option<String> {
        self.header("content-type")?.split(';').skip(1).find_map(|part| {
            let (key, value) = part.split_once('=')?;
            key.trim()
                .eq_ignore_ascii_case("charset")
                .then(|| value.trim().trim_matches('"').to_owned())
        })
    }

    /// Whether the status is 2xx.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Headers and body may hold tokens.
        write!(
            f,
            "Response({} with {} headers, {} bytes)",
            self.status,
            self.headers.len(),
            self.body.len()
        )
    }
}

/// A cookie, as a response set it or as the jar holds it (RFC 6265).
#[derive(Clone, PartialEq, Eq)]
pub struct Cookie {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
    /// The domain it is sent to.
    pub domain: String,
    /// The path it is sent to.
    pub path: String,
    /// When it ends; `None` with the session.
    pub expires: Option<Timestamp>,
    /// Only over HTTPS.
    pub secure: bool,
    /// Not for page scripts.
    pub http_only: bool,
    /// Only for the domain itself, not for those below it.
    pub host_only: bool,
    /// From where it is sent along: `Strict`, `Lax`, `None`; `None` where the server did not say.
    pub same_site: Option<&'static str>,
    /// What else a server said of one that it set.
    pub more: CookieMore,
}

/// What is seldom asked of a cookie, or why a jar does not keep it at all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CookieMore {
    /// A jar of its own for each site it is embedded in (CHIPS).
    pub partitioned: bool,
    /// For how many seconds it was to be kept when it was set, if that was said (`Max-Age`).
    pub max_age: Option<i64>,
    /// What is thrown away first: `Low`, `Medium`, `High`.
    pub priority: Option<&'static str>,
    /// Why the jar refused it, in a few words.
    pub refused: Option<&'static str>,
}

impl Cookie {
    /// As a request sends it; one without a name is its value alone.
    #[must_use]
    pub fn pair(&self) -> String {
        if self.name.is_empty() {
            self.value.clone()
        } else {
            format!("{}={}", self.name, self.value)
        }
    }
}

impl fmt::Debug for Cookie {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Cookie({} for {}{})", self.name, self.domain, self.path)
    }
}

/// An answer on the way to the last one: a redirect that was followed, or a request that was sent again.
#[derive(Clone, Debug)]
pub struct Hop {
    /// The method of the request.
    pub method: Method,
    /// Its URL.
    pub url: String,
    /// The status that redirected, or that a challenge came with.
    pub status: u16,
    /// Where to; empty where the request was sent again.
    pub location: String,
    /// Why the request was sent again, in a few words; `None` for a redirect.
    pub again: Option<String>,
    /// What the next request went without, in words: the headers that were left out, the body.
    pub dropped: Vec<String>,
    /// Whether its connection was open before.
    pub reused: bool,
    /// How long each part of this hop took, and all of it.
    pub timings: Timings,
    /// What it said, and to what.
    pub heads: Heads,
}

/// The heads of a request and of its answer on the way, without bodies.
#[derive(Clone, Default)]
pub struct Heads {
    /// The request's headers as they were sent.
    pub sent: Vec<(String, String)>,
    /// The answer's version: `HTTP/1.1`, `HTTP/2`.
    pub version: String,
    /// The answer's reason phrase.
    pub reason: String,
    /// The answer's headers in the order they came.
    pub received: Vec<(String, Bytes)>,
    /// The cookies it set.
    pub cookies: Vec<Cookie>,
    /// Whether more headers were sent or came than are kept.
    pub cut: bool,
    /// How many bytes the answer had ([`Response::size`]), and its body ([`Response::body_size`]); of a redirect's nothing is
    /// known.
    pub size: (u64, u64),
}

impl Heads {
    /// How much is kept of each head, in bytes (64 KiB): a loop has many of them.
    pub const KEPT: usize = 64 * 1024;

    /// As much of these as is kept.
    pub fn new(sent: &[(String, String)], received: &[(String, Bytes)]) -> Self {
        let fits = |lengths: &mut dyn Iterator<Item = usize>| {
            let mut room = Self::KEPT;
            lengths
                .take_while(|length| {
                    let fits = *length <= room;
                    room = room.saturating_sub(*length);
                    fits
                })
                .count()
        };
        let ours = fits(&mut sent.iter().map(|(name, value)| name.len() + value.len()));
        let theirs = fits(&mut received.iter().map(|(name, value)| name.len() + value.len()));
        Self {
            sent: sent[..ours].to_vec(),
            received: received[..theirs].to_vec(),
            cut: ours < sent.len() || theirs < received.len(),
            ..Self::default()
        }
    }
}

impl fmt::Debug for Heads {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Headers may hold tokens.
        write!(f, "Heads({} sent, {} received)", self.sent.len(), self.received.len())
    }
}

impl Hop {
    /// Where it led, for a person: `→ /new`, `digest challenge, sent again`.
    pub fn led(&self) -> String {
        match &self.again {
            Some(why) => format!("{why}, sent again"),
            None => format!("→ {}", self.location),
        }
    }

    /// What was left out on the way from it, for a person: `without Authorization, the body`.
    pub fn lost(&self) -> Option<String> {
        (!self.dropped.is_empty()).then(|| format!("without {}", self.dropped.join(", ")))
    }

    /// What it was, in a word.
    pub fn label(&self) -> &'static str {
        if self.again.is_some() { "Sent again" } else { "Redirect" }
    }
}

/// How long each phase took; `None` for a phase that did not happen (a reused connection has no DNS, connect or TLS).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Timings {
    /// Looking up the host name.
    pub dns: Option<Duration>,
    /// Opening the TCP connection (with a proxy: its CONNECT too).
    pub connect: Option<Duration>,
    /// The TLS handshake.
    pub tls: Option<Duration>,
    /// Handing the request's body over; `None` without one.
    pub sent: Option<Duration>,
    /// From the request written to the first byte of the response.
    pub first_byte: Option<Duration>,
    /// From the first byte to the last.
    pub download: Option<Duration>,
    /// From the start to the end, redirects and challenges included.
    pub total: Duration,
}

/// The connection an exchange went over.
#[derive(Clone, Debug, Default)]
pub struct Connection {
    /// The server's address.
    pub remote: Option<SocketAddr>,
    /// Our address.
    pub local: Option<SocketAddr>,
    /// Whether it was open before.
    pub reused: bool,
    /// Whether it took the request: from then on the server may have it, whatever else becomes of it.
    pub taken: bool,
    /// Whether another one, which was open before, ended without an answer, so that the request was sent again.
    pub resent: bool,
    /// What TLS agreed on with the server; `None` without TLS.
    pub tls: Option<Arc<Tls>>,
}

/// What kind of failure kept a response from coming.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SendErrorKind {
    /// The URL cannot be sent to.
    Url,
    /// The method, a header or the body cannot be sent.
    Request,
    /// The host name is unknown.
    Dns,
    /// The connection was refused or is unreachable.
    Connect,
    /// The TLS handshake or the certificate failed.
    Tls,
    /// The time limit passed.
    Timeout,
    /// The user cancelled.
    Cancelled,
    /// Too many redirects, or one that leads nowhere.
    Redirect,
    /// The proxy failed.
    Proxy,
    /// The other side does not speak HTTP as it should, or hung up.
    Protocol,
    /// A token that the request needs could not be had, so it was not sent.
    Token,
    /// There is more of the response than may be kept.
    TooLarge,
}

/// Why there is no response, or not all of it; says what happened, why, and what to do next.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{message}")]
pub struct SendError {
    /// The kind.
    pub kind: SendErrorKind,
    /// One sentence, lower case, without secrets.
    pub message: String,
    /// Deeper reasons, outermost first; empty where the message says it all.
    pub causes: Vec<String>,
    /// The next step.
    pub hint: Option<String>,
    /// What Node calls it, such as `EHOSTUNREACH`, where the kind alone does not tell; scripts written for Postman ask.
    pub code: &'static str,
}

impl SendError {
    /// The code of a send that was led on more often than its settings let it, a loop say; scripts see none.
    pub const TOO_FAR: &str = "ERR_FR_TOO_MANY_REDIRECTS";

    /// The code of a header with a value that cannot be sent.
    pub const BAD_HEADER: &str = "ERR_INVALID_CHAR";

    /// An error without causes or hint.
    pub fn new(kind: SendErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            causes: Vec::new(),
            hint: None,
            code: "",
        }
    }

    /// The same with Node's name for it.
    #[must_use]
    pub fn code(mut self, code: &'static str) -> Self {
        self.code = code;
        self
    }

    /// The same with a next step.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The same as an error of what it was for, of another kind and in words around its own; that somebody gave up is said
    /// as it is.
    #[must_use]
    pub fn within(self, kind: SendErrorKind, words: impl FnOnce(&str) -> String) -> Self {
        if self.kind == SendErrorKind::Cancelled {
            return self;
        }
        Self {
            kind,
            message: words(&self.message),
            ..self
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_took_what_came_after_the_rounds_that_were_sent_again() {
        let millis = Duration::from_millis;
        let hop = |again: Option<&str>, took| Hop {
            method: Method::default(),
            url: String::new(),
            status: 401,
            location: String::new(),
            again: again.map(str::to_owned),
            dropped: Vec::new(),
            reused: false,
            timings: Timings {
                total: millis(took),
                ..Timings::default()
            },
            heads: Heads::default(),
        };
        let exchange = Exchange {
            started: Timestamp::UNIX_EPOCH,
            request: SentRequest {
                method: Method::default(),
                url: String::new(),
                version: String::new(),
                headers: Vec::new(),
                body: Bytes::new(),
                body_len: 0,
            },
            result: Ok(Response::fixture("", "")),
            connection: Connection::default(),
            redactor: Redactor::default(),
            warnings: Vec::new(),
            hops: vec![hop(None, 100), hop(Some("it asked for digest"), 300), hop(None, 20)],
            timings: Timings {
                total: millis(445),
                ..Timings::default()
            },
        };
        assert_eq!(exchange.answered_in(), millis(45), "a redirect is part of the way");
        assert_eq!(exchange.refused_in(), [millis(400)], "of either");
    }

    #[test]
    fn a_response_is_as_long_as_newman_says() {
        let response = |encoding: &'static str, announced: &'static str, encoded_len, body: &'static str| Response {
            status: 200,
            reason: "OK".to_owned(),
            version: "HTTP/1.1".to_owned(),
            headers: vec![
                ("content-encoding".to_owned(), Bytes::from(encoding)),
                ("content-length".to_owned(), Bytes::from(announced)),
            ],
            body: body.into(),
            encoded_len,
            cookies: Vec::new(),
            truncated: None,
        };
        let head = "HTTP/1.1 200 OK\r\ncontent-encoding: \r\ncontent-length: \r\n\r\n".len() as u64;
        assert_eq!(response("", "5", 5, "12345").size(), head + 1 + 5);
        assert_eq!(
            response("", "5", 0, "").size(),
            head + 1,
            "what a HEAD announces never came"
        );
        assert_eq!(
            response("gzip", "5", 0, "").size(),
            head + 4 + 1 + 5,
            "unless it is packed"
        );
        assert_eq!(response("gzip", "5", 5, "123456789").size(), head + 4 + 1 + 5);
        assert_eq!(response("gzip", "", 5, "123456789").size(), head + 4 + 9);
        assert_eq!(response("br", "5", 5, "123456789").size(), head + 2 + 1 + 9);
    }
}
