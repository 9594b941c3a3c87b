//! `/a/config/…`: services and data sources; for administrators.

use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use serde_json::json;

use crate::demo::guard::Caller;
use crate::demo::reply::{ApiResult, sparse};
use crate::demo::state::App;

/// `GET /a/config/ctl`: the services, running ones first.
pub async fn services(State(app): State<Arc<App>>, Extension(caller): Extension<Caller>) -> ApiResult {
    caller.must_be_admin()?;
    let data = app.data();
    Ok(sparse(json!({"Services": data.services, "Total": data.services.len()})))
}

/// `GET /a/config/datasource`: where files are kept.
pub async fn data_sources(State(app): State<Arc<App>>, Extension(caller): Extension<Caller>) -> ApiResult {
    caller.must_be_admin()?;
    let data = app.data();
    Ok(sparse(
        json!({"DataSources": data.sources, "Total": data.sources.len()}),
    ))
}
