//! `/a/tree/…` and `/a/meta/…`: files and folders by path.
//!
//! A path that ends in `/*` stands for what is in a folder. One that ends in `/**`, or any folder with
//! `"Recursive": true`, stands for everything below it: that is ours, not Cells', and gives a reply of several MB for
//! `{"NodePaths": ["/**"], "AllMetaProviders": true}`.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use serde_json::{Value, json};

use super::query::{Page, flag, read, texts};
use crate::demo::data::tree::{Node, Tree};
use crate::demo::reply::{ApiError, ApiResult, ok, sparse};
use crate::demo::state::App;

/// `GET /a/tree/stat/{Node}`.
pub async fn stat(State(app): State<Arc<App>>, Path(path): Path<String>) -> ApiResult {
    let data = app.data();
    let node = data.tree.get(&path).ok_or_else(|| no_node(&path))?;
    Ok(ok(&json!({"Node": node})))
}

/// `POST /a/tree/stats`; without `AllMetaProviders` the metadata is the name.
pub async fn stats(State(app): State<Arc<App>>, body: Bytes) -> ApiResult {
    let body = read(&body)?;
    let metadata = flag(&body, "AllMetaProviders");
    nodes(&app, &body, metadata)
}

/// `POST /a/meta/bulk/get`: the same with all metadata.
pub async fn bulk_meta(State(app): State<Arc<App>>, body: Bytes) -> ApiResult {
    nodes(&app, &read(&body)?, true)
}

fn nodes(app: &App, body: &Value, metadata: bool) -> ApiResult {
    let data = app.data();
    let recursive = flag(body, "Recursive");
    let mut found = Vec::new();
    for path in texts(body, "NodePaths") {
        select(&data.tree, path, recursive, &mut found)?;
    }
    let page = Page::read(body, "Limit", "Offset");
    let total = found.len();
    let part: Vec<Node> = page
        .of(found.into_iter())
        .into_iter()
        .map(|node| {
            if metadata {
                node.clone()
            } else {
                node.without_metadata()
            }
        })
        .collect();
    Ok(sparse(json!({"Nodes": part, "Pagination": pagination(page, total)})))
}

/// Adds the nodes a path stands for. A folder that does not exist is an error, an empty one is not.
fn select<'a>(tree: &'a Tree, path: &str, recursive: bool, found: &mut Vec<&'a Node>) -> Result<(), ApiError> {
    let exists = |folder: &str| folder.trim_matches('/').is_empty() || tree.get(folder).is_some();
    let deep = path
        .strip_suffix("**")
        .filter(|folder| folder.is_empty() || folder.ends_with('/'));
    let flat = path
        .strip_suffix('*')
        .filter(|folder| folder.is_empty() || folder.ends_with('/'));
    let (folder, all) = match (deep, flat) {
        (Some(folder), _) => (folder, true),
        (None, Some(folder)) => (folder, recursive),
        (None, None) if recursive => (path, true),
        (None, None) => {
            found.push(tree.get(path).ok_or_else(|| no_node(path))?);
            return Ok(());
        }
    };
    if !exists(folder) {
        return Err(no_node(folder));
    }
    if all {
        found.extend(tree.below(folder));
    } else {
        found.extend(tree.children(folder));
    }
    Ok(())
}

/// Where in the whole list the reply is; zero fields are left out.
fn pagination(page: Page, total: usize) -> Value {
    let limit = if page.limit == 0 { total } else { page.limit };
    let pages = total.div_ceil(limit.max(1)).max(1);
    let mut fields = vec![
        ("Limit", page.limit),
        ("CurrentOffset", page.offset),
        ("Total", total),
        ("CurrentPage", page.offset / limit.max(1) + 1),
        ("TotalPages", pages),
        ("PrevOffset", page.offset.saturating_sub(limit)),
    ];
    if let Some(next) = page.offset.checked_add(limit).filter(|next| *next < total) {
        fields.push(("NextOffset", next));
    }
    fields
        .into_iter()
        .filter(|(_, number)| *number != 0)
        .map(|(name, number)| (name.to_owned(), json!(number)))
        .collect()
}

fn no_node(path: &str) -> ApiError {
    ApiError::NotFound(format!("cannot find node {}", path.trim_matches('/')))
}
