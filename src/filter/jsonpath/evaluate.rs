//! Finds the nodes of a path one by one, in the order of the RFC, and asks at each whether to go on.

use super::super::jq::value::Val;
use super::super::meter;
use super::super::places::{Down, Way};
use super::{Comparable, Comparison, Function, Logical, Pattern, Query, Segment, Selector, regex};

/// Takes a node and the way to it; says whether more of them are wanted.
type Visit<'v> = &'v mut dyn FnMut(&Val, &Way<'_>) -> bool;
/// A node and the way to it.
type Node<'n> = (&'n Val, &'n Way<'n>);

/// Hands on each node that a path finds; returns whether more were wanted. `current` is the node a filter looks at, or the
/// root with the way to it.
pub(super) fn each(query: &Query, root: &Val, current: Node<'_>, visit: Visit<'_>) -> bool {
    let start = if query.from_root { (root, current.1) } else { current };
    go(&query.segments, root, start, visit)
}

/// The same for a filter, which does not ask for the way.
fn within(query: &Query, root: &Val, node: &Val, visit: &mut dyn FnMut(&Val) -> bool) -> bool {
    each(query, root, (node, &Way::ROOT), &mut |node, _| visit(node))
}

/// Takes the segments that are left from a node on.
///
/// What a segment finds is what it finds in each node before it, one behind the other (section 2.1.2): so nothing has to
/// be held between two segments.
pub(super) fn go(segments: &[Segment], root: &Val, node: Node<'_>, visit: Visit<'_>) -> bool {
    meter::tick();
    match segments.split_first() {
        None => visit(node.0, node.1),
        Some((segment, rest)) if segment.descends => descend(segment, rest, root, node, visit),
        Some((segment, rest)) => children(segment, rest, root, node, visit),
    }
}

fn descend(segment: &Segment, rest: &[Segment], root: &Val, node: Node<'_>, visit: Visit<'_>) -> bool {
    meter::tick();
    children(segment, rest, root, node, visit)
        && all(node, &mut |child, way| {
            descend(segment, rest, root, (child, way), visit)
        })
}

/// Hands on all that is in a node.
fn all((node, way): Node<'_>, visit: Visit<'_>) -> bool {
    match node {
        Val::Arr(list) => {
            let mut items = list.items().iter().enumerate();
            items.all(|(at, item)| visit(item, &way.down(Down::Index(at))))
        }
        Val::Obj(object) => {
            let mut members = object.members().iter();
            members.all(|(name, value)| visit(value, &way.down(Down::Key(name))))
        }
        _ => true,
    }
}

fn children(segment: &Segment, rest: &[Segment], root: &Val, node: Node<'_>, visit: Visit<'_>) -> bool {
    let mut next = |child: &Val, way: &Way<'_>| go(rest, root, (child, way), visit);
    let mut selectors = segment.selectors.iter();
    selectors.all(|selector| select(selector, root, node, &mut next))
}

fn select(selector: &Selector, root: &Val, node: Node<'_>, visit: Visit<'_>) -> bool {
    let way = node.1;
    match (selector, node.0) {
        (Selector::Name(name), Val::Obj(object)) => {
            let value = object.members().get(name.as_str());
            value.is_none_or(|value| visit(value, &way.down(Down::Key(name))))
        }
        (Selector::All, _) => all(node, visit),
        (Selector::Index(at), Val::Arr(list)) => {
            let items = list.items();
            let at = if *at < 0 { length(items) + at } else { *at };
            let item = usize::try_from(at).ok().and_then(|at| Some((at, items.get(at)?)));
            item.is_none_or(|(at, item)| visit(item, &way.down(Down::Index(at))))
        }
        (Selector::Slice(start, end, step), Val::Arr(list)) => slice((list.items(), way), (*start, *end, *step), visit),
        (Selector::Filter(logical), _) => all(node, &mut |child, way| {
            !holds(logical, root, child) || visit(child, way)
        }),
        _ => true,
    }
}

fn length(items: &[Val]) -> i64 {
    i64::try_from(items.len()).unwrap_or(i64::MAX)
}

/// Section 2.3.4.2.2.
fn slice(
    (items, way): (&[Val], &Way<'_>),
    (start, end, step): (Option<i64>, Option<i64>, i64),
    visit: Visit<'_>,
) -> bool {
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
        let item = usize::try_from(at).ok().and_then(|at| Some((at, items.get(at)?)));
        if !item.is_none_or(|(at, item)| visit(item, &way.down(Down::Index(at)))) {
            return false;
        }
        at = at.saturating_add(step);
    }
    true
}

pub(super) fn holds(logical: &Logical, root: &Val, node: &Val) -> bool {
    meter::tick();
    match logical {
        Logical::Any(parts) => parts.iter().any(|part| holds(part, root, node)),
        Logical::All(parts) => parts.iter().all(|part| holds(part, root, node)),
        Logical::Not(inner) => !holds(inner, root, node),
        // The first one is enough.
        Logical::Exists(query) => !within(query, root, node, &mut |_| false),
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
            within(query, root, node, &mut |value| {
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
            within(query, root, node, &mut |_| {
                count += 1;
                true
            });
            Some(Val::from(count))
        }
        Function::Value(query) => {
            let (mut found, mut more) = (None, false);
            within(query, root, node, &mut |value| {
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
