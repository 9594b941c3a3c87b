//! Undoing `Content-Encoding`: gzip, deflate, br and zstd, also one behind the other, as the bytes arrive.
//!
//! ```text
//! push(bytes) ─▶ Stage(last coding) ─▶ … ─▶ Stage(first coding) ─▶ Output ─▶ kept, never more than the limit
//! ```
//!
//! Libraries do it as well, but drop the header and the encoded length, and know no bound: a few kilobytes may be a
//! bomb of gigabytes. Here the output stops at the limit, whatever the input claims.

use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use brotli_decompressor::DecompressorWriter;
use flate2::write::{DeflateDecoder, GzDecoder, ZlibDecoder};
use ruzstd::decoding::FrameDecoder;

use super::head::quoted;
use super::kept::{Keeper, Keeping};
use super::room::Room;
use crate::model::Payload;

/// Why decoding stopped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// The output reached the limit.
    Limit,
    /// The bytes are not what the header says.
    Invalid(String),
    /// The bytes end before the encoding does.
    Short,
    /// There is no place for more bytes: what the disk says.
    NoPlace(String),
}

/// More codings than this are none that a server means; each takes memory.
const MOST_CODINGS: usize = 8;

/// Undoes all codings of a response.
pub(super) struct Decoder {
    first: Box<dyn Stage>,
    output: Output,
}

impl Decoder {
    /// A decoder for a `Content-Encoding`; `None` where there is nothing to undo. It gives up once `halt` is set.
    ///
    /// # Errors
    ///
    /// The coding that is not known, or that there are more than anybody has.
    pub(super) fn new(
        encoding: &str,
        room: Room,
        keeping: Keeping,
        halt: Arc<AtomicBool>,
    ) -> Result<Option<Self>, String> {
        let output = Output::new(room, keeping, halt);
        let mut first: Box<dyn Stage> = Box::new(output.clone());
        let mut codings = 0;
        for coding in encoding.split(',').map(|word| word.trim().to_ascii_lowercase()) {
            first = match coding.as_str() {
                "" | "identity" => continue,
                "gzip" | "x-gzip" => Box::new(Gzip {
                    member: Some(GzDecoder::new(first)),
                    next: None,
                    head: Vec::new(),
                }),
                "deflate" => Box::new(Deflate {
                    head: Vec::new(),
                    next: Some(first),
                    inner: None,
                }),
                "br" => Box::new(Brotli(Some(DecompressorWriter::new(first, 64 * 1024)))),
                "zstd" => Box::new(Zstd {
                    frame: FrameDecoder::new(),
                    pending: Vec::new(),
                    started: false,
                    out: vec![0; 128 * 1024],
                    next: first,
                }),
                _ => {
                    let coding = quoted(coding.as_bytes());
                    return Err(format!("the content encoding `{coding}` is not known"));
                }
            };
            codings += 1;
            if codings > MOST_CODINGS {
                return Err(format!("the body has more than {MOST_CODINGS} content encodings"));
            }
        }
        Ok((codings > 0).then_some(Self { first, output }))
    }

    /// Decodes some more bytes.
    pub(super) fn push(&mut self, bytes: &[u8]) -> Result<(), Stop> {
        feed(&mut self.first, bytes).map_err(|error| self.reason(&error))
    }

    /// Ends the input.
    pub(super) fn end(&mut self) -> Result<(), Stop> {
        self.first.end().map_err(|error| self.reason(&error))
    }

    /// Says whether the body would be torn if the decoder were dropped now.
    pub(super) fn set_torn(&mut self, torn: bool) {
        self.output.state().kept.set_torn(torn);
    }

    /// What was and will be decoded; it is whole when the decoder is dropped.
    pub(super) fn payload(&self) -> Payload {
        self.output.state().kept.payload()
    }

    fn reason(&self, error: &io::Error) -> Stop {
        let state = self.output.state();
        if let Some(why) = &state.unkept {
            Stop::NoPlace(why.clone())
        } else if state.full {
            Stop::Limit
        } else if error.kind() == io::ErrorKind::UnexpectedEof {
            Stop::Short
        } else {
            Stop::Invalid(error.to_string())
        }
    }
}

/// One coding: written to, it writes what it decoded to the next.
trait Stage: Write + Send {
    /// No more bytes come; an error of kind `UnexpectedEof` when some are missing.
    fn end(&mut self) -> io::Result<()>;
}

