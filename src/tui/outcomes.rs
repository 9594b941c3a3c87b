//! The last outcome of each request and some earlier ones, as many as fit: bodies may be large, and a session long.
//!
//! What was looked at longest ago goes first; what the user looks at stays, however large it is. Each has a number, so that
//! one can be told from the others also when it is replaced by itself with more of it hidden.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use crate::model::{NodeId, Outcome, Redactor};

/// Earlier outcomes kept of one request.
const MOST_EARLIER: usize = 10;
/// Earlier outcomes kept in all.
const MOST_KEPT: usize = 200;
/// Bytes of bodies kept, unless the settings say otherwise: in memory in all, and of earlier ones in files.
const ROOM: Room = Room {
    memory: 256 << 20,
    files: 1 << 30,
};

/// How many bytes of bodies are kept.
#[derive(Clone, Copy, Debug)]
struct Room {
    memory: usize,
    files: usize,
}

impl Default for Room {
    fn default() -> Self {
        ROOM
    }
}

/// An outcome and its number; later ones have higher numbers.
#[derive(Clone, Debug)]
struct Numbered {
    number: u64,
    outcome: Arc<Outcome>,
}

/// The outcomes.
#[derive(Debug, Default)]
pub struct Outcomes {
    room: Room,
    all: HashMap<NodeId, Numbered>,
    /// Earlier ones with a response, to be seen again and compared with: who and what, the oldest first.
    earlier: VecDeque<(NodeId, Numbered)>,
    /// How many there were.
    count: u64,
    /// Who has one, the latest looked at last.
    order: Vec<NodeId>,
    /// The status of a run's last request of each, if one came, and whether anything failed, where that is newer than its
    /// outcome here.
    ran: HashMap<NodeId, (Option<u16>, bool)>,
}

impl Outcomes {
    /// A request's last outcome, unless it had to go.
    pub fn get(&self, node: &NodeId) -> Option<&Arc<Outcome>> {
        self.all.get(node).map(|last| &last.outcome)
    }

    /// The number of a request's last outcome.
    pub fn number(&self, node: &NodeId) -> Option<u64> {
        self.all.get(node).map(|last| last.number)
    }

    /// Notes the status of a request in a run, which keeps the outcomes itself.
    pub fn note_run(&mut self, node: NodeId, status: Option<u16>, failed: bool) {
        self.ran.insert(node, (status, failed));
    }

    /// The status of a run's last request, if one came, and whether anything failed, where that is newer than the last outcome.
    pub fn of_run(&self, node: &NodeId) -> Option<(Option<u16>, bool)> {
        self.ran.get(node).copied()
    }

    /// All last outcomes, the latest looked at last.
    pub fn iter(&self) -> impl Iterator<Item = (NodeId, &Arc<Outcome>)> {
        self.order.iter().filter_map(|id| Some((*id, self.get(id)?)))
    }

    /// Says how many MiB of bodies are kept, from the next outcome on: in memory in all, and of earlier ones in files.
    pub fn set_room(&mut self, memory: Option<u32>, files: Option<u32>) {
        let bytes = |mib: Option<u32>, usual| mib.map_or(usual, |mib| (mib as usize).saturating_mul(1 << 20));
        self.room = Room {
            memory: bytes(memory, ROOM.memory),
            files: bytes(files, ROOM.files),
        };
    }

