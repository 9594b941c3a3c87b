//! The workspace's cookies while the screen is open: its sends share them, the screen is told of them, and what other
//! postriders have kept meanwhile is taken over where they are wanted.
//!
//! ```text
//! a send, a run, the list ─▶ catch_up ─▶ the thread that keeps them ─▶ the jar ─▶ tell ─▶ the screen ─▶ kept
//! ```

use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use tokio::sync::{oneshot, watch};
use tokio_util::sync::CancellationToken;

use crate::http::{Jar, Kept, merge_cookies};
use crate::tui::effect::CookiesOf;
use crate::tui::event::Event;
use crate::tui::shared::Level;

/// So long whoever keeps them is waited for: a disk that hangs stops no send.
const PATIENCE: Duration = Duration::from_secs(2);

/// Whoever keeps them, asked to take over what others have kept, and to answer when that is done.
type Keeper = Box<dyn Fn(Cookies, oneshot::Sender<()>) + Send + Sync>;

/// The cookies. Clones share them.
#[derive(Clone)]
pub struct Cookies(Arc<All>);

struct All {
    jar: Arc<Jar>,
    /// As they were read.
    began: String,
    queue: Sender<Event>,
    /// As they were told last, with what others have done to them since. Held while they are told: an older state that is told
    /// last would undo the newer one.
    told: Mutex<String>,
    keeper: OnceLock<Keeper>,
    /// How much is to be done to them and is not done yet: whoever wants them waits for it.
    busy: watch::Sender<usize>,
}

/// Something is to be done to them; it is over with this, also where it broke off or was never begun.
struct Busy(Cookies);

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.0.busy.send_modify(|left| *left -= 1);
    }
}

impl Cookies {
    /// Those that were read.
    pub fn new(jar: Arc<Jar>, queue: Sender<Event>) -> Self {
        let began = jar.to_json().unwrap_or_default();
        Self(Arc::new(All {
            told: Mutex::new(began.clone()),
            began,
            jar,
            queue,
            keeper: OnceLock::new(),
            busy: watch::Sender::new(0),
        }))
    }

    /// The jar.
    pub fn jar(&self) -> &Jar {
        &self.0.jar
    }

    /// As they were read.
    pub fn began(&self) -> &str {
        &self.0.began
    }

    /// Knows from now on who keeps them.
    pub fn kept_by(&self, keeper: impl Fn(Self, oneshot::Sender<()>) + Send + Sync + 'static) {
        // There is one.
        let _ = self.0.keeper.set(Box::new(keeper));
    }

    /// Takes over what others have kept since, and waits for it.
    pub async fn catch_up(&self) {
        // Without an answer those that are here are sent.
        let _ = tokio::time::timeout(PATIENCE, async {
            let _ = self.0.busy.subscribe().wait_for(|left| *left == 0).await;
            let Some(keeper) = self.0.keeper.get() else { return };
            let (done, answer) = oneshot::channel();
            keeper(self.clone(), done);
            let _ = answer.await;
        })
        .await;
    }

