//! Things that wait to be used again, each no longer than a while.

use std::collections::HashMap;
use std::hash::Hash;
use std::time::{Duration, Instant};

/// What waits, by kind; of one kind the last one that came goes first.
pub(super) struct Shelf<K, T> {
    things: HashMap<K, Vec<(T, Instant)>>,
    longest: Duration,
    /// Whether somebody will [`Self::sweep`].
    pub attended: bool,
}

impl<K: Eq + Hash, T> Shelf<K, T> {
    /// An empty one, where nothing waits for longer than this.
    pub(super) fn new(longest: Duration) -> Self {
        Self {
            things: HashMap::new(),
            longest,
            attended: false,
        }
    }

    /// Lays something down.
    pub(super) fn put(&mut self, kind: K, thing: T, now: Instant) {
        self.things.entry(kind).or_default().push((thing, now));
    }

    /// Takes something of a kind that has not waited for too long.
    pub(super) fn take(&mut self, kind: &K, now: Instant) -> Option<T> {
        let (thing, since) = self.things.get_mut(kind)?.pop()?;
        // The others of its kind have waited for longer still.
        (now.saturating_duration_since(since) < self.longest).then_some(thing)
    }

    /// Drops what has waited for too long. Tells when the next one will have; once there is none, nobody attends any more.
    pub(super) fn sweep(&mut self, now: Instant) -> Option<Instant> {
        let longest = self.longest;
        self.things.retain(|_, things| {
            things.retain(|(_, since)| now.saturating_duration_since(*since) < longest);
            !things.is_empty()
        });
        let oldest = self.things.values().flatten().map(|(_, since)| *since).min();
        self.attended = oldest.is_some();
        oldest.map(|since| since + longest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_waits_for_too_long_is_dropped() {
        let begin = Instant::now();
        let at = |seconds| begin + Duration::from_secs(seconds);
        let mut shelf = Shelf::new(Duration::from_secs(90));
        shelf.put("a", 1, at(0));
        shelf.put("a", 2, at(50));
        shelf.put("b", 3, at(10));
        assert_eq!(shelf.sweep(at(89)), Some(at(90)));
        assert_eq!(shelf.sweep(at(90)), Some(at(100)));
        assert_eq!(shelf.take(&"a", at(91)), Some(2));
        assert_eq!(shelf.take(&"a", at(91)), None);
        assert_eq!(shelf.take(&"b", at(100)), None);
        shelf.attended = true;
        assert_eq!(shelf.sweep(at(100)), None);
        assert!(!shelf.attended);
    }
}
