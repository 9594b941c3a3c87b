//! Foreign formats: one file or folder each.
//!
//! ```text
//! bytes ──read──▶ Found (items, environments, globals) + Report ──reimport::plan──▶ steps the store carries out
//! our model ──write──▶ bytes
//! ```
//!
//! What a format says and our model cannot hold is kept beside it ([`crate::model::Origin`]) and comes back on export;
//! whatever is guessed, kept without effect or lost is in the [`Report`], request by request.

mod error;
mod found;
pub mod postman;
pub mod reimport;
mod report;
mod whole;

/// The longest file that is read whole, in bytes.
pub const MOST_BYTES: u64 = 512 * 1024 * 1024;

pub use error::FormatError;
pub use found::{Collection, Found, Item};
pub use report::{Fate, Note, Report, place};
pub use whole::whole;
