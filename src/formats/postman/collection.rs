//! A collection of format 2: walks its items without recursion, folders before what is in them.
//!
//! ```text
//! source ─walk─▶ each item without what is in it ─read, side by side─▶ entity + notes ─▶ names of files, report, in order
//! ```

use std::sync::Arc;

use serde_json::Value;

use super::notes::{self, Path};
use super::tidy::{self, Fields, Object, is_nothing};
use super::{item, rest};
use crate::formats::found::{Collection, Item, Slugs};
use crate::formats::{Fate, Note, Report};
use crate::model::collection::MOST_FOLDERS;
use crate::model::script::Blank;
use crate::model::{Entity, Rest, abreast};

/// The distance between the places of siblings: there is room for others between them.
const STEP: i64 = 10;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Collection,
    Folder,
    Request,
}

/// The collection or an item as it was found, without what is in it.
struct Source {
    /// The number of what it is in.
    parent: Option<usize>,
    depth: usize,
    order: Option<i64>,
    kind: Kind,
    map: Object,
    /// How many entries in it are no items.
    strays: usize,
}

/// An item in our model, with what is to be told of it; of whom, is known to who knows the names above it.
struct Read {
    parent: Option<usize>,
    depth: usize,
    entity: Entity,
    notes: Vec<Note>,
    strays: usize,
}

/// Reads a collection; whatever is guessed, kept without effect or lost is reported.
pub fn read(source: Object, report: &mut Report) -> Collection {
    let mut slugs = Slugs::default();
    let mut paths: Vec<Path> = Vec::new();
    let mut out = Collection::default();
    for read in abreast::map(walk(source), read_one) {
        let name = read.entity.name();
        let above = read.parent.and_then(|parent| paths.get(parent));
        let path = above.unwrap_or(&Path::default()).below(name);
        report.notes.extend(read.notes.into_iter().map(|note| Note {
            path: path.to_string(),
            ..note
        }));
        if read.entity.is_group() && read.depth == MOST_FOLDERS + 1 {
            report.add(
                &path.to_string(),
                "item",
                Fate::Lost,
                "folders nested too deeply",
                format!("what is below {MOST_FOLDERS} folders runs from this file, but is not imported"),
            );
        }
        for _ in 0..read.strays {
            let (what, why) = ("an entry that is no item", "an item is an object");
            report.add(&path.to_string(), "item", Fate::Lost, what, why);
        }
        paths.push(path);
        out.items.push(Item {
            parent: read.parent,
            slug: match read.parent {
                Some(parent) => slugs.give(parent, name),
                None => crate::model::id::slug(name),
            },
            entity: read.entity,
        });
    }
    out
}

/// The collection and all in it, every folder before what is in it, siblings in order.
fn walk(collection: Object) -> Vec<Source> {
    let mut out = Vec::new();
    let mut todo = vec![Source {
        parent: None,
        depth: 0,
        order: None,
        kind: Kind::Collection,
        map: collection,
        strays: 0,
    }];
    while let Some(mut next) = todo.pop() {
        let children = match next.map.take_field("item") {
            None | Some(Value::Null) => {
                out.push(next);
                continue;
            }
            Some(Value::Array(children)) => children,
            // An object instead of a list is its only item.
            Some(child @ Value::Object(_)) => vec![child],
            Some(_) => {
                next.strays += 1;
                Vec::new()
            }
        };
        if next.kind == Kind::Request {
            next.kind = Kind::Folder;
        }
        let first = todo.len();
        let found = children.len();
        let children = children.into_iter().filter(|child| !child.is_null());
        let mut kept = 0;
        for (n, child) in (1..).zip(children) {
            let Value::Object(map) = child else { continue };
            kept += 1;
            todo.push(Source {
                parent: Some(out.len()),
                depth: next.depth + 1,
                order: Some(n * STEP),
                kind: Kind::Request,
                map,
                strays: 0,
            });
        }
        next.strays += found - kept;
        todo[first..].reverse();
        out.push(next);
    }
    out
}

fn read_one(source: Source) -> Read {
    let Source { kind, mut map, .. } = source;
    if kind == Kind::Request && map.field("request").is_none_or(Value::is_null) {
        map.insert("request".into(), Value::Object(Object::new()));
    }
    let mut report = Report::default();
    let path = Path::default();
    notes::shapeless(&mut report, &path, &map);
    let mut tidied = match kind {
        Kind::Collection => tidy::collection(map),
        Kind::Folder | Kind::Request => tidy::item(map),
    };
    let unnamed = name(&mut tidied, kind, &mut report);
    let entity = if kind == Kind::Request {
        let mut request = item::read_request(&tidied);
        request.order = source.order;
        request.scripts.blank = Blank::kept(&request.origin.rest);
        notes::request(&mut report, &path, &request);
        request.origin.rest.extend(unnamed);
        Entity::Request(Arc::new(request))
    } else {
        let mut group = item::read_group(&tidied);
        group.order = source.order;
        group.scripts.blank = Blank::kept(&group.origin.rest);
        notes::group(&mut report, &path, &group);
        group.origin.rest.extend(unnamed);
        let group = Arc::new(group);
        match kind {
            Kind::Collection => Entity::Collection(group),
            _ => Entity::Folder(group),
        }
    };
    Read {
        parent: source.parent,
        depth: source.depth,
        entity,
        notes: report.notes,
        strays: source.strays,
    }
}

