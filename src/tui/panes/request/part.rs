//! The parts of an item that can be edited: what each is called, and how its text is read and written.
//!
//! Tables are in `rows`, forms in `fields`; both start from the same [`Part`].

use std::sync::Arc;

use crate::model::script::Scripts;
use crate::model::{Auth, Body, Entity, Group, Request, Settings, Template};
use crate::tui::widgets::highlight::Syntax;

/// One editable piece of an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Part {
    /// The URL bar.
    Url,
    /// Query parameters.
    Params,
    /// Values for `:name` segments.
    PathVariables,
    /// Headers.
    Headers,
    /// Headers that are added when sending; only to look at.
    AddedHeaders,
    /// Which auth.
    AuthType,
    /// The auth's parameters.
    AuthFields,
    /// Where token variables come from; a form changes them.
    Tokens,
    /// Which body.
    BodyKind,
    /// Form fields.
    Form,
    /// Parts of a multipart body.
    Multipart,
    /// A body's text.
    Raw,
    /// The file that is the body.
    File,
    /// A GraphQL document.
    Query,
    /// Its variables.
    QueryVariables,
    /// Its operation.
    Operation,
    /// A collection's variables.
    Variables,
    /// Those that only have a value on this machine, as scripts set them.
    Unfiled,
    /// The script before sending.
    PreRequest,
    /// The script on the response.
    PostResponse,
    /// How it is sent.
    Settings,
    /// The description.
    Docs,
}

impl Part {
    /// A word for undo and for outside editors: `body`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Url => "URL",
            Self::Params => "parameters",
            Self::PathVariables => "path variables",
            Self::Headers | Self::AddedHeaders => "headers",
            Self::AuthType | Self::AuthFields => "auth",
            Self::Tokens => "tokens",
            Self::BodyKind | Self::Form | Self::Multipart | Self::Raw | Self::File => "body",
            Self::Query => "query",
            Self::QueryVariables => "query variables",
            Self::Operation => "operation",
            Self::Variables | Self::Unfiled => "variables",
            Self::PreRequest => "pre-request script",
            Self::PostResponse => "post-response script",
            Self::Settings => "settings",
            Self::Docs => "description",
        }
    }

    /// The heading above it, where its tab does not say it all.
    pub fn heading(self) -> Option<&'static str> {
        Some(match self {
            Self::PathVariables => "Path variables",
            Self::AddedHeaders => "Added when sent",
            Self::Query => "Query",
            Self::QueryVariables => "Variables",
            Self::Unfiled => "In no file",
            Self::PreRequest => "Pre-request",
            Self::PostResponse => "Post-response",
            _ => return None,
        })
    }

    /// Whether `{{variables}}` mean something in it.
    pub fn is_template(self) -> bool {
        !matches!(
            self,
            Self::PreRequest | Self::PostResponse | Self::Docs | Self::Settings | Self::Tokens | Self::AddedHeaders
        )
    }

    /// Whether its rows are variables with two values.
    pub fn has_values(self) -> bool {
        matches!(self, Self::Variables | Self::Unfiled)
    }

    /// Its colours.
    pub fn syntax(self, entity: &Entity) -> Syntax {
        match self {
            Self::PreRequest | Self::PostResponse => Syntax::JavaScript,
            Self::Query => Syntax::GraphQl,
            Self::QueryVariables => Syntax::Json,
            Self::Raw => match entity {
                Entity::Request(request) => match request.body.kind() {
                    "json" => Syntax::Json,
                    "xml" => Syntax::Xml,
                    "html" => Syntax::Html,
                    "javascript" => Syntax::JavaScript,
                    _ => Syntax::Plain,
                },
                _ => Syntax::Plain,
            },
            _ => Syntax::Plain,
        }
    }

    /// The ending a file with its text would have, for the colours of an outside editor.
    pub fn ending(self, entity: &Entity) -> &'static str {
        match self {
            Self::Docs => "md",
            Self::QueryVariables => "json",
            Self::Raw => match self.syntax(entity) {
                Syntax::Json => "json",
                Syntax::Xml => "xml",
                Syntax::Html => "html",
                Syntax::JavaScript => "js",
                _ => "txt",
            },
            _ => match self.syntax(entity) {
                Syntax::JavaScript => "js",
                Syntax::GraphQl => "graphql",
                _ => "txt",
            },
        }
    }

    /// What an empty text area says.
    pub fn placeholder(self) -> &'static str {
        match self {
            Self::Raw => "The body, as it is sent",
            Self::Query => "query { … }",
            Self::QueryVariables => "{ }",
            Self::PreRequest => "Runs before sending: pm.variables.set(…)",
            Self::PostResponse => "Runs on the response: pm.test(…)",
            Self::Docs => "What this is for, in Markdown",
            _ => "",
        }
    }

    /// The text of a text area.
    pub fn text(self, entity: &Entity) -> &str {
        let body = match entity {
            Entity::Request(request) => &request.body,
            _ => &Body::None,
        };
        match (self, body) {
            (Self::Raw, Body::Raw { text, .. }) => text.as_str(),
            (Self::Query, Body::GraphQl { query, .. }) => query.as_str(),
            (Self::QueryVariables, Body::GraphQl { variables, .. }) => variables.as_str(),
            (Self::PreRequest, _) => &scripts(entity).pre_request,
            (Self::PostResponse, _) => &scripts(entity).post_response,
            (Self::Docs, _) => description(entity),
            _ => "",
        }
    }

    /// Gives a text area's part of an item a new text.
    pub fn set_text(self, entity: &mut Entity, new: String) {
        match self {
            Self::PreRequest => common(entity).scripts.pre_request = new,
            Self::PostResponse => common(entity).scripts.post_response = new,
            Self::Docs => *common(entity).description = new,
            _ => {
                let Some(request) = request(entity) else { return };
                match (self, &mut request.body) {
                    (Self::Raw, Body::Raw { text, .. }) => *text = Template::new(new),
                    (Self::Query, Body::GraphQl { query, .. }) => *query = Template::new(new),
                    (Self::QueryVariables, Body::GraphQl { variables, .. }) => *variables = Template::new(new),
                    _ => {}
                }
            }
        }
    }
}

