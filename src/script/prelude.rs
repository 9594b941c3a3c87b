//! The JavaScript half of `pm`, compiled to bytecode when this crate is built: `build.rs` says how.

use rquickjs::loader::Bundle;
use rquickjs::loader::bundle::Bundle as Modules;

include!(concat!(env!("OUT_DIR"), "/prelude.rs"));

/// Loads the prelude's modules by their names.
pub static PRELUDE: Bundle = Modules(COMPILED);
