//! What a jar knows of a cookie besides what it needs for sending it: when it came and when it was last sent, and what the
//! server said of how long it lives. Others who keep cookies (tough-cookie, which newman's jars are of) write it down.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;

use crate::model::InOrder;
use crate::model::exchange::Cookie;

/// Where a cookie belongs: domain, path, name.
pub(super) type Place = (String, String, String);

/// What was seen of a cookie.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// When it came first; a later one in its place leaves that alone.
    pub created: Option<Timestamp>,
    /// When it was last sent, or set.
    pub accessed: Option<Timestamp>,
    /// The seconds it lives, as the server said it.
    pub max_age: Option<i64>,
    /// The attributes that are none of the known ones, as they were written.
    pub extensions: Vec<String>,
    /// Which place it has among all that came.
    order: usize,
}

impl Seen {
    /// Of a cookie that came and was sent then.
    pub fn at(created: Option<Timestamp>, accessed: Option<Timestamp>) -> Self {
        Self {
            created,
            accessed,
            ..Self::default()
        }
    }

    /// Of a `Set-Cookie` that comes now.
    pub(super) fn now(set_cookie: &str) -> Self {
        const KNOWN: [&str; 7] = ["expires", "max-age", "domain", "path", "secure", "httponly", "samesite"];
        let now = Some(Timestamp::now());
        let mut out = Self::at(now, now);
        for attribute in set_cookie.split(';').skip(1).map(str::trim) {
            let (name, value) = attribute.split_once('=').unwrap_or((attribute, ""));
            let name = name.trim().to_ascii_lowercase();
            if name == "max-age" {
                out.max_age = value.trim().parse().ok().or(out.max_age);
            } else if !attribute.is_empty() && !KNOWN.contains(&name.as_str()) {
                out.extensions.push(attribute.to_owned());
            }
        }
        out
    }
}

/// A cookie of a jar with all that is known of it.
#[derive(Clone, Debug)]
pub struct Kept {
    /// The cookie.
    pub cookie: Cookie,
    /// When it ends by the server's `Expires` alone.
    pub expires: Option<Timestamp>,
    /// Whether its path is that of the request it came by.
    pub path_is_default: bool,
    /// What was seen of it.
    pub seen: Seen,
}

/// What was seen of all cookies of a jar.
#[derive(Default)]
pub(super) struct Sights(Mutex<All>);

#[derive(Clone, Default)]
struct All {
    of: HashMap<Place, Seen>,
    came: usize,
    /// From so many on, those are looked for that nobody has any more.
    most: usize,
}

/// Fewer are not looked through.
const FEW: usize = 256;

impl Sights {
    fn lock(&self) -> MutexGuard<'_, All> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One was set; `again` where it takes the place of another.
    pub(super) fn came(&self, place: Place, mut seen: Seen, again: bool) {
        let mut all = self.lock();
        all.came += 1;
        let before = all.of.get(&place).filter(|_| again);
        seen.order = if again {
            before.map_or(0, |seen| seen.order)
        } else {
            all.came
        };
        seen.created = before.and_then(|seen| seen.created).or(seen.created);
        all.of.insert(place, seen);
    }

    /// Forgets what was seen of cookies that the jar no longer has, such as those that have ended by themselves, where there is
    /// much of it: seldom enough that it costs nothing.
    pub(super) fn prune(&self, there: impl FnOnce() -> HashSet<Place>) {
        let mut all = self.lock();
        if all.of.len() < all.most.max(FEW) {
            return;
        }
        let there = there();
        all.of.retain(|place, _| there.contains(place));
        all.most = all.of.len() * 2;
    }

    /// Of how many something was seen.
    #[cfg(test)]
    pub(super) fn count(&self) -> usize {
        self.lock().of.len()
    }

    /// Which place one has among all that came, 0 for one of which nothing was seen.
    pub(super) fn order(&self, place: &Place) -> usize {
        self.lock().of.get(place).map_or(0, |seen| seen.order)
    }

    /// One is sent; returns which place it has among all that came, 0 for one of which nothing was seen.
    pub(super) fn went(&self, place: &Place, now: Timestamp) -> usize {
        self.lock().of.get_mut(place).map_or(0, |seen| {
            seen.accessed = Some(now);
            seen.order
        })
    }

    /// When one was last sent, or set, and which place it has among all that came.
    pub(super) fn used(&self, place: &Place) -> (Option<Timestamp>, usize) {
        let all = self.lock();
        all.of.get(place).map_or((None, 0), |seen| (seen.accessed, seen.order))
    }

    /// One is gone.
    pub(super) fn left(&self, place: &Place) {
        self.lock().of.remove(place);
    }

    /// What was seen of one.
    pub(super) fn of(&self, place: &Place) -> Option<Seen> {
        self.lock().of.get(place).cloned()
    }

    /// The same of another jar.
    pub(super) fn copy(&self) -> Self {
        Self(Mutex::new(self.lock().clone()))
    }

    /// Takes what another jar has seen instead.
    pub(super) fn replace(&self, other: &Self) {
        let theirs = other.lock().clone();
        *self.lock() = theirs;
    }

    /// Forgets all.
    pub(super) fn clear(&self) {
        self.lock().of.clear();
    }
}

/// In the order they came; those that nothing was seen of first.
pub(super) fn by_arrival(kept: &mut [Kept]) {
    kept.order_by_key(|kept| kept.seen.order);
}
