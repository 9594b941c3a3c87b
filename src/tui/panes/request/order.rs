//! Orders from outside the pane: from pickers and jump letters, which name what they want instead of pressing keys.

use super::form::Field;
use super::input::{change, change_called, leave, typed_tab};
use super::nav::enter;
use super::part::{self, Part};
use super::{Spot, State, Tab, fields, find};
use serde_json::Value;

use crate::auth::{self, FieldKind};
use crate::model::body::{Part as BodyPart, PartContent};
use crate::model::request::{Entry, Method};
use crate::model::{Auth, Body, Entity};
use crate::tui::command::Command;
use crate::tui::modals::{Item, Picker};
use crate::tui::panes::Cx;
use crate::tui::shared::Level;

/// Something the pane is asked to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Order {
    /// Type the URL.
    Url,
    /// Show the tab of this number, counted from 0.
    Tab(usize),
    /// Put the cursor on a section of the tab.
    Section(usize),
    /// Put the cursor on the setting of this name.
    Setting(&'static str),
    /// Use this method.
    Method(String),
    /// Use this type of auth.
    Auth(String),
    /// Use this type of body.
    Body(String),
    /// Find a text, or a line, in the text of the cursor.
    Find(String),
    /// Go to the line of this number, from 1, in the text of the cursor, else in the tab's first one.
    Line(usize),
    /// Give a field of a form this text.
    Field(Part, String, String),
}

/// Does what was asked.
pub fn order(state: &mut State, order: Order, cx: &mut Cx<'_>) {
    // Whoever types goes on typing.
    match &order {
        Order::Find(text) => return find::find(state, text, cx),
        Order::Line(line) => return find::line_of(state, *line, cx),
        _ => leave(state, cx),
    }
    match order {
        Order::Find(_) | Order::Line(_) => {}
        Order::Url => state.edit_url(),
        Order::Tab(at) => {
            let tab = state.seen.as_ref().and_then(|entity| Tab::of(entity).get(at));
            if let Some(tab) = tab {
                state.show(*tab);
            }
        }
        Order::Section(at) => enter(state, at, true),
        Order::Setting(name) => {
            state.show(Tab::Settings);
            state.want_setting = Some(name);
        }
        Order::Method(word) => {
            let method = Method::new(&word);
            if !method.is_valid() {
                let text = format!("`{word}` cannot be a method: letters, digits and `!#$%&'*+-.^_|~` only");
                return cx.shared.notify(Level::Warning, text);
            }
            change_called(state, "method", None, cx, |entity| {
                if let Some(request) = part::request(entity) {
                    request.method = method;
                }
            });
        }
        Order::Auth(kind) => {
            change(state, Part::AuthType, None, cx, |entity| {
                let own = part::common(entity).auth;
                if own.kind != kind {
                    *own = convert_auth(own, &kind);
                }
            });
            // What is typed next is meant for the fields, where the type has any.
            if auth::find(&kind).is_some_and(|kind| !kind.fields().is_empty()) {
                state.sections.clear();
                state.spot = Spot::Section(1);
            }
        }
        Order::Body(kind) => set_body(state, &kind, cx),
        Order::Field(part, name, text) => change(state, part, None, cx, |entity| {
            // One of the words offered fits.
            let _ = fields::set(part, entity, &name, &text);
        }),
    }
}

