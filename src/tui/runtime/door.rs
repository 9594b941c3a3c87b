//! Whoever signs in, at the screen: flows ask, the popup shows, the user's answer goes back.

use std::collections::HashMap;
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

use crate::exec::oauth2::{Person, Prompt, Reply, Todo, open_browser};
use crate::script::BoxFuture;
use crate::tui::event::Event;
use crate::tui::sign_ins::{News, Opened, SignInId};

/// Where flows ask. Clones share who waits.
#[derive(Clone)]
pub struct Door {
    queue: Sender<Event>,
    waiting: Arc<Mutex<Waiting>>,
}

#[derive(Default)]
struct Waiting {
    next: u64,
    by_id: HashMap<SignInId, oneshot::Sender<Reply>>,
}

impl Door {
    /// Asks by the queue of the screen.
    pub fn new(queue: Sender<Event>) -> Self {
        Self {
            queue,
            waiting: Arc::default(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tell(&self, id: SignInId, news: News) {
        // Nobody listens when the program is ending.
        let _ = self.queue.send(Event::SignIn(id, news));
    }

    /// The user's answer.
    pub fn answer(&self, id: SignInId, reply: Reply) {
        if let Some(waits) = self.lock().by_id.remove(&id) {
            // A flow that is over waits no more.
            let _ = waits.send(reply);
        }
    }

    /// Opens the page again.
    pub fn open(&self, id: SignInId, page: &str) {
        self.tell(id, News::Opened(opened(page)));
    }
}

fn opened(page: &str) -> Opened {
    open_browser(page).map_or_else(Opened::Not, |()| Opened::Here)
}

impl Person for Door {
    fn ask(&self, prompt: Prompt) -> BoxFuture<Reply> {
        let (sender, reply) = oneshot::channel();
        let id = {
            let mut waiting = self.lock();
            waiting.next += 1;
            let id = SignInId(waiting.next);
            waiting.by_id.insert(id, sender);
            id
        };
        let opened = match &prompt.what {
            Todo::Browser { url, wrong: None, .. } => opened(url),
            Todo::Browser { .. } | Todo::Device { .. } => Opened::Before,
        };
        self.tell(id, News::Wanted(prompt, opened));
        let popup = Popup { door: self.clone(), id };
        Box::pin(async move {
            // It goes with this future, however that ends.
            let _popup = popup;
            match reply.await {
                Ok(reply) => reply,
                Err(_) => std::future::pending().await,
            }
        })
    }
}

/// A popup on the screen.
struct Popup {
    door: Door,
    id: SignInId,
}

impl Drop for Popup {
    fn drop(&mut self) {
        self.door.lock().by_id.remove(&self.id);
        self.door.tell(self.id, News::Over);
    }
}
