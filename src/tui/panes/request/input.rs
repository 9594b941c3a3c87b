//! What keys, actions and pastes do to the item: everything typed is written into it at once.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::complete::{Completion, Pressed};
use super::form::Typed;
use super::part::{self, Part};
use super::rows::{self, Op};
use super::section::{Section, Widget};
use super::{Action, Outside, Spot, State, Tab, fields, find, order, tokens, typing, values};
use crate::model::edit::Edit;
use crate::model::{Entity, NodeId};
use crate::tui::action::{Action as Any, App};
use crate::tui::command::{Command, SecretDraft};
use crate::tui::effect::{Effect, External};
use crate::tui::modals::{Prompt, Purpose};
use crate::tui::panes::Cx;
use crate::tui::shared::Level;
use crate::tui::variables::KEY;
use crate::tui::widgets::editor::Handled;
use crate::tui::widgets::table::{TableAction, TableChange};

/// Changes the item; `merge` names the field being typed into, so that undo takes back whole words, not letters.
pub(super) fn change(
    state: &State,
    part: Part,
    merge: Option<&str>,
    cx: &mut Cx<'_>,
    change: impl FnOnce(&mut Entity),
) {
    change_called(state, part.word(), merge, cx, change);
}

/// The same under another name than the part's.
pub(super) fn change_called(
    state: &State,
    what: &str,
    merge: Option<&str>,
    cx: &mut Cx<'_>,
    change: impl FnOnce(&mut Entity),
) {
    let Some(node) = state.node.and_then(|id| cx.shared.workspace.node(id)) else {
        return;
    };
    let mut entity = node.entity.clone();
    change(&mut entity);
    if entity == node.entity {
        return;
    }
    cx.commands.push(Command::Edit {
        label: format!("{what} of {}", entity.name()),
        merge: merge.map(|field| format!("{field}:{:?}", node.id)),
        edits: vec![Edit::Replace { id: node.id, entity }],
    });
}

/// Does an action.
pub fn update(state: &mut State, action: Action, cx: &mut Cx<'_>) {
    let Some(id) = state.node else {
        return cx
            .shared
            .notify(Level::Info, "open a request, folder or collection first");
    };
    let is_group = state.seen.as_ref().is_some_and(Entity::is_group);
    match action {
        Action::Method if !is_group => order::pick_method(state, cx),
        Action::Method => cx.shared.notify(Level::Info, "only requests have a method"),
        Action::Type => order::pick_type(state, cx),
        Action::Url if !is_group => {
            leave(state, cx);
            state.edit_url();
            cx.commands.push(Command::Focus(crate::tui::panes::Pane::Request));
        }
        Action::Url => cx.shared.notify(Level::Info, "only requests have a URL"),
        Action::External => external(state, cx),
        Action::Find => find::ask(state, cx),
        Action::Rename => {
            let Some(entity) = &state.seen else { return };
            let title = format!("Rename {}", entity.kind());
            let prompt = Prompt::new(title, entity.name(), Purpose::Rename(id));
            cx.commands.push(Command::Show(Box::new(prompt.into())));
        }
        Action::Secret if values::are_in(state) && typing(state) => values::hide_typed(state, cx),
        Action::Secret if values::are_in(state) => {
            leave(state, cx);
            values::toggle_secret(state, cx);
        }
        Action::Secret => make_secret(state, id, cx),
        Action::AddRow => add_row(state, cx),
        Action::DeleteRow | Action::MoveRowUp | Action::MoveRowDown if !on_row(state) => {
            cx.shared
                .notify(Level::Info, "there is no row under the cursor: go to one first");
        }
        Action::DeleteRow if let Some(row) = tokens::row(state) => tokens::remove(state, row, cx),
        Action::DeleteRow | Action::MoveRowUp | Action::MoveRowDown if is_locked(state) => say_locked(state, cx),
        Action::DeleteRow if values::are_unfiled(state) => values::forget(state, cx),
        Action::DeleteRow => with_table(state, TableAction::Remove, cx),
        Action::MoveRowUp => move_row(state, false, cx),
        Action::MoveRowDown => move_row(state, true, cx),
    }
}

