//! The filter line: a jq program, a `JSONPath` or an XPath, its output in place of the body while one types.
//!
//! ```text
//! `|` → typing ─ each change → Effect::Filter(new name) → filtered(name): another body, how many values, what is wrong
//!         ├ Tab     takes the key that is offered below the line, ↑ ↓ go through earlier filters
//!         ├ Enter   keeps it; the next response of the request is filtered by it, too
//!         └ Esc     goes back to the filter there was before, else to the whole body
//! `F` → Command::Edit: it is kept on the request, or no more
//! ```

mod line;

use std::sync::Arc;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::filter::{FilterError, Filtered as Output, Form, Places};
use crate::model::edit::Edit;
use crate::model::{Entity, Redactor, Request, Secret};
use crate::tui::command::Command;
use crate::tui::effect::Effect;
use crate::tui::filtering::{Job, News};
use crate::tui::panes::Cx;
use crate::tui::shared::Level;
use crate::tui::widgets::body::{Document, Kind, Source, Syntax, View as BodyView};
use crate::tui::widgets::editor::Editor;
use crate::tui::widgets::highlight;

use super::history::History;
use super::offers::Offers;
use super::place::Place;
use super::sight::{Body, Seen, begun};
use super::tab::Tab;
use super::{State, follow};

pub(super) use line::draw;

/// What stands for the count while there is no response.
pub(super) const NOTHING_YET: &str = "no response yet";

/// The line.
#[derive(Debug)]
pub(super) struct Filter {
    /// What is typed.
    pub field: Editor,
    /// Whether keys go into it.
    pub typing: bool,
    /// The keys that could stand at its end.
    offers: Offers,
    /// Whether somebody may be at work for it.
    at_work: bool,
    /// The filter that the body was shown through when the typing began.
    pub before: Option<String>,
    /// What was typed while there was no response yet: the first one is shown through it.
    pub waits: String,
    /// Earlier filters.
    pub history: History,
}

impl Default for Filter {
    fn default() -> Self {
        Self {
            field: Editor::single_line("").with_placeholder("jq, or JSONPath from $ on; XPath in XML and HTML"),
            typing: false,
            offers: Offers::default(),
            at_work: false,
            before: None,
            waits: String::new(),
            history: History::default(),
        }
    }
}

/// What a filter made of a body.
#[derive(Debug, Default)]
pub(super) struct Filtered {
    /// The filter.
    pub text: String,
    /// The name of the newest run: news of others are stale.
    pub id: u64,
    /// The name of its output's indexing.
    pub index: u64,
    running: bool,
    /// How much of the body is read for it, in per cent.
    read: u8,
    /// Its output; that of the last filter that made sense while one types.
    pub body: Option<Body>,
    /// The run that the output is from.
    from: u64,
    /// Whether more of the body is to come, and so perhaps of the output.
    arrives: bool,
    /// Where one was in what it made of the response before: gone to when all it makes is there, unless one moves before that.
    pub again: Option<Seen>,
    /// Where in the body the values of the output stand, as far as that is known.
    pub places: Places,
    count: usize,
    cut: Option<String>,
    error: Option<Words>,
    /// Whether it is the text that is wrong: perhaps it is only not finished.
    unfinished: bool,
    /// The pieces of secrets in the output, and in the one that comes next.
    pieces: Vec<Secret>,
    coming: Vec<Secret>,
    /// What hides these, with what is secret in the body.
    hides: Option<Redactor>,
}

/// What is said of an error: values of the body may stand in it.
#[derive(Debug)]
struct Words {
    plain: String,
    masked: String,
}

impl Filtered {
    /// Its output goes unless there is room for so many bytes, and is made anew when it is shown again. Returns the room that
    /// is left.
    pub(super) fn put_away(&mut self, room: usize) -> usize {
        let len = self.body.as_ref().map_or(0, |body| body.document.source().len());
        if len > room {
            self.again = self.told();
            (self.body, self.running) = (None, true);
            return room;
        }
        room - len
    }

