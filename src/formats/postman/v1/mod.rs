//! Collections of format 1 → format 2: a flat list of requests and folders, and the order they stand in.
//!
//! What no order names is not shown by Postman and mostly not run by newman; it is left out, and the report says so.

mod auth;
mod request;

use std::collections::{HashMap, HashSet};

use serde_json::{Value, json};

use super::notes::{self, Path};
use super::rows::{objects, text};
use super::tidy::Object;
use crate::formats::{Fate, Report};

/// What of a v1 collection or folder has another name or place in v2, or says what its position already says.
const STRUCTURE: [&str; 12] = [
    "order",
    "folders_order",
    "folders",
    "requests",
    "events",
    "variables",
    "folder",
    "collection",
    "collectionId",
    "collection_id",
    "hasRequests",
    "timestamp",
];

/// The same collection in format 2; what no order names is reported.
pub fn collection(mut source: Object, report: &mut Report) -> Object {
    let mut plan = Plan::new(&source);
    plan.walk(&source);
    tell_left_out(&source, &plan, report);
    let mut requests: HashMap<String, Object> = take_list(&mut source, "requests");
    let mut folders: HashMap<String, Object> = take_list(&mut source, "folders");
    let above = Path::default().below(&text(&source, "name"));
    let mut paths = vec![above.clone()];
    for step in &plan.out {
        let all = if step.is_folder { &folders } else { &requests };
        let name = all.get(&step.id).map(|one| name_of(one, step.is_folder));
        paths.push(paths[step.parent].below(&name.unwrap_or_default()));
    }
    let mut told = Report::default();

    // Children come behind their folder in the plan, so from the back every folder finds its own complete.
    let mut children: Vec<Vec<Value>> = vec![Vec::new(); plan.out.len() + 1];
    for (n, step) in plan.out.iter().enumerate().rev() {
        let mut own = std::mem::take(&mut children[n + 1]);
        own.reverse();
        let done = if step.is_folder {
            folders.remove(&step.id).map(|folder| {
                let mut folder = group(folder, &paths[n + 1], &mut told);
                folder.insert("item".into(), Value::Array(own));
                folder
            })
        } else {
            requests
                .remove(&step.id)
                .map(|source| request::item(source, &paths[n + 1], &mut told))
        };
        children[step.parent].extend(done.map(Value::Object));
    }
    let mut out = group(source, &above, &mut told);
    told.notes.reverse();
    report.notes.extend(told.notes);
    let mut top = std::mem::take(&mut children[0]);
    top.reverse();
    out.insert("item".into(), Value::Array(top));
    out
}

/// Says of each folder and request that has no place in the plan that it is left out.
fn tell_left_out(source: &Object, plan: &Plan, report: &mut Report) {
    let above = Path::default().below(&text(source, "name"));
    // Where two share an id, newman runs some of what no order names.
    let mut ids = HashSet::new();
    let mut all = ["folders", "requests"]
        .into_iter()
        .flat_map(|key| objects(source, key).map(move |one| (key, one)));
    let are_told_apart = all.all(|(key, one)| match text(one, "id") {
        id if id.is_empty() => true,
        id => ids.insert((key, id)),
    });
    for (key, is_folder) in [("folders", true), ("requests", false)] {
        let steps = plan.out.iter().filter(|step| step.is_folder == is_folder);
        let placed: HashSet<&str> = steps.map(|step| step.id.as_str()).collect();
        for (id, one) in listed(source, key) {
            if placed.contains(id.as_str()) {
                continue;
            }
            let what = if is_folder {
                "a folder that is in no order"
            } else {
                "a request that is in no order"
            };
            let why = match (are_told_apart, is_folder) {
                (false, _) => "Postman does not show it; it is left out",
                (true, true) => "Postman does not show it, and newman runs nothing in it; it is left out",
                (true, false) => "Postman does not show it, and newman does not run it; it is left out",
            };
            let path = above.below(&name_of(one, is_folder));
            report.add(&path.to_string(), key, Fate::Lost, what, why);
        }
    }
}

