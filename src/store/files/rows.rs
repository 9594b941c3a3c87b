//! Arrays of rows: which new row is which old one, and the comments that go with them.

use toml_edit::{Array, ArrayOfTables, Value};

use super::layout;
use super::merge::{merge_inline, merge_table};
use super::tree::{Map, Tree};

/// Above this many pairs, rows are matched by place only.
const MOST_PAIRS: usize = 1_000_000;

/// For each new row the old row it comes from: an equal one, one of the same name, or the one at its place.
fn align(old: &[Map], new: &[Map]) -> Vec<Option<usize>> {
    if old.len().saturating_mul(new.len()) > MOST_PAIRS {
        return (0..new.len()).map(|n| (n < old.len()).then_some(n)).collect();
    }
    let mut out = in_order(old, new);
    let mut used = vec![false; old.len()];
    for at in out.iter().flatten() {
        used[*at] = true;
    }
    // Moved rows take their comments along.
    for (n, row) in new
        .iter()
        .enumerate()
        .filter(|(n, _)| out[*n].is_none())
        .collect::<Vec<_>>()
    {
        if let Some(at) = (0..old.len()).find(|at| !used[*at] && &old[*at] == row) {
            used[at] = true;
            out[n] = Some(at);
        }
    }
    // A renamed row stands where it stood.
    for n in 0..new.len() {
        let place = match n.checked_sub(1) {
            None => Some(0),
            Some(before) => out[before].map(|at| at + 1),
        };
        if out[n].is_none()
            && let Some(at) = place.filter(|at| used.get(*at) == Some(&false))
        {
            used[at] = true;
            out[n] = Some(at);
        }
    }
    out
}

/// The best matching that keeps the order: equal rows count more than rows of one name.
fn in_order(old: &[Map], new: &[Map]) -> Vec<Option<usize>> {
    let score = |o: &Map, n: &Map| match (o == n, name(o).is_some() && name(o) == name(n)) {
        (true, _) => 3,
        (false, true) => 2,
        (false, false) => 0,
    };
    let width = new.len() + 1;
    let mut best = vec![0_u32; (old.len() + 1) * width];
    for o in (0..old.len()).rev() {
        for n in (0..new.len()).rev() {
            let skip = best[(o + 1) * width + n].max(best[o * width + n + 1]);
            let gain = score(&old[o], &new[n]);
            let take = if gain > 0 {
                gain + best[(o + 1) * width + n + 1]
            } else {
                0
            };
            best[o * width + n] = skip.max(take);
        }
    }
    let mut out = vec![None; new.len()];
    let (mut o, mut n) = (0, 0);
    while o < old.len() && n < new.len() {
        let gain = score(&old[o], &new[n]);
        if gain > 0 && best[o * width + n] == gain + best[(o + 1) * width + n + 1] {
            out[n] = Some(o);
            (o, n) = (o + 1, n + 1);
        } else if best[o * width + n] == best[(o + 1) * width + n] {
            o += 1;
        } else {
            n += 1;
        }
    }
    out
}

fn name(row: &Map) -> Option<&Tree> {
    row.get("name").or_else(|| row.get("key"))
}

fn stays(plan: &[Option<usize>], old: usize) -> bool {
    plan.len() == old && plan.iter().enumerate().all(|(n, from)| *from == Some(n))
}

/// Changes `[ { … }, { … } ]`.
pub fn merge_array(array: &mut Array, old: &[Map], new: &[Map]) {
    let plan = align(old, new);
    if stays(&plan, old.len()) {
        for (value, (old, new)) in array.iter_mut().zip(old.iter().zip(new)) {
            merge_row(value, old, new);
        }
        return;
    }
    let surroundings = Surroundings::take(array);
    let values: Vec<Value> = array.iter().cloned().collect();
    array.clear();
    for (row, from) in new.iter().zip(&plan) {
        let value = match from {
            Some(at) => {
                let mut value = values[*at].clone();
                merge_row(&mut value, &old[*at], row);
                value
            }
            None => Value::InlineTable(layout::inline(row)),
        };
        array.push_formatted(value);
    }
    match surroundings {
        Some(surroundings) => surroundings.give_back(array, &plan),
        None => layout::arrange(array),
    }
}

