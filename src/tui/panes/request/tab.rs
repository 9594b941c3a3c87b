//! The tabs of the pane: which there are for a request and for a group, what each is called and what stands on it.

use crate::model::{Body, Entity, Settings};
use crate::tui::widgets::tabs;

use super::part::{self, Part};

/// A tab.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Tab {
    /// Query parameters and path variables.
    Params,
    /// How the request proves who sends it.
    Auth,
    /// Headers.
    Headers,
    /// The body.
    Body,
    /// Variables of a collection.
    Variables,
    /// Where token variables come from.
    Tokens,
    /// Pre-request and post-response.
    Scripts,
    /// How it is sent.
    Settings,
    /// The description.
    Docs,
}

const REQUEST: [Tab; 7] = [
    Tab::Params,
    Tab::Auth,
    Tab::Headers,
    Tab::Body,
    Tab::Scripts,
    Tab::Settings,
    Tab::Docs,
];
const COLLECTION: [Tab; 6] = [
    Tab::Auth,
    Tab::Variables,
    Tab::Tokens,
    Tab::Scripts,
    Tab::Settings,
    Tab::Docs,
];
const FOLDER: [Tab; 5] = [Tab::Auth, Tab::Tokens, Tab::Scripts, Tab::Settings, Tab::Docs];

impl Tab {
    /// The tabs of an item, in order.
    pub fn of(entity: &Entity) -> &'static [Self] {
        match entity {
            Entity::Request(_) => &REQUEST,
            Entity::Collection(_) => &COLLECTION,
            Entity::Folder(_) => &FOLDER,
        }
    }

    /// What it is called.
    pub fn title(self) -> &'static str {
        match self {
            Self::Params => "Params",
            Self::Auth => "Auth",
            Self::Headers => "Headers",
            Self::Body => "Body",
            Self::Variables => "Variables",
            Self::Tokens => "Tokens",
            Self::Scripts => "Scripts",
            Self::Settings => "Settings",
            Self::Docs => "Docs",
        }
    }

    /// The tab of a title, as remembered across restarts.
    pub fn from_title(title: &str) -> Option<Self> {
        REQUEST.into_iter().chain(COLLECTION).find(|tab| tab.title() == title)
    }

    /// The tab with what it holds: a count, a type, a mark.
    pub fn drawn(self, entity: &Entity) -> tabs::Tab {
        let tab = tabs::Tab::new(self.title());
        let tab = match self {
            Self::Headers => tab.short("Head"),
            Self::Settings => tab.short("Set"),
            _ => tab,
        };
        let badge = match self {
            Self::Auth => match part::auth(entity) {
                auth if auth.is_inherited() && !matches!(entity, Entity::Request(_)) => String::new(),
                auth if auth.is_inherited() => "inherited".to_owned(),
                auth => auth.kind.clone(),
            },
            Self::Scripts => return tab.count(part::scripts(entity).count()),
            // No dot: that is the mark of what is unsaved.
            Self::Settings if *part::settings(entity) != Settings::default() => "✓".to_owned(),
            Self::Docs if !part::description(entity).trim().is_empty() => "✓".to_owned(),
            Self::Params | Self::Headers | Self::Body => return Self::of_request(self, tab, entity),
            Self::Variables => match entity {
                Entity::Collection(group) => return tab.count(group.variables.len()),
                _ => String::new(),
            },
            Self::Tokens => match entity {
                Entity::Collection(group) | Entity::Folder(group) => return tab.count(group.tokens.len()),
                Entity::Request(_) => String::new(),
            },
            Self::Settings | Self::Docs => String::new(),
        };
        tab.badge(&badge)
    }

    fn of_request(self, tab: tabs::Tab, entity: &Entity) -> tabs::Tab {
        let Entity::Request(request) = entity else { return tab };
        let enabled = |rows: &[crate::model::request::Entry]| rows.iter().filter(|row| row.enabled).count();
        match self {
            Self::Params => tab.count(enabled(&request.params) + request.path_variables.len()),
            Self::Headers => tab.count(enabled(&request.headers)),
            _ => {
                let count = match &request.body {
                    Body::Form(rows) => enabled(rows),
                    Body::Multipart(parts) => parts.iter().filter(|part| part.enabled).count(),
                    _ => 0,
                };
                match (request.body.kind(), count) {
                    ("none", _) => tab,
                    (kind, 0) => tab.badge(kind),
                    (kind, count) => tab.badge(&format!("{kind} {count}")),
                }
            }
        }
    }

    /// What it is made of, from top to bottom.
    pub fn parts(self, entity: &Entity) -> Vec<Part> {
        match (self, entity) {
            (Self::Params, Entity::Request(request)) if request.path_variables.is_empty() => vec![Part::Params],
            (Self::Params, _) => vec![Part::Params, Part::PathVariables],
            (Self::Auth, _) => vec![Part::AuthType, Part::AuthFields],
            (Self::Headers, _) => vec![Part::Headers, Part::AddedHeaders],
            (Self::Body, Entity::Request(request)) => match &request.body {
                Body::None | Body::Unknown { .. } => vec![Part::BodyKind],
                Body::Form(_) => vec![Part::BodyKind, Part::Form],
                Body::Multipart(_) => vec![Part::BodyKind, Part::Multipart],
                Body::Raw { .. } => vec![Part::BodyKind, Part::Raw],
                Body::File { .. } => vec![Part::BodyKind, Part::File],
                Body::GraphQl { .. } => vec![Part::BodyKind, Part::Query, Part::QueryVariables, Part::Operation],
            },
            (Self::Body, _) => Vec::new(),
            (Self::Variables, _) => vec![Part::Variables, Part::Unfiled],
            (Self::Tokens, _) => vec![Part::Tokens],
            (Self::Scripts, _) => vec![Part::PreRequest, Part::PostResponse],
            (Self::Settings, _) => vec![Part::Settings],
            (Self::Docs, _) => vec![Part::Docs],
        }
    }
}
