//! Scopes, precedence and templates: from a request to a resolved request.
//!
//! ```text
//! Request + Auth + Settings ─┐
//! Scopes (after the scripts) ┼─▶ resolve ─▶ ResolvedRequest
//! Dynamic ({{$guid}} …)     ─┘
//! ```
//!
//! [`Scopes`] is the owned snapshot of all variables a send can see. Scripts change it between planning and resolving,
//! and resolving is what turns every `{{token}}` into text. [`replace`] does the same for one text, for previews.

pub mod dynamic;
mod json;
pub mod replace;
mod resolve;
pub mod scopes;
mod url;

pub use self::url::Parts;
pub use dynamic::Dynamic;
pub use replace::{Explanation, Resolution, env_name, explain, replace, replace_all};
pub use resolve::{resolve, resolve_literal, resolve_shown, resolve_url};
pub use scopes::{Binding, Hidden, Layer, Scopes};
