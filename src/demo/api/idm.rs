//! `/a/workspace` and `/a/acl`: who sees what.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use serde_json::{Value, json};

use super::query::{Search, field, fits};
use crate::demo::data::spaces::{Acl, Workspace};
use crate::demo::reply::{ApiResult, sparse};
use crate::demo::state::App;

/// `POST /a/workspace`; the scope `ANY`, or none, finds all.
pub async fn search_workspaces(State(app): State<Arc<App>>, body: Bytes) -> ApiResult {
    let search = Search::read(&body)?;
    let data = app.data();
    let (found, total) = search.run(data.workspaces.iter(), |query, workspace: &Workspace| {
        let scope = field(query, "scope").and_then(Value::as_str).unwrap_or("ANY");
        (scope == "ANY" || scope == workspace.scope)
            && fits(query, "uuid", &workspace.uuid)
            && fits(query, "label", &workspace.label)
            && fits(query, "slug", &workspace.slug)
    });
    Ok(sparse(json!({"Workspaces": found, "Total": total})))
}

/// `POST /a/acl`.
pub async fn search_acls(State(app): State<Arc<App>>, body: Bytes) -> ApiResult {
    let search = Search::read(&body)?;
    let data = app.data();
    let (found, total) = search.run(data.acls.iter(), |query, acl: &Acl| {
        fits(query, "NodeIDs", &acl.node)
            && fits(query, "RoleIDs", &acl.role)
            && fits(query, "WorkspaceIDs", &acl.workspace)
            && action_fits(query, acl)
    });
    Ok(sparse(json!({"ACLs": found, "Total": total})))
}

fn action_fits(query: &Value, acl: &Acl) -> bool {
    match field(query, "Actions").and_then(Value::as_array) {
        None => true,
        Some(actions) if actions.is_empty() => true,
        Some(actions) => actions.iter().any(|action| fits(action, "Name", acl.action.name)),
    }
}
