//! What search requests have in common: queries joined by OR or AND, wildcards, a limit and an offset.
//!
//! Field names are matched without regard to case, because Cells itself is not consistent (`Login`, but `scope`).
//! Numbers may be texts, as its JSON encoder writes int64.

use serde_json::Value;

use crate::demo::reply::ApiError;

/// Reads a JSON body; Cells answers 500 to one that it cannot read.
pub fn read(body: &[u8]) -> Result<Value, ApiError> {
    serde_json::from_slice(body).map_err(|error| ApiError::Internal(format!("cannot read the request body: {error}")))
}

/// A field of an object.
pub fn field<'a>(object: &'a Value, name: &str) -> Option<&'a Value> {
    object
        .as_object()?
        .iter()
        .find(|(key, _)| key.eq_ignore_ascii_case(name))
        .map(|(_, value)| value)
}

/// A text field, or an empty text.
pub fn text<'a>(object: &'a Value, name: &str) -> &'a str {
    field(object, name).and_then(Value::as_str).unwrap_or("")
}

/// A flag, off when absent.
pub fn flag(object: &Value, name: &str) -> bool {
    field(object, name).and_then(Value::as_bool).unwrap_or(false)
}

/// A number, also one written as text.
pub fn number(object: &Value, name: &str) -> Option<u64> {
    let value = field(object, name)?;
    value.as_u64().or_else(|| value.as_str()?.trim().parse().ok())
}

/// A list of texts; a single text counts as a list of one.
pub fn texts<'a>(object: &'a Value, name: &str) -> Vec<&'a str> {
    match field(object, name) {
        Some(Value::Array(items)) => items.iter().filter_map(Value::as_str).collect(),
        Some(Value::String(text)) => vec![text.as_str()],
        _ => Vec::new(),
    }
}

/// True when a query's field is absent or empty, or fits the value; `*` stands for anything.
pub fn fits(query: &Value, name: &str, value: &str) -> bool {
    let wanted = texts(query, name);
    wanted.is_empty() || wanted.iter().all(|one| one.is_empty()) || wanted.iter().any(|one| like(one, value))
}

/// True when a text fits a pattern in which `*` stands for anything; case does not matter.
pub fn like(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (pattern.to_lowercase(), text.to_lowercase());
    let Some((start, rest)) = pattern.split_once('*') else {
        return pattern == text;
    };
    let Some(mut left) = text.strip_prefix(start) else {
        return false;
    };
    let (middle, end) = rest.rsplit_once('*').unwrap_or(("", rest));
    for part in middle.split('*') {
        let Some(at) = left.find(part) else { return false };
        left = left.get(at + part.len()..).unwrap_or("");
    }
    left.ends_with(end)
}

/// A part of a longer list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    /// How many to skip.
    pub offset: usize,
    /// How many to take; 0 is all.
    pub limit: usize,
}

impl Page {
    /// Reads a limit and an offset; absent, empty or 0 means all from the first.
    pub fn read(body: &Value, limit: &str, offset: &str) -> Self {
        let number = |name| usize::try_from(number(body, name).unwrap_or(0)).unwrap_or(usize::MAX);
        Self {
            offset: number(offset),
            limit: number(limit),
        }
    }

    /// Takes the part out of the list.
    pub fn of<T>(self, items: impl Iterator<Item = T>) -> Vec<T> {
        let limit = if self.limit == 0 { usize::MAX } else { self.limit };
        items.skip(self.offset).take(limit).collect()
    }
}

/// The search of users, roles, workspaces and ACLs.
#[derive(Debug)]
pub struct Search {
    queries: Vec<Value>,
    all_must_fit: bool,
    page: Page,
    count_only: bool,
}

impl Search {
    /// Reads the body of a search request.
    pub fn read(body: &[u8]) -> Result<Self, ApiError> {
        let body = read(body)?;
        let queries = match field(&body, "Queries") {
            None | Some(Value::Null) => Vec::new(),
            Some(Value::Array(queries)) => queries.clone(),
            Some(_) => {
                return Err(ApiError::Internal(
                    "cannot read the request body: Queries is no list".to_owned(),
                ));
            }
        };
        let operation = field(&body, "Operation");
        let all_must_fit = operation
            .is_some_and(|value| value.as_str().is_some_and(|word| word.eq_ignore_ascii_case("and")) || *value == 1);
        let page = Page::read(&body, "Limit", "Offset");
        Ok(Self {
            queries,
            all_must_fit,
            page,
            count_only: flag(&body, "CountOnly"),
        })
    }

    /// The part of the fitting items that was asked for, and how many fit in all.
    ///
    /// A query with `"not": true` fits where it otherwise would not.
    pub fn run<'a, T>(
        &self,
        items: impl Iterator<Item = &'a T>,
        fits: impl Fn(&Value, &T) -> bool,
    ) -> (Vec<&'a T>, usize) {
        let one = |query: &Value, item: &T| fits(query, item) != flag(query, "not");
        let fitting: Vec<&T> = items
            .filter(|item| match (self.queries.is_empty(), self.all_must_fit) {
                (true, _) => true,
                (false, true) => self.queries.iter().all(|query| one(query, item)),
                (false, false) => self.queries.iter().any(|query| one(query, item)),
            })
            .collect();
        let total = fitting.len();
        let part = if self.count_only {
            Vec::new()
        } else {
            self.page.of(fitting.into_iter())
        };
        (part, total)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;

    #[test]
    fn stars_stand_for_anything() {
        for (pattern, text) in [
            ("a*", "Amber"),
            ("*er", "amber"),
            ("*mb*", "amber"),
            ("a*b*r", "amber"),
            ("*", ""),
            ("x", "X"),
        ] {
            assert!(like(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in [
            ("a*", "teal"),
            ("a", "ab"),
            ("ab*ba", "aba"),
            ("*z*", "amber"),
            ("a*r*r", "amber"),
        ] {
            assert!(!like(pattern, text), "{pattern} {text}");
        }
    }

    #[test]
    fn queries_are_joined_as_asked_and_cut_into_pages() {
        let words = ["amber", "azure", "teal", "tan"].map(str::to_owned);
        let run = |body: &str| {
            let search = Search::read(body.as_bytes()).unwrap();
            let (part, total) = search.run(words.iter(), |query, word| fits(query, "Word", word));
            (part.into_iter().map(String::as_str).collect::<Vec<_>>(), total)
        };
        assert_eq!(run("{}").1, 4);
        assert_eq!(run(r#"{"Queries":[{"Word":"a*"}]}"#), (vec!["amber", "azure"], 2));
        assert_eq!(
            run(r#"{"Queries":[{"Word":"a*"},{"word":"*l"}],"Operation":"OR"}"#).1,
            3
        );
        assert_eq!(
            run(r#"{"Queries":[{"Word":"a*"},{"Word":"*r"}],"Operation":"AND"}"#),
            (vec!["amber"], 1)
        );
        assert_eq!(
            run(r#"{"Queries":[{"Word":"a*","not":true}]}"#),
            (vec!["teal", "tan"], 2)
        );
        assert_eq!(run(r#"{"Limit":"2","Offset":"1"}"#), (vec!["azure", "teal"], 4));
        assert_eq!(run(r#"{"Limit":2,"Offset":3}"#), (vec!["tan"], 4));
    }

    #[test]
    fn a_body_that_is_no_json_is_an_error() {
        assert!(matches!(Search::read(b""), Err(ApiError::Internal(_))));
        assert!(matches!(Search::read(br#"{"Queries":3}"#), Err(ApiError::Internal(_))));
    }
}
