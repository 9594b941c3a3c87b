//! Following what happens outside the pane: another request is opened, an outcome arrives, an index grows, a search ends.

use std::sync::Arc;

use jiff::Timestamp;
use ratatui::layout::Rect;

use crate::model::exchange::SendErrorKind;
use crate::model::{NodeId, Outcome};
use crate::tui::action::{Action as Any, App, Nav};
use crate::tui::effect::Effect;
use crate::tui::event::Found;
use crate::tui::keymap::Keymap;
use crate::tui::panes::Cx;
use crate::tui::shared::Shared;
use crate::tui::widgets::body::Snapshot;
use crate::tui::widgets::body::search::Progress;
use crate::tui::widgets::frame;

use super::page::Page;
use super::place::Place;
use super::show::Show;
use super::sight::Body;
use super::tab::Tab;
use super::{State, draw, failure, filter, headers, notes, picture, request, scripts, timing, tls};

/// Outcomes kept with their indexes; the bodies are those of the shared outcomes and take no room of their own.
const KEPT: usize = 32;
/// What filters made of all of them that is kept while another one is shown, in bytes.
const KEPT_FILTERED: usize = 4 << 20;

/// What stands for the count when nothing was found, and when nothing was found in what has come so far.
pub(super) const NO_MATCH: &str = "no match";
pub(super) const NONE_YET: &str = "none yet";

/// What a page was built from: as long as this is the same, so is the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PageKey {
    place: u64,
    tab: Tab,
    width: u16,
    revealed: bool,
    pattern: String,
    /// The minute, where the page says how far off something is.
    minute: i64,
    /// What mends missing variables, where that is known.
    home: Option<String>,
}

/// Follows the shared state and the area.
pub(super) fn sync(state: &mut State, area: Rect, keymap: &Keymap, cx: &mut Cx<'_>) {
    if !area.is_empty() {
        state.area = area;
    }
    show_open(state, cx);
    let Some(place) = state.place() else {
        let width = frame::inner(state.area).width;
        state.search.field.resize(width.saturating_sub(20), 1);
        state.filter.field.resize(width.saturating_sub(24), 1);
        return;
    };
    let outcome = Arc::clone(&place.outcome);
    let mut told = state
        .shown
        .map_or_else(Vec::new, |node| notes::notes(cx.shared, node, &outcome));

    face(state, cx);
    let shown = state.place().and_then(|place| place.shown());
    let flaw = shown.and_then(Body::flaw);
    let unknown = shown.and_then(Body::unknown_charset);
    let guessed = shown.and_then(Body::guessed).filter(|_| unknown.is_none());
    told.extend(guessed.map(|(read, said)| notes::Note::Charset(read, said)));
    told.extend(unknown.map(|(label, read)| notes::Note::UnknownCharset(label.to_owned(), read)));
    told.extend(flaw.map(notes::Note::Warning));
    if picture::is_cut(state) && !told.iter().any(|note| matches!(note, notes::Note::Truncated(_))) {
        told.push(notes::Note::Warning(
            "the picture is not whole: its end is missing".to_owned(),
        ));
    }
    let width = frame::inner(state.area).width;
    state.notes = notes::laid(&told, |action| draw::key_of(keymap, action), width.into());
    picture::ask(state, cx);
    let parts = state.parts(state.area);
    state.search.field.resize(parts.search.width.saturating_sub(20), 1);
    state.filter.field.resize(parts.filter.width.saturating_sub(24), 1);
    let content = parts.content;
    picture::ask_sharp(state, content, cx);
    let (raw, wrap) = (state.raw(), state.wrap);
    if let Some(body) = state.place_mut().and_then(|place| place.shown_mut()) {
        let form = body.form(raw);
        let Body { document, view, .. } = body;
        view.name_key(&draw::key_of(keymap, Any::Nav(Nav::Open)));
        view.set_size(document, content.width, content.height);
        view.set_form(document, form);
        if view.wraps() != wrap {
            view.set_wrap(document, wrap);
        }
        // What is shown as it came is found again as soon as it is shown so.
        body.settle();
    }
    if !state.shows_body() {
        build(state, content, keymap, cx.shared);
    }
}

