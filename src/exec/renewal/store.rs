//! The tokens of a workspace, and that each is fetched once however many want it.
//!
//! ```text
//! obtain ─┬─ a newer one is here ───────────────────────────────────────────▶ it
//!         ├─ it failed a moment ago ───────────────────────────────────────▶ that failure
//!         ├─ somebody fetches it ── wait ──────────────────────────────────┐
//!         └─ else a flight: hold it ─▶ another postrider's? ─▶ Origin::fetch ┴─▶ the same for all that wait
//! ```

use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use tokio_util::sync::CancellationToken;

use super::flight::{self, Flight, Landed};
use super::origin::{Cause, Origin, Standing};
use super::setback::{Setback, pause};
use crate::exec::tokens;
use crate::model::InOrder;
use crate::model::token::{Token, TokenKeeper, TokenKey};

/// How many refused values of one token are remembered.
const REFUSED: usize = 8;
/// How many requests are remembered that a new token did not help.
const MOST_FRUITLESS: usize = 1_000;
/// The most of a token's life that counts as its end: one that lives three seconds is not renewed half a minute before.
const END: i32 = 10;

/// Tokens by key, shared by all that send: the screen, runs, other requests. Clones share what is known.
#[derive(Clone, Default)]
pub struct TokenStore {
    inner: Arc<Inner>,
}

#[derive(Default)]
struct Inner {
    slots: Mutex<Slots>,
    keeper: Option<Arc<dyn TokenKeeper>>,
    /// Whose turn it is to change what is kept.
    keeping: Mutex<()>,
    /// No pause passes: a test on a busy machine may take longer than one.
    #[cfg(test)]
    stopped: std::sync::atomic::AtomicBool,
}

impl Inner {
    /// How long ago something failed.
    #[cfg_attr(not(test), expect(clippy::unused_self, reason = "tests stop the time of one store"))]
    fn since(&self, at: Instant) -> Duration {
        #[cfg(test)]
        if self.stopped.load(std::sync::atomic::Ordering::Relaxed) {
            return Duration::ZERO;
        }
        at.elapsed()
    }
}

/// Whether a token is kept, or why not.
type Kept = Result<(), String>;

#[derive(Default)]
struct Slots {
    by_key: HashMap<TokenKey, Slot>,
    /// Which tokens the fetching of a token waits for.
    waits: HashMap<TokenKey, Vec<TokenKey>>,
    /// How many flights there were.
    flights: u64,
}

/// What is known of one token.
#[derive(Default)]
struct Slot {
    token: Option<Arc<Token>>,
    refused: VecDeque<String>,
    setback: Option<Setback>,
    flight: Option<Flight>,
    /// Requests that a new token did not help.
    fruitless: HashMap<String, Fruitless>,
}

/// A request was refused with a new token.
struct Fruitless {
    /// With how many in a row.
    times: u32,
    /// When with the last of them first.
    at: Instant,
    /// Which that was: however many refusals of it come at once, they say one thing.
    token: u64,
}

fn hashed(token: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    token.hash(&mut hasher);
    hasher.finish()
}

/// What somebody wants of a token.
#[derive(Clone, Debug)]
pub struct Want {
    /// The value at hand, if there is one: anything newer will do.
    pub held: Option<String>,
    /// Why it does not do.
    pub cause: Cause,
    /// The token whose own fetching wants this one.
    pub within: Option<TokenKey>,
    /// When somebody has sent by hand what needs it; `None` where a run wants it.
    pub by_hand: Option<Instant>,
}

/// How a token was obtained.
#[derive(Clone, Debug)]
pub enum Obtained {
    /// A newer one was known.
    Known(Arc<Token>),
    /// It was fetched; `true` for whoever began it.
    Fetched(Arc<Landed>, bool),
    /// It failed a moment ago and is not tried again yet; the pause that is left.
    Paused(Arc<Landed>, Duration),
    /// Whoever waited was cancelled.
    Cancelled,
    /// Its own fetching would wait for it; the tokens that need each other.
    Circle(Vec<String>),
}

