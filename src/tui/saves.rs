//! What is on its way to the disk, and for which of it the user waits.

use std::collections::{BTreeMap, HashMap, VecDeque};

use crate::model::{Entity, Filed, NodeId};
use crate::store::Content;

use super::effect::FileJob;
use super::shared::Level;

/// Writes under way. The disk takes them in order and answers each one.
#[derive(Debug, Default)]
pub struct Saves {
    flying: HashMap<Filed, VecDeque<Flight>>,
    /// What the user asked to save and was not told about yet.
    asked: BTreeMap<Filed, Word>,
    /// Whether the program is left when all of that is on the disk, or just now.
    pub quit: bool,
}

/// What the user is told of a save that is done.
#[derive(Debug, Default)]
pub enum Word {
    /// That it is saved.
    #[default]
    Usual,
    /// What it was for.
    Own(Level, String),
}

/// One write under way.
#[derive(Debug)]
struct Flight {
    content: Content,
    /// How many keys and clicks there had been.
    inputs: u64,
}

impl Saves {
    /// Notes what is written from now on, and how many keys and clicks there have been so far.
    pub fn sent(&mut self, jobs: &[FileJob], inputs: u64) {
        for (filed, content) in jobs.iter().filter_map(FileJob::written) {
            self.flying
                .entry(filed)
                .or_default()
                .push_back(Flight { content, inputs });
        }
    }

    /// Notes that the user waits for a save.
    pub fn ask(&mut self, filed: Filed) {
        self.asked.entry(filed).or_default();
    }

    /// Notes what the user is told once a write that is under way is done, in place of the usual word.
    pub fn tell(&mut self, filed: Filed, level: Level, text: String) {
        if self.flying.contains_key(&filed) {
            self.asked.insert(filed, Word::Own(level, text));
        }
    }

    /// Notes that a write was answered; returns what the user is told who waited for it, if it was the last one of its kind.
    pub fn landed(&mut self, filed: Filed) -> Option<Word> {
        if let Some(flying) = self.flying.get_mut(&filed) {
            flying.pop_front();
            if !flying.is_empty() {
                return None;
            }
            self.flying.remove(&filed);
        }
        self.asked.remove(&filed)
    }

    /// Notes that a save did not succeed: nothing waits for it any more, and nobody leaves.
    pub fn failed(&mut self, filed: Filed) {
        self.landed(filed);
        self.asked.remove(&filed);
        self.quit = false;
    }

    /// Whether the user waits for something.
    pub fn are_awaited(&self) -> bool {
        !self.asked.is_empty()
    }

    /// What the disk will say when all writes are done; `None` when none is under way.
    pub fn latest(&self, filed: Filed) -> Option<&Content> {
        Some(&self.flying.get(&filed)?.back()?.content)
    }

    /// How many keys and clicks there had been when the write that is answered next was sent.
    pub fn inputs(&self, filed: Filed) -> Option<u64> {
        Some(self.flying.get(&filed)?.front()?.inputs)
    }

    /// What the disk will say of a node when all writes are done; `None` when none is under way.
    pub fn latest_entity(&self, id: NodeId) -> Option<&Entity> {
        match self.latest(Filed::Node(id))? {
            Content::Item(entity) => Some(entity),
            Content::Environment(_) => None,
        }
    }
}
