//! The local state as it is known here: what others change in it is told apart from what was read or written here.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;

use crate::http::merge_cookies;
use crate::model::Secret;
use crate::store::seal::Protection;
use crate::store::state::{self, Draft, Known, StateError};
use crate::store::{Content, Files, Place};
use crate::tui::drafts;
use crate::tui::event::Kept;
use crate::tui::runtime::cookies::Cookies;
use crate::tui::runtime::restore;

/// The local state, and what of it is known here.
pub struct Database {
    /// The open file.
    pub state: state::State,
    /// The current values as they were last read or written.
    pub known: Known,
    /// When each draft was made that was read or written here last, by its key.
    drafts: HashMap<String, Timestamp>,
    /// What collections may, as it was last seen.
    pub allowed: HashSet<(String, String)>,
    /// What was done to the cookies and could not be kept: as they were before, and after it.
    unkept: Option<(String, String)>,
    /// The cookies of this program as far as all that was done to them is among the kept ones.
    settled: Option<String>,
    /// Whether the screen knows that all is locked.
    pub(super) locked: bool,
}

impl Database {
    /// Begins with values that were read, with when the drafts were made that were, and with whether the screen says that all
    /// is locked.
    pub fn new(state: state::State, known: Known, drafts: HashMap<String, Timestamp>, locked: bool) -> Self {
        // What cannot be read was not said.
        let allowed = state.consents().unwrap_or_default();
        Self {
            state,
            known,
            drafts,
            allowed,
            unkept: None,
            settled: None,
            locked,
        }
    }

    /// Keeps a draft, or drops it.
    pub(super) fn keep_draft(
        &mut self,
        key: String,
        content: Option<&Content>,
        files: &Files,
    ) -> Result<(), StateError> {
        let Some(content) = content else {
            self.state.remove_draft(&key, self.drafts.get(&key).copied())?;
            self.drafts.remove(&key);
            return Ok(());
        };
        let place = drafts::place_of(&key);
        // The values of secrets are in no file of an environment, nor in the draft of one. In anything else a password
        // may have been typed, wherever there is room for it.
        let harmless = matches!(content, Content::Environment(_));
        let draft = Draft {
            key,
            text: content.to_toml(),
            base: place.and_then(|place| files.known_hash(&place)),
            at: Timestamp::now(),
        };
        self.state.set_draft(&draft, harmless)?;
        self.drafts.insert(draft.key, draft.at);
        Ok(())
    }

    /// Sets a draft aside that is of no use here.
    pub(super) fn set_draft_aside(&mut self, key: &str, aside: &str) -> Result<(), StateError> {
        self.drafts.remove(key);
        self.state.set_draft_aside(key, aside)
    }

    /// Knows drafts by their new keys, once they are filed under these.
    pub(super) fn drafts_renamed(&mut self, from: &Place, to: &Place) {
        let (Some(old), Some(new)) = (from.item(), to.item()) else {
            return;
        };
        let renamed = |key: String| match (key.strip_prefix(old.as_str()), from) {
            (Some(""), Place::Request(_)) => new.to_string(),
            (Some(rest), Place::Group(_)) if rest.starts_with('/') => format!("{new}{rest}"),
            _ => key,
        };
        let drafts = std::mem::take(&mut self.drafts).into_iter();
        self.drafts = drafts.map(|(key, at)| (renamed(key), at)).collect();
    }

    /// Keeps what became of the cookies, also of what could not be kept before; those that could not be read are set aside,
    /// under the key that is returned.
    pub(super) fn keep_cookies(&mut self, before: String, after: &str) -> Result<Option<String>, StateError> {
        // What others did between the two is not one's own.
        let before = match self.unkept.take() {
            Some((unkept, then)) => merge_cookies(&then, &unkept, &before).unwrap_or(unkept),
            None => before,
        };
        let kept = self
            .state
            .change_cookies(after, |kept| merge_cookies(&before, after, kept));
        if kept.is_err() {
            self.unkept = Some((before, after.to_owned()));
        } else {
            // What was taken since is there all the same.
            let settled = self.settled.take();
            let settled = settled.and_then(|settled| merge_cookies(&before, after, &settled).ok());
            self.settled = Some(settled.unwrap_or_else(|| after.to_owned()));
        }
        kept
    }

