//! Events: `[{listen, script: {exec: text}, disabled?}]`, those that run first.

use serde_json::Value;

use super::rows::switch;
use super::{Fields, Object, as_text, drop_key, is_nothing};
use crate::model::script::Blank;

/// Events in tidy form. Those in which nothing stands come last: what our model holds is compared with those before.
pub fn list(value: Value) -> Vec<Value> {
    let items = match value {
        Value::Array(items) => items,
        // A single one without its list, which Postman reads too.
        one @ Value::Object(_) => vec![one],
        _ => return Vec::new(),
    };
    let mut out: Vec<Object> = items.into_iter().filter_map(event).collect();
    let rank = |event: &Object| match (
        event.has_field("disabled"),
        event.field("listen").and_then(Value::as_str),
    ) {
        _ if is_blank(event) => 3,
        (false, Some("prerequest")) => 0,
        (false, Some("test")) => 1,
        _ => 2,
    };
    out.sort_by_key(rank);
    out.into_iter().map(Value::Object).collect()
}

/// Whether nothing stands in the script of an event in tidy form.
pub fn is_blank(event: &Object) -> bool {
    let Some(script) = event.field("script").and_then(Value::as_object) else {
        return true;
    };
    let source = script.field("exec").and_then(Value::as_str);
    source.unwrap_or_default().trim().is_empty() && !script.has_field("src")
}

/// Counts the enabled scripts of an item, in any form, in which nothing stands.
pub fn blank(item: &Object) -> Blank {
    let mut blank = Blank::default();
    let Some(events) = item.field("event") else {
        return blank;
    };
    for found in events.as_array().map_or(std::slice::from_ref(events), Vec::as_slice) {
        let Some(map) = found.as_object() else { continue };
        let on = map.field("disabled").is_none_or(|off| off != &Value::Bool(true));
        let script = map.field("script").filter(|script| !script.is_null());
        if !on || script.is_none_or(says_something) {
            continue;
        }
        match map.field("listen").and_then(Value::as_str) {
            Some("prerequest") => blank.pre_request += 1,
            Some("test") => blank.post_response += 1,
            _ => {}
        }
    }
    blank
}

/// Whether something stands in a script, in any form, as [`is_blank`] sees it in tidy form.
fn says_something(script: &Value) -> bool {
    let line = |line: &Value| match line {
        Value::String(line) => !line.trim().is_empty(),
        other => !as_text(other).trim().is_empty(),
    };
    let lines = |source: &Value| match source {
        Value::Array(lines) => lines.iter().any(line),
        other => line(other),
    };
    match script {
        Value::Object(script) => {
            script.field("exec").is_some_and(lines) || script.field("src").is_some_and(|src| !is_nothing(src))
        }
        Value::String(_) | Value::Array(_) => lines(script),
        _ => false,
    }
}

fn event(value: Value) -> Option<Object> {
    let Value::Object(mut map) = value else { return None };
    switch(&mut map);
    let mut script = match map.take_field("script") {
        Some(Value::Object(script)) => script,
        Some(source @ (Value::String(_) | Value::Array(_))) => {
            let mut script = Object::new();
            script.insert("exec".into(), source);
            script
        }
        // Without a script it is no event to Postman either.
        _ => return None,
    };
    let source = match script.take_field("exec") {
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
    script.insert("exec".into(), source.into());
    map.insert("script".into(), Value::Object(script));
    Some(map)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use serde_json::json;

    use crate::formats::postman::{self, Secrets, write};
    use crate::model::Entity;

    #[test]
    fn scripts_in_which_nothing_stands_are_counted_and_exported() {
        let script = |listen: &str, lines: &[&str]| json!({"listen": listen, "script": {"type": "text/javascript", "exec": lines}});
        let mut with_id = script("test", &["", ""]);
        with_id["script"]["id"] = "x".into();
        let events = json!([script("prerequest", &[""]), script("test", &["go()"]), with_id]);
        let source = json!({
            "info": {"name": "C", "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"},
            "item": [],
            "event": events,
        });
        let found = postman::read(source.to_string().as_bytes()).unwrap();
        let Entity::Collection(group) = &found.collections[0].items[0].entity else {
            panic!("it is a collection")
        };
        let scripts = &group.scripts;
        assert_eq!((scripts.blank.pre_request, scripts.blank.post_response), (1, 1));
        assert_eq!(
            (scripts.pre_request.as_str(), scripts.post_response.as_str()),
            ("", "go()")
        );
        assert_eq!(
            write::collection(&found.collections[0], &Secrets::None)["event"],
            events
        );
        // The script is where it is edited, and nowhere else.
        assert!(!format!("{:?}", group.origin.rest).contains("go()"));
        assert!(found.report.notes.is_empty(), "{:?}", found.report.notes);
    }
}
