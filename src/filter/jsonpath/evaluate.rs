//! Finds the nodes of a path one by one, in the order of the RFC, and asks at each whether to go on.

use super::super::jq::value::Val;
use super::super::meter;
use super::{Comparable, Comparison, Function, Logical, Pattern, Query, Segment, Selector, regex};

/// Takes a node; says whether more of them are wanted.
type Visit<'v> = &'v mut dyn FnMut(&Val) -> bool;

/// Hands on each node that a path finds; returns whether more were wanted. `current` is the node a filter looks at.
pub(super) fn each(query: &Query, root: &Val, current: &Val, visit: Visit<'_>) -> bool {
    let start = if query.from_root { root } else { current };
    go(&query.segments, root, start, visit)
}

/// Takes the segments that are left from a node on.
///
/// What a segment finds is what it finds in each node before it, one behind the other (section 2.1.2): so nothing has to
/// be held between two segments.
fn go(segments: &[Segment], root: &Val, node: &Val, visit: Visit<'_>) -> bool {
    meter::tick();
    match segments.split_first() {
        None => visit(node),
        Some((segment, rest)) if segment.descends => descend(segment, rest, root, node, visit),
        Some((segment, rest)) => children(segment, rest, root, node, visit),
    }
}

fn descend(segment: &Segment, rest: &[Segment], root: &Val, node: &Val, visit: Visit<'_>) -> bool {
    meter::tick();
    children(segment, rest, root, node, visit)
        && match node {
            Val::Arr(list) => list
                .items()
                .iter()
                .all(|item| descend(segment, rest, root, item, visit)),
            Val::Obj(object) => object
                .members()
                .values()
                .all(|value| descend(segment, rest, root, value, visit)),
            _ => true,
        }
}

fn children(segment: &Segment, rest: &[Segment], root: &Val, node: &Val, visit: Visit<'_>) -> bool {
    segment
        .selectors
        .iter()
        .all(|selector| select(selector, root, node, &mut |child| go(rest, root, child, visit)))
}

fn select(selector: &Selector, root: &Val, node: &Val, visit: Visit<'_>) -> bool {
    match (selector, node) {
        (Selector::Name(name), Val::Obj(object)) => object.members().get(name.as_str()).is_none_or(visit),
        (Selector::All, Val::Arr(list)) => list.items().iter().all(visit),
        (Selector::All, Val::Obj(object)) => object.members().values().all(visit),
        (Selector::Index(at), Val::Arr(list)) => {
            let items = list.items();
            let at = if *at < 0 { length(items) + at } else { *at };
            let item = usize::try_from(at).ok().and_then(|at| items.get(at));
            item.is_none_or(visit)
        }
        (Selector::Slice(start, end, step), Val::Arr(list)) => slice(list.items(), (*start, *end, *step), visit),
        (Selector::Filter(logical), Val::Arr(list)) => list
            .items()
            .iter()
            .all(|item| !holds(logical, root, item) || visit(item)),
        (Selector::Filter(logical), Val::Obj(object)) => object
            .members()
            .values()
            .all(|value| !holds(logical, root, value) || visit(value)),
        _ => true,
    }
}

fn length(items: &[Val]) -> i64 {
    i64::try_from(items.len()).unwrap_or(i64::MAX)
}

/// Section 2.3.4.2.2.
fn slice(items: &[Val], (start, end, step): (Option<i64>, Option<i64>, i64), visit: Visit<'_>) -> bool {
    let len = length(items);
    let normal = |at: i64| if at < 0 { len + at } else { at };
    let (start, end) = if step >= 0 {
        (normal(start.unwrap_or(0)), normal(end.unwrap_or(len)))
    } else {
        // What is not given lies beyond the ends, which no number says.
        (start.map_or(len - 1, normal), end.map_or(-1, normal))
    };
    let (mut at, last) = match step {
        0 => return true,
        1.. => (start.clamp(0, len), end.clamp(0, len)),
        _ => (start.clamp(-1, len - 1), end.clamp(-1, len - 1)),
    };
    while if step > 0 { at < last } else { at > last } {
        let item = usize::try_from(at).ok().and_then(|at| items.get(at));
        if !item.is_none_or(&mut *visit) {
            return false;
        }
        at = at.saturating_add(step);
    }
    true
}

fn holds(logical: &Logical, root: &Val, node: &Val) -> bool {
    meter::tick();
    match logical {
        Logical::Any(parts) => parts.iter().any(|part| holds(part, root, node)),
        Logical::All(parts) => parts.iter().all(|part| holds(part, root, node)),
        Logical::Not(inner) => !holds(inner, root, node),
        // The first one is enough.
        Logical::Exists(query) => !each(query, root, node, &mut |_| false),
        Logical::Holds(function) => matches!(call(function, root, node), Some(Val::Bool(true))),
        Logical::Compare(left, comparison, right) => compare(
            value(left, root, node).as_ref(),
            *comparison,
            value(right, root, node).as_ref(),
        ),
    }
}

/// Section 2.3.5.2.2; nothing is only like nothing.
fn compare(left: Option<&Val>, comparison: Comparison, right: Option<&Val>) -> bool {
    match comparison {
        Comparison::Equal => left == right,
        Comparison::Unequal => left != right,
        Comparison::Less => less(left, right),
        Comparison::LessOrEqual => less(left, right) || left == right,
        Comparison::Greater => less(right, left),
        Comparison::GreaterOrEqual => less(right, left) || left == right,
    }
}

/// Only numbers and texts have an order.
fn less(left: Option<&Val>, right: Option<&Val>) -> bool {
    match (left, right) {
        (Some(Val::Str(left)), Some(Val::Str(right))) => ***left < ***right,
        (Some(left), Some(right)) if left.float().is_some() && right.float().is_some() => left < right,
        _ => false,
    }
}

fn value(comparable: &Comparable, root: &Val, node: &Val) -> Option<Val> {
    match comparable {
        Comparable::Literal(value) => Some(value.clone()),
        Comparable::Query(query) => {
            let mut found = None;
            each(query, root, node, &mut |value| {
                found = Some(value.clone());
                false
            });
            found
        }
        Comparable::Function(function) => call(function, root, node),
    }
}

/// What a function is of a node: nothing where it is not defined.
fn call(function: &Function, root: &Val, node: &Val) -> Option<Val> {
    match function {
        Function::Length(of) => match value(of, root, node)? {
            Val::Str(text) => Some(Val::from(text.chars().count())),
            Val::Arr(list) => Some(Val::from(list.items().len())),
            Val::Obj(object) => Some(Val::from(object.members().len())),
            _ => None,
        },
        Function::Count(query) => {
            let mut count = 0_usize;
            each(query, root, node, &mut |_| {
                count += 1;
                true
            });
            Some(Val::from(count))
        }
        Function::Value(query) => {
            let (mut found, mut more) = (None, false);
            each(query, root, node, &mut |value| {
                more = found.is_some();
                found = Some(value.clone());
                !more
            });
            found.filter(|_| !more)
        }
        Function::Matches { text, pattern, whole } => {
            let Some(Val::Str(text)) = value(text, root, node) else {
                return Some(Val::Bool(false));
            };
            let found = match pattern {
                Pattern::Fixed(regex) => regex.as_ref().is_some_and(|regex| regex.is_match(&text)),
                Pattern::Found(pattern) => match value(pattern, root, node) {
                    Some(Val::Str(pattern)) => regex(&pattern, *whole).is_some_and(|regex| regex.is_match(&text)),
                    _ => false,
                },
            };
            Some(Val::Bool(found))
        }
    }
}