/// Asks for the variable that takes the secret in the field of the cursor.
fn make_secret(state: &mut State, node: NodeId, cx: &mut Cx<'_>) {
    leave(state, cx);
    let Some(field) = state.literal() else {
        let text = "go to a field of the auth in which a value is written: this makes a secret variable of it";
        return cx.shared.notify(Level::Info, text);
    };
    let workspace = &cx.shared.workspace;
    if workspace.collection_of(node).is_none() {
        let text = "save the request into a collection first: the variable is one of the collection's";
        return cx.shared.notify(Level::Info, text);
    }
    let draft = SecretDraft {
        node,
        field: field.name.clone(),
    };
    let kind = state
        .seen
        .as_ref()
        .map_or("", |entity| part::auth(entity).kind.as_str());
    let title = format!("{} is the secret variable", field.label);
    let prompt = Prompt::new(title, draft.suggestion(cx.shared, kind), Purpose::Secret(draft));
    cx.commands.push(Command::Show(Box::new(prompt.into())));
}

/// Starts a row in the table of the cursor, else in the tab's first that takes any.
fn add_row(state: &mut State, cx: &mut Cx<'_>) {
    let takes = |section: &Section| matches!(&section.widget, Widget::Table(table) if table.takes_rows());
    leave(state, cx);
    if !state.section().is_some_and(takes) {
        let Some(first) = state.sections.iter().position(takes) else {
            let text = match state.tab() {
                Tab::Body => "a body of this type has no rows: choose form or multipart first",
                _ => "this tab has no rows to add",
            };
            return cx.shared.notify(Level::Info, text);
        };
        state.spot = Spot::Section(first);
    }
    if tokens::row(state).is_some() {
        return tokens::add(state, cx);
    }
    cx.commands.push(Command::Focus(crate::tui::panes::Pane::Request));
    with_table(state, TableAction::Add, cx);
}

/// Whether the cursor is on a row of a table: not elsewhere, and not on the line that adds one.
fn on_row(state: &State) -> bool {
    match state.section().map(|section| &section.widget) {
        Some(Widget::Table(table)) => table.cursor().0 < table.rows().len(),
        _ => false,
    }
}

/// Whether the cursor is on a row that can only be looked at.
pub(super) fn is_locked(state: &State) -> bool {
    match state.section().map(|section| &section.widget) {
        Some(Widget::Table(table)) => table.rows().get(table.cursor().0).is_some_and(|row| row.locked),
        Some(Widget::Form(form)) => form.locked && !form.fields.is_empty(),
        _ => false,
    }
}

/// Says why what is under the cursor cannot be changed, and what can be done instead.
pub(super) fn say_locked(state: &State, cx: &mut Cx<'_>) {
    let text = match state.section().map(|section| section.part) {
        Some(Part::AddedHeaders) => {
            "this header is added when the request is sent; one of your own with its name takes its place"
        }
        Some(Part::Tokens) => {
            "the order of tokens is that of the file; a request that mentions none of them gets the first"
        }
        _ => "this is inherited; choose another type to give the request its own",
    };
    cx.shared.notify(Level::Info, text);
}

pub(super) fn with_table(state: &mut State, action: TableAction, cx: &mut Cx<'_>) {
    if let Some(Widget::Table(table)) = state.section_mut().map(|section| &mut section.widget) {
        let change = table.apply(action);
        table_changed(state, change, cx);
    }
}

fn move_row(state: &mut State, down: bool, cx: &mut Cx<'_>) {
    let Some(section) = state.section_mut() else { return };
    let part = section.part;
    if part == Part::Unfiled {
        return cx
            .shared
            .notify(Level::Info, "these are in no file, so they have no order");
    }
    if let Widget::Table(table) = &mut section.widget {
        let (row, column) = table.cursor();
        let other = if down { row + 1 } else { row.wrapping_sub(1) };
        let movable = |row: usize| table.rows().get(row).is_some_and(|row| !row.locked);
        if part != Part::PathVariables && movable(row) && movable(other) {
            table.go_to(other, column);
            change(state, part, None, cx, |entity| {
                rows::apply(part, entity, &Op::Swap(row, other));
            });
        }
    }
}

