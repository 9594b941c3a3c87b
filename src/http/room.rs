//! How much of a response is kept.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Bytes that several sends may keep together, encoded and decoded: those of one script.
#[derive(Debug)]
pub struct Allowance(AtomicUsize);

impl Allowance {
    /// An allowance of so many bytes.
    pub fn new(bytes: usize) -> Self {
        Self(AtomicUsize::new(bytes))
    }

    /// Whether nothing is left.
    pub fn is_used_up(&self) -> bool {
        self.0.load(Ordering::Relaxed) == 0
    }

    /// Takes as many of the bytes as are left; how many.
    fn take(&self, wanted: usize) -> usize {
        let left = self
            .0
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
                Some(left.saturating_sub(wanted))
            })
            .unwrap_or_else(|left| left);
        left.min(wanted)
    }
}

/// The room for one body.
#[derive(Clone, Debug)]
pub(super) struct Room {
    /// The most bytes of it.
    pub limit: usize,
    /// What it shares with others.
    pub shared: Option<Arc<Allowance>>,
}

impl Room {
    /// How many of some more bytes may be kept where so many are.
    pub fn grant(&self, kept: usize, more: usize) -> usize {
        let own = more.min(self.limit.saturating_sub(kept));
        self.shared.as_ref().map_or(own, |shared| shared.take(own))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_share_what_there_is() {
        let shared = Some(Arc::new(Allowance::new(10)));
        let room = Room { limit: 8, shared };
        let other = room.clone();
        assert_eq!(room.grant(0, 6), 6);
        assert_eq!(room.grant(6, 6), 2, "its own limit");
        assert_eq!(other.grant(0, 6), 2, "what the first one left");
        assert!(room.shared.is_some_and(|shared| shared.is_used_up()));
        let alone = Room { limit: 8, shared: None };
        assert_eq!((alone.grant(0, 9), alone.grant(8, 1)), (8, 0));
    }
}
