//! Lines above the body: what one should know before reading it.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::exec::tokens::{self, TokenStatus};
use crate::model::exchange::SendErrorKind;
use crate::model::{NodeId, Outcome};
use crate::tui::action::{Action, App, Nav};
use crate::tui::modals::wrap::wrap;
use crate::tui::panes::View;
use crate::tui::shared::Shared;
use crate::tui::widgets::glyphs;

use super::draw::key;
use super::{remedy, words};

/// One thing to know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Note {
    /// The body ends early, and why.
    Truncated(String),
    /// What else is wrong with it.
    Warning(String),
    /// The request was refused, and its token's life is over.
    Expired(String),
    /// The request was refused, and its token was never fetched.
    Missing(String),
    /// The request was refused, and its token was renewed since.
    Renewed(String),
    /// The request was not sent, as its token could not be renewed.
    Unrenewed,
    /// Variables that nothing defined went out as they stand.
    Unresolved(Vec<String>),
    /// A setting decides this.
    Setting(&'static str),
    /// Nothing came this time, but what came before is kept.
    Earlier,
}

/// No more warnings than this; the tab Request has them all.
const MOST_WARNINGS: usize = 2;

/// What there is to know of a response; at most five lines.
pub(super) fn notes(shared: &Shared, node: NodeId, outcome: &Outcome) -> Vec<Note> {
    let earlier = || shared.outcomes.answered(&node).next().map(|_| Note::Earlier);
    let Some(exchange) = &outcome.exchange else {
        return earlier().into_iter().collect();
    };
    let response = match &exchange.result {
        Ok(response) => response,
        Err(error) if error.kind == SendErrorKind::Token => return vec![Note::Unrenewed],
        Err(_) => {
            let setting = remedy::setting(outcome).map(|name| Note::Setting(remedy::label(name)));
            return setting.into_iter().chain(earlier()).collect();
        }
    };
    let mut notes = Vec::new();
    if response.status == 401
        && let Some(token) = tokens::token_for(&shared.workspace, node, shared.active_environment)
        && token.request != Some(node)
    {
        let variable = token.source.variable;
        match tokens::status(&variable, &shared.scopes(Some(node)), shared.now) {
            TokenStatus::Missing => notes.push(Note::Missing(variable)),
            TokenStatus::Expired(_) => notes.push(Note::Expired(variable)),
            TokenStatus::Valid(life) if life.issued_at.is_some_and(|at| at > exchange.started) => {
                notes.push(Note::Renewed(variable));
            }
            TokenStatus::Valid(_) | TokenStatus::Opaque => {}
        }
    }
    if let Some(why) = &response.truncated {
        notes.push(Note::Truncated(why.message.clone()));
    }
    let warnings = exchange
        .warnings
        .iter()
        .filter_map(|warning| words::on_the_screen(warning));
    let warnings = warnings.take(MOST_WARNINGS);
    notes.extend(warnings.map(|warning| Note::Warning(outcome.redactor.redact(&warning))));
    if !outcome.unresolved.is_empty() {
        notes.push(Note::Unresolved(outcome.unresolved.clone()));
    }
    notes
}

/// Lines of a note, at most.
const MOST_LINES: usize = 3;

/// How many lines the notes take in so many columns.
pub(super) fn lines(notes: &[Note], width: usize) -> usize {
    // The key is a few columns long, whatever it is bound to.
    notes.iter().map(|note| wrapped(note, "^T", width).len()).sum()
}

/// The words of a note: what is said, the key, what follows it; and the action whose key it is.
fn words_of(note: &Note) -> (String, Option<Action>, &'static str) {
    let token = Some(Action::App(App::RenewToken));
    match note {
        // All of it came: only what it was packed in is broken.
        Note::Truncated(why) if why.starts_with("the body is not valid") => (format!("! T{}", &why[1..]), None, ""),
        Note::Truncated(why) => (format!("! The body is not whole: {why}"), None, ""),
        Note::Warning(what) => (format!("! {what}"), None, ""),
        Note::Expired(variable) => (format!("! {variable} has expired · "), token, " runs the token request"),
        Note::Missing(variable) => (format!("! {variable} is not set · "), token, " runs the token request"),
        Note::Unrenewed => ("! Not sent, for want of a token · ".to_owned(), token, " tries again"),
        Note::Renewed(variable) => (
            format!("· {variable} was renewed since · "),
            Some(Action::App(App::Send)),
            " sends again",
        ),
        Note::Setting(label) => (
            format!("· The setting `{label}` decides this · "),
            Some(Action::Nav(Nav::Open)),
            " goes there",
        ),
        Note::Earlier => (
            "· What came before is kept · ".to_owned(),
            Some(Action::Response(super::Action::Earlier)),
            " shows it",
        ),
        Note::Unresolved(names) => {
            let names: Vec<String> = names.iter().map(|name| format!("{{{{{name}}}}}")).collect();
            let text = format!("! Nothing defines {}; sent as it stands", names.join(", "));
            (text, None, "")
        }
    }
}

/// The lines of a note whose key is this one; the last line is cut where more would follow.
fn wrapped(note: &Note, key: &str, width: usize) -> Vec<String> {
    let (text, action, rest) = words_of(note);
    let key = if action.is_some() { key } else { "" };
    let mut lines = wrap(&format!("{text}{key}{rest}"), width);
    if lines.len() > MOST_LINES {
        let left = lines.split_off(MOST_LINES - 1);
        lines.push(glyphs::elide(&left.join(" "), width));
    }
    lines
}

/// Draws the notes, one below the other.
pub(super) fn draw(notes: &[Note], view: View<'_>, area: Rect, buf: &mut Buffer) {
    let theme = view.theme;
    let mut y = area.y;
    for note in notes {
        let (text, action, rest) = words_of(note);
        let key = action.map_or_else(String::new, |action| self::key(view, action));
        let quiet = matches!(note, Note::Renewed(_) | Note::Earlier | Note::Setting(_));
        let ink = if quiet { theme.info } else { theme.warn };
        let lines = wrapped(note, &key, area.width.into());
        if let [_] = &lines[..] {
            let mut x = area.x;
            let pieces = [(text.as_str(), ink), (key.as_str(), theme.key_hint), (rest, theme.dim)];
            for (text, style) in pieces.into_iter().filter(|_| y < area.bottom()) {
                let room = usize::from(area.right().saturating_sub(x));
                let used = glyphs::put_text(buf, Position::new(x, y), text, room, style);
                x += u16::try_from(used).unwrap_or(0);
            }
            y += 1;
            continue;
        }
        for (at, line) in lines.iter().enumerate() {
            if y >= area.bottom() {
                return;
            }
            // What goes on stands below the text, not below the mark.
            let indent = if at > 0 { 2.min(area.width) } else { 0 };
            let at = Position::new(area.x + indent, y);
            glyphs::put_text(buf, at, line, usize::from(area.width - indent), ink);
            y += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_notes_take_more_lines_and_no_more_than_three() {
        let note = Note::Warning("word ".repeat(20));
        assert_eq!(lines(std::slice::from_ref(&note), 200), 1);
        assert_eq!(lines(std::slice::from_ref(&note), 60), 2);
        assert_eq!(lines(std::slice::from_ref(&note), 10), MOST_LINES);
        assert_eq!(lines(&[Note::Earlier, note], 60), 3);
    }
}