fn merge_row(value: &mut Value, old: &Map, new: &Map) {
    if old == new {
        return;
    }
    if let Value::InlineTable(table) = value {
        merge_inline(table, old, new);
    }
}

/// Changes `[[…]]` blocks.
pub fn merge_tables(tables: &mut ArrayOfTables, old: &[Map], new: &[Map]) {
    let plan = align(old, new);
    if stays(&plan, old.len()) {
        for (table, (old, new)) in tables.iter_mut().zip(old.iter().zip(new)) {
            merge_table(table, old, new);
        }
        return;
    }
    let had: Vec<_> = tables.iter().cloned().collect();
    let mut positions: Vec<isize> = had.iter().filter_map(toml_edit::Table::position).collect();
    positions.sort_unstable();
    tables.clear();
    for (n, (row, from)) in new.iter().zip(&plan).enumerate() {
        let mut table = match from {
            Some(at) => {
                let mut table = had[*at].clone();
                merge_table(&mut table, &old[*at], row);
                table
            }
            None => layout::table(row),
        };
        table.set_position(positions.get(n).or(positions.last()).copied());
        if n > 0 && table.decor().prefix().and_then(|prefix| prefix.as_str()) == Some("") {
            table.decor_mut().set_prefix("\n");
        }
        tables.push(table);
    }
}

/// What stands around the rows of an array of several lines: line breaks and comments.
struct Surroundings {
    /// Behind the opening bracket, on its line.
    head: String,
    /// For each row: the lines above it with its indentation, and what follows its comma on its line.
    rows: Vec<(String, String)>,
    /// Before the closing bracket.
    end: String,
}

impl Surroundings {
    /// `None` for an array of one line.
    fn take(array: &mut Array) -> Option<Self> {
        let text = |raw: Option<&toml_edit::RawString>| raw.and_then(|raw| raw.as_str()).unwrap_or("").to_owned();
        let mut trailing = text(Some(array.trailing()));
        let mut prefixes: Vec<String> = array.iter().map(|value| text(value.decor().prefix())).collect();
        if !array.trailing_comma()
            && let Some(last) = array.iter_mut().last()
        {
            trailing = format!("{}{trailing}", text(last.decor().suffix()));
            last.decor_mut().set_suffix("");
        }
        if !trailing.contains('\n') && !prefixes.iter().any(|prefix| prefix.contains('\n')) {
            return None;
        }
        prefixes.push(trailing);
        let mut pieces = prefixes.iter().map(|text| match text.find('\n') {
            Some(at) => (text[..at].to_owned(), text[at..].to_owned()),
            None => (String::new(), text.clone()),
        });
        let (head, mut lead) = pieces.next()?;
        let mut rows = Vec::new();
        for (tail, next) in pieces {
            rows.push((std::mem::replace(&mut lead, next), tail));
        }
        Some(Self { head, rows, end: lead })
    }

    fn give_back(self, array: &mut Array, plan: &[Option<usize>]) {
        let indent = self
            .rows
            .iter()
            .rev()
            .find_map(|(lead, _)| lead.rsplit_once('\n').map(|(_, indent)| indent.to_owned()));
        let fresh = (
            format!("\n{}", indent.unwrap_or_else(|| "  ".to_owned())),
            String::new(),
        );
        let mut before = self.head;
        for (value, from) in array.iter_mut().zip(plan) {
            let (lead, tail) = from.and_then(|at| self.rows.get(at)).unwrap_or(&fresh);
            // The first row may have stood behind the bracket or another row; a comment there ends with its line.
            let lead = if lead.contains('\n') { lead } else { &fresh.0 };
            value.decor_mut().set_prefix(format!("{before}{lead}"));
            before.clone_from(tail);
        }
        array.set_trailing_comma(true);
        let end = if self.end.contains('\n') {
            self.end
        } else {
            "\n".to_owned()
        };
        array.set_trailing(format!("{before}{end}"));
    }
}
