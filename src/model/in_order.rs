//! Sorting for the many short lists of this program, compiled once for all of them.
//!
//! The standard library's stable sort is compiled anew for each kind of item and each way to compare: some 7 KB each time, a
//! fortieth of the whole program. Where lists are long, or hot, it is still the one to take.

use std::cmp::Ordering;

/// Stable sorting, as by the methods of slices that are called `sort_…`.
pub trait InOrder<T> {
    /// Sorts by comparing two items.
    fn order_by(&mut self, compare: impl Fn(&T, &T) -> Ordering);

    /// Sorts by what is made of each item.
    fn order_by_key<K: Ord>(&mut self, key: impl Fn(&T) -> K) {
        self.order_by(|one, other| key(one).cmp(&key(other)));
    }
}

impl<T> InOrder<T> for [T] {
    fn order_by(&mut self, compare: impl Fn(&T, &T) -> Ordering) {
        if self.len() < 2 {
            return;
        }
        let mut places = places(self.len(), &|one, other| compare(&self[one], &self[other]));
        for n in 0..places.len() {
            while places[n] != n {
                let place = places[n];
                self.swap(n, place);
                places.swap(n, place);
            }
        }
    }
}

/// For each of so many items the place it belongs to.
fn places(count: usize, compare: &dyn Fn(usize, usize) -> Ordering) -> Vec<usize> {
    let mut order: Vec<usize> = (0..count).collect();
    order.sort_by(|one, other| compare(*one, *other));
    let mut places = vec![0; count];
    for (place, item) in order.into_iter().enumerate() {
        places[item] = place;
    }
    places
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn it_sorts_as_the_standard_library_does(items in prop::collection::vec((0..6_u8, any::<u16>()), 0..40)) {
            let (mut ours, mut theirs) = (items.clone(), items);
            ours.order_by_key(|(key, _)| *key);
            theirs.sort_by_key(|(key, _)| *key);
            prop_assert_eq!(&ours, &theirs);
            ours.order_by(|(_, one), (_, other)| other.cmp(one));
            theirs.sort_by(|(_, one), (_, other)| other.cmp(one));
            prop_assert_eq!(ours, theirs);
        }
    }
}
