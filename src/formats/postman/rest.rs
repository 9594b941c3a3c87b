//! What our model does not hold: the difference between an item as Postman wrote it and as we would write it.
//!
//! Both are in tidy form, so the difference is exactly what would be lost. It is kept beside the item and put back on
//! export, each value where it stood, unless the user has changed what stood around it.

use serde_json::Value;

use super::tidy::{Fields, Object};
use crate::model::Rest;

/// What `source` says and `ours` does not.
pub fn diff(ours: &Object, source: &Object) -> Vec<Rest> {
    let mut found = Diff::default();
    found.objects(ours, source);
    found.out
}

/// A step down to a value; text is made of it only where something differs.
#[derive(Clone, Copy)]
enum Step<'a> {
    Key(&'a str),
    Row(usize),
    /// Behind all rows.
    Last,
}

#[derive(Default)]
struct Diff<'a> {
    at: Vec<Step<'a>>,
    /// The names of the rows on the way.
    of: Vec<&'a str>,
    out: Vec<Rest>,
}

impl<'a> Diff<'a> {
    fn keep(&mut self, step: Step<'a>, instead_of: Option<&Value>, value: &Value) {
        let mut at = String::new();
        for step in self.at.iter().copied().chain([step]) {
            at.push('/');
            match step {
                Step::Key(key) => at.push_str(&key.replace('~', "~0").replace('/', "~1")),
                Step::Row(n) => at.push_str(&n.to_string()),
                Step::Last => at.push('-'),
            }
        }
        self.out.push(Rest {
            at,
            of: self.of.iter().map(|&name| name.to_owned()).collect(),
            instead_of: instead_of.map(sum),
            value: value.clone(),
        });
    }

    fn objects(&mut self, ours: &'a Object, source: &'a Object) {
        // As an export has them, so that what is kept of that reads the same: what is known in our order, the rest behind it.
        for (key, own) in ours {
            if let Some(value) = source.field(key) {
                self.values(Step::Key(key), own, value);
            }
        }
        for (key, value) in source.iter().filter(|(key, _)| !ours.has_field(key)) {
            self.keep(Step::Key(key), None, value);
        }
    }

    fn values(&mut self, step: Step<'a>, ours: &'a Value, source: &'a Value) {
        match (ours, source) {
            (Value::Object(own), Value::Object(value)) => {
                self.at.push(step);
                self.objects(own, value);
                self.at.pop();
            }
            (Value::Array(own), Value::Array(value))
                if own.len() <= value.len() && own.iter().zip(value).all(|(a, b)| row_name(a) == row_name(b)) =>
            {
                self.at.push(step);
                for (n, (own, value)) in own.iter().zip(value).enumerate() {
                    self.of.push(row_name(value));
                    self.values(Step::Row(n), own, value);
                    self.of.pop();
                }
                for more in &value[own.len()..] {
                    self.keep(Step::Last, None, more);
                }
                self.at.pop();
            }
            _ if ours == source => {}
            _ => self.keep(step, Some(ours), source),
        }
    }
}

/// Puts back what was kept, where what stood around it still stands.
pub fn apply(ours: &mut Object, kept: &[Rest]) {
    let mut whole = Value::Object(std::mem::take(ours));
    for rest in kept {
        // A place that is gone takes along what was kept in it.
        let _gone = put(&mut whole, rest);
    }
    if let Value::Object(map) = whole {
        *ours = map;
    }
}

fn put(whole: &mut Value, rest: &Rest) -> Option<()> {
    let unescape = |part: &str| part.replace("~1", "/").replace("~0", "~");
    let mut parts: Vec<String> = rest.at.split('/').skip(1).map(unescape).collect();
    let last = parts.pop()?;
    let mut names = rest.of.iter();
    let mut here = whole;
    for part in &parts {
        here = match here {
            Value::Object(map) => map.get_mut(part)?,
            Value::Array(rows) => {
                let at = find_row(rows, part, names.next()?)?;
                rows.get_mut(at)?
            }
            _ => return None,
        };
    }
    match here {
        Value::Object(map) => match (map.get_mut(&last), &rest.instead_of) {
            (None, None) => {
                map.insert(last, rest.value.clone());
            }
            (Some(own), Some(was)) if sum(own) == *was => own.clone_from(&rest.value),
            // The user has begun a list of his own where there was none: what was kept follows it.
            (Some(Value::Array(own)), None) => own.extend(rest.value.as_array().cloned()?),
            _ => {}
        },
        Value::Array(rows) if last == "-" => rows.push(rest.value.clone()),
        Value::Array(rows) => {
            let at = find_row(rows, &last, names.next()?)?;
            let row = rows.get_mut(at)?;
            if rest.instead_of.as_ref() == Some(&sum(row)) {
                row.clone_from(&rest.value);
            }
        }
        _ => {}
    }
    Some(())
}

/// The row of a name: the one at its old place, else the first one.
fn find_row(rows: &[Value], place: &str, name: &str) -> Option<usize> {
    let there = place.parse::<usize>().ok();
    let fits = |at: &usize| rows.get(*at).is_some_and(|row| row_name(row) == name);
    there
        .filter(fits)
        .or_else(|| rows.iter().position(|row| row_name(row) == name))
}

/// What tells a row from its neighbours.
fn row_name(row: &Value) -> &str {
    let row = row.as_object();
    let mut names = ["key", "listen", "name"].into_iter();
    row.and_then(|row| names.find_map(|key| row.field(key)?.as_str()))
        .unwrap_or_default()
}

/// A check sum of a value: FNV-1a, 64 bits. It tells whether the user changed something, and proves nothing.
pub(super) fn sum(value: &Value) -> String {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    for byte in value.to_string().bytes() {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    format!("{hash:016x}")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn object(value: Value) -> Object {
        match value {
            Value::Object(map) => map,
            _ => Object::new(),
        }
    }

    #[test]
    fn what_differs_comes_back() {
        let ours = object(json!({"a": 1, "rows": [{"key": "x"}, {"key": "y"}], "b": {"c": [1]}}));
        let source = object(json!({
            "a": 2, "rows": [{"key": "x", "z": 1}, {"key": "y"}, {"key": "w"}], "b": {"c": [1, 2], "d/e": null}
        }));
        let kept = diff(&ours, &source);
        let mut back = ours.clone();
        apply(&mut back, &kept);
        assert_eq!(back, source);
        assert!(diff(&source, &source).is_empty());
    }

    #[test]
    fn what_the_user_changed_stays_changed() {
        let ours = object(json!({"a": 1, "rows": [{"key": "x"}, {"key": "y"}]}));
        let source = object(json!({"a": 2, "rows": [{"key": "x", "z": 1}, {"key": "y", "z": 2}], "new": 1}));
        let kept = diff(&ours, &source);
        let mut edited = object(json!({"a": 3, "rows": [{"key": "y"}], "new": 4}));
        apply(&mut edited, &kept);
        assert_eq!(
            Value::Object(edited),
            json!({"a": 3, "rows": [{"key": "y", "z": 2}], "new": 4})
        );
    }
}
