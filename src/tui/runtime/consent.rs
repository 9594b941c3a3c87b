//! Asks the user on the screen whether scripts may use the vault, and remembers the answer until the end.

use std::collections::{HashMap, HashSet};
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

use crate::exec::{Asking, Consent};
use crate::script::BoxFuture;
use crate::tui::consents::{Question, QuestionId};
use crate::tui::event::Event;

/// Who asks. Clones share what is known.
#[derive(Clone)]
pub struct Asker {
    queue: Sender<Event>,
    known: Arc<Mutex<Known>>,
}

#[derive(Default)]
struct Known {
    /// The places of the collections whose scripts may.
    allowed: HashSet<String>,
    /// Scripts that wait, by their question.
    waiting: HashMap<QuestionId, (String, Vec<oneshot::Sender<bool>>)>,
    next: u64,
}

impl Asker {
    /// Asks by the queue of the screen.
    pub fn new(queue: Sender<Event>) -> Self {
        Self {
            queue,
            known: Arc::default(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The user's answer, for all that wait for it.
    pub fn answer(&self, id: QuestionId, given: bool) {
        let mut known = self.lock();
        let Some((place, waiting)) = known.waiting.remove(&id) else {
            return;
        };
        if given {
            known.allowed.insert(place);
        }
        for script in waiting {
            // A script that was cancelled waits no more.
            let _ = script.send(given);
        }
    }
}

impl Consent for Asker {
    fn vault(&self, asking: &Asking) -> BoxFuture<bool> {
        let place = &asking.place;
        let mut known = self.lock();
        if known.allowed.contains(place) {
            return Box::pin(std::future::ready(true));
        }
        let (answer, answered) = oneshot::channel();
        let same = known.waiting.values_mut().find(|(asked, _)| asked == place);
        if let Some((_, waiting)) = same {
            waiting.push(answer);
        } else {
            known.next += 1;
            let id = QuestionId(known.next);
            known.waiting.insert(id, (place.clone(), vec![answer]));
            // Nobody listens when the program is ending.
            let _ = self.queue.send(Event::Consent(Question {
                id,
                asking: asking.clone(),
            }));
        }
        Box::pin(async move { answered.await.unwrap_or(false) })
    }
}
