//! Folds, paths and values against a slow and simple model: the text `serde_json` prints, indentation and all.

use std::collections::BTreeSet;
use std::sync::Arc;

use proptest::prelude::*;
use serde_json::Value;

use super::super::outline::ROW;
use super::*;

/// The printed lines of a value, and which of them are folded away: the model.
struct Model {
    lines: Vec<String>,
    /// The lines whose containers are folded.
    folded: BTreeSet<usize>,
}

impl Model {
    fn new(text: &str) -> Self {
        Self {
            lines: text.lines().map(str::to_owned).collect(),
            folded: BTreeSet::new(),
        }
    }

    fn depth(&self, line: usize) -> usize {
        (self.lines[line].len() - self.lines[line].trim_start().len()) / 2
    }

    fn opens(&self, line: usize) -> bool {
        self.lines[line].ends_with(['{', '['])
    }

    /// The line that closes what a line opens.
    fn end(&self, line: usize) -> usize {
        let behind = (line + 1..self.lines.len()).find(|&at| self.depth(at) == self.depth(line));
        behind.unwrap()
    }

    /// The container that a line opens, closes or lies in.
    fn around(&self, line: usize) -> Option<usize> {
        if self.opens(line) {
            return Some(line);
        }
        let closes = self.lines[line].trim_start().starts_with(['}', ']']);
        let depth = if closes {
            self.depth(line)
        } else {
            self.depth(line).checked_sub(1)?
        };
        (0..line).rev().find(|&at| self.depth(at) == depth)
    }

    /// The lines that are seen.
    fn seen(&self) -> Vec<usize> {
        let mut seen = Vec::new();
        let mut at = 0;
        while at < self.lines.len() {
            seen.push(at);
            at = if self.folded.contains(&at) { self.end(at) } else { at } + 1;
        }
        seen
    }

    /// The members of the container that a line opens.
    fn members(&self, line: usize) -> usize {
        let closes = |at: usize| self.lines[at].trim_start().starts_with(['}', ']']);
        let own = (line + 1..self.end(line)).filter(|&at| self.depth(at) == self.depth(line) + 1);
        own.filter(|&at| !closes(at)).count()
    }

    /// How a seen line looks.
    fn shown(&self, line: usize) -> String {
        let text = &self.lines[line];
        if !self.folded.contains(&line) {
            return text.clone();
        }
        let count = self.members(line);
        let what = match (text.ends_with('{'), count) {
            (true, 1) => "member",
            (true, _) => "members",
            (false, 1) => "item",
            (false, _) => "items",
        };
        format!("{text} … {count} {what} {}", self.lines[self.end(line)].trim_start())
    }

    fn toggle(&mut self, line: usize) -> Option<usize> {
        let container = self.around(line)?;
        if !self.folded.remove(&container) {
            self.folded.insert(container);
        }
        Some(container)
    }

    fn toggle_inside(&mut self, line: usize) -> Option<usize> {
        let container = self.around(line)?;
        let inside = container + 1..self.end(container);
        if self.folded.remove(&container) {
            self.folded.retain(|at| !inside.contains(at));
        } else {
            // Only the first level of them is folded; what is below follows one by one as it is unfolded.
            self.folded
                .extend(inside.filter(|&at| self.opens(at)).collect::<Vec<_>>());
        }
        Some(container)
    }

    fn level(&mut self, level: Option<usize>) {
        self.folded = (0..self.lines.len())
            .filter(|&at| self.opens(at) && level.is_some_and(|level| self.depth(at) >= level))
            .collect();
    }
}

fn texts_seen(view: &View, doc: &Document) -> Vec<String> {
    let rows: Vec<_> = view.sight(doc).walk(0).collect();
    rows.iter().map(|line| line.text(doc.source()).unwrap()).collect()
}

/// All that can be asked about rows and lines agrees with the model.
fn assert_seen(view: &View, doc: &Document, model: &Model) {
    let seen = model.seen();
    let rows = view.sight(doc);
    assert_eq!(rows.count(), seen.len());
    let expected: Vec<_> = seen.iter().map(|&line| model.shown(line)).collect();
    assert_eq!(texts_seen(view, doc), expected);
    for (row, &line) in seen.iter().enumerate() {
        assert_eq!((rows.line_of(row), rows.row_of(line)), (line, row));
        let alone = rows.get(row).unwrap();
        assert_eq!(alone.text(doc.source()).unwrap(), expected[row]);
        assert_eq!(rows.row_at(alone.bytes.start), Some(row));
    }
    for line in 0..model.lines.len() {
        let shown = seen.partition_point(|at| *at <= line) - 1;
        assert_eq!(rows.row_of(line), shown, "line {line}");
    }
}

/// Larger values than the others, so that more than one row of the outline is needed.
fn wide() -> impl Strategy<Value = Value> {
    (json(), 1_usize..20, 0_usize..400).prop_map(|(inner, many, numbers)| {
        let list: Vec<Value> = (0..many).map(|at| serde_json::json!({ "n": at, "v": inner })).collect();
        serde_json::json!({ "list": list, "numbers": (0..numbers).collect::<Vec<_>>() })
    })
}

