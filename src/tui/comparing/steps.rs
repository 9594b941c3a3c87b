//! What makes one list of texts of another, found by the numbers of the texts.

use std::collections::HashMap;
use std::hash::{Hash, Hasher};
use std::time::Instant;

use similar::{Algorithm, DiffOp, capture_diff_slices_deadline};

use crate::filter::Stop;

/// A text as it is compared: the same text has the same number.
///
/// Who looks for what differs asks nobody whether to go on, but asks texts whether they are equal: once nobody wants to
/// know any more all of them are, and there is nothing left to look for.
struct Number<'s> {
    number: usize,
    stop: &'s Stop,
}

impl PartialEq for Number<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.number == other.number || self.stop.asked()
    }
}

impl Eq for Number<'_> {}

impl Ord for Number<'_> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.number.cmp(&other.number)
    }
}

impl PartialOrd for Number<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Hash for Number<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.number.hash(state);
    }
}

/// What makes one list of texts of the other; after the deadline the rest is told as a whole.
pub(super) fn steps<'t>(
    texts: [impl Iterator<Item = &'t str>; 2],
    deadline: Option<Instant>,
    stop: &Stop,
) -> Vec<DiffOp> {
    let mut known: HashMap<&'t str, usize> = HashMap::new();
    let [left, right] = texts.map(|texts| -> Vec<Number<'_>> {
        let numbers = texts.map(|text| {
            let next = known.len();
            let number = *known.entry(text).or_insert(next);
            Number { number, stop }
        });
        numbers.collect()
    });
    capture_diff_slices_deadline(Algorithm::Myers, &left, &right, deadline)
}
