//! What was removed in this session, whole, so that undo brings back every byte of it.

use crate::store::Place;
use crate::store::files::Removed;

/// More than this is not kept, in bytes; the oldest goes first.
const MOST: usize = 256 << 20;

/// Removed files and folders, newest last.
#[derive(Debug, Default)]
pub struct Bin {
    kept: Vec<Removed>,
}

impl Bin {
    /// Keeps what was removed.
    pub fn keep(&mut self, removed: Removed) {
        self.kept.push(removed);
        let mut size: usize = self.kept.iter().map(Removed::size).sum();
        while size > MOST {
            size -= self.kept.remove(0).size();
        }
    }

    /// Takes out what was last removed from a place.
    pub fn take(&mut self, place: &Place) -> Option<Removed> {
        let at = self.kept.iter().rposition(|removed| removed.place() == place)?;
        Some(self.kept.remove(at))
    }
}