    /// Where one is in its output.
    pub(super) fn told(&self) -> Option<Seen> {
        let told = self.body.as_ref().and_then(Body::told);
        told.or_else(|| self.again.clone())
    }

    /// What hides the secrets in its output, where there are pieces of them.
    pub(super) fn hides(&self) -> Option<&Redactor> {
        self.hides.as_ref().filter(|_| self.body.is_some())
    }

    /// Hides the pieces in its output beside what is secret in the body.
    pub(super) fn hide_with(&mut self, redactor: &Redactor) {
        self.hides = (!self.pieces.is_empty()).then(|| redactor.with(self.pieces.iter().cloned()));
    }

    /// It is to be run once more on the same body, and looked at where it is; says whether there is a filter. Until then all of
    /// the body is shown: in the old output, or what the old error quotes of it, a secret of now would stand in clear.
    pub(super) fn begin_again(&mut self) -> bool {
        let filters = !self.text.trim().is_empty();
        if filters {
            self.again = self.told();
            (self.body, self.error, self.running) = (None, None, true);
        }
        filters
    }

    /// A filter to be run.
    pub(super) fn new(text: String) -> Self {
        Self {
            running: true,
            text,
            ..Self::default()
        }
    }
}

impl State {
    fn filtered_mut(&mut self) -> Option<&mut Filtered> {
        self.place_mut()?.filtered.as_mut()
    }

    /// The rows of the filter line, and of what is said below it.
    pub(super) fn filter_rows(&self) -> u16 {
        let filtered = self.place().and_then(|place| place.filtered.as_ref());
        let said = filtered.is_some_and(|filtered| filtered.error.is_some() || filtered.cut.is_some());
        match filtered {
            _ if self.tab != Tab::Body => 0,
            _ if self.filter.typing => 2,
            Some(_) if said => 2,
            Some(_) => 1,
            None => 0,
        }
    }
}

/// Says so where no response is there and none is awaited. The line opens all the same: what is typed behind its key must
/// never be taken for keys.
pub(super) fn tell_if_nothing_comes(state: &State, cx: &mut Cx<'_>) {
    let awaited = cx.shared.open.is_some_and(|open| cx.shared.running.contains_key(&open));
    if state.place().is_none() && !awaited {
        cx.shared
            .notify(Level::Info, "there is no response yet: send the request first");
    }
}

/// Begins to type, on what is there or is to come.
pub(super) fn begin(state: &mut State, cx: &mut Cx<'_>) {
    tell_if_nothing_comes(state, cx);
    if state.place().is_some_and(|place| place.body.is_none()) {
        let text = "there is no body to filter: send the request first";
        cx.shared.notify(Level::Info, text);
    }
    let place = state.place().filter(|place| place.filtered.is_none());
    let kind = place.and_then(|place| place.body.as_ref()).map(Body::kind);
    if let Some(kind @ (Kind::Csv | Kind::Tsv | Kind::Markdown | Kind::Yaml | Kind::Css)) = kind {
        let name = kind.name();
        let text = format!("{name} has no filter: filters take JSON, XML and HTML; the search finds what stands in it");
        return cx.shared.notify(Level::Info, text);
    }
    state.turn_to(Tab::Body);
    state.search.typing = false;
    state.filter.typing = true;
    state.filter.history.leave();
    show_text(state);
    state.filter.field.select_all();
    state.filter.before = state
        .place()
        .and_then(|place| Some(place.filtered.as_ref()?.text.clone()));
    if let Some(place) = state.place_mut()
        && place.filtered.is_none()
    {
        place.filtered = Some(Filtered {
            running: false,
            ..Filtered::default()
        });
    }
    run(state, cx);
}

/// Puts the filter of the request shown into the line.
fn show_text(state: &mut State) {
    let text = match state.place() {
        Some(place) => place.filtered.as_ref().map(|filtered| filtered.text.clone()),
        None => Some(state.filter.waits.clone()),
    };
    state.filter.field.set_text(&text.unwrap_or_default());
    state.filter.field.go_to_end();
}