    /// Takes the cookies that others have kept since; what was done to them here and is not kept yet is the newer.
    pub(super) fn take_cookies(&mut self, cookies: &Cookies) {
        // What is locked or cannot be read is told where cookies are kept.
        let Some(kept) = self.state.cookies().ok().flatten() else {
            return;
        };
        let settled = self.settled.as_deref().unwrap_or(cookies.began());
        if settled == kept {
            return;
        }
        if cookies.follow(settled, &kept).is_ok() {
            self.settled = Some(kept);
        }
    }

    /// Takes back what collections may, as the user has it here: nobody is told of it as of others' doing.
    pub(super) fn take_back(&mut self, which: impl Fn(&str, &str) -> bool) -> Result<(), StateError> {
        self.state.take_back_consents(&which)?;
        self.allowed.retain(|(place, key)| !which(place, key));
        Ok(())
    }

    /// Whether all is locked and the screen does not know it yet.
    pub(super) fn is_locked_anew(&self) -> bool {
        !self.locked && self.state.safe().is_locked()
    }

    /// Whether the screen holds all to be locked, and no passphrase is needed any more.
    pub(super) fn is_open_anew(&self) -> bool {
        self.locked
            && self
                .state
                .safe()
                .protection()
                .is_ok_and(|guard| guard == Protection::File)
    }

    /// What others have taken back since of what collections may.
    pub(super) fn taken_back(&mut self) -> Vec<(String, String)> {
        let Ok(now) = self.state.consents() else {
            return Vec::new();
        };
        let before = std::mem::replace(&mut self.allowed, now);
        before.difference(&self.allowed).cloned().collect()
    }

