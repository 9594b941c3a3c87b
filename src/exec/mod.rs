//! The pipeline every send goes through, and what calls it many times.
//!
//! ```text
//! Source ── plan ──▶ Plan ── Pipeline::send ──▶ Outcome ── apply_writes ──▶ CurrentValues
//!   ▲                                                                          │
//!   └───────────────────────── Session, run ◀──────────────────────────────────┘
//! ```

pub mod consent;
pub mod data;
#[cfg(test)]
mod fixture;
mod kerberos;
mod leave;
mod nested;
pub mod node;
pub mod oauth2;
mod outside;
pub mod packages;
mod passphrases;
pub mod pipeline;
pub mod plan;
mod port;
pub mod renewal;
pub mod runner;
mod scripts;
mod sent;
pub mod session;
mod signing;
pub mod source;
pub mod summary;
pub mod tokens;
mod torn;
pub mod vault;
mod visual;
pub mod writes;
pub mod written;

pub use consent::{Asking, Consent, Deed, Permission, Typed, Word, named};
pub use leave::NetrcFile;
pub use outside::Outside;
pub use packages::Packages;
pub use pipeline::{Pipeline, SendContext};
pub use plan::{Aim, Ancestor, DataRow, InheritedAuth, Iteration, Plan, inherited_auth, plan, plan_of};
pub use renewal::TokenStore;
pub use runner::{Done, Place, RunEvent, RunOptions, run};
pub use session::Session;
pub use source::{Source, every_secret, is_declared_secret, scopes, secret_names, secrets};
pub use summary::{At, Failure, Summary, failures};
pub use torn::quotes;
pub use vault::keep_vault;
pub use writes::{Override, Target, apply_writes, drop_given, drop_overrides};
pub use written::{hide_written, look_through};
