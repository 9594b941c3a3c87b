//! The variables of a collection on their tab: what of them is not the item's own, or not written as it is typed.
//!
//! ```text
//! name, initial value, description → the item, key by key       \ one step of undo each
//! current value                    → this machine, when it is left /
//! ```
//!
//! A current value is never in the item, so neither in its draft nor in its file. It is filed by the variable's name: a
//! name that has one is changed when its cell is left, and the value goes along.

use crossterm::event::KeyEvent;

use super::input::{self, change, table_changed};
use super::part::{self, Part};
use super::rows::Op;
use super::section::Widget;
use super::{Action, State};
use crate::model::variable::{CurrentValue, Owner, Variable};
use crate::model::{Entity, NodeId};
use crate::tui::action::{Action as Any, App, Nav};
use crate::tui::command::Command;
use crate::tui::panes::Cx;
use crate::tui::shared::{Level, Shared};
use crate::tui::variables::{self, CURRENT, INITIAL, Initial, KEY, Line, SECRET, SOURCED, is_taken, typed};
use crate::tui::widgets::editor::Editor;
use crate::tui::widgets::table::{TableAction, TableChange};
use crate::vars::Scopes;

/// The variables of a collection with both their values; of anything else none.
#[derive(Debug, Default, PartialEq)]
pub struct Values {
    owner: Option<Owner>,
    lines: Vec<Line>,
    /// How many of the lines are in the file; those come first.
    filed: usize,
}

impl Values {
    /// The variables of an item.
    pub fn of(shared: &Shared, id: NodeId, entity: &Entity, scopes: &Scopes) -> Self {
        let (Entity::Collection(group), Some(node)) = (entity, shared.workspace.node(id)) else {
            return Self::default();
        };
        let owner = Owner::Collection(node.slug.clone());
        let hidden = |key: &str| scopes.hides(key);
        Self {
            lines: variables::lines(&group.variables, &shared.current, &owner, hidden),
            filed: group.variables.len(),
            owner: Some(owner),
        }
    }

    /// The lines of a part.
    pub fn of_part(&self, part: Part) -> &[Line] {
        let (filed, unfiled) = self.lines.split_at(self.filed.min(self.lines.len()));
        if part == Part::Unfiled { unfiled } else { filed }
    }
}

/// Whether the cursor is among a collection's variables.
pub(super) fn are_in(state: &State) -> bool {
    state.section().is_some_and(|section| section.part.has_values())
}

/// Whether it is among those that are in no file.
pub(super) fn are_unfiled(state: &State) -> bool {
    state.section().is_some_and(|section| section.part == Part::Unfiled)
}

/// The cell of the cursor, if it is in a table of variables.
fn cell(state: &State) -> Option<(Part, usize, usize)> {
    let section = state.section().filter(|section| section.part.has_values())?;
    let Widget::Table(table) = &section.widget else {
        return None;
    };
    let (row, column) = table.cursor();
    Some((section.part, row, column))
}

/// The variable of the cursor.
pub(super) fn line(state: &State) -> Option<&Line> {
    let (part, row, _) = cell(state)?;
    state.facts.variables.of_part(part).get(row)
}

fn refusal(state: &State) -> Option<&'static str> {
    line(state)?.refusal(cell(state)?.2)
}

/// Whether what is being typed is written into the item with each key.
pub(super) fn is_live(state: &State) -> bool {
    match (cell(state), line(state)) {
        (Some((_, _, KEY)), Some(line)) => line.current.is_none(),
        (Some((Part::Unfiled, ..) | (_, _, CURRENT | SECRET)), _) => false,
        _ => true,
    }
}

/// What of a variable is being typed into, as it was before that began: its row, and its initial value or its name.
#[derive(Debug, Default)]
pub(super) struct Began {
    pub value: Option<(usize, serde_json::Value)>,
    pub name: Option<(usize, String)>,
}

/// The initial value that is being typed into, as it was when that began: it says of which type the new one is, whatever
/// it looks like between two keys.
pub(super) fn begin(state: &State) -> Option<(usize, serde_json::Value)> {
    let (_, row, _) = cell(state).filter(|(part, _, column)| *part == Part::Variables && *column == INITIAL)?;
    let value = &line(state).filter(|_| is_typing(state))?.variable.as_ref()?.value;
    let known = state.began.value.clone().filter(|(began, _)| *began == row);
    known.or_else(|| Some((row, value.clone())))
}

