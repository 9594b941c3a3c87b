//! Finding a text or a line in a script, a body or a description.

use super::input::leave;
use super::section::{Section, Widget};
use super::{Order, Spot, State};
use crate::tui::action::{Action, App};
use crate::tui::command::Command;
use crate::tui::modals::{Prompt, Purpose};
use crate::tui::panes::Cx;
use crate::tui::shared::Level;

/// Whether the tab shows a text of lines.
pub fn has_lines(state: &State) -> bool {
    state.sections.iter().any(is_text)
}

fn is_text(section: &Section) -> bool {
    matches!(section.widget, Widget::Area { .. })
}

/// Puts the cursor on the tab's first text if it is on none; returns whether it is on one.
fn to_text(state: &mut State, cx: &mut Cx<'_>) -> bool {
    if state.section().is_some_and(is_text) {
        return true;
    }
    let Some(at) = state.sections.iter().position(is_text) else {
        return false;
    };
    leave(state, cx);
    state.spot = Spot::Section(at);
    true
}

/// Goes to a line of the text of the cursor, else of the tab's first one.
pub fn line_of(state: &mut State, line: usize, cx: &mut Cx<'_>) {
    if to_text(state, cx)
        && let Some(editor) = editor(state)
    {
        editor.go_to_line(line);
    }
}

/// Asks what to find in the text of the cursor, else the tab's first one; where there is none, a request is found.
pub fn ask(state: &mut State, cx: &mut Cx<'_>) {
    if !to_text(state, cx) {
        return cx.commands.push(Command::Act(Action::App(App::Find)));
    }
    let Some(part) = state.section().map(|section| section.part) else {
        return;
    };
    let title = format!("Find in the {}", part.word());
    let prompt = Prompt::new(title, state.sought.clone(), Purpose::Find);
    cx.commands.push(Command::Show(Box::new(prompt.into())));
}

/// Asks for what is found: a text, or with `:300` a line.
pub fn wanted(text: &str) -> Command {
    Command::Request(Order::Find(text.to_owned()))
}

/// Goes to what was asked for.
pub fn find(state: &mut State, text: &str, cx: &mut Cx<'_>) {
    let line = text.strip_prefix(':').and_then(|line| line.trim().parse().ok());
    if line.is_none() {
        text.clone_into(&mut state.sought);
    }
    match (editor(state), line) {
        (Some(editor), Some(line)) => editor.go_to_line(line),
        (Some(_), None) => step(state, true, cx),
        (None, _) => {}
    }
}

/// Goes to the next or previous place of what was found last.
pub fn step(state: &mut State, forward: bool, cx: &mut Cx<'_>) {
    let text = state.sought.clone();
    let found = editor(state).is_some_and(|editor| editor.find(&text, forward));
    if !found && !text.is_empty() {
        cx.shared.notify(Level::Info, format!("nothing matches `{text}`"));
    }
}

fn editor(state: &mut State) -> Option<&mut crate::tui::widgets::editor::Editor> {
    match state.section_mut().map(|section| &mut section.widget) {
        Some(Widget::Area { editor, .. }) => Some(editor),
        _ => None,
    }
}

/// The line a text is looked at, from 1: that of the caret where it is typed into, else the first in sight.
pub fn line(section: &Section) -> usize {
    match &section.widget {
        Widget::Area { editor, writing: true } => editor.cursor().line + 1,
        Widget::Area { editor, .. } => editor.viewport().0 + 1,
        _ => 1,
    }
}
