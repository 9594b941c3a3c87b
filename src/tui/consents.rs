//! Questions for the user's consent: a script waits for the answer.

use crate::exec::Asking;

use super::command::Command;
use super::modals::{Choice, Confirm};
use super::state::State;

/// Names one question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct QuestionId(pub u64);

/// A script wants to use the vault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// Its name.
    pub id: QuestionId,
    /// Who asks.
    pub asking: Asking,
}

/// Asks the user; whatever closes the question answers it.
pub fn ask(_state: &mut State, question: Question, queue: &mut Vec<Command>) {
    let Question { id, asking } = question;
    let Asking { collection, script, .. } = asking;
    let text = vec![
        format!("The script `{script}` asks for secrets of yours (`pm.vault`)."),
        String::new(),
        format!("If you allow it, all scripts of `{collection}` can read them until you quit."),
    ];
    let allow = Choice {
        key: 'a',
        label: "allow".to_owned(),
        commands: vec![Command::Consent(id, true)],
    };
    // It opens by itself, perhaps while somebody types.
    let confirm = Confirm::new("May a script use your secrets?", text, vec![allow])
        .deliberate()
        .otherwise(vec![Command::Consent(id, false)]);
    queue.push(Command::Show(Box::new(confirm.into())));
}
