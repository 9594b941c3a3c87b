//! What becomes of a change in the table: commands for the file and for the current values.

use serde_json::Value;

use super::{EnvironmentEditor, TableChange};
use crate::model::{Environment, Filed, Variable};
use crate::tui::command::Command;
use crate::tui::panes::Cx;
use crate::tui::shared::Level;
use crate::tui::variables::{CURRENT, INITIAL, Initial, KEY, Line, SOURCED, is_taken, taken, text_of, typed};

/// Carries out what changed in the table; says whether it may.
pub fn took(editor: &EnvironmentEditor, change: TableChange, cx: &mut Cx<'_>) -> bool {
    match change {
        TableChange::Ignored | TableChange::Moved => {}
        TableChange::Copied(text) => cx.commands.push(Command::Copy(text, "the selection".into())),
        TableChange::RowAdded(row) => {
            let key = editor.table.rows().get(row).map(|row| row.text(KEY).trim().to_owned());
            if let Some(key) = key.filter(|key| !key.is_empty()) {
                return add(editor, Variable::new(key, ""), cx);
            }
        }
        TableChange::RowRemoved(row) => remove(editor, row, cx),
        TableChange::Toggled(row) => toggle(editor, row, cx),
        TableChange::CellCommitted { row, column, text } => {
            let Some(line) = editor.lines.get(row) else { return true };
            match column {
                KEY => return rename(editor, row, line, text.trim(), cx),
                INITIAL => set_initial(editor, row, line, &text, cx),
                CURRENT if text.is_empty() => set_current(editor, &line.key, None, cx),
                CURRENT => set_current(editor, &line.key, Some(typed(&text, line.value())), cx),
                _ => {}
            }
        }
    }
    true
}

fn notify(cx: &mut Cx<'_>, level: Level, text: impl Into<String>) {
    cx.commands.push(Command::Notify(level, text.into()));
}

/// Changes the content and lets it be saved.
fn save(editor: &EnvironmentEditor, cx: &mut Cx<'_>, change: impl FnOnce(&mut Environment)) {
    let Some((environment, _)) = editor.content(cx.shared) else {
        return;
    };
    let mut environment = environment.clone();
    change(&mut environment);
    cx.commands.push(match editor.id {
        Some(id) => Command::SaveEnvironment { id, environment },
        None => Command::SaveGlobals(environment),
    });
}

/// Tells of what was just given to be saved, once it is: the disk may refuse it.
fn tell_saved(editor: &EnvironmentEditor, cx: &mut Cx<'_>, text: String) {
    let filed = editor.id.map_or(Filed::Globals, Filed::Environment);
    cx.commands.push(Command::TellSaved(filed, Level::Done, text));
}

/// Forgets what the file had of a variable before it became a secret: what has its name from now on is another one.
fn forget_initial(editor: &EnvironmentEditor, key: &str, cx: &mut Cx<'_>) {
    if let Some((_, owner)) = editor.content(cx.shared) {
        cx.shared.initials.forget(&owner, key);
    }
}

fn set_current(editor: &EnvironmentEditor, key: &str, value: Option<Value>, cx: &mut Cx<'_>) {
    if let Some((_, owner)) = editor.content(cx.shared) {
        let key = key.to_owned();
        cx.commands.push(Command::SetCurrent { owner, key, value });
    }
}

/// Sets a current value in one step with the change before it.
fn set_current_too(editor: &EnvironmentEditor, key: &str, value: Option<Value>, cx: &mut Cx<'_>) {
    if let Some((_, owner)) = editor.content(cx.shared) {
        let key = key.to_owned();
        cx.commands.push(Command::SetCurrentToo { owner, key, value });
    }
}

/// Adds a variable; says whether it may.
fn add(editor: &EnvironmentEditor, variable: Variable, cx: &mut Cx<'_>) -> bool {
    if refuses_double(editor, &variable.key, usize::MAX, cx) {
        return false;
    }
    save(editor, cx, |environment| environment.variables.push(variable));
    true
}

/// Adds a variable that is a secret from the start; says whether it may.
pub fn add_secret(editor: &EnvironmentEditor, key: &str, cx: &mut Cx<'_>) -> bool {
    let secret = true;
    let variable = Variable {
        secret,
        ..Variable::new(key, "")
    };
    let may = add(editor, variable, cx);
    if may {
        forget_initial(editor, key, cx);
    }
    may
}

