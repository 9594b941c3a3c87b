//! Many alike pieces of work that need nothing of each other: done on all cores, the results in order.

use std::num::NonZero;
use std::sync::{Mutex, PoisonError};
use std::{iter, panic, thread};

/// Below so many another thread is not worth starting.
const FEW: usize = 32;
/// So many are taken at once: whoever is slower takes fewer of these.
const PIECE: usize = 32;

/// Does the same with each of many items; the results stand in the order of the items. A panic of one goes on here.
pub fn map<T: Send, R: Send>(items: Vec<T>, work: impl Fn(T) -> R + Sync) -> Vec<R> {
    let cores = match items.len() {
        ..FEW => 1,
        _ => thread::available_parallelism().map_or(1, NonZero::get),
    };
    let left = Mutex::new((items.into_iter(), 0..));
    let take = || {
        let (items, numbers) = &mut *left.lock().unwrap_or_else(PoisonError::into_inner);
        let piece: Vec<T> = items.take(PIECE).collect();
        numbers.next().filter(|_| !piece.is_empty()).map(|n| (n, piece))
    };
    let done = |(n, piece): (usize, Vec<T>)| (n, piece.into_iter().map(&work).collect::<Vec<R>>());
    let share = || iter::from_fn(take).map(done).collect::<Vec<_>>();
    let mut pieces = thread::scope(|scope| {
        let others: Vec<_> = (1..cores).map(|_| scope.spawn(share)).collect();
        let mut pieces = share();
        for other in others {
            pieces.extend(other.join().unwrap_or_else(|panic| panic::resume_unwind(panic)));
        }
        pieces
    });
    pieces.sort_unstable_by_key(|(n, _)| *n);
    pieces.into_iter().flat_map(|(_, results)| results).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_stand_in_the_order_of_the_items() {
        for many in [0, 1, FEW, 1_001] {
            let doubled = map((0..many).collect(), |n| n * 2);
            assert!(doubled.into_iter().eq((0..many).map(|n| n * 2)), "{many}");
        }
    }

    #[test]
    #[should_panic(expected = "the last one")]
    fn a_panic_on_another_core_is_no_silence() {
        map((0..100).collect(), |n| assert!(n < 99, "the last one"));
    }
}
