//! What came back: the body, headers, cookies, tests, console, timing, and the request as it was sent.
//!
//! ```text
//! shared.outcomes[open] ─ sync → Place (body + index, a seat for each tab) ┬→ body: widgets::body
//!                                                                          └→ other tabs: Page of rows
//! Effect::Index, Effect::Search → indexed(), found()   stale names are ignored
//! ```
//!
//! Places are kept by request, so coming back to a request shows it where it was left. Secrets that were sent are masked
//! until revealed, also where the server sends them back in the body.

mod body;
mod compare;
mod draw;
mod earlier;
mod extract;
mod failure;
mod filter;
mod follow;
mod headers;
mod history;
mod input;
mod notes;
mod offers;
mod page;
mod picture;
mod place;
mod remedy;
mod request;
mod scripts;
mod search;
mod show;
mod sight;
mod tab;
#[cfg(test)]
mod tests;
mod timing;
mod title;
mod tls;
mod token;
pub mod words;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crossterm::event::{KeyEvent, MouseEvent};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use serde_json::{Value, json};

use super::{Cx, View};
use crate::model::NodeId;
use crate::tui::action::{Action as Any, App, Nav, Spec, specs};
use crate::tui::command::Command;
use crate::tui::event::Found;
use crate::tui::filtering::News;
use crate::tui::giving::Copied;
use crate::tui::keymap::{Context, Keymap};
use crate::tui::runner::Ask;
use crate::tui::shared::Shared;
use crate::tui::widgets::body::{Kind, Snapshot, Syntax};
use crate::tui::widgets::editor::Editor;
use crate::tui::widgets::picture::{Picture, Sharp};
use crate::tui::widgets::tabs;

use self::earlier::Earlier;
pub use self::extract::{Extract, scopes};
use self::filter::Filter;
use self::follow::{NO_MATCH, NONE_YET, PageKey};
use self::page::Page;
use self::place::Place;
pub use self::scripts::at_line;
use self::search::Search;
use self::sight::{Body, Wanted};
pub use self::tab::Tab;

/// What the pane remembers.
#[derive(Debug, Default)]
pub struct State {
    tab: Tab,
    /// The tabs that the user chose for a request; others are seen in the first one.
    chosen: HashMap<NodeId, Tab>,
    /// The request that is open: its outcome shows, or is still to come.
    open: Option<NodeId>,
    /// The tab that a request's outcome is to be seen in as soon as it shows.
    wanted: Option<(NodeId, Tab)>,
    wrap: bool,
    /// The requests whose bodies are shown as they came.
    raw: HashSet<NodeId>,
    /// Where the pane was last drawn.
    area: Rect,
    /// The request shown.
    shown: Option<NodeId>,
    places: HashMap<NodeId, Place>,
    /// Where an earlier response is looked at.
    earlier: Earlier,
    /// How bodies are to be read, where the user said so.
    kinds: HashMap<NodeId, Wanted>,
    /// The name of the last indexing or search.
    names: u64,
    search: Search,
    filter: Filter,
    notes: Vec<notes::Laid>,
    /// The rows of the tab shown, unless that is the body.
    page: Page,
    page_key: Option<PageKey>,
}

impl State {
    fn place(&self) -> Option<&Place> {
        self.places.get(&self.shown?)
    }

    fn place_mut(&mut self) -> Option<&mut Place> {
        self.places.get_mut(&self.shown?)
    }

    /// Whether the body is shown as it came.
    fn raw(&self) -> bool {
        self.shown.is_some_and(|node| self.raw.contains(&node))
    }

    /// Shows the body of this request as it came, or laid out again.
    fn turn_raw(&mut self) {
        if let Some(node) = self.shown.filter(|node| !self.raw.remove(node)) {
            self.raw.insert(node);
        }
    }

    fn notes(&self) -> &[notes::Laid] {
        if self.tab == Tab::Body { &self.notes } else { &[] }
    }

    fn parts(&self, area: Rect) -> draw::Parts {
        let header = self.shows_body() && self.place().and_then(|place| place.shown()?.header()).is_some();
        let filter = self.filter_rows();
        draw::parts(area, notes::lines(self.notes()), header, filter, self.search.visible())
    }

    /// The rows of the content.
    fn height(&self) -> usize {
        usize::from(self.parts(self.area).content.height)
    }

    fn next_name(&mut self) -> u64 {
        self.names += 1;
        self.names
    }

    /// How the body of a request is to be read.
    fn wanted_as(&self, node: NodeId) -> Wanted {
        self.kinds.get(&node).copied().unwrap_or_default()
    }