/// Gives a name to what has none: a request has that of its URL. What is to be kept of it, so that an export has none either
/// as long as nobody gives it one.
fn name(tidied: &mut Object, kind: Kind, report: &mut Report) -> Option<Rest> {
    if tidied.field("name").is_some_and(|name| !is_nothing(name)) {
        return None;
    }
    let guess = match kind {
        Kind::Collection => "Untitled collection".to_owned(),
        Kind::Folder => notes::UNTITLED_FOLDER.to_owned(),
        // All of it: a password may have a `?` in it, and looks like a port up to there.
        Kind::Request => notes::name_of_url(&item::read_request(tidied).full_url()),
    };
    notes::guessed_name(report, &Path::default(), &guess);
    let guess = Value::from(guess);
    let unnamed = Rest {
        at: "/name".to_owned(),
        of: Vec::new(),
        instead_of: Some(rest::sum(&guess)),
        value: "".into(),
    };
    tidied.insert("name".into(), guess);
    Some(unnamed)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use serde_json::json;

    use super::*;

    #[test]
    fn a_request_without_a_name_is_called_by_its_url_without_what_is_secret_in_it() {
        for (url, name) in [
            ("http://h/x#access_token=abcdef123456", "http://h/x"),
            (
                "http://u:hunter2pass@127.0.0.1/x?api_key=abcdef123456",
                "http://127.0.0.1/x",
            ),
            ("http://u:hunter?2pass@127.0.0.1/x", "http://127.0.0.1/x"),
            ("{{base}}/x?a=b", "{{base}}/x"),
            ("?a=b", "Untitled request"),
        ] {
            let source = json!({ "info": { "name": "C" }, "item": [{ "request": { "url": url } }] });
            let Value::Object(source) = source else { panic!() };
            let mut report = Report::default();
            let found = read(source, &mut report);
            assert_eq!(found.items[1].entity.name(), name);
            assert!(!found.items[1].slug.contains("hunter"), "{}", found.items[1].slug);
            assert!(!format!("{report:?}").contains("hunter"), "{report:?}");
        }
    }

    #[test]
    fn what_has_no_shape_of_which_anything_can_be_made_is_told() {
        let request = json!({ "name": "R", "request": { "url": "http://h/", "auth": "x" }, "event": [null, 7, { "listen": "test" }] });
        let source = json!({
            "info": { "name": "C" },
            "auth": [],
            "event": { "listen": "x" },
            "item": [null, request, { "name": "F", "item": 7 }],
        });
        let Value::Object(source) = source else { panic!() };
        let mut report = Report::default();
        assert_eq!(read(source, &mut report).items.len(), 3);
        let told = report
            .notes
            .iter()
            .map(|note| format!("{}, {}: {}", note.path, note.field, note.what));
        assert_eq!(
            told.collect::<Vec<_>>(),
            [
                "C, auth: an auth that is none",
                "C, event: an event without a script",
                "C, item: an entry that is no item",
                "C / R, request.auth: an auth that is none",
                "C / R, event: an event without a script",
                "C / R, event: an event without a script",
                "C / F, item: an entry that is no item",
            ]
        );
    }

    #[test]
    fn what_is_kept_reads_the_same_after_an_export() {
        let source = json!({
            "item": [{
                "request": {
                    "zzz": 1,
                    "url": { "raw": "http://h/q?", "yyy": 2 },
                    "proxy": { "host": "p" },
                    "body": { "options": { "raw": { "language": "json", "headerFamily": "xml" } }, "raw": "{}", "mode": "raw" },
                    "header": [{ "value": null, "key": "X-Null" }, { "key": "X-None" }],
                    "method": "POST",
                },
                "event": [{ "script": { "type": "text/x", "src": "a.js", "exec": "a()" }, "listen": "test" }],
                "aaa": 3,
                "name": "R",
            }],
            "info": { "version": "1", "name": "C", "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json" },
        });
        let read = |source: &Value| {
            let found = crate::formats::postman::read(source.to_string().as_bytes()).unwrap();
            let collection = found.collections.into_iter().next().unwrap();
            let Entity::Request(request) = &collection.items[1].entity else {
                panic!("it is a request")
            };
            let kept: Vec<String> = request
                .origin
                .rest
                .iter()
                .map(|rest| format!("{} {}", rest.at, rest.value))
                .collect();
            let headers: Vec<String> = request.headers.iter().map(|row| row.value_str().to_owned()).collect();
            let exported =
                crate::formats::postman::write::collection(&collection, &crate::formats::postman::Secrets::None);
            (kept, headers, exported)
        };
        let (kept, headers, exported) = read(&source);
        assert_eq!(headers, ["null", ""], "as they are sent");
        for (at, value) in [
            ("/request/body/options/raw/headerFamily", json!("xml")),
            ("/request/header/0/value", Value::Null),
            ("/event/0/script/src", json!("a.js")),
            ("/request/zzz", json!(1)),
            ("/request/url/yyy", json!(2)),
            ("/aaa", json!(3)),
        ] {
            assert!(kept.contains(&format!("{at} {value}")), "{at}: {kept:?}");
        }
        let request = &exported["item"][0]["request"];
        assert_eq!(
            request["header"],
            json!([{ "key": "X-Null", "value": null }, { "key": "X-None", "value": "" }])
        );
        assert_eq!(request["body"]["options"]["raw"]["headerFamily"], "xml");
        let again = read(&exported);
        assert_eq!((again.0, again.2), (kept, exported));
    }
}
