//! The heads of HTTP/1 messages as they are on the wire.
//!
//! hyper writes header names in lower case or in Title-Case, always in its own order, and tells the names of a response in
//! lower case. A user's spelling, a server's, a path with dots in it and a request without `Accept` are lost that way; so
//! hyper gets only what it needs to frame the message, and a [`Wire`] below it puts our own head in the place of its, and
//! keeps the response's head as it came.
//!
//! ```text
//! hyper ─ its head, body ─▶ Wire ─ our head, body ─▶ connection
//!       ◀──── all of it ─── Wire ◀──── response ────
//!                            └─▶ the head, kept
//! ```

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use memchr::memmem;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// A connection of any kind: TCP, TLS, or TLS through a tunnel.
pub(super) trait Duplex: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Duplex for T {}

/// What is in the middle of every connection that speaks HTTP/1.
pub(super) struct Wire {
    connection: Box<dyn Duplex>,
    heads: Heads,
    /// hyper's head as far as it was written.
    theirs: Vec<u8>,
    /// What is still to be written before anything else.
    pending: Vec<u8>,
    /// How much of `pending` is written.
    written: usize,
}

/// The heads of one connection's exchange, shared between the sender and its [`Wire`].
#[derive(Clone, Default)]
pub(super) struct Heads(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    /// Goes out in the place of hyper's.
    request: Option<Vec<u8>>,
    response: Vec<u8>,
    /// The response's head is not whole yet.
    listening: bool,
}

/// No head is larger: hyper gives up before.
const MOST_BYTES: usize = 1 << 20;

impl Heads {
    /// Gives the next request its head, from the request line to the empty line.
    pub(super) fn request(&self, head: Vec<u8>) {
        let mut state = self.state();
        state.request = Some(head);
        state.response.clear();
        state.listening = true;
    }

    /// The header lines of the response, in their order and spelling.
    pub(super) fn response(&self) -> Vec<(String, Bytes)> {
        lines(&std::mem::take(&mut self.state().response))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn read(&self, bytes: &[u8]) {
        let mut state = self.state();
        if !state.listening {
            return;
        }
        // The end may lie across two reads.
        let mut from = state.response.len().saturating_sub(3);
        state.response.extend_from_slice(bytes);
        while let Some(end) = end_of_head(&state.response, from) {
            // 100 Continue and its like come before the answer.
            let interim = status(&state.response).is_some_and(|status| status.starts_with(b"1") && status != b"101");
            if !interim {
                state.response.truncate(end);
                state.listening = false;
                return;
            }
            state.response.drain(..end);
            from = 0;
            if state.response.is_empty() {
                return;
            }
        }
        state.listening = state.response.len() <= MOST_BYTES;
    }
}

/// Where the empty line ends that ends a head; a line may end without a carriage return (RFC 9112, section 2.2).
fn end_of_head(bytes: &[u8], from: usize) -> Option<usize> {
    let lines = memchr::memchr_iter(b'\n', &bytes[from..]).map(|at| from + at + 1);
    lines.into_iter().find_map(|at| match &bytes[at..] {
        [b'\n', ..] => Some(at + 1),
        [b'\r', b'\n', ..] => Some(at + 2),
        _ => None,
    })
}

fn status(head: &[u8]) -> Option<&[u8]> {
    head.split(|byte| *byte == b' ').nth(1)?.get(..3)
}

/// The lines of a head behind the first.
fn lines(head: &[u8]) -> Vec<(String, Bytes)> {
    let mut lines = head.split(|byte| *byte == b'\n').skip(1);
    std::iter::from_fn(|| lines.next())
        .map(|line| line.strip_suffix(b"\r").unwrap_or(line))
        .take_while(|line| !line.is_empty())
        .filter_map(|line| {
            let colon = memchr::memchr(b':', line)?;
            let name = String::from_utf8_lossy(line[..colon].trim_ascii()).into_owned();
            Some((name, Bytes::copy_from_slice(line[colon + 1..].trim_ascii())))
        })
        .collect()
}

impl Wire {
    pub(super) fn new(connection: Box<dyn Duplex>, heads: Heads) -> Self {
        Self {
            connection,
            heads,
            theirs: Vec::new(),
            pending: Vec::new(),
            written: 0,
        }
    }

    fn write_pending(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while self.written < self.pending.len() {
            let rest = &self.pending[self.written..];
            let count = ready!(Pin::new(&mut self.connection).poll_write(cx, rest))?;
            if count == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.written += count;
        }
        self.pending.clear();
        self.written = 0;
        Poll::Ready(Ok(()))
    }
}

impl AsyncRead for Wire {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.connection).poll_read(cx, buffer))?;
        self.heads.read(&buffer.filled()[before..]);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Wire {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        ready!(self.write_pending(cx))?;
        let this = &mut *self;
        let mut state = this.heads.state();
        let Some(mut ours) = state.request.take() else {
            drop(state);
            return Pin::new(&mut this.connection).poll_write(cx, bytes);
        };
        this.theirs.extend_from_slice(bytes);
        let Some(end) = memmem::find(&this.theirs, b"\r\n\r\n").map(|at| at + 4) else {
            state.request = Some(ours);
            return Poll::Ready(Ok(bytes.len()));
        };
        drop(state);
        ours.extend_from_slice(&this.theirs[end..]);
        this.theirs.clear();
        this.pending = ours;
        // What does not go out now goes with the flush that follows.
        if let Poll::Ready(Err(error)) = this.write_pending(cx) {
            return Poll::Ready(Err(error));
        }
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.write_pending(cx))?;
        Pin::new(&mut self.connection).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.write_pending(cx))?;
        Pin::new(&mut self.connection).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    #[tokio::test]
    async fn our_head_takes_the_place_of_theirs_wherever_it_is_cut() {
        for cut in [1, 10, 17, 18, 19, 21] {
            let (near, mut far) = tokio::io::duplex(7);
            let heads = Heads::default();
            heads.request(b"GET /ours HTTP/1.1\r\nx-CaSe: 1\r\n\r\n".to_vec());
            let mut wire = Wire::new(Box::new(near), heads);
            let sent = tokio::spawn(async move {
                let theirs = b"GET / HTTP/1.1\r\n\r\nbody";
                wire.write_all(&theirs[..cut]).await.unwrap();
                wire.write_all(&theirs[cut..]).await.unwrap();
                wire.write_all(b" more").await.unwrap();
                wire.shutdown().await.unwrap();
            });
            let mut seen = String::new();
            far.read_to_string(&mut seen).await.unwrap();
            sent.await.unwrap();
            assert_eq!(seen, "GET /ours HTTP/1.1\r\nx-CaSe: 1\r\n\r\nbody more", "cut at {cut}");
        }
    }

    #[test]
    fn the_head_of_the_answer_is_kept_as_it_came() {
        let answer = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\neTag:  a \r\nX: 1\nX: 2\r\n\r\nbody\r\n\r\nX: 3";
        for piece in [1, 2, 3, 7, 200] {
            let heads = Heads::default();
            heads.request(Vec::new());
            answer.chunks(piece).for_each(|bytes| heads.read(bytes));
            let lines = heads.response();
            let lines: Vec<(&str, &[u8])> = lines.iter().map(|(name, value)| (name.as_str(), &value[..])).collect();
            assert_eq!(
                lines,
                [("eTag", &b"a"[..]), ("X", b"1"), ("X", b"2")],
                "in pieces of {piece}"
            );
        }
    }
}