/// Puts the value back that is typed over, before it gets the text as it is now.
pub(super) fn rewind<'a>(
    entity: &mut Entity,
    op: &Op,
    mut began: impl Iterator<Item = &'a (usize, serde_json::Value)>,
) {
    let Op::Set {
        row, column: INITIAL, ..
    } = op
    else {
        return;
    };
    let variables = part::group(entity).map(|group| &mut group.variables);
    if let (Some((_, value)), Some(variables)) = (began.find(|(began, _)| began == row), variables)
        && let Some(variable) = variables.get_mut(*row)
    {
        variable.value = value.clone();
    }
}

fn set(owner: &Owner, key: &str, value: Option<serde_json::Value>) -> Command {
    Command::SetCurrent {
        owner: owner.clone(),
        key: key.to_owned(),
        value,
    }
}

/// The same as part of the step before it.
fn set_too(owner: &Owner, key: &str, value: Option<serde_json::Value>) -> Command {
    Command::SetCurrentToo {
        owner: owner.clone(),
        key: key.to_owned(),
        value,
    }
}

/// Takes what of a change is about current values: what is left of it for the item, and what is to be done after that.
pub(super) fn took(state: &mut State, happened: TableChange, cx: &mut Cx<'_>) -> (TableChange, Vec<Command>) {
    let (Some((part, ..)), Some(owner)) = (cell(state), &state.facts.variables.owner) else {
        return (happened, Vec::new());
    };
    let lines = state.facts.variables.of_part(part);
    let mut after = Vec::new();
    match &happened {
        TableChange::CellCommitted { row, column, text } => {
            let Some(line) = lines.get(*row) else {
                return (happened, after);
            };
            let current = line.current.as_ref().and_then(|current| current.value.clone());
            match (part, *column) {
                (_, CURRENT) if text.is_empty() => cx.commands.push(set(owner, &line.key, None)),
                (_, CURRENT) => cx.commands.push(set(owner, &line.key, Some(typed(text, line.value())))),
                (_, KEY) if text.trim().is_empty() && current.is_some() => {
                    let text = "a variable needs a name; `d` deletes it";
                    cx.shared.notify(Level::Warning, text);
                    // The table has the empty name: it shall show again what is.
                    state.seen = None;
                }
                (_, KEY) if current.is_some() && is_taken(&state.facts.variables.lines, line, text.trim()) => {
                    cx.shared.notify(Level::Warning, variables::taken(text.trim()));
                    state.seen = None;
                }
                (Part::Unfiled, KEY) => {
                    cx.commands.push(set(owner, &line.key, None));
                    cx.commands.push(set_too(owner, text.trim(), current));
                }
                (Part::Unfiled, INITIAL) => {
                    let variable = Variable::new(line.key.clone(), text.as_str());
                    file(state, variable, cx);
                }
                (Part::Variables, KEY) if current.is_some() && *text != line.key => {
                    cx.shared
                        .initials
                        .renamed(owner, &line.key, text, is_other(lines, *row));
                    after.push(set_too(owner, &line.key, None));
                    after.push(set_too(owner, text, current));
                    return (happened, after);
                }
                (Part::Variables, KEY) if current.is_some() => {}
                (Part::Unfiled, _) | (_, SECRET) => {}
                _ => return (happened, after),
            }
            (TableChange::Moved, after)
        }
        TableChange::RowRemoved(row) => {
            if let Some(line) = lines.get(*row).filter(|line| line.current.is_some()) {
                after.push(set_too(owner, &line.key, None));
            }
            (happened, after)
        }
        TableChange::RowAdded(_) | TableChange::Toggled(_) if part == Part::Unfiled => (TableChange::Moved, after),
        _ => (happened, after),
    }
}

/// Whether a line other than this has a name.
fn is_other(lines: &[Line], row: usize) -> impl Fn(&str) -> bool {
    move |key| {
        let mut others = lines.iter().enumerate().filter(|(at, _)| *at != row);
        others.any(|(_, other)| other.key == key)
    }
}

