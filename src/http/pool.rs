//! Connections that stay open between requests, and one exchange over one of them.
//!
//! ```text
//! an idle connection, else a new one ─▶ request ─▶ Answer: head, then the body chunk by chunk ─▶ idle again
//! ```
//!
//! A connection of HTTP/1 serves one exchange at a time and is away meanwhile; one of HTTP/2 serves all. A request that an
//! idle connection did not take, because the server had closed it, goes over another.

use std::error::Error;
use std::future::Future;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::header::{CONNECTION, CONTENT_LENGTH, TRANSFER_ENCODING};
use http::{HeaderMap, Request, Uri, Version};
use http_body_util::BodyExt;
use hyper::body::{Body as _, Incoming};
use hyper::client::conn::{TrySendError, http1, http2};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::task::JoinHandle;

use super::body::Body;
use super::connect::{self, ConnectError, Ends, Route};
use super::head::Head;
use super::pulse::Pulse;
use super::shelf::Shelf;
use super::tls::Terms;
use super::trace::{mark_going_out, mark_not_taken, mark_resent, watch};
use super::wire::{Heads, Wire};

/// What tells connections apart: each serves requests of its own kind alone.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) struct Key {
    /// Scheme, host and port.
    pub server: Uri,
    pub terms: Terms,
    pub proxy: Option<String>,
    /// The number of the client's certificate.
    pub certificate: Option<usize>,
}

/// A request, put together.
pub(super) struct Outbound<'a> {
    pub method: http::Method,
    /// Its head in HTTP/1.
    pub head: Vec<u8>,
    /// Its URL in HTTP/2.
    pub uri: Uri,
    /// Its headers in HTTP/2; those that frame the body hold for HTTP/1 too.
    pub headers: &'a HeaderMap,
    /// Makes the body; a request that was not taken needs it again.
    pub body: &'a (dyn Fn() -> Body + Sync),
}

/// Why there is no answer.
pub(super) enum Failure {
    /// No connection could be opened.
    Connect(ConnectError),
    /// The exchange broke off.
    Exchange(hyper::Error),
}

/// Where idle connections wait. Clones share them.
#[derive(Clone)]
pub(super) struct Pool {
    idle: Arc<Mutex<Shelf<Key, Link>>>,
}

impl Default for Pool {
    fn default() -> Self {
        Self {
            idle: Arc::new(Mutex::new(Shelf::new(IDLE))),
        }
    }
}

/// How long a connection stays open unused.
const IDLE: Duration = Duration::from_secs(90);
/// How long a connection may take to be free again after its last answer was read.
const SETTLES: Duration = Duration::from_millis(100);

/// The most bytes of a response's headers in HTTP/2, as it counts them: no more lines than the library has room for.
const MOST_H2_HEADERS: u32 = 768 * 1024;

/// One connection.
enum Link {
    Http1 {
        sender: http1::SendRequest<Body>,
        heads: Heads,
        ends: Ends,
        pulse: Pulse,
    },
    Http2 {
        sender: http2::SendRequest<Body>,
        ends: Ends,
        pulse: Pulse,
    },
}

impl Link {
    fn overflowed(&self) -> bool {
        matches!(self, Self::Http1 { heads, .. } if heads.overflowed())
    }
}

impl Pool {
    /// Sends a request and returns the head of its answer.
    pub(super) async fn exchange(&self, key: &Key, route: &Route, request: &Outbound<'_>) -> Result<Answer, Failure> {
        while let Some(link) = self.take(key).await {
            match self.send(key, link, request).await {
                Ok(answer) => return Ok(answer),
                // It never went out.
                Err(error) if error.message().is_some() => mark_not_taken(),
                // The server had hung up before it came, which it may at any time (RFC 9112, section 9.3.1).
                Err(error) if request.method.is_idempotent() && hung_up(error.error()) => mark_resent(),
                Err(error) => return Err(Failure::Exchange(error.into_error())),
            }
        }
        let (link, connection) = open(route).await?;
        if let Link::Http2 { sender, ends, pulse } = &link {
            let (sender, ends, pulse) = (sender.clone(), ends.clone(), pulse.clone());
            self.give_back(key.clone(), Link::Http2 { sender, ends, pulse });
        }
        match self.send(key, link, request).await {
            Ok(answer) => Ok(answer),
            Err(error) => Err(Failure::Exchange(reason(error.into_error(), connection).await)),
        }
    }

