//! Scripts: Postman's events, and our two texts.

use serde_json::{Value, json};

use super::tidy::{Fields, Object};
use crate::model::script::{ScriptEvent, Scripts, joined, parts, source_of};

/// Reads the enabled scripts.
pub fn read(map: &Object) -> Scripts {
    Scripts {
        pre_request: joined(&sources(map, ScriptEvent::PreRequest)),
        post_response: joined(&sources(map, ScriptEvent::PostResponse)),
        ..Scripts::default()
    }
}

/// The enabled scripts of a moment, in order.
fn sources(map: &Object, event: ScriptEvent) -> Vec<&str> {
    let events = map.field("event").and_then(Value::as_array).into_iter().flatten();
    events
        .filter(|found| found.get("disabled").is_none() && ScriptEvent::of(found) == Some(event))
        .map(source_of)
        .filter(|source| !source.trim().is_empty())
        .collect()
}

/// Writes the scripts as events.
pub fn write(map: &mut Object, scripts: &Scripts) {
    let mut events = Vec::new();
    for event in [ScriptEvent::PreRequest, ScriptEvent::PostResponse] {
        for part in parts(scripts.source(event)) {
            events.push(json!({ "listen": event.postman_name(), "script": { "exec": part.source } }));
        }
    }
    super::rows::put(map, "event", Value::Array(events));
}
