//! Earlier versions of the files this session wrote: what undoing saves again is written with every byte it had, comments
//! of deleted rows and all.

use std::collections::VecDeque;
use std::sync::Arc;

use super::place::Place;

/// Bytes kept in all.
const MOST_BYTES: usize = 4 << 20;

/// Versions of one file that are looked at.
const MOST_VERSIONS: usize = 20;

/// What the files held before we wrote them, the latest last.
#[derive(Debug, Default)]
pub struct Earlier {
    versions: VecDeque<(Place, Arc<[u8]>)>,
    bytes: usize,
}

impl Earlier {
    /// Keeps a version that was just replaced; old ones go until all fit.
    pub fn keep(&mut self, place: &Place, bytes: Arc<[u8]>) {
        self.retain(|own, version| own != place || *version != bytes);
        self.bytes += bytes.len();
        self.versions.push_back((place.clone(), bytes));
        while self.bytes > MOST_BYTES
            && let Some((_, gone)) = self.versions.pop_front()
        {
            self.bytes -= gone.len();
        }
    }

    /// The versions of a file, the latest first.
    pub fn of(&self, place: &Place) -> Vec<Arc<[u8]>> {
        let versions = self.versions.iter().rev().filter(|(own, _)| own == place);
        versions.take(MOST_VERSIONS).map(|(_, bytes)| bytes.clone()).collect()
    }

    /// Forgets the versions of some files.
    pub fn forget(&mut self, gone: impl Fn(&Place) -> bool) {
        self.retain(|place, _| !gone(place));
    }

    /// Lets the versions go along with a file that got another name.
    pub fn rename(&mut self, from: &Place, to: &Place) {
        for (place, _) in self.versions.iter_mut().filter(|(place, _)| place == from) {
            place.clone_from(to);
        }
    }

    fn retain(&mut self, keep: impl Fn(&Place, &Arc<[u8]>) -> bool) {
        self.versions.retain(|(place, bytes)| keep(place, bytes));
        self.bytes = self.versions.iter().map(|(_, bytes)| bytes.len()).sum();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_go_when_there_is_too_much() {
        let mut earlier = Earlier::default();
        let part = |n: u8| Arc::from(vec![n; MOST_BYTES / 2]);
        for n in 0..3 {
            earlier.keep(&Place::Globals, part(n));
        }
        assert_eq!(earlier.of(&Place::Globals), [part(2), part(1)]);
        earlier.keep(&Place::Globals, part(1));
        assert_eq!(earlier.of(&Place::Globals), [part(1), part(2)]);
        earlier.forget(|_| true);
        assert_eq!((earlier.of(&Place::Globals).len(), earlier.bytes), (0, 0));
    }
}
