//! What only the user can say of tokens, asked on the terminal: whether to renew one, and whether to send a request again.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use super::output::escape;
use super::passphrase::Desk;
use crate::exec::Typed;
use crate::exec::renewal::{Interaction, RenewQuestion, ReplayQuestion};
use crate::script::BoxFuture;

/// Asks on a terminal; nothing more once it is given up.
pub struct AtTerminal {
    desk: Desk,
    said: Arc<Mutex<Said>>,
}

/// The last answer to each question, and when it was given.
type Said = HashMap<String, (bool, Instant)>;

impl AtTerminal {
    /// Who gives up ends the command.
    pub fn new(desk: Desk) -> Self {
        Self {
            desk,
            said: Arc::default(),
        }
    }

    /// Whether the answer is yes. Who wants to know the same while it is asked gets the same answer.
    fn put(&self, what: String, question: String) -> BoxFuture<bool> {
        let (said, desk, since) = (self.said.clone(), self.desk.clone(), Instant::now());
        Box::pin(async move {
            let asked = tokio::task::spawn_blocking(move || {
                // Held while the user is asked.
                let mut said = said.lock().unwrap_or_else(PoisonError::into_inner);
                let same = said.get(&what).filter(|(_, at)| *at >= since);
                if let Some((answer, _)) = same {
                    return *answer;
                }
                let answer = matches!(desk.agrees(&question), Typed::Text(_));
                said.insert(what, (answer, Instant::now()));
                answer
            });
            asked.await.unwrap_or(false)
        })
    }
}

impl Interaction for AtTerminal {
    fn renew(&self, RenewQuestion { key, why, from, .. }: RenewQuestion) -> BoxFuture<bool> {
        let question = format!(
            "`{}` {why}. Get a new one by `{}`? (n: the request goes out as it is) [y/N]",
            escape(&key.name),
            escape(&from)
        );
        self.put(format!("{key:?}"), question)
    }

    fn replay(&self, question: ReplayQuestion) -> BoxFuture<bool> {
        let ReplayQuestion {
            key,
            request,
            method,
            status,
        } = &question;
        let words = format!(
            "`{}` was refused with {status}; `{}` is renewed by now, but a server may have acted on a {} before it refused. \
             Send it again? [y/N]",
            escape(request),
            escape(&key.name),
            escape(method)
        );
        self.put(format!("{question:?}"), words)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Secret;
    use crate::model::token::TokenKey;

    fn question() -> RenewQuestion {
        RenewQuestion {
            key: TokenKey {
                name: "session".to_owned(),
                ..TokenKey::default()
            },
            why: "had no value".to_owned(),
            locked: false,
            from: "Log in".to_owned(),
        }
    }

    fn asked_by(ask: fn(&str) -> Typed) -> AtTerminal {
        AtTerminal::new(Desk::with(ask))
    }

    #[tokio::test]
    async fn only_a_yes_is_one_and_who_gives_up_ends_the_command() {
        let yes = asked_by(|question| {
            assert!(
                question.starts_with("`session` had no value. Get a new one by `Log in`?"),
                "{question}"
            );
            Typed::Text(Secret::new(" Yes "))
        });
        assert!(yes.renew(question()).await && !yes.desk.cancel.is_cancelled());
        for no in [|_: &str| Typed::Nothing, |_: &str| Typed::Text(Secret::new("No"))] {
            let no = asked_by(no);
            assert!(!no.renew(question()).await && !no.desk.cancel.is_cancelled());
        }
        let slips = asked_by(|question| {
            let again = question.starts_with("Neither y nor n. `session` had no value.");
            Typed::Text(Secret::new(if again { "y" } else { "maybe" }))
        });
        assert!(slips.renew(question()).await, "it is asked again");
        let given_up = asked_by(|_| Typed::GivenUp);
        assert!(!given_up.renew(question()).await && given_up.desk.cancel.is_cancelled());
        let never = asked_by(|_| Typed::Text(Secret::new("y")));
        never.desk.cancel.cancel();
        assert!(!never.renew(question()).await, "nothing more is asked");
    }

    #[tokio::test]
    async fn who_waits_for_an_answer_is_not_asked_again() {
        // Only the first of two that ask at once is put to the user, who says yes to what names the request.
        let person = asked_by(|question| {
            std::thread::sleep(std::time::Duration::from_millis(50));
            let word = if question.starts_with("`Pay`") { "y" } else { "n" };
            Typed::Text(Secret::new(word))
        });
        let replay = || ReplayQuestion {
            key: question().key,
            request: "Pay".to_owned(),
            method: "POST".to_owned(),
            status: 401,
        };
        let answered = || {
            let said = person.said.lock().unwrap_or_else(PoisonError::into_inner);
            said.values().next().map(|(_, at)| *at)
        };
        let (one, other) = (person.replay(replay()), person.replay(replay()));
        let began = Instant::now();
        assert!(one.await);
        let first = answered();
        assert!(other.await);
        assert_eq!(answered(), first, "asked once");
        assert!(first.is_some_and(|at| at >= began));
        assert!(person.replay(replay()).await);
        assert_ne!(answered(), first, "a later one is asked");
    }
}