    /// What does something to them, which takes a while where there are many: those who want them from now on wait for it.
    fn change<W: FnOnce(&Self) + Send + 'static>(&self, work: W) -> impl Future<Output = ()> + Send + use<W> {
        self.0.busy.send_modify(|left| *left += 1);
        let busy = Busy(self.clone());
        async move { work(&busy.0) }
    }

    /// The same, unless nobody waits for it any more.
    pub async fn catch_up_unless(&self, cancel: &CancellationToken) {
        tokio::select! {
            biased;
            () = cancel.cancelled() => {}
            () = self.catch_up() => {}
        }
    }

    /// Tells the screen how they are now; those that cannot be written are not kept.
    pub fn tell(&self) {
        self.tell_after(&mut self.told());
    }

    fn tell_after(&self, told: &mut String) {
        let event = match self.jar().to_json() {
            Ok(json) => {
                let before = std::mem::replace(told, json.clone());
                Event::Cookies(self.jar().list(), json, before)
            }
            Err(error) => Event::Notice(Level::Error, error),
        };
        // Nobody listens when the program is ending.
        let _ = self.0.queue.send(event);
    }

    fn told(&self) -> MutexGuard<'_, String> {
        // It is never left half changed.
        self.0.told.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Forgets some, before anybody gets to see them who asks for them from now on; and then those of others that are not known
    /// here yet. What is set meanwhile stays.
    pub fn clear(&self, of: CookiesOf) -> impl Future<Output = ()> + Send + use<> {
        let own = of.clone();
        let cleared = self.change(move |cookies| {
            match &own {
                CookiesOf::All => cookies.jar().clear(),
                of => cookies.forget(of, |_| true),
            }
            cookies.tell();
        });
        let cookies = self.clone();
        async move {
            cleared.await;
            cookies.catch_up().await;
            // What others have set was not seen to come here.
            cookies.forget(&of, |kept| kept.seen.created.is_none());
            cookies.tell();
        }
    }

    fn forget(&self, of: &CookiesOf, is_meant: impl Fn(&Kept) -> bool) {
        for kept in self.jar().kept().iter().filter(|kept| is_meant(kept)) {
            let cookie = &kept.cookie;
            let is_among = match of {
                CookiesOf::All => true,
                CookiesOf::Domain(domain) => cookie.domain == *domain,
                CookiesOf::One { domain, path, name } => {
                    (domain, path, name) == (&cookie.domain, &cookie.path, &cookie.name)
                }
            };
            if is_among {
                self.jar().remove(&cookie.domain, &cookie.path, &cookie.name);
            }
        }
    }

    /// Takes what others have kept since all was as `settled`; what was done here and is not kept yet is the newer.
    ///
    /// # Errors
    ///
    /// Why one of the texts cannot be read, without any of it.
    pub fn follow(&self, settled: &str, kept: &str) -> Result<(), String> {
        let mut told = self.told();
        // What others did is not told as one's own: it would be written over what they have done since.
        let base = merge_cookies(settled, &told, kept)?;
        let changed = self.jar().catch_up(settled, kept)?;
        *told = base;
        if changed {
            self.tell_after(&mut told);
        }
        Ok(())
    }

    /// Takes those that were kept; what was set or cleared here since they were as `before` is the newer, and is to be kept.
    pub fn take(&self, kept: String, before: String) -> impl Future<Output = ()> + Send + use<> {
        self.change(move |cookies| {
            let mut told = cookies.told();
            match cookies.jar().catch_up(&before, &kept) {
                Ok(_) => kept.clone_into(&mut told),
                Err(error) => drop(cookies.0.queue.send(Event::Notice(Level::Error, error))),
            }
            cookies.tell_after(&mut told);
        })
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use std::sync::mpsc::{Receiver, channel};

    use futures_util::FutureExt;

    use super::*;

    fn url() -> url::Url {
        "http://a.test/".parse().unwrap()
    }

    fn cookies(lines: &[&str]) -> (Cookies, Receiver<Event>) {
        let jar = Jar::new();
        assert!(lines.iter().all(|line| jar.set(&url(), line)));
        let (queue, told) = channel();
        (Cookies::new(Arc::new(jar), queue), told)
    }

    #[test]
    fn what_is_cleared_is_gone_for_whoever_asks_then_and_what_is_set_meanwhile_stays() {
        let (cookies, told) = cookies(&["own=1"]);
        let (began, theirs) = (cookies.began().to_owned(), Jar::new());
        assert!(["own=1", "theirs=1"].iter().all(|line| theirs.set(&url(), line)));
        let theirs = theirs.to_json().unwrap();
        let asked = Arc::new(std::sync::atomic::AtomicBool::new(false));
        let first = Arc::clone(&asked);
        cookies.kept_by(move |cookies, done| {
            if !first.swap(true, std::sync::atomic::Ordering::SeqCst) {
                assert!(cookies.jar().is_empty());
                cookies.jar().set(&url(), "new=1");
            }
            cookies.follow(&began, &theirs).unwrap();
            done.send(()).unwrap();
        });
        let late = cookies.clear(CookiesOf::All);
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build()
            .unwrap();
        // Nothing is done by whoever says that they are to be cleared, but a send that follows waits for it.
        assert!(!cookies.jar().is_empty() && told.try_recv().is_err());
        runtime.block_on(async {
            assert_eq!(cookies.catch_up().now_or_never(), None);
            late.await;
        });
        assert!(matches!(told.recv().unwrap(), Event::Cookies(now, ..) if now.is_empty()));
        assert_eq!(cookies.jar().header(&url()).as_deref(), Some("new=1"));
    }

    #[tokio::test]
    async fn a_send_that_is_cancelled_does_not_wait_for_who_keeps_them() {
        let (cookies, _told) = cookies(&[]);
        let waits = Mutex::new(Vec::new());
        cookies.kept_by(move |_, done| waits.lock().unwrap().push(done));
        let cancel = CancellationToken::new();
        assert_eq!(cookies.catch_up_unless(&cancel).now_or_never(), None);
        cancel.cancel();
        assert_eq!(cookies.catch_up_unless(&cancel).now_or_never(), Some(()));
    }

    #[test]
    fn what_is_never_done_to_them_is_waited_for_by_nobody() {
        let (cookies, _told) = cookies(&["a=1"]);
        let cleared = cookies.clear(CookiesOf::All);
        assert_eq!(*cookies.0.busy.borrow(), 1);
        drop(cleared);
        assert_eq!(*cookies.0.busy.borrow(), 0);
    }
}
