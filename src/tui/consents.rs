//! Questions for the user: what a collection may, and secrets to type. A send waits for the answer.

use crate::exec::{Asking, Permission};

use super::command::Command;
use super::modals::{Ask, Choice, Confirm};
use super::state::State;

/// Names one question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct QuestionId(pub u64);

/// Something to ask the user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// Its name.
    pub id: QuestionId,
    /// Who asks.
    pub asking: Asking,
    /// What for.
    pub about: About,
}

/// What a question is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum About {
    /// Whether a collection may.
    Permission(Permission),
    /// A secret to type, with these words.
    Secret(String),
}

/// Asks the user; whatever closes the question answers it.
pub fn ask(_state: &mut State, question: Question, queue: &mut Vec<Command>) {
    let Question { id, asking, about } = question;
    let Asking {
        collection,
        script,
        request,
        ..
    } = asking;
    let permission = match about {
        About::Permission(permission) => permission,
        About::Secret(words) => {
            queue.push(Command::Show(Box::new(Ask::new(id, &words, &collection).into())));
            return;
        }
    };
    let title = match &permission {
        Permission::Vault if script.is_empty() => "May a request use your secrets?",
        Permission::Vault => "May a script use your secrets?",
        Permission::Command(_) => "May a collection run a program?",
        Permission::File(_) => "May a collection send a file of yours?",
        Permission::Env(_) => "May a collection read your environment?",
    };
    let (who, then) = match &permission {
        Permission::Vault => (
            if script.is_empty() {
                format!("The request `{request}` asks for secrets of yours (`{{{{vault:…}}}}`, or your netrc).")
            } else {
                format!("The script `{script}` asks for secrets of yours (`pm.vault`).")
            },
            format!("If you allow it, all scripts and requests of `{collection}` can use them until you quit."),
        ),
        _ => (
            format!("`{collection}` wants to {}.", permission.words()),
            "Its requests and scripts get what comes of it. If you allow it, this is remembered for the collection, and \
             you are not asked again."
                .to_owned(),
        ),
    };
    let text = vec![who, String::new(), then];
    let allow = Choice {
        key: 'a',
        label: "allow".to_owned(),
        commands: vec![Command::Consent(id, true)],
    };
    // It opens by itself, perhaps while somebody types.
    let confirm = Confirm::new(title, text, vec![allow])
        .deliberate()
        .otherwise(vec![Command::Consent(id, false)]);
    queue.push(Command::Show(Box::new(confirm.into())));
}
