//! What an import holds, does and loses, in lines.

use std::path::Path;

use ratatui::style::Style;

use crate::foreign::Planned;
use crate::formats::reimport::Action;
use crate::formats::{Fate, Note, Report, place};
use crate::model::Entity;
use crate::model::InOrder;
use crate::store::locate::plain;
use crate::tui::modals::wrap::wrap;
use crate::tui::theme::Theme;
use crate::tui::widgets::glyphs;

/// Differences that stand above what is lost.
const MOST_DIFFERENCES: usize = 8;

/// How a line is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// As it is.
    Plain,
    /// What was found.
    Strong,
    /// Of less weight.
    Dim,
    /// All is well.
    Done,
    /// To be thought of.
    Warning,
    /// What is lost.
    Lost,
}

impl Look {
    /// Its colours.
    pub fn style(self, theme: &Theme) -> Style {
        let style = match self {
            Self::Plain => Style::default(),
            Self::Strong => theme.strong,
            Self::Dim => theme.dim,
            Self::Done => theme.ok,
            Self::Warning => theme.warn,
            Self::Lost => theme.error,
        };
        theme.popup.patch(style)
    }
}

/// A line with a mark before it.
#[derive(Clone, Debug)]
pub struct Line {
    /// How it is shown.
    pub look: Look,
    /// What stands before it.
    pub mark: &'static str,
    /// What it says.
    pub text: String,
}

impl Line {
    /// A line as long as it is.
    pub fn new(look: Look, mark: &'static str, text: impl Into<String>) -> Self {
        let text = text.into();
        Self { look, mark, text }
    }

    /// Breaks it into lines; the mark stands before the first.
    pub fn wrapped(&self, width: usize) -> Vec<Self> {
        let room = width.saturating_sub(glyphs::width(self.mark));
        let lines = wrap(&self.text, room).into_iter().enumerate();
        let blank = if self.mark.is_empty() { "" } else { "  " };
        lines
            .map(|(n, text)| Self::new(self.look, if n == 0 { self.mark } else { blank }, text))
            .collect()
    }
}

/// Where it goes, if that is not where the file is.
pub fn elsewhere(planned: &Planned, opened: &Path, own: bool) -> Option<Line> {
    let root = planned.root();
    if plain(opened).starts_with(root) {
        return None;
    }
    let root = root.display();
    let text = if own {
        format!(
            "It goes into your own workspace, `{root}`: there is none in the current folder, the file's or above them."
        )
    } else {
        format!("It goes into the workspace `{root}`.")
    };
    Some(Line::new(Look::Warning, "→ ", text))
}

/// What was found, what importing it does, and what of it cannot be carried over; into another workspace than the one that
/// is open (`elsewhere`) it cannot be undone.
pub fn found(planned: &Planned, elsewhere: bool) -> Vec<Line> {
    let mut out = Vec::new();
    let (found, todo) = (&planned.found, &planned.todo);
    for (collection, path) in found.collections.iter().zip(todo.collections()) {
        let folders = collection.items.iter();
        let folders = folders.filter(|item| matches!(item.entity, Entity::Folder(_))).count();
        let mut holds = count(collection.requests(), "request");
        if folders > 0 {
            holds = format!("{holds} in {}", count(folders, "folder"));
        }
        let text = format!("{}: {holds} → collections/{path}", collection.name());
        out.push(Line::new(Look::Strong, "✓ ", text));
    }
    for step in &todo.environments {
        let (name, variables) = (&step.environment.name, step.environment.variables.len());
        let variables = count(variables, "variable");
        let text = format!("{name}: {variables} → environments/{}.toml", step.slug);
        out.push(Line::new(Look::Strong, "✓ ", text));
    }
    if let Some(globals) = &found.globals {
        let variables = count(globals.variables.len(), "variable");
        out.push(Line::new(
            Look::Strong,
            "✓ ",
            format!("globals: {variables} → globals.toml"),
        ));
    }
    if found.is_empty() {
        let text = "There is nothing in it: no collection, no environment, no globals.";
        out.push(Line::new(Look::Warning, "! ", text));
        if !found.report.is_clean() {
            out.extend(report(&found.report));
        }
        return out;
    }
    out.push(Line::new(Look::Plain, "", ""));
    if todo.does_something() {
        out.push(Line::new(Look::Plain, "  ", format!("Importing it: {}.", todo.words())));
    } else {
        out.push(Line::new(
            Look::Done,
            "✓ ",
            format!("there already, and nothing is different: {}", todo.words()),
        ));
    }
    if todo.changes() {
        let text = "It was imported before. What differs here becomes what the file says; what is unsaved here is kept, \
                    and saving it asks.";
        out.push(Line::new(Look::Warning, "! ", text));
        if todo.count(Action::Remove) > 0 {
            let text = "What came from a file and is no longer in this one is removed.";
            out.push(Line::new(Look::Warning, "! ", text));
        }
        let text = if elsewhere {
            "This cannot be undone."
        } else {
            "Undo takes all of it back, unless the files are more than 64 MB."
        };
        out.push(Line::new(Look::Plain, "  ", text));
    }
    // What becomes different comes first, as it may be one's own; what is lost is not to be looked for below a long list.
    let mut differences = todo.differences();
    let rest = differences.split_off(differences.len().min(MOST_DIFFERENCES));
    if !differences.is_empty() {
        out.push(Line::new(Look::Plain, "", ""));
        out.push(Line::new(Look::Plain, "  ", "What differs:"));
        out.extend(differences.into_iter().map(|line| Line::new(Look::Plain, "  ", line)));
    }
    if !rest.is_empty() {
        let text = format!("… and {} more, at the end", rest.len());
        out.push(Line::new(Look::Dim, "  ", text));
    }
    out.extend(report(&found.report));
    if !rest.is_empty() {
        out.push(Line::new(Look::Plain, "", ""));
        out.push(Line::new(Look::Plain, "  ", "What else differs:"));
        out.extend(rest.into_iter().map(|line| Line::new(Look::Plain, "  ", line)));
    }
    out
}

