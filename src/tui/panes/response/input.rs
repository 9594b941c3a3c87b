//! What keys and the mouse do in the pane.

use std::sync::Arc;

use crossterm::event::{KeyCode, KeyEvent, MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::{Position, Rect};

use crate::model::Payload;
use crate::tui::action::{Action as Any, Nav};
use crate::tui::command::Command;
use crate::tui::effect::Effect;
use crate::tui::giving::{self, Copied, MOST_OPENED, To};
use crate::tui::modals::{Item, Modal, Picker, Prompt, Purpose};
use crate::tui::panes::Cx;
use crate::tui::shared::{Level, Shared};
use crate::tui::widgets::body::{CHARSETS, Kind, Syntax};
use crate::tui::widgets::tabs;

use super::place::Place;
use super::search::{self, Search};
use super::show::Show;
use super::sight::{Body, Wanted};
use super::tab::{self, Tab};
use super::{
    Action, State, body, compare, earlier, extract, filter, follow, remedy, request, token as candidates, words,
};

/// Rows a turn of the wheel scrolls.
const WHEEL: isize = 3;
/// Columns a step sideways scrolls.
const SIDEWAYS: isize = 8;

pub(super) fn update(state: &mut State, action: Action, cx: &mut Cx<'_>) {
    match action {
        Action::Show(tab) => state.turn_to(tab),
        Action::Wrap => state.wrap = !state.wrap,
        Action::Raw => state.turn_raw(),
        Action::Kind => kinds(state, cx),
        Action::As(kind) => read_as(state, |wanted| wanted.kind = kind),
        Action::Charset(charset) => read_as(state, |wanted| wanted.charset = charset),
        Action::Save => save(state, cx),
        Action::Fold | Action::FoldInside | Action::FoldLevel | Action::FoldAround => fold(state, action, cx),
        Action::Pair | Action::NextSibling | Action::PreviousSibling | Action::LineStart | Action::LineEnd => {
            walk(state, action, cx);
        }
        Action::SearchValue | Action::SearchValueBack => {
            search::value(state, action == Action::SearchValueBack, cx);
        }
        Action::Line(number) => go_to(state, number, cx),
        Action::Token => token(state, cx),
        Action::External => external(state, cx),
        Action::Extract => extract::ask(state, cx),
        Action::Compare => compare::ask(state, cx),
        Action::Earlier => earlier::ask(state, cx),
        Action::View(number) => earlier::view(state, number, cx),
        Action::Filter => filter::begin(state, cx),
        Action::KeepFilter => filter::keep(state, cx),
    }
}

/// The body that the user moves in: a search that still runs does not take him away from there.
fn moved(state: &mut State) -> Option<&mut Body> {
    state.search.jump = false;
    let place = state.place_mut()?;
    if let Some(filtered) = &mut place.filtered {
        filtered.again = None;
    }
    let body = place.shown_mut()?;
    body.again = None;
    Some(body)
}

/// Offers the kinds the body can be read as.
fn kinds(state: &State, cx: &mut Cx<'_>) {
    let Some(body) = state.place().and_then(|place| place.body.as_ref()) else {
        return cx
            .shared
            .notify(Level::Info, "there is no body to look at: send the request first");
    };
    let item = |label: &str, detail: &str, kind: Option<Kind>| Item {
        label: label.to_owned(),
        detail: detail.to_owned(),
        current: body.wanted() == kind,
        commands: vec![Command::Act(Any::Response(Action::As(kind)))],
        ..Item::default()
    };
    let guessed = if body.wanted().is_some() {
        "by its type and first bytes"
    } else {
        body.kind().name()
    };
    let mut items = vec![item("as detected", guessed, None)];
    items.extend(Kind::ALL.map(|kind| item(kind.name(), kind.what(), Some(kind))));
    let charset = |label: &str, detail: &str, charset: Option<&'static str>| Item {
        label: format!("charset {label}"),
        detail: detail.to_owned(),
        current: charset.is_some() && body.charset() == charset,
        commands: vec![Command::Act(Any::Response(Action::Charset(charset)))],
        ..Item::default()
    };
    if body.charset().is_some() {
        items.push(charset("as detected", "by its type and first bytes", None));
    }
    items.extend(CHARSETS.map(|(label, detail)| charset(label, detail, Some(label))));
    let picker = Picker::new("View the body as", items);
    cx.commands.push(Command::Show(Box::new(picker.into())));
}