/// Shows the open request's newest outcome, or the earlier one that is looked at, where it was left if it is the same as before.
fn show_open(state: &mut State, cx: &mut Cx<'_>) {
    let open = cx.shared.open_request();
    let stays = std::mem::replace(&mut state.open, open) == open;
    state.earlier.settle(cx.shared);
    let newest = open.and_then(|open| state.earlier.shown(cx.shared, open)).cloned();
    if !stays {
        state.filter.waits.clear();
        if state.shown.is_none() || newest.is_none() {
            (state.search.typing, state.filter.typing) = (false, false);
        }
    }
    let (Some(open), Some(newest)) = (open, newest) else {
        if state.shown.take().is_some() {
            put_away(state, None);
            filter::leave(state, cx);
        }
        return;
    };
    let known = state
        .places
        .get(&open)
        .is_some_and(|place| Arc::ptr_eq(&place.outcome, &newest));
    let same = state.shown == Some(open);
    // Also into a line that was there before its first response.
    let goes_on = same || (stays && state.shown.is_none());
    let wanted = state.wanted.take_if(|(node, _)| *node == open).map(|(_, tab)| tab);
    if known && same {
        if let Some(tab) = wanted {
            state.lend(tab);
        }
        return;
    }
    state.tab = state.chosen.get(&open).copied().unwrap_or_default();
    state.shown = Some(open);
    if !same {
        put_away(state, Some(open));
    }
    let before = state.places.get(&open).and_then(|place| place.filtered.as_ref());
    let before = before.map(|filtered| (filtered.text.clone(), filtered.told()));
    let mut waits = || Some(std::mem::take(&mut state.filter.waits)).filter(|text| !text.is_empty());
    let before = before.or_else(|| Some((waits()?, None)));
    let left = if known { None } else { state.places.remove(&open) };
    let before_it = left.as_ref().and_then(|place| place.body.as_ref());
    let before_it = before_it.map(|body| (body.kind(), body.told()));
    let arrived = left.filter(|place| place.is_of(&newest));
    // Who asked to see the secrets of one response has not asked to see those of another, whose body may be the same.
    let started = |outcome: &Outcome| outcome.exchange.as_ref().map(|exchange| exchange.started);
    let goes_on_arriving = |place: &Place| started(&place.outcome) == started(&newest);
    if !same || !arrived.as_ref().is_some_and(goes_on_arriving) {
        cx.shared.hide_again();
    }
    let earlier = &state.earlier;
    let kept = |node, place: &Place| {
        let newest = earlier.shown(cx.shared, node);
        newest.is_some_and(|newest| Arc::ptr_eq(newest, &place.outcome))
    };
    state.places.retain(|node, place| kept(*node, place));
    if let Some(mut place) = arrived {
        // The body that was looked at while it arrived: it stays where it is, and who indexes it goes on.
        let again = place.renew(newest);
        let broken = is_broken(&place.outcome);
        state.places.insert(open, place);
        state.page_key = None;
        if broken {
            state.lend(Tab::Body);
        }
        if let Some(tab) = wanted {
            state.lend(tab);
        }
        if same {
            if again {
                index(state, cx);
                search(state, false, cx);
                filter::run(state, cx);
            }
            return;
        }
    } else if !known {
        // Why nothing came is what one must see first, whichever tab was looked at last time.
        if is_broken(&newest) || (state.tab == Tab::Visual && newest.visual.is_none()) {
            state.lend(Tab::Body);
        }
        make_room(state);
        let name = state.next_name();
        let wanted = state.wanted_as(open);
        let mut place = Place::new(newest, name, wanted, &cx.shared.keeping);
        if let Some(body) = &mut place.body {
            body.resume(before_it);
        }
        place.filtered = filter::of_request(before, cx.shared.workspace.request(open).map(AsRef::as_ref));
        state.places.insert(open, place);
    }
    if let Some(tab) = wanted {
        state.lend(tab);
    }
    // Who types a pattern while the response arrives goes on typing it, and it is searched in what came.
    state.search.typing &= goes_on;
    let tab = state.tab;
    state.search.origin = state.place().map_or_else(Default::default, |place| {
        (place.shown().map(|body| body.view.clone()), place.seat(tab))
    });
    index(state, cx);
    filter::resume(state, goes_on, cx);
    // A pattern that was entered before there was anything to search goes to its first match, too.
    let jump = state.search.typing || (goes_on && state.search.jump);
    search(state, jump, cx);
}

