//! A collection of format 2: walks its items without recursion, folders before what is in them.

use std::sync::Arc;

use serde_json::Value;

use super::notes::{self, Path};
use super::tidy::{self, Object, is_nothing};
use super::{item, rows};
use crate::formats::found::{Collection, Item, Slugs};
use crate::formats::{Fate, Report};
use crate::model::Entity;

/// The distance between the places of siblings: there is room for others between them.
const STEP: i64 = 10;
/// More folders in each other than our own files are looked into.
const MOST_FOLDERS: usize = 30;

/// An item still to be read.
struct Todo {
    parent: usize,
    depth: usize,
    path: Path,
    order: i64,
    value: Value,
}

/// Reads a collection; whatever is guessed, kept without effect or lost is reported.
pub fn read(mut source: Object, report: &mut Report) -> Collection {
    let children = source.shift_remove("item");
    let blank = tidy::blank(&source);
    let mut tidied = tidy::collection(source);
    if tidied.get("name").is_none_or(is_nothing) {
        tidied.insert("name".into(), "Untitled collection".into());
        notes::guessed_name(report, &Path::default(), "Untitled collection");
    }
    let path = Path::default().below(&rows::text(&tidied, "name"));
    let mut group = item::read_group(&tidied);
    group.scripts.blank = blank;
    notes::group(report, &path, &tidied, &group);
    let mut slugs = Slugs::default();
    let mut out = Collection::default();
    out.items.push(Item {
        parent: None,
        slug: crate::model::id::slug(&group.name),
        entity: Entity::Collection(Arc::new(group)),
    });
    let mut todo = Vec::new();
    push_children(&mut todo, 0, 1, &path, children);
    while let Some(next) = todo.pop() {
        let Value::Object(mut source) = next.value else {
            report.add(
                &next.path.to_string(),
                "item",
                Fate::Lost,
                "an entry that is no item",
                "an item is an object",
            );
            continue;
        };
        let children = source.shift_remove("item").filter(|children| !children.is_null());
        if children.is_none() && source.get("request").is_none_or(Value::is_null) {
            source.insert("request".into(), Value::Object(Object::new()));
        }
        let blank = tidy::blank(&source);
        let mut tidied = tidy::item(source);
        let name = name_of(&mut tidied, &next.path, children.is_some(), report);
        let path = next.path.below(&name);
        let entity = if children.is_some() {
            let mut group = item::read_group(&tidied);
            group.order = Some(next.order);
            group.scripts.blank = blank;
            notes::group(report, &path, &tidied, &group);
            Entity::Folder(Arc::new(group))
        } else {
            let mut request = item::read_request(&tidied);
            request.order = Some(next.order);
            request.scripts.blank = blank;
            notes::request(report, &path, &tidied, &request);
            Entity::Request(Arc::new(request))
        };
        if children.is_some() && next.depth == MOST_FOLDERS + 1 {
            report.add(
                &path.to_string(),
                "item",
                Fate::Lost,
                "folders nested too deeply",
                format!("more than {MOST_FOLDERS} folders in each other run from this file, but cannot be imported"),
            );
        }
        out.items.push(Item {
            parent: Some(next.parent),
            slug: slugs.give(next.parent, &name),
            entity,
        });
        if children.is_some() {
            push_children(&mut todo, out.items.len() - 1, next.depth + 1, &path, children);
        }
    }
    out
}

fn push_children(todo: &mut Vec<Todo>, parent: usize, depth: usize, path: &Path, children: Option<Value>) {
    let children = match children {
        Some(Value::Array(children)) => children,
        // An object instead of a list is its only item.
        Some(child @ Value::Object(_)) => vec![child],
        _ => return,
    };
    let first = todo.len();
    let children = children.into_iter().filter(|child| !child.is_null());
    todo.extend((1..).zip(children).map(|(n, value)| Todo {
        parent,
        depth,
        path: path.clone(),
        order: n * STEP,
        value,
    }));
    todo[first..].reverse();
}

/// The name of an item; one without gets one from its URL.
fn name_of(tidied: &mut Object, parent: &Path, is_folder: bool, report: &mut Report) -> String {
    let name = rows::text(tidied, "name");
    if !name.is_empty() {
        return name;
    }
    let base = tidied
        .get("request")
        .and_then(|request| request.pointer("/url/base")?.as_str())
        .unwrap_or_default();
    let guess = match (is_folder, base) {
        (true, _) => "Untitled folder".to_owned(),
        (false, "") => "Untitled request".to_owned(),
        (false, base) => base.to_owned(),
    };
    notes::guessed_name(report, parent, &guess);
    tidied.insert("name".into(), guess.as_str().into());
    guess
}
