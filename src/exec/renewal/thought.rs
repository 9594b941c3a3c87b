//! How long somebody thought while a token was being fetched: at a question, at a prompt, in the browser. That is no time
//! that the token took.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use super::ask::{Interaction, RenewQuestion, ReplayQuestion};
use crate::exec::consent::{Asking, Consent, Permission, Typed, Word};
use crate::exec::oauth2::{Person, Prompt, Reply};
use crate::exec::pipeline::Pipeline;
use crate::script::BoxFuture;

/// Adds up the time of all answers that are waited for. Clones count together.
#[derive(Clone, Debug, Default)]
pub(super) struct Thought(Arc<AtomicU64>);

/// Counts for as long as it is there.
struct Thinking(Instant, Thought);

impl Drop for Thinking {
    fn drop(&mut self) {
        let micros = u64::try_from(self.0.elapsed().as_micros()).unwrap_or(u64::MAX);
        self.1.0.fetch_add(micros, Ordering::Relaxed);
    }
}

/// Somebody who is asked, and how long they think.
struct Counted<T: ?Sized>(Arc<T>, Thought);

impl Thought {
    /// The time until now.
    pub fn time(&self) -> Duration {
        Duration::from_micros(self.0.load(Ordering::Relaxed))
    }

    /// Counts until the answer is there, or nobody waits for it any more.
    fn during<T: Send + 'static>(&self, answer: BoxFuture<T>) -> BoxFuture<T> {
        let thinking = Thinking(Instant::now(), self.clone());
        Box::pin(async move {
            let _thinking = thinking;
            answer.await
        })
    }

    /// Who signs in, counted.
    pub fn of_person(&self, person: Option<Arc<dyn Person>>) -> Option<Arc<dyn Person>> {
        person.map(|person| Arc::new(Counted(person, self.clone())) as Arc<dyn Person>)
    }

    /// A pipeline in which everybody is counted.
    pub fn of(&self, mut pipeline: Pipeline) -> Pipeline {
        let counted = |consent| Arc::new(Counted(consent, self.clone())) as Arc<dyn Consent>;
        let asked = |asked| Arc::new(Counted(asked, self.clone())) as Arc<dyn Interaction>;
        pipeline.person = self.of_person(pipeline.person.take());
        pipeline.consent = pipeline.consent.take().map(counted);
        pipeline.interaction = pipeline.interaction.take().map(asked);
        pipeline
    }
}

impl Person for Counted<dyn Person> {
    fn ask(&self, prompt: Prompt) -> BoxFuture<Reply> {
        self.1.during(self.0.ask(prompt))
    }
}

impl Interaction for Counted<dyn Interaction> {
    fn renew(&self, question: RenewQuestion) -> BoxFuture<bool> {
        self.1.during(self.0.renew(question))
    }

    fn replay(&self, question: ReplayQuestion) -> BoxFuture<bool> {
        self.1.during(self.0.replay(question))
    }
}

impl Consent for Counted<dyn Consent> {
    fn may(&self, asking: &Asking, permission: &Permission) -> BoxFuture<Word> {
        self.1.during(self.0.may(asking, permission))
    }

    fn ask(&self, asking: &Asking, question: &str) -> BoxFuture<Typed> {
        self.1.during(self.0.ask(asking, question))
    }

    fn tries(&self) -> usize {
        self.0.tries()
    }

    fn give_up(&self) {
        self.0.give_up();
    }

    fn after_no(&self, permission: &Permission) -> String {
        self.0.after_no(permission)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_waited_for_counts_until_it_is_there_or_nobody_waits_any_more() {
        let thought = Thought::default();
        let pause = Duration::from_millis(20);
        thought.during(Box::pin(tokio::time::sleep(pause))).await;
        let first = thought.time();
        assert!(first >= pause, "{first:?}");
        let never = thought.clone().during(Box::pin(std::future::pending::<()>()));
        tokio::time::sleep(pause).await;
        assert_eq!(thought.time(), first);
        drop(never);
        assert!(thought.time() >= first + pause, "{:?}", thought.time());
    }
}
