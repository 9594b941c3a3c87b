//! A window on the body that moves along with who reads it: the whole of a body in memory, a block of one in a file.

use std::ops::Range;

use bytes::Bytes;

use super::source::Source;

/// Bytes read at a time from a body that is not in memory.
const BLOCK: usize = 64 * 1024;

/// What is in sight of a body.
#[derive(Clone, Debug)]
pub(super) struct Window {
    source: Source,
    /// Nothing behind this byte is there for the reader.
    end: usize,
    base: usize,
    bytes: Bytes,
    /// Why the body could not be read on, if so: from there on there is nothing.
    failed: Option<String>,
}

impl Window {
    /// Opens a window on the first `end` bytes of a body.
    pub fn new(source: &Source, end: usize) -> Self {
        Self {
            source: source.clone(),
            end,
            base: 0,
            bytes: source.memory().unwrap_or_default(),
            failed: None,
        }
    }

    /// The byte behind the last one.
    pub fn end(&self) -> usize {
        self.end
    }

    /// Sets that to another byte of the body.
    pub fn set_end(&mut self, end: usize) {
        self.end = end;
    }

    /// Why the body could not be read on.
    pub fn failed(&self) -> Option<&str> {
        self.failed.as_deref()
    }

    /// Shows the bytes from a place on, `most` at most; fewer only at the end.
    pub fn at(&mut self, from: usize, most: usize) -> &[u8] {
        let end = from.saturating_add(most).min(self.end);
        if from >= end {
            return &[];
        }
        if from < self.base || end > self.base + self.bytes.len() {
            self.load(from, end);
        }
        let seen = self.bytes.len();
        &self.bytes[(from - self.base).min(seen)..(end - self.base).min(seen)]
    }

    /// Shows one byte.
    pub fn byte(&mut self, at: usize) -> Option<u8> {
        self.at(at, 1).first().copied()
    }

    /// Takes a stretch along, without copying it.
    pub fn slice(&mut self, range: &Range<usize>) -> Bytes {
        let len = self.at(range.start, range.len()).len();
        let start = range.start.saturating_sub(self.base).min(self.bytes.len());
        self.bytes.slice(start..start + len)
    }

    fn load(&mut self, from: usize, end: usize) {
        self.base = from;
        self.bytes = Bytes::new();
        if self.failed.is_none() {
            match self.source.read(from, (end - from).max(BLOCK)) {
                Ok(bytes) => self.bytes = bytes,
                Err(error) => self.failed = Some(error.to_string()),
            }
        }
    }
}