/// What a folder or request is called in what is told of it.
fn name_of(one: &Object, is_folder: bool) -> String {
    match text(one, "name") {
        name if !name.is_empty() => name,
        _ if is_folder => notes::UNTITLED_FOLDER.to_owned(),
        _ => notes::name_of_url(&text(one, "url")),
    }
}

fn take_list(source: &mut Object, key: &str) -> HashMap<String, Object> {
    let Some(Value::Array(items)) = source.shift_remove(key) else {
        return HashMap::new();
    };
    let items = items.into_iter().filter_map(|item| match item {
        Value::Object(map) => Some(map),
        _ => None,
    });
    let items: Vec<Object> = items.collect();
    let ids = ids_of(items.iter());
    ids.into_iter().zip(items).collect()
}

/// The id of each, or one made of the place in the list: where there is none, and where one behind it has it, which is the
/// one that Postman takes.
fn ids_of<'a>(items: impl Iterator<Item = &'a Object>) -> Vec<String> {
    let mut seen = HashSet::new();
    let mut ids: Vec<String> = items.map(|map| text(map, "id")).collect();
    for (n, id) in ids.iter_mut().enumerate().rev() {
        if id.is_empty() || !seen.insert(id.clone()) {
            *id = format!("#{n}");
        }
    }
    ids
}

/// What is in a list, by those ids.
fn listed<'a>(source: &'a Object, key: &str) -> Vec<(String, &'a Object)> {
    ids_of(objects(source, key))
        .into_iter()
        .zip(objects(source, key))
        .collect()
}

/// Which item stands where.
struct Plan {
    /// Folders and requests by their parent's id, as `order` and `folders_order` have them.
    folders: HashMap<String, Vec<String>>,
    requests: HashMap<String, Vec<String>>,
    out: Vec<Step>,
}

struct Step {
    id: String,
    is_folder: bool,
    /// 0 is the collection, else the number of a step and one.
    parent: usize,
}

impl Plan {
    fn new(source: &Object) -> Self {
        let mut plan = Self {
            folders: HashMap::new(),
            requests: HashMap::new(),
            out: Vec::new(),
        };
        let listed = listed(source, "folders");
        let known: HashSet<&str> = listed.iter().map(|(id, _)| id.as_str()).collect();
        let mut placed: HashSet<String> = HashSet::new();
        let tops = std::iter::once((String::new(), source));
        for (id, group) in tops.chain(listed.iter().map(|(id, folder)| (id.clone(), *folder))) {
            for folder in ids(group, "folders_order") {
                if known.contains(folder.as_str()) && placed.insert(format!("folder {folder}")) {
                    plan.folders.entry(id.clone()).or_default().push(folder);
                }
            }
            for request in ids(group, "order") {
                if placed.insert(format!("request {request}")) {
                    plan.requests.entry(id.clone()).or_default().push(request);
                }
            }
        }
        // Where nothing has an order, each says itself what it is in.
        let above = |map: &Object| {
            Some(text(map, "folder"))
                .filter(|id| known.contains(id.as_str()))
                .unwrap_or_default()
        };
        let groups = || std::iter::once(source).chain(listed.iter().map(|(_, folder)| *folder));
        let are_without = |key: &str| groups().all(|group| group.get(key).is_none_or(Value::is_null));
        let is_bare = are_without("order") && are_without("folders_order");
        if has_no_order(source) {
            for (id, folder) in &listed {
                if placed.insert(format!("folder {id}")) {
                    // newman takes none for being in another by its own word, and runs them one behind another.
                    let above = if is_bare { above(folder) } else { String::new() };
                    plan.folders.entry(above).or_default().push(id.clone());
                }
            }
        }
        if are_without("order") {
            for (id, request) in self::listed(source, "requests") {
                if placed.insert(format!("request {id}")) {
                    plan.requests.entry(above(request)).or_default().push(id);
                }
            }
        }
        plan
    }

