//! What happened when during one hop: marks set by hooks deep in the connection, and the progress shown meanwhile.
//!
//! ```text
//! connector called ─ resolver called ─ resolved ─ TLS asks for a ticket ─ connector ready ─ answer ─ last byte
//!                    └────── dns ─────┘└─ connect ─┘└──────── tls ───────┘
//! ```
//!
//! The hooks know nothing of the request they work for, so they find its [`Trace`] in a task-local: a connection is
//! opened inside the task that needs it. One opened in the background, because a pooled one was free first, finds no
//! trace and leaves no marks, which is how a reused connection is recognised.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use bytes::Bytes;
use hyper_util::client::legacy::connect::dns::Name;
use rustls::NamedGroup;
use rustls::client::{ClientSessionMemoryCache, ClientSessionStore, Tls12ClientSessionValue, Tls13ClientSessionValue};
use rustls::pki_types::ServerName;
use tower::Service;

use super::pulse::Pulse;
use crate::model::exchange::{Phase, Timings};
use crate::model::tls::Tls;

/// Told of every step of a send; must be quick, as it is called from within it.
pub type Progress = Arc<dyn Fn(Phase) + Send + Sync>;

tokio::task_local! {
    static TRACE: Arc<Trace>;
}

/// The marks of one hop.
pub(super) struct Trace {
    progress: Progress,
    /// The send's own, and that of the connection it goes over.
    pulse: Pulse,
    /// The time that went by while the server was not waited for.
    apart: Mutex<Apart>,
    marks: Mutex<Marks>,
}

/// Time that is not the server's.
#[derive(Clone, Copy, Default)]
struct Apart {
    /// What is over of it.
    over: Duration,
    /// Since when it goes on.
    since: Option<Instant>,
}

/// Moments, and what a hook saw that its error does not say.
#[derive(Clone, Debug)]
pub(super) struct Marks {
    start: Instant,
    dns: Option<(Instant, Option<Instant>)>,
    connect: Option<Instant>,
    tls: Option<Instant>,
    connected: Option<Instant>,
    body_sent: Option<Instant>,
    answered: Option<Instant>,
    finished: Option<Instant>,
    /// How far it came.
    pub phase: Phase,
    /// The host whose name is unknown, and why.
    pub dns_error: Option<(String, String)>,
    /// The certificate that was refused names itself as its issuer.
    pub self_signed: bool,
    /// The certificates that were refused.
    pub refused: Option<Arc<Tls>>,
    /// The certificate of ours that was shown.
    shown: Option<Bytes>,
    /// The connection.
    connection: Option<Pulse>,
    /// How many connections took the request, so that the server may have it.
    taken: usize,
    /// Whether an open connection ended without an answer, so that the request went over another.
    pub resent: bool,
    /// The TLS version, once the server has proved itself.
    pub tls_version: Option<&'static str>,
}

impl Trace {
    pub(super) fn new(progress: Progress) -> Arc<Self> {
        Arc::new(Self {
            progress,
            pulse: Pulse::new(),
            apart: Mutex::default(),
            marks: Mutex::new(Marks {
                start: Instant::now(),
                dns: None,
                connect: None,
                tls: None,
                connected: None,
                body_sent: None,
                answered: None,
                finished: None,
                phase: Phase::Preparing,
                dns_error: None,
                self_signed: false,
                refused: None,
                shown: None,
                connection: None,
                taken: 0,
                resent: false,
                tls_version: None,
            }),
        })
    }

    /// Runs a future so that hooks called within it find this trace.
    pub(super) async fn scope<F: Future>(self: &Arc<Self>, future: F) -> F::Output {
        TRACE.scope(Arc::clone(self), future).await
    }

    /// Tells the watcher where the send stands.
    pub(super) fn phase(&self, phase: Phase) {
        self.pulse.beat();
        self.marks().phase = phase;
        (self.progress)(phase);
    }

    /// A piece of the request body was taken to be written.
    pub(super) fn body_sent(&self) {
        self.marks().body_sent = Some(Instant::now());
    }

    /// The head of the response is there.
    pub(super) fn answered(&self) {
        self.marks().answered = Some(Instant::now());
    }

    /// The last byte of the response is there.
    pub(super) fn finished(&self) {
        self.marks().finished = Some(Instant::now());
    }

    /// Waits for somebody else than the server, for whom no limit of time is meant.
    pub(super) async fn apart<F: Future>(&self, waiting: F) -> F::Output {
        self.rest().since = Some(Instant::now());
        let out = waiting.await;
        self.pulse.beat();
        let mut apart = self.rest();
        let more = apart.since.take().map(|since| since.elapsed());
        apart.over += more.unwrap_or_default();
        out
    }