/// The name that is being typed into, as it was when that began: what the file had of the variable goes along with it once the
/// cell is left, as on the way it may be the name of another one.
pub(super) fn named(state: &State) -> Option<(usize, String)> {
    let (_, row, _) = cell(state).filter(|(part, _, column)| *part == Part::Variables && *column == KEY)?;
    let known = state.began.name.clone().filter(|(named, _)| *named == row);
    known.or_else(|| Some((row, line(state)?.key.clone())))
}

/// Lets what the file had of the variable go along with its name, which was typed.
pub(super) fn renamed(state: &State, (row, from): &(usize, String), to: &str, cx: &mut Cx<'_>) {
    let lines = state.facts.variables.of_part(Part::Variables);
    if let Some(owner) = &state.facts.variables.owner {
        cx.shared.initials.renamed(owner, from, to, is_other(lines, *row));
    }
}

/// Puts a variable into the file's list.
fn file(state: &State, variable: Variable, cx: &mut Cx<'_>) {
    change(state, Part::Variables, None, cx, |entity| {
        if let Some(group) = part::group(entity) {
            group.variables.push(variable);
        }
    });
}

/// Forgets the variable of the cursor, which is in no file.
pub(super) fn forget(state: &State, cx: &mut Cx<'_>) {
    if let (Some(line), Some(owner)) = (line(state), &state.facts.variables.owner) {
        cx.commands.push(set(owner, &line.key, None));
        let text = format!("deleted `{}`; undo brings it back", line.key);
        cx.shared.notify(Level::Done, text);
    }
}

/// Makes the variable of the cursor a secret or not. Its initial value must not stay in the file, so it becomes the
/// current one.
pub(super) fn toggle_secret(state: &State, cx: &mut Cx<'_>) {
    let (Some(line), Some((_, row, _)), Some(owner)) = (line(state), cell(state), &state.facts.variables.owner) else {
        return cx
            .shared
            .notify(Level::Info, "there is no variable under the cursor: go to one first");
    };
    let Some(variable) = &line.variable else {
        let variable = Variable {
            secret: true,
            ..Variable::new(line.key.clone(), "")
        };
        cx.shared.initials.forget(owner, &line.key);
        return file(state, variable, cx);
    };
    if line.source().is_some() {
        return cx.shared.notify(Level::Info, SOURCED);
    }
    let secret = !variable.secret;
    let moved = secret && variable.value != "";
    let back = if secret {
        None
    } else {
        cx.shared.initials.get(owner, variable)
    };
    if moved {
        let initial = Initial {
            value: variable.value.clone(),
            moved: line.current.is_none(),
        };
        cx.shared.initials.keep(owner, &line.key, initial);
    } else if secret {
        cx.shared.initials.forget(owner, &line.key);
    }
    change(state, Part::Variables, None, cx, |entity| {
        let variables = part::group(entity).map(|group| &mut group.variables);
        if let Some(variable) = variables.and_then(|variables| variables.get_mut(row)) {
            variable.secret = secret;
            if secret {
                variable.value = "".into();
            } else if let Some(back) = &back {
                variable.value = back.value.clone();
            }
        }
    });
    // Whoever says that it is no secret wants to see it. It stays, also where it is the initial one, which is in no file
    // before the collection is saved.
    let was_hidden = |current: &&CurrentValue| !secret && current.secret && current.value.is_some();
    if let Some(current) = line.current.as_ref().filter(was_hidden) {
        cx.commands.push(set_too(owner, &line.key, current.value.clone()));
    }
    if moved && line.current.is_none() {
        cx.commands
            .push(set_too(owner, &line.key, Some(variable.value.clone())));
    }
    if back.is_some() {
        let text = format!(
            "`{}` is no secret any more: once saved, the file has its initial value again",
            line.key
        );
        cx.shared.notify(Level::Done, text);
    }
    if moved {
        let text = format!(
            "`{}` is a secret now: once saved, the file no longer has its value",
            line.key
        );
        cx.shared.notify(Level::Done, text);
    }
}

