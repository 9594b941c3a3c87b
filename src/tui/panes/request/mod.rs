//! The open request, folder or collection: a URL bar, tabs, and on each tab the tables, forms and text areas of it.
//!
//! ```text
//! key → widget of a section → Command::Edit { Replace } → workspace → sync → every widget agrees with the item again
//! ```
//!
//! The item in the workspace is the truth at all times: each keystroke is written into it at once (so drafts lose
//! nothing and a send takes what is on the screen), and [`sync`] gives the widgets what others changed.
//!
//! `part` says what can be edited, `rows`, `fields`, `settings` and `values` how; `section` pairs a part with a widget; `facts` is
//! what is known beyond the item: variables, inherited auth, what is missing.

mod complete;
mod copy;
mod curl;
mod draw;
mod facts;
mod fields;
mod find;
mod form;
mod input;
mod mouse;
mod nav;
mod order;
mod part;
mod places;
mod popups;
mod rows;
mod section;
mod settings;
mod tab;
#[cfg(test)]
mod tests;
mod tokens;
mod values;

use std::collections::{HashMap, HashSet};

use ratatui::layout::{Position, Rect};
use serde_json::json;

use super::Cx;
use crate::model::{Body, Entity, NodeId, Request};
use crate::tui::action::{Action as Any, App, Spec, specs};
use crate::tui::command::Command;
use crate::tui::keymap::Context;
use crate::tui::shared::Shared;
use crate::tui::widgets::editor::Editor;

pub use copy::{copies, curl_offer};
pub use draw::draw;
pub use find::{has_lines, wanted as sought};
pub use input::{back, edited, key, paste, update};
pub use mouse::mouse;
pub use nav::nav;
pub use order::{Order, order};
pub use settings::{SOUGHT as SETTINGS, format_duration, parse_duration};

use complete::Completion;
use facts::Facts;
use form::{Field, Form};
use part::Part;
use places::places;
use section::{Section, Widget};
use tab::Tab;

/// Where the cursor is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Spot {
    /// In the URL bar.
    #[default]
    Url,
    /// In a section of the tab.
    Section(usize),
}

/// What the pane remembers.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is about something of its own")]
pub struct State {
    node: Option<NodeId>,
    /// The item as last seen.
    seen: Option<Entity>,
    request_tab: Tab,
    /// The requests in which a tab was chosen.
    chosen: HashSet<NodeId>,
    /// Whether there is nothing on the first tab, and a body to be seen instead as long as no tab is chosen.
    body_first: bool,
    group_tab: Tab,
    spot: Spot,
    /// The method, as the badge shows it.
    badge: String,
    url: Editor,
    url_typing: bool,
    /// Start typing the URL as soon as the new item is here.
    want_url: bool,
    /// The setting that the cursor is to be put on.
    want_setting: Option<&'static str>,
    sections: Vec<Section>,
    facts: Facts,
    completion: Option<Completion>,
    /// What of a variable is being typed into, as it was before that began.
    began: values::Began,
    /// The list was closed with Esc and stays so until the next `{{`.
    dismissed: bool,
    /// What a variable means is not said until the next key: the item was saved.
    saved: bool,
    /// Bodies of other types, to come back to.
    stash: HashMap<(NodeId, String), Body>,
    /// What an outside editor has.
    external: Option<Outside>,
    /// What was found last in a text.
    sought: String,
}

/// A text that an outside editor has.
#[derive(Debug)]
struct Outside {
    /// Its key.
    key: String,
    /// Whose it is.
    id: NodeId,
    /// Which part of it.
    part: Part,
    /// Which field of the part's form.
    field: Option<String>,
}