    /// Takes a new outcome; lets old ones go until all fit, but not this one and not the open request's.
    pub fn insert(&mut self, node: NodeId, outcome: Arc<Outcome>, open: Option<NodeId>) {
        self.count += 1;
        self.ran.remove(&node);
        let last = Numbered {
            number: self.count,
            outcome,
        };
        let before = self.all.insert(node, last);
        if let Some(before) = before.filter(|before| answered(&before.outcome)) {
            self.earlier.push_back((node, before));
            let of_node = self.earlier.iter().filter(|(own, _)| *own == node).count();
            let gone = if of_node > MOST_EARLIER {
                self.earlier.iter().position(|(own, _)| *own == node)
            } else {
                Some(0).filter(|_| self.earlier.len() > MOST_KEPT)
            };
            gone.map(|gone| self.earlier.remove(gone));
        }
        self.looked_at(node);
        let mut bytes: usize = self.all.values().map(|last| size(&last.outcome)).sum();
        let sum = |of: fn(&Outcome) -> usize| self.earlier.iter().map(|(_, own)| of(&own.outcome)).sum::<usize>();
        let (mut spare, mut filed) = (sum(size), sum(in_files));
        // What is not the last one of its request goes first.
        let room = self.room;
        while bytes + spare > room.memory || filed > room.files {
            let Some((_, gone)) = self.earlier.pop_front() else {
                break;
            };
            spare -= size(&gone.outcome);
            filed -= in_files(&gone.outcome);
        }
        let mut at = 0;
        while bytes > room.memory && at < self.order.len() {
            let oldest = self.order[at];
            if oldest == node || Some(oldest) == open {
                at += 1;
                continue;
            }
            self.order.remove(at);
            bytes -= self.all.remove(&oldest).map_or(0, |gone| size(&gone.outcome));
        }
    }

    /// A request's outcomes with a response, by their numbers, the latest first.
    pub fn answered(&self, node: &NodeId) -> impl Iterator<Item = (u64, &Arc<Outcome>)> + use<'_> {
        let node = *node;
        let last = self.all.get(&node).filter(|last| answered(&last.outcome)).into_iter();
        let own = self.earlier.iter().rev().filter(move |(own, _)| *own == node);
        last.chain(own.map(|(_, own)| own))
            .map(|own| (own.number, &own.outcome))
    }

    /// One of them by its number, unless it had to go.
    pub fn numbered(&self, node: &NodeId, number: u64) -> Option<&Arc<Outcome>> {
        let mut all = self.answered(node);
        all.find(|(own, _)| *own == number).map(|(_, outcome)| outcome)
    }

    /// Hides more in a request's outcomes: all that `hidden` says of each.
    pub fn hide(&mut self, node: NodeId, hidden: impl Fn(&Outcome) -> Redactor) {
        let earlier = self.earlier.iter_mut().filter(|(own, _)| *own == node);
        let all = self.all.get_mut(&node).into_iter();
        for own in all.chain(earlier.map(|(_, own)| own)) {
            let redactor = own.outcome.redactor.and(&hidden(&own.outcome));
            own.outcome = Arc::new(Outcome {
                redactor,
                ..Outcome::clone(&own.outcome)
            });
        }
    }

    /// Lets go of all of a request that is gone.
    pub fn forget(&mut self, node: NodeId) {
        self.all.remove(&node);
        self.ran.remove(&node);
        self.order.retain(|own| *own != node);
        self.earlier.retain(|(own, _)| *own != node);
    }

    /// Notes that a request was opened.
    pub fn looked_at(&mut self, node: NodeId) {
        self.order.retain(|own| *own != node);
        if self.all.contains_key(&node) {
            self.order.push(node);
        }
    }
}

/// Whether a response came.
fn answered(outcome: &Outcome) -> bool {
    let exchange = outcome.exchange.as_ref();
    exchange.is_some_and(|exchange| exchange.response().is_some())
}

/// What of the response lies in a file, in bytes.
fn in_files(outcome: &Outcome) -> usize {
    let response = outcome.exchange.as_ref().and_then(|exchange| exchange.response());
    response.map_or(0, |response| {
        response.body.len().saturating_sub(response.body.resident())
    })
}

/// The memory that its bodies take, in bytes.
pub fn size(outcome: &Outcome) -> usize {
    let sent = outcome.exchange.as_ref().map_or(0, |exchange| {
        let answer = exchange.response().map_or(0, |response| response.body.resident());
        exchange.request.body.len() + answer
    });
    sent + outcome.asked.as_ref().map_or(0, |asked| asked.resident())
}