/// The report: what is lost, what else does not come as it is, then the secrets in clear.
fn report(report: &Report) -> Vec<Line> {
    let mut out = Vec::new();
    if report.is_clean() {
        out.push(Line::new(Look::Done, "✓ ", "All of it can be carried over as it is."));
    }
    let fates = [
        (Fate::Lost, "lost"),
        (Fate::Guessed, "guessed"),
        (Fate::Kept, "kept without effect"),
    ];
    let counts = fates.map(|(fate, words)| (report.count(fate), words));
    let counts = counts.iter().filter(|(count, _)| *count > 0);
    let counts: Vec<String> = counts.map(|(count, words)| format!("{count} {words}")).collect();
    if !counts.is_empty() {
        out.push(Line::new(Look::Plain, "", ""));
        let text = format!("Not carried over as it is: {}", counts.join(", "));
        out.push(Line::new(Look::Warning, "! ", text));
    }
    // An item with all that is to be said of it stands once, at its worst.
    let rank = |note: &Note| fates.iter().position(|(fate, _)| *fate == note.fate);
    let mut items = report.by_item();
    for (_, notes) in &mut items {
        notes.order_by_key(|note| rank(note));
    }
    items.order_by_key(|(_, notes)| notes.first().and_then(|note| rank(note)));
    for (path, notes) in items {
        out.push(Line::new(Look::Plain, "  ", path));
        for note in notes {
            let look = if note.fate == Fate::Lost { Look::Lost } else { Look::Dim };
            let text = format!("  {}: {}: {}", note.fate.word(), note.what, note.why);
            out.push(Line::new(look, "  ", text));
        }
    }
    let mut why: Option<&str> = None;
    for note in report.notes.iter().filter(|note| note.fate == Fate::Open) {
        if why != Some(&note.why) {
            why = Some(&note.why);
            let open = report.notes.iter();
            let open = open.filter(|other| other.fate == Fate::Open && other.why == note.why);
            let text = format!("Secrets in clear: {}: {}", open.count(), note.why);
            out.push(Line::new(Look::Plain, "", ""));
            out.push(Line::new(Look::Warning, "! ", text));
        }
        let text = format!("{}: {}", place(&note.path), note.what);
        out.push(Line::new(Look::Dim, "  ", text));
    }
    out
}

/// So many of something.
pub fn count(number: usize, word: &str) -> String {
    match number {
        1 => format!("1 {word}"),
        n => format!("{n} {word}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::Found;

    #[test]
    fn of_what_holds_nothing_it_is_said_that_it_does() {
        let nothing = Planned::new(
            Path::new("/nowhere"),
            Found::default(),
            std::collections::BTreeSet::new(),
            &crate::model::variable::CurrentValues::default(),
        );
        let told: Vec<String> = found(&nothing, false).into_iter().map(|line| line.text).collect();
        assert_eq!(
            told,
            ["There is nothing in it: no collection, no environment, no globals."]
        );
    }

    #[test]
    fn what_is_lost_comes_first_and_all_secrets_are_told_of_in_one_sentence() {
        let note = |path: &str, fate: Fate, why: &str| Note {
            path: path.to_owned(),
            field: String::new(),
            fate,
            what: format!("what {path} holds"),
            why: why.to_owned(),
        };
        let report = Report {
            notes: vec![
                note("a", Fate::Open, "others can read it"),
                note("b", Fate::Guessed, "unclear"),
                note("c", Fate::Open, "others can read it"),
                note("d", Fate::Lost, "unknown"),
                note("b", Fate::Kept, "not used"),
            ],
        };
        let told: Vec<String> = super::report(&report)
            .iter()
            .map(|line| line.text.trim().to_owned())
            .filter(|line| !line.is_empty())
            .collect();
        let expected = [
            "Not carried over as it is: 1 lost, 1 guessed, 1 kept without effect",
            "d",
            "lost: what d holds: unknown",
            "b",
            "guessed: what b holds: unclear",
            "kept: what b holds: not used",
            "Secrets in clear: 2: others can read it",
            "a: what a holds",
            "c: what c holds",
        ];
        assert_eq!(told, expected);
    }
}