fn read_as(state: &mut State, change: impl FnOnce(&mut Wanted)) {
    let Some(node) = state.shown else { return };
    change(state.kinds.entry(node).or_default());
    state.turn_to(Tab::Body);
}

fn save(state: &State, cx: &mut Cx<'_>) {
    let exchange = state.place().and_then(|place| place.outcome.exchange.as_ref());
    let response = exchange.and_then(|exchange| exchange.response());
    let shown = state.place().and_then(|place| place.body.as_ref());
    let (Some(exchange), Some(response), Some(shown)) = (exchange, response, shown) else {
        return cx
            .shared
            .notify(Level::Info, "there is no body to save: send the request first");
    };
    let redactor = state.place().map(|place| &place.outcome.redactor);
    let is_secret = |text: &str| {
        let Some(redactor) = redactor else { return Vec::new() };
        let mut found = redactor.find(text.as_bytes());
        // Names are cut.
        if found.is_empty() && !redactor.pieces([text]).is_empty() {
            found.push(0..text.len());
        }
        found
    };
    let name = body::file_name(exchange, response, shown.kind(), &is_secret);
    let root = cx.shared.workspace.root.clone();
    let prompt = |name: &str, body: Payload| {
        let prompt = Prompt::new("Save the body as", name, Purpose::SaveBody(root.clone(), body));
        Command::Show(Box::new(Modal::Prompt(prompt)))
    };
    let whole = prompt(&name, response.body.clone());
    let Some((output, ending)) = state.place().and_then(Place::output) else {
        return cx.commands.push(whole);
    };
    let stem = name.rsplit_once('.').map_or(&*name, |(stem, _)| stem);
    let item = |label: &str, detail: String, command: Command| Item {
        label: label.to_owned(),
        detail,
        commands: vec![command],
        ..Item::default()
    };
    let size = |body: &Payload| words::size(body.len() as u64);
    let made = size(&output);
    let items = vec![
        item(
            "what the filter made",
            made,
            prompt(&format!("{stem}.{ending}"), output),
        ),
        item("the body as it came", size(&response.body), whole),
    ];
    cx.commands
        .push(Command::Show(Box::new(Picker::new("Save", items).into())));
}

fn fold(state: &mut State, action: Action, cx: &mut Cx<'_>) {
    let shown = state.shows_body().then(|| moved(state)).flatten();
    let Some(Body { document, view, .. }) = shown else {
        return cx.shared.notify(Level::Info, "only a body can be folded");
    };
    let done = match action {
        Action::Fold => view.toggle_fold(document),
        Action::FoldInside => view.toggle_fold_inside(document),
        Action::FoldAround => view.fold_around(document),
        _ => {
            let depth = document.depth();
            // What is nested to this level lies in what is folded at the one before; records stand beside each other.
            let first = u32::from(document.syntax() != Syntax::JsonLines);
            let next = view.fold_level().map_or(first, |level| level + 1);
            let level = Some(next).filter(|next| *next < depth);
            view.fold_to_level(document, level);
            let text = match level {
                Some(level) => format!("folded to level {level} of {}", depth - 1),
                None => "nothing is folded".to_owned(),
            };
            cx.shared.notify(Level::Info, text);
            true
        }
    };
    if !done {
        let text = if document.nests(view.form()) {
            "there is nothing to fold here"
        } else {
            "only laid out JSON, XML and HTML can be folded"
        };
        cx.shared.notify(Level::Info, text);
    }
}

/// Goes where a key leads in a body that is laid out.
fn walk(state: &mut State, action: Action, cx: &mut Cx<'_>) {
    let shown = state.shows_body().then(|| moved(state)).flatten();
    let Some(Body { document, view, .. }) = shown else {
        return cx.shared.notify(Level::Info, "only in a body there is somewhere to go");
    };
    let (there, what) = match action {
        Action::Pair => (view.to_pair(document), "no bracket opens or ends on this line"),
        Action::NextSibling => (view.to_sibling(document, true), "this is the last of its siblings"),
        Action::PreviousSibling => (view.to_sibling(document, false), "this is the first of its siblings"),
        Action::LineStart => return view.to_first_column(),
        _ => return view.to_line_end(document),
    };
    if !there {
        let nests = document.nests(view.form());
        let text = if nests {
            what
        } else {
            "only laid out JSON, XML and HTML have brackets and siblings"
        };
        cx.shared.notify(Level::Info, text);
    }
}