/// Of two that are enabled the last one counts, and a new one is empty: it would take the other's place unseen.
fn refuses_double(editor: &EnvironmentEditor, key: &str, except: usize, cx: &mut Cx<'_>) -> bool {
    let mut others = editor.lines.iter().enumerate().filter(|(at, _)| *at != except);
    let is_there = others.any(|(_, line)| line.variable.is_some() && line.enabled() && line.key == key);
    if is_there {
        let text = format!("`{key}` is there already; disable that one (Space) to have another of its name");
        notify(cx, Level::Warning, text);
    }
    is_there
}

fn remove(editor: &EnvironmentEditor, row: usize, cx: &mut Cx<'_>) {
    let Some(line) = editor.lines.get(row) else { return };
    let had = line.current.is_some();
    if line.variable.is_some() {
        save(editor, cx, |environment| {
            if row < environment.variables.len() {
                environment.variables.remove(row);
            }
        });
    }
    match (line.variable.is_some(), had) {
        (true, true) => set_current_too(editor, &line.key, None, cx),
        (false, true) => set_current(editor, &line.key, None, cx),
        (_, false) => {}
    }
    notify(cx, Level::Done, format!("deleted `{}`; undo brings it back", line.key));
}

fn toggle(editor: &EnvironmentEditor, row: usize, cx: &mut Cx<'_>) {
    let Some(line) = editor.lines.get(row) else { return };
    let enabled = !line.enabled();
    if line.variable.is_none() {
        let text = "it is in no file, so there is nothing to disable; `p` puts it into the file";
        notify(cx, Level::Info, text);
        return;
    }
    save(editor, cx, |environment| {
        if let Some(variable) = environment.variables.get_mut(row) {
            variable.enabled = enabled;
        }
    });
}

/// Renames a variable; its current value goes along. Says whether no other one has that name.
fn rename(editor: &EnvironmentEditor, row: usize, line: &Line, key: &str, cx: &mut Cx<'_>) -> bool {
    if key.is_empty() {
        notify(cx, Level::Warning, "a variable needs a name; `d` deletes it");
        return true;
    }
    if key == line.key {
        return true;
    }
    if line.current.is_some() && is_taken(&editor.lines, line, key) {
        notify(cx, Level::Warning, taken(key));
        return true;
    }
    if line.enabled() && refuses_double(editor, key, row, cx) {
        return false;
    }
    if line.variable.is_some() {
        save(editor, cx, |environment| {
            if let Some(variable) = environment.variables.get_mut(row) {
                key.clone_into(&mut variable.key);
            }
        });
        if let Some((_, owner)) = editor.content(cx.shared) {
            let others = editor.lines.iter().enumerate().filter(|(at, _)| *at != row);
            let is_other = |key: &str| others.clone().any(|(_, other)| other.key == key);
            cx.shared.initials.renamed(&owner, &line.key, key, is_other);
        }
    }
    if let Some(value) = line.current.as_ref().and_then(|current| current.value.clone()) {
        if line.variable.is_some() {
            set_current_too(editor, &line.key, None, cx);
        } else {
            set_current(editor, &line.key, None, cx);
        }
        set_current_too(editor, key, Some(value), cx);
    }
    true
}

fn set_initial(editor: &EnvironmentEditor, row: usize, line: &Line, text: &str, cx: &mut Cx<'_>) {
    match &line.variable {
        Some(variable) if variable.secret => {}
        Some(variable) => {
            let value = typed(text, Some(&variable.value));
            save(editor, cx, |environment| {
                if let Some(variable) = environment.variables.get_mut(row) {
                    variable.value = value;
                }
            });
        }
        None => {
            let _may = add(editor, Variable::new(line.key.clone(), text), cx);
        }
    }
}

