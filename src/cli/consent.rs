//! The user's consent as the command line has it: by its switches, and by what the user has told the screen before.

use std::collections::{HashMap, HashSet};
use std::future::ready;
use std::sync::{Arc, Mutex, PoisonError};

use super::args::SendingArgs;
use super::output::escape;
use super::passphrase::{self, Desk};
use crate::exec::{Asking, Consent, Permission, Typed, Word, named};
use crate::script::BoxFuture;

/// So often a passphrase may be wrong before its request fails: a run goes on to the next.
const TRIES: usize = 3;

/// What is allowed for one command.
pub struct Allowed {
    flags: Flags,
    /// By the place of a collection and the permission's key.
    remembered: HashSet<(String, String)>,
    /// Whether somebody can be asked.
    asks: bool,
    /// Whether somebody is asked for the netrc.
    asks_for_netrc: bool,
    /// What was said while the command runs, by the place of a collection and the permission's key.
    said: Arc<Mutex<HashMap<(String, String), Word>>>,
    desk: Desk,
}

#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
struct Flags {
    vault: bool,
    ticket: bool,
    env: bool,
    command: bool,
    file: bool,
}

impl Allowed {
    /// What the switches say, what was remembered, whether the settings have somebody asked for the netrc, and where.
    pub fn new(sending: &SendingArgs, remembered: HashSet<(String, String)>, asks_for_netrc: bool, desk: Desk) -> Self {
        let flags = Flags {
            vault: sending.allow_vault,
            ticket: sending.allow_ticket,
            env: sending.allow_env,
            command: sending.allow_command,
            file: sending.allow_file,
        };
        Self {
            flags,
            remembered,
            asks: !sending.no_interaction && passphrase::can_ask(),
            asks_for_netrc,
            said: Arc::default(),
            desk,
        }
    }

    /// Asks on the terminal, once for each collection.
    fn asked(&self, asking: &Asking, permission: &Permission) -> BoxFuture<Word> {
        let question = format!(
            "May `{}` {} (for `{}`{})? [y/N]",
            escape(&named(&asking.collection)),
            permission.words(),
            escape(&named(&asking.request)),
            escape(&asking.host(" at "))
        );
        let (said, what) = (Arc::clone(&self.said), (asking.place.clone(), permission.key()));
        let desk = self.desk.clone();
        Box::pin(async move {
            let asked = tokio::task::spawn_blocking(move || {
                // Held while the user is asked: whoever wants to know the same waits for the answer.
                let mut said = said.lock().unwrap_or_else(PoisonError::into_inner);
                let word = said.entry(what);
                word.or_insert_with(|| word_of(desk.agrees(&question))).clone()
            });
            asked.await.unwrap_or(Word::Unasked)
        })
    }
}

fn word_of(typed: Typed) -> Word {
    match typed {
        Typed::Text(_) => Word::Yes,
        Typed::Nothing => Word::No,
        Typed::GivenUp => Word::GivenUp,
        Typed::Failed(why) => Word::Failed(why),
    }
}

impl Consent for Allowed {
    fn may(&self, asking: &Asking, permission: &Permission) -> BoxFuture<Word> {
        let by_flag = match permission {
            // With its switch nobody asks for it.
            Permission::Netrc => false,
            Permission::Ticket => self.flags.ticket,
            Permission::Vault => self.flags.vault,
            Permission::Env(_) => self.flags.env,
            Permission::Command(..) => self.flags.command,
            Permission::File(_) => self.flags.file,
        };
        let is_asked_for = match permission {
            Permission::Netrc => self.asks_for_netrc,
            Permission::Ticket => true,
            _ => false,
        };
        if is_asked_for && !by_flag && self.asks {
            return self.asked(asking, permission);
        }
        let given = by_flag || self.remembered.contains(&(asking.place.clone(), permission.key()));
        Box::pin(ready(if given { Word::Yes } else { Word::Unasked }))
    }

    fn ask(&self, asking: &Asking, question: &str) -> BoxFuture<Typed> {
        if !self.asks {
            return Box::pin(ready(Typed::Nothing));
        }
        let question = format!("{} (for {})", escape(question), escape(&asking.whom()));
        let desk = self.desk.clone();
        Box::pin(async move {
            let asked = tokio::task::spawn_blocking(move || desk.ask(&question));
            asked.await.unwrap_or(Typed::Nothing)
        })
    }

    fn tries(&self) -> usize {
        TRIES
    }

    fn give_up(&self) {
        self.desk.cancel.cancel();
    }

    fn after_no(&self, permission: &Permission) -> String {
        format!("the next command asks again, or `{}` allows it", permission.flag())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::OutsideFile;
    use crate::model::Secret;
    use futures_util::FutureExt as _;

    #[test]
    fn a_switch_allows_what_it_says_and_nothing_else() {
        let permissions = [
            Permission::Vault,
            Permission::Netrc,
            Permission::Ticket,
            Permission::Env("A".to_owned()),
            Permission::Command(vec!["a".to_owned()], Vec::new()),
            Permission::File(OutsideFile {
                path: "a".into(),
                called: None,
            }),
        ];
        let asking = Asking::default();
        for given in &permissions {
            let flags = Flags {
                vault: given.flag() == "--allow-vault",
                ticket: given.flag() == "--allow-ticket",
                env: given.flag() == "--allow-env",
                command: given.flag() == "--allow-command",
                file: given.flag() == "--allow-file",
            };
            let allowed = Allowed {
                flags,
                remembered: HashSet::new(),
                asks: false,
                asks_for_netrc: true,
                said: Arc::default(),
                desk: Desk::default(),
            };
            for permission in &permissions {
                let is_given = permission == given && *permission != Permission::Netrc;
                let word = if is_given { Word::Yes } else { Word::Unasked };
                let said = allowed.may(&asking, permission).now_or_never();
                assert_eq!(said, Some(word), "{} for {permission:?}", given.flag());
            }
        }
    }

    #[test]
    fn who_gives_up_is_told_from_a_terminal_that_fails() {
        let text = |text: &str| Typed::Text(Secret::new(text));
        for (typed, word) in [
            (text(" Yes "), Word::Yes),
            (Typed::Nothing, Word::No),
            (Typed::GivenUp, Word::GivenUp),
            (Typed::Failed("gone".to_owned()), Word::Failed("gone".to_owned())),
        ] {
            assert_eq!(word_of(typed), word);
        }
    }
}
