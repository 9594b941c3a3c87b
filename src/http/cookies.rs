//! The cookie jar of a workspace (RFC 6265), and the cookies a response sets.
//!
//! Several programs may share the jar that is kept: each [`merge`]s what it changed itself into what is there.

mod bytes;
mod name;

use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use cookie_store::{
    Cookie as Stored, CookieDomain, CookieError, CookieExpiration, CookieStore, RawCookie, StoreAction,
};
use indexmap::IndexMap;
use jiff::Timestamp;
use url::Url;

pub use self::bytes::shown;
pub(super) use self::bytes::{bytes, text};
use self::name::{NAMELESS, name, named};
use super::seen::{Kept, Place, Seen, Sights, by_arrival};
use crate::model::InOrder;
use crate::model::exchange::{Cookie, CookieMore};

/// All cookies of a workspace; shared by its sends, shown and edited by the user, kept as JSON in the local state.
#[derive(Default)]
pub struct Jar {
    store: Mutex<CookieStore>,
    seen: Sights,
}

impl Jar {
    /// No domain has more cookies than this: a server could fill the disk with them. Browsers stop earlier.
    pub const MOST_OF_A_DOMAIN: usize = 300;
    /// The longest one that is kept, in bytes; browsers stop at 4 KiB.
    const LONGEST: usize = 16 * 1024;

    /// An empty jar.
    pub fn new() -> Self {
        Self::default()
    }

    /// The jar as [`Jar::to_json`] wrote it; expired cookies are left out.
    ///
    /// # Errors
    ///
    /// Why the text cannot be read, without any of it.
    pub fn from_json(text: &str) -> Result<Self, String> {
        let seen = Sights::default();
        let kept = read(text)?;
        for place in kept.keys() {
            seen.came(place.clone(), Seen::default(), false);
        }
        let store = Mutex::new(jar_of(kept.into_values()));
        Ok(Self { store, seen })
    }

    /// The jar as text for the local state, session cookies included: a workspace outlives the program.
    ///
    /// # Errors
    ///
    /// That it cannot be written as text; then nothing may be kept, the cookies that are there least of all.
    pub fn to_json(&self) -> Result<String, String> {
        write(&self.in_order(&self.lock()))
    }

