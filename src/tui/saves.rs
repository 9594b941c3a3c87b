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
    /// What the user asked to save and was not told about yet, with what is said of it in place of the usual word.
    asked: BTreeMap<Filed, Vec<(Level, String)>>,
    /// Whether the program is left when all of that is on the disk, or just now.
    pub quit: bool,
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
            self.asked.entry(filed).or_default().push((level, text));
        }
    }

    /// Notes that a write was answered; returns what the user is told who waited for it, if it was the last one of its kind:
    /// nothing but the usual word where that is empty.
    pub fn landed(&mut self, filed: Filed) -> Option<Vec<(Level, String)>> {
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

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;
    use crate::model::Request;

    #[test]
    fn all_that_is_to_be_told_of_a_file_is_told_once_its_last_write_lands() {
        let content = || Content::Item(Entity::Request(Request::default().into()));
        let mut saves = Saves::default();
        let filed = Filed::Globals;
        for _ in 0..2 {
            let flight = Flight {
                content: content(),
                inputs: 0,
            };
            saves.flying.entry(filed).or_default().push_back(flight);
        }
        saves.ask(filed);
        saves.tell(filed, Level::Done, "one".into());
        saves.tell(filed, Level::Warning, "two".into());
        assert!(saves.landed(filed).is_none());
        let told = saves.landed(filed).unwrap();
        let told: Vec<&str> = told.iter().map(|(_, text)| text.as_str()).collect();
        assert_eq!(told, ["one", "two"]);
        assert!(!saves.are_awaited());
        saves.ask(filed);
        assert_eq!(saves.landed(filed).map(|told| told.len()), Some(0), "the usual word");
    }
}
