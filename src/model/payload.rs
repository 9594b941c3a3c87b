//! A response's body, wherever it lies: in memory, or in a file when it is large; perhaps still growing.
//!
//! ```text
//! http::kept writes ──▶ dyn Kept ◀── Payload (a handle: cheap to clone) ── read, follow ──▶ viewer, scripts, files, reports
//! ```
//!
//! Whoever reads says how much it wants at a time, so that nobody holds a body of a gigabyte by accident. What keeps the
//! bytes is no business of this layer: it is behind [`Kept`].

use std::fmt;
use std::io::{self, Read};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use serde::de::DeserializeOwned;

use super::surrogates::without_halves;

/// What keeps the bytes of a body. They are only ever added to.
pub trait Kept: Send + Sync {
    /// How many bytes there are, and whether that is all of them.
    fn known(&self) -> (usize, bool);

    /// The same, as soon as there are more than `than` bytes, or all, or `most` has passed. Blocks.
    fn grown(&self, than: usize, most: Duration) -> (usize, bool);

    /// Up to `len` bytes from `offset` on; fewer only where the known bytes end, or where it is passed on.
    ///
    /// # Errors
    ///
    /// What the disk says.
    fn read(&self, offset: usize, len: usize) -> io::Result<Bytes>;

    /// All bytes, if they are whole and in memory.
    fn memory(&self) -> Option<Bytes>;

    /// How many bytes of memory it takes.
    fn resident(&self) -> usize;

    /// Whether it ended before all was there that was sent; only known at its end.
    fn is_torn(&self) -> bool;

    /// See [`Payload::pass`].
    fn pass(&self) {}

    /// The one that it was passed on to reads no more.
    fn let_go(&self) {}
}

/// The promise of [`Payload::pass`]; whoever reads holds it until the last byte.
pub struct Passage(Option<Arc<dyn Kept>>);

impl Drop for Passage {
    fn drop(&mut self) {
        if let Some(kept) = &self.0 {
            kept.let_go();
        }
    }
}

/// The bytes of a body. Clones share them.
#[derive(Clone)]
pub struct Payload(Inner);

#[derive(Clone)]
enum Inner {
    Memory(Bytes),
    Kept(Arc<dyn Kept>),
}

impl Payload {
    /// How much a reader takes at a time, in bytes (256 KiB).
    const STEP: usize = 256 * 1024;

    /// The payload that is kept there.
    pub fn kept(kept: Arc<dyn Kept>) -> Self {
        Self(Inner::Kept(kept))
    }

    /// The bytes there are by now.
    pub fn len(&self) -> usize {
        self.known().0
    }

    /// Whether there is nothing, or nothing yet.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether no more bytes come.
    pub fn is_whole(&self) -> bool {
        self.known().1
    }

    /// How many bytes there are, and whether that is all of them.
    pub fn known(&self) -> (usize, bool) {
        match &self.0 {
            Inner::Memory(bytes) => (bytes.len(), true),
            Inner::Kept(kept) => kept.known(),
        }
    }

    /// The same, as soon as there are more than `than` bytes, or all, or `most` has passed. Blocks.
    pub fn grown(&self, than: usize, most: Duration) -> (usize, bool) {
        match &self.0 {
            Inner::Memory(bytes) => (bytes.len(), true),
            Inner::Kept(kept) => kept.grown(than, most),
        }
    }

    /// Reads up to `len` bytes from `offset` on; fewer only where the known bytes end.
    ///
    /// # Errors
    ///
    /// What the disk says, for a body that lies there.
    pub fn read(&self, offset: usize, len: usize) -> io::Result<Bytes> {
        match &self.0 {
            Inner::Memory(bytes) => {
                let start = offset.min(bytes.len());
                Ok(bytes.slice(start..start.saturating_add(len).min(bytes.len())))
            }
            Inner::Kept(kept) => kept.read(offset, len),
        }
    }

    /// Reads all there is. For bodies that are known to be small, or that somebody has to have whole.
    ///
    /// # Errors
    ///
    /// What the disk says, for a body that lies there.
    pub fn whole(&self) -> io::Result<Bytes> {
        match self.memory() {
            Some(bytes) => Ok(bytes),
            None => self.read(0, usize::MAX),
        }
    }

