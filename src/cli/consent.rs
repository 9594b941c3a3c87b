//! The user's consent as the command line has it: by its switches, and by what the user has told the screen before.

use std::collections::{HashMap, HashSet};
use std::future::ready;
use std::sync::{Arc, Mutex, PoisonError};

use super::args::SendingArgs;
use super::output::escape;
use super::passphrase;
use crate::exec::{Asking, Consent, Permission, Word};
use crate::model::Secret;
use crate::script::BoxFuture;

/// What is allowed for one command.
pub struct Allowed {
    flags: Flags,
    /// By the place of a collection and the permission's key.
    remembered: HashSet<(String, String)>,
    /// What was said of the netrc while the command runs, by the place of a collection.
    said: Arc<Mutex<HashMap<String, Word>>>,
}

#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
struct Flags {
    vault: bool,
    env: bool,
    command: bool,
    file: bool,
}

impl Allowed {
    /// What the switches say, and what was remembered.
    pub fn new(sending: &SendingArgs, remembered: HashSet<(String, String)>) -> Self {
        let flags = Flags {
            vault: sending.allow_vault,
            env: sending.allow_env,
            command: sending.allow_command,
            file: sending.allow_file,
        };
        Self {
            flags,
            remembered,
            said: Arc::default(),
        }
    }

    /// Asks on the terminal, once for each collection.
    fn netrc(&self, asking: &Asking, permission: &Permission) -> BoxFuture<Word> {
        let question = format!(
            "May `{}` {} (for `{}`)? [y/N]",
            escape(&asking.collection),
            permission.words(),
            escape(&asking.request)
        );
        let (said, place) = (Arc::clone(&self.said), asking.place.clone());
        Box::pin(async move {
            let asked = tokio::task::spawn_blocking(move || {
                // Held while the user is asked: whoever wants to know the same waits for the answer.
                let mut said = said.lock().unwrap_or_else(PoisonError::into_inner);
                *said.entry(place).or_insert_with(|| match passphrase::ask(&question) {
                    Ok(Some(word)) if ["y", "yes"].contains(&word.reveal().trim().to_lowercase().as_str()) => Word::Yes,
                    _ => Word::No,
                })
            });
            asked.await.unwrap_or(Word::Unasked)
        })
    }
}

impl Consent for Allowed {
    fn may(&self, asking: &Asking, permission: &Permission) -> BoxFuture<Word> {
        let by_flag = match permission {
            // Whoever asks for the netrc has its leave by the switch already.
            Permission::Vault | Permission::Netrc | Permission::Ticket => self.flags.vault,
            Permission::Env(_) => self.flags.env,
            Permission::Command(_) => self.flags.command,
            Permission::File(_) => self.flags.file,
        };
        if *permission == Permission::Netrc && !by_flag && passphrase::can_ask() {
            return self.netrc(asking, permission);
        }
        let given = by_flag || self.remembered.contains(&(asking.place.clone(), permission.key()));
        Box::pin(ready(if given { Word::Yes } else { Word::Unasked }))
    }

    fn ask(&self, asking: &Asking, question: &str) -> BoxFuture<Option<Secret>> {
        if !passphrase::can_ask() {
            return Box::pin(ready(None));
        }
        let question = format!("{} (for `{}`)", escape(question), escape(&asking.collection));
        Box::pin(async move {
            let asked = tokio::task::spawn_blocking(move || passphrase::ask(&question)).await;
            // Whoever gives up types nothing.
            asked.ok()?.ok()?
        })
    }
}