    /// Goes to a tab that the user chose.
    fn turn_to(&mut self, tab: Tab) {
        self.lend(tab);
        if let Some(node) = self.open {
            self.chosen.insert(node, tab);
        }
    }

    /// Goes to a tab until another outcome comes.
    fn lend(&mut self, tab: Tab) {
        self.filter.typing &= tab == Tab::Body;
        self.tab = tab;
    }

    /// Whether the viewer of bodies is what is shown.
    fn shows_body(&self) -> bool {
        self.tab == Tab::Body && self.place().is_some_and(|place| place.body.is_some())
    }
}

/// What can be done here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// Wraps long lines of the body, or stops it.
    Wrap,
    /// Shows the body as it was sent, or laid out.
    Raw,
    /// Offers the kinds a body can be read as.
    Kind,
    /// Reads the body as a kind, or as what it seems to be.
    As(Option<Kind>),
    /// Reads its bytes in a charset, by its WHATWG label, or in the one it says.
    Charset(Option<&'static str>),
    /// Saves the body to a file.
    Save,
    /// Makes a value of the response a token.
    Token,
    /// Shows the body in an outside program.
    External,
    /// Folds what the cursor is on or in, or unfolds it.
    Fold,
    /// Folds all that is in it, or unfolds it down to the leaves.
    FoldInside,
    /// Folds all to the next level, and after the last one nothing.
    FoldLevel,
    /// Folds all but the path to the cursor.
    FoldAround,
    /// Goes to the other bracket.
    Pair,
    /// Goes to the next member of what the cursor's line lies in.
    NextSibling,
    /// Goes to the one before.
    PreviousSibling,
    /// Scrolls to the start of the line.
    LineStart,
    /// Scrolls to its end.
    LineEnd,
    /// Searches for the value under the cursor.
    SearchValue,
    /// The same, towards the start.
    SearchValueBack,
    /// Goes to a line by its number.
    Line(usize),
    /// Filters the body.
    Filter,
    /// Keeps the filter on the request, or takes it away.
    KeepFilter,
    /// Sets a variable from the value under the cursor.
    Extract,
    /// Compares the body with an earlier one.
    Compare,
    /// Offers the responses that are kept.
    Earlier,
    /// Looks at one of them, by its number.
    View(u64),
    /// Shows a tab.
    Show(Tab),
}

