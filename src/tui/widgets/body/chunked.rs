//! A list that grows at its end and is cheap to clone while it does: what is full is shared, only the last part is copied.
//!
//! The index of a body is published many times while it is built. Copied whole each time, it would cost more than the
//! building.

use std::sync::Arc;

/// Items in a part that is shared.
const CHUNK: usize = 2048;

/// The list.
#[derive(Clone, Debug)]
pub(super) struct Chunked<T> {
    full: Vec<Arc<[T]>>,
    last: Vec<T>,
}

impl<T> Default for Chunked<T> {
    fn default() -> Self {
        Self {
            full: Vec::new(),
            last: Vec::new(),
        }
    }
}

impl<T: Copy> Chunked<T> {
    /// Adds an item at the end.
    pub fn push(&mut self, item: T) {
        self.last.push(item);
        if self.last.len() == CHUNK {
            self.full.push(Arc::from(std::mem::take(&mut self.last)));
        }
    }

    /// Takes the last item away.
    pub fn pop(&mut self) -> Option<T> {
        if self.last.is_empty()
            && let Some(chunk) = self.full.pop()
        {
            self.last = chunk.to_vec();
        }
        self.last.pop()
    }

    /// Counts the items.
    pub fn len(&self) -> usize {
        self.full.len() * CHUNK + self.last.len()
    }

    /// Returns an item.
    pub fn get(&self, at: usize) -> Option<T> {
        let chunk = self.full.get(at / CHUNK).map_or(&self.last[..], |chunk| chunk);
        let before = (at / CHUNK).min(self.full.len()) * CHUNK;
        chunk.get(at - before).copied()
    }

    /// Returns the last item.
    pub fn last(&self) -> Option<T> {
        self.get(self.len().checked_sub(1)?)
    }

    /// Counts the items at the start that `holds` is true of, where it is false of all that follow them.
    pub fn partition_point(&self, holds: impl Fn(&T) -> bool) -> usize {
        let chunks = self.full.partition_point(|chunk| chunk.first().is_some_and(&holds));
        let Some(chunk) = chunks.checked_sub(1) else {
            return if self.full.is_empty() {
                self.last.partition_point(holds)
            } else {
                0
            };
        };
        let within = self.full[chunk].partition_point(&holds);
        if within == CHUNK && chunks == self.full.len() {
            return self.full.len() * CHUNK + self.last.partition_point(holds);
        }
        chunk * CHUNK + within
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_a_list() {
        let mut list = Chunked::default();
        for count in 0..3 * CHUNK + 5 {
            assert_eq!((list.len(), list.last()), (count, count.checked_sub(1)));
            assert_eq!(list.get(count), None);
            list.push(count);
        }
        for at in (0..list.len())
            .step_by(7)
            .chain([0, CHUNK - 1, CHUNK, 2 * CHUNK, 3 * CHUNK, 3 * CHUNK + 4])
        {
            assert_eq!(list.get(at), Some(at));
            assert_eq!(list.partition_point(|item| *item < at), at);
        }
        assert_eq!(list.partition_point(|_| true), list.len());
        for count in (2 * CHUNK - 5..3 * CHUNK + 5).rev() {
            assert_eq!((list.pop(), list.len()), (Some(count), count));
        }
        list.push(7);
        assert_eq!((list.last(), list.len()), (Some(7), 2 * CHUNK - 4));
        assert_eq!(Chunked::<u8>::default().pop(), None);
        assert_eq!(Chunked::<u8>::default().partition_point(|_| true), 0);
    }
}
