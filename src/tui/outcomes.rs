//! The last outcome of each request, as many as fit: bodies may be large, and a session long.
//!
//! What was looked at longest ago goes first; what the user looks at stays, however large it is.

use std::collections::HashMap;
use std::sync::Arc;

use crate::model::{NodeId, Outcome};

/// Bytes of bodies kept in all.
const MOST_BYTES: usize = 256 * 1024 * 1024;

/// The outcomes.
#[derive(Debug, Default)]
pub struct Outcomes {
    all: HashMap<NodeId, Arc<Outcome>>,
    /// Who has one, the latest looked at last.
    order: Vec<NodeId>,
}

impl Outcomes {
    /// A request's last outcome, unless it had to go.
    pub fn get(&self, node: &NodeId) -> Option<&Arc<Outcome>> {
        self.all.get(node)
    }

    /// Takes a new outcome; lets old ones go until all fit, but not this one and not the open request's.
    pub fn insert(&mut self, node: NodeId, outcome: Arc<Outcome>, open: Option<NodeId>) {
        self.all.insert(node, outcome);
        self.looked_at(node);
        let mut bytes: usize = self.all.values().map(|outcome| size(outcome)).sum();
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
    outcome.exchange.as_ref().map_or(0, |exchange| {
        let answer = exchange.response().map_or(0, |response| response.body.resident());
        exchange.request.body.len() + answer
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use bytes::Bytes;

    use super::*;
    use crate::model::exchange::{Connection, Exchange, Response, SentRequest, Timings};
    use crate::model::request::Method;
    use crate::model::{Entity, Redactor, Workspace};

    /// An outcome whose body is a view into bytes that all share.
    fn of(body: Bytes) -> Arc<Outcome> {
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
