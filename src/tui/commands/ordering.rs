//! Which `order` siblings need so that one stands where it was put, with as few files changed as can be.
//!
//! Siblings stand by `order`, then by name; those without an order last. So nothing can stand behind one without an order
//! but what has none either and a later name: to be put there, those before it need orders, too.
//!
//! ```text
//! the place ─ does one number, or none, for the one that was put say it? ─ yes ─▶ that one file
//!           └ no ─ which siblings can keep what they have, at most? ─▶ numbers for the others between them
//! ```

/// An `order`, or that there is none.
pub type Order = Option<i64>;

/// What a sibling's place comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sibling {
    /// Its `order`.
    pub order: Order,
    /// Its name in lower case.
    pub name: String,
    /// What its file is called.
    pub slug: String,
}

/// So far apart numbers are made, to leave room between them.
const STEP: i64 = 10;

impl Sibling {
    fn key(&self) -> (i64, &str, &str) {
        self.key_with(self.order)
    }

    fn key_with(&self, order: Order) -> (i64, &str, &str) {
        (order.unwrap_or(i64::MAX), &self.name, &self.slug)
    }
}

/// The place among siblings that the own order and name of one stand for.
pub fn own_place(siblings: &[Sibling], one: &Sibling) -> usize {
    let behind = siblings.iter().position(|sibling| sibling.key() > one.key());
    behind.unwrap_or(siblings.len())
}

/// The order that alone puts the one at `at` between those beside it, if one does.
pub fn alone(siblings: &[Sibling], at: usize) -> Option<Order> {
    let one = siblings.get(at)?;
    let before = at.checked_sub(1).and_then(|before| siblings.get(before));
    let behind = siblings.get(at + 1);
    let number = |sibling: Option<&Sibling>| sibling.and_then(|sibling| sibling.order);
    let numbers = (number(before), number(behind));
    let own = one.order.filter(|own| ![numbers.0, numbers.1].contains(&Some(*own)));
    let between = match numbers {
        (Some(low), Some(high)) => Some(low.midpoint(high)),
        (Some(low), None) => low.checked_add(STEP),
        (None, Some(high)) => Some(below(high, 1)[0]),
        (None, None) => None,
    };
    let mut tried = Vec::new();
    tried.extend(own.map(Some));
    tried.extend(between.map(Some));
    tried.push(None);
    // Beside the same number the names decide.
    tried.extend([numbers.0, numbers.1].into_iter().flatten().map(Some));
    tried.push(Some(STEP));
    tried.into_iter().find(|order| {
        let key = one.key_with(*order);
        before.is_none_or(|before| before.key() < key) && behind.is_none_or(|behind| key < behind.key())
    })
}

/// What siblings must be changed to so that they stand in this order, the one at `put` having been put there.
pub fn orders(siblings: &[Sibling], put: usize) -> Vec<(usize, Order)> {
    let changed = |at: usize, order| siblings.get(at).filter(|one| one.order != order).map(|_| (at, order));
    if let Some(order) = alone(siblings, put) {
        return changed(put, order).into_iter().collect();
    }
    // At the end those without an order keep none as long as they stand by their names.
    let is_loose = |at: usize| siblings[at].order.is_none();
    let mut end = siblings.len();
    while end > 0 && is_loose(end - 1) && (end == siblings.len() || siblings[end - 1].key() < siblings[end].key()) {
        end -= 1;
    }
    let kept = kept(&siblings[..end], put);
    let mut out = Vec::new();
    let mut from = 0_usize;
    for until in kept.iter().copied().chain([end]) {
        let low = from.checked_sub(1).and_then(|at| siblings[at].order);
        let high = siblings.get(until).filter(|_| until < end).and_then(|one| one.order);
        let numbers = numbers(low, high, until - from);
        out.extend(
            (from..until)
                .zip(numbers)
                .filter_map(|(at, order)| changed(at, Some(order))),
        );
        from = until + 1;
    }
    out
}

/// The most siblings, without the one that was put, whose numbers rise with room for all that stand between them.
fn kept(siblings: &[Sibling], put: usize) -> Vec<usize> {
    // Each number less its place must not fall: the longest such row, by the last of the best of each length.
    let room = |at: usize| Some(siblings[at].order?.saturating_sub(i64::try_from(at).ok()?));
    let mut best: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = vec![None; siblings.len()];
    for at in (0..siblings.len()).filter(|at| *at != put) {
        let Some(own) = room(at) else { continue };
        let length = best.partition_point(|last| room(*last).is_some_and(|last| last <= own));
        before[at] = length.checked_sub(1).map(|shorter| best[shorter]);
        if length == best.len() {
            best.push(at);
        } else {
            best[length] = at;
        }
    }
    let mut out = Vec::new();
    let mut next = best.last().copied();
    while let Some(at) = next {
        out.push(at);
        next = before[at];
    }
    out.reverse();
    out
}

/// So many rising numbers between two, which leave room for them.
fn numbers(low: Option<i64>, high: Option<i64>, count: usize) -> Vec<i64> {
    let places = i64::try_from(count).unwrap_or(i64::MAX);
    match (low, high) {
        (Some(low), Some(high)) => {
            let apart = high.saturating_sub(low) / (places.saturating_add(1));
            (1..=places).map(|n| low.saturating_add(apart.max(1) * n)).collect()
        }
        (Some(low), None) => (1..=places).map(|n| low.saturating_add(STEP * n)).collect(),
        (None, Some(high)) => below(high, places),
        (None, None) => (1..=places).map(|n| STEP * n).collect(),
    }
}

