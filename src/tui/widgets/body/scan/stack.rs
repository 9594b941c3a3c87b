//! The containers that are open, one bit each.

/// Set for an object.
#[derive(Clone, Debug, Default)]
pub(super) struct Stack {
    words: Vec<u64>,
    pub depth: u32,
}

impl Stack {
    pub fn push(&mut self, object: bool) {
        let (word, bit) = (self.depth as usize / 64, self.depth % 64);
        if word == self.words.len() {
            self.words.push(0);
        }
        self.words[word] = self.words[word] & !(1 << bit) | (u64::from(object) << bit);
        self.depth = self.depth.saturating_add(1);
    }

    pub fn pop(&mut self) {
        self.depth = self.depth.saturating_sub(1);
    }

    /// Says whether the innermost container is an object; false if none is open.
    pub fn in_object(&self) -> bool {
        self.depth
            .checked_sub(1)
            .is_some_and(|top| self.words[top as usize / 64] >> (top % 64) & 1 == 1)
    }
}
