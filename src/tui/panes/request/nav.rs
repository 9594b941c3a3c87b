//! Moving about: from the URL bar into the tab, through its sections, and back up.

use super::input::{form_changed, is_locked, leave, say_locked, with_table};
use super::section::Widget;
use super::{Spot, State, Tab, find, order, tokens, values};
use crate::tui::action::Nav;
use crate::tui::panes::Cx;
use crate::tui::widgets::table::TableAction;

/// Moves about.
pub fn nav(state: &mut State, nav: Nav, cx: &mut Cx<'_>) {
    match nav {
        // Where there is nothing to search either, what is typed next must not be taken for keys.
        Nav::Search => return find::ask(state, cx),
        _ if state.node.is_none() => return,
        Nav::NextMatch | Nav::PreviousMatch => return find::step(state, nav == Nav::NextMatch, cx),
        Nav::NextTab => return turn(state, 1, cx),
        Nav::PreviousTab => return turn(state, -1, cx),
        _ if values::nav(state, nav, cx) || tokens::nav(state, nav, cx) => return,
        _ => {}
    }
    let Spot::Section(at) = state.spot else {
        match nav {
            Nav::Open => state.edit_url(),
            Nav::Down => enter(state, 0, true),
            Nav::Bottom => end(state, false),
            _ => {}
        }
        return;
    };
    if matches!(nav, Nav::Open | Nav::Toggle) && is_locked(state) {
        return say_locked(state, cx);
    }
    let widget = state.section().map(|section| &section.widget);
    let in_text = matches!(widget, Some(Widget::Area { .. }));
    match nav {
        // The ends are those of the whole tab, not of one table in it; a text has ends of its own.
        Nav::Top if at > 0 && !in_text => return end(state, true),
        Nav::Bottom if at + 1 < state.sections.len() && !in_text => return end(state, false),
        _ => {}
    }
    match state.section_mut().map(|section| &mut section.widget) {
        Some(Widget::Table(table)) => {
            let before = table.cursor();
            let action = match nav {
                Nav::Up => TableAction::Up,
                Nav::Down => TableAction::Down,
                Nav::Left => TableAction::Left,
                Nav::Right => TableAction::Right,
                Nav::PageUp | Nav::HalfUp => TableAction::PageUp,
                Nav::PageDown | Nav::HalfDown => TableAction::PageDown,
                Nav::Top => TableAction::First,
                Nav::Bottom => TableAction::Last,
                Nav::Open => TableAction::Edit,
                Nav::Toggle => TableAction::Toggle,
                _ => return,
            };
            with_table(state, action, cx);
            let after = match state.section().map(|section| &section.widget) {
                Some(Widget::Table(table)) => table.cursor(),
                _ => before,
            };
            if before == after {
                over_the_edge(state, at, nav);
            }
        }
        Some(Widget::Form(form)) => match nav {
            Nav::Up | Nav::Down => {
                let moved = form.step(nav == Nav::Down);
                if !moved {
                    over_the_edge(state, at, nav);
                }
            }
            Nav::Top => form.go_to(0),
            Nav::Bottom => form.go_to(usize::MAX),
            Nav::PageUp | Nav::HalfUp => form.go_to(form.at().saturating_sub(5)),
            Nav::PageDown | Nav::HalfDown => form.go_to(form.at() + 5),
            Nav::Open => {
                let typed = form.edit();
                form_changed(state, typed, cx);
            }
            Nav::Toggle | Nav::Right => {
                let typed = form.cycle();
                form_changed(state, typed, cx);
            }
            _ => {}
        },
        Some(Widget::Area { editor, writing }) => {
            let (top, _) = editor.viewport();
            match nav {
                Nav::Open => {
                    *writing = true;
                    // What a search has found is selected to be seen.
                    editor.begin();
                }
                Nav::Up => editor.scroll(-1),
                Nav::Down => editor.scroll(1),
                Nav::HalfUp | Nav::PageUp => editor.scroll(-10),
                Nav::HalfDown | Nav::PageDown => editor.scroll(10),
                Nav::Top => editor.scroll(isize::MIN),
                Nav::Bottom => editor.scroll(isize::MAX),
                _ => {}
            }
            if editor.viewport().0 == top {
                over_the_edge(state, at, nav);
            }
        }
        Some(Widget::Choice(_)) => match nav {
            Nav::Open | Nav::Toggle => order::pick_type(state, cx),
            _ => over_the_edge(state, at, nav),
        },
        None => state.spot = Spot::Url,
    }
}

/// Shows the next or previous tab.
fn turn(state: &mut State, step: isize, cx: &mut Cx<'_>) {
    leave(state, cx);
    let Some(entity) = &state.seen else { return };
    let tabs = Tab::of(entity);
    let at = tabs.iter().position(|tab| *tab == state.tab()).unwrap_or(0);
    let count = tabs.len().cast_signed();
    let next = (at.cast_signed() + step).rem_euclid(count.max(1)).cast_unsigned();
    if let Some(tab) = tabs.get(next) {
        state.show(*tab);
    }
}

/// Goes to the tab's first or last row.
fn end(state: &mut State, first: bool) {
    rewind(state);
    let mut takers = (0..state.sections.len()).filter(|n| state.sections[*n].wants().1 > 0);
    let found = if first { takers.next() } else { takers.next_back() };
    if let Some(at) = found {
        enter(state, at, first);
    }
}

/// A table that is left shows its beginning again, where there is not room for all of it.
fn rewind(state: &mut State) {
    if let Some(Widget::Table(table)) = state.section_mut().map(|section| &mut section.widget) {
        table.go_to(0, table.cursor().1);
    }
}

/// Up from the first row and down from the last lead on.
fn over_the_edge(state: &mut State, at: usize, nav: Nav) {
    let is_group = state.seen.as_ref().is_some_and(crate::model::Entity::is_group);
    match nav {
        Nav::Down | Nav::HalfDown | Nav::PageDown => {
            if let Some(next) = (at + 1..state.sections.len()).find(|n| state.sections[*n].wants().1 > 0) {
                rewind(state);
                enter(state, next, true);
            }
        }
        Nav::Up | Nav::HalfUp | Nav::PageUp => match (0..at).rev().find(|n| state.sections[*n].wants().1 > 0) {
            Some(above) => enter(state, above, false),
            None if !is_group => state.spot = Spot::Url,
            None => {}
        },
        _ => {}
    }
}

/// Puts the cursor on a section, at its beginning or its end.
pub(super) fn enter(state: &mut State, at: usize, first: bool) {
    state.spot = Spot::Section(at);
    match state.section_mut().map(|section| &mut section.widget) {
        Some(Widget::Table(table)) => {
            let column = table.cursor().1;
            table.go_to(if first { 0 } else { usize::MAX }, column);
        }
        Some(Widget::Form(form)) => form.go_to(if first { 0 } else { usize::MAX }),
        _ => {}
    }
}