    /// All cookies, expired ones included, in the order they came.
    fn in_order(&self, store: &CookieStore) -> Vec<Stored<'static>> {
        let mut all: Vec<_> = store
            .iter_any()
            .map(|cookie| (self.seen.order(&place(cookie)), cookie.clone()))
            .collect();
        all.order_by_key(|(order, _)| *order);
        all.into_iter().map(|(_, cookie)| cookie).collect()
    }

    /// The cookies that have not ended, by domain, path and name.
    pub fn list(&self) -> Vec<Cookie> {
        let store = self.lock();
        let mut cookies: Vec<Cookie> = store.iter_unexpired().map(stored).collect();
        cookies.order_by(|a, b| (&a.domain, &a.path, &a.name).cmp(&(&b.domain, &b.path, &b.name)));
        cookies
    }

    /// The same with what else is known of them, in the order they came.
    pub fn kept(&self) -> Vec<Kept> {
        let store = self.lock();
        let kept = store.iter_unexpired().map(|raw| {
            let cookie = stored(raw);
            let at = raw.expires_datetime();
            Kept {
                expires: at.and_then(|at| Timestamp::from_second(at.unix_timestamp()).ok()),
                path_is_default: raw.path().is_none_or(|path| !path.starts_with('/')),
                seen: self.seen.of(&place(raw)).unwrap_or_default(),
                cookie,
            }
        });
        let mut kept: Vec<Kept> = kept.collect();
        by_arrival(&mut kept);
        kept
    }

    /// Whether there is no cookie that has not ended.
    pub fn is_empty(&self) -> bool {
        self.lock().iter_unexpired().next().is_none()
    }

    /// Removes one cookie; says whether it was there.
    pub fn remove(&self, domain: &str, path: &str, name: &str) -> bool {
        self.seen.left(&(domain.to_owned(), path.to_owned(), name.to_owned()));
        let name = if name.is_empty() { NAMELESS } else { name };
        self.lock().remove(domain, path, name).is_some()
    }

    /// A jar of its own with the same cookies.
    #[must_use]
    pub fn copy(&self) -> Self {
        Self {
            store: Mutex::new(self.lock().clone()),
            seen: self.seen.copy(),
        }
    }

    /// Takes the cookies of another jar instead of its own.
    pub fn replace(&self, other: &Self) {
        let theirs = other.lock().clone();
        *self.lock() = theirs;
        self.seen.replace(&other.seen);
    }

    /// Takes what others have done to the kept jar; what was done to this one since it was as `before` is the newer. Says whether
    /// anything changed. `before` and `kept` are from [`Jar::to_json`].
    ///
    /// # Errors
    ///
    /// Why one of the texts cannot be read, without any of it.
    pub fn catch_up(&self, before: &str, kept: &str) -> Result<bool, String> {
        let (before, kept) = (read(before)?, read(kept)?);
        // Nobody sets one meanwhile, which would be lost.
        let mut store = self.lock();
        // As a text has it, as the others are.
        let ours = read(&write(&self.in_order(&store))?)?;
        let merged = merged(&before, &ours, kept);
        let changed = merged != ours;
        if changed {
            // Those that were here go out in the order they had.
            let stay = ours.keys().filter_map(|place| merged.get(place));
            let new = merged.iter().filter(|(place, _)| !ours.contains_key(*place));
            // They come now, though nobody knows when they were set.
            for (place, _) in new.clone() {
                self.seen.came(place.clone(), Seen::default(), false);
            }
            let all = stay.chain(new.map(|(_, cookie)| cookie));
            *store = jar_of(all.cloned());
        }
        Ok(changed)
    }

    /// Removes all.
    pub fn clear(&self) {
        self.seen.clear();
        self.lock().clear();
    }

    /// Why a cookie is not taken: its domain has too many.
    pub(super) const TOO_MANY: &str = "too many of this domain";
    /// Why a cookie is not taken: no request could be sent with it (RFC 6265bis, section 5.6, step 1).
    const CONTROL: &str = "it holds a control character";
    /// Why a cookie is not taken: it removes one that is not there.
    pub(super) const ENDED: &str = "it had ended already";

    /// Takes a cookie as a server would set it: `name=value; Path=/`; says whether it was accepted.
    pub fn set(&self, url: &Url, set_cookie: &str) -> bool {
        self.take(url, set_cookie).is_ok()
    }

    /// The same, of one that somebody else has kept, with what was seen of it.
    pub fn set_seen(&self, url: &Url, set_cookie: &str, seen: Seen) -> bool {
        self.insert(url, set_cookie, seen).is_ok()
    }

    /// The same, with why it was refused in a few words.
    pub(super) fn take(&self, url: &Url, set_cookie: &str) -> Result<(), &'static str> {
        self.insert(url, set_cookie, Seen::now(set_cookie))
    }

    fn insert(&self, url: &Url, set_cookie: &str, seen: Seen) -> Result<(), &'static str> {
        if set_cookie.len() > Self::LONGEST {
            return Err("longer than 16 KiB");
        }
        if set_cookie.chars().any(is_control) {
            return Err(Self::CONTROL);
        }
        let mut cookie = RawCookie::parse(named(set_cookie)).map_err(|_| "not a cookie")?;
        let its_own = cookie
            .domain()
            .map(|domain| domain.trim_start_matches('.').to_ascii_lowercase());
        if let Some(domain) = its_own.filter(|domain| is_public(domain)) {
            // RFC 6265, section 5.3, step 5: the registry itself may have a cookie, for its own host alone.
            if url.host_str() != Some(&domain) {
                return Err("a domain that is everybody's");
            }
            cookie.unset_domain();
        }
        let cookie = Stored::try_from_raw_cookie(&cookie, url).map_err(|error| why(&error))?;
        let mut store = self.lock();
        let own = domain(&cookie.domain);
        if !cookie.is_expired() && !store.contains_any(own, &cookie.path, cookie.name()) {
            self.make_room(&mut store, own);
        }
        let place = place(&cookie);
        let again = store.contains(own, &cookie.path, cookie.name());
        match store.insert(cookie.into_owned(), url) {
            Ok(StoreAction::ExpiredExisting) => self.seen.left(&place),
            Ok(_) => self.seen.came(place, seen, again),
            Err(error) => return Err(why(&error)),
        }
        self.seen.prune(|| store.iter_unexpired().map(self::place).collect());
        Ok(())
    }

    /// Lets go of a domain's cookies until it may have one more: of those that have ended, then of those that were sent or set
    /// longest ago (RFC 6265, section 5.3).
    fn make_room(&self, store: &mut CookieStore, own: &str) {
        let all = || store.iter_any().filter(|other| domain(&other.domain) == own);
        let too_many = (all().count() + 1).saturating_sub(Self::MOST_OF_A_DOMAIN);
        if too_many == 0 {
            return;
        }
        let mut all: Vec<_> = all()
            .map(|cookie| {
                let used = self.seen.used(&place(cookie));
                (
                    !cookie.is_expired(),
                    used,
                    cookie.path.as_ref().to_owned(),
                    cookie.name().to_owned(),
                )
            })
            .collect();
        all.sort_unstable();
        for (_, _, path, name) in all.into_iter().take(too_many) {
            if let Some(gone) = store.remove(own, &path, &name) {
                self.seen.left(&place(&gone));
            }
        }
    }

    /// The cookies that go to a URL: longer paths first, then those set earlier (RFC 6265, section 5.4).
    pub fn matching(&self, url: &Url) -> Vec<Cookie> {
        let store = self.lock();
        let now = Timestamp::now();
        let found = store.matches(url).into_iter();
        let mut found: Vec<(usize, Cookie)> = found
            .map(|cookie| (self.seen.went(&place(cookie), now), stored(cookie)))
            .collect();
        found.order_by_key(|(order, cookie)| (std::cmp::Reverse(cookie.path.len()), *order));
        found.into_iter().map(|(_, cookie)| cookie).collect()
    }

    /// The `Cookie` header for a URL; `None` without any.
    pub fn header(&self, url: &Url) -> Option<String> {
        let found = self.matching(url);
        let pairs: Vec<String> = found.iter().map(Cookie::pair).collect();
        (!pairs.is_empty()).then(|| pairs.join("; "))
    }

    fn lock(&self) -> MutexGuard<'_, CookieStore> {
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Jar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Jar({} cookies)", self.lock().iter_unexpired().count())
    }
}

