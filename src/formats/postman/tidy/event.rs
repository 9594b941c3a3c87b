//! Events: `[{listen, script: {exec: text}, disabled?}]`, those that run first.

use std::borrow::Cow;

use serde_json::Value;

use super::rows::switch;
use super::{Fields, Object, as_text, drop_key, is_nothing};
use crate::model::InOrder;
use crate::model::script::{ScriptEvent, is_blank, source_of, undivided};

/// Events in tidy form. Those that do not run come last: what our model holds is compared with those before.
pub fn list(value: Value) -> Vec<Value> {
    let items = match value {
        Value::Array(items) => items,
        // A single one without its list, which Postman reads too.
        one @ Value::Object(_) => vec![one],
        _ => return Vec::new(),
    };
    let mut out: Vec<Value> = items.into_iter().filter_map(event).collect();
    let rank = |event: &Value| {
        let runs = event.get("disabled").is_none() && !source_of(event).trim().is_empty();
        match ScriptEvent::of(event) {
            _ if is_blank(event) => 3,
            Some(ScriptEvent::PreRequest) if runs => 0,
            Some(ScriptEvent::PostResponse) if runs => 1,
            _ => 2,
        }
    };
    out.order_by_key(rank);
    out
}

fn event(value: Value) -> Option<Value> {
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
    let mut event = Value::Object(map);
    // One that runs stays one, as our model has it.
    if event.get("disabled").is_none()
        && ScriptEvent::of(&event).is_some()
        && let Cow::Owned(source) = undivided(source_of(&event))
    {
        event["script"]["exec"] = source.into();
    }
    Some(event)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use serde_json::{Value, json};

    use crate::formats::Found;
    use crate::formats::postman::{self, Secrets, write};
    use crate::model::Entity;
    use crate::model::script::parts;

    /// What is found in a file of a collection with these events.
    fn collection(events: &Value) -> Found {
        let source = json!({
            "info": {"name": "C", "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"},
            "item": [],
            "event": events,
        });
        postman::read(source.to_string().as_bytes()).unwrap()
    }

    #[test]
    fn scripts_in_which_nothing_stands_are_counted_and_exported() {
        let script = |listen: &str, lines: &[&str]| json!({"listen": listen, "script": {"type": "text/javascript", "exec": lines}});
        let mut with_id = script("test", &["", ""]);
        with_id["script"]["id"] = "x".into();
        let events = json!([script("prerequest", &[""]), script("test", &["go()"]), with_id]);
        let found = collection(&events);
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

    #[test]
    fn a_script_that_holds_the_line_between_scripts_stays_one() {
        let comment = "/*\n//--- next script ---\n*/ pm.test('one', () => {})";
        let literal = "const a = `\n  //--- next script ---\n`";
        let event = |source: &str| json!({"listen": "test", "script": {"exec": source}});
        let off = json!({"listen": "test", "disabled": true, "script": {"exec": comment}});
        for (events, count) in [
            (vec![event(comment)], 1),
            (vec![event(literal)], 1),
            (vec![event("a()"), event(comment), event(literal)], 3),
            (vec![event("//--- next script ---"), off], 1),
        ] {
            let found = collection(&json!(events));
            let Entity::Collection(group) = &found.collections[0].items[0].entity else {
                panic!("it is a collection")
            };
            let text = &group.scripts.post_response;
            assert_eq!(parts(text).len(), count, "{text}");
            // Nothing is told but of the one that does not run, which is kept as it was.
            let off = events.len() - count;
            assert_eq!(found.report.notes.len(), off, "{:?}", found.report.notes);
            assert_eq!(group.origin.rest.len(), off, "{:?}", group.origin.rest);
            let back = write::collection(&found.collections[0], &Secrets::None);
            let back = back["event"].as_array().unwrap();
            assert_eq!(back.len(), events.len());
            for (back, event) in back.iter().zip(&events) {
                let lines = back["script"]["exec"].as_array().unwrap().iter();
                let back = lines.map(|line| line.as_str().unwrap()).collect::<Vec<_>>().join("\n");
                let source = event["script"]["exec"].as_str().unwrap();
                let is_on = event.get("disabled").is_none();
                let source = if is_on {
                    source.replace("//-", "// -")
                } else {
                    source.to_owned()
                };
                assert_eq!(back, source);
            }
        }
    }

    #[test]
    fn each_script_of_a_moment_stays_one_of_its_own() {
        let script = |listen: &str, source: &str| json!({"listen": listen, "script": {"type": "text/javascript", "exec": source.split('\n').collect::<Vec<_>>()}});
        let elsewhere = json!({"listen": "test", "script": {"type": "text/javascript", "src": "a.js", "exec": [""]}});
        let events = json!([
            script("prerequest", "one()\n"),
            script("prerequest", "{\ntwo()\n}"),
            script("test", "three()"),
            script("test", "\nfour()"),
            elsewhere,
        ]);
        let source = json!({
            "info": {"name": "C", "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"},
            "item": [{"name": "R", "request": {"url": "http://h", "method": "GET"}, "event": [events[4], events[0], events[1], events[2], events[3]]}],
        });
        let found = postman::read(source.to_string().as_bytes()).unwrap();
        let Entity::Request(request) = &found.collections[0].items[1].entity else {
            panic!("it is a request")
        };
        assert_eq!(
            request.scripts.post_response,
            "three()\n//--- next script ---\n\nfour()"
        );
        let back = write::collection(&found.collections[0], &Secrets::None);
        assert_eq!(back["item"][0]["event"], events);
        // One note for the one that does not run, and none for those that do.
        let notes: Vec<&str> = found.report.notes.iter().map(|note| note.what.as_str()).collect();
        assert_eq!(notes, ["a post-response script in a file of its own (`src`)"]);
    }
}
