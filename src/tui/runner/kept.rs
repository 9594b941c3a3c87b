//! The outcomes of a run that can still be looked at: bodies may be large, and a run long.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use crate::model::Outcome;
use crate::tui::outcomes::size;

/// Failures kept at most; later ones are told of without their responses.
const MOST_FAILED: usize = 500;
/// Of what went well the latest are kept.
const MOST_PASSED: usize = 50;
/// Bytes of bodies kept of either.
const MOST_BYTES: usize = 32 * 1024 * 1024;

/// The outcomes, by row: the first failures and the latest of the others.
#[derive(Debug, Default)]
pub struct Kept {
    all: HashMap<usize, Arc<Outcome>>,
    failed: (usize, usize),
    passed: VecDeque<(usize, usize)>,
    passed_bytes: usize,
}

impl Kept {
    /// Takes the outcome of a row, if there is room for it.
    pub fn add(&mut self, row: usize, failed: bool, outcome: Arc<Outcome>) {
        let bytes = size(&outcome);
        if failed {
            let (count, sum) = &mut self.failed;
            if *count < MOST_FAILED && *sum + bytes <= MOST_BYTES {
                *count += 1;
                *sum += bytes;
                self.all.insert(row, outcome);
            }
            return;
        }
        self.all.insert(row, outcome);
        self.passed.push_back((row, bytes));
        self.passed_bytes += bytes;
        while self.passed.len() > MOST_PASSED || self.passed_bytes > MOST_BYTES {
            let Some((oldest, bytes)) = self.passed.pop_front() else {
                return;
            };
            self.passed_bytes -= bytes;
            self.all.remove(&oldest);
        }
    }

    /// The outcome of a row, if it was kept.
    pub fn get(&self, row: usize) -> Option<&Arc<Outcome>> {
        self.all.get(&row)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Body;
    use crate::model::outcome::Asked;
    use crate::model::wire::ResolvedBody;

    #[test]
    fn the_first_failures_and_the_latest_of_the_others_are_kept() {
        let mut kept = Kept::default();
        for row in 0..10_000 {
            kept.add(row, row % 2 == 0, Arc::default());
        }
        assert!(kept.get(0).is_some() && kept.get(998).is_some());
        assert!(kept.get(1_000).is_none(), "no room for more failures");
        assert!(kept.get(1).is_none() && kept.get(9_999).is_some());
        assert_eq!(kept.all.len(), MOST_FAILED + MOST_PASSED);
    }

    #[test]
    fn a_body_that_was_asked_for_counts_too() {
        let asked = |length: usize| {
            let filled = ResolvedBody::Bytes {
                content_type: "text/plain",
                bytes: vec![0; length].into(),
                typed: false,
            };
            let written = Body::None;
            Arc::new(Outcome {
                asked: Some(Arc::new(Asked { written, filled })),
                ..Outcome::default()
            })
        };
        let mut kept = Kept::default();
        kept.add(0, false, asked(MOST_BYTES));
        kept.add(1, false, asked(1));
        assert!(kept.get(0).is_none() && kept.get(1).is_some());
    }
}