impl fmt::Debug for TokenStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let slots = self.lock();
        f.debug_struct("TokenStore")
            .field("tokens", &slots.by_key.keys().collect::<Vec<_>>())
            .finish_non_exhaustive()
    }
}

impl TokenStore {
    /// A store that knows these tokens; with a keeper they outlive it, and it is one with those of other postriders.
    pub fn kept(keeper: Option<Arc<dyn TokenKeeper>>, known: Vec<(TokenKey, Token)>) -> Self {
        let mut slots = Slots::default();
        for (key, token) in known {
            let token = Some(Arc::new(token));
            slots.by_key.insert(
                key,
                Slot {
                    token,
                    ..Slot::default()
                },
            );
        }
        Self {
            inner: Arc::new(Inner {
                slots: Mutex::new(slots),
                keeper,
                keeping: Mutex::default(),
                #[cfg(test)]
                stopped: std::sync::atomic::AtomicBool::default(),
            }),
        }
    }

    /// One in which no pause passes.
    #[cfg(test)]
    pub fn stopped() -> Self {
        let store = Self::default();
        store.inner.stopped.store(true, std::sync::atomic::Ordering::Relaxed);
        store
    }

    fn lock(&self) -> MutexGuard<'_, Slots> {
        self.inner.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn keeper(&self) -> Option<Arc<dyn TokenKeeper>> {
        self.inner.keeper.clone()
    }

    /// The token that is known.
    pub fn peek(&self, key: &TokenKey) -> Option<Arc<Token>> {
        self.lock().by_key.get(key)?.token.clone()
    }

    /// Every token that is known.
    pub fn all(&self) -> Vec<(TokenKey, Arc<Token>)> {
        let slots = self.lock();
        let all = slots.by_key.iter();
        let mut all: Vec<_> = all
            .filter_map(|(key, slot)| Some((key.clone(), slot.token.clone()?)))
            .collect();
        all.order_by(|(a, _), (b, _)| a.cmp(b));
        all
    }

    /// How good a value is that somebody is about to use.
    pub fn judge(&self, key: &TokenKey, held: Option<&str>, renew_before: Duration, now: Timestamp) -> Standing {
        let slots = self.lock();
        let slot = slots.by_key.get(key);
        let known = slot.and_then(|slot| slot.token.as_ref());
        let is_refused = |value: &str| slot.is_some_and(|slot| slot.refused.iter().any(|refused| refused == value));
        let Some(held) = held else {
            // The last one may be renewed by a request of its own; a first one cannot.
            let cause = known.map(|last| match standing(last, Duration::ZERO, now) {
                _ if is_refused(&last.value) => Cause::RefusedEarlier,
                Standing::Due(cause) => cause,
                Standing::Good(_) => Cause::Missing,
            });
            return Standing::Due(cause.unwrap_or(Cause::Missing));
        };
        if is_refused(held) {
            return Standing::Due(Cause::RefusedEarlier);
        }
        match known
            .filter(|token| token.value == held)
            .or_else(|| slots.same(key, held))
        {
            Some(token) => standing(token, renew_before, now),
            None => standing_of(held, known.map_or(0, |token| token.skew_ms), renew_before, now),
        }
    }

    /// When a value ends by our clock, as far as is known; `None` when nobody says.
    pub fn ends(&self, key: &TokenKey, held: &str) -> Option<Timestamp> {
        match self.judge(key, Some(held), Duration::ZERO, Timestamp::UNIX_EPOCH) {
            Standing::Good(end) => end,
            Standing::Due(_) => None,
        }
    }

    /// A better token than the one at hand, if one is known.
    pub fn known(&self, want: &Want, key: &TokenKey, renew_before: Duration) -> Option<Arc<Token>> {
        let slots = self.lock();
        Self::newer(slots.by_key.get(key)?, want, renew_before, Timestamp::now())
    }

    /// A newer token than the one at hand, if one is known that is good.
    fn newer(slot: &Slot, want: &Want, renew_before: Duration, now: Timestamp) -> Option<Arc<Token>> {
        let token = slot.token.as_ref()?;
        let differs = want.held.as_deref() != Some(token.value.as_str()) && !slot.refused.contains(&token.value);
        (differs && matches!(standing(token, renew_before, now), Standing::Good(_))).then(|| token.clone())
    }