    /// A connection that can be used at once.
    async fn take(&self, key: &Key) -> Option<Link> {
        loop {
            let link = self.idle().take(key, Instant::now())?;
            match link {
                Link::Http1 {
                    mut sender,
                    heads,
                    ends,
                    pulse,
                } if !sender.is_closed() => {
                    let ready =
                        sender.is_ready() || matches!(tokio::time::timeout(SETTLES, sender.ready()).await, Ok(Ok(())));
                    if ready {
                        return Some(Link::Http1 {
                            sender,
                            heads,
                            ends,
                            pulse,
                        });
                    }
                }
                Link::Http2 { sender, ends, pulse } if !sender.is_closed() => {
                    let shared = Link::Http2 {
                        sender: sender.clone(),
                        ends: ends.clone(),
                        pulse: pulse.clone(),
                    };
                    self.give_back(key.clone(), shared);
                    return Some(Link::Http2 { sender, ends, pulse });
                }
                Link::Http1 { .. } | Link::Http2 { .. } => {}
            }
        }
    }

    fn give_back(&self, key: Key, link: Link) {
        let mut idle = self.idle();
        idle.put(key, link, Instant::now());
        if !idle.attended {
            idle.attended = true;
            tokio::spawn(attend(Arc::downgrade(&self.idle)));
        }
    }

    fn idle(&self) -> MutexGuard<'_, Shelf<Key, Link>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn send(&self, key: &Key, link: Link, request: &Outbound<'_>) -> Result<Answer, TrySendError<Request<Body>>> {
        match link {
            Link::Http1 {
                mut sender,
                heads,
                ends,
                pulse,
            } => {
                watch(&pulse);
                heads.request(request.head.clone());
                mark_going_out();
                let body = sender.try_send_request(request.http1()).await?.into_body();
                let head = heads.answer();
                let link = Link::Http1 {
                    sender,
                    heads,
                    ends: ends.clone(),
                    pulse,
                };
                Ok(Answer {
                    head,
                    body,
                    trailers: Vec::new(),
                    overflowed: false,
                    ends,
                    back: Some((self.clone(), key.clone(), link)),
                })
            }
            Link::Http2 {
                mut sender,
                ends,
                pulse,
            } => {
                watch(&pulse);
                mark_going_out();
                let (parts, body) = sender.try_send_request(request.http2()).await?.into_parts();
                let head = Head {
                    version: parts.version,
                    status: parts.status.as_u16(),
                    // There is no other in HTTP/2.
                    reason: parts.status.canonical_reason().unwrap_or_default().to_owned(),
                    lines: lines(&parts.headers),
                    ..Head::default()
                };
                Ok(Answer {
                    head,
                    body,
                    trailers: Vec::new(),
                    overflowed: false,
                    ends,
                    back: None,
                })
            }
        }
    }
}

/// Closes connections that were idle for too long, while there are any.
async fn attend(idle: Weak<Mutex<Shelf<Key, Link>>>) {
    loop {
        let Some(shelf) = idle.upgrade() else { return };
        let due = shelf
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .sweep(Instant::now());
        drop(shelf);
        let Some(due) = due else { return };
        tokio::time::sleep_until(due.into()).await;
    }
}