/// The paths and values of all lines that hold or open one, as `serde_json` knows them, in order.
fn walk(value: &Value, path: &Path, out: &mut Vec<(Path, Value)>) {
    out.push((path.clone(), value.clone()));
    let below = |step: Step| {
        let mut path = path.clone();
        path.0.push(step);
        path
    };
    match value {
        Value::Array(items) => {
            for (at, item) in items.iter().enumerate() {
                walk(item, &below(Step::Index(at)), out);
            }
        }
        Value::Object(members) => {
            for (name, member) in members {
                walk(member, &below(Step::Key(name.clone())), out);
            }
        }
        _ => {}
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn folds_are_those_of_the_model(
        value in prop_oneof![json(), wide()],
        actions in prop::collection::vec((0_u8..4, any::<prop::sample::Index>()), 1..12),
    ) {
        let doc = whole(value.to_string(), Syntax::Json);
        let mut model = Model::new(&serde_json::to_string_pretty(&value).unwrap());
        let mut view = View::new();
        view.set_size(&doc, 60, 12);
        for (action, place) in actions {
            let seen = model.seen();
            let row = place.index(seen.len());
            view.to_start(&doc);
            view.move_cursor(&doc, row.try_into().unwrap());
            prop_assert_eq!(view.cursor_line(&doc), seen[row]);
            let gone_to = match action {
                0 => {
                    let level = Some(row % 5).filter(|level| *level < 4);
                    model.level(level);
                    view.fold_to_level(&doc, level.map(|level| level.try_into().unwrap()));
                    None
                }
                // A level is a rule for what is unfolded in it, too: the model follows one container at a time.
                1 if view.fold_level().is_none() => {
                    prop_assert_eq!(view.toggle_fold_inside(&doc), model.around(seen[row]).is_some());
                    model.toggle_inside(seen[row])
                }
                _ => {
                    prop_assert_eq!(view.toggle_fold(&doc), model.around(seen[row]).is_some());
                    model.toggle(seen[row])
                }
            };
            if let Some(line) = gone_to {
                prop_assert_eq!(view.cursor_line(&doc), line);
            }
            assert_seen(&view, &doc, &model);
        }
    }

    #[test]
    fn a_match_in_a_fold_is_unfolded(value in wide(), level in 0_u32..3, place in any::<prop::sample::Index>()) {
        let doc = whole(value.to_string(), Syntax::Json);
        let mut view = View::new();
        view.set_size(&doc, 60, 12);
        let line = place.index(doc.lines(Form::Pretty));
        let offset = doc.line(Form::Pretty, line).unwrap().bytes.start;
        view.fold_to_level(&doc, Some(level));
        let found = offset..offset + 1;
        view.set_matches(Some(Arc::new(search::Matches { ranges: vec![found], ..search::Matches::default() })));
        prop_assert!(view.next_match(&doc).is_some());
        prop_assert_eq!(view.cursor_line(&doc), line);
    }

    #[test]
    fn paths_and_values_are_those_of_serde_json(value in prop_oneof![json(), wide()]) {
        let doc = whole(serde_json::to_string_pretty(&value).unwrap(), Syntax::Json);
        let mut expected = Vec::new();
        walk(&value, &Path::default(), &mut expected);
        let mut found = Vec::new();
        for (at, line) in doc.lines_from(Form::Pretty, 0).enumerate() {
            let range = doc.value_at(Form::Pretty, at).unwrap();
            let bytes = doc.source().read(range.start, range.len()).unwrap();
            let own = (doc.path(at).unwrap(), serde_json::from_slice::<Value>(&bytes).unwrap());
            if line.text(doc.source()).unwrap().trim_start().starts_with(['}', ']']) {
                prop_assert!(found.contains(&own), "a line that closes has the path of the one that opens");
            } else {
                found.push(own);
            }
        }
        prop_assert_eq!(found, expected);
    }

    #[test]
    fn json_lines_are_a_list_of_values(values in prop::collection::vec(json(), 1..8)) {
        let lines: Vec<_> = values.iter().map(Value::to_string).collect();
        let doc = whole(lines.join("\n"), Syntax::JsonLines);
        prop_assert_eq!(doc.fault(), None);
        let printed: Vec<_> = values.iter().map(|value| serde_json::to_string_pretty(value).unwrap()).collect();
        prop_assert_eq!(texts(&doc, Form::Pretty).join("\n"), printed.join("\n"));
        let mut at = 0;
        for (count, printed) in printed.iter().enumerate() {
            prop_assert_eq!(doc.path(at), Some(Path(vec![Step::Index(count)])));
            at += printed.lines().count();
        }
    }

    #[test]
    fn a_body_that_grows_ends_as_one_that_was_whole(value in wide(), cuts in prop::collection::vec(any::<prop::sample::Index>(), 1..5)) {
        let text = value.to_string();
        let mut cuts: Vec<_> = cuts.iter().map(|cut| cut.index(text.len())).collect();
        cuts.sort_unstable();
        let growing = large::Growing::default();
        let mut doc = Document::new(growing.source(), Syntax::Json);
        let mut view = View::new();
        view.set_size(&doc, 60, 12);
        let mut done = 0;
        for cut in cuts {
            growing.push(&text.as_bytes()[done..cut]);
            done = cut;
            // The lines so far are lines of the whole.
            let snapshot = large::so_far(&doc);
            prop_assert!(doc.apply(snapshot));
            view.refresh(&doc);
            let expected = serde_json::to_string_pretty(&value).unwrap();
            let known = texts(&doc, Form::Pretty);
            // The last one may not be at its end.
            let before = known.len().saturating_sub(1);
            prop_assert!(known.iter().zip(expected.lines()).take(before).all(|(own, line)| own == line));
            if let Some((own, line)) = known.last().zip(expected.lines().nth(before)) {
                // Nor may its last character.
                let own = own.trim_end_matches('\u{fffd}');
                prop_assert!(line.starts_with(own), "{own:?} of {line:?}");
            }
            view.toggle_fold(&doc);
            view.move_cursor(&doc, 3);
        }
        growing.push(&text.as_bytes()[done..]);
        growing.end();
        let snapshot = large::so_far(&doc);
        prop_assert!(doc.apply(snapshot));
        view.refresh(&doc);
        view.fold_to_level(&doc, None);
        prop_assert!(doc.is_complete(Form::Pretty) && doc.is_complete(Form::Raw));
        assert_seen(&view, &doc, &Model::new(&serde_json::to_string_pretty(&value).unwrap()));
    }
}

#[test]
fn what_is_far_away_folds_as_well() {
    let body = objects(20_000);
    let doc = whole(body, Syntax::Json);
    let mut view = View::new();
    view.set_size(&doc, 60, 10);
    view.fold_to_level(&doc, Some(1));
    assert_eq!(view.sight(&doc).count(), 20_002);
    view.to_end(&doc);
    view.move_cursor(&doc, -1);
    assert_eq!(view.cursor_line(&doc), 99_996);
    assert_eq!(doc.path(99_998).unwrap().to_string(), "$[19999].name");
    assert!(view.toggle_fold(&doc));
    assert_eq!(view.sight(&doc).count(), 20_006);
    view.fold_to_level(&doc, Some(0));
    assert_eq!(texts_seen(&view, &doc), ["[ … 20 000 items ]"]);
    view.fold_to_level(&doc, None);
    assert!(view.sight(&doc).count() > ROW && !view.has_folds());
}

#[test]
fn the_rest_behind_a_fault_stays_below_the_folds() {
    let doc = whole("{\"a\": [1, 2],\n \"b\": [3, 4],\n \"c\": tru}\nrest", Syntax::Json);
    let mut view = View::new();
    view.set_size(&doc, 80, 20);
    view.fold_to_level(&doc, Some(1));
    let seen = texts_seen(&view, &doc);
    assert_eq!(seen[..3], ["{", "  \"a\": [ … 2 items ],", "  \"b\": [ … 2 items ],"]);
    assert!(seen[4].starts_with("✗ not valid JSON at 3:7: "), "{seen:?}");
    assert_eq!([&seen[3], &seen[5]], ["  \"c\": tru}", "rest"]);
    assert_eq!(doc.value_at(Form::Pretty, 0), None, "it has no end");
    assert_eq!(doc.value_at(Form::Pretty, 1), Some(6..12));
    for (row, line) in view.sight(&doc).walk(0).enumerate() {
        assert_eq!(view.sight(&doc).get(row), Some(line));
    }
}

#[test]
fn all_but_the_path_to_the_cursor_is_folded() {
    let body = r#"{"a":[1,{"b":[2]},{"c":3}],"d":{"e":[]},"f":[4]}"#;
    let doc = Document::new(body, Syntax::Json);
    let mut view = View::new();
    view.set_size(&doc, 60, 30);
    let lines = |view: &View| {
        view.sight(&doc)
            .walk(0)
            .map(|line| line.text(doc.source()).unwrap())
            .collect::<Vec<_>>()
    };
    let at = doc.line_at(Form::Pretty, body.find('2').unwrap()).unwrap();
    view.move_cursor(&doc, at.cast_signed());
    assert!(view.fold_around(&doc));
    assert_eq!(
        lines(&view),
        [
            "{",
            "  \"a\": [",
            "    1,",
            "    {",
            "      \"b\": [",
            "        2",
            "      ]",
            "    },",
            "    { … 1 member }",
            "  ],",
            "  \"d\": { … 1 member },",
            "  \"f\": [ … 1 item ]",
            "}"
        ]
    );
    assert_eq!(view.cursor_line(&doc), at);
    let raw = Document::new("no", Syntax::Text);
    assert!(!View::new().fold_around(&raw));
}