impl Default for State {
    fn default() -> Self {
        Self {
            node: None,
            seen: None,
            request_tab: Tab::Params,
            chosen: HashSet::new(),
            body_first: false,
            group_tab: Tab::Auth,
            spot: Spot::Url,
            badge: String::new(),
            url: url_bar(""),
            url_typing: false,
            want_url: false,
            want_setting: None,
            sections: Vec::new(),
            facts: Facts::default(),
            completion: None,
            began: values::Began::default(),
            dismissed: false,
            saved: false,
            stash: HashMap::new(),
            external: None,
            sought: String::new(),
        }
    }
}

fn url_bar(url: &str) -> Editor {
    Editor::single_line(url).with_placeholder("Type a URL: https://… or {{base_url}}/…")
}

/// What can be done here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// Chooses the method.
    Method,
    /// Chooses the type of auth or body.
    Type,
    /// Edits the URL.
    Url,
    /// Edits the text area in `$EDITOR`.
    External,
    /// Finds something in the text area.
    Find,
    /// Makes the variable of the row a secret or not; moves a secret of the auth into a secret variable.
    Secret,
    /// Renames the item.
    Rename,
    /// Adds a row.
    AddRow,
    /// Deletes the row.
    DeleteRow,
    /// Moves the row up.
    MoveRowUp,
    /// Moves the row down.
    MoveRowDown,
}

/// The words for the actions.
pub const ACTIONS: &[Spec] = specs! { Any::Request:
    "request.method" "method" "Choose the request's method" Action::Method,
    "request.type" "type" "Choose the type of the auth or the body" Action::Type,
    "request.url" "URL" "Edit the URL" Action::Url,
    "request.external" "$EDITOR" "Edit the script, body, key or description in $EDITOR" Action::External,
    "request.find" "find" "Find a text, or a line (:300), in the script, body or description" Action::Find,
    "request.secret" "secret" "Make a variable a secret or not; in an auth, move the field's secret into a secret variable" Action::Secret,
    "request.rename" "rename" "Rename the open request, folder or collection" Action::Rename,
    "table.add" "add row" "Add a row to the table" Action::AddRow,
    "table.delete" "delete row" "Delete the row of the cursor" Action::DeleteRow,
    "table.move-up" "row up" "Move the row of the cursor up" Action::MoveRowUp,
    "table.move-down" "row down" "Move the row of the cursor down" Action::MoveRowDown,
};

impl State {
    /// Puts the cursor into the URL bar, ready to type on at its end.
    pub fn edit_url(&mut self) {
        self.want_url = true;
        self.spot = Spot::Url;
        self.url_typing = true;
        self.url.go_to_end();
    }

    /// The same for a request that was just made: nobody was in one of its tabs yet, and the first is the one to go on in.
    pub fn begin(&mut self) {
        self.request_tab = Tab::Params;
        self.sections.clear();
        self.edit_url();
    }

    /// Says no more what the variable at the caret means until something is typed: with the saving one is done with it.
    pub fn saved(&mut self) {
        self.saved = true;
        self.completion = None;
    }

    /// Shows again what the item says: what was typed or chosen was refused.
    pub fn refuse(&mut self) {
        self.seen = None;
        self.url_typing = false;
        self.url.blur();
        self.sections.clear();
        self.completion = None;
    }

    /// The tab that is shown.
    fn tab(&self) -> Tab {
        match &self.seen {
            Some(Entity::Request(_)) | None if self.body_first && self.request_tab == Tab::Params => Tab::Body,
            Some(Entity::Request(_)) | None => self.request_tab,
            Some(entity) if Tab::of(entity).contains(&self.group_tab) => self.group_tab,
            Some(_) => Tab::Auth,
        }
    }

    /// Shows a tab, the cursor on its first section: what is pressed next is meant for what has just come into sight.
    fn show(&mut self, tab: Tab) {
        match &self.seen {
            Some(entity) if entity.is_group() => self.group_tab = tab,
            _ => {
                self.request_tab = tab;
                self.body_first = false;
                self.chosen.extend(self.node);
            }
        }
        self.spot = Spot::Section(0);
        self.sections.clear();
        self.completion = None;
    }