async fn open(route: &Route) -> Result<(Link, Running), Failure> {
    // Boxed: opening one is rare and needs more room than all the rest of a send, which would be moved with it.
    let opened = Box::pin(connect::open(route.clone())).await.map_err(Failure::Connect)?;
    let (ends, pulse) = (opened.ends, opened.pulse);
    if opened.is_h2 {
        let mut builder = http2::Builder::new(TokioExecutor::new());
        builder.max_header_list_size(MOST_H2_HEADERS);
        let handshake = builder.handshake(TokioIo::new(opened.stream));
        let (sender, connection) = handshake.await.map_err(Failure::Exchange)?;
        return Ok((Link::Http2 { sender, ends, pulse }, run(connection)));
    }
    let heads = Heads::default();
    let wire = Wire::new(opened.stream, heads.clone());
    let (sender, connection) = http1::handshake(TokioIo::new(wire)).await.map_err(Failure::Exchange)?;
    let link = Link::Http1 {
        sender,
        heads,
        ends,
        pulse,
    };
    Ok((link, run(connection)))
}

/// Whether a connection ended without a byte of an answer.
fn hung_up(error: &hyper::Error) -> bool {
    let broken = error.source().and_then(|error| error.downcast_ref::<io::Error>());
    let broken = broken.is_some_and(|error| {
        let torn = matches!(error.kind(), io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe);
        torn && error.get_ref().is_none()
    });
    broken || error.is_incomplete_message()
}

/// A connection that works beside us.
type Running = JoinHandle<hyper::Result<()>>;

/// Lets a connection work beside us; it ends with its sender or its server.
fn run(connection: impl Future<Output = hyper::Result<()>> + Send + 'static) -> Running {
    tokio::spawn(connection)
}

/// Why an exchange failed: whoever comes too late is only told that the connection is no more, which itself knows why.
async fn reason(error: hyper::Error, connection: Running) -> hyper::Error {
    if !(error.is_canceled() || error.is_closed()) {
        return error;
    }
    match tokio::time::timeout(SETTLES, connection).await {
        Ok(Ok(Err(deeper))) => deeper,
        _ => error,
    }
}

impl Outbound<'_> {
    /// For hyper alone: the real head takes the place of this one.
    fn http1(&self) -> Request<Body> {
        let mut out = Request::new((self.body)());
        *out.method_mut() = self.method.clone();
        if self.method == http::Method::CONNECT {
            *out.uri_mut() = self.uri.clone();
        }
        for name in [CONTENT_LENGTH, TRANSFER_ENCODING, CONNECTION] {
            if let Some(value) = self.headers.get(&name) {
                out.headers_mut().insert(name, value.clone());
            }
        }
        out
    }

    fn http2(&self) -> Request<Body> {
        let mut out = Request::new((self.body)());
        *out.method_mut() = self.method.clone();
        *out.uri_mut() = self.uri.clone();
        *out.version_mut() = Version::HTTP_2;
        out.headers_mut().clone_from(self.headers);
        out
    }
}

/// Headers as the lines they would be.
fn lines(headers: &HeaderMap) -> Vec<(String, Bytes)> {
    let lines = headers.iter();
    lines
        .map(|(name, value)| (name.as_str().to_owned(), Bytes::copy_from_slice(value.as_bytes())))
        .collect()
}

/// The head of an answer, and the way to its body.
pub(super) struct Answer {
    pub head: Head,
    body: Incoming,
    /// The headers that came behind the body.
    pub trailers: Vec<(String, Bytes)>,
    /// The server sent more than it announced.
    pub overflowed: bool,
    /// The connection it comes over.
    pub ends: Ends,
    /// Where the connection goes when the body is read.
    back: Option<(Pool, Key, Link)>,
}

impl Answer {
    /// The length of the body, if it was announced.
    pub(super) fn content_length(&self) -> Option<u64> {
        self.body.size_hint().exact()
    }

    /// The next piece of the body; `None` at its end, with which the connection is free.
    pub(super) async fn chunk(&mut self) -> Option<Result<Bytes, hyper::Error>> {
        loop {
            match self.body.frame().await {
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(bytes) => return Some(Ok(bytes)),
                    Err(frame) => self.trailers = frame.trailers_ref().map(lines).unwrap_or_default(),
                },
                Some(Err(error)) => return Some(Err(error)),
                None => {
                    if let Some((pool, key, link)) = self.back.take() {
                        self.overflowed = link.overflowed();
                        if !self.overflowed {
                            pool.give_back(key, link);
                        }
                    }
                    return None;
                }
            }
        }
    }
}
