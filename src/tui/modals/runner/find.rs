//! Finding a row by what is typed: in the request's name, its folder, its method, its status, and in what failed.

use std::collections::HashSet;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::layout::Rect;
use regex::RegexBuilder;

use super::Runner;
use crate::model::NodeId;
use crate::tui::command::Command;
use crate::tui::modals::field::Field;
use crate::tui::panes::Cx;
use crate::tui::runner::{Answer, Ask, Log, Row};

/// Columns for how many rows it is in.
pub const COUNT: u16 = 12;

/// What is looked for.
#[derive(Debug)]
pub struct Find {
    /// Where it is typed.
    pub field: Field,
    /// The places of the rows that have it, as of the last key, of these rows and this text.
    hits: Vec<usize>,
    rows: usize,
    text: String,
    /// The numbers of those that have it in what failed or was warned of: a longer text can be in no others.
    told: Vec<usize>,
}

impl Find {
    /// Begins with nothing typed.
    pub fn new() -> Self {
        Self {
            field: Field::new("", "a request, a folder, a status, what failed"),
            hits: Vec::new(),
            rows: 0,
            text: String::new(),
            told: Vec::new(),
        }
    }

    /// Follows what is typed and the rows that came; `in_sight` are their numbers, place by place. A run may have a hundred
    /// thousand: what is the same in many is looked at once, and each message only as long as it may have the text.
    fn follow(&mut self, log: &Log, in_sight: impl Iterator<Item = usize>) {
        let text = self.field.text();
        if (self.rows, &self.text) == (log.rows.len(), &text) {
            return;
        }
        let longer = !self.text.is_empty() && text.contains(&self.text);
        let (known, seen) = if longer {
            (std::mem::take(&mut self.told), self.rows)
        } else {
            (Vec::new(), 0)
        };
        (self.rows, self.text) = (log.rows.len(), text);
        self.hits.clear();
        self.told.clear();
        let pattern = RegexBuilder::new(&regex::escape(&self.text))
            .case_insensitive(true)
            .build();
        // Nor is a text found that is too long for a pattern.
        let (false, Ok(pattern)) = (self.text.is_empty(), pattern) else {
            return;
        };
        let has = |text: &String| pattern.is_match(text);
        let mut named: HashSet<NodeId> = HashSet::new();
        let of_name = log.all_named();
        named.extend(of_name.filter_map(|(node, named)| {
            [&named.name, &named.folder, &named.method]
                .into_iter()
                .any(has)
                .then_some(node)
        }));
        let tells = |row: &Row| {
            let failures = &mut row.failures.iter();
            failures.any(|failure| has(&failure.what) || has(&failure.message)) || row.warnings.iter().any(has)
        };
        let left = known.into_iter().chain(seen..self.rows);
        self.told
            .extend(left.filter(|row| log.rows.get(*row).is_some_and(tells)));
        let status: Option<u16> = self.text.parse().ok();
        let hit = |number: &usize| {
            log.rows.get(*number).is_some_and(|row| {
                named.contains(&row.node)
                    || matches!(row.answer, Answer::Status(own) if status == Some(own))
                    || self.told.binary_search(number).is_ok()
            })
        };
        let places = in_sight.enumerate();
        self.hits = places
            .filter(|(_, number)| hit(number))
            .map(|(place, _)| place)
            .collect();
    }

    /// Tells where it stands.
    pub fn place(&mut self, line: Rect) {
        let width = line.width.saturating_sub(COUNT);
        self.field.place(Rect { width, ..line });
    }

    /// How many rows have it, in words.
    pub fn words(&self) -> String {
        match self.hits.len() {
            _ if self.field.text().is_empty() => String::new(),
            0 => "not found".to_owned(),
            1 => "1 row".to_owned(),
            hits => format!("{hits} rows"),
        }
    }
}

impl Runner {
    /// Takes a key while something is looked for: the cursor goes where it is found.
    pub(super) fn find_key(&mut self, key: KeyEvent, cx: &mut Cx<'_>) {
        let Some(find) = &mut self.find else { return };
        let ctrl = key.modifiers.contains(KeyModifiers::CONTROL);
        let running = cx.shared.log.as_ref().is_some_and(Log::is_running);
        let (forward, typed) = match key.code {
            KeyCode::Char('c') if ctrl && running => return cx.commands.push(Command::Run(Ask::Cancel)),
            KeyCode::Esc => return self.find = None,
            KeyCode::Char('c') if ctrl => return self.find = None,
            KeyCode::Enter | KeyCode::Down => (true, false),
            KeyCode::Up => (false, false),
            _ if find.field.key(key, cx) => (true, true),
            _ => return,
        };
        self.look(forward, typed, cx);
    }

    /// Goes to the next row that has what is typed, after the last to the first; from where the cursor is when it was just
    /// typed.
    pub(super) fn look(&mut self, forward: bool, typed: bool, cx: &Cx<'_>) {
        let Some(log) = &cx.shared.log else { return };
        let Some(mut find) = self.find.take() else { return };
        find.follow(log, (0..self.len(log)).filter_map(|place| self.row(log, place)));
        let hits = &find.hits;
        let next = if forward {
            let from = self.cursor + usize::from(!typed);
            let after = hits.partition_point(|place| *place < from);
            hits.get(after).or(hits.first())
        } else {
            let before = hits.partition_point(|place| *place < self.cursor);
            before.checked_sub(1).and_then(|at| hits.get(at)).or(hits.last())
        };
        if let Some(next) = next {
            self.cursor = *next;
            self.follows = false;
        }
        self.find = Some(find);
    }
}
