//! Lines above the body: what one should know before reading it.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::exec::tokens::{self, TokenStatus};
use crate::model::exchange::SendErrorKind;
use crate::model::{NodeId, Outcome};
use crate::tui::action::{Action, App};
use crate::tui::panes::View;
use crate::tui::shared::Shared;
use crate::tui::widgets::glyphs;

use super::draw::key;
use super::words;

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
        Err(_) => return earlier().into_iter().collect(),
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

/// Draws a note a line.
pub(super) fn draw(notes: &[Note], view: View<'_>, area: Rect, buf: &mut Buffer) {
    for (note, y) in notes.iter().zip(area.y..area.bottom()) {
        let renew = key(view, Action::App(App::RenewToken));
        let (text, key, rest) = match note {
            // All of it came: only what it was packed in is broken.
            Note::Truncated(why) if why.starts_with("the body is not valid") => {
                (format!("! T{}", &why[1..]), String::new(), "")
            }
            Note::Truncated(why) => (format!("! The body is not whole: {why}"), String::new(), ""),
            Note::Warning(what) => (format!("! {what}"), String::new(), ""),
            Note::Expired(variable) => (format!("! {variable} has expired · "), renew, " runs the token request"),
            Note::Missing(variable) => (format!("! {variable} is not set · "), renew, " runs the token request"),
            Note::Unrenewed => ("! Not sent, for want of a token · ".to_owned(), renew, " tries again"),
            Note::Renewed(variable) => (
                format!("· {variable} was renewed since · "),
                key(view, Action::App(App::Send)),
                " sends again",
            ),
            Note::Earlier => (
                "· What came before is kept · ".to_owned(),
                self::key(view, Action::Response(super::Action::Earlier)),
                " shows it",
            ),
            Note::Unresolved(names) => {
                let names: Vec<String> = names.iter().map(|name| format!("{{{{{name}}}}}")).collect();
                (
                    format!("! Nothing defines {}; sent as it stands", names.join(", ")),
                    String::new(),
                    "",
                )
            }
        };
        let theme = view.theme;
        let ink = if matches!(note, Note::Renewed(_) | Note::Earlier) {
            theme.info
        } else {
            theme.warn
        };
        let mut x = area.x;
        let pieces = [(text.as_str(), ink), (key.as_str(), theme.key_hint), (rest, theme.dim)];
        for (text, style) in pieces {
            let room = usize::from(area.right().saturating_sub(x));
            let used = glyphs::put_text(buf, Position::new(x, y), text, room, style);
            x += u16::try_from(used).unwrap_or(0);
        }
    }
}
