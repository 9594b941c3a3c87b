//! Collections of format 3: a folder of YAML files, as Postman's app keeps in a repository.
//!
//! ```text
//! files ─yaml─▶ one value each ─shape─▶ items of format 2.1 ─▶ the way of every collection
//! our model ─▶ tidy form ─shape─▶ values ─emit─▶ files
//! ```
//!
//! What only v3 knows stands under `_v3` in an item and comes back when a folder is written again.

mod emit;
mod lost;
mod read;
mod shape;
mod write;
mod yaml;

pub use self::read::{read_file, read_folder};
pub use self::write::{collection, environment, globals};

/// Where the keys that only v3 knows are kept in an item of format 2.1.
pub const KEPT: &str = "_v3";

/// Where a body is that is not sent. v3 has no word for one: under `body` it would be sent.
const DISABLED_BODY: &str = "disabledBody";

/// Where scripts are that do not run, for the same reason.
const DISABLED_SCRIPTS: &str = "disabledScripts";
