//! Whether a connection still does anything: when a byte last went over it, in either direction.
//!
//! A limit on the whole time would end long downloads and slow servers that work; silence is what tells a dead one.

use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

use super::wire::Duplex;

/// When something last happened. Clones share it.
#[derive(Clone, Debug)]
pub(super) struct Pulse(Arc<AtomicU64>);

/// What moments are counted from.
static START: LazyLock<Instant> = LazyLock::new(Instant::now);

fn now() -> u64 {
    u64::try_from(START.elapsed().as_millis()).unwrap_or(u64::MAX)
}

impl Pulse {
    /// Beats for the first time.
    pub(super) fn new() -> Self {
        Self(Arc::new(AtomicU64::new(now())))
    }

    /// Something happened.
    pub(super) fn beat(&self) {
        self.0.store(now(), Ordering::Relaxed);
    }

    /// How long nothing has happened.
    pub(super) fn silence(&self) -> Duration {
        Duration::from_millis(now().saturating_sub(self.0.load(Ordering::Relaxed)))
    }
}

/// A connection whose every byte is a beat.
pub(super) struct Beating<S> {
    pub inner: S,
    pub pulse: Pulse,
}

impl Duplex for Beating<TcpStream> {
    fn acknowledge(&self) {
        // A connection that cannot be told so is as quick as it was.
        #[cfg(any(target_os = "linux", target_os = "android"))]
        let _ = self.inner.set_quickack(true);
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Beating<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let read = ready!(Pin::new(&mut self.inner).poll_read(cx, buffer));
        self.pulse.beat();
        Poll::Ready(read)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Beating<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = ready!(Pin::new(&mut self.inner).poll_write(cx, bytes));
        self.pulse.beat();
        Poll::Ready(written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        pieces: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = ready!(Pin::new(&mut self.inner).poll_write_vectored(cx, pieces));
        self.pulse.beat();
        Poll::Ready(written)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}
