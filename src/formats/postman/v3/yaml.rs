//! YAML → JSON values, with the parser's bounds on depth, aliases and size.

use std::path::Path;

use serde_json::Value;

use crate::formats::FormatError;

/// Parses a YAML file; a mistake has its line and column.
pub fn parse(file: &Path, text: &str) -> Result<Value, FormatError> {
    if text.trim().is_empty() {
        return Ok(Value::Null);
    }
    // Postman writes YAML 1.2, where `off` and `yes` are texts.
    let options = serde_saphyr::options! { strict_booleans: true };
    serde_saphyr::from_str_with_options(text, options).map_err(|error| {
        // The first line says what and where; the rest shows the text, which may hold secrets.
        let message = error.to_string();
        FormatError::Yaml {
            file: file.to_owned(),
            message: message.lines().next().unwrap_or_default().to_owned(),
        }
    })
}