/// Whether no cookie has this character: a tab may stand in one.
fn is_control(c: char) -> bool {
    c.is_ascii_control() && c != '\t'
}

/// Why the store refuses a cookie, in a few words.
fn why(error: &CookieError) -> &'static str {
    match error {
        CookieError::Expired => Jar::ENDED,
        CookieError::DomainMismatch => "another domain",
        CookieError::NonHttpScheme => "not over HTTP",
        _ => "no domain that it could be for",
    }
}

/// Whether a domain belongs to everybody, like `com` and `co.uk`: a cookie for it would go to strangers' servers.
///
/// The public suffix list would know more of them, for a tenth of the program's size. This knows the top-level domains,
/// and below those of countries the labels that registries use.
fn is_public(domain: &str) -> bool {
    const LABELS: [&str; 24] = [
        "ac", "asso", "co", "com", "edu", "gen", "go", "gob", "gouv", "gov", "id", "info", "ltd", "me", "mil", "name",
        "ne", "net", "nhs", "nom", "or", "org", "plc", "sch",
    ];
    match domain.rsplit_once('.') {
        None => domain.parse::<std::net::IpAddr>().is_err() && domain != "localhost",
        Some((label, country)) => country.len() == 2 && LABELS.contains(&label),
    }
}

/// The jar that is kept, with what changed from `before` to `after` done to it too; both are from [`Jar::to_json`].
///
/// `kept` is what is kept by now: others may have added, changed and removed cookies since.
///
/// # Errors
///
/// Why one of the texts cannot be read, without any of it.
pub fn merge(before: &str, after: &str, kept: &str) -> Result<String, String> {
    let kept = merged(&read(before)?, &read(after)?, read(kept)?);
    let kept: Vec<_> = kept.into_values().filter(|cookie| !cookie.is_expired()).collect();
    write(&kept)
}

/// The cookies of a text by their places, in the order they were set: those of one path are sent in it.
type Places = IndexMap<Place, Stored<'static>>;

fn merged(before: &Places, after: &Places, mut kept: Places) -> Places {
    for place in before.keys().filter(|place| !after.contains_key(*place)) {
        kept.shift_remove(place);
    }
    for (place, cookie) in after {
        if before.get(place) != Some(cookie) {
            kept.insert(place.clone(), cookie.clone());
        }
    }
    kept
}

fn read(text: &str) -> Result<Places, String> {
    // A store would put those of one host together.
    let cookies: Vec<Stored<'static>> = serde_json::from_str(text)
        .map_err(|_| "the cookies cannot be read: they are no cookie jar in JSON".to_owned())?;
    // One that came into a jar before such were refused would keep every request of its server from being sent.
    let sound = |cookie: &Stored<'_>| {
        ![name(cookie), cookie.value()]
            .into_iter()
            .any(|said| said.contains(is_control))
    };
    let cookies = cookies.into_iter().filter(sound);
    let cookies = cookies.map(|cookie| (place(&cookie), cookie));
    Ok(cookies.collect())
}