/// Writes into the item what a table says happened in it, and what is being typed there.
pub(super) fn table_changed(state: &mut State, happened: TableChange, cx: &mut Cx<'_>) {
    let Some(part) = state.section().map(|section| section.part) else {
        return;
    };
    let (happened, after) = if part.has_values() {
        values::took(state, happened, cx)
    } else {
        (happened, Vec::new())
    };
    let Some(Widget::Table(table)) = state.section().map(|section| &section.widget) else {
        return;
    };
    let mut ops = Vec::new();
    let mut merge = None;
    match happened {
        TableChange::RowRemoved(row) => ops.push(Op::Remove(row)),
        TableChange::Toggled(row) => ops.push(Op::Toggle(row)),
        TableChange::CellCommitted { row, column, text } => ops.push(Op::Set { row, column, text }),
        TableChange::RowAdded(row) => {
            let cells = table
                .rows()
                .get(row)
                .map(|row| row.cells.as_slice())
                .unwrap_or_default();
            for (column, cell) in cells.iter().enumerate().filter(|(_, cell)| !cell.text.is_empty()) {
                let text = cell.text.clone();
                ops.push(Op::Set { row, column, text });
            }
        }
        TableChange::Copied(text) => cx.commands.push(Command::Copy(text, "the selection".to_owned())),
        TableChange::Ignored | TableChange::Moved => {}
    }
    let left = !table.is_editing();
    let began = state.began.value.clone();
    if let Some(named) = state.began.name.as_ref().filter(|_| left)
        && let Some(row) = table.rows().get(named.0)
    {
        values::renamed(state, named, row.text(KEY).trim(), cx);
    }
    let mut named = None;
    if let Some(editor) = table.editor().filter(|_| values::is_live(state)) {
        let (row, column) = table.cursor();
        let text = editor.text();
        named = values::named(state);
        // A new row that was emptied again is none.
        if row == table.rows().len() && text.is_empty() {
            ops.push(Op::Remove(row));
        } else {
            ops.push(Op::Set { row, column, text });
        }
        merge = Some(format!("{part:?}:{row}:{column}"));
    }
    let now = values::begin(state);
    change(state, part, merge.as_deref(), cx, |entity| {
        for op in &ops {
            let began = [&began, &now].into_iter().flatten();
            values::rewind(entity, op, began);
            rows::apply(part, entity, op);
        }
    });
    state.began = values::Began {
        value: now,
        name: named,
    };
    cx.commands.extend(after);
    if left && merge.is_none() {
        cx.shared.history.seal();
    }
}

/// Writes into the item what was typed into a form.
pub(super) fn form_changed(state: &mut State, typed: Typed, cx: &mut Cx<'_>) {
    let Some(section) = state.section_mut() else { return };
    let part = section.part;
    let Widget::Form(form) = &mut section.widget else {
        return;
    };
    let text = match typed {
        Typed::Changed(text) => text,
        Typed::Copied(copied, text) => {
            cx.commands.push(Command::Copy(copied, "the selection".to_owned()));
            match text {
                Some(text) => text,
                None => return,
            }
        }
        Typed::Choose(words) => {
            let field = form.field().cloned();
            return field.map_or((), |field| order::pick_word(part, &field, &words, cx));
        }
        Typed::Moved | Typed::Ignored => return,
    };
    let Some(name) = form.field().map(|field| field.name.clone()) else {
        return;
    };
    let merge = form.is_editing().then(|| format!("{part:?}:{name}"));
    let mut error = None;
    change(state, part, merge.as_deref(), cx, |entity| {
        error = fields::set(part, entity, &name, &text).err();
    });
    if let Some(Widget::Form(form)) = state.section_mut().map(|section| &mut section.widget) {
        form.error = error;
    }
}

/// Writes into the item what was typed into a text area or the URL bar.
fn text_changed(state: &State, cx: &mut Cx<'_>) {
    let Some((part, editor)) = state.editor() else { return };
    let text = editor.text();
    let field = if part == Part::Url {
        "url".to_owned()
    } else {
        format!("{part:?}")
    };
    change(state, part, Some(&field), cx, |entity| match part {
        Part::Url => {
            if let Some(request) = part::request(entity) {
                request.set_full_url(&text);
            }
        }
        _ => part.set_text(entity, text),
    });
}

