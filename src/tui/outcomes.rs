//! The last outcome of each request, as many as fit: bodies may be large, and a session long.
//!
//! What was looked at longest ago goes first; what the user looks at stays, however large it is.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use crate::model::{NodeId, Outcome, Secret};

/// Bytes of bodies kept in all.
const MOST_BYTES: usize = 256 * 1024 * 1024;

/// Earlier outcomes kept of one request.
const MOST_EARLIER: usize = 10;
/// Earlier outcomes kept in all.
const MOST_KEPT: usize = 200;

/// The outcomes.
#[derive(Debug, Default)]
pub struct Outcomes {
    all: HashMap<NodeId, Arc<Outcome>>,
    /// Earlier ones with a response, to compare with: who and what, the oldest first.
    earlier: VecDeque<(NodeId, Arc<Outcome>)>,
    /// Who has one, the latest looked at last.
    order: Vec<NodeId>,
}

impl Outcomes {
    /// A request's last outcome, unless it had to go.
    pub fn get(&self, node: &NodeId) -> Option<&Arc<Outcome>> {
        self.all.get(node)
    }

    /// All last outcomes, the latest looked at last.
    pub fn iter(&self) -> impl Iterator<Item = (NodeId, &Arc<Outcome>)> {
        self.order.iter().filter_map(|id| Some((*id, self.all.get(id)?)))
    }

    /// Takes a new outcome; lets old ones go until all fit, but not this one and not the open request's.
    pub fn insert(&mut self, node: NodeId, outcome: Arc<Outcome>, open: Option<NodeId>) {
        let before = self.all.insert(node, outcome);
        let answered = |outcome: &Outcome| outcome.exchange.as_ref().is_some_and(|own| own.response().is_some());
        if let Some(before) = before.filter(|before| answered(before)) {
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
        let mut bytes: usize = self.all.values().map(|outcome| size(outcome)).sum();
        let mut spare: usize = self.earlier.iter().map(|(_, outcome)| size(outcome)).sum();
        // What is only there to be compared with goes first.
        while bytes + spare > MOST_BYTES {
            let Some((_, gone)) = self.earlier.pop_front() else {
                break;
            };
            spare -= size(&gone);
        }
        let mut at = 0;
        while bytes > MOST_BYTES && at < self.order.len() {
            let oldest = self.order[at];
            if oldest == node || Some(oldest) == open {
                at += 1;
                continue;
            }
            self.order.remove(at);
            bytes -= self.all.remove(&oldest).map_or(0, |gone| size(&gone));
        }
    }

    /// A request's earlier outcomes with a response, the latest first.
    pub fn earlier(&self, node: &NodeId) -> impl Iterator<Item = &Arc<Outcome>> {
        let node = *node;
        let own = self.earlier.iter().rev().filter(move |(own, _)| *own == node);
        own.map(|(_, outcome)| outcome)
    }

    /// Hides one more secret in a request's outcomes.
    pub fn hide(&mut self, node: NodeId, secret: &Secret) {
        let earlier = self.earlier.iter_mut().filter(|(own, _)| *own == node);
        let all = self.all.get_mut(&node).into_iter();
        for outcome in all.chain(earlier.map(|(_, outcome)| outcome)) {
            let redactor = outcome.redactor.with([secret.clone()]);
            *outcome = Arc::new(Outcome {
                redactor,
                ..Outcome::clone(outcome)
            });
        }
    }

    /// Notes that a request was opened.
    pub fn looked_at(&mut self, node: NodeId) {
        self.order.retain(|own| *own != node);
        if self.all.contains_key(&node) {
            self.order.push(node);
        }
    }
}

/// The memory that both bodies take, in bytes.
fn size(outcome: &Outcome) -> usize {
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
    use crate::model::{Entity, Redactor, Workspace};

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
        let part = Bytes::from(vec![0; MOST_BYTES / 3]);
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
        let huge = Bytes::from(vec![0; MOST_BYTES + 1]);
        outcomes.insert(ids[2], of(huge), Some(ids[2]));
        let left: Vec<bool> = ids.iter().map(|id| outcomes.get(id).is_some()).collect();
        assert_eq!(left, [false, false, true, false]);
    }
}
