//! Asks the user on the screen: what a collection may, which is remembered (vault, netrc and ticket until the end, all else for good),
//! for a secret, whether to renew a token, and whether to send a request again.

use std::collections::{HashMap, HashSet};
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

use crate::exec::renewal::{Interaction, RenewQuestion, ReplayQuestion};
use crate::exec::{Asking, Consent, Permission, Typed, Word};
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
    /// Sends that wait, by their question. One that is given up is no answer: they are let go.
    waiting: HashMap<QuestionId, (About, Vec<oneshot::Sender<bool>>)>,
    /// Sends that wait for a secret, likewise.
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

    /// The user gives a question up: all that wait for it end, and nothing else.
    pub fn give_up(&self, id: QuestionId) {
        let mut known = self.lock();
        known.waiting.remove(&id);
        known.typing.remove(&id);
    }

    /// Tells what is allowed.
    pub fn tell(&self) {
        let mut all: Vec<Allowed> = self.lock().allowed.iter().cloned().collect();
        all.sort();
        // Nobody listens when the program is ending.
        let _ = self.queue.send(Event::Consents(all));
    }

    /// Takes back what is chosen of what collections may, by place and key.
    pub fn take_back(&self, which: impl Fn(&str, &str) -> bool) {
        self.lock().allowed.retain(|(place, key)| !which(place, key));
    }

    /// Asks for a send or run, which this cancels.
    pub fn of(&self, cancel: CancellationToken) -> Arc<Voice> {
        Arc::new(Voice {
            asker: self.clone(),
            cancel,
        })
    }
}

/// What asks for one send or run.
pub struct Voice {
    asker: Asker,
    cancel: CancellationToken,
}

impl Voice {
    /// Asks, or waits for the answer to the same question that is asked already; `None` when it is given up.
    fn put(&self, about: About) -> BoxFuture<Option<bool>> {
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
        Box::pin(async move { answered.await.ok() })
    }

    /// The same; whoever gives up ends what asks.
    fn put_or_end(&self, about: About) -> BoxFuture<bool> {
        let (answered, cancel) = (self.put(about), self.cancel.clone());
        Box::pin(async move {
            let answer = answered.await;
            if answer.is_none() {
                cancel.cancel();
            }
            answer.unwrap_or(false)
        })
    }

    fn show(&self, id: QuestionId, about: About) {
        // Nobody listens when the program is ending.
        let question = Box::new(Question { id, about });
        let _ = self.asker.queue.send(Event::Consent(question));
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
        Box::pin(async move {
            match answered.await {
                Some(true) => Word::Yes,
                Some(false) => Word::No,
                None => Word::GivenUp,
            }
        })
    }

    fn ask(&self, asking: &Asking, question: &str) -> BoxFuture<Typed> {
        let (answer, answered) = oneshot::channel();
        let mut known = self.asker.lock();
        let id = known.name();
        known.typing.insert(id, answer);
        self.show(id, About::Secret(asking.clone(), question.to_owned()));
        Box::pin(async move {
            match answered.await {
                Ok(Some(secret)) => Typed::Text(secret),
                Ok(None) => Typed::Nothing,
                Err(_) => Typed::GivenUp,
            }
        })
    }

    fn give_up(&self) {
        self.cancel.cancel();
    }
}

impl Interaction for Voice {
    fn renew(&self, question: RenewQuestion) -> BoxFuture<bool> {
        self.put_or_end(About::Renew(question))
    }

