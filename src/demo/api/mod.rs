//! `/a/…`: the REST API, one file per service of Cells.
//!
//! ```text
//! request → guard (401) → handler: read the body, take the lock, select, serialise → JSON with a length
//! ```

mod config;
mod idm;
mod jobs;
mod people;
mod query;
mod search;
mod tree;

use std::sync::Arc;

use axum::Router;
use axum::middleware;
use axum::routing::{get, post, put};

use super::guard;
use super::reply::ApiError;
use super::state::App;

/// The routes below `/a`, all behind the token check.
pub fn router(app: &Arc<App>) -> Router<Arc<App>> {
    Router::new()
        .route("/config/ctl", get(config::services))
        .route("/config/datasource", get(config::data_sources))
        .route("/user", post(people::search_users))
        .route(
            "/user/{login}",
            get(people::user).put(people::put_user).delete(people::delete_user),
        )
        .route("/role", post(people::search_roles))
        .route(
            "/role/{uuid}",
            get(people::role).put(people::put_role).delete(people::delete_role),
        )
        .route("/workspace", post(idm::search_workspaces))
        .route("/acl", post(idm::search_acls))
        .route("/tree/stat/{*node}", get(tree::stat))
        .route("/tree/stats", post(tree::stats))
        .route("/meta/bulk/get", post(tree::bulk_meta))
        .route("/search/nodes", post(search::nodes))
        .route("/jobs/user", post(jobs::list))
        .route("/jobs/user/{name}", put(jobs::start))
        .fallback(async || ApiError::NotFound("there is no such service; see the paths of the REST API".to_owned()))
        .layer(middleware::from_fn_with_state(Arc::clone(app), guard::check))
}
