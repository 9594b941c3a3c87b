//! Questions for the user's consent: a script or a request waits for the answer.

use crate::exec::Asking;

use super::command::Command;
use super::modals::{Choice, Confirm};
use super::state::State;

/// Names one question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct QuestionId(pub u64);

/// A script or a request wants to use the vault, or a request the netrc.
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
    let Asking {
        collection,
        script,
        request,
        ..
    } = asking;
    let (what, who) = if script.is_empty() {
        let what = "May a request use your secrets?";
        (
            what,
            format!("The request `{request}` asks for secrets of yours (`{{{{vault:…}}}}`, or your netrc)."),
        )
    } else {
        let what = "May a script use your secrets?";
        (
            what,
            format!("The script `{script}` asks for secrets of yours (`pm.vault`)."),
        )
    };
    let text = vec![
        who,
        String::new(),
        format!("If you allow it, all scripts and requests of `{collection}` can use them until you quit."),
    ];
    let allow = Choice {
        key: 'a',
        label: "allow".to_owned(),
        commands: vec![Command::Consent(id, true)],
    };
    // It opens by itself, perhaps while somebody types.
    let confirm = Confirm::new(what, text, vec![allow])
        .deliberate()
        .otherwise(vec![Command::Consent(id, false)]);
    queue.push(Command::Show(Box::new(confirm.into())));
}