#[cfg(test)]
pub(super) mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use bytes::Bytes;

    use super::*;
    use crate::model::exchange::{Connection, Exchange, Response, SentRequest, Timings};
    use crate::model::request::Method;
    use crate::model::{Entity, Secret, Workspace};

    /// An outcome whose body is a view into bytes that all share.
    pub fn of(body: Bytes) -> Arc<Outcome> {
        let request = SentRequest {
            method: Method::new("GET"),
            url: String::new(),
            version: String::new(),
            headers: Vec::new(),
            body: Bytes::new(),
            body_len: 0,
        };
        let response = Response {
            status: 200,
            reason: String::new(),
            version: String::new(),
            headers: Vec::new(),
            encoded_len: 0,
            body: body.into(),
            cookies: Vec::new(),
            truncated: None,
        };
        let exchange = Exchange {
            started: "2026-11-23T12:00:00Z".parse().unwrap(),
            request,
            result: Ok(response),
            hops: Vec::new(),
            timings: Timings::default(),
            connection: Connection::default(),
            redactor: Redactor::default(),
            warnings: Vec::new(),
        };
        Arc::new(Outcome {
            exchange: Some(exchange),
            ..Outcome::default()
        })
    }

    #[test]
    fn what_was_looked_at_longest_ago_goes_when_there_is_too_much() {
        let mut workspace = Workspace::new("/nowhere");
        let mut node = || workspace.new_node(Entity::Request(Arc::default()), "x").0;
        let ids = [node(), node(), node(), node()];
        let part = Bytes::from(vec![0; ROOM.memory / 3]);
        let mut outcomes = Outcomes::default();
        for id in &ids[..3] {
            outcomes.insert(*id, of(part.clone()), Some(ids[0]));
        }
        assert!(ids[..3].iter().all(|id| outcomes.get(id).is_some()));
        outcomes.looked_at(ids[1]);
        outcomes.insert(ids[3], of(part.clone()), Some(ids[0]));
        let left: Vec<bool> = ids.iter().map(|id| outcomes.get(id).is_some()).collect();
        assert_eq!(
            left,
            [true, true, false, true],
            "the open one stays, the one looked at again too"
        );
        // A reply larger than all the room is still shown.
        let huge = Bytes::from(vec![0; ROOM.memory + 1]);
        outcomes.insert(ids[2], of(huge), Some(ids[2]));
        let left: Vec<bool> = ids.iter().map(|id| outcomes.get(id).is_some()).collect();
        assert_eq!(left, [false, false, true, false]);
    }

    #[test]
    fn the_settings_say_how_much_is_kept() {
        let mut workspace = Workspace::new("/nowhere");
        let node = workspace.new_node(Entity::Request(Arc::default()), "x").0;
        let mut outcomes = Outcomes::default();
        let kept = |outcomes: &mut Outcomes, memory| {
            outcomes.set_room(memory, None);
            for _ in 0..3 {
                outcomes.insert(node, of(Bytes::from(vec![0; 900 << 10])), Some(node));
            }
            outcomes.answered(&node).count()
        };
        assert_eq!(kept(&mut outcomes, None), 3);
        assert_eq!(kept(&mut outcomes, Some(2)), 2);
        // What is looked at stays, however little is to be kept.
        assert_eq!(kept(&mut outcomes, Some(0)), 1);
    }

    #[test]
    fn a_failure_leaves_the_responses_before_it_and_their_numbers() {
        let mut workspace = Workspace::new("/nowhere");
        let node = workspace.new_node(Entity::Request(Arc::default()), "x").0;
        let mut outcomes = Outcomes::default();
        for body in ["one", "two"] {
            outcomes.insert(node, of(Bytes::from(body)), Some(node));
        }
        outcomes.insert(node, Arc::default(), Some(node));
        outcomes.insert(node, Arc::default(), Some(node));
        let numbers: Vec<u64> = outcomes.answered(&node).map(|(number, _)| number).collect();
        assert_eq!((numbers, outcomes.number(&node)), (vec![2, 1], Some(4)));
        outcomes.hide(node, |_| Redactor::new([Secret::new("two-and-more")]));
        let first = outcomes.numbered(&node, 1).unwrap();
        assert!(first.redactor.redact("two-and-more") != "two-and-more");
        for _ in 0..=MOST_EARLIER {
            outcomes.insert(node, of(Bytes::from("more")), Some(node));
        }
        assert_eq!(outcomes.answered(&node).count(), MOST_EARLIER + 1);
        assert!(outcomes.numbered(&node, 1).is_none(), "the oldest goes");
    }
}