    /// Whether somebody else than the server is waited for, and how long that was so in all.
    pub(super) fn waited_apart(&self) -> (bool, Duration) {
        let Apart { over, since } = *self.rest();
        let now = since.map(|since| since.elapsed());
        (since.is_some(), over + now.unwrap_or_default())
    }

    fn rest(&self) -> MutexGuard<'_, Apart> {
        self.apart.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How long nothing has happened, neither here nor on the connection.
    pub(super) fn silence(&self) -> Duration {
        if self.waited_apart().0 {
            return Duration::ZERO;
        }
        let own = self.pulse.silence();
        self.marks()
            .connection
            .as_ref()
            .map_or(own, |pulse| pulse.silence().min(own))
    }

    /// The marks so far.
    pub(super) fn snapshot(&self) -> Marks {
        self.marks().clone()
    }

    fn marks(&self) -> MutexGuard<'_, Marks> {
        self.marks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Marks {
    /// Whether the connection was open before.
    pub(super) fn reused(&self) -> bool {
        self.connected.is_none()
    }

    /// Whether the server may have the request.
    pub(super) fn went_out(&self) -> bool {
        self.taken > 0
    }

    /// How long the hop has taken so far.
    pub(super) fn took(&self) -> Duration {
        self.finished.unwrap_or_else(Instant::now) - self.start
    }

    /// How long each phase took; phases that did not come to their end are left out.
    pub(super) fn timings(&self, total: Duration) -> Timings {
        let mut timings = Timings {
            total,
            ..Timings::default()
        };
        if let (Some(start), Some(end)) = (self.connect, self.connected) {
            let resolved = self.dns.and_then(|(_, end)| end);
            timings.dns = self
                .dns
                .and_then(|(start, end)| Some(end?.saturating_duration_since(start)));
            let open = self.tls.unwrap_or(end);
            timings.connect = Some(open.saturating_duration_since(resolved.unwrap_or(start)));
            timings.tls = self.tls.map(|start| end.saturating_duration_since(start));
        } else if self.answered.is_none() {
            // A connection that failed: how long its phases took tells where.
            timings.dns = self
                .dns
                .and_then(|(start, end)| Some(end?.saturating_duration_since(start)));
        }
        if let Some(answered) = self.answered {
            let written = [Some(self.start), self.connected, self.body_sent];
            let written = written.into_iter().flatten().max().unwrap_or(self.start);
            let ready = self.connected.unwrap_or(self.start);
            timings.sent = self.body_sent.map(|sent| sent.saturating_duration_since(ready));
            timings.first_byte = Some(answered.saturating_duration_since(written));
            timings.download = self.finished.map(|end| end.saturating_duration_since(answered));
        }
        timings
    }
}

/// Sets marks on the trace of this task, if it has one.
fn mark(set: impl FnOnce(&mut Marks), phase: Option<Phase>) {
    // No trace: a connection opened in the background, for nobody in particular.
    let _ = TRACE.try_with(|trace| {
        set(&mut trace.marks());
        if let Some(phase) = phase {
            trace.phase(phase);
        }
    });
}

/// Notes the connection whose silence counts.
pub(super) fn watch(pulse: &Pulse) {
    mark(|marks| marks.connection = Some(pulse.clone()), None);
}

/// Notes that the refused certificate is its own issuer.
pub(super) fn mark_self_signed() {
    mark(|marks| marks.self_signed = true, None);
}

/// Notes the certificate of ours that a server is shown.
pub(super) fn mark_shown(certificate: Bytes) {
    mark(|marks| marks.shown = Some(certificate), None);
}

/// The certificate of ours that the server of the connection just opened was shown.
pub(super) fn shown() -> Option<Bytes> {
    TRACE.try_with(|trace| trace.marks().shown.take()).ok().flatten()
}

/// Notes the certificates that were refused.
pub(super) fn mark_refused(tls: Tls) {
    mark(|marks| marks.refused = Some(Arc::new(tls)), None);
}

/// Notes the version of TLS spoken.
pub(super) fn mark_tls_version(version: &'static str) {
    mark(|marks| marks.tls_version = Some(version), None);
}

/// Notes that a connection is being opened.
pub(super) fn mark_connect() {
    mark(|marks| marks.connect = Some(Instant::now()), Some(Phase::Connecting));
}

/// Notes that the connection is open.
pub(super) fn mark_connected() {
    mark(|marks| marks.connected = Some(Instant::now()), Some(Phase::Waiting));
}

/// Notes that a connection takes the request: an open one says nothing more until the answer comes.
pub(super) fn mark_going_out() {
    mark(|marks| marks.taken += 1, Some(Phase::Waiting));
}

/// Notes that the connection was closed before it took the request.
pub(super) fn mark_not_taken() {
    mark(|marks| marks.taken = marks.taken.saturating_sub(1), None);
}

/// Notes that the connection ended without an answer, and the request goes over another.
pub(super) fn mark_resent() {
    mark(|marks| marks.resent = true, None);
}

/// Looks host names up as the system does, and marks when.
#[derive(Clone, Copy, Debug)]
pub(super) struct Resolver;

impl Resolver {
    /// The addresses of a host.
    pub(super) async fn lookup(name: String) -> io::Result<Vec<SocketAddr>> {
        mark(|marks| marks.dns = Some((Instant::now(), None)), Some(Phase::Dns));
        let found = tokio::net::lookup_host((name.clone(), 0)).await.map(Vec::from_iter);
        mark(
            |marks| {
                if let Some(dns) = &mut marks.dns {
                    dns.1 = Some(Instant::now());
                }
                marks.dns_error = match &found {
                    Ok(addresses) if addresses.is_empty() => Some("it has no address".to_owned()),
                    Ok(_) => None,
                    Err(error) => Some(error.to_string()),
                }
                .map(|why| (name, why));
            },
            Some(Phase::Connecting),
        );
        found
    }
}

impl Service<Name> for Resolver {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let name = name.as_str().to_owned();
        Box::pin(async move { Ok(Self::lookup(name).await?.into_iter()) })
    }
}