/// Makes a variable a secret or not. Its initial value must not stay in the file, so it becomes the current one.
pub fn toggle_secret(editor: &EnvironmentEditor, cx: &mut Cx<'_>) {
    let row = editor.table.cursor().0;
    let Some(line) = editor.line() else { return };
    if line.source().is_some() {
        return notify(cx, Level::Info, SOURCED);
    }
    let secret = !line.secret();
    match &line.variable {
        None => {
            forget_initial(editor, &line.key, cx);
            let variable = Variable {
                secret: true,
                ..Variable::new(line.key.clone(), "")
            };
            save(editor, cx, |environment| environment.variables.push(variable));
        }
        Some(variable) => {
            let moved = secret && variable.value != Value::String(String::new());
            let owner = editor.content(cx.shared).map(|(_, owner)| owner);
            let back = owner.as_ref().filter(|_| !secret);
            let back = back.and_then(|owner| cx.shared.initials.get(owner, variable));
            if let Some(owner) = owner.filter(|_| moved) {
                let initial = Initial {
                    value: variable.value.clone(),
                    moved: line.current.is_none(),
                };
                cx.shared.initials.keep(&owner, &line.key, initial);
            } else if secret {
                forget_initial(editor, &line.key, cx);
            }
            save(editor, cx, |environment| {
                if let Some(variable) = environment.variables.get_mut(row) {
                    variable.secret = secret;
                    if secret {
                        variable.value = Value::String(String::new());
                    } else if let Some(back) = &back {
                        variable.value = back.value.clone();
                    }
                }
            });
            if back.as_ref().is_some_and(|back| back.is_all(line.current.as_ref())) {
                set_current_too(editor, &line.key, None, cx);
            } else if let Some(current) = line
                .current
                .as_ref()
                .filter(|current| !secret && current.secret && current.value.is_some())
            {
                // Whoever says that it is no secret wants to see it.
                set_current_too(editor, &line.key, current.value.clone(), cx);
            }
            if back.is_some() {
                let text = format!(
                    "`{}` is no secret any more: the file has its initial value again",
                    line.key
                );
                tell_saved(editor, cx, text);
            }
            if moved && line.current.is_none() {
                set_current_too(editor, &line.key, Some(variable.value.clone()), cx);
            }
            if moved {
                let text = format!("`{}` is a secret now: the file no longer has its value", line.key);
                tell_saved(editor, cx, text);
            }
        }
    }
}

/// Makes the current value the initial one, in the file.
pub fn promote(editor: &EnvironmentEditor, cx: &mut Cx<'_>) {
    let row = editor.table.cursor().0;
    let Some(line) = editor.line() else { return };
    let Some(value) = line.current.as_ref().and_then(|current| current.value.clone()) else {
        notify(cx, Level::Info, "there is no current value to put into the file");
        return;
    };
    if line.secret() {
        notify(cx, Level::Warning, "a secret's value stays out of the file");
        return;
    }
    if line.masked() {
        let text = format!(
            "`{}` is hidden: what is, or has in it, a secret stays out of the file",
            line.key
        );
        notify(cx, Level::Warning, text);
        return;
    }
    let (key, is_new) = (line.key.clone(), line.variable.is_none());
    save(editor, cx, |environment| {
        if is_new {
            environment.variables.push(Variable::new(key, value));
        } else if let Some(variable) = environment.variables.get_mut(row) {
            variable.value = value;
        }
    });
    set_current_too(editor, &line.key, None, cx);
    let text = format!(
        "the file has the value of `{}` now, for everyone who has the file",
        line.key
    );
    tell_saved(editor, cx, text);
}

/// Goes back to the initial value.
pub fn reset(editor: &EnvironmentEditor, cx: &mut Cx<'_>) {
    let Some(line) = editor.line() else { return };
    if line.current.is_none() {
        notify(cx, Level::Info, "there is no current value; the initial one counts");
    } else if line.variable.is_none() {
        notify(
            cx,
            Level::Info,
            "there is no initial value to go back to; `d` deletes it",
        );
    } else {
        set_current(editor, &line.key, None, cx);
        let initial = line.variable.as_ref().map(|variable| text_of(&variable.value));
        let text = if line.secret() && line.source().is_none() && initial.is_none_or(|text| text.is_empty()) {
            format!("`{}` is not set: a secret has no initial value", line.key)
        } else {
            format!("`{}` has its initial value again", line.key)
        };
        notify(cx, Level::Done, text);
    }
}

/// Copies the value that counts; of a secret only what is shown, as everywhere.
pub fn copy(editor: &EnvironmentEditor, cx: &mut Cx<'_>) {
    let Some(line) = editor.line() else { return };
    if line.masked() && !cx.shared.revealed {
        let text = format!("`{}` is hidden: `v` reveals it, then `y` copies it", line.key);
        notify(cx, Level::Info, text);
        return;
    }
    if let Some(value) = line.value() {
        let what = format!("the value of `{}`", line.key);
        cx.commands.push(Command::Copy(text_of(value), what));
    }
}