    fn replay(&self, question: ReplayQuestion) -> BoxFuture<bool> {
        self.put_or_end(About::Replay(question))
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use std::sync::mpsc::{Receiver, channel};

    use futures_util::FutureExt;

    use super::*;

    /// What asks for a send, and what cancels it.
    type Sends = [(Arc<Voice>, CancellationToken); 3];

    /// Somebody who asks for three sends, these, and the questions.
    fn three() -> (Asker, Sends, Receiver<Event>) {
        let (queue, questions) = channel();
        let asker = Asker::new(queue, HashSet::new());
        let voices = std::array::from_fn(|_| {
            let cancel = CancellationToken::new();
            (asker.of(cancel.clone()), cancel)
        });
        (asker, voices, questions)
    }

    fn next(questions: &Receiver<Event>) -> QuestionId {
        match questions.try_recv().unwrap() {
            Event::Consent(question) => question.id,
            _ => panic!("no question"),
        }
    }

    fn cancelled(voices: &Sends) -> [bool; 3] {
        voices.each_ref().map(|(_, cancel)| cancel.is_cancelled())
    }

    #[test]
    fn a_word_is_for_all_that_wait_for_it_and_to_give_up_ends_these_alone() {
        for (answer, word, ended) in [
            (Some(true), Word::Yes, false),
            (Some(false), Word::No, false),
            (None, Word::GivenUp, true),
        ] {
            let (asker, voices, questions) = three();
            let asking = Asking::default();
            let mut waiting = voices.each_ref().map(|(voice, _)| {
                let is_last = Arc::ptr_eq(voice, &voices[2].0);
                let permission = if is_last { Permission::Netrc } else { Permission::Vault };
                voice.may(&asking, &permission)
            });
            let id = next(&questions);
            next(&questions);
            assert!(questions.try_recv().is_err(), "nobody is asked twice");
            assert!(waiting.iter_mut().all(|word| word.now_or_never().is_none()));
            match answer {
                Some(given) => drop(asker.answer(id, given)),
                None => asker.give_up(id),
            }
            let words = waiting.each_mut().map(FutureExt::now_or_never);
            assert_eq!(words, [Some(word.clone()), Some(word), None]);
            // Whoever hears it says so.
            voices[0].0.give_up();
            assert_eq!(cancelled(&voices), [true, false, false]);
            let (asker, voices, questions) = three();
            let question = || RenewQuestion {
                key: crate::model::token::TokenKey::default(),
                why: "has ended".to_owned(),
                locked: false,
                from: "Get token".to_owned(),
            };
            let mut waiting = [&voices[0], &voices[2]].map(|(voice, _)| voice.renew(question()));
            let id = next(&questions);
            match answer {
                Some(given) => drop(asker.answer(id, given)),
                None => asker.give_up(id),
            }
            let expected = Some(answer == Some(true));
            assert_eq!(waiting.each_mut().map(FutureExt::now_or_never), [expected, expected]);
            assert_eq!(cancelled(&voices), [ended, false, ended]);
        }
    }

    #[test]
    fn what_is_taken_back_is_asked_for_again() {
        let (asker, voices, questions) = three();
        let asking = Asking {
            place: "api".to_owned(),
            ..Asking::default()
        };
        let may = || voices[0].0.may(&asking, &Permission::Vault);
        let mut waiting = may();
        asker.answer(next(&questions), true);
        assert_eq!((&mut waiting).now_or_never(), Some(Word::Yes));
        assert_eq!(may().now_or_never(), Some(Word::Yes));
        asker.tell();
        assert!(
            matches!(questions.try_recv().unwrap(), Event::Consents(all) if all == [("api".into(), "vault".into())])
        );
        asker.take_back(|place, _| place == "other");
        assert_eq!(may().now_or_never(), Some(Word::Yes));
        asker.take_back(|place, _| place == "api");
        assert_eq!(may().now_or_never(), None);
        next(&questions);
    }

    #[test]
    fn a_secret_is_typed_or_not_or_given_up() {
        let (asker, voices, questions) = three();
        let mut waiting = voices.each_ref().map(|(voice, _)| voice.ask(&Asking::default(), "PIN"));
        let ids = [next(&questions), next(&questions), next(&questions)];
        asker.typed(ids[0], Some(Secret::new("4711")));
        asker.typed(ids[1], None);
        asker.give_up(ids[2]);
        let typed = waiting.each_mut().map(|typed| typed.now_or_never().unwrap());
        assert!(
            matches!(&typed, [Typed::Text(pin), Typed::Nothing, Typed::GivenUp] if pin.reveal() == "4711"),
            "{typed:?}"
        );
    }
}