/// A jar of these cookies, without those that have ended.
fn jar_of(cookies: impl Iterator<Item = Stored<'static>>) -> CookieStore {
    let cookies = cookies.map(Ok::<_, std::convert::Infallible>);
    CookieStore::from_cookies(cookies, false).unwrap_or_default()
}

fn write(cookies: &[Stored<'static>]) -> Result<String, String> {
    serde_json::to_string_pretty(cookies).map_err(|_| "the cookies cannot be written as text".to_owned())
}

/// A `Set-Cookie` as the server meant it, whether or not the jar takes it; `None` for what is none.
pub(super) fn parse(set_cookie: &str, url: &Url) -> Option<Cookie> {
    let raw = RawCookie::parse(named(set_cookie)).ok()?;
    let expires = match raw.max_age() {
        Some(age) => Timestamp::now()
            .checked_add(jiff::SignedDuration::from_secs(age.whole_seconds()))
            .ok(),
        None => raw
            .expires_datetime()
            .and_then(|at| Timestamp::from_second(at.unix_timestamp()).ok()),
    };
    let path = raw.path().filter(|path| path.starts_with('/'));
    Some(Cookie {
        domain: raw
            .domain()
            .filter(|domain| !domain.is_empty())
            .or_else(|| url.host_str())
            .unwrap_or_default()
            .to_ascii_lowercase(),
        path: path.map_or_else(|| default_path(url), str::to_owned),
        expires,
        more: CookieMore {
            partitioned: raw.partitioned().unwrap_or(false),
            priority: priority(set_cookie),
            ..plain(&raw).more
        },
        ..plain(&raw)
    })
}

/// The `Priority` of a `Set-Cookie` (draft-west-cookie-priority): the last one counts.
fn priority(set_cookie: &str) -> Option<&'static str> {
    let attributes = set_cookie.split(';').skip(1);
    let last = attributes
        .filter_map(|attribute| attribute.split_once('='))
        .filter(|(name, _)| name.trim().eq_ignore_ascii_case("priority"))
        .last();
    let (_, value) = last?;
    let mut words = ["Low", "Medium", "High"].into_iter();
    words.find(|word| word.eq_ignore_ascii_case(value.trim()))
}

/// Where a cookie of a jar belongs.
fn place(cookie: &Stored<'_>) -> Place {
    (
        domain(&cookie.domain).to_owned(),
        cookie.path.as_ref().to_owned(),
        name(cookie).to_owned(),
    )
}

/// A cookie of the jar.
fn stored(cookie: &cookie_store::Cookie<'_>) -> Cookie {
    Cookie {
        domain: domain(&cookie.domain).to_owned(),
        path: cookie.path.as_ref().to_owned(),
        expires: match &cookie.expires {
            CookieExpiration::AtUtc(at) => Timestamp::from_second(at.unix_timestamp()).ok(),
            CookieExpiration::SessionEnd => None,
        },
        host_only: matches!(cookie.domain, CookieDomain::HostOnly(_)),
        ..plain(cookie)
    }
}

/// Name, value and switches of a cookie.
fn plain(cookie: &RawCookie<'_>) -> Cookie {
    Cookie {
        name: name(cookie).to_owned(),
        value: cookie.value().to_owned(),
        domain: String::new(),
        path: String::new(),
        expires: None,
        secure: cookie.secure().unwrap_or(false),
        http_only: cookie.http_only().unwrap_or(false),
        host_only: cookie.domain().is_none(),
        same_site: cookie.same_site().map(|site| match site {
            site if site.is_strict() => "Strict",
            site if site.is_lax() => "Lax",
            _ => "None",
        }),
        more: CookieMore {
            max_age: cookie.max_age().map(|age| age.whole_seconds().max(0)),
            ..CookieMore::default()
        },
    }
}

fn domain(domain: &CookieDomain) -> &str {
    match domain {
        CookieDomain::HostOnly(name) | CookieDomain::Suffix(name) => name,
        CookieDomain::NotPresent | CookieDomain::Empty => "",
    }
}

/// Where a cookie without a path belongs (RFC 6265, section 5.1.4): the folder of the URL.
fn default_path(url: &Url) -> String {
    match url.path().rfind('/') {
        None | Some(0) => "/".to_owned(),
        Some(at) => url.path()[..at].to_owned(),
    }
}

#[cfg(test)]
mod tests;