    /// Gets a token that is better than the one at hand.
    pub async fn obtain(&self, origin: Arc<dyn Origin>, want: Want, cancel: &CancellationToken) -> Obtained {
        let key = origin.key();
        let forced = want.cause == Cause::Asked;
        let (mut landing, began) = {
            let mut slots = self.lock();
            let slot = slots.by_key.entry(key.clone()).or_default();
            if let (Cause::Refused(_), Some(held)) = (want.cause, &want.held) {
                slot.refuse(held);
            }
            let known = Self::newer(slot, &want, origin.renew_before(), Timestamp::now());
            if let Some(token) = known.filter(|_| !forced) {
                return Obtained::Known(token);
            }
            if let Some(circle) = slots.circle(&key, want.within.as_ref()) {
                return Obtained::Circle(circle);
            }
            slots.flights += 1;
            let number = slots.flights;
            let slot = slots.by_key.entry(key.clone()).or_default();
            if let Some(landing) = slot.flight.as_ref().and_then(Flight::join) {
                (landing, false)
            } else {
                let made_of = origin.made_of();
                if let Some(setback) = slot.setback.as_ref().filter(|_| !forced)
                    && let Some(left) = setback.left(self.inner.since(setback.at), made_of, want.by_hand)
                {
                    return Obtained::Paused(setback.failed.clone(), left);
                }
                let known = slot.token.clone();
                let (flight, landing) = flight::begin(number, made_of, self.clone(), origin, want.clone(), known);
                slot.flight = Some(flight);
                (landing, true)
            }
        };
        let _waiting = want.within.map(|within| self.wait_for(within, key));
        tokio::select! {
            biased;
            landed = landing.wait() => landed.map_or(Obtained::Cancelled, |landed| Obtained::Fetched(landed, began)),
            () = cancel.cancelled() => Obtained::Cancelled,
        }
    }

    /// Notes, until it is dropped, that the fetching of a token waits for another one.
    fn wait_for(&self, within: TokenKey, key: TokenKey) -> Waiting {
        self.lock().waits.entry(within.clone()).or_default().push(key.clone());
        Waiting {
            store: self.clone(),
            within,
            key,
        }
    }

    /// Notes what came of a flight.
    pub(super) fn land(&self, key: &TokenKey, number: u64, landed: &Arc<Landed>) {
        let mut slots = self.lock();
        // Forgotten meanwhile: then it is not to be here.
        let Some(slot) = slots.by_key.get_mut(key).filter(|slot| slot.is_awaiting(number)) else {
            return;
        };
        let made_of = slot.flight.take().map_or(0, |flight| flight.made_of);
        match &landed.token {
            Ok(token) => slot.take(token.clone()),
            Err(_) => slot.setback = Some(Setback::after(slot.setback.as_ref(), landed, made_of)),
        }
    }

    /// A better token than `held` that another postrider has fetched meanwhile.
    pub(super) fn of_others(&self, key: &TokenKey, want: &Want, renew_before: Duration, kept: Token) -> Option<Token> {
        let slots = self.lock();
        let refused = slots
            .by_key
            .get(key)
            .is_some_and(|slot| slot.refused.contains(&kept.value));
        let differs = want.held.as_deref() != Some(kept.value.as_str());
        let good = matches!(standing(&kept, renew_before, Timestamp::now()), Standing::Good(_));
        (differs && !refused && good).then_some(kept)
    }

    /// Takes note of a token that came without anybody's asking the store: its request was sent like any other.
    ///
    /// # Errors
    ///
    /// A sentence, when it is in use but cannot be kept.
    pub async fn learn(&self, key: &TokenKey, token: Token) -> Result<(), String> {
        let token = Arc::new(token);
        self.note(key, token.clone());
        let Some(keeper) = self.keeper().filter(|_| key.audience.is_empty()) else {
            return Ok(());
        };
        let (store, key) = (self.clone(), key.clone());
        let is_newest =
            |token: &Arc<Token>, slot: &Slot| slot.token.as_ref().is_some_and(|own| Arc::ptr_eq(own, token));
        let kept =
            tokio::task::spawn_blocking(move || store.keep(&*keeper, &key, &token, |slot| is_newest(&token, slot)));
        // It is not done only when the program is ending.
        kept.await.unwrap_or(Ok(()))
    }

