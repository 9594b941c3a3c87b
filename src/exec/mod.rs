//! The pipeline every send goes through, and what calls it many times.

pub mod plan;
pub mod source;
pub mod tokens;
pub mod writes;

pub use plan::{Ancestor, DataRow, InheritedAuth, Iteration, Plan, inherited_auth, plan, plan_of};
pub use source::{Source, scopes};
pub use writes::{Target, apply_writes};
