//! The workspace's cookies while the screen is open: its sends share them, the screen is told of them, and what other
//! postriders have kept meanwhile is taken over where they are wanted.
//!
//! ```text
//! a send, a run, the list ─▶ catch_up ─▶ the thread that keeps them ─▶ the jar ─▶ tell ─▶ the screen ─▶ kept
//! ```

use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use tokio::sync::oneshot;

use crate::http::{Jar, merge_cookies};
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
    /// Held while they are told: an older state that is told last would undo the newer one.
    telling: Mutex<()>,
    keeper: OnceLock<Keeper>,
}

impl Cookies {
    /// Those that were read.
    pub fn new(jar: Arc<Jar>, queue: Sender<Event>) -> Self {
        Self(Arc::new(All {
            began: jar.to_json().unwrap_or_default(),
            jar,
            queue,
            telling: Mutex::default(),
            keeper: OnceLock::new(),
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
        let Some(keeper) = self.0.keeper.get() else { return };
        let (done, answer) = oneshot::channel();
        keeper(self.clone(), done);
        // Without an answer those that are here are sent.
        let _ = tokio::time::timeout(PATIENCE, answer).await;
    }

    /// Tells the screen how they are now; those that cannot be written are not kept.
    pub fn tell(&self) {
        let _in_order = self.0.telling.lock().unwrap_or_else(PoisonError::into_inner);
        let event = match self.0.jar.to_json() {
            Ok(json) => Event::Cookies(self.0.jar.list(), json),
            Err(error) => Event::Notice(Level::Error, error),
        };
        // Nobody listens when the program is ending.
        let _ = self.0.queue.send(event);
    }

    /// Forgets some, also those of others that are not known here yet.
    pub async fn clear(&self, of: CookiesOf) {
        self.catch_up().await;
        let jar = self.jar();
        match of {
            CookiesOf::All => jar.clear(),
            CookiesOf::Domain(domain) => {
                for cookie in jar.list().iter().filter(|cookie| cookie.domain == domain) {
                    jar.remove(&cookie.domain, &cookie.path, &cookie.name);
                }
            }
            CookiesOf::One { domain, path, name } => {
                jar.remove(&domain, &path, &name);
            }
        }
        self.tell();
    }

    /// Takes those that were kept; what was set or cleared here since they were as `before` is the newer.
    pub fn take(&self, kept: &str, before: &str) {
        let ours = self.jar().to_json();
        let merged = ours.and_then(|ours| Jar::from_json(&merge_cookies(before, &ours, kept)?));
        match merged {
            Ok(merged) => self.jar().replace(&merged),
            Err(error) => drop(self.0.queue.send(Event::Notice(Level::Error, error))),
        }
        self.tell();
    }
}