    /// The section of the cursor.
    fn active(&self) -> Option<usize> {
        match self.spot {
            Spot::Section(at) if at < self.sections.len() => Some(at),
            _ => None,
        }
    }

    fn section(&self) -> Option<&Section> {
        self.sections.get(self.active()?)
    }

    fn section_mut(&mut self) -> Option<&mut Section> {
        let at = self.active()?;
        self.sections.get_mut(at)
    }

    /// The field of the auth whose value could be moved into a secret variable: that of the cursor; from the line of the
    /// type the first secret that is written there.
    fn literal(&self) -> Option<&Field> {
        fn form(section: &Section) -> Option<&Form> {
            match (&section.part, &section.widget) {
                (Part::AuthFields, Widget::Form(form)) => Some(form),
                _ => None,
            }
        }
        match self.section()? {
            section if section.part == Part::AuthType => self.sections.iter().find_map(form)?.literal_secret(),
            section => form(section)?.literal(),
        }
    }

    /// The part that is being typed into, and its editor.
    fn editor(&self) -> Option<(Part, &Editor)> {
        if self.url_typing && self.spot == Spot::Url {
            return Some((Part::Url, &self.url));
        }
        let section = self.section()?;
        Some((section.part, section.editor()?))
    }

    fn editor_mut(&mut self) -> Option<&mut Editor> {
        if self.url_typing && self.spot == Spot::Url {
            return Some(&mut self.url);
        }
        self.section_mut()?.editor_mut()
    }
}

/// Whether a text field has the focus.
pub fn typing(state: &State) -> bool {
    state.editor().is_some()
}

/// The text field that has the focus.
pub fn editor(state: &State) -> Option<&Editor> {
    state.editor().map(|(_, editor)| editor)
}

/// Whether what is typed goes into a file with every key.
pub fn types_into_file(state: &State) -> bool {
    typing(state) && values::is_live(state)
}

/// Ends typing where what is typed counts only once it is left; says whether it did.
pub fn settle(state: &mut State, cx: &mut Cx<'_>) -> bool {
    let waits = typing(state) && !values::is_live(state);
    if waits {
        input::leave(state, cx);
    }
    waits
}

/// The contexts keys are looked up in: those of tables from everywhere, so that a row can be added from the URL bar too.
pub fn contexts(_state: &State) -> &'static [Context] {
    &[Context::Table, Context::Request]
}

/// What Enter does where the cursor is, in a word.
pub fn open_word(state: &State) -> &'static str {
    match state.section().map(|section| &section.widget) {
        Some(Widget::Choice(_)) => "choose",
        Some(Widget::Form(form)) => form.field().map_or("edit", |field| field.kind.open_word()),
        _ => "edit",
    }
}

/// Ends all typing; what was typed stays.
pub fn leave(state: &mut State, cx: &mut Cx<'_>) {
    input::leave(state, cx);
}

