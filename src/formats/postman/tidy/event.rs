//! Events: `[{listen, script: {exec: text}, disabled?}]`, those that run first.

use serde_json::Value;

use super::rows::switch;
use super::{Object, as_text, drop_key, is_nothing};
use crate::model::script::Blank;

/// Events in tidy form; empty scripts go.
pub fn list(value: Value) -> Vec<Value> {
    let items = match value {
        Value::Array(items) => items,
        // A single one without its list, which Postman reads too.
        one @ Value::Object(_) => vec![one],
        _ => return Vec::new(),
    };
    let mut out: Vec<Object> = items.into_iter().filter_map(event).collect();
    let rank = |event: &Object| match (
        event.contains_key("disabled"),
        event.get("listen").and_then(Value::as_str),
    ) {
        (false, Some("prerequest")) => 0,
        (false, Some("test")) => 1,
        _ => 2,
    };
    out.sort_by_key(rank);
    out.into_iter().map(Value::Object).collect()
}

/// Counts the enabled scripts of an item, in any form, that go because nothing stands in them.
pub fn blank(item: &Object) -> Blank {
    let mut blank = Blank::default();
    let Some(events) = item.get("event") else { return blank };
    for found in events.as_array().map_or(std::slice::from_ref(events), Vec::as_slice) {
        let Some(map) = found.as_object() else { continue };
        let on = map.get("disabled").is_none_or(|off| off != &Value::Bool(true));
        if !on || map.get("script").is_none_or(Value::is_null) || event(found.clone()).is_some() {
            continue;
        }
        match map.get("listen").and_then(Value::as_str) {
            Some("prerequest") => blank.pre_request += 1,
            Some("test") => blank.post_response += 1,
            _ => {}
        }
    }
    blank
}

fn event(value: Value) -> Option<Object> {
    let Value::Object(mut map) = value else { return None };
    switch(&mut map);
    let mut script = match map.shift_remove("script") {
        Some(Value::Object(script)) => script,
        Some(source @ (Value::String(_) | Value::Array(_))) => {
            let mut script = Object::new();
            script.insert("exec".into(), source);
            script
        }
        _ => Object::new(),
    };
    let source = match script.shift_remove("exec") {
        Some(Value::Array(lines)) => lines.iter().map(as_text).collect::<Vec<_>>().join("\n"),
        Some(other) => as_text(&other),
        None => String::new(),
    };
    if script
        .get("type")
        .is_some_and(|kind| kind == "text/javascript" || kind.is_null())
    {
        drop_key(&mut script, "type");
    }
    script.retain(|_, value| !is_nothing(value));
    // Windows line ends say nothing in a script; Postman itself writes them in one line each.
    let source = source.replace("\r\n", "\n");
    if source.trim().is_empty() && script.is_empty() {
        return None;
    }
    script.insert("exec".into(), source.into());
    map.insert("script".into(), Value::Object(script));
    Some(map)
}