/// The words for the actions.
pub const ACTIONS: &[Spec] = specs! { Any::Response:
    "response.wrap" "wrap" "Wrap long lines of the response, or stop wrapping them" Action::Wrap,
    "response.pair" "other bracket" "Go to the other bracket of the JSON in the response" Action::Pair,
    "response.next-sibling" "next sibling" "Go to the next member beside this one in the response" Action::NextSibling,
    "response.previous-sibling" "previous sibling" "Go to the member before this one in the response" Action::PreviousSibling,
    "response.line-start" "line's start" "Scroll to the start of the response's lines" Action::LineStart,
    "response.line-end" "line's end" "Scroll to the end of the response's line" Action::LineEnd,
    "response.search-value" "search this value" "Search the response for the value under the cursor" Action::SearchValue,
    "response.search-value-back" "search it backwards" "Search the response backwards for the value under the cursor" Action::SearchValueBack,
    "response.raw" "raw" "Show the response's body as it was sent, or laid out again" Action::Raw,
    "response.kind" "kind" "View the response's body as another kind: XML, CSV, CBOR …" Action::Kind,
    "response.as-guessed" "view as what it is" "Read the response's body as its type and first bytes say" Action::As(None),
    "response.charset-guessed" "charset it says" "Read the response's body in the charset that it says" Action::Charset(None),
    "response.as-json" "view as JSON" "Read the response's body as JSON" Action::As(Some(Kind::Json)),
    "response.as-jsonl" "view as JSON Lines" "Read the response's body as JSON values one behind the other" Action::As(Some(Kind::JsonLines)),
    "response.as-xml" "view as XML" "Read the response's body as XML" Action::As(Some(Kind::Xml)),
    "response.as-html" "view as HTML" "Read the response's body as HTML" Action::As(Some(Kind::Html)),
    "response.as-css" "view as CSS" "Read the response's body as a style sheet" Action::As(Some(Kind::Css)),
    "response.as-javascript" "view as JavaScript" "Read the response's body as JavaScript" Action::As(Some(Kind::JavaScript)),
    "response.as-yaml" "view as YAML" "Read the response's body as YAML" Action::As(Some(Kind::Yaml)),
    "response.as-markdown" "view as Markdown" "Read the response's body as Markdown" Action::As(Some(Kind::Markdown)),
    "response.as-csv" "view as CSV" "Read the response's body as a table of separated values" Action::As(Some(Kind::Csv)),
    "response.as-tsv" "view as TSV" "Read the response's body as a table separated by tabs" Action::As(Some(Kind::Tsv)),
    "response.as-events" "view as events" "Read the response's body as an event stream" Action::As(Some(Kind::Events)),
    "response.as-text" "view as text" "Read the response's body as plain text" Action::As(Some(Kind::Text)),
    "response.as-msgpack" "view as MessagePack" "Decode the response's body from MessagePack" Action::As(Some(Kind::MessagePack)),
    "response.as-cbor" "view as CBOR" "Decode the response's body from CBOR" Action::As(Some(Kind::Cbor)),
    "response.as-protobuf" "view as Protobuf" "Show the fields of a Protocol Buffers message, without its schema" Action::As(Some(Kind::Protobuf)),
    "response.as-image" "view as an image" "Show what is known of the picture" Action::As(Some(Kind::Image)),
    "response.as-hex" "view as bytes" "Show the response's body as a hex dump" Action::As(Some(Kind::Binary)),
    "response.save" "save body" "Save the response's body to a file, as it came: also a download that still runs" Action::Save,
    "response.token" "use as token" "Use a value of this response as a token, renewed by itself" Action::Token,
    "response.external" "open" "Open the response's body in $PAGER or $EDITOR, as it is shown; a picture in the system's program" Action::External,
    "response.fold" "fold" "Fold or unfold what the cursor is on; on a value, what it lies in" Action::Fold,
    "response.fold-inside" "fold inside" "Fold all that is inside, or unfold it down to the leaves" Action::FoldInside,
    "response.fold-level" "fold to a level" "Fold everything to the first level, then to the next ones, then to none" Action::FoldLevel,
    "response.fold-around" "fold around" "Fold everything but the path to the cursor" Action::FoldAround,
    "response.filter" "filter" "Filter the body by jq, JSONPath or XPath, while you type" Action::Filter,
    "response.keep-filter" "keep the filter" "Keep the filter on the request for its next responses, or remove it" Action::KeepFilter,
    "response.extract" "set variable" "Set a variable from this value, with every response to come" Action::Extract,
    "response.compare" "compare" "Compare the body with that of an earlier response" Action::Compare,
    "response.earlier" "earlier responses" "Look at an earlier response of the request, as long as the program runs" Action::Earlier,
    "response.body" "body" "Show the response's body" Action::Show(Tab::Body),
    "response.headers" "headers" "Show the response's headers" Action::Show(Tab::Headers),
    "response.cookies" "cookies" "Show the cookies the response set" Action::Show(Tab::Cookies),
    "response.tests" "tests" "Show what the tests said" Action::Show(Tab::Tests),
    "response.console" "console" "Show what the scripts wrote to the console" Action::Show(Tab::Console),
    "response.timing" "timing" "Show how long each part of the send took" Action::Show(Tab::Timing),
    "response.tls" "TLS" "Show what TLS agreed on, and the server's certificates" Action::Show(Tab::Tls),
    "response.request" "as sent" "Show the request exactly as it was sent" Action::Show(Tab::Request),
    "response.visual" "visual" "Show what a script drew with pm.visualizer" Action::Show(Tab::Visual),
};

/// Does an action.
pub fn update(state: &mut State, action: Action, cx: &mut Cx<'_>) {
    input::update(state, action, cx);
}

/// Moves about.
pub fn nav(state: &mut State, nav: Nav, cx: &mut Cx<'_>) {
    input::nav(state, nav, cx);
}

/// Whether a text field has the focus.
pub fn typing(state: &State) -> bool {
    state.search.typing || state.filter.typing
}

/// The text field that has the focus.
pub fn editor(state: &State) -> Option<&Editor> {
    let filter = state.filter.typing.then_some(&state.filter.field);
    filter.or_else(|| state.search.typing.then_some(&state.search.field))
}

/// The keys in the search line, and what may be typed where bytes are shown.
const SEARCH_KEYS: [(&str, &str); 5] = [
    ("↵", "done"),
    ("⇥", "next hit"),
    ("↑↓", "earlier ones"),
    ("Esc", "back"),
    ("0x de ad", "bytes"),
];

/// The keys in the filter line, and the same where a filter was there before.
const FILTER_KEYS: [(&str, &str); 4] = [
    ("↵", "filter"),
    ("⇥", "complete"),
    ("↑↓", "earlier ones"),
    ("Esc", "whole body"),
];
const FILTER_KEYS_AGAIN: [(&str, &str); 4] = [FILTER_KEYS[0], FILTER_KEYS[1], FILTER_KEYS[2], ("Esc", "as it was")];