/// Takes a key while typing.
pub(super) fn key(state: &mut State, key: KeyEvent, cx: &mut Cx<'_>) {
    if !matches!(key.code, KeyCode::Tab | KeyCode::BackTab) {
        state.filter.offers.leave();
    }
    match key.code {
        KeyCode::Enter => {
            state.filter.typing = false;
            let text = state.filter.field.text();
            if state.place().is_none() {
                state.filter.waits.clone_from(&text);
            }
            if text.trim().is_empty() {
                clear(state, cx);
            } else {
                note(state, text);
            }
        }
        KeyCode::Tab | KeyCode::BackTab => {
            let run = state.filtered_mut().map_or(0, |filtered| filtered.id);
            let line = state.filter.field.text();
            let taken = state.filter.offers.tab(run, &line, is_forward(key));
            if let Some(text) = taken {
                set(state, &text, cx);
            }
        }
        KeyCode::Up | KeyCode::Down => recall(state, key.code == KeyCode::Up, cx),
        _ => {
            if state.filter.field.handle_key(key).changed() {
                state.filter.history.leave();
                changed(state, cx);
            }
        }
    }
}

/// Whether this is Tab, and not the same with Shift.
pub(super) fn is_forward(key: KeyEvent) -> bool {
    key.code == KeyCode::Tab && !key.modifiers.contains(KeyModifiers::SHIFT)
}

/// Takes pasted text while typing.
pub(super) fn paste(state: &mut State, text: &str, cx: &mut Cx<'_>) {
    state.filter.offers.leave();
    state.filter.field.paste(text);
    changed(state, cx);
}

/// Remembers a filter, unless what must be hidden stands in it.
fn note(state: &mut State, text: String) {
    if !is_secret(state, &text) {
        state.filter.history.note(text);
    }
}

/// Whether what must be hidden stands in a text.
pub(super) fn is_secret(state: &State, text: &str) -> bool {
    let place = state.place();
    place.is_some_and(|place| place.outcome.redactor.redact(text) != text)
}

fn recall(state: &mut State, back: bool, cx: &mut Cx<'_>) {
    if let Some(text) = state.filter.history.step(back) {
        set(state, &text, cx);
    }
}

fn set(state: &mut State, text: &str, cx: &mut Cx<'_>) {
    state.filter.field.set_text(text);
    state.filter.field.go_to_end();
    changed(state, cx);
}

/// Another text is in the line.
fn changed(state: &mut State, cx: &mut Cx<'_>) {
    let text = state.filter.field.text();
    let Some(place) = state.place_mut() else { return };
    let filtered = place.filtered.get_or_insert_default();
    filtered.running = !text.trim().is_empty();
    filtered.error = None;
    if !filtered.running {
        (filtered.body, filtered.cut) = (None, None);
    }
    let shows_whole = !filtered.running;
    filtered.again = None;
    filtered.text = text;
    if shows_whole {
        follow::index(state, cx);
        follow::search(state, false, cx);
    }
    run(state, cx);
}

/// Runs the filter of the request shown, and asks for the keys if somebody is typing.
pub(super) fn run(state: &mut State, cx: &mut Cx<'_>) {
    let name = state.next_name();
    let completes = state.filter.typing;
    // Not through a method: the line is needed besides.
    let Some(place) = state.shown.and_then(|node| state.places.get_mut(&node)) else {
        return;
    };
    let text = place.body.as_ref().and_then(Body::for_filters);
    let (Some((body, media_type)), Some(filtered)) = (text, &mut place.filtered) else {
        return;
    };
    state.filter.at_work = true;
    (filtered.id, filtered.read) = (name, 0);
    let job = Job {
        body,
        media_type: media_type.to_owned(),
        text: filtered.text.clone(),
        completes,
        redactor: place.outcome.redactor.clone(),
    };
    cx.effects.push(Effect::Filter(name, Box::new(job)));
}

