//! What a script may use, and the watch that stops it when it uses more.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio_util::sync::CancellationToken;

/// What one script may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// How long it may compute without a pause, in time of the processor: a machine that is busy otherwise takes longer.
    /// Waiting for timers and sends does not count.
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

/// The name of the error of a script that was cancelled.
pub const CANCELLED: &str = "CancelledError";

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
    busy_since: Option<Since>,
    trip: Option<Trip>,
}

/// When JavaScript began to run, when it last asked, and how long its thread had computed at the beginning.
#[derive(Clone, Copy, Debug)]
struct Since {
    at: Instant,
    asked: Instant,
    computed: Option<Duration>,
}

impl Since {
    fn now() -> Self {
        let now = Instant::now();
        Self {
            at: now,
            asked: now,
            computed: computed(),
        }
    }
}

/// How long this thread has computed; `None` where the system does not tell.
fn computed() -> Option<Duration> {
    #[cfg(any(target_os = "linux", target_os = "freebsd", target_vendor = "apple"))]
    {
        use rustix::time::{ClockId, clock_gettime};
        Duration::try_from(clock_gettime(ClockId::ThreadCPUTime)).ok()
    }
    #[cfg(not(any(target_os = "linux", target_os = "freebsd", target_vendor = "apple")))]
    None
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
        self.state().busy_since = busy.then(Since::now);
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
            state.busy_since = Some(Since::now());
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

    /// Whether the script must stop now; its thread asks.
    pub fn must_stop(&self) -> bool {
        let mut state = self.state();
        if let Some(since) = &mut state.busy_since {
            since.asked = Instant::now();
        }
        if state.trip.is_none() {
            state.trip = if state.cancel.as_ref().is_some_and(CancellationToken::is_cancelled) {
                Some(Trip::Cancelled)
            } else {
                state.late(Duration::ZERO).or_else(|| state.computes())
            };
        }
        state.trip.is_some()
    }

    /// Why the script should have stopped `grace` ago: it hangs in code that the watch cannot interrupt. Another thread asks,
    /// which cannot see how long it computes, but for how long it has not asked.
    pub fn overdue(&self, grace: Duration) -> Option<Trip> {
        let state = self.state();
        let most = state.limits.busy + grace;
        let hangs = state.busy_since.is_some_and(|since| since.asked.elapsed() >= most);
        state
            .late(grace)
            .or_else(|| hangs.then_some(Trip::Busy(state.limits.busy)))
    }

    /// When the script's time is over.
    pub fn ends(&self) -> Option<Instant> {
        self.state().ends
    }
}

impl State {
    /// Whether its time was over `grace` ago.
    fn late(&self, grace: Duration) -> Option<Trip> {
        let is_over = self.ends.is_some_and(|ends| Instant::now() >= ends + grace);
        is_over.then_some(Trip::Total(self.limits.total))
    }

    /// Whether its thread, which asks, has computed too long.
    fn computes(&self) -> Option<Trip> {
        let Limits { busy, .. } = self.limits;
        // Who has not been there so long has not computed so long: that is found out without asking the system.
        let since = self.busy_since.filter(|since| since.at.elapsed() >= busy)?;
        let spent = computed()
            .zip(since.computed)
            .map(|(now, then)| now.saturating_sub(then));
        spent.is_none_or(|spent| spent >= busy).then_some(Trip::Busy(busy))
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
                Some("look for a loop that never ends, a timer that is never cleared or a request that is never answered".to_owned()),
            ),
            Self::Memory(limit) => (
                "MemoryError",
                format!(
                    "the script used more than {} MB of memory and was stopped",
                    limit / (1024 * 1024)
                ),
                Some("look for a list or a text that grows without end".to_owned()),
            ),
            Self::Cancelled => (CANCELLED, "the script was cancelled".to_owned(), None),
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
    fn a_loaded_machine_takes_nothing_of_the_time() {
        let watch = Watch::default();
        let busy = Duration::from_millis(20);
        let limits = Limits {
            busy,
            ..Limits::default()
        };
        watch.start(limits, CancellationToken::new());
        watch.busy(true);
        std::thread::sleep(busy * 2);
        assert!(computed().is_none() || !watch.must_stop());
        // From outside it hangs once it has not asked for so long.
        assert_eq!(watch.overdue(Duration::from_mins(1)), None);
        std::thread::sleep(busy);
        assert_eq!(watch.overdue(Duration::ZERO), Some(Trip::Busy(busy)));
        while !watch.must_stop() {}
        assert_eq!(watch.tripped(), Some(Trip::Busy(busy)));
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