/// Makes room for one more place.
fn make_room(state: &mut State) {
    if state.places.len() >= KEPT {
        // Names rise: the lowest is that of the body looked at longest ago.
        let oldest = state.places.iter().min_by_key(|(_, place)| place.id);
        let oldest = oldest.map(|(node, _)| *node);
        oldest.map(|node| state.places.remove(&node));
    }
}

/// Whether nothing came, or less than should have: unless the user wanted no more.
fn is_broken(outcome: &Outcome) -> bool {
    match outcome.exchange.as_ref().and_then(|exchange| exchange.response()) {
        None => true,
        Some(response) => {
            let why = response.truncated.as_ref();
            why.is_some_and(|why| why.kind != SendErrorKind::Cancelled)
        }
    }
}

/// Nobody looks at any place but one for now.
pub(super) fn put_away(state: &mut State, shown: Option<NodeId>) {
    let others = state.places.iter_mut().filter(|(node, _)| Some(**node) != shown);
    let mut others: Vec<&mut Place> = others.map(|(_, place)| place).collect();
    // What was looked at last is the first to be kept.
    others.sort_unstable_by_key(|place| std::cmp::Reverse(place.id));
    let mut room = KEPT_FILTERED;
    for place in others {
        place.picture = None;
        if let Some(filtered) = &mut place.filtered {
            room = filtered.put_away(room);
        }
    }
}

/// Indexes the body shown, unless all of it is known.
pub(super) fn index(state: &mut State, cx: &mut Cx<'_>) {
    // A runtime indexes one body at a time: what was cut short by another goes on under a new name.
    let name = state.next_name();
    let Some(place) = state.place_mut() else { return };
    let Some(job) = place.shown().and_then(|body| body.document.index_job()) else {
        return;
    };
    match &mut place.filtered {
        Some(filtered) if filtered.body.is_some() => filtered.index = name,
        _ => place.id = name,
    }
    cx.effects.push(Effect::Index(name, Box::new(job)));
}

/// Turns the body to the side that is wanted: as a kind, laid out or as it came.
fn face(state: &mut State, cx: &mut Cx<'_>) {
    let raw = state.raw();
    let wanted = state.shown.map(|node| state.wanted_as(node)).unwrap_or_default();
    let name = state.next_name();
    let Some(place) = state.place_mut() else { return };
    let exchange = place.outcome.exchange.as_ref();
    let (Some(response), Some(body)) = (exchange.and_then(|exchange| exchange.response()), &mut place.body) else {
        return;
    };
    let other = body.differs(wanted) || body.is_stale(response);
    if other {
        let before = Some((body.kind(), body.again.take()));
        *body = Body::new(response, wanted, &cx.shared.keeping);
        body.resume(before);
        // What was found out about it as another kind is no longer of use.
        place.id = name;
    }
    let turned = body.set_raw(raw) || other;
    let is_filtered = place.is_filtered();
    if turned && !is_filtered {
        index(state, cx);
        search(state, false, cx);
    }
    if other && state.place().is_some_and(|place| place.filtered.is_some()) {
        filter::run(state, cx);
    }
}