/// Another place is shown, or another response: its filter goes on if it has not come to its end, and who types into the
/// line goes on typing, if there is nothing to filter too: the next keys are meant for the line.
pub(super) fn resume(state: &mut State, same: bool, cx: &mut Cx<'_>) {
    if !same || state.tab != Tab::Body {
        state.filter.typing = false;
    }
    state.filter.offers = Offers::default();
    if !same {
        state.filter.before = None;
    }
    if state.filter.typing {
        let text = state.filter.field.text();
        if let Some(place) = state.place_mut() {
            let running = !text.trim().is_empty();
            let filtered = place.filtered.get_or_insert_default();
            (filtered.text, filtered.running) = (text, running);
        }
    } else {
        show_text(state);
    }
    let goes_on = state.filtered_mut().is_some_and(|filtered| filtered.running);
    if goes_on || state.filter.typing {
        run(state, cx);
    } else if !same {
        leave(state, cx);
    }
}

/// No filter is shown any more: who filters forgets the body.
pub(super) fn leave(state: &mut State, cx: &mut Cx<'_>) {
    if std::mem::take(&mut state.filter.at_work) {
        cx.effects.push(Effect::StopFilter);
    }
}

/// The filter that a new response is shown through: the one of the response before, else the request's own.
pub(super) fn of_request(before: Option<(String, Option<Seen>)>, request: Option<&Request>) -> Option<Filtered> {
    let own = request.map(|request| (request.filter.clone(), None));
    let (text, again) = before.filter(|(text, _)| !text.trim().is_empty()).or(own)?;
    let filtered = (!text.trim().is_empty()).then(|| Filtered::new(text))?;
    Some(Filtered { again, ..filtered })
}

/// Esc: goes back to the filter that was there before one typed, else to the whole body. Returns whether there was a filter.
pub(super) fn back(state: &mut State, cx: &mut Cx<'_>) -> bool {
    if state.place().is_none() {
        state.filter.waits.clear();
    }
    let there = state.place().is_some_and(|place| place.filtered.is_some());
    if !there || state.tab != Tab::Body {
        // Whatever is shown, nobody goes on typing where it cannot be seen.
        return std::mem::take(&mut state.filter.typing);
    }
    let text = state.filter.field.text();
    if state.filter.typing && !text.trim().is_empty() {
        note(state, text.clone());
    }
    let before = state.filter.before.take().filter(|_| state.filter.typing);
    match before.filter(|before| !before.trim().is_empty()) {
        Some(before) => {
            state.filter.typing = false;
            state.filter.offers = Offers::default();
            if before != text {
                set(state, &before, cx);
            }
        }
        None => clear(state, cx),
    }
    true
}

fn clear(state: &mut State, cx: &mut Cx<'_>) {
    state.filter.typing = false;
    state.filter.offers = Offers::default();
    state.filter.field.set_text("");
    if let Some(place) = state.place_mut() {
        place.filtered = None;
    }
    state.filter.at_work = false;
    cx.effects.push(Effect::StopFilter);
    follow::index(state, cx);
    follow::search(state, false, cx);
}

/// A filter has news.
pub(super) fn news(state: &mut State, name: u64, news: News, cx: &mut Cx<'_>) {
    let outdated = |place: &Place| place.filtered.as_ref().is_none_or(|filtered| filtered.id != name);
    if state.place().is_none_or(outdated) {
        return;
    }
    match news {
        News::Keys(keys) => {
            let redactor = state.place().map(|place| place.outcome.redactor.clone());
            let redactor = redactor.unwrap_or_default();
            let masked = keys.texts.iter().map(|key| redactor.redact(key)).collect();
            let line = state.filter.field.text();
            if let Some(text) = state.filter.offers.came(name, keys, masked, &line) {
                set(state, &text, cx);
            }
        }
        News::Read(percent) => {
            if let Some(filtered) = state.filtered_mut() {
                filtered.read = percent;
            }
        }
        News::Pieces(pieces) => {
            if let Some(filtered) = state.filtered_mut() {
                filtered.coming = pieces;
            }
        }
        News::SoFar(output) => take(state, output, true, cx),
        News::Output(Ok(output)) => take(state, output, false, cx),
        News::Output(Err(error)) => {
            let Some(place) = state.place_mut() else { return };
            let redactor = &place.outcome.redactor;
            let Some(filtered) = &mut place.filtered else { return };
            (filtered.running, filtered.arrives) = (false, false);
            filtered.unfinished = matches!(error, FilterError::Text(_));
            filtered.error = Some(Words {
                plain: error.words(str::to_owned),
                masked: error.words(|words| redactor.redact_pieces(words)),
            });
        }
    }
}