/// The actions worth a hint.
pub fn hints(state: &State, _shared: &Shared) -> Vec<Any> {
    use crate::tui::action::Nav;
    if typing(state) {
        return match state.editor() {
            Some((Part::Url, _)) | None => vec![Any::App(App::Send), Any::App(App::Back)],
            Some((_, editor)) if editor.mode() == crate::tui::widgets::editor::Mode::MultiLine => {
                vec![
                    Any::App(App::Back),
                    Any::Request(Action::External),
                    Any::Request(Action::Find),
                ]
            }
            Some(_) => values::hints(state),
        };
    }
    let takes_rows = |section: &Section| matches!(&section.widget, Widget::Table(table) if table.takes_rows());
    let own: &[Any] = match (state.section().map(|section| &section.widget), state.node) {
        (_, None) => &[],
        (None, _) if state.sections.iter().any(takes_rows) => &[
            Any::Nav(Nav::Open),
            Any::App(App::Send),
            Any::Request(Action::AddRow),
            Any::Request(Action::Method),
            Any::Nav(Nav::NextTab),
        ],
        (None, _) => &[
            Any::Nav(Nav::Open),
            Any::App(App::Send),
            Any::Request(Action::Method),
            Any::Nav(Nav::NextTab),
        ],
        (Some(Widget::Table(_)), _) if values::are_in(state) => &[
            Any::Nav(Nav::Open),
            Any::Request(Action::AddRow),
            Any::Request(Action::DeleteRow),
            Any::Request(Action::Secret),
            Any::Nav(Nav::Toggle),
        ],
        (Some(Widget::Table(_)), _) if tokens::row(state).is_some() => &[
            Any::Nav(Nav::Open),
            Any::Request(Action::AddRow),
            Any::Request(Action::DeleteRow),
            Any::App(App::Send),
        ],
        (Some(Widget::Table(_)), _) => &[
            Any::Nav(Nav::Open),
            Any::Request(Action::AddRow),
            Any::Request(Action::DeleteRow),
            Any::Nav(Nav::Toggle),
            Any::App(App::Send),
        ],
        (Some(Widget::Area { .. }), _) => &[
            Any::Nav(Nav::Open),
            Any::Request(Action::External),
            Any::App(App::Send),
            Any::Nav(Nav::NextTab),
        ],
        (Some(Widget::Form(_) | Widget::Choice(_)), _) if state.literal().is_some() => &[
            Any::Nav(Nav::Open),
            Any::Request(Action::Secret),
            Any::Request(Action::Type),
            Any::App(App::Send),
        ],
        (Some(Widget::Form(form)), _) if form.field().is_some_and(|field| field.kind.has_lines()) => &[
            Any::Nav(Nav::Open),
            Any::Request(Action::External),
            Any::Request(Action::Type),
            Any::App(App::Send),
        ],
        (Some(Widget::Form(_) | Widget::Choice(_)), _) => &[
            Any::Nav(Nav::Open),
            Any::Request(Action::Type),
            Any::App(App::Send),
            Any::Nav(Nav::NextTab),
        ],
    };
    own.to_vec()
}

/// Follows the shared state and the area.
pub fn sync(state: &mut State, area: Rect, cx: &mut Cx<'_>) {
    let shared = &*cx.shared;
    let open = shared.open.zip(shared.open_entity().cloned());
    let Some((id, entity)) = open else {
        if state.node.is_some() {
            *state = State {
                request_tab: state.request_tab,
                chosen: std::mem::take(&mut state.chosen),
                group_tab: state.group_tab,
                ..State::default()
            };
        }
        return;
    };
    if state.node != Some(id) {
        state.node = Some(id);
        state.seen = None;
        state.spot = Spot::Url;
        state.url = match &entity {
            Entity::Request(request) => url_bar(&request.full_url()),
            _ => url_bar(""),
        };
        state.url.blur();
        state.url_typing = false;
        state.sections.clear();
        state.completion = None;
        state.body_first = !state.chosen.contains(&id) && shows_its_body(&entity);
    }
    let edited = state.seen.as_ref().is_none_or(|seen| !seen.is_same(&entity));
    state.seen = Some(entity.clone());
    let told = state.facts.refresh(shared, id, &entity, edited);
    state.badge = match &entity {
        Entity::Request(request) => {
            if edited && !says(&state.url.text(), request) {
                state.url.set_text(&request.full_url());
            }
            format!(" {} ", request.method)
        }
        _ => String::new(),
    };
    if std::mem::take(&mut state.want_url) && !entity.is_group() {
        state.spot = Spot::Url;
        state.url_typing = true;
    }
    let wanted = state.tab().parts(&entity);
    let fits = state.sections.len() == wanted.len() && state.sections.iter().zip(&wanted).all(|(s, p)| s.part == *p);
    if !fits {
        let mut old = std::mem::take(&mut state.sections);
        for part in wanted {
            let kept = old.iter().position(|section| section.part == part);
            let section = kept.map_or_else(|| Section::new(part, &entity), |at| old.swap_remove(at));
            state.sections.push(section);
        }
    }
    if let Spot::Section(at) = &mut state.spot {
        *at = (*at).min(state.sections.len().saturating_sub(1));
    } else if entity.is_group() {
        state.spot = Spot::Section(0);
    }
    for section in &mut state.sections {
        section.reveal(shared.revealed);
        if shared.read_only.is_some() {
            section.take_no_rows();
        }
        if edited || told || !fits {
            section.load(&entity, &state.facts);
        }
        keep_names(section);
    }
    if !typing(state) {
        state.began = values::Began::default();
    }
    if let Some(name) = state.want_setting.take() {
        for (at, section) in state.sections.iter_mut().enumerate() {
            if let (Part::Settings, Widget::Form(form)) = (section.part, &mut section.widget)
                && let Some(field) = form.fields.iter().position(|field| field.name == name)
            {
                form.go_to(field);
                state.spot = Spot::Section(at);
            }
        }
    }
    let places = places(state, area);
    state.url.resize(places.url.width, 1);
    for (section, (_, body)) in state.sections.iter_mut().zip(&places.sections) {
        section.resize(body.width, body.height);
    }
}