/// Builds the page of the tab shown, if it is not there already.
fn build(state: &mut State, content: Rect, keymap: &Keymap, shared: &Shared) {
    let (revealed, now) = (shared.revealed, shared.now);
    let Some(place) = state.place() else { return };
    let unresolved = &place.outcome.unresolved;
    let home = state.shown.filter(|_| !unresolved.is_empty());
    let home = home
        .and_then(|node| shared.home_of(node, unresolved))
        .map(|(name, home)| {
            let save = draw::key_of(keymap, Any::App(App::Save));
            format!("{home} has `{name}`: {save} saves the request into it")
        });
    let key = PageKey {
        place: place.id,
        tab: state.tab,
        width: content.width,
        revealed,
        pattern: state.search.pattern(),
        minute: if matches!(state.tab, Tab::Cookies | Tab::Tls) {
            now.as_second() / 60
        } else {
            0
        },
        home,
    };
    if state.page_key.as_ref() != Some(&key) {
        // The last column is the scroll bar's.
        let width = usize::from(content.width.saturating_sub(2));
        let mut page = page(place, key.home.as_deref(), state.tab, width, revealed, now);
        page.measure(width);
        state.search.find_in(&mut page);
        state.page = page;
        state.page_key = Some(key);
    }
    let tab = state.tab;
    if let Some(place) = state.shown.and_then(|node| state.places.get_mut(&node)) {
        state.page.settle(place.seat_mut(tab), usize::from(content.height));
    }
}

fn page(place: &Place, home: Option<&str>, tab: Tab, width: usize, revealed: bool, now: Timestamp) -> Page {
    let outcome = &*place.outcome;
    let exchange = outcome.exchange.as_ref();
    let response = exchange.and_then(|exchange| exchange.response());
    let show = Show {
        redactor: Some(&outcome.redactor),
        revealed,
    };
    match (tab, exchange, response) {
        (Tab::Headers, Some(exchange), response) if response.is_some() || !exchange.hops.is_empty() => {
            headers::headers(exchange, &show, width)
        }
        (Tab::Cookies, Some(exchange), response) if response.is_some() || !exchange.hops.is_empty() => {
            headers::cookies(exchange, now, &show, width)
        }
        (Tab::Body | Tab::Headers | Tab::Cookies, ..) => failure::page(outcome, home, &show),
        (Tab::Tls, Some(exchange), _) => tls::tls(exchange.connection.tls.as_deref(), &show, now),
        (Tab::Tests, ..) => scripts::tests(outcome, &show),
        (Tab::Console, ..) => scripts::console(outcome, &show),
        (Tab::Visual, ..) => scripts::visual(outcome, &show),
        (Tab::Timing, Some(exchange), _) => timing::timing(outcome, exchange, &show, width),
        (Tab::Request, Some(exchange), _) => request::request(exchange, &show),
        _ => Page::default(),
    }
}

/// Searches the body for the pattern; `jump` goes to the first match behind where the search began.
pub(super) fn search(state: &mut State, jump: bool, cx: &mut Cx<'_>) {
    let name = state.next_name();
    (state.search.jump, state.search.back) = (jump, false);
    // Not through a method: the search is needed besides.
    let place = state.shown.and_then(|node| state.places.get(&node));
    let body = place.and_then(|place| place.shown());
    let job = body.and_then(|body| state.search.job(name, &body.document));
    let nothing = job.is_none();
    match job {
        Some(job) => cx.effects.push(Effect::Search(name, Box::new(job))),
        None => state.search.matches = None,
    }
    if nothing && let Some(body) = state.place_mut().and_then(|place| place.shown_mut()) {
        body.view.set_matches(None);
    }
    if jump && !state.shows_body() {
        // The page is searched when it is built; here it only has to be known where to go.
        state.search.find_in(&mut state.page);
        let origin = state.search.origin.1;
        let first = state.page.hits().iter().copied().find(|row| *row >= origin.cursor);
        let to = first
            .or_else(|| state.page.hits().first().copied())
            .unwrap_or(origin.cursor);
        move_to(state, to);
    }
}