/// Shows an output; one that is only longer than the one before is looked at where that was.
fn take(state: &mut State, output: Output, arrives: bool, cx: &mut Cx<'_>) {
    let index = state.next_name();
    let body = state.place().and_then(|place| place.body.as_ref());
    let records = body.is_some_and(|body| matches!(body.kind(), Kind::JsonLines | Kind::Events));
    let html = body.is_some_and(|body| body.kind() == Kind::Html);
    let Some(filtered) = state.filtered_mut() else { return };
    let syntax = match output.form {
        Form::Json => Syntax::Json,
        Form::JsonLines => Syntax::JsonLines,
        Form::Markup if html => Syntax::Code(highlight::Syntax::Html),
        Form::Markup => Syntax::Code(highlight::Syntax::Xml),
        Form::Text => Syntax::Text,
    };
    let document = Document::new(Source::from(output.bytes), syntax);
    if let Some(job) = document.index_job() {
        cx.effects.push(Effect::Index(index, Box::new(job)));
    }
    let grown = filtered.body.take().filter(|_| filtered.from == filtered.id);
    let mut view = match grown {
        Some(body) => body.view,
        None if records => begun(&document),
        None => BodyView::new(),
    };
    view.refresh(&document);
    (filtered.running, filtered.arrives, filtered.from) = (false, arrives, filtered.id);
    (filtered.count, filtered.cut, filtered.error) = (output.count, output.cut, None);
    (filtered.index, filtered.places) = (index, output.places);
    let again = if arrives { None } else { filtered.again.take() };
    filtered.body = Some(Body::output(document, view, again));
    filtered.pieces = std::mem::take(&mut filtered.coming);
    if let Some(place) = state.place_mut() {
        place.hide_pieces();
    }
    follow::search(state, false, cx);
}

/// Keeps the filter on the request, or takes away the one that is kept; undoably.
pub(super) fn keep(state: &State, cx: &mut Cx<'_>) {
    let filtered = state.place().and_then(|place| place.filtered.as_ref());
    let text = filtered
        .map(|filtered| filtered.text.trim().to_owned())
        .unwrap_or_default();
    let Some((id, request)) = state.shown.and_then(|id| Some((id, cx.shared.workspace.request(id)?))) else {
        return;
    };
    if filtered.is_some() && is_secret(state, &text) {
        let text = "there is a secret in the filter: it is not kept on the request, whose file others may see";
        return cx.shared.notify(Level::Warning, text);
    }
    let is_wrong = filtered.is_some_and(|filtered| filtered.error.is_some());
    if is_wrong && text != request.filter {
        let text = "the filter makes nothing of this body: it is not kept";
        return cx.shared.notify(Level::Warning, text);
    }
    let (filter, words) = match (text.is_empty(), request.filter.is_empty()) {
        (true, true) => {
            let text = "there is no filter to keep: type one first";
            return cx.shared.notify(Level::Info, text);
        }
        (false, _) if text != request.filter => (text, "the filter is kept on the request: save it"),
        _ => (String::new(), "the request has no filter any more: save it"),
    };
    let label = if filter.is_empty() {
        "remove the filter"
    } else {
        "keep the filter"
    };
    let entity = Entity::Request(Arc::new(Request {
        filter,
        ..Request::clone(request)
    }));
    cx.commands.push(Command::Edit {
        label: label.to_owned(),
        merge: None,
        edits: vec![Edit::Replace { id, entity }],
    });
    cx.commands.push(Command::Notify(Level::Done, words.to_owned()));
}
