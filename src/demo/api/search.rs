//! `/a/search/nodes`: files and folders by name, kind, size and place, with counts by kind.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use indexmap::IndexMap;
use serde_json::{Value, json};

use super::query::{Page, field, like, number, read, text, texts};
use crate::demo::data::tree::{Kind, Node};
use crate::demo::reply::{ApiResult, sparse};
use crate::demo::state::App;

/// How many results Cells returns when no size is given.
const DEFAULT_SIZE: usize = 100;

/// `POST /a/search/nodes`; with `Details` the results carry their metadata.
pub async fn nodes(State(app): State<Arc<App>>, body: Bytes) -> ApiResult {
    let body = read(&body)?;
    let query = field(&body, "Query").cloned().unwrap_or(Value::Null);
    let details = body.get("Details").and_then(Value::as_bool).unwrap_or(false);
    let mut page = Page::read(&body, "Size", "From");
    if page.limit == 0 {
        page.limit = DEFAULT_SIZE;
    }
    let data = app.data();
    let found: Vec<&Node> = data.tree.nodes().iter().filter(|node| fits(&query, node)).collect();
    let facets = facets(&found);
    let total = found.len();
    let results: Vec<Node> = page
        .of(found.into_iter())
        .into_iter()
        .map(|node| if details { node.clone() } else { node.without_metadata() })
        .collect();
    Ok(sparse(json!({"Results": results, "Facets": facets, "Total": total})))
}

fn fits(query: &Value, node: &Node) -> bool {
    let name = text(query, "FileName");
    let kind = match text(query, "Type") {
        "LEAF" => node.kind == Kind::Leaf,
        "COLLECTION" => node.kind == Kind::Collection,
        _ => true,
    };
    let extension = text(query, "Extension");
    let places = texts(query, "PathPrefix");
    kind && (name.is_empty() || like(&format!("*{name}*"), node.name()))
        && (extension.is_empty() || extension.eq_ignore_ascii_case(node.extension()))
        && number(query, "MinSize").is_none_or(|least| node.size >= least)
        && number(query, "MaxSize").is_none_or(|most| most == 0 || node.size <= most)
        && number(query, "MinDate").is_none_or(|least| node.modified >= least)
        && number(query, "MaxDate").is_none_or(|most| most == 0 || node.modified <= most)
        && (places.is_empty()
            || places
                .iter()
                .any(|place| node.path.starts_with(place.trim_matches('/'))))
}

/// Counts by kind and extension over all that was found, most frequent first.
fn facets(found: &[&Node]) -> Vec<Value> {
    let mut counts: IndexMap<(&str, &str), usize> = IndexMap::new();
    for node in found {
        let kind = if node.kind == Kind::Leaf { "file" } else { "folder" };
        *counts.entry(("NodeType", kind)).or_default() += 1;
        if !node.extension().is_empty() {
            *counts.entry(("Extension", node.extension())).or_default() += 1;
        }
    }
    counts.sort_by(|(field, label), count, (other_field, other_label), other| {
        other_field
            .cmp(field)
            .then(other.cmp(count))
            .then(label.cmp(other_label))
    });
    counts
        .into_iter()
        .map(|((field, label), count)| json!({"FieldName": field, "Label": label, "Count": count}))
        .collect()
}
