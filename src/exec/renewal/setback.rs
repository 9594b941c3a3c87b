//! That a token could not be fetched, and for how long that is not tried again.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::flight::Landed;

/// The pause after a first failure; it doubles with every further one.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
/// So often in a row something else is tried at once after failures: three in all, before a server locks an account. Whoever
/// corrects a password needs longer than the pause that follows.
const MOST_CORRECTED: u32 = 2;
/// How long a run does not ask again whoever has called a sign-in off.
const DECLINED: Duration = Duration::from_secs(10);
/// The longest pause after failures.
const LONGEST_PAUSE: Duration = Duration::from_mins(1);

/// It failed, and is not tried again for a while.
pub(super) struct Setback {
    pub(super) failed: Arc<Landed>,
    times: u32,
    pub(super) at: Instant,
    /// What it was tried with: something else is tried at once.
    made_of: u64,
    /// How often in a row it was something else. Nobody corrects that often: a script makes it anew each time.
    corrected: u32,
}

impl Setback {
    /// One more, after those before it.
    pub(super) fn after(before: Option<&Self>, failed: &Arc<Landed>, made_of: u64) -> Self {
        let corrected = before.filter(|before| before.made_of != made_of);
        let times = before.map_or(0, |before| before.times);
        Self {
            failed: failed.clone(),
            times: if is_declined(failed) { times } else { times + 1 },
            at: Instant::now(),
            made_of,
            corrected: corrected.map_or(0, |before| before.corrected + 1),
        }
    }

    /// How long it is not tried again with this, so long after it failed.
    pub(super) fn left(&self, passed: Duration, made_of: u64, by_hand: Option<Instant>) -> Option<Duration> {
        // Whoever sends again by hand wants it tried again: once, and not each time that this one send needs it.
        if by_hand.is_some_and(|sent| self.at < sent) {
            return None;
        }
        let is_corrected = self.made_of != made_of && self.corrected < MOST_CORRECTED;
        let pause = if is_declined(&self.failed) {
            DECLINED
        } else {
            pause(self.times)
        };
        let left = pause.checked_sub(passed);
        left.filter(|left| !left.is_zero() && !is_corrected)
    }
}

fn is_declined(landed: &Landed) -> bool {
    landed.token.as_ref().is_err_and(|failure| failure.declined)
}

/// How long nothing is tried again after so many failures in a row.
pub(super) fn pause(times: u32) -> Duration {
    let doubled = FIRST_PAUSE.saturating_mul(1 << times.saturating_sub(1).min(10));
    doubled.min(LONGEST_PAUSE)
}
