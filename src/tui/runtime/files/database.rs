//! The local state as it is known here: what others change in it is told apart from what was read or written here.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;

use crate::model::Secret;
use crate::store::Files;
use crate::store::state::{self, Draft, Known};
use crate::tui::event::Kept;
use crate::tui::runtime::restore;

/// The local state, and what of it is known here.
pub struct Database {
    /// The open file.
    pub state: state::State,
    /// The current values as they were last read or written.
    pub known: Known,
    /// When each draft was made that was read or written here last, by its key then.
    pub(super) drafts: HashMap<String, Timestamp>,
    /// What collections may, as it was last seen.
    pub(super) allowed: HashSet<(String, String)>,
}

impl Database {
    /// Begins with values that were read, and with when the drafts were made that were.
    pub fn new(state: state::State, known: Known, drafts: HashMap<String, Timestamp>) -> Self {
        // What cannot be read was not said.
        let allowed = state.consents().unwrap_or_default();
        Self {
            state,
            known,
            drafts,
            allowed,
        }
    }

    /// What others have taken back since of what collections may.
    pub(super) fn taken_back(&mut self) -> Vec<(String, String)> {
        let Ok(now) = self.state.consents() else {
            return Vec::new();
        };
        let before = std::mem::replace(&mut self.allowed, now);
        before.difference(&self.allowed).cloned().collect()
    }

    /// Unlocks the local state and reads what was locked.
    pub(super) fn unlock(&mut self, files: &Files, passphrase: &Secret) -> Result<Kept, state::StateError> {
        let database = &mut self.state;
        let hidden = database.locked_drafts()?;
        database.unlock(passphrase)?;
        let known = self.known.values().clone();
        self.known.refresh(database)?;
        let mut found = database.drafts()?;
        // What is from here is on the screen already, or something newer.
        let is_own = |draft: &Draft| self.drafts.values().any(|at| *at == draft.at);
        found.retain(|draft| hidden.contains(&draft.key) && !is_own(draft));
        self.drafts
            .extend(found.iter().map(|draft| (draft.key.clone(), draft.at)));
        Ok(Kept {
            drafts: restore::found(found, files),
            known,
            current: database.current_values()?,
            cookies: database.cookies()?,
        })
    }
}
