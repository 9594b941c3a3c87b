//! Files of environments and globals as they are now, as newman exports them.

use std::path::Path;

use serde_json::Value;

use super::CliError;
pub use crate::reports::scopes::{environment, globals};
use crate::store::written;

/// Writes a scope as newman exports it.
///
/// Only its owner may read the file: it holds the secrets, or the next run could not use it.
pub fn export(path: &Path, mut value: Value, kind: &str) -> Result<(), CliError> {
    if value.get("name").is_none() {
        value["name"] = kind.into();
    }
    value["_postman_variable_scope"] = kind.into();
    value["_postman_exported_at"] = milliseconds(jiff::Timestamp::now()).into();
    value["_postman_exported_using"] = concat!("postrider/", env!("CARGO_PKG_VERSION")).into();
    write(path, &value)
}

/// A time as JavaScript writes it: `2026-03-01T12:00:00.000Z`.
fn milliseconds(time: jiff::Timestamp) -> String {
    format!("{time:.3}")
}

/// Writes a JSON file that only its owner may read.
pub fn write(path: &Path, value: &Value) -> Result<(), CliError> {
    let text = serde_json::to_string_pretty(value).unwrap_or_default();
    written::write(path, true, |out| out.write_all(text.as_bytes())).map_err(|error| {
        CliError::failed(format!("cannot write `{}`", path.display()))
            .because(error)
            .hint("the run is over; only writing what it left failed")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_has_milliseconds_and_no_more() {
        let time = |text: &str| milliseconds(text.parse().unwrap_or_default());
        assert_eq!(time("2026-03-01T12:00:00Z"), "2026-03-01T12:00:00.000Z");
        assert_eq!(time("2026-03-01T12:00:00.1239Z"), "2026-03-01T12:00:00.123Z");
    }
}