/// Writes until a stage takes no more: what follows the end of an encoding is ignored, as browsers do.
fn feed<W: Write + ?Sized>(stage: &mut W, mut bytes: &[u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        match stage.write(bytes)? {
            0 => break,
            n => bytes = &bytes[n..],
        }
    }
    Ok(())
}

fn short() -> io::Error {
    io::Error::new(io::ErrorKind::UnexpectedEof, "the data end early")
}

/// The decoded bytes, shared with the decoder because the stages own it in between.
#[derive(Clone)]
struct Output(Arc<Mutex<OutputState>>);

struct OutputState {
    kept: Keeper,
    room: Room,
    full: bool,
    unkept: Option<String>,
    halt: Arc<AtomicBool>,
}

impl Output {
    fn new(room: Room, keeping: Keeping, halt: Arc<AtomicBool>) -> Self {
        Self(Arc::new(Mutex::new(OutputState {
            kept: Keeper::new(keeping),
            room,
            full: false,
            unkept: None,
            halt,
        })))
    }

    fn state(&self) -> MutexGuard<'_, OutputState> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut state = self.state();
        if state.halt.load(Ordering::Relaxed) {
            return Err(io::Error::other("nobody waits for it"));
        }
        let room = state.room.grant(state.kept.len(), bytes.len());
        if let Err(error) = state.kept.push(&bytes[..room]) {
            state.unkept = Some(error.to_string());
            return Err(error);
        }
        if bytes.len() > room {
            state.full = true;
            return Err(io::Error::other("the size limit is reached"));
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Stage for Output {
    fn end(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What each member of gzip begins with.
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// `gzip` is members, one behind the other. Behind a whole one what is none is nothing, as to Node.
struct Gzip {
    /// The one that is read.
    member: Option<GzDecoder<Box<dyn Stage>>>,
    /// Where the next one goes.
    next: Option<Box<dyn Stage>>,
    /// How that begins, or what is none.
    head: Vec<u8>,
}

impl Gzip {
    /// Takes what stands behind a member.
    fn behind(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let before = self.head.len();
        self.head.extend(bytes.iter().take(GZIP.len() - before));
        let taken = self.head.len() - before;
        if self.head == GZIP
            && let Some(next) = self.next.take()
        {
            let member = self.member.insert(GzDecoder::new(next));
            feed(member, &std::mem::take(&mut self.head))?;
        }
        Ok(if taken > 0 { taken } else { bytes.len() })
    }
}

impl Write for Gzip {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if let Some(member) = &mut self.member {
            let taken = member.write(bytes)?;
            if taken > 0 || bytes.is_empty() {
                return Ok(taken);
            }
        }
        if let Some(whole) = self.member.take() {
            self.next = Some(whole.finish()?);
        }
        self.behind(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Stage for Gzip {
    fn end(&mut self) -> io::Result<()> {
        if let Some(member) = &mut self.member {
            member.try_finish()?;
            return member.get_mut().end();
        }
        self.next.as_mut().map_or(Ok(()), |next| next.end())
    }
}

/// `deflate` is zlib by the RFC and raw deflate by some servers: the first two bytes tell.
struct Deflate {
    head: Vec<u8>,
    next: Option<Box<dyn Stage>>,
    inner: Option<Inflate>,
}

enum Inflate {
    Zlib(ZlibDecoder<Box<dyn Stage>>),
    Raw(DeflateDecoder<Box<dyn Stage>>),
}

impl Write for Deflate {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if let Some(next) = self.next.take() {
            self.head.extend_from_slice(bytes);
            let &[first, second, ..] = self.head.as_slice() else {
                self.next = Some(next);
                return Ok(bytes.len());
            };
            let is_zlib = first & 0x0f == 8 && u16::from_be_bytes([first, second]).is_multiple_of(31);
            let head = std::mem::take(&mut self.head);
            let inner = self.inner.insert(if is_zlib {
                Inflate::Zlib(ZlibDecoder::new(next))
            } else {
                Inflate::Raw(DeflateDecoder::new(next))
            });
            inner.feed(&head)?;
        } else if let Some(inner) = &mut self.inner {
            inner.feed(bytes)?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Inflate {
    fn feed(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Self::Zlib(inner) => feed(inner, bytes),
            Self::Raw(inner) => feed(inner, bytes),
        }
    }
}

impl Stage for Deflate {
    fn end(&mut self) -> io::Result<()> {
        match &mut self.inner {
            None => Err(short()),
            Some(Inflate::Zlib(inner)) => {
                inner.try_finish()?;
                inner.get_mut().end()
            }
            Some(Inflate::Raw(inner)) => {
                inner.try_finish()?;
                inner.get_mut().end()
            }
        }
    }
}

/// Brotli's writer gives its target back only when it is consumed.
struct Brotli(Option<DecompressorWriter<Box<dyn Stage>>>);

impl Write for Brotli {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.0 {
            Some(inner) => inner.write(bytes),
            None => Ok(0),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Stage for Brotli {
    fn end(&mut self) -> io::Result<()> {
        match self.0.take().map(DecompressorWriter::into_inner) {
            Some(Ok(mut next)) => next.end(),
            Some(Err(_)) => Err(short()),
            None => Ok(()),
        }
    }
}

/// Zstandard, frame by frame; a block is decoded once it is there as a whole (at most 128 KiB).
struct Zstd {
    frame: FrameDecoder,
    pending: Vec<u8>,
    started: bool,
    out: Vec<u8>,
    next: Box<dyn Stage>,
}

impl Zstd {
    /// The longest frame header: shorter input cannot be told from a broken one.
    const HEADER: usize = 18;

    fn run(&mut self, last: bool) -> io::Result<()> {
        let mut at = 0;
        loop {
            let rest = &self.pending[at..];
            if !self.started {
                if rest.is_empty() || (rest.len() < Self::HEADER && !last) {
                    break;
                }
                self.frame = FrameDecoder::new();
                self.started = true;
            }
            let (read, written) = self
                .frame
                .decode_from_to(rest, &mut self.out)
                .map_err(io::Error::other)?;
            // With its checksum still to come, the decoder claims to have read what is not there yet.
            if read > rest.len() {
                break;
            }
            at += read;
            feed(&mut self.next, &self.out[..written])?;
            if self.frame.is_finished() && self.frame.can_collect() == 0 {
                self.started = false;
            } else if read == 0 && written == 0 {
                break;
            }
        }
        self.pending.drain(..at);
        Ok(())
    }
}

impl Write for Zstd {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.pending.extend_from_slice(bytes);
        self.run(false)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Stage for Zstd {
    fn end(&mut self) -> io::Result<()> {
        self.run(true)?;
        if self.started || !self.pending.is_empty() {
            return Err(short());
        }
        self.next.end()
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use super::*;
    use flate2::Compression;
    use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};
    use ruzstd::encoding::{CompressionLevel, compress_to_vec};

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn decode(encoding: &str, bytes: &[u8], step: usize, limit: usize) -> (Vec<u8>, Result<(), Stop>) {
        let keeping = Keeping::default();
        let mut decoder = Decoder::new(encoding, Room { limit, shared: None }, keeping, Arc::default())
            .unwrap()
            .unwrap();
        let payload = decoder.payload();
        let mut verdict = Ok(());
        for piece in bytes.chunks(step) {
            verdict = verdict.and_then(|()| decoder.push(piece));
        }
        let verdict = verdict.and_then(|()| decoder.end());
        drop(decoder);
        (payload.whole().unwrap().to_vec(), verdict)
    }

    fn text() -> Vec<u8> {
        (0..40_000u32)
            .flat_map(|n| format!("line {n}, ").into_bytes())
            .collect()
    }

    /// `hello hello hello hello`, as the reference encoder writes it.
    const BROTLI: &[u8] = &[
        0x1b, 0x16, 0x00, 0xf8, 0x8d, 0x94, 0x6e, 0xde, 0x44, 0x55, 0x86, 0x96, 0x6c, 0x20, 0x6f, 0x21, 0x4f, 0x1c,
        0xe0, 0x38,
    ];

    /// Ten million zeros, as the reference encoder writes them.
    const BROTLI_BOMB: &[u8] = &[
        0xcb, 0xff, 0xff, 0x3f, 0xf8, 0x27, 0x00, 0xe2, 0xb1, 0x40, 0x20, 0xf7, 0xfe, 0x2f, 0xff, 0x2c, 0x31, 0xf0,
        0x4f, 0x00, 0xc4, 0x61, 0x11, 0x80, 0x8e, 0x23, 0x06,
    ];

    fn one() -> Room {
        Room { limit: 1, shared: None }
    }

    #[test]
    fn brotli_is_undone_and_checked() {
        for step in [1, 3, usize::MAX] {
            let (out, verdict) = decode("br", BROTLI, step, 100);
            assert_eq!(
                (out.as_slice(), verdict),
                (b"hello hello hello hello".as_slice(), Ok(()))
            );
        }
        assert_eq!(decode("br", &BROTLI[..12], 5, 100).1, Err(Stop::Short));
        assert!(matches!(
            decode("br", b"<html></html>", 5, 100).1,
            Err(Stop::Invalid(_))
        ));
        let (out, verdict) = decode("br", BROTLI_BOMB, 4, 1000);
        assert_eq!((out.len(), verdict), (1000, Err(Stop::Limit)));
        assert_eq!(decode("br", BROTLI_BOMB, 4, usize::MAX).0.len(), 10_000_000);
    }

    #[test]
    fn every_coding_is_undone_in_pieces_of_any_size() {
        let plain = text();
        let mut zlib = ZlibEncoder::new(Vec::new(), Compression::default());
        zlib.write_all(&plain).unwrap();
        let mut raw = DeflateEncoder::new(Vec::new(), Compression::default());
        raw.write_all(&plain).unwrap();
        for (encoding, bytes) in [
            ("gzip", gzip(&plain)),
            ("X-GZip", gzip(&plain)),
            ("deflate", zlib.finish().unwrap()),
            ("deflate", raw.finish().unwrap()),
            ("zstd", compress_to_vec(plain.as_slice(), CompressionLevel::Fastest)),
            ("identity, gzip", gzip(&plain)),
            ("gzip, gzip", gzip(&gzip(&plain))),
        ] {
            for step in [1, 7, 4096, usize::MAX] {
                let (out, verdict) = decode(encoding, &bytes, step, usize::MAX);
                assert_eq!(verdict, Ok(()), "{encoding} by {step}");
                assert!(out == plain, "{encoding} by {step}");
            }
        }
    }

    #[test]
    fn behind_a_whole_member_of_gzip_comes_another_or_nothing() {
        let text = text();
        let twice = text.repeat(2);
        for (behind, decoded) in [
            (vec![], &text),
            (vec![0], &text),
            (vec![0x1f], &text),
            (b"no gzip, and more of it".to_vec(), &text),
            (gzip(&text), &twice),
            ([gzip(&text), vec![0x1f, 0]].concat(), &twice),
        ] {
            let bytes = [gzip(&text), behind].concat();
            for step in [1, 7, bytes.len()] {
                assert!(
                    decode("gzip", &bytes, step, usize::MAX) == (decoded.clone(), Ok(())),
                    "{step}"
                );
            }
        }
        // What begins as another is to be one.
        let and_more = |more: usize| {
            let bytes = [gzip(&text), GZIP.to_vec(), vec![0; more]].concat();
            decode("gzip", &bytes, 7, usize::MAX).1
        };
        assert!(matches!(and_more(20), Err(Stop::Invalid(_))));
        assert_eq!(and_more(2), Err(Stop::Short));
    }

    #[test]
    fn nothing_to_undo_and_nothing_known_are_told_apart() {
        let new = |encoding| Decoder::new(encoding, one(), Keeping::default(), Arc::default());
        assert!(new("identity").unwrap().is_none());
        assert!(new("").unwrap().is_none());
        assert_eq!(
            new("gzip, rot13").err().as_deref(),
            Some("the content encoding `rot13` is not known")
        );
        assert!(new(&["br"; 9].join(",")).is_err());
    }

    #[test]
    fn a_bomb_stops_at_the_limit() {
        let zeros = vec![0; 10_000_000];
        for (encoding, bytes) in [
            ("gzip", gzip(&zeros)),
            ("zstd", compress_to_vec(zeros.as_slice(), CompressionLevel::Fastest)),
        ] {
            let (out, verdict) = decode(encoding, &bytes, 4096, 1000);
            assert_eq!((out.len(), verdict), (1000, Err(Stop::Limit)), "{encoding}");
        }
    }

    #[test]
    fn wrong_bytes_and_missing_bytes_are_told_apart() {
        let plain = text();
        let zstd = compress_to_vec(plain.as_slice(), CompressionLevel::Fastest);
        for (encoding, bytes) in [("gzip", gzip(&plain)), ("zstd", zstd)] {
            assert!(
                matches!(
                    decode(encoding, b"<html>no such thing at all</html>", 7, 999).1,
                    Err(Stop::Invalid(_))
                ),
                "{encoding}"
            );
            let (out, verdict) = decode(encoding, &bytes[..bytes.len() / 2], 1000, usize::MAX);
            assert_eq!(verdict, Err(Stop::Short), "{encoding}");
            assert!(plain.starts_with(&out), "{encoding}");
        }
    }
}