/// Whether a request has a body and no parameters.
fn shows_its_body(entity: &Entity) -> bool {
    let Entity::Request(request) = entity else { return false };
    let has_body = !matches!(request.body, Body::None);
    has_body && request.params.is_empty() && request.path_variables.is_empty()
}

/// Whether typing this text gave the request its URL, so that it need not be put in order while being typed.
fn says(text: &str, request: &Request) -> bool {
    // Not with a body of megabytes.
    let mut again = Request {
        url: request.url.clone(),
        params: request.params.clone(),
        path_variables: request.path_variables.clone(),
        ..Request::default()
    };
    again.set_full_url(text);
    again.url == request.url && again.params == request.params
}

/// The names of path variables are the URL's: the cursor stays off them.
fn keep_names(section: &mut Section) {
    if let (Part::PathVariables, Widget::Table(table)) = (section.part, &mut section.widget) {
        let (row, column) = table.cursor();
        if column == 0 {
            let editing = table.is_editing();
            table.cancel();
            table.go_to(row, 1);
            if editing {
                table.apply(crate::tui::widgets::table::TableAction::Edit);
            }
        }
    }
}

/// What to remember across restarts.
pub fn remember(state: &State) -> serde_json::Value {
    json!({ "tab": state.request_tab.title(), "group_tab": state.group_tab.title() })
}

/// Takes up what was remembered.
pub fn restore(state: &mut State, value: &serde_json::Value) {
    let tab = |name: &str| {
        value
            .get(name)
            .and_then(|title| title.as_str())
            .and_then(Tab::from_title)
    };
    if let Some(tab) = tab("tab") {
        state.request_tab = tab;
    }
    if let Some(tab) = tab("group_tab") {
        state.group_tab = tab;
    }
}

/// Places worth a jump letter: inside the area, and what goes there.
pub fn jumps(state: &State, _shared: &Shared, area: Rect) -> Vec<(Position, Vec<Command>)> {
    let Some(entity) = &state.seen else { return Vec::new() };
    let places = places(state, area);
    let mut out = Vec::new();
    if !entity.is_group() {
        let to_method = Command::Act(Any::Request(Action::Method));
        out.push((places.method.as_position(), vec![to_method]));
        out.push((places.url.as_position(), vec![Command::Request(Order::Url)]));
    }
    for (tab, x) in draw::tab_places(state, entity, places.tabs.width) {
        let at = Position::new(places.tabs.x + x, places.tabs.y);
        out.push((at, vec![Command::Request(Order::Tab(tab))]));
    }
    for (n, (_, body)) in places
        .sections
        .iter()
        .enumerate()
        .filter(|(_, (_, body))| !body.is_empty())
    {
        out.push((body.as_position(), vec![Command::Request(Order::Section(n))]));
    }
    out
}
