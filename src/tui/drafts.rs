//! Keeping what must outlive a crash: drafts of everything unsaved, and where everything stands.
//!
//! ```text
//! event → handle → pending ─(at once, then every 100 ms, and at the end)─▶ keep ─▶ LocalJob::Layout, LocalJob::Draft
//! ```
//!
//! Nobody says "keep a draft of this" or "drop that one": [`keep`] compares what is unsaved with what is kept and asks for
//! the difference. So undo, redo, moving, deleting and saving cannot leave a draft behind or lose one, and typing writes
//! no more often than the pause allows.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use crate::model::{Filed, ItemPath, NodeId, Workspace};
use crate::store::{Content, Place};

use super::commands;
use super::effect::{Effect, FileJob, LocalJob};
use super::state::State;

/// How long to wait after keeping before keeping again.
const PAUSE: SignedDuration = SignedDuration::from_millis(100);
/// What the key of a request that is saved nowhere begins with; its slug follows.
const SCRATCH: &str = "scratch:";
/// What the key of an environment begins with; no path of an item begins like this.
const ENVIRONMENT: &str = "/environments/";
/// The key of the globals.
const GLOBALS: &str = "/globals";

/// What is kept, as far as this program knows.
#[derive(Debug, Default)]
pub struct Keeper {
    /// The drafts by key; `None` for one that must be written again though it says the same.
    kept: BTreeMap<String, Option<Content>>,
    /// Where everything stood when it was last kept, as JSON.
    pub(super) layout: String,
    /// When something was last kept.
    last: Timestamp,
    /// Whether something happened since.
    pub(super) pending: bool,
}

impl Keeper {
    /// Notes a draft that was found at the start.
    pub fn found(&mut self, key: String, content: Content) {
        self.kept.insert(key, Some(content));
    }

    /// Lets every draft be written again: another postrider may have dropped it.
    pub fn doubt(&mut self) {
        self.kept.values_mut().for_each(|kept| *kept = None);
        self.pending = true;
    }

    /// Lets a draft be written again: the file it is based on is another one now.
    pub fn rebase(&mut self, key: &str) {
        if let Some(kept) = self.kept.get_mut(key) {
            *kept = None;
            self.pending = true;
        }
    }
}

/// What the draft of something is filed under; `None` when it is gone.
pub fn key(workspace: &Workspace, filed: Filed) -> Option<String> {
    match filed {
        Filed::Node(id) => node_key(workspace, id),
        Filed::Environment(id) => Some(format!("{ENVIRONMENT}{}", workspace.environment(id)?.slug)),
        Filed::Globals => Some(GLOBALS.to_owned()),
    }
}

/// What the draft of a node is filed under: its path, with a `/` behind that of a group, as a request may have the same;
/// or the name of a request that is saved nowhere yet.
pub fn node_key(workspace: &Workspace, id: NodeId) -> Option<String> {
    let node = workspace.node(id)?;
    Some(match workspace.path(id) {
        Some(path) => key_of(&path, node.entity.is_group()),
        None => format!("{SCRATCH}{}", node.slug),
    })
}

/// What the draft of what has a file is filed under.
pub fn key_of(path: &ItemPath, is_group: bool) -> String {
    if is_group { format!("{path}/") } else { path.to_string() }
}

/// What a key is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Key {
    /// A request that is saved nowhere, by its slug.
    Scratch(String),
    /// What has a file.
    Place(Place),
}

/// Reads a key.
pub fn read_key(key: &str) -> Key {
    if let Some(slug) = key.strip_prefix(SCRATCH) {
        return Key::Scratch(slug.to_owned());
    }
    Key::Place(match (key.strip_prefix(ENVIRONMENT), key.strip_suffix('/')) {
        (Some(slug), _) => Place::Environment(slug.to_owned()),
        _ if key == GLOBALS => Place::Globals,
        (None, Some(path)) => Place::Group(ItemPath::new(path)),
        (None, None) => Place::Request(ItemPath::new(key)),
    })
}