    /// Lists everything, folders first, as Postman shows v1; without an order a folder that is in itself is put at the top.
    fn walk(&mut self, source: &Object) {
        let mut seen = HashSet::new();
        self.follow(String::new(), 0, &mut seen);
        if !has_no_order(source) {
            return;
        }
        for (id, _) in listed(source, "folders") {
            if seen.insert(id.clone()) {
                let place = self.push(&id, true, 0);
                self.follow(id, place, &mut seen);
            }
        }
    }

    fn follow(&mut self, top: String, place: usize, seen: &mut HashSet<String>) {
        let mut todo = vec![(top, place)];
        while let Some((id, place)) = todo.pop() {
            let first = todo.len();
            for folder in self.folders.remove(&id).unwrap_or_default() {
                if seen.insert(folder.clone()) {
                    let place = self.push(&folder, true, place);
                    todo.push((folder, place));
                }
            }
            for request in self.requests.remove(&id).unwrap_or_default() {
                self.push(&request, false, place);
            }
            todo[first..].reverse();
        }
    }

    /// Adds a step; returns what its children call their parent.
    fn push(&mut self, id: &str, is_folder: bool, parent: usize) -> usize {
        self.out.push(Step {
            id: id.to_owned(),
            is_folder,
            parent,
        });
        self.out.len()
    }
}

/// Whether a collection does not say in which order its folders stand.
fn has_no_order(source: &Object) -> bool {
    source.get("folders_order").is_none_or(Value::is_null)
}

fn ids(map: &Object, key: &str) -> Vec<String> {
    let list = map.get(key).and_then(Value::as_array).into_iter().flatten();
    list.filter_map(Value::as_str).map(str::to_owned).collect()
}

/// A collection or folder in format 2, without its items.
fn group(mut source: Object, path: &Path, report: &mut Report) -> Object {
    let events = source.shift_remove("events");
    let variables = source.shift_remove("variables");
    for key in STRUCTURE {
        source.shift_remove(key);
    }
    auth::take(&mut source, path, report);
    put(&mut source, "event", events);
    put(&mut source, "variable", variables);
    source
}

fn put(map: &mut Object, key: &str, value: Option<Value>) {
    if let Some(value) = value.filter(|value| !value.is_null()) {
        map.insert(key.into(), value);
    }
}

