//! Asks the user on the screen what a collection may, and remembers the answer: the vault until the end, all else for good.

use std::collections::{HashMap, HashSet};
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

use crate::exec::{Asking, Consent, Permission, Word};
use crate::model::Secret;
use crate::script::BoxFuture;
use crate::tui::consents::{About, Question, QuestionId};
use crate::tui::effect::LocalJob;
use crate::tui::event::Event;

/// Who asks. Clones share what is known.
#[derive(Clone)]
pub struct Asker {
    queue: Sender<Event>,
    known: Arc<Mutex<Known>>,
}

/// What is allowed to whom: the place of the collection, and the key of the permission.
type Allowed = (String, String);

#[derive(Default)]
struct Known {
    allowed: HashSet<Allowed>,
    /// Sends that wait, by their question.
    waiting: HashMap<QuestionId, (Allowed, Vec<oneshot::Sender<bool>>)>,
    /// Sends that wait for a secret.
    typing: HashMap<QuestionId, oneshot::Sender<Option<Secret>>>,
    next: u64,
}

impl Known {
    fn name(&mut self) -> QuestionId {
        self.next += 1;
        QuestionId(self.next)
    }
}

impl Asker {
    /// Asks by the queue of the screen, but for what was allowed before.
    pub fn new(queue: Sender<Event>, allowed: HashSet<Allowed>) -> Self {
        let known = Known {
            allowed,
            ..Known::default()
        };
        Self {
            queue,
            known: Arc::new(Mutex::new(known)),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The user's answer, for all that wait for it; what is to be remembered of it.
    pub fn answer(&self, id: QuestionId, given: bool) -> Option<LocalJob> {
        let mut known = self.lock();
        let (allowed, waiting) = known.waiting.remove(&id)?;
        for send in waiting {
            // A send that was cancelled waits no more.
            let _ = send.send(given);
        }
        if !given {
            return None;
        }
        let (place, key) = allowed.clone();
        known.allowed.insert(allowed);
        (key != Permission::Vault.key()).then_some(LocalJob::Consent(place, key))
    }

    /// What the user typed.
    pub fn typed(&self, id: QuestionId, secret: Option<Secret>) {
        if let Some(waiting) = self.lock().typing.remove(&id) {
            // As above.
            let _ = waiting.send(secret);
        }
    }

    fn show(&self, id: QuestionId, asking: &Asking, about: About) {
        // Nobody listens when the program is ending.
        let _ = self.queue.send(Event::Consent(Question {
            id,
            asking: asking.clone(),
            about,
        }));
    }
}

impl Consent for Asker {
    fn may(&self, asking: &Asking, permission: &Permission) -> BoxFuture<Word> {
        let wanted = (asking.place.clone(), permission.key());
        let mut known = self.lock();
        if known.allowed.contains(&wanted) {
            return Box::pin(std::future::ready(Word::Yes));
        }
        let (answer, answered) = oneshot::channel();
        let same = known.waiting.values_mut().find(|(asked, _)| *asked == wanted);
        if let Some((_, waiting)) = same {
            waiting.push(answer);
        } else {
            let id = known.name();
            known.waiting.insert(id, (wanted, vec![answer]));
            self.show(id, asking, About::Permission(permission.clone()));
        }
        Box::pin(async move {
            match answered.await {
                Ok(true) => Word::Yes,
                _ => Word::No,
            }
        })
    }

    fn ask(&self, asking: &Asking, question: &str) -> BoxFuture<Option<Secret>> {
        let (answer, answered) = oneshot::channel();
        let mut known = self.lock();
        let id = known.name();
        known.typing.insert(id, answer);
        self.show(id, asking, About::Secret(question.to_owned()));
        Box::pin(async move { answered.await.ok().flatten() })
    }
}
