//! The user's consent as the command line has it: by its switches, and by what the user has told the screen before.

use std::collections::HashSet;
use std::future::ready;

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
        Self { flags, remembered }
    }
}

impl Consent for Allowed {
    fn may(&self, asking: &Asking, permission: &Permission) -> BoxFuture<Word> {
        let by_flag = match permission {
            Permission::Vault => self.flags.vault,
            Permission::Env(_) => self.flags.env,
            Permission::Command(_) => self.flags.command,
            Permission::File(_) => self.flags.file,
        };
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
