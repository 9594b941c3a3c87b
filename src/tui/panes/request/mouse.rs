//! The mouse: tabs, URL bar, rows, check marks, text; the wheel scrolls what is under it.

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::{Position, Rect};

use super::input::{form_changed, leave, table_changed};
use super::places::places;
use super::section::Widget;
use super::{Action, Order, Spot, State, draw, order, tokens, update, values};
use crate::tui::panes::Cx;
use crate::tui::widgets::table::TableChange;

/// Rows a notch of the wheel scrolls.
const NOTCH: isize = 3;

/// Takes a mouse event inside the area.
pub fn mouse(state: &mut State, event: MouseEvent, area: Rect, cx: &mut Cx<'_>) {
    let at = Position::new(event.column, event.row);
    match event.kind {
        MouseEventKind::Down(MouseButton::Left) => press(state, at, area, cx),
        MouseEventKind::Drag(MouseButton::Left) => drag(state, at, area),
        MouseEventKind::ScrollUp => scroll(state, at, area, -NOTCH),
        MouseEventKind::ScrollDown => scroll(state, at, area, NOTCH),
        _ => {}
    }
}

fn press(state: &mut State, at: Position, area: Rect, cx: &mut Cx<'_>) {
    let Some(entity) = state.seen.clone() else { return };
    let places = places(state, area);
    if places.tabs.contains(at) {
        if let Some(tab) = draw::tab_at(state, &entity, places.tabs.width, at.x - places.tabs.x) {
            order(state, Order::Tab(tab), cx);
        }
        return;
    }
    if places.method.contains(at) {
        leave(state, cx);
        return update(state, Action::Method, cx);
    }
    if places.url.contains(at) && !entity.is_group() {
        if !(state.url_typing && state.spot == Spot::Url) {
            leave(state, cx);
            state.edit_url();
        }
        state.url.click(at.x - places.url.x, 0);
        state.completion = None;
        return;
    }
    let hit = places
        .sections
        .iter()
        .position(|(heading, body)| heading.contains(at) || body.contains(at));
    let Some(hit) = hit else { return leave(state, cx) };
    if state.spot != Spot::Section(hit) {
        leave(state, cx);
        state.spot = Spot::Section(hit);
    }
    let body = places.sections[hit].1;
    if !body.contains(at) {
        return;
    }
    let (x, y) = (at.x - body.x, at.y - body.y);
    state.completion = None;
    match state.section_mut().map(|section| &mut section.widget) {
        Some(Widget::Table(table)) => {
            let before = table.cursor();
            let change = table.click(x, y);
            if let Some(row) = tokens::row(state) {
                let again = state.section().map(|section| &section.widget);
                let on_row = change != TableChange::Ignored;
                if on_row && matches!(again, Some(Widget::Table(table)) if table.cursor() == before) {
                    tokens::open(state, row, cx);
                }
                return leave(state, cx);
            }
            table_changed(state, change, cx);
            values::clicked(state, cx);
        }
        Some(Widget::Form(form)) => {
            let typed = form.click(x, y);
            form_changed(state, typed, cx);
        }
        Some(Widget::Area { editor, writing }) => {
            *writing = true;
            editor.click(x, y);
        }
        Some(Widget::Choice(_)) => super::order::pick_type(state, cx),
        None => {}
    }
}

fn drag(state: &mut State, at: Position, area: Rect) {
    let places = places(state, area);
    let inside = |room: Rect| {
        let x = at.x.clamp(room.x, room.right().saturating_sub(1)) - room.x;
        let y = at.y.clamp(room.y, room.bottom().saturating_sub(1)) - room.y;
        (x, y)
    };
    if state.url_typing && state.spot == Spot::Url && !places.url.is_empty() {
        let (x, y) = inside(places.url);
        return state.url.drag(x, y);
    }
    let Some(active) = state.active() else { return };
    let body = places.sections.get(active).map(|(_, body)| *body).unwrap_or_default();
    if body.is_empty() {
        return;
    }
    if let Some(Widget::Area { editor, writing: true }) = state.section_mut().map(|section| &mut section.widget) {
        let (x, y) = inside(body);
        editor.drag(x, y);
    }
}

fn scroll(state: &mut State, at: Position, area: Rect, rows: isize) {
    let places = places(state, area);
    let Some(hit) = places.sections.iter().position(|(_, body)| body.contains(at)) else {
        return;
    };
    match state.sections.get_mut(hit).map(|section| &mut section.widget) {
        Some(Widget::Table(table)) => table.scroll(rows),
        Some(Widget::Form(form)) => form.scroll(rows),
        Some(Widget::Area { editor, .. }) => editor.scroll(rows),
        _ => {}
    }
}