    /// Unlocks the local state and reads what was locked; the cookies are what they were here when they were last asked to be
    /// kept.
    pub(super) fn unlock(
        &mut self,
        files: &Files,
        passphrase: Option<&Secret>,
        cookies: String,
    ) -> Result<Kept, state::StateError> {
        let database = &mut self.state;
        let hidden = database.locked_drafts()?;
        match passphrase {
            Some(passphrase) => database.unlock(passphrase)?,
            None => database.unlocked()?,
        }
        let known = self.known.values().clone();
        self.known.refresh(database)?;
        let mut found = database.drafts()?;
        // What is from here is on the screen already, or something newer.
        let is_own = |draft: &Draft| self.drafts.get(&draft.key) == Some(&draft.at);
        found.retain(|draft| hidden.contains(&draft.key) && !is_own(draft));
        self.drafts
            .extend(found.iter().map(|draft| (draft.key.clone(), draft.at)));
        let kept = Kept {
            drafts: restore::found(found, files),
            known,
            current: database.current_values()?,
            cookies: database.cookies()?,
            known_cookies: self.unkept.take().map_or(cookies, |(before, _)| before),
        };
        self.locked = false;
        self.settled.clone_from(&kept.cookies);
        Ok(kept)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use std::sync::Arc;
    use std::sync::mpsc::channel;

    use super::*;
    use crate::http::Jar;
    use crate::model::{Entity, Group, ItemPath, Request};
    use crate::tui::effect::{Effect, LocalJob};
    use crate::tui::harness::Harness;

    #[test]
    fn what_was_taken_over_is_not_kept_as_ones_own_doing() {
        let url: url::Url = "http://a.test/".parse().unwrap();
        let mut state = state::State::in_memory().unwrap();
        let empty = Jar::new().to_json().unwrap();
        state.change_cookies(&empty, |_| Ok::<_, ()>(empty.clone())).unwrap();
        let mut database = Database::new(state, Known::default(), HashMap::new(), false);
        // What another program sets.
        let theirs = |database: &mut Database, line: &str| {
            let change = |kept: &str| {
                let jar = Jar::from_json(kept).unwrap();
                jar.set(&url, line);
                Ok::<_, ()>(jar.to_json().unwrap())
            };
            database.state.change_cookies(&empty, change).unwrap();
        };
        let kept = |database: &Database| {
            let kept = database.state.cookies().unwrap().unwrap();
            Jar::from_json(&kept).unwrap().header(&url)
        };
        let (queue, told) = channel();
        let cookies = Cookies::new(Arc::new(Jar::new()), queue);
        let mut harness = Harness::new(80, 24);
        // What the screen makes of it is kept.
        let mut deliver = |database: &mut Database, event| {
            harness.effects.clear();
            harness.event(event);
            for effect in harness.effects.drain(..) {
                if let Effect::Local(LocalJob::Cookies { before, after }) = effect {
                    database.keep_cookies(before, &after).unwrap();
                }
            }
        };
        theirs(&mut database, "theirs=1");
        database.take_cookies(&cookies);
        assert_eq!(cookies.jar().header(&url).as_deref(), Some("theirs=1"));
        theirs(&mut database, "theirs=2");
        deliver(&mut database, told.recv().unwrap());
        assert_eq!(kept(&database).as_deref(), Some("theirs=2"));
        // One's own is told before the next is taken, and kept after it.
        cookies.jar().set(&url, "own=1");
        cookies.tell();
        database.take_cookies(&cookies);
        let (own, taken) = (told.recv().unwrap(), told.recv().unwrap());
        theirs(&mut database, "theirs=3");
        deliver(&mut database, own);
        deliver(&mut database, taken);
        assert_eq!(kept(&database).as_deref(), Some("theirs=3; own=1"));
        database.take_cookies(&cookies);
        assert_eq!(cookies.jar().header(&url).as_deref(), Some("theirs=3; own=1"));
        // What could not be kept is kept with the next, and nothing else.
        let jar = |lines: &[&str]| {
            let jar = Jar::new();
            assert!(lines.iter().all(|line| jar.set(&url, line)));
            jar.to_json().unwrap()
        };
        database.unkept = Some((jar(&["theirs=2", "own=1"]), jar(&["theirs=2", "own=2"])));
        let (before, after) = (jar(&["theirs=3", "own=2"]), jar(&["theirs=3", "own=2", "new=1"]));
        theirs(&mut database, "theirs=4");
        database.keep_cookies(before, &after).unwrap();
        assert_eq!(kept(&database).as_deref(), Some("theirs=4; own=2; new=1"));
    }

    #[test]
    fn drafts_are_known_by_their_keys_until_they_are_dropped() {
        let disk = tempfile::tempdir().unwrap();
        let files = Files::new(disk.path());
        let state = state::State::in_memory().unwrap();
        let mut database = Database::new(state, Known::default(), HashMap::new(), false);
        let request = Content::Item(Entity::Request(Request::default().into()));
        let group = Content::Item(Entity::Folder(Group::named("B").into()));
        for (key, content) in [
            ("a/b", &request),
            ("a/b/", &group),
            ("a/b/c", &request),
            ("a/bc", &request),
        ] {
            database.keep_draft(key.into(), Some(content), &files).unwrap();
        }
        let known = |database: &Database| {
            let mut keys: Vec<String> = database.drafts.keys().cloned().collect();
            keys.sort();
            keys
        };
        let path = |path: &str| ItemPath::new(path);
        database.drafts_renamed(&Place::Group(path("a/b")), &Place::Group(path("z")));
        assert_eq!(known(&database), ["a/b", "a/bc", "z/", "z/c"]);
        database.drafts_renamed(&Place::Request(path("a/b")), &Place::Request(path("z")));
        assert_eq!(known(&database), ["a/bc", "z", "z/", "z/c"]);
        for key in known(&database) {
            database.keep_draft(key, None, &files).unwrap();
        }
        assert_eq!(known(&database).len(), 0);
    }
}