fn go_to(state: &mut State, number: usize, cx: &mut Cx<'_>) {
    state.turn_to(Tab::Body);
    match moved(state) {
        Some(Body { document, view, .. }) => view.goto_line(document, number),
        None => cx.shared.notify(
            Level::Info,
            "there is no body to go to a line of: send the request first",
        ),
    }
}

fn token(state: &State, cx: &mut Cx<'_>) {
    let exchange = state.place().and_then(|place| place.outcome.exchange.as_ref());
    let (Some(node), Some(response)) = (state.shown, exchange.and_then(|exchange| exchange.response())) else {
        return cx.shared.notify(
            Level::Info,
            "there is no response yet: send the request that fetches the token first",
        );
    };
    let place = state.place().filter(|_| state.shows_body());
    let line = place.and_then(|place| {
        let body = place.shown()?;
        let (path, is_of_the_body) = place.path(body.view.cursor_line(&body.document))?;
        is_of_the_body.then(|| path.to_string())
    });
    let items = candidates::items(node, response, line.as_deref(), cx.shared);
    if items.is_empty() {
        let is_xml = state.place().and_then(|place| place.body.as_ref());
        let text = if is_xml.is_some_and(|body| body.kind() == Kind::Xml) {
            "a token in XML is set by a script: x on the value writes it, and the tab Tokens of the collection says that it is one"
        } else {
            "nothing in this response looks like a token: no text of 8 characters or more without a blank"
        };
        return cx.shared.notify(Level::Info, text);
    }
    let picker = Picker::new("Use as a token", items);
    cx.commands.push(Command::Show(Box::new(picker.into())));
}

/// Opens a picture in the system's program for it.
fn picture(picture: &Payload, cx: &mut Cx<'_>) {
    let head = picture.read(0, 64).unwrap_or_default();
    match Kind::picture(&head) {
        None => cx.shared.notify(
            Level::Warning,
            "this is no picture that is known here: save the body to a file, or view it as bytes",
        ),
        Some(_) if !picture.is_whole() => cx.shared.notify(Level::Info, "the picture is still arriving"),
        Some(ending) => cx.effects.push(Effect::OpenPicture {
            body: picture.clone(),
            ending,
        }),
    }
}

fn external(state: &State, cx: &mut Cx<'_>) {
    let response = state
        .place()
        .and_then(|place| place.outcome.exchange.as_ref())
        .and_then(|exchange| exchange.response());
    let shown = state.place().and_then(|place| place.shown());
    let (Some(response), Some(shown)) = (response, shown) else {
        return cx
            .shared
            .notify(Level::Info, "there is no body to open: send the request first");
    };
    if shown.kind() == Kind::Image {
        return picture(&response.body, cx);
    }
    let ending = match shown.document.syntax() {
        // A hex dump is text, and what is decoded is JSON.
        Syntax::Hex => "txt",
        Syntax::Json if shown.kind() != Kind::Json => "json",
        _ => body::ending(response, shown.kind()),
    };
    let len = shown.document.source().len();
    if len > MOST_OPENED {
        let text = format!(
            "{} are too much for an outside program: save the body to a file",
            words::size(len as u64)
        );
        return cx.shared.notify(Level::Warning, text);
    }
    cx.effects.push(Effect::Give(Box::new(giving::Job {
        body: body::whole(shown),
        to: To::Program(ending),
        hidden: None,
    })));
}

pub(super) fn nav(state: &mut State, nav: Nav, cx: &mut Cx<'_>) {
    match nav {
        Nav::NextTab => turn(state, 1),
        Nav::PreviousTab => turn(state, -1),
        Nav::Search => search::begin(state, cx),
        Nav::NextMatch | Nav::PreviousMatch => search::step(state, nav == Nav::NextMatch, cx),
        _ if state.shows_body() => {
            let Some(shown) = moved(state) else { return };
            let grows = nav == Nav::Open && !shown.view.wraps() && shown.view.is_cut(&shown.document);
            nav_body(shown, nav);
            if grows {
                let text = "more of the long text is there: wrap the lines, or go to the line's end, to see it";
                cx.shared.notify(Level::Info, text);
            }
        }
        Nav::Open if state.tab == Tab::Body => {
            if let Some(place) = state.place() {
                remedy::go(&place.outcome, cx);
            }
        }
        _ => nav_page(state, nav),
    }
}