/// Puts the cursor of the page on a row.
pub(super) fn move_to(state: &mut State, row: usize) {
    let (tab, height) = (state.tab, state.height());
    if let Some(place) = state.shown.and_then(|node| state.places.get_mut(&node)) {
        let seat = place.seat_mut(tab);
        seat.cursor = row;
        if !state.page.cursor {
            seat.offset = row;
        }
        state.page.settle(seat, height);
    }
}

/// A body's index grew.
pub(super) fn indexed(state: &mut State, name: u64, snapshot: Snapshot) {
    let body = state.places.values_mut().find_map(|place| match &mut place.filtered {
        Some(filtered) if filtered.index == name => filtered.body.as_mut(),
        _ if place.id == name => place.body.as_mut(),
        _ => None,
    });
    if let Some(body) = body
        && body.document.apply(snapshot)
    {
        body.view.refresh(&body.document);
        body.settle();
    }
}

/// A search has news.
pub(super) fn found(state: &mut State, name: u64, found: Found) {
    if name != state.search.id {
        return;
    }
    let first = matches!(found, Found::First(_));
    match found {
        Found::Progress(progress) => {
            // Who has looked at all that came and goes on reading is not taken away from it by a hit that comes later.
            state.search.jump &= state.search.typing || !progress.arriving || progress.found > 0;
            state.search.progress = Some(progress);
        }
        Found::First(matches) | Found::Matches(matches) => {
            state.search.literal = matches.literal;
            let matches = Arc::new(matches);
            if !first {
                state.search.progress = None;
                state.search.matches = Some(Arc::clone(&matches));
            }
            let back = state.search.back;
            // Which one is the last before something is known at the end alone.
            let jumps = state.search.jump && !(first && back);
            let origin = if jumps { state.search.origin.0.clone() } else { None };
            state.search.jump &= !jumps;
            let shown = state.place_mut().and_then(|place| place.shown_mut());
            let Some(Body {
                document, view, again, ..
            }) = shown
            else {
                return;
            };
            let jump = origin.is_some();
            if let Some(origin) = origin {
                *again = None;
                *view = origin;
                view.refresh(document);
            }
            view.set_matches(Some(matches));
            // The match gone to when the first ones came is still the current one.
            if jump && back {
                view.prev_match(document);
            } else if jump {
                view.next_match(document);
            }
        }
    }
}

impl State {
    /// The count beside the search: `3/17`, `no match`, or how far the search is.
    pub(super) fn count(&self) -> String {
        if self.search.field.is_empty() {
            return String::new();
        }
        if !self.shows_body() {
            let hits = self.page.hits();
            let cursor = self.place().map_or(0, |place| place.seat(self.tab).cursor);
            return match hits.iter().position(|row| *row == cursor) {
                _ if hits.is_empty() => NO_MATCH.to_owned(),
                Some(at) if self.page.cursor => format!("{}/{}", at + 1, hits.len()),
                _ => hits.len().to_string(),
            };
        }
        let current = self
            .place()
            .and_then(|place| place.shown())
            .and_then(|body| body.view.current_match());
        match (&self.search.matches, self.search.progress) {
            (Some(matches), _) if matches.ranges.is_empty() => NO_MATCH.to_owned(),
            (Some(matches), _) => match current {
                Some(at) => format!("{}/{}", at + 1, matches.count()),
                None => matches.count(),
            },
            (
                None,
                Some(Progress {
                    arriving: true, found, ..
                }),
            ) => match current {
                _ if found == 0 => NONE_YET.to_owned(),
                Some(at) => format!("{}/{found} so far", at + 1),
                None => format!("{found} so far"),
            },
            (None, Some(progress)) => {
                let percent = progress.searched.saturating_mul(100) / progress.total.max(1);
                format!("{} · {percent} %", progress.found)
            }
            (None, None) => "…".to_owned(),
        }
    }
}