/// A script as v1 holds it: a text.
fn script(listen: &str, source: Option<Value>) -> Option<Value> {
    let source = source.filter(|source| !super::tidy::is_nothing(source))?;
    Some(json!({ "listen": listen, "script": { "exec": source } }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(source: Value) -> (Object, Vec<String>) {
        let Value::Object(source) = source else {
            panic!("{source}")
        };
        let mut report = Report::default();
        let found = collection(source, &mut report);
        assert!(report.notes.iter().all(|note| note.fate == Fate::Lost), "{report:?}");
        (found, report.notes.into_iter().map(|note| note.path).collect())
    }

    fn names(group: &Value) -> Vec<String> {
        let items = group["item"].as_array().into_iter().flatten();
        items
            .map(|item| item["name"].as_str().unwrap_or_default().to_owned())
            .collect()
    }

    #[test]
    fn what_no_order_names_is_left_out_and_told() {
        let request = |id: &str| json!({ "id": id, "name": id, "url": "http://h", "method": "DELETE", "folder": "f" });
        let folder = |id: &str| json!({ "id": id, "name": id, "order": ["in"] });
        let (found, told) = read(json!({
            "name": "C", "order": ["top", "gone"], "folders_order": ["f"], "folders": [folder("f"), folder("g")],
            "requests": [request("top"), request("hidden"), request("in")],
        }));
        let found = Value::Object(found);
        assert_eq!(names(&found), ["f", "top"]);
        assert_eq!(names(&found["item"][0]), ["in"]);
        assert_eq!(told, ["C / g", "C / hidden"]);
    }

    #[test]
    fn a_request_without_a_name_is_told_by_its_url_without_what_is_secret_in_it() {
        let url = "http://u:hunter2pass@127.0.0.1/x?api_key=abcdef123456";
        let (_, told) = read(json!({
            "name": "C", "order": [], "requests": [{ "id": "r", "url": url }, { "id": "s" }], "folders": [{ "id": "f" }],
            "folders_order": [],
        }));
        assert_eq!(
            told,
            ["C / Untitled folder", "C / http://127.0.0.1/x", "C / Untitled request"]
        );
    }

    #[test]
    fn the_request_of_an_example_is_read_where_half_a_character_stands_in_it() {
        let original = r#"{"name": "Party \ud83c", "url": "http://h/party", "method": "PUT"}"#;
        let (found, _) = read(json!({
            "name": "C", "order": ["r"],
            "requests": [{ "id": "r", "name": "r", "responses": [{ "name": "e", "request": original }] }],
        }));
        let original = &found["item"][0]["response"][0]["originalRequest"];
        assert_eq!(original["method"], "PUT", "{found:?}");
    }

    #[test]
    fn auth_that_cannot_be_read_is_told_where_it_stands() {
        let broken = |id: &str| json!({ "id": id, "name": id, "currentHelper": "basicAuth", "helperAttributes": "{" });
        let mut folder = broken("f");
        folder["order"] = json!(["in"]);
        let (_, told) = read(json!({
            "name": "C", "order": ["top"], "folders_order": ["f"], "folders": [folder],
            "requests": [broken("top"), broken("in")],
        }));
        assert_eq!(told, ["C / f", "C / top", "C / f / in"]);
    }

    #[test]
    fn without_any_order_all_stay_where_they_say_they_are() {
        let (found, told) = read(json!({
            "name": "C", "folders": [{ "id": "f", "name": "F" }],
            "requests": [{ "id": "a", "name": "a", "folder": "f" }, { "id": "b", "name": "b" }],
        }));
        let found = Value::Object(found);
        assert_eq!(names(&found), ["F", "b"]);
        assert_eq!(names(&found["item"][0]), ["a"]);
        assert!(told.is_empty(), "{told:?}");
    }

    #[test]
    fn where_requests_have_an_order_folders_without_one_stand_side_by_side() {
        let folder = |id: &str, inner: &str| json!({ "id": id, "name": id, "folder": "f", "order": [inner] });
        let request = |id: &str| json!({ "id": id, "name": id });
        let mut source = json!({
            "name": "C", "order": [], "folders": [folder("g", "in g"), folder("f", "in f"), folder("k", "in k")],
            "requests": [request("in f"), request("in g"), request("in k")],
        });
        let (found, _) = read(source.clone());
        assert_eq!(names(&Value::Object(found)), ["g", "f", "k"]);
        // One that another's order names stays in it.
        source["folders"][1]["folders_order"] = json!(["k"]);
        let found = Value::Object(read(source).0);
        assert_eq!(names(&found), ["g", "f"]);
        assert_eq!(names(&found["item"][1]), ["k", "in f"]);
    }

    #[test]
    fn of_two_with_one_id_the_last_counts_and_the_other_is_told() {
        let request = |name: &str| json!({ "id": "r", "name": name, "url": "http://h", "method": "GET" });
        let folder = |name: &str| json!({ "id": "f", "name": name });
        let (found, told) = read(json!({
            "name": "C", "order": ["r"], "folders": [folder("A"), folder("B")], "requests": [request("one"), request("two")],
        }));
        assert_eq!(names(&Value::Object(found)), ["A", "B", "two"]);
        assert_eq!(told, ["C / one"]);
    }

    #[test]
    fn examples_stand_in_their_order() {
        let response = |id: &str| json!({ "id": id, "name": id, "responseCode": { "code": 200 } });
        let item = request::item(
            json!({
                "id": "r", "url": "http://h", "responses_order": ["c", "gone", "a"],
                "responses": [response("a"), response("b"), response("c")],
            })
            .as_object()
            .cloned()
            .unwrap_or_default(),
            &Path::default(),
            &mut Report::default(),
        );
        let names: Vec<&str> = objects(&item, "response")
            .map(|own| own["name"].as_str().unwrap_or_default())
            .collect();
        assert_eq!(names, ["c", "a", "b"]);
        assert!(!Value::Object(item).to_string().contains("responses_order"));
    }
}
