//! Scripts: Postman's events, and our two texts.

use serde_json::{Value, json};

use super::rows::{enabled, objects, text};
use super::tidy::{Fields, Object};
use crate::model::script::{ScriptEvent, Scripts};

/// What stands between several scripts of one moment: each is a block, so that their `const`s do not clash.
const OPEN: &str = "{\n";
const BETWEEN: &str = "\n}\n// The next script of the same moment.\n{\n";
const CLOSE: &str = "\n}";

/// Reads the enabled scripts.
pub fn read(map: &Object) -> Scripts {
    Scripts {
        pre_request: joined(&sources(map, ScriptEvent::PreRequest)),
        post_response: joined(&sources(map, ScriptEvent::PostResponse)),
        ..Scripts::default()
    }
}

/// The enabled scripts of a moment, in order.
pub fn sources(map: &Object, event: ScriptEvent) -> Vec<String> {
    objects(map, "event")
        .filter(|found| enabled(found) && text(found, "listen") == event.postman_name())
        .filter_map(|found| Some(text(found.field("script")?.as_object()?, "exec")))
        .filter(|source| !source.trim().is_empty())
        .collect()
}

fn joined(sources: &[String]) -> String {
    match sources {
        [] => String::new(),
        [one] => one.clone(),
        several => format!("{OPEN}{}{CLOSE}", several.join(BETWEEN)),
    }
}

fn taken_apart(source: &str) -> Vec<&str> {
    let inner = source.strip_prefix(OPEN).and_then(|rest| rest.strip_suffix(CLOSE));
    match inner {
        Some(inner) if inner.contains(BETWEEN) => inner.split(BETWEEN).collect(),
        _ => vec![source],
    }
}

/// Writes the scripts as events.
pub fn write(map: &mut Object, scripts: &Scripts) {
    let mut events = Vec::new();
    for event in [ScriptEvent::PreRequest, ScriptEvent::PostResponse] {
        let source = scripts.source(event);
        if source.is_empty() {
            continue;
        }
        for source in taken_apart(source) {
            events.push(json!({ "listen": event.postman_name(), "script": { "exec": source } }));
        }
    }
    super::rows::put(map, "event", Value::Array(events));
}
