//! The heads of HTTP/1 messages as they are on the wire.
//!
//! hyper writes header names in lower case or in Title-Case, always in its own order, and takes and tells of a response's
//! head only what it likes. A user's spelling, a server's, a path with dots in it and a request without `Accept` are lost
//! that way; so hyper gets only what it needs to frame the message, and a [`Wire`] below it puts our own head in the place
//! of its, and a head of its own in the place of the server's.
//!
//! ```text
//! hyper ─ its head, body ─▶ Wire ─ our head, body ──▶ connection
//!       ◀─ framing, body ── Wire ◀─ any head, body ──
//!                            └─▶ Head, read leniently (head)
//! ```

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};

use memchr::memmem;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::head::{self, Extent, Head, MOST_BYTES, NotHttp};

/// A connection of any kind: TCP, TLS, or TLS through a tunnel.
pub(super) trait Duplex: AsyncRead + AsyncWrite + Send + Unpin {
    /// Tells the server without delay that what it sent is here, where the system lets us.
    ///
    /// A server that writes a head and its body in two pieces holds the second back until the first is acknowledged
    /// (Nagle's algorithm, RFC 9293 section 3.7.4), and a connection that is in use acknowledges 40 ms late, in the hope
    /// that something goes that way soon: many a small server answers in 44 ms what takes it half of one.
    fn acknowledge(&self);
}

impl Duplex for Box<dyn Duplex> {
    fn acknowledge(&self) {
        (**self).acknowledge();
    }
}

impl<S: Duplex> Duplex for tokio_rustls::client::TlsStream<S> {
    fn acknowledge(&self) {
        self.get_ref().0.acknowledge();
    }
}

/// How much is read at once of a head, in bytes.
const STEP: usize = 16 * 1024;
/// More interim answers than this are no answer at all.
const MOST_INTERIM: usize = 1000;

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
    /// The server's head so far.
    head: Vec<u8>,
    /// How much of it was looked through for its end.
    scanned: usize,
    /// What hyper is to read before anything else.
    given: Vec<u8>,
    /// How much of `given` it has read.
    taken: usize,
    /// How much of the body is still to come, where its length is known.
    left: Option<u64>,
    /// How many interim answers came.
    interim: usize,
    /// Whether something came that nothing sent since has acknowledged.
    owed: bool,
}

/// The heads of one connection's exchange, shared between the sender and its [`Wire`].
#[derive(Clone, Default)]
pub(super) struct Heads(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    /// Goes out in the place of hyper's.
    request: Option<Vec<u8>>,
    /// The request was HEAD: its answer has no body.
    bodiless: bool,
    /// The answer's head is not there yet.
    listening: bool,
    answer: Head,
    /// The server sent more than it announced.
    overflowed: bool,
}

impl Heads {
    /// Gives the next request its head, from the request line to the empty line.
    pub(super) fn request(&self, head: Vec<u8>) {
        let mut state = self.state();
        state.bodiless = head.starts_with(b"HEAD ");
        // What comes after the head of an answer to CONNECT is no body, but it is hyper's to say so.
        state.request = Some(head);
        state.answer = Head::default();
        state.listening = true;
    }

    /// The head of the answer.
    pub(super) fn answer(&self) -> Head {
        std::mem::take(&mut self.state().answer)
    }

