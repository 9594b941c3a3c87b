//! Asks the user on the screen: what a collection may, which is remembered (vault, netrc and ticket until the end, all else for good),
//! for a secret, whether to renew a token, and whether to send a request again.

use std::collections::{HashMap, HashSet};
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

use crate::exec::renewal::{Interaction, RenewQuestion, ReplayQuestion};
use crate::exec::{Asking, Consent, Permission, Typed, Word};
use crate::model::Secret;
use crate::script::BoxFuture;
use crate::tui::consents::{About, Question, QuestionId};
use crate::tui::effect::LocalJob;
use crate::tui::event::Event;
use crate::tui::shared::RunId;

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
    waiting: HashMap<QuestionId, (About, Vec<oneshot::Sender<bool>>)>,
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
        let (about, waiting) = known.waiting.remove(&id)?;
        for send in waiting {
            // A send that was cancelled waits no more.
            let _ = send.send(given);
        }
        let (About::Permission(asking, permission), true) = (about, given) else {
            return None;
        };
        let (place, key) = (asking.place, permission.key());
        known.allowed.insert((place.clone(), key.clone()));
        permission.lasts().then_some(LocalJob::Consent(place, key))
    }

    /// What the user typed.
    pub fn typed(&self, id: QuestionId, secret: Option<Secret>) {
        if let Some(waiting) = self.lock().typing.remove(&id) {
            // As above.
            let _ = waiting.send(secret);
        }
    }

    /// Asks for a send or run.
    pub fn of(&self, run: RunId) -> Arc<Voice> {
        Arc::new(Voice {
            asker: self.clone(),
            run,
        })
    }
}

/// What asks for one send or run.
pub struct Voice {
    asker: Asker,
    run: RunId,
}

impl Voice {
    /// Asks, or waits for the answer to the same question that is asked already.
    fn put(&self, about: About) -> BoxFuture<bool> {
        let (answer, answered) = oneshot::channel();
        let mut known = self.asker.lock();
        let same = known.waiting.values_mut().find(|(asked, _)| asked.is_same(&about));
        if let Some((_, waiting)) = same {
            waiting.push(answer);
        } else {
            let id = known.name();
            known.waiting.insert(id, (about.clone(), vec![answer]));
            self.show(id, about);
        }
        Box::pin(async move { answered.await.unwrap_or(false) })
    }

    fn show(&self, id: QuestionId, about: About) {
        // Nobody listens when the program is ending.
        let run = self.run;
        let _ = self.asker.queue.send(Event::Consent(Question { id, run, about }));
    }
}

impl Consent for Voice {
    fn may(&self, asking: &Asking, permission: &Permission) -> BoxFuture<Word> {
        if self
            .asker
            .lock()
            .allowed
            .contains(&(asking.place.clone(), permission.key()))
        {
            return Box::pin(std::future::ready(Word::Yes));
        }
        let answered = self.put(About::Permission(asking.clone(), permission.clone()));
        Box::pin(async move { if answered.await { Word::Yes } else { Word::No } })
    }

    fn ask(&self, asking: &Asking, question: &str) -> BoxFuture<Typed> {
        let (answer, answered) = oneshot::channel();
        let mut known = self.asker.lock();
        let id = known.name();
        known.typing.insert(id, answer);
        self.show(id, About::Secret(asking.clone(), question.to_owned()));
        Box::pin(async move { answered.await.ok().flatten().map_or(Typed::Nothing, Typed::Text) })
    }
}

impl Interaction for Voice {
    fn renew(&self, question: RenewQuestion) -> BoxFuture<bool> {
        self.put(About::Renew(question))
    }

    fn replay(&self, question: ReplayQuestion) -> BoxFuture<bool> {
        self.put(About::Replay(question))
    }
}