/// The node a key is for.
pub fn node_of(workspace: &Workspace, key: &str) -> Option<NodeId> {
    match read_key(key) {
        Key::Scratch(slug) => {
            let mut scratch = workspace.scratch().iter().copied();
            scratch.find(|id| workspace.node(*id).is_some_and(|node| node.slug == slug))
        }
        Key::Place(place) => workspace.find_kind(place.item()?, matches!(place, Place::Group(_))),
    }
}

/// The place a draft is for; `None` for a request that is saved nowhere.
pub fn place_of(key: &str) -> Option<Place> {
    match read_key(key) {
        Key::Scratch(_) => None,
        Key::Place(place) => Some(place),
    }
}

/// Where something is filed; `None` for a request that is saved nowhere and for what is gone.
pub fn place(workspace: &Workspace, filed: Filed) -> Option<Place> {
    match filed {
        Filed::Node(id) => Some(Place::of(&workspace.path(id)?, &workspace.node(id)?.entity)),
        Filed::Environment(id) => Some(Place::Environment(workspace.environment(id)?.slug.clone())),
        Filed::Globals => Some(Place::Globals),
    }
}

/// What something says; `None` when it is gone.
pub fn content(workspace: &Workspace, filed: Filed) -> Option<Content> {
    match filed {
        Filed::Node(id) => Some(Content::Item(workspace.node(id)?.entity.clone())),
        Filed::Environment(id) => Some(Content::Environment(workspace.environment(id)?.environment.clone())),
        Filed::Globals => Some(Content::Environment(workspace.globals().clone())),
    }
}

/// How long until something should be kept; `None` when nothing happened since it last was.
pub fn due(state: &State, now: Timestamp) -> Option<SignedDuration> {
    let since = now.duration_since(state.keeper.last);
    // A clock that was set back does not put it off.
    let wait = if since.is_negative() {
        SignedDuration::ZERO
    } else {
        PAUSE - since
    };
    state.keeper.pending.then(|| wait.clamp(SignedDuration::ZERO, PAUSE))
}

/// Asks for the difference between what is kept and what should be.
pub fn keep(state: &mut State, now: Timestamp, effects: &mut Vec<Effect>) {
    if !std::mem::take(&mut state.keeper.pending) {
        return;
    }
    state.keeper.last = now;
    // First where everything stands: whoever finds the draft after a kill finds the place it was typed in too.
    commands::remember(state, effects);
    let workspace = &state.shared.workspace;
    let wanted: BTreeMap<String, Content> = workspace
        .unsaved()
        .into_iter()
        .filter_map(|filed| Some((key(workspace, filed)?, content(workspace, filed)?)))
        .collect();
    // New ones first: what moves from one key to another is never without a draft.
    for (key, content) in &wanted {
        if state.keeper.kept.get(key).and_then(Option::as_ref) != Some(content) {
            effects.push(Effect::Local(LocalJob::Draft(key.clone(), Some(content.clone()))));
        }
    }
    for key in state.keeper.kept.keys().filter(|key| !wanted.contains_key(*key)) {
        effects.push(Effect::Local(LocalJob::Draft(key.clone(), None)));
    }
    state.keeper.kept = wanted.into_iter().map(|(key, content)| (key, Some(content))).collect();
    settle_contests(state, effects);
}

/// What says the same as the disk is in no conflict any more: the disk's content was taken over.
fn settle_contests(state: &mut State, effects: &mut Vec<Effect>) {
    let workspace = &state.shared.workspace;
    let over: Vec<Filed> = state
        .shared
        .contested
        .iter()
        .copied()
        .filter(|filed| !workspace.is_unsaved(*filed))
        .collect();
    for filed in over {
        state.shared.contested.remove(&filed);
        let workspace = &state.shared.workspace;
        if let (Some(place), Some(content)) = (place(workspace, filed), content(workspace, filed)) {
            effects.push(Effect::Files(vec![FileJob::Adopt(place, content)]));
        }
    }
}

#[cfg(test)]
mod tests;
