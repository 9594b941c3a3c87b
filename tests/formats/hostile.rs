//! Input that means harm, or none: an answer or an error, never a panic and never a crash.

use postrider::formats::postman::{self, Secrets};
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::golden::{exported, fixtures};
use crate::ours;

/// Everything that can be done with a file, done.
fn through(bytes: &[u8]) {
    let Ok(found) = postman::read(bytes) else { return };
    let once = exported(&found, &Secrets::All);
    for text in &once {
        let again = postman::read(text.as_bytes()).unwrap_or_else(|error| panic!("{error}\n{text}"));
        let twice = exported(&again, &Secrets::All).join("");
        let values = (postman::parse(text).unwrap(), postman::parse(&twice).unwrap());
        assert!(twice == *text, "{}", difference(&values.0, &values.1));
    }
    let values = |found| -> Vec<Value> {
        let texts = exported(found, &Secrets::None);
        texts.iter().map(|text| postman::parse(text).unwrap()).collect()
    };
    let (before, after) = (values(&found), values(&ours::reread(&found)));
    assert!(before == after, "{}", difference(&before.into(), &after.into()));
}

/// The first place where two values differ.
fn difference(a: &Value, b: &Value) -> String {
    let keys = |value: &Value| -> Vec<String> {
        match value {
            Value::Object(map) => map.keys().cloned().collect(),
            Value::Array(items) => (0..items.len()).map(|n| n.to_string()).collect(),
            _ => Vec::new(),
        }
    };
    let child = |value: &Value, key: &str| match value {
        Value::Object(map) => map.get(key).cloned(),
        Value::Array(items) => items.get(key.parse::<usize>().ok()?).cloned(),
        _ => None,
    };
    for key in keys(a).into_iter().chain(keys(b)) {
        if let (Some(a), Some(b)) = (child(a, &key), child(b, &key))
            && a != b
        {
            return format!("/{key}{}", difference(&a, &b));
        }
    }
    format!(": {a} / {b}")
}

fn sources() -> Vec<Value> {
    let files = fixtures()
        .into_iter()
        .filter_map(|(folder, _)| std::fs::read(folder.join("source.json")).ok());
    files.map(|bytes| serde_json::from_slice(&bytes).unwrap()).collect()
}

/// Any value where another one was.
fn anything() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        Just(json!(1.5)),
        Just(json!(u64::MAX)),
        "[a-z{}/:?#&=. \n'\"\\\\äß日%@]{0,12}".prop_map(Value::from),
        "(raw|urlencoded|formdata|file|graphql|json|none|inherit|basic|noauth|test|prerequest|secret|type)"
            .prop_map(Value::from),
    ];
    let key =
        "(key|value|type|id|name|src|raw|mode|exec|listen|host|path|query|disabled|item|request|url|[a-z~/]{1,3})";
    leaf.prop_recursive(3, 12, 4, move |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            vec((key, inner), 0..4).prop_map(|pairs| pairs.into_iter().collect()),
        ]
    })
}

/// Puts something else at the place that the numbers lead to.
fn mutate(value: &mut Value, way: &[usize], with: Value) {
    let Some((step, rest)) = way.split_first() else {
        *value = with;
        return;
    };
    match value {
        Value::Object(map) if !map.is_empty() => {
            let at = step % map.len();
            mutate(map.values_mut().nth(at).unwrap(), rest, with);
        }
        Value::Array(items) if !items.is_empty() => {
            let at = step % items.len();
            mutate(&mut items[at], rest, with);
        }
        _ => *value = with,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn whatever_stands_in_a_file_it_is_read_or_refused(
        which in any::<prop::sample::Index>(),
        changes in vec((vec(any::<usize>(), 1..12), anything()), 1..5),
    ) {
        let sources = sources();
        let mut value = which.get(&sources).clone();
        for (way, with) in changes {
            mutate(&mut value, &way, with);
        }
        through(value.to_string().as_bytes());
    }

    #[test]
    fn a_cut_or_spoiled_file_is_an_error_with_a_place(
        which in any::<prop::sample::Index>(),
        cut in any::<prop::sample::Index>(),
        byte in any::<u8>(),
    ) {
        let sources = sources();
        let mut bytes = which.get(&sources).to_string().into_bytes();
        let at = cut.index(bytes.len());
        let cut = postman::read(&bytes[..at]);
        if let Err(error) = &cut {
            let said = error.to_string();
            prop_assert!(at < 2 || said.contains("line 1, column"), "{said}");
        }
        prop_assert!(cut.is_err());
        bytes[at] = byte;
        through(&bytes);
    }
}

#[test]
fn urls_that_look_like_others_come_back_as_they_are() {
    for url in [
        "htt:://a.example/x",
        "http:///a.example",
        "://a.example",
        "::://",
        "http://u:p:q@a@b:c/x",
        "a:80:90/x#",
        "//a//b?#c?d",
        "http://[::1]:8/x",
        "{{base}}:{{port}}/{{path}}?{{q}}#{{hash}}",
    ] {
        let file = json!({
            "info": { "name": "odd", "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json" },
            "item": [{ "name": "odd", "request": { "method": "GET", "url": url } }],
        });
        through(file.to_string().as_bytes());
    }
}

/// A collection with so many folders in each other.
fn nested(folders: usize) -> String {
    let open = r#"{"name":"f","item":["#.repeat(folders);
    format!(
        r#"{{"info":{{"name":"deep"}},"item":[{open}{}]}}"#,
        "]}".repeat(folders)
    )
}

#[test]
fn nested_folders_are_read_up_to_the_bound_and_refused_beyond() {
    let found = postman::read(nested(400).as_bytes()).unwrap();
    assert_eq!(found.collections[0].items.len(), 401);
    assert_eq!(found.collections[0].depths().last(), Some(&400));
    assert_eq!(found.report.notes.len(), 1, "{:?}", found.report);
    through(nested(400).as_bytes());
    let error = postman::read(nested(10_000).as_bytes()).unwrap_err();
    assert!(
        error.to_string().starts_with("nested more than 1000 levels deep"),
        "{error}"
    );
    assert!(error.hint().is_some());
}

#[test]
fn a_flat_collection_of_the_first_format_may_nest_as_deep_as_it_likes() {
    let folders: Vec<Value> = (0..3_000)
        .map(|n| json!({ "id": format!("f{n}"), "name": "f", "folders_order": [format!("f{}", n + 1)] }))
        .collect();
    let v1 = json!({ "id": "c", "name": "c", "requests": [], "folders": folders, "folders_order": ["f0"] });
    let found = postman::read(v1.to_string().as_bytes()).unwrap();
    assert_eq!(found.collections[0].items.len(), 3_001);
    let loops = json!({ "id": "c", "name": "c", "requests": [], "folders": [
        { "id": "a", "name": "a", "folders_order": ["b"] }, { "id": "b", "name": "b", "folders_order": ["a"] }
    ] });
    let found = postman::read(loops.to_string().as_bytes()).unwrap();
    assert_eq!(found.collections[0].items.len(), 3);
}

#[test]
fn thousands_of_items_of_one_name_all_have_a_file_of_their_own() {
    let items: Vec<Value> = (0..20_000).map(|_| json!({ "name": "Same", "request": "h" })).collect();
    let source = json!({ "info": { "name": "many" }, "item": items }).to_string();
    let found = postman::read(source.as_bytes()).unwrap();
    let slugs: std::collections::HashSet<&str> = found.collections[0]
        .items
        .iter()
        .map(|item| item.slug.as_str())
        .collect();
    assert_eq!(slugs.len(), 20_001);
}
