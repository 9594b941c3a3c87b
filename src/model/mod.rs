//! Pure data: what a workspace holds, what is sent and what came back. No I/O, nothing of the other layers.
//!
//! ```text
//! Workspace ─ Node(Collection | Folder | Request) ─ Edit, undo
//!     │
//!     └ Request ──vars::resolve──▶ ResolvedRequest ──auth::sign──▶ SignedRequest ──http::send──▶ Exchange ──▶ Outcome
//! ```
//!
//! Every type that travels is owned and cheap to clone (entities sit behind [`std::sync::Arc`]), so a send works on a
//! snapshot and later edits cannot leak into it.

pub mod abreast;
pub mod address;
pub mod auth;
pub mod body;
pub mod certificate;
pub mod charset;
pub mod collection;
mod differing;
pub mod edit;
pub mod environment;
pub mod example;
pub mod excerpt;
pub mod exchange;
pub mod filed;
pub mod follow;
pub mod history;
pub mod id;
mod in_order;
pub mod literal;
pub mod load;
pub mod offer;
pub mod origin;
pub mod outcome;
pub mod package;
pub mod payload;
pub mod percent;
pub mod phase;
pub mod problem;
pub mod reason;
pub mod request;
pub mod script;
pub mod secret;
pub mod settings;
pub mod shell;
pub mod spelling;
pub mod surrogates;
pub mod template;
pub mod tls;
pub mod token;
pub mod unescape;
pub mod variable;
pub mod wire;
pub mod workspace;

pub use auth::Auth;
pub use body::Body;
pub use collection::Group;
pub use environment::{Choice, Environment};
pub use example::Example;
pub use excerpt::Excerpt;
pub use exchange::Exchange;
pub use filed::Filed;
pub use follow::Followed;
pub use id::{EnvironmentId, ItemPath, NodeId};
pub use in_order::InOrder;
pub use origin::{Origin, Rest};
pub use outcome::Outcome;
pub use payload::Payload;
pub use request::Request;
pub use secret::{Redactor, Secret};
pub use settings::Settings;
pub use template::Template;
pub use unescape::unescape;
pub use variable::{Scope, Variable};
pub use wire::ResolvedRequest;
pub use workspace::{Entity, Node, Workspace};
