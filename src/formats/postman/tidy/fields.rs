//! The fields of an object by their names, without hashing one where there are few.

use serde_json::Value;

use super::Object;

/// Up to so many fields comparing a name with each takes less than hashing it. A collection of 10 MB has a quarter of a
/// million objects with two to six fields, and some twenty names are looked for in each.
const FEW: usize = 12;

/// What [`serde_json::Map`] does, quicker for small objects.
pub trait Fields {
    /// The value of a field.
    fn field(&self, name: &str) -> Option<&Value>;
    /// Takes a field out; the others keep their order.
    fn take_field(&mut self, name: &str) -> Option<Value>;
    /// Whether there is such a field.
    fn has_field(&self, name: &str) -> bool {
        self.field(name).is_some()
    }
}

impl Fields for Object {
    fn field(&self, name: &str) -> Option<&Value> {
        if self.len() > FEW {
            return self.get(name);
        }
        let mut fields = self.iter();
        fields.find(|(own, _)| *own == name).map(|(_, value)| value)
    }

    fn take_field(&mut self, name: &str) -> Option<Value> {
        if !self.has_field(name) {
            return None;
        }
        self.shift_remove(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_found_and_taken_in_small_and_in_large_objects() {
        for many in [0, 1, FEW, FEW + 1, 100] {
            let all: Object = (0..many).map(|n| (n.to_string(), n.into())).collect();
            for n in 0..many {
                let mut left = all.clone();
                let name = n.to_string();
                assert_eq!(left.field(&name), Some(&Value::from(n)));
                assert_eq!(left.take_field(&name), Some(Value::from(n)));
                assert!(!left.has_field(&name) && left.take_field(&name).is_none());
                let others = (0..many).filter(|own| *own != n).map(|own| own.to_string());
                assert!(left.keys().cloned().eq(others));
            }
        }
    }
}