fn nav_body(Body { document, view, .. }: &mut Body, nav: Nav) {
    match nav {
        Nav::Up => view.move_cursor(document, -1),
        Nav::Down => view.move_cursor(document, 1),
        // In what is scrolled sideways, back; else out of what one is in.
        Nav::Left if view.left() == 0 => {
            let _ = view.fold_here(document) || view.to_parent(document);
        }
        Nav::Left => view.scroll_columns(document, -SIDEWAYS),
        Nav::Right if view.unfold_here(document) => {}
        Nav::Right => view.scroll_columns(document, SIDEWAYS),
        Nav::Open => {
            view.open(document);
        }
        Nav::PageUp => view.page(document, -1),
        Nav::PageDown => view.page(document, 1),
        Nav::HalfUp => view.half_page(document, -1),
        Nav::HalfDown => view.half_page(document, 1),
        Nav::Top => view.to_start(document),
        Nav::Bottom => view.to_end(document),
        _ => {}
    }
}

fn nav_page(state: &mut State, nav: Nav) {
    let (tab, height) = (state.tab, state.height());
    let page = isize::try_from(height.saturating_sub(1).max(1)).unwrap_or(1);
    let far = isize::MAX;
    let rows = match nav {
        Nav::Up => -1,
        Nav::Down => 1,
        Nav::PageUp => -page,
        Nav::PageDown => page,
        Nav::HalfUp => -(page / 2).max(1),
        Nav::HalfDown => (page / 2).max(1),
        Nav::Top => -far,
        Nav::Bottom => far,
        _ => return,
    };
    if let Some(place) = state.shown.and_then(|node| state.places.get_mut(&node)) {
        state.page.step(place.seat_mut(tab), rows, height);
    }
}

/// Goes to the tab `step` further on.
fn turn(state: &mut State, step: isize) {
    let outcome = state.place().map(|place| Arc::clone(&place.outcome));
    state.turn_to(state.tab.step(step, &outcome.unwrap_or_default()));
}

pub(super) fn key(state: &mut State, key: KeyEvent, cx: &mut Cx<'_>) {
    if state.filter.typing {
        return filter::key(state, key, cx);
    }
    match key.code {
        KeyCode::Enter => {
            state.search.typing = false;
            search::note(state);
            if state.search.field.is_empty() {
                state.search.clear();
            }
        }
        KeyCode::Tab | KeyCode::BackTab => search::step(state, filter::is_forward(key), cx),
        KeyCode::Up | KeyCode::Down => {
            if let Some(text) = state.search.history.step(key.code == KeyCode::Up) {
                state.search.field.set_text(&text);
                state.search.field.go_to_end();
                follow::search(state, true, cx);
            }
        }
        _ => {
            if state.search.field.handle_key(key).changed() {
                state.search.history.leave();
                follow::search(state, true, cx);
            }
        }
    }
}

/// Esc, one step: hides the hits, while typing it also goes back to where the search began; then leaves the filter.
pub(super) fn back(state: &mut State, cx: &mut Cx<'_>) -> bool {
    if state.filter.typing || !state.search.visible() {
        return filter::back(state, cx) || state.open.is_some_and(|node| state.earlier.leave(node));
    }
    if state.place().is_none() {
        state.search.hidden |= state.search.typing;
        return std::mem::take(&mut state.search.typing);
    }
    if state.search.typing {
        search::note(state);
    }
    let Search { typing, origin, .. } = &mut state.search;
    let (typing, origin) = (std::mem::take(typing), std::mem::take(origin));
    state.search.hidden = true;
    (state.search.matches, state.search.progress, state.search.jump) = (None, None, false);
    // News of the search hidden just now are stale.
    state.search.id = state.next_name();
    let tab = state.tab;
    let Some(place) = state.shown.and_then(|node| state.places.get_mut(&node)) else {
        return true;
    };
    if typing && tab != Tab::Body {
        *place.seat_mut(tab) = origin.1;
    }
    if let Some(Body { document, view, .. }) = place.shown_mut() {
        if let (true, Tab::Body, Some(origin)) = (typing, tab, origin.0) {
            *view = origin;
            view.refresh(document);
        }
        view.set_matches(None);
    }
    true
}

