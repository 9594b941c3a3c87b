//! What keeps the drawing of a template within bounds: it may go over its data within loops over its data.

use std::time::{Duration, Instant};

use tokio_util::sync::CancellationToken;

/// The stack of the thread that draws, in bytes: blocks within parts within parts use it.
pub(super) const STACK: usize = 16 * 1024 * 1024;

/// When to stop.
#[derive(Clone)]
pub(super) struct Watch {
    cancel: CancellationToken,
    limit: Duration,
    ends: Option<Instant>,
}

impl Watch {
    /// From now on for so long, or until it is cancelled.
    pub(super) fn new(limit: Duration, cancel: CancellationToken) -> Self {
        Self {
            cancel,
            limit,
            ends: Instant::now().checked_add(limit),
        }
    }

    /// Why to stop, if it is time to.
    pub(super) fn stopped(&self) -> Option<String> {
        if self.cancel.is_cancelled() {
            return Some("it was cancelled".to_owned());
        }
        let is_late = self.ends.is_some_and(|ends| Instant::now() >= ends);
        is_late.then(|| self.late())
    }

    /// What is said where time is up.
    pub(super) fn late(&self) -> String {
        format!("it took more than {:?}", self.limit)
    }
}