/// Takes a key while typing.
pub fn key(state: &mut State, key: KeyEvent, cx: &mut Cx<'_>) {
    state.saved = false;
    let asked = cx.commands.len();
    if let Some(completion) = &mut state.completion {
        match completion.key(key) {
            Pressed::Taken => return,
            Pressed::Chosen(name) => {
                let completed = state.editor_mut().is_some_and(|editor| editor.complete(&name));
                if completed {
                    typed(state, cx);
                }
                state.completion = None;
                return;
            }
            Pressed::Ignored => {}
        }
    }
    if state.url_typing && state.spot == Spot::Url {
        url_key(state, key, cx);
    } else {
        match state.section_mut().map(|section| &mut section.widget) {
            Some(Widget::Table(table)) => {
                let change = table.handle_key(key);
                table_changed(state, change, cx);
                values::pass(state, key, cx);
            }
            Some(Widget::Form(form)) => {
                let change = form.key(key);
                if !form.is_editing() {
                    cx.shared.history.seal();
                }
                form_changed(state, change, cx);
            }
            Some(Widget::Area { editor, .. }) => {
                let handled = editor.handle_key(key);
                area_handled(state, handled, cx);
            }
            _ => {}
        }
    }
    // Names are offered for what is typed; walking through a text only follows a list that is open.
    if cx.commands.len() > asked || state.completion.is_some() {
        complete(state);
    }
}

fn url_key(state: &mut State, key: KeyEvent, cx: &mut Cx<'_>) {
    let plain = !key.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT);
    match key.code {
        KeyCode::Enter if plain => {
            leave(state, cx);
            cx.commands.push(Command::Act(Any::App(App::Send)));
        }
        KeyCode::Down | KeyCode::Tab if plain => {
            leave(state, cx);
            state.spot = Spot::Section(0);
        }
        _ => {
            let handled = state.url.handle_key(key);
            area_handled(state, handled, cx);
        }
    }
}

fn area_handled(state: &State, handled: Handled, cx: &mut Cx<'_>) {
    if handled.changed() {
        text_changed(state, cx);
    }
    if let Handled::Copied(text) | Handled::Cut(text) = handled {
        cx.commands.push(Command::Copy(text, "the selection".to_owned()));
    }
}

/// Writes into the item what the editor in use holds, whichever it is.
fn typed(state: &mut State, cx: &mut Cx<'_>) {
    match state.section().map(|section| &section.widget) {
        Some(Widget::Table(_)) => table_changed(state, TableChange::Moved, cx),
        Some(Widget::Form(form)) => {
            let text = form.editor().map(crate::tui::widgets::editor::Editor::text);
            form_changed(state, text.map_or(Typed::Moved, Typed::Changed), cx);
        }
        _ => text_changed(state, cx),
    }
}

/// Offers names behind an unclosed `{{`.
pub(super) fn complete(state: &mut State) {
    let prefix = match state.editor() {
        Some((part, editor)) if part.is_template() => editor.completion_prefix(),
        _ => None,
    };
    match prefix {
        None => {
            state.completion = None;
            state.dismissed = false;
        }
        Some(_) if state.dismissed => {}
        Some(prefix) => {
            let same = state.completion.as_ref().is_some_and(|list| list.prefix == prefix);
            if !same {
                state.completion = Completion::new(&prefix, &state.facts);
            }
        }
    }
}

/// Takes pasted text while typing.
pub fn paste(state: &mut State, text: &str, cx: &mut Cx<'_>) {
    state.saved = false;
    if state.url_typing && state.spot == Spot::Url {
        let one_line: String = text.lines().map(str::trim).collect();
        state.url.paste(&one_line);
        text_changed(state, cx);
    } else {
        match state.section_mut().map(|section| &mut section.widget) {
            Some(Widget::Table(table)) => {
                let change = table.paste(text);
                table_changed(state, change, cx);
            }
            Some(Widget::Form(form)) => {
                let change = form.paste(text);
                form_changed(state, change, cx);
            }
            Some(Widget::Area { editor, writing: true }) => {
                editor.paste(text);
                text_changed(state, cx);
            }
            _ => {}
        }
    }
    complete(state);
}

/// Leaves what can be left: the list of names first, then the field.
pub fn back(state: &mut State, cx: &mut Cx<'_>) -> bool {
    if state.completion.take().is_some() {
        state.dismissed = true;
        return true;
    }
    let was_typing = super::typing(state);
    leave(state, cx);
    was_typing
}