/// What requests and groups have in common, to be changed.
pub struct Common<'a> {
    /// Auth.
    pub auth: &'a mut Auth,
    /// Scripts.
    pub scripts: &'a mut Scripts,
    /// Settings.
    pub settings: &'a mut Settings,
    /// Description.
    pub description: &'a mut String,
}

/// What any item has, to be changed.
pub fn common(entity: &mut Entity) -> Common<'_> {
    match entity {
        Entity::Collection(group) | Entity::Folder(group) => {
            let group = Arc::make_mut(group);
            Common {
                auth: &mut group.auth,
                scripts: &mut group.scripts,
                settings: &mut group.settings,
                description: &mut group.description,
            }
        }
        Entity::Request(request) => {
            let request = Arc::make_mut(request);
            Common {
                auth: &mut request.auth,
                scripts: &mut request.scripts,
                settings: &mut request.settings,
                description: &mut request.description,
            }
        }
    }
}

/// The request, to be changed; `None` for a group.
pub fn request(entity: &mut Entity) -> Option<&mut Request> {
    match entity {
        Entity::Request(request) => Some(Arc::make_mut(request)),
        _ => None,
    }
}

/// The group, to be changed; `None` for a request.
pub fn group(entity: &mut Entity) -> Option<&mut Group> {
    match entity {
        Entity::Collection(group) | Entity::Folder(group) => Some(Arc::make_mut(group)),
        Entity::Request(_) => None,
    }
}

/// The auth as written.
pub fn auth(entity: &Entity) -> &Auth {
    match entity {
        Entity::Collection(group) | Entity::Folder(group) => &group.auth,
        Entity::Request(request) => &request.auth,
    }
}

/// The scripts.
pub fn scripts(entity: &Entity) -> &Scripts {
    match entity {
        Entity::Collection(group) | Entity::Folder(group) => &group.scripts,
        Entity::Request(request) => &request.scripts,
    }
}

/// The settings as written.
pub fn settings(entity: &Entity) -> &Settings {
    match entity {
        Entity::Collection(group) | Entity::Folder(group) => &group.settings,
        Entity::Request(request) => &request.settings,
    }
}

/// The description.
pub fn description(entity: &Entity) -> &str {
    match entity {
        Entity::Collection(group) | Entity::Folder(group) => &group.description,
        Entity::Request(request) => &request.description,
    }
}