pub(super) fn mouse(state: &mut State, event: MouseEvent, area: Rect) {
    let Some(place) = state.place() else { return };
    let parts = state.parts(area);
    let at = Position::new(event.column, event.row);
    match event.kind {
        MouseEventKind::Down(MouseButton::Left) if parts.tabs.contains(at) => {
            let all = tab::tabs(&place.outcome, state.tab);
            let shown = tab::shown(&place.outcome, state.tab);
            let active = tab::index(&shown, state.tab);
            if let Some(hit) = tabs::hit(&all, active, parts.tabs.width, at.x - parts.tabs.x) {
                state.turn_to(shown[hit]);
            }
        }
        MouseEventKind::Down(MouseButton::Left) if parts.content.contains(at) => {
            click(state, usize::from(at.y - parts.content.y));
        }
        MouseEventKind::ScrollDown => wheel(state, WHEEL),
        MouseEventKind::ScrollUp => wheel(state, -WHEEL),
        MouseEventKind::ScrollLeft | MouseEventKind::ScrollRight => {
            let right = event.kind == MouseEventKind::ScrollRight;
            if let Some(Body { document, view, .. }) = moved(state) {
                view.scroll_columns(document, if right { SIDEWAYS } else { -SIDEWAYS });
            }
        }
        _ => {}
    }
}

fn click(state: &mut State, y: usize) {
    if state.shows_body() {
        if let Some(Body { document, view, .. }) = moved(state) {
            view.click(document, y);
        }
    } else if state.page.cursor {
        let tab = state.tab;
        let seat = state.place().map(|place| place.seat(tab)).unwrap_or_default();
        follow::move_to(state, state.page.row_at(seat, y));
    }
}

fn wheel(state: &mut State, rows: isize) {
    if state.shows_body() {
        if let Some(Body { document, view, .. }) = moved(state) {
            view.scroll(document, rows);
        }
        return;
    }
    let (tab, height) = (state.tab, state.height());
    if let Some(place) = state.shown.and_then(|node| state.places.get_mut(&node)) {
        state.page.scroll(place.seat_mut(tab), rows, height);
    }
}

/// What can be copied, what is under the cursor first.
pub(super) fn copies(state: &State, shared: &Shared) -> Vec<(String, Copied)> {
    let Some(place) = state.place() else { return Vec::new() };
    let exchange = place.outcome.exchange.as_ref();
    let show = Show {
        redactor: Some(if state.shows_body() {
            place.redactor()
        } else {
            &place.outcome.redactor
        }),
        revealed: shared.revealed,
    };
    let mut offers: Vec<(String, Copied)> = Vec::new();
    let add = |offers: &mut Vec<(String, Copied)>, what: &str, text: Option<String>| {
        let text = text.filter(|text| !text.is_empty());
        offers.extend(text.map(|text| (what.to_owned(), Copied::Text(text))));
    };
    if state.shows_body() {
        let under = body::under_cursor(place);
        offers.extend(
            under
                .into_iter()
                .filter_map(|(what, whole)| body::offer(&show.text(&what), whole, &show)),
        );
    } else if let Some(row) = state
        .page
        .rows
        .get(place.seat(state.tab).cursor)
        .filter(|_| state.page.cursor)
        && let Some((what, text)) = &row.copy
    {
        let what = show.as_it_came(what, text.as_bytes());
        add(&mut offers, &what, Some(text.to_string()));
    }
    let wholes = body::wholes(place);
    offers.extend(
        wholes
            .into_iter()
            .filter_map(|(what, whole)| body::offer(what, whole, &show)),
    );
    if let Some(response) = exchange.and_then(|exchange| exchange.response()) {
        let headers = response.headers.iter();
        let lines: Vec<String> = headers
            .map(|(name, value)| format!("{name}: {}", String::from_utf8_lossy(value)))
            .collect();
        add(
            &mut offers,
            "the response's headers",
            Some(show.text(&lines.join("\n"))),
        );
    }
    if state.tab == Tab::Body && place.body.is_none() {
        let lines: Vec<String> = state.page.rows.iter().map(super::page::Row::plain).collect();
        add(&mut offers, "the error", Some(lines.join("\n")));
    }
    add(
        &mut offers,
        "the request as sent",
        exchange.map(|exchange| request::as_text(exchange, &show)),
    );
    offers
}
