//! Lines above the body: what one should know before reading it.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::exec::tokens::{self, TokenStatus};
use crate::model::exchange::SendErrorKind;
use crate::model::{NodeId, Outcome};
use crate::tui::action::{Action, App, Nav};
use crate::tui::modals::wrap::wrap;
use crate::tui::shared::Shared;
use crate::tui::theme::Theme;
use crate::tui::widgets::glyphs;

use super::{remedy, words};

/// One thing to know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Note {
    /// The body ends early, and why.
    Truncated(String),
    /// What else is wrong with it.
    Warning(String),
    /// Its text is no UTF-8, and nothing says what else: it is read in this charset. Whether it is said to be UTF-8.
    Charset(&'static str, bool),
    /// Its text is said to be in a charset that nobody knows: it is read in this one.
    UnknownCharset(String, &'static str),
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
        && tokens::uses(&shared.workspace, node, &token)
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
    // What is missing is said once, by who knows most of it: of a token, how to get one; of the auth, what it was for.
    let missing = notes.iter().find_map(|note| match note {
        Note::Missing(variable) => Some(variable.clone()),
        _ => None,
    });
    let warnings = warnings.filter(|warning| missing.as_ref().is_none_or(|variable| !tells_of(warning, variable)));
    let warnings: Vec<String> = warnings.take(MOST_WARNINGS).collect();
    let names = outcome.unresolved.iter();
    let names = names.filter(|name| missing.as_ref() != Some(name));
    let names = names.filter(|name| !warnings.iter().any(|warning| tells_of(warning, name)));
    let unresolved: Vec<String> = names.cloned().collect();
    let warnings = warnings.iter();
    notes.extend(warnings.map(|warning| Note::Warning(outcome.redactor.redact(warning))));
    if !unresolved.is_empty() {
        notes.push(Note::Unresolved(unresolved));
    }
    notes
}

/// Whether a warning is that nothing defines this variable.
fn tells_of(warning: &str, variable: &str) -> bool {
    let rest = warning.strip_prefix("the variable `");
    let rest = rest.and_then(|rest| rest.strip_prefix(variable));
    rest.is_some_and(|rest| rest.starts_with("` in `") && rest.contains(" is not defined"))
}

/// Lines of a note, at most.
const MOST_LINES: usize = 3;

/// The words of a note: what is said, the key, what follows it; and the action whose key it is.
fn words_of(note: &Note) -> (String, Option<Action>, &'static str) {
    let token = Some(Action::App(App::RenewToken));
    match note {
        // All of it came: only what it was packed in is broken.
        Note::Truncated(why) if why.starts_with("the body is not valid") => (format!("! T{}", &why[1..]), None, ""),
        Note::Truncated(why) => (format!("! The body is not whole: {why}"), None, ""),
        Note::Warning(what) => (format!("! {what}"), None, ""),
        Note::Charset(read, said) => (
            if *said {
                format!("! Said to be UTF-8, and is not: read as {read} · ")
            } else {
                format!("! Not UTF-8, and nothing says what else: read as {read} · ")
            },
            Some(Action::Response(super::Action::Kind)),
            " chooses the charset",
        ),
        Note::UnknownCharset(label, read) => (
            format!("! The charset `{label}` is not known: read as {read} · "),
            Some(Action::Response(super::Action::Kind)),
            " chooses the charset",
        ),
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

/// A note as it is drawn.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Laid {
    quiet: bool,
    /// What is said, the key, what follows it.
    words: [String; 3],
    /// The lines of it behind the mark, which has two columns that stay free below it; the last line is cut where more would
    /// follow.
    lines: Vec<String>,
}

/// Columns of the mark before a note.
const MARK: usize = 2;

/// Lays notes out for so many columns; `key` says the key of an action.
pub(super) fn laid(notes: &[Note], key: impl Fn(Action) -> String, width: usize) -> Vec<Laid> {
    let lay = |note| {
        let (text, action, rest) = words_of(note);
        let text = if action.is_some() {
            text
        } else {
            text.trim_end().to_owned()
        };
        let words = [text, action.map_or_else(String::new, &key), rest.to_owned()];
        let all = words.concat();
        let width = width.saturating_sub(MARK);
        let mut lines = wrap(all.split_once(' ').map_or("", |(_, all)| all), width);
        if lines.len() > MOST_LINES {
            let left = lines.split_off(MOST_LINES - 1);
            lines.push(glyphs::elide(&left.join(" "), width));
        }
        Laid {
            quiet: matches!(note, Note::Renewed(_) | Note::Earlier | Note::Setting(_)),
            words,
            lines,
        }
    };
    notes.iter().map(lay).collect()
}

/// How many lines the notes take.
pub(super) fn lines(notes: &[Laid]) -> usize {
    notes.iter().map(|note| note.lines.len()).sum()
}

/// Draws the notes, one below the other.
pub(super) fn draw(notes: &[Laid], theme: &Theme, area: Rect, buf: &mut Buffer) {
    let mut y = area.y;
    let mut put = |x: u16, y: u16, text: &str, style| {
        let room = usize::from(area.right().saturating_sub(x));
        let room = if y < area.bottom() { room } else { 0 };
        let used = glyphs::put_text(buf, Position::new(x, y), text, room, style);
        x + u16::try_from(used).unwrap_or(0)
    };
    for Laid { quiet, words, lines } in notes {
        let ink = if *quiet { theme.info } else { theme.warn };
        if let [_] = &lines[..] {
            let styles = [ink, theme.key_hint, theme.dim];
            let pieces = words.iter().zip(styles);
            pieces.fold(area.x, |x, (text, style)| put(x, y, text, style));
            y += 1;
            continue;
        }
        let mark = words[0].split(' ').next().unwrap_or_default();
        put(area.x, y, mark, ink);
        for line in lines {
            put(area.x + u16::try_from(MARK).unwrap_or(0), y, line, ink);
            y += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(notes: &[Note], width: usize) -> Vec<Laid> {
        laid(notes, |_| "Ctrl+T".to_owned(), width)
    }

    #[test]
    fn long_notes_take_more_lines_and_no_more_than_three() {
        let note = Note::Warning("word ".repeat(20));
        let count = |notes: &[Note], width| lines(&of(notes, width));
        assert_eq!(count(std::slice::from_ref(&note), 200), 1);
        assert_eq!(count(std::slice::from_ref(&note), 60), 2);
        assert_eq!(count(std::slice::from_ref(&note), 10), MOST_LINES);
        assert_eq!(count(&[Note::Earlier, note], 60), 3);
    }

    #[test]
    fn nothing_is_cut_off_where_a_line_is_full() {
        let note = [Note::Warning("abc ".repeat(6))];
        let theme = Theme::default();
        for width in 12..40 {
            let laid = of(&note, width.into());
            let area = Rect::new(0, 0, width, u16::try_from(lines(&laid)).unwrap_or(0));
            let mut buf = Buffer::empty(area);
            draw(&laid, &theme, area, &mut buf);
            let shown: String = buf.content().iter().map(ratatui::buffer::Cell::symbol).collect();
            let is_cut = laid[0].lines.len() == MOST_LINES && shown.contains('…');
            assert!(is_cut || shown.matches("abc").count() == 6, "{width}: {shown}");
            assert!(width < 14 || !shown.contains('…'), "{width}: {shown}");
        }
    }

    #[test]
    fn the_key_that_is_drawn_is_the_one_that_is_counted() {
        let note = [Note::Missing("token".to_owned())];
        let long = laid(&note, |_| "Ctrl+Shift+F12".to_owned(), 52);
        let short = laid(&note, |_| "^T".to_owned(), 52);
        assert_eq!((lines(&long), lines(&short)), (2, 1));
    }
}