    /// Takes note of a token that is kept already: another postrider has fetched it.
    pub fn note(&self, key: &TokenKey, token: Arc<Token>) {
        self.lock().by_key.entry(key.clone()).or_default().take(token);
    }

    /// Notes whether a request was refused with a new token, and with which, so that its refusals do not fetch one each time.
    pub fn note_answer(&self, key: &TokenKey, request: &str, refused: Option<&str>) {
        let mut slots = self.lock();
        let Some(slot) = slots.by_key.get_mut(key) else {
            return;
        };
        let fruitless = &mut slot.fruitless;
        let Some(token) = refused.map(hashed) else {
            fruitless.remove(request);
            return;
        };
        let before = fruitless.get(request);
        if before.is_some_and(|before| before.token == token) {
            return;
        }
        let times = before.map_or(0, |before| before.times) + 1;
        if fruitless.len() >= MOST_FRUITLESS {
            fruitless.retain(|_, last| self.inner.since(last.at) < pause(last.times));
        }
        if fruitless.len() < MOST_FRUITLESS {
            let at = Instant::now();
            fruitless.insert(request.to_owned(), Fruitless { times, at, token });
        }
    }

    /// For how long this request gets no new token.
    #[cfg(test)]
    pub fn pause_of(&self, key: &TokenKey, request: &str) -> Duration {
        pause(self.lock().by_key[key].fruitless[request].times)
    }

    /// Whether a new token did not help this request a moment ago.
    pub fn is_fruitless(&self, key: &TokenKey, request: &str) -> bool {
        let slots = self.lock();
        let last = slots.by_key.get(key).and_then(|slot| slot.fruitless.get(request));
        last.is_some_and(|last| self.inner.since(last.at) < pause(last.times))
    }

    /// Forgets a token, here and where it is kept; who is fetching it ends.
    ///
    /// # Errors
    ///
    /// A sentence, when it stays where it is kept.
    pub fn forget(&self, key: &TokenKey) -> Result<(), String> {
        self.forget_here(|known| known == key);
        let Some(keeper) = &self.inner.keeper else {
            return Ok(());
        };
        let _turn = self.turn();
        keeper.forget(key)
    }

    /// Forgets tokens here alone: where they are kept, somebody else sees to it.
    pub fn forget_here(&self, is_gone: impl Fn(&TokenKey) -> bool) {
        self.lock().by_key.retain(|key, slot| {
            let gone = is_gone(key);
            if let Some(flight) = slot.flight.as_ref().filter(|_| gone) {
                flight.cancel();
            }
            !gone
        });
    }

    /// Files tokens under other keys in memory alone, where what they belong to was renamed. One that is just being fetched
    /// is fetched no further.
    pub fn rename_here(&self, renamed: impl Fn(&TokenKey) -> Option<TokenKey>) {
        let mut slots = self.lock();
        let wanted: Vec<_> = slots
            .by_key
            .keys()
            .filter_map(|key| Some((key.clone(), renamed(key)?)))
            .collect();
        // All are taken out first: one may come to be where another was.
        let taken: Vec<_> = wanted
            .into_iter()
            .filter_map(|(from, to)| Some((to, slots.by_key.remove(&from)?)))
            .collect();
        for (to, mut slot) in taken {
            if let Some(flight) = slot.flight.take() {
                flight.cancel();
            }
            slots.by_key.insert(to, slot);
        }
    }

    /// Keeps what a flight has brought, unless the token was forgotten since.
    pub(super) fn keep_landed(&self, keeper: &dyn TokenKeeper, key: &TokenKey, number: u64, token: &Token) -> Kept {
        self.keep(keeper, key, token, |slot| slot.is_awaiting(number))
    }

