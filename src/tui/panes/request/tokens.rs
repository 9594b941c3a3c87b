//! The tokens that a collection or folder declares: one a row; the form changes them.

use super::State;
use super::facts::Facts;
use super::input::change;
use super::part::{self, Part};
use super::section::Widget;
use crate::model::{Entity, NodeId};
use crate::tui::action::Nav;
use crate::tui::command::Command;
use crate::tui::modals::{TokenForm, life_text};
use crate::tui::panes::{Cx, environments};
use crate::tui::shared::Shared;
use crate::tui::widgets::table::{Cell, Row};

/// The rows of a collection or folder.
pub fn rows(entity: &Entity, facts: &Facts) -> Vec<Row> {
    let (Entity::Collection(group) | Entity::Folder(group)) = entity else {
        return Vec::new();
    };
    let states = facts
        .token_states
        .iter()
        .map(String::as_str)
        .chain(std::iter::repeat(""));
    let rows = group.tokens.iter().zip(states);
    rows.map(|(token, state)| {
        let life = life_text(&token.life);
        let life = if life.is_empty() { "as told" } else { life.as_str() };
        let texts = [token.variable.as_str(), &token.request, life, token.renew.word(), state];
        Row::new(texts.map(Cell::new)).locked(true)
    })
    .collect()
}

/// How the tokens that a collection or folder declares are.
pub fn states(shared: &Shared, id: NodeId) -> Vec<String> {
    let declared = crate::exec::tokens::of_group(&shared.workspace, id).into_iter();
    declared.map(|token| environments::told(shared, &token)).collect()
}

/// The row of the cursor, if that is in the table of tokens; beyond the last one it is the line that adds one.
pub(super) fn row(state: &State) -> Option<usize> {
    match state.section() {
        Some(section) if section.part == Part::Tokens => match &section.widget {
            Widget::Table(table) => Some(table.cursor().0),
            _ => None,
        },
        _ => None,
    }
}

/// Enter and Space on a row open the form, not a cell; says whether they did.
pub(super) fn nav(state: &State, nav: Nav, cx: &mut Cx<'_>) -> bool {
    let row = row(state).filter(|_| matches!(nav, Nav::Open | Nav::Toggle));
    if let Some(row) = row {
        open(state, row, cx);
    }
    row.is_some()
}

/// Opens the form for a row.
pub(super) fn open(state: &State, row: usize, cx: &mut Cx<'_>) {
    let form = state.node.and_then(|node| TokenForm::of_group(cx.shared, node, row));
    cx.commands
        .extend(form.map(|form| Command::Show(Box::new(form.into()))));
}

/// Opens the form for a new token.
pub(super) fn add(state: &State, cx: &mut Cx<'_>) {
    open(state, usize::MAX, cx);
}

/// Takes a token out.
pub(super) fn remove(state: &State, row: usize, cx: &mut Cx<'_>) {
    change(state, Part::Tokens, None, cx, |entity| {
        if let Some(group) = part::group(entity).filter(|group| row < group.tokens.len()) {
            group.tokens.remove(row);
        }
    });
}