/// Makes the variable that is being typed a secret, and lets the typing go on in the cell of its current value, where
/// nobody sees it: the initial one would be in the file.
pub(super) fn hide_typed(state: &mut State, cx: &mut Cx<'_>) {
    let (Some((part, row, column)), Some(line)) = (cell(state), line(state)) else {
        return cx.shared.notify(Level::Info, variables::UNNAMED);
    };
    let typed = state.section().and_then(|section| section.editor()).map(Editor::text);
    if line.secret() {
        return cx.shared.notify(Level::Info, variables::HIDDEN);
    }
    // Another name takes its current value along first.
    let renamed = column == KEY && line.current.is_some() && typed.as_deref() != Some(&line.key);
    if column == CURRENT && part == Part::Variables {
        cancel(state);
    } else {
        input::leave(state, cx);
    }
    if renamed {
        return cx.shared.notify(Level::Info, variables::RENAMED);
    }
    toggle_secret(state, cx);
    if part == Part::Unfiled {
        return;
    }
    let revealed = cx.shared.revealed;
    let Some(Widget::Table(table)) = state.section_mut().map(|section| &mut section.widget) else {
        return;
    };
    table.go_to(row, CURRENT);
    table.apply(TableAction::Edit);
    if let Some(editor) = table.editor_mut() {
        if let Some(typed) = typed.filter(|_| column != KEY) {
            editor.set_text("");
            editor.paste(&typed);
        }
        editor.set_masked(!revealed);
    }
}

/// The keys to name while something is typed into a cell or a field.
pub(super) fn hints(state: &State) -> Vec<Any> {
    let is_secret = match state.section().map(|section| &section.widget) {
        Some(Widget::Form(form)) => form.field().is_some_and(|field| field.kind.is_secret()),
        _ => line(state).is_some_and(Line::masked),
    };
    let mut out = vec![Any::App(App::Back)];
    out.extend(is_secret.then_some(Any::App(App::Reveal)));
    let may_be = are_in(state) && !line(state).is_some_and(Line::secret);
    out.extend(may_be.then_some(Any::Request(Action::Secret)));
    out
}

/// Moves about where a variable's cell is not one to type into; says whether that was all.
pub(super) fn nav(state: &mut State, nav: Nav, cx: &mut Cx<'_>) -> bool {
    match nav {
        Nav::Open => open(state, cx),
        Nav::Toggle if are_unfiled(state) => {
            let text = "it is in no file, so there is nothing to disable; an initial value puts it into the file";
            cx.shared.notify(Level::Info, text);
            true
        }
        _ => false,
    }
}

/// Does what stands for typing into the cell of the cursor; says whether that was all.
fn open(state: &mut State, cx: &mut Cx<'_>) -> bool {
    let Some((_, row, column)) = cell(state) else {
        return false;
    };
    if line(state).is_none() {
        // A new variable begins with its name.
        if let Some(Widget::Table(table)) = state.section_mut().map(|section| &mut section.widget) {
            table.go_to(row, KEY);
        }
        return false;
    }
    if column == SECRET {
        toggle_secret(state, cx);
        return true;
    }
    let why = refusal(state);
    if let Some(why) = why {
        cx.shared.notify(Level::Info, why);
    }
    why.is_some()
}

/// Goes on where a click began to type.
pub(super) fn clicked(state: &mut State, cx: &mut Cx<'_>) {
    let is_new = line(state).is_none() && cell(state).is_some_and(|(.., column)| column != KEY);
    if cell(state).is_none() || !is_typing(state) || !(is_new || refusal(state).is_some()) {
        return;
    }
    cancel(state);
    if !open(state, cx) {
        input::with_table(state, TableAction::Edit, cx);
    }
}

/// Lets Tab lead past the cells that are not typed into.
pub(super) fn pass(state: &mut State, key: KeyEvent, cx: &mut Cx<'_>) {
    for _ in 0..2 {
        if is_typing(state) && refusal(state).is_some() {
            let Some(Widget::Table(table)) = state.section_mut().map(|section| &mut section.widget) else {
                return;
            };
            let change = table.handle_key(key);
            table_changed(state, change, cx);
        }
    }
    if refusal(state).is_some() {
        cancel(state);
    }
}

fn is_typing(state: &State) -> bool {
    state.section().is_some_and(|section| section.editor().is_some())
}

fn cancel(state: &mut State) {
    if let Some(Widget::Table(table)) = state.section_mut().map(|section| &mut section.widget) {
        table.cancel();
    }
}