    /// Whether the server sent more than it announced: nothing of what follows can be trusted.
    pub(super) fn overflowed(&self) -> bool {
        self.state().overflowed
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Wire {
    pub(super) fn new(connection: Box<dyn Duplex>, heads: Heads) -> Self {
        Self {
            connection,
            heads,
            theirs: Vec::new(),
            pending: Vec::new(),
            written: 0,
            head: Vec::new(),
            scanned: 0,
            given: Vec::new(),
            taken: 0,
            left: None,
            interim: 0,
            owed: false,
        }
    }

    /// More is to come, and the server may be waiting to hear that what it sent has arrived.
    fn acknowledge(&mut self) {
        if std::mem::take(&mut self.owed) {
            self.connection.acknowledge();
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

    /// Reads the head of the answer, and puts what hyper needs of it in front of the body; nothing, if the connection ends
    /// before anything came.
    fn poll_head(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        loop {
            while let Some(end) = head::end(&self.head, self.scanned) {
                let head = Head::parse(&self.head[..end]).map_err(io::Error::other)?;
                if head.is_interim() && self.interim < MOST_INTERIM {
                    // 100 Continue and its like come before the answer.
                    self.head.drain(..end);
                    self.interim += 1;
                    self.scanned = 0;
                    continue;
                }
                if head.is_interim() {
                    let why = format!("more than {MOST_INTERIM} interim answers came, and no other");
                    return Poll::Ready(self.cut_short(why));
                }
                self.answered(head, end);
                return Poll::Ready(Ok(()));
            }
            // The end may lie across two reads.
            self.scanned = self.head.len().saturating_sub(3);
            if NotHttp::is(&self.head) {
                return Poll::Ready(Err(io::Error::other(NotHttp::said(&self.head))));
            }
            if self.head.len() > MOST_BYTES {
                let why = format!("its headers are larger than {} MiB", MOST_BYTES >> 20);
                return Poll::Ready(self.cut_short(why));
            }
            let mut space = [0; STEP];
            let mut buffer = ReadBuf::new(&mut space);
            let read = Pin::new(&mut self.connection).poll_read(cx, &mut buffer);
            if read.is_pending() {
                self.acknowledge();
            }
            match ready!(read) {
                Ok(()) if buffer.filled().is_empty() => {
                    if self.head.is_empty() {
                        self.heads.state().listening = false;
                        return Poll::Ready(Ok(()));
                    }
                    return Poll::Ready(self.cut_short("the connection ended within the headers".to_owned()));
                }
                Ok(()) => {
                    self.owed = true;
                    self.head.extend_from_slice(buffer.filled());
                }
                Err(_) if self.head.contains(&b'\n') => {
                    return Poll::Ready(self.cut_short("the connection broke within the headers".to_owned()));
                }
                Err(error) => return Poll::Ready(Err(error)),
            }
        }
    }

    /// Takes what there is of a head for all of it; the line it ends within is left out.
    fn cut_short(&mut self, why: String) -> io::Result<()> {
        let Some(last) = memchr::memrchr(b'\n', &self.head) else {
            let ended = NotHttp::Ended(head::quoted(&self.head));
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, ended));
        };
        let mut head = Head::parse(&self.head[..=last]).map_err(io::Error::other)?;
        head.cut = Some(why);
        let all = self.head.len();
        self.answered(head, all);
        Ok(())
    }

    /// The head is there, and ends so far in what was read.
    fn answered(&mut self, mut head: Head, end: usize) {
        let mut state = self.heads.state();
        let extent = head.extent(state.bodiless);
        self.given = head.framing(extent);
        self.taken = 0;
        // After 101 both sides speak something else; without a length of its own the rest is not looked at.
        self.left = match extent {
            Extent::Length(length) if head.status != 101 => Some(length),
            _ => None,
        };
        let body = &self.head[end..];
        let fits = self.left.map_or(body.len(), |left| {
            usize::try_from(left).map_or(body.len(), |left| left.min(body.len()))
        });
        self.left = self.left.map(|left| left - fits as u64);
        state.overflowed |= fits < body.len();
        self.given.extend_from_slice(&body[..fits]);
        state.answer = head;
        state.listening = false;
        drop(state);
        self.head = Vec::new();
        (self.scanned, self.interim) = (0, 0);
    }

    /// Gives hyper what was put aside for it.
    fn give(&mut self, buffer: &mut ReadBuf<'_>) {
        let rest = &self.given[self.taken..];
        let len = rest.len().min(buffer.remaining());
        buffer.put_slice(&rest[..len]);
        self.taken += len;
        if self.taken == self.given.len() {
            self.given = Vec::new();
            self.taken = 0;
        }
    }
}

impl AsyncRead for Wire {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        if this.given.is_empty() {
            let (listening, overflowed) = {
                let state = this.heads.state();
                (state.listening, state.overflowed)
            };
            if overflowed {
                // Whatever else comes belongs to nothing: for hyper the connection has ended.
                return Poll::Ready(Ok(()));
            }
            if listening {
                ready!(this.poll_head(cx))?;
            }
        }
        if !this.given.is_empty() {
            this.give(buffer);
            return Poll::Ready(Ok(()));
        }
        let before = buffer.filled().len();
        let read = Pin::new(&mut this.connection).poll_read(cx, buffer);
        if read.is_pending() && this.left != Some(0) {
            this.acknowledge();
        }
        ready!(read)?;
        let read = buffer.filled().len() - before;
        this.owed |= read > 0;
        if let Some(left) = &mut this.left {
            let fits = usize::try_from(*left).map_or(read, |left| left.min(read));
            *left -= fits as u64;
            if fits < read {
                buffer.set_filled(before + fits);
                this.heads.state().overflowed = true;
            }
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Wire {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        ready!(self.write_pending(cx))?;
        let this = &mut *self;
        this.owed = false;
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

    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use futures_util::FutureExt;
    use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};

    /// One end in memory that counts how often it was told to acknowledge.
    struct Near(DuplexStream, Arc<AtomicUsize>);

    impl Duplex for Near {
        fn acknowledge(&self) {
            self.1.fetch_add(1, Ordering::SeqCst);
        }
    }

    impl AsyncRead for Near {
        fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
            Pin::new(&mut self.0).poll_read(cx, buffer)
        }
    }

    impl AsyncWrite for Near {
        fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
            Pin::new(&mut self.0).poll_write(cx, bytes)
        }

        fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
            Pin::new(&mut self.0).poll_flush(cx)
        }

        fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
            Pin::new(&mut self.0).poll_shutdown(cx)
        }
    }

    impl Near {
        fn boxed(end: DuplexStream) -> Box<Self> {
            Box::new(Self(end, Arc::default()))
        }
    }

    #[tokio::test]
    async fn a_server_that_writes_in_pieces_is_told_that_they_came() {
        let cases: [(&[&[u8]], usize); 4] = [
            (&[b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbody"], 0),
            (&[b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n", b"body"], 1),
            (&[b"HTTP/1.1 200 OK\r\n", b"Content-Length: 4\r\n\r\n", b"bo", b"dy"], 3),
            (&[b"HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n"], 0),
        ];
        for (pieces, times) in cases {
            let (near, mut far) = tokio::io::duplex(1000);
            let (near, heads) = (Near::boxed(near), Heads::default());
            let told = near.1.clone();
            heads.request(b"GET / HTTP/1.1\r\n\r\n".to_vec());
            let mut wire = Wire::new(near, heads);
            let mut seen = Vec::new();
            for piece in pieces {
                far.write_all(piece).await.unwrap();
                let mut step = [0; 1000];
                // All there is, until more is waited for.
                while let Some(read) = wire.read(&mut step).now_or_never() {
                    seen.extend_from_slice(&step[..read.unwrap()]);
                }
            }
            assert_eq!(
                told.load(Ordering::SeqCst),
                times,
                "{pieces:?}, of which came {:?}",
                seen.escape_ascii()
            );
        }
    }

    #[tokio::test]
    async fn our_head_takes_the_place_of_theirs_wherever_it_is_cut() {
        for cut in [1, 10, 17, 18, 19, 21] {
            let (near, mut far) = tokio::io::duplex(7);
            let heads = Heads::default();
            heads.request(b"GET /ours HTTP/1.1\r\nx-CaSe: 1\r\n\r\n".to_vec());
            let mut wire = Wire::new(Near::boxed(near), heads);
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

    #[tokio::test]
    async fn the_head_of_the_answer_is_kept_as_it_came_and_hyper_gets_one_of_ours() {
        let answer = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\neTag:  a \r\nX: 1\nX: 2\r\nContent-Length: 4\r\n\r\nbodyX: 3";
        for piece in [1, 2, 3, 7, 200] {
            let (near, mut far) = tokio::io::duplex(piece);
            let heads = Heads::default();
            heads.request(Vec::new());
            let mut wire = Wire::new(Near::boxed(near), heads.clone());
            tokio::spawn(async move { far.write_all(answer).await });
            let mut seen = String::new();
            wire.read_to_string(&mut seen).await.unwrap();
            assert_eq!(
                seen, "HTTP/1.1 200 \r\ncontent-length: 4\r\n\r\nbody",
                "in pieces of {piece}"
            );
            let lines = heads.answer().lines;
            let lines: Vec<(&str, &[u8])> = lines.iter().map(|(name, value)| (name.as_str(), &value[..])).collect();
            assert_eq!(
                lines,
                [("eTag", &b"a"[..]), ("X", b"1"), ("X", b"2"), ("Content-Length", b"4")],
                "in pieces of {piece}"
            );
            assert!(heads.overflowed());
        }
    }
}
