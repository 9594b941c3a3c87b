//! The pipeline every send goes through, and what calls it many times.

pub mod source;

pub use source::{Source, scopes};
