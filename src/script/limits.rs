//! What a script may use, and the watch that stops it when it uses more.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio_util::sync::CancellationToken;

/// What one script may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// How long it may compute without a pause; waiting for timers and sends does not count.
    pub busy: Duration,
    /// How long it may take in all.
    pub total: Duration,
    /// How much memory JavaScript may hold, in bytes. What it hands out (console, writes) has the same limit again.
    pub memory: usize,
    /// How much stack JavaScript may use, in bytes; at most [`Limits::MAX_STACK`].
    pub stack: usize,
}

impl Limits {
    /// The most stack there is: the worker thread has more than this.
    pub const MAX_STACK: usize = 4 * 1024 * 1024;
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            busy: Duration::from_secs(10),
            total: Duration::from_mins(5),
            memory: 512 * 1024 * 1024,
            stack: 1024 * 1024,
        }
    }
}

/// Why a script was stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trip {
    /// It computed too long without a pause.
    Busy(Duration),
    /// It took too long in all.
    Total(Duration),
    /// It used too much memory.
    Memory(usize),
    /// Someone cancelled.
    Cancelled,
}

/// Watches one script at a time. The engine asks it every few thousand steps of JavaScript; the outside looks whether
/// the engine still asks.
#[derive(Debug, Default)]
pub struct Watch(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    limits: Limits,
    cancel: Option<CancellationToken>,
    ends: Option<Instant>,
    /// What was left of the time when it was stopped.
    left: Option<Duration>,
    busy_since: Option<Instant>,
    trip: Option<Trip>,
}

impl Watch {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A script begins; its own time runs once it is [`Self::busy`].
    pub fn start(&self, limits: Limits, cancel: CancellationToken) {
        let now = Instant::now();
        *self.state() = State {
            limits,
            cancel: Some(cancel),
            ends: now.checked_add(limits.total),
            left: None,
            busy_since: None,
            trip: None,
        };
    }

    /// JavaScript runs again after a pause, or pauses.
    pub fn busy(&self, busy: bool) {
        self.state().busy_since = busy.then(Instant::now);
    }

    /// The script's thread waits for something that is not the script's doing, or has it: time stands still meanwhile.
    pub fn outside(&self, outside: bool) {
        let now = Instant::now();
        let mut state = self.state();
        if outside {
            state.left = state.ends.take().map(|ends| ends.saturating_duration_since(now));
            state.busy_since = None;
        } else {
            state.ends = state.left.take().and_then(|left| now.checked_add(left));
            state.busy_since = Some(now);
        }
    }

    /// Stops the script for a reason found elsewhere; the first reason counts.
    pub fn trip(&self, trip: Trip) {
        self.state().trip.get_or_insert(trip);
    }

    /// Why the script was stopped, if it was.
    pub fn tripped(&self) -> Option<Trip> {
        self.state().trip
    }

    /// Whether the script must stop now.
    pub fn must_stop(&self) -> bool {
        let mut state = self.state();
        if state.trip.is_none() {
            state.trip = state.exceeded(Duration::ZERO);
        }
        state.trip.is_some()
    }

    /// Why the script should have stopped `grace` ago: it hangs in code that the watch cannot interrupt.
    pub fn overdue(&self, grace: Duration) -> Option<Trip> {
        self.state().exceeded(grace)
    }

    /// When the script's time is over.
    pub fn ends(&self) -> Option<Instant> {
        self.state().ends
    }
}

impl State {
    fn exceeded(&self, grace: Duration) -> Option<Trip> {
        let now = Instant::now();
        if grace.is_zero() && self.cancel.as_ref().is_some_and(CancellationToken::is_cancelled) {
            return Some(Trip::Cancelled);
        }
        if self.ends.is_some_and(|ends| now >= ends + grace) {
            return Some(Trip::Total(self.limits.total));
        }
        let busy = self.busy_since.map(|since| now.duration_since(since));
        busy.is_some_and(|busy| busy >= self.limits.busy + grace)
            .then_some(Trip::Busy(self.limits.busy))
    }
}

impl Trip {
    /// The name, the message and the next step for a report.
    pub fn words(self) -> (&'static str, String, Option<String>) {
        match self {
            Self::Busy(limit) => (
                "TimeoutError",
                format!("the script computed for more than {} and was stopped", seconds(limit)),
                Some("look for a loop that never ends".to_owned()),
            ),
            Self::Total(limit) => (
                "TimeoutError",
                format!("the script took more than {} and was stopped", seconds(limit)),
                Some("look for a timer that is never cleared or a request that is never answered".to_owned()),
            ),
            Self::Memory(limit) => (
                "MemoryError",
                format!(
                    "the script used more than {} MB of memory and was stopped",
                    limit / (1024 * 1024)
                ),
                Some("look for a list or a text that grows without end".to_owned()),
            ),
            Self::Cancelled => ("CancelledError", "the script was cancelled".to_owned(), None),
        }
    }
}

fn seconds(limit: Duration) -> String {
    if limit < Duration::from_secs(1) {
        format!("{} ms", limit.as_millis())
    } else {
        format!("{} s", limit.as_secs())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_reason_to_stop_counts() {
        let watch = Watch::default();
        let limits = Limits {
            busy: Duration::ZERO,
            ..Limits::default()
        };
        watch.start(limits, CancellationToken::new());
        watch.trip(Trip::Memory(1));
        assert!(watch.must_stop());
        assert_eq!(watch.tripped(), Some(Trip::Memory(1)));
    }

    #[test]
    fn waiting_is_not_computing() {
        let watch = Watch::default();
        let limits = Limits {
            busy: Duration::ZERO,
            ..Limits::default()
        };
        watch.start(limits, CancellationToken::new());
        watch.busy(false);
        assert!(!watch.must_stop());
        watch.busy(true);
        assert!(watch.must_stop());
    }

    #[test]
    fn time_outside_does_not_count() {
        let watch = Watch::default();
        let limits = Limits {
            total: Duration::ZERO,
            ..Limits::default()
        };
        watch.start(limits, CancellationToken::new());
        watch.outside(true);
        assert!(!watch.must_stop() && watch.ends().is_none());
        watch.outside(false);
        assert!(watch.must_stop());
    }

    #[test]
    fn a_cancelled_token_stops() {
        let watch = Watch::default();
        let token = CancellationToken::new();
        watch.start(Limits::default(), token.clone());
        assert!(!watch.must_stop());
        token.cancel();
        assert!(watch.must_stop());
        assert_eq!(watch.tripped(), Some(Trip::Cancelled));
    }
}