/// Ends all typing; what was typed stays.
pub(super) fn leave(state: &mut State, cx: &mut Cx<'_>) {
    state.completion = None;
    state.dismissed = false;
    state.saved = false;
    if std::mem::take(&mut state.url_typing) {
        state.url.blur();
        cx.shared.history.seal();
    }
    match state.section_mut().map(|section| &mut section.widget) {
        Some(Widget::Table(table)) if table.is_editing() => {
            let change = table.commit();
            table_changed(state, change, cx);
        }
        Some(Widget::Form(form)) if form.is_editing() => {
            form.leave();
            cx.shared.history.seal();
        }
        Some(Widget::Area { editor, writing }) if *writing => {
            *writing = false;
            editor.blur();
            cx.shared.history.seal();
        }
        _ => {}
    }
}

/// Hands a text to an outside editor: that of the form's field or the text area in use, else the tab's first area.
fn external(state: &mut State, cx: &mut Cx<'_>) {
    let (Some(id), Some(entity)) = (state.node, state.seen.clone()) else {
        return;
    };
    let is_area = |widget: &Widget| matches!(widget, Widget::Area { .. });
    let field = state.section().and_then(|section| match &section.widget {
        Widget::Form(form) if !form.locked => Some((section.part, form.field()?.clone())),
        _ => None,
    });
    let field = field.filter(|(_, field)| field.kind.has_lines());
    let own = state.section().filter(|section| is_area(&section.widget));
    let first = || state.sections.iter().find(|section| is_area(&section.widget));
    let area = || own.or_else(first).map(|section| section.part);
    let line = own.map_or(1, find::line);
    let Some(part) = field.as_ref().map(|(part, _)| *part).or_else(area) else {
        let text = "texts of many lines open in $EDITOR: go to a script, a body, a key or a description first";
        return cx.shared.notify(Level::Info, text);
    };
    leave(state, cx);
    let (name, text, ending) = match field {
        Some((_, field)) => {
            let ending = if field.kind.is_secret() { "pem" } else { "json" };
            (Some(field.name), field.value, ending)
        }
        None => (None, part.text(&entity).to_owned(), part.ending(&entity)),
    };
    let key = format!("request:{id:?}:{part:?}:{}", name.as_deref().unwrap_or_default());
    state.external = Some(Outside {
        key: key.clone(),
        id,
        part,
        field: name,
    });
    cx.effects.push(Effect::External(External {
        key,
        text,
        ending,
        line,
        read_only: false,
    }));
}

/// A text came back from an outside editor, under the key it was given.
pub fn edited(state: &mut State, key: &str, text: &str, cx: &mut Cx<'_>) {
    let own = state.external.take_if(|own| own.key == key);
    let found = own.and_then(|own| Some((cx.shared.workspace.node(own.id)?, own)));
    let Some((node, Outside { id, part, field, .. })) = found else {
        return rescue(text, "txt", cx);
    };
    let mut entity = node.entity.clone();
    // Editors end files with a line break that nobody typed.
    let had = field.is_none() && part.text(&entity).ends_with('\n');
    let text = if had {
        text
    } else {
        text.strip_suffix('\n').unwrap_or(text)
    };
    let taken = if let Some(name) = &field {
        fields::set(part, &mut entity, name, text).is_ok()
    } else {
        part.set_text(&mut entity, text.to_owned());
        part.text(&entity) == text
    };
    if !taken {
        return rescue(text, part.ending(&entity), cx);
    }
    if entity == node.entity {
        return;
    }
    cx.commands.push(Command::Edit {
        label: format!("{} of {}", part.word(), entity.name()),
        merge: None,
        edits: vec![Edit::Replace { id, entity }],
    });
}

/// Keeps a text whose field went away while the editor was open.
fn rescue(text: &str, ending: &'static str, cx: &mut Cx<'_>) {
    cx.effects.push(Effect::Rescue {
        text: text.to_owned(),
        ending,
    });
}

/// The tab that an action about a type means.
pub(super) fn typed_tab(state: &State) -> Option<Tab> {
    Some(state.tab()).filter(|tab| matches!(tab, Tab::Auth | Tab::Body))
}