/// So many rising numbers below one, above 0 where there is room.
fn below(high: i64, count: i64) -> Vec<i64> {
    let apart = high / count.saturating_add(1);
    if apart > 0 {
        return (1..=count).map(|n| apart * n).collect();
    }
    (1..=count).rev().map(|n| high.saturating_sub(STEP * n)).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::model::{Entity, Group, Request, Workspace};
    use crate::tui::effect::{Effect, FileJob};
    use crate::tui::harness::Harness;

    /// Siblings by name and order, the one that was put marked by a `>`.
    fn siblings(text: &str) -> (Vec<Sibling>, usize) {
        let put = text
            .split_whitespace()
            .position(|word| word.starts_with('>'))
            .unwrap_or(0);
        let one = |word: &str| {
            let (name, order) = word
                .trim_start_matches('>')
                .split_once(':')
                .unwrap_or((word.trim_start_matches('>'), ""));
            Sibling {
                order: order.parse().ok(),
                name: name.to_owned(),
                slug: name.to_owned(),
            }
        };
        (text.split_whitespace().map(one).collect(), put)
    }

    fn changed(text: &str) -> String {
        let (mut siblings, put) = siblings(text);
        let changes = orders(&siblings, put);
        for (at, order) in &changes {
            siblings[*at].order = *order;
        }
        let mut sorted = siblings.clone();
        sorted.sort_by(|a, b| a.key().cmp(&b.key()));
        assert_eq!(siblings, sorted, "{text}: they stand as they were put");
        let word = |(at, order): &(usize, Option<i64>)| {
            format!(
                "{}:{}",
                siblings[*at].name,
                order.map_or_else(|| "none".to_owned(), |order| order.to_string())
            )
        };
        changes.iter().map(word).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn one_file_is_enough_where_a_number_or_none_says_the_place() {
        for (put, expected) in [
            ("a:10 >x:20 b:20 c:30", "x:15"),
            ("a:10 b:20 >x:20", "x:30"),
            (">x a:10 b:20", "x:5"),
            (">x a:1 b:20", "x:-9"),
            ("a:10 b:20 >x c", "x:30"),
            ("a:10 >b:15 c:20", ""),
            ("a >a1 b", ""),
            ("a >a1:20 b", "a1:none"),
            (">x a b", "x:10"),
            ("a:10 >b:70 c:10", "b:10"),
            (">x:4", ""),
        ] {
            assert_eq!(changed(put), expected, "{put}");
        }
    }

    #[test]
    fn else_as_few_as_can_be() {
        for (put, expected) in [
            ("a:10 >x:70 b:11 c:30 d:40", "x:10"),
            ("b:10 >x:70 c:10 d:20", "b:3 x:6"),
            ("b >a c d", "b:10"),
            ("a:10 b >x:10 c", "b:20 x:30"),
            ("a b d >c e", "a:10 b:20 d:30"),
        ] {
            assert_eq!(changed(put), expected, "{put}");
        }
    }

    #[test]
    fn a_move_among_many_with_numbers_changes_one_file() {
        let mut row: Vec<Sibling> = (1..=90)
            .map(|n| Sibling {
                order: Some(10 * n),
                name: format!("r{n}"),
                slug: format!("r{n}"),
            })
            .collect();
        let one = row.remove(10);
        row.insert(70, one);
        assert_eq!(orders(&row, 70).len(), 1);
    }

    #[test]
    fn a_copy_and_what_is_pasted_write_no_other_file_where_nothing_has_an_order() {
        let mut workspace = Workspace::new("/nowhere");
        let api = workspace.load_node(None, "api", Entity::Collection(Arc::new(Group::named("API"))));
        let folder = Entity::Folder(Arc::new(Group::named("Folder")));
        let folder = workspace.load_node(Some(api), "f", folder);
        for (above, name) in [(api, "one"), (api, "other"), (api, "two"), (folder, "pasted")] {
            let request = Request {
                name: name.into(),
                ..Request::default()
            };
            workspace.load_node(Some(above), name, Entity::Request(Arc::new(request)));
        }
        workspace.sort();
        let mut harness = Harness::with(workspace, 120, 40);
        let names = |harness: &Harness, path: &str| -> Vec<String> {
            let shared = &harness.state.shared;
            let node = shared.node_at(path).and_then(|id| shared.workspace.node(id));
            let children = node.map(|node| node.children.clone()).unwrap_or_default();
            let nodes = children.iter().filter_map(|id| shared.workspace.node(*id));
            nodes.map(|node| node.entity.name().to_owned()).collect()
        };
        // Copies the second one, and pastes onto the first what was in the folder.
        harness.press("jljjc");
        assert_eq!(names(&harness, "api"), ["Folder", "one", "one copy", "other", "two"]);
        harness.press("kkxjp");
        let expected = ["Folder", "one", "one copy", "other", "pasted", "two"];
        assert_eq!(names(&harness, "api"), expected, "it stands by its name");
        let jobs = harness.effects.iter().filter_map(|effect| match effect {
            Effect::Files(jobs) => Some(jobs),
            _ => None,
        });
        let written = jobs.flatten().filter(|job| matches!(job, FileJob::Write { .. }));
        assert_eq!(written.count(), 1, "the copy's own");
    }
}
