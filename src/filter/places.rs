//! Where in the body the values stand that a filter put out: the normalized paths of RFC 9535, as steps.

use serde_json::Value;

/// The most that the places of one output may take, in bytes: where those behind it stand is not known.
const MOST: usize = 16 << 20;

/// One step down from a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// To the member of this name.
    Key(String),
    /// To the element of this number, from 0.
    Index(usize),
}

/// The place of each value of an output; of many values one behind the other, as if they were in a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Places {
    /// Lists of names and numbers, one behind the other.
    text: String,
    ends: Vec<usize>,
}

/// A node on the way from the root, which is on the stack as long as what is in it is looked at.
#[derive(Clone, Copy, Debug)]
pub(super) struct Way<'w>(Option<(&'w Way<'w>, Down<'w>)>);

/// A step that a way takes.
#[derive(Clone, Copy, Debug)]
pub(super) enum Down<'w> {
    Key(&'w str),
    Index(usize),
}

impl Way<'static> {
    /// The root itself.
    pub const ROOT: Self = Self(None);
}

impl<'w> Way<'w> {
    /// A step further down.
    pub fn down(&'w self, step: Down<'w>) -> Self {
        Self(Some((self, step)))
    }

    fn steps(&self) -> Vec<Value> {
        let mut steps = Vec::new();
        let mut at = self;
        while let Some((up, step)) = at.0 {
            steps.push(match step {
                Down::Key(name) => Value::from(name),
                Down::Index(index) => Value::from(index),
            });
            at = up;
        }
        steps.reverse();
        steps
    }
}

impl Places {
    /// Adds the place of the next value.
    pub(super) fn add(&mut self, way: &Way<'_>) {
        if self.text.len() < MOST {
            self.text.push_str(&Value::Array(way.steps()).to_string());
            self.ends.push(self.text.len());
        }
    }

    /// The steps to the value of this number, from 0, if they are known.
    pub fn get(&self, number: usize) -> Option<Vec<Step>> {
        let end = *self.ends.get(number)?;
        let start = number.checked_sub(1).map_or(0, |before| self.ends[before]);
        let steps: Vec<Value> = serde_json::from_str(self.text.get(start..end)?).ok()?;
        let step = |step| match step {
            Value::String(name) => Some(Step::Key(name)),
            other => Some(Step::Index(usize::try_from(other.as_u64()?).ok()?)),
        };
        steps.into_iter().map(step).collect()
    }
}