/// The keys that count while one types, and their words.
pub fn typed(state: &State) -> &'static [(&'static str, &'static str)] {
    if !typing(state) {
        return &[];
    }
    if state.filter.typing {
        return if state.filter.before.as_ref().is_some_and(|text| !text.is_empty()) {
            &FILTER_KEYS_AGAIN
        } else {
            &FILTER_KEYS
        };
    }
    let shown = state.place().and_then(|place| place.shown());
    let hex = state.shows_body() && shown.is_some_and(|body| body.document.syntax() == Syntax::Hex);
    &SEARCH_KEYS[..SEARCH_KEYS.len() - usize::from(!hex)]
}

/// Takes a key while typing.
pub fn key(state: &mut State, key: KeyEvent, cx: &mut Cx<'_>) {
    input::key(state, key, cx);
}

/// Takes pasted text while typing.
pub fn paste(state: &mut State, text: &str, cx: &mut Cx<'_>) {
    if state.filter.typing {
        return filter::paste(state, text, cx);
    }
    state.search.field.paste(text);
    follow::search(state, true, cx);
}

/// Leaves what can be left; what a run's table has opened leads back there.
pub fn back(state: &mut State, cx: &mut Cx<'_>) -> bool {
    if input::back(state, cx) {
        return true;
    }
    let of_run = is_of_run(cx.shared);
    if of_run {
        cx.commands.push(Command::Run(Ask::Table));
    }
    of_run
}

/// Whether the request was opened from a run's table, and Esc has nothing nearer to do. What a new sending brings leads back
/// as well: one mends what failed, tries it and runs it again.
fn is_of_run(shared: &Shared) -> bool {
    let Some(open) = shared.open.filter(|open| !shared.running.contains_key(open)) else {
        return false;
    };
    if shared.saves_open() {
        return false;
    }
    let opened = shared.log.as_ref().and_then(|log| log.opened);
    opened == Some(open) && shared.outcomes.get(&open).is_some()
}

/// Takes a mouse event inside the area.
pub fn mouse(state: &mut State, event: MouseEvent, area: Rect, _cx: &mut Cx<'_>) {
    input::mouse(state, event, area);
}

/// The contexts keys are looked up in.
pub fn contexts(_state: &State) -> &'static [Context] {
    &[Context::Response]
}

/// The actions worth a hint.
pub fn hints(state: &State, shared: &Shared) -> Vec<Any> {
    let mut hints = Vec::new();
    // The line that is typed in says it itself.
    if !typing(state) && back_word(state, shared).is_some() {
        hints.push(Any::App(App::Back));
    }
    if state.place().is_none() {
        return hints;
    }
    let has_body = state.place().is_some_and(|place| place.body.is_some());
    if has_body && is_of_run(shared) {
        // In the table the same key saves a report.
        hints.push(Any::Response(Action::Save));
    }
    if state.search.visible() && !matches!(&*state.count(), NO_MATCH | NONE_YET) {
        hints.extend([Any::Nav(Nav::NextMatch), Any::Nav(Nav::PreviousMatch)]);
    }
    hints.extend([Any::Nav(Nav::NextTab), Any::Nav(Nav::Search), Any::App(App::Copy)]);
    if state.shows_body() {
        let place = state.place();
        if place
            .and_then(|place| place.body.as_ref())
            .is_some_and(Body::can_filter)
        {
            hints.push(Any::Response(Action::Filter));
        }
        let shown = place.and_then(|place| place.shown());
        if shown.is_some_and(|body| body.document.nests(body.view.form())) {
            hints.extend([Action::Fold, Action::FoldLevel].map(Any::Response));
        }
        hints.extend([Action::Wrap, Action::Raw, Action::Kind, Action::Save, Action::External].map(Any::Response));
    }
    if has_body && !state.shows_body() {
        hints.push(Any::Response(Action::Save));
    }
    if !shared.revealed && state.place().is_some_and(|place| !place.outcome.redactor.is_empty()) {
        hints.push(Any::App(App::Reveal));
    }
    hints.push(Any::App(App::Zoom));
    hints
}

/// What Esc does here while a body of what is open is being written to a file.
const CALL_OFF: &str = "call off the save";

/// What Esc does where a request was deleted while it was on its way.
pub const UNSEEN: &str = "cancel the deleted";

