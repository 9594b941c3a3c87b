//! Scopes, precedence and templates: from a request to a resolved request.
//!
//! [`Scopes`] is the owned snapshot of all variables a send can see. Scripts change it between planning and resolving,
//! and resolving is what turns every `{{token}}` into text.

pub mod scopes;

pub use scopes::{Binding, Layer, Scopes};