impl reqwest::dns::Resolve for Resolver {
    fn resolve(&self, name: reqwest::dns::Name) -> reqwest::dns::Resolving {
        let name = name.as_str().to_owned();
        Box::pin(async move {
            let addresses: reqwest::dns::Addrs = Box::new(Self::lookup(name).await?.into_iter());
            Ok(addresses)
        })
    }
}

/// Keeps TLS sessions for resumption, and marks when one is asked for: the first thing of a handshake.
#[derive(Debug)]
pub(super) struct Sessions(ClientSessionMemoryCache);

impl Sessions {
    pub(super) fn new() -> Self {
        Self(ClientSessionMemoryCache::new(256))
    }
}

impl ClientSessionStore for Sessions {
    fn set_kx_hint(&self, server_name: ServerName<'static>, group: NamedGroup) {
        self.0.set_kx_hint(server_name, group);
    }

    fn kx_hint(&self, server_name: &ServerName<'_>) -> Option<NamedGroup> {
        mark(
            |marks| {
                marks.tls.get_or_insert_with(Instant::now);
            },
            Some(Phase::Tls),
        );
        self.0.kx_hint(server_name)
    }

    fn set_tls12_session(&self, server_name: ServerName<'static>, value: Tls12ClientSessionValue) {
        self.0.set_tls12_session(server_name, value);
    }

    fn tls12_session(&self, server_name: &ServerName<'_>) -> Option<Tls12ClientSessionValue> {
        self.0.tls12_session(server_name)
    }

    fn remove_tls12_session(&self, server_name: &ServerName<'static>) {
        self.0.remove_tls12_session(server_name);
    }

    fn insert_tls13_ticket(&self, server_name: ServerName<'static>, value: Tls13ClientSessionValue) {
        self.0.insert_tls13_ticket(server_name, value);
    }

    fn take_tls13_ticket(&self, server_name: &ServerName<'static>) -> Option<Tls13ClientSessionValue> {
        mark(
            |marks| {
                marks.tls.get_or_insert_with(Instant::now);
            },
            Some(Phase::Tls),
        );
        self.0.take_tls13_ticket(server_name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn marks_land_on_the_trace_of_their_own_task_and_nowhere_else() {
        let one = Trace::new(Arc::new(|_| {}));
        let two = Trace::new(Arc::new(|_| {}));
        mark_self_signed();
        one.scope(async { mark_self_signed() }).await;
        assert!(one.snapshot().self_signed);
        assert!(!two.snapshot().self_signed);
    }

    #[test]
    fn a_connection_without_marks_was_open_before() {
        let trace = Trace::new(Arc::new(|_| {}));
        trace.answered();
        trace.finished();
        let marks = trace.snapshot();
        let timings = marks.timings(marks.took());
        assert!(marks.reused());
        assert_eq!((timings.dns, timings.connect, timings.tls), (None, None, None));
        assert!(timings.first_byte.is_some() && timings.download.is_some());
    }
}
