//! Where the bytes of a body come from: memory, a file, a connection. The viewer knows only what it may ask.

use std::io;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use super::marks::Mark;
use super::shape::Shape;
use crate::filter::Text;

/// Who supplies bytes that are only ever added to, and what is known besides.
pub trait Supply: Text {
    /// All bytes, if they are whole and in memory.
    fn memory(&self) -> Option<Bytes>;

    /// What stretches of it are, where that is known besides the text.
    fn marks(&self, _range: &Range<usize>) -> Vec<Mark> {
        Vec::new()
    }

    /// How some of its lines lie in each other, where that is known besides the text.
    fn shapes(&self, _lines: &Range<usize>) -> Vec<Shape> {
        Vec::new()
    }
}

/// The bytes of one body; cheap to clone.
#[derive(Clone, Debug)]
pub struct Source(Arc<dyn Supply>);

impl Source {
    /// The bytes that are supplied there.
    pub fn new(supply: impl Supply + 'static) -> Self {
        Self(Arc::new(supply))
    }

    /// The bytes there are by now.
    pub fn len(&self) -> usize {
        self.known().0
    }

    /// Whether there are none, or none yet.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many bytes there are, and whether that is all of them.
    pub fn known(&self) -> (usize, bool) {
        self.0.known()
    }

    /// The same, as soon as there are more than `than` bytes, or all, or `most` has passed. Blocks.
    pub fn grown(&self, than: usize, most: Duration) -> (usize, bool) {
        self.0.grown(than, most)
    }

    /// Reads up to `len` bytes from `offset` on; fewer only where the known bytes end.
    ///
    /// # Errors
    ///
    /// What the disk says, for a body that lies there.
    pub fn read(&self, offset: usize, len: usize) -> io::Result<Bytes> {
        self.0.read(offset, len)
    }

    /// Returns all bytes, if they are whole and in memory.
    pub(super) fn memory(&self) -> Option<Bytes> {
        self.0.memory()
    }

    /// What stretches of a range are, where that is known besides the text.
    pub(super) fn marks(&self, range: &Range<usize>) -> Vec<Mark> {
        self.0.marks(range)
    }

    /// How some lines lie in each other, as far as that is known besides the text.
    pub(super) fn shapes(&self, lines: &Range<usize>) -> Vec<Shape> {
        self.0.shapes(lines)
    }

    /// The same of one line.
    pub(super) fn shape(&self, line: usize) -> Option<Shape> {
        self.shapes(&(line..line + 1)).first().copied()
    }

    /// The same bytes for filters.
    pub fn text(&self) -> Arc<dyn Text> {
        Arc::<dyn Supply>::clone(&self.0)
    }

    /// Whether both are the same body, not only equal ones.
    pub fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Text for Bytes {
    fn known(&self) -> (usize, bool) {
        (self.len(), true)
    }

    fn grown(&self, _than: usize, _most: Duration) -> (usize, bool) {
        (self.len(), true)
    }

    fn read(&self, offset: usize, len: usize) -> io::Result<Bytes> {
        let start = offset.min(self.len());
        Ok(self.slice(start..start.saturating_add(len).min(self.len())))
    }
}

impl Supply for Bytes {
    fn memory(&self) -> Option<Bytes> {
        Some(self.clone())
    }
}

impl<T: Into<Bytes>> From<T> for Source {
    fn from(bytes: T) -> Self {
        Self::new(bytes.into())
    }
}