    /// Reads all there is as JSON, in which half a character is U+FFFD, and what is no UTF-8.
    ///
    /// # Errors
    ///
    /// What is wrong with the JSON, or what the disk says.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        let bytes = self.whole().map_err(serde_json::Error::io)?;
        serde_json::from_str(&without_halves(&String::from_utf8_lossy(&bytes)))
    }

    /// Whether it reads as text without a loss.
    pub fn is_utf8(&self) -> bool {
        self.whole().is_ok_and(|bytes| std::str::from_utf8(&bytes).is_ok())
    }

    /// All bytes, if they are whole and in memory.
    pub fn memory(&self) -> Option<Bytes> {
        match &self.0 {
            Inner::Memory(bytes) => Some(bytes.clone()),
            Inner::Kept(kept) => kept.memory(),
        }
    }

    /// How many bytes of memory it takes; what lies in a file takes none.
    pub fn resident(&self) -> usize {
        match &self.0 {
            Inner::Memory(bytes) => bytes.len(),
            Inner::Kept(kept) => kept.resident(),
        }
    }

    /// Whether it came to its end before all was there that was sent: a broken connection, a limit, the user.
    pub fn is_torn(&self) -> bool {
        match &self.0 {
            Inner::Memory(_) => false,
            Inner::Kept(kept) => kept.is_torn(),
        }
    }

    /// Whether both are the same body, not only equal ones.
    pub fn is_same(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (Inner::Memory(own), Inner::Memory(other)) => own.as_ptr() == other.as_ptr() && own.len() == other.len(),
            (Inner::Kept(own), Inner::Kept(other)) => Arc::ptr_eq(own, other),
            _ => false,
        }
    }

    /// Promises that from now on one reads this body, and once, from its first byte to its last: of a large one nothing
    /// has to be kept that was read, and what is read later than that is an error.
    #[must_use]
    pub fn pass(&self) -> Passage {
        let Inner::Kept(kept) = &self.0 else {
            return Passage(None);
        };
        kept.pass();
        Passage(Some(Arc::clone(kept)))
    }

    /// Reads from the first byte to the last in blocks, and waits for those that are still to come. Blocks.
    pub fn follow(&self) -> Follow {
        Follow {
            payload: self.clone(),
            offset: 0,
            block: Bytes::new(),
        }
    }
}

impl Default for Payload {
    fn default() -> Self {
        Self::from(Bytes::new())
    }
}

impl From<Bytes> for Payload {
    fn from(bytes: Bytes) -> Self {
        Self(Inner::Memory(bytes))
    }
}

impl From<Vec<u8>> for Payload {
    fn from(bytes: Vec<u8>) -> Self {
        Self::from(Bytes::from(bytes))
    }
}

impl From<String> for Payload {
    fn from(text: String) -> Self {
        Self::from(Bytes::from(text))
    }
}

impl From<&'static str> for Payload {
    fn from(text: &'static str) -> Self {
        Self::from(Bytes::from_static(text.as_bytes()))
    }
}

impl From<&'static [u8]> for Payload {
    fn from(bytes: &'static [u8]) -> Self {
        Self::from(Bytes::from_static(bytes))
    }
}

impl fmt::Debug for Payload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A body may hold tokens.
        let (len, whole) = self.known();
        write!(f, "Payload({len} bytes{})", if whole { "" } else { " so far" })
    }
}

impl<T: AsRef<[u8]> + ?Sized> PartialEq<T> for Payload {
    /// Whether the bytes are these; no, if they cannot be read.
    fn eq(&self, bytes: &T) -> bool {
        self.whole().is_ok_and(|own| own == bytes.as_ref())
    }
}

/// The reader behind [`Payload::follow`].
#[derive(Debug)]
pub struct Follow {
    payload: Payload,
    offset: usize,
    /// What was read and not handed out yet.
    block: Bytes,
}

impl Follow {
    /// The next block; empty at the end of the body. Blocks.
    ///
    /// # Errors
    ///
    /// What the disk says, for a body that lies there.
    pub fn block(&mut self) -> io::Result<Bytes> {
        if !self.block.is_empty() {
            return Ok(std::mem::take(&mut self.block));
        }
        loop {
            let (known, whole) = self.payload.grown(self.offset, Duration::from_mins(1));
            if known > self.offset {
                let block = self.payload.read(self.offset, Payload::STEP)?;
                self.offset += block.len();
                return Ok(block);
            }
            if whole {
                return Ok(Bytes::new());
            }
        }
    }
}

impl Read for Follow {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let mut block = self.block()?;
        let taken = block.split_to(block.len().min(buf.len()));
        buf[..taken.len()].copy_from_slice(&taken);
        self.block = block;
        Ok(taken.len())
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;

    #[test]
    fn json_that_holds_half_a_character_is_read() {
        let value = Payload::from(r#"{"token": "t", "n": "Party \ud83c"}"#).json::<serde_json::Value>();
        assert_eq!(
            value.unwrap(),
            serde_json::json!({ "token": "t", "n": "Party \u{fffd}" })
        );
        let latin = Payload::from(b"{\"token\": \"t\", \"n\": \"M\xfcller\"}".to_vec());
        let value = latin.json::<serde_json::Value>().unwrap();
        assert_eq!(value, serde_json::json!({ "token": "t", "n": "M\u{fffd}ller" }));
        assert!(Payload::from("{").json::<serde_json::Value>().is_err());
    }

    #[test]
    fn reads_stay_within_the_bytes() {
        let payload = Payload::from("0123456789");
        assert_eq!(payload.read(3, 4).unwrap(), "3456");
        assert_eq!(payload.read(8, 4).unwrap(), "89");
        assert_eq!(payload.read(99, usize::MAX).unwrap(), "");
        assert_eq!((payload.len(), payload.is_whole(), payload.resident()), (10, true, 10));
        assert!(payload == "0123456789" && !payload.is_empty() && Payload::default().is_empty());
        assert!(payload.is_same(&payload.clone()) && !payload.is_same(&Payload::from("012345678")));
    }

    #[test]
    fn a_reader_goes_through_all_of_it() {
        let bytes: Vec<u8> = (0..Payload::STEP + 10).map(|at| at.to_le_bytes()[0]).collect();
        let mut read = Vec::new();
        Payload::from(bytes.clone()).follow().read_to_end(&mut read).unwrap();
        assert!(read == bytes);
        assert_eq!(format!("{:?}", Payload::from(bytes)), "Payload(262154 bytes)");
    }
}
