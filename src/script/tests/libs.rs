//! The modules of `require` and the web's globals, with vectors of specifications and of the genuine libraries.

use super::*;

mod ajv;
mod crypto;
mod data;
mod node;
mod schema;
mod streams;
mod web;
mod webcrypto;

/// Runs a script of `check(value)` calls and compares what each was given, as text.
fn values(source: &str) -> Vec<String> {
    console(&format!(
        "const check = (value) => console.log(typeof value === 'string' ? value : JSON.stringify(value));\n{source}"
    ))
}