/// Offers the words of a field that takes one of many.
pub(super) fn pick_word(part: Part, field: &Field, words: &[&'static str], cx: &mut Cx<'_>) {
    let counts = if field.value.is_empty() {
        &field.fallback
    } else {
        &field.value
    };
    let items = words
        .iter()
        .map(|word| Item {
            label: (*word).to_owned(),
            current: word == counts,
            commands: vec![Command::Request(Order::Field(
                part,
                field.name.clone(),
                (*word).to_owned(),
            ))],
            ..Item::default()
        })
        .collect();
    let picker = Picker::new(field.label.clone(), items);
    cx.commands.push(Command::Show(Box::new(picker.into())));
}

/// Another type of auth; parameters of the same name go along.
fn convert_auth(old: &Auth, kind: &str) -> Auth {
    let mut new = Auth::new(kind);
    for spec in auth::find(kind).map_or(&[][..], |kind| kind.fields()) {
        if let Some(value) = old.params.get(spec.name) {
            new.params.insert(spec.name.to_owned(), value.clone());
        } else if !spec.initial.is_empty() {
            let value = match (spec.kind, spec.initial) {
                (FieldKind::Flag, word) => Value::Bool(word == "true"),
                (_, text) => Value::from(text),
            };
            new.params.insert(spec.name.to_owned(), value);
        }
    }
    new
}

fn set_body(state: &mut State, kind: &str, cx: &mut Cx<'_>) {
    let Some((id, Entity::Request(request))) = state.node.zip(state.seen.clone()) else {
        return;
    };
    if request.body.kind() == kind {
        return;
    }
    let kept = state.stash.remove(&(id, kind.to_owned()));
    let Some(new) = convert_body(&request.body, kind, kept) else {
        return;
    };
    state
        .stash
        .insert((id, request.body.kind().to_owned()), request.body.clone());
    change(state, Part::BodyKind, None, cx, |entity| {
        if let Some(request) = part::request(entity) {
            request.body = new;
        }
    });
    // As after a type of auth: what is typed next is meant for the body.
    if kind != Body::None.kind() {
        state.sections.clear();
        state.spot = Spot::Section(1);
    }
}

/// A body of another type: texts and rows go along where they can, else what was there before comes back.
fn convert_body(old: &Body, kind: &str, kept: Option<Body>) -> Option<Body> {
    Some(match (old, Body::empty(kind)?) {
        (Body::Raw { text, .. }, Body::Raw { language, .. }) => Body::Raw {
            language,
            text: text.clone(),
        },
        (Body::Form(rows), Body::Multipart(_)) if kept.is_none() => Body::Multipart(
            rows.iter()
                .map(|row| BodyPart {
                    name: row.name.clone(),
                    content: PartContent::Text(row.value.clone().unwrap_or_default()),
                    content_type: String::new(),
                    file_name: String::new(),
                    enabled: row.enabled,
                    description: row.description.clone(),
                })
                .collect(),
        ),
        (Body::Multipart(parts), Body::Form(_)) if kept.is_none() => Body::Form(
            parts
                .iter()
                .filter_map(|part| match &part.content {
                    PartContent::Text(text) => Some(Entry {
                        enabled: part.enabled,
                        description: part.description.clone(),
                        ..Entry::new(part.name.clone(), text.clone())
                    }),
                    PartContent::Files(_) => None,
                })
                .collect(),
        ),
        (_, empty) => kept.unwrap_or(empty),
    })
}

/// Offers the methods; any other word may be typed.
pub(super) fn pick_method(state: &State, cx: &mut Cx<'_>) {
    let Some(Entity::Request(request)) = &state.seen else {
        return;
    };
    let own = request.method.as_str();
    let more = Some(own).filter(|own| !Method::COMMON.contains(own));
    let items = Method::COMMON
        .into_iter()
        .chain(more)
        .map(|method| Item {
            label: method.to_owned(),
            current: method == own,
            commands: vec![Command::Request(Order::Method(method.to_owned()))],
            ..Item::default()
        })
        .collect();
    let picker = Picker::new("Method", items).free_text(|word| vec![Command::Request(Order::Method(word))]);
    cx.commands.push(Command::Show(Box::new(picker.into())));
}

/// Offers the types of auth or body, by the tab.
pub(super) fn pick_type(state: &State, cx: &mut Cx<'_>) {
    let Some(entity) = &state.seen else { return };
    let picker = match (typed_tab(state), entity) {
        (Some(Tab::Body), Entity::Request(request)) => {
            let own = request.body.kind();
            let items = Body::KINDS
                .into_iter()
                .map(|kind| Item {
                    label: kind.to_owned(),
                    detail: describe_body(kind).to_owned(),
                    current: kind == own,
                    commands: vec![Command::Request(Order::Body(kind.to_owned()))],
                    ..Item::default()
                })
                .collect();
            Picker::new("Body", items)
        }
        (Some(Tab::Auth), _) => {
            let own = part::auth(entity).kind.as_str();
            let inherit = if entity.is_group() && matches!(entity, Entity::Collection(_)) {
                "say nothing: requests below send none"
            } else {
                "take that of the folder or collection above"
            };
            let types = auth::TYPES.iter().map(|kind| (kind.kind(), kind.help()));
            let items = [(Auth::INHERIT, inherit)]
                .into_iter()
                .chain(types)
                .map(|(kind, help)| Item {
                    label: kind.to_owned(),
                    detail: help.to_owned(),
                    current: kind == own,
                    commands: vec![Command::Request(Order::Auth(kind.to_owned()))],
                    ..Item::default()
                })
                .collect();
            Picker::new("Auth", items)
        }
        _ => {
            return cx
                .shared
                .notify(Level::Info, "auth and body have types: go to one of these tabs first");
        }
    };
    cx.commands.push(Command::Show(Box::new(picker.into())));
}

fn describe_body(kind: &str) -> &'static str {
    match kind {
        "none" => "nothing behind the headers",
        "form" => "names and values, as a web form sends them",
        "multipart" => "names and values or files",
        "json" => "application/json; comments are taken out",
        "xml" => "application/xml",
        "text" => "text/plain",
        "html" => "text/html",
        "javascript" => "application/javascript",
        "file" => "the bytes of a file",
        "graphql" => "a query and its variables",
        _ => "",
    }
}