/// What Esc does here as things stand, in a word or two: one step, and the last one is to cancel what loads.
pub fn back_word(state: &State, shared: &Shared) -> Option<&'static str> {
    let place = state.place();
    let filtered = state.tab == Tab::Body && place.is_some_and(|place| place.filtered.is_some());
    let running = shared.open.is_some_and(|open| shared.running.contains_key(&open));
    match () {
        () if typing(state) => Some("back"),
        () if place.is_some() && state.search.visible() => Some("hide hits"),
        () if filtered => Some("whole body"),
        () if shared.open.is_some_and(|open| state.earlier.is_at(open)) => Some("last response"),
        () if is_of_run(shared) => Some("the run"),
        () if (running || shared.saves_open()) && shared.revealed => Some("hide secrets"),
        () if shared.saves_open() => Some(CALL_OFF),
        () if running => Some("cancel"),
        () if shared.running.keys().any(|id| shared.workspace.node(*id).is_none()) => Some(UNSEEN),
        () => None,
    }
}

/// Follows the shared state and the area.
pub fn sync(state: &mut State, area: Rect, keymap: &Keymap, cx: &mut Cx<'_>) {
    follow::sync(state, area, keymap, cx);
}

/// Draws the pane.
pub fn draw(state: &State, view: View<'_>, area: Rect, buf: &mut Buffer) -> Option<Position> {
    draw::draw(state, view, area, buf)
}

/// Shows the outcome of a request, which opens with it, in a tab of its own; the one the user chose is back with the next.
pub fn show_in(state: &mut State, node: NodeId, tab: Tab) {
    state.wanted = Some((node, tab));
}

/// What to remember across restarts.
pub fn remember(state: &State) -> Value {
    json!({ "wrap": state.wrap, "filters": state.filter.history.remember(),
        "searches": state.search.history.remember() })
}

/// Takes up what was remembered.
pub fn restore(state: &mut State, value: &Value) {
    state.wrap = value.get("wrap").and_then(Value::as_bool).unwrap_or(false);
    state.filter.history.restore(&value["filters"]);
    state.search.history.restore(&value["searches"]);
}

/// Places worth a jump letter: inside the area, and what goes there.
pub fn jumps(state: &State, _shared: &Shared, area: Rect) -> Vec<(Position, Vec<Command>)> {
    let Some(place) = state.place() else { return Vec::new() };
    let row = state.parts(area).tabs;
    let shown = tab::shown(&place.outcome, state.tab);
    let active = tab::index(&shown, state.tab);
    tabs::layout(&tab::tabs(&place.outcome, state.tab), active, row.width)
        .into_iter()
        .map(|found| {
            let show = Any::Response(Action::Show(shown[found.index]));
            (
                Position::new(row.x + found.columns.start, row.y),
                vec![Command::Act(show)],
            )
        })
        .collect()
}

/// What can be copied, with the words for it.
pub fn copies(state: &State, shared: &Shared) -> Vec<(String, Copied)> {
    input::copies(state, shared)
}

/// What cannot be copied, as it is too big, in words, and what can be done instead.
pub fn too_big(state: &State) -> Vec<(String, &'static str)> {
    let place = state.place().filter(|_| state.shows_body());
    let all = place.map(body::too_big).unwrap_or_default();
    let words = |(what, len)| {
        let instead = if what == "the body" {
            "save it to a file"
        } else {
            "filter it by its path, and save that"
        };
        (
            format!("{what} is too big to copy, {}", words::size(len as u64)),
            instead,
        )
    };
    all.into_iter().map(words).collect()
}

/// A body's index grew.
pub fn indexed(state: &mut State, document: u64, snapshot: Snapshot) {
    follow::indexed(state, document, snapshot);
}

/// A picture was decoded, or why not.
pub fn pictured(state: &mut State, name: u64, picture: Result<Picture, String>) {
    picture::take(state, name, picture);
}

/// A picture was made as the terminal shows it.
pub fn sharpened(state: &mut State, name: u64, sharp: Sharp) {
    picture::take_sharp(state, name, sharp);
}

/// The picture that is to be seen in pixels, and where, if the pane is in this area.
pub fn sharp(state: &State, area: Rect) -> Option<(Rect, &Arc<Sharp>)> {
    picture::sharp(state, state.place()?, state.parts(area).content)
}

/// A filter has news.
pub fn filtered(state: &mut State, name: u64, news: News, cx: &mut Cx<'_>) {
    filter::news(state, name, news, cx);
}

/// A search has news.
pub fn found(state: &mut State, document: u64, found: Found, _cx: &mut Cx<'_>) {
    follow::found(state, document, found);
}