    /// One after the other: what is kept last is what is known last, and nothing is kept behind a forgetting.
    fn keep(
        &self,
        keeper: &dyn TokenKeeper,
        key: &TokenKey,
        token: &Token,
        is_wanted: impl FnOnce(&Slot) -> bool,
    ) -> Kept {
        let _turn = self.turn();
        let is_wanted = self.lock().by_key.get(key).is_some_and(is_wanted);
        if is_wanted { keeper.keep(key, token) } else { Ok(()) }
    }

    fn turn(&self) -> MutexGuard<'_, ()> {
        self.inner.keeping.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Slots {
    /// A token of another environment that has this very value: it stands in a variable that both see, as one of the
    /// collection's does that was set while no environment was active.
    fn same(&self, key: &TokenKey, value: &str) -> Option<&Arc<Token>> {
        let others = self.by_key.iter();
        let mut others = others.filter(|(other, _)| other.place == key.place && other.name == key.name);
        others.find_map(|(_, slot)| slot.token.as_ref().filter(|token| token.value == value))
    }

    /// The tokens that would wait for each other if the fetching of `within` waited for `key`; `None` when none would.
    fn circle(&self, key: &TokenKey, within: Option<&TokenKey>) -> Option<Vec<String>> {
        let within = within?;
        let mut todo = vec![vec![key]];
        while let Some(way) = todo.pop() {
            let at = way.last().copied()?;
            if at == within {
                let names = std::iter::once(within).chain(way.iter().copied());
                return Some(names.map(|key| key.name.clone()).collect());
            }
            for next in self
                .waits
                .get(at)
                .into_iter()
                .flatten()
                .filter(|next| !way.contains(next))
            {
                todo.push(way.iter().copied().chain([next]).collect());
            }
        }
        None
    }
}

impl Slot {
    /// Whether this flight is the one that is on its way.
    fn is_awaiting(&self, number: u64) -> bool {
        self.flight.as_ref().is_some_and(|flight| flight.number == number)
    }

    fn take(&mut self, token: Arc<Token>) {
        self.refused.retain(|refused| *refused != token.value);
        self.token = Some(token);
        self.setback = None;
    }

    fn refuse(&mut self, value: &str) {
        if !self.refused.iter().any(|refused| refused == value) {
            self.refused.truncate(REFUSED - 1);
            self.refused.push_front(value.to_owned());
        }
    }
}

/// See [`TokenStore::wait_for`].
struct Waiting {
    store: TokenStore,
    within: TokenKey,
    key: TokenKey,
}

impl Drop for Waiting {
    fn drop(&mut self) {
        let mut slots = self.store.lock();
        if let Some(waits) = slots.waits.get_mut(&self.within) {
            if let Some(at) = waits.iter().position(|key| *key == self.key) {
                waits.swap_remove(at);
            }
            if waits.is_empty() {
                slots.waits.remove(&self.within);
            }
        }
    }
}

/// How good a token is that was obtained.
fn standing(token: &Token, renew_before: Duration, now: Timestamp) -> Standing {
    let Some(end) = token.expires_at else {
        return Standing::Good(None);
    };
    let life = end.duration_since(token.obtained_at);
    until(end, margin(renew_before, Some(life)), now)
}

/// How good a value is of which nothing is known but what it says itself.
fn standing_of(value: &str, skew_ms: i64, renew_before: Duration, now: Timestamp) -> Standing {
    let Some(life) = tokens::life(value) else {
        return Standing::Good(None);
    };
    let end = life.expires_at.checked_sub(SignedDuration::from_millis(skew_ms));
    let span = life.issued_at.map(|issued| life.expires_at.duration_since(issued));
    until(end.unwrap_or(life.expires_at), margin(renew_before, span), now)
}

fn margin(renew_before: Duration, life: Option<SignedDuration>) -> SignedDuration {
    let before = SignedDuration::try_from(renew_before).unwrap_or(SignedDuration::MAX);
    life.map_or(before, |life| before.min(life.max(SignedDuration::ZERO) / END))
}

fn until(end: Timestamp, margin: SignedDuration, now: Timestamp) -> Standing {
    let left = end.duration_since(now);
    if left <= SignedDuration::ZERO {
        Standing::Due(Cause::Expired(-left))
    } else if left <= margin {
        Standing::Due(Cause::Ending(left))
    } else {
        Standing::Good(Some(end))
    }
}
